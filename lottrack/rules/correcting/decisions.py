"""What is not corrected like any other fact: who may, and what to do instead.

Signed decisions are not corrected, they are followed by another decision.
"""

from __future__ import annotations

from lottrack.errors import Conflict
from lottrack.rules.correcting.values import TIME, TOLD, VALUES, Value
from lottrack.rules.reading.text import quoted

SIGNED = frozenset({"dispensing", "infusion"})
"""Facts whose performer is the signer, and whose time is what was signed."""

DECISIONS: dict[str, str] = {
    "collection_decision": "collection accept",
    "material_decision": "material release",
    "material_recall": "material release",
    "result_review": "result review",
    "lot_review": "lot review",
    "oos_conclusion": "oos conclude",
    "oos_investigation": "oos investigate",
    "oos_plan": "oos plan",
    "order_waiver": "order waive",
    "audit_review": "audit review",
    "bench_profile": "bench doctor",
    "bench_reason": "bench reason",
    "calibration": "equipment calibrate",
    "corrective_action": "deviation action",
    "deviation_concern": "deviation reclassify",
    "effectiveness_check": "deviation check",
    "training": "training record",
}
"""Decisions, signed or of a few, that can be struck by those who may decide so."""

CORRECTED_BY: dict[str, str] = {
    "account": "user add",
    "calibration": "equipment calibrate",
    "corrective_action": "deviation action",
    "deviation_investigation": "deviation investigate",
    "effectiveness_check": "deviation check",
    "equipment": "equipment register",
    "oos_investigation": "oos investigate",
    "printer": "printer register",
    "training": "training record",
}
"""Facts that those correct who may do another act: a person's name, by an administrator."""

INSTEAD: dict[str, str] = {
    "audit_review": "A review is not corrected. Strike it and review again.",
    "bench_profile": "Find it out anew: lottrack bench doctor.",
    "bench_reason": "Printed sheets carry it. Strike it, and register another.",
    "approval": "An approved document stays approved; load and approve a new edition.",
    "clearance_rule": "Turn it on or off anew: lottrack place line-clearance.",
    "collection_decision": "A decision is not corrected. Strike it and decide again.",
    "container_extension": "Extend it anew, by signature: lottrack container extend.",
    "correction": "Correct the record itself again; every version stays visible.",
    "deviation_class": "Class it anew: lottrack deviation reclassify.",
    "deviation_closure": "It stands until a check finds no effect: lottrack deviation check.",
    "deviation_concern": "Strike it, and link the right thing: lottrack deviation link.",
    "disposition": "A disposition is followed by another one: lottrack lot reject, lot recall.",
    "document_issue": "It was issued as it is; issue the document again, under its own number.",
    "duty_list": "Load a new edition: lottrack notify load.",
    "eligibility": "Decide again: lottrack donor decide.",
    "equipment_retirement": "Equipment out of use stays so; register it under a new code.",
    "hla_finding": "It follows from the two typings; correct the typing.",
    "hold": "A hold is lifted by signature: lottrack hold lift.",
    "hold_lift": "Open another hold: lottrack hold open.",
    "incident": "What happened stays on record; correct the event it is about.",
    "infusion_order": "Cancel the order and place another one: lottrack order cancel.",
    "label": "Void the label and print another one: lottrack label void.",
    "label_template": "Print with another edition of the template.",
    "line_clearance": "It tells what was seen then; look again: lottrack label clear.",
    "template_approval": "An approved template stays so; approve its next edition.",
    "print_job": "It tells what was sent; void the labels: lottrack label void.",
    "print_job_end": "It tells how a sending ended; void the labels: lottrack label void.",
    "print_job_scan": "Test the printer again: lottrack printer test.",
    "printer_retirement": "A retired printer stays so; register it under a new code.",
    "lot_respecification": "Move the lot again, by signature: lottrack lot respecify.",
    "late_positive": "It follows from the result; correct or strike the result.",
    "lot_review": "A review is not corrected. Strike it and review again.",
    "material_decision": "A decision is not corrected. Strike it and decide again.",
    "material_recall": "Strike it if it was of another lot; its holds are lifted by signature.",
    "notification": "The call stays owed; record it: lottrack notify record.",
    "oos": "An investigation is ended by a signed conclusion: lottrack oos conclude.",
    "oos_conclusion": "A conclusion is not corrected. Strike it and conclude again.",
    "oos_plan": "A plan is fixed when it is signed. Strike it, and sign another before any retest.",
    "order_waiver": "A waiver is not corrected. Strike it and waive again.",
    "protocol": "Load a new edition: lottrack protocol load.",
    "refusal": "A refusal tells what was tried.",
    "release_condition": "It is part of a signed release; release or reject the lot.",
    "result_import": "Correct or strike the results it brought, one by one.",
    "result_review": "A review is not corrected. Correct the results and review again.",
    "role_act": "Who may do what is changed with a new table of roles.",
    "role_grant": "Give and take roles with lottrack user role.",
    "screening_rule": "A rule set is followed by another edition.",
    "shown_warning": "A warning tells what was shown.",
    "signature": "A signature cannot be mended; it becomes void when what it covers is corrected.",
    "specification": "Load a new edition: lottrack spec load.",
    "specification_retirement": "A retired version stays retired; load and approve a new one.",
    "training_requirement": "Withdraw it: lottrack training withdraw.",
    "training_withdrawal": "Require it again: lottrack training require.",
    "supply": "A dossier is closed by the physician: lottrack supply decline.",
    "supply_assessment": "Assess again: lottrack supply assess.",
    "supply_decision": "A decision is followed by another: lottrack supply decline.",
    "verification": "It tells what was answered at that moment; verify again.",
    "account_event": "Use lottrack user unlock, reset or deactivate.",
}
"""Table -> what to do instead of correcting or striking."""

_NOT_STRUCK = {
    "deviation": "A deviation is closed by signature: lottrack deviation close.",
    "equipment": "Equipment is taken out of use: lottrack equipment retire.",
    "printer": "A printer is taken off the list: lottrack printer retire.",
    "account": "An account is ended, and its code is never used again: lottrack user deactivate.",
}


def require_values(table: str, word: str, record: str) -> dict[str, Value]:
    """What can be corrected of a record, by key.

    Raises:
        Conflict: nothing (``not-correctable``); the hint says what to do instead.
    """
    if table not in VALUES:
        raise Conflict(
            f"The {word} {record} cannot be corrected.",
            code="not-correctable",
            hint=INSTEAD[table],
        )
    told = {"at": TIME, "entry": TOLD["entry"]} if table in SIGNED else TOLD
    values = {**VALUES[table], **told}
    if table == "infusion":
        del values["at"]  # it happened when it was started
    return values


def unknown_value(values: dict[str, Value], key: str, word: str, record: str) -> Conflict:
    """The refusal (``not-correctable``) of a value that a record has not, or that is not mended."""
    return Conflict(
        f"{quoted(key)} of {word} {record} cannot be corrected.",
        code="not-correctable",
        hint=f"These can: {', '.join(values)}. If the record is about the wrong thing, or never"
        f" happened: lottrack strike {record} --reason TEXT, and record it anew.",
    )


def require_strikable(table: str, word: str, record: str) -> None:
    """Refuse to strike what is no fact of its own, or is a decision that another one follows.

    Raises:
        Conflict: ``not-strikable``; the hint says what to do instead.
    """
    if table in DECISIONS:
        return
    instead = _NOT_STRUCK.get(table) or INSTEAD.get(table)
    if instead is not None:
        raise Conflict(f"The {word} {record} cannot be struck.", code="not-strikable", hint=instead)
