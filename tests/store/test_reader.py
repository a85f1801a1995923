"""Reading: what is true now, and what was recorded by an earlier moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lottrack.errors import NotFound
from lottrack.store.change import Actor
from lottrack.store.reader import Reader
from lottrack.store.rows import Row
from lottrack.store.tables import FACTS, LINKS

NOW = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def history(record):
    """A patient registered at 8:00, corrected at 9:00, struck at 10:00."""
    actor = Actor("ANA", "technician", "bench-1")

    def at(hours, act):
        return record.store.change(actor, act, now=NOW + timedelta(hours=hours))

    with at(0, "register") as change:
        change.record("patient", number="P1", born_year=2016, sex="F")
    with at(1, "correct") as change:
        change.amend("patient", change.get("patient", "P1"), born_year=2015)
    with at(2, "strike") as change:
        change.amend("patient", change.get("patient", "P1"), struck=True)
    return record.store


def born(store, hours):
    row = store.at(NOW + timedelta(hours=hours)).find("patient", "P1")
    return None if row is None else row.born_year


def test_a_fact_reads_as_it_was_recorded_by_a_moment(history):
    assert born(history, -1) is None
    assert born(history, 0) == 2016
    assert born(history, 1) == 2015
    assert born(history, 1.5) == 2015
    assert born(history, 2) is None


def test_no_moment_means_now(history):
    assert history.at(None) is history
    assert history.find("patient", "P1") is None


def test_every_version_stays_readable(history):
    versions = history.versions("patient", "P1")
    assert [(row.id, row.struck) for row in versions] == [("P1", 0), ("P1#2", 0), ("P1#3", 1)]


def test_links_read_as_they_were_recorded_by_a_moment(full):
    assert full.store.rows("infused_container")
    assert Reader(full.store.database, as_of=2).rows("infused_container") == []


def test_a_condition_with_none_finds_what_is_not_told(full, numbers):
    assert [row.root for row in full.store.rows("label", collection=None)] == [numbers["label"]]
    assert full.store.rows("label", container=None) == []


def test_rows_come_in_the_order_of_their_numbers_beyond_four_digits(record):
    with record.change("act") as change:
        change.record("patient", number="P1", born_year=2016, sex="F")
        change.stand("number_series", {"kind": "weight"}, last=9997)
        given = {"patient": "P1", "weight_kg": "16", "weighed_on": "2026-02-01"}
        made = [change.record("weight", **given) for _ in range(4)]
    assert any(len(number) > len(made[0]) for number in made)
    assert [row.root for row in record.store.rows("weight")] == made
    assert record.store.last("weight").root == made[-1]
    assert record.store.first("weight").root == made[0]


def test_what_is_not_there_is_refused_with_a_way_on(record):
    with pytest.raises(NotFound, match="There is no patient P9") as refused:
        record.store.get("patient", "P9")
    assert "lottrack patient list" in refused.value.hint


def test_a_hostile_number_is_shown_escaped(record):
    with pytest.raises(NotFound) as refused:
        record.store.get("hold", "x\x1b[2J")
    assert refused.value.sentence.isprintable()


def test_a_setting_that_was_never_made_is_empty(record):
    assert record.store.setting("colour") == ""


def test_a_row_is_read_only():
    row = Row({"id": "P1"})
    with pytest.raises(TypeError, match="read-only"):
        row.id = "P2"
    with pytest.raises(AttributeError, match="colour"):
        _ = row.colour
    assert list(row) == ["id"]


@pytest.mark.parametrize("as_of", [None, 3])
@pytest.mark.parametrize("table", [*FACTS, *LINKS])
def test_no_reading_of_one_record_scans_a_table(full, numbers, table, as_of):
    """By its number, or by the first column of its key, a row is found by an index."""
    reader = Reader(full.store.database, as_of=as_of)
    column = "root" if table in FACTS else LINKS[table][0]
    statements = []
    connection = full.store.database.connection()
    connection.set_trace_callback(statements.append)
    reader.rows(table, **{column: "X"})
    connection.set_trace_callback(None)
    plan = full.sql(f"EXPLAIN QUERY PLAN {statements[0]}")
    scans = [step[3] for step in plan if step[3].startswith("SCAN")]
    assert scans == []
