"""GL Strings: a whole HLA typing as one line of text.

Operators from loosest to tightest (Milius 2013, doi 10.1111/tan.12150): ``^`` between loci, ``|``
between possible genotypes, ``+`` between the two copies of a gene, ``~`` between genes in phase,
``/`` between possible alleles. The ``?`` of GL String 1.1 (location of a gene uncertain) is
refused: a typing that does not know which gene it speaks of is nothing to compare.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from lottrack.rules.hla.alleles import Allele, hla_invalid, open_question, parse_allele

if TYPE_CHECKING:
    from lottrack.errors import BadValue

Copy = tuple[Allele, ...]
"""The alleles that one copy of a gene may be; one entry when it is known."""

Genotype = tuple[Copy, ...]
"""The copies of one gene in one person. A copy that is not written is unknown, not the same."""

Haplotype = tuple[Copy, ...]
"""Copies of different genes on one chromosome."""

# Whether a chromosome carries DRB3, DRB4, DRB5 or none of them goes with its DRB1.
_NOT_ON_EVERY_HAPLOTYPE = frozenset({"DRB3", "DRB4", "DRB5"})

_RELEASE = r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|[0-9]{4}-[0-9]{2}-[0-9]{2}"

_Item = TypeVar("_Item", bound=Hashable)


class Phased(NamedTuple):
    """Genes typed in phase.

    Attributes:
        loci: the genes, in the order written.
        genotypes: the possible pairs of haplotypes (one haplotype when only one is known).
    """

    loci: tuple[str, ...]
    genotypes: tuple[tuple[Haplotype, ...], ...]


class Typing(NamedTuple):
    """The HLA typing of one person.

    Attributes:
        text: the GL String as given, without white space around it.
        loci: gene -> its possible genotypes; phased genes stand here too, taken apart.
        haplotypes: the blocks of genes written in phase.
        release: the IPD-IMGT/HLA release (or date) of a GL String Code, or "".
        low_resolution: one sentence for everything the typing leaves open.
    """

    text: str
    loci: dict[str, tuple[Genotype, ...]]
    haplotypes: tuple[Phased, ...]
    release: str
    low_resolution: tuple[str, ...]


def parse_gl_string(text: str) -> Typing:
    """Read a GL String, or a GL String Code such as ``hla#3.50.0#HLA-A*01:01+HLA-A*24:02``.

    White space around the whole text is dropped, inside it is refused. A gene has one or two
    copies; a single one leaves the second unknown. The same gene may not be written twice.

    Source: Milius 2013 (operators), Mack 2023 doi 10.1111/tan.15126 (GL String Code).

    Raises:
        BadValue: code ``hla-invalid``.
    """
    given = text.strip()
    release, body = _split_release(given)
    _require_plain(given, body)
    loci: dict[str, tuple[Genotype, ...]] = {}
    haplotypes = []
    for part in body.split("^"):
        block = _parse_block(part)
        for locus in block.loci:
            if locus in loci:
                raise _not_a_typing(
                    given,
                    f"{locus} is written twice",
                    "Join its two copies by +, and possible genotypes by |.",
                )
            loci[locus] = _genotypes_of(locus, block)
        if len(block.loci) > 1:
            haplotypes.append(block)
    return Typing(given, loci, tuple(haplotypes), release, _open_points(loci))


def render_typing(typing: Typing) -> str:
    """The typing in its one normal spelling, with "HLA-" and the release, as a GL String."""
    blocks = {locus: block for block in typing.haplotypes for locus in block.loci}
    parts = []
    for locus, genotypes in typing.loci.items():
        alone = tuple(tuple((copy,) for copy in genotype) for genotype in genotypes)
        block = blocks.get(locus, Phased((locus,), alone))
        if locus == block.loci[0]:
            parts.append(_render_block(block))
    code = f"hla#{typing.release}#" if typing.release else ""
    return code + "^".join(parts)


def _render_block(block: Phased) -> str:
    return "|".join(
        "+".join(
            "~".join("/".join(allele.written for allele in copy) for copy in haplotype)
            for haplotype in genotype
        )
        for genotype in block.genotypes
    )


def _not_a_typing(text: str, why: str, hint: str) -> BadValue:
    return hla_invalid(text, "an HLA typing", why, hint)


def _split_release(given: str) -> tuple[str, str]:
    """The release and the GL String of a GL String Code; "" and the text of a plain one."""
    if "#" not in given:
        return "", given
    namespace, _, rest = given.partition("#")
    release, separator, body = rest.partition("#")
    if namespace != "hla" or not separator or not re.fullmatch(_RELEASE, release):
        raise _not_a_typing(
            given,
            "the part before the names is not hla#release#",
            "Write a GL String Code as hla#3.50.0#HLA-A*01:01+HLA-A*24:02, or leave it out.",
        )
    return release, body


def _require_plain(given: str, body: str) -> None:
    if not body:
        raise _not_a_typing(given, "it is empty", "Write a GL String such as A*02:01+A*24:02.")
    if any(character.isspace() for character in body):
        raise _not_a_typing(given, "there is white space in it", "Write it without any spaces.")
    if "?" in body:
        raise _not_a_typing(
            given,
            "? (location of a gene uncertain, GL String 1.1) is not accepted",
            "Ask the laboratory to which gene the allele belongs.",
        )


def _parse_block(text: str) -> Phased:
    """One part between ``^``: the possible genotypes of a gene, or of several genes in phase."""
    genotypes = _each_once(_parse_genotype(piece) for piece in text.split("|"))
    named = [_loci_of(haplotype) for genotype in genotypes for haplotype in genotype]
    for other in named[1:]:
        _require_same_loci(text, named[0], other)
    return Phased(_each_once(locus for loci in named for locus in loci), genotypes)


def _parse_genotype(text: str) -> tuple[Haplotype, ...]:
    pieces = text.split("+")
    if len(pieces) > 2:
        raise _not_a_typing(
            text,
            f"{len(pieces)} copies of one gene are written, and a person has two",
            "Separate genes by ^, and possible alleles of one copy by /.",
        )
    return tuple(_parse_haplotype(piece) for piece in pieces)


def _parse_haplotype(text: str) -> Haplotype:
    haplotype = tuple(_parse_copy(piece) for piece in text.split("~"))
    loci = _loci_of(haplotype)
    if len(set(loci)) < len(loci):
        raise _not_a_typing(
            text, "one haplotype holds a gene twice", "Join the two copies of a gene by +."
        )
    return haplotype


def _parse_copy(text: str) -> Copy:
    copy = _each_once(parse_allele(piece) for piece in text.split("/"))
    if len({allele.locus for allele in copy}) > 1:
        raise _not_a_typing(
            text, "/ joins possible alleles of one gene", "Separate different genes by ^."
        )
    return copy


def _loci_of(haplotype: Haplotype) -> tuple[str, ...]:
    return tuple(copy[0].locus for copy in haplotype)


def _require_same_loci(text: str, one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """Both sides of ``+`` or ``|`` speak of the same genes, but for DRB3/4/5 beside their DRB1."""
    everywhere = set(one) - _NOT_ON_EVERY_HAPLOTYPE
    if set(one) == set(other) or (
        everywhere and everywhere == set(other) - _NOT_ON_EVERY_HAPLOTYPE
    ):
        return
    raise _not_a_typing(
        text,
        f"+ joins copies of the same gene and | its genotypes, not {'~'.join(one)} and "
        f"{'~'.join(other)}",
        "Separate different genes by ^ (DRB3, DRB4 and DRB5 too).",
    )


def _genotypes_of(locus: str, block: Phased) -> tuple[Genotype, ...]:
    return _each_once(
        tuple(copy for haplotype in genotype for copy in haplotype if copy[0].locus == locus)
        for genotype in block.genotypes
    )


def _each_once(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))


def _open_points(loci: dict[str, tuple[Genotype, ...]]) -> tuple[str, ...]:
    """Everything that keeps these genotypes from being two known proteins per gene."""
    points: list[str] = []
    for locus, genotypes in loci.items():
        if len({_proteins(genotype) for genotype in genotypes}) > 1:
            points.append(f"{locus}: {len(genotypes)} genotypes are possible.")
        for genotype in genotypes:
            if len(genotype) < 2 and locus not in _NOT_ON_EVERY_HAPLOTYPE:
                points.append(f"{locus}: one copy is written; the second is unknown.")
            for copy in genotype:
                points.extend(_open_points_of(copy))
    return _each_once(points)


def _open_points_of(copy: Copy) -> list[str]:
    points = [question for question in map(open_question, copy) if question]
    proteins = _each_once(allele.protein for allele in copy if allele.protein is not None)
    if len(proteins) > 1:
        names = " or ".join(proteins[:4]) + (" or ..." if len(proteins) > 4 else "")
        points.append(f"{copy[0].locus}: {names} are not told apart.")
    return points


def _proteins(genotype: Genotype) -> tuple[tuple[str, ...], ...]:
    """The genotype with names cut to two fields, in an order that does not depend on writing."""
    return tuple(sorted(tuple(sorted(a.protein or a.text for a in copy)) for copy in genotype))
