"""A document's content, laid out by its kind and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.paper.blocks import Signatures, Verbatim
from lottrack.reports.paper.wording import when
from lottrack.reports.spelling import spelled
from lottrack.rules.reading.notation import localiser

if TYPE_CHECKING:
    from lottrack.reports.paper.blocks import Block
    from lottrack.reports.paper.pdf import Drawn


def blocks_of(data: dict[str, Any]) -> list[Block]:
    """The blocks of a document's content, its quantities as the site writes them.

    What somebody signed stands as it was shown to them.
    """
    spell = localiser(data["site"]["decimal_mark"], data)
    kept = (Verbatim, Signatures)
    return [b if isinstance(b, kept) else spelled(b, spell) for b in _laid_out(data)]


def _laid_out(data: dict[str, Any]) -> list[Block]:
    if data["kind"] == "certificate":
        from lottrack.reports.paper.certificate import certificate_blocks

        return certificate_blocks(data)
    if data["kind"] == "dossier":
        from lottrack.reports.paper.dossier import dossier_blocks

        return dossier_blocks(data)
    if data["kind"] == "label_ledger":
        from lottrack.reports.paper.ledger import ledger_blocks

        return ledger_blocks(data)
    from lottrack.reports.paper.certification import certification_blocks

    return certification_blocks(data)


def as_pdf(data: dict[str, Any]) -> Drawn:
    """A document that has its number, as PDF."""
    from lottrack.reports.paper.pdf import Furniture, draw

    site, record, document = data["site"], data["record"], data["document"]
    stage = f", {data['stage']}" if data.get("stage") else ""
    furniture = Furniture(
        title=f"{data['title']}{stage}",
        number=document["number"],
        site=site["name"],
        lot=data["lot"],
        record=f"Record {site['code']}, witness of the audit trail {record['witness']}",
        issued=f"Issued {when(document['issued_at'])} by {document['issued_by']}",
        issued_at=document["issued_at"],
        training=data["training"],
    )
    return draw(blocks_of(data), furniture)


def as_plain(data: dict[str, Any]) -> str:
    """A document as plain text, for a terminal."""
    from lottrack.reports.paper.plain import text_of

    return text_of(data, blocks_of(data))
