"""A culture read before its incubation was over: kept as told, and worth an interim reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.reports.paper import Paper

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)

TEST = "sterility-product-14d"


def culture(quality: Quality, value: str = "no growth", *more: object, **extra: Any) -> Any:
    """The culture of a sample drawn at the harvest, read now."""
    told = ("--sampled-at", "2026-02-28T13:00", *more)
    return quality.result(quality.lot, TEST, value, *told, **extra)


def codes(answer: Any) -> list[str]:
    return [warning["code"] for warning in answer.data["warnings"]]


def record_the_others(quality: Quality) -> None:
    from tests.commands.quality_bench import RESULTS

    quality.record(*(test for test in RESULTS if test != TEST))


def state(quality: Quality) -> str:
    """What the lot check says of the culture."""
    sentence = quality.rule("results-complete")["sentence"]
    return "open" if TEST in sentence else "closed"


def test_a_culture_of_14_days_read_after_one_is_kept_and_closes_nothing(quality: Quality) -> None:
    quality.ready_but_pending()
    quality.program.clock.advance(days=1)
    made = culture(quality)

    assert codes(made) == ["incubation-too-short"]
    assert "day 1 (sampled on 2026-02-28)" in made.data["warnings"][0]["sentence"]
    assert (made.data["reading"], made.data["told_as"]) == ("interim", "final")
    assert state(quality) == "open"
    text = quality.program("result", "list", quality.lot, as_json=False).stdout
    assert f"Interim {made.data['id']}: told as final before its incubation was over" in text


def test_the_lot_is_not_released_on_it_and_is_by_a_reading_of_the_last_day(
    quality: Quality,
) -> None:
    quality.program.clock.advance(days=13)
    record_the_others(quality)
    quality.counts()
    culture(quality)
    quality.review()
    quality.review_lot()

    assert quality.check()["verdict"] == "conditionally_releasable"
    assert quality.release(exit_code=41).blockers == {"results-complete"}

    quality.program.clock.advance(days=1)
    made = culture(quality)
    assert codes(made) == []
    assert made.data["reading"] == "final"
    quality.review()
    assert quality.check()["verdict"] == "releasable"


def test_growth_counts_at_once(quality: Quality) -> None:
    quality.program.clock.advance(days=1)
    made = culture(quality, "growth")

    assert codes(made) == []
    assert (made.data["verdict"], made.data["reading"]) == ("fail", "final")
    assert made.data["oos"]
    assert quality.outcome("results-within-specification") == "fail"


def test_a_sample_brings_its_own_time(quality: Quality) -> None:
    made = quality("lot", "sample", quality.bags[0], "--kind", "culture bottles").data
    quality.program.clock.advance(days=3)

    read = quality.result(quality.lot, TEST, "no growth", "--sample", made["id"])

    assert codes(read) == ["incubation-too-short"]


def test_a_mended_sampling_time_mends_what_the_reading_is_worth(quality: Quality) -> None:
    record_the_others(quality)
    quality.counts()
    quality.program.clock.advance(days=14)
    number = culture(quality).data["id"]
    assert state(quality) == "closed"

    def mend(day: str) -> None:
        told = (f"sampled_at=2026-03-{day}T13:00", "--reason", "the bottles were loaded later")
        quality.program("correct", number, *told, user="QC1")

    mend("05")
    assert state(quality) == "open"
    mend("01")
    assert state(quality) == "open", "one day short"


def test_without_a_sampling_time_it_counts_and_is_doubted(quality: Quality) -> None:
    """What nobody told cannot be reckoned: the reading stands, the reviewer reads the doubt."""
    made = quality.result(quality.lot, TEST, "no growth")

    assert codes(made) == ["sampling-time-missing"]
    assert made.data["reading"] == "final"
    signed = quality.program.signed("result", "review", made.data["id"], user="QC2", as_json=False)
    assert "When its sample was drawn is not on record" in signed.stdout + signed.stderr

    quality.program.clock.advance(days=14)
    assert codes(quality.result(quality.lot, TEST, "no growth")) == []


def test_a_passage_of_its_own_is_what_a_test_in_process_counts_from(quality: Quality) -> None:
    """P0 was harvested 14 days before P2: a culture of 7 days may be read at the last harvest."""
    assert codes(quality.result(quality.lot, "sterility-p0", "no growth")) == []
    assert codes(quality.result(quality.lot, "sterility-p2", "no growth")) == [
        "sampling-time-missing"
    ]


def test_a_retest_is_not_used_up_by_a_reading_too_early(quality: Quality) -> None:
    first = culture(quality, "growth").data
    oos = first["oos"]
    program = quality.program
    told = ("--assignable", "yes", "--finding", "the bottle was cracked in the laboratory")
    program("oos", "investigate", oos, *told, user="QC2")
    program.signed("oos", "plan", oos, "--retests", 1, "--text", "the retained bag", user="QA1")
    program.clock.advance(days=2)

    refused = culture(quality, "no growth", "--retest", oos, exit_code=2)

    assert refused.code == "retest-interim"
    assert "2026-03-14" in refused.data["error"]["sentence"]
    assert program("oos", "show", oos).data["retests"] == []
    program.clock.advance(days=12)
    assert culture(quality, "no growth", "--retest", oos).data["verdict"] == "pass"


def test_a_retest_whose_sampling_time_is_mended_carries_no_conclusion(quality: Quality) -> None:
    oos = culture(quality, "growth").data["oos"]
    program = quality.program
    told = ("--assignable", "yes", "--finding", "the bottle was cracked in the laboratory")
    program("oos", "investigate", oos, *told, user="QC2")
    program.signed("oos", "plan", oos, "--retests", 1, "--text", "the retained bag", user="QA1")
    program.clock.advance(days=14)
    retest = culture(quality, "no growth", "--retest", oos).data["id"]
    quality.review()
    mended = ("sampled_at=2026-03-10T09:00", "--reason", "the retained bag was opened then")
    program("correct", retest, *mended, user="QC1")
    quality.review(retest)

    refused = program.signed(
        *("oos", "conclude", oos, "--invalidate", "--text", "cracked bottle"),
        user="QP1",
        exit_code=None,
    )

    assert refused.exit_code == 40
    assert refused.blockers == {"retest-not-passed"}


def test_the_certificate_says_what_the_reading_is_worth(quality: Quality) -> None:
    quality.program.clock.advance(days=2)
    culture(quality)

    out = quality.program.db.parent / "coa.pdf"
    quality.program("lot", "certificate", quality.lot, "--interim", "--out", out, user="QA1")

    assert Paper(out.read_bytes()).says("meets, interim reading, told as final too early")


SPECIFICATION = """
name = "CULTURE"
edition = 1
title = "A culture"
product = "MSC-EB"
source = "test"

[[criterion]]
test = "sterility"
name = "Sterility"
stage = "Drug product"
level = "lot"
operator = "equals"
limit = "no growth"
required = true
method = "Ph. Eur. 2.6.1"
incubation_days = 14
"""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('pending_days = 7\npending_basis = "x"\n', "cannot be read 7 days after it"),
        ('rapid_methods = ["ph. eur.  2.6.1"]\n', "names the method itself"),
    ],
)
def test_a_specification_that_no_culture_can_meet_is_refused_with_its_line(
    quality: Quality, tmp_path: Any, more: str, said: str
) -> None:
    file = tmp_path / "culture.toml"
    file.write_text(SPECIFICATION + more, encoding="utf-8")

    refused = quality.program("spec", "load", file, user="QC1", exit_code=2)

    assert said in refused.data["error"]["sentence"]
    assert "line" in refused.data["error"]["sentence"]


def test_days_and_rapid_methods_are_shown_and_compared(quality: Quality, tmp_path: Any) -> None:
    program = quality.program
    first, second = tmp_path / "one.toml", tmp_path / "two.toml"
    first.write_text(SPECIFICATION, encoding="utf-8")
    second.write_text(
        SPECIFICATION.replace("edition = 1", "edition = 2").replace(
            "incubation_days = 14", 'incubation_days = 7\nrapid_methods = ["Cytometry"]'
        ),
        encoding="utf-8",
    )
    for file in (first, second):
        program("spec", "load", file, user="QC1")

    shown = program("spec", "show", "CULTURE@2", as_json=False).stdout
    assert "7 days, but Cytometry" in shown
    compared = program("spec", "compare", "CULTURE@1", "CULTURE@2", as_json=False).stdout
    assert "incubation_days: 14 -> 7" in compared
    assert "rapid_methods: (none) -> Cytometry" in compared
