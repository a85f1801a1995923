"""The README's ten minutes, typed as they stand."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from lottrack.cli import main
from lottrack.context import Context
from tests.conftest import Clock, PlainHasher

README = Path(__file__).parents[2] / "README.md"
SECRET = "one secret for the walk\n"


def walk() -> list[str]:
    """The commands between the two headings, one a line."""
    text = README.read_text(encoding="utf-8")
    part = text.split("## Ten minutes")[1].split("\n## ")[0]
    blocks = re.findall(r"```\n(.*?)```", part, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("lottrack ")]


def told(line: str, now: datetime) -> list[str]:
    """A line's words, with the shell's dates put in."""
    line = line.replace("$(date +%FT%H:%M%z)", now.strftime("%Y-%m-%dT%H:%M%z"))
    return shlex.split(line.replace("$(date +%F)", now.strftime("%Y-%m-%d")))[1:]


def test_every_command_does_what_the_readme_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    clock = Clock(datetime.now(UTC))
    lines = walk()
    statuses = []
    for line in lines:
        words = told(line, clock.now.astimezone())
        account = words.pop(1) if words[0] == "--as" else ""
        words = [word for word in words if word != "--as"]
        context = Context(
            db=tmp_path / "walk.sqlite",
            account=account,
            password_stdin=True,
            clock=clock,
            hasher=PlainHasher(),
        )
        ended = CliRunner().invoke(main, words, obj=context, input=SECRET * 6)
        statuses.append(ended.exit_code)
        expected = 42 if len(statuses) == len(lines) else 0
        assert ended.exit_code == expected, f"{line}\n{ended.stdout}\n{ended.stderr}"
        clock.now = max(datetime.now(UTC), clock.now)

    assert len(lines) > 50
    assert "already infused" in ended.stdout
