"""What came up about a lot beside its making: investigations, deviations, holds lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.deviating.concerning import deviations_about
from lottrack.actions.finding import Found, word_for
from lottrack.actions.moments import told_time
from lottrack.actions.testing.investigations import cases_of_lot, state_words
from lottrack.rules.specification.investigation import is_concluded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.making.lineage import Lineage
    from lottrack.store.reader import Reader


def matter_lines(reader: Reader, lineage: Lineage, parts: list[Found]) -> Iterator[str]:
    """Every matter that concerns a lot, open or ended, as a reviewer reads it.

    Args:
        reader: the record.
        lineage: the lot and where it comes from.
        parts: its fills and containers.
    """
    lots = [Found("lot", str(row.root)) for row in lineage.ancestors]
    for lot in lots:
        for case in cases_of_lot(reader, lot.record):
            loud = "Investigation" if is_concluded(case) else "OPEN INVESTIGATION"
            yield f"  {loud} {case.oos}, {case.test} of {case.subject}: {state_words(case)}"
    origin = [
        Found("collection", str(lineage.collection.root)),
        Found("donor", str(lineage.donor.root)),
    ]
    for fact in deviations_about(reader, [*lots, *parts, *origin]):
        loud, state = ("OPEN DEVIATION", "") if fact.is_open else ("Deviation", ", closed")
        yield f"  {loud} {fact.number}, {fact.severity}: {fact.title} ({fact.concerned}){state}"
    for thing in (*lots, *parts):
        yield from _lifted(reader, thing)


def _lifted(reader: Reader, thing: Found) -> Iterator[str]:
    for hold in reader.rows("hold", **{thing.table: thing.record}):
        lift = reader.first("hold_lift", hold=hold.root)
        if lift is not None:
            yield (
                f"  Hold {hold.root} on {word_for(thing.table)} {thing.record} ({hold.cause},"
                f" {hold.reason}) was lifted by {lift.performed_by},"
                f" {told_time(reader, lift.occurred_at)}: {lift.reason}"
            )
