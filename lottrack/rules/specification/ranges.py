"""Ranges of numbers, open or closed at either end: what a limit accepts, what a result may be.

A result told as ``<0.50`` is not a number but a range; whether it meets a limit is a question
about two ranges. Asked that way, no combination of sign and operator needs a rule of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

SIGNS = ("", "<", "<=", ">", ">=")
"""What may stand before a reported number; nothing means the number itself."""


class Range(NamedTuple):
    """All numbers between two ends.

    Attributes:
        low: lower end, or None where there is none.
        low_in: whether the lower end itself belongs to the range.
        high: upper end, or None where there is none.
        high_in: whether the upper end itself belongs to the range.
    """

    low: Decimal | None
    low_in: bool
    high: Decimal | None
    high_in: bool


EVERYTHING = Range(None, False, None, False)  # noqa: FBT003 - the ends stand beside their values


def range_of(sign: str, number: Decimal) -> Range:
    """The range a signed number means: ``"<=", 5`` is everything up to 5, ``"", 5`` only 5.

    Raises:
        ValueError: the sign is none of ``SIGNS``, or the number is infinite or no number.
    """
    if sign not in SIGNS or not number.is_finite():
        raise ValueError(f"{sign!r} {number} is not a range")
    reaches_down = sign in {"<", "<="}
    reaches_up = sign in {">", ">="}
    return Range(
        low=None if reaches_down else number,
        low_in=sign in {"", ">="},
        high=None if reaches_up else number,
        high_in=sign in {"", "<="},
    )


def is_empty(numbers: Range) -> bool:
    """Whether no number lies in the range."""
    if numbers.low is None or numbers.high is None:
        return False
    if numbers.low == numbers.high:
        return not (numbers.low_in and numbers.high_in)
    return not (numbers.low < numbers.high)


def common(one: Range, other: Range) -> Range:
    """The numbers that lie in both ranges; it may be empty."""
    low, low_in = one.low, one.low_in
    if low is None or (other.low is not None and other.low > low):
        low, low_in = other.low, other.low_in
    elif other.low == low:
        low_in = one.low_in and other.low_in
    high, high_in = one.high, one.high_in
    if high is None or (other.high is not None and other.high < high):
        high, high_in = other.high, other.high_in
    elif other.high == high:
        high_in = one.high_in and other.high_in
    return Range(low, low_in, high, high_in)


def is_inside(inner: Range, outer: Range) -> bool:
    """Whether the inner range holds at least one number and the outer holds all of them."""
    return not is_empty(inner) and common(inner, outer) == inner


def is_apart(one: Range, other: Range) -> bool:
    """Whether no number lies in both."""
    return is_empty(common(one, other))
