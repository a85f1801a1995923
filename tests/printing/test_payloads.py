"""Whatever a QR code says, on every template at every resolution: it is read back, damaged as well.

Damage is one white square over a tenth of the symbol (quiet zone not counted), anywhere but over
the three finder patterns: no error level protects these, and a symbol that lost a part of one is
mostly not read. Payloads have the form and length that lottrack prints, for site codes of two to
five characters, and are drawn at level H. Measured at 400 places each, one in 400 was lost at
version 3 and none at version 4, so one in a hundred may be lost here; at level Q, where a longer
payload leaves no room for H, it is one in ten to one in twenty.
"""

from __future__ import annotations

import math
import random

import pytest
from PIL import Image

from lottrack import assets
from lottrack.printing.carriers import QR
from lottrack.printing.codes import read_printed, roomy_modules
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


ALL = {name: shipped_template(name)[0] for name in assets.label_template_names()}
TEMPLATES = {name: each for name, each in ALL.items() if first_code(each).carrier == QR}
PAIRS = [(name, dpi) for name in TEMPLATES for dpi in DPIS]
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
    return Image.frombytes("1", (label.width, label.height), label.dots).convert("L")


@pairs
@how_many
def test_payloads_decode_to_themselves(name: str, dpi: int, count: int) -> None:
    chance = random.Random(f"{name} {dpi}")
    for _ in range(count):
        payload = some_payload(chance, longest_site=8)
        assert set(read_printed(picture(name, payload, dpi))) == {payload}


def hole_in(side: int, module: int, chance: random.Random) -> tuple[int, int, int, int]:
    """A square over a tenth of a symbol, anywhere clear of its finder patterns."""
    size = round(math.sqrt(TENTH) * side)
    near, far = FINDER * module, side - FINDER * module
    while True:
        left, top = chance.randint(0, side - size), chance.randint(0, side - size)
        at_left, at_right = left < near, left + size > far
        at_top, at_bottom = top < near, top + size > far
        if not ((at_left and (at_top or at_bottom)) or (at_right and at_top)):
            return left, top, left + size, top + size


def is_read_with_a_hole(name: str, dpi: int, chance: random.Random) -> bool:
    payload = some_payload(chance)
    image = picture(name, payload, dpi)
    area = first_code(TEMPLATES[name]).area
    modules = roomy_modules(len(payload))
    module = module_dots(area, modules, dpi)
    place = area_dots(area, dpi)
    left = place.left + (place.width - module * modules) // 2 + 4 * module
    top = place.top + (place.height - module * modules) // 2 + 4 * module
    hole = hole_in((modules - 8) * module, module, chance)
    before = image.tobytes()
    image.paste(255, (left + hole[0], top + hole[1], left + hole[2], top + hole[3]))
    assert image.tobytes() != before
    # Only this symbol is looked at: where a label carries two, the other one does not help.
    return read_printed(image.crop(place)) == [payload]


@pairs
@how_many
def test_a_tenth_of_the_symbol_may_be_lost(name: str, dpi: int, count: int) -> None:
    chance = random.Random(f"{name} {dpi} damaged")
    lost = sum(not is_read_with_a_hole(name, dpi, chance) for _ in range(count))
    assert lost <= count // 100
