"""The part of a dossier about the keeping: labels, custody, holds, doses, infusions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.paper.blocks import (
    BAD,
    WAITING,
    Block,
    Cell,
    Heading,
    Marks,
    Note,
    grid,
    told_cell,
)
from lottrack.reports.paper.wording import NOTHING, cells, said, when, with_unit, words
from lottrack.rules.reading.quantities import format_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

_ACCOUNT = {
    "Copy": 36,
    "Printed": 22,
    "Applied": 22,
    "Attached": 22,
    "Void": 22,
    "Destroyed": 26,
    "Outstanding": 28,
}


def keeping_blocks(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    """Labels and their account, custody step by step, holds, what was given."""
    yield from label_blocks(data, marks)
    yield Heading("Custody")
    columns = {"Thing": 32, "Step": 34, "Condition": 56, "By": 56}
    yield grid(columns, [_step(each, marks) for each in data["custody"]], marks)
    yield Heading("Holds")
    columns = {"Hold": 44, "Reason": 50, "Opened": 40, "Lifted": 44}
    yield grid(columns, [_hold(each, marks) for each in data["holds"]], marks)
    yield Heading("Prepared doses")
    columns = {"Dose": 42, "Counted": 50, "Finished": 46, "Started": 40}
    yield grid(columns, [_dose(each, marks) for each in data["doses"]], marks)
    yield Heading("Dispensed")
    columns = {"Dispensing": 62, "Signed": 66, "When": 50}
    yield grid(columns, [_dispensing(each, marks) for each in data["dispensings"]], marks)
    yield Heading("Infusions")
    columns = {"Infusion": 48, "Given": 52, "Dose": 40, "Reaction": 38}
    yield grid(columns, [_infusion(each, marks) for each in data["infusions"]], marks)


def label_blocks(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    """How many labels were printed and what became of them; then label by label."""
    yield Heading("Account of labels")
    yield Note("Printed = applied + attached to the record + void + destroyed + outstanding.")
    yield grid(_ACCOUNT, [_counted(each) for each in data["label_account"]], marks)
    yield Heading("Labels")
    columns = {"Label": 34, "For": 36, "State": 60, "Printed": 48}
    yield grid(columns, [_label(each, marks) for each in data["labels"]], marks)


def _counted(each: dict[str, Any]) -> tuple[Cell, ...]:
    states = ("printed", "applied", "attached", "void", "destroyed")
    loose = Cell(str(each["outstanding"]), tone=BAD if each["outstanding"] else "")
    return Cell(each["copy"]), *(Cell(str(each[state])) for state in states), loose


def _label(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    since = f", {when(each['since'])}, {each['by']}" if each["since"] else ""
    reason = f": {each['reason']}" if each["reason"] else ""
    replaces = f"; replaces {each['replaces']}" if each["replaces"] else ""
    tone = WAITING if each["state"] in {"printing", "printed"} else ""
    return (
        Cell(f"{each['id']}, {each['copy']}"),
        Cell(f"{each['of_kind']} {each['of']}"),
        Cell(f"{each['state']}{since}{reason}{replaces}", tone=tone),
        marks.cell(each, f"{when(each['at'])}, {each['performed_by']}; {each['template']}"),
    )


def _step(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    to = each["to_place"] or each["to_account"] or each["to_outside"]
    way = [f"from {each['from_place']}" if each["from_place"] else "", f"to {to}" if to else ""]
    position = f", {each['position']}" if each["position"] else ""
    shown = dict.fromkeys(("to_place", "to_account", "to_outside", "position"), str)
    text = " ".join([each["act"], *filter(None, way)]) + position
    signed = (Cell(f"signature {each['signature']}"),) if each["signature"] else ()
    by = told_cell(each, marks)
    return (
        Cell(each["of"]),
        marks.cell(each, text, **shown),
        _condition(each, marks),
        by._replace(more=signed),
    )


def _condition(each: dict[str, Any], marks: Marks) -> Cell:
    """What was measured and found at a step; an incident is named."""
    parts = [
        with_unit(each["temperature_c"], "°C") if each["temperature_c"] else "",
        f"at most {each['max_c']} °C" if each["max_c"] else "",
        f"{each['minutes_above']} minutes above" if each["minutes_above"] else "",
        f"seal {each['seal']}" if each["seal"] else "",
        each["condition"] or "",
        f"finding: {each['finding']}" if each["finding"] else "",
        each["reason"] or "",
        f"INCIDENT {each['incident']}" if each["incident"] else "",
    ]
    names = ("temperature_c", "max_c", "minutes_above", "seal", "condition", "finding")
    tone = BAD if each["incident"] else ""
    return marks.cell(each, said("; ".join(filter(None, parts))), tone, **dict.fromkeys(names, str))


def _hold(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    because = f", because of {each['because_of']}" if each["because_of"] else ""
    lifted = Cell("OPEN", tone=BAD)
    if each["lifted_at"]:
        text = f"{when(each['lifted_at'])}, {each['lifted_by']}, {each['signature']}"
        lifted = Cell(f"{text}: {said(each['lifted_because'])}")
    return (
        Cell(f"{each['on_kind']} {each['on']}: {each['cause']}"),
        Cell(f"{said(each['reason']).rstrip('.')}{because}"),
        told_cell(each, marks)._replace(more=(Cell("by itself"),) if each["automatic"] else ()),
        lifted,
    )


def _dose(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    counts = [_count(count) for count in each["counts"]]
    finishes = [_finish(finish) for finish in each["finishes"]]
    changed = [change for part in (*each["counts"], *each["finishes"]) for change in _own(part)]
    whole = {"id": each["id"], "corrected": changed}
    return (
        Cell(f"{each['id']}, order {each['order']}, from {said(each['containers'])}"),
        marks.cell(whole, said(counts), viable_cells=cells, total_cells=cells, viability_pct=str),
        marks.cell(whole, said(finishes), volume_ml=str, diluent=str, expires_at=when),
        told_cell(each, marks),
    )


def _own(part: dict[str, Any]) -> list[dict[str, Any]]:
    changed: list[dict[str, Any]] = part["corrected"]
    return changed


def _count(each: dict[str, Any]) -> str:
    total = f" of {cells(each['total_cells'])}" if each["total_cells"] else ""
    viability = f", {each['viability_pct']} % viable" if each["viability_pct"] else ""
    method = f", {each['method']}" if each["method"] else ""
    return (
        f"{cells(each['viable_cells'])}{total}{viability}{method} ({each['id']},"
        f" {when(each['at'])}, {each['performed_by']})"
    )


def _finish(each: dict[str, Any]) -> str:
    parts = [
        f"into {each['into_kind']}",
        with_unit(each["volume_ml"], "mL") if each["volume_ml"] else "",
        each["diluent"] or "",
        f"until {when(each['expires_at'])}" if each["expires_at"] else "",
    ]
    return f"{', '.join(filter(None, parts))} ({each['id']}, {each['performed_by']})"


def _dispensing(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    for_ = f"order {each['order']}, patient {each['patient']}"
    return (
        Cell(f"{said(each['containers'])}, {for_}"),
        Cell(f"signatures {each['signature']} and {each['second_signature']}"),
        told_cell(each, marks),
    )


def _infusion(each: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    number = f", number {each['number']}" if each["number"] else ""
    reaction = f"{each['reaction']}, grade {each['grade']}" if each["reaction"] else ""
    incident = f"INCIDENT {each['incident']}" if each["incident"] else ""
    text = (
        f"{when(each['started_at'])} to {when(each['ended_at'])}, {each['volume_ml']} mL, by"
        f" {each['performed_by']} and {each['second']}; signature {each['signature']}"
    )
    per_kg = each["cells_per_kg"]
    told_per_kg = NOTHING if per_kg is None else format_cells(int(per_kg))
    dose = f"{cells(each['viable_cells'])}; {told_per_kg} per kg"
    return (
        Cell(f"{each['id']}, patient {each['patient']}{number}, {said(each['containers'])}"),
        marks.cell(each, text, started_at=when, ended_at=when, volume_ml=str),
        Cell(f"{dose}, {words(each['dose_basis'])}"),
        marks.cell(
            each,
            said("; ".join(filter(None, (reaction, incident)))),
            BAD if incident else "",
            reaction=str,
            grade=str,
        ),
    )
