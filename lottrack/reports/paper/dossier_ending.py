"""The last part of a dossier: decisions, changes, how facts came in, signatures, documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.paper.blocks import (
    BAD,
    GOOD,
    QUIET,
    WAITING,
    Block,
    Cell,
    Heading,
    Marks,
    Note,
    Signatures,
    grid,
)
from lottrack.reports.paper.certification import condition_row
from lottrack.reports.paper.closing import document_blocks
from lottrack.reports.paper.wording import raw, said, told, when, words

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKED = {
    "pass": ("met", GOOD),
    "fail": ("NOT MET", BAD),
    "pending": ("pending", WAITING),
    "not_applicable": ("not applicable", QUIET),
}
"""What is printed beside a rule of the lot check, and how it is meant."""


def ending_blocks(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    """Check, reviews, dispositions, corrections, entries, files, signatures."""
    yield Heading("Check of the lot")
    check = data["check"]
    yield Note(f"As of {when(check['as_of'])}: {words(check['verdict'])}.")
    columns = {"Rule": 48, "Outcome": 24, "Finding": 106}
    yield grid(columns, [_rule(each) for each in check["rules"]], marks)
    yield from _decisions(data, marks)
    yield Heading("Corrections and strikes")
    columns = {"Record": 40, "Changed": 66, "Reason": 40, "By": 32}
    yield grid(columns, [_correction(each) for each in data["corrections"]], marks)
    yield Heading("Warnings that were shown")
    columns = {"Record": 34, "Warning": 100, "Shown": 44}
    yield grid(columns, [_warning(each) for each in data["warnings"]], marks)
    yield from _entries(data, marks)
    yield Heading("Files kept with the record")
    columns = {"File": 58, "Of": 30, "SHA-256": 50, "By": 40}
    yield grid(columns, [_attachment(each) for each in data["attachments"]], marks)
    yield Heading("Documents issued before this one")
    columns = {"Document": 48, "From entry": 22, "SHA-256 of the file": 54, "Issued": 54}
    yield grid(columns, [_document(each) for each in data["documents"]], marks)
    yield Heading("Signatures")
    yield Note("A signature is void once something it covers was corrected.")
    yield Signatures(tuple(data["signatures"]))
    yield from document_blocks(data)


def _rule(each: dict[str, Any]) -> tuple[Cell, ...]:
    text, tone = CHECKED[each["outcome"]]
    evidence = (Cell(said(each["evidence"]), tone=QUIET),) if each["evidence"] else ()
    rule = Cell(each["code"].replace("-", " "))
    return rule, Cell(text, tone=tone), Cell(each["sentence"], more=evidence)


def _decisions(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    yield Heading("Reviews of the record")
    columns = {"Review": 46, "As": 40, "Signed": 92}
    rows = [
        (
            Cell(each["id"]),
            Cell(each["reviewed_as"]),
            Cell(f"{told(each)}; signature {each['signature']}"),
        )
        for each in data["reviews"]
    ]
    yield grid(columns, rows, marks)
    yield Heading("Disposition")
    columns = {"Decision": 30, "On": 30, "Signed": 48, "Reason": 70}
    decided = [_disposition(each) for each in data["dispositions"]]
    yield grid(columns, decided, marks, "Nobody has decided on this lot yet.")
    conditions = [(each["of"], one) for each in data["dispositions"] for one in each["conditions"]]
    if conditions:
        columns = {"Fill": 36, "Pending test": 60, "Due on": 30, "State": 52}
        yield grid(columns, [condition_row(of, one) for of, one in conditions], marks)


def _disposition(each: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        Cell(words(each["decision"])),
        Cell(f"{each['of_kind']} {each['of']}"),
        Cell(f"{each['id']}, {told(each)}; signature {each['signature']}"),
        Cell(said(each["reason"])),
    )


def _correction(each: dict[str, Any]) -> tuple[Cell, ...]:
    changes = [
        f"{change['field'].replace('_', ' ')} {raw(change['field'], change['before'])}"
        + ("" if each["struck"] else f" → {raw(change['field'], change['after'])}")
        for change in each["changes"]
    ]
    what = f"{each['what']} {each['record']}{', STRUCK' if each['struck'] else ''}"
    return (
        Cell(what, tone=BAD if each["struck"] else ""),
        Cell("; ".join(changes), struck=each["struck"]),
        Cell(said(each["reason"])),
        Cell(f"{each['id']}, {when(each['at'])}, {each['by']}"),
    )


def _warning(each: dict[str, Any]) -> tuple[Cell, ...]:
    shown = f"{when(each['shown_at'])}, {each['shown_to']}"
    return Cell(each["record"]), Cell(f"{each['sentence']} ({each['code']})"), Cell(shown)


def _entries(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    entries = data["entries"]
    counted = ", ".join(f"{each['facts']} {words(each['entry'])}" for each in entries["by_entry"])
    yield Heading("How the facts came in")
    yield Note(f"{entries['facts']} facts of this dossier: {counted}. Told late:")
    columns = {"Fact": 52, "Happened": 42, "Recorded": 84}
    rows = [
        (
            Cell(each["id"]),
            Cell(when(each["at"])),
            Cell(f"{when(each['recorded_at'])}, {each['recorded_by']}"),
        )
        for each in entries["late"]
    ]
    yield grid(columns, rows, marks)


def _attachment(each: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        Cell(f"{each['file_name']}, {each['size_bytes']} bytes: {each['what']}"),
        Cell(each["record"]),
        Cell(each["sha256"], tone=QUIET),
        Cell(f"{each['id']}, {told(each)}"),
    )


def _document(each: dict[str, Any]) -> tuple[Cell, ...]:
    stage = f", {each['stage']}" if each["stage"] else ""
    return (
        Cell(f"{each['id']}, {each['document']}{stage}"),
        Cell(each["rests_on"]),
        Cell(each["file_sha256"], tone=QUIET),
        Cell(told(each)),
    )
