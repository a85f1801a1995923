"""Two versions of a specification compared: what is told, and what makes no difference."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.assets import database_folder
from lottrack.rules.specification.comparing import Difference, compare, direction_of
from lottrack.rules.specification.criterion import Criterion
from lottrack.rules.specification.specification import Specification, parse_specification

TEXT = (database_folder("specifications") / "MSC-EB-TRIAL.toml").read_text(encoding="utf-8")


def trial(*changes: tuple[str, str]) -> Specification:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return parse_specification(text, "trial.toml")


def criterion(operator: str, limit: str, unit: str = "%") -> Criterion:
    words = operator in {"equals", "one_of"}
    unit = "" if words else unit
    return Criterion("t", "T", "s", "lot", operator, limit, unit, not words, None, "", "", "", None)


def test_a_version_is_the_same_as_itself_whatever_its_number() -> None:
    assert compare(trial(), trial(("edition = 1", "edition = 2"))) == ()


def test_the_order_of_criteria_makes_no_difference() -> None:
    one = trial()
    other = one._replace(criteria=tuple(reversed(one.criteria)))
    assert compare(one, other) == ()


def test_a_changed_limit_is_told_with_its_direction() -> None:
    old = 'test = "CD73"\nname = "CD73"\nstage = "Drug substance"\nlevel = "lot"\noperator = ">="\n'
    (entry,) = compare(trial(), trial((f"{old}limit = 95", f"{old}limit = 90")))
    assert (entry.part, entry.name, entry.change) == ("criterion", "CD73", "changed")
    assert entry.differences == (Difference("limit", "≥ 95 %", "≥ 90 %", "looser"),)


def test_head_presentations_and_patient_limits_are_compared_too() -> None:
    changed = compare(
        trial(),
        trial(
            ('title = "Haplo', 'effective_from = 2027-01-01\ntitle = "Other haplo'),
            ("shelf_life_hours = 24", "shelf_life_hours = 48"),
            ('limit = 1\nunit = "g/kg"', 'limit = 0.5\nunit = "g/kg"'),
        ),
    )
    told = {(entry.part, entry.name): entry.differences for entry in changed}
    assert [each.field for each in told["specification", ""]] == ["title", "effective_from"]
    assert told["presentation", "fresh"] == (Difference("shelf_life", "24 hours", "48 hours"),)
    assert told["patient limit", "dmso"] == (Difference("limit", "1 g/kg", "0.5 g/kg"),)


def test_what_is_only_in_one_version_was_added_or_removed() -> None:
    one = trial()
    less = one._replace(
        criteria=one.criteria[1:], presentations=one.presentations[1:], patient_limits=()
    )
    assert {(e.name, e.change) for e in compare(one, less)} == {
        (one.criteria[0].test, "removed"),
        ("fresh", "removed"),
        ("endotoxin", "removed"),
        ("dmso", "removed"),
    }
    assert {entry.change for entry in compare(less, one)} == {"added"}


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (("<=", "5"), ("<=", "2"), "tighter"),
        (("<=", "2"), ("<=", "5"), "looser"),
        (("<", "5"), ("<=", "5"), "looser"),
        ((">=", "70"), ("between", "70..90"), "tighter"),
        ((">=", "70"), ("<=", "90"), ""),
        (("<=", "5"), ("<=", "5.0"), ""),
        (("equals", "absent"), ("one_of", "absent | trace"), "looser"),
        (("one_of", "a | b"), ("one_of", "b | c"), ""),
        (("equals", "absent"), ("<=", "5"), ""),
    ],
)
def test_a_limit_is_tighter_when_it_accepts_less_of_the_same(
    before: tuple[str, str], after: tuple[str, str], direction: str
) -> None:
    assert direction_of(criterion(*before), criterion(*after)) == direction


def test_limits_in_two_units_are_not_weighed_against_each_other() -> None:
    assert direction_of(criterion("<", "1", "EU/mL"), criterion("<", "2", "IU/mL")) == ""


@given(st.decimals("0.01", "99", places=2), st.decimals("0.01", "99", places=2))
def test_tighter_one_way_is_looser_the_other(one: Decimal, other: Decimal) -> None:
    opposite = {"tighter": "looser", "looser": "tighter", "": ""}
    there = direction_of(criterion("<=", str(one)), criterion("<=", str(other)))
    back = direction_of(criterion("<=", str(other)), criterion("<=", str(one)))
    assert opposite[there] == back
    assert (there == "") == (one == other)
