"""Courses: one treatment of one patient from one donor, with its chain-of-identity id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.collecting.collections import collection_state
from lottrack.actions.families.persons import told_of_pair
from lottrack.actions.finding import find_one_of
from lottrack.actions.making.lineage import course_is_closed, course_protocol
from lottrack.actions.moments import happened_at, require_in_order, shown_time
from lottrack.actions.record.corrected import corrected_in, struck_facts
from lottrack.actions.shown import write_warnings
from lottrack.actions.testing.documents import find_document, is_approved, protocol_of
from lottrack.errors import AlreadyDone, Blocker, Conflict, NotFound, Refused
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.lifecycle import ENDED
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

BASES = ("trial", "hospital-exemption", "named-patient")
"""Legal bases on which a patient is treated."""


class NewCourse(NamedTuple):
    """A course about to be opened.

    Attributes:
        pair: number of the pair.
        protocol: ``NAME[@EDITION]``; "" takes the site's default.
        basis: one of ``BASES``; "" takes the protocol's.
        reference: trial number, authorisation or request; "" takes the protocol's trial number.
    """

    pair: str
    protocol: str = ""
    basis: str = ""
    reference: str = ""


def find_course(reader: Reader, text: str) -> Row:
    """A course by its chain-of-identity id.

    Raises:
        NotFound: there is none.
        WrongKindOfCode: the number is of another kind of thing.
    """
    return reader.get("course", find_one_of(reader, text, "course").record, "course")


def protocol_for(reader: Reader, name: str) -> Row:
    """The protocol edition a new course follows: the one named, else the site's default.

    Without an edition it is the newest approved one, else the newest draft: a course can be opened
    while the approval is under way.

    Raises:
        NotFound: there is no such protocol, or none is the default (``no-default-protocol``).
        Conflict: several are (``several-default-protocols``).
    """
    if name:
        return find_document(reader, "protocol", name)
    newest: dict[str, Row] = {}
    for row in sorted(reader.rows("protocol"), key=lambda each: int(each.edition)):
        newest[row.name] = row
    defaults = sorted(name for name in newest if protocol_of(reader, newest[name].root).default)
    hint = "Name one: --protocol NAME. `lottrack protocol list` shows them."
    if not defaults:
        raise NotFound(
            "No protocol of this site is the default one.", code="no-default-protocol", hint=hint
        )
    if len(defaults) > 1:
        raise Conflict(
            f"Each of {' and '.join(defaults)} says that it is the default protocol.",
            code="several-default-protocols",
            hint=hint,
        )
    return find_document(reader, "protocol", defaults[0])


def write_course(change: Change, course: NewCourse, told: Told) -> dict[str, Any]:
    """Write a course into an open change.

    Raises:
        NotFound: there is no such protocol.
        BadValue: an unusable reference.
    """
    row = protocol_for(change, course.protocol)
    protocol = protocol_of(change, row.root)
    basis = course.basis or protocol.basis
    given = course.reference or protocol.trial_number
    reference = clean_text(given, "the reference", 200) if given else None
    number = change.record(
        "course", told, pair=course.pair, protocol=row.root, basis=basis, reference=reference
    )
    return {
        "id": number,
        "kind": "course",
        "pair": course.pair,
        "protocol": row.root,
        "protocol_approved": is_approved(change, "protocol", row.root),
        "basis": basis,
        "reference": reference,
    }


def open_course(desk: Desk, course: NewCourse, telling: Telling) -> dict[str, Any]:
    """Open a further course of a pair.

    Raises:
        NotFound: there is no such pair or protocol.
        BadValue: an unusable reference.
        Conflict: the time told is before a year of birth (``out-of-order``).
    """
    pair = find_one_of(desk.store, course.pair, "pair").record
    desk.subjects.append(pair)
    row = desk.store.get("pair", pair)
    people = desk.store.get("donor", row.donor), desk.store.get("patient", row.patient)
    told = told_of_pair(desk, telling, *people, "the opening of the course")
    with desk.change("course open") as change:
        change.get("pair", pair)
        made = write_course(change, course._replace(pair=pair), told)
    return made | {"state": "open", "warnings": []}


def amend_course(
    desk: Desk, text: str, protocol: str, reason: str, telling: Telling
) -> dict[str, Any]:
    """Move a course to another protocol or edition; what was ordered before keeps its own.

    Raises:
        NotFound: there is no such course or protocol.
        Refused: the course is closed (``course-closed``).
        Conflict: the amendment is told for a time before its opening (``out-of-order``).
        AlreadyDone: the course follows this edition.
    """
    number = str(find_course(desk.store, text).root)
    desk.subjects.append(number)
    why = clean_text(reason, "the reason")
    told = desk.told(telling)._replace(reason=why)
    with desk.change("course amend", why) as change:
        course = _open_course(change, number, told)
        row = find_document(change, "protocol", protocol)
        before = course_protocol(change, number)
        if row.root == before:
            raise AlreadyDone(f"Course {number} follows {before} already.", hint="Nothing to do.")
        made = change.record("course_amendment", told, course=number, protocol=row.root)
        warnings = [] if is_approved(change, "protocol", row.root) else [_draft(row.root)]
        shown = write_warnings(change, made, warnings)
    return {
        "id": made,
        "kind": "course_amendment",
        "course": number,
        "pair": course.pair,
        "protocol": row.root,
        "protocol_before": before,
        "reason": why,
        "warnings": shown,
    }


def _draft(protocol: str) -> ShownWarning:
    return ShownWarning(
        "protocol-not-approved",
        f"{protocol} is a draft: nothing is given under it before a qualified person approves it.",
    )


def _open_course(change: Change, number: str, told: Told) -> Row:
    course = change.get("course", number)
    if course_is_closed(change, number):
        raise Refused(
            f"Course {number} was closed.",
            code="course-closed",
            hint=f"`lottrack course show {number}` tells when and why; a new treatment is a new"
            f" course: lottrack course open --pair {course.pair}.",
        )
    at = happened_at(change, told)
    require_in_order(change, at, course.occurred_at, f"the opening of course {number}")
    return course


def close_course(desk: Desk, text: str, reason: str, telling: Telling) -> dict[str, Any]:
    """Close a course: nothing more is collected, ordered or given for it.

    Raises:
        NotFound: there is no such course.
        AlreadyDone: it is closed.
        Conflict: told for a time before its opening (``out-of-order``).
        Refused: containers are dispensed and neither given nor returned (``course-not-closable``).
    """
    number = str(find_course(desk.store, text).root)
    desk.subjects.append(number)
    why = clean_text(reason, "the reason")
    told = desk.told(telling)._replace(reason=why)
    with desk.change("course close", why) as change:
        if course_is_closed(change, number):
            raise AlreadyDone(f"Course {number} is closed already.", hint="Nothing to do.")
        _open_course(change, number, told)
        _require_closable(change, number)
        made = change.record("course_closure", told, course=number)
        warnings = [
            ShownWarning(
                "order-left-open",
                f"Order {order['id']} is still open; nothing can be given on it any more.",
            )
            for order in _orders(change, number)
            if order["state"] == "open"
        ]
        shown = write_warnings(change, made, warnings)
    return {
        "id": made,
        "kind": "course_closure",
        "course": number,
        "state": "closed",
        "reason": why,
        "warnings": shown,
    }


def _require_closable(reader: Reader, course: str) -> None:
    blockers = [
        Blocker(
            "dispensed-not-given",
            f"Container {standing.container} of lot {lot.root} is dispensed, and neither infused"
            " nor returned.",
            str(standing.container),
        )
        for lot in reader.rows("lot", course=course)
        for standing in reader.rows("container_standing", lot=lot.root)
        if standing.stage == "dispensed" and standing.location_state not in ENDED
    ]
    if blockers:
        raise Refused(
            f"Course {course} cannot be closed while its containers are on their way to the"
            " patient.",
            code="course-not-closable",
            hint="Record what became of them: lottrack infusion record, lottrack custody return.",
            blockers=blockers,
        )


# -- reading ---------------------------------------------------------------------------------------


def course_state(reader: Reader, course: str) -> str:
    """``open`` or ``closed``."""
    return "closed" if course_is_closed(reader, course) else "open"


def show_course(desk: Desk, text: str) -> dict[str, Any]:
    """A course with everything done for it.

    Raises:
        NotFound: there is no such course.
    """
    reader = desk.store
    course = find_course(reader, text)
    number = str(course.root)
    pair = reader.get("pair", course.pair)
    protocol = course_protocol(reader, number)
    closure = reader.last("course_closure", course=number)
    shown: dict[str, Any] = {
        "id": number,
        "kind": "course",
        "state": course_state(reader, number),
        "pair": pair.root,
        "donor": pair.donor,
        "patient": pair.patient,
        "protocol": protocol,
        "protocol_approved": is_approved(reader, "protocol", protocol),
        "basis": course.basis,
        "reference": course.reference,
        "opened_at": shown_time(reader, course.occurred_at),
        "closed_at": None if closure is None else shown_time(reader, closure.occurred_at),
        "closed_because": None if closure is None else closure.reason,
        "amendments": [
            {
                "id": row.root,
                "kind": "course_amendment",
                "protocol": row.protocol,
                "at": shown_time(reader, row.occurred_at),
                "reason": row.reason,
            }
            for row in reader.rows("course_amendment", course=number)
        ],
        "collections": _collections(reader, number),
        "lots": [
            {"id": row.root, "kind": "lot", "product": row.product, "parent": row.parent}
            for row in reader.rows("lot", course=number)
        ],
        "orders": _orders(reader, number),
        "infusions": [
            {
                "id": row.root,
                "kind": "infusion",
                "number": row.number,
                "started": shown_time(reader, row.started_at),
                "viable_cells": None if row.viable_cells is None else str(row.viable_cells),
                "cells_per_kg": row.cells_per_kg,
            }
            for row in reader.rows("infusion", course=number)
        ],
        "struck": struck_facts(
            reader, ("course_amendment", "course_closure", "lot", "infusion"), course=number
        ),
    }
    return shown | {"corrected": corrected_in(reader, shown)}


def _collections(reader: Reader, course: str) -> list[dict[str, Any]]:
    listed = []
    for link in reader.rows("collection_course", course=course):
        collection = reader.find("collection", link.collection)
        if collection is None:
            continue
        taking = reader.last("collection_taking", collection=collection.root)
        listed.append(
            {
                "id": collection.root,
                "kind": "collection",
                "state": collection_state(reader, collection.root),
                "planned_on": collection.planned_on,
                "taking": None if taking is None else taking.root,
                "at": None if taking is None else shown_time(reader, taking.occurred_at),
            }
        )
    return listed


def _orders(reader: Reader, course: str) -> list[dict[str, Any]]:
    listed = []
    for row in reader.rows("infusion_order", course=course):
        standing = reader.standing("order_standing", infusion_order=row.root)
        listed.append(
            {
                "id": row.root,
                "kind": "order",
                "number": row.number,
                "planned_on": row.planned_on,
                "state": None if standing is None else standing.state,
            }
        )
    return listed


def list_courses(desk: Desk) -> list[dict[str, Any]]:
    """Every course with its pair, protocol and state."""
    reader = desk.store
    pairs = {row.root: row for row in reader.rows("pair")}
    closed = {row.course for row in reader.rows("course_closure")}
    amended = {row.course: row.protocol for row in reader.rows("course_amendment")}
    return [
        {
            "id": row.root,
            "kind": "course",
            "donor": pairs[row.pair].donor if row.pair in pairs else None,
            "patient": pairs[row.pair].patient if row.pair in pairs else None,
            "pair": row.pair,
            "protocol": amended.get(row.root, row.protocol),
            "basis": row.basis,
            "state": "closed" if row.root in closed else "open",
        }
        for row in reader.rows("course")
    ]
