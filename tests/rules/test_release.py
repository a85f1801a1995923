"""The rules of the lot check: each met, each broken, and what all of them say together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.rules.culture.balance import CellUse, PassageCells, cell_balance
from lottrack.rules.release.facts import (
    AttestationFact,
    ConsentFact,
    ContainerFact,
    DoublingsFact,
    FillFact,
    HoldFact,
    LotFacts,
    MakingFacts,
    OosFact,
    PassageFact,
    PendingFact,
    QualityFacts,
    ReviewFact,
    SignatureFact,
    SourceFacts,
)
from lottrack.rules.release.findings import OUTCOMES, RuleFinding
from lottrack.rules.release.verdict import (
    ATTESTED,
    CONDITIONALLY,
    NOT_RELEASABLE,
    RELEASABLE,
    RULES,
    judge_lot,
)
from lottrack.rules.specification.criterion import Criterion
from lottrack.rules.specification.fulfilment import RecordedResult, specification_state
from lottrack.rules.specification.results import FINAL, ResultValue
from lottrack.rules.specification.specification import Specification

TODAY = date(2026, 3, 1)

DESIGNED = [
    "course-open",
    "consent-recorded",
    "donor-eligible",
    "screening-window",
    "haploidentity",
    "collection-accepted",
    "passages-recorded",
    "cells-reconciled",
    "population-doublings-limit",
    "materials-in-date",
    "equipment-in-calibration",
    "specification-approved",
    "results-complete",
    "results-reviewed",
    "results-within-specification",
    "oos-closed",
    "deviations-closed",
    "holds-none-open",
    "labels-reconciled",
    "custody-unbroken",
    "expiry-within-shelf-life",
    "signatures-valid",
    "record-reviewed",
]
"""The rules in the order of the command line's own page, section 5."""


# -- a lot that may be released --------------------------------------------------------------------


def criterion(test: str, **more: Any) -> Criterion:
    """A required test of level lot, judged by words."""
    values: dict[str, Any] = {
        "test": test,
        "name": test,
        "stage": "Drug product",
        "level": "lot",
        "operator": "equals",
        "limit": "no growth",
        "unit": "",
        "required": True,
        "pending_days": None,
        "pending_basis": "",
        "method": "",
        "alternative": "",
        "from_count": None,
    }
    return Criterion(**values | more)


GRAM = criterion("gram", limit="negative")
STERILITY = criterion("sterility", pending_days=14, pending_basis="a culture of 14 days")
COUNT = criterion("count", level="container", operator=">=", limit="40", unit="10^6")


def result(number: str, test: str, value: str, verdict: str = "pass", of: str = "L01") -> Any:
    """A final result, reviewed."""
    told = ResultValue("", None, value)
    if value.replace(".", "").isdigit():
        told = ResultValue("", Decimal(value), None)
    return RecordedResult(number, test, told, verdict, FINAL, True, of)


ALL = (
    result("RS1", "gram", "negative"),
    result("RS2", "sterility", "no growth"),
    result("RS3", "count", "44", of="CN1"),
)


def state(*results: RecordedResult) -> Any:
    """Where the specification of two lot tests and one container test stands."""
    spec = Specification("SPEC", 1, "t", "p", "s", (), (GRAM, STERILITY, COUNT))
    return specification_state(spec, results, lot="L01", containers=["CN1"])


SOURCE = SourceFacts(
    course="CI1",
    closing="",
    consents=(
        ConsentFact("donor", "D01", "donation", "given", ("CS1",)),
        ConsentFact("patient", "P01", "treatment", "given", ("CS2",)),
    ),
    donor="D01",
    eligibility="EL1",
    donor_eligible=True,
    collection="CL1",
    taking="CT1",
    window_rule="EU_BM_30D",
    window_met=True,
    window_met_since=True,
    window_findings=(),
    pair="PR1",
    finding="HF1",
    haploidentity="haplo_compatible",
    accepted_findings=("haplo_compatible",),
    protocol="MSC-EB-21D@1",
    decision="",
    decision_record="",
    acceptance_void=False,
    receipt_faults=(),
    receipts=(),
)
MAKING = MakingFacts(
    passages=(PassageFact("P0", "SE1", "HV1", False), PassageFact("P1", "SE2", "HV2", False)),
    earlier_harvests=(),
    balance=cell_balance([PassageCells(1, 100)], fills=[CellUse(88)]),
    doublings=None,
    attestations=(),
    fills=(FillFact("FL1", 1, 1, "2028-02-02 23:59 CET (+01:00)", False, ""),),
    containers=(ContainerFact("CN1", True, ("LB1",), ()),),
    loose_labels=(),
    gaps=(),
    custody_of=("CL1", "CN1"),
)
QUALITY = QualityFacts(
    specification="SPEC@1",
    approval="AP1",
    is_approved=True,
    state=state(*ALL),
    pending=(),
    inherited=(),
    finals=("RS1", "RS2", "RS3"),
    unreviewed=(),
    reviews=("RV1",),
    holds=(),
    signatures=(SignatureFact("the approval of SPEC@1", "AP1", (), "qp"),),
    lot_review=ReviewFact("LR1", "QA1", ()),
    void_lot_reviews=(),
    today=TODAY,
)


def facts(**changed: Any) -> LotFacts:
    """A releasable lot with some of its facts changed, whichever group they belong to."""
    groups = []
    for group in (SOURCE, MAKING, QUALITY):
        own = {name: value for name, value in changed.items() if name in group._fields}
        groups.append(group._replace(**own))
    unknown = set(changed) - {f for g in groups for f in g._fields}
    assert not unknown
    return LotFacts("L01", *groups)


def finding(code: str, **changed: Any) -> RuleFinding:
    """What one rule says about a lot with some facts changed."""
    rules = dict(RULES)
    return rules[code](facts(**changed))


def hold(cause: str = "other", *, is_open: bool = True) -> HoldFact:
    return HoldFact("HD1", "lot", "L01", cause, "a reason", is_open)


# -- all rules -------------------------------------------------------------------------------------


def test_the_rules_are_those_of_the_design_in_its_order() -> None:
    assert [code for code, _ in RULES] == DESIGNED


def test_every_rule_answers_under_its_own_code() -> None:
    assert [found.code for found in judge_lot(facts()).findings] == DESIGNED


def test_a_lot_with_nothing_against_it_is_releasable() -> None:
    verdict = judge_lot(facts())
    assert verdict.verdict == RELEASABLE
    assert verdict.blockers == []
    assert {f.outcome for f in verdict.findings} == {"pass", "not_applicable"}


BROKEN: dict[str, dict[str, Any]] = {
    "course-open": {"closing": "CX1"},
    "consent-recorded": {
        "consents": (ConsentFact("donor", "D01", "donation", "withdrawn", ("CS1", "CS3")),)
    },
    "donor-eligible": {"donor_eligible": False},
    "screening-window": {
        "window_met": False,
        "window_met_since": False,
        "window_findings": ("HBsAg has no result.",),
    },
    "haploidentity": {"haploidentity": "not_haploidentical"},
    "collection-accepted": {"decision": "rejected", "decision_record": "CD1"},
    "passages-recorded": {"passages": (PassageFact("P1", "SE1", "", False),)},
    "cells-reconciled": {"balance": cell_balance([PassageCells(1, 100)], fills=[CellUse(101)])},
    "population-doublings-limit": {
        "doublings": DoublingsFact("CPD", "≤ 20 doublings", "21", "fail")
    },
    "specification-approved": {"is_approved": False},
    "results-complete": {"state": state(ALL[0], ALL[2])},
    "results-reviewed": {"unreviewed": ("RS3",)},
    "results-within-specification": {
        "state": state(ALL[0], result("RS2", "sterility", "growth", "fail"), ALL[2])
    },
    "oos-closed": {"oos": (OosFact("OS1", "gram", "L01", ("RS1",), False, "open", "qc"),)},
    "holds-none-open": {"holds": (hold(),)},
    "labels-reconciled": {"containers": (ContainerFact("CN1", True, (), ()),)},
    "custody-unbroken": {"gaps": ("The custody of CN1 has a gap.",)},
    "expiry-within-shelf-life": {"fills": (FillFact("FL1", 1, 1, "2026-02-01", True, ""),)},
    "signatures-valid": {
        "signatures": (SignatureFact("the review of lot L01", "LR1", ("SE1",), "qa"),)
    },
    "record-reviewed": {"lot_review": None},
}
"""For each rule that a fact can break, a fact that breaks it."""
BROKEN["results-complete"]["pending"] = (PendingFact(("sterility",), "L01", None, "culture"),)


def test_only_statements_are_never_broken_by_a_fact() -> None:
    assert set(DESIGNED) - set(BROKEN) == set(ATTESTED)


@pytest.mark.parametrize("code", sorted(BROKEN))
def test_a_broken_rule_says_why_by_which_records_and_who_can_mend_it(code: str) -> None:
    found = finding(code, **BROKEN[code])
    assert found.outcome == "fail"
    assert found.sentence.endswith(".")
    assert found.evidence
    assert found.who_can_mend
    verdict = judge_lot(facts(**BROKEN[code]))
    assert verdict.verdict == NOT_RELEASABLE
    assert code in {blocker.code for blocker in verdict.blockers}


@given(broken=st.sets(st.sampled_from(sorted(BROKEN))))
def test_every_broken_rule_is_told_whatever_else_is_broken(broken: set[str]) -> None:
    changed: dict[str, Any] = {}
    for code in sorted(broken):
        changed |= BROKEN[code]
    verdict = judge_lot(facts(**changed))
    told = {found.code for found in verdict.open_findings}
    # Two facts of one group can be the same column; the last one told then stands.
    expected = {c for c in broken if all(changed[k] is v for k, v in BROKEN[c].items())}
    assert expected <= told
    assert (verdict.verdict == RELEASABLE) == (not told)
    assert len(verdict.findings) == len(RULES)
    assert {found.outcome for found in verdict.findings} <= set(OUTCOMES)


# -- where the cells come from ---------------------------------------------------------------------


def test_a_missing_consent_names_the_person_and_the_command() -> None:
    found = finding(
        "consent-recorded", consents=(ConsentFact("patient", "P01", "assent", "missing", ()),)
    )
    assert "assent of patient P01 is missing" in found.sentence
    assert "lottrack patient consent P01 --kind assent" in found.who_can_mend


def test_a_protocol_that_asks_for_no_consent_stops_nothing() -> None:
    assert finding("consent-recorded", consents=()).outcome == "pass"


def test_markers_told_after_the_donation_can_complete_the_panel() -> None:
    found = finding("screening-window", window_met=False, window_met_since=True)
    assert found.outcome == "pass"
    assert "told after the donation" in found.sentence


def test_without_a_donation_no_window_is_met() -> None:
    assert finding("screening-window", taking="", window_met=True).outcome == "fail"


def test_an_identical_pair_is_released_only_where_the_protocol_says_so() -> None:
    identical = "hla_identical_at_tested_loci"
    assert finding("haploidentity", haploidentity=identical).outcome == "fail"
    accepted = ("haplo_compatible", identical)
    found = finding("haploidentity", haploidentity=identical, accepted_findings=accepted)
    assert found.outcome == "pass"


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, "not_applicable"),
        ({"decision": "accepted", "decision_record": "CD1"}, "pass"),
        ({"receipts": ("CR1",)}, "not_applicable"),
        ({"receipts": ("CR1",), "receipt_faults": ("it was leaking",)}, "fail"),
        ({"acceptance_void": True, "decision_record": "CD1"}, "fail"),
        ({"receipt_faults": ("it was clotted",), "decision": "accepted"}, "pass"),
    ],
)
def test_an_undecided_collection_stops_nothing_unless_it_arrived_wrong(
    changed: dict[str, Any], outcome: str
) -> None:
    assert finding("collection-accepted", **changed).outcome == outcome


# -- how they were made ----------------------------------------------------------------------------


def test_a_culture_that_was_given_up_needs_no_harvest() -> None:
    given_up = (PassageFact("P1", "SE1", "HV1", False), PassageFact("P2", "SE2", "", True))
    assert finding("passages-recorded", passages=given_up).outcome == "pass"


def test_a_harvest_needs_its_seeding() -> None:
    assert finding(
        "passages-recorded", passages=(PassageFact("P1", "", "HV1", False),)
    ).outcome == ("fail")


def test_a_lot_without_a_harvest_is_not_released_unless_its_parent_was_harvested() -> None:
    assert finding("passages-recorded", passages=()).outcome == "fail"
    found = finding("passages-recorded", passages=(), earlier_harvests=("HV9",))
    assert (found.outcome, found.evidence) == ("pass", ("HV9",))


def test_cells_left_over_do_not_stop_a_release() -> None:
    found = finding("cells-reconciled")
    assert found.outcome == "pass"
    assert "12 viable cells are not accounted for" in found.sentence


@pytest.mark.parametrize(
    ("value", "verdict", "outcome"),
    [("6.10", "pass", "pass"), ("20.01", "fail", "fail"), ("6.10", "undecided", "fail"),
     (None, "", "fail")],
)  # fmt: skip
def test_doublings_count_only_where_the_specification_limits_them(
    value: str | None, verdict: str, outcome: str
) -> None:
    assert finding("population-doublings-limit").outcome == "not_applicable"
    limit = DoublingsFact("CPD", "≤ 20 doublings", value, verdict)
    assert finding("population-doublings-limit", doublings=limit).outcome == outcome


@pytest.mark.parametrize("rule", ATTESTED)
def test_a_rule_kept_elsewhere_is_met_by_a_statement_that_is_shown(rule: str) -> None:
    bare = finding(rule)
    assert bare.outcome == "not_applicable"
    assert f"lottrack lot attest L01 {rule}" in bare.who_can_mend
    stated = finding(rule, attestations=(AttestationFact("AT1", rule, "QA1", "see file 7"),))
    assert (stated.outcome, stated.evidence) == ("pass", ("AT1",))
    assert stated.sentence == "QA1 states: see file 7"
    others = tuple(AttestationFact("AT2", other, "QA1", "x") for other in ATTESTED if other != rule)
    assert finding(rule, attestations=others).outcome == "not_applicable"


def oos(*, is_concluded: bool = False, test: str = "sterility") -> OosFact:
    said = "confirmed" if is_concluded else "open and not investigated yet"
    return OosFact("OS1", test, "L01", ("RS2",), is_concluded, said, "qc: lottrack oos investigate")


def test_an_investigation_stops_the_lot_until_it_is_concluded() -> None:
    still = finding("oos-closed", oos=(oos(),))
    assert (still.outcome, still.evidence) == ("fail", ("OS1",))
    assert "OS1 (sterility of L01) is open and not investigated yet" in still.sentence
    assert still.who_can_mend == "qc: lottrack oos investigate"
    ended = finding("oos-closed", oos=(oos(is_concluded=True),))
    assert (ended.outcome, ended.evidence) == ("pass", ("OS1",))


def test_where_nothing_was_ever_out_of_specification_nothing_is_open() -> None:
    assert finding("oos-closed").outcome == "pass"
    assert finding("oos-closed", holds=(hold("oos", is_open=False),)).outcome == "pass"
    assert finding("oos-closed", holds=(hold("damage"),)).outcome == "pass"


def test_a_failing_result_that_nobody_investigates_is_named() -> None:
    failing = state(ALL[0], result("RS2", "sterility", "growth", "fail"), ALL[2])
    found = finding("oos-closed", state=failing)
    assert found.outcome == "fail"
    assert "lottrack oos open RS2" in found.who_can_mend
    assert finding("oos-closed", state=failing, oos=(oos(is_concluded=True),)).outcome == "pass"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"containers": (ContainerFact("CN1", True, (), ("LB1",)),)}, "CN1"),
        ({"containers": (ContainerFact("CN1", True, ("LB1", "LB2"), ()),)}, "more than one"),
        ({"containers": (ContainerFact("CN1", True, ("LB1",), ("LB2",)),)}, "LB2"),
        ({"containers": (ContainerFact("CN1", False, (), ("LB2",)),)}, "LB2"),
        ({"loose_labels": ("LB9",)}, "LB9"),
    ],
)
def test_primary_labels_reconcile_one_to_one(changed: dict[str, Any], named: str) -> None:
    found = finding("labels-reconciled", **changed)
    assert found.outcome == "fail"
    assert named in found.sentence


def test_a_destroyed_container_needs_no_label() -> None:
    gone = (ContainerFact("CN1", True, ("LB1",), ()), ContainerFact("CN2", False, (), ()))
    assert finding("labels-reconciled", containers=gone).outcome == "pass"


def test_expired_cells_stop_a_release_only_while_they_are_in_stock() -> None:
    given_in_time = (FillFact("FL1", 1, 0, "2026-02-28", True, ""),)
    assert finding("expiry-within-shelf-life", fills=given_in_time).outcome == "pass"


def test_an_expiry_beyond_the_shelf_life_stops_a_release() -> None:
    long = (FillFact("FL1", 1, 1, "2027-01-01", False, "the expiry lies beyond the 24 hours"),)
    found = finding("expiry-within-shelf-life", fills=long)
    assert found.outcome == "fail"
    assert "24 hours" in found.sentence


def test_a_lot_without_anything_filled_is_not_released() -> None:
    for fills in ((), (FillFact("FL1", 0, 0, "2027-01-01", False, ""),)):
        verdict = judge_lot(facts(fills=fills, containers=()))
        assert verdict.verdict == NOT_RELEASABLE


# -- what was tested -------------------------------------------------------------------------------


def pending(due: date | None) -> dict[str, Any]:
    """A lot that waits for sterility until a day."""
    return {
        "state": state(ALL[0], ALL[2]),
        "pending": (PendingFact(("sterility",), "L01", due, "a culture of 14 days"),),
    }


def test_a_test_that_may_be_pending_makes_a_lot_conditionally_releasable() -> None:
    verdict = judge_lot(facts(**pending(TODAY)))
    assert verdict.verdict == CONDITIONALLY
    assert [f.outcome for f in verdict.open_findings] == ["pending"]
    assert "sterility (due on 2026-03-01)" in verdict.open_findings[0].sentence


def test_a_test_pending_past_its_day_is_missing() -> None:
    verdict = judge_lot(facts(**pending(date(2026, 2, 28))))
    assert verdict.verdict == NOT_RELEASABLE
    assert verdict.open_findings[0].outcome == "fail"


def test_nothing_can_be_pending_before_a_harvest() -> None:
    assert judge_lot(facts(**pending(None))).verdict == NOT_RELEASABLE


def test_a_test_that_may_not_be_pending_stops_a_release() -> None:
    found = finding("results-complete", state=state(ALL[1], ALL[2]))
    assert found.outcome == "fail"
    assert "gram" in found.sentence


def test_a_missing_container_test_names_the_container() -> None:
    assert "count of CN1" in finding("results-complete", state=state(*ALL[:2])).sentence


@pytest.mark.parametrize("code", sorted(set(BROKEN) - {"results-complete"}))
def test_nothing_else_may_be_open_at_a_conditional_release(code: str) -> None:
    changed = BROKEN[code] | pending(TODAY)
    if code == "results-within-specification":
        failing = result("RS1", "gram", "positive", "fail")
        changed["state"] = state(failing, ALL[2])
    assert judge_lot(facts(**changed)).verdict == NOT_RELEASABLE


def test_a_result_that_proves_nothing_stops_a_release() -> None:
    unclear = result("RS3", "count", "44", "undecided", of="CN1")
    found = finding("results-within-specification", state=state(*ALL[:2], unclear))
    assert found.outcome == "fail"
    assert "undecided: what was reported neither meets nor fails ≥ 40 ×10⁶" in found.sentence
    assert "lottrack oos open RS3" in found.who_can_mend


def test_what_the_parent_lot_failed_its_child_fails() -> None:
    failed = state(result("RS9", "gram", "positive", "fail")).failed
    found = finding("results-within-specification", inherited=failed)
    assert found.outcome == "fail"
    assert "RS9" in found.evidence


def test_no_result_at_all_is_nothing_reviewed_and_nothing_outside() -> None:
    none = {"state": state(), "finals": (), "reviews": ()}
    assert finding("results-reviewed", **none).outcome == "pass"
    assert finding("results-within-specification", **none).outcome == "pass"
    assert judge_lot(facts(**none)).verdict == NOT_RELEASABLE


# -- reviews, signatures, holds --------------------------------------------------------------------


def test_a_lifted_hold_is_shown_and_stops_nothing() -> None:
    found = finding("holds-none-open", holds=(hold(is_open=False),))
    assert (found.outcome, found.evidence) == ("pass", ("HD1",))


def test_the_hold_of_a_failed_result_is_lifted_after_its_investigation() -> None:
    lift = "qa or qp: lottrack hold lift HD1 --reason TEXT"
    failed = (hold("oos"),)
    running = finding("holds-none-open", holds=failed, oos=(oos(),))
    assert running.who_can_mend == f"qc: lottrack oos investigate; then {lift}"
    concluded = finding("holds-none-open", holds=failed, oos=(oos(is_concluded=True),))
    assert concluded.who_can_mend == lift
    assert finding("holds-none-open", holds=(hold(),), oos=(oos(),)).who_can_mend == lift


def test_a_void_review_says_that_it_is_void() -> None:
    found = finding("record-reviewed", lot_review=None, void_lot_reviews=("LR1",))
    assert "void" in found.sentence
    assert found.evidence == ("L01", "LR1")


def test_what_was_made_after_the_review_needs_another_one() -> None:
    found = finding("record-reviewed", lot_review=ReviewFact("LR1", "QA1", ("FL2",)))
    assert found.outcome == "fail"
    assert "FL2" in found.sentence


def test_a_void_signature_names_what_was_corrected() -> None:
    found = finding("signatures-valid", **BROKEN["signatures-valid"])
    assert "SE1" in found.sentence
    assert found.who_can_mend == "qa"


def test_nothing_signed_yet_breaks_no_signature() -> None:
    assert finding("signatures-valid", signatures=()).outcome == "pass"
