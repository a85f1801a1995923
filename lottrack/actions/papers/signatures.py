"""Signature blocks: who signed, in which role, when, meaning what, and whether it still stands.

A signed record shows the signer's printed name, date and time, and the meaning, on print-outs as
well (21 CFR 11.50). A signature is void once something it covers was corrected (11.70): a document
shows it all the same, and says so.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.rules.reading.times import from_text, iso_local, local_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lottrack.store.reader import Reader

SECOND = "second person"
"""The role of somebody who signed beside the signer."""


def signature_blocks(reader: Reader, numbers: Iterable[str | None]) -> list[dict[str, Any]]:
    """The blocks of some signatures, each once, in the order they were given."""
    found = [reader.get("signature", number) for number in dict.fromkeys(numbers) if number]
    return [signature_block(reader, row.root) for row in sorted(found, key=lambda r: int(r.seq))]


def signature_block(reader: Reader, number: str) -> dict[str, Any]:
    """One signature as a document shows it.

    Returns:
        ``name`` as the account had it when signing, ``account``, ``role``, ``meaning``, ``at``
        (ISO 8601), ``local_time`` with the zone's name, ``zone``, ``scripted``, ``valid`` and, if
        it is not, ``voided_by``: the facts that were corrected since.
    """
    row = reader.get("signature", number)
    voided = signing.voided_covers(reader, number)
    moment = from_text(row.occurred_at)
    names = [v for v in reader.versions("account", row.performed_by) if v.seq <= row.seq]
    return {
        "id": row.root,
        "kind": "signature",
        "name": names[-1].name,
        "account": row.performed_by,
        "role": _role(reader, row.seq, row.performed_by, row.root),
        "meaning": row.meaning,
        "at": iso_local(moment, row.zone),
        "local_time": local_text(moment, row.zone),
        "zone": row.zone,
        "shown_sha256": row.shown_sha256,
        "scripted": bool(row.scripted),
        "valid": not voided,
        "voided_by": voided,
    }


def _role(reader: Reader, seq: int, account: str, number: str) -> str:
    """The role a signature was given in: that of the act, or a second person's."""
    entry = reader.sql("SELECT payload FROM audit_entry WHERE seq = :seq", seq=seq)[0]
    payload = json.loads(entry.payload)
    signed = [row[2]["root"] for row in payload["rows"] if row[:2] == ["+", "signature"]]
    if signed and signed[0] != number:
        return SECOND
    return str(payload["role"]) or account
