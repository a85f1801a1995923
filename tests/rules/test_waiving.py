"""What a protocol lets two people waive, and what nobody may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lottrack.errors import Blocker, Refused
from lottrack.rules.administration.protocol import WAIVABLE_CODES
from lottrack.rules.administration.refusal_codes import ALL_CODES
from lottrack.rules.administration.verdict import judge
from lottrack.rules.administration.waiving import WaiverFact, require_waivable, unwaived
from tests.rules.test_administration import TODAY, case, codes


def waiver(code: str) -> WaiverFact:
    return WaiverFact("OW-TST-0001-X", code, ("CLINICIAN1", "QP1"), "fever until yesterday.")


LATE = {"plan_previous_on": TODAY - timedelta(days=40), "plan_number": 2, "plan_given": (1,)}


def test_a_waived_limit_is_a_warning_that_names_who_waived_it_and_why() -> None:
    verdict = judge(case(**LATE, plan_waivers=(waiver("interval-too-long"),)))

    assert verdict.blockers == ()
    [told] = [each for each in verdict.warnings if each.code == "refusal-waived"]
    assert told.sentence.endswith(
        "Waived by CLINICIAN1 and QP1 (OW-TST-0001-X): fever until yesterday."
    )


def test_a_waiver_of_one_limit_waives_no_other() -> None:
    assert codes(case(**LATE, plan_waivers=(waiver("interval-too-short"),))) == {
        "interval-too-long"
    }


def test_the_hla_finding_is_waived_like_a_limit_of_the_schedule() -> None:
    other = {"course_haploidentity": "hla_identical_at_tested_loci"}

    assert codes(case(**other)) == {"haploidentity-not-met"}
    assert codes(case(**other, plan_waivers=(waiver("haploidentity-not-met"),))) == set()


@pytest.mark.parametrize("code", sorted(ALL_CODES - set(WAIVABLE_CODES)))
def test_what_is_no_limit_of_the_protocol_is_not_waived_by_the_command(code: str) -> None:
    with pytest.raises(Refused) as refusal:
        require_waivable(code, WAIVABLE_CODES, "MSC-EB-21D@1")
    assert refusal.value.code == "not-waivable"


@pytest.mark.parametrize(
    "changed",
    [
        {"patient": "P02"},
        {"disposition": "quarantine"},
        {"infused_in": "IN-TST-0001-X"},
        {"gaps": ("Nobody received it.",)},
    ],
)
def test_identity_release_use_and_custody_stand_whatever_was_waived(changed: dict) -> None:
    everything = tuple(waiver(code) for code in sorted(ALL_CODES))

    assert codes(case(**changed, plan_waivers=everything)) == codes(case(**changed)) != set()


def test_a_refusal_that_may_be_waived_says_how() -> None:
    [blocker] = judge(case(**LATE, plan_waivable=("interval-too-long",))).blockers
    assert "`lottrack order waive OR-TST-0001-X interval-too-long" in blocker.hint

    [blocker] = judge(case(**LATE, plan_waivable=())).blockers
    assert "waive" not in blocker.hint


def test_nothing_is_lost_of_what_is_not_waived() -> None:
    blockers = [Blocker("weight-too-old", "Old."), Blocker("expired", "Gone.")]

    assert unwaived(blockers, ()) == (blockers, [])
    standing, told = unwaived(blockers, (waiver("weight-too-old"),))
    assert standing == blockers[1:]
    assert [each.code for each in told] == ["refusal-waived"]
