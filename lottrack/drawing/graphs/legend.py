"""Below the picture: what its signs mean, and what the record cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.drawing import fonts, look
from lottrack.drawing.graphs.face import SYMBOL
from lottrack.drawing.graphs.graph import Graph, is_root, readable
from lottrack.drawing.graphs.layout import ARROW, RIGHT
from lottrack.drawing.shapes import (
    BOLD_LINE,
    LINE,
    Part,
    Path,
    Rounded,
    Shape,
    arrow_head,
    symbol,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Sample = Callable[[int, int], tuple[Shape, ...]]

_SAMPLE_WIDTH = 16
_SAMPLE_HEIGHT = 9
_TEXT_X = _SAMPLE_WIDTH + 5
_BETWEEN = 20
_LEADING = look.LEGEND_SIZE + 3
_BETWEEN_ROWS = 5


def legend(graph: Graph, left: int, top: int, width: int) -> tuple[list[Part], int]:
    """Explain the signs that are in the picture, in rows of at most ``width``.

    Returns:
        the parts, and how far down they reach.
    """
    parts = []
    x, y, height = left, top, 0
    for words, sample in _items(graph):
        lines = fonts.wrap(words, fonts.REGULAR, look.LEGEND_SIZE, width - _TEXT_X)
        needed = _TEXT_X + max(map(_width, lines))
        if x > left and x + needed > left + width:
            x, y, height = left, y + height + _BETWEEN_ROWS, 0
        shapes = (*sample(x, y), *_lines(lines, x + _TEXT_X, y))
        parts.append(Part("legend", words, (), shapes))
        x += needed + _BETWEEN
        height = max(height, len(lines) * _LEADING)
    return parts, y + height


def unknown(graph: Graph, left: int, top: int, width: int) -> tuple[list[Part], int]:
    """Say what the record cannot tell of the things in the picture; nothing when it tells all.

    Returns:
        the parts, and how far down they reach.
    """
    if not graph.unknown:
        return [], top
    y = top + 2 * _BETWEEN_ROWS
    parts = []
    for number, sentence in enumerate((look.UNKNOWN_WORDS, *map(readable, graph.unknown))):
        indent = _TEXT_X if number else 0
        lines = fonts.wrap(sentence, fonts.REGULAR, look.LEGEND_SIZE, width - indent)
        shapes = _lines(lines, left + indent, y)
        if number:
            shapes = (*symbol(look.WARNING, left + 4, y, inverted=False), *shapes)
        parts.append(Part("unknown", sentence, (), shapes))
        y += max(len(lines), 1) * _LEADING + 2
    return parts, y


def _width(line: str) -> int:
    return fonts.text_width(line, fonts.REGULAR, look.LEGEND_SIZE)


def _lines(lines: tuple[str, ...], x: int, y: int) -> tuple[Shape, ...]:
    return tuple(
        written(
            x,
            y + look.LEGEND_SIZE + number * _LEADING,
            line,
            fonts.REGULAR,
            look.LEGEND_SIZE,
            look.QUIET_INK,
        )
        for number, line in enumerate(lines)
    )


def _items(graph: Graph) -> Iterator[tuple[str, Sample]]:
    kinds = dict.fromkeys(node.kind for node in graph.nodes)
    for family in (*look.FAMILIES, look.OTHER):
        present = [kind for kind in kinds if look.family_of(kind) == family]
        if present:
            words = filter(None, (look.kind_words(readable(kind)).strip() for kind in present))
            yield ", ".join(words) or look.NO_KIND_WORDS, _swatch(family.fill, family.stroke, LINE)
    if any(is_root(graph, node) for node in graph.nodes):
        yield look.ROOT_WORDS, _swatch("", look.ROOT, BOLD_LINE)
    flags = {node.flag for node in graph.nodes}
    for flag, word in look.BADGE_WORD.items():
        if flag in flags:
            yield f"{word}: {look.BADGE_MEANING[flag]}", _sign(flag)
    if graph.edges:
        yield look.LINK_WORDS, _arrow


def _swatch(fill: str, stroke: str, stroke_width: float) -> Sample:
    def sample(x: int, y: int) -> tuple[Shape, ...]:
        return (Rounded(x, y, _SAMPLE_WIDTH, _SAMPLE_HEIGHT, 3, fill, stroke, stroke_width),)

    return sample


def _sign(flag: str) -> Sample:
    def sample(x: int, y: int) -> tuple[Shape, ...]:
        indent = (_SAMPLE_WIDTH - SYMBOL) // 2
        ground = Rounded(x, y - 1, _SAMPLE_WIDTH, SYMBOL + 3, 3, look.BADGE_FILL[flag])
        return (ground, *symbol(flag, x + indent, y, inverted=True))

    return sample


def _arrow(x: int, y: int) -> tuple[Shape, ...]:
    middle = y + _SAMPLE_HEIGHT // 2
    begin, foot = (x, middle), (x + _SAMPLE_WIDTH - ARROW, middle)
    return Path(begin, ((begin, foot, foot),), look.LINK, LINE), arrow_head(foot, RIGHT)
