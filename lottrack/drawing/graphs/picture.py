"""A trace as shapes, the same for every format: title, links, boxes, legend, gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.drawing import fonts, look
from lottrack.drawing.banner import with_banner
from lottrack.drawing.graphs.face import BADGE_INSET, BADGE_PADDING, PADDING, SYMBOL, Badge
from lottrack.drawing.graphs.graph import Graph, readable, tidy
from lottrack.drawing.graphs.layout import Box, Point, Route, layout
from lottrack.drawing.graphs.legend import legend, unknown
from lottrack.drawing.shapes import (
    BOLD_LINE,
    LINE,
    RADIUS,
    Part,
    Path,
    Picture,
    Rounded,
    Shape,
    arrow_head,
    root_outline,
    symbol,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MARGIN = 24

_NARROWEST = 380  # title and legend need this much
_BELOW_TITLE = 18
_ABOVE_LEGEND = 22


def picture(graph: Graph) -> Picture:
    """Draw a graph as shapes; the same graph always gives the same shapes.

    Raises:
        ValueError: the graph is ambiguous (see ``graph.tidy``).
    """
    graph = tidy(graph)
    arranged = layout(graph)
    inner_width = max(arranged.width, _NARROWEST)
    title = look.title_words(readable(graph.root))
    description = _description(graph)
    heading, top = _heading(title, description, inner_width)
    links = [_link(route, MARGIN, top) for route in arranged.routes]
    nodes = [_node(box, MARGIN, top) for box in arranged.boxes]
    bottom = top + arranged.height + _ABOVE_LEGEND
    explained, bottom = legend(graph, MARGIN, bottom, inner_width)
    gaps, bottom = unknown(graph, MARGIN, bottom, inner_width)
    drawn = Picture(
        inner_width + 2 * MARGIN,
        bottom + MARGIN,
        title,
        description,
        (heading, *links, *nodes, *explained, *gaps),
    )
    return with_banner(drawn, readable(graph.banner))


def _description(graph: Graph) -> str:
    if graph.nodes:
        words = look.count_words(len(graph.nodes), len(graph.edges))
    else:
        words = look.NOTHING_WORDS
    return " · ".join(filter(None, (words, readable(graph.caption))))


def _heading(title: str, description: str, width: int) -> tuple[Part, int]:
    lines: list[Shape] = []
    down = MARGIN
    for words, face, size, colour in (
        (title, fonts.BOLD, look.TITLE_SIZE, look.INK),
        (description, fonts.REGULAR, look.CAPTION_SIZE, look.QUIET_INK),
    ):
        for line in fonts.wrap(words, face, size, width):
            lines.append(written(MARGIN, down + size, line, face, size, colour))
            down += size + 4
    return Part("heading", title, (), tuple(lines)), down + _BELOW_TITLE


def _link(route: Route, right: int, down: int) -> Part:
    def moved(point: Point) -> Point:
        return point[0] + right, point[1] + down

    curves = tuple((moved(one), moved(two), moved(end)) for one, two, end in route.curves)
    line = Path(moved(route.begin), curves, look.LINK, LINE)
    head = arrow_head(curves[-1][-1], route.heading)
    words = look.link_words(readable(route.start_id), readable(route.end_id))
    return Part("link", words, (route.start_id, route.end_id), (line, head))


def _node(box: Box, right: int, down: int) -> Part:
    x, y, node = box.x + right, box.y + down, box.node
    family = look.family_of(node.kind)
    stands_out = node.flag in look.BADGE_STROKE or node.kind == look.HOLD
    stroke = look.BADGE_STROKE.get(node.flag, family.stroke)
    stroke_width = BOLD_LINE if stands_out else LINE
    shapes: list[Shape] = [
        Rounded(x, y, box.width, box.height, RADIUS, family.fill, stroke, stroke_width)
    ]
    if box.is_root:
        shapes.insert(0, root_outline(x, y, box.width, box.height))
    if box.face.badge is not None:
        shapes += _badge(box.face.badge, x, y, box.width)
    if box.face.has_hold_symbol:
        corner = x + box.width - PADDING - SYMBOL
        shapes += symbol(look.STOP, corner, y + PADDING - 2, inverted=False)
    shapes += [
        written(x + line.x, y + line.baseline, line.text, line.face, line.size, line.colour)
        for line in box.face.lines
    ]
    return Part("node", node_words(box), (node.id,), tuple(shapes))


def node_words(box: Box) -> str:
    """All that a box says, in one line."""
    node = box.node
    note = readable(node.note)
    parts = (
        f"{look.kind_words(readable(node.kind))} {readable(node.id)}",
        look.ROOT_WORDS if box.is_root else "",
        readable(node.label),
        look.badge_words(node.flag, note) if node.flag in look.BADGE_WORD else note,
    )
    return ", ".join(filter(None, parts))


def _badge(badge: Badge, x: int, y: int, width: int) -> Iterator[Shape]:
    left, top = x + BADGE_INSET, y + badge.top
    fill = look.BADGE_FILL[badge.flag]
    yield Rounded(left, top, width - 2 * BADGE_INSET, badge.height, RADIUS - 2, fill)
    yield from symbol(badge.flag, left + BADGE_PADDING, top + 2, inverted=True)
