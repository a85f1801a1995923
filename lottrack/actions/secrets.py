"""Secrets: set, checked, locked out. Secrets are checked before a change opens, never inside."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

from lottrack.actions.desk import as_text, as_time
from lottrack.errors import AccessRefused, BadValue, LottrackError, NotSignedIn, StoreBusy
from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.reading.times import local_text
from lottrack.store.change import Actor

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from lottrack.actions.desk import Desk
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

TRIES = 5
"""Wrong tries after which an account locks (21 CFR 11.300(d): detect and report attempts)."""

LOCKED_FOR = timedelta(minutes=15)
"""How long a lock lasts unless an administrator lifts it."""

SHORTEST = 6
"""The fewest characters a new secret may have."""


def require_new_secret(secret: str, again: str) -> str:
    """A new secret, typed twice.

    Raises:
        BadValue: the two differ, or it is too short.
    """
    if secret != again:
        raise BadValue("The two secrets are not the same.", code="secrets-differ")
    if len(secret) < SHORTEST:
        raise BadValue(
            f"A secret has at least {SHORTEST} characters.",
            code="secret-too-short",
            hint="A few unrelated words are easy to remember and hard to guess.",
        )
    return normalised(secret)


def normalised(secret: str) -> str:
    """One spelling for a secret, however the keyboard composed its accents."""
    return unicodedata.normalize("NFC", secret)


def hashed(desk: Desk, secret: str) -> str:
    """The hash to keep of a new secret."""
    return desk.hasher.hash(normalised(secret))


def require_account(desk: Desk, account: str) -> str:
    """The code of a person who may act: known and not deactivated.

    Raises:
        NotSignedIn: there is no such person, or the account was deactivated.
    """
    code = require_code(account, "user")
    standing = desk.store.standing("account_standing", account=code)
    if standing is None or not standing.active:
        raise NotSignedIn(
            f"There is no active user {code}.",
            code="unknown-user",
            hint="`lottrack user list` shows the users; an administrator can add one.",
        )
    return code


def require_secret(
    desk: Desk, account: str, secret: str, wrong: type[AccessRefused] = NotSignedIn
) -> str:
    """Check a person's secret and return the person's code.

    Every wrong try is recorded; the fifth locks the account for fifteen minutes. A store or library
    that fails while checking is reported as such, never as a wrong secret.

    Args:
        desk: where.
        account: the person's code.
        secret: what was typed.
        wrong: what to raise: NotSignedIn at sign-in, SignatureRejected at a signature.

    Raises:
        AccessRefused: wrong secret, or the account is locked (``account-locked``).
        StoreBusy: the secret cannot be checked now (``cannot-check-now``).
    """
    code = require_account(desk, account)
    standing = _standing(desk.store, code)
    _require_unlocked(desk, standing, wrong)
    try:
        fits = desk.hasher.fits(standing.secret_hash, normalised(secret))
    except LottrackError:
        raise
    except Exception as error:
        raise StoreBusy(
            f"The secret of {code} cannot be checked now ({type(error).__name__}). It was not"
            " judged wrong.",
            code="cannot-check-now",
            hint="Try again; if it stays so, an administrator runs `lottrack admin check`.",
        ) from error
    if fits:
        if standing.failed_tries:
            with _own_change(desk, code, "secret check") as change:
                change.stand(
                    "account_standing", {"account": code}, failed_tries=0, locked_until=None
                )
                change.mention(code)
        return code
    raise _failed(desk, code, wrong)


def _standing(reader: Reader, code: str) -> Row:
    return reader.rows("account_standing", account=code)[0]


def _require_unlocked(desk: Desk, standing: Row, wrong: type[AccessRefused]) -> None:
    until = as_time(standing.locked_until)
    if until is not None and desk.now() < until:
        raise wrong(
            f"{standing.account} is locked until {local_text(until, desk.zone)} after"
            f" {TRIES} wrong tries.",
            code="account-locked",
            hint=f"Wait, or ask an administrator: `lottrack user unlock {standing.account}`.",
        )


def _failed(desk: Desk, code: str, wrong: type[AccessRefused]) -> AccessRefused:
    """Record a wrong try and say so."""
    with _own_change(desk, code, "wrong secret") as change:
        standing = _standing(change, code)
        expired = standing.locked_until is not None
        tries = 1 if expired else int(standing.failed_tries) + 1
        locked = tries >= TRIES
        until = as_text(desk.now() + LOCKED_FOR) if locked else None
        change.record("account_event", account=code, event="failed", detail=wrong.default_code)
        if locked:
            change.record("account_event", account=code, event="locked", until=until)
        change.stand("account_standing", {"account": code}, failed_tries=tries, locked_until=until)
    left = TRIES - tries
    if locked:
        return wrong(
            f"Wrong secret for {code}. That was try {TRIES}: the account is locked for"
            f" {int(LOCKED_FOR.total_seconds() // 60)} minutes.",
            code="account-locked",
            hint=f"Wait, or ask an administrator: `lottrack user unlock {code}`.",
        )
    return wrong(
        f"Wrong secret for {code}; {left} more and the account locks.",
        hint="Type it again. The try was recorded.",
    )


def _own_change(desk: Desk, code: str, act: str) -> AbstractContextManager[Change]:
    return desk.store.change(Actor(code, "", desk.host), act, now=desk.now())


def set_secret(change: Change, account: str, secret_hash: str) -> None:
    """Write a new secret's hash and that it was set."""
    change.record("account_event", account=account, event="secret_set")
    change.stand(
        "account_standing",
        {"account": account},
        secret_hash=secret_hash,
        failed_tries=0,
        locked_until=None,
    )
