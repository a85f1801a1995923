"""The batch record dossier: everything recorded of a lot, from the marrow to the disposition.

An accurate and complete copy, readable by a person and by a program (21 CFR 11.10(b)), with every
value that was changed, every late and every typed entry, and every signature (EU GMP Annex 11, 8.2
and 9). Personal names are not in it, but for the account names of those who signed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.moments import shown_time
from lottrack.actions.papers.basis import opening
from lottrack.actions.papers.growing import growing_blocks
from lottrack.actions.papers.judging import judging_blocks
from lottrack.actions.papers.keeping import keeping_blocks
from lottrack.actions.papers.reservations import reservations
from lottrack.actions.papers.signatures import signature_blocks
from lottrack.actions.papers.source import source_blocks
from lottrack.actions.papers.supplies import supply_blocks
from lottrack.actions.papers.telling import corrections, told
from lottrack.actions.papers.things import things_of
from lottrack.actions.releasing.dispositions import is_closed
from lottrack.actions.testing.documents import approval_of, specification_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.making.lineage import Lineage
    from lottrack.actions.papers.basis import Basis
    from lottrack.actions.papers.things import Things
    from lottrack.store.reader import Reader

_SIGNATURES = frozenset({"signature", "review_signature", "second_signature"})
"""Keys under which the content names signatures."""

KIND = "dossier"
TITLE = "Batch record dossier"


def dossier(basis: Basis) -> dict[str, Any]:
    """What the dossier of a lot says, in the order it happened."""
    reader = basis.reader
    lineage = lineage_of(reader, basis.lot)
    things = things_of(reader, lineage)
    data = opening(basis, KIND, TITLE)
    data["head"] = _head(reader, lineage)
    data["reservations"] = reservations(reader, lineage)
    data |= source_blocks(reader, lineage)
    data |= growing_blocks(reader, lineage)
    data |= supply_blocks(reader, things)
    data |= judging_blocks(basis, things, _supplied(data))
    data |= keeping_blocks(reader, things)
    data["corrections"] = corrections(reader, things.told)
    data["warnings"] = list(_warnings(reader, things))
    data["entries"] = _entries(data)
    data["attachments"] = list(_attachments(reader, things))
    data["documents"] = [
        told(reader, "document_issue", row)
        | {
            "document": row.document,
            "stage": row.stage,
            "rests_on": str(row.rests_on),
            "file_sha256": row.file_sha256,
        }
        for row in reader.rows("document_issue", lot=basis.lot)
    ]
    data["signatures"] = signature_blocks(reader, [*_approvals(reader, lineage), *_signed(data)])
    return data


def _head(reader: Reader, lineage: Lineage) -> dict[str, Any]:
    row = lineage.lot
    return told(reader, "lot", row) | {
        "specification": specification_number(reader, row),
        "registered_with": row.specification,
        "course": row.course,
        "patient": lineage.patient.root,
        "donor": lineage.donor.root,
        "collection": lineage.collection.root,
        "parent": row.parent,
        "children": [str(child.root) for child in reader.rows("lot", parent=row.root)],
        "closed": is_closed(reader, row.root),
    }


def _supplied(data: dict[str, Any]) -> list[str]:
    """The equipment, materials and material lots a lot was made with."""
    found = [each["equipment"] for each in data["equipment"]]
    for each in data["materials"]:
        found += [each["material"], each["material_lot"]]
    return found


def _approvals(reader: Reader, lineage: Lineage) -> list[str]:
    approval = approval_of(reader, "specification", specification_number(reader, lineage.lot))
    return [] if approval is None else [str(approval.signature)]


def _signed(node: Any) -> Iterator[str]:
    """Every signature the content names, wherever it stands."""
    if isinstance(node, list):
        for each in node:
            yield from _signed(each)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in _SIGNATURES and value is not None:
                yield str(value)
            else:
                yield from _signed(value)


def _warnings(reader: Reader, things: Things) -> Iterator[dict[str, Any]]:
    """Warnings that were shown when something of the lot was recorded."""
    records = list(things.makings)
    for lot in things.lots:
        for table in ("seeding", "harvest", "discard"):
            records += [str(row.root) for row in reader.rows(table, lot=lot)]
    for record in records:
        for row in reader.rows("shown_warning", record=record):
            yield {
                "record": record,
                "code": row.code,
                "sentence": row.sentence,
                "shown_at": shown_time(reader, row.recorded_at),
                "shown_to": row.recorded_by,
            }


def _entries(data: dict[str, Any]) -> dict[str, Any]:
    """How the facts came in, and which of them were told late."""
    facts = {fact["id"]: fact for fact in _facts(data)}
    ways = Counter(fact["entry"] for fact in facts.values())
    return {
        "facts": len(facts),
        "by_entry": [{"entry": way, "facts": count} for way, count in sorted(ways.items())],
        "late": [
            {
                "id": fact["id"],
                "at": fact["at"],
                "recorded_at": fact["recorded_at"],
                "recorded_by": fact["recorded_by"],
            }
            for fact in facts.values()
            if fact["late"]
        ],
    }


def _facts(node: Any) -> Iterator[dict[str, Any]]:
    """Every fact in the content."""
    if isinstance(node, list):
        for each in node:
            yield from _facts(each)
    elif isinstance(node, dict):
        if "recorded_at" in node and "late" in node:
            yield node
        for value in node.values():
            yield from _facts(value)


def _attachments(reader: Reader, things: Things) -> Iterator[dict[str, Any]]:
    for record in things.makings:
        for row in reader.rows("attachment", record=record):
            yield told(reader, "attachment", row) | {
                "record": record,
                "file_name": row.file_name,
                "what": row.what,
                "sha256": row.sha256,
                "size_bytes": str(row.size_bytes),
            }
