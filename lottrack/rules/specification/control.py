"""Control charts: whether a test drifts from lot to lot, long before a limit is touched.

After Levey and Jennings (Am J Clin Pathol 1950;20:1059) with two of Westgard's rules (Clin Chem
1981;27:493): 1-3s, one value more than three standard deviations from the mean; 2-2s, two in a row
more than two on the same side; 1-2s only warns. Here the values are those of different lots, and
each is compared with the mean of the others, so that an outlier cannot hide in its own mean. The
marks flag; they never judge a lot.
"""

from __future__ import annotations

from decimal import Context, Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST_VALUES = 8
"""Fewer values have no mean to speak of; Westgard asks for at least twenty (``USUAL_VALUES``)."""
USUAL_VALUES = 20

ONE_TWO, ONE_THREE, TWO_TWO = "1-2s", "1-3s", "2-2s"
MEANINGS = {
    ONE_TWO: "more than 2 SD from the mean of the others",
    ONE_THREE: "more than 3 SD from the mean of the others",
    TWO_TWO: "the second in a row more than 2 SD on the same side",
}

_CONTEXT = Context(prec=28)


class Spread(NamedTuple):
    """Mean and sample standard deviation of ``numbers`` values."""

    mean: Decimal
    deviation: Decimal
    numbers: int


def spread_of(values: Sequence[Decimal]) -> Spread | None:
    """Mean and spread; None of fewer than ``FEWEST_VALUES``."""
    return _spread(values) if len(values) >= FEWEST_VALUES else None


def marks(values: Sequence[Decimal]) -> list[str]:
    """The mark of each value in the order they were measured; "" where nothing is unusual."""
    if len(values) < FEWEST_VALUES:
        return [""] * len(values)
    distances = [_distance(values, place) for place in range(len(values))]
    return [
        _mark(distance, distances[place - 1] if place else Decimal(0))
        for place, distance in enumerate(distances)
    ]


def _mark(distance: Decimal, before: Decimal) -> str:
    if abs(distance) > 3:
        return ONE_THREE
    if not abs(distance) > 2:
        return ""
    same_side = abs(before) > 2 and (before > 0) == (distance > 0)
    return TWO_TWO if same_side else ONE_TWO


def _distance(values: Sequence[Decimal], place: int) -> Decimal:
    """How many standard deviations of the other values one lies above (or below) their mean."""
    others = _spread([*values[:place], *values[place + 1 :]])
    away = values[place] - others.mean
    if not others.deviation > 0:
        return Decimal(0) if away == 0 else (Decimal(4) if away > 0 else Decimal(-4))
    return _CONTEXT.divide(away, others.deviation)


def _spread(values: Sequence[Decimal]) -> Spread:
    count = len(values)
    mean = _CONTEXT.divide(sum(values, Decimal(0)), Decimal(count))
    squares = sum(((value - mean) ** 2 for value in values), Decimal(0))
    deviation = _CONTEXT.sqrt(_CONTEXT.divide(squares, Decimal(count - 1)))
    return Spread(mean, deviation, count)
