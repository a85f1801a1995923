"""The schema of a file is the one its migrations make, to the letter."""

from __future__ import annotations

import pytest

from lottrack.store.schema import prove_schema


def found(record):
    return {
        (finding.code, finding.where) for finding in prove_schema(record.store.database).findings
    }


def test_a_fresh_record_has_the_schema_of_its_migrations(record):
    proof = prove_schema(record.store.database)
    assert proof.findings == ()
    assert "compared" in proof.assurance


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("DROP TRIGGER lot_is_never_changed", ("trigger-missing", "trigger lot_is_never_changed")),
        ("DROP INDEX lot_by_course", ("index-missing", "index lot_by_course")),
        ("DROP VIEW hold_now", ("view-missing", "view hold_now")),
        ("DROP TABLE hold_lift", ("table-missing", "table hold_lift")),
        ("CREATE TABLE notes (t TEXT)", ("table-added", "table notes")),
        ("CREATE VIEW v AS SELECT 1", ("view-added", "view v")),
        (
            "CREATE TRIGGER t AFTER INSERT ON lot BEGIN SELECT 1; END",
            ("trigger-added", "trigger t"),
        ),
        ("ALTER TABLE lot ADD COLUMN x TEXT", ("table-altered", "table lot")),
    ],
)
def test_whatever_is_added_altered_or_taken_away_is_named(record, statement, finding):
    record.sql(statement)
    assert finding in found(record)


def test_a_view_that_hides_a_hold_is_named(record):
    record.sql("DROP VIEW hold_now")
    record.sql("CREATE VIEW hold_now AS SELECT * FROM hold WHERE 0")
    assert found(record) == {("view-altered", "view hold_now")}


def test_a_guard_that_does_nothing_is_named(record):
    record.sql("DROP TRIGGER lot_is_never_changed")
    record.sql("CREATE TRIGGER lot_is_never_changed BEFORE UPDATE ON lot BEGIN SELECT 1; END")
    assert found(record) == {("trigger-altered", "trigger lot_is_never_changed")}


def test_a_migration_whose_file_is_another_is_named(record):
    record.sql("DROP TRIGGER migration_is_never_changed")
    record.sql("UPDATE migration SET sha256 = ?", "0" * 64)
    assert ("migration-altered", "migration 0001_initial") in found(record)


def test_the_schema_of_a_newer_lottrack_is_not_judged(record):
    record.sql("INSERT INTO migration VALUES ('9999_later', ?, ?)", "0" * 64, "x" * 27)
    record.sql("CREATE TABLE later (x TEXT)")
    proof = prove_schema(record.store.database)
    assert proof.findings == ()
    assert "9999_later" in proof.assurance


def test_a_file_without_migrations_is_not_judged(record):
    record.sql("DROP TABLE migration")
    assert prove_schema(record.store.database).findings == ()
