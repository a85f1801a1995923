"""A supplier calls back a lot of platelet lysate (event E07 of the scenario).

10 December 2025. The blood bank calls back its platelet lysate HPL-2508: a donor of the pool was
found reactive. The unit asks its record which cells were grown with it. Lots L02 and L03 were; L04,
which was in culture at the same time, was grown with HPL-2509. Children P02 and P03 have been given
doses of L02 and L03, and the record says on which days. Every bag still in stock stops at once.

On the 15th quality assurance has assessed the risk and lifts, by signature, the holds on the two
lots and on the two bags that are needed next. On the 16th P03 is given the second dose, on the 23rd
P02 the third. All other bags of the two lots stay where they are, on hold.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import steps
from tests.conftest import Clock, Program

T, QA = "TECHNICIAN1", "QA1"

CULTURES = {
    # lot: patient, donor, weight, taken, P0, P1, P2 harvested, harvests, cells and mL a bag, bags
    "L02": ("P02", "D02", "16.0", "09-15", "09-26", "10-03", "10-13", (13.4, 70.3, 303), 54, 5),
    "L03": ("P03", "D03", "17.8", "09-29", "10-09", "10-16", "10-23", (16.7, 82.7, 338), 58, 5),
    "L04": ("P04", "D04", "21.5", "10-14", "10-25", "11-03", "11-13", (12.3, 66.1, 294), 71, 3),
}
"""Lots L02 to L04 of the scenario; days of 2025, cells in millions."""

CERTIFIED = {"L02": "11-03", "L03": "11-13", "L04": "12-04"}


class Stock(NamedTuple):
    """A filled lot: its fill, its bags and their labels."""

    fill: str
    bags: tuple[str, ...]
    scans: dict[str, str]


class Unit:
    """The unit and its wards, day by day."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.lysate: dict[str, str] = {}
        self.stock: dict[str, Stock] = {}

    def day(self, day: str, hour: int = 8) -> None:
        """It is this day of 2025."""
        month, date = day.split("-")
        self.program.clock.now = datetime(2025, int(month), int(date), hour, 0, tzinfo=UTC)

    def __call__(self, *words: object, user: str = T, **extra: Any) -> Any:
        return self.program(*words, user=user, **extra).data

    def buy(self, lot: str, expires: str) -> None:
        """A delivery of platelet lysate, released by quality control the same day."""
        words = ("--supplier", "Blood bank", "--supplier-lot", lot, "--expires", expires)
        came = self("material", "receive", "HPL", *words, "--quantity", 4000, "--unit", "mL")
        self.program.signed("material", "release", came["id"], user="QC1")
        self.lysate[lot] = came["id"]

    def grow(self, name: str, lysate: str) -> None:
        """From the marrow to labelled bags in the tank, with one lot of lysate all the way."""
        patient, donor, weight, taken, *harvests, cells, each, count = CULTURES[name]
        self.day(taken, 6)
        steps.register_patient(self.program, patient, weight=weight)
        steps.register_donor(self.program, donor)
        steps.screen_donor(self.program, donor, days_ago=3)
        _, course = steps.register_pair(self.program, donor, patient)
        words = ("--course", course, "--volume-ml", 40, "--tnc", "7.6e8", "--mnc", "2.4e8")
        collection = self("collection", "record", *words)["id"]
        words = ("--collection", collection, "--product", "MSC-EB", "--spec", "MSC-EB-TRIAL")
        self("lot", "register", *words, "--number", name)
        seeded = ("1.91e8", "9.54e6", "3.82e7")
        areas = (1272, 3180, 12720)
        begun = taken
        for number, (ended, harvested) in enumerate(zip(harvests, cells, strict=True)):
            self.day(ended)
            self("material", "open", self.lysate[lysate], "--at", f"2025-{begun}T10:30")
            self(
                *("lot", "passage", name, "--passage", f"P{number}", "--seeded", seeded[number]),
                *("--area-cm2", areas[number], "--harvested", f"{round(harvested * 1e6)}"),
                *("--viability", 93, "--seeded-at", f"2025-{begun}T11:00"),
                *("--material", f"{self.lysate[lysate]}=150"),
            )
            begun = ended
        self.day(harvests[-1], 10)
        expires = (self.program.clock() + timedelta(days=300)).isoformat(timespec="minutes")
        filled = self(
            *("lot", "fill", name, "--kind", "bag", "--count", count),
            *("--cells-each", each * 1_000_000, "--volume-ml", f"{each / 10}"),
            *("--expires", expires),
        )
        bags = tuple(bag["id"] for bag in filled["containers"])
        scans = dict(zip(bags, steps.label_bags(self.program, bags), strict=True))
        for slot, bag in enumerate(bags, start=1):
            self("custody", "store", bag, "--position", f"tank 1, {name}, slot {slot}")
        self.stock[name] = Stock(filled["id"], bags, scans)

    def certify(self, name: str) -> None:
        """Tested, reviewed, released."""
        self.day(CERTIFIED[name])
        patient = CULTURES[name][0]
        stock = self.stock[name]
        bags, scans = stock.bags, tuple(stock.scans.values())
        filled = steps.Filled("", patient, "", "", "", name, stock.fill, bags, scans)
        steps.release_lot(self.program, filled)

    def order(self, patient: str, number: int, day: str, weight: str) -> str:
        """An order for this day, with a weight of the day it is written."""
        today = steps.local_day(self.program)
        words = ("--weight-kg", weight, "--on", today)
        self("patient", "weigh", patient, *words, user="NURSE1")
        made = self.program.signed(
            *("order", "place", "--patient", patient, "--number", number),
            *("--planned-on", f"2025-{day}", "--weight-kg", weight, "--weighed-on", today),
            user="CLINICIAN1",
        )
        return str(made.data["id"])

    def give(self, name: str, bag: int, number: int, day: str, weight: str, cells: float) -> str:
        """Thawed, counted, dispensed and given; returns the infusion."""
        self.day(day)
        patient = CULTURES[name][0]
        container = self.stock[name].bags[bag - 1]
        scan = self.stock[name].scans[container]
        order = self.order(patient, number, day, weight)
        steps.bring_to_pharmacy(self.program, container)
        self.program.clock.advance(minutes=30)
        preparation = self("prepare", "start", order, scan, user="PHARMACIST1")["id"]
        total = f"{round(cells * 1e6 / 0.9)}"
        counted = ("--total", total, "--viability", 90)
        self("prepare", "count", preparation, *counted, user="PHARMACIST1")
        self("prepare", "finish", preparation, "--into", "same", user="PHARMACIST1")
        steps.dispense(self.program, scan, patient)
        return str(steps.infuse(self.program, scan, patient=patient).data["id"])

    def holds(self) -> dict[str, str]:
        """What is held now -> by which hold."""
        return {hold["on"]: hold["id"] for hold in self.program("hold", "list").data}

    def bag(self, name: str, number: int) -> str:
        return self.stock[name].bags[number - 1]

    def rest(self, name: str, *without: int) -> set[str]:
        """The bags of a lot but for those with these numbers."""
        return {bag for n, bag in enumerate(self.stock[name].bags, start=1) if n not in without}


@pytest.fixture(scope="module")
def before_the_recall(
    site_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Unit]:
    """The unit on the evening of 9 December 2025."""
    db = tmp_path_factory.mktemp("lysate") / "record.sqlite"
    shutil.copy(site_file, db)
    unit = Unit(Program(db, Clock()))
    unit.day("09-10")
    steps.approve_documents(unit.program)
    words = ("--name", "Platelet lysate", "--kind", "supplement", "--unit", "mL")
    unit("material", "register", "HPL", *words, "--open-days", 14)
    unit.buy("HPL-2508", "2026-08-31")
    unit.grow("L02", "HPL-2508")
    unit.grow("L03", "HPL-2508")
    unit.day("10-10")
    unit.buy("HPL-2509", "2026-09-30")
    unit.grow("L04", "HPL-2509")
    unit.certify("L02")
    unit.give("L02", 1, 1, "11-11", "16.0", 46.4)
    unit.certify("L03")
    unit.give("L03", 1, 1, "11-25", "17.8", 49.3)
    unit.give("L02", 4, 2, "12-02", "16.2", 43.7)
    unit.certify("L04")
    unit.give("L04", 1, 1, "12-05", "21.9", 58.2)
    unit.day("12-09", 18)
    return db, unit


@pytest.fixture
def unit(before_the_recall: tuple[Path, Unit], tmp_path: Path) -> Unit:
    """The same evening, for each chapter anew."""
    source, made = before_the_recall
    db = tmp_path / "record.sqlite"
    shutil.copy(source, db)
    fresh = Unit(Program(db, Clock()))
    fresh.stock, fresh.lysate = made.stock, made.lysate
    fresh.day("12-10")
    return fresh


NOTICE = ("--reason", "Blood bank, notice 2025/17: a donor of the pool was found reactive")


def recall(unit: Unit) -> dict[str, Any]:
    """10 December: the notice has come."""
    answer = unit("material", "recall", "--supplier-lot", "HPL-2508", *NOTICE, user=QA)
    assert isinstance(answer, dict)
    return answer


def test_the_record_names_the_lots_and_the_children(unit: Unit) -> None:
    answer = recall(unit)
    lots = {lot["id"]: (lot["certainty"], lot["patient"]) for lot in answer["lots"]}
    assert lots == {"L02": ("used", "P02"), "L03": ("used", "P03")}
    given = [
        (dose["patient"], dose["number"], dose["started"][:10], dose["lot"], dose["certainty"])
        for dose in answer["infused"]
    ]
    assert given == [
        ("P02", 1, "2025-11-11", "L02", "used"),
        ("P02", 2, "2025-12-02", "L02", "used"),
        ("P03", 1, "2025-11-25", "L03", "used"),
    ]


def test_the_stock_of_both_lots_is_on_hold_and_nothing_else(unit: Unit) -> None:
    recall(unit)
    stopped = {"L02", "L03"} | unit.rest("L02", 1, 4) | unit.rest("L03", 1)
    assert set(unit.holds()) == stopped
    holds = unit.program("hold", "list").data
    assert {hold["cause"] for hold in holds} == {"material"}
    assert all("HPL-2508" in hold["reason"] for hold in holds)


def test_the_trace_leads_from_the_lysate_to_the_children_and_back(unit: Unit) -> None:
    number = unit.lysate["HPL-2508"]
    forward = unit.program("trace", number, "--forward").data["nodes"]
    reached = {node["id"] for node in forward if node["kind"] in {"lot", "patient"}}
    assert reached == {"L02", "L03", "P02", "P03"}
    for lot, lysate in (("L02", "HPL-2508"), ("L03", "HPL-2508"), ("L04", "HPL-2509")):
        backward = unit.program("trace", lot, "--backward").data["nodes"]
        assert [n["id"] for n in backward if n["kind"] == "material_lot"] == [unit.lysate[lysate]]


def test_the_notice_reads_as_a_list_for_the_physicians(unit: Unit) -> None:
    words = ("material", "recall", "--supplier-lot", "HPL-2508", *NOTICE)
    said = unit.program(*words, user=QA, as_json=False).stdout
    for part in ("HPL-2508", "L02", "L03", "Given to patients:", "P02", "2025-12-02", "P03"):
        assert part in said
    assert "L04" not in said


def test_a_dose_planned_for_tomorrow_is_stopped(unit: Unit) -> None:
    recall(unit)
    unit.day("12-16")
    order = unit.order("P03", 2, "12-16", "17.6")
    bag = unit.bag("L03", 2)
    steps.bring_to_pharmacy(unit.program, bag)
    words = ("prepare", "start", order, unit.stock["L03"].scans[bag])
    refused = unit.program(*words, user="PHARMACIST1", exit_code=42)
    assert refused.blockers == {"on-hold"}


def test_what_is_left_of_the_lysate_is_used_for_nothing(unit: Unit) -> None:
    recall(unit)
    words = ("material", "use", unit.lysate["HPL-2508"], "L04", "--passage", "P2")
    refused = unit.program(*words, "--quantity", 10, user=T, exit_code=40)
    assert "material-recalled" in refused.blockers
    assert unit.lysate["HPL-2509"] in refused.data["error"]["hint"]


def test_the_risk_assessment_lets_two_doses_proceed(unit: Unit, tmp_path: Path) -> None:
    answer = recall(unit)

    unit.day("12-15")
    assessment = tmp_path / "RA-2025-12.txt"
    assessment.write_text("Pathogen inactivation of the pool covers the finding.", encoding="utf-8")
    unit("attach", answer["id"], assessment, "--what", "risk assessment RA-2025-12", user=QA)
    holds = unit.holds()
    needed = ("L03", unit.bag("L03", 2), "L02", unit.bag("L02", 3))
    for thing in needed:
        why = "RA-2025-12: the lysate was pathogen-inactivated; benefit outweighs the risk"
        lifted = unit.program.signed("hold", "lift", holds[thing], "--reason", why, user=QA)
        assert "HPL-2508" in lifted.stderr

    unit.give("L03", 2, 2, "12-16", "17.6", 50.5)
    unit.give("L02", 3, 3, "12-23", "16.5", 45.4)

    assert set(unit.holds()) == unit.rest("L03", 1, 2) | unit.rest("L02", 1, 3, 4)
    doses = unit.program("infusion", "list").data
    given = {(dose["patient"], dose["number"]) for dose in doses if not dose["incident"]}
    assert {("P03", 2), ("P02", 3)} <= given
    checked = unit.program("admin", "check").data
    assert checked["verdict"] == "intact"


def test_a_rehearsal_the_year_round_finds_the_same(unit: Unit) -> None:
    """A mock recall, as inspectors ask for: nothing is recorded, nobody is stopped."""
    words = ("material", "recall", "--supplier-lot", "HPL-2508", "--reason", "mock recall")
    rehearsed = unit(*words, "--dry-run", user=QA)
    assert unit.holds() == {}
    real = recall(unit)
    assert [lot["id"] for lot in rehearsed["lots"]] == [lot["id"] for lot in real["lots"]]
    assert rehearsed["infused"] == real["infused"]


def test_every_lot_was_released_with_its_materials_in_date(unit: Unit) -> None:
    for lot, lysate in (("L02", "HPL-2508"), ("L03", "HPL-2508"), ("L04", "HPL-2509")):
        rules = unit.program("lot", "check", lot, exit_code=None).data["rules"]
        rule = next(each for each in rules if each["code"] == "materials-in-date")
        assert rule["outcome"] == "pass"
        assert unit.lysate[lysate] in rule["evidence"]
