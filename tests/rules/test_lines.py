"""Finding the lines of a TOML text: whatever a value looks like, the keys after it keep theirs."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.assets import database_folder
from lottrack.rules.reading.lines import lines_of


def test_keys_tables_and_rows_of_tables_have_their_lines() -> None:
    text = 'name = "A"\n\n[presentation.fresh]\nhours = 24\n\n[[criterion]]\ntest = "x"\n'
    text += '[[criterion]]\n# a comment\ntest = "y"\nlimit = 5\n'

    lines = lines_of(text)

    assert lines["name",] == 1
    assert lines["presentation",] == lines["presentation", "fresh"] == 3
    assert lines["presentation", "fresh", "hours"] == 4
    assert lines["criterion", 1] == 6
    assert lines["criterion", 2] == 8
    assert lines["criterion", 2, "test"] == 10
    assert lines["criterion", 2, "limit"] == 11


def test_a_row_of_tables_inside_a_row_counts_for_its_own_parent() -> None:
    lines = lines_of("[[a]]\n[[a.b]]\nx = 1\n[[a]]\n[[a.b]]\nx = 2\n[a.c]\ny = 3\n")

    assert lines["a", 1, "b", 1, "x"] == 3
    assert lines["a", 2, "b", 1, "x"] == 6
    assert lines["a", 2, "c", "y"] == 8


@pytest.mark.parametrize(
    "value",
    [
        '"""\nbogus = 1\n[table]\n"""',
        "'''\nbogus = 1\n'''",
        '[\n  "a", # ]\n  "b",\n]',
        '["[", "x = 1"]',
        '"a \\" bogus = 1"',
        "'C:\\'",
        '"""one line"""',
        "{ inner = [1,\n 2] }",
    ],
)
def test_a_long_value_hides_what_only_looks_like_a_key(value: str) -> None:
    text = f"first = {value}\nlast = 2\n"
    assert "last" in tomllib.loads(text)

    lines = lines_of(text)

    assert set(lines) == {("first",), ("last",)}
    assert lines["last",] == text.count("\n")


def test_a_quoted_key_is_found_by_its_name() -> None:
    assert lines_of("\"a b\" = 1\n'c' = 2\n") == {("a b",): 1, ("c",): 2}


@pytest.mark.parametrize("name", ["BM-MSC", "ISCT-2006", "MSC-EB-TRIAL"])
def test_every_key_of_a_shipped_file_is_found_where_it_stands(name: str) -> None:
    text = (database_folder("specifications") / f"{name}.toml").read_text(encoding="utf-8")
    lines, rows = lines_of(text), text.splitlines()
    for place, criterion in enumerate(tomllib.loads(text)["criterion"], start=1):
        for key in criterion:
            assert rows[lines["criterion", place, key] - 1].startswith(f"{key} = ")


@given(st.text(max_size=200))
def test_no_text_at_all_is_too_strange(text: str) -> None:
    assert all(number >= 1 for number in lines_of(text).values())
