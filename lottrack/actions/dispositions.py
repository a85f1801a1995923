"""Dispositions as the record tells them: of a fill its latest decision, of a lot the strictest.

Everything is read from facts, so that it can be asked as of an earlier moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.rules.lifecycle import strictest

if TYPE_CHECKING:
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

UNDECIDED = "quarantine"
"""What a fill is before anybody decided on it."""

NEVER_SUPPLIED = frozenset({"qc", "retention"})
"""Purposes of fills that go to no patient: undecided, they say nothing about their lot."""


def fill_disposition(reader: Reader, fill: str) -> str:
    """The disposition of a fill: its latest decision that was not struck.

    Without one it is in quarantine, and discontinued once its lot was closed: such a fill can
    never be released any more.
    """
    decision = reader.last("disposition", fill=fill)
    if decision is not None:
        return str(decision.decision)
    return _undecided(closed=is_closed(reader, str(reader.get("fill", fill).lot)))


def lot_disposition(reader: Reader, lot: str) -> str:
    """The disposition a lot shows: the strictest of its fills.

    Fills for testing and retention count from the first decision on them. A lot without fills is in
    quarantine, and discontinued once it was closed.
    """
    fills = reader.rows("fill", lot=lot)
    decided = [reader.last("disposition", fill=fill.root) for fill in fills]
    return _shown(list(zip(fills, decided, strict=True)), closed=is_closed(reader, lot))


def lot_dispositions(reader: Reader) -> dict[str, str]:
    """The disposition of every lot, from one reading of each table."""
    latest = {row.fill: row for row in reader.rows("disposition")}
    closed = {row.lot for row in reader.rows("lot_closure")}
    fills: dict[str, list[tuple[Row, Row | None]]] = {}
    for fill in reader.rows("fill"):
        fills.setdefault(fill.lot, []).append((fill, latest.get(fill.root)))
    return {
        str(lot.root): _shown(fills.get(lot.root, []), closed=lot.root in closed)
        for lot in reader.rows("lot")
    }


def is_closed(reader: Reader, lot: str) -> bool:
    """Whether a lot was closed."""
    return reader.first("lot_closure", lot=lot) is not None


def _undecided(*, closed: bool) -> str:
    return "discontinued" if closed else UNDECIDED


def _shown(fills: list[tuple[Row, Row | None]], *, closed: bool) -> str:
    """The strictest of fills with their latest decisions."""
    shown = [
        _undecided(closed=closed) if decision is None else str(decision.decision)
        for fill, decision in fills
        if decision is not None or fill.purpose not in NEVER_SUPPLIED
    ]
    return strictest(shown or [_undecided(closed=closed)])
