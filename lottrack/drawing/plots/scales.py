"""Scales: where a number stands on an axis, and which numbers are written beside it."""

from __future__ import annotations

import math
from typing import NamedTuple

_MOST_TICKS = 7
_FINEST = 1e-12  # what differs by less is one number to the eye, and to a float
_STEPS = (1, 2, 5, 10)
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Scale(NamedTuple):
    """Numbers ``low`` to ``high`` laid along an axis; ``ticks`` are the numbers written.

    Attributes:
        low: the number at the beginning of the axis.
        high: the number at its end, above ``low``.
        ticks: each number that is written, and its words.
        is_log: whether equal factors, not equal differences, are equally long.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    is_log: bool = False

    def share(self, value: float) -> float:
        """How far along the axis a number stands: 0 at ``low``, 1 at ``high``."""
        if self.is_log:
            low, high = math.log10(self.low), math.log10(self.high)
            return (math.log10(value) - low) / (high - low)
        return (value - self.low) / (self.high - self.low)


def linear(values: list[float], mark: str = ".") -> Scale:
    """A scale of round steps that holds all values; with none of them, from 0 to 1.

    Its numbers are written with the decimal mark given.
    """
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if not high - low > max(abs(low), abs(high), 1.0) * _FINEST:
        pad = abs(low) * 0.1 if abs(low) > _FINEST else 1.0
        low, high = low - pad, high + pad
    step = _step((high - low) / _MOST_TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    places = max(0, -math.floor(math.log10(step)))
    ticks = tuple(
        (number * step, f"{number * step:.{places}f}".replace(".", mark))
        for number in range(first, last + 1)
    )
    return Scale(first * step, last * step, ticks)


def logarithmic(values: list[float]) -> Scale:
    """A scale of whole powers of ten that holds all values, each above 0."""
    first = math.floor(math.log10(min(values)))
    last = max(math.ceil(math.log10(max(values))), first + 1)
    ticks = tuple(
        (10.0**power, "10" + str(power).translate(_SUPERSCRIPTS))
        for power in range(first, last + 1)
    )
    return Scale(10.0**first, 10.0**last, ticks, is_log=True)


def _step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in _STEPS if step * power >= least * (1 - 1e-9))
