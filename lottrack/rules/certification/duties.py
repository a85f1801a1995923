"""Duties to tell: whom, of what, within how many hours; read from a signed file, never constants.

The clauses name people and hours (EudraLex Vol. 4 Part IV 11.54 and the EMA's questions and answers
on out-of-specification batches), and both change with the legal basis and with time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.reading.datafile import Table, read_toml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

LATE_POSITIVE, SUPPLY = "late-positive", "oos-supply"
EVENTS = (LATE_POSITIVE, SUPPLY)
"""What duties begin with."""

COURSES = ("trial", "hospital-exemption", "named-patient")
"""The legal bases of a course."""

PHYSICIAN = "physician"
"""Told once for each patient who was given cells."""

_INVALID = "duties-invalid"
_LONGEST_HOURS = 24 * 365


class Duty(NamedTuple):
    """One duty.

    Attributes:
        event: one of ``EVENTS``.
        whom: who is told: ``physician`` for each patient's, else a word such as ``sponsor``.
        hours: within how many hours of the event.
        courses: the legal bases for which it holds.
        only_if_given: it begins only where a patient was given cells.
        text: what to tell.
        basis: what it rests on.
    """

    event: str
    whom: str
    hours: int
    courses: tuple[str, ...]
    only_if_given: bool
    text: str
    basis: str


class DutyList(NamedTuple):
    """An edition of the duties: name, edition, title, duties in the order of the file."""

    name: str
    edition: int
    title: str
    duties: tuple[Duty, ...]


class GivenTo(NamedTuple):
    """A patient who was given cells: code, the physician who ordered them, the latest infusion."""

    patient: str
    physician: str
    infusion: str


class Call(NamedTuple):
    """A call that is owed.

    Attributes:
        duty: what it follows from.
        addressee: who is to be reached, as far as the record knows, or "".
        patient: the patient it is about, or "".
        infusion: the infusion it is about, or "".
        due_at: by when.
    """

    duty: Duty
    addressee: str
    patient: str
    infusion: str
    due_at: datetime


def parse_duties(text: str, file: str) -> DutyList:
    """The duties that a TOML file holds.

    Args:
        text: what the file holds.
        file: its name, for refusals.

    Raises:
        BadValue: ``duties-invalid``: it breaks a rule; the sentence names file, duty and reason.
    """
    table = read_toml(text, file, _INVALID)
    read = DutyList(
        table.code("name"),
        table.whole("edition", minimum=1),
        table.text("title"),
        tuple(_duty(entry) for entry in table.tables("duty")),
    )
    table.end()
    for event in EVENTS:
        if not any(duty.event == event for duty in read.duties):
            raise table.refusal(f"nobody is told of {event}.")
    return read


def calls_for(
    duties: Sequence[Duty], event: str, course: str, given: Sequence[GivenTo], at: datetime
) -> list[Call]:
    """Every call that an event makes due.

    Args:
        duties: the duties that hold.
        event: one of ``EVENTS``.
        course: the legal basis of the course concerned.
        given: patients who were given cells, each once.
        at: when it was known; the hours count from here.
    """
    calls = []
    for duty in duties:
        if duty.event != event or course not in duty.courses:
            continue
        due_at = at + timedelta(hours=duty.hours)
        if duty.whom == PHYSICIAN:
            calls += [Call(duty, g.physician, g.patient, g.infusion, due_at) for g in given]
        elif given or not duty.only_if_given:
            calls.append(Call(duty, "", "", "", due_at))
    return calls


def _duty(table: Table) -> Duty:
    duty = Duty(
        event=table.choice("event", EVENTS),
        whom=table.text("whom", 60),
        hours=table.whole("hours", minimum=0, maximum=_LONGEST_HOURS),
        courses=table.words("courses", COURSES),
        only_if_given=table.flag("only_if_given"),
        text=table.text("text"),
        basis=table.text("basis"),
    )
    table.end()
    if not duty.courses:
        raise table.refusal("courses names no legal basis, so that nobody would ever be told.")
    if duty.whom == PHYSICIAN and duty.event == SUPPLY:
        raise table.refusal("the physician accepted the supply and need not be told of it.")
    return duty
