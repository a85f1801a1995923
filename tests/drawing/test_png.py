"""The PNG has the picture, its scale and its name."""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator
from itertools import repeat

import pytest
from PIL import Image, ImageColor

from lottrack.drawing import look
from lottrack.drawing.graphs.graph import Graph, Node
from lottrack.drawing.graphs.picture import picture
from lottrack.drawing.plots.chart import Chart, Point, Series, chart_picture
from lottrack.drawing.png import LOWEST_DPI, png, png_of
from lottrack.drawing.shapes import Polygon, Rounded, Shape, Text
from lottrack.errors import BadValue, Refused


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def chunk(data: bytes, name: bytes) -> bytes:
    """The content of a chunk, by the PNG specification: length, name, content, checksum."""
    place = 8
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        if data[place + 4 : place + 8] == name:
            return data[place + 8 : place + 8 + length]
        place += length + 12
    raise AssertionError(f"no chunk {name!r}")


def many(count: int) -> Graph:
    nodes = (Node("lot", "L", ""), *(Node("container", f"B{n}", "bag") for n in range(count)))
    return Graph("L", nodes, tuple(("L", f"B{n}") for n in range(count)))


@pytest.mark.parametrize(("dpi", "dots_per_metre"), [(72, 2835), (144, 5669), (300, 11811)])
def test_the_file_says_how_many_dots_make_a_metre(dpi: int, dots_per_metre: int) -> None:
    data = png(Graph("L", (Node("lot", "L", ""),), ()), dpi)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">IIB", chunk(data, b"pHYs")) == (dots_per_metre, dots_per_metre, 1)


def test_a_picture_is_as_large_as_its_points_and_dots_make_it(whole_course: Graph) -> None:
    drawn = picture(whole_course)
    assert opened(png(whole_course, 72)).size == (drawn.width, drawn.height)
    assert opened(png(whole_course)).size == (2 * drawn.width, 2 * drawn.height)


def test_the_same_trace_gives_the_same_bytes(whole_course: Graph) -> None:
    assert png(whole_course) == png(whole_course)


def test_the_file_carries_its_title(whole_course: Graph) -> None:
    image = Image.open(io.BytesIO(png(whole_course, 72)))
    assert image.info["Title"] == "Trace of LOT00041-7"
    assert image.info["Description"].endswith(whole_course.caption)


def test_boxes_badges_and_arrow_heads_are_where_the_shapes_say(whole_course: Graph) -> None:
    image = opened(png(whole_course))
    checked = 0
    for part in picture(whole_course).parts:
        for shape in part.shapes:
            for (x, y), colour in expected(shape):
                assert image.getpixel((2 * x, 2 * y)) == ImageColor.getrgb(colour), shape
                checked += 1
    assert checked > 2 * len(whole_course.nodes) + len(whole_course.edges)


def expected(shape: Shape) -> Iterator[tuple[tuple[int, int], str]]:
    """Spots of a shape that nothing else covers, and their colour."""
    if isinstance(shape, Rounded) and shape.height > 4:
        if shape.stroke:
            yield (shape.x + shape.width // 4, shape.y), shape.stroke
        if shape.fill:
            yield (shape.x + 2, shape.y + shape.height // 2), shape.fill
    elif isinstance(shape, Polygon) and len(shape.points) == 3 and shape.fill == look.LINK:
        across, down = (sum(values) for values in zip(*shape.points, strict=True))
        yield (round(across / 3), round(down / 3)), shape.fill


def test_text_is_drawn(whole_course: Graph) -> None:
    drawn = picture(whole_course)
    image = opened(png(whole_course))
    for part in drawn.parts:
        for shape in part.shapes:
            if isinstance(shape, Text):
                left, base = 2 * shape.x, 2 * shape.baseline
                area = (left, base - 2 * shape.size, left + 2 * shape.width, base + shape.size)
                colours = [colour for _, colour in image.crop(area).getcolors(1 << 20)]
                ink = ImageColor.getrgb(shape.colour)
                assert min(map(math.dist, colours, repeat(ink))) < 10, shape.text


def test_bands_join_without_a_seam() -> None:
    """The picture is painted in bands; a box that two bands share has its whole outline."""
    graph = many(20)
    image = opened(png(graph))
    for part in picture(graph).parts:
        for shape in part.shapes:
            if part.role == "node" and isinstance(shape, Rounded) and shape.fill:
                rows = range(2 * shape.y + 20, 2 * (shape.y + shape.height) - 20)
                column = {image.getpixel((2 * shape.x, row)) for row in rows}
                assert column == {ImageColor.getrgb(shape.stroke)}


def test_characters_that_the_font_lacks_are_told_apart() -> None:
    """Pillow draws one and the same empty box for every character a font lacks."""
    one = png(Graph("X", (Node("donor", "漢", ""),), (("漢", "漢"),)), 72)
    other = png(Graph("X", (Node("donor", "字", ""),), (("字", "字"),)), 72)
    assert one != other


def test_accents_and_signs_of_labels_are_drawn_differently() -> None:
    drawn = {png(Graph("X", (Node("lot", "L", text),), ()), 72) for text in ("10⁶", "10 ", "10⁷")}
    assert len(drawn) == 3


def test_a_very_large_picture_is_drawn_coarser_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lottrack.drawing.png.MOST_PIXELS", 2_000_000)
    graph = many(60)
    drawn = picture(graph)
    assert drawn.width * drawn.height * 4 > 2_000_000
    data = png(graph)
    image = opened(data)
    assert image.width * image.height <= 2_000_000 + image.width + image.height
    dots_per_metre, _, _ = struct.unpack(">IIB", chunk(data, b"pHYs"))
    assert LOWEST_DPI <= dots_per_metre * 0.0254 < 144
    assert image.height == pytest.approx(drawn.height * dots_per_metre * 0.0254 / 72, rel=0.001)


def test_a_picture_too_large_to_be_legible_is_refused_with_what_to_do_instead() -> None:
    with pytest.raises(Refused, match="too large for a PNG") as caught:
        png(chain(600))
    assert caught.value.code == "picture-too-large"
    assert "--format svg" in caught.value.hint


def chain(count: int) -> Graph:
    nodes = tuple(Node("lot", f"L{n}", "label") for n in range(count))
    return Graph("L0", nodes, tuple((f"L{n}", f"L{n + 1}") for n in range(count - 1)))


@pytest.mark.parametrize("dpi", [-1, 0, 71, 1201])
def test_a_scale_that_makes_no_sense_is_refused(dpi: int) -> None:
    with pytest.raises(BadValue, match=f"^{dpi} dots"):
        png(Graph("L", (), ()), dpi)


def test_a_trace_of_nothing_is_a_picture_too() -> None:
    assert opened(png(Graph("L", (), ()), 72)).width > 0


def test_a_strong_line_over_an_equal_grey_one_is_painted() -> None:
    """Two lots may grow alike; the one the chart is about must be seen all the same."""
    points = (Point(0, 0, ""), Point(7, 3, ""), Point(14, 6, ""))
    series = (Series("L02", points, is_main=True), Series("L01", points, is_main=False))
    alike = chart_picture(Chart("Growth", "", "days", "doublings", series))
    alone = chart_picture(Chart("Growth", "", "days", "doublings", series[:1]))
    assert opened(png_of(alike)).tobytes() == opened(png_of(alone)).tobytes()
