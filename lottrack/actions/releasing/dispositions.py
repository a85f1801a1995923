"""Dispositions as the record tells them: of a fill its latest decision, of a lot the strictest.

A decision on a lot as a whole (rejected, discontinued) stands for every fill without one of its
own. Everything is read from facts, so that it can be asked as of an earlier moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.rules.lifecycle import strictest

if TYPE_CHECKING:
    from datetime import date

    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

UNDECIDED = "quarantine"
"""What a fill is before anybody decided on it."""

NEVER_SUPPLIED = frozenset({"qc", "retention"})
"""Purposes of fills that go to no patient: undecided, they say nothing about their lot."""


def fill_disposition(reader: Reader, fill: str) -> str:
    """The disposition of a fill: its latest decision that was not struck, else its lot's.

    Without one it is in quarantine, and discontinued once its lot was closed: such a fill can
    never be released any more.
    """
    decision = reader.last("disposition", fill=fill)
    if decision is not None:
        return str(decision.decision)
    lot = str(reader.get("fill", fill).lot)
    return _undecided(decision_on_lot(reader, lot), closed=is_closed(reader, lot))


def decision_on_lot(reader: Reader, lot: str) -> Row | None:
    """The latest decision on a lot as a whole, or None."""
    return reader.last("disposition", lot=lot)


def lot_disposition(reader: Reader, lot: str) -> str:
    """The disposition a lot shows: the strictest of its fills and of its own.

    Fills for testing and retention count from the first decision on them. A lot without fills and
    without a decision is in quarantine, and discontinued once it was closed.
    """
    fills = reader.rows("fill", lot=lot)
    decided = [reader.last("disposition", fill=fill.root) for fill in fills]
    return _shown(
        decision_on_lot(reader, lot),
        list(zip(fills, decided, strict=True)),
        closed=is_closed(reader, lot),
    )


def lot_dispositions(reader: Reader) -> dict[str, str]:
    """The disposition of every lot, from one reading of each table."""
    decisions = reader.rows("disposition")
    latest = {row.fill: row for row in decisions if row.fill is not None}
    whole = {row.lot: row for row in decisions if row.lot is not None}
    closed = {row.lot for row in reader.rows("lot_closure")}
    fills: dict[str, list[tuple[Row, Row | None]]] = {}
    for fill in reader.rows("fill"):
        fills.setdefault(fill.lot, []).append((fill, latest.get(fill.root)))
    return {
        str(lot.root): _shown(
            whole.get(lot.root), fills.get(lot.root, []), closed=lot.root in closed
        )
        for lot in reader.rows("lot")
    }


def is_closed(reader: Reader, lot: str) -> bool:
    """Whether a lot was closed."""
    return reader.first("lot_closure", lot=lot) is not None


def overdue_conditions(reader: Reader, fill: str, today: date) -> tuple[str, ...]:
    """Tests that a fill's conditional release still waits for past their day.

    A test waits until every result that closes it is there and passes, for the lot or for each of
    the fill's filled containers.

    Args:
        reader: the record.
        fill: the fill.
        today: the site's date judged; a test may still be closed on its due day.
    """
    from lottrack.actions.releasing.conditions import open_tests

    decision = reader.last("disposition", fill=fill)
    if decision is None or decision.decision != "conditionally_released":
        return ()
    due = [
        str(row.test)
        for row in reader.rows("release_condition", disposition=decision.root)
        if row.due_on < today.isoformat()
    ]
    return tuple(open_tests(reader, fill, due))


def _undecided(whole: Row | None, *, closed: bool) -> str:
    if whole is not None:
        return str(whole.decision)
    return "discontinued" if closed else UNDECIDED


def _shown(whole: Row | None, fills: list[tuple[Row, Row | None]], *, closed: bool) -> str:
    """The strictest of a lot's own decision and its fills with their latest decisions."""
    undecided = _undecided(whole, closed=closed)
    shown = [
        undecided if decision is None else str(decision.decision)
        for fill, decision in fills
        if decision is not None or fill.purpose not in NEVER_SUPPLIED
    ]
    if whole is not None:
        shown.append(str(whole.decision))
    return strictest(shown or [undecided])
