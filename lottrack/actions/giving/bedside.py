"""Gather everything the pharmacist's question rests on: containers, course, order, dose.

What comes out is a ``Case`` for ``rules.administration.verdict.judge``; nothing is judged here. The
same case is gathered at verify, dispense and infusion, so that the three can never disagree.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.custody.container_cases import container_case
from lottrack.actions.desk import as_time
from lottrack.actions.families.donors import donor_is_eligible_for
from lottrack.actions.families.pairs import finding_of
from lottrack.actions.families.patients import consent_state, patient_of_scan
from lottrack.actions.finding import find_one_of
from lottrack.actions.giving.doses import dose_for
from lottrack.actions.giving.loads import loads_of
from lottrack.actions.giving.waivers import waivers_of
from lottrack.actions.making.lineage import Lineage, course_is_closed, course_protocol, lineage_of
from lottrack.actions.scanning import scan_container
from lottrack.actions.testing.documents import is_approved, protocol_of
from lottrack.errors import Blocker, LottrackError
from lottrack.rules.administration.facts import Case, CourseCase, PlanCase
from lottrack.rules.administration.protocol import patient_consents_asked

if TYPE_CHECKING:
    from datetime import date, datetime

    from lottrack.actions.desk import Desk
    from lottrack.rules.administration.protocol import Protocol
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class Question(NamedTuple):
    """What was asked: at which stage, with which scans, when, by whom.

    Attributes:
        stage: prepare, verify, dispense or infuse.
        scans: raw scans of containers.
        patient: the raw scan of the patient, or "" when the order names the patient.
        order: an order's number, or "".
        moment: the moment judged.
        actor: who acts.
        second: the second person, or "".
        given_ml: the volume that was given, once it is known.
    """

    stage: str
    scans: tuple[str, ...]
    patient: str
    order: str
    moment: datetime
    actor: str
    second: str = ""
    given_ml: Decimal | None = None


class Gathered(NamedTuple):
    """A case, and what was wrong with the scans; whether anything was typed by hand.

    Attributes:
        case: for the rules.
        scan_blockers: faults of the scans.
        containers: numbers of the containers named.
        patient: the patient's code, or "".
        order: the order's number, or "".
        typed: a container's number was typed instead of its label scanned.
        patient_typed: the patient's code was typed.
    """

    case: Case
    scan_blockers: tuple[Blocker, ...]
    containers: tuple[str, ...]
    patient: str
    order: str
    typed: bool
    patient_typed: bool


def gather(desk: Desk, reader: Reader, question: Question) -> Gathered:
    """Look up everything a question is about; faults of scans come back as blockers."""
    scanned = [scan_container(reader, raw) for raw in question.scans]
    blockers = [blocker for scan in scanned for blocker in scan.blockers]
    patient, patient_typed = _patient(desk, reader, question, blockers)
    usable = list({scan.record: scan for scan in scanned if scan.record}.values())
    order = _order(reader, question.order, patient, blockers)
    if order is not None and not question.patient:
        patient = _patient_of_order(reader, order)
    lineages = {scan.record: _lineage(reader, scan.record) for scan in usable}
    from zoneinfo import ZoneInfo

    today = desk.today(question.moment)
    moment = question.moment.astimezone(ZoneInfo(desk.zone))
    cases = tuple(
        container_case(reader, scan, lineages[scan.record], moment, today) for scan in usable
    )
    protocol = None if order is None else protocol_of(reader, order.protocol)
    # A dose is reckoned for the person it is ordered for, whoever's container was scanned.
    recipient = patient if order is None else _patient_of_order(reader, order)
    rows = [reader.get("container", scan.record) for scan in usable]
    dose, weighed_on = dose_for(reader, rows, recipient, protocol, order)
    case = Case(
        question.stage,
        patient,
        cases,
        tuple(_course_case(reader, lineage, today) for lineage in _courses(lineages)),
        _plan_case(desk, reader, order, protocol, weighed_on),
        dose,
        moment,
        today,
        question.actor,
        question.second,
        tuple(loads_of(reader, rows, question.given_ml)),
    )
    return Gathered(
        case,
        tuple(blockers),
        tuple(scan.record for scan in usable),
        patient,
        "" if order is None else str(order.root),
        any(scan.is_typed for scan in usable),
        patient_typed,
    )


def _patient(
    desk: Desk, reader: Reader, question: Question, blockers: list[Blocker]
) -> tuple[str, bool]:
    if not question.patient:
        return "", False
    try:
        code, entry = patient_of_scan(reader, question.patient)
    except LottrackError as error:
        known = {"identifier-check-failed", "wrong-kind-of-code", "label-void"}
        code = error.code if error.code in known else "patient-band-unknown"
        blockers.append(Blocker(code, error.sentence, "scan", hint=error.hint))
        return "", False
    desk.subjects.append(code)
    return code, entry == "typed"


def _order(reader: Reader, text: str, patient: str, blockers: list[Blocker]) -> Row | None:
    """The order named; without one, the only open order of the patient."""
    if text:
        try:
            return reader.get("infusion_order", find_one_of(reader, text, "infusion_order").record)
        except LottrackError as error:
            blockers.append(Blocker(error.code, error.sentence, "scan", hint=error.hint))
            return None
    orders = open_orders(reader, patient)
    if len(orders) > 1:
        numbers = ", ".join(str(row.root) for row in orders)
        sentence = f"Patient {patient} has several open orders ({numbers}); name one with --order."
        hint = "Name the one that is meant: --order ORDER. `lottrack order list` shows them."
        blockers.append(Blocker("order-missing", sentence, "prescription", "whoever acts", hint))
        return None
    return orders[0] if orders else None


def open_orders(reader: Reader, patient: str) -> list[Row]:
    """The open orders of a patient."""
    if not patient:
        return []
    courses = [
        course.root
        for pair in reader.rows("pair", patient=patient)
        for course in reader.rows("course", pair=pair.root)
    ]
    standings = [row for c in courses for row in reader.rows("order_standing", course=c)]
    return [reader.get("infusion_order", s.infusion_order) for s in standings if s.state == "open"]


def _patient_of_order(reader: Reader, order: Row) -> str:
    course = reader.get("course", order.course)
    return str(reader.get("pair", course.pair).patient)


def _lineage(reader: Reader, container: str) -> Lineage:
    return lineage_of(reader, reader.get("container", container).lot)


def _courses(lineages: dict[str, Lineage]) -> list[Lineage]:
    return list({str(lineage.course.root): lineage for lineage in lineages.values()}.values())


# -- course, plan, dose ----------------------------------------------------------------------------


def _course_case(reader: Reader, lineage: Lineage, today: date) -> CourseCase:
    protocol = protocol_of(reader, course_protocol(reader, lineage.course.root))
    finding = finding_of(reader, lineage.pair.root)
    donor, patient = str(lineage.donor.root), str(lineage.patient.root)
    consents = [
        (f"donor {donor}", kind, consent_state(reader, "donor", donor, kind))
        for kind in protocol.donor_consents
    ] + [
        (f"patient {patient}", kind, consent_state(reader, "patient", patient, kind))
        for kind in patient_consents_asked(protocol, lineage.patient.born_year, today.year)
    ]
    return CourseCase(
        str(lineage.course.root),
        str(lineage.pair.root),
        course_is_closed(reader, lineage.course.root),
        str(lineage.donor.root),
        donor_is_eligible_for(reader, lineage.donor.root, lineage.collection),
        finding.result,
        protocol.accepted_findings,
        tuple(consents),
    )


def _plan_case(
    desk: Desk,
    reader: Reader,
    order: Row | None,
    protocol: Protocol | None,
    weighed_on: date | None,
) -> PlanCase:
    if order is None or protocol is None:
        return PlanCase()
    course = reader.get("course", order.course)
    standing = reader.rows("order_standing", infusion_order=order.root)[0]
    # One given without an order (an incident) has no number and counts as the last all the same.
    infusions = reader.rows("infusion", course=order.course)
    last = max(infusions, key=lambda row: str(row.started_at), default=None)
    previous = None if last is None else as_time(last.started_at)
    return PlanCase(
        order=str(order.root),
        order_course=str(order.course),
        order_pair=str(course.pair),
        state=standing.state,
        number=int(order.number),
        protocol=str(order.protocol),
        protocol_approved=is_approved(reader, "protocol", order.protocol),
        weighed_on=weighed_on,
        weight_max_age_days=protocol.weight_max_age_days,
        given=tuple(sorted(int(row.number) for row in infusions if row.number is not None)),
        previous_on=None if previous is None else desk.today(previous),
        previous_number=None if last is None else last.number,
        interval_days=protocol.interval_days,
        window_days=protocol.window_days,
        infusion_minutes=protocol.infusion_minutes,
        post_thaw_limit_minutes=protocol.post_thaw_limit_minutes,
        dose_minimum=protocol.dose_min_cells_per_kg,
        dose_maximum=protocol.dose_max_cells_per_kg,
        prescribed_kg=None if order.weight_kg is None else Decimal(order.weight_kg),
        weight_change_pct=protocol.weight_change_warning_pct,
        waivable=protocol.waivable,
        waivers=waivers_of(reader, str(order.root)),
    )
