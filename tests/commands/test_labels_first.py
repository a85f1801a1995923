"""Labels first, cells after: a label that says something else by now is not stuck on."""

from __future__ import annotations

from datetime import timedelta

from tests import steps
from tests.conftest import Program
from tests.steps import Filled

Site = tuple[Program, Filled]


def planned(site: Site) -> tuple[Program, str, list[str], list[str]]:
    """Two bags planned and labelled before anything is in them."""
    program, lot = site
    expires = (program.clock() + timedelta(days=200)).isoformat(timespec="minutes")
    fill = program(
        *("lot", "fill", lot.lot, "--kind", "bag", "--count", 2, "--cells-each", "5.0e7"),
        *("--volume-ml", "5.0", "--expires", expires, "--planned"),
        user="TECHNICIAN1",
    ).data
    bags = [bag["id"] for bag in fill["containers"]]
    printed = program("label", "print", fill["id"], user="TECHNICIAN1").data
    return program, fill["id"], bags, [label["payload"] for label in printed]


def test_a_label_of_planned_amounts_fits_what_was_planned(filled: Site) -> None:
    program, fill, bags, scans = planned(filled)
    program("lot", "fill-confirm", fill, user="TECHNICIAN1")

    program("label", "apply", scans[0], "--to", bags[0], user="TECHNICIAN1")


def test_a_label_of_other_amounts_is_printed_anew(filled: Site) -> None:
    program, fill, bags, scans = planned(filled)
    program("lot", "fill-confirm", fill, "--actual", f"{bags[0]}=4.8e7,5.0", user="TECHNICIAN1")
    refused = program("label", "apply", scans[0], "--to", bags[0], user="TECHNICIAN1", exit_code=44)

    assert refused.code == "label-outdated"
    again = program(
        "label", "print", bags[0], "--reason", "48 million, not 50", user="TECHNICIAN1"
    ).data[0]
    program("label", "apply", again["payload"], "--to", bags[0], user="TECHNICIAN1")


def test_no_label_goes_on_a_bag_that_was_not_filled(filled: Site) -> None:
    program, fill, bags, scans = planned(filled)
    program("lot", "fill-confirm", fill, "--not-filled", bags[1], user="TECHNICIAN1")
    refused = program("label", "apply", scans[1], "--to", bags[1], user="TECHNICIAN1", exit_code=44)

    assert refused.code == "label-not-allowed"


def test_a_code_names_one_thing(filled: Site) -> None:
    """The same code for a donor and a patient, or a lot and a collection, would be two things."""
    program, lot = filled
    refused = program(
        *("patient", "register", "--code", lot.donor, "--born", 2020, "--sex", "F"),
        user="TECHNICIAN1",
        exit_code=31,
    )

    assert refused.code == "number-already-used"


def test_who_only_looks_on_is_no_second_person(released: Site) -> None:
    program, lot = released
    order = program("order", "list").data[0]["id"]
    steps.prepare_dose(program, order, lot.scans[0])
    refused = program(
        *("dispense", lot.scans[0], "--patient", "P01", "--second", "INSPECTOR1"),
        user="PHARMACIST1",
        secrets=("PHARMACIST1", "INSPECTOR1"),
        exit_code=52,
    )

    assert refused.code == "role-missing"
