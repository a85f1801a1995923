"""The periodic review of the trail: by exception, signed, and listed for the inspector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.steps import ago, local_day

if TYPE_CHECKING:
    from tests.conftest import Program
    from tests.steps import Filled

REMARKS = ("--remarks", "Corrections looked into with the technician; no finding")


def review(program: Program, *more: object, **extra: object):
    return program.signed(
        "audit", "review", "--from", ago(program, days=2), *REMARKS, *more, user="QA1", **extra
    )


def test_quality_sees_what_was_unusual_and_signs_for_it(released: tuple[Program, Filled]) -> None:
    program, filled = released
    seeding = program("lot", "show", filled.lot).data["passages"][1]
    assert seeding["passage"] == "P1"
    program(
        *("correct", f"{program('patient', 'show', 'P01').data['weights'][-1]['id']}"),
        *("weight_kg=13.1", "--reason", "misread scale"),
        user="NURSE1",
    )
    program("hold", "lift", "HD-XXX-0001-0", "--reason", "x", user="TECHNICIAN1", exit_code=None)
    made = review(program, as_json=False)
    shown = made.stderr + made.stdout
    assert "Corrected values" in shown
    assert "misread scale" in shown
    assert "Acts refused" in shown
    assert "Told late" in shown
    assert "Head of the chain after them" in shown
    (listed,) = program("audit", "reviews").data
    assert listed["reviewed_by"] == "QA1"
    assert listed["remarks"] == REMARKS[1]
    assert listed["first_seq"] < listed["last_seq"]
    assert program("audit", "verify", exit_code=0).data["verdict"] == "intact"
    assert program("admin", "check", exit_code=0).data["verdict"] == "intact"


def test_what_was_unusual_outside_the_window_is_not_in_it(released: tuple[Program, Filled]) -> None:
    program, _ = released
    program.clock.advance(days=3)
    program(
        "patient", "weigh", "P01", "--weight-kg", "13", "--on", local_day(program), user="NURSE1"
    )
    made = review(program, as_json=False)
    shown = made.stderr + made.stdout
    assert "(1), by NURSE1" in shown
    assert shown.count("  none") >= 6


def test_only_quality_assurance_reviews_the_trail(released: tuple[Program, Filled]) -> None:
    program, _ = released
    told = ("audit", "review", "--from", ago(program, days=1), *REMARKS)
    program.signed(*told, user="TECHNICIAN1", exit_code=52)
    assert program("audit", "reviews").data == []


def test_whole_days_are_reviewed_and_today_up_to_now(released: tuple[Program, Filled]) -> None:
    program, _ = released
    today = local_day(program)
    told = ("audit", "review", "--from", local_day(program, -2), "--to", today, *REMARKS)
    program.signed(*told, user="QA1")
    (listed,) = program("audit", "reviews").data
    assert listed["from"] == f"{local_day(program, -2)} 00:00 CET (+01:00)"
    assert listed["to"].startswith(f"{today} 10:00")


def test_an_empty_or_turned_window_is_refused(released: tuple[Program, Filled]) -> None:
    program, _ = released
    turned = review(program, "--to", ago(program, days=5), exit_code=2)
    assert turned.code == "bad-time"
    empty = program.signed(
        *("audit", "review", "--from", "2020-01-01T00:00", "--to", "2020-01-02T00:00", *REMARKS),
        user="QA1",
        exit_code=20,
    )
    assert empty.code == "nothing-recorded"


def test_a_review_is_struck_and_done_again_never_corrected(
    released: tuple[Program, Filled],
) -> None:
    program, _ = released
    number = review(program).data["id"]
    program("correct", number, "remarks=x", "--reason", "y", user="QA1", exit_code=30)
    program("strike", number, "--reason", "wrong window", user="QA1")
    assert program("audit", "reviews").data == []
