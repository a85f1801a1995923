"""Collections as they are shown: one with everything recorded of it, or all in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.collecting.collections import (
    collection_state,
    courses_of,
    decision_of,
    find_collection,
    taking_of,
    window_findings,
)
from lottrack.actions.moments import shown_time
from lottrack.actions.record.corrected import corrected_values, struck_facts
from lottrack.actions.releasing.holds import open_holds_on, shown_hold
from lottrack.actions.shown import warnings_of

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_PARTS = ("collection_taking", "collection_receipt", "collection_count")
_STRIKABLE = (*_PARTS, "collection_decision", "custody_event")


def show_collection(desk: Desk, text: str) -> dict[str, Any]:
    """Everything recorded of a collection; cells as texts, values that were corrected named."""
    reader = desk.store
    collection = find_collection(desk, text)
    row = reader.get("collection", collection)
    facts = [("collection", row)]
    facts += [(table, r) for table in _PARTS for r in reader.rows(table, collection=collection)]
    numbers = reader.rows("external_number", record=collection)
    facts += [("external_number", number) for number in numbers]
    counts = [_count(reader, row) for table, row in facts if table == "collection_count"]
    return {
        **_head(reader, row),
        **_taking(reader, taking_of(reader, collection)),
        "external_numbers": {number.scheme: number.value for number in numbers},
        "receipt": _receipt(reader, reader.last("collection_receipt", collection=collection)),
        "counts": counts,
        "decision": _decision(reader, decision_of(reader, collection)),
        "holds": [
            shown_hold(reader, hold) for hold in open_holds_on(reader, "collection", collection)
        ],
        "lots": [str(lot.root) for lot in reader.rows("lot", collection=collection)],
        "warnings": warnings_of(reader, [str(fact.root) for _, fact in facts]),
        "corrected": [v for table, fact in facts for v in corrected_values(reader, table, fact)],
        "struck": struck_facts(reader, _STRIKABLE, collection=collection)
        + struck_facts(reader, ("external_number",), record=collection),
    }


def list_collections(desk: Desk) -> list[dict[str, Any]]:
    """Every collection with its state."""
    return [_head(desk.store, row) for row in desk.store.rows("collection")]


def _head(reader: Reader, row: Row) -> dict[str, Any]:
    taking = taking_of(reader, row.root)
    return {
        "id": row.root,
        "kind": "collection",
        "state": collection_state(reader, row.root),
        "donor": row.donor,
        "courses": courses_of(reader, row.root),
        "planned_on": row.planned_on,
        "taken_at": None if taking is None else shown_time(reader, taking.occurred_at),
    }


def _taking(reader: Reader, taking: Row | None) -> dict[str, Any]:
    if taking is None:
        return {}
    eligibility = taking.eligibility and reader.find("eligibility", taking.eligibility)
    return {
        "taking": taking.root,
        "performed_by": taking.performed_by,
        "volume_ml": taking.volume_ml,
        **_cells(taking),
        "anticoagulant": taking.anticoagulant,
        "screening_rule": reader.get("screening_rule", taking.screening_rule).name,
        "window_met": bool(taking.window_met),
        "window_findings": window_findings(taking),
        "eligibility": eligibility.decision if eligibility else None,
    }


def _receipt(reader: Reader, row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "id": row.root,
        "kind": "collection_receipt",
        "received_at": shown_time(reader, row.occurred_at),
        "performed_by": row.performed_by,
        "from": row.from_text,
        "temperature_c": row.temperature_c,
        "seal": row.seal,
        "condition": row.condition,
        "labels_match": bool(row.labels_match),
    }


def _count(reader: Reader, row: Row) -> dict[str, Any]:
    return {
        "id": row.root,
        "kind": "collection_count",
        "counted_at": shown_time(reader, row.occurred_at),
        **_cells(row),
        "viability_pct": row.viability_pct,
    }


def _decision(reader: Reader, row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "id": row.root,
        "kind": "collection_decision",
        "decision": row.decision,
        "signed_by": row.performed_by,
        "signed_at": shown_time(reader, row.occurred_at),
        "signature": row.signature,
        "reason": row.reason,
    }


def _cells(row: Row) -> dict[str, str | None]:
    return {
        name: None if cells is None else str(cells)
        for name, cells in (("tnc", row.tnc), ("mnc", row.mnc))
    }
