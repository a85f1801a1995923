"""The nine lots and the twenty-seven infusions, number by number as the training scenario has them.

A lot is grown from its pair's marrow in three passages, seven days each after the first, and filled
into bags of 1.3 times the target dose for the heaviest weight. Cells are in units of 10^6 in the
tables, as a laboratory writes them; ``cells`` turns them into whole cells.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

FRESH = 0
"""The bag number that means the fresh dose."""


def cells(millions: str) -> int:
    """Whole cells of a number of 10^6 cells."""
    return int(Decimal(millions) * 1_000_000)


class Passage(NamedTuple):
    """One passage: viable cells seeded and harvested (10^6), growth area in cm², vessel."""

    seeded: str
    harvested: str
    area_cm2: int
    vessel: str


class LotPlan(NamedTuple):
    """One lot.

    Attributes:
        number: the site's number.
        patient: whose it is.
        p0_harvested, p1_harvested, p2_seeded, p2_harvested: viable cells (10^6).
        viability_pct: at the last harvest.
        harvested_on: day of the last harvest and of the fill.
        fill: viable cells (10^6) of one bag, 10 x 10^6 in each mL.
        bags: how many.
        fresh: viable cells (10^6) of a fresh dose filled beside the bags (event E04), or "".
        p1_typed: what was typed for the P1 harvest at first (event E03), or "".
    """

    number: str
    patient: str
    p0_harvested: str
    p1_harvested: str
    p2_seeded: str
    p2_harvested: str
    viability_pct: int
    harvested_on: str
    fill: str
    bags: int
    fresh: str = ""
    p1_typed: str = ""

    @property
    def passages(self) -> tuple[Passage, Passage, Passage]:
        """P0, P1 and P2; every lot begins alike, and P2 grows in two stacks or three."""
        stacks = 2 if self.p2_seeded == "38.2" else 3
        return (
            Passage("191", self.p0_harvested, 1272, "2 x 1-chamber stack"),
            Passage("9.54", self.p1_harvested, 3180, "5 x 1-chamber stack"),
            Passage(
                self.p2_seeded, self.p2_harvested, 6360 * stacks, f"{stacks} x 10-chamber stack"
            ),
        )


LOTS = (
    LotPlan("L01", "P01", "15.0", "77.9", "38.2", "321", 94, "2025-09-27", "44", 6),
    LotPlan("L02", "P02", "13.4", "70.3", "38.2", "303", 93, "2025-10-13", "54", 5, p1_typed="703"),
    LotPlan("L03", "P03", "16.7", "82.7", "38.2", "338", 95, "2025-10-23", "58", 5),
    LotPlan("L04", "P04", "12.3", "66.1", "38.2", "294", 92, "2025-11-13", "71", 3, fresh="56.0"),
    LotPlan("L05", "P05", "14.0", "73.8", "38.2", "314", 93, "2025-11-24", "77", 3),
    LotPlan("L06", "P06", "16.0", "79.8", "38.2", "328", 94, "2025-12-05", "91", 3),
    LotPlan("L07", "P07", "12.6", "68.1", "57.2", "450", 91, "2025-12-24", "100", 4),
    LotPlan("L08", "P08", "14.6", "76.3", "57.2", "511", 93, "2026-01-05", "118", 4),
    LotPlan("L09", "P09", "13.2", "69.6", "57.2", "460", 92, "2026-01-20", "134", 3),
)
"""The nine lots, by number."""


class Reaction(NamedTuple):
    """What a child felt, and its CTCAE grade."""

    text: str
    grade: int


# Event E16: reactions known of such infusions, neither of them serious.
ODOUR = Reaction("Mild odour of DMSO, gone within 48 hours", 1)
NAUSEA = Reaction("Nausea for 15 minutes", 1)


class InfusionPlan(NamedTuple):
    """One infusion of the scenario.

    Attributes:
        patient: whose.
        number: which of the three.
        planned_on: the planned day.
        given_on: the day it is given.
        weight_kg: the weight on that day.
        bag: the number of the bag that is given; ``FRESH`` for the fresh dose.
        viable: viable cells (10^6) counted after thawing.
        viability_pct: of that count.
        infused_ml: volume given.
        hour: when the bag is thawed.
        reaction: what the child felt, or None.
        prescribed_kg: the weight the prescription was written for, when another (event E11).
        is_given: it is given; the last one is not (event E12).
        brought_on: the day the bag comes to the pharmacy, when another (event E08), or "".
        is_clear: the culture of what is left of the dose shows no growth (not so in event E06).
    """

    patient: str
    number: int
    planned_on: str
    given_on: str
    weight_kg: str
    bag: int
    viable: str
    viability_pct: int
    infused_ml: int
    hour: int = 10
    reaction: Reaction | None = None
    prescribed_kg: str = ""
    is_given: bool = True
    brought_on: str = ""
    is_clear: bool = True


INFUSIONS = (
    InfusionPlan("P01", 1, "2025-10-28", "2025-10-28", "13.2", 1, "37.8", 92, 50),
    InfusionPlan("P01", 2, "2025-11-18", "2025-11-18", "13.4", 2, "36.5", 90, 50),
    InfusionPlan("P01", 3, "2025-12-09", "2025-12-09", "13.3", 3, "38.7", 91, 50, reaction=ODOUR),
    InfusionPlan("P02", 1, "2025-11-11", "2025-11-11", "16.0", 1, "46.4", 91, 50),
    InfusionPlan("P02", 2, "2025-12-02", "2025-12-02", "16.2", 4, "43.7", 88, 50, hour=11),
    InfusionPlan("P02", 3, "2025-12-23", "2025-12-23", "16.5", 3, "45.4", 89, 50),
    InfusionPlan("P03", 1, "2025-11-25", "2025-11-25", "17.8", 1, "49.3", 90, 50, is_clear=False),
    InfusionPlan("P03", 2, "2025-12-16", "2025-12-16", "17.6", 2, "50.5", 92, 50),
    InfusionPlan("P03", 3, "2026-01-07", "2026-01-07", "18.0", 3, "48.1", 88, 50),
    InfusionPlan("P04", 1, "2025-11-14", "2025-11-14", "21.5", FRESH, "53.8", 96, 50, hour=9),
    InfusionPlan("P04", 2, "2025-12-05", "2025-12-05", "21.9", 1, "58.2", 87, 50),
    InfusionPlan("P04", 3, "2025-12-26", "2025-12-26", "21.7", 2, "61.1", 90, 50),
    InfusionPlan("P05", 1, "2025-12-23", "2025-12-23", "23.4", 1, "64.7", 89, 50),
    InfusionPlan("P05", 2, "2026-01-13", "2026-01-13", "23.0", 2, "67.8", 91, 50),
    InfusionPlan("P05", 3, "2026-02-03", "2026-02-03", "23.6", 3, "65.5", 90, 50),
    InfusionPlan("P06", 1, "2026-01-13", "2026-01-13", "27.1", 1, "79.2", 92, 100),
    InfusionPlan(
        "P06", 2, "2026-02-03", "2026-02-04", "27.4", 2, "75.5", 88, 100, brought_on="2026-02-03"
    ),
    InfusionPlan("P06", 3, "2026-02-24", "2026-02-24", "27.9", 3, "78.3", 90, 100),
    InfusionPlan("P07", 1, "2026-01-27", "2026-01-27", "30.5", 1, "82.0", 87, 100),
    InfusionPlan("P07", 2, "2026-02-17", "2026-02-17", "30.2", 2, "85.0", 90, 100),
    InfusionPlan("P07", 3, "2026-03-10", "2026-03-10", "30.8", 3, "88.0", 91, 100),
    InfusionPlan(
        "P08", 1, "2026-02-03", "2026-02-03", "36.0", 1, "99.1", 89, 100, prescribed_kg="32.0"
    ),
    InfusionPlan("P08", 2, "2026-02-24", "2026-02-27", "36.4", 4, "96.8", 87, 100),
    InfusionPlan("P08", 3, "2026-03-17", "2026-03-17", "36.1", 3, "101.5", 90, 100),
    InfusionPlan(
        "P09", 1, "2026-02-17", "2026-02-17", "41.2", 1, "111.2", 88, 100, reaction=NAUSEA
    ),
    InfusionPlan("P09", 2, "2026-03-10", "2026-03-10", "40.3", 2, "108.5", 86, 100),
    InfusionPlan("P09", 3, "2026-03-31", "2026-03-31", "40.9", 3, "80.4", 61, 100, is_given=False),
)
"""The twenty-seven infusions planned, by patient; the last one is not given."""


def lot_of(patient: str) -> LotPlan:
    """The lot made for a patient."""
    return next(plan for plan in LOTS if plan.patient == patient)


def infusion(patient: str, number: int) -> InfusionPlan:
    """One infusion of the plan."""
    return next(plan for plan in INFUSIONS if (plan.patient, plan.number) == (patient, number))
