"""The audit trail as its readers meet it: shown, verified, exported."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from contextlib import closing

import pytest

from tests.steps import ago


@pytest.fixture
def weighed(program):
    """A patient registered by one person and weighed by another, two hours apart."""
    program(
        *("patient", "register", "--code", "P01", "--born", 2016, "--sex", "F"), user="TECHNICIAN1"
    )
    program.clock.advance(hours=2)
    program(
        *("patient", "weigh", "P01", "--weight-kg", "16.2", "--on", "2026-02-01"), user="NURSE1"
    )
    return program


def shown(program, *args, **extra):
    return program("audit", "show", *args, **extra).data


def tamper(program, *statements):
    """Reach into the file, guards and all."""
    with closing(sqlite3.connect(program.db)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def band_key(program):
    with closing(sqlite3.connect(program.db)) as connection:
        rows = connection.execute("SELECT value FROM setting WHERE name = 'band_key'")
        return rows.fetchone()[0]


class TestShow:
    def test_tells_who_did_what_to_what_with_every_value(self, weighed):
        entry = shown(weighed, "--last", 1)[0]
        assert entry["kind"] == "audit_entry"
        assert (entry["actor"], entry["role"]) == ("NURSE1", "nurse")
        assert (entry["act"], entry["time"]) == ("patient weigh", "2026-02-02T11:00:00+01:00")
        values = {(c["table"], c["field"]): c["after"] for c in entry["changes"]}
        assert values["weight", "weight_kg"] == "16.2"
        assert values["weight", "patient"] == "P01"

    def test_tells_before_and_after_of_a_correction_with_its_reason(self, weighed):
        weight = shown(weighed, "--last", 1)[0]["subject"]
        weighed(
            "correct", weight, "weight_kg=12.6", "--reason", "digits transposed", user="TECHNICIAN1"
        )
        entry = shown(weighed, weight)[-1]
        assert entry["reason"] == "digits transposed"
        changes = [c for c in entry["changes"] if c["code"] == "corrected"]
        assert [(c["field"], c["before"], c["after"]) for c in changes] == [
            ("weight_kg", "16.2", "12.6")
        ]

    def test_tells_that_a_fact_was_struck(self, weighed):
        weight = shown(weighed, "--last", 1)[0]["subject"]
        weighed("strike", weight, "--reason", "another patient", user="TECHNICIAN1")
        codes = {c["code"]: c["record"] for c in shown(weighed, weight)[-1]["changes"]}
        assert codes["struck"] == weight

    def test_finds_everything_about_one_record(self, weighed):
        assert [e["act"] for e in shown(weighed, "P01")] == ["patient register", "patient weigh"]

    def test_finds_everything_about_a_user(self, program):
        acts = [entry["act"] for entry in shown(program, "NURSE1")]
        assert acts == ["user add"]
        program("user", "role", "NURSE1", "--add", "clinician", user="ADMIN")
        assert [entry["act"] for entry in shown(program, "NURSE1")] == ["user add", "user role"]

    def test_finds_what_one_person_did(self, weighed):
        assert [e["act"] for e in shown(weighed, "--by", "nurse1")] == ["patient weigh"]

    def test_finds_what_a_migration_did(self, program):
        assert [e["act"] for e in shown(program, "--by", "migration")] == ["init"]

    @pytest.mark.parametrize(
        ("since", "until", "acts"),
        [
            ("2026-02-02T09:00", "2026-02-02T09:00", ["patient register"]),
            ("2026-02-02T09:01", "2026-02-02T11:00", ["patient weigh"]),
            ("2026-02-02T11:01", "2026-02-02T12:00", []),
            ("2026-02-02", "2026-02-02", ["patient register", "patient weigh"]),
            ("2026-02-03", "2026-02-04", []),
        ],
    )
    def test_finds_what_was_recorded_in_a_time(self, weighed, since, until, acts):
        entries = shown(weighed, "--from", since, "--to", until)
        assert [entry["act"] for entry in entries] == acts

    def test_is_read_by_people_in_words(self, weighed):
        text = weighed("audit", "show", "P01", as_json=False).stdout
        assert "NURSE1 (nurse)  patient weigh" in text
        assert "weight kg 16.2" in text
        assert "number series" not in text

    def test_is_read_by_spreadsheets(self, weighed):
        text = weighed("audit", "show", "P01", "--format", "csv", as_json=False).stdout
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["act"] for row in rows] == ["patient register", "patient weigh"]
        assert "weight kg 16.2" in rows[1]["changes"]

    def test_of_long_entries_shows_the_first_rows_and_how_many_more(self, program):
        text = program("audit", "show", "--by", "ADMIN", as_json=False).stdout
        assert "more of role act recorded" in text
        assert len(text.splitlines()) < 300

    def test_needs_nobody_signed_in_and_writes_nothing(self, weighed):
        before = len(shown(weighed))
        assert len(shown(weighed)) == before

    def test_never_shows_a_secret(self, program):
        text = program("audit", "show").stdout
        assert "plain:" not in text
        assert "band_key" in text
        assert band_key(program) not in text

    def test_refuses_what_does_not_exist(self, program):
        assert program("audit", "show", "L99", exit_code=20).code == "unknown-code"
        assert program("audit", "show", "--by", "NOBODY", exit_code=20).code == "unknown-code"

    def test_refuses_a_time_that_is_none(self, program):
        assert program("audit", "show", "--from", "yesterday", exit_code=2).code == "bad-time"

    def test_of_nothing_says_so(self, program):
        text = program("audit", "show", "--from", "2026-02-02T00:00", as_json=False).stdout
        assert text.strip() == "(none)"

    @pytest.mark.parametrize("words", [("P01",), ("--by", "NURSE1"), ("--from", "2026-02-02")])
    def test_never_reads_the_whole_trail_for_a_part_of_it(self, weighed, words):
        from lottrack.actions.desk import Desk
        from lottrack.actions.record.audits import Wanted, show_entries
        from lottrack.store.store import Store

        store = Store(weighed.db)
        asked = []
        store.database.connection().set_trace_callback(asked.append)
        desk = Desk(lambda: store, weighed.clock, None, host="bench")
        wanted = {"P01": Wanted("P01"), "--by": Wanted(by="NURSE1")}
        show_entries(desk, wanted.get(words[0], Wanted(since=weighed.clock())))
        store.database.connection().set_trace_callback(None)
        query = next(text for text in asked if "FROM audit_entry" in text)
        plan = store.database.execute_sql(f"EXPLAIN QUERY PLAN {query}").fetchall()
        assert not [step for step in plan if step[3].startswith("SCAN")]
        store.close()


class TestVerify:
    def test_of_an_untouched_record_is_intact(self, weighed):
        found = weighed("audit", "verify").data
        assert found["verdict"] == "intact"
        assert found["findings"] == []
        assert found["entries"] == len(shown(weighed))
        assert found["head"] == shown(weighed, "--last", 1)[0]["hash"]
        assert len(found["assurance"]) >= 3

    def test_names_a_value_changed_behind_lottracks_back(self, weighed):
        tamper(
            weighed,
            "DROP TRIGGER weight_is_never_changed",
            "UPDATE weight SET weight_kg = '61.2'",
        )
        found = weighed("audit", "verify", exit_code=91).data
        assert found["verdict"] == "broken"
        assert {finding["code"] for finding in found["findings"]} == {
            "row-altered",
            "trigger-missing",
        }
        altered = next(f for f in found["findings"] if f["code"] == "row-altered")
        assert altered["where"].startswith("weight WT-TST-")
        assert "'61.2'" in altered["sentence"]
        assert "'16.2'" in altered["sentence"]

    def test_names_a_guard_that_was_taken_away_although_nothing_changed(self, weighed):
        tamper(weighed, "DROP TRIGGER audit_entry_is_never_changed")
        found = weighed("audit", "verify", exit_code=91).data
        assert [finding["code"] for finding in found["findings"]] == ["trigger-missing"]

    def test_is_read_by_people_in_words(self, weighed):
        text = weighed("audit", "verify", as_json=False).stdout
        assert text.startswith("INTACT.")
        tamper(weighed, "DROP VIEW hold_now")
        text = weighed("audit", "verify", as_json=False, exit_code=91).stdout
        assert text.startswith("BROKEN: 1 finding.")
        assert "view hold_now was taken away" in text

    def test_shows_no_progress_bar_where_there_is_no_terminal(self, weighed):
        assert weighed("audit", "verify").stderr == ""

    def test_shows_a_progress_bar_on_a_terminal(self, weighed, monkeypatch):
        from lottrack.commands.audit.trail import with_progress

        class Terminal(io.StringIO):
            def isatty(self):
                return True

        terminal = Terminal()
        monkeypatch.setattr("sys.stderr", terminal)
        done = []

        def prove(step):
            step(3)
            done.append(3)
            return "proved"

        assert with_progress(weighed.db, prove) == "proved"
        assert done == [3]
        assert "Verifying" in terminal.getvalue()

    def test_opens_a_record_of_a_newer_lottrack(self, weighed):
        tamper(weighed, f"INSERT INTO migration VALUES ('9999_later', '{'0' * 64}', '{'x' * 27}')")
        found = weighed("audit", "verify", exit_code=91).data
        assert [finding["where"] for finding in found["findings"]] == ["migration 9999_later"]
        assert any("9999_later" in line for line in found["assurance"])

    def test_needs_a_file(self, program, tmp_path):
        program.db = tmp_path / "nothing.sqlite"
        assert program("audit", "verify", exit_code=71).code == "no-database"

    @pytest.mark.parametrize("content", [b"", b"not a database, " * 400])
    def test_of_a_file_that_is_no_record_is_broken(self, program, content):
        program.db.write_bytes(content)
        found = program("audit", "verify", exit_code=91).data
        assert found["entries"] == 0
        assert [f["code"] for f in found["findings"]] in (["chain-missing"], ["database-damaged"])


class TestExport:
    def test_holds_every_entry_as_the_text_that_was_hashed(self, weighed, tmp_path):
        path = tmp_path / "trail.jsonl"
        made = weighed("audit", "export", path).data
        *lines, closing = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        previous = "0" * 64
        for number, line in enumerate(lines, start=1):
            payload = json.loads(line["payload"])
            assert line["seq"] == payload["seq"] == number
            assert payload["previous"] == previous
            assert hashlib.sha256(line["payload"].encode()).hexdigest() == line["hash"]
            previous = line["hash"]
        assert (
            closing["head"] == previous == made["head"] == weighed("audit", "verify").data["head"]
        )
        assert closing["entries"] == made["entries"] == len(lines)
        assert closing["chain"] == "TST"

    def test_betrays_neither_secrets_nor_the_key_of_the_bands(self, weighed, tmp_path):
        path = tmp_path / "trail.jsonl"
        weighed("audit", "export", path)
        text = path.read_text("utf-8")
        assert band_key(weighed) not in text
        assert "plain:" not in text

    def test_never_overwrites_a_file(self, weighed, tmp_path):
        path = tmp_path / "trail.jsonl"
        path.write_text("precious")
        assert weighed("audit", "export", path, exit_code=30).code == "file-exists"
        assert path.read_text() == "precious"

    def test_that_cannot_be_written_leaves_nothing(self, weighed, tmp_path):
        path = tmp_path / "no folder" / "trail.jsonl"
        assert weighed("audit", "export", path, exit_code=70).code == "file-not-writable"
        assert not path.exists()


def test_late_entries_tell_when_it_happened(program):
    program(
        *("patient", "register", "--code", "P01", "--born", 2016, "--sex", "F"), user="TECHNICIAN1"
    )
    when = ago(program, days=3)
    program(
        *("patient", "weigh", "P01", "--weight-kg", "16", "--on", "2026-01-30", "--at", when),
        user="NURSE1",
    )
    changes = shown(program, "--last", 1)[0]["changes"]
    assert {c["field"]: c["after"] for c in changes}["occurred_at"] == "2026-01-30T08:00:00.000000Z"
