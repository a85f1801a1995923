"""The shipped templates: complete, readable, to size, and able to say everything at once."""

from __future__ import annotations

import io
import random
from decimal import Decimal

import pytest
from PIL import Image

from lottrack import assets
from lottrack.errors import LabelError
from lottrack.printing.carriers import QR, read_back
from lottrack.printing.codes import read_codes, roomy_modules, symbol_modules
from lottrack.printing.fields import (
    BIOHAZARD_STATEMENT,
    CELLS_STATEMENT,
    CONTAINER_KINDS,
    COPIES,
    FIELDS,
    INTENDED_RECIPIENT_STATEMENT,
    NOT_EVALUATED_STATEMENT,
    PURPOSES,
    SUBJECTS,
    TRAINING_STATEMENT,
    TRIAL_STATEMENT,
)
from lottrack.printing.layout import Code, Text, area_dots
from lottrack.printing.proofs import prove, variants_of
from lottrack.printing.rendering import Rendered, render, render_sample
from lottrack.printing.templates import Template, default_template, fields_of, shipped_template
from lottrack.rules.codes.scans import COPIES as SCANNED_COPIES
from lottrack.rules.codes.witness import read_witness

NAMES = assets.label_template_names()
TEMPLATES = {name: shipped_template(name)[0] for name in NAMES}
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@pytest.fixture(params=NAMES)
def template(request: pytest.FixtureRequest) -> Template:
    return TEMPLATES[request.param]


def picture(label: Rendered) -> Image.Image:
    with Image.open(io.BytesIO(label.png)) as image:
        image.load()
        return image


def test_the_shipped_templates_are_the_ones_named_in_the_readme() -> None:
    readme = (assets.folder("labels") / "README.md").read_text(encoding="utf-8")
    for name, template in TEMPLATES.items():
        size = f"{template.width_mm} × {template.height_mm}"
        row = f"| `{name}` | {template.subject} | {', '.join(template.copies)} |"
        assert row in readme
        assert size in next(line for line in readme.split("\n") if line.startswith(row))
    assert len(NAMES) == 14


def test_the_preview_decodes_to_the_sample_payload(template: Template) -> None:
    label = render_sample(template)
    assert read_codes(label.png) == [template.sample_payload]


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_the_picture_is_as_large_as_the_label_at_every_usual_printer(
    template: Template, dpi: int
) -> None:
    image = picture(render_sample(template, dpi=dpi))
    for dots, mm in zip(image.size, (template.width_mm, template.height_mm), strict=True):
        assert abs(dots * Decimal("25.4") / dpi - mm) <= Decimal("12.7") / dpi
    assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.05)


def test_fifty_payloads_of_any_length_decode(template: Template) -> None:
    chance = random.Random(template.name)
    for _ in range(50):
        length = chance.randint(1, template.payload_length)
        payload = "".join(chance.choices(ALPHANUMERIC, k=length)).strip() or "0"
        shown = picture(render(template, template.sample, payload))
        carriers = {e.carrier for e in template.elements if isinstance(e, Code)}
        assert set(read_back(shown, carriers)) == {payload}


def test_the_longest_payload_decodes_at_every_usual_printer(template: Template) -> None:
    payload = "LT." + "W" * (template.payload_length - 3)
    for dpi in (203, 300, 600):
        assert read_codes(render(template, template.sample, payload, dpi=dpi).png) == [payload]


def test_the_quiet_zone_is_four_white_modules_and_modules_are_whole_dots(
    template: Template,
) -> None:
    image = picture(render_sample(template))
    length = len(template.sample_payload)
    versions = {symbol_modules(length), roomy_modules(length)}
    for code in template.elements:
        if not isinstance(code, Code) or code.carrier != QR:
            continue
        place = area_dots(code.area, template.dpi)
        shown = image.crop(place)
        left, top, right, bottom = shown.point(lambda shade: 255 - shade).getbbox()
        assert right - left == bottom - top
        [modules] = [side for side in versions if (right - left) % (side - 8) == 0]
        each = (right - left) // (modules - 8)
        assert min(left, top, place.width - right, place.height - bottom) >= 4 * each
        symbol = shown.crop((left, top, right, bottom))
        coarse = symbol.resize((modules - 8, modules - 8), Image.Resampling.NEAREST)
        assert coarse.resize(symbol.size, Image.Resampling.NEAREST).tobytes() == symbol.tobytes()
        assert each * Decimal("25.4") / template.dpi >= template.minimum_module_mm


# Everything that can have to be said at once, in the words lottrack says it.
WORST = {
    "training": TRAINING_STATEMENT,
    "biohazard": BIOHAZARD_STATEMENT,
    "warnings": "WARNING: Advise patient of communicable disease risks. WARNING: Reactive test"
    " results for HIV, hepatitis B virus, syphilis",
    "product_description": CELLS_STATEMENT,
    "trial_statement": TRIAL_STATEMENT,
    "intended_recipient": INTENDED_RECIPIENT_STATEMENT,
    "collected_at": "01 SEP 2026 09:40 CEST",
    "recipient": "MESEB-NORTH-0012",
    "donor": "D-0012-A",
    "patient": "MESEB-NORTH-0012",
    "ordinal": "syringe 12 of 18",
    "expires": "28 OCT 2026 23:59 UTC+05:30",
    "storage": "Vapour of liquid nitrogen, at or below −150 °C",
    "product": "MSC-EB · Expanded human bone-marrow mesenchymal stromal cells, allogeneic",
    "route": "Intravenous infusion",
    "trial_number": "EudraCT 2017-000606-37",
    "protocol": "MSC-EB-21D v1",
    "infusion_number": "Infusion 2 of 3",
    "witness": "1234567-GKQ7MWOAND",
    "not_evaluated": NOT_EVALUATED_STATEMENT,
}


# A retention label prints for no container that is given, as the test after this one shows.
PRINTED_FOR = [
    (name, purpose)
    for name in NAMES
    for purpose in PURPOSES.values()
    if purpose or name != "retention-sample"
]


@pytest.mark.parametrize(("name", "purpose"), PRINTED_FOR)
def test_every_warning_banner_and_long_code_fits_at_once(name: str, purpose: str) -> None:
    template = TEMPLATES[name]
    ordinal = {"ordinal": "12 of 18"} if template.name == "vial" else {}
    for copy in template.copies:
        values = {**template.sample, **WORST, **ordinal, "purpose": purpose, "copy": COPIES[copy]}
        for training in (TRAINING_STATEMENT, ""):
            label = render(template, {**values, "training": training}, template.sample_payload)
            assert read_codes(label.png) == [template.sample_payload]
            said = " ".join(label.text)
            named = {field for element in template.elements for field in fields_of(element)}
            if "purpose" in named:
                assert purpose in said
            if training:
                assert training in said
            else:
                assert "TRAINING" not in said
            if "biohazard" in named and not training:
                us = template.jurisdiction == "US"
                assert ("BIOHAZARD" if us else BIOHAZARD_STATEMENT) in said
            if COPIES[copy]:
                assert COPIES[copy] in said


def test_the_retention_label_prints_for_nothing_that_is_given() -> None:
    template = TEMPLATES["retention-sample"]
    with pytest.raises(LabelError) as refusal:
        render(template, {**template.sample, "purpose": ""}, template.sample_payload)
    assert refusal.value.code == "label-field-missing"


def test_every_label_is_a_witness_of_the_audit_trail(template: Template) -> None:
    assert read_witness(template.sample["witness"]).seq == 1212
    assert template.sample["witness"] in " ".join(render_sample(template).text)


def test_every_template_marks_training_records(template: Template) -> None:
    assert "training" in template.sample


def test_a_copy_that_is_not_for_infusion_says_so(template: Template) -> None:
    if any(COPIES[copy] for copy in template.copies):
        assert "copy" in template.sample


def test_what_goes_to_a_patient_warns_of_a_reactive_donor_in_words(template: Template) -> None:
    if template.subject == "patient":
        return
    # 21 CFR 1271.3(h): in the United States the word under the sign is BIOHAZARD.
    words = "BIOHAZARD" if template.jurisdiction == "US" else "{biohazard}"
    assert any(
        isinstance(element, Text)
        and any(words in line for line in element.lines)
        and (words == "{biohazard}" or element.condition.when == "biohazard")
        for element in template.elements
    )


def test_the_recipient_is_the_largest_word_on_a_container_or_dose(template: Template) -> None:
    if template.subject in {"container", "preparation"}:
        texts = [
            element
            for element in template.elements
            if isinstance(element, Text) and any("{" in line for line in element.lines)
        ]
        largest = max(texts, key=lambda text: text.largest_pt)
        assert largest.lines == ("{recipient}",)


@pytest.mark.parametrize(
    "name",
    ["cryobag", "vial", "small-unit", "syringe", "overwrap", "chart-copy", "transport-copy"],
)
def test_a_container_label_names_product_lot_expiry_and_trial(name: str) -> None:
    # Dir. 2006/86 Annex II.E 1: establishment, type, number, lot, expiry, recipient, hazard.
    # CTR Annex VI A.2.2: contact, name and strength, lot, trial, subject, period of use.
    wanted = {
        *("site", "product", "viable_cells", "lot", "container", "recipient", "expires"),
        *("trial_number", "biohazard"),
    }
    assert wanted <= set(TEMPLATES[name].sample)


@pytest.mark.parametrize("name", ["vial", "small-unit", "syringe"])
def test_a_small_container_names_the_route(name: str) -> None:
    assert "route" in TEMPLATES[name].sample  # CTR Annex VI A.2.2 (b)


FULL = {
    *("site", "site_contact"),  # (a)
    *("product", "viable_cells"),  # (b)
    *("form", "route", "volume"),  # (c)
    "lot",  # (d)
    "trial_number",  # (e)
    *("recipient", "infusion_number"),  # (f)
    "investigator",  # (g)
    "handling",  # (h)
    "trial_statement",  # (i)
    "storage",  # (j)
    "expires",  # (k)
}
"""CTR 536/2014 Annex VI A.1; (l) is for products taken home, which cells are not."""


@pytest.mark.parametrize("name", ["cryobag", "overwrap"])
def test_the_bag_and_its_overwrap_carry_the_full_particulars_of_a_trial_product(name: str) -> None:
    sample = TEMPLATES[name].sample
    assert set(sample) >= FULL
    said = " ".join(render_sample(TEMPLATES[name]).text)
    assert [field for field in FULL if sample[field] not in said] == []


def test_the_overwrap_says_what_the_bag_has_no_room_for() -> None:
    wanted = {"sponsor", "external_number", "additives", "expires_utc", "concentration", "coi"}
    assert wanted <= set(TEMPLATES["overwrap"].sample)


def test_a_label_under_the_exemption_says_what_the_british_list_asks() -> None:
    # Human Medicines Regulations 2012, Sch. 4 Part 3: name, expiry, cells, form and contents,
    # excipients, method and room for the dose, storage, disposal, holder, lot, donation.
    label = render_sample(TEMPLATES["cryobag-exemption"])
    wanted = {
        *("product", "expires", "product_description", "form", "viable_cells", "volume"),
        *("additives", "route", "storage", "site", "site_contact", "lot", "external_number"),
    }
    assert wanted <= set(TEMPLATES["cryobag-exemption"].sample)
    said = " ".join(label.text)
    assert "Prescribed dose" in said
    assert "infectious clinical waste" in said


def american(**state: str) -> str:
    template = TEMPLATES["cryobag-us"]
    return " ".join(render(template, {**template.sample, **state}, template.sample_payload).text)


ADVISE = "WARNING: Advise patient of communicable disease risks"


def test_the_american_label_states_the_law_in_its_own_words() -> None:
    # 21 CFR 312.6(a)
    caution = "Caution: New Drug—Limited by Federal (or United States) law to investigational use."
    assert caution in american()
    assert "Caution" not in american(trial_number="")
    for words in (NOT_EVALUATED_STATEMENT, "BIOHAZARD", "WARNING"):
        assert words not in american()


def test_the_american_label_of_a_donor_not_evaluated_warns_of_it() -> None:
    # 21 CFR 1271.60(d)(2), 1271.90(c)(2): the statement goes with the warning.
    said = american(not_evaluated=NOT_EVALUATED_STATEMENT)
    assert NOT_EVALUATED_STATEMENT in said
    assert ADVISE in said
    assert "BIOHAZARD" not in said


def test_the_american_label_of_a_reactive_donor_carries_the_legend_and_names_the_agent() -> None:
    # 21 CFR 1271.65(b)(2), 1271.3(h): legend, warning, and which test was reactive.
    warnings = f"{ADVISE}. WARNING: Reactive test results for syphilis"
    for not_evaluated in ("", NOT_EVALUATED_STATEMENT):
        said = american(
            biohazard=BIOHAZARD_STATEMENT, warnings=warnings, not_evaluated=not_evaluated
        )
        assert "BIOHAZARD" in said
        assert "Reactive test results for syphilis" in said
        assert said.count("Advise patient") == 1


def test_the_shipping_label_says_what_the_tissue_directive_asks() -> None:
    label = " ".join(render_sample(TEMPLATES["transport-copy"]).text)
    for words in ("HANDLE WITH CARE", "DO NOT IRRADIATE", "HUMAN CELLS", "FROM", "TO"):
        assert words in label


@pytest.mark.parametrize("kind", CONTAINER_KINDS)
@pytest.mark.parametrize("copy", SUBJECTS["container"])
def test_each_copy_of_each_kind_of_container_has_exactly_one_template(kind: str, copy: str) -> None:
    fitting = [
        template.name
        for template in TEMPLATES.values()
        if template.subject == "container" and copy in template.copies and kind in template.kinds
    ]
    assert len(fitting) == 1
    assert default_template(TEMPLATES.values(), "container", copy, kind).name == fitting[0]


@pytest.mark.parametrize(
    ("subject", "copy", "name"),
    [
        ("collection", "primary", "collection"),
        ("sample", "sample", "sample-tube"),
        ("preparation", "primary", "prepared-dose"),
        ("patient", "wristband", "wristband"),
    ],
)
def test_each_other_subject_has_its_template(subject: str, copy: str, name: str) -> None:
    assert default_template(TEMPLATES.values(), subject, copy).name == name


def test_every_kind_of_copy_has_its_words_and_its_letter_in_the_code() -> None:
    assert set(COPIES) == set(SCANNED_COPIES)
    for copies in SUBJECTS.values():
        assert set(copies) <= set(COPIES)


def test_every_field_is_used_by_a_shipped_template_and_told_what_it_is() -> None:
    used = {field for template in TEMPLATES.values() for field in template.sample}
    assert set(FIELDS) == used
    assert all(FIELDS.values())


@pytest.mark.parametrize("dpi", [300, 600])
def test_a_site_whose_name_begins_with_an_accented_capital_is_printed(
    template: Template, dpi: int
) -> None:
    """Évora, Ávila, Örebro: the accent stands above the capital, and needs room of its own."""
    if "site" not in template.sample:
        return
    site = "Ávila · Örebro (ÅÇ)"
    values = {**template.sample, "site": site, "training": ""}
    assert site in " ".join(render(template, values, template.sample_payload, dpi=dpi).text)


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_a_number_is_never_parted_from_its_unit(template: Template, dpi: int) -> None:
    quantities = {"viable_cells", "volume", "concentration", "dose", "expires", "ordinal"}
    for proved in prove(template, dpi):
        assert proved.drawn is not None
        (values,) = [v.values for v in variants_of(template) if v.name == proved.name]
        said = " ".join(proved.drawn.text)
        for field in quantities & set(values):
            if values[field] and values[field] in said:
                assert any(values[field] in line for line in proved.drawn.text), field
            assert "\N{NO-BREAK SPACE}" not in said


def test_a_planned_collection_has_a_line_to_write_the_time_on() -> None:
    template = TEMPLATES["collection"]
    planned = render(template, {**template.sample, "collected_at": ""}, template.sample_payload)
    taken = {**template.sample, "collected_at": "01 SEP 2026 09:40 CEST"}
    known = render(template, taken, template.sample_payload)
    assert "COLLECTED" in planned.text
    assert "COLLECTED 01 SEP 2026 09:40 CEST" in known.text
