"""What stands in the box of one thing, measured: lines of text, a badge, a symbol."""

from __future__ import annotations

from typing import NamedTuple

from lottrack.drawing import fonts, look
from lottrack.drawing.graphs.graph import Node, readable

PADDING = 7
SYMBOL = 8  # a symbol is a square of this many points
SYMBOL_GAP = 4
BADGE_INSET = 3
BADGE_PADDING = 4

_NARROWEST = 64
_TEXT_WIDTH = 128
_LEADING = 2
_BEFORE_BADGE = 4


class Line(NamedTuple):
    """One line of text; ``x`` and ``baseline`` are counted from the box's upper left corner."""

    x: int
    baseline: int
    text: str
    face: str
    size: int
    colour: str


class Badge(NamedTuple):
    """The band at the foot of a flagged thing, from ``top`` over ``height``, with a symbol."""

    flag: str
    top: int
    height: int


class Face(NamedTuple):
    """The content of a box; ``has_hold_symbol`` asks for the stop symbol in its upper right."""

    width: int
    height: int
    lines: tuple[Line, ...]
    badge: Badge | None
    has_hold_symbol: bool


def face_of(node: Node, *, is_root: bool) -> Face:
    """Lay out kind, id, label and note of a thing from top to bottom."""
    column = _Column(PADDING - 2)
    kind = look.kind_words(readable(node.kind))
    column.add(
        f"{kind} · {look.ROOT_WORDS}" if is_root else kind,
        fonts.BOLD,
        look.KIND_SIZE,
        look.family_of(node.kind).ink,
    )
    column.add(readable(node.id), fonts.BOLD, look.ID_SIZE, look.INK)
    column.add(readable(node.label), fonts.REGULAR, look.LABEL_SIZE, look.INK)
    note = readable(node.note)
    badge = None
    if node.flag in look.BADGE_WORD:
        badge = column.add_badge(node.flag, note)
    else:
        column.add(note, fonts.REGULAR, look.LABEL_SIZE, look.QUIET_INK)
        column.down += PADDING - 2
    has_hold_symbol = node.kind == look.HOLD
    width = column.right + PADDING
    if has_hold_symbol:
        kind_width = fonts.text_width(column.lines[0].text, fonts.BOLD, look.KIND_SIZE)
        width = max(width, PADDING + kind_width + SYMBOL_GAP + SYMBOL + PADDING)
    return Face(max(width, _NARROWEST), column.down, tuple(column.lines), badge, has_hold_symbol)


class _Column:
    """Text growing downwards; ``down`` is where the next line begins, ``right`` the widest end."""

    def __init__(self, down: int) -> None:
        self.down = down
        self.right = 0
        self.lines: list[Line] = []

    def add(self, text: str, face: str, size: int, colour: str, x: int = PADDING) -> None:
        for part in fonts.wrap(text, face, size, _TEXT_WIDTH + PADDING - x):
            self.lines.append(Line(x, self.down + size, part, face, size, colour))
            self.down += size + _LEADING
            self.right = max(self.right, x + fonts.text_width(part, face, size))

    def add_badge(self, flag: str, note: str) -> Badge:
        top = self.down + _BEFORE_BADGE
        self.down = top + 1
        text_x = BADGE_INSET + BADGE_PADDING + SYMBOL + SYMBOL_GAP
        words = look.badge_words(flag, note)
        self.add(words, fonts.BOLD, look.LABEL_SIZE, look.BADGE_INK[flag], text_x)
        self.down += 2
        badge = Badge(flag, top, self.down - top)
        self.down += BADGE_INSET
        return badge
