"""Backup, restore and migration: every copy is proved before it is trusted."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.labelling.files import folder_of
from lottrack.actions.labelling.pictures import Kept, copy_pictures, kept_pictures
from lottrack.errors import BadValue, RecordAltered, StoreBusy
from lottrack.rules.codes.identifiers import PREFIXES
from lottrack.rules.reading.times import from_text, local_text, to_text
from lottrack.store.backup import copy_database, discard, partial, put_in_place, require_free
from lottrack.store.chain import canonical
from lottrack.store.change import Actor
from lottrack.store.checks import open_raw, prove
from lottrack.store.connection import connect
from lottrack.store.files import content_of, copy_kept, files_folder, kept_findings
from lottrack.store.migrations import pending_migrations
from lottrack.store.reader import Reader
from lottrack.store.store import Store, migrate

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.store.change import Change

    Progress = Callable[[int], None]

JUMP = 1000
"""How far every number series jumps after a restore."""


class Copied(NamedTuple):
    """A copy that proved itself.

    Attributes:
        path: where it stood when it was proved.
        sha256: of the file then.
        entries: how many audit entries it has.
        head: the hash of the last one.
        last_at: when the last one was written, as stored.
        site_code: whose record it is.
        zone: the site's time zone.
        attached: hashes of the attached files it speaks of.
        pictures: the pictures of labels that go with it.
    """

    path: Path
    sha256: str
    entries: int
    head: str
    last_at: str
    site_code: str
    zone: str
    attached: tuple[str, ...]
    pictures: Kept


def _proved(path: Path, source: Path, what: str, progress: Progress | None = None) -> Copied:
    """What a copy holds, once everything in it was proved; its files lie beside ``source``.

    A picture of a label that is missing or altered keeps no record from being copied: the record
    holds its hash, and the label can be voided and printed anew.

    Raises:
        RecordAltered: the record does not prove itself, or an attached file is missing or altered.
    """
    database = open_raw(path)
    try:
        proof = prove(database, progress)
        findings = list(proof.findings)
        if not findings:
            attached = database.execute_sql("SELECT root, sha256 FROM attachment").fetchall()
            findings += kept_findings(files_folder(source), attached)
        if findings:
            raise RecordAltered(
                f"{what} does not prove itself ({len(findings)} findings, the first:"
                f" {findings[0].sentence})",
                hint="Run `lottrack admin check`; keep every copy of the file as it is until the"
                " cause is found.",
            )
        last_at = database.execute_sql("SELECT max(at) FROM audit_entry").fetchone()[0]
        settings = dict(database.execute_sql("SELECT name, value FROM setting").fetchall())
        pictures = kept_pictures(Reader(database), source)
    finally:
        database.close()
    return Copied(
        path,
        content_of(path).sha256,
        proof.entries,
        proof.head,
        last_at,
        settings["site_code"],
        settings["zone"],
        tuple(sorted({row[1] for row in attached})),
        pictures,
    )


# -- backup ----------------------------------------------------------------------------------------


def make_backup(desk: Desk, path: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Copy the record and the files beside it, prove the copy, and note it in the record.

    Args:
        desk: an administrator's.
        path: the file to make; attached files go into ``PATH.files`` beside it, pictures of labels
            into ``PATH.labels``.
        progress: called with the number of entries proved since the last call.

    Raises:
        Conflict: there is something at ``path`` already.
        RecordAltered: the record does not prove itself; no backup is left that could be trusted.
        StoreBusy: the backup cannot be written, or not be noted.
    """
    desk.role_for("admin backup")
    copied = _back_up(desk.store, desk.store.path, path, progress, keep=not desk.dry_run)
    _note(desk, path, copied)
    return {
        "id": path.name,
        "kind": "backup",
        "path": str(path),
        "sha256": copied.sha256,
        "entries": copied.entries,
        "head": copied.head,
        "files": len(copied.attached),
        "pictures": len(copied.pictures.there),
        "warnings": [
            {"code": each.code, "sentence": f"{each.sentence} It is not in the backup."}
            for each in copied.pictures.findings
        ],
    }


def _back_up(
    record: Reader, path: Path, target: Path, progress: Progress | None, *, keep: bool
) -> Copied:
    """A proved copy of an open record with its attached files; taken away again unless kept."""
    require_free(target)
    _require_free_beside(target)
    made = partial(target)
    discard(made)
    try:
        copy_database(record.database, made)
        copied = _proved(made, path, "The record", progress)
        if keep:
            _keep_beside(copied, path, target)
            put_in_place(made, target)
    finally:
        discard(made)
    return copied


def _require_free_beside(target: Path) -> None:
    """Refuse a place beside which the files of another database lie."""
    require_free(files_folder(target))
    require_free(folder_of(target))


def _keep_beside(copied: Copied, source: Path, target: Path) -> None:
    """Copy the files beside a database beside another that is about to get its name."""
    try:
        if copied.attached:
            copy_kept(copied.attached, files_folder(source), files_folder(target))
        copy_pictures(copied.pictures.there, target)
    except BaseException:
        shutil.rmtree(files_folder(target), ignore_errors=True)
        shutil.rmtree(folder_of(target), ignore_errors=True)
        raise


def _note(desk: Desk, path: Path, copied: Copied) -> None:
    noted = _noted(desk, path, copied)
    try:
        with desk.change("admin backup") as change:
            change.subject = path.name
            change.stand("setting", {"name": "last_backup"}, value=noted)
    except StoreBusy as error:
        raise StoreBusy(
            f"The backup {path} was made and proved (SHA-256 {copied.sha256}), but the record"
            f" cannot note it. {error.sentence}",
            hint="Keep the backup. Write its SHA-256 down, mend the cause, and make another one.",
        ) from error


def _noted(desk: Desk, path: Path, copied: Copied) -> str:
    """What the record keeps of its latest backup."""
    return canonical(
        {
            "file": path.name,
            "sha256": copied.sha256,
            "entries": copied.entries,
            "head": copied.head,
            "at": to_text(desk.now()),
        }
    )


# -- restore ---------------------------------------------------------------------------------------


def prepare_restore(
    source: Path, target: Path, *, host: str, now: datetime, progress: Progress | None = None
) -> Copied:
    """Copy a backup to where the record shall be, under a name of its own, and prove it.

    The copy of an older lottrack's backup is brought to this one's schema; the backup stays as it
    is.

    Raises:
        NoDatabase: there is no such backup.
        Conflict: there is something at the target already.
        RecordAltered: the backup does not prove itself.
        SchemaNewer: it was made by a newer lottrack.
    """
    require_free(target)
    _require_free_beside(target)
    database = open_raw(source)
    made = partial(target)
    discard(made)
    try:
        copy_database(database, made)
        copied = _proved(made, source, f"The backup {source}", progress)
        migrate(made, host=host, now=now)
    except BaseException:
        discard(made)
        raise
    finally:
        database.close()
    return copied


def finish_restore(
    desk: Desk, source: Path, target: Path, copied: Copied, jump: int = JUMP
) -> dict[str, Any]:
    """Let every number series jump, note the restore, and give the copy its name.

    Numbers given out after the backup was made may already be on bags: none of them must be given
    out again. Sign-ins kept from the time of the backup end.

    Args:
        desk: an administrator's, on the copy.
        source: the backup.
        target: where the record shall be.
        copied: what ``prepare_restore`` answered.
        jump: by how much every series jumps; more than 1000 when a backup is restored twice.

    Raises:
        BadValue: a jump below 1000.
    """
    if not (jump >= JUMP):
        raise BadValue(f"The numbers jump by at least {JUMP}, not by {jump}.", code="out-of-range")
    digest = content_of(source).sha256
    reason = f"restored from {source.name}, SHA-256 {digest}"
    with desk.change("admin restore", reason) as change:
        change.subject = copied.site_code
        _jump(change, jump)
        for row in change.sql("SELECT account FROM account_standing WHERE session_sha256 NOT NULL"):
            change.stand("account_standing", {"account": row.account}, session_sha256=None)
    desk.store.close()
    if not desk.dry_run:
        _keep_beside(copied, source, target)
        put_in_place(copied.path, target)
    last = local_text(from_text(copied.last_at), copied.zone)
    return {
        "id": copied.site_code,
        "kind": "restore",
        "path": str(target),
        "from": str(source),
        "sha256": digest,
        "entries": copied.entries,
        "head": copied.head,
        "last_entry": copied.last_at,
        "jump": jump,
        "recorded_by": desk.account,
        "warnings": [
            {
                "code": "recorded-after-the-backup",
                "sentence": f"The backup ends at {last}. What was recorded later is not in this"
                " record: enter it from paper, and repeat changes of accounts and secrets.",
            }
        ],
    }


def discard_copy(path: Path) -> None:
    """Take a copy away that did not become a record."""
    discard(path)


def _jump(change: Change, jump: int) -> None:
    """Move every series on, those not begun by the time of the backup included."""
    known = {str(row.kind): int(row.last) for row in change.rows("number_series")}
    for kind in sorted(set(PREFIXES) | set(known)):
        change.stand("number_series", {"kind": kind}, last=known.get(kind, 0) + jump)


# -- migrate ---------------------------------------------------------------------------------------


class Migration(NamedTuple):
    """A migration about to be made.

    Attributes:
        names: the steps the file lacks.
        backup: where the proved backup stands.
        copied: what it holds.
        trial: the copy it was tried on, where the administrator signs in.
    """

    names: tuple[str, ...]
    backup: Path
    copied: Copied
    trial: Path


def prepare_migration(
    path: Path, *, host: str, now: datetime, dry_run: bool, progress: Progress | None = None
) -> Migration | None:
    """Back an older record up beside itself and try the migration on a copy; None if it is current.

    Raises:
        NoDatabase: there is no such file.
        SchemaNewer: it is of a newer lottrack.
        MigrationAltered: a migration's file is not the one that made it.
        RecordAltered: the record does not prove itself.
    """
    database = connect(path, writable=False)
    backup = path.with_name(f"{path.name}.before-migration-{now:%Y%m%dT%H%M%SZ}")
    trial = partial(path)
    discard(trial)
    try:
        names = tuple(step.name for step in pending_migrations(database))
        if not names:
            return None
        copied = _back_up(Reader(database), path, backup, progress, keep=not dry_run)
        copy_database(database, trial)
        migrate(trial, host=host, now=now)
    except BaseException:
        discard(trial)
        raise
    finally:
        database.close()
    return Migration(names, backup, copied, trial)


def finish_migration(path: Path, migration: Migration, desk: Desk) -> dict[str, Any]:
    """Bring the record itself to the schema, and note who let it be done.

    Args:
        path: the record.
        migration: what ``prepare_migration`` answered.
        desk: the administrator's, on the trial copy.
    """
    desk.role_for("admin migrate")
    if not desk.dry_run:
        migrate(path, host=desk.host, now=desk.now())
        store = Store(path)
        try:
            _note_migration(desk, store, migration)
        finally:
            store.close()
    return {
        "id": path.name,
        "kind": "migration",
        "applied": list(migration.names),
        "backup": str(migration.backup),
        "sha256": migration.copied.sha256,
        "recorded_by": desk.account,
        "warnings": [],
    }


def _note_migration(desk: Desk, store: Store, migration: Migration) -> None:
    actor = Actor(desk.require_actor(), desk.role_for("admin migrate"), desk.host)
    noted = _noted(desk, migration.backup, migration.copied)
    with store.change(actor, "admin migrate", ", ".join(migration.names), now=desk.now()) as change:
        change.subject = change.site_code
        change.stand("setting", {"name": "last_backup"}, value=noted)
