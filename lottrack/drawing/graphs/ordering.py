"""In which order the vertices of a column stand, so that few links cross.

Each vertex goes to the mean place of its neighbours in the column before, then of those in the
column after, and so on (barycentre sweeps: Sugiyama, Tagawa, Toda 1981); the best order met is
kept. Ties keep their order, so the same graph is always drawn the same way.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from lottrack.drawing.graphs.layering import Link, neighbours

if TYPE_CHECKING:
    from collections.abc import Sequence

_SWEEPS = 12
_SWEEPS_WHEN_MANY = 4
_MANY = 3000


def ordered(columns: Sequence[Sequence[int]], links: Sequence[Link]) -> list[list[int]]:
    """The columns with their vertices from top to bottom; links join neighbouring columns."""
    count = sum(len(column) for column in columns)
    after = neighbours(count, links)
    before = neighbours(count, ((end, start) for start, end in links))
    current = _walked(columns, after)
    best, best_crossings = current, crossings(current, after)
    for sweep in range(_SWEEPS if count < _MANY else _SWEEPS_WHEN_MANY):
        if not best_crossings:
            break
        current = [list(column) for column in current]
        if sweep % 2:
            for right in range(len(current) - 1, 0, -1):
                _sort(current[right - 1], current[right], after)
        else:
            for left in range(len(current) - 1):
                _sort(current[left + 1], current[left], before)
        found = crossings(current, after)
        if found < best_crossings:
            best, best_crossings = current, found
    return best


def crossings(columns: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> int:
    """How many pairs of links cross: inversions, counted with a binary indexed tree."""
    total = 0
    for left, right in itertools.pairwise(columns):
        place = {vertex: number for number, vertex in enumerate(right)}
        ends = [end for vertex in left for end in sorted(place[one] for one in after[vertex])]
        total += _inversions(ends, len(right))
    return total


def _inversions(ends: Sequence[int], width: int) -> int:
    tree = [0] * (width + 1)
    total = 0
    for seen, end in enumerate(ends):
        not_below = 0
        index = end + 1
        while index:
            not_below += tree[index]
            index &= index - 1
        total += seen - not_below
        index = end + 1
        while index <= width:
            tree[index] += 1
            index += index & -index
    return total


def _walked(columns: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> list[list[int]]:
    """A first order by a depth-first walk, which draws a tree without any crossing."""
    column_of = {vertex: number for number, column in enumerate(columns) for vertex in column}
    walked: list[list[int]] = [[] for _ in columns]
    seen: set[int] = set()
    for first in (vertex for column in columns for vertex in column):
        path = [first]
        while path:
            vertex = path.pop()
            if vertex not in seen:
                seen.add(vertex)
                walked[column_of[vertex]].append(vertex)
                path += reversed(after[vertex])
    return walked


def _sort(column: list[int], fixed: Sequence[int], towards: Sequence[Sequence[int]]) -> None:
    place = {vertex: number for number, vertex in enumerate(fixed)}
    mean = {}
    for number, vertex in enumerate(column):
        places = [place[one] for one in towards[vertex]]
        mean[vertex] = sum(places) / len(places) if places else number
    column.sort(key=mean.__getitem__)
