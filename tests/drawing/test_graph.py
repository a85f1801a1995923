"""What a picture is made from, before anything is placed."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.drawing.graphs.graph import Graph, Node, is_readable, is_root, readable, tidy


def test_a_repeated_node_or_edge_counts_once() -> None:
    lot, bag = Node("lot", "L", ""), Node("container", "B", "")
    graph = tidy(Graph("L", (lot, bag, lot), (("L", "B"), ("L", "B"))))
    assert graph.nodes == (lot, bag)
    assert graph.edges == (("L", "B"),)


def test_a_link_to_something_that_was_not_traced_shows_as_a_gap() -> None:
    graph = tidy(Graph("L", (Node("lot", "L", ""),), (("L", "B"),)))
    assert [(node.kind, node.id, node.flag) for node in graph.nodes] == [
        ("lot", "L", ""),
        ("unknown", "B", "warning"),
    ]


def test_two_things_with_one_id_are_refused_because_their_links_could_not_be_told_apart() -> None:
    with pytest.raises(ValueError, match="'X1'"):
        tidy(Graph("X1", (Node("donor", "X1", ""), Node("patient", "X1", "")), ()))


def test_a_misspelt_flag_is_refused_instead_of_drawing_a_stopped_bag_like_any_other() -> None:
    with pytest.raises(ValueError, match="'Stop'"):
        tidy(Graph("B", (Node("container", "B", "", "", "Stop"),), ()))


def test_the_root_is_told_by_its_id_or_its_flag() -> None:
    graph = Graph("L", (), ())
    assert is_root(graph, Node("lot", "L", "", "", "stop"))
    assert is_root(graph, Node("lot", "OTHER", "", "", "root"))
    assert not is_root(graph, Node("lot", "OTHER", ""))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Núñez", "Núñez"),
        ("Nu\N{COMBINING ACUTE ACCENT}n\N{COMBINING TILDE}ez", "Núñez"),
        ("two\nlines\tand\r\nmore", "two lines and  more"),
        ("a\x00b\x1bc", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"),
        ("half \ud83d", "half \N{REPLACEMENT CHARACTER}"),
        ("LOT\u202e14\u202c", "LOT\N{REPLACEMENT CHARACTER}14\N{REPLACEMENT CHARACTER}"),
        ("漢字 Ω 👩‍🔬", "漢字 Ω 👩‍🔬"),
    ],
)
def test_what_cannot_stand_in_a_picture_is_replaced_visibly(text: str, shown: str) -> None:
    assert readable(text) == shown


@given(st.text(st.characters(codec=None)))
def test_readable_text_is_one_line_that_xml_takes_as_it_is(text: str) -> None:
    shown = readable(text)
    escaped = shown.replace("&", "&amp;").replace("<", "&lt;")
    assert ET.fromstring(f"<t>{escaped}</t>".encode()).text == (shown or None)
    assert not set(shown) & set("\n\r\t")
    assert all(map(is_readable, shown))
