"""Charts: series of numbers over a common axis, with levels to compare them with.

No colour carries a meaning alone: a marked point is a square with its words beside it, a level is
written out at its line, and every series says its values in words for who cannot see it.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from lottrack.drawing import fonts, look
from lottrack.drawing.banner import with_banner
from lottrack.drawing.graphs.graph import readable
from lottrack.drawing.plots.scales import Scale, linear, logarithmic
from lottrack.drawing.shapes import (
    BOLD_LINE,
    LINE,
    Part,
    Path,
    Picture,
    Polygon,
    Shape,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH, HEIGHT = 520, 260  # of the plot, in points: with its margins it fills half a sheet of A4

_MARGIN = 24
_LEFT = 64  # room for the numbers on the upright axis
_RIGHT = 150  # room for the words of levels
_DOT = 3
_TICK = 4
_LEADING = 3

CENTRE, WARNING, LIMIT = "centre", "warning", "limit"
_LEVELS = {
    CENTRE: (look.FAMILIES[2].stroke, LINE),
    WARNING: (look.BADGE_STROKE[look.WARNING], LINE),
    LIMIT: (look.BADGE_STROKE[look.STOP], BOLD_LINE),
}
_MAIN = look.FAMILIES[0].stroke
_OTHERS = "#a9b3bf"


class Point(NamedTuple):
    """One number: ``mark`` is what is unusual about it, or ""; ``words`` name it."""

    x: float
    y: float
    words: str
    mark: str = ""


class Series(NamedTuple):
    """Points joined by a line; ``is_main`` is drawn strong, the others are there to compare."""

    name: str
    points: tuple[Point, ...]
    is_main: bool = True


class Level(NamedTuple):
    """A number to compare with, drawn across the chart: ``centre``, ``warning`` or ``limit``."""

    y: float
    words: str
    kind: str = LIMIT


class Chart(NamedTuple):
    """What a chart shows.

    Attributes:
        title: what it is of.
        caption: what a reader must know to read it, e.g. a convention.
        x_name: what the lying axis counts, with its unit.
        y_name: what the upright axis counts, with its unit.
        series: the points.
        levels: lines across.
        is_log: whether the upright axis is logarithmic; all its numbers are above 0.
        x_words: words for places on the lying axis, instead of numbers.
        banner: words across the picture (a training record's), or "".
        decimal_mark: what stands in the numbers beside the axes.
    """

    title: str
    caption: str
    x_name: str
    y_name: str
    series: tuple[Series, ...]
    levels: tuple[Level, ...] = ()
    is_log: bool = False
    x_words: tuple[tuple[float, str], ...] = ()
    banner: str = ""
    decimal_mark: str = "."


def chart_picture(chart: Chart) -> Picture:
    """Draw a chart as shapes; the same chart always gives the same shapes."""
    chart = _legible(chart)
    points = [point for series in chart.series for point in series.points]
    mark = chart.decimal_mark
    heights = [point.y for point in points] + [level.y for level in chart.levels]
    upright = logarithmic(heights) if chart.is_log and heights else linear(heights, mark)
    lying = _lying(chart, [point.x for point in points])
    heading, top = _heading(chart)
    plot = _Plot(lying, upright, _MARGIN + _LEFT, top)
    ordered = sorted(chart.series, key=lambda series: series.is_main)
    parts = (
        heading,
        *_axes(chart, plot),
        *(_level(level, plot) for level in chart.levels),
        *(_series(series, plot) for series in ordered),
    )
    drawn = Picture(
        plot.left + WIDTH + _RIGHT + _MARGIN,
        top + HEIGHT + 4 * look.LABEL_SIZE + _MARGIN,
        chart.title,
        chart.caption,
        parts,
    )
    return with_banner(drawn, chart.banner)


class _Plot(NamedTuple):
    lying: Scale
    upright: Scale
    left: int
    top: int

    def x(self, value: float) -> int:
        return round(self.left + self.lying.share(value) * WIDTH)

    def y(self, value: float) -> int:
        return round(self.top + HEIGHT - self.upright.share(value) * HEIGHT)


def _legible(chart: Chart) -> Chart:
    def clean(text: str) -> str:
        return fonts.spelled(readable(text))

    return chart._replace(
        title=clean(chart.title),
        caption=clean(chart.caption),
        x_name=clean(chart.x_name),
        y_name=clean(chart.y_name),
        banner=clean(chart.banner),
        series=tuple(
            Series(
                clean(series.name),
                tuple(
                    point._replace(words=clean(point.words), mark=clean(point.mark))
                    for point in series.points
                ),
                series.is_main,
            )
            for series in chart.series
        ),
        levels=tuple(level._replace(words=clean(level.words)) for level in chart.levels),
        x_words=tuple((place, clean(words)) for place, words in chart.x_words),
    )


def _lying(chart: Chart, values: list[float]) -> Scale:
    if not chart.x_words:
        return linear([0.0, *values], chart.decimal_mark)
    places = [place for place, _ in chart.x_words]
    return Scale(min(places) - 0.5, max(places) + 0.5, chart.x_words)


def _heading(chart: Chart) -> tuple[Part, int]:
    lines: list[Shape] = []
    down = _MARGIN
    for words, face, size, colour in (
        (chart.title, fonts.BOLD, look.TITLE_SIZE, look.INK),
        (chart.caption, fonts.REGULAR, look.CAPTION_SIZE, look.QUIET_INK),
        (chart.y_name, fonts.BOLD, look.LABEL_SIZE, look.INK),
    ):
        for line in fonts.wrap(words, face, size, _LEFT + WIDTH + _RIGHT):
            lines.append(written(_MARGIN, down + size, line, face, size, colour))
            down += size + _LEADING
        down += _LEADING
    return Part("heading", chart.title, (), tuple(lines)), down + look.LABEL_SIZE


def _axes(chart: Chart, plot: _Plot) -> Iterator[Part]:
    foot, size = plot.top + HEIGHT, look.LABEL_SIZE
    upright: list[Shape] = [_line((plot.left, plot.top), (plot.left, foot), look.INK, LINE)]
    for value, words in plot.upright.ticks:
        y = plot.y(value)
        upright.append(_line((plot.left - _TICK, y), (plot.left, y), look.INK, LINE))
        width = fonts.text_width(words, fonts.REGULAR, size)
        upright.append(_small(plot.left - 2 * _TICK - width, y + size // 3, words))
    yield Part("axis", chart.y_name, (), tuple(upright))
    right = plot.left + WIDTH
    lying: list[Shape] = [_line((plot.left, foot), (right, foot), look.INK, LINE)]
    free = plot.left - _TICK  # words that would run into their neighbour are left out
    for value, words in plot.lying.ticks:
        x, width = plot.x(value), fonts.text_width(words, fonts.REGULAR, size)
        lying.append(_line((x, foot), (x, foot + _TICK), look.INK, LINE))
        if x - width // 2 > free:
            lying.append(_small(x - width // 2, foot + _TICK + size + 2, words))
            free = x + width // 2 + _TICK
    name_width = fonts.text_width(chart.x_name, fonts.BOLD, size)
    down = foot + _TICK + 3 * size
    lying.append(written(right - name_width, down, chart.x_name, fonts.BOLD, size, look.INK))
    yield Part("axis", chart.x_name, (), tuple(lying))


def _level(level: Level, plot: _Plot) -> Part:
    colour, width = _LEVELS[level.kind]
    y, right = plot.y(level.y), plot.left + WIDTH
    shapes: list[Shape] = [_line((plot.left, y), (right, y), colour, width)]
    shapes.append(
        written(
            right + _TICK,
            y + look.LABEL_SIZE // 3,
            level.words,
            fonts.REGULAR,
            look.LABEL_SIZE,
            colour,
        )
    )
    return Part("level", level.words, (), tuple(shapes))


def _series(series: Series, plot: _Plot) -> Part:
    colour = _MAIN if series.is_main else _OTHERS
    spots = [(plot.x(point.x), plot.y(point.y)) for point in series.points]
    shapes: list[Shape] = []
    if len(spots) > 1:
        curves = tuple((start, end, end) for start, end in itertools.pairwise(spots))
        shapes.append(Path(spots[0], curves, colour, BOLD_LINE if series.is_main else LINE))
    for point, spot in zip(series.points, spots, strict=True):
        shapes += _spot(point, spot, colour) if series.is_main else ()
    said = "; ".join(" ".join(filter(None, (p.words, p.mark))) for p in series.points)
    return Part("series", f"{series.name}: {said}", (), tuple(shapes))


def _spot(point: Point, spot: tuple[int, int], colour: str) -> Iterator[Shape]:
    x, y = spot
    if not point.mark:
        corners = ((x, y - _DOT), (x + _DOT, y), (x, y + _DOT), (x - _DOT, y))
        yield Polygon(corners, colour)
        return
    d = _DOT + 1
    red = look.BADGE_STROKE[look.STOP]
    yield Polygon(((x - d, y - d), (x + d, y - d), (x + d, y + d), (x - d, y + d)), red)
    yield written(x + d + 2, y - d, point.mark, fonts.BOLD, look.LABEL_SIZE, red)


def _line(start: tuple[int, int], end: tuple[int, int], colour: str, width: float) -> Path:
    return Path(start, ((start, end, end),), colour, width)


def _small(x: int, baseline: int, words: str) -> Shape:
    return written(x, baseline, words, fonts.REGULAR, look.LABEL_SIZE, look.QUIET_INK)
