"""Relations of donor to patient: what sex and years of birth allow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.relations import RELATIONS, relation_blockers, require_relation

PATIENT_BORN = 2020


def sentences(relation: str, sex: str, born: int, **limits: int) -> list[str]:
    blockers = relation_blockers(relation, sex, born, PATIENT_BORN, **limits)
    assert {blocker.code for blocker in blockers} <= {"relation-inconsistent"}
    return [blocker.sentence for blocker in blockers]


@pytest.mark.parametrize(
    ("relation", "sex", "born"),
    [
        ("mother", "F", 1988),
        ("father", "M", 1986),
        ("sibling", "F", 2015),
        ("sibling", "M", 2020),
        ("half-sibling", "M", 1965),
        ("child", "F", 2040),
        ("grandparent", "M", 1955),
        ("grandparent", "F", 1955),
        ("aunt", "F", 2022),
        ("uncle", "M", 1970),
        ("cousin", "M", 1990),
        ("unrelated", "F", 1950),
    ],
)
def test_an_ordinary_relative_is_not_stopped(relation: str, sex: str, born: int) -> None:
    assert sentences(relation, sex, born) == []


@pytest.mark.parametrize(
    ("relation", "sex"), [("mother", "M"), ("father", "F"), ("aunt", "M"), ("uncle", "F")]
)
def test_a_relation_of_the_other_sex_is_stopped(relation: str, sex: str) -> None:
    (sentence,) = sentences(relation, sex, 1985)
    assert relation in sentence


@pytest.mark.parametrize("relation", ["mother", "father", "aunt", "uncle"])
@pytest.mark.parametrize("sex", ["", "X", "f", "female"])
def test_a_sex_that_is_not_the_one_needed_is_stopped_whatever_it_is(
    relation: str, sex: str
) -> None:
    assert len(sentences(relation, sex, 1985)) == 1


@pytest.mark.parametrize(
    ("relation", "sex", "last_possible"),
    [("mother", "F", 2010), ("father", "M", 2010), ("grandparent", "F", 2000)],
)
def test_an_elder_is_older_by_the_least_years_of_each_generation(
    relation: str, sex: str, last_possible: int
) -> None:
    assert sentences(relation, sex, last_possible) == []
    (sentence,) = sentences(relation, sex, last_possible + 1)
    assert str(last_possible + 1) in sentence
    assert str(PATIENT_BORN) in sentence


def test_a_child_is_younger_than_the_patient() -> None:
    assert sentences("child", "M", 2030) == []
    assert len(sentences("child", "M", 2029)) == 1
    assert len(sentences("child", "M", 1990)) == 1


def test_full_siblings_are_not_two_generations_apart() -> None:
    assert sentences("sibling", "F", 1970) == []
    assert len(sentences("sibling", "F", 1969)) == 1
    assert len(sentences("sibling", "F", 2071)) == 1


def test_the_years_are_the_sites_to_set() -> None:
    assert len(sentences("mother", "F", 2005, generation_years=16)) == 1
    assert len(sentences("grandparent", "F", 1989, generation_years=16)) == 1
    assert len(sentences("sibling", "F", 2000, sibling_years=19)) == 1


def test_all_reasons_are_given_and_not_only_the_first() -> None:
    assert len(sentences("mother", "M", 2021)) == 2


@given(st.sampled_from(["mother", "father"]), st.integers(1900, 2100), st.integers(1900, 2100))
def test_a_parent_that_is_allowed_makes_a_child_that_is_allowed(
    relation: str, donor: int, patient: int
) -> None:
    sex = "F" if relation == "mother" else "M"
    as_parent = relation_blockers(relation, sex, donor, patient)
    as_child = relation_blockers("child", "F", patient, donor)
    assert bool(as_parent) == bool(as_child) == (patient - donor < 10)


@pytest.mark.parametrize("relation", RELATIONS)
def test_every_relation_is_known(relation: str) -> None:
    assert require_relation(relation) == relation


@pytest.mark.parametrize("relation", ["", "Mother", "twin", "mother "])
def test_an_unknown_relation_is_refused_and_the_known_ones_named(relation: str) -> None:
    with pytest.raises(BadValue) as refused:
        relation_blockers(relation, "F", 1980, 2010)
    assert refused.value.code == "relation-unknown"
    assert "half-sibling" in refused.value.hint
