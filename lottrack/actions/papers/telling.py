"""Facts as documents tell them: who, when, how it came in, and what was changed since.

A print-out that supports a release shows which values were changed since they were first recorded
(EU GMP Annex 11, 8.2), with the reason (9) and the person (12.4). So every fact carries its changes
beside its values, and a struck fact is told, too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lottrack.actions.finding import word_for
from lottrack.actions.moments import shown_time
from lottrack.actions.record.corrected import corrected_values, shown_value
from lottrack.store.tables import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_NAMED = {"occurred_at": "at"}
"""Columns that stand under another key in a document."""

_STRIKES_AND_CORRECTIONS = """
SELECT * FROM {correction} AS c WHERE c.seq IN (SELECT m.seq FROM audit_mention AS m
    WHERE m.record IN (SELECT value FROM json_each(:records)))
ORDER BY c.seq, length(c.root), c.root
"""


def told(reader: Reader, table: str, row: Row) -> dict[str, Any]:
    """What every fact tells beside its values.

    ``recorded_at`` and ``recorded_by`` are those of the first telling; who corrected it, when and
    why stands with each changed value.
    """
    first = row if row.version == 1 else reader.versions(table, row.root)[0]
    return {
        "id": row.root,
        "at": shown_time(reader, row.occurred_at),
        "performed_by": row.performed_by,
        "witnessed_by": row.witnessed_by,
        "recorded_by": first.recorded_by,
        "recorded_at": shown_time(reader, first.recorded_at),
        "late": bool(row.late),
        "entry": row.entry,
        "corrected": changes(reader, table, row),
    }


def changes(reader: Reader, table: str, row: Row) -> list[dict[str, Any]]:
    """The values of a fact that a correction changed, the earlier ones oldest first.

    Returns:
        For each value ``field``, ``earlier``, ``now``, and of the last correction ``correction``
        (its number), ``by``, ``at`` and ``reason``.
    """
    values = corrected_values(reader, table, row)
    if not values:
        return []
    last = reader.rows("correction", record=row.root)[-1]
    return [
        {
            "field": _NAMED.get(value["field"], value["field"]),
            "earlier": value["earlier"],
            "now": value["now"],
            "correction": last.root,
            "by": last.performed_by,
            "at": shown_time(reader, last.occurred_at),
            "reason": last.reason,
        }
        for value in values
    ]


def corrections(reader: Reader, records: Iterable[str]) -> list[dict[str, Any]]:
    """Every correction and strike that concerns one of some records, in the order they were made.

    Args:
        reader: the record.
        records: numbers of a lot and of what belongs to it.
    """
    named = json.dumps(sorted(set(records)))
    rows = reader.facts_in(_STRIKES_AND_CORRECTIONS, records=named)
    return [_correction(reader, row) for row in rows]


def _correction(reader: Reader, row: Row) -> dict[str, Any]:
    struck = row.kind == "strike"
    values = _values(reader, row) if struck else []
    changed = [
        {
            "field": _NAMED.get(change["key"], change["key"]),
            "before": _text(reader, change["key"], change["from"]),
            "after": _text(reader, change["key"], change["to"]),
        }
        for change in json.loads(row.changes)
    ]
    return {
        "id": row.root,
        "record": row.record,
        "what": word_for(row.record_table),
        "struck": struck,
        "changes": values if struck else changed,
        "by": row.performed_by,
        "at": shown_time(reader, row.occurred_at),
        "reason": row.reason,
    }


def _values(reader: Reader, row: Row) -> list[dict[str, Any]]:
    """What a struck fact said, value by value; nothing stands in their place."""
    version = reader.versions(row.record_table, row.record)[int(row.to_version) - 2]
    said = [(name, getattr(version, name)) for name in (*FACTS[row.record_table], "occurred_at")]
    return [
        {"field": _NAMED.get(name, name), "before": _text(reader, name, value), "after": None}
        for name, value in said
        if value is not None
    ]


def _text(reader: Reader, key: str, value: object) -> str | None:
    if value is None:
        return None
    return str(shown_value(reader, key, value))


def struck_rows(reader: Reader, table: str, records: Iterable[str]) -> Iterator[tuple[Row, Row]]:
    """Struck facts of one table that concern some records: what each said, and its strike."""
    for row in reader.facts_in(_STRIKES_AND_CORRECTIONS, records=json.dumps(sorted(set(records)))):
        if row.kind == "strike" and row.record_table == table:
            yield reader.versions(table, row.record)[int(row.to_version) - 2], row
