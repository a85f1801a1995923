"""A refusal at verify, dispense and infusion says who can mend each reason, and how."""

from __future__ import annotations

import json

from tests import steps
from tests.conftest import Program
from tests.raw import raw
from tests.steps import Filled

Site = tuple[Program, Filled]


def test_a_script_reads_who_can_mend_each_reason_and_how(released: Site) -> None:
    program, lot = released
    program("hold", "open", lot.lot, "--cause", "other", "--reason", "asked", user="QA1")
    answer = program("verify", lot.scans[0], "--patient", "P01", user="PHARMACIST1", exit_code=42)
    (blocker,) = answer.data["blockers"]

    assert blocker["code"] == "on-hold"
    assert blocker["who_can_mend"] == "qa or qp"
    hold = program("hold", "list").data[0]["id"]
    assert f"lottrack hold lift {hold}" in blocker["hint"]


def test_a_person_reads_it_under_each_reason(released: Site) -> None:
    program, lot = released
    steps.register_patient(program, "P02")
    words = ("verify", lot.scans[0], "--patient", "P02")
    shown = program(*words, user="PHARMACIST1", exit_code=42, as_json=False).stdout
    lines = shown.splitlines()
    place = next(i for i, line in enumerate(lines) if "[wrong-patient]" in line)

    assert lines[place + 1].startswith("    -> nobody: ")
    assert "it is for P01 alone" in lines[place + 1]


def test_dispensing_and_giving_tell_it_as_well(released: Site) -> None:
    program, lot = released
    refused = steps.dispense(program, lot.scans[0], exit_code=42)
    told = {b["code"]: b for b in refused.data["error"]["blockers"]}
    assert "lottrack prepare count" in told["result-missing-at-infusion"]["hint"]
    shown = steps.infuse(program, lot.scans[0], exit_code=42, as_json=False).stderr

    assert "    -> pharmacist and a second person: `lottrack dispense SCAN" in shown


def test_a_code_that_cannot_be_read_says_what_to_scan(released: Site) -> None:
    program, lot = released
    words = ("verify", f"{lot.bags[0][:-1]}?", "--patient", "P77")
    blockers = program(*words, user="PHARMACIST1", exit_code=42).data["blockers"]

    assert all(blocker["who_can_mend"] and blocker["hint"] for blocker in blockers)


def test_the_record_keeps_the_reasons_and_not_the_advice(released: Site) -> None:
    program, lot = released
    program("verify", lot.scans[0], "--patient", "P77", user="PHARMACIST1", exit_code=42)
    with raw(program.db) as database:
        kept = database.execute("SELECT blockers FROM refusal ORDER BY seq DESC").fetchone()[0]

    assert {tuple(sorted(each)) for each in json.loads(kept)} == {("basis", "code", "sentence")}
