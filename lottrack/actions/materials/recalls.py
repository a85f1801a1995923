"""Material lots called back: what they touched is held, and everybody they reached is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.materials.reach import reach_data, touched_lots
from lottrack.actions.materials.registration import is_same_lot
from lottrack.actions.materials.stock import find_material_lot, read_material_lot
from lottrack.actions.moments import happened_at, require_in_order
from lottrack.actions.releasing.dispositions import is_closed
from lottrack.actions.releasing.holds import write_hold
from lottrack.errors import AlreadyDone, Conflict, NotFound, Usage
from lottrack.rules.material_reach import USED
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.text import clean_text, quoted
from lottrack.rules.reading.times import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lottrack.actions.desk import Desk, Telling
    from lottrack.actions.materials.reach import Touched
    from lottrack.rules.materials import MaterialLot
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader

Held = dict[str, str]
"""What was held -> the number of its hold."""


def recall_material(
    desk: Desk, texts: Sequence[str], supplier_lot: str, reason: str, telling: Telling
) -> dict[str, Any]:
    """Call back material lots; holds everything they touched that is still there.

    A lot with a recorded use is held as a whole and container by container, so that quality can let
    single containers go; where the material was only possibly used, the lot alone is held, and its
    containers with it.

    Args:
        desk: where.
        texts: the material lots; none where the supplier's number says which.
        supplier_lot: the supplier's lot, however many deliveries of it came; or "".
        reason: why, with the supplier's notice.
        telling: when it was called back, by whom.

    Raises:
        Usage: neither or both ways of naming them are given.
        NotFound: no delivery is of this lot of a supplier.
        Conflict: lots of several materials have this number (``ambiguous-code``), or it would be
            before the receipt (``out-of-order``).
        AlreadyDone: each of them was recalled before.
    """
    why = clean_text(reason, "the reason")
    told = desk.told(telling._replace(reason=why))
    with desk.change("material recall", why) as change:
        numbers = _named(change, texts, supplier_lot)
        desk.subjects += numbers
        lots = [read_material_lot(change, number) for number in numbers]
        new = _require_new(lots)
        at = happened_at(change, told)
        for lot in new:
            received = to_text(lot.received_at)
            require_in_order(change, at, received, f"the receipt of {lot.number}")
        recalls = {
            lot.number: change.record("material_recall", told, material_lot=lot.number)
            for lot in new
        }
        touched = touched_lots(change, new)
        held = _hold(change, new, touched, next(iter(recalls.values())), why)
        data = reach_data(change, touched)
    _name_holds(data["lots"], held)
    first = next(iter(recalls.values()))
    return {
        "id": first,
        "kind": "material_recall",
        "reason": why,
        "material_lots": [_lot_data(lot, recalls[lot.number]) for lot in new],
        "holds": list(held.values()),
        **data,
        "warnings": [],
    }


def _named(reader: Reader, texts: Sequence[str], supplier_lot: str) -> list[str]:
    if bool(texts) == bool(supplier_lot):
        raise Usage("Say what is recalled: material lots, or --supplier-lot TEXT.")
    if texts:
        return list(dict.fromkeys(find_material_lot(reader, text) for text in texts))
    rows = [r for r in reader.rows("material_lot") if is_same_lot(r.supplier_lot, supplier_lot)]
    if not rows:
        raise NotFound(
            f"No delivery of lot {quoted(supplier_lot)} is on record.",
            hint="`lottrack material list --all` shows every delivery with its supplier's lot.",
        )
    materials = sorted({str(row.material) for row in rows})
    if len(materials) > 1:
        numbers = ", ".join(str(row.root) for row in rows)
        raise Conflict(
            f"Lots of several materials ({', '.join(materials)}) have the number {supplier_lot}:"
            f" {numbers}.",
            code="ambiguous-code",
            hint="Name those that are recalled by their own numbers.",
        )
    return [str(row.root) for row in rows]


def _require_new(lots: list[MaterialLot]) -> list[MaterialLot]:
    new = [lot for lot in lots if lot.recalled_at is None]
    if not new:
        raise AlreadyDone(
            f"{', '.join(lot.called for lot in lots)}: recalled before.",
            code="already-recalled",
            hint=f"`lottrack material show {lots[0].number}` shows whom it reached.",
        )
    return new


# -- holds -----------------------------------------------------------------------------------------


def _hold(
    change: Change, lots: list[MaterialLot], touched: list[Touched], because_of: str, why: str
) -> Held:
    """Hold what was touched and is still there: lots in the making or in stock, containers."""
    called = ", ".join(lot.called for lot in lots)
    held: Held = {}
    for each in touched:
        reason = f"{called} was recalled ({why}); {each.certainty} for lot {each.lot}."
        for kind, record in _things(change, each):
            held[record] = write_hold(
                change, kind, record, "material", reason, because_of=because_of
            )
    return held


def _things(reader: Reader, touched: Touched) -> Iterator[tuple[str, str]]:
    there = [c["id"] for c in _containers(reader, touched) if c["in_stock"]]
    if touched.whole and (there or not is_closed(reader, touched.lot)):
        yield "lot", touched.lot
    if touched.certainty != USED:
        return
    if not touched.whole and there:
        yield from (("fill", fill) for fill in touched.fills)
    yield from (("container", number) for number in there)


def _containers(reader: Reader, touched: Touched) -> list[dict[str, Any]]:
    (data,) = reach_data(reader, [touched])["lots"]
    containers: list[dict[str, Any]] = data["containers"]
    return containers


def _name_holds(lots: list[dict[str, Any]], held: Held) -> None:
    """Say beside each thing by which hold it is stopped."""
    for lot in lots:
        lot["hold"] = held.get(lot["id"])
        for container in lot["containers"]:
            container["hold"] = held.get(container["id"])


def _lot_data(lot: MaterialLot, recall: str) -> dict[str, Any]:
    return {
        "id": lot.number,
        "kind": "material_lot",
        "recall": recall,
        "material": lot.material,
        "name": lot.name,
        "supplier": lot.supplier,
        "supplier_lot": lot.supplier_lot,
        "on_hand": plain(lot.on_hand),
        "unit": lot.unit,
    }
