"""What a document must not leave unsaid beside a lot's disposition.

A disposition stays what was decided until somebody decides anew (holds stop the cells meanwhile),
so that "released" alone would read as if nothing had happened since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions import signing
from lottrack.actions.making.views import open_holds
from lottrack.actions.releasing.dispositions import decision_on_lot

if TYPE_CHECKING:
    from lottrack.actions.making.lineage import Lineage
    from lottrack.store.reader import Reader

_MOST = 4
"""Holds named one by one; the rest is counted."""


def reservations(reader: Reader, lineage: Lineage) -> list[str]:
    """What stands against the disposition of a lot now, each as a clause without a full stop.

    Args:
        reader: the record, now or as it was.
        lineage: the lot and what it comes from.
    """
    lot = str(lineage.lot.root)
    fills = reader.rows("fill", lot=lot)
    containers = reader.rows("container", lot=lot)
    decided = [decision_on_lot(reader, lot)]
    decided += [reader.last("disposition", fill=fill.root) for fill in fills]
    signed = dict.fromkeys(str(row.signature) for row in decided if row is not None)
    said = [
        f"its signature {number} is VOID since something it covers was corrected"
        for number in signed
        if not signing.is_valid(reader, number)
    ]
    holds = open_holds(reader, lineage, fills, containers)
    if holds:
        named = ", ".join(f"{hold.root} ({hold.cause})" for hold in holds[:_MOST])
        more = f" and {len(holds) - _MOST} more" if len(holds) > _MOST else ""
        said.append(f"ON HOLD by {named}{more}")
    return said


def with_reservations(said: str, reserved: list[str]) -> str:
    """A disposition in words, with what stands against it."""
    return "; ".join([said, *reserved])
