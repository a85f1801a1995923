"""Which record holds a value that somebody looked for in another one.

What a person sees together, a container and what was filled into it, is recorded as several facts;
whoever corrects a value must name the fact that holds it. From the record named, the search goes
along references, both ways, to the nearest facts that have such a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.record.reach import Dependent, dependents, referred_to
from lottrack.rules.correcting.values import VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lottrack.actions.finding import Found
    from lottrack.store.reader import Reader

_FARTHEST = 3
"""Steps to the farthest fact that is worth pointing at: fill, container, filling."""

_NAMED = 6
"""Facts that a message names; of more it gives the number."""


def holders_of(reader: Reader, found: Found, key: str) -> list[Dependent]:
    """The nearest facts that hold a value which can be corrected; none when no fact near does.

    A step of one passage is pointed to the steps of the same passage.
    """
    start = reader.get(found.table, found.record)
    seen = {(found.table, found.record)}
    frontier = [Dependent(found.table, start)]
    for _ in range(_FARTHEST):
        frontier = list(_next_to(reader, frontier, seen))
        holding = [each for each in frontier if key in VALUES.get(each.table, ())]
        passage = start.values().get("passage")
        same = [each for each in holding if each.row.values().get("passage") == passage]
        if holding:
            return same or holding
    return []


def _next_to(
    reader: Reader, frontier: Sequence[Dependent], seen: set[tuple[str, str]]
) -> Iterator[Dependent]:
    """Facts one reference away that were not met before."""
    for this in frontier:
        near = [
            *dependents(reader, this.table, str(this.row.root)),
            *referred_to(reader, this.table, this.row),
        ]
        for each in near:
            place = (each.table, str(each.row.root))
            if place not in seen:
                seen.add(place)
                yield each


def pointing(holders: Sequence[Dependent], key: str) -> str:
    """What to do instead, for the hint of a refusal."""
    named = ", ".join(each.name for each in holders[:_NAMED])
    more = f" and {len(holders) - _NAMED} more" if len(holders) > _NAMED else ""
    first = holders[0].row.root
    return f"{key} is a value of {named}{more}: lottrack correct {first} {key}=VALUE --reason TEXT."
