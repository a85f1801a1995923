"""Units, words and replicates of results, and raw data: read without guessing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.specification.criterion import Criterion
from lottrack.rules.specification.raw_data import parse_raw, raw_text
from lottrack.rules.specification.replicates import decide
from lottrack.rules.specification.results import (
    FINAL,
    INTERIM,
    VERDICTS,
    ResultValue,
    in_unit_of,
    judge,
    parse_result,
    require_reading,
)
from lottrack.rules.specification.units import exact_factor, same_unit
from lottrack.rules.specification.vocabulary import failing_words


def criterion(operator: str, limit: str, unit: str = "", **more: object) -> Criterion:
    values: dict[str, object] = {
        "test": "T",
        "name": "Test",
        "stage": "Drug product",
        "level": "lot",
        "operator": operator,
        "limit": limit,
        "unit": unit,
        "required": True,
        "pending_days": None,
        "pending_basis": "",
        "method": "",
        "alternative": "",
        "from_count": None,
    }
    return Criterion(**values | more)  # type: ignore[arg-type]


NO_GROWTH = criterion("equals", "no growth")
AT_LEAST_95 = criterion(">=", "95", "%")
MEAN_95 = criterion(">=", "95", "%", replicates="mean")


def numbers(*texts: str) -> list[ResultValue]:
    return [parse_result(text, AT_LEAST_95) for text in texts]


# -- units -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "wanted", "factor"),
    [
        ("IU/mL", "EU/mL", "1"),
        ("EU/ml", "EU/mL", "1"),
        ("cells", "10^6", "0.000001"),
        ("10⁶", "×10^6", "1"),
        ("10^6 cells", "cells", "1000000"),
        ("cells/µL", "10^6/mL", "0.001"),
        ("10^6 cells/mL", "cells/μL", "1000"),
        ("µL", "mL", "0.001"),
        ("percent", "%", "1"),
    ],
)
def test_a_factor_that_is_a_definition_is_exact(given: str, wanted: str, factor: str) -> None:
    assert exact_factor(given, wanted) == Decimal(factor)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("fraction", "%"),
        ("%", "10^6"),
        ("EU/kg", "EU/mL"),
        ("ng/mL", "EU/mL"),
        ("mg/mL", "%"),
        ("cells", "cells/mL"),
        ("EU/L", "EU/mL"),
    ],
)
def test_nothing_else_is_converted(given: str, wanted: str) -> None:
    assert exact_factor(given, wanted) is None


UNITS = ["EU/mL", "IU/mL", "cells", "10^3", "10^6", "10^9 cells", "cells/mL", "10^6/µL", "µL", "L"]


@given(st.sampled_from(UNITS), st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_factors_go_back_and_on(one: str, two: str, three: str) -> None:
    there, on = exact_factor(one, two), exact_factor(two, three)
    if there is None:
        assert exact_factor(two, one) is None
        return
    assert there * exact_factor(two, one) == 1  # type: ignore[operator]
    if on is not None:
        assert there * on == exact_factor(one, three)


def test_a_converted_value_keeps_its_sign_and_its_digits() -> None:
    limited = criterion("<=", "1.32", "EU/mL")
    value, unit, original = in_unit_of(limited, parse_result("<0.50", limited), "IU/mL")
    assert (value, unit) == (ResultValue("<", Decimal("0.50"), None), "EU/mL")
    assert original == "< 0.50 IU/mL"
    assert in_unit_of(limited, value, "EU/ml").original == ""
    assert in_unit_of(limited, value, "").original == ""
    with pytest.raises(BadValue) as caught:
        in_unit_of(limited, value, "EU/kg")
    assert caught.value.code == "unit-mismatch"


@given(st.decimals(min_value=0, max_value=10**9, places=4), st.sampled_from(["<", "", ">="]))
def test_no_verdict_depends_on_the_unit_a_value_came_in(number: Decimal, sign: str) -> None:
    limited = criterion("between", "40..60", "10^6")
    told = ResultValue(sign, number * 1_000_000, None)
    converted = in_unit_of(limited, told, "cells").value
    assert judge(limited, converted) == judge(limited, ResultValue(sign, number, None))


def test_one_unit_has_many_spellings() -> None:
    assert len({same_unit(unit) for unit in ("µL", "μl", "µ L")}) == 1


# -- words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "fails"),
    [
        ("no growth", "growth"),
        ("not detected", "detected"),
        ("negative", "positive"),
        ("conforms", "does not conform"),
        ("no clonal abnormality", "clonal abnormality"),
        ("46,XY[20]", "not 46,XY[20]"),
    ],
)
def test_the_opposite_of_a_word_fails(accepted: str, fails: str) -> None:
    limited = criterion("equals", accepted)
    assert failing_words(limited) == (fails,)
    assert judge(limited, parse_result(fails, limited)) == "fail"
    assert judge(limited, parse_result(accepted.upper(), limited)) == "pass"


def test_the_specifications_own_words_take_their_place() -> None:
    limited = criterion("equals", "clear", fails=("turbid", "clumps"))
    assert judge(limited, parse_result("turbid, white flakes", limited)) == "fail"
    with pytest.raises(BadValue, match="not clear"):
        parse_result("not clear", limited)


def test_a_word_that_meets_the_limit_never_fails_it() -> None:
    assert failing_words(criterion("one_of", "normal | abnormal")) == ()
    both = criterion("one_of", "conforms | complies")
    assert failing_words(both) == ("does not conform", "does not comply")


@pytest.mark.parametrize(
    "text", ["no growht", "growths", "none", "growth?", "growth to date", "Cutibacterium acnes"]
)
def test_a_word_nobody_knows_is_refused(text: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_result(text, NO_GROWTH)
    assert caught.value.code == "unknown-word"
    assert "'no growth'" in caught.value.sentence


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("growth, 1 of 2 bottles", "fail"),
        ("GROWTH: Candida", "fail"),
        ("growth (aerobic)", "fail"),
        ("no growth to date", "undecided"),
        ("day 7, no growth to date", "undecided"),
        ("Day 14: no growth", "pass"),
    ],
)
def test_details_and_days_are_told_with_a_word(text: str, verdict: str) -> None:
    assert judge(NO_GROWTH, parse_result(text, NO_GROWTH)) == verdict


def test_what_was_seen_so_far_is_no_final_result() -> None:
    so_far = parse_result("no growth to date", NO_GROWTH)
    require_reading(NO_GROWTH, so_far, INTERIM)
    with pytest.raises(BadValue) as caught:
        require_reading(NO_GROWTH, so_far, FINAL)
    assert caught.value.code == "interim-words"
    require_reading(NO_GROWTH, parse_result("growth", NO_GROWTH), FINAL)


@given(st.text(max_size=40))
def test_only_the_words_of_the_limit_pass(text: str) -> None:
    try:
        value = parse_result(text, NO_GROWTH)
    except BadValue:
        return
    if judge(NO_GROWTH, value) == "pass":
        assert " ".join((value.word or "").split()).casefold().endswith("no growth")


# -- replicates ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("readings", "value"),
    [(("97", "95.1", "96"), "95.1"), (("97", "<94"), "94"), ((">99", "98"), "98"), (("97",), "97")],
)
def test_the_worst_reading_decides(readings: tuple[str, ...], value: str) -> None:
    assert decide(AT_LEAST_95, numbers(*readings)).value.number == Decimal(value)


def test_a_mean_decides_where_the_specification_says_so() -> None:
    decided = decide(MEAN_95, numbers("97", "94.9", "95"))
    assert (str(decided.value.number), decided.verdict) == ("95.63", "pass")


def test_a_mean_does_not_pass_by_rounding() -> None:
    decided = decide(MEAN_95, numbers("95.0", "95.0", "94.9999"))
    assert decided.verdict == "fail"
    many = numbers(*["95"] * 29, "94.99")
    assert decide(MEAN_95, many).verdict == "fail"


def test_no_mean_is_taken_over_a_detection_limit() -> None:
    assert decide(MEAN_95, numbers("99", "<90")).verdict == "fail"


READINGS = st.lists(st.decimals(min_value=0, max_value=100, places=3), min_size=1, max_size=8)


@given(READINGS)
def test_the_worst_is_never_better_than_any_reading(readings: list[Decimal]) -> None:
    values = [ResultValue("", reading, None) for reading in readings]
    for limited in (AT_LEAST_95, criterion("<=", "5", "%"), criterion("between", "40..60", "%")):
        decided = decide(limited, values)
        ranks = [VERDICTS.index(judge(limited, value)) for value in values]
        assert VERDICTS.index(decided.verdict) == max(ranks)
        assert decided.value in values


@given(READINGS)
def test_a_mean_passes_only_if_it_does_exactly(readings: list[Decimal]) -> None:
    decided = decide(MEAN_95, [ResultValue("", reading, None) for reading in readings])
    exact = sum(Fraction(reading) for reading in readings) / len(readings)
    if decided.verdict == "pass":
        assert exact >= 95


# -- raw data --------------------------------------------------------------------------------------


def test_raw_data_are_kept_by_name() -> None:
    raw = parse_raw(["count-1=203", "dilution=1:10", "formula=a=b"])
    assert raw == {"count-1": "203", "dilution": "1:10", "formula": "a=b"}
    assert raw_text(raw) == "count-1 203, dilution 1:10, formula a=b"


@pytest.mark.parametrize("text", ["", "count", "=3", "1count=3", "count 1=3", "count=\x1b[2J"])
def test_raw_data_without_a_sound_name_and_value_are_refused(text: str) -> None:
    with pytest.raises(BadValue):
        parse_raw([text])
