"""Collections: what the record says of the marrow taken at one donation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lottrack.actions import signing
from lottrack.actions.finding import find_one_of
from lottrack.actions.scanning import scanned_record
from lottrack.errors import Conflict, Refused
from lottrack.rules.reading.times import to_text

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

STATES = ("planned", "recorded", "received", "counted", "accepted", "rejected")
"""What a collection can be, derived from what was recorded of it."""


def find_collection(desk: Desk, text: str) -> str:
    """The number of the collection a scan or number names; a refusal will mention it."""
    collection = find_one_of(desk.store, scanned_record(desk, text)[0], "collection").record
    desk.subjects.append(collection)
    return collection


def taking_of(reader: Reader, collection: str) -> Row | None:
    """The donation itself, or None while it is only planned."""
    return reader.last("collection_taking", collection=collection)


def require_taking(reader: Reader, collection: str) -> Row:
    """The donation itself.

    Raises:
        Conflict: it is only planned (``not-recorded``).
    """
    taking = taking_of(reader, collection)
    if taking is None:
        raise Conflict(
            f"Collection {collection} is planned; nothing is on record as taken.",
            code="not-recorded",
            hint="Record the donation first: `lottrack collection record --course COI --at TIME`.",
        )
    return taking


def decision_of(reader: Reader, collection: str) -> Row | None:
    """The decision on a collection that stands.

    A rejection stands until it is struck. An acceptance falls with its signature, when something it
    covers was corrected.
    """
    decisions = reader.rows("collection_decision", collection=collection)
    for decision in decisions:
        if decision.decision == "rejected":
            return decision
    valid = [row for row in decisions if signing.is_valid(reader, row.signature)]
    return valid[-1] if valid else None


def collection_state(reader: Reader, collection: str) -> str:
    """One of ``STATES``."""
    decision = decision_of(reader, collection)
    if decision is not None:
        return str(decision.decision)
    if reader.first("collection_count", collection=collection) is not None:
        return "counted"
    if reader.first("collection_receipt", collection=collection) is not None:
        return "received"
    return "planned" if taking_of(reader, collection) is None else "recorded"


def courses_of(reader: Reader, collection: str) -> list[str]:
    """The courses a collection is for, in the order they were opened."""
    links = reader.rows("collection_course", collection=collection)
    return sorted((str(link.course) for link in links), key=lambda course: (len(course), course))


def window_findings(taking: Row) -> list[dict[str, str]]:
    """What stood against the donor's screening when the donation was recorded."""
    found: list[dict[str, str]] = json.loads(taking.window_findings)
    return found


def require_open_course(reader: Reader, course: str, at: datetime) -> None:
    """Refuse an act for a course that was closed by then.

    Raises:
        Refused: ``course-closed``.
    """
    closing = reader.first("course_closure", course=course)
    if closing is None or to_text(at) < closing.occurred_at:
        return
    raise Refused(
        f"Course {course} was closed.",
        code="course-closed",
        hint="`lottrack course open` begins another one for the same pair.",
    )
