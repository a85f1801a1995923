"""Which column a thing stands in: cycles broken, runs folded, longest-path layers.

Vertices are the numbers 0 .. count-1 and links are pairs of them; nothing here knows what a
vertex stands for. No function recurses, so that a chain of any length can be drawn.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Link = tuple[int, int]


class Directed(NamedTuple):
    """Links that together contain no cycle.

    Attributes:
        forward: those that are drawn as they are.
        turned: those that were turned round, as they stand now.
    """

    forward: tuple[Link, ...]
    turned: tuple[Link, ...]

    def links(self) -> tuple[Link, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys(self.forward + self.turned))


def without_cycles(count: int, links: Iterable[Link]) -> Directed:
    """Turn round the links that lead back to where they came from; links to itself are left out.

    A depth-first walk, from the vertices nothing leads to and then from the rest, turns each link
    that ends on the path being walked; what remains has no cycle. Of two links that join the same
    things both ways, one stays and one is turned.
    """
    following = neighbours(count, ((start, end) for start, end in links if start != end))
    fed = {end for ends in following for end in ends}
    unseen, open_, closed = 0, 1, 2
    state = [unseen] * count
    kept: dict[Link, None] = {}
    turned: dict[Link, None] = {}
    for first in sorted(range(count), key=fed.__contains__):
        if state[first] != unseen:
            continue
        state[first] = open_
        path = [(first, iter(following[first]))]
        while path:
            vertex, ends = path[-1]
            end = next(ends, None)
            if end is None:
                state[vertex] = closed
                path.pop()
            elif state[end] == open_:
                turned[end, vertex] = None
            else:
                kept[vertex, end] = None
                if state[end] == unseen:
                    state[end] = open_
                    path.append((end, iter(following[end])))
    return Directed(tuple(kept), tuple(turned))


def neighbours(count: int, links: Iterable[Link]) -> list[list[int]]:
    """For each vertex, where its links lead, in the order given."""
    following: list[list[int]] = [[] for _ in range(count)]
    for start, end in links:
        following[start].append(end)
    return following


def runs(count: int, directed: Directed) -> list[tuple[int, ...]]:
    """The longest runs of vertices that have nothing beside them: each vertex is in one run.

    Two vertices belong to one run when the first has one link out, the second one link in, and it
    is the same link. Seeing a run as one vertex cannot make a cycle: whatever leads into it leads
    to its first vertex and whatever leaves it leaves its last.
    """
    links = directed.links()
    following = neighbours(count, links)
    leading = neighbours(count, ((end, start) for start, end in links))
    turned = set(directed.turned)
    next_of = {
        start: end
        for start, end in links
        if len(following[start]) == len(leading[end]) == 1 and (start, end) not in turned
    }
    inner = set(next_of.values())
    found = []
    for first in (vertex for vertex in range(count) if vertex not in inner):
        run = [first]
        while run[-1] in next_of:
            run.append(next_of[run[-1]])
        found.append(tuple(run))
    return found


def folded(whole_runs: Iterable[tuple[int, ...]], longest: int) -> list[tuple[int, ...]]:
    """Cut runs into the fewest pieces of at most ``longest`` vertices, as equal as can be."""
    pieces = []
    for run in whole_runs:
        number = -(-len(run) // longest)
        cuts = [len(run) * piece // number for piece in range(number + 1)]
        pieces += [run[start:end] for start, end in itertools.pairwise(cuts)]
    return pieces


def layers(count: int, links: Sequence[Link]) -> list[int]:
    """The column of each vertex of a graph without cycles, from 0.

    Each vertex stands one column after the last of those that lead to it (longest path); one that
    nothing leads to moves right, next to the first thing it leads to, so that an order stands by
    its preparation and not by the donor.
    """
    following = neighbours(count, links)
    waiting = [0] * count
    for _, end in links:
        waiting[end] += 1
    first = [vertex for vertex in range(count) if not waiting[vertex]]
    layer = [0] * count
    ready = list(first)
    for vertex in ready:  # the list grows while it is read
        for end in following[vertex]:
            layer[end] = max(layer[end], layer[vertex] + 1)
            waiting[end] -= 1
            if not waiting[end]:
                ready.append(end)
    for vertex in first:
        if following[vertex]:
            layer[vertex] = min(layer[end] for end in following[vertex]) - 1
    return layer
