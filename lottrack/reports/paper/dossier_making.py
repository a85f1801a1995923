"""The part of a dossier about the making: culture, cells, fills, containers, materials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.paper.blocks import BAD, Block, Cell, Heading, Marks, Note, grid, told_cell
from lottrack.reports.paper.certificate import expiry
from lottrack.reports.paper.wording import cells, said, when, with_unit, words

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASSAGES = {
    "Passage": 15,
    "Seeded": 52,
    "Harvested": 52,
    "Per cm²": 17,
    "Doublings": 18,
    "Cumulative": 22,
}
_BALANCE = {
    "Harvest of": 20,
    "Harvested": 24,
    "Seeded on": 24,
    "To child lots": 24,
    "Filled": 22,
    "Sampled": 20,
    "Discarded": 22,
    "Left": 22,
}


def making_blocks(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    """Passages, cells, samples, fills, containers, materials and equipment."""
    yield Heading("Passages")
    yield grid(_PASSAGES, [_passage(each, data, marks) for each in data["passages"]], marks)
    yield Note(data["doublings_convention"])
    if data["observations"]:
        yield Heading("Observations")
        columns = {"Passage": 24, "Seen": 90, "By": 64}
        rows = [_observation(each, marks) for each in data["observations"]]
        yield grid(columns, rows, marks)
    yield Heading("Balance of cells")
    yield grid(_BALANCE, [_balance(each) for each in data["cell_balance"]], marks)
    yield Heading("Samples")
    columns = {"Sample": 50, "Of": 34, "Cells": 24, "Taken": 70}
    yield grid(columns, [_sample(each, marks) for each in data["samples"]], marks)
    yield Heading("Discarded cells")
    columns = {"Cells": 30, "Reason": 78, "By": 70}
    yield grid(columns, [_discard(each, marks) for each in data["discards"]], marks)
    yield Heading("Fills")
    columns = {"Fill": 32, "What": 54, "Expires": 36, "Filled": 56}
    yield grid(columns, [_fill(each, marks) for each in data["fills"]], marks)
    yield Heading("Containers")
    columns = {"Container": 30, "Content": 34, "Expires": 40, "Filled": 44, "Now": 30}
    yield grid(columns, [_container(each, marks) for each in data["containers"]], marks)
    yield Heading("Materials")
    columns = {"Material": 42, "Supplier's lot": 44, "Into": 34, "Quantity": 18, "By": 40}
    yield grid(columns, [_material(each, marks) for each in data["materials"]], marks, _NOT_KEPT)
    yield Heading("Equipment")
    columns = {"Equipment": 46, "Used for": 34, "Calibration": 54, "By": 44}
    yield grid(columns, [_equipment(each, marks) for each in data["equipment"]], marks, _NOT_KEPT)


_NOT_KEPT = "None is recorded here; see the statements made for this lot, if any."


def _passage(each: dict[str, Any], data: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    own = "" if each["lot"] == data["lot"] else f" of {each['lot']}"
    return (
        Cell(f"{each['passage']}{own}"),
        _seeding(each["seeding"], marks),
        _harvest(each["harvest"], marks),
        Cell(said(each["seeding_density_per_cm2"])),
        Cell(said(each["population_doublings"])),
        Cell(said(each["cumulative_population_doublings"])),
    )


def _seeding(each: dict[str, Any] | None, marks: Marks) -> Cell:
    if each is None:
        return Cell("not recorded")
    vessel = f", {each['vessel']}" if each["vessel"] else ""
    text = f"{cells(each['seeded'])} on {each['area_cm2']} cm²{vessel}{_basis(each)}"
    cell = marks.cell(each, text, seeded=cells, area_cm2=_cm2, vessel=str, count_basis=str)
    return cell._replace(more=(told_cell(each, marks),))


def _harvest(each: dict[str, Any] | None, marks: Marks) -> Cell:
    if each is None:
        return Cell("not recorded")
    text = f"{cells(each['harvested'])}, {each['viability_pct']} % viable{_basis(each)}"
    cell = marks.cell(each, text, harvested=cells, viability_pct=_percent, count_basis=str)
    return cell._replace(more=(told_cell(each, marks),))


def _cm2(text: str) -> str:
    return f"{text} cm²"


def _percent(text: str) -> str:
    return f"{text} %"


def _basis(each: dict[str, Any]) -> str:
    """Said where a total count was converted."""
    return "" if each["count_basis"] == "viable" else f", from a {each['count_basis']} count"


def _observation(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    where = Cell(f"{each['passage']} of {each['lot']}")
    return where, marks.cell(each, each["text"], text=str), told_cell(each, marks)


def _balance(each: dict[str, Any]) -> tuple[Cell, ...]:
    names = ("harvested", "seeded_on", "child_lots", "filled", "sampled", "discarded")
    left = cells(each["remainder"])
    tone = BAD if each["remainder"].startswith("-") else ""
    return Cell(each["passage"]), *(Cell(cells(each[n])) for n in names), Cell(left, tone=tone)


def _sample(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    tests = f", for {said(each['tests'])}" if each["tests"] else ""
    return (
        marks.cell(each, f"{each['sample']}{tests}", kind=str),
        Cell(each["of"]),
        marks.cell(each, cells(each["cells"]), cells=cells),
        told_cell(each, marks),
    )


def _discard(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    return (
        marks.cell(each, cells(each["cells"]), cells=cells),
        Cell(said(each["reason"])),
        told_cell(each, marks),
    )


def _fill(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    what = f"{each['container_kind']}, {each['presentation']}, for {each['purpose']}"
    return (
        Cell(each["id"]),
        Cell(f"{what}; {words(each['disposition'])}"),
        marks.cell(each, when(each["expires_at"]), expires_at=when),
        Cell(when(each["filled_at"]), more=(told_cell(each, marks),)),
    )


def _container(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    filling = each["filling"]
    source = f"prepared in {each['preparation']}" if each["preparation"] else said(each["fill"])
    content, filled = Cell("nothing recorded"), Cell("–")
    if filling is not None:
        held = f"{cells(filling['viable_cells'])} in {with_unit(filling['volume_ml'], 'mL')}"
        text = f"filled with {held}" if filling["outcome"] == "filled" else "not filled"
        content = marks.cell(filling, text, viable_cells=cells, volume_ml=str)
        filled = told_cell(filling, marks)
    where = said([text for text in (each["place"], each["position"]) if text])
    return (
        Cell(f"{each['id']}, {each['container_kind']}, {source}"),
        content,
        marks.cell(each, expiry(each), expires_at=when),
        filled,
        Cell(f"{words(each['location_state'])}; {where}"),
    )


def _material(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    state = words(each["decision"]) if each["decision"] else "in quarantine"
    state = "RECALLED" if each["recalled"] else state
    fine = each["decision"] == "released" and not each["recalled"]
    signed = f", signature {each['signature']}" if each["signature"] else ""
    batch = (
        f"{each['supplier']}, {each['supplier_lot']} ({each['material_lot']}), expires"
        f" {each['expires_on']}, certificate {said(each['certificate'])}; {state}{signed}"
    )
    return (
        Cell(f"{each['material']}, {each['name']}"),
        Cell(batch, tone="" if fine else BAD),
        Cell(each["into"]),
        marks.cell(each, f"{each['quantity']} {each['unit']}", quantity=str),
        told_cell(each, marks),
    )


def _equipment(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    calibration = "needs none"
    if each["calibration"] is not None:
        calibration = (
            f"{each['calibration']}, {each['calibrated_on']}, {each['outcome']}, due"
            f" {each['calibration_due_on']}"
        )
    elif each["needs_calibration"]:
        calibration = "NOT CALIBRATED"
    fine = not each["needs_calibration"] or each["outcome"] == "pass"
    return (
        Cell(f"{each['equipment']}, {each['name']}"),
        Cell(f"{each['used_for_kind'].replace('_', ' ')} {each['used_for']}"),
        Cell(calibration, tone="" if fine else BAD),
        told_cell(each, marks),
    )
