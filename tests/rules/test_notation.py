"""The decimal mark of a site: what it reads, and what it shows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.reading.notation import COMMA, POINT, localised, localiser, pointed
from lottrack.rules.reading.quantities import parse_count, parse_decimal, plain
from lottrack.rules.specification.results import as_recorded

decimals = st.decimals(0, 10**9, places=3, allow_nan=False, allow_infinity=False)


@given(decimals)
def test_a_number_written_with_a_comma_is_the_number_written_with_a_point(number: Decimal) -> None:
    text = plain(number)
    assert parse_decimal(text.replace(".", ","), "x", mark=COMMA) == parse_decimal(text, "x")


@given(decimals)
def test_what_a_site_shows_it_reads_back(number: Decimal) -> None:
    shown = localised(f"{plain(number)} mL", COMMA).removesuffix(" mL")
    assert "." not in shown
    assert plain(parse_decimal(shown, "x", mark=COMMA)) == plain(number)


@pytest.mark.parametrize(
    "text", ["1.5", "13.75", "4.4e7", "1.500", "1.250,5", "1 250,5", "1'250,5"]
)
def test_a_site_with_a_comma_refuses_the_point_and_thousands_separators(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse_decimal(text, "the volume", allow_exponent=True, mark=COMMA)
    assert refused.value.code == "bad-number"
    assert "decimal mark is a comma" in refused.value.hint


@pytest.mark.parametrize("text", ["1,5", "13,75", "4,4e7", "1,500", "1,250.5"])
def test_a_site_with_a_point_refuses_the_comma_and_thousands_separators(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse_decimal(text, "the volume", allow_exponent=True, mark=POINT)
    assert refused.value.code == "bad-number"
    assert "decimal mark is a point" in refused.value.hint


def test_the_hint_is_written_as_the_site_writes() -> None:
    with pytest.raises(BadValue) as refused:
        parse_count("many", "the cells", mark=COMMA)
    assert "12, 1,5 or 4,4e7" in refused.value.hint
    with pytest.raises(BadValue) as refused:
        parse_count("1,5", "the cells", mark=COMMA)
    assert refused.value.hint == "Write 44000000 or 4,4e7, for example."


def test_a_count_with_an_exponent_takes_the_comma() -> None:
    assert parse_count("4,4e7", "the cells", mark=COMMA) == 44_000_000


@pytest.mark.parametrize("text", ["12,5,3", "1.5", "12.5,3", "1,5.0"])
def test_two_marks_are_none(text: str) -> None:
    assert pointed(text, COMMA) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<0,50", "<0.50"),
        ("≥ 97,8", "≥ 97.8"),
        ("4,4e7", "4.4e7"),
        ("46,XX", "46,XX"),
        ("no growth", "no growth"),
        ("clear, colourless", "clear, colourless"),
        ("12", "12"),
    ],
)
def test_a_result_is_spelled_as_the_record_spells_it_and_words_stay(typed: str, kept: str) -> None:
    assert as_recorded(typed, COMMA) == kept
    assert as_recorded(kept, POINT) == kept


@pytest.mark.parametrize("typed", ["<0.50", "97.8", "1.250,5"])
def test_a_result_with_another_mark_is_refused(typed: str) -> None:
    with pytest.raises(BadValue):
        as_recorded(typed, COMMA)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("volume 1.5 mL", "volume 1,5 mL"),
        ("4.40 ×10⁶ viable cells/kg", "4,40 ×10⁶ viable cells/kg"),
        ("4.4 × 10⁷", "4,4 × 10⁷"),
        ("2.87 million viable cells", "2,87 million viable cells"),
        ("viability 97.5 %", "viability 97,5 %"),
        ("2.0 to 8.0 °C", "2,0 to 8,0 °C"),
        (
            "doubled 9.76 times; more than 4.5 in one passage",
            "doubled 9,76 times; more than 4,5 in one passage",
        ),
        ("write 4.4e7", "write 4,4e7"),
        ("'4.4e7' cells", "'4.4e7' cells"),
        ("'-1.5' °C", "'-1.5' °C"),
        ("-78.5 °C.", "-78,5 °C."),
        ("SOP 4.2, 21 CFR 211.130(e)", "SOP 4.2, 21 CFR 211.130(e)"),
        ("lot 26.5", "lot 26.5"),
        ("Ph. Eur. 2.6.27", "Ph. Eur. 2.6.27"),
        ("10.0.0.7:9100", "10.0.0.7:9100"),
        ("A*02:01.5 L", "A*02:01.5 L"),
    ],
)
def test_a_number_with_a_unit_is_shown_as_the_site_writes_and_nothing_else(text, shown) -> None:
    assert localised(text, COMMA) == shown
    assert localised(shown, COMMA) == shown
    assert localised(text, POINT) == text


def test_a_number_without_a_unit_is_one_where_the_answer_holds_it_as_a_quantity() -> None:
    told = {"lot": "26.5", "volume_ml": "4.40", "rows": [{"value": Decimal("0.31")}]}
    spell = localiser(COMMA, told)
    assert spell("26.5  4.40  0.31  0.32") == "26.5  4,40  0,31  0.32"
    assert spell("volume ml 4.40, lot 26.5.") == "volume ml 4,40, lot 26.5."


def test_what_is_a_name_as_well_stays_a_name() -> None:
    told = {"lot": "4.5", "volume_ml": "4.5"}
    assert localised("lot 4.5 holds 4.5", COMMA, told) == "lot 4.5 holds 4.5"
    assert localised("lot 4.5 holds 4.5 mL", COMMA, told) == "lot 4.5 holds 4,5 mL"
