"""A corrected number is looked at twice, like one that is recorded: slips happen there as well."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests import steps

if TYPE_CHECKING:
    from tests.conftest import Program
    from tests.steps import Filled

Site = tuple["Program", "Filled"]


def codes(program: Program, record: str, *pairs: str, user: str = "TECHNICIAN1") -> set[str]:
    told = ("correct", record, *pairs, "--reason", "misread")
    return {each["code"] for each in program(*told, user=user).data["warnings"]} - {"hold-opened"}


def test_a_weight_with_a_slipped_digit(released: Site) -> None:
    program, _ = released
    weight = program("patient", "show", "P01").data["weights"][0]["id"]
    assert codes(program, weight, "weight_kg=13.1") == set()
    assert codes(program, weight, "weight_kg=131") >= {"weight-unusual-for-age"}


def test_a_harvest_a_seeding_and_a_viability(released: Site) -> None:
    program, lot = released
    passage = program("lot", "show", lot.lot).data["passages"][2]
    assert codes(program, passage["harvest"], "harvested=3.3e8") == set()
    assert "growth-implausible" in codes(program, passage["harvest"], "harvested=3.3e9")
    assert "viability-low" in codes(program, passage["harvest"], "viability_pct=40")
    assert "seeding-density-unusual" in codes(program, passage["seeding"], "area_cm2=12")


def test_a_filled_bag(released: Site) -> None:
    program, lot = released
    filling = program("lot", "show", lot.lot).data["containers"][0]["filling"]
    assert "fill-concentration-unusual" in codes(program, filling, "volume_ml=440")


def test_a_donation(released: Site) -> None:
    program, lot = released
    taking = program("collection", "show", lot.collection).data["taking"]
    assert "collection-volume-unusual" in codes(program, taking, "volume_ml=3.5")


def test_a_count_after_thawing_and_the_times_of_an_infusion(released: Site) -> None:
    program, lot = released
    order = program("order", "list").data[0]["id"]
    steps.prepare_dose(program, order, lot.scans[0])
    with closing(sqlite3.connect(program.db)) as database:
        (count,) = database.execute("SELECT root FROM preparation_count").fetchone()
    assert "recovery-above-100" in codes(
        program, count, "viable_cells=4e8", "total_cells=", user="PHARMACIST1"
    )
    codes(program, count, "viable_cells=3.78e7", user="PHARMACIST1")
    steps.dispense(program, lot.scans[0])
    given = steps.infuse(program, lot.scans[0]).data["id"]
    started = program("infusion", "list").data[0]["started"]
    assert "infusion-without-duration" in codes(
        program, given, f"ended_at={started}", user="NURSE1"
    )


def test_what_was_said_before_is_not_said_again(released: Site) -> None:
    program, lot = released
    passage = program("lot", "show", lot.lot).data["passages"][0]
    assert codes(program, passage["harvest"], "at=2025-12-09T10:00") == set()
