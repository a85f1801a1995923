"""A lot moved to another version of its specification: signed, seen, with all results judged anew.

Version 2 of the trial's specification is made from version 1 by changing what the test needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lottrack.assets import database_folder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)

TRIAL = (database_folder("specifications") / "MSC-EB-TRIAL.toml").read_text(encoding="utf-8")


def edition(quality: Quality, tmp_path: Path, number: int, *changes: tuple[str, str]) -> str:
    """A further version of the trial's specification, approved."""
    text = TRIAL.replace("edition = 1", f"edition = {number}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / f"v{number}.toml"
    file.write_text(text, encoding="utf-8")
    quality.program("spec", "load", file, user="QC1")
    quality.program.signed("spec", "approve", f"MSC-EB-TRIAL@{number}", user="QP1")
    return f"MSC-EB-TRIAL@{number}"


def cd34(limit: str) -> tuple[str, str]:
    old = 'name = "CD34"\nstage = "Drug substance"\nlevel = "lot"\noperator = "<="\nlimit = 2'
    return old, old.removesuffix("2") + limit


def move(quality: Quality, version: str, user: str = "QP1", **extra: object):
    told = ("--spec", version, "--reason", "amendment 4")
    return quality.program.signed("lot", "respecify", quality.lot, *told, user=user, **extra)


def verdicts(quality: Quality) -> dict[str, str]:
    listed = quality.program("result", "list", quality.lot).data
    return {entry["test"]: entry["verdict"] for entry in listed}


def test_all_results_are_judged_by_the_new_version(quality: Quality, tmp_path: Path) -> None:
    quality.record("CD34", "CD45")
    made = move(quality, edition(quality, tmp_path, 2, cd34("0.2"))).data
    assert (made["kind"], made["from"]) == ("lot_respecification", "MSC-EB-TRIAL@1")
    told = {entry["test"]: (entry["before"], entry["after"]) for entry in made["results"]}
    assert told == {"CD34": ("pass", "fail"), "CD45": ("pass", "pass")}
    assert verdicts(quality) == {"CD34": "fail", "CD45": "pass"}
    assert quality.outcome("results-within-specification") == "fail"


def test_what_failed_may_pass_under_the_new_version_and_the_signer_is_told(
    quality: Quality, tmp_path: Path
) -> None:
    quality.result(quality.lot, "CD34", "2.4")
    made = move(quality, edition(quality, tmp_path, 2, cd34("5")))
    assert {entry["code"] for entry in made.data["warnings"]} == {
        "failure-cleared-by-move",
        "results-missing-after-move",
    }
    assert "takes a failure away" in made.stderr
    assert "CD34 of L01: 2.4 %, was fail, is pass (≤ 5 %)" in made.stderr
    assert verdicts(quality)["CD34"] == "pass"


def test_the_signer_sees_both_versions_and_their_differences(
    quality: Quality, tmp_path: Path
) -> None:
    shown = move(quality, edition(quality, tmp_path, 2, cd34("0.2"))).stderr
    assert "Judged until now by: MSC-EB-TRIAL@1" in shown
    assert "Judged from now on by: MSC-EB-TRIAL@2" in shown
    assert "changed criterion CD34: limit: ≤ 2 % to ≤ 0.2 % (tighter)" in shown


def test_the_lot_check_names_both_versions(quality: Quality, tmp_path: Path) -> None:
    number = move(quality, edition(quality, tmp_path, 2)).data["id"]
    rule = quality.rule("specification-approved")
    assert rule["outcome"] == "pass"
    assert (
        "MSC-EB-TRIAL@2 is approved. The lot was registered by MSC-EB-TRIAL@1."
        in (rule["sentence"])
    )
    assert "by QP1: amendment 4" in rule["sentence"]
    assert number in rule["evidence"]
    shown = quality.show(quality.lot)
    assert (shown["specification"], shown["registered_specification"]) == (
        "MSC-EB-TRIAL@2",
        "MSC-EB-TRIAL@1",
    )
    listed = quality.program("lot", "list").data
    assert [row["specification"] for row in listed if row["id"] == quality.lot] == [
        "MSC-EB-TRIAL@2"
    ]


def test_as_of_an_earlier_moment_the_lot_is_judged_by_its_earlier_version(
    quality: Quality, tmp_path: Path
) -> None:
    quality.record("CD34")
    before = quality.program.clock().isoformat()
    quality.program.clock.advance(minutes=5)
    move(quality, edition(quality, tmp_path, 2, cd34("0.2")))
    now, then = quality.check(), quality.check("--as-of", before)
    outcomes = [
        next(r["outcome"] for r in each["rules"] if r["code"] == "results-within-specification")
        for each in (now, then)
    ]
    assert outcomes == ["fail", "pass"]


def test_a_released_lot_whose_results_fail_then_is_held(quality: Quality, tmp_path: Path) -> None:
    quality.ready()
    quality.release()
    made = move(quality, edition(quality, tmp_path, 2, cd34("0.2"))).data
    (hold,) = made["holds"]
    assert (hold["on_kind"], hold["on"], hold["cause"]) == ("lot", quality.lot, "oos")
    assert quality.disposition() == "released"


def test_a_released_lot_whose_results_still_pass_stays_as_it_is(
    quality: Quality, tmp_path: Path
) -> None:
    quality.ready()
    quality.release()
    made = move(quality, edition(quality, tmp_path, 2, cd34("1"))).data
    assert made["holds"] == []
    assert quality.check()["verdict"] == "releasable"


def test_a_result_recorded_after_the_move_is_judged_by_the_new_version(
    quality: Quality, tmp_path: Path
) -> None:
    move(quality, edition(quality, tmp_path, 2, cd34("0.2")))
    assert quality.result(quality.lot, "CD34", "0.3").data["verdict"] == "fail"


def test_a_value_corrected_after_the_move_is_judged_by_the_new_version(
    quality: Quality, tmp_path: Path
) -> None:
    (number,) = quality.record("CD34")
    move(quality, edition(quality, tmp_path, 2, cd34("0.2")))
    quality.program("correct", number, "value=0.1", "--reason", "read again", user="QC1")
    assert verdicts(quality)["CD34"] == "pass"
    assert quality.outcome("results-within-specification") == "pass"


def test_a_lot_can_be_moved_again_and_back(quality: Quality, tmp_path: Path) -> None:
    quality.record("CD34")
    move(quality, edition(quality, tmp_path, 2, cd34("0.2")))
    move(quality, "MSC-EB-TRIAL@1")
    assert verdicts(quality)["CD34"] == "pass"
    sentence = quality.rule("specification-approved")["sentence"]
    assert sentence.count("It was moved from") == 2


def test_the_move_is_found_under_the_lot_and_each_result(quality: Quality, tmp_path: Path) -> None:
    (number,) = quality.record("CD34")
    move(quality, edition(quality, tmp_path, 2))
    for record in (quality.lot, number):
        acts = [entry["act"] for entry in quality.program("audit", "show", record).data]
        assert "lot respecify" in acts
    assert quality.program("audit", "verify").data["verdict"] == "intact"
    assert quality.program("admin", "check").data["verdict"] == "intact"


def test_a_lot_is_not_moved_to_where_it_is(quality: Quality) -> None:
    assert move(quality, "MSC-EB-TRIAL@1", exit_code=33).code == "already-judged-by-it"


def test_a_lot_is_not_moved_to_a_draft(quality: Quality) -> None:
    assert move(quality, "BM-MSC@1", exit_code=40).code == "specification-not-approved"


def test_a_lot_is_not_moved_to_a_retired_version(quality: Quality, tmp_path: Path) -> None:
    version = edition(quality, tmp_path, 2)
    quality.program.signed("spec", "retire", version, "--reason", "wrong limit", user="QP1")
    assert move(quality, version, exit_code=40).code == "specification-retired"


def test_a_lot_is_not_moved_to_a_version_that_is_not_in_effect(
    quality: Quality, tmp_path: Path
) -> None:
    later = ('source = "Demo', 'effective_from = 2030-01-01\nsource = "Demo')
    version = edition(quality, tmp_path, 2, later)
    assert move(quality, version, exit_code=40).code == "specification-not-effective"


def test_the_version_has_to_be_named(quality: Quality) -> None:
    assert move(quality, "MSC-EB-TRIAL", exit_code=2).code == "version-missing"


@pytest.mark.parametrize("user", ["QA1", "QC1", "TECHNICIAN1"])
def test_only_a_qualified_person_moves_a_lot(quality: Quality, tmp_path: Path, user: str) -> None:
    version = edition(quality, tmp_path, 2)
    assert move(quality, version, user=user, exit_code=52).code == "role-missing"


def test_a_move_is_neither_corrected_nor_struck(quality: Quality, tmp_path: Path) -> None:
    number = move(quality, edition(quality, tmp_path, 2)).data["id"]
    told = ("--reason", "x", "--dry-run")
    for words, code in (
        (("correct", number, "reason=y"), "not-correctable"),
        (("strike", number), "not-strikable"),
    ):
        assert quality.program(*words, *told, user="QA1", exit_code=30).code == code


def test_a_result_that_was_judged_anew_can_still_be_struck(
    quality: Quality, tmp_path: Path
) -> None:
    (number,) = quality.record("CD34")
    move(quality, edition(quality, tmp_path, 2, cd34("0.2")))
    quality.program("strike", number, "--reason", "another lot's tube", user="QC1")
    assert quality.outcome("results-within-specification") == "pass"


def test_what_is_new_or_gone_as_a_whole_is_told_without_what_it_was_not(
    quality: Quality, tmp_path: Path
) -> None:
    renamed = ('test = "gram"\nname = "Gram stain"', 'test = "gram-2"\nname = "Gram stain, 2"')
    shown = move(quality, edition(quality, tmp_path, 2, renamed)).stderr
    assert "removed criterion gram: test: gram; name: Gram stain; stage: Drug product" in shown
    assert "added criterion gram-2: test: gram-2; name: Gram stain, 2" in shown
    assert "to none" not in shown
    assert "none to" not in shown


def test_a_version_with_other_incubation_judges_the_same_reading_anew(
    quality: Quality, tmp_path: Path
) -> None:
    """Read on day 7, kept as final: enough for 7 days, and not for 14."""
    told = ("sterility-product", "no growth", "--sampled-at", "2026-02-28T13:00")
    quality.program.clock.advance(days=7)
    quality.result(quality.lot, *told)
    (before,) = quality.program("result", "list", quality.lot).data
    assert before["reading"] == "final"
    longer = (
        'name = "Sterility of the product, 7 days"\nstage = "Drug product"\nlevel = "lot"\n'
        'operator = "equals"\nlimit = "no growth"\nrequired = true\ncontamination = true\n'
        'method = "Ph. Eur. 2.6.27, automated culture, aerobic and anaerobic, 7 days"\n'
        "incubation_days = 7\npending_days = 7"
    )
    now = longer.replace(
        "incubation_days = 7\npending_days = 7", "incubation_days = 14\npending_days = 14"
    )
    moved = move(quality, edition(quality, tmp_path, 2, (longer, now)))
    (after,) = quality.program("result", "list", quality.lot).data
    assert (after["verdict"], after["reading"], after["told_as"]) == ("pass", "interim", "final")
    open_ = next(w for w in moved.data["warnings"] if w["code"] == "results-missing-after-move")
    assert "sterility-product" in open_["sentence"]
