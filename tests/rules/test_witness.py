"""What stands on paper of the audit chain: short, typed back, never met by chance."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.codes.witness import HEAD_CHARACTERS, read_witness, witness_code

HEADS = st.binary(max_size=40).map(lambda raw: hashlib.sha256(raw).hexdigest())


def test_a_witness_is_the_number_and_ten_characters_of_base32() -> None:
    # RFC 4648: the bytes 00 44 32 14 c7 42 54 b6 35 cf ... begin AAAAAAAAAA, ABCDEFGHIJ.
    assert witness_code(7, "0" * 64) == "7-AAAAAAAAAA"
    assert witness_code(1212, "00443214c74254b635cf84653a56d7c6" + "0" * 32) == "1212-ABCDEFGHIJ"


@given(st.integers(1, 10**9), HEADS)
def test_what_is_printed_is_read_back(seq: int, head: str) -> None:
    code = witness_code(seq, head)
    for typed in (code, code.lower(), f" {code} ", code.replace("-", " "), f"#{code}"):
        read = read_witness(typed)
        assert (read.seq, read.head) == (seq, code.split("-")[1])
    assert len(code.split("-")[1]) == HEAD_CHARACTERS


@pytest.mark.parametrize("text", ["", "12", "12-ABC", "ABCDEFGHIJ", "12-ABCDEFGHI0", "1-A-B", "x"])
def test_what_is_no_witness_is_refused(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        read_witness(text)
    assert refused.value.code == "bad-witness"
