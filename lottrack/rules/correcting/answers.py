"""Under which names an answer tells the values of facts, so that corrected ones can be marked.

An answer names the records its values come from: a lot's passage by ``seeding`` and ``harvest``, a
patient's typing by ``typing``, most things by ``id``. A value stands under the name of its column,
or under one of the names below.
"""

from __future__ import annotations

NAMING = ("id", "taking", "seeding", "harvest", "filling", "typing", "weight")
"""Keys under which an answer names the records its values come from."""

COUNTS = frozenset(
    {
        *("seeded", "harvested", "cells", "viable_cells", "planned_cells", "total_cells"),
        *("tnc", "mnc"),
    }
)
"""Columns that hold a count of cells, which answers give as text."""

_OF_OTHERS: dict[str, dict[str, tuple[str, ...]]] = {
    "taking": {"occurred_at": ("taken_at", "at")},
    "seeding": {"occurred_at": ("seeded_at",), "count_basis": ("seeding_count_basis",)},
    "harvest": {"occurred_at": ("harvested_at",), "count_basis": ("harvest_count_basis",)},
    "filling": {"occurred_at": ("filled_at",)},
    "typing": {"gl_string": ("hla",)},
    "weight": {},
}
"""Columns that stand under another name, by the key that names their record."""

_TELLS_PERFORMER = "taking"

_OWN: dict[str, tuple[str, ...]] = {
    "born_year": ("born",),
    "kind": (
        *("consent", "of", "place_kind", "material_kind", "equipment_kind"),
        *("container_kind", "on_kind"),
    ),
    "given_on": ("on",),
    "from_text": ("from",),
    "to_place": ("to",),
    "to_account": ("to",),
    "to_outside": ("to",),
    "expires_at": ("expires", "expires_at"),
    "started_at": ("started", "started_at"),
    "ended_at": ("ended", "ended_at"),
    "performed_by": (
        *("performed_by", "by", "reached_by", "received_by", "opened_by", "done_by", "checked_by"),
    ),
    "occurred_at": (
        *("at", "time", "received_at", "counted_at", "taken_at", "discarded_at", "observed_at"),
        *("registered_at", "opened_at", "filled_at", "attached_at", "started", "done_at"),
    ),
}
"""Columns that stand under another name beside the record's own ``id``."""


def names_of(naming: str, field: str) -> tuple[str, ...]:
    """The keys under which a column may stand in the part of an answer that names its record.

    Args:
        naming: the key that names the record, one of ``NAMING``.
        field: the column.
    """
    if naming == "id":
        return _OWN.get(field, (field,))
    if field == "performed_by" and naming != _TELLS_PERFORMER:
        return ()
    return _OF_OTHERS[naming].get(field, (field,))
