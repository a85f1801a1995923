"""Every command line of ``usage.txt`` is one the program takes: words, options, choices."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from tests.house.tree import arguments, leaves, option_names, options

FILE = Path(__file__).with_name("usage.txt")
LEAVES = leaves()

BESIDES = {
    *("collection show", "collection list", "course list", "custody lose", "label list"),
    *("lot discontinue", "chart growth", "chart test", "audit reviews"),
}
"""Commands that are there for people at the keyboard; no SOP relies on them yet."""


class Option(NamedTuple):
    """One option of a usage line."""

    name: str
    value: str
    required: bool
    repeated: bool

    @property
    def words(self) -> set[str]:
        """The words to choose from; empty where anything may be given."""
        choices = set(self.value.split("|"))
        return (
            choices if len(choices) > 1 and (self.value.islower() or self.value == "M|F") else set()
        )


class Usage(NamedTuple):
    """One line of ``usage.txt``."""

    words: str
    arguments: tuple[str, ...]
    options: tuple[Option, ...]


def read(line: str) -> Usage:
    """A usage line in its parts."""
    tokens = line.split()
    words = list(itertools.takewhile(lambda token: re.fullmatch("[a-z][a-z-]*", token), tokens))
    rest = tokens[len(words) :]
    given = list(itertools.takewhile(lambda token: "--" not in token, rest))
    found: list[Option] = []
    optional = False
    for token in rest[len(given) :]:
        optional = optional or token.startswith("[")
        text = token.strip("[]")
        if text.startswith("--"):
            found.append(Option(text, "", required=not optional, repeated=False))
        elif text == "...":
            found[-1] = found[-1]._replace(repeated=True)
        else:
            found[-1] = found[-1]._replace(value=text)
        optional = optional and not token.endswith("]")
    return Usage(" ".join(words), tuple(given), tuple(found))


def all_usage() -> list[Usage]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [read(line) for line in lines if line and not line.startswith("#")]


EVERY = [pytest.param(usage, id=usage.words) for usage in all_usage()]


def option(command: click.Command, name: str) -> click.Option:
    return next(given for given in options(command) if name in given.opts)


def test_a_usage_line_is_read_in_its_parts() -> None:
    usage = read(
        "donor screen CODE --on DATE --marker N=X ... [--of a|b] [--kg KG --day DAY] [--x]"
    )
    assert usage == Usage(
        "donor screen",
        ("CODE",),
        (
            Option("--on", "DATE", required=True, repeated=False),
            Option("--marker", "N=X", required=True, repeated=True),
            Option("--of", "a|b", required=False, repeated=False),
            Option("--kg", "KG", required=False, repeated=False),
            Option("--day", "DAY", required=False, repeated=False),
            Option("--x", "", required=False, repeated=False),
        ),
    )
    assert usage.options[2].words == {"a", "b"}
    assert read("verify SCAN... [--order ORDER]").arguments == ("SCAN...",)
    assert read("lot list") == Usage("lot list", (), ())


def test_every_command_is_promised_or_listed_besides() -> None:
    promised = {usage.words for usage in all_usage()}
    assert set(LEAVES) - promised == BESIDES
    assert promised - set(LEAVES) == set()


@pytest.mark.parametrize("usage", EVERY)
def test_a_command_has_the_options_it_is_promised_with(usage: Usage) -> None:
    there = option_names(LEAVES[usage.words])
    assert {given.name for given in usage.options} - there == set()


@pytest.mark.parametrize("usage", EVERY)
def test_a_command_asks_for_nothing_beyond_its_usage(usage: Usage) -> None:
    """Nothing more may ever be required, or scripts that ran yesterday stop today."""
    may_be_required = {given.name for given in usage.options if given.required}
    required = {given.opts[-1] for given in options(LEAVES[usage.words]) if given.required}
    assert required <= may_be_required


@pytest.mark.parametrize("usage", EVERY)
def test_a_command_takes_the_things_it_is_given(usage: Usage) -> None:
    taken = arguments(LEAVES[usage.words])
    assert len(taken) == len(usage.arguments)
    for name, argument in zip(usage.arguments, taken, strict=True):
        assert (argument.nargs == -1) == name.endswith("...")
        if name.startswith("["):
            assert not argument.required


@pytest.mark.parametrize("usage", EVERY)
def test_an_option_takes_a_value_or_none_and_the_words_it_is_promised_with(usage: Usage) -> None:
    for given in usage.options:
        found = option(LEAVES[usage.words], given.name)
        assert found.is_flag == (not given.value), given.name
        assert found.multiple or not given.repeated, given.name
        if given.words:
            assert isinstance(found.type, click.Choice), given.name
            assert given.words <= set(found.type.choices), given.name
