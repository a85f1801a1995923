"""Things in columns: which runs are stacked, which column each stands in, where long links pass.

The picture is meant for a sheet of A4. A trace is often one long chain with a fan at its end, so
runs of things that have nothing beside them may be stacked within one column; how many, is
what makes the print largest.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from lottrack.drawing.graphs import layering

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lottrack.drawing.graphs.face import Face
    from lottrack.drawing.graphs.layering import Directed, Link

SHEET = (786, 460)  # A4 on its side in points, without margins, title and legend
GAP = 11  # between things of one column
STACK_GAP = 16  # between things of one run

_LANE = 34  # between columns; wider where many links have to spread
_LANE_PER_LINK = 2
_WIDEST_LANE = 80
_LONGEST_STACK = 6


class Grid(NamedTuple):
    """Things as pieces of runs, and the column of each piece.

    Attributes:
        pieces: the things of each piece, from top to bottom.
        first_in: the piece that begins with a thing; links arrive there.
        last_in: the piece that ends with a thing; links leave there.
        joins: the links between pieces: first, last, and whether the link was turned round.
        layer: the column of each piece, from 0.
    """

    pieces: list[tuple[int, ...]]
    first_in: dict[int, int]
    last_in: dict[int, int]
    joins: tuple[tuple[int, int, bool], ...]
    layer: list[int]


class Threads(NamedTuple):
    """Long links led through the columns between, over vertices added after the pieces.

    Links from one thing share their vertices as long as they run together, as branches share a
    stem; those that lead backwards have a stem of their own.

    Attributes:
        columns: the vertices of each column.
        segments: the links between neighbouring columns.
        ways: for each join, all the vertices it passes.
        vertex_count: how many vertices there are, pieces included.
    """

    columns: list[list[int]]
    segments: tuple[Link, ...]
    ways: dict[tuple[int, int, bool], tuple[int, ...]]
    vertex_count: int


def best_grid(faces: Sequence[Face], directed: Directed) -> Grid:
    """Fold runs so that the picture can be printed largest; where it does not matter, less."""
    whole = layering.runs(len(faces), directed)
    longest = min(max(map(len, whole), default=1), _LONGEST_STACK)
    grids = [grid_of(layering.folded(whole, most), directed) for most in range(1, longest + 1)]
    return max(grids, key=lambda grid: _print_scale(faces, grid))


def grid_of(pieces: list[tuple[int, ...]], directed: Directed) -> Grid:
    """Columns for pieces that were cut already."""
    first_in = {piece[0]: number for number, piece in enumerate(pieces)}
    last_in = {piece[-1]: number for number, piece in enumerate(pieces)}
    joins = tuple(
        (last_in[start], first_in[end], is_turned)
        for links, is_turned in ((directed.forward, False), (directed.turned, True))
        for start, end in links
        if start in last_in and end in first_in
    )
    links = tuple(dict.fromkeys((start, end) for start, end, _ in joins))
    layer = layering.layers(len(pieces), links)
    return Grid(pieces, first_in, last_in, joins, layer)


def threads_of(grid: Grid) -> Threads:
    """Lead every link through all the columns it passes, so that it has room among the boxes."""
    columns: list[list[int]] = [[] for _ in range(column_count(grid))]
    for piece, layer in enumerate(grid.layer):
        columns[layer].append(piece)
    stems: dict[tuple[int, bool, int], int] = {}
    ways = {}
    segments: dict[Link, None] = {}
    count = len(grid.pieces)
    for start, end, is_turned in grid.joins:
        way = [start]
        for column in range(grid.layer[start] + 1, grid.layer[end]):
            stem = stems.setdefault((start, is_turned, column), count)
            if stem == count:
                columns[column].append(stem)
                count += 1
            way.append(stem)
        way.append(end)
        segments.update(dict.fromkeys(itertools.pairwise(way)))
        ways[start, end, is_turned] = tuple(way)
    return Threads(columns, tuple(segments), ways, count)


def column_count(grid: Grid) -> int:
    """How many columns the picture has."""
    return max(grid.layer, default=-1) + 1


def column_places(faces: Sequence[Face], grid: Grid) -> list[tuple[int, int]]:
    """Left edge and width of each column: as wide as its widest box, a lane between two."""
    widths = [0] * column_count(grid)
    for piece, layer in zip(grid.pieces, grid.layer, strict=True):
        widths[layer] = max(widths[layer], *(faces[thing].width for thing in piece))
    arriving = [0] * column_count(grid)
    for _, end, _ in grid.joins:
        arriving[grid.layer[end]] += 1
    places: list[tuple[int, int]] = []
    left = 0
    for width, links in zip(widths, arriving, strict=True):
        if places:
            left += min(_LANE + _LANE_PER_LINK * links, _WIDEST_LANE)
        places.append((left, width))
        left += width
    return places


def tops_in_stack(faces: Sequence[Face], piece: Sequence[int]) -> Iterator[int]:
    """How far below the top of its stack each thing begins, and at last where the stack ends."""
    top = 0
    for thing in piece:
        yield top
        top += faces[thing].height + STACK_GAP
    yield top - STACK_GAP


def _print_scale(faces: Sequence[Face], grid: Grid) -> float:
    """How large the picture can be printed on a sheet, either way round; 1 when it fits as is."""
    heights = [1] * (column_count(grid) or 1)
    for piece, layer in zip(grid.pieces, grid.layer, strict=True):
        *_, height = tops_in_stack(faces, piece)
        heights[layer] += height + GAP
    left, last_width = (column_places(faces, grid) or [(0, 1)])[-1]
    width, height = left + last_width, max(heights)
    long, short = SHEET
    return max(
        min(1.0, long / width, short / height),
        min(1.0, short / width, long / height),
    )
