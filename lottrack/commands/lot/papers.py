"""``lottrack lot certificate``, ``dossier``, ``certification``, ``documents``: a lot on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, verb
from lottrack.commands.lot.group import lot

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.actions.papers.basis import Basis
    from lottrack.context import Context

_LOT = click.argument("lot_id", metavar="LOT")
_OUT = click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Issue it: write a PDF to this file or folder and record it.",
)


@verb(lot, "certificate", writes="lot certificate")
@_LOT
@click.option("--final", "stage", flag_value="final", default="final", help="Everything is there.")
@click.option("--interim", "stage", flag_value="interim", help="Name what is still pending.")
@_OUT
def certificate(context: Context, lot_id: str, stage: str, out: Path | None) -> Answer:
    """Draw a lot's certificate of analysis; with --out, issue it under a number of its own.

    A final one is refused while a required result is missing or was not reviewed.

    \b
    Example:
      lottrack lot certificate LT-MAD-0001-3 --out papers
      lottrack lot certificate LT-MAD-0001-3 --interim --json
    """
    from lottrack.actions.papers.certificate import certificate as gather

    return _answer(context, "lot certificate", lot_id, lambda basis: gather(basis, stage), out)


@verb(lot, "dossier", writes="lot dossier")
@_LOT
@_OUT
def dossier(context: Context, lot_id: str, out: Path | None) -> Answer:
    """Draw a lot's whole batch record; with --out, issue it under a number of its own.

    Values that were changed stand beside what they were, with the reason.

    \b
    Example:
      lottrack lot dossier LT-MAD-0001-3 --out papers
    """
    from lottrack.actions.papers.dossier import dossier as gather

    return _answer(context, "lot dossier", lot_id, gather, out)


@verb(lot, "certification", writes="lot certification")
@_LOT
@_OUT
def certification(context: Context, lot_id: str, out: Path | None) -> Answer:
    """Draw what the qualified person signed of a lot; with --out, issue it under its own number.

    \b
    Example:
      lottrack lot certification LT-MAD-0001-3 --out papers/L01-certification.pdf
    """
    from lottrack.actions.papers.certification import certification as gather

    return _answer(context, "lot certification", lot_id, gather, out)


@verb(lot, "documents", lists=True)
@_LOT
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Only what this file is.",
)
def documents(context: Context, lot_id: str, file: Path | None) -> Answer:
    """List the documents issued for a lot, and say which of them a file is.

    \b
    Example:
      lottrack lot documents LT-MAD-0001-3 --file DN-MAD-0001-7.pdf
    """
    from lottrack.actions.papers.issued import list_documents

    data = list_documents(context.desk, lot_id, file)
    return Answer(data, "" if data else "(no document was issued)")


def _answer(
    context: Context,
    act: str,
    lot_id: str,
    gather: Callable[[Basis], dict[str, Any]],
    out: Path | None,
) -> Answer:
    from lottrack.actions.papers.issuing import Wanted, issue_document, shown_document

    if out is None:
        data = shown_document(context.desk, lot_id, gather)
        return Answer(data, "" if context.json_wanted else _plain(data))
    from lottrack.reports.paper.rendering import as_pdf

    data = issue_document(context.writing_desk, Wanted(act, lot_id, gather, out), as_pdf)
    return Answer(data, _issued(data))


def _plain(data: dict[str, Any]) -> str:
    from lottrack.reports.paper.rendering import as_plain

    return as_plain(data)


def _issued(data: dict[str, Any]) -> str:
    document = data["document"]
    stage = f", {data['stage']}" if data.get("stage") else ""
    pages = "page" if document["pages"] == 1 else "pages"
    return (
        f"{document['number']}  {data['title']}{stage}, lot {data['lot']},"
        f" {document['pages']} {pages}: {document['path']}\nSHA-256 {document['file_sha256']}"
    )
