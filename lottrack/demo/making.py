"""From accepted marrow to labelled bags in the tank: culture, samples, fill."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lottrack.actions.custody import movements as custody
from lottrack.actions.making.cultures import Harvested, Seeded, harvest, seed
from lottrack.actions.making.fills import Content, NewFill, fill_lot
from lottrack.actions.making.registration import NewLot, register_lot
from lottrack.actions.making.samples import NewSample, discard_cells, take_sample
from lottrack.demo.labelling import label_containers, label_thing
from lottrack.demo.lots import FRESH, cells
from lottrack.demo.materials import frozen_with, grown_with
from lottrack.demo.opening import PRODUCT, SPECIFICATION
from lottrack.demo.stage import NOW, Bag, at, days_after

if TYPE_CHECKING:
    from lottrack.actions.desk import Telling
    from lottrack.demo.lots import LotPlan, Passage
    from lottrack.demo.stage import Stage, Story

HARVEST_P1_BEFORE = 7
HARVEST_P0_BEFORE = 14
"""Days from the harvest of P1 and P0 to the last one; P2 and P1 grow seven days each."""

SAMPLED = 10_000_000
"""Cells of the last harvest that go to quality control."""

PDF_LOT = "L01"
"""The lot whose labels are printed as one PDF, one a page; all others are pictures."""

KEPT_YEARS = 2
FRESH_LIFE = timedelta(hours=24)
FRESH_ML = Decimal(50)
CELLS_PER_ML = 10_000_000


def make(stage: Stage, plan: LotPlan, collected_on: str) -> Story:
    """Grow a lot in three passages and fill it; the marrow was accepted on the day of the seeding.

    The P1 harvest of one lot is typed ten times too large (event E03); what is seeded, sampled and
    thrown away afterwards is right all the same.
    """
    lot, (p0, p1, p2) = plan.number, plan.passages
    yield at(collected_on, "16:00")
    begin(stage, plan)
    sow(stage, lot, "P0", p0)
    yield at(days_after(plan.harvested_on, -HARVEST_P0_BEFORE), "09:00")
    reap(stage, lot, "P0", p0.harvested, 90)
    sow(stage, lot, "P1", p1)
    sample(stage, lot, NewSample("Medium of P0", tests=("sterility-p0",)))
    throw_away(stage, lot, cells(p0.harvested) - cells(p1.seeded))
    yield at(days_after(plan.harvested_on, -HARVEST_P1_BEFORE), "09:00")
    reaped = reap(stage, lot, "P1", plan.p1_typed or p1.harvested, 93)
    if reaped["warnings"]:
        stage.tell(f"E03: {lot}, harvest of P1: {plan.p1_typed or p1.harvested} ×10⁶ is typed.")
        stage.tell_warnings(reaped)
    yield at(days_after(plan.harvested_on, -HARVEST_P1_BEFORE), "11:00")
    sow(stage, lot, "P2", p2)
    throw_away(stage, lot, cells(p1.harvested) - cells(p2.seeded))
    yield at(plan.harvested_on, "09:00")
    reaped = reap(stage, lot, "P2", p2.harvested, plan.viability_pct)
    doublings = reaped["cumulative_population_doublings"]
    stage.props.doublings[lot] = f"{doublings:.2f}"
    sample(stage, lot, NewSample("Medium of P2", tests=("sterility-p2",)))
    taken = sample(stage, lot, NewSample("Cells at harvest", SAMPLED))
    label_thing(stage, "TECHNICIAN1", taken)
    yield at(plan.harvested_on, "11:00")
    fill(stage, plan)
    filled = plan.bags * cells(plan.fill) + cells(plan.fresh or "0")
    throw_away(stage, lot, cells(p2.harvested) - filled - SAMPLED)


def begin(stage: Stage, plan: LotPlan) -> None:
    """Register a lot under the site's own number, from its pair's only collection."""
    course = stage.props.courses[plan.patient]
    collection = stage.props.collections[plan.patient]
    new = NewLot(collection, "", PRODUCT, SPECIFICATION, course, plan.number)
    register_lot(stage.desk("TECHNICIAN1"), new, NOW)


def sow(stage: Stage, lot: str, passage: str, plan: Passage) -> None:
    """Seed a passage, in medium with the lysate that the lot is grown with."""
    seeded = Seeded(cells(plan.seeded), Decimal(plan.area_cm2), plan.vessel)
    telling = grown_with(stage, lot, plan.area_cm2)
    seed(stage.desk("TECHNICIAN1"), lot, passage, seeded, telling)


def reap(
    stage: Stage, lot: str, passage: str, harvested: str, viability_pct: int
) -> dict[str, Any]:
    """Harvest a passage."""
    counted = Harvested(cells(harvested), Decimal(viability_pct))
    return harvest(stage.desk("TECHNICIAN1"), lot, passage, counted, NOW)


def sample(stage: Stage, lot: str, new: NewSample) -> str:
    """Take a sample of a lot; returns its number."""
    return str(take_sample(stage.desk("TECHNICIAN1"), lot, new, NOW)["id"])


def throw_away(stage: Stage, lot: str, surplus: int) -> None:
    """Discard what a harvest has left."""
    reason = "Not needed for the next step"
    discard_cells(stage.desk("TECHNICIAN1"), lot, surplus, reason, NOW)


def fill(stage: Stage, plan: LotPlan) -> None:
    """Fill the bags (and the fresh dose), label each, and store the frozen ones."""
    day = plan.harvested_on
    expires = at(f"{int(day[:4]) + KEPT_YEARS}{day[4:]}", "23:59")
    each = Content(cells(plan.fill), Decimal(cells(plan.fill)) / CELLS_PER_ML)
    frozen = NewFill("bag", plan.bags, each, None, expires)
    telling = frozen_with(stage, plan.number, plan.bags * Decimal(cells(plan.fill)) / CELLS_PER_ML)
    stage.props.fills[plan.number], bags = fill_bags(stage, plan, frozen, telling)
    stage.props.bags[plan.number] = dict(enumerate(bags, start=1))
    for place, bag in stage.props.bags[plan.number].items():
        position = f"Tank 1, rack {plan.number}, place {place}"
        custody.store(stage.desk("TECHNICIAN2"), [bag.scan], position, "", NOW)
    doublings = stage.props.doublings[plan.number]
    stage.tell(
        f"{plan.number} for {plan.patient}, {doublings} doublings from P1: {plan.bags} bags of"
        f" {plan.fill} ×10⁶, labelled and stored."
    )
    if plan.fresh:
        expires = at(day, "11:00") + FRESH_LIFE
        dose = Content(cells(plan.fresh), FRESH_ML)
        fresh = NewFill("bag", 1, dose, None, expires, presentation="fresh")
        filled, (bag,) = fill_bags(stage, plan, fresh, NOW)
        stage.props.bags[plan.number][FRESH] = bag
        stage.props.fresh_fills[plan.number] = filled
        stage.tell(f"E04: one fresh dose of {plan.number}, {plan.fresh} ×10⁶, lives 24 hours.")


def fill_bags(stage: Stage, plan: LotPlan, new: NewFill, telling: Telling) -> tuple[str, list[Bag]]:
    """Fill containers and label each; returns the fill and its bags."""
    filled = fill_lot(stage.desk("TECHNICIAN1"), plan.number, new, telling)
    numbers = [str(container["id"]) for container in filled["containers"]]
    pdf = f"{plan.number}.pdf" if plan.number == PDF_LOT else ""
    return str(filled["id"]), label_containers(stage, "TECHNICIAN1", numbers, pdf=pdf)
