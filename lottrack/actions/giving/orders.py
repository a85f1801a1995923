"""Orders: the prescription of one infusion, pinned to a protocol edition."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.families.patients import latest_weight
from lottrack.actions.families.persons import require_day, told_of
from lottrack.actions.finding import find_one_of
from lottrack.actions.giving.waivers import waivers_of
from lottrack.actions.making.lineage import course_is_closed, course_protocol
from lottrack.actions.secrets import require_account
from lottrack.actions.testing.documents import protocol_of
from lottrack.errors import AlreadyDone, BadValue, Conflict, NotFound, NumberUsed, Refused
from lottrack.rules.administration.schedule import (
    planned_day_warnings,
    require_number_in_protocol,
)
from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.culture.plausibility import weight_warnings
from lottrack.rules.reading.quantities import format_cells, plain
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import from_text, local_text
from lottrack.store.change import Told

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Desk, Telling
    from lottrack.rules.administration.protocol import Protocol
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class Prescription(NamedTuple):
    """What a clinician orders.

    Attributes:
        course: the chain-of-identity id, or "" when ``patient`` names it.
        patient: the patient's code, or "".
        number: which infusion of the course.
        planned_on: the planned day.
        weight_kg: the weight to dose by; None takes the latest one on record.
        weighed_on: the day of that weight.
    """

    course: str
    patient: str
    number: int
    planned_on: date
    weight_kg: Decimal | None
    weighed_on: date | None


def find_course(reader: Reader, course: str, patient: str) -> Row:
    """The course an order is for: named, or the patient's only open one.

    Raises:
        NotFound: there is none.
        Conflict: the patient has several.
        Refused: the named one is closed (``course-closed``).
    """
    if course:
        row = reader.get("course", find_one_of(reader, course, "course").record)
        if course_is_closed(reader, row.root):
            raise Refused(
                f"Course {row.root} was closed.",
                code="course-closed",
                hint="`lottrack course open` begins another one for the same pair.",
            )
        return row
    code = str(reader.get("patient", require_code(patient, "patient")).root)
    pairs = reader.rows("pair", patient=code)
    courses = [row for pair in pairs for row in reader.rows("course", pair=pair.root)]
    open_ones = [row for row in courses if not course_is_closed(reader, row.root)]
    if not open_ones:
        raise NotFound(
            f"Patient {code} has no open course.",
            hint="`lottrack pair register` or `lottrack course open` begins one.",
        )
    if len(open_ones) > 1:
        numbers = ", ".join(str(row.root) for row in open_ones)
        raise Conflict(
            f"Patient {code} has several open courses: {numbers}.",
            code="several-courses",
            hint="Name one with --course.",
        )
    return open_ones[0]


def prepare_order(
    desk: Desk, wanted: Prescription, reader: Reader | None = None, *, signer: str = ""
) -> signing.Prepared:
    """What the clinician signs: for whom, which infusion, and the dose as far as it is known.

    Args:
        desk: where.
        wanted: the prescription.
        reader: an open change, where it is prepared again; left out, the record.
        signer: who is to sign, if not the actor.

    Raises:
        AccessRefused: the signer is unknown or has no role for it.
        BadValue: the weight was taken in the future or lacks its date.
        Refused: the course is closed.
        Conflict: its protocol has no such infusion.
        AlreadyDone: the infusion was given.
        NumberUsed: an open order for it exists.
    """
    record = reader or desk.store
    if reader is None:
        desk.role_for("order place", require_account(desk, signer or desk.require_actor()))
    course = find_course(record, wanted.course, wanted.patient)
    pair = record.get("pair", course.pair)
    protocol_number = course_protocol(record, course.root)
    protocol = protocol_of(record, protocol_number)
    require_number_in_protocol(wanted.number, protocol.infusions, f"course {course.root}")
    _require_number_free(record, course.root, wanted.number)
    weight, weighed_on = _weight(desk, record, pair.patient, wanted)
    doubts = _weight_warnings(record, pair.patient, wanted)
    shown = "not recorded" if weight is None else f"{weight} kg, weighed on {weighed_on}"
    lines = [
        f"Patient: {pair.patient}",
        f"Course (chain of identity): {course.root}",
        f"Protocol: {protocol_number} ({protocol.title})",
        f"Infusion: {wanted.number} of {protocol.infusions}",
        f"Planned on: {wanted.planned_on.isoformat()}",
        f"Weight: {shown}",
        *(f"Warning: {doubt['sentence']}" for doubt in doubts),
        *_dose_lines(protocol, weight),
        *_earlier_lines(desk, record, course.root),
    ]
    return signing.prepared(record, "order place", "prescription of an infusion", lines, [course])


def _dose_lines(protocol: Protocol, weight: str | None) -> list[str]:
    """The planned dose: the protocol's range per kg, and in cells for this weight."""
    least, most = protocol.dose_min_cells_per_kg, protocol.dose_max_cells_per_kg
    aim = protocol.dose_target_cells_per_kg
    lines = [f"Dose per kg: {_range(least, most, aim)} viable cells"]
    if weight is None:
        return [*lines, "Dose in cells: not known before a weight is recorded"]
    kg = Decimal(weight)
    cells = _range(least * kg, most * kg, aim * kg)
    return [*lines, f"Dose for {weight} kg: {cells} viable cells"]


def _range(least: Decimal, most: Decimal, aim: Decimal) -> str:
    low, high, middle = (format_cells(int(cells)) for cells in (least, most, aim))
    return f"{low} to {high} (aim {middle})"


def _earlier_lines(desk: Desk, reader: Reader, course: str) -> list[str]:
    """What was given in this course before, oldest first."""
    given = sorted(reader.rows("infusion", course=course), key=lambda row: str(row.started_at))
    if not given:
        return ["Given before in this course: nothing"]
    return [
        f"Given before: infusion {row.number or 'without an order'},"
        f" {local_text(from_text(row.started_at), desk.zone)}, {_dose_given(row)}"
        for row in given
    ]


def _dose_given(row: Row) -> str:
    if row.viable_cells is None or row.cells_per_kg is None:
        return "dose not known"
    per_kg = format_cells(int(Decimal(row.cells_per_kg)))
    return f"{format_cells(int(row.viable_cells))} viable cells, {per_kg} per kg"


def _require_number_free(reader: Reader, course: str, number: int) -> None:
    for row in reader.rows("infusion", course=course):
        if row.number == number:
            raise AlreadyDone(
                f"Infusion {number} of course {course} was given on"
                f" {local_text(from_text(row.started_at), row.zone)}.",
                code="infusion-number-already-given",
                hint="`lottrack infusion list` shows what was given.",
            )
    for row in reader.rows("order_standing", course=course, number=number):
        if row.state == "open":
            raise NumberUsed(
                f"Infusion {number} of course {course} has an open order: {row.infusion_order}.",
                code="order-open",
                hint=f"Cancel it first: `lottrack order cancel {row.infusion_order} --reason ...`.",
            )


def _weight(
    desk: Desk, reader: Reader, patient: str, wanted: Prescription
) -> tuple[str | None, str | None]:
    if wanted.weight_kg is None:
        latest = latest_weight(reader, patient)
        return (None, None) if latest is None else (latest.weight_kg, latest.weighed_on)
    if wanted.weighed_on is None:
        raise BadValue(
            "A weight needs the day it was taken.",
            code="weighed-on-missing",
            hint="Add --weighed-on.",
        )
    require_day(wanted.weighed_on, "the weighing", reader.get("patient", patient), desk.today())
    if not (wanted.weight_kg > 0):
        raise BadValue("A weight is above 0 kg.", code="out-of-range")
    return plain(wanted.weight_kg), wanted.weighed_on.isoformat()


def place_order(
    desk: Desk,
    wanted: Prescription,
    prepared: signing.Prepared,
    proof: signing.Proof,
    telling: Telling,
) -> dict[str, Any]:
    """Place an order, signed by a clinician, pinned to the course's protocol edition of now.

    Raises:
        Changed: what was shown is not what the record says.
        Conflict: the time told is before the patient's birth (``out-of-order``).
    """
    signer = signing.require_signer(desk, prepared, proof)
    told = _told(desk, wanted, telling._replace(performed_by=signer.account))
    with desk.change("order place", role=signer.role) as change:
        signing.require_unchanged(prepared, prepare_order(desk, wanted, change))
        course = find_course(change, wanted.course, wanted.patient)
        patient = str(change.get("pair", course.pair).patient)
        weight, weighed_on = _weight(desk, change, patient, wanted)
        warnings = _weight_warnings(change, patient, wanted)
        warnings += _day_warnings(wanted, desk.today(told.at))
        signature = signing.sign(change, desk, prepared, signer, told)
        order = change.record(
            "infusion_order",
            told,
            course=course.root,
            number=wanted.number,
            planned_on=wanted.planned_on.isoformat(),
            weight_kg=weight,
            weighed_on=weighed_on,
            protocol=course_protocol(change, course.root),
            signature=signature,
        )
        change.stand(
            "order_standing",
            {"infusion_order": order},
            course=course.root,
            number=wanted.number,
            state="open",
        )
        change.mention(patient)
        for warning in warnings:
            change.record("shown_warning", told, record=order, **warning)
    return {
        "id": order,
        "kind": "order",
        "course": course.root,
        "patient": patient,
        "number": wanted.number,
        "planned_on": wanted.planned_on,
        "weight_kg": weight,
        "weighed_on": weighed_on,
        "signature": signature,
        "warnings": warnings,
    }


def _told(desk: Desk, wanted: Prescription, telling: Telling) -> Told:
    course = find_course(desk.store, wanted.course, wanted.patient)
    patient = desk.store.get("patient", desk.store.get("pair", course.pair).patient)
    return told_of(desk, telling, str(patient.root), int(patient.born_year), "the order")


def _weight_warnings(reader: Reader, patient: str, wanted: Prescription) -> list[dict[str, str]]:
    if wanted.weight_kg is None or wanted.weighed_on is None:
        return []
    latest = latest_weight(reader, patient)
    found = weight_warnings(
        f"patient {patient}",
        wanted.weight_kg,
        previous_kg=None if latest is None else Decimal(latest.weight_kg),
        age_years=wanted.weighed_on.year - int(reader.get("patient", patient).born_year),
    )
    return [warning._asdict() for warning in found]


def _day_warnings(wanted: Prescription, today: date) -> list[dict[str, str]]:
    """A day that lay in the past when the order was placed is likely a slip of the pen."""
    warnings = planned_day_warnings(f"infusion {wanted.number}", wanted.planned_on, today)
    return [warning._asdict() for warning in warnings]


def cancel_order(desk: Desk, text: str, reason: str) -> dict[str, Any]:
    """Cancel an open order.

    Raises:
        AlreadyDone: it is not open any more.
    """
    desk.role_for("order cancel")
    why = clean_text(reason, "the reason")
    with desk.change("order cancel", why) as change:
        order = find_one_of(change, text, "infusion_order").record
        standing = change.rows("order_standing", infusion_order=order)[0]
        if standing.state != "open":
            raise AlreadyDone(
                f"Order {order} is {standing.state}, not open.",
                code="order-not-open",
                hint="`lottrack order list` shows the open ones.",
            )
        change.record("order_cancellation", Told(reason=why), infusion_order=order)
        change.stand("order_standing", {"infusion_order": order}, state="cancelled")
    return {"id": order, "kind": "order", "state": "cancelled", "warnings": []}


def list_orders(desk: Desk) -> list[dict[str, Any]]:
    """Every order with its patient and state; whole tables are read once, not once an order."""
    reader = desk.store
    pairs = {row.root: row for row in reader.rows("pair")}
    courses = {row.root: pairs.get(row.pair) for row in reader.rows("course")}
    states = {row.infusion_order: row.state for row in reader.rows("order_standing")}
    waived = {row.infusion_order for row in reader.rows("order_waiver")}
    return [
        {
            "id": row.root,
            "kind": "order",
            "patient": pair.patient if (pair := courses.get(row.course)) else None,
            "course": row.course,
            "number": row.number,
            "planned_on": row.planned_on,
            "weight_kg": row.weight_kg,
            "weighed_on": row.weighed_on,
            "protocol": row.protocol,
            "waived": [waiver.code for waiver in waivers_of(reader, str(row.root))]
            if row.root in waived
            else [],
            "state": states[row.root],
        }
        for row in reader.rows("infusion_order")
    ]
