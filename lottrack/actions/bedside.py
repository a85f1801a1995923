"""Gather everything the pharmacist's question rests on: containers, course, order, dose.

What comes out is a ``Case`` for ``rules.administration.judge``; nothing is judged here. The same
case is gathered at verify, dispense and infusion, so that the three can never disagree.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.containers import filling_of, state_of
from lottrack.actions.custody_views import custody_gaps
from lottrack.actions.desk import as_time
from lottrack.actions.dispositions import fill_disposition, overdue_conditions
from lottrack.actions.documents import is_approved, protocol_of
from lottrack.actions.donors import donor_is_eligible_for
from lottrack.actions.finding import Found, find_one_of
from lottrack.actions.holds import held_thing, open_holds_of_container
from lottrack.actions.lineage import Lineage, course_is_closed, course_protocol, lineage_of
from lottrack.actions.pairs import finding_of
from lottrack.actions.patients import consent_state, latest_weight, patient_of_scan
from lottrack.actions.quality_states import (
    failed_for_container,
    failed_for_preparation,
    missing_for_preparation,
)
from lottrack.actions.scanning import Scanned, scan_container
from lottrack.errors import Blocker, LottrackError
from lottrack.rules.administration import (
    Case,
    ContainerCase,
    CourseCase,
    HoldFact,
    PlanCase,
)
from lottrack.rules.dose import Dose, dose_of
from lottrack.rules.protocol import patient_consents_asked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from lottrack.actions.desk import Desk
    from lottrack.rules.protocol import Protocol
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
    """

    stage: str
    scans: tuple[str, ...]
    patient: str
    order: str
    moment: datetime
    actor: str
    second: str = ""


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
    cases = tuple(_container_case(reader, scan, lineages[scan.record]) for scan in usable)
    protocol = None if order is None else protocol_of(reader, order.protocol)
    dose, weighed_on = _dose(reader, usable, lineages, protocol, order)
    today = desk.today(question.moment)
    case = Case(
        question.stage,
        patient,
        cases,
        tuple(_course_case(reader, lineage, today) for lineage in _courses(lineages)),
        _plan_case(desk, reader, order, protocol, weighed_on),
        dose,
        question.moment,
        today,
        question.actor,
        question.second,
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
        known = {"identifier-check-failed", "wrong-kind-of-code", "patient-band-unknown"}
        code = error.code if error.code in known else "patient-band-unknown"
        blockers.append(Blocker(code, error.sentence, "scan"))
        return "", False
    desk.subjects.append(code)
    return code, entry == "typed"


def _order(reader: Reader, text: str, patient: str, blockers: list[Blocker]) -> Row | None:
    """The order named; without one, the only open order of the patient."""
    if text:
        try:
            return reader.get("infusion_order", find_one_of(reader, text, "infusion_order").record)
        except LottrackError as error:
            blockers.append(Blocker(error.code, error.sentence, "scan"))
            return None
    orders = open_orders(reader, patient)
    if len(orders) > 1:
        numbers = ", ".join(str(row.root) for row in orders)
        sentence = f"Patient {patient} has several open orders ({numbers}); name one with --order."
        blockers.append(Blocker("order-missing", sentence, "prescription"))
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


# -- one container ---------------------------------------------------------------------------------


def preparation_of(reader: Reader, container: Row) -> Row | None:
    """The preparation a container is in: it went into it, or was made by it; None before."""
    if container.preparation is not None:
        return reader.get("preparation", container.preparation)
    for link in reversed(reader.rows("preparation_input", container=container.root)):
        preparation = reader.find("preparation", link.preparation)
        if preparation is not None:
            return preparation
    return None


def _container_case(reader: Reader, scan: Scanned, lineage: Lineage) -> ContainerCase:
    row = reader.get("container", scan.record)
    standing = state_of(reader, row.root)
    preparation = preparation_of(reader, row)
    sources = source_containers(reader, row)
    fills = list(dict.fromkeys(str(source.fill) for source in sources))
    infusion = _link_fact(reader, "infused_container", "infusion", row.root)
    dispensing = _link_fact(reader, "dispensed_container", "dispensing", row.root)
    place = standing.place
    return ContainerCase(
        container=str(row.root),
        lot=str(row.lot),
        course=str(lineage.course.root),
        pair=str(lineage.pair.root),
        patient=str(lineage.patient.root),
        purpose=row.purpose,
        state=standing.state,
        place_kind=str(reader.get("place", place).kind) if place else "",
        place=place,
        handed_to=_handed_to(reader, row.root),
        expires_at=expiry_of(reader, row, preparation),
        disposition=_strictest_of(reader, fills),
        holds=tuple(
            HoldFact(hold.root, *held_thing(hold), hold.cause, hold.reason or "")
            for hold in open_holds_of_container(reader, row, lineage)
        ),
        label=scan.label,
        fill_viable=filled_cells(reader, sources),
        thawed_at=None if preparation is None else as_time(preparation.occurred_at),
        prepared_for="" if preparation is None else str(preparation.infusion_order),
        dispensed_for="" if dispensing is None else str(dispensing.infusion_order),
        infused_in="" if infusion is None else str(infusion.root),
        is_input_of=_taken_into(reader, row, preparation),
        gaps=tuple(custody_gaps(reader, Found("container", row.root))),
        overdue=tuple(test for fill in fills for test in overdue_conditions(reader, fill)),
        missing=missing_for_preparation(reader, lineage.lot, preparation),
        failed_lot=tuple(
            dict.fromkeys(t for s in sources for t in failed_for_container(reader, lineage.lot, s))
        ),
        failed_preparation=failed_for_preparation(reader, lineage.lot, preparation),
    )


def source_containers(reader: Reader, container: Row) -> list[Row]:
    """The filled containers whose cells a container holds: itself, or what was prepared into it."""
    if container.preparation is None:
        return [container]
    links = reader.rows("preparation_input", preparation=container.preparation)
    return [reader.get("container", link.container) for link in links]


def filled_cells(reader: Reader, containers: Sequence[Row]) -> int:
    """Viable cells at the fill of several containers together."""
    fillings = [filling_of(reader, row.root) for row in containers]
    return sum(int(row.viable_cells or 0) for row in fillings if row is not None)


def expiry_of(reader: Reader, container: Row, preparation: Row | None) -> datetime:
    """When a container expires: the prepared dose's expiry once it has one."""
    own = as_time(container.expires_at)
    assert own is not None
    if preparation is None:
        return own
    finish = reader.last("preparation_finish", preparation=preparation.root)
    finished = None if finish is None else as_time(finish.expires_at)
    return own if finished is None else min(own, finished)


def _strictest_of(reader: Reader, fills: Sequence[str]) -> str:
    from lottrack.rules.lifecycle import strictest

    return strictest([fill_disposition(reader, fill) for fill in fills])


def _handed_to(reader: Reader, container: str) -> str:
    """The person a container was handed to by name; "" once it rests at a place again."""
    for row in reversed(reader.rows("custody_event", container=container)):
        if row.act == "transfer":
            return str(row.to_account or "")
        if row.act not in {"inspect", "receive"}:
            return ""
    return ""


def _link_fact(reader: Reader, links: str, table: str, container: str) -> Row | None:
    for link in reversed(reader.rows(links, container=container)):
        fact = reader.find(table, getattr(link, table))
        if fact is not None:
            return fact
    return None


def _taken_into(reader: Reader, container: Row, preparation: Row | None) -> str:
    """The preparation that moved a container's cells into another container, or ""."""
    if preparation is None or container.preparation is not None:
        return ""
    finish = reader.last("preparation_finish", preparation=preparation.root)
    moved = finish is not None and finish.into_kind != "same"
    return str(preparation.root) if moved else ""


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
    zero = Decimal(0)
    if order is None or protocol is None:
        return PlanCase(
            *(
                "",
                "",
                "",
                "",
                0,
                "",
                False,
                None,
                0,
                (),
                None,
                None,
                0,
                0,
                0,
                0,
                zero,
                zero,
                None,
                zero,
            )
        )
    course = reader.get("course", order.course)
    standing = reader.rows("order_standing", infusion_order=order.root)[0]
    given = sorted(
        (int(row.number), row.started_at) for row in reader.rows("infusion", course=order.course)
    )
    last = max(given, key=lambda pair: pair[1], default=None)
    previous = None if last is None else as_time(last[1])
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
        given=tuple(number for number, _ in given),
        previous_on=None if previous is None else desk.today(previous),
        previous_number=None if last is None else last[0],
        interval_days=protocol.interval_days,
        window_days=protocol.window_days,
        infusion_minutes=protocol.infusion_minutes,
        post_thaw_limit_minutes=protocol.post_thaw_limit_minutes,
        dose_minimum=protocol.dose_min_cells_per_kg,
        dose_maximum=protocol.dose_max_cells_per_kg,
        prescribed_kg=None if order.weight_kg is None else Decimal(order.weight_kg),
        weight_change_pct=protocol.weight_change_warning_pct,
    )


def _dose(
    reader: Reader,
    scanned: Sequence[Scanned],
    lineages: dict[str, Lineage],
    protocol: Protocol | None,
    order: Row | None,
) -> tuple[Dose | None, date | None]:
    """The dose of all containers together, and the day of the weight it is reckoned with."""
    if order is None or protocol is None or not scanned:
        return None, None
    patient = next(iter(lineages.values())).patient.root
    weight_kg, weighed_on = dosing_weight(reader, order, patient)
    if weight_kg is None:
        return None, None
    rows = [reader.get("container", scan.record) for scan in scanned]
    preparations = list(
        {p.root: p for p in (preparation_of(reader, row) for row in rows) if p is not None}.values()
    )
    counts = [prepared_cells(reader, preparation) for preparation in preparations]
    whole = all(preparation_of(reader, row) is not None for row in rows)
    counted = sum(c for c in counts if c is not None) if whole and None not in counts else None
    sources = {s.root: s for row in rows for s in source_containers(reader, row)}
    filled = filled_cells(reader, list(sources.values()))
    dose = dose_of(
        weight_kg,
        post_thaw_viable=counted,
        fill_viable=filled,
        expected_recovery=protocol.expected_recovery,
    )
    return dose, weighed_on


def dosing_weight(reader: Reader, order: Row, patient: str) -> tuple[Decimal | None, date | None]:
    """The newest weight there is: the patient's latest, or the order's when that is newer."""
    from datetime import date as day

    latest = latest_weight(reader, patient)
    options = [
        (row.weighed_on, row.weight_kg)
        for row in (order, latest)
        if row is not None and row.weight_kg is not None
    ]
    if not options:
        return None, None
    weighed_on, weight_kg = max(options, key=lambda option: option[0])
    return Decimal(weight_kg), day.fromisoformat(weighed_on)


def prepared_cells(reader: Reader, preparation: Row) -> int | None:
    """Viable cells in the dose of a preparation by its latest count, None without a count.

    When only part of the thawed volume went into the dose, that part of the count.
    """
    count = reader.last("preparation_count", preparation=preparation.root)
    if count is None:
        return None
    viable = int(count.viable_cells)
    finish = reader.last("preparation_finish", preparation=preparation.root)
    if finish is None or finish.used_ml is None:
        return viable
    links = reader.rows("preparation_input", preparation=preparation.root)
    fillings = [filling_of(reader, link.container) for link in links]
    thawed_ml = sum((Decimal(row.volume_ml) for row in fillings if row is not None), Decimal(0))
    if not thawed_ml > 0:
        return viable
    return int(Decimal(viable) * Decimal(finish.used_ml) / thawed_ml)
