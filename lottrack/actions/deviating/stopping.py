"""What a deviation stops that was released before: a critical one holds it in the same act.

Before a release an open major or critical deviation stands in its way. After it cells may be on
their way to a patient: a critical one (it may have harmed the patient) stops them at once, and
quality assurance lifts the hold by signature; of a major one whoever opens it is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.deviating.concerning import class_of
from lottrack.actions.releasing.dispositions import fill_disposition, lot_disposition
from lottrack.actions.releasing.holds import open_holds_on, write_hold
from lottrack.actions.testing.result_holds import RELEASED
from lottrack.rules.deviations import CRITICAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lottrack.actions.deviating.concerning import Concern
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def stop_released(
    change: Change, deviation: Row, concerns: Sequence[Concern]
) -> list[dict[str, str]]:
    """Hold what was released and a critical deviation concerns; warn of the others.

    A lot is held as a whole where the deviation names it, else the fill or container named.

    Args:
        change: the open change in which the deviation was opened, linked, classed or opened anew.
        deviation: the deviation.
        concerns: what it concerns that was told in this change.

    Returns:
        Warnings for whoever did it; the holds tell of themselves.
    """
    released = list(_released(change, concerns))
    if class_of(change, deviation) != CRITICAL:
        return [_warning(lot) for lot in dict.fromkeys(lot for _, _, lot in released)]
    number = str(deviation.root)
    for kind, record, _ in _widest(released):
        held = {str(hold.because_of) for hold in open_holds_on(change, kind, record)}
        if number not in held:
            reason = f"Critical deviation {number}: {deviation.title}"
            write_hold(change, kind, record, "other", reason, because_of=number)
    return []


def _released(reader: Reader, concerns: Sequence[Concern]) -> Iterator[tuple[str, str, str]]:
    """Lots, fills and containers among the concerns that were released: kind, number, lot."""
    for each in concerns:
        if each.table == "lot":
            if lot_disposition(reader, each.record) in RELEASED or _has_released(reader, each):
                yield "lot", each.record, each.record
        elif each.table in {"fill", "container"}:
            row = reader.find(each.table, each.record)
            if row is not None and _is_released(reader, each.table, row):
                yield each.table, each.record, str(row.lot)


def _is_released(reader: Reader, table: str, row: Row) -> bool:
    """Whether a fill, or the fill of a container, was released; a prepared dose always counts."""
    fill = row.root if table == "fill" else row.fill
    return fill is None or fill_disposition(reader, str(fill)) in RELEASED


def _has_released(reader: Reader, lot: Concern) -> bool:
    """Whether some fill of a lot was released, whatever the strictest of them says."""
    fills = reader.rows("fill", lot=lot.record)
    return any(fill_disposition(reader, fill.root) in RELEASED for fill in fills)


def _widest(released: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Without fills and containers whose lot is there itself."""
    lots = {record for kind, record, _ in released if kind == "lot"}
    return [each for each in released if each[0] == "lot" or each[2] not in lots]


def _warning(lot: str) -> dict[str, str]:
    return {
        "code": "lot-released-already",
        "sentence": f"Lot {lot} is released. If its cells must not be used until this is judged,"
        f" open a hold: lottrack hold open {lot} --cause other --reason TEXT",
    }
