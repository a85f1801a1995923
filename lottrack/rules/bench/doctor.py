"""The scanner doctor: from what arrived of a known code, what a scanner does to every code.

A hand-held scanner is a fast keyboard. What it types depends on its suffix, its country setting and
the computer's, and on what it drops; a page of one known code shows all of that. The findings make
a profile that undoes what can be undone; what cannot is a fault to be mended at the scanner.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

CANARY = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$%*+-./:"
"""What the test code says: every character lottrack's codes can hold, each once, but the blank."""

SUFFIXES = {"\r\n": "CR+LF", "\n\r": "LF+CR", "\r": "CR", "\n": "LF", "\t": "Tab", "": "none"}
_END = "\r\n\t"
_LONGEST_AROUND = 8  # characters of prefix and suffix together
_FEWEST_ALIKE = 0.3  # a keyboard of another country leaves at least so many as they are
_FEWEST_KEPT = 0.5  # fewer of the characters in place, and it was another code


class Profile(NamedTuple):
    """How to read what a scanner types at one bench.

    Attributes:
        prefix: what it types before every code.
        suffix: what it types after every code.
        layout: pairs of what arrives and what was meant, only where they differ.
    """

    prefix: str = ""
    suffix: str = ""
    layout: tuple[tuple[str, str], ...] = ()


class Diagnosis(NamedTuple):
    """What the test code showed.

    Attributes:
        profile: what undoes it, or None when something cannot be undone.
        findings: what was found, in words; the faults first.
        faults: what must be mended at the scanner or the computer, in words.
        is_doubled: one pull of the trigger sent the code more than once.
    """

    profile: Profile | None
    findings: tuple[str, ...]
    faults: tuple[str, ...]
    is_doubled: bool


def diagnose(raw: str, expected: str = CANARY) -> Diagnosis:
    """Compare what one scan of the test code sent with what the code says.

    Args:
        raw: everything that arrived, control characters included.
        expected: what the code says; each character once.
    """
    body, suffix, times = _once(raw, expected)
    doubled = ("one pull of the trigger sends the code more than once",) if times > 1 else ()
    start = body.find(expected)
    if start >= 0:
        prefix, after = body[:start], body[start + len(expected) :]
        profile = Profile(prefix, after + suffix)
        return Diagnosis(profile, (*doubled, *said(profile)), (), times > 1)
    start = _place_of(body, expected)
    if start >= 0:
        around = Profile(body[:start], body[start + len(expected) :] + suffix)
        arrived = body[start : start + len(expected)]
        return _layout(arrived, expected, around, doubled, is_doubled=times > 1)
    fault = _lost(body, expected)
    return Diagnosis(None, (fault, *doubled), (fault,), times > 1)


def repaired(raw: str, profile: Profile) -> str:
    """What was meant by a scan at a bench whose scanner has a profile."""
    text = raw.removesuffix(profile.suffix) if profile.suffix else raw
    text = text.strip(_END).removeprefix(profile.prefix)
    meant = dict(profile.layout)
    return "".join(meant.get(character, character) for character in text)


def name_of(character: str) -> str:
    """A character as a person can look it up: ``'é' (LATIN SMALL LETTER E WITH ACUTE)``."""
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    shown = repr(character) if character.isprintable() else f"U+{ord(character):04X}"
    return f"{shown} ({name})"


def _once(raw: str, expected: str) -> tuple[str, str, int]:
    """One reading out of what arrived: its text, its suffix, how often it was sent."""
    bare = raw.rstrip(_END)
    suffix = raw[len(bare) :]
    parts = [part for part in _split(bare) if part]
    if len(parts) > 1 and len(set(parts)) == 1:
        end = bare[len(parts[0]) : bare.rfind(parts[0])] if len(parts) == 2 else suffix
        return parts[0], suffix or end, len(parts)
    times = bare.count(expected)
    if times > 1 and bare == expected * times:
        return expected, suffix, times
    return bare, suffix, 1


def _split(text: str) -> list[str]:
    for end in _END:
        text = text.replace(end, "\n")
    return text.split("\n")


def _place_of(body: str, expected: str) -> int:
    """Where the test code stands in what arrived, spelled by another keyboard; -1 when nowhere.

    A prefix or suffix of a few characters may stand around it: the place at which most characters
    are the ones that were meant.
    """
    spare = len(body) - len(expected)
    if not (0 <= spare <= _LONGEST_AROUND):
        return -1
    kept = [
        sum(came.upper() == meant for came, meant in zip(body[start:], expected, strict=False))
        for start in range(spare + 1)
    ]
    if not spare:
        return 0
    return kept.index(max(kept)) if max(kept) >= len(expected) * _FEWEST_ALIKE else -1


def _layout(
    body: str, expected: str, around: Profile, doubled: tuple[str, ...], *, is_doubled: bool
) -> Diagnosis:
    """Every character arrived in its place, but as another one: the country settings differ."""
    pairs = [(came, meant) for came, meant in zip(body, expected, strict=True) if came != meant]
    same = {came for came, meant in zip(body, expected, strict=True) if came == meant}
    arrived = [came for came, _ in pairs]
    twice = sorted({came for came in arrived if arrived.count(came) > 1 or came in same})
    if twice:
        names = ", ".join(name_of(character) for character in twice)
        fault = f"several characters arrive as the same one: {names}"
        return Diagnosis(None, (fault, *doubled), (fault,), is_doubled)
    profile = around._replace(layout=tuple(pairs))
    return Diagnosis(profile, (*doubled, *said(profile)), (), is_doubled)


def _lost(body: str, expected: str) -> str:
    kept = [character for character in expected if character in body]
    if len(kept) < len(expected) * _FEWEST_KEPT:
        return "this was not the test code, or the scanner cannot read it"
    lost = [character for character in expected if character not in body]
    if not lost:
        extra = "".join(sorted(set(body) - set(expected)))
        return f"characters arrive that are not in the code: {extra!r}"
    names = ", ".join(name_of(character) for character in lost)
    return f"characters get lost: {names}"


def said(profile: Profile) -> tuple[str, ...]:
    """What a profile undoes, in words."""
    words = [f"the scanner ends every code with {suffix_name(profile.suffix)}"]
    if not profile.suffix:
        words.append("press Enter after each code, or set it to end with a carriage return")
    if profile.prefix:
        words.append(f"it begins every code with {profile.prefix!r}")
    if profile.layout and all(came == meant.lower() for came, meant in profile.layout):
        words.append("letters arrive in lower case (Caps Lock, or the scanner's case setting)")
    elif profile.layout:
        pairs = ", ".join(f"{meant} as {came}" for came, meant in profile.layout)
        words.append(f"its keyboard country is not the computer's: {pairs}")
    return tuple(words)


def suffix_name(suffix: str) -> str:
    """What a scanner types after a code, as its manual calls it: ``CR+LF``."""
    return SUFFIXES.get(suffix, repr(suffix))
