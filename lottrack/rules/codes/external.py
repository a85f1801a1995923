"""Numbers of other systems that a collection came with: checked as given, never made.

A donation identification number counts by its 13 characters: flags tell of a label, the boxed
check character is for keyboards, and neither belongs to the number (ICCBBA ST-001, 2.4.1 and
7.4.1). A Single European Code has no check character; only its form can be looked at
(Dir. 2006/86/EC, Annex VII).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, CodeUnreadable
from lottrack.rules.codes.isbt128 import (
    DIN_LENGTH,
    has_valid_din_check,
    has_valid_flags,
    read_din,
    read_isbt128,
)
from lottrack.rules.codes.sec import is_donation_sequence, read_sec
from lottrack.rules.reading.text import ascii_upper, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

_FLAGS_LENGTH = 2


class ExternalNumber(NamedTuple):
    """A number of another system.

    Attributes:
        value: as it is kept.
        doubt: why it may be no number of its kind, or "".
    """

    value: str
    doubt: str = ""


def read_external(scheme: str, text: str) -> ExternalNumber:
    """A number as given, looked at as far as lottrack knows its scheme (``DIN``, ``SEC``).

    What has another form than its kind is kept all the same, with a doubt: a paper may say
    anything. What carries a check that does not go with it was misread, and is no number.

    Raises:
        CodeUnreadable: flags, check character or date are wrong (``foreign-code-unsound``).
    """
    reader = _READERS.get(scheme)
    return ExternalNumber(text) if reader is None else reader(text)


def _din(text: str) -> ExternalNumber:
    compact = ascii_upper(re.sub(r"\s", "", text))
    if compact.startswith("="):
        # What a scanner types: the first structure of the code is the number with its flags.
        compact = next((s.content for s in read_isbt128(compact) if s.ds == "001"), "")
    number, beside = compact[:DIN_LENGTH], compact[DIN_LENGTH:]
    try:
        read_din(number)
    except BadValue:
        return ExternalNumber(text, _unlike(text, "DIN"))
    flags = beside[:_FLAGS_LENGTH] if len(beside) >= _FLAGS_LENGTH else ""
    check = beside[len(flags) :]
    if len(check) > 1:
        return ExternalNumber(text, _unlike(text, "DIN"))
    if check and not has_valid_din_check(number + check):
        raise _misread(text, f"its check character {check} does not go with the number")
    if flags and not _are_sound(number, flags):
        raise _misread(text, f"its flags {flags} do not go with the number")
    return ExternalNumber(number)


def _are_sound(number: str, flags: str) -> bool:
    try:
        return has_valid_flags(number + flags)
    except BadValue:
        return False


def _sec(text: str) -> ExternalNumber:
    compact = re.sub(r"\s|SEC:?", "", text)
    if is_donation_sequence(ascii_upper(compact)):
        return ExternalNumber(text)
    if len(compact) != _SEC_LENGTH:
        return ExternalNumber(text, _unlike(text, "SEC"))
    read_sec(text)
    return ExternalNumber(text)


_SEC_LENGTH = 40
_READERS: dict[str, Callable[[str], ExternalNumber]] = {"DIN": _din, "SEC": _sec}


def _unlike(text: str, scheme: str) -> str:
    return f"{quoted(text)} does not have the form of a {scheme}. Compare it with the label."


def _misread(text: str, why: str) -> CodeUnreadable:
    return CodeUnreadable(
        f"The donation number {quoted(text)} cannot be trusted: {why}.",
        code="foreign-code-unsound",
        hint="Read it again from the label, or scan it; 13 characters are the whole number.",
    )
