"""Where the keys of a TOML text stand, so that a refusal can name the line.

The reader of TOML forgets lines. This one knows just enough of the notation to find them again in
a text that is known to be TOML: headers, keys, and which lines belong to a longer value.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The way to a key: ``("criterion", 2, "limit")`` is the limit of the second ``[[criterion]]``."""

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_KEY = rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*="
_LONG = ('"""', "'''")


def lines_of(text: str) -> dict[Path, int]:
    """The line, counted from 1, on which each table and each key of a TOML text begins.

    A table that is only named by the tables inside it begins with the first of them.

    Keys inside inline tables (``{a = 1}``) are not told apart from the key that holds them.
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    state = _Value()
    for number, line in enumerate(text.split("\n"), start=1):
        if state.is_open:
            state.read(line)
            continue
        bare = line.strip()
        if bare.startswith("["):
            table = _header(bare, counts)
            for length in range(1, len(table) + 1):
                found.setdefault(table[:length], number)
            continue
        match = re.match(_KEY, line)
        if match:
            found.setdefault((*table, *_names(match[1])), number)
            state.read(line[match.end() :])
    return found


def _header(line: str, counts: dict[Path, int]) -> Path:
    """The path a header opens; a ``[[row]]`` of tables counts its own."""
    is_row = line.startswith("[[")
    names = _names(line.lstrip("[").partition("]")[0])
    path: Path = ()
    for name in names[:-1]:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path])
    path = (*path, names[-1])
    if is_row:
        counts[path] = counts.get(path, 0) + 1
        return (*path, counts[path])
    return path


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


class _Value:
    """Follows one value from its ``=`` until it ends, over as many lines as it takes."""

    def __init__(self) -> None:
        self._quote = ""
        self._depth = 0

    @property
    def is_open(self) -> bool:
        """Whether the value goes on in the next line."""
        return self._quote in _LONG or self._depth > 0

    def read(self, text: str) -> None:
        """Read one more line of the value."""
        place = 0
        while place < len(text):
            place = self._inside(text, place) if self._quote else self._outside(text, place)
        if self._quote not in _LONG:
            self._quote = ""

    def _inside(self, text: str, place: int) -> int:
        if text[place] == "\\" and self._quote.startswith('"'):
            return place + 2
        if text.startswith(self._quote, place):
            place += len(self._quote)
            self._quote = ""
            return place
        return place + 1

    def _outside(self, text: str, place: int) -> int:
        if text[place] == "#":
            return len(text)
        for quote in (*_LONG, '"', "'"):
            if text.startswith(quote, place):
                self._quote = quote
                return place + len(quote)
        self._depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(text[place], 0)
        return place + 1
