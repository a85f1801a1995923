"""What a lot check rests on: the facts of a lot, gathered once.

They arrive as values, read from the record as it stood at one moment; the rules in the modules
beside this one judge them without looking anywhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from lottrack.rules.calibration import UseFact
    from lottrack.rules.culture.balance import Balance
    from lottrack.rules.deviations import DeviationFact
    from lottrack.rules.specification.fulfilment import CriterionState, SpecificationState


class ConsentFact(NamedTuple):
    """A consent the protocol asks for: whose, which, and whether it stands.

    Attributes:
        whose: ``donor`` or ``patient``.
        code: the person's code.
        kind: donation, treatment, assent or data.
        state: given, withdrawn or missing.
        records: numbers of the consents of this kind.
    """

    whose: str
    code: str
    kind: str
    state: str
    records: tuple[str, ...]


class SourceFacts(NamedTuple):
    """Where the cells come from and for whom they are.

    Attributes:
        course: the chain-of-identity id.
        closing: number of the course's closing, or "".
        consents: what the protocol asks for.
        donor: the donor's code.
        eligibility: number of the decision recorded with the collection, or "".
        donor_eligible: whether that decision makes the donor eligible, and still stands.
        collection: its number.
        taking: number of the taking, or "" while the collection is only planned.
        window_rule: the screening rule applied.
        window_met: the panel was complete and in time when the donation was recorded.
        window_met_since: it is with what was recorded since, under the same rule.
        window_findings: what stands against it, in words.
        pair: the pair.
        finding: number of the HLA finding, or "".
        haploidentity: what it says.
        accepted_findings: findings the protocol accepts.
        protocol: the protocol edition the course follows.
        decision: ``accepted``, ``rejected`` or "" on the collection.
        decision_record: number of that decision, or "".
        acceptance_void: an acceptance was signed, and something it covers was corrected since.
        receipt_faults: what was wrong when the collection was received.
        receipts: numbers of the receipts.
    """

    course: str
    closing: str
    consents: tuple[ConsentFact, ...]
    donor: str
    eligibility: str
    donor_eligible: bool
    collection: str
    taking: str
    window_rule: str
    window_met: bool
    window_met_since: bool
    window_findings: tuple[str, ...]
    pair: str
    finding: str
    haploidentity: str
    accepted_findings: tuple[str, ...]
    protocol: str
    decision: str
    decision_record: str
    acceptance_void: bool
    receipt_faults: tuple[str, ...]
    receipts: tuple[str, ...]


class PassageFact(NamedTuple):
    """One culture step.

    Attributes:
        name: ``P1``.
        seeding: number of the seeding, or "".
        harvest: number of the harvest, or "".
        given_up: cells were discarded after the seeding: the culture was given up.
    """

    name: str
    seeding: str
    harvest: str
    given_up: bool


class DoublingsFact(NamedTuple):
    """The limit a specification sets on population doublings, and what the lot has.

    Attributes:
        test: the criterion.
        limit: the limit in words.
        value: cumulative doublings up to the last harvest, or None when they are not known.
        verdict: how the value is judged by the criterion; "" without a value.
    """

    test: str
    limit: str
    value: str | None
    verdict: str


class AttestationFact(NamedTuple):
    """A person's statement about a rule whose facts are kept elsewhere."""

    number: str
    rule: str
    by: str
    text: str


class ContainerFact(NamedTuple):
    """One filled container and its primary labels.

    Attributes:
        container: its number.
        is_there: it was neither destroyed, lost nor used in testing.
        applied: primary labels stuck on it.
        printed: primary labels of it that were only printed.
    """

    container: str
    is_there: bool
    applied: tuple[str, ...]
    printed: tuple[str, ...]


class FillFact(NamedTuple):
    """One filling and its expiry.

    Attributes:
        fill: its number.
        filled: how many of its containers were filled.
        in_stock: how many of those still hold cells for a patient.
        expires: its expiry in words.
        is_expired: the expiry has passed.
        beyond_shelf_life: how the expiry exceeds the specification's shelf life, or "".
    """

    fill: str
    filled: int
    in_stock: int
    expires: str
    is_expired: bool
    beyond_shelf_life: str


class MaterialUseFact(NamedTuple):
    """One use of a material on the way to the cells in question.

    Attributes:
        use: its number.
        material_lot: number of the material lot.
        name: what the material is called.
        faults: code and sentence of what is wrong with the use.
        judged: the hold that was opened for it was lifted by signature.
        hold: number of the open hold for it, or "".
    """

    use: str
    material_lot: str
    name: str
    faults: tuple[tuple[str, str], ...] = ()
    judged: bool = False
    hold: str = ""


class MaterialsFact(NamedTuple):
    """What the record tells of a lot's materials.

    Attributes:
        uses: every use on the way to the cells in question, those in parent lots included.
        kept: the site had material lots on record when a step of the lot was taken.
    """

    uses: tuple[MaterialUseFact, ...]
    kept: bool


class MakingFacts(NamedTuple):
    """How the cells were made, filled, labelled and kept.

    Attributes:
        passages: of this lot.
        earlier_harvests: numbers of the harvests of the lots it was made from.
        balance: where its cells went.
        doublings: the limit on doublings, or None where the specification sets none.
        attestations: statements about rules whose facts are kept elsewhere.
        fills: the fills in question.
        containers: their filled containers.
        loose_labels: primary labels of the lot's other containers that were only printed.
        gaps: gaps in the custody of the collection and the containers, in words.
        custody_of: what custody was looked at for.
        materials: what went into the cells; None while the site records no materials.
        equipment: what equipment was used; None while the site registers none.
        deviations: those that concern the lot; None while the site opens none.
    """

    passages: tuple[PassageFact, ...]
    earlier_harvests: tuple[str, ...]
    balance: Balance
    doublings: DoublingsFact | None
    attestations: tuple[AttestationFact, ...]
    fills: tuple[FillFact, ...]
    containers: tuple[ContainerFact, ...]
    loose_labels: tuple[str, ...]
    gaps: tuple[str, ...]
    custody_of: tuple[str, ...]
    materials: MaterialsFact | None = None
    equipment: tuple[UseFact, ...] | None = None
    deviations: tuple[DeviationFact, ...] | None = None


class HoldFact(NamedTuple):
    """A hold: its number, what it is on, its cause and reason, and whether it was lifted."""

    hold: str
    kind: str
    record: str
    cause: str
    reason: str
    is_open: bool


class PendingFact(NamedTuple):
    """A required test without a closing result that may be pending at a conditional release.

    Attributes:
        tests: the test; several where any one of them would do.
        subject: the lot or container it is missing for.
        due_on: the day it must be closed by, or None while nothing was harvested.
        basis: why it may be pending.
    """

    tests: tuple[str, ...]
    subject: str
    due_on: date | None
    basis: str


class SignatureFact(NamedTuple):
    """A signature the release would rest on.

    Attributes:
        what: what was signed ("the eligibility of donor D01").
        record: number of the decision, approval or review.
        voided_by: records it covers that were corrected or struck since.
        mend: who can sign anew, and how.
    """

    what: str
    record: str
    voided_by: tuple[str, ...]
    mend: str


class ReviewFact(NamedTuple):
    """The lot review that stands.

    Attributes:
        review: its number.
        by: who signed it.
        later: records of the making that were told after it.
    """

    review: str
    by: str
    later: tuple[str, ...]


class MoveFact(NamedTuple):
    """A signed move of the lot to another version of its specification.

    Attributes:
        record: its number.
        moved_from: the version before.
        moved_to: the version after.
        on: the site's date.
        by: who signed.
        reason: why.
    """

    record: str
    moved_from: str
    moved_to: str
    on: date
    by: str
    reason: str


class OosFact(NamedTuple):
    """An investigation that concerns what is to be released.

    Attributes:
        oos: its number.
        test: the test.
        subject: the lot, container or preparation.
        results: numbers of the results it is about.
        is_concluded: a conclusion that stands ended it.
        said: where it stands, in words.
        mend: who takes it on, and by which command.
        withdrawn: results it confirmed although they were struck, or corrected so that they pass.
        conclusion: the record of its last conclusion, or "".
    """

    oos: str
    test: str
    subject: str
    results: tuple[str, ...]
    is_concluded: bool
    said: str
    mend: str
    withdrawn: tuple[str, ...] = ()
    conclusion: str = ""


class QualityFacts(NamedTuple):
    """What was tested, signed, reviewed and stopped.

    Attributes:
        specification: its edition.
        approval: number of its approval, or "".
        is_approved: whether a valid signature approves it.
        state: where the specification stands for the lot and the containers in question.
        pending: the tests of ``state.pending`` with their days.
        inherited: failed tests of the lots it was made from.
        finals: numbers of all final results that count for the release.
        unreviewed: those of them that no valid review covers.
        reviews: numbers of the valid reviews.
        holds: holds on everything the release touches, lifted ones included.
        signatures: what the release rests on that is signed.
        lot_review: the lot review that stands, or None.
        void_lot_reviews: reviews of the lot that a correction voided.
        today: the day judged.
        moves: how the lot came from the version it was registered by to this one, oldest first.
        oos: investigations of results out of specification that concern what is to be released.
    """

    specification: str
    approval: str
    is_approved: bool
    state: SpecificationState
    pending: tuple[PendingFact, ...]
    inherited: tuple[CriterionState, ...]
    finals: tuple[str, ...]
    unreviewed: tuple[str, ...]
    reviews: tuple[str, ...]
    holds: tuple[HoldFact, ...]
    signatures: tuple[SignatureFact, ...]
    lot_review: ReviewFact | None
    void_lot_reviews: tuple[str, ...]
    today: date
    moves: tuple[MoveFact, ...] = ()
    oos: tuple[OosFact, ...] = ()


class LotFacts(NamedTuple):
    """Everything a lot check rests on."""

    lot: str
    source: SourceFacts
    making: MakingFacts
    quality: QualityFacts
