"""Whether the material lots of a record reconcile: part of the check of the whole record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.materials.stock import read_material_lot
from lottrack.rules.material_amounts import amount
from lottrack.store.proofs import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.store.reader import Reader


def material_findings(reader: Reader) -> Iterator[Finding]:
    """Material lots of which more went out than came (invariant 6)."""
    for row in reader.rows("material_lot"):
        lot = read_material_lot(reader, str(row.root))
        if not (lot.on_hand >= 0):
            yield Finding(
                "materials-not-reconciled",
                f"material_lot {lot.number}",
                f"Invariant 6: of {lot.called} {amount(lot.received, lot.unit)} were received,"
                f" {amount(lot.used, lot.unit)} used and {amount(lot.discarded, lot.unit)}"
                " discarded.",
            )
