"""What every document ends with: which document it is, and from which record it was drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.paper.blocks import QUIET, Block, Cell, Fields, Heading, Note
from lottrack.reports.paper.wording import when

if TYPE_CHECKING:
    from collections.abc import Iterator


def document_blocks(data: dict[str, Any]) -> Iterator[Block]:
    """The document's own block: number, who issued it, the record it was drawn from."""
    record, site = data["record"], data["site"]
    yield Heading("This document")
    yield Fields(tuple(_rows(data)))
    yield Note(
        f"Drawn by lottrack from the electronic record of {site['name']} ({site['code']}), which"
        f" is the original. lottrack audit witness {record['witness']} proves that it still holds"
        f" everything it held then; lottrack lot documents {data['lot']} lists every document"
        f" issued and what was recorded after entry {record['entry']}."
    )


def _rows(data: dict[str, Any]) -> Iterator[tuple[str, Cell]]:
    record, document = data["record"], data.get("document")
    stage = f", {data['stage']}" if data.get("stage") else ""
    yield "Document", Cell(f"{data['title']}{stage}, lot {data['lot']}, {data['product']}")
    if document is None:
        yield "Number", Cell("none: shown on a screen and not issued")
    else:
        yield "Number", Cell(document["number"])
        yield "Issued", Cell(f"{when(document['issued_at'])}, by {document['issued_by']}")
        yield "Content SHA-256", Cell(document["content_sha256"], tone=QUIET)
    yield "Drawn from", Cell(f"audit trail entry {record['entry']}, witness {record['witness']}")
    yield "Hash of that entry", Cell(record["head_sha256"], tone=QUIET)
    yield "Drawn at", Cell(f"{when(record['drawn_at'])}, zone {data['site']['zone']}")
