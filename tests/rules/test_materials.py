"""Material lots: units, what is left, who may use them when, and what a use turns out to be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.material_amounts import (
    in_unit,
    odd_quantity_warnings,
    open_life,
    parse_quantity,
)
from lottrack.rules.material_reach import Span, in_stock, overlap, passages_touched
from lottrack.rules.materials import (
    EXPIRED,
    QUARANTINE,
    RECALLED,
    REJECTED,
    RELEASED,
    Decision,
    MaterialLot,
    Opening,
    open_until,
    quantity_blockers,
    receipt_warnings,
    state_at,
    use_blockers,
    use_faults,
    use_warnings,
    vial_at,
)

CAME = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)
LAST_DAY = date(2025, 12, 31)
NOON = datetime(2025, 10, 1, 12, 0, tzinfo=UTC)
DAY = NOON.date()


def decision(what: str, days: float = 1, *, stands: bool = True) -> Decision:
    return Decision(f"MD-{what}-{days}", what, CAME + timedelta(days=days), stands)


def lot(**more: object) -> MaterialLot:
    """A delivery of 500 mL of lysate, released the day after it came, 14 days once opened."""
    return MaterialLot(
        number="MT-1",
        material="HPL",
        name="Platelet lysate",
        unit="mL",
        supplier="Blood bank",
        supplier_lot="HPL-2508",
        received_at=CAME,
        expires_on=LAST_DAY,
        open_hours=14 * 24,
        decisions=(decision(RELEASED),),
        recalled_at=None,
        openings=(),
        received=Decimal(500),
        used=Decimal(0),
        discarded=Decimal(0),
        zone="UTC",
    )._replace(**more)


def codes(found: list) -> list[str]:
    return [each.code for each in found]


# -- quantities and units --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [("250", "250", ""), ("250mL", "250", "mL"), (" 0.25 L ", "0.25", "L"), ("5each", "5", "each")],
)
def test_a_quantity_is_read_with_the_unit_behind_it(text, value, unit):
    assert parse_quantity(text, "the quantity") == (Decimal(value), unit)


@pytest.mark.parametrize("text", ["", "mL", "nan", "1_0", "1 0", "1e3", "0,5", "٢٥", "inf mL"])
def test_what_is_no_number_is_no_quantity(text):
    with pytest.raises(BadValue) as refused:
        parse_quantity(text, "the quantity")
    assert refused.value.code == "bad-number"


@pytest.mark.parametrize("text", ["0", "0.0", "0 mL", "-5"])
def test_nothing_is_no_quantity(text):
    with pytest.raises(BadValue) as refused:
        parse_quantity(text, "the quantity")
    assert refused.value.code == "out-of-range"


@pytest.mark.parametrize(
    ("quantity", "unit", "wanted", "expected"),
    [
        ("2", "L", "mL", "2000"),
        ("250", "mL", "L", "0.25"),
        ("5", "µL", "mL", "0.005"),
        ("5", "μl", "uL", "5"),
        ("1.5", "g", "mg", "1500"),
        ("3", "flasks", "Flasks", "3"),
        ("3", "", "flasks", "3"),
    ],
)
def test_units_are_converted_where_the_factor_is_exact(quantity, unit, wanted, expected):
    assert in_unit(Decimal(quantity), unit, wanted, "HPL") == Decimal(expected)


@pytest.mark.parametrize(("unit", "wanted"), [("g", "mL"), ("boxes", "flasks"), ("mL", "flasks")])
def test_units_of_another_kind_are_refused(unit, wanted):
    with pytest.raises(BadValue) as refused:
        in_unit(Decimal(1), unit, wanted, "HPL")
    assert refused.value.code == "unit-not-convertible"


@given(st.decimals(min_value="0.001", max_value="100000", places=3))
def test_a_conversion_there_and_back_changes_nothing(quantity):
    assert in_unit(in_unit(quantity, "mL", "L", "HPL"), "L", "mL", "HPL") == quantity


@given(*(st.integers(0, 1000).map(Decimal) for _ in range(4)))
def test_so_much_and_no_more_can_be_taken_as_is_on_hand(received, used, discarded, taken):
    this = lot(received=received, used=used, discarded=discarded)
    short = quantity_blockers(this, taken, "this use")
    assert this.on_hand == received - used - discarded
    assert bool(short) == (taken + used + discarded > received)
    assert codes(short) in ([], ["more-than-on-hand"])


def test_the_life_of_a_vial_is_told_in_days_where_it_is_whole_days():
    assert open_life(336) == "14 days once opened"
    assert open_life(24) == "1 day once opened"
    assert open_life(36) == "36 hours once opened"
    assert open_life(None) == "not limited by opening"


# -- may it be used? -------------------------------------------------------------------------------


def test_a_released_lot_in_date_may_be_used():
    assert use_blockers(lot(), NOON, DAY) == []
    assert state_at(lot(), NOON, DAY) == RELEASED


def test_what_nobody_released_waits_in_quarantine():
    this = lot(decisions=())
    assert codes(use_blockers(this, NOON, DAY)) == ["material-not-released"]
    assert state_at(this, NOON, DAY) == QUARANTINE


def test_a_release_whose_facts_were_corrected_is_none_any_more():
    this = lot(decisions=(decision(RELEASED, stands=False),))
    (blocker,) = use_blockers(this, NOON, DAY)
    assert blocker.code == "material-not-released"
    assert "corrected since" in blocker.sentence
    assert "material release MT-1" in blocker.hint


def test_a_rejected_lot_may_not_be_used_from_then_on():
    this = lot(decisions=(decision(RELEASED), decision(REJECTED, 10)))
    assert use_blockers(this, CAME + timedelta(days=9), DAY) == []
    assert codes(use_blockers(this, NOON, DAY)) == ["material-rejected"]
    assert state_at(this, NOON, DAY) == REJECTED


def test_a_recalled_lot_may_not_be_used_from_then_on():
    this = lot(recalled_at=NOON)
    assert use_blockers(this, NOON - timedelta(days=1), DAY) == []
    assert codes(use_blockers(this, NOON, DAY)) == ["material-recalled"]
    assert state_at(this, NOON, DAY) == RECALLED


def test_the_last_day_is_a_day_of_use_and_the_next_is_not():
    assert use_blockers(lot(), NOON, LAST_DAY) == []
    assert codes(use_blockers(lot(), NOON, LAST_DAY + timedelta(days=1))) == ["material-expired"]
    assert state_at(lot(), NOON, LAST_DAY + timedelta(days=1)) == EXPIRED


def test_an_opened_vial_may_be_used_to_its_last_minute():
    opened = Opening("MO-1", NOON)
    this = lot(openings=(opened,))
    until = open_until(this, opened)
    assert until == NOON + timedelta(days=14)
    assert use_blockers(this, until, DAY) == []
    assert codes(use_blockers(this, until + timedelta(minutes=1), DAY)) == ["open-vial-expired"]


def test_a_fresh_vial_has_a_life_of_its_own():
    this = lot(openings=(Opening("MO-1", NOON), Opening("MO-2", NOON + timedelta(days=20))))
    later = NOON + timedelta(days=21)
    assert use_blockers(this, later, DAY) == []
    assert codes(use_blockers(this, later, DAY, vial="MO-1")) == ["open-vial-expired"]
    assert vial_at(this, NOON + timedelta(days=1)) == this.openings[0]
    assert vial_at(this, NOON - timedelta(days=1)) is None


def test_opening_sets_no_limit_where_the_material_has_none():
    this = lot(open_hours=None, openings=(Opening("MO-1", CAME),))
    assert use_blockers(this, NOON + timedelta(days=60), DAY) == []


def test_all_reasons_are_told_at_once():
    this = lot(decisions=(), openings=(Opening("MO-1", CAME),))
    assert codes(use_blockers(this, NOON, LAST_DAY + timedelta(days=1))) == [
        "material-not-released",
        "material-expired",
        "open-vial-expired",
    ]


# -- told late, and told since ---------------------------------------------------------------------


def test_a_use_told_late_is_not_refused_for_a_release_that_was_entered_later():
    this = lot(decisions=(decision(RELEASED, 60),))
    assert use_blockers(this, NOON, DAY) == []
    assert codes(use_warnings(this, NOON, Decimal(10), [])) == ["material-released-later"]


def test_such_a_use_stays_a_fault_until_somebody_explains_it():
    this = lot(decisions=(decision(RELEASED, 60),))
    assert codes(use_faults(this, NOON, DAY)) == ["material-released-later"]
    assert use_faults(lot(), NOON, DAY) == []


def test_a_use_under_a_release_that_was_signed_again_is_no_fault():
    void, again = decision(RELEASED, stands=False), decision(RELEASED, 60)
    assert codes(use_faults(lot(decisions=(void,)), NOON, DAY)) == ["material-not-released"]
    assert use_faults(lot(decisions=(void, again)), NOON, DAY) == []


def test_a_use_after_a_rejection_is_a_fault_even_if_it_was_released_again():
    this = lot(decisions=(decision(RELEASED), decision(REJECTED, 5), decision(RELEASED, 60)))
    assert codes(use_faults(this, NOON, DAY)) == ["material-released-later"]


def test_a_use_before_the_recall_is_no_fault():
    assert use_faults(lot(recalled_at=NOON + timedelta(days=1)), NOON, DAY) == []


@given(st.lists(st.tuples(st.sampled_from((RELEASED, REJECTED)), st.integers(1, 90)), max_size=4))
def test_what_blocks_a_use_is_a_fault_of_it_too(decided):
    """The check afterwards is never milder than the refusal before."""
    decisions = tuple(decision(what, days) for what, days in sorted(decided, key=lambda d: d[1]))
    this = lot(decisions=decisions)
    assert set(codes(use_blockers(this, NOON, DAY))) <= set(codes(use_faults(this, NOON, DAY)))


# -- a second look ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expires", "code"),
    [
        (date(2025, 8, 31), "expired-when-received"),
        (date(2025, 9, 20), "expires-soon"),
        (date(2052, 12, 31), "expiry-far-away"),
    ],
)
def test_a_delivery_with_an_odd_last_day_is_looked_at_twice(expires, code):
    found = receipt_warnings(lot(expires_on=expires), CAME.date(), [], [])
    assert codes(found) == [code]


def test_an_ordinary_delivery_warns_of_nothing():
    assert receipt_warnings(lot(), CAME.date(), [Decimal(400)], []) == []


def test_a_second_delivery_of_the_same_lot_is_looked_at_twice():
    found = receipt_warnings(lot(), CAME.date(), [Decimal(500)], ["MT-0"])
    assert codes(found) == ["supplier-lot-received-before"]


@pytest.mark.parametrize(
    ("quantity", "odd"), [("15", True), ("16", False), ("1499", False), ("1500", True)]
)
def test_a_quantity_ten_times_off_is_looked_at_twice(quantity, odd):
    usual = [Decimal(each) for each in (100, 150, 200)]
    assert bool(odd_quantity_warnings("This use", "mL", Decimal(quantity), usual)) is odd


def test_the_first_quantity_has_nothing_to_be_compared_with():
    assert odd_quantity_warnings("This use", "mL", Decimal(1), []) == []


# -- who received what -----------------------------------------------------------------------------


def span(start: int, end: int | None) -> Span:
    return Span(CAME + timedelta(days=start), None if end is None else CAME + timedelta(days=end))


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ((0, 5), (5, 9), True),
        ((0, 5), (6, 9), False),
        ((0, None), (90, 91), True),
        ((10, None), (0, 9), False),
        ((0, 100), (10, 20), True),
    ],
)
def test_stretches_of_time_meet_where_they_share_a_moment(one, other, meet):
    assert overlap(span(*one), span(*other)) is meet
    assert overlap(span(*other), span(*one)) is meet


def test_a_delivery_stands_on_the_shelf_from_its_receipt_until_nothing_is_left():
    assert in_stock(lot(), None) == Span(CAME, None)
    empty = lot(used=Decimal(500))
    assert in_stock(empty, NOON) == Span(CAME, NOON)


def test_what_was_never_released_nor_used_stayed_in_quarantine():
    assert in_stock(lot(decisions=()), None) is None
    assert in_stock(lot(decisions=(), used=Decimal(1)), None) is not None


def test_cells_of_an_earlier_harvest_never_met_it():
    assert not passages_touched(1, [2])
    assert passages_touched(2, [2])
    assert passages_touched(3, [2])


def test_cells_of_an_unknown_harvest_count_as_touched():
    assert passages_touched(None, [2])
    assert not passages_touched(None, [])
