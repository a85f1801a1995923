"""`lottrack order` and the doubts at the bedside: what is shown, who may, what is worth a look."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests import steps
from tests.conftest import Program
from tests.raw import raw
from tests.steps import Filled

Site = tuple[Program, Filled]


def shown(program: Program) -> list[str]:
    """The lines of the text signed last."""
    with raw(program.db) as database:
        query = "SELECT shown FROM signature ORDER BY seq DESC, length(root) DESC, root DESC"
        return str(database.execute(query).fetchone()[0]).splitlines()


def place(program: Program, *more: object, number: int = 2, user: str = "CLINICIAN1", **extra):
    day = steps.local_day(program, 21)
    words = ("order", "place", "--patient", "P01", "--number", number, "--planned-on", day)
    return program.signed(*words, *more, user=user, **extra)


def codes(answer: dict) -> set[str]:
    return {warning["code"] for warning in answer["warnings"]}


def kept(program: Program, record: str) -> set[str]:
    """The codes of the warnings recorded with a thing."""
    with raw(program.db) as database:
        rows = database.execute("SELECT code FROM shown_warning WHERE record = ?", (record,))
        return {row[0] for row in rows}


class TestWhatIsSigned:
    def test_the_dose_is_told_per_kg_and_in_cells_for_the_weight(self, released: Site) -> None:
        """2 to 3 × 10⁶ per kg (NCT04153630), 13.2 kg."""
        place(released[0], "--weight-kg", "13.2", "--weighed-on", "2026-02-02")
        lines = shown(released[0])

        assert "Infusion: 2 of 3" in lines
        assert "Weight: 13.2 kg, weighed on 2026-02-02" in lines
        assert any(line.startswith("Dose per kg: 2.00 ×10⁶ to 3.00 ×10⁶") for line in lines)
        assert any(line.startswith("Dose for 13.2 kg: 26.4 ×10⁶ to 39.6 ×10⁶") for line in lines)
        assert "Given before in this course: nothing" in lines

    def test_a_weight_that_cannot_be_a_childs_is_warned_of_before_it_is_signed(
        self, released: Site
    ) -> None:
        made = place(released[0], "--weight-kg", "132", "--weighed-on", "2026-02-02").data

        assert "weight-unusual-for-age" in codes(made)
        (line,) = [line for line in shown(released[0]) if "unusual" in line]
        assert line.startswith("Warning: The weight of patient P01, 132 kg, is unusual")

    def test_what_was_given_before_is_told_with_its_day_and_dose(self, released: Site) -> None:
        program, lot = released
        steps.prepare_dose(program, program("order", "list").data[0]["id"], lot.scans[0])
        steps.dispense(program, lot.scans[0])
        steps.infuse(program, lot.scans[0])
        place(program)
        line = next(line for line in shown(program) if line.startswith("Given before"))

        assert line.startswith("Given before: infusion 1, 2026-02-02 ")
        assert "CET (+01:00), 37.8 ×10⁶ viable cells, 2.86 ×10⁶ per kg" in line

    def test_without_a_weight_the_cells_are_not_known(self, program: Program) -> None:
        steps.approve_documents(program)
        words = ("patient", "register", "--code", "P01", "--born", 2022, "--sex", "F")
        program(*words, user="TECHNICIAN1")
        steps.register_donor(program)
        steps.register_pair(program)
        place(program, number=1)

        assert "Weight: not recorded" in shown(program)
        assert "Dose in cells: not known before a weight is recorded" in shown(program)

    def test_times_are_told_to_the_minute_with_their_zone(self, released: Site) -> None:
        program, lot = released
        steps.prepare_dose(program, program("order", "list").data[0]["id"], lot.scans[0])
        steps.dispense(program, lot.scans[0])
        program.clock.advance(seconds=17, microseconds=123456)
        steps.infuse(program, lot.scans[0])
        lines = shown(program)

        assert "Started: 2026-02-02 10:05 CET (+01:00)" in lines
        assert "Ended: 2026-02-02 10:25 CET (+01:00)" in lines


class TestWhoMay:
    """The role is judged before anything is said about the data."""

    def test_a_pharmacist_is_told_of_the_role_and_not_of_the_open_order(
        self, released: Site
    ) -> None:
        refused = place(released[0], number=1, user="PHARMACIST1", exit_code=52)
        assert refused.code == "role-missing"

    def test_the_role_asked_for_is_the_signers(self, released: Site) -> None:
        program, _ = released
        words = ("--signer", "CLINICIAN1")
        assert place(program, *words, user="PHARMACIST1", exit_code=53).code == "signature-rejected"

    @pytest.mark.parametrize(
        "words",
        [
            ("order", "cancel", "NONE", "--reason", ""),
            ("prepare", "start", "NONE", "NONE"),
            ("prepare", "count", "NONE"),
            ("prepare", "finish", "NONE", "--into", "bag"),
            ("verify", "NONE", "--patient", "NONE"),
        ],
    )
    def test_nonsense_from_a_courier_is_a_missing_role(
        self, released: Site, words: tuple[str, ...]
    ) -> None:
        assert released[0](*words, user="COURIER1", exit_code=52).code == "role-missing"

    def test_future_times_from_a_courier_are_a_missing_role(self, released: Site) -> None:
        program, _ = released
        later = (program.clock() + timedelta(days=1)).isoformat(timespec="minutes")
        dispensed = ("dispense", "NONE", "--patient", "NONE", "--at", later)
        given = ("infusion", "record", "NONE", "--patient", "NONE", "--volume-ml", "0")
        times = ("--started", later, "--ended", later)

        assert program(*dispensed, user="COURIER1", exit_code=52).code == "role-missing"
        assert program(*given, *times, user="COURIER1", exit_code=52).code == "role-missing"

    def test_a_closed_course_is_refused_as_everywhere(self, released: Site) -> None:
        program, lot = released
        program("course", "close", lot.course, "--reason", "moved away", user="CLINICIAN1")
        day = steps.local_day(program)
        words = ("order", "place", "--course", lot.course, "--number", 2, "--planned-on", day)
        assert program.signed(*words, user="CLINICIAN1", exit_code=40).code == "course-closed"


class TestWorthASecondLook:
    def test_an_order_for_a_day_that_has_passed(self, released: Site) -> None:
        program, _ = released
        day = ("--planned-on", steps.local_day(program, -1))
        made = place(program, *day).data

        assert "planned-in-past" in codes(made)
        assert "planned-in-past" in kept(program, made["id"])

    def test_an_order_for_today_is_not(self, released: Site) -> None:
        program, _ = released
        made = place(program, "--planned-on", steps.local_day(program)).data
        assert "planned-in-past" not in codes(made)

    def test_more_cells_than_were_filled(self, released: Site) -> None:
        """44 × 10⁶ were filled; 440 × 10⁶ is a slipped power of ten."""
        program, lot = released
        order = program("order", "list").data[0]["id"]
        made = program("prepare", "start", order, lot.scans[0], user="PHARMACIST1").data["id"]
        count = ("prepare", "count", made, "--viable")
        right = program(*count, "4.4e7", user="PHARMACIST1").data
        wrong = program(*count, "4.4e8", user="PHARMACIST1").data

        assert codes(right) == set()
        assert codes(wrong) == {"recovery-above-100"} == kept(program, wrong["id"])
        assert "1000.0 %" in wrong["warnings"][0]["sentence"]

    def test_more_volume_than_was_prepared(self, released: Site) -> None:
        program, lot = released
        order = program("order", "list").data[0]["id"]
        made = program("prepare", "start", order, lot.scans[0], user="PHARMACIST1").data["id"]
        count = ("prepare", "count", made, "--total", "4.11e7", "--viability", 92)
        program(*count, user="PHARMACIST1")
        finish = ("prepare", "finish", made, "--volume-ml", 40, "--diluent", "saline")
        assert codes(program(*finish, user="PHARMACIST1").data) == set()
        steps.dispense(program, lot.scans[0])
        given = steps.infuse(program, lot.scans[0], "--volume-ml", 38, "--left-ml", 3).data

        assert "volume-above-prepared" in codes(given)
        assert "volume-above-prepared" in kept(program, given["id"])
        assert any(line.startswith("Look twice: 38 mL infused and 3 mL") for line in shown(program))

    def test_a_larger_dose_with_nothing_added(self, released: Site) -> None:
        program, lot = released
        order = program("order", "list").data[0]["id"]
        made = program("prepare", "start", order, lot.scans[0], user="PHARMACIST1").data["id"]
        program("prepare", "count", made, "--viable", "3.78e7", user="PHARMACIST1")
        finish = ("prepare", "finish", made, "--volume-ml", 40)
        assert codes(program(*finish, user="PHARMACIST1").data) == {"volume-without-diluent"}


def test_a_picture_that_cannot_be_written_has_the_code_of_every_file(
    released: Site, tmp_path: Path
) -> None:
    program, lot = released
    out = ("--format", "svg", "--out", tmp_path / "none" / "lot.svg")
    assert program("trace", lot.lot, *out, exit_code=70).code == "file-not-writable"
