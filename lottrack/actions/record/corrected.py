"""Values that were corrected: the earlier ones stay visible beside what stands now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.moments import shown_time
from lottrack.store.tables import FACTS

if TYPE_CHECKING:
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_TOLD = ("occurred_at", "performed_by")


def corrected_values(reader: Reader, table: str, row: Row) -> list[dict[str, Any]]:
    """Every value of a fact that a correction changed, with the earlier ones, oldest first.

    Args:
        reader: the record.
        table: the fact's table.
        row: its current version.

    Returns:
        For each value ``record``, ``field``, ``earlier`` (a list), ``now`` and ``reason``, the one
        given with the last correction of the record; texts, with times in the site's zone.
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
                    "field": field,
                    "earlier": [value for value in earlier if value != now] or earlier,
                    "now": now,
                    "reason": reasons[-1] if reasons else "",
                }
            )
    return found


def shown_value(reader: Reader, field: str, value: object) -> object:
    """A stored value as answers give it: a time in the site's zone, anything else as it is."""
    if isinstance(value, str) and (field == "at" or field.endswith("_at")):
        return shown_time(reader, value)
    return value


def _text(reader: Reader, field: str, value: object) -> str | None:
    return None if value is None else str(shown_value(reader, field, value))
