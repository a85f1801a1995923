"""Prove the record: recompute the chain from its entries, replay them, compare with the tables.

Nothing stored is trusted: hashes are recomputed from the payloads, and every row of every table
must be what the entries say it is. Raw SQL on any schema version; what cannot be read is a finding,
too, and never stops the rest from being proved.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from lottrack.rules.reading.text import printable
from lottrack.store.chain import GENESIS, masked, sha256
from lottrack.store.proofs import WITNESS, Finding, Proof, unread
from lottrack.store.tables import FACTS, LINKS, STANDINGS, is_secret, key_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peewee import SqliteDatabase

Values = dict[str, Any]
Key = tuple[Any, ...]
Tables = dict[str, dict[Key, Values]]

_LONGEST_SHOWN = 80
_STEP = 500
_CHAIN_TABLES = frozenset({"audit_entry", "audit_mention", "chain_head"})


def verify(database: SqliteDatabase, progress: Callable[[int], None] | None = None) -> Proof:
    """Recompute and replay the whole record of an open database, whatever its schema version.

    Args:
        database: open, read-only is enough.
        progress: called with the number of entries done since the last call.
    """
    connection = database.connection()
    kept = connection.text_factory
    connection.text_factory = _readable
    proving = None
    try:
        proving = _Proving(connection)
        return proving.proof(progress or (lambda _: None))
    except sqlite3.DatabaseError as error:
        finding = Finding("database-damaged", "file", f"The file cannot be read: {error}.")
        if proving is None:
            return unread("the file cannot be read", finding)
        return proving.so_far(finding)
    finally:
        connection.text_factory = kept


def _readable(raw: bytes) -> str:
    """Stored text, even where damage left bytes that are no text."""
    return raw.decode("utf-8", "surrogateescape")


class _Proving:
    """One proof: the schema as the file has it, the replay, what was found."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.keys, self.columns = _schema(connection)
        self.replay = _Replay(self.keys)
        self.findings: list[Finding] = []
        self.last = 0
        self.head = GENESIS
        self.entries = 0
        self.read_to_end = False
        self.compared = False
        self.unreadable: list[str] = []

    def proof(self, progress: Callable[[int], None]) -> Proof:
        if "audit_entry" not in self.columns:
            missing = Finding("chain-missing", "audit_entry", "The database has no audit trail.")
            return unread("the database has no audit trail", missing)
        self.read_to_end = self._read_entries(progress)
        if self.read_to_end:
            self._missing_up_to(self._promised())
            self.findings += self.replay.findings
            for table in sorted((set(self.columns) | set(self.replay.tables)) - _CHAIN_TABLES):
                self._compare(table)
            self._compare_chain("audit_mention", _mention_findings)
            self._compare_chain("chain_head", _head_findings)
            self.compared = True
        return self.so_far()

    def so_far(self, *more: Finding) -> Proof:
        """What was found up to now; it claims what was done, and no more."""
        head = self.head if self.entries else ""
        done = (self._about_entries(), self._about_tables(), WITNESS)
        return Proof(self.entries, head, done, (*self.findings, *more))

    def _about_entries(self) -> str:
        how = "recomputed from its text and compared with the stored one and the entry before it"
        if self.read_to_end:
            return f"the hash of every entry in the file was {how}"
        if self.entries:
            return (
                f"the hash of each of the first {self.entries} entries was {how}; what follows"
                " could not be read and was not proved"
            )
        return "no hash was recomputed: the audit trail cannot be read"

    def _about_tables(self) -> str:
        if not self.read_to_end:
            return "no row was compared with the audit trail, which cannot be read to its end"
        if not self.compared:
            return "not every row was compared with the audit trail: the file cannot be read"
        if self.unreadable:
            names = ", ".join(self.unreadable)
            return (
                "every row that can be read was compared with what the entries say it is; these"
                f" tables cannot be read to their end: {names}"
            )
        return "every row of every table was compared with what the entries say it is"

    # -- the entries ----------------------------------------------------------------------------

    def _read_entries(self, progress: Callable[[int], None]) -> bool:
        """Go through the chain; False when it cannot be read to its end."""
        try:
            cursor = self.connection.execute(
                "SELECT seq, payload, hash FROM audit_entry ORDER BY seq"
            )
            for seq, text, digest in cursor:
                self._missing_up_to(seq - 1)
                self._entry(seq, str(text), str(digest))
                self.last = seq
                self.entries += 1
                if self.entries % _STEP == 0:
                    progress(_STEP)
        except sqlite3.DatabaseError as error:
            where = f"audit_entry {self.last + 1}"
            sentence = f"The audit trail cannot be read after entry {self.last}: {error}."
            self.findings.append(Finding("database-damaged", where, sentence))
            return False
        progress(self.entries % _STEP)
        return True

    def _missing_up_to(self, seq: int) -> None:
        first = self.last + 1
        if seq < first:
            return
        what = f"Entry {seq} is" if seq == first else f"Entries {first} to {seq} are"
        where = f"audit_entry {first}"
        self.findings.append(Finding("entry-missing", where, f"{what} missing from the trail."))

    def _promised(self) -> int:
        """The last entry that the head of a chain knows of."""
        if "chain_head" not in self.columns:
            return 0
        heads = self.connection.execute("SELECT max(seq) FROM chain_head").fetchone()
        return heads[0] if isinstance(heads[0], int) else 0

    def _entry(self, seq: int, text: str, digest: str) -> None:
        where = f"audit_entry {seq}"
        real = sha256(text)
        if real != digest:
            sentence = f"Entry {seq} is not the text its hash was made of."
            self.findings.append(Finding("entry-altered", where, sentence))
        payload = _payload(text)
        if payload is None or not self.replay.entry(seq, payload, real):
            sentence = f"Entry {seq} does not read like an entry of lottrack."
            self.findings.append(Finding("entry-unreadable", where, sentence))
        if payload is not None and payload["seq"] != seq:
            sentence = f"Entry {seq} says it is entry {payload['seq']!r}."
            self.findings.append(Finding("entry-moved", where, sentence))
        if payload is not None and payload["previous"] != self.head:
            sentence = f"Entry {seq} does not follow from the entry before it."
            self.findings.append(Finding("chain-broken", where, sentence))
        self.head = real

    # -- the tables against the replay ----------------------------------------------------------

    def _compare(self, table: str) -> None:
        if table not in self.columns:
            sentence = f"The table {printable(table)} was taken away."
            self.findings.append(Finding("table-missing", printable(table), sentence))
            return
        told = self.replay.tables.get(table, {})
        try:
            defaults = _defaults(self.connection, table)
            stored = _stored_rows(self.connection, table, self.columns[table], self.keys[table])
            self.findings += _table_findings(table, stored, told, defaults)
        except sqlite3.DatabaseError as error:
            self._unreadable(table, error)

    def _compare_chain(
        self,
        table: str,
        findings: Callable[[sqlite3.Connection, _Replay], Iterator[Finding]],
    ) -> None:
        if table not in self.columns:
            sentence = f"The table {table} was taken away."
            self.findings.append(Finding("table-missing", table, sentence))
            return
        try:
            self.findings += findings(self.connection, self.replay)
        except sqlite3.DatabaseError as error:
            self._unreadable(table, error)

    def _unreadable(self, table: str, error: Exception) -> None:
        where = printable(table)
        self.unreadable.append(where)
        sentence = f"The table {where} cannot be read to its end: {error}."
        self.findings.append(Finding("table-unreadable", where, sentence))


class _Replay:
    """The tables as the entries tell them."""

    def __init__(self, keys: dict[str, tuple[str, ...]]) -> None:
        self.keys = keys
        self.tables: Tables = {}
        self.mentions: set[tuple[str, int]] = set()
        self.heads: dict[str, tuple[int, str]] = {}
        self.findings: list[Finding] = []

    def entry(self, seq: int, payload: Values, digest: str) -> bool:
        """Take one entry in; False when its rows are not of an entry's shape."""
        try:
            self.heads[payload["chain"]] = (seq, digest)
            self.mentions.update((record, seq) for record in payload["mentions"])
            for row in payload["rows"]:
                if row[0] == "+":
                    self._insert(seq, row[1], row[2])
                else:
                    self._stand(seq, row[1], row[2], row[3], row[4])
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            return False
        return True

    def _key(self, table: str, values: Values) -> Key:
        # A table that is gone has no key columns any more; its rows are told apart as a whole.
        names = self.keys.get(table) or tuple(sorted(values))
        return tuple(values.get(name) for name in names)

    def _insert(self, seq: int, table: str, values: Values) -> None:
        rows = self.tables.setdefault(table, {})
        key = self._key(table, values)
        if key in rows:
            self._odd(seq, table, key, "is recorded a second time")
        if values.get("seq", seq) != seq:
            self._odd(seq, table, key, f"says it was recorded by entry {values['seq']!r}")
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
        sentence = f"Entry {seq}: {named(table, key)} {what}."
        self.findings.append(Finding("entry-inconsistent", f"audit_entry {seq}", sentence))


def named(table: str, key: Key) -> str:
    """A row as findings name it: ``lot LT-MAD-0001-5``, ``audit_mention P-01 / 7``."""
    return printable(f"{table} {' / '.join(str(part) for part in key)}")


def _payload(text: str) -> Values | None:
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError):
        return None
    wanted = {"chain", "seq", "mentions", "rows", "previous"}
    return payload if isinstance(payload, dict) and wanted <= set(payload) else None


def _schema(
    connection: sqlite3.Connection,
) -> tuple[dict[str, tuple[str, ...]], dict[str, list[str]]]:
    """Primary-key columns and all stored columns of every table of the file."""
    names = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
            " ESCAPE '\\'"
        )
    ]
    keys, columns = {}, {}
    for name in names:
        info = connection.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
        columns[name] = [row[1] for row in info]
        in_order = sorted((row[5], row[1]) for row in info if row[5])
        keys[name] = tuple(column for _, column in in_order)
    for name in (*FACTS, *LINKS, *STANDINGS, "migration"):
        keys.setdefault(name, key_columns(name))
    return keys, columns


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _defaults(connection: sqlite3.Connection, table: str) -> Values:
    """What a column absent from an older entry counts as: the default its migration gave it."""
    values: Values = {}
    for _, name, _, _, default, _ in connection.execute(f"PRAGMA table_info({_quoted(table)})"):
        if default is None:
            values[name] = None
        else:
            values[name] = connection.execute(f"SELECT {default}").fetchone()[0]
    return values


def _stored_rows(
    connection: sqlite3.Connection, table: str, columns: list[str], key: tuple[str, ...]
) -> Iterator[tuple[Key, Values]]:
    listed = ", ".join(_quoted(column) for column in columns)
    for fetched in connection.execute(f"SELECT {listed} FROM {_quoted(table)}"):
        row = dict(zip(columns, fetched, strict=True))
        for name in columns:
            if isinstance(row[name], str) and is_secret(table, name, row):
                row[name] = masked(row[name])
        yield tuple(row[name] for name in key or columns), row


def _table_findings(
    table: str,
    stored: Iterator[tuple[Key, Values]],
    told: dict[Key, Values],
    defaults: Values,
) -> Iterator[Finding]:
    seen: set[Key] = set()
    for key, row in stored:
        seen.add(key)
        where = named(table, key)
        expected = told.get(key)
        if expected is None:
            yield Finding("row-unaccounted", where, f"{where} stands in no audit entry.")
            continue
        for name, value in row.items():
            said = expected.get(name, defaults[name])
            if value != said or type(value) is not type(said):
                sentence = (
                    f"{where}: {printable(name)} is {_shown(value)}, and the audit trail says"
                    f" {_shown(said)}."
                )
                yield Finding("row-altered", where, sentence)
    for key in told:
        if key not in seen:
            where = named(table, key)
            yield Finding("row-missing", where, f"{where} was recorded and is gone.")


def _shown(value: object) -> str:
    text = printable(repr(value))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _mention_findings(connection: sqlite3.Connection, replay: _Replay) -> Iterator[Finding]:
    stored = {tuple(row) for row in connection.execute("SELECT record, seq FROM audit_mention")}
    for record, seq in sorted(stored ^ replay.mentions, key=str):
        where = named("audit_mention", (record, seq))
        if (record, seq) in replay.mentions:
            yield Finding("row-missing", where, f"{where} was recorded and is gone.")
        else:
            yield Finding("row-unaccounted", where, f"{where} stands in no audit entry.")


def _head_findings(connection: sqlite3.Connection, replay: _Replay) -> Iterator[Finding]:
    heads = {
        row[0]: (row[1], row[2])
        for row in connection.execute("SELECT chain, seq, hash FROM chain_head")
    }
    for chain in sorted(set(heads) | set(replay.heads), key=str):
        if heads.get(chain) != replay.heads.get(chain):
            where = named("chain_head", (chain,))
            sentence = f"{where} is not the last entry of the chain."
            yield Finding("row-altered", where, sentence)
