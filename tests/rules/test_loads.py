"""Endotoxin and DMSO per patient: the trial's children, the sums, and what is never let through.

The endotoxin limits in EU/mL are those of the demonstration scenario: 5 × w / V for an hour.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.rules.administration.facts import Load
from lottrack.rules.administration.loads import load_blockers, sum_text, sums
from lottrack.rules.specification.patient_limits import upper_bound
from lottrack.rules.specification.results import ResultValue
from tests.rules.test_administration import BAG, DOSE, NOW, case

FROZEN = BAG._replace(thawed_at=None)
THAWED = BAG._replace(thawed_at=NOW)


def load(
    eu_per_ml: str | None, volume_ml: str, quantity: str = "endotoxin", limit: str = "5"
) -> Load:
    amount = None if eu_per_ml is None else Decimal(eu_per_ml) * Decimal(volume_ml)
    unit = "EU/kg/h" if quantity == "endotoxin" else "g/kg"
    return Load(
        quantity,
        BAG.container,
        BAG.lot,
        "endotoxin" if quantity == "endotoxin" else "",
        f"{eu_per_ml} EU/mL",
        Decimal(volume_ml),
        amount,
        Decimal(limit),
        unit,
        "USP <85>",
    )


def found(*loads: Load, weight_kg: str = "13.2", stage: str = "verify", bag=THAWED) -> list[str]:
    asked = case(stage)._replace(
        containers=(bag,), dose=DOSE._replace(weight_kg=Decimal(weight_kg)), loads=loads
    )
    return [blocker.code for blocker in load_blockers(asked)]


# Patient, weight, volume and limit in EU/mL, as the scenario's table of infusions has them.
CHILDREN = [
    ("P01", "13.2", "50", "1.32"),
    ("P02", "16.2", "50", "1.62"),
    ("P05", "23.6", "50", "2.36"),
    ("P06", "27.1", "100", "1.35"),
    ("P08", "36.4", "100", "1.82"),
    ("P09", "41.2", "100", "2.06"),
]


@pytest.mark.parametrize(("patient", "weight", "volume", "limit"), CHILDREN)
def test_every_child_of_the_trial_has_a_limit_of_its_own(
    patient: str, weight: str, volume: str, limit: str
) -> None:
    del patient
    above = str(Decimal(limit) + Decimal("0.01"))
    assert found(load(limit, volume), weight_kg=weight) == []
    assert found(load(above, volume), weight_kg=weight) == ["endotoxin-above-patient-limit"]


def test_one_value_is_fine_for_one_child_and_too_much_for_another() -> None:
    (ninth,) = sums([load("1.8", "100")], Decimal("41.2"))
    (first,) = sums([load("1.8", "50")], Decimal("13.2"))
    assert (ninth.shown, ninth.is_within) == ("4.37", True)
    assert (first.shown, first.is_within) == ("6.82", False)


def test_the_refusal_says_what_is_given_what_is_allowed_and_the_limit_per_ml() -> None:
    asked = case()._replace(
        dose=DOSE._replace(weight_kg=Decimal("13.2")), loads=(load("1.8", "50"),)
    )
    (blocker,) = load_blockers(asked)
    assert "1.8 EU/mL in 50 mL" in blocker.sentence
    assert "is 6.82 EU per kg, given within an hour, at 13.2 kg" in blocker.sentence
    assert "allows 5 EU/kg/h, which is 1.32 EU/mL in 50 mL for this patient" in blocker.sentence
    assert blocker.basis == "USP <85>"


def test_a_near_miss_does_not_read_like_the_limit_it_missed() -> None:
    (told,) = sums([load("1.3201", "50")], Decimal("13.2"))
    assert not told.is_within
    assert told.shown == "5.01"


def test_what_is_told_as_at_most_is_never_rounded_under_what_it_is() -> None:
    """0.50 EU/mL in 60 mL at 28.7 kg are 1.0453 EU/kg."""
    (told,) = sums([load("0.50", "60")], Decimal("28.7"))
    assert told.shown == "1.05"
    (close,) = sums([load("0.9999", "50")], Decimal(10))
    assert (close.shown, close.is_within) == ("4.99950", True)


def test_containers_of_one_dose_are_added_up() -> None:
    half = load("0.9", "50")
    assert found(half) == []
    assert found(half, half) == ["endotoxin-above-patient-limit"]


def test_of_several_limits_the_strictest_counts() -> None:
    assert found(load("1.0", "50"), load("0.01", "1", limit="2")) == [
        "endotoxin-above-patient-limit"
    ]


def test_dmso_of_ten_per_cent_is_far_below_a_gram_per_kg() -> None:
    """4.4 mL with 0.11 g/mL for 13.2 kg: the scenario's 0.037 g/kg."""
    (told,) = sums([load("0.11", "4.4", "dmso", "1")], Decimal("13.2"))
    assert (told.shown, told.is_within) == ("0.037", True)
    assert sum_text(told, Decimal("13.2")) == "DMSO: at most 0.037 of 1 g/kg, in 4.4 mL at 13.2 kg"
    assert found(load("0.11", "120.1", "dmso", "1")) == ["dmso-above-patient-limit"]
    assert found(load("0.11", "120", "dmso", "1")) == []


def test_what_has_no_upper_end_is_never_within() -> None:
    assert found(load(None, "50")) == ["endotoxin-above-patient-limit"]
    assert found(load("0.1", "50"), load(None, "50")) == ["endotoxin-above-patient-limit"]


UNTOLD = load(None, "50")._replace(told="")


@pytest.mark.parametrize(
    ("stage", "bag", "codes"),
    [
        ("prepare", FROZEN, []),
        ("verify", FROZEN, []),
        ("verify", THAWED, ["result-missing-at-infusion"]),
        ("dispense", FROZEN, ["result-missing-at-infusion"]),
        ("infuse", THAWED, ["result-missing-at-infusion"]),
    ],
)
def test_what_nobody_measured_stops_a_dose_before_it_is_given(
    stage: str, bag: object, codes: list[str]
) -> None:
    assert found(UNTOLD, stage=stage, bag=bag) == codes


def test_the_missing_result_is_named_with_its_command() -> None:
    asked = case()._replace(containers=(THAWED,), loads=(UNTOLD,))
    (blocker,) = load_blockers(asked)
    assert blocker.hint == f"`lottrack result record {BAG.lot} endotoxin VALUE`."


def test_without_a_weight_nothing_is_reckoned() -> None:
    assert list(load_blockers(case()._replace(dose=None, loads=(load("9", "50"),)))) == []


@pytest.mark.parametrize(
    ("value", "bound"),
    [
        (ResultValue("", Decimal("0.7"), None), Decimal("0.7")),
        (ResultValue("<", Decimal("0.50"), None), Decimal("0.50")),
        (ResultValue("<=", Decimal("0.50"), None), Decimal("0.50")),
        (ResultValue(">", Decimal("0.50"), None), None),
        (ResultValue(">=", Decimal("0.50"), None), None),
        (ResultValue("", None, "none found"), None),
        (ResultValue("", Decimal("NaN"), None), None),
        (ResultValue("<", Decimal("Infinity"), None), None),
        (ResultValue("", Decimal(-1), None), None),
        (ResultValue("~", Decimal("0.5"), None), None),
    ],
)
def test_the_most_a_value_can_stand_for(value: ResultValue, bound: Decimal | None) -> None:
    assert upper_bound(value) == bound


POSITIVE = st.decimals(min_value="0.01", max_value="1000", places=2)


@given(POSITIVE, POSITIVE, POSITIVE)
def test_a_dose_is_within_only_if_the_limit_holds_exactly(
    eu_per_ml: Decimal, volume_ml: Decimal, weight_kg: Decimal
) -> None:
    (told,) = sums([load(str(eu_per_ml), str(volume_ml))], weight_kg)
    assert told.is_within == (eu_per_ml * volume_ml <= 5 * weight_kg)


@given(POSITIVE, POSITIVE, POSITIVE)
def test_more_never_makes_a_dose_acceptable(one: Decimal, more: Decimal, weight: Decimal) -> None:
    alone = found(load(str(one), "50"), weight_kg=str(weight))
    both = found(load(str(one), "50"), load(str(more), "10"), weight_kg=str(weight))
    assert set(alone) <= set(both)
