"""Rules of the lot check about tests, reviews, signatures and holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.rules.release.findings import PENDING, RuleFinding, failed, listed, passed
from lottrack.rules.specification.criterion import limit_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lottrack.rules.release.facts import HoldFact, LotFacts, PendingFact
    from lottrack.rules.specification.fulfilment import CriterionState, OpenTest

_RECORDS = "technician or qc"


def specification_approved(facts: LotFacts) -> RuleFinding:
    """The specification the lot is judged by was approved by a qualified person's signature.

    Release criteria vary widely between centres (EBMT survey, doi 10.1016/j.bbmt.2018.07.015), so
    which ones hold is a decision. A lot that was moved to another version names both.
    """
    code, quality = "specification-approved", facts.quality
    moves = "".join(
        f" It was moved from {move.moved_from} to {move.moved_to} on {move.on} by {move.by}:"
        f" {move.reason} ({move.record})."
        for move in quality.moves
    )
    if moves:
        moves = f" The lot was registered by {quality.moves[0].moved_from}.{moves}"
    records = [move.record for move in quality.moves]
    if quality.is_approved:
        said = f"{quality.specification} is approved.{moves}"
        return passed(code, said, quality.approval, *records)
    return failed(
        code,
        f"{quality.specification} is not approved by a valid signature.{moves}",
        f"qp: lottrack spec approve {quality.specification}",
        quality.specification,
        *records,
    )


def results_complete(facts: LotFacts) -> RuleFinding:
    """Every required test of the lot and of the containers has a final result.

    What the specification lets be pending at a first release (sterility, read after 7 or 14 days
    by Ph. Eur. 2.6.27 or 2.6.1, when the cells do not last as long) is pending until its day, and
    missing after it.
    """
    code, quality = "results-complete", facts.quality
    missing = [_open_words(facts, entry) for entry in quality.state.missing]
    late = [entry for entry in quality.pending if not _may_be_pending(facts, entry)]
    missing += [f"{_open_words(facts, entry)} (due on {entry.due_on})" for entry in late]
    counted = tuple(number for state in quality.state.criteria for number in state.results)
    if missing:
        return failed(
            code,
            f"Required and without a final result: {listed(missing, 40)}.",
            f"{_RECORDS}: lottrack result record {facts.lot} TEST VALUE",
            *counted,
        )
    if quality.pending:
        waiting = [f"{_open_words(facts, p)} (due on {p.due_on})" for p in quality.pending]
        return RuleFinding(
            code,
            PENDING,
            "Pending, as the specification allows at a conditional release:"
            f" {listed(waiting, 40)}.",
            counted,
            f"{_RECORDS}: lottrack result record {facts.lot} TEST VALUE;"
            f" until then qp: lottrack lot release {facts.lot} --conditional",
        )
    return passed(
        code, "Every required test of the lot and its containers has a final result.", *counted
    )


def results_reviewed(facts: LotFacts) -> RuleFinding:
    """Every final result was reviewed by somebody who did not record it, and the review stands.

    Draft EU GMP Annex 11 (2025) 12.6: the reviewer is not the performer; 21 CFR 11.10(g).
    """
    code, quality = "results-reviewed", facts.quality
    if quality.unreviewed:
        named = " ".join(quality.unreviewed)
        return failed(
            code,
            f"Not reviewed: {listed(quality.unreviewed)}.",
            f"qc who did not record them: lottrack result review {named}",
            *quality.unreviewed,
        )
    return passed(
        code,
        f"All {len(quality.finals)} final results were reviewed."
        if quality.finals
        else "There is no final result yet that could be reviewed.",
        *quality.reviews,
    )


def results_within_specification(facts: LotFacts) -> RuleFinding:
    """No result fails a required test or leaves it undecided; the worst of a test decides.

    EudraLex Vol. 4 Part IV 11.5 and the practice of out-of-specification results: a failing result
    is investigated, and neither removed nor averaged away.
    """
    code, quality = "results-within-specification", facts.quality
    wrong = [*quality.state.failed, *quality.inherited]
    said = [f"{_state_words(facts, state)} fails {limit_text(state.criterion)}" for state in wrong]
    unclear = quality.state.undecided
    said += [
        f"{_state_words(facts, state)} is undecided: what was reported neither meets nor fails"
        f" {limit_text(state.criterion)}"
        for state in unclear
    ]
    if said:
        return failed(
            code, f"{listed(said, 20)}.", _mending(wrong, unclear), *_results_of([*wrong, *unclear])
        )
    return passed(
        code,
        f"No result of a required test is outside {quality.specification}.",
        *_results_of(s for s in quality.state.criteria if s.criterion.required),
    )


def _mending(wrong: Sequence[CriterionState], unclear: Sequence[CriterionState]) -> str:
    """Who can do what about results that fail, and about some that decide nothing."""
    said = []
    if wrong:
        said.append(
            "nobody, unless a result was recorded wrongly (lottrack correct RESULT value=VALUE"
            " --reason TEXT) or its investigation finds it invalid (lottrack oos list)"
        )
    if unclear:
        result = unclear[0].deciding[-1]
        said.append(
            "technician or qc, for a measurement that can decide: lottrack oos open"
            f" {result} --reason TEXT, then retests by a signed plan"
        )
    return "; ".join(said)


def holds_none_open(facts: LotFacts) -> RuleFinding:
    """Nothing the release touches is on hold: donor, collection, lots, fills, containers."""
    code = "holds-none-open"
    still = [hold for hold in facts.quality.holds if hold.is_open]
    if still:
        said = [f"{hold.kind} {hold.record} ({hold.hold}, {hold.cause})" for hold in still]
        return failed(
            code,
            f"On hold: {listed(said, 20)}.",
            _lifting(facts, still[0]),
            *(hold.hold for hold in still),
        )
    lifted = tuple(hold.hold for hold in facts.quality.holds)
    said_lifted = f"; lifted: {listed(lifted)}" if lifted else ""
    return passed(code, f"No hold is open{said_lifted}.", *lifted)


def _lifting(facts: LotFacts, hold: HoldFact) -> str:
    """Who lifts a hold; that of a failed result only once its investigation is concluded."""
    lift = f"qa or qp: lottrack hold lift {hold.hold} --reason TEXT"
    running = [oos for oos in facts.quality.oos if not oos.is_concluded]
    return f"{running[0].mend}; then {lift}" if hold.cause == "oos" and running else lift


def signatures_valid(facts: LotFacts) -> RuleFinding:
    """No signature the release rests on was voided by a correction (21 CFR 11.70)."""
    code, signatures = "signatures-valid", facts.quality.signatures
    void = [signature for signature in signatures if signature.voided_by]
    if void:
        said = [f"{s.what} ({s.record}; corrected since: {listed(s.voided_by)})" for s in void]
        mends = "; ".join(dict.fromkeys(signature.mend for signature in void))
        return failed(code, f"Void: {listed(said)}.", mends, *(s.record for s in void))
    said_count = (
        f"All {len(signatures)} signatures stand" if signatures else "Nothing is signed yet"
    )
    return passed(
        code,
        f"{said_count}; none covers a fact that was corrected since.",
        *(signature.record for signature in signatures),
    )


def record_reviewed(facts: LotFacts) -> RuleFinding:
    """The lot's record was reviewed, after everything recorded of its making.

    EU GMP Annex 11 clause 9 and its draft of 2025, 12.8: the trail is reviewed before release.
    Results told after it have a review of their own and do not void it.
    """
    code, review = "record-reviewed", facts.quality.lot_review
    mend = f"production_lead, qc or qa who performed none of it: lottrack lot review {facts.lot}"
    if review is None:
        void = facts.quality.void_lot_reviews
        said = (
            f"The review of lot {facts.lot} is void: something it covers was corrected since."
            if void
            else f"Nobody has reviewed the record of lot {facts.lot}."
        )
        return failed(code, said, mend, facts.lot, *void)
    if review.later:
        return failed(
            code,
            f"Recorded after the review {review.review}: {listed(review.later)}.",
            mend,
            review.review,
            *review.later,
        )
    return passed(code, f"{review.by} reviewed the record of lot {facts.lot}.", review.review)


def _may_be_pending(facts: LotFacts, entry: PendingFact) -> bool:
    return entry.due_on is not None and facts.quality.today <= entry.due_on


def _open_words(facts: LotFacts, entry: OpenTest | PendingFact) -> str:
    return f"{' or '.join(entry.tests)}{_of(facts, entry.subject)}"


def _state_words(facts: LotFacts, state: CriterionState) -> str:
    results = listed(state.deciding, 3)
    return f"{state.criterion.test}{_of(facts, state.subject)} ({results})"


def _of(facts: LotFacts, subject: str) -> str:
    return "" if subject == facts.lot else f" of {subject}"


def _results_of(states: Iterable[CriterionState]) -> tuple[str, ...]:
    return tuple(number for state in states for number in state.results)
