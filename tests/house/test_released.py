"""Released migrations are frozen by a list of hashes; the list itself is kept honest."""

from __future__ import annotations

import re

import pytest

from lottrack.store.chain import sha256
from lottrack.store.migrations import Migration, known_migrations
from tests.house.released import MIGRATIONS, broken_promises


def migration(name: str, text: str = "CREATE TABLE a (b TEXT) STRICT;") -> Migration:
    return Migration(name, text, sha256(text))


FIRST = migration("0001_initial")
SECOND = migration("0002_more", "CREATE TABLE c (d TEXT) STRICT;")
RELEASED = {FIRST.name: FIRST.sha256}


def test_every_released_migration_is_there_and_is_what_it_was() -> None:
    assert broken_promises(MIGRATIONS, known_migrations()) == []


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [name.name[:4] for name in known_migrations()]
    assert numbers == [f"{place:04d}" for place in range(1, len(numbers) + 1)]


def test_a_migration_is_known_by_the_hash_of_its_text() -> None:
    for known in known_migrations():
        assert known.sha256 == sha256(known.text)
        assert re.fullmatch(r"[0-9]{4}_[a-z0-9_]+", known.name)


def test_what_was_not_released_may_still_be_altered() -> None:
    assert broken_promises({}, [FIRST]) == []
    assert broken_promises(RELEASED, [FIRST, SECOND]) == []


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ([], "0001_initial was released and is missing."),
        ([migration("0001_initial", "-- shorter")], "0001_initial was released and then altered"),
        ([migration("0000_before"), FIRST], "0000_before is new and would come before"),
    ],
)
def test_a_released_migration_that_is_not_what_it_was_is_told(
    known: list[Migration], sentence: str
) -> None:
    (told,) = broken_promises(RELEASED, known)
    assert told.startswith(sentence)
