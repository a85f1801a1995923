"""Paper as witness: an entry rewritten, cut off or of another database is found."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

from lottrack.rules.codes.witness import witness_code
from lottrack.store.chain import canonical, sha256
from tests.steps import local_day

if TYPE_CHECKING:
    from tests.conftest import Program
    from tests.steps import Filled


def code_at(program: Program, seq: int) -> str:
    (entry,) = (e for e in program("audit", "show").data if e["seq"] == seq)
    return witness_code(seq, entry["hash"])


def last(program: Program) -> int:
    return program("audit", "verify").data["entries"]


def test_a_record_that_only_grew_contains_what_was_printed(
    released: tuple[Program, Filled],
) -> None:
    program, _ = released
    early, late = code_at(program, 3), code_at(program, last(program))
    day = local_day(program)
    program("patient", "weigh", "P01", "--weight-kg", "13.3", "--on", day, user="NURSE1")
    proved = program("audit", "witness", early, late.lower(), exit_code=0).data
    assert proved["verdict"] == "contained"
    assert [each["contained"] for each in proved["witnesses"]] == [True, True]
    assert "still contains everything up to entry 3" in proved["witnesses"][0]["sentence"]


def test_a_history_rewritten_as_a_whole_is_betrayed_by_one_label(
    released: tuple[Program, Filled],
) -> None:
    program, _ = released
    paper = code_at(program, last(program))
    rewrite(program, 5)
    proved = program("audit", "witness", paper, exit_code=91).data
    assert proved["verdict"] == "not_contained"
    assert "was rewritten" in proved["witnesses"][0]["sentence"]


def rewrite(program: Program, seq: int) -> None:
    """What a determined forger does: change one entry and every hash after it."""
    connection = sqlite3.connect(program.db)
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    previous = None
    rows = connection.execute(
        "SELECT seq, payload, hash FROM audit_entry WHERE seq >= ? ORDER BY seq", (seq,)
    ).fetchall()
    for number, payload, _ in rows:
        entry = json.loads(payload)
        if previous is None:
            entry["actor"] = "SOMEBODY"
        else:
            entry["previous"] = previous
        text = canonical(entry)
        previous = sha256(text)
        connection.execute(
            "UPDATE audit_entry SET payload = ?, hash = ? WHERE seq = ?", (text, previous, number)
        )
    connection.execute("UPDATE chain_head SET hash = ?", (previous,))
    connection.commit()
    connection.close()


def test_a_record_that_was_cut_off_is_betrayed_by_a_later_paper(
    released: tuple[Program, Filled],
) -> None:
    program, _ = released
    end = last(program)
    proved = program("audit", "witness", f"{end + 9}-ABCDEFGHIJ", exit_code=91).data
    assert f"has no entry {end + 9}: it ends at {end}" in proved["witnesses"][0]["sentence"]


def test_one_changed_entry_breaks_the_chain_before_a_paper_that_fits(
    released: tuple[Program, Filled],
) -> None:
    program, _ = released
    paper = code_at(program, last(program))
    connection = sqlite3.connect(program.db)
    connection.execute("DROP TRIGGER audit_entry_is_never_changed")
    connection.execute(
        "UPDATE audit_entry SET payload = replace(payload, 'TST', 'TXT') WHERE seq=4"
    )
    connection.commit()
    connection.close()
    proved = program("audit", "witness", paper, exit_code=91).data
    assert "broken at entry 4" in proved["witnesses"][0]["sentence"]


def test_what_is_no_witness_is_a_usage_error(program: Program) -> None:
    assert program("audit", "witness", "12-ABC", exit_code=2).code == "bad-witness"
