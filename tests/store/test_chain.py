"""How an entry is spelled: one spelling for one content, and no floats."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.store.chain import canonical, masked, sha256

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_canonical_text_reads_back_as_what_it_was_made_of(value):
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(TEXT, VALUES, max_size=6))
def test_the_order_of_telling_does_not_change_the_text(value):
    assert canonical(dict(reversed(value.items()))) == canonical(value)


def test_the_spelling_is_sorted_dense_and_not_escaped():
    assert canonical({"b": [1, None], "a": "niño ≥ 2"}) == '{"a":"niño ≥ 2","b":[1,null]}'


@pytest.mark.parametrize("value", [0.5, [1, 2.0], {"a": {"b": (float("nan"),)}}])
def test_a_float_is_refused_wherever_it_hides(value):
    with pytest.raises(TypeError, match="float"):
        canonical(value)


def test_the_hash_is_sha_256_of_the_utf_8_bytes():
    assert sha256("niño") == hashlib.sha256("niño".encode()).hexdigest()


def test_the_hash_of_bytes_that_are_no_text_is_that_of_the_bytes():
    raw = b"\xff\x00abc"
    assert sha256(raw.decode("utf-8", "surrogateescape")) == hashlib.sha256(raw).hexdigest()


def test_a_secret_stands_as_the_hash_of_its_hash():
    assert masked("x") == f"sha256:{hashlib.sha256(b'x').hexdigest()}"
    assert masked(None) is None
