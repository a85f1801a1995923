"""Results: reading one reported value, and judging it against the criterion of its test.

A result reported as ``<0.50`` stands for every number below 0.50. It passes when all of them meet
the limit, fails when none does, and is undecided otherwise; so ``<0.50`` proves nothing about a
limit of at least 0.3. What cannot be a sound measurement (a share of 140 %) never passes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue
from lottrack.rules.reading.notation import POINT, pointed
from lottrack.rules.reading.quantities import format_cells, parse_decimal, plain, shown_unit
from lottrack.rules.reading.text import clean_text, quoted
from lottrack.rules.specification.criterion import (
    COMPARISONS,
    PERCENT,
    REPORT,
    Criterion,
    accepted_range,
    accepted_words,
    is_number_like,
    limit_text,
    possible_range,
    same_words,
)
from lottrack.rules.specification.ranges import (
    SIGNS,
    common,
    is_apart,
    is_empty,
    is_inside,
    range_of,
)
from lottrack.rules.specification.units import exact_factor, same_unit
from lottrack.rules.specification.vocabulary import (
    SO_FAR,
    is_interim_wording,
    require_known_word,
    without_day,
)

if TYPE_CHECKING:
    from decimal import Decimal

PASS, FAIL, UNDECIDED, INFORMATIVE = "pass", "fail", "undecided", "informative"
VERDICTS = (INFORMATIVE, PASS, UNDECIDED, FAIL)
"""What a result says about its criterion, the better before the worse."""

INTERIM, FINAL = "interim", "final"
READINGS = (INTERIM, FINAL)
"""An interim reading (a culture on its third day) can fail a test, but never close it."""

_SIGNED = r"(<=|>=|<|>|≤|≥)?\s*(.*)"
_SPELT_SIGNS = {"≤": "<=", "≥": ">="}
_LONGEST_WORDS = 200
_LEAST_NUMBER = -(10**15)


class ResultValue(NamedTuple):
    """One reported value: a number with the sign of its limit, or words.

    Attributes:
        sign: one of ``SIGNS``; "" for a plain number and for words.
        number: the number, with the digits it was reported with; None for words.
        word: the words, with single spaces; None for a number.
    """

    sign: str
    number: Decimal | None
    word: str | None


class Reported(NamedTuple):
    """A value in the unit of its limit, and as it was reported.

    Attributes:
        value: in the unit it is kept in.
        unit: that unit, or "".
        original: value and unit as the laboratory gave them, where they were converted; else "".
    """

    value: ResultValue
    unit: str
    original: str


def parse_result(text: str, criterion: Criterion | None) -> ResultValue:
    """A result as a person types it: ``97.8``, ``<0.50``, ``4.4e7``, ``no growth``.

    Args:
        text: the value alone; the unit is given apart.
        criterion: what it will be judged by. None, and a criterion that is only reported and has
            no unit, take a number or words.

    Raises:
        BadValue: ``bad-number``: no number where one is needed, or one that is written wrongly;
            ``bad-value``: a number where words are needed, or words that cannot be kept;
            ``unknown-word``: words that neither meet nor fail a criterion judged by words.
    """
    if criterion is not None and criterion.operator == REPORT and criterion.unit:
        return _read_number(text, criterion)
    if criterion is None or criterion.operator == REPORT:
        return _read_number(text, None) if is_number_like(text) else _read_words(text)
    if criterion.operator in COMPARISONS:
        return _read_number(text, criterion)
    if is_number_like(text):
        raise BadValue(f"{quoted(text)} is a number. {_expected(criterion)}")
    value = _read_words(text)
    require_known_word(criterion, value.word or "")
    return value


def as_recorded(text: str, mark: str) -> str:
    """A result typed with a site's decimal mark in the spelling of the record; words as they are.

    Raises:
        BadValue: it is a number written with another mark or with thousands separators
            (``bad-number``).
    """
    if mark == POINT or not is_number_like(text):
        return text
    found = pointed(text, mark)
    if found is None:
        bare = text.strip().lstrip("<>=≤≥ ").removesuffix("%").strip()
        parse_decimal(bare, "the result", minimum=_LEAST_NUMBER, allow_exponent=True, mark=mark)
        raise AssertionError("what uses another mark is no number")
    return found


def require_reading(criterion: Criterion | None, value: ResultValue, reading: str) -> None:
    """Refuse words of an interim report (``no growth to date``) as a final result.

    Raises:
        BadValue: ``interim-words``.
    """
    if criterion is None or value.word is None or reading == INTERIM:
        return
    if is_interim_wording(criterion, value.word):
        raise BadValue(
            f"{quoted(value.word)} says what was seen so far, which closes nothing.",
            code="interim-words",
            hint="Record it with --reading interim, and the final reading when it is there.",
        )


def restored_value(sign: str, value: str) -> ResultValue:
    """The value of a result from the two texts the record keeps (see ``value_text``).

    Raises:
        BadValue: the texts are none that ``parse_result`` could have given.
    """
    if not is_number_like(value):
        if sign:
            raise BadValue(f"Words have no sign: {quoted(sign + value)}.")
        return ResultValue("", None, value)
    if sign not in SIGNS:
        raise BadValue(f"{quoted(sign)} is no sign of a result.", code="bad-number")
    return ResultValue(sign, _number(value, "the result"), None)


def value_text(value: ResultValue) -> str:
    """The number in plain digits, or the words, without the sign."""
    if value.number is not None:
        return plain(value.number)
    return value.word or ""


def result_text(value: ResultValue, unit: str) -> str:
    """The result as a certificate prints it: ``< 0.50 EU/mL``, ``no growth``."""
    sign = {"<=": "≤ ", ">=": "≥ ", "<": "< ", ">": "> "}.get(value.sign, "")
    beside = f" {shown_unit(unit)}" if unit and value.number is not None else ""
    return f"{sign}{value_text(value)}{beside}"


def require_unit(given: str | None, criterion: Criterion | None) -> str:
    """The unit a result is kept with: the criterion's, whether it was given or not.

    Nothing is converted here: see ``in_unit_of``.

    Raises:
        BadValue: ``unit-mismatch``: the unit given is not the criterion's.
    """
    unit = clean_text(given, "the unit", 40) if given else ""
    if criterion is None:
        return unit
    if not unit or same_unit(unit) == same_unit(criterion.unit):
        return criterion.unit
    raise BadValue(
        f"The result of {criterion.test} is given in {quoted(unit)},"
        f" but its limit is in {quoted(criterion.unit) if criterion.unit else 'words'}.",
        code="unit-mismatch",
        hint=f"{_expected(criterion)} Convert it, or check which test was meant.",
    )


def in_unit_of(criterion: Criterion | None, value: ResultValue, given: str | None) -> Reported:
    """A value in the unit of its limit, converted where the factor is exact.

    Args:
        criterion: whose unit it is to be in; None keeps the unit given.
        value: as it was reported.
        given: its unit, or "" for the criterion's.

    Raises:
        BadValue: ``unit-mismatch``: no exact factor leads from one unit to the other.
    """
    unit = clean_text(given, "the unit", 40) if given else ""
    if criterion is None or not unit or value.number is None:
        return Reported(value, require_unit(given, criterion), "")
    factor = exact_factor(unit, criterion.unit)
    if factor is None or same_unit(unit) == same_unit(criterion.unit):
        return Reported(value, require_unit(given, criterion), "")
    converted = value._replace(number=value.number * factor)
    return Reported(converted, criterion.unit, result_text(value, unit))


def judge(criterion: Criterion | None, value: ResultValue) -> str:
    """One of ``VERDICTS``: does the result prove that the criterion is met?

    Args:
        criterion: None for a test the specification does not have: nothing to judge.
        value: as it was read; a word under a limit in numbers, or the reverse, is undecided.
    """
    if criterion is None or criterion.operator == REPORT:
        return INFORMATIVE
    if criterion.operator in COMPARISONS:
        return _judge_number(criterion, value)
    return _judge_words(criterion, value)


def implausible(criterion: Criterion | None, value: ResultValue) -> str | None:
    """Why a number can hardly be right, as a sentence to warn with, or None."""
    if criterion is None or value.number is None or not _is_sound(value):
        return None
    told = range_of(value.sign, value.number)
    if not is_empty(common(told, possible_range(criterion))):
        return None
    bounds = "from 0 to 100" if criterion.unit == PERCENT else "0 or more"
    shown, unit = result_text(value, criterion.unit), shown_unit(criterion.unit)
    return f"{criterion.test} {shown} cannot be: a result in {unit} is {bounds}."


def unlike_the_fill(criterion: Criterion, value: ResultValue, filled: int, what: str) -> str | None:
    """Why a count of a container can hardly be right beside its fill, as a sentence, or None.

    Less than half or more than twice of it: mostly a power of ten that the unit has already.

    Args:
        criterion: the criterion; one that is no count of cells doubts nothing.
        value: the result in the criterion's unit.
        filled: viable cells filled into the container.
        what: the container's number.
    """
    factor = exact_factor(criterion.unit, "cells")
    if factor is None or value.number is None or value.sign:
        return None
    counted = value.number * factor
    if filled <= 2 * counted <= 4 * filled:
        return None
    return (
        f"{criterion.test} {result_text(value, criterion.unit)} of {what} is far from the"
        f" {format_cells(filled)} viable cells that were filled into it. Check the power of ten:"
        f" the unit is {shown_unit(criterion.unit)}."
    )


def worse(one: str, other: str) -> str:
    """The worse of two verdicts; a verdict nobody knows counts as undecided."""
    ranks = [
        VERDICTS.index(verdict) if verdict in VERDICTS else VERDICTS.index(UNDECIDED)
        for verdict in (one, other)
    ]
    return VERDICTS[max(ranks)]


def _judge_number(criterion: Criterion, value: ResultValue) -> str:
    if value.number is None or not _is_sound(value):
        return UNDECIDED
    told = range_of(value.sign, value.number)
    accepted = accepted_range(criterion)
    possible = common(told, possible_range(criterion))
    if is_apart(told, accepted) or (not is_empty(possible) and is_apart(possible, accepted)):
        return FAIL
    return PASS if is_inside(possible, accepted) else UNDECIDED


def _judge_words(criterion: Criterion, value: ResultValue) -> str:
    if value.word is None:
        return UNDECIDED
    word = without_day(value.word)
    for accepted in accepted_words(criterion):
        if word == same_words(accepted):
            return PASS
        if word == same_words(accepted) + SO_FAR:
            return UNDECIDED
    return FAIL


def _is_sound(value: ResultValue) -> bool:
    return value.sign in SIGNS and value.number is not None and value.number.is_finite()


def _read_number(text: str, criterion: Criterion | None) -> ResultValue:
    match = re.fullmatch(_SIGNED, text.strip(), re.DOTALL)
    sign, digits = (match[1] or "", match[2]) if match else ("", text)
    what = f"the result of {criterion.test}" if criterion else "the result"
    try:
        number = _number(digits, what)
    except BadValue as error:
        expected = f" {_expected(criterion)}" if criterion else ""
        raise BadValue(
            f"{error.sentence}{expected}",
            code="bad-number",
            hint=error.hint
            or "Write 97.8, or <0.50 where the method found less than it can measure.",
        ) from error
    return ResultValue(_SPELT_SIGNS.get(sign, sign), number, None)


def _read_words(text: str) -> ResultValue:
    return ResultValue("", None, " ".join(clean_text(text, "the result", _LONGEST_WORDS).split()))


def _number(text: str, what: str) -> Decimal:
    return parse_decimal(text, what, minimum=_LEAST_NUMBER, allow_exponent=True)


def _expected(criterion: Criterion) -> str:
    if criterion.operator == REPORT:
        return f"{criterion.test} is reported as a number in {shown_unit(criterion.unit)}."
    if criterion.operator in COMPARISONS:
        return f"{criterion.test} is judged as a number: {limit_text(criterion)}."
    words = " or ".join(quoted(word) for word in accepted_words(criterion))
    return f"{criterion.test} is judged by words: {words} meets it."
