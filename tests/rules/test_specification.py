"""Specifications: what is read out of a file, and which files nobody may approve."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from lottrack.assets import database_folder
from lottrack.errors import BadValue
from lottrack.rules.specification.criterion import (
    Criterion,
    accepted_range,
    accepted_words,
    is_number_like,
    limit_text,
    possible_range,
)
from lottrack.rules.specification.patient_limits import PatientLimit
from lottrack.rules.specification.presentation import (
    Presentation,
    ShelfLife,
    latest_expiry,
    shelf_life_text,
    storage_text,
)
from lottrack.rules.specification.ranges import Range
from lottrack.rules.specification.specification import (
    Specification,
    find_criterion,
    is_effective,
    parse_specification,
    presentation_of,
    shelf_life_of,
    spec_ref,
)
from lottrack.rules.specification.unit_words import unit_problem

HEAD = """
name = "own-msc"
edition = 2
title = "Our own"
product = "MSC"
source = "Site"
"""
CD73 = """
[[criterion]]
test = "CD73"
name = "CD73"
stage = "Drug substance"
level = "lot"
operator = ">="
limit = 95
unit = "%"
required = true
"""
STERILITY = """
[[criterion]]
test = "sterility-product"
name = "Sterility"
stage = "Drug product"
level = "lot"
operator = "equals"
limit = "no growth"
required = true
pending_days = 14
pending_basis = "Read after 14 days"
"""
POST_THAW = """
[[criterion]]
test = "viability-post-thaw"
name = "Viability"
stage = "Thawed product"
level = "preparation"
operator = ">="
limit = 70
unit = "%"
required = true
from_count = "viability_pct"
"""


def shipped(name: str) -> Specification:
    path = database_folder("specifications") / f"{name}.toml"
    return parse_specification(path.read_text(encoding="utf-8"), path.name)


def read(*criteria: str, head: str = HEAD) -> Specification:
    return parse_specification(head + "".join(criteria), "own.toml")


def refused(*criteria: str, head: str = HEAD) -> str:
    with pytest.raises(BadValue) as caught:
        read(*criteria, head=head)
    assert caught.value.code == "specification-invalid"
    assert caught.value.sentence.startswith("own.toml")
    return caught.value.sentence


def changed(criterion: str, old: str, new: str) -> str:
    assert old in criterion
    return criterion.replace(old, new)


# -- reading ---------------------------------------------------------------------------------------


def test_a_file_gives_its_criteria_in_their_order() -> None:
    specification = read(STERILITY, CD73)

    assert (specification.name, specification.edition) == ("OWN-MSC", 2)
    assert [entry.test for entry in specification.criteria] == ["sterility-product", "CD73"]
    assert specification.criteria[0] == Criterion(
        test="sterility-product",
        name="Sterility",
        stage="Drug product",
        level="lot",
        operator="equals",
        limit="no growth",
        unit="",
        required=True,
        pending_days=14,
        pending_basis="Read after 14 days",
        method="",
        alternative="",
        from_count=None,
    )


@pytest.mark.parametrize(
    ("limit", "kept"), [("95", "95"), ("95.0", "95.0"), ('"95"', "95"), ('"4.4e7"', "4.4e7")]
)
def test_a_limit_keeps_the_digits_it_was_written_with(limit: str, kept: str) -> None:
    cells = changed(changed(CD73, "limit = 95", f"limit = {limit}"), '"%"', '"cells"')

    assert read(cells).criteria[0].limit == kept


def test_a_test_is_found_whatever_its_case() -> None:
    specification = read(CD73, STERILITY)

    assert find_criterion(specification, " cd73 ") is specification.criteria[0]
    assert find_criterion(specification, "Sterility-Product") is specification.criteria[1]
    assert find_criterion(specification, "CD7") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BM-MSC", ("BM-MSC", None)),
        (" bm-msc@2 ", ("BM-MSC", 2)),
        ("ISCT-2006@10", ("ISCT-2006", 10)),
    ],
)
def test_a_reference_names_a_document_and_perhaps_its_version(
    text: str, expected: tuple[str, int | None]
) -> None:
    assert spec_ref(text) == expected


@pytest.mark.parametrize("text", ["", "@1", "A@", "A@0", "A@-1", "A@1.0", "A@１", "A@1@2", "A B"])
def test_a_reference_that_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        spec_ref(text)


# -- what a limit says -----------------------------------------------------------------------------


def with_limit(operator: str, limit: str, unit: str = "%") -> Criterion:
    line = "" if operator == "report" else f"limit = {limit}\n"
    unit_line = f'unit = "{unit}"\n' if unit else ""
    return read(
        f"""
[[criterion]]
test = "T"
name = "T"
stage = "S"
level = "lot"
operator = "{operator}"
required = false
{line}{unit_line}"""
    ).criteria[0]


@pytest.mark.parametrize(
    ("operator", "limit", "unit", "printed"),
    [
        (">=", "95", "%", "≥ 95 %"),
        ("<=", "2.0", "%", "≤ 2.0 %"),
        ("<", "1.0", "EU/mL", "< 1.0 EU/mL"),
        (">", "25", "%", "> 25 %"),
        ("between", '"180..220"', "10^6", "180 to 220 ×10⁶"),
        ("equals", '"no growth"', "", "no growth"),
        ("one_of", '["46,XX", "46,XY"]', "", "46,XX or 46,XY"),
        ("report", "", "%", "report"),
    ],
)
def test_a_limit_is_printed_as_on_a_certificate(
    operator: str, limit: str, unit: str, printed: str
) -> None:
    assert limit_text(with_limit(operator, limit, unit)) == printed


def test_a_limit_becomes_the_range_it_accepts() -> None:
    two, five = Decimal(2), Decimal(5)

    assert accepted_range(with_limit(">=", "2", "mL")) == Range(two, True, None, False)
    assert accepted_range(with_limit(">", "2", "mL")) == Range(two, False, None, False)
    assert accepted_range(with_limit("<=", "2", "mL")) == Range(None, False, two, True)
    assert accepted_range(with_limit("<", "2", "mL")) == Range(None, False, two, False)
    assert accepted_range(with_limit("between", '"2..5"', "mL")) == Range(two, True, five, True)


def test_words_have_no_range_and_numbers_no_words() -> None:
    assert accepted_words(with_limit("one_of", '["clear", "hazy"]', "")) == ("clear", "hazy")
    assert accepted_words(with_limit(">=", "2")) == ()
    with pytest.raises(BadValue):
        accepted_range(with_limit("equals", '"clear"', ""))


def test_a_percentage_is_a_share_and_nothing_else_is_negative_unless_its_limit_is() -> None:
    zero = Decimal(0)

    assert possible_range(with_limit(">=", "70", "%")) == Range(zero, True, Decimal(100), True)
    assert possible_range(with_limit(">=", "70", "10^6")) == Range(zero, True, None, False)
    assert possible_range(with_limit("<=", "-150", "°C")) == Range(None, False, None, False)
    assert possible_range(with_limit("report", "", "doublings")).low == zero


@pytest.mark.parametrize(
    "text", ["1", "1.5", "<0.50", "≥ 95", "4.4e7", "1,5", "1 500", "10-20", "98 %", "-3", "nan",
             "NaN", "inf", "-Infinity", "１２", "1_0"]
)  # fmt: skip
def test_what_looks_like_a_number_is_one_right_or_wrong(text: str) -> None:
    assert is_number_like(text)


@pytest.mark.parametrize(
    "text", ["no growth", "46,XY[20]", "1:10", "not detected", "", "P2", "2 colonies", "<LOD"]
)
def test_words_with_digits_in_them_are_words(text: str) -> None:
    assert not is_number_like(text)


def test_a_site_says_how_long_harvested_cells_may_wait_for_their_fill() -> None:
    assert read(CD73).fill_within_hours is None
    assert read(CD73, head=HEAD + "fill_within_hours = 12\n").fill_within_hours == 12
    assert "Fill_within_hours 0 is below 1" in refused(CD73, head=HEAD + "fill_within_hours = 0\n")


# -- presentations ---------------------------------------------------------------------------------

FRESH = """
[presentation.fresh]
storage = "2 °C to 8 °C"
storage_min_c = 2
storage_max_c = 8
shelf_life_hours = 24
"""
FROZEN = """
[presentation.cryopreserved]
storage = "Vapour of liquid nitrogen"
storage_max_c = -150
shelf_life_days = 730
dmso_g_per_ml = 0.11
"""


def test_a_presentation_tells_how_it_is_kept_and_how_long_it_lasts() -> None:
    specification = read(CD73, head=HEAD + FRESH + FROZEN)

    fresh, frozen = specification.presentations
    assert presentation_of(specification, "fresh") is fresh
    assert fresh == Presentation(
        "fresh", "2 °C to 8 °C", Decimal(2), Decimal(8), ShelfLife(24, "hours"), None
    )
    assert storage_text(fresh) == "2 to 8 °C"
    assert storage_text(frozen) == "-150 °C or colder"
    assert storage_text(frozen._replace(storage_min_c=Decimal(-196), storage_max_c=None)) == (
        "-196 °C or warmer"
    )
    assert frozen.dmso_g_per_ml == Decimal("0.11")
    assert presentation_of(read(CD73), "fresh") is None


def test_a_shelf_life_ends_so_many_hours_or_days_after_the_fill() -> None:
    specification = read(CD73, head=HEAD + FRESH + FROZEN)
    filled = datetime(2025, 11, 13, 10, 30, tzinfo=UTC)

    fresh = shelf_life_of(specification, "fresh")
    frozen = shelf_life_of(specification, "cryopreserved")
    assert fresh is not None
    assert latest_expiry(fresh, filled) == datetime(2025, 11, 14, 10, 30, tzinfo=UTC)
    assert frozen is not None
    assert latest_expiry(frozen, filled) == datetime(2027, 11, 13, 10, 30, tzinfo=UTC)
    assert shelf_life_of(read(CD73), "fresh") is None


def test_seconds_of_a_fill_are_never_added_to_its_expiry() -> None:
    filled = datetime(2025, 11, 13, 10, 30, 59, 999, tzinfo=UTC)
    assert latest_expiry(ShelfLife(1, "hours"), filled) == datetime(
        2025, 11, 13, 11, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("life", "text"),
    [
        (ShelfLife(24, "hours"), "24 hours"),
        (ShelfLife(1, "days"), "1 day"),
        (ShelfLife(1, "hours"), "1 hour"),
    ],
)
def test_a_shelf_life_reads_like_a_person_says_it(life: ShelfLife, text: str) -> None:
    assert shelf_life_text(life) == text


def test_a_presentation_without_a_shelf_life_has_its_expiry_told_at_each_fill() -> None:
    frozen = FROZEN.replace("shelf_life_days = 730\n", "")
    assert shelf_life_of(read(CD73, head=HEAD + frozen), "cryopreserved") is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("shelf_life_hours = 24", "shelf_life_hours = 24\nshelf_life_days = 1", "not both"),
        ("shelf_life_hours = 24", "shelf_life_hours = 0", "below 1"),
        ("shelf_life_hours = 24", "shelf_life_minutes = 3", "unknown key: shelf_life_minutes"),
        ('storage = "2 °C to 8 °C"', "", "storage is missing"),
        ("storage_min_c = 2", "storage_min_c = 8", "not below storage_max_c"),
        ("storage_min_c = 2", "storage_min_c = -300", "below -273"),
        ("storage_min_c = 2\nstorage_max_c = 8", "", "how cold is it kept"),
        ("shelf_life_hours = 24", "dmso_g_per_ml = 10", "above 2"),
        ("presentation.fresh", "presentation.frozen", "unknown key: frozen"),
        ("presentation.fresh", "shelf_life.fresh", "unknown key: shelf_life"),
    ],
)
def test_a_presentation_that_says_too_much_or_too_little_is_refused(
    old: str, new: str, reason: str
) -> None:
    sentence = refused(CD73, head=HEAD + changed(FRESH, old, new))

    assert reason in sentence
    assert re.match(r"own\.toml, line (8|9|1\d)[,:]", sentence)


# -- effective days --------------------------------------------------------------------------------


def test_a_version_is_in_effect_from_its_first_to_its_last_day() -> None:
    head = HEAD + "effective_from = 2026-04-01\neffective_until = 2026-12-31\n"
    specification = read(CD73, head=head)

    days = {
        date(2026, 3, 31): False,
        date(2026, 4, 1): True,
        date(2026, 12, 31): True,
        date(2027, 1, 1): False,
    }
    assert {day: is_effective(specification, day) for day in days} == days


def test_a_version_without_days_is_always_in_effect() -> None:
    assert is_effective(read(CD73), date(1900, 1, 1))


def test_a_version_that_ends_before_it_begins_is_refused_with_its_line() -> None:
    head = HEAD + "effective_from = 2026-04-01\neffective_until = 2026-03-31\n"

    assert "line 8: effective_until 2026-03-31 is before" in refused(CD73, head=head)


def test_a_day_in_quotation_marks_is_refused_with_its_line() -> None:
    assert "line 7: effective_from is not a date" in refused(
        CD73, head=HEAD + 'effective_from = "2026-04-01"\n'
    )


# -- files nobody may approve ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("limit = 95", 'limit = "95,5"', "95,5"),
        ("limit = 95", "limit = nan", "nan"),
        ("limit = 95", "limit = inf", "inf"),
        ("limit = 95", 'limit = "high"', "is not a number"),
        ("limit = 95", "limit = true", "limit is not a text"),
        ("limit = 95", "limit = 101", "no result can meet the limit"),
        ("limit = 95", "limit = 0", "every result meets the limit"),
        ("limit = 95", "limit = -5", "every result meets the limit"),
        ("limit = 95\n", "", "limit is missing"),
        ('unit = "%"\n', "", "unit is missing"),
        ('unit = "%"', 'unit = " "', "Unit is empty"),
        ("required = true\n", "", "required is missing"),
        ("required = true", 'required = "yes"', "neither true nor false"),
        ('level = "lot"', 'level = "bag"', "none of lot, container, preparation"),
        ('operator = ">="', 'operator = "=>"', "none of"),
        ('operator = ">="', 'operator = "report"', "takes no limit"),
        ('test = "CD73"', 'test = "CD 73"', "not one word"),
        ('test = "CD73"', 'test = "CD--73"', "not one word"),
        ('test = "CD73"', f'test = "{"C" * 33}"', "32"),
        ('name = "CD73"', 'name = ""', "empty"),
        ('stage = "Drug substance"', 'stage = "a\\u001b"', "ESC"),
        ("required = true", "required = true\nlimits = 3", "unknown key: limits"),
        ("required = true", 'required = true\npending_basis = "x"', "without pending_days"),
        ("required = true", "required = true\npending_days = 3", "needs pending_basis"),
        ("required = true", "required = true\npending_days = 0", "below 1"),
        (
            "required = true",
            'required = false\npending_days = 3\npending_basis = "x"',
            "not required",
        ),
        ("required = true", 'required = true\nfrom_count = "colour"', "none of viability_pct"),
        ("required = true", 'required = true\nfrom_count = "viability_pct"', "from_count"),
        ("required = true", 'required = true\nalternative = "CD73/CD44"', "has one test only"),
        ("required = true", 'required = true\nrapid_methods = ["x"]', "without incubation_days"),
        ("required = true", "required = true\nincubation_days = 0", "below 1"),
    ],
)
def test_a_criterion_that_cannot_be_judged_is_refused_with_its_name(
    old: str, new: str, reason: str
) -> None:
    sentence = refused(STERILITY, changed(CD73, old, new))

    assert reason in sentence
    if old != 'test = "CD73"':
        assert "CD73" in sentence


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('limit = "no growth"', 'limit = "95"', "is no word"),
        ('limit = "no growth"', 'limit = "nan"', "is no word"),
        ('limit = "no growth"', 'limit = "no growth"\nunit = "%"', "belongs to a number"),
        ('"equals"\nlimit = "no growth"', '"one_of"\nlimit = ["a", "A "]', "same word twice"),
        ('"equals"\nlimit = "no growth"', '"one_of"\nlimit = ["a"]', "two words or more"),
        ('"equals"\nlimit = "no growth"', '"one_of"\nlimit = ["a", "b|c"]', "may not hold"),
        ('"equals"\nlimit = "no growth"', '"one_of"\nlimit = "a"', "not a list"),
    ],
)
def test_words_that_cannot_be_judged_are_refused(old: str, new: str, reason: str) -> None:
    assert reason in refused(changed(STERILITY, old, new))


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ('"5..2"', "no result can meet"),
        ('"2-5"', "is not a number"),
        ('"2..x"', "is not a number"),
        ('"0..100"', "every result meets"),
        ('"-10..-5"', "no result can meet"),
    ],
)
def test_a_range_that_no_result_or_every_result_meets_is_refused(limit: str, reason: str) -> None:
    ranged = changed(changed(CD73, '">="', '"between"'), "limit = 95", f"limit = {limit}")

    assert reason in refused(ranged)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('level = "preparation"', 'level = "lot"', "only a preparation is counted"),
        ('unit = "%"', 'unit = "10^6"', "needs unit %"),
        ('"viability_pct"', '"viable_cells"', "needs unit cells or 10^6"),
        (
            "required = true",
            'required = true\npending_days = 2\npending_basis = "x"',
            "cannot wait",
        ),
    ],
)
def test_a_count_fulfils_only_what_it_counts_and_never_later(
    old: str, new: str, reason: str
) -> None:
    assert read(POST_THAW).criteria[0].from_count == "viability_pct"
    assert reason in refused(changed(POST_THAW, old, new))


def test_one_test_may_stand_in_a_file_only_once_whatever_its_case() -> None:
    assert "stands in it twice" in refused(CD73, changed(CD73, 'test = "CD73"', 'test = "cd73"'))


def test_alternatives_that_could_not_stand_in_for_each_other_are_refused() -> None:
    grouped = changed(CD73, "required = true", 'required = true\nalternative = "A/B"')
    other = changed(grouped.replace('= "CD73"', '= "CD44"'), "required = true", "required = false")

    assert "differ in level, required or pending_days" in refused(grouped, other)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("edition = 2", "edition = 0", "below 1"),
        ("edition = 2", "edition = 1.5", "not a whole number"),
        ("edition = 2", "edition = true", "not a number"),
        ('name = "own-msc"', 'name = "own msc"', "space"),
        ('title = "Our own"', "title = 3", "not a text"),
        ('title = "Our own"', 'title = "Our own"\nversion = 3', "unknown key: version"),
        ('source = "Site"', "", "source is missing"),
        ('source = "Site"', 'source = "Site', "not TOML"),
    ],
)
def test_a_head_that_is_wrong_is_refused(old: str, new: str, reason: str) -> None:
    assert reason in refused(CD73, head=HEAD.replace(old, new))


def test_a_specification_without_criteria_is_refused() -> None:
    assert "there is no [[criterion]]" in refused()


# -- what lottrack ships ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["BM-MSC", "ISCT-2006", "MSC-EB-TRIAL"])
def test_a_shipped_specification_is_named_like_its_file(name: str) -> None:
    assert shipped(name).name == name
    assert shipped(name).edition == 1


def test_the_trial_specification_waits_as_long_as_the_sample_certificate_says() -> None:
    """Domain file, 9.3, "ready after harvest"; what has no entry is known on day 0."""
    waits = {
        entry.test: entry.pending_days
        for entry in shipped("MSC-EB-TRIAL").criteria
        if entry.pending_days is not None
    }

    assert waits == {
        "CD73": 2, "CD90": 2, "CD105": 2, "CD45": 2, "CD34": 2, "CD14": 2, "CD19": 2,
        "mycoplasma": 3, "sterility-p2": 7, "sterility-product": 7, "potency": 10,
        "sterility-product-14d": 14, "karyotype": 20,
    }  # fmt: skip


def test_the_trial_specification_has_the_limits_of_the_sample_certificate() -> None:
    limits = {entry.test: limit_text(entry) for entry in shipped("MSC-EB-TRIAL").criteria}

    assert limits["viable-count"] == "≥ 40 ×10⁶"
    assert (limits["viability-fill"], limits["viability-post-thaw"]) == ("≥ 80 %", "≥ 70 %")
    assert {limits[marker] for marker in ("CD73", "CD90", "CD105")} == {"≥ 95 %"}
    assert {limits[marker] for marker in ("CD45", "CD34", "CD14", "CD19")} == {"≤ 2 %"}
    assert {limits[test] for test in ("HLA-DR", "CPD", "karyotype-formula")} == {"report"}
    assert (limits["endotoxin"], limits["potency"]) == ("< 1.0 EU/mL", "> 25 %")
    assert (limits["gram"], limits["mycoplasma"]) == ("negative", "not detected")


def test_the_trial_specification_has_tests_of_each_level() -> None:
    levels = {entry.test: entry.level for entry in shipped("MSC-EB-TRIAL").criteria}

    assert levels["viable-count"] == "container"
    assert levels["viability-post-thaw"] == "preparation"
    assert set(levels.values()) == {"lot", "container", "preparation"}


def test_the_barcelona_specification_is_as_published() -> None:
    """Doi 10.1186/s12967-018-1659-4, Table 2; HLA-DR is informative."""
    criteria = {entry.test: entry for entry in shipped("BM-MSC").criteria}

    assert limit_text(criteria["viability-fill"]) == "≥ 70 %"
    assert {limit_text(criteria[test]) for test in ("CD105", "CD73", "CD90")} == {"≥ 95 %"}
    assert {limit_text(criteria[test]) for test in ("CD45", "CD31")} == {"≤ 5 %"}
    assert limit_text(criteria["HLA-DR"]) == "≤ 20 %"
    assert not criteria["HLA-DR"].required


def test_isct_asks_for_one_marker_of_each_pair() -> None:
    """Dominici et al. 2006: CD14 or CD11b, CD79α or CD19."""
    groups: dict[str, set[str]] = {}
    for entry in shipped("ISCT-2006").criteria:
        if entry.alternative:
            groups.setdefault(entry.alternative, set()).add(entry.test)

    assert groups == {"CD14/CD11b": {"CD14", "CD11b"}, "CD79a/CD19": {"CD79a", "CD19"}}


# -- overlapping limits, impossible units ----------------------------------------------------------


def named(test: str, limit: str, operator: str = ">=") -> str:
    told = changed(CD73, 'test = "CD73"', f'test = "{test}"')
    return changed(changed(told, "limit = 95", f"limit = {limit}"), '">="', f'"{operator}"')


def test_two_limits_on_one_thing_overlap() -> None:
    sentence = refused(CD73, named("CD73-again", "90"))

    assert "line 20, criterion 2 (CD73-again)" in sentence
    assert "CD73 (≥ 95 %) and CD73-again (≥ 90 %) are overlapping limits" in sentence


def test_two_limits_on_one_thing_that_nothing_can_meet_contradict() -> None:
    sentence = refused(CD73, named("CD73-again", "90", "<="))

    assert "line 24, criterion 2 (CD73-again)" in sentence
    assert "no result can meet both" in sentence


def test_words_contradict_when_none_is_in_both() -> None:
    other = changed(changed(STERILITY, "sterility-product", "other"), "no growth", "growth")

    assert "no result can meet both" in refused(STERILITY, other)


@pytest.mark.parametrize(
    "difference",
    [
        ('name = "CD73"', 'name = "CD73, second panel"'),
        ('stage = "Drug substance"', 'stage = "Drug product"'),
        ('level = "lot"', 'level = "container"'),
        ("required = true", 'required = true\nsample = "second tube"'),
    ],
)
def test_limits_on_different_things_stand_side_by_side(difference: tuple[str, str]) -> None:
    other = changed(named("CD73-again", "90"), *difference)

    assert len(read(CD73, other).criteria) == 2


@pytest.mark.parametrize(
    "unit", ["%", "EU/mL", "IU/ml", "10^6", "10⁶ cells", "cells/µL", "CFU/10^6 cells", "mOsm/kg"]
)
def test_a_unit_made_of_known_words_is_one(unit: str) -> None:
    assert unit_problem(unit) == ""


@pytest.mark.parametrize(
    ("unit", "problem"),
    [
        ("EU/", "before or after its slash"),
        ("/mL", "before or after its slash"),
        ("EU//mL", "before or after its slash"),
        ("EU/mll", "none that lottrack knows"),
        ("cels", "none that lottrack knows"),
        ("5 mL", "holds the number 5"),
        ("≥ %", "holds a sign"),
        ("<EU/mL", "holds a sign"),
    ],
)
def test_what_is_no_unit_is_refused_with_its_line(unit: str, problem: str) -> None:
    sentence = refused(changed(CD73, 'unit = "%"', f'unit = "{unit}"'))

    assert problem in sentence
    assert sentence.startswith("own.toml, line 15, criterion 1 (CD73)")


def test_a_unit_of_the_sites_own_is_declared_at_the_head() -> None:
    own = changed(CD73, 'unit = "%"', 'unit = "% of fill"')

    assert 'units = ["% of fill"]' in refused(own)
    assert read(own, head=HEAD + 'units = ["% of fill"]\n').criteria[0].unit == "% of fill"


# -- limits that belong to a patient ---------------------------------------------------------------

ENDOTOXIN = """
[[criterion]]
test = "endotoxin"
name = "Endotoxin"
stage = "Drug product"
level = "lot"
operator = "<"
limit = 2.5
unit = "IU/mL"
required = true
"""
PER_PATIENT = """
[[patient_limit]]
quantity = "endotoxin"
test = "Endotoxin"
limit = 5
unit = "EU/kg/h"
basis = "USP <85>"
"""
DMSO = """
[[patient_limit]]
quantity = "dmso"
limit = 1
unit = "g/kg"
basis = "review"
"""


def test_limits_of_a_patient_are_read_with_the_test_they_rest_on() -> None:
    specification = read(ENDOTOXIN, PER_PATIENT, DMSO, head=HEAD + FROZEN)

    assert specification.patient_limits == (
        PatientLimit("endotoxin", "endotoxin", Decimal(5), "EU/kg/h", "USP <85>"),
        PatientLimit("dmso", "", Decimal(1), "g/kg", "review"),
    )


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"endotoxin"', '"heparin"', "quantity 'heparin' is none of"),
        ("limit = 5", "limit = 0", "nothing could ever be given"),
        ("limit = 5", 'limit = "five"', "five"),
        ('"EU/kg/h"', '"EU/kg"', "written in EU/kg/h"),
        ('test = "Endotoxin"', 'test = "LAL"', "is no test of this specification"),
        ('test = "Endotoxin"', 'test = "CD73"', "must be numbers in EU/mL"),
        ('basis = "USP <85>"', "", "basis is missing"),
        ('basis = "USP <85>"', 'basis = "x"\nhours = 1', "unknown key: hours"),
    ],
)
def test_a_patient_limit_nobody_could_reckon_is_refused(old: str, new: str, reason: str) -> None:
    sentence = refused(ENDOTOXIN, CD73, changed(PER_PATIENT, old, new))

    assert reason in sentence
    assert re.match(r"own\.toml, line (2[89]|3\d), patient limit 1", sentence)


def test_a_thing_has_one_limit_per_patient() -> None:
    assert "two patient limits on endotoxin" in refused(ENDOTOXIN, PER_PATIENT, PER_PATIENT)


def test_a_dmso_limit_needs_a_presentation_that_tells_how_much_there_is() -> None:
    assert "no presentation tells dmso_g_per_ml" in refused(CD73, DMSO)
