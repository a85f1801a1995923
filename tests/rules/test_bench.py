"""A scanner is a fast keyboard: what it does to a code is found, undone, or said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import CodeUnreadable
from lottrack.rules.bench.commands import (
    WORDS,
    badge_of,
    command_code,
    digit_of,
    read_command,
)
from lottrack.rules.bench.doctor import CANARY, Profile, diagnose, repaired
from lottrack.rules.codes.scans import read_scan

LABEL = "LT.CNTST0001Z.LBTST0001G.P0"


def azerty(text: str) -> str:
    """What a scanner set to the United States types at a computer set to France."""
    table = str.maketrans(
        {"1": "&", "2": "é", "3": '"', "4": "'", "5": "(", "6": "§", "7": "è", "8": "!", "9": "ç"}
        | {"0": "à", "Q": "A", "W": "Z", "A": "Q", "Z": "W", "M": "?", "-": ")", ".": ":"}
        | {"/": "=", ":": "M", "$": "4", "%": "5", "*": "8", "+": "_"}
    )
    return text.translate(table)


@pytest.mark.parametrize("suffix", ["\r\n", "\r", "\n", "\t", ""])
def test_a_scanner_that_types_what_is_printed_only_has_a_suffix(suffix: str) -> None:
    found = diagnose(CANARY + suffix)
    assert found.profile == Profile("", suffix)
    assert found.faults == ()
    assert repaired(LABEL + suffix, found.profile) == LABEL


def test_what_it_types_before_every_code_is_taken_away() -> None:
    found = diagnose(f"]Q3{CANARY}\r")
    assert found.profile == Profile("]Q3", "\r")
    assert repaired(f"]Q3{LABEL}\r", found.profile) == LABEL


def test_a_country_setting_that_differs_is_translated_back() -> None:
    found = diagnose(azerty(CANARY) + "\r\n")
    assert found.profile is not None
    assert "keyboard country" in found.findings[-1]
    assert repaired(azerty(LABEL) + "\r\n", found.profile) == LABEL


@pytest.mark.parametrize("spell", [azerty, lambda text: azerty(text).lower().replace("?", ",")])
@pytest.mark.parametrize(("prefix", "suffix"), [("\x02", "\x03\r"), ("]Q1", "\r\n"), ("~", "~\t")])
def test_a_prefix_and_another_keyboard_are_told_apart(spell, prefix: str, suffix: str) -> None:
    found = diagnose(f"{prefix}{spell(CANARY)}{suffix}")
    assert found.profile is not None
    assert (found.profile.prefix, found.profile.suffix) == (prefix, suffix)
    assert repaired(f"{prefix}{spell(LABEL)}{suffix}", found.profile) == LABEL


def test_another_code_between_a_prefix_and_a_suffix_is_not_the_test_code() -> None:
    assert diagnose("~" + CANARY[::-1] + "~\r").profile is None
    assert diagnose("~~~~~" + CANARY[1:] + "~~~~~\r").profile is None


def test_letters_in_lower_case_are_said_to_be_so() -> None:
    found = diagnose(CANARY.lower() + "\r")
    assert found.profile is not None
    assert "lower case" in found.findings[-1]
    assert repaired(LABEL.lower() + "\r", found.profile) == LABEL


def test_two_characters_that_arrive_as_one_cannot_be_told_apart() -> None:
    found = diagnose(CANARY.replace("Y", "Z") + "\r")
    assert found.profile is None
    assert "arrive as the same one: 'Z'" in found.faults[0]


def test_lost_characters_are_named() -> None:
    found = diagnose(CANARY.replace("-", "").replace(":", "") + "\r")
    assert found.profile is None
    assert found.faults[0] == "characters get lost: '-' (HYPHEN-MINUS), ':' (COLON)"


@pytest.mark.parametrize("between", ["\r\n", "\r", ""])
def test_a_trigger_that_reads_twice_is_said_and_the_code_still_understood(between: str) -> None:
    found = diagnose(CANARY + between + CANARY + between)
    assert found.is_doubled
    assert found.profile == Profile("", between)


def test_another_code_is_not_taken_for_the_test_code() -> None:
    found = diagnose("8400000000000\r")
    assert found.profile is None
    assert "not the test code" in found.faults[0]


@given(st.text(max_size=80))
def test_whatever_arrives_there_is_an_answer(raw: str) -> None:
    found = diagnose(raw)
    assert (found.profile is None) == bool(found.faults)
    assert found.findings


@given(st.permutations(CANARY), st.sampled_from(["\r\n", "\t", ""]))
def test_any_layout_that_confuses_no_two_characters_is_undone(
    arrived: list[str], suffix: str
) -> None:
    found = diagnose("".join(arrived) + suffix)
    assert found.profile is not None
    table = str.maketrans(dict(zip(CANARY, arrived, strict=True)))
    assert repaired(LABEL.translate(table) + suffix, found.profile) == LABEL


# -- commands --------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [*WORDS, "D0", "D9", "R1", "R12", "U.TECHNICIAN1", "U.A_B.C-D"])
def test_a_command_is_read_back_whatever_the_scanner_wraps_it_in(word: str) -> None:
    code = command_code(word)
    for raw in (code, f"{code}\r\n", f"]Q1{code}\t", code.lower()):
        assert read_command(raw) == word


def test_a_label_is_no_command_and_a_command_no_label() -> None:
    assert read_command(LABEL) is None
    assert read_command("P01") is None
    assert read_scan(command_code("YES")).form == "number"


@pytest.mark.parametrize("text", ["LC.YES.A", "LC.YES", "LC.MAYBE.Z", "LC.", "LC.D12.0", "LC.U..1"])
def test_a_command_that_is_not_sound_never_counts_as_one(text: str) -> None:
    with pytest.raises(CodeUnreadable) as refused:
        read_command(text)
    assert refused.value.code == "identifier-check-failed"


def test_no_is_one_misreading_away_from_nothing() -> None:
    codes = {command_code(word) for word in WORDS}
    for code in codes:
        for place, character in enumerate(code):
            for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
                if other != character:
                    spoiled = code[:place] + other + code[place + 1 :]
                    assert spoiled not in codes


def test_digits_and_badges_are_told_from_words() -> None:
    assert [digit_of(word) for word in ("D7", "POINT", "YES", "DONE")] == ["7", ".", "", ""]
    assert badge_of("U.QC1") == "QC1"
    assert badge_of("YES") == ""
