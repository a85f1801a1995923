"""The one way to write a record: rows and their audit entry, in one transaction, by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.errors import NumberUsed
from lottrack.rules.codes.identifiers import make_number
from lottrack.rules.reading.times import to_text
from lottrack.store.chain import GENESIS, canonical, masked, sha256
from lottrack.store.reader import Reader
from lottrack.store.tables import FACTS, LINKS, columns, is_secret

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from peewee import SqliteDatabase

    from lottrack.store.rows import Row


MIGRATION = "migration"
"""Who acts when the schema is brought up to date."""


class Actor(NamedTuple):
    """Who acts, in which role, at which host."""

    account: str
    role: str
    host: str


class Told(NamedTuple):
    """What a person says about a fact beside its values.

    Attributes:
        at: when it happened; None means now.
        performed_by: who did it; empty means the actor.
        witness: who watched it, or "".
        entry: how it came in: scanned, typed, imported, from_paper.
        reason: why, where the act changes something, or "".
    """

    at: datetime | None = None
    performed_by: str = ""
    witness: str = ""
    entry: str = "typed"
    reason: str = ""


NOW = Told()
"""Said now, by the actor, typed."""

_INSERT: dict[str, str] = {}
_ONE_NUMBERING = (("lot", "collection", "donor", "patient", "equipment"), ("account", "place"))
_MENTIONED = frozenset(FACTS) - {"signature", "role_act"} | {"record", "parent", "because_of"}
"""Columns whose value is a record the entry is found under."""


def insert_sql(table: str) -> str:
    """The INSERT for one table, with a ``:name`` parameter per column."""
    if table not in _INSERT:
        names = columns(table)
        marks = ", ".join(":" + name for name in names)
        _INSERT[table] = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
    return _INSERT[table]


class Change(Reader):
    """Writing verbs, open between the first read and the commit of one act."""

    def __init__(
        self, database: SqliteDatabase, actor: Actor, act: str, reason: str | None, now: datetime
    ) -> None:
        super().__init__(database)
        self.actor = actor
        self.act = act
        self.reason = reason
        self.now = now
        self.subject = ""
        self.call = ""
        self._at = to_text(now)
        self._rows: list[list[Any]] = []
        self._mentions: set[str] = set()
        self.site_code = self.setting("site_code")
        self.zone = self.setting("zone") or "UTC"
        head = self.first("chain_head", chain=self.site_code)
        self._previous = GENESIS if head is None else str(head.hash)
        self.seq = 1 if head is None else int(head.seq) + 1

    # -- facts ----------------------------------------------------------------------------------

    def number(self, kind: str) -> str:
        """The next number of a series; serials whose check character would be ``*`` are skipped."""
        series = self.first("number_series", kind=kind)
        last = 0 if series is None else int(series.last)
        number = None
        while number is None:
            last += 1
            number = make_number(kind, self.site_code, last)
        self.stand("number_series", {"kind": kind}, last=last)
        return number

    def record(
        self, table: str, told: Told = NOW, *, number: str | int | None = None, **values: Any
    ) -> str:
        """Write a new fact and return its number.

        Args:
            table: the fact's table.
            told: when, by whom, how.
            number: the fact's code or number when people chose it; else the next of the series. In
                a table with a column of that name (an infusion's ordinal) it is that column.
            values: the table's own columns; those left out are NULL.

        Raises:
            NumberUsed: the number belongs to another record.
        """
        chosen = None if number is None else str(number)
        if "number" in FACTS[table]:
            values["number"], chosen = number, None
        record = chosen if chosen is not None else self.number(table)
        if chosen is not None:
            self._require_unused(table, chosen)
        row = self._row(table, record, 1, told, values)
        self._insert(table, row)
        self.subject = self.subject or record
        return record

    def _require_unused(self, table: str, number: str) -> None:
        """Codes people choose are used once, also among kinds that one scan could be taken for."""
        group = next((group for group in _ONE_NUMBERING if table in group), (table,))
        for kind in group:
            if self.versions(kind, number):
                raise NumberUsed(
                    f"{number} is already the number or code of {_a(kind)}.",
                    hint="Numbers and codes are never used twice; choose another.",
                )

    def _row(
        self, table: str, record: str, version: int, told: Told, values: dict[str, Any]
    ) -> dict[str, Any]:
        occurred = to_text(told.at) if told.at is not None else self._at
        row: dict[str, Any] = dict.fromkeys(columns(table))
        row.update(values)
        if len(row) != len(columns(table)):
            raise KeyError(f"{table} has no columns {sorted(set(values) - set(columns(table)))}")
        row.update(
            id=record if version == 1 else f"{record}#{version}",
            root=record,
            version=version,
            struck=0,
            seq=self.seq,
            occurred_at=occurred,
            recorded_at=self._at,
            zone=self.zone,
            late=int(occurred < self._at),
            performed_by=told.performed_by or self.actor.account,
            recorded_by=self.actor.account,
            witnessed_by=told.witness or None,
            entry=told.entry,
            reason=told.reason or None,
        )
        return row

    def amend(self, table: str, current: Row, *, struck: bool = False, **values: Any) -> str:
        """Write the next version of a fact: corrected values, or struck. Returns the version's id.

        The author, the times and the way it came in stay those of the first telling unless given;
        who corrected it, when and why stands in the correction.
        """
        last = self.versions(table, current.root)[-1]
        version = int(last.version) + 1
        row = {**current.values(), **values}
        row.update(
            id=f"{current.root}#{version}",
            version=version,
            struck=int(struck),
            seq=self.seq,
            recorded_at=self._at,
            recorded_by=self.actor.account,
        )
        self._insert(table, row)
        return str(row["id"])

    def link(self, table: str, **values: Any) -> None:
        """Write one pair of a link table."""
        row = dict.fromkeys(columns(table)) | values | {"seq": self.seq}
        self._insert(table, row)

    def _insert(self, table: str, row: dict[str, Any]) -> None:
        self.database.execute_sql(insert_sql(table), row)
        kept = {name: value for name, value in row.items() if value is not None}
        self._rows.append(["+", table, kept])
        if table in FACTS:
            self._mentions.add(row["root"])
        for name in (*FACTS.get(table, ()), *LINKS.get(table, ())):
            # A marker's own column `marker` is its name, not a record.
            if name in _MENTIONED and name != table and row[name] is not None:
                self._mentions.add(row[name])

    # -- standings ------------------------------------------------------------------------------

    def stand(self, table: str, key: dict[str, Any], **values: Any) -> None:
        """Set columns of one row of a standing, making the row when there is none."""
        before = self.first(table, **key)
        if before is None:
            row = dict.fromkeys(columns(table)) | key | values
            self.database.execute_sql(insert_sql(table), row)
            kept = {name: value for name, value in row.items() if name not in key}
            self._rows.append(["=", table, key, None, _masked(table, key, kept)])
            return
        changed = {n: v for n, v in values.items() if getattr(before, n) != v}
        if not changed:
            return
        sets = ", ".join(f"{name} = :{name}" for name in changed)
        where = " AND ".join(f"{name} = :{name}" for name in key)
        self.database.execute_sql(f"UPDATE {table} SET {sets} WHERE {where}", {**key, **changed})
        old = {name: getattr(before, name) for name in changed}
        masks = [_masked(table, key, values) for values in (old, changed)]
        self._rows.append(["=", table, key, *masks])

    def fall(self, table: str, **key: Any) -> None:
        """Take one row out of a standing (a role taken away)."""
        before = self.first(table, **key)
        if before is None:
            return
        where = " AND ".join(f"{name} = :{name}" for name in key)
        self.database.execute_sql(f"DELETE FROM {table} WHERE {where}", key)
        old = {name: value for name, value in before.values().items() if name not in key}
        self._rows.append(["=", table, key, _masked(table, key, old), None])

    # -- the entry ------------------------------------------------------------------------------

    def mention(self, *records: str | None) -> None:
        """Let the audit entry be found under these records, too."""
        self._mentions.update(record for record in records if record)

    def note_row(self, table: str, row: dict[str, Any]) -> None:
        """Take a row written outside the verbs (a migration's own) into the entry."""
        self._rows.append(["+", table, row])

    @property
    def facts(self) -> list[tuple[str, dict[str, Any]]]:
        """The facts written so far: their tables and their columns that are not NULL."""
        return [(row[1], row[2]) for row in self._rows if row[0] == "+" and row[1] in FACTS]

    def made(self, table: str) -> list[dict[str, Any]]:
        """The facts of one table recorded in this change, without corrections; NULLs left out."""
        written = [row[2] for row in self._rows if row[0] == "+" and row[1] == table]
        return [row for row in written if row["version"] == 1]

    @property
    def wrote(self) -> bool:
        """Whether anything was written yet."""
        return bool(self._rows)

    def close(self) -> None:
        """Append the audit entry; called by the store just before the commit."""
        chain = self.site_code or self.setting("site_code")
        payload = canonical(
            {
                "v": 1,
                "chain": chain,
                "seq": self.seq,
                "at": self._at,
                "actor": self.actor.account,
                "role": self.actor.role,
                "host": self.actor.host,
                "act": self.act,
                "subject": self.subject,
                "reason": self.reason,
                "call": self.call,
                "mentions": sorted(self._mentions),
                "rows": self._rows,
                "previous": self._previous,
            }
        )
        digest = sha256(payload)
        self.database.execute_sql(
            "INSERT INTO audit_entry (seq, payload, hash) VALUES (?, ?, ?)",
            (self.seq, payload, digest),
        )
        mentions: Sequence[str] = sorted(self._mentions)
        if mentions:
            marks = ", ".join(["(?, ?)"] * len(mentions))
            flat = [value for record in mentions for value in (record, self.seq)]
            self.database.execute_sql(
                f"INSERT INTO audit_mention (record, seq) VALUES {marks}", flat
            )
        self.database.execute_sql(
            "INSERT INTO chain_head (chain, seq, hash) VALUES (?, ?, ?)"
            " ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
            (chain, self.seq, digest),
        )


def _a(kind: str) -> str:
    """A kind of record with its article, as people call it."""
    words = {"account": "user", "equipment": "piece of equipment"}.get(kind, kind.replace("_", " "))
    return f"a {words}"


def _masked(table: str, key: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Values as an audit entry holds them: secrets as a hash of their hash."""
    row = {**values, **key}
    return {
        name: masked(value) if is_secret(table, name, row) else value
        for name, value in values.items()
    }
