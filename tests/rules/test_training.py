"""Training: what an act needs, and whether a person has it on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.training import (
    Requirement,
    Training,
    is_exempt,
    is_trained,
    latest,
    require_training_days,
    subjects_needed,
    training_blockers,
)

DAY = date(2026, 3, 1)
SOP = "SOP-CULT-012"


def course(number: str, since: int, until: int, subject: str = SOP) -> Training:
    return Training(number, subject, DAY + timedelta(days=since), DAY + timedelta(days=until))


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [(0, 0, True), (-10, 0, True), (0, 10, True), (-10, -1, False), (1, 10, False)],
)
def test_a_training_holds_from_its_day_to_its_last_day(since: int, until: int, holds: bool) -> None:
    assert is_trained([course("TN1", since, until)], SOP, DAY) is holds


def test_subjects_are_the_same_however_they_are_written() -> None:
    assert is_trained([course("TN1", -1, 1, " sop-cult-012 ")], SOP, DAY)
    assert not is_trained([course("TN1", -1, 1, "SOP-CULT-12")], SOP, DAY)


def test_an_act_needs_what_is_required_for_it_and_for_the_role() -> None:
    required = [
        Requirement("TQ1", "lot harvest", "", SOP),
        Requirement("TQ2", "", "technician", "Clean room"),
        Requirement("TQ3", "", "technician", SOP.lower()),
        Requirement("TQ4", "lot seed", "", "Seeding"),
    ]
    assert subjects_needed(required, "lot harvest", "technician") == (SOP.lower(), "Clean room")
    assert subjects_needed(required, "lot harvest", "production_lead") == (SOP,)
    assert subjects_needed(required, "verify", "nurse") == ()


def test_what_never_was_and_what_ended_are_told_apart() -> None:
    has = [course("TN1", -30, -1), course("TN2", 5, 30, "Clean room")]
    blockers = training_blockers("ANA", [SOP, "Clean room", "First aid"], has, DAY)
    assert [blocker.code for blocker in blockers] == [
        *("training-expired", "training-missing", "training-missing")
    ]
    assert "2026-02-28 (TN1)" in blockers[0].sentence
    assert all("lottrack training record ANA" in blocker.hint for blocker in blockers)


def test_the_training_that_holds_longest_is_the_latest() -> None:
    has = [course("TN1", -30, 50), course("TN2", -5, 20)]
    assert latest(has, SOP) == has[0]
    assert latest(has, "Clean room") is None


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 9))), st.integers(-20, 20))
def test_nothing_stands_against_whoever_is_trained_and_only_then(
    told: list[tuple[int, int]], days: int
) -> None:
    has = [course(f"TN{i}", since, since + holds) for i, (since, holds) in enumerate(told)]
    on = DAY + timedelta(days=days)
    covered = any(since <= days <= since + holds for since, holds in told)
    assert (training_blockers("ANA", [SOP], has, on) == []) is covered


def test_accounts_and_training_itself_ask_for_none() -> None:
    assert [act for act in ("training record", "user add", "admin restore") if is_exempt(act)] == [
        *("training record", "user add", "admin restore")
    ]
    assert not is_exempt("lot harvest")
    assert not is_exempt("verify")


@pytest.mark.parametrize(
    ("since", "until", "code"), [(1, 5, "date-in-future"), (-5, -6, "out-of-order")]
)
def test_impossible_days_are_refused(since: int, until: int, code: str) -> None:
    days = DAY + timedelta(days=since), DAY + timedelta(days=until)
    with pytest.raises(BadValue) as refused:
        require_training_days(*days, DAY)
    assert refused.value.code == code
