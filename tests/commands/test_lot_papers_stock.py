"""Every document of lots of which something of every kind is on record: JSON and paper agree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import steps
from tests.reports.paper import Paper, untold

if TYPE_CHECKING:
    from tests.commands.spoiling import Stocked
    from tests.conftest import Program
    from tests.steps import Filled

pytest_plugins = ("tests.commands.stock_fixtures",)

DOCUMENTS = [
    ("lot", "certificate", "--interim"),
    ("lot", "dossier"),
    ("lot", "certification"),
    ("lot2", "certificate", "--interim"),
    ("lot2", "dossier"),
    ("lot3", "dossier"),
]
"""A lot of the stock, and the document asked of it."""


def issued(stock: Stocked, name: str, verb: str, *more: str) -> tuple[dict[str, Any], Paper]:
    """A document issued by quality assurance: its content, and its file read back."""
    folder = stock.program.db.parent / "issued"
    said = stock.program("lot", verb, stock.things[name], *more, "--out", folder, user="QA1")
    path = Path(said.data["document"]["path"])
    return said.data, Paper(path.read_bytes())


@pytest.mark.parametrize("asked", DOCUMENTS, ids=" ".join)
def test_what_the_json_tells_stands_on_the_paper(
    own_stock: Stocked, asked: tuple[str, ...]
) -> None:
    name, verb, *more = asked
    content, paper = issued(own_stock, name, verb, *more)
    for key in ("id", "recorded_by", "warnings"):
        content.pop(key)
    for key in ("path", "file_sha256", "pages"):
        content["document"].pop(key)
    assert untold(paper, content) == []


def test_a_dossier_tells_what_the_lot_was_made_with_and_what_became_of_it(
    own_stock: Stocked,
) -> None:
    content, paper = issued(own_stock, "lot", "dossier")
    filled = {key for key, value in content.items() if value not in ([], {}, None)}
    assert filled >= {
        *("consents", "screening", "eligibility", "passages", "containers", "labels", "custody"),
        *("results", "holds", "doses", "supplies", "dispositions", "signatures", "check"),
    }
    for supply in content["supplies"]:
        assert paper.says(f"{supply['container']} for patient {supply['patient']}")
    assert {step["step"] for supply in content["supplies"] for step in supply["steps"]} >= {
        "Requested by the physician"
    }


@pytest.fixture
def crowded(own_stock: Stocked) -> Stocked:
    """The stock, with more of everything on its lots."""
    program, things = own_stock.program, own_stock.things
    lot2 = things["lot2"]
    program("deviation", "link", things["deviation2"], "--concerns", lot2, user="TECHNICIAN1")
    told = ("--passage", "P0", "--quantity", "5", "--vial", things["vial"])
    program("material", "use", things["material_lot"], lot2, *told, user="TECHNICIAN1")
    program("result", "record", lot2, "CD73", "99", "--equipment", "INC-01", user="QC1")
    struck = program("result", "record", lot2, "CD73", "12", user="QC1").data["id"]
    program("strike", struck, "--reason", "of another lot", user="QC1")
    harvest = program("lot", "show", lot2).data["passages"][0]["harvest"]
    program("correct", harvest, "viability_pct=94", "--reason", "misread", user="TECHNICIAN1")
    program("lot", "observe", lot2, "--passage", "P0", "--text", "spindles", user="TECHNICIAN1")
    program("lot", "discard", lot2, "--cells", "1e5", "--reason", "left over", user="TECHNICIAN1")
    program("attach", lot2, things["file"], "--what", "count sheet", user="TECHNICIAN1")
    stated = ("materials-in-date", "--text", "checked in the paper record")
    program("lot", "attest", lot2, *stated, user="QA1")
    program("lot", "release", lot2, user="QP1", secrets=("QP1",), exit_code=41)
    happened = ("--happened", "--reason", "handed over at the door", "--second", "PHARMACIST2")
    program(
        *("custody", "receive", things["bag"], "--place", "WARD", *happened),
        user="PHARMACIST1",
        secrets=("PHARMACIST2",),
    )
    program("lot", "dossier", lot2, "--out", program.db.parent / "x", user="QA1")
    return own_stock


GIVEN = {"dispensings", "infusions"}
"""Sections of cells that were given: ``test_a_dossier_tells_to_whom_the_cells_were_given``."""

MOVED = {"specification_moves"}
"""``test_a_lot_moved_to_another_version_tells_from_which`` fills it."""


def test_together_the_lots_fill_every_section(crowded: Stocked) -> None:
    """A section nobody ever filled is a section nobody ever read."""
    filled: set[str] = set()
    for name in ("lot", "lot2", "lot3"):
        content, paper = issued(crowded, name, "dossier")
        filled |= {key for key, value in content.items() if value not in ([], {}, None)}
        assert [each for each in untold(paper, content) if _is_told(each)] == []
    assert set(content) - filled == GIVEN | MOVED | {"warnings"}


def _is_told(missing: str) -> bool:
    """What is left out of the comparison is the answer's own, not the document's."""
    own = (".id:", ".recorded_by:", ".document.path:", ".document.file_sha256:", ".document.pages:")
    return not missing.startswith(own)


def test_a_dossier_tells_to_whom_the_cells_were_given(
    released: tuple[Program, Filled],
) -> None:
    program, filled = released
    order = program("order", "list").data[0]["id"]
    steps.prepare_dose(program, order, filled.scans[0])
    steps.dispense(program, filled.scans[0])
    steps.infuse(program, filled.scans[0], "--reaction", "nausea", "--grade", "1")
    said = program("lot", "dossier", filled.lot, "--out", program.db.parent / "x", user="QA1").data
    assert [each["containers"] for each in said["dispensings"]] == [[filled.bags[0]]]
    (infusion,) = said["infusions"]
    assert (infusion["patient"], infusion["reaction"]) == (filled.patient, "nausea")
    numbers = {each["id"]: each for each in said["signatures"]}
    assert numbers[said["dispensings"][0]["second_signature"]]["role"] == "second person"
    paper = Paper(Path(said["document"]["path"]).read_bytes())
    assert [each for each in untold(paper, said) if _is_told(each)] == []


def test_who_is_called_stands_in_the_call_sheet_and_not_in_the_dossier(own_stock: Stocked) -> None:
    told = ("--reached", "Dr. Erika Mustermann", "--what", "the culture")
    call = own_stock.things["notification"]
    own_stock.program("notify", "record", call, *told, user="QA1")
    said = own_stock.program("lot", "dossier", own_stock.things["lot"])
    assert [step for alarm in said.data["alarms"] for step in alarm["steps"]]
    assert "Called" in said.stdout
    assert "Mustermann" not in said.stdout
