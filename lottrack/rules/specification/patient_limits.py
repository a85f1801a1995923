"""Limits that belong to a patient: what one infusion may bring of something, per kg of body weight.

A fixed limit per mL can be met by every container and still give a small child too much. The limit
per kg is written in the specification; whether a dose meets it is reckoned at the pharmacy from the
weight and the volume to be given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.specification.criterion import COMPARISONS, REPORT
from lottrack.rules.specification.ranges import SIGNS
from lottrack.rules.specification.units import exact_factor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from lottrack.rules.reading.datafile import Table
    from lottrack.rules.specification.criterion import Criterion
    from lottrack.rules.specification.presentation import Presentation
    from lottrack.rules.specification.results import ResultValue

ENDOTOXIN, DMSO = "endotoxin", "dmso"
UNITS = {ENDOTOXIN: "EU/kg/h", DMSO: "g/kg"}
"""What a patient limit can be about, and the unit it is written in."""

_PER_ML = "EU/mL"
"""The unit of a result that an endotoxin limit can be reckoned from, or one equal to it."""


class PatientLimit(NamedTuple):
    """The most of something that one infusion may bring.

    Attributes:
        quantity: ``endotoxin`` or ``dmso``.
        test: the test whose results tell how much there is per mL; "" for DMSO, which the
            presentation tells.
        limit: the most, in ``unit``.
        unit: ``EU/kg/h`` or ``g/kg``.
        basis: where the limit comes from.
    """

    quantity: str
    test: str
    limit: Decimal
    unit: str
    basis: str


def parse_patient_limit(table: Table, criteria: Sequence[Criterion]) -> PatientLimit:
    """One ``[[patient_limit]]`` of a specification.

    Raises:
        BadValue: it breaks a rule: an unknown quantity, another unit, a limit of 0, a test the
            specification does not have or that is not measured per mL.
    """
    quantity = table.choice("quantity", tuple(UNITS))
    table.where = f"{table.where} ({quantity})"
    limit = table.number("limit")
    if not (limit > 0):
        raise table.refusal("limit is 0: nothing could ever be given.", "limit")
    unit = table.text("unit")
    if unit != UNITS[quantity]:
        raise table.refusal(f"unit {unit!r}: this limit is written in {UNITS[quantity]}.", "unit")
    test = _test(table, criteria) if quantity == ENDOTOXIN else ""
    made = PatientLimit(quantity, test, limit, unit, table.text("basis"))
    table.end()
    return made


def _test(table: Table, criteria: Sequence[Criterion]) -> str:
    wanted = table.text("test")
    found = next((c for c in criteria if c.test.casefold() == wanted.casefold()), None)
    if found is None:
        raise table.refusal(f"test {wanted!r} is no test of this specification.", "test")
    is_number = found.operator in (*COMPARISONS, REPORT)
    if not is_number or exact_factor(found.unit, _PER_ML) != 1:
        raise table.refusal(f"test {found.test}: its results must be numbers in EU/mL.", "test")
    return found.test


def require_sense(
    table: Table, limits: Sequence[PatientLimit], presentations: Sequence[Presentation]
) -> None:
    """Refuse two limits of one quantity, and a limit on DMSO of which nothing tells how much.

    Of two limits the looser would be a rule nobody follows.

    Raises:
        BadValue: there are two, or no presentation tells its DMSO.
    """
    told = [limit.quantity for limit in limits]
    for quantity in UNITS:
        if told.count(quantity) > 1:
            raise table.refusal(f"there are two patient limits on {quantity}; they overlap.")
    if DMSO in told and all(entry.dmso_g_per_ml is None for entry in presentations):
        raise table.refusal("patient limit on dmso: no presentation tells dmso_g_per_ml.")


def upper_bound(value: ResultValue) -> Decimal | None:
    """The most a reported value can stand for; None when it sets no upper end.

    ``>5``, words and numbers below 0 set none.
    ``<0.50`` stands for anything below 0.50, so 0.50 is what has to be reckoned with.
    """
    number = value.number
    if number is None or value.sign not in SIGNS or not (number.is_finite() and number >= 0):
        return None
    return None if value.sign in {">", ">="} else number
