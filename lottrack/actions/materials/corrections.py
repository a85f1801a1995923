"""What a correction of a material's fact must agree with, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.materials.checks import faults_of, into_of, judged_of
from lottrack.actions.materials.stock import read_material_lot
from lottrack.actions.materials.uses import held_by_use
from lottrack.actions.releasing.holds import write_hold
from lottrack.errors import Conflict
from lottrack.rules.material_amounts import amount
from lottrack.rules.materials import LATER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.errors import Blocker
    from lottrack.rules.materials import MaterialLot
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

MATERIAL_FACTS = frozenset(
    {
        *("material", "material_lot", "material_decision", "material_opening"),
        *("material_use", "material_discard", "material_recall"),
    }
)
"""The tables of materials."""

_TAKEN = ("material_opening", "material_use", "material_discard", "material_recall")

Moment = tuple[str, str]
"""What happened, for the sentence, and when, as stored."""


def moments_in_order(reader: Reader, table: str, row: Row) -> Iterator[tuple[Moment, Moment]]:
    """Moments of a material lot of which the first must not be later than the second."""
    if table == "material_lot":
        for later in _TAKEN:
            for fact in reader.rows(later, material_lot=row.root):
                yield _receipt(row), (f"{fact.root}", str(fact.occurred_at))
    elif table in _TAKEN:
        lot = reader.get("material_lot", row.material_lot)
        yield _receipt(lot), (str(row.root), str(row.occurred_at))
    if table == "material_opening":
        for use in reader.rows("material_use", material_opening=row.root):
            yield _opening(row), (str(use.root), str(use.occurred_at))
    if table == "material_use" and row.material_opening is not None:
        opening = reader.get("material_opening", row.material_opening)
        yield _opening(opening), (str(row.root), str(row.occurred_at))


def _receipt(row: Row) -> Moment:
    return f"the receipt of {row.root}", str(row.occurred_at)


def _opening(row: Row) -> Moment:
    return f"the opening of vial {row.root}", str(row.occurred_at)


def require_on_hand(reader: Reader, table: str, row: Row) -> None:
    """Refuse a correction after which more of a material lot went out than came.

    Raises:
        Conflict: ``more-than-on-hand``.
    """
    if table not in {"material_lot", "material_use", "material_discard"}:
        return
    number = str(row.root if table == "material_lot" else row.material_lot)
    lot = read_material_lot(reader, number)
    if not (lot.on_hand >= 0):
        raise Conflict(
            f"{amount(lot.used, lot.unit)} of {lot.called} would be used and"
            f" {amount(lot.discarded, lot.unit)} discarded, of only"
            f" {amount(lot.received, lot.unit)} received.",
            code="more-than-on-hand",
            hint=f"`lottrack material show {number}` tells where it went; correct the wrong one.",
        )


def holds_after(change: Change, table: str, row: Row) -> list[dict[str, str]]:
    """Hold what uses went into that a correction showed to be against the rules.

    Args:
        change: the change in which a fact was amended.
        table: its table.
        row: what it said before.
    """
    holds: list[dict[str, str]] = []
    for number in _material_lots(change, table, row):
        lot = read_material_lot(change, number)
        for use in change.rows("material_use", material_lot=number):
            faults = [f for f in faults_of(change, lot, use) if f.code not in _settled(lot)]
            if faults and not judged_of(change, use).was_held:
                holds += _held(change, use, faults)
    return holds


def _material_lots(reader: Reader, table: str, row: Row) -> list[str]:
    """The material lots whose uses an amended fact may judge anew."""
    if table == "material":
        return [str(lot.root) for lot in reader.rows("material_lot", material=row.root)]
    number = str(row.root) if table == "material_lot" else str(row.material_lot)
    return [number] if reader.find("material_lot", number) is not None else []


def _settled(lot: MaterialLot) -> set[str]:
    """Faults that need no hold: a statement or another signature settles them, or they have one.

    A release that became void by a correction is signed again; what was released on it is held by
    the correction itself.
    """
    void = any(not decision.stands for decision in lot.decisions)
    return {LATER, "material-recalled"} | ({"material-not-released"} if void else set())


def _held(change: Change, use: Row, faults: list[Blocker]) -> Iterator[dict[str, str]]:
    reason = f"{use.root}, as it was corrected: {' '.join(fault.sentence for fault in faults)}"
    for thing in held_by_use(change, into_of(use)):
        number = write_hold(
            change, thing.table, thing.record, "material", reason, because_of=str(use.root)
        )
        yield {
            "id": number,
            "kind": "hold",
            "on_kind": thing.table,
            "on": thing.record,
            "cause": "material",
        }
