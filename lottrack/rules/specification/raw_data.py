"""Raw data of a result: counts, dilutions and volumes by name, kept beside the value they gave."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lottrack.errors import BadValue
from lottrack.rules.reading.text import clean_text, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAME = r"[A-Za-z][A-Za-z0-9_-]{0,39}"
_LONGEST_VALUE = 120


def parse_raw(texts: Iterable[str]) -> dict[str, str]:
    """``KEY=VALUE`` words as they are kept: ``count-1=203``, ``dilution=1:10``.

    Raises:
        BadValue: ``bad-raw-value``: a word is none, or a name stands in it twice.
    """
    raw: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        key = name.strip()
        if not sign or not re.fullmatch(_NAME, key):
            raise BadValue(
                f"{quoted(text)} does not name a raw value.",
                code="bad-raw-value",
                hint="Write NAME=VALUE, for example --raw count-1=203 --raw dilution=1:10.",
            )
        if key in raw:
            raise BadValue(
                f"The raw value {key} is given twice.",
                code="bad-raw-value",
                hint="Give each a name of its own, for example count-1 and count-2.",
            )
        raw[key] = clean_text(value, f"the raw value {key}", _LONGEST_VALUE)
    return raw


def raw_text(raw: Mapping[str, str]) -> str:
    """Raw data as people read them: ``count-1 203, dilution 1:10``."""
    return ", ".join(f"{name} {value}" for name, value in raw.items())
