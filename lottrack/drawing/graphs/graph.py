"""What a trace picture is made from: things, and the links between them."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

FLAGS = ("", "root", "warning", "stop")

# Characters that reorder the text around them: in a picture of identities they could make one
# number look like another, so they are shown as unreadable instead of being obeyed.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Node(NamedTuple):
    """One thing of a trace.

    Attributes:
        kind: what it is, as the glossary calls it (``lot``, ``container``, ...); any word is drawn.
        id: its number or code; unique within the graph.
        label: what a reader should know of it, or "".
        note: a remark or, with a flag, what the flag is about.
        flag: "", ``root`` (asked for), ``warning`` or ``stop`` (must not be used).
    """

    kind: str
    id: str
    label: str
    note: str = ""
    flag: str = ""


class Graph(NamedTuple):
    """A trace as values.

    Attributes:
        root: id of the thing the trace was asked for.
        nodes: the things, in the order in which they should be drawn where links leave it open.
        edges: ``(from_id, to_id)``: from what a thing came to what came of it.
        caption: a line below the title (site, time), or "".
        unknown: sentences about what the record cannot tell of these things.
        banner: words across the picture (a training record's), or "".
    """

    root: str
    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    caption: str = ""
    unknown: tuple[str, ...] = ()
    banner: str = ""


def tidy(graph: Graph) -> Graph:
    """The same graph with every node and edge once, and every edge between two of its nodes.

    A link to a thing that is not among the nodes is a gap in what was handed over. It is shown as
    a thing of kind ``unknown`` with a warning: a picture that drops it would look complete.

    Raises:
        ValueError: two different nodes share an id (their links could not be told apart), or a
            flag is none of ``FLAGS`` (a misspelt ``stop`` must not vanish).
    """
    nodes: dict[str, Node] = {}
    for node in graph.nodes:
        if node.flag not in FLAGS:
            raise ValueError(f"flag of {node.id!r} is {node.flag!r}, not one of {FLAGS}")
        if nodes.setdefault(node.id, node) != node:
            raise ValueError(f"two different nodes have the id {node.id!r}")
    edges = tuple(dict.fromkeys((start, end) for start, end in graph.edges))
    for name in (name for edge in edges for name in edge):
        if name not in nodes:
            nodes[name] = Node("unknown", name, "", "named by a link, not traced", "warning")
    return graph._replace(nodes=tuple(nodes.values()), edges=edges)


def is_root(graph: Graph, node: Node) -> bool:
    """Whether the trace was asked for this thing."""
    return node.flag == "root" or node.id == graph.root


def readable(text: str) -> str:
    """The text on one line, fit for a picture: composed, without control or reordering characters.

    XML 1.0 (section 2.2) allows neither control characters nor lone surrogates; each is replaced
    by U+FFFD, visibly, and line breaks and tabs become spaces.
    """
    return "".join(_readable_character(one) for one in unicodedata.normalize("NFC", text))


def is_readable(one: str) -> bool:
    """Whether a single character may stand in a picture as it is."""
    return _readable_character(one) == one


def _readable_character(one: str) -> str:
    if one in "\t\n\r\u0085\u2028\u2029":
        return " "
    is_outside_xml = unicodedata.category(one) in ("Cc", "Cs") or ord(one) & 0xFFFE == 0xFFFE
    return _REPLACEMENT if is_outside_xml or one in _REORDERING else one
