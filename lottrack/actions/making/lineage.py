"""Where a thing comes from: lot to collection, course, pair, donor and patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class Lineage(NamedTuple):
    """What a lot is made from and for whom.

    Attributes:
        lot: the lot.
        ancestors: the lot and its parent lots, youngest first.
        collection: the collection the oldest of them came from.
        course: the course the lot belongs to.
        pair: the course's pair.
        donor: the pair's donor.
        patient: the pair's patient.
    """

    lot: Row
    ancestors: tuple[Row, ...]
    collection: Row
    course: Row
    pair: Row
    donor: Row
    patient: Row


def lineage_of(reader: Reader, lot: str) -> Lineage:
    """The lineage of a lot.

    Raises:
        NotFound: the lot, or something it stands on, is unknown or struck.
    """
    youngest = reader.get("lot", lot)
    ancestors = [youngest]
    while ancestors[-1].parent is not None:
        ancestors.append(reader.get("lot", ancestors[-1].parent))
    collection = reader.get("collection", ancestors[-1].collection)
    course = reader.get("course", youngest.course)
    pair = reader.get("pair", course.pair)
    return Lineage(
        youngest,
        tuple(ancestors),
        collection,
        course,
        pair,
        reader.get("donor", pair.donor),
        reader.get("patient", pair.patient),
    )


def descendants_of_lot(reader: Reader, lot: str) -> list[str]:
    """A lot and every lot made from it, oldest first."""
    found = [lot]
    for number in found:
        found += [str(row.root) for row in reader.rows("lot", parent=number)]
    return found


def lots_of_donor(reader: Reader, donor: str) -> list[str]:
    """Every lot grown from a donor's collections, descendants included."""
    lots: list[str] = []
    for collection in reader.rows("collection", donor=donor):
        for lot in reader.rows("lot", collection=collection.root):
            lots += descendants_of_lot(reader, str(lot.root))
    return lots


def course_protocol(reader: Reader, course: str) -> str:
    """The protocol edition a course follows now: its latest amendment, else its first."""
    amendment = reader.last("course_amendment", course=course)
    if amendment is not None:
        return str(amendment.protocol)
    return str(reader.get("course", course).protocol)


def course_is_closed(reader: Reader, course: str) -> bool:
    """Whether a course was closed."""
    return reader.first("course_closure", course=course) is not None
