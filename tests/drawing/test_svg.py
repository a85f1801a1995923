"""The SVG says everything in words, and stands alone."""

from __future__ import annotations

import os
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottrack.drawing import look
from lottrack.drawing.graphs.graph import Graph, Node, readable
from lottrack.drawing.svg import svg

SVG = "{http://www.w3.org/2000/svg}"

HARSH = "<b>&amp; \"'</b> Ł ñ × 10⁶ 漢字 ]]> \x00\u202e"


def drawn(graph: Graph) -> ET.Element:
    return ET.fromstring(svg(graph).encode())


def groups(root: ET.Element, role: str) -> list[ET.Element]:
    return [group for group in root.iter(f"{SVG}g") if group.get("class") == role]


def words(element: ET.Element) -> str:
    """The text that is drawn, lines joined."""
    return " ".join("".join(text.itertext()) for text in element.iter(f"{SVG}text"))


def node_of(root: ET.Element, name: str) -> ET.Element:
    (found,) = (group for group in groups(root, "node") if group.get("data-id") == name)
    return found


def test_every_thing_and_every_link_is_there(whole_course: Graph) -> None:
    root = drawn(whole_course)
    assert [g.get("data-id") for g in groups(root, "node")] == [n.id for n in whole_course.nodes]
    links = [(g.get("data-from"), g.get("data-to")) for g in groups(root, "link")]
    assert links == list(whole_course.edges)


def test_a_thing_shows_its_kind_id_and_label_as_text(whole_course: Graph) -> None:
    root = drawn(whole_course)
    for node in whole_course.nodes:
        shown = words(node_of(root, node.id)).replace("- ", "-").replace("/ ", "/")
        assert shown.startswith(node.kind)
        assert node.id in shown
        assert node.label in shown


def test_the_document_is_named_and_described_for_who_cannot_see_it(whole_course: Graph) -> None:
    root = drawn(whole_course)
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert title.text == "Trace of LOT00041-7"
    assert desc.text == f"26 things, 28 links · {whole_course.caption}"
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == desc.get("id")
    for group in groups(root, "node") + groups(root, "link"):
        own = group.find(f"{SVG}title")
        assert own is not None
        assert own.text


def test_what_must_not_be_used_says_so_in_words_and_with_a_sign(whole_course: Graph) -> None:
    root = drawn(whole_course)
    bag = node_of(root, "BAG00066-6")
    assert "STOP: destroyed 2026-04-11, leak at thaw" in words(bag)
    assert bag.find(f"{SVG}polygon") is not None
    own = bag.find(f"{SVG}title")
    assert own is not None
    assert own.text == "container BAG00066-6, bag 6, STOP: destroyed 2026-04-11, leak at thaw"
    assert look.BADGE_STROKE["stop"] in {rect.get("stroke") for rect in bag.iter(f"{SVG}rect")}
    assert node_of(root, "BAG00064-4").find(f"{SVG}polygon") is None


def test_a_stop_without_a_note_is_still_a_word() -> None:
    root = drawn(Graph("B", (Node("container", "B", "", "", "stop"),), ()))
    assert "STOP" in words(node_of(root, "B")).split()


def test_a_hold_carries_the_stop_sign_and_its_word(whole_course: Graph) -> None:
    hold = node_of(drawn(whole_course), "HLD00003-M")
    assert words(hold).startswith("hold")
    assert hold.find(f"{SVG}polygon") is not None


def test_a_warning_says_so_in_words(whole_course: Graph) -> None:
    assert "WARNING: incident" in words(node_of(drawn(whole_course), "INF00073"))


def test_the_root_is_outlined_and_told_in_words(whole_course: Graph) -> None:
    root = drawn(whole_course)
    lot = node_of(root, "LOT00041-7")
    assert look.ROOT_WORDS in words(lot)
    assert next(rect.get("fill") for rect in lot.iter(f"{SVG}rect")) == "none"
    outlined = [g for g in groups(root, "node") if look.ROOT_WORDS in words(g)]
    assert outlined == [lot]


def test_the_root_stays_outlined_when_it_is_stopped() -> None:
    root = drawn(Graph("B", (Node("container", "B", "", "lost", "stop"),), ()))
    bag = node_of(root, "B")
    assert look.ROOT_WORDS in words(bag)
    assert "STOP: lost" in words(bag)


def test_a_note_without_a_flag_is_shown_plainly() -> None:
    root = drawn(Graph("X", (Node("hold", "H", "", "lifted 2026-05-01"),), ()))
    assert "lifted 2026-05-01" in words(node_of(root, "H"))
    assert "STOP" not in words(root)


def test_the_legend_explains_what_is_there_and_nothing_else(whole_course: Graph) -> None:
    explained = {words(group) for group in groups(drawn(whole_course), "legend")}
    assert explained == {
        "donor, patient",
        "pair, course, order",
        "collection, lot, passage, fill",
        "container",
        "preparation, infusion",
        "hold",
        "traced from here",
        "WARNING: look before use",
        "STOP: must not be used",
        "an arrow leads from what a thing came from to what came of it",
    }
    plain = drawn(Graph("X", (Node("centrifuge", "C", ""),), ()))
    assert {words(group) for group in groups(plain, "legend")} == {"centrifuge"}


def test_what_the_record_cannot_tell_is_said_below_the_picture(whole_course: Graph) -> None:
    said = [words(group) for group in groups(drawn(whole_course), "unknown")]
    assert said == [look.UNKNOWN_WORDS, "BAG00064-4 has a gap in custody of 2 days."]
    assert groups(drawn(whole_course._replace(unknown=())), "unknown") == []


@pytest.mark.parametrize("harsh", ["<", "&", '"', "'", "&lt;", "]]>", "</text>", "<!--", HARSH])
def test_nothing_that_is_written_can_break_the_document(harsh: str) -> None:
    nodes = (Node(harsh, harsh, harsh, harsh, "stop"), Node("lot", "L", harsh, harsh))
    root = drawn(Graph(harsh, nodes, ((harsh, "L"),), harsh, (harsh,)))
    (link,) = groups(root, "link")
    assert link.get("data-from") == readable(harsh)
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == f"Trace of {readable(harsh)}"
    box = node_of(root, readable(harsh))
    own = box.find(f"{SVG}title")
    assert own is not None
    assert own.text is not None
    assert own.text.count(readable(harsh)) >= 4


@settings(deadline=None, max_examples=50)
@given(*[st.text(st.characters(codec=None), max_size=30)] * 5)
def test_any_text_gives_a_well_formed_document(
    kind: str, name: str, label: str, note: str, other: str
) -> None:
    nodes = [Node(kind, name, label, note, "warning")]
    graph = Graph(other, tuple(nodes), ((name, name), (name, other)), note, (label,))
    root = drawn(graph)
    assert len(groups(root, "node")) == len({name, other})
    assert len(groups(root, "link")) == len({(name, name), (name, other)})


def test_the_document_needs_nothing_from_elsewhere(whole_course: Graph) -> None:
    text = svg(whole_course)
    root = drawn(whole_course)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        *("svg", "title", "desc", "g", "rect", "path", "polygon", "text")
    }
    assert text.count("http") == 1  # the name of the SVG namespace
    assert "style=" not in text


def test_everything_lies_within_the_view_box(whole_course: Graph) -> None:
    root = drawn(whole_course)
    _, _, width, height = map(int, root.get("viewBox", "").split())
    assert (root.get("width"), root.get("height")) == (f"{width}pt", f"{height}pt")
    for rect in root.iter(f"{SVG}rect"):
        x, y, wide, high = (int(rect.get(key, "0")) for key in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert x + wide <= width
        assert y + high <= height
    for text in root.iter(f"{SVG}text"):
        assert int(text.get("x", "")) + int(text.get("textLength", "")) <= width
        assert int(text.get("y", "")) <= height


def test_a_trace_of_nothing_says_so() -> None:
    root = drawn(Graph("LOT1", (), ()))
    assert look.NOTHING_WORDS in words(root)
    assert groups(root, "legend") == []


def test_two_runs_of_the_program_draw_the_same_document() -> None:
    program = (
        "from lottrack.drawing.graphs.graph import Graph, Node\n"
        "from lottrack.drawing.svg import svg\n"
        "nodes = tuple(Node('lot', f'L{n}', 'x', '', '') for n in range(9))\n"
        "edges = tuple((f'L{n * n % 9}', f'L{n}') for n in range(9))\n"
        "print(svg(Graph('L3', nodes, edges)))\n"
    )
    documents = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(documents) == 1
