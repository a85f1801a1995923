"""From a family's first visit to accepted marrow: people, screening, pair, collection."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lottrack.actions.collecting import decisions as collection_decisions
from lottrack.actions.collecting.receipt import Receipt, count_collection, receive_collection
from lottrack.actions.collecting.taking import Taken, plan_collection, record_collection
from lottrack.actions.families import eligibility
from lottrack.actions.families.consents import Consent, record_consent
from lottrack.actions.families.donors import register_donor
from lottrack.actions.families.eligibility import Decision
from lottrack.actions.families.pairs import NewPair, register_pair
from lottrack.actions.families.patients import Weighing, register_patient
from lottrack.actions.families.persons import NewPerson
from lottrack.actions.families.screenings import Sample, record_screening
from lottrack.demo.families import SCENARIO_YEAR, typing_of
from lottrack.demo.labelling import label_thing
from lottrack.demo.opening import PROTOCOL
from lottrack.demo.stage import NOW, at, day_of, days_after
from lottrack.rules.screening.markers import NON_REACTIVE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lottrack.actions.desk import Desk
    from lottrack.demo.families import Family, Haplotype, Parent
    from lottrack.demo.stage import Stage, Story

PANEL = ("anti-HIV-1/2", "HBsAg", "anti-HBc", "anti-HCV", "syphilis", "HBV-NAT", "HCV-NAT")
ASSENT_FROM_AGE = 12
RESULTS_AFTER_DAYS = 3


def donate(stage: Stage, family: Family) -> Story:
    """A family from its first visit to marrow accepted as starting material."""
    days, donor = family.days, family.parent.code
    yield at(days.enrolled, "09:00")
    enrol_child(stage, family)
    yield at(days.sampled, "09:00")
    enrol_parent(stage, family.parent, family.from_parent, days.sampled)
    yield at(days_after(days.sampled, RESULTS_AFTER_DAYS), "14:00")
    screen(stage, donor, days.sampled)
    yield at(days.decided, "10:00")
    decide(stage, donor, Decision("eligible"))
    make_pair(stage, family)
    collection = plan(stage, family)
    yield at(days.collected, "10:00")
    collect(stage, family, collection)
    yield at(days.collected, "14:00")
    accept(stage, family, collection)


def enrol_child(stage: Stage, family: Family) -> None:
    """Register the child with typing, weight and consents."""
    child, day = family.child, day_of(family.days.enrolled)
    typing = typing_of(family.from_parent, family.from_other)
    person = NewPerson(child.code, SCENARIO_YEAR - child.age, child.sex, typing)
    weighing = Weighing(child.weight_kg, day)
    register_patient(stage.desk("CLINICIAN1"), person, weighing, NOW)
    consents = ["treatment", "data"] + (["assent"] if child.age >= ASSENT_FROM_AGE else [])
    for kind in consents:
        consent = Consent(kind, "Information and consent, version 3", day)
        record_consent(stage.desk("CLINICIAN1"), "patient", child.code, consent, NOW)


def enrol_parent(stage: Stage, parent: Parent, passed_on: Haplotype, day: str) -> None:
    """Register a donor with typing and consents."""
    typing = typing_of(passed_on, parent.other)
    person = NewPerson(parent.code, SCENARIO_YEAR - parent.age, parent.sex, typing)
    register_donor(stage.desk("CLINICIAN1"), person, NOW)
    for kind in ("donation", "data"):
        consent = Consent(kind, "Donor information and consent, version 2", day_of(day))
        record_consent(stage.desk("CLINICIAN1"), "donor", parent.code, consent, NOW)


def screen(
    stage: Stage,
    donor: str,
    sampled_on: str,
    outcomes: Mapping[str, str] | None = None,
    *,
    sample_of: str = "new",
) -> dict[str, Any]:
    """Record the panel of a donor's sample; every marker not named is non-reactive."""
    told = outcomes or {}
    results = tuple((marker, told.get(marker, NON_REACTIVE)) for marker in PANEL)
    sample = Sample(day_of(sampled_on), sample_of, results)
    return record_screening(stage.desk("TECHNICIAN1"), donor, sample, NOW)


def decide(stage: Stage, donor: str, decision: Decision) -> None:
    """The responsible person signs a decision on a donor."""
    desk = stage.desk("RP1")
    prepared = eligibility.prepare_decision(desk, donor, decision)
    eligibility.decide(desk, donor, decision, prepared, stage.proof("RP1"))


def pair_up(desk: Desk, donor: str, patient: str, relation: str) -> dict[str, Any]:
    """Register a pair at somebody's desk."""
    return register_pair(desk, NewPair(donor, patient, relation, protocol=PROTOCOL), NOW)


def make_pair(stage: Stage, family: Family) -> None:
    """Register the pair; its first course gets the chain-of-identity id."""
    parent, patient = family.parent, family.child.code
    made = pair_up(stage.desk("TECHNICIAN1"), parent.code, patient, parent.relation)
    stage.props.courses[patient] = made["coi"]
    found = str(made["haploidentity"]).replace("_", " ")
    stage.tell(f"{parent.code}, {parent.relation} of {patient}: pair {made['id']}, {found}.")


def plan(stage: Stage, family: Family) -> str:
    """Give the donation its number before the needle, and label what it will be taken into."""
    courses = [stage.props.courses[family.child.code]]
    day = day_of(family.days.collected)
    planned = plan_collection(stage.desk("TECHNICIAN1"), courses, day, "", NOW)
    label_thing(stage, "TECHNICIAN1", planned["id"])
    stage.props.collections[family.child.code] = planned["id"]
    return str(planned["id"])


def collect(stage: Stage, family: Family, collection: str) -> None:
    """Record the marrow that was taken; of D07 the serology is too old (event E02)."""
    marrow, patient = family.marrow, family.child.code
    taken = Taken(Decimal(marrow.volume_ml), marrow.tnc, marrow.mnc, "Heparin")
    courses = [stage.props.courses[patient]]
    desk = stage.desk("CLINICIAN1")
    made = record_collection(desk, courses, taken, NOW, collection=collection)
    if made["warnings"]:
        stage.tell(
            f"E02: {marrow.volume_ml} mL marrow of {made['donor']} for {patient}: {collection}."
        )
        stage.tell_warnings(made)


def accept(stage: Stage, family: Family, collection: str) -> None:
    """Receive, count and accept the marrow in the manufacturing unit."""
    receipt = Receipt("Operating theatre", "intact", labels_match=True, temperature_c=Decimal(19))
    receive_collection(stage.desk("TECHNICIAN1"), collection, receipt, NOW)
    counted = family.marrow
    desk = stage.desk("TECHNICIAN1")
    viability = Decimal(97)
    count_collection(desk, collection, counted.tnc, NOW, mnc=counted.mnc, viability_pct=viability)
    desk = stage.desk("RP1")
    prepared = collection_decisions.prepare_decision(desk, collection, "accepted")
    collection_decisions.decide_collection(
        desk, collection, "accepted", prepared, stage.proof("RP1")
    )
