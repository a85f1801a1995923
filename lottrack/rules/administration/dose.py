"""Dose: viable cells per kg of body weight for one infusion.

The dose counts the cells that are alive when they are given. The latest count after thawing says
so; without one it is estimated from the fill and the protocol's expected recovery, and an estimate
warns where a count refuses (commands.md section 4). The trial gives 2 to 3 × 10⁶ viable cells per
kg and infusion (NCT04153630); ranges are protocol data, never constants.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from typing import NamedTuple

from lottrack.errors import BadValue, Blocker
from lottrack.rules.culture.plausibility import Findings, ShownWarning
from lottrack.rules.reading.quantities import format_cells, plain

POST_THAW = "post_thaw"
"""Basis of a dose that was counted after thawing."""

ESTIMATED = "estimated"
"""Basis of a dose reckoned from the fill and the expected recovery."""

# Own context: the caller's precision and rounding must not change a judged number.
_CONTEXT = Context(prec=50, rounding=ROUND_HALF_EVEN)
_THOUSANDTH = Decimal("0.001")


class Dose(NamedTuple):
    """What one infusion would give, or has given.

    Attributes:
        viable_cells: viable cells in it.
        cells_per_kg: the same per kg of body weight, in whole cells.
        weight_kg: the body weight it is reckoned with.
        basis: ``post_thaw`` (counted) or ``estimated``.
    """

    viable_cells: int
    cells_per_kg: Decimal
    weight_kg: Decimal
    basis: str


def dose_cells_per_kg(viable_cells: int, weight_kg: Decimal) -> Decimal:
    """Viable cells per kg, in whole cells, half to even.

    For showing: :func:`dose_findings` judges without rounding.

    Raises:
        BadValue: the count is below 0 (``bad-count``), or the weight is no number above 0
            (``bad-number``).
    """
    _require_count(viable_cells)
    if not (weight_kg.is_finite() and weight_kg > 0):
        raise BadValue(
            f"A dose cannot be reckoned with a body weight of {weight_kg} kg.",
            code="bad-number",
            hint="Weigh the patient: lottrack patient weigh CODE --weight-kg KG --on DATE.",
        )
    return _CONTEXT.quantize(_CONTEXT.divide(Decimal(viable_cells), weight_kg), Decimal(1))


def estimated_viable(fill_viable: int, expected_recovery: Decimal) -> int:
    """Viable cells expected after thawing, rounded down: an estimate must not promise more.

    Args:
        fill_viable: viable cells at the fill.
        expected_recovery: the share that the protocol expects to recover, above 0, at most 1.

    Raises:
        BadValue: the count is below 0 (``bad-count``), or the recovery is no such share
            (``bad-number``).
    """
    _require_count(fill_viable)
    if not (expected_recovery.is_finite() and 0 < expected_recovery <= 1):
        raise BadValue(
            f"An expected recovery of {expected_recovery} is no share above 0 and up to 1.",
            code="bad-number",
            hint="Write 0.85 for 85 % in the protocol.",
        )
    return _whole(_CONTEXT.multiply(Decimal(fill_viable), expected_recovery))


def dose_of(
    weight_kg: Decimal,
    *,
    post_thaw_viable: int | None,
    fill_viable: int,
    expected_recovery: Decimal,
) -> Dose:
    """The dose of what is prepared: counted if there is a count, estimated if there is none.

    Args:
        weight_kg: the body weight of the order.
        post_thaw_viable: viable cells by the latest count of the preparation, None without one.
        fill_viable: viable cells at the fill, all containers of the dose together.
        expected_recovery: the protocol's.

    Raises:
        BadValue: see :func:`dose_cells_per_kg` and :func:`estimated_viable`.
    """
    if post_thaw_viable is None:
        viable, basis = estimated_viable(fill_viable, expected_recovery), ESTIMATED
    else:
        viable, basis = post_thaw_viable, POST_THAW
    return Dose(viable, dose_cells_per_kg(viable, weight_kg), weight_kg, basis)


def dose_findings(dose: Dose, minimum: Decimal, maximum: Decimal) -> Findings:
    """Judge a dose against the protocol's range, both ends allowed.

    A dose outside the range refuses when it was counted and warns when it is an estimate.

    Args:
        dose: what would be given.
        minimum: least viable cells per kg.
        maximum: most viable cells per kg.

    Returns:
        ``dose-below-range`` or ``dose-above-range``.

    Raises:
        BadValue: minimum and maximum are no range (``bad-number``), or the weight is no number
            above 0.
    """
    dose_cells_per_kg(dose.viable_cells, dose.weight_kg)
    if not (minimum.is_finite() and maximum.is_finite() and 0 <= minimum <= maximum):
        raise BadValue(
            f"{minimum} to {maximum} viable cells per kg is no dose range.",
            code="bad-number",
            hint="Correct the protocol and have it approved again.",
        )
    # Multiplied out instead of divided: 1 999 999.6 cells per kg must not be rounded into range.
    cells = Decimal(dose.viable_cells)
    if not (cells >= _CONTEXT.multiply(minimum, dose.weight_kg)):
        return _outside(dose, "dose-below-range", "below", "least", minimum)
    if not (cells <= _CONTEXT.multiply(maximum, dose.weight_kg)):
        return _outside(dose, "dose-above-range", "above", "most", maximum)
    return Findings()


def viable_cells_given(viable_cells: int, infused_ml: Decimal, left_ml: Decimal) -> int:
    """Viable cells that reached the patient when part of the volume was left, rounded down.

    The suspension is taken as evenly mixed: the share of the volume is the share of the cells.

    Args:
        viable_cells: viable cells in all of the volume.
        infused_ml: volume that was infused.
        left_ml: volume left in bag and line.

    Raises:
        BadValue: the count is below 0 (``bad-count``), a volume is no number from 0, or both
            volumes are 0 (``bad-number``).
    """
    _require_count(viable_cells)
    total_ml = Decimal(0)
    for volume_ml in (infused_ml, left_ml):
        if not (volume_ml.is_finite() and volume_ml >= 0):
            raise BadValue(f"{volume_ml} mL is no volume.", code="bad-number")
        total_ml = _CONTEXT.add(total_ml, volume_ml)
    if not (total_ml > 0):
        raise BadValue(
            "Nothing was infused and nothing was left: the share given cannot be reckoned.",
            code="bad-number",
            hint="Give the infused volume in mL, and what was left in bag and line.",
        )
    cells_ml = _CONTEXT.multiply(Decimal(viable_cells), infused_ml)
    return _whole(_CONTEXT.divide(cells_ml, total_ml))


def _outside(dose: Dose, code: str, side: str, end: str, limit: Decimal) -> Findings:
    given, allowed = format_cells(int(dose.cells_per_kg)), format_cells(int(limit))
    if given == allowed:
        # A near miss must not read like the limit it missed.
        exact = _CONTEXT.divide(Decimal(dose.viable_cells), dose.weight_kg)
        given, allowed = plain(_CONTEXT.quantize(exact, _THOUSANDTH)), plain(limit)
    counted = "counted after thawing" if dose.basis == POST_THAW else "estimated, not counted"
    sentence = (
        f"The dose of {given} viable cells per kg ({format_cells(dose.viable_cells)} {counted},"
        f" for {plain(dose.weight_kg)} kg) is {side} {allowed} per kg, the {end} the protocol"
        " allows."
    )
    if dose.basis == ESTIMATED:
        return Findings(warnings=(ShownWarning(code, sentence),))
    return Findings(blockers=(Blocker(code, sentence, "the protocol's dose range"),))


def _require_count(cells: int) -> None:
    if not (cells >= 0):
        raise BadValue(f"{cells} is no count of cells.", code="bad-count")


def _whole(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_FLOOR))
