"""The events of the scenario: what goes wrong, and what the record makes of it.

Each is a story of its own that plays beside those of the pairs and meets them at its hour. Event
E04 and E16 are part of the plan (a fresh dose, a reaction); E14 is for whoever tries the record
afterwards: change a row behind lottrack's back and run ``lottrack audit verify``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.custody import movements as custody
from lottrack.actions.families.eligibility import Decision
from lottrack.actions.giving import orders
from lottrack.actions.making.views import show_lot
from lottrack.actions.record.corrections import Wanted, correct_record
from lottrack.actions.releasing import hold_acts, releases
from lottrack.actions.releasing.holds import open_holds_on
from lottrack.actions.releasing.releases import Wish
from lottrack.actions.testing import oos_acts, oos_views, result_reviews
from lottrack.demo import bedside
from lottrack.demo.donation import decide, enrol_parent, pair_up, screen
from lottrack.demo.families import DEFERRED_MOTHER, FAMILIES
from lottrack.demo.labelling import file_paper, relabel
from lottrack.demo.lots import FRESH, INFUSIONS, cells, lot_of
from lottrack.demo.stage import NOW, at, day_of
from lottrack.demo.testing import release, review_record, review_results
from lottrack.rules.screening.markers import ANTI_HBC, REACTIVE
from lottrack.rules.specification.investigation import CONFIRMED

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.demo.lots import InfusionPlan
    from lottrack.demo.stage import Bag, Stage, Story


def infusion(patient: str, number: int) -> InfusionPlan:
    """One infusion of the plan."""
    return next(plan for plan in INFUSIONS if (plan.patient, plan.number) == (patient, number))


def e01_first_donor_deferred(stage: Stage) -> Story:
    """P05's mother is anti-HBc reactive: the responsible person defers her, no pair is made.

    HBsAg and HBV NAT are negative, and she is asked again later; the father is enrolled instead.
    """
    family = next(each for each in FAMILIES if each.child.code == "P05")
    mother = DEFERRED_MOTHER
    yield at("2025-10-15", "10:00")
    enrol_parent(stage, mother, family.from_other, "2025-10-15")
    yield at("2025-10-20", "08:00")
    screen(stage, mother.code, "2025-10-15", {ANTI_HBC: REACTIVE})
    reason = "anti-HBc reactive; HBsAg and HBV NAT non-reactive. Another donor is there."
    until = day_of("2026-04-20")
    decide(stage, mother.code, Decision("deferred", reason=reason, defer_until=until))
    stage.tell(f"E01: {mother.code}, mother of P05, is anti-HBc reactive: RP1 defers her.")
    refusal = stage.refused(
        "TECHNICIAN1",
        "pair register",
        lambda desk: pair_up(desk, mother.code, "P05", mother.relation),
    )
    stage.tell_refusal(refusal)


def e02_serology_too_old(stage: Stage) -> Story:
    """P07's mother was sampled 34 days before the donation: the rule of 30 days is not met.

    A sample drawn at the donation meets it; both are on record.
    """
    yield at("2025-11-24", "12:00")
    screened = screen(stage, "D07", "2025-11-24", sample_of="donation")
    stage.tell(f"E02: a sample of the day itself completes D07's panel in time: {screened['id']}.")


def e03_count_typed_wrong(stage: Stage) -> Story:
    """L02's P1 harvest is typed as 703 ×10⁶ instead of 70.3: 6.2 doublings in a week.

    lottrack warns and keeps what was typed; a second technician corrects it with a reason. The old
    value stays visible, and every print-out marks the new one.
    """
    yield at("2025-10-06", "10:00")
    shown = show_lot(stage.desk("TECHNICIAN2"), "L02")
    p1 = next(row for row in shown["passages"] if row["passage"] == "P1")
    right = cells(lot_of("P02").p1_harvested)
    reason = "Typed ten times too large; the count sheet says 70.3 ×10⁶"
    wanted = Wanted(p1["harvest"], (f"harvested={right}",), reason)
    made = correct_record(stage.desk("TECHNICIAN2"), wanted)
    stage.tell(f"E03: TECHNICIAN2 corrects the count ({made['id']}); the old value stays.")


def e04_fresh_dose_on_condition(stage: Stage) -> Story:
    """L04's fresh dose lives 24 hours: it is released on condition of the cultures still running.

    Gram stain, endotoxin, viability and the culture of P0 are there; the rest has a day on which it
    is due. The bags wait in quarantine and are certified with the lot.
    """
    yield at("2025-11-13", "15:00")
    review_results(stage, "L04")
    review_record(stage, "L04")
    yield at("2025-11-14", "07:00")
    release(stage, Wish("L04", (stage.props.fresh_fills["L04"],), conditional=True))
    stage.tell("E04: QP1 releases the fresh dose of L04 on condition of what is pending.")
    dose = stage.props.bags["L04"][FRESH]
    file_paper(stage, "TECHNICIAN1", dose.number, "transport", "L04", "Hospital pharmacy")


def e05_thawed_bag_fails(stage: Stage) -> Story:
    """A bag of L02, thawed for P02, has 64 % viable cells where 70 % are asked: it is destroyed.

    The failing count holds the bag by itself. Another bag is thawed at the same visit; quality
    assurance closes the investigation two days later.
    """
    plan = infusion("P02", 2)
    yield at(plan.given_on, "07:50")
    bag = stage.props.bags["L02"][2]
    yield from bedside.bring(stage, bag, plan.given_on, 8)
    yield at(plan.given_on, "09:00")
    answer = count_failing(stage, plan, bag, "34.6", 64)
    stage.tell("E05: a bag of L02, thawed for P02, has 64 % viable cells.")
    stage.tell_answer(answer)
    destroy(stage, bag, "Viability 64 % after thawing")
    yield at("2025-12-04", "11:00")
    confirm_investigations(stage, "L02", "Chamber, dilution and dye checked: no fault was found")
    lift_holds(stage, bag, "The bag was destroyed, the other bags are not affected")


def e09_fever(stage: Stage) -> Story:
    """P08 has fever on the planned day: the bag goes back unopened and is never issued again.

    The infusion is given three days later from another bag, so that the next one comes after 18
    days: the lower edge of 21 days plus or minus 3, which is allowed with a warning.
    """
    plan = infusion("P08", 2)
    yield at(plan.planned_on, "07:50")
    bag = stage.props.bags["L08"][2]
    yield from bedside.bring(stage, bag, plan.planned_on, 9)
    yield at(plan.planned_on, "09:50")
    reason = "Fever of 38.4 °C: not given today, unopened"
    custody.take_away(stage.desk("PHARMACIST1"), "return", [bag.scan], reason, NOW)
    stage.tell("E09: P08 has fever; the bag is returned unopened.")
    yield at(plan.planned_on, "15:00")
    destroy(stage, bag, "Returned from the pharmacy, not issued again")


def e10_wrong_patient(stage: Stage) -> Story:
    """The pharmacist scans P09's bag for P07, treated on the same day: refused, and on record."""
    plan = infusion("P07", 3)
    yield at(plan.given_on, "09:45")
    stage.tell("E10: PHARMACIST1 scans a bag of L09 for P07.")
    stage.tell_answer(bedside.verify(stage, plan, stage.props.bags["L09"][2].scan))


def e11_old_weight(stage: Stage) -> Story:
    """P08's prescription was written for 32.0 kg: 3.10 ×10⁶/kg, above the range.

    The ward weighs 36.0 kg, and the same dose is 2.75 ×10⁶/kg. It gets a new label, which voids
    the old one, and is accepted with a warning that prescription and weight differ.
    """
    plan = infusion("P08", 1)
    yield at(plan.given_on, f"{plan.hour}:16")
    dose = stage.props.doses[plan.patient, plan.number]
    stage.tell(f"E11: P08, prescribed for {plan.prescribed_kg} kg.")
    stage.tell_answer(bedside.verify(stage, plan, dose.scan))
    bedside.weigh(stage, plan, plan.given_on)
    reason = "The dose per kg is another for the weight of today"
    again = relabel(stage, "PHARMACIST1", dose.number, reason)
    stage.props.doses[plan.patient, plan.number] = again


def e12_no_reserve(stage: Stage) -> Story:
    """L09's last bag has 61 % viable cells and 1.97 ×10⁶/kg: destroyed, and none is left.

    The physician does not ask for a supply outside the specification; P09 ends with two infusions.
    """
    plan = infusion("P09", 3)
    yield at(plan.given_on, f"{plan.hour}:00")
    bag = stage.props.bags["L09"][3]
    answer = count_failing(stage, plan, bag, plan.viable, plan.viability_pct)
    stage.tell(
        f"E12: the last bag of L09, thawed for P09, has {plan.viability_pct} % viable cells."
    )
    stage.tell_answer(answer)
    destroy(stage, bag, "Viability 61 % after thawing and dose below range")
    order = stage.props.orders[plan.patient, plan.number]
    reason = "No bag is left; the physician declines a supply outside the specification"
    orders.cancel_order(stage.desk("CLINICIAN1"), order, reason)
    stage.narrator.add("No bag is left: the order is cancelled, and P09 ends with two infusions.")
    yield at("2026-04-02", "11:00")
    confirm_investigations(stage, "L09", "Counted again by a second person: no fault was found")
    lift_holds(stage, bag, "Not supplied, the bag was destroyed")


def e13_not_their_role(stage: Stage) -> Story:
    """A technician tries to review the result they recorded; quality control tries to release.

    Both are refused by role, whatever they know: who does a thing never judges it.
    """
    yield at("2025-10-17", "15:00")
    for person, act, attempt in (
        ("TECHNICIAN1", result_reviews.ACT, _review_own),
        ("QC1", releases.ACT, _release),
    ):
        stage.tell(f"E13: {person} tries '{act}' on L01.")
        stage.tell_refusal(stage.refused(person, act, attempt))


EVENTS = (
    e01_first_donor_deferred,
    e02_serology_too_old,
    e03_count_typed_wrong,
    e04_fresh_dose_on_condition,
    e05_thawed_bag_fails,
    e09_fever,
    e10_wrong_patient,
    e11_old_weight,
    e12_no_reserve,
    e13_not_their_role,
)
"""Every event that is a story of its own."""


# -- what several events do ------------------------------------------------------------------------


def _review_own(desk: Desk) -> object:
    waiting = result_reviews.open_results(desk, "L01")
    own = [n for n in waiting if desk.store.get("result", n).performed_by == desk.account]
    found = result_reviews.find_results(desk, own)
    return result_reviews.prepare_review(desk, found, desk.account)


def _release(desk: Desk) -> object:
    return releases.prepare_release(desk, Wish("L01"), desk.account)


def count_failing(
    stage: Stage, plan: InfusionPlan, bag: Bag, viable: str, viability_pct: int
) -> dict[str, Any]:
    """Thaw and count a bag that will not meet its specification; answers if it may be given."""
    preparation = bedside.thaw(stage, plan, bag)
    bedside.count(stage, preparation, viable, viability_pct)
    return bedside.verify(stage, plan, bag.scan)


def destroy(stage: Stage, bag: Bag, reason: str) -> None:
    """Destroy a bag in the pharmacy, signed by two pharmacists."""
    desk = stage.desk("PHARMACIST1")
    prepared = custody.prepare_destruction(desk, [bag.scan], reason)
    proofs = (stage.proof("PHARMACIST1"), stage.proof("PHARMACIST2"))
    custody.destroy(desk, [bag.scan], prepared, proofs, NOW._replace(reason=reason))
    stage.narrator.add(f"{bag.number} destroyed, signed by two people: {reason}.")


def confirm_investigations(stage: Stage, lot: str, finding: str) -> None:
    """The laboratory finds no fault of its own, and quality assurance confirms the results."""
    for case in oos_views.list_oos(stage.desk("QA1"), lot, open_only=True):
        number, why = case["id"], "No assignable cause: the result stands"
        oos_acts.investigate(stage.desk("QC1"), number, finding, NOW, assignable=False)
        desk = stage.desk("QA1")
        prepared = oos_acts.prepare_conclusion(desk, number, CONFIRMED, why, "QA1")
        oos_acts.conclude(desk, number, CONFIRMED, why, prepared, stage.proof("QA1"))
        stage.narrator.add(f"{number}: {finding}. Quality assurance confirms the result.")


def lift_holds(stage: Stage, bag: Bag, reason: str) -> None:
    """Quality assurance lifts the holds on a bag."""
    for hold in open_holds_on(stage.store, "container", bag.number):
        desk = stage.desk("QA1")
        prepared = hold_acts.prepare_lift(desk, hold.root, reason, "QA1")
        hold_acts.lift_hold(desk, hold.root, reason, prepared, stage.proof("QA1"))
