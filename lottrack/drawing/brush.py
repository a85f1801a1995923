"""Shapes as marks that Pillow can paint, band by band.

A mark knows which rows it touches and paints itself on an image whose upper edge is ``top`` rows
below that of the picture. Curves become polygons: Pillow draws a thick line in pieces that show.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from lottrack.drawing import fonts
from lottrack.drawing.shapes import Path, Polygon, Rounded, Shape, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from PIL.ImageDraw import ImageDraw

Spot = tuple[float, float]

_STEPS = 24  # straight pieces of a curve


class Mark(NamedTuple):
    """Something to paint, between two rows of the picture."""

    first_row: float
    last_row: float
    paint: Callable[[ImageDraw, int], None]


def marks(shapes: Iterable[Shape], scale: float) -> Iterator[Mark]:
    """The shapes at ``scale`` pixels to the point, in their order.

    Links that leave a thing together share a stem; each curve is painted once in each colour and
    width, so that a strong line over an equal grey one is seen.
    """
    painted: set[tuple[object, ...]] = set()
    for shape in shapes:
        match shape:
            case Rounded():
                yield _rounded(shape, scale)
            case Polygon():
                yield _polygon([(x * scale, y * scale) for x, y in shape.points], shape.fill)
            case Text():
                yield _text(shape, scale)
            case Path():
                for curve in _curves(shape):
                    drawn = (curve, shape.stroke, shape.stroke_width)
                    if drawn not in painted:
                        painted.add(drawn)
                        outline = stroke(*curve, shape.stroke_width)
                        spots = [(x * scale, y * scale) for x, y in outline]
                        yield _polygon(spots, shape.stroke)


def stroke(begin: Spot, one: Spot, two: Spot, end: Spot, width: float) -> list[Spot]:
    """The outline of a cubic curve drawn ``width`` wide."""
    points = _along(begin, one, two, end)
    left: list[Spot] = []
    right: list[Spot] = []
    for number, (x, y) in enumerate(points):
        back, ahead = points[max(number - 1, 0)], points[min(number + 1, len(points) - 1)]
        along, down = ahead[0] - back[0], ahead[1] - back[1]
        length = (along**2 + down**2) ** 0.5 or 1.0  # a curve without length has no width either
        aside = -down / length * width / 2, along / length * width / 2
        left.append((x + aside[0], y + aside[1]))
        right.append((x - aside[0], y - aside[1]))
    return left + right[::-1]


def _along(begin: Spot, one: Spot, two: Spot, end: Spot) -> list[Spot]:
    corners = (begin, one, two, end)
    if any(len({corner[axis] for corner in corners}) == 1 for axis in (0, 1)):
        return [begin, end]
    points = []
    for step in range(_STEPS + 1):
        t = step / _STEPS
        shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        x, y = (sum(s * c[axis] for s, c in zip(shares, corners, strict=True)) for axis in (0, 1))
        points.append((x, y))
    return points


def _curves(path: Path) -> Iterator[tuple[Spot, Spot, Spot, Spot]]:
    ends = (path.begin, *(end for _, _, end in path.curves))
    for (begin, end), (one, two, _) in zip(pairwise(ends), path.curves, strict=True):
        yield begin, one, two, end


def _polygon(spots: list[Spot], fill: str) -> Mark:
    def paint(draw: ImageDraw, top: int) -> None:
        draw.polygon([(x, y - top) for x, y in spots], fill=fill)

    rows = [y for _, y in spots]
    return Mark(min(rows), max(rows), paint)


def _rounded(shape: Rounded, scale: float) -> Mark:
    half = shape.stroke_width / 2  # Pillow draws an outline inside its box, SVG astride it
    left, right = shape.x - half, shape.x + shape.width + half
    upper, lower = shape.y - half, shape.y + shape.height + half

    def paint(draw: ImageDraw, top: int) -> None:
        draw.rounded_rectangle(
            (
                round(left * scale),
                round(upper * scale) - top,
                round(right * scale) - 1,
                round(lower * scale) - 1 - top,
            ),
            round((shape.radius + half) * scale),
            fill=shape.fill or None,
            outline=shape.stroke or None,
            width=round(shape.stroke_width * scale),
        )

    return Mark(upper * scale, lower * scale, paint)


def _text(shape: Text, scale: float) -> Mark:
    def paint(draw: ImageDraw, top: int) -> None:
        font = fonts.font(shape.face, round(shape.size * scale))
        place = round(shape.x * scale), round(shape.baseline * scale) - top
        draw.text(place, shape.text, shape.colour, font, anchor="ls")

    # Stacked accents may rise above and below a line; a size more on each side holds them.
    upper, lower = shape.baseline - 2 * shape.size, shape.baseline + shape.size
    return Mark(upper * scale, lower * scale, paint)
