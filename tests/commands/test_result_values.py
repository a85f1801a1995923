"""How a reported value is kept: units, readings of one determination, raw data, words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)


def test_an_exact_unit_is_converted_and_the_original_kept(quality: Quality) -> None:
    made = quality.result(quality.lot, "endotoxin", "<0.50", "--unit", "IU/mL").data
    assert (made["value"], made["unit"], made["verdict"]) == ("<0.50", "EU/mL", "pass")
    assert made["reported"] == "< 0.50 IU/mL"
    bag = quality.result(quality.bags[0], "viable-count", "44100000", "--unit", "cells").data
    assert (bag["value"], bag["unit"]) == ("44.100000", "10^6")
    text = quality.program("result", "list", quality.lot, as_json=False).stdout
    assert "the laboratory reported < 0.50 IU/mL" in text


@pytest.mark.parametrize(("test", "unit"), [("CD73", "fraction"), ("endotoxin", "EU/kg")])
def test_a_unit_without_an_exact_factor_is_refused(quality: Quality, test: str, unit: str) -> None:
    refused = quality.result(quality.lot, test, "0.99", "--unit", unit, exit_code=2)
    assert refused.code == "unit-mismatch"


def test_of_several_readings_the_worst_decides_and_all_are_kept(quality: Quality) -> None:
    more = ("--replicate", "96.4", "--replicate", "94.9")
    made = quality.result(quality.lot, "CD73", "97.1", *more).data
    assert (made["value"], made["verdict"]) == ("94.9", "fail")
    assert made["replicates"] == ["97.1", "96.4", "94.9"]
    assert made["oos"]


def test_readings_are_corrected_together(quality: Quality) -> None:
    made = quality.result(quality.lot, "CD73", "97.1", "--replicate", "94.9").data
    told = ("correct", made["id"], "--reason", "digits exchanged")
    assert quality(*told, "value=97.1", exit_code=2).code == "readings-missing"
    quality(*told, "value=97.1 / 99.4")
    (row,) = quality.program("result", "list", quality.lot).data
    assert (row["value"], row["verdict"], row["replicates"]) == ("97.1", "pass", ["97.1", "99.4"])


def test_raw_counts_and_dilutions_stand_in_what_is_reviewed(quality: Quality) -> None:
    raw = ("--raw", "count-1=203", "--raw", "dilution=1:10")
    made = quality.result(quality.bags[0], "viable-count", "44.1", *raw).data
    assert made["raw"] == {"count-1": "203", "dilution": "1:10"}
    shown = quality.program.signed("result", "review", made["id"], user="QC2", as_json=False)
    assert "Raw data: count-1 203, dilution 1:10" in shown.stderr


@pytest.mark.parametrize("raw", ["203", "=203", "count 1=203"])
def test_raw_data_have_a_name(quality: Quality, raw: str) -> None:
    told = (quality.bags[0], "viable-count", "44.1", "--raw", raw)
    assert quality.result(*told, exit_code=2).code == "bad-raw-value"


def test_a_name_of_raw_data_stands_once(quality: Quality) -> None:
    raw = ("--raw", "count=203", "--raw", "count=199")
    told = (quality.bags[0], "viable-count", "44.1", *raw)
    assert quality.result(*told, exit_code=2).code == "bad-raw-value"


def test_a_word_nobody_knows_is_refused_with_the_words_there_are(quality: Quality) -> None:
    refused = quality.result(quality.lot, "sterility-p0", "no growht", exit_code=2)
    assert refused.code == "unknown-word"
    error = refused.data["error"]
    assert "'no growth' meets it, 'growth' does not" in error["sentence"]
    assert "Was 'no growth' meant?" in error["hint"]
    assert quality.program("result", "list", quality.lot).data == []


def test_what_was_found_follows_the_word(quality: Quality) -> None:
    told = (quality.lot, "sterility-p0", "growth, Cutibacterium acnes, 1 of 2 bottles")
    assert quality.result(*told).data["verdict"] == "fail"


def test_an_interim_reading_closes_nothing(quality: Quality) -> None:
    told = (quality.lot, "gram", "day 7, negative to date")
    assert quality.result(*told, exit_code=2).code == "interim-words"
    made = quality.result(*told, "--reading", "interim").data
    assert (made["verdict"], made["oos"]) == ("undecided", None)
    assert "gram" in quality.rule("results-complete")["sentence"]
    quality.result(quality.lot, "gram", "negative")
    assert "gram" not in quality.rule("results-complete")["sentence"]


def test_too_many_readings_are_no_determination(quality: Quality) -> None:
    more = [word for _ in range(50) for word in ("--replicate", "96")]
    quality.result(quality.lot, "CD73", "97.1", *more, exit_code=2)
