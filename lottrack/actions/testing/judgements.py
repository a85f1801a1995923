"""The verdict a result stands with: the one recorded with it, or when its lot was moved since.

A lot that is moved to another version of its specification has all its results judged anew; what
each means since is kept with the signed move. A correction after the move is judged by the version
the lot was moved to, and counts from then on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def rejudged_of_lot(reader: Reader, lot: str) -> dict[str, Row]:
    """The latest re-judgement of each result of a lot that was moved; none of one that was not."""
    found: dict[str, Row] = {}
    for move in reader.rows("lot_respecification", lot=lot):
        for link in reader.rows("rejudged_result", respecification=move.root):
            found[str(link.result)] = link
    return found


def verdict_on_record(row: Row, rejudged: dict[str, Row]) -> str:
    """The verdict a result was given last.

    Args:
        row: the result.
        rejudged: those of its lot (``rejudged_of_lot``).
    """
    link = rejudged.get(str(row.root))
    if link is None or int(link.seq) < int(row.seq):
        return str(row.verdict)
    return str(link.verdict)
