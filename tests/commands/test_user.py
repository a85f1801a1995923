"""`lottrack user`, `login`, `logout`, `whoami`: people, secrets, lock-out, sign-in."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from lottrack.cli import main
from lottrack.context import Context
from lottrack.session import session_path
from tests import conftest
from tests.conftest import PEOPLE, PlainHasher, Program, Result, secret_of
from tests.raw import raw


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own for the kept sign-in."""
    monkeypatch.setenv("LOTTRACK_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def events(program: Program, account: str) -> list[str]:
    with raw(program.db) as database:
        rows = database.execute(
            "SELECT event FROM account_event WHERE account = ? ORDER BY seq, id", (account,)
        )
        return [row[0] for row in rows]


def try_as(program: Program, person: str, secret: str, exit_code: int):
    """One act as a person with some secret: registering a place is free of side effects here."""
    context = Context(
        db=program.db,
        account=person,
        password_stdin=True,
        clock=program.clock,
        hasher=PlainHasher(),
    )
    words = ["place", "register", "X1", "--name", "X", "--kind", "ward", "--dry-run", "--json"]
    ended = CliRunner().invoke(main, words, obj=context, input=f"{secret}\n")
    assert ended.exit_code == exit_code, ended.output
    return Result(ended.exit_code, ended.stdout, ended.stderr)


class TestAccounts:
    def test_the_list_tells_roles_and_state(self, program: Program) -> None:
        listed = {row["id"]: row for row in program("user", "list").data}

        assert set(listed) == set(PEOPLE)
        assert listed["QP1"]["roles"] == ["qp"]
        assert listed["QP1"]["state"] == "active"

    def test_only_an_administrator_registers_people(self, program: Program) -> None:
        refused = program(
            *("user", "add", "NEW1", "--name", "New", "--role", "qc"), user="QP1", exit_code=52
        )

        assert refused.code == "role-missing"

    def test_an_administrator_does_nothing_else(self, program: Program) -> None:
        own = ("a secret of length",) * 2
        both = program(
            *("user", "add", "NEW1", "--name", "New", "--role", "administrator", "--role", "qp"),
            user="ADMIN",
            secrets=own,
            exit_code=30,
        )
        program(
            *("patient", "register", "--code", "P1", "--born", 2020, "--sex", "F"),
            user="ADMIN",
            exit_code=52,
        )

        assert both.code == "administrator-alone"

    @pytest.mark.parametrize(
        ("lines", "code"),
        [(("one secret", "another one"), "secrets-differ"), (("short",) * 2, "secret-too-short")],
    )
    def test_a_new_secret_is_typed_twice_and_long_enough(
        self, program: Program, lines: tuple[str, str], code: str
    ) -> None:
        refused = program(
            *("user", "add", "NEW1", "--name", "New", "--role", "qc"),
            user="ADMIN",
            secrets=lines,
            exit_code=2,
        )

        assert refused.code == code
        assert "NEW1" not in {row["id"] for row in program("user", "list").data}

    def test_a_code_is_never_used_again(self, program: Program) -> None:
        program(
            *("user", "deactivate", "NURSE2", "--reason", "left", "--confirm", "NURSE2"),
            user="ADMIN",
        )
        again = program(
            *("user", "add", "NURSE2", "--name", "Another", "--role", "nurse"),
            user="ADMIN",
            secrets=("a secret of length",) * 2,
            exit_code=31,
        )

        assert again.code == "number-already-used"

    def test_who_left_may_do_nothing(self, program: Program) -> None:
        program(
            *("user", "deactivate", "TECHNICIAN2", "--reason", "left", "--confirm", "TECHNICIAN2"),
            user="ADMIN",
        )

        try_as(program, "TECHNICIAN2", secret_of("TECHNICIAN2"), 51)

    @pytest.mark.parametrize(
        ("words", "lines"),
        [
            (("user", "role", "NOBODY", "--add", "qc"), ()),
            (("user", "unlock", "NOBODY"), ()),
            (("user", "reset", "NOBODY"), ("a new secret", "a new secret")),
            (("user", "deactivate", "NOBODY", "--reason", "x", "--confirm", "NOBODY"), ()),
        ],
    )
    def test_an_account_that_is_none_is_not_found(
        self, program: Program, words: tuple[str, ...], lines: tuple[str, ...]
    ) -> None:
        refused = program(*words, user="ADMIN", secrets=lines, exit_code=20)
        assert refused.code == "unknown-code"

    def test_an_account_that_ended_is_changed_no_more(self, program: Program) -> None:
        gone = ("user", "deactivate", "NURSE2", "--reason", "left", "--confirm", "NURSE2")
        program(*gone, user="ADMIN")
        assert program(*gone, user="ADMIN", exit_code=33).code == "user-deactivated"
        role = ("user", "role", "NURSE2", "--add", "qc")
        assert program(*role, user="ADMIN", exit_code=33).code == "user-deactivated"

    def test_the_last_administrator_stays(self, program: Program) -> None:
        refused = program(
            *("user", "deactivate", "ADMIN", "--reason", "tired", "--confirm", "ADMIN"),
            user="ADMIN",
            exit_code=30,
        )

        assert refused.code == "last-administrator"

    def test_a_role_given_and_taken_away(self, program: Program) -> None:
        program("user", "role", "QC1", "--add", "technician", user="ADMIN")
        program("user", "role", "QC1", "--remove", "qc", user="ADMIN")
        listed = {row["id"]: row["roles"] for row in program("user", "list").data}

        assert listed["QC1"] == ["technician"]
        none = program("user", "role", "QC1", "--remove", "technician", user="ADMIN", exit_code=2)
        assert none.code == "role-none"

    def test_ones_own_secret_and_another_persons(self, program: Program) -> None:
        old, new = secret_of("QC1"), "quite another secret"
        program("user", "passwd", user="QC1", secrets=(old, new, new))
        try_as(program, "QC1", old, 51)
        program("user", "reset", "TECHNICIAN1", user="ADMIN", secrets=(new, new))
        try_as(program, "TECHNICIAN1", new, 0)

    def test_the_record_never_holds_a_secret(self, program: Program) -> None:
        with raw(program.db) as database:
            payloads = database.execute("SELECT group_concat(payload) FROM audit_entry").fetchone()
            kept = database.execute("SELECT secret_hash FROM account_standing").fetchall()

        assert "secret of" not in payloads[0]
        for (secret_hash,) in kept:
            assert secret_hash not in payloads[0]


class TestLockOut:
    def test_five_wrong_tries_lock_for_a_quarter_of_an_hour(self, program: Program) -> None:
        for left in (4, 3, 2, 1):
            refused = try_as(program, "TECHNICIAN1", "guessed", 51)
            assert refused.code == "not-signed-in"
            assert f"{left} more" in refused.data["error"]["sentence"]
        assert try_as(program, "TECHNICIAN1", "guessed", 51).code == "account-locked"
        assert try_as(program, "TECHNICIAN1", secret_of("TECHNICIAN1"), 51).code == "account-locked"
        assert events(program, "TECHNICIAN1").count("failed") == 5
        assert "locked" in events(program, "TECHNICIAN1")

        program.clock.advance(minutes=15)
        try_as(program, "TECHNICIAN1", secret_of("TECHNICIAN1"), 0)

    def test_the_list_tells_it_as_long_as_it_lasts(self, program: Program) -> None:
        for code in (51,) * 5:
            try_as(program, "QC1", "wrong", code)

        def state() -> str:
            return next(u["state"] for u in program("user", "list").data if u["id"] == "QC1")

        assert state() == "locked"
        program.clock.advance(minutes=15)
        assert state() == "active"

    def test_an_administrator_lifts_it_earlier(self, program: Program) -> None:
        for _ in range(5):
            try_as(program, "TECHNICIAN1", "guessed", 51)
        program("user", "unlock", "TECHNICIAN1", user="ADMIN")

        try_as(program, "TECHNICIAN1", secret_of("TECHNICIAN1"), 0)
        assert events(program, "TECHNICIAN1")[-1] == "unlocked"
        again = program("user", "unlock", "TECHNICIAN1", user="ADMIN", exit_code=33)
        assert again.code == "not-locked"

    def test_a_right_secret_begins_the_count_anew(self, program: Program) -> None:
        for _ in range(4):
            try_as(program, "TECHNICIAN1", "guessed", 51)
        try_as(program, "TECHNICIAN1", secret_of("TECHNICIAN1"), 0)

        assert "4 more" in try_as(program, "TECHNICIAN1", "guessed", 51).data["error"]["sentence"]

    def test_a_wrong_secret_at_a_signature_counts_too(self, program: Program) -> None:
        refused = program(
            "protocol", "approve", "MSC-EB-21D", user="QP1", secrets=("guessed",), exit_code=53
        )

        assert refused.code == "signature-rejected"
        assert events(program, "QP1")[-1] == "failed"
        listed = program("protocol", "list").data
        assert not any(row["approved"] for row in listed)

    def test_a_secret_that_cannot_be_checked_is_not_called_wrong(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(_self: object, _hashed: str, _secret: str) -> bool:
            raise MemoryError

        monkeypatch.setattr(conftest.PlainHasher, "fits", broken)
        refused = try_as(program, "TECHNICIAN1", secret_of("TECHNICIAN1"), 74)

        assert refused.code == "cannot-check-now"
        assert "failed" not in events(program, "TECHNICIAN1")


class TestSignedIn:
    def sign_in(self, program: Program, person: str = "PHARMACIST1") -> None:
        program("login", person, secrets=(person,))

    def test_it_is_kept_in_a_file_only_the_user_can_read(
        self, program: Program, state: Path
    ) -> None:
        self.sign_in(program)
        kept = session_path(program.db)

        assert kept.parent == state
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert program("whoami").data["id"] == "PHARMACIST1"
        with raw(program.db) as database:
            told = database.execute("SELECT group_concat(payload) FROM audit_entry").fetchone()[0]
        token = kept.read_text(encoding="utf-8").split('"token": "')[1].split('"')[0]
        assert token not in told

    def test_a_file_others_can_read_is_not_trusted(self, program: Program, state: Path) -> None:
        del state
        self.sign_in(program)
        session_path(program.db).chmod(0o644)

        assert program("whoami", exit_code=51).code == "not-signed-in"

    def test_it_locks_when_nothing_is_done(self, program: Program, state: Path) -> None:
        del state
        self.sign_in(program)
        program.clock.advance(minutes=14)
        program("whoami")
        program.clock.advance(minutes=14)
        program("whoami")
        program.clock.advance(minutes=16)

        assert program("whoami", exit_code=51).code == "session-locked"
        self.sign_in(program)
        program("whoami")

    def test_a_clock_set_back_locks_it_too(self, program: Program, state: Path) -> None:
        del state
        self.sign_in(program)
        program.clock.now -= timedelta(hours=1)

        assert program("whoami", exit_code=51).code == "session-locked"

    def test_signing_out_and_being_deactivated_end_it(self, program: Program, state: Path) -> None:
        del state
        self.sign_in(program)
        program("logout")
        assert program("whoami", exit_code=51).code == "not-signed-in"
        self.sign_in(program)
        told = ("user", "deactivate", "PHARMACIST1", "--reason", "left")
        program(*told, "--confirm", "PHARMACIST1", user="ADMIN")

        assert program("whoami", exit_code=51).code == "not-signed-in"

    def test_a_token_of_another_record_is_worthless(self, program: Program, state: Path) -> None:
        del state
        self.sign_in(program)
        kept = session_path(program.db)
        text = kept.read_text(encoding="utf-8")
        token = text.split('"token": "')[1].split('"')[0]
        kept.write_text(text.replace(token, token[::-1]), encoding="utf-8")

        assert program("whoami", exit_code=51).code == "not-signed-in"


class TestSignatures:
    def test_the_first_one_shows_and_keeps_the_acknowledgement(self, program: Program) -> None:
        first = program.signed("spec", "approve", "BM-MSC", user="QP1")
        second = program.signed("protocol", "approve", "MSC-EB-21D", user="QP1")
        with raw(program.db) as database:
            shown = database.execute(
                "SELECT shown, acknowledged, scripted, meaning, performed_by FROM signature"
                " ORDER BY seq"
            ).fetchall()

        assert "legally binding equivalent" in first.stderr
        assert "legally binding equivalent" not in second.stderr
        assert [(row[1], row[2], row[4]) for row in shown] == [(1, 1, "QP1"), (0, 1, "QP1")]
        assert "legally binding equivalent" in shown[0][0]
        assert shown[0][0].strip() in first.stderr

    def test_another_person_may_sign_at_ones_desk(self, program: Program) -> None:
        made = program(
            *("spec", "approve", "BM-MSC", "--signer", "qp1"), user="QA1", secrets=("QP1",)
        ).data

        assert made["approved"] is True
        assert made["recorded_by"] == "QA1"
        entries = program("audit", "show", made["signature"]).data
        assert entries[0]["actor"] == "QA1"
