"""Prove the record: recompute the chain from its entries, replay them, compare with the tables.

Nothing stored is trusted: hashes are recomputed from the payloads, and every row of every table
must be what the entries say it is. Raw SQL on any schema version; a file that cannot be read at all
is a finding, too.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.store.chain import GENESIS, masked, sha256
from lottrack.store.tables import SECRET_COLUMNS, STANDINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peewee import SqliteDatabase

Values = dict[str, Any]
Key = tuple[Any, ...]
Tables = dict[str, dict[Key, Values]]


class Finding(NamedTuple):
    """One thing that does not prove itself: a stable code, where, and a sentence."""

    code: str
    where: str
    sentence: str


class Proof(NamedTuple):
    """What a verification found: how far the chain goes and what does not fit."""

    entries: int
    head: str
    assurance: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """``intact`` or ``broken``."""
        return "broken" if self.findings else "intact"


ASSURANCE = (
    "every entry's hash was recomputed from its text and follows from the entry before it",
    "every row of every table was compared with what the entries say it is",
    "a chain without a witness outside proves nothing against someone who rewrites all of it:"
    " compare the head with one printed or exported earlier",
)


class _Replay:
    """The tables as the entries tell them."""

    def __init__(self, keys: dict[str, tuple[str, ...]]) -> None:
        self.keys = keys
        self.tables: Tables = {}
        self.mentions: set[tuple[str, int]] = set()
        self.heads: dict[str, tuple[int, str]] = {}
        self.findings: list[Finding] = []

    def entry(self, seq: int, payload: Values, digest: str) -> None:
        self.heads[payload["chain"]] = (seq, digest)
        self.mentions.update((record, seq) for record in payload["mentions"])
        for row in payload["rows"]:
            if row[0] == "+":
                self._insert(seq, row[1], row[2])
            else:
                self._stand(seq, row[1], row[2], row[3], row[4])

    def _key(self, table: str, values: Values) -> Key:
        return tuple(values.get(name) for name in self.keys[table])

    def _insert(self, seq: int, table: str, values: Values) -> None:
        rows = self.tables.setdefault(table, {})
        key = self._key(table, values)
        if key in rows:
            self._odd(seq, table, key, "is recorded a second time")
        rows[key] = values

    def _stand(
        self, seq: int, table: str, key: Values, before: Values | None, after: Values | None
    ) -> None:
        rows = self.tables.setdefault(table, {})
        place = self._key(table, key)
        known = rows.get(place)
        differs = any((known or {}).get(name) != value for name, value in (before or {}).items())
        if (before is None) != (known is None) or differs:
            self._odd(seq, table, place, "changes from something it was not")
        if after is None:
            rows.pop(place, None)
        else:
            rows[place] = {**(known or key), **after}

    def _odd(self, seq: int, table: str, key: Key, what: str) -> None:
        where = f"audit_entry {seq}"
        sentence = f"Entry {seq}: {table} {_named(key)} {what}."
        self.findings.append(Finding("entry-inconsistent", where, sentence))


def _named(key: Key) -> str:
    return " / ".join(str(part) for part in key)


def verify(database: SqliteDatabase, progress: Callable[[int], None] | None = None) -> Proof:
    """Recompute and replay the whole record of an open database, whatever its schema version.

    Args:
        database: open, read-only is enough.
        progress: called with the number of entries done since the last call.
    """
    try:
        return _verify(database, progress or (lambda _: None))
    except Exception as error:
        from peewee import DatabaseError

        if not isinstance(error, DatabaseError):
            raise
        finding = Finding("database-damaged", "file", f"The file cannot be read: {error}.")
        return Proof(0, "", ASSURANCE, (finding,))


def _verify(database: SqliteDatabase, progress: Callable[[int], None]) -> Proof:
    keys, columns = _schema(database)
    replay = _Replay(keys)
    findings: list[Finding] = []
    if "audit_entry" not in columns:
        missing = Finding("chain-missing", "audit_entry", "The database has no audit trail.")
        return Proof(0, "", ASSURANCE, (missing,))
    count, head = 0, GENESIS
    cursor = database.execute_sql("SELECT seq, payload, hash FROM audit_entry ORDER BY seq")
    for seq, text, digest in cursor:
        count += 1
        findings += _entry_findings(count, seq, text, digest, head)
        head = sha256(text) if isinstance(text, str) else GENESIS
        payload = _payload(text)
        if payload is None:
            findings.append(
                Finding("entry-unreadable", f"audit_entry {seq}", f"Entry {seq} cannot be read.")
            )
        else:
            replay.entry(seq, payload, digest)
        if count % 500 == 0:
            progress(500)
    progress(count % 500)
    findings += replay.findings
    findings += _compare(database, replay, columns)
    return Proof(count, head if count else "", ASSURANCE, tuple(findings))


def _payload(text: object) -> Values | None:
    try:
        payload = json.loads(str(text))
    except ValueError:
        return None
    wanted = {"chain", "seq", "mentions", "rows", "previous"}
    return payload if isinstance(payload, dict) and wanted <= set(payload) else None


def _entry_findings(
    expected: int, seq: int, text: object, digest: str, previous: str
) -> Iterator[Finding]:
    where = f"audit_entry {seq}"
    if seq != expected:
        yield Finding(
            "entry-missing", where, f"Entry {expected} is missing; the next one there is {seq}."
        )
    if not isinstance(text, str) or sha256(text) != digest:
        yield Finding("entry-altered", where, f"Entry {seq} is not the text its hash was made of.")
    payload = _payload(text)
    if payload is not None and payload["seq"] != seq:
        yield Finding("entry-moved", where, f"Entry {seq} says it is entry {payload['seq']}.")
    if payload is not None and payload["previous"] != previous:
        yield Finding(
            "chain-broken", where, f"Entry {seq} does not follow from the entry before it."
        )


# -- the tables against the replay ---------------------------------------------------------------


def _schema(database: SqliteDatabase) -> tuple[dict[str, tuple[str, ...]], dict[str, list[str]]]:
    """Primary-key columns and all stored columns of every table of the file."""
    names = [
        row[0]
        for row in database.execute_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    ]
    keys, columns = {}, {}
    for name in names:
        info = database.execute_sql(f'PRAGMA table_info("{name}")').fetchall()
        columns[name] = [row[1] for row in info]
        in_order = sorted((row[5], row[1]) for row in info if row[5])
        keys[name] = tuple(column for _, column in in_order)
    for name, (key, _) in STANDINGS.items():
        keys.setdefault(name, key)
    return keys, columns


_CHAIN_TABLES = {"audit_entry", "audit_mention", "chain_head"}


def _compare(
    database: SqliteDatabase, replay: _Replay, columns: dict[str, list[str]]
) -> Iterator[Finding]:
    for table in sorted((set(columns) | set(replay.tables)) - _CHAIN_TABLES):
        if table not in columns:
            yield Finding("table-missing", table, f"The table {table} was taken away.")
            continue
        defaults = _defaults(database, table)
        yield from _compare_table(
            table,
            _stored_rows(database, table, columns[table], replay.keys[table]),
            replay.tables.get(table, {}),
            defaults,
        )
    yield from _compare_chain_tables(database, replay)


def _defaults(database: SqliteDatabase, table: str) -> Values:
    """What a column absent from an older entry counts as: the default its migration gave it."""
    values: Values = {}
    for _, name, _, _, default, _ in database.execute_sql(f'PRAGMA table_info("{table}")'):
        if default is None:
            values[name] = None
        else:
            values[name] = database.execute_sql(f"SELECT {default}").fetchone()[0]
    return values


def _stored_rows(
    database: SqliteDatabase, table: str, columns: list[str], key: tuple[str, ...]
) -> Iterator[tuple[Key, Values]]:
    listed = ", ".join(f'"{column}"' for column in columns)
    for fetched in database.execute_sql(f'SELECT {listed} FROM "{table}"'):
        row = dict(zip(columns, fetched, strict=True))
        for name in columns:
            if (table, name) in SECRET_COLUMNS:
                row[name] = masked(row[name])
        yield tuple(row[name] for name in key), row


def _compare_table(
    table: str,
    stored: Iterator[tuple[Key, Values]],
    told: dict[Key, Values],
    defaults: Values,
) -> Iterator[Finding]:
    seen: set[Key] = set()
    for key, row in stored:
        seen.add(key)
        where = f"{table} {_named(key)}"
        expected = told.get(key)
        if expected is None:
            yield Finding("row-unaccounted", where, f"{where} stands in no audit entry.")
            continue
        for name, value in row.items():
            said = expected.get(name, defaults[name])
            if value != said or type(value) is not type(said):
                yield Finding(
                    "row-altered",
                    where,
                    f"{where}: {name} is {value!r}, and the audit trail says {said!r}.",
                )
    for key in told:
        if key not in seen:
            where = f"{table} {_named(key)}"
            yield Finding("row-missing", where, f"{where} was recorded and is gone.")


def _compare_chain_tables(database: SqliteDatabase, replay: _Replay) -> Iterator[Finding]:
    stored = {tuple(row) for row in database.execute_sql("SELECT record, seq FROM audit_mention")}
    for record, seq in sorted(stored ^ replay.mentions, key=str):
        gone = (record, seq) in replay.mentions
        code, word = ("row-missing", "is gone") if gone else ("row-unaccounted", "was added")
        where = f"audit_mention {record} / {seq}"
        yield Finding(code, where, f"{where} {word}.")
    heads = {
        row[0]: (row[1], row[2])
        for row in database.execute_sql("SELECT chain, seq, hash FROM chain_head")
    }
    for chain in sorted(set(heads) | set(replay.heads), key=str):
        if heads.get(chain) != replay.heads.get(chain):
            where = f"chain_head {chain}"
            yield Finding("row-altered", where, f"{where} is not the last entry of the chain.")


_TRIGGER = re.compile(r"^CREATE TRIGGER (\w+)", re.MULTILINE)


def trigger_findings(database: SqliteDatabase, migrations: list[str]) -> list[Finding]:
    """Triggers, views and indexes that the migrations make and the file lacks or has beyond them.

    Args:
        database: open.
        migrations: the texts of the migrations that made it.
    """
    wanted = {name for text in migrations for name in _TRIGGER.findall(text)}
    there = {
        row[0]
        for row in database.execute_sql("SELECT name FROM sqlite_master WHERE type='trigger'")
    }
    missing = [
        Finding("trigger-missing", name, f"The guard {name} was taken away.")
        for name in sorted(wanted - there)
    ]
    added = [
        Finding("trigger-added", name, f"The trigger {name} is not lottrack's.")
        for name in sorted(there - wanted)
    ]
    return missing + added
