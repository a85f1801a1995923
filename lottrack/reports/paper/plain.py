"""Blocks as plain text, for a terminal: the same words, without the page."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lottrack.reports.output import table
from lottrack.reports.paper.blocks import (
    Fields,
    Heading,
    Note,
    Signatures,
    Statement,
    Table,
    Verbatim,
)
from lottrack.reports.paper.wording import role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lottrack.reports.paper.blocks import Block, Cell

_WIDEST = 40
"""Characters in a line of a cell."""


def text_of(data: dict[str, Any], blocks: Sequence[Block]) -> str:
    """A document as plain text."""
    stage = f", {data['stage']}" if data.get("stage") else ""
    lines = [f"{data['title']}{stage}, lot {data['lot']}, {data['site']['name']}"]
    if data["training"]:
        lines.append("TRAINING RECORD - NOT FOR CLINICAL USE")
    for block in blocks:
        lines += _lines(block)
    return "\n".join(lines)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield ""
            yield block.text.upper()
        case Statement():
            yield ""
            yield block.text
        case Note():
            yield f"({block.text})"
        case Fields():
            width = max((len(name) for name, _ in block.rows), default=0)
            for name, cell in block.rows:
                yield f"  {name:<{width}}  {cell.plain}"
        case Table():
            yield _table(block)
            yield from (f"  {note}" for note in block.notes)
        case Signatures():
            yield from (_signature(each) for each in block.blocks)
        case Verbatim():
            yield from (f"  | {line}" for line in block.lines)


def _table(block: Table) -> str:
    if not block.rows:
        return f"  {block.empty}"
    names = [column.title or " " for column in block.columns]
    rows = [dict(zip(names, map(_wrapped, row), strict=True)) for row in block.rows]
    return table(rows, names)


def _wrapped(cell: Cell) -> str:
    return "\n".join(wrap(cell.plain, _WIDEST, break_on_hyphens=False))


def _signature(block: dict[str, Any]) -> str:
    stands = (
        "stands" if block["valid"] else f"VOID, corrected since: {', '.join(block['voided_by'])}"
    )
    scripted = "; secret given by a script" if block["scripted"] else ""
    return (
        f"  {block['name']} ({block['account']}), {role(block['role'])}: {block['meaning']},"
        f" {block['local_time']}, {block['zone']}; {block['id']}{scripted}; {stands}"
    )
