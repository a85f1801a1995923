"""The store: one database, opened; the only place where a change begins and ends."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from lottrack.errors import Conflict
from lottrack.rules.reading.times import to_text
from lottrack.store.change import MIGRATION, Actor, Change
from lottrack.store.connection import connect, keep_log, patience, translated
from lottrack.store.migrations import apply, known_migrations, pending_migrations, require_current
from lottrack.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path


class Store(Reader):
    """An open database of this lottrack's schema; reads like any ``Reader``.

    Args:
        path: the file.
        writable: False opens it to read only.
        immutable: the file is on a read-only medium.
        waiting: called once, when another program's writing makes this one wait for long.
    """

    def __init__(
        self,
        path: Path,
        *,
        writable: bool = True,
        immutable: bool = False,
        waiting: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(connect(path, writable=writable, immutable=immutable))
        self.path = path
        self.writable = writable
        self.waiting = waiting
        try:
            require_current(self.database)
            if writable:
                with patience(self.waiting):
                    keep_log(self.database, path)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def at(self, moment: datetime | None) -> Reader:
        """The record as it was recorded by ``moment``; None means now."""
        if moment is None:
            return self
        row = self.sql(
            "SELECT coalesce(max(seq), 0) AS seq FROM audit_entry WHERE at <= :at",
            at=to_text(moment),
        )[0]
        return Reader(self.database, int(row.seq))

    @contextmanager
    def change(
        self,
        actor: Actor,
        act: str,
        reason: str | None = None,
        *,
        now: datetime,
        dry_run: bool = False,
    ) -> Iterator[Change]:
        """The only spelling of a write: rows and their audit entry, committed together.

        The write lock is taken at once, so that what is read inside is what is written upon. A
        change that wrote nothing leaves no entry. With ``dry_run`` everything is checked and rolled
        back.

        Raises:
            StoreBusy: the database is busy or cannot be written; nothing happened.
        """
        with _transaction(self) as keep:
            change = Change(self.database, actor, act, reason, now)
            yield change
            if change.wrote:
                change.close()
            keep(not dry_run)


@contextmanager
def _transaction(store: Store) -> Iterator[_Keep]:
    keep = _Keep()
    try:
        with patience(store.waiting):
            store.database.execute_sql("BEGIN IMMEDIATE")
    except Exception as error:
        raise translated(error, store.path) from error
    try:
        yield keep
        store.database.execute_sql("COMMIT" if keep.wanted else "ROLLBACK")
    except BaseException as error:
        if store.database.connection().in_transaction:
            store.database.execute_sql("ROLLBACK")
        if isinstance(error, Exception):
            raise _explained(error, store.path) from error
        raise


class _Keep:
    """Whether a transaction is to be committed; told by the change itself at its end."""

    wanted = False

    def __call__(self, wanted: bool) -> None:  # noqa: FBT001 - reads as keep(not dry_run)
        self.wanted = wanted


def _explained(error: Exception, path: Path) -> Exception:
    from peewee import IntegrityError

    if isinstance(error, IntegrityError):
        return Conflict(
            f"The database refused the record: {error}. Nothing was written.",
            hint="Another act on the same record may have come first; look at it and repeat.",
        )
    return translated(error, path)


def make_database(path: Path, settings: dict[str, str], *, host: str, now: datetime) -> Store:
    """A new database with all migrations applied and the site's settings, as its first entry.

    Raises:
        Conflict: the file exists already.
    """
    if path.exists():
        raise Conflict(
            f"There is already a file at {path}; lottrack never overwrites one.",
            code="database-exists",
            hint="Choose another place with --db.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    database = connect(path)
    try:
        keep_log(database, path)
        with database.atomic("IMMEDIATE"):
            rows = [apply(database, step, to_text(now)) for step in known_migrations()]
            change = Change(database, Actor(MIGRATION, "", host), "init", None, now)
            change.site_code = settings["site_code"]
            for row in rows:
                change.note_row("migration", row)
            for name, value in settings.items():
                change.stand("setting", {"name": name}, value=value)
            change.close()
    except BaseException:
        database.close()
        path.unlink()
        raise
    database.close()
    return Store(path)


def migrate(path: Path, *, host: str, now: datetime) -> list[str]:
    """Apply the missing migrations of an older database, each with its entry, in one transaction.

    The caller makes the backup first. Returns the names applied.
    """
    database = connect(path)
    try:
        with database.atomic("IMMEDIATE"):
            pending = pending_migrations(database)
            rows = [apply(database, step, to_text(now)) for step in pending]
            if rows:
                change = Change(database, Actor(MIGRATION, "", host), "migrate", None, now)
                for row in rows:
                    change.note_row("migration", row)
                change.close()
    finally:
        database.close()
    return [row["name"] for row in rows]
