"""A new site: its database, its first administrator, its controlled data."""

from __future__ import annotations

import secrets as tokens
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.laboratory.people import write_account
from lottrack.actions.notifying.duties import write_own_duties
from lottrack.actions.secrets import hashed, require_new_secret
from lottrack.assets import database_folder, folder
from lottrack.rules.administration.protocol import parse_protocol
from lottrack.rules.codes.identifiers import require_code, require_site_code
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import require_zone
from lottrack.rules.roles import parse_roles
from lottrack.rules.screening.screening import parse_rule_set
from lottrack.rules.specification.specification import parse_specification
from lottrack.store.chain import sha256
from lottrack.store.change import NOW, Actor
from lottrack.store.store import make_database

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from lottrack.actions.desk import Hasher
    from lottrack.store.change import Change
    from lottrack.store.store import Store

DEFAULT_SCREENING_RULE = "EU_BM_30d"
FIRST_PLACES = (
    ("GMP", "Manufacturing unit", "gmp"),
    ("PHARMACY", "Pharmacy", "pharmacy"),
    ("WARD", "Ward", "ward"),
)


class Site(NamedTuple):
    """What a new record starts from.

    Attributes:
        name: the site's name, printed on labels.
        code: 2-8 letters and digits, part of every number.
        zone: the site's time zone.
        training: labels of this record say TRAINING.
    """

    name: str
    code: str
    zone: str
    training: bool = False


def make_site(
    path: Path,
    site: Site,
    admin: tuple[str, str],
    secret: tuple[str, str],
    *,
    hasher: Hasher,
    host: str,
    now: datetime,
) -> dict[str, Any]:
    """Make a database with its first administrator, roles, places and controlled documents.

    Args:
        path: the file to make.
        site: name, code, zone.
        admin: the administrator's code and name.
        secret: the administrator's new secret, twice.
        hasher: hashes the secret.
        host: this computer, for the audit trail.
        now: the time.

    Raises:
        Conflict: the file exists.
        BadValue: an unusable name, code, zone or secret.
    """
    from lottrack.actions.desk import Desk

    account = require_code(admin[0], "user")
    name = clean_text(admin[1] or admin[0], "the name")
    settings = {
        "site_name": clean_text(site.name, "the site's name", limit=80),
        "site_code": require_site_code(site.code),
        "zone": require_zone(site.zone),
        "screening_rule": DEFAULT_SCREENING_RULE,
        "band_key": tokens.token_hex(32),
        "training": "1" if site.training else "",
    }
    chosen = require_new_secret(*secret)
    store = make_database(path, settings, host=host, now=now)
    try:
        desk = Desk(lambda: store, lambda: now, hasher, host=host)
        secret_hash = hashed(desk, chosen)
        actor = Actor(account, "administrator", host)
        with store.change(actor, "init", now=now) as change:
            write_account(change, account, name, ("administrator",), secret_hash)
            write_controlled_data(change)
            for code, text, kind in FIRST_PLACES:
                change.record("place", number=code, name=text, kind=kind)
        return {"id": settings["site_code"], "kind": "site", "path": str(path), "warnings": []}
    except BaseException:
        _discard(store, path)
        raise
    finally:
        store.close()


def _discard(store: Store, path: Path) -> None:
    store.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def write_controlled_data(change: Change) -> None:
    """Write the roles table, screening rules, protocols and specifications that lottrack ships.

    Protocols and specifications are drafts until a qualified person approves them by signature.
    """
    roles = (folder("db") / "roles.toml").read_text(encoding="utf-8")
    for act in parse_roles(roles):
        for role in act.roles:
            change.record(
                "role_act",
                act=act.act,
                role=role,
                signed=int(act.signed),
                second=int(act.second),
                valid_from=act.valid_from.isoformat() if act.valid_from else None,
                valid_until=act.valid_until.isoformat() if act.valid_until else None,
            )
    for path in sorted(database_folder("screening").glob("*.toml")):
        source = path.read_text(encoding="utf-8")
        rule = parse_rule_set(path.stem, source)
        change.record(
            "screening_rule",
            number=rule.name.upper(),
            name=rule.name,
            source=source,
            source_sha256=sha256(source),
        )
    for path in sorted(database_folder("protocols").glob("*.toml")):
        write_protocol(change, path.read_text(encoding="utf-8"), path.name)
    for path in sorted(database_folder("specifications").glob("*.toml")):
        write_specification(change, path.read_text(encoding="utf-8"), path.name)
    write_own_duties(change)


def write_protocol(change: Change, source: str, file: str) -> str:
    """Write a protocol file as a draft; returns ``NAME@EDITION``."""
    protocol = parse_protocol(source, file)
    return change.record(
        "protocol",
        NOW,
        number=f"{protocol.name}@{protocol.edition}",
        name=protocol.name,
        edition=protocol.edition,
        title=protocol.title,
        source=source,
        source_sha256=sha256(source),
    )


def write_specification(change: Change, source: str, file: str) -> str:
    """Write a specification file as a draft; returns ``NAME@EDITION``."""
    specification = parse_specification(source, file)
    return change.record(
        "specification",
        NOW,
        number=f"{specification.name}@{specification.edition}",
        name=specification.name,
        edition=specification.edition,
        title=specification.title,
        product=specification.product,
        source=source,
        source_sha256=sha256(source),
    )
