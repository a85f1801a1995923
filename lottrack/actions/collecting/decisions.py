"""The signed decision on a collection: accepted as starting material, or rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.collecting.collections import (
    courses_of,
    decision_of,
    find_collection,
    require_taking,
    window_findings,
)
from lottrack.actions.moments import told_time
from lottrack.actions.releasing.holds import open_holds_on
from lottrack.actions.shown import warnings_of
from lottrack.errors import AlreadyDone, Blocker, DispositionRefused
from lottrack.rules.reading.quantities import format_cells
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

MEANINGS = {
    "accepted": "acceptance of a marrow collection as starting material",
    "rejected": "rejection of a marrow collection",
}
ACTS = {"accepted": "collection accept", "rejected": "collection reject"}


def prepare_decision(
    desk: Desk, text: str, decision: str, reason: str = "", reader: Reader | None = None
) -> signing.Prepared:
    """What is signed when a collection is accepted or rejected: everything recorded of it.

    Raises:
        Conflict: nothing is on record as taken.
        AlreadyDone: it was decided on before.
        DispositionRefused: it cannot be accepted: it is on hold.
    """
    record = reader or desk.store
    collection = find_collection(desk, text)
    taking = require_taking(record, collection)
    _require_undecided(record, collection)
    blockers = hold_blockers(record, collection) if decision == "accepted" else []
    if blockers:
        raise DispositionRefused(
            f"Collection {collection} cannot be accepted.",
            blockers=blockers,
            code=blockers[0].code,
            hint="Quality assurance lifts a hold: `lottrack hold lift HOLD --reason TEXT`.",
        )
    rows = _decided_rows(record, collection, taking)
    lines = [*_lines(record, collection, taking)]
    if reason:
        lines.append(f"Reason: {clean_text(reason, 'the reason')}")
    return signing.prepared(record, ACTS[decision], MEANINGS[decision], lines, rows)


def decide_collection(
    desk: Desk,
    text: str,
    decision: str,
    prepared: signing.Prepared,
    proof: signing.Proof,
    reason: str = "",
) -> dict[str, Any]:
    """Accept or reject a collection by signature.

    Args:
        desk: where.
        text: the collection.
        decision: ``accepted`` or ``rejected``.
        prepared: what was shown.
        proof: who signs.
        reason: why it is rejected.

    Raises:
        Changed: the record is not what was shown.
        AlreadyDone, DispositionRefused: see ``prepare_decision``.
    """
    why = clean_text(reason, "the reason") if reason else ""
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, _: prepare_decision(desk, text, decision, reason, change),
        reason=why,
    ) as (change, told, signature):
        collection = find_collection(desk, text)
        number = change.record(
            "collection_decision",
            told,
            collection=collection,
            decision=decision,
            signature=signature,
        )
    return {
        "id": collection,
        "kind": "collection",
        "state": decision,
        "decision": number,
        "signature": signature,
        "warnings": [],
    }


def hold_blockers(reader: Reader, collection: str) -> list[Blocker]:
    """The open holds on a collection and on its donor, as reasons against using it."""
    donor = str(reader.get("collection", collection).donor)
    held = [("donor", donor), ("collection", collection)]
    return [
        Blocker(
            "on-hold",
            f"{kind.capitalize()} {record} is on hold ({hold.root}, {hold.cause}): {hold.reason}",
        )
        for kind, record in held
        for hold in open_holds_on(reader, kind, record)
    ]


def _require_undecided(reader: Reader, collection: str) -> None:
    decision = decision_of(reader, collection)
    if decision is not None:
        raise AlreadyDone(
            f"Collection {collection} was {decision.decision} before, by {decision.performed_by}.",
            hint=f"`lottrack collection show {collection}`; a wrong decision is struck:"
            f" `lottrack strike {decision.root} --reason TEXT`.",
        )


def _decided_rows(reader: Reader, collection: str, taking: Row) -> list[Row]:
    rows = [reader.get("collection", collection), taking]
    for table in ("collection_receipt", "collection_count"):
        rows += reader.rows(table, collection=collection)
    rows += reader.rows("external_number", record=collection)
    if taking.eligibility is not None:
        rows.append(reader.get("eligibility", taking.eligibility))
    return rows


def _lines(reader: Reader, collection: str, taking: Row) -> Iterator[str]:
    """The findings on a collection, one a line, as they are signed."""
    row = reader.get("collection", collection)
    courses = ", ".join(courses_of(reader, collection))
    yield f"Collection: {collection} of donor {row.donor}, for {courses}"
    yield f"Taken: {told_time(reader, taking.occurred_at)}, by {taking.performed_by}"
    if taking.volume_ml is not None:
        yield f"Volume: {taking.volume_ml} mL"
    if taking.anticoagulant is not None:
        yield f"Anticoagulant: {taking.anticoagulant}"
    yield from _count_lines("At the donation", taking)
    for number in reader.rows("external_number", record=collection):
        yield f"{number.scheme}: {number.value}"
    met = "complete and in time" if taking.window_met else "NOT complete and in time"
    rule = reader.get("screening_rule", taking.screening_rule)
    yield f"Screening by rule {rule.name}: {met}"
    for finding in window_findings(taking):
        yield f"  - {finding['code']}: {finding['sentence']}"
    eligibility = taking.eligibility and reader.find("eligibility", taking.eligibility)
    decided = f"{eligibility.decision} ({eligibility.root})" if eligibility else "no decision"
    yield f"Donor at the donation: {decided}"
    for receipt in reader.rows("collection_receipt", collection=collection):
        yield from _receipt_lines(reader, receipt)
    for count in reader.rows("collection_count", collection=collection):
        yield from _count_lines(f"Counted {told_time(reader, count.occurred_at)}", count)
    records = [str(row.root) for row in _decided_rows(reader, collection, taking)]
    for warning in warnings_of(reader, records):
        yield f"Warning: {warning['sentence']}"


def _receipt_lines(reader: Reader, receipt: Row) -> Iterator[str]:
    at = told_time(reader, receipt.occurred_at)
    yield f"Received: {at}, by {receipt.performed_by}, from {receipt.from_text}"
    if receipt.temperature_c is not None:
        yield f"Temperature on arrival: {receipt.temperature_c} °C"
    if receipt.seal is not None:
        yield f"Seal: {receipt.seal}"
    match = "match" if receipt.labels_match else "do NOT match"
    yield f"Condition: {receipt.condition}; labels {match}"


def _count_lines(when: str, row: Row) -> Iterator[str]:
    counts = [
        f"{format_cells(int(cells))} {what}"
        for cells, what in ((row.tnc, "nucleated cells"), (row.mnc, "mononuclear cells"))
        if cells is not None
    ]
    viability = getattr(row, "viability_pct", None)
    if viability is not None:
        counts.append(f"{viability} % viable")
    if counts:
        yield f"{when}: {', '.join(counts)}"
