"""The pending ledger: where each condition of a conditional release stands.

A product that lasts shorter than its sterility test is released on what is known, and certified
when the rest is there (two-step release, EudraLex Vol. 4 Part IV 11; Ph. Eur. 2.6.27). Until then
every open test is a debt with a day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import Blocker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

DUE, OVERDUE, IN_REVIEW, FAILED, CLOSED = "due", "overdue", "in_review", "failed", "closed"
STATES = (DUE, OVERDUE, IN_REVIEW, FAILED, CLOSED)
"""Where a condition stands. ``in_review``: the result is there and passes, and nobody reviewed it.

``closed``: it passes and was reviewed, or another decision on the fill took the condition's place.
"""

OPEN, MET, NOT_MET = "open", "met", "not_met"
"""What the results say: none closes the test, all that count pass, one fails."""


class Condition(NamedTuple):
    """A test that a conditional release waits for.

    Attributes:
        number: the condition.
        lot: the lot.
        fill: the fill that was released on it.
        test: the test.
        due_on: the site's last day for it.
        outcome: ``open``, ``met`` or ``not_met``.
        unreviewed: results that close it and that nobody has reviewed.
        is_settled: the fill has a later decision, so that the condition binds nobody any more.
    """

    number: str
    lot: str
    fill: str
    test: str
    due_on: date
    outcome: str
    unreviewed: tuple[str, ...] = ()
    is_settled: bool = False


def condition_state(condition: Condition, today: date) -> str:
    """One of ``STATES``, on the site's date ``today``; a test may still be closed on its last day.

    What the results say of a failed test is never hidden behind its day.
    """
    if condition.is_settled:
        return CLOSED
    if condition.outcome == NOT_MET:
        return FAILED
    if condition.outcome == MET:
        return IN_REVIEW if condition.unreviewed else CLOSED
    return DUE if today <= condition.due_on else OVERDUE


def certification_blockers(conditions: Sequence[Condition], today: date) -> list[Blocker]:
    """Why a conditional release cannot be certified yet: every condition that is not closed."""
    return [
        blocker
        for condition in conditions
        if (blocker := _blocker(condition, condition_state(condition, today))) is not None
    ]


def _blocker(condition: Condition, state: str) -> Blocker | None:
    what = f"{condition.test} of fill {condition.fill}"
    basis = f"condition {condition.number}"
    if state in {DUE, OVERDUE}:
        late = ", and overdue" if state == OVERDUE else ""
        return Blocker(
            "condition-pending", f"{what} is pending, due on {condition.due_on}{late}.", basis
        )
    if state == IN_REVIEW:
        named = ", ".join(condition.unreviewed)
        return Blocker("condition-not-reviewed", f"{what} passes, not reviewed: {named}.", basis)
    if state == FAILED:
        return Blocker("condition-failed", f"{what} does not meet its specification.", basis)
    return None
