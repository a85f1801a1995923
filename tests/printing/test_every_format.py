"""Every shipped template in every format at every resolution, read by others than who wrote it.

PNG by Pillow, PDF by PDFium at the printer's resolution, ZPL by a reader of ``^GFA`` written here
from the printer's manual; the codes by zxing-cpp.
"""

from __future__ import annotations

import io
import re

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageOps

from lottrack import assets
from lottrack.printing.layout import Code
from lottrack.printing.rendering import Rendered, render
from lottrack.printing.sheets import Grid, sheet_for, sheet_pdf, to_pdf
from lottrack.printing.templates import Template, shipped_template
from lottrack.printing.zpl import zpl

TEMPLATES = [shipped_template(name)[0] for name in assets.label_template_names()]
PAYLOADS = ("LT.CNNORTH0002L.LBNORTH00319.P0", "LT.CNHOSPITAL12345M.LBHOSPITAL12345M.PX")


@pytest.fixture(params=TEMPLATES, ids=[each.name for each in TEMPLATES])
def template(request: pytest.FixtureRequest) -> Template:
    return request.param


@pytest.fixture(params=[203, 300, 600])
def labels(request: pytest.FixtureRequest, template: Template) -> list[Rendered]:
    """Two labels of a job."""
    dpi = request.param
    return [render(template, template.sample, payload, dpi=dpi) for payload in PAYLOADS]


def codes_in(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image.convert("L"))]


def codes_of(template: Template) -> int:
    return sum(isinstance(element, Code) for element in template.elements)


def pages_of(file: bytes, dpi: int) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(file)
    return [page.render(scale=dpi / 72).to_pil() for page in document]


def printed(job: bytes) -> list[Image.Image]:
    """What a Zebra printer lays on its labels: 1 is black, from the upper left, row by row."""
    images = []
    for label in re.findall(rb"\^XA(.*?)\^XZ", job, re.DOTALL):
        width, length = (int(re.search(rb"\^%b(\d+)" % name, label)[1]) for name in (b"PW", b"LL"))
        across, down = re.search(rb"\^FO(\d+),(\d+)", label).groups()
        total, used, row, dots = re.search(rb"\^GFA,(\d+),(\d+),(\d+),([^^]*)\^FS", label).groups()
        content = bytes.fromhex(dots.decode("ascii"))
        assert (int(across), int(down)) == (0, 0)
        assert int(total) == int(used) == len(content) == int(row) * length
        assert int(row) * 8 >= width
        drawn = Image.frombytes("1", (int(row) * 8, length), content).convert("L")
        images.append(ImageOps.invert(drawn).crop((0, 0, width, length)))
    return images


def test_as_png(template: Template, labels: list[Rendered]) -> None:
    for label in labels:
        with Image.open(io.BytesIO(label.png)) as image:
            assert codes_in(image) == [label.payload] * codes_of(template)


def test_as_pdf_of_single_labels(template: Template, labels: list[Rendered]) -> None:
    pages = pages_of(to_pdf(labels), labels[0].dpi)
    assert len(pages) == 2
    for page, label in zip(pages, labels, strict=True):
        assert abs(page.width - label.width) <= 1
        assert abs(page.height - label.height) <= 1
        assert codes_in(page) == [label.payload] * codes_of(template)


def test_as_pdf_sheet(template: Template, labels: list[Rendered]) -> None:
    size = (labels[0].width_mm, labels[0].height_mm)
    columns, rows = int(210 // size[0]), int(297 // size[1])
    sheet = sheet_for(Grid(columns, rows, skip=columns * rows - 1), [size])
    # A whole page at 600 dpi is 35 million dots: half of them across show each module as well.
    first, second = pages_of(sheet_pdf(labels, sheet), min(300, labels[0].dpi))
    assert codes_in(first) == [PAYLOADS[0]] * codes_of(template)
    assert codes_in(second) == [PAYLOADS[1]] * codes_of(template)


def test_as_zpl(template: Template, labels: list[Rendered]) -> None:
    images = printed(zpl(labels))
    assert [image.size for image in images] == [(each.width, each.height) for each in labels]
    for image, label in zip(images, labels, strict=True):
        assert codes_in(image) == [label.payload] * codes_of(template)
        drawn = Image.frombytes("1", image.size, label.dots).convert("L")
        assert image.tobytes() == drawn.tobytes()
