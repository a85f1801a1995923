"""Equipment with its calibrations, read from the record as the rules know it; days of the site."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from lottrack.actions.moments import happened_at
from lottrack.errors import Conflict
from lottrack.rules.calibration import Calibration, Equipment
from lottrack.rules.reading.times import from_text, iso_local, local_text

if TYPE_CHECKING:
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def is_kept(reader: Reader) -> bool:
    """Whether the site keeps its equipment in this record: any was registered."""
    rows = reader.facts_in("SELECT EXISTS (SELECT 1 FROM {equipment}) AS found")
    return bool(rows[0].found)


def equipment_of(reader: Reader, code: str) -> Equipment:
    """Equipment with its calibrations and its end, as recorded."""
    row = reader.get("equipment", code)
    retirement = reader.first("equipment_retirement", equipment=code)
    return Equipment(
        code,
        bool(row.needs_calibration),
        tuple(calibration_of(each) for each in reader.rows("calibration", equipment=code)),
        None if retirement is None else from_text(retirement.occurred_at),
    )


def calibration_of(row: Row) -> Calibration:
    """A row of ``calibration`` as the rules know it."""
    days = date.fromisoformat(row.calibrated_on), date.fromisoformat(row.due_on)
    return Calibration(str(row.root), *days, str(row.outcome))


def day_of(reader: Reader, stored: str) -> date:
    """The site's day of a stored time."""
    return date.fromisoformat(iso_local(from_text(stored), reader.setting("zone"))[:10])


def require_day_reached(change: Change, told: Told, day: date, what: str) -> None:
    """Refuse a time told that comes before the day of what it tells.

    Raises:
        Conflict: ``out-of-order``.
    """
    at = happened_at(change, told)
    if date.fromisoformat(iso_local(at, change.zone)[:10]) < day:
        raise Conflict(
            f"{what[:1].upper()}{what[1:]} was on {day}, after the time given here,"
            f" {local_text(at, change.zone)}.",
            code="out-of-order",
            hint="Leave out --at, or give the right one.",
        )
