"""Results out of specification: opened by themselves, retested by plan, concluded by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from lottrack.actions.testing.investigations import obligations

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)


class Case:
    """One failing result of CD34 of lot L01, recorded by QC1, and what is done about it."""

    def __init__(self, quality: Quality, value: str = "6.1") -> None:
        self.quality = quality
        self.first = quality.result(quality.lot, "CD34", value).data
        self.number = str(self.first["oos"])

    def show(self) -> Any:
        return self.quality.program("oos", "show", self.number).data

    def investigate(self, assignable: str = "yes", user: str = "QC2", **extra: Any) -> Any:
        told = ("--assignable", assignable, "--finding", "the compensation control was missing")
        return self.quality.program("oos", "investigate", self.number, *told, user=user, **extra)

    def plan(self, retests: int = 2, user: str = "QA1", **extra: Any) -> Any:
        told = ("--retests", retests, "--text", "new stainings of the retained cells")
        return self.quality.program.signed("oos", "plan", self.number, *told, user=user, **extra)

    def retest(self, value: str = "0.4", *more: object, **extra: Any) -> Any:
        told = ("--retest", self.number, *more)
        return self.quality.result(self.quality.lot, "CD34", value, *told, **extra)

    def conclude(self, how: str = "--invalidate", user: str = "QP1", **extra: Any) -> Any:
        told = (how, "--text", "as found by the laboratory")
        return self.quality.program.signed(
            "oos", "conclude", self.number, *told, user=user, **extra
        )

    def retested(self, *values: str) -> list[str]:
        """Investigated with a cause, planned, retested, the retests reviewed."""
        self.investigate()
        self.plan(len(values))
        self.quality.program.clock.advance(minutes=5)
        numbers = [self.retest(value).data["id"] for value in values]
        self.quality.review(*numbers)
        return numbers


@pytest.fixture
def case(quality: Quality) -> Case:
    """An investigation of CD34, just opened."""
    return Case(quality)


def ready_but(quality: Quality, test: str) -> None:
    """Everything tested, reviewed and within the specification but one test."""
    from tests.commands.quality_bench import RESULTS

    tests = [name for name in RESULTS if name != test]
    quality.record(*tests)
    quality.counts()
    quality.review()
    quality.review_lot()


# -- opening ---------------------------------------------------------------------------------------


def test_a_failing_result_opens_an_investigation_in_the_same_entry(quality: Quality) -> None:
    before = quality.audit_entries()
    case = Case(quality)
    assert quality.audit_entries() == before + 1
    shown = case.show()
    assert (shown["test"], shown["lot"], shown["state"]) == ("CD34", "L01", "open")
    assert shown["automatic"] is True
    assert [each["id"] for each in shown["results"]] == [case.first["id"]]
    assert shown["next"].startswith(f"lottrack oos investigate {case.number}")


@pytest.mark.parametrize(
    ("test", "value"), [("CD34", "0.3"), ("HLA-DR", "80"), ("sterilty", "growth"), ("CD34", "<5")]
)
def test_what_does_not_fail_a_required_test_opens_none(
    quality: Quality, test: str, value: str
) -> None:
    assert quality.result(quality.lot, test, value).data["oos"] is None
    assert quality.program("oos", "list").data == []


def test_an_interim_reading_that_fails_opens_one_and_the_final_one_joins_it(
    quality: Quality,
) -> None:
    told = ("sterility-product", "growth, Cutibacterium acnes, 1 of 2 bottles")
    interim = quality.result(quality.lot, *told, "--reading", "interim").data
    final = quality.result(quality.lot, *told).data
    assert interim["oos"] == final["oos"]
    assert [warning["code"] for warning in final["warnings"]] == ["under-investigation"]


def test_two_things_that_fail_are_two_investigations(quality: Quality) -> None:
    bags = [quality.result(bag, "viable-count", "31").data["oos"] for bag in quality.bags]
    other = quality.result(quality.lot, "CD34", "6").data["oos"]
    assert len({*bags, other}) == 3
    listed = quality.program("oos", "list", "--lot", quality.lot).data
    assert {(row["test"], row["container"]) for row in listed} == {
        ("viable-count", quality.bags[0]), ("viable-count", quality.bags[1]), ("CD34", None),
    }  # fmt: skip


def test_a_value_corrected_so_that_it_fails_opens_one(quality: Quality) -> None:
    (number,) = quality.record("CD34")
    quality("correct", number, "value=6.1", "--reason", "read from the wrong line")
    (opened,) = quality.program("oos", "list").data
    assert opened["results"] == [number]


def test_an_undecided_result_is_investigated_by_hand(quality: Quality) -> None:
    made = quality.result(quality.lot, "CD34", "<5").data
    assert made["verdict"] == "undecided"
    found = quality.rule("results-within-specification")
    assert "is undecided" in found["sentence"]
    assert f"lottrack oos open {made['id']}" in found["who_can_mend"]
    told = ("oos", "open", made["id"], "--reason", "detection limit above the limit")
    opened = quality.program(*told, user="QC1").data
    assert (opened["state"], opened["automatic"]) == ("open", False)
    assert quality.program(*told, user="QC1", exit_code=33).code == "already-open"


def test_only_the_result_that_decides_nothing_is_named_for_an_investigation(
    quality: Quality,
) -> None:
    vague = quality.result(quality.lot, "CD45", "<5").data["id"]
    clear = quality.result(quality.lot, "CD45", "1").data["id"]
    found = quality.rule("results-within-specification")
    assert f"CD45 ({vague}) is undecided" in found["sentence"]
    assert f"lottrack oos open {vague}" in found["who_can_mend"]
    assert clear not in found["sentence"]


def test_a_result_that_is_in_order_is_not_investigated(quality: Quality) -> None:
    (number,) = quality.record("CD34")
    told = ("oos", "open", number, "--reason", "just to be sure")
    assert quality.program(*told, user="QC1", exit_code=30).code == "nothing-to-investigate"


def test_a_dry_run_opens_none(quality: Quality) -> None:
    quality.result(quality.lot, "CD34", "6.1", "--dry-run")
    assert quality.program("oos", "list").data == []


# -- what it stops ---------------------------------------------------------------------------------


def test_an_open_investigation_stops_the_lot(case: Case) -> None:
    found = case.quality.rule("oos-closed")
    assert found["outcome"] == "fail"
    assert case.number in found["evidence"]
    assert "lottrack oos investigate" in found["who_can_mend"]


def test_without_a_result_out_of_specification_the_rule_is_met(quality: Quality) -> None:
    assert quality.outcome("oos-closed") == "pass"


def test_a_confirmed_result_stays_and_fails_the_lot(case: Case) -> None:
    ready_but(case.quality, "CD34")
    case.investigate("no")
    case.conclude("--confirm")
    assert case.quality.outcome("oos-closed") == "pass"
    assert case.quality.outcome("results-within-specification") == "fail"


def test_an_invalidated_result_with_passing_retests_lets_the_lot_go(case: Case) -> None:
    ready_but(case.quality, "CD34")
    case.retested("0.4", "0.3")
    assert case.quality.check()["verdict"] == "not_releasable"
    case.conclude()
    answer = case.quality.check()
    assert answer["verdict"] == "releasable"
    listed = case.quality.program("result", "list", case.quality.lot).data
    (first,) = [row for row in listed if row["id"] == case.first["id"]]
    assert (first["verdict"], first["set_aside"], first["struck"]) == ("fail", True, False)
    case.quality.release()


def test_as_of_an_earlier_moment_the_investigation_was_still_open(case: Case) -> None:
    ready_but(case.quality, "CD34")
    case.retested("0.4")
    moment = case.quality.program.clock.now
    case.quality.program.clock.advance(minutes=5)
    case.conclude()
    assert case.quality.outcome("oos-closed", "--as-of", moment.isoformat()) == "fail"
    assert case.quality.check()["verdict"] == "releasable"


def test_an_investigation_of_another_fills_bag_does_not_stop_this_one(quality: Quality) -> None:
    quality.ready()
    other = quality.fill(quality.lot, count=1).data
    bag = other["containers"][0]["id"]
    quality.result(bag, "viable-count", "31", *quality.at(26, 5))
    assert quality.outcome("oos-closed") == "fail"
    assert quality.outcome("oos-closed", "--fill", quality.fill_number) == "pass"


def test_an_investigation_of_the_parent_lot_stops_the_child(case: Case) -> None:
    told = ("--parent", case.quality.lot, "--product", "MSC-EB", "--spec", "MSC-EB-TRIAL")
    child = case.quality("lot", "register", *told).data["id"]
    rules = {rule["code"]: rule["outcome"] for rule in case.quality.check(lot=child)["rules"]}
    assert rules["oos-closed"] == "fail"


# -- the plan and the retests ----------------------------------------------------------------------


def test_a_retest_without_a_plan_is_refused(case: Case) -> None:
    refused = case.retest(exit_code=40)
    assert (refused.code, refused.blockers) == ("retest-without-plan", {"retest-without-plan"})
    case.investigate()
    refused = case.retest(exit_code=40)
    assert "lottrack oos plan" in refused.data["error"]["hint"]


def test_no_more_retests_are_taken_than_were_planned(case: Case) -> None:
    case.investigate()
    case.plan(1)
    case.retest()
    assert case.retest(exit_code=40).code == "retests-used-up"


def test_a_struck_retest_was_used_up_all_the_same(case: Case) -> None:
    case.investigate()
    case.plan(1)
    number = case.retest().data["id"]
    case.quality("strike", number, "--reason", "the wrong tube")
    assert case.retest(exit_code=40).code == "retests-used-up"
    assert "retest-not-passed" in case.conclude(exit_code=40).blockers


def test_the_laboratory_investigates_before_anything_is_planned(case: Case) -> None:
    assert case.plan(exit_code=40).code == "not-investigated"


def test_a_plan_is_signed_once(case: Case) -> None:
    case.investigate()
    case.plan()
    assert case.plan(exit_code=33).code == "already-planned"


def test_a_plan_that_a_correction_voided_is_not_renewed_after_a_retest(case: Case) -> None:
    finding = case.investigate().data["id"]
    case.plan(1)
    case.retest("3.1")
    case.quality.program("correct", finding, "assignable=no", "--reason", "x", user="QC2")
    assert case.retest(exit_code=40).code == "retest-without-plan"
    assert case.plan(exit_code=40).code == "retests-recorded"


def test_a_plan_that_a_correction_voided_before_any_retest_is_signed_anew(case: Case) -> None:
    finding = case.investigate().data["id"]
    case.plan(1)
    case.quality.program("correct", finding, "finding=tube 3", "--reason", "typo", user="QC2")
    case.plan(2)
    assert [plan["stands"] for plan in case.show()["plans"]] == [False, True]


def test_who_measured_it_plans_no_retests(case: Case) -> None:
    case.investigate()
    assert case.plan(user="QC1", exit_code=54).code == "same-person"
    case.plan(user="TECHNICIAN1", exit_code=52)


def test_a_retest_is_of_the_same_test_and_thing_and_final(case: Case) -> None:
    case.investigate()
    case.plan()
    quality = case.quality
    other = quality.result(quality.lot, "CD45", "0.2", "--retest", case.number, exit_code=30)
    assert other.code == "retest-of-another"
    bag = (quality.bags[0], "viable-count", "44", "--retest", case.number)
    assert quality.result(*bag, exit_code=30).code == "retest-of-another"
    assert case.retest("0.4", "--reading", "interim", exit_code=2).code == "retest-interim"
    quality.result(quality.lot, "CD34", "0.4", "--retest", case.first["id"], exit_code=64)


def test_a_retest_is_not_told_for_a_time_before_its_plan(case: Case) -> None:
    case.investigate()
    case.plan()
    assert case.retest("0.4", *case.quality.at(26, 5), exit_code=30).code == "out-of-order"


def test_a_failing_retest_stays_with_its_investigation(case: Case) -> None:
    case.investigate()
    case.plan()
    assert case.retest("7").data["oos"] == case.number
    assert len(case.quality.program("oos", "list").data) == 1


def test_a_repetition_outside_the_plan_counts_and_settles_nothing(case: Case) -> None:
    made = case.quality.result(case.quality.lot, "CD34", "0.2").data
    assert [warning["code"] for warning in made["warnings"]] == ["under-investigation"]
    case.investigate()
    assert case.conclude(exit_code=40).blockers == {"plan-missing"}


# -- the conclusion --------------------------------------------------------------------------------


def test_nothing_is_concluded_before_it_was_investigated(case: Case) -> None:
    assert case.conclude("--confirm", exit_code=40).code == "not-investigated"


def test_without_an_assignable_cause_nothing_is_invalidated(case: Case) -> None:
    case.investigate("no")
    case.plan(1)
    case.quality.program.clock.advance(minutes=5)
    case.quality.review(case.retest("0.3").data["id"])
    assert case.conclude(exit_code=40).blockers == {"no-assignable-cause"}
    case.conclude("--confirm")


def test_everything_that_is_lacking_is_told_at_once(case: Case) -> None:
    case.investigate("no")
    case.plan(3)
    case.retest("6")
    case.retest("0.4")
    refused = case.conclude(exit_code=40)
    assert refused.blockers == {
        "no-assignable-cause", "retests-missing", "retest-not-passed", "retest-not-reviewed",
    }  # fmt: skip


@pytest.mark.parametrize("value", ["6", "<5"])
def test_a_retest_that_does_not_pass_invalidates_nothing(case: Case, value: str) -> None:
    case.retested("0.3", value)
    assert case.conclude(exit_code=40).blockers == {"retest-not-passed"}


def test_who_measured_or_investigated_does_not_conclude(case: Case) -> None:
    case.investigate(user="QA1")
    assert case.conclude("--confirm", user="QA1", exit_code=54).code == "same-person"
    case.conclude("--confirm", user="QC1", exit_code=52)
    case.conclude("--confirm", user="QP1")


def test_an_investigation_is_concluded_once(case: Case) -> None:
    case.investigate("no")
    case.conclude("--confirm")
    for again in (case.conclude, case.investigate, case.plan):
        assert again(exit_code=33).code == "oos-concluded"
    assert case.retest(exit_code=40).code == "oos-concluded"


def test_the_next_failing_result_after_a_conclusion_opens_another(case: Case) -> None:
    case.investigate("no")
    case.conclude("--confirm")
    assert case.quality.result(case.quality.lot, "CD34", "8").data["oos"] != case.number


def test_a_correction_of_a_retest_opens_a_concluded_investigation_again(case: Case) -> None:
    ready_but(case.quality, "CD34")
    (number,) = case.retested("0.4")
    case.conclude()
    case.quality("correct", number, "value=0.5", "--reason", "digit")
    assert case.show()["state"] == "planned"
    assert {"oos-closed", "results-within-specification", "results-reviewed"} <= {
        rule["code"] for rule in case.quality.check()["rules"] if rule["outcome"] == "fail"
    }
    case.quality.review(number)
    case.conclude()
    assert case.quality.check()["verdict"] == "releasable"


def test_a_conclusion_that_was_struck_concludes_nothing(case: Case) -> None:
    case.investigate("no")
    conclusion = case.conclude("--confirm").data["id"]
    told = ("strike", conclusion, "--reason", "the wrong investigation")
    case.quality.program(*told, user="QC1", exit_code=52)
    case.quality.program(*told, user="QP1")
    assert case.show()["state"] == "investigated"


def test_after_a_release_a_voided_conclusion_holds_what_was_released(case: Case) -> None:
    ready_but(case.quality, "CD34")
    (number,) = case.retested("0.4")
    case.conclude()
    case.quality.release()
    made = case.quality("correct", number, "value=0.5", "--reason", "digit").data
    assert {hold["cause"] for hold in made["holds"]} == {"correction"}


# -- corrected and struck --------------------------------------------------------------------------


def test_a_corrected_result_keeps_its_investigation_until_it_is_concluded(case: Case) -> None:
    told = ("correct", case.first["id"], "value=0.61", "--reason", "decimal point")
    case.quality(*told)
    ready_but(case.quality, "CD34")
    (shown,) = case.show()["results"]
    assert (shown["verdict"], shown["first_verdict"], shown["corrected"]) == ("pass", "fail", True)
    assert case.quality.outcome("results-within-specification") == "pass"
    assert case.quality.outcome("oos-closed") == "fail"
    case.investigate()
    case.conclude()
    assert case.quality.check()["verdict"] == "releasable"


def test_a_struck_result_is_not_got_rid_of(case: Case) -> None:
    case.quality("strike", case.first["id"], "--reason", "another lot's tube")
    case.quality.record("CD34")
    ready_but(case.quality, "CD34")
    (shown,) = case.show()["results"]
    assert (shown["struck"], shown["first_verdict"]) == (True, "fail")
    assert case.quality.outcome("oos-closed") == "fail"
    case.investigate()
    assert case.conclude(exit_code=40).blockers == {"plan-missing"}
    text = case.conclude("--confirm", as_json=False).stderr
    assert "STRUCK by TECHNICIAN1" in text
    assert "another lot's tube" in text


@pytest.mark.parametrize("away", ["strike", "correct"])
def test_what_was_confirmed_fails_its_test_though_it_was_struck_or_corrected_before(
    case: Case, away: str
) -> None:
    pairs = ("value=0.61",) if away == "correct" else ()
    case.quality(away, case.first["id"], *pairs, "--reason", "surely wrong")
    case.quality.record("CD34")
    ready_but(case.quality, "CD34")
    case.investigate("no")
    conclusion = case.conclude("--confirm").data["id"]
    found = case.quality.rule("oos-closed")
    assert found["outcome"] == "fail"
    assert f"confirmed {case.first['id']}" in found["sentence"]
    assert f"lottrack strike {conclusion}" in found["who_can_mend"]


def test_every_value_a_struck_result_had_is_signed_and_shown(case: Case) -> None:
    case.quality("correct", case.first["id"], "value=0.61", "--reason", "decimal point")
    case.quality("strike", case.first["id"], "--reason", "another tube")
    (shown,) = case.show()["results"]
    assert shown["corrected"] is True
    case.investigate("no")
    text = case.conclude("--confirm", as_json=False).stderr
    assert "6.1 % (FAIL), then 0.61 % (PASS); STRUCK" in text


def test_a_figure_copied_wrongly_is_signed_as_what_it_was_corrected_to(case: Case) -> None:
    case.quality("correct", case.first["id"], "value=0.61", "--reason", "decimal point")
    case.investigate()
    text = case.conclude(as_json=False).stderr
    assert "what they were corrected to counts in their place" in text
    assert "retests count" not in text


@pytest.mark.parametrize("act", ["correct", "strike"])
def test_an_investigation_itself_is_neither_corrected_nor_struck(case: Case, act: str) -> None:
    pairs = ("test=CD45",) if act == "correct" else ()
    refused = case.quality(act, case.number, *pairs, "--reason", "x", exit_code=30)
    assert refused.code in {"not-correctable", "not-strikable"}


# -- holds -----------------------------------------------------------------------------------------


def test_a_conclusion_lifts_no_hold(quality: Quality) -> None:
    quality.ready().release()
    case = Case(quality)
    case.investigate("no")
    (hold,) = case.conclude("--confirm").data["holds"]
    assert hold["open"] is True
    lift = ("hold", "lift", hold["id"], "--reason", "the lot is recalled")
    quality.program.signed(*lift, user="QA1")
    assert case.show()["holds"][0]["open"] is False


# -- seen by people and machines -------------------------------------------------------------------


def test_what_is_signed_at_the_end_tells_the_whole_history(case: Case) -> None:
    case.retested("0.4")
    text = case.conclude(as_json=False).stderr
    for said in (
        "Investigation:", "6.1 %; limit ≤ 2 %; FAIL", "assignable cause; the compensation control",
        "1 retests; new stainings", "0.4 %; limit ≤ 2 %; PASS", "INVALIDATED", "performed by QC1",
    ):  # fmt: skip
        assert said in text


def test_a_person_reads_what_is_next_and_who_does_it(case: Case) -> None:
    text = case.quality.program("oos", "show", case.number, as_json=False).stdout
    assert text.splitlines()[0].endswith("OPEN AND NOT INVESTIGATED YET")
    assert "-> qc, qa or production_lead: lottrack oos investigate" in text
    case.investigate("no")
    text = case.quality.program("oos", "show", case.number, as_json=False).stdout
    assert "To invalidate:" in text


def test_open_ones_are_listed_and_owed(case: Case) -> None:
    assert len(case.quality.program("oos", "list", "--open").data) == 1
    with case.quality.store() as store:
        (owed,) = obligations(store, ZoneInfo("Europe/Madrid"))
    assert (owed.code, owed.record, owed.due_on) == ("oos-open", case.number, None)
    assert owed.command.startswith("lottrack oos investigate")
    assert case.number in {each["id"] for each in case.quality.program("due").data}
    case.investigate("no")
    case.conclude("--confirm")
    assert case.quality.program("oos", "list", "--open").data == []
    with case.quality.store() as store:
        assert obligations(store, ZoneInfo("Europe/Madrid")) == []


def test_the_record_proves_itself_after_it_all(case: Case) -> None:
    case.retested("0.4")
    case.conclude()
    assert case.quality.program("audit", "verify").data["verdict"] == "intact"
    acts = {row["act"] for row in case.quality.program("audit", "show", case.number).data}
    assert {"result record", "oos investigate", "oos plan", "oos conclude"} <= acts


def test_retests_that_nobody_reviewed_are_what_comes_next(case: Case) -> None:
    case.investigate()
    case.plan(1)
    case.quality.program.clock.advance(minutes=5)
    retest = case.retest("0.4").data["id"]
    shown = case.show()
    assert (shown["next"], shown["who"]) == (
        f"lottrack result review {retest}",
        "qc who did not record them",
    )
    refused = case.conclude(exit_code=40)
    assert f"lottrack result review {retest}" in refused.data["error"]["hint"]
    case.quality.review(retest)
    assert case.show()["next"].startswith("lottrack oos conclude")
