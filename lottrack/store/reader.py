"""Reading the record: the latest version of each fact, now or as it stood at an earlier entry."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from lottrack.errors import NotFound
from lottrack.rules.reading.text import printable
from lottrack.store.rows import Row, rows_from
from lottrack.store.tables import FACTS, LINKS

if TYPE_CHECKING:
    from peewee import SqliteDatabase

AS_OF = """SELECT * FROM {table} AS f WHERE f.struck = 0 AND f.seq <= :as_of
    AND NOT EXISTS (SELECT 1 FROM {table} AS later
        WHERE later.root = f.root AND later.version > f.version AND later.seq <= :as_of)"""

FIXED = frozenset({"site_code", "zone"})
"""Settings that never change once they are there: every number and every time rests on them."""

_NOW = {table: f"{table}_now" for table in FACTS}
_THEN = {table: f"({AS_OF.format(table=table)})" for table in FACTS}


@cache
def _select(table: str, where: tuple[str, ...], *, as_of: bool) -> str:
    conditions = "".join(f" AND {column} IS :{column}" for column in where)
    if table in LINKS:
        limit = " AND seq <= :as_of" if as_of else ""
        return f"SELECT * FROM {table} WHERE 1{conditions}{limit}"
    if table not in FACTS:
        return f"SELECT * FROM {table} WHERE 1{conditions}"
    source = f"({AS_OF.format(table=table)})" if as_of else f"{table}_now"
    return f"SELECT * FROM {source} WHERE 1{conditions} ORDER BY length(root), root"


class Reader:
    """Reads facts, links and standings of one database.

    With ``as_of`` (an audit sequence number) facts and links are read as they were recorded by
    then; standings have no past, so that whoever wants one derives it from facts.
    """

    def __init__(self, database: SqliteDatabase, as_of: int | None = None) -> None:
        self.database = database
        self.as_of = as_of
        self._fixed: dict[str, str] = {}

    def sql(self, text: str, **values: Any) -> list[Row]:
        """The rows of a query written as text with ``:name`` parameters."""
        cursor = self.database.execute_sql(text, values)
        names = [column[0] for column in cursor.description]
        return rows_from(names, cursor.fetchall())

    def rows(self, table: str, **where: Any) -> list[Row]:
        """Current rows of ``table`` in which each named column has the given value (or is NULL)."""
        past = self.as_of is not None
        values = {**where, "as_of": self.as_of} if past else where
        return self.sql(_select(table, tuple(where), as_of=past), **values)

    def facts_in(self, text: str, **values: Any) -> list[Row]:
        """The rows of a query in which ``{table}`` stands for the current facts of a table.

        For a reader of the past they are the facts as they were recorded by then. The query names
        its values as ``:name``.
        """
        if self.as_of is None:
            return self.sql(text.format_map(_NOW), **values)
        return self.sql(text.format_map(_THEN), **values, as_of=self.as_of)

    def first(self, table: str, **where: Any) -> Row | None:
        """The first of ``rows``, or None."""
        found = self.rows(table, **where)
        return found[0] if found else None

    def last(self, table: str, **where: Any) -> Row | None:
        """The last of ``rows`` (the latest recorded), or None."""
        found = self.rows(table, **where)
        return found[-1] if found else None

    def find(self, table: str, record: str) -> Row | None:
        """The current version of one fact, or None when it is unknown or struck."""
        return self.first(table, root=record)

    def get(self, table: str, record: str, what: str = "") -> Row:
        """The current version of one fact.

        Raises:
            NotFound: no such record, or it was struck.
        """
        row = self.find(table, record)
        if row is None:
            word = what or table.replace("_", " ")
            then = "" if self.as_of is None else " by then"
            if self.as_of is None and self.versions(table, record):
                raise NotFound(
                    f"The {word} {printable(record)} was struck and counts for nothing any more.",
                    code="struck",
                    hint=f"`lottrack audit show {printable(record)}` tells by whom and why.",
                )
            raise NotFound(
                f"There is no {word} {printable(record)}{then}.",
                hint=f"`lottrack {word.split()[-1]} list` shows the ones there are."
                if word in _LISTED
                else "Check the number against the label or the record.",
            )
        return row

    def standing(self, table: str, **key: Any) -> Row | None:
        """The one row of a standing, or None."""
        return self.first(table, **key)

    def setting(self, name: str) -> str:
        """A setting of the site, or ``""``; what a site is born with is asked for once."""
        if name in self._fixed:
            return self._fixed[name]
        row = self.first("setting", name=name)
        value = "" if row is None else str(row.value)
        if value and name in FIXED:
            self._fixed[name] = value
        return value

    def struck(self, table: str, **where: Any) -> list[Row]:
        """The facts that were struck, as they last stood, with the given values in their columns.

        For a reader of the past, those struck by then.
        """
        conditions = "".join(f" AND {column} IS :{column}" for column in where)
        limit = "" if self.as_of is None else " AND seq <= :as_of"
        values = where if self.as_of is None else {**where, "as_of": self.as_of}
        order = "ORDER BY length(root), root"
        text = f"SELECT * FROM {table} WHERE struck = 1{conditions}{limit} {order}"
        return self.sql(text, **values)

    def versions(self, table: str, record: str) -> list[Row]:
        """Every version of one fact, oldest first, struck ones included."""
        return self.sql(f"SELECT * FROM {table} WHERE root = :root ORDER BY version", root=record)


_LISTED = frozenset({"donor", "patient", "pair", "protocol", "lot", "place", "user"})
