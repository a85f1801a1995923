"""Calibration: what counts on a day, what stands against a use, what a failure puts in doubt."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.calibration import (
    Calibration,
    Equipment,
    UseFact,
    calibration_blockers,
    due_day,
    equipment_in_calibration,
    failed_after,
    in_force,
    last_good,
    require_calibration_days,
)

DAY = date(2026, 3, 1)


def cal(number: str, days: int, holds: int = 30, outcome: str = "pass") -> Calibration:
    """A calibration so many days after DAY, holding so many days."""
    on = DAY + timedelta(days=days)
    return Calibration(number, on, on + timedelta(days=holds), outcome)


def incubator(*calibrations: Calibration, retired: datetime | None = None) -> Equipment:
    return Equipment("INC-01", True, calibrations, retired)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def codes(equipment: Equipment, days: int) -> list[str]:
    on = DAY + timedelta(days=days)
    return [blocker.code for blocker in calibration_blockers(equipment, noon(on), on)]


# -- what counts on a day --------------------------------------------------------------------------


def test_the_latest_calibration_by_a_day_counts() -> None:
    history = (cal("CB1", 0), cal("CB3", 20), cal("CB2", 10))
    assert in_force(history, DAY + timedelta(days=15)) == history[2]
    assert in_force(history, DAY - timedelta(days=1)) is None


def test_of_one_day_the_last_recorded_counts() -> None:
    """Found out of limits in the morning, adjusted, in limits as it was left."""
    found, left = cal("CB1", 0, outcome="fail"), cal("CB2", 0)
    assert in_force((found, left), DAY) == left
    assert in_force((left, found), DAY) == found


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, ["not-calibrated"]),
        (0, []),
        (30, []),
        (31, ["calibration-overdue"]),
        (40, ["calibration-failed"]),
        (41, []),
    ],
)
def test_a_calibration_holds_from_its_day_to_its_last_day(days: int, expected: list[str]) -> None:
    history = incubator(cal("CB1", 0), cal("CB2", 40, outcome="fail"), cal("CB3", 41))
    assert codes(history, days) == expected


def test_what_needs_no_calibration_is_not_asked_for_one() -> None:
    rack = Equipment("RACK", False, (cal("CB1", 0, outcome="fail"),))
    assert codes(rack, 5) == []
    assert failed_after(rack, DAY - timedelta(days=1)) is None


def test_what_is_out_of_use_is_not_used_from_that_moment_on() -> None:
    at = noon(DAY)
    retired = incubator(cal("CB1", -10), retired=at)
    assert calibration_blockers(retired, at - timedelta(minutes=1), DAY) == []
    (blocker,) = calibration_blockers(retired, at, DAY)
    assert (blocker.code, blocker.who_can_mend) == ("equipment-retired", "nobody")


@given(
    st.lists(
        st.tuples(st.integers(-20, 20), st.integers(0, 20), st.sampled_from(("pass", "fail")))
    ),
    st.integers(-25, 45),
)
def test_equipment_is_used_exactly_while_a_passed_calibration_holds(
    history: list[tuple[int, int, str]], days: int
) -> None:
    """Told anew: the last entry of the latest day by then passed, and its day is not over."""
    made = [cal(f"CB{i}", *told) for i, told in enumerate(history)]
    on = DAY + timedelta(days=days)
    allowed = codes(incubator(*made), days) == []
    earlier = sorted((c.on, i) for i, c in enumerate(made) if c.on <= on)
    counts = made[earlier[-1][1]] if earlier else None
    assert allowed == (counts is not None and counts.outcome == "pass" and on <= counts.due_on)


# -- what a failure puts in doubt ------------------------------------------------------------------


def test_the_next_calibration_alone_puts_a_use_in_doubt() -> None:
    history = incubator(cal("CB1", 0), cal("CB2", 10), cal("CB3", 20, outcome="fail"))
    assert failed_after(history, DAY + timedelta(days=5)) is None
    assert failed_after(history, DAY + timedelta(days=15)) == history.calibrations[2]
    assert failed_after(history, DAY + timedelta(days=25)) is None


def test_a_repair_on_the_same_day_leaves_the_doubt() -> None:
    found, left = cal("CB2", 10, outcome="fail"), cal("CB3", 10)
    history = incubator(cal("CB1", 0), found, left)
    for days in (5, 10):
        assert failed_after(history, DAY + timedelta(days=days)) == found


def test_the_look_back_begins_at_the_last_calibration_that_passed() -> None:
    failed = cal("CB4", 30, outcome="fail")
    history = incubator(cal("CB1", 0), cal("CB2", 10), cal("CB3", 20, outcome="fail"), failed)
    assert last_good(history, failed) == history.calibrations[1]
    assert last_good(incubator(failed), failed) is None


def test_the_next_calibration_is_due_when_the_last_one_ends() -> None:
    assert due_day(incubator(cal("CB1", 0), cal("CB2", 10))) == DAY + timedelta(days=40)
    assert due_day(incubator(cal("CB1", 0), cal("CB2", 10, outcome="fail"))) is None
    assert due_day(incubator()) is None


# -- days of a calibration -------------------------------------------------------------------------


def test_a_calibration_of_today_due_today_is_one() -> None:
    require_calibration_days(DAY, DAY, DAY)


@pytest.mark.parametrize(
    ("on", "due", "code"), [(1, 5, "date-in-future"), (-5, -6, "out-of-order")]
)
def test_impossible_days_are_refused(on: int, due: int, code: str) -> None:
    with pytest.raises(BadValue) as refused:
        require_calibration_days(DAY + timedelta(days=on), DAY + timedelta(days=due), DAY)
    assert refused.value.code == code


# -- the rule --------------------------------------------------------------------------------------


def use(number: str, against: str = "", *, settled: bool = False) -> UseFact:
    return UseFact(number, "INC-01", "SE1", "seeding SE1", DAY, against, settled)


def test_the_rule_names_what_stands_against_a_lot() -> None:
    finding = equipment_in_calibration("L01", (use("EU1"), use("EU2", "it was overdue")))
    assert (finding.outcome, finding.evidence) == ("fail", ("EU2",))
    assert "seeding SE1 with INC-01: it was overdue." in finding.sentence
    assert "EU2" in finding.who_can_mend


def test_the_rule_is_met_by_what_was_in_calibration_or_judged() -> None:
    finding = equipment_in_calibration("L01", (use("EU1"), use("EU2", "overdue", settled=True)))
    assert (finding.outcome, finding.evidence) == ("pass", ("EU1", "EU2"))
    assert "judged by a closed deviation: EU2" in finding.sentence
