"""The picture of a label: what all labels of a job share is drawn and packed once.

A label is drawn with a byte a dot and printed with a bit a dot. Packing all of it took longer at
600 dpi than everything else together, and all but the code and a few words is the same on every
label of a job. So that part is kept, packed, and of each label only the places of its own elements
are drawn and packed anew.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from lottrack.errors import LabelError
from lottrack.printing import carriers, codes
from lottrack.printing.layout import (
    Bar,
    Code,
    Element,
    Frame,
    Symbol,
    Text,
    area_dots,
    dots,
    module_dots,
    module_mm,
    overlap,
)
from lottrack.printing.symbols import draw_symbol
from lottrack.printing.templates import PLACEHOLDER
from lottrack.printing.texts import INK, PAPER, Canvas, draw_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from PIL.Image import Image

    from lottrack.printing.layout import Dots
    from lottrack.printing.templates import Template

_NEVER_TWICE: Final = frozenset({"label", "container", "ordinal", "sample"})
"""Fields that say something else on each label of a job."""

_SELDOM_TWICE: Final = frozenset({"viable_cells", "volume", "concentration"})
"""Fields that say something else on each label once what was really filled is on record."""


class Composed(NamedTuple):
    """A label as drawn.

    Attributes:
        dots: row by row from the top, eight dots a byte, 1 for paper; rows end with a whole byte.
        width, height: in dots.
        text: every line of words, in the order of the template's elements.
        symbols: the codes that were drawn.
    """

    dots: bytes
    width: int
    height: int
    text: tuple[str, ...]
    symbols: tuple[Code, ...]


class _Job(NamedTuple):
    """What the labels of a job have in common besides what they say."""

    template: str
    caption_pt: Decimal
    size: tuple[int, int]
    dpi: int


class _Ground(NamedTuple):
    """What labels share: the picture, packed as well, and the lines of words by element."""

    image: Image
    dots: bytes
    lines: dict[int, tuple[str, ...]]


def compose(template: Template, values: Mapping[str, str], payload: str, dpi: int) -> Composed:
    """Draw a label.

    Args:
        template: what it looks like.
        values: finished text, every field present.
        payload: what its codes say.
        dpi: dots per inch.

    Raises:
        LabelError: a required field is empty, or a code would be too fine (``code-too-fine``).
        TextDoesNotFit: a text is too long for its place, or holds a character that cannot be
            printed.
    """
    size = dots(template.width_mm, dpi), dots(template.height_mm, dpi)
    job = _Job(template.name, template.caption_pt, size, dpi)
    drawn = tuple(each for each in template.elements if _is_drawn(each, values))
    own = _own(drawn)
    shared = tuple(each for number, each in enumerate(drawn) if number not in own)
    ground = _ground(job, shared, _said(shared, values))
    image = ground.image.copy()
    places = iter(ground.lines.values())
    lines: list[str] = []
    for number, element in enumerate(drawn):
        if number not in own:
            lines += next(places)
        elif isinstance(element, Code):
            _draw_code(template, element, payload, image, dpi)
        else:
            lines += _draw(job, element, values, image)
    areas = [area_dots(drawn[number].area, dpi) for number in sorted(own)]
    symbols = tuple(each for each in drawn if isinstance(each, Code))
    return Composed(_packed(ground.dots, image, areas), *size, tuple(lines), symbols)


@lru_cache(maxsize=256)
def _own(drawn: tuple[Element, ...]) -> frozenset[int]:
    """Places of the elements that are a label's own, in a tuple of elements.

    What a template puts over one of them is drawn with them, in the template's order; the shipped
    ones, and all that the loader accepts, put nothing over anything.
    """
    own: list[int] = []
    for number, element in enumerate(drawn):
        said = set(_fields(element))
        differs = isinstance(element, Code) or not said.isdisjoint(_NEVER_TWICE | _SELDOM_TWICE)
        if differs or any(overlap(drawn[other], element) for other in own):
            own.append(number)
    return frozenset(own)


def _said(elements: Sequence[Element], values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The fields that elements print, each with what it says."""
    fields = dict.fromkeys(field for element in elements for field in _fields(element))
    return tuple((field, values[field]) for field in fields)


def _fields(element: Element) -> list[str]:
    return PLACEHOLDER.findall("".join(element.lines)) if isinstance(element, Text) else []


@lru_cache(maxsize=4)
def _ground(job: _Job, shared: tuple[Element, ...], said: tuple[tuple[str, str], ...]) -> _Ground:
    from PIL import Image

    image = Image.new("1", job.size, PAPER)
    values = dict(said)
    lines = {number: _draw(job, each, values, image) for number, each in enumerate(shared)}
    return _Ground(image, image.tobytes(), lines)


def _packed(ground: bytes, image: Image, areas: Sequence[Dots]) -> bytes:
    """The dots of a label: those of the ground, and of the picture where it has its own."""
    row = (image.width + 7) // 8
    packed = bytearray(ground)
    for area in areas:
        first, end = area.left // 8, min(row, (area.right + 7) // 8)
        bottom = min(image.height, area.bottom)
        box = (8 * first, area.top, min(8 * end, image.width), bottom)
        part, across = image.crop(box).tobytes(), end - first
        for place, line in enumerate(range(area.top, bottom)):
            begin = line * row
            packed[begin + first : begin + end] = part[place * across : (place + 1) * across]
    return bytes(packed)


def _is_drawn(element: Element, values: Mapping[str, str]) -> bool:
    when, unless = element.condition
    return (not when or values[when] != "") and (not unless or values[unless] == "")


# -- one element -----------------------------------------------------------------------------------


def _draw(job: _Job, element: Element, values: Mapping[str, str], image: Image) -> tuple[str, ...]:
    """Draw what is no code; its lines of words."""
    from PIL import ImageDraw

    place = area_dots(element.area, job.dpi)
    rectangle = (place.left, place.top, place.right - 1, place.bottom - 1)
    match element:
        case Text():
            words = _words(job, element, _said([element], values))
            image.paste(words.image, (place.left, place.top))
            return words.lines
        case Symbol():
            sign = draw_symbol(element.symbol, min(place.width, place.height))
            image.paste(sign, (place.left, place.top))
        case Bar():
            ImageDraw.Draw(image).rectangle(rectangle, fill=INK)
        case Frame():
            stroke = max(1, dots(element.line_mm, job.dpi))
            ImageDraw.Draw(image).rectangle(rectangle, outline=INK, width=stroke)
    return ()


class _Words(NamedTuple):
    """A text as drawn: the picture of its place, and its lines."""

    image: Image
    lines: tuple[str, ...]


def _words(job: _Job, text: Text, said: tuple[tuple[str, str], ...]) -> _Words:
    """A text of a label; remembered unless no other label says the same."""
    differs = any(field in _NEVER_TWICE for field, _ in said)
    return (_draw_words.__wrapped__ if differs else _draw_words)(job, text, said)


@lru_cache(maxsize=256)
def _draw_words(job: _Job, text: Text, said: tuple[tuple[str, str], ...]) -> _Words:
    from PIL import Image, ImageDraw

    place = area_dots(text.area, job.dpi)
    image = Image.new("1", (place.width, place.height), PAPER)
    pen = ImageDraw.Draw(image)
    canvas = Canvas(job.template, job.caption_pt, dict(said), pen, job.dpi)
    return _Words(image, tuple(draw_text(canvas, text)))


def _draw_code(template: Template, code: Code, payload: str, image: Image, dpi: int) -> None:
    """The symbol in the middle of its place, at the largest whole number of dots a module."""
    if code.carrier != carriers.QR:
        place = area_dots(code.area, dpi)
        carriers.draw_into(image, place, code.carrier, payload, dpi, template.minimum_module_mm)
        return
    # Level H where its modules are no smaller than the stock bears; else level Q.
    modules = codes.roomy_modules(len(payload))
    each = module_dots(code.area, modules, dpi)
    if not (module_mm(each, dpi) >= template.minimum_module_mm):
        modules = codes.symbol_modules(len(payload))
        each = module_dots(code.area, modules, dpi)
    if not (module_mm(each, dpi) >= template.minimum_module_mm):
        raise LabelError(
            f"At {dpi} dpi the code on label template {template.name} would have modules of"
            f" {module_mm(each, dpi):.3f} mm; it needs {template.minimum_module_mm} mm.",
            code="code-too-fine",
            hint=f"Print at {template.dpi} dpi, for which the template is laid out.",
        )
    place = area_dots(code.area, dpi)
    left = place.left + (place.width - each * modules) // 2
    top = place.top + (place.height - each * modules) // 2
    image.paste(codes.draw_code(payload, each, modules), (left, top))
