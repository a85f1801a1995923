"""Places that cells can be at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk


def register_place(desk: Desk, code: str, name: str, kind: str) -> dict[str, Any]:
    """Register a place.

    Raises:
        NumberUsed: the code is taken.
    """
    place = require_code(code, "place")
    with desk.change("place register") as change:
        change.record("place", number=place, name=clean_text(name, "the name"), kind=kind)
    return {"id": place, "kind": "place", "name": name, "place_kind": kind, "warnings": []}


def list_places(desk: Desk) -> list[dict[str, Any]]:
    """Every place with its name and kind."""
    return [
        {"id": row.root, "kind": "place", "name": row.name, "place_kind": row.kind}
        for row in desk.store.rows("place")
    ]
