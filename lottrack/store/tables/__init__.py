"""The tables as the program knows them: names, kinds, columns.

The SQL in ``db/sqlite`` is the definition; this is its second telling, and a test compares them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.store.tables import initial, quality

if TYPE_CHECKING:
    from collections.abc import Mapping

AUTHOR = (
    "occurred_at",
    "recorded_at",
    "zone",
    "late",
    "performed_by",
    "recorded_by",
    "witnessed_by",
    "entry",
    "reason",
)
"""The columns that say who told a fact, when, and why; the same in every fact."""

VERSION = ("id", "root", "version", "struck", "seq")
"""The columns that place a fact in its record and in the chain."""

FACTS = {**initial.FACTS, **quality.FACTS}
"""Append-only tables with their own columns, between ``VERSION`` and ``AUTHOR``."""

LINKS = {**initial.LINKS, **quality.LINKS}
"""Append-only tables of pairs that belong to one fact; the first two columns are the key."""

STANDINGS = {**initial.STANDINGS, **quality.STANDINGS}
"""Tables with one row per thing: their key and their other columns."""

CHAIN = ("audit_entry", "audit_mention", "chain_head", "migration")
"""Tables the chain itself is kept in."""

SECRET_COLUMNS = frozenset({("account_standing", "secret_hash")})
"""Columns of which audit entries hold only the SHA-256."""

SECRET_SETTINGS = frozenset({"band_key"})
"""Settings of which audit entries hold only the SHA-256: an exported trail must not betray them."""


def is_secret(table: str, column: str, row: Mapping[str, Any]) -> bool:
    """Whether audit entries hold only the SHA-256 of a column of this row."""
    if table == "setting":
        return column == "value" and row.get("name") in SECRET_SETTINGS
    return (table, column) in SECRET_COLUMNS


def columns(table: str) -> tuple[str, ...]:
    """Every column of a fact, link or standing table, in the order of its definition."""
    if table in FACTS:
        return (*VERSION, *FACTS[table], *AUTHOR)
    if table in LINKS:
        return (*LINKS[table], "seq")
    key, rest = STANDINGS[table]
    return (*key, *rest)


def key_columns(table: str) -> tuple[str, ...]:
    """The columns that identify one row of a table."""
    if table in FACTS:
        return ("id",)
    if table in LINKS:
        return LINKS[table][:2]
    if table == "migration":
        return ("name",)
    return STANDINGS[table][0]
