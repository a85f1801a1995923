"""Labels as PDF: one a page at its own size, or many on office label sheets, both to scale.

A page tells viewers not to scale it, and the same labels give the same bytes: the file carries no
date. Pictures go in dot by dot, so a printer of the same resolution prints whole dots.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from lottrack.errors import LabelError
from lottrack.printing.layout import MM_PER_INCH, POINTS_PER_INCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.printing.rendering import Rendered

A4_WIDTH_MM: Final = Decimal(210)
A4_HEIGHT_MM: Final = Decimal(297)


class Sheet(NamedTuple):
    """A sheet of label stock; positions are counted along the rows from the top left.

    Attributes:
        columns, rows: positions across and down.
        left_mm, top_mm: from the edges of the sheet to the first position.
        pitch_x_mm, pitch_y_mm: from one position to the next.
        skip: positions already used on the first sheet.
        width_mm, height_mm: of the sheet; A4 if nothing else is said.
    """

    columns: int
    rows: int
    left_mm: Decimal
    top_mm: Decimal
    pitch_x_mm: Decimal
    pitch_y_mm: Decimal
    skip: int = 0
    width_mm: Decimal = A4_WIDTH_MM
    height_mm: Decimal = A4_HEIGHT_MM


class Grid(NamedTuple):
    """A sheet of label stock as it is measured with a ruler; the labels' own size is known.

    Attributes:
        columns, rows: labels across and down.
        margins_mm: from the left and the upper edge of the sheet to the first label; None when the
            labels stand in its middle.
        gaps_mm: between neighbours, across and down.
        skip: positions already used on the first sheet.
    """

    columns: int
    rows: int
    margins_mm: tuple[Decimal, Decimal] | None = None
    gaps_mm: tuple[Decimal, Decimal] = (Decimal(0), Decimal(0))
    skip: int = 0


Size = tuple[Decimal, Decimal]
"""Width and height of a label in millimetres."""


def sheet_for(grid: Grid, sizes: Sequence[Size]) -> Sheet:
    """The A4 sheet that labels of these sizes stand on, each position as large as the largest.

    Raises:
        LabelError: they do not fit (``sheet-does-not-fit``).
    """
    width, height = _largest(sizes)
    pitch_x, pitch_y = width + grid.gaps_mm[0], height + grid.gaps_mm[1]
    if grid.margins_mm is None:
        left = (A4_WIDTH_MM - (grid.columns - 1) * pitch_x - width) / 2
        top = (A4_HEIGHT_MM - (grid.rows - 1) * pitch_y - height) / 2
    else:
        left, top = grid.margins_mm
    sheet = Sheet(grid.columns, grid.rows, left, top, pitch_x, pitch_y, grid.skip)
    _require_fit(sizes, sheet)
    return sheet


def place_on(sheet: Sheet, number: int) -> tuple[int, int]:
    """Page and position, both from 1, of the label printed after ``number`` others."""
    page, position = divmod(number + sheet.skip, sheet.columns * sheet.rows)
    return page + 1, position + 1


def to_pdf(labels: Sequence[Rendered]) -> bytes:
    """The labels as PDF, one a page of its own size; raises as ``sheet_pdf``."""
    return sheet_pdf(labels, None)


def sheet_pdf(labels: Sequence[Rendered], sheet: Sheet | None) -> bytes:
    """The labels as PDF, on sheets of label stock or, without one, a page of its own each.

    Raises:
        LabelError: there are no labels, or they do not fit the sheet (``sheet-does-not-fit``).
    """
    from lottrack.printing.pdf import Page, Picture, pdf

    if not labels:
        raise LabelError("There is no label to print.")
    if sheet is not None:
        _require_fit([(label.width_mm, label.height_mm) for label in labels], sheet)
    pages: list[Page] = []
    for number, label in enumerate(labels):
        spot = _own_page(label) if sheet is None else _position(sheet, number + sheet.skip)
        if spot.starts_page or not pages:
            pages.append(Page(_points(spot.page_width_mm), _points(spot.page_height_mm), ()))
        height_mm = label.height * MM_PER_INCH / label.dpi
        picture = Picture(
            label.dots,
            label.width,
            label.height,
            _points(spot.left_mm),
            # PDF counts from the lower left corner; what is placed is the label's top left corner.
            _points(spot.page_height_mm - spot.top_mm - height_mm),
            _points(label.width * MM_PER_INCH / label.dpi),
            _points(height_mm),
        )
        pages[-1] = pages[-1]._replace(pictures=(*pages[-1].pictures, picture))
    return pdf(pages, "Labels")


class _Spot(NamedTuple):
    """Where one label goes."""

    page_width_mm: Decimal
    page_height_mm: Decimal
    left_mm: Decimal
    top_mm: Decimal
    starts_page: bool


def _own_page(label: Rendered) -> _Spot:
    return _Spot(label.width_mm, label.height_mm, Decimal(0), Decimal(0), starts_page=True)


def _position(sheet: Sheet, number: int) -> _Spot:
    row, column = divmod(number % (sheet.columns * sheet.rows), sheet.columns)
    return _Spot(
        sheet.width_mm,
        sheet.height_mm,
        sheet.left_mm + column * sheet.pitch_x_mm,
        sheet.top_mm + row * sheet.pitch_y_mm,
        starts_page=row == column == 0,
    )


def _points(mm: Decimal) -> Decimal:
    return mm * POINTS_PER_INCH / MM_PER_INCH


def _largest(sizes: Sequence[Size]) -> Size:
    return max(width for width, _ in sizes), max(height for _, height in sizes)


def _require_fit(sizes: Sequence[Size], sheet: Sheet) -> None:
    """Positions on the sheet, labels within their positions, and something left to print on."""
    positions = sheet.columns * sheet.rows
    if sheet.columns < 1 or sheet.rows < 1 or not (0 <= sheet.skip < positions):
        raise _no_fit(
            f"The sheet has {sheet.columns} × {sheet.rows} positions, {sheet.skip} of them used"
        )
    width, height = _largest(sizes)
    crowded = (sheet.columns > 1 and not (width <= sheet.pitch_x_mm)) or (
        sheet.rows > 1 and not (height <= sheet.pitch_y_mm)
    )
    if crowded:
        raise _no_fit(
            f"Labels of {width} × {height} mm would overlap at a pitch of"
            f" {sheet.pitch_x_mm} × {sheet.pitch_y_mm} mm"
        )
    right = sheet.left_mm + (sheet.columns - 1) * sheet.pitch_x_mm + width
    bottom = sheet.top_mm + (sheet.rows - 1) * sheet.pitch_y_mm + height
    starts_inside = sheet.left_mm >= 0 and sheet.top_mm >= 0
    if not (starts_inside and right <= sheet.width_mm and bottom <= sheet.height_mm):
        raise _no_fit(
            f"The positions reach from {sheet.left_mm}, {sheet.top_mm} to {right}, {bottom} mm,"
            f" beyond the sheet of {sheet.width_mm} × {sheet.height_mm} mm"
        )


def _no_fit(sentence: str) -> LabelError:
    return LabelError(
        f"{sentence}.",
        code="sheet-does-not-fit",
        hint="Measure the sheet again: columns, rows, margins, and the gaps between labels.",
    )
