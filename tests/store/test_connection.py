"""Opening a file: what it takes, and how each failure is told."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from lottrack.errors import NoDatabase, StoreBusy, StoreError
from lottrack.store import connection
from lottrack.store.connection import BUSY_MS, busy_ms, connect, translated


def test_every_connection_guards_references_and_forgets_nothing(record):
    pragmas = {
        name: record.sql(f"PRAGMA {name}")[0][0]
        for name in ("foreign_keys", "journal_mode", "synchronous", "recursive_triggers")
    }
    assert pragmas == {
        "foreign_keys": 1,
        "journal_mode": "wal",
        "synchronous": 2,
        "recursive_triggers": 1,
    }


def test_a_writer_waits_thirty_seconds_unless_told_otherwise(record, monkeypatch):
    assert record.sql("PRAGMA busy_timeout")[0][0] == 30_000
    monkeypatch.setenv("LOTTRACK_BUSY_MS", "120")
    database = connect(record.path)
    assert database.execute_sql("PRAGMA busy_timeout").fetchone()[0] == 120
    database.close()


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5", "\u0661"])
def test_a_wait_that_is_no_number_is_the_usual_one(monkeypatch, text):
    monkeypatch.setenv("LOTTRACK_BUSY_MS", text)
    assert busy_ms() == BUSY_MS


def test_no_file_is_told_as_no_database_and_none_is_made(tmp_path):
    with pytest.raises(NoDatabase) as refused:
        connect(tmp_path / "nothing.sqlite")
    assert refused.value.exit_code == 71
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_database(tmp_path):
    with pytest.raises(NoDatabase):
        connect(tmp_path)


@pytest.mark.parametrize("writable", [True, False])
def test_a_file_that_is_no_database_is_told_as_damaged(tmp_path, writable):
    path = tmp_path / "letter.sqlite"
    path.write_text("Dear colleague, " * 500)
    with pytest.raises(StoreError) as refused:
        connect(path, writable=writable)
    assert (refused.value.code, refused.value.exit_code) == ("database-damaged", 70)
    assert "audit verify" in refused.value.hint


def test_a_file_opened_to_read_is_never_changed(record):
    record.store.close()
    before = record.path.read_bytes()
    for immutable in (False, True):
        database = connect(record.path, writable=False, immutable=immutable)
        with pytest.raises(Exception, match="readonly"):
            database.execute_sql("DELETE FROM setting")
        database.close()
    assert record.path.read_bytes() == before


def test_an_old_sqlite_is_refused_by_name(record, monkeypatch):
    monkeypatch.setattr(connection, "OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(StoreError, match="too old") as refused:
        connect(record.path)
    assert refused.value.code == "sqlite-too-old"


@pytest.mark.parametrize(
    "text",
    [
        "database is locked",
        "attempt to write a readonly database",
        "database or disk is full",
        "disk I/O error",
        "unable to open database file",
    ],
)
def test_a_file_that_cannot_be_written_now_is_told_as_busy(tmp_path, text):
    error = translated(sqlite3.OperationalError(text), tmp_path / "x.sqlite")
    assert isinstance(error, StoreBusy)
    assert error.exit_code == 74
    assert "Nothing was recorded" in error.sentence


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("no such column: colour"),
        sqlite3.IntegrityError("NOT NULL constraint failed: account_standing.locked_until"),
        ValueError("database is locked"),
    ],
)
def test_a_bug_is_never_told_as_a_busy_file(tmp_path, error):
    assert translated(error, tmp_path / "x.sqlite") is error


def test_no_driver_of_another_database_is_imported():
    program = (
        "import sys; sys.modules.pop('peewee', None);"
        "from lottrack.store.connection import _peewee_database;"
        "_peewee_database(':memory:', uri=False, pragmas={});"
        "print(sorted({'psycopg', 'psycopg2', 'pysqlite3', 'pymysql'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
