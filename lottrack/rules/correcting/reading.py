"""How a person writes a correction, and how each kind of new value is read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lottrack.errors import BadValue
from lottrack.rules.reading.notation import POINT
from lottrack.rules.reading.quantities import parse_count, parse_decimal, parse_percent, plain
from lottrack.rules.reading.text import clean_text, quoted
from lottrack.rules.reading.times import parse_date, parse_time, require_not_future, to_text
from lottrack.rules.screening.markers import parse_outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lottrack.rules.correcting.values import Value

Stored = str | int | None
"""A value as the record keeps it."""


def parse_pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """``KEY=VALUE`` words as a dictionary; hyphens in keys are underscores.

    Raises:
        BadValue: no ``=``, or a key twice.
    """
    pairs: dict[str, str] = {}
    for text in texts:
        key, sign, value = text.partition("=")
        name = key.strip().lower().replace("-", "_")
        if not sign or not name:
            raise BadValue(
                f"{quoted(text)} does not say which value is to be what.",
                code="bad-correction",
                hint="Write KEY=VALUE, for example harvested=4.2e7.",
            )
        if name in pairs:
            raise BadValue(f"{name} is given twice.", code="bad-correction")
        pairs[name] = value.strip()
    return pairs


def read_value(
    value: Value, key: str, text: str, zone: str, now: datetime, mark: str = POINT
) -> Stored:
    """A new value as the record keeps it; codes and results are looked up by the caller.

    Args:
        value: what is corrected.
        key: its name, for the sentence of a refusal.
        text: as it was typed.
        zone: the site's.
        now: the time.
        mark: the site's decimal mark.

    Raises:
        BadValue: it is none; or it is empty where something must stand.
    """
    if not text:
        if value.optional:
            return None
        raise BadValue(f"{key} cannot be left empty.", code="bad-value", hint=f"Write {key}=VALUE.")
    if value.kind in _READERS:
        return _READERS[value.kind](value, key, text, mark)
    if value.kind in {"time", "later"}:
        moment = parse_time(text, zone, now)
        if value.kind == "time":
            require_not_future(moment, now, key)
        return to_text(moment)
    if value.kind == "date":
        day = parse_date(text, key)
        # The site's date may be a day ahead of UTC; the caller compares with the site's.
        if not (day <= (now + timedelta(days=1)).date()):
            raise BadValue(f"{key} {day} lies in the future.", code="date-in-future")
        return day.isoformat()
    return clean_text(text, key)


def _count(value: Value, key: str, text: str, mark: str) -> int:
    count = parse_count(text, key, "" if value.kind == "number" else "cells", mark=mark)
    if not (count >= value.least):
        raise BadValue(f"{key} is at least {value.least}.", code="out-of-range")
    return count


def _positive(_: Value, key: str, text: str, mark: str) -> str:
    number = parse_decimal(text, key, mark=mark)
    if not (number > 0):
        raise BadValue(f"{key} is above 0.", code="out-of-range")
    return plain(number)


def _choice(value: Value, key: str, text: str, _mark: str) -> str:
    for choice in value.choices:
        if choice.lower() == text.lower():
            return choice
    raise BadValue(f"{key} cannot be {quoted(text)}.", hint=f"One of: {', '.join(value.choices)}.")


def _flag(_: Value, key: str, text: str, _mark: str) -> int:
    if text.lower() not in {"yes", "no"}:
        raise BadValue(f"{key} is yes or no, not {quoted(text)}.")
    return int(text.lower() == "yes")


def _year(_: Value, key: str, text: str, mark: str) -> int:
    return parse_count(text, key, "", mark=mark)


def _decimal(value: Value, key: str, text: str, mark: str) -> str:
    if value.kind == "percent":
        return plain(parse_percent(text, key, mark=mark))
    if value.kind == "temperature":
        return plain(parse_decimal(text, key, minimum=-273, maximum=200, mark=mark))
    return plain(parse_decimal(text, key, mark=mark))


_READERS: dict[str, Callable[[Value, str, str, str], Stored]] = {
    "cells": _count,
    "number": _count,
    "decimal": _decimal,
    "positive": _positive,
    "percent": _decimal,
    "temperature": _decimal,
    "choice": _choice,
    "flag": _flag,
    "year": _year,
    "later-date": lambda _value, key, text, _mark: parse_date(text, key).isoformat(),
    "marker": lambda _value, _key, text, _mark: parse_outcome(text),
    "hla": lambda _value, _key, text, _mark: _gl_string(text),
}


def _gl_string(text: str) -> str:
    from lottrack.rules.hla.glstring import parse_gl_string

    return str(parse_gl_string(text).text)
