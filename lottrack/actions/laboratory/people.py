"""People: accounts, roles, secrets, signing in and out."""

from __future__ import annotations

import hashlib
import secrets as tokens
from typing import TYPE_CHECKING, Any

from lottrack.actions.desk import Desk  # noqa: TC001
from lottrack.actions.secrets import (
    hashed,
    require_new_secret,
    require_secret,
    set_secret,
)
from lottrack.errors import AlreadyDone, Conflict, NotFound
from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import from_text
from lottrack.rules.roles import require_roles
from lottrack.store.change import Actor, Told

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.store.change import Change
    from lottrack.store.rows import Row

Made = dict[str, Any]


def add_user(desk: Desk, code: str, name: str, roles: list[str], secret: str, again: str) -> Made:
    """Register a person who may act.

    Raises:
        NumberUsed: the code was used before, by whomever.
        BadValue: unusable code, name, roles or secret.
    """
    account = require_code(code, "user")
    names = require_roles(roles)
    secret_hash = hashed(desk, require_new_secret(secret, again))
    with desk.change("user add") as change:
        write_account(change, account, clean_text(name, "the name"), names, secret_hash)
    return {"id": account, "kind": "user", "name": name, "roles": list(names), "warnings": []}


def write_account(
    change: Change, account: str, name: str, roles: tuple[str, ...], secret_hash: str
) -> None:
    """Write an account, its roles and its secret into an open change."""
    change.record("account", number=account, name=name)
    change.stand("account_standing", {"account": account}, active=1, failed_tries=0, acknowledged=0)
    for role in roles:
        change.record("role_grant", account=account, role=role, granted=1)
        change.stand("account_role", {"account": account, "role": role})
    set_secret(change, account, secret_hash)


def change_roles(desk: Desk, code: str, add: list[str], remove: list[str]) -> Made:
    """Give a person roles and take others away.

    Raises:
        NotFound: there is no such person.
        AlreadyDone: the account was deactivated.
        Conflict: the roles cannot stand together, or none would be left.
    """
    account = _whose(desk, code)
    with desk.change("user role") as change:
        has = [str(row.role) for row in change.rows("account_role", account=account)]
        wanted = [role for role in has if role not in remove] + [r for r in add if r not in has]
        names = require_roles(wanted)
        require_roles([*add, *remove][:1])
        for role in names:
            if role not in has:
                change.record("role_grant", account=account, role=role, granted=1)
                change.stand("account_role", {"account": account, "role": role})
        for role in has:
            if role not in names:
                change.record("role_grant", account=account, role=role, granted=0)
                change.fall("account_role", account=account, role=role)
    return {"id": account, "kind": "user", "roles": list(names), "warnings": []}


def change_own_secret(desk: Desk, old: str, new: str, again: str) -> Made:
    """Set one's own new secret, knowing the old one."""
    account = desk.require_actor()
    require_secret(desk, account, old)
    secret_hash = hashed(desk, require_new_secret(new, again))
    with desk.change("user passwd") as change:
        set_secret(change, account, secret_hash)
    return {"id": account, "kind": "user", "warnings": []}


def reset_secret(desk: Desk, code: str, new: str, again: str) -> Made:
    """Set another person's new secret, as an administrator; the new one is that person's own."""
    account = _whose(desk, code)
    secret_hash = hashed(desk, require_new_secret(new, again))
    with desk.change("user reset") as change:
        set_secret(change, account, secret_hash)
    return {"id": account, "kind": "user", "warnings": []}


def unlock(desk: Desk, code: str) -> Made:
    """Lift a lock-out before its time."""
    account = _whose(desk, code)
    with desk.change("user unlock") as change:
        standing = change.rows("account_standing", account=account)[0]
        if standing.locked_until is None and not standing.failed_tries:
            raise AlreadyDone(f"{account} is not locked.", code="not-locked")
        change.record("account_event", account=account, event="unlocked")
        change.stand("account_standing", {"account": account}, failed_tries=0, locked_until=None)
    return {"id": account, "kind": "user", "warnings": []}


def deactivate(desk: Desk, code: str, reason: str) -> Made:
    """End an account: its code is never used again, what it recorded stays."""
    account = _whose(desk, code)
    told = Told(reason=clean_text(reason, "the reason"))
    with desk.change("user deactivate", told.reason) as change:
        _require_another_administrator(change, account)
        change.record("account_event", told, account=account, event="deactivated")
        change.stand("account_standing", {"account": account}, active=0, session_sha256=None)
    return {"id": account, "kind": "user", "warnings": []}


def _whose(desk: Desk, code: str) -> str:
    """The person whose account an administrator changes.

    Raises:
        NotFound: there is no such person.
        AlreadyDone: the account was deactivated (``user-deactivated``); it never comes back.
    """
    account = require_code(code, "user")
    standing = desk.store.standing("account_standing", account=account)
    if standing is None:
        raise NotFound(
            f"There is no user {account}.",
            hint="`lottrack user list` shows the users.",
        )
    desk.subjects.append(account)
    if not standing.active:
        raise AlreadyDone(
            f"The account of {account} was deactivated, and is never used again.",
            code="user-deactivated",
            hint="Register the person under another code: `lottrack user add`.",
        )
    return account


def _require_another_administrator(change: Change, account: str) -> None:
    others = change.sql(
        "SELECT r.account FROM account_role AS r JOIN account_standing AS s"
        " ON s.account = r.account WHERE r.role = 'administrator' AND s.active = 1"
        " AND r.account <> :account",
        account=account,
    )
    is_one = change.standing("account_role", account=account, role="administrator")
    if is_one is not None and not others:
        raise Conflict(
            f"{account} is the last administrator and cannot be deactivated.",
            code="last-administrator",
            hint="Register another administrator first: `lottrack user add`.",
        )


def list_users(desk: Desk) -> list[Made]:
    """Every account with its roles and standing."""
    users = []
    for row in desk.store.rows("account"):
        standing = desk.store.rows("account_standing", account=row.root)[0]
        roles = [str(r.role) for r in desk.store.rows("account_role", account=row.root)]
        state = "active" if standing.active else "deactivated"
        if standing.active and _is_locked(standing, desk.now()):
            state = "locked"
        users.append(
            {"id": row.root, "kind": "user", "name": row.name, "roles": roles, "state": state}
        )
    return users


def _is_locked(standing: Row, now: datetime) -> bool:
    """Whether a lock-out still holds: it clears by itself after its time."""
    return standing.locked_until is not None and now < from_text(standing.locked_until)


# -- signing in ------------------------------------------------------------------------------------


def sign_in(desk: Desk, code: str, secret: str) -> tuple[str, str]:
    """Sign in at this computer; returns the person's code and a token to keep.

    The record holds only the token's hash. Signing in elsewhere ends the earlier session.
    """
    account = require_secret(desk, code, secret)
    token = tokens.token_urlsafe(32)
    with desk.store.change(Actor(account, "", desk.host), "login", now=desk.now()) as change:
        digest = session_hash(token)
        change.record("account_event", account=account, event="signed_in", session_sha256=digest)
        change.stand(
            "account_standing", {"account": account}, session_sha256=digest, locked_until=None
        )
    return account, token


def sign_out(desk: Desk) -> str:
    """End the session of the person signed in."""
    account = desk.require_actor()
    with desk.store.change(Actor(account, "", desk.host), "logout", now=desk.now()) as change:
        change.record("account_event", account=account, event="signed_out")
        change.stand("account_standing", {"account": account}, session_sha256=None)
    return account


def session_is_live(desk: Desk, account: str, token: str) -> bool:
    """Whether a kept token is the one the record knows for an active account."""
    standing = desk.store.standing("account_standing", account=account)
    if standing is None or not standing.active or standing.session_sha256 is None:
        return False
    return tokens.compare_digest(str(standing.session_sha256), session_hash(token))


def session_hash(token: str) -> str:
    """How a session's token stands in the record."""
    return hashlib.sha256(token.encode()).hexdigest()


def who(desk: Desk) -> Made:
    """The person signed in, with roles."""
    account = desk.require_actor()
    row = desk.store.get("account", account, "user")
    roles = [str(r.role) for r in desk.store.rows("account_role", account=account)]
    return {"id": account, "kind": "user", "name": row.name, "roles": roles}
