"""Where labels are written: one picture a file, or all of them in one PDF, on sheets if wished.

Files are written under a passing name beside their own and get it only when the labels are on
record, so that a picture never exists that the record does not know.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import LabelError, Usage
from lottrack.rules.reading.quantities import parse_decimal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from pathlib import Path

    from lottrack.printing.rendering import Rendered
    from lottrack.printing.sheets import Grid, Sheet

FORMS = ("png", "pdf")


class Files(NamedTuple):
    """Where labels go.

    Attributes:
        folder: the folder.
        name: the file's name, or "" to name files by the labels' numbers.
        form: png or pdf.
    """

    folder: Path
    name: str
    form: str

    def named(self, serials: Sequence[str]) -> list[Path]:
        """The file of each label; a PDF holds them all."""
        if self.name:
            return [self.folder / self.name] * len(serials)
        if self.form == "png":
            return [self.folder / f"{serial}.png" for serial in serials]
        more = f"_and_{len(serials) - 1}_more" if len(serials) > 1 else ""
        return [self.folder / f"{serials[0]}{more}.pdf"] * len(serials)


class Output(NamedTuple):
    """What the command line said of files: ``--format``, ``--out`` and ``--sheet``.

    Attributes:
        form: png, pdf, or "" for what the file's name says, else png.
        out: a folder, or a file when it has a suffix; None for the folder beside the database.
        grid: how labels lie on a sheet, for which the form is pdf; None for a page each.
    """

    form: str = ""
    out: Path | None = None
    grid: Grid | None = None

    def files(self, database: Path, count: int) -> Files:
        """Where so many labels go.

        Raises:
            Usage: the file's suffix is neither .png nor .pdf or contradicts the format, or several
                pictures would have to share one file.
        """
        if self.out is None:
            folder = database.with_name(database.name + ".labels")
            return Files(folder.absolute(), "", self.form or "png")
        if self.out.is_dir() or not self.out.suffix:
            return Files(self.out.absolute(), "", self.form or "png")
        suffix = self.out.suffix.lower().removeprefix(".")
        if suffix not in FORMS or (self.form and self.form != suffix):
            raise Usage(
                f"The file {self.out} is not named like {self.form or 'a picture or a PDF'}.",
                code="file-name-unfit",
                hint=f"Name it .{self.form or 'png or .pdf'}, or name a folder.",
            )
        if suffix == "png" and count > 1:
            raise Usage(
                f"{count} labels cannot share the picture {self.out}.",
                code="file-name-unfit",
                hint="Name a folder, or a .pdf file: it holds them all, one a page.",
            )
        return Files(self.out.absolute().parent, self.out.name, suffix)


def read_grid(sheet: str, margins_mm: str, gaps_mm: str, skip: int) -> Grid:
    """How labels lie on a sheet, from what was typed.

    Args:
        sheet: columns and rows, such as ``2x5``.
        margins_mm: to the first label, left and top, such as ``7.5,12``; "" to centre the labels.
        gaps_mm: between labels, across and down; "" for none.
        skip: positions already used on the first sheet.

    Raises:
        Usage: one of them cannot be read.
    """
    from lottrack.printing.sheets import Grid

    columns, rows = (
        int(number) for number in _two(sheet.lower(), "x", "--sheet", "2x5", places=0, minimum=1)
    )
    grid = Grid(columns, rows, skip=skip)
    if margins_mm:
        grid = grid._replace(margins_mm=_two(margins_mm, ",", "--margins-mm", "7.5,12"))
    if gaps_mm:
        grid = grid._replace(gaps_mm=_two(gaps_mm, ",", "--gaps-mm", "2.5,0"))
    return grid


def _two(
    text: str, between: str, option: str, such_as: str, *, places: int = 3, minimum: int = 0
) -> tuple[Decimal, Decimal]:
    """Two numbers no larger than a sheet is long."""
    parts = text.split(between)
    if len(parts) != 2:
        raise Usage(f"{option} takes two numbers, such as {such_as}.", code="bad-value")
    first, second = (
        parse_decimal(part.strip(), option, minimum=minimum, maximum=297, places=places)
        for part in parts
    )
    return first, second


class Staged(NamedTuple):
    """A file under its passing name, and the name it shall get."""

    passing: Path
    path: Path


def stage(
    paths: Sequence[Path], labels: Sequence[Rendered], form: str, sheet: Sheet | None = None
) -> list[Staged]:
    """Write labels under passing names; with a sheet, side by side on it.

    Raises:
        LabelError: the folder or a file cannot be written (``file-not-written``); none is left.
    """
    contents: dict[Path, bytes] = {}
    if form == "pdf":
        from lottrack.printing.sheets import sheet_pdf

        contents[paths[0]] = sheet_pdf(labels, sheet)
    else:
        contents = {path: label.png for path, label in zip(paths, labels, strict=True)}
    staged: list[Staged] = []
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            staged.append(Staged(path.with_name(f".{path.name}.part"), path))
            staged[-1].passing.write_bytes(content)
    except OSError as error:
        remove(staged)
        raise LabelError(
            f"The label file {path} cannot be written: {error.strerror}. Nothing was printed.",
            code="file-not-written",
            hint="Name another folder with --out.",
        ) from error
    return staged


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
            raise LabelError(
                f"The labels {', '.join(serials)} are on record, but their file cannot be named"
                f" {file.path}: {error.strerror}. It lies at {file.passing}.",
                code="file-not-written",
                hint="Use it from there, or print anew with --reason and another --out.",
            ) from error
