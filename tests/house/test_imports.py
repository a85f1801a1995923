"""Every module imports alone and without a warning; a start loads only what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.house.tree import PACKAGE, ROOT

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = (
    *("peewee", "sqlite3", "PIL", "qrcode", "zxingcpp", "reportlab", "tabulate", "argon2"),
    *("platformdirs", "tomllib", "importlib.metadata", "zoneinfo", "fontpkg"),
)
"""What costs a start tens of milliseconds, and only some commands need."""

MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)

ROOMS: dict[str, list[str]] = {}
for module in MODULES:
    ROOMS.setdefault(module.rpartition(".")[0], []).append(module)

EACH_ALONE = """
import os, sys, traceback

for module in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        try:
            __import__(module)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print(module)
"""
"""Imports each module in a process of its own, split off from a Python that loaded nothing yet."""

ALL_HELP = """
import json, os, sys

written = []

def watch(event, args):
    if event == "open":
        path, mode, flags = args
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC)
        code = isinstance(path, str) and path.endswith((".py", ".pyc", ".so", ".pyd"))
        if writes or not code:
            written.append(f"open {path}")
    elif event in {"sqlite3.connect", "os.mkdir", "os.rename", "os.remove", "socket.connect"}:
        written.append(f"{event} {args[0]}")

import click
from lottrack.cli import main
sys.addaudithook(watch)

def paths(command, words, context):
    yield words
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            yield from paths(command.get_command(context, name), (*words, name), context)

asked = []
for words in list(paths(main, (), click.Context(main))):
    before = len(written)
    main([*words, "--help"], standalone_mode=False)
    asked.append(words)
    for what in written[before:]:
        print(" ".join(words), what, file=sys.stderr)
print("\\n" + json.dumps({"asked": len(asked), "touched": written, "loaded": sorted(sys.modules)}))
"""


def python(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    """A fresh Python in which a warning is an error."""
    return subprocess.run(
        [sys.executable, "-W", "error", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **{"cwd": ROOT, **more},
    )


def loaded_by(program: str) -> set[str]:
    """The heavy modules a short program loads."""
    report = "import sys; print(); print(*sys.modules)"
    done = python("-c", f"{program}\n{report}")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()) & set(HEAVY)


def unimportable(*modules: str) -> dict[str, str]:
    """Those of the modules that do not import alone, with the last line of what went wrong."""
    halves = [half for half in (modules[::2], modules[1::2]) if half]
    with ThreadPoolExecutor(len(halves)) as pool:
        runs = list(pool.map(lambda half: python("-c", EACH_ALONE, *half), halves))
    assert all(done.returncode == 0 for done in runs)
    failed = [module for done in runs for module in done.stdout.split()]
    errors = "\n".join(done.stderr for done in runs)
    return dict.fromkeys(failed, errors)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are split off with fork")
class TestEachModuleAlone:
    @pytest.mark.parametrize("room", sorted(ROOMS))
    def test_every_module_of_a_room_imports_alone_and_without_a_warning(self, room: str) -> None:
        assert unimportable(*ROOMS[room]) == {}

    def test_every_module_is_in_a_room(self) -> None:
        assert sum(map(len, ROOMS.values())) == len(MODULES) > 100

    def test_a_module_that_warns_or_is_not_there_is_found_out(self, tmp_path: Path) -> None:
        (tmp_path / "warns.py").write_text("import warnings\nwarnings.warn('old')\n")
        (tmp_path / "fine.py").write_text("")
        done = python("-c", EACH_ALONE, "fine", "warns", "missing", cwd=tmp_path)
        assert done.stdout.split() == ["warns", "missing"]
        assert "UserWarning: old" in done.stderr


@pytest.mark.parametrize(
    "program",
    [
        "import lottrack.cli",
        "import lottrack.failures, lottrack.context, lottrack.commands.base",
        "from lottrack.cli import main; main(['--help'], standalone_mode=False)",
        "from lottrack.cli import main; main(['--version'], standalone_mode=False)",
        "from lottrack.cli import main; main(['verify', '--help'], standalone_mode=False)",
        "from lottrack.cli import main; main(['lot', 'releese'], standalone_mode=False)",
    ],
)
def test_a_start_loads_no_heavy_module(program: str) -> None:
    assert loaded_by(program) == set()


def test_a_heavy_module_would_be_seen() -> None:
    assert "peewee" in loaded_by("import lottrack.store.connection, peewee")


def test_help_of_every_command_opens_and_makes_no_file_and_loads_nothing_heavy(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    env = {
        **os.environ,
        "HOME": str(home),
        "LOTTRACK_DB": str(home / "record.sqlite"),
        "LOTTRACK_STATE": str(home / "state"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = python("-c", ALL_HELP, cwd=home, env=env)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["asked"] > 100
    assert said["touched"] == []
    assert set(said["loaded"]) & set(HEAVY) == set()
    assert list(home.iterdir()) == []
