"""The review of a lot's record: by somebody who performed none of it, over everything unusual."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)


@pytest.mark.parametrize(
    ("user", "as_"), [("QA1", "quality"), ("QC2", "quality"), ("LEAD1", "production")]
)
def test_quality_and_production_review_a_lot(quality: Quality, user: str, as_: str) -> None:
    quality.record("gram")
    made = quality.review_lot(user).data
    assert (made["kind"], made["lot"]) == ("lot_review", "L01")
    assert (made["reviewed_as"], made["reviewed_by"]) == (as_, user)
    assert quality.rule("record-reviewed")["evidence"] == [made["id"]]


def test_the_role_decides_as_what_a_person_reviews(quality: Quality) -> None:
    told = ("lot", "review", quality.lot, "--as")
    quality.program.signed(*told, "production", user="QA1", exit_code=52)
    made = quality.program.signed(*told, "quality", user="QA1").data
    assert made["reviewed_as"] == "quality"


def test_whoever_tested_the_lot_does_not_review_it(quality: Quality) -> None:
    quality.record("gram")
    told = ("lot", "review", quality.lot)
    assert quality.program.signed(*told, user="QC1", exit_code=54).code == "same-person"


def test_whoever_made_a_part_of_it_does_not_review_it(quality: Quality) -> None:
    performed = ("--text", "cells look well", "--performed-by", "LEAD1")
    quality("lot", "observe", quality.lot, "--passage", "P2", *performed)
    told = ("lot", "review", quality.lot)
    quality.program.signed(*told, user="LEAD1", exit_code=54)


def test_whoever_corrected_a_part_of_it_does_not_review_it(quality: Quality) -> None:
    with quality.store() as store:
        harvest = store.rows("harvest")[-1].root
    quality.correct("harvest", harvest, by="QA1", viability_pct="93")
    quality.program.signed("lot", "review", quality.lot, user="QA1", exit_code=54)


def test_a_technician_is_refused_by_the_role_before_anything_else(quality: Quality) -> None:
    quality.program.signed("lot", "review", quality.lot, user="TECHNICIAN1", exit_code=52)


def test_a_wrong_secret_reviews_nothing(quality: Quality) -> None:
    quality.program("lot", "review", quality.lot, user="QA1", secrets=("x",), exit_code=53)
    assert quality.outcome("record-reviewed") == "fail"


def test_the_reviewer_reads_the_whole_record_and_everything_unusual(quality: Quality) -> None:
    quality.record("CD73")
    struck = quality.result(quality.lot, "gram", "positive").data["id"]
    quality.result(quality.lot, "sterilty", "no growth")
    with quality.store() as store:
        seeding = store.rows("seeding")[1].root
    quality.correct("seeding", seeding, seeded=9_540_001)
    quality.strike("result", struck)
    sampled = ("--kind", "supernatant", "--cells", "1e6", *quality.at(26, 1.5))
    quality("lot", "sample", quality.lot, *sampled)
    quality("lot", "discard", quality.lot, "--cells", "2e6", "--reason", "left in the vessel")
    quality("lot", "observe", quality.lot, "--passage", "P2", "--text", "spindle-shaped")
    quality("hold", "open", quality.lot, "--cause", "other", "--reason", "waiting for a paper")
    quality.result(quality.lot, "viable-count", "44", exit_code=30)
    quality.label(quality.bags[0], applied=False)
    shown = quality.review_lot().stderr
    for expected in (
        "For: patient P01",
        "P1; seeded 9.54 ×10⁶ on 3180 cm²",
        "cumulative 6.10",
        "Seen in P2: spindle-shaped",
        "supernatant, 1.00 ×10⁶",
        "Discarded 2.00 ×10⁶: left in the vessel",
        f"{quality.bags[0]}: 44.0 ×10⁶ viable cells in 4.4 mL",
        "CD73 (CD73), L01: 99.1 %; limit ≥ 95 %; PASS, final",
        "NOT REVIEWED",
        f"Corrected {seeding} seeded: 9540000 -> 9540001 (read from the wrong line)",
        f"Struck: {struck} (read from the wrong line)",
        "Told late: SE-",
        "typed",
        "has no test 'sterilty'",
        "2 applied, 1 only printed",
        "Acts refused: result record",
        "OPEN HOLD",
        "waiting for a paper",
    ):
        assert expected in shown, expected


def test_a_fact_told_while_the_reviewer_reads_stops_the_signature(
    quality: Quality, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lottrack.context import Context

    ask = Context.ask_signature

    def ask_while_somebody_writes(self: Context, *args: object) -> object:
        proof = ask(self, *args)  # type: ignore[arg-type]
        with quality.change("lot observe") as change:
            change.record("observation", lot=quality.lot, passage=2, text="meanwhile")
        return proof

    monkeypatch.setattr(Context, "ask_signature", ask_while_somebody_writes)
    refused = quality.program.signed("lot", "review", quality.lot, user="QA1", exit_code=32)
    assert refused.code == "changed-meanwhile"
    assert quality.outcome("record-reviewed") == "fail"


# -- what came up about the lot --------------------------------------------------------------------


def test_investigations_deviations_and_lifted_holds_are_read_before_they_are_signed(
    quality: Quality,
) -> None:
    """A reviewer must not find out elsewhere what the lot has been through."""
    program = quality.program
    told = ("--class", "major", "--title", "door open", "--text", "20 minutes")
    deviation = quality("deviation", "open", *told, "--concerns", quality.bags[0]).data["id"]
    oos = quality.result(quality.lot, "CD34", "6.1").data["oos"]
    stop = ("--cause", "material", "--reason", "lysate recalled")
    hold = quality("hold", "open", quality.fill_number, *stop).data["id"]
    program.signed("hold", "lift", hold, "--reason", "RA-12", user="QP1")

    signed = program.signed("lot", "review", quality.lot, user="QA1", as_json=False)

    shown = signed.stdout + signed.stderr
    assert f"OPEN DEVIATION {deviation}, major: door open (container {quality.bags[0]})" in shown
    assert f"OPEN INVESTIGATION {oos}, CD34 of {quality.lot}: open and not investigated" in shown
    assert f"Hold {hold} on fill {quality.fill_number} (material, lysate recalled)" in shown
    assert "was lifted by QP1" in shown
    assert "RA-12" in shown
