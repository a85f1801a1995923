"""How high in its column a vertex stands, so that links run level and no two vertices touch."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.drawing.graphs.layering import Link

_ROUNDS = 8
_WEIGHTS = (1, 2, 8)  # of a link with none, one or both ends on the way of a long link
_IDLE_WEIGHT = 0.1  # of a vertex that nothing pulls: it stays, unless another wants its place


class Port(NamedTuple):
    """The height of one vertex and where, from its middle, links come in and go out."""

    height: int = 0
    inlet: int = 0
    outlet: int = 0


class Pull(NamedTuple):
    """A neighbour, how far from its middle it wants this vertex's middle, and how strongly."""

    other: int
    shift: int
    weight: int


def placed(
    columns: Sequence[Sequence[int]],
    ports: Sequence[Port],
    links: Sequence[Link],
    gap: int,
) -> list[int]:
    """The middle of each vertex in whole points downwards from 0, at least ``gap`` apart.

    Starts from columns packed around one line and moves every column, forward and back, as near
    to its neighbours as the vertices in it allow (least squares).
    """
    before: list[list[Pull]] = [[] for _ in ports]
    after: list[list[Pull]] = [[] for _ in ports]
    for start, end in links:
        shift = ports[start].outlet - ports[end].inlet
        # Long links pass vertices without height; they pull hardest, so that they run straight.
        weight = _WEIGHTS[(not ports[start].height) + (not ports[end].height)]
        before[end].append(Pull(start, shift, weight))
        after[start].append(Pull(end, -shift, weight))
    apart = [_apart(column, ports, gap) for column in columns]
    middle = [0.0] * len(ports)
    for column, offsets in zip(columns, apart, strict=True):
        for vertex, offset in zip(column, offsets, strict=True):
            middle[vertex] = offset - offsets[-1] / 2
    both = [one + other for one, other in zip(before, after, strict=True)]
    for round_ in range(_ROUNDS):
        is_backward = round_ % 2 == 1
        pulls = both if round_ >= _ROUNDS // 2 else after if is_backward else before
        for place in range(len(columns))[:: -1 if is_backward else 1]:
            _settle(columns[place], apart[place], pulls, middle)
    return _rounded(columns, apart, ports, middle)


def _apart(column: Sequence[int], ports: Sequence[Port], gap: int) -> list[int]:
    """The middles of a column's vertices when they are packed as close as they may be."""
    steps = (
        -(-(ports[upper].height + ports[lower].height) // 2) + gap
        for upper, lower in pairwise(column)
    )
    return list(accumulate(steps, initial=0))


def _settle(
    column: Sequence[int],
    offsets: Sequence[int],
    pulls: Sequence[Sequence[Pull]],
    middle: list[float],
) -> None:
    """Move a column's vertices to the nearest allowed places to where their neighbours pull them.

    With the packed offsets taken away, "at least so far apart" becomes "in rising order", and the
    least-squares answer is found by pooling neighbours that are out of order.
    """
    pools: list[tuple[float, float, int]] = []  # sum of weighted wishes, weight, how many vertices
    for vertex, offset in zip(column, offsets, strict=True):
        weight: float = sum(pull.weight for pull in pulls[vertex])
        pulled = sum((middle[pull.other] + pull.shift) * pull.weight for pull in pulls[vertex])
        wish, weight = (pulled / weight, weight) if weight else (middle[vertex], _IDLE_WEIGHT)
        total, size = (wish - offset) * weight, 1
        while pools and pools[-1][0] * weight >= total * pools[-1][1]:
            above = pools.pop()
            total, weight, size = total + above[0], weight + above[1], size + above[2]
        pools.append((total, weight, size))
    means = [total / weight for total, weight, size in pools for _ in range(size)]
    for vertex, offset, mean in zip(column, offsets, means, strict=True):
        middle[vertex] = mean + offset


def _rounded(
    columns: Sequence[Sequence[int]],
    apart: Sequence[Sequence[int]],
    ports: Sequence[Port],
    middle: Sequence[float],
) -> list[int]:
    """Whole points from 0 downwards; rounding may push a vertex down, never into another."""
    whole = [0] * len(ports)
    for column, offsets in zip(columns, apart, strict=True):
        slack = None
        for vertex, offset in zip(column, offsets, strict=True):
            wanted = round(middle[vertex]) - offset
            slack = wanted if slack is None else max(slack, wanted)
            whole[vertex] = slack + offset
    top = min((whole[v] - -(-ports[v].height // 2) for v in range(len(ports))), default=0)
    return [value - top for value in whole]
