"""A label's PNG file holds the very dots, at their true size, and anyone's reader agrees."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lottrack.errors import LabelError
from lottrack.printing.png import dots_of, png

SIZES = st.integers(1, 40)


@settings(max_examples=60, deadline=None)
@given(width=SIZES, height=SIZES, seed=st.randoms(use_true_random=False))
def test_another_reader_sees_the_dots(width: int, height: int, seed) -> None:
    image = Image.new("1", (width, height), 255)
    for _ in range(width * height // 2):
        image.putpixel((seed.randrange(width), seed.randrange(height)), 0)
    file = png(image.tobytes(), width, height, 300)
    with Image.open(io.BytesIO(file)) as read:
        assert read.mode == "1"
        assert read.size == (width, height)
        assert read.tobytes() == image.tobytes()
    assert dots_of(file) == (image.tobytes(), width, height)


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_the_file_carries_its_resolution(dpi: int) -> None:
    with Image.open(io.BytesIO(png(b"\x80", 1, 1, dpi))) as read:
        assert read.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)


def test_the_same_dots_give_the_same_bytes() -> None:
    assert png(b"\x80\x40", 8, 2, 300) == png(b"\x80\x40", 8, 2, 300)


FILE = png(bytes(range(64)), 64, 8, 300)


@pytest.mark.parametrize("at", range(len(FILE)))
def test_a_file_with_a_bit_flipped_or_cut_is_not_taken(at: int) -> None:
    flipped = bytearray(FILE)
    flipped[at] ^= 1
    for damaged in (bytes(flipped), FILE[:at]):
        with pytest.raises(LabelError) as refused:
            dots_of(damaged)
        assert refused.value.code == "print-job-damaged"


def test_dots_that_are_no_whole_rows_make_no_file() -> None:
    with pytest.raises(LabelError) as refused:
        png(b"\x80", 8, 2, 300)
    assert refused.value.code == "print-job-damaged"
