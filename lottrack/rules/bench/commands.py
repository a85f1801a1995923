"""Codes that command: YES, NO, NEXT, digits, reasons and badges, scanned with gloves on.

    LC.<word>.<check>

The word is one of ``WORDS``, ``D`` and a digit or a dot, ``R`` and the number of a reason, or ``U``
and a person's code (a badge says who, it proves nothing: the secret does). *check* is MOD 37-2 over
the letters and digits before it. No command's code can be taken for a label's (``LT.``).
"""

from __future__ import annotations

import re

from lottrack.errors import CodeUnreadable
from lottrack.rules.codes.checkchar import check_character, has_valid_check
from lottrack.rules.codes.scans import unwrapped
from lottrack.rules.reading.text import ascii_upper, quoted

YES, NO, NEXT, UNDO = "YES", "NO", "NEXT", "UNDO"
SIGN, DONE, POINT, MINUS = "SIGN", "DONE", "POINT", "MINUS"
WORDS: dict[str, str] = {
    YES: "yes",
    NO: "no",
    NEXT: "go on to the next",
    UNDO: "take back the last step",
    SIGN: "sign",
    DONE: "the number is complete",
    POINT: "decimal mark",
    MINUS: "minus sign",
}
"""Command -> what it means, as the sheet prints it."""

_START = "LC."
_CODE = r"LC\.(?P<word>[A-Z]+|D[0-9]|R[0-9]{1,2}|U\.[A-Z0-9._-]{1,32})\.[0-9A-Z*]"
# '_' is no character of QR's alphanumeric set, '$' is, and no code of people holds a '$'.
_UNDERSCORE_AS = "$"


def command_code(word: str) -> str:
    """The code of a command as it is printed.

    Args:
        word: a key of ``WORDS``, ``D0`` to ``D9``, ``R1`` and on, or ``U.`` and a person's code.
    """
    body = f"{_START}{word}."
    return body.replace("_", _UNDERSCORE_AS) + check_character(_signs(body))


def read_command(raw: str) -> str | None:
    """The command that a scan gives, or None when it is no command at all.

    Raises:
        CodeUnreadable: it begins as one, but it is not whole or its check character is wrong
            (``identifier-check-failed``).
    """
    text = ascii_upper(unwrapped(raw)).replace(_UNDERSCORE_AS, "_")
    if not text.startswith(_START):
        return None
    match = re.fullmatch(_CODE, text)
    known = match is not None and (match["word"] in WORDS or not match["word"].isalpha())
    if match is None or not known or not has_valid_check(_signs(text)):
        raise CodeUnreadable(
            f"The command code {quoted(text)} cannot be trusted: it is not whole, or misread.",
            code="identifier-check-failed",
            hint="Scan it again, or type the answer.",
        )
    return match["word"]


def digit_of(word: str) -> str:
    """The digit, decimal mark or minus sign a command types, or "" when it types none."""
    if word in {POINT, MINUS}:
        return "." if word == POINT else "-"
    return word[1] if re.fullmatch(r"D[0-9]", word) else ""


def reason_of(word: str) -> int:
    """The number of the reason a command gives, or 0."""
    return int(word[1:]) if re.fullmatch(r"R[0-9]{1,2}", word) else 0


def badge_of(word: str) -> str:
    """The person whose badge a command is, or ""."""
    return word.removeprefix("U.") if word.startswith("U.") else ""


def _signs(text: str) -> str:
    return re.sub(r"[._-]", "", text)
