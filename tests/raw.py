"""A database behind lottrack's back: read or changed as somebody with a database tool would."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def raw(database: Path | str, **more: object) -> Iterator[sqlite3.Connection]:
    """A connection of one's own: committed at the end if all went well, and closed."""
    connection = sqlite3.connect(database, **more)
    try:
        with connection:
            yield connection
    finally:
        connection.close()
