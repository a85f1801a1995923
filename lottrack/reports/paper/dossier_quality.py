"""The part of a dossier about quality: results, investigations, deviations, what was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.paper.blocks import BAD, Block, Cell, Heading, Marks, grid, told_cell
from lottrack.reports.paper.certificate import result_table
from lottrack.reports.paper.stepping import alarm, deviation, oos, stepped, supply
from lottrack.reports.paper.wording import said, told, words

if TYPE_CHECKING:
    from collections.abc import Iterator


def quality_blocks(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    """Results with their history, and everything that was found beside them."""
    yield Heading("Results")
    yield result_table(data["results"], marks)
    if data["struck_results"]:
        yield Heading("Struck results")
        yield result_table(data["struck_results"], marks)
    if data["specification_moves"]:
        yield Heading("Moved to another version of the specification")
        columns = {"From": 40, "To": 40, "Reason": 50, "Signed": 48}
        yield grid(columns, [_move(each) for each in data["specification_moves"]], marks)
    yield from stepped("Results out of specification", data["investigations"], marks, oos)
    yield from stepped("Deviations", data["deviations"], marks, deviation)
    if data["alarms"]:
        yield from stepped("Late positives", data["alarms"], marks, alarm)
    if data["supplies"]:
        title = "Supplied outside the specification"
        yield from stepped(title, data["supplies"], marks, supply)
    yield Heading("Incidents")
    columns = {"Incident": 62, "Against the rules": 76, "Reason": 40}
    yield grid(columns, [_incident(each) for each in data["incidents"]], marks)
    yield Heading("Refused acts")
    columns = {"Act": 40, "Why": 82, "Tried": 56}
    yield grid(columns, [_refusal(each) for each in data["refusals"]], marks)
    yield Heading("Statements")
    columns = {"Rule": 44, "Statement": 78, "By": 56}
    yield grid(columns, [_attestation(each, marks) for each in data["attestations"]], marks)


def _move(each: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        Cell(each["moved_from"]),
        Cell(each["moved_to"]),
        Cell(said(each["reason"])),
        Cell(f"{each['id']}, {told(each)}; signature {each['signature']}"),
    )


def _incident(each: dict[str, Any]) -> tuple[Cell, ...]:
    act = f"{each['id']}, {each['act']} {each['record']}, {told(each)}; second {each['second']}"
    return Cell(act), Cell(" ".join(each["against"]), tone=BAD), Cell(said(each["reason"]))


def _refusal(each: dict[str, Any]) -> tuple[Cell, ...]:
    return Cell(each["act"]), Cell(" ".join(each["against"])), Cell(f"{each['id']}, {told(each)}")


def _attestation(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    text = marks.cell(each, each["text"], text=str)
    return Cell(words(each["rule"])), text, told_cell(each, marks)
