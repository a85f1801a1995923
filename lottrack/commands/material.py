"""``lottrack material``: what touches the cells beside the cells."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, noun, reason_option, told, verb
from lottrack.commands.types import DATE, DECIMAL, whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from decimal import Decimal

    from lottrack.actions.desk import Telling
    from lottrack.context import Context

material = noun("material", "Materials and reagents: receipt, release, use, recall.")

_LOT = click.argument("material_lot", metavar="ML")
_QUANTITY = click.option("--quantity", type=DECIMAL, required=True, help="How much.")
_UNIT = click.option("--unit", default="", metavar="U", help="Its unit, if not the material's.")
_SIGNER = click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")


def materials_used(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """Add ``--material ML=QUANTITY`` to a step; what was used is part of its telling.

    Stands directly above the verb's function, beneath ``@told()``.
    """

    @functools.wraps(function)
    def run(context: Context, /, **values: Any) -> Answer:
        values["telling"] = values["telling"]._replace(materials=values.pop("materials"))
        return function(context, **values)

    added: Callable[..., Answer] = click.option(
        "--material",
        "materials",
        multiple=True,
        metavar="ML=QUANTITY",
        help="A material used for it, and how much; several times.",
    )(run)
    return added


# -- what there is ---------------------------------------------------------------------------------


@verb(material, "register", writes="material register")
@click.argument("code")
@click.option("--name", required=True, help="What it is called.")
@click.option("--kind", required=True, metavar="TEXT", help="What it is: supplement, enzyme, ...")
@click.option("--unit", required=True, metavar="U", help="The unit it is kept in: mL, g, flasks.")
@click.option("--open-days", type=whole(1, 3650), help="Days an opened vial may be used.")
@click.option("--open-hours", type=whole(1, 1000), help="Hours an opened vial may be used.")
@click.option("--storage", default="", metavar="TEXT", help="How it is kept.")
def register(
    context: Context,
    code: str,
    name: str,
    kind: str,
    unit: str,
    open_days: int | None,
    open_hours: int | None,
    storage: str,
) -> Answer:
    """Register a material: what it is, and how long it lives once opened.

    \b
    Example:
      lottrack material register HPL --name "Platelet lysate" --kind supplement --unit mL \\
          --open-days 14
    """
    from lottrack.actions.materials.registration import NewMaterial, register_material

    if open_days is not None and open_hours is not None:
        raise click.UsageError("Give --open-days or --open-hours, not both.")
    hours = open_hours if open_days is None else open_days * 24
    new = NewMaterial(code, name, kind, unit, hours, storage)
    return Answer(register_material(context.writing_desk, new))


@verb(material, "receive", writes="material receive")
@click.argument("code")
@click.option("--supplier", required=True, help="Who delivered it.")
@click.option("--supplier-lot", required=True, metavar="TEXT", help="The supplier's own number.")
@click.option("--expires", type=DATE, required=True, metavar="DATE", help="Its last day.")
@_QUANTITY
@_UNIT
@click.option("--certificate", default="", metavar="TEXT", help="The certificate it came with.")
@told()
def receive(
    context: Context,
    code: str,
    supplier: str,
    supplier_lot: str,
    expires: date,
    quantity: Decimal,
    unit: str,
    certificate: str,
    telling: Telling,
) -> Answer:
    """Take a delivery into quarantine; answers its number.

    \b
    Example:
      lottrack material receive HPL --supplier "Blood bank" --supplier-lot HPL-2508 \\
          --expires 2026-08-31 --quantity 2000 --unit mL --certificate "CoA 2508"
    """
    from lottrack.actions.materials.registration import Delivery, receive_material

    came = Delivery(supplier, supplier_lot, expires, quantity, unit, certificate)
    return Answer(receive_material(context.writing_desk, code, came, telling))


@verb(material, "list", lists=True)
@click.argument("code", required=False, default="")
@click.option("--all", "everything", is_flag=True, help="What nothing is left of, too.")
@click.option("--registered", is_flag=True, help="The materials, not their lots.")
@click.option("--lot", default="", metavar="LOT", help="What was used for this lot of cells.")
def list_(
    context: Context,
    code: str,
    everything: bool,  # noqa: FBT001 - click's flags
    registered: bool,  # noqa: FBT001
    lot: str,
) -> Answer:
    """List the material lots on hand, with what is left of each.

    \b
    Example:
      lottrack material list HPL --all
      lottrack material list --lot LT-MAD-0001-3
    """
    from lottrack.actions.materials.views import list_material_lots, list_materials, list_uses

    desk = context.desk
    if lot:
        return Answer(list_uses(desk, lot))
    if registered:
        return Answer(list_materials(desk))
    return Answer(list_material_lots(desk, code, everything=everything))


@verb(material, "show")
@click.argument("thing", metavar="ML|CODE")
def show(context: Context, thing: str) -> Answer:
    """Show a material, or everything that became of a material lot.

    \b
    Example:
      lottrack material show MT-MAD-0001-W
    """
    from lottrack.actions.materials.views import show_material
    from lottrack.reports.materials import shown_text

    data = show_material(context.desk, thing)
    return Answer(data, "" if context.json_wanted else shown_text(data))


# -- decisions -------------------------------------------------------------------------------------


def _decided(context: Context, material_lot: str, decision: str, reason: str, by: str) -> Answer:
    from lottrack.actions.materials.decisions import decide, prepare_decision

    desk = context.writing_desk
    account = by or desk.require_actor()
    prepared = prepare_decision(desk, material_lot, decision, reason, account)
    proof = context.ask_signature(prepared, by)
    return Answer(decide(desk, material_lot, decision, reason, prepared, proof))


@verb(material, "release", writes="material release", signed=True)
@_LOT
@click.option("--reason", default="", help="What the release rests on, where it needs saying.")
@_SIGNER
def release(context: Context, material_lot: str, reason: str, signer: str) -> Answer:
    """Release a material lot for use, by signature of somebody who did not receive it.

    \b
    Example:
      lottrack material release MT-MAD-0001-W
    """
    return _decided(context, material_lot, "released", reason, signer)


@verb(material, "reject", writes="material reject", signed=True)
@_LOT
@reason_option()
@_SIGNER
def reject(context: Context, material_lot: str, reason: str, signer: str) -> Answer:
    """Reject a material lot by signature; what was used of it already is recalled instead.

    \b
    Example:
      lottrack material reject MT-MAD-0001-W --reason "certificate of another lot"
    """
    return _decided(context, material_lot, "rejected", reason, signer)


# -- in the hand -----------------------------------------------------------------------------------


@verb(material, "open", writes="material open")
@_LOT
@told()
def open_(context: Context, material_lot: str, telling: Telling) -> Answer:
    """Record that a vial was opened; its life begins.

    Where nobody tells it, the first use of a material lot is the opening.

    \b
    Example:
      lottrack material open MT-MAD-0001-W --at 2026-02-03T09:15
    """
    from lottrack.actions.materials.handling import open_material

    return Answer(open_material(context.writing_desk, material_lot, telling))


@verb(material, "use", writes="material use")
@_LOT
@click.argument("thing", metavar="LOT|PREP")
@click.option("--passage", default="", metavar="P0|P1|...", help="The passage it went into.")
@click.option("--fill", default="", metavar="FILL", help="The fill it went into.")
@_QUANTITY
@_UNIT
@click.option("--vial", default="", metavar="NUMBER", help="The opening, if not the latest one.")
@click.option("--happened", is_flag=True, help="It happened: record it with its blockers.")
@click.option("--reason", default=None, help="Why it is recorded all the same.")
@click.option("--second", default="", metavar="USER", help="The second person.")
@told()
def use(
    context: Context,
    material_lot: str,
    thing: str,
    passage: str,
    fill: str,
    quantity: Decimal,
    unit: str,
    vial: str,
    happened: bool,  # noqa: FBT001 - click's flag
    reason: str | None,
    second: str,
    telling: Telling,
) -> Answer:
    """Record that a material was used for a passage, a fill or a preparation.

    \b
    Example:
      lottrack material use MT-MAD-0001-W LT-MAD-0001-3 --passage P1 --quantity 150
    """
    from lottrack.actions.materials.handling import Where, use_material
    from lottrack.actions.materials.uses import Taken
    from lottrack.commands.custody import happened_word

    desk = context.writing_desk
    word = happened_word(context, happened, reason, second)
    taken = Taken(material_lot, quantity, unit, vial)
    telling = telling._replace(reason=reason or "")
    return Answer(use_material(desk, taken, Where(thing, passage, fill), telling, word))


@verb(material, "discard", writes="material discard")
@_LOT
@_QUANTITY
@_UNIT
@reason_option()
@told()
def discard(
    context: Context,
    material_lot: str,
    quantity: Decimal,
    unit: str,
    reason: str,
    telling: Telling,
) -> Answer:
    """Record that something of a material lot was thrown away.

    \b
    Example:
      lottrack material discard MT-MAD-0001-W --quantity 40 --reason "left in the opened vial"
    """
    from lottrack.actions.materials.handling import discard_material
    from lottrack.actions.materials.uses import Taken

    taken = Taken(material_lot, quantity, unit)
    return Answer(discard_material(context.writing_desk, taken, reason, telling))


@verb(material, "recall", writes="material recall")
@click.argument("material_lots", metavar="[ML]...", nargs=-1)
@click.option("--supplier-lot", default="", metavar="TEXT", help="Every delivery of this lot.")
@reason_option()
@told(witness=False)
def recall(
    context: Context,
    material_lots: tuple[str, ...],
    supplier_lot: str,
    reason: str,
    telling: Telling,
) -> Answer:
    """Call back a material: hold what it touched, and say who received what.

    With --dry-run it is a rehearsal: the same answer, and nothing is recorded or held.

    \b
    Example:
      lottrack material recall --supplier-lot HPL-2508 --reason "supplier's notice of 10 December"
    """
    from lottrack.actions.materials.recalls import recall_material
    from lottrack.reports.materials import recall_text

    desk = context.writing_desk
    data = recall_material(desk, material_lots, supplier_lot, reason, telling)
    return Answer(data, "" if context.json_wanted else recall_text(data))
