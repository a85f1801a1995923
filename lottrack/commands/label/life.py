"""``lottrack label apply``, ``void``, ``list``: what becomes of a printed label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, reason_option, told, verb
from lottrack.commands.label.group import label

if TYPE_CHECKING:
    from lottrack.actions.desk import Telling
    from lottrack.context import Context


@verb(label, "apply", writes="label apply")
@click.argument("scan", metavar="[SCAN]", required=False)
@click.option(
    "--to",
    metavar="CONTAINER|LOT",
    help="What it stands on: its number, or the scan of another of its labels.",
)
@told()
def apply(context: Context, scan: str | None, to: str | None, telling: Telling) -> Answer:
    """Scan a label back after sticking it on.

    A label of another container or lot is refused, and holds are opened on both lots until quality
    assurance lifted them by signature. Without a scan, at a terminal, it keeps asking for the next
    label and what it stands on until it is left with an empty line.

    With a lot's number after --to, a chart, record or transport copy is attached to the lot's batch
    record; a chart copy may also go to its patient's chart.

    \b
    Example:
      lottrack label apply LT.CNMAD0001X.LBMAD0001Y.PZ --to CN-MAD-0001-X
      lottrack label apply LT.CNMAD0001X.LBMAD0002Y.R7 --to L01
    """
    from lottrack.actions.labelling.applying import apply_label
    from lottrack.terminal import is_terminal

    asks = is_terminal() and not context.json_wanted
    if not scan and not to and asks:
        from lottrack.commands.label.loop import apply_loop

        return apply_loop(context, telling)
    if scan and not to and asks:
        from lottrack.commands.label.loop import thing_for
        from lottrack.commands.verify_loop import scan_text

        to = thing_for(context, scan_text(scan))
    if not scan or not to:
        raise click.UsageError("Give a label's SCAN, and with --to what it stands on.")
    return Answer(apply_label(context.writing_desk, scan, to, telling))


@verb(label, "void", writes="label void")
@click.argument("label_id", metavar="LABEL")
@reason_option()
@click.option("--destroyed", is_flag=True, help="It was physically destroyed.")
@told()
def void(
    context: Context,
    label_id: str,
    reason: str,
    destroyed: bool,  # noqa: FBT001 - click's flag
    telling: Telling,
) -> Answer:
    """Take a label out of use; its code is refused everywhere from now on.

    \b
    Example:
      lottrack label void LB-MAD-0001-Y --reason "misprinted" --destroyed
    """
    from lottrack.actions.labelling.applying import void_label

    desk = context.writing_desk
    return Answer(void_label(desk, label_id, reason, telling, destroyed=destroyed))


@verb(label, "list", lists=True)
@click.argument("thing", metavar="ID")
def list_(context: Context, thing: str) -> Answer:
    """List the labels of a thing with what became of each.

    \b
    Example:
      lottrack label list CN-MAD-0001-X
    """
    from lottrack.actions.labelling.views import list_labels

    return Answer(list_labels(context.desk, thing))
