"""The life of one thing, step by step, with its gaps named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lottrack.actions.custody.containers import state_of
from lottrack.actions.custody.expiries import own_expiry
from lottrack.actions.custody.steps import MOVED, place_of
from lottrack.actions.finding import Found, find_one_of
from lottrack.actions.record.corrected import corrected_in, struck_facts
from lottrack.actions.releasing.holds import open_holds_on
from lottrack.actions.scanning import scanned_record
from lottrack.rules.reading.times import from_text, iso_local
from lottrack.store.lives import life_events

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def custody_gaps(reader: Reader, thing: Found) -> list[str]:
    """Gaps in the custody of a thing that nobody has judged yet.

    A gap is a custody event recorded against the rules (received without a transfer, by the giver,
    out of a state it cannot follow). It is judged when the hold that its incident opened is lifted.
    """
    gaps = []
    for row in reader.rows("custody_event", **{thing.table: thing.record}):
        incident = reader.first("incident", record=row.root)
        if incident is None or _is_judged(reader, thing, incident):
            continue
        codes = ", ".join(blocker["code"] for blocker in json.loads(incident.blockers))
        gaps.append(
            f"The custody of {thing.record} has a gap at {row.root}: {row.act} recorded against"
            f" the rules ({codes})."
        )
    return gaps


def _is_judged(reader: Reader, thing: Found, incident: Row) -> bool:
    if thing.table == "sample":
        return True
    holds = open_holds_on(reader, thing.table, thing.record)
    return all(hold.because_of != incident.root for hold in holds)


def show_custody(desk: Desk, text: str) -> dict[str, Any]:
    """A thing's standing and every step that led there; steps that were struck stand apart.

    Raises:
        NotFound: there is no such thing, or it was struck.
    """
    reader = desk.store
    thing = find_one_of(reader, scanned_record(desk, text)[0], *MOVED)
    reader.get(thing.table, thing.record)
    shown: dict[str, Any] = {"id": thing.record, "kind": thing.table}
    if thing.table == "container":
        shown |= _container(desk, thing.record)
    else:
        shown["place"] = place_of(reader, thing)
    holds = [] if thing.table == "sample" else open_holds_on(reader, thing.table, thing.record)
    shown["holds"] = [str(hold.root) for hold in holds]
    shown["gaps"] = custody_gaps(reader, thing)
    shown["steps"] = _life(desk, thing) if thing.table == "container" else _events(desk, thing)
    shown["corrected"] = corrected_in(reader, shown)
    shown["struck"] = struck_facts(reader, ("custody_event",), **{thing.table: thing.record})
    return shown


def _container(desk: Desk, number: str) -> dict[str, Any]:
    row, standing = desk.store.get("container", number), state_of(desk.store, number)
    return {
        "lot": row.lot,
        "location_state": standing.state,
        "place": standing.place or None,
        "position": standing.position or None,
        "holder": standing.holder or standing.outside or None,
        "expires": iso_local(from_text(own_expiry(desk.store, row)), desk.zone),
    }


def _life(desk: Desk, thing: Found) -> list[dict[str, Any]]:
    measured = iter(_events(desk, thing))
    custody_acts = {
        *("store", "transfer", "receive", "inspect", "return", "retain", "destroy", "test", "lose"),
    }
    steps = []
    for event in life_events(desk.store, thing.record):
        if event.act in custody_acts:
            steps.append(next(measured))
        else:
            at = iso_local(from_text(event.at), desk.zone)
            steps.append({"at": at, "act": event.act, "by": event.holder})
    return steps


def _events(desk: Desk, thing: Found) -> list[dict[str, Any]]:
    return [
        {
            "at": iso_local(from_text(row.occurred_at), desk.zone),
            "act": row.act,
            "by": row.performed_by,
            "id": row.root,
            "from": row.from_place,
            "to": row.to_place or row.to_account or row.to_outside,
            "position": row.position,
            "temperature_c": row.temperature_c,
            "max_c": row.max_c,
            "minutes_above": row.minutes_above,
            "seal": row.seal,
            "condition": row.condition,
            "finding": row.finding,
            "reason": row.reason,
            "corrected": row.version > 1,
        }
        for row in desk.store.rows("custody_event", **{thing.table: thing.record})
    ]
