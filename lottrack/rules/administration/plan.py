"""The course, the order and the dose: is this infusion due, and is it enough?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.errors import Blocker
from lottrack.rules.administration.answer import Verdict
from lottrack.rules.administration.dose import dose_findings
from lottrack.rules.administration.schedule import (
    interval_findings,
    number_findings,
    weight_findings,
)
from lottrack.rules.certification.supply import uncovered
from lottrack.rules.culture.plausibility import ShownWarning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.rules.administration.facts import Case, CourseCase


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


def of_plan(case: Case, plan: Verdict) -> list[Blocker]:
    """The reasons of order and dose; a dose that the physician accepted for one container is none.

    A dossier speaks of its own container only, so that it covers no dose made of several.
    """
    supply = case.containers[0].supply if len(case.containers) == 1 else None
    return uncovered(plan.blockers, supply)
