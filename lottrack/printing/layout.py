"""What stands on a label and where: elements in millimetres, their shapes, and dots.

All measures are exact decimals in millimetres from the label's top left corner; they become whole
printer dots in one place, ``dots``.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Final, NamedTuple

MM_PER_INCH: Final = Decimal("25.4")
POINTS_PER_INCH: Final = 72


class Area(NamedTuple):
    """A rectangle in millimetres, from the top left corner of the label."""

    left: Decimal
    top: Decimal
    width: Decimal
    height: Decimal

    @property
    def right(self) -> Decimal:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> Decimal:
        """Its lower edge."""
        return self.top + self.height


class Condition(NamedTuple):
    """When an element is drawn: only with a value, or only without one; "" for always.

    Attributes:
        when: the field that must have a value.
        unless: the field that must have none.
    """

    when: str
    unless: str


class Text(NamedTuple):
    """Words with fields in braces.

    Attributes:
        name: how messages call it.
        area: where it must stay; never overrun, never cut.
        lines: one pattern a line; its parts stand between " · ". What names an empty field is
            left out.
        caption: small words above the text, drawn only with it, or "".
        weight: ``regular`` or ``bold``.
        largest_pt: font size tried first.
        smallest_pt: font size below which the text is refused.
        align: ``left``, ``center`` or ``right``.
        valign: ``top``, ``middle`` or ``bottom``.
        wrap: whether lines may be broken at spaces.
        inverse: white on a black area.
        required: an empty field refuses the label instead of being left out.
        condition: when it is drawn.
    """

    name: str
    area: Area
    lines: tuple[str, ...]
    caption: str
    weight: str
    largest_pt: Decimal
    smallest_pt: Decimal
    align: str
    valign: str
    wrap: bool
    inverse: bool
    required: bool
    condition: Condition


class Code(NamedTuple):
    """The place of a code; its quiet zone is inside the area.

    Attributes:
        name: how messages call it.
        area: where it must stay.
        condition: when it is drawn.
        carrier: ``qr``, ``datamatrix`` or ``code128``.
    """

    name: str
    area: Area
    condition: Condition
    carrier: str = "qr"


class Bar(NamedTuple):
    """A black rectangle: a rule between parts."""

    name: str
    area: Area
    condition: Condition


class Frame(NamedTuple):
    """An outline, drawn inward from the area's edge."""

    name: str
    area: Area
    line_mm: Decimal
    condition: Condition


class Symbol(NamedTuple):
    """A drawn sign: a key of ``lottrack.printing.symbols.SYMBOLS``."""

    name: str
    area: Area
    symbol: str
    condition: Condition


Element = Text | Code | Bar | Frame | Symbol


class Dots(NamedTuple):
    """A rectangle in printer dots; right and bottom are the first dots outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Dots across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Dots down."""
        return self.bottom - self.top


@lru_cache(maxsize=4096)
def dots(mm: Decimal, dpi: int) -> int:
    """The nearest whole printer dot to a measure in millimetres."""
    return int((mm * dpi / MM_PER_INCH).to_integral_value(ROUND_HALF_EVEN))


def font_dots(points: Decimal, dpi: int) -> int:
    """A font size in printer dots per em."""
    return int((points * dpi / POINTS_PER_INCH).to_integral_value(ROUND_HALF_EVEN))


def area_dots(area: Area, dpi: int) -> Dots:
    """An area in dots. Its edges are rounded, not its size: neighbours keep touching."""
    return Dots(
        dots(area.left, dpi), dots(area.top, dpi), dots(area.right, dpi), dots(area.bottom, dpi)
    )


def module_dots(area: Area, modules: int, dpi: int) -> int:
    """Whole printer dots per module of a code that fits an area; 0 when it does not fit."""
    place = area_dots(area, dpi)
    return min(place.width, place.height) // modules


def module_mm(dots_per_module: int, dpi: int) -> Decimal:
    """The printed size of one module in millimetres."""
    return dots_per_module * MM_PER_INCH / dpi


def is_inside(area: Area, width_mm: Decimal, height_mm: Decimal) -> bool:
    """Whether an area lies on a label of this size."""
    return area.left >= 0 and area.top >= 0 and area.right <= width_mm and area.bottom <= height_mm


def overlap(one: Element, other: Element) -> bool:
    """Whether two elements can print over each other.

    Elements that are never drawn together cannot; a frame only has its four strokes, so it may
    hold others.
    """
    if _exclude_each_other(one.condition, other.condition):
        return False
    return any(_meet(a, b) for a in _inked(one) for b in _inked(other))


def _exclude_each_other(one: Condition, other: Condition) -> bool:
    return (one.when != "" and one.when == other.unless) or (
        one.unless != "" and one.unless == other.when
    )


def _inked(element: Element) -> list[Area]:
    """The areas an element may put ink on, or must keep free of it."""
    if not isinstance(element, Frame):
        return [element.area]
    area, line = element.area, element.line_mm
    return [
        Area(area.left, area.top, area.width, line),
        Area(area.left, area.bottom - line, area.width, line),
        Area(area.left, area.top, line, area.height),
        Area(area.right - line, area.top, line, area.height),
    ]


def _meet(one: Area, other: Area) -> bool:
    return (
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    )
