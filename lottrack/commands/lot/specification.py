"""``lottrack lot respecify``: the version of its specification a lot is judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, reason_option, verb
from lottrack.commands.lot.group import lot

if TYPE_CHECKING:
    from lottrack.context import Context


@verb(lot, "respecify", writes="lot respecify", signed=True)
@click.argument("lot_id", metavar="LOT")
@click.option("--spec", required=True, metavar="NAME@VERSION", help="The version to judge it by.")
@reason_option()
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def respecify(context: Context, lot_id: str, spec: str, reason: str, signer: str) -> Answer:
    """Move a lot to another version of its specification by signature; judge its results anew.

    \b
    Example:
      lottrack lot respecify LT-MAD-0001-3 --spec MSC-EB-TRIAL@2 --reason "amendment 4 of the trial"
    """
    from lottrack.actions.testing.respecifications import (
        Move,
        prepare_respecification,
    )
    from lottrack.actions.testing.respecifications import respecify as move_to

    desk = context.writing_desk
    move = Move(lot_id, spec, reason)
    prepared = prepare_respecification(desk, move, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(move_to(desk, move, prepared, proof))
