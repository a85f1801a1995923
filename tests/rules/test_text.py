"""Free text: what may enter the record, and how the rest is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.reading.text import (
    ascii_upper,
    clean_text,
    describe_character,
    is_harmful,
    printable,
    quoted,
)


def test_keeps_words_of_any_script_in_one_spelling() -> None:
    assert clean_text("  Jose\u0301 Łukasz: 4 °C, ≥ 95 % ×10⁶ µL  ", "the reason") == (
        "José Łukasz: 4 °C, ≥ 95 % ×10⁶ µL"
    )
    assert clean_text("患者の希望", "the reason") == "患者の希望"


def test_two_spellings_of_one_word_become_equal() -> None:
    assert clean_text("Jose\u0301", "the name") == clean_text("Jos\u00e9", "the name")


@pytest.mark.parametrize("text", ["", "   ", "\t\r\n", "\u00a0"])
def test_an_empty_text_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(BadValue, match=r"^The reason is empty\.$"):
        clean_text(text, "the reason")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a\x07b", r"U\+0007"),
        ("a\x1b[2Jb", "ESC"),
        ("a\nb", "a line break"),
        ("a\tb", "a tab"),
        ("a\x1db", "GS"),
        ("a\x85b", r"U\+0085"),
        ("a\u2028b", "LINE SEPARATOR"),
        ("a\u200bb", "ZERO WIDTH SPACE"),
        ("a\u200db", "ZERO WIDTH JOINER"),
        ("a\ufeffb", "ZERO WIDTH NO-BREAK SPACE"),
        ("a\u202eb", "RIGHT-TO-LEFT OVERRIDE"),
        ("a\u2066b", "LEFT-TO-RIGHT ISOLATE"),
        ("a\u00adb", "SOFT HYPHEN"),
        ("a\u3164b", "HANGUL FILLER"),
        ("a\ud800b", r"U\+D800"),
    ],
)
def test_a_harmful_character_is_refused_with_its_name_and_place(text: str, named: str) -> None:
    with pytest.raises(BadValue, match=rf"The reason holds .*{named}.* at place 2") as refusal:
        clean_text(text, "the reason")
    assert not any(is_harmful(character) for character in refusal.value.sentence)


def test_the_limit_counts_characters_after_composition() -> None:
    assert clean_text("e\u0301" * 5, "the note", limit=5) == "é" * 5
    with pytest.raises(BadValue, match="The note is 6 characters long; at most 5"):
        clean_text("abcdef", "the note", limit=5)


@given(st.text(max_size=60))
def test_what_is_accepted_is_stable_visible_and_storable(text: str) -> None:
    try:
        cleaned = clean_text(text, "the note")
    except BadValue:
        return
    assert clean_text(cleaned, "the note") == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert printable(cleaned) == cleaned
    cleaned.encode("utf-8")


@given(st.text(alphabet=st.characters(), max_size=60))
def test_a_printable_text_never_drives_a_terminal(text: str) -> None:
    shown = printable(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in shown)
    shown.encode("utf-8")


def test_printable_escapes_what_is_hidden_and_leaves_the_rest() -> None:
    assert printable("Zoë\x1b\u202e\U000e0001") == "Zoë\\x1b\\u202e\\U000e0001"
    assert quoted("A\r") == r"'A\x0d'"


def test_characters_are_described_as_a_person_would_look_them_up() -> None:
    assert describe_character("А") == "CYRILLIC CAPITAL LETTER A (U+0410)"
    assert describe_character(" ") == "a space"
    assert describe_character("#") == "'#'"


def test_upper_case_is_raised_for_ascii_only() -> None:
    # Full case mapping turns these three into SS, I and S: other codes than were typed.
    assert ascii_upper("aßıſz") == "AßıſZ"
