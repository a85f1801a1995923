"""Several at once: they take turns, nobody's record is lost, and a held lock is told as such."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from lottrack.errors import StoreBusy
from lottrack.store import connection
from lottrack.store.change import Actor
from lottrack.store.store import Store
from tests.damage.conftest import in_child, needs_fork

WRITERS = 8
EACH = 3

# A program of its own, with the test's hasher: the real one takes a second for each secret.
WRITER = """
import io, sys
from datetime import UTC, datetime
from pathlib import Path
from lottrack.cli import main
from lottrack.context import Context
from tests.conftest import PlainHasher, secret_of

for turn in range(int(sys.argv[3])):
    sys.stdin = io.StringIO(secret_of("TECHNICIAN1") + chr(10))
    context = Context(
        db=Path(sys.argv[1]),
        account="TECHNICIAN1",
        password_stdin=True,
        clock=lambda: datetime(2026, 2, 2, 8, 0, tzinfo=UTC),
        hasher=PlainHasher(),
    )
    words = ["patient", "register", "--code", f"P{sys.argv[2]}-{turn}", "--born", "2016"]
    code = main([*words, "--sex", "F", "--json"], obj=context, standalone_mode=False)
    if code:
        sys.exit(code)
"""


def test_eight_programs_write_at_once_and_the_chain_stays_one(program):
    before = program("audit", "verify").data["entries"]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(program.db), str(number), str(EACH)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        for number in range(WRITERS)
    ]
    for writer in writers:
        complaint = writer.communicate(timeout=120)[1]
        assert writer.returncode == 0, complaint.decode()
    found = program("admin", "check").data
    assert found["findings"] == []
    assert found["entries"] == before + WRITERS * EACH
    assert len(program("patient", "list").data) == WRITERS * EACH


@pytest.fixture
def held(program, monkeypatch):
    """A record that another program holds, and a short patience."""
    monkeypatch.setenv("LOTTRACK_BUSY_MS", "50")
    with closing(sqlite3.connect(program.db)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield program


REGISTER = ("patient", "register", "--code", "P01", "--born", 2016, "--sex", "F")


def test_a_write_while_another_holds_the_record_is_told_as_busy(held):
    refused = held(*REGISTER, user="TECHNICIAN1", exit_code=74)
    assert refused.code == "store-not-writable"
    assert "Nothing was recorded" in refused.data["error"]["sentence"]
    assert "locked" in refused.data["error"]["sentence"]


def test_reading_goes_on_while_another_holds_the_record(held):
    assert held("patient", "list").data == []
    assert held("audit", "verify").data["verdict"] == "intact"


def test_a_wrong_secret_that_cannot_be_recorded_is_not_judged(held):
    refused = held(*REGISTER, user="TECHNICIAN1", secrets=(), exit_code=None)
    assert refused.exit_code == 74
    store = Store(held.db)
    assert store.standing("account_standing", account="TECHNICIAN1").failed_tries == 0
    store.close()


def test_a_record_let_go_in_time_is_written(program, monkeypatch):
    """The wait is what ``LOTTRACK_BUSY_MS`` says: whoever lets go within it is not noticed."""
    import threading

    monkeypatch.setenv("LOTTRACK_BUSY_MS", "10000")
    other = sqlite3.connect(program.db, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, other.rollback)
    timer.start()
    program(*REGISTER, user="TECHNICIAN1")
    timer.join()
    other.close()


@needs_fork
def test_a_child_that_inherits_nothing_writes_beside_its_parent(program):
    program(*REGISTER, user="TECHNICIAN1")
    words = ("patient", "register", "--code", "P02", "--born", 2016, "--sex", "M")
    assert in_child(program, *words).exit_code == 0
    assert [row["id"] for row in program("patient", "list").data] == ["P01", "P02"]
    assert program("audit", "verify").data["verdict"] == "intact"


class Told:
    """Counts how often somebody was told to wait."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1


@pytest.mark.parametrize(("patience_ms", "times"), [("400", 1), ("50", 0)])
def test_who_waits_for_long_is_told_once_and_who_does_not_is_not(
    program, monkeypatch, patience_ms, times
):
    monkeypatch.setenv("LOTTRACK_BUSY_MS", patience_ms)
    monkeypatch.setattr(connection, "TOLD_AFTER_MS", 100)
    told = Told()
    store = Store(program.db, waiting=told)
    with closing(sqlite3.connect(program.db)) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            pytest.raises(StoreBusy),
            store.change(Actor("TECHNICIAN1", "", "here"), "test", now=program.clock()),
        ):
            pass
    store.close()
    assert told.times == times


def test_a_write_that_need_not_wait_tells_nothing(program, monkeypatch):
    monkeypatch.setattr(connection, "TOLD_AFTER_MS", 300)
    told = Told()
    store = Store(program.db, waiting=told)
    with store.change(Actor("TECHNICIAN1", "", "here"), "test", now=program.clock()):
        pass
    store.close()
    time.sleep(0.5)
    assert told.times == 0


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("watched", [True, False])
def test_a_person_at_a_terminal_is_told_that_another_program_writes(
    program, tmp_path, monkeypatch, watched
):
    """The real program, signed in, while another one holds the record for longer than it waits."""
    import pty
    from datetime import UTC, datetime

    monkeypatch.setenv("LOTTRACK_STATE", str(tmp_path / "state"))
    program.clock.now = datetime.now(UTC)
    program("login", "TECHNICIAN1", secrets=("TECHNICIAN1",))
    master, terminal = pty.openpty()
    with closing(sqlite3.connect(program.db)) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = subprocess.run(
            [sys.executable, "-m", "lottrack", "--db", str(program.db), *map(str, REGISTER)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=terminal if watched else subprocess.PIPE,
            env={**os.environ, "LOTTRACK_BUSY_MS": "3000"},
            timeout=60,
            check=False,
        )
    os.close(terminal)
    shown = ended.stderr or b""
    while watched:
        try:
            shown += os.read(master, 4096)
        except OSError:  # Linux tells the end of a terminal so
            break
    os.close(master)

    assert ended.returncode == 74
    assert shown.count(b"Another program is writing") == int(watched)
    assert (b"up to 3 s" in shown) == watched
    assert b"Nothing was recorded" in shown
