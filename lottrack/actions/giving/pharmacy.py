"""Verify and dispense: the pharmacist's question, and the answer acted upon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.custody.containers import advance
from lottrack.actions.families.patients import scan_as_kept
from lottrack.actions.giving.bedside import Gathered, Question, gather
from lottrack.actions.giving.loads import patient_limit_data, patient_limit_lines
from lottrack.actions.refusals import record_refusal
from lottrack.actions.secrets import require_account
from lottrack.errors import AccessRefused, Blocker, InfusionRefused, NotSignedIn, StoreBusy
from lottrack.rules.administration.verdict import judge
from lottrack.rules.lifecycle import Event
from lottrack.rules.reading.quantities import format_cells, plain
from lottrack.rules.reading.times import require_not_future, to_text
from lottrack.store.chain import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lottrack.actions.desk import Desk, Telling
    from lottrack.rules.administration.answer import Verdict
    from lottrack.store.reader import Reader

CHECKED = (
    "identity: patient, pair, order, label copy and state",
    "product: release, holds, results, expiry, earlier use",
    "person and plan: donor, HLA, consents, order, weight, dose, interval",
    "chain: place, holder, gaps in custody",
)


class Answered(NamedTuple):
    """What was asked and how it is judged."""

    gathered: Gathered
    verdict: Verdict

    @property
    def is_accepted(self) -> bool:
        """Whether nothing stands against it."""
        return not self.verdict.blockers


def ask(desk: Desk, reader: Reader, question: Question) -> Answered:
    """Gather and judge one question."""
    gathered = gather(desk, reader, question)
    return Answered(gathered, judge(gathered.case, gathered.scan_blockers))


def answer_data(answered: Answered) -> dict[str, Any]:
    """An answer as scripts read it."""
    gathered, verdict = answered
    dose = gathered.case.dose
    return {
        "verdict": "accepted" if answered.is_accepted else "refused",
        "containers": list(gathered.containers),
        "patient": gathered.patient or None,
        "order": gathered.order or None,
        "blockers": [blocker.as_data() for blocker in verdict.blockers],
        "warnings": _warnings(answered),
        "dose": None
        if dose is None
        else {
            "viable_cells": str(dose.viable_cells),
            "cells_per_kg": plain(dose.cells_per_kg),
            "weight_kg": plain(dose.weight_kg),
            "basis": dose.basis,
        },
        "patient_limits": patient_limit_data(gathered.case),
        "supplies": [
            {"id": supply.dossier, "container": supply.container, "sentence": supply.words}
            for supply in (container.supply for container in gathered.case.containers)
            if supply is not None
        ],
        "checked": list(CHECKED),
    }


def _warnings(answered: Answered) -> list[dict[str, str]]:
    found = [warning._asdict() for warning in answered.verdict.warnings]
    if answered.gathered.patient_typed:
        sentence = (
            f"Patient {answered.gathered.patient} was typed, not read from a wristband: whose wrist"
            " it is was not checked by the scan."
        )
        found.append({"code": "patient-typed", "sentence": sentence})
    return found


def verify(desk: Desk, scans: Sequence[str], patient: str, order: str) -> dict[str, Any]:
    """May these containers go into this patient now? The answer is recorded, whichever it is.

    Asking the same again within three seconds (a double trigger) is answered and not recorded
    twice. A record that cannot be written still shows every blocker, and is never accepted.

    Raises:
        StoreBusy: the answer would be yes, but cannot be recorded.
    """
    desk.role_for("verify")
    desk.scans += [*scans, *_patient_scan(desk.store, patient), *([order] if order else [])]
    actor = desk.require_actor()
    question = Question("verify", tuple(scans), patient, order, desk.now(), actor)
    answered = ask(desk, desk.store, question)
    desk.subjects += [*answered.gathered.containers, answered.gathered.order]
    data = answer_data(answered)
    if desk.repeated("verify"):
        return data | {"repeated": True}
    try:
        if answered.is_accepted:
            data["id"] = _record_accepted(desk, question, answered)
        else:
            data["id"] = record_refusal(desk, "verify", _refused(answered))
    except StoreBusy as error:
        from lottrack.rules.administration.mending import mended

        trouble = Blocker("store-not-writable", error.sentence, "the answer must be recorded")
        error.blockers = (*answered.verdict.blockers, mended(trouble))
        raise
    return data


def _patient_scan(reader: Reader, raw: str) -> list[str]:
    return [scan_as_kept(reader, raw)] if raw else []


def _refused(answered: Answered) -> InfusionRefused:
    return InfusionRefused("The answer is no.", blockers=answered.verdict.blockers)


def _record_accepted(desk: Desk, question: Question, answered: Answered) -> str:
    with desk.change("verify") as change:
        again = ask(desk, change, question)
        if not again.is_accepted:
            raise _refused(again)
        gathered, data = again.gathered, answer_data(again)
        number = change.record(
            "verification",
            infusion_order=gathered.order,
            patient=gathered.patient,
            scans=canonical(list(desk.scans)),
            warnings=canonical(data["warnings"]),
            dose=canonical(data["dose"]),
        )
        for container in gathered.containers:
            change.link("verified_container", verification=number, container=container)
    del answered
    return number


# -- dispense --------------------------------------------------------------------------------------


class DispensingWish(NamedTuple):
    """What is to be dispensed: scans, patient, order, people, and why a number was typed."""

    scans: tuple[str, ...]
    patient: str
    order: str
    signer: str
    second: str
    reason: str


def _question(stage: str, wish: DispensingWish, moment: datetime) -> Question:
    return Question(
        stage, wish.scans, wish.patient, wish.order, moment, wish.signer, wish.second.upper()
    )


def prepare_dispensing(
    desk: Desk, wish: DispensingWish, moment: datetime, reader: Reader | None = None
) -> signing.Prepared:
    """What pharmacist and second person sign; everything that stands against it refuses first.

    Raises:
        AccessRefused: the signer is unknown or has no role for it.
        BadValue: the time told lies in the future.
        InfusionRefused: blockers.
    """
    record = reader or desk.store
    if reader is None:
        desk.scans += [*wish.scans, *_patient_scan(record, wish.patient)]
        desk.role_for("dispense", require_account(desk, wish.signer))
    require_not_future(moment, desk.now(), "the time told", desk.zone)
    answered = ask(desk, record, _question("dispense", wish, moment))
    gathered = answered.gathered
    if reader is None:
        desk.subjects += [*gathered.containers, gathered.order]
    require_accepted(answered, "dispensed", typed_reason=wish.reason)
    rows = [record.get("container", number) for number in gathered.containers]
    order = record.get("infusion_order", gathered.order)
    lines = [
        f"Order: {gathered.order}, infusion {order.number}",
        f"Patient: {gathered.patient}",
        *container_lines(answered),
        *dose_lines(answered),
    ]
    meaning = "dispensing for one infusion"
    return signing.prepared(record, "dispense", meaning, lines, [order, *rows])


def require_accepted(answered: Answered, what: str, *, typed_reason: str) -> None:
    """Refuse an act with everything that stands against it.

    Raises:
        InfusionRefused: blockers, or a number was typed and no reason given.
    """
    blockers = list(answered.verdict.blockers)
    if answered.gathered.typed and not typed_reason:
        from lottrack.rules.administration.mending import mended

        sentence = (
            "A container's number was typed instead of its label scanned, and no reason was given."
        )
        blockers.append(mended(Blocker("typed-entry", sentence, "scan rule")))
    if not blockers:
        return
    only_typed = [blocker.code for blocker in blockers] == ["typed-entry"]
    raise InfusionRefused(
        f"This must not be {what}.",
        code=blockers[0].code,
        blockers=blockers,
        hint="Scan the label, or say with --reason why it cannot be scanned."
        if only_typed
        else "Nothing was recorded but this refusal.",
    )


def container_lines(answered: Answered) -> list[str]:
    """The containers of an answer, a line each, for a signature."""
    return [
        f"Container: {case.container} of lot {case.lot}"
        + ("" if case.label is None else f", label {case.label.label}")
        + ("" if case.supply is None else f". {case.supply.words}")
        for case in answered.gathered.case.containers
    ]


def dose_lines(answered: Answered) -> list[str]:
    """The dose of an answer, for a signature."""
    dose = answered.gathered.case.dose
    if dose is None:
        return ["Dose: not known"]
    return [
        f"Dose: {format_cells(dose.viable_cells)} viable cells ({dose.basis.replace('_', ' ')}),"
        f" {format_cells(int(dose.cells_per_kg))} per kg at {plain(dose.weight_kg)} kg",
        *patient_limit_lines(answered.gathered.case),
    ]


def dispense(
    desk: Desk,
    wish: DispensingWish,
    prepared: signing.Prepared,
    proofs: tuple[signing.Proof, signing.Proof],
    telling: Telling,
) -> dict[str, Any]:
    """Issue containers for one order, signed by a pharmacist and a second person.

    Raises:
        InfusionRefused: something came in between.
        Changed: what was shown is not what the record says.
    """
    signer = signing.require_signer(desk, prepared, proofs[0])
    second = signing.require_second(desk, proofs[1], signer.account)
    moment = desk.told_at(telling)
    told = desk.told(telling._replace(performed_by=signer.account, reason=wish.reason))
    with desk.change("dispense", role=signer.role) as change:
        again = prepare_dispensing(desk, wish, moment, change)
        signing.require_unchanged(prepared, again)
        answered = ask(desk, change, _question("dispense", wish, moment))
        gathered = answered.gathered
        first = signing.sign(change, desk, prepared, signer, told)
        other = signing.sign(change, desk, prepared, second, told)
        entry = "typed" if gathered.typed else "scanned"
        number = change.record(
            "dispensing",
            told._replace(entry=entry),
            infusion_order=gathered.order,
            patient=gathered.patient,
            signature=first,
            second_signature=other,
            scans=canonical(list(wish.scans)),
        )
        for signature in (first, other):
            signing.cover(change, signature, number)
        for container in gathered.containers:
            change.link("dispensed_container", dispensing=number, container=container)
            event = Event("dispense", to_text(moment), holder=signer.account)
            advance(change, container, event)
    data = answer_data(answered)
    return {
        "id": number,
        "kind": "dispensing",
        "order": gathered.order,
        "patient": gathered.patient,
        "containers": list(gathered.containers),
        "dose": data["dose"],
        "signatures": [first, other],
        "warnings": data["warnings"],
    }


def known_person(desk: Desk, text: str) -> str:
    """The code of a second person who was named, or "" for nobody and the unknown.

    Who is unknown cannot take part: the rule that asks for a second person says so.
    """
    if not text:
        return ""
    try:
        return require_account(desk, text)
    except (AccessRefused, NotSignedIn):
        return ""
