"""``lottrack label clear``, ``reconcile``: labels accounted for, the line clear of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, reason_option, verb
from lottrack.commands.label.group import label

if TYPE_CHECKING:
    from lottrack.context import Context

NOT_RECONCILED = 44


@verb(label, "reconcile", writes="label reconcile")
@click.argument("lot", metavar="LOT")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Issue the ledger: write a PDF to this file or folder and record it.",
)
def reconcile(context: Context, lot: str, out: Path | None) -> Answer:
    """Account for every label of a lot: printed = applied + attached + void + destroyed.

    With --out every label is listed on a page for the batch record, issued under a number of its
    own: serial, template, picture, who printed it, when and why, and what became of it. Exit status
    44 while a label is outstanding.

    \b
    Example:
      lottrack label reconcile L01
      lottrack label reconcile L01 --out L01-labels.pdf
    """
    from lottrack.actions.labelling.views import reconcile_lot

    data = reconcile_lot(context.desk, lot)
    text = _reconciled_text(data)
    if out is not None:
        from lottrack.actions.labelling.ledger import ISSUE, ledger
        from lottrack.actions.papers.issuing import Wanted, issue_document
        from lottrack.reports.paper.rendering import as_pdf

        wanted = Wanted(ISSUE, lot, ledger, out)
        document = issue_document(context.writing_desk, wanted, as_pdf)["document"]
        data |= {"document": document["number"]}
        data |= {name: document[name] for name in ("path", "file_sha256", "pages")}
        text += f"\n\nLedger {data['document']}: {data['path']}\nSHA-256 {data['file_sha256']}"
    return Answer(data, text, 0 if data["reconciled"] else NOT_RECONCILED)


def _reconciled_text(data: dict[str, Any]) -> str:
    from lottrack.reports.output import table

    lines = [f"Labels of lot {data['id']}", "", table(data["copies"])]
    if data["reconciled"]:
        return "\n".join([*lines, "", "They reconcile."])
    loose = [{k: v for k, v in row.items() if k != "kind"} for row in data["outstanding"]]
    return "\n".join(
        [
            *lines,
            "",
            "They do NOT reconcile. Outstanding (apply, attach or void them):",
            table(loose),
        ]
    )


@verb(label, "clear", writes="label clear", signed=True)
@click.argument("lot", metavar="LOT")
@reason_option()
@click.option("--at-place", "place", default="", metavar="CODE", help="If not the first GMP place.")
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def clear(context: Context, lot: str, reason: str, place: str, signer: str) -> Answer:
    """Sign that no outstanding label of a lot lies where another lot is labelled.

    Where a place asks for line clearance, another lot is labelled and filled there only after this.
    The reason says where the labels are. They stay outstanding: each must still be applied,
    attached, voided or destroyed before the lot is closed.

    \b
    Example:
      lottrack label clear L01 --reason "in the sealed envelope of batch record L01"
    """
    from lottrack.actions.labelling.clearances import Clearing, clear_line, prepare_clearance

    desk = context.writing_desk
    clearing = Clearing(lot, place, reason)
    prepared = prepare_clearance(desk, clearing, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(clear_line(desk, clearing, prepared, proof))
