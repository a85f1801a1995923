"""``lottrack oos``: results out of specification, investigated, retested by plan, concluded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, told, verb
from lottrack.commands.types import WHOLE

if TYPE_CHECKING:
    from lottrack.actions.desk import Telling
    from lottrack.context import Context

oos = noun("oos", "Results out of specification: investigation, retests, conclusion.")

_OOS = click.argument("number", metavar="OOS")
_SIGNER = click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")


@verb(oos, "list", lists=True)
@click.option("--lot", default="", metavar="LOT", help="Only those of this lot.")
@click.option("--open", "open_only", is_flag=True, help="Only those nobody has concluded.")
def list_(context: Context, lot: str, open_only: bool) -> Answer:  # noqa: FBT001 - click's flag
    """List the investigations of results out of specification.

    \b
    Example:
      lottrack oos list --open
    """
    from lottrack.actions.testing.oos_views import list_oos
    from lottrack.reports.investigations import oos_list_text

    data = list_oos(context.desk, lot, open_only=open_only)
    return Answer(data, oos_list_text(data))


@verb(oos, "show")
@_OOS
def show(context: Context, number: str) -> Answer:
    """Show one investigation: its results, findings, plan, retests, conclusion and holds.

    \b
    Example:
      lottrack oos show OS-MAD-0001-P
    """
    from lottrack.actions.testing.oos_views import show_oos
    from lottrack.reports.investigations import oos_text

    data = show_oos(context.desk, number)
    return Answer(data, oos_text(data))


@verb(oos, "open", writes="oos open")
@click.argument("result", metavar="RESULT")
@reason_option()
@told(witness=False)
def open_(context: Context, result: str, reason: str, telling: Telling) -> Answer:
    """Open an investigation of an undecided result; a failing one opens its own.

    \b
    Example:
      lottrack oos open RS-MAD-0012-N --reason "detection limit above the limit of CD34"
    """
    from lottrack.actions.testing.oos_acts import open_by_hand
    from lottrack.reports.investigations import oos_text

    data = open_by_hand(context.writing_desk, result, reason, telling)
    return Answer(data, oos_text(data))


@verb(oos, "investigate", writes="oos investigate")
@_OOS
@click.option(
    "--assignable",
    type=click.Choice(["yes", "no"]),
    required=True,
    help="Whether the cause lies in the measurement, not in the product.",
)
@click.option("--finding", required=True, help="What was looked at, and what was found.")
@told(witness=False)
def investigate(
    context: Context, number: str, assignable: str, finding: str, telling: Telling
) -> Answer:
    """Record what the laboratory found about the measurement.

    \b
    Example:
      lottrack oos investigate OS-MAD-0001-P --assignable no --finding "counts, dilution checked"
    """
    from lottrack.actions.testing.oos_acts import investigate as record

    desk = context.writing_desk
    return Answer(record(desk, number, finding, telling, assignable=assignable == "yes"))


@verb(oos, "plan", writes="oos plan", signed=True)
@_OOS
@click.option("--retests", required=True, type=WHOLE, help="How often the test is repeated.")
@click.option("--text", required=True, help="What is retested, by whom, by what method.")
@_SIGNER
def plan(context: Context, number: str, retests: int, text: str, signer: str) -> Answer:
    """Fix the number of retests by signature, before the first of them.

    \b
    Example:
      lottrack oos plan OS-MAD-0001-P --retests 2 --text "two new stainings by a second analyst"
    """
    from lottrack.actions.testing.oos_acts import plan_retests, prepare_plan

    desk = context.writing_desk
    prepared = prepare_plan(desk, number, retests, text, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(plan_retests(desk, number, retests, text, prepared, proof))


@verb(oos, "conclude", writes="oos conclude", signed=True)
@_OOS
@click.option("--confirm", "outcome", flag_value="confirmed", help="The results stand and count.")
@click.option(
    "--invalidate",
    "outcome",
    flag_value="invalidated",
    help="They were measured wrongly: the retests count in their place.",
)
@click.option("--text", required=True, help="The conclusion, and what it rests on.")
@_SIGNER
def conclude(context: Context, number: str, outcome: str | None, text: str, signer: str) -> Answer:
    """End an investigation by signature; the signer measured none of its results.

    \b
    Example:
      lottrack oos conclude OS-MAD-0001-P --confirm --text "no fault of the laboratory was found"
      lottrack oos conclude OS-MAD-0002-L --invalidate --text "compensation control was missing"
    """
    from lottrack.actions.testing.oos_acts import conclude as decide
    from lottrack.actions.testing.oos_acts import prepare_conclusion

    if outcome is None:
        raise click.UsageError("Give either --confirm or --invalidate.")
    desk = context.writing_desk
    account = signer or desk.require_actor()
    prepared = prepare_conclusion(desk, number, outcome, text, account)
    proof = context.ask_signature(prepared, signer)
    return Answer(decide(desk, number, outcome, text, prepared, proof))
