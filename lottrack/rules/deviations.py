"""Deviations: how grave they are, what must be done before one is closed, what one blocks.

EU GMP for ATMPs (EudraLex Vol. 4 Part IV) wants deviations recorded, investigated as far as their
gravity asks, and taken into account when a batch is certified. When a class applies is the site's
own procedure; here it decides what a deviation needs and what it blocks.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, Blocker
from lottrack.rules.release.findings import failed, listed, passed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.rules.release.findings import RuleFinding

MINOR, MAJOR, CRITICAL = "minor", "major", "critical"
CLASSES = (MINOR, MAJOR, CRITICAL)
"""How grave a deviation is, the least first."""

BLOCKING = frozenset({MAJOR, CRITICAL})
"""Classes of which an open deviation stands against a release."""

RULE = "deviations-closed"


class DeviationFact(NamedTuple):
    """A deviation that concerns a lot.

    Attributes:
        number: of the deviation.
        severity: its class, as it stands.
        title: what it is about.
        is_open: no closing stands.
        concerned: what of the lot it concerns, in words ("container CN-1").
    """

    number: str
    severity: str
    title: str
    is_open: bool
    concerned: str


class ActionFact(NamedTuple):
    """A corrective action: its number, its owner, its last day, and whether it was carried out."""

    number: str
    owner: str
    due_on: date
    is_done: bool


class Dealing(NamedTuple):
    """What was done about a deviation so far.

    Attributes:
        number: of the deviation.
        severity: its class, as it stands.
        is_investigated: an investigation is on record.
        actions: its corrective actions.
        found_effective: the last check of effectiveness; None without one, or where more was
            agreed since.
    """

    number: str
    severity: str
    is_investigated: bool
    actions: tuple[ActionFact, ...]
    found_effective: bool | None


def is_downgrade(before: str, after: str) -> bool:
    """Whether a new class is less grave than the one before."""
    return CLASSES.index(after) < CLASSES.index(before)


def needs_check(dealing: Dealing) -> bool:
    """Whether somebody still has to look if what was done had an effect."""
    return bool(dealing.actions) and dealing.found_effective is not True


def closing_blockers(dealing: Dealing, check_due_on: date | None) -> list[Blocker]:
    """Everything that stands against closing a deviation.

    Args:
        dealing: what was done about it.
        check_due_on: the last day for the check of effectiveness that the closing sets, or None.
    """
    blockers = []
    if dealing.severity in BLOCKING and not dealing.is_investigated:
        blockers.append(
            Blocker(
                "investigation-missing",
                f"{dealing.number} is {dealing.severity}, and no investigation is on record.",
                who_can_mend="production_lead, qc or qa",
                hint=f"lottrack deviation investigate {dealing.number} --cause TEXT --text TEXT",
            )
        )
    blockers += [
        Blocker(
            "action-not-done",
            f"Corrective action {action.number} of {action.owner} is not done.",
            who_can_mend=action.owner,
            hint=f"lottrack deviation done {action.number} --text TEXT",
        )
        for action in dealing.actions
        if not action.is_done
    ]
    if dealing.found_effective is False:
        blockers.append(
            Blocker(
                "found-without-effect",
                f"What was done about {dealing.number} was found without effect, and nothing more"
                " was agreed since.",
                who_can_mend="production_lead, qc or qa",
                hint=f"lottrack deviation action {dealing.number} --text TEXT --owner USER"
                " --due DATE",
            )
        )
    if needs_check(dealing) and check_due_on is None:
        blockers.append(
            Blocker(
                "check-not-planned",
                f"Nobody has checked whether the actions of {dealing.number} had an effect, and no"
                " day is set by which somebody will.",
                who_can_mend="qa",
                hint="Give --check-due DATE, or check first: lottrack deviation check"
                f" {dealing.number} --effective yes --text TEXT",
            )
        )
    return blockers


def require_check_day(check_due_on: date | None, today: date) -> None:
    """Refuse a day for the check of effectiveness that is over already.

    Raises:
        BadValue: ``day-in-past``.
    """
    if check_due_on is not None and not (check_due_on >= today):
        raise BadValue(
            f"The check of effectiveness would have been due on {check_due_on}, before today.",
            code="day-in-past",
            hint="Give a day to come, or record the check first: lottrack deviation check.",
        )


def open_until(opened_on: date, days: int | None) -> date | None:
    """The day by which a deviation is to be closed; None where the site has set no limit."""
    return None if days is None else opened_on + timedelta(days=days)


def deviations_closed(lot: str, deviations: Sequence[DeviationFact]) -> RuleFinding:
    """No major or critical deviation that concerns a lot is open; the others are told.

    Args:
        lot: the lot.
        deviations: all that concern it, its cells' source, its containers, or what was used for it.
    """
    numbers = tuple(fact.number for fact in deviations)
    still = [fact for fact in deviations if fact.is_open and fact.severity in BLOCKING]
    if still:
        return failed(
            RULE,
            f"Open: {listed([_words(fact) for fact in still], 10)}.",
            f"qa: lottrack deviation close {still[0].number} --text TEXT",
            *(fact.number for fact in still),
            *numbers,
        )
    if not numbers:
        return passed(RULE, f"No deviation concerns lot {lot}.")
    minor = [_words(fact) for fact in deviations if fact.is_open]
    closed = [_words(fact) for fact in deviations if not fact.is_open]
    said = [f"open: {listed(minor, 10)}"] if minor else []
    said += [f"closed: {listed(closed, 10)}"] if closed else []
    sentence = "; ".join(said)
    return passed(RULE, f"No major or critical deviation is open; {sentence}.", *numbers)


def _words(fact: DeviationFact) -> str:
    return f"{fact.number} ({fact.severity}: {fact.title}; {fact.concerned})"
