"""What the cells are grown and frozen with: platelet lysate, four lots in turn, and DMSO.

Every delivery waits in quarantine until quality control releases it. Each culture lot is grown with
one lot of lysate all the way, so that the record can tell which cells met which (event E07).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.materials import decisions
from lottrack.actions.materials.registration import (
    Delivery,
    NewMaterial,
    receive_material,
    register_material,
)
from lottrack.demo.stage import NOW, at
from lottrack.rules.materials import RELEASED

if TYPE_CHECKING:
    from lottrack.actions.desk import Telling
    from lottrack.demo.stage import Stage, Story

LYSATE, CRYOPROTECTANT = "HPL", "DMSO"

MATERIALS = (
    NewMaterial(LYSATE, "Platelet lysate", "supplement", "mL", storage="at or below -20 °C"),
    NewMaterial(CRYOPROTECTANT, "Dimethyl sulfoxide", "cryoprotectant", "mL"),
)

CM2_PER_ML_LYSATE = 25
"""Growth area for which 1 mL of lysate is taken: 0.4 mL of medium per cm², one part in ten."""

DMSO_SHARE = Decimal("0.1")
"""Part of the volume of a frozen bag that is DMSO."""

EVERY_LOT = tuple(f"L0{number}" for number in range(1, 10))


class Bought(NamedTuple):
    """One delivery, and the lots it is for."""

    material: str
    supplier: str
    supplier_lot: str
    came_on: str
    expires_on: str
    quantity_ml: int
    lots: tuple[str, ...]


BOUGHT = (
    Bought(LYSATE, "Blood bank", "HPL-2506", "2025-08-18", "2026-07-31", 1000, ("L01",)),
    Bought(
        CRYOPROTECTANT, "Laboratory supplies", "DM-4471", "2025-08-18", "2027-06-30", 100, EVERY_LOT
    ),
    Bought(LYSATE, "Blood bank", "HPL-2508", "2025-09-08", "2026-09-30", 2000, ("L02", "L03")),
    Bought(LYSATE, "Blood bank", "HPL-2510", "2025-10-06", "2026-10-31", 2500, EVERY_LOT[3:6]),
    Bought(LYSATE, "Blood bank", "HPL-2512", "2025-11-17", "2026-12-31", 3500, EVERY_LOT[6:]),
)
"""Every delivery, in the order it came."""


def stock_up(stage: Stage) -> Story:
    """Register the materials; take each delivery in on its day and have it released."""
    yield at(BOUGHT[0].came_on, "07:30")
    for material in MATERIALS:
        register_material(stage.desk("LEAD1"), material)
    for bought in BOUGHT:
        yield at(bought.came_on, "08:00")
        number = _receive(stage, bought)
        yield at(bought.came_on, "13:00")
        _release(stage, number)
        stage.tell(
            f"QC1 releases {bought.quantity_ml} mL of {bought.material}, lot"
            f" {bought.supplier_lot}: {number}."
        )


def _receive(stage: Stage, bought: Bought) -> str:
    came = Delivery(
        bought.supplier,
        bought.supplier_lot,
        date.fromisoformat(bought.expires_on),
        Decimal(bought.quantity_ml),
        certificate=f"CoA {bought.supplier_lot}",
    )
    number = str(receive_material(stage.desk("TECHNICIAN1"), bought.material, came, NOW)["id"])
    stage.props.material_lots[bought.supplier_lot] = number
    return number


def _release(stage: Stage, number: str) -> None:
    desk = stage.desk("QC1")
    prepared = decisions.prepare_decision(desk, number, RELEASED, "", "QC1")
    decisions.decide(desk, number, RELEASED, "", prepared, stage.proof("QC1"))


def grown_with(stage: Stage, lot: str, area_cm2: int) -> Telling:
    """Said at a seeding: how much lysate the passage takes, and of which lot."""
    return _with(stage, LYSATE, lot, Decimal(round(area_cm2 / CM2_PER_ML_LYSATE)))


def frozen_with(stage: Stage, lot: str, filled_ml: Decimal) -> Telling:
    """Said at the fill of frozen bags: how much DMSO went into all of them."""
    return _with(stage, CRYOPROTECTANT, lot, filled_ml * DMSO_SHARE)


def _with(stage: Stage, material: str, lot: str, quantity_ml: Decimal) -> Telling:
    bought = next(each for each in BOUGHT if each.material == material and lot in each.lots)
    number = stage.props.material_lots[bought.supplier_lot]
    return NOW._replace(materials=(f"{number}={quantity_ml:f}",))
