"""Blocks drawn as PDF: A4 pages with selectable text, embedded face, page n of m.

The same blocks give the same bytes: the file carries no date but that of its issue, and no chance.
Every page names the
document, the lot, the site and the entry of the audit trail that it was drawn from, so that a loose
page can be put back where it belongs.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from lottrack.reports.paper import face
from lottrack.reports.paper.flow import flowables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.reports.paper.blocks import Block

LEFT, RIGHT, TOP, BOTTOM = 18 * mm, 14 * mm, 27 * mm, 20 * mm
"""Margins; the left one leaves room for holes."""

WIDTH = A4[0] - LEFT - RIGHT
_INK, _QUIET, _RULE = HexColor(0x1B2A33), HexColor(0x5B6770), HexColor(0x9AA6AD)
_MARK, _WARNING = HexColor(0xFDEFF0), HexColor(0xB00020)

TRAINING = "TRAINING RECORD - NOT FOR CLINICAL USE"
"""Stands at the foot of every page of a training record."""


class Furniture(NamedTuple):
    """What stands at the edges of every page.

    Attributes:
        title: the document's kind, with its stage.
        number: its number.
        site: the site's name.
        lot: the lot.
        record: the entry of the trail it was drawn from, and its head.
        issued: when and by whom.
        issued_at: when, ISO 8601 with offset, for the file's own dates.
        training: of a training record: a mark across every page.
    """

    title: str
    number: str
    site: str
    lot: str
    record: str
    issued: str
    issued_at: str
    training: bool


class Drawn(NamedTuple):
    """A document as bytes, and how many pages it has."""

    content: bytes
    pages: int


def draw(blocks: Sequence[Block], furniture: Furniture) -> Drawn:
    """A document as PDF."""
    face.register()
    file = io.BytesIO()
    canvases: list[_Pages] = []

    def canvas(*args: Any, **extra: Any) -> _Pages:
        canvases.append(_Pages(furniture, *args, **extra))
        return canvases[-1]

    document = BaseDocTemplate(
        file,
        pagesize=A4,
        leftMargin=LEFT,
        rightMargin=RIGHT,
        topMargin=TOP,
        bottomMargin=BOTTOM,
        title=face.spelled(f"{furniture.title} {furniture.number}"),
        author=face.spelled(furniture.site),
        subject="",
        creator="lottrack",
        invariant=1,
        pageCompression=1,
    )
    frame = Frame(
        LEFT, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, *(0, 0, 0, 0), id="body", showBoundary=0
    )

    def mark(canvas: Canvas, _: object) -> None:
        if furniture.training:
            _mark_training(canvas)

    document.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=mark)])
    document.build(flowables(blocks, WIDTH), canvasmaker=canvas)
    return Drawn(file.getvalue(), canvases[-1].pages)


class _Pages(Canvas):  # type: ignore[misc]  # reportlab tells no types
    """A canvas that keeps its pages until their number is known."""

    def __init__(self, furniture: Furniture, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self._furniture = furniture
        self.setDateFormatter(lambda *_: _file_date(furniture.issued_at))
        self._kept: list[dict[str, Any]] = []

    @property
    def pages(self) -> int:
        """How many pages were drawn."""
        return len(self._kept)

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Keep a page for later."""
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Draw the edges of every page, now that their number is known, and write the file."""
        kept = self._kept
        for number, page in enumerate(kept, start=1):
            self.__dict__.update(page)
            self._edges(number, len(kept))
            super().showPage()
        self._kept = kept
        super().save()

    def _edges(self, page: int, pages: int) -> None:
        told = self._furniture
        right, top = A4[0] - RIGHT, A4[1] - 13 * mm
        self.setFillColor(_INK)
        self._text(face.BOLD, 11, LEFT, top, told.title)
        self._text(face.BOLD, 11, right, top, told.number, end=True)
        self.setFillColor(_QUIET)
        self._text(face.TEXT, 8.5, LEFT, top - 12, f"{told.site} · lot {told.lot}")
        self._text(face.TEXT, 8.5, right, top - 12, f"page {page} of {pages}", end=True)
        self._text(face.TEXT, 7.5, LEFT, 11 * mm, told.record)
        self._text(face.TEXT, 7.5, right, 11 * mm, told.issued, end=True)
        self.setStrokeColor(_RULE)
        self.setLineWidth(0.6)
        self.line(LEFT, top - 18, right, top - 18)
        self.line(LEFT, 14.5 * mm, right, 14.5 * mm)

    def _text(
        self, font: str, size: float, x: float, y: float, text: str, *, end: bool = False
    ) -> None:
        self.setFont(font, size)
        (self.drawRightString if end else self.drawString)(x, y, face.spelled(text))


def _file_date(text: str) -> str:
    """A time as PDF writes it (ISO 32000-1, 7.9.4)."""
    digits = "".join(character for character in text[:19] if character.isdigit())
    return f"D:{digits}{text[-6:-3]}'{text[-2:]}'"


def _mark_training(canvas: Canvas) -> None:
    """The mark of a training record: across the page beneath its text, and in words at its foot."""
    canvas.saveState()
    canvas.setFont(face.BOLD, 7.5)
    canvas.setFillColor(_WARNING)
    canvas.drawCentredString(A4[0] / 2, 7 * mm, TRAINING)
    canvas.setFont(face.BOLD, 118)
    canvas.setFillColor(_MARK)
    canvas.translate(A4[0] / 2, A4[1] / 2)
    canvas.rotate(55)
    canvas.drawCentredString(0, -40, "TRAINING")
    canvas.restoreState()
