"""Times and dates: what is read, what is asked back, how they are written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.reading.times import (
    from_text,
    iso_local,
    label_date,
    label_text,
    local_text,
    parse_as_of,
    parse_date,
    parse_range_end,
    parse_range_start,
    parse_time,
    require_not_future,
    require_zone,
    to_text,
    whole_days_between,
)

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 2, 3, 9, 15, tzinfo=UTC)
MOMENTS = st.integers(0, 130 * 365 * 86_400 * 10**6).map(
    lambda microseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)
ZONES = st.sampled_from(
    [BERLIN, "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
)


def _utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-03T10:15", _utc(2026, 2, 3, 9, 15)),  # Berlin is one hour ahead in winter
        ("2026-02-03 10:15", _utc(2026, 2, 3, 9, 15)),
        (" 2026-02-03t10:15:30\r\n", _utc(2026, 2, 3, 9, 15, 30)),
        ("2026-07-03T10:15", _utc(2026, 7, 3, 8, 15)),  # and two in summer
        ("2026-02-03T10:15:30.25", _utc(2026, 2, 3, 9, 15, 30, 250_000)),
        ("2026-02-03T10:15Z", _utc(2026, 2, 3, 10, 15)),
        ("2026-02-03T10:15 +05:30", _utc(2026, 2, 3, 4, 45)),
        ("2026-02-03T10:15-0800", _utc(2026, 2, 3, 18, 15)),
        ("2026-02-03T00:15+14:00", _utc(2026, 2, 2, 10, 15)),
        ("now", NOW),
    ],
)
def test_reads_local_time_and_offsets_into_utc(text: str, moment: datetime) -> None:
    read = parse_time(text, BERLIN, NOW)
    assert read == moment
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["", "10:15", "2026-02-03", "03/04/2026 10:15", "03.04.2026 10:15", "2026-2-3T10:15",
     "20260203T1015", "2026-02-03T10", "2026-02-03T24:00", "2026-02-03T10:60", "2026-02-30T10:15",
     "2026-13-01T10:15", "2025-02-29T10:15", "2026-02-03T10:15:60", "2026-02-03T10:15 CET",
     "2026-02-03T10:15 pm", "2026-02-03T10:15+1", "2026-02-03T10:15+01:60",
     "2026-02-03T10:15+14:01", "2026-02-03T10:15-23:00", "２０26-02-03T10:15",
     "0001-01-01T00:00+02:00", "0001-01-01T00:00", "9999-12-31T23:59-01:00", "2026-W06-2T10:15",
     "yesterday", "2026-02-03T10:15\x1b"],
)  # fmt: skip
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(BadValue) as refusal:
        parse_time(text, BERLIN, NOW)
    assert refusal.value.code == "bad-time"
    assert refusal.value.hint
    assert refusal.value.sentence.isprintable()


def test_a_date_alone_is_refused_with_the_way_to_complete_it() -> None:
    with pytest.raises(BadValue, match="a date without a time") as refusal:
        parse_time("2026-02-03", BERLIN, NOW)
    assert "2026-02-03T10:15" in refusal.value.hint


def test_the_example_in_the_hint_is_now_on_the_sites_clock() -> None:
    with pytest.raises(BadValue) as refusal:
        parse_time("quarter past", "Asia/Kolkata", NOW)
    assert "2026-02-03T14:45 or 2026-02-03T14:45+05:30" in refusal.value.hint


def test_an_hour_that_happens_twice_is_asked_back_with_both_readings() -> None:
    # Summer time ends on 25 October 2026 at 03:00, which becomes 02:00.
    with pytest.raises(BadValue, match="2026-10-25 02:30 happened twice") as refusal:
        parse_time("2026-10-25T02:30", BERLIN, NOW)
    assert "2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00" in refusal.value.hint
    assert parse_time("2026-10-25T02:30+02:00", BERLIN, NOW) == _utc(2026, 10, 25, 0, 30)
    assert parse_time("2026-10-25T02:30+01:00", BERLIN, NOW) == _utc(2026, 10, 25, 1, 30)


def test_an_hour_that_never_happens_is_refused() -> None:
    # Summer time begins on 29 March 2026 at 02:00, which becomes 03:00.
    with pytest.raises(BadValue, match="2026-03-29 02:30 never happened") as refusal:
        parse_time("2026-03-29T02:30", BERLIN, NOW)
    assert "offset" in refusal.value.hint


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-29T01:59", _utc(2026, 3, 29, 0, 59)),
        ("2026-03-29T03:00", _utc(2026, 3, 29, 1, 0)),
        ("2026-10-25T01:59", _utc(2026, 10, 24, 23, 59)),
        ("2026-10-25T03:00", _utc(2026, 10, 25, 2, 0)),
    ],
)
def test_the_minutes_around_a_change_are_read_without_asking(text: str, moment: datetime) -> None:
    assert parse_time(text, BERLIN, NOW) == moment


def test_a_zone_that_changes_by_half_an_hour_asks_for_that_half_hour_only() -> None:
    # Lord Howe Island goes back from 02:00 to 01:30 on 5 April 2026.
    with pytest.raises(BadValue, match="happened twice"):
        parse_time("2026-04-05T01:45", "Australia/Lord_Howe", NOW)
    assert parse_time("2026-04-05T01:15", "Australia/Lord_Howe", NOW) == _utc(2026, 4, 4, 14, 15)


@given(MOMENTS, ZONES)
def test_a_local_time_is_read_as_its_moment_or_asked_back(moment: datetime, zone: str) -> None:
    shown = iso_local(moment, zone)
    assert parse_time(shown, zone, NOW) == moment
    bare = shown[:-6]
    try:
        assert parse_time(bare, zone, NOW) == moment
    except BadValue as asked:
        assert shown[-6:] in asked.hint  # noqa: PT017 - the reading meant is among those offered


def test_a_range_of_bare_dates_is_those_whole_days_of_the_site() -> None:
    begins = parse_range_start("2026-02-03", BERLIN, NOW)
    ends = parse_range_end(" 2026-02-04 ", BERLIN, NOW)
    assert begins == _utc(2026, 2, 2, 23)
    assert ends == _utc(2026, 2, 4, 22, 59, 59, 999_999)


def test_a_range_of_a_day_with_a_clock_change_has_its_own_length() -> None:
    day = "2026-03-29"
    length = parse_range_end(day, BERLIN, NOW) - parse_range_start(day, BERLIN, NOW)
    assert length == timedelta(hours=23) - timedelta(microseconds=1)


def test_a_day_whose_midnight_the_clock_skips_begins_with_the_skip() -> None:
    # São Paulo went from 00:00 to 01:00 on 4 November 2018, at 03:00 UTC.
    assert parse_range_start("2018-11-04", "America/Sao_Paulo", NOW) == _utc(2018, 11, 4, 3)


@pytest.mark.parametrize("parse", [parse_range_start, parse_range_end])
def test_a_range_is_told_by_times_as_well(parse) -> None:
    assert parse("2026-02-03T10:15", BERLIN, NOW) == _utc(2026, 2, 3, 9, 15)


@pytest.mark.parametrize("parse", [parse_range_start, parse_range_end])
@pytest.mark.parametrize("text", ["2026-02-30", "03/04/2026", "yesterday", ""])
def test_a_range_that_is_neither_time_nor_date_is_refused(parse, text: str) -> None:
    with pytest.raises(BadValue):
        parse(text, BERLIN, NOW)


def test_who_looks_back_names_a_time_or_the_end_of_a_day() -> None:
    assert parse_as_of("2026-02-03T10:00", BERLIN, NOW) == _utc(2026, 2, 3, 9)
    assert parse_as_of("2026-02-02", BERLIN, NOW) == _utc(2026, 2, 2, 22, 59, 59, 999_999)
    assert parse_as_of("2026-02-03", BERLIN, NOW) == NOW, "today, as far as it is known"


@pytest.mark.parametrize("text", ["2026-02-03T10:16", "2026-02-04", "2099-01-01"])
def test_nobody_looks_back_from_the_future(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse_as_of(text, BERLIN, NOW)
    assert refused.value.code == "time-in-future"


def test_the_last_day_of_the_calendar_has_no_end() -> None:
    with pytest.raises(BadValue, match="beyond the calendar"):
        parse_range_end("9999-12-31", BERLIN, NOW)


@given(MOMENTS)
def test_stored_texts_come_back_and_sort_as_the_moments_do(moment: datetime) -> None:
    text = to_text(moment)
    assert len(text) == len("2026-02-03T09:15:00.000000Z")
    assert from_text(text) == moment
    later = moment + timedelta(microseconds=1)
    assert text < to_text(later)


def test_a_moment_is_stored_in_utc_at_fixed_width() -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    assert to_text(NOW) == "2026-02-03T09:15:00.000000Z"
    assert to_text(NOW.astimezone(kolkata)) == "2026-02-03T09:15:00.000000Z"
    assert to_text(_utc(987, 1, 1)) == "0987-01-01T00:00:00.000000Z"
    assert from_text("2026-02-03T09:15:00.000000Z").tzinfo == UTC


@pytest.mark.parametrize(
    "text",
    ["", "2026-02-03T09:15:00Z", "2026-02-03T09:15:00.000000", "2026-02-03 09:15:00.000000Z",
     "2026-02-03T09:15:00.000000+00:00", "2026-02-30T09:15:00.000000Z",
     "2026-02-03T24:00:00.000000Z", " 2026-02-03T09:15:00.000000Z"],
)  # fmt: skip
def test_a_stored_text_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="as the record stores it"):
        from_text(text)


def test_a_naive_time_is_a_bug_and_never_guessed() -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a zone"):
        to_text(naive)
    with pytest.raises(ValueError, match="without a zone"):
        require_not_future(naive, NOW, "the harvest")
    with pytest.raises(ValueError, match="without a zone"):
        parse_time("now", BERLIN, naive)


def test_the_future_begins_one_microsecond_from_now() -> None:
    require_not_future(NOW, NOW, "the harvest")
    require_not_future(NOW.astimezone(timezone(timedelta(hours=9))), NOW, "the harvest")
    require_not_future(NOW - timedelta(days=400), NOW, "the harvest")
    with pytest.raises(BadValue, match=r"^The harvest, 2026-02-03 10:15 CET") as refusal:
        require_not_future(NOW + timedelta(microseconds=1), NOW, "the harvest", "Europe/Madrid")
    assert refusal.value.code == "time-in-future"


def test_reads_iso_dates() -> None:
    assert parse_date(" 2026-02-03\n", "the consent date") == date(2026, 2, 3)
    assert parse_date("2024-02-29", "the consent date") == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("03/04/2026", "Write 2026-04-03 or 2026-03-04, whichever is meant."),
        ("3.4.2026", "Write 2026-04-03 or 2026-03-04, whichever is meant."),
        ("04-04-2026", "Write 2026-04-04, whichever is meant."),
        ("25/12/2026", "Write 2026-12-25, whichever is meant."),
        ("32/13/2026", "2026-02-03"),
        ("2026/02/03", "2026-02-03"),
        ("20260203", "2026-02-03"),
        ("2026-2-3", "2026-02-03"),
        ("2026-02-03T10:15", "2026-02-03"),
        ("3 Feb 2026", "2026-02-03"),
        ("２026-02-03", "2026-02-03"),
        ("", "2026-02-03"),
        ("2026-02-30", "2026-02-03"),
        ("2025-02-29", "2026-02-03"),
        ("2026-00-10", "2026-02-03"),
    ],
)
def test_other_dates_are_refused_with_their_readings(text: str, hint: str) -> None:
    with pytest.raises(BadValue, match=r"^The consent date ") as refusal:
        parse_date(text, "the consent date")
    assert refusal.value.code == "bad-date"
    assert hint in refusal.value.hint


def test_a_moment_is_shown_with_abbreviation_and_offset() -> None:
    assert local_text(NOW, BERLIN) == "2026-02-03 10:15 CET (+01:00)"
    assert local_text(_utc(2026, 7, 3, 8, 15), BERLIN) == "2026-07-03 10:15 CEST (+02:00)"
    assert local_text(NOW, "UTC") == "2026-02-03 09:15 UTC (+00:00)"
    assert local_text(NOW, "America/Sao_Paulo") == "2026-02-03 06:15 (-03:00)"


def test_a_label_has_the_month_in_letters() -> None:
    assert label_text(NOW, BERLIN) == "03 FEB 2026 10:15 CET"
    assert label_text(NOW, "America/Sao_Paulo") == "03 FEB 2026 06:15 UTC-03:00"
    assert label_text(_utc(2026, 12, 31, 23, 30), BERLIN) == "01 JAN 2027 00:30 CET"
    months = [label_date(date(2026, month, 9))[3:6] for month in range(1, 13)]
    assert " ".join(months) == "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"


def test_the_two_hours_of_an_autumn_night_are_shown_apart() -> None:
    first, second = _utc(2026, 10, 25, 0, 30), _utc(2026, 10, 25, 1, 30)
    assert label_text(first, BERLIN) == "25 OCT 2026 02:30 CEST"
    assert label_text(second, BERLIN) == "25 OCT 2026 02:30 CET"


def test_json_carries_the_local_offset() -> None:
    assert iso_local(NOW, "Asia/Kolkata") == "2026-02-03T14:45:00+05:30"


def test_an_offset_with_seconds_is_not_rounded_away() -> None:
    # Berlin kept its local mean time until 1893.
    assert local_text(_utc(1880, 1, 1), "Europe/Berlin").endswith("LMT (+00:53:28)")


def test_days_are_counted_on_the_calendar() -> None:
    assert whole_days_between(date(2024, 2, 28), date(2024, 3, 1)) == 2
    assert whole_days_between(date(2026, 3, 1), date(2026, 2, 1)) == -28
    assert whole_days_between(date(2026, 3, 1), date(2026, 3, 1)) == 0
    # The night of a clock change is a day as any other, and the time of day does not count.
    late, early = datetime(2026, 3, 28, 23, 59, tzinfo=UTC), datetime(2026, 3, 29, 0, 1, tzinfo=UTC)
    assert whole_days_between(late, early) == 1


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "UTC", "America/Argentina/Salta", " Asia/Tokyo "]
)
def test_a_known_zone_is_accepted(name: str) -> None:
    assert require_zone(name) == name.strip()


@pytest.mark.parametrize(
    ("name", "offered"),
    [("Berlin", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"),
     ("Europe/Berlim", "Europe/Berlin"), ("tokyo", "Asia/Tokyo"), ("", "UTC"), ("CEST!", "UTC"),
     ("../etc/passwd", "UTC"), ("/etc/localtime", "IANA"), ("localtime", "IANA"),
     ("Factory", "IANA"),
     ("Europe", "IANA"), ("+01:00", "UTC"), ("Europe/Berlin\x00", "Europe/Berlin")],
)  # fmt: skip
def test_an_unknown_zone_is_refused_with_names_that_are_close(name: str, offered: str) -> None:
    with pytest.raises(BadValue, match="is not a time zone") as refusal:
        require_zone(name)
    assert refusal.value.code == "unknown-zone"
    assert offered in refusal.value.hint
    assert refusal.value.sentence.isprintable()


@pytest.mark.parametrize("zone", ["Europe", "Nowhere/Town", "../x", "", "a\x00b"])
def test_a_site_zone_this_computer_lacks_is_said_so(zone: str) -> None:
    with pytest.raises(BadValue, match="is not a time zone"):
        local_text(NOW, zone)
    with pytest.raises(BadValue, match="is not a time zone"):
        parse_time("2026-02-03T10:15", zone, NOW)
