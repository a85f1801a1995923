"""A contamination found late: one act stops what shares the start material and opens the calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from lottrack.assets import database_folder
from tests import steps
from tests.conftest import Program
from tests.steps import Filled

Site = tuple[Program, Filled]


def given_bag(site: Site) -> str:
    """The first bag prepared and infused; returns its preparation."""
    program, lot = site
    order = program("order", "list").data[0]["id"]
    preparation = steps.prepare_dose(program, order, lot.scans[0])
    steps.dispense(program, lot.scans[0])
    steps.infuse(program, lot.scans[0])
    return preparation


def positive(site: Site, target: str = "", **extra: Any) -> Any:
    """The culture of what was left of the dose is positive, six days later."""
    program, _ = site
    program.clock.advance(days=6)
    told = ("result", "record", target, "sterility-post-thaw", "growth", "--reading", "interim")
    return program(*told, user="QC1", **extra)


@pytest.fixture
def alarmed(released: Site) -> tuple[Program, Filled, dict[str, Any]]:
    """A patient was given a bag of the lot, and its culture turned positive."""
    preparation = given_bag(released)
    return (*released, positive(released, preparation).data)


# -- the one act -----------------------------------------------------------------------------------


def test_one_act_stops_the_lot_and_names_everybody_who_was_given_some(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, lot, made = alarmed
    alarm = made["late_positive"]
    (hold,) = [hold for hold in made["holds"] if hold["on_kind"] == "lot"]
    assert (hold["on"], hold["cause"]) == (lot.lot, "oos")
    assert {each["id"] for each in alarm["stopped"]} == set(lot.bags)
    (given,) = alarm["given"]
    assert (given["patient"], given["physician"]) == ("P01", "CLINICIAN1")
    assert given["started"].startswith("2026-02-02")
    assert given["container"] == lot.bags[0]
    assert [call["whom"] for call in alarm["calls"]] == ["physician", "sponsor"]
    assert program("notify", "show", alarm["id"]).data["id"] == alarm["id"]


def test_the_calls_say_whom_until_when_and_why(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, _, made = alarmed
    physician, sponsor = made["late_positive"]["calls"]
    assert (physician["addressee"], physician["patient"]) == ("CLINICIAN1", "P01")
    assert sponsor["addressee"] is None
    # The trial's sponsor is told at once; the list of duties sets 24 hours from when it was known.
    known = program.clock()
    assert datetime.fromisoformat(sponsor["due_at"]) == known + timedelta(hours=24)
    assert "11.54" in sponsor["basis"]
    assert sponsor["state"] == "owed"


def test_an_investigation_is_open_although_the_test_is_informative(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    _, _, made = alarmed
    assert made["required"] is False
    assert made["oos"]


def test_sister_bags_are_refused_at_the_pharmacy_without_a_hand_lifted(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, lot, _ = alarmed
    for scan in lot.scans[1:]:
        refused = program("verify", scan, "--patient", "P01", user="PHARMACIST1", exit_code=42)
        assert "on-hold" in refused.blockers


def test_a_lot_of_the_same_collection_is_held_and_its_bags_named(released: Site) -> None:
    program, lot = released
    sister = program(
        *("lot", "register", "--collection", lot.collection, "--product", "MSC-EB"),
        *("--spec", steps.SPECIFICATION, "--number", "L02"),
        user=steps.TECHNICIAN,
    ).data["id"]
    preparation = given_bag(released)
    made = positive(released, preparation).data
    assert {hold["on"] for hold in made["holds"] if hold["on_kind"] == "lot"} == {lot.lot, sister}
    assert {h["on"] for h in program("hold", "list").data if h["on_kind"] == "lot"} >= {"L02"}


def test_a_lot_of_another_collection_goes_on(released: Site) -> None:
    program, lot = released
    other = steps.record_collection(program, lot.course, days_ago=50)
    program(
        *("lot", "register", "--collection", other, "--product", "MSC-EB"),
        *("--spec", steps.SPECIFICATION, "--number", "L02"),
        user=steps.TECHNICIAN,
    )
    made = positive(released, given_bag(released)).data
    assert "L02" not in {hold["on"] for hold in made["holds"]}


def test_what_was_released_and_not_yet_given_is_stopped_and_no_physician_called(
    released: Site,
) -> None:
    program, lot = released
    made = program("result", "record", lot.lot, "sterility-product-14d", "growth", user="QC1").data
    alarm = made["late_positive"]
    assert alarm["given"] == []
    assert [call["whom"] for call in alarm["calls"]] == ["sponsor"]
    holds = [hold for hold in program("hold", "list").data if hold["on"] == lot.lot]
    assert len(holds) == 1, "one hold for one cause"


def test_growth_before_any_release_is_a_failed_test_and_no_alarm(filled: Site) -> None:
    program, lot = filled
    made = program("result", "record", lot.lot, "sterility-p2", "growth", user="QC1").data
    assert "late_positive" not in made
    assert made["holds"] == []
    assert program("notify", "list").data == []


def test_a_failing_test_of_another_kind_calls_nobody(released: Site) -> None:
    program, lot = released
    made = program("result", "record", lot.lot, "potency", "12", user="QC1").data
    assert "late_positive" not in made
    assert program("notify", "list").data == []


def test_a_dry_run_alarms_nobody(released: Site) -> None:
    program, lot = released
    told = ("result", "record", lot.lot, "mycoplasma", "detected", "--dry-run")
    assert program(*told, user="QC1").data["late_positive"]["calls"]
    assert program("notify", "list").data == []
    assert program("hold", "list").data == []


# -- calls -----------------------------------------------------------------------------------------


def call_of(made: dict[str, Any], whom: str) -> str:
    return next(c["id"] for c in made["late_positive"]["calls"] if c["whom"] == whom)


def told_to(program: Program, number: str, *more: object, **extra: Any) -> Any:
    extra.setdefault("user", "QA1")
    what = ("--what", "growth in 1 of 2 bottles; the lot is stopped")
    reached = () if "--not-reached" in more else ("--reached", "Dr. Serra")
    return program("notify", "record", number, *reached, *what, *more, **extra)


def test_a_sheet_closes_call_by_call(alarmed: tuple[Program, Filled, dict[str, Any]]) -> None:
    program, _, made = alarmed
    assert len(program("notify", "list").data) == 2
    told = told_to(program, call_of(made, "sponsor"), "--by", "QP1").data
    assert (told["state"], told["reached"], told["told_by"]) == ("told", "Dr. Serra", "QP1")
    (left,) = program("notify", "list").data
    assert left["whom"] == "physician"
    assert len(program("notify", "list", "--all").data) == 2


def test_who_was_not_reached_stays_owed_and_the_try_is_kept(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, _, made = alarmed
    number = call_of(made, "physician")
    tried = told_to(program, number, "--not-reached").data
    assert tried["state"] == "owed"
    assert [each["reached"] for each in tried["tried"]] == [None]
    assert told_to(program, number).data["state"] == "told"


def test_a_call_is_made_once(alarmed: tuple[Program, Filled, dict[str, Any]]) -> None:
    program, _, made = alarmed
    number = call_of(made, "sponsor")
    told_to(program, number)
    assert told_to(program, number, exit_code=33).code == "already-told"


def test_nobody_was_told_before_it_was_known(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, _, made = alarmed
    early = ("--at", steps.ago(program, days=1))
    assert told_to(program, call_of(made, "sponsor"), *early, exit_code=30).code == "out-of-order"


def test_either_somebody_was_reached_or_nobody(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, _, made = alarmed
    number = call_of(made, "sponsor")
    program("notify", "record", number, "--what", "x", user="QA1", exit_code=2)
    both = ("--reached", "Dr. Serra", "--not-reached", "--what", "x")
    program("notify", "record", number, *both, user="QA1", exit_code=2)


def test_a_technician_makes_no_such_call(alarmed: tuple[Program, Filled, dict[str, Any]]) -> None:
    program, _, made = alarmed
    told_to(program, call_of(made, "sponsor"), user="TECHNICIAN1", exit_code=52)


def test_an_overdue_call_stands_under_every_command(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, _, made = alarmed
    quiet = program("place", "list", as_json=False)
    assert "OVERDUE" not in quiet.stderr
    program.clock.advance(hours=25)
    loud = program("place", "list", as_json=False)
    assert "OVERDUE: 2 calls nobody has made: lottrack notify list." in loud.stderr
    assert "OVERDUE" not in loud.stdout
    assert program("place", "list").stderr == ""
    told_to(program, call_of(made, "sponsor"))
    assert "OVERDUE: 1 call nobody" in program("place", "list", as_json=False).stderr
    told_to(program, call_of(made, "physician"))
    assert "OVERDUE" not in program("place", "list", as_json=False).stderr


def test_a_refused_command_says_it_as_well(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, lot, _ = alarmed
    program.clock.advance(hours=25)
    refused = program(
        *("verify", lot.scans[1], "--patient", "P01"),
        user="PHARMACIST1",
        exit_code=42,
        as_json=False,
    )
    assert "OVERDUE: 2 calls" in refused.stderr


def test_calls_are_owed_as_obligations(alarmed: tuple[Program, Filled, dict[str, Any]]) -> None:
    from zoneinfo import ZoneInfo

    from lottrack.actions.notifying.calls import obligations
    from lottrack.store.store import Store

    program, _, made = alarmed
    store = Store(program.db)
    try:
        owed = obligations(store, ZoneInfo("Europe/Madrid"))
    finally:
        store.close()
    assert [each.record for each in owed] == [c["id"] for c in made["late_positive"]["calls"]]
    assert {each.due_on.isoformat() for each in owed if each.due_on} == {"2026-02-09"}
    assert "CLINICIAN1 about patient P01" in owed[0].sentence


def test_the_final_reading_of_the_same_culture_calls_nobody_twice(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, _, made = alarmed
    first = made["late_positive"]
    told = ("result", "record", made["preparation"], "sterility-post-thaw", "growth")
    again = program(*told, user="QC1").data
    assert again["late_positive"]["id"] == first["id"]
    assert again["holds"] == [], "what is stopped is stopped"
    assert len(program("notify", "list", "--all").data) == 2
    program("strike", made["id"], "--reason", "told twice", user="QC1")
    assert len(program("notify", "list").data) == 2, "the growth stands by its final reading"


def test_a_final_reading_holds_again_what_was_let_go(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, lot, made = alarmed
    (hold,) = made["holds"]
    let_go(program, made)
    told = ("result", "record", made["preparation"], "sterility-post-thaw", "growth")
    (anew,) = program(*told, user="QC1").data["holds"]
    assert (anew["on"], anew["id"] != hold["id"]) == (lot.lot, True)


def let_go(program: Program, made: dict[str, Any]) -> None:
    """The investigation is concluded, and the hold of the lot lifted."""
    oos = made["oos"]
    found = ("--assignable", "no", "--finding", "a contaminant of the sampling")
    program("oos", "investigate", oos, *found, user="QA1")
    program.signed("oos", "conclude", oos, "--confirm", "--text", "sampling", user="QP1")
    (hold,) = made["holds"]
    program.signed("hold", "lift", hold["id"], "--reason", "sampling", user="QA1")


# -- given all the same ----------------------------------------------------------------------------


def give_second_bag(site: Site, *more: object) -> Any:
    """The second bag of the lot, given without an order."""
    program, lot = site
    word = ("--happened", "--reason", "the ward had not been told", *more)
    return steps.infuse(program, lot.scans[1], *word).data


def test_what_is_given_in_spite_of_the_alarm_adds_a_call(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, lot, made = alarmed
    given = give_second_bag((program, lot))

    owed = [w for w in given["warnings"] if w["code"] == "call-owed"]
    sheet = program("notify", "show", made["late_positive"]["id"]).data
    added = sheet["calls"][-1]
    assert len(owed) == 1
    assert added["id"] in owed[0]["sentence"]
    assert [call["whom"] for call in sheet["calls"]] == ["physician", "sponsor", "physician"]
    assert (added["patient"], added["infusion"], added["state"]) == ("P01", given["id"], "owed")
    assert datetime.fromisoformat(added["due_at"]) == program.clock() + timedelta(hours=24)
    assert given["id"] in {each["id"] for each in sheet["given"]}


def test_without_an_order_the_call_goes_to_a_clinician_and_not_to_the_nurse_who_signed(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    """Two nurses gave it: the clinician who signed the course's last order answers for it."""
    program, lot, made = alarmed
    give_second_bag((program, lot))
    calls = program("notify", "show", made["late_positive"]["id"]).data["calls"]
    assert calls[-1]["addressee"] == "CLINICIAN1"


def test_what_was_given_before_and_told_after_the_alarm_adds_a_call(released: Site) -> None:
    """Nobody had told the record of the infusion when the culture turned positive."""
    program, lot = released
    preparation = given_bag(released)
    started = program.clock()
    program.clock.advance(hours=1)
    made = positive(released, preparation).data
    told = ("infusion", "record", lot.scans[1], "--patient", "P01", "--second", "NURSE2")
    times = ("--started", started.isoformat(), "--ended", started.isoformat())
    word = ("--volume-ml", "50", "--happened", "--reason", "found in the chart")
    late = program.signed(*told, *times, *word, user="NURSE1", second="NURSE2").data

    calls = program("notify", "show", made["late_positive"]["id"]).data["calls"]
    assert calls[-1]["infusion"] == late["id"]


def test_once_the_hold_was_lifted_by_signature_an_infusion_is_like_every_other(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, lot, made = alarmed
    let_go(program, made)
    given = give_second_bag((program, lot))

    assert "call-owed" not in {warning["code"] for warning in given["warnings"]}
    assert len(program("notify", "list", "--all").data) == 2


def test_who_was_not_owed_before_anybody_was_given_cells_is_owed_now(released: Site) -> None:
    """A site whose sponsor is told only where a patient was given cells."""
    program, lot = released
    duties = (database_folder("duties") / "ATMP-DUTIES.toml").read_text(encoding="utf-8")
    file = program.db.parent / "duties.toml"
    duties = duties.replace("edition = 1", "edition = 2")
    file.write_text(duties.replace("only_if_given = false", "only_if_given = true"), "utf-8")
    program.signed("notify", "load", file, user="QP1")
    program.clock.advance(days=6)
    told = ("result", "record", lot.lot, "sterility-product-14d", "growth")
    made = program(*told, user="QC1").data
    assert made["late_positive"]["calls"] == []

    give_second_bag(released)

    sheet = program("notify", "show", made["late_positive"]["id"]).data
    assert sorted(call["whom"] for call in sheet["calls"]) == ["physician", "sponsor"]


def test_whoever_records_it_reads_whom_to_tell(released: Site) -> None:
    program, _ = released
    preparation = given_bag(released)
    page = positive(released, preparation, as_json=False).stdout
    assert "LATE POSITIVE: tell these people" in page
    assert "physician CLINICIAN1" in page
    sheet = program("notify", "list", as_json=False).stdout
    assert "sponsor" in sheet


# -- what was recorded wrongly ---------------------------------------------------------------------


def test_a_result_of_another_lot_struck_withdraws_the_calls(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, _, made = alarmed
    program("strike", made["id"], "--reason", "another unit's bottle", user="QC1")
    assert program("notify", "list").data == []
    assert {call["state"] for call in program("notify", "list", "--all").data} == {"withdrawn"}
    refused = told_to(program, call_of(made, "sponsor"), exit_code=30)
    assert refused.code == "notification-withdrawn"
    program.clock.advance(days=3)
    assert "OVERDUE" not in program("place", "list", as_json=False).stderr
    assert program("admin", "check").data["verdict"] == "intact"


def test_a_negative_culture_corrected_to_growth_alarms_as_well(released: Site) -> None:
    program, _ = released
    preparation = given_bag(released)
    told = ("result", "record", preparation, "sterility-post-thaw", "no growth")
    number = program(*told, user="QC1").data["id"]
    made = program("correct", number, "value=growth", "--reason", "read again", user="QC2").data
    assert "lot" in {hold["on_kind"] for hold in made["holds"]}
    assert len(program("notify", "list").data) == 2


def test_a_call_recorded_with_the_wrong_name_is_corrected(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    program, _, made = alarmed
    number = call_of(made, "sponsor")
    call = told_to(program, number).data["call"]
    program("correct", call, "reached=Dr. Vidal", "--reason", "misheard", user="QA1")
    assert program("notify", "show", number).data["reached"] == "Dr. Vidal"
    program("strike", call, "--reason", "another sponsor", user="QA1")
    assert program("notify", "show", number).data["state"] == "owed"
    assert program("admin", "check").data["verdict"] == "intact"


# -- duties ----------------------------------------------------------------------------------------

OURS = """
name = "OUR-DUTIES"
edition = 1
title = "What holds here"
[[duty]]
event = "late-positive"
whom = "ethics committee"
hours = 6
courses = ["trial"]
only_if_given = false
text = "A culture is positive."
basis = "our SOP 14"
[[duty]]
event = "oos-supply"
whom = "sponsor"
hours = 1
courses = ["trial", "hospital-exemption", "named-patient"]
only_if_given = false
text = "Supplied."
basis = "our SOP 14"
"""


def test_a_qualified_person_signs_the_duties_that_hold_here(released: Site) -> None:
    program, lot = released
    path = program.db.parent / "ours.toml"
    path.write_text(OURS, encoding="utf-8")
    assert {duty["id"] for duty in program("notify", "duties").data} == {"ATMP-DUTIES@1"}
    program.signed("notify", "load", path, user="QA1", exit_code=52)
    made = program.signed("notify", "load", path, user="QP1")
    assert "tell the ethics committee within 6 hours" in made.stderr
    assert made.data["id"] == "OUR-DUTIES@1"
    again = program.signed("notify", "load", path, user="QP1", exit_code=31)
    assert again.code == "number-already-used"
    told = ("result", "record", lot.lot, "mycoplasma", "detected")
    calls = program(*told, user="QC1").data["late_positive"]["calls"]
    assert [call["whom"] for call in calls] == ["ethics committee"]


def test_a_file_that_breaks_a_rule_is_not_loaded(released: Site) -> None:
    program, _ = released
    path = program.db.parent / "ours.toml"
    path.write_text(OURS.replace("late-positive", "sunrise"), encoding="utf-8")
    refused = program.signed("notify", "load", path, user="QP1", exit_code=2)
    assert refused.code == "duties-invalid"
    missing = program.signed("notify", "load", path.with_name("no.toml"), user="QP1", exit_code=2)
    assert missing.code == "file-unreadable"
    path.write_bytes(b"#" * 200_000)
    large = program.signed("notify", "load", path, user="QP1", exit_code=2)
    assert large.code == "file-too-large"


def test_the_sheet_is_all_one_needs_at_the_telephone(
    alarmed: tuple[Program, Filled, dict[str, Any]],
) -> None:
    """Whom to call, what to say, and the command that closes the call; told ones are listed."""
    program, _, made = alarmed
    physician, sponsor = (call["id"] for call in made["late_positive"]["calls"])
    told_to(program, physician)
    text = program("notify", "show", made["late_positive"]["id"], as_json=False).stdout
    assert f"{sponsor}, what to tell: A culture is positive after release" in text
    assert f"lottrack notify record {sponsor} --reached NAME --what TEXT" in text
    assert f"{physician}, what to tell" not in text
    assert "T08:" not in text.split("calls:")[1], "times are written as everywhere else"
