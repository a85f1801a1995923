"""A pharmacist at a terminal with a hand-held scanner that types too much and too fast."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import Clock, Program
from tests.steps import Filled

CONTAINER = "Scan container"
WRISTBAND = "Scan wristband"
VERDICT = r"Against it:|Look twice:"


class Bench:
    """The real program on a pseudo-terminal, and a scanner that types into it."""

    def __init__(self, db: Path, state: Path, *words: str) -> None:
        self.terminal, other = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lottrack", "--db", str(db), *words],
            stdin=other,
            stdout=other,
            stderr=other,
            env={**os.environ, "LOTTRACK_STATE": str(state), "TERM": "dumb"},
            close_fds=True,
            start_new_session=True,  # a secret is asked for here, not at the tester's terminal
        )
        os.close(other)
        self.seen = ""

    def scan(self, text: str, suffix: str = "\r") -> None:
        """Type a code as a scanner does."""
        os.write(self.terminal, (text + suffix).encode())

    def until(self, pattern: str, seconds: float = 20) -> str:
        """Wait for a text on the screen; what came before it is taken off."""
        end = time.monotonic() + seconds
        while not (match := re.search(pattern, self.seen)):
            ready, _, _ = select.select([self.terminal], [], [], 0.2)
            if ready:
                self.seen += os.read(self.terminal, 4096).decode(errors="replace")
            assert time.monotonic() < end, f"no {pattern!r} in {self.seen!r}"
        before, self.seen = self.seen[: match.end()], self.seen[match.end() :]
        time.sleep(0.15)
        return before

    def leave(self) -> int:
        """Press Enter at the container's prompt; returns the program's status."""
        self.scan("")
        try:
            return self.process.wait(timeout=20)
        finally:
            os.close(self.terminal)


@pytest.fixture
def bench(
    released_file: tuple[Path, Filled], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Bench, Program, Filled]:
    """The scan loop, open, with PHARMACIST1 signed in at this computer."""
    db, state = tmp_path / "record.sqlite", tmp_path / "state"
    shutil.copy(released_file[0], db)
    monkeypatch.setenv("LOTTRACK_STATE", str(state))
    program = Program(db, Clock(datetime.now(UTC)))
    program("login", "PHARMACIST1", secrets=("PHARMACIST1",))
    opened = Bench(db, state, "verify")
    opened.until(CONTAINER)
    return opened, program, released_file[1]


def questions(program: Program) -> int:
    """How many questions were answered and recorded."""
    entries = program("audit", "show", "--by", "PHARMACIST1").data
    return sum(entry["act"].startswith("verify") for entry in entries)


def test_a_container_and_a_wristband_are_answered(bench: tuple[Bench, Program, Filled]) -> None:
    screen, program, lot = bench
    screen.scan(lot.scans[0])
    screen.until(WRISTBAND)
    screen.scan("P01")
    screen.until("weight-too-old")
    screen.until(CONTAINER)

    assert screen.leave() == 42
    assert questions(program) == 1


@pytest.mark.parametrize("suffix", ["\r\n", "\t\r", "\r\r\n", "\t\r\n"])
def test_a_suffix_never_answers_the_next_prompt(
    bench: tuple[Bench, Program, Filled], suffix: str
) -> None:
    screen, program, lot = bench
    screen.scan(lot.scans[0], suffix)
    screen.until(WRISTBAND)
    screen.scan("P01", suffix)
    screen.until(VERDICT)
    screen.until(CONTAINER)

    assert screen.process.poll() is None
    assert screen.leave() == 42
    assert questions(program) == 1


def test_a_double_trigger_fills_no_other_field(bench: tuple[Bench, Program, Filled]) -> None:
    screen, program, lot = bench
    screen.scan(lot.scans[0])
    screen.until(WRISTBAND)
    screen.scan(lot.scans[0])
    screen.until("container again")
    screen.until(WRISTBAND)
    screen.scan("P01")
    screen.until(VERDICT)
    screen.until(CONTAINER)
    screen.scan("P01")
    screen.until("wristband again")
    screen.until(CONTAINER)

    assert screen.leave() == 42
    assert questions(program) == 1


def test_what_is_scanned_while_the_program_is_busy_is_not_taken(
    bench: tuple[Bench, Program, Filled],
) -> None:
    """Three codes in one burst: the first is taken, the rest was not asked for."""
    screen, program, lot = bench
    os.write(screen.terminal, f"{lot.scans[0]}\rP01\r{lot.scans[1]}\r".encode())
    screen.until(WRISTBAND)
    time.sleep(0.3)
    screen.scan("P01")
    shown = screen.until(CONTAINER)

    assert lot.bags[0] in shown
    assert screen.leave() == 42
    assert questions(program) == 1


def test_enter_alone_is_no_answer(bench: tuple[Bench, Program, Filled]) -> None:
    screen, program, lot = bench
    screen.scan(lot.scans[0])
    screen.until(WRISTBAND)
    screen.scan("")
    screen.until(WRISTBAND)
    screen.scan("P01")
    screen.until(VERDICT)
    screen.until(CONTAINER)

    assert screen.leave() == 42
    assert questions(program) == 1
