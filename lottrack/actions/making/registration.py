"""A lot begins: from a collection or a parent lot, for one course, under one specification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.collecting.collections import (
    collection_state,
    courses_of,
    find_collection,
    require_open_course,
    require_taking,
)
from lottrack.actions.finding import find_one_of
from lottrack.actions.laboratory.settings import require_own_pattern
from lottrack.actions.making.lots import find_lot, require_open_lot
from lottrack.actions.moments import happened_at, require_in_order
from lottrack.actions.shown import write_warnings
from lottrack.actions.testing.documents import is_approved
from lottrack.actions.testing.specifications import (
    require_for_product,
    retirement_of,
    specification_for,
)
from lottrack.errors import Conflict, Refused, Usage
from lottrack.rules.codes.identifiers import require_code, require_own_number
from lottrack.rules.culture.plausibility import ShownWarning

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class NewLot(NamedTuple):
    """A lot about to be registered.

    Attributes:
        collection: the collection it is grown from, or "".
        parent: the lot it is grown from, or "".
        product: the product's code.
        specification: ``NAME`` or ``NAME@VERSION``.
        course: the course, needed when the collection is for several; else "".
        number: the site's own number, or "" for one lottrack makes.
    """

    collection: str
    parent: str
    product: str
    specification: str
    course: str = ""
    number: str = ""


def register_lot(desk: Desk, new: NewLot, telling: Telling) -> dict[str, Any]:
    """Register a lot; the version of its specification is fixed, and moved by signature only.

    Receipt, count and acceptance of the collection are not asked for here: cells do not wait for
    papers, and the release does ask.

    Raises:
        Conflict: nothing is on record as taken; the course is not one of the collection's; the
            parent lot was closed; the time lies before the taking; the specification names other
            products.
        Refused: the collection was rejected, the course is closed, or the specification was
            retired or is not in effect on that day.
        NumberUsed: another lot has this number.
        Usage: the collection is for several courses, and none is named.
    """
    told = desk.told(telling)
    product = require_code(new.product, "product")
    origin = find_collection(desk, new.collection) if new.collection else find_lot(desk, new.parent)
    with desk.change("lot register") as change:
        at = happened_at(change, told)
        collection, course = (
            _from_collection(change, origin, new.course, at)
            if new.collection
            else _from_parent(change, origin, new.course, at)
        )
        if collection_state(change, collection) == "rejected":
            raise Refused(
                f"Collection {collection} was rejected: no lot can be grown from it.",
                code="collection-rejected",
                hint=f"`lottrack collection show {collection}` tells by whom and why.",
            )
        require_open_course(change, course, at)
        specification = specification_for(change, new.specification, at)
        doubt = require_for_product(change, specification.root, product)
        lot = change.record(
            "lot",
            told,
            number=_own_number(change, new.number),
            collection=origin if new.collection else None,
            parent=None if new.collection else origin,
            course=course,
            product=product,
            specification=specification.root,
        )
        warnings = _specification_warnings(change, lot, specification)
        if doubt:
            warnings.append(ShownWarning("product-not-of-specification", doubt))
        shown = write_warnings(change, lot, warnings)
    return {
        "id": lot,
        "kind": "lot",
        "collection": collection,
        "parent": None if new.collection else origin,
        "course": course,
        "product": product,
        "specification": specification.root,
        "disposition": "quarantine",
        "warnings": shown,
    }


def _own_number(change: Change, text: str) -> str | None:
    own = require_own_number(text, "the lot number", change.site_code) if text else None
    require_own_pattern(change, "lot", own)
    return own


def _from_collection(change: Change, collection: str, course: str, at: datetime) -> tuple[str, str]:
    taking = require_taking(change, collection)
    require_in_order(change, at, taking.occurred_at, f"the taking of {collection}")
    return collection, _course(change, collection, course)


def _from_parent(change: Change, parent: str, course: str, at: datetime) -> tuple[str, str]:
    """A child lot is for its parent's course: its cells are the same patient's."""
    row = require_open_lot(change, parent)
    require_in_order(change, at, row.occurred_at, f"the registration of lot {parent}")
    if course and find_one_of(change, course, "course").record != row.course:
        raise Conflict(
            f"Lot {parent} is for course {row.course}, and a lot grown from it is, too.",
            code="course-not-of-collection",
            hint="Leave out --course.",
        )
    oldest = row
    while oldest.parent is not None:
        oldest = change.get("lot", oldest.parent)
    return str(oldest.collection), str(row.course)


def _course(reader: Reader, collection: str, text: str) -> str:
    courses = courses_of(reader, collection)
    if not text:
        if len(courses) == 1:
            return courses[0]
        raise Usage(
            f"Collection {collection} is for several courses: {', '.join(courses)}.",
            code="course-missing",
            hint="Name one with --course.",
        )
    course = find_one_of(reader, text, "course").record
    if course not in courses:
        raise Conflict(
            f"Collection {collection} was not taken for course {course}, but for"
            f" {', '.join(courses)}.",
            code="course-not-of-collection",
            hint="A lot is given only to the patient of its course. Check both numbers.",
        )
    return course


def _specification_warnings(reader: Reader, lot: str, specification: Row) -> list[ShownWarning]:
    number = specification.root
    retired = retirement_of(reader, number)
    found = []
    if retired is not None:
        found.append(
            ShownWarning(
                "specification-retired-since",
                f"Specification {number} of lot {lot} was retired after the time told here:"
                f" {retired.reason}.",
            )
        )
    if not is_approved(reader, "specification", number):
        found.append(
            ShownWarning(
                "specification-not-approved",
                f"Specification {number} of lot {lot} is not approved. The lot cannot be released"
                " under it before a qualified person approves it: `lottrack spec approve`.",
            )
        )
    return found
