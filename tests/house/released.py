"""What was released and is therefore never edited again: migrations and their hashes.

A released migration made databases that hold records. It is never altered: the next change to the
schema is the next file. Lines are added here by the release that ships a migration, and are never
altered or removed.
"""

from __future__ import annotations

from lottrack.store.chain import sha256
from lottrack.store.migrations import Migration

MIGRATIONS: dict[str, str] = {}
"""Name of a released migration -> SHA-256 of its text. Nothing was released yet."""


def broken_promises(released: dict[str, str], known: list[Migration]) -> list[str]:
    """What is wrong with the migrations there are, given those that were released; a sentence each.

    A released migration must be there, be what it was, and come before every unreleased one.
    """
    there = {migration.name: sha256(migration.text) for migration in known}
    wrong = [f"{name} was released and is missing." for name in released if name not in there] + [
        f"{name} was released and then altered: put the change into the next migration."
        for name, digest in released.items()
        if there.get(name, digest) != digest
    ]
    last = max(released, default="")
    return wrong + [
        f"{name} is new and would come before {last}, which was released."
        for name in there
        if name not in released and name < last
    ]
