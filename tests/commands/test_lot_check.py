"""The lot check on a real record: each rule follows its facts, now and as of an earlier moment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lottrack.rules.release.verdict import ATTESTED, RULES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)

STRANGER = (
    "A*01:01+A*11:01^B*08:01+B*35:01^C*03:03+C*07:01^DRB1*03:01+DRB1*13:01^DQB1*02:01+DQB1*05:01"
)


def failing(quality: Quality, *more: object) -> set[str]:
    return {rule["code"] for rule in quality.check(*more)["rules"] if rule["outcome"] == "fail"}


# -- the answer ------------------------------------------------------------------------------------


def test_the_answer_is_what_scripts_rely_on(quality: Quality) -> None:
    quality.ready()
    answer = quality.program("lot", "check", quality.lot, exit_code=0).data
    assert set(answer) == {"lot", "as_of", "verdict", "rules"}
    assert (answer["lot"], answer["verdict"]) == ("L01", "releasable")
    assert answer["as_of"] == "2026-02-28T15:00:00+01:00"
    assert [rule["code"] for rule in answer["rules"]] == [code for code, _ in RULES]
    keys = {"code", "outcome", "sentence", "evidence", "who_can_mend"}
    assert all(set(rule) == keys for rule in answer["rules"])
    outcomes = {rule["outcome"] for rule in answer["rules"]}
    assert outcomes == {"pass", "not_applicable"}


def test_a_lot_that_may_not_be_released_answers_41_with_all_rules(quality: Quality) -> None:
    answer = quality.program("lot", "check", quality.lot, exit_code=41).data
    assert answer["verdict"] == "not_releasable"
    assert len(answer["rules"]) == len(RULES)
    missing = next(rule for rule in answer["rules"] if rule["code"] == "results-complete")
    assert "lottrack result record L01" in missing["who_can_mend"]


def test_a_person_reads_the_verdict_first_and_who_can_mend_what(quality: Quality) -> None:
    text = quality.program("lot", "check", "l01", exit_code=41, as_json=False).stdout
    assert text.splitlines()[0].endswith("NOT RELEASABLE")
    assert "FAIL    record-reviewed" in text
    assert "-> production_lead, qc or qa" in text
    assert "lottrack lot review L01" in text


def test_a_person_reads_the_exceptions_and_asks_for_the_rest(quality: Quality) -> None:
    text = quality.program("lot", "check", "l01", exit_code=41, as_json=False).stdout
    told = {line.split()[1] for line in text.splitlines() if line.startswith(("FAIL", "PENDING"))}
    assert "record-reviewed" in told
    assert "ok      " not in text
    named = text.split("Met (")[1]
    assert "course-open" in named
    whole = quality.program("lot", "check", "l01", "--all", exit_code=41, as_json=False).stdout
    assert "ok      course-open" in whole
    assert all(code in text for code, _ in RULES)
    assert all(code in whole for code, _ in RULES)


def test_anybody_who_can_open_the_record_may_check(quality: Quality) -> None:
    before = quality.audit_entries()
    quality.check()
    assert quality.audit_entries() == before


def test_what_is_no_lot_is_not_checked(quality: Quality) -> None:
    quality.program("lot", "check", "L99", exit_code=20)
    quality.program("lot", "check", quality.bags[0], exit_code=64)
    quality.program("lot", "check", quality.lot, "--as-of", "yesterday", exit_code=2)
    other = quality.new_lot("--number", "L02", "--collection", quality.marrow())
    told = ("lot", "check", other, "--fill", quality.fill_number)
    assert quality.program(*told, exit_code=30).code == "fill-of-another-lot"


def test_a_person_reads_the_moment_to_the_minute(quality: Quality) -> None:
    told = quality.program("lot", "check", quality.lot, as_json=False, exit_code=41).stdout
    assert told.startswith(f"Lot {quality.lot}, as of 2026-02-28 15:00 (+01:00): NOT RELEASABLE")


# -- as of -----------------------------------------------------------------------------------------


def test_as_of_tells_what_the_check_would_have_said(quality: Quality) -> None:
    clock = quality.program.clock
    start = clock.now
    clock.advance(hours=1)
    quality.record()
    quality.counts()
    clock.advance(hours=1)
    quality.review()
    quality.review_lot()
    reviewed = clock.now
    clock.advance(hours=1)
    quality.result(quality.lot, "gram", "positive")
    quality("patient", "consent", "P01", *withdrawal())

    def outcomes(moment: Any) -> dict[str, str]:
        rules = quality.check("--as-of", moment.isoformat())["rules"]
        return {rule["code"]: rule["outcome"] for rule in rules}

    assert outcomes(start)["results-complete"] == "fail"
    assert outcomes(start + timedelta(hours=1))["results-complete"] == "pass"
    assert outcomes(start + timedelta(hours=1))["results-reviewed"] == "fail"
    assert set(outcomes(reviewed).values()) == {"pass", "not_applicable"}
    assert quality.check("--as-of", reviewed.isoformat())["verdict"] == "releasable"
    assert failing(quality) == {
        "consent-recorded", "results-reviewed", "results-within-specification", "oos-closed",
    }  # fmt: skip


def test_a_lot_that_was_not_on_record_then_is_not_found(quality: Quality) -> None:
    told = ("lot", "check", quality.lot, "--as-of", "2025-12-01T08:00")
    quality.program(*told, exit_code=20)


# -- where the cells come from ---------------------------------------------------------------------


def withdrawal() -> tuple[str, ...]:
    paper = ("--kind", "treatment", "--document", "CONSENT-2", "--on", "2026-02-20")
    return (*paper, "--withdrawn")


def test_a_closed_course_releases_nothing(quality: Quality) -> None:
    quality("course", "close", quality.coi, "--reason", "the family moved away")
    assert failing(quality) >= {"course-open"}


def test_a_withdrawn_consent_stops_the_lot(quality: Quality) -> None:
    quality("patient", "consent", "P01", *withdrawal())
    found = quality.rule("consent-recorded")
    assert found["outcome"] == "fail"
    assert "treatment of patient P01 is withdrawn" in found["sentence"]
    assert len(found["evidence"]) == 2


def test_a_donor_found_ineligible_later_stops_the_lot(quality: Quality) -> None:
    told = ("donor", "decide", "D01", "--ineligible", "--reason", "travel history")
    quality.program.signed(*told, user="RP1")
    assert quality.outcome("donor-eligible") == "fail"


def test_a_donor_decided_on_again_makes_up_for_a_void_decision(quality: Quality) -> None:
    with quality.store() as store:
        marker = store.rows("marker")[0].root
    quality.correct("marker", marker, outcome="non-reactive")
    assert {"donor-eligible", "signatures-valid"} <= failing(quality)
    quality.program.signed("donor", "decide", "D01", "--eligible", user="RP1")
    assert not {"donor-eligible", "signatures-valid"} & failing(quality)


def test_markers_outside_the_window_stop_the_lot_until_they_are_told(quality: Quality) -> None:
    with quality.store() as store:
        taking, screening = store.rows("collection_taking")[0].root, store.rows("screening")[0].root
    quality.correct("collection_taking", taking, window_met=0)
    assert quality.outcome("screening-window") == "pass"
    quality.correct("screening", screening, sampled_on="2025-11-01")
    found = quality.rule("screening-window")
    assert found["outcome"] == "fail"
    assert "HBsAg" in found["sentence"]


def test_a_new_typing_is_judged_anew(quality: Quality) -> None:
    quality("donor", "type", "D01", "--hla", STRANGER)
    found = quality.rule("haploidentity")
    assert found["outcome"] == "fail"
    assert "not haploidentical" in found["sentence"]


def collection_of(quality: Quality) -> str:
    return str(quality.show(quality.lot)["collection"])


def test_the_acceptance_of_the_collection_counts_once_it_is_decided(quality: Quality) -> None:
    assert quality.outcome("collection-accepted") == "not_applicable"
    received = ("collection", "receive", collection_of(quality), "--from", "Theatre 4")
    quality(*received, "--condition", "clotted", "--labels-match", "yes")
    assert quality.outcome("collection-accepted") == "fail"
    (hold,) = quality.program("hold", "list").data
    lift = ("hold", "lift", hold["id"], "--reason", "the clot was filtered off")
    quality.program.signed(*lift, user="QA1")
    quality.program.signed("collection", "accept", collection_of(quality), user="RP1")
    assert quality.outcome("collection-accepted") == "pass"


def test_a_rejected_collection_releases_nothing(quality: Quality) -> None:
    told = ("collection", "reject", collection_of(quality), "--reason", "unlabelled syringe")
    quality.program.signed(*told, user="QA1")
    assert quality.rule("collection-accepted")["who_can_mend"] == "nobody"


def test_an_acceptance_voided_by_a_correction_is_asked_for_again(quality: Quality) -> None:
    quality.program.signed("collection", "accept", collection_of(quality), user="RP1")
    with quality.store() as store:
        taking = store.rows("collection_taking")[0].root
    quality.correct("collection_taking", taking, volume_ml="53")
    assert {"collection-accepted", "signatures-valid"} <= failing(quality)


# -- how they were made ----------------------------------------------------------------------------


def test_a_passage_in_culture_stops_the_lot(quality: Quality) -> None:
    seeded = ("--seeded", "1e6", "--area-cm2", 300)
    quality("lot", "seed", quality.lot, "--passage", "P3", *seeded)
    found = quality.rule("passages-recorded")
    assert found["outcome"] == "fail"
    assert "P3" in found["sentence"]
    quality("lot", "discard", quality.lot, "--cells", "1e6", "--reason", "culture given up")
    assert quality.outcome("passages-recorded") == "pass"


def test_more_cells_out_than_in_stop_the_lot(quality: Quality) -> None:
    with quality.store() as store:
        filling = store.rows("filling")[0].root
    quality.correct("filling", filling, viable_cells=440_000_000)
    assert quality.outcome("cells-reconciled") == "fail"


LIMITED = """
name = "LIMITED"
edition = 1
title = "With a limit on doublings"
product = "MSC"
source = "file 7"

[[criterion]]
test = "CPD"
name = "Cumulative population doublings from P1"
stage = "Drug substance"
level = "lot"
operator = "<="
limit = LIMIT
unit = "doublings"
required = true
"""


@pytest.mark.parametrize(("limit", "outcome"), [("6.10", "pass"), ("6.09", "fail")])
def test_doublings_are_judged_as_they_were_counted(
    quality: Quality, tmp_path: Path, limit: str, outcome: str
) -> None:
    file = tmp_path / "limited.toml"
    file.write_text(LIMITED.replace("LIMIT\n", f'"{limit}"\n'))
    quality("spec", "load", file, user="QC1")
    with quality.change("correct") as change:
        lot = change.get("lot", quality.lot)
        change.amend("lot", lot, specification="LIMITED@1")
    found = quality.rule("population-doublings-limit")
    assert found["outcome"] == outcome
    assert "6.10 cumulative doublings" in found["sentence"]
    assert quality.outcome("specification-approved") == "fail"


@pytest.mark.parametrize("rule", ATTESTED)
def test_a_statement_stands_as_evidence(quality: Quality, rule: str) -> None:
    assert quality.outcome(rule) == "not_applicable"
    told = ("lot", "attest", quality.lot, rule, "--text", "checked in the paper record MR-7")
    made = quality.program(*told, user="QA1").data
    assert (made["kind"], made["rule"], made["lot"]) == ("attestation", rule, quality.lot)
    found = quality.rule(rule)
    assert (found["outcome"], found["evidence"]) == ("pass", [made["id"]])
    assert found["sentence"] == "QA1 states: checked in the paper record MR-7"


def test_only_rules_kept_elsewhere_can_be_stated(quality: Quality) -> None:
    told = ("lot", "attest", quality.lot, "results-complete", "--text", "all there")
    quality.program(*told, user="QA1", exit_code=2)
    nurse = ("lot", "attest", quality.lot, "materials-in-date", "--text", "x")
    quality.program(*nurse, user="NURSE1", exit_code=52)


def test_a_printed_label_that_went_nowhere_stops_the_lot(quality: Quality) -> None:
    label = quality.label(quality.bags[0], applied=False)
    found = quality.rule("labels-reconciled")
    assert found["outcome"] == "fail"
    assert label in found["evidence"]


def test_a_bag_without_a_label_stops_the_lot(quality: Quality) -> None:
    bare = quality.fill(quality.lot, count=1).data["containers"][0]["id"]
    assert bare in quality.rule("labels-reconciled")["evidence"]
    assert quality.outcome("labels-reconciled", "--fill", quality.fill_number) == "pass"


def test_a_gap_in_custody_stops_the_lot_until_it_is_judged(quality: Quality) -> None:
    bag = quality.bags[0]
    told = ("custody", "receive", bag, "--condition", "intact", "--place", "PHARMACY")
    happened = ("--happened", "--reason", "handed over in the corridor", "--second", "NURSE1")
    received = quality.program(*told, *happened, user="PHARMACIST1", secrets=("NURSE1",))
    assert received.exit_code == 0
    assert {"custody-unbroken", "holds-none-open"} <= failing(quality)
    (hold,) = quality.program("hold", "list").data
    lift = ("hold", "lift", hold["id"], "--reason", "temperature logger shows no gap")
    quality.program.signed(*lift, user="QA1")
    assert not {"custody-unbroken", "holds-none-open"} & failing(quality)


def test_expired_bags_are_not_released(quality: Quality) -> None:
    assert quality.outcome("expiry-within-shelf-life") == "pass"
    quality.program.clock.advance(days=800)
    assert quality.outcome("expiry-within-shelf-life") == "fail"


def test_a_fresh_fill_is_held_to_the_shelf_life_of_its_specification(quality: Quality) -> None:
    fresh = ("--state", "fresh", "--expires", "2026-03-01T11:00")
    fill = quality.fill(quality.lot, *fresh, count=1).data["id"]
    assert quality.outcome("expiry-within-shelf-life", "--fill", fill) == "pass"
    told = ("expires_at=2026-03-02T12:00", "--reason", "typed too early")
    quality.program("correct", fill, *told, user="TECHNICIAN1")
    found = quality.rule("expiry-within-shelf-life", "--fill", fill)
    assert found["outcome"] == "fail"
    assert "24 hours" in found["sentence"]
    assert quality.outcome("expiry-within-shelf-life", "--fill", quality.fill_number) == "pass"


def test_a_lot_without_fills_has_nothing_to_release(quality: Quality) -> None:
    lot = quality.new_lot("--number", "L02", "--collection", quality.marrow())
    answer = quality.check(lot=lot)
    codes = {rule["code"] for rule in answer["rules"] if rule["outcome"] == "fail"}
    assert {"passages-recorded", "expiry-within-shelf-life", "results-complete"} <= codes


def test_bags_for_testing_are_not_asked_for_results(quality: Quality) -> None:
    quality.ready()
    quality.fill(quality.lot, "--purpose", "retention", count=1)
    assert quality.check()["verdict"] == "releasable"


# -- what was tested, reviewed, signed -------------------------------------------------------------


def test_a_test_pending_within_its_days_is_pending_and_then_missing(quality: Quality) -> None:
    quality.ready_but_pending()
    assert quality.check()["verdict"] == "conditionally_releasable"
    quality.program("lot", "check", quality.lot, exit_code=41)
    found = quality.rule("results-complete")
    assert "sterility-product-14d (due on 2026-03-14)" in found["sentence"]
    quality.program.clock.advance(days=2)
    assert quality.check()["verdict"] == "conditionally_releasable"
    quality.program.clock.advance(days=1)
    assert "CD73 (due on 2026-03-02)" in quality.rule("results-complete")["sentence"]
    assert quality.check()["verdict"] == "not_releasable"


def test_each_bag_in_question_needs_its_own_tests(quality: Quality) -> None:
    quality.record()
    quality.counts(quality.bags[0])
    found = quality.rule("results-complete")
    assert found["outcome"] == "fail"
    assert quality.bags[1] in found["sentence"]
    assert quality.bags[0] not in found["sentence"]


def test_a_correction_of_the_making_voids_the_review_of_the_lot(quality: Quality) -> None:
    quality.ready()
    with quality.store() as store:
        harvest = store.rows("harvest")[-1].root
    quality.correct("harvest", harvest, viability_pct="93")
    assert {"record-reviewed", "signatures-valid"} <= failing(quality)
    quality.review_lot()
    assert quality.check()["verdict"] == "releasable"


def test_new_results_do_not_void_the_review_of_the_lot(quality: Quality) -> None:
    quality.ready()
    quality.program.clock.advance(hours=1)
    made = quality.result(quality.lot, "HLA-DR", "3.1").data["id"]
    quality.review(made)
    assert quality.check()["verdict"] == "releasable"


def test_what_is_filled_after_the_review_is_reviewed_again(quality: Quality) -> None:
    quality.ready()
    fill = quality.fill(quality.lot, count=1).data
    found = quality.rule("record-reviewed")
    assert found["outcome"] == "fail"
    assert fill["id"] in found["evidence"]
    assert quality.outcome("record-reviewed", "--fill", quality.fill_number) == "pass"
    quality.review_lot()
    assert quality.outcome("record-reviewed") == "pass"
