"""The pattern of a site's own numbers, in marks that everybody can read.

``#`` stands for a digit, ``@`` for a letter, everything else for itself: ``BM-##-####`` is what
``BM-26-0042`` fits. A pattern is asked when a number is given, never when one is looked up: what
was numbered before stays readable and scannable for ever (collec-science#861: labels of an earlier
scheme that were no longer recognised).
"""

from __future__ import annotations

import re

from lottrack.errors import BadValue
from lottrack.rules.reading.text import ascii_upper, quoted

DIGIT, LETTER = "#", "@"

_PATTERN = r"[A-Z0-9#@][A-Z0-9#@._/-]{0,39}"


def require_pattern(text: str) -> str:
    """A pattern of numbers, upper-cased.

    Raises:
        BadValue: it is none (``bad-pattern``).
    """
    pattern = ascii_upper(text.strip())
    if not re.fullmatch(_PATTERN, pattern) or not {DIGIT, LETTER} & set(pattern):
        raise BadValue(
            f"{quoted(text)} is no pattern of numbers.",
            code="bad-pattern",
            hint="# stands for a digit, @ for a letter, everything else for itself: BM-##-####."
            " Up to 40 of A-Z, 0-9, '.', '_', '-' and '/', with at least one # or @.",
        )
    return pattern


def fits(number: str, pattern: str) -> bool:
    """Whether a number, upper-cased, is written like a pattern."""
    marks = {DIGIT: "[0-9]", LETTER: "[A-Z]"}
    shape = "".join(marks.get(sign, re.escape(sign)) for sign in pattern)
    return re.fullmatch(shape, number) is not None


def require_fitting(number: str, pattern: str, what: str) -> None:
    """Refuse a number that is not written like the site's pattern; without a pattern all are.

    Raises:
        BadValue: ``number-pattern``, with the pattern.
    """
    if pattern and not fits(number, pattern):
        raise BadValue(
            f"{what[:1].upper()}{what[1:]} {number} is not written like this site's: {pattern}.",
            code="number-pattern",
            hint="# stands for a digit, @ for a letter. `lottrack site show` tells the patterns; an"
            " administrator changes them: `lottrack site set`.",
        )
