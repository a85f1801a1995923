"""A demo that is stopped, fails or is misunderstood leaves nothing that looks like a record."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from lottrack.cli import main
from lottrack.context import Context
from lottrack.demo import scenario
from tests.conftest import PlainHasher


def run(*words: str):
    return CliRunner().invoke(main, list(words), obj=Context(hasher=PlainHasher()))


def left_in(folder: Path) -> set[str]:
    return {child.name for child in folder.iterdir()} if folder.exists() else set()


def test_a_database_named_for_the_demo_is_a_usage_error(tmp_path: Path) -> None:
    named = tmp_path / "mine.sqlite"
    ended = CliRunner().invoke(main, ["--db", str(named), "demo", str(tmp_path / "demo")])

    assert ended.exit_code == 2
    assert "lottrack demo DIR" in ended.stderr
    assert left_in(tmp_path) == set()


class Failure(Exception):
    """Something breaks in the middle of the play."""


@pytest.mark.parametrize(("error", "status"), [(Failure, 1), (KeyboardInterrupt, 130)])
def test_a_demo_that_does_not_end_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException], status: int
) -> None:
    def breaks(*_: object) -> None:
        raise error

    monkeypatch.setattr(scenario, "play_scenario", breaks)
    folder = tmp_path / "demo"

    assert run("demo", str(folder)).exit_code == status
    assert not folder.exists()


def test_what_was_in_the_folder_before_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise Failure

    monkeypatch.setattr(scenario, "play_scenario", breaks)
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")

    assert run("demo", str(tmp_path)).exit_code == 1
    assert left_in(tmp_path) == {"letter.txt"}


def test_what_is_made_is_moved_up_beside_what_is_there(tmp_path: Path) -> None:
    workshop = tmp_path / scenario.UNFINISHED
    for name in ("labels/new.png", "pages/L02.txt", scenario.DATABASE):
        path = workshop / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "old.png").write_text("old", encoding="utf-8")
    scenario._move_up(workshop, tmp_path)

    assert left_in(tmp_path) == {"labels", "pages", scenario.DATABASE}
    assert left_in(tmp_path / "labels") == {"new.png", "old.png"}


@pytest.mark.skipif(os.name != "posix", reason="signals as a terminal sends them")
def test_ctrl_c_in_the_middle_ends_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "lottrack", "demo", str(folder)]
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # Whoever runs the tests in the background ignores the signal, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - one thread
    ) as running:
        end = time.monotonic() + 30
        while not (folder / scenario.UNFINISHED / scenario.DATABASE).exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        complaint = running.communicate(timeout=30)[1].decode()

    assert running.returncode == 130, complaint
    assert "Traceback" not in complaint
    assert left_in(tmp_path) == set()
