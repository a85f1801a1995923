"""Incubation: how long a culture must stand before its last reading says anything about sterility.

A culture that is negative after a day is negative to date. USP <71> and Ph. Eur. 2.6.1 incubate for
14 days, an automated culture after Ph. Eur. 2.6.27 is read at 7 (published practice); each
criterion states its own days. Growth counts at once, whenever it is seen.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lottrack.rules.specification.criterion import same_words
from lottrack.rules.specification.results import FAIL, FINAL, INTERIM

if TYPE_CHECKING:
    from datetime import date

    from lottrack.rules.specification.criterion import Criterion


def complete_on(criterion: Criterion | None, sampled_on: date | None, method: str) -> date | None:
    """The first day on which a reading can close a criterion, or None where any day can.

    Days are the site's calendar days after the sampling, as ``pending_days`` are.

    Args:
        criterion: what the reading is judged by; None for a test the specification lacks.
        sampled_on: the day the sample was drawn, or None where nobody told it: then nothing can
            be reckoned (``untold_incubation`` warns).
        method: how it was measured; a rapid one that the criterion names waits for nothing.
    """
    if sampled_on is None or not waits(criterion, method):
        return None
    assert criterion is not None
    assert criterion.incubation_days is not None
    return sampled_on + timedelta(days=criterion.incubation_days)


def waits(criterion: Criterion | None, method: str) -> bool:
    """Whether a reading by a method has to wait for an incubation at all."""
    if criterion is None or criterion.incubation_days is None:
        return False
    return same_words(method) not in {same_words(rapid) for rapid in criterion.rapid_methods}


def reading_that_counts(reading: str, verdict: str, complete: date | None, read_on: date) -> str:
    """What a reading counts as: one told as final before its incubation was over is interim.

    One that fails counts as it was told: growth does not become less by waiting.

    Args:
        reading: ``interim`` or ``final``, as it was told.
        verdict: what the result says.
        complete: the first day on which it could close its criterion (``complete_on``).
        read_on: the day it was read.
    """
    is_early = complete is not None and not (read_on >= complete)
    return INTERIM if reading == FINAL and verdict != FAIL and is_early else reading


def early_sentence(criterion: Criterion, sampled_on: date, read_on: date, complete: date) -> str:
    """Why a final reading closes nothing yet, and from which day one can."""
    days = (read_on - sampled_on).days
    return (
        f"{criterion.test} is incubated for {criterion.incubation_days} days, and this reading is"
        f" of day {days} (sampled on {sampled_on}). It counts as interim and closes nothing; a"
        f" final reading can be made from {complete} on."
    )


def untold_sentence(criterion: Criterion, harvested_on: date, read_on: date) -> str:
    """What to say of a final reading soon after the harvest whose sampling time nobody told."""
    days = (read_on - harvested_on).days
    return (
        f"{criterion.test} is incubated for {criterion.incubation_days} days. When its sample was"
        f" drawn is not on record, and the cells were harvested {days} days before this reading, on"
        f" {harvested_on}. Tell --sampled-at, or record it with --reading interim."
    )
