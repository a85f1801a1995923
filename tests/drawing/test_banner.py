"""A banner is seen whatever part of a picture is shown, and changes nothing of the picture."""

from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from lottrack.drawing import look
from lottrack.drawing.banner import HEIGHT, TRAINING, with_banner
from lottrack.drawing.graphs.graph import Graph, Node
from lottrack.drawing.graphs.picture import picture
from lottrack.drawing.plots.chart import Chart, Point, Series, chart_picture
from lottrack.drawing.png import png, png_of
from lottrack.drawing.shapes import Path, Picture, Polygon, Rounded, Text
from lottrack.drawing.svg import svg, svg_of

GRAPH = Graph(
    "D01",
    (Node("donor", "D01", "M", flag="root"), Node("hold", "HD-1", "", "why", "stop")),
    (("D01", "HD-1"),),
    "Site",
)
CHART = Chart(
    "CD73",
    "",
    "lots",
    "%",
    (Series("CD73", (Point(1, 97, "L01 97 %"), Point(2, 98, "L02 98 %", "look"))),),
)


def drawn(name: str, banner: str = "") -> Picture:
    if name == "graph":
        return picture(GRAPH._replace(banner=banner))
    return chart_picture(CHART._replace(banner=banner))


def spots(shape: object) -> list[tuple[float, float]]:
    """Where a shape lies, by points that move with it."""
    match shape:
        case Rounded():
            return [(shape.x, shape.y)]
        case Path():
            return [shape.begin, *(spot for curve in shape.curves for spot in curve)]
        case Polygon():
            return list(shape.points)
        case Text():
            return [(shape.x, shape.baseline)]
    raise AssertionError(shape)


@pytest.mark.parametrize("name", ["graph", "chart"])
def test_it_stands_above_and_below_and_in_the_words(name: str) -> None:
    made = drawn(name, TRAINING)
    first, *_, last = made.parts
    assert (first.words, last.words) == (TRAINING, TRAINING)
    assert first.shapes[0] == Rounded(0, 0, made.width, HEIGHT, 0, look.BADGE_FILL[look.STOP])
    assert last.shapes[0].y + HEIGHT == made.height
    assert made.description.startswith(TRAINING)
    assert any(isinstance(shape, Text) and shape.text == TRAINING for shape in last.shapes)


@pytest.mark.parametrize("name", ["graph", "chart"])
def test_what_it_is_put_on_is_only_moved_down(name: str) -> None:
    plain, made = drawn(name), drawn(name, TRAINING)
    assert made.height == plain.height + 2 * HEIGHT
    for before, after in zip(plain.parts, made.parts[1:-1], strict=True):
        for one, other in zip(before.shapes, after.shapes, strict=True):
            moved = [(x, y + HEIGHT) for x, y in spots(one)]
            assert spots(other) == moved


@pytest.mark.parametrize("name", ["graph", "chart"])
def test_without_words_there_is_none(name: str) -> None:
    assert all(part.role != "banner" for part in drawn(name).parts)
    assert with_banner(drawn(name), "") == drawn(name)


def test_a_narrow_picture_becomes_wide_enough_for_its_words() -> None:
    narrow = Picture(40, 40, "t", "", ())
    made = with_banner(narrow, TRAINING)
    text = next(s for s in made.parts[0].shapes if isinstance(s, Text))
    assert text.x >= 0
    assert text.x + text.width <= made.width


@pytest.mark.parametrize("name", ["graph", "chart"])
def test_both_formats_show_it(name: str) -> None:
    made = drawn(name, TRAINING)
    root = ET.fromstring(svg_of(made).encode())
    assert [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")].count(TRAINING) >= 2
    image = Image.open(io.BytesIO(png_of(made, 72)))
    red = tuple(int(look.BADGE_FILL[look.STOP][at : at + 2], 16) for at in (1, 3, 5))
    assert image.getpixel((2, 2)) == red
    assert image.getpixel((image.width - 2, image.height - 2)) == red


def test_a_graph_carries_it_into_both_formats() -> None:
    marked = GRAPH._replace(banner=TRAINING)
    assert TRAINING in svg(marked)
    assert png(marked) != png(GRAPH)
