"""What the record says of material lots: decisions, vials, what is left.

Everything is read from facts, so that it can be asked as of an earlier moment.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from lottrack.actions import signing
from lottrack.actions.finding import find_one_of
from lottrack.rules.material_amounts import in_unit
from lottrack.rules.materials import Decision, MaterialLot, Opening
from lottrack.rules.reading.times import from_text, iso_local

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def find_material_lot(reader: Reader, text: str) -> str:
    """The number of the material lot a text names.

    Raises:
        NotFound: there is none.
        WrongKindOfCode: it is the number of something else.
    """
    return find_one_of(reader, text, "material_lot").record


def read_material_lot(reader: Reader, number: str) -> MaterialLot:
    """A material lot as the rules know it.

    Raises:
        NotFound: it is unknown, or was struck.
    """
    row = reader.get("material_lot", number)
    material = reader.get("material", row.material)
    uses = reader.rows("material_use", material_lot=number)
    recall = reader.first("material_recall", material_lot=number)
    return MaterialLot(
        number=number,
        material=str(row.material),
        name=str(material.name),
        unit=str(material.unit),
        supplier=str(row.supplier),
        supplier_lot=str(row.supplier_lot),
        received_at=from_text(row.occurred_at),
        expires_on=date.fromisoformat(row.expires_on),
        open_hours=material.open_hours,
        decisions=tuple(_decisions(reader, number)),
        recalled_at=None if recall is None else from_text(recall.occurred_at),
        openings=_openings(reader.rows("material_opening", material_lot=number), uses),
        received=Decimal(row.quantity),
        used=total(uses),
        discarded=total(reader.rows("material_discard", material_lot=number)),
        zone=reader.setting("zone"),
    )


def _decisions(reader: Reader, number: str) -> Iterable[Decision]:
    for row in reader.rows("material_decision", material_lot=number):
        stands = signing.is_valid(reader, row.signature)
        yield Decision(str(row.root), str(row.decision), from_text(row.occurred_at), stands)


def _openings(told: list[Row], uses: list[Row]) -> tuple[Opening, ...]:
    """The vials opened: as told, and the first use where it was before any opening told."""
    opened = [Opening(str(row.root), from_text(row.occurred_at)) for row in told]
    if uses:
        first = min(uses, key=lambda row: str(row.occurred_at))
        at = from_text(first.occurred_at)
        if all(at < opening.at for opening in opened):
            opened.append(Opening(str(first.root), at))
    return tuple(sorted(opened, key=lambda opening: opening.at))


def total(rows: Iterable[Row]) -> Decimal:
    """The quantities of facts, together."""
    return sum((Decimal(row.quantity) for row in rows), Decimal(0))


def in_material_unit(reader: Reader, material: str, quantity: Decimal, unit: str) -> Decimal:
    """A quantity as it was given, in the unit of the material.

    Raises:
        BadValue: the unit cannot be converted (``unit-not-convertible``).
    """
    row = reader.get("material", material)
    return in_unit(quantity, unit, str(row.unit), f"Material {row.root} ({row.name})")


def site_day(reader: Reader, at: datetime) -> date:
    """The site's date at a moment."""
    return date.fromisoformat(iso_local(at, reader.setting("zone"))[:10])
