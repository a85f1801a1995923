"""The nine children and their parents: who they are, when they enrol, which HLA types they have.

Ages, sexes, relations, marrow and collection days are those of the training scenario. The typings
are made up from haplotypes that are common in Europe; each donor passed exactly one of theirs on.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

SCENARIO_YEAR = 2025
"""The year in which everybody has the age the scenario gives."""

GENES = ("A", "B", "C", "DRB1", "DQB1")


class Haplotype(NamedTuple):
    """One parent's half of a typing, an allele for each of ``GENES``."""

    a: str
    b: str
    c: str
    drb1: str
    dqb1: str


def typing_of(first: Haplotype, second: Haplotype) -> str:
    """Two haplotypes as a GL String (doi 10.1111/tan.12150)."""
    pairs = zip(GENES, first, second, strict=True)
    return "^".join(f"{gene}*{one}+{gene}*{other}" for gene, one, other in pairs)


class Child(NamedTuple):
    """A patient: code, age in years in 2025, sex, weight at enrolment."""

    code: str
    age: int
    sex: str
    weight_kg: Decimal


class Parent(NamedTuple):
    """A donor: code, what they are to the child, age, and the haplotype the child has not got."""

    code: str
    relation: str
    age: int
    other: Haplotype

    @property
    def sex(self) -> str:
        """``M`` or ``F``."""
        return "F" if self.relation == "mother" else "M"


class Days(NamedTuple):
    """The days before the culture, ISO 8601.

    Attributes:
        enrolled: the child is registered, consents are given.
        sampled: the donor is registered, serology is drawn.
        decided: the responsible person decides; the pair is made, the donation planned.
        collected: the marrow is taken.
    """

    enrolled: str
    sampled: str
    decided: str
    collected: str


class Marrow(NamedTuple):
    """What was taken: volume in mL, nucleated and mononuclear cells in all of it."""

    volume_ml: int
    tnc: int
    mnc: int


class Family(NamedTuple):
    """A child, the parent who gives marrow, and the haplotypes between them.

    Attributes:
        child: the patient.
        parent: the donor.
        from_parent: the haplotype the child has from the donor.
        from_other: the haplotype the child has from the other parent.
        days: when things happen.
        marrow: what is taken.
    """

    child: Child
    parent: Parent
    from_parent: Haplotype
    from_other: Haplotype
    days: Days
    marrow: Marrow


DEFERRED_MOTHER = Parent(
    "D05M", "mother", 39, Haplotype("32:01", "40:02", "02:02", "11:01", "03:01")
)
"""P05's mother, screened first and deferred (E01)."""

FAMILIES = (
    Family(
        Child("P01", 4, "F", Decimal("12.9")),
        Parent("D01", "father", 34, Haplotype("03:01", "07:02", "07:02", "15:01", "06:02")),
        Haplotype("02:01", "44:02", "05:01", "04:01", "03:01"),
        Haplotype("24:02", "51:01", "15:02", "11:04", "03:01"),
        Days("2025-08-11", "2025-08-13", "2025-08-20", "2025-09-01"),
        Marrow(35, 770_000_000, 216_000_000),
    ),
    Family(
        Child("P02", 6, "M", Decimal("15.6")),
        Parent("D02", "mother", 37, Haplotype("02:01", "40:01", "03:04", "13:02", "06:04")),
        Haplotype("01:01", "08:01", "07:01", "03:01", "02:01"),
        Haplotype("29:02", "44:03", "16:01", "07:01", "02:02"),
        Days("2025-08-25", "2025-08-27", "2025-09-03", "2025-09-15"),
        Marrow(40, 760_000_000, 236_000_000),
    ),
    Family(
        Child("P03", 7, "F", Decimal("17.3")),
        Parent("D03", "mother", 41, Haplotype("03:01", "07:02", "07:02", "15:01", "06:02")),
        Haplotype("30:02", "18:01", "05:01", "03:01", "02:01"),
        Haplotype("11:01", "35:01", "04:01", "01:01", "05:01"),
        Days("2025-09-08", "2025-09-10", "2025-09-17", "2025-09-29"),
        Marrow(45, 1_125_000_000, 292_000_000),
    ),
    Family(
        Child("P04", 9, "M", Decimal("21.0")),
        Parent("D04", "father", 44, Haplotype("24:02", "35:02", "04:01", "11:04", "03:01")),
        Haplotype("33:01", "14:02", "08:02", "01:02", "05:01"),
        Haplotype("02:01", "51:01", "15:02", "08:01", "04:02"),
        Days("2025-09-22", "2025-09-24", "2025-10-01", "2025-10-14"),
        Marrow(45, 720_000_000, 216_000_000),
    ),
    Family(
        Child("P05", 10, "F", Decimal("23.1")),
        Parent("D05", "father", 43, Haplotype("01:01", "57:01", "06:02", "07:01", "03:03")),
        Haplotype("26:01", "38:01", "12:03", "13:01", "06:03"),
        Haplotype("02:01", "44:02", "05:01", "04:01", "03:01"),
        Days("2025-10-15", "2025-10-20", "2025-10-24", "2025-10-27"),
        Marrow(50, 1_050_000_000, 284_000_000),
    ),
    Family(
        Child("P06", 12, "M", Decimal("26.5")),
        Parent("D06", "father", 46, Haplotype("02:01", "50:01", "06:02", "07:01", "02:02")),
        Haplotype("23:01", "49:01", "07:01", "11:01", "03:01"),
        Haplotype("68:01", "40:02", "02:02", "16:01", "05:02"),
        Days("2025-10-20", "2025-10-22", "2025-10-29", "2025-11-10"),
        Marrow(50, 1_350_000_000, 338_000_000),
    ),
    Family(
        Child("P07", 13, "F", Decimal("29.9")),
        Parent("D07", "mother", 43, Haplotype("31:01", "40:01", "03:04", "04:04", "03:02")),
        Haplotype("25:01", "18:01", "12:03", "15:01", "06:02"),
        Haplotype("03:01", "35:01", "04:01", "01:01", "05:01"),
        Days("2025-10-20", "2025-10-21", "2025-10-29", "2025-11-24"),
        Marrow(55, 990_000_000, 287_000_000),
    ),
    Family(
        Child("P08", 15, "M", Decimal("35.2")),
        Parent("D08", "father", 49, Haplotype("24:02", "07:02", "07:02", "14:01", "05:03")),
        Haplotype("29:02", "45:01", "06:02", "07:01", "02:02"),
        Haplotype("01:01", "08:01", "07:01", "03:01", "02:01"),
        Days("2025-11-17", "2025-11-19", "2025-11-26", "2025-12-09"),
        Marrow(60, 1_380_000_000, 359_000_000),
    ),
    Family(
        Child("P09", 17, "F", Decimal("40.8")),
        Parent("D09", "mother", 50, Haplotype("32:01", "52:01", "12:02", "15:02", "06:01")),
        Haplotype("11:01", "55:01", "03:03", "14:01", "05:03"),
        Haplotype("02:01", "27:05", "01:02", "01:01", "05:01"),
        Days("2025-12-01", "2025-12-03", "2025-12-10", "2025-12-22"),
        Marrow(60, 1_200_000_000, 360_000_000),
    ),
)
"""The nine pairs of the scenario, by patient."""
