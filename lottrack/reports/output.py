"""Answers as a person or a script reads them: JSON, CSV, fields, tables."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lottrack.rules.correcting.answers import COUNTS
from lottrack.rules.reading.quantities import exact_cells, format_cells, plain, shown_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

_TIME = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?[+-][0-9]{2}:[0-9]{2}"
)
_POWER_OF_TEN = r"10\^[0-9]+(?:[ /].*)?"
_CELLS = COUNTS | {"remainder"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _default(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def as_json(data: Any) -> str:
    """One JSON value; decimals are strings, dates ISO 8601."""
    return json.dumps(data, ensure_ascii=False, default=_default, indent=2)


def shown(value: Any) -> str:
    """One value as a person reads it in a table or a field: times to the minute."""
    if isinstance(value, str) and re.fullmatch(_TIME, value):
        return f"{value[:10]} {value[11:16]} ({value[-6:]})"
    if isinstance(value, str) and re.fullmatch(_POWER_OF_TEN, value):
        return shown_unit(value)
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value)
    if isinstance(value, dict) and "sentence" not in value:
        if "id" in value:
            return str(value["id"])
        said = (f"{key.replace('_', ' ')} {readable(key, item)}" for key, item in value.items())
        return ", ".join(said)
    return cell(value)


def cell(value: Any) -> str:  # noqa: PLR0911 - one line per kind of value
    """One value as text, unrounded, as a script reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, list | tuple):
        return ", ".join(cell(item) for item in value)
    if isinstance(value, dict):
        if set(value) >= {"code", "sentence"}:
            return str(value["sentence"])
        return ", ".join(f"{key} {cell(item)}" for key, item in value.items())
    return str(value)


def _columns(rows: Sequence[dict[str, Any]]) -> list[str]:
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    kinds = {row.get("kind") for row in rows}
    return [name for name in names if not (name == "kind" and len(kinds) == 1)]


def as_csv(data: Any) -> str:
    """A list as CSV with a header; texts a spreadsheet would run as a formula are quoted."""
    rows = data if isinstance(data, list) else [data]
    names = _columns(rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        texts = [cell(row.get(name)) for name in names]
        writer.writerow([f"'{text}" if text.startswith(_FORMULA) else text for text in texts])
    return out.getvalue()


def table(rows: Sequence[dict[str, Any]], columns: Sequence[str] = ()) -> str:
    """A table of dictionaries; numbers are printed as they are, never rewritten."""
    from tabulate import tabulate

    names = list(columns) or _columns(rows)
    body = [[readable(name, row.get(name)) for name in names] for row in rows]
    headers = [name.replace("_", " ") for name in names]
    return str(tabulate(body, headers, tablefmt="simple", disable_numparse=True))


def fields(data: dict[str, Any]) -> str:
    """One thing as aligned fields; lists of things as tables beneath."""
    plain_fields = {k: v for k, v in data.items() if not _is_table(v) and k != "warnings"}
    width = max((len(name) for name in plain_fields), default=0)
    lines = [
        f"{name.replace('_', ' '):<{width}}  {readable(name, value)}".rstrip()
        for name, value in plain_fields.items()
        if value not in (None, "", [], {})
    ]
    for name, value in data.items():
        if _is_table(value) and name != "warnings":
            lines += ["", f"{name.replace('_', ' ')}:", table(value, _told_columns(value))]
    return "\n".join(lines)


def readable(name: str, value: Any) -> str:
    """A value under its name: a count of cells in millions, with every digit it was told with."""
    if name == "cells_per_kg" and str(value).isdecimal():
        return format_cells(int(value))
    if name in _CELLS and str(value).isdecimal():
        return exact_cells(int(value))
    return shown(value)


def _told_columns(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The columns in which some row says something."""
    empty: tuple[Any, ...] = (None, "", [], {})
    return [name for name in _columns(rows) if any(row.get(name) not in empty for row in rows)]


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def as_text(data: Any) -> str:
    """An answer laid out for a person."""
    if isinstance(data, list):
        return table(data) if data else "(none)"
    if isinstance(data, dict):
        return fields(data)
    return str(data)
