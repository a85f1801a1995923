"""The whole demo: the record made, nine pairs played through it, what came of it on disk."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from lottrack.demo.alarms import ALARMS
from lottrack.demo.bedside import treat
from lottrack.demo.donation import donate
from lottrack.demo.events import EVENTS
from lottrack.demo.families import FAMILIES
from lottrack.demo.lots import INFUSIONS, lot_of
from lottrack.demo.making import make
from lottrack.demo.materials import stock_up
from lottrack.demo.opening import admit_people, approve_documents, first_moment, make_record
from lottrack.demo.papers import issue_documents, write_papers
from lottrack.demo.stage import RememberingHasher, SceneClock, Stage, play
from lottrack.demo.summary import summary
from lottrack.demo.tampering import e14_row_changed_by_hand
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
UNFINISHED = ".unfinished-demo"
"""The folder within the demo's own where everything is made before it gets its name."""


def run_demo(folder: Path, hasher: Hasher, host: str, narrator: Narrator) -> dict[str, Any]:
    """Make the training record in a folder, play the scenario through it, and tell what came of it.

    A demo that is stopped or fails leaves no record behind that looks like a whole one: everything
    is made in a folder of its own and gets its name at the end.

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
    is_new = not folder.exists()
    workshop = folder / UNFINISHED
    try:
        shutil.rmtree(workshop, ignore_errors=True)
        workshop.mkdir(parents=True)
        made = _play_in(workshop, path, hasher, host, narrator)
        _move_up(workshop, folder)
    except BaseException:
        shutil.rmtree(workshop, ignore_errors=True)
        if is_new and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        raise
    return made


def _play_in(
    workshop: Path, path: Path, hasher: Hasher, host: str, narrator: Narrator
) -> dict[str, Any]:
    """Make and play everything in a folder; tells of it under the names it will have."""
    remembering = RememberingHasher(hasher)
    make_record(workshop / DATABASE, remembering, host)
    store = Store(workshop / DATABASE)
    clock = SceneClock(first_moment())
    stage = Stage(store, clock, remembering, host=host, folder=workshop, narrator=narrator)
    try:
        play_scenario(stage)
        e14_row_changed_by_hand(stage, workshop)
        desk = stage.desk("INSPECTOR1")
        narrator.show_progress("Drawing traces and charts")
        papers = write_papers(desk, workshop)
        narrator.end_progress()
        return summary(desk, path, [path.parent / p.relative_to(workshop) for p in papers])
    finally:
        store.close()


def _move_up(workshop: Path, folder: Path) -> None:
    """Give everything its name, the database last: where it stands, the rest stands, too."""
    children = sorted(workshop.iterdir(), key=lambda child: child.name == DATABASE)
    for child in children:
        target = folder / child.name
        if child.is_dir() and target.is_dir():
            _move_up(child, target)
        else:
            child.replace(target)
    workshop.rmdir()


def play_scenario(stage: Stage) -> None:
    """Play everything, from the first account to the last infusion."""
    admit_people(stage)
    approve_documents(stage)
    play(stories(stage), stage.clock, stage.narrator)


def stories(stage: Stage) -> Iterator[Story]:
    """Every story of the scenario: materials, pairs, their lots, infusions, events, documents."""
    yield stock_up(stage)
    for family in FAMILIES:
        yield one_pair(stage, family)
        yield examine(stage, lot_of(family.child.code))
        yield certify(stage, lot_of(family.child.code))
    for plan in INFUSIONS:
        yield treat(stage, plan)
    for event in (*EVENTS, *ALARMS):
        yield event(stage)
    yield issue_documents(stage)


def one_pair(stage: Stage, family: Family) -> Story:
    """A pair from the first visit to the bags in the tank."""
    yield from donate(stage, family)
    yield from make(stage, lot_of(family.child.code), family.days.collected)
