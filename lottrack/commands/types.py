"""Texts from the command line as domain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lottrack.rules.reading.quantities import parse_count, parse_decimal, parse_percent
from lottrack.rules.reading.times import parse_date

if TYPE_CHECKING:
    from collections.abc import Callable


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
        name = param.opts[-1] if param is not None and param.opts else self.name
        return self._parse(value, name)


CELLS = _Parsed("cells", parse_count)
"""A whole number of cells: ``44000000`` or ``4.4e7``."""

PERCENT = _Parsed("percent", parse_percent)
"""A percentage from 0 to 100."""

DATE = _Parsed("date", parse_date)
"""An ISO date."""

DECIMAL = _Parsed("number", parse_decimal)
"""A non-negative decimal."""

TEMPERATURE = _Parsed(
    "degrees Celsius", lambda text, what: parse_decimal(text, what, minimum=-273, maximum=200)
)
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
