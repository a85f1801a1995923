"""Where everything stands: boxes in columns from left to right, arrows round them.

All measures are whole points (1/72 inch) from the upper left corner.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from lottrack.drawing.graphs import layering
from lottrack.drawing.graphs.face import Face, face_of
from lottrack.drawing.graphs.graph import Graph, Node, is_root, tidy
from lottrack.drawing.graphs.grid import (
    GAP,
    Grid,
    Threads,
    best_grid,
    column_places,
    threads_of,
    tops_in_stack,
)
from lottrack.drawing.graphs.ordering import ordered
from lottrack.drawing.graphs.placing import Port, placed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ARROW = 6  # length of an arrow's head
ROOT_RIM = 4  # how far outside its box the outline of the root runs
RIGHT, LEFT, DOWN = "right", "left", "down"

Point = tuple[int, int]
Curve = tuple[Point, Point, Point]


class Box(NamedTuple):
    """One thing in its place."""

    node: Node
    is_root: bool
    face: Face
    x: int
    y: int
    width: int
    height: int


class Route(NamedTuple):
    """One link: cubic curves from ``begin`` to the foot of the arrow's head.

    Attributes:
        start_id: the thing it comes from.
        end_id: the thing it leads to.
        begin: where the line begins.
        curves: for each curve its two control points and its end.
        heading: ``right``, ``left`` or ``down``: where the arrow's head points.
    """

    start_id: str
    end_id: str
    begin: Point
    curves: tuple[Curve, ...]
    heading: str


class Layout(NamedTuple):
    """Every node and every edge of a graph in its place, within ``width`` and ``height``."""

    boxes: tuple[Box, ...]
    routes: tuple[Route, ...]
    width: int
    height: int
    column_count: int


def layout(graph: Graph) -> Layout:
    """Place every node and edge; the same graph is always placed the same way.

    Raises:
        ValueError: the graph is ambiguous (see ``graph.tidy``).
    """
    graph = tidy(graph)
    number_of = {node.id: number for number, node in enumerate(graph.nodes)}
    faces = [face_of(node, is_root=is_root(graph, node)) for node in graph.nodes]
    edges = [(number_of[start], number_of[end]) for start, end in graph.edges]
    grid = best_grid(faces, layering.without_cycles(len(faces), edges))
    threads = threads_of(grid)
    heights = _heights(faces, grid, threads)
    places = column_places(faces, grid)
    boxes = _boxes(graph, faces, grid, places, heights)
    passing = _passing(grid, threads, places, heights)
    routes = tuple(_route(start, end, boxes, grid, threads, passing) for start, end in edges)
    ends = [point for route in routes for curve in route.curves for point in curve]
    return Layout(
        tuple(boxes),
        routes,
        max([box.x + box.width for box in boxes] + [x for x, _ in ends], default=0),
        max([box.y + box.height for box in boxes] + [y for _, y in ends], default=0),
        len(places),
    )


def _heights(faces: Sequence[Face], grid: Grid, threads: Threads) -> list[int]:
    """The top of every piece and the height of every vertex a long link passes.

    Links meet a stack at its first and last thing, but pull at it half-way to its middle: pulling
    where they meet would draw every stack as a step down and make the picture taller than A4.
    """
    ports = []
    for piece in grid.pieces:
        *_, whole = tops_in_stack(faces, piece)
        first, last = faces[piece[0]].height, faces[piece[-1]].height
        ports.append(Port(whole, (first - whole) // 4, (whole - last) // 4))
    ports += [Port()] * (threads.vertex_count - len(ports))
    columns = ordered(threads.columns, threads.segments)
    middles = placed(columns, ports, threads.segments, GAP)
    return [middle - port.height // 2 for middle, port in zip(middles, ports, strict=True)]


def _boxes(
    graph: Graph,
    faces: Sequence[Face],
    grid: Grid,
    places: Sequence[Point],
    heights: Sequence[int],
) -> list[Box]:
    boxes = {}
    for piece, layer, y in zip(grid.pieces, grid.layer, heights, strict=False):
        x, width = places[layer]
        for thing, top in zip(piece, tops_in_stack(faces, piece), strict=False):
            face, node = faces[thing], graph.nodes[thing]
            boxes[thing] = Box(node, is_root(graph, node), face, x, y + top, width, face.height)
    return [boxes[thing] for thing in range(len(faces))]


def _passing(
    grid: Grid, threads: Threads, places: Sequence[Point], heights: Sequence[int]
) -> dict[int, tuple[Point, Point]]:
    """Where a long link enters and leaves each column that it passes."""
    return {
        vertex: ((left, heights[vertex]), (left + width, heights[vertex]))
        for column, (left, width) in zip(threads.columns, places, strict=True)
        for vertex in column
        if vertex >= len(grid.pieces)
    }


def _route(
    start: int,
    end: int,
    boxes: Sequence[Box],
    grid: Grid,
    threads: Threads,
    passing: dict[int, tuple[Point, Point]],
) -> Route:
    first, last = boxes[start], boxes[end]
    names = first.node.id, last.node.id
    if start == end:
        return Route(*names, *_loop(first), LEFT)
    forward = grid.last_in.get(start), grid.first_in.get(end), False
    backward = grid.last_in.get(end), grid.first_in.get(start), True
    if forward in threads.ways:
        way = [spot for vertex in threads.ways[forward][1:-1] for spot in passing[vertex]]
        points = [_right(first), *way, _shifted(_left(last), -ARROW)]
        return Route(*names, points[0], tuple(_curves(points)), RIGHT)
    if backward in threads.ways:
        way = [spot for vertex in threads.ways[backward][1:-1] for spot in passing[vertex]]
        points = [_left(first), *reversed(way), _shifted(_right(last), ARROW)]
        return Route(*names, points[0], tuple(_curves(points)), LEFT)
    below = first.x + first.width // 2, first.y + first.height + _rim(first)
    foot = below[0], last.y - _rim(last) - ARROW
    return Route(*names, below, ((below, foot, foot),), DOWN)


def _right(box: Box) -> Point:
    return box.x + box.width + _rim(box), box.y + box.height // 2


def _left(box: Box) -> Point:
    return box.x - _rim(box), box.y + box.height // 2


def _rim(box: Box) -> int:
    return ROOT_RIM if box.is_root else 0


def _shifted(point: Point, right: int) -> Point:
    return point[0] + right, point[1]


def _curves(points: Sequence[Point]) -> Iterator[Curve]:
    """Join points by curves that leave and arrive level."""
    for (left, upper), (right, lower) in itertools.pairwise(points):
        middle = (left + right) // 2
        yield (middle, upper), (middle, lower), (right, lower)


def _loop(box: Box) -> tuple[Point, tuple[Curve, ...]]:
    """A small loop at the lower right, for a thing that is said to come from itself."""
    right, low = box.x + box.width + _rim(box), box.y + box.height - 8
    return (right, low - 12), (((right + 22, low - 14), (right + 22, low), (right + ARROW, low)),)
