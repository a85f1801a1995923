"""A proof of a label template: how it looks with the shortest, the longest and the worst text.

A template that looks well with its sample may refuse the label of a bag that is already thawing,
because a name is longer than anybody thought of. A proof draws it in every state on one page before
it is put to use, and says of each text that does not fit where it does not.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from lottrack.errors import LabelError
from lottrack.printing.fields import (
    BASIS_STATEMENTS,
    BIOHAZARD_STATEMENT,
    CELLS_STATEMENT,
    COPIES,
    FIELDS,
    INTENDED_RECIPIENT_STATEMENT,
    NOT_EVALUATED_STATEMENT,
    PURPOSES,
    TRAINING_STATEMENT,
    TRIAL_STATEMENT,
)
from lottrack.printing.fonts import font, measure
from lottrack.printing.layout import MM_PER_INCH, Text, dots, font_dots
from lottrack.printing.rendering import Rendered, image_sha256, render
from lottrack.printing.templates import PLACEHOLDER, fields_of
from lottrack.printing.texts import INK, PAPER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PIL.Image import Image

    from lottrack.printing.templates import Template

WORST_LETTERS: Final = "Łukasz ﬃ µ ×10⁶ ≥"
"""Letters that a typeface may lack and a printer may mangle."""

SHORTEST: Final = dict.fromkeys(FIELDS, "1") | {
    "witness": "1-AAAAAAAAAA",
    "label": "LB-A1-0001-1",
    "container": "CN-A1-0001-1",
    "lot": "L1",
    "expires": "01 MAY 2026 00:00 UTC",
    "purpose": PURPOSES["qc"],
}
"""Field -> the least it can say."""

LONGEST: Final[dict[str, str]] = {
    "site": "North University Hospital · Cell Therapy GMP Unit",
    "site_contact": "Avenida del Norte 12, 28046 Madrid, Spain · +34 91 555 01 00 (24 h)",
    "protocol": "MSC-EB-21D v12",
    "trial_number": "EudraCT 2017-000606-37",
    "sponsor": "Foundation for Jiménez Díaz Health Research",
    "investigator": "Prof. Dr Guadalupe Ibáñez",
    "trial_statement": TRIAL_STATEMENT,
    "infusion_number": "Infusion 12 of 12",
    "product": "MSC-EB · Expanded human bone-marrow mesenchymal stromal cells, allogeneic",
    "product_description": CELLS_STATEMENT,
    "material": "Bone marrow",
    "additives": "Heparin 25 IU/mL",
    "viable_cells": "123.4 ×10⁶",
    "concentration": "12.3 ×10⁶/mL",
    "volume": "10.25 mL",
    "form": "Dispersion for infusion",
    "route": "Intravenous infusion",
    "handling": "Do not irradiate. Infuse within 120 min of thawing.",
    "storage": "Vapour of liquid nitrogen, at or below −150 °C",
    "expires": "28 OCT 2026 23:59 UTC+05:30",
    "expires_utc": "28 OCT 2026 18:29 UTC",
    "purpose": max(PURPOSES.values(), key=len),
    "recipient": "MESEB-NORTH-0012",
    "intended_recipient": INTENDED_RECIPIENT_STATEMENT,
    "donor": "D-0012-A",
    "pair": "PR-HOSPITAL-0012-M",
    "coi": "CI-HOSPITAL-0012-M",
    "patient": "MESEB-NORTH-0012",
    "lot": "LT-HOSPITAL-0012-M",
    "container": "CN-HOSPITAL-12345-M",
    "ordinal": "vial 12 of 18",
    "collection": "CL-HOSPITAL-0012-M",
    "collected_at": "28 OCT 2026 09:40 UTC+05:30",
    "external_number": "DIN A999926123456",
    "sample": "SM-HOSPITAL-12345-M",
    "sample_kind": "supernatant: sterility, mycoplasma",
    "sampled_at": "28 OCT 2026 09:40 UTC+05:30",
    "preparation": "PP-HOSPITAL-0012-M",
    "order": "OR-HOSPITAL-0012-M",
    "prepared_at": "28 OCT 2026 09:40 UTC+05:30",
    "dose": "2.51 ×10⁶/kg",
    "diluent": "0.9 % sodium chloride with 5 % human albumin",
    "destination": "South Children's Hospital, Pharmacy · Calle del Sur 3, 41013 Sevilla, Spain"
    " · +34 95 555 02 00",
    "biohazard": BIOHAZARD_STATEMENT,
    "warnings": "WARNING: Advise patient of communicable disease risks. WARNING: Reactive test"
    " results for HIV, hepatitis B virus, syphilis",
    "not_evaluated": NOT_EVALUATED_STATEMENT,
    "label": "LB-HOSPITAL-12345-M",
    "witness": "123456-GKQ7MWOAND",
    "copy": max(COPIES.values(), key=len),
    "training": TRAINING_STATEMENT,
}
"""Field -> the most it says in good practice, with a site code of eight letters."""

_STATES: Final = frozenset(
    {"training", "purpose", "copy", "biohazard", "warnings", "not_evaluated"}
)
"""Fields that are empty as a rule, and make an element appear or give way."""

_FREE: Final = frozenset(
    {
        *("site", "site_contact", "protocol", "sponsor", "investigator", "product", "material"),
        *("product_description", "additives", "form", "route", "handling", "storage"),
        *("sample_kind", "diluent", "destination", "warnings"),
    }
)
"""Fields that people fill with words of their own."""

_MARGIN_MM, _GAP_MM, _CAPTION_MM = Decimal(10), Decimal(6), Decimal(6)
_HEAD_MM: Final = Decimal(16)
_PAGE_MM: Final = Decimal(210)
_FAULT_PT, _CAPTION_PT, _HEAD_PT = Decimal(5), Decimal(8), Decimal(12)
_FRAME: Final = 2


class Variant(NamedTuple):
    """One state of a label.

    Attributes:
        name: as it stands above the drawing.
        values: text by field.
        payload: what its code says.
    """

    name: str
    values: Mapping[str, str]
    payload: str


class Proved(NamedTuple):
    """A variant as it came out: drawn, or with the sentence that says why it could not be."""

    name: str
    drawn: Rendered | None
    fault: str


def variants_of(template: Template) -> list[Variant]:
    """What a template is tried with."""
    named = {field for element in template.elements for field in fields_of(element)}
    longest = {field: max(LONGEST[field], template.sample[field], key=len) for field in named}
    if "trial_statement" in named and "trial_number" not in named:
        longest["trial_statement"] = max(BASIS_STATEMENTS.values(), key=len)
    needed = _needed(template)
    plain = {field: text for field, text in longest.items() if field not in _STATES - needed}
    letters = plain | {field: WORST_LETTERS for field in plain if field in _FREE}
    payload = template.sample_payload
    full = payload + "W" * (template.payload_length - len(payload))
    return [
        Variant("sample", template.sample, payload),
        Variant("shortest", {field: SHORTEST[field] for field in needed}, payload),
        Variant("longest", plain, full),
        Variant("longest, warnings", longest, full),
        Variant("worst letters", letters, payload),
    ]


def _needed(template: Template) -> set[str]:
    """The fields without which a label is refused while no state is on."""
    return {
        field
        for element in template.elements
        if isinstance(element, Text) and element.required and not element.condition.when
        for line in element.lines
        for field in PLACEHOLDER.findall(line)
    }


def prove(template: Template, dpi: int = 0) -> list[Proved]:
    """Every variant of a template, drawn as it would print; at 0 dpi, as it is laid out.

    What fits at one resolution may not at another: letters are drawn in whole dots.
    """
    proved = []
    for variant in variants_of(template):
        try:
            drawn = render(template, variant.values, variant.payload, dpi=dpi or None)
        except LabelError as error:
            proved.append(Proved(variant.name, None, error.sentence))
        else:
            proved.append(Proved(variant.name, drawn, ""))
    return proved


def proof_page(template: Template, proved: Sequence[Proved], dpi: int = 0) -> Rendered:
    """All variants on one page at their actual size, each under its name.

    The page is as wide as A4 if a label is no wider, and as high as it has to be.
    """
    from PIL import Image

    dpi = dpi or template.dpi
    width_mm = max(_PAGE_MM, template.width_mm + 2 * _MARGIN_MM)
    columns = int((width_mm - 2 * _MARGIN_MM + _GAP_MM) // (template.width_mm + _GAP_MM))
    row_mm = template.height_mm + _CAPTION_MM + _GAP_MM
    height_mm = 2 * _MARGIN_MM + _HEAD_MM + -(-len(proved) // columns) * row_mm
    image = Image.new("1", (dots(width_mm, dpi), dots(height_mm, dpi)), PAPER)
    page = _Page(image, dpi, [])
    title = f"{template.name}, edition {template.edition}: {template.title}"
    stock = f"{template.width_mm} × {template.height_mm} mm, {dpi} dpi. {template.stock}"
    room = width_mm - 2 * _MARGIN_MM
    page.write(title, "bold", _HEAD_PT, (_MARGIN_MM, _MARGIN_MM), room)
    page.write(stock, "regular", _CAPTION_PT, (_MARGIN_MM, _MARGIN_MM + _CAPTION_MM), room)
    for number, each in enumerate(proved):
        row, column = divmod(number, columns)
        left = _MARGIN_MM + column * (template.width_mm + _GAP_MM)
        top = _MARGIN_MM + _HEAD_MM + row * row_mm
        page.write(each.name, "bold", _CAPTION_PT, (left, top), template.width_mm)
        page.put(template, each, (left, top + _CAPTION_MM))
    packed = image.tobytes()
    return Rendered(
        dots=packed,
        width=image.width,
        height=image.height,
        image_sha256=image_sha256(packed, image.width, image.height),
        width_mm=image.width * MM_PER_INCH / dpi,
        height_mm=image.height * MM_PER_INCH / dpi,
        dpi=dpi,
        text=tuple(page.words),
        payload="",
    )


class _Page(NamedTuple):
    """A page being drawn, and the words on it."""

    image: Image
    dpi: int
    words: list[str]

    def put(self, template: Template, proved: Proved, at: tuple[Decimal, Decimal]) -> None:
        """A label in a thin frame around its edges; where there is none, why."""
        from PIL import Image as Images
        from PIL import ImageDraw

        left, top = (dots(mm, self.dpi) for mm in at)
        right = left + dots(template.width_mm, self.dpi)
        bottom = top + dots(template.height_mm, self.dpi)
        frame = (left - _FRAME, top - _FRAME, right + _FRAME - 1, bottom + _FRAME - 1)
        ImageDraw.Draw(self.image).rectangle(frame, outline=INK)
        if proved.drawn is None:
            inner = (at[0] + 1, at[1] + 1)
            self.write(proved.fault, "regular", _FAULT_PT, inner, template.width_mm - 2)
            return
        size = (proved.drawn.width, proved.drawn.height)
        self.image.paste(Images.frombytes("1", size, proved.drawn.dots), (left, top))

    def write(
        self, text: str, weight: str, points: Decimal, at: tuple[Decimal, Decimal], width: Decimal
    ) -> None:
        """A text of the page's own, broken at spaces."""
        from PIL import ImageDraw

        block = measure([text], weight, font_dots(points, self.dpi), dots(width, self.dpi))
        left, base = dots(at[0], self.dpi), dots(at[1], self.dpi) + block.rise
        pen = ImageDraw.Draw(self.image)
        for line in block.lines:
            pen.text((left, base), line, fill=INK, font=font(weight, block.size), anchor="ls")
            base += block.pitch
        self.words.append(text)
