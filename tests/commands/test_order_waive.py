"""`lottrack order waive`: a child had a fever, the interval is past, and two people decide."""

from __future__ import annotations

import pytest

from tests import steps
from tests.commands.test_verify import ask, prepared, refused
from tests.conftest import Program
from tests.steps import Filled

Site = tuple[Program, Filled]
LATE = "interval-too-long"


@pytest.fixture
def overdue(released: Site) -> tuple[Program, str, str]:
    """The second infusion, 40 days after the first: its order and the scan of its bag."""
    program, lot = released
    scan = prepared(released)
    steps.dispense(program, scan)
    steps.infuse(program, scan)
    program.clock.advance(days=40)
    order = steps.place_order(program, number=2)
    assert refused(program, lot.scans[1]) == {LATE}
    return program, order, lot.scans[1]


def waive(program: Program, order: str, code: str = LATE, *, exit_code: int = 0, **given: str):
    who = {"user": "CLINICIAN1", "second": "QP1"} | given
    return program.signed(
        *("order", "waive", order, code, "--reason", "fever until yesterday"),
        *("--second", who["second"]),
        **who,
        exit_code=exit_code,
    )


def codes(answer) -> set[str]:
    return {warning["code"] for warning in answer["warnings"]}


def test_two_people_waive_the_interval_and_the_bag_may_be_given(
    overdue: tuple[Program, str, str],
) -> None:
    program, order, scan = overdue
    made = waive(program, order).data

    assert made["waived_by"] == ["CLINICIAN1", "QP1"]
    answer = ask(program, scan).data
    assert answer["verdict"] == "accepted"
    assert "refusal-waived" in codes(answer)
    assert [row["waived"] for row in program("order", "list").data if row["id"] == order] == [
        [LATE]
    ]
    assert program("audit", "verify").data["verdict"] == "intact"
    assert program("admin", "check").data["verdict"] == "intact"


def test_the_waiver_is_told_where_the_dose_is_dispensed(overdue: tuple[Program, str, str]) -> None:
    program, order, scan = overdue
    waive(program, order)
    steps.prepare_dose(program, order, scan)

    assert "refusal-waived" in codes(steps.dispense(program, scan).data)


def test_what_the_protocol_does_not_let_be_waived_is_refused(
    overdue: tuple[Program, str, str],
) -> None:
    program, order, _ = overdue
    refusal = waive(program, order, "dose-above-range", exit_code=40).data["error"]

    assert refusal["code"] == "not-waivable"
    assert LATE in refusal["sentence"]
    assert steps.recorded_codes(program) == {"not-waivable"}


def test_the_same_limit_is_waived_once(overdue: tuple[Program, str, str]) -> None:
    program, order, _ = overdue
    waive(program, order)

    assert "QP1" in waive(program, order, exit_code=33).data["error"]["sentence"]


def test_one_person_cannot_be_both(overdue: tuple[Program, str, str]) -> None:
    program, order, _ = overdue

    waive(program, order, second="CLINICIAN1", exit_code=54)


def test_a_pharmacist_waives_nothing(overdue: tuple[Program, str, str]) -> None:
    program, order, _ = overdue

    waive(program, order, user="PHARMACIST1", exit_code=52)


def test_an_order_that_is_cancelled_has_nothing_to_waive(
    overdue: tuple[Program, str, str],
) -> None:
    program, order, _ = overdue
    program("order", "cancel", order, "--reason", "again tomorrow", user="CLINICIAN1")

    assert waive(program, order, exit_code=33).data["error"]["code"] == "order-not-open"


def test_a_waiver_that_is_struck_waives_nothing_more(overdue: tuple[Program, str, str]) -> None:
    program, order, scan = overdue
    number = waive(program, order).data["id"]
    program("strike", number, "--reason", "of another child", user="CLINICIAN1")
    program.clock.advance(minutes=1)  # the same question within seconds is one record

    assert refused(program, scan) == {LATE}
