"""Review of a lot's record, signed by somebody who performed none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.independence import people_of, require_independent
from lottrack.actions.making.lots import find_lot
from lottrack.actions.releasing.records import record_facts, record_lines
from lottrack.errors import RoleMissing

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader

ACT = "lot review"
REVIEWED_AS = {"production": ("production_lead",), "quality": ("qa", "qc")}
"""What a lot can be reviewed as, and the roles that do."""


def prepare_lot_review(
    desk: Desk, text: str, account: str, reviewed_as: str = "", reader: Reader | None = None
) -> signing.Prepared:
    """What the reviewer of a lot signs: its whole record, with everything unusual about it.

    Args:
        desk: where.
        text: the lot.
        account: who wants to sign.
        reviewed_as: ``production``, ``quality``, or "" for what the signer's role is.
        reader: the open change when it is prepared again.

    Raises:
        SamePerson: the signer performed or recorded a part of it.
        RoleMissing: the signer has no role for it.
    """
    record = reader or desk.store
    lot = find_lot(desk, text)
    facts = record_facts(record, lot)
    code = require_independent(
        desk, ACT, account, people_of(record, facts), "performed or recorded"
    )
    meant = _reviewed_as(record, code, reviewed_as)
    meaning = f"review of the record of lot {lot}, for {meant}"
    covers = [row for _, row in facts]
    return signing.prepared(record, ACT, meaning, record_lines(record, lot), covers)


def _reviewed_as(reader: Reader, account: str, wanted: str) -> str:
    """What a person reviews a lot as: as wanted, or by the first role they have for it."""
    held = {str(row.role) for row in reader.rows("account_role", account=account)}
    possible = [name for name, roles in REVIEWED_AS.items() if held & set(roles)]
    if not wanted and possible:
        return possible[-1]
    if wanted not in possible:
        roles = " or ".join(REVIEWED_AS.get(wanted, ()))
        raise RoleMissing(
            f"{account} cannot review a lot for {wanted}: that takes {roles}.",
            hint=f"Review it for {' or '.join(possible)}, or ask one of them.",
        )
    return wanted


def review_lot(
    desk: Desk, text: str, reviewed_as: str, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Review a lot's record by signature.

    Raises:
        Changed: the record is not what was shown.
        SamePerson, RoleMissing: see ``prepare_lot_review``.
    """
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_lot_review(desk, text, account, reviewed_as, change),
    ) as (change, told, signature):
        lot = find_lot(desk, text)
        meant = _reviewed_as(change, told.performed_by, reviewed_as)
        review = change.record("lot_review", told, lot=lot, reviewed_as=meant, signature=signature)
    return {
        "id": review,
        "kind": "lot_review",
        "lot": lot,
        "reviewed_as": meant,
        "reviewed_by": told.performed_by,
        "signature": signature,
        "warnings": [],
    }
