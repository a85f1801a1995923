"""A change: the one way to write, whole or not at all."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from lottrack.errors import Conflict, NumberUsed, StoreBusy
from lottrack.store.chain import GENESIS, canonical, sha256
from lottrack.store.change import Actor, Told
from lottrack.store.replay import verify
from lottrack.store.store import Store
from lottrack.store.tables import FACTS, LINKS, STANDINGS

NOW = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)
PATIENT = {"number": "P1", "born_year": 2016, "sex": "M"}


def write_patient(change):
    return change.record("patient", **PATIENT)


def write_link(change):
    change.link("signature_cover", signature=_signature(change), record="X", version=1)


def _signature(change):
    text = {"meaning": "m", "shown": "s", "shown_sha256": "0" * 64, "session": "local"}
    return change.record("signature", **text, rests_on=1, scripted=0, acknowledged=0)


def write_standing(change):
    change.stand("setting", {"name": "colour"}, value="green")


def write_amendment(change):
    row = change.get("account", "ANA")
    change.amend("account", row, name="Ana Maria")


def write_fall(change):
    change.stand("account_role", {"account": "ANA", "role": "qa"})
    change.fall("account_role", account="ANA", role="qa")


VERBS = [write_patient, write_link, write_standing, write_amendment, write_fall]


def fail_after(record, write, error):
    """Write, and then fail before the change ends."""
    with record.change("act") as change:
        write(change)
        raise error


def everything(record):
    """All that is stored, but for the chain's own tables."""
    return {table: record.rows(table) for table in (*FACTS, *LINKS, *STANDINGS)}


class TestEveryVerb:
    """Each writing verb x {commits, rolls back, dry run, run twice}."""

    @pytest.mark.parametrize("write", VERBS)
    def test_commits_with_exactly_one_audit_entry(self, record, write):
        before = record.entries
        with record.change("act") as change:
            write(change)
        assert record.entries == before + 1
        assert verify(record.store.database).findings == ()

    @pytest.mark.parametrize("write", VERBS)
    def test_leaves_nothing_when_the_act_fails_afterwards(self, record, write):
        before, entries = everything(record), record.entries
        with pytest.raises(ZeroDivisionError):
            fail_after(record, write, ZeroDivisionError())
        assert everything(record) == before
        assert record.entries == entries

    @pytest.mark.parametrize("write", VERBS)
    def test_leaves_nothing_when_a_person_presses_ctrl_c(self, record, write):
        before = everything(record)
        with pytest.raises(KeyboardInterrupt):
            fail_after(record, write, KeyboardInterrupt())
        assert everything(record) == before

    @pytest.mark.parametrize("write", VERBS)
    def test_leaves_nothing_on_a_dry_run(self, record, write):
        before, entries = everything(record), record.entries
        with record.change("act", dry_run=True) as change:
            write(change)
        assert everything(record) == before
        assert record.entries == entries

    @pytest.mark.parametrize("write", VERBS)
    def test_leaves_nothing_when_the_audit_entry_cannot_be_written(self, record, write):
        before = everything(record)
        record.sql(
            "CREATE TEMP TRIGGER no_entry BEFORE INSERT ON audit_entry"
            " BEGIN SELECT RAISE (ABORT, 'the trail is full'); END"
        )
        with pytest.raises(Conflict, match="the trail is full"), record.change("act") as change:
            write(change)
        record.sql("DROP TRIGGER no_entry")
        assert everything(record) == before

    def test_a_code_is_never_used_twice(self, record):
        with record.change("act") as change:
            write_patient(change)
        with pytest.raises(NumberUsed, match="P1"), record.change("act") as change:
            write_patient(change)

    def test_a_code_is_never_used_again_after_its_record_was_struck(self, record):
        with record.change("act") as change:
            write_patient(change)
        with record.change("strike") as change:
            change.amend("patient", change.get("patient", "P1"), struck=True)
        with pytest.raises(NumberUsed), record.change("act") as change:
            write_patient(change)

    def test_a_standing_set_to_what_it_is_writes_nothing(self, record):
        with record.change("act") as change:
            write_standing(change)
        before = record.entries
        with record.change("act") as change:
            write_standing(change)
        assert record.entries == before

    def test_taking_away_what_is_not_there_writes_nothing(self, record):
        before = record.entries
        with record.change("act") as change:
            change.fall("account_role", account="ANA", role="qa")
        assert record.entries == before


class TestTheEntry:
    def test_says_who_in_which_role_where_when_what_and_why(self, record, payload_of):
        with record.change("patient register", "study amendment 3") as change:
            write_patient(change)
        entry = payload_of(record, record.entries)
        assert entry["actor"] == "ANA"
        assert entry["role"] == "technician"
        assert entry["host"] == "bench-1"
        assert entry["act"] == "patient register"
        assert entry["reason"] == "study amendment 3"
        assert entry["at"] == "2026-02-02T08:00:00.000000Z"
        assert entry["subject"] == "P1"
        assert entry["chain"] == "TST"

    def test_is_canonical_json_whose_hash_follows_from_the_one_before(self, record):
        with record.change("act") as change:
            write_patient(change)
        rows = record.sql("SELECT payload, hash FROM audit_entry ORDER BY seq")
        previous = GENESIS
        for text, digest in rows:
            payload = json.loads(text)
            assert canonical(payload) == text
            assert payload["previous"] == previous
            assert sha256(text) == digest
            previous = digest
        assert record.sql("SELECT hash FROM chain_head") == [(previous,)]

    def test_holds_what_was_before_and_what_is_after(self, record, payload_of):
        with record.change("act") as change:
            change.stand("setting", {"name": "colour"}, value="green")
        with record.change("act") as change:
            change.stand("setting", {"name": "colour"}, value="blue")
        row = payload_of(record, record.entries)["rows"][0]
        assert row == ["=", "setting", {"name": "colour"}, {"value": "green"}, {"value": "blue"}]

    def test_never_holds_a_secrets_hash_nor_the_key_of_the_bands(self, record):
        text = "".join(row[0] for row in record.sql("SELECT payload FROM audit_entry"))
        assert "plain:secret" not in text
        assert record.store.setting("band_key") not in text
        assert f"sha256:{sha256('plain:secret')}" in text

    def test_is_found_under_every_record_it_speaks_of(self, record):
        with record.change("act") as change:
            write_patient(change)
        with record.change("act") as change:
            weight = change.record("weight", patient="P1", weight_kg="16", weighed_on="2026-02-01")
            change.mention("EXTRA")
        mentions = record.sql("SELECT record FROM audit_mention WHERE seq = ?", record.entries)
        assert {row[0] for row in mentions} == {"P1", weight, "EXTRA"}

    def test_of_a_change_that_wrote_nothing_is_not_made(self, record):
        before = record.entries
        with record.change("act") as change:
            change.find("patient", "P1")
        assert record.entries == before

    def test_never_holds_a_floating_number(self, record):
        with pytest.raises(TypeError, match="float"), record.change("act") as change:
            change.note_row("setting", {"name": "x", "value": 0.5})
        assert record.store.setting("x") == ""


class TestAFact:
    def test_told_late_is_marked_late_and_keeps_both_times(self, record):
        told = Told(at=NOW - timedelta(days=3), entry="from_paper", reason="paper record")
        with record.change("act") as change:
            change.record("patient", told, **PATIENT)
        row = record.store.get("patient", "P1")
        assert (row.late, row.entry, row.reason) == (1, "from_paper", "paper record")
        assert row.occurred_at == "2026-01-30T08:00:00.000000Z"
        assert row.recorded_at == "2026-02-02T08:00:00.000000Z"
        assert row.zone == "Europe/Madrid"

    def test_told_at_once_is_not_late(self, record):
        with record.change("act") as change:
            write_patient(change)
        assert record.store.get("patient", "P1").late == 0

    def test_names_performer_recorder_and_witness(self, record):
        with record.change("act") as change:
            change.record("account", number="BEA", name="Bea")
        with record.change("act") as change:
            change.record("patient", Told(performed_by="BEA", witness="ANA"), **PATIENT)
        row = record.store.get("patient", "P1")
        assert (row.performed_by, row.recorded_by, row.witnessed_by) == ("BEA", "ANA", "ANA")

    def test_is_never_witnessed_by_its_performer(self, record):
        with pytest.raises(Conflict), record.change("act") as change:
            change.record("patient", Told(witness="ANA"), **PATIENT)

    def test_has_no_columns_that_the_schema_does_not_know(self, record):
        with pytest.raises(KeyError, match="colour"), record.change("act") as change:
            change.record("patient", **PATIENT, colour="green")

    def test_with_a_column_called_number_keeps_its_number_from_the_series(self, full, numbers):
        with full.change("act") as change:
            made = change.record(
                "infusion_order",
                course=numbers["course"],
                number=2,
                planned_on="2026-02-09",
                protocol="P@1",
                signature=numbers["signature"],
            )
        row = full.store.get("infusion_order", made)
        assert made.startswith("OR-TST-")
        assert row.number == 2

    def test_corrected_keeps_its_number_and_its_old_version(self, record):
        told = Told(at=NOW - timedelta(hours=2))
        with record.change("act") as change:
            change.record("patient", told, **PATIENT)
        with record.change("correct") as change:
            made = change.amend("patient", change.get("patient", "P1"), born_year=2015)
        old, new = record.store.versions("patient", "P1")
        assert made == "P1#2"
        assert (old.id, old.born_year) == ("P1", 2016)
        assert (new.id, new.born_year, new.occurred_at) == ("P1#2", 2015, old.occurred_at)
        assert record.store.get("patient", "P1").born_year == 2015

    def test_struck_can_be_mended_no_more_but_its_next_version_is_still_counted(self, record):
        with record.change("act") as change:
            write_patient(change)
        row = record.store.get("patient", "P1")
        with record.change("strike") as change:
            change.amend("patient", row, struck=True)
        with record.change("again") as change:
            assert change.amend("patient", row, born_year=2014) == "P1#3"


class TestNumbers:
    def test_are_given_out_in_order_and_skip_those_with_a_star(self, record):
        with record.change("act") as change:
            made = [change.number("lot") for _ in range(100)]
        serials = [int(number.split("-")[2]) for number in made]
        assert serials == sorted(set(serials))
        assert not any(number.endswith("*") for number in made)
        assert record.store.standing("number_series", kind="lot").last == serials[-1]

    def test_of_a_change_that_fails_are_given_out_again(self, record):
        given = []
        with pytest.raises(ZeroDivisionError):
            fail_after(
                record, lambda change: given.append(change.number("lot")), ZeroDivisionError()
            )
        with record.change("act") as change:
            assert [change.number("lot")] == given


class TestTwoWriters:
    def test_take_turns_and_the_chain_stays_one(self, record):
        def write(code):
            store = Store(record.path)
            try:
                for turn in range(10):
                    with store.change(
                        Actor("ANA", "technician", "bench"), "act", now=NOW
                    ) as change:
                        change.record("patient", number=f"{code}{turn}", born_year=2016, sex="F")
            finally:
                store.close()

        threads = [threading.Thread(target=write, args=(code,)) for code in "ABCD"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(record.rows("patient")) == 40
        assert verify(record.store.database).findings == ()

    def test_read_what_they_write_upon_under_the_lock(self, record, monkeypatch):
        monkeypatch.setenv("LOTTRACK_BUSY_MS", "50")
        other = Store(record.path)
        with record.change("act") as change:
            write_patient(change)
            with (
                pytest.raises(StoreBusy, match="locked"),
                other.change(Actor("ANA", "", "x"), "act", now=NOW),
            ):
                raise AssertionError("the second writer came in")
            assert other.find("patient", "P1") is None
        assert other.get("patient", "P1").born_year == 2016
        other.close()


def steps_of(record, write):
    """How many steps SQLite takes for one change."""
    steps = []
    connection = record.store.database.connection()
    connection.set_progress_handler(lambda: steps.append(1), 1)
    with record.change("act") as change:
        write(change)
    connection.set_progress_handler(None, 0)
    return len(steps)


def test_a_change_costs_as_much_in_a_long_record_as_in_a_short_one(record):
    """A scan that grows with the record would show here, whatever the machine's speed."""
    record.sql("PRAGMA synchronous = 0")
    with record.change("act") as change:
        write_patient(change)
    given = {"patient": "P1", "weight_kg": "16", "weighed_on": "2026-02-01"}

    def weigh(change):
        change.record("weight", **given)

    short = steps_of(record, weigh)
    for _ in range(20):
        with record.change("many") as change:
            for _ in range(50):
                change.record("weight", **given)
    assert steps_of(record, weigh) <= short * 1.2


class TestBehindTheDoor:
    """What the schema itself refuses, whoever asks."""

    @pytest.mark.parametrize("table", [*FACTS, *LINKS, "audit_entry", "audit_mention", "migration"])
    def test_no_row_of_an_append_only_table_is_changed(self, full, table):
        column = full.sql(f"PRAGMA table_info({table})")[0][1]
        with pytest.raises(Exception, match="append-only"):
            full.sql(f"UPDATE {table} SET {column} = {column}")

    @pytest.mark.parametrize("table", [*FACTS, *LINKS, "audit_entry", "audit_mention", "migration"])
    def test_no_row_of_an_append_only_table_is_removed(self, full, table):
        with pytest.raises(Exception, match="append-only"):
            full.sql(f"DELETE FROM {table}")

    @pytest.mark.parametrize("table", [*FACTS, *LINKS, "audit_mention", "migration"])
    def test_no_row_is_overwritten_by_insert_or_replace(self, full, table):
        with pytest.raises(Exception, match="append-only"):
            full.sql(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")

    def test_no_entry_of_the_trail_is_overwritten(self, full):
        with pytest.raises(Exception, match="append-only"):
            full.sql(
                "INSERT OR REPLACE INTO audit_entry (seq, payload, hash)"
                " SELECT seq, payload, hash FROM audit_entry"
            )

    def test_a_reference_to_nothing_is_refused(self, record):
        with pytest.raises(Conflict, match="FOREIGN KEY"), record.change("act") as change:
            change.record("weight", patient="NOBODY", weight_kg="16", weighed_on="2026-02-01")

    @pytest.mark.parametrize("text", ["1e5", "-3", "", "1,5", "NaN"])
    def test_a_quantity_that_is_no_plain_decimal_is_refused(self, record, text):
        with record.change("act") as change:
            write_patient(change)
        with pytest.raises(Conflict, match="weight_kg"), record.change("act") as change:
            change.record("weight", patient="P1", weight_kg=text, weighed_on="2026-02-01")

    def test_two_containers_never_share_a_position(self, full, numbers):
        with full.change("act") as change:
            other = change.record(
                "container",
                lot=numbers["lot"],
                fill=numbers["fill"],
                ordinal=2,
                kind="bag",
                purpose="infusion",
                expires_at="2026-02-02T08:00:00.000000Z",
            )
        place = {"lot": numbers["lot"], "location_state": "stored", "place": "GMP"}
        with pytest.raises(Conflict, match="UNIQUE"), full.change("act") as change:
            change.stand("container_standing", {"container": other}, **place, position="A1")
