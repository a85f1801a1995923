"""`lottrack bench`: counts by codes of digits, signing at the bench, the line cleared there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lottrack.reports.letters import large
from lottrack.rules.bench.commands import command_code
from tests import steps
from tests.commands.bench_player import DONE, NEXT, NO, UNDO, YES, digits, play, refusals
from tests.raw import raw

if TYPE_CHECKING:
    from tests.conftest import Program
    from tests.steps import Filled

SIGN = command_code("SIGN")
LEAD = command_code("U.LEAD1")


@pytest.fixture
def growing(filled: tuple[Program, Filled]) -> tuple[Program, str]:
    """A second lot of the collection whose P0 is in culture."""
    program, lot = filled
    made = program(
        *("lot", "register", "--collection", lot.collection, "--product", "MSC-EB"),
        *("--spec", steps.SPECIFICATION),
        user="TECHNICIAN1",
    ).data["id"]
    program(
        *("lot", "seed", made, "--passage", "P0", "--seeded", "1.91e8", "--area-cm2", "1272"),
        *("--at", steps.ago(program, days=10)),
        user="TECHNICIAN1",
    )
    return program, made


@pytest.fixture
def planned(filled: tuple[Program, Filled]) -> tuple[Program, str, str, list[str]]:
    """Three bags planned, none of them filled: the program, lot, fill, bags."""
    program, lot = filled
    made = program(
        *("lot", "fill", lot.lot, "--kind", "bag", "--count", 3, "--cells-each", "4.4e6"),
        *("--volume-ml", "4.4", "--expires", "2026-11-01T12:00", "--planned"),
        user="TECHNICIAN1",
    ).data
    return program, lot.lot, made["id"], [row["id"] for row in made["containers"]]


def harvests(program: Program, lot: str) -> list[tuple[int, str, str]]:
    with raw(program.db) as database:
        return database.execute(
            "SELECT harvested, viability_pct, entry FROM harvest WHERE lot = ?", (lot,)
        ).fetchall()


class TestHarvest:
    def test_is_counted_by_codes_of_digits_and_said_back_with_its_unit(self, growing) -> None:
        program, lot = growing
        went = play(program, NEXT, YES, *digits("15000000"), *digits("90.5"), YES, lot=lot, pause=1)
        assert went.acts == ["lot harvest"]
        assert harvests(program, lot) == [(15_000_000, "90.5", "scanned")]
        assert large("HARVEST?") in went.screen
        assert f"Harvest of P0 of lot {lot}: 15.0 ×10⁶ viable cells, viability 90.5 %." in (
            went.screen
        )
        assert large("HARVESTED") in went.screen

    def test_typed_numbers_are_recorded_as_typed(self, growing) -> None:
        program, lot = growing
        play(program, "NEXT", "YES", "1.5e7", *digits("90"), "YES", lot=lot)
        assert harvests(program, lot) == [(15_000_000, "90", "typed")]

    def test_what_is_waiting_to_be_counted_stands_on_the_screen(self, growing) -> None:
        program, lot = growing
        assert "NEXT: count (harvest P0)." in play(program, lot=lot).screen.replace("\n", " ")

    def test_an_implausible_count_is_told_before_anybody_says_yes(self, growing) -> None:
        program, lot = growing
        went = play(program, NEXT, YES, *digits("15000000"), *digits("30"), NO, lot=lot, pause=1)
        assert "Look twice: " in went.screen
        assert went.acts == []
        assert harvests(program, lot) == []
        with raw(program.db) as database:
            (shown,) = database.execute("SELECT count(*) FROM shown_warning").fetchone()
        play(program, NEXT, YES, *digits("15000000"), *digits("30"), YES, lot=lot, pause=1)
        with raw(program.db) as database:
            (kept,) = database.execute("SELECT count(*) FROM shown_warning").fetchone()
        assert kept > shown

    def test_a_number_that_is_none_is_refused_and_asked_again(self, growing) -> None:
        program, lot = growing
        went = play(
            *(program, NEXT, YES, "many", DONE, *digits("1.5"), "1.5e7", "101", "90", YES), lot=lot
        )
        assert went.acts == ["lot harvest"]
        assert [code for *_, code in refusals(program)][-4:] == [
            *("bad-number", "bad-number", "bad-number", "out-of-range"),
        ]

    def test_undo_takes_a_digit_back_and_without_one_leaves_the_step(self, growing) -> None:
        program, lot = growing
        d1, d5, d7, d0 = (command_code(f"D{digit}") for digit in "1570")
        went = play(
            *(program, NEXT, YES, d1, d7, UNDO, d5, *[d0] * 6, DONE, *digits("90"), YES), lot=lot
        )
        assert "So far: 15000000 = 15.0 ×10⁶ cells" in went.screen
        assert harvests(program, lot) == [(15_000_000, "90", "scanned")]
        went = play(program, lot=lot)
        assert "NEXT: count" not in went.screen

    def test_undo_takes_it_back_as_a_new_event(self, growing) -> None:
        program, lot = growing
        went = play(program, NEXT, YES, "1.5e7", "90", YES, UNDO, YES, lot=lot)
        assert large("TAKEN BACK") in went.screen
        with raw(program.db) as database:
            versions = database.execute(
                "SELECT struck FROM harvest WHERE lot = ? ORDER BY version", (lot,)
            ).fetchall()
        assert versions == [(0,), (1,)]

    def test_a_site_with_a_comma_scans_and_reads_the_comma(self, growing) -> None:
        program, lot = growing
        program("site", "set", "--decimal-mark", "comma", "--reason", "x", user="ADMIN")
        went = play(program, NEXT, YES, "1,5e7", *digits("90.5"), YES, lot=lot)
        assert "So far: 90,5 %" in went.screen
        assert "viability 90,5 %" in went.screen
        assert harvests(program, lot) == [(15_000_000, "90.5", "typed")]
        went = play(program, NEXT, lot=lot)
        assert refusals(program)[-1][2] == "nothing-to-count"


class TestFill:
    def test_all_as_planned_is_one_yes_and_one_to_confirm(self, planned) -> None:
        program, lot, fill, bags = planned
        went = play(program, NEXT, YES, YES, YES, lot=lot)
        assert went.acts == ["lot fill-confirm"]
        assert f"Fill {fill}: 3 bags with 4.40 ×10⁶ viable cells in 4.4 mL each" in went.screen
        for bag in bags:
            assert program("custody", "show", bag).data["location_state"] == "filled"

    def test_one_that_differs_is_scanned_and_counted(self, planned) -> None:
        program, lot, _, bags = planned
        went = play(
            *(program, NEXT, YES, bags[0], *digits("4100000"), *digits("4.1")),
            *(bags[1], NEXT, YES, YES),
            lot=lot,
        )
        assert went.acts == ["lot fill-confirm"]
        assert f"{bags[0]}: 4.10 ×10⁶ viable cells in 4.1 mL." in went.screen
        assert f"{bags[1]}: stayed empty." in went.screen
        with raw(program.db) as database:
            rows = database.execute(
                "SELECT container, outcome, viable_cells, volume_ml FROM filling"
                " WHERE container IN (?, ?, ?) ORDER BY container",
                bags,
            ).fetchall()
        assert [row[1:] for row in rows] == [
            ("filled", 4_100_000, "4.1"),
            ("not_filled", None, None),
            ("filled", 4_400_000, "4.4"),
        ]

    def test_a_container_of_another_fill_is_refused(self, planned, filled) -> None:
        program, lot, _, _ = planned
        went = play(program, NEXT, YES, filled[1].bags[0], NO, lot=lot)
        assert went.acts == []
        assert refusals(program)[-1][2] == "not-in-this-fill"

    def test_more_cells_than_were_harvested_are_refused_before_yes(self, planned) -> None:
        program, lot, _, bags = planned
        went = play(program, NEXT, YES, bags[0], "9e9", "4.4", YES, YES, lot=lot)
        assert went.acts == []
        assert "more-cells-than-harvested" in {code for *_, code in refusals(program)}


@pytest.fixture
def two_lots(filled: tuple[Program, Filled]) -> tuple[Program, Filled, str, list[dict]]:
    """A place that asks for line clearance, and printed labels of another lot lying there."""
    program, lot = filled
    other = steps.grow_lot(program, lot.collection)
    _, bags = steps.fill_bags(program, other, count=1)
    printed = program(
        "label", "print", *bags, "--out", program.db.parent / "b", user="TECHNICIAN1"
    ).data
    program("place", "line-clearance", "GMP", "--on", "--reason", "SOP-7", user="QA1")
    return program, lot, other, printed


def clearances(program: Program) -> list[tuple[str, str, str]]:
    with raw(program.db) as database:
        return database.execute(
            "SELECT k.lot, k.performed_by, k.reason FROM line_clearance AS k"
            " JOIN signature AS s ON s.id = k.signature"
        ).fetchall()


class TestSigning:
    def test_another_lot_is_opened_only_after_the_line_was_cleared_and_signed(
        self, two_lots
    ) -> None:
        """The lead looks where the other lot's labels are, scans the badge, SIGN, types."""
        program, lot, other, _ = two_lots
        went = play(program, lot.scans[0], "in the sealed envelope of L02", LEAD, SIGN, NO, YES)
        assert large("REFUSED") in went.screen
        assert large("SIGN") in went.screen
        assert large("LINE CLEAR") in went.screen
        assert "None of them lies where another lot is labelled." in went.screen
        assert went.acts == ["label clear"]
        assert clearances(program) == [(other, "LEAD1", "in the sealed envelope of L02")]
        assert f"LOT {lot.lot}" in went.screen
        assert program("audit", "verify").data["verdict"] == "intact"

    def test_the_lot_stays_shut_when_nobody_signs(self, two_lots) -> None:
        program, lot, _, _ = two_lots
        for script in ((), (NO,), ("in the envelope", NO), ("in the envelope", LEAD, NO)):
            went = play(program, lot.scans[0], *script)
            assert f"LOT {lot.lot}" not in went.screen
            assert went.acts == []
        assert clearances(program) == []

    def test_a_lot_named_in_the_command_is_cleared_for_as_well(self, two_lots) -> None:
        program, lot, _, _ = two_lots
        went = play(program, NO, lot=lot.lot)
        assert f"Lot {lot.lot} was not opened." in went.screen
        assert large("SCAN LOT") in went.screen
        went = play(program, "in the envelope", LEAD, SIGN, lot=lot.lot)
        assert went.acts == ["label clear"]
        assert f"LOT {lot.lot}" in went.screen

    def test_a_technician_does_not_sign_it(self, two_lots) -> None:
        program, lot, _, _ = two_lots
        went = play(program, lot.scans[0], "in the envelope", SIGN, NO)
        assert went.acts == []
        assert ("label clear", "role-missing") in {
            (act, code) for act, _, code in refusals(program)
        }

    def test_enter_and_yes_do_not_sign(self, two_lots) -> None:
        program, lot, _, _ = two_lots
        went = play(program, lot.scans[0], "in the envelope", LEAD, "", YES, NEXT, NO)
        assert went.acts == []
        assert refusals(program)[-1][2] == "not-asked-for"

    def test_a_wrong_secret_signs_nothing_and_is_asked_again(self, two_lots) -> None:
        program, lot, _, _ = two_lots
        went = play(
            *(program, lot.scans[0], "in the envelope", LEAD, SIGN, NO),
            secrets={"LEAD1": "guessed"},
        )
        assert went.acts == []
        assert refusals(program)[-1][2] == "signature-rejected"
        assert went.screen.count(large("SIGN")) == 2

    def test_a_signature_is_not_undone_at_the_bench(self, two_lots) -> None:
        program, lot, _, _ = two_lots
        went = play(program, lot.scans[0], "in the envelope", LEAD, SIGN, UNDO)
        assert "nothing of this loop to take back" in went.screen
        assert len(clearances(program)) == 1

    def test_the_labels_of_the_lot_in_focus_need_no_clearance(self, two_lots) -> None:
        program, _, other, printed = two_lots
        went = play(program, printed[0]["payload"], printed[0]["payload"])
        assert f"LOT {other}" in went.screen
