"""A trace in Graphviz's DOT language, for those who want to lay it out or filter it themselves.

Grammar and escapes: https://graphviz.org/doc/info/lang.html and .../docs/attr-types/escString/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.drawing import look
from lottrack.drawing.graphs.graph import Graph, Node, is_readable, is_root, readable, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable


_FONT = 'fontname="Source Sans Pro"'


def dot(graph: Graph) -> str:
    """The graph as DOT text: every thing is named by its id, every link is one line.

    Raises:
        ValueError: the graph is ambiguous (see ``graph.tidy``).
    """
    graph = tidy(graph)
    title = " · ".join(filter(None, (look.title_words(graph.root), graph.caption)))
    below = [look.UNKNOWN_WORDS, *graph.unknown] if graph.unknown else []
    lines = [
        f"digraph {_name(look.title_words(graph.root))} {{",
        f'  graph [rankdir=LR, labelloc=t, {_FONT}, label="{_lines((title, *below))}"];',
        f'  node [shape=box, style="rounded,filled", {_FONT}, fontsize=10];',
        f'  edge [color="{look.LINK}", arrowsize=0.7];',
        *(_node(node, is_asked_for=is_root(graph, node)) for node in graph.nodes),
        *(f"  {_name(start)} -> {_name(end)};" for start, end in graph.edges),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _node(node: Node, *, is_asked_for: bool) -> str:
    family = look.family_of(node.kind)
    kind = look.kind_words(node.kind)
    words = (
        f"{kind} · {look.ROOT_WORDS}" if is_asked_for else kind,
        node.id,
        node.label,
        look.badge_words(node.flag, node.note) if node.flag in look.BADGE_WORD else node.note,
    )
    is_bold = is_asked_for or node.flag in look.BADGE_WORD
    attributes = (
        f'label="{_lines(filter(None, words))}"',
        f'fillcolor="{family.fill}"',
        f'color="{look.BADGE_STROKE.get(node.flag, look.ROOT if is_asked_for else family.stroke)}"',
        f'fontcolor="{look.INK}"',
        f"penwidth={3 if is_bold else 1}",
        f"peripheries={2 if is_asked_for else 1}",
    )
    return f"  {_name(node.id)} [{', '.join(attributes)}];"


def _name(text: str) -> str:
    r"""A quoted name. Two names stay different: a backslash is doubled before any is added.

    Inside quotes DOT knows only ``\"``; but a name that ends in a backslash would swallow its
    closing quote, and a control character would end or break the line.
    """
    doubled = text.replace("\\", "\\\\").replace('"', '\\"')
    plain = (one if is_readable(one) else f"\\u{{{ord(one):x}}}" for one in doubled)
    return f'"{"".join(plain)}"'


def _lines(texts: Iterable[str]) -> str:
    r"""Text for a label, one line each: ``\N`` and character references stay what they say."""
    escaped = (
        readable(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
        for text in texts
    )
    return "\\n".join(escaped)
