"""The typeface of labels: which characters it has, and how a text is fitted into its place.

The typeface is Source Sans Pro (SIL Open Font License), taken from the package
``font-source-sans-pro``: the same files on every computer, so the same dots on every label. A
character it lacks would come out as an empty box, and a dose without its exponent is a wrong dose;
so texts are compared with the font's character map first. Text is never cut: it is made smaller
down to the size the template allows, wrapped where the template allows it, or refused.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lottrack.errors import LabelError
from lottrack.rules.reading.text import is_harmful

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.ImageFont import FreeTypeFont

_FILES: Final = {"regular": "SourceSansPro-Regular.ttf", "bold": "SourceSansPro-Bold.ttf"}
WEIGHTS: Final = tuple(_FILES)

# Distance of base lines: accents of capitals (0.93 em) and tails (0.24 em) never touch.
_LINE_PITCH_PERCENT: Final = 118


_BETWEEN: Final = "·"


class Place(NamedTuple):
    """Where a text may stand and how far it may shrink, in dots.

    Attributes:
        width: of the place.
        height: of the place.
        largest: font size tried first, in dots per em.
        smallest: font size below which the text is refused.
        wrap: whether lines may be broken at spaces.
    """

    width: int
    height: int
    largest: int
    smallest: int
    wrap: bool


class Block(NamedTuple):
    """Lines of text at one size, with the room their ink takes, in dots.

    Attributes:
        lines: as they stand on the label, broken where they had to be.
        size: dots per em.
        pitch: from one base line to the next.
        rise: ink above the first base line; at least that of a tall letter, so that base lines of
            neighbours agree.
        drop: ink below the last base line.
        width: ink and advance of the widest line.
    """

    lines: tuple[str, ...]
    size: int
    pitch: int
    rise: int
    drop: int
    width: int

    @property
    def height(self) -> int:
        """From the top of the first line's ink to the bottom of the last one's, in dots."""
        return self.rise + (len(self.lines) - 1) * self.pitch + self.drop


@cache
def font(weight: str, size: int) -> FreeTypeFont:
    """The typeface in a weight of ``WEIGHTS``, ``size`` dots per em."""
    from PIL import ImageFont

    # Pillow's other layout engine depends on what is installed; this one gives the same everywhere.
    return ImageFont.truetype(_path(weight), size, layout_engine=ImageFont.Layout.BASIC)


def missing_characters(text: str, weight: str) -> list[str]:
    """The characters of a text that cannot be printed, in order, each once.

    Those the font lacks, and those that would act on a printer or hide from the eye.
    """
    covered = _characters(weight)
    return [
        character
        for character in dict.fromkeys(text)
        if ord(character) not in covered or is_harmful(character)
    ]


# The labels of a lot share most of their words; remembering halves the time of printing many.
@lru_cache(maxsize=4096)
def fit(lines: tuple[str, ...], weight: str, place: Place) -> Block | None:
    """The lines at the largest size at which they fit the place; None when none does."""
    size = place.largest
    while size >= place.smallest:
        block = measure(lines, weight, size, place.width if place.wrap else None)
        if block.width <= place.width and block.height <= place.height:
            return block
        size = min(size - 1, size if place.wrap else _most(block, place.width))
    return None


def _most(block: Block, width: int) -> int:
    """A size above which lines that are not broken are certainly too wide, from one that is.

    Width goes with size, but for the rounding of each letter to whole dots: half a dot a letter.
    """
    rounding = max(len(line) for line in block.lines) + 2
    return -(-block.size * (width + rounding) // max(1, block.width - rounding))


def measure(lines: Sequence[str], weight: str, size: int, wrap_width: int | None = None) -> Block:
    """The lines at one size, wrapped at spaces where they are wider than ``wrap_width``."""
    face = font(weight, size)
    if wrap_width is not None:
        lines = [part for line in lines for part in _wrapped(line, face, wrap_width)]
    boxes = [ink_of(line, face) for line in lines]
    tall = ink_of("Hd", face)
    return Block(
        lines=tuple(lines),
        size=size,
        pitch=-(-size * _LINE_PITCH_PERCENT // 100),
        rise=int(max(-boxes[0][1], -tall[1])),
        drop=int(max(boxes[-1][3], 0)),
        width=max(width_of(line, face) for line in lines),
    )


@lru_cache(maxsize=4096)
def ink_of(line: str, face: FreeTypeFont) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a line's ink in dots, from the start of its base line."""
    return face.getbbox(line, mode="1", anchor="ls")


def width_of(line: str, face: FreeTypeFont) -> int:
    """Width of one line in dots: its advance, or its ink where that reaches farther."""
    left, _, right, _ = ink_of(line, face)
    advance = -(-face.getlength(line, mode="1") // 1)
    return int(max(right, advance) - min(left, 0))


def _wrapped(line: str, face: FreeTypeFont, width: int) -> list[str]:
    """The line broken at plain spaces only: a no-break space keeps a number with its unit.

    A separator that would begin or end a line is left out: the break stands for it.
    """
    parts: list[str] = []
    for word in line.split(" "):
        longer = f"{parts[-1]} {word}" if parts else word
        if parts and width_of(longer, face) <= width:
            parts[-1] = longer
        else:
            parts.append(word)
    bare = [part.removeprefix(_BETWEEN + " ").removesuffix(" " + _BETWEEN) for part in parts]
    return [part for part in bare if part != _BETWEEN] or parts


@cache
def _characters(weight: str) -> frozenset[int]:
    """Code points the font has a drawing for, read from its character map."""
    from reportlab.pdfbase.ttfonts import TTFontFile

    return frozenset(TTFontFile(_path(weight)).charToGlyph)


def _path(weight: str) -> str:
    # Only where the package lies is asked: its own module globs for every face at import.
    from importlib.util import find_spec

    spec = find_spec("font_source_sans_pro")
    if spec is None or spec.origin is None:
        raise LabelError(
            "The typeface of labels, the package font-source-sans-pro, is not installed.",
            code="installation-incomplete",
            hint="Install lottrack again with all its dependencies.",
        )
    return str(Path(spec.origin).parent / "files" / _FILES[weight])
