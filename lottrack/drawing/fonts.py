"""The packaged font (Source Sans Pro, OFL): where it is, how wide a text is, where lines break.

Sizes and widths are whole points (1/72 inch). Widths are sums of character advances without
kerning, so they do not depend on the text layout engine Pillow was built with.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.ImageFont import FreeTypeFont

REGULAR = "SourceSansPro"
BOLD = "SourceSansProSemibold"

_EM = 1000  # the font's own unit: advances at this size are exact
_NEVER_A_GLYPH = "\U0010ffff"  # a noncharacter, so it shows what the font draws for a missing one


@lru_cache(maxsize=64)
def font(face: str, pixels: int) -> FreeTypeFont:
    """The face ``REGULAR`` or ``BOLD`` at a size in pixels, without engine-dependent shaping."""
    import font_source_sans_pro
    from PIL import ImageFont

    path: str = font_source_sans_pro.font_files_ttf[face]
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def has_glyph(character: str) -> bool:
    """Whether the font can draw the character; Pillow draws an empty box for any other."""
    return _drawn(character) != _drawn(_NEVER_A_GLYPH)


def spelled(text: str) -> str:
    """The text with every character that the font lacks as its code point: ``[U+6F22]``."""
    return "".join(one if has_glyph(one) else f"[U+{ord(one):04X}]" for one in text)


def text_width(text: str, face: str, size: int) -> int:
    """Width of a line in points, rounded up."""
    return -(-sum(_advance(one, face) for one in text) * size // _EM)


def wrap(text: str, face: str, size: int, width: int) -> tuple[str, ...]:
    """Break a text at spaces, and words longer than a line after a hyphen or anywhere.

    Nothing is ever cut off: half an identifier is another identifier. A no-break space holds.
    """
    lines: list[str] = []
    line = ""
    for word in filter(None, text.split(" ")):
        longer = f"{line} {word}" if line else word
        if text_width(longer, face, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, face, size, width)
        lines += full
    return (*lines, line) if line else tuple(lines)


def _pieces(word: str, face: str, size: int, width: int) -> Iterator[str]:
    while word:
        used = 0
        end = 0
        while end < len(word) and (used + _advance(word[end], face)) * size <= width * _EM:
            used += _advance(word[end], face)
            end += 1
        end = max(end, 1)
        if end < len(word):
            end = max(word.rfind("-", 0, end) + 1, word.rfind("/", 0, end) + 1, 0) or end
        yield word[:end]
        word = word[end:]


@lru_cache(maxsize=4096)
def _advance(character: str, face: str) -> int:
    # A character the font lacks is drawn by another font in a browser: leave it a full square.
    return round(font(face, _EM).getlength(character)) if has_glyph(character) else _EM


def _drawn(character: str) -> tuple[tuple[int, int], bytes]:
    mask = font(REGULAR, 32).getmask(character)
    return mask.size, bytes(mask)
