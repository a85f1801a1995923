"""Whatever a code says, on every template at every resolution: it is read back, damaged as well.

Damage is one white square over a tenth of the symbol (quiet zone not counted), anywhere but over
what a reader finds the symbol by: the three finder patterns of a QR code, the solid and dashed
edges of a Data Matrix. No error level protects these: a QR code that lost a part of a finder
pattern is mostly not read.

Payloads have the form and length that lottrack prints, for site codes of two to five characters; QR
codes of these are drawn at level H. Measured at 400 places each, one in 400 was lost at version 3
and none at version 4, so one in a hundred may be lost here; at level Q, where a longer payload
leaves no room for H, it is one in ten to one in twenty. Of Data Matrix, which has one level, two to
six in 200 are lost, so four in a hundred may be.
"""

from __future__ import annotations

import math
import random

import pytest
from PIL import Image

from lottrack import assets
from lottrack.printing.carriers import DATA_MATRIX, QR, read_back
from lottrack.printing.codes import roomy_modules
from lottrack.printing.layout import Code, area_dots, module_dots
from lottrack.printing.rendering import render
from lottrack.printing.templates import Template, shipped_template
from lottrack.rules.codes.checkchar import check_character
from lottrack.rules.codes.scans import COPIES, label_payload

DPIS = (203, 300, 600)
FINDER = 7
TENTH = 0.10
CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def first_code(template: Template) -> Code:
    return next(element for element in template.elements if isinstance(element, Code))


TEMPLATES = {name: shipped_template(name)[0] for name in assets.label_template_names()}
PAIRS = [(name, dpi) for name in TEMPLATES for dpi in DPIS]
MAY_BE_LOST = {QR: 0.01, DATA_MATRIX: 0.04}
pairs = pytest.mark.parametrize(("name", "dpi"), PAIRS)
how_many = pytest.mark.parametrize("count", [25, pytest.param(200, marks=pytest.mark.slow)])


def some_payload(chance: random.Random, longest_site: int = 5) -> str:
    """What the code on a label says: a container, the label's serial, the kind of copy."""
    site = "".join(chance.choices(CHARACTERS, k=chance.randint(2, longest_site)))

    def number(kind: str) -> str:
        body = f"{kind}-{site}-{chance.randint(1, 9999):04d}"
        return f"{body}-{check_character(body.replace('-', '')).replace('*', '0')}"

    return label_payload(number("CN"), number("LB"), chance.choice(sorted(COPIES)))


def picture(name: str, payload: str, dpi: int) -> Image.Image:
    template = TEMPLATES[name]
    label = render(template, template.sample, payload, dpi=dpi)
    return Image.frombytes("1", (label.width, label.height), label.dots)


@pairs
@how_many
def test_payloads_decode_to_themselves(name: str, dpi: int, count: int) -> None:
    chance = random.Random(f"{name} {dpi}")
    for _ in range(count):
        payload = some_payload(chance, longest_site=8)
        image = picture(name, payload, dpi)
        for code in (e for e in TEMPLATES[name].elements if isinstance(e, Code)):
            shown = image.crop(area_dots(code.area, dpi))
            assert read_back(shown, (code.carrier,)) == [payload]


def hole_in(side: int, edge: int, corners: int, chance: random.Random) -> tuple[int, int]:
    """Where a square over a tenth of a symbol begins: clear of its edges and finder patterns.

    Args:
        side: of the symbol, in dots.
        edge: dots along all edges that it keeps clear of.
        corners: side of the squares in the upper and the lower left corners that it keeps clear of.
        chance: where.
    """
    size = hole_size(side)
    while True:
        left, top = (chance.randint(edge, side - size - edge) for _ in range(2))
        at_left, at_right = left < corners, left + size > side - corners
        at_top, at_bottom = top < corners, top + size > side - corners
        if not ((at_left and (at_top or at_bottom)) or (at_right and at_top)):
            return left, top


def hole_size(side: int) -> int:
    return round(math.sqrt(TENTH) * side)


def symbol_in(code: Code, payload: str, image: Image.Image, dpi: int) -> tuple[int, int, int, int]:
    """Left, top and side of a symbol in its place, quiet zone left out, and of one module."""
    if code.carrier == QR:
        modules = roomy_modules(len(payload))
        module = module_dots(code.area, modules, dpi)
        side = (modules - 8) * module
        return (image.width - side) // 2, (image.height - side) // 2, side, module
    left, top, right, bottom = image.point(lambda shade: 255 - shade).getbbox()
    # The lower edge of a Data Matrix is solid, its upper edge dashed, module by module.
    upper = [image.getpixel((column, top)) for column in range(left, right)]
    assert image.crop((left, bottom - 1, right, bottom)).getextrema() == (0, 0)
    return left, top, right - left, upper.index(255)


def is_read_with_a_hole(name: str, dpi: int, chance: random.Random) -> bool:
    payload = some_payload(chance)
    code = first_code(TEMPLATES[name])
    # Only this symbol is looked at: where a label carries two, the other one does not help.
    image = picture(name, payload, dpi).crop(area_dots(code.area, dpi)).convert("L")
    left, top, side, module = symbol_in(code, payload, image, dpi)
    edge, corners = (0, FINDER * module) if code.carrier == QR else (module, 0)
    hole = hole_in(side, edge, corners, chance)
    before = image.tobytes()
    size = hole_size(side)
    image.paste(255, (left + hole[0], top + hole[1], left + hole[0] + size, top + hole[1] + size))
    assert image.tobytes() != before
    return read_back(image, (code.carrier,)) == [payload]


@pairs
@how_many
def test_a_tenth_of_the_symbol_may_be_lost(name: str, dpi: int, count: int) -> None:
    chance = random.Random(f"{name} {dpi} damaged")
    lost = sum(not is_read_with_a_hole(name, dpi, chance) for _ in range(count))
    assert lost <= count * MAY_BE_LOST[first_code(TEMPLATES[name]).carrier]
