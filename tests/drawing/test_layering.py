"""Columns: no cycle survives, every link leads to the right, runs stay whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lottrack.drawing.graphs.layering import Directed, Link, folded, layers, runs, without_cycles


@st.composite
def webs(draw: st.DrawFn) -> tuple[int, list[Link]]:
    count = draw(st.integers(1, 14))
    ends = st.integers(0, count - 1)
    return count, draw(st.lists(st.tuples(ends, ends), unique=True, max_size=40))


@given(webs())
def test_every_link_but_a_loop_is_kept_or_turned_and_then_leads_to_a_later_column(
    web: tuple[int, list[Link]],
) -> None:
    count, links = web
    directed = without_cycles(count, links)
    turned_back = {(end, start) for start, end in directed.turned}
    assert {*directed.forward} | turned_back == {link for link in links if link[0] != link[1]}
    layer = layers(count, directed.links())
    assert all(layer[start] < layer[end] for start, end in directed.links())


@given(
    st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda link: link[0] < link[1]))
)
def test_links_without_a_cycle_are_left_as_they_are(links: set[Link]) -> None:
    directed = without_cycles(10, sorted(links))
    assert set(directed.forward) == links
    assert directed.turned == ()


def test_a_circle_is_opened_where_the_walk_began() -> None:
    assert without_cycles(3, [(0, 1), (1, 2), (2, 0)]) == Directed(((0, 1), (1, 2)), ((0, 2),))


def test_the_walk_begins_at_what_nothing_leads_to() -> None:
    """A donor stays on the left even when a patient is listed first and closes a circle."""
    patient, donor, infusion = range(3)
    directed = without_cycles(3, [(patient, infusion), (donor, infusion), (infusion, patient)])
    assert directed.turned == ((infusion, patient),)


def test_a_vertex_stands_after_the_longest_way_to_it() -> None:
    assert layers(4, [(0, 1), (1, 2), (2, 3), (0, 3)]) == [0, 1, 2, 3]


def test_an_order_stands_next_to_its_preparation_and_not_by_the_donor() -> None:
    donor, lot, bag, preparation, order = range(5)
    links = [(donor, lot), (lot, bag), (bag, preparation), (order, preparation)]
    assert layers(5, links) == [0, 1, 2, 3, 2]


def test_only_things_with_nothing_beside_them_form_a_run() -> None:
    lot, passage, fill, one_bag, other_bag = range(5)
    links = ((lot, passage), (passage, fill), (fill, one_bag), (fill, other_bag))
    assert runs(5, Directed(links, ())) == [(lot, passage, fill), (one_bag,), (other_bag,)]


def test_a_turned_link_does_not_make_a_run_because_its_arrow_leads_the_other_way() -> None:
    assert runs(2, Directed((), ((0, 1),))) == [(0,), (1,)]


@given(webs(), st.integers(1, 6))
def test_folding_keeps_every_vertex_once_in_order_and_makes_no_cycle(
    web: tuple[int, list[Link]], longest: int
) -> None:
    count, links = web
    directed = without_cycles(count, links)
    whole = runs(count, directed)
    pieces = folded(whole, longest)
    assert [vertex for piece in pieces for vertex in piece] == [v for run in whole for v in run]
    assert sorted(vertex for run in whole for vertex in run) == list(range(count))
    assert max(map(len, pieces)) <= longest
    piece_of = {vertex: number for number, piece in enumerate(pieces) for vertex in piece}
    between = {(piece_of[start], piece_of[end]) for start, end in directed.links()}
    outer = sorted(link for link in between if link[0] != link[1])
    assert without_cycles(len(pieces), outer).turned == ()


def test_a_run_is_cut_into_equal_pieces() -> None:
    assert folded([tuple(range(7))], 4) == [(0, 1, 2), (3, 4, 5, 6)]
    assert folded([tuple(range(6))], 6) == [tuple(range(6))]


def test_a_chain_of_ten_thousand_needs_no_deep_stack() -> None:
    count = 10_000
    directed = without_cycles(count, [(one, (one + 1) % count) for one in range(count)])
    assert layers(count, directed.links())[-1] == count - 1
    assert len(runs(count, directed)) == 3
