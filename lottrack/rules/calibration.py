"""Calibration: whether equipment could be relied upon on a day, and what that says of a lot.

EU GMP (EudraLex Vol. 4 Part IV, equipment): what measures and controls is calibrated at defined
intervals, and what was measured since the last good calibration is looked at again when one fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, Blocker
from lottrack.rules.release.findings import failed, listed, passed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from lottrack.rules.release.findings import RuleFinding

PASSED, FAILED = "pass", "fail"
OUTCOMES = (PASSED, FAILED)

RULE = "equipment-in-calibration"


class Calibration(NamedTuple):
    """One calibration: its number, its day, the last day it holds, ``pass`` or ``fail``."""

    number: str
    on: date
    due_on: date
    outcome: str


class Equipment(NamedTuple):
    """Equipment and its calibrations.

    Attributes:
        code: of the equipment.
        needs_calibration: it measures or controls something.
        calibrations: all of them, in the order recorded.
        retired_at: when it was taken out of use, or None.
    """

    code: str
    needs_calibration: bool
    calibrations: tuple[Calibration, ...]
    retired_at: datetime | None = None


class UseFact(NamedTuple):
    """Equipment used for a fact of a lot.

    Attributes:
        number: of the use.
        equipment: the code.
        record: number of the fact.
        what: the fact in words ("seeding SE-1").
        on: the site's day of it.
        against: why it could not be relied upon, in words; "" where it could.
        is_settled: a closed deviation judged that.
    """

    number: str
    equipment: str
    record: str
    what: str
    on: date
    against: str
    is_settled: bool


def require_calibration_days(on: date, due_on: date, today: date) -> None:
    """Refuse days that cannot be those of a calibration.

    Raises:
        BadValue: ``date-in-future`` or ``out-of-order``.
    """
    if not (on <= today):
        raise BadValue(f"The calibration on {on} lies in the future.", code="date-in-future")
    if not (due_on >= on):
        raise BadValue(
            f"The next calibration would be due on {due_on}, before this one on {on}.",
            code="out-of-order",
            hint="Check year, month and day of --on and --due.",
        )


def in_force(calibrations: Iterable[Calibration], on: date) -> Calibration | None:
    """The calibration that counts on a day: the latest by then, and of one day the last recorded.

    Equipment found out of limits and adjusted is calibrated twice on a day: as found, as left.
    """
    by_then = [each for each in calibrations if each.on <= on]
    latest = max((each.on for each in by_then), default=None)
    of_day = [each for each in by_then if each.on == latest]
    return of_day[-1] if of_day else None


def calibration_blockers(equipment: Equipment, at: datetime, on: date) -> list[Blocker]:
    """Everything that stands against using equipment at a moment.

    Args:
        equipment: it.
        at: the moment.
        on: the site's day of it.
    """
    code = equipment.code
    if equipment.retired_at is not None and not (at < equipment.retired_at):
        said = f"{code} was taken out of use on {equipment.retired_at.date()}."
        return [Blocker("equipment-retired", said, "", "nobody", "Use other equipment.")]
    if not equipment.needs_calibration:
        return []
    counts = in_force(equipment.calibrations, on)
    if counts is None:
        return [_unfit(code, "not-calibrated", f"No calibration of {code} by {on} is on record.")]
    if counts.outcome != PASSED:
        said = f"{code} failed its calibration on {counts.on} ({counts.number})."
        return [_unfit(code, "calibration-failed", said)]
    if not (on <= counts.due_on):
        said = f"The calibration of {code} held until {counts.due_on} ({counts.number})."
        return [_unfit(code, "calibration-overdue", said)]
    return []


def _unfit(code: str, reason: str, sentence: str) -> Blocker:
    who = "technician, production_lead, qc or qa"
    return Blocker(reason, sentence, "", who, f"lottrack equipment calibrate {code}")


def failed_after(equipment: Equipment, on: date) -> Calibration | None:
    """The calibration that puts a use on a day in doubt: the next one, if the equipment failed it.

    One of the same day is the next one, too, for nobody knows which came first. The use stays in
    doubt when the equipment passes again after a repair; only a judgement settles it.
    """
    if not equipment.needs_calibration:
        return None
    failing = [each for each in equipment.calibrations if each.outcome != PASSED]
    same_day = [each for each in failing if each.on == on]
    if same_day:
        return same_day[-1]
    later = min((each.on for each in equipment.calibrations if each.on > on), default=None)
    return next((each for each in failing if each.on == later), None)


def last_good(equipment: Equipment, before: Calibration) -> Calibration | None:
    """The last calibration before a failing one that passed: what was used since is in doubt."""
    earlier = [
        each for each in equipment.calibrations if each.outcome == PASSED and (each.on < before.on)
    ]
    return max(earlier, key=lambda each: each.on, default=None)


def due_day(equipment: Equipment) -> date | None:
    """The day until which the calibration that counts last holds; None where none holds."""
    if not equipment.calibrations:
        return None
    counts = in_force(equipment.calibrations, max(each.on for each in equipment.calibrations))
    return None if counts is None or counts.outcome != PASSED else counts.due_on


def equipment_in_calibration(lot: str, uses: Sequence[UseFact]) -> RuleFinding:
    """Equipment could be relied upon whenever it was used for a lot, or that was judged.

    Args:
        lot: the lot.
        uses: all of them, with what stands against each.
    """
    doubtful = [use for use in uses if use.against and not use.is_settled]
    if doubtful:
        first = doubtful[0]
        said = [f"{use.what} with {use.equipment}: {use.against}" for use in doubtful]
        return failed(
            RULE,
            f"{listed(said, 10)}.",
            "anybody: lottrack deviation open --class CLASS --title TEXT --text TEXT --concerns"
            f" {first.number}; then qa: lottrack deviation close",
            *(use.number for use in doubtful),
        )
    codes = list(dict.fromkeys(use.equipment for use in uses))
    settled = [use.number for use in uses if use.against]
    judged = f"; judged by a closed deviation: {listed(settled)}" if settled else ""
    return passed(
        RULE,
        f"In calibration when used for lot {lot}: {listed(codes, 12)}{judged}.",
        *(use.number for use in uses),
    )
