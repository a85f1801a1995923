"""``lottrack lot``: the record of a lot from its registration to its closing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import (
    Answer,
    reason_option,
    require_confirmed,
    say_struck,
    told,
    verb,
)
from lottrack.commands.lot.group import lot
from lottrack.commands.material import materials_used
from lottrack.commands.types import CELLS, DECIMAL, WHOLE
from lottrack.commands.using import equipment_used

if TYPE_CHECKING:
    from decimal import Decimal

    from lottrack.actions.desk import Telling
    from lottrack.context import Context


KINDS = ("bag", "vial", "syringe")
STATES = ("cryopreserved", "fresh")
PURPOSES = ("infusion", "retention", "qc", "intermediate")


_LOT = click.argument("lot_id", metavar="LOT")


@verb(lot, "register", writes="lot register")
@click.option("--collection", default="", metavar="ID", help="The collection it is grown from.")
@click.option("--parent", default="", metavar="LOT", help="The lot it is grown from.")
@click.option("--product", required=True, metavar="NAME", help="The product's code.")
@click.option("--spec", required=True, metavar="NAME[@VERSION]", help="Its specification.")
@click.option("--course", default="", metavar="COI", help="Of a collection for several courses.")
@click.option("--number", default="", help="The site's own number; left out, lottrack makes one.")
@told()
def register(
    context: Context,
    collection: str,
    parent: str,
    product: str,
    spec: str,
    course: str,
    number: str,
    telling: Telling,
) -> Answer:
    """Register a lot, grown from a collection or from another lot.

    Without a version, the newest approved one in effect that day is taken. It is fixed then:
    only a qualified person moves the lot to another one (`lottrack lot respecify`).

    \b
    Example:
      lottrack lot register --collection CL-MAD-0002-Y --product MSC-EB --spec MSC-EB-TRIAL
    """
    from lottrack.actions.making.registration import NewLot, register_lot

    if bool(collection) == bool(parent):
        raise click.UsageError("Give either --collection ID or --parent LOT.")
    new = NewLot(collection, parent, product, spec, course, number)
    return Answer(register_lot(context.writing_desk, new, telling))


# -- samples, discards -----------------------------------------------------------------------------


@verb(lot, "sample", writes="lot sample")
@click.argument("thing", metavar="LOT|CONTAINER")
@click.option("--kind", required=True, metavar="TEXT", help="What it is: supernatant, cells, ...")
@click.option("--cells", type=CELLS, help="Viable cells in it.")
@click.option("--for", "tests", multiple=True, metavar="TEST", help="A test it is for.")
@told()
@equipment_used
def sample(
    context: Context,
    thing: str,
    kind: str,
    cells: int | None,
    tests: tuple[str, ...],
    telling: Telling,
) -> Answer:
    """Record a sample. A container filled for qc or retention is used up by it.

    \b
    Example:
      lottrack lot sample LT-MAD-0001-3 --kind "cells at harvest" --cells 2e6 --for CD105
    """
    from lottrack.actions.making.samples import NewSample, take_sample

    return Answer(take_sample(context.writing_desk, thing, NewSample(kind, cells, tests), telling))


@verb(lot, "discard", writes="lot discard")
@_LOT
@click.option("--cells", type=CELLS, required=True, help="Viable cells thrown away.")
@reason_option()
@told()
def discard(context: Context, lot_id: str, cells: int, reason: str, telling: Telling) -> Answer:
    """Record that cells of the last harvest were thrown away.

    \b
    Example:
      lottrack lot discard LT-MAD-0001-3 --cells 3.6e7 --reason "left over after filling"
    """
    from lottrack.actions.making.samples import discard_cells

    return Answer(discard_cells(context.writing_desk, lot_id, cells, reason, telling))


# -- fills -----------------------------------------------------------------------------------------


@verb(lot, "fill", writes="lot fill")
@_LOT
@click.option("--kind", type=click.Choice(KINDS), required=True, help="Kind of container.")
@click.option("--count", "containers", type=WHOLE, required=True, help="How many containers.")
@click.option("--cells-each", type=CELLS, required=True, help="Viable cells in each.")
@click.option("--volume-ml", type=DECIMAL, required=True, help="Volume in each, mL.")
@click.option("--last", metavar="CELLS,ML", help="What the last one holds, if it ran short.")
@click.option("--expires", metavar="TIME", help="Expiry; left out: fill time and shelf life.")
@click.option("--state", type=click.Choice(STATES), default="cryopreserved", help="How it is kept.")
@click.option("--purpose", type=click.Choice(PURPOSES), default="infusion", help="What it is for.")
@click.option("--planned", is_flag=True, help="Numbers and labels now, cells with fill-confirm.")
@told()
@equipment_used
@materials_used
def fill(
    context: Context,
    lot_id: str,
    kind: str,
    containers: int,
    cells_each: int,
    volume_ml: Decimal,
    last: str | None,
    expires: str | None,
    state: str,
    purpose: str,
    planned: bool,  # noqa: FBT001 - a flag of the command line
    telling: Telling,
) -> Answer:
    """Fill a lot into containers, or plan to; answers the containers' numbers.

    \b
    Example:
      lottrack lot fill LT-MAD-0001-3 --kind bag --count 6 --cells-each 4.4e7 --volume-ml 4.4 \\
          --expires 2027-09-27T23:59
    """
    from lottrack.actions.making.fill_confirmation import parse_content
    from lottrack.actions.making.fills import Content, NewFill, fill_lot
    from lottrack.rules.reading.times import parse_time

    desk = context.writing_desk
    new = NewFill(
        kind,
        containers,
        Content(cells_each, volume_ml),
        None if last is None else parse_content(last, context.decimal_mark),
        None if expires is None else parse_time(expires, desk.zone, desk.now()),
        state,
        purpose,
        planned,
    )
    return Answer(fill_lot(desk, lot_id, new, telling))


@verb(lot, "fill-confirm", writes="lot fill-confirm")
@click.argument("fill_id", metavar="FILL")
@click.option("--actual", multiple=True, metavar="ID=CELLS,ML", help="What one really holds.")
@click.option("--not-filled", multiple=True, metavar="ID", help="One that stayed empty.")
@told()
@equipment_used
@materials_used
def fill_confirm(
    context: Context,
    fill_id: str,
    actual: tuple[str, ...],
    not_filled: tuple[str, ...],
    telling: Telling,
) -> Answer:
    """Say what went into the containers of a planned fill; those not named hold what was planned.

    \b
    Example:
      lottrack lot fill-confirm FL-MAD-0001-H --actual CN-MAD-0006-W=3.1e7,3.1
    """
    from lottrack.actions.making.fill_confirmation import confirm_fill, parse_actual

    held = [parse_actual(text, context.decimal_mark) for text in actual]
    return Answer(confirm_fill(context.writing_desk, fill_id, held, not_filled, telling))


# -- looking, closing ------------------------------------------------------------------------------


@verb(lot, "show")
@_LOT
def show(context: Context, lot_id: str) -> Answer:
    """Show everything recorded of a lot; corrected values are marked with a star.

    \b
    Example:
      lottrack lot show LT-MAD-0001-3
    """
    from lottrack.actions.making.views import show_lot
    from lottrack.reports.lots import record_text

    data = show_lot(context.desk, lot_id)
    return Answer(data, "" if context.json_wanted else record_text(data))


@verb(lot, "list", lists=True)
def list_(context: Context) -> Answer:
    """List the lots and their dispositions.

    \b
    Example:
      lottrack lot list
    """
    from lottrack.actions.making.views import list_lots

    say_struck(context, "lot")
    return Answer(list_lots(context.desk))


@verb(lot, "tree")
@_LOT
def tree(context: Context, lot_id: str) -> Answer:
    """Show a lot's family: what it was grown from, its fills and containers, lots grown from it.

    \b
    Example:
      lottrack lot tree LT-MAD-0001-3
    """
    from lottrack.actions.making.tree import lot_tree
    from lottrack.reports.lots import tree_text

    data = lot_tree(context.desk, lot_id)
    return Answer(data, tree_text(data))


@verb(lot, "close", writes="lot close")
@_LOT
@click.option("--reason", default="", help="Why now.")
@click.option("--confirm", default="", metavar="LOT", help="The lot's number again, for scripts.")
@told()
def close(context: Context, lot_id: str, reason: str, confirm: str, telling: Telling) -> Answer:
    """Close a lot whose cells, containers and labels are all accounted for.

    \b
    Example:
      lottrack lot close LT-MAD-0001-3 --confirm LT-MAD-0001-3
    """
    from lottrack.actions.making.closing import close_lot
    from lottrack.actions.making.lots import find_lot

    desk = context.writing_desk
    number = find_lot(desk, lot_id)
    require_confirmed(number, confirm, f"This closes lot {number}; it takes no facts afterwards.")
    return Answer(close_lot(desk, number, reason, telling))
