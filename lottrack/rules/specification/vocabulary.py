"""The words of a qualitative test: which meet its criterion, which do not, and no others.

A laboratory's "no growth" and "growth" are two answers; "no growht" is neither of them. Taken for
an answer it would fail a sound lot, so it is refused while somebody can still look at the report.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lottrack.errors import BadValue
from lottrack.rules.reading.text import quoted
from lottrack.rules.specification.criterion import accepted_words, same_words

if TYPE_CHECKING:
    from lottrack.rules.specification.criterion import Criterion

SO_FAR = " to date"
"""Ends an interim reading: a culture that shows nothing yet has not shown nothing."""

_OPPOSITES = {
    "negative": "positive",
    "non-reactive": "reactive",
    "absent": "present",
    "conforms": "does not conform",
    "complies": "does not comply",
    "passes": "fails",
    "pass": "fail",
    "normal": "abnormal",
    "sterile": "not sterile",
}
_DENIALS = ("no ", "not ", "without ")
# Details of a finding follow it: "growth, Cutibacterium acnes, 1 of 2 bottles".
_DETAILS = (",", ";", ":", " (")
_DAY = r"day [0-9]{1,3}[,:]? +(.+)"


def failing_words(criterion: Criterion) -> tuple[str, ...]:
    """The words by which a laboratory says that a criterion judged by words is not met.

    Those of the specification (``fails``); without any, the opposites of the words that meet it:
    ``no growth`` and ``growth``, ``negative`` and ``positive``, ``conforms`` and ``does not
    conform``; of any other word ``not WORD``.
    """
    if criterion.fails:
        return criterion.fails
    met = {same_words(word) for word in accepted_words(criterion)}
    opposites = [_opposite(word) for word in accepted_words(criterion)]
    return tuple(dict.fromkeys(word for word in opposites if same_words(word) not in met))


def _opposite(word: str) -> str:
    bare = same_words(word)
    for denial in _DENIALS:
        if bare.startswith(denial):
            return bare.removeprefix(denial)
    back = {other: one for one, other in _OPPOSITES.items()}
    return _OPPOSITES.get(bare) or back.get(bare) or f"not {word}"


def without_day(word: str) -> str:
    """Words as they are compared, without the day of a reading: ``day 7, negative to date``."""
    bare = same_words(word)
    match = re.fullmatch(_DAY, bare)
    return match[1] if match else bare


def is_interim_wording(criterion: Criterion, word: str) -> bool:
    """Whether words say what was seen so far only (``no growth to date``)."""
    bare = without_day(word)
    return any(bare == same_words(accepted) + SO_FAR for accepted in accepted_words(criterion))


def require_known_word(criterion: Criterion, word: str) -> None:
    """Refuse words that neither meet nor fail a criterion judged by words.

    Raises:
        BadValue: ``unknown-word``; the sentence lists the words there are.
    """
    bare = without_day(word)
    met = [same_words(each) for each in accepted_words(criterion)]
    failed = [same_words(each) for each in failing_words(criterion)]
    if bare in met or bare in failed or is_interim_wording(criterion, word):
        return
    if any(bare.startswith(each + mark) for each in failed for mark in _DETAILS):
        return
    from difflib import get_close_matches

    near = get_close_matches(bare, [*met, *failed], 1)
    meant = f"Was {quoted(near[0])} meant? " if near else ""
    details = f"What was found follows a comma: '{failed[0]}, DETAILS'. " if failed else ""
    others = f", {_listed(failing_words(criterion))} does not" if failed else ""
    raise BadValue(
        f"{quoted(word)} is no answer that {criterion.test} can have:"
        f" {_listed(accepted_words(criterion))} meets it{others}.",
        code="unknown-word",
        hint=f"{meant}{details}An interim reading is '{met[0]}{SO_FAR}' with --reading interim.",
    )


def _listed(words: tuple[str, ...]) -> str:
    return " or ".join(quoted(word) for word in words)
