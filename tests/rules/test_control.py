"""Control charts: drift and outliers are marked, few values say nothing."""

from __future__ import annotations

import statistics
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lottrack.rules.specification.control import (
    FEWEST_VALUES,
    MEANINGS,
    ONE_THREE,
    ONE_TWO,
    TWO_TWO,
    marks,
    spread_of,
)

STEADY = [Decimal(value) for value in ("90", "91", "89", "90", "91", "89", "91", "90", "89", "90")]
PERCENT = st.decimals(min_value=0, max_value=100, places=1, allow_nan=False)


def test_seven_values_have_no_mean_to_speak_of() -> None:
    assert spread_of(STEADY[: FEWEST_VALUES - 1]) is None
    assert marks([*STEADY[: FEWEST_VALUES - 2], Decimal(20)]) == [""] * (FEWEST_VALUES - 1)


def test_a_steady_test_has_no_mark() -> None:
    assert set(marks(STEADY)) == {""}


def test_a_value_beyond_three_deviations_of_the_others_is_marked() -> None:
    values = [*STEADY, Decimal(64)]
    assert marks(values)[-1] == ONE_THREE
    assert set(marks(values)[:-1]) == {""}


def test_an_outlier_does_not_hide_in_its_own_mean() -> None:
    # With itself in the mean, one of nine values can never lie 3 SD away ((n-1)/sqrt(n) = 2.67).
    values = [*STEADY[:8], Decimal(10)]
    assert marks(values)[-1] == ONE_THREE


def test_a_value_beyond_two_deviations_only_warns() -> None:
    assert marks([*STEADY, Decimal(92)])[-1] == ONE_TWO


def test_the_second_in_a_row_on_the_same_side_is_marked_as_such() -> None:
    values = [*STEADY, *STEADY, Decimal("92.2"), Decimal("92.3")]
    assert marks(values)[-2:] == [ONE_TWO, TWO_TWO]
    apart = [*STEADY, *STEADY, Decimal("87.8"), Decimal("92.3")]
    assert marks(apart)[-2:] == [ONE_TWO, ONE_TWO]


def test_values_that_never_differ_mark_the_one_that_does() -> None:
    values = [Decimal(5)] * 9
    assert set(marks(values)) == {""}
    assert marks([*values, Decimal("5.1")])[-1] == ONE_THREE


def test_every_mark_has_a_meaning() -> None:
    assert set(MEANINGS) == {ONE_TWO, ONE_THREE, TWO_TWO}


@given(st.lists(PERCENT, min_size=FEWEST_VALUES, max_size=40))
def test_mean_and_spread_are_those_of_the_textbook(values: list[Decimal]) -> None:
    spread = spread_of(values)
    assert spread is not None
    assert abs(float(spread.mean) - statistics.fmean(map(float, values))) < 1e-6
    assert abs(float(spread.deviation) - statistics.stdev(map(float, values))) < 1e-6
    assert spread.numbers == len(values)
