"""Pictures of labels kept beside the database: what must be there, what is, and copies of them.

The record holds each picture's hash, not the picture. A label that was sent to a printer and has
not come to anything yet needs its picture to be sent again, so it must be there. Whatever lies
under a label's number must be that label's picture: somebody may print it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.labelling.files import folder_of, passing_name, picture_name
from lottrack.errors import LabelError, StoreBusy
from lottrack.store.proofs import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lottrack.store.reader import Reader

_NAMES = "LB-*.png"

# A file of an older lottrack may have no printers yet; then nothing was sent to one.
_HAS_PRINTERS = "SELECT 1 FROM sqlite_master WHERE name = 'print_job_label'"
_LABELS = "SELECT root, image_sha256, 0 AS needed FROM label_now"
_SENT = """
SELECT l.root, l.image_sha256, coalesce(s.state, '') = 'printing' AS needed
  FROM label_now AS l LEFT JOIN label_standing AS s ON s.label = l.root
"""


class Known(NamedTuple):
    """What the record says of a label's picture.

    Attributes:
        digest: its SHA-256 (``rendering.image_sha256``).
        needed: the label is with a printer, so that the picture may be needed again.
    """

    digest: str
    needed: bool


class Kept(NamedTuple):
    """The pictures beside a database.

    Attributes:
        there: label's number -> the file, where it is the picture on record.
        findings: what is missing, altered, or of no label.
    """

    there: dict[str, Path]
    findings: tuple[Finding, ...]


def kept_pictures(reader: Reader, path: Path) -> Kept:
    """The pictures of labels beside a database, compared with what it says of them.

    Args:
        reader: the record.
        path: the file beside which they lie.
    """
    known = _known(reader)
    folder = folder_of(path)
    files = {file.stem: file for file in sorted(folder.glob(_NAMES))}
    for label, wanted in known.items():
        passing = folder / passing_name(picture_name(label), label)
        if wanted.needed and label not in files and passing.exists():
            files[label] = passing  # the program died before it could name it
    findings = list(_findings(known, files, folder))
    spoilt = {finding.where for finding in findings}
    there = {label: file for label, file in files.items() if f"label {label}" not in spoilt}
    return Kept(there, tuple(findings))


def _known(reader: Reader) -> dict[str, Known]:
    rows = reader.sql(_SENT if reader.sql(_HAS_PRINTERS) else _LABELS)
    return {str(row.root): Known(str(row.image_sha256), bool(row.needed)) for row in rows}


def _findings(known: dict[str, Known], files: dict[str, Path], folder: Path) -> Iterator[Finding]:
    for label, file in files.items():
        where = f"label {label}"
        if label not in known:
            sentence = f"{file.name} in {folder.name} is named like a label that is not on record."
            yield Finding("picture-unknown", where, sentence)
        elif digest_of(file) != known[label].digest:
            sentence = f"The picture of label {label} in {folder.name} is not the one on record."
            yield Finding("picture-altered", where, sentence)
    for label, wanted in known.items():
        if wanted.needed and label not in files:
            sentence = (
                f"Label {label} was sent to a printer and is not scanned back, and its picture is"
                f" not in {folder.name}. Apply it if it came out; if not, void it and print anew."
            )
            yield Finding("picture-missing", f"label {label}", sentence)


def digest_of(file: Path) -> str:
    """The hash of the dots in a picture that lottrack made; "" of anything else."""
    from lottrack.printing.png import dots_of
    from lottrack.printing.rendering import image_sha256

    try:
        return image_sha256(*dots_of(file.read_bytes()))
    except (OSError, LabelError):
        return ""


def copy_pictures(there: dict[str, Path], target: Path) -> None:
    """Copy pictures into the folder beside another database, where there are any.

    Raises:
        StoreBusy: the folder cannot be written.
    """
    if not there:
        return
    folder = folder_of(target)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for label, file in there.items():
            with (folder / picture_name(label)).open("wb") as copy:
                copy.write(file.read_bytes())
                copy.flush()
                os.fsync(copy.fileno())
    except OSError as error:
        raise StoreBusy(
            f"The pictures of labels cannot be copied into {folder} ({error.strerror}).",
            hint="Check that the disk is not full and that you may write the folder, then repeat.",
        ) from error
