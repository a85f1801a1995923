"""The label ledger, laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.paper.blocks import (
    BAD,
    GOOD,
    QUIET,
    Block,
    Cell,
    Fields,
    Heading,
    Marks,
    Note,
    Signatures,
    Statement,
    grid,
    told_cell,
)
from lottrack.reports.paper.closing import document_blocks
from lottrack.reports.paper.dossier_keeping import label_blocks
from lottrack.reports.paper.wording import CONVENTIONS, said, when

if TYPE_CHECKING:
    from collections.abc import Iterator


def ledger_blocks(data: dict[str, Any]) -> list[Block]:
    """A ledger's content as blocks."""
    marks = Marks()
    return [
        Statement(data["statement"], GOOD if data["reconciled"] else BAD),
        Note(CONVENTIONS),
        *label_blocks(data, marks),
        *_clearances(data, marks),
        *_mix_ups(data, marks),
        Heading("Templates"),
        grid(
            {"Template": 46, "SHA-256 of its text": 132},
            [_template(each) for each in data["templates"]],
            marks,
        ),
        Heading("Pictures"),
        Note("SHA-256 over the dots of each label as it was drawn, read back and handed out."),
        grid(
            {"Label": 46, "SHA-256 of its picture": 132},
            [(Cell(each["id"]), Cell(each["image_sha256"], tone=QUIET)) for each in data["labels"]],
            marks,
        ),
        Heading("Reviewed"),
        Fields((("Reviewed by, date, signature", Cell("")),)),
        *document_blocks(data),
    ]


def _template(each: dict[str, Any]) -> tuple[Cell, ...]:
    return Cell(f"{each['name']}, edition {each['edition']}"), Cell(each["sha256"], tone=QUIET)


def _clearances(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    if not data["clearances"]:
        return
    yield Heading("Line clearance")
    rows = [
        (
            Cell(f"{each['place']}: {len(each['labels'])} labels"),
            Cell(f"{said(each['labels'])}. {said(each['reason'])}"),
            told_cell(each, marks)._replace(more=(Cell(f"signature {each['signature']}"),)),
        )
        for each in data["clearances"]
    ]
    yield grid({"Place": 34, "Labels, and where they are": 88, "Signed": 56}, rows, marks)
    yield Signatures(tuple(data["signatures"]))


def _mix_ups(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    if not data["mix_ups"]:
        return
    yield Heading("Labels at the wrong thing")
    rows = []
    for each in data["mix_ups"]:
        lifted = Cell("OPEN", tone=BAD)
        if each["lifted_at"]:
            text = f"{when(each['lifted_at'])}, {each['lifted_by']}: {each['lifted_because']}"
            lifted = Cell(text)
        rows.append((Cell(said(each["reason"])), told_cell(each, marks), lifted))
    yield grid({"What happened": 80, "Hold": 48, "Lifted": 50}, rows, marks)
