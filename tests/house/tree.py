"""The program's commands as a tree, for the tests about the house: nothing is run."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lottrack.cli import COMMANDS, main
from lottrack.commands.base import AskingCommand

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "lottrack"


def leaves() -> dict[str, AskingCommand]:
    """Every command that does something, by its words: ``{"lot register": ...}``."""
    context = click.Context(main)
    found: dict[str, AskingCommand] = {}
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        found.update(_below(name, command))
    return found


def _below(words: str, command: click.Command) -> Iterator[tuple[str, AskingCommand]]:
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from _below(f"{words} {name}", child)
    else:
        assert isinstance(command, AskingCommand), words
        yield words, command


def options(command: click.Command) -> list[click.Option]:
    """A command's options."""
    return [given for given in command.params if isinstance(given, click.Option)]


def arguments(command: click.Command) -> list[click.Argument]:
    """A command's arguments, which have no name that is typed."""
    return [given for given in command.params if isinstance(given, click.Argument)]


def option_names(command: click.Command) -> set[str]:
    """Every spelling of every option."""
    return {name for option in options(command) for name in (*option.opts, *option.secondary_opts)}


def examples(help_: str) -> list[list[str]]:
    """The command lines under ``Example:`` in a help text, as a shell splits them."""
    _, _, shown = help_.partition("Example:")
    joined = shown.replace("\\\n", " ")
    return [shlex.split(line) for line in joined.splitlines() if line.strip()]


def sources(folder: Path = PACKAGE) -> dict[Path, str]:
    """Every Python file below a folder with its text."""
    return {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))}
