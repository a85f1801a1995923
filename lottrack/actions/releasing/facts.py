"""Gather what a lot check rests on; nothing is judged here.

Everything is read from facts through one reader, so that a check can be asked as of an earlier
moment and answers what it would have answered then.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.collecting.collections import decision_of, taking_of
from lottrack.actions.collecting.taking import WINDOW_CODES
from lottrack.actions.families.consents import consent_state
from lottrack.actions.families.donors import donor_is_eligible_for
from lottrack.actions.families.matching import finding_of
from lottrack.actions.families.screenings import window_verdict
from lottrack.actions.making.lineage import Lineage, course_protocol, lineage_of
from lottrack.actions.releasing.dispositions import NEVER_SUPPLIED
from lottrack.actions.testing.documents import protocol_of
from lottrack.actions.testing.quality_states import filled_containers
from lottrack.rules.administration.protocol import patient_consents_asked
from lottrack.rules.reading.times import from_text, iso_local
from lottrack.rules.release.facts import ConsentFact, SourceFacts

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.rules.administration.protocol import Protocol
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class Scope(NamedTuple):
    """What a lot check is about.

    Attributes:
        lineage: the lot and where it comes from.
        fills: the fills in question.
        containers: their containers that something was filled into.
        planned: their containers that nothing was filled into.
        moment: the moment judged.
        today: the site's date at that moment.
    """

    lineage: Lineage
    fills: tuple[Row, ...]
    containers: tuple[Row, ...]
    planned: tuple[Row, ...]
    moment: datetime
    today: date

    @property
    def lot(self) -> str:
        """The lot's number."""
        return str(self.lineage.lot.root)


def scope_of(reader: Reader, lot: str, fills: tuple[str, ...], moment: datetime) -> Scope:
    """What a check of these fills of a lot is about; without any, of all that can be supplied."""
    rows = tuple(
        row
        for row in reader.rows("fill", lot=lot)
        if (row.root in fills if fills else row.purpose not in NEVER_SUPPLIED)
    )
    containers = tuple(c for fill in rows for c in filled_containers(reader, fill.root))
    filled = {row.root for row in containers}
    planned = tuple(
        row
        for fill in rows
        for row in reader.rows("container", fill=fill.root)
        if row.root not in filled
    )
    today = day_at(moment, reader.setting("zone"))
    return Scope(lineage_of(reader, lot), rows, containers, planned, moment, today)


def day_at(moment: datetime, zone: str) -> date:
    """The site's date at a moment."""
    return date.fromisoformat(iso_local(moment, zone)[:10])


def source_facts(reader: Reader, scope: Scope) -> SourceFacts:
    """Where the cells come from and for whom they are."""
    lineage = scope.lineage
    course, pair, donor = lineage.course, lineage.pair, lineage.donor
    collection = str(lineage.collection.root)
    number = course_protocol(reader, course.root)
    protocol = protocol_of(reader, number)
    taking = taking_of(reader, collection)
    closing = reader.first("course_closure", course=course.root)
    finding = finding_of(reader, pair.root)
    decision = decision_of(reader, collection)
    decisions = reader.rows("collection_decision", collection=collection)
    receipts = reader.rows("collection_receipt", collection=collection)
    met_since, window_findings = _window_now(reader, donor.root, taking)
    return SourceFacts(
        course=str(course.root),
        closing="" if closing is None else str(closing.root),
        consents=tuple(_consents(reader, scope, protocol)),
        donor=str(donor.root),
        eligibility="" if taking is None else str(taking.eligibility or ""),
        donor_eligible=donor_is_eligible_for(reader, donor.root, lineage.collection),
        collection=collection,
        taking="" if taking is None else str(taking.root),
        window_rule="" if taking is None else str(taking.screening_rule),
        window_met=taking is not None and bool(taking.window_met),
        window_met_since=met_since,
        window_findings=window_findings,
        pair=str(pair.root),
        finding=finding.number,
        haploidentity=finding.result,
        accepted_findings=protocol.accepted_findings,
        protocol=number,
        decision="" if decision is None else str(decision.decision),
        decision_record=str((decision or decisions[-1]).root) if decisions else "",
        acceptance_void=decision is None and bool(decisions),
        receipt_faults=tuple(fault for row in receipts for fault in _receipt_faults(row)),
        receipts=tuple(str(row.root) for row in receipts),
    )


def _consents(reader: Reader, scope: Scope, protocol: Protocol) -> list[ConsentFact]:
    patient = scope.lineage.patient
    asked = {
        "donor": (str(scope.lineage.donor.root), protocol.donor_consents),
        "patient": (
            str(patient.root),
            patient_consents_asked(protocol, int(patient.born_year), scope.today.year),
        ),
    }
    facts = []
    for whose, (code, kinds) in asked.items():
        for kind in kinds:
            state = consent_state(reader, "donor" if whose == "donor" else "patient", code, kind)
            rows = reader.rows("consent", **{whose: code}, kind=kind)
            records = tuple(str(row.root) for row in rows)
            facts.append(ConsentFact(whose, code, kind, state, records))
    return facts


def _window_now(reader: Reader, donor: str, taking: Row | None) -> tuple[bool, tuple[str, ...]]:
    """Whether the panel is complete with all recorded by now, under the rule applied then."""
    rule = None if taking is None else reader.find("screening_rule", taking.screening_rule)
    if taking is None or rule is None:
        return False, ()
    day = day_at(from_text(taking.occurred_at), taking.zone)
    verdict = window_verdict(reader, donor, rule, day)
    said = tuple(b.sentence for b in verdict.blockers if b.code in WINDOW_CODES)
    return verdict.is_complete, said


def _receipt_faults(row: Row) -> list[str]:
    faults = [] if row.condition == "intact" else [f"it was {row.condition}"]
    return faults if row.labels_match else [*faults, "its labels did not match"]
