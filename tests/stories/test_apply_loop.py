"""A technician at the bench sticks labels on and scans each back, with a scanner that types."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.commands.label_bench import T, fill, second_family, state
from tests.conftest import Clock, Program
from tests.steps import Filled
from tests.stories.test_scan_loop import Bench

LABEL, THING = "Scan label", "Scan or type what it stands on"


class Morning:
    """Two new bags of one child's lot, their labels printed, another child's lot beside them."""

    def __init__(self, program: Program, lot: Filled, other: Filled, state: Path) -> None:
        self.program, self.lot, self.other = program, lot, other
        self.bags = [bag["id"] for bag in fill(program, lot.lot, "bag")["containers"]]
        self.printed = program("label", "print", *self.bags, "--set", "primary,record", user=T).data
        self.screen = Bench(program.db, state, "label", "apply")
        self.screen.until(LABEL)

    def scans(self, copy: str) -> list[str]:
        return [each["payload"] for each in self.printed if each["copy"] == copy]

    def states(self, copy: str) -> list[str]:
        return [state(self.program, row["id"]) for row in self.printed if row["copy"] == copy]


@pytest.fixture
def morning(
    filled_file: tuple[Path, Filled], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Morning:
    db, folder = tmp_path / "record.sqlite", tmp_path / "state"
    shutil.copy(filled_file[0], db)
    monkeypatch.setenv("LOTTRACK_STATE", str(folder))
    program = Program(db, Clock(datetime.now(UTC)))
    other = second_family(program)
    program.clock.now = datetime.now(UTC)
    program("login", T, secrets=(T,))
    return Morning(program, filled_file[1], other, folder)


@pytest.mark.parametrize("suffix", ["\r\n", "\t"])
def test_each_label_is_compared_with_the_bag_it_stands_on(morning: Morning, suffix: str) -> None:
    screen = morning.screen
    for scan, bag in zip(morning.scans("primary"), morning.bags, strict=True):
        screen.scan(scan.lower(), suffix)
        screen.until(THING)
        screen.scan(bag, suffix)
        assert bag in screen.until(LABEL)
    screen.scan(morning.scans("record")[0], suffix)
    screen.until(THING)
    screen.scan(morning.lot.lot, suffix)
    screen.until("attached")
    screen.until(LABEL)

    assert screen.leave() == 0
    assert morning.states("primary") == ["applied", "applied"]
    assert morning.states("record") == ["attached", "printed"]


def test_a_double_trigger_answers_for_no_bag(morning: Morning) -> None:
    screen = morning.screen
    scan = morning.scans("primary")[0]
    screen.scan(scan)
    screen.until(THING)
    screen.scan(scan)
    screen.until("label itself")
    screen.until(THING)
    screen.scan("")
    screen.until(THING)
    screen.scan(morning.bags[0])
    screen.until("OK ")
    screen.until(LABEL)

    assert screen.leave() == 0
    assert morning.states("primary") == ["applied", "printed"]


def test_swapped_labels_are_stopped_and_both_lots_are_frozen(morning: Morning) -> None:
    """The fatal mistake: a colleague helps, and a label goes onto the neighbour's bag."""
    screen = morning.screen
    screen.scan(morning.scans("primary")[0])
    screen.until(THING)
    screen.scan(morning.other.scans[0])
    told = screen.until(LABEL)

    assert "label-mismatch" in told
    assert "are frozen" in told
    assert screen.leave() == 44
    holds = morning.program("hold", "list").data
    assert {hold["on"] for hold in holds} == {morning.lot.lot, morning.other.lot}
    refusals = morning.program("audit", "show", "--by", T).data
    assert any(entry["act"] == "label apply refused" for entry in refusals)
    assert morning.states("primary") == ["printed", "printed"]
