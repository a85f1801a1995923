"""The inspector's morning: edit the demo's record behind lottrack's back, table by table."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from lottrack.store.tables import CHAIN, FACTS, LINKS, STANDINGS
from tests.conftest import Clock, Program
from tests.raw import raw
from tests.stories.played import Played


def tables_with_rows(db: Path) -> list[str]:
    """Every table of the record that holds something."""
    with raw(db) as database:
        names = [
            row[0]
            for row in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        return [n for n in names if database.execute(f'SELECT 1 FROM "{n}" LIMIT 1').fetchone()]


def without_guards(source: Path, copy: Path) -> sqlite3.Connection:
    """A copy of the record with every trigger dropped, opened by a stranger."""
    shutil.copy(source, copy)
    database = sqlite3.connect(copy)
    triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        database.execute(f'DROP TRIGGER "{name}"')
    return database


def row_to_touch(database: sqlite3.Connection, table: str) -> tuple[str, dict[str, object]]:
    """A condition naming the last row of a table, and its values."""
    info = database.execute(f'PRAGMA table_info("{table}")').fetchall()
    key = [row[1] for row in sorted(info, key=lambda row: row[5]) if row[5]]
    order = ", ".join(f'"{name}" DESC' for name in key)
    names = [row[1] for row in info]
    listed = ", ".join(f'"{name}"' for name in names)
    values = database.execute(f'SELECT {listed} FROM "{table}" ORDER BY {order} LIMIT 1').fetchone()
    row = dict(zip(names, values, strict=True))
    quoted = {n: database.execute("SELECT quote(?)", (row[n],)).fetchone()[0] for n in key}
    return " AND ".join(f'"{name}" = {value}' for name, value in quoted.items()), row


def findings_after(database: sqlite3.Connection, db: Path) -> list[dict[str, str]]:
    database.commit()
    database.close()
    verified = Program(db, Clock())("audit", "verify", exit_code=91).data
    assert verified["verdict"] == "broken"
    return [f for f in verified["findings"] if not f["code"].startswith("trigger-")]


def changed(value: object) -> object:
    """Another value of the same kind."""
    if isinstance(value, int):
        return value + 1
    return f"{value}0"


@pytest.mark.slow
def test_an_update_and_a_delete_in_every_table_of_the_demo_are_found_and_named(
    demo: Played, tmp_path: Path
) -> None:
    """With all triggers dropped and foreign keys off, nothing but the audit trail speaks."""
    source = demo.db
    there = tables_with_rows(source)
    assert {"container", "infusion", "signature", "setting", "chain_head", "migration"} <= set(
        there
    )
    known = {*FACTS, *LINKS, *STANDINGS, *CHAIN}
    assert set(there) <= known

    for number, table in enumerate(there):
        for act in ("UPDATE", "DELETE"):
            copy = tmp_path / f"{number}-{act}.sqlite"
            database = without_guards(source, copy)
            database.execute("PRAGMA ignore_check_constraints = 1")
            where, row = row_to_touch(database, table)
            if act == "DELETE":
                database.execute(f'DELETE FROM "{table}" WHERE {where}')
            else:
                column = [name for name, value in row.items() if value is not None][-1]
                database.execute(
                    f'UPDATE "{table}" SET "{column}" = ? WHERE {where}', (changed(row[column]),)
                )
            findings = findings_after(database, copy)
            copy.unlink()

            named = " ".join(f["where"] for f in findings)
            assert table in named, (table, act, findings[:3])
            if table not in CHAIN:
                assert str(next(iter(row.values()))) in named, (table, act, findings[:3])
