"""Materials at the lot check, the review and the release of a lot."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.conftest import START

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality
    from tests.commands.shelf_fixtures import Shelf

pytest_plugins = ("tests.commands.quality_bench", "tests.commands.shelf_fixtures")

RULE = "materials-in-date"


def day(days: float) -> tuple[str, str]:
    """``--at`` so many days after the taking."""
    return "--at", (START + timedelta(days=days)).isoformat()


@pytest.fixture
def store(quality: Quality, empty_shelf: type[Shelf]) -> Shelf:
    """A shelf beside lot L01, on the day of its harvest; nothing is registered yet."""
    return empty_shelf(quality)


def stocked(store: Shelf, **more: str) -> str:
    """Lysate that came before the culture, and was entered and released today."""
    store.register("HPL", "--open-days", 90)
    return store.fresh("HPL", *day(-5), **more)


def test_until_the_first_material_the_rule_asks_nothing(quality: Quality, store: Shelf) -> None:
    assert quality.outcome(RULE) == "not_applicable"
    store.register("HPL")
    assert quality.outcome(RULE) == "not_applicable"


def test_then_a_lot_without_its_materials_fails_until_somebody_states_it(
    quality: Quality, store: Shelf
) -> None:
    stocked(store)
    assert quality.outcome(RULE) == "fail"
    words = ("lot", "attest", quality.lot, RULE, "--text", "worksheet 17, all in date")
    quality.program(*words, user="QA1")
    assert quality.outcome(RULE) == "pass"


def test_a_lot_made_before_the_first_delivery_is_not_asked(quality: Quality, store: Shelf) -> None:
    quality.program.clock.advance(days=1)
    store.register("HPL")
    store.fresh("HPL")
    assert quality.outcome(RULE) == "not_applicable"


def test_a_release_entered_late_needs_a_statement_that_it_was_on_paper(
    quality: Quality, store: Shelf
) -> None:
    number = stocked(store)
    store.use(number, quality.lot, *day(12))
    rule = quality.rule(RULE)
    assert rule["outcome"] == "fail"
    assert "lottrack lot attest" in rule["who_can_mend"]
    words = ("lot", "attest", quality.lot, RULE, "--text", "released on paper, form 9")
    quality.program(*words, user="QA1")
    assert quality.outcome(RULE) == "pass"


def test_a_use_released_and_in_date_passes(quality: Quality, store: Shelf) -> None:
    number = stocked(store)
    quality.program.clock.advance(minutes=5)
    store.use(number, quality.lot, "--passage", "P2")
    rule = quality.rule(RULE)
    assert rule["outcome"] == "pass"
    assert number in rule["evidence"]


def test_an_expired_material_fails_until_its_hold_is_lifted(quality: Quality, store: Shelf) -> None:
    number = stocked(store)
    quality.program.clock.advance(minutes=5)
    store.use(number, quality.lot, "--passage", "P2")
    words = ("correct", number, "expires_on=2026-02-01", "--reason", "misread")
    (hold,) = quality.program(*words, user="TECHNICIAN1").data["holds"]
    store.release(number, exit_code=41)
    rule = quality.rule(RULE)
    assert rule["outcome"] == "fail"
    assert hold["id"] in rule["who_can_mend"]
    lift = ("hold", "lift", hold["id"], "--reason", "RA-7: stable for a year beyond")
    quality.program.signed(*lift, user="QA1")
    assert quality.outcome(RULE) == "pass"


def test_the_check_as_of_then_does_not_know_what_was_told_since(
    quality: Quality, store: Shelf
) -> None:
    number = stocked(store)
    quality.program.clock.advance(minutes=5)
    store.use(number, quality.lot, "--passage", "P2")
    then = quality.program.clock().isoformat()
    quality.program.clock.advance(minutes=5)
    words = ("correct", number, "expires_on=2026-02-01", "--reason", "misread")
    quality.program(*words, user="TECHNICIAN1")
    assert quality.outcome(RULE) == "fail"
    assert quality.outcome(RULE, "--as-of", then) == "pass"


def test_a_review_shows_the_materials_and_a_later_use_asks_for_another(
    quality: Quality, store: Shelf
) -> None:
    number = stocked(store, lot="HPL-2508")
    quality.program.clock.advance(minutes=5)
    store.use(number, quality.lot, "--passage", "P2", quantity=150)
    shown = quality.review_lot().stderr
    assert "P2: 150 mL Platelet lysate" in shown
    assert "HPL-2508" in shown
    assert quality.outcome("record-reviewed") == "pass"
    store.use(number, quality.lot, "--passage", "P2", quantity=20)
    assert quality.outcome("record-reviewed") == "fail"


def test_who_used_a_material_does_not_review_the_lot(quality: Quality, store: Shelf) -> None:
    number = stocked(store)
    quality.program("user", "role", "LEAD1", "--add", "qa", user="ADMIN")
    quality.program.clock.advance(minutes=5)
    store.use(number, quality.lot, "--passage", "P2", user="LEAD1")
    words = ("lot", "review", quality.lot)
    assert quality.program.signed(*words, user="LEAD1", exit_code=54).code == "same-person"


def test_a_corrected_delivery_of_a_released_lot_opens_a_hold(
    quality: Quality, store: Shelf
) -> None:
    number = stocked(store)
    quality.program.clock.advance(minutes=5)
    store.use(number, quality.lot, "--passage", "P2")
    quality.ready()
    quality.release()
    words = ("correct", number, "certificate=CoA 2", "--reason", "another sheet")
    holds = quality.program(*words, user="TECHNICIAN1").data["holds"]
    assert [(hold["on"], hold["cause"]) for hold in holds] == [(quality.fill_number, "correction")]
