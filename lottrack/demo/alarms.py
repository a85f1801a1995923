"""The events that call quality assurance: results that fail, a culture that turns, a recall.

Each is a story of its own that plays beside those of the pairs and meets them at its hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.giving import orders
from lottrack.actions.materials.handling import discard_material
from lottrack.actions.materials.recalls import recall_material
from lottrack.actions.materials.stock import read_material_lot
from lottrack.actions.materials.uses import Taken
from lottrack.actions.notifying.calls import Made, record_call
from lottrack.actions.record.attachments import attach_file
from lottrack.actions.supplying import acts as supplying
from lottrack.actions.supplying.subjects import ASSESS, DECLINE, REQUEST, Asked
from lottrack.actions.testing.result_writing import NewResult, record_result
from lottrack.demo import bedside, quality
from lottrack.demo.lots import infusion, lot_of
from lottrack.demo.papers import PAPERS
from lottrack.demo.quality import Departure
from lottrack.demo.stage import NOW, at, days_after, local_minute
from lottrack.demo.testing import review
from lottrack.reports.output import shown
from lottrack.rules.specification.results import FINAL, INTERIM

if TYPE_CHECKING:
    from lottrack.demo.lots import InfusionPlan
    from lottrack.demo.stage import Bag, Stage, Story

CULTURE, GROWTH = "sterility-post-thaw", "growth"
"""The culture of what is left of a dose, and what it says when it is positive."""


# -- E05: a thawed bag fails -----------------------------------------------------------------------


def e05_thawed_bag_fails(stage: Stage) -> Story:
    """A bag of L02, thawed for P02, has 64 % viable cells where 70 % are asked: it is destroyed.

    The failing count opens an investigation and holds the bag by itself. Another bag is thawed at
    the same visit; the laboratory finds no fault of its own, and quality assurance concludes.
    """
    plan = infusion("P02", 2)
    yield at(plan.given_on, "07:50")
    bag = stage.props.bags["L02"][2]
    yield from bedside.bring(stage, bag, plan.given_on, 8)
    yield at(plan.given_on, "09:00")
    stage.tell("E05: a bag of L02, thawed for P02, has 64 % viable cells.")
    oos = count_failing(stage, plan, bag, "34.6", 64)
    quality.destroy(stage, bag, "Viability 64 % after thawing")
    yield at("2025-12-04", "11:00")
    stage.tell("E05: the laboratory has looked at its count.")
    finding = "Chamber, dilution and dye checked, both counts repeated: no fault was found"
    why = "The bag lost its cells in the thaw; the lot's other bags meet the specification"
    quality.confirm(stage, oos, "QC1", finding, why)
    quality.lift_holds(stage, "container", bag.number, f"{oos} is concluded, the bag is destroyed")


def count_failing(
    stage: Stage, plan: InfusionPlan, bag: Bag, viable: str, viability_pct: int
) -> str:
    """Thaw and count a bag that will not meet its specification, and ask if it may be given.

    Returns:
        The investigation that the count opened.
    """
    preparation = bedside.thaw(stage, plan, bag)
    result = quality.failing(bedside.count(stage, preparation, viable, viability_pct))
    stage.narrator.add(
        f"{result['value']} %, limit {result['limit']}: the investigation {result['oos']} opens and"
        f" {bag.number} is on hold, by themselves."
    )
    stage.tell_answer(bedside.verify(stage, plan, bag.scan))
    return str(result["oos"])


# -- E06: a culture turns positive after the infusion ----------------------------------------------


def e06_late_positive(stage: Stage) -> Story:
    """What was left of P03's dose of 25 November grows on day 6, in one of two bottles.

    With that one result L03 is on hold, an investigation is open, and physician and sponsor are on
    a call sheet. On 15 December it ends: the growth is confirmed and stays on record as a
    contaminant of the sampling; the hold is lifted by signature, and P03 is treated on the 16th.
    """
    first = infusion("P03", 1)
    yield at("2025-12-01", "11:00")
    preparation = stage.props.preparations[first.patient, first.number]
    made = _read_culture(stage, preparation, INTERIM)
    stage.tell(
        f"E06: the culture of P03's dose of {first.given_on} grows on day 6, in 1 of 2 bottles."
    )
    _tell_alarm(stage, made)
    yield at("2025-12-01", "11:20")
    physician, sponsor = (str(call["id"]) for call in made["late_positive"]["calls"])
    what = "Growth in 1 of 2 bottles, gram-positive rods; blood culture and CRP taken from P03"
    _call(stage, Made(physician, "Clinician One", what))
    yield at("2025-12-01", "12:10")
    what = "L03 stopped, one child given on 25 November, who is well; organism follows"
    _call(stage, Made(sponsor, "Medical monitor of the sponsor", what))
    yield at("2025-12-01", "14:00")
    deviation = _deviate_culture(stage, made)
    yield at("2025-12-02", "12:00")
    final = _read_culture(stage, preparation, FINAL)
    review(stage, [str(made["id"]), str(final["id"])])
    yield at("2025-12-10", "15:00")
    _mend_sampling(stage, deviation)
    yield at("2025-12-15", "14:00")
    _end_alarm(stage, made, deviation)


def _read_culture(stage: Stage, preparation: str, reading: str) -> dict[str, Any]:
    new = NewResult(preparation, CULTURE, GROWTH, reading=reading)
    return record_result(stage.desk("QC1"), new, NOW)


def _tell_alarm(stage: Stage, made: dict[str, Any]) -> None:
    (hold,) = made["holds"]
    alarm = made["late_positive"]
    given = ", ".join(f"{each['patient']} on {each['started'][:10]}" for each in alarm["given"])
    there = [each["id"] for each in alarm["stopped"] if each["location_state"] == "stored"]
    stage.narrator.add(
        f"By itself: {hold['on']} on hold ({hold['id']}), {made['oos']} and late positive"
        f" {alarm['id']} open; given to {given}."
    )
    stage.narrator.add(f"Sister bags on hold: {', '.join(there)}.")
    for call in alarm["calls"]:
        whom = " ".join(filter(None, [call["whom"], call["addressee"]]))
        stage.narrator.add(f"Call {call['id']}: tell the {whom} by {shown(call['due_at'])}.")


def _call(stage: Stage, made: Made) -> None:
    told = record_call(stage.desk("QA1"), made, NOW)
    stage.narrator.add(
        f"{told['id']}, {local_minute(stage.clock.now)}: {told['reached']} was told by"
        f" {told['told_by']}."
    )


def _deviate_culture(stage: Stage, made: dict[str, Any]) -> str:
    text = "Cutibacterium in the anaerobic bottle on day 6; the aerobic bottle shows no growth."
    title = "Growth in the culture of a dose after its infusion"
    concerns = (str(made["id"]), "L03")
    return quality.deviate(stage, "LEAD1", Departure("major", title, text, concerns))


def _mend_sampling(stage: Stage, deviation: str) -> None:
    """What is found about the deviation, and what is done about it."""
    cause = "Flora of the skin carried into one bottle at its inoculation"
    text = (
        "Cultures of P0, P2 and the fill without growth; retained cells in culture since 1 December"
    )
    quality.find_cause(stage, "LEAD1", deviation, cause, text)
    action = "A second person watches the inoculation of every bottle; instruction changed"
    quality.mend(stage, deviation, action, owner="QC2", due_on="2025-12-12")


def _end_alarm(stage: Stage, made: dict[str, Any], deviation: str) -> None:
    stage.tell("E06: the investigation ends.")
    finding = "The other bottle and both bottles of the retained cells show no growth at 14 days"
    why = "Growth in 1 of 2 bottles stands on record; the lot is not contaminated, P03 is well"
    quality.confirm(stage, made["oos"], "QC2", finding, why)
    conclusion = "A contaminant of the sampling, not of the product"
    quality.close(stage, deviation, conclusion, check_by="2026-06-15")
    reason = f"{made['oos']} and {deviation} are closed: a contaminant of the sampling"
    lifted = quality.lift_holds(stage, "lot", "L03", reason, because_of=str(made["id"]))
    stage.narrator.add(f"QA1 lifts {', '.join(lifted)} by signature.")


# -- E07: a recall ---------------------------------------------------------------------------------

RECALLED = "HPL-2508"

ASSESSMENT = """\
TRAINING: everything here is made up
Risk assessment RA-2025-12, 15 December 2025

Subject     Platelet lysate HPL-2508, called back by its supplier on 10 December 2025
Reason      One donor of the pool was found reactive after the donation (anti-HBc)
Concerned   Lots L02 and L03; patients P02 and P03

1. The pool was treated for pathogen inactivation; HBV NAT of the pool is not reactive.
2. The cells were washed at the harvest; what is left of the lysate in a bag is below 0.1 %.
3. P02 and P03 are vaccinated; their anti-HBs was above 10 IU/L at enrolment.
4. No other cells are there for either child, and the interval of the protocol ends.

Conclusion  The benefit outweighs the risk. The bags may be given; HBV NAT of both children
            three months after their last infusion.
"""


def e07_recalled_lysate(stage: Stage) -> Story:
    """The supplier calls back HPL-2508: L02 and L03 were grown with it, P02 and P03 given some.

    Everything of both lots that is still there is on hold at once. The risk assessment of 15
    December is kept with the recall; quality assurance closes the deviation and lifts the holds by
    signature, so that P03 is treated on the 16th and P02 on the 23rd.
    """
    yield at("2025-12-10", "10:00")
    why = "Notice 2025/17 of the blood bank: a donor of the pool was found reactive for anti-HBc."
    made = recall_material(stage.desk("QA1"), (), RECALLED, why, NOW)
    stage.tell(f"E07: the supplier calls back {RECALLED} ({made['id']}).")
    for lot in made["lots"]:
        there = [bag["id"] for bag in lot["containers"] if bag["in_stock"]]
        stage.narrator.add(
            f"{lot['certainty']} for {lot['id']} of {lot['patient']}; on hold: {lot['id']} and"
            f" {', '.join(there)}."
        )
    given = [f"{dose['patient']} on {dose['started'][:10]}" for dose in made["infused"]]
    stage.narrator.add(f"Given: {', '.join(given)}.")
    title = f"Recall of platelet lysate {RECALLED}"
    numbers = [lot["id"] for lot in made["material_lots"]]
    concerns = (*numbers, *(lot["id"] for lot in made["lots"]))
    deviation = quality.deviate(stage, "LEAD1", Departure("major", title, why, concerns))
    yield at("2025-12-15", "16:00")
    stage.tell("E07: risk assessment RA-2025-12 is kept with the recall and both lots.")
    _keep_assessment(stage, [made["id"], *(lot["id"] for lot in made["lots"])])
    text = "Pool pathogen-inactivated, its HBV NAT not reactive; cells washed; children immune"
    quality.find_cause(stage, "RP1", deviation, "A donor of the supplier's pool", text)
    quality.close(stage, deviation, "RA-2025-12: the benefit for P02 and P03 outweighs the risk")
    _lift_recall(stage, made)
    _throw_away(stage, numbers)


def _keep_assessment(stage: Stage, records: list[str]) -> None:
    path = stage.folder / PAPERS / "RA-2025-12.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ASSESSMENT, encoding="utf-8")
    for record in records:
        attach_file(stage.desk("QA1"), record, path, "Risk assessment RA-2025-12", NOW)


def _lift_recall(stage: Stage, made: dict[str, Any]) -> None:
    """Lift every hold of the recall, on lots and bags, each by a signature of its own."""
    reason = "RA-2025-12: pathogen-inactivated pool; the benefit outweighs the risk"
    lifted = []
    for lot in made["lots"]:
        things = [("lot", lot["id"])]
        things += [("container", bag["id"]) for bag in lot["containers"] if bag["in_stock"]]
        for kind, record in things:
            lifted += quality.lift_holds(stage, kind, record, reason, because_of=made["id"])
    stage.narrator.add(f"QA1 lifts {len(lifted)} holds, each by signature: {reason}.")


def _throw_away(stage: Stage, numbers: list[str]) -> None:
    """What is left of the lysate is used for nothing any more."""
    for number in numbers:
        left = read_material_lot(stage.store, number).on_hand
        reason = f"{RECALLED} was recalled; what is left goes to waste"
        discard_material(stage.desk("TECHNICIAN1"), Taken(number, left), reason, NOW)
        stage.narrator.add(f"{left:f} mL of {RECALLED} that were left are thrown away.")


# -- E08: a warm shipper ---------------------------------------------------------------------------


def e08_warm_shipper(stage: Stage) -> Story:
    """P06's second bag was at -128 °C for 11 minutes, above the limit of -150 °C: it is on hold.

    Quality assurance accepts it the next morning with its reasons; it is given a day late.
    """
    plan = infusion("P06", 2)
    yield at(plan.planned_on, "09:45")
    number, scan = stage.props.bags["L06"][plan.bag]
    stage.tell("E08: the logger of the shipper of P06's bag shows -128 °C for 11 minutes.")
    stage.tell_answer(bedside.verify(stage, plan, scan))
    text = "Logger of the shipper: -128 °C for 11 minutes, limit -150 °C; sealed, bag intact."
    departure = Departure("major", "Shipper above -150 °C for 11 minutes", text, (number,))
    deviation = quality.deviate(stage, "PHARMACIST1", departure)
    yield at(plan.planned_on, "15:00")
    cause = "The lid of the shipper stood open while it was loaded"
    text = "The bag stayed frozen throughout; its viability is counted before it is given"
    quality.find_cause(stage, "LEAD1", deviation, cause, text)
    yield at(plan.given_on, "08:30")
    stage.tell("E08: quality assurance judges the excursion.")
    quality.close(stage, deviation, "No effect on the cells to be expected")
    reason = f"{deviation}: 11 minutes, frozen throughout, counted after thawing"
    lifted = quality.lift_holds(stage, "container", number, reason)
    stage.narrator.add(f"QA1 lifts {', '.join(lifted)} by signature; P06 is treated a day late.")


# -- E12: no reserve -------------------------------------------------------------------------------


def e12_no_reserve(stage: Stage) -> Story:
    """L09's last bag has 61 % viable cells and 1.97 ×10⁶/kg, and none is left.

    The physician asks what the manufacturer thinks of supplying it out of specification (EudraLex
    Vol. 4 Part IV 11.54), reads the evaluation and declines. The dossier is closed, the bag is
    destroyed, and P09 ends with two infusions.
    """
    plan = infusion("P09", 3)
    lot = lot_of("P09").number
    yield at(plan.given_on, f"{plan.hour}:00")
    bag = stage.props.bags[lot][plan.bag]
    stage.tell(
        f"E12: the last bag of {lot}, thawed for P09, has {plan.viability_pct} % viable cells."
    )
    oos = count_failing(stage, plan, bag, plan.viable, plan.viability_pct)
    yield at(plan.given_on, f"{plan.hour}:10")
    _ask_and_decline(stage, bag)
    quality.destroy(stage, bag, "Viability 61 % after thawing, dose below range, not supplied")
    order = stage.props.orders[plan.patient, plan.number]
    reason = "No bag is left; the physician declines a supply outside the specification"
    orders.cancel_order(stage.desk("CLINICIAN1"), order, reason)
    stage.narrator.add("No bag is left: the order is cancelled, and P09 ends with two infusions.")
    yield at(days_after(plan.given_on, 2), "11:00")
    stage.tell("E12: the laboratory has looked at its count.")
    finding = "Counted again by a second person from the same tube: no fault was found"
    why = "The bag lost its cells in the thaw; it was not supplied"
    quality.confirm(stage, oos, "QC1", finding, why)
    quality.lift_holds(stage, "container", bag.number, f"{oos} is concluded, the bag is destroyed")


def _ask_and_decline(stage: Stage, bag: Bag) -> None:
    need = "Third infusion planned for today; no other bag of the lot is left"
    number = _act(stage, "CLINICIAN1", Asked(REQUEST, bag.number, need))["id"]
    stage.narrator.add(f"CLINICIAN1 asks for it all the same ({number}): {need}.")
    risk = "61 % viable, 1.97 ×10⁶/kg: less effect to be expected, no other harm known"
    _act(stage, "QP1", Asked(ASSESS, number, risk))
    stage.narrator.add(f"QP1 evaluates: {risk}.")
    reason = "Below the dose range; two infusions are enough for this child"
    state = _act(stage, "CLINICIAN1", Asked(DECLINE, number, reason))["state"]
    stage.narrator.add(f"CLINICIAN1 declines: {reason}. {number}: {state.replace('_', ' ')}.")


def _act(stage: Stage, person: str, asked: Asked) -> dict[str, Any]:
    desk = stage.desk(person)
    prepared = supplying.prepare_supply(desk, asked, person)
    return supplying.act_on_supply(desk, asked, prepared, stage.proof(person))


ALARMS = (
    e05_thawed_bag_fails,
    e06_late_positive,
    e07_recalled_lysate,
    e08_warm_shipper,
    e12_no_reserve,
)
"""Every event that calls quality assurance."""
