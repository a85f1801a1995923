"""Temperatures at a hand-over, against the range the specification keeps a container in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.testing.documents import specification_number, specification_of
from lottrack.rules.reading.quantities import plain
from lottrack.rules.specification.presentation import is_outside, storage_text
from lottrack.rules.specification.specification import presentation_of

if TYPE_CHECKING:
    from lottrack.actions.custody.steps import Measured
    from lottrack.actions.finding import Found
    from lottrack.rules.specification.presentation import Presentation
    from lottrack.store.reader import Reader


def storage_faults(
    reader: Reader, thing: Found, measured: Measured, recorded: int | None = None
) -> list[str]:
    """What was measured outside the storage range of a container, a sentence for each.

    Nothing is judged where the specification tells no range, nor once a container was taken to be
    prepared: thawed cells are not kept as frozen ones are (EU GDP 2013/C 343/01, 9.2).

    Args:
        reader: the record.
        thing: the container; of a collection or a sample no specification speaks.
        measured: what was measured at the hand-over.
        recorded: the audit entry that recorded the hand-over; None while it is being recorded.
    """
    told = [
        ("at the hand-over", measured.temperature_c),
        ("at the warmest on the way", measured.max_c),
    ]
    if thing.table != "container" or all(value is None for _, value in told):
        return []
    number, kept = _kept(reader, thing.record, recorded)
    if kept is None:
        return []
    return [
        f"{thing.record} was at {plain(value)} °C {when}; {number} keeps it at"
        f" {storage_text(kept)}."
        for when, value in told
        if value is not None and is_outside(kept, value)
    ]


def _kept(reader: Reader, container: str, recorded: int | None) -> tuple[str, Presentation | None]:
    row = reader.get("container", container)
    taken = reader.rows("preparation_input", container=container)
    if row.fill is None or any(recorded is None or link.seq < recorded for link in taken):
        return "", None
    number = specification_number(reader, reader.get("lot", row.lot))
    fill = reader.get("fill", row.fill)
    return number, presentation_of(specification_of(reader, number), str(fill.presentation))
