"""What quality assurance dealt with in the training scenario, as the record tells it afterwards.

Events E04 to E08, E12, E15, E17 and E18 of the demo. Each test can be read by somebody who knows
the scenario and never saw the program: it asks the record with the commands a unit would use.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.stories.played import Played

pytestmark = pytest.mark.slow

DURING = "2025-12-02T18:00"
"""The culture has turned, nothing is judged yet."""


def case_of(demo: Played, lot: str) -> Any:
    """The one investigation of a lot."""
    (case,) = demo.run("oos", "list", "--lot", lot)
    return demo.run("oos", "show", case["id"])


def signed(demo: Played, signature: str) -> Any:
    """Who signed, and what they were shown."""
    return demo.rows("SELECT performed_by, shown FROM signature WHERE root = ?", signature)[0]


# -- E04: two-step release -------------------------------------------------------------------------


def test_e04_the_conditional_release_says_why_and_each_pending_test_has_its_day(
    demo: Played,
) -> None:
    (decision,) = demo.rows(
        "SELECT reason, signature FROM disposition WHERE decision = 'conditionally_released'"
    )
    assert decision["reason"].startswith("The dose lives 24 hours")
    by, shown = signed(demo, decision["signature"])
    assert by == "QP1"
    assert decision["reason"] in shown
    due = {row["test"]: row["due_on"] for row in demo.run("lot", "conditions", "L04")}
    assert len(due) == 13
    assert (due["CD73"], due["sterility-product-14d"], due["karyotype"]) == (
        "2025-11-15",
        "2025-11-27",
        "2025-12-03",
    )


def test_e04_the_fresh_dose_is_certified_by_an_act_of_its_own_that_names_who_was_given_it(
    demo: Played,
) -> None:
    acts = demo.rows(
        "SELECT e.act, d.signature FROM disposition AS d JOIN audit_entry AS e ON e.seq = d.seq"
        " JOIN fill AS f ON f.root = d.fill WHERE f.lot = 'L04' ORDER BY d.seq"
    )
    assert [row["act"] for row in acts] == ["lot release", "lot release", "lot certify"]
    by, shown = signed(demo, acts[-1]["signature"])
    assert by == "QP1"
    assert "Given before this certification" in shown
    assert "patient P04, 2025-11-14" in shown
    assert demo.run("lot", "conditions") == []


def test_e04_the_alert_that_would_have_come_is_told_and_names_the_lot(demo: Played) -> None:
    assert "OVERDUE: 1 condition of a release (lot L04): lottrack lot conditions." in demo.told


# -- E05: a count out of specification -------------------------------------------------------------


def test_e05_the_count_opened_the_investigation_by_itself_and_it_ended_confirmed(
    demo: Played,
) -> None:
    case = case_of(demo, "L02")
    assert (case["automatic"], case["state"]) == (True, "confirmed")
    (result,) = case["results"]
    assert (result["value"], result["verdict"]) == ("64 %", "fail")
    assert case["opened_at"] == result["at"]
    (finding,) = case["investigations"]
    (conclusion,) = case["conclusions"]
    assert (finding["assignable"], finding["by"]) == (False, "QC1")
    assert (conclusion["by"], conclusion["stands"]) == ("QA1", True)
    assert conclusion["at"][:10] == "2025-12-04"


# -- E06: a late positive --------------------------------------------------------------------------


def test_e06_the_culture_of_the_25th_turned_on_the_first_and_reached_physician_and_sponsor(
    demo: Played,
) -> None:
    (number,) = [row[0] for row in demo.rows("SELECT root FROM late_positive")]
    sheet = demo.run("notify", "show", number)
    assert (sheet["test"], sheet["value"]) == ("sterility-post-thaw", "growth")
    assert sheet["known_at"][:16] == "2025-12-01T11:00"
    given = [(each["patient"], each["started"][:10]) for each in sheet["given"]]
    before = [each for each in given if each[1] < sheet["known_at"]]
    assert before == [("P03", "2025-11-25")]
    calls = {call["whom"]: call for call in sheet["calls"]}
    assert {whom: call["state"] for whom, call in calls.items()} == {
        "physician": "told",
        "sponsor": "told",
    }
    assert calls["physician"]["patient"] == "P03"
    for call in calls.values():
        assert sheet["known_at"] < call["told_at"] < call["due_at"]


def test_e06_the_sister_bags_were_on_hold_until_the_investigation_closed(demo: Played) -> None:
    (hold,) = demo.rows(
        "SELECT h.lot, h.automatic, h.occurred_at, l.performed_by, l.occurred_at AS lifted"
        " FROM hold AS h JOIN hold_lift AS l ON l.hold = h.root"
        " WHERE h.lot = 'L03' AND h.cause = 'oos'"
    )
    assert (hold["lot"], hold["automatic"], hold["performed_by"]) == ("L03", 1, "QA1")
    assert hold["occurred_at"].startswith("2025-12-01")
    concluded = case_of(demo, "L03")["conclusions"][0]
    assert concluded["outcome"] == "confirmed"
    assert concluded["at"][:10] == hold["lifted"][:10] == "2025-12-15"
    then = demo.run("lot", "check", "L03", "--as-of", DURING, exit_code=41)
    rules = {rule["code"]: rule["outcome"] for rule in then["rules"]}
    assert [rules[code] for code in ("holds-none-open", "oos-closed", "deviations-closed")] == [
        "fail",
        "fail",
        "fail",
    ]


def test_e06_the_growth_stays_on_record_and_the_next_dose_was_given(demo: Played) -> None:
    cultures = [
        (row["reading"], row["value"], row["verdict"], row["set_aside"])
        for row in demo.run("result", "list", "L03")
        if row["test"] == "sterility-post-thaw" and row["value"] == "growth"
    ]
    assert cultures == [
        ("interim", "growth", "fail", False),
        ("final", "growth", "fail", False),
    ]
    days = [row["started"][:10] for row in demo.run("infusion", "list", "--patient", "P03")]
    assert days == ["2025-11-25", "2025-12-16", "2026-01-07"]


def test_every_other_dose_was_cultured_and_shows_no_growth(demo: Played) -> None:
    values = [
        row["value"]
        for lot in range(1, 10)
        for row in demo.run("result", "list", f"L0{lot}")
        if row["test"] == "sterility-post-thaw"
    ]
    assert sorted(values) == ["growth"] * 2 + ["no growth"] * 25


def test_e06_what_was_done_is_checked_for_its_effect_in_june(demo: Played) -> None:
    owed = demo.run("due", "--days", "60")
    assert [(row["code"], row["due_on"], row["overdue"]) for row in owed] == [
        ("effectiveness-check-due", "2026-06-15", False)
    ]


# -- E07: a recall ---------------------------------------------------------------------------------


def recalled(demo: Played) -> str:
    (lot,) = [
        row["id"] for row in demo.run("material", "list", "--all") if row["state"] == "recalled"
    ]
    return str(lot)


def test_e07_the_lysate_leads_to_two_lots_and_their_children_and_to_no_other(
    demo: Played,
) -> None:
    nodes = demo.run("trace", recalled(demo), "--forward")["nodes"]
    assert {n["id"] for n in nodes if n["kind"] == "lot"} == {"L02", "L03"}
    assert {n["id"] for n in nodes if n["kind"] == "patient"} == {"P02", "P03"}
    back = demo.run("trace", "L04", "--backward")["nodes"]
    assert recalled(demo) not in {n["id"] for n in back}


def test_e07_the_stock_was_on_hold_from_the_notice_to_the_assessment(demo: Played) -> None:
    holds = demo.rows(
        "SELECT h.lot, h.container, h.automatic, substr(h.occurred_at, 1, 10) AS opened,"
        " substr(l.occurred_at, 1, 10) AS lifted, l.performed_by"
        " FROM hold AS h JOIN hold_lift AS l ON l.hold = h.root WHERE h.cause = 'material'"
    )
    stopped = {row["lot"] or row["container"] for row in holds}
    bags = {demo.bag("L02", n) for n in (3, 5)} | {demo.bag("L03", n) for n in (2, 3, 4, 5)}
    assert stopped == {"L02", "L03"} | bags
    assert {tuple(row)[2:] for row in holds} == {(1, "2025-12-10", "2025-12-15", "QA1")}


def test_e07_the_assessment_is_kept_and_its_text_is_what_was_assessed(demo: Played) -> None:
    kept = demo.rows("SELECT record, file_name, sha256, recorded_by FROM attachment")
    assert {row["file_name"] for row in kept} == {"RA-2025-12.txt"}
    assert {row["recorded_by"] for row in kept} == {"QA1"}
    assert {"L02", "L03"} < {row["record"] for row in kept}
    (digest,) = {row["sha256"] for row in kept}
    copy = demo.folder / "lottrack.sqlite.files" / digest
    assert copy.read_bytes() == (demo.folder / "papers" / "RA-2025-12.txt").read_bytes()


def test_e07_both_children_were_treated_after_it(demo: Played) -> None:
    given = {
        (row["patient"], row["number"]): row["started"][:10] for row in demo.run("infusion", "list")
    }
    assert (given["P03", 2], given["P02", 3]) == ("2025-12-16", "2025-12-23")


def test_e07_what_was_left_of_the_lysate_is_gone_and_everything_adds_up(demo: Played) -> None:
    for lot in demo.run("material", "list", "--all"):
        assert float(lot["received"]) == sum(
            float(lot[part]) for part in ("used", "discarded", "on_hand")
        )
        if lot["state"] == "recalled":
            assert lot["supplier_lot"] == "HPL-2508"
            assert lot["on_hand"] == "0"


def test_every_lot_was_grown_with_released_material(demo: Played) -> None:
    for number in range(1, 10):
        rules = demo.run("lot", "check", f"L0{number}")["rules"]
        rule = next(each for each in rules if each["code"] == "materials-in-date")
        assert rule["outcome"] == "pass"
        assert "Platelet lysate" in rule["sentence"]
        assert "Dimethyl sulfoxide" in rule["sentence"]


# -- E08: a warm shipper ---------------------------------------------------------------------------


def test_e08_the_warm_bag_was_on_hold_by_itself_and_given_the_next_day(demo: Played) -> None:
    bag = demo.bag("L06", 2)
    assert ("PHARMACIST1", {"on-hold", "temperature-excursion-open"}) in demo.refusals("verify")
    (hold,) = demo.rows(
        "SELECT h.cause, h.automatic, h.reason, l.performed_by FROM hold AS h"
        " JOIN hold_lift AS l ON l.hold = h.root WHERE h.container = ?",
        bag,
    )
    assert (hold["cause"], hold["automatic"], hold["performed_by"]) == ("excursion", 1, "QA1")
    assert "11 minutes" in hold["reason"]
    assert "-128 °C" in hold["reason"]
    (deviation,) = demo.run("deviation", "list", "--concerning", bag)
    assert (deviation["class"], deviation["state"]) == ("major", "closed")
    assert deviation["closed_at"][:10] == "2026-02-04"
    given = [row for row in demo.run("infusion", "list", "--patient", "P06") if row["number"] == 2]
    assert given[0]["started"][:10] == "2026-02-04"


# -- E12: a supply that is declined ----------------------------------------------------------------


def test_e12_the_physician_asked_the_manufacturer_evaluated_and_the_physician_declined(
    demo: Played,
) -> None:
    (dossier,) = demo.run("supply", "list")
    assert (dossier["container"], dossier["patient"]) == (demo.bag("L09", 3), "P09")
    assert (dossier["state"], dossier["decision"]) == ("not_supplied", "declined")
    assert [dossier[who] for who in ("requested_by", "assessed_by", "decided_by")] == [
        "CLINICIAN1",
        "QP1",
        "CLINICIAN1",
    ]
    assert {fault["code"] for fault in dossier["faults"]} == {
        "on-hold",
        "container-out-of-specification",
        "dose-below-range",
    }
    assert dossier["calls"] == []  # nothing was supplied: nobody has to be told
    assert case_of(demo, "L09")["state"] == "confirmed"


# -- E15, E17, E18 ---------------------------------------------------------------------------------


def test_e15_a_lot_with_three_bags_in_the_tank_is_not_closed(demo: Played) -> None:
    assert demo.refusals("lot close") == [("QA1", {"containers-undecided"})]
    (row,) = demo.rows("SELECT blockers FROM refusal WHERE act = 'lot close'")
    assert "3 containers of lot L01" in json.loads(row[0])[0]["sentence"]


def test_e17_the_interchanged_digits_were_warned_of_and_corrected_by_another(
    demo: Played,
) -> None:
    versions = demo.rows(
        "SELECT root, version, weight_kg, recorded_by FROM weight"
        " WHERE patient = 'P02' AND weighed_on = '2026-04-14' ORDER BY version"
    )
    assert [(row["weight_kg"], row["recorded_by"]) for row in versions] == [
        ("61.0", "NURSE2"),
        ("16.1", "NURSE1"),
    ]
    warned = demo.rows("SELECT sentence FROM shown_warning WHERE record = ?", versions[0]["root"])
    assert any("more than 10 % apart" in row[0] for row in warned)
    (correction,) = demo.rows("SELECT reason FROM correction WHERE record = ?", versions[0]["root"])
    assert "16.1 kg" in correction[0]
    weights = {
        w["weighed_on"]: w["weight_kg"] for w in demo.run("patient", "show", "P02")["weights"]
    }
    assert weights["2026-04-14"] == "16.1"


def test_e18_one_value_is_within_the_limit_for_one_child_and_above_it_for_another(
    demo: Played,
) -> None:
    assert (
        "P09: Endotoxin: at most 4.41 of 5 EU/kg/h, in 100 mL at 40.9 kg: may be given."
        in demo.told
    )
    assert "P01: Endotoxin: at most 6.82 of 5 EU/kg/h, in 50 mL at 13.2 kg: refused" in demo.told
    values = {row[0] for row in demo.rows("SELECT value FROM result WHERE test = 'endotoxin'")}
    assert values == {"0.50"}  # reckoned only: no result was recorded


# -- the whole -------------------------------------------------------------------------------------


def test_the_last_page_lists_every_matter_in_its_order(demo: Played) -> None:
    listed = [
        (matter["what"], matter["since"][:10], matter["state"]) for matter in demo.data["matters"]
    ]
    assert sorted(listed, key=lambda each: each[1]) == listed
    assert sorted(listed) == [
        ("late positive", "2025-12-01", "2 of 2 told"),
        ("major deviation", "2025-12-01", "closed 2025-12-15"),
        ("major deviation", "2025-12-10", "closed 2025-12-15"),
        ("major deviation", "2026-02-03", "closed 2026-02-04"),
        ("out of specification", "2025-12-01", "confirmed"),
        ("out of specification", "2025-12-02", "confirmed"),
        ("out of specification", "2026-03-31", "confirmed"),
        ("recall", "2025-12-10", "8 holds, 0 open"),
        ("supply out of specification", "2026-03-31", "not supplied"),
    ]


def test_nothing_is_left_open_or_overdue(demo: Played) -> None:
    assert demo.run("hold", "list") == []
    assert demo.run("oos", "list", "--open") == []
    assert demo.run("notify", "list") == []
    assert not [row for row in demo.run("due", "--days", "400") if row["overdue"]]
