"""The pattern of a site's own numbers."""

from __future__ import annotations

import pytest

from lottrack.errors import BadValue
from lottrack.rules.codes.patterns import fits, require_fitting, require_pattern


@pytest.mark.parametrize(
    ("pattern", "number", "right"),
    [
        ("BM-##-####", "BM-26-0042", True),
        ("BM-##-####", "BM-26-042", False),
        ("BM-##-####", "XBM-26-0042", False),
        ("BM-##-####", "BM-26-0042A", False),
        ("@@/###", "KM/001", True),
        ("@@/###", "K1/001", False),
        ("L.##", "L.26", True),
        ("L.##", "LX26", False),
    ],
)
def test_marks_stand_for_digits_and_letters_and_the_rest_for_itself(pattern, number, right) -> None:
    assert fits(number, require_pattern(pattern)) is right


def test_a_pattern_is_upper_cased() -> None:
    assert require_pattern(" bm-## ") == "BM-##"


@pytest.mark.parametrize("text", ["", "BM-0001", "-##", "BM ##", "BM-##*", "#" * 41, "Ä##"])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        require_pattern(text)
    assert refused.value.code == "bad-pattern"


def test_a_number_that_does_not_fit_is_refused_with_the_pattern_shown() -> None:
    with pytest.raises(BadValue) as refused:
        require_fitting("BM-1", "BM-##-####", "the lot number")
    assert refused.value.code == "number-pattern"
    assert "BM-##-####" in refused.value.sentence
    require_fitting("anything", "", "the lot number")
