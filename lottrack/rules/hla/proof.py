"""What an HLA finding proves about a pair of donor and patient, and what it does not.

Sharing one allele at every locus is necessary for haploidentity and not sufficient: the shared
alleles may lie on both of the recipient's haplotypes, and unrelated people can pass. What is
missing for a proof is descent: the relation of parent and child, or a family study. The wording
supports a decision; it does not make one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.rules.relations import PARENT_AND_CHILD, require_relation

if TYPE_CHECKING:
    from lottrack.rules.hla.sharing import Phase, Sharing

_PHASE_SENTENCES: dict[Phase, str] = {
    "shared": "The typings are written in phase and share one whole haplotype.",
    "not_shared": "The typings are written in phase and share no whole haplotype.",
    "unproved": "The typings are written in phase, but leave open whether one whole haplotype is "
    "shared.",
    "not_phased": "",
}


def proof_sentence(sharing: Sharing, relation: str, evidence: str = "") -> str:
    """The finding in words for the record and the pair's print-out.

    Args:
        sharing: what ``haplotype_sharing`` found.
        relation: what the donor is to the patient, one of ``relations.RELATIONS``.
        evidence: what the relation rests on (a certificate, a family typing), or "".

    Source: parents and children always share one haplotype; of full siblings 25 % share two,
    50 % one, 25 % none; a parent matches fully by chance in about 2 % (donor search literature).

    Raises:
        BadValue: code ``relation-unknown``.
    """
    require_relation(relation)
    tell = {
        "haplo_compatible": _compatible,
        "hla_identical_at_tested_loci": _identical,
        "not_haploidentical": _not_haploidentical,
        "indeterminate": _indeterminate,
    }[sharing.result]
    sentences = (
        *tell(sharing, relation, evidence),
        _PHASE_SENTENCES[sharing.phase],
        _dpb1(sharing),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _compatible(sharing: Sharing, relation: str, evidence: str) -> tuple[str, ...]:
    return (
        f"At least one allele is shared at each of {_listed(sharing)}, at one or more of them "
        "exactly one.",
        "This is necessary for haploidentity and not sufficient: the shared alleles may come from "
        "both haplotypes, and unrelated people can pass.",
        *_descent(relation, evidence),
        *sharing.reasons,
    )


def _identical(sharing: Sharing, relation: str, _evidence: str) -> tuple[str, ...]:
    by_chance = (
        "Parent and child always share one haplotype, and in about 2 % the other matches by chance."
        if relation in PARENT_AND_CHILD
        else ""
    )
    return (
        f"Both alleles are shared at each of {_listed(sharing)}: the two are HLA-identical at the "
        "tested loci, which is another finding than haploidentical.",
        by_chance,
        "A person must decide whether this meets the protocol's criterion.",
        *sharing.reasons,
    )


def _not_haploidentical(sharing: Sharing, relation: str, _evidence: str) -> tuple[str, ...]:
    if relation in PARENT_AND_CHILD:
        return (
            *sharing.reasons,
            f"{_named(relation)} always shares one haplotype with the patient: this is an error of "
            "typing, of the identity of a sample or a person, or of the relation, or it is a "
            "recombination.",
            "Stop and escalate: have both typed again from new samples before anything else.",
        )
    return (
        *sharing.reasons,
        "The donor is not haploidentical with the patient.",
        "Of full siblings one in four shares no haplotype." if relation == "sibling" else "",
    )


def _indeterminate(sharing: Sharing, _relation: str, _evidence: str) -> tuple[str, ...]:
    return (
        *sharing.reasons,
        "The typings do not settle whether the two are haploidentical; until they do, the "
        "criterion is not met.",
    )


def _descent(relation: str, evidence: str) -> tuple[str, str]:
    """What would make descent of a whole haplotype out of shared alleles, and what is known."""
    if relation == "unrelated":
        return (
            "The two are not related: haploidentity is sharing by common inheritance, and none is "
            "claimed.",
            "",
        )
    known = (
        f"Evidence of the relation: {evidence.rstrip('.')}."
        if evidence
        else "No evidence of the relation is recorded."
    )
    if relation in PARENT_AND_CHILD:
        return (
            f"{_named(relation)} always shares one haplotype with the patient, so the finding is "
            "consistent with descent as far as the relation is proven.",
            known,
        )
    if relation == "sibling":
        odds = "Of full siblings half share exactly one haplotype, a quarter two, a quarter none"
    else:
        odds = f"{_named(relation)} may share no haplotype with the patient"
    return f"{odds}: descent needs a family study, with the relatives between them typed.", known


def _dpb1(sharing: Sharing) -> str:
    if sharing.dpb1 is None:
        return ""
    return f"DPB1, apart from the finding: {sharing.dpb1} of 2 alleles shared."


def _named(relation: str) -> str:
    return f"{'An' if relation[0] in 'aeiou' else 'A'} {relation}"


def _listed(sharing: Sharing) -> str:
    *first, last = sharing.loci
    return f"{', '.join(first)} and {last}" if first else last
