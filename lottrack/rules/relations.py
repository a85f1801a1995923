"""How the donor is related to the patient, and what nature allows of it.

A relation is read "the donor is the patient's ...": with ``child`` the patient is the parent.
"""

from __future__ import annotations

from lottrack.errors import BadValue, Blocker
from lottrack.rules.reading.text import quoted

RELATIONS = (
    "mother",
    "father",
    "sibling",
    "half-sibling",
    "child",
    "grandparent",
    "aunt",
    "uncle",
    "cousin",
    "unrelated",
)

PARENT_AND_CHILD = frozenset({"mother", "father", "child"})
"""Relations in which one whole haplotype is always shared by descent."""

DEFAULT_GENERATION_YEARS = 10
DEFAULT_SIBLING_YEARS = 50

_SEX_OF = {"mother": "F", "father": "M", "aunt": "F", "uncle": "M"}
_SEX_WORDS = {"F": "female", "M": "male"}
_OLDER_GENERATIONS = {"mother": 1, "father": 1, "grandparent": 2}


def require_relation(relation: str) -> str:
    """The relation itself.

    Raises:
        BadValue: code ``relation-unknown``; it is none of ``RELATIONS``.
    """
    if relation not in RELATIONS:
        raise BadValue(
            f"{quoted(relation)} is not a relation of donor to patient.",
            code="relation-unknown",
            hint=f"Give one of: {', '.join(RELATIONS)}.",
        )
    return relation


def relation_blockers(
    relation: str,
    donor_sex: str,
    donor_born: int,
    patient_born: int,
    *,
    generation_years: int = DEFAULT_GENERATION_YEARS,
    sibling_years: int = DEFAULT_SIBLING_YEARS,
) -> list[Blocker]:
    """Why a donor of this sex and birth year cannot be the patient's ``relation``.

    The patient's sex allows every relation, and aunts, uncles, cousins and half-siblings may be
    of any age. Wrong sex or years are slips of typing or two people confused; both must be mended
    before the pair is registered, so they block.

    Args:
        relation: one of ``RELATIONS``.
        donor_sex: "F" or "M".
        donor_born: the donor's year of birth.
        patient_born: the patient's year of birth.
        generation_years: fewest years between the births of a parent and a child (a setting of
            the site, not a fact of nature; a grandparent needs twice as many).
        sibling_years: most years between the births of full siblings (a setting as well).

    Returns:
        Blockers with the code ``relation-inconsistent``; none when nothing speaks against it.

    Raises:
        BadValue: the relation is none of ``RELATIONS``.
    """
    require_relation(relation)
    reasons = (
        _sex_reason(relation, donor_sex),
        _generation_reason(relation, donor_born, patient_born, generation_years),
        _sibling_reason(relation, donor_born, patient_born, sibling_years),
    )
    return [Blocker("relation-inconsistent", reason) for reason in reasons if reason]


def _sex_reason(relation: str, donor_sex: str) -> str:
    wanted = _SEX_OF.get(relation, donor_sex)
    if donor_sex == wanted:
        return ""
    recorded = _SEX_WORDS.get(donor_sex, quoted(donor_sex))
    return (
        f"The donor is registered as the patient's {relation}, who is {_SEX_WORDS[wanted]}, "
        f"and as {recorded}."
    )


def _generation_reason(
    relation: str, donor_born: int, patient_born: int, generation_years: int
) -> str:
    if relation == "child":
        older, years, least = "patient", donor_born - patient_born, generation_years
    elif relation in _OLDER_GENERATIONS:
        least = _OLDER_GENERATIONS[relation] * generation_years
        older, years = "donor", patient_born - donor_born
    else:
        return ""
    if years >= least:
        return ""
    return (
        f"With the donor as the patient's {relation}, the {older} is the elder by at least "
        f"{least} years; the years of birth are {donor_born} (donor) and {patient_born} (patient)."
    )


def _sibling_reason(relation: str, donor_born: int, patient_born: int, sibling_years: int) -> str:
    if relation != "sibling" or abs(donor_born - patient_born) <= sibling_years:
        return ""
    return (
        f"Full siblings are born within {sibling_years} years; the years of birth are "
        f"{donor_born} (donor) and {patient_born} (patient)."
    )
