"""The responsible person's signed decision on a donor, for the donor's next collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.families.consents import consent_state
from lottrack.actions.families.donors import donor_state
from lottrack.actions.families.screenings import marker_rows, rule_set, window_verdict
from lottrack.actions.finding import code_of
from lottrack.errors import BadValue, Refused
from lottrack.rules.reading.text import clean_text
from lottrack.rules.screening.screening import DEFERRED, ELIGIBLE, INELIGIBLE, decision_blockers
from lottrack.store.change import Told

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Desk
    from lottrack.rules.screening.screening import ScreeningVerdict
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

ACT = "donor decide"
MEANINGS = {
    ELIGIBLE: "donor eligible for the next collection",
    DEFERRED: "donor deferred",
    INELIGIBLE: "donor not eligible",
}


class Decision(NamedTuple):
    """What the responsible person is about to decide.

    Attributes:
        outcome: ``eligible``, ``deferred`` or ``ineligible``.
        risk_assessment: the written assessment of reactive markers, or "".
        reason: why, or "".
        defer_until: the day a deferral ends, or None.
    """

    outcome: str
    risk_assessment: str = ""
    reason: str = ""
    defer_until: date | None = None


def prepare_decision(
    desk: Desk, donor: str, decision: Decision, reader: Reader | None = None
) -> signing.Prepared:
    """What the responsible person signs: the donor, every result, the rule, the decision.

    No window is judged here, because the day of the collection need not be known yet; it is judged
    when the collection is recorded.

    Raises:
        NotFound: there is no such donor.
        BadValue: a deferral that ends today or earlier, or an unusable text.
        Refused: the decision cannot be signed; the blockers say why.
    """
    record = reader or desk.store
    code = code_of(record, "donor", donor)
    if reader is None:
        desk.subjects.append(code)
    decision = _cleaned(desk, decision)
    rule_row, _ = rule_set(record)
    verdict = window_verdict(record, code, rule_row, None)
    _require_signable(code, verdict, decision)
    rows = marker_rows(record, code)
    lines = [
        *_donor_lines(record, code),
        "",
        *_screening_lines(record, rows, rule_row, verdict),
        "",
        *_decision_lines(decision),
    ]
    covers = [row for pair in rows for row in pair]
    return signing.prepared(record, ACT, MEANINGS[decision.outcome], lines, covers)


def _cleaned(desk: Desk, decision: Decision) -> Decision:
    if decision.defer_until is not None and not (decision.defer_until > desk.today()):
        raise BadValue(
            f"A deferral until {decision.defer_until.isoformat()} would be over already.",
            code="deferral-over",
            hint="Give the day on which it ends: --defer-until 2026-12-31.",
        )
    return decision._replace(
        risk_assessment=_text(decision.risk_assessment, "the risk assessment"),
        reason=_text(decision.reason, "the reason"),
    )


def _text(text: str, what: str) -> str:
    return clean_text(text, what, 2000) if text.strip() else ""


def _require_signable(code: str, verdict: ScreeningVerdict, decision: Decision) -> None:
    blockers = decision_blockers(
        verdict,
        decision.outcome,
        risk_assessment=decision.risk_assessment,
        reason=decision.reason,
        defer_until=decision.defer_until,
    )
    if blockers:
        raise Refused(
            f"The decision that donor {code} is {decision.outcome} cannot be signed.",
            code="decision-not-signable",
            hint="Missing results: lottrack donor screen. Findings that the rule leaves to a risk"
            " assessment: --risk-assessment TEXT. Else --defer-until DATE or --ineligible, with"
            " --reason TEXT.",
            blockers=blockers,
        )


def _donor_lines(reader: Reader, code: str) -> list[str]:
    donor = reader.get("donor", code)
    consents = [
        f"Consent to {kind}: {consent_state(reader, 'donor', code, kind)}"
        for kind in ("donation", "data")
    ]
    return [f"Donor: {code}, born {donor.born_year}, sex {donor.sex}", *consents]


def _screening_lines(
    reader: Reader, rows: list[tuple[Row, Row]], rule_row: Row, verdict: ScreeningVerdict
) -> list[str]:
    _, rule = rule_set(reader, rule_row.name)
    lines = [f"Screening rule: {rule.name}: {rule.title}", f"  {rule.source}"]
    lines.append(f"  SHA-256 of the rule: {rule_row.source_sha256}")
    lines += [
        f"  {screening.sampled_on}  {marker.marker}: {marker.outcome}"
        f"  ({screening.sample_of} sample {screening.root})"
        for screening, marker in rows
    ] or ["  no results"]
    lines.append("Findings, before the window around the collection is judged:")
    findings = [blocker.sentence for blocker in verdict.blockers]
    findings += [warning.sentence for warning in verdict.warnings]
    return [*lines, *(f"  {sentence}" for sentence in findings or ["panel complete and clear"])]


def _decision_lines(decision: Decision) -> list[str]:
    lines = [f"Decision: {MEANINGS[decision.outcome]}"]
    if decision.defer_until is not None:
        lines.append(f"Deferred until: {decision.defer_until.isoformat()}")
    if decision.risk_assessment:
        lines.append(f"Risk assessment: {decision.risk_assessment}")
    if decision.reason:
        lines.append(f"Reason: {decision.reason}")
    return lines


def decide(
    desk: Desk, donor: str, decision: Decision, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Sign the decision on a donor.

    Raises:
        RoleMissing: the signer is no responsible person.
        SignatureRejected: the secret is wrong.
        Changed: the record is not the one shown any more.
        Refused: the decision cannot be signed.
    """
    signer = signing.require_signer(desk, prepared, proof)
    with desk.change(ACT, decision.reason or None, role=signer.role) as change:
        signing.require_unchanged(prepared, prepare_decision(desk, donor, decision, change))
        return _write_decision(change, desk, donor, _cleaned(desk, decision), prepared, signer)


def _write_decision(
    change: Change,
    desk: Desk,
    donor: str,
    decision: Decision,
    prepared: signing.Prepared,
    signer: signing.Signer,
) -> dict[str, Any]:
    code = code_of(change, "donor", donor)
    told = Told(performed_by=signer.account, reason=decision.reason)
    signature = signing.sign(change, desk, prepared, signer, told)
    until = None if decision.defer_until is None else decision.defer_until.isoformat()
    number = change.record(
        "eligibility",
        told,
        donor=code,
        decision=decision.outcome,
        defer_until=until,
        risk_assessment=decision.risk_assessment or None,
        signature=signature,
    )
    return {
        "id": number,
        "kind": "eligibility",
        "donor": code,
        "decision": decision.outcome,
        "defer_until": until,
        "risk_assessment": decision.risk_assessment or None,
        "reason": decision.reason or None,
        "state": donor_state(change, code, desk.today()),
        "signature": signature,
        "warnings": [],
    }
