"""The mark of a corrected value: every print-out carries it beside the value."""

from __future__ import annotations

from typing import Any

MARK = "*"
"""Stands behind a value that was corrected; the earlier ones are listed beneath."""

_OWN = ("id", "taking", "seeding", "harvest", "filling")
"""Keys under which an answer names the records its values come from."""

_NAMES = {
    "taking": {"occurred_at": "taken_at"},
    "seeding": {"occurred_at": "seeded_at", "count_basis": "seeding_count_basis"},
    "harvest": {"occurred_at": "harvested_at", "count_basis": "harvest_count_basis"},
}
"""Columns that stand under another name in an answer, by the key that names their record."""

_TIMES = ("received_at", "counted_at", "taken_at", "discarded_at", "observed_at", "registered_at")


def with_marks(node: Any, corrected: list[dict[str, Any]]) -> Any:
    """A copy of an answer in which every corrected value is text with the mark behind it.

    Args:
        node: the answer, or a part of it.
        corrected: what was corrected: ``record`` and ``field`` of each value.
    """
    if isinstance(node, list):
        return [with_marks(each, corrected) for each in node]
    if not isinstance(node, dict):
        return node
    marked = {key: with_marks(value, corrected) for key, value in node.items()}
    for each in corrected:
        for own in _OWN:
            if node.get(own) == each["record"]:
                _mark(marked, own, each["field"])
    return marked


def _mark(node: dict[str, Any], own: str, field: str) -> None:
    names = [_NAMES.get(own, {}).get(field, field)]
    if own == "id" and field == "occurred_at":
        names += _TIMES
    for name in names:
        if name in node and not isinstance(node[name], list | dict):
            node[name] = f"{'' if node[name] is None else node[name]}{MARK}"


def legend(corrected: list[dict[str, Any]]) -> list[str]:
    """Lines that tell the earlier values of what bears the mark."""
    return [
        f"{MARK} {each['record']} {each['field'].replace('_', ' ')}: was"
        f" {', '.join('none' if v is None else v for v in each['earlier'])}, corrected to"
        f" {'none' if each['now'] is None else each['now']}"
        + (f" ({each['reason']})" if each["reason"] else "")
        for each in corrected
    ]
