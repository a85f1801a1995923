"""The direction of imports: lint-imports passes, and each of its contracts fails when broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import PACKAGE, ROOT

SETTINGS = ROOT / "pyproject.toml"
CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
]

LAYERS = "Doors open downwards only"
STORE = "Only the store knows peewee and sqlite3"
PURE = "Rules are pure: no clock, chance, files, database or command line"

BAD_IMPORTS = [
    (LAYERS, "rules/codes/checkchar.py", "import lottrack.store.rows"),
    (LAYERS, "store/rows.py", "import lottrack.printing.symbols"),
    (LAYERS, "drawing/svg.py", "import lottrack.store.rows"),
    (LAYERS, "actions/moments.py", "import lottrack.commands.base"),
    (LAYERS, "errors.py", "import lottrack.rules.reading.text"),
    (STORE, "actions/moments.py", "import sqlite3"),
    (STORE, "reports/output.py", "import peewee"),
    (PURE, "rules/codes/checkchar.py", "import random"),
    (PURE, "rules/reading/times.py", "import pathlib"),
    (PURE, "rules/reading/text.py", "import click"),
]
"""One bad import each: the contract it breaks, the module it is added to, the import."""


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    """``lint-imports`` on the package in a folder, whatever is installed beside it."""
    program = "from importlinter.cli import lint_imports_command as lint; lint()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def verdicts(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Contract -> ``KEPT`` or ``BROKEN``."""
    return {
        name: line.removeprefix(name).split()[0]
        for line in done.stdout.splitlines()
        for name in CONTRACTS
        if line.startswith((f"{name} KEPT", f"{name} BROKEN"))
    }


def test_every_import_goes_downwards() -> None:
    done = linted(ROOT)
    assert done.returncode == 0, done.stdout
    assert verdicts(done) == dict.fromkeys(CONTRACTS, "KEPT")


def test_every_contract_is_broken_below() -> None:
    assert {contract for contract, _, _ in BAD_IMPORTS} == set(CONTRACTS)


@pytest.mark.parametrize(("contract", "module", "bad_import"), BAD_IMPORTS)
def test_one_bad_import_breaks_the_contract_it_is_against(
    tmp_path: Path, contract: str, module: str, bad_import: str
) -> None:
    shutil.copytree(PACKAGE, tmp_path / "lottrack", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SETTINGS, tmp_path)
    file = tmp_path / "lottrack" / module
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\n{bad_import}\n", encoding="utf-8")

    done = linted(tmp_path)
    assert done.returncode == 1, done.stdout
    assert verdicts(done)[contract] == "BROKEN"
    importer = f"lottrack.{module.removesuffix('.py').replace('/', '.')}"
    assert f"{importer} -> {bad_import.rsplit(maxsplit=1)[-1]}" in done.stdout
