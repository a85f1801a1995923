"""``lottrack collection``: the marrow taken at one donation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, say_struck, told, verb
from lottrack.commands.types import CELLS, DATE, DECIMAL, PERCENT, TEMPERATURE
from lottrack.commands.using import equipment_used

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from lottrack.actions.desk import Telling
    from lottrack.context import Context

collection = noun("collection", "Marrow collections.")

CONDITIONS = ("intact", "leaking", "clotted")


@verb(collection, "plan", writes="collection plan")
@click.argument("courses", metavar="COI...", nargs=-1, required=True)
@click.option("--planned-on", type=DATE, required=True, help="The planned day.")
@click.option("--number", default="", help="The site's own number; left out, lottrack makes one.")
@told(witness=False)
def plan(
    context: Context, courses: tuple[str, ...], planned_on: date, number: str, telling: Telling
) -> Answer:
    """Give a donation its number, so that its labels can be printed before the needle.

    \b
    Example:
      lottrack collection plan CI-MAD-0001-R --planned-on 2026-03-02
    """
    from lottrack.actions.collecting.taking import plan_collection

    return Answer(plan_collection(context.writing_desk, courses, planned_on, number, telling))


@verb(collection, "record", writes="collection record")
@click.option(
    "--course", "courses", metavar="COI", required=True, multiple=True, help="For which course."
)
@click.option("--volume-ml", type=DECIMAL, help="Volume of the aspirate, mL.")
@click.option("--tnc", type=CELLS, help="Nucleated cells in all of it.")
@click.option("--mnc", type=CELLS, help="Mononuclear cells in all of it.")
@click.option("--anticoagulant", default="", metavar="NAME", help="What keeps it from clotting.")
@click.option("--collection", "planned", default="", metavar="ID", help="The planned collection.")
@click.option("--number", default="", help="The site's own number; left out, lottrack makes one.")
@click.option(
    "--external-number",
    "external_numbers",
    metavar="SCHEME=VALUE",
    multiple=True,
    help="A number of another system (DIN, SEC), as given.",
)
@click.option(
    "--screening-rule", default="", metavar="NAME", help="The screening rule; else the site's."
)
@told()
def record(
    context: Context,
    courses: tuple[str, ...],
    volume_ml: Decimal | None,
    tnc: int | None,
    mnc: int | None,
    anticoagulant: str,
    planned: str,
    number: str,
    external_numbers: tuple[str, ...],
    screening_rule: str,
    telling: Telling,
) -> Answer:
    """Record the taking of marrow; the donor's screening is judged by the rule named.

    The course's planned collection is taken when there is one, else a new one is registered.

    \b
    Example:
      lottrack collection record --course CI-MAD-0001-R --at 2026-03-02T09:30 --volume-ml 35 \\
          --tnc 7.7e8 --anticoagulant heparin
    """
    from lottrack.actions.collecting.taking import Taken, record_collection

    taken = Taken(volume_ml, tnc, mnc, anticoagulant, external_numbers, screening_rule)
    desk = context.writing_desk
    return Answer(
        record_collection(desk, courses, taken, telling, collection=planned, number=number)
    )


@verb(collection, "receive", writes="collection receive")
@click.argument("collection_id", metavar="ID")
@click.option("--from", "from_text", metavar="TEXT", required=True, help="Who brought it.")
@click.option("--temperature-c", type=TEMPERATURE, help="Temperature on arrival, °C.")
@click.option("--seal", default="", metavar="TEXT", help="The seal's number.")
@click.option(
    "--condition", type=click.Choice(CONDITIONS), required=True, help="What it looks like."
)
@click.option(
    "--labels-match",
    type=click.Choice(["yes", "no"]),
    required=True,
    help="Whether labels and papers name the same collection.",
)
@told()
def receive(
    context: Context,
    collection_id: str,
    from_text: str,
    temperature_c: Decimal | None,
    seal: str,
    condition: str,
    labels_match: str,
    telling: Telling,
) -> Answer:
    """Record that a collection arrived. Damage, or labels that do not match, hold it.

    \b
    Example:
      lottrack collection receive CL-MAD-0002-Y --from "Operating theatre 2" --temperature-c 18 \\
          --condition intact --labels-match yes
    """
    from lottrack.actions.collecting.receipt import Receipt, receive_collection

    receipt = Receipt(from_text, condition, labels_match == "yes", temperature_c, seal)
    return Answer(receive_collection(context.writing_desk, collection_id, receipt, telling))


@verb(collection, "count", writes="collection count")
@click.argument("collection_id", metavar="ID")
@click.option("--tnc", type=CELLS, required=True, help="Nucleated cells in all of it.")
@click.option("--mnc", type=CELLS, help="Mononuclear cells in all of it.")
@click.option("--viability", type=PERCENT, help="Viable cells per hundred.")
@told()
@equipment_used
def count(
    context: Context,
    collection_id: str,
    tnc: int,
    mnc: int | None,
    viability: Decimal | None,
    telling: Telling,
) -> Answer:
    """Record a count of a collection's cells.

    \b
    Example:
      lottrack collection count CL-MAD-0002-Y --tnc 7.7e8 --mnc 2.16e8 --viability 98
    """
    from lottrack.actions.collecting.receipt import count_collection

    desk = context.writing_desk
    return Answer(
        count_collection(desk, collection_id, tnc, telling, mnc=mnc, viability_pct=viability)
    )


@verb(collection, "accept", writes="collection accept", signed=True)
@click.argument("collection_id", metavar="ID")
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def accept(context: Context, collection_id: str, signer: str) -> Answer:
    """Accept a collection as starting material, by signature; shows all findings first.

    \b
    Example:
      lottrack collection accept CL-MAD-0002-Y
    """
    return _decide(context, collection_id, "accepted", signer)


@verb(collection, "reject", writes="collection reject", signed=True)
@click.argument("collection_id", metavar="ID")
@reason_option()
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def reject(context: Context, collection_id: str, reason: str, signer: str) -> Answer:
    """Reject a collection, by signature: no lot can be grown from it.

    \b
    Example:
      lottrack collection reject CL-MAD-0002-Y --reason "clotted throughout"
    """
    return _decide(context, collection_id, "rejected", signer, reason)


def _decide(
    context: Context, collection_id: str, decision: str, signer: str, reason: str = ""
) -> Answer:
    from lottrack.actions.collecting.decisions import decide_collection, prepare_decision

    desk = context.writing_desk
    prepared = prepare_decision(desk, collection_id, decision, reason)
    proof = context.ask_signature(prepared, signer)
    return Answer(decide_collection(desk, collection_id, decision, prepared, proof, reason))


@verb(collection, "show")
@click.argument("collection_id", metavar="ID")
def show(context: Context, collection_id: str) -> Answer:
    """Show everything recorded of a collection.

    \b
    Example:
      lottrack collection show CL-MAD-0002-Y
    """
    from lottrack.actions.collecting.views import show_collection
    from lottrack.reports.lots import record_text

    data = show_collection(context.desk, collection_id)
    return Answer(data, "" if context.json_wanted else record_text(data))


@verb(collection, "list", lists=True)
def list_(context: Context) -> Answer:
    """List the collections and what became of them.

    \b
    Example:
      lottrack collection list
    """
    from lottrack.actions.collecting.views import list_collections

    say_struck(context, "collection")
    return Answer(list_collections(context.desk))
