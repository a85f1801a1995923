"""The batch record dossier, laid out in the order in which things happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.paper.blocks import (
    BAD,
    GOOD,
    WAITING,
    Block,
    Cell,
    Fields,
    Heading,
    Marks,
    Note,
    Statement,
    grid,
    told_cell,
)
from lottrack.reports.paper.dossier_ending import ending_blocks
from lottrack.reports.paper.dossier_keeping import keeping_blocks
from lottrack.reports.paper.dossier_making import making_blocks
from lottrack.reports.paper.dossier_quality import quality_blocks
from lottrack.reports.paper.wording import CONVENTIONS, cells, said, told, when, with_unit, words

if TYPE_CHECKING:
    from collections.abc import Iterator

_TONES = {"released": GOOD, "conditionally_released": WAITING, "quarantine": WAITING}


def dossier_blocks(data: dict[str, Any]) -> list[Block]:
    """A dossier's content as blocks."""
    marks = Marks()
    return [
        *_opening(data, marks),
        *_donor(data, marks),
        *_collection(data["collection"], marks),
        *making_blocks(data, marks),
        *quality_blocks(data, marks),
        *keeping_blocks(data, marks),
        *ending_blocks(data, marks),
    ]


def _opening(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    head, pair = data["head"], data["pair"]
    clauses = [
        f"Lot {data['lot']} of {data['product']} is {words(data['disposition'])}",
        *data["reservations"],
    ]
    yield Statement(
        f"{'; '.join(clauses)}.",
        BAD if data["reservations"] else _TONES.get(data["disposition"], BAD),
    )
    yield Note(
        "A value that was changed since it was first recorded stands behind the earlier one, which"
        " is struck through; the number in brackets leads to who changed it and why."
        f" {CONVENTIONS}"
    )
    moved = head["specification"] != head["registered_with"]
    registered = f"; registered with {head['registered_with']}" if moved else ""
    parent = f"; grown from lot {head['parent']}" if head["parent"] else ""
    yield Heading("Lot")
    rows = [
        ("Lot", Cell(f"{data['lot']}{parent}")),
        ("Product", Cell(data["product"])),
        ("Specification", Cell(f"{head['specification']}{registered}")),
        (
            "For patient",
            Cell(f"{head['patient']}, course {head['course']}, {words(pair['basis'])}"),
        ),
        ("Trial or approval", marks.cell(pair, said(pair["reference"]), reference=str)),
        ("Protocol", Cell(pair["protocol"])),
        ("From donor", Cell(f"{head['donor']}, collection {head['collection']}")),
        ("Lots grown from it", Cell(said(head["children"]))),
        ("Registered", marks.cell(head, told(head), at=when, performed_by=str)),
        ("Closed", Cell(said(head["closed"]))),
    ]
    yield Fields(tuple(rows))


# -- the donor -------------------------------------------------------------------------------------


def _donor(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    pair = data["pair"]
    relation = f"{pair['donor']} is {pair['relation']} of {pair['patient']} ({pair['id']})"
    yield Heading("Donor and patient")
    rows = [
        ("Relation", marks.cell(pair, relation, relation=words)),
        ("Evidence", marks.cell(pair, said(pair["evidence"]), evidence=str)),
        ("Recorded", marks.cell(pair, told(pair), at=when, performed_by=str)),
        ("HLA", Cell(f"{words(pair['haploidentity'])}; shared {said(pair['shared_alleles'])}")),
        ("What it proves", Cell(pair["proof"])),
    ]
    yield Fields(tuple(rows))
    yield Heading("Consents")
    columns = {"Consent": 40, "Document": 50, "Given on": 28, "Recorded": 60}
    yield grid(
        columns,
        [
            (
                marks.cell(
                    each,
                    f"{each['consent']}, {each['of_kind']} {each['of']}",
                    kind=str,
                ),
                marks.cell(each, each["document"], document=str),
                marks.cell(
                    each,
                    f"{each['given_on']}{', WITHDRAWN' if each['withdrawn'] else ''}",
                    BAD if each["withdrawn"] else "",
                    given_on=str,
                    withdrawn=lambda v: "withdrawn" if v == "1" else "not withdrawn",
                ),
                told_cell(each, marks),
            )
            for each in data["consents"]
        ],
        marks,
    )
    yield Heading("Infectious markers of the donor")
    columns = {"Marker": 50, "Outcome": 34, "Sample": 44, "Recorded": 50}
    yield grid(columns, [_marker(each, marks) for each in data["screening"]], marks)
    yield Heading("Eligibility of the donor")
    columns = {"Decision": 34, "Reason": 60, "Signed": 84}
    yield grid(columns, [_eligibility(each) for each in data["eligibility"]], marks)


def _marker(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    tone = "" if each["outcome"] == "non-reactive" else BAD
    sample = f"{each['screening']}, {each['sampled_on']}, {words(each['sample_of'])}"
    return (
        Cell(each["marker"]),
        marks.cell(each, each["outcome"], tone, outcome=str),
        marks.cell(each, sample, sampled_on=str, sample_of=words),
        told_cell(each, marks),
    )


def _eligibility(each: dict[str, Any]) -> tuple[Cell, ...]:
    until = f" until {each['defer_until']}" if each["defer_until"] else ""
    reasons = [text for text in (each["reason"], each["risk_assessment"]) if text]
    return (
        Cell(f"{each['decision']}{until}", tone="" if each["decision"] == "eligible" else BAD),
        Cell(said(reasons)),
        Cell(f"{each['id']}, {told(each)}; signature {each['signature']}"),
    )


# -- the marrow ------------------------------------------------------------------------------------


def _collection(collection: dict[str, Any], marks: Marks) -> Iterator[Block]:
    yield Heading(f"Marrow collection {collection['id']}")
    yield Fields(
        (
            ("State", Cell(words(collection["state"]))),
            ("Registered", marks.cell(collection, told(collection), at=when, performed_by=str)),
            ("Planned on", marks.cell(collection, said(collection["planned_on"]), planned_on=str)),
            ("Other numbers", Cell(said(collection["external_numbers"]))),
        )
    )
    columns = {"Step": 22, "What was recorded": 88, "By": 68}
    rows = [(Cell("taken"), *_taking(each, marks)) for each in collection["takings"]]
    rows += [(Cell("received"), *_receipt(each, marks)) for each in collection["receipts"]]
    rows += [(Cell("counted"), *_count(each, marks)) for each in collection["counts"]]
    rows += [(Cell(each["decision"]), *_decided(each)) for each in collection["decisions"]]
    yield grid(columns, rows, marks)


def _taking(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    window = "met" if each["window_met"] else "NOT MET"
    findings = f" ({said(each['window_findings'])})" if each["window_findings"] else ""
    text = (
        f"{with_unit(each['volume_ml'], 'mL')}, anticoagulant {said(each['anticoagulant'])};"
        f" nucleated cells {_nucleated(each)}; screening rule {each['screening_rule']}"
        f" {window}{findings}; eligibility {said(each['eligibility'])}"
    )
    tone = "" if each["window_met"] else BAD
    cell = marks.cell(each, text, tone, volume_ml=str, anticoagulant=str, tnc=cells, mnc=cells)
    return cell, told_cell(each, marks)


def _receipt(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    match = "labels match" if each["labels_match"] else "LABELS DO NOT MATCH"
    text = (
        f"from {each['from_text']}, {each['condition']}, {match},"
        f" {with_unit(each['temperature_c'], '°C')}, seal {said(each['seal'])}"
    )
    fine = each["labels_match"] and each["condition"] == "intact"
    cell = marks.cell(
        each,
        text,
        "" if fine else BAD,
        **dict.fromkeys(("from_text", "condition", "temperature_c", "seal"), str),
        labels_match=lambda v: said(v == "1"),
    )
    return cell, told_cell(each, marks)


def _count(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    viability = with_unit(each["viability_pct"], "% viable")
    text = f"nucleated cells {_nucleated(each)}, {viability}"
    cell = marks.cell(each, text, tnc=cells, mnc=cells, viability_pct=str)
    return cell, told_cell(each, marks)


def _decided(each: dict[str, Any]) -> tuple[Cell, ...]:
    signed = f"{each['id']}, {told(each)}; signature {each['signature']}"
    return Cell(said(each["reason"])), Cell(signed)


def _nucleated(each: dict[str, Any]) -> str:
    return f"{cells(each['tnc'])} in all, {cells(each['mnc'])} mononuclear"
