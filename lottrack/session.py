"""The sign-in kept between commands: a small file that only the user can read.

It is a file and not a table because it cannot be replayed from the audit trail; the record holds
only the hash of its token. Each command used renews it, and it locks when nothing was done for a
quarter of an hour.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

IDLE_LIMIT = timedelta(minutes=15)


class Session(NamedTuple):
    """A kept sign-in: whose, its token, and whether it lay idle too long."""

    account: str
    token: str
    idle: bool


def session_path(database: Path) -> Path:
    """The file for one database: in the user's state folder, or in ``LOTTRACK_STATE``."""
    from pathlib import Path as AnyPath

    given = os.environ.get("LOTTRACK_STATE")
    if given:
        folder = AnyPath(given)
    else:
        from platformdirs import user_state_path

        folder = user_state_path("lottrack", appauthor=False)
    name = hashlib.sha256(str(database.resolve()).encode()).hexdigest()[:16]
    return folder / f"session-{name}.json"


def write_session(database: Path, account: str, token: str, now: datetime) -> None:
    """Keep a sign-in, readable by this user alone."""
    path = session_path(database)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"account": account, "token": token, "used": now.isoformat()}, file)
    fresh.replace(path)


def read_session(database: Path, now: datetime) -> Session | None:
    """The kept sign-in, or None when there is none or it cannot be trusted."""
    path = session_path(database)
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            return None
        kept = json.loads(path.read_text(encoding="utf-8"))
        used = datetime.fromisoformat(kept["used"]).astimezone(UTC)
        idle = not (timedelta(0) <= now - used <= IDLE_LIMIT)
        return Session(str(kept["account"]), str(kept["token"]), idle)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def touch_session(database: Path, now: datetime) -> None:
    """Renew a sign-in that was just used."""
    session = read_session(database, now)
    if session is not None:
        write_session(database, session.account, session.token, now)


def forget_session(database: Path) -> None:
    """Take the sign-in away from this computer."""
    session_path(database).unlink(missing_ok=True)
