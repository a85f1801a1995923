"""Texts from the command line as domain values."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from lottrack.rules.reading.notation import COMMA, POINT
from lottrack.rules.reading.quantities import (
    exact_cells,
    parse_count,
    parse_decimal,
    parse_percent,
    plain,
)
from lottrack.rules.reading.times import parse_date

if TYPE_CHECKING:
    from collections.abc import Callable

_UNITS = {
    "ml": "mL",
    "kg": "kg",
    "cm2": "cm²",
    "mm": "mm",
    "c": "°C",
    "pct": "%",
}
"""The last word of an option's name -> the unit its value is in."""


class _Parsed(click.ParamType[Any]):
    """A parameter read by one of the rules; its refusals speak for themselves."""

    def __init__(self, name: str, parse: Callable[[str, str], Any]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse the text once; values that are parsed already pass."""
        del ctx
        if not isinstance(value, str):
            return value
        return self._parse(value, _option(param, self.name))


class _Number(click.ParamType[Any]):
    """A number, written with the decimal mark of the site, and said back with its unit.

    The record is asked for the mark only where a number holds one: whole numbers have none.
    """

    def __init__(self, name: str, parse: Callable[..., Any], unit: str = "") -> None:
        self.name = name
        self._parse = parse
        self._unit = unit

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse the text once and keep what was understood; parsed values pass."""
        if not isinstance(value, str):
            return value
        from lottrack.context import Context

        option = _option(param, self.name)
        context = None if ctx is None else ctx.find_object(Context)
        asks = context is not None and (POINT in value or COMMA in value)
        mark = context.decimal_mark if asks and context is not None else POINT
        number = self._parse(value, option, mark=mark)
        if context is not None:
            _keep_understood(context.understood, option, number, self._unit)
        return number


def _keep_understood(understood: list[str], option: str, number: Any, unit: str) -> None:
    """Note a number with its unit, to be said back; what has no unit is left out."""
    words = option.lstrip("-").split("-")
    if unit == _CELLS:
        said = f"{' '.join(words)} {exact_cells(number)} cells"
    elif words[-1] in _UNITS:
        name = " ".join(words[:-1] or words)
        said = f"{name} {plain(number)} {_UNITS[words[-1]]}"
    elif unit:
        said = f"{' '.join(words)} {plain(number)} {unit}"
    else:
        return
    if said not in understood:  # what is asked for is parsed again
        understood.append(said)


def _option(param: click.Parameter | None, name: str) -> str:
    return param.opts[-1] if param is not None and param.opts else name


_CELLS = "cells"

CELLS = _Number("cells", parse_count, _CELLS)
"""A whole number of cells: ``44000000`` or ``4.4e7``."""

PERCENT = _Number("percent", parse_percent, "%")
"""A percentage from 0 to 100."""

DATE = _Parsed("date", parse_date)
"""An ISO date."""

DECIMAL = _Number("number", parse_decimal)
"""A non-negative decimal."""

TEMPERATURE = _Number("degrees Celsius", partial(parse_decimal, minimum=-273, maximum=200), "°C")
"""A temperature; negative ones may follow the option after a space."""


def whole(minimum: int, maximum: int, name: str = "whole number") -> click.ParamType[Any]:
    """A whole number within limits, in plain digits: click's own reads ``1_0`` as ten."""

    def parse(text: str, what: str) -> int:
        return int(parse_decimal(text, what, minimum=minimum, maximum=maximum, places=0))

    return _Parsed(name, parse)


YEAR = whole(1, 9999, "year")
"""A calendar year."""

WHOLE = whole(1, 999)
"""How many of something: a whole number from 1."""
