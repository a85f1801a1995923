"""One infusion: weighed, ordered, brought, thawed, counted, verified, dispensed, given."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.custody import movements as custody
from lottrack.actions.custody.steps import NOTHING_MEASURED, Measured, Target
from lottrack.actions.families.patients import Weighing, weigh_patient
from lottrack.actions.giving import infusions, orders, pharmacy, preparations
from lottrack.actions.giving.infusions import Given
from lottrack.actions.giving.orders import Prescription
from lottrack.actions.giving.pharmacy import DispensingWish
from lottrack.actions.giving.preparations import Count, Finish
from lottrack.demo.labelling import file_paper, label_containers, label_thing
from lottrack.demo.lots import FRESH, cells, lot_of
from lottrack.demo.stage import NOW, Bag, at, day_of, days_after
from lottrack.demo.testing import record, review

if TYPE_CHECKING:
    from lottrack.demo.lots import InfusionPlan
    from lottrack.demo.stage import Stage, Story

DILUENT = "Sodium chloride 0.9 %"
COUNT_METHOD = "Trypan blue, two counts"
PHARMACY = Target(place="PHARMACY")
WARD = Target(place="WARD")


CULTURE_DAYS = 7
"""How long what is left of a dose is cultured."""


class Shipper(NamedTuple):
    """What a bag travels in.

    Attributes:
        packed_c: temperature in °C when it is packed.
        arrived_c: temperature when it arrives.
        max_c: the highest on the way, where the logger shows an excursion.
        minutes_above: how long it was above the limit.
    """

    packed_c: int
    arrived_c: int
    max_c: int | None = None
    minutes_above: int | None = None


FROZEN = Shipper(-172, -168)
WARM = Shipper(-172, -161, max_c=-128, minutes_above=11)
COOLED = Shipper(5, 6)


def treat(stage: Stage, plan: InfusionPlan) -> Story:
    """One infusion from the morning's weight to the end of the drip, and the culture after it.

    A dose that is not given (event E12) ends after the morning; the event tells the rest.
    """
    yield at(plan.planned_on, "07:45")
    if not plan.prescribed_kg:
        weigh(stage, plan, plan.planned_on)
    prescribe(stage, plan)
    bag = stage.props.bags[lot_of(plan.patient).number][plan.bag]
    if plan.brought_on:
        yield from bring(stage, bag, plan.brought_on, plan.hour - 1, WARM)
    if plan.given_on != plan.planned_on:
        yield at(plan.given_on, "07:45")
        weigh(stage, plan, plan.given_on)
    if not plan.brought_on:
        shipper = COOLED if plan.bag == FRESH else FROZEN
        yield from bring(stage, bag, plan.given_on, plan.hour - 1, shipper)
    if plan.is_given:
        yield from prepare(stage, plan, bag)
        yield from give(stage, plan)
        yield from culture(stage, plan)


def weigh(stage: Stage, plan: InfusionPlan, day: str) -> None:
    """Weigh the child on the ward."""
    weighing = Weighing(Decimal(plan.weight_kg), day_of(day))
    made = weigh_patient(stage.desk("NURSE2"), plan.patient, weighing, NOW)
    stage.tell_warnings(made)


def prescribe(stage: Stage, plan: InfusionPlan) -> None:
    """The clinician orders the infusion, for the weight of the day."""
    wanted = Prescription(
        stage.props.courses[plan.patient],
        "",
        plan.number,
        day_of(plan.planned_on),
        Decimal(plan.prescribed_kg or plan.weight_kg),
        day_of(plan.planned_on),
    )
    desk = stage.desk("CLINICIAN1")
    prepared = orders.prepare_order(desk, wanted)
    order = orders.place_order(desk, wanted, prepared, stage.proof("CLINICIAN1"), NOW)
    stage.props.orders[plan.patient, plan.number] = order["id"]
    if plan.patient not in stage.props.bands:
        stage.props.bands[plan.patient] = label_thing(stage, "PHARMACIST1", plan.patient)


def bring(stage: Stage, bag: Bag, day: str, hour: int, shipper: Shipper = FROZEN) -> Story:
    """A courier brings a bag from the manufacturing unit to the pharmacy."""
    yield at(day, f"{hour:02}:00")
    packed = Measured(temperature_c=Decimal(shipper.packed_c), seal=f"SEAL-{day[5:]}")
    custody.transfer(stage.desk("COURIER1"), [bag.scan], PHARMACY, packed, NOW)
    yield at(day, f"{hour:02}:30")
    arrived = Measured(
        temperature_c=Decimal(shipper.arrived_c),
        max_c=None if shipper.max_c is None else Decimal(shipper.max_c),
        minutes_above=shipper.minutes_above,
        condition="intact",
    )
    custody.receive(stage.desk("PHARMACIST1"), [bag.scan], arrived, NOW)


def prepare(stage: Stage, plan: InfusionPlan, bag: Bag) -> Story:
    """Thaw a bag, count its cells, dilute them into an infusion bag and label it.

    The fresh dose stays in the bag it was filled into.
    """
    day, hour = plan.given_on, plan.hour
    yield at(day, f"{hour:02}:00")
    preparation = thaw(stage, plan, bag)
    stage.props.preparations[plan.patient, plan.number] = preparation
    yield at(day, f"{hour:02}:05")
    count(stage, preparation, plan.viable, plan.viability_pct)
    yield at(day, f"{hour:02}:10")
    dose = finish(stage, plan, preparation)
    stage.props.doses[plan.patient, plan.number] = dose or bag


def thaw(stage: Stage, plan: InfusionPlan, bag: Bag) -> str:
    """Begin a preparation for the open order; returns its number."""
    order = stage.props.orders[plan.patient, plan.number]
    desk = stage.desk("PHARMACIST1")
    return str(preparations.start_preparation(desk, order, [bag.scan], NOW)["id"])


def count(stage: Stage, preparation: str, viable: str, viability_pct: int) -> dict[str, Any]:
    """Count a preparation: viable cells (10^6), and all cells as the counter shows them."""
    total = (Decimal(viable) * 100 / viability_pct).quantize(Decimal("0.1"))
    counted = Count(cells(viable), cells(str(total)), Decimal(viability_pct), COUNT_METHOD)
    return preparations.count_preparation(stage.desk("PHARMACIST2"), preparation, counted, NOW)


def finish(stage: Stage, plan: InfusionPlan, preparation: str) -> Bag | None:
    """End a preparation; returns the new bag with its own label, None when it is the same bag."""
    if plan.bag == FRESH:
        same = Finish("same", Decimal(plan.infused_ml), None, "", None)
        preparations.finish_preparation(stage.desk("PHARMACIST1"), preparation, same, NOW)
        return None
    into_bag = Finish("bag", Decimal(plan.infused_ml), None, DILUENT, None)
    made = preparations.finish_preparation(stage.desk("PHARMACIST1"), preparation, into_bag, NOW)
    return label_containers(stage, "PHARMACIST1", [made["container"]])[0]


def verify(stage: Stage, plan: InfusionPlan, scan: str) -> dict[str, Any]:
    """Ask the pharmacist's question, with the child's wristband and the order."""
    order = stage.props.orders[plan.patient, plan.number]
    band = stage.props.bands[plan.patient]
    return pharmacy.verify(stage.desk("PHARMACIST1"), [scan], band, order)


def give(stage: Stage, plan: InfusionPlan) -> Story:
    """Verify, dispense, carry to the ward, infuse."""
    day, hour = plan.given_on, plan.hour
    yield at(day, f"{hour:02}:20")
    dose = stage.props.doses[plan.patient, plan.number]
    scan = dose.scan
    verified = verify(stage, plan, scan)
    if verified["verdict"] != "accepted":
        raise AssertionError(f"{plan.patient}, infusion {plan.number}: {verified['blockers']}")
    if verified["warnings"]:
        stage.tell(f"{plan.patient}, infusion {plan.number}: accepted.")
        stage.tell_warnings(verified)
    dispense(stage, plan, scan)
    file_paper(stage, "PHARMACIST1", dose.number, "chart", stage.props.bands[plan.patient])
    custody.transfer(stage.desk("PHARMACIST1"), [scan], WARD, NOTHING_MEASURED, NOW)
    yield at(day, f"{hour:02}:30")
    custody.receive(stage.desk("NURSE1"), [scan], NOTHING_MEASURED, NOW)
    yield at(day, f"{hour + 1:02}:10")
    infuse(stage, plan, scan)


def dispense(stage: Stage, plan: InfusionPlan, scan: str) -> None:
    """Two pharmacists issue the dose."""
    order = stage.props.orders[plan.patient, plan.number]
    band = stage.props.bands[plan.patient]
    wish = DispensingWish((scan,), band, order, "PHARMACIST1", "PHARMACIST2", "")
    desk = stage.desk("PHARMACIST1")
    prepared = pharmacy.prepare_dispensing(desk, wish, desk.now())
    proofs = (stage.proof("PHARMACIST1"), stage.proof("PHARMACIST2"))
    pharmacy.dispense(desk, wish, prepared, proofs, NOW)


def infuse(stage: Stage, plan: InfusionPlan, scan: str) -> None:
    """Record the infusion at the bedside, with two people."""
    order = stage.props.orders[plan.patient, plan.number]
    given = Given(
        scans=(scan,),
        patient=stage.props.bands[plan.patient],
        order=order,
        started=at(plan.given_on, f"{plan.hour:02}:40"),
        ended=at(plan.given_on, f"{plan.hour + 1:02}:05"),
        volume_ml=Decimal(plan.infused_ml),
        left_ml=Decimal(0),
        reaction=plan.reaction.text if plan.reaction else "",
        grade=plan.reaction.grade if plan.reaction else None,
        signer="NURSE1",
        second="CLINICIAN1",
        reason="",
    )
    desk = stage.desk("NURSE1")
    prepared = infusions.prepare_infusion(desk, given, None)
    proofs = (stage.proof("NURSE1"), stage.proof("CLINICIAN1"))
    made = infusions.record_infusion(desk, given, prepared, proofs, None)
    if plan.reaction:
        felt, grade = plan.reaction
        stage.tell(
            f"E16: {made['id']}, infusion {plan.number} of {plan.patient}: {felt}, grade {grade}."
        )


def culture(stage: Stage, plan: InfusionPlan) -> Story:
    """Read and review the culture of what was left of the dose; one that grows is event E06's."""
    if plan.is_clear:
        yield at(days_after(plan.given_on, CULTURE_DAYS), "12:00")
        preparation = stage.props.preparations[plan.patient, plan.number]
        review(stage, [record(stage, preparation, "sterility-post-thaw", "no growth")])
