"""The events of the scenario: what goes wrong, and what the record makes of it.

Each is a story of its own that plays beside those of the pairs and meets them at its hour. Event
E04 and E16 are part of the plan (a fresh dose, a reaction); E14 happens to a copy of the finished
record (``tampering``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from lottrack.actions.custody import movements as custody
from lottrack.actions.families.eligibility import Decision
from lottrack.actions.families.patients import Weighing, weigh_patient
from lottrack.actions.making.closing import close_lot
from lottrack.actions.making.views import show_lot
from lottrack.actions.notifying.overdue import overdue_sentence
from lottrack.actions.record.corrections import Wanted, correct_record
from lottrack.actions.releasing import releases
from lottrack.actions.releasing.checks import check_lot
from lottrack.actions.releasing.conditions import list_conditions
from lottrack.actions.releasing.releases import Wish
from lottrack.actions.testing import result_reviews
from lottrack.actions.testing.documents import specification_of_lot
from lottrack.demo import bedside, quality
from lottrack.demo.donation import decide, enrol_parent, pair_up, screen
from lottrack.demo.families import DEFERRED_MOTHER, FAMILIES
from lottrack.demo.labelling import file_paper, relabel
from lottrack.demo.lots import FRESH, cells, infusion, lot_of
from lottrack.demo.stage import NOW, at, day_of
from lottrack.demo.testing import release, review_record, review_results
from lottrack.rules.administration.facts import Load
from lottrack.rules.administration.loads import CODES, ENDOTOXIN, sum_text, sums
from lottrack.rules.certification.conditions import DUE
from lottrack.rules.screening.markers import ANTI_HBC, REACTIVE

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.demo.stage import Stage, Story

CULTURE_14D = "sterility-product-14d"


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
    until = day_of("2026-10-20")
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
    yield at("2025-11-24", "17:00")
    checked = check_lot(stage.desk("QA1"), "L07", (), None)
    rule = next(rule for rule in checked["rules"] if rule["code"] == "screening-window")
    stage.narrator.add(f"screening-window, {rule['outcome']}: {rule['sentence']}")


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
    is due. The bags wait in quarantine. The culture of 14 days is negative on 27 November and the
    karyotype is read on 3 December; the fresh dose is certified with the lot (``testing.certify``).
    """
    lot = "L04"
    yield at("2025-11-13", "15:00")
    review_results(stage, lot)
    review_record(stage, lot)
    yield at("2025-11-14", "07:00")
    why = "The dose lives 24 hours; Gram stain and culture of P0 negative, endotoxin < 0.50 EU/mL"
    wish = Wish(lot, (stage.props.fresh_fills[lot],), conditional=True, justification=why)
    made = release(stage, wish)
    stage.tell(f"E04: QP1 releases the fresh dose of {lot} on condition of what is pending.")
    due = [(each["due_on"], each["test"]) for each in made["conditions"]]
    days = ", ".join(f"{test} {day}" for day, test in sorted(due)[-2:])
    stage.narrator.add(f"{len(due)} tests pending, each with its day; the last: {days}.")
    dose = stage.props.bags[lot][FRESH]
    file_paper(stage, "TECHNICIAN1", dose.number, "transport", lot, "Hospital pharmacy")
    yield at("2025-11-27", "08:00")
    overdue = overdue_sentence(stage.store, at("2025-11-28", "08:00"))
    stage.tell(f"E04: {lot}'s culture of 14 days is due. Without it, every command says tomorrow:")
    stage.narrator.add(overdue)
    yield at("2025-11-27", "15:00")
    ledger = list_conditions(stage.desk("QA1"), lot, everything=True)
    (result,) = next(each for each in ledger if each["test"] == CULTURE_14D)["unreviewed"]
    pending = [f"{each['test']} by {each['due_on']}" for each in ledger if each["state"] == DUE]
    stage.tell(
        f"E04: the culture of 14 days shows no growth ({result}); still pending:"
        f" {', '.join(pending)}."
    )


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
    quality.destroy(stage, bag, "Returned from the pharmacy, not issued again")


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


def e15_lot_stays_open(stage: Stage) -> Story:
    """L01 cannot be closed while three of its bags are in the tank and nobody decides on them."""
    yield at("2026-04-30", "10:00")
    stage.tell("E15: QA1 tries to close L01.")
    refusal = stage.refused(
        "QA1", "lot close", lambda desk: close_lot(desk, "L01", "The course is ended", NOW)
    )
    stage.tell_refusal(refusal)


def e17_weight_typed_wrong(stage: Stage) -> Story:
    """At follow-up P02's weight is typed as 61.0 kg instead of 16.1: lottrack asks to look again.

    A second nurse corrects it with a reason; the first value stays visible.
    """
    yield at("2026-04-14", "10:00")
    weighing = Weighing(Decimal("61.0"), day_of("2026-04-14"))
    typed = weigh_patient(stage.desk("NURSE2"), "P02", weighing, NOW)
    stage.tell("E17: NURSE2 types 61.0 kg for P02.")
    stage.tell_warnings(typed)
    reason = "Digits interchanged; the scales' slip says 16.1 kg"
    made = correct_record(stage.desk("NURSE1"), Wanted(typed["id"], ("weight_kg=16.1",), reason))
    stage.narrator.add(f"NURSE1 corrects it to 16.1 kg ({made['id']}): {reason}.")


def e18_what_if(stage: Stage) -> Story:
    """What if a lot had 1.8 EU/mL of endotoxin? It depends on the child; nothing is recorded.

    The limit is 5 EU per kg and hour: P09 may be given that in 100 mL at 40.9 kg, P01 not in 50 mL
    at 13.2 kg, although the lot's own limit per mL would be the same.
    """
    yield at("2026-04-15", "09:00")
    stage.tell("E18: what if a lot had 1.8 EU/mL of endotoxin? Reckoned only, nothing is recorded.")
    for plan in (infusion("P09", 3), infusion("P01", 1)):
        lot, weight_kg = lot_of(plan.patient).number, Decimal(plan.weight_kg)
        load = _endotoxin(stage, lot, Decimal("1.8"), Decimal(plan.infused_ml))
        (found,) = sums([load], weight_kg)
        judged = "may be given" if found.is_within else f"refused ({CODES[load.quantity]})"
        stage.narrator.add(f"{plan.patient}: {sum_text(found, weight_kg)}: {judged}.")


EVENTS = (
    e01_first_donor_deferred,
    e02_serology_too_old,
    e03_count_typed_wrong,
    e04_fresh_dose_on_condition,
    e09_fever,
    e10_wrong_patient,
    e11_old_weight,
    e13_not_their_role,
    e15_lot_stays_open,
    e17_weight_typed_wrong,
    e18_what_if,
)
"""Every event that is a story of its own, but for those of ``lottrack.demo.alarms``."""


# -- what several events do ------------------------------------------------------------------------


def _review_own(desk: Desk) -> object:
    waiting = result_reviews.open_results(desk, "L01")
    own = [n for n in waiting if desk.store.get("result", n).performed_by == desk.account]
    found = result_reviews.find_results(desk, own)
    return result_reviews.prepare_review(desk, found, desk.account)


def _release(desk: Desk) -> object:
    return releases.prepare_release(desk, Wish("L01"), desk.account)


def _endotoxin(stage: Stage, lot: str, eu_per_ml: Decimal, volume_ml: Decimal) -> Load:
    """What a dose of a lot would bring, were its endotoxin this; the limit is its own."""
    reader = stage.store
    specification = specification_of_lot(reader, reader.get("lot", lot))
    limit = next(each for each in specification.patient_limits if each.quantity == ENDOTOXIN)
    told, amount = f"{eu_per_ml:f} EU/mL", eu_per_ml * volume_ml
    return Load(
        limit.quantity,
        "",
        lot,
        limit.test,
        told,
        volume_ml,
        amount,
        limit.limit,
        limit.unit,
        limit.basis,
    )
