"""Plausibility: slips of the finger are pointed at, the trial's real numbers are left in peace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.rules.culture.plausibility import (
    DEFAULT_LIMITS,
    Findings,
    PlausibilityLimits,
    ShownWarning,
    beginning_warnings,
    collection_warnings,
    fill_warnings,
    growth_warnings,
    late_fill_warnings,
    seeding_warnings,
    viability_warnings,
    weight_warnings,
)

MILLION = 10**6


def _codes(warnings: list[ShownWarning]) -> list[str]:
    return [warning.code for warning in warnings]


def test_e03_a_count_typed_ten_times_too_high_is_pointed_at() -> None:
    (warning,) = growth_warnings("lot L02", 1, 9_540_000, 703_000_000)
    assert warning.code == "growth-implausible"
    assert "P1 of lot L02 would have doubled 6.20 times" in warning.sentence
    assert "4.5" in warning.sentence


@pytest.mark.parametrize("harvested", [9_540_000, 66_100_000, 70_300_000, 77_900_000, 82_700_000])
def test_the_growth_of_the_trials_lots_is_plausible(harvested: int) -> None:
    assert growth_warnings("lot", 1, 9_540_000, harvested) == []


def test_the_limit_itself_is_not_unusual() -> None:
    limits = PlausibilityLimits(doublings_per_passage=Decimal(3))
    assert growth_warnings("lot", 1, 1_000_000, 8_000_000, limits) == []
    assert _codes(growth_warnings("lot", 1, 1_000_000, 8_100_000, limits)) == ["growth-implausible"]


@pytest.mark.parametrize("harvested", [0, 9_539_999])
def test_fewer_cells_out_than_in_are_pointed_at(harvested: int) -> None:
    codes = _codes(growth_warnings("lot", 2, 9_540_000, harvested))
    assert codes == ["fewer-cells-harvested-than-seeded"]


def test_p0_always_yields_fewer_cells_than_were_plated() -> None:
    assert growth_warnings("lot L01", 0, 191_000_000, 15_000_000) == []


@pytest.mark.parametrize(
    ("passage", "seeded", "area_cm2"),
    [(0, 191 * MILLION, "1272"), (1, 9_540_000, "3180"), (2, 57_200_000, "19080")],
)
def test_the_trials_densities_are_plausible(passage: int, seeded: int, area_cm2: str) -> None:
    assert seeding_warnings("lot", passage, seeded, Decimal(area_cm2)) == []


@pytest.mark.parametrize(
    ("passage", "seeded", "area_cm2"),
    [
        (0, 19_100_000, "1272"),  # ten times too few
        (0, 191_000_000, "127.2"),
        (1, 95_400_000, "3180"),  # ten times too many
        (1, 954_000, "3180"),
        (2, 38_200_000, "318"),
    ],
)
def test_a_slipped_density_is_pointed_at(passage: int, seeded: int, area_cm2: str) -> None:
    (warning,) = seeding_warnings("lot L01", passage, seeded, Decimal(area_cm2))
    assert warning.code == "seeding-density-unusual"
    assert f"P{passage} of lot L01" in warning.sentence


@pytest.mark.parametrize(("viability", "unusual"), [("70", False), ("69.9", True), ("100", False)])
def test_a_low_viability_is_pointed_at(viability: str, unusual: bool) -> None:
    warnings = viability_warnings("the harvest of P2", Decimal(viability))
    assert bool(warnings) is unusual


def test_what_is_no_number_is_never_plausible() -> None:
    nan = Decimal("NaN")
    assert _codes(viability_warnings("P1", nan)) == ["viability-low"]
    assert _codes(weight_warnings("patient P01", nan, previous_kg=Decimal(20), age_years=6)) == [
        "weight-changed",
        "weight-unusual-for-age",
    ]
    assert _codes(fill_warnings("bag", MILLION, nan)) == ["fill-concentration-unusual"]
    assert _codes(collection_warnings("it", volume_ml=nan, nucleated_cells=MILLION)) == [
        "collection-volume-unusual"
    ]


@pytest.mark.parametrize(
    ("weight", "previous", "changed"),
    [
        ("36.0", "32.0", True),  # E11: + 12.5 %
        ("61.0", "16.1", True),  # E17: digits swapped
        ("27.4", "27.1", False),
        ("22", "20", False),  # exactly 10 %
        ("22.01", "20", True),
        ("18", "20", False),
        ("17.99", "20", True),
    ],
)
def test_more_than_a_tenth_up_or_down_is_pointed_at(
    weight: str, previous: str, changed: bool
) -> None:
    warnings = weight_warnings("patient P08", Decimal(weight), previous_kg=Decimal(previous))
    assert _codes(warnings) == (["weight-changed"] if changed else [])


@given(st.decimals("1", "300", places=2), st.decimals("1", "300", places=2))
def test_the_change_of_a_weight_is_judged_without_rounding(
    weight: Decimal, previous: Decimal
) -> None:
    warnings = weight_warnings("patient P01", weight, previous_kg=previous)
    assert bool(warnings) is not (previous * 9 <= weight * 10 <= previous * 11)


@pytest.mark.parametrize(
    ("age", "weight"),
    [(4, "13.2"), (6, "16.0"), (7, "17.8"), (9, "21.5"), (10, "23.4"), (12, "27.1"), (13, "30.5"),
     (15, "36.0"), (17, "41.2"), (34, "95")],
)  # fmt: skip
def test_the_trials_children_have_plausible_weights(age: int, weight: str) -> None:
    assert weight_warnings("patient", Decimal(weight), age_years=age) == []


@pytest.mark.parametrize(
    ("age", "weight"),
    [(4, "132"), (4, "1.32"), (6, "61.0"), (17, "4.12"), (40, "412"), (0, "35"), (-3, "70")],
)
def test_a_weight_with_slipped_digits_is_pointed_at(age: int, weight: str) -> None:
    (warning,) = weight_warnings("patient P01", Decimal(weight), age_years=age)
    assert warning.code == "weight-unusual-for-age"


def test_a_child_may_be_a_year_younger_than_the_years_say() -> None:
    # Born in 2021, weighed in 2025: three or four years old, so 8 kg and 40 kg are both possible.
    assert weight_warnings("patient", Decimal(8), age_years=4) == []
    assert weight_warnings("patient", Decimal(40), age_years=4) == []


def test_the_rows_of_ages_rise_and_hold_ranges() -> None:
    rows = DEFAULT_LIMITS.age_weights
    assert rows == tuple(sorted(rows))
    assert all(row.lightest_kg < row.heaviest_kg for row in rows)


@pytest.mark.parametrize(
    ("volume", "nucleated"),
    [("35", 770), ("40", 760), ("45", 1125), ("45", 720), ("60", 1380), ("132", 2530)],
)
def test_the_trials_collections_are_plausible(volume: str, nucleated: int) -> None:
    assert (
        collection_warnings(
            "collection",
            volume_ml=Decimal(volume),
            nucleated_cells=nucleated * MILLION,
            mononuclear_cells=nucleated * MILLION * 3 // 10,
        )
        == []
    )


@pytest.mark.parametrize(
    ("volume", "nucleated", "mononuclear", "codes"),
    [
        ("9.9", None, None, ["collection-volume-unusual"]),
        ("163.1", None, None, ["collection-volume-unusual"]),
        ("0", 770, None, ["collection-volume-unusual"]),
        ("35", 7700, None, ["nucleated-count-unusual"]),
        ("35", 77, None, ["nucleated-count-unusual"]),
        ("10", 57, None, []),  # 5.7 million per mL, the least published
        ("10", 56, None, ["nucleated-count-unusual"]),
        ("10", 356, None, []),  # 35.6 million per mL, the most published
        ("10", 357, None, ["nucleated-count-unusual"]),
        (None, 770, 771, ["mononuclear-above-nucleated"]),
        (None, 770, 770, []),
        (None, None, None, []),
    ],
)
def test_an_unusual_collection_is_pointed_at(
    volume: str | None, nucleated: int | None, mononuclear: int | None, codes: list[str]
) -> None:
    warnings = collection_warnings(
        "collection CO-1",
        volume_ml=None if volume is None else Decimal(volume),
        nucleated_cells=None if nucleated is None else nucleated * MILLION,
        mononuclear_cells=None if mononuclear is None else mononuclear * MILLION,
    )
    assert _codes(warnings) == codes
    assert all("collection CO-1" in warning.sentence for warning in warnings)


@pytest.mark.parametrize(
    ("cells", "volume"), [(44, "4.4"), (134, "13.4"), (40, "10"), (1, "1"), (50, "1")]
)
def test_the_trials_fills_are_plausible(cells: int, volume: str) -> None:
    assert fill_warnings("bag B01", cells * MILLION, Decimal(volume)) == []


@pytest.mark.parametrize(
    ("cells", "volume"), [(440, "4.4"), (44, "50"), (44, "0"), (0, "0"), (44, "-1")]
)
def test_an_unusual_concentration_is_pointed_at(cells: int, volume: str) -> None:
    (warning,) = fill_warnings("bag B01", cells * MILLION, Decimal(volume))
    assert warning.code == "fill-concentration-unusual"


def test_a_site_may_widen_every_limit() -> None:
    limits = PlausibilityLimits(cells_per_ml_max=Decimal(200 * MILLION))
    assert fill_warnings("vial", 100 * MILLION, Decimal(1), limits) == []


def test_findings_are_empty_until_something_is_found() -> None:
    assert Findings() == ((), ())


def test_a_culture_that_begins_with_p0_is_as_it_should_be() -> None:
    assert beginning_warnings("lot L02", 0) == []


@pytest.mark.parametrize(
    ("passage", "says"),
    [
        (1, "begins with P1: P0 is not on record"),
        (9, "begins with P9: P0 to P8 are not on record"),
    ],
)
def test_a_culture_that_begins_later_is_pointed_at(passage: int, says: str) -> None:
    (warning,) = beginning_warnings("lot L02", passage)
    assert warning.code == "passages-missing"
    assert "lot L02" in warning.sentence
    assert says in warning.sentence


@pytest.mark.parametrize(
    ("waited", "says"),
    [
        (timedelta(hours=24, microseconds=1), "1 day after"),
        (timedelta(days=1, hours=1), "1 day 1 hour after"),
        (timedelta(days=31, hours=5), "31 days 5 hours after"),
    ],
)
def test_cells_that_waited_long_for_their_fill_are_pointed_at(waited: timedelta, says: str) -> None:
    harvest = datetime(2026, 2, 2, 8, tzinfo=UTC)
    (found,) = late_fill_warnings("fill FL-1", harvest, harvest + waited, 24, "SPEC@1")
    assert found.code == "filled-long-after-harvest"
    assert f"Fill FL-1 comes {says} the harvest" in found.sentence
    assert "SPEC@1 reckons with 24 hours at most" in found.sentence


@given(st.integers(0, 24 * 60))
def test_a_fill_in_time_is_left_in_peace(minutes: int) -> None:
    harvest = datetime(2026, 2, 2, 8, tzinfo=UTC)
    filled = harvest + timedelta(minutes=minutes)
    assert late_fill_warnings("fill FL-1", harvest, filled, 24, "SPEC@1") == []
