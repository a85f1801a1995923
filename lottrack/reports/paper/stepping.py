"""Investigations and deviations: what each is about, and its steps in the order they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.paper.blocks import BAD, Block, Cell, Heading, Marks, grid, told_cell
from lottrack.reports.paper.wording import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def stepped(
    title: str,
    things: list[dict[str, Any]],
    marks: Marks,
    head: Callable[[dict[str, Any]], tuple[str, Cell]],
) -> Iterator[Block]:
    """Investigations or deviations, each with its steps in the order they were recorded."""
    yield Heading(title)
    columns = {"Number": 34, "What": 88, "By": 56}
    rows = []
    for each in things:
        name, what = head(each)
        rows.append((Cell(name), what, told_cell(each, marks)))
        for step in each["steps"]:
            signed = (Cell(f"signature {step['signature']}"),) if step["signature"] else ()
            by = told_cell(step, marks)
            said_ = marks.cell(step, step["step"], text=str, finding=str)
            rows.append((Cell("″"), said_, by._replace(more=signed)))
    yield grid(columns, rows, marks)


def oos(each: dict[str, Any]) -> tuple[str, Cell]:
    """An investigation's number and what it is about."""
    opened = "by itself" if each["automatic"] else "by a person"
    retests = f"; retests {said(each['retests'])}" if each["retests"] else ""
    text = (
        f"{each['test']} of {each['of']}: {each['verdict']}; opened {opened}; results"
        f" {said(each['results'])}{retests}"
    )
    return each["id"], Cell(text, tone=BAD)


def deviation(each: dict[str, Any]) -> tuple[str, Cell]:
    """A deviation's number with its class, and what it is about."""
    text = f"{each['title']}: {each['text']} Concerns {said(each['concerns'])}."
    tone = BAD if each["severity"] != "minor" else ""
    return f"{each['id']}, {each['severity']}", Cell(text, tone=tone)
