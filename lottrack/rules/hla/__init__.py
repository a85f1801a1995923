"""HLA: reading typings, comparing two of them, and saying what that proves.

``alleles`` reads one name, ``glstring`` a whole typing, ``comparing`` says what is the same,
``sharing`` finds haplotype sharing, ``proof`` puts the finding into words.
"""

from __future__ import annotations

from lottrack.rules.hla.alleles import Allele, parse_allele
from lottrack.rules.hla.glstring import Phased, Typing, parse_gl_string, render_typing
from lottrack.rules.hla.proof import proof_sentence
from lottrack.rules.hla.sharing import (
    TESTED_LOCI,
    Mismatches,
    Sharing,
    haplotype_sharing,
    haplotypes_shared_by_descent,
    mismatch_vector,
)

__all__ = [
    "TESTED_LOCI",
    "Allele",
    "Mismatches",
    "Phased",
    "Sharing",
    "Typing",
    "haplotype_sharing",
    "haplotypes_shared_by_descent",
    "mismatch_vector",
    "parse_allele",
    "parse_gl_string",
    "proof_sentence",
    "render_typing",
]
