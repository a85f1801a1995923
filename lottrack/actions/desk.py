"""The desk an act is done at: the open record, the person acting, the clock, the hasher."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from lottrack.actions.shown import write_warnings
from lottrack.errors import NotSignedIn, RoleMissing, SamePerson
from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.reading.times import from_text, require_not_future, to_text
from lottrack.store.chain import sha256
from lottrack.store.change import Actor, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from lottrack.rules.culture.plausibility import ShownWarning
    from lottrack.store.change import Change
    from lottrack.store.rows import Row
    from lottrack.store.store import Store


DOUBLE_TRIGGER = timedelta(seconds=3)
"""How soon the same scan by the same person counts as the same record."""


class Hasher(Protocol):
    """Turns secrets into hashes and checks them."""

    def hash(self, secret: str) -> str:
        """A salted hash of a secret."""

    def fits(self, hashed: str, secret: str) -> bool:
        """Whether the secret is the hash's."""


class Argon2Hasher:
    """argon2id with the library's defaults (RFC 9106, low memory)."""

    def hash(self, secret: str) -> str:
        """A salted argon2id hash."""
        from argon2 import PasswordHasher

        return PasswordHasher().hash(secret)

    def fits(self, hashed: str, secret: str) -> bool:
        """Whether the secret is the hash's."""
        from argon2 import PasswordHasher
        from argon2.exceptions import VerifyMismatchError

        try:
            return PasswordHasher().verify(hashed, secret)
        except VerifyMismatchError:
            return False


class Telling(NamedTuple):
    """What a person said about a fact on the command line, before codes are looked up.

    Attributes:
        at: when it happened, or None for now.
        performed_by: code of the person who did it, or "".
        witness: code of a witness whose secret was checked, or "".
        entry: scanned, typed, imported or from_paper.
        reason: why, or "".
        materials: what was used in the step, as ``ML=QUANTITY``.
    """

    at: datetime | None = None
    performed_by: str = ""
    witness: str = ""
    entry: str = "typed"
    reason: str = ""
    materials: tuple[str, ...] = ()


class Desk:
    """What every action is handed.

    Args:
        store: opens the record when first used.
        clock: the time now, aware.
        hasher: checks secrets.
        host: the computer's name, for the audit trail.
        session: ``local`` or ``ssh``.
        account: code of the person signed in, or "".
        dry_run: check everything, record nothing.
        scripted: secrets came from standard input.

    Attributes:
        before_commit: what else is recorded with an act, in its own change.
    """

    def __init__(
        self,
        store: Callable[[], Store],
        clock: Callable[[], datetime],
        hasher: Hasher,
        *,
        host: str,
        session: str = "local",
        account: str = "",
        dry_run: bool = False,
        scripted: bool = False,
    ) -> None:
        self._open = store
        self.now = clock
        self.hasher = hasher
        self.host = host
        self.session = session
        self.account = account
        self.dry_run = dry_run
        self.scripted = scripted
        self.call = ""
        self.scans: list[str] = []
        self.subjects: list[str] = []
        self.holds_opened: list[dict[str, Any]] = []
        self.performers: dict[str, datetime | None] = {}
        self.notices: list[dict[str, str]] = []
        self.before_commit: Callable[[Change], None] | None = None

    @cached_property
    def store(self) -> Store:
        """The open record."""
        return self._open()

    @property
    def zone(self) -> str:
        """The site's time zone."""
        return self.store.setting("zone")

    def today(self, moment: datetime | None = None) -> date:
        """The site's date at a moment, or now."""
        from zoneinfo import ZoneInfo

        return (moment or self.now()).astimezone(ZoneInfo(self.zone)).date()

    @property
    def files(self) -> Path:
        """The folder beside the database where attached files are kept."""
        return self.store.path.with_name(self.store.path.name + ".files")

    # -- who may --------------------------------------------------------------------------------

    def require_actor(self) -> str:
        """The code of the person signed in.

        Raises:
            NotSignedIn: nobody is.
        """
        if not self.account:
            raise NotSignedIn(
                "Nobody is signed in, and writing needs a person.",
                hint="Sign in with `lottrack login USER`, or give --as USER to this command.",
            )
        return self.account

    def role_for(self, act: str, account: str | None = None) -> str:
        """The role by which a person (the actor, unless named) may do an act.

        Raises:
            NotSignedIn: nobody is signed in.
            RoleMissing: none of the person's roles permits the act.
            AccessRefused: the person lacks the training the site requires for it.
        """
        from lottrack.rules.roles import RoleAct, permitting_roles, role_sentence

        person = account or self.require_actor()
        roles = [str(row.role) for row in self.store.rows("account_role", account=person)]
        table = [
            RoleAct(row.act, (row.role,), bool(row.signed), bool(row.second), *_dates(row))
            for row in self.store.rows("role_act", act=act)
        ]
        today = self.today()
        permitting = permitting_roles(table, act, roles, today)
        if not permitting:
            raise RoleMissing(
                role_sentence(table, act, person, roles, today),
                hint="Ask one of them, or an administrator: `lottrack user role USER --add ROLE`.",
            )
        return self._trained_role(act, person, permitting)

    def _trained_role(self, act: str, person: str, roles: tuple[str, ...]) -> str:
        """The first of a person's roles for an act in which they are trained for it.

        A site that requires no training is asked nothing; nor is whoever keeps accounts and
        training, on which all else rests.
        """
        if not self.store.rows("training_requirement"):
            return roles[0]
        from lottrack.actions.laboratory.qualifications import trained_role

        return trained_role(self.store, act, person, roles, self.today())

    def require_other(self, first: str, second: str, what: str) -> None:
        """Two people where the act needs two.

        Raises:
            SamePerson: they are the same.
        """
        if first == second:
            raise SamePerson(
                f"{first} cannot be both people of this act: {what}.",
                hint="Ask a second person to take part with their own secret.",
            )

    # -- writing --------------------------------------------------------------------------------

    @contextmanager
    def change(
        self, act: str, reason: str | None = None, *, role: str | None = None
    ) -> Iterator[Change]:
        """Open a change for an act the actor may do.

        Raises:
            NotSignedIn: nobody is signed in.
            RoleMissing: the actor may not.
            AccessRefused: the actor, or whoever performs it now, lacks the training for it.
        """
        used = self.role_for(act) if role is None else role
        doubts = self._doubted_performers(act)
        actor = Actor(self.require_actor(), used, self.host)
        store = self.store
        with store.change(actor, act, reason, now=self.now(), dry_run=self.dry_run) as change:
            change.call = self.call_mark(act)
            yield change
            if self.before_commit is not None:
                self.before_commit(change)
            opened = [row for row in change.made("hold") if row["automatic"]]
            self.notices += write_warnings(change, change.subject, doubts) if doubts else []
        self.holds_opened += opened

    def _doubted_performers(self, act: str) -> list[ShownWarning]:
        """What to warn of those who performed an act without the training it needs.

        Whoever performs it now is refused; what was performed before is recorded as it was.
        """
        told, self.performers = self.performers, {}
        if not told or not self.store.rows("training_requirement"):
            return []
        from lottrack.actions.laboratory.qualifications import Performer, performer_warnings

        performers = [Performer(who, self.today(at), at is None) for who, at in told.items()]
        return performer_warnings(self.store, act, performers)

    def call_mark(self, act: str) -> str:
        """What tells one act from its repetition: who, where, which act, which words and codes."""
        scans = [scan.strip().upper() for scan in self.scans]
        return sha256("\x1f".join([self.account, self.host, act, self.call, *scans]))

    def repeated(self, act: str) -> str:
        """The number of the same scan by the same person here within three seconds, or "".

        A scanner's double trigger is one record, not two.
        """
        mark = self.call_mark(act)
        since = to_text(self.now() - DOUBLE_TRIGGER)
        recent = self.store.sql(
            "SELECT payload ->> '$.call' AS call, payload ->> '$.subject' AS subject"
            " FROM audit_entry WHERE at >= :since AND actor = :actor ORDER BY seq DESC",
            since=since,
            actor=self.account,
        )
        return next((str(row.subject) for row in recent if row.call == mark), "")

    def told(self, telling: Telling) -> Told:
        """What was said about a fact, with its people looked up and its time not in the future.

        Raises:
            NotFound: ``performed_by`` names nobody.
            BadValue: the time lies in the future.
        """
        if telling.at is not None:
            require_not_future(telling.at, self.now(), "the time told", self.zone)
        performed_by = ""
        if telling.performed_by:
            code = require_code(telling.performed_by, "user")
            performed_by = str(self.store.get("account", code, "user").root)
            if performed_by != self.account:
                self.performers[performed_by] = telling.at
        return Told(telling.at, performed_by, telling.witness, telling.entry, telling.reason)

    def told_at(self, telling: Telling) -> datetime:
        """When it happened: the time told, or now."""
        return telling.at or self.now()


def _dates(row: Row) -> tuple[date | None, date | None]:
    return (
        date.fromisoformat(row.valid_from) if row.valid_from else None,
        date.fromisoformat(row.valid_until) if row.valid_until else None,
    )


def as_time(text: str | None) -> datetime | None:
    """A stored time as an aware datetime."""
    return None if text is None else from_text(text)


def as_text(moment: datetime | None) -> str | None:
    """An aware datetime as it is stored."""
    return None if moment is None else to_text(moment)
