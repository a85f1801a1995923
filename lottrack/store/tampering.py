"""A row changed behind lottrack's back, as anybody with a database tool can change it.

For training records only: what cannot be prevented must be seen being found. Nothing of a real
record calls this.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from lottrack.store.tables import FACTS

if TYPE_CHECKING:
    from pathlib import Path


def alter_row(path: Path, table: str, record: str, column: str, value: int | str) -> None:
    """Change one value of a fact without an entry, the table's triggers taken away for it.

    Args:
        path: the file, which nobody else has open.
        table: the fact's table.
        record: the fact's number; its first version is changed.
        column: the column.
        value: what it says from now on.
    """
    assert column in FACTS[table]
    with closing(sqlite3.connect(path)) as database:
        triggers = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        ).fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        database.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (value, record))
        for _, text in triggers:
            database.execute(text)
        database.commit()
