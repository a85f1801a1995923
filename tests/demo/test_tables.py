"""The scenario's tables, before anything is played: they go together, and with one another."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from lottrack.assets import database_folder
from lottrack.demo.alarms import ALARMS, RECALLED
from lottrack.demo.events import EVENTS
from lottrack.demo.families import DEFERRED_MOTHER, FAMILIES, SCENARIO_YEAR, Family, typing_of
from lottrack.demo.lots import FRESH, INFUSIONS, LOTS, InfusionPlan, LotPlan, cells, lot_of
from lottrack.demo.making import SAMPLED
from lottrack.demo.materials import BOUGHT, CM2_PER_ML_LYSATE, DMSO_SHARE, LYSATE, Bought
from lottrack.demo.people import ADMINISTRATOR, PEOPLE, SECRET
from lottrack.demo.testing import ASSAYS, karyotype_of
from lottrack.rules.administration.protocol import parse_protocol
from lottrack.rules.hla import haplotype_sharing, parse_gl_string
from lottrack.rules.relations import relation_blockers
from lottrack.rules.roles import ROLES
from lottrack.rules.specification.results import judge, parse_result
from lottrack.rules.specification.specification import find_criterion, parse_specification

SOURCE = (database_folder("specifications") / "MSC-EB-TRIAL.toml").read_text(encoding="utf-8")
SPECIFICATION = parse_specification(SOURCE, "MSC-EB-TRIAL.toml")
PROTOCOL = parse_protocol(
    (database_folder("protocols") / "MSC-EB-21D.toml").read_text(encoding="utf-8"), "protocol"
)


def name_of(plan: Family | LotPlan | InfusionPlan) -> str:
    if isinstance(plan, Family):
        return plan.child.code
    return f"{plan.patient}-{plan.number}"


each_family = pytest.mark.parametrize("family", FAMILIES, ids=name_of)
each_lot = pytest.mark.parametrize("plan", LOTS, ids=name_of)
each_infusion = pytest.mark.parametrize("plan", INFUSIONS, ids=name_of)


@each_family
def test_a_parent_shares_one_allele_at_every_gene_and_no_more(family: Family) -> None:
    child = parse_gl_string(typing_of(family.from_parent, family.from_other))
    parent = parse_gl_string(typing_of(family.from_parent, family.parent.other))
    sharing = haplotype_sharing(child, parent)
    assert sharing.result == "haplo_compatible"
    assert set(sharing.loci.values()) == {1}


@each_family
def test_relation_sex_and_ages_go_together(family: Family) -> None:
    child, parent = family.child, family.parent
    years = (SCENARIO_YEAR - parent.age, SCENARIO_YEAR - child.age)
    assert not relation_blockers(parent.relation, parent.sex, *years)


@each_family
def test_the_days_before_the_culture_follow_one_another(family: Family) -> None:
    assert list(family.days) == sorted(family.days)


@each_family
def test_all_but_one_donor_are_sampled_within_thirty_days_of_the_donation(family: Family) -> None:
    sampled, collected = map(date.fromisoformat, (family.days.sampled, family.days.collected))
    days = (collected - sampled).days
    assert days == 34 if family.parent.code == "D07" else days <= 30


def test_the_deferred_mother_would_have_shared_the_other_haplotype() -> None:
    family = next(each for each in FAMILIES if each.child.code == "P05")
    mother = parse_gl_string(typing_of(family.from_other, DEFERRED_MOTHER.other))
    child = parse_gl_string(typing_of(family.from_parent, family.from_other))
    assert haplotype_sharing(child, mother).result == "haplo_compatible"
    assert DEFERRED_MOTHER.code not in {each.parent.code for each in FAMILIES}


@each_lot
def test_no_harvest_gives_more_than_it_has(plan: LotPlan) -> None:
    p0, p1, p2 = plan.passages
    assert cells(p0.harvested) > cells(p1.seeded)
    assert cells(p1.harvested) > cells(p2.seeded)
    filled = plan.bags * cells(plan.fill) + cells(plan.fresh or "0")
    assert cells(p2.harvested) > filled + SAMPLED


@each_lot
def test_every_result_of_a_lot_meets_its_specification(plan: LotPlan) -> None:
    for assay in ASSAYS:
        criterion = find_criterion(SPECIFICATION, assay.test)
        assert criterion is not None
        verdict = judge(criterion, parse_result(assay.value_of(plan), criterion))
        assert verdict == ("pass" if criterion.required else "informative")


def test_no_result_comes_before_the_day_it_may_be_pending_until() -> None:
    for assay in ASSAYS:
        criterion = find_criterion(SPECIFICATION, assay.test)
        assert criterion is not None
        if criterion.pending_days is not None:
            assert assay.ready == criterion.pending_days


def test_lots_differ_from_one_another_and_not_from_run_to_run() -> None:
    potency = next(assay for assay in ASSAYS if assay.test == "potency")
    assert potency.value_of(LOTS[0]) == "61"
    assert len({potency.value_of(plan) for plan in LOTS}) > 1


def test_a_karyotype_has_the_donors_sex() -> None:
    assert karyotype_of(lot_of("P01")) == "46,XY[20]"  # a girl's, from her father
    assert karyotype_of(lot_of("P02")) == "46,XX[20]"  # a boy's, from his mother


@each_infusion
def test_a_dose_lies_in_the_protocols_range_but_the_one_not_given(plan: InfusionPlan) -> None:
    per_kg = cells(plan.viable) / Decimal(plan.weight_kg)
    low, high = PROTOCOL.dose_min_cells_per_kg, PROTOCOL.dose_max_cells_per_kg
    assert (low <= per_kg <= high) == plan.is_given


@each_infusion
def test_a_bag_holds_more_than_is_counted_after_thawing(plan: InfusionPlan) -> None:
    lot = lot_of(plan.patient)
    filled = lot.fresh if plan.bag == FRESH else lot.fill
    assert cells(plan.viable) < cells(filled)


@each_infusion
def test_nothing_is_given_before_its_lot_is_certified_but_the_fresh_dose(
    plan: InfusionPlan,
) -> None:
    harvested = date.fromisoformat(lot_of(plan.patient).harvested_on)
    days = (date.fromisoformat(plan.given_on) - harvested).days
    assert days == 1 if plan.bag == FRESH else days > 21


def test_every_interval_lies_in_the_protocols_window() -> None:
    by_patient: dict[str, list[date]] = {}
    for plan in INFUSIONS:
        by_patient.setdefault(plan.patient, []).append(date.fromisoformat(plan.given_on))
    days = [
        (later - earlier).days
        for given in by_patient.values()
        for earlier, later in pairwise(given)
    ]
    assert {min(days), max(days)} == {18, 24}
    assert PROTOCOL.interval_days - PROTOCOL.window_days == min(days)
    assert PROTOCOL.interval_days + PROTOCOL.window_days == max(days)


def test_no_bag_is_given_twice_and_each_is_one_of_its_lots() -> None:
    used = Counter((plan.patient, plan.bag) for plan in INFUSIONS)
    assert set(used.values()) == {1}
    assert all(bag <= lot_of(patient).bags for patient, bag in used)


def test_every_role_is_played_by_somebody_and_no_administrator_has_another() -> None:
    played = {person.role for person in PEOPLE} | {"administrator"}
    assert played == set(ROLES)
    assert ADMINISTRATOR not in {person.code for person in PEOPLE}
    assert len(SECRET) >= 6


def test_every_event_tells_what_happens() -> None:
    names = [event.__name__[:3] for event in (*EVENTS, *ALARMS)]
    assert all(event.__doc__ for event in (*EVENTS, *ALARMS))
    # A reaction (E16) is part of an infusion; E14 is for whoever tries the record afterwards.
    assert sorted(names) == [f"e{n:02}" for n in range(1, 19) if n not in {14, 16}]


@each_lot
def test_a_lot_is_grown_with_one_lot_of_lysate_that_came_before_and_is_in_date(
    plan: LotPlan,
) -> None:
    (lysate,) = [b for b in BOUGHT if b.material == LYSATE and plan.number in b.lots]
    collected = next(f.days.collected for f in FAMILIES if f.child.code == plan.patient)
    assert lysate.came_on < collected < plan.harvested_on < lysate.expires_on


def test_two_lots_were_grown_with_the_lysate_that_is_called_back() -> None:
    (lysate,) = [bought for bought in BOUGHT if bought.supplier_lot == RECALLED]
    assert lysate.lots == ("L02", "L03")


@pytest.mark.parametrize("bought", BOUGHT, ids=lambda bought: bought.supplier_lot)
def test_no_delivery_is_used_up(bought: Bought) -> None:
    plans = [plan for plan in LOTS if plan.number in bought.lots]
    if bought.material == LYSATE:
        areas = [p.area_cm2 for plan in plans for p in plan.passages]
        used_ml = sum(Decimal(area) / CM2_PER_ML_LYSATE for area in areas)
    else:
        used_ml = sum(plan.bags * Decimal(plan.fill) / 10 * DMSO_SHARE for plan in plans)
    assert 0 < used_ml < bought.quantity_ml
