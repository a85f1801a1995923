"""Donors: registered under codes, decided upon by the responsible person's signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.families.consents import consents_of
from lottrack.actions.families.persons import latest_typing, write_person
from lottrack.actions.families.screenings import screenings_of
from lottrack.actions.finding import code_of
from lottrack.actions.making.lineage import course_is_closed
from lottrack.actions.record.corrected import corrected_in, corrected_values, struck_facts
from lottrack.actions.releasing.holds import open_holds_on, shown_hold
from lottrack.rules.reading.times import from_text, iso_local
from lottrack.rules.screening.screening import DEFERRED, ELIGIBLE, INELIGIBLE

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Desk, Telling
    from lottrack.actions.families.persons import NewPerson
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

STATES = (
    "candidate",
    "screening",
    "eligible",
    "accepted_by_risk_assessment",
    "deferred_temporary",
    "ineligible",
    "donated",
    "closed",
)
"""What ``donor_state`` can say."""


def register_donor(desk: Desk, person: NewPerson, telling: Telling) -> dict[str, Any]:
    """Register a donor, with the typing where it is known already.

    Raises:
        NumberUsed: the code belongs to another donor.
        BadValue: unusable code, year of birth or typing.
        Conflict: told for a time before the year of birth.
    """
    with desk.change("donor register") as change:
        return write_person(change, desk, "donor", person, telling)


# -- what the decisions say ------------------------------------------------------------------------


def eligibility_of(reader: Reader, donor: str) -> Row | None:
    """The decision on a donor that stands.

    It is the one signed last. An *eligible* one whose signature no longer covers what is recorded
    (a marker was corrected since) counts for nothing, and no older one takes its place; a deferral
    and an ineligibility stand until a new decision is signed, so that no correction makes a donor
    eligible by itself. A deferral past its day does not make a donor eligible either.
    """
    decision = reader.last("eligibility", donor=donor)
    if decision is None or not _stands(reader, decision):
        return None
    return decision


def _stands(reader: Reader, decision: Row) -> bool:
    return decision.decision != ELIGIBLE or signing.is_valid(reader, decision.signature)


def is_excluded(reader: Reader, donor: str, on: date) -> bool:
    """Whether a donor is declared not eligible, or deferred until a day after ``on``."""
    decision = eligibility_of(reader, donor)
    if decision is None or decision.decision == ELIGIBLE:
        return False
    return decision.decision == INELIGIBLE or not (decision.defer_until <= on.isoformat())


def donor_is_eligible_for(reader: Reader, donor: str, collection: Row) -> bool:
    """Whether a donor was declared eligible for a collection, and this stands.

    The decision recorded with the collection must still be covered by its signature, it must not
    have served an earlier donation (it is signed for the next one), and no deferral or
    ineligibility may have been signed after it, unless the donor was declared eligible again after
    that.
    """
    taking = reader.last("collection_taking", collection=collection.root)
    if taking is None or taking.eligibility is None:
        return False
    decision = reader.find("eligibility", taking.eligibility)
    if decision is None or decision.donor != donor or decision.decision != ELIGIBLE:
        return False
    if _served_earlier(reader, donor, taking):
        return False
    eligible = _stands(reader, decision)
    decisions = reader.rows("eligibility", donor=donor)
    roots = [row.root for row in decisions]
    for later in decisions[roots.index(decision.root) + 1 :]:
        if later.decision != ELIGIBLE:
            eligible = False
        elif _stands(reader, later):
            eligible = True
    return eligible


def donor_state(reader: Reader, donor: str, today: date | None = None) -> str:
    """Where a donor stands: one of ``STATES``.

    Args:
        reader: the record.
        donor: the donor's code.
        today: the day on which a deferral may be over; left out, a deferral is taken as running.
    """
    decision = eligibility_of(reader, donor)
    if decision is not None and decision.decision == INELIGIBLE:
        return "ineligible"
    if decision is not None and decision.decision == DEFERRED:
        over = today is not None and decision.defer_until <= today.isoformat()
        return "screening" if over else "deferred_temporary"
    takings = _takings(reader, donor)
    if takings and (decision is None or decision.root in {each.eligibility for each in takings}):
        return "closed" if _all_courses_closed(reader, donor) else "donated"
    if decision is not None:
        return "accepted_by_risk_assessment" if decision.risk_assessment else "eligible"
    return "candidate" if reader.first("screening", donor=donor) is None else "screening"


def _takings(reader: Reader, donor: str) -> list[Row]:
    return [
        taking
        for collection in reader.rows("collection", donor=donor)
        for taking in reader.rows("collection_taking", collection=collection.root)
    ]


def _served_earlier(reader: Reader, donor: str, taking: Row) -> bool:
    """Whether a taking's decision was used on an earlier day; one donation may fill two bags."""
    day = _day_of(taking)
    return any(
        other.eligibility == taking.eligibility and _day_of(other) < day
        for other in _takings(reader, donor)
    )


def _day_of(taking: Row) -> str:
    return iso_local(from_text(taking.occurred_at), taking.zone)[:10]


def _all_courses_closed(reader: Reader, donor: str) -> bool:
    courses = [
        course.root
        for pair in reader.rows("pair", donor=donor)
        for course in reader.rows("course", pair=pair.root)
    ]
    return bool(courses) and all(course_is_closed(reader, course) for course in courses)


# -- reading ---------------------------------------------------------------------------------------


def show_donor(desk: Desk, code: str) -> dict[str, Any]:
    """All that is recorded of one donor.

    Raises:
        NotFound: there is no such donor.
    """
    reader = desk.store
    donor = reader.get("donor", code_of(reader, "donor", code))
    number = str(donor.root)
    typing = latest_typing(reader, "donor", number)
    shown: dict[str, Any] = {
        "id": number,
        "kind": "donor",
        "born": donor.born_year,
        "sex": donor.sex,
        "hla": None if typing is None else typing.gl_string,
        "typing": None if typing is None else typing.root,
        "state": donor_state(reader, number, desk.today()),
        "screenings": screenings_of(reader, number),
        "decisions": [_decision(reader, row) for row in reader.rows("eligibility", donor=number)],
        "consents": consents_of(reader, "donor", number),
        "holds": [shown_hold(reader, hold) for hold in open_holds_on(reader, "donor", number)],
        "pairs": [
            {"id": pair.root, "kind": "pair", "patient": pair.patient, "relation": pair.relation}
            for pair in reader.rows("pair", donor=number)
        ],
        "struck": struck_facts(
            reader, ("typing", "consent", "screening", "eligibility", "pair"), donor=number
        ),
    }
    return shown | {
        "corrected": [*corrected_in(reader, shown), *_corrected_markers(reader, number)]
    }


def _corrected_markers(reader: Reader, donor: str) -> list[dict[str, Any]]:
    """Corrected outcomes; ``within`` and ``name`` say where an answer tells each of them."""
    return [
        value | {"within": screening.root, "name": marker.marker}
        for screening in reader.rows("screening", donor=donor)
        for marker in reader.rows("marker", screening=screening.root)
        for value in corrected_values(reader, "marker", marker)
    ]


def _decision(reader: Reader, row: Row) -> dict[str, Any]:
    signature = reader.get("signature", row.signature)
    return {
        "id": row.root,
        "kind": "eligibility",
        "decision": row.decision,
        "defer_until": row.defer_until,
        "risk_assessment": row.risk_assessment,
        "reason": row.reason,
        "signed_by": signature.performed_by,
        "signature_valid": signing.is_valid(reader, row.signature),
    }


def list_donors(desk: Desk) -> list[dict[str, Any]]:
    """Every donor with where it stands."""
    reader = desk.store
    typed = {row.donor for row in reader.rows("typing")}
    today = desk.today()
    return [
        {
            "id": row.root,
            "kind": "donor",
            "born": row.born_year,
            "sex": row.sex,
            "typed": row.root in typed,
            "state": donor_state(reader, row.root, today),
        }
        for row in reader.rows("donor")
    ]
