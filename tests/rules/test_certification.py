"""What follows a release: conditions and their days, whom to tell, what a dossier covers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.assets import database_folder
from lottrack.errors import BadValue, Blocker
from lottrack.rules.administration.refusal_codes import ALL_CODES
from lottrack.rules.certification.conditions import (
    CLOSED,
    DUE,
    FAILED,
    IN_REVIEW,
    MET,
    NOT_MET,
    OPEN,
    OVERDUE,
    STATES,
    Condition,
    certification_blockers,
    condition_state,
)
from lottrack.rules.certification.duties import (
    EVENTS,
    LATE_POSITIVE,
    PHYSICIAN,
    SUPPLY,
    GivenTo,
    calls_for,
    parse_duties,
)
from lottrack.rules.certification.supply import (
    COVERABLE,
    FAILING,
    Fault,
    SupplyFact,
    covers_disposition,
    covers_hold,
    faults_of,
    is_out_of_specification,
    new_faults,
    uncovered,
)

DAY = date(2025, 11, 27)


def condition(outcome: str, *unreviewed: str, is_settled: bool = False) -> Condition:
    return Condition(
        "RN-1", "L04", "FL-1", "sterility-product-14d", DAY, outcome, unreviewed, is_settled
    )


# -- conditions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "days", "state"),
    [
        (OPEN, -1, DUE),
        (OPEN, 0, DUE),
        (OPEN, 1, OVERDUE),
        (MET, 1, CLOSED),
        (NOT_MET, -1, FAILED),
        (NOT_MET, 1, FAILED),
    ],
)
def test_a_condition_stands_by_its_results_and_its_day(outcome: str, days: int, state: str) -> None:
    assert condition_state(condition(outcome), DAY + timedelta(days=days)) == state


def test_a_passing_result_nobody_reviewed_is_in_review_whatever_the_day() -> None:
    for days in (-1, 0, 30):
        assert condition_state(condition(MET, "RS-1"), DAY + timedelta(days=days)) == IN_REVIEW


@given(st.sampled_from([OPEN, MET, NOT_MET]), st.booleans(), st.integers(-100, 100))
def test_what_another_decision_settled_is_closed_and_all_else_has_one_state(
    outcome: str, reviewed: bool, days: int
) -> None:
    unreviewed = () if reviewed else ("RS-1",)
    today = DAY + timedelta(days=days)
    assert condition_state(condition(outcome, *unreviewed, is_settled=True), today) == CLOSED
    assert condition_state(condition(outcome, *unreviewed), today) in STATES


@given(st.lists(st.sampled_from([OPEN, MET, NOT_MET])), st.booleans())
def test_a_certification_is_refused_unless_each_condition_is_met_and_reviewed(
    outcomes: list[str], reviewed: bool
) -> None:
    conditions = [condition(o, *(() if reviewed else ("RS-1",))) for o in outcomes]
    refused = bool(certification_blockers(conditions, DAY))
    assert refused == (any(o != MET for o in outcomes) or (bool(outcomes) and not reviewed))


def test_a_blocker_names_test_fill_day_and_condition() -> None:
    (blocker,) = certification_blockers([condition(OPEN)], DAY + timedelta(days=1))
    assert blocker.code == "condition-pending"
    assert "sterility-product-14d of fill FL-1" in blocker.sentence
    assert "2025-11-27, and overdue" in blocker.sentence
    assert blocker.basis == "condition RN-1"


# -- duties ----------------------------------------------------------------------------------------

SHIPPED = [
    pytest.param(path, id=path.stem) for path in sorted(database_folder("duties").glob("*.toml"))
]
KNOWN = datetime(2025, 12, 1, 9, 30, tzinfo=UTC)
P03 = GivenTo("P03", "CLINICIAN1", "IN-1")
P10 = GivenTo("P10", "CLINICIAN2", "IN-2")

DUTY = """
[[duty]]
event = "{event}"
whom = "{whom}"
hours = {hours}
courses = {courses}
only_if_given = {given}
text = "tell"
basis = "SOP 14"
"""


def duties(*entries: str, name: str = "OUR-DUTIES") -> str:
    return f'name = "{name}"\nedition = 1\ntitle = "ours"\n' + "".join(entries)


def duty(
    event: str = LATE_POSITIVE,
    whom: str = "sponsor",
    hours: object = 24,
    courses: str = '["trial"]',
    given: str = "false",
) -> str:
    return DUTY.format(event=event, whom=whom, hours=hours, courses=courses, given=given)


BOTH = duty() + duty(SUPPLY)


@pytest.mark.parametrize("path", SHIPPED)
def test_what_lottrack_ships_tells_somebody_of_everything_on_every_legal_basis(path: Path) -> None:
    read = parse_duties(path.read_text(encoding="utf-8"), path.name)
    for event in EVENTS:
        for basis in ("trial", "hospital-exemption", "named-patient"):
            assert calls_for(read.duties, event, basis, [P03], KNOWN)


def test_the_sponsor_of_a_trial_is_told_at_once_and_the_authority_by_the_sponsor() -> None:
    """Part IV 11.54; the EMA's 48 h are written for products outside a trial."""
    path = database_folder("duties") / "ATMP-DUTIES.toml"
    read = parse_duties(path.read_text(encoding="utf-8"), path.name)
    trial = {c.duty.whom for c in calls_for(read.duties, SUPPLY, "trial", [], KNOWN)}
    assert trial == {"sponsor"}
    (authority,) = calls_for(read.duties, SUPPLY, "hospital-exemption", [], KNOWN)
    assert authority.duty.whom == "authority"
    assert authority.due_at == KNOWN + timedelta(hours=48)


def test_a_physician_is_called_for_each_patient_given_and_for_none_without() -> None:
    read = parse_duties(duties(duty(whom=PHYSICIAN), duty(SUPPLY)), "x")
    calls = calls_for(read.duties, LATE_POSITIVE, "trial", [P03, P10], KNOWN)
    assert [(c.patient, c.addressee, c.infusion) for c in calls] == [
        ("P03", "CLINICIAN1", "IN-1"),
        ("P10", "CLINICIAN2", "IN-2"),
    ]
    assert calls_for(read.duties, LATE_POSITIVE, "trial", [], KNOWN) == []


def test_a_duty_that_begins_with_a_patient_waits_for_one() -> None:
    read = parse_duties(duties(duty(given="true"), duty(SUPPLY)), "x")
    assert calls_for(read.duties, LATE_POSITIVE, "trial", [], KNOWN) == []
    assert len(calls_for(read.duties, LATE_POSITIVE, "trial", [P03, P10], KNOWN)) == 1


def test_a_duty_of_another_legal_basis_calls_nobody() -> None:
    read = parse_duties(duties(BOTH), "x")
    assert calls_for(read.duties, LATE_POSITIVE, "named-patient", [P03], KNOWN) == []


@given(st.integers(0, 24 * 365))
def test_the_hours_count_from_when_it_was_known(hours: int) -> None:
    read = parse_duties(duties(duty(hours=hours), duty(SUPPLY)), "x")
    (call,) = calls_for(read.duties, LATE_POSITIVE, "trial", [], KNOWN)
    assert call.due_at - KNOWN == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (duties(duty()), "nobody is told of oos-supply"),
        (duties(duty(SUPPLY)), "nobody is told of late-positive"),
        (duties(duty("sunrise"), BOTH), "event"),
        (duties(duty(hours=-1), BOTH), "hours"),
        (duties(duty(hours=100_000), BOTH), "hours"),
        (duties(duty(hours='"soon"'), BOTH), "hours"),
        (duties(duty(courses="[]"), BOTH), "courses"),
        (duties(duty(courses='["holiday"]'), BOTH), "courses"),
        (duties(duty(SUPPLY, PHYSICIAN), BOTH), "need not be told"),
        (duties(BOTH + 'colour = "red"\n'), "colour"),
        ("edition = 1", "name"),
        ("[[duty", ""),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_duties(text, "ours.toml")
    assert caught.value.code == "duties-invalid"
    assert caught.value.sentence.startswith("ours.toml")
    assert said in caught.value.sentence.lower()


# -- supply ----------------------------------------------------------------------------------------

LOW = Blocker("container-out-of-specification", "viability of CN-1 is outside.", "specification")
HELD = Blocker("on-hold", "container CN-1 is on hold (HD-1, oos): 61 %", "hold HD-1")
WRONG = Blocker("wrong-patient", "CN-1 is for P01, not for P02.", "course")


def dossier(*blockers: Blocker) -> SupplyFact:
    return SupplyFact("SU-1", "CN-1", faults_of(blockers), "CLINICIAN1", "CLINICIAN1")


def test_only_the_very_reasons_that_were_assessed_are_covered() -> None:
    supply = dossier(LOW, HELD)
    assert uncovered([LOW, HELD], supply) == []
    another = HELD._replace(sentence="container CN-1 is on hold (HD-2, damage): a leak")
    assert uncovered([LOW, HELD, another], supply) == [another]


def test_advice_added_since_makes_no_other_reason_of_it() -> None:
    assert uncovered([LOW._replace(hint="do this")], dossier(LOW)) == []


def test_without_a_dossier_everything_stands() -> None:
    assert uncovered([LOW, WRONG], None) == [LOW, WRONG]


@given(st.sets(st.sampled_from(sorted(ALL_CODES))))
def test_a_dossier_covers_nothing_but_what_is_wrong_with_the_product(codes: set[str]) -> None:
    """Whose it is, its expiry, its custody and the people at the bedside are never accepted."""
    blockers = [Blocker(code, f"{code}.") for code in sorted(codes)]
    left = {b.code for b in uncovered(blockers, dossier(*blockers))}
    assert left == codes - COVERABLE
    assert not COVERABLE & {
        *("wrong-patient", "not-the-pair", "expired", "already-infused", "destroyed"),
        *("consent-withdrawn", "donor-not-eligible", "custody-gap", "label-void", "same-person"),
        *("second-person-missing", "post-thaw-limit-passed", "result-missing-at-infusion"),
    }


def test_every_reason_that_can_be_covered_is_one_of_the_bedside() -> None:
    assert COVERABLE <= ALL_CODES
    assert FAILING < COVERABLE


@pytest.mark.parametrize("code", sorted(COVERABLE))
def test_what_fails_is_out_of_specification_and_what_waits_is_not(code: str) -> None:
    waits = {"lot-not-released", "dose-below-range", "release-condition-overdue"}
    assert is_out_of_specification([Fault(code, "x", "")]) == (code not in waits)


def test_what_came_up_since_is_told() -> None:
    supply = dossier(LOW)
    assert new_faults(faults_of([LOW, HELD]), supply.covered) == [Fault(*HELD[:3])]
    assert new_faults(faults_of([LOW]), supply.covered) == []


def test_a_dossier_covers_the_holds_and_the_disposition_it_names() -> None:
    supply = dossier(HELD)
    assert covers_hold(supply, "HD-1")
    assert not covers_hold(supply, "HD-2")
    assert not covers_hold(None, "HD-1")
    assert not covers_disposition(supply)
    assert covers_disposition(dossier(Blocker("lot-rejected", "Lot L01 was rejected.")))
    assert not covers_disposition(None)


def test_the_words_say_that_no_release_gives_it() -> None:
    words = dossier(LOW).words
    assert "OUT-OF-SPECIFICATION SUPPLY under dossier SU-1" in words
    assert "at the physician's request, not by a release" in words
