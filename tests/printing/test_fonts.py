"""The typeface has what labels need, says what it lacks, and text fits or is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottrack.printing.fonts import (
    WEIGHTS,
    Place,
    fit,
    font,
    measure,
    missing_characters,
    width_of,
)
from lottrack.rules.reading.quantities import format_cells

NEEDED = "Łukasz ﬃ µ ×10⁶ ≥ ≤ ° ñ – − · … “” ’ áéíóúüÁÉÍÓÚÜÑ¿¡ äöüßÄÖÜ çşğı ±²³ 0123456789"


@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_typeface_covers_what_labels_say(weight: str) -> None:
    assert missing_characters(NEEDED, weight) == []
    assert missing_characters(format_cells(44_000_000), weight) == []


@pytest.mark.parametrize("weight", WEIGHTS)
def test_missing_and_harmful_characters_are_told_once_each(weight: str) -> None:
    assert missing_characters("a☣b⚠☣\u00ad\n", weight) == ["☣", "⚠", "\u00ad", "\n"]


def test_the_largest_size_that_fits_is_taken() -> None:
    wide = fit(("CN-NORTH-0002-L",), "bold", Place(2000, 200, 60, 20, wrap=False))
    narrow = fit(("CN-NORTH-0002-L",), "bold", Place(300, 200, 60, 20, wrap=False))
    assert wide is not None
    assert narrow is not None
    assert wide.size == 60
    assert 20 <= narrow.size < 60
    assert narrow.width <= 300
    one_larger = measure(["CN-NORTH-0002-L"], "bold", narrow.size + 1)
    assert one_larger.width > 300


LETTERS = "ABCijlmWw0179-.· Łµ×⁶"


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(st.text(LETTERS, min_size=1, max_size=30), min_size=1, max_size=2),
    width=st.integers(5, 1500),
    height=st.integers(10, 200),
    largest=st.integers(8, 120),
    wrap=st.booleans(),
)
def test_no_size_that_would_fit_is_passed_over(
    lines: list[str], width: int, height: int, largest: int, wrap: bool
) -> None:
    place = Place(width, height, largest, 6, wrap)
    sizes = (
        measure(lines, "bold", size, width if wrap else None) for size in range(largest, 5, -1)
    )
    largest_that_fits = next(
        (each for each in sizes if each.width <= width and each.height <= height), None
    )
    assert fit(tuple(lines), "bold", place) == largest_that_fits


def test_text_that_fits_at_no_size_is_none() -> None:
    assert fit(("CN-NORTH-0002-L",), "bold", Place(100, 200, 60, 20, wrap=False)) is None
    assert fit(("tall",), "regular", Place(1000, 10, 60, 20, wrap=False)) is None


def test_wrapping_breaks_at_plain_spaces_and_loses_no_word() -> None:
    text = "Do not irradiate. Thaw at 37 °C; infuse within 60 min of thawing."
    block = measure([text], "regular", 30, 300)
    assert len(block.lines) > 1
    assert " ".join(block.lines) == text
    assert block.width <= 300


@pytest.mark.parametrize(
    ("text", "room_for", "lines"),
    [
        ("one two · three", "one two", ("one two", "three")),
        ("one · twothree", "twothree", ("one", "twothree")),
        ("one · two", "one · two", ("one · two",)),
        ("·", "one", ("·",)),
    ],
)
def test_a_separator_neither_begins_nor_ends_a_broken_line(
    text: str, room_for: str, lines: tuple[str, ...]
) -> None:
    width = width_of(room_for, font("regular", 30))
    assert measure([text], "regular", 30, width).lines == lines


def test_a_no_break_space_keeps_number_and_unit_together() -> None:
    block = measure(["about 44.0 ×10⁶\u00a0cells/kg"], "regular", 30, 200)
    assert any("×10⁶\u00a0cells/kg" in line for line in block.lines)


def test_neighbours_without_and_with_tall_letters_share_a_base_line() -> None:
    assert measure(["CN-0001"], "bold", 40).rise == measure(["bag 2 of 6"], "bold", 40).rise


def test_accents_and_tails_of_following_lines_do_not_touch() -> None:
    for size in (20, 33, 60, 125):
        for weight in WEIGHTS:
            block = measure(["gjpqyÇ,", "ÅÉŁÑÜÓ"], weight, size)
            lower = measure(["ÅÉŁÑÜÓ"], weight, size)
            upper = measure(["gjpqyÇ,"], weight, size)
            assert upper.drop + lower.rise <= block.pitch
