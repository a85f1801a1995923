"""The pharmacist's question: each reason against it, raised by the situation it names, alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.rules.administration.dose import POST_THAW, Dose
from lottrack.rules.administration.facts import (
    STAGES,
    Case,
    ContainerCase,
    CourseCase,
    HoldFact,
    LabelFact,
    PlanCase,
)
from lottrack.rules.administration.refusal_codes import ALL_CODES
from lottrack.rules.administration.verdict import judge

NOW = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
TODAY = date(2026, 2, 10)

LABEL = LabelFact("LB-TST-0001-X", "primary", "applied", "CN-TST-0001-X")
BAG = ContainerCase(
    container="CN-TST-0001-X",
    lot="LT-TST-0001-X",
    course="CI-TST-0001-X",
    pair="PR-TST-0001-X",
    patient="P01",
    purpose="infusion",
    state="prepared",
    place_kind="pharmacy",
    place="PHARMACY",
    handed_to="",
    expires_at=NOW + timedelta(hours=2),
    disposition="released",
    holds=(),
    label=LABEL,
    fill_viable=44_000_000,
    thawed_at=NOW - timedelta(minutes=10),
    prepared_for="OR-TST-0001-X",
    dispensed_for="",
    infused_in="",
    is_input_of="",
    gaps=(),
    overdue=(),
    missing=(),
    failed_lot=(),
    failed_preparation=(),
)
COURSE = CourseCase(
    course="CI-TST-0001-X",
    pair="PR-TST-0001-X",
    is_closed=False,
    donor="D01",
    donor_eligible=True,
    haploidentity="haplo_compatible",
    haploidentity_accepted=("haplo_compatible",),
    consents=(("donor D01", "donation", "given"), ("patient P01", "treatment", "given")),
)
PLAN = PlanCase(
    order="OR-TST-0001-X",
    order_course="CI-TST-0001-X",
    order_pair="PR-TST-0001-X",
    state="open",
    number=1,
    protocol="MSC-EB-21D@1",
    protocol_approved=True,
    weighed_on=TODAY,
    weight_max_age_days=1,
    given=(),
    previous_on=None,
    previous_number=None,
    interval_days=21,
    window_days=3,
    infusion_minutes=30,
    post_thaw_limit_minutes=60,
    dose_minimum=Decimal(2_000_000),
    dose_maximum=Decimal(3_000_000),
    prescribed_kg=Decimal("13.2"),
    weight_change_pct=Decimal(10),
)
DOSE = Dose(37_800_000, Decimal(2_863_636), Decimal("13.2"), POST_THAW)


def case(stage: str = "verify", **changes: object) -> Case:
    """The case in which nothing is wrong, with some facts changed."""
    bag = BAG if stage != "infuse" else BAG._replace(dispensed_for=PLAN.order, state="dispensed")
    base = Case(
        stage=stage,
        patient="P01",
        containers=(bag,),
        courses=(COURSE,),
        plan=PLAN,
        dose=DOSE,
        now=NOW,
        today=TODAY,
        actor="PHARMACIST1",
        second="PHARMACIST2",
    )
    containers = {k: v for k, v in changes.items() if k in ContainerCase._fields}
    courses = {k[7:]: v for k, v in changes.items() if k.startswith("course_")}
    plans = {k[5:]: v for k, v in changes.items() if k.startswith("plan_")}
    rest = {k: v for k, v in changes.items() if k in Case._fields and k not in containers}
    return base._replace(
        containers=(bag._replace(**containers),),
        courses=(COURSE._replace(**courses),),
        plan=PLAN._replace(**plans),
        **{name: value for name, value in rest.items() if name != "containers"},
    )


def codes(asked: Case) -> set[str]:
    return {blocker.code for blocker in judge(asked).blockers}


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_stands_against_the_right_bag_for_the_right_child(stage: str) -> None:
    assert judge(case(stage)).blockers == ()
    assert judge(case(stage)).warnings == ()


def hold(cause: str, kind: str = "container") -> tuple[HoldFact, ...]:
    return (HoldFact("HD-TST-0001-X", kind, "CN-TST-0001-X", cause, "for a test"),)


ALONE = [
    ("not-the-pair", {"plan_order_course": "CI-TST-0002-Z"}),
    ("label-void", {"label": LABEL._replace(state="void")}),
    ("label-void", {"label": LABEL._replace(state="destroyed")}),
    ("label-wrong-copy", {"label": LABEL._replace(copy="chart", state="attached")}),
    ("label-not-applied", {"label": LABEL._replace(state="printed", applied_to="")}),
    ("label-not-applied", {"label": LABEL._replace(applied_to="CN-TST-0009-X")}),
    ("lot-not-released", {"disposition": "quarantine"}),
    ("lot-not-released", {"disposition": "discontinued"}),
    ("lot-rejected", {"disposition": "rejected"}),
    ("lot-recalled", {"disposition": "recalled"}),
    ("release-condition-overdue", {"overdue": ("sterility-product",)}),
    ("on-hold", {"holds": hold("other", "lot")}),
    ("result-failed-after-release", {"failed_lot": ("CD34",)}),
    ("container-out-of-specification", {"failed_preparation": ("viability-post-thaw",)}),
    ("result-missing-at-infusion", {"missing": ("viability-post-thaw",)}),
    ("not-for-infusion", {"purpose": "retention"}),
    ("not-for-infusion", {"state": "planned"}),
    ("not-for-infusion", {"state": "retained"}),
    ("not-for-infusion", {"is_input_of": "PP-TST-0001-X"}),
    ("expired", {"expires_at": NOW}),
    ("expired", {"expires_at": NOW - timedelta(days=1)}),
    ("would-expire-during-infusion", {"expires_at": NOW + timedelta(minutes=29)}),
    ("post-thaw-limit-passed", {"thawed_at": NOW - timedelta(minutes=61)}),
    ("dispensed-for-another-order", {"prepared_for": "OR-TST-0009-X"}),
    ("dispensed-for-another-order", {"dispensed_for": "OR-TST-0009-X"}),
    ("already-infused", {"infused_in": "IN-TST-0001-X", "state": "infused"}),
    ("destroyed", {"state": "destroyed"}),
    ("destroyed", {"state": "lost"}),
    ("returned", {"state": "returned"}),
    ("donor-not-eligible", {"course_donor_eligible": False}),
    ("haploidentity-not-met", {"course_haploidentity": "not_haploidentical"}),
    ("haploidentity-not-met", {"course_haploidentity": "indeterminate"}),
    ("consent-missing", {"course_consents": (("patient P01", "treatment", "missing"),)}),
    ("consent-withdrawn", {"course_consents": (("patient P01", "treatment", "withdrawn"),)}),
    ("course-closed", {"course_is_closed": True}),
    ("protocol-not-approved", {"plan_protocol_approved": False}),
    ("order-missing", {"plan_order": ""}),
    ("order-cancelled", {"plan_state": "cancelled"}),
    ("infusion-number-already-given", {"plan_given": (1,)}),
    ("weight-missing", {"plan_weighed_on": None}),
    ("weight-too-old", {"plan_weighed_on": TODAY - timedelta(days=2)}),
    (
        "interval-too-short",
        {"plan_number": 2, "plan_given": (1,), "plan_previous_on": date(2026, 1, 24)},
    ),
    (
        "interval-too-long",
        {"plan_number": 2, "plan_given": (1,), "plan_previous_on": date(2026, 1, 16)},
    ),
    ("not-received", {"state": "in_transit", "place": "", "place_kind": ""}),
    ("not-received", {"place": "GMP", "place_kind": "gmp"}),
    ("custody-gap", {"gaps": ("received without a transfer",)}),
]


@pytest.mark.parametrize(("code", "changes"), ALONE)
def test_each_situation_is_refused_for_its_own_reason_and_no_other(
    code: str, changes: dict[str, object]
) -> None:
    assert codes(case("verify", **changes)) == {code}


def test_a_wrong_patient_is_named_with_the_right_one() -> None:
    blockers = judge(case(patient="P02")).blockers

    assert [blocker.code for blocker in blockers] == ["wrong-patient"]
    assert "P01" in blockers[0].sentence
    assert "P02" in blockers[0].sentence


def test_a_damaged_bag_says_so_beside_its_hold() -> None:
    assert codes(case(holds=hold("damage"))) == {"on-hold", "container-damaged"}


def test_an_excursion_not_yet_judged_says_so_beside_its_hold() -> None:
    assert codes(case(holds=hold("excursion"))) == {"on-hold", "temperature-excursion-open"}


def test_every_hold_is_named_by_itself() -> None:
    holds = hold("other", "donor") + hold("oos", "lot")

    assert [b.code for b in judge(case(holds=holds)).blockers] == ["on-hold", "on-hold"]


@pytest.mark.parametrize(
    ("viable", "code"), [(26_399_999, "dose-below-range"), (39_600_001, "dose-above-range")]
)
def test_a_counted_dose_outside_the_range_is_refused(viable: int, code: str) -> None:
    dose = Dose(viable, Decimal(viable) / Decimal("13.2"), Decimal("13.2"), POST_THAW)

    assert codes(case(dose=dose)) == {code}
    assert codes(case(dose=dose._replace(basis="estimated"))) == set()
    warned = judge(case(dose=dose._replace(basis="estimated"))).warnings
    assert [warning.code for warning in warned] == [code]


def test_a_new_weight_far_from_the_prescribed_one_is_worth_a_second_look() -> None:
    """E11: ordered for 32.0 kg, measured 36.0 kg."""
    dose = Dose(99_100_000, Decimal(2_752_777), Decimal("36.0"), POST_THAW)
    verdict = judge(case(dose=dose, plan_prescribed_kg=Decimal("32.0")))

    assert verdict.blockers == ()
    assert [warning.code for warning in verdict.warnings] == ["weight-changed"]


def test_the_edge_of_the_window_is_allowed_and_said() -> None:
    """E09: 18 days is the lower edge of 21 ± 3."""
    asked = case(plan_number=2, plan_given=(1,), plan_previous_on=TODAY - timedelta(days=18))

    assert judge(asked).blockers == ()
    assert [warning.code for warning in judge(asked).warnings] == ["interval-at-edge"]


def test_a_typed_number_says_what_went_unchecked() -> None:
    verdict = judge(case(label=None))

    assert verdict.blockers == ()
    assert [warning.code for warning in verdict.warnings] == ["typed-entry"]


def test_a_bag_still_frozen_may_be_asked_about_and_is_not_dispensed_uncounted() -> None:
    frozen = {"thawed_at": None, "prepared_for": "", "state": "received"}

    assert codes(case("verify", **frozen, missing=("viability-post-thaw",))) == set()
    assert codes(case("dispense", **frozen, missing=("viability-post-thaw",))) == {
        "result-missing-at-infusion"
    }


def test_dispensing_again_is_refused_and_asking_at_the_bedside_is_not() -> None:
    dispensed = {"dispensed_for": PLAN.order, "state": "dispensed"}

    assert codes(case("verify", **dispensed)) == set()
    assert codes(case("dispense", **dispensed)) == {"already-dispensed"}


def test_at_the_bedside_the_container_must_have_been_dispensed() -> None:
    assert codes(case("infuse", dispensed_for="")) == {"not-dispensed"}


@pytest.mark.parametrize("stage", ["dispense", "infuse"])
def test_two_people_take_part(stage: str) -> None:
    assert codes(case(stage, second="")) == {"second-person-missing"}
    assert codes(case(stage, second="PHARMACIST1")) == {"same-person"}
    assert codes(case("verify", second="")) == set()


@pytest.mark.parametrize("stage", ["dispense", "infuse"])
def test_a_bag_handed_to_a_person_goes_through_that_person(stage: str) -> None:
    assert codes(case(stage, handed_to="NURSE1")) == {"not-the-holder"}
    assert codes(case(stage, handed_to="NURSE1", second="NURSE1")) == set()


def test_a_bag_on_its_way_can_be_prepared_nowhere_else_be_given() -> None:
    at_gmp = {"place": "GMP", "place_kind": "gmp"}

    assert (
        codes(case("prepare", **at_gmp, thawed_at=None, prepared_for="", state="stored")) == set()
    )


SITUATIONS = st.lists(st.sampled_from(ALONE), max_size=6)


@given(SITUATIONS, st.sampled_from(STAGES))
def test_reasons_are_all_told_and_every_code_is_documented(
    situations: list[tuple[str, dict[str, object]]], stage: str
) -> None:
    merged = {key: value for _, changes in situations for key, value in changes.items()}
    found = judge(case(stage, **merged)).blockers

    assert {blocker.code for blocker in found} <= ALL_CODES
    assert len(found) == len(set(found))


@given(SITUATIONS)
def test_a_further_fault_never_makes_a_refused_question_accepted(
    situations: list[tuple[str, dict[str, object]]],
) -> None:
    """Faults are never weighed against each other: one is enough."""
    for code, changes in situations:
        assert code in codes(case("verify", **changes))
    if situations:
        merged = {key: value for _, changes in situations for key, value in changes.items()}
        assert codes(case("verify", **merged))
