"""What follows a release: a condition that closes, a culture that turns, a bag nobody wants.

Three events of the training scenario, played through the commands on the days they happen: E04, E06
and E12. Each story can be read from top to bottom by somebody who never saw the program.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import steps
from tests.conftest import Clock, Program

AT_ONCE = ("sterility-p0", "viability-fill", "appearance", "endotoxin", "gram")
FLOW = {"CD73": "99.1", "CD90": "99.4", "CD105": "97.8", "CD45": "0.2", "CD34": "0.3"} | {
    "CD14": "0.4",
    "CD19": "0.1",
}


def at(program: Program, day: str, clock: str = "09:00") -> None:
    """Wait until a moment of the scenario, by the site's clock (winter time in Madrid)."""
    moment = datetime.fromisoformat(f"{day}T{clock}+01:00").astimezone(UTC)
    assert moment >= program.clock.now, "the scenario's clock never goes back"
    program.clock.now = moment


class Family:
    """A child, a parent and a lot grown from the parent's marrow, on the day of its harvest."""

    def __init__(self, program: Program, patient: str, donor: str, weight_kg: str) -> None:
        self.program, self.patient, self.donor = program, patient, donor
        self.weight_kg = weight_kg
        steps.approve_documents(program)
        steps.register_patient(program, patient, weight=weight_kg)
        steps.register_donor(program, donor)
        _, course = steps.register_pair(program, donor, patient)
        self.collection = steps.record_collection(program, course)
        self.lot = steps.grow_lot(program, self.collection, days_ago=0)

    def fill(self, count: int, cells: str, *more: str) -> tuple[str, dict[str, str]]:
        """Bags of the lot, labelled; the fill, and each bag with the code on its label."""
        made = self.program(
            *("lot", "fill", self.lot, "--kind", "bag", "--count", count, "--cells-each", cells),
            *("--volume-ml", "9", *more),
            user=steps.TECHNICIAN,
        ).data
        bags = tuple(container["id"] for container in made["containers"])
        return made["id"], dict(zip(bags, steps.label_bags(self.program, bags), strict=True))

    def result(self, test: str, value: str, target: str = "", **extra: Any) -> Any:
        told = ("result", "record", target or self.lot, test, value)
        return self.program(*told, user="QC1", **extra).data

    def all_results(self, *bags: str) -> None:
        """Every test the release asks for, passed."""
        for criterion in self.program("spec", "show", steps.SPECIFICATION).data["criteria"]:
            if criterion["required"] and criterion["level"] == "lot":
                self.result(criterion["test"], steps.passing_value(criterion))
        for bag in bags:
            self.result("viable-count", "134", bag)

    def review(self) -> None:
        self.program.signed("result", "review", "--lot", self.lot, user="QC2")

    def order(self) -> str:
        today = steps.local_day(self.program)
        weighed = ("--weight-kg", self.weight_kg, "--on", today)
        self.program("patient", "weigh", self.patient, *weighed, user="NURSE1")
        made = self.program.signed(
            *("order", "place", "--patient", self.patient, "--number", 1, "--planned-on", today),
            *("--weight-kg", self.weight_kg, "--weighed-on", today),
            user="CLINICIAN1",
        ).data
        return str(made["id"])

    def dose(self, order: str, scan: str, total: str, viability: str) -> str:
        """Thawed or opened, counted and finished in its own bag."""
        made = self.program("prepare", "start", order, scan, user="PHARMACIST1").data["id"]
        counted = ("--total", total, "--viability", viability)
        self.program("prepare", "count", made, *counted, user="PHARMACIST1")
        self.program("prepare", "finish", made, "--into", "same", user="PHARMACIST1")
        return str(made)

    def asked(self, scan: str, **extra: Any) -> Any:
        """The pharmacist's question."""
        words = ("verify", scan, "--patient", self.patient)
        return self.program(*words, user="PHARMACIST1", **extra)


@pytest.fixture
def program(site_file: Path, tmp_path: Path) -> Program:
    """The site's record in November 2025."""
    db = tmp_path / "record.sqlite"
    shutil.copy(site_file, db)
    return Program(db, Clock(datetime(2025, 11, 1, 8, 0, tzinfo=UTC)))


def said_below(program: Program) -> str:
    """The line under any command that says what is overdue, or nothing."""
    lines = program("place", "list", as_json=False).stderr.splitlines()
    return next((line for line in lines if line.startswith("OVERDUE")), "")


def test_e04_a_fresh_dose_is_given_on_a_condition_and_certified_when_the_cultures_are_read(
    program: Program,
) -> None:
    """E04: L04's fresh dose lives 24 hours, its sterility test 14 days.

    On 13 November the cells are harvested. Gram stain, endotoxin, viability and the culture of P0
    are known; the rest may be pending, each with its day. The qualified person releases the dose on
    that condition, saying why; P04 is given it on the 14th. Flow cytometry is due on the 15th: on
    the 16th it is overdue, every command says so and the pharmacy would get nothing. The culture is
    negative on 27 November, the karyotype is read on 3 December, and on the 4th the dose is
    certified. The register holds both decisions.
    """
    at(program, "2025-11-13", "10:00")
    family = Family(program, "P04", "D04", "21.5")
    expires = (program.clock() + timedelta(hours=23)).isoformat(timespec="minutes")
    fill, bags = family.fill(1, "5.6e7", "--state", "fresh", "--expires", expires)
    ((dose, scan),) = bags.items()
    program("custody", "store", dose, "--position", "fridge 1, shelf 2", user=steps.TECHNICIAN)
    criteria = program("spec", "show", steps.SPECIFICATION).data["criteria"]
    for criterion in criteria:
        if criterion["test"] in AT_ONCE:
            family.result(criterion["test"], steps.passing_value(criterion))
    family.result("viable-count", "56", dose)
    family.review()
    program.signed("lot", "review", family.lot, user="QA1")

    # A full release is out of the question; a conditional one names what is pending and why.
    refused = program.signed("lot", "release", family.lot, user="QP1", exit_code=41)
    assert refused.blockers == {"results-complete"}
    why = "fresh dose of 24 hours; Gram stain and culture of P0 negative, viability 94 %"
    conditional = ("lot", "release", family.lot, "--fill", fill, "--conditional")
    signed = program.signed(*conditional, "--justification", why, user="QP1")
    assert why in signed.stderr
    due = {row["test"]: row["due_on"] for row in signed.data["conditions"]}
    assert (due["CD73"], due["sterility-product-14d"]) == ("2025-11-15", "2025-11-27")

    # The next morning it is given.
    at(program, "2025-11-14", "07:30")
    steps.bring_to_pharmacy(program, dose)
    order = family.order()
    family.dose(order, scan, "5.6e7", "96")
    answer = family.asked(scan).data
    assert answer["verdict"] == "accepted"
    assert answer["dose"]["cells_per_kg"].startswith("25")  # 2.5 million per kg
    steps.dispense(program, scan, "P04")
    steps.infuse(program, scan, patient="P04")

    # What is due is owed, and what is overdue cannot be overlooked.
    assert said_below(program) == ""
    at(program, "2025-11-16")
    assert "7 conditions of a release (lot LT-TST-" in said_below(program)
    states = {row["test"]: row["state"] for row in program("lot", "conditions").data}
    assert (states["CD73"], states["sterility-product-14d"]) == ("overdue", "due")
    for test, value in FLOW.items():
        family.result(test, value)
    assert said_below(program) == ""

    # The last results come in; until they are reviewed nothing is certified.
    for day, test in (
        ("2025-11-16", "mycoplasma"),
        ("2025-11-20", "sterility-p2"),
        ("2025-11-20", "sterility-product"),
        ("2025-11-23", "potency"),
        ("2025-11-27", "sterility-product-14d"),
        ("2025-12-03", "karyotype"),
    ):
        at(program, day, "14:00") if day != "2025-11-16" else None
        refused = program.signed("lot", "certify", family.lot, user="QP1", exit_code=41)
        assert "condition-pending" in refused.blockers
        family.result(test, next(steps.passing_value(c) for c in criteria if c["test"] == test))
    refused = program.signed("lot", "certify", family.lot, user="QP1", exit_code=41)
    assert refused.code == "condition-not-reviewed"
    family.review()
    at(program, "2025-12-04", "12:00")
    certified = program.signed("lot", "certify", family.lot, "--fill", fill, user="QP1")
    assert certified.data["disposition"] == "released"
    assert f"Given before this certification: {dose} to patient P04" in certified.stderr

    # The qualified person's register tells it in two lines.
    register = program("lot", "register-of-certifications").data
    assert [(row["decision"], row["at"][:10], row["name"]) for row in register] == [
        ("conditionally_released", "2025-11-13", "Qp1"),
        ("released", "2025-12-04", "Qp1"),
    ]
    assert program("lot", "conditions").data == []
    assert program("admin", "check").data["verdict"] == "intact"


def test_e06_a_culture_that_turns_on_the_sixth_day_stops_everything_in_one_act(
    program: Program,
) -> None:
    """E06: what was left of P03's dose of 25 November is cultured; on 1 December it grows.

    Quality control records that one result. With it, the lot's other bags are on hold, physician
    and sponsor are on a call sheet with their hours, and an investigation is open. The calls are
    made and recorded one by one; the sponsor's comes too late, and every command has said so. On 15
    December the investigation is concluded (a contaminant of the laboratory, one of two bottles)
    and quality assurance lifts the hold; the next bag is accepted on the 16th.
    """
    at(program, "2025-11-01", "10:00")
    family = Family(program, "P03", "D03", "17.8")
    expires = (program.clock() + timedelta(days=300)).isoformat(timespec="minutes")
    _, bags = family.fill(3, "5.8e7", "--expires", expires)
    first, second, third = bags
    for slot, bag in enumerate(bags):
        program("custody", "store", bag, "--position", f"tank 1, {slot}", user=steps.TECHNICIAN)
    family.all_results(*bags)
    family.review()
    program.signed("lot", "review", family.lot, user="QA1")
    program.signed("lot", "release", family.lot, user="QP1")

    at(program, "2025-11-25")
    steps.bring_to_pharmacy(program, *bags)
    preparation = family.dose(family.order(), bags[first], "5.48e7", "90")
    steps.dispense(program, bags[first], "P03")
    steps.infuse(program, bags[first], patient="P03")

    # Day six: one result, and everything that must happen at once has happened.
    at(program, "2025-12-01", "11:00")
    told = ("result", "record", preparation, "sterility-post-thaw", "growth")
    made = program(*told, "--reading", "interim", user="QC1").data
    alarm = made["late_positive"]
    assert [hold["on"] for hold in made["holds"]] == [family.lot]
    assert [(row["patient"], row["physician"], row["started"][:10]) for row in alarm["given"]] == [
        ("P03", "CLINICIAN1", "2025-11-25")
    ]
    assert {row["id"] for row in alarm["stopped"]} == {first, second, third}
    assert made["oos"]
    for bag in (second, third):
        assert "on-hold" in family.asked(bags[bag], exit_code=42).blockers

    # The call sheet closes call by call.
    calls = {call["whom"]: call for call in alarm["calls"]}
    assert calls["physician"]["addressee"] == "CLINICIAN1"
    assert calls["sponsor"]["due_at"] == "2025-12-02T11:00:00+01:00"
    at(program, "2025-12-01", "11:20")
    program(
        *("notify", "record", calls["physician"]["id"], "--reached", "Dr. Clinician1"),
        *("--what", "growth in one of two bottles; cultures and CRP taken from P03"),
        user="QA1",
    )
    at(program, "2025-12-02", "12:00")
    assert "1 call nobody has made: lottrack notify list" in said_below(program)
    program(
        *("notify", "record", calls["sponsor"]["id"], "--reached", "Dr. Serra, sponsor"),
        *("--by", "QP1", "--at", "2025-12-02T11:40", "--what", "lot stopped, one patient given"),
        user="QA1",
    )
    assert said_below(program) == ""
    sheet = program("notify", "show", alarm["id"]).data
    assert [call["state"] for call in sheet["calls"]] == ["told", "told"]
    assert sheet["calls"][1]["told_at"].startswith("2025-12-02T11:40")

    # The investigation closes; the hold is lifted by signature, and the child gets the next bag.
    at(program, "2025-12-15", "16:00")
    found = (
        "the second bottle and three repeats stayed clear; the loop of the first was not sterile"
    )
    told = ("oos", "investigate", made["oos"], "--assignable", "no", "--finding", found)
    program(*told, user="QC2")
    concluded = ("oos", "conclude", made["oos"], "--confirm", "--text", "stands on record")
    program.signed(*concluded, user="QP1")
    (hold,) = program("hold", "list").data
    reason = "contaminant of the laboratory: 1 of 2 bottles, repeat and patient's cultures negative"
    program.signed("hold", "lift", hold["id"], "--reason", reason, user="QA1")
    at(program, "2025-12-16")
    weighed = ("--weight-kg", "17.6", "--on", "2025-12-16")
    program("patient", "weigh", "P03", *weighed, user="NURSE1")
    order = program.signed(
        *("order", "place", "--patient", "P03", "--number", 2, "--planned-on", "2025-12-16"),
        *("--weight-kg", "17.6", "--weighed-on", "2025-12-16"),
        user="CLINICIAN1",
    ).data["id"]
    family.dose(order, bags[second], "5.49e7", "92")
    assert family.asked(bags[second]).data["verdict"] == "accepted"
    assert program("admin", "check").data["verdict"] == "intact"


def test_e12_the_physician_does_not_want_the_bag_that_is_out_of_specification(
    program: Program,
) -> None:
    """E12: P09's last bag has 61 % viable cells and 1.97 million per kg; there is no other.

    Part IV 11.54 would let the physician have it all the same. She asks for the manufacturer's
    evaluation, reads it, and declines: two infusions are enough for this child. The dossier is
    closed "not supplied"; nothing was released, nobody has to be told, and the bag is destroyed.
    """
    at(program, "2025-12-01", "10:00")
    family = Family(program, "P09", "D09", "40.9")
    expires = (program.clock() + timedelta(days=300)).isoformat(timespec="minutes")
    _, bags = family.fill(1, "1.34e8", "--expires", expires)
    ((bag, scan),) = bags.items()
    program("custody", "store", bag, "--position", "tank 1, 3", user=steps.TECHNICIAN)
    family.all_results(bag)
    family.review()
    program.signed("lot", "review", family.lot, user="QA1")
    program.signed("lot", "release", family.lot, user="QP1")

    at(program, "2026-03-03", "08:00")
    steps.bring_to_pharmacy(program, bag)
    order = family.order()
    family.dose(order, scan, "1.318e8", "61")  # 80.4 million viable cells
    refused = family.asked(scan, exit_code=42)
    assert refused.blockers == {"on-hold", "container-out-of-specification", "dose-below-range"}

    # The physician asks, the qualified person evaluates.
    need = "third infusion planned for today; no other bag of L09 is left"
    dossier = program.signed("supply", "request", bag, "--reason", need, user="CLINICIAN1").data
    assert dossier["state"] == "requested"
    risk = "61 % viable and 1.97 million per kg: less effect to be expected, no other harm known"
    shown = program.signed("supply", "assess", dossier["id"], "--text", risk, user="QP1")
    assert "1.97" in shown.stderr
    assert shown.data["state"] == "assessed"

    # She reads the evaluation and declines. The dossier is closed, and the bag stays refused.
    reason = "below the dose range; two infusions are enough for this child"
    closed = program.signed(
        "supply", "decline", dossier["id"], "--reason", reason, user="CLINICIAN1"
    )
    assert risk in closed.stderr
    assert closed.data["state"] == "not_supplied"
    assert "not supplied" in program("supply", "list", as_json=False).stdout
    assert family.asked(scan, exit_code=42).blockers == refused.blockers
    late = program.signed("supply", "accept", dossier["id"], user="CLINICIAN1", exit_code=41)
    assert late.code == "dossier-not-there"
    assert program("notify", "list", "--all").data == []
    assert program("lot", "show", family.lot).data["disposition"] == "released"

    gone = ("custody", "destroy", bag, "--confirm", bag, "--witness", "PHARMACIST2")
    program.signed(
        *(*gone, "--reason", "61 % viable, not supplied"),
        user="PHARMACIST1",
        second="PHARMACIST2",
    )
    program("order", "cancel", order, "--reason", "no bag is left", user="CLINICIAN1")
    assert program("infusion", "list").data == []
    assert program("admin", "check").data["verdict"] == "intact"
