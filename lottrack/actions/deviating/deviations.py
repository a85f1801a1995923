"""Deviations opened, linked, classed anew, investigated; what is done about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.deviating.concerning import (
    Concern,
    class_of,
    closing_of,
    find_concerns,
    write_concerns,
)
from lottrack.actions.deviating.stopping import stop_released
from lottrack.actions.deviating.views import LIMIT, deviation_data
from lottrack.actions.finding import find_one_of
from lottrack.actions.moments import happened_at, require_in_order
from lottrack.actions.secrets import require_account
from lottrack.errors import AlreadyDone, BadValue, Conflict, SamePerson
from lottrack.rules.deviations import is_downgrade
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def open_deviation(
    desk: Desk,
    severity: str,
    title: str,
    text: str,
    concerns: Sequence[str],
    telling: Telling,
) -> dict[str, Any]:
    """Say that something departed from a procedure or a rule.

    Args:
        desk: where.
        severity: minor, major or critical.
        title: what it is about, in a few words.
        text: what happened.
        concerns: numbers, codes or scans of what it concerns.
        telling: when it happened, by whom.

    Raises:
        NotFound: a thing is not on record.
        Conflict: a code is of several things (``ambiguous-code``).
    """
    found = find_concerns(desk, concerns)
    told = desk.told(telling)
    with desk.change("deviation open") as change:
        number = change.record(
            "deviation",
            told,
            severity=severity,
            title=clean_text(title, "the title", 120),
            text=clean_text(text, "the text"),
        )
        write_concerns(change, told._replace(at=None), number, found)
        row = change.get("deviation", number)
        data = deviation_data(change, row)
        warnings = stop_released(change, row, found)
    return data | {"warnings": warnings}


def link_deviation(
    desk: Desk, text: str, concerns: Sequence[str], telling: Telling
) -> dict[str, Any]:
    """Say what else a deviation concerns.

    Raises:
        NotFound: there is no such deviation or thing.
        AlreadyDone: it concerns all of them already.
        Conflict: it is closed (``deviation-closed``), or happened later.
    """
    number = find_deviation(desk, text)
    found = find_concerns(desk, concerns)
    told = desk.told(telling)
    with desk.change("deviation link") as change:
        row = _require_open_by(change, told, number)
        if not write_concerns(change, told, number, found):
            raise AlreadyDone(
                f"{number} concerns all of that already.",
                hint=f"`lottrack deviation show {number}` tells what it concerns.",
            )
        data = deviation_data(change, row)
        warnings = stop_released(change, row, found)
    return data | {"warnings": warnings}


def reclassify(desk: Desk, text: str, severity: str, reason: str) -> dict[str, Any]:
    """Class a deviation anew.

    Raises:
        AlreadyDone: it is of this class.
        SamePerson: whoever opened it would make it less grave.
        Conflict: it is closed (``deviation-closed``).
    """
    number = find_deviation(desk, text)
    why = clean_text(reason, "the reason")
    told = desk.told(_because(why))
    desk.role_for("deviation reclassify")
    with desk.change("deviation reclassify", why) as change:
        row = require_open(change, number)
        before = class_of(change, row)
        if severity == before:
            raise AlreadyDone(
                f"{number} is {severity} already.",
                hint=f"`lottrack deviation show {number}` tells since when.",
            )
        if is_downgrade(before, severity) and desk.account in (row.performed_by, row.recorded_by):
            raise SamePerson(
                f"{desk.account} opened {number} and cannot make it less grave.",
                hint="Somebody else of qa classes it anew.",
            )
        change.record("deviation_class", told, deviation=number, severity=severity)
        data = deviation_data(change, row)
        warnings = stop_released(change, row, _concerned(change, number))
    return data | {"warnings": warnings}


def investigate(desk: Desk, text: str, cause: str, words: str, telling: Telling) -> dict[str, Any]:
    """Record what the investigation of a deviation found; the latest one counts.

    Raises:
        Conflict: the deviation is closed (``deviation-closed``), or happened later.
    """
    number = find_deviation(desk, text)
    told = desk.told(telling)
    with desk.change("deviation investigate") as change:
        _require_open_by(change, told, number)
        record = change.record(
            "deviation_investigation",
            told,
            deviation=number,
            cause=clean_text(cause, "the cause", 400),
            text=clean_text(words, "the text"),
        )
    return {
        "id": record,
        "kind": "deviation_investigation",
        "deviation": number,
        "cause": cause,
        "text": words,
        "warnings": [],
    }


# -- corrective actions ----------------------------------------------------------------------------


def plan_action(
    desk: Desk, text: str, words: str, owner: str, due_on: date, telling: Telling
) -> dict[str, Any]:
    """Say what is to be done about a deviation, by whom and by which day.

    Raises:
        NotSignedIn: the owner is nobody who can act.
        BadValue: the day is over (``day-in-past``).
        Conflict: the deviation is closed (``deviation-closed``), or happened later.
    """
    number = find_deviation(desk, text)
    person = require_account(desk, owner)
    told = desk.told(telling)
    if not (due_on >= desk.today(told.at)):
        raise BadValue(
            f"The action would have been due on {due_on}, before it was agreed.",
            code="day-in-past",
            hint="Check year, month and day of --due.",
        )
    with desk.change("deviation action") as change:
        _require_open_by(change, told, number)
        record = change.record(
            "corrective_action",
            told,
            deviation=number,
            text=clean_text(words, "the text"),
            owner=person,
            due_on=due_on.isoformat(),
        )
    return {
        "id": record,
        "kind": "corrective_action",
        "deviation": number,
        "text": words,
        "owner": person,
        "due_on": due_on,
        "warnings": [],
    }


def finish_action(desk: Desk, text: str, words: str, telling: Telling) -> dict[str, Any]:
    """Say that a corrective action was carried out, and how.

    Raises:
        NotFound: there is no such action.
        AlreadyDone: it was carried out before.
        Conflict: at a time before it was agreed (``out-of-order``).
    """
    action = find_one_of(desk.store, text, "corrective_action").record
    desk.subjects.append(action)
    told = desk.told(telling)
    with desk.change("deviation done") as change:
        row = change.get("corrective_action", action)
        earlier = change.first("action_done", corrective_action=action)
        if earlier is not None:
            raise AlreadyDone(
                f"{action} was carried out before, says {earlier.recorded_by} ({earlier.root}).",
                hint=f"`lottrack deviation show {row.deviation}` tells how.",
            )
        require_in_order(change, happened_at(change, told), row.occurred_at, f"action {action}")
        record = change.record(
            "action_done", told, corrective_action=action, text=clean_text(words, "the text")
        )
        change.mention(row.deviation)
    return {
        "id": record,
        "kind": "action_done",
        "action": action,
        "deviation": row.deviation,
        "text": words,
        "warnings": [],
    }


def check_effect(
    desk: Desk, text: str, words: str, telling: Telling, *, effective: bool
) -> dict[str, Any]:
    """Say whether what was done about a deviation had the effect it was meant to have.

    A closed deviation whose actions had none is open again.

    Raises:
        Conflict: no corrective action is on record (``nothing-to-check``), or one is not done
            (``action-not-done``).
        SamePerson: the owner of an action, or whoever carried it out, would judge it.
    """
    number = find_deviation(desk, text)
    told = desk.told(telling)
    desk.role_for("deviation check")
    with desk.change("deviation check") as change:
        row = change.get("deviation", number)
        actions = change.rows("corrective_action", deviation=number)
        _require_checkable(change, number, actions, told.performed_by or desk.account)
        at, last = happened_at(change, told), _last_done(change, actions)
        require_in_order(change, at, last, f"the last action of {number}")
        was_closed = closing_of(change, number) is not None
        record = change.record(
            "effectiveness_check",
            told,
            deviation=number,
            effective=int(effective),
            text=clean_text(words, "the text"),
        )
        is_open = closing_of(change, number) is None
        reopened = was_closed and is_open
        title = str(row.title)
        warnings = stop_released(change, row, _concerned(change, number)) if reopened else []
    return {
        "id": record,
        "kind": "effectiveness_check",
        "deviation": number,
        "title": title,
        "effective": effective,
        "text": words,
        "reopened": reopened,
        "warnings": warnings,
    }


def _require_checkable(reader: Reader, number: str, actions: Sequence[Row], person: str) -> None:
    if not actions:
        raise Conflict(
            f"No corrective action of {number} is on record whose effect could be checked.",
            code="nothing-to-check",
            hint=f"`lottrack deviation action {number} --text TEXT --owner USER --due DATE`.",
        )
    for action in actions:
        done = reader.first("action_done", corrective_action=action.root)
        if done is None:
            raise Conflict(
                f"Corrective action {action.root} of {action.owner} is not done.",
                code="action-not-done",
                hint=f"`lottrack deviation done {action.root} --text TEXT` comes first.",
            )
        if person in (action.owner, done.performed_by):
            raise SamePerson(
                f"{person} carried out {action.root} and cannot judge its effect.",
                hint="Somebody else of qa checks it.",
            )


def _last_done(reader: Reader, actions: Sequence[Row]) -> str | None:
    """When the last of some actions was carried out."""
    done = [row for a in actions for row in reader.rows("action_done", corrective_action=a.root)]
    return max((str(row.occurred_at) for row in done), default=None)


# -- the site's limit ------------------------------------------------------------------------------


def set_limit(desk: Desk, days: int, reason: str) -> dict[str, Any]:
    """Set within how many days the site closes a deviation; 0 sets none."""
    why = clean_text(reason, "the reason")
    with desk.change("deviation limit", why) as change:
        change.stand("setting", {"name": LIMIT}, value=str(days) if days else "")
    return {"id": LIMIT, "kind": "setting", "days": days or None, "warnings": []}


# -- what the acts share ---------------------------------------------------------------------------


def find_deviation(desk: Desk, text: str) -> str:
    """The number of the deviation that a text names.

    Raises:
        NotFound: there is none.
        WrongKindOfCode: it names something else.
    """
    number = find_one_of(desk.store, text, "deviation").record
    desk.subjects.append(number)
    return number


def require_open(reader: Reader, number: str) -> Row:
    """A deviation that no closing ends yet.

    Raises:
        Conflict: ``deviation-closed``.
    """
    row = reader.get("deviation", number)
    closing = closing_of(reader, number)
    if closing is not None:
        raise Conflict(
            f"{number} was closed by {closing.performed_by} ({closing.root}).",
            code="deviation-closed",
            hint="What came up since is a deviation of its own: lottrack deviation open. If what"
            f" was done had no effect: lottrack deviation check {number} --effective no",
        )
    return row


def _require_open_by(change: Change, told: Told, number: str) -> Row:
    """A deviation that is open, and happened before something is told of it.

    Raises:
        Conflict: ``deviation-closed`` or ``out-of-order``.
    """
    row = require_open(change, number)
    require_in_order(change, happened_at(change, told), row.occurred_at, f"deviation {number}")
    return row


def _concerned(reader: Reader, number: str) -> list[Concern]:
    """Everything a deviation concerns."""
    rows = reader.rows("deviation_concern", deviation=number)
    return [Concern(str(row.record_kind), str(row.record)) for row in rows]


def _because(reason: str) -> Telling:
    from lottrack.actions.desk import Telling

    return Telling(reason=reason)
