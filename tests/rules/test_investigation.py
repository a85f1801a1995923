"""Investigations of results out of specification: what may follow a failing result."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.rules.specification.investigation import (
    CONFIRMED,
    INVALIDATED,
    STATES,
    STRUCK,
    Conclusion,
    Finding,
    Investigation,
    NamedResult,
    Plan,
    conclusion_blockers,
    invalidation_blockers,
    is_concluded,
    next_command,
    open_retests,
    plan_blockers,
    retest_blockers,
    state_of,
)

FAILED = NamedResult("RS1", "fail", "fail", True)
PASSED = NamedResult("RS2", "pass", "pass", True)
CASE = Investigation("OS1", "L01", "L01", "CD34", (FAILED,))
FOUND = CASE._replace(finding=Finding("OI1", True))
PLANNED = FOUND._replace(plan=Plan("OP1", 2, True))
RETESTED = PLANNED._replace(retests=(PASSED, PASSED._replace(result="RS3")))


def codes(blockers: list) -> set[str]:
    return {blocker.code for blocker in blockers}


def ended(outcome: str, *, stands: bool = True) -> Investigation:
    return RETESTED._replace(conclusion=Conclusion("OU1", outcome, stands))


@pytest.mark.parametrize(
    ("case", "state"),
    [
        (CASE, "open"),
        (FOUND, "investigated"),
        (PLANNED, "planned"),
        (PLANNED._replace(plan=Plan("OP1", 2, False)), "investigated"),
        (ended(CONFIRMED), "confirmed"),
        (ended(INVALIDATED), "invalidated"),
        (ended(CONFIRMED, stands=False), "planned"),
    ],
)
def test_where_an_investigation_stands(case: Investigation, state: str) -> None:
    assert state_of(case) == state
    assert is_concluded(case) == (state in {"confirmed", "invalidated"})


@pytest.mark.parametrize(
    ("case", "command"),
    [
        (CASE, "lottrack oos investigate OS1 --assignable yes|no --finding TEXT"),
        (FOUND, "lottrack oos plan OS1 --retests N --text TEXT"),
        (PLANNED, "lottrack result record L01 CD34 VALUE --retest OS1"),
        (RETESTED, "lottrack oos conclude OS1 --confirm|--invalidate --text TEXT"),
        (ended(CONFIRMED), ""),
    ],
)
def test_the_next_command_is_always_told(case: Investigation, command: str) -> None:
    assert next_command(case).startswith(command)
    assert bool(next_command(case)) != is_concluded(case)


def test_a_retest_needs_a_plan_that_stands_and_is_not_used_up() -> None:
    void = PLANNED._replace(plan=Plan("OP1", 2, False))
    assert codes(retest_blockers(CASE)) == {"retest-without-plan"}
    assert codes(retest_blockers(void)) == {"retest-without-plan"}
    assert retest_blockers(PLANNED) == []
    assert codes(retest_blockers(RETESTED)) == {"retests-used-up"}
    assert codes(retest_blockers(ended(CONFIRMED))) == {"oos-concluded"}


def test_a_plan_comes_after_the_laboratory_and_before_every_retest() -> None:
    assert codes(plan_blockers(CASE)) == {"not-investigated"}
    assert plan_blockers(FOUND) == []
    assert codes(plan_blockers(PLANNED)) == {"already-planned"}
    void = RETESTED._replace(plan=Plan("OP1", 2, False))
    assert codes(plan_blockers(void)) == {"retests-recorded"}
    assert codes(plan_blockers(ended(CONFIRMED))) == {"oos-concluded"}


def test_what_was_fulfilled_may_be_invalidated_and_everything_investigated_confirmed() -> None:
    assert conclusion_blockers(RETESTED, INVALIDATED) == []
    for case in (FOUND, PLANNED, RETESTED):
        assert conclusion_blockers(case, CONFIRMED) == []
    assert codes(conclusion_blockers(CASE, CONFIRMED)) == {"not-investigated"}


@pytest.mark.parametrize(
    ("lacking", "code"),
    [
        ({"finding": Finding("OI1", False)}, "no-assignable-cause"),
        ({"plan": None}, "plan-missing"),
        ({"plan": Plan("OP1", 2, False)}, "plan-missing"),
        ({"retests": (PASSED,)}, "retests-missing"),
        ({"retests": (PASSED, FAILED)}, "retest-not-passed"),
        ({"retests": (PASSED, PASSED._replace(verdict="undecided"))}, "retest-not-passed"),
        ({"retests": (PASSED, PASSED._replace(verdict=STRUCK))}, "retest-not-passed"),
        ({"retests": (PASSED, PASSED._replace(is_reviewed=False))}, "retest-not-reviewed"),
    ],
)
def test_nothing_is_invalidated_while_one_thing_is_lacking(lacking: dict, code: str) -> None:
    assert codes(conclusion_blockers(RETESTED._replace(**lacking), INVALIDATED)) == {code}


def test_a_corrected_result_needs_the_cause_and_nothing_else() -> None:
    mended = FOUND._replace(results=(FAILED._replace(verdict="pass"),))
    assert invalidation_blockers(mended) == []
    without = mended._replace(finding=Finding("OI1", False))
    assert codes(invalidation_blockers(without)) == {"no-assignable-cause"}
    both = mended._replace(results=(FAILED._replace(verdict="pass"), FAILED))
    assert codes(invalidation_blockers(both)) == {"plan-missing"}


def test_a_struck_result_needs_all_that_a_failing_one_needs() -> None:
    struck = FOUND._replace(results=(FAILED._replace(verdict=STRUCK),))
    assert codes(invalidation_blockers(struck)) == {"plan-missing"}


# -- whatever became of it -------------------------------------------------------------------------

VERDICT = st.sampled_from(("pass", "fail", "undecided", STRUCK))
NAMED = st.builds(
    NamedResult, st.sampled_from(("RS1", "RS2", "RS3")), VERDICT, VERDICT, st.booleans()
)
CASES = st.builds(
    Investigation,
    st.just("OS1"),
    st.just("L01"),
    st.just("L01"),
    st.just("CD34"),
    st.lists(NAMED, min_size=1, max_size=3).map(tuple),
    st.lists(NAMED, max_size=4).map(tuple),
    st.none() | st.builds(Finding, st.just("OI1"), st.booleans()),
    st.none() | st.builds(Plan, st.just("OP1"), st.integers(1, 3), st.booleans()),
    st.none()
    | st.builds(
        Conclusion, st.just("OU1"), st.sampled_from((CONFIRMED, INVALIDATED)), st.booleans()
    ),
)


@given(CASES)
def test_whatever_became_of_it_nothing_fails_on_its_way_to_being_set_aside(
    case: Investigation,
) -> None:
    assert state_of(case) in STATES
    if conclusion_blockers(case, INVALIDATED):
        return
    assert case.finding is not None
    assert case.finding.assignable
    if any(each.verdict != "pass" for each in case.results):
        assert case.plan is not None
        assert case.plan.stands
        assert len(case.retests) >= case.plan.retests
        assert all(each.verdict == "pass" and each.is_reviewed for each in case.retests)


@given(CASES)
def test_there_are_never_more_retests_open_than_planned(case: Investigation) -> None:
    planned = case.plan.retests if case.plan else 0
    assert 0 <= open_retests(case) <= planned
    if not retest_blockers(case):
        assert open_retests(case) > 0
        assert plan_blockers(case)
