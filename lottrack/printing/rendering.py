"""From a template and values to the dots of a label.

Labels are drawn in black and white at the printer's own resolution: what is on the picture is what
the printer prints, without shades that thermal printers would guess at. The same template, values
and payload give the same dots on every computer. A drawn label is accepted only after its code has
been read back from the dots and says the payload.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from lottrack.errors import LabelError
from lottrack.printing import carriers
from lottrack.printing.composing import compose
from lottrack.printing.fields import FIELDS, says_autologous
from lottrack.printing.layout import Area, Code, Dots, area_dots, dots
from lottrack.printing.png import png
from lottrack.rules.reading.text import nfc, printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PIL.Image import Image

    from lottrack.printing.templates import Template


_BESIDE_MM: Final = Decimal(2)


class Rendered(NamedTuple):
    """One label whose code was read back from its dots: the source of every format.

    Attributes:
        dots: row by row from the top, eight dots a byte, 1 for paper; rows end with a whole byte.
        width, height: in dots.
        image_sha256: over width, height and the dots, so that it does not depend on how the file
            was compressed.
        width_mm, height_mm: of the label.
        dpi: dots per inch.
        text: every line of words as printed, captions included, in the order drawn.
        payload: what its code says.
    """

    dots: bytes
    width: int
    height: int
    image_sha256: str
    width_mm: Decimal
    height_mm: Decimal
    dpi: int
    text: tuple[str, ...]
    payload: str

    @property
    def png(self) -> bytes:
        """The picture as a PNG file that carries its resolution."""
        return png(self.dots, self.width, self.height, self.dpi)


def render(
    template: Template, values: Mapping[str, str], payload: str, *, dpi: int | None = None
) -> Rendered:
    """Draw a label, read its code back, and give the picture.

    Args:
        template: what the label looks like.
        values: finished text by field; a field left out or "" has no value.
        payload: what the code says, upper-case QR-alphanumeric.
        dpi: the printer's resolution, if it is not the template's.

    Raises:
        LabelError: a value is unfit for any label, a required field is empty, the code would be too
            fine at this resolution, or it could not be read back
            (``code-unreadable-after-rendering``).
        TextDoesNotFit: a text is too long for its place, or holds a character that cannot be
            printed.
    """
    dpi = template.dpi if dpi is None else dpi
    clean = _checked(template, values)
    if len(payload) > template.payload_length:
        raise LabelError(
            f"The payload {printable(payload)} has {len(payload)} characters; the code of label"
            f" template {template.name} is laid out for {template.payload_length}.",
            hint="Raise payload_length in a new edition of the template, and the code's size.",
        )
    drawn = compose(template, clean, payload, dpi)
    packed, width, height = drawn.dots, drawn.width, drawn.height
    seen = [(code, _cut(packed, (width, height), around(code.area, dpi))) for code in drawn.symbols]
    _require_readable(template, seen, payload)
    return Rendered(
        dots=packed,
        width=width,
        height=height,
        image_sha256=image_sha256(packed, width, height),
        width_mm=template.width_mm,
        height_mm=template.height_mm,
        dpi=dpi,
        text=drawn.text,
        payload=payload,
    )


def render_sample(template: Template, *, dpi: int | None = None) -> Rendered:
    """The template with its own sample values, for a preview; raises as ``render``."""
    return render(template, template.sample, template.sample_payload, dpi=dpi)


def image_sha256(packed: bytes, width: int, height: int) -> str:
    """The hash by which the record knows a label's picture."""
    return hashlib.sha256(f"{width}x{height}:".encode("ascii") + packed).hexdigest()


def _checked(template: Template, values: Mapping[str, str]) -> dict[str, str]:
    """The values in composed form, if a label may say them at all."""
    for field in values:
        if field not in FIELDS:
            raise LabelError(f"No label has a field {field!r}.", hint="Report this as a bug.")
    clean = {field: nfc(values.get(field, "")).strip() for field in FIELDS}
    for field, value in clean.items():
        if says_autologous(value):
            raise LabelError(
                f"The {field} on label template {template.name} says autologous"
                f" ({printable(value)}), but the cells are of a donor.",
                hint="Correct the record this comes from.",
            )
    return clean


def around(area: Area, dpi: int) -> Dots:
    """What is looked at when a code is read back: its area, and what stands beside it."""
    place = area_dots(area, dpi)
    beside = dots(_BESIDE_MM, dpi)
    return Dots(
        max(0, place.left - beside),
        max(0, place.top - beside),
        place.right + beside,
        place.bottom + beside,
    )


def _cut(packed: bytes, size: tuple[int, int], place: Dots) -> Image:
    """A part of a label out of its dots, as every format carries them, by whole bytes of a row.

    A printer's dots are read, not the picture they were drawn on. Only around the code: to look
    for one on all of a label took half of the time of making it at 600 dpi.
    """
    from PIL import Image as Images

    row = (size[0] + 7) // 8
    first, end = place.left // 8, min(row, (place.right + 7) // 8)
    bottom = min(size[1], place.bottom)
    part = b"".join(packed[at * row + first : at * row + end] for at in range(place.top, bottom))
    return Images.frombytes("1", (8 * (end - first), bottom - place.top), part)


def _require_readable(template: Template, seen: Sequence[tuple[Code, Image]], payload: str) -> None:
    """Read every code back in its place, by the carrier it was drawn as."""
    for code, image in seen:
        found = carriers.read_back(image, (code.carrier,))
        if found != [payload]:
            raise LabelError(
                f"The code of a label drawn by template {template.name} reads"
                f" {found or 'nothing'} instead of {payload}; the label was not made.",
                code="code-unreadable-after-rendering",
                hint="Print with another template, and report this one.",
            )
