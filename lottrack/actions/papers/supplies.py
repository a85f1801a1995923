"""What touched the cells beside the cells, for a dossier: materials and equipment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.laboratory.calibrations import day_of, equipment_of
from lottrack.actions.laboratory.uses import LotThings, equipment_used_for
from lottrack.actions.papers.telling import told
from lottrack.rules.calibration import in_force
from lottrack.rules.culture.growth import passage_name

if TYPE_CHECKING:
    from lottrack.actions.papers.things import Things
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def supply_blocks(reader: Reader, things: Things) -> dict[str, Any]:
    """Everything a dossier tells of the materials and the equipment a lot was made with.

    Reg. (EC) 1394/2007 Art. 15(1): starting and raw materials, and everything that touches the
    cells, are traceable.
    """
    of = LotThings(things.lot, things.lots, things.collection, things.containers)
    return {
        "materials": [
            _material(reader, row)
            for lot in things.lots
            for row in reader.rows("material_use", lot=lot)
        ],
        "equipment": [_used(reader, row) for row in equipment_used_for(reader, of)],
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


def _used(reader: Reader, row: Row) -> dict[str, Any]:
    """Equipment used for one fact, with the calibration that held on that day."""
    use = reader.get("equipment_use", row.number)
    equipment = reader.get("equipment", use.equipment)
    calibrations = equipment_of(reader, str(equipment.root)).calibrations
    held = in_force(calibrations, day_of(reader, str(row.at)))
    return told(reader, "equipment_use", use) | {
        "equipment": equipment.root,
        "name": equipment.name,
        "used_for": use.record,
        "used_for_kind": use.record_kind,
        "needs_calibration": bool(equipment.needs_calibration),
        "calibration": None if held is None else held.number,
        "calibrated_on": None if held is None else held.on.isoformat(),
        "calibration_due_on": None if held is None else held.due_on.isoformat(),
        "outcome": None if held is None else held.outcome,
    }
