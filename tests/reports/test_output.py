"""Answers as a person reads them, and as a script does."""

from __future__ import annotations

import pytest

from lottrack.reports.output import as_csv, as_json, as_text, table

ROW = {
    "id": "IN-1",
    "kind": "infusion",
    "started": "2026-02-03T10:15:17.123456+01:00",
    "unit": "10^6",
    "reason": "at 2026-02-03T10:15:17+01:00 it was late",
}


def test_a_person_reads_times_to_the_minute_with_their_offset() -> None:
    assert "2026-02-03 10:15 (+01:00)" in as_text(ROW)
    assert "2026-02-03 10:15 (+01:00)" in as_text([ROW])
    assert "17.123456" not in as_text(ROW)


def test_a_script_reads_them_unrounded() -> None:
    assert "2026-02-03T10:15:17.123456+01:00" in as_json(ROW)
    assert "2026-02-03T10:15:17.123456+01:00" in as_csv([ROW])


def test_a_unit_is_a_power_for_a_person_and_plain_for_a_script() -> None:
    assert "×10⁶" in as_text([ROW])
    assert "10^6" in as_csv([ROW])


def test_what_people_wrote_is_never_rewritten() -> None:
    assert ROW["reason"] in as_text(ROW)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("45000000", "45.0 ×10⁶"),
        ("82712345", "82.712345 ×10⁶"),
        ("99999", "99999"),
        ("7.5", "7.5"),
        (None, ""),
    ],
)
def test_a_count_of_cells_is_read_in_millions_with_every_digit(told: str | None, read: str) -> None:
    assert as_text({"harvested": told}) == (f"harvested  {read}" if read else "")
    assert read in table([{"viable_cells": told}])
    assert as_csv([{"viable_cells": told}]).splitlines()[-1].strip('"') == (told or "")


def test_a_thing_tells_only_the_columns_of_its_tables_that_say_something() -> None:
    rows = [
        {"id": "RS1", "raw": None, "holds": [{"id": "HD1", "kind": "hold", "cause": "oos"}]},
        {"id": "RS2", "raw": None, "holds": []},
    ]
    head, _, first, _ = as_text({"results": rows}).splitlines()[2:]
    assert head.split() == ["id", "holds"]
    assert first.split() == ["RS1", "HD1"]


def test_a_dose_is_read_rounded_and_told_to_scripts_exactly() -> None:
    dose = {"viable_cells": "79200000", "cells_per_kg": "2759582", "weight_kg": "28.7"}
    read = "viable cells 79.2 ×10⁶, cells per kg 2.76 ×10⁶, weight kg 28.7"
    assert as_text({"dose": dose}) == f"dose  {read}"
    assert "2759582" in as_json({"dose": dose})
