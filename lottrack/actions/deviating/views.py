"""Deviations as they are shown, and what is still owed for them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from lottrack.actions.deviating.concerning import (
    class_of,
    closing_of,
    deviations_about,
    find_thing,
)
from lottrack.actions.laboratory.calibrations import day_of
from lottrack.actions.moments import shown_time
from lottrack.actions.record.corrected import corrected_values
from lottrack.rules.deviations import ActionFact, Dealing, needs_check, open_until
from lottrack.rules.obligations import Obligation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


LIMIT = "deviation_open_days"
"""The setting: within how many days a deviation is to be closed."""


def dealing_of(reader: Reader, deviation: Row) -> Dealing:
    """What was done about a deviation so far, as the rules know it.

    A check that found no effect counts until the deviation is closed anew.
    """
    number = str(deviation.root)
    check = reader.last("effectiveness_check", deviation=number)
    actions = reader.rows("corrective_action", deviation=number)
    later = any(check is not None and each.seq > check.seq for each in actions)
    return Dealing(
        number,
        class_of(reader, deviation),
        reader.first("deviation_investigation", deviation=number) is not None,
        tuple(_action(reader, row) for row in actions),
        None if check is None or later else bool(check.effective),
    )


def _action(reader: Reader, row: Row) -> ActionFact:
    done = reader.first("action_done", corrective_action=row.root)
    return ActionFact(
        str(row.root), str(row.owner), date.fromisoformat(row.due_on), done is not None
    )


# -- showing ---------------------------------------------------------------------------------------


def deviation_data(reader: Reader, row: Row) -> dict[str, Any]:
    """A deviation as answers give it: its head and what it concerns."""
    number = str(row.root)
    closing = closing_of(reader, number)
    until = _open_until(reader, row)
    concerns = reader.rows("deviation_concern", deviation=number)
    return {
        "id": number,
        "kind": "deviation",
        "class": class_of(reader, row),
        "title": row.title,
        "state": "open" if closing is None else "closed",
        "happened_at": shown_time(reader, row.occurred_at),
        "opened_by": row.recorded_by,
        "due_on": None if closing is not None else until,
        "closed_at": None if closing is None else shown_time(reader, closing.occurred_at),
        "closed_by": None if closing is None else closing.performed_by,
        "concerns": [str(each.record) for each in concerns if each.because_of is None],
    }


def list_deviations(desk: Desk, concerning: str, *, only_open: bool) -> list[dict[str, Any]]:
    """All deviations, or the open ones, or those that concern a thing, in the order opened.

    Raises:
        NotFound: nothing has this number or code.
    """
    rows = desk.store.rows("deviation")
    if concerning:
        thing = find_thing(desk, concerning)
        about = {fact.number for fact in deviations_about(desk.store, [thing])}
        rows = [row for row in rows if row.root in about]
    listed = [deviation_data(desk.store, row) for row in rows]
    return [data for data in listed if not only_open or data["state"] == "open"]


def show_deviation(desk: Desk, number: str) -> dict[str, Any]:
    """Everything recorded of a deviation."""
    reader = desk.store
    row = reader.get("deviation", number)
    facts = list(facts_of(reader, row))
    return {
        **deviation_data(reader, row),
        "text": row.text,
        "concerned": [_concern_data(each) for table, each in facts if table == "deviation_concern"],
        "classes": [
            _told(reader, each, severity=each.severity, reason=each.reason)
            for table, each in facts
            if table == "deviation_class"
        ],
        "investigations": [
            _told(reader, each, cause=each.cause, text=each.text)
            for table, each in facts
            if table == "deviation_investigation"
        ],
        "actions": [
            _action_data(reader, each) for table, each in facts if table == "corrective_action"
        ],
        "checks": [
            _told(reader, each, effective=bool(each.effective), text=each.text)
            for table, each in facts
            if table == "effectiveness_check"
        ],
        "closings": [
            _told(
                reader,
                each,
                text=each.text,
                check_due_on=each.check_due_on,
                signature=each.signature,
            )
            for each in reader.rows("deviation_closure", deviation=number)
        ],
        "corrected": [v for table, each in facts for v in corrected_values(reader, table, each)],
    }


def facts_of(reader: Reader, deviation: Row) -> Iterator[tuple[str, Row]]:
    """Everything recorded of a deviation but its closings, the deviation itself first."""
    yield "deviation", deviation
    number = str(deviation.root)
    for table in ("deviation_concern", "deviation_class", "deviation_investigation"):
        yield from ((table, row) for row in _of(reader, table, number))
    actions = reader.rows("corrective_action", deviation=number)
    yield from (("corrective_action", row) for row in actions)
    for action in actions:
        for row in reader.rows("action_done", corrective_action=action.root):
            yield "action_done", row
    yield from (("effectiveness_check", row) for row in _of(reader, "effectiveness_check", number))


def _of(reader: Reader, table: str, deviation: str) -> list[Row]:
    return reader.rows(table, deviation=deviation)


def _told(reader: Reader, row: Row, **values: Any) -> dict[str, Any]:
    at = shown_time(reader, row.occurred_at)
    return {"id": row.root, **values, "by": row.performed_by, "at": at}


def _concern_data(row: Row) -> dict[str, Any]:
    return {
        "id": row.root,
        "record": row.record,
        "record_kind": row.record_kind,
        "through": row.because_of,
    }


def _action_data(reader: Reader, row: Row) -> dict[str, Any]:
    done = reader.first("action_done", corrective_action=row.root)
    return {
        "id": row.root,
        "text": row.text,
        "owner": row.owner,
        "due_on": row.due_on,
        "done": None if done is None else done.text,
        "done_by": None if done is None else done.performed_by,
        "done_at": None if done is None else shown_time(reader, done.occurred_at),
    }


# -- what is owed ----------------------------------------------------------------------------------


def obligations(reader: Reader, zone: ZoneInfo) -> list[Obligation]:
    """Open deviations, corrective actions not done, and effects that are still to be checked."""
    del zone
    return [each for row in reader.rows("deviation") for each in _owed(reader, row)]


def _owed(reader: Reader, row: Row) -> Iterator[Obligation]:
    number, dealing = str(row.root), dealing_of(reader, row)
    closing = closing_of(reader, number)
    for action in dealing.actions:
        if not action.is_done:
            text = reader.get("corrective_action", action.number).text
            yield Obligation(
                "corrective-action-due",
                action.number,
                action.due_on,
                f"Corrective action of {number}: {text}",
                action.owner,
                f"lottrack deviation done {action.number} --text TEXT",
            )
    if closing is None:
        yield Obligation(
            "deviation-open",
            number,
            _open_until(reader, row),
            f"{number} ({dealing.severity}: {row.title}) is open.",
            "qa",
            f"lottrack deviation close {number} --text TEXT",
        )
    elif closing.check_due_on is not None and needs_check(dealing):
        yield Obligation(
            "effectiveness-check-due",
            number,
            date.fromisoformat(closing.check_due_on),
            f"Whether what was done about {number} ({row.title}) had an effect is to be checked.",
            "qa",
            f"lottrack deviation check {number} --effective yes|no --text TEXT",
        )


def _open_until(reader: Reader, row: Row) -> date | None:
    days = reader.setting(LIMIT)
    return open_until(day_of(reader, row.recorded_at), int(days) if days else None)
