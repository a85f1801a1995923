"""Deviations: what is needed before one is closed, and what an open one blocks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.deviations import (
    BLOCKING,
    CLASSES,
    ActionFact,
    Dealing,
    DeviationFact,
    closing_blockers,
    deviations_closed,
    is_downgrade,
    needs_check,
    open_until,
    require_check_day,
)

DAY = date(2026, 3, 1)
DONE = ActionFact("AC1", "TECHNICIAN1", DAY, is_done=True)
OPEN = DONE._replace(number="AC2", is_done=False)


def dealing(severity: str = "major", *actions: ActionFact, **told: bool | None) -> Dealing:
    investigated = bool(told.get("investigated", True))
    return Dealing("DV1", severity, investigated, actions, told.get("effective"))


def codes(what: Dealing, day: date | None = None) -> list[str]:
    return [blocker.code for blocker in closing_blockers(what, day)]


@pytest.mark.parametrize(
    ("severity", "expected"),
    [("minor", []), ("major", ["investigation-missing"]), ("critical", ["investigation-missing"])],
)
def test_a_grave_deviation_is_investigated_before_it_is_closed(
    severity: str, expected: list[str]
) -> None:
    assert codes(dealing(severity, investigated=False)) == expected
    assert codes(dealing(severity)) == []


def test_every_action_is_done_before_it_is_closed() -> None:
    assert codes(dealing("major", DONE, OPEN, OPEN), DAY) == ["action-not-done"] * 2


def test_an_effect_is_checked_or_its_check_has_a_day() -> None:
    assert codes(dealing("minor", DONE)) == ["check-not-planned"]
    assert codes(dealing("minor", DONE), DAY) == []
    assert codes(dealing("minor", DONE, effective=True)) == []


def test_what_was_found_without_effect_is_not_closed_on_the_same_actions() -> None:
    assert codes(dealing("minor", DONE, effective=False), DAY) == ["found-without-effect"]


def test_without_an_action_there_is_no_effect_to_check() -> None:
    assert not needs_check(dealing())
    assert needs_check(dealing("minor", DONE))
    assert not needs_check(dealing("minor", DONE, effective=True))


def test_a_class_is_lowered_only_towards_minor() -> None:
    lowered = {(a, b) for a in CLASSES for b in CLASSES if is_downgrade(a, b)}
    assert lowered == {("major", "minor"), ("critical", "major"), ("critical", "minor")}


def test_a_check_is_due_today_at_the_earliest() -> None:
    require_check_day(None, DAY)
    require_check_day(DAY, DAY)
    with pytest.raises(BadValue) as refused:
        require_check_day(date(2026, 2, 28), DAY)
    assert refused.value.code == "day-in-past"


def test_a_site_without_a_limit_keeps_no_day() -> None:
    assert open_until(DAY, None) is None
    assert open_until(DAY, 30) == date(2026, 3, 31)


# -- the rule --------------------------------------------------------------------------------------

FACTS = st.lists(
    st.builds(
        DeviationFact,
        st.integers(1, 99).map("DV{}".format),
        st.sampled_from(CLASSES),
        st.just("title"),
        st.booleans(),
        st.just("lot L01"),
    )
)


@given(FACTS)
def test_a_lot_is_blocked_by_open_major_and_critical_ones_alone(facts: list[DeviationFact]) -> None:
    blocking = [fact for fact in facts if fact.is_open and fact.severity in BLOCKING]
    finding = deviations_closed("L01", facts)
    assert (finding.outcome == "fail") == bool(blocking)
    assert set(finding.evidence) == {fact.number for fact in facts}


def test_the_rule_tells_minor_and_closed_ones() -> None:
    minor = DeviationFact("DV1", "minor", "door ajar", True, "container CN1")
    closed = DeviationFact("DV2", "critical", "power cut", False, "lot L01")
    finding = deviations_closed("L01", [minor, closed])
    assert finding.sentence == (
        "No major or critical deviation is open; open: DV1 (minor: door ajar; container CN1);"
        " closed: DV2 (critical: power cut; lot L01)."
    )
    assert deviations_closed("L01", []).sentence == "No deviation concerns lot L01."
