"""Attached files, kept beside the database by their SHA-256: copied in whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, StoreBusy
from lottrack.store.proofs import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO

LARGEST = 100_000_000
"""Bytes an attached file may have."""

_BLOCK = 1 << 20


class Content(NamedTuple):
    """What a file holds: its hash and its size."""

    sha256: str
    size_bytes: int


def files_folder(database: Path) -> Path:
    """The folder beside a database where attached files are kept."""
    return database.with_name(database.name + ".files")


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def content_of(path: Path) -> Content:
    """The hash and size of a file.

    Raises:
        OSError: it cannot be read.
    """
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        for block in _blocks(file):
            digest.update(block)
            size += len(block)
    return Content(digest.hexdigest(), size)


def require_file(path: Path) -> Content:
    """The content of a file that is to be attached.

    Raises:
        BadValue: there is no such file, it cannot be read (``file-unreadable``) or is larger than
            ``LARGEST`` (``file-too-large``).
    """
    if not path.is_file():
        raise BadValue(
            f"There is no file {path}.",
            code="file-unreadable",
            hint="Give the path of a file; a folder cannot be attached.",
        )
    try:
        if path.stat().st_size > LARGEST:
            raise BadValue(
                f"The file {path} is larger than {LARGEST // 1_000_000} MB.",
                code="file-too-large",
                hint="Attach a smaller file, for example a scan with a lower resolution.",
            )
        return content_of(path)
    except OSError as error:
        raise BadValue(
            f"The file {path} cannot be read: {error.strerror}.", code="file-unreadable"
        ) from error


def keep_file(source: Path, folder: Path, content: Content) -> None:
    """Copy a file into a folder under its hash; it is there whole when this returns.

    A copy that is there already is left alone.

    Raises:
        BadValue: the file changed while it was read (``file-changed``).
        StoreBusy: the folder cannot be written; nothing is left behind.
    """
    kept = folder / content.sha256
    try:
        if kept.is_file() and content_of(kept) == content:
            return
        folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as copy:
            try:
                _copy(source, copy.file, content)
                Path(copy.name).replace(kept)
            except BaseException:
                Path(copy.name).unlink(missing_ok=True)
                raise
        _settle(folder)
    except OSError as error:
        raise StoreBusy(
            f"The file cannot be kept in {folder} ({error.strerror}). Nothing was recorded.",
            hint="Check that the disk is not full and that you may write the folder, then repeat.",
        ) from error


def _copy(source: Path, copy: IO[bytes], content: Content) -> None:
    digest = hashlib.sha256()
    with source.open("rb") as file:
        for block in _blocks(file):
            digest.update(block)
            copy.write(block)
    copy.flush()
    os.fsync(copy.fileno())
    if digest.hexdigest() != content.sha256:
        raise BadValue(
            f"The file {source} changed while it was read.",
            code="file-changed",
            hint="Close the program that writes it, then repeat.",
        )


def _settle(folder: Path) -> None:
    """Make the folder's new name last through a power cut, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def settle_file(path: Path) -> None:
    """Make a file and its name last through a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    _settle(path.parent)


def copy_kept(hashes: Iterable[str], source: Path, target: Path) -> None:
    """Copy kept files from one folder to another.

    Raises:
        BadValue: one is not what its name says (``file-changed``).
        StoreBusy: one is missing, or the target cannot be written.
    """
    for name in sorted(set(hashes)):
        kept = source / name
        size = kept.stat().st_size if kept.is_file() else 0
        keep_file(kept, target, Content(name, size))


def kept_findings(folder: Path, attached: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """Kept files that are missing or are not what their name says.

    Args:
        folder: where they are kept.
        attached: the record's number and the hash of each.
    """
    for record, name in attached:
        try:
            content = content_of(folder / name)
        except OSError:
            sentence = f"The file of attachment {record} ({name[:12]}…) is not in {folder.name}."
            yield Finding("file-missing", f"attachment {record}", sentence)
            continue
        if content.sha256 != name:
            sentence = f"The file of attachment {record} ({name[:12]}…) is not the one attached."
            yield Finding("file-altered", f"attachment {record}", sentence)
