"""A technician at a terminal who mistypes: the reason is told and the question comes again."""

from __future__ import annotations

import os
import shutil
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lottrack.context import Context
from lottrack.errors import NotSignedIn
from tests.conftest import Clock, PlainHasher, Program, secret_of
from tests.steps import Filled
from tests.stories.test_scan_loop import CONTAINER, WRISTBAND, Bench


class Desk:
    """A record with a child, a terminal, and TECHNICIAN1 signed in."""

    def __init__(self, db: Path, state: Path) -> None:
        self.db, self.state = db, state
        self.program = Program(db, Clock(datetime.now(UTC)))

    def type(self, *words: str) -> Bench:
        """Begin a command at the terminal."""
        return Bench(self.db, self.state, *words)

    def weights(self) -> list[str]:
        return [row["weight_kg"] for row in self.program("patient", "show", "P01").data["weights"]]


@pytest.fixture
def desk(
    released_file: tuple[Path, Filled], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    db, state = tmp_path / "record.sqlite", tmp_path / "state"
    shutil.copy(released_file[0], db)
    monkeypatch.setenv("LOTTRACK_STATE", str(state))
    opened = Desk(db, state)
    opened.program("login", "TECHNICIAN1", secrets=("TECHNICIAN1",))
    return opened


def ended(screen: Bench) -> int:
    """The status a command ends with by itself."""
    try:
        return screen.process.wait(timeout=20)
    finally:
        os.close(screen.terminal)


def test_a_bad_value_is_told_and_asked_again(desk: Desk) -> None:
    before = desk.weights()
    screen = desk.type("patient", "weigh", "P01")
    screen.until(": $")
    screen.scan("13,2")
    told = screen.until(r"Write 13\.2, not '13,2'\.")
    assert "is not a number lottrack reads" in told
    screen.until(": $")
    screen.scan("13.2")
    screen.until(": $")
    screen.scan("03/02/2026")
    screen.until("2026-02-03 or 2026-03-02")
    screen.until(": $")
    screen.scan(datetime.now(UTC).date().isoformat())
    screen.until("Recorded by")

    assert ended(screen) == 0
    assert len(desk.weights()) == len(before) + 1


def test_enter_alone_answers_no_question(desk: Desk) -> None:
    screen = desk.type("patient", "weigh", "P01")
    first = screen.until(": $")
    screen.scan("")
    assert screen.until(": $").strip().splitlines()[-1] in first
    screen.process.send_signal(signal.SIGINT)

    assert ended(screen) == 130


def test_a_word_that_is_none_of_the_choices_is_told_with_them(desk: Desk) -> None:
    screen = desk.type("patient", "consent", "P01", "--document", "IC v3", "--on", "2026-02-01")
    assert "donation, treatment" in screen.until(": $")
    screen.scan("consent")
    assert "is not one of" in screen.until(": $")
    screen.scan("data")

    assert ended(screen) == 0


def test_ctrl_c_and_ctrl_d_at_a_question_record_nothing(desk: Desk) -> None:
    before = desk.weights()
    screen = desk.type("patient", "weigh", "P01")
    screen.until(": $")
    os.write(screen.terminal, b"\x04")
    screen.until("Nothing more was recorded")

    assert ended(screen) == 130
    assert desk.weights() == before


def test_ctrl_d_at_the_wristband_ends_instead_of_asking_for_ever(desk: Desk) -> None:
    desk.program("login", "PHARMACIST1", secrets=("PHARMACIST1",))
    screen = desk.type("verify")
    screen.until(CONTAINER)
    screen.scan("CN-TST-0001-Z")
    screen.until(WRISTBAND)
    os.write(screen.terminal, b"\x04")

    assert ended(screen) == 130


def test_ctrl_d_at_the_container_leaves_as_enter_does(desk: Desk) -> None:
    desk.program("login", "PHARMACIST1", secrets=("PHARMACIST1",))
    screen = desk.type("verify")
    screen.until(CONTAINER)
    os.write(screen.terminal, b"\x04")

    assert ended(screen) == 0


def test_two_new_secrets_that_differ_are_asked_for_again(tmp_path: Path) -> None:
    words = ("init", "--site", "Unit", "--site-code", "TST", "--admin", "ANA", "--timezone", "UTC")
    screen = Bench(tmp_path / "new.sqlite", tmp_path / "state", *words)
    for typed, again in (("first secret", "other secret"), ("short", "short")):
        screen.until("New secret of ANA: $")
        screen.scan(typed)
        screen.until("again: $")
        screen.scan(again)
        screen.until("not the same|at least 6 characters")
    for question in ("New secret of ANA: $", "again: $"):
        screen.until(question)
        screen.scan("")
        screen.until(question)
        screen.scan("right secret")
    screen.until("Next: lottrack")

    assert ended(screen) == 0


def test_a_secret_is_never_shown_and_enter_alone_is_none(desk: Desk) -> None:
    words = ("patient", "weigh", "P01", "--weight-kg", "13.2", "--on", "2026-02-02")
    screen = desk.type("--as", "TECHNICIAN2", *words)
    screen.until("Secret of TECHNICIAN2: $")
    screen.scan("")
    screen.until("Secret of TECHNICIAN2: $")
    screen.scan(secret_of("TECHNICIAN2"))
    shown = screen.until("cannot be checked now")

    assert secret_of("TECHNICIAN2") not in shown
    assert ended(screen) == 74


def at_a_terminal(program: Program, monkeypatch: pytest.MonkeyPatch, *secrets: str) -> Context:
    """TECHNICIAN1 at a terminal, typing these secrets one after the other."""
    typed = list(secrets)
    monkeypatch.setattr("lottrack.terminal.is_terminal", lambda: True)
    monkeypatch.setattr("lottrack.terminal.read_hidden", lambda _: typed.pop(0))
    return Context(db=program.db, account="TECHNICIAN1", clock=program.clock, hasher=PlainHasher())


def test_a_wrong_secret_is_told_and_asked_again(
    program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    context = at_a_terminal(program, monkeypatch, "mistyped", secret_of("TECHNICIAN1"))

    assert context.writing_desk.account == "TECHNICIAN1"
    assert "Wrong secret for TECHNICIAN1; 4 more" in capsys.readouterr().err
    context.close()


def test_wrong_secrets_are_asked_for_no_longer_than_until_the_account_locks(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = at_a_terminal(program, monkeypatch, *(["mistyped"] * 9))
    with pytest.raises(NotSignedIn) as refused:
        _ = context.writing_desk
    context.close()

    assert refused.value.code == "account-locked"
