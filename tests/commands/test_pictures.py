"""Pictures of the record: named by their files, and marked where nothing of them is real."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from lottrack.drawing.banner import TRAINING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Program
    from tests.steps import Filled

Site = tuple["Program", "Filled"]
PNG = b"\x89PNG"


def pictured(program: Program, filled: Filled, what: str, out: Path, *more: str) -> bytes:
    words = {
        "trace": ("trace", filled.lot),
        "growth": ("chart", "growth", filled.lot),
        "test": ("chart", "test", "viability-fill"),
    }[what]
    program(*words, "--out", out, *more)
    return out.read_bytes()


@pytest.mark.parametrize("what", ["trace", "growth", "test"])
def test_the_name_of_the_file_says_its_format(released: Site, tmp_path: Path, what: str) -> None:
    program, filled = released
    assert pictured(program, filled, what, tmp_path / "a.png").startswith(PNG)
    assert b"<svg" in pictured(program, filled, what, tmp_path / "a.SVG")
    assert pictured(program, filled, what, tmp_path / "plain", "--format", "png").startswith(PNG)


def test_a_trace_is_written_as_a_graph_or_as_data_by_its_name(
    released: Site, tmp_path: Path
) -> None:
    program, filled = released
    assert pictured(program, filled, "trace", tmp_path / "a.dot").startswith(b"digraph")
    assert pictured(program, filled, "trace", tmp_path / "a.json").startswith(b"{")
    assert pictured(program, filled, "trace", tmp_path / "a.txt").startswith(b"kind ")


def test_a_person_is_told_where_the_picture_is_and_not_its_data_again(
    released: Site, tmp_path: Path
) -> None:
    program, filled = released
    out = tmp_path / "a.svg"
    shown = program("trace", filled.lot, "--out", out, as_json=False)
    assert shown.stdout.strip() == str(out)


@pytest.mark.parametrize("what", ["trace", "growth"])
def test_a_name_that_belongs_to_another_format_is_refused(
    released: Site, tmp_path: Path, what: str
) -> None:
    program, filled = released
    words = ("trace", filled.lot) if what == "trace" else ("chart", "growth", filled.lot)
    out = tmp_path / "a.svg"
    refused = program(*words, "--format", "png", "--out", out, exit_code=2)
    assert "is not named like png" in refused.data["error"]["sentence"]
    assert not out.exists()


@pytest.mark.parametrize("what", ["trace", "growth", "test"])
def test_a_training_record_is_marked_in_every_picture_and_a_real_one_in_none(
    released: Site, tmp_path: Path, what: str
) -> None:
    program, filled = released
    words = TRAINING.encode()
    assert words not in pictured(program, filled, what, tmp_path / "real.svg")
    training = tmp_path / "training.sqlite"
    shutil.copy(program.db, training)
    with closing(sqlite3.connect(training)) as database:
        database.executescript(
            "DROP TRIGGER IF EXISTS setting_no_update; UPDATE setting SET value = '1' WHERE name ="
            " 'training'"
        )
    program.db = training
    marked = pictured(program, filled, what, tmp_path / "training.svg")
    assert marked.count(words) >= 4, "in the bars above and below, and in the description"
    assert pictured(program, filled, what, tmp_path / "t.png").startswith(PNG)
