"""What donors and patients have in common: a code, a year of birth, HLA typings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from lottrack.actions.shown import write_warnings
from lottrack.errors import BadValue, CodeUnreadable, Conflict
from lottrack.rules.codes.identifiers import has_number_shape, read_number, require_code
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.hla.glstring import parse_gl_string

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Desk, Telling
    from lottrack.rules.hla.glstring import Typing
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

Kind = Literal["donor", "patient"]
"""The two kinds of person a record knows; each has a table of that name."""

EARLIEST_YEAR = 1900


class NewPerson(NamedTuple):
    """A donor or patient about to be registered.

    Attributes:
        code: the pseudonym the site chose.
        born_year: year of birth; the record keeps no date.
        sex: ``M`` or ``F``.
        hla: the typing as a GL String, or "".
    """

    code: str
    born_year: int
    sex: str
    hla: str = ""


# -- codes and days --------------------------------------------------------------------------------


def require_person_code(reader: Reader, text: str, kind: Kind) -> str:
    """A code for a new donor or patient, upper-cased.

    Raises:
        BadValue: it is no code, or could be taken for a number lottrack makes
            (``code-looks-like-a-number``).
    """
    code = require_code(text, f"the {kind}'s code")
    if has_number_shape(code) or _is_read_as_number(code, reader.setting("site_code")):
        raise BadValue(
            f"The {kind}'s code {code} has the shape of a number lottrack makes, so the two could"
            " be confused.",
            code="code-looks-like-a-number",
            hint=f"Give the {kind} another code, for example {kind[0].upper()}01.",
        )
    return code


def _is_read_as_number(code: str, site_code: str) -> bool:
    try:
        return read_number(code, site_code) is not None
    except CodeUnreadable:
        return True


def require_birth_year(year: int, today: date) -> int:
    """A year of birth: not before 1900, not in the future.

    Raises:
        BadValue: ``out-of-range``.
    """
    if not (EARLIEST_YEAR <= year <= today.year):
        raise BadValue(
            f"The year of birth {year} is not between {EARLIEST_YEAR} and {today.year}.",
            code="out-of-range",
            hint="Give the year with four digits: --born 2016.",
        )
    return year


def require_day(day: date, what: str, person: Row, today: date) -> date:
    """A day on which something was done to or for a person.

    Args:
        day: the day told.
        what: what was done, for the sentence ("the weighing").
        person: the donor or patient.
        today: today's date at the site.

    Raises:
        BadValue: the day is in the future (``date-in-future``).
        Conflict: it is before the person's year of birth (``out-of-order``).
    """
    if not (day <= today):
        raise BadValue(
            f"The date of {what}, {day.isoformat()}, lies in the future: today is"
            f" {today.isoformat()}.",
            code="date-in-future",
            hint="Only what has happened is recorded. Check year, month and day.",
        )
    _require_born(day, what, str(person.root), int(person.born_year))
    return day


def told_of(desk: Desk, telling: Telling, person: str, born_year: int, what: str) -> Told:
    """What was said about an act on a person, not told for a time before the person's birth.

    Raises:
        Conflict: the time told is before the year of birth (``out-of-order``).
    """
    told = desk.told(telling)
    if telling.at is not None:
        _require_born(desk.today(telling.at), what, person, born_year)
    return told


def told_of_pair(desk: Desk, telling: Telling, donor: Row, patient: Row, what: str) -> Told:
    """What was said about an act on a donor and a patient, told for a time when both were born.

    Raises:
        Conflict: the time told is before a year of birth (``out-of-order``).
    """
    told_of(desk, telling, str(donor.root), int(donor.born_year), what)
    return told_of(desk, telling, str(patient.root), int(patient.born_year), what)


def _require_born(day: date, what: str, person: str, born_year: int) -> None:
    if not (day.year >= born_year):
        raise Conflict(
            f"{person} was born in {born_year}, and {what} would have been on {day.isoformat()}.",
            code="out-of-order",
            hint="Check the date. If the year of birth is wrong:"
            f" lottrack correct {person} born_year=YEAR --reason TEXT.",
        )


# -- registering and typing ------------------------------------------------------------------------


def write_person(
    change: Change, desk: Desk, kind: Kind, person: NewPerson, telling: Telling
) -> dict[str, Any]:
    """Write a donor or patient, with the typing when one was given, into an open change.

    Raises:
        NumberUsed: the code belongs to another donor (or patient).
        BadValue: unusable code, year or typing.
        Conflict: told for a time before the year of birth.
    """
    code = require_person_code(change, person.code, kind)
    desk.subjects.append(code)
    born = require_birth_year(person.born_year, desk.today())
    told = told_of(desk, telling, code, born, "the registration")
    typing = parse_gl_string(person.hla) if person.hla else None
    change.record(kind, told, number=code, born_year=born, sex=person.sex)
    made: dict[str, Any] = {"id": code, "kind": kind, "born": born, "sex": person.sex}
    made["warnings"] = []
    if typing is not None:
        made["typing"], made["warnings"] = write_typing(change, kind, code, typing, told)
        made["hla"] = typing.text
    return made


def write_typing(
    change: Change, kind: Kind, code: str, typing: Typing, told: Told
) -> tuple[str, list[dict[str, Any]]]:
    """Write a typing into an open change; returns its number and what it leaves open."""
    number = change.record("typing", told, **{kind: code}, gl_string=typing.text)
    low = [ShownWarning("hla-low-resolution", sentence) for sentence in typing.low_resolution]
    return number, write_warnings(change, number, low)


def latest_typing(reader: Reader, kind: Kind, code: str) -> Row | None:
    """The typing of a donor or patient recorded last, or None."""
    return reader.last("typing", **{kind: code})
