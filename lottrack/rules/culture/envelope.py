"""The envelope of earlier lots: between what a number lay so far. It flags, it never judges.

A culture that grows unlike every one before it is worth a second look, whatever its specification
says: donors differ, and so do the doublings of their cells. Three lots are the fewest of which
"the earlier ones" can be said; how many there were is said each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.reading.quantities import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

FEWEST_LOTS = 3


class Envelope(NamedTuple):
    """The least and the greatest value of earlier lots, and of how many."""

    low: Decimal
    high: Decimal
    lots: int


def envelope_of(values: Iterable[Decimal]) -> Envelope | None:
    """The envelope of one value from each earlier lot; None of fewer than ``FEWEST_LOTS``."""
    known = sorted(values)
    if len(known) < FEWEST_LOTS:
        return None
    return Envelope(known[0], known[-1], len(known))


def outside_words(
    name: str, value: Decimal | None, unit: str, envelope: Envelope | None
) -> str | None:
    """The sentence that flags a value outside its envelope; None inside, or with neither."""
    if value is None or envelope is None or envelope.low <= value <= envelope.high:
        return None
    side = "below" if value < envelope.low else "above"
    return (
        f"{name} {plain(value)}{unit} is {side} the {envelope.lots} earlier lots"
        f" ({plain(envelope.low)} to {plain(envelope.high)}{unit})"
    )
