"""The qualified person's register: every decision on a lot, with who signed it and when.

Whoever certifies keeps a register of it, open to inspection (Dir. 2001/83/EC Art. 51(3)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.moments import shown_time
from lottrack.rules.reading.times import from_text

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_ROLE = "SELECT payload ->> '$.role' AS role, act FROM audit_entry WHERE seq = :seq"


def register_of_certifications(
    desk: Desk, since: date | None, until: date | None
) -> list[dict[str, Any]]:
    """Every certification, conditional release, rejection, recall and discontinuation, in order.

    Args:
        desk: where.
        since: the site's first day, or None for the beginning.
        until: the site's last day, or None for today.
    """
    reader = desk.store
    listed = []
    for row in reader.rows("disposition"):
        day = desk.today(from_text(row.occurred_at))
        if (since is None or day >= since) and (until is None or day <= until):
            listed.append(_entry(reader, row))
    return sorted(listed, key=lambda entry: (entry["at"], len(entry["id"]), entry["id"]))


def _entry(reader: Reader, row: Row) -> dict[str, Any]:
    fill = None if row.fill is None else reader.get("fill", row.fill)
    lot = reader.get("lot", row.lot if fill is None else fill.lot)
    signer = reader.get("account", row.performed_by)
    signature = reader.get("signature", row.signature)
    written = reader.sql(_ROLE, seq=row.seq)[0]
    return {
        "id": str(row.root),
        "kind": "disposition",
        "at": shown_time(reader, signature.occurred_at),
        "lot": str(lot.root),
        "product": str(lot.product),
        "fill": None if fill is None else str(fill.root),
        "decision": str(row.decision),
        "act": str(written.act),
        "user": str(signer.root),
        "name": str(signer.name),
        "role": str(written.role),
        "signature": str(row.signature),
        "reason": row.reason,
        "signature_stands": signing.is_valid(reader, row.signature),
    }
