"""Which readings came before their incubation was over: they count as interim, whatever was told.

Nothing of it is stored. It follows from when the sample was drawn, when it was read, by which
method, and by which version the lot is judged now: whoever corrects one of them mends it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from lottrack.actions.making.lots import harvest_times
from lottrack.rules.culture.growth import passage_name
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.times import from_text, iso_local
from lottrack.rules.specification.incubation import (
    complete_on,
    early_sentence,
    reading_that_counts,
    untold_sentence,
    waits,
)
from lottrack.rules.specification.results import FINAL

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.rules.specification.criterion import Criterion
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def counted_reading(row: Row, criterion: Criterion | None, verdict: str, zone: str) -> str:
    """What a result's reading counts as: ``interim`` or ``final``.

    Args:
        row: the result.
        criterion: what it is judged by.
        verdict: what it says (``judgements.verdict_on_record``).
        zone: the site's time zone.
    """
    reading, method = str(row.reading), str(row.method or "")
    if reading != FINAL or row.sampled_at is None or not waits(criterion, method):
        return reading
    complete = complete_on(criterion, _day(row.sampled_at, zone), method)
    return reading_that_counts(reading, verdict, complete, _day(row.occurred_at, zone))


def early_reading(row: Row, criterion: Criterion | None, verdict: str, zone: str) -> str:
    """Why a result that was told as final counts as interim, as a sentence; "" where it does not.

    Args: see ``counted_reading``.
    """
    if criterion is None or counted_reading(row, criterion, verdict, zone) == row.reading:
        return ""
    sampled_on, read_on = _day(row.sampled_at, zone), _day(row.occurred_at, zone)
    complete = complete_on(criterion, sampled_on, str(row.method or ""))
    assert complete is not None
    return early_sentence(criterion, sampled_on, read_on, complete)


def incubation_warnings(
    reader: Reader, row: Row, criterion: Criterion | None
) -> list[ShownWarning]:
    """What to say of a reading that was just recorded: too early, or not to be told.

    Where nobody told when the sample was drawn, nothing stops the reading, but one that came sooner
    after the harvest than the incubation lasts is doubted.
    """
    zone, verdict = reader.setting("zone"), str(row.verdict)
    said = early_reading(row, criterion, verdict, zone)
    if said:
        return [ShownWarning("incubation-too-short", said)]
    if criterion is None or row.sampled_at is not None or row.reading != FINAL:
        return []
    harvest = _harvest_of(reader, str(row.lot), criterion.stage, from_text(row.occurred_at))
    if harvest is None:
        return []
    harvested_on, read_on = (
        date.fromisoformat(iso_local(harvest, zone)[:10]),
        _day(row.occurred_at, zone),
    )
    complete = complete_on(criterion, harvested_on, str(row.method or ""))
    if reading_that_counts(FINAL, verdict, complete, read_on) == FINAL:
        return []
    said = untold_sentence(criterion, harvested_on, read_on)
    return [ShownWarning("sampling-time-missing", said)]


def _harvest_of(reader: Reader, lot: str, stage: str, by: datetime) -> datetime | None:
    """The harvest a sample of a stage comes from: of the passage it names, else the last then."""
    times = {number: at for number, at in harvest_times(reader, lot).items() if at <= by}
    named = [at for number, at in times.items() if passage_name(number) == stage.strip().upper()]
    return named[0] if named else max(times.values(), default=None)


def _day(stored: str, zone: str) -> date:
    return date.fromisoformat(iso_local(from_text(stored), zone)[:10])
