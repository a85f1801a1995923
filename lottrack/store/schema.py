"""Compare a file's schema with the one its migrations make: tables, indexes, triggers, views.

A guard taken away, a view that tells another story or a table beside the record would leave every
row as it was; only the schema shows them.
"""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.reading.text import printable
from lottrack.store.migrations import known_migrations, statements
from lottrack.store.proofs import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peewee import SqliteDatabase

    from lottrack.store.migrations import Migration

Shapes = dict[tuple[str, str], str]


class SchemaProof(NamedTuple):
    """What the comparison found, and a sentence about how far it went."""

    assurance: str
    findings: tuple[Finding, ...]


def prove_schema(database: SqliteDatabase) -> SchemaProof:
    """Compare an open file's schema with the one that the migrations it names make.

    A file of a newer lottrack names a migration that is unknown here; its schema cannot be compared
    and is not a finding. A migration whose file is not the one applied is.
    """
    connection = database.connection()
    try:
        return _proved(connection)
    except sqlite3.DatabaseError as error:
        finding = Finding("database-damaged", "schema", f"The schema cannot be read: {error}.")
        return SchemaProof("the schema could not be read", (finding,))


def _proved(connection: sqlite3.Connection) -> SchemaProof:
    there = _shapes(connection)
    if ("table", "migration") not in there:
        return SchemaProof("the schema was not compared: the file names no migrations", ())
    applied = dict(connection.execute("SELECT name, sha256 FROM migration").fetchall())
    known = {migration.name: migration for migration in known_migrations()}
    unknown = sorted(set(applied) - set(known), key=str)
    if unknown:
        name = printable(str(unknown[-1]))
        return SchemaProof(
            f"the schema was not compared: {name} is a migration of a newer lottrack", ()
        )
    used = tuple(migration for name, migration in known.items() if name in applied)
    altered = [
        Finding(
            "migration-altered",
            f"migration {migration.name}",
            f"The file of migration {migration.name} is not the one that made this database.",
        )
        for migration in used
        if applied[migration.name] != migration.sha256
    ]
    findings = [*altered, *_differences(_made_by(used), there)]
    return SchemaProof(
        "tables, indexes, triggers and views were compared with the migrations", tuple(findings)
    )


def _shapes(connection: sqlite3.Connection) -> Shapes:
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return {(kind, name): sql or "" for kind, name, sql in rows}


@lru_cache(maxsize=4)
def _made_by(migrations: tuple[Migration, ...]) -> Shapes:
    memory = sqlite3.connect(":memory:")
    try:
        for migration in migrations:
            for statement in statements(migration.text):
                memory.execute(statement)
        return _shapes(memory)
    finally:
        memory.close()


def _differences(wanted: Shapes, there: Shapes) -> Iterator[Finding]:
    for kind, name in sorted(set(wanted) | set(there)):
        where = printable(f"{kind} {name}")
        if (kind, name) not in there:
            yield Finding(f"{kind}-missing", where, f"The {where} was taken away.")
        elif (kind, name) not in wanted:
            yield Finding(f"{kind}-added", where, f"The {where} is not lottrack's.")
        elif wanted[kind, name] != there[kind, name]:
            yield Finding(f"{kind}-altered", where, f"The {where} is not as its migration made it.")
