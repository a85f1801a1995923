"""The budget of population doublings: which criteria of a specification limit them.

ICH Q5D speaks of doublings, not passages; a limit on them is compared with what the record itself
computes, so no result is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.rules.specification.criterion import COMPARISONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lottrack.rules.specification.criterion import Criterion

UNITS = frozenset({"doublings", "population doublings", "pd"})
"""Units by which a criterion is known to speak of population doublings."""


def doublings_limits(criteria: Iterable[Criterion]) -> list[Criterion]:
    """The required criteria that limit a lot's population doublings."""
    return [
        criterion
        for criterion in criteria
        if criterion.required
        and criterion.level == "lot"
        and criterion.operator in COMPARISONS
        and criterion.unit.casefold() in UNITS
    ]
