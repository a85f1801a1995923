"""Dates as ISBT 128 codes them: century digit, two digits of the year, day of the year, time.

Only the century digit 0 (2000 to 2099) has ever been seen in print; any other is refused, not
guessed (ICCBBA ST-001 2.4.4-2.4.9).
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from lottrack.errors import BadValue
from lottrack.rules.reading.text import quoted

NO_TIME = time(23, 59)
"""What is coded when only the day is known (ST-001: a day runs from 0000 to 2359)."""

_LENGTHS = {6, 10}
_CENTURY = 2000


def read_isbt_date(text: str) -> date | datetime:
    """The day of ``cyyjjj``, or the day and time of ``cyyjjjhhmm``; the code knows no zone.

    Raises:
        BadValue: it is neither (``bad-date``), or there is no such day or time.
    """
    if len(text) not in _LENGTHS or not re.fullmatch(r"[0-9]+", text):
        raise _not_a_date(text, "it has not 6 or 10 digits")
    if text[0] != "0":
        raise _not_a_date(text, f"its century digit {text[0]} is not one that is known")
    year, day = _CENTURY + int(text[1:3]), int(text[3:6])
    first = date(year, 1, 1)
    found = first + timedelta(days=day - 1)
    if found.year != year:
        raise _not_a_date(text, f"{year} has no day {day}")
    if len(text) == min(_LENGTHS):
        return found
    hour, minute = int(text[6:8]), int(text[8:10])
    if hour > 23 or minute > 59:
        raise _not_a_date(text, f"there is no time {text[6:]}")
    return datetime.combine(found, time(hour, minute))


def isbt_date(day: date) -> str:
    """A day from 2000 to 2099 as ``cyyjjj``.

    Raises:
        BadValue: the day lies outside (``bad-date``).
    """
    if not _CENTURY <= day.year < _CENTURY + 100:
        raise _not_a_date(day.isoformat(), "only 2000 to 2099 can be coded")
    return f"0{day.year % 100:02d}{day.timetuple().tm_yday:03d}"


def isbt_date_time(day: date, at: time = NO_TIME) -> str:
    """A day and time as ``cyyjjjhhmm``; without a time, 2359."""
    return f"{isbt_date(day)}{at:%H%M}"


def _not_a_date(text: str, why: str) -> BadValue:
    return BadValue(f"{quoted(text)} is no ISBT 128 date: {why}.", code="bad-date")
