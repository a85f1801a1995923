"""Times and dates: aware inside, UTC in the record, the site's zone for people.

A time without an offset means the site's own clock; where that clock shows a time twice or never
(the hours around a change to or from summer time) lottrack asks instead of guessing. Dates are
ISO 8601 only: 03/04/2026 is April in Europe and March in America.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from lottrack.errors import BadValue
from lottrack.rules.reading.text import quoted, sentence_start

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# Patterns are texts, compiled (and kept by re) at first use: compiling all at import would cost
# every start of the program several milliseconds.
# Hours end at 23 here: newer Pythons read 24:00 as midnight of the next day, older ones refuse it.
_HOURS_MINUTES = r"(?:[01][0-9]|2[0-3]):[0-9]{2}"
_TIME = (
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]"
    rf"({_HOURS_MINUTES}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?)"
    r" ?([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_SLASHED = r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})"
_STORED = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_HOURS_MINUTES}:[0-9]{{2}}\.[0-9]{{6}}Z"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
# Offsets in use reach from -12:00 to +14:00.
_WIDEST_OFFSET = timedelta(hours=14)
_MOMENT = timedelta(microseconds=1)  # the finest that a stored time tells
# Names every machine understands differently, or not at all.
_ZONES_OF_ONE_MACHINE = frozenset({"localtime", "Factory"})


def parse_time(text: str, zone: str, now: datetime) -> datetime:
    """A moment as a person gives it, in UTC.

    Args:
        text: ``2026-02-03T10:15`` in the site's local time, the same with a space instead of T,
            with seconds, with an offset (``+01:00``, ``Z``); or ``now``.
        zone: the site's zone ("Europe/Berlin").
        now: the clock; what ``now`` means, and the example in a hint.

    Raises:
        BadValue: ``bad-time``: no such time, a date alone, a local time that the site's clock
            shows twice or never, or an unknown zone.
    """
    cleaned = text.strip()
    if cleaned.lower() == "now":
        return _aware(now).astimezone(UTC)
    match = re.fullmatch(_TIME, cleaned)
    if match is None:
        raise _no_time(text, zone, now)
    try:
        naive = datetime.fromisoformat(f"{match[1]}T{match[2]}")
        if match[3]:
            return naive.replace(tzinfo=_offset(match[3])).astimezone(UTC)
        return _from_local(naive, zone)
    except (ValueError, OverflowError) as error:
        raise BadValue(
            f"{quoted(cleaned)} is not a time: {error}.",
            code="bad-time",
            hint="Check day, hour, minute and offset.",
        ) from error


def parse_range_start(text: str, zone: str, now: datetime) -> datetime:
    """Where a range of time begins: a time, or a date for the first moment of that day.

    Raises:
        BadValue: ``bad-time`` or ``bad-date``: it is neither.
    """
    return _day_begins(text, zone, 0) or parse_time(text, zone, now)


def parse_range_end(text: str, zone: str, now: datetime) -> datetime:
    """Where a range of time ends: a time, or a date for the last moment of that day.

    Raises:
        BadValue: ``bad-time`` or ``bad-date``: it is neither.
    """
    next_day = _day_begins(text, zone, 1)
    return parse_time(text, zone, now) if next_day is None else next_day - _MOMENT


def parse_as_of(text: str, zone: str, now: datetime) -> datetime:
    """The moment a record is looked back at from: a time, or a date for the end of that day.

    Today means now.

    Raises:
        BadValue: ``bad-time`` or ``bad-date``: it is neither; ``time-in-future``: nobody knows yet
            what will have been recorded by then.
    """
    moment = parse_range_end(text, zone, now)
    begins = _day_begins(text, zone, 0)
    if begins is not None and begins <= now:
        return min(moment, now)
    require_not_future(moment, now, "the time to look back at", zone)
    return moment


def _day_begins(text: str, zone: str, days_later: int) -> datetime | None:
    """When the day of a bare date begins on the site's clock, or the day after; None of a time.

    Where the clock skips midnight, the day begins with the moment of the skip.
    """
    if not re.fullmatch(_DATE, text.strip()):
        return None
    try:
        day = parse_date(text, "the day") + timedelta(days=days_later)
        return datetime(day.year, day.month, day.day, tzinfo=_zone(zone)).astimezone(UTC)
    except OverflowError as error:
        raise BadValue(f"{quoted(text)} is beyond the calendar.", code="bad-date") from error


def require_not_future(at: datetime, now: datetime, what: str, zone: str = "UTC") -> None:
    """Refuse a time later than the clock; the same moment is allowed.

    Args:
        at: the time told.
        now: the clock.
        what: what it is the time of, for the sentence.
        zone: the zone the sentence tells times in.

    Raises:
        BadValue: ``time-in-future``.
    """
    if not (_aware(at) <= _aware(now)):
        raise BadValue(
            f"{sentence_start(what)}, {local_text(at, zone)}, lies in the future: it is"
            f" {local_text(now, zone)}.",
            code="time-in-future",
            hint="Only what has happened is recorded. Check date, hour and offset.",
        )


def parse_date(text: str, what: str) -> date:
    """A calendar date, ``2026-02-03``.

    Raises:
        BadValue: ``bad-date``: another spelling, or no day of the calendar.
    """
    cleaned = text.strip()
    shown = f"{sentence_start(what)} {quoted(cleaned)}"
    if not re.fullmatch(_DATE, cleaned):
        raise BadValue(
            f"{shown} is not a date as lottrack reads it.",
            code="bad-date",
            hint=_date_hint(cleaned),
        )
    try:
        return date.fromisoformat(cleaned)
    except ValueError as error:
        raise BadValue(
            f"{shown} is not a day of the calendar.",
            code="bad-date",
            hint="Write year, month and day in that order: 2026-02-03.",
        ) from error


def require_zone(name: str) -> str:
    """The name of a time zone this machine knows, such as ``Europe/Berlin``.

    Reads the list of all zones (a tenth of a second): for setting a site up, not for every start.

    Raises:
        BadValue: ``unknown-zone``; the hint offers names that are close.
    """
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    cleaned = name.strip()
    zones = available_timezones() - _ZONES_OF_ONE_MACHINE
    if cleaned in zones:
        return cleaned
    # Only region names are offered: EST and its like have no summer time.
    regions = sorted(zone for zone in zones if "/" in zone)
    by_folded = {zone.casefold(): zone for zone in regions}
    by_folded.update({zone.rsplit("/", 1)[-1].casefold(): zone for zone in regions})
    near = get_close_matches(cleaned.casefold(), by_folded, n=3, cutoff=0.75)
    offered = ", ".join(dict.fromkeys(by_folded[key] for key in near)) or "Europe/Berlin or UTC"
    raise BadValue(
        f"{quoted(cleaned)} is not a time zone this computer knows.",
        code="unknown-zone",
        hint=f"Give an IANA name, for example {offered}.",
    )


def to_text(at: datetime) -> str:
    """The moment as the record stores it: UTC, fixed width, ``2026-02-03T09:15:00.000000Z``.

    Texts of this form sort as the moments do.

    Raises:
        ValueError: ``at`` is naive; a bug in the caller.
    """
    utc = _aware(at).astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='microseconds')}Z"


def from_text(text: str) -> datetime:
    """The moment of a stored text, in UTC.

    Raises:
        BadValue: ``bad-time``: the text is not of the stored form.
    """
    if re.fullmatch(_STORED, text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise BadValue(f"{quoted(text)} is not a time as the record stores it.", code="bad-time")


def local_text(at: datetime, zone: str) -> str:
    """The moment for a person's eye: ``2026-02-03 10:15 CET (+01:00)``."""
    local = _aware(at).astimezone(_zone(zone))
    abbreviation = local.tzname() or ""
    named = f"{abbreviation} " if abbreviation.isalpha() else ""
    return f"{local:%Y-%m-%d %H:%M} {named}({_offset_text(local)})"


def minute_text(at: datetime) -> str:
    """The moment by its own offset, for a person's eye: ``2026-02-03 10:15 (+01:00)``."""
    return f"{_aware(at):%Y-%m-%d %H:%M} ({_offset_text(at)})"


def label_text(at: datetime, zone: str) -> str:
    """The moment for a label, month in letters: ``03 FEB 2026 10:15 CET``.

    A zone without a letter abbreviation is written by its offset, ``UTC-03:00``.
    """
    local = _aware(at).astimezone(_zone(zone))
    abbreviation = local.tzname() or ""
    named = abbreviation if abbreviation.isalpha() else f"UTC{_offset_text(local)}"
    return f"{label_date(local)} {local:%H:%M} {named}"


def label_date(day: date) -> str:
    """A date for a label, month in letters: ``03 FEB 2026``."""
    return f"{day.day:02d} {_MONTHS[day.month - 1]} {day.year:04d}"


def iso_local(at: datetime, zone: str) -> str:
    """The moment for JSON: ISO 8601 in the site's zone with its offset."""
    return _aware(at).astimezone(_zone(zone)).isoformat()


def is_before(one: datetime, other: datetime) -> bool:
    """Whether one time lies before another, by the minute.

    People tell times to the minute; acts of the same minute stand in the order they were recorded.
    """
    return _aware(one) < _aware(other).replace(second=0, microsecond=0)


def whole_days_between(date_a: date, date_b: date) -> int:
    """Calendar days from the first to the second date; below 0 when the second is earlier."""
    return date_b.toordinal() - date_a.toordinal()


def _from_local(naive: datetime, zone: str) -> datetime:
    """UTC of the site's clock, or a refusal where the clock shows this time twice or never."""
    info = _zone(zone)
    first = naive.replace(tzinfo=info, fold=0)
    second = naive.replace(tzinfo=info, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    shown = f"{naive:%Y-%m-%d %H:%M}"
    exists = first.astimezone(UTC).astimezone(info).replace(tzinfo=None) == naive
    readings = " or ".join(
        f"{naive.isoformat(timespec='minutes')}{_offset_text(reading)}"
        for reading in (first, second)
    )
    why = "happened twice" if exists else "never happened"
    raise BadValue(
        f"{shown} {why} in {zone}: the clock was changed then.",
        code="bad-time",
        hint=f"Give the offset: {readings}.",
    )


def _zone(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadValue(
            f"{quoted(name)} is not a time zone this computer knows.",
            code="unknown-zone",
            hint="Install the tzdata package, or give an IANA name such as Europe/Berlin.",
        ) from error


def _offset(text: str) -> timezone:
    if text in {"Z", "z"}:
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    if minutes >= 60 or offset > _WIDEST_OFFSET:
        raise ValueError(f"no clock on earth has the offset {text}")
    return timezone(-offset if text[0] == "-" else offset)


def _offset_text(at: datetime) -> str:
    """``+01:00``; historic zones have seconds too, which then are written as well."""
    offset = at.utcoffset() or timedelta()
    sign = "-" if offset < timedelta() else "+"
    seconds = abs(offset) // timedelta(seconds=1)
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text


def _aware(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("a time without a zone reached the record's rules")
    return at


def _no_time(text: str, zone: str, now: datetime) -> BadValue:
    cleaned = text.strip()
    local = _aware(now).astimezone(_zone(zone))
    example = f"{local:%Y-%m-%dT%H:%M}"
    if re.fullmatch(_DATE, cleaned):
        return BadValue(
            f"{cleaned} is a date without a time.",
            code="bad-time",
            hint=f"Add the time of day: {cleaned}T10:15.",
        )
    hint = (
        f"Write year, month, day and time, for example {example} or {example}{_offset_text(local)}."
    )
    return BadValue(f"{quoted(cleaned)} is not a time.", code="bad-time", hint=hint)


def _date_hint(text: str) -> str:
    slashed = re.fullmatch(_SLASHED, text)
    if slashed is None:
        return "Write year, month and day in that order: 2026-02-03."
    first, second, year = slashed.groups()
    readings = [
        f"{year}-{month:0>2}-{day:0>2}"
        for day, month in ((first, second), (second, first))
        if 1 <= int(month) <= 12 and 1 <= int(day) <= 31
    ]
    if not readings:
        return "Write year, month and day in that order: 2026-02-03."
    return f"Write {' or '.join(dict.fromkeys(readings))}, whichever is meant."
