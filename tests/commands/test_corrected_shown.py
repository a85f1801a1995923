"""What was corrected stays visible: every print-out marks it and tells what it was before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Program
    from tests.steps import Filled

Site = tuple["Program", "Filled"]


def correct(program: Program, record: str, *pairs: str, user: str = "TECHNICIAN1") -> str:
    """Correct a record for the reason "misread"; the answer as a person reads it."""
    told = ("correct", record, *pairs, "--reason", "misread")
    return program(*told, user=user, as_json=False).stdout


def text(program: Program, *words: str) -> str:
    """An answer as a person reads it."""
    return program(*words, as_json=False).stdout


def legend(shown: str) -> list[str]:
    """The lines beneath an answer that tell what was corrected."""
    return [line.strip() for line in shown.splitlines() if re.match(r" +\* [A-Z]", line)]


def test_of_a_patient_the_weight_the_year_and_a_consent_are_marked(released: Site) -> None:
    program, _ = released
    shown = program("patient", "show", "P01").data
    weight, consent = shown["weights"][0]["id"], shown["consents"][0]["id"]
    assert shown["corrected"] == []
    correct(program, weight, "weight_kg=13.1")
    correct(program, "P01", "born_year=2021")
    correct(program, consent, "document=IC v3", "given_on=2025-11-05")

    read = text(program, "patient", "show", "P01")
    assert re.search(r"^born +2021\*$", read, re.MULTILINE)
    assert re.search(rf"^{weight} +13\.1\* ", read, re.MULTILINE)
    assert re.search(rf"^{consent} +treatment +IC v3\* +2025-11-05\* ", read, re.MULTILINE)
    assert f"* {weight} weight kg: was 13.2, corrected to 13.1 (misread)" in legend(read)
    assert f"* {consent} document: was IC v2, corrected to IC v3 (misread)" in legend(read)
    told = program("patient", "show", "P01").data
    assert told["born"] == 2021, "scripts read the value without a mark"
    assert {(each["record"], each["field"]) for each in told["corrected"]} == {
        (weight, "weight_kg"),
        ("P01", "born_year"),
        (consent, "document"),
        (consent, "given_on"),
    }


def test_a_typing_is_marked_at_the_patient_and_told_at_the_pair(released: Site) -> None:
    program, filled = released
    shown = program("patient", "show", "P01").data
    correct(program, shown["typing"], f"gl_string={shown['hla'].replace('15:02', '15:03')}")
    read = text(program, "patient", "show", "P01")
    assert re.search(r"^hla .*C\*15:03.*\*$", read, re.MULTILINE)
    pair = text(program, "pair", "show", filled.pair)
    assert [line.split(":")[0] for line in legend(pair)] == [f"* {shown['typing']} gl string"]


def test_of_a_donor_markers_and_the_day_of_the_sample_are_marked(released: Site) -> None:
    program, _ = released
    screening = program("donor", "show", "D01").data["screenings"][0]["id"]
    hint = program(
        "correct", screening, "outcome=reactive", "--reason", "x", user="QA1", exit_code=30
    )
    marker = re.search(r"MK-[A-Z0-9-]+", hint.data["error"]["hint"])
    assert marker is not None
    correct(program, screening, "sample_of=archived")
    correct(program, marker[0], "outcome=indeterminate")
    read = text(program, "donor", "show", "D01")
    assert "archived*" in read
    name = program("donor", "show", "D01").data["corrected"][-1]["name"]
    assert f"{name} indeterminate*" in read
    assert (
        f"* {marker[0]} outcome of {name}: was non-reactive, corrected to indeterminate (misread)"
        in legend(read)
    )


def test_of_a_course_what_was_done_for_it_is_marked(released: Site) -> None:
    program, filled = released
    course = filled.course
    correct(program, course, "reference=NCT00000000")
    read = text(program, "course", "show", course)
    assert "NCT00000000*" in read
    assert legend(read)[0].startswith(f"* {course} reference: was ")


def test_a_step_of_custody_is_marked(released: Site) -> None:
    program, filled = released
    bag = filled.bags[0]
    steps = program("custody", "show", bag).data["steps"]
    (step,) = [each["id"] for each in steps if each["act"] == "store"]
    correct(program, step, "position=tank 2, rack 9")
    read = text(program, "custody", "show", bag)
    assert "tank 2, rack 9*" in read
    assert len(legend(read)) == 1


@pytest.mark.parametrize("words", [("patient", "list"), ("place", "list"), ("equipment", "list")])
def test_lists_mark_as_well_and_are_plain_for_scripts(
    released: Site, words: tuple[str, ...]
) -> None:
    program, _ = released
    program(
        *("equipment", "register", "INC01", "--name", "Incubator", "--kind", "incubator"),
        *("--place", "GMP"),
        user="LEAD1",
    )
    correct(program, "P01", "born_year=2020")
    correct(program, "GMP", "name=Clean room 1", user="LEAD1")
    correct(program, "INC01", "name=Incubator 1", user="LEAD1")
    read = text(program, *words)
    assert len(legend(read)) == 1
    assert "*" in read.split("corrected:")[0]
    assert "*" not in program(*words, "--format", "csv", as_json=False).stdout
    assert "*" not in program(*words).stdout


def test_a_trace_marks_what_its_words_tell(released: Site) -> None:
    program, filled = released
    bag = filled.bags[0]
    earlier = program.clock().isoformat()
    program.clock.advance(minutes=1)
    filling = program("lot", "show", filled.lot).data["containers"][0]["filling"]
    correct(program, filling, "viable_cells=3.9e7")
    (node,) = [n for n in program("trace", bag).data["nodes"] if n["id"] == bag]
    assert node["label"].endswith("*")
    assert "corrected: viable cells was 44.0 ×10⁶" in node["note"]
    nodes = program("trace", bag, "--as-of", earlier).data["nodes"]
    (node,) = [n for n in nodes if n["id"] == bag]
    assert "*" not in node["label"]
    assert "note" not in node


def test_what_a_correction_changes_is_told_in_words_people_read(released: Site) -> None:
    program, filled = released
    harvest = program("lot", "show", filled.lot).data["passages"][2]["harvest"]
    shown = correct(program, harvest, "harvested=3.3e8", "at=2025-12-30T10:00")
    assert "harvested: 321.0 ×10⁶ viable cells → 330.0 ×10⁶ viable cells" in shown
    assert "at: 2025-12-30 09:00 (+01:00) → 2025-12-30 10:00 (+01:00)" in shown
    assert "321000000" not in shown
    told = ("correct", harvest, "harvested=3.4e8", "--reason", "again", "--dry-run")
    (change,) = program(*told, user="TECHNICIAN1").data["changes"]
    assert change == {"key": "harvested", "from": "330000000", "to": "340000000"}
    lot = text(program, "lot", "show", filled.lot)
    assert (
        f"* {harvest} harvested: was 321.0 ×10⁶ viable cells,"
        " corrected to 330.0 ×10⁶ viable cells (misread)" in legend(lot)
    )


def test_a_site_with_a_comma_reads_what_was_and_what_is_with_it(released: Site) -> None:
    program, _ = released
    comma = ("site", "set", "--decimal-mark", "comma", "--reason", "as our paper forms")
    program(*comma, user="ADMIN")
    weight = program("patient", "show", "P01").data["weights"][0]["id"]
    assert "weight kg: 13,2 → 13,1" in correct(program, weight, "weight_kg=13,1")
    read = text(program, "patient", "show", "P01")
    assert "13,1*" in read
    assert f"* {weight} weight kg: was 13,2, corrected to 13,1 (misread)" in legend(read)
    (told,) = program("patient", "show", "P01").data["corrected"]
    assert (told["earlier"], told["now"]) == (["13.2"], "13.1"), "scripts read a point"


def test_a_yes_that_became_a_no_is_told_in_words(released: Site) -> None:
    program, _ = released
    consent = program("patient", "show", "P01").data["consents"][0]["id"]
    assert "withdrawn: no → yes" in correct(program, consent, "withdrawn=yes")
