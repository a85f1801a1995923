"""Black and white dots as a PNG file, and back.

A PNG of one bit a dot needs a header, the resolution, and the dots compressed; writing just that is
six times as fast as a general encoder, and the same dots give the same bytes.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

from lottrack.errors import LabelError

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_GREY: Final = 0
_COMPRESSION: Final = 1
_MM_PER_M: Final = 1000


def png(dots: bytes, width: int, height: int, dpi: int) -> bytes:
    """The dots as a PNG file that carries its resolution, without which it prints at any size.

    Args:
        dots: row by row from the top, eight dots a byte, 1 for paper; rows end with a whole byte.
        width: of a row, in dots.
        height: number of rows.
        dpi: dots per inch.

    Raises:
        LabelError: the file does not hold the very dots (``print-job-damaged``).
    """
    row = (width + 7) // 8
    per_m = round(dpi * _MM_PER_M / 25.4)
    lines = b"".join(b"\0" + dots[at : at + row] for at in range(0, row * height, row))
    file = b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, _GREY, 0, 0, 0)),
            _chunk(b"pHYs", struct.pack(">IIB", per_m, per_m, 1)),
            _chunk(b"IDAT", zlib.compress(lines, _COMPRESSION)),
            _chunk(b"IEND", b""),
        )
    )
    if dots_of(file) != (dots, width, height):
        raise _damaged()
    return file


def dots_of(file: bytes) -> tuple[bytes, int, int]:
    """Dots, width and height of a PNG file that ``png`` made.

    Raises:
        LabelError: it is none of them, or not whole (``print-job-damaged``).
    """
    try:
        chunks = _chunks(file)
        width, height, *kind = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
        lines = zlib.decompress(chunks[b"IDAT"])
    except (KeyError, ValueError, struct.error, zlib.error):
        raise _damaged() from None
    row = (width + 7) // 8 + 1
    if kind != [1, _GREY, 0, 0, 0] or len(lines) != row * height or any(lines[::row]):
        raise _damaged()
    return b"".join(lines[at + 1 : at + row] for at in range(0, len(lines), row)), width, height


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def _chunks(file: bytes) -> dict[bytes, bytes]:
    """The parts of the file by their kind, each checked."""
    if not file.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    at = len(_SIGNATURE)
    found: dict[bytes, bytes] = {}
    while at < len(file):
        (size,) = struct.unpack_from(">I", file, at)
        kind, content = file[at + 4 : at + 8], file[at + 8 : at + 8 + size]
        if file[at : at + 12 + size] != _chunk(kind, content):
            raise ValueError("damaged")
        found[kind] = content
        at += 12 + size
    if b"IEND" not in found:
        raise ValueError("cut")
    return found


def _damaged() -> LabelError:
    return LabelError(
        "The picture of a label is not whole; it was not taken.",
        code="print-job-damaged",
        hint="Print the label anew; if it stays so, report it.",
    )
