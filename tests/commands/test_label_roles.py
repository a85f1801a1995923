"""Who may stick which label on: all of them those who print, at the bedside only some."""

from __future__ import annotations

from typing import Any

import pytest

from tests import steps
from tests.commands.label_bench import REASON, fill, print_one, state
from tests.conftest import Program
from tests.steps import Filled

Site = tuple[Program, Filled]
BEDSIDE = ("NURSE1", "CLINICIAN1")
EVERYBODY = (*BEDSIDE, "PHARMACIST1", "LEAD1", "TECHNICIAN1")


def apply(program: Program, user: str, label: dict[str, Any], to: str, **extra: Any) -> Any:
    program.clock.advance(seconds=10)
    return program("label", "apply", label["payload"], "--to", to, user=user, **extra)


@pytest.mark.parametrize("user", EVERYBODY)
def test_a_wristband_is_put_on_by_whoever_is_with_the_patient(filled: Site, user: str) -> None:
    program, _ = filled
    band = print_one(program, "P01")

    assert apply(program, user, band, "P01").data["event"] == "applied"
    program("label", "void", band["id"], *REASON, "--destroyed", user=user)
    assert state(program, band["id"]) == "destroyed"


@pytest.mark.parametrize("user", BEDSIDE)
def test_chart_copies_and_the_marrows_label_are_theirs_as_well(filled: Site, user: str) -> None:
    program, lot = filled
    chart = print_one(program, lot.bags[0], "--copy", "chart")
    marrow = print_one(program, lot.collection, *REASON)

    assert apply(program, user, chart, "P01").data["event"] == "attached"
    assert apply(program, user, marrow, lot.collection).data["event"] == "applied"


@pytest.mark.parametrize("user", BEDSIDE)
def test_the_label_of_a_prepared_dose_is_applied_by_who_prepared_it(
    released: Site, user: str
) -> None:
    program, lot = released
    order = program("order", "list").data[0]["id"]
    preparation = steps.prepare_dose(program, order, lot.scans[0])
    dose = print_one(program, preparation, *REASON, user="PHARMACIST1")

    assert apply(program, user, dose, lot.bags[0]).data["event"] == "applied"


@pytest.mark.parametrize("user", BEDSIDE)
@pytest.mark.parametrize("act", ["apply", "void"])
def test_what_stands_on_the_product_in_its_store_is_not_theirs(
    filled: Site, user: str, act: str
) -> None:
    program, lot = filled
    bag = fill(program, lot.lot, "bag", "--planned")["containers"][0]["id"]
    label = print_one(program, bag)
    words = {
        "apply": ("label", "apply", label["payload"], "--to", bag),
        "void": ("label", "void", label["id"], *REASON),
    }[act]
    refused = program(*words, user=user, exit_code=52)

    assert refused.code == "role-missing"
    sentence = refused.data["error"]["sentence"]
    assert label["id"] in sentence
    assert "technician or production_lead or pharmacist" in sentence
    assert state(program, label["id"]) == "printed"


@pytest.mark.parametrize("user", BEDSIDE)
def test_they_print_none(filled: Site, user: str) -> None:
    program, _ = filled
    assert program("label", "print", "P01", user=user, exit_code=52).code == "role-missing"


def test_a_person_with_both_roles_handles_all(filled: Site) -> None:
    program, lot = filled
    program("user", "role", "NURSE1", "--add", "technician", user="ADMIN")
    label = print_one(program, lot.bags[0], *REASON, user="NURSE1")

    assert apply(program, "NURSE1", label, lot.bags[0]).data["event"] == "applied"
