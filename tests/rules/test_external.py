"""Numbers that came with the marrow: kept by what they are, refused when misread."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import CodeUnreadable
from lottrack.rules.codes.external import read_external

# ICCBBA ST-001, appendix A: number, check character A, type 3 flags 70.
DIN = "G123417654321"


@pytest.mark.parametrize(
    "text",
    [
        DIN,
        "g1234 17 654321",
        f"{DIN}A",
        f"{DIN}00",
        f"{DIN}70",
        f"{DIN}00A",
        f"={DIN}70",
        f"={DIN}00=<S1234V00",
    ],
)
def test_flags_spaces_and_check_character_are_no_part_of_a_donation_number(text: str) -> None:
    assert read_external("DIN", text) == (DIN, "")


@given(st.sampled_from("0123456789BCDEFGHIJKLMNOPQRSTUVWXYZ*"))
def test_a_wrong_check_character_is_a_misreading(check: str) -> None:
    with pytest.raises(CodeUnreadable, match="check character"):
        read_external("DIN", DIN + check)


@pytest.mark.parametrize("text", [f"{DIN}71", f"{DIN}Q0", f"={DIN}71", f"{DIN}71A"])
def test_flags_that_do_not_go_with_the_number_are_a_misreading(text: str) -> None:
    with pytest.raises(CodeUnreadable):
        read_external("DIN", text)


@pytest.mark.parametrize("text", ["O123417654321", DIN[:-1], f"{DIN}70AB", "=<S1234V00", "x"])
def test_what_has_another_form_is_kept_with_a_doubt(text: str) -> None:
    kept = read_external("DIN", text)

    assert kept.value == text
    assert "form of a DIN" in kept.doubt


@pytest.mark.parametrize(
    "text",
    [
        "SEC: PL001499Z549917123456 A00T041600320171231",
        "PL001499Z549917123456A00T041600320171231",
        "SEC: PL001499Z549917123456",
        "PL001499Z549917123456",
    ],
)
def test_a_european_code_is_kept_as_given_whole_or_its_first_half(text: str) -> None:
    assert read_external("SEC", text) == (text, "")


def test_a_european_code_with_an_impossible_day_is_a_misreading() -> None:
    with pytest.raises(CodeUnreadable):
        read_external("SEC", "PL001499Z549917123456 A00T041600320171331")


def test_half_a_european_code_is_kept_with_a_doubt() -> None:
    assert "form of a SEC" in read_external("SEC", "PL00149").doubt


@given(st.text(max_size=40))
def test_a_scheme_lottrack_does_not_know_is_kept_as_it_is(text: str) -> None:
    assert read_external("BAG", text) == (text, "")
