"""Codes are made to the standard, dot by dot, and read back from any usual picture."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lottrack.errors import CodeUnreadable, LabelError
from lottrack.printing.codes import (
    draw_code,
    is_payload,
    read_codes,
    read_printed,
    symbol_modules,
)

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
PAYLOAD = "LT.CNNORTH0002L.LBNORTH00319.P0"


def png_of(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


# ISO/IEC 18004: characters a symbol holds in alphanumeric mode at level Q, by version.
@pytest.mark.parametrize(
    ("length", "version"), [(16, 1), (17, 2), (29, 2), (30, 3), (47, 3), (67, 4)]
)
def test_the_smallest_version_that_holds_the_payload_is_taken(length: int, version: int) -> None:
    side = 17 + 4 * version + 8
    assert symbol_modules(length) == side
    assert draw_code("A" * length, 1).size == (side, side)


def test_a_payload_beyond_the_largest_symbol_is_refused() -> None:
    assert is_payload("A" * 221)
    assert not is_payload("A" * 222)
    with pytest.raises(LabelError, match="222"):
        symbol_modules(222)


@pytest.mark.parametrize("payload", ["", "lt.cn", "LT_CN", "LT=1", "LT\n", "ŁT", "LT,1", "A" * 222])
def test_a_payload_that_would_leave_alphanumeric_mode_is_refused(payload: str) -> None:
    with pytest.raises(LabelError, match="payload"):
        draw_code(payload, 4)


@settings(max_examples=50, deadline=None)
@given(payload=st.text(ALPHANUMERIC, min_size=1, max_size=67), dots=st.integers(2, 6))
def test_every_payload_comes_back_from_its_symbol(payload: str, dots: int) -> None:
    assert read_printed(draw_code(payload, dots)) == [payload]


@settings(max_examples=20, deadline=None)
@given(payload=st.text(ALPHANUMERIC, min_size=1, max_size=67), dots=st.integers(2, 6))
def test_every_module_is_a_whole_square_of_dots_within_four_quiet_ones(
    payload: str, dots: int
) -> None:
    symbol = draw_code(payload, dots)
    side = symbol_modules(len(payload))
    assert symbol.size == (side * dots, side * dots)
    modules = symbol.resize((side, side), Image.Resampling.NEAREST)
    assert modules.resize(symbol.size, Image.Resampling.NEAREST).tobytes() == symbol.tobytes()
    inner = Image.new("1", (side - 8, side - 8), 255)
    ring = modules.copy()
    ring.paste(inner, (4, 4))
    assert ring.getextrema() == (255, 255)
    assert [modules.getpixel(corner) for corner in ((4, 4), (side - 5, 4), (4, side - 5))] == [
        0
    ] * 3


@pytest.mark.parametrize(
    ("length", "level"), [(10, "10"), (11, "11"), (16, "11"), (31, "10"), (35, "10"), (36, "11")]
)
def test_the_symbol_states_level_h_where_it_fits_else_level_q_and_mask_4(
    length: int, level: str
) -> None:
    # Format information of ISO/IEC 18004 beside the first finder: level Q is 11 and level H 10,
    # mask 4 is 100, and the 15 bits are XORed with 101010000010010, whose first five are 10101.
    symbol = draw_code("A" * length, 1)
    row = [symbol.getpixel((4 + column, 4 + 8)) == 0 for column in range(5)]
    stated = "".join(str(int(bit)) for bit in row)
    assert f"{int(stated, 2) ^ 0b10101:05b}" == f"{level}100"


def test_the_same_payload_gives_the_same_dots() -> None:
    assert draw_code(PAYLOAD, 4).tobytes() == draw_code(PAYLOAD, 4).tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("angle", [0, 17, 90, 180])
def test_a_code_is_read_from_a_picture_taken_at_any_angle(kind: str, angle: int) -> None:
    photo = Image.new("L", (600, 500), 200)
    photo.paste(draw_code(PAYLOAD, 6).convert("L"), (150, 120))
    assert read_codes(png_of(photo.rotate(angle, fillcolor=200), kind)) == [PAYLOAD]


def test_several_codes_are_all_read_and_each_told_once() -> None:
    photo = Image.new("1", (700, 300), 1)
    photo.paste(draw_code("ONE", 5), (0, 0))
    photo.paste(draw_code("TWO", 5), (200, 0))
    photo.paste(draw_code("ONE", 5), (400, 0))
    assert sorted(read_codes(png_of(photo))) == ["ONE", "TWO"]


def test_codes_of_other_systems_are_read_as_they_are() -> None:
    foreign = zxingcpp.create_barcode(
        "=A99912345678900", zxingcpp.BarcodeFormat.DataMatrix, force_square=True
    )
    drawn = memoryview(foreign.to_image(scale=6, add_quiet_zones=True))
    height, width = drawn.shape[:2]
    image = Image.frombytes("L", (width, height), drawn.tobytes())
    assert read_codes(png_of(image)) == ["=A99912345678900"]


def test_a_picture_without_a_code_is_told_with_what_to_do() -> None:
    with pytest.raises(CodeUnreadable, match="No code") as refusal:
        read_codes(png_of(Image.new("L", (300, 300), 255)))
    assert refusal.value.exit_code == 63
    assert "typed" in refusal.value.hint


def test_a_code_without_its_check_is_not_guessed_at() -> None:
    torn = draw_code(PAYLOAD, 6)
    torn.paste(Image.new("1", (120, torn.height), 1), (60, 0))
    with pytest.raises(CodeUnreadable):
        read_codes(png_of(torn))


@pytest.mark.parametrize(
    "junk",
    [b"", b"LT.CN", b"%PDF-1.4", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a" + b"\0" * 50],
)
def test_what_is_no_png_or_jpeg_is_refused(junk: bytes) -> None:
    with pytest.raises(CodeUnreadable, match="not a whole PNG or JPEG"):
        read_codes(junk)


def test_a_torn_png_is_refused() -> None:
    whole = png_of(draw_code(PAYLOAD, 6))
    with pytest.raises(CodeUnreadable, match="not a whole"):
        read_codes(whole[: len(whole) // 2])


def claimed_png(width: int, height: int) -> bytes:
    """A file of some hundred bytes that claims to be a picture of this size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_000, 10_000, 60_000])
def test_a_picture_that_would_fill_the_memory_is_not_opened(side: int) -> None:
    with pytest.raises(CodeUnreadable, match="pixels"):
        read_codes(claimed_png(side, side))
