"""GL Strings: operators, phase, releases, refusals, and what a typing leaves open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.hla.glstring import Typing, parse_gl_string, render_typing

VECTORS = [
    vector
    for vector in json.loads(
        (Path(__file__).parents[1] / "data" / "vectors_public.json").read_text("utf-8")
    )["vectors"]
    if vector["kind"] == "gl_string"
]


def refusal(text: str) -> BadValue:
    with pytest.raises(BadValue) as refused:
        parse_gl_string(text)
    assert refused.value.code == "hla-invalid"
    assert refused.value.hint
    return refused.value


def names(typing: Typing, locus: str) -> list[list[list[str]]]:
    """The genotypes of a locus as lists of copies, each a list of names without the gene."""
    return [
        [[allele.text.partition("*")[2] for allele in copy] for copy in genotype]
        for genotype in typing.loci[locus]
    ]


def read_or_none(text: str) -> Typing | None:
    """The typing, or None when it was refused as it should be; anything else is an error."""
    try:
        return parse_gl_string(text)
    except BadValue as refused:
        return None if refused.code == "hla-invalid" else pytest.fail(refused.code)


def test_all_published_strings_are_there() -> None:
    assert len(VECTORS) == 3


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_published_string_is_read_or_refused_as_published(vector: dict) -> None:
    text = vector["input"]["text"]
    if vector["expect"].get("error"):
        refusal(text)
        return
    typing = parse_gl_string(text)
    assert set(typing.loci) == set(vector["expect"]["loci"])
    for locus, copies in vector["expect"]["loci"].items():
        assert names(typing, locus) == [copies]


def test_operators_bind_in_the_published_order() -> None:
    typing = parse_gl_string("A*02:01/A*02:09+A*24:02|A*02:05+A*24:03^B*44:02+B*51:01")
    assert names(typing, "A") == [[["02:01", "02:09"], ["24:02"]], [["02:05"], ["24:03"]]]
    assert names(typing, "B") == [[["44:02"], ["51:01"]]]


def test_haplotypes_keep_their_phase_and_stand_under_their_genes_too() -> None:
    typing = parse_gl_string("A*01:01~B*08:01+A*03:01~B*07:02^DRB1*03:01+DRB1*15:01")
    assert names(typing, "A") == [[["01:01"], ["03:01"]]]
    assert names(typing, "B") == [[["08:01"], ["07:02"]]]
    (block,) = typing.haplotypes
    assert block.loci == ("A", "B")
    ((one, other),) = block.genotypes
    assert [copy[0].text for copy in one] == ["A*01:01", "B*08:01"]
    assert [copy[0].text for copy in other] == ["A*03:01", "B*07:02"]


def test_drb3_4_5_may_stand_on_one_haplotype_only() -> None:
    typing = parse_gl_string("DRB1*03:01~DRB3*02:02+DRB1*04:01~DRB4*01:03")
    assert set(typing.loci) == {"DRB1", "DRB3", "DRB4"}
    assert names(typing, "DRB3") == [[["02:02"]]]


def test_one_written_copy_is_one_copy_and_not_a_homozygote() -> None:
    alone = parse_gl_string("A*02:01")
    twice = parse_gl_string("A*02:01+A*02:01")
    assert names(alone, "A") == [[["02:01"]]]
    assert names(twice, "A") == [[["02:01"], ["02:01"]]]
    assert any("second is unknown" in sentence for sentence in alone.low_resolution)
    assert twice.low_resolution == ()


def test_a_prefix_may_stand_or_be_left_out() -> None:
    with_prefix = parse_gl_string("HLA-A*01:01+HLA-A*24:02")
    assert with_prefix.loci == parse_gl_string("A*01:01+A*24:02").loci


def test_a_gl_string_code_keeps_its_release() -> None:
    typing = parse_gl_string("hla#3.50.0#HLA-A*01:01+HLA-A*24:02")
    assert typing.release == "3.50.0"
    assert names(typing, "A") == [[["01:01"], ["24:02"]]]
    assert parse_gl_string("hla#2018-06-01#A*01:01+A*24:02").release == "2018-06-01"
    assert parse_gl_string("A*01:01+A*24:02").release == ""


def test_white_space_around_is_dropped_and_inside_refused() -> None:
    assert parse_gl_string(" A*01:01+A*24:02\r\n").text == "A*01:01+A*24:02"
    for text in ("A*01:01 + A*24:02", "A*01:01+\nA*24:02", "A*01:01+A*24:\u00a002"):
        assert "white space" in refusal(text).sentence


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("hla#3.50.0#", "empty"),
        ("A*01:01+A*02:01+A*03:01", "3 copies"),
        ("A*01:01+B*08:01", "same gene"),
        ("A*01:01|B*08:01", "same gene"),
        ("A*01:01/B*08:01", "one gene"),
        ("A*01:01~A*02:01", "twice"),
        ("A*01:01^A*02:01", "A is written twice"),
        ("A*01:01~B*08:01+A*03:01~B*07:02^B*07:02", "B is written twice"),
        ("A*01:01~B*08:01+A*03:01", "same gene"),
        ("DRB3*01:01+DRB4*01:03", "same gene"),
        ("A*01:01?A*02:01", "?"),
        ("A*01:01+", "nothing"),
        ("^A*01:01", "nothing"),
        ("A*01:01||A*02:01", "nothing"),
        ("A*01:01+A*0201", "colons"),
        ("kir#2.8.0#A*01:01", "hla#release#"),
        ("hla#latest#A*01:01", "hla#release#"),
        ("hla#3.50.0", "hla#release#"),
        ("hla#3.50.0#A*01:01#", "A*01:01#"),
        ("(A*01:01+A*02:01)", "gene"),
        ("A*01:01,A*02:01", "fields"),
    ],
)
def test_a_text_that_is_no_typing_is_refused_with_the_reason(text: str, word: str) -> None:
    assert word in refusal(text).sentence


def test_everything_a_typing_leaves_open_is_said_in_a_sentence_each() -> None:
    typing = parse_gl_string(
        "A*02:ABCD+A*24:XX^B*07+B*44:02:01G^C*05:01/C*05:09+C*15:02"
        "^DRB1*04:01+DRB1*11:04|DRB1*04:02+DRB1*11:01^DQB1*03:01"
    )
    said = " ".join(typing.low_resolution)
    for what in ("A*02:ABCD", "A*24:XX", "B*07", "B*44:02:01G", "05:01 or 05:09"):
        assert what in said
    assert "DRB1: 2 genotypes are possible" in said
    assert "DQB1: one copy is written" in said
    assert len(typing.low_resolution) == 7


@pytest.mark.parametrize(
    "text",
    [
        "A*02:01:01:01/A*02:01:01:03+A*24:02",
        "A*02:01+A*24:02|A*24:02:01+A*02:01:01",
        "DRB3*02:02",
    ],
)
def test_what_makes_no_difference_at_two_fields_is_not_called_open(text: str) -> None:
    assert parse_gl_string(text).low_resolution == ()


_proteins = st.sampled_from(
    ["01:01", "02:01:01:02L", "24:09N", "15:100", "07", "02:01:01G", "02:AB"]
)


def _copies(locus: str) -> st.SearchStrategy[str]:
    alleles = _proteins.map(lambda name: f"HLA-{locus}*{name}")
    return st.lists(alleles, min_size=1, max_size=3, unique=True).map("/".join)


def _pieces(locus: str) -> st.SearchStrategy[str]:
    genotype = st.lists(_copies(locus), min_size=1, max_size=2).map("+".join)
    return st.lists(genotype, min_size=1, max_size=3, unique=True).map("|".join)


def _phased(one: str, other: str) -> st.SearchStrategy[str]:
    haplotype = st.tuples(_copies(one), _copies(other)).map("~".join)
    genotype = st.lists(haplotype, min_size=1, max_size=2).map("+".join)
    return st.lists(genotype, min_size=1, max_size=2, unique=True).map("|".join)


_typings = st.tuples(
    st.sampled_from(["", "hla#3.50.0#"]),
    st.tuples(_pieces("A"), _phased("B", "C"), _pieces("DQB1")).flatmap(st.permutations),
).map(lambda parts: parts[0] + "^".join(parts[1]))


@given(_typings)
def test_a_typing_in_normal_spelling_is_rendered_exactly_as_it_was_read(text: str) -> None:
    typing = parse_gl_string(text)
    assert render_typing(typing) == text
    assert parse_gl_string(text.replace("HLA-", "")).loci == typing.loci


@given(st.one_of(st.text(), st.text(alphabet="HLABCDRQ*:0123GN+/^|~?# -", max_size=60)))
def test_any_text_is_either_a_typing_or_refused_by_a_sentence(text: str) -> None:
    typing = read_or_none(text)
    assert typing is None or parse_gl_string(render_typing(typing)).loci == typing.loci


@given(_typings, st.integers(0, 200), st.sampled_from("+/^|~?#*: AN0"))
def test_a_slip_of_the_keyboard_never_fails_otherwise(text: str, place: int, slip: str) -> None:
    broken = text[: place % len(text)] + slip + text[place % len(text) + 1 :]
    typing = read_or_none(broken)
    assert typing is None or typing.text == broken.strip()
