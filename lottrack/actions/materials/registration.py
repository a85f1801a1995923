"""Materials registered, and what came of them: each delivery a material lot in quarantine."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.finding import code_of
from lottrack.actions.materials.stock import in_material_unit, read_material_lot, site_day
from lottrack.actions.moments import happened_at
from lottrack.actions.shown import write_warnings
from lottrack.errors import BadValue
from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.material_amounts import require_positive
from lottrack.rules.materials import QUARANTINE, receipt_warnings
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader


class NewMaterial(NamedTuple):
    """A material about to be registered.

    Attributes:
        code: the code people chose.
        name: what it is called.
        kind: what kind of thing it is, in words (``supplement``, ``enzyme``, ``plastic ware``).
        unit: the unit all its quantities are kept in.
        open_hours: how long an opened vial may be used, or None.
        storage: how it is kept, or "".
    """

    code: str
    name: str
    kind: str
    unit: str
    open_hours: int | None = None
    storage: str = ""


class Delivery(NamedTuple):
    """What a supplier delivered.

    Attributes:
        supplier: who.
        supplier_lot: the supplier's own number.
        expires_on: its last day.
        quantity: how much.
        unit: the unit of the quantity; "" for the material's.
        certificate: the certificate that came with it, or "".
    """

    supplier: str
    supplier_lot: str
    expires_on: date
    quantity: Decimal
    unit: str = ""
    certificate: str = ""


def register_material(desk: Desk, new: NewMaterial) -> dict[str, Any]:
    """Register a material: what it is, its unit, how long an opened vial of it lives.

    Raises:
        NumberUsed: another material has the code.
        BadValue: no code, no life.
    """
    code = require_code(new.code, "material")
    if new.open_hours is not None and new.open_hours < 1:
        raise BadValue("An opened vial lives for an hour at least.", code="out-of-range")
    columns: dict[str, Any] = {
        "name": clean_text(new.name, "the name", 120),
        "kind": clean_text(new.kind, "the kind", 60),
        "unit": clean_text(new.unit, "the unit", 20),
        "open_hours": new.open_hours,
        "storage": clean_text(new.storage, "the storage", 120) if new.storage else None,
    }
    with desk.change("material register") as change:
        change.record("material", number=code, **columns)
    answered = columns | {"material_kind": columns["kind"], "kind": "material"}
    return {"id": code} | answered | {"warnings": []}


def receive_material(desk: Desk, code: str, came: Delivery, telling: Telling) -> dict[str, Any]:
    """Take a delivery into quarantine, under a number of its own.

    Raises:
        NotFound: there is no such material.
        BadValue: nothing came, or its unit is none of the material's kind.
    """
    told = desk.told(telling)
    quantity = require_positive(came.quantity, "the quantity")
    with desk.change("material receive") as change:
        material = code_of(change, "material", code)
        kept = in_material_unit(change, material, quantity, came.unit)
        number = change.record(
            "material_lot",
            told,
            material=material,
            supplier=clean_text(came.supplier, "the supplier", 120),
            supplier_lot=clean_text(came.supplier_lot, "the supplier's lot", 60),
            expires_on=came.expires_on.isoformat(),
            quantity=plain(kept),
            certificate=clean_text(came.certificate, "the certificate", 120)
            if came.certificate
            else None,
        )
        warnings = _warnings(change, number, site_day(change, happened_at(change, told)))
        shown = write_warnings(change, number, warnings)
        row = change.get("material_lot", number)
        unit = str(change.get("material", material).unit)
    return {
        "id": number,
        "kind": "material_lot",
        "material": material,
        "supplier": row.supplier,
        "supplier_lot": row.supplier_lot,
        "expires_on": row.expires_on,
        "quantity": row.quantity,
        "unit": unit,
        "certificate": row.certificate,
        "state": QUARANTINE,
        "warnings": shown,
    }


def _warnings(change: Change, number: str, day: date) -> list[ShownWarning]:
    lot = read_material_lot(change, number)
    rows = change.rows("material_lot", material=lot.material)
    others = [row for row in rows if row.root != number]
    same = [str(row.root) for row in others if is_same_lot(row.supplier_lot, lot.supplier_lot)]
    warnings = receipt_warnings(lot, day, [Decimal(row.quantity) for row in others], same)
    recalled = recalled_deliveries(change, same)
    if recalled:
        warnings.append(
            ShownWarning(
                "supplier-lot-recalled",
                f"Lot {lot.supplier_lot} was recalled when it came as {', '.join(recalled)}."
                f" Recall {number}, too, or find out why it was delivered.",
            )
        )
    return warnings


def is_same_lot(one: str, other: str) -> bool:
    """Whether two spellings of a supplier's lot number are the same number."""
    return _spelled(one) == _spelled(other)


def _spelled(text: str) -> str:
    return "".join(text.split()).casefold()


def recalled_deliveries(reader: Reader, numbers: list[str]) -> list[str]:
    """Those of some material lots that were recalled."""
    return [n for n in numbers if reader.first("material_recall", material_lot=n) is not None]
