"""Backup, restore, check and migrate: no copy is trusted before it proved itself."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lottrack.assets import database_folder
from lottrack.rules.codes.identifiers import PREFIXES
from lottrack.rules.reading.times import to_text
from lottrack.store import migrations
from lottrack.store.files import content_of
from tests import steps
from tests.steps import ago


def sql(path, statement, *values):
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(statement, values).fetchall()
        connection.commit()
    return rows


def register(program, code="P01"):
    program(
        *("patient", "register", "--code", code, "--born", 2016, "--sex", "F"), user="TECHNICIAN1"
    )


def weigh(program, code="P01"):
    return program(
        *("patient", "weigh", code, "--weight-kg", "16", "--on", "2026-02-01"), user="NURSE1"
    ).data["id"]


def attach(program, text="certificate"):
    file = program.db.parent / "certificate.pdf"
    file.write_text(text)
    return program("attach", "P01", file, "--what", "certificate", user="NURSE1").data


@pytest.fixture
def kept(program):
    """A patient with a weight and an attached file."""
    register(program)
    weigh(program)
    attach(program)
    return program


@pytest.fixture
def backup(kept, tmp_path):
    """A backup of it."""
    path = tmp_path / "backup.sqlite"
    kept("admin", "backup", path, user="ADMIN")
    return path


def restore(program, backup, target, *more, **extra):
    given = {"user": "ADMIN"} | extra
    if "--confirm" not in more:
        more = (*more, "--confirm", "TST")
    return program("admin", "restore", backup, "--to", target, *more, **given)


def at(program, path):
    """The same people at another file."""
    return type(program)(path, program.clock)


class TestBackup:
    def test_is_one_file_that_proves_itself_with_its_attached_files(self, kept, backup):
        other = at(kept, backup)
        assert other("audit", "verify").data["verdict"] == "intact"
        assert other("admin", "check").data["findings"] == []
        assert [path.name for path in backup.parent.glob("backup.sqlite-*")] == []

    def test_answers_its_hash_and_notes_it_in_the_record(self, kept, tmp_path):
        path = tmp_path / "b.sqlite"
        made = kept("admin", "backup", path, user="ADMIN").data
        assert made["sha256"] == content_of(path).sha256
        assert made["files"] == 1
        entry = kept("audit", "show", "--last", 1).data[0]
        assert (entry["act"], entry["actor"], entry["subject"]) == (
            "admin backup",
            "ADMIN",
            "b.sqlite",
        )
        assert made["sha256"] in str(entry["changes"])

    def test_can_be_read_by_its_owner_alone(self, backup):
        assert backup.stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize("name", ["b.sqlite", "b.sqlite.files"])
    def test_never_overwrites_anything(self, kept, tmp_path, name):
        (tmp_path / name).write_text("precious")
        refused = kept("admin", "backup", tmp_path / "b.sqlite", user="ADMIN", exit_code=30)
        assert refused.code == "file-exists"
        assert (tmp_path / name).read_text() == "precious"

    def test_is_an_administrators_act(self, kept, tmp_path):
        path = tmp_path / "b.sqlite"
        assert kept("admin", "backup", path, user="QP1", exit_code=52).code == "role-missing"
        assert not path.exists()

    def test_of_an_altered_record_is_refused_and_leaves_nothing(self, kept, tmp_path):
        sql(kept.db, "DROP TRIGGER weight_is_never_changed")
        path = tmp_path / "b.sqlite"
        refused = kept("admin", "backup", path, user="ADMIN", exit_code=92)
        assert refused.code == "record-altered"
        assert list(tmp_path.glob("b.sqlite*")) == []

    def test_of_a_record_whose_attached_file_is_gone_is_refused(self, kept, tmp_path):
        shutil.rmtree(f"{kept.db}.files")
        refused = kept("admin", "backup", tmp_path / "b.sqlite", user="ADMIN", exit_code=92)
        assert "certificate" in refused.stdout or "attachment" in refused.stdout

    def test_that_cannot_be_written_is_told_as_such(self, kept, tmp_path):
        path = tmp_path / "no folder" / "b.sqlite"
        assert kept("admin", "backup", path, user="ADMIN", exit_code=74).exit_code == 74

    def test_on_a_dry_run_proves_and_keeps_nothing(self, kept, tmp_path):
        before = kept("audit", "verify").data["entries"]
        made = kept("admin", "backup", tmp_path / "b.sqlite", "--dry-run", user="ADMIN").data
        assert made["dry_run"] is True
        assert list(tmp_path.glob("b.sqlite*")) == []
        assert kept("audit", "verify").data["entries"] == before


class TestRestore:
    def test_gives_everything_back_and_proves_itself(self, kept, backup, tmp_path):
        target = tmp_path / "restored.sqlite"
        made = restore(kept, backup, target).data
        other = at(kept, target)
        assert other("patient", "show", "P01").data["id"] == "P01"
        assert other("admin", "check").data["findings"] == []
        assert made["recorded_by"] == "ADMIN"
        assert made["path"] == str(target)

    def test_lets_every_series_of_numbers_jump(self, kept, backup, tmp_path):
        target = tmp_path / "restored.sqlite"
        before = dict(sql(backup, "SELECT kind, last FROM number_series"))
        restore(kept, backup, target)
        after = dict(sql(target, "SELECT kind, last FROM number_series"))
        assert after == {kind: before.get(kind, 0) + 1000 for kind in PREFIXES}

    def test_never_gives_a_number_out_again_that_came_after_the_backup(
        self, kept, backup, tmp_path
    ):
        later = [weigh(kept) for _ in range(3)]
        target = tmp_path / "restored.sqlite"
        restore(kept, backup, target)
        assert weigh(at(kept, target)) not in later

    def test_jumps_further_when_told_to(self, kept, backup, tmp_path):
        first, second = tmp_path / "first.sqlite", tmp_path / "second.sqlite"
        restore(kept, backup, first)
        restore(kept, backup, second, "--jump", 5000)
        assert weigh(at(kept, first)) != weigh(at(kept, second))

    def test_is_noted_with_the_hash_of_the_backup(self, kept, backup, tmp_path):
        target = tmp_path / "restored.sqlite"
        restore(kept, backup, target)
        entry = at(kept, target)("audit", "show", "--last", 1).data[0]
        assert entry["act"] == "admin restore"
        assert content_of(backup).sha256 in entry["reason"]

    def test_says_until_when_the_backup_goes(self, kept, backup, tmp_path):
        made = restore(kept, backup, tmp_path / "restored.sqlite").data
        assert [w["code"] for w in made["warnings"]] == ["recorded-after-the-backup"]
        assert made["last_entry"] == "2026-02-02T08:00:00.000000Z"

    def test_ends_sign_ins_that_were_open_then(self, kept, tmp_path, monkeypatch):
        monkeypatch.setenv("LOTTRACK_STATE", str(tmp_path / "state"))
        kept("login", "NURSE1", secrets=("NURSE1",))
        backup, target = tmp_path / "b.sqlite", tmp_path / "restored.sqlite"
        kept("admin", "backup", backup, user="ADMIN")
        restore(kept, backup, target)
        signed_in = "SELECT count(*) FROM account_standing WHERE session_sha256 NOT NULL"
        assert sql(backup, signed_in) == [(1,)]
        assert sql(target, signed_in) == [(0,)]

    def test_leaves_the_backup_as_it_is(self, kept, backup, tmp_path):
        before = backup.read_bytes()
        restore(kept, backup, tmp_path / "restored.sqlite")
        assert backup.read_bytes() == before

    @pytest.mark.parametrize("name", ["restored.sqlite", "restored.sqlite.files"])
    def test_never_overwrites_anything(self, kept, backup, tmp_path, name):
        (tmp_path / name).write_text("precious")
        target = tmp_path / "restored.sqlite"
        assert restore(kept, backup, target, exit_code=30).code == "file-exists"
        assert (tmp_path / name).read_text() == "precious"

    def test_needs_the_sites_own_code_and_leaves_nothing_without(self, kept, backup, tmp_path):
        target = tmp_path / "restored.sqlite"
        assert restore(kept, backup, target, "--confirm", "yes", exit_code=3).code == "declined"
        kept("admin", "restore", backup, "--to", target, user="ADMIN", exit_code=2)
        assert list(tmp_path.glob("restored.sqlite*")) == []

    def test_is_an_administrators_act(self, kept, backup, tmp_path):
        target = tmp_path / "restored.sqlite"
        assert restore(kept, backup, target, user="QP1", exit_code=52).code == "role-missing"
        assert list(tmp_path.glob("restored.sqlite*")) == []

    def test_checks_the_person_in_the_backup(self, kept, backup, tmp_path):
        target = tmp_path / "restored.sqlite"
        words = ("admin", "restore", backup, "--to", target, "--confirm", "TST")
        assert kept(*words, exit_code=51).code == "not-signed-in"
        assert list(tmp_path.glob("restored.sqlite*")) == []

    def test_works_where_the_record_itself_is_lost(self, kept, backup, tmp_path):
        kept.db.unlink()
        target = tmp_path / "restored.sqlite"
        restore(kept, backup, target)
        assert at(kept, target)("audit", "verify").data["verdict"] == "intact"

    def test_of_an_altered_backup_is_refused_and_leaves_nothing(self, kept, backup, tmp_path):
        sql(backup, "DROP TRIGGER weight_is_never_changed")
        target = tmp_path / "restored.sqlite"
        assert restore(kept, backup, target, exit_code=92).code == "record-altered"
        assert list(tmp_path.glob("restored.sqlite*")) == []

    def test_of_a_backup_without_its_attached_files_is_refused(self, kept, backup, tmp_path):
        shutil.rmtree(f"{backup}.files")
        target = tmp_path / "restored.sqlite"
        assert restore(kept, backup, target, exit_code=92).code == "record-altered"

    def test_of_a_damaged_backup_is_refused(self, kept, backup, tmp_path):
        backup.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
        target = tmp_path / "restored.sqlite"
        refused = restore(kept, backup, target, exit_code=None)
        assert refused.exit_code in {70, 92}
        assert list(tmp_path.glob("restored.sqlite*")) == []

    def test_needs_a_backup(self, kept, tmp_path):
        refused = restore(kept, tmp_path / "none.sqlite", tmp_path / "r.sqlite", exit_code=71)
        assert refused.code == "no-database"

    def test_refuses_a_jump_that_is_none(self, kept, backup, tmp_path):
        restore(kept, backup, tmp_path / "r.sqlite", "--jump", 10, exit_code=2)

    def test_on_a_dry_run_proves_and_keeps_nothing(self, kept, backup, tmp_path):
        made = restore(kept, backup, tmp_path / "restored.sqlite", "--dry-run").data
        assert made["dry_run"] is True
        assert list(tmp_path.glob("restored.sqlite*")) == []


@pytest.fixture
def later_lottrack(tmp_path, monkeypatch):
    """This lottrack with one more migration, as the next release would bring it."""
    folder = tmp_path / "migrations"
    shutil.copytree(database_folder("sqlite"), folder)
    text = "ALTER TABLE donor ADD COLUMN colour TEXT DEFAULT 'blue';\n"
    (folder / "0002_colour.sql").write_text(text)
    monkeypatch.setattr(migrations, "database_folder", lambda _: folder)


class TestMigrate:
    def test_is_asked_for_by_every_other_command(self, kept, later_lottrack):
        refused = kept("patient", "list", exit_code=72)
        assert refused.code == "schema-older"
        assert "lottrack admin migrate" in refused.data["error"]["hint"]

    def test_brings_the_record_to_the_schema_after_a_proved_backup(self, kept, later_lottrack):
        made = kept("admin", "migrate", user="ADMIN").data
        assert made["applied"] == ["0002_colour"]
        assert kept("admin", "check").data["findings"] == []
        entries = kept("audit", "show", "--last", 2).data
        assert [(e["actor"], e["act"]) for e in entries] == [
            ("migration", "migrate"),
            ("ADMIN", "admin migrate"),
        ]
        assert Path(made["backup"]).is_file()
        assert made["sha256"] == content_of(Path(made["backup"])).sha256

    def test_leaves_a_backup_that_can_be_restored(self, kept, later_lottrack, tmp_path):
        made = kept("admin", "migrate", user="ADMIN").data
        target = tmp_path / "restored.sqlite"
        restore(kept, Path(made["backup"]), target)
        assert at(kept, target)("admin", "check").data["findings"] == []

    def test_of_a_current_record_does_nothing(self, kept):
        before = kept("audit", "verify").data["entries"]
        assert kept("admin", "migrate", user="ADMIN").data["applied"] == []
        assert kept("audit", "verify").data["entries"] == before

    def test_is_an_administrators_act(self, kept, later_lottrack):
        assert kept("admin", "migrate", user="QP1", exit_code=52).code == "role-missing"
        assert kept("patient", "list", exit_code=72).exit_code == 72

    def test_of_an_altered_record_is_refused(self, kept, later_lottrack):
        sql(kept.db, "DROP TRIGGER weight_is_never_changed")
        assert kept("admin", "migrate", user="ADMIN", exit_code=92).code == "record-altered"
        assert not list(kept.db.parent.glob("*before-migration*"))

    def test_on_a_dry_run_changes_nothing(self, kept, later_lottrack):
        kept("admin", "migrate", "--dry-run", user="ADMIN")
        assert kept("patient", "list", exit_code=72).exit_code == 72
        assert not list(kept.db.parent.glob("*before-migration*"))

    def test_of_a_newer_record_is_refused(self, kept):
        sql(kept.db, "INSERT INTO migration VALUES ('9999_later', ?, ?)", "0" * 64, "x" * 27)
        assert kept("admin", "migrate", user="ADMIN", exit_code=73).code == "schema-newer"

    def test_of_a_record_made_by_another_file_is_refused(self, kept):
        sql(kept.db, "DROP TRIGGER migration_is_never_changed")
        sql(kept.db, "UPDATE migration SET sha256 = ?", "0" * 64)
        assert kept("admin", "migrate", user="ADMIN", exit_code=93).code == "migration-altered"
        assert kept("patient", "list", exit_code=93).code == "migration-altered"


def codes(program, **extra):
    found = program("admin", "check", exit_code=91, **extra).data["findings"]
    return {(finding["code"], finding["where"]) for finding in found}


def bypass(program, statement, *values):
    """Change a standing so that chain and tables agree: as a faulty program would have."""
    with closing(sqlite3.connect(program.db)) as connection:
        connection.execute(statement, values)
        connection.commit()


class TestCheck:
    def test_of_a_whole_treatment_finds_nothing(self, released):
        program, filled = released
        order = program("order", "list").data[0]["id"]
        steps.prepare_dose(program, order, filled.scans[0])
        steps.dispense(program, filled.scans[0])
        steps.infuse(program, filled.scans[0])
        found = program("admin", "check").data
        assert found["findings"] == []
        assert found["incidents"] == []

    def test_finds_what_the_audit_finds(self, kept):
        sql(kept.db, "DROP TRIGGER weight_is_never_changed")
        assert codes(kept) == {("trigger-missing", "trigger weight_is_never_changed")}

    def test_finds_an_attached_file_that_is_gone(self, kept):
        shutil.rmtree(f"{kept.db}.files")
        assert [code for code, _ in codes(kept)] == ["file-missing"]

    def test_finds_an_attached_file_that_was_altered(self, kept):
        file = next(Path(f"{kept.db}.files").iterdir())
        file.chmod(0o600)
        file.write_text("another certificate")
        assert [code for code, _ in codes(kept)] == ["file-altered"]

    def test_of_a_damaged_file_tells_what_the_proof_found(self, kept):
        kept.db.write_bytes(b"not a database, " * 400)
        assert codes(kept) == {("database-damaged", "file")}

    def test_of_another_schema_is_refused(self, kept, later_lottrack):
        assert kept("admin", "check", exit_code=72).code == "schema-older"

    def test_is_read_by_people_in_words(self, kept):
        text = kept("admin", "check", as_json=False).stdout
        assert text.startswith("INTACT.")
        assert "invariants" in text

    def test_lists_what_happened_against_the_rules_without_failing(self, released):
        program, filled = released
        words = ("infusion", "record", filled.scans[0], "--patient", "P01", "--second", "NURSE2")
        program.signed(
            *(*words, "--started", ago(program, minutes=9), "--ended", ago(program, minutes=5)),
            *("--volume-ml", "50", "--happened", "--reason", "given in the emergency room"),
            user="NURSE1",
            second="NURSE2",
        )
        found = program("admin", "check").data
        assert found["findings"] == []
        assert [note["code"] for note in found["incidents"]] == ["incident"]
        text = program("admin", "check", as_json=False).stdout
        assert "Incidents on record:" in text
        assert "not-dispensed" in text


class TestInvariants:
    """Each is broken on a real record, and the check says which and where.

    The breach is written with its audit entry, as a faulty program would write it: chain and tables
    agree, and only the invariant shows it.
    """

    @pytest.fixture
    def given(self, released):
        """A bag given to its patient."""
        program, filled = released
        order = program("order", "list").data[0]["id"]
        steps.prepare_dose(program, order, filled.scans[0])
        steps.dispense(program, filled.scans[0])
        steps.infuse(program, filled.scans[0])
        return program, filled

    @pytest.fixture
    def write(self, given):
        """Write past the rules, but with an entry in the trail."""
        from lottrack.store.change import Actor
        from lottrack.store.store import Store

        program, _ = given

        def run(act):
            store = Store(program.db)
            try:
                actor = Actor("NURSE1", "nurse", "bench")
                with store.change(actor, "test", now=program.clock()) as change:
                    act(change)
            finally:
                store.close()

        return run

    def again(self, change, **values):
        """The recorded infusion once more, with other values."""
        row = change.first("infusion").values()
        own = {k: v for k, v in row.items() if k in _INFUSION} | values
        number = change.record("infusion", **own)
        link = change.first("infused_container")
        change.link("infused_container", infusion=number, container=link.container)
        return number

    def found(self, program, invariant):
        findings = program("admin", "check", exit_code=91).data["findings"]
        return {f["code"] for f in findings if f["sentence"].startswith(f"Invariant {invariant}:")}

    def test_one_no_container_is_given_without_a_release(self, given, write):
        program, filled = given

        def reject(change):
            signature = change.first("signature").root
            change.record("disposition", fill=filled.fill, decision="rejected", signature=signature)

        write(reject)
        now = to_text(program.clock())
        write(lambda change: self.again(change, started_at=now, ended_at=now))
        assert "given-without-release" in self.found(program, 1)

    def test_one_what_was_released_when_it_was_given_may_be_entered_after_a_recall(
        self, given, write
    ):
        program, filled = given
        program.clock.advance(minutes=1)
        words = ("lot", "recall", filled.lot, "--reason", "another lot of the reagent failed")
        program.signed(*words, user="QP1")
        write(self.again)
        assert "given-without-release" not in self.found(program, 3) | self.found(program, 1)

    def test_one_no_container_is_given_under_a_hold(self, given, write):
        from lottrack.actions.releasing.holds import write_hold

        program, filled = given
        write(lambda change: write_hold(change, "fill", filled.fill, "other", "stop"))
        now = to_text(program.clock())
        write(lambda change: self.again(change, started_at=now, ended_at=now))
        assert "given-on-hold" in self.found(program, 1)

    def test_two_no_container_is_given_to_another_patient(self, given, write):
        program, _ = given
        steps.register_patient(program, "P02")
        write(lambda change: self.again(change, patient="P02"))
        assert self.found(program, 2) == {"given-to-another-patient"}

    def test_three_no_container_is_given_twice(self, given, write):
        program, _ = given
        write(self.again)
        assert self.found(program, 3) == {"infused-twice"}

    def test_three_no_container_is_given_after_its_expiry(self, given, write):
        program, _ = given
        started = "2027-02-02T08:00:00.000000Z"
        write(lambda change: self.again(change, started_at=started, ended_at=started))
        assert "infused-after-expiry" in self.found(program, 3)

    def test_three_no_container_is_given_after_its_destruction(self, given, write):
        program, filled = given

        def destroy(change):
            change.record(
                "custody_event", container=filled.bags[0], act="destroy", from_place="WARD"
            )

        write(destroy)
        write(self.again)
        assert "infused-after-destruction" in self.found(program, 3)

    def test_four_a_later_version_without_a_correction_is_found(self, given, write):
        program, _ = given
        write(lambda change: change.amend("weight", change.first("weight"), weight_kg="99"))
        assert self.found(program, 4) == {"correction-missing"}

    def test_four_nobody_is_both_people_of_an_infusion(self, given, write):
        program, _ = given
        write(lambda change: self.again(change, second="NURSE1"))
        assert "one-person-for-two" in self.found(program, 4)

    def test_four_a_destruction_has_a_witness(self, given, write):
        program, filled = given
        write(
            lambda change: change.record(
                "custody_event", container=filled.bags[1], act="destroy", from_place="PHARMACY"
            )
        )
        assert "witness-missing" in self.found(program, 4)

    @pytest.mark.parametrize(
        ("column", "value"), [("location_state", "stored"), ("place", "GMP"), ("holder", "QP1")]
    )
    def test_five_a_container_stands_where_its_events_lead(self, given, write, column, value):
        program, filled = given
        key = {"container": filled.bags[1]}
        write(lambda change: change.stand("container_standing", key, **{column: value}))
        assert self.found(program, 5) == {"standing-differs"}

    def test_five_a_container_without_a_place_is_found(self, given, write):
        program, filled = given
        write(lambda change: change.fall("container_standing", container=filled.bags[1]))
        assert self.found(program, 5) == {"standing-missing"}

    def test_five_a_life_that_does_not_go_together_is_found(self, given, write):
        program, filled = given
        write(
            lambda change: change.record(
                "custody_event", container=filled.bags[0], act="store", to_place="GMP"
            )
        )
        assert self.found(program, 5) == {"life-broken"}

    def test_five_an_order_stands_as_its_events_make_it(self, given, write):
        program, _ = given
        order = program("order", "list").data[0]["id"]
        write(lambda c: c.stand("order_standing", {"infusion_order": order}, state="cancelled"))
        assert self.found(program, 5) == {"standing-differs"}

    def test_five_a_label_stands_as_its_events_make_it(self, given, write):
        program, _ = given

        def void(change):
            label = change.first("label_standing", state="applied").label
            change.stand("label_standing", {"label": label}, state="void")

        write(void)
        assert self.found(program, 5) == {"standing-differs"}

    @pytest.mark.parametrize("table", ["account_standing", "account_role"])
    def test_five_people_may_what_was_recorded(self, given, write, table):
        program, _ = given

        def promote(change):
            if table == "account_role":
                change.stand("account_role", {"account": "NURSE1", "role": "qp"})
            else:
                change.stand("account_standing", {"account": "NURSE2"}, active=0)

        write(promote)
        assert self.found(program, 5) == {"standing-differs"}

    def test_five_a_role_taken_away_without_a_word_is_found(self, given, write):
        program, _ = given
        write(lambda change: change.fall("account_role", account="QC1", role="qc"))
        assert self.found(program, 5) == {"standing-differs"}

    def test_six_a_closed_lot_reconciles(self, given, write):
        program, filled = given
        write(lambda change: change.record("lot_closure", lot=filled.lot))
        assert self.found(program, 6) == {"lot-not-reconciled"}

    def test_seven_a_hold_gives_its_reason(self, given, write):
        program, filled = given
        write(lambda c: c.record("hold", fill=filled.fill, cause="other", automatic=0))
        assert self.found(program, 7) == {"reason-missing"}


_INFUSION = (
    *("infusion_order", "patient", "course", "number", "started_at", "ended_at", "volume_ml"),
    *("viable_cells", "cells_per_kg", "weight_kg", "dose_basis", "scans", "signature", "second"),
)
