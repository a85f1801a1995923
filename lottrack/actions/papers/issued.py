"""Documents that were issued: which print-out was made when, and what the record learnt since."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.making.lots import find_lot
from lottrack.actions.moments import shown_time
from lottrack.actions.papers.things import things_of
from lottrack.errors import NotFound
from lottrack.rules.codes.witness import short_head
from lottrack.store.files import require_file

if TYPE_CHECKING:
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_SINCE = """
SELECT DISTINCT m.seq FROM audit_mention AS m WHERE m.seq > :after
    AND m.record IN (SELECT value FROM json_each(:records))
    AND m.seq NOT IN (SELECT d.seq FROM document_issue AS d WHERE d.lot = :lot)
"""


def list_documents(desk: Desk, text: str, file: Path | None) -> list[dict[str, Any]]:
    """The documents issued for a lot, oldest first.

    Args:
        desk: where.
        text: the lot.
        file: only those that this file is; None for all.

    Returns:
        For each what it is, when and by whom it was issued, from which entry of the trail, its
        hash, and ``entries_since``: how many entries about the lot are later than what it tells.

    Raises:
        NotFound: the file is none of them (``not-issued``).
        BadValue: the file cannot be read.
    """
    reader = desk.store
    lot = find_lot(desk, text)
    records = json.dumps(list(things_of(reader, lineage_of(reader, lot)).makings))
    rows = reader.rows("document_issue", lot=lot)
    if file is not None:
        found = require_file(file).sha256
        rows = [row for row in rows if row.file_sha256 == found]
        if not rows:
            raise NotFound(
                f"The file {file} is no document that was issued for lot {lot}: no issue has its"
                f" SHA-256, {found}.",
                code="not-issued",
                hint="It was altered, or issued for another lot, or by another record.",
            )
    return [_listed(reader, row, records) for row in rows]


def _listed(reader: Reader, row: Row, records: str) -> dict[str, Any]:
    since = reader.sql(_SINCE, after=row.rests_on, records=records, lot=row.lot)
    return {
        "id": row.root,
        "kind": "document_issue",
        "lot": row.lot,
        "document": row.document,
        "stage": row.stage,
        "issued_at": shown_time(reader, row.occurred_at),
        "issued_by": row.performed_by,
        "entry": row.rests_on,
        "head": short_head(row.head),
        "entries_since": len(since),
        "pages": row.pages,
        "file_name": row.file_name,
        "file_sha256": row.file_sha256,
        "content_sha256": row.content_sha256,
    }
