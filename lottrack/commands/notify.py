"""``lottrack notify``: the calls that a late positive or a supply makes due."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, told, verb

if TYPE_CHECKING:
    from lottrack.actions.desk import Telling
    from lottrack.context import Context

notify = noun("notify", "Calls that are owed: to physicians, sponsor, authority.")


@verb(notify, "list", lists=True)
@click.option("--all", "everything", is_flag=True, help="Those that were made, too.")
def list_(context: Context, everything: bool) -> Answer:  # noqa: FBT001 - click's flag
    """List the calls that somebody still owes, the most urgent first.

    \b
    Example:
      lottrack notify list
    """
    from lottrack.actions.notifying.calls import list_calls
    from lottrack.reports.certification import calls_text

    data = list_calls(context.desk, everything=everything)
    return Answer(data, calls_text(data))


@verb(notify, "show")
@click.argument("number", metavar="ID")
def show(context: Context, number: str) -> Answer:
    """Show a call, or the whole sheet of a late positive or a supply.

    \b
    Example:
      lottrack notify show LP-MAD-0001-9
    """
    from lottrack.actions.notifying.views import show_sheet
    from lottrack.reports.certification import sheet_text

    data = show_sheet(context.desk, number)
    return Answer(data, sheet_text(data))


@verb(notify, "record", writes="notify record")
@click.argument("notification", metavar="NOTIFICATION")
@click.option("--reached", default="", metavar="TEXT", help="Who was reached, by name.")
@click.option("--not-reached", is_flag=True, help="Nobody was reached: the call stays owed.")
@click.option("--what", required=True, metavar="TEXT", help="What was told, or what was tried.")
@click.option("--by", "caller", default="", metavar="USER", help="Who called, if not you.")
@told(witness=False)
def record(
    context: Context,
    notification: str,
    reached: str,
    not_reached: bool,  # noqa: FBT001 - click's flag
    what: str,
    caller: str,
    telling: Telling,
) -> Answer:
    """Record a call: who was reached and what was told, or that nobody was.

    \b
    Example:
      lottrack notify record NT-MAD-0001-5 --reached "Dr. Serra, sponsor" --by QA1 \\
        --at 2025-12-01T15:20 --what "growth in 1 of 2 bottles; L03 stopped; P03 watched"
    """
    from lottrack.actions.notifying.calls import Made, record_call

    if bool(reached) == not_reached:
        raise click.UsageError("Give --reached TEXT, or --not-reached.")
    said = telling._replace(performed_by=caller or telling.performed_by)
    return Answer(record_call(context.writing_desk, Made(notification, reached, what), said))


@verb(notify, "duties", lists=True)
def duties(context: Context) -> Answer:
    """List the duties to tell that hold here: whom, of what, within how many hours.

    \b
    Example:
      lottrack notify duties
    """
    from lottrack.actions.notifying.duties import list_duties

    return Answer(list_duties(context.desk))


@verb(notify, "load", writes="notify load", signed=True)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def load(context: Context, path: Path, signer: str) -> Answer:
    """Let another edition of the duties hold, by a qualified person's signature.

    \b
    Example:
      lottrack notify load our-duties.toml
    """
    from lottrack.actions.notifying.duties import load_duties, prepare_load

    desk = context.writing_desk
    prepared = prepare_load(desk, path)
    proof = context.ask_signature(prepared, signer)
    return Answer(load_duties(desk, path, prepared, proof))
