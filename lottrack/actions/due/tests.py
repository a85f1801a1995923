"""What is owed to results: those a lot still lacks, and those nobody has reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.releasing.dispositions import is_closed, lot_disposition
from lottrack.actions.testing.quality_states import result_rows, reviews_of, state_of_lot
from lottrack.rules.obligations import Obligation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

MISSING, UNREVIEWED = "results-missing", "results-unreviewed"

_UNDECIDED = frozenset({"quarantine", "conditionally_released"})


def obligations(reader: Reader, zone: ZoneInfo) -> list[Obligation]:
    """Missing and unreviewed results of the lots that were filled and not finally decided."""
    del zone  # a missing result has no day; conditions of a release have, and are told apart
    found: list[Obligation] = []
    for lot in reader.sql(
        "SELECT DISTINCT l.* FROM lot_now AS l JOIN fill_now AS f ON f.lot = l.root"
    ):
        if lot_disposition(reader, lot.root) in _UNDECIDED and not is_closed(reader, lot.root):
            found += _missing(reader, lot, lot_disposition(reader, lot.root))
            found += _unreviewed(reader, lot)
    return found


def _missing(reader: Reader, lot: Row, disposition: str) -> Iterator[Obligation]:
    """The results a lot lacks; what a conditional release waits for has a day and is told there."""
    state = state_of_lot(reader, lot)
    pending = state.pending if disposition == "quarantine" else ()
    tests = dict.fromkeys(" or ".join(entry.tests) for entry in (*state.missing, *pending))
    if tests:
        yield Obligation(
            MISSING,
            str(lot.root),
            None,
            f"Lot {lot.root} lacks {len(tests)} required result{'s' * (len(tests) != 1)}:"
            f" {', '.join(tests)}.",
            "qc",
            f"lottrack result record {lot.root} TEST VALUE",
        )


def _unreviewed(reader: Reader, lot: Row) -> Iterator[Obligation]:
    rows = result_rows(reader, lot.root)
    reviewed = reviews_of(reader, rows)
    waiting = [str(row.root) for row in rows if str(row.root) not in reviewed]
    if waiting:
        yield Obligation(
            UNREVIEWED,
            str(lot.root),
            None,
            f"Lot {lot.root} has {len(waiting)} result{'s' * (len(waiting) != 1)} nobody has"
            " reviewed.",
            "qc who did not record them",
            f"lottrack result review --lot {lot.root}",
        )
