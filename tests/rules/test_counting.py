"""Total counts become viable cells once, and never more cells than there are."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.reading.counting import viable_of_total

PERCENT = st.decimals(0, 100, places=2, allow_nan=False)
CELLS = st.integers(0, 10**15)


def test_a_count_of_100_at_94_percent_holds_94_viable_cells() -> None:
    assert viable_of_total(100, Decimal(94)) == 94


def test_a_fraction_of_a_cell_is_no_cell() -> None:
    assert viable_of_total(999, Decimal("50.0")) == 499


@given(CELLS)
def test_at_100_percent_every_cell_counts_and_at_0_none(total: int) -> None:
    assert viable_of_total(total, Decimal(100)) == total
    assert viable_of_total(total, Decimal(0)) == 0


@given(CELLS, PERCENT)
def test_viable_cells_are_within_one_cell_below_the_share(total: int, pct: Decimal) -> None:
    viable = viable_of_total(total, pct)
    assert viable * 100 <= total * pct < (viable + 1) * 100


@pytest.mark.parametrize("pct", ["-0.1", "100.01", "NaN", "Infinity"])
def test_what_is_no_viability_converts_nothing(pct: str) -> None:
    with pytest.raises(BadValue) as refused:
        viable_of_total(100, Decimal(pct))
    assert refused.value.code == "bad-number"


def test_a_count_below_0_is_none() -> None:
    with pytest.raises(BadValue) as refused:
        viable_of_total(-1, Decimal(90))
    assert refused.value.code == "bad-count"
