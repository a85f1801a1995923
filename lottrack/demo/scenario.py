"""The whole demo: the record made, nine pairs played through it, what came of it on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.demo.bedside import treat
from lottrack.demo.donation import donate
from lottrack.demo.events import EVENTS
from lottrack.demo.families import FAMILIES
from lottrack.demo.lots import INFUSIONS, lot_of
from lottrack.demo.making import make
from lottrack.demo.opening import admit_people, approve_documents, first_moment, make_record
from lottrack.demo.papers import write_papers
from lottrack.demo.stage import RememberingHasher, SceneClock, Stage, play
from lottrack.demo.summary import summary
from lottrack.demo.testing import certify, examine
from lottrack.errors import Conflict
from lottrack.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lottrack.actions.desk import Hasher
    from lottrack.demo.families import Family
    from lottrack.demo.narrator import Narrator
    from lottrack.demo.stage import Story

DATABASE = "lottrack.sqlite"


def run_demo(folder: Path, hasher: Hasher, host: str, narrator: Narrator) -> dict[str, Any]:
    """Make the training record in a folder, play the scenario through it, and tell what came of it.

    Args:
        folder: where the database, labels, traces and pages go; made when it is not there.
        hasher: hashes the training secret.
        host: this computer, for the audit trail.
        narrator: says what happens.

    Raises:
        Conflict: there is a database already (``database-exists``).
    """
    path = folder / DATABASE
    if path.exists():
        raise Conflict(
            f"There is already a database at {path}; lottrack never overwrites one.",
            code="database-exists",
            hint="Name another folder: lottrack demo DIR.",
        )
    remembering = RememberingHasher(hasher)
    make_record(path, remembering, host)
    store = Store(path)
    clock = SceneClock(first_moment())
    stage = Stage(store, clock, remembering, host=host, folder=folder, narrator=narrator)
    try:
        play_scenario(stage)
        desk = stage.desk("INSPECTOR1")
        return summary(desk, path, write_papers(desk, folder))
    finally:
        store.close()


def play_scenario(stage: Stage) -> None:
    """Play everything, from the first account to the last infusion."""
    admit_people(stage)
    approve_documents(stage)
    play(stories(stage), stage.clock, stage.narrator)


def stories(stage: Stage) -> Iterator[Story]:
    """Every story of the scenario: the pairs, their lots, the infusions, the events."""
    for family in FAMILIES:
        yield one_pair(stage, family)
        yield examine(stage, lot_of(family.child.code))
        yield certify(stage, lot_of(family.child.code))
    for plan in INFUSIONS:
        yield treat(stage, plan)
    for event in EVENTS:
        yield event(stage)


def one_pair(stage: Stage, family: Family) -> Story:
    """A pair from the first visit to the bags in the tank."""
    yield from donate(stage, family)
    yield from make(stage, lot_of(family.child.code), family.days.collected)
