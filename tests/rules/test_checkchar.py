"""The check character: published results, and the errors it promises to find."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.codes.checkchar import ALPHABET, check_character, check_value, has_valid_check

VECTORS = Path(__file__).parents[1] / "data" / "vectors_public.json"


def _vectors() -> list[dict]:
    found = json.loads(VECTORS.read_text(encoding="utf-8"))
    entries = found if isinstance(found, list) else found["vectors"]
    return [entry for entry in entries if entry["kind"] == "mod37_2_check"]


PLAIN = st.text(alphabet=ALPHABET[:-1], min_size=1, max_size=30)


def test_the_file_of_vectors_holds_results_for_this_rule() -> None:
    assert len(_vectors()) >= 19


@pytest.mark.parametrize("vector", _vectors(), ids=lambda vector: vector["id"])
def test_agrees_with_the_published_and_cross_checked_results(vector: dict) -> None:
    text, expected = vector["input"]["text"], vector["expect"]
    assert check_character(text) == expected["check_char"]
    assert check_value(text) == expected["value"]
    assert has_valid_check(text + expected["check_char"])


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("A999818123456", "N"),  # ST-001 7.5.1.1
        ("A999820123456", "E"),  # ST-001 appendix C, label pictures
        ("A999917123456", "9"),
        ("A999917123654", "Y"),
        ("A999917345658", "O"),
        ("A999915000001", "M"),
        ("G123489654321", "Y"),  # python-stdnum
        ("A999617123456", "S"),  # a public label component
    ],
)
def test_agrees_with_results_printed_on_published_labels(text: str, check: str) -> None:
    assert check_character(text) == check


@given(PLAIN)
def test_the_weighted_sum_of_a_sound_text_is_one_modulo_37(text: str) -> None:
    # The second form of the same rule: sum of value times 2 to the place from the right.
    whole = text + check_character(text)
    total = sum(ALPHABET.index(c) * 2**place for place, c in enumerate(reversed(whole)))
    assert total % 37 == 1


@given(PLAIN, st.data())
def test_one_wrong_character_is_always_found(text: str, data: st.DataObject) -> None:
    whole = text + check_character(text)
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from([c for c in ALPHABET if c != whole[place]]))
    assert not has_valid_check(whole[:place] + other + whole[place + 1 :])


@given(PLAIN, st.data())
def test_two_swapped_neighbours_are_always_found(text: str, data: st.DataObject) -> None:
    whole = text + check_character(text)
    place = data.draw(st.integers(0, len(whole) - 2))
    swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assert has_valid_check(swapped) == (swapped == whole)


@pytest.mark.parametrize("text", ["", "abc", "A-1", "A 1", "A*1", "*", "А1", "１", "Å"])
def test_refuses_to_compute_over_anything_but_digits_and_capitals(text: str) -> None:
    with pytest.raises(BadValue):
        check_character(text)


def test_names_the_character_it_cannot_compute_over() -> None:
    with pytest.raises(BadValue, match="character 3 of 'AB-1' is '-'"):
        check_value("AB-1")


@pytest.mark.parametrize("text", ["", "A", "*", "ab", "A999917*45628*", "A9999-17345628*", "1１"])
def test_a_text_that_cannot_carry_a_check_has_no_valid_one(text: str) -> None:
    assert not has_valid_check(text)


def test_the_star_is_accepted_as_a_check_character_and_nowhere_else() -> None:
    assert has_valid_check("A999917345628*")  # ST-001 Fig. 22
    assert not has_valid_check("A99991734562*8")
