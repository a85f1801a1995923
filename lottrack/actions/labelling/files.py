"""Where labels are written: one picture a file, or all of them in one PDF.

Files are written under a passing name beside their own and get it only when the labels are on
record, so that a picture never exists that the record does not know.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import LabelError, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lottrack.printing.rendering import Rendered

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
    """What the command line said of files: ``--format`` and ``--out``.

    Attributes:
        form: png, pdf, or "" for what the file's name says, else png.
        out: a folder, or a file when it has a suffix; None for the folder beside the database.
    """

    form: str = ""
    out: Path | None = None

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


class Staged(NamedTuple):
    """A file under its passing name, and the name it shall get."""

    passing: Path
    path: Path


def stage(paths: Sequence[Path], labels: Sequence[Rendered], form: str) -> list[Staged]:
    """Write labels under passing names.

    Raises:
        LabelError: the folder or a file cannot be written (``file-not-written``); none is left.
    """
    contents: dict[Path, bytes] = {}
    if form == "pdf":
        from lottrack.printing.sheets import to_pdf

        contents[paths[0]] = to_pdf(labels)
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
