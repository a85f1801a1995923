"""``lottrack attach``, ``correct``, ``strike``: what can be done to any recorded fact."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, reason_option, told, verb
from lottrack.errors import Declined

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.actions.desk import Telling
    from lottrack.context import Context

ON = click.option(
    "--on", metavar="KIND", default="", help="donor, patient, ... if it has the code."
)


@verb(None, "attach", writes="attach")
@click.argument("record", metavar="ID")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--what", required=True, help="What the file is, in a few words.")
@told(witness=False)
def attach(context: Context, record: str, file: Path, what: str, telling: Telling) -> Answer:
    """Keep a file with a record, beside the database, by its SHA-256.

    \b
    Example:
      lottrack attach LT-MAD-0001-5 certificate.pdf --what "certificate of analysis, signed"
    """
    from lottrack.actions.record.attachments import attach_file

    return Answer(attach_file(context.writing_desk, record, file, what, telling))


@verb(None, "correct", writes="correct")
@click.argument("record", metavar="ID")
@click.argument("pairs", metavar="KEY=VALUE ...", nargs=-1, required=True)
@reason_option()
@ON
def correct(context: Context, record: str, pairs: tuple[str, ...], reason: str, on: str) -> Answer:
    """Correct values of a recorded fact; the old ones stay visible everywhere.

    Shows first what it affects: reckoned values, printed labels, signatures that become void. An
    empty value (KEY=) takes it away.

    \b
    Example:
      lottrack correct HV-MAD-0003-7 harvested=4.2e7 viability_pct=91 --reason "misread the sheet"
    """
    from lottrack.actions.record.corrections import Wanted, correct_record

    wanted = Wanted(record, pairs, reason, on)
    return _mended(context, lambda **extra: correct_record(context.writing_desk, wanted, **extra))


@verb(None, "strike", writes="strike")
@click.argument("record", metavar="ID")
@reason_option()
@ON
def strike(context: Context, record: str, reason: str, on: str) -> Answer:
    """Say that a recorded fact never happened, or happened to something else.

    It stays visible as struck. What others stand on cannot be struck before them.

    \b
    Example:
      lottrack strike CE-MAD-0012-3 --reason "scanned the wrong bag"
    """
    from lottrack.actions.record.corrections import Wanted, strike_record

    wanted = Wanted(record, (), reason, on)
    return _mended(context, lambda **extra: strike_record(context.writing_desk, wanted, **extra))


def _mended(context: Context, mend: Callable[..., dict[str, Any]]) -> Answer:
    """Show what would happen and ask, where there is a terminal; then do it."""
    from lottrack.terminal import confirm_by_number, is_terminal

    shown = None
    if is_terminal() and not context.password_stdin and not context.dry_run:
        shown = mend(preview=True)
        if not confirm_by_number(shown["record"], _in_words(shown)):
            raise Declined(f"That is not {shown['record']}. Nothing was recorded.")
    made = mend(shown=shown)
    return Answer(made, _in_words(made))


def _in_words(made: dict[str, Any]) -> str:
    """What is mended and what it touches, for a person."""
    kind = made["record_kind"].replace("_", " ")
    lines = [
        f"{kind} {made['record']} is struck." if made["struck"] else f"{kind} {made['record']}"
    ]
    lines += [f"  {_change(each)}" for each in made["changes"]]
    for also in made["also"]:
        what = "; ".join(_change(each) for each in also["changes"]) or "struck with it"
        lines.append(f"  also {also['record_kind'].replace('_', ' ')} {also['record']}: {what}")
    affected = made["affected"]
    lines += [
        f"  {each['what'].replace('_', ' ')} ({each['record']}):"
        f" {_told(each['what'], each['before'])} → {_told(each['what'], each['after'])}"
        for each in affected["derived"]
    ]
    lines += [
        f"  label {each['id']} ({each['state']}, on {each['on']}) shows the old"
        f" {', '.join(each['fields'])}"
        for each in affected["labels"]
    ]
    lines += [
        f"  signature {each['id']} of {each['by']} ({each['meaning']}) becomes void"
        for each in affected["signatures"]
    ]
    lines += [
        f"  container {each}: its state follows (lottrack custody show {each})"
        for each in affected["containers"]
    ]
    lines += [f"  hold {each['id']} on {each['on']} ({each['cause']})" for each in made["holds"]]
    return "\n".join(lines)


def _change(change: dict[str, Any]) -> str:
    key = change["key"]
    return f"{key.replace('_', ' ')}: {_told(key, change['from'])} → {_told(key, change['to'])}"


def _told(key: str, value: object) -> str:
    from lottrack.reports.marks import told_value

    return "(nothing)" if value is None else told_value(key, value)
