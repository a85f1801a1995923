"""Schedule: intervals from infusion to infusion, numbers, fresh weights, expiry, thaw clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue, Conflict
from lottrack.rules.administration.schedule import (
    expiry_findings,
    interval_findings,
    number_findings,
    post_thaw_findings,
    require_number_in_protocol,
    weight_findings,
)
from lottrack.rules.culture.plausibility import Findings

NOW = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
DAY = date(2026, 3, 10)


def _codes(findings: Findings) -> list[str]:
    assert not (findings.blockers and findings.warnings)
    return [each.code for each in (*findings.blockers, *findings.warnings)]


def _interval(days: int, *, interval: int = 21, window: int = 3) -> Findings:
    return interval_findings(DAY, DAY + timedelta(days=days), 2, interval, window)


@pytest.mark.parametrize(
    ("days", "codes"),
    [
        (17, ["interval-too-short"]),
        (18, ["interval-at-edge"]),
        (19, []),
        (20, []),
        (21, []),
        (22, []),
        (23, []),
        (24, ["interval-at-edge"]),
        (25, ["interval-too-long"]),
        (0, ["interval-too-short"]),
        (-21, ["interval-too-short"]),
    ],
)
def test_twenty_one_days_give_or_take_three(days: int, codes: list[str]) -> None:
    assert _codes(_interval(days)) == codes


def test_e09_eighteen_days_after_the_postponed_infusion_are_allowed_with_a_warning() -> None:
    findings = interval_findings(date(2026, 2, 27), date(2026, 3, 17), 3, 21, 3)
    assert findings.blockers == ()
    (warning,) = findings.warnings
    assert warning.code == "interval-at-edge"
    assert "18 days after the last one given, on 2026-02-27" in warning.sentence
    assert "the earliest day the protocol allows (18 to 24 days)" in warning.sentence


def test_the_late_edge_is_called_the_latest_day() -> None:
    # P08: 3 February to 27 February, after a fever.
    (warning,) = interval_findings(date(2026, 2, 3), date(2026, 2, 27), 2, 21, 3).warnings
    assert "the latest day the protocol allows (18 to 24 days)" in warning.sentence


@pytest.mark.parametrize(
    ("previous", "planned"),
    [
        ("2025-10-28", "2025-11-18"),
        ("2025-12-16", "2026-01-07"),
        ("2026-02-04", "2026-02-24"),
        ("2026-02-17", "2026-03-10"),
    ],
)
def test_the_trials_other_intervals_are_unremarkable(previous: str, planned: str) -> None:
    findings = interval_findings(
        date.fromisoformat(previous), date.fromisoformat(planned), 2, 21, 3
    )
    assert findings == Findings()


def test_a_weekly_protocol_is_only_other_numbers() -> None:
    assert _codes(_interval(7, interval=7, window=1)) == []
    assert _codes(_interval(6, interval=7, window=1)) == ["interval-at-edge"]
    assert _codes(_interval(9, interval=7, window=1)) == ["interval-too-long"]


def test_without_a_window_the_one_day_allowed_is_no_edge() -> None:
    assert _codes(_interval(21, window=0)) == []
    assert _codes(_interval(20, window=0)) == ["interval-too-short"]
    assert _codes(_interval(22, window=0)) == ["interval-too-long"]


def test_before_the_first_infusion_there_is_no_interval() -> None:
    assert interval_findings(None, DAY, 1, 21, 3) == Findings()


@pytest.mark.parametrize(
    ("days", "codes"),
    [
        (17, ["interval-too-short"]),
        (21, []),
        (42, []),
        (45, ["interval-at-edge"]),
        (46, ["interval-too-long"]),
    ],
)
def test_a_missed_infusion_lends_its_interval_to_the_next(days: int, codes: list[str]) -> None:
    findings = interval_findings(DAY, DAY + timedelta(days=days), 3, 21, 3, previous_number=1)
    assert _codes(findings) == codes


@pytest.mark.parametrize("previous_number", [2, 3])
def test_a_number_out_of_order_is_not_the_intervals_affair(previous_number: int) -> None:
    findings = interval_findings(
        DAY, DAY + timedelta(days=21), 2, 21, 3, previous_number=previous_number
    )
    assert _codes(findings) == []


def test_a_refused_interval_names_both_days_and_the_limit() -> None:
    (blocker,) = _interval(1, interval=3, window=1).blockers
    assert "2026-03-11 is 1 day after" in blocker.sentence
    assert "at least 2 days" in blocker.sentence


@pytest.mark.parametrize(("interval", "window"), [(-1, 0), (21, -1)])
def test_a_schedule_below_nothing_is_none(interval: int, window: int) -> None:
    with pytest.raises(BadValue) as refusal:
        _interval(21, interval=interval, window=window)
    assert refusal.value.code == "bad-schedule"


@given(
    st.integers(-400, 400),
    st.integers(0, 60),
    st.integers(0, 30),
    st.integers(min_value=1, max_value=4),
)
def test_every_interval_is_short_right_or_long(
    days: int, interval: int, window: int, steps: int
) -> None:
    planned = DAY + timedelta(days=days)
    findings = interval_findings(DAY, planned, 1 + steps, interval, window, previous_number=1)
    codes = [blocker.code for blocker in findings.blockers]
    if days < max(interval - window, 0):
        assert codes == ["interval-too-short"]
    elif days > steps * interval + window:
        assert codes == ["interval-too-long"]
    else:
        assert codes == []


@pytest.mark.parametrize(
    ("number", "given_numbers", "codes"),
    [
        (1, [], []),
        (2, [1], []),
        (3, [1, 2], []),
        (1, [1], ["infusion-number-already-given"]),
        (2, [1, 2, 3], ["infusion-number-already-given"]),
        (2, [], ["previous-infusion-not-given"]),
        (3, [1], ["previous-infusion-not-given"]),
        (2, [1, 3], ["later-infusion-already-given"]),
        (2, [3], ["previous-infusion-not-given", "later-infusion-already-given"]),
    ],
)
def test_numbers_are_given_once_and_in_order(
    number: int, given_numbers: list[int], codes: list[str]
) -> None:
    findings = number_findings(number, given_numbers, "course P01")
    assert _codes(findings) == codes
    assert all("course P01" in each.sentence for each in (*findings.blockers, *findings.warnings))


def test_an_infusion_beyond_the_protocol_is_not_ordered() -> None:
    for number in (1, 2, 3):
        require_number_in_protocol(number, 3, "course P01")
    with pytest.raises(Conflict, match="its protocol has 3") as refusal:
        require_number_in_protocol(4, 3, "course P01")
    assert refusal.value.code == "order-beyond-protocol"
    with pytest.raises(BadValue):
        require_number_in_protocol(0, 3, "course P01")


@pytest.mark.parametrize(
    ("weighed_on", "max_age_days", "codes"),
    [
        (None, 1, ["weight-missing"]),
        (DAY, 0, []),
        (DAY, 1, []),
        (DAY - timedelta(days=1), 1, []),
        (DAY - timedelta(days=1), 0, ["weight-too-old"]),
        (DAY - timedelta(days=2), 1, ["weight-too-old"]),
        (DAY + timedelta(days=1), 1, ["weight-missing"]),
    ],
)
def test_a_dose_needs_a_fresh_weight(
    weighed_on: date | None, max_age_days: int, codes: list[str]
) -> None:
    assert _codes(weight_findings(weighed_on, DAY, max_age_days)) == codes


def test_an_old_weight_is_told_with_its_age() -> None:
    (blocker,) = weight_findings(date(2026, 2, 28), DAY, 1).blockers
    assert "2026-02-28 is 10 days old on 2026-03-10; at most 1 day" in blocker.sentence


@pytest.mark.parametrize(
    ("minutes_left", "infusion_minutes", "codes"),
    [
        (60, 30, []),
        (30, 30, []),
        (29, 30, ["would-expire-during-infusion"]),
        (1, 0, []),
        (0, 0, ["expired"]),
        (0, 30, ["expired"]),
        (-1, 30, ["expired"]),
    ],
)
def test_an_infusion_ends_before_the_product_expires(
    minutes_left: int, infusion_minutes: int, codes: list[str]
) -> None:
    expires_at = NOW + timedelta(minutes=minutes_left)
    assert _codes(expiry_findings(expires_at, NOW, infusion_minutes)) == codes


def test_times_of_other_offsets_are_the_same_moments() -> None:
    madrid = timezone(timedelta(hours=1))
    # 14:30 in Madrid is 13:30 UTC: past, although its clock shows a later time.
    expires_at = datetime(2026, 3, 10, 14, 30, tzinfo=madrid)
    (blocker,) = expiry_findings(expires_at, NOW, 0, "Bag CN-1").blockers
    assert blocker.sentence == "Bag CN-1 expired at 2026-03-10 14:30 (+01:00)."


@pytest.mark.parametrize(
    ("elapsed", "limit_minutes", "codes"),
    [
        (timedelta(0), 60, []),
        (timedelta(minutes=60), 60, []),
        (timedelta(minutes=60, seconds=1), 60, ["post-thaw-limit-passed"]),
        (timedelta(hours=25), 24 * 60, ["post-thaw-limit-passed"]),
        (timedelta(seconds=1), 0, ["post-thaw-limit-passed"]),
        (timedelta(seconds=-59), 60, []),
        (timedelta(minutes=-1), 60, ["post-thaw-limit-passed"]),
    ],
)
def test_the_clock_runs_from_the_thawing(
    elapsed: timedelta, limit_minutes: int, codes: list[str]
) -> None:
    assert _codes(post_thaw_findings(NOW - elapsed, NOW, limit_minutes)) == codes


def test_a_second_over_the_limit_does_not_read_like_the_limit() -> None:
    thawed_at = NOW - timedelta(minutes=60, seconds=1)
    (blocker,) = post_thaw_findings(thawed_at, NOW, 60, "Bag CN-1").blockers
    assert "Bag CN-1 was thawed 61 minutes ago" in blocker.sentence
    assert "at most 60 minutes" in blocker.sentence


def test_what_was_never_thawed_has_no_clock() -> None:
    assert post_thaw_findings(None, NOW, 60) == Findings()


def test_a_time_without_an_offset_is_refused() -> None:
    naive = NOW.replace(tzinfo=None)
    for judge in (
        lambda: expiry_findings(naive, naive, 0),
        lambda: expiry_findings(NOW, naive, 0),
        lambda: post_thaw_findings(naive, naive, 60),
    ):
        with pytest.raises(BadValue) as refusal:
            judge()
        assert refusal.value.code == "bad-time"


def test_limits_below_nothing_are_none() -> None:
    for judge in (
        lambda: weight_findings(DAY, DAY, -1),
        lambda: expiry_findings(NOW, NOW, -1),
        lambda: post_thaw_findings(NOW, NOW, -1),
    ):
        with pytest.raises(BadValue) as refusal:
            judge()
        assert refusal.value.code == "bad-schedule"


@given(st.integers(-10_000, 10_000), st.integers(0, 10_000))
def test_what_is_accepted_now_has_not_expired_at_its_end(left: int, minutes: int) -> None:
    expires_at = NOW + timedelta(seconds=left)
    accepted = expiry_findings(expires_at, NOW, minutes) == Findings()
    assert accepted == (left > 0 and left >= minutes * 60)
