"""Gather what is owed from every room that knows dated obligations."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lottrack.rules.obligations import by_urgency, is_overdue

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.rules.obligations import Obligation

SOURCES = (
    "lottrack.actions.due.cells",
    "lottrack.actions.due.tests",
    "lottrack.actions.deviating.views",
    "lottrack.actions.laboratory.equipment",
    "lottrack.actions.laboratory.training",
    "lottrack.actions.materials.dues",
    "lottrack.actions.notifying.calls",
    "lottrack.actions.releasing.conditions",
    "lottrack.actions.supplying.dossiers",
    "lottrack.actions.testing.investigations",
)
"""Modules with a function ``obligations(reader, zone)``; each is loaded when something is asked."""


def due(desk: Desk, days: int) -> list[dict[str, Any]]:
    """What is owed until ``days`` from today, the overdue and the undated included.

    Each entry is a dictionary with ``id`` (the thing concerned), ``kind`` (``obligation``),
    ``code``, ``due_on``, ``overdue``, ``sentence``, ``who`` and ``command``; the most urgent first.
    """
    today = desk.today()
    zone = ZoneInfo(desk.zone)
    found: list[Obligation] = []
    for source in SOURCES:
        found += import_module(source).obligations(desk.store, zone)
    last = today + timedelta(days=days)
    return [
        {
            "id": each.record,
            "kind": "obligation",
            "code": each.code,
            "due_on": None if each.due_on is None else each.due_on.isoformat(),
            "overdue": is_overdue(each, today),
            "sentence": each.sentence,
            "who": each.who,
            "command": each.command,
        }
        for each in sorted(found, key=by_urgency)
        if each.due_on is None or each.due_on <= last
    ]
