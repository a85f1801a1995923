"""What labels share is drawn once, and no label says anything of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lottrack import assets
from lottrack.printing import composing
from lottrack.printing.carriers import read_back
from lottrack.printing.layout import Code, area_dots
from lottrack.printing.proofs import variants_of
from lottrack.printing.rendering import render
from lottrack.printing.templates import shipped_template

if TYPE_CHECKING:
    from lottrack.printing.rendering import Rendered
    from lottrack.printing.templates import Template

TEMPLATES = [shipped_template(name)[0] for name in assets.label_template_names()]
DPIS = (203, 300, 600)


def forget() -> None:
    for remembered in (composing._ground, composing._draw_words, composing._own):
        remembered.cache_clear()


def drawn(template: Template, dpi: int, **own: str) -> Rendered:
    return render(template, {**template.sample, **own}, template.sample_payload, dpi=dpi)


@pytest.mark.parametrize("dpi", DPIS)
@pytest.mark.parametrize("template", TEMPLATES, ids=[each.name for each in TEMPLATES])
def test_a_label_is_the_same_alone_and_after_others(template: Template, dpi: int) -> None:
    variants = variants_of(template)
    forget()
    after = [render(template, each.values, each.payload, dpi=dpi) for each in variants]
    again = [render(template, each.values, each.payload, dpi=dpi) for each in reversed(variants)]
    assert again[::-1] == after
    for variant, label in zip(variants, after, strict=True):
        forget()
        assert render(template, variant.values, variant.payload, dpi=dpi) == label


NUMBERS = st.from_regex(r"[A-Z0-9]{1,9}", fullmatch=True)
FILLED = st.sampled_from(["", "5.0 ×10⁶", "44.0 ×10⁶"])


@settings(max_examples=40, deadline=None)
@given(
    which=st.sampled_from(TEMPLATES),
    dpi=st.sampled_from(DPIS),
    labels=st.lists(st.tuples(NUMBERS, NUMBERS, FILLED), min_size=2, max_size=4),
)
def test_labels_of_one_job_differ_in_their_own_places_alone(
    which: Template, dpi: int, labels: list[tuple[str, str, str]]
) -> None:
    named = set(which.sample)
    made = []
    for number, serial, cells in labels:
        own = {"label": f"LB-{serial}", "container": f"CN-{number}", "viable_cells": cells}
        values = {field: text for field, text in own.items() if field in named}
        label = drawn(which, dpi, **values)
        words = " ".join(label.text)
        assert all(text in words for text in values.values())
        made.append(label)
    places = [
        area_dots(element.area, dpi)
        for element in which.elements
        if isinstance(element, Code) or any(f"{{{field}}}" in str(element) for field in own)
    ]
    pictures = [Image.frombytes("1", (each.width, each.height), each.dots) for each in made]
    for picture in pictures:
        for place in places:
            picture.paste(1, (place.left, place.top, place.right, place.bottom))
    assert len({picture.tobytes() for picture in pictures}) == 1


@pytest.mark.parametrize("template", TEMPLATES, ids=[each.name for each in TEMPLATES])
def test_each_label_of_a_job_has_a_code_of_its_own(template: Template) -> None:
    carriers = {each.carrier for each in template.elements if isinstance(each, Code)}
    for number in range(20):
        payload = f"LT.CNNORTH{number:04d}.LBNORTH{number:05d}.P0"
        label = render(template, template.sample, payload)
        image = Image.frombytes("1", (label.width, label.height), label.dots)
        assert set(read_back(image, carriers)) == {payload}
