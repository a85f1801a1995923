"""Codes that everybody's things carry and that say nothing here: an address, a telephone number.

A technician who scans the wrong square must read what it was, not only that it is unknown.
"""

from __future__ import annotations

import re

# The first that fits names it; texts, compiled (and kept by re) at first use.
_KINDS = (
    (r"(?i)(?:https?://|www\.)\S+", "a web address"),
    (r"(?i)mailto:\S+|[\w.+-]+@[\w-]+\.[\w.-]+", "an e-mail address"),
    (r"(?i)(?:tel|smsto|sms):.*|\+[0-9][0-9 ()/-]{6,}", "a telephone number"),
    (r"(?is)wifi:.*", "the access to a wireless network"),
    (r"(?is)(?:begin:vcard|mecard:).*", "somebody's contact card"),
    (r"(?is)begin:v(?:event|calendar).*", "a calendar entry"),
    (r"(?s)[\[{].*[\]}]", "data of another program (JSON)"),
)
_ARTICLE = r"[0-9]{8}|[0-9]{12,14}"


def everyday_kind(text: str) -> str:
    """What a code that is none of lottrack's seems to be (``a web address``), or ""."""
    whole = text.strip()
    for pattern, kind in _KINDS:
        if re.fullmatch(pattern, whole):
            return kind
    if re.fullmatch(_ARTICLE, whole) and _has_article_check(whole):
        return "an article number, as on goods (GTIN)"
    return ""


def _has_article_check(digits: str) -> bool:
    """Whether the last digit is the check digit of a GTIN: GS1 mod 10 from the right."""
    weighted = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(reversed(digits)))
    return weighted % 10 == 0
