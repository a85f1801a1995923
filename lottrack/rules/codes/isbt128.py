"""ISBT 128 codes as given: which structure a code is, its length and characters, its checks.

Read and checked, never minted: numbers are kept as they came. Written from the facts of ICCBBA's
ST-001 (2.2 to 2.5, 6, 7.4, 7.5); no product, facility or reference table is part of lottrack, so
what a product code means is for the site's own licensed table to say.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lottrack.errors import BadValue, CodeUnreadable
from lottrack.rules.codes.checkchar import check_character, check_value, has_valid_check
from lottrack.rules.codes.isbt_dates import read_isbt_date
from lottrack.rules.codes.sec import require_sec
from lottrack.rules.reading.text import ascii_upper, quoted

DIN_LENGTH = 13
"""A donation identification number is unique without its flags and its check character."""

_FIN = r"[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2}"
_DIN = rf"{_FIN}[0-9]{{8}}"
_FLAG = r"[0-9A-HJ-NPR-Y]"
_DATE, _TIME = r"[0-9]{6}", r"[0-9]{10}"
_FACILITY = r"[A-NP-Z1-9][A-Z0-9]{4}"


class Structure(NamedTuple):
    """One structure of a code: its number in the standard, and the content after its identifier."""

    ds: str
    content: str


_STRUCTURES: dict[str, tuple[str, str]] = {
    # identifier -> data structure, pattern of its content (patterns are compiled at first use)
    "=%": ("002", r"[A-Za-z0-9]{4}"),
    "=<": ("003", r"[A-Z][A-Z0-9]{4}[A-Za-z0-9][A-Z0-9][a-z0-9]"),
    "=>": ("004", _DATE),
    "&>": ("005", _TIME),
    "=*": ("006", _DATE),
    "&*": ("007", _TIME),
    "=}": ("008", _DATE),
    "&}": ("009", _TIME),
    "&(": ("010", r"[A-Za-z0-9]{5}"),
    "=)": ("017", r"[A-Z0-9]{10}"),
    "&)": ("018", r"[A-Z0-9]{10}"),
    "=;": ("019", rf"{_FACILITY}[A-Z0-9]{{16}}"),
    "='": ("020", rf"{_FACILITY}[A-Z0-9]{{6}}"),
    "=-": ("021", r"[A-Z0-9]{10}"),
    "&-": ("022", r"[A-Z0-9]{10}"),
    "=+": ("023", r"[0-9]{5}"),
    "=#": ("024", r"[A-Z0-9]{2}[0-9]{8}"),
    "&#": ("025", r"[0-9]{2}[0-9]{2}[A-Za-z0-9]+"),
    "=]": ("026", r"[0-9]{6}"),
    "=$": ("028", rf"{_FACILITY}[0-9]{{11}}"),
    "&$": ("029", r"[0-9]{2}(?:[0-9]{14})+"),
    "=(": ("031", r"[12]0[0-9]{2}[0-9]{12}"),
    "=,": ("032", r"[A-Z0-9]{6}"),
    "&+": ("033", rf"{_FACILITY}[A-Z0-9]{{6}}"),
    "=/": ("034", rf"{_FACILITY}[A-Z0-9]{{6}}[A-Z][A-Z0-9]{{4}}"),
    "&,1": ("035", r"[A-Z0-9]{18}"),
    "&,2": ("036", r"[A-Z0-9]{18}"),
    "&,4": ("038", r"[A-Za-z0-9]{40}"),
    "&:": ("039", r"[1-9][0-9]{3}[A-Z0-9]{13}[0-9]{2}"),
    "&/": ("040", rf"CH{_FACILITY}[0-9]{{2}}[A-Z0-9]{{6}}"),
}
_LENGTHS = {
    "001": 15,
    **dict.fromkeys(("004", "006", "008", "026", "032"), 6),
    **dict.fromkeys(("005", "007", "009", "017", "018", "021", "022", "024"), 10),
    **dict.fromkeys(("002",), 4),
    **dict.fromkeys(("003",), 8),
    **dict.fromkeys(("010", "023"), 5),
    **dict.fromkeys(("020", "033"), 11),
    **dict.fromkeys(("028", "031", "034"), 16),
    **dict.fromkeys(("035", "036"), 18),
    "019": 21,
    "038": 40,
    "039": 19,
    "040": 15,
}
"""Characters of the content; 025 and 029 say their own length."""

_DATES = frozenset({"004", "005", "006", "007", "008", "009"})
_DIN_STARTS = r"[A-NP-Z1-9]"


def structure_of(prefix: str) -> str:
    """The data structure that an identifier at the start of a code announces.

    Raises:
        CodeUnreadable: no structure begins so (``foreign-code-unsound``).
    """
    return _identified(prefix)[0]


def read_isbt128(text: str) -> list[Structure]:
    """The structures of a code, each checked for length and characters, and their values.

    A compound message is taken apart: its header (023) first, then as many as it declares.
    Two codes read in one go without a header are taken apart as well.

    Raises:
        CodeUnreadable: an identifier is unknown, a content has not its length or characters, a
            date does not exist, a check is wrong, or a header counts otherwise.
    """
    found: list[Structure] = []
    rest = text
    while rest:
        ds, start = _identified(rest)
        length = _length(ds, rest[start:])
        content = rest[start : start + length]
        _require_sound(ds, content, length)
        found.append(Structure(ds, content))
        rest = rest[start + length :]
    if not found:
        raise _unreadable(text, "it is empty")
    _require_counted(text, found)
    return found


def _identified(text: str) -> tuple[str, int]:
    """The data structure a text begins with, and where its content begins."""
    if re.match(rf"={_DIN_STARTS}", text):
        return "001", 1
    for length in (3, 2):
        if text[:length] in _STRUCTURES:
            return _STRUCTURES[text[:length]][0], length
    raise CodeUnreadable(
        f"{quoted(text[:3])} begins no structure of ISBT 128.",
        code="foreign-code-unsound",
        hint="Scan the code again; a typed code must begin with its identifier (= or &).",
    )


def _length(ds: str, content: str) -> int:
    if ds == "025":
        return 4 + int(content[2:4]) if content[2:4].isdecimal() else 4
    if ds == "029":
        return 2 + 14 * int(content[:2]) if content[:2].isdecimal() else 2
    return _LENGTHS[ds]


def _pattern(ds: str) -> str:
    if ds == "001":
        return rf"{_DIN}{_FLAG}{{2}}"
    return next(pattern for known, pattern in _STRUCTURES.values() if known == ds)


def _require_sound(ds: str, content: str, length: int) -> None:
    if len(content) != length or not re.fullmatch(_pattern(ds), content):
        raise _unreadable(content, f"structure {ds} has {length} characters of another form")
    if ds in _DATES:
        try:
            read_isbt_date(content)
        except BadValue as error:
            raise _unreadable(content, error.sentence) from None
    if ds == "001" and not has_valid_flags(content):
        raise _unreadable(content, "its flags do not go with the number")
    if ds == "038":
        require_sec(content)
    if ds == "039" and two_digit_check(content[:-2]) != content[-2:]:
        raise _unreadable(content, "its checksum does not go with the rest")


def _require_counted(text: str, found: list[Structure]) -> None:
    headers = [place for place, each in enumerate(found) if each.ds == "023"]
    if not headers:
        return
    declared = int(found[0].content[:2]) if headers == [0] else -1
    if declared != len(found) - 1:
        raise _unreadable(text, "its header does not count the structures it carries")


# -- donation identification numbers ---------------------------------------------------------------


class Din(NamedTuple):
    """A donation identification number: facility, nominal year, sequence."""

    fin: str
    year: str
    sequence: str


def require_facility_code(text: str) -> str:
    """A facility identification number, upper-cased: five characters (ST-001 2.4.1).

    Raises:
        BadValue: it is none (``bad-facility-code``).
    """
    code = ascii_upper(text.strip())
    if not re.fullmatch(_FIN, code):
        raise BadValue(
            f"{quoted(text)} is no facility identification number.",
            code="bad-facility-code",
            hint="It has five characters, as ICCBBA gave it: A9999, for example.",
        )
    return code


def read_din(text: str) -> Din:
    """The parts of a number of 13 characters, without flags and check character.

    Raises:
        BadValue: it is none (``bad-din``).
    """
    if not re.fullmatch(_DIN_WIDE, text):
        raise BadValue(
            f"{quoted(text)} is no donation identification number: five characters for the"
            " facility, two digits for the year, six for the sequence.",
            code="bad-din",
            hint="Leave out the two flags and the boxed check character beside it.",
        )
    return Din(text[:5], text[5:7], text[7:])


# A facility's number may have letters in all its places one day (ST-001 2.4.1).
_DIN_WIDE = r"[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{10}"


def has_valid_din_check(text: str) -> bool:
    """Whether the 14th character, typed from the box beside a number, is its check character."""
    return len(text) == DIN_LENGTH + 1 and has_valid_check(text)


def is_typed_din(text: str) -> bool:
    """Whether a text is a number as people type it: no flags, and the boxed check character."""
    return re.fullmatch(_DIN_WIDE, text[:DIN_LENGTH]) is not None and has_valid_din_check(text)


def flag_type(flags: str) -> str:
    """What two flag characters are: ``none``, ``type1``, ``type2``, ``type3`` or ``reserved``.

    Type 1 is set by the standard, type 2 by the facility, type 3 holds a check value.

    Raises:
        BadValue: they are no flags (``bad-flags``).
    """
    if not re.fullmatch(rf"{_FLAG}{{2}}", flags):
        raise BadValue(f"{quoted(flags)} are no ISBT 128 flags.", code="bad-flags")
    if flags == "00":
        return "none"
    number = int(flags) if flags.isdecimal() else -1
    if number in _TYPE_1:
        return "type1"
    if 20 <= number <= 59:
        return "type2"
    return "type3" if 60 <= number <= 96 else "reserved"


_TYPE_1 = frozenset({*range(1, 14), *range(15, 20)})
_TYPE_3_BASE = 60


def has_valid_flags(content: str) -> bool:
    """Whether the flags of a 001 structure are flags, and a check value in them is right."""
    din, flags = content[:DIN_LENGTH], content[DIN_LENGTH:]
    if flag_type(flags) != "type3":
        return True
    return int(flags) - _TYPE_3_BASE == check_value(din)


def two_digit_check(text: str) -> str:
    """The two digits that check a GRID or a basic UDI-DI: the check value itself."""
    return f"{check_value(text):02d}"


def coi_check_character(content: str) -> str:
    """The check character printed beside a chain-of-identity identifier (structure 040)."""
    return check_character(content)


def _unreadable(text: str, why: str) -> CodeUnreadable:
    return CodeUnreadable(
        f"The ISBT 128 code {quoted(text)} cannot be trusted: {why}.",
        code="foreign-code-unsound",
        hint="Scan it again; if it stays so, ask the facility that made the label.",
    )
