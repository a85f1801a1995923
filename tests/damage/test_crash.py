"""Power off in the middle: an act is recorded with its entry, or neither is there.

A child kills itself before its n-th SQL statement, for every n, until it gets through.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.damage.conftest import counted, killed_before, needs_fork

pytestmark = needs_fork

REGISTER = (
    *("patient", "register", "--code", "P01", "--born", 2016, "--sex", "F"),
    *("--weight-kg", "16.2", "--weighed-on", "2026-02-01"),
)


def die_everywhere(program, words, tables, folder):
    """Run a command to each of its deaths on copies of one record; returns what each left."""
    source = folder / "source.sqlite"
    shutil.copy(program.db, source)
    found = []
    for statement in range(1, 1000):
        program.db = folder / f"dies-{statement}.sqlite"
        shutil.copy(source, program.db)
        killed = killed_before(program, statement, *words)
        found.append(counted(program.db, *tables))
        for path in folder.glob(f"{program.db.name}*"):
            path.unlink() if path.is_file() else shutil.rmtree(path)
        if not killed:
            return found
    raise AssertionError("the command never came to its end")


def test_registering_a_patient_is_whole_or_nothing(program, tmp_path):
    before = counted(program.db, "patient", "weight")
    found = die_everywhere(program, REGISTER, ("patient", "weight"), tmp_path)
    nothing = (before.entries, {"patient": 0, "weight": 0})
    whole = (before.entries + 1, {"patient": 1, "weight": 1})
    assert all(each in {_frozen(nothing), _frozen(whole)} for each in map(_frozen, found))
    assert _frozen(found[0]) == _frozen(nothing)
    assert _frozen(found[-1]) == _frozen(whole)
    assert len(found) > 10


def test_correcting_a_weight_is_whole_or_nothing(program, tmp_path):
    program(*REGISTER, user="TECHNICIAN1")
    before = counted(program.db, "correction")
    words = ("correct", "WT-TST-0001-P", "weight_kg=12.6", "--reason", "digits transposed")
    found = die_everywhere(program, words, ("correction",), tmp_path)
    assert {_frozen(each) for each in found} == {
        _frozen((before.entries, {"correction": 0})),
        _frozen((before.entries + 1, {"correction": 1})),
    }


def test_attaching_a_file_never_names_one_that_is_not_there(program, tmp_path):
    program(*REGISTER, user="TECHNICIAN1")
    file = tmp_path / "certificate.pdf"
    file.write_text("certificate")
    source = tmp_path / "source.sqlite"
    shutil.copy(program.db, source)
    for statement in range(1, 1000):
        program.db = tmp_path / f"dies-{statement}.sqlite"
        shutil.copy(source, program.db)
        killed = killed_before(program, statement, "attach", "P01", file, "--what", "certificate")
        named = counted(program.db, "attachment").rows["attachment"]
        kept = [p.name for p in Path(f"{program.db}.files").glob("[0-9a-f]*")]
        assert named <= len(kept)
        if not killed:
            assert (named, len(kept)) == (1, 1)
            return
    pytest.fail("the command never came to its end")


def test_a_backup_that_died_leaves_nothing_that_looks_like_one(program, tmp_path):
    program(*REGISTER, user="TECHNICIAN1")
    for statement in range(1, 1000):
        target = tmp_path / f"backup-{statement}.sqlite"
        killed = killed_before(program, statement, "admin", "backup", target, user="ADMIN")
        if target.exists():
            counted(target, "patient")
        if not killed:
            assert target.exists()
            return
    pytest.fail("the command never came to its end")


def _frozen(counts):
    entries, rows = counts
    return entries, tuple(sorted(rows.items()))
