"""Draws the words of a label: values filled in, checked, made to fit, and put in their place."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from lottrack.errors import LabelError, TextDoesNotFit
from lottrack.printing.fields import FIELDS
from lottrack.printing.fonts import (
    Block,
    Place,
    fit,
    font,
    ink_of,
    measure,
    missing_characters,
    width_of,
)
from lottrack.printing.layout import (
    MM_PER_INCH,
    POINTS_PER_INCH,
    Dots,
    Text,
    area_dots,
    dots,
    font_dots,
)
from lottrack.printing.templates import PLACEHOLDER
from lottrack.rules.reading.text import describe_character, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.ImageDraw import ImageDraw

INK: Final = 0
PAPER: Final = 255
SEPARATOR: Final = " · "
"""Between the parts of a line, which drop out when their field is empty."""

_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_NEVER_BROKEN: Final = frozenset(
    {
        *("viable_cells", "concentration", "volume", "dose", "ordinal"),
        *("expires", "expires_utc", "collected_at", "sampled_at", "prepared_at"),
    }
)
"""Fields that hold a number with its unit, or a moment with its zone: they stay on one line."""

# Black kept around white words: left and right, above and below.
_INVERSE_SIDES_MM: Final = Decimal("1.0")
_INVERSE_EDGES_MM: Final = Decimal("0.5")
_CAPTION_GAP_PERCENT: Final = 40  # of the caption's size, between it and what it explains


class Canvas(NamedTuple):
    """What a label is being drawn on, and from.

    Attributes:
        template: name of the label's template, for messages.
        caption_pt: font size of captions.
        values: text by field, every field that is drawn present.
        pen: draws on a picture of the text's own place, no larger.
        dpi: dots per inch of the picture.
    """

    template: str
    caption_pt: Decimal
    values: Mapping[str, str]
    pen: ImageDraw
    dpi: int


def draw_text(canvas: Canvas, text: Text) -> list[str]:
    """Draw the caption and the lines of a text in its place.

    Returns:
        The lines as printed; none when every line was left out.

    Raises:
        LabelError: a field of a required text is empty (``label-field-missing``).
        TextDoesNotFit: a text is too long, or holds a character the typeface lacks.
    """
    lines = _filled(canvas, text)
    if not lines:
        return []
    _require_printable(canvas, text, [text.caption, *lines])
    area = area_dots(text.area, canvas.dpi)
    place = Dots(0, 0, area.width, area.height)
    shade = INK
    if text.inverse:
        shade = PAPER
        canvas.pen.rectangle((place.left, place.top, place.right - 1, place.bottom - 1), INK)
        across, down = dots(_INVERSE_SIDES_MM, canvas.dpi), dots(_INVERSE_EDGES_MM, canvas.dpi)
        place = Dots(
            place.left + across, place.top + down, place.right - across, place.bottom - down
        )
    if text.caption:
        place = _draw_caption(canvas, text, place, shade)
    block = _fitted(canvas, text, lines, place)
    spare = place.height - block.height
    drop = {"top": 0, "middle": spare // 2, "bottom": spare}[text.valign]
    _put(canvas, block, text, place._replace(top=place.top + drop), shade)
    words = [line.replace(_NO_BREAK, " ") for line in block.lines]
    return [text.caption, *words] if text.caption else words


def _filled(canvas: Canvas, text: Text) -> list[str]:
    """The lines with their values.

    A line's parts stand between separators; a part that names an empty field is left out with its
    separator, and a line with none of its fields left is left out altogether.
    """
    lines = []
    for pattern in text.lines:
        parts = pattern.split(SEPARATOR)
        empty = [field for field in PLACEHOLDER.findall(pattern) if canvas.values[field] == ""]
        if empty and text.required:
            raise LabelError(
                f"A label of template {canvas.template} must say {', '.join(empty)}"
                f" ({FIELDS[empty[0]]}), and the record has no value for it.",
                code="label-field-missing",
                hint="Complete the record first.",
            )
        kept = [part for part in parts if not any(f"{{{field}}}" in part for field in empty)]
        if not empty or any(PLACEHOLDER.search(part) for part in kept):
            line = SEPARATOR.join(kept)
            lines.append(PLACEHOLDER.sub(lambda match: _value(canvas, match[1]), line))
    return lines


def _value(canvas: Canvas, field: str) -> str:
    value = canvas.values[field]
    return value.replace(" ", _NO_BREAK) if field in _NEVER_BROKEN else value


def _require_printable(canvas: Canvas, text: Text, lines: list[str]) -> None:
    for line in lines:
        for character in missing_characters(line, text.weight):
            raise TextDoesNotFit(
                f"The {text.name} on label template {canvas.template} holds"
                f" {describe_character(character)}, which the label's typeface cannot print:"
                f" {printable(line)}",
                code="character-not-printable",
                hint="Spell it with Latin letters in the record this comes from.",
            )


def _draw_caption(canvas: Canvas, text: Text, place: Dots, shade: int) -> Dots:
    """Draw the caption; gives the place left below it."""
    size = font_dots(canvas.caption_pt, canvas.dpi)
    caption = measure([text.caption], "regular", size)
    if caption.width > place.width:
        raise _too_long(canvas, text, caption, place)
    _put(canvas, caption, text._replace(weight="regular"), place, shade)
    gap = -(-size * _CAPTION_GAP_PERCENT // 100)
    return place._replace(top=place.top + caption.rise + gap)


def _fitted(canvas: Canvas, text: Text, lines: list[str], place: Dots) -> Block:
    room = Place(
        place.width,
        place.height,
        font_dots(text.largest_pt, canvas.dpi),
        font_dots(text.smallest_pt, canvas.dpi),
        text.wrap,
    )
    block = fit(tuple(lines), text.weight, room)
    if block is None:
        wrap_width = room.width if room.wrap else None
        tightest = measure(lines, text.weight, room.smallest, wrap_width)
        raise _too_long(canvas, text, tightest, place)
    return block


def _put(canvas: Canvas, block: Block, text: Text, place: Dots, shade: int) -> None:
    """Draw a block that fits from the top of its place."""
    face = font(text.weight, block.size)
    for number, line in enumerate(block.lines):
        slack = place.width - width_of(line, face)
        left = place.left + {"left": 0, "center": slack // 2, "right": slack}[text.align]
        overhang = min(0, int(ink_of(line, face)[0]))
        base = place.top + block.rise + number * block.pitch
        canvas.pen.text((left - overhang, base), line, font=face, fill=shade, anchor="ls")


def _too_long(canvas: Canvas, text: Text, block: Block, place: Dots) -> TextDoesNotFit:
    def mm(count: int) -> str:
        return f"{count * MM_PER_INCH / canvas.dpi:.2f}"

    points = f"{Decimal(block.size) * POINTS_PER_INCH / canvas.dpi:.1f}"
    return TextDoesNotFit(
        f"The {text.name} {printable(' / '.join(block.lines))!r} does not fit label template"
        f" {canvas.template}: at {points} pt it takes {mm(block.width)} ×"
        f" {mm(block.height)} mm, and there are {mm(place.width)} × {mm(place.height)} mm."
        " Nothing was cut off.",
        hint="Shorten it in the record, or print with a larger template (--template NAME).",
    )
