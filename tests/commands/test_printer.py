"""Labels on a printer: registered, sent, taken or not, and sent again only when none can exist.

The printer is a small program on this computer, spoken to through the real commands.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from lottrack.printing import printers
from lottrack.printing.codes import read_codes, read_printed
from lottrack.printing.zpl import read_back
from lottrack.store.checks import prove_file
from tests.commands.label_bench import T, apply, count, fill, query, state
from tests.small_printer import (
    SmallPrinter,
    accepts,
    drops_the_line,
    everything,
    paper_out,
    runs_out_of_paper,
    stalls,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Program
    from tests.steps import Filled

    Site = tuple[Program, Filled]

CHART = ("--copy", "chart", "--printer", "ZEBRA1")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallPrinter]:
    monkeypatch.setattr(printers, "STATUS_SECONDS", 0.3)
    monkeypatch.setattr(printers, "TIMEOUT_SECONDS", 0.5)
    printer = SmallPrinter(accepts)
    yield printer
    printer.close()


def register(program: Program, at: str, *more: object, code: str = "ZEBRA1", **extra: Any) -> Any:
    words = ("printer", "register", code, "--name", "Clean room", "--at", at, *more)
    given = () if "--dpi" in more else ("--dpi", 300)
    return program(*words, *given, user="ADMIN", **extra)


@pytest.fixture
def site(filled: Site, small: SmallPrinter) -> Site:
    register(filled[0], small.address)
    return filled


def send_print(program: Program, *things: object, exit_code: int = 0) -> list[dict[str, Any]]:
    return program("label", "print", *things, *CHART, user=T, exit_code=exit_code).data


def send(program: Program, *labels: object, **extra: Any) -> Any:
    program.clock.advance(seconds=10)
    return program("label", "send", *labels, user=T, **extra)


def outcomes(program: Program) -> list[str]:
    return [row[0] for row in query(program, "SELECT outcome FROM print_job_end ORDER BY seq")]


def codes_in(job: bytes) -> list[str]:
    images = [Image.frombytes("1", (each.width, each.height), each.dots) for each in read_back(job)]
    return [code for image in images for code in read_printed(image)]


class TestTheList:
    def test_an_administrator_registers_a_printer(self, program: Program) -> None:
        made = register(program, "tcp://10.0.0.7").data
        assert made["id"] == "ZEBRA1"
        assert (made["at"], made["dpi"], made["language"]) == ("tcp://10.0.0.7:9100", 300, "zpl")
        assert (made["state"], made["tested_at"]) == ("in use", None)
        (listed,) = program("printer", "list").data
        assert listed == {key: made[key] for key in listed}

    def test_a_technician_does_not(self, program: Program) -> None:
        words = ("printer", "register", "X", "--name", "X", "--at", "tcp://x", "--dpi", 300)
        refused = program(*words, user=T, exit_code=52)
        assert refused.code == "role-missing"
        assert count(program, "printer") == 0

    @pytest.mark.parametrize("at", ["zebra", "http://x", "file:labels", "cups:-o"])
    def test_what_is_no_address_is_refused(self, program: Program, at: str) -> None:
        assert register(program, at, exit_code=2).code == "bad-printer-address"

    def test_pictures_go_into_folders_only(self, program: Program) -> None:
        refused = register(program, "tcp://x", "--language", "png", exit_code=2)
        assert refused.code == "printer-language-unfit"

    def test_a_code_is_used_once(self, program: Program) -> None:
        register(program, "tcp://x")
        assert register(program, "tcp://y", exit_code=31).code == "number-already-used"

    def test_a_retired_printer_is_sent_nothing(self, site: Site, small: SmallPrinter) -> None:
        program, lot = site
        retire = ("printer", "retire", "ZEBRA1", "--reason", "worn")
        assert program(*retire, user="ADMIN").data["printer"] == "ZEBRA1"
        assert program(*retire, user="ADMIN", exit_code=33).code == "already-done"
        words = ("label", "print", lot.bags[0], *CHART)
        assert program(*words, user=T, exit_code=44).code == "printer-retired"
        assert small.connections == 0
        assert program("printer", "list").data == []
        assert program("printer", "list", "--all").data[0]["state"] == "retired"

    def test_labels_go_to_registered_printers_alone(self, filled: Site) -> None:
        program, lot = filled
        words = ("label", "print", lot.bags[0], "--copy", "chart", "--printer", "EVIL")
        refused = program(*words, user=T, exit_code=20)
        assert refused.code == "printer-unknown"
        assert "printer register" in refused.data["error"]["hint"]

    @pytest.mark.parametrize(
        "more", [("--format", "pdf"), ("--dpi", "600"), ("--out", "x"), ("--sheet", "2x5")]
    )
    def test_its_registration_says_the_form(self, site: Site, more: tuple[str, str]) -> None:
        program, lot = site
        program("label", "print", lot.bags[0], *CHART, *more, user=T, exit_code=2)


class TestATest:
    def test_its_label_says_the_number_of_its_job_and_is_read_back(
        self, site: Site, small: SmallPrinter
    ) -> None:
        program, _ = site
        made = program("printer", "test", "ZEBRA1", user=T).data
        assert codes_in(small.got) == [made["id"]]
        program.clock.advance(minutes=1)
        read = program("printer", "test", "ZEBRA1", "--scan", f"{made['id']}\r\n", user=T).data
        assert read["print_job"] == made["id"]
        again = ("printer", "test", "ZEBRA1", "--scan", made["id"])
        assert program(*again, user=T, exit_code=33).code == "already-done"
        shown = program("printer", "show", "ZEBRA1").data
        assert shown["tested_at"].startswith("2026-02-02T")
        assert [(job["purpose"], job["outcome"]) for job in shown["jobs"]] == [("test", "taken")]

    def test_another_code_proves_nothing(self, site: Site) -> None:
        program, lot = site
        scan = ("printer", "test", "ZEBRA1", "--scan", lot.scans[0])
        assert program(*scan, user=T, exit_code=44).code == "printer-not-tested"
        program("printer", "test", "ZEBRA1", user=T)
        assert program(*scan, user=T, exit_code=44).code == "printer-test-mismatch"

    def test_a_printer_that_is_not_ready_says_why(self, site: Site, small: SmallPrinter) -> None:
        program, _ = site
        small.behave(paper_out)
        refused = program("printer", "test", "ZEBRA1", user=T, exit_code=60)
        assert refused.code == "printer-not-ready"
        assert outcomes(program) == ["not-ready"]

    def test_its_code_is_never_taken_for_a_label(self, site: Site) -> None:
        program, lot = site
        made = program("printer", "test", "ZEBRA1", user=T).data
        refused = apply(program, made["id"], lot.bags[0], exit_code=64)
        assert refused.code == "wrong-kind-of-code"


class TestPrinting:
    def test_a_label_that_was_taken_is_printing_until_it_is_scanned_back(
        self, site: Site, small: SmallPrinter
    ) -> None:
        program, lot = site
        (made,) = send_print(program, lot.bags[0])
        assert (made["sent"], made["printer"], made["warnings"]) == ("taken", "ZEBRA1", [])
        assert codes_in(small.got) == [made["payload"]]
        assert read_codes(Path(made["path"]).read_bytes()) == [made["payload"]]
        assert state(program, made["id"]) == "printing"
        assert query(program, "SELECT format FROM label WHERE id = ?", made["id"]) == [("zpl",)]
        outstanding = program("label", "reconcile", lot.lot, exit_code=44).data
        assert [row["id"] for row in outstanding["outstanding"]] == [made["id"]]

        apply(program, made["payload"], lot.lot)
        assert state(program, made["id"]) == "attached"
        totals = program("label", "reconcile", lot.lot).data["copies"][-1]
        became = ("applied", "attached", "void", "destroyed", "outstanding")
        assert totals["printed"] == sum(totals[part] for part in became)
        assert program("admin", "check").data["verdict"] == "intact"

    def test_a_lot_is_sent_in_one_job(self, site: Site, small: SmallPrinter) -> None:
        program, lot = site
        made = send_print(program, lot.lot)
        assert codes_in(small.got) == [label["payload"] for label in made]
        assert outcomes(program) == ["taken"]

    def test_the_job_is_on_record_before_a_byte_leaves(
        self, site: Site, small: SmallPrinter
    ) -> None:
        program, lot = site
        seen = []

        def looks(printer: SmallPrinter, line: Any) -> bytes:
            seen.append((count(program, "print_job_label"), count(program, "print_job_end")))
            return accepts(printer, line)

        small.behave(looks)
        send_print(program, lot.lot)
        assert seen == [(3, 0)]

    @pytest.mark.parametrize("dpi", [203, 600])
    def test_it_is_drawn_at_the_printers_resolution(self, filled: Site, dpi: int, small) -> None:
        program, lot = filled
        register(program, small.address, "--dpi", dpi)
        (made,) = send_print(program, lot.bags[0])
        (drawn,) = read_back(small.got)
        with Image.open(made["path"]) as picture:
            assert (drawn.width, drawn.height) == picture.size
            assert picture.info["dpi"][0] == pytest.approx(dpi, abs=0.05)

    def test_a_code_too_fine_for_the_printer_is_refused_before_anything_is_sent(
        self, filled: Site, small: SmallPrinter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program, lot = filled
        register(program, small.address, "--dpi", 203)
        from lottrack.printing import composing

        monkeypatch.setattr(composing, "module_dots", lambda *_: 1)
        words = ("label", "print", lot.bags[0], *CHART)
        assert program(*words, user=T, exit_code=60).code == "code-too-fine"
        assert small.connections == 0
        assert count(program, "print_job") == 0

    def test_a_folder_is_a_printer(self, filled: Site, tmp_path: Path) -> None:
        program, lot = filled
        for language in ("zpl", "pdf", "png"):
            folder = tmp_path / language
            folder.mkdir()
            code = language.upper()
            register(program, f"file:{folder}", "--language", language, code=code)
            words = ("label", "print", lot.lot, "--copy", "chart", "--printer", code)
            made = program(*words, user=T).data
            assert {label["sent"] for label in made} == {"taken"}
            files = {path.name for path in folder.iterdir()}
            jobs = query(program, "SELECT id FROM print_job ORDER BY seq DESC LIMIT 1")[0]
            one = {f"{jobs[0]}.{language}"}
            assert files == ({f"{each['id']}.png" for each in made} if code == "PNG" else one)
            assert state(program, made[0]["id"]) == "printing"

    def test_a_dry_run_sends_nothing(self, site: Site, small: SmallPrinter) -> None:
        program, lot = site
        words = ("label", "print", lot.bags[0], *CHART, "--dry-run")
        made = program(*words, user=T).data
        assert made[0]["sent"] is None
        assert small.connections == 0
        assert count(program, "print_job") == 0

    def test_a_silent_printer_is_printed_on(self, site: Site, small: SmallPrinter) -> None:
        program, lot = site
        small.behave(everything)
        (made,) = send_print(program, lot.bags[0])
        assert codes_in(small.got) == [made["payload"]]

    def test_what_is_to_be_done_next_is_said(self, site: Site, small: SmallPrinter) -> None:
        program, lot = site
        words = ("label", "print", lot.bags[0], *CHART)
        assert "label apply" in program(*words, user=T, as_json=False).stderr
        small.behave(paper_out)
        said = program(*words, user=T, as_json=False, exit_code=60).stderr
        label = query(program, "SELECT max(label) FROM print_job_label")[0][0]
        assert "paper out" in said
        assert f"lottrack label send {label}" in said
        small.behave(drops_the_line)
        said = program(*words, user=T, as_json=False, exit_code=60).stderr
        label = query(program, "SELECT max(label) FROM print_job_label")[0][0]
        assert f"lottrack label void {label} --reason TEXT" in said


NOTHING = [(paper_out, "printer-not-ready", "not-ready")]
DOUBT = [
    (stalls, "print-job-cut", "cut"),
    (drops_the_line, "print-job-cut", "cut"),
    (runs_out_of_paper, "print-job-cut", "cut"),
]


class TestAPrinterThatFails:
    @pytest.mark.parametrize(("way", "code", "outcome"), NOTHING + DOUBT)
    def test_leaves_the_label_printing_and_says_why(
        self, site: Site, small: SmallPrinter, way: Any, code: str, outcome: str
    ) -> None:
        program, lot = site
        small.behave(way)
        (made,) = send_print(program, lot.bags[0], exit_code=60)
        assert made["sent"] == outcome
        assert [warning["code"] for warning in made["warnings"]] == [code]
        assert state(program, made["id"]) == "printing"
        assert outcomes(program) == [outcome]
        listed = program("label", "list", lot.bags[0]).data[-1]
        assert (listed["id"], listed["state"]) == (made["id"], "printing")
        assert prove_file(program.db).findings == ()

    def test_and_printed_nothing_is_sent_the_same_label_again(
        self, site: Site, small: SmallPrinter
    ) -> None:
        program, lot = site
        small.behave(paper_out)
        (made,) = send_print(program, lot.bags[0], exit_code=60)
        again = send(program, made["id"], exit_code=60).data
        assert again[0]["sent"] == "not-ready"
        small.behave(accepts)
        (sent,) = send(program, made["id"]).data
        assert (sent["id"], sent["sent"]) == (made["id"], "taken")
        assert codes_in(small.got) == [made["payload"]]
        assert outcomes(program) == ["not-ready", "not-ready", "taken"]
        assert send(program, made["id"], exit_code=44).code == "label-may-exist"

    def test_and_is_off_leaves_the_label_to_another_printer(
        self, site: Site, small: SmallPrinter
    ) -> None:
        program, lot = site
        small.close()
        (made,) = send_print(program, lot.bags[0], exit_code=60)
        assert made["sent"] == "unreachable"
        other = SmallPrinter(accepts)
        try:
            register(program, other.address, code="ZEBRA2")
            (sent,) = send(program, made["id"], "--printer", "ZEBRA2").data
        finally:
            other.close()
        assert sent["printer"] == "ZEBRA2"
        assert codes_in(other.got) == [made["payload"]]

    @pytest.mark.parametrize(("way", "code", "outcome"), DOUBT)
    def test_and_may_have_printed_it_is_never_sent_the_same_label_again(
        self, site: Site, small: SmallPrinter, way: Any, code: str, outcome: str
    ) -> None:
        program, lot = site
        small.behave(way)
        (made,) = send_print(program, lot.bags[0], exit_code=60)
        small.behave(accepts)
        sendings = small.connections
        refused = send(program, made["id"], exit_code=44)
        assert refused.code == "label-may-exist"
        assert f"label void {made['id']}" in refused.data["error"]["hint"]
        assert small.connections == sendings

        program("label", "void", made["id"], "--reason", "half printed", "--destroyed", user=T)
        program.clock.advance(minutes=1)
        (anew,) = send_print(program, lot.bags[0])
        assert anew["id"] != made["id"]
        apply(program, anew["payload"], lot.lot)
        refused = apply(program, made["payload"], lot.lot, exit_code=44)
        assert refused.code == "label-void"
        assert program("label", "reconcile", lot.lot).data["reconciled"]

    @pytest.mark.parametrize("way", [paper_out, drops_the_line, stalls])
    def test_takes_no_label_from_whoever_holds_it(
        self, site: Site, small: SmallPrinter, way: Any
    ) -> None:
        # Whatever the printer said: a label in somebody's hand exists, and its scan says so.
        program, lot = site
        small.behave(way)
        (made,) = send_print(program, lot.bags[0], exit_code=60)
        apply(program, made["payload"], lot.lot)
        assert state(program, made["id"]) == "attached"

    def test_a_job_whose_end_is_unknown_may_have_printed(
        self, site: Site, small: SmallPrinter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from lottrack.actions.labelling import sending

        program, lot = site

        def dies(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(sending, "end_job", dies)
        program("label", "print", lot.bags[0], *CHART, user=T, exit_code=130)
        monkeypatch.undo()
        label = query(program, "SELECT label FROM print_job_label")[0][0]
        assert state(program, label) == "printing"
        refused = send(program, label, exit_code=44)
        assert refused.code == "label-may-exist"
        assert "no known end" in refused.data["error"]["sentence"]
        assert program("printer", "show", "ZEBRA1").data["jobs"][0]["outcome"] == "unknown"


class TestJobsOfManyLabels:
    @pytest.fixture(autouse=True)
    def _small_jobs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from lottrack.actions.labelling import sending

        monkeypatch.setattr(sending, "LABELS_A_JOB", 1)

    def test_after_a_cut_only_the_labels_of_that_job_are_in_doubt(
        self, site: Site, small: SmallPrinter
    ) -> None:
        program, lot = site
        small.behave(accepts, drops_the_line, accepts)
        made = send_print(program, lot.lot, exit_code=60)
        assert [label["sent"] for label in made] == ["taken", "cut", "not-sent"]
        assert small.connections == 2
        whole = send(program, made[2]["id"]).data
        assert whole[0]["sent"] == "taken"
        assert codes_in(small.got) == [made[2]["payload"]]
        for label in made[:2]:
            assert send(program, label["id"], exit_code=44).code == "label-may-exist"

    def test_one_that_may_exist_keeps_all_from_being_sent(
        self, site: Site, small: SmallPrinter
    ) -> None:
        program, lot = site
        small.behave(drops_the_line)
        made = send_print(program, lot.lot, exit_code=60)
        refused = send(program, *(label["id"] for label in made), exit_code=44)
        assert refused.blockers == {"label-may-exist"}
        assert small.connections == 1


class TestSendingAgain:
    @pytest.fixture
    def waiting(self, site: Site, small: SmallPrinter) -> dict[str, Any]:
        small.behave(paper_out)
        (made,) = send_print(site[0], site[1].bags[0], exit_code=60)
        small.behave(accepts)
        return made

    def test_a_label_in_a_file_is_not_sent(self, site: Site) -> None:
        program, lot = site
        words = ("label", "print", lot.bags[0], "--copy", "chart")
        label = program(*words, user=T).data[0]["id"]
        assert send(program, label, exit_code=2).code == "printer-not-named"
        refused = send(program, label, "--printer", "ZEBRA1", exit_code=44)
        assert refused.code == "label-not-printing"

    def test_a_void_label_is_not_sent(self, site: Site, waiting: dict[str, Any]) -> None:
        program, _ = site
        program("label", "void", waiting["id"], "--reason", "not needed", user=T)
        assert send(program, waiting["id"], exit_code=44).code == "label-not-printing"

    def test_a_printer_of_another_resolution_is_refused(
        self, site: Site, small: SmallPrinter, waiting: dict[str, Any]
    ) -> None:
        program, _ = site
        register(program, small.address, "--dpi", 600, code="FINE")
        refused = send(program, waiting["id"], "--printer", "FINE", exit_code=44)
        assert refused.code == "printer-differs"

    @pytest.mark.parametrize("spoil", ["gone", "altered", "another"])
    def test_only_the_very_picture_on_record_is_sent(
        self, site: Site, small: SmallPrinter, waiting: dict[str, Any], spoil: str
    ) -> None:
        program, lot = site
        path = Path(waiting["path"])
        if spoil == "gone":
            path.unlink()
        elif spoil == "altered":
            path.write_bytes(path.read_bytes()[:-20])
        else:
            other = program("label", "print", lot.bags[1], "--copy", "chart", user=T).data[0]
            path.write_bytes(Path(other["path"]).read_bytes())
        sendings = small.connections
        assert send(program, waiting["id"], exit_code=44).code == "label-picture-missing"
        assert small.connections == sendings

    def test_it_is_sent_in_a_pdf_as_well(
        self, site: Site, waiting: dict[str, Any], tmp_path: Path
    ) -> None:
        program, _ = site
        register(program, f"file:{tmp_path}", "--language", "pdf", code="OFFICE")
        (sent,) = send(program, waiting["id"], "--printer", "OFFICE").data
        assert sent["sent"] == "taken"
        assert len(list(tmp_path.glob("PJ-*.pdf"))) == 1

    def test_a_dry_run_sends_nothing(
        self, site: Site, small: SmallPrinter, waiting: dict[str, Any]
    ) -> None:
        program, _ = site
        sendings = small.connections
        assert send(program, waiting["id"], "--dry-run").data[0]["sent"] is None
        assert small.connections == sendings

    def test_whoever_may_not_print_may_not_send(self, site: Site, waiting: dict[str, Any]) -> None:
        program, _ = site
        words = ("label", "send", waiting["id"])
        assert program(*words, user="NURSE1", exit_code=52).code == "role-missing"


class TestFormats:
    @pytest.mark.parametrize("dpi", [203, 300, 600])
    @pytest.mark.parametrize("form", ["png", "pdf", "zpl"])
    def test_a_preview_is_drawn_in_every_format_at_every_resolution(
        self, program: Program, tmp_path: Path, form: str, dpi: int
    ) -> None:
        words = ("label", "preview", "vial", "--format", form, "--dpi", dpi, "--out", tmp_path)
        first = program(*words).data[0]
        content = Path(first["path"]).read_bytes()
        assert Path(program(*words).data[0]["path"]).read_bytes() == content
        if form == "zpl":
            assert codes_in(content) == [first["payload"]]

    def test_labels_are_printed_to_a_file_as_one_job(self, filled: Site, tmp_path: Path) -> None:
        program, lot = filled
        out = tmp_path / "lot.zpl"
        words = ("label", "print", lot.lot, "--copy", "chart", "--out", out)
        made = program(*words, user=T).data
        assert codes_in(out.read_bytes()) == [label["payload"] for label in made]
        assert {state(program, label["id"]) for label in made} == {"printed"}

    def test_the_record_tells_which_printer_and_what_it_said(self, site: Site) -> None:
        program, lot = site
        (made,) = send_print(program, lot.bags[0])
        entries = program("audit", "show", "ZEBRA1").data
        assert "label print" in json.dumps(entries)
        assert made["id"] in json.dumps(program("audit", "show", made["id"]).data)


def test_a_fill_of_many_vials_is_labelled(filled: Site) -> None:
    program, lot = filled
    made = fill(program, lot.lot, "vial", "--count", 12)
    labels = program("label", "print", made["id"], user=T).data
    shown = query(program, "SELECT shown FROM label WHERE id = ?", labels[-1]["id"])[0][0]
    assert "12 of 12" in json.loads(shown)
