"""Call sheets: the calls that are owed, and each call made. A sheet closes call by call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.finding import find_one_of
from lottrack.actions.moments import happened_at, require_in_order, shown_time
from lottrack.errors import AlreadyDone, Conflict
from lottrack.rules.obligations import Obligation
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import from_text, local_text, to_text
from lottrack.rules.specification.results import FAIL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from lottrack.actions.desk import Desk, Telling
    from lottrack.rules.certification.duties import Call
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

ACT = "notify record"
OWED, OVERDUE, TOLD, WITHDRAWN = "owed", "overdue", "told", "withdrawn"
"""Where a call stands. ``withdrawn``: its cause fell away (the result was mended or struck, the
physician declined after all); who was called before stays on record."""

OWED_NOW = """
SELECT n.* FROM notification_now AS n
WHERE NOT EXISTS (SELECT 1 FROM notification_call_now AS c
        WHERE c.notification = n.root AND c.outcome = 'reached')
    AND (n.late_positive IS NULL OR EXISTS (
        SELECT 1 FROM late_positive_now AS l CROSS JOIN result AS o ON o.id = l.result
            CROSS JOIN result_now AS r ON r.lot = o.lot
        WHERE l.root = n.late_positive AND r.verdict = 'fail' AND r.test = o.test
            AND r.container IS o.container AND r.preparation IS o.preparation))
    AND (n.supply IS NULL OR NOT EXISTS (SELECT 1 FROM supply_decision_now AS d
        WHERE d.supply = n.supply AND d.decision = 'declined'))
"""
"""Calls that somebody still owes."""


class Made(NamedTuple):
    """A call as it was told.

    Attributes:
        notification: number of the call that was owed.
        reached: who was reached; "" where nobody was.
        text: what was told, or what was tried.
    """

    notification: str
    reached: str
    text: str


def write_calls(
    change: Change,
    calls: Sequence[Call],
    *,
    late_positive: str | None = None,
    supply: str | None = None,
) -> list[str]:
    """Write calls that are owed, in the change of what they follow from; returns their numbers."""
    return [
        change.record(
            "notification",
            late_positive=late_positive,
            supply=supply,
            whom=call.duty.whom,
            addressee=call.addressee or None,
            patient=call.patient or None,
            infusion=call.infusion or None,
            due_at=to_text(call.due_at),
            text=call.duty.text,
            basis=call.duty.basis,
        )
        for call in calls
    ]


def record_call(desk: Desk, made: Made, telling: Telling) -> dict[str, Any]:
    """Record a call: who was reached and what was told, or that nobody was reached.

    Raises:
        NotFound: there is no such notification.
        AlreadyDone: somebody was told before (``already-told``).
        Conflict: the time told is before the cause was known (``out-of-order``), or the cause fell
            away (``notification-withdrawn``).
    """
    number = find_one_of(desk.store, made.notification, "notification").record
    desk.subjects.append(number)
    text = clean_text(made.text, "what was told")
    reached = clean_text(made.reached, "who was reached", 120) if made.reached else None
    told = desk.told(telling)
    with desk.change(ACT) as change:
        row = change.get("notification", number)
        _require_open(change, row)
        require_in_order(change, happened_at(change, told), _known_at(change, row), "its cause")
        call = change.record(
            "notification_call",
            told,
            notification=number,
            outcome="reached" if reached else "not_reached",
            reached=reached,
            text=text,
        )
        change.mention(str(row.late_positive or row.supply))
        data = notification_data(change, row, to_text(change.now))
    return data | {"call": call, "warnings": []}


def _require_open(reader: Reader, row: Row) -> None:
    if is_withdrawn(reader, row):
        raise Conflict(
            f"The cause of {row.root} fell away; the call is not owed any more.",
            code="notification-withdrawn",
            hint=f"`lottrack notify show {row.root}` tells why. A call made stays on record.",
        )
    for call in reader.rows("notification_call", notification=row.root):
        if call.outcome == "reached":
            raise AlreadyDone(
                f"{row.root} is settled: {call.reached} was told by {call.performed_by}.",
                code="already-told",
                hint=f"`lottrack correct {call.root} reached=TEXT --reason TEXT` mends who it was.",
            )


def _known_at(reader: Reader, row: Row) -> str:
    """When the cause of a call was known, as stored."""
    if row.late_positive is not None:
        return str(reader.get("late_positive", row.late_positive).occurred_at)
    decisions = reader.rows("supply_decision", supply=row.supply, decision="accepted")
    return str(decisions[0].occurred_at)


# -- reading ---------------------------------------------------------------------------------------


def is_withdrawn(reader: Reader, row: Row) -> bool:
    """Whether the cause of a call fell away."""
    if row.supply is not None:
        return reader.first("supply_decision", supply=row.supply, decision="declined") is not None
    alarm = reader.find("late_positive", row.late_positive)
    return alarm is None or not failing_beside(reader, str(alarm.result))


def failing_beside(reader: Reader, result: str) -> list[Row]:
    """The results that fail now, of the test and the thing that a result was recorded of.

    A culture's interim reading and its final one speak of the same growth; so does its repeat.
    """
    first = reader.versions("result", result)[0]
    return [
        row
        for row in reader.rows("result", lot=first.lot, test=first.test)
        if row.verdict == FAIL
        and row.container == first.container
        and row.preparation == first.preparation
    ]


def state_of_call(reader: Reader, row: Row, now: str) -> str:
    """Where a call stands at a moment, as stored."""
    calls = reader.rows("notification_call", notification=row.root)
    if any(call.outcome == "reached" for call in calls):
        return TOLD
    if is_withdrawn(reader, row):
        return WITHDRAWN
    return OVERDUE if row.due_at < now else OWED


def notification_data(reader: Reader, row: Row, now: str) -> dict[str, Any]:
    """A call as answers give it, with everything tried."""
    calls = reader.rows("notification_call", notification=row.root)
    told = next((call for call in calls if call.outcome == "reached"), None)
    return {
        "id": str(row.root),
        "kind": "notification",
        "because_of": str(row.late_positive or row.supply),
        "whom": str(row.whom),
        "addressee": row.addressee,
        "patient": row.patient,
        "infusion": row.infusion,
        "due_at": shown_time(reader, row.due_at),
        "state": state_of_call(reader, row, now),
        "reached": None if told is None else told.reached,
        "told_by": None if told is None else str(told.performed_by),
        "told_at": None if told is None else shown_time(reader, told.occurred_at),
        "text": str(row.text),
        "basis": str(row.basis),
        "tried": [
            {
                "id": str(call.root),
                "at": shown_time(reader, call.occurred_at),
                "by": str(call.performed_by),
                "reached": call.reached,
                "text": str(call.text),
            }
            for call in calls
        ],
    }


def sheet_data(
    reader: Reader, now: str, *, late_positive: str | None = None, supply: str | None = None
) -> list[dict[str, Any]]:
    """The call sheet of a late positive or a supply at a moment, the most urgent first."""
    rows = reader.rows("notification", late_positive=late_positive, supply=supply)
    ordered = sorted(rows, key=lambda row: (str(row.due_at), len(str(row.root)), str(row.root)))
    return [notification_data(reader, row, now) for row in ordered]


def list_calls(desk: Desk, *, everything: bool) -> list[dict[str, Any]]:
    """The calls still owed, the most urgent first; or with ``everything`` all of them."""
    now = to_text(desk.now())
    reader = desk.store
    rows = reader.rows("notification") if everything else reader.sql(OWED_NOW)
    ordered = sorted(rows, key=lambda row: (str(row.due_at), len(str(row.root)), str(row.root)))
    return [notification_data(reader, row, now) for row in ordered]


def obligations(reader: Reader, zone: ZoneInfo) -> list[Obligation]:
    """The calls that somebody still owes, each with the day it is due."""
    found = []
    for row in reader.sql(OWED_NOW):
        due_at = from_text(row.due_at)
        about = f" about patient {row.patient}" if row.patient else ""
        name = f" {row.addressee}" if row.addressee else ""
        found.append(
            Obligation(
                "notification-owed",
                str(row.root),
                due_at.astimezone(zone).date(),
                f"Tell the {row.whom}{name}{about} by {local_text(due_at, zone.key)}, because of"
                f" {row.late_positive or row.supply}: {row.text}",
                "qa, qp, production_lead or clinician",
                f"lottrack notify record {row.root} --reached TEXT --what TEXT",
            )
        )
    return found
