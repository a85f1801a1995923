"""Dose: viable cells per kg, judged without rounding, as the trial gave them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.administration.dose import (
    ESTIMATED,
    POST_THAW,
    Dose,
    dose_cells_per_kg,
    dose_findings,
    dose_of,
    estimated_viable,
    viable_cells_given,
)

MILLION = 10**6
LEAST, MOST = Decimal(2 * MILLION), Decimal(3 * MILLION)
RECOVERY = Decimal("0.85")

CELLS = st.integers(min_value=0, max_value=10**12)
WEIGHTS = st.decimals("0.5", "300", places=2)
VOLUMES = st.decimals("0", "500", places=2)

# domain/cell-therapy.md section 9: weight, viable cells and dose, both in units of 10⁶.
GIVEN = [
    ("13.2", "37.8", "2.86"), ("13.4", "36.5", "2.72"), ("13.3", "38.7", "2.91"),
    ("16.0", "46.4", "2.90"), ("16.2", "43.7", "2.70"), ("17.8", "49.3", "2.77"),
    ("21.5", "53.8", "2.50"), ("23.0", "67.8", "2.95"), ("27.9", "78.3", "2.81"),
    ("30.5", "82.0", "2.69"), ("36.0", "99.1", "2.75"), ("41.2", "111.2", "2.70"),
]  # fmt: skip


def _dose(cells: int, weight_kg: str, basis: str = POST_THAW) -> Dose:
    weight = Decimal(weight_kg)
    return Dose(cells, dose_cells_per_kg(cells, weight), weight, basis)


@pytest.mark.parametrize(("weight_kg", "viable", "expected"), GIVEN)
def test_the_doses_of_the_trial_come_out_and_are_in_range(
    weight_kg: str, viable: str, expected: str
) -> None:
    cells = int(Decimal(viable) * MILLION)
    dose = _dose(cells, weight_kg)
    assert round(dose.cells_per_kg / MILLION, 2) == Decimal(expected)
    assert dose_findings(dose, LEAST, MOST) == ((), ())


def test_a_dose_is_in_whole_cells_per_kg() -> None:
    assert str(dose_cells_per_kg(37_800_000, Decimal("13.2"))) == "2863636"
    assert str(dose_cells_per_kg(0, Decimal("13.2"))) == "0"


def test_e11_the_old_weight_would_have_made_it_too_much() -> None:
    assert dose_findings(_dose(99_100_000, "36.0"), LEAST, MOST).blockers == ()
    (blocker,) = dose_findings(_dose(99_100_000, "32.0"), LEAST, MOST).blockers
    assert blocker.code == "dose-above-range"
    assert "3.10 ×10⁶" in blocker.sentence
    assert "32.0 kg" in blocker.sentence


def test_e12_a_counted_dose_below_the_range_refuses() -> None:
    findings = dose_findings(_dose(80_400_000, "40.9"), LEAST, MOST)
    (blocker,) = findings.blockers
    assert blocker.code == "dose-below-range"
    assert "1.97 ×10⁶" in blocker.sentence
    assert "counted after thawing" in blocker.sentence
    assert findings.warnings == ()


@pytest.mark.parametrize(
    ("cells", "code"), [(80_400_000, "dose-below-range"), (200_000_000, "dose-above-range")]
)
def test_an_estimated_dose_outside_the_range_only_warns(cells: int, code: str) -> None:
    findings = dose_findings(_dose(cells, "40.9", ESTIMATED), LEAST, MOST)
    assert findings.blockers == ()
    assert [warning.code for warning in findings.warnings] == [code]
    assert "estimated, not counted" in findings.warnings[0].sentence


def test_a_basis_nobody_knows_refuses_like_a_count() -> None:
    assert dose_findings(_dose(1, "40", "guessed"), LEAST, MOST).blockers


def test_both_ends_of_the_range_are_allowed() -> None:
    assert dose_findings(_dose(20 * MILLION, "10"), LEAST, MOST) == ((), ())
    assert dose_findings(_dose(30 * MILLION, "10"), LEAST, MOST) == ((), ())


def test_a_range_may_begin_at_nothing_or_be_one_number() -> None:
    assert dose_findings(_dose(0, "10"), Decimal(0), MOST) == ((), ())
    assert dose_findings(_dose(20 * MILLION, "10"), LEAST, LEAST) == ((), ())


def test_a_dose_is_never_rounded_into_its_range() -> None:
    # 1 999 999.97 and 3 000 000.02 cells per kg show as the limits themselves.
    low = _dose(79_999_999, "40")
    high = _dose(120_000_001, "40")
    assert (low.cells_per_kg, high.cells_per_kg) == (LEAST, MOST)
    assert [b.code for b in dose_findings(low, LEAST, MOST).blockers] == ["dose-below-range"]
    assert [b.code for b in dose_findings(high, LEAST, MOST).blockers] == ["dose-above-range"]


def test_a_near_miss_is_told_with_all_its_digits() -> None:
    (blocker,) = dose_findings(_dose(79_999_999, "40"), LEAST, MOST).blockers
    assert "1999999.975 viable cells per kg" in blocker.sentence
    assert "below 2000000 per kg" in blocker.sentence


@given(CELLS, WEIGHTS)
def test_a_dose_is_in_range_below_it_or_above_it_and_only_one(cells: int, weight: Decimal) -> None:
    findings = dose_findings(_dose(cells, str(weight)), LEAST, MOST)
    codes = [blocker.code for blocker in findings.blockers]
    if cells < LEAST * weight:
        assert codes == ["dose-below-range"]
    elif cells > MOST * weight:
        assert codes == ["dose-above-range"]
    else:
        assert codes == []


@given(CELLS, WEIGHTS)
def test_a_dose_is_always_a_number_half_a_cell_from_the_truth(cells: int, weight: Decimal) -> None:
    per_kg = dose_cells_per_kg(cells, weight)
    assert per_kg.is_finite()
    assert abs(per_kg * weight - cells) <= weight / 2


@pytest.mark.parametrize("weight_kg", ["0", "-13.2", "NaN", "sNaN", "Infinity", "-Infinity"])
def test_no_dose_without_a_weight(weight_kg: str) -> None:
    with pytest.raises(BadValue) as refusal:
        dose_cells_per_kg(MILLION, Decimal(weight_kg))
    assert refusal.value.code == "bad-number"
    assert "patient weigh" in refusal.value.hint
    broken = Dose(MILLION, Decimal(2_500_000), Decimal(weight_kg), POST_THAW)
    with pytest.raises(BadValue):
        dose_findings(broken, LEAST, MOST)


def test_no_dose_below_no_cells() -> None:
    with pytest.raises(BadValue) as refusal:
        dose_cells_per_kg(-1, Decimal(10))
    assert refusal.value.code == "bad-count"


@pytest.mark.parametrize(
    ("least", "most"), [("3e6", "2e6"), ("-1", "2"), ("NaN", "3"), ("2", "NaN"), ("2", "Infinity")]
)
def test_a_range_that_is_none_never_passes_a_dose(least: str, most: str) -> None:
    with pytest.raises(BadValue):
        dose_findings(_dose(25 * MILLION, "10"), Decimal(least), Decimal(most))


def test_an_estimate_is_fill_times_recovery() -> None:
    # L01: 44 million in the bag, 85 % expected back.
    assert estimated_viable(44 * MILLION, RECOVERY) == 37_400_000


def test_an_estimate_promises_no_cell_too_many() -> None:
    assert estimated_viable(99, Decimal("0.99")) == 98
    assert estimated_viable(1, Decimal("0.999")) == 0


@pytest.mark.parametrize("recovery", ["0", "-0.5", "1.01", "85", "NaN", "sNaN", "Infinity"])
def test_a_recovery_is_a_share(recovery: str) -> None:
    with pytest.raises(BadValue):
        estimated_viable(MILLION, Decimal(recovery))


@given(CELLS, st.decimals("0.01", "1", places=2))
def test_an_estimate_lies_between_nothing_and_the_fill(cells: int, recovery: Decimal) -> None:
    assert 0 <= estimated_viable(cells, recovery) <= cells
    assert estimated_viable(cells, Decimal(1)) == cells


def test_a_count_after_thawing_wins_over_the_estimate() -> None:
    weight = Decimal("13.2")
    counted = dose_of(
        weight,
        post_thaw_viable=37_800_000,
        fill_viable=44 * MILLION,
        expected_recovery=RECOVERY,
    )
    assert counted == (37_800_000, Decimal(2_863_636), weight, "post_thaw")
    estimated = dose_of(
        weight, post_thaw_viable=None, fill_viable=44 * MILLION, expected_recovery=RECOVERY
    )
    assert estimated == (37_400_000, Decimal(2_833_333), weight, "estimated")


def test_a_count_of_no_viable_cells_is_a_count() -> None:
    dose = dose_of(
        Decimal(10), post_thaw_viable=0, fill_viable=44 * MILLION, expected_recovery=RECOVERY
    )
    assert (dose.viable_cells, dose.basis) == (0, POST_THAW)


@pytest.mark.parametrize(
    ("infused", "left", "given_cells"),
    [
        ("50", "0", 40 * MILLION),
        ("45", "5", 36 * MILLION),
        ("0", "50", 0),
        ("49.9", "0.1", 39_920_000),
    ],
)
def test_the_share_of_the_volume_is_the_share_of_the_cells(
    infused: str, left: str, given_cells: int
) -> None:
    assert viable_cells_given(40 * MILLION, Decimal(infused), Decimal(left)) == given_cells


@given(CELLS, VOLUMES, VOLUMES)
def test_given_and_left_never_exceed_what_was_there(
    cells: int, infused: Decimal, left: Decimal
) -> None:
    if infused + left == 0:
        with pytest.raises(BadValue):
            viable_cells_given(cells, infused, left)
        return
    one = viable_cells_given(cells, infused, left)
    other = viable_cells_given(cells, left, infused)
    assert 0 <= one <= cells
    # Each of the two is rounded down by less than one cell.
    assert cells - 1 <= one + other <= cells


@pytest.mark.parametrize(
    ("infused", "left"), [("-1", "5"), ("5", "-1"), ("NaN", "1"), ("1", "NaN")]
)
def test_a_volume_is_a_number_from_nothing_up(infused: str, left: str) -> None:
    with pytest.raises(BadValue) as refusal:
        viable_cells_given(MILLION, Decimal(infused), Decimal(left))
    assert refusal.value.code == "bad-number"
