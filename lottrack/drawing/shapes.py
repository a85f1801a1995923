"""Simple shapes that every format can draw, and the small signs made of them.

Measures are points (1/72 inch) from the upper left corner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.drawing import fonts, look
from lottrack.drawing.graphs.layout import ARROW, DOWN, LEFT, RIGHT, ROOT_RIM, Curve, Point

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = 1.2
BOLD_LINE = 2.0
RADIUS = 5

_ARROW_HALF = 3

Corners = tuple[tuple[float, float], ...]

# The ground of each sign, and what stands on it: a bar; the stroke and dot of an exclamation mark.
_SIGNS: dict[str, tuple[Corners, tuple[Corners, ...]]] = {
    look.STOP: (
        ((2, 0), (6, 0), (8, 2), (8, 6), (6, 8), (2, 8), (0, 6), (0, 2)),
        (((2, 3), (6, 3), (6, 5), (2, 5)),),
    ),
    look.WARNING: (
        ((4, 0), (8, 8), (0, 8)),
        (
            ((3.4, 2.6), (4.6, 2.6), (4.4, 5.4), (3.6, 5.4)),
            ((3.4, 6), (4.6, 6), (4.6, 7), (3.4, 7)),
        ),
    ),
}


class Rounded(NamedTuple):
    """A rounded rectangle; ``fill`` or ``stroke`` may be "" for none."""

    x: int
    y: int
    width: int
    height: int
    radius: int
    fill: str
    stroke: str = ""
    stroke_width: float = 0


class Path(NamedTuple):
    """Cubic curves, one after the other, from ``begin``."""

    begin: Point
    curves: tuple[Curve, ...]
    stroke: str
    stroke_width: float


class Polygon(NamedTuple):
    """A filled polygon; the corners of a small sign may lie between points."""

    points: tuple[tuple[float, float], ...]
    fill: str


class Text(NamedTuple):
    """One line of text from ``x`` on ``baseline``; ``width`` is what it was measured to need."""

    x: int
    baseline: int
    text: str
    face: str
    size: int
    colour: str
    width: int


Shape = Rounded | Path | Polygon | Text


class Part(NamedTuple):
    """Shapes that belong together.

    Attributes:
        role: ``heading``, ``link``, ``node``, ``legend``, ``unknown``; in a chart ``axis``,
            ``level`` and ``series``.
        words: what the part says.
        ids: the id of the thing, or the two a link joins.
        shapes: what to draw, in this order.
    """

    role: str
    words: str
    ids: tuple[str, ...]
    shapes: tuple[Shape, ...]


class Picture(NamedTuple):
    """A whole picture, ``width`` by ``height`` points; parts are drawn in their order."""

    width: int
    height: int
    title: str
    description: str
    parts: tuple[Part, ...]


def written(x: int, baseline: int, text: str, face: str, size: int, colour: str) -> Text:
    """A line of text with its measured width."""
    return Text(x, baseline, text, face, size, colour, fonts.text_width(text, face, size))


def arrow_head(foot: Point, heading: str) -> Polygon:
    """The head of an arrow whose line ends at ``foot``."""
    x, y = foot
    half = _ARROW_HALF
    points = {
        RIGHT: ((x, y - half), (x + ARROW, y), (x, y + half)),
        LEFT: ((x, y - half), (x - ARROW, y), (x, y + half)),
        DOWN: ((x - half, y), (x, y + ARROW), (x + half, y)),
    }[heading]
    return Polygon(points, look.LINK)


def root_outline(x: int, y: int, width: int, height: int) -> Rounded:
    """The line around the thing that the trace was asked for."""
    return Rounded(
        x - ROOT_RIM,
        y - ROOT_RIM,
        width + 2 * ROOT_RIM,
        height + 2 * ROOT_RIM,
        RADIUS + ROOT_RIM,
        "",
        look.ROOT,
        BOLD_LINE,
    )


def symbol(flag: str, x: int, y: int, *, inverted: bool) -> Iterator[Shape]:
    """For ``stop`` an octagon with a bar, for ``warning`` a triangle with an exclamation mark.

    It is ``SYMBOL`` points wide and high; on a badge it is inverted.
    """
    on_badge = look.BADGE_INK[flag], look.BADGE_FILL[flag]
    ground, mark = on_badge if inverted else (look.BADGE_STROKE[flag], look.PAPER)
    corners, strokes = _SIGNS[flag]
    yield _moved(corners, x, y, ground)
    for stroke in strokes:
        yield _moved(stroke, x, y, mark)


def _moved(corners: Corners, x: int, y: int, fill: str) -> Polygon:
    return Polygon(tuple((x + right, y + down) for right, down in corners), fill)
