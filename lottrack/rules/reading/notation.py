"""The decimal mark of a site: one, chosen once, in what people type and in what they read.

The record, JSON and CSV always keep a point, whatever the site writes: a script must not have to
ask. A mark that is not the site's is refused and never guessed: elsewhere ``13,75`` became 1375
without a word (facts: ``bench-and-bedside`` 4.6, erpnext#7578).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POINT, COMMA = ".", ","

NAMES: dict[str, str] = {"point": POINT, "comma": COMMA}
"""What the setting is called -> the mark."""

NAME_OF: dict[str, str] = {mark: name for name, mark in NAMES.items()}
"""The mark -> what it is called."""

_DECIMAL = r"[0-9]+\.[0-9]+"
# A number is one for sure where a unit follows it: "4.2" alone may be the section of a procedure.
_UNITS = (
    r"\s?(?:%|°C|×\s?10|million\b|cells\b|mL\b|µL\b|L\b|kg\b|mg\b|g\b|µg\b|ng\b|pg\b|cm²|cm2\b|mm\b|h\b|min\b"
    r"|d\b|days\b|hours\b|minutes\b|population doublings\b|doublings\b|EU\b|IU\b|U/|CFU\b|copies\b"
    r"|mmol\b|mol\b|nm\b|mOsm|RLU\b|times\b|in one passage\b)"
)
# What stands in quotes is what somebody typed: it is told as it was.
_BEFORE = r"(?<![\w.,:*'\"])(?<!['\"][-<>≥≤])"
_MEASURED = rf"{_BEFORE}{_DECIMAL}(?=[eE][+-]?[0-9]{{1,2}}\b|{_UNITS})"
# The first of two values that share the unit behind the second: "2.0 to 8.0 °C".
_SECOND = rf"\s?(?:to|-|–|±|and|or|of)\s?[-−<>≤≥]?[0-9]+(?:[.,][0-9]+)?{_UNITS}"
_SPAN = rf"{_BEFORE}{_DECIMAL}(?={_SECOND})"
_NUMERIC = r"[^\w]*[0-9][0-9.,' ]*(?:[eE][+-]?[0-9]+)?[^\w]*"
_ALONE = rf"(?<![\w.,:/@#'\"-]){_DECIMAL}(?![\w/@#(-]|[.,:][0-9])"
_QUANTITY_ENDS = (
    *("_ml", "_pct", "_c", "_kg", "_cm2", "_mm", "_h", "_hours", "_minutes", "_days", "_per_kg"),
    *("_per_cm2", "_per_ml", "_cells", "_kg_per_year"),
)
_QUANTITIES = frozenset(
    {"value", "limit", "low", "high", "mean", "quantity", "amount", "on_hand", "received", "used"}
    | {
        "left",
        "day",
        "deviation",
        "replicates",
        "reported",
        "population_doublings",
        "doubling_time_hours",
    }
    | {"cumulative_population_doublings", "viability"}
)


def pointed(text: str, mark: str) -> str | None:
    """A number written with a site's mark as the record spells it; None when it uses another.

    What is no number at all comes back as it is: whoever reads it says so.

    Args:
        text: as it was typed.
        mark: the site's, ``.`` or ``,``.
    """
    if mark == POINT:
        return None if COMMA in text and _is_numeric(text) else text
    if not _is_numeric(text):
        return text
    return None if POINT in text or text.count(COMMA) > 1 else text.replace(COMMA, POINT)


def written(text: str, mark: str) -> str:
    """A number of the record (``1.50``) as the site writes it."""
    return text.replace(POINT, mark)


def localised(text: str, mark: str, told: Any = None) -> str:
    """A text for people with its quantities as the site writes them.

    A number with a unit behind it is one. Any other number is only taken for one when the answer
    it was laid out from holds that very value as a quantity, and nothing else in it is called so:
    a lot's own number ``26.5`` stays what it is.

    Args:
        text: laid out with points.
        mark: the site's.
        told: the answer as data, where there is one.
    """
    return localiser(mark, told)(text)


def localiser(mark: str, told: Any = None) -> Callable[[str], str]:
    """``localised`` for many texts laid out from one answer."""
    if mark == POINT:
        return str
    alone = _quantities_of(told)

    def spell(text: str) -> str:
        text = re.sub(f"{_MEASURED}|{_SPAN}", lambda match: written(match[0], mark), text)
        if not alone:
            return text
        return re.sub(
            _ALONE,
            lambda match: written(match[0], mark) if match[0] in alone else match[0],
            text,
        )

    return spell


def is_quantity(name: str) -> bool:
    """Whether values of this name measure something, instead of naming it."""
    return name in _QUANTITIES or name.endswith(_QUANTITY_ENDS)


def _quantities_of(told: Any) -> set[str]:
    measured: set[str] = set()
    names: set[str] = set()
    for name, value in _leaves("", told):
        text = str(value).lstrip("-<>≤≥ ")
        if re.fullmatch(_DECIMAL, text):
            (measured if is_quantity(name) else names).add(text)
    return measured - names


def _leaves(name: str, told: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(told, dict):
        for key, value in told.items():
            yield from _leaves(str(key), value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _leaves(name, value)
    elif told is not None:
        yield name, told


def _is_numeric(text: str) -> bool:
    """Whether a text is made of what numbers are made of, and holds a digit."""
    return re.fullmatch(_NUMERIC, text.strip()) is not None
