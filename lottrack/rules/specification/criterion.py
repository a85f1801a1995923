"""One criterion of a specification: what its limit says, and which results could meet it.

What a limit accepts is a range of numbers or a list of words; both are read out of the limit as it
was written and signed, so that nothing else has to be kept beside it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from lottrack.errors import BadValue
from lottrack.rules.reading.quantities import parse_decimal, shown_unit
from lottrack.rules.specification.ranges import EVERYTHING, Range, common, range_of

LEVELS = ("lot", "container", "preparation")
"""What a criterion speaks of; a preparation is the dose prepared for one order."""

COMPARISONS = (">=", "<=", ">", "<", "between")
WORD_OPERATORS = ("equals", "one_of")
REPORT = "report"
OPERATORS = (*COMPARISONS, *WORD_OPERATORS, REPORT)
"""How a result is judged; ``report`` judges nothing and puts the result on the certificate."""

COUNTS = ("viability_pct", "viable_cells")
"""What a count of a prepared dose says by itself (``from_count``)."""

REPLICATES = ("worst", "mean")
"""What decides among several readings of one determination; left out, the worst of them."""

PERCENT = "%"
CELL_UNITS = {"cells": Decimal(1), "10^6": Decimal(1_000_000)}
"""Units in which a count of viable cells can be compared with a limit, in cells."""

_LEAST_NUMBER = -(10**15)


class Criterion(NamedTuple):
    """One test of a specification.

    Attributes:
        test: the word `result record` takes; unique in the specification, whatever its case.
        name: the test as a certificate prints it.
        stage: where in the process the sample comes from (P0, drug substance, ...).
        level: what it is judged for, one of ``LEVELS``.
        operator: one of ``OPERATORS``.
        limit: the limit as written: a number, ``LOW..HIGH``, a word, words parted by `` | ``, or
            "" where results are only reported.
        unit: unit of limit and results, or "" (words, counts without one).
        required: False: reported for information; neither its lack nor its failing stops anything.
        pending_days: days after the harvest until which it may be pending at a conditional
            release, or None if it may not.
        pending_basis: why it may be pending, in words, or "".
        method: a hint how it is measured, or "".
        alternative: name of the group of markers of which one suffices, or "".
        from_count: what of a preparation's count fulfils it, one of ``COUNTS``, or None.
        fails: further words that a laboratory reports where it is not met, or none: then they
            follow from the words that meet it (``vocabulary.failing_words``).
        replicates: which of several readings of one determination decides, one of ``REPLICATES``.
        contamination: failing it means that the cells may be contaminated (sterility, mycoplasma):
            found after a release, it stops everything of the same start material.
        sample: what is sampled, and how much, or "".
        incubation_days: days after the sampling before which a reading that does not fail is
            interim (``incubation``), or None where nothing is incubated.
        rapid_methods: methods to which that does not apply.
    """

    test: str
    name: str
    stage: str
    level: str
    operator: str
    limit: str
    unit: str
    required: bool
    pending_days: int | None
    pending_basis: str
    method: str
    alternative: str
    from_count: str | None
    fails: tuple[str, ...] = ()
    replicates: str = "worst"
    contamination: bool = False
    sample: str = ""
    incubation_days: int | None = None
    rapid_methods: tuple[str, ...] = ()


def limit_text(criterion: Criterion) -> str:
    """The limit as a certificate prints it: ``≥ 95 %``, ``2 to 5 EU/mL``, ``no growth``."""
    unit = f" {shown_unit(criterion.unit)}" if criterion.unit else ""
    if criterion.operator == REPORT:
        return REPORT
    if criterion.operator == "between":
        low, _, high = criterion.limit.partition("..")
        return f"{low.strip()} to {high.strip()}{unit}"
    if criterion.operator in COMPARISONS:
        sign = {">=": "≥", "<=": "≤"}.get(criterion.operator, criterion.operator)
        return f"{sign} {criterion.limit}{unit}"
    return " or ".join(accepted_words(criterion))


def accepted_words(criterion: Criterion) -> tuple[str, ...]:
    """The words that meet a criterion judged by words; none for every other."""
    if criterion.operator == "equals":
        return (criterion.limit,)
    if criterion.operator == "one_of":
        return tuple(word.strip() for word in criterion.limit.split("|"))
    return ()


def same_words(text: str) -> str:
    """A word or phrase as it is compared: without regard to case and white space."""
    return " ".join(text.split()).casefold()


def is_number_like(text: str) -> bool:
    """Whether a text looks like a number, right or wrong (``1,5``, ``nan``), and not like words."""
    bare = text.strip().lstrip("<>=≤≥ ").removesuffix("%").strip()
    if bare.lower().lstrip("+-") in {"nan", "snan", "inf", "infinity"}:
        return True
    return re.fullmatch(r"[-+]?[\d.,_' ]*\d[\d.,_' -]*(?:[eE][-+]?\d+)?", bare) is not None


def accepted_range(criterion: Criterion) -> Range:
    """The numbers that meet a criterion judged by a number.

    Raises:
        BadValue: its limit is no number (``bad-number``), or it is not judged by a number.
    """
    if criterion.operator not in COMPARISONS:
        raise BadValue(f"{criterion.test} is not judged by a number.", code="bad-number")
    if criterion.operator == "between":
        low, dots, high = criterion.limit.partition("..")
        if not dots:
            raise BadValue(f"Limit {criterion.limit} is not LOW..HIGH.", code="bad-number")
        return common(range_of(">=", _number(low)), range_of("<=", _number(high)))
    return range_of(criterion.operator, _number(criterion.limit))


def possible_range(criterion: Criterion) -> Range:
    """The numbers a sound measurement can give: a percentage is a share from 0 to 100.

    Nothing else measured in a release test is below 0 either, unless the limit itself is. A ratio
    that may exceed 100 (cells recovered, say) needs a unit of its own, such as "% of fill".
    """
    if criterion.unit == PERCENT:
        return Range(Decimal(0), True, Decimal(100), True)  # noqa: FBT003 - ends beside values
    if criterion.operator in COMPARISONS:
        accepted = accepted_range(criterion)
        ends = [end for end in (accepted.low, accepted.high) if end is not None]
        if any(end < 0 for end in ends):
            return EVERYTHING
    return Range(Decimal(0), True, None, False)  # noqa: FBT003 - ends beside values


def _number(text: str) -> Decimal:
    return parse_decimal(text, "the limit", minimum=_LEAST_NUMBER, allow_exponent=True)
