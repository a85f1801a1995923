"""The certification, laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.paper.blocks import (
    BAD,
    GOOD,
    QUIET,
    WAITING,
    Block,
    Cell,
    Fields,
    Heading,
    Marks,
    Note,
    Signatures,
    Statement,
    Verbatim,
    grid,
    told_cell,
)
from lottrack.reports.paper.certificate import expiry
from lottrack.reports.paper.closing import document_blocks
from lottrack.reports.paper.wording import (
    CONVENTIONS,
    NOTHING,
    cells,
    said,
    when,
    who,
    with_unit,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_TONES = {"released": GOOD, "conditionally_released": WAITING, "quarantine": WAITING}
_DECIDED = {"Decision": 28, "On": 30, "Signed": 44, "Reason": 76}
_CONDITIONS = {"Fill": 36, "Pending test": 60, "Due on": 30, "State": 52}
_CONTAINERS = {"Container": 30, "Fill": 30, "Content": 42, "Expires": 32, "Filled": 44}


def certification_blocks(data: dict[str, Any]) -> list[Block]:
    """A certification's content as blocks."""
    marks = Marks()
    return [
        Statement(
            data["statement"],
            BAD if data["reservations"] else _TONES.get(data["disposition"], BAD),
        ),
        Note(CONVENTIONS),
        Heading("Lot"),
        Fields(
            (
                ("Product", Cell(data["product"])),
                ("Lot", Cell(data["lot"])),
                ("Specification", Cell(data["specification"])),
                ("For patient", Cell(f"{data['patient']}, course {data['course']}")),
                ("From donor", Cell(f"{data['donor']}, collection {data['collection']}")),
                ("Disposition", Cell(words(data["disposition"]))),
            )
        ),
        *(block for each in data["decisions"] for block in _decision(each, marks)),
        Heading("Signatures"),
        Signatures(tuple(data["signatures"]), hand=True),
        *_signed_texts(data),
        *document_blocks(data),
    ]


def _decision(decision: dict[str, Any], marks: Marks) -> Iterator[Block]:
    decided = decision["decided"]
    yield Heading(f"{words(decided[0]['decision']).capitalize()}, {decision['signature']}")
    yield Note(f"Meaning of the signature: {decision['meaning']}.")
    rows = [
        (
            Cell(words(each["decision"])),
            Cell(f"{each['of_kind']} {each['of']}"),
            Cell(f"{each['id']}, {when(each['at'])}, {who(each)}"),
            Cell(said(each["reason"])),
        )
        for each in decided
    ]
    yield grid(_DECIDED, rows, marks)
    conditions = [(each["of"], one) for each in decided for one in each["conditions"]]
    if conditions:
        yield grid(_CONDITIONS, [condition_row(of, one) for of, one in conditions], marks)
    if decision["containers"]:
        yield grid(_CONTAINERS, [_container(c, marks) for c in decision["containers"]], marks)


def condition_row(of: str, condition: dict[str, Any]) -> tuple[Cell, ...]:
    """A test a release waits for, as a row: the day it is due, and whether it is there."""
    state = Cell("OVERDUE", tone=BAD) if condition["overdue"] else Cell("open", tone=WAITING)
    if condition["met"]:
        state = Cell(f"met, {when(condition['met_at'])}", tone=GOOD)
    return (
        Cell(of),
        Cell(f"{condition['test']} ({condition['id']})"),
        Cell(condition["due_on"]),
        state,
    )


def _container(container: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    filling = container["filling"]
    held, filled = Cell("planned"), Cell(NOTHING)
    if filling is not None:
        text = f"{cells(filling['viable_cells'])} in {with_unit(filling['volume_ml'], 'mL')}"
        content = f"filled with {text}" if filling["outcome"] == "filled" else "not filled"
        held = marks.cell(filling, content, viable_cells=cells, volume_ml=str)
        filled = told_cell(filling, marks)
    return (
        Cell(container["id"]),
        Cell(said(container["fill"])),
        held,
        marks.cell(container, expiry(container), expires_at=when),
        filled,
    )


def _signed_texts(data: dict[str, Any]) -> Iterator[Block]:
    for decision in data["decisions"]:
        yield Heading(f"Signed text of {decision['signature']}")
        yield Note("Word for word what the signer was shown, and what the signature covers.")
        yield Verbatim(tuple(decision["signed_text"]))
        sha256 = (("SHA-256 of this text", Cell(decision["signed_text_sha256"], tone=QUIET)),)
        yield Fields(sha256)
