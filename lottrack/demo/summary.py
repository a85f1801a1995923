"""The last page of the demo: what happened to whom, where everything lies, what to try."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any

from lottrack.demo.closing import infusion_table, totals
from lottrack.demo.people import ADMINISTRATOR, PEOPLE, SECRET
from lottrack.reports.output import table

if TYPE_CHECKING:
    from pathlib import Path

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


def summary(desk: Desk, path: Path, papers: list[Path]) -> dict[str, Any]:
    """Everything the demo answers with, read from the record."""
    people = [{"code": ADMINISTRATOR, "role": "administrator"}]
    people += [{"code": person.code, "role": person.role} for person in PEOPLE]
    return {
        "id": desk.store.setting("site_code"),
        "kind": "demo",
        "path": str(path),
        "labels": str(path.parent / "labels"),
        "papers": [str(paper) for paper in papers],
        "people": people,
        "secret": SECRET,
        "totals": totals(desk),
        "infusions": infusion_table(desk),
        "try": _commands(desk, path),
        "warnings": [],
    }


def _commands(desk: Desk, path: Path) -> list[str]:
    """Three commands to begin with: a bag in stock, a lot, a family."""
    stock = desk.store.rows("container_standing", lot="L01", location_state="stored")[0]
    label = desk.store.rows("label_standing", container=stock.container, state="applied")[0]
    scan = desk.store.get("label", label.label).payload
    program = f"lottrack --db {quote(str(path))}"
    return [
        f"{program} --as PHARMACIST1 verify {quote(str(scan))} --patient P02",
        f"{program} lot check L02",
        f"{program} trace D01 --forward",
    ]


def summary_text(data: dict[str, Any]) -> str:
    """The same for a person to read."""
    made = data["totals"]
    roles = ", ".join(person["code"] for person in data["people"])
    return "\n".join(
        [
            table([{HEADS[name]: row[name] for name in HEADS} for row in data["infusions"]]),
            "",
            f"{made['donors']} donors ({made['donors_deferred']} deferred), {made['pairs']} pairs,"
            f" {made['lots']} lots; {made['bags_filled']} bags filled ="
            f" {made['bags_infused']} infused + {made['bags_destroyed']} destroyed +"
            f" {made['bags_in_stock']} in stock; {made['fresh_doses']} fresh dose,"
            f" {made['fresh_doses_infused']} infused.",
            f"{made['infusions_planned']} infusions planned, {made['infusions_given']} given;"
            f" {made['refusals']} refusals, {made['corrections']} corrections,"
            f" {made['labels']} labels, {made['signatures']} signatures,"
            f" {made['audit_entries']} audit entries.",
            "",
            f"Database   {data['path']}",
            f"Labels     {data['labels']}",
            *(f"Paper      {paper}" for paper in data["papers"]),
            f"People     {roles}",
            f"Secret     {data['secret']}  (the same for all of them: this is training)",
            "",
            "Try:",
            *(f"  {command}" for command in data["try"]),
            "",
            "Or change a row of a copy by hand, then: lottrack --db COPY audit verify",
        ]
    )
