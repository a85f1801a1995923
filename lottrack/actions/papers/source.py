"""Where the cells of a lot come from, for a dossier: donor, pair, consents, marrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.collecting.collections import collection_state, window_findings
from lottrack.actions.families.matching import finding_of
from lottrack.actions.making.lineage import course_protocol
from lottrack.actions.papers.telling import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.making.lineage import Lineage
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def source_blocks(reader: Reader, lineage: Lineage) -> dict[str, Any]:
    """Everything a dossier tells of a lot's beginning."""
    return {
        "pair": _pair(reader, lineage),
        "consents": list(_consents(reader, lineage)),
        "screening": list(_markers(reader, str(lineage.donor.root))),
        "eligibility": [
            told(reader, "eligibility", row)
            | {
                "decision": row.decision,
                "defer_until": row.defer_until,
                "risk_assessment": row.risk_assessment,
                "reason": row.reason,
                "signature": row.signature,
            }
            for row in reader.rows("eligibility", donor=lineage.donor.root)
        ],
        "collection": _collection(reader, lineage.collection),
    }


def _pair(reader: Reader, lineage: Lineage) -> dict[str, Any]:
    pair = lineage.pair
    finding = finding_of(reader, pair.root)
    return told(reader, "pair", pair) | {
        "donor": pair.donor,
        "patient": pair.patient,
        "relation": pair.relation,
        "evidence": pair.evidence,
        "course": lineage.course.root,
        "basis": lineage.course.basis,
        "reference": lineage.course.reference,
        "protocol": course_protocol(reader, lineage.course.root),
        "haploidentity": finding.result,
        "shared_alleles": [f"{locus} {shared}" for locus, shared in finding.loci.items()],
        "proof": finding.proof,
    }


def _consents(reader: Reader, lineage: Lineage) -> Iterator[dict[str, Any]]:
    for whose, person in (("donor", lineage.donor), ("patient", lineage.patient)):
        for row in reader.rows("consent", **{whose: person.root}):
            yield told(reader, "consent", row) | {
                "of": person.root,
                "of_kind": whose,
                "consent": row.kind,
                "document": row.document,
                "given_on": row.given_on,
                "withdrawn": bool(row.withdrawn),
            }


def _markers(reader: Reader, donor: str) -> Iterator[dict[str, Any]]:
    """Every marker of the donor, with the sample it was found in."""
    for screening in reader.rows("screening", donor=donor):
        sample = told(reader, "screening", screening)
        for row in reader.rows("marker", screening=screening.root):
            block = told(reader, "marker", row)
            yield block | {
                "screening": screening.root,
                "sampled_on": screening.sampled_on,
                "sample_of": screening.sample_of,
                "marker": row.marker,
                "outcome": row.outcome,
                "corrected": [*sample["corrected"], *block["corrected"]],
            }


def _collection(reader: Reader, collection: Row) -> dict[str, Any]:
    number = str(collection.root)
    return told(reader, "collection", collection) | {
        "donor": collection.donor,
        "planned_on": collection.planned_on,
        "state": collection_state(reader, number),
        "external_numbers": [
            f"{row.scheme} {row.value}" for row in reader.rows("external_number", record=number)
        ],
        "takings": [
            _taking(reader, row) for row in reader.rows("collection_taking", collection=number)
        ],
        "receipts": [
            told(reader, "collection_receipt", row)
            | {
                "from_text": row.from_text,
                "temperature_c": row.temperature_c,
                "seal": row.seal,
                "condition": row.condition,
                "labels_match": bool(row.labels_match),
            }
            for row in reader.rows("collection_receipt", collection=number)
        ],
        "counts": [
            told(reader, "collection_count", row)
            | _cells(row)
            | {"viability_pct": row.viability_pct}
            for row in reader.rows("collection_count", collection=number)
        ],
        "decisions": [
            told(reader, "collection_decision", row)
            | {"decision": row.decision, "reason": row.reason, "signature": row.signature}
            for row in reader.rows("collection_decision", collection=number)
        ],
    }


def _taking(reader: Reader, row: Row) -> dict[str, Any]:
    return (
        told(reader, "collection_taking", row)
        | _cells(row)
        | {
            "volume_ml": row.volume_ml,
            "anticoagulant": row.anticoagulant,
            "screening_rule": reader.get("screening_rule", row.screening_rule).name,
            "window_met": bool(row.window_met),
            "window_findings": [finding["sentence"] for finding in window_findings(row)],
            "eligibility": row.eligibility,
        }
    )


def _cells(row: Row) -> dict[str, str | None]:
    """Nucleated and mononuclear cells, as texts."""
    return {
        name: None if cells is None else str(cells)
        for name, cells in (("tnc", row.tnc), ("mnc", row.mnc))
    }
