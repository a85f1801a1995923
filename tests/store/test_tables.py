"""The schema is told twice, in SQL and in Python; here the two tellings are compared."""

from __future__ import annotations

import sqlite3

import pytest

from lottrack.rules.codes.identifiers import PREFIXES
from lottrack.store.migrations import known_migrations, statements
from lottrack.store.tables import CHAIN, FACTS, LINKS, STANDINGS, columns, key_columns

ALL = [*FACTS, *LINKS, *STANDINGS]


@pytest.fixture(scope="module")
def schema():
    """A database in memory, made by the migrations alone."""
    connection = sqlite3.connect(":memory:")
    for migration in known_migrations():
        for statement in statements(migration.text):
            connection.execute(statement)
    yield connection
    connection.close()


def names(schema, kind):
    rows = schema.execute(
        "SELECT name FROM sqlite_master WHERE type = ? AND name NOT LIKE 'sqlite%'", (kind,)
    )
    return {row[0] for row in rows}


def test_both_tellings_know_the_same_tables(schema):
    assert names(schema, "table") == {*ALL, *CHAIN}


@pytest.mark.parametrize("table", ALL)
def test_both_tellings_know_the_same_columns(schema, table):
    info = schema.execute(f"PRAGMA table_info({table})").fetchall()
    assert sorted(row[1] for row in info) == sorted(columns(table))


@pytest.mark.parametrize("table", [*ALL, "migration"])
def test_both_tellings_know_the_same_keys(schema, table):
    info = schema.execute(f"PRAGMA table_info({table})").fetchall()
    in_order = [name for _, name in sorted((row[5], row[1]) for row in info if row[5])]
    assert tuple(in_order) == key_columns(table)


@pytest.mark.parametrize("table", [*ALL, *CHAIN])
def test_every_table_is_strict(schema, table):
    strict = schema.execute("SELECT strict FROM pragma_table_list WHERE name = ?", (table,))
    assert strict.fetchone() == (1,)


@pytest.mark.parametrize("table", FACTS)
def test_every_fact_has_a_view_of_what_is_true_now(schema, table):
    assert f"{table}_now" in names(schema, "view")


def test_there_is_no_view_of_anything_else(schema):
    assert names(schema, "view") == {f"{table}_now" for table in FACTS}


@pytest.mark.parametrize("table", [*FACTS, *LINKS, "audit_entry", "audit_mention", "migration"])
def test_every_append_only_table_has_its_three_guards(schema, table):
    triggers = schema.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
    ).fetchall()
    kinds = sorted(sql.split(" BEFORE ")[1].split()[0] for (sql,) in triggers)
    assert kinds == ["DELETE", "INSERT", "UPDATE"]


def unindexed_references(schema, table):
    leading = {
        schema.execute(f"PRAGMA index_info({index[1]})").fetchone()[2]
        for index in schema.execute(f"PRAGMA index_list({table})").fetchall()
    }
    found = {row[3] for row in schema.execute(f"PRAGMA foreign_key_list({table})").fetchall()}
    return found - leading - {"root"}


# Looked up from their own row, never by what they point at.
NEVER_SEARCHED = {
    *("performed_by", "recorded_by", "witnessed_by", "second"),
    *("signature", "second_signature", "template", "replaces", "screening_rule", "eligibility"),
    *("donor_typing", "patient_typing", "from_place", "to_place", "to_account"),
}
NEVER_SEARCHED_IN = {
    "course": {"protocol"},
    "course_amendment": {"protocol"},
    "dispensing": {"patient"},
    "infusion_order": {"protocol"},
    "label_event": {"container", "lot"},
    "lot": {"specification"},
    "lot_respecification": {"specification", "moved_from"},
    "oos": {"specification"},
    "preparation_finish": {"container"},
    "preparation_input": {"label"},
    "result": {"specification", "sample"},
    "verification": {"patient"},
}


@pytest.mark.parametrize("table", [*FACTS, *LINKS])
def test_every_reference_that_is_searched_has_an_index(schema, table):
    unindexed = unindexed_references(schema, table)
    assert unindexed - NEVER_SEARCHED == NEVER_SEARCHED_IN.get(table, set())


def test_no_column_holds_a_floating_number(schema):
    kinds = {
        row[2]
        for table in [*ALL, *CHAIN]
        for row in schema.execute(f"PRAGMA table_info({table})").fetchall()
    }
    assert kinds == {"TEXT", "INTEGER"}


def test_every_series_of_numbers_belongs_to_a_fact():
    extra = {"lot_reassignment", "specification_document"}
    assert set(PREFIXES) - extra <= set(FACTS)
