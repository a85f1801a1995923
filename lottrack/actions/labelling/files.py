"""Where labels are written: one picture a file, or all of them in one PDF or print job.

Files are written to the disk under a passing name beside their own, which carries the first label's
serial, and get it only when the labels are on record, so that a picture never exists that the
record does not know. Where the program died between the two, ``recover`` names them later: a label
on record keeps its file.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import LabelError, Usage
from lottrack.rules.reading.notation import COMMA, POINT, written
from lottrack.rules.reading.quantities import parse_decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal
    from pathlib import Path

    from lottrack.printing.rendering import Rendered
    from lottrack.printing.sheets import Grid, Sheet

FORMS = ("png", "pdf", "zpl")

FORGOTTEN_AFTER_SECONDS = 3600
"""How old a file may get under its passing name while no label of it is on record."""


class Files(NamedTuple):
    """Where labels go.

    Attributes:
        folder: the folder.
        name: the file's name, or "" to name files by the labels' numbers.
        form: png, pdf or zpl.
    """

    folder: Path
    name: str
    form: str

    def named(self, serials: Sequence[str]) -> list[Path]:
        """The file of each label; a PDF or a print job holds them all."""
        if self.name:
            return [self.folder / self.name] * len(serials)
        if self.form == "png":
            return [self.folder / picture_name(serial) for serial in serials]
        more = f"_and_{len(serials) - 1}_more" if len(serials) > 1 else ""
        return [self.folder / f"{serials[0]}{more}.{self.form}"] * len(serials)


class Output(NamedTuple):
    """What the command line said of files and printers.

    Attributes:
        form: png, pdf, zpl, or "" for what the file's name says, else png.
        out: a folder, or a file when it has a suffix; None for the folder beside the database.
        grid: how labels lie on a sheet, for which the form is pdf; None for a page each.
        dpi: dots per inch, or 0 for what each template is laid out for.
        printer: code of the printer they are sent to, or "": then its registration says the form
            and the dots per inch, and the pictures are kept beside the database.
    """

    form: str = ""
    out: Path | None = None
    grid: Grid | None = None
    dpi: int = 0
    printer: str = ""

    def files(self, database: Path, count: int) -> Files:
        """Where so many labels go.

        Raises:
            Usage: the file's suffix is none of ``FORMS`` or contradicts the format, or several
                pictures would have to share one file.
        """
        if self.printer:
            return Files(folder_of(database), "", "png")
        if self.out is None:
            return Files(folder_of(database), "", self.form or "png")
        if self.out.is_dir() or not self.out.suffix:
            return Files(self.out.absolute(), "", self.form or "png")
        suffix = self.out.suffix.lower().removeprefix(".")
        if suffix not in FORMS or (self.form and self.form != suffix):
            raise Usage(
                f"The file {self.out} is not named like"
                f" {self.form or 'a picture, a PDF or a print job'}.",
                code="file-name-unfit",
                hint=f"Name it .{self.form or 'png, .pdf or .zpl'}, or name a folder.",
            )
        if suffix == "png" and count > 1:
            raise Usage(
                f"{count} labels cannot share the picture {self.out}.",
                code="file-name-unfit",
                hint="Name a folder, or a .pdf file: it holds them all, one a page.",
            )
        return Files(self.out.absolute().parent, self.out.name, suffix)


def read_grid(sheet: str, margins_mm: str, gaps_mm: str, skip: int, mark: str = POINT) -> Grid:
    """How labels lie on a sheet, from what was typed.

    Args:
        sheet: columns and rows, such as ``2x5``.
        margins_mm: to the first label, left and top, such as ``7.5,12``; "" to centre the labels.
        gaps_mm: between labels, across and down; "" for none.
        skip: positions already used on the first sheet.
        mark: the decimal mark of whoever typed it.

    Raises:
        Usage: one of them cannot be read.
    """
    from lottrack.printing.sheets import Grid

    columns, rows = (
        int(number) for number in _two(sheet.lower(), "x", "--sheet", "2x5", places=0, minimum=1)
    )
    grid = Grid(columns, rows, skip=skip)
    if margins_mm:
        grid = grid._replace(margins_mm=_two_mm(margins_mm, "--margins-mm", "7.5,12", mark))
    if gaps_mm:
        grid = grid._replace(gaps_mm=_two_mm(gaps_mm, "--gaps-mm", "2.5,0", mark))
    return grid


def _two_mm(text: str, option: str, such_as: str, mark: str) -> tuple[Decimal, Decimal]:
    """Two measures with a comma between them; where that is the decimal mark, a semicolon."""
    if mark == COMMA:
        return _two(text, ";", option, written(such_as.replace(",", ";"), mark), mark=mark)
    return _two(text, ",", option, such_as)


def _two(
    text: str,
    between: str,
    option: str,
    such_as: str,
    *,
    places: int = 3,
    minimum: int = 0,
    mark: str = POINT,
) -> tuple[Decimal, Decimal]:
    """Two numbers no larger than a sheet is long."""
    parts = text.split(between)
    if len(parts) != 2:
        raise Usage(f"{option} takes two numbers, such as {such_as}.", code="bad-value")
    first, second = (
        parse_decimal(part.strip(), option, minimum=minimum, maximum=297, places=places, mark=mark)
        for part in parts
    )
    return first, second


def folder_of(database: Path) -> Path:
    """The folder beside a database where labels go that nobody wants elsewhere."""
    return database.with_name(database.name + ".labels").absolute()


def picture_name(serial: str) -> str:
    """The name of the file with one label's picture."""
    return f"{serial}.png"


class Staged(NamedTuple):
    """A file under its passing name, and the name it shall get."""

    passing: Path
    path: Path


_PASSING = r"\.(?P<name>.+)\.(?P<serial>LB-[A-Z0-9-]+)\.part"


def passing_name(name: str, serial: str = "") -> str:
    """What a file is called until its labels are on record; ``serial`` is its first label's."""
    return f".{name}.{serial}.part" if serial else f".{name}.part"


def stage(
    paths: Sequence[Path],
    labels: Sequence[Rendered],
    form: str,
    sheet: Sheet | None = None,
    serials: Sequence[str] = (),
) -> list[Staged]:
    """Write labels to the disk under passing names; with a sheet, side by side on it.

    Args:
        paths: the file of each label.
        labels: as drawn.
        form: one of ``FORMS``.
        sheet: how they lie, or None.
        serials: the number of each label, by which ``recover`` knows them; none of a picture that
            is no label of the record.

    Raises:
        LabelError: the folder or a file cannot be written (``file-not-written``); none is left.
    """
    contents = _contents(labels, form, sheet)
    staged: list[Staged] = []
    try:
        for number, (path, content) in enumerate(zip(paths, contents, strict=False)):
            path.parent.mkdir(parents=True, exist_ok=True)
            passing = passing_name(path.name, serials[number] if serials else "")
            staged.append(Staged(path.with_name(passing), path))
            with staged[-1].passing.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        remove(staged)
        raise LabelError(
            f"The label file {path} cannot be written: {error.strerror}. Nothing was printed.",
            code="file-not-written",
            hint="Make room on the disk, or name another folder with --out.",
        ) from error
    return staged


def _contents(labels: Sequence[Rendered], form: str, sheet: Sheet | None) -> list[bytes]:
    """What the files hold: a picture each, or all of them at once."""
    if form == "pdf":
        from lottrack.printing.sheets import sheet_pdf

        return [sheet_pdf(labels, sheet)]
    if form == "zpl":
        from lottrack.printing.zpl import zpl

        return [zpl(labels)]
    return [label.png for label in labels]


def recover(folder: Path, is_recorded: Callable[[str], bool]) -> list[Path]:
    """Name the files of labels that are on record, where the program died before it could.

    Files of labels that are not on record are left under their passing names, since another program
    may be about to record them, until they are ``FORGOTTEN_AFTER_SECONDS`` old: then whoever wrote
    them is dead, and they are taken away.

    Args:
        folder: where labels were written.
        is_recorded: whether a label of this number is on record.

    Returns:
        The files that got their names.
    """
    named = []
    for passing in sorted(folder.glob(".*.part")):
        match = re.fullmatch(_PASSING, passing.name)
        if match is None:
            continue
        with suppress(OSError):
            if is_recorded(match["serial"]):
                path = folder / match["name"]
                passing.replace(path)
                named.append(path)
            elif time.time() - passing.stat().st_mtime > FORGOTTEN_AFTER_SECONDS:
                passing.unlink()
    return named


def remove(staged: Sequence[Staged]) -> None:
    """Take files under passing names away again."""
    for file in staged:
        with suppress(OSError):
            file.passing.unlink(missing_ok=True)


def publish(staged: Sequence[Staged], serials: Sequence[str]) -> None:
    """Give files their names, after the labels were recorded.

    Raises:
        LabelError: a file cannot get its name (``file-not-written``).
    """
    for file in staged:
        try:
            file.passing.replace(file.path)
        except OSError as error:
            if file.path.exists() and not file.passing.exists():
                continue  # another program recovered it meanwhile
            raise LabelError(
                f"The labels {', '.join(serials)} are on record, but their file cannot be named"
                f" {file.path}: {error.strerror}. It lies at {file.passing}.",
                code="file-not-written",
                hint="Use it from there, or print anew with --reason and another --out.",
            ) from error
