"""Growth: doublings, densities and passages, held against the nine lots of the training trial."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.culture.growth import (
    CUMULATIVE_CONVENTION,
    PassageCounts,
    cumulative_doublings,
    doubling_time_hours,
    parse_passage,
    passage_name,
    population_doublings,
    seeding_density_per_cm2,
)

# domain/cell-therapy.md section 9: lot, P1 seeded and harvested, PD P1, P2 seeded and harvested,
# PD P2, cumulative doublings P1-P2; all counts in units of 10 000 cells.
LOTS = [
    ("L01", 954, 7790, "3.03", 3820, 32100, "3.07", "6.10"),
    ("L02", 954, 7030, "2.88", 3820, 30300, "2.99", "5.87"),
    ("L03", 954, 8270, "3.12", 3820, 33800, "3.15", "6.26"),
    ("L04", 954, 6610, "2.79", 3820, 29400, "2.94", "5.74"),
    ("L05", 954, 7380, "2.95", 3820, 31400, "3.04", "5.99"),
    ("L06", 954, 7980, "3.06", 3820, 32800, "3.10", "6.17"),
    ("L07", 954, 6810, "2.84", 5720, 45000, "2.98", "5.81"),
    ("L08", 954, 7630, "3.00", 5720, 51100, "3.16", "6.16"),
    ("L09", 954, 6960, "2.87", 5720, 46000, "3.01", "5.87"),
]

COUNTS = st.integers(min_value=1, max_value=10**15)
SEEDED_AT = datetime(2025, 9, 8, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(("lot", "s1", "h1", "pd1", "s2", "h2", "pd2", "total"), LOTS)
def test_every_lot_of_the_trial_has_the_doublings_of_its_table(
    lot: str, s1: int, h1: int, pd1: str, s2: int, h2: int, pd2: str, total: str
) -> None:
    s1, h1, s2, h2 = (count * 10_000 for count in (s1, h1, s2, h2))
    assert str(population_doublings(s1, h1)) == pd1, lot
    assert str(population_doublings(s2, h2)) == pd2, lot
    passages = [PassageCounts(1, s1, h1), PassageCounts(2, s2, h2)]
    assert str(cumulative_doublings(passages)[2]) == total, lot


def test_two_roundings_would_give_another_total_than_one() -> None:
    # L03: 3.12 + 3.15 is 6.27, the sum of the unrounded doublings 6.26.
    lot = next(row for row in LOTS if row[0] == "L03")
    assert Decimal(lot[3]) + Decimal(lot[6]) != Decimal(lot[7])


@pytest.mark.parametrize(
    ("seeded", "harvested", "doublings"),
    [
        (1, 1, "0.00"),
        (1, 2, "1.00"),
        (3, 3 * 2**20, "20.00"),
        (2, 1, "-1.00"),
        (954, 70300, "6.20"),  # E03: the harvest typed ten times too high
    ],
)
def test_doublings_are_the_binary_logarithm_of_the_ratio(
    seeded: int, harvested: int, doublings: str
) -> None:
    assert str(population_doublings(seeded, harvested)) == doublings


def test_a_tiny_loss_is_not_written_as_minus_nothing() -> None:
    assert str(population_doublings(10**9, 10**9 - 1)) == "0.00"


@pytest.mark.parametrize(("seeded", "harvested"), [(0, 5), (5, 0), (-1, 5), (5, -1)])
def test_no_doublings_without_cells(seeded: int, harvested: int) -> None:
    with pytest.raises(BadValue, match="whole numbers above 0") as refusal:
        population_doublings(seeded, harvested)
    assert refusal.value.code == "bad-count"


@given(COUNTS, COUNTS)
def test_doublings_are_finite_and_have_two_places(seeded: int, harvested: int) -> None:
    doublings = population_doublings(seeded, harvested)
    assert doublings.is_finite()
    assert doublings.as_tuple().exponent == -2
    # Undone by exponentiation: half a hundredth of a doubling is 0.35 % of the cells.
    ratio = Decimal(2) ** doublings
    assert abs(ratio * seeded / harvested - 1) < Decimal("0.0036")


@given(COUNTS, COUNTS)
def test_growing_and_shrinking_are_opposites(one: int, other: int) -> None:
    assert population_doublings(one, other) == -population_doublings(other, one)


@given(COUNTS, COUNTS, COUNTS)
def test_more_cells_never_mean_fewer_doublings(seeded: int, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert population_doublings(seeded, low) <= population_doublings(seeded, high)


@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=8))
def test_doublings_add_up_over_passages(pairs: list[tuple[int, int]]) -> None:
    passages = [PassageCounts(number, *pair) for number, pair in enumerate(pairs, start=1)]
    total = cumulative_doublings(passages)[len(passages)]
    assert total is not None
    apart = sum((population_doublings(*pair) for pair in pairs), Decimal(0))
    # Each passage's own rounding may differ by half a hundredth, the total's by another half.
    assert abs(total - apart) <= Decimal("0.005") * (len(pairs) + 1)


@given(COUNTS, st.lists(COUNTS, min_size=1, max_size=8))
def test_a_culture_carried_on_whole_doubled_as_its_ends_say(
    start: int, harvests: list[int]
) -> None:
    seedings = [start, *harvests[:-1]]
    passages = [
        PassageCounts(number, *pair)
        for number, pair in enumerate(zip(seedings, harvests, strict=True), start=1)
    ]
    assert cumulative_doublings(passages)[len(passages)] == population_doublings(
        start, harvests[-1]
    )


def test_the_callers_precision_and_rounding_change_nothing() -> None:
    with localcontext() as context:
        context.prec = 3
        context.rounding = ROUND_UP
        assert str(population_doublings(9_540_000, 77_900_000)) == "3.03"
        assert str(seeding_density_per_cm2(191_000_000, Decimal(1272))) == "150157"


def test_p0_has_no_doublings_and_the_count_starts_at_p1() -> None:
    passages = [
        PassageCounts(0, 191_000_000, 15_000_000),
        PassageCounts(1, 9_540_000, 77_900_000),
    ]
    assert cumulative_doublings(passages) == {0: None, 1: Decimal("3.03")}
    assert "from P1" in CUMULATIVE_CONVENTION


@pytest.mark.parametrize(
    ("passages", "expected"),
    [
        ([], {}),
        ([PassageCounts(1, 1, None)], {1: None}),
        ([PassageCounts(1, 1, 2), PassageCounts(2, 1, None)], {1: Decimal(1), 2: None}),
        ([PassageCounts(2, 1, 4)], {2: None}),
        (
            [PassageCounts(1, 1, 2), PassageCounts(3, 1, 2), PassageCounts(4, 1, 2)],
            {1: Decimal(1), 3: None, 4: None},
        ),
        ([PassageCounts(1, 9, 0), PassageCounts(2, 1, 2)], {1: None, 2: None}),
    ],
)
def test_a_gap_makes_the_total_unknown_instead_of_too_low(
    passages: list[PassageCounts], expected: dict[int, Decimal | None]
) -> None:
    assert cumulative_doublings(passages) == expected


def test_passages_may_come_in_any_order_but_only_once() -> None:
    first, second = PassageCounts(1, 1, 2), PassageCounts(2, 1, 4)
    assert cumulative_doublings([second, first]) == {1: Decimal(1), 2: Decimal(3)}
    with pytest.raises(BadValue, match="P1 has two counts"):
        cumulative_doublings([first, PassageCounts(1, 1, None)])


@pytest.mark.parametrize(
    ("seeded", "area_cm2", "density"),
    [
        (9_540_000, "3180", "3000"),
        (38_200_000, "12720", "3003"),
        (57_200_000, "19080", "2998"),
        (191_000_000, "1272", "150157"),
        (1, "75.5", "0"),
    ],
)
def test_seeding_density_is_in_whole_cells_per_cm2(
    seeded: int, area_cm2: str, density: str
) -> None:
    assert str(seeding_density_per_cm2(seeded, Decimal(area_cm2))) == density


@pytest.mark.parametrize("area_cm2", ["0", "-1", "NaN", "sNaN", "Infinity"])
def test_no_density_without_an_area(area_cm2: str) -> None:
    with pytest.raises(BadValue, match="growth area") as refusal:
        seeding_density_per_cm2(1, Decimal(area_cm2))
    assert refusal.value.code == "bad-number"


@given(COUNTS, st.decimals("0.01", "1000000", places=2))
def test_a_density_is_always_a_number(seeded: int, area_cm2: Decimal) -> None:
    density = seeding_density_per_cm2(seeded, area_cm2)
    assert density.is_finite()
    assert abs(density * area_cm2 - seeded) <= area_cm2 / 2


def test_doubling_time_counts_real_hours_across_offsets() -> None:
    # One day of the clock in the autumn week has 25 hours: 1 doubling in 25 h.
    seeded_at = datetime(2025, 10, 25, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    harvested_at = datetime(2025, 10, 26, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    assert str(doubling_time_hours(1, 2, seeded_at, harvested_at)) == "25.0"
    assert str(doubling_time_hours(1, 4, seeded_at, harvested_at)) == "12.5"


def test_what_did_not_grow_has_no_doubling_time() -> None:
    later = SEEDED_AT + timedelta(days=3)
    assert doubling_time_hours(5, 5, SEEDED_AT, later) is None
    assert doubling_time_hours(5, 4, SEEDED_AT, later) is None


@pytest.mark.parametrize("hours", [0, -1])
def test_a_harvest_is_later_than_its_seeding(hours: int) -> None:
    with pytest.raises(BadValue, match="not later") as refusal:
        doubling_time_hours(1, 2, SEEDED_AT, SEEDED_AT + timedelta(hours=hours))
    assert refusal.value.code == "bad-time"


@given(st.integers(min_value=0, max_value=99))
def test_a_passages_name_is_read_back(passage: int) -> None:
    assert parse_passage(passage_name(passage)) == passage
    assert parse_passage(f" p{passage}\n") == passage


@pytest.mark.parametrize(
    "text", ["", "P", "1", "P-1", "P01", "P1.5", "P１", "PP1", "P100", "P1 2", "passage 1"]
)
def test_anything_else_is_no_passage(text: str) -> None:
    with pytest.raises(BadValue) as refusal:
        parse_passage(text)
    assert refusal.value.code == "bad-passage"
    assert "P0" in refusal.value.hint


def test_there_is_no_passage_below_p0() -> None:
    with pytest.raises(BadValue):
        passage_name(-1)
