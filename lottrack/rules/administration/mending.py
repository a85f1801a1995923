"""Who can mend what stands against an infusion, and with which command.

A refusal at a bedside is read by someone who must now do something. Each reason says whose work
that is and what comes next; where nothing can mend it (an expiry that has passed, cells that were
given), it says that, and what to take instead. Roles are those of ``db/roles.toml``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lottrack.rules.lifecycle import ENDED

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.errors import Blocker
    from lottrack.rules.administration.facts import Case, ContainerCase, CourseCase

NOBODY = "nobody"
"""Who can mend what has happened for good."""

_SCANNING = "whoever scans"
_ACTING = "whoever acts"
_LABELS = "technician, production_lead or pharmacist"
_FAMILIES = "technician, clinician or responsible_person"
_WEIGHS = "technician, clinician, responsible_person, pharmacist or nurse"
_TESTS = "technician or qc"
_LIFTS = "qa or qp"
_PREPARES = "pharmacist, technician, nurse or clinician"
_CARRIES = "technician, courier, pharmacist, nurse or clinician"

_ANOTHER = "Take another container: `lottrack lot show {lot}` lists them."

_WAIVE = (
    "The protocol lets a clinician and a second person waive it for this infusion: `lottrack order"
    " waive {order} {code} --reason TEXT --second USER`."
)

MENDING: dict[str, tuple[str, str]] = {
    # -- identity
    "wrong-patient": (
        NOBODY,
        "Put {container} back: it is for {recipient} alone. Scan the wristband once more, and then"
        " a container of {patient}: `lottrack lot list`.",
    ),
    "not-the-pair": (
        "clinician",
        "Name the order for course {course} with --order: `lottrack order list`; without one,"
        " `lottrack order place --course {course}`.",
    ),
    "patient-band-unknown": (
        _WEIGHS,
        "Scan the wristband again. A hospital's own band is made known by"
        " `lottrack patient band CODE --scan SCAN --second USER`.",
    ),
    "identifier-check-failed": (
        _SCANNING,
        "Scan it again, or type it again. Where a label cannot be read any more:"
        " `lottrack label print ID --reason TEXT` replaces it.",
    ),
    "unknown-code": (
        _SCANNING,
        "Scan the label of the container again. If it stays unknown, do not use it and tell"
        " quality assurance.",
    ),
    "wrong-kind-of-code": (
        _SCANNING,
        "Scan the label on the container for the container, and the wristband for the patient.",
    ),
    "label-void": (
        _LABELS,
        "Scan the label that is valid now. Without one: `lottrack label print {container}`, then"
        " `lottrack label apply SCAN --to {container}`.",
    ),
    "label-wrong-copy": (_SCANNING, "Scan the primary or overwrap label on the container itself."),
    "label-not-applied": (
        _LABELS,
        "Compare the label with the container, then `lottrack label apply SCAN --to {container}`.",
    ),
    "typed-entry": (_ACTING, "Scan the label, or say with --reason why it cannot be scanned."),
    # -- product
    "lot-not-released": (
        "qp",
        "`lottrack lot check {lot}` says what is open; then `lottrack lot release {lot}`.",
    ),
    "lot-rejected": (NOBODY, "A rejection is final. Take a container of another lot."),
    "lot-recalled": (NOBODY, "A recall is not taken back. Take a container of another lot."),
    "release-condition-overdue": (
        _TESTS,
        "`lottrack result record {lot} TEST VALUE`, then qc: `lottrack result review RESULT`.",
    ),
    "on-hold": (_LIFTS, "`lottrack hold list`, then `lottrack hold lift HOLD --reason TEXT`."),
    "container-out-of-specification": (
        NOBODY,
        f"Prepare another container: `lottrack prepare start {{order}} SCAN`. Only a result that"
        f" was written down wrongly is mended, by {_TESTS}: `lottrack correct RESULT"
        " value=VALUE --reason TEXT`. Where no other is left, the physician may ask for it:"
        " `lottrack supply request {container} --reason TEXT`.",
    ),
    "container-damaged": (
        _LIFTS,
        "If a judgement finds it whole: `lottrack hold lift HOLD --reason TEXT`. Else nothing"
        " mends it: `lottrack custody destroy {container} --reason TEXT --witness USER`.",
    ),
    "result-missing-at-infusion": (
        _PREPARES,
        "`lottrack prepare count {preparation} --total N --viability PCT`; what a count does not"
        " tell: `lottrack result record {preparation} TEST VALUE`.",
    ),
    "result-failed-after-release": (
        "qp",
        "`lottrack lot recall {lot} --reason TEXT`. Only a result that was written down wrongly is"
        " mended: `lottrack correct RESULT value=VALUE --reason TEXT`.",
    ),
    "not-for-infusion": (NOBODY, _ANOTHER),
    "expired": (
        NOBODY,
        f"An expiry that has passed is not extended. {_ANOTHER}"
        " This one: `lottrack custody destroy {container} --reason TEXT --witness USER`.",
    ),
    "would-expire-during-infusion": (NOBODY, f"The time left is too short. {_ANOTHER}"),
    "post-thaw-limit-passed": (
        NOBODY,
        "Thaw another container: `lottrack prepare start {order} SCAN`. If the time of thawing was"
        " written down wrongly: `lottrack correct {preparation} at=TIME --reason TEXT`.",
    ),
    "already-dispensed": (
        "clinician or nurse",
        "It was issued once, and that is enough: give it, and `lottrack infusion record`.",
    ),
    "dispensed-for-another-order": (
        NOBODY,
        "It belongs to the other order. Prepare a container for this one:"
        " `lottrack prepare start {order} SCAN`.",
    ),
    "already-infused": (
        NOBODY,
        "Cells are given once. If that record is wrong, it is struck:"
        " `lottrack strike {infusion} --reason TEXT`.",
    ),
    "destroyed": (NOBODY, _ANOTHER),
    "returned": (NOBODY, _ANOTHER),
    # -- person and plan
    "donor-not-eligible": (
        "responsible_person",
        "`lottrack donor show {donor}`; if the donor was eligible for this collection, decide"
        " again: `lottrack donor decide {donor} --eligible`.",
    ),
    "haploidentity-not-met": (
        _FAMILIES,
        "`lottrack pair show {pair}`; a typing that is missing or coarse is mended by"
        " `lottrack donor type {donor} --hla GLSTRING` or `lottrack patient type {recipient} --hla"
        " GLSTRING`. A pair that is truly of another kind stays so.",
    ),
    "consent-missing": (
        _FAMILIES,
        "`lottrack patient consent CODE`, or `lottrack donor consent CODE`.",
    ),
    "consent-withdrawn": (
        "the person who withdrew it, and nobody else",
        "Given anew, it is recorded: `lottrack patient consent CODE`, or `lottrack donor consent"
        " CODE`.",
    ),
    "course-closed": (
        NOBODY,
        "A closed course stays closed. If it was closed by mistake, `lottrack audit show {course}`"
        " names the closure: `lottrack strike CLOSURE --reason TEXT`.",
    ),
    "protocol-not-approved": ("qp", "`lottrack protocol approve {protocol}`."),
    "order-missing": (
        "clinician",
        "`lottrack order place --patient {patient} --number N --planned-on DATE`.",
    ),
    "order-cancelled": (
        "clinician",
        "A cancelled order stays so: `lottrack order place --course {order_course}`.",
    ),
    "infusion-number-already-given": (
        "clinician",
        "`lottrack infusion list --patient {patient}`; then `lottrack order cancel {order} --reason"
        " TEXT` and `lottrack order place` with the right number.",
    ),
    "weight-missing": (
        _WEIGHS,
        "`lottrack patient weigh {patient} --weight-kg KG --on DATE`.",
    ),
    "weight-too-old": (
        _WEIGHS,
        "Weigh again: `lottrack patient weigh {patient} --weight-kg KG --on DATE`.",
    ),
    "dose-below-range": (
        _PREPARES,
        "Check count and weight. If they are right, this dose stays too small; prepare another:"
        " `lottrack prepare start {order} SCAN SCAN`.",
    ),
    "dose-above-range": (
        _PREPARES,
        "Check count and weight. If they are right, put only part of it into the dose:"
        " `lottrack prepare finish {preparation} --into syringe --volume-ml N --used-ml N`.",
    ),
    "endotoxin-above-patient-limit": (
        _PREPARES,
        "Check weight and volume. If they are right, put less of it into the dose, or prepare"
        " another lot: `lottrack prepare start {order} SCAN`. Only a result that was written down"
        f" wrongly is mended, by {_TESTS}: `lottrack correct RESULT value=VALUE --reason TEXT`.",
    ),
    "dmso-above-patient-limit": (
        _PREPARES,
        "Check the weight. If it is right, put only part of it into the dose:"
        " `lottrack prepare finish {preparation} --into syringe --volume-ml N --used-ml N`.",
    ),
    "interval-too-short": (
        NOBODY,
        "Wait until {earliest}. Another interval is another protocol: clinician and qp,"
        " `lottrack course amend {order_course} --protocol NAME --reason TEXT`.",
    ),
    "interval-too-long": (
        "clinician and qp",
        "The protocol allows it no more. Under an amended one: `lottrack course amend"
        " {order_course} --protocol NAME --reason TEXT`, then a new order.",
    ),
    # -- chain
    "not-received": (
        _CARRIES,
        "`lottrack custody transfer {container} --to PHARMACY`, then at the pharmacy"
        " `lottrack custody receive {container}`.",
    ),
    "not-the-holder": (
        "{holder}",
        "{holder} takes part (--second {holder}), or hands it on: `lottrack custody transfer"
        " {container} --to USER`.",
    ),
    "custody-gap": (
        _LIFTS,
        "`lottrack custody show {container}` names the hold of that step; once it is judged:"
        " `lottrack hold lift HOLD --reason TEXT`.",
    ),
    "temperature-excursion-open": (
        _LIFTS,
        "Once the excursion is judged: `lottrack hold lift HOLD --reason TEXT`.",
    ),
    "not-dispensed": (
        "pharmacist and a second person",
        "`lottrack dispense SCAN --patient SCAN --second USER`.",
    ),
    "second-person-missing": (_ACTING, "Name somebody who is there: --second USER."),
    "same-person": (_ACTING, "Name somebody else who is there: --second USER."),
    # -- the record itself
    "store-not-writable": (
        "whoever keeps this computer",
        "Close other programs that hold the file, check disk and rights, then ask again.",
    ),
}
"""Code -> who can mend it, and what to do; names in braces are those of ``_Names``."""

_OTHERWISE = ("qa", "Look at the record: `lottrack audit show`.")


class _Names(dict[str, str]):
    """Names for the texts above; what the case does not know is told as a placeholder."""

    def __missing__(self, key: str) -> str:
        return _PLACEHOLDERS.get(key, key.upper())


_PLACEHOLDERS = {
    "recipient": "CODE",
    "patient": "CODE",
    "donor": "CODE",
    "preparation": "PREP",
    "order_course": "COI",
    "course": "COI",
    "container": "ID",
}


def mended(
    blocker: Blocker,
    case: Case | None = None,
    container: ContainerCase | None = None,
    course: CourseCase | None = None,
) -> Blocker:
    """A reason with who can mend it and how; what it says itself already is kept.

    Args:
        blocker: the reason.
        case: what was asked, if there is one.
        container: the container the reason is about; left out, the first of the case.
        course: the course it is about.
    """
    names = _Names() if case is None else _names(case, container, course)
    who, hint = MENDING.get(blocker.code, _OTHERWISE)
    variant = _VARIANTS.get(blocker.code)
    first = container or (case.containers[0] if case is not None and case.containers else None)
    if variant is not None and first is not None:
        who, hint = variant(first) or (who, hint)
    if case is not None and case.plan.order and blocker.code in case.plan.waivable:
        who = "clinician" if who == NOBODY else who
        hint = f"{hint} {_WAIVE.replace('{code}', blocker.code)}"
    return blocker._replace(
        who_can_mend=blocker.who_can_mend or who.format_map(names),
        hint=blocker.hint or hint.format_map(names),
    )


def _names(case: Case, container: ContainerCase | None, course: CourseCase | None) -> _Names:
    first = container or (case.containers[0] if case.containers else None)
    plan = case.plan
    told: dict[str, str] = {
        "patient": case.patient,
        "order": plan.order,
        "order_course": plan.order_course,
        "protocol": plan.protocol,
    }
    if first is not None:
        told |= {
            "container": first.container,
            "lot": first.lot,
            "recipient": first.patient,
            "course": first.course,
            "pair": first.pair,
            "preparation": first.preparation,
            "infusion": first.infused_in,
            "holder": first.handed_to,
        }
        told["patient"] = told["patient"] or first.patient
    if course is not None:
        told |= {"course": course.course, "pair": course.pair, "donor": course.donor}
    if plan.previous_on is not None:
        least = max(plan.interval_days - plan.window_days, 0)
        told["earliest"] = (plan.previous_on + timedelta(days=least)).isoformat()
    return _Names({name: text for name, text in told.items() if text})


# -- one code, several situations ------------------------------------------------------------------


def _unreleased(container: ContainerCase) -> tuple[str, str] | None:
    if container.disposition == "discontinued":
        return NOBODY, "A discontinued lot is not released any more. Take one of another lot."
    return None


def _unfit(container: ContainerCase) -> tuple[str, str] | None:
    if container.is_input_of:
        return _SCANNING, "Scan the container that its cells were put into."
    if container.state == "planned":
        return (
            "technician or production_lead",
            "Once it is filled: `lottrack lot fill-confirm FILL`. {container} holds nothing yet.",
        )
    return None


def _short_dated(container: ContainerCase) -> tuple[str, str] | None:
    if container.thawed_at is not None or container.preparation:
        return None
    return (
        "qp",
        "If its stability allows: `lottrack container extend {container} --expires TIME --basis"
        f" TEXT`, and a new label. {_ANOTHER}",
    )


def _unreceived(container: ContainerCase) -> tuple[str, str] | None:
    if container.state == "in_transit":
        return _CARRIES, "Look at it, then `lottrack custody receive {container}`."
    if container.state in ENDED:
        return NOBODY, _ANOTHER
    return None


_VARIANTS: dict[str, Callable[[ContainerCase], tuple[str, str] | None]] = {
    "lot-not-released": _unreleased,
    "not-for-infusion": _unfit,
    "not-received": _unreceived,
    "would-expire-during-infusion": _short_dated,
}
