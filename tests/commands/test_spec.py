"""Specifications: listed, shown, loaded as drafts, approved by a qualified person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.conftest import Bench
    from tests.conftest import Program, Result

OWN = """
name = "OWN-SPEC"
edition = 1
title = "Our own"
product = "MSC"
source = "file 7"

[[criterion]]
test = "gram"
name = "Gram stain"
stage = "Drug product"
level = "lot"
operator = "equals"
limit = "negative"
required = true
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A site's own specification as a file."""
    file = tmp_path / "own.toml"
    file.write_text(OWN)
    return file


def test_a_new_site_has_three_specifications_as_drafts(program: Program) -> None:
    listed = program("spec", "list").data
    assert {row["name"] for row in listed} == {"BM-MSC", "ISCT-2006", "MSC-EB-TRIAL"}
    assert {(row["kind"], row["version"], row["approved"]) for row in listed} == {
        ("specification", 1, False)
    }


def test_show_tells_every_criterion_as_scripts_rely_on_it(program: Program) -> None:
    shown = program("spec", "show", "msc-eb-trial").data
    assert (shown["id"], shown["version"], shown["approved"]) == ("MSC-EB-TRIAL@1", 1, False)
    by_test = {entry["test"]: entry for entry in shown["criteria"]}
    fixed = ("test", "name", "stage", "level", "operator", "limit", "unit", "required")
    told = {key: by_test["CD73"][key] for key in fixed}
    assert told == {
        "test": "CD73",
        "name": "CD73",
        "stage": "Drug substance",
        "level": "lot",
        "operator": ">=",
        "limit": "95",
        "unit": "%",
        "required": True,
    }
    assert {entry["level"] for entry in shown["criteria"]} == {"lot", "container", "preparation"}
    assert by_test["HLA-DR"]["required"] is False
    assert by_test["sterility-product-14d"]["pending_days"] == 14
    fresh, frozen = shown["presentations"]
    assert fresh["presentation"] == "fresh"
    assert fresh["shelf_life"] == {"length": 24, "unit": "hours"}
    assert (fresh["storage_min_c"], fresh["storage_max_c"]) == ("2", "8")
    assert (frozen["shelf_life"], frozen["storage_max_c"]) == (None, "-150")


def test_show_is_readable_for_a_person(program: Program) -> None:
    text = program("spec", "show", "MSC-EB-TRIAL", as_json=False).stdout
    assert "≥ 95 %" in text
    assert "14 days" in text
    assert "Shelf life, fresh: 24 hours" in text


def test_a_loaded_specification_waits_for_its_approval(program: Program, own: Path) -> None:
    made = program("spec", "load", own, user="QC1").data
    assert (made["id"], made["approved"]) == ("OWN-SPEC@1", False)
    approved = program.signed("spec", "approve", "own-spec", user="QP1").data
    assert (approved["id"], approved["version"], approved["approved"]) == ("OWN-SPEC@1", 1, True)
    row = next(r for r in program("spec", "list").data if r["name"] == "OWN-SPEC")
    assert (row["approved"], row["approved_by"]) == (True, "QP1")
    assert program("spec", "show", "OWN-SPEC").data["approved"] is True


def test_a_file_that_contradicts_itself_is_not_loaded(program: Program, own: Path) -> None:
    own.write_text(OWN.replace('limit = "negative"', "limit = 5"))
    assert program("spec", "load", own, user="QC1", exit_code=2).code == "specification-invalid"
    assert program("spec", "show", "OWN-SPEC", exit_code=20).code == "unknown-code"


def test_an_edition_is_loaded_once(program: Program, own: Path) -> None:
    program("spec", "load", own, user="QC1")
    own.write_text(OWN.replace("negative", "no bacteria"))
    refused = program("spec", "load", own, user="QC1", exit_code=31)
    assert refused.code == "number-already-used"
    assert "own.toml, line 3: OWN-SPEC@1 is on record since" in refused.data["error"]["sentence"]
    assert "edition = 2" in refused.data["error"]["hint"]
    assert program("spec", "show", "OWN-SPEC").data["criteria"][0]["limit"] == "negative"


def test_an_approval_is_given_once(program: Program) -> None:
    program.signed("spec", "approve", "BM-MSC", user="QP1")
    again = program.signed("spec", "approve", "BM-MSC", user="QP1", exit_code=33)
    assert again.code == "already-approved"


def test_nobody_is_asked_for_a_secret_to_approve_what_is_approved(program: Program) -> None:
    program.signed("spec", "approve", "BM-MSC", user="QP1")
    again = program("spec", "approve", "BM-MSC", user="QP1", exit_code=33)
    assert again.code == "already-approved"
    assert "Signature:" not in again.stderr


def test_only_a_qualified_person_approves(program: Program) -> None:
    program.signed("spec", "approve", "BM-MSC", user="QC1", exit_code=52)


def test_an_approval_needs_the_signers_secret(program: Program) -> None:
    told = ("spec", "approve", "BM-MSC")
    program(*told, user="QP1", secrets=("not the secret",), exit_code=53)
    assert not any(row["approved"] for row in program("spec", "list").data)


# -- what no file may say --------------------------------------------------------------------------

LIMITED = """
[[criterion]]
test = "endotoxin"
name = "Endotoxin"
stage = "Drug product"
level = "lot"
operator = "<"
limit = 2.5
unit = "EU/mL"
required = true
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ('operator = "<"', 'operator = "=<"', 22, "operator '=<' is none of"),
        ("limit = 2.5", 'limit = "2,5"', 23, "2,5"),
        ("limit = 2.5", "limit = 0", 23, "no result can meet"),
        ('unit = "EU/mL"', 'unit = "EU/"', 24, "before or after its slash"),
        ('unit = "EU/mL"', 'unit = "EU/mll"', 24, 'declare it at the head of the file: units = ["'),
        ('unit = "EU/mL"', 'unit = "< EU/mL"', 24, "holds a sign"),
        ('test = "endotoxin"', 'test = "GRAM"', 18, "stands in it twice"),
        ("required = true", "requires = true", 17, "required is missing"),
        ("required = true", "required = true\nmethods = 3", 26, "unknown key: methods"),
        ("edition = 1\n", "", 1, "edition is missing"),
        ("edition = 1", "edition = 0", 3, "below 1"),
        ('title = "Our own"', 'titel = "Our own"', 1, "title is missing"),
        ("[[criterion]]", "[[criterion]", 0, "this is not TOML"),
    ],
)
def test_a_file_nobody_may_sign_is_refused_with_line_and_reason(
    program: Program, own: Path, old: str, new: str, line: int, reason: str
) -> None:
    text = OWN + LIMITED
    at = text.rindex(old)
    own.write_text(text[:at] + new + text[at + len(old) :])
    refused = program("spec", "load", own, user="QC1", exit_code=2)
    assert refused.code == "specification-invalid"
    sentence = refused.data["error"]["sentence"]
    assert sentence.startswith(f"own.toml, line {line}" if line else "own.toml: ")
    assert reason in sentence
    assert program("spec", "show", "OWN-SPEC", exit_code=20).code == "unknown-code"


# -- compared --------------------------------------------------------------------------------------


def load(program: Program, own: Path, text: str) -> str:
    own.write_text(text)
    return str(program("spec", "load", own, user="QC1").data["id"])


def test_two_versions_are_compared_criterion_by_criterion(program: Program, own: Path) -> None:
    load(program, own, OWN + LIMITED)
    second = (OWN.replace("edition = 1", "edition = 2") + LIMITED).replace("2.5", "1.0")
    load(program, own, second.replace("Gram stain", "Gram's stain"))
    told = program("spec", "compare", "OWN-SPEC@1", "own-spec@2").data
    assert (told["before"], told["after"], told["same"]) == ("OWN-SPEC@1", "OWN-SPEC@2", False)
    changes = {entry["name"]: (entry["change"], entry["differences"]) for entry in told["changes"]}
    assert changes["endotoxin"] == (
        "changed",
        [
            {
                "field": "limit",
                "before": "< 2.5 EU/mL",
                "after": "< 1.0 EU/mL",
                "direction": "tighter",
            }
        ],
    )
    assert changes["gram"][1][0]["field"] == "name"
    text = program("spec", "compare", "OWN-SPEC@1", "OWN-SPEC@2", as_json=False).stdout
    assert "CHANGED criterion endotoxin" in text
    assert "limit: < 2.5 EU/mL -> < 1.0 EU/mL  [tighter]" in text


def test_what_was_added_and_removed_is_told_as_such(program: Program, own: Path) -> None:
    load(program, own, OWN)
    load(
        program, own, OWN.replace("edition = 1", "edition = 2").replace("gram", "gram-2") + LIMITED
    )
    told = program("spec", "compare", "OWN-SPEC@1", "OWN-SPEC@2").data["changes"]
    assert {entry["name"]: entry["change"] for entry in told} == {
        "gram": "removed",
        "gram-2": "added",
        "endotoxin": "added",
    }


def test_versions_that_say_the_same_are_told_to(program: Program, own: Path) -> None:
    load(program, own, OWN)
    load(program, own, OWN.replace("edition = 1", "edition = 2"))
    told = program("spec", "compare", "OWN-SPEC@1", "OWN-SPEC@2", as_json=False).stdout
    assert "differ in nothing but their version" in told


@pytest.mark.parametrize(("other", "code"), [("BM-MSC", 2), ("BM-MSC@7", 20)])
def test_both_versions_have_to_be_named_and_there(program: Program, other: str, code: int) -> None:
    program("spec", "compare", "BM-MSC@1", other, exit_code=code)


# -- retired, and in effect ------------------------------------------------------------------------


def status(program: Program, number: str) -> str:
    return next(r["status"] for r in program("spec", "list").data if r["id"] == number)


def test_a_version_goes_from_draft_to_effective_to_retired(program: Program) -> None:
    assert status(program, "BM-MSC@1") == "draft"
    program.signed("spec", "approve", "BM-MSC", user="QP1")
    assert status(program, "BM-MSC@1") == "effective"
    made = program.signed("spec", "retire", "BM-MSC@1", "--reason", "limit too wide", user="QP1")
    assert made.data["kind"] == "specification_retirement"
    assert status(program, "BM-MSC@1") == "retired"
    assert program("spec", "show", "BM-MSC@1").data["retired"].startswith("limit too wide (")
    assert "Running lots that are still judged by it: none" in made.stderr


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("effective_from = 2030-01-01\n", "not_yet_effective"),
        ("effective_until = 2020-01-01\n", "ended"),
        ("effective_from = 2020-01-01\neffective_until = 2030-01-01\n", "effective"),
    ],
)
def test_a_version_is_in_effect_on_its_own_days(
    program: Program, own: Path, days: str, expected: str
) -> None:
    load(program, own, OWN.replace("edition = 1\n", f"edition = 1\n{days}"))
    program.signed("spec", "approve", "OWN-SPEC", user="QP1")
    assert status(program, "OWN-SPEC@1") == expected


def test_a_version_is_retired_once(program: Program) -> None:
    told = ("spec", "retire", "BM-MSC@1", "--reason", "x")
    program.signed(*told, user="QP1")
    again = program(*told, user="QP1", exit_code=33)
    assert again.code == "already-retired"


def test_the_version_to_retire_has_to_be_named(program: Program) -> None:
    refused = program.signed("spec", "retire", "BM-MSC", "--reason", "x", user="QP1", exit_code=2)
    assert refused.code == "version-missing"


def test_a_retired_version_is_not_approved(program: Program) -> None:
    program.signed("spec", "retire", "BM-MSC@1", "--reason", "x", user="QP1")
    refused = program("spec", "approve", "BM-MSC@1", user="QP1", exit_code=40)
    assert refused.code == "specification-retired"


@pytest.mark.parametrize("user", ["QA1", "QC1"])
def test_only_a_qualified_person_retires(program: Program, user: str) -> None:
    told = ("spec", "retire", "BM-MSC@1", "--reason", "x")
    program.signed(*told, user=user, exit_code=52)


def test_a_retirement_is_neither_corrected_nor_struck(program: Program) -> None:
    told = ("spec", "retire", "BM-MSC@1", "--reason", "x")
    number = program.signed(*told, user="QP1").data["id"]
    for words in (("correct", number, "reason=y"), ("strike", number)):
        program(*words, "--reason", "y", user="QA1", exit_code=30)
    assert program("admin", "check").data["verdict"] == "intact"


# -- by which version a lot is registered ----------------------------------------------------------


def registered(bench: Bench, spec: str, **extra: object) -> Result:
    origin = ("--collection", bench.marrow(), "--product", "MSC")
    return bench("lot", "register", *origin, "--spec", spec, *bench.at(1), **extra)


@pytest.fixture
def versions(bench: Bench, own: Path) -> Bench:
    """Version 1 in effect until the end of January, version 2 from February on, both approved."""
    first, second = "effective_until = 2026-01-31", "effective_from = 2026-02-01"
    for number, days in ((1, first), (2, second)):
        load(bench.program, own, OWN.replace("edition = 1", f"edition = {number}\n{days}"))
        bench.program.signed("spec", "approve", f"OWN-SPEC@{number}", user="QP1")
    return bench


def test_by_name_alone_a_lot_takes_the_version_in_effect_that_day(versions: Bench) -> None:
    assert registered(versions, "OWN-SPEC").data["specification"] == "OWN-SPEC@2"


def test_a_version_whose_days_are_over_registers_no_lot(versions: Bench) -> None:
    refused = registered(versions, "OWN-SPEC@1", exit_code=40)
    assert refused.code == "specification-not-effective"
    assert "in effect until 2026-01-31, not on 2026-02-" in refused.data["error"]["sentence"]


def test_by_name_alone_a_retired_version_is_passed_over(bench: Bench, own: Path) -> None:
    for number in (1, 2):
        load(bench.program, own, OWN.replace("edition = 1", f"edition = {number}"))
        bench.program.signed("spec", "approve", f"OWN-SPEC@{number}", user="QP1")
    bench.program.signed("spec", "retire", "OWN-SPEC@2", "--reason", "typing error", user="QP1")
    origin = ("--collection", bench.marrow(), "--product", "MSC", "--spec", "OWN-SPEC")
    made = bench("lot", "register", *origin).data
    assert made["specification"] == "OWN-SPEC@1"


def test_a_retired_version_registers_no_new_lot_and_running_lots_keep_it(bench: Bench) -> None:
    running = bench.new_lot()
    told = ("spec", "retire", "MSC-EB-TRIAL@1", "--reason", "amendment 4")
    retired = bench.program.signed(*told, user="QP1").data
    assert retired["lots"] == [running]
    assert bench.show(running)["specification"] == "MSC-EB-TRIAL@1"
    origin = ("--collection", bench.marrow(), "--product", "MSC", "--spec", "MSC-EB-TRIAL")
    refused = bench("lot", "register", *origin, exit_code=40)
    assert refused.code == "specification-retired"
    assert "amendment 4" in refused.data["error"]["sentence"]


def test_a_lot_that_began_before_the_retirement_may_still_be_told(bench: Bench) -> None:
    told = ("spec", "retire", "MSC-EB-TRIAL@1", "--reason", "amendment 4")
    bench.program.signed(*told, user="QP1")
    made = registered(bench, "MSC-EB-TRIAL@1").data
    assert made["specification"] == "MSC-EB-TRIAL@1"
    assert "specification-retired-since" in {each["code"] for each in made["warnings"]}
