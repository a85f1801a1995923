"""What is drawn is what was asked for: whole, inside its place, readable, the same every time."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lottrack.errors import LabelError, TextDoesNotFit
from lottrack.printing.codes import read_codes
from lottrack.printing.layout import Area, Bar, Code, Condition, area_dots
from lottrack.printing.rendering import render, render_sample
from lottrack.printing.templates import Template, load_template

PAYLOAD = "LT.CNNORTH0002L.LBNORTH00319.P0"


def values_of(template: Template, **changed: str) -> dict[str, str]:
    return {**template.sample, **changed}


def picture(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        return image


def ink_within(image: Image.Image, left: int, top: int, right: int, bottom: int) -> bool:
    return image.crop((left, top, right, bottom)).getextrema()[0] == 0


def test_the_code_on_the_label_says_the_payload_and_the_words_are_told(small: Template) -> None:
    label = render_sample(small)
    assert read_codes(label.png) == [small.sample_payload] == [label.payload]
    assert label.text == (
        "P01",
        "CN-NORTH-0002-L",
        "LOT",
        "LT-NORTH-0001-F",
        "LB-NORTH-0031-9",
        "Trial 2025-512345-21-00 · MSC-EB v3 · Example Foundation",
        "Investigator Dr Łucja Ibáñez",
    )


@pytest.mark.parametrize("dpi", [300, 600])
def test_the_picture_has_the_labels_size_in_black_and_white_dots(small: Template, dpi: int) -> None:
    label = render_sample(small, dpi=dpi)
    image = picture(label.png)
    assert image.mode == "1"
    assert image.size == (round(60 * dpi / 25.4), round(40 * dpi / 25.4))
    assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.05)
    assert (label.width_mm, label.height_mm, label.dpi) == (60, 40, dpi)


def test_the_same_values_give_the_same_bytes(small: Template) -> None:
    first, second = render_sample(small), render_sample(small)
    assert first == second
    other = render(small, values_of(small, recipient="P02"), PAYLOAD)
    assert other.image_sha256 != first.image_sha256


def test_the_hash_is_of_the_dots_and_not_of_the_file(small: Template) -> None:
    import hashlib

    label = render_sample(small)
    image = picture(label.png)
    dots = f"{image.width}x{image.height}:".encode() + image.tobytes()
    assert label.image_sha256 == hashlib.sha256(dots).hexdigest()


def test_a_composed_and_a_decomposed_name_print_alike(small: Template) -> None:
    composed = render(small, values_of(small, investigator="José"), PAYLOAD)
    decomposed = render(small, values_of(small, investigator="Jose\u0301"), PAYLOAD)
    assert composed == decomposed


def test_a_part_with_an_empty_field_is_left_out_with_its_separator(small: Template) -> None:
    label = render(small, values_of(small, protocol="", investigator=""), PAYLOAD)
    assert "Trial 2025-512345-21-00 · Example Foundation" in label.text
    assert not any("Investigator" in line for line in label.text)


def test_a_text_with_no_field_left_is_not_drawn(small: Template) -> None:
    nothing = {"trial_number": "", "protocol": "", "sponsor": "", "investigator": ""}
    label = render(small, values_of(small, **nothing), PAYLOAD)
    assert label.text[-1] == "LB-NORTH-0031-9"


@pytest.mark.parametrize("field", ["recipient", "container", "lot", "label"])
@pytest.mark.parametrize("value", ["", "  "])
def test_a_required_field_without_a_value_refuses_the_label(
    small: Template, field: str, value: str
) -> None:
    with pytest.raises(LabelError, match=field) as refusal:
        render(small, values_of(small, **{field: value}), PAYLOAD)
    assert refusal.value.code == "label-field-missing"
    assert refusal.value.exit_code == 60


def test_a_missing_field_counts_as_empty(small: Template) -> None:
    values = {field: small.sample[field] for field in ("recipient", "container", "lot", "label")}
    assert read_codes(render(small, values, PAYLOAD).png) == [PAYLOAD]


def test_conditions_decide_what_is_drawn(small: Template) -> None:
    plain = picture(render_sample(small).png)
    training = render(small, values_of(small, training="TRAINING", biohazard="x"), PAYLOAD)
    banner = next(element for element in small.elements if element.name == "training")
    sign = next(element for element in small.elements if element.name == "sign")
    place, spot = area_dots(banner.area, 300), area_dots(sign.area, 300)
    assert "TRAINING" in training.text
    # The banner is black to its corner; without it only the rule stands in its place.
    assert picture(training.png).getpixel((place.left, place.top)) == 0
    assert plain.getpixel((place.left, place.top)) == 255
    assert ink_within(picture(training.png), *spot)
    assert not ink_within(plain, *spot)


@pytest.mark.parametrize(
    "word", ["autologous", "AUTOLOGOUS", "autólogo", "auto-logous", "autologe"]
)
def test_no_value_may_call_donor_cells_the_patients_own(small: Template, word: str) -> None:
    with pytest.raises(LabelError, match="autologous"):
        render(small, values_of(small, sponsor=f"For {word} use"), PAYLOAD)


def test_a_value_of_no_known_field_is_refused(small: Template) -> None:
    with pytest.raises(LabelError, match="birth_date"):
        render(small, values_of(small, birth_date="2015-01-01"), PAYLOAD)


def test_a_text_too_long_for_its_place_is_refused_with_both_measures(small: Template) -> None:
    with pytest.raises(TextDoesNotFit) as refusal:
        render(small, values_of(small, lot="W" * 40), PAYLOAD)
    assert "WWWW" in refusal.value.sentence
    assert "5.0 pt" in refusal.value.sentence
    assert re.search(r"there are 3[78]\.\d\d ×", refusal.value.sentence)
    assert refusal.value.exit_code == 62


def test_a_text_that_may_wrap_is_broken_at_spaces_and_then_refused(small: Template) -> None:
    wrapped = render(small, values_of(small, recipient="PATIENT-CODE-0001-NORTH-SITE"), PAYLOAD)
    assert wrapped.text[:2] == ("PATIENT-CODE-0001-NORTH-SITE", "CN-NORTH-0002-L")
    with pytest.raises(TextDoesNotFit):
        render(small, values_of(small, recipient="P " * 300), PAYLOAD)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("☣", "U+2623"),
        ("张伟", "U+5F20"),
        ("a\u200bb", "U+200B"),
        ("a\nb", "line break"),
        ("🩸", "U+1FA78"),
    ],
)
def test_a_character_the_typeface_lacks_is_named_and_never_drawn_as_a_box(
    small: Template, text: str, named: str
) -> None:
    with pytest.raises(TextDoesNotFit, match=named.replace("+", r"\+")) as refusal:
        render(small, values_of(small, sponsor=text), PAYLOAD)
    assert refusal.value.code == "character-not-printable"


def test_a_payload_longer_than_the_template_is_laid_out_for_is_refused(small: Template) -> None:
    with pytest.raises(LabelError, match="48 characters"):
        render(small, small.sample, "A" * 48)


def test_a_printer_too_coarse_for_the_code_is_refused(small: Template) -> None:
    with pytest.raises(LabelError, match="At 90 dpi") as refusal:
        render_sample(small, dpi=90)
    assert refusal.value.code == "code-too-fine"


def test_a_code_that_cannot_be_read_back_is_no_label(small: Template) -> None:
    # A template that the loader would refuse: a bar through the finder patterns of the code.
    code = next(element for element in small.elements if isinstance(element, Code))
    scratch = Area(code.area.left, code.area.top, Decimal(9), code.area.height)
    spoilt = small._replace(elements=(*small.elements, Bar("scratch", scratch, Condition("", ""))))
    with pytest.raises(LabelError, match="reads nothing") as refusal:
        render_sample(spoilt)
    assert refusal.value.code == "code-unreadable-after-rendering"
    assert refusal.value.exit_code == 60


def test_a_second_symbol_must_be_readable_as_well(small_text: str) -> None:
    second = (
        '[[element]]\ntype = "qr"\nname = "again"\nx_mm = 41\ny_mm = 1\nsize_mm = 18\n\n[sample]'
    )
    taller = small_text.replace("height_mm = 40", "height_mm = 60", 1)
    twice = load_template(
        "small", taller.replace("[sample]", second.replace("y_mm = 1", "y_mm = 41"), 1)
    )
    assert read_codes(render_sample(twice).png) == [PAYLOAD]
    again = next(element for element in twice.elements if element.name == "again")
    hidden = twice._replace(
        elements=(*twice.elements, Bar("scratch", again.area, Condition("", "")))
    )
    with pytest.raises(LabelError, match="instead of"):
        render_sample(hidden)


LETTERS = st.characters(codec="latin-1", categories=("Lu", "Ll", "Nd", "Po", "Sm", "Zs"))


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(LETTERS, max_size=60), min_size=3, max_size=3))
def test_ink_stays_in_the_places_of_the_elements(small: Template, texts: list[str]) -> None:
    names = ("recipient", "investigator", "sponsor")
    values = values_of(small, **dict(zip(names, texts, strict=True)))
    try:
        label = render(small, values, PAYLOAD)
    except LabelError as refusal:
        assert refusal.code in {"text-does-not-fit", "label-field-missing"}  # noqa: PT017
        return
    image = picture(label.png)
    for element in small.elements:
        place = area_dots(element.area, 300)
        image.paste(255, (place.left, place.top, place.right, place.bottom))
    assert image.getextrema() == (255, 255)
