"""How many HLA alleles two people share, and whether that fits one shared haplotype.

What counts as the same allele, and what an imprecise name leaves open, is told in ``comparing``.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Literal, NamedTuple

from lottrack.errors import BadValue
from lottrack.rules.hla.alleles import EXPRESSION_SUFFIXES
from lottrack.rules.hla.comparing import (
    UNKNOWN,
    Gene,
    Span,
    absent_span,
    best_pairing,
    gene_of,
    is_same,
    may_be_same,
    shared_span,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.rules.hla.glstring import Haplotype, Phased, Typing

Result = Literal[
    "haplo_compatible", "hla_identical_at_tested_loci", "not_haploidentical", "indeterminate"
]
Phase = Literal["shared", "not_shared", "unproved", "not_phased"]

TESTED_LOCI = ("A", "B", "C", "DRB1", "DQB1")

Count = int | str
"""A number, a range such as "1-2" where the typing leaves it open, or "missing"."""


class Sharing(NamedTuple):
    """What two typings say of haploidentity.

    Attributes:
        result: the finding at the tested loci.
        loci: tested gene -> shared alleles: 0, 1, 2, "0-1", "0-2", "1-2" or "missing".
        dpb1: the same for DPB1 where both are typed, else None; never part of the finding,
            because recombination often parts DPB1 from the other genes.
        phase: whether one whole haplotype over all tested loci is shared: "shared",
            "not_shared", "unproved", or "not_phased" when one side is not written in phase.
        reasons: one sentence for everything that speaks against a better finding, or that a
            person must know to judge this one.
    """

    result: Result
    loci: dict[str, Count]
    dpb1: Count | None
    phase: Phase
    reasons: tuple[str, ...]


class Mismatches(NamedTuple):
    """Mismatched alleles by direction; a range such as "1-2" where the typings leave it open.

    Attributes:
        gvh: alleles of the recipient that the donor lacks (graft versus host).
        hvg: alleles of the donor that the recipient lacks (host versus graft).
    """

    gvh: Count
    hvg: Count


def haplotype_sharing(
    recipient: Typing | None, donor: Typing | None, loci: tuple[str, ...] = TESTED_LOCI
) -> Sharing:
    """Compare two typings locus by locus; a typing that does not exist is missing everywhere.

    Rules, first that fits: a locus with provably no shared allele -> ``not_haploidentical``; a
    locus missing, or not certainly sharing one -> ``indeterminate``; a locus sharing provably
    exactly one -> ``haplo_compatible``; two certain everywhere -> ``hla_identical_at_tested_loci``.
    What remains (one certain everywhere, provably one nowhere, two open somewhere) may be either
    of the last two, which lead to different decisions: ``indeterminate``. Phase never makes a
    finding better; a ``haplo_compatible`` whose phased haplotypes share none whole becomes
    ``indeterminate``, because the shared alleles then lie on different haplotypes.

    Source: definition of haploidentity as one haplotype shared by common inheritance with zero to
    six mismatches on the other (PMC10366961 table 2); DPB1 apart.

    Raises:
        BadValue: code ``hla-loci``; no locus is named, or DPB1 is.
    """
    if not loci or "DPB1" in loci:
        raise BadValue(
            "Haplotype sharing is judged over at least one locus, and never over DPB1.",
            code="hla-loci",
            hint=f"The loci customarily tested are {', '.join(TESTED_LOCI)}.",
        )
    spans = {locus: shared_span(recipient, donor, locus) for locus in loci}
    dpb1 = shared_span(recipient, donor, "DPB1")
    phase = _phase(recipient, donor, loci)
    result = _result(list(spans.values()))
    reasons = [
        *_missing_reasons(recipient, donor, loci),
        *_span_reasons(result, spans),
        *_suffix_reasons(recipient, donor, spans),
        *_release_reasons(recipient, donor),
    ]
    if result == "haplo_compatible" and phase == "not_shared":
        result = "indeterminate"
        reasons.append(
            "The shared alleles lie on different haplotypes, which only a recombination could "
            "have parted."
        )
    told = {locus: "missing" if span is None else _told(span) for locus, span in spans.items()}
    return Sharing(result, told, None if dpb1 is None else _told(dpb1), phase, tuple(reasons))


def mismatch_vector(
    recipient: Typing | None, donor: Typing | None, loci: tuple[str, ...] = TESTED_LOCI
) -> Mismatches:
    """Count mismatched alleles in both directions, which differ where someone is homozygous.

    An allele that a homozygote carries twice counts once. A locus that is not typed leaves its
    copies unknown and widens the range. A range holds every possible number; where copies may
    be either of two alleles it can be wider than what is possible, never narrower.
    """
    gvh = [absent_span(recipient, donor, locus) for locus in loci]
    hvg = [absent_span(donor, recipient, locus) for locus in loci]
    return Mismatches(_told(_summed(gvh)), _told(_summed(hvg)))


def haplotypes_shared_by_descent(
    father: tuple[str, str],
    mother: tuple[str, str],
    patient: tuple[str, str],
    sibling: tuple[str, str],
) -> tuple[int, str]:
    """Haplotypes that two full siblings share, from a family study that named all four.

    Haplotypes are compared by the name the family study gave them (commonly a, b of the father
    and c, d of the mother); haplotypes alike at every gene typed bear the same name.

    Returns:
        The number (0, 1, 2) and ``not_haploidentical``, ``haploidentical`` or ``identical``.

    Raises:
        BadValue: code ``hla-family``; a child does not have one haplotype of each parent.
    """
    for who, child in (("patient", patient), ("sibling", sibling)):
        one, two = child
        if not ((one in father and two in mother) or (two in father and one in mother)):
            raise BadValue(
                f"The {who}'s haplotypes {one} and {two} are not one of the father's "
                f"({', '.join(father)}) and one of the mother's ({', '.join(mother)}).",
                code="hla-family",
                hint="Check the typings and the identity of all samples with the laboratory.",
            )
    shared = best_pairing([[mine == theirs for theirs in sibling] for mine in patient])
    return shared, ("not_haploidentical", "haploidentical", "identical")[shared]


def _result(spans: list[Span | None]) -> Result:
    typed = [span for span in spans if span is not None]
    if any(most == 0 for _, most in typed):
        return "not_haploidentical"
    if len(typed) < len(spans) or any(least == 0 for least, _ in typed):
        return "indeterminate"
    if any(most == 1 for _, most in typed):
        return "haplo_compatible"
    if all(least == 2 for least, _ in typed):
        return "hla_identical_at_tested_loci"
    return "indeterminate"


def _missing_reasons(
    recipient: Typing | None, donor: Typing | None, loci: tuple[str, ...]
) -> Iterator[str]:
    for who, typing in (("patient", recipient), ("donor", donor)):
        missing = [locus for locus in loci if typing is None or locus not in typing.loci]
        if missing:
            yield f"The {who} is not typed at {', '.join(missing)}."


def _span_reasons(result: Result, spans: dict[str, Span | None]) -> Iterator[str]:
    typed = {locus: span for locus, span in spans.items() if span is not None}
    none = [locus for locus, (_, most) in typed.items() if most == 0]
    unproved = [locus for locus, (least, most) in typed.items() if least == 0 < most]
    if none:
        yield f"No allele is shared at {', '.join(none)}."
    if unproved:
        yield (
            f"At {', '.join(unproved)} the typing does not settle whether an allele is shared: "
            "two-field typing is needed."
        )
    if result == "indeterminate" and len(typed) == len(spans) and not unproved:
        either = [locus for locus, (least, most) in typed.items() if least < most]
        yield (
            f"At {', '.join(either)} one or two alleles may be shared: haploidentical and "
            "identical cannot be told apart."
        )


def _suffix_reasons(
    recipient: Typing | None, donor: Typing | None, spans: dict[str, Span | None]
) -> Iterator[str]:
    """Loci without sharing where only the expression suffix stands between two names."""
    letters = "".join(EXPRESSION_SUFFIXES)
    for locus, span in spans.items():
        if span is None or span[1] > 0 or recipient is None or donor is None:
            continue
        mine, theirs = _proteins(recipient, locus), _proteins(donor, locus)
        twins = sorted(
            (one, other)
            for one, other in product(mine, theirs)
            if one.rstrip(letters) == other.rstrip(letters)
        )
        for one, other in twins:
            yield (
                f"{locus}*{one} (patient) and {locus}*{other} (donor) differ only in the "
                "expression suffix: have both typed in full before anything is concluded."
            )


def _proteins(typing: Typing, locus: str) -> set[str]:
    return {
        allele.protein
        for genotype in typing.loci[locus]
        for copy in genotype
        for allele in copy
        if allele.protein is not None
    }


def _release_reasons(recipient: Typing | None, donor: Typing | None) -> Iterator[str]:
    releases = {typing.release for typing in (recipient, donor) if typing is not None} - {""}
    if len(releases) > 1:
        yield (
            f"The typings rest on releases {' and '.join(sorted(releases))} of the nomenclature's "
            "database: a name may have changed between them."
        )


def _told(span: Span) -> Count:
    least, most = span
    return least if least == most else f"{least}-{most}"


def _summed(spans: list[Span]) -> Span:
    return sum(least for least, _ in spans), sum(most for _, most in spans)


def _phase(recipient: Typing | None, donor: Typing | None, loci: tuple[str, ...]) -> Phase:
    mine, theirs = (_whole_block(typing, loci) for typing in (recipient, donor))
    if mine is None or theirs is None:
        return "not_phased"
    found = {
        _shared_haplotype(one, other, loci)
        for one, other in product(mine.genotypes, theirs.genotypes)
    }
    return found.pop() if len(found) == 1 else "unproved"


def _whole_block(typing: Typing | None, loci: tuple[str, ...]) -> Phased | None:
    """The block that holds all the loci in phase, if there is one."""
    blocks = typing.haplotypes if typing else ()
    return next((block for block in blocks if set(loci) <= set(block.loci)), None)


def _shared_haplotype(
    mine: tuple[Haplotype, ...], theirs: tuple[Haplotype, ...], loci: tuple[str, ...]
) -> Phase:
    all_differ = len(mine) == len(theirs) == 2
    for one, other in product(mine, theirs):
        pairs = list(zip(_along(one, loci), _along(other, loci), strict=True))
        if all(is_same(a, b) for a, b in pairs):
            return "shared"
        all_differ = all_differ and not all(may_be_same(a, b) for a, b in pairs)
    return "not_shared" if all_differ else "unproved"


def _along(haplotype: Haplotype, loci: tuple[str, ...]) -> list[Gene]:
    by_locus = {copy[0].locus: gene_of(copy) for copy in haplotype}
    return [by_locus.get(locus, UNKNOWN) for locus in loci]
