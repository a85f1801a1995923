"""The wheel holds the package and both folders of data, whole, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from lottrack import __version__
from tests.house.tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

LEFT_BEHIND = ("__pycache__", "*.egg-info", "*.sqlite*")
TRAVELS_AS = {"lottrack": "lottrack", "db": "lottrack/db", "labels": "lottrack/labels"}
"""Folder of the checkout -> folder in the wheel."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a wheel is built from, in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel") / "checkout"
    for name in TRAVELS_AS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def wheel(copy: Path) -> zipfile.ZipFile:
    """The wheel, built from the copy with what is installed already."""
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = (copy / "dist").glob("*.whl")
    return zipfile.ZipFile(made)


def members(wheel: zipfile.ZipFile) -> set[str]:
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def told(wheel: zipfile.ZipFile, name: str) -> str:
    (path,) = (path for path in wheel.namelist() if path.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode("utf-8")


def test_the_wheel_holds_every_file_of_the_package_and_of_both_folders(
    copy: Path, wheel: zipfile.ZipFile
) -> None:
    wanted = {
        f"{inside}/{path.relative_to(copy / folder).as_posix()}"
        for folder, inside in TRAVELS_AS.items()
        for path in (copy / folder).rglob("*")
        if path.is_file()
    }
    assert members(wheel) == wanted


@pytest.mark.parametrize(
    "name",
    [
        "lottrack/py.typed",
        "lottrack/cli.py",
        "lottrack/rules/hla/__init__.py",
        "lottrack/db/roles.toml",
        "lottrack/db/sqlite/0001_initial.sql",
        "lottrack/db/protocols/MSC-EB-21D.toml",
        "lottrack/labels/cryobag.toml",
    ],
)
def test_what_a_record_needs_travels_along(wheel: zipfile.ZipFile, name: str) -> None:
    assert name in members(wheel)


def test_files_arrive_byte_by_byte(copy: Path, wheel: zipfile.ZipFile) -> None:
    for folder in ("db", "labels"):
        for path in (copy / folder).rglob("*.*"):
            inside = f"{TRAVELS_AS[folder]}/{path.relative_to(copy / folder).as_posix()}"
            assert wheel.read(inside) == path.read_bytes()


def test_the_wheel_brings_the_program(wheel: zipfile.ZipFile) -> None:
    lines = told(wheel, "entry_points.txt").splitlines()
    assert lines == ["[console_scripts]", "lottrack = lottrack.cli:main"]


def test_the_wheel_and_the_program_have_one_version(wheel: zipfile.ZipFile) -> None:
    assert f"Version: {__version__}" in told(wheel, "METADATA").splitlines()


def test_the_wheel_says_its_licence_and_its_python(wheel: zipfile.ZipFile) -> None:
    lines = told(wheel, "METADATA").splitlines()
    assert "License: MIT" in lines
    assert "Requires-Python: >=3.11" in lines


def test_the_program_runs_out_of_the_wheel_alone(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """Unpacked elsewhere, it finds the folders of data inside the package."""
    wheel.extractall(tmp_path / "site")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from lottrack import assets, cli;"
        "print(assets.folder('db'), assets.folder('labels'), *assets.label_template_names())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "site")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    data, labels, *names = done.stdout.split()
    assert data == str(tmp_path / "site" / "lottrack" / "db")
    assert labels == str(tmp_path / "site" / "lottrack" / "labels")
    assert "cryobag" in names
