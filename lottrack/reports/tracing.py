"""Traces as pictures and graph text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.drawing.banner import TRAINING
from lottrack.drawing.graphs.graph import Graph, Node

if TYPE_CHECKING:
    from lottrack.actions.record.traces import Trace


def drawn(found: Trace, style: str) -> bytes:
    """A trace as ``svg``, ``png`` or ``dot``."""
    graph = as_graph(found)
    if style == "png":
        from lottrack.drawing.png import png

        return png(graph)
    if style == "svg":
        from lottrack.drawing.svg import svg

        return svg(graph).encode()
    from lottrack.drawing.graphs.dot import dot

    return dot(graph).encode()


def as_graph(found: Trace) -> Graph:
    """A trace as the drawing room knows it."""
    nodes = tuple(
        Node(
            node["kind"],
            node["id"],
            node["label"],
            node.get("note", ""),
            node.get("flag", ""),
        )
        for node in found.nodes
    )
    return Graph(
        found.root,
        nodes,
        tuple((a, b) for a, b in found.edges),
        found.caption,
        tuple(found.unknown),
        TRAINING if found.training else "",
    )
