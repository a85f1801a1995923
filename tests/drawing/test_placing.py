"""Heights: never touching, level where that is possible."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lottrack.drawing.graphs.placing import Port, placed


@st.composite
def standing(draw: st.DrawFn) -> tuple[list[list[int]], list[Port], list[tuple[int, int]]]:
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    columns, count = [], 0
    for size in sizes:
        columns.append(list(range(count, count + size)))
        count += size
    heights = draw(st.lists(st.integers(0, 90), min_size=count, max_size=count))
    ports = [Port(height, -(height // 4), height // 4) for height in heights]
    links = [
        (left, right)
        for one, other in pairwise(columns)
        for left in one
        for right in other
        if draw(st.booleans())
    ]
    return columns, ports, links


@given(standing(), st.integers(0, 20))
def test_things_of_a_column_keep_their_order_and_their_distance(
    web: tuple[list[list[int]], list[Port], list[tuple[int, int]]], gap: int
) -> None:
    columns, ports, links = web
    middle = placed(columns, ports, links, gap)
    for column in columns:
        for upper, lower in pairwise(column):
            heights = ports[upper].height + ports[lower].height
            assert 2 * (middle[lower] - middle[upper]) >= heights + 2 * gap
    assert min(middle[v] - -(-port.height // 2) for v, port in enumerate(ports)) == 0


def test_a_chain_runs_level_through_its_ports() -> None:
    ports = [Port(40), Port(100, -30, 30), Port(20)]
    first, stack, last = placed([[0], [1], [2]], ports, [(0, 1), (1, 2)], 10)
    assert first == stack - 30
    assert last == stack + 30


def test_a_parent_stands_in_the_middle_of_its_children() -> None:
    ports = [Port(40)] * 4
    parent, *children = placed([[0], [1, 2, 3]], ports, [(0, 1), (0, 2), (0, 3)], 10)
    assert parent == children[1]
    assert children == [20, 70, 120]


def test_a_long_link_bends_at_its_ends_and_not_on_its_way() -> None:
    """Two tall things, one above the other, lead over two columns to one thing between them."""
    columns = [[0, 1], [2, 3], [4, 5], [6]]
    ports = [Port(200), Port(200), Port(), Port(), Port(), Port(), Port(40)]
    links = [(0, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 6)]
    begin, _, way, _, farther, _, end = placed(columns, ports, links, 10)
    assert begin < way < farther < end
    assert farther - way <= (way - begin) / 2
    assert farther - way <= (end - farther) / 2


def test_nothing_to_place_is_no_error() -> None:
    assert placed([], [], [], 10) == []
