"""What touched the cells beside the cells, for a dossier: materials and equipment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.papers.telling import told
from lottrack.rules.culture.growth import passage_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.papers.things import Things
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_STEPS = ("seeding", "harvest")


def supply_blocks(reader: Reader, things: Things) -> dict[str, Any]:
    """Everything a dossier tells of the materials and the equipment a lot was made with.

    Reg. (EC) 1394/2007 Art. 15(1): starting and raw materials, and everything that touches the
    cells, are traceable.
    """
    return {
        "materials": [
            _material(reader, row)
            for lot in things.lots
            for row in reader.rows("material_use", lot=lot)
        ],
        "equipment": [block for record in _made(reader, things) for block in _used(reader, record)],
    }


def _material(reader: Reader, row: Row) -> dict[str, Any]:
    batch = reader.get("material_lot", row.material_lot)
    material = reader.get("material", batch.material)
    decision = reader.last("material_decision", material_lot=batch.root)
    recalled = reader.first("material_recall", material_lot=batch.root) is not None
    into = row.fill or row.preparation or f"{row.lot} {passage_name(int(row.passage))}"
    return told(reader, "material_use", row) | {
        "material": material.root,
        "name": material.name,
        "material_lot": batch.root,
        "supplier": batch.supplier,
        "supplier_lot": batch.supplier_lot,
        "expires_on": batch.expires_on,
        "certificate": batch.certificate,
        "decision": None if decision is None else decision.decision,
        "signature": None if decision is None else decision.signature,
        "recalled": recalled,
        "into": into,
        "quantity": row.quantity,
        "unit": material.unit,
    }


def _made(reader: Reader, things: Things) -> Iterator[str]:
    """Numbers of the facts of making and testing that equipment can have been used for."""
    for lot in things.lots:
        for table in _STEPS:
            yield from (str(row.root) for row in reader.rows(table, lot=lot))
    yield from things.makings


def _used(reader: Reader, record: str) -> Iterator[dict[str, Any]]:
    """Equipment used for one fact, with the calibration that held on that day."""
    for row in reader.rows("equipment_use", record=record):
        equipment = reader.get("equipment", row.equipment)
        day = str(row.occurred_at)[:10]
        calibrations = [
            each
            for each in reader.rows("calibration", equipment=equipment.root)
            if each.calibrated_on <= day
        ]
        latest = max(calibrations, key=lambda each: str(each.calibrated_on), default=None)
        yield told(reader, "equipment_use", row) | {
            "equipment": equipment.root,
            "name": equipment.name,
            "used_for": row.record,
            "used_for_kind": row.record_kind,
            "needs_calibration": bool(equipment.needs_calibration),
            "calibration": None if latest is None else latest.root,
            "calibrated_on": None if latest is None else latest.calibrated_on,
            "calibration_due_on": None if latest is None else latest.due_on,
            "outcome": None if latest is None else latest.outcome,
        }
