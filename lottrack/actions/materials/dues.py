"""What is owed to the shelf: deliveries to be released, lots and vials that expire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.materials.stock import read_material_lot
from lottrack.rules.material_amounts import amount
from lottrack.rules.materials import REJECTED, RELEASED, open_until
from lottrack.rules.obligations import Obligation
from lottrack.rules.reading.times import local_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from lottrack.rules.materials import MaterialLot
    from lottrack.store.reader import Reader

_HANDLED_BY = "technician or production_lead"


def obligations(reader: Reader, zone: ZoneInfo) -> list[Obligation]:
    """Everything that is left on the shelf and has to be released, used up or thrown away.

    Args:
        reader: the record.
        zone: the site's zone, for the days.
    """
    lots = [read_material_lot(reader, str(row.root)) for row in reader.rows("material_lot")]
    return [owed for lot in lots if lot.on_hand > 0 for owed in _owed(reader, lot, zone)]


def _owed(reader: Reader, lot: MaterialLot, zone: ZoneInfo) -> Iterator[Obligation]:
    left = amount(lot.on_hand, lot.unit)
    discard = f"lottrack material discard {lot.number} --quantity {lot.on_hand:f} --reason TEXT"
    decided = lot.decided
    stopped = "recalled" if lot.recalled_at is not None else ""
    if not stopped and decided is not None and decided.decision == REJECTED:
        stopped = REJECTED
    if stopped:
        sentence = f"{left} of {lot.called} are left, and it was {stopped}."
        code = "stopped-material-on-hand"
        yield Obligation(code, lot.number, None, sentence, _HANDLED_BY, discard)
        return
    if decided is None or decided.decision != RELEASED:
        yield Obligation(
            "material-not-released",
            lot.number,
            None,
            f"{lot.called} was received and is in quarantine.",
            "qc or qa",
            f"lottrack material release {lot.number}",
        )
    yield Obligation(
        "material-expiring",
        lot.number,
        lot.expires_on,
        f"{left} of {lot.called} are left; its last day is {lot.expires_on}.",
        _HANDLED_BY,
        discard,
    )
    yield from _vial(reader, lot, zone, discard)


def _vial(reader: Reader, lot: MaterialLot, zone: ZoneInfo, discard: str) -> Iterator[Obligation]:
    """The vial in use, until a discard after its opening settles it."""
    opening = lot.openings[-1] if lot.openings else None
    until = open_until(lot, opening)
    if opening is None or until is None:
        return
    discards = reader.rows("material_discard", material_lot=lot.number)
    if any(str(row.occurred_at) >= until.strftime("%Y-%m-%dT%H:%M:%S") for row in discards):
        return
    yield Obligation(
        "open-vial-expiring",
        opening.record,
        until.astimezone(zone).date(),
        f"The opened vial of {lot.called} may be used until {local_text(until, zone.key)}.",
        _HANDLED_BY,
        discard.replace(f"--quantity {lot.on_hand:f}", "--quantity N"),
    )
