"""Reading a PDF back with PDFium, which had no part in writing it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pypdfium2
import pypdfium2.raw as pdfium

from lottrack.reports.paper.certificate import OUTCOMES
from lottrack.reports.paper.dossier_ending import CHECKED
from lottrack.reports.paper.wording import cells, role, when
from lottrack.rules.reading.quantities import format_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_LINE_END = {"\x02": "-", "\ufffe": "-"}
"""How PDFium tells a hyphen that ends a line."""


class Paper:
    """A document read back: its pages' texts, its metadata."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._pdf = pypdfium2.PdfDocument(content)
        self.pages = [self._text(page) for page in self._pdf]
        self.squeezed = squeezed("".join(self.pages))

    @staticmethod
    def _text(page: Any) -> str:
        text = page.get_textpage().get_text_range()
        return text.translate(str.maketrans(_AT_LINE_END)).replace("\r\n", "\n")

    @property
    def metadata(self) -> dict[str, str]:
        """What the file says of itself, empty entries left out."""
        return {name: said for name, said in self._pdf.get_metadata_dict().items() if said}

    def says(self, text: str) -> bool:
        """Whether a text stands in it, however its lines are broken."""
        return squeezed(text) in self.squeezed

    def boxes(self) -> Iterator[tuple[int, float, float, float, float]]:
        """Page, left, bottom, right, top of every character that is seen, in points."""
        for number, page in enumerate(self._pdf):
            text = page.get_textpage()
            for place in range(text.count_chars()):
                box = text.get_charbox(place)
                if text.get_text_range(place, 1).strip():
                    yield (number, *box)

    def fonts(self) -> set[tuple[str, bool]]:
        """The fonts its texts are set in, and whether each is embedded."""
        found = set()
        for page in self._pdf:
            for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
                font = pdfium.FPDFTextObj_GetFont(item.raw)
                found.add((_name(font), pdfium.FPDFFont_GetIsEmbedded(font) == 1))
        return found


def _name(font: Any) -> str:
    import ctypes

    length = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
    room = ctypes.create_string_buffer(length)
    pdfium.FPDFFont_GetBaseFontName(font, room, length)
    return room.value.decode("ascii")


def squeezed(text: str) -> str:
    """A text without any white space."""
    return "".join(text.split())


# -- content against paper -------------------------------------------------------------------------

_ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d.*"


def untold(paper: Paper, data: Any, path: str = "") -> list[str]:
    """Every value of a document's content that does not stand on the paper."""
    if isinstance(data, dict):
        return [each for key, v in data.items() for each in untold(paper, v, f"{path}.{key}")]
    if isinstance(data, list):
        return [each for n, v in enumerate(data) for each in untold(paper, v, f"{path}[{n}]")]
    if data is None or isinstance(data, bool) or path.rpartition(".")[2] in NOT_PRINTED:
        return []
    forms = spelled(path, str(data))
    return [] if any(paper.says(form) for form in forms) else [f"{path}: {data}"]


NOT_PRINTED = {
    "kind": "tells a program what it reads; the title tells a person",
    "level": "tells where a criterion is listed",
    "shown_sha256": "the certification prints the text it belongs to",
    "who_can_mend": "for whoever asks the lot check itself",
}
"""Keys of the content that are not printed as they are, with the reason."""


def spelled(path: str, text: str) -> list[str]:
    """How a value of the content may stand on paper."""
    key = path.rpartition(".")[2]
    forms = [text, text.replace("_", " "), text.replace("-", " ")]
    if re.fullmatch(_ISO, text):
        # A signature's time stands there with the name of its zone.
        forms.append(f"{text[:10]} {text[11:16]} C" if ".signatures[" in path else when(text))
    if re.fullmatch(r"-?\d+", text):
        forms.append(cells(text))
    if key == "cells_per_kg":
        forms = [f"{format_cells(int(text))} per kg"]
    if key == "reason":
        forms.append(text.rstrip("."))
    if key in {"verdict", "outcome", "now", "earlier"} and text in OUTCOMES:
        forms.append(OUTCOMES[text][0])
    if key == "outcome" and ".check." in path:
        forms = [CHECKED[text][0]]
    if key == "outcome" and text in {"missing", "interim"}:
        forms.append("no result")
    if key == "role":
        forms.append(role(text))
    return forms
