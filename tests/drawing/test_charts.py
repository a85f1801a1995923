"""Charts stand alone, say everything in words, and hold every number they are given."""

from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from lottrack.drawing.plots.chart import (
    CENTRE,
    HEIGHT,
    WIDTH,
    Chart,
    Level,
    Point,
    Series,
    chart_picture,
)
from lottrack.drawing.plots.scales import linear, logarithmic
from lottrack.drawing.png import png_of
from lottrack.drawing.shapes import Path, Polygon, Text
from lottrack.drawing.svg import svg_of

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)

VIABILITY = Chart(
    "viability-post-thaw, 3 results",
    "Mean 88.0, SD 2.0",
    "results in the order of their sampling, by lot",
    "viability-post-thaw, %",
    (
        Series(
            "viability-post-thaw",
            (
                Point(1, 92, "PP-1 92 %"),
                Point(2, 64, "PP-2 64 %", "1-3s"),
                Point(3, 88, "PP-3 88 %"),
            ),
        ),
    ),
    (Level(70, "limit ≥ 70 %"), Level(88, "mean 88", CENTRE)),
    x_words=((1, "L01"), (2, "L02"), (3, "L02")),
)


def texts(chart: Chart) -> list[str]:
    shapes = [shape for part in chart_picture(chart).parts for shape in part.shapes]
    return [shape.text for shape in shapes if isinstance(shape, Text)]


def test_a_chart_says_its_title_axes_levels_and_marks() -> None:
    assert {
        VIABILITY.title,
        VIABILITY.x_name,
        VIABILITY.y_name,
        "limit ≥ 70 %",
        "mean 88",
        "1-3s",
        "L01",
    } <= set(texts(VIABILITY))


def test_who_cannot_see_it_is_told_every_value() -> None:
    root = ET.fromstring(svg_of(chart_picture(VIABILITY)).encode())
    titles = [title.text for title in root.iter(f"{SVG}title")]
    assert "viability-post-thaw: PP-1 92 %; PP-2 64 % 1-3s; PP-3 88 %" in titles
    assert "limit ≥ 70 %" in titles


def test_the_line_passes_its_points_in_order_and_the_limit_lies_where_it_belongs() -> None:
    parts = {part.words: part for part in chart_picture(VIABILITY).parts}
    line = next(
        shape
        for part in parts.values()
        if part.role == "series"
        for shape in part.shapes
        if isinstance(shape, Path)
    )
    spots = [line.begin, *(end for _, _, end in line.curves)]
    assert spots == sorted(spots)
    limit = parts["limit ≥ 70 %"].shapes[0]
    assert isinstance(limit, Path)
    assert spots[0][1] < limit.begin[1] < spots[1][1]  # 92 above 70 above 64


def test_a_marked_point_is_a_square_others_are_diamonds() -> None:
    (series,) = (part for part in chart_picture(VIABILITY).parts if part.role == "series")
    polygons = [shape for shape in series.shapes if isinstance(shape, Polygon)]
    square = [len({x for x, _ in polygon.points}) == 2 for polygon in polygons]
    assert square == [False, True, False]


def test_the_png_has_the_size_and_title_it_says() -> None:
    drawn = chart_picture(VIABILITY)
    image = Image.open(io.BytesIO(png_of(drawn, 72)))
    assert image.size == (drawn.width, drawn.height)
    assert image.info["Title"] == VIABILITY.title
    assert png_of(drawn) == png_of(chart_picture(VIABILITY))


def test_words_that_the_font_lacks_are_spelled_out() -> None:
    strange = VIABILITY._replace(title="漢 \x00\u202e")
    assert all("\u202e" not in text and "漢" not in text for text in texts(strange))


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20))
@example([(5e-324, 0.0)])
@example([(0.0, 1e-300), (0.0, 1.0000000000000002), (0.0, 1.0)])
@settings(max_examples=60)
def test_every_point_lies_inside_the_plot(points: list[tuple[float, float]]) -> None:
    series = Series("any", tuple(Point(x, y, "") for x, y in points))
    drawn = chart_picture(Chart("t", "c", "x", "y", (series,)))
    (part,) = (part for part in drawn.parts if part.role == "series")
    for shape in part.shapes:
        if isinstance(shape, Polygon):
            xs, ys = zip(*shape.points, strict=True)
            assert max(xs) <= drawn.width
            assert max(xs) - WIDTH <= drawn.width
            assert min(ys) >= 0
            assert max(ys) <= drawn.height
            assert drawn.height > HEIGHT


@given(st.lists(NUMBERS, min_size=1, max_size=30))
def test_a_linear_scale_holds_all_values_between_round_ends(values: list[float]) -> None:
    scale = linear(values)
    assert scale.low <= min(values)
    assert scale.high >= max(values)
    assert 2 <= len(scale.ticks) <= 12


@given(st.lists(st.floats(1e-6, 1e12), min_size=1, max_size=30))
def test_a_logarithmic_scale_goes_by_whole_powers_of_ten(values: list[float]) -> None:
    scale = logarithmic(values)
    assert scale.low <= min(values) * (1 + 1e-9)
    assert scale.high >= max(values) * (1 - 1e-9)
    assert all(words.startswith("10") for _, words in scale.ticks)


def test_equal_factors_are_equally_long_on_a_logarithmic_scale() -> None:
    scale = logarithmic([1e6, 1e9])
    assert scale.share(1e7) == pytest.approx(1 / 3)
    assert [words for _, words in scale.ticks] == ["10⁶", "10⁷", "10⁸", "10⁹"]
