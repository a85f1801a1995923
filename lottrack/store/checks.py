"""Open a file whatever state it is in, and prove what can be proved without trusting it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from lottrack.errors import StoreBusy, StoreError
from lottrack.rules.reading.text import printable
from lottrack.store.connection import connect
from lottrack.store.proofs import Finding, Proof, unread
from lottrack.store.replay import verify
from lottrack.store.schema import prove_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from peewee import SqliteDatabase


def open_raw(path: Path) -> SqliteDatabase:
    """A file opened to read only, of any schema version, on any medium.

    Raises:
        NoDatabase: there is no such file.
        StoreBusy: another program holds it, or this user may not read it.
        StoreError: it is no database, or too damaged to be opened.
    """
    try:
        return connect(path, writable=False)
    except StoreBusy as error:
        if "locked" in error.sentence:
            raise
        # A database on a read-only medium cannot even be locked.
        return connect(path, writable=False, immutable=True)


def count_entries(path: Path) -> int:
    """How many audit entries a file has, 0 when that cannot be read; for a progress bar."""
    try:
        database = open_raw(path)
    except StoreError:
        return 0
    try:
        return int(database.execute_sql("SELECT count(*) FROM audit_entry").fetchone()[0])
    except Exception as error:  # noqa: BLE001 - a damaged file fails in many ways; it is proved later
        del error
        return 0
    finally:
        database.close()


def prove_file(path: Path, progress: Callable[[int], None] | None = None) -> Proof:
    """Recompute, replay and compare a whole file, whatever its schema version or damage.

    Args:
        path: the file.
        progress: called with the number of entries done since the last call.

    Raises:
        NoDatabase: there is no such file.
        StoreBusy: it cannot be read now.
    """
    try:
        database = open_raw(path)
    except StoreBusy:
        raise
    except StoreError as error:
        if error.code != "database-damaged":
            raise
        finding = Finding("database-damaged", "file", error.sentence)
        return unread("the file cannot be opened as a database", finding)
    try:
        return prove(database, progress)
    finally:
        database.close()


def prove(database: SqliteDatabase, progress: Callable[[int], None] | None = None) -> Proof:
    """The proof of an open database: chain, replay, schema, and the file's own order.

    The last one is needed, too: rows are found through indexes, and an index that was tampered with
    hides a row that is there.
    """
    proof = verify(database, progress)
    schema = prove_schema(database)
    order = integrity_findings(database)
    checked = "the file and its indexes were checked by SQLite"
    if any(finding.code == "file-unchecked" for finding in order):
        checked = "the file and its indexes were not checked: SQLite cannot read them"
    return proof._replace(
        assurance=(*proof.assurance[:-1], schema.assurance, checked, proof.assurance[-1]),
        findings=(*proof.findings, *schema.findings, *order),
    )


def reference_findings(database: SqliteDatabase) -> list[Finding]:
    """References to rows that are not there (``PRAGMA foreign_key_check``)."""
    rows = database.connection().execute("PRAGMA foreign_key_check").fetchall()
    return [
        Finding(
            "foreign-key",
            table if row is None else f"{table} row {row}",
            f"A row of {table} refers to a {parent.replace('_', ' ')} that is not there.",
        )
        for table, row, parent, _ in rows
    ]


def integrity_findings(database: SqliteDatabase) -> list[Finding]:
    """Damage of the file itself (``PRAGMA integrity_check``)."""
    return list(_integrity(database.connection()))


def _integrity(connection: sqlite3.Connection) -> Iterator[Finding]:
    try:
        for (line,) in connection.execute("PRAGMA integrity_check"):
            if line != "ok":
                yield Finding("file-integrity", "file", f"SQLite finds: {printable(str(line))}.")
    except sqlite3.DatabaseError as error:
        yield Finding("file-unchecked", "file", f"SQLite cannot check the file: {error}.")
