"""GS1 codes of other systems: read, checked, and never trusted on a wrong check digit."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue, CodeUnreadable
from lottrack.interchange.gs1 import digital_link, gtin_check_digit, read_gs1

VECTORS = json.loads(
    (Path(__file__).parents[1] / "data" / "vectors_public.json").read_text("utf-8")
)["vectors"]


def vectors(kind: str) -> Any:
    chosen = [v for v in VECTORS if v["kind"] == kind]
    assert chosen, kind
    return pytest.mark.parametrize("vector", chosen, ids=[v["id"] for v in chosen])


@vectors("gs1_element_string")
def test_element_strings_are_taken_apart_or_refused(vector: dict[str, Any]) -> None:
    text, expected = vector["input"]["text"], vector["expect"]
    if expected.get("error"):
        with pytest.raises(CodeUnreadable) as refused:
            read_gs1(text)
        assert refused.value.code == "foreign-code-unsound"
    else:
        assert [[each.ai, each.value] for each in read_gs1(text)] == expected["ais"]


@vectors("gtin_check_digit")
def test_a_gtin_has_a_check_digit(vector: dict[str, Any]) -> None:
    assert gtin_check_digit(vector["input"]["body"]) == vector["expect"]["check_digit"]


@vectors("gs1_digital_link")
def test_a_digital_link_says_what_the_element_string_says(vector: dict[str, Any]) -> None:
    said = vector["input"]
    ais = [("01", said["gtin"]), ("10", said["lot"]), ("21", said["serial"])]
    ais.append(("17", said["expiry"]))
    assert digital_link(ais) == vector["expect"]["uri"]
    read = [(each.ai, each.value) for each in read_gs1(vector["expect"]["uri"])]
    assert sorted(read) == sorted(ais)


def test_a_printed_element_string_with_brackets_is_read() -> None:
    said = read_gs1("(01)09506000134352(17)261231(10)MSC240137")
    assert [(each.ai, each.value) for each in said][1:] == [("17", "261231"), ("10", "MSC240137")]


@pytest.mark.parametrize("text", ["010950600013435217261301", "(17)261301", "", "(01)", "hello"])
def test_what_is_not_sound_is_refused(text: str) -> None:
    with pytest.raises(CodeUnreadable):
        read_gs1(text)


@pytest.mark.parametrize("body", ["", "12", "12345678901a2", "123456789012345"])
def test_what_is_no_gtin_has_no_check_digit(body: str) -> None:
    with pytest.raises(BadValue) as refused:
        gtin_check_digit(body)
    assert refused.value.code == "bad-gtin"


@given(st.text(max_size=60))
def test_whatever_arrives_is_read_or_refused_never_a_fault(text: str) -> None:
    with contextlib.suppress(CodeUnreadable):
        assert read_gs1(text)


def test_a_link_in_capitals_is_read_as_well() -> None:
    """Capitals take less room in a QR code, so that labels carry links in them."""
    said = read_gs1("HTTPS://ID.GS1.ORG/01/09506000134352/10/LOT7")
    assert [(each.ai, each.value) for each in said] == [("01", "09506000134352"), ("10", "LOT7")]
