"""Haplotype sharing: published findings, controls, and a count of every possibility."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.hla.glstring import Typing, parse_gl_string
from lottrack.rules.hla.proof import proof_sentence
from lottrack.rules.hla.sharing import (
    Mismatches,
    haplotype_sharing,
    haplotypes_shared_by_descent,
    mismatch_vector,
)
from lottrack.rules.relations import RELATIONS

ALL_VECTORS = json.loads(
    (Path(__file__).parents[1] / "data" / "vectors_public.json").read_text("utf-8")
)["vectors"]

# The demonstration family of the trial: patient P01 and the father.
PATIENT = parse_gl_string(
    "A*02:01+A*24:02^B*44:02+B*51:01^C*05:01+C*15:02^DRB1*04:01+DRB1*11:04^DQB1*03:01+DQB1*03:01"
)
FATHER = (
    "A*02:01+A*03:01^B*44:02+B*07:02^C*05:01+C*07:02^DRB1*04:01+DRB1*15:01^DQB1*03:01+DQB1*06:02"
)


def vectors(kind: str) -> list[dict]:
    return [vector for vector in ALL_VECTORS if vector["kind"] == kind]


def typed(loci: dict[str, list[str]]) -> Typing:
    """A typing from lists of names without their gene."""
    return parse_gl_string(
        "^".join(
            "+".join("/".join(f"{locus}*{name}" for name in copy.split("/")) for copy in copies)
            for locus, copies in loci.items()
        )
    )


def shared(recipient: str, donor: str) -> int | str:
    """What is told of one gene."""
    one = parse_gl_string(recipient)
    (locus,) = one.loci
    return haplotype_sharing(one, parse_gl_string(donor), (locus,)).loci[locus]


def father(old: str = "", new: str = "") -> Typing:
    """The father's typing with one change."""
    assert old in FATHER
    return parse_gl_string(FATHER.replace(old, new))


def test_all_published_findings_are_there() -> None:
    counts = [
        len(vectors(kind))
        for kind in ("haploidentity", "hla_mismatch_vector", "haplotypes_shared_by_descent")
    ]
    assert counts == [11, 2, 3]


@pytest.mark.parametrize("vector", vectors("haploidentity"), ids=lambda vector: vector["id"])
def test_a_published_pair_is_judged_as_published(vector: dict) -> None:
    case = vector["input"]
    sharing = haplotype_sharing(typed(case["recipient"]), typed(case["donor"]), tuple(case["loci"]))
    assert sharing.result == vector["expect"]["result"]
    assert sharing.loci == vector["expect"]["shared_per_locus"]


@pytest.mark.parametrize("vector", vectors("hla_mismatch_vector"), ids=lambda vector: vector["id"])
def test_published_mismatches_are_counted_in_both_directions(vector: dict) -> None:
    case = vector["input"]
    found = mismatch_vector(typed(case["recipient"]), typed(case["donor"]), tuple(case["loci"]))
    assert found == (vector["expect"]["gvh"], vector["expect"]["hvg"])


@pytest.mark.parametrize(
    ("recipient", "donor", "gvh", "hvg"),
    [
        ("A*01:01+A*01:01", "A*02:01+A*03:01", 1, 2),
        ("A*02:01+A*03:01", "A*01:01+A*01:01", 2, 1),
        ("A*24:09N+A*01:01", "A*24:02+A*01:01", 1, 1),
        ("A*02:01+A*03:01", "A*02:01", "0-1", "0-1"),
        ("A*02+A*02", "A*03:01+A*03:01", "1-2", 1),
    ],
)
def test_a_mismatched_allele_counts_once_and_what_is_open_gives_a_range(
    recipient: str, donor: str, gvh: int | str, hvg: int | str
) -> None:
    one, two = parse_gl_string(recipient), parse_gl_string(donor)
    assert mismatch_vector(one, two, ("A",)) == (gvh, hvg)


@pytest.mark.parametrize(
    "vector", vectors("haplotypes_shared_by_descent"), ids=lambda vector: vector["id"]
)
def test_a_published_family_shares_haplotypes_as_published(vector: dict) -> None:
    family = {member: tuple(names) for member, names in vector["input"].items()}
    expected = vector["expect"]["shared"], vector["expect"]["class"]
    assert haplotypes_shared_by_descent(**family) == expected


# --- the domain's demonstration pair and its controls --------------------------------------------


def test_the_demonstration_father_shares_one_allele_at_all_five_loci() -> None:
    sharing = haplotype_sharing(PATIENT, father())
    assert sharing.result == "haplo_compatible"
    assert sharing.loci == {"A": 1, "B": 1, "C": 1, "DRB1": 1, "DQB1": 1}
    assert sharing.reasons == ()


def test_control_n1_no_shared_allele_at_a_is_not_haploidentical() -> None:
    sharing = haplotype_sharing(PATIENT, father("A*02:01+A*03:01", "A*01:01+A*03:01"))
    assert sharing.result == "not_haploidentical"
    assert sharing.loci["A"] == 0
    assert "No allele is shared at A." in sharing.reasons


def test_control_n2_two_shared_alleles_at_one_locus_are_still_haploidentical() -> None:
    sharing = haplotype_sharing(PATIENT, father("A*02:01+A*03:01", "A*02:01+A*24:02"))
    assert sharing.result == "haplo_compatible"
    assert sharing.loci["A"] == 2


def test_control_n3_a_secreted_allele_is_not_its_expressed_sibling() -> None:
    donor = father("B*44:02+B*07:02", "B*44:02:01:01+B*07:02")
    recipient = parse_gl_string(PATIENT.text.replace("B*44:02", "B*44:02:01:02S"))
    sharing = haplotype_sharing(recipient, donor)
    assert sharing.loci["B"] == 0
    assert sharing.result == "not_haploidentical"
    assert any("expression suffix" in reason for reason in sharing.reasons)
    assert haplotype_sharing(recipient, recipient).loci["B"] == 2


# --- what counts as the same ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recipient", "donor", "expected"),
    [
        ("A*24:09N+A*01:01", "A*24:09N+A*02:01", 1),
        ("A*24:02N+A*01:01", "A*24:02+A*02:01", 0),
        ("A*24:02L+A*01:01", "A*24:02:01:02L+A*02:01", 1),
        ("A*24:02:01:01+A*01:01", "A*24:02:03+A*02:01", 1),
        ("A*02:01+A*02:01", "A*02:01+A*02:01", 2),
        ("A*02:01+A*02:01", "A*02:01+A*03:01", 1),
        ("A*02:01+A*03:01", "A*03:01+A*02:01", 2),
    ],
)
def test_known_alleles_are_counted_at_two_fields_with_their_suffix(
    recipient: str, donor: str, expected: int
) -> None:
    assert shared(recipient, donor) == expected


@pytest.mark.parametrize(
    ("recipient", "donor", "expected"),
    [
        # one field and XX: anything of that group, nothing of another
        ("B*07:02+B*08:01", "B*07+B*44:02", "0-1"),
        ("B*07+B*08", "B*07+B*08", "0-2"),
        ("B*07:02+B*08:01", "B*15+B*44", 0),
        ("A*02:01+A*03:01", "A*02:XX+A*24:XX", "0-1"),
        ("A*02:01+A*03:01", "A*24:XX+A*29:XX", 0),
        # groups: two of one kind with different names are disjoint, the same twice is unproved
        ("A*02:01:01G+A*03:01:01G", "A*02:01:01G+A*24:02:01G", "0-1"),
        ("A*02:01:01G+A*03:01:01G", "A*02:05:01G+A*24:02:01G", 0),
        ("A*02:01P+A*03:01P", "A*02:01P+A*24:02P", "0-1"),
        ("A*02:01:01G+A*03:01:01G", "A*02:05P+A*24:02P", "0-1"),
        ("A*02:01:01G+A*03:01:01G", "A*02:09+A*24:02", "0-1"),
        ("A*02:01:01G+A*03:01:01G", "A*24:02+A*29:02", 0),
        # multiple allele codes may cross allele groups, so their number excludes nothing
        ("A*02:01+A*03:01", "A*02:ABCD+A*29:02", "0-1"),
        ("A*02:01+A*03:01", "A*24:ABCD+A*29:02", "0-1"),
        ("A*02:ABCD+A*03:01", "A*02:ABCD+A*29:02", "0-2"),
        # possible alleles
        ("A*02:01+A*03:01", "A*02:01/A*02:09+A*29:02", "0-1"),
        ("A*02:01+A*03:01", "A*03:01+A*29:01/A*29:02", 1),
        ("A*02:01+A*03:01", "A*02:01/A*03:01+A*29:02", 1),
        ("A*02:01/A*02:09+A*03:01", "A*02:01/A*02:09+A*03:01", "1-2"),
        ("A*02:01:01/A*02:01:02+A*03:01", "A*02:01+A*03:01", 2),
        # possible genotypes
        ("A*02:01+A*24:02", "A*02:01+A*24:02|A*02:05+A*24:03", "0-2"),
        ("A*02:01+A*24:02", "A*02:01+A*24:02|A*02:01+A*24:03", "1-2"),
        ("A*02:01+A*24:02", "A*02:01+A*24:02|A*24:02+A*02:01", 2),
        # a copy that is not written is unknown, never a second of the first
        ("A*02:01+A*24:02", "A*02:01", "1-2"),
        ("A*02:01+A*24:02", "A*03:01", "0-1"),
        ("A*02:01+A*02:01", "A*02:01", "1-2"),
        ("A*02:01", "A*02:01", "1-2"),
        # one written allele between two that it may be: it is surely one of them
        ("A*02:01+A*02:09", "A*02:01/A*02:09+A*03:01", 1),
    ],
)
def test_what_is_open_gives_a_range_and_never_more(
    recipient: str, donor: str, expected: int | str
) -> None:
    assert shared(recipient, donor) == expected
    assert shared(donor, recipient) == expected


def test_the_first_field_of_a_dpb1_group_excludes_nothing() -> None:
    one, two = (
        parse_gl_string(text) for text in ("DPB1*04:01:01G+DPB1*01:01", "DPB1*126:01+DPB1*02:01")
    )
    assert haplotype_sharing(one, two, ("A",)).dpb1 == "0-1"


# A small world in which every possibility can be counted: what each name may be.
_WORLD = {
    "02:01": {"02:01"},
    "02:09": {"02:09"},
    "02:09N": {"02:09N"},
    "24:02": {"24:02"},
    "24:03": {"24:03"},
}
_GROUP_02 = {"02:01", "02:09", "02:09N", "02:05", "02:06", "02:07"}
_GROUP_24 = {"24:02", "24:03", "24:04", "24:05", "24:06"}
_WORLD |= {"02": _GROUP_02, "24:XX": _GROUP_24, "02:ABCD": _GROUP_02 | _GROUP_24}
_ANYTHING = _GROUP_02 | _GROUP_24 | {"03:01", "01:01"}

_copies = st.lists(st.sampled_from(sorted(_WORLD)), min_size=1, max_size=2, unique=True)
_genotypes = st.lists(st.lists(_copies, min_size=1, max_size=2), min_size=1, max_size=2)


def _text(genotypes: list[list[list[str]]]) -> str:
    return "|".join(
        "+".join("/".join(f"A*{name}" for name in copy) for copy in genotype)
        for genotype in genotypes
    )


def _everything(genotypes: list[list[list[str]]]) -> set[tuple[str, str]]:
    """Every pair of proteins that the person may have."""
    found: set[tuple[str, str]] = set()
    for genotype in genotypes:
        sets = [set().union(*(_WORLD[name] for name in copy)) for copy in genotype]
        found |= set(product(*(*sets, _ANYTHING)[:2]))
    return found


def _spread(numbers: set[int]) -> int | str:
    least, most = min(numbers), max(numbers)
    return least if least == most else f"{least}-{most}"


@given(_genotypes, _genotypes)
def test_the_range_is_what_counting_every_possibility_gives(
    recipient: list[list[list[str]]], donor: list[list[list[str]]]
) -> None:
    counts, lost, foreign = set(), set(), set()
    for mine, theirs in product(_everything(recipient), _everything(donor)):
        counts.add(
            max(
                (mine[0] == theirs[0]) + (mine[1] == theirs[1]),
                (mine[0] == theirs[1]) + (mine[1] == theirs[0]),
            )
        )
        lost.add(len(set(mine) - set(theirs)))
        foreign.add(len(set(theirs) - set(mine)))
    one, two = parse_gl_string(_text(recipient)), parse_gl_string(_text(donor))
    assert haplotype_sharing(one, two, ("A",)).loci == {"A": _spread(counts)}
    found = mismatch_vector(one, two, ("A",))
    assert lost <= _numbers(found.gvh)
    assert foreign <= _numbers(found.hvg)


def _numbers(count: int | str) -> set[int]:
    least, _, most = str(count).partition("-")
    return set(range(int(least), int(most or least) + 1))


# --- the finding ---------------------------------------------------------------------------------


def test_one_locus_without_sharing_decides_even_when_another_is_missing() -> None:
    donor = parse_gl_string("A*01:01+A*03:01^B*44:02+B*07:02")
    assert haplotype_sharing(PATIENT, donor).result == "not_haploidentical"


def test_a_missing_locus_is_named_for_the_person_it_is_missing_of() -> None:
    donor = parse_gl_string(FATHER.rpartition("^")[0])
    sharing = haplotype_sharing(PATIENT, donor)
    assert sharing.result == "indeterminate"
    assert sharing.loci["DQB1"] == "missing"
    assert sharing.reasons == ("The donor is not typed at DQB1.",)
    assert haplotype_sharing(donor, PATIENT).reasons == ("The patient is not typed at DQB1.",)


@pytest.mark.parametrize(("recipient", "donor"), [(None, PATIENT), (PATIENT, None), (None, None)])
def test_a_typing_that_does_not_exist_is_missing_everywhere(
    recipient: Typing | None, donor: Typing | None
) -> None:
    sharing = haplotype_sharing(recipient, donor)
    assert sharing.result == "indeterminate"
    assert set(sharing.loci.values()) == {"missing"}
    assert sharing.dpb1 is None
    assert mismatch_vector(recipient, donor, ("A",)) == Mismatches("0-2", "0-2")


def test_between_haploidentical_and_identical_the_finding_is_open() -> None:
    one = parse_gl_string("A*02:01+A*24:02^B*07:02+B*08:01")
    open_everywhere = parse_gl_string("A*02:01^B*07:02")
    open_somewhere = parse_gl_string("A*02:01+A*24:02^B*07:02")
    for donor in (open_everywhere, open_somewhere):
        sharing = haplotype_sharing(one, donor, ("A", "B"))
        assert sharing.result == "indeterminate"
        assert any("cannot be told apart" in reason for reason in sharing.reasons)


def test_one_locus_sharing_provably_one_settles_it_beside_open_ones() -> None:
    one = parse_gl_string("A*02:01+A*24:02^B*07:02+B*08:01")
    donor = parse_gl_string("A*02:01+A*03:01^B*07:02")
    sharing = haplotype_sharing(one, donor, ("A", "B"))
    assert sharing.loci == {"A": 1, "B": "1-2"}
    assert sharing.result == "haplo_compatible"


def test_dpb1_is_told_apart_and_decides_nothing() -> None:
    donor = father()
    with_dpb1 = [
        parse_gl_string(f"{typing.text}^{dpb1}")
        for typing, dpb1 in ((PATIENT, "DPB1*04:01+DPB1*02:01"), (donor, "DPB1*01:01+DPB1*03:01"))
    ]
    sharing = haplotype_sharing(*with_dpb1)
    assert sharing.result == "haplo_compatible"
    assert sharing.dpb1 == 0
    assert "DPB1" not in sharing.loci
    assert haplotype_sharing(with_dpb1[0], donor).dpb1 is None


@pytest.mark.parametrize("loci", [(), ("A", "DPB1")])
def test_sharing_is_not_judged_over_nothing_or_over_dpb1(loci: tuple[str, ...]) -> None:
    with pytest.raises(BadValue) as refused:
        haplotype_sharing(PATIENT, PATIENT, loci)
    assert refused.value.code == "hla-loci"


def test_different_releases_of_the_nomenclature_are_pointed_out() -> None:
    old, new = (parse_gl_string(f"hla#{r}#A*02:01+A*24:02") for r in ("3.38.0", "3.50.0"))
    assert any("3.38.0" in reason for reason in haplotype_sharing(old, new, ("A",)).reasons)
    plain = parse_gl_string("A*02:01+A*24:02")
    assert haplotype_sharing(old, plain, ("A",)).reasons == ()


_five = st.fixed_dictionaries(
    {
        locus: st.lists(
            st.sampled_from(["01:01", "02:01", "02:01N", "02", "03:AB"]), min_size=1, max_size=2
        )
        for locus in ("A", "B", "C")
    }
)


@given(_five, _five)
def test_sharing_is_the_same_seen_from_either_side(
    one: dict[str, list[str]], other: dict[str, list[str]]
) -> None:
    loci = ("A", "B", "C")
    there = haplotype_sharing(typed(one), typed(other), loci)
    back = haplotype_sharing(typed(other), typed(one), loci)
    assert (there.result, there.loci) == (back.result, back.loci)
    forth = mismatch_vector(typed(one), typed(other), loci)
    assert tuple(reversed(forth)) == mismatch_vector(typed(other), typed(one), loci)


@given(_five)
def test_nobody_is_found_not_haploidentical_with_themselves(one: dict[str, list[str]]) -> None:
    assert haplotype_sharing(typed(one), typed(one), ("A", "B")).result != "not_haploidentical"


# --- phase ---------------------------------------------------------------------------------------


def phased(one: str, other: str, recipient: str) -> str:
    sharing = haplotype_sharing(
        parse_gl_string(recipient), parse_gl_string(f"{one}+{other}"), ("A", "B")
    )
    return f"{sharing.phase} {sharing.result}"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("A*01:01~B*08:01", "A*24:02~B*35:01", "shared haplo_compatible"),
        ("A*24:02~B*35:01", "A*03:01~B*07:02", "shared haplo_compatible"),
        ("A*01:01~B*07:02", "A*24:02~B*35:01", "not_shared indeterminate"),
        ("A*01:01~B*07:02", "A*03:01~B*08:01", "not_shared hla_identical_at_tested_loci"),
        ("A*01:01~B*08", "A*24:02~B*35:01", "unproved indeterminate"),
        ("A*01:01~B*08:01/B*08:02", "A*24:02~B*35:01", "unproved indeterminate"),
    ],
)
def test_phased_typings_say_whether_one_whole_haplotype_is_shared(
    one: str, other: str, expected: str
) -> None:
    assert phased(one, other, "A*01:01~B*08:01+A*03:01~B*07:02") == expected


def test_phase_is_only_told_when_both_sides_and_all_loci_are_phased() -> None:
    donor = "A*01:01~B*08:01"
    assert phased(donor, "A*24:02~B*35:01", "A*01:01+A*03:01^B*08:01+B*07:02").startswith(
        "not_phased"
    )
    both = parse_gl_string("A*01:01~B*08:01+A*03:01~B*07:02^C*07:01+C*07:02")
    assert haplotype_sharing(both, both, ("A", "B", "C")).phase == "not_phased"


def test_a_haplotype_that_is_not_written_leaves_the_phase_open() -> None:
    one = parse_gl_string("A*01:01~B*08:01+A*03:01~B*07:02")
    half = parse_gl_string("A*24:02~B*35:01")
    assert haplotype_sharing(one, half, ("A", "B")).phase == "unproved"


def test_possible_phases_must_all_agree() -> None:
    one = parse_gl_string("A*01:01~B*08:01+A*03:01~B*07:02")
    either = parse_gl_string("A*01:01~B*08:01+A*24:02~B*07:02|A*01:01~B*07:02+A*24:02~B*08:01")
    assert haplotype_sharing(one, either, ("A", "B")).phase == "unproved"


# --- families ------------------------------------------------------------------------------------


def test_four_combinations_of_siblings_share_as_mendel_says() -> None:
    found = [
        haplotypes_shared_by_descent(("a", "b"), ("c", "d"), ("a", "c"), sibling)[0]
        for sibling in product("ab", "cd")
    ]
    assert sorted(found) == [0, 1, 1, 2]


@pytest.mark.parametrize("patient", [("a", "b"), ("a", "x"), ("c", "d")])
def test_a_child_that_is_not_of_both_parents_is_refused(patient: tuple[str, str]) -> None:
    with pytest.raises(BadValue) as refused:
        haplotypes_shared_by_descent(("a", "b"), ("c", "d"), patient, ("a", "c"))
    assert refused.value.code == "hla-family"
    assert "patient" in refused.value.sentence


def test_parents_with_a_haplotype_alike_do_not_confuse_the_count() -> None:
    assert haplotypes_shared_by_descent(("a", "b"), ("a", "c"), ("a", "c"), ("b", "a"))[0] == 1
    assert haplotypes_shared_by_descent(("a", "b"), ("a", "c"), ("a", "a"), ("a", "a"))[0] == 2


# --- what it proves ------------------------------------------------------------------------------


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_compatible_finding_is_always_called_necessary_and_not_sufficient(relation: str) -> None:
    proof = proof_sentence(haplotype_sharing(PATIENT, father()), relation)
    assert "necessary" in proof
    assert "not sufficient" in proof


@pytest.mark.parametrize("relation", ["mother", "father", "child"])
def test_with_parent_or_child_a_compatible_finding_fits_descent(relation: str) -> None:
    sharing = haplotype_sharing(PATIENT, father())
    assert "consistent with descent" in proof_sentence(sharing, relation)
    assert "No evidence" in proof_sentence(sharing, relation)
    assert "birth certificate." in proof_sentence(sharing, relation, "birth certificate")


@pytest.mark.parametrize(
    "relation", ["sibling", "half-sibling", "grandparent", "aunt", "uncle", "cousin"]
)
def test_any_other_relative_needs_a_family_study(relation: str) -> None:
    proof = proof_sentence(haplotype_sharing(PATIENT, father()), relation)
    assert "family study" in proof
    assert "consistent with descent" not in proof


def test_for_unrelated_people_no_descent_is_claimed() -> None:
    proof = proof_sentence(haplotype_sharing(PATIENT, father()), "unrelated")
    assert "not related" in proof
    assert "family study" not in proof


@pytest.mark.parametrize("relation", RELATIONS)
def test_an_identical_pair_is_left_to_a_person(relation: str) -> None:
    proof = proof_sentence(haplotype_sharing(PATIENT, PATIENT), relation)
    assert "HLA-identical" in proof
    assert "A person must decide" in proof
    assert ("by chance" in proof) == (relation in {"mother", "father", "child"})


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_parent_or_child_without_sharing_means_stop_and_escalate(relation: str) -> None:
    donor = father("A*02:01+A*03:01", "A*01:01+A*03:01")
    proof = proof_sentence(haplotype_sharing(PATIENT, donor), relation)
    assert "No allele is shared at A." in proof
    assert ("Stop and escalate" in proof) == (relation in {"mother", "father", "child"})


def test_an_open_finding_says_what_is_missing_and_that_the_criterion_is_not_met() -> None:
    sharing = haplotype_sharing(PATIENT, father("B*44:02+B*07:02", "B*44+B*07"))
    proof = proof_sentence(sharing, "father")
    assert "At B" in proof
    assert "criterion is not met" in proof


def test_phase_and_dpb1_are_told_beside_the_finding() -> None:
    one = parse_gl_string("A*01:01~B*08:01+A*03:01~B*07:02^DPB1*04:01+DPB1*02:01")
    two = parse_gl_string("A*01:01~B*08:01+A*24:02~B*35:01^DPB1*04:01+DPB1*01:01")
    proof = proof_sentence(haplotype_sharing(one, two, ("A", "B")), "father")
    assert "each of A and B" in proof
    assert "share one whole haplotype" in proof
    assert "1 of 2" in proof


def test_a_relation_nobody_knows_is_refused() -> None:
    with pytest.raises(BadValue) as refused:
        proof_sentence(haplotype_sharing(PATIENT, PATIENT), "twin")
    assert refused.value.code == "relation-unknown"
