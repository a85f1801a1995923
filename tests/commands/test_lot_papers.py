"""A lot on paper: certificate, dossier, certification, and the record of what was issued."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lottrack.assets import database_folder
from lottrack.rules.codes.witness import short_head
from tests.conftest import PEOPLE
from tests.reports.paper import Paper, untold

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality
    from tests.conftest import Program, Result

pytest_plugins = ("tests.commands.quality_bench",)


AT_ONCE = ("sterility-p0", "viability-fill", "appearance", "endotoxin", "gram")
"""What is known on the day of the harvest; the specification lets the others be pending."""


def every_test() -> tuple[str, ...]:
    """Every required test of level lot."""
    from tests.commands.quality_bench import RESULTS

    return tuple(RESULTS)


@pytest.fixture
def tested(quality: Quality) -> Quality:
    """Everything tested and reviewed, the record reviewed, nothing released."""
    quality.record(*every_test())
    quality.counts()
    quality.review()
    quality.review_lot()
    return quality


def issue(quality: Quality, *words: object, user: str = "QA1", **extra: Any) -> Result:
    """Issue a document into the folder beside the database."""
    return quality.program("lot", *words, "--out", folder(quality), user=user, **extra)


def folder(quality: Quality) -> Path:
    return quality.program.db.parent / "papers"


def read(issued: Result) -> Paper:
    return Paper(Path(issued.data["document"]["path"]).read_bytes())


def codes(refused: Result) -> set[str]:
    return {blocker["code"] for blocker in refused.data["error"]["blockers"]}


# -- the certificate -------------------------------------------------------------------------------


def test_a_final_certificate_tells_every_criterion_with_its_result_and_its_review(
    tested: Quality,
) -> None:
    data = tested.program("lot", "certificate", tested.lot).data
    assert (data["kind"], data["stage"], data["complies"]) == ("certificate", "final", True)
    assert data["statement"] == "Lot L01 meets every required criterion of MSC-EB-TRIAL@1."
    found = {each["test"]: each for each in data["criteria"]}
    assert set(every_test()) <= set(found)
    endotoxin = found["endotoxin"]
    assert endotoxin["outcome"] == "pass"
    (result,) = endotoxin["results"]
    assert result["result"] == "< 0.50 EU/mL"
    assert (result["performed_by"], result["reviewed_by"]) == ("QC1", "QC2")
    assert result["method"]
    assert data["made"]["donor"] == "D01"
    assert data["made"]["patient"] == "P01"
    assert [each["test"] for each in data["tested_on_each_dose"]] == [
        *("viability-post-thaw", "sterility-post-thaw")
    ]
    assert {each["test"] for each in data["informative"]} >= {"HLA-DR", "CPD"}


def test_a_container_is_tested_one_by_one(tested: Quality) -> None:
    data = tested.program("lot", "certificate", tested.lot).data
    counts = [each for each in data["criteria"] if each["test"] == "viable-count"]
    assert [each["subject"] for each in counts] == list(tested.bags)
    assert [each["id"] for each in data["containers"]] == list(tested.bags)


def test_paper_and_json_tell_the_same(tested: Quality) -> None:
    for words in (("certificate", tested.lot), ("dossier", tested.lot)):
        issued = issue(tested, *words)
        content = issued.data
        for key in ("id", "recorded_by", "warnings"):
            content.pop(key)
        for key in ("path", "file_sha256", "pages"):
            content["document"].pop(key)
        assert untold(read(issued), content) == []


def test_the_text_on_a_terminal_tells_it_too(tested: Quality) -> None:
    said = tested.program("lot", "certificate", tested.lot, as_json=False).stdout
    assert "Certificate of analysis, final, lot L01" in said
    assert "Lot L01 meets every required criterion" in said
    assert "Viability at the fill" in said
    assert "none: shown on a screen and not issued" in said


def test_an_interim_certificate_names_what_is_pending_with_its_day(quality: Quality) -> None:
    quality.record(*AT_ONCE)
    data = quality.program("lot", "certificate", quality.lot, "--interim").data
    assert data["complies"] is None
    found = {each["test"]: each for each in data["criteria"]}
    waiting = found["sterility-product-14d"]
    assert (waiting["outcome"], waiting["results"]) == ("pending", [])
    harvested = data["made"]["harvested_at"][:10]
    assert waiting["due_on"] == _days_after(harvested, 14)
    assert waiting["pending_basis"]
    assert found["viable-count"]["outcome"] == "missing"
    made = read(issue(quality, "certificate", quality.lot, "--interim"))
    assert made.says(f"due on {waiting['due_on']}")
    assert made.says("Certificate of analysis, interim")


def _days_after(day: str, days: int) -> str:
    from datetime import date, timedelta

    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def test_a_final_one_is_refused_while_results_are_missing(quality: Quality) -> None:
    quality.record(*AT_ONCE)
    refused = quality.program("lot", "certificate", quality.lot, exit_code=40)
    assert refused.code == "certificate-not-final"
    assert codes(refused) == {"result-missing", "result-not-reviewed"}
    hint = refused.data["error"]["hint"]
    assert "qc who did not record them: lottrack result review --lot L01" in hint
    assert "lottrack lot certificate L01 --interim" in hint


def test_a_final_one_is_refused_while_a_result_is_not_reviewed(tested: Quality) -> None:
    late = tested.result(tested.lot, "CD73", "98.8").data["id"]
    refused = tested.program("lot", "certificate", tested.lot, exit_code=40)
    assert codes(refused) == {"result-not-reviewed"}
    assert late in refused.data["error"]["blockers"][0]["sentence"]
    tested.review(late)
    data = tested.program("lot", "certificate", tested.lot).data
    (cd73,) = [each for each in data["criteria"] if each["test"] == "CD73"]
    assert len(cd73["results"]) == 2


def test_a_final_one_is_refused_once_the_approval_is_void(tested: Quality) -> None:
    tested.correct("specification", "MSC-EB-TRIAL@1", title="another")
    refused = tested.program("lot", "certificate", tested.lot, exit_code=40)
    assert "specification-not-approved" in codes(refused)


def test_a_lot_that_fails_gets_a_final_certificate_that_says_so(quality: Quality) -> None:
    quality.record(*(test for test in every_test() if test != "CD34"))
    quality.result(quality.lot, "CD34", "6.1")
    quality.counts()
    quality.review()
    data = quality.program("lot", "certificate", quality.lot).data
    assert data["complies"] is False
    assert data["statement"] == "Lot L01 does not meet MSC-EB-TRIAL@1: CD34."
    assert [each["test"] for each in data["investigations"]] == ["CD34"]
    made = read(issue(quality, "certificate", quality.lot))
    assert made.says("DOES NOT MEET")
    assert made.says("Results out of specification")


def test_a_result_set_aside_by_a_conclusion_stays_on_the_certificate(quality: Quality) -> None:
    quality.record(*(test for test in every_test() if test != "CD34"))
    quality.counts()
    first = quality.result(quality.lot, "CD34", "6.1").data
    run, oos = quality.program, first["oos"]
    cause = ("--assignable", "yes", "--finding", "the compensation control was missing")
    run("oos", "investigate", oos, *cause, user="QC2")
    run.signed("oos", "plan", oos, "--retests", 1, "--text", "a new staining", user="QA1")
    run.clock.advance(minutes=5)
    again = quality.result(quality.lot, "CD34", "0.4", "--retest", oos).data["id"]
    quality.review()
    run.signed("oos", "conclude", oos, "--invalidate", "--text", "as found", user="QP1")
    issued = issue(quality, "certificate", quality.lot)
    assert issued.data["complies"] is True
    (cd34,) = [each for each in issued.data["criteria"] if each["test"] == "CD34"]
    told = {each["id"]: each["set_aside"] for each in cd34["results"]}
    assert told == {first["id"]: True, again: False}
    made = read(issued)
    assert made.says("DOES NOT MEET; SET ASIDE")
    for said in ("6.1 %", "0.4 %", f"investigated in {oos}", "a new staining", "as found"):
        assert made.says(said)


def test_a_result_that_proves_nothing_is_not_told_as_met(quality: Quality) -> None:
    quality.record(*(test for test in every_test() if test != "CD34"))
    quality.result(quality.lot, "CD34", "<5")
    quality.counts()
    quality.review()
    data = quality.program("lot", "certificate", quality.lot).data
    assert data["complies"] is False
    assert read(issue(quality, "certificate", quality.lot)).says("NOT SHOWN")


def test_a_test_the_specification_lacks_stands_apart(tested: Quality) -> None:
    made = tested.result(tested.lot, "colour", "pink").data["id"]
    tested.review(made)
    data = tested.program("lot", "certificate", tested.lot).data
    assert [each["id"] for each in data["other_results"]] == [made]
    assert data["complies"] is True


# -- changed values --------------------------------------------------------------------------------


def test_a_corrected_result_stands_behind_the_earlier_one_with_its_reason(
    tested: Quality,
) -> None:
    number = _result(tested, "CD105")
    tested.program(
        *("correct", number, "value=99.9", "--reason", "read from the wrong tube"),
        user="TECHNICIAN1",
    )
    refused = tested.program("lot", "certificate", tested.lot, exit_code=40)
    assert codes(refused) == {"result-not-reviewed"}
    assert {each["sentence"] for each in refused.data["error"]["blockers"]} >= {
        f"The review of {number} (CD105) is void: something it covers was corrected."
    }
    interim = read(issue(tested, "certificate", tested.lot, "--interim"))
    assert interim.says("NOT REVIEWED: its review is VOID since something it covers was corrected")
    tested.review()
    issued = issue(tested, "certificate", tested.lot)
    (changed,) = _one(issued.data, number)["corrected"]
    assert changed["field"] == "result"
    assert (changed["earlier"], changed["now"]) == (["97.8 %"], "99.9 %")
    assert (changed["by"], changed["reason"]) == ("TECHNICIAN1", "read from the wrong tube")
    made = read(issued)
    assert made.says("97.8 % 99.9 % [1]")
    assert made.says(f"[1] {number}, result: was 97.8 %, corrected to 99.9 % by TECHNICIAN1")
    assert made.says("Reason: read from the wrong tube")


def test_a_struck_result_is_shown_as_struck(tested: Quality) -> None:
    number = tested.result(tested.lot, "CD73", "12.0").data["id"]
    tested.program("strike", number, "--reason", "of another lot", user="TECHNICIAN1")
    data = tested.program("lot", "certificate", tested.lot, "--interim").data
    (struck,) = data["struck_results"]
    assert (struck["id"], struck["result"]) == (number, "12.0 %")
    assert struck["struck"]["reason"] == "of another lot"
    made = read(issue(tested, "certificate", tested.lot, "--interim"))
    assert made.says("Struck results")
    assert made.says("of another lot")


def test_a_corrected_count_is_marked_in_the_dossier(tested: Quality) -> None:
    harvest = tested.program("lot", "show", tested.lot).data["passages"][-1]["harvest"]
    tested.program(
        *("correct", harvest, "harvested=3.3e8", "--reason", "the sheet says 330"),
        user="TECHNICIAN1",
    )
    issued = issue(tested, "dossier", tested.lot)
    (passage,) = [p for p in issued.data["passages"] if p["harvest"]["id"] == harvest]
    (changed,) = passage["harvest"]["corrected"]
    assert changed["earlier"] == ["321000000"]
    assert changed["now"] == "330000000"
    made = read(issued)
    assert made.says("321.0 ×10⁶ 330.0 ×10⁶")
    assert made.says("Reason: the sheet says 330")
    (correction,) = issued.data["corrections"]
    assert correction["record"] == harvest
    assert correction["changes"] == [
        {"field": "harvested", "before": "321000000", "after": "330000000"}
    ]


def test_a_struck_fact_is_told_with_what_it_said(tested: Quality) -> None:
    sample = tested.program(
        *("lot", "sample", tested.lot, "--kind", "cells", "--cells", "1e5"), user="TECHNICIAN1"
    ).data["id"]
    tested.program("strike", sample, "--reason", "never taken", user="TECHNICIAN1")
    data = tested.program("lot", "dossier", tested.lot).data
    assert sample not in {each["id"] for each in data["samples"]}
    (strike,) = data["corrections"]
    assert strike["struck"] is True
    assert {"field": "cells", "before": "100000", "after": None} in strike["changes"]


# -- signatures ------------------------------------------------------------------------------------


def test_every_signature_tells_name_role_meaning_time_and_zone(tested: Quality) -> None:
    tested.release()
    data = tested.program("lot", "dossier", tested.lot).data
    meanings = [each["meaning"] for each in data["signatures"]]
    assert "certification and release of the fills named here" in meanings
    released = data["signatures"][-1]
    assert released["name"] == "Qp1"
    assert (released["account"], released["role"]) == ("QP1", "qp")
    assert released["local_time"].startswith(released["at"][:10])
    assert released["zone"] == "Europe/Madrid"
    assert (released["valid"], released["voided_by"]) == (True, [])


def test_a_signature_that_a_correction_voided_is_shown_as_void(tested: Quality) -> None:
    number = _result(tested, "CD105")
    tested.program("correct", number, "value=99.9", "--reason", "misread", user="TECHNICIAN1")
    data = tested.program("lot", "dossier", tested.lot).data
    void = [each for each in data["signatures"] if not each["valid"]]
    assert void
    assert all(each["voided_by"] == [number] for each in void)
    assert read(issue(tested, "dossier", tested.lot)).says(f"VOID, corrected since: {number}")


# -- the certification -----------------------------------------------------------------------------


def test_a_certification_shows_word_for_word_what_was_signed(tested: Quality) -> None:
    tested.release()
    issued = issue(tested, "certification", tested.lot)
    (decision,) = issued.data["decisions"]
    text = "\n".join(decision["signed_text"])
    assert hashlib.sha256(text.encode()).hexdigest() == decision["signed_text_sha256"]
    assert [each["of"] for each in decision["decided"]] == [tested.fill_number]
    assert [each["id"] for each in decision["containers"]] == list(tested.bags)
    made = read(issued)
    for line in decision["signed_text"]:
        assert made.says(line)
    assert untold(made, {k: v for k, v in issued.data.items() if k != "recorded_by"}) == [
        f".document.{key}: {issued.data['document'][key]}"
        for key in ("path", "file_sha256", "pages")
        if not made.says(str(issued.data["document"][key]))
    ]


@pytest.mark.parametrize("kind", ["certification", "dossier"])
def test_released_is_not_all_that_is_said_once_the_release_is_void_and_held(
    tested: Quality, kind: str
) -> None:
    released = tested.release().data["signature"]
    assert issue(tested, kind, tested.lot).data["reservations"] == []
    harvest = tested.program("lot", "show", tested.lot).data["passages"][-1]["harvest"]
    told = ("correct", harvest, "harvested=3.3e8", "--reason", "the sheet says 330")
    (hold,) = tested.program(*told, user="TECHNICIAN1").data["holds"]
    made = read(issue(tested, kind, tested.lot))
    assert made.says(f"; its signature {released} is VOID since something it covers was corrected")
    assert made.says(f"; ON HOLD by {hold['id']} (correction).")


def test_a_conditional_release_names_what_it_waits_for(quality: Quality) -> None:
    quality.record(*AT_ONCE)
    quality.counts()
    quality.review()
    quality.review_lot()
    quality.release("--conditional")
    data = quality.program("lot", "certification", quality.lot).data
    assert data["disposition"] == "conditionally_released"
    conditions = {each["test"]: each for each in data["decisions"][0]["decided"][0]["conditions"]}
    assert conditions["sterility-product-14d"]["met"] is False
    assert conditions["sterility-product-14d"]["overdue"] is False
    assert read(issue(quality, "certification", quality.lot)).says("sterility-product-14d")
    quality.program.clock.advance(days=30)
    later = quality.program("lot", "certification", quality.lot).data
    waits = later["decisions"][0]["decided"][0]["conditions"]
    assert all(each["overdue"] for each in waits)
    assert read(issue(quality, "certification", quality.lot)).says("OVERDUE")


def test_there_is_no_certification_before_somebody_decided(tested: Quality) -> None:
    refused = tested.program("lot", "certification", tested.lot, exit_code=20)
    assert refused.code == "not-certified"


# -- the dossier -----------------------------------------------------------------------------------


def test_a_dossier_goes_from_the_marrow_to_the_disposition(tested: Quality) -> None:
    tested.release()
    data = tested.program("lot", "dossier", tested.lot).data
    assert data["collection"]["takings"]
    assert [each["passage"] for each in data["passages"]] == ["P0", "P1", "P2"]
    assert [each["id"] for each in data["fills"]] == [tested.fill_number]
    assert [each["id"] for each in data["containers"]] == list(tested.bags)
    assert all(each["location_state"] == "stored" for each in data["containers"])
    assert len(data["results"]) >= len(every_test())
    assert data["label_account"] == [
        {
            "copy": "primary",
            "printed": 2,
            "applied": 2,
            "attached": 0,
            "void": 0,
            "destroyed": 0,
            "outstanding": 0,
        }
    ]
    assert {each["act"] for each in data["custody"]} == {"store"}
    assert [each["decision"] for each in data["dispositions"]] == ["released"]
    assert data["check"]["verdict"] == "releasable"
    titles = [e.get_title() for e in read(issue(tested, "dossier", tested.lot))._pdf.get_toc()]
    order = ["Donor and patient", "Passages", "Containers", "Results", "Deviations", "Custody"]
    assert [title for title in titles if title in order] == order
    assert titles[-1] == "This document"


def test_a_dossier_tells_late_entries_and_how_the_facts_came_in(tested: Quality) -> None:
    data = tested.program("lot", "dossier", tested.lot).data
    told = {each["entry"]: each["facts"] for each in data["entries"]["by_entry"]}
    assert sum(told.values()) == data["entries"]["facts"]
    late = {each["id"] for each in data["entries"]["late"]}
    assert {p["harvest"]["id"] for p in data["passages"]} <= late


def test_a_dossier_names_holds_refusals_deviations_and_files(tested: Quality, tmp_path) -> None:
    tested.program(
        *("hold", "open", tested.bags[0], "--cause", "damage", "--reason", "a dent"), user="QA1"
    )
    tested.program("lot", "release", tested.lot, user="QP1", secrets=("QP1",), exit_code=41)
    (tmp_path / "sheet.txt").write_text("count sheet", encoding="utf-8")
    tested.program(
        *("attach", tested.lot, tmp_path / "sheet.txt", "--what", "the count sheet of P2"),
        user="TECHNICIAN1",
    )
    data = tested.program("lot", "dossier", tested.lot).data
    assert [each["reason"] for each in data["holds"]] == ["a dent"]
    assert data["holds"][0]["lifted_at"] is None
    assert [each["act"] for each in data["refusals"]] == ["lot release"]
    assert [each["what"] for each in data["attachments"]] == ["the count sheet of P2"]
    made = read(issue(tested, "dossier", tested.lot))
    for said in ("a dent", "the count sheet of P2", "holds-none-open"):
        assert made.says(said)


def test_a_dossier_of_a_lot_just_registered_is_short_and_whole(quality: Quality) -> None:
    registered = quality.program(
        *("lot", "register", "--parent", quality.lot, "--product", "MSC-EB"),
        *("--spec", "MSC-EB-TRIAL"),
        user="TECHNICIAN1",
    ).data["id"]
    data = quality.program("lot", "dossier", registered).data
    assert data["head"]["parent"] == quality.lot
    assert {each["lot"] for each in data["passages"]} == {quality.lot}
    assert data["containers"] == []


def test_a_lot_moved_to_another_version_tells_from_which(tested: Quality) -> None:
    source = database_folder("specifications") / "MSC-EB-TRIAL.toml"
    file = tested.program.db.with_name("second.toml")
    text = source.read_text(encoding="utf-8").replace("edition = 1", "edition = 2", 1)
    file.write_text(text, encoding="utf-8")
    tested.program("spec", "load", file, user="TECHNICIAN1")
    tested.program.signed("spec", "approve", "MSC-EB-TRIAL@2", user="QP1")
    moved = ("--spec", "MSC-EB-TRIAL@2", "--reason", "the trial was amended")
    tested.program.signed("lot", "respecify", tested.lot, *moved, user="QP1")
    later = (tested.program.clock.now + timedelta(days=760)).isoformat()
    extended = ("--expires", later, "--basis", "stability data to 24 months")
    tested.program.signed("container", "extend", tested.bags[0], *extended, user="QP1")
    issued = issue(tested, "dossier", tested.lot)
    (move,) = issued.data["specification_moves"]
    assert (move["moved_from"], move["moved_to"]) == ("MSC-EB-TRIAL@1", "MSC-EB-TRIAL@2")
    made = read(issued)
    for said in ("registered with MSC-EB-TRIAL@1", "the trial was amended", "24 months"):
        assert made.says(said)
    certificate = tested.program("lot", "certificate", tested.lot, "--interim").data
    assert certificate["specification"]["id"] == "MSC-EB-TRIAL@2"


def test_no_name_of_a_person_stands_on_paper_but_those_of_accounts(tested: Quality) -> None:
    tested.release()
    data = tested.program("lot", "dossier", tested.lot).data
    named = {each["name"] for each in data["signatures"]}
    assert named <= {person.title() for person in PEOPLE}


# -- what was issued -------------------------------------------------------------------------------


def test_an_issued_document_is_recorded_by_its_number_and_its_hash(tested: Quality) -> None:
    before = tested.program("audit", "verify").data
    issued = issue(tested, "certificate", tested.lot)
    document = issued.data["document"]
    path = Path(document["path"])
    assert path == folder(tested) / f"{document['number']}.pdf"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == document["file_sha256"]
    assert issued.data["id"] == document["number"]
    assert issued.data["record"]["entry"] == before["entries"]
    assert issued.data["record"]["head_sha256"] == before["head"]
    assert issued.data["record"]["head"] == short_head(before["head"])
    proved = tested.program("audit", "witness", issued.data["record"]["witness"]).data
    assert proved["verdict"] == "contained"
    (listed,) = tested.program("lot", "documents", tested.lot).data
    assert listed["id"] == document["number"]
    assert (listed["document"], listed["stage"]) == ("certificate", "final")
    assert listed["issued_by"] == "QA1"
    assert listed["file_sha256"] == document["file_sha256"]
    assert listed["pages"] == document["pages"] == len(read(issued).pages)
    assert listed["entries_since"] == 0
    shown = tested.program("audit", "show", tested.lot, "--by", "QA1").data
    assert [entry["act"] for entry in shown][-1] == "lot certificate"
    assert tested.program("audit", "verify").data["verdict"] == "intact"
    tested.program("admin", "check")


def test_the_page_carries_number_head_and_entry(tested: Quality) -> None:
    issued = issue(tested, "certificate", tested.lot)
    made, record = read(issued), issued.data["record"]
    for page in made.pages:
        assert issued.data["document"]["number"] in page
        assert f"witness of the audit trail {record['witness']}" in page
    assert made.metadata["Author"] == "Test GMP unit"


def test_ten_characters_of_the_head_are_its_first_fifty_bits() -> None:
    assert short_head("00" * 32) == "A" * 10
    assert short_head("ff" * 32) == "7" * 10
    assert short_head("deadbeef00" + "00" * 27) == "32W353YAAA"


def test_what_is_only_shown_is_not_recorded(tested: Quality) -> None:
    before = tested.audit_entries()
    for words in (("certificate",), ("certificate", "--interim"), ("dossier",)):
        data = tested.program("lot", words[0], tested.lot, *words[1:]).data
        assert "document" not in data
        assert data["id"] == tested.lot
    assert tested.audit_entries() == before


def test_a_dry_run_issues_nothing(tested: Quality) -> None:
    before = tested.audit_entries()
    issued = issue(tested, "certificate", tested.lot, "--dry-run")
    assert issued.data["dry_run"] is True
    assert tested.audit_entries() == before
    assert not folder(tested).exists()


def test_two_documents_have_two_numbers(tested: Quality) -> None:
    numbers = [issue(tested, "certificate", tested.lot).data["id"] for _ in range(2)]
    assert len(set(numbers)) == 2
    dossier = tested.program("lot", "dossier", tested.lot).data
    assert [each["id"] for each in dossier["documents"]] == numbers


def test_a_later_fact_makes_a_document_outdated(tested: Quality) -> None:
    issue(tested, "certificate", tested.lot)
    tested.program(
        *("hold", "open", tested.bags[0], "--cause", "damage", "--reason", "a dent"), user="QA1"
    )
    (listed,) = tested.program("lot", "documents", tested.lot).data
    assert listed["entries_since"] == 1


def test_a_file_is_told_from_another(tested: Quality) -> None:
    first, second = (issue(tested, "certificate", tested.lot).data["document"] for _ in range(2))
    (found,) = tested.program("lot", "documents", tested.lot, "--file", second["path"]).data
    assert found["id"] == second["number"]
    altered = folder(tested) / "altered.pdf"
    altered.write_bytes(Path(first["path"]).read_bytes() + b"\n")
    refused = tested.program("lot", "documents", tested.lot, "--file", altered, exit_code=20)
    assert refused.code == "not-issued"


def test_a_document_can_be_drawn_again_from_the_record_it_rests_on(tested: Quality) -> None:
    """Its content is that of an entry of the trail: later facts do not change what it told."""
    from lottrack.store.chain import canonical, sha256

    issued = issue(tested, "certificate", tested.lot).data
    content = {
        key: value
        for key, value in issued.items()
        if key not in {"id", "document", "warnings", "recorded_by"}
    }
    assert sha256(canonical(content)) == issued["document"]["content_sha256"]


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("paper.png", 2, "file-name-unfit"), ("there.pdf", 30, "file-exists")],
)
def test_a_file_that_cannot_be_the_document_is_refused(
    tested: Quality, name: str, status: int, code: str
) -> None:
    target = tested.program.db.parent / name
    target.write_bytes(b"something else")
    before = tested.audit_entries()
    refused = tested.program(
        *("lot", "dossier", tested.lot, "--out", target), user="QA1", exit_code=status
    )
    assert refused.code == code
    assert target.read_bytes() == b"something else"
    # A refusal of status 30 is recorded; no number was taken.
    assert tested.audit_entries() - before == (status >= 30)


def test_a_folder_that_cannot_be_written_leaves_nothing(tested: Quality) -> None:
    blocked = tested.program.db.parent / "papers"
    blocked.write_text("a file", encoding="utf-8")
    refused = tested.program(
        *("lot", "dossier", tested.lot, "--out", blocked / "below"), user="QA1", exit_code=70
    )
    assert refused.code == "file-not-writable"
    assert tested.program("lot", "documents", tested.lot).data == []


@pytest.mark.parametrize("user", ["TECHNICIAN1", "NURSE1", "INSPECTOR1"])
def test_a_document_is_issued_by_those_who_answer_for_it(tested: Quality, user: str) -> None:
    refused = issue(tested, "dossier", tested.lot, user=user, exit_code=52)
    assert refused.code == "role-missing"


def test_a_document_stays_as_it_was_issued(tested: Quality) -> None:
    number = issue(tested, "certificate", tested.lot).data["id"]
    for words in (("correct", number, "pages=3"), ("strike", number)):
        tested.program(*words, "--reason", "x", user="QA1", exit_code=30)


def test_a_struck_lot_has_no_documents_any_more(quality: Quality) -> None:
    lot = quality.program(
        *("lot", "register", "--parent", quality.lot, "--product", "MSC-EB"),
        *("--spec", "MSC-EB-TRIAL"),
        user="TECHNICIAN1",
    ).data["id"]
    issue(quality, "dossier", lot)
    quality.program("strike", lot, "--reason", "registered twice", user="TECHNICIAN1")
    refused = quality.program("lot", "dossier", lot, exit_code=20)
    assert refused.code == "struck"


def test_an_unknown_lot_is_refused(program: Program) -> None:
    for verb in ("certificate", "dossier", "certification", "documents"):
        assert program("lot", verb, "L77", exit_code=20).code == "unknown-code"


# -- what the tests share --------------------------------------------------------------------------


def _result(quality: Quality, test: str) -> str:
    listed = quality.program("result", "list", quality.lot).data
    return next(str(each["id"]) for each in listed if each["test"] == test)


def _one(data: dict[str, Any], number: str) -> dict[str, Any]:
    """A result of a certificate by its number."""
    found = [r for c in data["criteria"] for r in c["results"] if r["id"] == number]
    assert json.dumps(found)
    return found[0]


def test_a_certificate_does_not_say_released_alone_of_what_is_on_hold(tested: Quality) -> None:
    """A pharmacist may have nothing else in hand."""
    tested.release()
    stop = ("--cause", "other", "--reason", "a call from the ward")
    hold = tested("hold", "open", tested.lot, *stop).data["id"]

    paper = read(issue(tested, "certificate", tested.lot))

    assert paper.says(f"released; ON HOLD by {hold} (other)")
