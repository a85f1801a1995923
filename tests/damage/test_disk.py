"""A disk that is full, a file and a folder that may not be written, a medium that cannot be."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from tests.damage.conftest import counted, in_child, needs_fork

pytestmark = needs_fork

REGISTER = ("patient", "register", "--code", "P01", "--born", 2016, "--sex", "F")
NOBODY = 65_534


def no_more_room(size):
    """The disk takes no file beyond this size."""

    def limit():
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def as_nobody():
    """Become a user who may read everything here and write nothing."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


class TestAFullDisk:
    @pytest.mark.parametrize("room", [0, 20_000, 33_000, 37_000, 45_000, 80_000, 200_000])
    def test_records_the_act_whole_or_tells_that_it_did_not(self, program, room):
        before = counted(program.db, "patient")
        ended = in_child(program, *REGISTER, before=no_more_room(room))
        after = counted(program.db, "patient")
        if ended.exit_code == 0:
            assert (after.entries, after.rows) == (before.entries + 1, {"patient": 1})
        else:
            assert ended.exit_code == 74
            assert after == before

    def test_that_has_room_again_goes_on(self, program):
        assert in_child(program, *REGISTER, before=no_more_room(1024)).exit_code == 74
        program(*REGISTER, user="TECHNICIAN1")
        assert program("admin", "check").data["findings"] == []

    def test_keeps_no_half_of_an_attached_file(self, program, tmp_path):
        program(*REGISTER, user="TECHNICIAN1")
        file = tmp_path / "film.bin"
        file.write_bytes(os.urandom(200_000))
        words = ("attach", "P01", file, "--what", "film")
        assert in_child(program, *words, before=no_more_room(100_000)).exit_code == 74
        folder = Path(f"{program.db}.files")
        assert list(folder.iterdir()) == []
        program(*words, user="TECHNICIAN1")
        assert program("admin", "check").data["findings"] == []

    def test_keeps_no_half_of_a_backup(self, program, tmp_path):
        target = tmp_path / "backup.sqlite"
        words = ("admin", "backup", target)
        ended = in_child(program, *words, user="ADMIN", before=no_more_room(100_000))
        assert ended.exit_code == 74
        assert list(tmp_path.glob("backup*")) == []

    def test_leaves_no_half_of_an_exported_trail(self, program, tmp_path):
        target = tmp_path / "trail.jsonl"
        ended = in_child(program, "audit", "export", target, before=no_more_room(60_000))
        assert ended.exit_code == 70
        assert not target.exists()


@pytest.fixture
def readable(program):
    """The record where another user can read it and write neither file nor folder."""
    folder = Path(tempfile.mkdtemp(prefix="lottrack-readable-"))
    db = folder / "record.sqlite"
    shutil.copy(program.db, db)
    db.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    folder.chmod(0o555)
    program.db = db
    yield program
    folder.chmod(0o755)
    shutil.rmtree(folder)


def reads(program, *words):
    """Run a reading command as somebody who may write nothing; what it needs is imported first."""
    program(*words, exit_code=None)
    return in_child(program, *words, before=as_nobody).exit_code


class TestAFileThatMayOnlyBeRead:
    @pytest.mark.parametrize(
        "words", [("user", "list"), ("audit", "show"), ("audit", "verify"), ("admin", "check")]
    )
    def test_is_read_and_proved(self, readable, words):
        assert reads(readable, *words, "--json") == 0

    def test_takes_no_record_and_says_so(self, readable):
        before = readable("audit", "verify").data["entries"]
        readable(*REGISTER, "--dry-run", user="TECHNICIAN1", exit_code=None)
        ended = in_child(readable, *REGISTER, "--json", before=as_nobody)
        assert ended.exit_code == 74
        assert readable("audit", "verify").data["entries"] == before
