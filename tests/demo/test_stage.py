"""The stage: time goes forward, stories meet at their hours, refusals are recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.actions.laboratory.site import make_site
from lottrack.demo.narrator import Narrator
from lottrack.demo.opening import SITE, admit_people
from lottrack.demo.people import ADMINISTRATOR, PEOPLE, SECRET
from lottrack.demo.stage import (
    BETWEEN_ACTS,
    RememberingHasher,
    SceneClock,
    Stage,
    at,
    days_after,
    local_day,
    play,
)
from lottrack.errors import AlreadyDone, Blocker, InfusionRefused
from lottrack.store.store import Store
from tests.conftest import PlainHasher

START = datetime(2025, 8, 1, 6, 0, tzinfo=UTC)
SILENT = Narrator(lambda line: None)


def story(name: str, moments: list[datetime], told: list[tuple[datetime, str]], clock: SceneClock):
    for moment in moments:
        yield moment
        told.append((clock(), name))


@given(st.lists(st.lists(st.integers(0, 5_000), max_size=6), max_size=6))
def test_stories_side_by_side_are_told_in_the_order_of_time(minutes: list[list[int]]) -> None:
    clock, told = SceneClock(START), []
    plans = [[START + timedelta(minutes=m) for m in sorted(each)] for each in minutes]
    play([story(str(n), plan, told, clock) for n, plan in enumerate(plans)], clock, SILENT)
    assert [moment for moment, _ in told] == sorted(m for plan in plans for m in plan)
    for n, plan in enumerate(plans):
        assert [moment for moment, name in told if name == str(n)] == plan


def test_of_two_stories_at_one_moment_the_first_named_goes_first() -> None:
    clock, told = SceneClock(START), []
    moments = [START + timedelta(hours=1)]
    play([story(name, moments, told, clock) for name in "ab"], clock, SILENT)
    assert [name for _, name in told] == ["a", "b"]


def test_a_moment_that_has_passed_is_not_gone_back_to() -> None:
    clock = SceneClock(START)
    clock.reach(START - timedelta(days=1))
    assert clock() == START


def test_a_day_and_an_hour_are_those_of_the_site_in_summer_and_winter() -> None:
    assert at("2025-09-01", "10:00") == datetime(2025, 9, 1, 8, 0, tzinfo=UTC)
    assert at("2025-12-09", "10:00") == datetime(2025, 12, 9, 9, 0, tzinfo=UTC)
    assert local_day(datetime(2025, 12, 8, 23, 30, tzinfo=UTC)) == "2025-12-09"
    assert days_after("2025-12-24", 21) == "2026-01-14"
    assert days_after("2026-01-05", -7) == "2025-12-29"


class CountingHasher(PlainHasher):
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def hash(self, secret: str) -> str:
        self.asked += 1
        return super().hash(secret)

    def fits(self, hashed: str, secret: str) -> bool:
        self.asked += 1
        return super().fits(hashed, secret)


def test_a_secret_is_hashed_once_and_remembered() -> None:
    inner = CountingHasher()
    hasher = RememberingHasher(inner)
    hashed = hasher.hash("one secret")
    assert hasher.hash("one secret") == hashed
    assert hasher.fits(hashed, "one secret")
    assert inner.asked == 1


def test_a_wrong_secret_never_fits_however_often_the_right_one_did() -> None:
    hasher = RememberingHasher(PlainHasher())
    hashed = hasher.hash("one secret")
    assert not hasher.fits(hashed, "another")
    assert not hasher.fits(PlainHasher().hash("another"), "one secret")
    assert hasher.fits(PlainHasher().hash("another"), "another")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage with its people, before anything was played."""
    path = tmp_path / "record.sqlite"
    make_site(
        path,
        SITE,
        (ADMINISTRATOR, ""),
        (SECRET, SECRET),
        hasher=PlainHasher(),
        host="here",
        now=START,
    )
    clock = SceneClock(START)
    made = Stage(Store(path), clock, PlainHasher(), host="here", folder=tmp_path, narrator=SILENT)
    admit_people(made)
    yield made
    made.store.close()


def test_everybody_is_registered_with_one_role_by_the_administrator(stage: Stage) -> None:
    roles = {(row.account, row.role) for row in stage.store.rows("account_role")}
    assert roles == {
        (ADMINISTRATOR, "administrator"),
        *((person.code, person.role) for person in PEOPLE),
    }
    assert {row.recorded_by for row in stage.store.rows("account")} == {ADMINISTRATOR}


def test_each_act_is_done_a_little_later_at_a_desk_of_its_own(stage: Stage) -> None:
    first = stage.desk("NURSE1")
    first.scans.append("something")
    before = stage.clock()
    second = stage.desk("NURSE1")
    assert second.now() - before == BETWEEN_ACTS
    assert second.scans == []
    assert second.account == "NURSE1"


def test_what_is_refused_is_recorded_with_its_reasons_and_who_tried(stage: Stage) -> None:
    blocker = Blocker("wrong-patient", "This is another child's.")

    def attempt(desk):
        desk.subjects.append("P01")
        raise InfusionRefused("No.", blockers=[blocker])

    error = stage.refused("PHARMACIST1", "verify", attempt)
    assert error.blockers == (blocker,)
    (refusal,) = stage.store.rows("refusal")
    assert (refusal.act, refusal.recorded_by, refusal.exit_code) == ("verify", "PHARMACIST1", 42)
    assert refusal.subjects == '["P01"]'
    assert "wrong-patient" in refusal.blockers


def test_an_act_that_should_have_been_refused_and_was_not_stops_the_demo(stage: Stage) -> None:
    with pytest.raises(AssertionError, match="verify by NURSE1 should have been refused"):
        stage.refused("NURSE1", "verify", lambda desk: None)


def test_the_narration_says_day_warnings_and_reasons(stage: Stage) -> None:
    lines: list[str] = []
    stage.narrator = Narrator(lines.append)
    stage.tell("a bag is thawed.")
    stage.tell_warnings({"warnings": [{"code": "viability-low", "sentence": "It is low."}]})
    stage.tell_answer({"blockers": [{"code": "on-hold", "sentence": "It is held."}]})
    stage.tell_refusal(AlreadyDone("It was done."))
    assert lines == [
        "2025-08-01  a bag is thawed.",
        "            warning: It is low.",
        "            refused (on-hold): It is held.",
        "            refused (already-done): It was done.",
    ]


def test_a_long_reason_is_cut_at_a_word_and_says_so() -> None:
    lines: list[str] = []
    Narrator(lines.append).add("words " * 60)
    assert lines[0].endswith("words ...")
    assert len(lines[0]) < 170


def test_the_day_is_shown_where_somebody_watches_and_taken_away_again() -> None:
    lines: list[str] = []
    shown: list[str] = []
    narrator = Narrator(lines.append, shown.append)
    narrator.show_progress("2025-09-01")
    narrator.tell("2025-09-01", "marrow.")
    assert "2025-09-01" in shown[0]
    assert shown[0].startswith(shown[1])
    assert lines == ["2025-09-01  marrow."]
