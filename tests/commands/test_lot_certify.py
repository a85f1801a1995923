"""Certification in stages: what a release waits for, its ledger, the final certification."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from tests.raw import raw

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)

WHY = "fresh dose, 24 h of life; Gram stain and culture of P0 negative"
PENDING = (
    *("sterility-p2", "CD73", "CD90", "CD105", "CD45", "CD34", "CD14", "CD19", "mycoplasma"),
    *("karyotype", "potency", "sterility-product", "sterility-product-14d"),
)
"""What the specification lets be pending on the day of the harvest."""


@pytest.fixture
def conditional(quality: Quality) -> Quality:
    """Lot L01 released on condition, on the afternoon of its harvest, 28 February 2026."""
    quality.ready_but_pending().release("--conditional", "--justification", WHY)
    return quality


def certified(quality: Quality, *more: object, user: str = "QP1", **extra: Any) -> Any:
    return quality.program.signed("lot", "certify", quality.lot, *more, user=user, **extra)


def ledger(quality: Quality, *more: object) -> dict[str, str]:
    """Test -> state, of the conditions a listing tells."""
    rows = quality.program("lot", "conditions", *more).data
    return {row["test"]: row["state"] for row in rows}


def everything_in(quality: Quality) -> Quality:
    quality.record(*PENDING)
    quality.review()
    return quality


# -- the conditional release -----------------------------------------------------------------------


def test_what_is_signed_names_what_is_pending_why_and_until_when(quality: Quality) -> None:
    shown = quality.ready_but_pending().release("--conditional", "--justification", WHY)
    for expected in (
        f"Used before these are known, because: {WHY}",
        f"Pending for {quality.fill_number}: sterility-product-14d, due on 2026-03-14.",
        "Incubated for 14 days; confirms the automated culture",
    ):
        assert expected in shown.stderr, expected
    assert shown.data["justification"] == WHY
    row = next(
        row
        for row in quality.program("lot", "conditions", quality.lot).data
        if row["test"] == "sterility-product-14d"
    )
    assert (row["justification"], row["released_by"]) == (WHY, "QP1")
    assert (row["due_on"], row["days_left"], row["state"]) == ("2026-03-14", 14, "due")
    assert row["basis"] == "Incubated for 14 days; confirms the automated culture"


def test_without_a_word_the_specification_says_why(quality: Quality) -> None:
    made = quality.ready_but_pending().release("--conditional").data
    assert made["justification"].startswith("As MSC-EB-TRIAL@1 allows: ")
    assert "Ph. Eur. 2.6.27" in made["justification"]


def test_a_full_release_has_no_justification(quality: Quality) -> None:
    quality.ready().release("--justification", WHY, exit_code=2)
    assert quality.release().data["justification"] is None


# -- the ledger ------------------------------------------------------------------------------------


def test_a_condition_is_due_overdue_in_review_failed_closed(conditional: Quality) -> None:
    assert set(ledger(conditional)) == set(PENDING)
    assert set(ledger(conditional).values()) == {"due"}
    conditional.program.clock.advance(days=3)  # 3 March: flow cytometry was due on the 2nd
    state = ledger(conditional)
    assert (state["CD73"], state["mycoplasma"]) == ("overdue", "due")
    number = conditional.record("CD73")[0]
    assert ledger(conditional)["CD73"] == "in_review"
    conditional.review(number)
    assert ledger(conditional)["CD73"] == "closed"
    conditional.result(conditional.lot, "potency", "12")
    assert ledger(conditional)["potency"] == "failed"


def test_an_interim_reading_closes_nothing(conditional: Quality) -> None:
    told = ("no growth", "--reading", "interim")
    conditional.result(conditional.lot, "sterility-product-14d", *told)
    assert ledger(conditional)["sterility-product-14d"] == "due"


def test_the_ledger_of_all_lots_forgets_what_was_decided(conditional: Quality) -> None:
    everything_in(conditional)
    assert set(ledger(conditional).values()) == {"closed"}, "closed, and not yet certified"
    certified(conditional)
    assert ledger(conditional) == {}
    kept = conditional.program("lot", "conditions", conditional.lot).data
    assert {row["state"] for row in kept} == {"closed"}
    assert all("(released)" in row["closed_by"] for row in kept)
    assert len(ledger(conditional, "--all")) == len(PENDING)
    assert conditional.program("admin", "check").data["verdict"] == "intact"


@pytest.mark.parametrize("act", ["reject", "recall"])
def test_a_lot_that_was_stopped_waits_for_nothing(conditional: Quality, act: str) -> None:
    confirmed = ("--confirm", conditional.lot) if act == "reject" else ()
    told = ("lot", act, conditional.lot, "--reason", "growth", *confirmed)
    conditional.program.signed(*told, user="QP1")
    assert ledger(conditional) == {}
    conditional.program.clock.advance(days=30)
    assert "OVERDUE" not in conditional.program("place", "list", as_json=False).stderr
    assert conditional.program("admin", "check").data["verdict"] == "intact"


def test_a_condition_taken_out_of_the_ledger_by_hand_is_found(conditional: Quality) -> None:
    with raw(conditional.program.db) as database:
        database.execute("DELETE FROM condition_standing WHERE due_on = '2026-03-14'")
    found = conditional.program("admin", "check", exit_code=91).data["findings"]
    (said,) = [each for each in found if each["sentence"].startswith("Invariant 5: condition")]
    assert "stands as binding nothing" in said["sentence"]
    assert f"binding {conditional.fill_number} until 2026-03-14" in said["sentence"]


def test_the_ledger_is_read_by_people_too(conditional: Quality) -> None:
    conditional.program.clock.advance(days=3)
    page = conditional.program("lot", "conditions", as_json=False).stdout
    assert "OVERDUE" in page
    assert "2026-03-02" in page
    empty = conditional.program("lot", "conditions", "--format", "csv", as_json=False)
    assert empty.stdout.startswith("id,lot,fill,test")


# -- what is overdue -------------------------------------------------------------------------------


def footer(quality: Quality, *words: str) -> str:
    lines = quality.program(*(words or ("place", "list")), as_json=False).stderr.splitlines()
    return next((line for line in lines if line.startswith("OVERDUE")), "")


def test_an_overdue_condition_stands_under_every_command(conditional: Quality) -> None:
    conditional.program.clock.advance(days=2)
    assert footer(conditional) == "", "on its last day nothing is overdue"
    conditional.program.clock.advance(days=1)
    said = "OVERDUE: 7 conditions of a release (lot L01): lottrack lot conditions."
    assert footer(conditional) == said
    assert footer(conditional, "lot", "show", "L01") == said
    assert conditional.program("lot", "show", "L01").stderr == "", "scripts are left alone"
    conditional.record(*(test for test in PENDING if test.startswith("CD")))
    assert footer(conditional) == "", "the results are there; their review is owed"


def test_help_asks_no_record(conditional: Quality) -> None:
    conditional.program.clock.advance(days=30)
    assert conditional.program("lot", "release", "--help", as_json=False).stderr == ""


def test_the_line_reads_two_indexes_and_no_table(conditional: Quality) -> None:
    from lottrack.actions.notifying.overdue import _SUSPECTS

    with conditional.store() as store:
        plan = store.sql(f"EXPLAIN QUERY PLAN {_SUSPECTS}", day="2026-03-01", now="2026-03-01T")
    told = " | ".join(str(row.detail) for row in plan)
    assert "condition_standing_by_due_on" in told
    assert "notification_by_due_at" in told


# -- final certification ---------------------------------------------------------------------------


def test_the_last_result_reviewed_makes_a_full_release(conditional: Quality) -> None:
    conditional.given(conditional.bags[0])
    conditional.program.clock.advance(days=21)
    everything_in(conditional)
    made = certified(conditional)
    assert made.data["disposition"] == "released"
    assert made.data["certified_by"] == "QP1"
    assert len(made.data["conditions"]) == len(PENDING)
    for expected in (
        "final certification after a conditional release",
        f"was released on condition by QP1, 2026-02-28 15:00 CET (+01:00), because: {WHY}",
        "sterility-product-14d, due on 2026-03-14: closed",
        f"Given before this certification: {conditional.bags[0]} to patient P01",
        "results-complete: pass.",
    ):
        assert expected in made.stderr, expected
    assert conditional.disposition() == "released"
    assert certified(conditional, exit_code=33).code == "already-released"


def test_nothing_is_certified_while_something_is_pending(conditional: Quality) -> None:
    refused = certified(conditional, exit_code=41)
    assert refused.code == "condition-pending"
    assert {"condition-pending", "results-complete"} == refused.blockers
    conditional.program.clock.advance(days=40)
    sentences = [
        b["sentence"] for b in certified(conditional, exit_code=41).data["error"]["blockers"]
    ]
    assert any("due on 2026-03-14, and overdue" in sentence for sentence in sentences)


def test_nothing_is_certified_on_a_result_nobody_reviewed(conditional: Quality) -> None:
    conditional.record(*PENDING)
    refused = certified(conditional, exit_code=41)
    assert refused.blockers == {"condition-not-reviewed", "results-reviewed"}


def test_nothing_is_certified_on_a_failed_condition(conditional: Quality) -> None:
    conditional.record(*(test for test in PENDING if test != "potency"))
    conditional.result(conditional.lot, "potency", "12")
    conditional.review()
    refused = certified(conditional, exit_code=41)
    assert "condition-failed" in refused.blockers
    assert "holds-none-open" in refused.blockers


def test_what_was_never_released_on_condition_is_not_certified(quality: Quality) -> None:
    assert certified(quality, exit_code=41).code == "not-conditionally-released"
    quality.ready().release()
    assert certified(quality, exit_code=33).code == "already-released"


def test_fills_are_certified_one_by_one(conditional: Quality) -> None:
    everything_in(conditional)
    later = conditional.fill(conditional.lot, "--planned", count=1).data["id"]
    refused = certified(conditional, "--fill", later, exit_code=41)
    assert refused.code == "not-conditionally-released"
    made = certified(conditional, "--fill", conditional.fill_number).data
    assert made["fills"] == [{"id": conditional.fill_number, "disposition": "released"}]


@pytest.mark.parametrize("user", ["QA1", "QC2", "TECHNICIAN1"])
def test_nobody_else_certifies(conditional: Quality, user: str) -> None:
    everything_in(conditional)
    certified(conditional, user=user, exit_code=52)


def test_whoever_reviewed_does_not_certify(conditional: Quality) -> None:
    conditional.program("user", "role", "QP1", "--add", "qc", user="ADMIN")
    conditional.record(*PENDING)
    reviewed = ("result", "review", "--lot", conditional.lot)
    conditional.program.signed(*reviewed, user="QP1")
    assert certified(conditional, exit_code=54).code == "same-person"


def test_what_is_owed_follows_the_conditions(conditional: Quality) -> None:
    from lottrack.actions.releasing.conditions import obligations

    def owed() -> dict[str, tuple[str, date | None]]:
        with conditional.store() as store:
            found = obligations(store, ZoneInfo("Europe/Madrid"))
        return {each.sentence.split()[0]: (each.code, each.due_on) for each in found}

    assert owed()["CD73"] == ("condition-pending", date(2026, 3, 2))
    conditional.record(*PENDING)
    assert {code for code, _ in owed().values()} == {"condition-in-review"}
    conditional.review()
    assert owed() == {"Every": ("certification-owed", date(2026, 3, 20))}
    conditional.result(conditional.lot, "mycoplasma", "detected")
    assert owed()["mycoplasma"] == ("condition-failed", None)
    certified(conditional, exit_code=41)


# -- the register ----------------------------------------------------------------------------------


def test_the_register_tells_every_decision_with_person_role_and_zone(conditional: Quality) -> None:
    conditional.program.clock.advance(days=21)
    everything_in(conditional)
    certified(conditional)
    told = ("lot", "recall", conditional.lot, "--reason", "a complaint")
    conditional.program.signed(*told, user="QP1")
    rows = conditional.program("lot", "register-of-certifications").data
    assert [(row["decision"], row["act"]) for row in rows] == [
        ("conditionally_released", "lot release"),
        ("released", "lot certify"),
        ("recalled", "lot recall"),
    ]
    first = rows[0]
    assert (first["lot"], first["product"], first["fill"]) == (
        "L01",
        "MSC-EB",
        conditional.fill_number,
    )
    assert (first["user"], first["name"], first["role"]) == ("QP1", "Qp1", "qp")
    assert first["at"] == "2026-02-28T15:00:00+01:00"
    assert first["signature"].startswith("SG-TST-")
    assert (first["reason"], first["signature_stands"]) == (WHY, True)
    page = conditional.program("lot", "register-of-certifications", as_json=False).stdout
    assert "Qp1 (QP1)" in page


def test_the_register_is_asked_by_days_of_the_site(conditional: Quality) -> None:
    def between(*words: str) -> int:
        return len(conditional.program("lot", "register-of-certifications", *words).data)

    assert between("--from", "2026-02-28", "--to", "2026-02-28") == 1
    assert between("--from", "2026-03-01") == 0
    assert between("--to", "2026-02-27") == 0
    csv = ("lot", "register-of-certifications", "--format", "csv")
    lines = conditional.program(*csv, as_json=False).stdout.splitlines()
    assert lines[0].startswith("id,at,lot,product,fill,decision")
    assert len(lines) == 2


def test_a_whole_lot_rejected_stands_in_the_register_as_such(quality: Quality) -> None:
    told = ("lot", "reject", quality.lot, "--reason", "growth", "--confirm", quality.lot)
    quality.program.signed(*told, user="QP1")
    rows = quality.program("lot", "register-of-certifications").data
    assert [row["fill"] for row in rows] == [quality.fill_number, None]
    page = quality.program("lot", "register-of-certifications", as_json=False).stdout
    assert "whole lot" in page


def test_a_decision_that_a_correction_voided_says_so(quality: Quality) -> None:
    quality.ready().release()
    with quality.store() as store:
        harvest = store.rows("harvest")[-1].root
    quality.correct("harvest", harvest, viability_pct="93")
    (row,) = quality.program("lot", "register-of-certifications").data
    assert row["signature_stands"] is False
    page = quality.program("lot", "register-of-certifications", as_json=False).stdout
    assert "VOID" in page


def test_what_a_release_waits_for_is_owed_by_its_day_and_told_once(conditional: Quality) -> None:
    owed = conditional.program("due", "--days", "30").data
    about = [each for each in owed if "CD73" in each["sentence"]]
    assert [each["code"] for each in about] == ["condition-pending"]
