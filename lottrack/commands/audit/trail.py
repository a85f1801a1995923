"""``lottrack audit``: the audit trail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lottrack.commands.audit.group import audit
from lottrack.commands.base import Answer, verb
from lottrack.commands.types import whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.context import Context

Proved = TypeVar("Proved")
BROKEN = 91


@verb(audit, "show", lists=True)
@click.argument("record", metavar="[ID]", default="")
@click.option("--by", metavar="USER", default="", help="Only what USER did.")
@click.option("--from", "since", metavar="TIME", help="Only from TIME on, or from a day.")
@click.option("--to", "until", metavar="TIME", help="Only up to TIME, or to a day's end.")
@click.option("--last", type=whole(1, 1_000_000_000), help="Only the last N entries.")
def show(
    context: Context, record: str, by: str, since: str | None, until: str | None, last: int | None
) -> Answer:
    """Show who did what, when and why, with every value before and after.

    \b
    Example:
      lottrack audit show LT-MAD-0001-5
      lottrack audit show --by TECHNICIAN1 --from 2026-02-01 --to 2026-02-28
    """
    from lottrack.actions.record.audits import Wanted, as_text, show_entries
    from lottrack.rules.reading.times import parse_range_end, parse_range_start

    desk, now = context.desk, context.clock()
    begins = None if since is None else parse_range_start(since, desk.zone, now)
    ends = None if until is None else parse_range_end(until, desk.zone, now)
    entries = show_entries(desk, Wanted(record, by, begins, ends, last))
    return Answer(entries, as_text(desk, entries))


@verb(audit, "verify")
def verify(context: Context) -> Answer:
    """Prove that nothing was changed behind lottrack's back; exits 0 when intact, else 91.

    Recomputes every hash, replays every entry and compares every row of every table. Opens any
    version of the file, and damaged ones. Compare the head with one you noted or exported earlier.

    \b
    Example:
      lottrack audit verify
    """
    from lottrack.actions.record.audits import verify_file

    data = with_progress(context.path, lambda step: verify_file(context.path, step))
    return Answer(data, proof_text(data), 0 if data["verdict"] == "intact" else BROKEN)


def with_progress(path: Path, prove: Callable[[Callable[[int], None]], Proved]) -> Proved:
    """Run a proof of a file with a progress bar on a terminal, and with nothing when piped."""
    import sys

    if not sys.stderr.isatty():
        return prove(lambda _: None)
    from lottrack.actions.record.audits import entries_in

    with click.progressbar(length=entries_in(path), label="Verifying", file=sys.stderr) as bar:
        return prove(bar.update)


def proof_text(data: dict[str, Any]) -> str:
    """A proof as a person reads it."""
    findings = data["findings"]
    many = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
    verdict = "INTACT." if data["verdict"] == "intact" else f"BROKEN: {many}."
    lines = [f"{verdict} {data['entries']} entries, head {data['head'] or '(none)'}"]
    lines += [f"  {each['code']}: {each['sentence']}" for each in findings]
    lines += ["", "How far this goes:", *(f"  - {line}" for line in data["assurance"])]
    return "\n".join(lines)


@verb(audit, "export")
@click.argument("path", type=click.Path(path_type=Path))
def export(context: Context, path: Path) -> Answer:
    """Write every entry into a new file, one JSON object a line, and the head as the last line.

    \b
    Example:
      lottrack audit export trail-2026-02.jsonl
    """
    from lottrack.actions.record.audits import export_entries

    made = export_entries(context.desk, path)
    text = f"Wrote {made['entries']} entries to {made['path']}.\nHead {made['head']}"
    return Answer(made, text)
