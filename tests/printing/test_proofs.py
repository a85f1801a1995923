"""A proof shows a template in every state, and says what does not fit before a label is wanted."""

from __future__ import annotations

import pytest
from PIL import Image

from lottrack import assets
from lottrack.printing.carriers import read_back
from lottrack.printing.fields import FIELDS
from lottrack.printing.layout import Code, Text
from lottrack.printing.proofs import (
    LONGEST,
    SHORTEST,
    WORST_LETTERS,
    proof_page,
    prove,
    variants_of,
)
from lottrack.printing.templates import Template, load_template, shipped_template

NAMES = assets.label_template_names()


@pytest.fixture(params=NAMES)
def template(request: pytest.FixtureRequest) -> Template:
    return shipped_template(request.param)[0]


def test_every_field_has_a_shortest_and_a_longest_text() -> None:
    assert set(SHORTEST) == set(LONGEST) == set(FIELDS)


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_everything_fits_every_shipped_template_at_every_usual_printer(
    template: Template, dpi: int
) -> None:
    for proved in prove(template, dpi):
        assert proved.fault == "", proved.name


def test_a_page_shows_every_variant_and_its_codes_read(template: Template) -> None:
    proved = prove(template)
    page = proof_page(template, proved)
    image = Image.frombytes("1", (page.width, page.height), page.dots)
    codes = [element for element in template.elements if isinstance(element, Code)]
    found = read_back(image, {code.carrier for code in codes})
    assert len(found) == len(proved) * len(codes)
    assert set(found) == {each.drawn.payload for each in proved if each.drawn}
    assert {each.name for each in proved} <= set(page.text)
    assert abs(float(page.width_mm) - page.width * 25.4 / page.dpi) < 0.01


def test_the_worst_letters_stand_on_every_template_that_has_words_of_people(
    template: Template,
) -> None:
    (worst,) = [each for each in prove(template) if each.name == "worst letters"]
    assert worst.drawn is not None
    assert WORST_LETTERS in " ".join(worst.drawn.text)


def test_the_warnings_are_all_shown_at_once(template: Template) -> None:
    (every,) = [each for each in variants_of(template) if each.name == "longest, warnings"]
    conditions = {e.condition.when for e in template.elements if e.condition.when}
    assert all(every.values[field] for field in conditions)
    (plain,) = [each for each in variants_of(template) if each.name == "longest"]
    assert "training" not in plain.values


def test_what_does_not_fit_is_told_on_the_page_in_its_place(small_text: str) -> None:
    narrow = small_text.replace('caption = "LOT"', 'caption = "LOT OF ALL THIS IS"')
    narrow = narrow.replace("width_mm = 38\nheight_mm = 5\n", "width_mm = 18\nheight_mm = 5\n")
    template = load_template("small", narrow)
    proved = {each.name: each for each in prove(template)}
    assert proved["sample"].drawn is not None
    assert proved["longest"].drawn is None
    assert "does not fit label template small" in proved["longest"].fault
    assert proved["longest"].fault in proof_page(template, list(proved.values())).text


def test_the_shortest_label_leaves_out_what_may_be_left_out(small_text: str) -> None:
    template = load_template("small", small_text)
    (shortest,) = [each for each in variants_of(template) if each.name == "shortest"]
    required = {e.name for e in template.elements if isinstance(e, Text) and e.required}
    assert required == {"identity", "text", "serial"}
    assert set(shortest.values) == {"recipient", "container", "lot", "label"}


def test_the_same_template_gives_the_same_page(small_text: str) -> None:
    template = load_template("small", small_text)
    one, other = (proof_page(template, prove(template)) for _ in range(2))
    assert (one.dots, one.image_sha256) == (other.dots, other.image_sha256)
