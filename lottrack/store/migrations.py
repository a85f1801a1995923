"""Bring a database to the schema of this lottrack: numbered SQL files, each applied whole."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from lottrack.assets import database_folder
from lottrack.errors import MigrationAltered, SchemaNewer, SchemaOlder, StoreError
from lottrack.store.chain import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peewee import SqliteDatabase


class Migration(NamedTuple):
    """One numbered file: its stem, its text, the SHA-256 of its text."""

    name: str
    text: str
    sha256: str


def known_migrations() -> list[Migration]:
    """The migrations of this lottrack, in order."""
    files = sorted(database_folder("sqlite").glob("[0-9][0-9][0-9][0-9]_*.sql"))
    texts = [(path.stem, path.read_text(encoding="utf-8")) for path in files]
    return [Migration(name, text, sha256(text)) for name, text in texts]


def applied_migrations(database: SqliteDatabase) -> dict[str, str]:
    """Names and SHA-256 of the migrations that made this database.

    Raises:
        StoreError: the file is a database, but not one of lottrack's.
    """
    try:
        rows = database.execute_sql("SELECT name, sha256 FROM migration ORDER BY name").fetchall()
    except Exception as error:
        if "no such table" not in str(error):
            raise
        raise StoreError(
            "This file is a database, but not one of lottrack's.",
            code="not-a-lottrack-database",
            hint="Name the right file with --db or LOTTRACK_DB.",
        ) from error
    return dict(rows)


def pending_migrations(database: SqliteDatabase) -> list[Migration]:
    """The migrations this database still lacks.

    Raises:
        SchemaNewer: the database knows a migration this lottrack does not.
        MigrationAltered: a file is not the one that was applied.
    """
    applied = applied_migrations(database)
    known = {migration.name: migration for migration in known_migrations()}
    unknown = sorted(set(applied) - set(known))
    if unknown:
        raise SchemaNewer(
            f"This database was written by a newer lottrack (it has {unknown[-1]}).",
            hint="Update lottrack on this computer, then repeat the command.",
        )
    for name, digest in applied.items():
        if known[name].sha256 != digest:
            raise MigrationAltered(
                f"Migration {name} is not the file that made this database.",
                hint="Install lottrack again; an administrator can run `lottrack audit verify`.",
            )
    return [migration for name, migration in known.items() if name not in applied]


def require_current(database: SqliteDatabase) -> None:
    """Refuse a database of another schema.

    Raises:
        SchemaOlder: migrations are missing.
    """
    pending = pending_migrations(database)
    if pending:
        raise SchemaOlder(
            f"This database lacks {len(pending)} step(s) of this lottrack's schema"
            f" (first {pending[0].name}).",
            hint="An administrator runs `lottrack admin migrate`; it makes a backup first.",
        )


def statements(text: str) -> Iterator[str]:
    """The SQL statements of a migration, one by one.

    ``executescript`` would commit a half-done migration, so statements are split and executed
    inside one transaction.
    """
    pending = ""
    for line in text.splitlines(keepends=True):
        pending += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if any(line.strip() and not line.lstrip().startswith("--") for line in pending.splitlines()):
        raise StoreError(
            f"A migration ends in the middle of a statement: {pending.strip()[:80]!r}.",
            code="migration-incomplete",
        )


def apply(database: SqliteDatabase, migration: Migration, at: str) -> dict[str, str]:
    """Apply one migration inside the caller's transaction and return its ``migration`` row."""
    for statement in statements(migration.text):
        database.execute_sql(statement)
    row = {"name": migration.name, "sha256": migration.sha256, "applied_at": at}
    database.execute_sql(
        "INSERT INTO migration (name, sha256, applied_at) VALUES (:name, :sha256, :applied_at)", row
    )
    return row
