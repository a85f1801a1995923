"""Gather what of a lot was tested, signed, reviewed and stopped, for its check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions import signing
from lottrack.actions.collecting.collections import decision_of, taking_of
from lottrack.actions.families.donors import donor_is_eligible_for
from lottrack.actions.making.lineage import course_protocol
from lottrack.actions.making.lots import harvested_at
from lottrack.actions.releasing.facts import day_at
from lottrack.actions.releasing.holds import held_thing
from lottrack.actions.testing.documents import approval_of, is_approved, specification_number
from lottrack.actions.testing.investigations import case_of, state_words, who_is_next
from lottrack.actions.testing.quality_states import (
    inherited_failures,
    result_rows,
    reviews_given,
    reviews_of,
    state_of_lot,
)
from lottrack.rules.reading.times import from_text
from lottrack.rules.release.facts import (
    HoldFact,
    MoveFact,
    OosFact,
    PendingFact,
    QualityFacts,
    ReviewFact,
    SignatureFact,
)
from lottrack.rules.specification.fulfilment import due_on
from lottrack.rules.specification.investigation import (
    confirmed_and_withdrawn,
    is_concluded,
    next_command,
)
from lottrack.rules.specification.results import FINAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from lottrack.actions.releasing.facts import Scope
    from lottrack.rules.specification.fulfilment import SpecificationState
    from lottrack.rules.specification.investigation import Investigation
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def quality_facts(reader: Reader, scope: Scope) -> QualityFacts:
    """What was tested, signed, reviewed and stopped."""
    lot = scope.lineage.lot
    spec = specification_number(reader, lot)
    approval = approval_of(reader, "specification", spec)
    containers = [str(row.root) for row in scope.containers]
    state = state_of_lot(reader, lot, containers=containers)
    finals = final_results(reader, scope)
    reviewed = reviews_of(reader, finals)
    review, void = _lot_review(reader, scope)
    return QualityFacts(
        specification=spec,
        approval="" if approval is None else str(approval.root),
        is_approved=is_approved(reader, "specification", spec),
        state=state,
        pending=_pending(reader, scope, state),
        inherited=tuple(inherited_failures(reader, lot)),
        finals=tuple(str(row.root) for row in finals),
        unreviewed=tuple(str(row.root) for row in finals if str(row.root) not in reviewed),
        reviews=tuple(dict.fromkeys(str(row.root) for row in reviewed.values())),
        holds=tuple(_holds(reader, scope)),
        signatures=tuple(_signatures(reader, scope, finals, reviewed)),
        lot_review=review,
        void_lot_reviews=void,
        today=scope.today,
        moves=tuple(_moves(reader, scope)),
        oos=tuple(_oos(reader, scope)),
    )


def _oos(reader: Reader, scope: Scope) -> Iterator[OosFact]:
    """The investigations of the lot, of the containers in question and of doses made from them.

    Of the lots it was made from those of the whole lot: the same cells were measured.
    """
    containers = {str(row.root) for row in (*scope.containers, *scope.planned)}
    for lot in scope.lineage.ancestors:
        for row in reader.rows("oos", lot=lot.root):
            of_lot = row.container is None and row.preparation is None
            if of_lot or (lot.root == scope.lot and _measured(reader, row) & containers):
                yield _oos_fact(case_of(reader, row))


def _measured(reader: Reader, oos: Row) -> set[str]:
    """The containers an investigation is about."""
    if oos.preparation is None:
        return {str(oos.container)}
    links = reader.rows("preparation_input", preparation=oos.preparation)
    return {str(link.container) for link in links}


def _oos_fact(case: Investigation) -> OosFact:
    return OosFact(
        oos=case.oos,
        test=case.test,
        subject=case.subject,
        results=tuple(each.result for each in case.results),
        is_concluded=is_concluded(case),
        said=state_words(case),
        mend=f"{who_is_next(case)}: {next_command(case)}",
        withdrawn=confirmed_and_withdrawn(case),
        conclusion="" if case.conclusion is None else case.conclusion.record,
    )


def _moves(reader: Reader, scope: Scope) -> Iterator[MoveFact]:
    for row in reader.rows("lot_respecification", lot=scope.lot):
        on = day_at(from_text(row.occurred_at), row.zone)
        yield MoveFact(
            str(row.root),
            str(row.moved_from),
            str(row.specification),
            on,
            str(row.performed_by),
            str(row.reason),
        )


def final_results(reader: Reader, scope: Scope) -> list[Row]:
    """The final results of the lot and of the containers in question; no preparation's."""
    containers = {row.root for row in scope.containers}
    return [
        row
        for row in result_rows(reader, scope.lot)
        if row.reading == FINAL
        and row.preparation is None
        and (row.container is None or row.container in containers)
    ]


def harvest_day(reader: Reader, scope: Scope) -> date | None:
    """The day from which waiting times count: the last harvest of the lot, else of its parents."""
    for lot in scope.lineage.ancestors:
        at = harvested_at(reader, str(lot.root))
        if at is not None:
            return day_at(at, reader.setting("zone"))
    return None


def _pending(reader: Reader, scope: Scope, state: SpecificationState) -> tuple[PendingFact, ...]:
    day = harvest_day(reader, scope)
    return tuple(
        PendingFact(
            entry.tests,
            entry.subject,
            None if day is None else due_on(entry, day),
            entry.pending_basis,
        )
        for entry in state.pending
    )


def _holds(reader: Reader, scope: Scope) -> Iterator[HoldFact]:
    """Holds on donor, collection, lots, fills and containers, lifted ones included."""
    lineage = scope.lineage
    held = [("donor", lineage.donor), ("collection", lineage.collection)]
    held += [("lot", lot) for lot in lineage.ancestors]
    held += [("fill", fill) for fill in scope.fills]
    held += [("container", row) for row in (*scope.containers, *scope.planned)]
    for kind, thing in held:
        for hold in reader.rows("hold", **{kind: thing.root}):
            is_open = reader.first("hold_lift", hold=hold.root) is None
            reason = str(hold.reason or "")
            yield HoldFact(str(hold.root), *held_thing(hold), str(hold.cause), reason, is_open)


# -- signatures ------------------------------------------------------------------------------------


def _signatures(
    reader: Reader, scope: Scope, finals: list[Row], reviewed: dict[str, Row]
) -> Iterator[SignatureFact]:
    """What the release rests on that is signed; what was signed anew counts as it is now."""
    lineage = scope.lineage
    yield from _eligibility(reader, scope)
    collection = str(lineage.collection.root)
    decision = decision_of(reader, collection) or reader.last(
        "collection_decision", collection=collection
    )
    if decision is not None:
        yield _signature(
            reader,
            f"the decision on collection {collection}",
            decision,
            f"responsible_person or qa: lottrack collection accept {collection}",
        )
    documents = (
        ("protocol", "protocol", course_protocol(reader, lineage.course.root)),
        ("specification", "spec", specification_number(reader, lineage.lot)),
    )
    for table, noun, number in documents:
        approval = approval_of(reader, table, number)
        if approval is not None:
            mend = f"qp: lottrack {noun} approve {number}"
            yield _signature(reader, f"the approval of {number}", approval, mend)
    for review in {str(row.root): row for row in reviewed.values()}.values():
        yield _signature(reader, "the review of results", review, "")
    yield from _void_reviews(reader, [row for row in finals if str(row.root) not in reviewed])
    lot_reviews = reader.rows("lot_review", lot=scope.lot)
    standing = [row for row in lot_reviews if signing.is_valid(reader, row.signature)]
    for row in (standing or lot_reviews)[-1:]:
        mend = f"production_lead, qc or qa: lottrack lot review {scope.lot}"
        yield _signature(reader, f"the review of lot {scope.lot}", row, mend)


def _eligibility(reader: Reader, scope: Scope) -> Iterator[SignatureFact]:
    donor, collection = scope.lineage.donor, scope.lineage.collection
    taking = taking_of(reader, str(collection.root))
    number = None if taking is None else taking.eligibility
    decision = None if number is None else reader.find("eligibility", number)
    if decision is None:
        return
    fact = _signature(
        reader,
        f"the eligibility of donor {donor.root}",
        decision,
        f"responsible_person: lottrack donor decide {donor.root}",
    )
    # A later decision that stands takes the place of one that a correction voided.
    if not fact.voided_by or not donor_is_eligible_for(reader, donor.root, collection):
        yield fact


def _void_reviews(reader: Reader, unreviewed: list[Row]) -> Iterator[SignatureFact]:
    """The last reviews of results that have no valid one, each once with all its results."""
    last = {str(row.reviewed): row for row in reviews_given(reader, unreviewed)}
    for review in {str(row.root): row for row in last.values()}.values():
        covered = [result for result, row in last.items() if row.root == review.root]
        what = f"the review of {', '.join(covered)}"
        mend = f"qc who recorded none of them: lottrack result review {' '.join(covered)}"
        yield _signature(reader, what, review, mend)


def _signature(reader: Reader, what: str, decision: Row, mend: str) -> SignatureFact:
    voided = tuple(signing.voided_covers(reader, decision.signature))
    return SignatureFact(what, str(decision.root), voided, mend)


def _lot_review(reader: Reader, scope: Scope) -> tuple[ReviewFact | None, tuple[str, ...]]:
    """The latest review of the lot that stands, and the reviews that do not."""
    rows = reader.rows("lot_review", lot=scope.lot)
    valid = [row for row in rows if signing.is_valid(reader, row.signature)]
    void = tuple(str(row.root) for row in rows if row not in valid)
    if not valid:
        return None, void
    review = valid[-1]
    rests_on = int(reader.get("signature", review.signature).rests_on)
    later = tuple(str(row.root) for row in _made(reader, scope) if int(row.seq) > rests_on)
    return ReviewFact(str(review.root), str(review.performed_by), later), void


def _made(reader: Reader, scope: Scope) -> Iterator[Row]:
    """The facts that made what is to be released: culture, fills and what went into them."""
    for table in ("seeding", "harvest"):
        yield from reader.rows(table, lot=scope.lot)
    yield from scope.fills
    fills = {fill.root for fill in scope.fills}
    for use in reader.rows("material_use", lot=scope.lot):
        if use.passage is not None or use.fill in fills:
            yield use
    for container in scope.containers:
        yield from reader.rows("filling", container=container.root)
