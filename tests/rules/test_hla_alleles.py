"""HLA allele names: what is read, what is refused, and what a name leaves open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.hla.alleles import GENES, Allele, open_question, parse_allele

VECTORS = [
    vector
    for vector in json.loads(
        (Path(__file__).parents[1] / "data" / "vectors_public.json").read_text("utf-8")
    )["vectors"]
    if vector["kind"] == "hla_allele"
]


def refusal(text: str) -> BadValue:
    with pytest.raises(BadValue) as refused:
        parse_allele(text)
    assert refused.value.code == "hla-invalid"
    assert refused.value.hint
    return refused.value


def read_or_none(text: str) -> Allele | None:
    """The name, or None when it was refused as it should be; anything else is an error."""
    try:
        return parse_allele(text)
    except BadValue as refused:
        return None if refused.code == "hla-invalid" else pytest.fail(refused.code)


def test_all_published_names_are_there() -> None:
    assert len(VECTORS) == 11


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_published_name_is_read_or_refused_as_published(vector: dict) -> None:
    text = vector["input"]["text"]
    if vector["expect"].get("error"):
        refusal(text)
    else:
        assert parse_allele(text).kind == vector["expect"]["type"]


@pytest.mark.parametrize(
    ("text", "locus", "fields", "suffix"),
    [
        ("HLA-DRB1*13:01:01:02", "DRB1", ("13", "01", "01", "02"), ""),
        ("HLA-A*24:09N", "A", ("24", "09"), "N"),
        ("B*44:02:01:02S", "B", ("44", "02", "01", "02"), "S"),
        ("DPB1*1001:01", "DPB1", ("1001", "01"), ""),
        ("DPB1*105", "DPB1", ("105",), ""),
        ("B*07", "B", ("07",), ""),
        ("DRB3*02:02", "DRB3", ("02", "02"), ""),
        ("HLA-E*01:03", "E", ("01", "03"), ""),
        ("MICA*008:04", "MICA", ("008", "04"), ""),
    ],
)
def test_a_name_is_taken_apart(text: str, locus: str, fields: tuple[str, ...], suffix: str) -> None:
    allele = parse_allele(text)
    assert (allele.locus, allele.fields, allele.suffix, allele.kind) == (
        locus,
        fields,
        suffix,
        "allele",
    )
    assert allele.text == text.removeprefix("HLA-")


@pytest.mark.parametrize("suffix", "NLSCAQ")
def test_the_expression_suffix_is_never_dropped_when_cutting_to_two_fields(suffix: str) -> None:
    assert parse_allele(f"B*44:02:01:02{suffix}").protein == f"44:02{suffix}"
    assert parse_allele("B*44:02:01:01").protein == "44:02"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A*02:01:01G", "group"),
        ("A*02:01P", "group"),
        ("A*02:ABCD", "code"),
        ("DRB1*04:AB", "code"),
        ("A*02:NEW", "code"),
        ("A*02:XX", "XX"),
        ("B*07", "allele"),
    ],
)
def test_a_name_that_leaves_the_protein_open_says_so(text: str, kind: str) -> None:
    allele = parse_allele(text)
    assert allele.kind == kind
    assert allele.protein is None
    assert text in open_question(allele)


@pytest.mark.parametrize("text", ["A*02:01", "HLA-A*24:09N", "B*15:100:01"])
def test_a_name_of_one_protein_leaves_nothing_open(text: str) -> None:
    assert open_question(parse_allele(text)) == ""


@pytest.mark.parametrize(
    ("text", "proposal"),
    [("A*0201", "A*02:01"), ("HLA-DRB1*1104", "DRB1*11:04"), ("A*2409N", "A*24:09N")],
)
def test_a_name_without_colons_is_refused_with_a_proposal(text: str, proposal: str) -> None:
    assert proposal in refusal(text).hint


@pytest.mark.parametrize("text", ["A*9201", "B*9501", "DPB1*0402", "A*02011", "B*15100"])
def test_a_name_whose_colons_cannot_be_told_from_its_digits_gets_no_proposal(text: str) -> None:
    hint = refusal(text).hint
    assert "*" not in hint
    assert "laboratory" in hint


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "nothing"),
        ("A02:01", "asterisk"),
        ("A2", "asterisk"),
        ("DBR1*04:01", "gene"),
        ("Cw*07:02", "gene"),
        ("a*02:01", "gene"),
        ("HLA-HLA-A*02:01", "gene"),
        ("A*02:01:01:01:01", "four fields"),
        ("A*2:01", "field"),
        ("A*02:1", "field"),
        ("A*02:010", "field"),
        ("A*00:01", "field"),
        ("A*02:00", "field"),
        ("A*02:10001", "field"),
        ("A*0002:ABCD", "field"),
        ("MICA*000:01", "field"),
        ("A*02:01X", "suffix"),
        ("A*02:01n", "letter"),
        ("A*02N", "suffix"),
        ("A*02:01G", "three fields"),
        ("A*02:01:01P", "two fields"),
        ("A*02G", "three fields"),
        ("A*", "fields"),
        ("A*02:", "fields"),
        ("A*:01", "fields"),
        ("A*02:A", "fields"),
        ("A*02:01 ", "fields"),
        (" A*02:01", "gene"),
        ("A*02:01\n", "fields"),
        ("A*٠٢:٠١", "fields"),  # Arabic digits, which int() would take
        ("A*０２:01", "fields"),
        ("A*02:01/A*02:09", "fields"),
        ("DRB3*NNNN", "fields"),
    ],
)
def test_a_text_that_is_no_name_is_refused_with_the_reason(text: str, word: str) -> None:
    assert word in refusal(text).sentence


def test_the_old_letter_w_of_c_has_its_own_hint() -> None:
    assert "C*" in refusal("Cw*07:02").hint


def test_a_refusal_shows_control_characters_escaped_and_long_texts_cut() -> None:
    assert "\x1b" not in refusal("A*02\x1b[2J").sentence
    assert len(refusal("A*" + "9" * 5000).sentence) < 200
    assert len(refusal("A02:" + "9" * 5000).hint) < 200


_field = st.one_of(
    st.integers(1, 99).map(lambda number: f"{number:02}"), st.integers(100, 9999).map(str)
)
_two_digits = st.integers(1, 99).map(lambda number: f"{number:02}")


@given(
    st.sampled_from(["A", "B", "C", "DRB1", "DQB1", "DPA1", "E", "DRB5"]),
    _two_digits,
    st.lists(_field, min_size=1, max_size=3),
    st.sampled_from(["", "N", "L", "S", "C", "A", "Q"]),
    st.booleans(),
)
def test_every_orderly_name_is_read_back_as_it_was_written(
    locus: str, group: str, rest: list[str], suffix: str, prefixed: bool
) -> None:
    name = f"{locus}*{':'.join([group, *rest])}{suffix}"
    allele = parse_allele(f"HLA-{name}" if prefixed else name)
    assert f"{allele.locus}*{':'.join(allele.fields)}{allele.suffix}" == name
    assert allele.protein == f"{group}:{rest[0]}{suffix}"
    assert parse_allele(allele.written) == allele


@given(st.one_of(st.text(), st.text(alphabet="HLA-BC*DRQP0123:GNXw")))
def test_any_text_is_either_a_name_or_refused_by_a_sentence(text: str) -> None:
    allele = read_or_none(text)
    assert allele is None or (allele.locus in GENES and allele.text in text)
