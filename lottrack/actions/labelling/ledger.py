"""The label ledger of a lot as a page for its batch record.

Each printed label with its serial, kind, template and picture by their hashes, who printed it, when
and why, and what became of it: printed = applied + attached + void + destroyed (21 CFR 211.125).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from lottrack.actions.labelling.labels import OUTSTANDING, labels_of_lot
from lottrack.actions.labelling.mixups import MIX_UP
from lottrack.actions.moments import shown_time
from lottrack.actions.papers.basis import basis_of, opening
from lottrack.actions.papers.keeping import label_account, label_line
from lottrack.actions.papers.signatures import signature_blocks
from lottrack.actions.papers.telling import told
from lottrack.errors import StoreError, Usage
from lottrack.rules.reading.times import iso_local
from lottrack.store.backup import require_free
from lottrack.store.chain import canonical, sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.actions.papers.basis import Basis
    from lottrack.actions.papers.issuing import Drawn
    from lottrack.store.reader import Reader

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


def write_ledger(
    desk: Desk, lot: str, out: Path, draw: Callable[[dict[str, Any]], Drawn]
) -> dict[str, Any]:
    """Write the ledger as a PDF file; it is drawn from the record and not itself recorded.

    Its witness of the audit trail (``audit witness``) proves later what the record said.

    Raises:
        Usage: the file is not named like a PDF (``file-name-unfit``).
        Conflict: there is something already where it goes (``file-exists``).
        StoreError: it cannot be written (``file-not-writable``).
    """
    if out.suffix.lower() != ".pdf":
        raise Usage(
            f"The file {out} is not named like a PDF.",
            code="file-name-unfit",
            hint="Name it .pdf.",
        )
    require_free(out)
    basis = basis_of(desk, lot)
    data = ledger(basis)
    data["document"] = {
        "number": f"Labels of {basis.lot}",
        "issued_at": iso_local(desk.now(), desk.zone),
        "issued_by": desk.account or "nobody signed in",
        "content_sha256": sha256(canonical(data)),
    }
    drawn = draw(data)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(drawn.content)
    except OSError as error:
        raise StoreError(
            f"The ledger {out} cannot be written ({error.strerror}).",
            code="file-not-writable",
            hint="Name another file with --out.",
        ) from error
    data["document"] |= {
        "path": str(out.absolute()),
        "file_sha256": hashlib.sha256(drawn.content).hexdigest(),
        "pages": drawn.pages,
    }
    return data
