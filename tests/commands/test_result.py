"""Results: recorded and judged at once, reviewed by somebody else, never lost from sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)


def wrong_level(answer: Any) -> tuple[str, str]:
    return answer.code, answer.data["error"]["hint"]


# -- recording -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("test", "value", "told", "verdict"),
    [
        ("CD73", "99.1", "99.1", "pass"),
        ("cd73", "95", "95", "pass"),
        ("CD73", "94.9", "94.9", "fail"),
        ("endotoxin", "<0.50", "<0.50", "pass"),
        ("endotoxin", "< 1.5", "<1.5", "undecided"),
        ("endotoxin", ">2", ">2", "fail"),
        ("Gram", "Negative", "Negative", "pass"),
        ("gram", "positive", "positive", "fail"),
        ("HLA-DR", "3.1", "3.1", "informative"),
        ("karyotype-formula", "46,XY[20]", "46,XY[20]", "informative"),
    ],
)
def test_a_result_is_judged_at_once(
    quality: Quality, test: str, value: str, told: str, verdict: str
) -> None:
    made = quality.result(quality.lot, test, value).data
    assert (made["kind"], made["value"], made["verdict"]) == ("result", told, verdict)
    assert made["lot"] == quality.lot
    assert made["warnings"] == []


def test_the_unit_and_the_method_are_the_specifications_unless_told(quality: Quality) -> None:
    made = quality.result(quality.lot, "endotoxin", "<0.50").data
    assert (made["unit"], made["method"]) == ("EU/mL", "Ph. Eur. 2.6.14, LAL")
    own = quality.result(quality.lot, "endotoxin", "<0.40", "--method", "rFC", "--unit", "EU/ml")
    assert (own.data["unit"], own.data["method"]) == ("EU/mL", "rFC")


def test_a_test_the_specification_lacks_is_kept_for_information(quality: Quality) -> None:
    made = quality.result(quality.lot, "sterilty-p0", "no growth").data
    assert made["verdict"] == "informative"
    (warning,) = made["warnings"]
    assert warning["code"] == "test-not-in-specification"
    assert "sterility-p0" in warning["sentence"]
    assert "sterility-p0" in quality.rule("results-complete")["sentence"]


def test_a_value_below_zero_is_a_value_and_no_option(quality: Quality) -> None:
    made = quality.result(quality.lot, "zeta-potential", "-3.5", "--unit", "mV").data
    assert (made["value"], made["unit"]) == ("-3.5", "mV")


def test_a_dose_counted_again_after_it_failed_is_told_to_settle_nothing(quality: Quality) -> None:
    preparation, first = prepared(quality, "--total", "4.4e7", "--viability", "61")
    again = ("prepare", "count", preparation, "--total", "4.4e7", "--viability", "78")
    made = quality.program(*again, user="PHARMACIST1").data
    assert first[0]["oos"]
    assert "under-investigation" in {warning["code"] for warning in made["warnings"]}


@pytest.mark.parametrize(
    ("value", "warned"),
    [("44", []), ("4.4e7", ["count-unlike-fill"]), ("4.4", ["count-unlike-fill"])],
)
def test_a_count_far_from_what_was_filled_is_warned_of(
    quality: Quality, value: str, warned: list[str]
) -> None:
    made = quality.result(quality.bags[0], "viable-count", value).data
    assert [warning["code"] for warning in made["warnings"]] == warned


def test_a_power_of_ten_is_listed_as_people_write_it(quality: Quality) -> None:
    quality.result(quality.bags[0], "viable-count", "44")
    listed = quality.program("result", "list", quality.lot, as_json=False).stdout
    assert "44 ×10⁶" in listed
    assert "10^6" not in listed


def test_a_value_that_cannot_be_is_kept_with_a_warning(quality: Quality) -> None:
    made = quality.result(quality.lot, "CD73", "140").data
    assert made["verdict"] != "pass"
    assert [warning["code"] for warning in made["warnings"]] == ["result-implausible"]


@pytest.mark.parametrize(
    ("test", "value", "more"),
    [
        ("CD73", "high", ()),
        ("CD73", "99,1", ()),
        ("CD73", "nan", ()),
        ("gram", "0.3", ()),
        ("endotoxin", "0.3", ("--unit", "IU/L")),
    ],
)
def test_a_value_that_cannot_be_read_is_refused(
    quality: Quality, test: str, value: str, more: tuple[str, ...]
) -> None:
    quality.result(quality.lot, test, value, *more, exit_code=2)
    assert quality.program("result", "list", quality.lot).data == []


def test_a_result_is_of_a_lot_a_container_or_a_preparation(quality: Quality) -> None:
    quality.result("D01", "gram", "negative", exit_code=64)
    quality.result("L99", "gram", "negative", exit_code=20)


def test_a_test_of_the_lot_is_not_recorded_for_a_bag(quality: Quality) -> None:
    code, hint = wrong_level(quality.result(quality.bags[0], "gram", "negative", exit_code=30))
    assert code == "wrong-level"
    assert f"lottrack result record {quality.lot} gram" in hint


def test_a_test_of_a_bag_is_not_recorded_for_the_lot_and_the_bags_are_named(
    quality: Quality,
) -> None:
    code, hint = wrong_level(quality.result(quality.lot, "viable-count", "44", exit_code=30))
    assert code == "wrong-level"
    assert all(bag in hint for bag in quality.bags)


def test_a_test_of_the_prepared_dose_is_recorded_for_nothing_else(quality: Quality) -> None:
    refused = quality.result(quality.lot, "viability-post-thaw", "90", exit_code=30)
    assert refused.code == "wrong-level"


def test_nothing_is_measured_in_a_container_that_was_never_filled(quality: Quality) -> None:
    fill = quality.fill(quality.lot, "--planned", count=1).data
    bag = fill["containers"][0]["id"]
    assert quality.result(bag, "viable-count", "44", exit_code=30).code == "not-filled"


def test_only_the_roles_of_the_laboratory_record_results(quality: Quality) -> None:
    quality.result(quality.lot, "gram", "negative", user="NURSE1", exit_code=52)


def test_a_dry_run_records_nothing(quality: Quality) -> None:
    before = quality.audit_entries()
    made = quality.result(quality.lot, "gram", "positive", "--dry-run").data
    assert made["verdict"] == "fail"
    assert quality.audit_entries() == before


def test_a_refused_result_is_recorded_as_a_refusal(quality: Quality) -> None:
    before = quality.audit_entries()
    quality.result(quality.lot, "viable-count", "44", exit_code=30)
    assert quality.audit_entries() == before + 1


def test_a_closed_lot_takes_no_results(quality: Quality) -> None:
    with quality.change("lot close") as change:
        change.record("lot_closure", lot=quality.lot)
    assert quality.result(quality.lot, "gram", "negative", exit_code=30).code == "lot-closed"


# -- samples and times -----------------------------------------------------------------------------


def test_a_sample_brings_its_own_time(quality: Quality) -> None:
    taken = ("lot", "sample", quality.lot, "--kind", "supernatant", *quality.at(26, 1.5))
    sample = quality(*taken).data["id"]
    made = quality.result(quality.lot, "gram", "negative", "--sample", sample).data
    assert made["sample"] == sample
    assert made["sampled_at"] == "2026-02-28T10:30:00+01:00"


def test_another_lots_sample_is_refused(quality: Quality) -> None:
    other = quality.new_lot("--number", "L02", "--collection", quality.marrow())
    sample = quality("lot", "sample", other, "--kind", "medium").data["id"]
    refused = quality.result(quality.lot, "gram", "negative", "--sample", sample, exit_code=30)
    assert refused.code == "sample-of-another-lot"


def test_a_result_follows_its_sample_and_its_filling(quality: Quality) -> None:
    sampled = ("--sampled-at", quality.time(26, 5), *quality.at(26, 4))
    refused = quality.result(quality.lot, "gram", "negative", *sampled, exit_code=30)
    assert refused.code == "out-of-order"
    early = quality.result(quality.bags[0], "viable-count", "44", *quality.at(20), exit_code=30)
    assert early.code == "out-of-order"
    later = ("--sampled-at", quality.time(40))
    quality.result(quality.lot, "gram", "negative", *later, exit_code=2)


# -- what a failing result stops -------------------------------------------------------------------


def holds(quality: Quality) -> list[tuple[str, str, str]]:
    listed = quality.program("hold", "list").data
    return [(row["on_kind"], row["on"], row["cause"]) for row in listed]


def test_before_a_release_a_failing_result_holds_nothing_and_fails_the_check(
    quality: Quality,
) -> None:
    made = quality.result(quality.lot, "gram", "positive").data
    assert made["holds"] == []
    assert holds(quality) == []
    assert quality.outcome("results-within-specification") == "fail"


def test_after_a_release_a_failing_result_holds_the_lot_in_the_same_act(quality: Quality) -> None:
    quality.ready().release()
    before = quality.audit_entries()
    made = quality.result(quality.lot, "sterility-product-14d", "growth").data
    assert quality.audit_entries() == before + 1
    (opened,) = made["holds"]
    assert (opened["on_kind"], opened["on"], opened["cause"]) == ("lot", quality.lot, "oos")
    assert holds(quality) == [("lot", quality.lot, "oos")]
    assert quality.disposition() == "released"
    assert "holds-none-open" in failing(quality)


def failing(quality: Quality) -> set[str]:
    return {rule["code"] for rule in quality.check()["rules"] if rule["outcome"] == "fail"}


def test_an_interim_reading_can_fail_a_released_lot(quality: Quality) -> None:
    quality.ready_but_pending().release("--conditional")
    quality.result(quality.lot, "sterility-product", "no growth", "--reading", "interim")
    assert holds(quality) == []
    quality.result(quality.lot, "sterility-product", "growth", "--reading", "interim")
    assert holds(quality) == [("lot", quality.lot, "oos")]


def test_a_failing_bag_is_held_alone(quality: Quality) -> None:
    quality.ready().release()
    quality.result(quality.bags[1], "viable-count", "31")
    assert holds(quality) == [("container", quality.bags[1], "oos")]


def test_a_result_for_information_holds_nothing(quality: Quality) -> None:
    quality.ready().release()
    assert quality.result(quality.lot, "HLA-DR", "80").data["holds"] == []
    assert holds(quality) == []


def test_a_failing_result_reaches_the_lots_grown_from_a_lot(quality: Quality) -> None:
    child = quality("lot", "register", *quality_child(quality)).data["id"]
    made = quality.result(quality.lot, "mycoplasma", "detected").data
    assert [(row["on_kind"], row["on"]) for row in made["holds"]] == [("lot", quality.lot)]
    rules = {rule["code"]: rule["outcome"] for rule in quality.check(lot=child)["rules"]}
    assert rules["holds-none-open"] == "fail"
    assert rules["results-within-specification"] == "fail"


def quality_child(quality: Quality) -> tuple[str, ...]:
    return ("--parent", quality.lot, "--product", "MSC-EB", "--spec", "MSC-EB-TRIAL")


def test_a_late_positive_names_everybody_who_was_given_some(quality: Quality) -> None:
    quality.ready_but_pending().release("--conditional")
    infusion = quality.given(quality.bags[0])
    made = quality.result(quality.lot, "sterility-product", "growth").data
    (given,) = made["infused"]
    assert (given["patient"], given["id"]) == ("P01", infusion)
    assert given["containers"] == [quality.bags[0]]


# -- the prepared dose -----------------------------------------------------------------------------


def prepared(quality: Quality, *counted: object) -> tuple[str, list[dict[str, Any]]]:
    """A bag at the pharmacy, thawed and counted; the preparation and the counted results."""
    quality.ready().release()
    bag, clock = quality.bags[0], quality.program.clock
    quality("custody", "transfer", bag, "--to", "PHARMACY", user="COURIER1")
    clock.advance(minutes=20)
    received = ("custody", "receive", bag, "--condition", "intact")
    quality.program(*received, user="PHARMACIST1")
    weight = ("--weight-kg", "13.2", "--weighed-on", "2026-02-28")
    placed = ("order", "place", "--patient", "P01", "--number", 1, "--planned-on", "2026-02-28")
    order = quality.program.signed(*placed, *weight, user="CLINICIAN1").data["id"]
    preparation = quality.program("prepare", "start", order, bag, user="PHARMACIST1").data["id"]
    clock.advance(minutes=5)
    made = quality.program("prepare", "count", preparation, *counted, user="PHARMACIST1").data
    return preparation, made["results"]


def test_a_count_after_thawing_is_a_result_by_itself(quality: Quality) -> None:
    preparation, results = prepared(quality, "--total", "4.3e7", "--viability", "92")
    (counted,) = results
    assert (counted["test"], counted["value"], counted["unit"]) == (
        "viability-post-thaw",
        "92",
        "%",
    )
    assert (counted["preparation"], counted["verdict"]) == (preparation, "pass")
    assert counted["holds"] == []
    assert quality.check()["verdict"] == "releasable"


def test_a_failing_count_holds_the_bag_that_was_thawed(quality: Quality) -> None:
    _, results = prepared(quality, "--total", "4.3e7", "--viability", "64")
    assert results[0]["verdict"] == "fail"
    assert holds(quality) == [("container", quality.bags[0], "oos")]
    scanned = ("verify", quality.bags[0], "--patient", "P01")
    refused = quality.program(*scanned, user="PHARMACIST1", exit_code=42)
    assert {"container-out-of-specification", "on-hold"} <= refused.blockers


def test_a_count_of_viable_cells_alone_leaves_viability_open(quality: Quality) -> None:
    preparation, results = prepared(quality, "--viable", "4e7")
    assert results == []
    scanned = ("verify", quality.bags[0], "--patient", "P01")
    refused = quality.program(*scanned, user="PHARMACIST1", exit_code=42)
    assert "result-missing-at-infusion" in refused.blockers
    quality.result(preparation, "viability-post-thaw", "91")
    refused = quality.program(*scanned, user="PHARMACIST1", exit_code=None)
    assert "result-missing-at-infusion" not in refused.blockers


def test_a_result_does_not_come_before_its_preparation(quality: Quality) -> None:
    preparation, _ = prepared(quality, "--viable", "4e7")
    early = (preparation, "viability-post-thaw", "91", *quality.at(26, 3))
    assert quality.result(*early, exit_code=30).code == "out-of-order"


# -- review ----------------------------------------------------------------------------------------


def test_several_results_are_reviewed_by_one_signature(quality: Quality) -> None:
    numbers = quality.record("gram", "endotoxin")
    review = quality.review(*numbers).data
    assert (review["kind"], review["results"]) == ("result_review", numbers)
    listed = quality.program("result", "list", quality.lot).data
    assert {row["reviewed_by"] for row in listed} == {"QC2"}
    assert {row["review"] for row in listed} == {review["id"]}


def test_a_reviewer_reads_when_it_was_sampled_how_it_was_measured_and_how_it_should_have_been(
    quality: Quality,
) -> None:
    told = ("--sampled-at", "2026-02-28T13:00", "--method", "Culture in broth")
    number = quality.result(quality.lot, "sterility-p0", "no growth", *told).data["id"]
    signed = quality.program.signed("result", "review", number, user="QC2", as_json=False)
    shown = signed.stdout + signed.stderr
    assert "limit no growth; PASS" in shown
    assert "sampled 2026-02-28 13:00" in shown
    assert "method: Culture in broth" in shown
    assert "method specified: Ph. Eur. 2.6.27, automated culture" in shown
    assert "PASS, INTERIM, told as final" in shown
    assert shown.count("sterility-p0 is incubated for 7 days") == 1


def test_whoever_recorded_a_result_does_not_review_it(quality: Quality) -> None:
    numbers = quality.record("gram")
    refused = quality.program.signed("result", "review", *numbers, user="QC1", exit_code=54)
    assert refused.code == "same-person"


def test_whoever_performed_a_test_does_not_review_it(quality: Quality) -> None:
    told = ("--performed-by", "QC2")
    made = quality.result(quality.lot, "gram", "negative", *told, user="TECHNICIAN1").data["id"]
    quality.program.signed("result", "review", made, user="QC2", exit_code=54)
    quality.program.signed("result", "review", made, user="QC1")


def test_whoever_corrected_a_result_does_not_review_it(quality: Quality) -> None:
    (number,) = quality.record("CD73")
    quality.correct("result", number, value="98.1", by="QC2")
    told = ("result", "review", number)
    quality.program.signed(*told, user="QC2", exit_code=54)


def test_one_result_of_ones_own_spoils_the_whole_review(quality: Quality) -> None:
    (theirs,) = quality.record("gram")
    mine = quality.result(quality.lot, "CD73", "99", user="QC2").data["id"]
    quality.program.signed("result", "review", theirs, mine, user="QC2", exit_code=54)
    assert quality.rule("results-reviewed")["evidence"] == [theirs, mine]


def test_a_technician_does_not_review(quality: Quality) -> None:
    numbers = quality.record("gram")
    quality.program.signed("result", "review", *numbers, user="TECHNICIAN2", exit_code=52)


def test_a_wrong_secret_reviews_nothing(quality: Quality) -> None:
    numbers = quality.record("gram")
    told = ("result", "review", *numbers)
    quality.program(*told, user="QC2", secrets=("wrong",), exit_code=53)
    assert quality.outcome("results-reviewed") == "fail"


def test_a_result_is_reviewed_once(quality: Quality) -> None:
    numbers = quality.record("gram")
    quality.review(*numbers)
    refused = quality.program.signed("result", "review", *numbers, user="QC2", exit_code=33)
    assert refused.code == "already-reviewed"


def test_a_correction_voids_the_review_and_another_one_can_follow(quality: Quality) -> None:
    numbers = quality.record("gram", "CD73")
    quality.review(*numbers)
    quality.correct("result", numbers[1], value="98.1")
    found = quality.rule("results-reviewed")
    assert found["outcome"] == "fail"
    assert set(found["evidence"]) == set(numbers), "one signature covers both"
    signatures = quality.rule("signatures-valid")
    (review,) = signatures["evidence"]
    assert signatures["outcome"] == "fail"
    assert signatures["sentence"].count(review) == 1, "one signature is told of once"
    assert all(number in signatures["sentence"] for number in numbers)
    assert f"lottrack result review {' '.join(sorted(numbers))}" in signatures["who_can_mend"]
    quality.review(*numbers)
    assert quality.outcome("results-reviewed") == "pass"
    assert quality.outcome("signatures-valid") == "pass"


def test_all_that_waits_on_a_lot_can_be_reviewed_at_once(quality: Quality) -> None:
    quality.record("gram")
    first = quality.review().data["results"]
    later = quality.record("CD73")
    assert quality.review().data["results"] == later
    assert first != later
    nothing = ("result", "review", "--lot", quality.lot)
    refused = quality.program.signed(*nothing, user="QC2", exit_code=20)
    assert refused.code == "nothing-to-review"


def test_a_review_names_results_or_a_lot(quality: Quality) -> None:
    quality.program.signed("result", "review", user="QC2", exit_code=2)
    both = ("result", "review", *quality.record("gram"), "--lot", quality.lot)
    quality.program.signed(*both, user="QC2", exit_code=2)


def test_the_reviewer_sees_value_limit_author_and_corrections(quality: Quality) -> None:
    (number,) = quality.record("CD73")
    quality.correct("result", number, value="98.1")
    told = ("result", "review", number)
    shown = quality.program.signed(*told, user="QC2", as_json=False).stderr
    assert "98.1 %; limit ≥ 95 %; PASS" in shown
    assert "performed by QC1" in shown
    assert "CORRECTED value: 99.1 -> 98.1" in shown


# -- listing ---------------------------------------------------------------------------------------


def test_the_list_shows_struck_and_corrected_results(quality: Quality) -> None:
    corrected, struck = quality.record("CD73", "CD90")
    quality.correct("result", corrected, value="98.1")
    quality.strike("result", struck)
    rows = {row["id"]: row for row in quality.program("result", "list", quality.lot).data}
    assert rows[corrected]["value"] == "98.1"
    assert rows[corrected]["corrected"][0]["earlier"] == ["99.1"]
    assert (rows[struck]["struck"], rows[struck]["reviewed_by"]) == (True, None)
    assert not rows[corrected]["struck"]
    text = quality.program("result", "list", quality.lot, as_json=False).stdout
    assert "STRUCK" in text
    assert "99.1 -> 98.1" in text


def test_a_struck_result_counts_for_nothing(quality: Quality) -> None:
    made = quality.result(quality.lot, "gram", "positive").data["id"]
    quality.strike("result", made)
    assert quality.outcome("results-within-specification") == "pass"
    assert "gram" in quality.rule("results-complete")["sentence"]
