"""Every lookup in the source goes through an index: a record of ten years answers at once.

``tests/store`` proves which columns have an index; here the calls that look something up are read.
"""

from __future__ import annotations

import ast
import sqlite3
from typing import TYPE_CHECKING

from lottrack.store.migrations import known_migrations, statements
from lottrack.store.tables import FACTS, LINKS, STANDINGS
from tests.house.tree import PACKAGE, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES = {*FACTS, *LINKS, *STANDINGS}
LOOKUPS = {"rows", "first", "last", "standing"}

SMALL = {("place", "kind"): "a site has a few dozen places"}
"""Looked up by a column without an index, with the reason."""


def lookups(text: str) -> Iterator[tuple[str, frozenset[str], int]]:
    """Table, columns and line of every lookup by named columns."""
    for call in ast.walk(ast.parse(text)):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        first = call.args[0] if call.args else None
        named = isinstance(first, ast.Constant) and first.value in TABLES
        columns = {word.arg for word in call.keywords}
        if named and call.func.attr in LOOKUPS and columns and None not in columns:
            assert isinstance(first, ast.Constant)
            yield str(first.value), frozenset(map(str, columns)), call.lineno


def leading_columns() -> dict[str, set[str]]:
    """Table -> the columns that lead its key or one of its indexes."""
    memory = sqlite3.connect(":memory:")
    for migration in known_migrations():
        for statement in statements(migration.text):
            memory.execute(statement)
    found: dict[str, set[str]] = {}
    for table in TABLES:
        indexes = memory.execute(f"PRAGMA index_list({table})").fetchall()
        leads = [memory.execute(f"PRAGMA index_info({row[1]})").fetchone()[2] for row in indexes]
        keys = memory.execute(f"PRAGMA table_info({table})").fetchall()
        found[table] = {*leads, *(row[1] for row in keys if row[5] == 1)}
    memory.close()
    return found


def test_every_lookup_by_a_column_goes_through_an_index() -> None:
    leading = leading_columns()
    slow, seen = [], 0
    for path, text in sources().items():
        for table, columns, line in lookups(text):
            seen += 1
            excused = all((table, column) in SMALL for column in columns)
            if not columns & leading[table] and not excused:
                where = f"{path.relative_to(PACKAGE.parent)}:{line}"
                slow.append(f"{where}: {table} by {', '.join(sorted(columns))}")
    assert seen > 150
    assert slow == []


def test_a_lookup_without_an_index_would_be_found_out() -> None:
    (found,) = lookups("reader.rows('result', sample=number)")
    assert found == ("result", frozenset({"sample"}), 1)
    assert "sample" not in leading_columns()["result"]
    assert "lot" in leading_columns()["result"]
