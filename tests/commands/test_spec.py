"""Specifications: listed, shown, loaded as drafts, approved by a qualified person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Program

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
    program("spec", "load", own, user="QC1", exit_code=31)


def test_an_approval_is_given_once(program: Program) -> None:
    program.signed("spec", "approve", "BM-MSC", user="QP1")
    again = program.signed("spec", "approve", "BM-MSC", user="QP1", exit_code=33)
    assert again.code == "already-approved"


def test_only_a_qualified_person_approves(program: Program) -> None:
    program.signed("spec", "approve", "BM-MSC", user="QC1", exit_code=52)


def test_an_approval_needs_the_signers_secret(program: Program) -> None:
    told = ("spec", "approve", "BM-MSC")
    program(*told, user="QP1", secrets=("not the secret",), exit_code=53)
    assert not any(row["approved"] for row in program("spec", "list").data)
