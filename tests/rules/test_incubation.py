"""How long a culture must stand, and what a reading before counts as."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lottrack.assets import database_folder
from lottrack.rules.specification.criterion import Criterion
from lottrack.rules.specification.incubation import (
    complete_on,
    early_sentence,
    reading_that_counts,
    untold_sentence,
    waits,
)
from lottrack.rules.specification.results import VERDICTS
from lottrack.rules.specification.specification import find_criterion, parse_specification

DAY = date(2026, 3, 2)


def sterility(**values: object) -> Criterion:
    path = database_folder("specifications") / "MSC-EB-TRIAL.toml"
    shipped = parse_specification(path.read_text(encoding="utf-8"), path.name)
    found = find_criterion(shipped, "sterility-product-14d")
    assert found is not None
    return found._replace(**values)


@pytest.mark.parametrize(
    ("name", "days"),
    [
        (
            "MSC-EB-TRIAL",
            {
                "sterility-p0": 7,
                "sterility-p2": 7,
                "sterility-product": 7,
                "sterility-product-14d": 14,
            },
        ),
        ("BM-MSC", {"sterility-product": 14}),
        ("ISCT-2006", {}),
    ],
)
def test_the_shipped_specifications_name_their_days_as_data(name: str, days: dict) -> None:
    path = database_folder("specifications") / f"{name}.toml"
    shipped = parse_specification(path.read_text(encoding="utf-8"), path.name)

    assert {c.test: c.incubation_days for c in shipped.criteria if c.incubation_days} == days


def test_a_culture_can_close_its_criterion_from_its_last_day_on() -> None:
    complete = complete_on(sterility(), DAY, "Ph. Eur. 2.6.1")

    assert complete == date(2026, 3, 16)
    readings = [
        reading_that_counts("final", "pass", complete, DAY + timedelta(days=days))
        for days in (0, 1, 13, 14, 15)
    ]
    assert readings == ["interim", "interim", "interim", "final", "final"]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_only_what_fails_counts_before(verdict: str) -> None:
    complete = complete_on(sterility(), DAY, "Ph. Eur. 2.6.1")

    counts = reading_that_counts("final", verdict, complete, DAY)

    assert counts == ("final" if verdict == "fail" else "interim")


def test_what_was_told_as_interim_stays_so_for_ever() -> None:
    assert reading_that_counts("interim", "pass", None, DAY) == "interim"
    assert reading_that_counts("interim", "fail", DAY, DAY) == "interim"


def test_a_rapid_method_that_the_criterion_names_waits_for_nothing() -> None:
    criterion = sterility(rapid_methods=("Ph. Eur. 2.6.27, solid-phase cytometry",))

    assert not waits(criterion, "ph. eur. 2.6.27,  Solid-phase cytometry")
    assert complete_on(criterion, DAY, "Ph. Eur. 2.6.27, solid-phase cytometry") is None
    assert complete_on(criterion, DAY, "Gram stain") == date(2026, 3, 16)


def test_nothing_is_reckoned_without_a_criterion_days_or_a_sampling() -> None:
    assert complete_on(None, DAY, "") is None
    assert complete_on(sterility(incubation_days=None), DAY, "") is None
    assert complete_on(sterility(), None, "") is None


def test_the_sentences_tell_the_day_and_what_to_do() -> None:
    early = early_sentence(sterility(), DAY, date(2026, 3, 3), date(2026, 3, 16))
    assert early == (
        "sterility-product-14d is incubated for 14 days, and this reading is of day 1 (sampled on"
        " 2026-03-02). It counts as interim and closes nothing; a final reading can be made from"
        " 2026-03-16 on."
    )
    untold = untold_sentence(sterility(), DAY, date(2026, 3, 3))
    assert "harvested 1 days before this reading" in untold
    assert "--sampled-at" in untold
