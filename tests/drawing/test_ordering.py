"""Columns are ordered so that few links cross."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from lottrack.drawing.graphs.layering import Link, neighbours
from lottrack.drawing.graphs.ordering import crossings, ordered


@st.composite
def layered(draw: st.DrawFn) -> tuple[list[list[int]], list[Link]]:
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    columns = [list(range(s, s + size)) for s, size in zip(starts, sizes, strict=True)]
    pairs = [
        (left, right)
        for number in range(len(columns) - 1)
        for left in columns[number]
        for right in columns[number + 1]
    ]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return columns, chosen


def counted(columns: list[list[int]], links: list[Link]) -> int:
    """Crossings by looking at every pair of links."""
    place = {vertex: (x, y) for x, column in enumerate(columns) for y, vertex in enumerate(column)}
    ends = [(place[start], place[end]) for start, end in links]
    return sum(
        one[0][0] == other[0][0] and (one[0][1] - other[0][1]) * (one[1][1] - other[1][1]) < 0
        for one, other in combinations(ends, 2)
    )


@given(layered())
def test_crossings_are_counted_as_looking_at_every_pair_counts_them(
    web: tuple[list[list[int]], list[Link]],
) -> None:
    columns, links = web
    after = neighbours(sum(map(len, columns)), links)
    assert crossings(columns, after) == counted(columns, links)


@given(layered())
def test_ordering_moves_nothing_to_another_column(
    web: tuple[list[list[int]], list[Link]],
) -> None:
    columns, links = web
    assert [sorted(column) for column in ordered(columns, links)] == columns


@given(st.lists(st.integers(0, 100), min_size=1, max_size=25))
def test_a_tree_is_drawn_without_any_crossing(choices: list[int]) -> None:
    columns: list[list[int]] = [[0]]
    depth = {0: 0}
    links = []
    for number, choice in enumerate(choices, start=1):
        parent = choice % number
        depth[number] = depth[parent] + 1
        if depth[number] == len(columns):
            columns.append([])
        columns[depth[number]].append(number)
        links.append((parent, number))
    assert counted(ordered(columns, links), links) == 0


def test_links_that_need_not_cross_are_untangled() -> None:
    columns = [[0, 1, 2], [3, 4, 5]]
    links = [(0, 5), (1, 4), (2, 3)]
    assert counted(columns, links) == 3
    assert counted(ordered(columns, links), links) == 0


def test_where_nothing_crosses_the_order_given_is_kept() -> None:
    """Bags are drawn by their numbers."""
    columns = [[0], [1, 2, 3, 4]]
    assert ordered(columns, [(0, bag) for bag in columns[1]]) == columns
