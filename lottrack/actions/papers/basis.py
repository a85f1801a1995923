"""What a document is drawn from: the record as it stood at one entry of the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.making.lots import find_lot
from lottrack.actions.notation import decimal_mark
from lottrack.rules.codes.witness import short_head, witness_code
from lottrack.rules.reading.times import iso_local
from lottrack.store.reader import Reader

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.actions.desk import Desk


class Basis(NamedTuple):
    """The record as it stood at one entry, so that every page tells of the same moment.

    Attributes:
        reader: reads facts as they were recorded by then.
        entry: the entry's sequence number.
        head: its hash, 64 hexadecimal digits.
        at: the moment the document was drawn.
        lot: the lot it is about.
    """

    reader: Reader
    entry: int
    head: str
    at: datetime
    lot: str

    @property
    def zone(self) -> str:
        """The site's time zone."""
        return self.reader.setting("zone")


def basis_of(desk: Desk, text: str) -> Basis:
    """The basis of a document about a lot, at the latest entry of the trail.

    Raises:
        NotFound: there is no such lot, or it was struck.
        WrongKindOfCode: it is no lot.
    """
    lot = str(desk.store.get("lot", find_lot(desk, text)).root)
    row = desk.store.sql("SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1")[0]
    reader = Reader(desk.store.database, int(row.seq))
    return Basis(reader, int(row.seq), str(row.hash), desk.now(), lot)


def opening(basis: Basis, kind: str, title: str) -> dict[str, Any]:
    """What every document begins with: whose it is, of which lot, drawn from which record."""
    reader = basis.reader
    lot = reader.get("lot", basis.lot)
    return {
        "kind": kind,
        "title": title,
        "lot": basis.lot,
        "product": lot.product,
        "site": {
            "name": reader.setting("site_name"),
            "code": reader.setting("site_code"),
            "zone": basis.zone,
            "decimal_mark": decimal_mark(reader),
        },
        "training": bool(reader.setting("training")),
        "record": {
            "entry": basis.entry,
            "head": short_head(basis.head),
            "witness": witness_code(basis.entry, basis.head),
            "head_sha256": basis.head,
            "drawn_at": iso_local(basis.at, basis.zone),
        },
    }
