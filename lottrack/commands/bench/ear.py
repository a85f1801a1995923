"""How a bench listens: one question at a time, the next action always on screen.

A scanner types more than was asked, and so do gloves: Enter alone answers nothing, the same code
within three seconds is taken once, a code that does not fit here is refused and asked again. Every
refusal is recorded with the very bytes that came. When nobody did anything for a while the bench
locks; the half-finished step stays, and whoever signs in goes on with it under their own name.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lottrack.errors import (
    CodeUnreadable,
    IntegrityBroken,
    LottrackError,
    Refused,
    StoreError,
)
from lottrack.rules.bench.commands import NO, UNDO, badge_of, digit_of, reason_of
from lottrack.rules.bench.hearing import Heard, hear

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lottrack.actions.desk import Desk
    from lottrack.context import Context
    from lottrack.rules.bench.line import Line

    Reading = Callable[[str, float | None], Line | None]

ACT = "bench open"
TEXT, DIGITS, REASON, BADGE = "text", "digits", "reason", "badge"
"""What a question may take besides commands."""

_POLL_SECONDS = 5.0
_SAME_SCAN = timedelta(seconds=3)
_SAME_DIGIT = timedelta(seconds=0.5)  # a number may have the same digit twice
_LEAVE = "LEAVE"


class StepLeft(Exception):
    """A step was left before anything of it was recorded."""


class BenchLeft(Exception):
    """The bench is left."""


class Presence:
    """Who is at the bench, and whether they still are."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.desk = context.writing_desk
        self._used: datetime = context.clock()

    def is_locked(self) -> bool:
        """Whether nobody did anything for so long that somebody must sign in again."""
        from lottrack.actions.laboratory.people import session_is_live
        from lottrack.session import IDLE_LIMIT, read_session

        now = self.context.clock()
        if self.context.account_given:
            return now - self._used > IDLE_LIMIT
        session = read_session(self.context.path, now)
        return (
            session is None
            or session.idle
            or session.account != self.desk.account
            or not session_is_live(self.desk, session.account, session.token)
        )

    def renew(self) -> None:
        """Somebody did something."""
        from lottrack.session import touch_session

        self._used = self.context.clock()
        if not self.context.account_given:
            touch_session(self.context.path, self._used)

    def sign_in(self, code: str) -> None:
        """Let a person with their secret go on at this bench.

        Raises:
            NotSignedIn: the secret is wrong, or there is no such person.
            RoleMissing: the person works at no bench.
        """
        from lottrack.actions.laboratory.people import sign_in
        from lottrack.actions.secrets import require_account, require_secret
        from lottrack.session import write_session

        account = require_account(self.desk, code)
        self.desk.role_for(ACT, account)
        secret = self.context.ask_secret(f"Secret of {account}")
        if self.context.account_given:
            require_secret(self.desk, account, secret)
        else:
            _, token = sign_in(self.desk, account, secret)
            write_session(self.context.path, account, token, self.context.clock())
        self.desk.account = account
        self._used = self.context.clock()


class Ear:
    """Asks and listens at one bench.

    Args:
        context: where.
        read: gives the next line, or None when none came in the seconds given.

    Attributes:
        lot: the lot in focus, or "".
        doing: what is half done, as the screen tells it.
        has_typed: a number of this step was typed, not scanned digit by digit.
    """

    def __init__(self, context: Context, read: Reading) -> None:
        self.context = context
        self.desk: Desk = context.writing_desk
        self.presence = Presence(context)
        self.lot = ""
        self.doing = ""
        self.has_typed = False
        self._read = read
        self._heard: list[bytes] = []
        self._previous: tuple[str, datetime] | None = None

    # -- asking ---------------------------------------------------------------------------------

    def ask(self, action: str, explained: str, *takes: str) -> Heard:
        """Show the next action until something comes that answers it.

        Args:
            action: a word or two of A-Z, shown large.
            explained: the same in a sentence, with what else can be done.
            takes: commands that answer it, and ``TEXT, DIGITS, REASON, BADGE``.

        Raises:
            StepLeft: NO or UNDO, where they are not taken.
            BenchLeft: the person leaves, or the input ended.
        """
        while True:
            self._show(action, explained)
            line = self._wait()
            heard = None if line is None else self._understood(line)
            if heard is not None and self._fits(heard, takes):
                return heard

    def say(self, text: str) -> None:
        """Talk to the person."""
        self.context.say(text)

    def begin(self) -> None:
        """Begin a step: what was heard before belongs to another one."""
        self.doing = ""
        self.has_typed = False
        self._heard = []
        self.clear()

    def ask_secret(self, prompt: str) -> str:
        """A secret, typed without echo; the code scanned before it may be scanned again at once."""
        secret = self.context.ask_secret(prompt)
        self._previous = None
        return secret

    def clear(self) -> None:
        """Let the next act start without the scans and subjects of the one before."""
        self.desk.scans, self.desk.subjects, self.desk.holds_opened = [], [], []

    def refuse(self, error: LottrackError, act: str = ACT) -> None:
        """Say a refusal and record it with the bytes of the step; it ends nothing by itself.

        Raises:
            IntegrityBroken: the record does not prove itself; no bench goes on with it.
        """
        from lottrack.actions.refusals import record_refusal
        from lottrack.reports.bench import spoken

        if isinstance(error, IntegrityBroken):
            raise error
        reasons = [f"- {blocker.sentence}" for blocker in error.blockers]
        self.say("\a" + spoken("\n".join([error.sentence, *reasons]), error.hint))
        if not isinstance(error, StoreError):
            self.desk.scans += [f"bytes {raw.hex(' ')}" for raw in self._heard]
            try:
                record_refusal(self.desk, act, error)
            except StoreError as trouble:
                self.say(f"The refusal itself could not be recorded: {trouble.sentence}")
        self.clear()

    # -- listening ------------------------------------------------------------------------------

    def _show(self, action: str, explained: str) -> None:
        from lottrack.actions.benching.focus import lot_view
        from lottrack.reports.bench import screen

        lot: dict[str, Any] = lot_view(self.desk.store, self.lot) if self.lot else {}
        who = self.desk.account + ("  DRY RUN: nothing is recorded" * self.desk.dry_run)
        self.say(screen(lot, self.doing, action, explained, who))

    def _wait(self) -> Line | None:
        """The next line; None when the bench was locked meanwhile: then the screen is due again."""
        prompt = "> "
        while True:
            try:
                line = self._read(prompt, _POLL_SECONDS)
            except EOFError as error:
                raise BenchLeft from error
            if self.presence.is_locked():
                self._unlock()
                return None
            prompt = ""
            if line is not None:
                self.presence.renew()
                return line

    def _understood(self, line: Line) -> Heard | None:
        """What a line says; None when it says nothing, or nothing new."""
        if line.had_more:
            self.say("More was scanned than was asked for; only the first code was taken.")
        try:
            heard = hear(line, self.context.scanner)
        except CodeUnreadable as error:
            self._heard.append(line.raw)
            self.refuse(error)
            return None
        if not heard.text or self._is_again(heard):
            return None
        self._heard.append(line.raw)
        return heard

    def _is_again(self, heard: Heard) -> bool:
        """Whether it is the code before once more: a double trigger."""
        now, before = self.context.clock(), self._previous
        self._previous = (heard.text, now)
        within = _SAME_DIGIT if digit_of(heard.command) else _SAME_SCAN
        again = before is not None and before[0] == heard.text and now - before[1] < within
        if again:
            self.say("The same code came twice; it was taken once.")
        return again

    def _fits(self, heard: Heard, takes: tuple[str, ...]) -> bool:
        """Whether it answers the question; what does not is refused, what ends the step ends it."""
        command = heard.command
        badge = badge_of(command)
        if badge and BADGE not in takes:
            self._take_over(badge)
            return False
        if not heard.is_scanned and heard.text.upper() == _LEAVE:
            raise BenchLeft
        kind = (
            (DIGITS if digit_of(command) else "")
            or (REASON if reason_of(command) else "")
            or (BADGE if badge else "")
            or command
            or TEXT
        )
        if kind in takes:
            return True
        if command in {NO, UNDO}:
            raise StepLeft
        self.refuse(_unasked(heard))
        return False

    # -- locked ---------------------------------------------------------------------------------

    def _unlock(self) -> None:
        """Keep the step and ask who goes on with it; what was typed while locked is not taken.

        Raises:
            BenchLeft: the input ended.
        """
        from lottrack.reports.letters import large

        before = self.desk.account
        explained = "scan your badge or type your user code; then your secret. The step stays."
        self.say(f"\n{large('LOCKED')}\n\nNobody did anything here for a while. Next: {explained}")
        while True:
            try:
                line = self._read("Who goes on? ", None)
                if line is None:
                    continue
                heard = hear(line, self.context.scanner)
                if not heard.text:
                    continue
                self.presence.sign_in(badge_of(heard.command) or heard.text)
            except EOFError as error:
                raise BenchLeft from error
            except IntegrityBroken:
                raise
            except LottrackError as error:
                self.say(f"\a{error.sentence} {error.hint}".rstrip())
                continue
            self._changed_hands(before)
            return

    def _take_over(self, badge: str) -> None:
        before = self.desk.account
        try:
            self.presence.sign_in(badge)
        except LottrackError as error:
            self.refuse(error)
        except EOFError:
            self.say(f"No secret was given; {before} is at the bench as before.")
        else:
            self._changed_hands(before)

    def _changed_hands(self, before: str) -> None:
        if self.desk.account != before:
            self.changed_hands()
            self.say(f"{self.desk.account} goes on; what is done from now on is theirs.")

    def changed_hands(self) -> None:
        """Another person is at the bench now."""


def _unasked(heard: Heard) -> Refused:
    from lottrack.rules.reading.text import printable

    said = heard.command or printable(heard.text)
    return Refused(
        f"{said} is no answer to this.",
        code="not-asked-for",
        hint="Look at the next action on the screen. NO leaves the step.",
    )
