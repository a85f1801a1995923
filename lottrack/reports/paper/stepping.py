"""Investigations and deviations: what each is about, and its steps in the order they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.paper.blocks import BAD, Block, Cell, Heading, Marks, grid, told_cell
from lottrack.reports.paper.wording import said, when

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
            due = f", by {when(step['due_at'])}" if step.get("due_at") else ""
            shown = marks.cell(step, f"{step['step']}{due}", text=str, finding=str, due_at=when)
            rows.append((Cell("″"), shown, by._replace(more=signed)))
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
    text = f"{each['title']}: {each['text'].rstrip('.')}. Concerns {said(each['concerns'])}."
    tone = BAD if each["severity"] != "minor" else ""
    return f"{each['id']}, {each['severity']}", Cell(text, tone=tone)


def alarm(each: dict[str, Any]) -> tuple[str, Cell]:
    """A late positive's number and the result that set it off."""
    return each["id"], Cell(f"Contamination found after a release: {each['result']}", tone=BAD)


def supply(each: dict[str, Any]) -> tuple[str, Cell]:
    """A supply's number, what is supplied to whom, and how far its dossier is."""
    text = f"{each['container']} for patient {each['patient']}: {each['state'].replace('_', ' ')}"
    return each["id"], Cell(text, tone=BAD)
