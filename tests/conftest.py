"""What every test can ask for: a clock, a cheap hasher, a site with its people, the program."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import settings

from lottrack.cli import main
from lottrack.context import Context
from tests import steps
from tests.steps import Filled

# What decides a landing is repeatable; every run at a desk looks for new examples.
settings.register_profile(
    "lottrack", deadline=None, print_blob=True, derandomize="CI" in os.environ
)
settings.load_profile("lottrack")

PEOPLE = {
    "ADMIN": ("administrator",),
    "TECHNICIAN1": ("technician",),
    "TECHNICIAN2": ("technician",),
    "LEAD1": ("production_lead",),
    "QC1": ("qc",),
    "QC2": ("qc",),
    "QA1": ("qa",),
    "RP1": ("responsible_person",),
    "QP1": ("qp",),
    "PHARMACIST1": ("pharmacist",),
    "PHARMACIST2": ("pharmacist",),
    "CLINICIAN1": ("clinician",),
    "NURSE1": ("nurse",),
    "NURSE2": ("nurse",),
    "COURIER1": ("courier",),
    "INSPECTOR1": ("inspector",),
}
"""The people of the test site: code and roles."""

START = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)


def secret_of(user: str) -> str:
    """The secret of a person of the test site."""
    return f"secret of {user.lower()}"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        """Move on by ``timedelta(**by)``."""
        self.now += timedelta(**by)
        return self.now


class PlainHasher:
    """A hasher that costs nothing; never used outside tests."""

    def hash(self, secret: str) -> str:
        return f"plain:{secret}"

    def fits(self, hashed: str, secret: str) -> bool:
        return hashed == f"plain:{secret}"


class Result:
    """How a command ended."""

    def __init__(self, exit_code: int, stdout: str, stderr: str) -> None:
        self.exit_code = exit_code
        self.stdout = stdout
        self.stderr = stderr

    @property
    def data(self):
        """Standard output as JSON."""
        return json.loads(self.stdout)

    @property
    def code(self) -> str:
        """The code of a refusal."""
        return self.data["error"]["code"]

    @property
    def blockers(self) -> set[str]:
        """The codes of everything that stood against the act."""
        body = self.data.get("error", self.data)
        return {blocker["code"] for blocker in body["blockers"]}


class Program:
    """The program in this process, on one database, with the test's clock and hasher."""

    def __init__(self, db: Path, clock: Clock) -> None:
        self.db = db
        self.clock = clock

    def __call__(
        self,
        *args: object,
        user: str = "",
        secrets: tuple[str, ...] = (),
        exit_code: int | None = 0,
        as_json: bool = True,
    ) -> Result:
        """Run one command and check its exit status.

        ``user`` acts (``--as``) with the right secret; ``secrets`` are the lines that follow it on
        standard input: names of people of the site stand for their secrets.
        """
        words = [str(arg) for arg in args]
        if as_json and "--json" not in words and "--help" not in words:
            words.append("--json")
        named = [secret_of(s) if s in PEOPLE else s for s in secrets]
        lines = ([secret_of(user)] if user else []) + named
        context = Context(
            db=self.db,
            account=user,
            password_stdin=True,
            clock=self.clock,
            hasher=PlainHasher(),
        )
        typed = "".join(f"{line}\n" for line in lines)
        outcome = CliRunner().invoke(main, words, obj=context, input=typed)
        if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
            raise outcome.exception
        result = Result(outcome.exit_code, outcome.stdout, outcome.stderr)
        if exit_code is not None:
            told = f"{' '.join(words)}\n{result.stdout}\n{result.stderr}"
            assert result.exit_code == exit_code, told
        return result

    def signed(self, *args: object, user: str, second: str = "", **extra: object) -> Result:
        """Run a signed command: the actor signs, and a second person where one is needed."""
        lines = (user, second) if second else (user,)
        return self(*args, user=user, secrets=lines, **extra)


@pytest.fixture
def clock() -> Clock:
    """A clock at the morning of 2 February 2026."""
    return Clock()


@pytest.fixture(scope="session")
def site_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the site's people; copied for each test."""
    path = tmp_path_factory.mktemp("site") / "site.sqlite"
    run = Program(path, Clock(START - timedelta(days=200)))
    new = (secret_of("ADMIN"),) * 2
    run(
        *("init", "--site", "Test GMP unit", "--site-code", "TST", "--admin", "ADMIN"),
        *("--timezone", "Europe/Madrid"),
        secrets=new,
    )
    for person, roles in PEOPLE.items():
        if person != "ADMIN":
            given = [word for role in roles for word in ("--role", role)]
            own = (secret_of(person),) * 2
            run("user", "add", person, "--name", person.title(), *given, user="ADMIN", secrets=own)
    return path


@pytest.fixture
def program(site_file: Path, tmp_path: Path, clock: Clock) -> Program:
    """The program on a fresh copy of the site."""
    db = tmp_path / "record.sqlite"
    shutil.copy(site_file, db)
    return Program(db, clock)


def _copied(source: Path, folder: Path, clock: Clock) -> Program:
    db = folder / "record.sqlite"
    shutil.copy(source, db)
    return Program(db, clock)


@pytest.fixture(scope="session")
def filled_file(site_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Filled]:
    """A database with one lot in labelled, stored bags, not yet tested."""
    program = _copied(site_file, tmp_path_factory.mktemp("filled"), Clock())
    steps.approve_documents(program)
    return program.db, steps.fill_lot(program)


@pytest.fixture(scope="session")
def released_file(
    filled_file: tuple[Path, Filled], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Filled]:
    """The same lot released, its bags at the pharmacy, an order placed."""
    source, filled = filled_file
    program = _copied(source, tmp_path_factory.mktemp("released"), Clock())
    program.clock.advance(minutes=10)
    steps.release_lot(program, filled)
    steps.bring_to_pharmacy(program, *filled.bags)
    steps.place_order(program)
    return program.db, filled


@pytest.fixture
def filled(
    filled_file: tuple[Path, Filled], tmp_path: Path, clock: Clock
) -> tuple[Program, Filled]:
    """The program on a copy of the filled lot."""
    clock.advance(minutes=20)
    return _copied(filled_file[0], tmp_path, clock), filled_file[1]


@pytest.fixture
def released(
    released_file: tuple[Path, Filled], tmp_path: Path, clock: Clock
) -> tuple[Program, Filled]:
    """The program on a copy of the released lot, an hour into the morning."""
    clock.advance(hours=1)
    return _copied(released_file[0], tmp_path, clock), released_file[1]
