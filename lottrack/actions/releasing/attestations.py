"""Attestations: a person's statement about a rule whose facts are kept elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.making.lots import find_lot, require_after_taking
from lottrack.actions.moments import happened_at
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk, Telling


def attest(desk: Desk, text: str, rule: str, statement: str, telling: Telling) -> dict[str, Any]:
    """State that a rule of the lot check is met; the check and the release show the statement.

    Args:
        desk: where.
        text: the lot.
        rule: one of ``rules.release.verdict.ATTESTED``.
        statement: what is stated, with where its facts are kept.
        telling: when, by whom.

    Raises:
        NotFound: there is no such lot.
        Conflict: before the marrow of the lot was taken (``out-of-order``).
    """
    lot = find_lot(desk, text)
    told = desk.told(telling)
    said = clean_text(statement, "the statement")
    with desk.change("lot attest") as change:
        require_after_taking(change, happened_at(change, told), lot)
        number = change.record("attestation", told, lot=lot, rule=rule, text=said)
    return {
        "id": number,
        "kind": "attestation",
        "lot": lot,
        "rule": rule,
        "text": said,
        "warnings": [],
    }
