"""The materials of a lot as its reviewer reads them, one use a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.moments import told_time
from lottrack.rules.culture.growth import passage_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def material_lines(reader: Reader, lot: str) -> Iterator[str]:
    """What went into the cultures and fills of a lot; nothing where no use is recorded."""
    uses = [row for row in reader.rows("material_use", lot=lot) if row.preparation is None]
    if not uses:
        return
    yield ""
    yield "Materials"
    for row in uses:
        yield f"  {use_line(reader, row)}"


def use_line(reader: Reader, row: Row) -> str:
    """One use: into what, how much of what, of which lot, until when it was in date, by whom."""
    used = reader.get("material_lot", row.material_lot)
    material = reader.get("material", used.material)
    into = f"fill {row.fill}" if row.fill else passage_name(int(row.passage or 0))
    return (
        f"{into}: {row.quantity} {material.unit} {material.name}, {used.root} (lot"
        f" {used.supplier_lot} of {used.supplier}, last day {used.expires_on}),"
        f" {told_time(reader, row.occurred_at)}, by {row.performed_by}"
    )
