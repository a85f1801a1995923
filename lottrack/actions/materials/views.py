"""Materials as they are shown: what is on the shelf, and where a material lot went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.finding import find_one_of
from lottrack.actions.materials.reach import reach_data, touched_lots
from lottrack.actions.materials.stock import read_material_lot, site_day
from lottrack.actions.moments import shown_time
from lottrack.actions.record.corrected import corrected_values
from lottrack.actions.shown import warnings_of
from lottrack.rules.culture.growth import passage_name
from lottrack.rules.materials import open_until, state_at
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.times import iso_local

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.rules.materials import MaterialLot
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def list_materials(desk: Desk) -> list[dict[str, Any]]:
    """The materials a site registered."""
    return [_material(row) for row in desk.store.rows("material")]


def list_material_lots(desk: Desk, code: str, *, everything: bool) -> list[dict[str, Any]]:
    """Material lots with what is left of them, the one that expires first in front.

    Args:
        desk: where.
        code: only of this material; "" for all.
        everything: those that nothing is left of, too.
    """
    reader = desk.store
    where = {"material": find_one_of(reader, code, "material").record} if code else {}
    lots = [
        read_material_lot(reader, str(row.root)) for row in reader.rows("material_lot", **where)
    ]
    shown = [lot for lot in lots if everything or lot.on_hand > 0]
    ordered = sorted(shown, key=lambda lot: (lot.material, lot.expires_on, lot.number))
    return [lot_data(desk, reader, lot) for lot in ordered]


def show_material(desk: Desk, text: str) -> dict[str, Any]:
    """A material with its lots, or a material lot with everything that became of it."""
    reader = desk.store
    found = find_one_of(reader, text, "material_lot", "material")
    if found.table == "material":
        row = reader.get("material", found.record)
        lots = list_material_lots(desk, found.record, everything=True)
        return _material(row) | {"lots": lots}
    return _lot(desk, reader, found.record)


def _material(row: Row) -> dict[str, Any]:
    return {
        "id": row.root,
        "kind": "material",
        "name": row.name,
        "material_kind": row.kind,
        "unit": row.unit,
        "open_hours": row.open_hours,
        "storage": row.storage,
    }


def lot_data(desk: Desk, reader: Reader, lot: MaterialLot) -> dict[str, Any]:
    """A material lot as lists show it."""
    now = desk.now()
    until = open_until(lot, lot.openings[-1]) if lot.openings else None
    return {
        "id": lot.number,
        "kind": "material_lot",
        "material": lot.material,
        "name": lot.name,
        "supplier": lot.supplier,
        "supplier_lot": lot.supplier_lot,
        "state": state_at(lot, now, site_day(reader, now)),
        "expires_on": lot.expires_on.isoformat(),
        "open_until": None if until is None else iso_local(until, lot.zone),
        "received": plain(lot.received),
        "used": plain(lot.used),
        "discarded": plain(lot.discarded),
        "on_hand": plain(lot.on_hand),
        "unit": lot.unit,
    }


def _lot(desk: Desk, reader: Reader, number: str) -> dict[str, Any]:
    lot = read_material_lot(reader, number)
    row = reader.get("material_lot", number)
    recall = reader.first("material_recall", material_lot=number)
    data = lot_data(desk, reader, lot) | {
        "received_at": shown_time(reader, row.occurred_at),
        "received_by": row.performed_by,
        "certificate": row.certificate,
        "recalled": None if recall is None else recall.root,
        "recalled_because": None if recall is None else recall.reason,
        "decisions": [_decision(reader, each) for each in _rows(reader, number, "decision")],
        "vials": [
            {
                "id": opening.record,
                "opened_at": iso_local(opening.at, lot.zone),
                "open_until": None if until is None else iso_local(until, lot.zone),
            }
            for opening in lot.openings
            for until in [open_until(lot, opening)]
        ],
        "uses": [use_data(reader, each) for each in _rows(reader, number, "use")],
        "discards": [_discard(reader, each) for each in _rows(reader, number, "discard")],
        "corrected": corrected_values(reader, "material_lot", row),
        "warnings": warnings_of(reader, [number]),
    }
    reached = reach_data(reader, touched_lots(reader, [lot]))
    return data | {"reached": reached["lots"], "infused": reached["infused"]}


def _rows(reader: Reader, number: str, what: str) -> list[Row]:
    return reader.rows(f"material_{what}", material_lot=number)


def _decision(reader: Reader, row: Row) -> dict[str, Any]:
    from lottrack.actions.signing import is_valid

    return {
        "id": row.root,
        "decision": row.decision,
        "at": shown_time(reader, row.occurred_at),
        "by": row.performed_by,
        "reason": row.reason,
        "stands": is_valid(reader, row.signature),
    }


def use_data(reader: Reader, row: Row) -> dict[str, Any]:
    """A use of a material, as lists show it."""
    incident = reader.first("incident", record=row.root)
    return {
        "id": row.root,
        "kind": "material_use",
        "material_lot": row.material_lot,
        "lot": row.lot,
        "passage": None if row.passage is None else passage_name(int(row.passage)),
        "fill": row.fill,
        "preparation": row.preparation,
        "quantity": row.quantity,
        "at": shown_time(reader, row.occurred_at),
        "by": row.performed_by,
        "incident": None if incident is None else incident.root,
        "corrected": bool(row.version > 1),
    }


def _discard(reader: Reader, row: Row) -> dict[str, Any]:
    return {
        "id": row.root,
        "quantity": row.quantity,
        "at": shown_time(reader, row.occurred_at),
        "by": row.performed_by,
        "reason": row.reason,
    }


def list_uses(desk: Desk, text: str) -> list[dict[str, Any]]:
    """Everything that was used for the lot a text names."""
    return materials_of_lot(desk.store, find_one_of(desk.store, text, "lot").record)


def materials_of_lot(reader: Reader, lot: str) -> list[dict[str, Any]]:
    """Everything that was used for a lot, with the material and its supplier's lot."""
    found = []
    for row in reader.rows("material_use", lot=lot):
        used = reader.get("material_lot", row.material_lot)
        material = reader.get("material", used.material)
        own = {
            "material": str(material.root),
            "name": str(material.name),
            "supplier": str(used.supplier),
            "supplier_lot": str(used.supplier_lot),
            "expires_on": str(used.expires_on),
            "unit": str(material.unit),
        }
        found.append(use_data(reader, row) | own)
    return found
