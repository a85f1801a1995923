"""Values as a document prints them: times with their offset, cells in millions, codes as words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

NOTHING = "–"
"""Stands where there is nothing to be said, so that no place looks forgotten."""

_MILLION = 1_000_000


def when(text: str | None) -> str:
    """A time of the content as people read it: ``2026-02-03 10:15 +01:00``."""
    return NOTHING if text is None else f"{text[:10]} {text[11:16]} {text[-6:]}"


def cells(text: str | None) -> str:
    """A count of cells, exactly: ``44.0 ×10⁶``, ``9.54 ×10⁶``, ``82 712 345`` as 82.712345 ×10⁶.

    Below 100 000 it is written out. Nothing is rounded: a batch record tells what was counted.
    """
    if text is None:
        return NOTHING
    count = Decimal(text)
    if abs(count) < _MILLION // 10:
        return text
    whole, _, part = format(count / _MILLION, "f").partition(".")
    return f"{whole}.{part.rstrip('0') or '0'} ×10⁶"


def said(value: Any) -> str:
    """Any other value: yes and no, lists with commas, nothing as a dash."""
    if value is None or value in ("", [], ()):
        return NOTHING
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(said(each) for each in value)
    return str(value)


def words(code: str | None) -> str:
    """A code as words: ``conditionally_released`` is ``conditionally released``."""
    return NOTHING if not code else code.replace("_", " ")


def role(code: str) -> str:
    """A role in words: ``qp`` is ``qualified person``."""
    return _ROLES.get(code, words(code))


_ROLES = {"qp": "qualified person", "qa": "quality assurance", "qc": "quality control"}


def with_unit(value: str | None, unit: str) -> str:
    """A quantity with its unit, or a dash."""
    return NOTHING if value is None else f"{value} {unit}"


CONVENTIONS = (
    "Counts are viable cells. Times are the site's, with their offset from UTC. Entries were typed"
    " unless something else is said."
)
"""What a reader has to know of the tables; stands once in a document."""


def who(fact: dict[str, Any]) -> str:
    """Who did a thing and who else took part, with everything unusual about how it was told."""
    parts = [fact["performed_by"]]
    if fact["recorded_by"] != fact["performed_by"]:
        parts.append(f"recorded by {fact['recorded_by']}")
    if fact["witnessed_by"]:
        parts.append(f"witness {fact['witnessed_by']}")
    if fact["late"]:
        parts.append(f"told late, {when(fact['recorded_at'])}")
    if fact["entry"] != "typed":
        parts.append(words(fact["entry"]))
    return "; ".join(parts)


def told(fact: dict[str, Any]) -> str:
    """When a thing happened and who took part."""
    return f"{when(fact['at'])}, {who(fact)}"


def raw(field: str, text: str | None) -> str:
    """A stored value of any fact as a document prints it, by the name of its column."""
    if text is None:
        return NOTHING
    if field == "at" or field.endswith("_at"):
        return when(text)
    if field in CELL_FIELDS and text.lstrip("-").isdigit():
        return cells(text)
    return text


CELL_FIELDS = frozenset(
    {"seeded", "harvested", "viable_cells", "total_cells", "planned_cells", "cells", "tnc", "mnc"}
)
"""Columns that hold counts of cells."""
