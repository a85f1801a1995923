"""The label ledger: mix-ups freeze, copies are counted, lines cleared, the page printed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from lottrack.store.store import Store
from tests import steps
from tests.commands.label_bench import (
    REASON,
    T,
    apply,
    count,
    fill,
    print_one,
    query,
    said,
    second_family,
    state,
)
from tests.conftest import Program
from tests.steps import Filled

Site = tuple[Program, Filled]


def open_holds(program: Program) -> list[dict[str, Any]]:
    return program("hold", "list").data


class TestMixUp:
    @pytest.fixture
    def two(self, filled: Site) -> tuple[Program, dict[str, Any], Filled, Filled]:
        """A label of the first child's new bag, and the second child's lot on the same bench."""
        program, lot = filled
        other = second_family(program)
        bag = fill(program, lot.lot, "bag")["containers"][0]["id"]
        return program, print_one(program, bag), lot, other

    def test_a_label_at_another_lots_bag_is_refused_and_freezes_both_lots(
        self, two: tuple[Program, dict[str, Any], Filled, Filled]
    ) -> None:
        program, label, lot, other = two
        before = program("audit", "verify").data["entries"]
        refused = apply(program, label["payload"], other.bags[0], exit_code=44)

        holds = open_holds(program)
        assert refused.code == "label-mismatch"
        assert {hold["on"] for hold in holds} == {lot.lot, other.lot}
        for hold in holds:
            assert (hold["cause"], hold["automatic"]) == ("other", True)
            assert hold["because_of"] == label["id"]
            assert hold["reason"].startswith("label mix-up: ")
            assert hold["id"] in refused.data["error"]["sentence"]
        # one entry for both holds, one for the refusal
        assert program("audit", "verify").data["entries"] == before + 2
        assert state(program, label["id"]) == "printed"

    def test_what_is_frozen_goes_to_no_patient_until_a_signature_lifts_it(
        self, two: tuple[Program, dict[str, Any], Filled, Filled]
    ) -> None:
        program, label, _, other = two
        apply(program, label["payload"], other.bags[0], exit_code=44)
        asked = program(
            "verify", other.scans[0], "--patient", "P02", user="PHARMACIST1", exit_code=42
        )
        assert "on-hold" in asked.blockers
        for hold in open_holds(program):
            program.signed(
                "hold", "lift", hold["id"], "--reason", "both bags looked at", user="QA1"
            )
        assert open_holds(program) == []
        assert apply(program, label["payload"], label["container"]).data["event"] == "applied"

    def test_the_same_mix_up_scanned_again_opens_no_second_hold(
        self, two: tuple[Program, dict[str, Any], Filled, Filled]
    ) -> None:
        program, label, _, other = two
        for _ in range(3):
            apply(program, label["payload"], other.bags[0], exit_code=44)
        program("label", "apply", label["payload"], "--to", other.bags[0], user=T, exit_code=44)
        assert len(open_holds(program)) == 2

    def test_swapped_labels_within_one_lot_freeze_that_lot_once(self, filled: Site) -> None:
        program, lot = filled
        bags = fill(program, lot.lot, "bag")["containers"]
        label = print_one(program, bags[0]["id"])
        refused = apply(program, label["payload"], bags[1]["id"], exit_code=44)

        (hold,) = open_holds(program)
        assert (hold["on_kind"], hold["on"]) == ("lot", lot.lot)
        assert f"Lot {lot.lot} is frozen ({hold['id']})" in refused.data["error"]["sentence"]

    def test_the_label_of_a_sample_or_of_marrow_holds_what_it_is_of(self, filled: Site) -> None:
        program, lot = filled
        other = second_family(program)
        sample = program("lot", "sample", lot.bags[0], "--kind", "cells", user=T).data["id"]
        tube, marrow = print_one(program, sample), print_one(program, lot.collection)
        apply(program, tube["payload"], other.bags[0], exit_code=44)
        apply(program, marrow["payload"], other.collection, exit_code=44)

        held = {(hold["on_kind"], hold["on"]) for hold in open_holds(program)}
        assert held == {
            ("lot", lot.lot),
            ("lot", other.lot),
            ("collection", lot.collection),
            ("collection", other.collection),
        }

    def test_a_wristband_scanned_by_mistake_holds_nothing(self, filled: Site) -> None:
        program, lot = filled
        label = print_one(program, lot.bags[0], "--copy", "overwrap")
        assert apply(program, label["payload"], "P01", exit_code=44).code == "label-mismatch"
        assert open_holds(program) == []

    def test_a_dry_run_tells_of_the_mismatch_and_holds_nothing(
        self, two: tuple[Program, dict[str, Any], Filled, Filled]
    ) -> None:
        program, label, _, other = two
        refused = apply(program, label["payload"], other.bags[0], "--dry-run", exit_code=44)
        assert "frozen" not in refused.data["error"]["sentence"]
        assert open_holds(program) == []

    def test_the_record_with_a_mix_up_proves_itself(
        self, two: tuple[Program, dict[str, Any], Filled, Filled]
    ) -> None:
        program, label, _, other = two
        apply(program, label["payload"], other.bags[0], exit_code=44)
        assert program("admin", "check", user="ADMIN").exit_code == 0


class TestPartialAndFinal:
    def test_the_final_label_is_compared_with_the_one_that_still_stands_there(
        self, filled: Site
    ) -> None:
        program, lot = filled
        final = print_one(program, lot.bags[0], *REASON)
        made = apply(program, final["payload"], lot.scans[0]).data
        assert (made["event"], made["container"]) == ("applied", lot.bags[0])

    def test_the_final_label_of_another_bag_does_not_go_beside_a_partial_one(
        self, filled: Site
    ) -> None:
        program, lot = filled
        other = second_family(program)
        final = print_one(program, lot.bags[0], *REASON)
        refused = apply(program, final["payload"], other.scans[0], exit_code=44)
        assert refused.code == "label-mismatch"
        assert {hold["on"] for hold in open_holds(program)} == {lot.lot, other.lot}

    def test_any_other_void_label_names_nothing(self, filled: Site) -> None:
        program, lot = filled
        chart = print_one(program, lot.bags[0], "--copy", "chart")
        program("label", "void", chart["id"], *REASON, user=T)
        label = print_one(program, lot.bags[0], "--copy", "overwrap")
        refused = apply(program, label["payload"], chart["payload"], exit_code=44)
        assert (refused.code, chart["id"] in refused.stdout) == ("label-void", True)


class TestVoidLabels:
    @pytest.fixture
    def replaced(self, filled: Site) -> tuple[Program, str, Filled]:
        """The scan of a bag's old label, after another was printed and applied."""
        program, lot = filled
        new = print_one(program, lot.bags[0], *REASON)
        apply(program, new["payload"], lot.bags[0])
        return program, lot.scans[0], lot

    @pytest.mark.parametrize(
        "words",
        [
            "custody transfer {scan} --to WARD",
            "custody inspect {scan} --finding none",
            "custody retain {scan} --reason X",
            "custody return {scan} --reason X",
            "lot sample {scan} --kind cells",
            "label apply {scan} --to {bag}",
            "label void {scan} --reason X",
        ],
    )
    def test_the_old_label_is_refused_at_every_scan(
        self, replaced: tuple[Program, str, Filled], words: str
    ) -> None:
        program, scan, lot = replaced
        spoken = words.format(scan=scan, bag=lot.bags[0]).split()
        refused = program(*spoken, user=T, exit_code=None)
        assert refused.code in {"label-void", "already-done"}
        assert refused.exit_code in {44, 33}

    def test_the_old_label_is_a_blocker_at_the_bedside(
        self, replaced: tuple[Program, str, Filled]
    ) -> None:
        program, scan, _ = replaced
        asked = program("verify", scan, "--patient", "P01", user="PHARMACIST1", exit_code=42)
        assert "label-void" in asked.blockers

    def test_a_result_is_not_recorded_of_a_bag_whose_old_label_was_scanned(
        self, replaced: tuple[Program, str, Filled]
    ) -> None:
        program, scan, _ = replaced
        words = ("result", "record", scan, "viability", "90")
        assert program(*words, user="QC1", exit_code=44).code == "label-void"


class TestCopies:
    def test_papers_are_printed_as_often_as_their_template_allows(self, filled: Site) -> None:
        program, lot = filled
        made = [print_one(program, lot.bags[0], "--copy", "chart") for _ in range(3)]
        words = ("label", "print", lot.bags[0], "--copy", "chart")
        refused = program(*words, user=T, exit_code=44)
        assert refused.code == "label-copies-used-up"
        assert made[0]["id"] in refused.data["error"]["sentence"]
        # other kinds of copy are counted for themselves
        print_one(program, lot.bags[0], "--copy", "record")

    def test_with_a_reason_the_oldest_makes_room_and_is_void(self, filled: Site) -> None:
        program, lot = filled
        made = [print_one(program, lot.bags[0], "--copy", "chart") for _ in range(3)]
        again = print_one(program, lot.bags[0], "--copy", "chart", *REASON)
        assert again["replaces"] == [made[0]["id"]]
        assert [state(program, each["id"]) for each in made] == ["void", "printed", "printed"]

    def test_a_void_copy_leaves_room_for_another(self, filled: Site) -> None:
        program, lot = filled
        made = [print_one(program, lot.bags[0], "--copy", "chart") for _ in range(3)]
        program("label", "void", made[1]["id"], *REASON, user=T)
        assert print_one(program, lot.bags[0], "--copy", "chart")["replaces"] == []


class TestLineClearance:
    @pytest.fixture
    def loose(self, filled: Site) -> tuple[Program, Filled, Filled, list[str]]:
        """Two lots; of the first, two labels are outstanding where lines are cleared."""
        program, lot = filled
        other = second_family(program)
        bags = [bag["id"] for bag in fill(program, lot.lot, "bag")["containers"]]
        labels = [each["id"] for each in program("label", "print", *bags, user=T).data]
        program("place", "line-clearance", "GMP", "--on", "--reason", "SOP-LBL-04", user="QA1")
        return program, lot, other, labels

    def fill(self, program: Program, lot: Filled, exit_code: int = 0) -> Any:
        expires = ("--expires", steps.local_day(program, 300) + "T12:00")
        words = ("lot", "fill", lot.lot, "--kind", "bag", "--count", 1, "--cells-each", "1e6")
        return program(*words, "--volume-ml", 1, *expires, user=T, exit_code=exit_code)

    def clear(self, program: Program, lot: Filled, **extra: Any) -> Any:
        words = ("label", "clear", lot.lot, "--reason", "sealed in the batch record")
        return program.signed(*words, user="LEAD1", **extra)

    def test_another_lot_is_neither_filled_nor_labelled_beside_loose_labels(
        self, loose: tuple[Program, Filled, Filled, list[str]]
    ) -> None:
        program, lot, other, labels = loose
        refused = self.fill(program, other, exit_code=44)
        assert refused.code == "line-not-clear"
        assert f"lottrack label clear {lot.lot}" in refused.data["error"]["hint"]
        sample = program("lot", "sample", other.lot, "--kind", "cells", user=T).data["id"]
        refused = program("label", "print", sample, user=T, exit_code=44)
        assert refused.blockers == {"line-not-clear"}
        assert all(label in refused.stdout for label in labels)

    def test_the_lot_itself_goes_on(self, loose: tuple[Program, Filled, Filled, list[str]]) -> None:
        program, lot, _, _ = loose
        made = self.fill(program, lot).data
        assert print_one(program, made["containers"][0]["id"])["copy"] == "primary"

    def test_a_signed_clearance_opens_the_way_for_the_labels_it_names(
        self, loose: tuple[Program, Filled, Filled, list[str]]
    ) -> None:
        program, lot, other, labels = loose
        made = self.clear(program, lot).data
        assert (made["labels"], made["place"]) == (labels, "GMP")
        self.fill(program, other)
        # the labels stay outstanding, and the lot open
        assert program("label", "reconcile", lot.lot, exit_code=44).data["reconciled"] is False
        # a label printed later is not cleared
        bag = self.fill(program, other).data["containers"][0]["id"]
        print_one(program, bag)
        refused = self.fill(program, lot, exit_code=44)
        assert refused.code == "line-not-clear"
        assert other.lot in refused.data["error"]["sentence"]

    def test_the_signer_is_shown_every_label_and_where_they_are_said_to_be(
        self, loose: tuple[Program, Filled, Filled, list[str]]
    ) -> None:
        program, lot, _, labels = loose
        signature = self.clear(program, lot).data["signature"]
        shown = query(program, "SELECT shown FROM signature WHERE id = ?", signature)[0][0]
        assert all(label in shown for label in labels)
        assert "Where they are: sealed in the batch record" in shown

    def test_applied_or_void_labels_leave_the_line_clear(
        self, loose: tuple[Program, Filled, Filled, list[str]]
    ) -> None:
        program, lot, other, labels = loose
        for label in labels:
            program("label", "void", label, *REASON, "--destroyed", user=T)
        self.fill(program, other)
        assert self.clear(program, lot, exit_code=33).code == "nothing-to-clear"

    def test_bags_that_left_the_place_take_their_labels_along(
        self, loose: tuple[Program, Filled, Filled, list[str]]
    ) -> None:
        program, _, other, labels = loose
        rows = query(program, "SELECT container FROM label WHERE id IN (?, ?)", *labels)
        bags = [row[0] for row in rows]
        program("place", "register", "TANK9", "--name", "Tank", "--kind", "storage", user="ADMIN")
        for position, bag in enumerate(bags):
            words = ("custody", "store", bag, "--position", f"X{position}", "--place", "TANK9")
            program(*words, user=T)
        self.fill(program, other)

    def test_a_clearance_is_not_for_everybody_and_not_twice(
        self, loose: tuple[Program, Filled, Filled, list[str]]
    ) -> None:
        program, lot, _, _ = loose
        words = ("label", "clear", lot.lot, "--reason", "X")
        assert program.signed(*words, user=T, exit_code=52).code == "role-missing"
        self.clear(program, lot)
        assert self.clear(program, lot, exit_code=33).code == "nothing-to-clear"

    def test_labels_of_two_lots_are_not_printed_in_one_go(
        self, loose: tuple[Program, Filled, Filled, list[str]]
    ) -> None:
        program, lot, other, labels = loose
        for label in labels:
            program("label", "void", label, *REASON, user=T)
        first = self.fill(program, lot).data["containers"][0]["id"]
        second = self.fill(program, other).data["containers"][0]["id"]
        refused = program("label", "print", first, second, user=T, exit_code=44)
        assert refused.blockers == {"line-not-clear"}

    def test_a_site_that_never_turned_it_on_is_asked_nothing(self, filled: Site) -> None:
        program, lot = filled
        other = second_family(program)
        bag = fill(program, lot.lot, "bag")["containers"][0]["id"]
        print_one(program, bag)
        self.fill(program, other)

    def test_it_is_turned_off_again_by_quality_assurance(
        self, loose: tuple[Program, Filled, Filled, list[str]]
    ) -> None:
        program, _, other, _ = loose
        words = ("place", "line-clearance", "GMP")
        assert program(*words, "--off", user=T, exit_code=52).code == "role-missing"
        assert program(*words, "--on", user="QA1", exit_code=33).code == "already-done"
        program(*words, "--off", "--reason", "one lot a day", user="QA1")
        self.fill(program, other)

    def test_the_questions_use_indexes(
        self, loose: tuple[Program, Filled, Filled, list[str]]
    ) -> None:
        from lottrack.actions.labelling.clearances import _OUTSTANDING
        from lottrack.store.tables import FACTS

        store = Store(loose[0].db)
        now = {table: f"{table}_now" for table in FACTS}
        plan = store.sql(
            "EXPLAIN QUERY PLAN " + _OUTSTANDING.format_map(now), place="GMP", first="GMP"
        )
        store.close()
        told = [str(row.detail) for row in plan]
        scans = [line for line in told if line.startswith("SCAN")]
        assert all(line.split()[1] == "s" for line in scans), told
        assert any("label_standing_outstanding" in line for line in told)


class TestThePage:
    def test_it_is_issued_under_a_number_and_known_by_its_file(
        self, filled: Site, tmp_path: Path
    ) -> None:
        program, lot = filled
        other = second_family(program)
        label = print_one(program, lot.bags[0], "--copy", "chart")
        apply(program, label["payload"], other.lot, exit_code=44)
        out = tmp_path / "paper" / "ledger.pdf"
        words = ("label", "reconcile", lot.lot, "--out")
        made = program(*words, out, user=T, exit_code=44).data

        assert out.read_bytes().startswith(b"%PDF")
        assert made["file_sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
        (listed,) = program("lot", "documents", lot.lot, "--file", out).data
        assert (listed["id"], listed["document"]) == (made["document"], "label_ledger")
        assert (listed["issued_by"], listed["file_sha256"]) == (T, made["file_sha256"])
        assert program(*words, out, user=T, exit_code=30).code == "file-exists"
        assert count(program, "document_issue") == 1
        again = program(*words, tmp_path, user=T, exit_code=44).data
        assert Path(again["path"]).name == f"{again['document']}.pdf"
        assert again["document"] != made["document"]
        wrong = program(*words, tmp_path / "x.txt", user=T, exit_code=2)
        assert wrong.code == "file-name-unfit"
        assert program("admin", "check").data["findings"] == []

    def test_it_is_issued_by_those_who_label_or_judge_a_lot(
        self, filled: Site, tmp_path: Path
    ) -> None:
        program, lot = filled
        words = ("label", "reconcile", lot.lot)
        assert program(*words).data["reconciled"]
        assert program(*words, "--out", tmp_path, exit_code=51).code == "not-signed-in"
        refused = program(*words, "--out", tmp_path, user="COURIER1", exit_code=52)
        assert refused.code == "role-missing"
        planned = program(*words, "--out", tmp_path, "--dry-run", user=T).data
        assert not Path(planned["path"]).exists()
        assert count(program, "document_issue") == 0

    def test_it_is_named_in_the_dossier(self, filled: Site, tmp_path: Path) -> None:
        program, lot = filled
        made = program("label", "reconcile", lot.lot, "--out", tmp_path, user=T).data
        documents = program("lot", "dossier", lot.lot).data["documents"]
        assert [each["document"] for each in documents] == ["label_ledger"]
        assert documents[0]["file_sha256"] == made["file_sha256"]

    def test_it_tells_what_the_record_tells(self, filled: Site) -> None:
        from lottrack.actions.desk import Desk
        from lottrack.actions.labelling.ledger import ledger
        from lottrack.actions.papers.basis import basis_of
        from lottrack.reports.paper.rendering import as_plain
        from tests.conftest import PlainHasher

        program, lot = filled
        other = second_family(program)
        label = print_one(program, lot.bags[0], "--copy", "chart")
        apply(program, label["payload"], other.lot, exit_code=44)
        program("place", "line-clearance", "GMP", "--on", user="QA1")
        bag = fill(program, lot.lot, "bag")["containers"][0]["id"]
        loose = print_one(program, bag)
        program.signed("label", "clear", lot.lot, "--reason", "in the folder", user="QA1")
        store = Store(program.db)
        desk = Desk(lambda: store, program.clock, PlainHasher(), host="test")
        data = ledger(basis_of(desk, lot.lot))
        shown = as_plain(data)
        store.close()

        assert data["reconciled"] is False
        flat = "".join(shown.split())
        assert "labelmix-up" in flat
        assert [each["reason"] for each in data["clearances"]] == ["in the folder"]
        hashes = query(program, "SELECT image_sha256 FROM label WHERE id = ?", loose["id"])
        assert hashes[0][0] in flat


class TestSets:
    def test_a_whole_fill_is_printed_with_every_copy(self, filled: Site) -> None:
        program, lot = filled
        made = fill(program, lot.lot, "bag")
        labels = program(
            "label", "print", made["id"], "--set", "primary,chart, record", user=T
        ).data
        bags = [bag["id"] for bag in made["containers"]]
        assert [(row["container"], row["copy"]) for row in labels] == [
            (bag, copy) for bag in bags for copy in ("primary", "chart", "record")
        ]
        assert len({row["id"] for row in labels}) == len({row["payload"] for row in labels}) == 6

    def test_one_thing_against_it_stops_the_whole_set(self, filled: Site) -> None:
        program, lot = filled
        before = count(program, "label")
        words = ("label", "print", lot.bags[0], "--set", "chart,primary")
        assert program(*words, user=T, exit_code=44).code == "label-already-printed"
        assert count(program, "label") == before

    @pytest.mark.parametrize(
        "words", [("--set", "primary,wall"), ("--set", "chart,chart"), ("--set", "")]
    )
    def test_a_set_names_copies_that_exist_each_once(
        self, filled: Site, words: tuple[str, ...]
    ) -> None:
        program, lot = filled
        program("label", "print", lot.bags[0], *words, user=T, exit_code=2)

    def test_a_copy_and_a_set_are_not_asked_for_together(self, filled: Site) -> None:
        program, lot = filled
        words = ("label", "print", lot.bags[0], "--set", "chart", "--copy", "chart")
        program(*words, user=T, exit_code=2)

    def test_a_set_with_a_transport_copy_says_where_it_goes(self, filled: Site) -> None:
        program, lot = filled
        words = ("label", "print", lot.bags[0], "--set", "chart,transport")
        assert program(*words, user=T, exit_code=2).code == "destination-missing"
        made = program(*words, "--destination", "Ward 3", user=T).data
        assert [row["copy"] for row in made] == ["chart", "transport"]


class TestWitness:
    def test_what_stands_on_a_label_proves_the_record_it_was_printed_from(
        self, filled: Site
    ) -> None:
        program, lot = filled
        label = print_one(program, lot.bags[0], "--copy", "chart")
        words = said(program, label).split()
        entries = program("audit", "verify").data["entries"]
        (witness,) = {word for word in words if word.startswith(f"{entries - 1}-")}

        proved = program("audit", "witness", witness).data
        assert proved["verdict"] == "contained"
        other = f"{entries}-{witness.split('-')[1]}"
        assert program("audit", "witness", other, exit_code=None).data["verdict"] == "not_contained"

    def test_every_kind_of_label_carries_it(self, filled: Site) -> None:
        program, lot = filled
        sample = program("lot", "sample", lot.lot, "--kind", "cells", user=T).data["id"]
        for thing in (lot.collection, sample, "P01"):
            label = print_one(program, thing)
            entry = program("audit", "verify").data["entries"] - 1
            assert f"{entry}-" in said(program, label)
