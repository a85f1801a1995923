"""Lots as they are shown: one with everything recorded of it, or all in a list."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from lottrack.actions.custody.containers import filling_of, state_of
from lottrack.actions.custody.expiries import own_expiry
from lottrack.actions.making.cultures import growth_of
from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.making.lots import balance_of, containers_of, filled_at, find_lot, passages_of
from lottrack.actions.moments import shown_time
from lottrack.actions.record.corrected import corrected_values, struck_facts
from lottrack.actions.releasing.dispositions import (
    fill_disposition,
    is_closed,
    lot_disposition,
    lot_dispositions,
)
from lottrack.actions.releasing.holds import open_holds_of_lot, open_holds_on, shown_hold
from lottrack.actions.shown import warnings_of
from lottrack.actions.testing.documents import is_approved, specification_number
from lottrack.rules.culture.growth import CUMULATIVE_CONVENTION, passage_name
from lottrack.rules.reading.times import iso_local

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.actions.making.lineage import Lineage
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_OF_LOT = ("seeding", "harvest", "observation", "fill", "sample", "discard")
_OF_CONTAINER = ("filling", "sample", "custody_event")


def show_lot(desk: Desk, text: str) -> dict[str, Any]:
    """Everything recorded of a lot; cells as texts, values that were corrected named."""
    reader = desk.store
    lot = find_lot(desk, text)
    lineage = lineage_of(reader, lot)
    fills = reader.rows("fill", lot=lot)
    containers = containers_of(reader, lot)
    facts = [("lot", lineage.lot)]
    facts += [(table, row) for table in _OF_LOT for row in reader.rows(table, lot=lot)]
    facts += [("container", row) for row in containers]
    facts += [
        ("filling", row) for c in containers for row in reader.rows("filling", container=c.root)
    ]
    return {
        **_head(reader, lineage),
        "holds": [
            shown_hold(reader, hold) for hold in open_holds(reader, lineage, fills, containers)
        ],
        "passages": [_passage(reader, lot, p.seeding, p.harvest) for p in passages_of(reader, lot)],
        "doublings_convention": CUMULATIVE_CONVENTION,
        "cell_balance": _balance(reader, lot),
        "fills": [_fill(reader, fill) for fill in fills],
        "containers": [_container(reader, row) for row in containers],
        "samples": [_sample(reader, row) for row in _samples(reader, lot, containers)],
        "discards": [_discard(reader, row) for row in reader.rows("discard", lot=lot)],
        "observations": [_observation(reader, row) for row in reader.rows("observation", lot=lot)],
        "warnings": warnings_of(reader, [str(row.root) for _, row in facts]),
        "corrected": [v for table, row in facts for v in corrected_values(reader, table, row)],
        "struck": _struck(reader, lot, fills, containers),
    }


def _head(reader: Reader, lineage: Lineage) -> dict[str, Any]:
    row = lineage.lot
    spec = specification_number(reader, row)
    return {
        "id": row.root,
        "kind": "lot",
        "disposition": lot_disposition(reader, row.root),
        "closed": is_closed(reader, row.root),
        "product": row.product,
        "specification": spec,
        "specification_approved": is_approved(reader, "specification", spec),
        "registered_specification": row.specification,
        "course": row.course,
        "patient": lineage.patient.root,
        "donor": lineage.donor.root,
        "collection": lineage.collection.root,
        "parent": row.parent,
        "children": [str(child.root) for child in reader.rows("lot", parent=row.root)],
        "registered_at": shown_time(reader, row.occurred_at),
    }


def open_holds(
    reader: Reader, lineage: Lineage, fills: list[Row], containers: list[Row]
) -> list[Row]:
    """Open holds on the lot, on what it comes from, and on its fills and containers."""
    holds = open_holds_of_lot(reader, lineage)
    for kind, rows in (("fill", fills), ("container", containers)):
        for row in rows:
            holds += open_holds_on(reader, kind, row.root)
    return holds


def _struck(
    reader: Reader, lot: str, fills: list[Row], containers: list[Row]
) -> list[dict[str, str | None]]:
    """What was recorded of a lot, its fills and containers in error, and taken back."""
    found = struck_facts(reader, (*_OF_LOT, "container"), lot=lot)
    for container in containers:
        found += struck_facts(reader, _OF_CONTAINER, container=str(container.root))
    for fill in fills:
        found += struck_facts(reader, ("disposition",), fill=str(fill.root))
    return found


def _passage(reader: Reader, lot: str, seeding: Row | None, harvest: Row | None) -> dict[str, Any]:
    row = seeding or harvest
    assert row is not None
    number = int(row.passage)
    shown: dict[str, Any] = {"passage": passage_name(number), "seeding": None, "harvest": None}
    if seeding is not None:
        shown |= {
            "seeding": seeding.root,
            "seeded_at": shown_time(reader, seeding.occurred_at),
            "seeded": str(seeding.seeded),
            "area_cm2": seeding.area_cm2,
            "vessel": seeding.vessel,
            "seeding_count_basis": seeding.count_basis,
        }
    if harvest is not None:
        shown |= {
            "harvest": harvest.root,
            "harvested_at": shown_time(reader, harvest.occurred_at),
            "harvested": str(harvest.harvested),
            "harvest_count_basis": harvest.count_basis,
        }
    shown["viability_pct"] = None if harvest is None else harvest.viability_pct
    return shown | growth_of(reader, lot, number)


def _balance(reader: Reader, lot: str) -> list[dict[str, Any]]:
    """Where the cells of each harvest went, and what is left of it."""
    return [
        {
            "passage": passage_name(balance.passage),
            "harvested": str(balance.harvested),
            "seeded_on": str(balance.seeded_on),
            "child_lots": str(balance.child_lots),
            "filled": str(balance.filled),
            "sampled": str(balance.sampled),
            "discarded": str(balance.discarded),
            "remainder": str(balance.remainder),
        }
        for balance in balance_of(reader, lot).passages
    ]


def _fill(reader: Reader, fill: Row) -> dict[str, Any]:
    at = filled_at(reader, fill.root)
    return {
        "id": fill.root,
        "kind": "fill",
        "state": fill.presentation,
        "disposition": fill_disposition(reader, fill.root),
        "container_kind": fill.kind,
        "purpose": fill.purpose,
        "planned": bool(fill.planned) and at is None,
        "filled_at": None if at is None else iso_local(at, reader.setting("zone")),
        "expires": shown_time(reader, fill.expires_at),
    }


def _container(reader: Reader, row: Row) -> dict[str, Any]:
    filling = filling_of(reader, row.root)
    held = filling is not None and filling.outcome == "filled"
    standing = state_of(reader, row.root)
    return {
        "id": row.root,
        "kind": row.kind,
        "fill": row.fill,
        "preparation": row.preparation,
        "ordinal": row.ordinal,
        "purpose": row.purpose,
        "location_state": standing.state,
        "place": standing.place or standing.outside or None,
        "position": standing.position or None,
        "filling": filling.root if filling else None,
        "viable_cells": str(filling.viable_cells) if filling and held else None,
        "volume_ml": filling.volume_ml if filling and held else None,
        "expires": shown_time(reader, own_expiry(reader, row)),
    }


def _samples(reader: Reader, lot: str, containers: list[Row]) -> list[Row]:
    samples = reader.rows("sample", lot=lot)
    for container in containers:
        samples += reader.rows("sample", container=container.root)
    return samples


def _sample(reader: Reader, row: Row) -> dict[str, Any]:
    from json import loads

    return {
        "id": row.root,
        "kind": "sample",
        "container": row.container,
        "of": row.kind,
        "cells": None if row.cells is None else str(row.cells),
        "tests": loads(row.tests),
        "taken_at": shown_time(reader, row.occurred_at),
        "performed_by": row.performed_by,
    }


def _discard(reader: Reader, row: Row) -> dict[str, Any]:
    return {
        "id": row.root,
        "kind": "discard",
        "cells": str(row.cells),
        "reason": row.reason,
        "discarded_at": shown_time(reader, row.occurred_at),
        "performed_by": row.performed_by,
    }


def _observation(reader: Reader, row: Row) -> dict[str, Any]:
    return {
        "id": row.root,
        "kind": "observation",
        "passage": passage_name(int(row.passage)),
        "text": row.text,
        "observed_at": shown_time(reader, row.occurred_at),
        "performed_by": row.performed_by,
    }


# -- all lots --------------------------------------------------------------------------------------


def list_lots(desk: Desk) -> list[dict[str, Any]]:
    """Every lot with its disposition; whole tables are read once, not once a lot."""
    reader = desk.store
    pairs = {row.root: row for row in reader.rows("pair")}
    courses = {row.root: pairs.get(row.pair) for row in reader.rows("course")}
    containers: dict[str, int] = defaultdict(int)
    for row in reader.rows("container_standing"):
        containers[row.lot] += row.location_state not in {"planned", "not_filled"}
    dispositions = lot_dispositions(reader)
    closed = {row.lot for row in reader.rows("lot_closure")}
    moved = {row.lot: row.specification for row in reader.rows("lot_respecification")}
    listed = []
    for row in reader.rows("lot"):
        pair = courses.get(row.course)
        listed.append(
            {
                "id": row.root,
                "kind": "lot",
                "product": row.product,
                "specification": moved.get(row.root, row.specification),
                "course": row.course,
                "patient": None if pair is None else pair.patient,
                "donor": None if pair is None else pair.donor,
                "parent": row.parent,
                "disposition": dispositions[row.root],
                "containers": containers[row.root],
                "closed": row.root in closed,
            }
        )
    return listed
