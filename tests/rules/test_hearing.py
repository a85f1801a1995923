"""What one line at a bench is: a scanner's code, a command, or words from the keyboard."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import CodeUnreadable
from lottrack.rules.bench.commands import WORDS, command_code, reason_of
from lottrack.rules.bench.doctor import CANARY, Profile, diagnose
from lottrack.rules.bench.hearing import hear, is_own_code, meant
from lottrack.rules.bench.line import Line
from tests.rules.test_bench import azerty

LABEL = "LT.CNTST0001Z.LBTST0001G.PL"


def typed(text: str) -> Line:
    """What a person types: an eighth of a second a character."""
    return Line(f"{text}\r".encode(), 0.125 * len(text))


def scanned(text: str, suffix: str = "\r\n") -> Line:
    return Line((text + suffix).encode(), 0.01)


FRENCH = diagnose(azerty(CANARY) + "\r\n").profile or Profile()
"""An American scanner at a French computer."""


@pytest.mark.parametrize("suffix", ["", "\r", "\r\n", "\t", "\n\r"])
@pytest.mark.parametrize("prefix", ["", "\x02", "]Q1", "\t"])
def test_a_code_is_heard_whatever_is_wrapped_around_it(prefix: str, suffix: str) -> None:
    heard = hear(scanned(prefix + LABEL, suffix), Profile())
    assert (heard.text, heard.command, heard.is_scanned) == (LABEL, "", True)


def test_a_printable_prefix_is_taken_away_by_the_profile() -> None:
    known = Profile("~B", "\r")
    assert hear(scanned("~B" + LABEL, "\r"), known).text == LABEL
    assert hear(typed("~B1"), known).text == "~B1"


def test_a_code_is_put_right_by_the_profile() -> None:
    heard = hear(scanned(azerty(LABEL)), FRENCH)
    assert (heard.text, heard.is_scanned) == (LABEL, True)
    assert meant(scanned(azerty(LABEL)), FRENCH) == LABEL


def test_a_code_that_came_right_is_left_alone_by_the_profile() -> None:
    assert hear(scanned(LABEL), FRENCH).text == LABEL


def test_what_is_typed_beside_the_scanner_is_left_alone() -> None:
    """On that keyboard a typed 4 is a 4; only the scanner's $ arrives as one."""
    assert hear(typed("L04"), FRENCH).text == "L04"
    assert hear(scanned(azerty("L04")), FRENCH).text == "L04"
    assert meant(typed("TANK 4"), FRENCH) == "TANK 4"


@pytest.mark.parametrize("word", WORDS)
def test_a_command_is_scanned_or_typed(word: str) -> None:
    scan = hear(scanned(command_code(word)), Profile())
    assert (scan.command, scan.is_scanned) == (word, True)
    for text in (word, word.lower(), word.title()):
        heard = hear(typed(text), Profile())
        assert (heard.command, heard.is_scanned) == (word, False)


def test_a_damaged_code_is_never_taken_for_words() -> None:
    for text in (LABEL[:-1], "LC.YES.A", "lt.x", command_code("YES")[:-1]):
        with pytest.raises(CodeUnreadable) as refused:
            hear(scanned(text), Profile())
        assert refused.value.code == "identifier-check-failed"


def test_a_code_through_the_wrong_keyboard_is_known_as_one() -> None:
    with pytest.raises(CodeUnreadable) as refused:
        hear(scanned("LT:CNTST:LBTST:PL"), Profile())
    assert refused.value.code == "code-garbled"
    assert "bench doctor" in refused.value.hint


@pytest.mark.parametrize("text", ["LT-MAD-0001-5", "LT01", "LTD", "LC 4", "lt"])
def test_numbers_that_only_begin_alike_are_not(text: str) -> None:
    assert hear(typed(text), Profile()).text == text


def test_an_empty_line_says_nothing() -> None:
    for raw in (b"", b"\r", b"\r\n", b"\t", b" \r"):
        assert hear(Line(raw), Profile()).text == ""


@given(st.binary(max_size=60), st.floats(0, 5))
def test_any_bytes_are_heard_as_they_came_or_refused(raw: bytes, seconds: float) -> None:
    for known in (Profile(), FRENCH):
        with contextlib.suppress(CodeUnreadable):
            assert hear(Line(raw, seconds), known).line.raw == raw


def test_reasons_have_numbers() -> None:
    assert [reason_of(word) for word in ("R1", "R42", "YES", "D1")] == [1, 42, 0, 0]


@pytest.mark.parametrize("suffix", ["", "\r", "\t"])
def test_a_code_where_a_secret_is_asked_is_known_as_one(suffix: str) -> None:
    american_at_french = diagnose(azerty(CANARY) + suffix).profile
    assert american_at_french is not None
    for code in (LABEL, command_code("SIGN"), command_code("U.LEAD1")):
        assert is_own_code(code + suffix, Profile())
        assert is_own_code(code.lower() + suffix, Profile())
        assert is_own_code(azerty(code) + suffix, american_at_french)


@pytest.mark.parametrize("text", ["", "LT.", "LC.secret", f"{LABEL[:-1]}A", "correct horse"])
def test_anything_else_may_be_a_secret(text: str) -> None:
    assert not is_own_code(text, Profile())
