"""The label ledger of a lot as a page for its batch record.

Each printed label with its serial, kind, template and picture by their hashes, who printed it, when
and why, and what became of it: printed = applied + attached + void + destroyed (21 CFR 211.125).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.labelling.labels import OUTSTANDING, labels_of_lot
from lottrack.actions.labelling.mixups import MIX_UP
from lottrack.actions.moments import shown_time
from lottrack.actions.papers.basis import opening
from lottrack.actions.papers.keeping import label_account, label_line
from lottrack.actions.papers.signatures import signature_blocks
from lottrack.actions.papers.telling import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.papers.basis import Basis
    from lottrack.store.reader import Reader

ISSUE = "label reconcile"
"""The act under which the page is issued."""

KIND = "label_ledger"
TITLE = "Label ledger"


def ledger(basis: Basis) -> dict[str, Any]:
    """Every label of a lot, their account, the templates used, clearances and mix-ups."""
    reader = basis.reader
    rows = labels_of_lot(reader, basis.lot)
    labels = [
        label_line(reader, row) | {"image_sha256": row.image_sha256, "payload": row.payload}
        for row in rows
    ]
    account = label_account(labels)
    clearances = list(_clearances(reader, basis.lot))
    loose = sum(label["state"] in OUTSTANDING for label in labels)
    return opening(basis, KIND, TITLE) | {
        "reconciled": not loose,
        "statement": f"{loose} of {len(labels)} labels of lot {basis.lot} are outstanding."
        if loose
        else f"Every one of the {len(labels)} labels of lot {basis.lot} is accounted for.",
        "label_account": account,
        "labels": labels,
        "templates": [
            {"id": row.root, "name": row.name, "edition": row.edition, "sha256": row.source_sha256}
            for row in (
                reader.get("label_template", number)
                for number in dict.fromkeys(str(row.template) for row in rows)
            )
        ],
        "clearances": clearances,
        "mix_ups": list(_mix_ups(reader, basis.lot)),
        "signatures": signature_blocks(reader, [each["signature"] for each in clearances]),
    }


def _clearances(reader: Reader, lot: str) -> Iterator[dict[str, Any]]:
    for row in reader.rows("line_clearance", lot=lot):
        links = reader.rows("cleared_label", line_clearance=row.root)
        yield told(reader, "line_clearance", row) | {
            "place": row.place,
            "labels": [str(link.label) for link in links],
            "reason": row.reason,
            "signature": row.signature,
        }


def _mix_ups(reader: Reader, lot: str) -> Iterator[dict[str, Any]]:
    """Holds that a label at the wrong thing opened on the lot, and who lifted them."""
    for row in reader.rows("hold", lot=lot):
        if not row.automatic or not str(row.reason).startswith(MIX_UP):
            continue
        lift = reader.first("hold_lift", hold=row.root)
        yield told(reader, "hold", row) | {
            "reason": row.reason,
            "lifted_at": None if lift is None else shown_time(reader, lift.occurred_at),
            "lifted_by": None if lift is None else lift.performed_by,
            "lifted_because": None if lift is None else lift.reason,
        }
