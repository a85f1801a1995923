"""``lottrack order``: the prescription of one infusion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, told, verb
from lottrack.commands.types import DATE, DECIMAL, WHOLE
from lottrack.rules.administration.protocol import WAIVABLE_CODES

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from lottrack.actions.desk import Telling
    from lottrack.context import Context

order = noun("order", "Orders: the prescription of one infusion.")


@verb(order, "place", writes="order place", signed=True)
@click.option("--course", default="", metavar="COI", help="The course, by its CoI.")
@click.option("--patient", default="", metavar="CODE", help="The patient with one open course.")
@click.option("--number", type=WHOLE, required=True, help="Which infusion.")
@click.option("--planned-on", type=DATE, required=True, help="The planned day.")
@click.option("--weight-kg", type=DECIMAL, help="Weight to dose by, kg; else the latest one.")
@click.option("--weighed-on", type=DATE, help="The day of that weight.")
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
@told(witness=False)
def place(
    context: Context,
    course: str,
    patient: str,
    number: int,
    planned_on: date,
    weight_kg: Decimal | None,
    weighed_on: date | None,
    signer: str,
    telling: Telling,
) -> Answer:
    """Order one infusion; a clinician signs.

    \b
    Example:
      lottrack order place --patient P01 --number 1 --planned-on 2026-02-10 \\
        --weight-kg 13.2 --weighed-on 2026-02-09
    """
    from lottrack.actions.giving.orders import Prescription, place_order, prepare_order

    if not course and not patient:
        raise click.UsageError("Give --course COI or --patient CODE.")
    desk = context.writing_desk
    wanted = Prescription(course, patient, number, planned_on, weight_kg, weighed_on)
    prepared = prepare_order(desk, wanted, signer=signer)
    proof = context.ask_signature(prepared, signer)
    return Answer(place_order(desk, wanted, prepared, proof, telling))


@verb(order, "waive", writes="order waive", signed=True)
@click.argument("number", metavar="ORDER")
@click.argument("code", type=click.Choice(WAIVABLE_CODES), metavar="CODE")
@reason_option()
@click.option("--second", required=True, metavar="USER", help="The second person; signs, too.")
@click.option("--signer", default="", metavar="USER", help="Who signs first, if not you.")
def waive(
    context: Context, number: str, code: str, reason: str, second: str, signer: str
) -> Answer:
    """Waive a limit of the protocol for one infusion; a clinician and a second person sign.

    The protocol says which of its limits may be waived, and CODE is the refusal that `lottrack
    verify` gives. Nothing else is waived: whose cells they are, release, expiry and custody stay.

    \b
    Example:
      lottrack order waive OR-MAD-0003-K interval-too-long \\
        --reason "fever until yesterday" --second QP1
    """
    from lottrack.actions.giving.waivers import prepare_waiver
    from lottrack.actions.giving.waivers import waive as sign

    desk = context.writing_desk
    prepared = prepare_waiver(desk, number, code, reason, signer or desk.require_actor())
    first = context.ask_signature(prepared, signer)
    proofs = (first, context.ask_second(second, "as second person"))
    return Answer(sign(desk, number, code, reason, prepared, proofs))


@verb(order, "cancel", writes="order cancel")
@click.argument("number", metavar="ORDER")
@reason_option()
def cancel(context: Context, number: str, reason: str) -> Answer:
    """Cancel an open order.

    \b
    Example:
      lottrack order cancel OR-MAD-0003-K --reason "patient has a fever"
    """
    from lottrack.actions.giving.orders import cancel_order

    return Answer(cancel_order(context.writing_desk, number, reason))


@verb(order, "list", lists=True)
def list_(context: Context) -> Answer:
    """List the orders.

    \b
    Example:
      lottrack order list
    """
    from lottrack.actions.giving.orders import list_orders

    return Answer(list_orders(context.desk))
