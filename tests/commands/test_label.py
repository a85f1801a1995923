"""`lottrack label preview` and `print`: drawn, read back, recorded, then handed out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lottrack import assets
from lottrack.actions.labelling import printing as label_printing
from lottrack.printing.codes import read_codes
from lottrack.printing.templates import shipped_template
from lottrack.rules.codes.identifiers import make_number
from lottrack.rules.codes.scans import label_payload
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
    said,
    state,
)
from tests.conftest import Program
from tests.steps import Filled

Site = tuple[Program, Filled]


class TestPreview:
    def test_a_template_is_drawn_with_its_sample_and_without_a_record(
        self, tmp_path: Path, clock: Any
    ) -> None:
        nowhere = Program(tmp_path / "none.sqlite", clock)
        out = tmp_path / "cryobag.png"
        made = nowhere("label", "preview", "cryobag", "--out", out).data[0]

        assert made["path"] == str(out)
        assert read_codes(out.read_bytes()) == [made["payload"]]
        assert (made["template"], made["copy"]) == ("cryobag", "primary")
        assert not nowhere.db.exists()

    @pytest.mark.parametrize("name", assets.label_template_names())
    def test_every_shipped_template_has_a_preview_as_pdf(
        self, program: Program, tmp_path: Path, name: str
    ) -> None:
        made = program("label", "preview", name, "--format", "pdf", "--out", tmp_path).data[0]

        assert Path(made["path"]).read_bytes().startswith(b"%PDF")

    def test_without_a_file_it_lies_in_the_working_folder(
        self, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        program("label", "preview", "vial")

        assert (tmp_path / "preview-vial.png").is_file()

    def test_a_template_in_the_making_is_judged(self, program: Program, tmp_path: Path) -> None:
        source = assets.label_template_path("vial").read_text(encoding="utf-8")
        file = tmp_path / "vial.toml"
        file.write_text(source, encoding="utf-8")
        assert program("label", "preview", file, "--out", tmp_path / "v.png").data

        file.write_text(source.replace('text = "{recipient}"', 'text = "{name}"'), encoding="utf-8")
        refused = program("label", "preview", file, "--out", tmp_path / "w.png", exit_code=61)
        assert refused.code == "template-invalid"
        assert "vial.toml" in refused.data["error"]["sentence"]
        assert not (tmp_path / "w.png").exists()

    @pytest.mark.parametrize("name", ["shipping-box", "nowhere.toml"])
    def test_an_unknown_template_is_not_found(self, program: Program, name: str) -> None:
        assert program("label", "preview", name, exit_code=20).code == "template-unknown"


class TestPrinting:
    def test_a_bag_gets_a_label_whose_code_reads_back(self, filled: Site) -> None:
        program, lot = filled
        made = print_one(program, lot.bags[0], *REASON)

        assert made["container"] == lot.bags[0]
        assert made["kind"] == "label"
        assert (made["copy"], made["template"]) == ("primary", "cryobag")
        assert made["recorded_by"] == T
        folder = program.db.with_name(program.db.name + ".labels")
        assert made["path"] == str(folder / f"{made['id']}.png")
        assert read_codes(Path(made["path"]).read_bytes()) == [made["payload"]]
        assert made["payload"] == label_payload(lot.bags[0], made["id"], "primary")

    def test_a_bags_label_says_whose_which_what_and_until_when(self, filled: Site) -> None:
        program, lot = filled
        words = said(program, print_one(program, lot.bags[1], *REASON))

        for word in (
            *("RECIPIENT", "P01", lot.lot, lot.bags[1], "bag 2 of 3", "D01", "Test GMP unit"),
            "44.0 ×10⁶ viable cells · 4.4 mL · Dispersion for infusion · Intravenous infusion",
            *("MSC-EB", "Do not irradiate. Infuse within 60 min of thawing.", "Investigator"),
            *("EXP 29 NOV 2026 09:00 CET", "EudraCT 2017-000606-37", "at or below −150 °C"),
            *("For clinical trial use only", "For use by the intended recipient only"),
            *("Contains cells of human origin", "MSC-EB-21D v1"),
        ):
            assert word in words.replace("\n", " "), words
        assert "HAZARD" not in words
        # Excipients are those of the frozen product; they stand on the overwrap.
        assert "10 % DMSO" not in words
        over = said(program, print_one(program, lot.bags[1], "--copy", "overwrap"))
        assert "10 % DMSO, human albumin" in over
        assert "TRAINING" not in words

    def test_a_fill_or_a_lot_stands_for_its_containers(self, filled: Site) -> None:
        program, lot = filled
        for text in (lot.fill, lot.lot):
            made = program("label", "print", text, "--copy", "chart", user=T).data
            assert [label["container"] for label in made] == list(lot.bags)
            assert len({label["id"] for label in made}) == 3

    def test_a_thing_named_twice_gets_one_label(self, filled: Site) -> None:
        program, lot = filled
        made = print_one(program, lot.bags[0], lot.scans[0], lot.bags[0].lower(), *REASON)

        assert made["container"] == lot.bags[0]

    def test_a_lot_without_containers_has_nothing_to_print(self, filled: Site) -> None:
        program, lot = filled
        collection = steps.record_collection(program, lot.course, days_ago=1)
        empty = program(
            *("lot", "register", "--collection", collection, "--product", "MSC-EB"),
            *("--spec", steps.SPECIFICATION),
            user=T,
        ).data["id"]

        refused = program("label", "print", empty, user=T, exit_code=44)
        assert refused.code == "nothing-to-print"

    def test_a_planned_collection_is_labelled_before_the_needle(self, filled: Site) -> None:
        program, lot = filled
        day = steps.local_day(program, 3)
        planned = program("collection", "plan", lot.course, "--planned-on", day, user=T).data["id"]
        before = print_one(program, planned)
        assert before["collection"] == planned
        assert before["template"] == "collection"
        assert "day, month, year, time; initials" in said(program, before)

        taken = said(program, print_one(program, lot.collection))
        assert "COLLECTED 04 DEC 2025 09:00 CET" in taken
        assert "Bone marrow · 35 mL" in taken
        assert lot.course in taken

    def test_a_planned_fill_is_labelled_with_a_warning(self, filled: Site) -> None:
        program, lot = filled
        bags = fill(program, lot.lot, "bag", "--planned")["containers"]
        made = print_one(program, bags[0]["id"])

        assert [warning["code"] for warning in made["warnings"]] == ["planned-contents"]
        assert query(program, "SELECT code FROM shown_warning WHERE record = ?", made["id"])

    @pytest.mark.parametrize(
        ("purpose", "words"),
        [
            ("retention", "RETENTION · NOT FOR INFUSION"),
            ("qc", "FOR TESTING · NOT FOR INFUSION"),
            ("intermediate", "INTERMEDIATE · NOT FOR INFUSION"),
        ],
    )
    @pytest.mark.parametrize("kind", ["bag", "vial", "syringe"])
    def test_a_container_not_for_infusion_says_so(
        self, filled: Site, kind: str, purpose: str, words: str
    ) -> None:
        program, lot = filled
        made = fill(program, lot.lot, kind, "--purpose", purpose)
        label = print_one(program, made["containers"][0]["id"])

        shown = said(program, label)
        assert words in shown
        assert "Intravenous" not in shown
        assert "intended recipient" not in shown

    def test_a_sample_names_no_person(self, filled: Site) -> None:
        program, lot = filled
        sample = program(
            *("lot", "sample", lot.lot, "--kind", "P2 supernatant", "--for", "sterility"), user=T
        ).data["id"]
        label = print_one(program, sample)

        words = said(program, label)
        assert "P2 supernatant: sterility" in words.replace("\n", " ")
        assert "P01" not in words
        assert "D01" not in words
        assert label["copy"] == "sample"

    def test_a_wristband_opens_the_pharmacists_question(self, released: Site) -> None:
        program, lot = released
        band = print_one(program, "P01")
        assert band["patient"] == "P01"
        assert apply(program, band["payload"], "P01").data["event"] == "applied"

        answer = program(
            *("verify", lot.scans[0], "--patient", band["payload"]), user="PHARMACIST1"
        ).data
        assert answer["verdict"] == "accepted"
        assert not {w["code"] for w in answer["warnings"]} & {"patient-typed", "typed-entry"}

    def test_a_reactive_donor_is_a_biological_hazard_on_every_label(self, filled: Site) -> None:
        program, lot = filled
        steps.screen_donor(program, "D01", days_ago=1, hbsag="reactive", syphilis="reactive")
        for thing, copy in (
            *((lot.bags[0], copy) for copy in ("primary", "overwrap", "chart", "transport")),
            (lot.collection, "primary"),
        ):
            words = said(program, print_one(program, thing, "--copy", copy, *REASON))
            flat = words.replace("\n", " ")
            assert "BIOLOGICAL HAZARD" in flat
            assert "WARNING: Advise patient of communicable disease risks." in flat
            assert "WARNING: Reactive test results for hepatitis B virus, syphilis" in flat

    def test_a_training_record_says_so_instead_of_the_site(self, filled: Site) -> None:
        program, lot = filled
        with change(program, "demo") as opened:
            opened.stand("setting", {"name": "training"}, value="1")
        for thing in (lot.bags[0], "P01", lot.collection):
            words = said(program, print_one(program, thing, *REASON))
            assert "TRAINING · NOT FOR USE IN PATIENTS" in words
            assert "Test GMP unit" not in words

    def test_a_transport_copy_says_where_to(self, filled: Site) -> None:
        program, lot = filled
        made = print_one(
            *(program, lot.bags[0], "--copy", "transport"),
            *("--destination", "South Hospital, Sevilla · +34 95 555 02 00"),
        )
        words = said(program, made)
        assert "South Hospital, Sevilla" in words
        assert "TRANSPORT COPY · NOT FOR INFUSION" in words
        assert "UTC" in words

        program(
            "label", "print", lot.bags[0], "--destination", "there", *REASON, user=T, exit_code=2
        )

    def test_a_transport_copy_that_could_not_say_where_to_is_refused(self, filled: Site) -> None:
        program, lot = filled
        words = ("label", "print", *lot.bags[:2], "--copy", "transport")
        refused = program(*words, user=T, exit_code=2)
        assert refused.code == "destination-missing"
        assert lot.bags[0] in refused.data["error"]["sentence"]
        assert "--destination" in refused.data["error"]["hint"]

        # On the way to a person it is still not said where to.
        program("custody", "transfer", *lot.bags[:2], "--to", "COURIER1", user=T)
        assert program(*words, user=T, exit_code=2).code == "destination-missing"

    def test_a_thing_on_its_way_says_where_its_transfer_leads(self, filled: Site) -> None:
        program, lot = filled
        program("custody", "transfer", lot.bags[0], "--to", "PHARMACY", user=T)
        outside = "South Hospital, Sevilla · +34 95 555 02 00"
        program("custody", "transfer", lot.bags[1], "--to-outside", outside, user=T)
        for bag, place in ((lot.bags[0], "(PHARMACY)"), (lot.bags[1], "South Hospital, Sevilla")):
            made = program("label", "print", bag, "--copy", "transport", user=T).data[0]
            assert place in said(program, made)
        told = print_one(program, lot.bags[0], "--copy", "transport", "--destination", "Ward 3")
        assert "Ward 3" in said(program, told)
        assert "(PHARMACY)" not in said(program, told)

    def test_where_it_once_went_is_not_where_it_goes_now(self, released: Site) -> None:
        program, lot = released
        words = ("label", "print", lot.bags[0], "--copy", "transport")
        assert program(*words, user=T, exit_code=2).code == "destination-missing"

    def test_the_marrow_on_its_way_says_where_to_as_well(self, filled: Site) -> None:
        program, lot = filled
        words = ("label", "print", lot.collection, "--copy", "transport")
        assert program(*words, user=T, exit_code=2).code == "destination-missing"
        made = program(*words, "--destination", "Cell unit, Madrid", user=T).data[0]
        assert "TO Cell unit, Madrid" in said(program, made)

    @pytest.mark.parametrize("known", [False, True])
    def test_at_a_terminal_the_destination_is_asked_for_only_if_no_transfer_says_it(
        self, filled: Site, monkeypatch: pytest.MonkeyPatch, known: bool
    ) -> None:
        program, lot = filled
        if known:
            program("custody", "transfer", lot.bags[0], "--to", "PHARMACY", user=T)
        answers = ["", "Ward 3, North Hospital"]
        monkeypatch.setattr("lottrack.terminal.is_terminal", lambda: True)
        monkeypatch.setattr("lottrack.terminal.read_line", lambda _: answers.pop(0))
        made = program("label", "print", lot.bags[0], "--copy", "transport", user=T).data[0]

        assert ("Ward 3, North Hospital" in said(program, made)) is not known
        assert answers == (["", "Ward 3, North Hospital"] if known else [])

    def test_another_legal_basis_has_its_own_words(self, filled: Site) -> None:
        program, lot = filled
        with change(program, "correct") as opened:
            course = opened.get("course", lot.course)
            opened.amend("course", course, basis="hospital-exemption")
        words = said(program, print_one(program, lot.bags[0], *REASON))

        assert "Hospital exemption" in words
        assert "clinical trial" not in words
        assert "EudraCT" not in words

    def test_the_text_for_a_person_names_label_thing_and_file(self, filled: Site) -> None:
        program, lot = filled
        shown = program("label", "print", lot.bags[0], *REASON, user=T, as_json=False)

        assert lot.bags[0] in shown.stdout
        assert ".png" in shown.stdout
        assert "is void now; take it off and destroy it." in shown.stderr
        assert f"Recorded by {T.title()} ({T})." in shown.stderr


class TestTemplates:
    def test_another_template_of_the_same_subject_may_be_named(self, filled: Site) -> None:
        program, lot = filled
        made = print_one(program, lot.bags[0], "--template", "syringe", *REASON)

        assert made["template"] == "syringe"

    @pytest.mark.parametrize("name", ["wristband", "overwrap", "prepared-dose"])
    def test_a_template_that_prints_something_else_is_refused(
        self, filled: Site, name: str
    ) -> None:
        program, lot = filled
        refused = program(
            "label", "print", lot.bags[0], "--template", name, *REASON, user=T, exit_code=44
        )
        assert refused.code == "template-does-not-fit"

    def test_a_copy_that_does_not_exist_of_a_thing_is_not_found(self, filled: Site) -> None:
        program, _ = filled
        refused = program("label", "print", "P01", "--copy", "chart", user=T, exit_code=20)
        assert refused.code == "template-unknown"

    def test_the_edition_used_is_recorded_once_with_its_text(self, filled: Site) -> None:
        program, lot = filled
        print_one(program, lot.bags[0], *REASON)
        print_one(program, lot.bags[1], *REASON)

        rows = query(program, "SELECT name, edition, source FROM label_template")
        assert [row[:2] for row in rows] == [("cryobag", shipped_template("cryobag")[0].edition)]
        assert rows[0][2] == assets.label_template_path("cryobag").read_text(encoding="utf-8")

    def test_a_template_altered_without_a_new_edition_is_refused(self, filled: Site) -> None:
        program, lot = filled
        with change(program, "label print") as opened:
            opened.record(
                "label_template",
                name="overwrap",
                edition=shipped_template("overwrap")[0].edition,
                source="x",
                source_sha256="0" * 64,
            )
        refused = program("label", "print", lot.bags[0], "--copy", "overwrap", user=T, exit_code=61)
        assert "raises its edition" in refused.data["error"]["hint"]

    def test_a_text_that_does_not_fit_leaves_no_label_and_no_file(self, filled: Site) -> None:
        program, lot = filled
        program(
            *("lot", "register", "--parent", lot.lot, "--product", "MSC-EB"),
            *("--spec", steps.SPECIFICATION, "--number", "W" * 40),
            user=T,
        )
        bags = fill(program, "W" * 40, "bag", "--planned")["containers"]
        before = count(program, "label")
        out = program.db.parent / "none"
        refused = program("label", "print", bags[0]["id"], "--out", out, user=T, exit_code=62)

        assert refused.code == "text-does-not-fit"
        assert count(program, "label") == before
        assert not out.exists()


class TestFiles:
    def test_one_label_goes_into_the_picture_named(self, filled: Site, tmp_path: Path) -> None:
        program, lot = filled
        out = tmp_path / "deep" / "bag.png"
        made = print_one(program, lot.bags[0], "--out", out, *REASON)

        assert made["path"] == str(out)
        assert [file.name for file in out.parent.iterdir()] == ["bag.png"]

    def test_several_labels_go_into_one_pdf_one_a_page(self, filled: Site, tmp_path: Path) -> None:
        program, lot = filled
        for out in (tmp_path / "lot.pdf", tmp_path / "folder"):
            made = program(
                *("label", "print", lot.lot, "--copy", "chart", "--format", "pdf", "--out", out),
                user=T,
            ).data
            paths = {label["path"] for label in made}
            assert len(paths) == 1
            assert Path(paths.pop()).read_bytes().count(b"/Type /Page /Parent") == 3

    def test_a_folder_may_have_a_dot_in_its_name(self, filled: Site, tmp_path: Path) -> None:
        program, lot = filled
        (tmp_path / "labels.d").mkdir()
        made = print_one(program, lot.bags[0], "--out", tmp_path / "labels.d", *REASON)

        assert Path(made["path"]).parent == tmp_path / "labels.d"

    @pytest.mark.parametrize(
        "more",
        [
            ("--out", "labels.png"),
            ("--out", "labels.txt"),
            ("--out", "labels.png", "--format", "pdf"),
        ],
    )
    def test_a_file_that_cannot_hold_the_labels_is_a_usage_error(
        self, filled: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
    ) -> None:
        program, lot = filled
        monkeypatch.chdir(tmp_path)
        refused = program("label", "print", lot.lot, "--copy", "chart", *more, user=T, exit_code=2)

        assert refused.code == "file-name-unfit"
        assert list(tmp_path.glob("labels*")) == []

    def test_a_folder_that_cannot_be_written_leaves_nothing_printed(self, filled: Site) -> None:
        program, lot = filled
        before = count(program, "label")
        refused = program(
            *("label", "print", lot.bags[0], *REASON, "--out", program.db / "under"),
            user=T,
            exit_code=60,
        )
        assert refused.code == "file-not-written"
        assert count(program, "label") == before

    def test_a_file_that_cannot_get_its_name_is_told_with_where_it_lies(
        self, filled: Site, tmp_path: Path
    ) -> None:
        program, lot = filled
        for serial in range(1, 12):
            number = make_number("label", "TST", serial)
            if number is not None:
                (tmp_path / "out" / f"{number}.png").mkdir(parents=True)
        refused = program(
            *("label", "print", lot.bags[0], *REASON, "--out", tmp_path / "out"),
            user=T,
            exit_code=60,
        )
        assert refused.code == "file-not-written"
        assert "are on record" in refused.data["error"]["sentence"]
        lies = list((tmp_path / "out").glob(".*.part"))
        assert len(lies) == 1
        assert str(lies[0]) in refused.data["error"]["sentence"]

    def test_a_dry_run_takes_no_number_and_writes_no_file(
        self, filled: Site, tmp_path: Path
    ) -> None:
        program, lot = filled
        entries = count(program, "audit_entry")
        made = program(
            *("label", "print", lot.bags[0], *REASON, "--out", tmp_path / "out", "--dry-run"),
            user=T,
        ).data[0]
        assert made["dry_run"] is True
        assert count(program, "audit_entry") == entries
        assert not (tmp_path / "out").exists()

        shown = program("label", "print", lot.bags[0], *REASON, "--dry-run", user=T, as_json=False)
        assert "Dry run" in shown.stderr
        assert print_one(program, lot.bags[0], *REASON)["id"] == made["id"]


class TestMeanwhile:
    """The record changes while labels are drawn: the act sees it, and leaves no file."""

    def meanwhile(self, monkeypatch: pytest.MonkeyPatch, *act: object, program: Program) -> None:
        staged = label_printing.stage

        def stage_then(*args: Any) -> Any:
            monkeypatch.setattr(label_printing, "stage", staged)
            made = staged(*args)
            program(*act, user="TECHNICIAN2")
            return made

        monkeypatch.setattr(label_printing, "stage", stage_then)

    def test_two_people_print_the_same_label(
        self, filled: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program, lot = filled
        bag = fill(program, lot.lot, "bag")["containers"][0]["id"]
        self.meanwhile(monkeypatch, "label", "print", bag, program=program)
        out = tmp_path / "out"
        refused = program("label", "print", bag, "--out", out, user=T, exit_code=44)

        assert refused.code == "label-already-printed"
        assert list(out.iterdir()) == []
        labels = program("label", "list", bag).data
        assert [label["printed_by"] for label in labels] == ["TECHNICIAN2"]

    def test_what_the_label_says_is_not_so_any_more(
        self, filled: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program, lot = filled
        screened = ("donor", "screen", "D01", "--sampled-on", steps.local_day(program, -1))
        reactive = ("--marker", "HBsAg=reactive")
        self.meanwhile(monkeypatch, *screened, *reactive, program=program)
        out = tmp_path / "out"
        before = count(program, "label")
        refused = program(
            "label", "print", lot.bags[0], *REASON, "--out", out, user=T, exit_code=32
        )

        assert refused.code == "changed-meanwhile"
        assert list(out.iterdir()) == []
        assert count(program, "label") == before


class TestReprint:
    def test_a_second_primary_label_needs_a_reason(self, filled: Site) -> None:
        program, lot = filled
        refused = program("label", "print", *lot.bags, user=T, exit_code=44)

        assert refused.code == "label-already-printed"
        assert len(refused.data["error"]["blockers"]) == 3
        assert "--reason" in refused.data["error"]["hint"]
        assert count(program, "refusal") == 1

    @pytest.mark.parametrize("copy", ["primary", "overwrap"])
    def test_with_a_reason_the_label_before_is_void_and_named(
        self, filled: Site, copy: str
    ) -> None:
        program, lot = filled
        bag = fill(program, lot.lot, "bag")["containers"][0]["id"]
        first = print_one(program, bag, "--copy", copy)
        second = print_one(program, bag, "--copy", copy, *REASON)

        assert second["replaces"] == [first["id"]]
        assert (state(program, first["id"]), state(program, second["id"])) == ("void", "printed")
        rows = query(program, "SELECT reason, replaces FROM label WHERE id = ?", second["id"])
        assert rows == [("smeared by ethanol", first["id"])]
        events = query(
            program, "SELECT event, reason FROM label_event WHERE label = ?", first["id"]
        )
        assert events == [("void", "smeared by ethanol")]

    def test_a_replaced_label_is_refused_at_the_bedside(self, released: Site) -> None:
        program, lot = released
        new = print_one(program, lot.bags[0], *REASON)
        ask = ("verify", lot.scans[0], "--patient", "P01")
        assert program(*ask, user="PHARMACIST1", exit_code=42).blockers == {"label-void"}
        ask = ("verify", new["payload"], "--patient", "P01")
        assert program(*ask, user="PHARMACIST1", exit_code=42).blockers == {"label-not-applied"}
        apply(program, new["payload"], lot.bags[0])
        assert program(*ask, user="PHARMACIST1").data["verdict"] == "accepted"

    def test_a_wristband_is_replaced_too(self, filled: Site) -> None:
        program, _ = filled
        first = print_one(program, "P01")
        program("label", "print", "P01", user=T, exit_code=44)
        print_one(program, "P01", *REASON)

        assert state(program, first["id"]) == "void"

    @pytest.mark.parametrize("copy", ["chart", "record", "transport"])
    def test_papers_are_printed_as_often_as_needed_and_counted(
        self, filled: Site, copy: str
    ) -> None:
        program, lot = filled
        labels = [print_one(program, lot.bags[0], "--copy", copy) for _ in range(3)]

        assert [state(program, label["id"]) for label in labels] == ["printed"] * 3
        assert all(label["replaces"] == [] for label in labels)

    def test_after_voiding_no_reason_is_asked(self, filled: Site) -> None:
        program, lot = filled
        first = program("label", "list", lot.bags[0]).data[0]["id"]
        program("label", "void", first, *REASON, user=T)

        assert print_one(program, lot.bags[0])["replaces"] == []


class TestNotAllowed:
    def refused(self, program: Program, *args: object) -> str:
        refused = program("label", "print", *args, user=T, exit_code=44)
        assert refused.code == "label-not-allowed"
        return refused.data["error"]["sentence"]

    def test_a_destroyed_bag(self, filled: Site) -> None:
        program, lot = filled
        program(
            *("custody", "destroy", lot.bags[0], "--reason", "leaking", "--witness", "TECHNICIAN2"),
            *("--confirm", lot.bags[0]),
            user=T,
            secrets=(T, "TECHNICIAN2"),
        )
        assert "destroyed" in self.refused(program, lot.bags[0], "--copy", "chart")
        made = program("label", "print", lot.lot, "--copy", "chart", user=T).data
        assert [label["container"] for label in made] == list(lot.bags[1:])

    @pytest.mark.parametrize("act", ["reject", "recall"])
    def test_a_lot_that_must_not_be_given(self, released: Site, act: str) -> None:
        program, lot = released
        confirm = ("--confirm", lot.lot) if act == "reject" else ()
        program.signed("lot", act, lot.lot, "--reason", "contaminated", *confirm, user="QP1")

        assert f"{act}ed" in self.refused(program, lot.bags[0], "--copy", "overwrap")

    def test_a_rejected_collection(self, filled: Site) -> None:
        program, lot = filled
        program.signed("collection", "reject", lot.collection, "--reason", "clotted", user="RP1")

        assert "rejected" in self.refused(program, lot.collection)

    def test_everything_that_stands_against_it_is_told_at_once(self, released: Site) -> None:
        program, lot = released
        program.signed("lot", "recall", lot.lot, "--reason", "contaminated", user="QP1")
        refused = program("label", "print", lot.bags[0], user=T, exit_code=44)

        assert refused.blockers == {"label-not-allowed", "label-already-printed"}

    def test_a_person_without_the_role(self, filled: Site) -> None:
        program, lot = filled
        for verb in (
            ("print", lot.bags[0], *REASON),
            ("apply", lot.scans[0], "--to", lot.bags[0]),
            ("void", lot.scans[0], *REASON),
        ):
            program("label", *verb, user="NURSE1", exit_code=52)
            program("label", *verb, exit_code=51)

    def test_a_thing_that_has_no_labels(self, filled: Site) -> None:
        program, _ = filled
        assert program("label", "print", "D01", user=T, exit_code=64).code == "wrong-kind-of-code"


class TestPreparedDose:
    def thawed(self, site: Site, *, counted: bool = True) -> str:
        """The first bag, thawed for the open order."""
        program, lot = site
        order = program("order", "list").data[0]["id"]
        start = ("prepare", "start", order, lot.scans[0])
        preparation = program(*start, user="PHARMACIST1").data["id"]
        program.clock.advance(minutes=6)
        if counted:
            program(
                *("prepare", "count", preparation, "--total", "4.11e7", "--viability", "92"),
                user="PHARMACIST1",
            )
        return str(preparation)

    def into_bag(self, program: Program, preparation: str) -> str:
        made = program(
            *("prepare", "finish", preparation, "--into", "bag", "--volume-ml", 50),
            *("--diluent", "Ringer lactate"),
            user="PHARMACIST1",
        ).data
        return str(made["container"])

    def test_the_dose_in_a_new_bag_carries_a_label_that_verify_accepts(
        self, released: Site
    ) -> None:
        program, _ = released
        preparation = self.thawed(released)
        dose = self.into_bag(program, preparation)
        label = print_one(program, preparation, user="PHARMACIST1")

        assert label["container"] == dose
        assert label["template"] == "prepared-dose"
        words = said(program, label).replace("\n", " ")
        for word in (
            *("P01", preparation, dose, "37.8 ×10⁶ viable cells · 50 mL · 2.86 ×10⁶/kg"),
            *("Ringer lactate", "Infusion 1 of 3", "Prepared 02 FEB 2026 10:00 CET"),
        ):
            assert word in words, words
        # Thawed at 10:00, and the protocol allows 60 minutes.
        assert "INFUSE BEFORE 02 FEB 2026 11:00 CET" in words

        apply(program, label["payload"], dose)
        ask = ("verify", label["payload"], "--patient", "P01")
        assert program(*ask, user="PHARMACIST1").data["verdict"] == "accepted"

    def test_the_emptied_bag_gets_no_label_any_more(self, released: Site) -> None:
        program, lot = released
        dose = self.into_bag(program, self.thawed(released))
        refused = program("label", "print", lot.bags[0], *REASON, user=T, exit_code=44)

        assert refused.code == "label-not-allowed"
        assert dose in refused.data["error"]["sentence"]

    def test_the_dose_in_the_same_bag_replaces_its_label_with_a_reason(
        self, released: Site
    ) -> None:
        program, lot = released
        preparation = self.thawed(released)
        program("prepare", "finish", preparation, "--into", "same", user="PHARMACIST1")
        program("label", "print", preparation, user="PHARMACIST1", exit_code=44)
        label = print_one(program, preparation, "--reason", "thawed", user="PHARMACIST1")

        assert (label["container"], label["template"]) == (lot.bags[0], "prepared-dose")
        assert program("verify", lot.scans[0], "--patient", "P01", user="PHARMACIST1",
                       exit_code=42).blockers == {"label-void"}  # fmt: skip

    def test_a_thawed_bag_never_gets_its_frozen_expiry_again(self, released: Site) -> None:
        program, lot = released
        self.thawed(released)
        words = said(program, print_one(program, lot.bags[0], *REASON))

        assert "EXP 02 FEB 2026 11:00 CET" in words
        assert "−150" not in words

    def test_the_doses_papers_and_its_transport_copy(self, released: Site) -> None:
        program, _ = released
        preparation = self.thawed(released)
        self.into_bag(program, preparation)
        chart = print_one(program, preparation, "--copy", "chart", user="PHARMACIST1")
        transport = print_one(program, preparation, "--copy", "transport", user="PHARMACIST1")

        assert chart["template"] == "prepared-dose"
        assert "CHART COPY · NOT FOR INFUSION" in said(program, chart)
        assert transport["template"] == "transport-copy"
        assert "EXP 02 FEB 2026 11:00 CET" in said(program, transport)

    def test_a_dose_that_was_not_counted_is_printed_with_a_warning(self, released: Site) -> None:
        program, _ = released
        preparation = self.thawed(released, counted=False)
        self.into_bag(program, preparation)
        label = print_one(program, preparation, user="PHARMACIST1")

        assert [warning["code"] for warning in label["warnings"]] == ["dose-not-counted"]
        assert "viable cells" not in said(program, label)

    def test_there_is_no_dose_before_the_preparation_is_finished(self, released: Site) -> None:
        program, _ = released
        refused = program("label", "print", self.thawed(released), user="PHARMACIST1", exit_code=44)
        assert refused.code == "preparation-not-finished"
