"""The Single European Code as given: its parts, their characters, its expiry date.

Directive 2006/86/EC Art. 10 to 10b and Annex VII, as amended by (EU) 2015/565. The code has no
check character: typed ones are unprotected. lottrack reads and keeps it, and never makes one.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from lottrack.errors import CodeUnreadable
from lottrack.rules.reading.text import quoted

NO_EXPIRY = "00000000"

_DONATION = r"(?P<country>[A-Z]{2})(?P<te>[A-Z0-9]{6})(?P<donation>[A-Z0-9]{13})"
_CODE = (
    rf"{_DONATION}"
    r"(?P<system>[ABE])(?P<product>[A-Za-z0-9]{7})(?P<split>[A-Za-z0-9]{3})(?P<expiry>[0-9]{8})"
)


class Sec(NamedTuple):
    """The parts of a code.

    Attributes:
        country: ISO code of the country of the tissue establishment.
        te: number of the tissue establishment.
        donation: number of the donation there.
        system: coding system of the product: A ISBT 128, B Eurocode, E EUTC.
        product: number of the product.
        split: number of the part of the product.
        expiry: YYYYMMDD, or ``NO_EXPIRY``.
    """

    country: str
    te: str
    donation: str
    system: str
    product: str
    split: str
    expiry: str


def read_sec(text: str) -> Sec:
    """The parts of a code as printed: after ``SEC``, its two halves parted by a space or line.

    Raises:
        CodeUnreadable: it has not its parts, or its expiry is no date (``foreign-code-unsound``).
    """
    bare = re.sub(r"^SEC[:\s]*", "", text.strip())
    halves = bare.split()
    if len(halves) > 2 or (len(halves) == 2 and len(halves[0]) != 21):
        raise _unsound(text, "its two halves are 21 and 19 characters")
    return require_sec("".join(halves))


def require_sec(content: str) -> Sec:
    """The parts of the 40 characters of a code, without space.

    Raises:
        CodeUnreadable: see ``read_sec``.
    """
    match = re.fullmatch(_CODE, content)
    if match is None:
        raise _unsound(content, "a part has not its length or holds characters it never holds")
    found = Sec(**match.groupdict())
    if found.expiry != NO_EXPIRY and not _is_date(found.expiry):
        raise _unsound(content, f"{found.expiry} is no date")
    return found


def is_donation_sequence(content: str) -> bool:
    """Whether 21 characters are a donation identification sequence: the code's first half."""
    return re.fullmatch(_DONATION, content) is not None


def _is_date(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def _unsound(text: str, why: str) -> CodeUnreadable:
    return CodeUnreadable(
        f"The Single European Code {quoted(text)} cannot be trusted: {why}.",
        code="foreign-code-unsound",
        hint="Read it again from the accompanying papers.",
    )
