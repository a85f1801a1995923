"""What a correction may change, and how each value is read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lottrack.errors import BadValue, Conflict
from lottrack.rules.correcting.decisions import (
    DECISIONS,
    INSTEAD,
    require_strikable,
    require_values,
    unknown_value,
)
from lottrack.rules.correcting.reading import parse_pairs, read_value
from lottrack.rules.correcting.values import VALUES, Value

NOW = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)

NOT_STRUCK = {"account", "deviation", "equipment", "printer"}
"""What is corrected and never struck: it ends by an act of its own."""


def read(table, key, text):
    value = require_values(table, table, "X")[key]
    return read_value(value, key, text, "Europe/Madrid", NOW)


class TestPairs:
    def test_are_keys_and_values(self):
        assert parse_pairs(("harvested=4.2e7", "viability-pct = 91")) == {
            "harvested": "4.2e7",
            "viability_pct": "91",
        }

    def test_keep_everything_after_the_first_sign(self):
        assert parse_pairs(("value=<=0.5",)) == {"value": "<=0.5"}

    @pytest.mark.parametrize("texts", [("harvested",), ("=4",), (" =4",), ("a=1", "A=2")])
    def test_that_say_nothing_or_something_twice_are_refused(self, texts):
        with pytest.raises(BadValue) as refused:
            parse_pairs(texts)
        assert refused.value.code == "bad-correction"


class TestReading:
    @pytest.mark.parametrize(
        ("table", "key", "text", "stored"),
        [
            ("harvest", "harvested", "4.2e7", 42_000_000),
            ("harvest", "viability_pct", "91.50", "91.50"),
            ("harvest", "count_basis", "TOTAL", "total"),
            ("weight", "weight_kg", "12.30", "12.30"),
            ("weight", "weighed_on", "2026-02-02", "2026-02-02"),
            ("collection", "planned_on", "2027-05-01", "2027-05-01"),
            ("fill", "expires_at", "2028-02-02T23:59", "2028-02-02T22:59:00.000000Z"),
            ("harvest", "at", "2026-02-02T08:59+01:00", "2026-02-02T07:59:00.000000Z"),
            ("custody_event", "temperature_c", "-150.5", "-150.5"),
            ("custody_event", "minutes_above", "12", 12),
            ("collection_receipt", "labels_match", "no", 0),
            ("consent", "withdrawn", "YES", 1),
            ("donor", "born_year", "1987", 1987),
            ("marker", "outcome", "Reactive", "reactive"),
            ("typing", "gl_string", "A*02:01+A*24:02", "A*02:01+A*24:02"),
            ("observation", "text", "  spindle-shaped ", "spindle-shaped"),
            ("seeding", "vessel", "", None),
            ("infusion", "left_ml", "", None),
        ],
    )
    def test_gives_the_value_as_the_record_keeps_it(self, table, key, text, stored):
        assert read(table, key, text) == stored

    @pytest.mark.parametrize(
        ("table", "key", "text", "code"),
        [
            ("harvest", "harvested", "", "bad-value"),
            ("harvest", "harvested", "4.2", "bad-number"),
            ("harvest", "harvested", "-1", "out-of-range"),
            ("harvest", "harvested", "1_0", "bad-number"),
            ("harvest", "viability_pct", "101", "out-of-range"),
            ("seeding", "seeded", "0", "out-of-range"),
            ("seeding", "area_cm2", "0", "out-of-range"),
            ("weight", "weight_kg", "0.0", "out-of-range"),
            ("weight", "weight_kg", "nan", "bad-number"),
            ("weight", "weighed_on", "02/02/2026", "bad-date"),
            ("weight", "weighed_on", "2026-02-04", "date-in-future"),
            ("harvest", "at", "2026-02-02T09:01", "time-in-future"),
            ("harvest", "at", "2026-03-29T02:30", "bad-time"),
            ("consent", "withdrawn", "perhaps", "bad-value"),
            ("donor", "sex", "X", "bad-value"),
            ("marker", "outcome", "positive", "bad-outcome"),
            ("observation", "text", "a\x1b[2J", "bad-value"),
        ],
    )
    def test_refuses_what_is_none(self, table, key, text, code):
        with pytest.raises(BadValue) as refused:
            read(table, key, text)
        assert refused.value.code == code


class TestWhatCanBeMended:
    def test_an_infusion_happened_when_it_was_started(self):
        values = require_values("infusion", "infusion", "X")
        assert "at" not in values
        assert {"started_at", "ended_at"} <= set(values)

    @pytest.mark.parametrize("table", ["dispensing", "infusion"])
    def test_who_signed_stays(self, table):
        assert "performed_by" not in require_values(table, table, "X")

    @pytest.mark.parametrize("table", INSTEAD)
    def test_what_cannot_says_what_to_do_instead(self, table):
        with pytest.raises(Conflict) as refused:
            require_values(table, table, "X")
        assert (refused.value.code, refused.value.hint) == ("not-correctable", INSTEAD[table])

    def test_an_unknown_value_is_answered_with_those_there_are(self):
        values = require_values("place", "place", "GMP")
        refusal = unknown_value(values, "colour", "place", "GMP")
        assert (refusal.exit_code, refusal.code) == (30, "not-correctable")
        assert "'colour' of place GMP" in refusal.sentence
        assert "name, kind" in refusal.hint
        assert "lottrack strike GMP" in refusal.hint

    @pytest.mark.parametrize("table", sorted({*VALUES, *DECISIONS} - NOT_STRUCK))
    def test_what_is_a_fact_can_be_struck(self, table):
        require_strikable(table, table, "X")

    @pytest.mark.parametrize("table", [*sorted(NOT_STRUCK), *sorted(set(INSTEAD) - set(DECISIONS))])
    def test_what_is_none_cannot(self, table):
        with pytest.raises(Conflict) as refused:
            require_strikable(table, table, "X")
        assert refused.value.code == "not-strikable"
        assert refused.value.hint

    @pytest.mark.parametrize("table", VALUES)
    def test_every_kind_of_value_can_be_read_or_is_looked_up(self, table):
        looked_up = {"account", "place", "result"}
        for key, value in VALUES[table].items():
            if value.kind in looked_up:
                continue
            samples = (
                "1",
                "M",
                "yes",
                "2026-01-01",
                "2026-01-01T10:00",
                *value.choices,
                "reactive",
            )
            samples = (*samples, "A*02:01+A*24:02")
            read_any = [_reads(value, key, text) for text in samples]
            assert any(read_any), f"{table}.{key}"


def _reads(value: Value, key: str, text: str) -> bool:
    try:
        read_value(value, key, text, "Europe/Madrid", NOW)
    except BadValue:
        return False
    return True
