"""The README says what the program says: commands, exit statuses, codes."""

from __future__ import annotations

import importlib.util
import re
from typing import TYPE_CHECKING

import pytest

from lottrack.rules.administration.refusal_codes import ALL_CODES
from tests.house.test_codes import STATUSES
from tests.house.tree import ROOT, leaves

if TYPE_CHECKING:
    from types import ModuleType

README = (ROOT / "README.md").read_text(encoding="utf-8")
LEAVES = leaves()


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The script that writes the README's generated parts."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("words", LEAVES)
def test_every_command_stands_in_the_readme(words: str) -> None:
    assert re.search(rf"^Usage: lottrack {words}(?= |$)", README, re.MULTILINE)


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_every_refusal_code_stands_in_the_readme(code: str) -> None:
    assert f"| `{code}` | " in README


@pytest.mark.parametrize("status", [0, 1, *STATUSES, 130])
def test_every_exit_status_stands_in_the_readme(status: int) -> None:
    assert re.search(rf"^\| {status} \| \S", README, re.MULTILINE)


def test_every_option_of_every_command_is_generated(generate: ModuleType) -> None:
    reference = generate.command_reference()
    for command in LEAVES.values():
        for option in command.params:
            assert option.opts[-1] in reference or not option.opts[-1].startswith("--")


def test_what_is_generated_does_not_depend_on_the_width_of_a_terminal(
    generate: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = generate.command_reference()
    monkeypatch.setenv("COLUMNS", "50")
    assert generate.command_reference() == wide


def test_generating_twice_changes_nothing(generate: ModuleType) -> None:
    once = generate.generated(README)
    assert generate.generated(once) == once


def test_an_outdated_part_is_written_anew(generate: ModuleType) -> None:
    fresh = generate.generated(README)
    outdated = fresh.replace("| 74 |", "| 79 |")
    assert outdated != fresh
    assert generate.generated(outdated) == fresh


@pytest.mark.parametrize("part", ["commands", "exit-codes", "refusal-codes"])
def test_a_readme_without_a_part_is_refused(generate: ModuleType, part: str) -> None:
    with pytest.raises(SystemExit, match=part):
        generate.generated(README.replace(f"<!-- {part}: end -->", ""))


@pytest.mark.parametrize("name", ["cryobag", "vial", "wristband"])
def test_the_labels_shown_are_those_the_program_draws(name: str) -> None:
    from lottrack.printing.rendering import render_sample
    from lottrack.printing.templates import shipped_template

    assert f"(docs/{name}.png)" in README
    drawn = render_sample(shipped_template(name)[0]).png
    shown = (ROOT / "docs" / f"{name}.png").read_bytes()
    assert shown == drawn, "python docs/labels.py draws it anew"
