"""Migrations: numbered files, applied whole or not at all, never altered afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lottrack.errors import (
    Conflict,
    MigrationAltered,
    SchemaNewer,
    SchemaOlder,
    StoreError,
)
from lottrack.store import migrations
from lottrack.store import store as stores
from lottrack.store.chain import sha256
from lottrack.store.connection import connect
from lottrack.store.migrations import Migration, known_migrations, statements
from lottrack.store.replay import verify
from lottrack.store.store import Store, make_database, migrate

NOW = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)


def made(name, text):
    return Migration(name, text, sha256(text))


@pytest.fixture
def with_migrations(monkeypatch):
    """A lottrack that knows further migrations."""

    def know(*more):
        known = [*known_migrations(), *more]
        monkeypatch.setattr(migrations, "known_migrations", lambda: known)
        monkeypatch.setattr(stores, "known_migrations", lambda: known)

    return know


LATER = made(
    "9001_colour", "-- A colour.\nALTER TABLE donor ADD COLUMN colour TEXT DEFAULT 'blue';\n"
)


class TestAFile:
    def test_is_cut_into_its_statements(self):
        text = (
            "-- a comment; with a semicolon\n"
            "CREATE TABLE a (x TEXT CHECK (x <> ';'));\n"
            "CREATE TRIGGER t BEFORE UPDATE ON a\nBEGIN SELECT 1; SELECT 2; END;\n"
            "-- the end\n"
        )
        cut = list(statements(text))
        assert [part.splitlines()[-1][:14] for part in cut] == ["CREATE TABLE a", "BEGIN SELECT 1"]

    def test_that_ends_in_the_middle_of_a_statement_is_refused(self):
        with pytest.raises(StoreError, match="in the middle"):
            list(statements("CREATE TABLE a (x TEXT);\nCREATE TABLE b (x"))

    def test_of_this_lottrack_is_numbered_from_0001(self):
        assert [m.name[:4] for m in known_migrations()] == [
            f"{number:04d}" for number in range(1, len(known_migrations()) + 1)
        ]


class TestANewDatabase:
    def test_never_overwrites_a_file(self, tmp_path):
        path = tmp_path / "x.sqlite"
        path.write_text("precious")
        with pytest.raises(Conflict) as refused:
            make_database(path, {"site_code": "TST"}, host="h", now=NOW)
        assert refused.value.code == "database-exists"
        assert path.read_text() == "precious"

    def test_is_not_left_half_made(self, tmp_path, with_migrations):
        with_migrations(
            made("9001_broken", "CREATE TABLE half (x TEXT);\nCREATE TABLE half (x);\n")
        )
        path = tmp_path / "x.sqlite"
        with pytest.raises(Exception, match="half"):
            make_database(path, {"site_code": "TST"}, host="h", now=NOW)
        assert not path.exists()

    def test_can_be_read_by_its_owner_alone(self, record):
        assert record.path.stat().st_mode & 0o077 == 0

    def test_begins_its_chain_with_the_migrations_and_the_settings(self, record, payload_of):
        first = payload_of(record, 1)
        tables = [row[1] for row in first["rows"]]
        assert first["actor"] == "migration"
        assert tables == ["migration"] * len(known_migrations()) + ["setting"] * 4


class TestAnOlderDatabase:
    def test_is_refused_with_the_way_on(self, record, with_migrations):
        with_migrations(LATER)
        with pytest.raises(SchemaOlder) as refused:
            Store(record.path)
        assert refused.value.exit_code == 72
        assert "lottrack admin migrate" in refused.value.hint

    def test_gets_what_it_lacks_with_an_entry_and_proves_itself(self, full, with_migrations):
        before = full.entries
        full.store.close()
        with_migrations(LATER)
        assert migrate(full.path, host="h", now=NOW) == ["9001_colour"]
        store = Store(full.path)
        assert store.get("donor", "D1").colour == "blue"
        proof = verify(store.database)
        assert (proof.findings, proof.entries) == ((), before + 1)
        store.close()

    def test_that_lacks_nothing_is_left_alone(self, record):
        before = record.entries
        assert migrate(record.path, host="h", now=NOW) == []
        assert record.entries == before

    def test_stays_as_it_was_when_a_step_fails_half_way(self, record, with_migrations):
        before = record.sql("SELECT name FROM sqlite_master ORDER BY name")
        applied = record.rows("migration")
        with_migrations(
            made("9001_broken", "CREATE TABLE half (x TEXT);\nCREATE TABLE half (x);\n")
        )
        with pytest.raises(Exception, match="half"):
            migrate(record.path, host="h", now=NOW)
        assert record.sql("SELECT name FROM sqlite_master ORDER BY name") == before
        assert record.rows("migration") == applied


class TestAnUnfittingDatabase:
    def test_of_a_newer_lottrack_is_refused(self, record):
        record.sql("INSERT INTO migration VALUES ('9999_later', ?, ?)", "0" * 64, "x" * 27)
        with pytest.raises(SchemaNewer, match="9999_later") as refused:
            Store(record.path)
        assert refused.value.exit_code == 73

    def test_made_by_another_file_of_the_same_name_is_refused(self, record):
        record.sql("DROP TRIGGER migration_is_never_changed")
        record.sql("UPDATE migration SET sha256 = ?", "0" * 64)
        with pytest.raises(MigrationAltered, match="0001_initial") as refused:
            Store(record.path)
        assert refused.value.exit_code == 93

    def test_of_another_program_is_refused(self, tmp_path):
        path = tmp_path / "other.sqlite"
        path.touch()
        database = connect(path)
        database.execute_sql("CREATE TABLE invoices (x TEXT)")
        database.close()
        with pytest.raises(StoreError) as refused:
            Store(path)
        assert refused.value.code == "not-a-lottrack-database"
        assert refused.value.exit_code == 70
