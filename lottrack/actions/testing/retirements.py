"""Versions of specifications taken out of use by signature; lots that run keep theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.secrets import require_account
from lottrack.actions.testing.documents import is_approved, specification_number
from lottrack.actions.testing.specifications import find_version, retirement_of
from lottrack.errors import AlreadyDone
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

ACT = "spec retire"
MEANING = "retirement of a product specification"


def running_lots(reader: Reader, number: str) -> list[str]:
    """The lots judged by a version that were not closed."""
    closed = {row.lot for row in reader.rows("lot_closure")}
    return [
        str(lot.root)
        for lot in reader.rows("lot")
        if lot.root not in closed and specification_number(reader, lot) == number
    ]


def prepare_retirement(
    desk: Desk, text: str, reason: str, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What a qualified person signs: the version, the reason, the lots that keep it.

    Args:
        desk: where.
        text: ``NAME@VERSION``.
        reason: why.
        account: who signs.
        reader: the open change, the second time.

    Raises:
        Usage: no version is named.
        AlreadyDone: it was retired before (``already-retired``).
        RoleMissing: the signer may not.
    """
    record = reader or desk.store
    row = find_version(record, text)
    if reader is None:
        desk.subjects.append(str(row.root))
    desk.role_for(ACT, require_account(desk, account))
    _require_in_use(record, row)
    lines = _lines(record, row, clean_text(reason, "the reason"))
    return signing.prepared(record, ACT, MEANING, lines, [row])


def _require_in_use(reader: Reader, row: Row) -> None:
    earlier = retirement_of(reader, row.root)
    if earlier is not None:
        raise AlreadyDone(
            f"{row.root} was retired before ({earlier.root}): {earlier.reason}.",
            code="already-retired",
            hint="Nothing to do.",
        )


def _lines(reader: Reader, row: Row, reason: str) -> Iterator[str]:
    yield f"Specification: {row.name}, version {row.edition}"
    yield f"Title: {row.title}"
    yield f"SHA-256 of the document: {row.source_sha256}"
    if not is_approved(reader, "specification", row.root):
        yield "It was never approved."
    yield f"Reason: {reason}"
    yield "No new lot may be registered by it from now on."
    lots = running_lots(reader, row.root)
    yield f"Running lots that are still judged by it: {', '.join(lots) or 'none'}"


def retire(
    desk: Desk, text: str, reason: str, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Retire a version by signature.

    Raises:
        Changed: the record is not what was shown.
        AlreadyDone: see ``prepare_retirement``.
    """
    why = clean_text(reason, "the reason")
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_retirement(desk, text, reason, account, change),
        reason=why,
    ) as (change, told, signature):
        row = find_version(change, text)
        number = change.record(
            "specification_retirement", told, specification=row.root, signature=signature
        )
        signing.cover(change, signature, number)
        lots = running_lots(change, row.root)
    return {
        "id": number,
        "kind": "specification_retirement",
        "specification": row.root,
        "reason": why,
        "lots": lots,
        "signature": signature,
        "warnings": [],
    }
