"""A PDF holds the labels to scale, in place, dot by dot, and always the same bytes."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pypdfium2 as pdfium
import pytest
from PIL import Image

from lottrack.errors import LabelError
from lottrack.printing.codes import read_codes
from lottrack.printing.rendering import Rendered, render, render_sample
from lottrack.printing.sheets import Sheet, sheet_pdf, to_pdf

if TYPE_CHECKING:
    from lottrack.printing.templates import Template

POINT_MM = 25.4 / 72
SHEET = Sheet(
    columns=3,
    rows=6,
    left_mm=Decimal("7.5"),
    top_mm=Decimal("12.25"),
    pitch_x_mm=Decimal("65.5"),
    pitch_y_mm=Decimal("45.7"),
)


class Placed(NamedTuple):
    """One picture on one page, in millimetres from the page's top left corner."""

    page: int
    left: float
    top: float
    width: float
    height: float


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    with pdfium.PdfDocument(pdf) as document:
        return [(page.get_width() * POINT_MM, page.get_height() * POINT_MM) for page in document]


def drawn_in(pdf: bytes) -> list[tuple[Placed, Image.Image]]:
    """What a PDF reader of others finds: each picture and where it stands."""
    found = []
    with pdfium.PdfDocument(pdf) as document:
        for number, page in enumerate(document):
            for thing in page.get_objects():
                left, low, right, high = (value * POINT_MM for value in thing.get_bounds())
                top = page.get_height() * POINT_MM - high
                place = Placed(number, left, top, right - left, high - low)
                found.append((place, thing.get_bitmap().to_pil().convert("L")))
    return found


def placed(pdf: bytes) -> list[Placed]:
    return [place for place, _ in drawn_in(pdf)]


def pictures(pdf: bytes) -> list[Image.Image]:
    return [picture for _, picture in drawn_in(pdf)]


@pytest.fixture(scope="module")
def label(small: Template) -> Rendered:
    return render_sample(small)


@pytest.fixture(scope="module")
def labels(small: Template) -> list[Rendered]:
    return [
        render(small, {**small.sample, "recipient": f"P{number:02d}"}, f"LT.X{number}")
        for number in range(20)
    ]


def test_without_a_sheet_each_label_is_a_page_of_its_own_size(labels: list[Rendered]) -> None:
    pdf = to_pdf(labels)
    assert page_sizes(pdf) == [pytest.approx((60, 40), abs=0.01)] * 20
    assert [place.page for place in placed(pdf)] == list(range(20))
    for place in placed(pdf):
        assert place.left == pytest.approx(0, abs=0.001)
        assert place.top == pytest.approx(0, abs=0.001)


def test_a_dot_of_the_picture_is_a_dot_of_the_printer(label: Rendered) -> None:
    (place,) = placed(to_pdf([label]))
    (drawn,) = pictures(to_pdf([label]))
    assert drawn.width / (place.width / 25.4) == pytest.approx(300, abs=0.01)
    assert drawn.height / (place.height / 25.4) == pytest.approx(300, abs=0.01)
    # Half a dot is all by which a whole number of dots can miss the label's size.
    assert place.width == pytest.approx(60, abs=25.4 / 600)
    assert place.height == pytest.approx(40, abs=25.4 / 600)


def test_the_picture_in_the_pdf_is_the_label_dot_by_dot_and_decodes(label: Rendered) -> None:
    (drawn,) = pictures(to_pdf([label]))
    with Image.open(io.BytesIO(label.png)) as picture:
        assert drawn.tobytes() == picture.convert("L").tobytes()
    file = io.BytesIO()
    drawn.save(file, "PNG")
    assert read_codes(file.getvalue()) == [label.payload]


def test_labels_fill_a_sheet_row_by_row_and_go_on_to_the_next(labels: list[Rendered]) -> None:
    pdf = sheet_pdf(labels, SHEET)
    assert page_sizes(pdf) == [pytest.approx((210, 297), abs=0.01)] * 2
    where = placed(pdf)
    assert [place.page for place in where] == [0] * 18 + [1] * 2
    first, second, fourth = where[0], where[1], where[3]
    assert (first.left, first.top) == pytest.approx((7.5, 12.25), abs=0.01)
    assert (second.left, second.top) == pytest.approx((73, 12.25), abs=0.01)
    assert (fourth.left, fourth.top) == pytest.approx((7.5, 57.95), abs=0.01)
    assert where[18][1:] == pytest.approx(first[1:], abs=0.01)


def test_used_positions_are_skipped_on_the_first_sheet_only(labels: list[Rendered]) -> None:
    where = placed(sheet_pdf(labels, SHEET._replace(skip=17)))
    assert [place.page for place in where] == [0] + [1] * 18 + [2]
    assert (where[0].left, where[0].top) == pytest.approx((138.5, 240.75), abs=0.01)
    assert (where[1].left, where[1].top) == pytest.approx((7.5, 12.25), abs=0.01)


def test_every_label_on_the_sheets_keeps_its_own_code(labels: list[Rendered]) -> None:
    read = []
    for drawn in pictures(sheet_pdf(labels, SHEET)):
        file = io.BytesIO()
        drawn.save(file, "PNG")
        read += read_codes(file.getvalue())
    assert sorted(read) == sorted(label.payload for label in labels)


def test_the_same_labels_give_the_same_bytes_without_a_date(label: Rendered) -> None:
    pdf = sheet_pdf([label], SHEET)
    assert pdf == sheet_pdf([label], SHEET)
    assert b"Date" not in pdf


def test_viewers_are_told_not_to_scale(label: Rendered) -> None:
    assert b"/ViewerPreferences << /PrintScaling /None >>" in to_pdf([label])


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"columns": 0}, "0 × 6 positions"),
        ({"rows": 0}, "3 × 0 positions"),
        ({"skip": 18}, "18 of them used"),
        ({"skip": -1}, "-1 of them used"),
        ({"pitch_x_mm": Decimal("59.9")}, "overlap"),
        ({"pitch_y_mm": Decimal("39.9")}, "overlap"),
        ({"columns": 4}, "beyond the sheet"),
        ({"rows": 7}, "beyond the sheet"),
        ({"left_mm": Decimal(-1)}, "beyond the sheet"),
        ({"top_mm": Decimal("28.6")}, "beyond the sheet"),
    ],
)
def test_a_sheet_the_labels_do_not_fit_is_refused(
    label: Rendered, changed: dict[str, Decimal], says: str
) -> None:
    with pytest.raises(LabelError, match=says) as refusal:
        sheet_pdf([label], SHEET._replace(**changed))
    assert refusal.value.code == "sheet-does-not-fit"


def test_one_column_needs_no_pitch(label: Rendered) -> None:
    column = SHEET._replace(columns=1, pitch_x_mm=Decimal(0))
    assert len(placed(sheet_pdf([label, label], column))) == 2


def test_nothing_to_print_is_refused() -> None:
    with pytest.raises(LabelError, match="no label"):
        to_pdf([])
