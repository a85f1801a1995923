"""Every room that knows dated obligations is asked by ``lottrack due``."""

from __future__ import annotations

from pathlib import Path

from lottrack.actions.due.gathering import SOURCES

ACTIONS = Path(__file__).resolve().parents[2] / "lottrack" / "actions"


def test_due_asks_every_module_that_has_obligations() -> None:
    told = {
        ".".join(("lottrack.actions", *path.relative_to(ACTIONS).with_suffix("").parts))
        for path in ACTIONS.rglob("*.py")
        if "\ndef obligations(" in path.read_text(encoding="utf-8")
    }
    assert told == set(SOURCES)
