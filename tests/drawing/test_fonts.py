"""Text is measured and broken, never cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.drawing import fonts


@pytest.mark.parametrize("character", "áéíóúüñÁÉÍÓÚÜÑ¿¡µ×⁶²°≥≤±–…·Łß")
def test_the_font_has_what_traces_are_written_with(character: str) -> None:
    assert fonts.has_glyph(character)


@pytest.mark.parametrize("character", "漢☣⚠\N{REPLACEMENT CHARACTER}\u200b")
def test_what_the_font_lacks_is_known_and_spelled_out(character: str) -> None:
    assert not fonts.has_glyph(character)
    assert fonts.spelled(f"a{character}b") == f"a[U+{ord(character):04X}]b"


def test_a_space_counts_as_drawn() -> None:
    assert fonts.spelled("4.4 × 10⁷\N{NO-BREAK SPACE}cells") == "4.4 × 10⁷\N{NO-BREAK SPACE}cells"


def test_width_grows_with_text_size_and_weight() -> None:
    assert fonts.text_width("", fonts.REGULAR, 10) == 0
    width = fonts.text_width("BAG00061-1", fonts.REGULAR, 10)
    assert fonts.text_width("BAG00061-12", fonts.REGULAR, 10) > width
    assert fonts.text_width("BAG00061-1", fonts.REGULAR, 20) in (2 * width - 1, 2 * width)
    assert fonts.text_width("BAG00061-1", fonts.BOLD, 10) > width


def test_a_character_of_another_font_is_given_a_full_square() -> None:
    assert fonts.text_width("漢", fonts.REGULAR, 10) == 10


def test_lines_break_at_spaces_and_long_words_after_a_hyphen_or_a_slash() -> None:
    assert fonts.wrap("mother of the patient", fonts.REGULAR, 8, 50) == ("mother of the", "patient")
    pieces = fonts.wrap("LOT00041-7/P0-SAMPLE-STERILITY", fonts.BOLD, 10, 80)
    assert len(pieces) > 1
    assert all(piece[-1] in "-/" for piece in pieces[:-1])


def test_a_no_break_space_keeps_a_number_with_its_unit() -> None:
    text = "viable cells 3.8\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁷"
    assert (
        fonts.wrap(text, fonts.REGULAR, 8, 50)[-1] == "3.8\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁷"
    )


@given(st.text("ab-/ 漢ñ", max_size=80), st.integers(1, 200))
def test_wrapping_loses_no_character_and_keeps_every_line_within_its_width(
    text: str, width: int
) -> None:
    lines = fonts.wrap(text, fonts.REGULAR, 8, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(
        len(line) == 1 or fonts.text_width(line, fonts.REGULAR, 8) <= width for line in lines
    )
