"""What a command is handed: the record opened on demand, who acts, the clock, the secrets.

Nothing here opens a file before it is asked to, so that ``--help`` never makes or reads one.
"""

from __future__ import annotations

import contextlib
import os
import sys
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lottrack.errors import NotSignedIn, Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.actions.desk import Desk, Hasher
    from lottrack.actions.signing import Prepared, Proof
    from lottrack.rules.bench.doctor import Profile
    from lottrack.store.store import Store


class Context:
    """The state of one run of the program.

    Args:
        db: ``--db``, or None.
        account: ``--as``, or "".
        password_stdin: secrets come from standard input, one a line.
        clock: the time now; tests and the demo pass their own.
        hasher: checks secrets; tests pass a cheap one.
    """

    def __init__(
        self,
        *,
        db: Path | None = None,
        account: str = "",
        password_stdin: bool = False,
        clock: Callable[[], datetime] | None = None,
        hasher: Hasher | None = None,
    ) -> None:
        self._db = db
        self.account_given = account
        self.password_stdin = password_stdin
        self.clock = clock or (lambda: datetime.now(UTC))
        self._hasher = hasher
        self.json_wanted = False
        self.dry_run = False
        self.writing_act = ""
        self.understood: list[str] = []
        self._opened: list[Store] = []
        self._told_waiting = False
        self._mark: str | None = None

    # -- the record -----------------------------------------------------------------------------

    @cached_property
    def path(self) -> Path:
        """Where the database is: ``--db``, else ``LOTTRACK_DB``, else the user-data folder."""
        if self._db is not None:
            return self._db
        given = os.environ.get("LOTTRACK_DB")
        if given:
            return Path(given)
        from platformdirs import user_data_path

        return user_data_path("lottrack", appauthor=False) / "lottrack.sqlite"

    def open(self) -> Store:
        """The open record; read-only when this user cannot write the file."""
        from lottrack.store.location import location_warning

        store = open_store(self.path, self._tell_waiting if sys.stderr.isatty() else None)
        self._opened.append(store)
        warning = location_warning(self.path)
        if warning:
            _say_as_it_is(f"Warning: {warning}")  # the record cannot be asked yet how to write it
        return store

    @property
    def decimal_mark(self) -> str:
        """The decimal mark of the site whose record is or can be opened; a point without one."""
        if self._mark is None and (self._opened or self.path.is_file()):
            from lottrack.actions.notation import decimal_mark

            self._mark = decimal_mark(self._opened[-1] if self._is_open() else self.desk.store)
        return self._mark or "."

    def for_people(self, text: str, told: object = None) -> str:
        """A text with its quantities as the site writes them, once its record is open.

        A record that cannot be asked hides no text: then a point stays a point.
        """
        if self._mark is None and not self._is_open():
            return text
        from lottrack.errors import LottrackError
        from lottrack.rules.reading.notation import localised
        from lottrack.store.connection import translated

        try:
            return localised(text, self.decimal_mark, told)
        except Exception as error:
            if isinstance(translated(error, self.path), LottrackError):
                return text
            raise

    @property
    def has_record(self) -> bool:
        """Whether a record was opened by this command and still is open."""
        return self._is_open()

    def _is_open(self) -> bool:
        return bool(self._opened) and not self._opened[-1].database.is_closed()

    def say_overdue(self) -> None:
        """Say in one line what is overdue, under the answer of every command that opened a record.

        A record that cannot be asked hides no answer: then the line is missing.
        """
        if self.json_wanted or not self._is_open():
            return
        from lottrack.actions.notifying.overdue import overdue_sentence
        from lottrack.errors import LottrackError
        from lottrack.store.connection import translated

        try:
            sentence = overdue_sentence(self._opened[-1], self.clock())
        except Exception as error:
            if isinstance(translated(error, self.path), LottrackError):
                return
            raise
        if sentence:
            self.say(sentence)

    def _tell_waiting(self) -> None:
        """Say, once a run, that another program is writing."""
        from lottrack.store.connection import busy_ms

        if not self._told_waiting:
            self._told_waiting = True
            _say_as_it_is(
                f"Another program is writing to {self.path}; lottrack waits for its turn, up to"
                f" {busy_ms() // 1000} s."
            )

    def close(self) -> None:
        """Close what was opened."""
        while self._opened:
            self._opened.pop().close()

    @cached_property
    def hasher(self) -> Hasher:
        """The hasher of secrets."""
        from lottrack.actions.desk import Argon2Hasher

        return self._hasher or Argon2Hasher()

    # -- who acts -------------------------------------------------------------------------------

    @cached_property
    def desk(self) -> Desk:
        """A desk with nobody at it: enough to read."""
        from lottrack.actions.desk import Desk

        return Desk(
            self.open,
            self.clock,
            self.hasher,
            host=host_name(),
            session="ssh" if os.environ.get("SSH_CONNECTION") else "local",
            dry_run=self.dry_run,
            scripted=self.password_stdin,
        )

    @cached_property
    def writing_desk(self) -> Desk:
        """The desk with the person at it who signed in, or whom ``--as`` names.

        Raises:
            NotSignedIn: nobody is signed in, the session was idle too long or was ended.
        """
        from lottrack.actions.secrets import require_secret

        desk = self.desk
        desk.dry_run = self.dry_run
        if self.account_given:
            desk.account = self._with_secret(
                f"Secret of {self.account_given}",
                lambda secret: require_secret(desk, self.account_given, secret),
            )
        else:
            desk.account = self._signed_in()
        return desk

    def _signed_in(self) -> str:
        from lottrack.actions.laboratory.people import session_is_live
        from lottrack.session import read_session, touch_session

        desk, session = self.desk, read_session(self.path, self.clock())
        desk.store.setting("zone")  # a record that cannot be opened is told before anything else
        if session is None or not session_is_live(desk, session.account, session.token):
            raise NotSignedIn(
                "Nobody is signed in here, and writing needs a person.",
                hint="Sign in with `lottrack login USER`, or give --as USER before the command.",
            )
        if session.idle:
            raise NotSignedIn(
                f"{session.account} was signed in here but idle too long; the screen is locked.",
                code="session-locked",
                hint=f"Sign in again: `lottrack login {session.account}`.",
            )
        touch_session(self.path, self.clock())
        return session.account

    # -- talking --------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Talk to the person, on standard error: standard output is for data."""
        _say_as_it_is(self.for_people(text))

    @cached_property
    def scanner(self) -> Profile:
        """How to read what the scanner at this computer types (``lottrack bench doctor``)."""
        from lottrack.actions.benching.profiles import profile_of

        return profile_of(self.desk.store, host_name())

    def read_scan(self, prompt: str) -> str:
        """One code typed or scanned at a terminal, put right by this bench's profile.

        Raises:
            EOFError: the input ended.
        """
        from lottrack.rules.bench.hearing import meant
        from lottrack.terminal import read_code

        line = read_code(prompt)
        assert line is not None  # without a limit it waits until something comes
        return meant(line, self.scanner)

    def ask_secret(self, prompt: str) -> str:
        """A secret: from standard input with ``--password-stdin``, else typed without echo.

        Raises:
            Usage: there is no terminal, or no line left.
        """
        if self.password_stdin:
            line = sys.stdin.readline()
            if not line:
                raise Usage(
                    f"{prompt}: no line is left on standard input.",
                    code="secret-missing",
                    hint="--password-stdin reads one line per secret, in the documented order.",
                )
            return line.rstrip("\r\n")
        from lottrack.terminal import is_terminal, read_hidden

        if not is_terminal():
            raise Usage(
                f"{prompt} is needed, and there is no terminal to ask at.",
                code="secret-missing",
                hint="Run lottrack at a terminal, or give the secrets with --password-stdin.",
            )
        while not (secret := self._without_codes(read_hidden(prompt))):
            self.say("That was a code, no secret; it counts for nothing. Type the secret.")
        return secret

    def _without_codes(self, typed: str) -> str:
        """What is left of a secret without the codes that a scanner typed before it."""
        from lottrack.rules.bench.doctor import Profile
        from lottrack.rules.bench.hearing import is_own_code

        profile = self.scanner if self._is_open() else Profile()
        while typed:
            code, _, rest = typed.partition("\t")  # a suffix that ends no line here
            if not is_own_code(code, profile):
                break
            typed = rest
        return typed

    def _with_secret(self, prompt: str, check: Callable[[str], str]) -> str:
        """What a secret opens; at a terminal a wrong one is told, and asked again until it locks.

        Raises:
            NotSignedIn: the secret is wrong, and there is nobody to ask; or the account is locked.
        """
        while True:
            try:
                return check(self.ask_secret(prompt))
            except NotSignedIn as error:
                if self.password_stdin or error.code != NotSignedIn.default_code:
                    raise
                self.say(f"{error.sentence} {error.hint}")

    def ask_new_secret(self, account: str) -> tuple[str, str]:
        """A new secret, twice; at a terminal, until it is one and the two are the same."""
        from lottrack.actions.secrets import require_new_secret
        from lottrack.errors import BadValue

        while True:
            first = self.ask_secret(f"New secret of {account}")
            again = self.ask_secret(f"New secret of {account}, again")
            try:
                require_new_secret(first, again)
            except BadValue as error:
                if self.password_stdin:
                    raise
                self.say(f"{error.sentence} {error.hint}".strip())
            else:
                return first, again

    def ask_signature(self, prepared: Prepared, signer: str = "") -> Proof:
        """Show what is signed, then ask the signer's secret.

        Raises:
            NotSignedIn: there is no such signer.
            RoleMissing: the signer may not sign this.
        """
        from lottrack.actions.secrets import require_account
        from lottrack.actions.signing import Proof, shown_to

        desk = self.writing_desk
        account = require_account(desk, signer) if signer else desk.require_actor()
        desk.role_for(prepared.act, account)
        _say_as_it_is(f"{shown_to(desk, prepared, account)}\n")  # to the byte what is hashed
        return Proof(account, self.ask_secret(f"Secret of {account}, to sign"))

    def ask_second(self, account: str, what: str) -> Proof:
        """Ask a second person's or witness's secret."""
        from lottrack.actions.signing import Proof

        return Proof(account, self.ask_secret(f"Secret of {account}, {what}"))


def open_store(path: Path, waiting: Callable[[], None] | None = None) -> Store:
    """Open a record to write it, else to read it, else as it lies on a read-only medium.

    Args:
        path: the file.
        waiting: called when another program's writing makes this one wait for long.
    """
    from lottrack.errors import StoreBusy
    from lottrack.store.store import Store

    if path.is_file() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        try:
            return Store(path, writable=False)
        except StoreBusy:
            return Store(path, writable=False, immutable=True)
    return Store(path, waiting=waiting)


def host_name() -> str:
    """This computer's name, for the audit trail."""
    import socket

    return socket.gethostname()


def local_zone() -> str:
    """The zone this computer's clock is set to, by name; ``UTC`` when it does not say."""
    given = os.environ.get("TZ", "").lstrip(":")
    if given and not given.startswith("/"):
        return given
    with contextlib.suppress(OSError):
        parts = Path("/etc/localtime").resolve(strict=True).parts
        if "zoneinfo" in parts:
            return "/".join(parts[parts.index("zoneinfo") + 1 :])
    return "UTC"


def _say_as_it_is(text: str) -> None:
    sys.stderr.write(text + "\n")
