"""ISBT 128 and the Single European Code, read as given: every vector, every misreading."""

from __future__ import annotations

import contextlib
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue, CodeUnreadable
from lottrack.rules.codes.isbt128 import (
    coi_check_character,
    flag_type,
    has_valid_din_check,
    has_valid_flags,
    read_din,
    read_isbt128,
    structure_of,
    two_digit_check,
)
from lottrack.rules.codes.isbt_dates import isbt_date, isbt_date_time, read_isbt_date
from lottrack.rules.codes.sec import read_sec

VECTORS = json.loads(
    (Path(__file__).parents[1] / "data" / "vectors_public.json").read_text("utf-8")
)["vectors"]


def vectors(kind: str) -> Any:
    chosen = [v for v in VECTORS if v["kind"] == kind]
    assert chosen, kind
    return pytest.mark.parametrize("vector", chosen, ids=[v["id"] for v in chosen])


@vectors("isbt_message")
def test_messages_are_taken_apart_or_refused(vector: dict[str, Any]) -> None:
    text, expected = vector["input"]["text"], vector["expect"]
    if expected.get("error"):
        with pytest.raises(CodeUnreadable):
            read_isbt128(text)
    else:
        found = [each._asdict() for each in read_isbt128(text)]
        assert found == expected["structures"]


@vectors("data_identifier")
def test_an_identifier_announces_one_structure(vector: dict[str, Any]) -> None:
    prefix = vector["input"]["prefix"]
    if vector["expect"].get("error"):
        with pytest.raises(CodeUnreadable):
            structure_of(prefix)
    else:
        assert structure_of(prefix) == vector["expect"]["ds"]


@vectors("din13_validate")
def test_a_donation_number_has_thirteen_characters(vector: dict[str, Any]) -> None:
    text, expected = vector["input"]["text"], vector["expect"]
    if not expected["valid"]:
        with pytest.raises(BadValue) as refused:
            read_din(text)
        assert refused.value.code == "bad-din"
    else:
        din = read_din(text)
        assert din._asdict() == {k: v for k, v in expected.items() if k != "valid"}


@vectors("din_with_check_validate")
def test_a_typed_donation_number_is_checked(vector: dict[str, Any]) -> None:
    assert has_valid_din_check(vector["input"]["text"]) is vector["expect"]["valid"]


@vectors("din_flag_type")
def test_flags_say_whose_they_are(vector: dict[str, Any]) -> None:
    flag, expected = vector["input"]["flag"], vector["expect"]
    if expected.get("error"):
        with pytest.raises(BadValue):
            flag_type(flag)
    else:
        assert flag_type(flag) == expected["type"]


@vectors("din_type3_flag_validate")
def test_a_check_value_in_the_flags_is_compared(vector: dict[str, Any]) -> None:
    content = vector["input"]["barcode"].removeprefix("=")
    assert has_valid_flags(content) is vector["expect"]["valid"]


@vectors("isbt_date_decode")
def test_coded_dates_are_read(vector: dict[str, Any]) -> None:
    text, expected = vector["input"]["text"], vector["expect"]
    if expected.get("error"):
        with pytest.raises(BadValue):
            read_isbt_date(text)
    else:
        found = read_isbt_date(text)
        said = found.isoformat("T", "minutes") if isinstance(found, datetime) else str(found)
        assert said == expected["value"]


@vectors("isbt_date_encode")
def test_dates_are_coded_and_a_day_without_time_ends_at_2359(vector: dict[str, Any]) -> None:
    day = date.fromisoformat(vector["input"]["date"])
    assert isbt_date(day) == vector["expect"]["cyyjjj"]
    assert isbt_date_time(day) == vector["expect"]["cyyjjjhhmm_default"]


@vectors("coi_check")
def test_a_chain_of_identity_identifier_has_a_check_character(vector: dict[str, Any]) -> None:
    assert coi_check_character(vector["input"]["content"]) == vector["expect"]["check_char"]


@vectors("mod37_2_two_digit")
def test_some_numbers_carry_the_check_value_itself(vector: dict[str, Any]) -> None:
    assert two_digit_check(vector["input"]["text"]) == vector["expect"]["checksum"]


@vectors("sec")
def test_single_european_codes_are_taken_apart_or_refused(vector: dict[str, Any]) -> None:
    text, expected = vector["input"]["text"], vector["expect"]
    if expected.get("error"):
        with pytest.raises(CodeUnreadable) as refused:
            read_sec(text)
        assert refused.value.code == "foreign-code-unsound"
    else:
        assert read_sec(text)._asdict() == expected["fields"]


DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(DAYS)
def test_every_day_of_the_century_survives_coding(day: date) -> None:
    assert read_isbt_date(isbt_date(day)) == day
    assert str(read_isbt_date(isbt_date_time(day))) == f"{day} 23:59:00"


def test_a_day_of_another_century_is_refused_not_guessed() -> None:
    with pytest.raises(BadValue):
        isbt_date(date(1999, 12, 31))
    with pytest.raises(BadValue):
        read_isbt_date("119031")


@given(st.text(max_size=60))
def test_whatever_arrives_is_read_or_refused_never_a_fault(text: str) -> None:
    for reader in (read_isbt128, read_sec):
        with contextlib.suppress(CodeUnreadable):
            assert reader(text)


@given(st.integers(1, 14), st.sampled_from("0123456789ABCDEFGHIJKLMNPQRSTUVWXYZ"))
def test_one_wrong_character_of_a_checked_donation_number_is_found(place: int, wrong: str) -> None:
    right = "A999924000137A"
    spoiled = right[: place - 1] + wrong + right[place:]
    assert has_valid_din_check(spoiled) is (spoiled == right)
