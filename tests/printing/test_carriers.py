"""Data Matrix and Code 128 on labels: drawn in whole dots, read back, refused when too fine."""

from __future__ import annotations

import random
from decimal import Decimal

import pypdfium2 as pdfium
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lottrack.errors import LabelError, TemplateInvalid
from lottrack.printing.carriers import (
    CODE_128,
    DATA_MATRIX,
    QR,
    draw_into,
    modules_for,
    read_back,
)
from lottrack.printing.codes import read_codes
from lottrack.printing.layout import Code, Dots, area_dots
from lottrack.printing.rendering import render, render_sample
from lottrack.printing.sheets import to_pdf
from lottrack.printing.templates import Template, load_template
from lottrack.printing.zpl import read_back as zpl_dots
from lottrack.printing.zpl import zpl

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
QR_HERE = 'type = "qr"\nname = "code"\nx_mm = 41\ny_mm = 1\nsize_mm = 18\n'
MATRIX = QR_HERE.replace('"qr"', '"datamatrix"')
BARS = (
    '[[element]]\ntype = "code128"\nname = "bars"\nx_mm = 1\ny_mm = 41\n'
    "width_mm = 158\nheight_mm = 24\n"
)
FINEST = Decimal("0.25")


@pytest.fixture(scope="module")
def matrix(small_text: str) -> Template:
    """The small template with a Data Matrix in the place of its QR code."""
    assert QR_HERE in small_text
    return load_template("small", small_text.replace(QR_HERE, MATRIX))


@pytest.fixture(scope="module")
def long_text(small_text: str) -> str:
    """A wide label that says its payload as QR and as bars."""
    wide = small_text.replace("width_mm = 60", "width_mm = 160", 1)
    wide = wide.replace("height_mm = 40", "height_mm = 66", 1)
    return wide.replace("[sample]", f"{BARS}\n[sample]")


def test_a_data_matrix_decodes_with_other_eyes_than_it_was_made_for(matrix: Template) -> None:
    label = render_sample(matrix)
    assert read_codes(label.png) == [matrix.sample_payload]


def test_two_hundred_payloads_decode_from_a_data_matrix(matrix: Template) -> None:
    chance = random.Random("matrix")
    for _ in range(200):
        length = chance.randint(1, matrix.payload_length)
        payload = "".join(chance.choices(ALPHANUMERIC, k=length)).strip() or "0"
        assert render(matrix, matrix.sample, payload).payload == payload


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_modules_are_whole_dots_and_square_with_a_white_edge(matrix: Template, dpi: int) -> None:
    label = render_sample(matrix, dpi=dpi)
    code = next(e for e in matrix.elements if e.name == "code")
    image = Image.frombytes("1", (label.width, label.height), label.dots)
    place = area_dots(code.area, dpi)
    shown = image.crop(place)
    left, top, right, bottom = shown.convert("L").point(lambda shade: 255 - shade).getbbox()
    assert right - left == bottom - top
    sides = [side for side in range(10, 66, 2) if (right - left) % side == 0]
    assert sides
    each = (right - left) // max(sides)
    assert min(left, top, place.width - right, place.height - bottom) >= 2 * each


def test_a_wide_label_says_the_same_in_squares_and_in_bars(long_text: str) -> None:
    template = load_template("small", long_text)
    label = render_sample(template)
    assert read_codes(label.png) == [template.sample_payload]
    image = Image.frombytes("1", (label.width, label.height), label.dots)
    assert read_back(image, [QR, CODE_128]) == [template.sample_payload] * 2


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_two_hundred_payloads_decode_from_bars_at_every_usual_printer(
    long_text: str, dpi: int
) -> None:
    template = load_template("small", long_text)
    bars = next(e for e in template.elements if isinstance(e, Code) and e.carrier == CODE_128)
    chance = random.Random(f"bars {dpi}")
    for _ in range(200):
        length = chance.randint(1, template.payload_length)
        payload = "".join(chance.choices(ALPHANUMERIC, k=length)).strip() or "0"
        label = render(template, template.sample, payload, dpi=dpi)
        image = Image.frombytes("1", (label.width, label.height), label.dots)
        shown = image.crop(area_dots(bars.area, dpi))
        assert read_back(shown, [CODE_128]) == [payload]
    # and by a reader that is not told what to look for, from the bytes of every format
    pages = [pdfium.PdfDocument(to_pdf([label]))[0].render(scale=dpi / 72).to_pil()]
    pages += [Image.frombytes("1", (d.width, d.height), d.dots) for d in zpl_dots(zpl([label]))]
    for page in pages:
        found = zxingcpp.read_barcodes(page.convert("L"))
        assert {(each.text, str(each.format)) for each in found} == {
            (payload, "QR Code"),
            (payload, "Code 128"),
        }


def test_a_code_that_was_spoilt_is_not_read_back(matrix: Template) -> None:
    label = render_sample(matrix)
    image = Image.frombytes("1", (label.width, label.height), label.dots)
    place = area_dots(next(e for e in matrix.elements if e.name == "code").area, label.dpi)
    image.paste(1, (place.left, place.top, place.right, place.top + place.height // 2))
    assert read_back(image, [DATA_MATRIX]) == []


@settings(max_examples=60)
@given(st.text(ALPHANUMERIC, min_size=1, max_size=67).filter(lambda text: text == text.strip()))
def test_no_payload_takes_more_room_than_was_planned_for_its_length(payload: str) -> None:
    for carrier in (DATA_MATRIX, CODE_128):
        across = modules_for(carrier, len(payload)).across
        image = Image.new("1", (across * 3, 90 if carrier == CODE_128 else across * 3), 1)
        # three dots a module at 300 dpi are 0.254 mm: less room would be refused
        draw_into(image, Dots(0, 0, *image.size), carrier, payload, 300, FINEST)
        assert read_back(image, [carrier]) == [payload]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("size_mm = 18\n", "size_mm = 9\n", "line 52, element 4 (code): for 47 characters"),
        ("size_mm = 18\n", "width_mm = 18\nheight_mm = 18\n", "'size_mm' is missing"),
    ],
)
def test_a_matrix_too_small_for_its_stock_is_refused(
    small_text: str, before: str, after: str, says: str
) -> None:
    text = small_text.replace(QR_HERE, MATRIX.replace(before, after))
    with pytest.raises(TemplateInvalid, match="line 52") as refusal:
        load_template("small", text)
    assert says in refusal.value.sentence


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("width_mm = 158", "width_mm = 90", "0.17 mm are needed at 300 dpi"),
        ("height_mm = 24", "height_mm = 12", "must be 23.7 mm high"),
    ],
)
def test_bars_too_fine_or_too_low_are_refused(
    long_text: str, before: str, after: str, says: str
) -> None:
    with pytest.raises(TemplateInvalid) as refusal:
        load_template("small", long_text.replace(before, after))
    assert "(bars)" in refusal.value.sentence
    assert says in refusal.value.sentence


def test_bars_alone_are_code_enough(long_text: str) -> None:
    text = long_text.replace("[[element]]\n" + QR_HERE, "")
    template = load_template("small", text)
    assert read_codes(render_sample(template).png) == [template.sample_payload]


def test_at_a_coarser_printer_a_code_too_fine_is_refused(small_text: str) -> None:
    smaller = MATRIX.replace("size_mm = 18", "size_mm = 12.3")
    template = load_template("small", small_text.replace(QR_HERE, smaller))
    payload = "LT.-.-.-.-.-.-.-.-.-.-.-.-.-.-.-.-.-.-.-.-.-.-."
    with pytest.raises(LabelError) as refusal:
        render(template, template.sample, payload, dpi=100)
    assert refusal.value.code == "code-too-fine"


def test_what_is_no_payload_is_never_drawn() -> None:
    image = Image.new("1", (300, 300), 1)
    for text in ("lower case", "a\x1db", "ŁUKASZ", ""):
        with pytest.raises(LabelError):
            draw_into(image, Dots(0, 0, 300, 300), DATA_MATRIX, text, 300, FINEST)


def test_a_payload_longer_than_any_symbol_is_refused() -> None:
    with pytest.raises(LabelError):
        modules_for(DATA_MATRIX, 281)
