"""The facts of the pharmacist's question, gathered: containers, course, order, people, moment."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime

    from lottrack.rules.administration.dose import Dose
    from lottrack.rules.administration.waiving import WaiverFact
    from lottrack.rules.certification.supply import SupplyFact

_NONE = Decimal(0)

STAGES = ("prepare", "verify", "dispense", "infuse")
"""Where the question is asked, from thawing to the bedside."""


class HoldFact(NamedTuple):
    """An open hold: its number, what it is on, why."""

    hold: str
    kind: str
    record: str
    cause: str
    reason: str


class LabelFact(NamedTuple):
    """The label that was scanned: its serial, copy and state."""

    label: str
    copy: str
    state: str
    applied_to: str


class ContainerCase(NamedTuple):
    """What is known of one scanned container.

    Attributes:
        container: its number.
        lot: its lot.
        course: the lot's course.
        pair: the course's pair.
        patient: the recipient of the course.
        purpose: infusion, intermediate, qc, retention.
        state: its location state.
        place_kind: the kind of the place it is at, or "".
        place: that place, or "".
        handed_to: the person it was handed to by name and who received it, or "".
        expires_at: its expiry (of the prepared dose once there is one).
        disposition: its fill's.
        holds: open holds on it and on everything it comes from.
        label: the scanned label; None when the number was typed.
        fill_viable: viable cells filled.
        thawed_at: when its preparation began, None while frozen or fresh.
        prepared_for: the order its preparation is for, or "".
        dispensed_for: the order it was dispensed for, or "".
        infused_in: the infusion it was given in, or "".
        is_input_of: the preparation that took its cells into another container, or "".
        gaps: sentences about gaps in its custody.
        overdue: tests that a conditional release still waits for past their day.
        missing: tests required before the infusion that have no result.
        failed_lot: tests of the lot or container that fail by now.
        failed_preparation: tests of the preparation that fail.
        preparation: the preparation its cells are in, or "".
        supply: the complete dossier under which it is supplied out of specification, or None.
    """

    container: str
    lot: str
    course: str
    pair: str
    patient: str
    purpose: str
    state: str
    place_kind: str
    place: str
    handed_to: str
    expires_at: datetime
    disposition: str
    holds: tuple[HoldFact, ...]
    label: LabelFact | None
    fill_viable: int
    thawed_at: datetime | None
    prepared_for: str
    dispensed_for: str
    infused_in: str
    is_input_of: str
    gaps: tuple[str, ...]
    overdue: tuple[str, ...]
    missing: tuple[str, ...]
    failed_lot: tuple[str, ...]
    failed_preparation: tuple[str, ...]
    preparation: str = ""
    supply: SupplyFact | None = None


class CourseCase(NamedTuple):
    """What is known of the donor, the patient and the course the containers belong to.

    Attributes:
        course: the chain-of-identity id.
        pair: its pair.
        is_closed: the course was closed.
        donor: the donor's code.
        donor_eligible: the donor was found eligible for the collection, and still is.
        haploidentity: the HLA finding.
        haploidentity_accepted: findings the protocol accepts.
        consents: (whose, kind, state) for each consent the protocol requires.
    """

    course: str
    pair: str
    is_closed: bool
    donor: str
    donor_eligible: bool
    haploidentity: str
    haploidentity_accepted: tuple[str, ...]
    consents: tuple[tuple[str, str, str], ...]


class PlanCase(NamedTuple):
    """The order and what its protocol asks; as it stands where no order was found.

    Attributes:
        order: the order, or "" when none was found.
        order_course: its course.
        order_pair: that course's pair.
        state: open, given, cancelled.
        number: the infusion's number.
        protocol: the protocol edition the order is pinned to.
        protocol_approved: whether that edition is approved.
        weighed_on: the day of the weight the dose is reckoned with.
        weight_max_age_days: most days between weighing and infusion.
        given: numbers of the course's infusions given.
        previous_on: the day of the last infusion given.
        previous_number: its number.
        interval_days: days between infusions.
        window_days: allowed deviation.
        infusion_minutes: how long an infusion takes.
        post_thaw_limit_minutes: most minutes from thawing to the infusion.
        dose_minimum: viable cells per kg.
        dose_maximum: viable cells per kg.
        prescribed_kg: the weight on the order.
        weight_change_pct: change from that weight that is worth a warning, in %.
        waivable: refusals that the protocol lets two people waive.
        waivers: those that two people waived for this order.
    """

    order: str = ""
    order_course: str = ""
    order_pair: str = ""
    state: str = ""
    number: int = 0
    protocol: str = ""
    protocol_approved: bool = False
    weighed_on: date | None = None
    weight_max_age_days: int = 0
    given: tuple[int, ...] = ()
    previous_on: date | None = None
    previous_number: int | None = None
    interval_days: int = 0
    window_days: int = 0
    infusion_minutes: int = 0
    post_thaw_limit_minutes: int = 0
    dose_minimum: Decimal = _NONE
    dose_maximum: Decimal = _NONE
    prescribed_kg: Decimal | None = None
    weight_change_pct: Decimal = _NONE
    waivable: tuple[str, ...] = ()
    waivers: tuple[WaiverFact, ...] = ()


class Load(NamedTuple):
    """What one container would bring of one thing.

    Attributes:
        quantity: ``endotoxin`` or ``dmso``.
        container: the container.
        lot: its lot, whose specification sets the limit.
        test: the test that tells how much there is; "" for DMSO.
        told: what it was reckoned from, in words: ``< 0.50 EU/mL``; "" where nothing tells.
        volume_ml: the volume it was reckoned with.
        amount: the most it can be, in EU or g; None where nothing sets an upper end.
        limit: the most per kg.
        unit: the limit's unit.
        basis: where the limit comes from.
    """

    quantity: str
    container: str
    lot: str
    test: str
    told: str
    volume_ml: Decimal
    amount: Decimal | None
    limit: Decimal
    unit: str
    basis: str


class Case(NamedTuple):
    """One question: these containers, this patient, this order, this moment, these people.

    Attributes:
        stage: one of ``STAGES``.
        patient: the scanned patient's code, or "" when the scan named none.
        containers: what was scanned.
        courses: one entry per course of the containers.
        plan: the order.
        dose: the dose of all containers together, None when it cannot be reckoned.
        now: the moment judged.
        today: the site's date at that moment.
        actor: who acts.
        second: the second person, or "".
        loads: what the containers bring of what has a limit per patient.
    """

    stage: str
    patient: str
    containers: tuple[ContainerCase, ...]
    courses: tuple[CourseCase, ...]
    plan: PlanCase
    dose: Dose | None
    now: datetime
    today: date
    actor: str
    second: str
    loads: tuple[Load, ...] = ()
