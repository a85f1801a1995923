"""Obligations: what somebody still owes the record, and by when."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date


class Obligation(NamedTuple):
    """One thing that has to be done by a day, and who can do it.

    Attributes:
        code: what kind of obligation, e.g. ``result-pending``, ``calibration-due``.
        record: number of the thing it concerns.
        due_on: the site's last day for it; None when it is owed now, without a day.
        sentence: what is owed, for a reader who knows nothing of codes.
        who: role or roles that can settle it, e.g. ``qc``.
        command: the next command, ready to be typed.
    """

    code: str
    record: str
    due_on: date | None
    sentence: str
    who: str
    command: str


def is_overdue(obligation: Obligation, today: date) -> bool:
    """Whether the day of an obligation has passed; one without a day never is."""
    return obligation.due_on is not None and obligation.due_on < today


def by_urgency(obligation: Obligation) -> tuple[bool, str, str, str]:
    """Sort key: the earliest day first, those without a day last."""
    due = "" if obligation.due_on is None else obligation.due_on.isoformat()
    return (not due, due, obligation.code, obligation.record)
