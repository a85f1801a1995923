"""Out of specification: what may follow a failing result, and what may never.

The first result is neither removed nor averaged away, and a test is not repeated until it passes
(the practice of FDA's guidance on out-of-specification results and of European inspectors; EudraLex
Vol. 4 Part IV 11.5). So a result is found invalid only where the laboratory named an assignable
cause, the number of retests was fixed by signature before the first of them, and every one of them
was done, was reviewed and passes. Without an assignable cause it is confirmed, whatever a retest
says: a positive sterility test is invalid only with a proven fault of the laboratory.
"""

from __future__ import annotations

from typing import NamedTuple

from lottrack.errors import Blocker
from lottrack.rules.specification.results import FAIL, INFORMATIVE, PASS, UNDECIDED

CONFIRMED, INVALIDATED = "confirmed", "invalidated"
OUTCOMES = (CONFIRMED, INVALIDATED)
"""How an investigation ends."""

OPEN, INVESTIGATED, PLANNED = "open", "investigated", "planned"
STATES = (OPEN, INVESTIGATED, PLANNED, *OUTCOMES)
"""Where an investigation stands."""

STRUCK = "struck"
"""Stands for the verdict of a result that was struck since."""

_BASIS = "EudraLex Vol. 4 Part IV 11.5; FDA guidance on out-of-specification results"


class NamedResult(NamedTuple):
    """A result that an investigation is about, or a retest under its plan.

    Attributes:
        result: its number.
        verdict: what it says today, or ``STRUCK``.
        first_verdict: what it said when it was first told.
        is_reviewed: whether a review covers it as it stands.
    """

    result: str
    verdict: str
    first_verdict: str
    is_reviewed: bool


class Finding(NamedTuple):
    """What the laboratory found: its record, and whether the cause lies in the measurement."""

    record: str
    assignable: bool


class Plan(NamedTuple):
    """A signed plan: its record, the number of retests, and whether its signature stands."""

    record: str
    retests: int
    stands: bool


class Conclusion(NamedTuple):
    """A signed conclusion: its record, one of ``OUTCOMES``, and whether its signature stands."""

    record: str
    outcome: str
    stands: bool


class Investigation(NamedTuple):
    """An out-of-specification record with everything that became of it.

    Attributes:
        oos: its number.
        lot: the lot.
        subject: the lot, container or preparation the test was for.
        test: the test.
        results: what it is about, the first first.
        retests: results recorded under its plan, struck ones included.
        finding: the laboratory's last, or None.
        plan: the last that was signed, or None.
        conclusion: the last that was signed, or None.
    """

    oos: str
    lot: str
    subject: str
    test: str
    results: tuple[NamedResult, ...]
    retests: tuple[NamedResult, ...] = ()
    finding: Finding | None = None
    plan: Plan | None = None
    conclusion: Conclusion | None = None


def state_of(case: Investigation) -> str:
    """One of ``STATES``; a conclusion whose signature became void concludes nothing."""
    if case.conclusion is not None and case.conclusion.stands:
        return case.conclusion.outcome
    if case.plan is not None and case.plan.stands:
        return PLANNED
    return OPEN if case.finding is None else INVESTIGATED


def is_concluded(case: Investigation) -> bool:
    """Whether a conclusion that stands ended it."""
    return state_of(case) in OUTCOMES


def next_command(case: Investigation) -> str:
    """The command that takes an investigation on; "" once it is concluded."""
    state = state_of(case)
    if state == OPEN:
        return f"lottrack oos investigate {case.oos} --assignable yes|no --finding TEXT"
    if state == INVESTIGATED and invalidation_blockers(case):
        return (
            f"lottrack oos plan {case.oos} --retests N --text TEXT, or lottrack oos conclude"
            f" {case.oos} --confirm --text TEXT"
        )
    if state == PLANNED and open_retests(case):
        return f"lottrack result record {case.subject} {case.test} VALUE --retest {case.oos}"
    if state in OUTCOMES:
        return ""
    waiting = [
        each.result for each in case.retests if each.verdict == PASS and not each.is_reviewed
    ]
    if waiting:
        return f"lottrack result review {' '.join(waiting)}"
    return f"lottrack oos conclude {case.oos} --confirm|--invalidate --text TEXT"


def open_retests(case: Investigation) -> int:
    """How many planned retests were not recorded yet; a struck one was used up all the same."""
    if case.plan is None or not case.plan.stands:
        return 0
    return max(0, case.plan.retests - len(case.retests))


def retest_blockers(case: Investigation) -> list[Blocker]:
    """Why no retest may be recorded now."""
    if is_concluded(case):
        return [_ended(case)]
    if case.plan is None or not case.plan.stands:
        return [
            Blocker(
                "retest-without-plan",
                f"Nobody signed a plan for retests of {case.oos}"
                + (" that still stands." if case.plan else "."),
                _BASIS,
            )
        ]
    if not open_retests(case):
        return [
            Blocker(
                "retests-used-up",
                f"The plan {case.plan.record} of {case.oos} allows {_times(case.plan.retests)}, and"
                f" {_listed(case.retests)} used it up.",
                _BASIS,
            )
        ]
    return []


def plan_blockers(case: Investigation) -> list[Blocker]:
    """Why no plan may be signed now."""
    if is_concluded(case):
        return [_ended(case)]
    reasons = []
    if case.finding is None:
        reasons.append(_not_investigated(case))
    if case.plan is not None and case.plan.stands:
        reasons.append(
            Blocker(
                "already-planned",
                f"The plan {case.plan.record} fixes {_times(case.plan.retests)} for {case.oos}.",
                _BASIS,
            )
        )
    elif case.retests:
        reasons.append(
            Blocker(
                "retests-recorded",
                f"Retests of {case.oos} are on record ({_listed(case.retests)}); a plan is signed"
                " before the first of them.",
                _BASIS,
            )
        )
    return reasons


def conclusion_blockers(case: Investigation, outcome: str) -> list[Blocker]:
    """Why an investigation may not end this way now, all reasons at once."""
    if is_concluded(case):
        return [_ended(case)]
    if case.finding is None:
        return [_not_investigated(case)]
    return [] if outcome == CONFIRMED else invalidation_blockers(case)


def invalidation_blockers(case: Investigation) -> list[Blocker]:
    """What is lacking to find the results of an investigation invalid.

    Where every one of them was corrected since and passes (a figure copied wrongly), nothing is set
    aside, and the assignable cause is enough. A result that was struck was set aside: that takes a
    plan like everything else.
    """
    reasons = []
    if case.finding is None or not case.finding.assignable:
        reasons.append(
            Blocker(
                "no-assignable-cause",
                f"The laboratory named no assignable cause of {_listed(case.results)}; without one"
                " a result is confirmed, whatever a retest says.",
                _BASIS,
            )
        )
    if all(is_mended(each) for each in case.results):
        return reasons
    return reasons + _retesting_blockers(case)


def is_mended(named: NamedResult) -> bool:
    """Whether a result was corrected and is not out of specification any more."""
    return named.verdict in {PASS, INFORMATIVE}


def confirmed_and_withdrawn(case: Investigation) -> tuple[str, ...]:
    """Results that were confirmed, and that a strike or a correction took out of the count.

    A confirmed result fails its test, whoever struck or corrected it before: else striking it,
    repeating the test and confirming would be testing into compliance.
    """
    if state_of(case) != CONFIRMED:
        return ()
    return tuple(each.result for each in case.results if each.verdict == STRUCK or is_mended(each))


def _retesting_blockers(case: Investigation) -> list[Blocker]:
    if case.plan is None or not case.plan.stands:
        return [
            Blocker(
                "plan-missing",
                f"No signed plan for retests of {case.oos} stands; a result is set aside only under"
                " one.",
                _BASIS,
            )
        ]
    reasons = []
    if open_retests(case):
        reasons.append(
            Blocker(
                "retests-missing",
                f"{len(case.retests)} of {_times(case.plan.retests)} planned for {case.oos} are on"
                " record.",
                _BASIS,
            )
        )
    reasons += [
        Blocker("retest-not-passed", f"The retest {each.result} {_said(each)}.", _BASIS)
        for each in case.retests
        if each.verdict != PASS
    ]
    reasons += [
        Blocker("retest-not-reviewed", f"Nobody has reviewed the retest {each.result}.", _BASIS)
        for each in case.retests
        if each.verdict == PASS and not each.is_reviewed
    ]
    return reasons


def _said(named: NamedResult) -> str:
    return {
        FAIL: "fails as well",
        UNDECIDED: "is undecided",
        STRUCK: "was struck, and is not repeated",
    }.get(named.verdict, "does not pass")


def _ended(case: Investigation) -> Blocker:
    assert case.conclusion is not None
    return Blocker(
        "oos-concluded",
        f"{case.oos} was concluded: {case.conclusion.outcome} ({case.conclusion.record}).",
    )


def _not_investigated(case: Investigation) -> Blocker:
    return Blocker(
        "not-investigated",
        f"The laboratory has not investigated {case.oos} yet.",
        _BASIS,
    )


def _times(number: int) -> str:
    return "1 retest" if number == 1 else f"{number} retests"


def _listed(named: tuple[NamedResult, ...]) -> str:
    return ", ".join(each.result for each in named)
