"""Balances: every cell of a lot and every container is accounted for, and nothing hides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.culture.balance import (
    STATES_BEFORE_FILLING,
    STATES_GONE,
    STATES_ON_HAND,
    Balance,
    CellUse,
    PassageBalance,
    PassageCells,
    balance_blockers,
    cell_balance,
    closing_blockers,
    container_balance,
    passage_drawn_on,
)
from lottrack.rules.lifecycle import STATES

MILLION = 10**6

# Lot L01 of domain/cell-therapy.md section 9.
L01_HARVESTS = [
    PassageCells(0, 15_000_000),
    PassageCells(1, 77_900_000),
    PassageCells(2, 321_000_000),
]
L01_SEEDINGS = [
    PassageCells(0, 191_000_000),
    PassageCells(1, 9_540_000),
    PassageCells(2, 38_200_000),
]
L01_FILLS = [CellUse(44_000_000)] * 6

CELLS = st.integers(min_value=0, max_value=10**12)
PASSAGES = st.integers(min_value=0, max_value=6)
PASSAGE_CELLS = st.lists(st.builds(PassageCells, PASSAGES, CELLS), max_size=6)
USES = st.lists(st.builds(CellUse, CELLS, st.none() | PASSAGES), max_size=6)


def _codes(balance: Balance) -> list[str]:
    return [blocker.code for blocker in balance_blockers(balance, "lot L01")]


def test_each_seeding_draws_on_the_harvest_before_and_the_fill_on_the_last() -> None:
    balance = cell_balance(L01_HARVESTS, seedings=L01_SEEDINGS, fills=L01_FILLS)
    assert balance.passages == (
        PassageBalance(0, 15_000_000, seeded_on=9_540_000),
        PassageBalance(1, 77_900_000, seeded_on=38_200_000),
        PassageBalance(2, 321_000_000, filled=264_000_000),
    )
    assert [passage.remainder for passage in balance.passages] == [
        5_460_000,
        39_700_000,
        57_000_000,
    ]
    assert balance.remainder == 102_160_000
    assert not balance.is_reconciled
    assert _codes(balance) == []


def test_a_lot_is_reconciled_when_every_cell_has_a_use() -> None:
    balance = cell_balance(
        L01_HARVESTS,
        seedings=L01_SEEDINGS,
        fills=L01_FILLS,
        samples=[CellUse(7_000_000), CellUse(460_000, passage=0)],
        discards=[
            CellUse(5_000_000, passage=0),
            CellUse(39_700_000, passage=1),
            CellUse(50_000_000),
        ],
    )
    assert balance.is_reconciled
    assert balance.remainder == 0


def test_the_first_passage_draws_on_nothing_of_the_lot() -> None:
    # A lot adopted at P1: where its seeding came from is not in this record.
    balance = cell_balance([PassageCells(1, 100)], seedings=[PassageCells(1, 90)])
    assert balance.passages == (PassageBalance(1, 100),)


def test_a_child_lots_seeding_counts_in_the_parent_and_not_in_the_child() -> None:
    parent = cell_balance([PassageCells(2, 100)], child_lots=[CellUse(60, passage=2)])
    assert parent.passages == (PassageBalance(2, 100, child_lots=60),)
    child = cell_balance([PassageCells(3, 500)], seedings=[PassageCells(3, 60)])
    assert child.passages == (PassageBalance(3, 500),)


def test_several_harvests_of_one_passage_add_up() -> None:
    balance = cell_balance([PassageCells(1, 40), PassageCells(1, 60)], fills=[CellUse(100)])
    assert balance.is_reconciled


def test_more_cells_than_harvested_are_refused_with_both_numbers() -> None:
    balance = cell_balance([PassageCells(2, 321 * MILLION)], fills=[CellUse(44 * MILLION)] * 8)
    (blocker,) = balance_blockers(balance, "lot L01")
    assert blocker.code == "more-cells-than-harvested"
    assert "P2 of lot L01 yielded 321.0 ×10⁶" in blocker.sentence
    assert "352.0 ×10⁶ filled" in blocker.sentence
    assert "31.0 ×10⁶ cells too many" in blocker.sentence
    assert not balance.is_reconciled


def test_one_cell_too_many_is_one_too_many() -> None:
    balance = cell_balance([PassageCells(1, 300 * MILLION)], fills=[CellUse(300 * MILLION + 1)])
    (blocker,) = balance_blockers(balance, "lot L01")
    assert "1 cell too many" in blocker.sentence


def test_cells_left_in_one_passage_do_not_pay_for_another() -> None:
    balance = cell_balance(
        [PassageCells(1, 100), PassageCells(2, 50)],
        seedings=[PassageCells(1, 10), PassageCells(2, 20)],
        fills=[CellUse(60)],
    )
    assert [passage.remainder for passage in balance.passages] == [80, -10]
    assert balance.remainder == 80
    assert _codes(balance) == ["more-cells-than-harvested"]


def test_a_passage_seeded_from_a_harvest_nobody_recorded_is_refused() -> None:
    balance = cell_balance(
        [PassageCells(1, 100), PassageCells(3, 500)],
        seedings=[PassageCells(1, 10), PassageCells(3, 70)],
    )
    (blocker,) = balance_blockers(balance, "lot L01")
    assert "P2 of lot L01 has no cells on record as harvested" in blocker.sentence


def test_a_fill_without_any_harvest_is_refused() -> None:
    balance = cell_balance([], seedings=[PassageCells(1, 10)], fills=[CellUse(5)])
    assert _codes(balance) == ["more-cells-than-harvested"]


@pytest.mark.parametrize(
    ("harvests", "fills"),
    [
        ([PassageCells(1, -1)], []),
        ([PassageCells(-1, 1)], []),
        ([PassageCells(1, 1)], [CellUse(-5)]),
        ([PassageCells(1, 1)], [CellUse(5, passage=-1)]),
    ],
)
def test_a_negative_count_never_balances_another(
    harvests: list[PassageCells], fills: list[CellUse]
) -> None:
    with pytest.raises(BadValue) as refusal:
        cell_balance(harvests, fills=fills)
    assert refusal.value.code == "bad-count"


@given(PASSAGE_CELLS, PASSAGE_CELLS, USES, USES, USES, USES)
def test_no_cell_is_lost_or_made_by_balancing(
    harvests: list[PassageCells],
    seedings: list[PassageCells],
    fills: list[CellUse],
    samples: list[CellUse],
    discards: list[CellUse],
    child_lots: list[CellUse],
) -> None:
    balance = cell_balance(
        harvests,
        seedings=seedings,
        fills=fills,
        samples=samples,
        discards=discards,
        child_lots=child_lots,
    )
    assert sum(each.harvested for each in balance.passages) == sum(h.cells for h in harvests)
    outside = min((each.passage for each in (*seedings, *harvests)), default=0)
    used = sum(seeding.cells for seeding in seedings if seeding.passage > outside)
    used += sum(use.cells for use in (*fills, *samples, *discards, *child_lots))
    assert sum(each.used for each in balance.passages) == used
    # A remainder below 0 is always told, and nothing else is.
    overdrawn = [each for each in balance.passages if each.remainder < 0]
    assert len(balance_blockers(balance, "lot")) == len(overdrawn)
    assert balance.is_reconciled == all(each.remainder == 0 for each in balance.passages)
    if overdrawn:
        assert not balance.is_reconciled


def test_cells_come_from_the_latest_harvest_by_then() -> None:
    start = datetime(2025, 9, 8, 10, 0, tzinfo=UTC)
    harvested_at = {0: start, 1: start + timedelta(days=7), 2: start + timedelta(days=14)}
    assert passage_drawn_on(harvested_at, start - timedelta(seconds=1)) is None
    assert passage_drawn_on(harvested_at, start) == 0
    assert passage_drawn_on(harvested_at, start + timedelta(days=10)) == 1
    assert passage_drawn_on(harvested_at, start + timedelta(days=30)) == 2


def test_every_location_state_has_its_place_in_the_balance() -> None:
    groups = (STATES_BEFORE_FILLING, STATES_ON_HAND, STATES_GONE, {"in_transit"})
    assert sorted(state for group in groups for state in group) == sorted(STATES)


def test_the_trials_thirty_six_bags_balance() -> None:
    # domain/cell-therapy.md section 9, totals: 25 infused, 3 destroyed, 8 in stock.
    balance = container_balance({"infused": 25, "destroyed": 3, "stored": 8}, filled=36)
    assert balance.is_reconciled
    assert balance.on_hand == 8
    assert balance.undecided == 8


@given(st.dictionaries(st.sampled_from(STATES), st.integers(0, 1000)))
def test_containers_that_were_never_filled_stay_outside(states: dict[str, int]) -> None:
    balance = container_balance(states)
    never = states.get("planned", 0) + states.get("not_filled", 0)
    assert balance.filled == sum(states.values()) - never
    assert balance.is_reconciled
    assert balance.undecided >= 0


def test_a_missing_or_surplus_container_shows() -> None:
    assert container_balance({"infused": 2}, filled=3).unaccounted == 1
    assert container_balance({"infused": 4}, filled=3).unaccounted == -1
    assert not container_balance({"infused": 4}, filled=3).is_reconciled


@pytest.mark.parametrize("states", [{"evaporated": 1}, {"stored": -1}, {"": 0}])
def test_an_unknown_state_never_drops_out_of_the_balance(states: dict[str, int]) -> None:
    with pytest.raises(BadValue):
        container_balance(states)


def test_a_lot_cannot_be_closed_while_something_is_open() -> None:
    cells = cell_balance([PassageCells(1, 100), PassageCells(2, 50)], fills=[CellUse(60)])
    containers = container_balance({"stored": 3, "in_transit": 1, "infused": 1}, filled=6)
    assert [blocker.code for blocker in closing_blockers(cells, containers, "lot L01")] == [
        "more-cells-than-harvested",
        "cells-not-accounted-for",
        "containers-not-accounted-for",
        "containers-undecided",
    ]


def test_a_lot_is_closed_with_its_retention_samples_kept() -> None:
    cells = cell_balance([PassageCells(1, 60)], fills=[CellUse(60)])
    containers = container_balance({"infused": 2, "retained": 2, "not_filled": 1}, filled=4)
    assert closing_blockers(cells, containers, "lot L01") == []
