"""Quantities of materials: read with their unit, converted exactly, looked at when they are odd."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lottrack.errors import BadValue
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.notation import POINT
from lottrack.rules.reading.quantities import parse_decimal, plain
from lottrack.rules.reading.text import quoted
from lottrack.rules.specification.units import exact_factor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

ODD = 10
"""How many times more or less than usual a quantity is before someone should look twice."""

_QUANTITY = r"\s*([0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?)\s*([^\W\d_].*)?"


def parse_quantity(text: str, what: str, mark: str = POINT) -> tuple[Decimal, str]:
    """A quantity above 0 and the unit behind it, or "": ``250``, ``0.25L``, ``250 mL``.

    Args:
        text: as it was typed.
        what: what it measures, for the sentence of a refusal.
        mark: the decimal mark of whoever typed it.

    Raises:
        BadValue: it is no such quantity (``bad-number``, ``out-of-range``).
    """
    match = re.fullmatch(_QUANTITY, text)
    number, unit = (match[1], match[2] or "") if match else (text, "")
    return require_positive(parse_decimal(number, what, mark=mark), what), unit.strip()


def require_positive(quantity: Decimal, what: str) -> Decimal:
    """A quantity that is something.

    Raises:
        BadValue: ``out-of-range``.
    """
    if not (quantity > 0):
        raise BadValue(f"{what[:1].upper()}{what[1:]} is above 0.", code="out-of-range")
    return quantity


def in_unit(quantity: Decimal, unit: str, wanted: str, what: str) -> Decimal:
    """A quantity in another unit of the same kind, by an exact factor.

    Args:
        quantity: how much.
        unit: the unit it was given in; "" for the wanted one.
        wanted: the unit of the material.
        what: the material, for the sentence.

    Raises:
        BadValue: the one is no unit of the other's kind (``unit-not-convertible``).
    """
    if not unit or unit.strip().casefold() == wanted.casefold():
        return quantity
    factor = exact_factor(_typed(unit), _typed(wanted))
    if factor is not None:
        converted = quantity * factor
        whole = converted.to_integral_value()
        return whole if whole == converted else converted
    raise BadValue(
        f"{what} is kept in {wanted}, and {quoted(unit)} cannot be converted into that.",
        code="unit-not-convertible",
        hint=f"Give the quantity in {wanted}.",
    )


def _typed(unit: str) -> str:
    """A unit with the micro sign where a keyboard has only a u."""
    return re.sub(r"^u(?=[lLg]$)", "\N{MICRO SIGN}", unit.strip())


def amount(quantity: Decimal, unit: str) -> str:
    """A quantity as people read it: ``250 mL``."""
    return f"{plain(quantity)} {unit}"


def open_life(open_hours: int | None) -> str:
    """How long an opened vial lives, in words: ``14 days once opened``."""
    if open_hours is None:
        return "not limited by opening"
    days, hours = divmod(open_hours, 24)
    life = f"{open_hours} hours" if hours else f"{days} day{'s' * (days != 1)}"
    return f"{life} once opened"


def odd_quantity_warnings(
    what: str, unit: str, quantity: Decimal, usual: Sequence[Decimal]
) -> list[ShownWarning]:
    """A second look at a quantity ten times more or less than the middle one of those before."""
    if not usual:
        return []
    middle = sorted(usual)[len(usual) // 2]
    if not (quantity >= middle * ODD or quantity * ODD <= middle):
        return []
    return [
        ShownWarning(
            "odd-quantity",
            f"{what} is {amount(quantity, unit)}; usual is {amount(middle, unit)}. Check quantity"
            " and unit.",
        )
    ]
