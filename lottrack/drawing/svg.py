"""A picture as an SVG document: standalone, text kept as text, readable without eyes.

It needs no style sheet, script or font file. Each text carries its measured width, so that a
viewer without the font squeezes it into its box instead of letting it run out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from lottrack.drawing import fonts, look
from lottrack.drawing.graphs.graph import readable
from lottrack.drawing.graphs.picture import picture
from lottrack.drawing.shapes import Path, Polygon, Rounded, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lottrack.drawing.graphs.graph import Graph
    from lottrack.drawing.shapes import Part, Picture, Shape

_FONTS = "'Source Sans Pro', 'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
_WEIGHTS = {fonts.REGULAR: "400", fonts.BOLD: "600"}
_ROLES = dict.fromkeys(("link", "node", "level", "series"), "graphics-symbol")


def svg(graph: Graph) -> str:
    """The picture as one SVG 1.1 document; a user unit is a point, so it prints to scale.

    Every thing is a group of class ``node`` with ``data-id``, every link one of class ``link``
    with ``data-from`` and ``data-to``; the title of each says in words what it shows.

    Raises:
        ValueError: the graph is ambiguous (see ``graph.tidy``).
    """
    return svg_of(picture(graph))


def svg_of(drawn: Picture) -> str:
    """Any picture as one SVG 1.1 document; each part that stands for data says so in words."""
    opening = _tag(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        version="1.1",
        width=f"{drawn.width}pt",
        height=f"{drawn.height}pt",
        viewBox=f"0 0 {drawn.width} {drawn.height}",
        role="graphics-document document",
        aria_labelledby="title",
        aria_describedby="desc",
        font_family=_FONTS,
    )
    paper = _tag("rect", width=drawn.width, height=drawn.height, fill=look.PAPER)
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<{opening}>",
            f'<title id="title">{escape(drawn.title)}</title>',
            f'<desc id="desc">{escape(drawn.description)}</desc>',
            f"<{paper}/>",
            *map(_part, drawn.parts),
            "</svg>\n",
        )
    )


def _part(part: Part) -> str:
    attributes: dict[str, object] = {"class": part.role}
    if part.role == "link":
        start, end = part.ids
        attributes |= {"data-from": readable(start), "data-to": readable(end)}
    elif part.role == "node":
        attributes["data-id"] = readable(part.ids[0])
    if part.role in _ROLES:
        attributes["role"] = _ROLES[part.role]
    title = f"<title>{escape(part.words)}</title>" if part.role in _ROLES else ""
    return f"<{_tag('g', **attributes)}>{title}{''.join(map(_shape, part.shapes))}</g>"


def _shape(shape: Shape) -> str:
    match shape:
        case Rounded():
            return f"<{_rounded(shape)}/>"
        case Path():
            return f"<{_path(shape)}/>"
        case Polygon():
            return f"<{_tag('polygon', points=_pairs(shape.points), fill=shape.fill)}/>"
        case Text():
            return f"<{_text(shape)}>{escape(shape.text)}</text>"


def _rounded(shape: Rounded) -> str:
    stroke = {"stroke": shape.stroke, "stroke_width": shape.stroke_width} if shape.stroke else {}
    return _tag(
        "rect",
        x=shape.x,
        y=shape.y,
        width=shape.width,
        height=shape.height,
        rx=shape.radius,
        fill=shape.fill or "none",
        **stroke,
    )


def _path(shape: Path) -> str:
    steps = " ".join(f"C{_pairs(curve)}" for curve in shape.curves)
    return _tag(
        "path",
        d=f"M{_pairs((shape.begin,))} {steps}",
        fill="none",
        stroke=shape.stroke,
        stroke_width=shape.stroke_width,
    )


def _pairs(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.6g},{y:.6g}" for x, y in points)


def _text(shape: Text) -> str:
    return _tag(
        "text",
        x=shape.x,
        y=shape.baseline,
        font_size=shape.size,
        font_weight=_WEIGHTS[shape.face],
        fill=shape.colour,
        textLength=shape.width,
        lengthAdjust="spacingAndGlyphs",
    )


def _tag(name: str, **attributes: object) -> str:
    pairs = (
        f"{key.replace('_', '-')}={quoteattr(str(value))}" for key, value in attributes.items()
    )
    return " ".join((name, *pairs))
