"""What a technician, a pharmacist and an inspector stumbled over when they tried it by hand."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import steps
from tests.conftest import Clock, Program
from tests.steps import Filled
from tests.stories.test_scan_loop import CONTAINER, VERDICT, WRISTBAND, Bench

Site = tuple[Program, Filled]


def given_dose(site: Site) -> str:
    """The first bag prepared, dispensed and infused; returns the infusion."""
    program, lot = site
    steps.prepare_dose(program, program("order", "list").data[0]["id"], lot.scans[0])
    steps.dispense(program, lot.scans[0])
    return str(steps.infuse(program, lot.scans[0]).data["id"])


class TestStoring:
    def test_a_taken_position_names_the_container_that_lies_there(self, filled: Site) -> None:
        program, lot = filled
        first, second, _ = lot.bags
        place = program("custody", "show", second).data["position"]
        told = ("custody", "store", first, "--position", place)
        refused = program(*told, user="TECHNICIAN1", exit_code=30)

        assert refused.code == "position-taken"
        assert second in refused.data["error"]["blockers"][0]["sentence"]

    def test_two_containers_do_not_share_a_new_position(self, filled: Site) -> None:
        program, lot = filled
        told = ("custody", "store", *lot.bags[:2], "--position", "tank 2")
        refused = program(*told, user="TECHNICIAN1", exit_code=30)

        assert refused.blockers == {"position-taken"}
        assert program("custody", "show", lot.bags[0]).data["position"] != "tank 2"

    def test_a_container_may_be_stored_anew_where_it_lies(self, filled: Site) -> None:
        program, lot = filled
        place = program("custody", "show", lot.bags[0]).data["position"]

        program("custody", "store", lot.bags[0], "--position", place, user="TECHNICIAN1")


class TestInfusionsAfterwards:
    @pytest.mark.parametrize("mend", [("correct", "volume_ml=18"), ("strike",)])
    def test_mending_what_the_nurse_signed_voids_her_signature(
        self, released: Site, mend: tuple[str, ...]
    ) -> None:
        program, _ = released
        infusion = given_dose(released)
        verb, *pairs = mend
        told = (verb, infusion, *pairs, "--reason", "read from the wrong pump")
        mended = program(*told, user="NURSE1").data

        meanings = [each["meaning"] for each in mended["affected"]["signatures"]]
        assert meanings == ["infusion given"]

    def test_striking_a_dispensing_voids_both_signatures(self, released: Site) -> None:
        program, lot = released
        steps.prepare_dose(program, program("order", "list").data[0]["id"], lot.scans[0])
        made = steps.dispense(program, lot.scans[0]).data
        told = ("strike", made["id"], "--reason", "never left the pharmacy")
        mended = program(*told, user="PHARMACIST1").data

        voided = [each["id"] for each in mended["affected"]["signatures"]]
        assert voided == made["signatures"]

    def test_a_struck_infusion_tells_that_the_container_moves(self, released: Site) -> None:
        program, lot = released
        infusion = given_dose(released)
        told = ("strike", infusion, "--reason", "another child's", "--dry-run")
        said = program(*told, user="NURSE1", as_json=False).stdout

        assert f"container {lot.bags[0]}: its state follows" in said

    def test_a_recall_tells_of_a_dose_given_without_an_order(self, released: Site) -> None:
        program, lot = released
        order = program("order", "list").data[0]["id"]
        told = ("order", "cancel", order, "--reason", "fever")
        program(*told, user="CLINICIAN1")
        happened = ("--happened", "--reason", "given in error")
        steps.infuse(program, lot.scans[0], *happened)
        told = ("lot", "recall", lot.lot, "--reason", "a complaint")
        signed = program.signed(*told, user="QP1", as_json=False)

        assert f"ALREADY GIVEN: {lot.bags[0]} to patient P01, without an order" in (
            signed.stdout + signed.stderr
        )


def test_a_count_has_no_more_viable_cells_than_cells(released: Site) -> None:
    program, lot = released
    order = program("order", "list").data[0]["id"]
    made = program("prepare", "start", order, lot.scans[0], user="PHARMACIST1").data["id"]
    told = ("prepare", "count", made, "--total", "4e7", "--viable", "5e7")
    refused = program(*told, user="PHARMACIST1", exit_code=2)

    assert refused.code == "out-of-range"
    assert "50.0 ×10⁶" in refused.data["error"]["sentence"]


def test_corrected_times_are_told_in_the_sites_zone(filled: Site) -> None:
    program, lot = filled
    harvest = program("lot", "show", lot.lot).data["passages"][-1]["harvest"]
    at = steps.ago(program, days=34, minutes=-1)
    told = ("correct", harvest, f"at={at}", "--reason", "clock")
    (changed,) = program(*told, user="TECHNICIAN1").data["changes"]

    assert changed["key"] == "at"
    assert changed["from"].endswith(("+01:00", "+02:00"))
    (shown,) = program("lot", "show", lot.lot).data["corrected"]
    assert [shown["earlier"], shown["now"]] == [[changed["from"]], changed["to"]]


def test_a_reader_who_has_seen_enough_is_no_fault(filled: Site) -> None:
    program, lot = filled
    words = [sys.executable, "-m", "lottrack", "--db", str(program.db), "lot", "check", lot.lot]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()

    assert said == ""
    assert running.returncode == 41


def test_a_scanner_that_ends_its_codes_with_a_tab_needs_no_enter(
    released_file: tuple[Path, Filled], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, lot = tmp_path / "record.sqlite", released_file[1]
    shutil.copy(released_file[0], db)
    monkeypatch.setenv("LOTTRACK_STATE", str(tmp_path / "state"))
    Program(db, Clock(datetime.now(UTC)))("login", "PHARMACIST1", secrets=("PHARMACIST1",))
    screen = Bench(db, tmp_path / "state", "verify")
    for prompt, code in ((CONTAINER, lot.scans[0]), (WRISTBAND, "P01")):
        screen.until(prompt)
        screen.scan(code, "\t")
    shown = screen.until(VERDICT)
    screen.until(CONTAINER)

    assert lot.bags[0] in shown
    assert screen.leave() == 42
