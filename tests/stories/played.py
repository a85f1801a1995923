"""One run of the demo, and the tables of the scenario it must agree with."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import Clock, Program

DATA = Path(__file__).parent.parent / "data"
AFTERWARDS = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)


def table(name: str) -> list[dict[str, str]]:
    """One of the scenario's tables."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LOTS = {row["lot"]: row for row in table("scenario_lots.csv")}
INFUSIONS = {(row["patient"], int(row["number"])): row for row in table("scenario_infusions.csv")}


class Played(NamedTuple):
    """One run of the demo: its folder, answer and narration."""

    folder: Path
    data: dict[str, Any]
    told: str

    @property
    def db(self) -> Path:
        return Path(self.data["path"])

    def run(self, *args: object, exit_code: int = 0) -> Any:
        """Run a reading command on the record and return its JSON."""
        return Program(self.db, Clock(AFTERWARDS))(*args, exit_code=exit_code).data

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Read the file behind lottrack's back."""
        connection = sqlite3.connect(f"file:{self.db}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def refusals(self, act: str) -> list[tuple[str, set[str]]]:
        """Refused acts: who tried, and the codes of what stood against it."""
        found = self.rows(
            "SELECT recorded_by, blockers FROM refusal WHERE act = ? ORDER BY seq", act
        )
        return [(row[0], {b["code"] for b in json.loads(row[1])}) for row in found]

    def bag(self, lot: str, number: int) -> str:
        """The number of a frozen bag of a lot."""
        return str(
            self.rows(
                "SELECT c.root FROM container AS c JOIN fill AS f ON f.root = c.fill"
                " WHERE c.lot = ? AND c.ordinal = ? AND f.presentation = 'cryopreserved'",
                lot,
                number,
            )[0][0]
        )


def rounded(value: str | Decimal, places: str = "0.01") -> Decimal:
    return Decimal(value).quantize(Decimal(places))


def millions(cells: str) -> Decimal:
    return Decimal(cells) / 1_000_000


def copied(demo: Played, folder: Path) -> Path:
    """A copy of the record to be written or damaged."""
    copy = folder / "copy.sqlite"
    shutil.copy(demo.db, copy)
    return copy
