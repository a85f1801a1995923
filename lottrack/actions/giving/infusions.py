"""Infusions: what was given to whom, and what should not have been."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.custody.containers import advance
from lottrack.actions.families.patients import scan_as_kept
from lottrack.actions.finding import Found
from lottrack.actions.giving.bedside import Gathered, Question
from lottrack.actions.giving.doses import held_volume_ml
from lottrack.actions.giving.incidents import Happened, write_incident
from lottrack.actions.giving.pharmacy import (
    Answered,
    answer_data,
    ask,
    container_lines,
    dose_lines,
    require_accepted,
)
from lottrack.actions.notifying.late_positives import call_about
from lottrack.actions.secrets import require_account
from lottrack.actions.shown import write_warnings
from lottrack.errors import BadValue, InfusionRefused
from lottrack.rules.administration.dose import dose_cells_per_kg, viable_cells_given
from lottrack.rules.administration.plausibility import (
    infused_volume_warnings,
    infusion_time_warnings,
)
from lottrack.rules.lifecycle import Event
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import (
    from_text,
    iso_local,
    local_text,
    require_not_future,
    to_text,
)
from lottrack.store.chain import canonical
from lottrack.store.change import Told

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.actions.desk import Desk
    from lottrack.rules.culture.plausibility import ShownWarning
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class Given(NamedTuple):
    """What was given.

    Attributes:
        scans: raw scans of the containers.
        patient: raw scan of the patient.
        order: the order, or "" for the patient's only open one.
        started: when the infusion began.
        ended: when it ended.
        volume_ml: what went into the patient.
        left_ml: what was left in bag and line, or None.
        reaction: a reaction of the patient, or "".
        grade: its CTCAE grade, or None.
        signer: who signs.
        second: the second person at the bedside, or "".
        reason: why a number was typed, or why it is recorded all the same.
    """

    scans: tuple[str, ...]
    patient: str
    order: str
    started: datetime
    ended: datetime
    volume_ml: Decimal
    left_ml: Decimal | None
    reaction: str
    grade: int | None
    signer: str
    second: str
    reason: str


def _require_sensible(desk: Desk, given: Given) -> None:
    for moment, what in ((given.started, "the start"), (given.ended, "the end")):
        require_not_future(moment, desk.now(), what, desk.zone)
    if not (given.started <= given.ended):
        raise BadValue("The infusion would end before it began.", code="out-of-order")
    if not (given.volume_ml > 0):
        raise BadValue("The volume infused is above 0 mL.", code="out-of-range")
    if bool(given.reaction) != (given.grade is not None):
        raise BadValue(
            "A reaction needs its grade, and a grade its reaction.",
            code="reaction-incomplete",
            hint="Give --reaction TEXT together with --grade 1..5.",
        )


def _question(given: Given) -> Question:
    return Question(
        "infuse",
        given.scans,
        given.patient,
        given.order,
        given.started,
        given.signer,
        given.second.upper(),
        given.volume_ml,
    )


def prepare_infusion(
    desk: Desk, given: Given, happened: Happened | None, reader: Reader | None = None
) -> signing.Prepared:
    """What is signed at the bedside.

    Raises:
        AccessRefused: the signer is unknown or has no role for it.
        InfusionRefused: blockers, unless it happened all the same; or nothing could be identified
            that an infusion could be recorded of.
        BadValue: times, volumes or reaction make no sense.
    """
    record = reader or desk.store
    if reader is None:
        desk.scans += [*given.scans, scan_as_kept(record, given.patient)]
        desk.role_for("infusion record", require_account(desk, given.signer))
        _require_sensible(desk, given)
    answered = ask(desk, record, _question(given))
    gathered = answered.gathered
    if reader is None:
        desk.subjects += [*gathered.containers, gathered.order]
    if happened is None:
        require_accepted(answered, "infused", typed_reason=given.reason)
    elif not gathered.containers or not gathered.patient:
        raise InfusionRefused(
            "Not even what happened can be recorded: container or patient are unknown.",
            code="unknown-code",
            blockers=answered.verdict.blockers,
            hint="Give the container's and the patient's own numbers.",
        )
    lines = [
        f"Patient: {gathered.patient}",
        f"Order: {gathered.order or 'none'}",
        *container_lines(answered),
        *dose_lines(answered),
        f"Started: {local_text(given.started, desk.zone)}",
        f"Ended: {local_text(given.ended, desk.zone)}",
        f"Infused: {plain(given.volume_ml)} mL",
    ]
    if given.left_ml is not None:
        lines.append(f"Left: {plain(given.left_ml)} mL")
    lines += [f"Look twice: {w.sentence}" for w in _doubts(record, given, gathered)]
    if given.reaction:
        lines.append(f"Reaction: {clean_text(given.reaction, 'the reaction')}, grade {given.grade}")
    if happened is not None:
        lines.append(f"Recorded against the rules: {happened.reason}")
        lines += [f"  {b.code}: {b.sentence}" for b in answered.verdict.blockers]
    rows = [record.get("container", number) for number in gathered.containers]
    if gathered.order:
        rows.append(record.get("infusion_order", gathered.order))
    return signing.prepared(record, "infusion record", "infusion given", lines, rows)


def record_infusion(
    desk: Desk,
    given: Given,
    prepared: signing.Prepared,
    proofs: tuple[signing.Proof, signing.Proof],
    happened: Happened | None,
) -> dict[str, Any]:
    """Record an infusion, signed by clinician or nurse, with a second person at the bedside.

    With ``happened`` an infusion that the rules forbid is recorded with all its blockers, as an
    incident that holds the containers; the truth is never refused.
    """
    signer = signing.require_signer(desk, prepared, proofs[0])
    second = signing.require_second(desk, proofs[1], signer.account)
    with desk.change("infusion record", given.reason or None, role=signer.role) as change:
        again = prepare_infusion(desk, given, happened, change)
        signing.require_unchanged(prepared, again)
        answered = ask(desk, change, _question(given))
        entry = "typed" if answered.gathered.typed else "scanned"
        told = Told(given.started, signer.account, "", entry, given.reason)
        signature = signing.sign(change, desk, prepared, signer, told)
        number = _write(change, given, answered, told, signature, second.account)
        looked = _doubts(change, given, answered.gathered)
        warnings = write_warnings(change, number, looked)
        signing.cover(change, signature, number)
        blockers = answered.verdict.blockers
        if happened is not None and blockers:
            things = [Found("container", c) for c in answered.gathered.containers]
            write_incident(change, number, "infusion record", happened, blockers, things)
        for container in answered.gathered.containers:
            change.link("infused_container", infusion=number, container=container)
            _finish_container(change, container, given, signer.account, forced=bool(blockers))
        _finish_order(change, answered)
        row = change.get("infusion", number)
        lots = [str(change.get("container", c).lot) for c in answered.gathered.containers]
        owed = call_about(change, row, lots)
        incident = happened is not None and bool(blockers)
    data = answer_data(answered)
    warnings = [*data["warnings"], *warnings, *_owed(owed)]
    return _made(row, answered, signature) | {"warnings": warnings, "incident": incident}


def _owed(calls: list[str]) -> list[dict[str, str]]:
    """The calls that the infusion makes due, because its cells were under a late positive."""
    return [
        {
            "code": "call-owed",
            "sentence": "A culture of these cells or their kin is positive: the call"
            f" {number} is owed. `lottrack notify show {number}` tells to whom and by when.",
        }
        for number in calls
    ]


def _doubts(reader: Reader, given: Given, gathered: Gathered) -> list[ShownWarning]:
    """More given and left than the containers held, or given in no time."""
    rows = [reader.get("container", number) for number in gathered.containers]
    held = held_volume_ml(reader, rows)
    doubts = infusion_time_warnings(given.started, given.ended, given.volume_ml)
    if held is not None:
        doubts += infused_volume_warnings(given.volume_ml, given.left_ml or Decimal(0), held)
    return doubts


def _made(row: Row, answered: Answered, signature: str) -> dict[str, Any]:
    return {
        "id": row.root,
        "kind": "infusion",
        "patient": row.patient,
        "order": row.infusion_order,
        "number": row.number,
        "containers": list(answered.gathered.containers),
        "viable_cells": None if row.viable_cells is None else str(row.viable_cells),
        "cells_per_kg": row.cells_per_kg,
        "signature": signature,
    }


def _write(
    change: Change, given: Given, answered: Answered, told: Told, signature: str, second: str
) -> str:
    gathered = answered.gathered
    dose = gathered.case.dose
    order = change.find("infusion_order", gathered.order) if gathered.order else None
    viable = None
    if dose is not None:
        viable = viable_cells_given(dose.viable_cells, given.volume_ml, given.left_ml or Decimal(0))
    per_kg = None
    if dose is not None and viable is not None:
        per_kg = plain(dose_cells_per_kg(viable, dose.weight_kg))
    return change.record(
        "infusion",
        told,
        infusion_order=None if order is None else order.root,
        patient=gathered.patient,
        course=gathered.case.containers[0].course,
        number=None if order is None else order.number,
        started_at=to_text(given.started),
        ended_at=to_text(given.ended),
        volume_ml=plain(given.volume_ml),
        left_ml=None if given.left_ml is None else plain(given.left_ml),
        viable_cells=viable,
        cells_per_kg=per_kg,
        weight_kg=None if dose is None else plain(dose.weight_kg),
        dose_basis=None if dose is None else dose.basis,
        reaction=clean_text(given.reaction, "the reaction") if given.reaction else None,
        grade=given.grade,
        scans=canonical([*given.scans, scan_as_kept(change, given.patient)]),
        signature=signature,
        second=second,
    )


def _finish_container(
    change: Change, container: str, given: Given, signer: str, *, forced: bool
) -> None:
    """The container is infused, and so is everything whose cells were in it."""
    event = Event("infuse", to_text(given.started), holder=signer, forced=forced)
    row = change.get("container", container)
    advance(change, container, event)
    if row.preparation is not None:
        for link in change.rows("preparation_input", preparation=row.preparation):
            state = change.rows("container_standing", container=link.container)[0]
            if state.location_state != "infused":
                advance(change, link.container, event)


def _finish_order(change: Change, answered: Answered) -> None:
    order = answered.gathered.order
    if order:
        standing = change.rows("order_standing", infusion_order=order)[0]
        if standing.state == "open":
            change.stand("order_standing", {"infusion_order": order}, state="given")


def list_infusions(desk: Desk, patient: str) -> list[dict[str, Any]]:
    """Every infusion given, with its dose and whether it carries an incident."""
    reader = desk.store
    where = {"patient": patient} if patient else {}
    return [
        {
            "id": row.root,
            "kind": "infusion",
            "patient": row.patient,
            "containers": [
                link.container for link in reader.rows("infused_container", infusion=row.root)
            ],
            "number": row.number,
            "order": row.infusion_order,
            "started": iso_local(from_text(row.started_at), desk.zone),
            "ended": iso_local(from_text(row.ended_at), desk.zone),
            "volume_ml": row.volume_ml,
            "viable_cells": None if row.viable_cells is None else str(row.viable_cells),
            "cells_per_kg": row.cells_per_kg,
            "basis": row.dose_basis,
            "reaction": row.reaction,
            "grade": row.grade,
            "incident": reader.first("incident", record=row.root) is not None,
            "corrected": row.version > 1,
        }
        for row in reader.rows("infusion", **where)
    ]
