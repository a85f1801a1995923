"""A template that could print an unsafe or unreadable label is refused when it is loaded."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottrack.errors import NotFound, TemplateInvalid
from lottrack.printing.fields import MANDATORY, SUBJECTS
from lottrack.printing.layout import Code, Frame, Symbol, Text
from lottrack.printing.templates import (
    default_template,
    load_template,
    shipped_template,
    template_sha256,
)

# (what stands in the small template, what stands there instead, what the refusal must say)
INVALID = {
    "no TOML at all": ('name = "small"', "name = ", "line 1"),
    "a name that is not the file's": ('name = "small"', 'name = "other"', "'other'"),
    "an unknown key at the top": ("edition = 3", "edition = 3\ncolour = 1", "'colour'"),
    "an unknown key in an element": ("size_mm = 18", "size_mm = 18\nmask = 2", "'mask'"),
    "a missing key": ("edition = 3\n", "", "'edition'"),
    "an edition below one": ("edition = 3", "edition = 0", "edition is 0"),
    "an edition that is no number": ("edition = 3", 'edition = "3"', "whole number"),
    "an edition that is a truth value": ("edition = 3", "edition = true", "whole number"),
    "an unknown subject": ('"container"', '"lot"', "not one of container"),
    "a copy the subject has not": ('["primary", "chart"]', '["wristband"]', "'wristband'"),
    "no copies": ('["primary", "chart"]', "[]", "copies is empty"),
    "a copy named twice": ('["primary", "chart"]', '["primary", "primary"]', "twice"),
    "copies that are no list": ('["primary", "chart"]', '"primary"', "list"),
    "an unknown kind of container": ('["bag"]', '["bottle"]', "'bottle'"),
    "a width of nothing": ("width_mm = 60", "width_mm = 0", "more than 0"),
    "a negative place": ("x_mm = 41\ny_mm = 20", "x_mm = -1\ny_mm = 20", "x_mm is -1"),
    "a place that is no number": ("x_mm = 41\ny_mm = 20", "x_mm = nan\ny_mm = 20", "x_mm is NaN"),
    "an endless place": ("x_mm = 41\ny_mm = 20", "x_mm = inf\ny_mm = 20", "x_mm is Infinity"),
    "a truth value for a place": ("x_mm = 41\ny_mm = 20", "x_mm = true\ny_mm = 20", "a number"),
    "an element off the label": ("x_mm = 41\ny_mm = 20", "x_mm = 43\ny_mm = 20", "60 × 40 mm"),
    "an unknown element": ('type = "qr"', 'type = "barcode"', "'barcode'"),
    "an unknown sign": ('symbol = "biohazard"', 'symbol = "skull"', "'skull'"),
    "an unknown weight": ('weight = "bold"', 'weight = "heavy"', "'heavy'"),
    "a flag that is none": ("wrap = true", "wrap = 1", "true or false"),
    "a font too small to read": ("smallest_pt = 5\nrequired", "smallest_pt = 4\nrequired", "is 4"),
    "a least font above the largest": ("smallest_pt = 6\nwrap", "smallest_pt = 13\nwrap", "is 13"),
    "a field that is not on the list": ("{sponsor}", "{birth_date}", "'birth_date'"),
    "a name of a person as a field": ("{sponsor}", "{patient_name}", "'patient_name'"),
    "a condition that is no field": ('when = "training"', 'when = "monday"', "'monday'"),
    "a stray brace": ("{sponsor}", "{sponsor", "brace"),
    "a format in a placeholder": ("{sponsor}", "{sponsor!r}", "brace"),
    "an empty text": ('text = "{training}"', 'text = " "', "text is empty"),
    "a text that is no text": ('text = "{training}"', "text = 5", "in quotes"),
    "a character the font lacks": ('caption = "LOT"', 'caption = "LOT ☣"', "U+2623"),
    "a character that cannot be seen": ('title = "For', 'title = "\\u200bFor', "U+200B"),
    "overlapping texts": (
        "y_mm = 14",
        "y_mm = 12",
        "line 28, element 2 (text): it overlaps element 1 (identity), line 14",
    ),
    "a rule in the quiet zone": ("y_mm = 32\nwidth_mm = 58", "y_mm = 18\nwidth_mm = 58", "overlap"),
    "a frame's stroke through the code": (
        "x_mm = 6\ny_mm = 35\nwidth_mm = 20\nheight_mm = 4",
        "x_mm = 50\ny_mm = 0.2\nwidth_mm = 9.9\nheight_mm = 39",
        "overlap",
    ),
    "a code too fine to scan": ("size_mm = 18", "size_mm = 12", "0.254 mm a module"),
    "a finer code than the standards allow": (
        "minimum_module_mm = 0.33",
        "minimum_module_mm = 0.2",
        "minimum_module_mm is 0.2",
    ),
    "no code": ('type = "qr"', 'type = "symbol"\nsymbol = "warning"', "no qr, datamatrix"),
    "a code drawn only sometimes": (
        "size_mm = 18",
        'size_mm = 18\nwhen = "training"',
        "always drawn",
    ),
    "no recipient": ("{recipient} {container}", "{container}", "{recipient}"),
    "no lot": ('text = "{lot}"', 'text = "{donor}"', "{lot}"),
    "a recipient that may be empty": ("wrap = true\nrequired = true", "wrap = true", "{recipient}"),
    "a recipient only sometimes": (
        "wrap = true\nrequired = true",
        'wrap = true\nrequired = true\nunless = "training"',
        "{recipient}",
    ),
    "no sample value": ('sponsor = "Example Foundation"\n', "", "{sponsor}"),
    "a sample value of no field": ('training = ""\n', 'training = ""\nmood = "x"\n', "'mood'"),
    "a sample value that is not printed": (
        'training = ""\n',
        'training = ""\nroute = "iv"\n',
        "{route}",
    ),
    "a sample payload in lower case": ("LT.CNNORTH", "lt.cnnorth", "sample_payload"),
    "a sample payload too long": ("payload_length = 47", "payload_length = 30", "longer than 30"),
    "the forbidden word": ('title = "For tests"', 'title = "AUTOLOGOUS use"', "autologous"),
    "the forbidden word in a comment": ("edition = 3", "edition = 3 # autologous", "line 2"),
    "the forbidden word in disguise": ('title = "For', 'title = "aut\\u00f3logo For', "autologous"),
    "elements that are no tables": ("[sample]", "[other]", "sample"),
}


@pytest.mark.parametrize("case", INVALID)
def test_an_invalid_template_is_refused_naming_file_and_fault(case: str, small_text: str) -> None:
    before, after, says = INVALID[case]
    assert before in small_text
    with pytest.raises(TemplateInvalid) as refusal:
        load_template("small", small_text.replace(before, after, 1))
    assert "small.toml" in refusal.value.sentence
    assert says in refusal.value.sentence
    assert refusal.value.exit_code == 61


WEIRD = ["nan", "-inf", "true", "1e400", "-0.0", "[]", "{}", "''", "2026-01-01", "[[]]", "0x10"]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_stands_for_a_value_only_the_template_is_refused(
    small_text: str, data: st.DataObject
) -> None:
    lines = small_text.split("\n")
    valued = [number for number, line in enumerate(lines) if " = " in line]
    number = data.draw(st.sampled_from(valued))
    value = data.draw(st.sampled_from(WEIRD) | st.integers().map(str))
    lines[number] = f"{lines[number].split(' = ')[0]} = {value}"
    try:
        load_template("small", "\n".join(lines))
    except TemplateInvalid as refusal:
        assert "small.toml" in refusal.sentence  # noqa: PT017 - some replacements are valid


def test_a_text_in_the_quiet_zone_of_the_code_is_refused(small_text: str) -> None:
    closer = small_text.replace("x_mm = 41\ny_mm = 20", "x_mm = 41\ny_mm = 18.9", 1)
    with pytest.raises(TemplateInvalid, match=r"overlaps element 3 \(serial\), line 40"):
        load_template("small", closer)


def test_a_fault_names_the_line_its_element_begins_on(small_text: str) -> None:
    broken = small_text.replace('weight = "bold"', 'weight = "heavy"', 1)
    line = broken.split("\n").index("[[element]]") + 1
    with pytest.raises(TemplateInvalid, match=rf"small.toml line {line}, element 1 \(identity\)"):
        load_template("small", broken)


def test_a_file_without_elements_is_refused(small_text: str) -> None:
    head = small_text.split("[[element]]", maxsplit=1)[0]
    with pytest.raises(TemplateInvalid, match="'element' is missing"):
        load_template("small", head)


def test_a_valid_template_keeps_its_exact_measures(small_text: str) -> None:
    template = load_template("small", small_text)
    assert (template.name, template.edition, template.subject) == ("small", 3, "container")
    assert (template.width_mm, template.height_mm, template.dpi) == (60, 40, 300)
    assert [type(element) for element in template.elements].count(Text) == 5
    frame = next(element for element in template.elements if isinstance(element, Frame))
    assert frame.line_mm == Decimal("0.3")
    assert any(isinstance(element, Symbol) for element in template.elements)
    assert any(isinstance(element, Code) for element in template.elements)
    assert template.sample["investigator"] == "Dr Łucja Ibáñez"


def test_elements_that_are_never_drawn_together_may_share_a_place(small_text: str) -> None:
    # The rule stands inside the training banner's place; one needs `training`, one its absence.
    template = load_template("small", small_text)
    rule = next(element for element in template.elements if element.name == "rule")
    banner = next(element for element in template.elements if element.name == "training")
    assert banner.area.top < rule.area.top < banner.area.bottom


def test_a_frame_may_hold_other_elements(small_text: str) -> None:
    around = small_text.replace(
        "x_mm = 6\ny_mm = 35\nwidth_mm = 20\nheight_mm = 4",
        "x_mm = 0\ny_mm = 0\nwidth_mm = 60\nheight_mm = 40",
    )
    assert load_template("small", around).elements[-1].area.width == 60


def test_the_hash_does_not_depend_on_how_lines_end(small_text: str) -> None:
    assert template_sha256(small_text) == template_sha256(small_text.replace("\n", "\r\n"))
    assert template_sha256(small_text) != template_sha256(small_text + "#")
    assert load_template("small", small_text).sha256 == template_sha256(small_text)


def test_an_unknown_template_is_not_found_and_the_shipped_ones_are_named() -> None:
    with pytest.raises(NotFound, match="'nowhere'") as refusal:
        shipped_template("nowhere")
    assert "cryobag" in refusal.value.hint


def test_a_path_is_not_a_template_name() -> None:
    with pytest.raises(NotFound):
        shipped_template("../pyproject")


def test_every_subject_must_print_its_own_identity_and_the_label_serial() -> None:
    assert set(MANDATORY) == set(SUBJECTS)
    for fields in MANDATORY.values():
        assert "label" in fields
    for subject in ("container", "preparation"):  # directed donation: 2006/86 Annex II.E
        assert "recipient" in MANDATORY[subject]


def test_the_default_template_goes_by_subject_copy_and_kind(small_text: str) -> None:
    bag = load_template("small", small_text)
    vial = bag._replace(name="vial", kinds=("vial",))
    assert default_template([bag, vial], "container", "primary", "vial").name == "vial"
    assert default_template([bag, vial], "container", "chart", "bag").name == "small"
    with pytest.raises(NotFound, match="transport copy of a bag"):
        default_template([bag, vial], "container", "transport", "bag")
    with pytest.raises(NotFound, match="wristband copy of a patient"):
        default_template([bag, vial], "patient", "wristband")
