"""Controlled documents: protocols and specifications, loaded as drafts, approved by signature."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.finding import word_for
from lottrack.actions.laboratory.site import write_protocol, write_specification
from lottrack.errors import AlreadyDone, BadValue, NotFound, NumberUsed, Refused
from lottrack.rules.administration.protocol import Protocol, parse_protocol
from lottrack.rules.reading.lines import lines_of
from lottrack.rules.reading.text import printable
from lottrack.rules.reading.times import iso_local
from lottrack.rules.specification.specification import Specification, parse_specification, spec_ref

if TYPE_CHECKING:
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

MEANINGS = {
    "protocol": "approval of a treatment protocol",
    "specification": "approval of a product specification",
}
LONGEST_SOURCE = 200_000
"""Bytes a document's file may have."""


@lru_cache(maxsize=64)
def _protocol(source: str) -> Protocol:
    return parse_protocol(source, "the record")


@lru_cache(maxsize=64)
def _specification(source: str) -> Specification:
    return parse_specification(source, "the record")


def protocol_of(reader: Reader, number: str) -> Protocol:
    """A protocol edition by its number ``NAME@EDITION``, as it was loaded."""
    return _protocol(reader.get("protocol", number).source)


def specification_of(reader: Reader, number: str) -> Specification:
    """A specification edition by its number ``NAME@EDITION``, as it was loaded."""
    return _specification(reader.get("specification", number).source)


def specification_number(reader: Reader, lot: Row) -> str:
    """The specification version a lot is judged by: that of its last signed move, else its first.

    The version is fixed when the lot is registered; only ``lot respecify`` moves it.
    """
    moved = reader.last("lot_respecification", lot=lot.root)
    return str(lot.specification if moved is None else moved.specification)


def specification_of_lot(reader: Reader, lot: Row) -> Specification:
    """The specification version a lot is judged by (see ``specification_number``)."""
    return specification_of(reader, specification_number(reader, lot))


def find_document(reader: Reader, table: str, text: str, *, approved_first: bool = True) -> Row:
    """The edition a ``NAME[@EDITION]`` names: without an edition the newest approved, else newest.

    Raises:
        NotFound: there is no such document or edition.
    """
    name, edition = spec_ref(text)
    editions = [row for row in reader.rows(table) if row.name.upper() == name.upper()]
    if edition is not None:
        editions = [row for row in editions if row.edition == edition]
    if not editions:
        known = sorted({str(row.name) for row in reader.rows(table)})
        raise NotFound(
            f"There is no {word_for(table)} {printable(text)}.",
            hint=f"There are: {', '.join(known) or 'none'}.",
        )
    approved = [row for row in editions if is_approved(reader, table, row.root)]
    pool = approved if approved and approved_first else editions
    return max(pool, key=lambda row: int(row.edition))


def approval_of(reader: Reader, table: str, number: str) -> Row | None:
    """The approval of a document's edition, or None while it is a draft."""
    return reader.last("approval", **{table: number})


def is_approved(reader: Reader, table: str, number: str) -> bool:
    """Whether a document's edition was approved by a signature that still stands."""
    approval = approval_of(reader, table, number)
    return approval is not None and signing.is_valid(reader, approval.signature)


def load_document(desk: Desk, table: str, path: Path) -> dict[str, Any]:
    """Load a document's file as a draft.

    Raises:
        BadValue: the file cannot be read or breaks a rule (nothing is loaded).
        NumberUsed: this edition is there already.
    """
    try:
        raw = path.read_bytes()
        source = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadValue(
            f"The file {path} cannot be read: {error}.", code="file-unreadable"
        ) from None
    if len(raw) > LONGEST_SOURCE:
        raise BadValue(
            f"The file {path} is too large for a {word_for(table)}.", code="file-too-large"
        )
    write = write_protocol if table == "protocol" else write_specification
    read = (parse_protocol if table == "protocol" else parse_specification)(source, path.name)
    act = "protocol load" if table == "protocol" else "spec load"
    with desk.change(act) as change:
        _require_new(change, table, read, source, path.name)
        number = write(change, source, path.name)
    return {"id": number, "kind": table, "approved": False, "warnings": []}


def _require_new(
    reader: Reader, table: str, read: Protocol | Specification, source: str, file: str
) -> None:
    number = f"{read.name}@{read.edition}"
    there = reader.find(table, number)
    if there is None:
        return
    editions = [int(row.edition) for row in reader.rows(table, name=read.name)]
    raise NumberUsed(
        f"{file}, line {lines_of(source)['edition',]}: {number} is on record since"
        f" {there.recorded_at[:10]}. What people may have signed or worked by is never replaced.",
        hint=f"Nothing was loaded. Write the next edition into the file: edition ="
        f" {max(editions) + 1}.",
    )


def prepare_approval(
    desk: Desk, table: str, text: str, reader: Reader | None = None
) -> signing.Prepared:
    """What the qualified person signs when approving an edition.

    Raises:
        AlreadyDone: it was approved before: nobody is asked for a secret in vain.
        Refused: it was retired (``specification-retired``).
    """
    record = reader or desk.store
    row = find_document(record, table, text, approved_first=False)
    if reader is None:
        desk.subjects.append(str(row.root))
    _require_draft(record, table, row)
    act = "protocol approve" if table == "protocol" else "spec approve"
    lines = [
        f"{word_for(table).capitalize()}: {row.name}, edition {row.edition}",
        f"Title: {row.title}",
        f"SHA-256 of the document: {row.source_sha256}",
    ]
    return signing.prepared(record, act, MEANINGS[table], lines, [row], row.source)


def _require_draft(reader: Reader, table: str, row: Row) -> None:
    if is_approved(reader, table, row.root):
        raise AlreadyDone(
            f"{row.root} is approved already.", code="already-approved", hint="Nothing to do."
        )
    if table != "specification":
        return
    retired = reader.last("specification_retirement", specification=row.root)
    if retired is not None:
        raise Refused(
            f"{row.root} was retired ({retired.root}): {retired.reason}.",
            code="specification-retired",
            hint="Load a new version: `lottrack spec load FILE`.",
        )


def approve_document(
    desk: Desk, table: str, text: str, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Approve an edition by signature; it stays approved for ever.

    Raises:
        AlreadyDone: it was approved before.
        Changed: the document is not the one shown.
    """
    with signing.signed(
        desk, prepared, proof, lambda change, _: prepare_approval(desk, table, text, change)
    ) as (change, told, signature):
        row = find_document(change, table, text, approved_first=False)
        change.record("approval", told, **{table: row.root}, signature=signature)
    return {
        "id": row.root,
        "kind": table,
        "name": row.name,
        "version": row.edition,
        "approved": True,
        "signature": signature,
        "warnings": [],
    }


def list_documents(desk: Desk, table: str) -> list[dict[str, Any]]:
    """Every edition, with whether and by whom it was approved."""
    listed = []
    for row in desk.store.rows(table):
        approval = approval_of(desk.store, table, row.root)
        signature = None if approval is None else desk.store.get("signature", approval.signature)
        listed.append(
            {
                "id": row.root,
                "kind": table,
                "name": row.name,
                "version": row.edition,
                "title": row.title,
                "approved": is_approved(desk.store, table, row.root),
                "approved_by": None if signature is None else signature.performed_by,
                "approved_at": None if signature is None else _local(desk, signature.occurred_at),
            }
        )
    return listed


def _local(desk: Desk, stored: str) -> str:
    from lottrack.rules.reading.times import from_text

    return iso_local(from_text(stored), desk.zone)
