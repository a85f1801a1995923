"""Results: reading what was reported, and judging it so that nothing unorderly passes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.specification.criterion import Criterion
from lottrack.rules.specification.results import (
    VERDICTS,
    ResultValue,
    implausible,
    judge,
    parse_result,
    require_unit,
    restored_value,
    result_text,
    value_text,
    worse,
)

SIGNS = ("", "<", "<=", ">", ">=")


def criterion(operator: str, limit: str = "", unit: str = "EU/mL") -> Criterion:
    return Criterion(
        test="T",
        name="Test",
        stage="Drug product",
        level="lot",
        operator=operator,
        limit=limit,
        unit=unit,
        required=operator != "report",
        pending_days=None,
        pending_basis="",
        method="",
        alternative="",
        from_count=None,
    )


NO_GROWTH = criterion("equals", "no growth", "")
AT_LEAST_95 = criterion(">=", "95", "%")


def number(sign: str, text: str) -> ResultValue:
    return ResultValue(sign, Decimal(text), None)


def word(text: str) -> ResultValue:
    return ResultValue("", None, text)


# -- reading ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sign", "digits"),
    [
        ("97.8", "", "97.8"),
        (" 97.80 ", "", "97.80"),
        ("<0.50", "<", "0.50"),
        ("< 0.50", "<", "0.50"),
        ("<=0.50", "<=", "0.50"),
        ("≤ 0.50", "<=", "0.50"),
        (">100", ">", "100"),
        ("≥100", ">=", "100"),
        ("4.4e7", "", "44000000"),
        ("0", "", "0"),
        ("-3.5", "", "-3.5"),
    ],
)
def test_a_number_is_read_with_its_sign_and_its_digits(text: str, sign: str, digits: str) -> None:
    value = parse_result(text, criterion("<=", "1.32"))

    assert (value.sign, value_text(value), value.word) == (sign, digits, None)


@pytest.mark.parametrize(
    "text",
    ["", " ", "nan", "NaN", "<nan", "inf", "-Infinity", "1_0", "１２", "1,5", "1,500", "1 500",
     ".5", "5.", "<", "<<5", "=<5", "< <5", "5>", "98 %", "0x10", "1e", "--5", "5\n6", "no growth",
     "1e999", "+5"],
)  # fmt: skip
def test_what_is_no_number_is_refused_where_a_number_is_needed(text: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_result(text, AT_LEAST_95)

    assert caught.value.code == "bad-number"
    assert "≥ 95 %" in caught.value.sentence
    assert caught.value.hint


def test_a_refused_comma_is_answered_with_the_number_that_was_meant() -> None:
    with pytest.raises(BadValue) as caught:
        parse_result("97,8", AT_LEAST_95)

    assert "97.8" in caught.value.hint


def test_words_are_kept_as_written_with_single_spaces() -> None:
    assert parse_result("  No   Growth ", NO_GROWTH) == word("No Growth")
    assert parse_result("46,XY[20]", criterion("equals", "46,XY[20]", "")) == word("46,XY[20]")


@pytest.mark.parametrize(
    "text", ["0", "<0.5", "1,5", "nan", "", "no\x1bgrowth", "no\u202egrowth", "x" * 201]
)
def test_what_is_no_word_is_refused_where_words_are_needed(text: str) -> None:
    with pytest.raises(BadValue):
        parse_result(text, NO_GROWTH)


def test_a_number_where_words_are_needed_is_told_the_words() -> None:
    with pytest.raises(BadValue) as caught:
        parse_result("0", NO_GROWTH)

    assert "'no growth'" in caught.value.sentence


def test_a_reported_result_takes_a_number_where_it_has_a_unit_and_anything_where_it_has_none() -> (
    None
):
    assert parse_result("3.1", criterion("report", unit="%")) == number("", "3.1")
    with pytest.raises(BadValue):
        parse_result("high", criterion("report", unit="%"))
    assert parse_result("46,XY[20]", criterion("report", unit="")) == word("46,XY[20]")
    assert parse_result("<5", criterion("report", unit="")) == number("<", "5")


def test_a_test_outside_the_specification_takes_numbers_and_words_but_no_broken_number() -> None:
    assert parse_result("7.4", None) == number("", "7.4")
    assert parse_result("Cutibacterium acnes", None) == word("Cutibacterium acnes")
    for text in ("7,4", "nan", "1 500"):
        with pytest.raises(BadValue):
            parse_result(text, None)


@pytest.mark.parametrize("text", ["97.8", "<0.50", ">= 4.4e7", "no growth", "46,XY[20]", "-3"])
def test_a_value_is_restored_from_what_the_record_keeps(text: str) -> None:
    value = parse_result(text, None)

    assert restored_value(value.sign, value_text(value)) == value


@pytest.mark.parametrize(("sign", "text"), [("<", "no growth"), ("=", "5"), ("<", "nan")])
def test_what_the_record_cannot_have_kept_is_not_restored(sign: str, text: str) -> None:
    with pytest.raises(BadValue):
        restored_value(sign, text)


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [
        (number("<", "0.50"), "EU/mL", "< 0.50 EU/mL"),
        (number(">=", "99"), "%", "≥ 99 %"),
        (number("", "4.4E+7"), "cells", "44000000 cells"),
        (number("", "6.10"), "", "6.10"),
        (word("no growth"), "", "no growth"),
    ],
)
def test_a_result_is_printed_as_on_a_certificate(
    value: ResultValue, unit: str, printed: str
) -> None:
    assert result_text(value, unit) == printed


# -- units -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_unit", "unit"),
    [
        (None, "EU/mL"),
        ("", "EU/mL"),
        ("EU/mL", "EU/mL"),
        ("EU/ml", "EU/mL"),
        (" EU / mL ", "EU/mL"),
        ("10^6", "10^6"),
        ("10⁶", "10^6"),
        ("×10^6", "10^6"),
        ("x 10⁶", "10^6"),
        ("1e6", "10^6"),
        ("%", "%"),
        ("percent", "%"),
        ("μg/mL", "µg/mL"),
        ("1/cm²", "1/cm^2"),
    ],
)
def test_a_unit_in_another_spelling_is_the_criterions(given_unit: str | None, unit: str) -> None:
    assert require_unit(given_unit, criterion("<", "1", unit)) == unit


@pytest.mark.parametrize(
    ("given_unit", "unit"),
    [
        ("IU/mL", "EU/mL"),
        ("EU/kg", "EU/mL"),
        ("10^7", "10^6"),
        ("10^60", "10^6"),
        ("cells", "10^6"),
        ("Mg", "mg"),
        ("mg", "µg"),
        ("%", ""),
    ],
)
def test_another_unit_is_refused_and_never_converted(given_unit: str, unit: str) -> None:
    with pytest.raises(BadValue) as caught:
        require_unit(given_unit, criterion("<", "1", unit) if unit else NO_GROWTH)

    assert caught.value.code == "unit-mismatch"
    assert given_unit in caught.value.sentence


def test_a_test_outside_the_specification_keeps_the_unit_it_was_given() -> None:
    assert require_unit("mmol/L", None) == "mmol/L"
    assert require_unit(None, None) == ""


# -- judging ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sign", "value", "operator", "limit", "verdict"),
    [
        ("", "97.8", ">=", "95", "pass"),
        ("", "95", ">=", "95.0", "pass"),
        ("", "94.9", ">=", "95", "fail"),
        ("", "1.0", "<", "1.0", "fail"),
        ("<", "1.0", "<", "1.0", "pass"),
        ("<=", "1.0", "<", "1.0", "undecided"),
        ("<", "0.50", "<=", "1.32", "pass"),
        ("<", "5", "<=", "2", "undecided"),
        ("<", "0.50", ">=", "0.30", "undecided"),
        ("<", "0.30", ">=", "0.30", "fail"),
        (">", "95", ">=", "95", "pass"),
        (">", "94", ">=", "95", "undecided"),
        (">=", "95", ">", "95", "undecided"),
        (">", "2", "<=", "2", "fail"),
        (">", "1", "<=", "2", "undecided"),
        ("", "200", "between", "180..220", "pass"),
        ("", "220", "between", "180..220", "pass"),
        ("", "220.1", "between", "180..220", "fail"),
        (">", "200", "between", "180..220", "undecided"),
        ("<", "180", "between", "180..220", "fail"),
        ("<=", "180", "between", "180..220", "undecided"),
        ("<", "5", "between", "0..10", "pass"),
    ],
)
def test_a_signed_number_passes_only_if_all_it_may_be_passes(
    sign: str, value: str, operator: str, limit: str, verdict: str
) -> None:
    assert judge(criterion(operator, limit, "10^6"), number(sign, value)) == verdict


@pytest.mark.parametrize(
    ("operator", "limit", "sign", "value", "verdict"),
    [
        (">=", "95", "", "991", "undecided"),
        (">=", "95", ">", "100", "undecided"),
        (">=", "95", "", "100", "pass"),
        ("<=", "2", "", "-0.1", "undecided"),
        ("<=", "2", "<", "0", "undecided"),
        ("<=", "2", "<=", "0", "pass"),
        ("<=", "2", "", "300", "fail"),
        (">", "25", "", "-5", "fail"),
    ],
)
def test_what_cannot_be_a_share_never_passes_but_may_fail(
    operator: str, limit: str, sign: str, value: str, verdict: str
) -> None:
    told = number(sign, value)

    assert judge(criterion(operator, limit, "%"), told) == verdict
    is_warned = implausible(criterion(operator, limit, "%"), told) is not None
    assert is_warned == (value not in {"100", "0"} or sign in {"<", ">"})


def test_an_implausible_share_is_told_in_a_sentence() -> None:
    warning = implausible(AT_LEAST_95, number("", "991"))

    assert warning == "T 991 % cannot be: a result in % is from 0 to 100."
    assert implausible(AT_LEAST_95, number("", "99.1")) is None
    assert implausible(NO_GROWTH, word("no growth")) is None
    assert implausible(None, number("", "991")) is None


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("operator", [">=", "<=", ">", "<"])
def test_what_is_no_number_is_undecided(text: str, operator: str) -> None:
    assert judge(criterion(operator, "5"), number("", text)) == "undecided"


def test_a_value_of_the_wrong_kind_is_undecided() -> None:
    assert judge(AT_LEAST_95, word("no growth")) == "undecided"
    assert judge(AT_LEAST_95, ResultValue("", None, None)) == "undecided"
    assert judge(AT_LEAST_95, ResultValue("~", Decimal(99), None)) == "undecided"
    assert judge(NO_GROWTH, number("", "0")) == "undecided"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("no growth", "pass"),
        ("No  Growth", "pass"),
        ("NO GROWTH", "pass"),
        ("no growth to date", "undecided"),
        ("growth", "fail"),
        ("no growth?", "fail"),
        ("nogrowth", "fail"),
        ("", "fail"),
    ],
)
def test_words_pass_only_if_they_are_the_words_of_the_limit(text: str, verdict: str) -> None:
    assert judge(NO_GROWTH, word(text)) == verdict


def test_one_of_several_words_passes() -> None:
    either = criterion("one_of", "46,XX | 46,XY", "")

    assert [judge(either, word(text)) for text in ("46,xy", "46,XX", "47,XXY")] == [
        "pass",
        "pass",
        "fail",
    ]


def test_what_is_only_reported_is_informative_whatever_it_says() -> None:
    for value in (number("", "3.1"), number("", "NaN"), word("bad")):
        assert judge(criterion("report"), value) == "informative"
        assert judge(None, value) == "informative"


# A verdict is compared with the plain meaning of words: try every number on a fine grid that the
# result may stand for. Limits and values lie on whole numbers, the grid on halves around them, so
# that each open and closed end is told apart.
GRID = [Decimal(step) / 2 for step in range(25)]
MEETS = {
    ">=": lambda value, limit: value >= limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    "<": lambda value, limit: value < limit,
    "": lambda value, limit: value == limit,
}


def by_trying(sign: str, told: int, accepts: list[bool]) -> str:
    met = {
        accepted for value, accepted in zip(GRID, accepts, strict=True) if MEETS[sign](value, told)
    }
    if met == {True}:
        return "pass"
    return "fail" if met == {False} else "undecided"


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("operator", [">=", "<=", ">", "<"])
def test_every_sign_and_operator_agree_with_trying_every_number(sign: str, operator: str) -> None:
    for limit in range(1, 9):
        accepts = [MEETS[operator](value, limit) for value in GRID]
        for told in range(1, 9):
            verdict = judge(criterion(operator, str(limit)), number(sign, str(told)))
            assert verdict == by_trying(sign, told, accepts), f"{sign}{told} {operator} {limit}"


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_and_range_agree_with_trying_every_number(sign: str) -> None:
    for low in range(1, 8):
        for high in range(low, 9):
            accepts = [low <= value <= high for value in GRID]
            for told in range(1, 9):
                verdict = judge(criterion("between", f"{low}..{high}"), number(sign, str(told)))
                assert verdict == by_trying(sign, told, accepts), f"{sign}{told} {low}..{high}"


decimals = st.decimals(min_value=0, max_value=10**6, allow_nan=False, places=3)


@given(
    sign=st.sampled_from(SIGNS),
    told=decimals,
    operator=st.sampled_from([">=", "<=", ">", "<"]),
    limit=decimals,
    actual=decimals,
)
def test_a_pass_is_true_of_every_number_the_result_may_stand_for(
    sign: str, told: Decimal, operator: str, limit: Decimal, actual: Decimal
) -> None:
    verdict = judge(criterion(operator, format(limit, "f")), ResultValue(sign, told, None))

    if MEETS[sign](actual, told):
        meets = MEETS[operator](actual, limit)
        assert not (verdict == "pass" and not meets)
        assert not (verdict == "fail" and meets)


@given(text=st.text(max_size=30), operator=st.sampled_from([">=", "<=", ">", "<"]))
def test_any_text_is_read_and_judged_or_refused(text: str, operator: str) -> None:
    limited = criterion(operator, "5")
    try:
        value = parse_result(text, limited)
    except BadValue:
        return

    assert judge(limited, value) in {"pass", "fail", "undecided"}
    assert restored_value(value.sign, value_text(value)) == value


@given(text=st.text(max_size=30))
def test_any_text_outside_a_specification_is_kept_or_refused(text: str) -> None:
    try:
        value = parse_result(text, None)
    except BadValue:
        return

    assert restored_value(value.sign, value_text(value)) == value


def test_the_worse_of_two_verdicts_counts_and_an_unknown_one_is_undecided() -> None:
    assert [worse("pass", other) for other in VERDICTS] == ["pass", "pass", "undecided", "fail"]
    assert worse("pass", "approved") == "undecided"
    assert worse("fail", "approved") == "fail"


@given(one=st.sampled_from(VERDICTS), other=st.sampled_from(VERDICTS))
def test_which_verdict_came_first_does_not_matter(one: str, other: str) -> None:
    assert worse(one, other) == worse(other, one)
