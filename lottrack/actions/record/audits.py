"""The audit trail: who did what, when and why, with what was before and what is after."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.finding import find, word_for
from lottrack.errors import StoreError
from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.reading.text import printable
from lottrack.rules.reading.times import from_text, iso_local, local_text, to_text
from lottrack.store.backup import require_free
from lottrack.store.change import MIGRATION
from lottrack.store.checks import count_entries, prove_file
from lottrack.store.tables import AUTHOR, FACTS, VERSION, columns, key_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.store.proofs import Proof
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

# Said of every fact; told only where they differ from what goes without saying.
_UNSAID = {*VERSION, "recorded_at", "zone", "late", "recorded_by"}
_BOOKKEEPING = frozenset({"number_series"})
_LONGEST_SHOWN = 100
_MOST_ROWS = 24


class Wanted(NamedTuple):
    """Which entries are asked for; empty and None ask for all.

    Attributes:
        record: number or code of a record.
        by: code of a person.
        since: from this moment on.
        until: up to this moment.
        last: at most so many, the latest.
    """

    record: str = ""
    by: str = ""
    since: datetime | None = None
    until: datetime | None = None
    last: int | None = None


# -- showing ---------------------------------------------------------------------------------------


def show_entries(desk: Desk, wanted: Wanted) -> list[dict[str, Any]]:
    """Entries of the trail, oldest first, with every value before and after.

    Raises:
        NotFound: nothing has the number, or there is no such person.
    """
    reader, zone = desk.store, desk.zone
    return [
        _entry(reader, zone, json.loads(row.payload), row.hash) for row in _matching(reader, wanted)
    ]


def _matching(reader: Reader, wanted: Wanted) -> list[Row]:
    conditions, values = ["1"], dict[str, Any]()
    if wanted.record:
        # A list of sequence numbers pins the order of the search to the index of mentions.
        conditions.append("seq IN (SELECT seq FROM audit_mention WHERE record = :record)")
        values["record"] = find(reader, wanted.record).record
    if wanted.by:
        conditions.append("actor = :by")
        values["by"] = _person(reader, wanted.by)
    if wanted.since is not None:
        conditions.append("at >= :since")
        values["since"] = to_text(wanted.since)
    if wanted.until is not None:
        conditions.append("at <= :until")
        values["until"] = to_text(wanted.until)
    values["last"] = -1 if wanted.last is None else wanted.last
    where = " AND ".join(conditions)
    # The plus keeps SQLite from reading the whole trail in order when a time tells where to look.
    order = "+seq" if wanted.since or wanted.until else "seq"
    rows = reader.sql(
        f"SELECT payload, hash FROM audit_entry WHERE {where} ORDER BY {order} DESC LIMIT :last",  # noqa: S608 - built of the constants above
        **values,
    )
    return rows[::-1]


def _person(reader: Reader, text: str) -> str:
    if text.strip().lower() == MIGRATION:
        return MIGRATION
    return str(reader.get("account", require_code(text, "user"), "user").root)


def _entry(reader: Reader, zone: str, payload: dict[str, Any], digest: str) -> dict[str, Any]:
    return {
        "id": str(payload["seq"]),
        "kind": "audit_entry",
        "seq": payload["seq"],
        "time": iso_local(from_text(payload["at"]), zone),
        "actor": payload["actor"],
        "role": payload["role"],
        "host": payload["host"],
        "act": payload["act"],
        "subject": payload["subject"],
        "reason": payload["reason"],
        "changes": list(_changes(reader, payload)),
        "previous": payload["previous"],
        "hash": digest,
    }


def _changes(reader: Reader, payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for row in payload["rows"]:
        table = row[1]
        if row[0] == "=":
            yield from _standing_changes(table, row[2], row[3], row[4])
        elif table in FACTS and row[2].get("version", 1) > 1:
            yield from _later_version(reader, table, row[2])
        else:
            yield from _new_row(table, row[2], payload["actor"])


def _standing_changes(
    table: str, key: dict[str, Any], before: dict[str, Any] | None, after: dict[str, Any] | None
) -> Iterator[dict[str, Any]]:
    record = " / ".join(str(value) for value in key.values())
    what = "made" if before is None else "removed" if after is None else "changed"
    fields = {**(before or {}), **(after or {})}
    if not fields:
        yield _change(what, table, record, "", None, None)
    for name in fields:
        old, new = (before or {}).get(name), (after or {}).get(name)
        if old != new:
            yield _change(what, table, record, name, old, new)


def _new_row(table: str, values: dict[str, Any], actor: str) -> Iterator[dict[str, Any]]:
    key = key_columns(table)
    record = " / ".join(str(values.get(name)) for name in key)
    unsaid = {*_UNSAID, *key}
    if table in FACTS:
        unsaid |= {name for name in AUTHOR if not _is_worth_saying(name, values, actor)}
    order = [*columns(table), *values] if table != "migration" else values
    said = {name: values[name] for name in order if name in values and name not in unsaid}
    if not said:
        yield _change("recorded", table, record, "", None, None)
    for name, value in said.items():
        yield _change("recorded", table, record, name, None, value)


def _is_worth_saying(name: str, values: dict[str, Any], actor: str) -> bool:
    if name == "occurred_at":
        return bool(values.get("late"))
    if name == "performed_by":
        return bool(values.get(name) != actor)
    if name == "entry":
        return values.get(name) != "typed"
    return name in {"witnessed_by", "reason"}


def _later_version(reader: Reader, table: str, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a correction changed against the version before, or that the record was struck."""
    record = str(values["root"])
    if values["struck"]:
        yield _change("struck", table, record, "", None, None)
        return
    earlier = reader.versions(table, record)[values["version"] - 2].values()
    for name in (*FACTS[table], "occurred_at", "performed_by", "witnessed_by", "entry"):
        old, new = earlier.get(name), values.get(name)
        if old != new:
            yield _change("corrected", table, record, name, old, new)


def _change(
    what: str, table: str, record: str, field: str, before: Any, after: Any
) -> dict[str, Any]:
    """One value's step; ``code`` and ``sentence`` make it readable in every format."""
    words = _in_words(what, field, before, after)
    return {
        "code": what,
        "sentence": f"{word_for(table)} {printable(record)} {what}{': ' if words else ''}{words}",
        "table": table,
        "record": record,
        "field": field,
        "before": before,
        "after": after,
    }


def _in_words(what: str, field: str, before: Any, after: Any) -> str:
    if not field:
        return ""
    name = field.replace("_", " ")
    if what == "recorded":
        return f"{name} {_shown(after)}"
    return f"{name} {_shown(before)} → {_shown(after)}"


def _shown(value: Any) -> str:
    if value is None:
        return "(nothing)"
    text = printable(str(value))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def as_text(desk: Desk, entries: list[dict[str, Any]]) -> str:
    """Entries in words, for a person."""
    zone = desk.zone
    return "\n\n".join(_block(entry, zone) for entry in entries) or "(none)"


def _block(entry: dict[str, Any], zone: str) -> str:
    from datetime import datetime

    at = local_text(datetime.fromisoformat(entry["time"]), zone)
    role = f" ({entry['role']})" if entry["role"] else ""
    lines = [f"#{entry['seq']}  {at}  {entry['actor']}{role}  {entry['act']}  {entry['subject']}"]
    if entry["reason"]:
        lines.append(f"    reason: {printable(entry['reason'])}")
    changes = [each for each in entry["changes"] if each["table"] not in _BOOKKEEPING]
    things: dict[tuple[str, str], dict[str, list[str]]] = {}
    for change in changes or entry["changes"]:
        records = things.setdefault((change["code"], change["table"]), {})
        words = _in_words(change["code"], change["field"], change["before"], change["after"])
        records.setdefault(change["record"], []).append(words)
    for (what, table), records in things.items():
        lines += _rows_in_words(what, table, records)
    return "\n".join(line.rstrip() for line in lines)


def _rows_in_words(what: str, table: str, records: dict[str, list[str]]) -> Iterator[str]:
    """A line a row; of a long list the first rows and how many more there are."""
    for record, fields in list(records.items())[:_MOST_ROWS]:
        listed = ", ".join(field for field in fields if field)
        yield f"    {word_for(table)} {printable(record)} {what}{': ' if listed else ''}{listed}"
    if len(records) > _MOST_ROWS:
        more = len(records) - _MOST_ROWS
        yield f"    and {more} more of {word_for(table)} {what} (--json shows all)"


# -- proving ---------------------------------------------------------------------------------------


def entries_in(path: Path) -> int:
    """How many entries a file has, 0 when that cannot be read; the length of a progress bar."""
    return count_entries(path)


def verify_file(path: Path, progress: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Recompute the chain of a file from its entries and compare every row with them.

    Args:
        path: the file, of any schema version, damaged or not.
        progress: called with the number of entries done since the last call.

    Raises:
        NoDatabase: there is no such file.
        StoreBusy: it cannot be read now.
    """
    return proof_data(prove_file(path, progress))


def proof_data(proof: Proof) -> dict[str, Any]:
    """A proof as scripts read it."""
    return {
        "verdict": proof.verdict,
        "entries": proof.entries,
        "head": proof.head,
        "assurance": list(proof.assurance),
        "findings": [finding._asdict() for finding in proof.findings],
    }


# -- exporting -------------------------------------------------------------------------------------


def export_entries(desk: Desk, path: Path) -> dict[str, Any]:
    """Write every entry into a new file, a line each, and a closing line with the head.

    Each line holds the payload as the text that was hashed: anybody can recompute the chain with
    SHA-256 alone, and a copy kept elsewhere is the witness a chain needs.

    Raises:
        Conflict: there is a file already.
        StoreError: the file cannot be written; nothing is left behind.
    """
    require_free(path)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            entries, head = 0, ""
            for line, head in _lines(desk.store):  # noqa: B007 - the last one is the head
                file.write(line)
                entries += 1
            closing = {
                "chain": desk.store.setting("site_code"),
                "entries": entries,
                "head": head,
                "exported_at": to_text(desk.now()),
            }
            file.write(json.dumps(closing) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise StoreError(
            f"The file {path} cannot be written ({error.strerror}).",
            code="file-not-writable",
            hint="Choose a folder you may write, on a disk that is not full.",
        ) from error
    return {
        "id": path.name,
        "kind": "audit_export",
        "path": str(path),
        "entries": entries,
        "head": head,
    }


def _lines(reader: Reader) -> Iterator[tuple[str, str]]:
    """Every entry as a line of JSON, with its hash; read in parts, however long the trail is."""
    last = 0
    while rows := reader.sql(
        "SELECT seq, payload, hash FROM audit_entry WHERE seq > :last ORDER BY seq LIMIT 1000",
        last=last,
    ):
        for row in rows:
            line = {"seq": row.seq, "hash": row.hash, "payload": row.payload}
            yield json.dumps(line, ensure_ascii=False) + "\n", str(row.hash)
        last = int(rows[-1].seq)
