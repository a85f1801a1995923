"""Labels after printing: applied by scan-back, voided, read, and every one accounted for."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lottrack.actions.labelling.labels import derived_label_state
from lottrack.rules.codes.identifiers import make_number
from lottrack.rules.codes.scans import label_payload
from lottrack.store.store import Store
from tests import steps
from tests.commands.label_bench import (
    REASON,
    T,
    apply,
    change,
    count,
    fill,
    print_one,
    query,
    second_family,
    state,
)
from tests.conftest import Program
from tests.steps import Filled

Site = tuple[Program, Filled]


class TestApplying:
    @pytest.fixture
    def bags(self, filled: Site) -> list[dict[str, Any]]:
        """Two bags with printed labels that nobody has applied."""
        program, lot = filled
        made = fill(program, lot.lot, "bag")["containers"]
        return program("label", "print", *[bag["id"] for bag in made], user=T).data

    def test_scan_back_records_where_the_label_stands(
        self, filled: Site, bags: list[dict[str, Any]]
    ) -> None:
        program, _ = filled
        made = apply(program, bags[0]["payload"], bags[0]["container"]).data

        assert (made["event"], made["label"], made["container"]) == (
            "applied",
            bags[0]["id"],
            bags[0]["container"],
        )
        assert made["recorded_by"] == T
        assert state(program, bags[0]["id"]) == "applied"

    def test_what_the_scanner_read_and_what_was_typed_are_told_apart(
        self, filled: Site, bags: list[dict[str, Any]]
    ) -> None:
        program, _ = filled
        apply(program, f"\x02{bags[0]['payload'].lower()}\r\n", bags[0]["container"])
        apply(program, bags[1]["id"].lower().replace("-", ""), bags[1]["container"])

        rows = query(program, "SELECT entry FROM label_event ORDER BY seq DESC LIMIT 2")
        assert rows == [("typed",), ("scanned",)]

    def test_another_bags_number_is_a_mismatch(
        self, filled: Site, bags: list[dict[str, Any]]
    ) -> None:
        program, lot = filled
        for to in (bags[1]["container"], lot.bags[0], "P01", lot.collection):
            refused = apply(program, bags[0]["payload"], to, exit_code=44)
            assert refused.code == "label-mismatch"
            assert bags[0]["container"] in refused.data["error"]["sentence"]
        assert state(program, bags[0]["id"]) == "printed"
        assert count(program, "refusal") == 4

    def test_the_bag_may_be_named_by_the_scan_of_its_chart_copy(
        self, filled: Site, bags: list[dict[str, Any]]
    ) -> None:
        program, _ = filled
        chart = print_one(program, bags[0]["container"], "--copy", "chart")
        other = print_one(program, bags[1]["container"], "--copy", "chart")

        refused = apply(program, bags[0]["payload"], other["payload"], exit_code=44)
        assert refused.code == "label-mismatch"
        assert apply(program, bags[0]["payload"], chart["payload"]).data["event"] == "applied"

    def test_a_double_trigger_does_not_answer_for_the_bag(
        self, filled: Site, bags: list[dict[str, Any]]
    ) -> None:
        program, _ = filled
        refused = apply(program, bags[0]["payload"], bags[0]["payload"], exit_code=44)
        assert refused.code == "label-scanned-twice"

    def test_a_second_application_is_refused_unless_it_is_the_same_scan(
        self, filled: Site, bags: list[dict[str, Any]]
    ) -> None:
        program, _ = filled
        args = ("label", "apply", bags[0]["payload"], "--to", bags[0]["container"])
        first = program(*args, user=T).data
        program.clock.advance(seconds=2)
        second = program(*args, user=T).data
        program.clock.advance(seconds=9)

        assert second == first | {"repeated": True}
        assert program(*args, user=T, exit_code=33).code == "already-done"
        assert count(program, "label_event") == 4

    def test_a_refusal_scanned_twice_stays_a_refusal(
        self, filled: Site, bags: list[dict[str, Any]]
    ) -> None:
        program, _ = filled
        args = ("label", "apply", bags[0]["payload"], "--to", bags[1]["container"])
        assert program(*args, user=T, exit_code=44).code == "label-mismatch"
        assert program(*args, user=T, exit_code=44).code == "label-mismatch"

    @pytest.mark.parametrize("destroyed", [(), ("--destroyed",)])
    def test_a_void_label_is_never_applied(
        self, filled: Site, bags: list[dict[str, Any]], destroyed: tuple[str, ...]
    ) -> None:
        program, _ = filled
        program("label", "void", bags[0]["id"], *REASON, *destroyed, user=T)
        refused = apply(program, bags[0]["payload"], bags[0]["container"], exit_code=44)

        assert refused.code == "label-void"

    def test_papers_are_attached_to_the_batch_record_of_their_own_lot(self, filled: Site) -> None:
        program, lot = filled
        other = second_family(program)
        for copy in ("chart", "record", "transport"):
            label = print_one(program, lot.bags[0], "--copy", copy)
            refused = apply(program, label["payload"], other.lot, exit_code=44)
            assert refused.code == "label-mismatch"
            made = apply(program, label["payload"], lot.lot).data
            assert (made["event"], made["lot"]) == ("attached", lot.lot)
            again = apply(program, label["payload"], lot.lot, exit_code=33)
            assert again.code == "already-done"

    def test_a_chart_copy_goes_into_its_own_patients_chart(self, filled: Site) -> None:
        program, lot = filled
        second_family(program)
        label = print_one(program, lot.bags[0], "--copy", "chart")

        assert apply(program, label["payload"], "P02", exit_code=44).code == "label-mismatch"
        assert apply(program, label["payload"], "P01").data["event"] == "attached"

    def test_each_copy_goes_where_it_belongs(
        self, filled: Site, bags: list[dict[str, Any]]
    ) -> None:
        program, lot = filled
        for copy in ("chart", "record"):
            label = print_one(program, lot.bags[0], "--copy", copy)
            refused = apply(program, label["payload"], lot.bags[0], exit_code=44)
            assert refused.code == "label-wrong-copy"
        refused = apply(program, bags[0]["payload"], lot.lot, exit_code=44)
        assert refused.code == "label-wrong-copy"
        for copy in ("overwrap", "transport"):
            label = print_one(program, lot.bags[0], "--copy", copy)
            assert apply(program, label["payload"], lot.bags[0]).data["event"] == "applied"

    def test_labels_of_samples_and_collections_go_onto_their_own(self, filled: Site) -> None:
        program, lot = filled
        taken = ("lot", "sample", "--kind", "cells")
        of_lot = program(*taken, lot.lot, user=T).data["id"]
        of_bag = program(*taken, lot.bags[0], user=T).data["id"]
        for thing in (of_lot, of_bag, lot.collection):
            label = print_one(program, thing)
            assert apply(program, label["payload"], lot.bags[1], exit_code=44).code == (
                "label-mismatch"
            )
            assert apply(program, label["payload"], thing).data["event"] == "applied"
            record = print_one(program, thing, "--copy", "record")
            assert apply(program, record["payload"], lot.lot).data["event"] == "attached"

    def test_a_container_carries_one_primary_label(
        self, filled: Site, bags: list[dict[str, Any]]
    ) -> None:
        program, _ = filled
        bag = bags[0]["container"]
        second = print_one(program, bag, *REASON)
        apply(program, second["payload"], bag)
        event = query(program, "SELECT id FROM label_event WHERE label = ?", bags[0]["id"])[0][0]
        with change(program, "strike") as opened:
            opened.amend("label_event", opened.get("label_event", event), struck=True)

        refused = apply(program, bags[0]["payload"], bag, exit_code=44)
        assert refused.code == "label-already-applied"
        assert second["id"] in refused.data["error"]["sentence"]

    def test_no_label_was_applied_before_it_was_printed(
        self, filled: Site, bags: list[dict[str, Any]]
    ) -> None:
        program, _ = filled
        earlier = steps.ago(program, hours=1)
        refused = apply(
            program, bags[0]["payload"], bags[0]["container"], "--at", earlier, exit_code=30
        )
        assert refused.code == "out-of-order"

    @pytest.mark.parametrize(
        ("scan", "exit_code", "code"),
        [
            ("LB-TST-9999-Z", 63, "identifier-check-failed"),
            ("LT.CNTST0001Z.LBTST0001G.P0", 63, "identifier-check-failed"),
            ("NOTHING", 20, "unknown-code"),
            ("=G123416654321", 64, "wrong-kind-of-code"),
            ("P01", 64, "wrong-kind-of-code"),
        ],
    )
    def test_what_is_no_label_is_refused(
        self, filled: Site, scan: str, exit_code: int, code: str
    ) -> None:
        program, lot = filled
        assert apply(program, scan, lot.bags[0], exit_code=exit_code).code == code

    def test_a_code_that_puts_another_bag_beside_the_serial_is_refused(
        self, filled: Site, bags: list[dict[str, Any]]
    ) -> None:
        program, lot = filled
        forged = label_payload(lot.bags[0], bags[0]["id"], "primary")

        refused = apply(program, forged, lot.bags[0], exit_code=63)
        assert refused.code == "identifier-check-failed"

    def test_without_a_terminal_the_thing_must_be_given(self, filled: Site) -> None:
        program, lot = filled
        program("label", "apply", lot.scans[0], user=T, exit_code=2)


class TestVoiding:
    def test_a_label_is_void_then_destroyed_and_no_more(self, filled: Site) -> None:
        program, lot = filled
        label = program("label", "list", lot.bags[0]).data[0]["id"]
        program("label", "void", lot.scans[0], *REASON, user=T)
        program.clock.advance(seconds=10)
        assert state(program, label) == "void"
        program("label", "void", label, *REASON, user=T, exit_code=33)
        program("label", "void", label, *REASON, "--destroyed", user=T)
        program.clock.advance(seconds=10)
        assert state(program, label) == "destroyed"
        program("label", "void", label, *REASON, "--destroyed", user=T, exit_code=33)
        refused = program("label", "void", label, *REASON, user=T, exit_code=33)
        assert refused.code == "already-done"

    def test_an_applied_primary_label_leaves_its_bag_bare_with_a_warning(
        self, filled: Site
    ) -> None:
        program, lot = filled
        made = program("label", "void", lot.scans[0], *REASON, user=T).data

        assert [warning["code"] for warning in made["warnings"]] == ["container-without-label"]
        assert made["reason"] == "smeared by ethanol"

    def test_a_double_trigger_is_one_record(self, filled: Site) -> None:
        program, lot = filled
        args = ("label", "void", lot.scans[0], *REASON)
        first = program(*args, user=T).data
        again = program(*args, user=T).data

        assert again["repeated"] is True
        assert again["id"] == first["id"]

    def test_a_reason_is_needed(self, filled: Site) -> None:
        program, lot = filled
        program("label", "void", lot.scans[0], user=T, exit_code=2)
        program("label", "void", lot.scans[0], "--reason", " ", user=T, exit_code=2)

    def test_not_before_it_was_applied(self, filled: Site) -> None:
        program, lot = filled
        args = ("label", "void", lot.scans[0], *REASON, "--at", steps.ago(program, days=1))
        assert program(*args, user=T, exit_code=30).code == "out-of-order"


class TestReconciling:
    def test_a_lot_reconciles_when_every_label_has_come_to_something(self, filled: Site) -> None:
        program, lot = filled
        assert program("label", "reconcile", lot.lot).data["reconciled"] is True
        chart = print_one(program, lot.bags[0], "--copy", "chart")
        spare = print_one(program, lot.bags[1], *REASON)
        sample = program("lot", "sample", lot.lot, "--kind", "cells", user=T).data["id"]
        tube = print_one(program, sample)

        data = program("label", "reconcile", lot.lot, exit_code=44).data
        assert {row["id"] for row in data["outstanding"]} == {
            chart["id"],
            spare["id"],
            tube["id"],
        }
        apply(program, chart["payload"], lot.lot)
        apply(program, tube["payload"], sample)
        program("label", "void", spare["id"], *REASON, "--destroyed", user=T)
        data = program("label", "reconcile", lot.lot).data
        counts = {row["copy"]: row for row in data["copies"]}
        became = ("printed", "applied", "attached", "void", "destroyed", "outstanding")
        assert [counts["primary"][state] for state in became] == [4, 2, 0, 1, 1, 0]
        assert counts["chart"]["attached"] == 1
        assert counts["all"]["printed"] == 6
        assert data["outstanding"] == []

    def test_printed_is_the_sum_of_what_became_of_them(self, filled: Site) -> None:
        program, lot = filled
        program("label", "print", lot.lot, "--copy", "record", user=T)
        for row in program("label", "reconcile", lot.lot, exit_code=44).data["copies"]:
            parts = ("applied", "attached", "void", "destroyed", "outstanding")
            assert row["printed"] == sum(row[part] for part in parts)

    def test_the_text_for_a_person(self, filled: Site) -> None:
        program, lot = filled
        assert "They reconcile." in program("label", "reconcile", lot.lot, as_json=False).stdout
        label = print_one(program, lot.bags[0], "--copy", "chart")
        shown = program("label", "reconcile", lot.lot, as_json=False, exit_code=44).stdout

        assert "do NOT reconcile" in shown
        assert label["id"] in shown

    def test_a_lot_is_closed_by_the_same_count(self, filled: Site) -> None:
        program, lot = filled
        sample = program("lot", "sample", lot.lot, "--kind", "cells", user=T).data["id"]
        tube = print_one(program, sample)
        closing = ("lot", "close", lot.lot, "--confirm", lot.lot)
        refused = program(*closing, user=T, exit_code=41)

        assert "labels-not-reconciled" in refused.blockers
        assert tube["id"] in refused.stdout

    def test_another_lots_labels_do_not_count(self, filled: Site) -> None:
        program, lot = filled
        other = second_family(program)
        print_one(program, other.bags[0], "--copy", "chart")

        assert program("label", "reconcile", lot.lot).data["copies"][-1]["printed"] == 3


class TestListing:
    def test_the_labels_of_a_thing_with_what_became_of_each(self, filled: Site) -> None:
        program, lot = filled
        new = print_one(program, lot.bags[0], *REASON)
        first, second = program("label", "list", lot.bags[0]).data

        assert (first["state"], first["reason"]) == ("void", "smeared by ethanol")
        assert (second["id"], second["state"], second["replaces"]) == (
            new["id"],
            "printed",
            first["id"],
        )
        for thing in (lot.fill, lot.lot):
            assert len(program("label", "list", thing).data) == 4
        assert program("label", "list", "P01").data == []

    def test_the_labels_of_a_preparation_are_those_of_its_containers(self, released: Site) -> None:
        program, lot = released
        order = program("order", "list").data[0]["id"]
        preparation = steps.prepare_dose(program, order, lot.scans[0])
        listed = program("label", "list", preparation).data

        assert [label["of"] for label in listed] == [lot.bags[0]]


class TestReading:
    def test_a_printed_picture_is_read_with_what_the_record_knows(self, filled: Site) -> None:
        program, lot = filled
        label = print_one(program, lot.bags[0], *REASON)
        read = program("label", "read", label["path"]).data

        assert (read["scheme"], read["kind"], read["valid"]) == ("lottrack", "container", True)
        assert read["reason"] is None
        fields = read["fields"]
        assert (fields["container"], fields["label"]) == (lot.bags[0], label["id"])
        assert (fields["copy"], fields["state"], fields["known"]) == ("primary", "printed", True)
        assert read == program("label", "read", label["payload"]).data

    def test_a_wristband_shows_its_code_twice_and_is_one_answer(self, filled: Site) -> None:
        program, _ = filled
        band = print_one(program, "P01")
        read = program("label", "read", band["path"]).data

        assert (read["kind"], read["fields"]["patient"]) == ("patient", "P01")

    def test_a_void_label_is_sound_and_says_that_it_is_void(self, filled: Site) -> None:
        program, lot = filled
        program("label", "void", lot.scans[0], *REASON, user=T)
        read = program("label", "read", lot.scans[0]).data

        assert read["valid"] is True
        assert "is void" in read["reason"]

    def test_a_person_reads_one_field_a_line(self, filled: Site) -> None:
        program, lot = filled
        shown = program("label", "read", lot.scans[0], as_json=False).stdout.splitlines()

        assert f"container   {lot.bags[0]}" in shown
        assert "state       applied" in shown

    def test_without_a_record_the_structure_is_read(self, tmp_path: Path, clock: Any) -> None:
        nowhere = Program(tmp_path / "none.sqlite", clock)
        for kind, thing in (
            ("container", make_number("container", "MAD", 1)),
            ("collection", "BM/2026/7"),
            ("patient", "PT-P01"),
        ):
            scan = label_payload(str(thing), str(make_number("label", "MAD", 2)), "record")
            read = nowhere("label", "read", scan).data
            assert (read["scheme"], read["kind"], read["valid"]) == ("lottrack", kind, True)
            assert read["fields"]["known"] is None
        number = make_number("infusion_order", "MAD", 5)
        assert nowhere("label", "read", number).data["kind"] == "infusion_order"
        wrong = str(number)[:-1] + ("A" if str(number)[-1] != "A" else "B")
        assert nowhere("label", "read", wrong, exit_code=63).data["valid"] is False
        assert nowhere("label", "read", "HELLO", exit_code=63).data["scheme"] == "unknown"
        assert not nowhere.db.exists()

    def test_a_label_of_another_house_is_sound_but_unknown(self, filled: Site) -> None:
        program, _ = filled
        scan = label_payload(
            str(make_number("container", "MAD", 1)), str(make_number("label", "MAD", 2)), "primary"
        )
        read = program("label", "read", scan).data

        assert read["valid"] is True
        assert read["fields"]["known"] is False
        assert "No label of this record" in read["reason"]

    def test_a_code_that_does_not_belong_to_its_label_is_not_valid(self, filled: Site) -> None:
        program, lot = filled
        serial = program("label", "list", lot.bags[1]).data[0]["id"]
        forged = label_payload(lot.bags[0], serial, "primary")

        read = program("label", "read", forged, exit_code=63).data
        assert read["valid"] is False
        assert serial in read["reason"]

    @pytest.mark.parametrize(
        ("text", "scheme"),
        [
            ("=G123416654321", "isbt128"),
            ("]d20109501101530004", "gs1"),
            ("SEC ES000001G123416654321 A0001111100000101", "sec"),
            ("LT.CNTST0001Z.LBTST0001G.P0", "lottrack"),
            ("What is this?", "unknown"),
        ],
    )
    def test_other_systems_and_damaged_codes_are_named_and_not_valid(
        self, filled: Site, text: str, scheme: str
    ) -> None:
        program, _ = filled
        read = program("label", "read", text, exit_code=63).data

        assert (read["scheme"], read["valid"]) == (scheme, False)
        assert read["reason"]

    def test_sound_codes_of_other_systems_say_what_is_in_them(self, filled: Site) -> None:
        program, _ = filled

        def read(text: str) -> dict[str, Any]:
            said: dict[str, Any] = program("label", "read", text).data
            assert said["valid"] is True
            assert said["reason"] is None
            return said

        donation = read("=A99992400013700=<S1234V00")
        assert donation["structures"] == [
            {"ds": "001", "content": "A99992400013700"},
            {"ds": "003", "content": "S1234V00"},
        ]
        european = read("SEC: PL001499Z549917123456 A00T041600320171231")
        assert european["fields"]["donation"] == "Z549917123456"
        assert read("]d2010950600013435217261231")["ais"] == [
            ["01", "09506000134352"],
            ["17", "261231"],
        ]
        typed = read("a999924000137a")
        assert (typed["scheme"], typed["kind"]) == ("isbt128", "din")
        assert typed["fields"] == {"fin": "A9999", "year": "24", "sequence": "000137"}
        shown = program("label", "read", "=A99992400013700", as_json=False).stdout
        assert "structure 001" in shown
        assert "A99992400013700" in shown

    def test_numbers_and_codes_of_the_record_are_known(self, filled: Site) -> None:
        program, lot = filled
        for kind, text in (
            ("container", lot.bags[0].lower().replace("-", "")),
            ("lot", lot.lot),
            ("patient", "p01"),
        ):
            read = program("label", "read", text).data
            assert (read["kind"], read["fields"]["known"]) == (kind, True)
        for site, whose in (("TST", "this site"), ("MAD", "another site")):
            read = program("label", "read", make_number("lot", site, 77)).data
            assert read["fields"]["known"] is False
            assert whose in read["reason"]
        wrong = lot.bags[0][:-1] + ("A" if lot.bags[0][-1] != "A" else "B")
        assert "check character" in program("label", "read", wrong, exit_code=63).data["reason"]
        foreign = str(make_number("lot", "MAD", 77))
        broken = foreign[:-1] + ("A" if foreign[-1] != "A" else "B")
        assert program("label", "read", broken, exit_code=63).data["kind"] == "lot"

    def test_a_picture_with_several_codes_answers_a_list(
        self, filled: Site, tmp_path: Path
    ) -> None:
        program, lot = filled
        files = [print_one(program, bag, "--copy", "chart")["path"] for bag in lot.bags[:2]]
        pictures = [Image.open(file).convert("L") for file in files]
        sheet = Image.new("L", (pictures[0].width, 2 * pictures[0].height), 255)
        for place, picture in enumerate(pictures):
            sheet.paste(picture, (0, place * picture.height))
        out = io.BytesIO()
        sheet.save(out, "PNG")
        (tmp_path / "two.png").write_bytes(out.getvalue())
        read = program("label", "read", tmp_path / "two.png").data

        assert {each["fields"]["container"] for each in read} == set(lot.bags[:2])

    def test_a_file_that_is_no_picture_of_a_code(self, filled: Site, tmp_path: Path) -> None:
        program, _ = filled
        blank = tmp_path / "blank.png"
        Image.new("L", (80, 80), 255).save(blank)
        assert program("label", "read", blank, exit_code=63).code == "code-unreadable"
        (tmp_path / "text").write_text("LT.", encoding="utf-8")
        assert program("label", "read", tmp_path / "text", exit_code=63).code == "code-unreadable"
        with (tmp_path / "huge.png").open("wb") as huge:
            huge.truncate(60_000_000)
        assert program("label", "read", tmp_path / "huge.png", exit_code=2).code == (
            "file-too-large"
        )
        assert program("label", "read", "gone.png", exit_code=2).code == "file-unreadable"


class TestTheRecord:
    def test_every_standing_is_what_the_events_say(self, released: Site) -> None:
        program, lot = released
        print_one(program, lot.bags[0], *REASON)
        chart = print_one(program, lot.bags[0], "--copy", "chart")
        apply(program, chart["payload"], lot.lot)
        program("label", "void", lot.scans[1], *REASON, "--destroyed", user=T)
        store = Store(program.db)
        try:
            rows = store.rows("label_standing")
            told = {row.label: (row.state, row.container) for row in rows}
            assert told == {row: derived_label_state(store, row) for row in told}
            assert {state for state, _ in told.values()} == {
                *("applied", "void", "printed", "attached", "destroyed")
            }
            assert len(told) == len(store.rows("label"))
            assert derived_label_state(store, "LB-TST-9999-Z") == ("", None)
        finally:
            store.close()

    def test_a_label_can_be_asked_about_as_of_an_earlier_moment(self, filled: Site) -> None:
        program, lot = filled
        label = program("label", "list", lot.bags[0]).data[0]["id"]
        before = program.clock()
        program.clock.advance(hours=1)
        program("label", "void", label, *REASON, user=T)
        store = Store(program.db)
        try:
            assert derived_label_state(store.at(before), label) == ("applied", lot.bags[0])
            assert derived_label_state(store, label) == ("void", None)
        finally:
            store.close()

    def test_the_picture_and_its_words_are_kept_by_hash(self, filled: Site) -> None:
        program, lot = filled
        label = print_one(program, lot.bags[0], "--copy", "chart", "--format", "pdf")
        row = query(
            program,
            "SELECT payload, image_sha256, format, performed_by FROM label WHERE id = ?",
            label["id"],
        )[0]
        assert row[0] == label["payload"]
        assert len(row[1]) == 64
        assert row[2:] == ("pdf", T)

    def test_the_chain_stays_whole(self, filled: Site) -> None:
        program, lot = filled
        print_one(program, lot.bags[0], *REASON)
        program("label", "print", lot.bags[0], user=T, exit_code=44)

        assert program("audit", "verify").data["verdict"] == "intact"
