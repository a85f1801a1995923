"""Consents of donors and patients: given, withdrawn, and what a withdrawal stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.families.persons import require_day, told_of
from lottrack.actions.finding import code_of
from lottrack.actions.making.lineage import course_is_closed, course_protocol
from lottrack.actions.shown import write_warnings
from lottrack.actions.testing.documents import protocol_of
from lottrack.rules.administration.protocol import patient_consents_asked
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.lifecycle import ENDED
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Desk, Telling
    from lottrack.actions.families.persons import Kind
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

GIVEN = "given"
WITHDRAWN = "withdrawn"
MISSING = "missing"

# What a person of each kind is not asked: the other one is.
_OF_THE_OTHER = {"donor": "treatment", "patient": "donation"}


class Consent(NamedTuple):
    """A consent, or its withdrawal.

    Attributes:
        kind: one of ``CONSENT_KINDS`` of the protocol.
        document: which document was signed, with its version.
        on: the day it was given or withdrawn.
        withdrawn: it is a withdrawal.
    """

    kind: str
    document: str
    on: date
    withdrawn: bool = False


def consent_state(reader: Reader, table: Kind, code: str, kind: str) -> str:
    """Whether a consent stands: ``given``, ``withdrawn`` or ``missing``.

    The latest by the day it was given counts, of one day the one recorded last.

    Args:
        reader: the record.
        table: ``donor`` or ``patient``.
        code: the person's code.
        kind: one of ``CONSENT_KINDS`` of the protocol.
    """
    rows = reader.rows("consent", **{table: code}, kind=kind)
    if not rows:
        return MISSING
    # Turned round, for max() takes the first of equals.
    return WITHDRAWN if max(reversed(rows), key=_given_on).withdrawn else GIVEN


def consents_of(reader: Reader, table: Kind, code: str) -> list[dict[str, Any]]:
    """Every consent and withdrawal of a person, by day."""
    return [
        {
            "id": row.root,
            "kind": "consent",
            "consent": row.kind,
            "document": row.document,
            "on": row.given_on,
            "withdrawn": bool(row.withdrawn),
        }
        for row in sorted(reader.rows("consent", **{table: code}), key=_given_on)
    ]


def _given_on(row: Row) -> str:
    return str(row.given_on)


def record_consent(
    desk: Desk, table: Kind, code: str, consent: Consent, telling: Telling
) -> dict[str, Any]:
    """Record a consent or its withdrawal; a withdrawal answers with what it stops.

    Raises:
        NotFound: there is no such donor or patient.
        BadValue: the day is in the future.
        Conflict: the day is before the person's birth.
    """
    person = desk.store.get(table, code_of(desk.store, table, code), table)
    number = str(person.root)
    desk.subjects.append(number)
    document = clean_text(consent.document, "the document", 200)
    what = "the withdrawal" if consent.withdrawn else "the consent"
    require_day(consent.on, what, person, desk.today())
    told = told_of(desk, telling, number, int(person.born_year), what)
    with desk.change(f"{table} consent") as change:
        warnings = _warnings(change, table, number, consent)
        made = change.record(
            "consent",
            told,
            **{table: number},
            kind=consent.kind,
            document=document,
            given_on=consent.on.isoformat(),
            withdrawn=int(consent.withdrawn),
        )
        shown = write_warnings(change, made, warnings)
        state = consent_state(change, table, number, consent.kind)
        stops = []
        if state == WITHDRAWN:
            stops = _stopped(change, table, person, consent.kind, desk.today())
    answer: dict[str, Any] = {
        "id": made,
        "kind": "consent",
        table: number,
        "consent": consent.kind,
        "document": document,
        "on": consent.on.isoformat(),
        "withdrawn": consent.withdrawn,
        "state": state,
        "warnings": shown,
    }
    if consent.withdrawn:
        answer["stops"] = stops
    return answer


def _warnings(reader: Reader, table: Kind, code: str, consent: Consent) -> list[ShownWarning]:
    warnings = []
    if consent.kind == _OF_THE_OTHER[table]:
        warnings.append(
            ShownWarning(
                "consent-kind-unusual",
                f"A {table} is not usually asked for consent to {consent.kind}. Check whose consent"
                f" it is and to what.",
            )
        )
    if consent.withdrawn and consent_state(reader, table, code, consent.kind) == MISSING:
        warnings.append(
            ShownWarning(
                "consent-not-on-record",
                f"No consent of {code} to {consent.kind} is on record that could be withdrawn.",
            )
        )
    return warnings


def _stopped(reader: Reader, table: Kind, person: Row, kind: str, on: date) -> list[dict[str, str]]:
    """What cannot go on without this consent: open courses whose protocol asks for it.

    With each course its open orders, its lots and the containers that still hold cells.
    """
    stopped = []
    for pair in reader.rows("pair", **{table: person.root}):
        for course in reader.rows("course", pair=pair.root):
            protocol = protocol_of(reader, course_protocol(reader, course.root))
            asked = protocol.donor_consents
            if table == "patient":
                asked = patient_consents_asked(protocol, int(person.born_year), on.year)
            if kind in asked and not course_is_closed(reader, course.root):
                stopped += [_thing("course", course.root, "open"), *_of_course(reader, course.root)]
    return stopped


def _of_course(reader: Reader, course: str) -> list[dict[str, str]]:
    things = []
    for order in reader.rows("infusion_order", course=course):
        standing = reader.standing("order_standing", infusion_order=order.root)
        if standing is not None and standing.state == "open":
            things.append(_thing("order", order.root, "open"))
    for lot in reader.rows("lot", course=course):
        things.append(_thing("lot", lot.root, ""))
        things += [
            _thing("container", standing.container, standing.location_state)
            for standing in reader.rows("container_standing", lot=lot.root)
            if standing.location_state not in ENDED
        ]
    return things


def _thing(kind: str, number: str, state: str) -> dict[str, str]:
    return {"id": str(number), "kind": kind, "state": str(state)}
