"""``lottrack admin``: backup, restore, check, migrate."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lottrack.commands.audit.trail import BROKEN, proof_text, with_progress
from lottrack.commands.base import Answer, noun, require_confirmed, verb
from lottrack.commands.types import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.context import Context

admin = noun("admin", "Backup, restore, check, migrate.")
FILE = click.Path(path_type=Path, dir_okay=False)


@verb(admin, "backup", writes="admin backup")
@click.argument("path", type=FILE)
def backup(context: Context, path: Path) -> Answer:
    """Copy the record and its attached files, prove the copy, and note its hash in the record.

    The pictures of labels that lie beside the record go with it.

    \b
    Example:
      lottrack admin backup /media/backup/trial-2026-02-03.sqlite
    """
    from lottrack.actions.record.backups import make_backup

    desk = context.writing_desk
    made = with_progress(context.path, lambda step: make_backup(desk, path, step))
    text = (
        f"Wrote {made['path']}: {made['entries']} entries, {made['files']} attached files and"
        f" {made['pictures']} pictures of labels, proved.\nSHA-256 {made['sha256']}\nHead"
        f" {made['head']}"
    )
    warnings = [f"Warning ({each['code']}): {each['sentence']}" for each in made["warnings"]]
    return Answer(made, "\n".join([text, *warnings]))


@verb(admin, "restore", writes="admin restore")
@click.argument("path", type=FILE)
@click.option("--to", "target", type=FILE, required=True, help="The database file to make.")
@click.option("--confirm", default="", metavar="CODE", help="The site's code, for scripts.")
@click.option(
    "--jump",
    type=whole(1000, 1_000_000),
    default=1000,
    help="How far numbers jump; give more when the same backup is restored again.",
)
def restore(context: Context, path: Path, target: Path, confirm: str, jump: int) -> Answer:
    """Make a database from a backup, once it proved itself; nothing is ever overwritten.

    Every number series jumps, so that a number that may already be on a bag is never given out
    again. Sign with --as: the person is checked in the backup.

    \b
    Example:
      lottrack --as ADMIN admin restore trial-2026-02-03.sqlite --to trial.sqlite
    """
    from lottrack.actions.record.backups import finish_restore, prepare_restore
    from lottrack.context import host_name

    host, now = host_name(), context.clock()
    copied = with_progress(
        path, lambda step: prepare_restore(path, target, host=host, now=now, progress=step)
    )
    with _other(context, copied.path) as other:
        question = f"This makes {target} from {path} ({copied.entries} entries)."
        require_confirmed(copied.site_code, confirm, question)
        made = finish_restore(other.writing_desk, path, target, copied, jump)
    text = f"Made {target} from {path}: {made['entries']} entries, proved; numbers jump by {jump}."
    return Answer(made, text)


@contextmanager
def _other(context: Context, path: Path) -> Iterator[Context]:
    """The same person at a copy, which is taken away afterwards if it is still there."""
    from lottrack.actions.record.backups import discard_copy
    from lottrack.context import Context as AnyContext

    other = AnyContext(
        db=path,
        account=context.account_given,
        password_stdin=context.password_stdin,
        clock=context.clock,
        hasher=context.hasher,
    )
    other.dry_run = context.dry_run
    try:
        yield other
    finally:
        other.close()
        discard_copy(path)


@verb(admin, "check")
def check(context: Context) -> Answer:
    """Prove everything: trail, file, references, attached files, pictures, invariants.

    Exits 0 when nothing is found, else 91. Incidents (what happened against a rule and was recorded
    all the same) are listed and are no findings.

    \b
    Example:
      lottrack admin check
    """
    from lottrack.actions.record.checks import check_record

    data = with_progress(context.path, lambda step: check_record(context.path, context.open, step))
    text = proof_text(data)
    if data["incidents"]:
        lines = [f"  {each['where']}: {each['sentence']}" for each in data["incidents"]]
        text = "\n".join([text, "", "Incidents on record:", *lines])
    return Answer(data, text, 0 if data["verdict"] == "intact" else BROKEN)


@verb(admin, "migrate", writes="admin migrate")
def migrate(context: Context) -> Answer:
    """Bring an older record to this lottrack's schema, after a proved backup beside it.

    \b
    Example:
      lottrack --as ADMIN admin migrate
    """
    from lottrack.actions.record.backups import finish_migration, prepare_migration
    from lottrack.context import host_name

    path, host, now = context.path, host_name(), context.clock()
    migration = with_progress(
        path,
        lambda step: prepare_migration(
            path, host=host, now=now, dry_run=context.dry_run, progress=step
        ),
    )
    if migration is None:
        data = {"id": path.name, "kind": "migration", "applied": [], "warnings": []}
        return Answer(data, f"{path} is of this lottrack's schema already; nothing was done.")
    with _other(context, migration.trial) as other:
        made = finish_migration(path, migration, other.writing_desk)
    text = f"Applied {', '.join(made['applied'])}. The backup is {made['backup']}."
    return Answer(made, text)
