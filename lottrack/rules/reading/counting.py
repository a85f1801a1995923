"""Counts: viable cells out of a total count and a viability.

The record holds viable cells. A total count is converted once, when it comes in, and what it was
counted as stays beside it.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Context, Decimal

from lottrack.errors import BadValue

VIABLE = "viable"
TOTAL = "total"
BASES = (VIABLE, TOTAL)
"""What a count was a count of when it came in."""

# Own context: the caller's precision must not change a recorded number.
_CONTEXT = Context(prec=50)


def viable_of_total(total: int, viability_pct: Decimal) -> int:
    """Viable cells in a total count, rounded down: no cell is made up by rounding.

    Args:
        total: all cells counted, live and dead.
        viability_pct: viable cells per hundred.

    Raises:
        BadValue: the count is below 0 (``bad-count``), or the viability is not from 0 to 100
            (``bad-number``).
    """
    if not (total >= 0):
        raise BadValue(f"{total} is no count of cells.", code="bad-count")
    if not (viability_pct.is_finite() and 0 <= viability_pct <= 100):
        raise BadValue(f"{viability_pct} % is no viability.", code="bad-number")
    share = _CONTEXT.divide(_CONTEXT.multiply(Decimal(total), viability_pct), Decimal(100))
    return int(share.to_integral_value(ROUND_FLOOR))
