"""A damaged file: whatever was flipped or cut off, it is proved to its end and never believed."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing

import pytest

from lottrack.store.tables import CHAIN, FACTS, LINKS, STANDINGS
from tests import steps

TABLES = [*FACTS, *LINKS, *STANDINGS, *CHAIN]


@pytest.fixture(scope="module")
def sound_file(site_file, tmp_path_factory, request):
    """A record with a family and a pair, in one file without a log beside it."""
    from tests.conftest import Clock, Program

    path = tmp_path_factory.mktemp("sound") / "sound.sqlite"
    shutil.copy(site_file, path)
    program = Program(path, Clock())
    steps.register_patient(program)
    steps.register_donor(program)
    steps.register_pair(program)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return path


@pytest.fixture
def damaged(sound_file, tmp_path, program):
    """The program on a copy that a test damages."""
    program.db = tmp_path / "damaged.sqlite"
    shutil.copy(sound_file, program.db)
    return program


def content(path):
    """Every row of every table, or None where SQLite itself finds the file malformed."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            return {
                table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}").fetchall()))
                for table in TABLES
            }
    except sqlite3.DatabaseError:
        return None


def judged(program):
    """The verdict on a file: exit status and answer go together, whatever it holds."""
    outcome = program("audit", "verify", exit_code=None)
    assert outcome.exit_code in {0, 91}
    assert outcome.data["verdict"] == ("intact" if outcome.exit_code == 0 else "broken")
    assert bool(outcome.data["findings"]) == (outcome.exit_code == 91)
    return outcome.data["verdict"]


@pytest.mark.parametrize("seed", range(60))
def test_a_flipped_bit_is_found_or_changes_nothing(damaged, sound_file, seed):
    where = random.Random(seed)
    data = bytearray(damaged.db.read_bytes())
    place = where.randrange(len(data))
    data[place] ^= 1 << where.randrange(8)
    damaged.db.write_bytes(data)
    if judged(damaged) == "intact":
        assert content(damaged.db) == content(sound_file)


@pytest.mark.parametrize("word", [b"13.2", b"TECHNICIAN1", b"haplo_compatible"])
def test_a_value_changed_in_the_file_itself_is_found(damaged, word):
    data = damaged.db.read_bytes()
    assert word in data
    damaged.db.write_bytes(data.replace(word, word[:-1] + bytes([word[-1] ^ 1])))
    assert judged(damaged) == "broken"


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_found(damaged, share):
    data = damaged.db.read_bytes()
    damaged.db.write_bytes(data[: int(len(data) * share)])
    assert judged(damaged) == "broken"


EVERY_HASH = "the hash of every entry"
EVERY_ROW = "every row of every table"


def assurance(program):
    """What a proof says it did, as one text."""
    return "\n".join(program("audit", "verify", exit_code=None).data["assurance"])


def test_a_sound_file_is_said_to_be_proved_to_its_end(damaged):
    said = assurance(damaged)
    assert EVERY_HASH in said
    assert EVERY_ROW in said


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9])
def test_of_a_file_cut_short_no_more_is_claimed_than_was_done(damaged, share):
    data = damaged.db.read_bytes()
    damaged.db.write_bytes(data[: int(len(data) * share)])
    said = assurance(damaged)
    assert EVERY_HASH not in said
    assert EVERY_ROW not in said
    assert "were checked by SQLite" not in said
    assert "compare the head with one printed" in said


def test_a_trail_that_breaks_off_says_how_far_it_was_recomputed(damaged):
    """One page of the trail is gone: what lies before it was proved, what lies after was not."""
    with closing(sqlite3.connect(damaged.db)) as connection:
        texts = connection.execute("SELECT payload FROM audit_entry ORDER BY seq").fetchall()
    middle = texts[len(texts) // 2][0].encode()
    data = bytearray(damaged.db.read_bytes())
    start = data.index(middle[:80]) // 4096 * 4096
    data[start : start + 4096] = b"\xff" * 4096
    damaged.db.write_bytes(data)
    found = damaged("audit", "verify", exit_code=91).data
    said = "\n".join(found["assurance"])

    assert 0 < found["entries"] < len(texts)
    assert f"each of the first {found['entries']} entries" in said
    assert "no row was compared" in said


def test_a_table_that_cannot_be_read_is_named_and_the_others_are_proved(damaged):
    with closing(sqlite3.connect(damaged.db)) as connection:
        page = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'weight'"
        ).fetchone()[0]
    data = bytearray(damaged.db.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    damaged.db.write_bytes(data)
    said = assurance(damaged)

    assert EVERY_HASH in said
    assert EVERY_ROW not in said
    assert "cannot be read to their end: weight" in said


def test_a_check_of_a_damaged_file_says_what_it_left_out(damaged):
    data = damaged.db.read_bytes()
    damaged.db.write_bytes(data[: len(data) // 2])
    found = damaged("admin", "check", exit_code=91).data
    assert "invariants were not checked" in "\n".join(found["assurance"])


def test_a_page_of_zeros_is_found(damaged):
    data = bytearray(damaged.db.read_bytes())
    page = 4096
    for start in range(page, len(data), page * 60):
        copy = bytearray(data)
        copy[start : start + page] = bytes(page)
        damaged.db.write_bytes(copy)
        assert judged(damaged) == "broken"


def test_an_index_that_hides_a_row_is_found(damaged):
    """The rows stay as they are; only what is looked up by the index is missing."""
    with closing(sqlite3.connect(damaged.db)) as connection:
        connection.execute("PRAGMA writable_schema = 1")
        connection.execute(
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master"
            " WHERE name = 'hold_by_fill') WHERE name = 'weight_by_patient'"
        )
        connection.commit()
    assert damaged("patient", "show", "P01").data["weights"] == []
    found = damaged("audit", "verify", exit_code=91).data["findings"]
    assert "file-integrity" in {finding["code"] for finding in found}


def test_other_commands_refuse_a_malformed_file_and_say_what_to_do(damaged):
    data = damaged.db.read_bytes()
    damaged.db.write_bytes(data[:8192] + b"\xff" * 65536 + data[8192 + 65536 :])
    refused = damaged("patient", "list", exit_code=None)
    assert refused.exit_code in {0, 70}
    damaged.db.write_bytes(b"\xff" * len(data))
    refused = damaged("patient", "list", exit_code=70)
    assert refused.code == "database-damaged"
    assert "lottrack audit verify" in refused.data["error"]["hint"]
    assert "lottrack admin restore" in refused.data["error"]["hint"]
