"""What one line at a bench is: a command, a code of lottrack's, or words somebody typed.

A profile puts right what a scanner's country setting, prefix and suffix did to a code. But the same
line may come from the keyboard beside the scanner, which needs no putting right: on a French
keyboard a typed ``4`` would become a ``$``. So a code of lottrack's is taken in whichever spelling
proves itself by its check character; anything else is put right only when it came as fast as a
scanner types.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lottrack.errors import CodeUnreadable
from lottrack.rules.bench.commands import WORDS, read_command
from lottrack.rules.bench.doctor import Profile, repaired
from lottrack.rules.bench.line import Line
from lottrack.rules.codes.scans import read_scan, unwrapped
from lottrack.rules.reading.text import ascii_upper, quoted

_OWN = ("LT.", "LC.")
_GARBLED = r"(?i)l[tc][^A-Z0-9.\s-].{6,}"


class Heard(NamedTuple):
    """One line understood.

    Attributes:
        line: how it arrived.
        text: what was meant; "" for an empty line.
        command: a word of ``WORDS``, ``D7``, ``R3`` or ``U.ANA``; "" when it commands nothing.
        is_scanned: it was a code of lottrack's, not a bare number or words.
    """

    line: Line
    text: str
    command: str = ""
    is_scanned: bool = False


def meant(line: Line, profile: Profile) -> str:
    """The text of a line, put right where it is one of lottrack's codes or a scanner's."""
    came, spelled = _spellings(line, profile)
    for text in (came, spelled):
        if _is_own(text):
            return text
    return spelled if line.is_fast else came


def hear(line: Line, profile: Profile) -> Heard:
    """What a line is.

    Raises:
        CodeUnreadable: it begins as a code of lottrack's, but it is not whole or its check
            character is wrong (``identifier-check-failed``), or it looks like one typed through the
            wrong country setting (``code-garbled``).
    """
    came, spelled = _spellings(line, profile)
    trouble = None
    for text in (came, spelled):
        if _is_own(text):
            try:
                return _own(line, text)
            except CodeUnreadable as error:
                trouble = trouble or error
    if trouble is not None:
        raise trouble
    text = spelled if line.is_fast else came
    if re.fullmatch(_GARBLED, text):
        raise CodeUnreadable(
            f"{quoted(text)} looks like a code that a scanner types for another keyboard.",
            code="code-garbled",
            hint="Run `lottrack bench doctor` at this computer, then scan again.",
        )
    word = ascii_upper(text)
    return Heard(line, text, word if word in WORDS else "")


def is_own_code(text: str, profile: Profile) -> bool:
    """Whether a text is a sound code of lottrack's, as the scanner with this profile types it.

    A stray scan where a secret is asked for must not count as a wrong one.
    """
    for spelled in (unwrapped(text), unwrapped(repaired(text, profile))):
        if _is_own(spelled):
            try:
                _own(Line(text.encode()), spelled)
            except CodeUnreadable:
                continue
            return True
    return False


def _own(line: Line, text: str) -> Heard:
    command = read_command(text)
    if command is None:
        read_scan(text)
    return Heard(line, text, command or "", is_scanned=True)


def _spellings(line: Line, profile: Profile) -> tuple[str, str]:
    """The line as it came, and as it is when the scanner typed it."""
    raw = line.raw.decode("utf-8", errors="replace")
    return unwrapped(raw), unwrapped(repaired(raw, profile))


def _is_own(text: str) -> bool:
    return ascii_upper(text).startswith(_OWN)
