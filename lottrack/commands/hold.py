"""``lottrack hold``: open stops on donors, collections, lots, fills, containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, told, verb

if TYPE_CHECKING:
    from lottrack.actions.desk import Telling
    from lottrack.context import Context

hold = noun("hold", "Open stops on donors, collections, lots, fills, containers.")

CAUSES = ("oos", "marker", "material", "excursion", "damage", "correction", "other")
KINDS = ("donor", "collection", "lot", "fill", "container")


@verb(hold, "open", writes="hold open")
@click.argument("thing", metavar="ID")
@click.option("--cause", type=click.Choice(CAUSES), required=True, help="What kind of cause.")
@reason_option()
@click.option("--on", type=click.Choice(KINDS), help="What ID is, where two things share a code.")
@told(witness=False)
def open_(
    context: Context, thing: str, cause: str, reason: str, on: str | None, telling: Telling
) -> Answer:
    """Hold a donor, collection, lot, fill or container, and everything made from it.

    \b
    Example:
      lottrack hold open LT-MAD-0001-3 --cause material --reason "platelet lysate HPL-2508 recalled"
    """
    from lottrack.actions.releasing.hold_acts import open_hold

    desk = context.writing_desk
    return Answer(open_hold(desk, thing, cause, reason, telling, on=on or ""))


@verb(hold, "lift", writes="hold lift", signed=True)
@click.argument("number", metavar="HOLD")
@reason_option()
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def lift(context: Context, number: str, reason: str, signer: str) -> Answer:
    """Lift a hold by signature, with the reason why it may be lifted.

    The hold of a release that a correction voided is lifted only by who may release.

    \b
    Example:
      lottrack hold lift HD-MAD-0001-7 --reason "risk assessment RA-12: no effect on the cells"
    """
    from lottrack.actions.releasing.hold_acts import lift_hold, prepare_lift

    desk = context.writing_desk
    prepared = prepare_lift(desk, number, reason, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(lift_hold(desk, number, reason, prepared, proof))


@verb(hold, "list", lists=True)
@click.option("--all", "lifted", is_flag=True, help="Lifted holds, too.")
def list_(context: Context, lifted: bool) -> Answer:  # noqa: FBT001 - click's flag
    """List the open holds.

    \b
    Example:
      lottrack hold list --all
    """
    from lottrack.actions.releasing.hold_acts import list_holds
    from lottrack.reports.quality import holds_text

    data = list_holds(context.desk, lifted=lifted)
    return Answer(data, holds_text(data))
