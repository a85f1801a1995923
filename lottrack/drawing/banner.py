"""A banner across a picture: words that must be seen whatever part of it is shown or cut out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.drawing import fonts, look
from lottrack.drawing.shapes import Part, Path, Picture, Polygon, Rounded, Shape, written

if TYPE_CHECKING:
    from collections.abc import Iterator

TRAINING = "TRAINING · NOT FOR USE IN PATIENTS"
"""What the pictures of a training record say, in the words of its labels."""

HEIGHT = 20
_SIZE = 11
_BASELINE = 14
_APART = 110  # a viewer without the font may need a third more room


def with_banner(drawn: Picture, words: str) -> Picture:
    """The picture between two bars that say the words, as often as there is room for them.

    Args:
        drawn: the picture.
        words: what its banner says; "" for the picture as it is.
    """
    if not words:
        return drawn
    parts = tuple(
        part._replace(shapes=tuple(_lowered(shape) for shape in part.shapes))
        for part in drawn.parts
    )
    width = max(drawn.width, fonts.text_width(words, fonts.BOLD, _SIZE) + _APART)
    height = drawn.height + 2 * HEIGHT
    bars = tuple(_bar(words, width, top) for top in (0, height - HEIGHT))
    description = " · ".join(filter(None, (words, drawn.description)))
    return Picture(width, height, drawn.title, description, (bars[0], *parts, bars[1]))


def _bar(words: str, width: int, top: int) -> Part:
    return Part("banner", words, (), tuple(_shapes(words, width, top)))


def _shapes(words: str, width: int, top: int) -> Iterator[Shape]:
    yield Rounded(0, top, width, HEIGHT, 0, look.BADGE_FILL[look.STOP])
    length = fonts.text_width(words, fonts.BOLD, _SIZE)
    times = max(1, width // (length + _APART))
    for place in range(times):
        x = (2 * place + 1) * width // (2 * times) - length // 2
        ink = look.BADGE_INK[look.STOP]
        yield written(x, top + _BASELINE, words, fonts.BOLD, _SIZE, ink)


def _lowered(shape: Shape) -> Shape:
    match shape:
        case Rounded():
            return shape._replace(y=shape.y + HEIGHT)
        case Path():
            x, y = shape.begin
            curves = tuple(
                ((a, b + HEIGHT), (c, d + HEIGHT), (e, f + HEIGHT))
                for (a, b), (c, d), (e, f) in shape.curves
            )
            return shape._replace(begin=(x, y + HEIGHT), curves=curves)
        case Polygon():
            return shape._replace(points=tuple((x, y + HEIGHT) for x, y in shape.points))
        case _:
            return shape._replace(baseline=shape.baseline + HEIGHT)
