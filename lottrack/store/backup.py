"""A consistent copy of a database in one file, while others go on writing."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from lottrack.errors import Conflict, StoreBusy
from lottrack.store.files import settle_file

if TYPE_CHECKING:
    from pathlib import Path

    from peewee import SqliteDatabase


def require_free(path: Path) -> None:
    """Refuse to write where something is already.

    Raises:
        Conflict: ``file-exists``.
    """
    if path.exists() or path.is_symlink():
        raise Conflict(
            f"There is already something at {path}; lottrack never overwrites a file.",
            code="file-exists",
            hint="Name another place.",
        )


def partial(path: Path) -> Path:
    """Where a copy stands until it is whole and proved."""
    return path.with_name(path.name + ".partial")


def copy_database(source: SqliteDatabase, target: Path) -> None:
    """Copy an open database into a new file that only its owner can read.

    The copy holds everything committed when it was begun, in one file without a log beside it, so
    that it can be read from any medium.

    Raises:
        Conflict: there is a file already.
        StoreBusy: the copy cannot be written; nothing is left behind.
    """
    require_free(target)
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        copy = sqlite3.connect(target)
        try:
            source.connection().backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
        settle_file(target)
    except (OSError, sqlite3.OperationalError) as error:
        discard(target)
        raise StoreBusy(
            f"The copy {target} cannot be written ({error}).",
            hint="Check that the disk is not full and that you may write the folder, then repeat.",
        ) from error
    except BaseException:
        discard(target)
        raise


def put_in_place(made: Path, target: Path) -> None:
    """Give a whole, proved copy its name; never over another file.

    Raises:
        Conflict: another file came in between.
    """
    require_free(target)
    made.rename(target)
    settle_file(target)


def discard(path: Path) -> None:
    """Take away a database file and its logs."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
