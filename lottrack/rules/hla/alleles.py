"""HLA allele names: what one name says, and what it leaves open.

A name is ``HLA-GENE*F1:F2:F3:F4`` with an optional expression suffix: allele group, protein,
synonymous change, change outside the coding region (WHO Nomenclature Committee,
hla.alleles.org/nomenclature/naming). Colons are part of the name since April 2010; older names
are refused and never converted, because some alleles changed more than their punctuation.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from lottrack.errors import BadValue
from lottrack.rules.reading.text import quoted

Kind = Literal["allele", "group", "code", "XX"]

EXPRESSION_SUFFIXES = {
    "N": "null",
    "L": "low",
    "S": "secreted",
    "C": "cytoplasm",
    "A": "aberrant",
    "Q": "questionable",
}

# Genes named outside the HLA series: written without "HLA-".
_UNPREFIXED = frozenset({"MICA", "MICB", "HFE", "TAP1", "TAP2"})

# A closed list on purpose: a slip such as DBR1*04:01 must not hide as an unknown gene.
GENES = _UNPREFIXED | frozenset(
    {"A", "B", "C", "E", "F", "G", "H", "J", "K", "L", "N", "P", "R", "S", "T", "U", "V", "W"}
    | {"X", "Y", "Z", "DRA", *(f"DRB{number}" for number in range(1, 10))}
    | {"DQA1", "DQA2", "DQB1", "DQB2", "DPA1", "DPA2", "DPB1", "DPB2"}
    | {"DMA", "DMB", "DOA", "DOB"}
)

# First fields that are running numbers: any length at DPB1, always three digits at the others.
_PADDED_FIRST_FIELD = frozenset({"MICA", "MICB", "HFE"})
FIRST_FIELD_IS_A_NUMBER = _PADDED_FIRST_FIELD | {"DPB1"}
"""Genes whose first field counts alleles and names no group of like ones."""

# Old families that went into others in 2010 (A*92 into A*02, B*95 into B*15), and DPB1, where old
# names of four digits read two ways: the hint proposes no name for these.
_RENAMED_IN_2010 = ("A*92", "B*95", "DPB1*")

# Patterns are texts, compiled (and kept by re) at first use: see rules/codes/identifiers.py.
_CODE = r"([0-9]+):([A-Z]{2,8})"
_NUMBERS = r"([0-9]+(?::[0-9]+)*)([A-Z]?)"
_FIELD = r"0[1-9]|[1-9][0-9]{1,3}"
_PADDED_FIELD = r"(?!000)[0-9]{3}"


class Allele(NamedTuple):
    """One HLA name, taken apart.

    Attributes:
        locus: the gene, such as "DRB1", without "HLA-".
        fields: one to four fields as text; for a code or XX the group and the letters.
        suffix: the expression suffix, "G" or "P" for a group, or "".
        kind: "allele"; "group" (G or P); "code" (a multiple allele code); "XX" (any of a group).
        text: the name without "HLA-", exactly as given otherwise.
    """

    locus: str
    fields: tuple[str, ...]
    suffix: str
    kind: Kind
    text: str

    @property
    def protein(self) -> str | None:
        """The two-field name with its expression suffix, such as "44:02S"; None if left open."""
        if self.kind != "allele" or len(self.fields) < 2:
            return None
        return ":".join(self.fields[:2]) + self.suffix

    @property
    def written(self) -> str:
        """The name as it is written in a GL String."""
        return self.text if self.locus in _UNPREFIXED else f"HLA-{self.text}"


def shown(text: str) -> str:
    """``text`` for a sentence: quoted, control characters visible, cut after 60 characters."""
    return quoted(text if len(text) <= 60 else f"{text[:59]}…")


def hla_invalid(text: str, what: str, why: str, hint: str) -> BadValue:
    """The refusal of a text that is not ``what`` (an allele name, a GL String)."""
    return BadValue(f"{shown(text)} is not {what}: {why}.", code="hla-invalid", hint=hint)


def _not_a_name(text: str, why: str, hint: str) -> BadValue:
    return hla_invalid(text, "an HLA allele name", why, hint)


def parse_allele(text: str) -> Allele:
    """Read one HLA name, with or without "HLA-".

    Accepted: one to four fields with an expression suffix, G groups (three fields), P groups (two
    fields), multiple allele codes (``A*02:ABCD``) and ``A*02:XX``. The last four and names of one
    field leave the protein open (``Allele.protein`` is None).

    Source: hla.alleles.org naming pages (fields, suffixes, G and P groups).

    Raises:
        BadValue: code ``hla-invalid``; the hint says what to write or whom to ask.
    """
    if not text:
        raise _not_a_name(text, "nothing is written there", "Write a name such as A*02:01.")
    name = text.removeprefix("HLA-")
    locus, asterisk, rest = name.partition("*")
    if not asterisk:
        raise _without_asterisk(text, name)
    if locus not in GENES:
        raise _unknown_gene(text, locus)
    code = re.fullmatch(_CODE, rest)
    if code is not None:
        _require_fields(text, locus, (code[1],))
        kind: Kind = "XX" if code[2] == "XX" else "code"
        return Allele(locus, (code[1], code[2]), "", kind, name)
    numbers = re.fullmatch(_NUMBERS, rest)
    if numbers is None:
        raise _not_a_name(
            text,
            "after the asterisk come fields of digits joined by colons and at most one letter",
            "Write a name such as A*02:01, in capitals and without spaces.",
        )
    fields, suffix = tuple(numbers[1].split(":")), numbers[2]
    _require_colons(text, locus, fields, suffix)
    _require_fields(text, locus, fields)
    return Allele(locus, fields, suffix, _require_suffix(text, fields, suffix), name)


def _without_asterisk(text: str, name: str) -> BadValue:
    gene = re.match(r"(DRB[1-9]|D[PQ][AB]1|[ABC])(?=[0-9]{2}:)", name)
    if gene is None:
        hint = "Write a DNA-based name such as A*02:01; a serological type such as A2 is not one."
    else:
        hint = f"Write {gene[0]}*{name[gene.end() :][:40]} if the report means it."
    return _not_a_name(text, "the asterisk between gene and fields is missing", hint)


def _unknown_gene(text: str, locus: str) -> BadValue:
    if locus == "Cw":
        hint = "The w of Cw was dropped in 2010: write C*, with colons between the fields."
    else:
        hint = "Write the gene in capitals: A, B, C, DRB1, DQB1, DPB1, ..."
    return _not_a_name(text, f"{shown(locus)} is no gene of the HLA nomenclature", hint)


def _require_colons(text: str, locus: str, fields: tuple[str, ...], suffix: str) -> None:
    """Refuse a name of before April 2010; its digits are never split silently."""
    digits = fields[0]
    longest = 3 if locus in FIRST_FIELD_IS_A_NUMBER else 2
    if len(fields) > 1 or len(digits) <= longest:
        return
    hint = "If in doubt, ask the laboratory for the name with colons."
    old = f"{locus}*{digits}"
    if len(digits) == 4 and not old.startswith(_RENAMED_IN_2010):
        hint = f"Write {locus}*{digits[:2]}:{digits[2:]}{suffix} if the report means it. {hint}"
    raise _not_a_name(text, "fields are separated by colons since April 2010", hint)


def _require_fields(text: str, locus: str, fields: tuple[str, ...]) -> None:
    if len(fields) > 4:
        raise _not_a_name(text, "a name has at most four fields", "Copy the name from the report.")
    for place, field in enumerate(fields):
        padded = place == 0 and locus in _PADDED_FIRST_FIELD
        if not re.fullmatch(_PADDED_FIELD if padded else _FIELD, field):
            raise _not_a_name(
                text,
                f"{shown(field)} is no field: a field has two to four digits, is never zero, and "
                "has a leading zero only to make up two digits",
                "Copy the name from the report.",
            )


def _require_suffix(text: str, fields: tuple[str, ...], suffix: str) -> Kind:
    """The kind of name that this suffix makes of these fields."""
    if suffix in {"G", "P"}:
        wanted = 3 if suffix == "G" else 2
        if len(fields) != wanted:
            raise _not_a_name(
                text,
                f"a {suffix} group is named by {'three' if wanted == 3 else 'two'} fields",
                "Write groups as A*02:01:01G or A*02:01P.",
            )
        return "group"
    if suffix and suffix not in EXPRESSION_SUFFIXES:
        known = ", ".join(f"{letter} {word}" for letter, word in EXPRESSION_SUFFIXES.items())
        raise _not_a_name(text, f"{suffix} is no suffix", f"The suffixes are {known}; groups G, P.")
    if suffix and len(fields) < 2:
        raise _not_a_name(
            text,
            "a suffix belongs to a protein, and one field names only an allele group",
            "Write at least two fields before the suffix, as in A*24:09N.",
        )
    return "allele"


def open_question(allele: Allele) -> str:
    """What the name leaves open, as a sentence; "" when it names one protein."""
    if allele.kind == "code":
        return f"{allele.text} is a multiple allele code: the alleles behind it are not written."
    if allele.kind == "group":
        return (
            f"{allele.text} is a group of alleles alike in the exons of the peptide-binding "
            "domain: which of them is not known."
        )
    if allele.protein is None:
        return f"{allele.text} names only an allele group: the protein is not known."
    return ""
