"""The mark of a corrected value: every print-out carries it beside the value."""

from __future__ import annotations

from typing import Any

from lottrack.reports.output import as_text, readable
from lottrack.rules.correcting.answers import NAMING, names_of
from lottrack.rules.reading.text import printable

MARK = "*"
"""Stands behind a value that was corrected; the earlier ones are listed beneath."""

_VIABLE = frozenset({"seeded", "harvested", "cells", "planned_cells"})
"""Counts whose names do not say what was counted."""

_SIDES = (("key", "from", "to"), ("field", "earlier", "now"), ("what", "before", "after"))
"""How answers tell a value before and after a correction: its name, and the two."""

_FLAGS = frozenset({"withdrawn", "labels_match", "assignable", "effective", "needs_calibration"})


# -- an answer as it is printed --------------------------------------------------------------------


def marked_text(data: Any, text: str, corrected: list[dict[str, Any]]) -> str:
    """An answer laid out for a person, its corrected values marked, the earlier ones beneath.

    Args:
        data: the answer.
        text: its layout, where the command made one; "" for the usual one.
        corrected: what was corrected of the things it tells of.
    """
    lines = [f"  {line}" for line in legend(corrected)]
    if not text:
        told = {k: v for k, v in data.items() if k != "corrected"} if _is_one(data) else data
        text = as_text(with_marks(as_read(told), corrected) if corrected else told)
    if not lines or lines[0] in text:
        return text
    return "\n".join([text, "", "corrected:", *lines])


def _is_one(data: Any) -> bool:
    return isinstance(data, dict)


def as_read(node: Any, name: str = "") -> Any:
    """A copy of an answer whose values are texts as people read them."""
    if isinstance(node, list):
        return [as_read(each, name) for each in node]
    if isinstance(node, dict):
        return {key: as_read(value, key) for key, value in node.items()}
    return node if node is None else readable(name, node)


def with_marks(node: Any, corrected: list[dict[str, Any]]) -> Any:
    """A copy of an answer in which every corrected value is text with the mark behind it.

    Args:
        node: the answer, or a part of it, with its values as people read them.
        corrected: what was corrected: ``record`` and ``field`` of each value, and for a value that
            stands in a table of names, ``within`` and ``name``.
    """
    if isinstance(node, list):
        return [with_marks(each, corrected) for each in node]
    if not isinstance(node, dict):
        return node
    marked = {key: with_marks(value, corrected) for key, value in node.items()}
    for each in corrected:
        for naming in NAMING:
            if node.get(naming) == each["record"]:
                _mark(marked, names_of(naming, each["field"]))
        if node.get("id") == each.get("within"):
            for inner in marked.values():
                _mark(inner if isinstance(inner, dict) else {}, (each.get("name", ""),))
    return marked


def _mark(node: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        value = node.get(name)
        is_marked = isinstance(value, str) and value.endswith(MARK)
        if name in node and not isinstance(value, list | dict) and not is_marked:
            node[name] = f"{'' if value is None else value}{MARK}"


# -- what it was before ----------------------------------------------------------------------------


def legend(corrected: list[dict[str, Any]]) -> list[str]:
    """Lines that tell the earlier values of what bears the mark."""
    return [
        f"{MARK} {each['record']} {_field(each)}: was"
        f" {', '.join(told_value(each['field'], value) for value in each['earlier'])},"
        f" corrected to {told_value(each['field'], each['now'])}"
        + (f" ({each['reason']})" if each["reason"] else "")
        for each in corrected
    ]


def _field(each: dict[str, Any]) -> str:
    words = str(each["field"]).replace("_", " ")
    return f"{words} of {each['name']}" if each.get("name") else words


def by_name(node: Any) -> Any:
    """A copy of an answer in which what was and what is of a value stand under the value's name.

    Whoever writes an answer's numbers as the site does knows a quantity by its name, and not by
    ``from`` and ``to``.
    """
    if isinstance(node, list):
        return [by_name(each) for each in node]
    if not isinstance(node, dict):
        return node
    for name, *sides in _SIDES:
        if name in node and set(sides) <= set(node):
            rest = {key: value for key, value in node.items() if key not in sides}
            return by_name(rest) | {str(node[name]).split()[0]: [node[side] for side in sides]}
    return {key: by_name(value) for key, value in node.items()}


def told_value(field: str, value: object) -> str:
    """A value of a fact, before or after a correction, as people read it, with its unit."""
    if value is None:
        return "none"
    if field in _FLAGS and str(value) in {"0", "1"}:
        return "yes" if str(value) == "1" else "no"
    words = printable(readable(field, value if isinstance(value, str) else str(value)))
    return f"{words} viable cells" if field in _VIABLE and str(value).isdecimal() else words
