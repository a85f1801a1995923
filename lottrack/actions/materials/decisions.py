"""A material lot released for use or rejected: by signature, by somebody who did not receive it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.independence import people_of, require_independent
from lottrack.actions.materials.registration import is_same_lot, recalled_deliveries
from lottrack.actions.materials.stock import find_material_lot, read_material_lot, site_day
from lottrack.actions.moments import told_time
from lottrack.actions.shown import warnings_of
from lottrack.errors import AlreadyDone, Blocker, DispositionRefused
from lottrack.rules.material_amounts import amount, open_life
from lottrack.rules.materials import REJECTED, RELEASED
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.desk import Desk
    from lottrack.rules.materials import MaterialLot
    from lottrack.store.reader import Reader

ACTS = {RELEASED: "material release", REJECTED: "material reject"}
"""What is decided, and the act that decides it."""

_MEANINGS = {RELEASED: "release of material lot", REJECTED: "rejection of material lot"}


def prepare_decision(
    desk: Desk, text: str, decision: str, reason: str, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What is signed: the delivery with its supplier's lot, last day, quantity and certificate.

    Args:
        desk: where.
        text: the material lot.
        decision: released or rejected.
        reason: why it is rejected; "" where a release needs none.
        account: who signs.
        reader: an open change that prepares again.

    Raises:
        AlreadyDone: it was decided so before, and the signature still stands.
        DispositionRefused: it is expired or recalled, or was used already (``material-used``).
        SamePerson: the signer received it.
    """
    record = reader or desk.store
    number = find_material_lot(record, text)
    if reader is None:
        desk.subjects.append(number)
    row = record.get("material_lot", number)
    people = people_of(record, [("material_lot", row)])
    require_independent(desk, ACTS[decision], account, people, "received")
    lot = read_material_lot(record, number)
    _require_undecided(lot, decision)
    blockers = [*_blockers(record, desk, lot, decision)]
    if blockers:
        raise DispositionRefused(
            f"{number} cannot be {decision}.", code=f"not-to-be-{decision}", blockers=blockers
        )
    material = record.get("material", row.material)
    lines = [*_lines(record, lot, decision, reason)]
    return signing.prepared(
        record, ACTS[decision], f"{_MEANINGS[decision]} {number}", lines, [row, material]
    )


def _require_undecided(lot: MaterialLot, decision: str) -> None:
    decided = lot.decided
    if decided is not None and decided.decision == decision:
        raise AlreadyDone(
            f"{lot.called} was {decision} before ({decided.record}).", code=f"already-{decision}"
        )


def _blockers(reader: Reader, desk: Desk, lot: MaterialLot, decision: str) -> Iterator[Blocker]:
    if lot.recalled_at is not None:
        yield Blocker("material-recalled", f"{lot.called} was recalled.", "", "nobody")
    if decision == REJECTED and lot.used:
        yield Blocker(
            "material-used",
            f"{amount(lot.used, lot.unit)} of {lot.called} were used already: rejecting it would"
            " stop none of the cells it went into.",
            "",
            "technician, production_lead, qc, qa or qp",
            f"`lottrack material recall {lot.number} --reason TEXT` stops them",
        )
    if decision == RELEASED:
        today = site_day(reader, desk.now())
        if not (today <= lot.expires_on):
            yield Blocker(
                "material-expired",
                f"{lot.called} expired: its last day was {lot.expires_on}.",
                "the supplier's expiry",
                "technician or production_lead",
                f"`lottrack correct {lot.number} expires_on=DATE --reason TEXT`, if it is wrong",
            )
        rows = reader.rows("material_lot", material=lot.material)
        same = [str(row.root) for row in rows if is_same_lot(row.supplier_lot, lot.supplier_lot)]
        recalled = recalled_deliveries(reader, [n for n in same if n != lot.number])
        if recalled:
            yield Blocker(
                "supplier-lot-recalled",
                f"Lot {lot.supplier_lot} of {lot.supplier} was recalled as {', '.join(recalled)}.",
                "",
                "qc or qa",
                f"`lottrack material reject {lot.number} --reason TEXT`",
            )


def _lines(reader: Reader, lot: MaterialLot, decision: str, reason: str) -> Iterator[str]:
    row = reader.get("material_lot", lot.number)
    material = reader.get("material", lot.material)
    yield f"Material: {lot.material}, {lot.name} ({material.kind}); {open_life(lot.open_hours)}"
    if material.storage:
        yield f"Storage: {material.storage}"
    yield f"Supplier: {lot.supplier}, their lot {lot.supplier_lot}"
    yield (
        f"Received: {amount(lot.received, lot.unit)}, {told_time(reader, row.occurred_at)}, by"
        f" {row.performed_by}"
    )
    yield f"Last day: {lot.expires_on}"
    yield f"Certificate: {row.certificate or 'NONE RECORDED'}"
    yield f"Used so far: {amount(lot.used, lot.unit)}; on hand {amount(lot.on_hand, lot.unit)}"
    for earlier in lot.decisions:
        void = "" if earlier.stands else ", void: something it covers was corrected"
        yield f"Before: {earlier.decision} ({earlier.record}){void}"
    for warning in warnings_of(reader, [lot.number]):
        yield f"Warning shown: {warning['sentence']}"
    yield f"Decision: {decision}"
    if reason:
        yield f"Reason: {clean_text(reason, 'the reason')}"


def decide(
    desk: Desk,
    text: str,
    decision: str,
    reason: str,
    prepared: signing.Prepared,
    proof: signing.Proof,
) -> dict[str, Any]:
    """Release or reject a material lot by signature.

    Raises:
        Changed: the record is not what was shown.
        AlreadyDone, DispositionRefused, SamePerson: see ``prepare_decision``.
    """
    why = clean_text(reason, "the reason") if reason else ""
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_decision(desk, text, decision, reason, account, change),
        reason=why,
    ) as (change, told, signature):
        number = find_material_lot(change, text)
        record = change.record(
            "material_decision", told, material_lot=number, decision=decision, signature=signature
        )
    return {
        "id": number,
        "kind": "material_lot",
        "state": decision,
        "decision": record,
        "reason": why or None,
        "decided_by": told.performed_by,
        "signature": signature,
        "warnings": [],
    }
