"""Decisions on a lot: released, on condition, rejected, recalled, discontinued, each signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)


def fills(quality: Quality) -> dict[str, str]:
    return {row["id"]: row["disposition"] for row in quality.show(quality.lot)["fills"]}


def stopped(quality: Quality, act: str, *more: object, user: str = "QP1", **extra: Any) -> Any:
    """A lot rejected, recalled or discontinued."""
    confirmed = ("--confirm", quality.lot) if act == "reject" else ()
    told = ("lot", act, quality.lot, "--reason", "growth in the culture", *confirmed, *more)
    return quality.program.signed(*told, user=user, **extra)


def second_fill(quality: Quality) -> str:
    """A second fill of one bag, labelled and stored."""
    made = quality.fill(quality.lot, count=1).data
    bag = made["containers"][0]["id"]
    quality.label(bag)
    quality.at_home(bag)
    return str(made["id"])


# -- release ---------------------------------------------------------------------------------------


def test_a_qualified_person_releases_what_the_check_allows(quality: Quality) -> None:
    quality.ready()
    made = quality.release().data
    assert (made["id"], made["kind"]) == ("L01", "lot")
    assert (made["disposition"], made["verdict"]) == ("released", "releasable")
    assert made["fills"] == [{"id": quality.fill_number, "disposition": "released"}]
    assert (made["conditions"], made["released_by"]) == ([], "QP1")
    assert quality.disposition() == "released"


def test_what_is_signed_is_the_verdict_with_all_it_rests_on(quality: Quality) -> None:
    quality.ready()
    shown = quality.release().stderr
    for expected in (
        "certification and release",
        "Verdict of the lot check: releasable",
        "results-reviewed: pass.",
        "materials-in-date: not applicable.",
        "endotoxin (Bacterial endotoxins), L01: < 0.50 EU/mL",
        f"{quality.bags[1]}: 44.0 ×10⁶ viable cells in 4.4 mL",
        "Told late",
    ):
        assert expected in shown, expected
    with quality.store() as store:
        signature = store.rows("signature")[-1]
        covered = {row.record for row in store.rows("signature_cover", signature=signature.root)}
    assert {quality.lot, quality.fill_number, *quality.bags} <= covered
    assert {"CS", "CT", "FC", "FL", "HF", "HV", "RS", "SE"} <= {r[:2] for r in covered}


def test_a_lot_that_breaks_rules_is_refused_with_each_of_them(quality: Quality) -> None:
    refused = quality.release(exit_code=41)
    assert refused.blockers == {"results-complete", "record-reviewed"}
    assert "lottrack lot check L01" in refused.data["error"]["hint"]
    assert quality.disposition() == "quarantine"


def test_a_refused_release_is_recorded(quality: Quality) -> None:
    quality.release(exit_code=41)
    with quality.store() as store:
        refusal = store.rows("refusal")[-1]
    assert (refusal.act, refusal.exit_code) == ("lot release", 41)
    assert quality.lot in refusal.subjects


@pytest.mark.parametrize("user", ["QC1", "QA1", "TECHNICIAN1", "RP1"])
def test_nobody_else_certifies(quality: Quality, user: str) -> None:
    quality.ready()
    quality.release(user=user, exit_code=52)


def test_a_wrong_secret_releases_nothing(quality: Quality) -> None:
    quality.ready()
    quality.program("lot", "release", quality.lot, user="QP1", secrets=("x",), exit_code=53)
    assert quality.disposition() == "quarantine"


def test_a_release_has_no_dry_run(quality: Quality) -> None:
    quality.release("--dry-run", exit_code=2)


@pytest.mark.parametrize("stage", ["results", "lot"])
def test_whoever_reviewed_does_not_release(quality: Quality, stage: str) -> None:
    role = "qc" if stage == "results" else "qa"
    quality.program("user", "role", "QP1", "--add", role, user="ADMIN")
    quality.record()
    quality.counts()
    what = ("result", "review", "--lot", quality.lot)
    quality.program.signed(*what, user="QP1" if stage == "results" else "QC2")
    quality.review_lot("QA1" if stage == "results" else "QP1")
    refused = quality.release(exit_code=54)
    assert refused.code == "same-person"


def test_a_lot_is_released_once(quality: Quality) -> None:
    quality.ready().release()
    assert quality.release(exit_code=33).code == "already-released"


def test_fills_are_released_one_by_one(quality: Quality) -> None:
    later = second_fill(quality)
    quality.ready()
    assert quality.release(exit_code=41).blockers == {"results-complete"}
    quality.release("--fill", quality.fill_number)
    assert fills(quality) == {quality.fill_number: "released", later: "quarantine"}
    assert quality.disposition() == "quarantine"
    bag = next(c["id"] for c in quality.show("L01")["containers"] if c["id"] not in quality.bags)
    quality.counts(bag)
    quality.review()
    quality.release()
    assert set(fills(quality).values()) == {"released"}


def test_only_what_can_be_supplied_is_released(quality: Quality) -> None:
    kept = quality.fill(quality.lot, "--purpose", "retention", count=1).data["id"]
    planned = quality.fill(quality.lot, "--planned", count=1).data["id"]
    quality.ready()
    named = quality.release("--fill", kept, exit_code=41)
    assert named.code == "not-for-infusion"
    assert quality.release("--fill", planned, exit_code=41).code == "not-filled"
    quality.release("--fill", quality.fill_number)
    assert fills(quality)[kept] == "quarantine"
    assert quality.disposition() == "quarantine", "the planned fill is not decided on"


def test_a_lot_with_nothing_filled_has_nothing_to_release(quality: Quality) -> None:
    lot = quality.new_lot("--number", "L02", "--collection", quality.marrow())
    told = ("lot", "release", lot)
    assert quality.program.signed(*told, user="QP1", exit_code=41).code == "not-filled"


def test_another_lots_fill_is_refused(quality: Quality) -> None:
    other = quality.new_lot("--number", "L02", "--collection", quality.marrow())
    told = ("lot", "release", other, "--fill", quality.fill_number)
    refused = quality.program.signed(*told, user="QP1", exit_code=30)
    assert refused.code == "fill-of-another-lot"


def test_a_closed_lot_is_not_released_any_more(quality: Quality) -> None:
    quality.ready()
    with quality.change("lot close") as change:
        change.record("lot_closure", lot=quality.lot)
    refused = quality.release(exit_code=41)
    assert refused.code == "lot-discontinued"


def test_what_a_correction_voided_can_be_released_again(quality: Quality) -> None:
    quality.ready().release()
    with quality.store() as store:
        harvest = store.rows("harvest")[-1].root
    quality.correct("harvest", harvest, viability_pct="93")
    assert quality.release(exit_code=41).blockers >= {"record-reviewed"}
    quality.review_lot()
    quality.release()
    assert quality.release(exit_code=33).code == "already-released"


def test_a_result_told_while_the_qualified_person_reads_stops_the_signature(
    quality: Quality, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lottrack.context import Context

    quality.ready()
    ask = Context.ask_signature

    def ask_while_somebody_writes(self: Context, *args: object) -> object:
        proof = ask(self, *args)  # type: ignore[arg-type]
        monkeypatch.undo()
        quality.result(quality.lot, "HLA-DR", "3.1")
        return proof

    monkeypatch.setattr(Context, "ask_signature", ask_while_somebody_writes)
    assert quality.release(exit_code=41).blockers == {"results-reviewed"}
    assert quality.disposition() == "quarantine"


# -- conditional release ---------------------------------------------------------------------------


def test_what_may_be_pending_is_released_on_condition(quality: Quality) -> None:
    quality.ready_but_pending()
    refused = quality.release(exit_code=41)
    assert refused.blockers == {"results-complete"}
    assert "--conditional" in refused.data["error"]["hint"]
    made = quality.release("--conditional").data
    assert made["disposition"] == "conditionally_released"
    due = {row["test"]: row["due_on"] for row in made["conditions"]}
    # Waiting times of the specification count from the harvest, on 28 February.
    assert due["CD73"] == "2026-03-02"
    assert due["sterility-product"] == "2026-03-07"
    assert due["sterility-product-14d"] == "2026-03-14"
    assert due["karyotype"] == "2026-03-20"
    assert "gram" not in due
    assert quality.disposition() == "conditionally_released"


def test_nothing_is_released_on_condition_that_waits_for_nothing(quality: Quality) -> None:
    quality.ready()
    assert quality.release("--conditional", exit_code=41).code == "nothing-pending"


def test_a_condition_excuses_no_other_rule(quality: Quality) -> None:
    quality.record("sterility-p0")
    quality.review()
    refused = quality.release("--conditional", exit_code=41)
    assert {"results-complete", "record-reviewed"} == refused.blockers


def test_the_last_results_finalise_a_conditional_release(quality: Quality) -> None:
    quality.ready_but_pending().release("--conditional")
    assert quality.release("--conditional", exit_code=33).code == "already-released"
    quality.given(quality.bags[0])
    quality.program.clock.advance(days=21)
    assert quality.release(exit_code=41).blockers == {"results-complete"}
    pending = [test for test in quality_tests() if test not in at_once()]
    quality.record(*pending)
    quality.review()
    made = quality.release().data
    assert (made["disposition"], made["conditions"]) == ("released", [])


def quality_tests() -> tuple[str, ...]:
    from tests.commands.quality_bench import RESULTS

    return tuple(RESULTS)


def at_once() -> tuple[str, ...]:
    from tests.commands.quality_bench import AT_ONCE

    return AT_ONCE


def test_an_overdue_condition_is_told_and_stops_the_pharmacy(quality: Quality) -> None:
    from datetime import date

    from lottrack.actions.releasing.dispositions import overdue_conditions

    quality.ready_but_pending().release("--conditional")

    def overdue(day: str) -> set[str]:
        with quality.store() as store:
            return set(overdue_conditions(store, quality.fill_number, date.fromisoformat(day)))

    assert overdue("2026-03-02") == set()
    assert {"CD73", "CD19"} <= overdue("2026-03-03")
    quality.record("CD73")
    assert "CD73" not in overdue("2026-03-03")
    assert "CD19" in overdue("2026-03-03")
    assert "sterility-product-14d" not in overdue("2026-03-14")
    assert "sterility-product-14d" in overdue("2026-03-15")
    quality.result(quality.lot, "sterility-product-14d", "growth")
    assert "sterility-product-14d" in overdue("2026-03-15"), "a failed test fulfils nothing"


def test_the_pharmacy_gives_nothing_whose_condition_is_overdue(quality: Quality) -> None:
    quality.ready_but_pending().release("--conditional")
    bag, clock = quality.bags[0], quality.program.clock
    quality("custody", "transfer", bag, "--to", "PHARMACY", user="COURIER1")
    clock.advance(days=3)
    quality("custody", "receive", bag, "--condition", "intact", user="PHARMACIST1")
    refused = quality("verify", bag, "--patient", "P01", user="PHARMACIST1", exit_code=42)
    assert "release-condition-overdue" in refused.blockers
    assert "lot-not-released" not in refused.blockers


def test_only_a_conditional_release_has_conditions(quality: Quality) -> None:
    from datetime import date

    from lottrack.actions.releasing.dispositions import overdue_conditions

    quality.ready().release()
    with quality.store() as store:
        assert overdue_conditions(store, quality.fill_number, date(2030, 1, 1)) == ()


# -- reject, recall, discontinue -------------------------------------------------------------------


def test_a_rejected_lot_stays_rejected_also_for_what_is_filled_later(quality: Quality) -> None:
    made = stopped(quality, "reject").data
    assert (made["disposition"], made["reason"]) == ("rejected", "growth in the culture")
    later = quality.fill(quality.lot, count=1).data["id"]
    assert fills(quality) == {quality.fill_number: "rejected", later: "rejected"}
    assert quality.release(exit_code=41).code == "lot-rejected"
    assert stopped(quality, "reject", exit_code=33).code == "already-rejected"


def test_one_fill_can_be_rejected_alone(quality: Quality) -> None:
    later = second_fill(quality)
    stopped(quality, "reject", "--fill", later)
    assert fills(quality) == {quality.fill_number: "quarantine", later: "rejected"}


def test_a_rejection_wants_the_lots_own_number_back(quality: Quality) -> None:
    told = ("lot", "reject", quality.lot, "--reason", "x")
    quality.program.signed(*told, user="QP1", exit_code=2)
    quality.program.signed(*told, "--confirm", "L02", user="QP1", exit_code=3)
    assert quality.disposition() == "quarantine"


def test_a_lot_without_any_fill_can_be_rejected_or_given_up(quality: Quality) -> None:
    for number, act, disposition in (
        ("L02", "reject", "rejected"),
        ("L03", "discontinue", "discontinued"),
    ):
        lot = quality.new_lot("--number", number, "--collection", quality.marrow())
        confirmed = ("--confirm", number) if act == "reject" else ()
        told = ("lot", act, lot, "--reason", "contaminated at P1", *confirmed)
        assert quality.program.signed(*told, user="QP1").data["disposition"] == disposition
        assert quality.show(lot)["disposition"] == disposition


def test_a_recall_names_everybody_who_was_given_some(quality: Quality) -> None:
    quality.ready().release()
    infusion = quality.given(quality.bags[0])
    answer = stopped(quality, "recall")
    (given,) = answer.data["infused"]
    assert (given["id"], given["patient"], given["number"]) == (infusion, "P01", 1)
    assert given["started"].startswith("2026-02-28")
    assert given["containers"] == [quality.bags[0]]
    assert f"ALREADY GIVEN: {quality.bags[0]} to patient P01" in answer.stderr
    assert quality.disposition() == "recalled"
    assert stopped(quality, "recall", exit_code=33).code == "already-recalled"
    refused = stopped(quality, "reject", exit_code=41)
    assert refused.code == "not-to-be-rejected"
    assert "the last word" in refused.data["error"]["hint"]
    assert quality.disposition() == "recalled", "a rejection would hide the recall"


def test_what_was_never_released_is_not_recalled(quality: Quality) -> None:
    assert stopped(quality, "recall", exit_code=41).code == "not-to-be-recalled"
    lot = quality.new_lot("--number", "L02", "--collection", quality.marrow())
    told = ("lot", "recall", lot, "--reason", "x")
    assert quality.program.signed(*told, user="QP1", exit_code=41).code == "not-to-be-recalled"


def test_a_recall_says_which_lots_were_grown_from_the_lot(quality: Quality) -> None:
    quality.ready().release()
    origin = ("--parent", quality.lot, "--product", "MSC-EB", "--spec", "MSC-EB-TRIAL")
    child = quality("lot", "register", *origin).data["id"]
    (warning,) = stopped(quality, "recall").data["warnings"]
    assert warning["code"] == "lots-grown-from-it"
    assert child in warning["sentence"]


def test_only_what_nobody_released_is_given_up(quality: Quality) -> None:
    quality.ready().release()
    assert stopped(quality, "discontinue", exit_code=41).code == "not-to-be-discontinued"


def test_a_lot_given_up_is_not_released(quality: Quality) -> None:
    quality.ready()
    assert stopped(quality, "discontinue").data["disposition"] == "discontinued"
    assert quality.release(exit_code=41).code == "lot-discontinued"
    assert stopped(quality, "discontinue", exit_code=33).code == "already-discontinued"


@pytest.mark.parametrize("act", ["reject", "recall", "discontinue"])
def test_only_a_qualified_person_stops_a_lot_with_their_secret(quality: Quality, act: str) -> None:
    stopped(quality, act, user="QA1", exit_code=52)
    if act != "recall":
        confirmed = ("--confirm", quality.lot) if act == "reject" else ()
        told = ("lot", act, quality.lot, "--reason", "x", *confirmed)
        quality.program(*told, user="QP1", secrets=("wrong",), exit_code=53)
    assert quality.disposition() == "quarantine"


def test_what_may_be_pending_does_not_stand_against_a_conditional_release(
    quality: Quality,
) -> None:
    """The refusal names what has to be mended, by whom, and nothing that may wait."""
    quality.ready_but_pending()
    quality.result(quality.lot, "CD34", "<5")
    quality.review()
    refused = quality.release("--conditional", exit_code=41).data["error"]
    assert [each["code"] for each in refused["blockers"]] == ["results-within-specification"]
    assert refused["blockers"][0]["who_can_mend"].startswith("technician or qc")
    assert refused["sentence"].endswith("results-within-specification stands against it.")
    plain = quality.release(exit_code=41).blockers
    assert plain == {"results-complete", "results-within-specification"}
