"""A lot beside the lots before it: flagged when it lies outside, never judged."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lottrack.rules.culture.envelope import FEWEST_LOTS, Envelope, envelope_of, outside_words

HOURS = st.decimals(min_value=1, max_value=500, places=1, allow_nan=False)


def test_two_earlier_lots_are_no_envelope() -> None:
    assert envelope_of([Decimal("3.1"), Decimal("3.0")]) is None


def test_the_envelope_is_the_least_and_the_greatest_and_of_how_many() -> None:
    values = [Decimal("3.1"), Decimal("2.9"), Decimal("3.0")]
    assert envelope_of(values) == Envelope(Decimal("2.9"), Decimal("3.1"), 3)


def test_a_value_outside_is_told_with_what_it_is_compared_with() -> None:
    envelope = Envelope(Decimal(50), Decimal(60), 4)
    words = outside_words("doubling time", Decimal("82.5"), " h", envelope)
    assert words == "doubling time 82.5 h is above the 4 earlier lots (50 to 60 h)"
    below = outside_words("doubling time", Decimal(31), " h", envelope)
    assert below == "doubling time 31 h is below the 4 earlier lots (50 to 60 h)"


def test_without_a_value_or_an_envelope_there_is_nothing_to_tell() -> None:
    assert outside_words("viability", None, " %", Envelope(Decimal(1), Decimal(2), 3)) is None
    assert outside_words("viability", Decimal(9), " %", None) is None


@given(st.lists(HOURS, min_size=FEWEST_LOTS, max_size=12))
def test_no_earlier_lot_lies_outside_its_own_envelope(values: list[Decimal]) -> None:
    envelope = envelope_of(values)
    assert all(outside_words("doubling time", value, " h", envelope) is None for value in values)
