"""What was corrected or struck: it stays visible beside what stands now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.moments import shown_time
from lottrack.rules.correcting.answers import COUNTS, NAMING
from lottrack.store.tables import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_TOLD = ("occurred_at", "performed_by")
_AT_ONCE = 400
"""Records looked up by one query; SQLite takes at most 999 values."""


def corrected_values(reader: Reader, table: str, row: Row) -> list[dict[str, Any]]:
    """Every value of a fact that a correction changed, with the earlier ones, oldest first.

    Args:
        reader: the record.
        table: the fact's table.
        row: its current version.

    Returns:
        For each value ``record``, ``record_kind``, ``field``, ``earlier`` (a list), ``now`` and
        ``reason``, the one given with the last correction of the record; texts, with times in the
        site's zone.
    """
    if row.version == 1:
        return []
    told = [each for each in reader.versions(table, row.root) if each.version < row.version]
    reasons = [str(each.reason or "") for each in reader.rows("correction", record=row.root)]
    found = []
    for field in (*FACTS[table], *_TOLD):
        now = _text(reader, field, getattr(row, field))
        earlier = list(dict.fromkeys(_text(reader, field, getattr(each, field)) for each in told))
        if earlier != [now]:
            found.append(
                {
                    "record": row.root,
                    "record_kind": table,
                    "field": field,
                    "earlier": [value for value in earlier if value != now] or earlier,
                    "now": now,
                    "reason": reasons[-1] if reasons else "",
                }
            )
    return found


def corrected_in(reader: Reader, answer: object) -> list[dict[str, Any]]:
    """Every corrected value of the things an answer tells of, see ``corrected_values``."""
    found = []
    for number, table in _corrected_among(reader, list(dict.fromkeys(_named(answer)))):
        row = reader.find(table, number)
        if row is not None:
            found += corrected_values(reader, table, row)
    return found


def _named(node: object) -> Iterator[str]:
    """The numbers and codes that an answer names."""
    if isinstance(node, list | tuple):
        for each in node:
            yield from _named(each)
    if isinstance(node, dict):
        named = (node.get(key) for key in NAMING)
        yield from (each for each in named if isinstance(each, str) and not each.isdecimal())
        for each in node.values():
            yield from _named(each)


def _corrected_among(reader: Reader, numbers: list[str]) -> Iterator[tuple[str, str]]:
    for start in range(0, len(numbers), _AT_ONCE):
        values = {f"n{at}": each for at, each in enumerate(numbers[start : start + _AT_ONCE])}
        places = ", ".join(f":{name}" for name in values)
        query = f"SELECT * FROM {{correction}} WHERE record IN ({places})"  # noqa: S608 - names only
        rows = [row for row in reader.facts_in(query, **values) if row.kind == "correct"]
        yield from sorted({(str(row.record), str(row.record_table)) for row in rows})


def struck_facts(
    reader: Reader, tables: Iterable[str], **where: str
) -> list[dict[str, str | None]]:
    """Facts of some tables that were struck: what was told in error, and who took it back.

    Args:
        reader: the record.
        tables: tables of facts.
        where: a column that all of them have, and the value it must have.

    Returns:
        For each ``id``, ``kind``, ``struck_by``, ``struck_at`` and ``reason``.
    """
    return [
        _struck(reader, table, row) for table in tables for row in reader.struck(table, **where)
    ]


def strike_of(reader: Reader, table: str, record: str) -> dict[str, str | None] | None:
    """Who struck a fact, when and why, as ``struck_facts`` gives it; None if it stands."""
    found = reader.struck(table, root=record)
    return _struck(reader, table, found[0]) if found else None


def _struck(reader: Reader, table: str, row: Row) -> dict[str, str | None]:
    strikes = reader.rows("correction", record=row.root, record_table=table, kind="strike")
    strike = strikes[-1] if strikes else None
    return {
        "id": str(row.root),
        "kind": table,
        "struck_by": row.recorded_by,
        "struck_at": shown_time(reader, row.recorded_at),
        "reason": None if strike is None else strike.reason,
    }


def shown_value(reader: Reader, field: str, value: object) -> object:
    """A stored value as answers give it: times in the site's zone, counts of cells as texts."""
    if field in COUNTS and isinstance(value, int):
        return str(value)
    if isinstance(value, str) and (field == "at" or field.endswith("_at")):
        return shown_time(reader, value)
    return value


def _text(reader: Reader, field: str, value: object) -> str | None:
    return None if value is None else str(shown_value(reader, field, value))
