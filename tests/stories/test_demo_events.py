"""The events of the training scenario, each as the record tells it afterwards."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import Clock, Program
from tests.stories.played import AFTERWARDS, Played, copied

pytestmark = pytest.mark.slow


def test_e01_the_reactive_mother_is_deferred_before_any_pair(demo: Played) -> None:
    mother = demo.run("donor", "show", "D05M")
    assert mother["state"] == "deferred_temporary"
    assert mother["pairs"] == []
    (screening,) = mother["screenings"]
    assert screening["markers"]["anti-HBc"] == "reactive"
    assert screening["markers"]["HBsAg"] == "non-reactive"
    assert screening["markers"]["HBV-NAT"] == "non-reactive"
    assert demo.refusals("pair register") == [("TECHNICIAN1", {"donor-not-eligible"})]
    assert demo.run("donor", "show", "D05")["pairs"][0]["patient"] == "P05"


def test_e02_old_serology_misses_the_window_and_the_days_own_sample_meets_it(demo: Played) -> None:
    screenings = demo.run("donor", "show", "D07")["screenings"]
    assert [(row["sampled_on"], row["sample_of"]) for row in screenings] == [
        ("2025-10-21", "new"),
        ("2025-11-24", "donation"),
    ]
    assert (date(2025, 11, 24) - date(2025, 10, 21)).days == 34
    met = demo.rows(
        "SELECT c.donor, t.window_met FROM collection_taking AS t"
        " JOIN collection AS c ON c.root = t.collection"
    )
    assert {row["donor"] for row in met if not row["window_met"]} == {"D07"}
    rules = {rule["code"]: rule for rule in demo.run("lot", "check", "L07")["rules"]}
    assert rules["screening-window"]["outcome"] == "pass"
    assert "after the donation was recorded" in rules["screening-window"]["sentence"]


def test_e03_the_mistyped_count_is_corrected_by_another_and_marked(demo: Played) -> None:
    shown = demo.run("lot", "show", "L02")
    (value,) = shown["corrected"]
    assert (value["field"], value["earlier"], value["now"]) == (
        "harvested",
        ["703000000"],
        "70300000",
    )
    assert "70.3" in value["reason"]
    (warning,) = [w for w in shown["warnings"] if w["code"] == "growth-implausible"]
    assert "6.20 times" in warning["sentence"]
    people = demo.rows(
        "SELECT version, recorded_by FROM harvest WHERE root = ? ORDER BY version",
        value["record"],
    )
    assert [row["recorded_by"] for row in people] == ["TECHNICIAN1", "TECHNICIAN2"]
    page = (demo.folder / "pages" / "L02.txt").read_text(encoding="utf-8")
    assert "70.3 ×10⁶*" in page
    assert "was 703.0 ×10⁶ viable cells, corrected to 70.3 ×10⁶ viable cells" in page


def test_e04_the_fresh_dose_was_given_on_a_condition_and_certified_later(demo: Played) -> None:
    decided = demo.rows(
        "SELECT f.presentation, d.decision, d.occurred_at FROM disposition AS d"
        " JOIN fill AS f ON f.root = d.fill WHERE f.lot = 'L04' ORDER BY d.seq, f.presentation"
    )
    assert [(row[0], row[1]) for row in decided] == [
        ("fresh", "conditionally_released"),
        ("cryopreserved", "released"),
        ("fresh", "released"),
    ]
    due = demo.rows("SELECT test, due_on FROM release_condition")
    assert dict(tuple(row) for row in due)["sterility-product-14d"] == "2025-11-27"
    started = demo.rows("SELECT started_at FROM infusion WHERE patient = 'P04' AND number = 1")
    assert decided[0]["occurred_at"] < started[0][0] < decided[1]["occurred_at"]
    then = demo.run("lot", "check", "L04", "--as-of", "2025-11-14T08:00", exit_code=41)
    assert then["verdict"] == "conditionally_releasable"


@pytest.mark.parametrize(
    ("lot", "number", "codes"),
    [
        ("L02", 2, {"on-hold", "container-out-of-specification"}),
        ("L09", 3, {"on-hold", "container-out-of-specification", "dose-below-range"}),
    ],
    ids=["E05", "E12"],
)
def test_e05_e12_a_thawed_bag_that_fails_is_refused_and_destroyed_by_two(
    demo: Played, lot: str, number: int, codes: set[str]
) -> None:
    bag = demo.bag(lot, number)
    assert ("PHARMACIST1", codes) in demo.refusals("verify")
    life = demo.run("custody", "show", bag)
    assert life["location_state"] == "destroyed"
    assert life["holds"] == []
    (event,) = demo.rows(
        "SELECT performed_by, witnessed_by, signature FROM custody_event"
        " WHERE container = ? AND act = 'destroy'",
        bag,
    )
    assert (event["performed_by"], event["witnessed_by"]) == ("PHARMACIST1", "PHARMACIST2")
    assert event["signature"]
    (hold,) = demo.rows(
        "SELECT h.cause, h.automatic, l.performed_by FROM hold AS h"
        " JOIN hold_lift AS l ON l.hold = h.root WHERE h.container = ?",
        bag,
    )
    assert tuple(hold) == ("oos", 1, "QA1")
    (investigation,) = demo.run("oos", "list", "--lot", lot)
    assert (investigation["state"], investigation["automatic"]) == ("confirmed", True)


def test_e04_the_fresh_dose_travels_cooled_and_the_frozen_bags_in_nitrogen(demo: Played) -> None:
    measured = demo.rows(
        "SELECT f.presentation, e.temperature_c FROM custody_event AS e"
        " JOIN container AS c ON c.root = e.container JOIN fill AS f ON f.root = c.fill"
        " WHERE e.act = 'receive' AND e.to_place = 'PHARMACY'"
    )
    fresh = [float(row[1]) for row in measured if row[0] == "fresh"]
    frozen = [float(row[1]) for row in measured if row[0] == "cryopreserved"]
    assert len(fresh) == 1
    assert 2 <= fresh[0] <= 8
    assert len(frozen) == 28  # 25 infused, 3 destroyed
    assert max(frozen) <= -150


def test_e05_the_swap_was_made_on_the_same_day(demo: Played) -> None:
    row = next(
        row for row in demo.data["infusions"] if (row["patient"], row["number"]) == ("P02", 2)
    )
    assert row["thawed"] == "L02 bag 2 (destroyed), L02 bag 4"
    days = demo.rows("SELECT substr(occurred_at, 1, 10) FROM preparation WHERE infusion_order ="
                     " (SELECT root FROM infusion_order WHERE course ="
                     " (SELECT course FROM lot WHERE root = 'L02') AND number = 2)")  # fmt: skip
    assert [day[0] for day in days] == ["2025-12-02", "2025-12-02"]


def test_e09_what_was_returned_is_not_issued_and_the_intervals_are_at_their_edges(
    demo: Played,
) -> None:
    bag = demo.bag("L08", 2)
    acts = [step["act"] for step in demo.run("custody", "show", bag)["steps"]]
    assert acts[-4:] == ["transfer", "receive", "return", "destroy"]
    warned = demo.rows(
        "SELECT o.number, v.warnings FROM verification AS v"
        " JOIN infusion_order AS o ON o.root = v.infusion_order"
        " WHERE v.patient = 'P08' AND v.warnings LIKE '%interval-at-edge%' ORDER BY o.number"
    )
    assert [row["number"] for row in warned] == [2, 3]
    assert "24 days" in warned[0]["warnings"]
    assert "18 days" in warned[1]["warnings"]


def test_e10_the_other_childs_bag_was_refused_and_nothing_else_happened(demo: Played) -> None:
    assert ("PHARMACIST1", {"wrong-patient", "not-the-pair"}) in demo.refusals("verify")
    subjects = demo.rows("SELECT subjects FROM refusal WHERE blockers LIKE '%wrong-patient%'")
    assert [demo.bag("L09", 2) in json.loads(row[0]) for row in subjects] == [True]
    given = {
        c for row in demo.run("infusion", "list", "--patient", "P07") for c in row["containers"]
    }
    lots = {demo.run("custody", "show", container)["lot"] for container in given}
    assert lots == {"L07"}


def test_e11_the_weight_of_the_day_decides_and_the_label_is_printed_anew(demo: Played) -> None:
    assert ("PHARMACIST1", {"dose-above-range"}) in demo.refusals("verify")
    (sentence,) = [
        blocker["sentence"]
        for row in demo.rows("SELECT blockers FROM refusal WHERE blockers LIKE '%above-range%'")
        for blocker in json.loads(row[0])
    ]
    assert "3.10 ×10⁶" in sentence
    (first,) = demo.run("infusion", "list", "--patient", "P08")[:1]
    (stored,) = demo.rows(
        "SELECT o.weight_kg AS prescribed, i.weight_kg AS given FROM infusion AS i"
        " JOIN infusion_order AS o ON o.root = i.infusion_order WHERE i.root = ?",
        first["id"],
    )
    assert tuple(stored) == ("32.0", "36.0")
    labels = demo.rows(
        "SELECT s.state, l.shown FROM label AS l JOIN label_standing AS s ON s.label = l.root"
        " WHERE l.container = ? AND l.copy = 'primary' ORDER BY l.seq",
        first["containers"][0],
    )
    assert [row["state"] for row in labels] == ["void", "applied"]
    assert "3.10 ×10⁶/kg" in labels[0]["shown"]
    assert "2.75 ×10⁶/kg" in labels[1]["shown"]


def test_e12_the_order_is_cancelled_and_the_ninth_child_ends_with_two(demo: Played) -> None:
    orders = [row for row in demo.run("order", "list") if row["patient"] == "P09"]
    assert [row["state"] for row in orders] == ["given", "given", "cancelled"]


def test_e13_neither_technician_nor_quality_control_do_what_is_not_theirs(demo: Played) -> None:
    assert demo.refusals("result review") == [("TECHNICIAN1", {"role-missing"})]
    assert demo.refusals("lot release") == [("QC1", {"role-missing"})]
    tried = demo.rows("SELECT subjects FROM refusal WHERE act = 'result review'")
    (result,) = json.loads(tried[0][0])[-1:]
    recorded = demo.rows("SELECT recorded_by, test FROM result WHERE root = ?", result)
    assert tuple(recorded[0]) == ("TECHNICIAN1", "appearance")


@pytest.mark.parametrize(
    ("table_name", "change"),
    [
        ("harvest", "harvested = harvested + 1"),
        ("infusion", "volume_ml = '51'"),
        ("weight", "weight_kg = '12.8'"),
    ],
)
def test_e14_a_row_edited_by_hand_is_found_and_named(
    demo: Played, tmp_path: Path, table_name: str, change: str
) -> None:
    copy = copied(demo, tmp_path)
    connection = sqlite3.connect(copy)
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table_name,)
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    record = connection.execute(f"SELECT root FROM {table_name} ORDER BY seq LIMIT 1").fetchone()[0]
    connection.execute(f"UPDATE {table_name} SET {change} WHERE id = ?", (record,))
    for _, text in triggers:
        connection.execute(text)
    connection.commit()
    connection.close()
    proof = Program(copy, Clock(AFTERWARDS))("audit", "verify", exit_code=91).data
    assert proof["verdict"] == "broken"
    assert any(record in finding["where"] + finding["sentence"] for finding in proof["findings"])


def test_e16_two_reactions_are_recorded_with_their_grade(demo: Played) -> None:
    felt = [
        (row["patient"], row["number"], row["started"][:10], row["grade"])
        for row in demo.run("infusion", "list")
        if row["reaction"]
    ]
    assert felt == [("P01", 3, "2025-12-09", 1), ("P09", 1, "2026-02-17", 1)]
