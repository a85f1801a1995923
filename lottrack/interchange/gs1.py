"""GS1 element strings and Digital Links, read with biip; GTINs checked by it.

lottrack keeps such numbers as they came. It makes none: a GTIN needs the company prefix of
whoever prints it (GS1 General Specifications).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, CodeUnreadable
from lottrack.rules.reading.text import quoted

if TYPE_CHECKING:
    from biip.gs1_element_strings import GS1ElementString

_SCHEME = r"^(?i:https?)(?=://)"
DIGITAL_LINK_HOST = "https://id.gs1.org"


class Ai(NamedTuple):
    """One value of a code: its application identifier, the value, and what GS1 calls it."""

    ai: str
    value: str
    title: str


def read_gs1(text: str) -> list[Ai]:
    """The values of an element string (raw, or bracketed as printed) or of a Digital Link.

    Raises:
        CodeUnreadable: it is neither, or a check digit, a date or a length in it is wrong
            (``foreign-code-unsound``).
    """
    found = [Ai(each.ai.ai, each.value, each.ai.data_title) for each in _elements(text.strip())]
    if not found:
        raise _unsound(text, "it says nothing")
    return found


def gtin_check_digit(body: str) -> str:
    """The check digit of a GTIN whose other digits are given.

    Raises:
        BadValue: they are no digits, or of a length no GTIN has (``bad-gtin``).
    """
    from biip.checksums import gs1_standard_check_digit

    if not (body.isascii() and body.isdecimal() and len(body) in {7, 11, 12, 13}):
        raise BadValue(f"{quoted(body)} is no GTIN without its check digit.", code="bad-gtin")
    return str(gs1_standard_check_digit(body))


def digital_link(ais: list[tuple[str, str]]) -> str:
    """The Digital Link that says the same as an element string, at GS1's own resolver.

    Raises:
        CodeUnreadable: the values do not make a sound code (``foreign-code-unsound``).
    """
    from biip.gs1_messages import GS1Message

    bracketed = "".join(f"({ai}){value}" for ai, value in ais)
    _elements(bracketed)
    link = GS1Message.parse_hri(bracketed).as_gs1_digital_link_uri()
    return link.as_uri(domain=DIGITAL_LINK_HOST.removeprefix("https://"))


def _elements(text: str) -> list[GS1ElementString]:
    import biip
    from biip.gs1_messages import GS1Message

    try:
        if text.startswith("("):
            found = list(GS1Message.parse_hri(text).element_strings)
        else:
            # A link in capitals takes less room in a QR code; biip knows only small ones.
            parsed = biip.parse(re.sub(_SCHEME, lambda match: match[0].lower(), text))
            said = parsed.gs1_digital_link_uri or parsed.gs1_message
            if said is None:
                raise _unsound(text, str(parsed.gs1_message_error or parsed.gtin_error))
            found = list(said.element_strings)
    except (biip.ParseError, ValueError) as error:
        raise _unsound(text, str(error)) from None
    # With a wrong check digit biip still answers: the error stands beside the value.
    wrong = [each.gtin_error or each.gln_error or each.sscc_error for each in found]
    for sentence in filter(None, wrong):
        raise _unsound(text, sentence)
    return found


def _unsound(text: str, why: str) -> CodeUnreadable:
    return CodeUnreadable(
        f"The GS1 code {quoted(text)} cannot be trusted: {why.rstrip('.')}.",
        code="foreign-code-unsound",
        hint="Scan it again; if it stays so, ask whoever made the label.",
    )
