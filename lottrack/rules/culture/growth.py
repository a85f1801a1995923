"""Growth of a culture: passages, seeding densities, population doublings.

All counts are viable cells and whole numbers. A passage number is a poor measure of a culture's
age, because the seeding density changes how often cells double in it (roosterbio.com on population
doubling levels; ICH Q5D speaks of doublings): so doublings are computed, and the convention they
are counted by is shown beside them.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue
from lottrack.rules.reading.text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

CUMULATIVE_CONVENTION = (
    "Cumulative population doublings are counted from P1; doublings in P0 are not known, because"
    " P0 starts from mononuclear cells of which only a few are precursors of the culture."
)
"""Stands wherever a cumulative number is printed: without its convention a limit on it means
nothing (the same lot has 6 doublings from P1 and about 19 with an estimate for P0)."""

# A text, compiled at first use and not at every start.
_PASSAGE = r"[Pp](0|[1-9][0-9]?)"
# Own context: the caller's precision and rounding must not change a recorded number. 50 digits of
# a logarithm leave 30 to spare before the rounding to hundredths.
_CONTEXT = Context(prec=50, rounding=ROUND_HALF_EVEN)
_LN_2 = _CONTEXT.ln(Decimal(2))
_HUNDREDTH = Decimal("0.01")
_TENTH = Decimal("0.1")


class PassageCounts(NamedTuple):
    """What was counted in one passage.

    Attributes:
        passage: its number, 0 for P0.
        seeded: viable cells put into culture.
        harvested: viable cells taken out; None while the passage grows.
    """

    passage: int
    seeded: int
    harvested: int | None


def parse_passage(text: str) -> int:
    """The number of a passage's name: ``P0`` is 0, ``p2`` is 2.

    Raises:
        BadValue: it is no passage's name (``bad-passage``).
    """
    match = re.fullmatch(_PASSAGE, text.strip())
    if match is None:
        raise BadValue(
            f"{quoted(text.strip())} is not the name of a passage.",
            code="bad-passage",
            hint="Write P0 for the primary culture, then P1, P2, ...",
        )
    return int(match[1])


def passage_name(passage: int) -> str:
    """The name of a passage: ``P0``, ``P1``, ...

    Raises:
        BadValue: the number is below 0 (``bad-passage``).
    """
    if not (passage >= 0):
        raise BadValue(f"There is no passage {passage}.", code="bad-passage")
    return f"P{passage}"


def population_doublings(seeded: int, harvested: int) -> Decimal:
    """How often the cells doubled: log2(harvested / seeded), to hundredths, half to even.

    Below 0 when fewer cells came out than went in. Meaningless for P0 (see
    ``CUMULATIVE_CONVENTION``).

    Raises:
        BadValue: a count is not above 0, so that no logarithm exists (``bad-count``).
    """
    return _rounded(_doublings(seeded, harvested), _HUNDREDTH)


def cumulative_doublings(passages: Sequence[PassageCounts]) -> dict[int, Decimal | None]:
    """Doublings from P1 up to and with each passage, rounded to hundredths only at the end.

    The whole line of the culture belongs in, a parent lot's passages included. None where the sum
    is not known: at P0, and from the first passage on that is missing, not yet harvested, or
    yielded no cells. A number with a gap in it would look younger than the culture is.

    Args:
        passages: in any order, each passage once.

    Raises:
        BadValue: a passage is there twice (``bad-passage``).
    """
    totals: dict[int, Decimal | None] = {}
    total: Decimal | None = Decimal(0)
    expected = 1
    for counts in sorted(passages, key=lambda each: each.passage):
        if counts.passage in totals:
            raise BadValue(
                f"{passage_name(counts.passage)} has two counts; one culture grows through each"
                " passage once.",
                code="bad-passage",
            )
        if counts.passage == 0:
            totals[0] = None
            continue
        if counts.passage != expected or not counts.harvested:
            total = None
        elif total is not None:
            total = _CONTEXT.add(total, _doublings(counts.seeded, counts.harvested))
        totals[counts.passage] = None if total is None else _rounded(total, _HUNDREDTH)
        expected = counts.passage + 1
    return totals


def seeding_density_per_cm2(seeded: int, area_cm2: Decimal) -> Decimal:
    """Viable cells per cm² of growth area, in whole cells, half to even.

    Raises:
        BadValue: no cells were seeded (``bad-count``), or the area is no number above 0
            (``bad-number``).
    """
    _require_cells(seeded, "seeded")
    if not (area_cm2.is_finite() and area_cm2 > 0):
        raise BadValue(
            f"A growth area of {area_cm2} cm² holds no cells.",
            code="bad-number",
            hint="Give the area of all vessels together, in cm².",
        )
    return _rounded(_CONTEXT.divide(Decimal(seeded), area_cm2), Decimal(1))


def doubling_time_hours(
    seeded: int, harvested: int, seeded_at: datetime, harvested_at: datetime
) -> Decimal | None:
    """Mean hours the population needed to double, to tenths; None if it did not grow.

    Raises:
        BadValue: a count is not above 0 (``bad-count``), or the harvest is not later than the
            seeding (``bad-time``).
    """
    doublings = _doublings(seeded, harvested)
    elapsed = harvested_at - seeded_at
    seconds = Decimal(elapsed.days * 86_400 + elapsed.seconds)
    if not (seconds > 0):
        raise BadValue(
            "The harvest is not later than its seeding.",
            code="bad-time",
            hint="Check both times and their offsets.",
        )
    if not (doublings > 0):
        return None
    return _rounded(_CONTEXT.divide(_CONTEXT.divide(seconds, Decimal(3600)), doublings), _TENTH)


def _doublings(seeded: int, harvested: int) -> Decimal:
    _require_cells(seeded, "seeded")
    _require_cells(harvested, "harvested")
    growth = _CONTEXT.subtract(_CONTEXT.ln(Decimal(harvested)), _CONTEXT.ln(Decimal(seeded)))
    return _CONTEXT.divide(growth, _LN_2)


def _require_cells(cells: int, what: str) -> None:
    if not (cells > 0):
        raise BadValue(
            f"{cells} cells {what}: growth is counted from whole numbers above 0.",
            code="bad-count",
        )


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    # Adding 0 turns the -0.00 of a tiny loss into 0.00.
    return _CONTEXT.add(_CONTEXT.quantize(value, step), Decimal(0))
