"""Whether cells met a material: by what is recorded, or by what the record does not exclude."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.materials import RELEASED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lottrack.rules.materials import MaterialLot

USED, POSSIBLY = "used", "possibly used"
"""How certain it is that cells met a material: recorded, or not excluded by the record."""


class Span(NamedTuple):
    """A stretch of time; ``end`` is None while it goes on."""

    start: datetime
    end: datetime | None


def overlap(one: Span, other: Span) -> bool:
    """Whether two stretches of time share a moment."""
    return not (_ends_before(one, other) or _ends_before(other, one))


def _ends_before(one: Span, other: Span) -> bool:
    return one.end is not None and one.end < other.start


def in_stock(lot: MaterialLot, last_taken: datetime | None) -> Span | None:
    """While a material lot could be taken from the shelf; None when it never could.

    From its receipt until nothing was left of it. A delivery that was never released and that no
    use is recorded of stayed in quarantine, apart from what is in use.

    Args:
        lot: the material lot.
        last_taken: the last use or discard, or None.
    """
    was_released = any(decision.decision == RELEASED for decision in lot.decisions)
    if not was_released and not lot.used:
        return None
    return Span(lot.received_at, None if lot.on_hand > 0 else last_taken)


def passages_touched(source: int | None, uses: Iterable[int]) -> bool:
    """Whether cells taken from the harvest of a passage met what went into some passages.

    Args:
        source: number of the passage the cells were taken from; None where it is not known, and
            then they did.
        uses: the passages the material went into.
    """
    return any(source is None or use <= source for use in uses)
