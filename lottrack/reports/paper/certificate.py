"""The certificate of analysis, laid out."""

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
    Table,
    grid,
    told_cell,
)
from lottrack.reports.paper.closing import document_blocks
from lottrack.reports.paper.stepping import oos, stepped
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

OUTCOMES = {
    "pass": ("meets", GOOD),
    "fail": ("DOES NOT MEET", BAD),
    "undecided": ("NOT SHOWN", BAD),
    "informative": ("reported", QUIET),
    "pending": ("pending", WAITING),
    "missing": ("MISSING", WAITING),
    "interim": ("interim only", WAITING),
    "not_needed": ("not needed", QUIET),
}
"""What is printed beside a criterion or a result, and how it is meant."""

_CRITERIA = {
    "Test": 42,
    "Limit": 22,
    "Result": 26,
    "Method and sample": 31,
    "Tested, reviewed": 41,
    "Verdict": 16,
}


def certificate_blocks(data: dict[str, Any]) -> list[Block]:
    """A certificate's content as blocks."""
    marks = Marks()
    tone = {True: GOOD, False: BAD, None: WAITING}[data["complies"]]
    return [
        Statement(data["statement"], tone),
        Note(CONVENTIONS),
        Heading("Product"),
        Fields(tuple(_product(data))),
        Note(data["made"]["doublings_convention"]),
        Heading("Fills"),
        _fills(data, marks),
        _containers(data, marks),
        Heading("Required criteria"),
        _criteria(data["criteria"], marks),
        *_informative(data, marks),
        *_each_dose(data),
        *_others(data, marks),
        *_investigated(data, marks),
        Heading("Signatures"),
        Note(
            "Signatures given in the record with account and secret, over exactly what was shown."
            " A signature is void once something it covers was corrected."
        ),
        Signatures(tuple(data["signatures"]), hand=True),
        *document_blocks(data),
    ]


def _product(data: dict[str, Any]) -> Iterator[tuple[str, Cell]]:
    made, spec = data["made"], data["specification"]
    yield "Product", Cell(data["product"])
    yield "Lot", Cell(data["lot"])
    approved = f"approved by {spec['approved_by']}, {when(spec['approved_at'])}"
    if not spec["approved"]:
        approved = "APPROVAL VOID" if spec["approved_by"] else "NOT APPROVED"
    yield "Specification", Cell(f"{spec['id']}, {spec['title']}")
    yield "Approval", Cell(approved, tone="" if spec["approved"] else BAD)
    yield "Specification SHA-256", Cell(spec["sha256"], tone=QUIET)
    yield "For patient", Cell(f"{made['patient']}, course {made['course']}")
    taken = when(made["collected_at"])
    yield "From donor", Cell(f"{made['donor']}, collection {made['collection']}, taken {taken}")
    if made["parent_lots"]:
        yield "Grown from lot", Cell(said(made["parent_lots"]))
    yield "Passages", Cell(f"{said(made['passages'])}; last harvest {when(made['harvested_at'])}")
    yield "Cumulative doublings", Cell(said(made["cumulative_population_doublings"]))
    disposition = "; ".join([words(made["disposition"]), *made["reservations"]])
    yield "Disposition", Cell(disposition, tone=BAD if made["reservations"] else "")


def _fills(data: dict[str, Any], marks: Marks) -> Table:
    columns = {"Fill": 32, "Containers": 40, "Filled": 36, "Expires": 36, "State": 34}
    rows = [
        (
            Cell(fill["id"]),
            Cell(
                f"{fill['containers']} × {fill['container_kind']}, {fill['presentation']}, for"
                f" {fill['purpose']}"
            ),
            Cell(when(fill["filled_at"])),
            Cell(when(fill["expires_at"])),
            Cell(words(fill["disposition"])),
        )
        for fill in data["fills"]
    ]
    return grid(columns, rows, marks)


def _containers(data: dict[str, Any], marks: Marks) -> Table:
    """Every container with what is in it and until when."""
    columns = {"Container": 30, "Content": 46, "Volume": 16, "Expires": 36, "Filled": 50}
    rows = []
    for container in data["containers"]:
        filling = container["filling"]
        held = f"{filling['outcome']} with {cells(filling['viable_cells'])} viable cells"
        volume = with_unit(filling["volume_ml"], "mL")
        rows.append(
            (
                Cell(container["id"]),
                marks.cell(filling, held, viable_cells=cells),
                marks.cell(filling, volume, volume_ml=str),
                marks.cell(container, expiry(container), expires_at=when),
                told_cell(filling, marks),
            )
        )
    return grid(columns, rows, marks)


def expiry(container: dict[str, Any]) -> str:
    """Until when a container lasts; an extension names its signature."""
    later = [
        f"extended to {when(each['expires_at'])} ({each['signature']}): {each['basis']}"
        for each in container["extensions"]
    ]
    return "; ".join([when(container["expires_at"]), *later])


def _criteria(criteria: list[dict[str, Any]], marks: Marks) -> Table:
    rows = [row for criterion in criteria for row in _criterion(criterion, marks)]
    return grid(_CRITERIA, rows, marks)


def _criterion(criterion: dict[str, Any], marks: Marks) -> Iterator[tuple[Cell, ...]]:
    """A row for each result of a criterion; one row that says so where there is none."""
    of = "" if criterion["level"] == "lot" else f", {criterion['subject']}"
    alternative = f"; one of {criterion['alternative']}" if criterion["alternative"] else ""
    test = "" if criterion["test"] == criterion["name"] else f"{criterion['test']}; "
    name = f"{criterion['name']}{of} ({test}{criterion['stage']}{alternative})"
    limit = criterion["limit"]
    for result in criterion["results"]:
        yield _result(name, limit, result, marks)
        name, limit = "″", "″"
    if not criterion["results"] or criterion["outcome"] in {"pending", "interim", "missing"}:
        text, tone = OUTCOMES[criterion["outcome"]]
        if not criterion["required"]:
            text, tone = "no result", QUIET
        due = f"due on {criterion['due_on']}" if criterion["due_on"] else NOTHING
        basis = [text for text in (criterion["method"], criterion["pending_basis"]) if text]
        yield (
            Cell(name),
            Cell(limit),
            Cell(due, tone=tone),
            Cell("; ".join(basis) or NOTHING),
            Cell(NOTHING),
            Cell(text, tone=tone),
        )


def _result(name: str, limit: str, result: dict[str, Any], marks: Marks) -> tuple[Cell, ...]:
    """One result as a row; a struck one is struck through, and its verdict says so."""
    text, tone = OUTCOMES[result["verdict"]]
    if result["reading"] == "interim":
        text, tone = f"{text}, interim reading", WAITING if result["verdict"] != "fail" else tone
        if result["told_as"]:
            text += ", told as final too early"
    struck = result["struck"]
    reviewed = f"reviewed by {result['reviewed_by']}, {when(result['reviewed_at'])}"
    if struck:
        text, tone = f"STRUCK by {struck['by']}, {when(struck['at'])}: {struck['reason']}", QUIET
    elif result["set_aside"]:
        text = f"{text}; SET ASIDE"
    if not struck and not result["reviewed_by"]:
        counted = "counted at the pharmacy, without a review"
        reviewed = counted if result["counted"] else "NOT REVIEWED"
    if result["review_void"]:
        reviewed = "NOT REVIEWED: its review is VOID since something it covers was corrected"
    sampled = f"; sampled {when(result['sampled_at'])}" if result["sampled_at"] else ""
    sample = f"; sample {result['sample']}" if result["sample"] else ""
    tested = f"{result['id']}, {result['reading']}, {who(result)}, {when(result['at'])}"
    if not struck:
        tested += f"; {reviewed}"
    if result["oos"]:
        tested += f"; investigated in {result['oos']}"
    method = f"{said(result['method'])}{sample}{sampled}"
    cells = (
        marks.cell(result, method, method=str, sample=str, sampled_at=when),
        marks.cell(result, tested, at=when, performed_by=str),
        marks.cell(result, text, tone, verdict=_verdict_words, reading=str),
    )
    return (
        Cell(name),
        Cell(limit),
        marks.cell(result, _result_words(result), result=str),
        *(cell._replace(struck=False) for cell in cells),
    )


def _verdict_words(verdict: str) -> str:
    return OUTCOMES[verdict][0]


def _result_words(result: dict[str, Any]) -> str:
    """The value with what it was taken of: other readings, the laboratory's own unit, raw data."""
    parts = [result["result"]]
    if result["replicates"]:
        parts.append(f"of the readings {' / '.join(result['replicates'])}")
    if result["reported"]:
        parts.append(f"reported as {result['reported']}")
    if result["raw"]:
        parts.append(f"from {said(result['raw'])}")
    return ", ".join(parts)


def _informative(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    if data["informative"]:
        yield Heading("For information")
        yield Note("Reported, and no condition of a release.")
        yield _criteria(data["informative"], marks)


def _each_dose(data: dict[str, Any]) -> Iterator[Block]:
    if not data["tested_on_each_dose"] and not data["patient_limits"]:
        return
    yield Heading("Judged on each prepared dose")
    yield Note("Judged at the pharmacy before each infusion, and no part of this certificate.")
    columns = {"Test": 90, "Limit": 40, "Method": 48}
    rows = [
        (
            Cell(f"{each['name']} ({each['test']}; {each['stage']})"),
            Cell(f"{each['limit']}{'' if each['required'] else ', for information'}"),
            Cell(said(each["method"])),
        )
        for each in data["tested_on_each_dose"]
    ]
    rows += [
        (
            Cell(f"{each['quantity']} of one infusion, by the patient's weight"),
            Cell(each["limit"]),
            Cell(said([text for text in (each["test"], each["basis"]) if text])),
        )
        for each in data["patient_limits"]
    ]
    yield grid(columns, rows, Marks())


def result_table(results: list[dict[str, Any]], marks: Marks) -> Table:
    """Results with the limits they are judged by, in the order they were recorded."""
    rows = []
    for result in results:
        name = f"{result['name']}, {result['subject']} ({result['test']})"
        rows.append(_result(name, said(result["limit"]), result, marks))
    return grid(_CRITERIA, rows, marks)


def _others(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    if data["other_results"]:
        yield Heading("Results the specification does not ask for")
        yield result_table(data["other_results"], marks)
    if data["struck_results"]:
        yield Heading("Struck results")
        yield Note("Recorded, and struck since: they never were, or were of another thing.")
        yield result_table(data["struck_results"], marks)


def _investigated(data: dict[str, Any], marks: Marks) -> Iterator[Block]:
    if data["investigations"]:
        yield from stepped("Results out of specification", data["investigations"], marks, oos)
