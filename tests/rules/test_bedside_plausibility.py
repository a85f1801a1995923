"""Counts and volumes at the bedside that cannot both be right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.rules.administration.plausibility import (
    infused_volume_warnings,
    infusion_time_warnings,
    recovery_warnings,
    undiluted_warnings,
)
from lottrack.rules.administration.schedule import planned_day_warnings

CELLS = st.integers(1, 10**12)
TODAY = date(2026, 2, 10)


def found(filled: int, viable: int, **more: object) -> list[str]:
    return [
        warning.code for warning in recovery_warnings("preparation PP-1", filled, viable, **more)
    ]


@given(CELLS, CELLS)
def test_more_than_went_in_is_always_said_and_nothing_else_is(filled: int, viable: int) -> None:
    assert found(filled, viable) == (["recovery-above-100"] if viable > filled else [])


def test_where_the_fill_is_not_known_nothing_is_compared() -> None:
    assert found(0, 44_000_000) == []


def test_no_living_cell_at_all_is_worth_a_second_count() -> None:
    assert found(44_000_000, 0) == ["count-zero"]


@pytest.mark.parametrize(
    ("viable", "total", "pct", "codes"),
    [
        (37_812_000, 41_100_000, "92", []),
        (37_812_000, 41_100_000, "92.9", []),
        (37_812_000, 41_100_000, "94", ["viability-disagrees"]),
        (3_781_200, 41_100_000, "92", ["viability-disagrees"]),
        (37_812_000, None, "92", []),
        (37_812_000, 41_100_000, None, []),
    ],
)
def test_three_numbers_of_one_count_agree_to_a_percent(
    viable: int, total: int | None, pct: str | None, codes: list[str]
) -> None:
    viability = None if pct is None else Decimal(pct)
    assert found(44_000_000, viable, total=total, viability_pct=viability) == codes


VOLUMES = st.decimals(0, 500, places=1)


@given(VOLUMES, VOLUMES, VOLUMES)
def test_more_given_and_left_than_was_there_is_said(
    infused: Decimal, left: Decimal, held: Decimal
) -> None:
    assert bool(infused_volume_warnings(infused, left, held)) == (infused + left > held)


@pytest.mark.parametrize(
    ("volume", "thawed", "said"),
    [("50", "4.4", True), ("4.4", "4.4", False), ("4", "4.4", False), ("50", "0", False)],
)
def test_a_dose_larger_than_what_was_thawed_asks_what_was_added(
    volume: str, thawed: str, said: bool
) -> None:
    assert bool(undiluted_warnings(Decimal(volume), Decimal(thawed))) == said


@pytest.mark.parametrize(("days", "said"), [(-400, True), (-1, True), (0, False), (21, False)])
def test_a_planned_day_that_has_passed_is_said(days: int, said: bool) -> None:
    warnings = planned_day_warnings("infusion 1", TODAY + timedelta(days=days), TODAY)
    assert [warning.code for warning in warnings] == (["planned-in-past"] if said else [])


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, True), (59, True), (60, False), (1800, False), (90_000, False)]
)
def test_an_infusion_in_no_time_is_said(seconds: int, said: bool) -> None:
    started = datetime(2026, 2, 10, 10, 0, 30, tzinfo=UTC)
    ended = started + timedelta(seconds=seconds)
    warnings = infusion_time_warnings(started, ended, Decimal(60))
    assert [each.code for each in warnings] == (["infusion-without-duration"] if said else [])
