"""``lottrack prepare``: thaw, count and finish a dose for one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, told, verb
from lottrack.commands.material import materials_used
from lottrack.commands.types import CELLS, DECIMAL, PERCENT
from lottrack.commands.using import equipment_used

if TYPE_CHECKING:
    from decimal import Decimal

    from lottrack.actions.desk import Telling
    from lottrack.context import Context

prepare = noun("prepare", "Thaw, count and finish a dose for one order.")


@verb(prepare, "start", writes="prepare start")
@click.argument("order", metavar="ORDER")
@click.argument("scans", metavar="SCAN...", nargs=-1, required=True)
@told()
@equipment_used
@materials_used
def start(context: Context, order: str, scans: tuple[str, ...], telling: Telling) -> Answer:
    """Begin a preparation: the containers are thawed for this order.

    \b
    Example:
      lottrack prepare start OR-MAD-0001-K LT.CNMAD0001X.LBMAD0001Y.PZ
    """
    from lottrack.actions.giving.preparations import start_preparation

    return Answer(start_preparation(context.writing_desk, order, scans, telling))


@verb(prepare, "count", writes="prepare count")
@click.argument("preparation", metavar="PREP")
@click.option("--viable", type=CELLS, help="Viable cells in all of it.")
@click.option("--total", type=CELLS, help="All cells in it, with --viability.")
@click.option("--viability", type=PERCENT, metavar="PCT", help="Viability, %.")
@click.option("--method", default="", help="How it was counted.")
@told()
@equipment_used
def count(
    context: Context,
    preparation: str,
    viable: int | None,
    total: int | None,
    viability: Decimal | None,
    method: str,
    telling: Telling,
) -> Answer:
    """Record the cells counted after thawing; the latest count decides the dose.

    \b
    Example:
      lottrack prepare count PP-MAD-0001-K --total 4.1e7 --viability 92 --method "trypan blue"
    """
    from lottrack.actions.giving.preparations import Count, count_preparation

    counted = Count(viable, total, viability, method)
    return Answer(count_preparation(context.writing_desk, preparation, counted, telling))


@verb(prepare, "finish", writes="prepare finish")
@click.argument("preparation", metavar="PREP")
@click.option(
    "--into",
    type=click.Choice(["same", "bag", "syringe"]),
    default="same",
    help="What the dose is in now: its own container, or a new one.",
)
@click.option("--volume-ml", type=DECIMAL, help="Volume of the dose, mL.")
@click.option("--used-ml", type=DECIMAL, help="Part of the thawed volume in the dose, mL.")
@click.option("--diluent", default="", help="What it was diluted with.")
@click.option("--expires", metavar="TIME", help="Until when it may be given.")
@told()
@equipment_used
@materials_used
def finish(
    context: Context,
    preparation: str,
    into: str,
    volume_ml: Decimal | None,
    used_ml: Decimal | None,
    diluent: str,
    expires: str | None,
    telling: Telling,
) -> Answer:
    """End a preparation: the dose is ready.

    \b
    Example:
      lottrack prepare finish PP-MAD-0001-K --into bag --volume-ml 50 --diluent "saline 0.9 %"
    """
    from lottrack.actions.giving.preparations import Finish, finish_preparation
    from lottrack.rules.reading.times import parse_time

    desk = context.writing_desk
    until = None if expires is None else parse_time(expires, desk.zone, desk.now())
    wanted = Finish(into, volume_ml, used_ml, diluent, until)
    return Answer(finish_preparation(desk, preparation, wanted, telling))
