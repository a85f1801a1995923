"""Six hundred labels, and the disk is full or the program dies in the middle.

Whatever happens, a label is in the ledger with its whole file, or it is not there at all: neither a
picture that no ledger knows, nor a serial that nobody can stick on.
"""

from __future__ import annotations

import errno
import os
import pathlib
import pty
import signal
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from lottrack.errors import LabelError
from lottrack.printing.png import dots_of
from lottrack.printing.rendering import image_sha256
from tests.commands.label_bench import T, fill, query
from tests.damage.conftest import counted, in_child, needs_fork
from tests.damage.test_disk import no_more_room

pytestmark = needs_fork

MANY = 600
IN_THE_MIDDLE = 300


@pytest.fixture
def vials(filled):
    """The program, and the number of a fill of six hundred vials without labels."""
    program, lot = filled
    made = fill(program, lot.lot, "vial", "--count", MANY, "--cells-each", "1e5")
    return program, made["id"]


def at_the_nth(owner, name, number, happens):
    """Before the n-th call of a function of the system, something happens instead."""

    def arrange():
        real, calls = getattr(owner, name), iter(range(1, 1_000_000))

        def counting(*args, **more):
            if next(calls) == number:
                happens()
            return real(*args, **more)

        setattr(owner, name, counting)

    return arrange


def no_space():
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def power_off():
    os.kill(os.getpid(), signal.SIGKILL)


def folder_of(program):
    return Path(f"{program.db}.labels")


def is_the_one_on_record(path, digest):
    try:
        return image_sha256(*dots_of(path.read_bytes())) == digest
    except (OSError, LabelError):
        return False


def labels_with_files(program, number):
    """The labels of a fill in the ledger; each has its file, whole, and every file its label."""
    rows = query(
        program,
        "SELECT l.root, l.image_sha256 FROM label AS l JOIN container AS c ON c.root = l.container"
        " WHERE c.fill = ?",
        number,
    )
    folder = folder_of(program)
    for serial, digest in rows:
        assert is_the_one_on_record(folder / f"{serial}.png", digest), serial
    pictures = {path.stem for path in folder.glob("*.png")}
    known = {row[0] for row in query(program, "SELECT root FROM label")}
    assert pictures <= known
    return len(rows)


def print_a_chart_copy(program):
    bag = query(program, "SELECT root FROM container WHERE kind = 'bag'")[0][0]
    program("label", "print", bag, "--copy", "chart", user=T)


@contextmanager
def watched_screen(shown):
    """One end of a pseudo-terminal to write to; what arrives at the other is kept."""
    master, slave = pty.openpty()

    def read():
        try:
            while part := os.read(master, 65_536):
                shown.append(part)
        except OSError:
            pass  # nobody holds the other end any more

    reader = threading.Thread(target=read)
    reader.start()
    with os.fdopen(slave, "w") as screen:
        yield screen
    reader.join()
    os.close(master)


def test_a_disk_that_is_full_at_one_of_the_files_leaves_none(vials):
    program, number = vials
    before = counted(program.db, "label")
    full = at_the_nth(os, "fsync", IN_THE_MIDDLE, no_space)
    assert in_child(program, "label", "print", number, before=full).exit_code == 60
    after = counted(program.db, "label")
    assert after.rows == before.rows
    # The numbers were taken, which are never given out again, and the refusal is on record.
    assert after.entries == before.entries + 2
    assert list(folder_of(program).iterdir()) == []


def test_a_disk_that_is_full_when_the_ledger_is_written_leaves_none(vials):
    program, number = vials
    before = counted(program.db, "label")
    full = no_more_room(400_000)
    ended = in_child(program, "label", "print", number, before=full)
    assert ended.exit_code == 74
    assert counted(program.db, "label").rows == before.rows
    assert list(folder_of(program).iterdir()) == []


def test_a_program_killed_between_two_files_leaves_no_label(vials):
    program, number = vials
    before = counted(program.db, "label")
    dies = at_the_nth(os, "fsync", IN_THE_MIDDLE, power_off)
    ended = in_child(program, "label", "print", number, before=dies)
    assert ended.signal == signal.SIGKILL
    assert counted(program.db, "label").rows == before.rows
    assert list(folder_of(program).glob("*.png")) == []

    # What the dead program left lies under passing names, and is taken away when it has grown old.
    left = list(folder_of(program).glob(".*.part"))
    assert len(left) == IN_THE_MIDDLE
    for old in left[1:]:
        os.utime(old, (0, 0))
    program.clock.advance(minutes=1)
    print_a_chart_copy(program)
    assert list(folder_of(program).glob(".*.part")) == left[:1]


def test_a_program_killed_after_the_ledger_keeps_every_file(vials):
    program, number = vials
    dies = at_the_nth(pathlib.Path, "replace", IN_THE_MIDDLE, power_off)
    shown = []
    with watched_screen(shown) as screen:
        ended = in_child(program, "label", "print", number, before=dies, screen=screen)
    assert ended.signal == signal.SIGKILL
    said = b"".join(shown).decode()
    assert "Printing" in said
    assert "100%" in said
    assert len(list(folder_of(program).glob("*.png"))) == IN_THE_MIDDLE - 1

    # The next label printed brings back what the dead program could not name any more.
    program.clock.advance(minutes=1)
    print_a_chart_copy(program)
    assert labels_with_files(program, number) == MANY
    assert program("admin", "check").data["findings"] == []


def test_labels_piped_somewhere_draw_no_bar(filled):
    program, lot = filled
    made = fill(program, lot.lot, "vial", "--count", 15, "--cells-each", "1e5")
    printed = program("label", "print", made["id"], user=T, as_json=False)
    assert "Printing" not in printed.stderr + printed.stdout
    assert labels_with_files(program, made["id"]) == 15
