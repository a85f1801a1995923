"""Answers as a person reads them, and as a script does."""

from __future__ import annotations

from lottrack.reports.output import as_csv, as_json, as_text

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
