"""Numbers: strict in, exact inside, unsurprising out."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.reading.quantities import (
    MAX_CELLS,
    format_cells,
    parse_count,
    parse_decimal,
    parse_percent,
    plain,
    shown_unit,
)


def _refusal(text: str, **limits: object) -> BadValue:
    with pytest.raises(BadValue) as refusal:
        parse_decimal(text, "the volume", unit="mL", **limits)  # type: ignore[arg-type]
    return refusal.value


@pytest.mark.parametrize("text", ["0", "12", "1.5", "1.50", "0.05", "1500", "1.500", "0.0"])
def test_plain_decimals_keep_their_digits(text: str) -> None:
    value = parse_decimal(f" {text}\r\n", "the volume")
    assert value == Decimal(text)
    assert plain(value) == text


@pytest.mark.parametrize(
    "text",
    ["", " ", "nan", "NaN", "sNaN", "inf", "-inf", "Infinity", "1_0", "１２", "٣", "1.2.3", "1..2",
     "5.", ".5", "+5", "--5", "- 5", "−5", "007", "00", "1e5", "4.4E7", "0x10", "1 5", "1\t5",
     "1\x005", "½", "²", "LT-NORTH-0042-X", "1,5", "1,500", "1 500", "1'500", "1.500,00", "12 mL",
     "95%", "~5", "<5", "10-20"],
)  # fmt: skip
def test_anything_else_is_no_number(text: str) -> None:
    refusal = _refusal(text)
    assert refusal.code == "bad-number"
    assert refusal.exit_code == 2
    assert refusal.sentence.startswith("The volume '")
    assert "mL" in refusal.sentence
    assert refusal.sentence.isprintable()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1,5", "Write 1.5, not '1,5'."),
        ("13,75", "Write 13.75, not '13,75'."),
        ("1,500", "Write no thousands separators"),
        ("1 500", "Write no thousands separators"),
        ("1.500,00", "Write no thousands separators"),
        ("95%", "without the sign"),
        (".5", "0.5"),
        ("0042", "a code may have been scanned"),
        ("nan", "for example 12 or 1.5."),
    ],
)
def test_the_hint_says_how_to_write_it(text: str, hint: str) -> None:
    assert hint in _refusal(text).hint


def test_the_hint_offers_an_exponent_only_where_one_is_read() -> None:
    with pytest.raises(BadValue) as refusal:
        parse_count("many", "the cells")
    assert "4.4e7" in refusal.value.hint
    assert "e7" not in _refusal("many").hint


@pytest.mark.parametrize(
    ("text", "limits", "named"),
    [
        ("-1", {}, "below 0 mL"),
        ("-0.001", {}, "below 0 mL"),
        ("0.9", {"minimum": 1}, "below 1 mL"),
        ("0.9", {"minimum": Decimal("0.95")}, "below 0.95 mL"),
        ("100.1", {"maximum": 100}, "above 100 mL"),
        ("-197", {"minimum": -196, "maximum": 40}, "below -196 mL"),
    ],
)
def test_a_value_outside_its_limits_is_named_with_limit_and_unit(
    text: str, limits: dict[str, Decimal | int], named: str
) -> None:
    refusal = _refusal(text, **limits)
    assert refusal.code == "out-of-range"
    assert refusal.sentence.startswith(f"The volume {text} mL is {named}")
    assert "mL" in refusal.hint


def test_the_limits_themselves_are_allowed() -> None:
    assert parse_decimal("1", "the volume", minimum=1, maximum=1) == 1
    assert parse_decimal("-196", "the temperature", minimum=-196) == -196


def test_minus_zero_is_zero() -> None:
    assert str(parse_decimal("-0", "the volume")) == "0"
    assert str(parse_decimal("-0.0", "the temperature", minimum=-196)) == "0.0"
    assert plain(Decimal("-0.00")) == "0.00"


def test_more_places_than_allowed_are_refused_and_never_rounded() -> None:
    assert parse_decimal("1.25", "the weight", places=2) == Decimal("1.25")
    assert "more than 1 digits after the point" in _refusal("1.25", places=1).sentence
    assert "is not a whole number" in _refusal("1.0", places=0).sentence


def test_a_reading_longer_than_any_instruments_is_refused_and_cut_in_the_message() -> None:
    assert parse_decimal("1" * 24, "the volume") == int("1" * 24)
    assert "more than 24 digits" in _refusal("1" * 25).sentence
    assert len(_refusal("1" * 5000).sentence) < 150


@pytest.mark.parametrize(
    ("text", "digits"),
    [("4.4e7", "44000000"), ("4.4E7", "44000000"), ("4.4e+07", "44000000"), ("1.25e-2", "0.0125"),
     ("0e9", "0")],
)  # fmt: skip
def test_an_exponent_is_read_where_allowed_and_written_out(text: str, digits: str) -> None:
    assert plain(parse_decimal(text, "the cells", allow_exponent=True)) == digits


@pytest.mark.parametrize("text", ["e7", "4e", "4.e7", "4e7.5", "4e777", "-4e7", "4,4e7", "0 e1"])
def test_a_crooked_exponent_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        parse_decimal(text, "the cells", allow_exponent=True)


@given(st.decimals(min_value=0, max_value=10**9, places=4))
def test_every_plain_decimal_makes_the_round_trip(value: Decimal) -> None:
    assert plain(parse_decimal(plain(value), "the value")) == plain(value)


@given(st.text(max_size=20))
def test_whatever_is_accepted_is_finite_and_not_negative(text: str) -> None:
    try:
        value = parse_decimal(text, "the value", allow_exponent=True)
    except BadValue:
        return
    assert value.is_finite()
    assert value >= 0
    assert re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain(value))


@pytest.mark.parametrize(
    ("text", "cells"),
    [("44000000", 44_000_000), ("4.4e7", 44_000_000), ("4.40E+7", 44_000_000), ("0", 0),
     ("123456789e0", 123_456_789), ("1e15", MAX_CELLS), ("12.0", 12)],
)  # fmt: skip
def test_a_count_is_a_whole_number(text: str, cells: int) -> None:
    count = parse_count(text, "the harvested cells")
    assert count == cells
    assert type(count) is int


@pytest.mark.parametrize("text", ["0.5", "1.5e0", "44000000.5", "1e-1", "4.4e-7"])
def test_half_a_cell_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="is not a whole number") as refusal:
        parse_count(text, "the harvested cells")
    assert refusal.value.code == "bad-number"


@pytest.mark.parametrize("text", ["-1", "1000000000000001", "1e16", "9e99"])
def test_a_count_outside_what_a_lot_can_hold_is_refused(text: str) -> None:
    with pytest.raises(BadValue) as refusal:
        parse_count(text, "the harvested cells")
    assert refusal.value.code == "out-of-range"
    assert f"The harvested cells {text} cells" in refusal.value.sentence


@given(st.integers(0, MAX_CELLS))
def test_every_count_makes_the_round_trip(cells: int) -> None:
    assert parse_count(str(cells), "the cells") == cells


@pytest.mark.parametrize("text", ["0", "93.5", "100", "100.00"])
def test_a_percentage_reaches_from_0_to_100(text: str) -> None:
    assert plain(parse_percent(text, "the viability")) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [("100.01", "out-of-range"), ("-1", "out-of-range"), ("nan", "bad-number"),
     ("93 %", "bad-number"), ("9e1", "bad-number")],
)  # fmt: skip
def test_other_percentages_are_refused(text: str, code: str) -> None:
    with pytest.raises(BadValue, match=r"^The viability .*%") as refusal:
        parse_percent(text, "the viability")
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("4.4E+7"), "44000000"), (Decimal("1E-7"), "0.0000001"), (Decimal("1.50"), "1.50"),
     (Decimal("-5.0"), "-5.0"), (Decimal(10), "10")],
)  # fmt: skip
def test_plain_writes_no_exponent_and_drops_no_zero(value: Decimal, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_plain_never_writes_what_is_no_number(value: str) -> None:
    with pytest.raises(BadValue):
        plain(Decimal(value))


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (0, "0"),
        (99_999, "99999"),
        (100_000, "0.100 ×10⁶"),
        (4_400_000, "4.40 ×10⁶"),
        (44_000_000, "44.0 ×10⁶"),
        (44_050_000, "44.1 ×10⁶"),  # half up
        (440_000_000, "440.0 ×10⁶"),
        (1_234_567_890, "1234.6 ×10⁶"),
    ],
)
def test_cells_are_shown_in_millions_with_three_digits_at_least(cells: int, text: str) -> None:
    assert format_cells(cells) == text


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("10^6", "×10⁶"),
        ("x 10^6 cells", "×10⁶ cells"),
        ("×10^12/L", "×10¹²/L"),
        ("EU/mL", "EU/mL"),
        ("cm2", "cm2"),
    ],
)
def test_a_power_of_ten_in_a_unit_is_raised(unit: str, text: str) -> None:
    assert shown_unit(unit) == text
