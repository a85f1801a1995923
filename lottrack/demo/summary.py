"""The last page of the demo: what happened to whom, where everything lies, what to try."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from lottrack.demo.closing import infusion_table, totals
from lottrack.demo.matters import matters
from lottrack.demo.people import ADMINISTRATOR, PEOPLE, SECRET
from lottrack.demo.tampering import ALTERED
from lottrack.reports.output import table

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk

HEADS = {
    "patient": "patient",
    "number": "no.",
    "planned_on": "planned",
    "given_on": "given",
    "thawed": "from",
    "container": "dose",
    "million_per_kg": "×10⁶/kg",
    "status": "status",
}
"""The columns of the table of infusions, with their heads."""

MATTERS = ("since", "what", "id", "about", "state")
"""The columns of the table of what quality assurance dealt with."""


def summary(desk: Desk, path: Path, papers: list[Path]) -> dict[str, Any]:
    """Everything the demo answers with, read from the record."""
    people = [{"code": ADMINISTRATOR, "role": "administrator"}]
    people += [{"code": person.code, "role": person.role} for person in PEOPLE]
    return {
        "id": desk.store.setting("site_code"),
        "kind": "demo",
        "path": str(path),
        "altered": str(path.with_name(ALTERED)),
        "labels": str(path.parent / "labels"),
        "papers": [str(paper) for paper in papers],
        "people": people,
        "secret": SECRET,
        "totals": totals(desk),
        "infusions": infusion_table(desk),
        "matters": matters(desk),
        "try": _commands(desk, path),
        "warnings": [],
    }


def _commands(desk: Desk, path: Path) -> list[str]:
    """Four commands to begin with: a bag in stock, a lot, whom a recall reached, what is owed."""
    stock = desk.store.rows("container_standing", lot="L01", location_state="stored")[0]
    label = desk.store.rows("label_standing", container=stock.container, state="applied")[0]
    scan = desk.store.get("label", label.label).payload
    program = f"lottrack --db {quote(str(path))}"
    return [
        f"{program} --as PHARMACIST1 verify {quote(str(scan))} --patient P02",
        f"{program} lot check L02",
        f"{program} trace {_recalled(desk)} --forward",
        f"{program} due --days 365",
    ]


def _recalled(desk: Desk) -> str:
    """The material lot that was called back."""
    return str(desk.store.rows("material_recall")[0].material_lot)


def summary_text(data: dict[str, Any]) -> str:
    """The same for a person to read."""
    made = data["totals"]
    roles = ", ".join(person["code"] for person in data["people"])
    return "\n".join(
        [
            table([{HEADS[name]: row[name] for name in HEADS} for row in data["infusions"]]),
            "",
            table(data["matters"], MATTERS),
            "",
            f"{made['donors']} donors ({made['donors_deferred']} deferred), {made['pairs']} pairs,"
            f" {made['lots']} lots; {made['bags_filled']} bags filled ="
            f" {made['bags_infused']} infused + {made['bags_destroyed']} destroyed +"
            f" {made['bags_in_stock']} in stock; {made['fresh_doses']} fresh dose,"
            f" {made['fresh_doses_infused']} infused.",
            f"{made['material_lots']} material lots, {made['holds']} holds,"
            f" {made['holds_open']} of them open; {made['documents']} documents issued.",
            f"{made['infusions_planned']} infusions planned, {made['infusions_given']} given;"
            f" {made['refusals']} refusals, {made['corrections']} corrections,"
            f" {made['labels']} labels, {made['signatures']} signatures,"
            f" {made['audit_entries']} audit entries.",
            "",
            f"Database   {data['path']}",
            f"Labels     {data['labels']}",
            *_paper_lines(data["papers"]),
            f"People     {roles}",
            f"Secret     {data['secret']}  (the same for all of them: this is training)",
            "",
            "Try:",
            *(f"  {command}" for command in data["try"]),
            "",
            "In this copy somebody changed a row by hand (E14):",
            f"  lottrack --db {quote(data['altered'])} audit verify",
        ]
    )


def _paper_lines(papers: list[str]) -> list[str]:
    """The files by folder, a line each."""
    folders: dict[Path, list[str]] = {}
    for paper in map(Path, papers):
        folders.setdefault(paper.parent, []).append(paper.name)
    return [
        f"{folder.name.capitalize():<10} {folder}: {', '.join(names)}"
        for folder, names in folders.items()
    ]
