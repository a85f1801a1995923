"""Ratios against a baseline in the same run: what waiting for lottrack costs.

    python benchmarks/run.py

Absolute times differ from machine to machine and from hour to hour; the ratios are what counts.
The cases are measured in turn, round after round, so that a slow moment hits all of them.
"""

from __future__ import annotations

import compileall
import hashlib
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lot_check import CRITERIA, FEW, LOT, MANY, lots

import lottrack

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.store.store import Store

ROUNDS = 21
EVENTS = 2_000
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=1", "recursive_triggers=1")


def timed(action: Callable[[], object]) -> float:
    """Seconds of wall clock that an action takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def in_turn(cases: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median time of each case, measured in turn after one round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, action in cases.items():
            seconds = timed(action)
            if number:
                times[name].append(seconds)
    return {name: statistics.median(values) for name, values in times.items()}


class Desk:
    """A training database with a pharmacist signed in."""

    def __init__(self, folder: Path) -> None:
        self.environment = {**os.environ, "LOTTRACK_STATE": str(folder / "state")}
        self.lottrack = [sys.executable, "-m", "lottrack"]
        self.run("demo", str(folder / "demo"))
        self.db = folder / "demo" / "lottrack.sqlite"
        from lottrack.demo.people import SECRET

        signed_in = ("--db", str(self.db), "--password-stdin", "login", "PHARMACIST1")
        self.run(*signed_in, text=f"{SECRET}\n")
        with sqlite3.connect(self.db) as database:
            self.payload, self.patient = database.execute(
                "SELECT l.payload, p.patient FROM label_now AS l"
                " JOIN label_standing AS s ON s.label = l.root AND s.state = 'applied'"
                " JOIN infused_container AS i ON i.container = l.container"
                " JOIN container AS c ON c.id = l.container JOIN lot AS t ON t.id = c.lot"
                " JOIN course AS k ON k.id = t.course JOIN pair AS p ON p.id = k.pair LIMIT 1"
            ).fetchone()

    def run(self, *words: str, text: str = "", status: int = 0) -> None:
        """One whole process."""
        done = subprocess.run(
            [*self.lottrack, *words],
            input=text,
            capture_output=True,
            text=True,
            env=self.environment,
            check=False,
        )
        if done.returncode != status:
            raise SystemExit(f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}")

    def verify(self) -> None:
        """A real label, a refusal recorded: the bag was infused already."""
        asked = ("verify", self.payload, "--patient", self.patient)
        self.run("--db", str(self.db), *asked, status=42)


def processes(folder: Path) -> list[tuple[str, float, float]]:
    """Whole processes against the shortest one."""
    desk = Desk(folder)
    median = in_turn(
        {
            "bare": lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
            "help": lambda: desk.run("--help"),
            "verify": desk.verify,
        },
        ROUNDS,
    )
    bare = median["bare"]
    return [
        ("lottrack verify (signed in, real label, refusal recorded)", median["verify"] / bare, 10),
        ("lottrack --help", median["help"] / bare, 5),
    ]


def lot_check(folder: Path) -> tuple[str, float, float]:
    """The check of a lot with 500 results, a whole process, against that of one with 5."""
    state = {**os.environ, "LOTTRACK_STATE": str(folder / "state")}
    paths = lots(folder / "demo" / "lottrack.sqlite", folder)

    def check(path: Path) -> Callable[[], object]:
        words = [sys.executable, "-m", "lottrack", "--db", str(path), "lot", "check", LOT, "--json"]
        return lambda: subprocess.run(words, capture_output=True, env=state, check=False)

    median = in_turn({str(number): check(path) for number, path in paths.items()}, ROUNDS)
    ratio = median[str(MANY)] / median[str(FEW)]
    said = f"lot check by {CRITERIA} criteria, {MANY} results against {FEW}"
    return (said, ratio, 1.3)


def custody_event(folder: Path) -> tuple[str, float, float]:
    """One custody event with its entry per transaction, against the same rows by raw sqlite3."""
    from lottrack.actions.custody.containers import advance
    from lottrack.rules.lifecycle import Event
    from lottrack.rules.reading.times import to_text
    from lottrack.store.change import Actor
    from lottrack.store.store import Store

    source = folder / "demo" / "lottrack.sqlite"
    ours, raw = folder / "ours.sqlite", folder / "raw.sqlite"
    for copy in (ours, raw):
        with sqlite3.connect(source) as database:
            database.execute("VACUUM INTO ?", (str(copy),))
    store = Store(ours)
    container = store.sql(
        "SELECT container FROM container_standing WHERE location_state = 'stored' LIMIT 1"
    )[0].container
    actor = Actor("TECHNICIAN1", "technician", "benchmark")

    def write() -> None:
        now = datetime.now(UTC)
        with store.change(actor, "custody inspect", now=now) as change:
            change.record(
                "custody_event",
                container=container,
                act="inspect",
                finding="none",
                from_place="GMP",
            )
            advance(change, container, Event("inspect", to_text(now)))

    write()
    write_raw = RawRows(raw, container, store)
    median = in_turn(
        {
            "raw": lambda: repeat(write_raw, EVENTS // 5),
            "lottrack": lambda: repeat(write, EVENTS // 5),
        },
        5,
    )
    speed = median["raw"] / median["lottrack"]
    return ("custody events per second, against the same rows by raw sqlite3", speed, 0.5)


class RawRows:
    """The rows of one such event, written by the sqlite3 module with the same pragmas.

    They are the rows lottrack just wrote, with number and sequence counted on: the same sizes,
    checks, triggers and indexes. Reading, judging and hashing are what lottrack adds.
    """

    def __init__(self, path: Path, container: str, written: Store) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}")
        self.container = container
        self.event = written.sql("SELECT * FROM custody_event ORDER BY seq DESC LIMIT 1")[
            0
        ].values()
        last = written.sql("SELECT payload FROM audit_entry ORDER BY seq DESC LIMIT 1")[0]
        self.payload = last.payload
        self.seq = self.connection.execute("SELECT max(seq) FROM audit_entry").fetchone()[0]

    def __call__(self) -> None:
        """Write one event."""
        self.seq += 1
        number, at = f"CE-RAW-{self.seq:07}-X", datetime.now(UTC).isoformat()
        event = self.event | {"id": number, "root": number, "seq": self.seq}
        marks = ", ".join("?" * len(event))
        names = ", ".join(event)
        digest = hashlib.sha256(f"{self.seq}{self.payload}".encode()).hexdigest()
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        execute(f"INSERT INTO custody_event ({names}) VALUES ({marks})", tuple(event.values()))
        execute("UPDATE number_series SET last = last + 1 WHERE kind = 'custody_event'")
        execute(
            "UPDATE container_standing SET last_at = ? WHERE container = ?", (at, self.container)
        )
        execute(
            "INSERT INTO audit_entry (seq, payload, hash) VALUES (?, ?, ?)",
            (self.seq, self.payload, digest),
        )
        execute(
            "INSERT INTO audit_mention (record, seq) VALUES (?, ?), (?, ?)",
            (number, self.seq, self.container, self.seq),
        )
        execute("UPDATE chain_head SET seq = ?, hash = ?", (self.seq, digest))
        execute("COMMIT")


def repeat(action: Callable[[], object], times: int) -> None:
    """Do it several times."""
    for _ in range(times):
        action()


def main() -> None:
    """Measure and print; modules are compiled first, as an installation does."""
    compileall.compile_dir(str(Path(lottrack.__file__).parent), quiet=2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = processes(folder)
        results.append(custody_event(folder))
        results.append(lot_check(folder))
    print(f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, medians of rounds")
    for what, ratio, bound in results:
        at_least = bound < 1
        kept = ratio >= bound if at_least else ratio <= bound
        word = "at least" if at_least else "at most"
        print(f"{ratio:6.2f} x  {what}  ({word} {bound}: {'yes' if kept else 'NO'})")


if __name__ == "__main__":
    main()
