"""A laboratory's file: all of its results or none, every fault with its line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)

GOOD = """\
Lot,Test,Result,Unit,Sampled at,Tested at
L01,CD73,99.1,%,2026-02-28T10:00,2026-02-28T14:00
L01,CD90,99.4,%,2026-02-28T10:00,2026-02-28T14:00
L01,endotoxin,<0.50,IU/mL,2026-02-28,2026-02-28
"""


class Laboratory:
    """Writes files and imports them."""

    def __init__(self, quality: Quality, folder: Path) -> None:
        self.quality = quality
        self.path = folder / "report.csv"

    def __call__(self, text: str | bytes, *more: object, **extra: Any) -> Any:
        raw = text if isinstance(text, bytes) else text.encode()
        self.path.write_bytes(raw)
        extra.setdefault("user", "QC1")
        return self.quality.program("result", "import", self.path, *more, **extra)

    def refused(self, text: str | bytes, *more: object, **extra: Any) -> tuple[str, str]:
        """The code and the sentence of the only fault; nothing was recorded."""
        extra.setdefault("exit_code", 2)
        found = self(text, *more, **extra)
        assert self.results() == []
        error = found.data["error"]
        (only,) = error["blockers"] or [error]
        return only["code"], only["sentence"]

    def results(self) -> Any:
        return self.quality.program("result", "list", self.quality.lot).data

    def kept(self) -> list[str]:
        folder = self.quality.program.db.with_name("record.sqlite.files")
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def laboratory(quality: Quality, tmp_path: Path) -> Laboratory:
    """A laboratory that measured something of lot L01."""
    return Laboratory(quality, tmp_path)


def test_a_file_becomes_results_in_one_entry_and_is_kept(laboratory: Laboratory) -> None:
    before = laboratory.quality.audit_entries()
    made = laboratory(GOOD).data
    assert laboratory.quality.audit_entries() == before + 1
    assert (made["kind"], made["rows_read"]) == ("result_import", 3)
    assert [row["line"] for row in made["results"]] == [2, 3, 4]
    assert laboratory.kept() == [made["sha256"]]
    results = {row["test"]: row for row in laboratory.results()}
    assert results["endotoxin"]["value"] == "<0.50"
    assert (results["endotoxin"]["unit"], results["endotoxin"]["reported"]) == (
        "EU/mL",
        "< 0.50 IU/mL",
    )
    assert results["CD73"]["sampled_at"] == "2026-02-28T10:00:00+01:00"
    assert results["CD73"]["at"] == "2026-02-28T14:00:00+01:00"
    shown = laboratory.quality.program("audit", "show", made["id"]).data
    assert [row["act"] for row in shown] == ["result import"]


def test_imported_results_say_so_and_their_author(laboratory: Laboratory) -> None:
    laboratory(GOOD, "--performed-by", "QC2")
    with laboratory.quality.store() as store:
        rows = store.rows("result", lot=laboratory.quality.lot)
        assert {(row.entry, row.performed_by, row.recorded_by) for row in rows} == {
            ("imported", "QC2", "QC1")
        }
        assert store.rows("attachment", record=store.rows("result_import")[0].root)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace("\n", "\r\n") + "\r\n\r\n",
        GOOD.replace("CD73", '"CD73"'),
    ],
)
def test_what_spreadsheets_write_is_read(laboratory: Laboratory, text: str) -> None:
    assert len(laboratory(text).data["results"]) == 3


def test_other_headings_are_mapped_and_others_left_out(laboratory: Laboratory) -> None:
    text = "Parámetro;Ergebnis;Bemerkung;raw count 1;replicate 2\nCD73;99.1;x;203;98.7\n"
    mapped = ("--map", "test=Parámetro", "--map", "value=Ergebnis", "--map", "ignore=Bemerkung")
    (made,) = laboratory(text, "--lot", "L01", *mapped).data["results"]
    assert (made["test"], made["value"], made["of"]) == ("CD73", "98.7", "L01")
    (row,) = laboratory.results()
    assert (row["raw"], row["replicates"]) == ({"count-1": "203"}, ["99.1", "98.7"])


def test_a_failing_line_opens_an_investigation(laboratory: Laboratory) -> None:
    (made,) = laboratory("lot,test,value\nL01,CD34,6.1\n").data["results"]
    assert made["verdict"] == "fail"
    assert laboratory.quality.program("oos", "show", made["oos"]).data["state"] == "open"


def test_a_test_the_specification_lacks_is_kept_for_information(laboratory: Laboratory) -> None:
    made = laboratory("lot,test,value\nL01,CD200,12\n").data
    assert made["results"][0]["verdict"] == "informative"
    (warning,) = made["warnings"]
    assert warning["code"] == "test-not-in-specification"
    assert warning["sentence"].startswith("Line 2: ")


def test_a_dry_run_checks_everything_and_keeps_nothing(laboratory: Laboratory) -> None:
    before = laboratory.quality.audit_entries()
    assert laboratory(GOOD, "--dry-run").data["rows_read"] == 3
    assert laboratory.quality.audit_entries() == before
    assert (laboratory.results(), laboratory.kept()) == ([], [])


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("lot,test,vaule\nL01,CD73,99\n", "import-faulty", "2 faults"),
        ("lot,test\nL01,CD73\n", "column-missing", "no column is value"),
        ("lot,test,value,colour\nL01,CD73,99,red\n", "column-unknown", "'colour'"),
        ("lot,container,test,value\nL01,,CD73,99\n", "column-twice", "'container'"),
        ("lot,test,value\nL01,CD73\n", "cells-missing", "Line 2"),
        ("lot,test,value\nL01,CD73,\n", "cell-empty", "Line 2: value"),
        ("lot,test,value\nL01,CD73,99\n\nL01,CD73,99\n", "duplicate-line", "Line 4"),
        ("lot,test,value,at\nL01,CD73,99,03/04/2026\n", "date-ambiguous", "Line 2, at"),
        ("lot,test,value,at\nL01,CD73,99,28.02.2026\n", "date-not-iso", "2026-04-03"),
        ("lot,test,value,at\nL01,CD73,99,2026-28-02\n", "day-month-swapped", "2026-02-28"),
        ("lot,test,value,at\nL01,CD73,99,2026-12-02\n", "day-month-swapped", "2026-02-12"),
        ('lot,test,value\nL01,"CD73,99\n', "file-not-csv", "Line 2"),
        ("lot,test,value\n", "file-empty", "no results"),
        ("", "file-empty", "empty"),
        ("lot,test,value\nL01,CD73,99 µ\n".encode("latin-1"), "file-encoding", "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_line_and_reason(
    laboratory: Laboratory, text: str | bytes, code: str, named: str
) -> None:
    found = laboratory(text, exit_code=2)
    assert found.code == code
    assert named in found.data["error"]["sentence"]
    assert (laboratory.results(), laboratory.kept()) == ([], [])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("L99,CD73,99", "unknown-code"),
        ("D01,CD73,99", "wrong-kind-of-code"),
        ('L01,CD73,"99,1"', "bad-number"),
        ("L01,CD73,nan", "bad-number"),
        ("L01,gram,negativ", "unknown-word"),
        ("L01,viable-count,44.1", "wrong-level"),
        ("L01,sterility-p0,no growth to date", "interim-words"),
    ],
)
def test_a_line_that_cannot_be_recorded_refuses_the_whole_file(
    laboratory: Laboratory, line: str, code: str
) -> None:
    text = f"lot,test,value\nL01,CD90,99.4\n{line}\n"
    found, sentence = laboratory.refused(text, exit_code=40)
    assert found == code
    assert sentence.startswith("Line 3: ")
    assert laboratory.kept() == []


def test_all_faults_are_told_at_once(laboratory: Laboratory) -> None:
    text = "lot,test,value,unit\nL01,CD73,99.1,mg\nL01,gram,negativ,\nL01,CD90,99,\n"
    found = laboratory(text, exit_code=40)
    assert (found.code, found.blockers) == ("import-refused", {"unit-mismatch", "unknown-word"})
    told = [blocker["sentence"][:7] for blocker in found.data["error"]["blockers"]]
    assert told == ["Line 2:", "Line 3:"]


def test_faults_of_every_kind_are_told_together_line_by_line(laboratory: Laboratory) -> None:
    """Whatever can be seen of a file is told in one go: how it is written and what it says."""
    text = (
        "Lot,Test,Result,Tested at\n"
        "L01,CD73,99.1,2026-02-28T14:00\n"
        "L99,CD90,99.4,2026-02-28T14:00\n"
        "L01,CD105,97;8,03/04/2026\n"
        "L01,viable-count,44,2026-02-28T14:00\n"
        "L01,CD73,99.1,2026-02-28T14:00\n"
        "L01,,5,2026-02-28T14:00\n"
        "L01,gram,negativ,2026-02-28T14:00\n"
    )
    error = laboratory(text, exit_code=2).data["error"]
    found = [(each["code"], each["sentence"].split()[1].rstrip(",:")) for each in error["blockers"]]
    assert error["code"] == "import-faulty"
    assert found == [
        ("unknown-code", "3"),
        ("date-ambiguous", "4"),
        ("bad-number", "4"),
        ("wrong-level", "5"),
        ("duplicate-line", "6"),
        ("cell-empty", "7"),
        ("unknown-word", "8"),
    ]
    assert laboratory.results() == []
    assert laboratory.kept() == []


def test_a_file_is_imported_once(laboratory: Laboratory) -> None:
    first = laboratory(GOOD).data
    again = laboratory(GOOD, exit_code=33)
    assert again.code == "already-imported"
    assert first["id"] in again.data["error"]["sentence"]
    assert len(laboratory.results()) == 3


def test_a_file_all_of_which_was_struck_may_come_again(laboratory: Laboratory) -> None:
    for row in laboratory(GOOD).data["results"]:
        laboratory.quality("strike", row["id"], "--reason", "the report of another lot")
    assert len(laboratory(GOOD).data["results"]) == 3


def test_a_line_that_another_file_brought_is_a_duplicate(laboratory: Laboratory) -> None:
    laboratory(GOOD)
    found = laboratory(GOOD + "L01,CD105,97.8,%,2026-02-28,2026-02-28\n", exit_code=40)
    assert (found.code, len(found.data["error"]["blockers"])) == ("already-recorded", 3)


def test_a_closed_lot_takes_no_file(laboratory: Laboratory) -> None:
    with laboratory.quality.change("lot close") as change:
        change.record("lot_closure", lot=laboratory.quality.lot)
    assert laboratory.refused("lot,test,value\nL01,CD73,99\n", exit_code=40)[0] == "lot-closed"


@pytest.mark.parametrize(
    ("mapped", "code"),
    [("colour=X", "bad-map"), ("value", "bad-map"), ("value=Nothing", "column-missing")],
)
def test_a_mapping_that_names_nothing_is_refused(
    laboratory: Laboratory, mapped: str, code: str
) -> None:
    text = "lot,test,value\nL01,CD73,99\n"
    assert laboratory(text, "--map", mapped, exit_code=2).code == code


def test_only_the_laboratory_imports(laboratory: Laboratory) -> None:
    laboratory(GOOD, user="NURSE1", exit_code=52)
    assert laboratory(b"x" * 5_000_001, exit_code=2).code == "file-too-large"


def test_the_import_itself_is_neither_corrected_nor_struck(laboratory: Laboratory) -> None:
    number = laboratory(GOOD).data["id"]
    assert laboratory.quality("strike", number, "--reason", "x", exit_code=30).code == (
        "not-strikable"
    )
    assert laboratory.quality.program("audit", "verify").data["verdict"] == "intact"
