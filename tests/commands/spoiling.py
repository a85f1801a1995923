"""A stock to be spoilt: a program with things of every kind that records nothing but refusals."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from tests.commands.good_lines import Line, said
from tests.conftest import Clock, Program, Result

if TYPE_CHECKING:
    from pathlib import Path

StockFile = tuple["Path", dict[str, str]]


class Stocked:
    """The stock: runs lines that must leave nothing behind but refusals."""

    def __init__(self, program: Program, things: dict[str, str]) -> None:
        self.program = program
        self.things = things
        self._seen = 0
        self._look()

    def __call__(self, line: Line, *more: object, **extra: Any) -> Result:
        """Run a line with other ``things`` or with more words, and see what it left behind."""
        things = self.things | extra.pop("things", {})
        words = [*line.typed(things), *map(str, more)]
        result = said(self.program, line, words, **extra)
        assert "internal-fault" not in result.stdout + result.stderr, words
        assert "Traceback" not in result.stdout + result.stderr, words
        self.nothing_but_refusals()
        return result

    def nothing_but_refusals(self) -> None:
        """Since the last look nothing was recorded but refusals."""
        for entry in self._look():
            assert entry["act"].endswith(" refused"), entry["act"]
            assert {row[1] for row in entry["rows"]} <= {"refusal", "number_series"}

    def refusals(self) -> list[str]:
        """The acts refused since the last look, as they were recorded."""
        return [entry["act"] for entry in self._look()]

    def _look(self) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.program.db)) as record:
            rows = record.execute(
                "SELECT seq, payload FROM audit_entry WHERE seq > ? ORDER BY seq", (self._seen,)
            ).fetchall()
        self._seen = rows[-1][0] if rows else self._seen
        return [json.loads(payload) for _, payload in rows]


def codes_of(result: Result) -> set[str]:
    """The codes a command was refused with: its blockers', else its own."""
    body = result.data.get("error", result.data)
    return {blocker["code"] for blocker in body["blockers"]} or {body["code"]}


def copied(stock_file: StockFile, target: Path) -> Stocked:
    """A copy of the stock, a minute later."""
    source, things = stock_file
    shutil.copy(source, target)
    clock = Clock()
    clock.advance(hours=1, minutes=1)
    return Stocked(Program(target, clock), things)
