"""Open a database, and nothing else: pragmas, peewee's start-up, who may not read or write it.

How long a writer waits for another one is ``LOTTRACK_BUSY_MS`` milliseconds, 30 000 when the
variable is not set: SQLite's waiting is not fair, so that a short wait fails where many write.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lottrack.errors import NoDatabase, StoreBusy, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from peewee import SqliteDatabase

OLDEST_SQLITE = (3, 38, 0)
"""STRICT tables need 3.37, the ``->>`` operator 3.38."""

BUSY_MS = 30_000
"""How long to wait for another writer unless ``LOTTRACK_BUSY_MS`` says otherwise."""

TOLD_AFTER_MS = 2_000
"""After how long a person who waits is told so."""

PRAGMAS = {
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "synchronous": 2,  # FULL: NORMAL forgets acknowledged records in a power cut
}
_NOT_WRITABLE = (
    "locked",
    "busy",
    "readonly",
    "unable to open",
    "is full",
    "disk i/o",
    "interrupted",
    "large file",
)
_DAMAGED = ("not a database", "malformed", "corrupt", "could not decode")
_DRIVERS_OF_OTHERS = ("psycopg", "psycopg2", "psycopg2cffi", "pysqlite3", "pymysql", "MySQLdb")


def _peewee_database(name: str, *, uri: bool, pragmas: dict[str, object]) -> SqliteDatabase:
    """A peewee database on the standard library's sqlite3.

    peewee imports every database driver it finds, which costs a start more than lottrack itself
    does, and prefers another SQLite when one is installed; neither is wanted here.
    """
    if "peewee" not in sys.modules:
        hidden = [driver for driver in _DRIVERS_OF_OTHERS if driver not in sys.modules]
        for driver in hidden:
            sys.modules[driver] = None  # type: ignore[assignment]
        try:
            import peewee
        finally:
            for driver in hidden:
                del sys.modules[driver]
    import peewee

    # The wait is set at once, so that it holds for the other pragmas, too.
    return peewee.SqliteDatabase(name, pragmas=pragmas, uri=uri, timeout=busy_ms() / 1000)


def busy_ms() -> int:
    """Milliseconds to wait for another writer."""
    given = os.environ.get("LOTTRACK_BUSY_MS", "")
    return int(given) if given.isascii() and given.isdigit() else BUSY_MS


@contextmanager
def patience(tell: Callable[[], None] | None) -> Iterator[None]:
    """Have a person told, once, when what is done within takes long because others write.

    SQLite waits by itself and says nothing, so that a clock beside it has to.

    Args:
        tell: says it; None where nobody watches, which costs nothing.
    """
    if tell is None or busy_ms() <= TOLD_AFTER_MS:
        yield
        return
    from threading import Timer

    timer = Timer(TOLD_AFTER_MS / 1000, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def connect(path: Path, *, writable: bool = True, immutable: bool = False) -> SqliteDatabase:
    """A connected database.

    Args:
        path: the file; it must exist.
        writable: False opens it read-only, and never changes a byte.
        immutable: the file is on a read-only medium, so that not even a lock can be taken.

    Raises:
        NoDatabase: there is no such file.
        StoreBusy: the file cannot be opened by this user.
        StoreError: the file is not a database, or SQLite is too old.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old for lottrack, which needs 3.38 or newer.",
            code="sqlite-too-old",
            hint="Install a newer Python or a newer SQLite library.",
        )
    if not path.is_file():
        raise NoDatabase(
            f"There is no lottrack database at {path}.",
            hint="Make one with `lottrack init`, or name yours with --db or LOTTRACK_DB.",
        )
    if writable:
        database = _peewee_database(str(path), uri=False, pragmas=dict(PRAGMAS))
    else:
        mode = "immutable=1" if immutable else "mode=ro"
        uri = f"{path.absolute().as_uri()}?{mode}"
        database = _peewee_database(uri, uri=True, pragmas={"foreign_keys": 1})
    try:
        database.connect()
        database.execute_sql("SELECT count(*) FROM sqlite_master")
    except Exception as error:
        database.close()
        raise translated(error, path) from error
    return database


def keep_log(database: SqliteDatabase, path: Path) -> None:
    """Have a file keep a write-ahead log, so that reading goes on while somebody writes.

    The file itself remembers it: to be asked only of a file that is known to be lottrack's.

    Raises:
        StoreBusy: another program has the file.
    """
    try:
        database.execute_sql("PRAGMA journal_mode = wal")
    except Exception as error:
        raise translated(error, path) from error


def translated(error: Exception, path: Path) -> Exception:
    """A database error as lottrack says it; other exceptions come back as they are.

    An error of SQL itself (no such column) is none of these: it is a bug and shown as one.
    """
    from peewee import DatabaseError, IntegrityError

    if not isinstance(error, DatabaseError | sqlite3.DatabaseError):
        return error
    if isinstance(error, IntegrityError | sqlite3.IntegrityError):
        return error
    text = str(error)
    if any(word in text.lower() for word in _DAMAGED):
        return StoreError(
            f"The file {path} is not an intact lottrack database ({text}).",
            code="database-damaged",
            hint="Keep the file as it is, run `lottrack audit verify`, and restore the latest"
            " backup with `lottrack admin restore`.",
        )
    if any(word in text.lower() for word in _NOT_WRITABLE):
        return StoreBusy(
            f"The database {path} is busy or cannot be written ({text}). Nothing was recorded.",
            hint="Close other programs that use it, check that the disk is not full and that you"
            " may write the file and its folder, then repeat the command.",
        )
    return error
