"""Rules of the lot check about where cells come from: course, consents, donor, collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.rules.release.findings import failed, listed, not_applicable, passed

if TYPE_CHECKING:
    from lottrack.rules.release.facts import LotFacts
    from lottrack.rules.release.findings import RuleFinding

_DECIDES = "responsible_person: lottrack donor decide"


def course_open(facts: LotFacts) -> RuleFinding:
    """Cells are made for one treatment of one patient; nothing is released for an ended one.

    The chain-of-identity id is given before the first collection and carried to the patient
    (ISBT 128 ST-028; Standards Coordinating Body).
    """
    code, source = "course-open", facts.source
    if source.closing:
        return failed(
            code,
            f"Course {source.course} was closed.",
            "clinician or responsible_person: lottrack course open",
            source.course,
            source.closing,
        )
    return passed(code, f"Course {source.course} is open.", source.course)


def consent_recorded(facts: LotFacts) -> RuleFinding:
    """Donor and patient, or the guardian, consented to what the protocol asks, and still do.

    Inclusion criteria 6 and 7 of the trial (EUCTR2017-000606-37): the guardian's consent, and the
    child's own assent from 12 to 17 years.
    """
    code, consents = "consent-recorded", facts.source.consents
    open_ = [consent for consent in consents if consent.state != "given"]
    if open_:
        said = [f"{c.kind} of {c.whose} {c.code} is {c.state}" for c in open_]
        first = open_[0]
        return failed(
            code,
            f"Consent asked for by {facts.source.protocol} does not stand: {listed(said)}.",
            "technician, clinician or responsible_person:"
            f" lottrack {first.whose} consent {first.code} --kind {first.kind}",
            *(number for consent in open_ for number in consent.records),
        )
    said = [f"{consent.kind} of {consent.whose} {consent.code}" for consent in consents]
    return passed(
        code,
        f"Consent stands: {listed(said)}."
        if said
        else f"{facts.source.protocol} asks for no consent.",
        *(number for consent in consents for number in consent.records),
    )


def donor_eligible(facts: LotFacts) -> RuleFinding:
    """The responsible person found the donor eligible for this collection, and that still stands.

    Dir. 2006/17/EC Annex I and II; 21 CFR 1271.60: quarantine until it is decided.
    """
    code, source = "donor-eligible", facts.source
    if source.donor_eligible:
        return passed(
            code,
            f"Donor {source.donor} is eligible for collection {source.collection}.",
            source.eligibility,
            source.collection,
        )
    return failed(
        code,
        f"Donor {source.donor} is not eligible for collection {source.collection} by a decision"
        " that was signed for it and still stands.",
        f"{_DECIDES} {source.donor}",
        source.eligibility,
        source.collection,
    )


def screening_window(facts: LotFacts) -> RuleFinding:
    """The panel of infectious markers is complete, on samples drawn in the rule's window.

    Dir. 2006/17/EC Annex II 2.5 with its national rules (30 days before a marrow donation: JPAC
    Red Book Annex 7), or 21 CFR 1271.80(b); which one was applied stands with the collection. It
    was judged when the donation was recorded. Results told since may complete it, because a sample
    drawn at the donation is tested later.
    """
    code, source = "screening-window", facts.source
    evidence = (source.taking, source.collection)
    if not source.taking:
        return failed(
            code,
            f"Nothing is on record as taken for collection {source.collection}, so no window can"
            " be judged.",
            "technician, clinician or responsible_person: lottrack collection record",
            source.collection,
        )
    if source.window_met:
        return passed(
            code,
            f"The marker panel was complete and in time by {source.window_rule}.",
            *evidence,
        )
    if source.window_met_since:
        return passed(
            code,
            f"The marker panel is complete and in time by {source.window_rule} with results told"
            " after the donation was recorded.",
            *evidence,
        )
    reasons = " ".join(source.window_findings) or "No reason is on record."
    return failed(
        code,
        f"The marker panel is not complete and in time by {source.window_rule}: {reasons}",
        "technician, clinician or responsible_person:"
        f" lottrack donor screen {source.donor} --sample-of donation|archived",
        *evidence,
    )


def haploidentity(facts: LotFacts) -> RuleFinding:
    """Donor and patient match as the protocol asks.

    Haploidentical is who shares exactly one HLA haplotype by common inheritance; the trial takes
    haploidentical donors only (EUCTR2017-000606-37). Sharing an allele at each typed locus is
    compatible with it and no proof; the finding says which.
    """
    code, source = "haploidentity", facts.source
    said = source.haploidentity.replace("_", " ")
    evidence = (source.finding, source.pair)
    if source.haploidentity in source.accepted_findings:
        return passed(code, f"The HLA finding of pair {source.pair} is {said}.", *evidence)
    wanted = " or ".join(source.accepted_findings).replace("_", " ")
    return failed(
        code,
        f"The HLA finding of pair {source.pair} is {said}; {source.protocol} asks for {wanted}.",
        "technician, clinician or responsible_person: lottrack donor type, lottrack patient type",
        *evidence,
    )


def collection_accepted(facts: LotFacts) -> RuleFinding:
    """The marrow was accepted as starting material, where the site records its acceptance.

    Reg. (EC) 1394/2007 Art. 15: starting material is part of the trace. A collection that nobody
    decided on stands in nobody's way; one that arrived damaged or mislabelled needs the decision.
    """
    code, source = "collection-accepted", facts.source
    collection = source.collection
    evidence = (collection, source.decision_record, *source.receipts)
    mend = f"responsible_person or qa: lottrack collection accept {collection}"
    if source.decision == "rejected":
        return failed(code, f"Collection {collection} was rejected.", "nobody", *evidence)
    if source.decision == "accepted":
        return passed(code, f"Collection {collection} was accepted.", *evidence)
    if source.acceptance_void:
        return failed(
            code,
            f"The acceptance of collection {collection} is void: something it covers was corrected"
            " since.",
            mend,
            *evidence,
        )
    if source.receipt_faults:
        return failed(
            code,
            f"Collection {collection} was not accepted, and on receipt"
            f" {listed(source.receipt_faults)}.",
            mend,
            *evidence,
        )
    return not_applicable(code, f"No decision on collection {collection} is on record.", *evidence)
