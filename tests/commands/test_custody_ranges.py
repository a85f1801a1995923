"""A hand-over outside the range that the specification keeps a bag in: seen, and judged by quality.

Lot L01's bags are kept at -150 °C or colder by MSC-EB-TRIAL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)


def hand_over(quality: Quality, celsius: str, *more: str) -> tuple[Any, Any]:
    """A courier takes a bag; the pharmacist receives it at a temperature."""
    bag = quality.bags[0]
    sent = quality.program(
        *("custody", "transfer", bag, "--to", "PHARMACY", "--temperature-c", "-190"),
        user="COURIER1",
    ).data
    told = ("custody", "receive", bag, "--temperature-c", celsius, *more)
    return sent, quality.program(*told, user="PHARMACIST1").data


def codes(made: Any) -> list[str]:
    return [warning["code"] for warning in made["warnings"]]


@pytest.mark.parametrize("celsius", ["-188", "-150"])
def test_within_the_range_nothing_is_said(quality: Quality, celsius: str) -> None:
    sent, received = hand_over(quality, celsius)
    assert (codes(sent), codes(received), received["holds"]) == ([], [], [])


def test_a_bag_that_arrives_too_warm_is_held_as_an_excursion(quality: Quality) -> None:
    received = hand_over(quality, "-120")[1]
    assert codes(received) == ["temperature-outside-range", "hold-opened"]
    (hold,) = quality.program("hold", "list").data
    assert (hold["id"], hold["cause"]) == (received["holds"][0], "excursion")
    assert "was at -120 °C at the hand-over" in hold["reason"]
    assert "MSC-EB-TRIAL@1 keeps it at -150 °C or colder" in hold["reason"]


def test_a_warm_moment_on_the_way_is_an_excursion_without_its_minutes_too(
    quality: Quality,
) -> None:
    received = hand_over(quality, "-188", "--max-c", "-128")[1]
    (hold,) = quality.program("hold", "list").data
    assert received["holds"] == [hold["id"]]
    assert "at -128 °C at the warmest on the way" in hold["reason"]


def test_the_minutes_above_open_one_hold_and_not_two(quality: Quality) -> None:
    received = hand_over(quality, "-120", "--minutes-above", "11")[1]
    assert len(received["holds"]) == 1


def test_a_sign_left_out_at_the_hand_over_is_warned_of(quality: Quality) -> None:
    told = ("--to", "PHARMACY", "--temperature-c", "190")
    made = quality.program("custody", "transfer", *quality.bags, *told, user="COURIER1").data
    assert codes(made) == ["temperature-outside-range"] * 2
    assert made["events"][0]["holds"] == []


def test_what_is_warned_of_stays_with_the_record(quality: Quality) -> None:
    received = hand_over(quality, "-120")[1]
    told = quality.program("audit", "show", received["id"], as_json=False).stdout
    assert "temperature-outside-range" in told


# -- corrected afterwards --------------------------------------------------------------------------


def correct(quality: Quality, step: str, *pairs: str, **extra: Any) -> Any:
    told = ("correct", step, *pairs, "--reason", "misread the logger")
    return quality.program(*told, user="PHARMACIST1", **extra).data


def test_a_temperature_corrected_to_outside_opens_what_a_measured_one_opens(
    quality: Quality,
) -> None:
    received = hand_over(quality, "-188")[1]
    made = correct(quality, received["id"], "temperature_c=-120")
    (hold,) = quality.program("hold", "list").data
    assert [each["id"] for each in made["holds"]] == [hold["id"]]
    assert (hold["cause"], hold["on"]) == ("excursion", quality.bags[0])
    assert "was at -120 °C at the hand-over" in hold["reason"]
    assert f"({received['id']}, as it was corrected)" in hold["reason"]
    assert "temperature-outside-range" in codes(made)


def test_verify_refuses_a_bag_whose_temperature_was_corrected_to_outside(quality: Quality) -> None:
    received = hand_over(quality, "-188")[1]
    correct(quality, received["id"], "max_c=-100")
    refused = quality.program(
        *("verify", quality.bags[0], "--patient", "P01"), user="PHARMACIST1", exit_code=42
    )
    assert "temperature-excursion-open" in refused.blockers


def test_a_temperature_corrected_to_inside_leaves_the_hold_to_a_person(quality: Quality) -> None:
    received = hand_over(quality, "-120")[1]
    made = correct(quality, received["id"], "temperature_c=-188")
    (stays,) = [each for each in made["warnings"] if each["code"] == "hold-stays"]
    assert received["holds"][0] in stays["sentence"]
    assert "stays until it is lifted by signature" in stays["sentence"]
    assert [hold["id"] for hold in quality.program("hold", "list").data] == received["holds"]
    assert made["holds"] == []


def test_a_struck_receipt_leaves_its_hold_to_a_person(quality: Quality) -> None:
    received = hand_over(quality, "-120")[1]
    struck = quality.program("strike", received["id"], "--reason", "other bag", user="PHARMACIST1")
    assert "hold-stays" in codes(struck.data)


def test_another_warm_temperature_opens_no_second_hold_while_the_first_is_open(
    quality: Quality,
) -> None:
    received = hand_over(quality, "-120")[1]
    made = correct(quality, received["id"], "temperature_c=-110")
    assert (made["holds"], codes(made)) == ([], ["temperature-outside-range"])


def test_another_warm_temperature_is_judged_anew_once_the_first_was(quality: Quality) -> None:
    received = hand_over(quality, "-151")[1]
    correct(quality, received["id"], "temperature_c=-120")
    (hold,) = quality.program("hold", "list").data
    quality.program.signed("hold", "lift", hold["id"], "--reason", "shown harmless", user="QA1")
    assert len(correct(quality, received["id"], "temperature_c=20")["holds"]) == 1


def test_a_corrected_condition_is_damage(quality: Quality) -> None:
    received = hand_over(quality, "-188", "--condition", "intact")[1]
    (hold,) = correct(quality, received["id"], "condition=leaking")["holds"]
    assert hold["cause"] == "damage"


def test_what_does_not_concern_the_temperature_is_judged_no_second_time(quality: Quality) -> None:
    received = hand_over(quality, "-120")[1]
    quality.program.signed(
        *("hold", "lift", received["holds"][0], "--reason", "shown harmless"), user="QA1"
    )
    made = correct(quality, received["id"], "seal=S-77")
    assert (made["holds"], made["warnings"]) == ([], [])


def test_a_sign_left_out_at_the_hand_over_is_warned_of_when_corrected(quality: Quality) -> None:
    sent = hand_over(quality, "-188")[0]
    made = correct(quality, sent["id"], "temperature_c=190")
    assert (codes(made), made["holds"]) == (["temperature-outside-range"], [])
