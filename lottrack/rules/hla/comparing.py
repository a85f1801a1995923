"""Comparing the copies of one gene in two people: what is certain, and what is only possible.

Names are compared at two fields with their expression suffix, so a null or secreted allele is
never the same as its expressed sibling. A name without a suffix is read as normally expressed:
high-resolution typing leaves out alleles that are not expressed on the cell surface (Nunes 2011,
Blood 118:e180). What a typing leaves open gives a range instead of a number:

- a name of one field, and XX: any protein of that allele group, and of no other;
- a G or P group: any protein of that allele group, since membership needs the nomenclature's
  database. Two differently named groups of one kind are disjoint and so certainly different; the
  same group twice is unproved, because two members may differ;
- a multiple allele code: any protein of the gene. The number before the letters proves nothing,
  some codes cross allele groups (NMDP allele code lists, "allele specific codes");
- a copy that is not written: anything.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.hla.alleles import FIRST_FIELD_IS_A_NUMBER, Allele

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lottrack.rules.hla.glstring import Copy, Typing

Span = tuple[int, int]
"""The fewest and the most of something counted."""


class Gene(NamedTuple):
    """One copy of a gene: the proteins it may be.

    Attributes:
        proteins: the named ones, at two fields with suffix.
        vague: names that leave the protein open.
        unknown: whether nothing is written of this copy.
    """

    proteins: frozenset[str]
    vague: tuple[Allele, ...] = ()
    unknown: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it may also be a protein that is not named."""
        return self.unknown or bool(self.vague)

    @property
    def certain(self) -> str | None:
        """The one protein it is; None when there is a choice."""
        return next(iter(self.proteins)) if len(self.proteins) == 1 and not self.is_open else None

    def can_avoid(self, taken: set[str]) -> bool:
        """Whether it may be something other than all of ``taken``."""
        return self.is_open or not self.proteins <= taken


UNKNOWN = Gene(frozenset(), unknown=True)

_Two = tuple[Gene, Gene]


def gene_of(copy: Copy) -> Gene:
    """A copy of a typing, ready for comparing."""
    return Gene(
        frozenset(allele.protein for allele in copy if allele.protein is not None),
        tuple(allele for allele in copy if allele.protein is None),
    )


def may_be_same(one: Gene, other: Gene) -> bool:
    """Whether two copies can be the same protein."""
    if one.unknown or other.unknown or one.proteins & other.proteins:
        return True
    return (
        any(_may_be_protein(vague, protein) for vague in one.vague for protein in other.proteins)
        or any(_may_be_protein(vague, protein) for vague in other.vague for protein in one.proteins)
        or any(_may_overlap(*both) for both in product(one.vague, other.vague))
    )


def is_same(one: Gene, other: Gene) -> bool:
    """Whether two copies are certainly the same protein."""
    return one.certain is not None and one.certain == other.certain


def shared_span(recipient: Typing | None, donor: Typing | None, locus: str) -> Span | None:
    """Fewest and most alleles shared at a locus (0 to 2); None unless both are typed there."""
    if any(typing is None or locus not in typing.loci for typing in (recipient, donor)):
        return None
    return _widest(
        (_fewest_shared(mine, theirs), _most_shared(mine, theirs))
        for mine, theirs in _possible_pairs(recipient, donor, locus)
    )


def absent_span(owner: Typing | None, other: Typing | None, locus: str) -> Span:
    """Fewest and most different alleles of ``owner`` at a locus that ``other`` lacks (0 to 2)."""
    return _widest(_absent(mine, theirs) for mine, theirs in _possible_pairs(owner, other, locus))


def best_pairing(fits: list[list[bool]]) -> int:
    """Fits in the better of the two ways to pair two with two: side by side, or crosswise."""
    return max(fits[0][0] + fits[1][1], fits[0][1] + fits[1][0])


def _possible_pairs(
    one: Typing | None, other: Typing | None, locus: str
) -> list[tuple[_Two, _Two]]:
    """Every possible genotype of the one with every possible genotype of the other."""
    return list(product(_possible(one, locus), _possible(other, locus)))


def _possible(typing: Typing | None, locus: str) -> set[_Two]:
    if typing is None or locus not in typing.loci:
        return {(UNKNOWN, UNKNOWN)}
    found = set()
    for genotype in typing.loci[locus]:
        one, two, *_ = (*map(gene_of, genotype), UNKNOWN, UNKNOWN)
        found.add((one, two))
    return found


def _widest(spans: Iterable[Span]) -> Span:
    least, most = zip(*spans, strict=True)
    return min(least), max(most)


def _most_shared(mine: _Two, theirs: _Two) -> int:
    return best_pairing([[may_be_same(one, other) for other in theirs] for one in mine])


def _fewest_shared(mine: _Two, theirs: _Two) -> int:
    """The fewest alleles shared over everything the copies may be.

    Two are only certain when all four copies are. Below that the question is whether none may be
    shared: whether, for some choice of mine, both of theirs can be something else. Of my choices
    only proteins that they may have matter; everything else is the empty choice.
    """
    if all(gene.certain for gene in (*mine, *theirs)):
        return _most_shared(mine, theirs)
    their_proteins = theirs[0].proteins | theirs[1].proteins
    choices = []
    for gene in mine:
        elsewhere = [frozenset[str]()] if gene.can_avoid(set(their_proteins)) else []
        choices.append([*elsewhere, *(frozenset({p}) for p in gene.proteins & their_proteins)])
    for one, two in product(*choices):
        if all(gene.can_avoid({*one, *two}) for gene in theirs):
            return 0
    return 1


def _absent(mine: _Two, theirs: _Two) -> Span:
    certain = {gene.certain for gene in theirs}
    surely = [not any(may_be_same(gene, other) for other in theirs) for gene in mine]
    perhaps = [gene.is_open or not gene.proteins <= certain for gene in mine]
    # The same allele twice is one allele that the other lacks.
    fewest = 1 if all(surely) and may_be_same(*mine) else sum(surely)
    most = 1 if all(perhaps) and is_same(*mine) else sum(perhaps)
    return fewest, most


def _may_be_protein(vague: Allele, protein: str) -> bool:
    return _crosses_groups(vague) or vague.fields[0] == protein.partition(":")[0]


def _may_overlap(one: Allele, other: Allele) -> bool:
    if one.kind == other.kind == "group" and one.suffix == other.suffix:
        return one.fields == other.fields
    return _crosses_groups(one) or _crosses_groups(other) or one.fields[0] == other.fields[0]


def _crosses_groups(vague: Allele) -> bool:
    """Whether a vague name may stand for an allele with another first field than its own."""
    return vague.kind == "code" or (
        vague.kind == "group" and vague.locus in FIRST_FIELD_IS_A_NUMBER
    )
