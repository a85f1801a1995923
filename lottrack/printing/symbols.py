"""Warning signs drawn as shapes: the label's typeface has no ☣ and no ⚠.

Signs help the words and never replace them. They are drawn finer than the printer's dots and then
reduced, so that they look alike at every resolution.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

_FINER: Final = 8
_INK: Final = 0
_PAPER: Final = 255


class _Pen(NamedTuple):
    """Draws in a sign's own units around its centre, y downward."""

    image: ImageDraw
    centre: tuple[float, float]
    unit: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.centre[0] + x * self.unit, self.centre[1] + y * self.unit

    def disc(self, x: float, y: float, radius: float, shade: int) -> None:
        self.image.ellipse(
            (*self.at(x - radius, y - radius), *self.at(x + radius, y + radius)), fill=shade
        )

    def polygon(self, corners: list[tuple[float, float]], shade: int) -> None:
        self.image.polygon([self.at(*corner) for corner in corners], fill=shade)

    def arc(self, radius: float, width: float, middle: float, half: float) -> None:
        """An inked arc about the centre; ``middle`` and ``half`` of it are angles in radians."""
        self.image.arc(
            (*self.at(-radius, -radius), *self.at(radius, radius)),
            math.degrees(middle - half),
            math.degrees(middle + half),
            fill=_INK,
            width=round(width * self.unit),
        )


@lru_cache(maxsize=32)
def draw_symbol(symbol: str, size: int) -> Image:
    """A sign of ``SYMBOLS`` as a square 1-bit picture of ``size`` dots."""
    from PIL import Image, ImageDraw

    fine = Image.new("L", (size * _FINER, size * _FINER), _PAPER)
    SYMBOLS[symbol](ImageDraw.Draw(fine), size * _FINER)
    return fine.reduce(_FINER).point([_INK] * 128 + [_PAPER] * 128, mode="1")


def _biohazard(image: ImageDraw, size: int) -> None:
    """The biological hazard sign: three open crescents over a broken ring.

    In units of which a crescent's outer circle measures 30: outer circles 11 and openings
    (radius 10.5) 15 from the centre, mouths 4 wide, slits 1 wide, a hole of radius 3, and a ring
    from 10 to 13.5 that shows inside the openings only, 1 away from their edge.
    """
    pen = _Pen(image, (size / 2, size * 0.557), size / 53)
    directions = [math.radians(angle) for angle in (-90, 30, 150)]
    aims = [(math.cos(angle), math.sin(angle)) for angle in directions]
    for x, y in aims:
        pen.disc(11 * x, 11 * y, 15, _INK)
    for x, y in aims:
        pen.disc(15 * x, 15 * y, 10.5, _PAPER)
    for aim in aims:
        pen.polygon(_band(aim, 15, 30, width=4), _PAPER)
        pen.polygon(_band(aim, 0, 7, width=1), _PAPER)
    pen.disc(0, 0, 3, _PAPER)
    # Where the ring's outer edge meets the opening, 1 inside it: law of cosines.
    half = math.acos((15**2 + 13.5**2 - 9.5**2) / (2 * 15 * 13.5))
    for angle in directions:
        pen.arc(13.5, 3.5, angle, half)


def _warning(image: ImageDraw, size: int) -> None:
    """The general warning sign: a triangle with rounded corners and an exclamation mark."""
    pen = _Pen(image, (size / 2, size * 0.61), size / 100)
    for spread, shade in ((1.0, _INK), (0.66, _PAPER)):
        corners = [(0, -49 * spread), (43 * spread, 25 * spread), (-43 * spread, 25 * spread)]
        pen.polygon(corners, shade)
        rim = [pen.at(*corner) for corner in corners]
        image.line([*rim, rim[0]], fill=shade, width=round(11 * pen.unit))
        for x, y in corners:
            pen.disc(x, y, 5.5, shade)
    pen.polygon([(-5.5, -25), (5.5, -25), (3.2, 6), (-3.2, 6)], _INK)
    pen.disc(0, 14.5, 5.5, _INK)


def _band(
    aim: tuple[float, float], near: float, far: float, width: float
) -> list[tuple[float, float]]:
    """The corners of a straight band outward from the centre in the direction ``aim``."""
    x, y = aim
    aside_x, aside_y = -y * width / 2, x * width / 2
    return [
        (x * near + aside_x, y * near + aside_y),
        (x * far + aside_x, y * far + aside_y),
        (x * far - aside_x, y * far - aside_y),
        (x * near - aside_x, y * near - aside_y),
    ]


SYMBOLS: Final[dict[str, Callable[[ImageDraw, int], None]]] = {
    "biohazard": _biohazard,
    "warning": _warning,
}
"""The signs a template can name."""
