"""Several readings of one determination: all are kept, and one value decides.

Which one is written in the specification before anything is measured: the worst of them, unless a
criterion says that its method reports the mean. Readings of *different* determinations are results
of their own; no mean is taken of those, because an average can hide a failing one.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.specification.ranges import range_of
from lottrack.rules.specification.results import VERDICTS, ResultValue, judge, worse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.rules.specification.criterion import Criterion


class Decided(NamedTuple):
    """What several readings say together.

    Attributes:
        value: the value that decides.
        verdict: what it says about the criterion.
    """

    value: ResultValue
    verdict: str


def decide(criterion: Criterion | None, readings: Sequence[ResultValue]) -> Decided:
    """The value of a determination from its readings, of which there is at least one.

    A mean is taken only of plain numbers: with a limit sign among them the worst decides. The mean
    is written with one digit more than its most precise reading, and judged before and after
    rounding, so that rounding never makes it pass.
    """
    plain_numbers = all(each.number is not None and not each.sign for each in readings)
    wants_mean = criterion is not None and criterion.replicates == "mean"
    if wants_mean and plain_numbers and len(readings) > 1:
        exact, rounded = _means([each.number for each in readings if each.number is not None])
        verdicts = [judge(criterion, ResultValue("", mean, None)) for mean in (exact, rounded)]
        return Decided(ResultValue("", rounded, None), worse(*verdicts))
    worst = max(readings, key=lambda each: _badness(criterion, each))
    return Decided(worst, judge(criterion, worst))


def _means(numbers: list[Decimal]) -> tuple[Decimal, Decimal]:
    with localcontext() as context:
        context.prec = 60
        exact = sum(numbers, Decimal(0)) / len(numbers)
        places = max(_places(number) for number in numbers) + 1
        return exact, exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _badness(criterion: Criterion | None, reading: ResultValue) -> tuple[int, Decimal]:
    """Sort key: the worse verdict, and among equal ones the number nearer to the wrong side."""
    rank = VERDICTS.index(judge(criterion, reading))
    if criterion is None or reading.number is None:
        return rank, Decimal(0)
    told = range_of(reading.sign, reading.number)
    if criterion.operator in {">=", ">"}:
        return rank, -(told.low if told.low is not None else reading.number)
    if criterion.operator in {"<=", "<"}:
        return rank, told.high if told.high is not None else reading.number
    return rank, Decimal(0)
