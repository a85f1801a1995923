"""The proof: whatever is done to a file behind lottrack's back is found, and the row is named."""

from __future__ import annotations

import json
import shutil
import sqlite3

import pytest

from lottrack.store.chain import canonical, sha256
from lottrack.store.replay import verify
from lottrack.store.store import Store
from lottrack.store.tables import CHAIN, FACTS, LINKS, STANDINGS, key_columns

TABLES = [*FACTS, *LINKS, *STANDINGS, *CHAIN]
KEYS = {"audit_entry": ("seq",), "audit_mention": ("record", "seq"), "chain_head": ("chain",)}


def findings(record):
    return verify(record.store.database).findings


def codes(record):
    return {finding.code for finding in findings(record)}


@pytest.fixture(scope="module")
def exposed_file(full_file, tmp_path_factory):
    """The full record with every guard taken away, as by someone with the file in their hands."""
    path = tmp_path_factory.mktemp("exposed") / "exposed.sqlite"
    shutil.copy(full_file[0], path)
    connection = sqlite3.connect(path)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    # A plain table takes what the generated columns of the real one would refuse.
    connection.execute("CREATE TABLE plain (seq INTEGER PRIMARY KEY, payload, hash)")
    connection.execute("INSERT INTO plain SELECT seq, payload, hash FROM audit_entry")
    connection.execute("DROP TABLE audit_entry")
    connection.execute("ALTER TABLE plain RENAME TO audit_entry")
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def full(exposed_file, tmp_path):
    """A copy of the record with a row in every table, without guards, open to anyone's SQL."""
    path = tmp_path / "exposed.sqlite"
    shutil.copy(exposed_file, path)
    store = Store(path)
    pragmas = {"foreign_keys": 0, "ignore_check_constraints": 1, "synchronous": 0}
    for pragma, value in pragmas.items():
        store.database.execute_sql(f"PRAGMA {pragma} = {value}")
    yield Exposed(store)
    store.close()


class Exposed:
    """A store that anyone's SQL reaches."""

    def __init__(self, store):
        self.store = store

    def sql(self, text, *values):
        return self.store.database.execute_sql(text, values).fetchall()

    def rows(self, table):
        return self.sql(f"SELECT * FROM {table}")

    @property
    def entries(self):
        return self.sql("SELECT count(*) FROM audit_entry")[0][0]


def keys_of(table):
    return KEYS.get(table) or key_columns(table)


def first_row(record, table):
    """The key of one row, as text in a condition and as findings name it."""
    names = keys_of(table)
    values = record.sql(f"SELECT {', '.join(names)} FROM {table} ORDER BY rowid DESC LIMIT 1"
                        if table == "audit_entry" else
                        f"SELECT {', '.join(names)} FROM {table} LIMIT 1")[0]  # fmt: skip
    condition = " AND ".join(f"{name} = ?" for name in names)
    return condition, values, f"{table} {' / '.join(str(value) for value in values)}"


def other_value(kind, value):
    return (value or 0) + 1 if kind == "INTEGER" else f"{value or ''}x"


@pytest.mark.parametrize("table", TABLES)
def test_there_is_a_row_to_tamper_with(full, table):
    assert full.rows(table), "fill_every_table in conftest.py lacks this table"


def test_a_record_written_by_lottrack_alone_proves_itself(full):
    proof = verify(full.store.database)
    assert proof.findings == ()
    assert proof.verdict == "intact"
    assert proof.entries == full.entries
    assert proof.head == full.sql("SELECT hash FROM chain_head")[0][0]


@pytest.mark.parametrize("table", TABLES)
def test_a_changed_value_is_found_in_every_column_of_every_table(full, table):
    condition, key, where = first_row(full, table)
    info = full.sql(f"PRAGMA table_info({table})")
    kinds = {row[1]: row[2] for row in info if row[1] not in keys_of(table)}
    if not kinds:  # every column is part of the key: one row is gone, another has come
        kinds = {info[0][1]: info[0][2]}
    row = full.sql(f"SELECT {', '.join(kinds)} FROM {table} WHERE {condition}", *key)[0]
    values = [other_value(kind, v) for kind, v in zip(kinds.values(), row, strict=True)]
    sets = ", ".join(f"{name} = ?" for name in kinds)
    full.sql(f"UPDATE {table} SET {sets} WHERE {condition}", *values, *key)
    found = [finding for finding in findings(full) if finding.where == where]
    assert found
    if table in {*FACTS, *LINKS, *STANDINGS} and found[0].code == "row-altered":
        told = {finding.sentence.split(": ")[1].split(" is ")[0] for finding in found}
        assert told == set(kinds)


@pytest.mark.parametrize("table", TABLES)
def test_a_removed_row_is_found_in_every_table(full, table):
    condition, key, where = first_row(full, table)
    full.sql(f"DELETE FROM {table} WHERE {condition}", *key)
    assert where in {finding.where for finding in findings(full)}


@pytest.mark.parametrize("table", [*FACTS, *LINKS, *STANDINGS])
def test_a_row_put_in_is_found_in_every_table(full, table):
    names = [row[1] for row in full.sql(f"PRAGMA table_info({table})")]
    values = list(full.rows(table)[0])
    if table in FACTS:
        put = {"id": "FORGED", "root": "FORGED"}
        values = [put.get(name, value) for name, value in zip(names, values, strict=True)]
        if "edition" in names:
            values[names.index("edition")] = 9
    else:
        values[names.index(keys_of(table)[-1])] = "FORGED"
        values = [None if name == "position" else v for name, v in zip(names, values, strict=True)]
    full.sql(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", *values)
    found = [finding for finding in findings(full) if finding.code == "row-unaccounted"]
    assert [finding for finding in found if "FORGED" in finding.where]


class TestTheChain:
    def test_an_entry_taken_out_of_the_middle_is_named(self, full):
        full.sql("DELETE FROM audit_entry WHERE seq = 2")
        found = {(finding.code, finding.where) for finding in findings(full)}
        assert ("entry-missing", "audit_entry 2") in found
        assert ("chain-broken", "audit_entry 3") in found

    def test_the_last_entry_cut_off_is_missed_by_the_head(self, full):
        last = full.entries
        full.sql("DELETE FROM audit_entry WHERE seq = ?", last)
        found = {(finding.code, finding.where) for finding in findings(full)}
        assert ("entry-missing", f"audit_entry {last}") in found

    def test_the_last_entry_cut_off_together_with_the_head_leaves_rows_unaccounted(self, full):
        last = full.entries
        full.sql("DELETE FROM audit_entry WHERE seq = ?", last)
        full.sql("UPDATE chain_head SET seq = seq - 1, hash = (SELECT hash FROM audit_entry"
                 " ORDER BY seq DESC LIMIT 1)")  # fmt: skip
        assert "row-unaccounted" in codes(full)

    def test_an_entry_retold_with_a_fitting_hash_breaks_the_one_after_it(self, full):
        payload = json.loads(full.sql("SELECT payload FROM audit_entry WHERE seq = 2")[0][0])
        text = canonical(payload | {"actor": "SOMEONE"})
        full.sql("UPDATE audit_entry SET payload = ?, hash = ? WHERE seq = 2", text, sha256(text))
        found = {(finding.code, finding.where) for finding in findings(full)}
        assert found == {("chain-broken", "audit_entry 3")}

    def test_a_whole_chain_retold_is_intact_and_shows_another_head(self, full):
        """What the assurance warns of: only a head noted outside shows this."""
        before = verify(full.store.database).head
        previous = "0" * 64
        for seq, text in full.sql("SELECT seq, payload FROM audit_entry ORDER BY seq"):
            retold = canonical(json.loads(text) | {"host": "elsewhere", "previous": previous})
            previous = sha256(retold)
            full.sql("UPDATE audit_entry SET payload = ?, hash = ? WHERE seq = ?",
                     retold, previous, seq)  # fmt: skip
        full.sql("UPDATE chain_head SET hash = ?", previous)
        proof = verify(full.store.database)
        assert proof.findings == ()
        assert proof.head != before

    @pytest.mark.parametrize(
        "text",
        [
            "[]",
            "{}",
            '{"chain": [], "seq": 2, "mentions": [], "rows": [], "previous": ""}',
            '{"chain": "TST", "seq": 2, "mentions": 7, "rows": [], "previous": ""}',
            '{"chain": "TST", "seq": 2, "mentions": [], "rows": [["+"]], "previous": ""}',
            '{"chain": "TST", "seq": 2, "mentions": [], "rows": [["+", "x", 3]], "previous": ""}',
            '{"chain": "TST", "seq": 2, "mentions": [], "rows": [["=", [], {}]], "previous": ""}',
            "[" * 100_000,
            "not JSON",
        ],
    )
    def test_an_entry_that_is_none_is_a_finding_and_stops_nothing(self, full, text):
        full.sql("UPDATE audit_entry SET payload = ?, hash = ? WHERE seq = 2", text, sha256(text))
        found = {(finding.code, finding.where) for finding in findings(full)}
        assert ("entry-unreadable", "audit_entry 2") in found
        assert ("chain-broken", "audit_entry 3") in found

    def test_an_entry_of_a_table_that_nobody_knows_is_a_finding(self, record):
        with record.change("act") as change:
            change.stand("setting", {"name": "x"}, value="1")
            change.note_row("ghost", {"id": "1", "what": "boo"})
        assert "table-missing" in codes(record)

    def test_a_standing_that_moves_from_where_it_never_was_is_a_finding(self, record):
        with record.change("act") as change:
            change.stand("setting", {"name": "x"}, value="1")
        record.sql("UPDATE setting SET value = '2' WHERE name = 'x'")
        with record.change("act") as change:
            change.stand("setting", {"name": "x"}, value="3")
        assert "entry-inconsistent" in codes(record)

    def test_a_row_that_claims_another_entry_is_a_finding(self, record):
        with record.change("act") as change:
            change.stand("setting", {"name": "x"}, value="1")
            change.note_row("donor", {"id": "D9", "seq": 1})
        assert "entry-inconsistent" in codes(record)


class TestDamage:
    def test_bytes_that_are_no_text_are_found_and_shown_escaped(self, full):
        full.sql("UPDATE donor SET zone = CAST(x'ff00fe' AS TEXT)")
        found = findings(full)
        assert [finding.where for finding in found] == ["donor D1"]
        assert found[0].sentence.isprintable()

    def test_an_entry_of_bytes_that_are_no_text_is_found(self, full):
        full.sql("UPDATE audit_entry SET payload = CAST(x'fffe' AS TEXT) WHERE seq = 2")
        assert {"entry-altered", "entry-unreadable", "chain-broken"} <= codes(full)

    def test_a_table_taken_away_is_named(self, full):
        full.sql("DROP TABLE hold_lift")
        assert ("table-missing", "hold_lift") in {(f.code, f.where) for f in findings(full)}

    def test_the_mentions_taken_away_are_named(self, full):
        full.sql("DROP TABLE audit_mention")
        assert ("table-missing", "audit_mention") in {(f.code, f.where) for f in findings(full)}

    def test_the_trail_taken_away_is_named(self, full):
        full.sql("DROP TABLE audit_entry")
        proof = verify(full.store.database)
        assert [finding.code for finding in proof.findings] == ["chain-missing"]
        assert (proof.entries, proof.head) == (0, "")

    def test_a_table_beside_the_record_is_found_once_it_holds_something(self, full):
        full.sql("CREATE TABLE notes (text TEXT)")
        full.sql("INSERT INTO notes VALUES ('shh')")
        assert [finding.where for finding in findings(full)] == ["notes shh"]

    def test_hostile_names_are_shown_escaped(self, full):
        full.sql('CREATE TABLE "a\x1b[2J""b" (t TEXT)')
        full.sql('INSERT INTO "a\x1b[2J""b" VALUES (\'x\u202ey\')')
        assert all(
            finding.sentence.isprintable() and finding.where.isprintable()
            for finding in findings(full)
        )


class TestOtherSchemas:
    def test_a_column_that_a_later_migration_added_counts_as_its_default(self, full):
        full.sql("ALTER TABLE donor ADD COLUMN consented INTEGER NOT NULL DEFAULT 1")
        assert findings(full) == ()

    def test_a_value_that_is_not_the_default_is_found(self, full):
        full.sql("ALTER TABLE donor ADD COLUMN consented INTEGER NOT NULL DEFAULT 1")
        full.sql("UPDATE donor SET consented = 0")
        assert [finding.where for finding in findings(full)] == ["donor D1"]

    def test_progress_counts_every_entry_once(self, record):
        for turn in range(30):
            with record.change("act") as change:
                change.stand("setting", {"name": "x"}, value=str(turn))
        done = []
        verify(record.store.database, done.append)
        assert sum(done) == record.entries
