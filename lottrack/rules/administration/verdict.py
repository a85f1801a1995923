"""May these containers go into this patient now? Every reason against it, as values.

The pharmacist's question before each infusion, asked again at dispensing and at the bedside. The
facts arrive gathered; what is judged here needs no record, no clock and no terminal. A stage knows
which reasons belong to it: a container that was never dispensed is fine in the pharmacy and wrong
at the bedside.

Sources: GMP for ATMP (EudraLex Vol. 4 Part IV) 11 for release, Dir. 2006/86/EC Annex II.E and
Reg. (EC) 1394/2007 Art. 15 for identity and tracing, the trial's protocol for dose and schedule.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import Blocker
from lottrack.rules.administration.dose import dose_findings
from lottrack.rules.administration.loads import load_blockers
from lottrack.rules.administration.schedule import (
    expiry_findings,
    interval_findings,
    number_findings,
    post_thaw_findings,
    weight_findings,
)
from lottrack.rules.certification.supply import uncovered
from lottrack.rules.culture.plausibility import ShownWarning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.rules.administration.facts import Case, ContainerCase, CourseCase

BEDSIDE_PLACES = frozenset({"pharmacy", "ward"})
INFUSION_COPIES = frozenset({"primary", "overwrap"})
"""The copies of a label that may speak for a container at a bedside."""


class Verdict(NamedTuple):
    """Everything against it, and everything worth a second look."""

    blockers: tuple[Blocker, ...]
    warnings: tuple[ShownWarning, ...]


def judge(case: Case, scan_blockers: tuple[Blocker, ...] = ()) -> Verdict:
    """Every reason against giving these containers to this patient at this moment.

    Args:
        case: the facts.
        scan_blockers: what was wrong with the scans themselves.
    """
    warnings: list[ShownWarning] = []
    found: list[tuple[Blocker, ContainerCase | None, CourseCase | None]] = []
    found += [(blocker, None, None) for blocker in scan_blockers]
    for container in case.containers:
        against = chain(
            identity_blockers(case, container),
            uncovered(product_blockers(case, container), container.supply),
            chain_blockers(case, container),
        )
        found += [(blocker, container, None) for blocker in against]
        warnings += label_warnings(container)
        warnings += supply_warnings(container)
    for course in case.courses:
        found += [(blocker, None, course) for blocker in course_blockers(course)]
    plan = plan_verdict(case)
    found += [(blocker, None, None) for blocker in (*_of_plan(case, plan), *load_blockers(case))]
    found += [(blocker, None, None) for blocker in people_blockers(case)]
    warnings += plan.warnings
    return Verdict(_mended(case, found), tuple(dict.fromkeys(warnings)))


def _mended(
    case: Case, found: list[tuple[Blocker, ContainerCase | None, CourseCase | None]]
) -> tuple[Blocker, ...]:
    """Each reason once, with who can mend it."""
    if not found:
        return ()
    from lottrack.rules.administration.mending import mended

    told = (mended(blocker, case, container, course) for blocker, container, course in found)
    return tuple(dict.fromkeys(told))


# -- identity --------------------------------------------------------------------------------------


def identity_blockers(case: Case, container: ContainerCase) -> Iterator[Blocker]:
    """Is this the recipient's container, and does its label say so?

    The intended recipient of a directed donation stands on the label (Dir. 2006/86/EC Annex II.E
    1(e)); a container goes to that patient or to nobody.
    """
    number = container.container
    if case.patient and container.patient != case.patient:
        yield Blocker(
            "wrong-patient",
            f"{number} is for patient {container.patient}, not for {case.patient}.",
            f"course {container.course}; Dir. 2006/86/EC Annex II.E",
        )
    plan = case.plan
    if plan.order and plan.order_course != container.course:
        yield Blocker(
            "not-the-pair",
            f"{number} belongs to course {container.course} (pair {container.pair}); order"
            f" {plan.order} is for course {plan.order_course} (pair {plan.order_pair}).",
            f"order {plan.order}",
        )
    label = container.label
    if label is None:
        return
    if label.state in {"void", "destroyed"}:
        yield Blocker(
            "label-void",
            f"Label {label.label} on {number} is {label.state}; another label replaced it or it"
            " was withdrawn.",
            f"label {label.label}",
        )
    elif label.copy not in INFUSION_COPIES:
        yield Blocker(
            "label-wrong-copy",
            f"Label {label.label} is the {label.copy} copy; scan the one on the container itself.",
            f"label {label.label}",
        )
    elif label.state != "applied" or label.applied_to not in {"", number}:
        yield Blocker(
            "label-not-applied",
            f"Label {label.label} was printed for {number}, but nobody has recorded that it was"
            " stuck on it.",
            f"label {label.label}",
        )


def label_warnings(container: ContainerCase) -> Iterator[ShownWarning]:
    """A typed number leaves the label's own rules unchecked, and says so."""
    if container.label is None:
        yield ShownWarning(
            "typed-entry",
            f"{container.container} was typed, not scanned: whether its label is the right copy,"
            " applied and not void was not checked.",
        )


def supply_warnings(container: ContainerCase) -> Iterator[ShownWarning]:
    """A container supplied out of specification is told as such, in words, wherever it is asked of.

    GMP for ATMP (EudraLex Vol. 4 Part IV) 11.53 and 11.54: it is supplied at the physician's
    request, and never released.
    """
    if container.supply is not None:
        yield ShownWarning("out-of-specification-supply", container.supply.words)


# -- product ---------------------------------------------------------------------------------------

_NOT_RELEASED = {
    "quarantine": ("lot-not-released", "was not released"),
    "discontinued": ("lot-not-released", "was discontinued"),
    "rejected": ("lot-rejected", "was rejected"),
    "recalled": ("lot-recalled", "was recalled"),
}
_ENDED = {
    "destroyed": ("destroyed", "was destroyed"),
    "lost": ("destroyed", "was recorded as lost"),
    "returned": ("returned", "was returned and is not issued again"),
    "not_filled": ("not-for-infusion", "was never filled"),
    "planned": ("not-for-infusion", "is planned and not yet filled"),
    "used_in_testing": ("not-for-infusion", "was used in testing"),
    "retained": ("not-for-infusion", "is kept as a retained container"),
}


def product_blockers(case: Case, container: ContainerCase) -> Iterator[Blocker]:
    """Is this product released, unstopped, in date, and still there?"""
    yield from _release_blockers(container)
    yield from _result_blockers(case, container)
    yield from _use_blockers(case, container)
    yield from _time_blockers(case, container)


def _release_blockers(container: ContainerCase) -> Iterator[Blocker]:
    number, lot = container.container, container.lot
    if container.disposition in _NOT_RELEASED:
        code, words = _NOT_RELEASED[container.disposition]
        yield Blocker(code, f"Lot {lot} ({number}) {words}.", "disposition by a qualified person")
    for test in container.overdue:
        yield Blocker(
            "release-condition-overdue",
            f"Lot {lot} was released on condition of {test}, and that is overdue.",
            "conditional release",
        )
    for hold in container.holds:
        lift = f"Once its cause is judged: `lottrack hold lift {hold.hold} --reason TEXT`."
        yield Blocker(
            "on-hold",
            f"{hold.kind} {hold.record} is on hold ({hold.hold}, {hold.cause}): {hold.reason}",
            f"hold {hold.hold}",
            hint=lift,
        )
        if hold.cause == "damage" and hold.kind == "container":
            yield Blocker(
                "container-damaged",
                f"{number} was found damaged: {hold.reason}",
                f"hold {hold.hold}",
            )
        if hold.cause == "excursion":
            yield Blocker(
                "temperature-excursion-open",
                f"A temperature excursion of {hold.record} is not yet judged: {hold.reason}",
                f"hold {hold.hold}",
                hint=lift,
            )


def _result_blockers(case: Case, container: ContainerCase) -> Iterator[Blocker]:
    number = container.container
    for test in container.failed_lot:
        yield Blocker(
            "result-failed-after-release",
            f"{test} of {number} (lot {container.lot}) is outside its specification.",
            f"specification of lot {container.lot}",
        )
    for test in container.failed_preparation:
        yield Blocker(
            "container-out-of-specification",
            f"{test} of the prepared {number} is outside its specification.",
            f"specification of lot {container.lot}",
        )
    # A bag still frozen may be asked about; it is dispensed only after it was counted.
    not_yet = case.stage == "prepare" or (case.stage == "verify" and container.thawed_at is None)
    for test in () if not_yet else container.missing:
        yield Blocker(
            "result-missing-at-infusion",
            f"{test} of the prepared {number} is required before the infusion and has no result.",
            f"specification of lot {container.lot}",
        )


def _use_blockers(case: Case, container: ContainerCase) -> Iterator[Blocker]:
    number, order = container.container, case.plan.order
    if container.infused_in or container.state == "infused":
        yield Blocker(
            "already-infused", f"{number} was already infused.", container.infused_in or "record"
        )
        return
    if container.state in _ENDED:
        code, words = _ENDED[container.state]
        yield Blocker(code, f"{number} {words}.", "record of the container")
    if container.purpose != "infusion":
        yield Blocker(
            "not-for-infusion",
            f"{number} is a {container.purpose} container.",
            "purpose of the fill",
        )
    if container.is_input_of:
        yield Blocker(
            "not-for-infusion",
            f"The cells of {number} went into another container ({container.is_input_of});"
            " scan the prepared dose.",
            f"preparation {container.is_input_of}",
        )
    if container.prepared_for and order and container.prepared_for != order:
        yield Blocker(
            "dispensed-for-another-order",
            f"{number} was prepared for order {container.prepared_for}, not for {order}.",
            f"order {container.prepared_for}",
        )
    if container.dispensed_for and order and container.dispensed_for != order:
        yield Blocker(
            "dispensed-for-another-order",
            f"{number} was dispensed for order {container.dispensed_for}, not for {order}.",
            f"order {container.dispensed_for}",
        )
    elif container.dispensed_for and case.stage == "dispense":
        yield Blocker(
            "already-dispensed",
            f"{number} was already dispensed for order {container.dispensed_for}.",
            f"order {container.dispensed_for}",
        )


def _time_blockers(case: Case, container: ContainerCase) -> Iterator[Blocker]:
    number, plan = container.container, case.plan
    minutes = 0 if case.stage == "infuse" else plan.infusion_minutes
    yield from expiry_findings(container.expires_at, case.now, minutes, number).blockers
    if plan.order:
        limit = plan.post_thaw_limit_minutes
        yield from post_thaw_findings(container.thawed_at, case.now, limit, number).blockers


# -- person and plan -------------------------------------------------------------------------------


def course_blockers(course: CourseCase) -> Iterator[Blocker]:
    """Do donor, pair and consents still carry this course?"""
    if course.is_closed:
        yield Blocker(
            "course-closed", f"Course {course.course} was closed.", f"course {course.course}"
        )
    if not course.donor_eligible:
        yield Blocker(
            "donor-not-eligible",
            f"Donor {course.donor} is not found eligible for this collection by a valid signature.",
            "Dir. 2006/17/EC Annex I and II",
        )
    if course.haploidentity not in course.haploidentity_accepted:
        yield Blocker(
            "haploidentity-not-met",
            f"The HLA finding of pair {course.pair} is {course.haploidentity.replace('_', ' ')};"
            f" the protocol asks for {_words(course.haploidentity_accepted)}.",
            "protocol",
        )
    for whose, kind, state in course.consents:
        person, _, code = whose.partition(" ")
        given = f"`lottrack {person} consent {code} --kind {kind} --document TEXT --on DATE`"
        if state == "missing":
            sentence = f"The {kind} consent of {whose} is not recorded."
            yield Blocker("consent-missing", sentence, "protocol", hint=f"{given}.")
        elif state == "withdrawn":
            sentence = f"The {kind} consent of {whose} was withdrawn."
            hint = f"Given anew, it is recorded: {given}."
            yield Blocker("consent-withdrawn", sentence, "consent", hint=hint)


def _words(findings: tuple[str, ...]) -> str:
    return " or ".join(findings).replace("_", " ")


def plan_verdict(case: Case) -> Verdict:
    """Is there an open order, and do weight, dose, number and interval agree with its protocol?"""
    plan = case.plan
    if not plan.order:
        sentence = "No open order was found for this patient."
        if case.patient:
            sentence = f"No open order was found for patient {case.patient}."
        return Verdict((Blocker("order-missing", sentence, "prescription"),), ())
    blockers: list[Blocker] = []
    warnings: list[ShownWarning] = []
    if plan.state == "cancelled":
        blockers.append(
            Blocker("order-cancelled", f"Order {plan.order} was cancelled.", f"order {plan.order}")
        )
    if not plan.protocol_approved:
        blockers.append(
            Blocker(
                "protocol-not-approved",
                f"Protocol {plan.protocol} is not approved by a valid signature.",
                f"protocol {plan.protocol}",
            )
        )
    findings = [
        number_findings(plan.number, plan.given, f"course {plan.order_course}"),
        interval_findings(
            plan.previous_on,
            case.today,
            plan.number,
            plan.interval_days,
            plan.window_days,
            previous_number=plan.previous_number,
        ),
        weight_findings(plan.weighed_on, case.today, plan.weight_max_age_days),
    ]
    if case.dose is not None and case.stage != "prepare":
        findings.append(dose_findings(case.dose, plan.dose_minimum, plan.dose_maximum))
    for finding in findings:
        blockers += finding.blockers
        warnings += finding.warnings
    warnings += _prescription_warnings(case)
    return Verdict(tuple(blockers), tuple(warnings))


def _prescription_warnings(case: Case) -> Iterator[ShownWarning]:
    prescribed = case.plan.prescribed_kg
    if case.dose is None or prescribed is None or not prescribed:
        return
    change = abs(case.dose.weight_kg - prescribed) * 100
    if not (change <= prescribed * case.plan.weight_change_pct):
        yield ShownWarning(
            "weight-changed",
            f"The order was written for {prescribed} kg; the patient now weighs"
            f" {case.dose.weight_kg} kg. The dose is reckoned with the new weight.",
        )


def _of_plan(case: Case, plan: Verdict) -> list[Blocker]:
    """The reasons of order and dose; a dose that the physician accepted for one container is none.

    A dossier speaks of its own container only, so that it covers no dose made of several.
    """
    supply = case.containers[0].supply if len(case.containers) == 1 else None
    return uncovered(plan.blockers, supply)


# -- chain of custody, people ----------------------------------------------------------------------


def chain_blockers(case: Case, container: ContainerCase) -> Iterator[Blocker]:
    """Is the container where it must be, in the right hands, with no gap behind it?"""
    if case.stage == "prepare" or container.state in {"infused", "destroyed", "lost"}:
        return
    number = container.container
    if container.state == "in_transit" or container.place_kind not in BEDSIDE_PLACES:
        where = f"at {container.place}" if container.place else "on the way"
        yield Blocker(
            "not-received",
            f"{number} is {where}; it was not received at a pharmacy or ward.",
            "chain of custody",
        )
    holder_takes_part = container.handed_to in {"", case.actor, case.second}
    if case.stage in {"dispense", "infuse"} and not holder_takes_part:
        yield Blocker(
            "not-the-holder",
            f"{number} was handed to {container.handed_to}, who holds it and takes no part.",
            "chain of custody",
        )
    for gap in container.gaps:
        yield Blocker("custody-gap", gap, "chain of custody")
    if case.stage == "infuse" and not container.dispensed_for and not container.infused_in:
        yield Blocker("not-dispensed", f"{number} was not dispensed.", "pharmacy record")


def people_blockers(case: Case) -> Iterator[Blocker]:
    """Two people dispense, and two stand at the bedside."""
    if case.stage not in {"dispense", "infuse"}:
        return
    if not case.second:
        yield Blocker(
            "second-person-missing", "A second person must take part; name one.", "four-eyes rule"
        )
    elif case.second == case.actor:
        yield Blocker(
            "same-person",
            f"{case.actor} cannot be both people of this act.",
            "four-eyes rule",
        )
