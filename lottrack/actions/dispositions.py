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
    lot = str(reader.get("fill", fill).lot)
    return "discontinued" if is_closed(reader, lot) else UNDECIDED


def lot_disposition(reader: Reader, lot: str) -> str:
    """The disposition a lot shows: the strictest of its fills.

    Fills for testing and retention count from the first decision on them. A lot without fills is in
    quarantine, and discontinued once it was closed.
    """
    shown = [
        disposition
        for fill, disposition in _dispositions(reader, lot)
        if not (disposition == UNDECIDED and fill.purpose in NEVER_SUPPLIED)
    ]
    if not shown and is_closed(reader, lot):
        return "discontinued"
    return strictest(shown)


def is_closed(reader: Reader, lot: str) -> bool:
    """Whether a lot was closed."""
    return reader.first("lot_closure", lot=lot) is not None


def _dispositions(reader: Reader, lot: str) -> list[tuple[Row, str]]:
    fills = reader.rows("fill", lot=lot)
    return [(fill, fill_disposition(reader, str(fill.root))) for fill in fills]
