"""The DOT text reads back, by Graphviz's own grammar, to what was drawn."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottrack.drawing.graphs.dot import dot
from lottrack.drawing.graphs.graph import Graph, Node, readable

# From https://graphviz.org/doc/info/lang.html: inside a quoted name only \" is an escape, a
# doubled backslash stays together, and a quote that is not escaped ends the name.
QUOTED = r'"((?:\\\\|\\"|[^"\\]|\\(?![\\"]))*)"'
NODE_LINE = re.compile(rf"  {QUOTED} \[label={QUOTED}, (.*)\];")
EDGE_LINE = re.compile(rf"  {QUOTED} -> {QUOTED};")


def read(text: str) -> tuple[list[tuple[str, list[str], str]], list[tuple[str, str]]]:
    """Names, label lines and other attributes of the nodes, and the links; every line is read."""
    first, *lines, last = text.splitlines()
    assert re.fullmatch(rf"digraph {QUOTED} {{", first)
    assert last == "}"
    nodes, edges = [], []
    for line in lines:
        if line.startswith(("  graph [", "  node [", "  edge [")):
            continue
        if found := NODE_LINE.fullmatch(line):
            name, label, rest = found.groups()
            nodes.append((unquoted(name), [shown(one) for one in label_lines(label)], rest))
        else:
            edge = EDGE_LINE.fullmatch(line)
            assert edge is not None, line
            edges.append((unquoted(edge[1]), unquoted(edge[2])))
    return nodes, edges


def unquoted(name: str) -> str:
    r"""A name as it was: \" and \\ are what dot() writes for a quote and a backslash."""
    pairs = {'\\"': '"', "\\\\": "\\"}
    return re.sub(
        r'\\"|\\\\|\\u\{([0-9a-f]+)\}',
        lambda found: chr(int(found[1], 16)) if found[1] else pairs[found[0]],
        name,
    )


def label_lines(label: str) -> list[str]:
    r"""The lines of a label; \n ends one, and every other character keeps its backslash."""
    lines = [""]
    for part in re.findall(r"\\.|[^\\]", label):
        if part == "\\n":
            lines.append("")
        else:
            lines[-1] += part
    return lines


def shown(line: str) -> str:
    return re.sub(r"\\(.)", r"\1", line).replace("&amp;", "&")


def test_every_thing_and_every_link_is_there(whole_course: Graph) -> None:
    nodes, edges = read(dot(whole_course))
    assert [name for name, _, _ in nodes] == [node.id for node in whole_course.nodes]
    assert edges == list(whole_course.edges)


def test_a_thing_shows_its_kind_id_label_and_what_is_wrong_with_it(whole_course: Graph) -> None:
    shown_by = {name: lines for name, lines, _ in read(dot(whole_course))[0]}
    assert shown_by["BAG00064-4"] == ["container", "BAG00064-4", "bag 4, 4.4 × 10⁷ cells, stored"]
    assert shown_by["BAG00065-5"][-1] == "STOP: on hold: HLD00003-M"
    assert shown_by["INF00073"][-1] == "WARNING: incident"
    assert shown_by["LOT00041-7"][0] == "lot · traced from here"


def test_the_root_has_a_double_outline_and_a_stopped_bag_a_red_one(whole_course: Graph) -> None:
    looks = {name: rest for name, _, rest in read(dot(whole_course))[0]}
    assert [name for name, rest in looks.items() if "peripheries=2" in rest] == ["LOT00041-7"]
    red = [name for name, rest in looks.items() if ' color="#b3261e"' in rest]
    assert red == ["BAG00065-5", "BAG00066-6", "HLD00003-M"]


def test_caption_and_gaps_stand_in_the_title(whole_course: Graph) -> None:
    (title,) = re.findall(r"graph \[.*label=\"(.*)\"\];", dot(whole_course))
    assert title.startswith(f"Trace of LOT00041-7 · {whole_course.caption}")
    assert title.endswith("\\nBAG00064-4 has a gap in custody of 2 days.")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('a"b', r'"a\"b"'),
        ("a\\", r'"a\\"'),
        ('a\\"', r'"a\\\""'),
        ("<b>&", '"<b>&"'),
        ("two\nlines", r'"two\u{a}lines"'),
        ("two\\nlines", r'"two\\nlines"'),
        ("graph", '"graph"'),
        ("", '""'),
        ("Łódź 漢", '"Łódź 漢"'),
    ],
)
def test_a_name_is_quoted_so_that_graphviz_takes_it_for_one(name: str, written: str) -> None:
    text = dot(Graph("", (Node("lot", name, ""),), ((name, name),)))
    assert f"  {written} -> {written};" in text.splitlines()


@pytest.mark.parametrize("label", [r"\N \G \l", "5 < 6 & 7 > 6", "&lt;", '"quoted"', "<b>bold</b>"])
def test_a_label_is_shown_as_it_is_written(label: str) -> None:
    """Graphviz would put the node's name for \\N and < for &lt;."""
    ((_, lines, _),) = read(dot(Graph("", (Node("lot", "L", label),), ())))[0]
    assert lines == ["lot", "L", label]
    assert "&lt;" not in dot(Graph("", (Node("lot", "L", label),), ())).replace("&amp;lt;", "")


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec=None), max_size=8), unique=True, min_size=1))
def test_any_names_stay_different_and_any_text_reads_back(names: list[str]) -> None:
    nodes = tuple(Node("lot", name, name, name) for name in names)
    edges = tuple((names[0], name) for name in names)
    read_nodes, read_edges = read(dot(Graph(names[0], nodes, edges)))
    assert [name for name, _, _ in read_nodes] == names
    assert read_edges == list(edges)
    for name, (_, lines, _) in zip(names[1:], read_nodes[1:], strict=True):
        assert lines == ["lot", *[readable(name)] * (3 if name else 0)]
    assert len({dot(Graph("", (node,), ())) for node in nodes}) == len(names)


def test_a_link_to_what_was_not_traced_is_kept() -> None:
    nodes, edges = read(dot(Graph("L", (Node("lot", "L", ""),), (("L", "B"),))))
    assert [name for name, _, _ in nodes] == ["L", "B"]
    assert edges == [("L", "B")]


def test_a_trace_of_nothing_is_a_graph_too() -> None:
    assert read(dot(Graph("L", (), ()))) == ([], [])
