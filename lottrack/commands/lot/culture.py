"""``lottrack lot seed``, ``harvest``, ``passage``, ``observe``: the culture of a lot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, told, verb
from lottrack.commands.lot.group import lot
from lottrack.commands.material import materials_used
from lottrack.commands.types import CELLS, DECIMAL, PERCENT
from lottrack.commands.using import equipment_used

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal
    from typing import Any

    from lottrack.actions.desk import Telling
    from lottrack.context import Context


def _options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several options as one decorator, in the order given."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


_LOT = click.argument("lot_id", metavar="LOT")
_PASSAGE = click.option("--passage", required=True, metavar="P0|P1|...", help="Which passage.")
_COUNTS = click.option(
    "--counts",
    type=click.Choice(["viable", "total"]),
    default="viable",
    help="What was counted; a total count is kept as viable cells.",
)
_SEEDED = _options(
    click.option("--seeded", type=CELLS, required=True, help="Cells put into culture."),
    click.option("--area-cm2", type=DECIMAL, required=True, help="Growth area of it all, cm²."),
    click.option("--vessel", default="", metavar="TEXT", help="What they were put into."),
    click.option(
        "--seeded-viability",
        type=PERCENT,
        help="With --counts total: viable cells per hundred; else those of the harvest before.",
    ),
)
_HARVESTED = _options(
    click.option("--harvested", type=CELLS, required=True, help="Cells taken out of culture."),
    click.option("--viability", type=PERCENT, required=True, help="Viable cells per hundred."),
)


@verb(lot, "seed", writes="lot seed")
@_LOT
@_PASSAGE
@_SEEDED
@_COUNTS
@told()
@equipment_used
@materials_used
def seed(
    context: Context,
    lot_id: str,
    passage: str,
    seeded: int,
    area_cm2: Decimal,
    vessel: str,
    seeded_viability: Decimal | None,
    counts: str,
    telling: Telling,
) -> Answer:
    """Record that a passage was seeded.

    \b
    Example:
      lottrack lot seed LT-MAD-0001-3 --passage P1 --seeded 9.54e6 --area-cm2 3180
    """
    from lottrack.actions.making.cultures import Seeded
    from lottrack.actions.making.cultures import seed as record_seeding

    sown = Seeded(seeded, area_cm2, vessel, counts, seeded_viability)
    return Answer(record_seeding(context.writing_desk, lot_id, passage, sown, telling))


@verb(lot, "harvest", writes="lot harvest")
@_LOT
@_PASSAGE
@_HARVESTED
@_COUNTS
@told()
@equipment_used
@materials_used
def harvest(
    context: Context,
    lot_id: str,
    passage: str,
    harvested: int,
    viability: Decimal,
    counts: str,
    telling: Telling,
) -> Answer:
    """Record that a passage was harvested; answers its population doublings.

    \b
    Example:
      lottrack lot harvest LT-MAD-0001-3 --passage P1 --harvested 7.79e7 --viability 95
    """
    from lottrack.actions.making.cultures import Harvested
    from lottrack.actions.making.cultures import harvest as record_harvest

    reaped = Harvested(harvested, viability, counts)
    return Answer(record_harvest(context.writing_desk, lot_id, passage, reaped, telling))


@verb(lot, "passage", writes="lot passage")
@_LOT
@_PASSAGE
@_SEEDED
@_HARVESTED
@_COUNTS
@click.option("--seeded-at", metavar="TIME", help="When it was seeded; left out: as --at.")
@told()
@equipment_used
@materials_used
def passage(
    context: Context,
    lot_id: str,
    passage: str,
    seeded: int,
    area_cm2: Decimal,
    vessel: str,
    seeded_viability: Decimal | None,
    harvested: int,
    viability: Decimal,
    counts: str,
    seeded_at: str | None,
    telling: Telling,
) -> Answer:
    """Record a passage's seeding and harvest at once; --at is the time of the harvest.

    \b
    Example:
      lottrack lot passage LT-MAD-0001-3 --passage P1 --seeded 9.54e6 --area-cm2 3180 \\
          --harvested 7.79e7 --viability 95 --seeded-at 2026-02-10T09:00 --at 2026-02-17T11:00
    """
    from lottrack.actions.making.cultures import Harvested, Seeded, record_passage
    from lottrack.rules.reading.times import parse_time

    desk = context.writing_desk
    began = telling.at
    if seeded_at is not None:
        began = parse_time(seeded_at, desk.zone, desk.now())
    sown = Seeded(seeded, area_cm2, vessel, counts, seeded_viability)
    reaped = Harvested(harvested, viability, counts)
    times = (telling._replace(at=began), telling)
    return Answer(record_passage(desk, lot_id, passage, sown, reaped, *times))


@verb(lot, "observe", writes="lot observe")
@_LOT
@_PASSAGE
@click.option("--text", required=True, help="What was seen.")
@told()
def observe(context: Context, lot_id: str, passage: str, text: str, telling: Telling) -> Answer:
    """Record what a passage looked like.

    \b
    Example:
      lottrack lot observe LT-MAD-0001-3 --passage P1 --text "80 % confluent, spindle-shaped"
    """
    from lottrack.actions.making.cultures import observe as record_observation

    return Answer(record_observation(context.writing_desk, lot_id, passage, text, telling))
