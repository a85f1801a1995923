"""E18: one endotoxin value is fine for the biggest child and too much for the smallest.

A site's own version of the trial's specification allows 2.5 EU/mL in the bag, as the Liège bank
does, and keeps the limit that belongs to a patient: 5 EU per kg and hour. The laboratory finds
1.8 EU/mL in the lot of P09 (41.2 kg, infused in 100 mL) and in the lot of P01 (13.2 kg, in 50 mL).
Both lots are released. For P09 that is 4.4 EU per kg: the pharmacist's question is answered yes,
and the dose is given. For P01 it would be 6.8: the same question is answered no, with the limit
that this child has, 1.32 EU/mL; it stays no at the counter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.assets import database_folder
from tests import steps

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Program


class Child(NamedTuple):
    """A child of the trial with what the scenario's tables say of the first infusion."""

    patient: str
    donor: str
    age: int
    weight_kg: str
    cells_each: str
    volume_ml: str
    counted: str
    infused_ml: str


P01 = Child("P01", "D01", 4, "13.2", "4.4e7", "4.4", "4.11e7", "50")
P09 = Child("P09", "D09", 17, "41.2", "1.34e8", "13.4", "1.26e8", "100")
LIMIT_PER_ML = "endotoxin-above-patient-limit"


def approve_site_version(program: Program, folder: Path) -> None:
    """Version 2 of the trial's specification: 2.5 EU/mL in the bag."""
    shipped = database_folder("specifications") / "MSC-EB-TRIAL.toml"
    text = shipped.read_text(encoding="utf-8").replace("edition = 1", "edition = 2")
    assert text.count("limit = 1.0") == 1
    file = folder / "trial-2.toml"
    file.write_text(text.replace("limit = 1.0", "limit = 2.5"), encoding="utf-8")
    program("spec", "load", file, user="QC1")
    program.signed("spec", "approve", "MSC-EB-TRIAL@2", user="QP1")
    program.signed("protocol", "approve", steps.PROTOCOL, user="QP1")


def released_bag(program: Program, child: Child) -> steps.Filled:
    """One bag of the child's lot, labelled, tested with 1.8 EU/mL, released, at the pharmacy."""
    year = program.clock().year
    steps.register_patient(program, child.patient, born=year - child.age, weight=child.weight_kg)
    steps.register_donor(program, child.donor)
    pair, course = steps.register_pair(program, child.donor, child.patient)
    collection = steps.record_collection(program, course)
    lot = steps.grow_lot(program, collection)
    fill = program(
        *("lot", "fill", lot, "--kind", "bag", "--count", 1, "--cells-each", child.cells_each),
        *("--volume-ml", child.volume_ml, "--expires", f"{year + 1}-01-01T00:00"),
        *("--at", steps.ago(program, days=34)),
        user=steps.TECHNICIAN,
    ).data
    bag = fill["containers"][0]["id"]
    scans = steps.label_bags(program, (bag,))
    program("custody", "store", bag, "--position", f"tank 1, {bag}", user=steps.TECHNICIAN)
    names = (child.donor, child.patient, pair, course, collection, lot, fill["id"])
    filled = steps.Filled(*names, (bag,), scans)
    results = steps.record_results(program, filled, endotoxin="1.8")
    steps.review_and_release(program, filled, results)
    steps.bring_to_pharmacy(program, bag)
    return filled


def prepared_dose(program: Program, child: Child, filled: steps.Filled) -> str:
    """Thawed, counted, and diluted into a bag of the volume to be given; returns that bag."""
    day = steps.local_day(program)
    weighed = ("--weight-kg", child.weight_kg, "--weighed-on", day)
    order = program.signed(
        *("order", "place", "--patient", child.patient, "--number", 1, "--planned-on", day),
        *weighed,
        user="CLINICIAN1",
    ).data["id"]
    started = program("prepare", "start", order, filled.scans[0], user="PHARMACIST1").data["id"]
    counted = ("--total", child.counted, "--viability", "90")
    program("prepare", "count", started, *counted, user="PHARMACIST1")
    into = ("--into", "bag", "--volume-ml", child.infused_ml, "--diluent", "saline")
    dose = program("prepare", "finish", started, *into, user="PHARMACIST1").data["container"]
    (label,) = program("label", "print", dose, user="PHARMACIST1").data
    program("label", "apply", label["payload"], "--to", dose, user="PHARMACIST1")
    return str(label["payload"])


def test_e18_the_same_endotoxin_is_fine_for_p09_and_too_much_for_p01(
    program: Program, tmp_path: Path
) -> None:
    approve_site_version(program, tmp_path)
    ninth, first = released_bag(program, P09), released_bag(program, P01)
    check = program("lot", "check", first.lot).data
    assert check["verdict"] == "releasable"

    # P09: 1.8 EU/mL × 100 mL / 41.2 kg = 4.4 EU/kg.
    scan = prepared_dose(program, P09, ninth)
    answer = program("verify", scan, "--patient", "P09", user="PHARMACIST1").data
    assert answer["verdict"] == "accepted"
    limits = {limit["quantity"]: limit for limit in answer["patient_limits"]}
    assert (limits["endotoxin"]["per_kg"], limits["endotoxin"]["within"]) == ("4.37", True)
    assert (limits["dmso"]["per_kg"], limits["dmso"]["limit"]) == ("0.036", "1")

    # P01: 1.8 EU/mL × 50 mL / 13.2 kg = 6.8 EU/kg; the limit of this child is 1.32 EU/mL.
    refused_scan = prepared_dose(program, P01, first)
    asked = ("verify", refused_scan, "--patient", "P01")
    answer = program(*asked, user="PHARMACIST1", exit_code=42).data
    (blocker,) = answer["blockers"]
    assert blocker["code"] == LIMIT_PER_ML
    assert "6.82 EU per kg" in blocker["sentence"]
    assert "1.32 EU/mL in 50 mL for this patient" in blocker["sentence"]
    text = program(*asked, user="PHARMACIST1", exit_code=42, as_json=False).stdout
    assert "Endotoxin: at most 6.82 of 5 EU/kg/h, in 50 mL at 13.2 kg" in text
    refused = steps.dispense(program, refused_scan, exit_code=42)
    assert refused.code == LIMIT_PER_ML

    # P09's dose is dispensed and given; what was signed tells the load.
    dispensed = steps.dispense(program, scan, patient="P09")
    assert "Endotoxin: at most 4.37 of 5 EU/kg/h, in 100 mL at 41.2 kg" in dispensed.stderr
    given = steps.infuse(program, scan, "--volume-ml", "100", patient="P09")
    assert "Endotoxin: at most 4.37 of 5 EU/kg/h, in 100 mL at 41.2 kg" in given.stderr
