"""A picture as a PNG file: the same shapes as the SVG, drawn with Pillow and the packaged font."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from lottrack.drawing import fonts, look
from lottrack.drawing.brush import Mark, marks
from lottrack.drawing.graphs.graph import Graph, Node, readable
from lottrack.drawing.graphs.picture import picture
from lottrack.errors import BadValue, Refused

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.PngImagePlugin import PngInfo

    from lottrack.drawing.shapes import Picture

POINTS_PER_INCH = 72
LOWEST_DPI = 72  # at this, the smallest text is 7 pixels high
HIGHEST_DPI = 1200
MOST_PIXELS = 36_000_000  # about 110 MB while it is drawn

_FINER = 3  # shapes are drawn this much larger and averaged: Pillow draws hard edges
_BAND = 256  # rows painted at once, so that memory does not grow threefold


def png(graph: Graph, dpi: int = 144) -> bytes:
    """The picture as a PNG file that says its own scale, so that it prints to size.

    A very large picture is drawn at fewer dots per inch, and says so in its tag. The same graph
    gives the same bytes with the same Pillow.

    Args:
        graph: what to draw.
        dpi: dots per inch, 72 to 1200.

    Raises:
        BadValue: dpi is out of its range.
        Refused: the picture is too large to be legible as a PNG; an SVG has no such bound.
        ValueError: the graph is ambiguous (see ``graph.tidy``).
    """
    return png_of(picture(_spelled(graph)), dpi)


def png_of(drawn: Picture, dpi: int = 144) -> bytes:
    """Any picture as a PNG file; its texts hold only characters that the font has.

    Raises:
        BadValue, Refused: see ``png``.
    """
    if not LOWEST_DPI <= dpi <= HIGHEST_DPI:
        raise BadValue(
            f"{dpi} dots per inch is not between {LOWEST_DPI} and {HIGHEST_DPI}.",
            hint="144 suits a screen and 300 a printer.",
        )
    dpi = _affordable(drawn, dpi)
    image = _painted(drawn, dpi)
    written = io.BytesIO()
    image.save(written, "PNG", dpi=(dpi, dpi), pnginfo=_named(drawn))
    return written.getvalue()


def _spelled(graph: Graph) -> Graph:
    """The graph with every character that the font lacks spelled out as its code point.

    Pillow would draw the same empty box for all of them, and two codes could look like one.
    """

    def spelled(text: str) -> str:
        return fonts.spelled(readable(text))

    return Graph(
        spelled(graph.root),
        tuple(Node(*map(spelled, node)) for node in graph.nodes),
        tuple((spelled(start), spelled(end)) for start, end in graph.edges),
        spelled(graph.caption),
        tuple(map(spelled, graph.unknown)),
        spelled(graph.banner),
    )


def _affordable(drawn: Picture, dpi: int) -> int:
    square_points = drawn.width * drawn.height
    while dpi > LOWEST_DPI and square_points * dpi**2 > MOST_PIXELS * POINTS_PER_INCH**2:
        dpi -= 1
    if square_points * dpi**2 > MOST_PIXELS * POINTS_PER_INCH**2:
        raise Refused(
            f"{drawn.title} is too large for a PNG: {drawn.width} by {drawn.height} points.",
            code="picture-too-large",
            hint="Ask for --format svg, or trace one direction only.",
        )
    return dpi


def _named(drawn: Picture) -> PngInfo:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("Title", drawn.title)
    info.add_itxt("Description", drawn.description)
    return info


def _painted(drawn: Picture, dpi: int) -> Image:
    from PIL import Image, ImageDraw

    scale = dpi / POINTS_PER_INCH
    width, height = round(drawn.width * scale), round(drawn.height * scale)
    bands: list[list[Mark]] = [[] for _ in range(0, height, _BAND)]
    shapes = (shape for part in drawn.parts for shape in part.shapes)
    for mark in marks(shapes, scale * _FINER):
        first, last = (int(row // (_BAND * _FINER)) for row in (mark.first_row, mark.last_row))
        for band in bands[max(first, 0) : last + 1]:
            band.append(mark)
    image = Image.new("RGB", (width, height), look.PAPER)
    for number, band in enumerate(bands):
        top = number * _BAND
        rows = min(_BAND, height - top)
        fine = Image.new("RGB", (width * _FINER, rows * _FINER), look.PAPER)
        brush = ImageDraw.Draw(fine)
        for mark in band:
            mark.paint(brush, top * _FINER)
        image.paste(fine.reduce(_FINER), (0, top))
    return image
