"""An incubator at 39 °C: what quality assurance does about it, and what the record keeps of it.

Scenario. The site requires training for looking at cultures; whoever lacks it, or whose training
has ended, is refused. A sample of lot L01 is kept in incubator INC-01, which is calibrated. The lot
is filled, tested and reviewed; then the incubator fails its next calibration: it was 1.5 °C too
warm, and L01 cannot be released. The production lead opens a major deviation of that calibration
and that lot. The cause is found (a worn door seal), the seal is replaced, and quality assurance,
who had no part in it, signs the closing with a day by which to check whether the new seal helped.
Now the lot is released. When the day comes `lottrack due` reminds of the check; the alarm came
again, so the deviation is open again until something more is agreed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import steps
from tests.steps import ago, local_day

if TYPE_CHECKING:
    from tests.conftest import Program
    from tests.steps import Filled

RULES = {"equipment-in-calibration", "deviations-closed"}


def rules(program: Program, lot: str) -> dict[str, str]:
    """The two rules of the lot check that this story is about."""
    checked = program("lot", "check", lot, exit_code=None).data
    return {r["code"]: r["outcome"] for r in checked["rules"] if r["code"] in RULES}


def owed(program: Program, days: int = 7) -> dict[str, str]:
    """What is owed for deviations, equipment and training within so many days."""
    listed = program("due", "--days", days).data
    about = ("deviation", "corrective", "effectiveness", "calibration", "failed", "training")
    return {each["code"]: each["id"] for each in listed if each["code"].startswith(about)}


@pytest.fixture
def incubated(filled: tuple[Program, Filled]) -> tuple[Program, Filled]:
    """The filled lot, its last harvest sampled in a calibrated incubator, tested and reviewed."""
    program, lot = filled
    told = ("--name", "CO2 incubator 1", "--kind", "incubator", "--place", "GMP")
    program("equipment", "register", "INC-01", *told, user="LEAD1")
    days = ("--on", local_day(program, -90), "--due", local_day(program, 90))
    program("equipment", "calibrate", "INC-01", *days, "--certificate", "KAL-1", user="LEAD1")
    program(
        *("lot", "sample", lot.lot, "--kind", "cells at harvest", "--equipment", "INC-01"),
        *("--at", ago(program, days=34)),
        user="TECHNICIAN1",
    )
    results = steps.record_results(program, lot)
    program.signed("result", "review", *results.values(), user="QC2")
    program.signed("lot", "review", lot.lot, user="QA1")
    return program, lot


def failed_calibration(program: Program) -> dict[str, Any]:
    """The incubator fails its next calibration."""
    days = ("--on", local_day(program), "--due", local_day(program, 180))
    return dict(
        program(
            *("equipment", "calibrate", "INC-01", *days, "--certificate", "KAL-2"),
            *("--result", "fail"),
            user="LEAD1",
        ).data
    )


def test_whoever_is_not_trained_does_not_seed(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    sop = ("--subject", "SOP-CULT-012")
    program("training", "require", "--act", "lot observe", *sop, user="QA1")
    look = ("lot", "observe", lot.lot, "--passage", "P2", "--text", "confluent")

    refused = program(*look, user="TECHNICIAN2", exit_code=50)
    assert refused.code == "training-missing"

    until = ("--on", local_day(program), "--until", local_day(program, 3))
    program("training", "record", "TECHNICIAN2", *sop, *until, user="QA1")
    program(*look, user="TECHNICIAN2")
    assert owed(program)["training-due"]

    program.clock.advance(days=4)
    assert program(*look, user="TECHNICIAN2", exit_code=50).code == "training-expired"


def test_a_warm_incubator_from_its_failed_calibration_to_the_check_of_the_new_seal(
    incubated: tuple[Program, Filled],
) -> None:
    program, lot = incubated
    assert rules(program, lot.lot) == {
        "equipment-in-calibration": "pass",
        "deviations-closed": "not_applicable",
    }

    # It fails, and what was made with it is known at once.
    program.clock.advance(days=1)
    failed = failed_calibration(program)
    assert failed["lots_in_doubt"] == [lot.lot]
    assert rules(program, lot.lot)["equipment-in-calibration"] == "fail"
    assert owed(program)["failed-calibration-unjudged"] == failed["id"]
    refused = program.signed("lot", "release", lot.lot, user="QP1", exit_code=41)
    assert refused.blockers == {"equipment-in-calibration"}

    # A major deviation, of the calibration and of the lot.
    number = program(
        *("deviation", "open", "--class", "major", "--title", "INC-01 1.5 °C too warm"),
        *("--text", "found at the yearly calibration", "--concerns", failed["id"]),
        *("--concerns", lot.lot),
        user="LEAD1",
    ).data["id"]
    assert rules(program, lot.lot) == dict.fromkeys(RULES, "fail")
    program(
        *("deviation", "investigate", number, "--cause", "door seal worn"),
        *("--text", "temperature log read: never above 38.6 °C; viability and growth as ever"),
        user="LEAD1",
    )
    action = program(
        *("deviation", "action", number, "--text", "replace the seal", "--owner", "TECHNICIAN2"),
        *("--due", local_day(program, 3)),
        user="LEAD1",
    ).data["id"]
    assert owed(program)["corrective-action-due"] == action
    program("deviation", "done", action, "--text", "work order 4711", user="TECHNICIAN2")

    # Closed by somebody who had no part in it, with a day for the check of the effect.
    day = local_day(program, 60)
    words = ("--text", "no effect on the cells of L01", "--check-due", day)
    close = ("deviation", "close", number, *words)
    assert program.signed(*close, user="LEAD1", exit_code=52).code == "role-missing"
    program.signed(*close, user="QA1")
    assert rules(program, lot.lot) == dict.fromkeys(RULES, "pass")
    program.signed("lot", "release", lot.lot, user="QP1")

    # The day comes, and the alarm came again.
    program.clock.advance(days=59)
    assert owed(program) == {"effectiveness-check-due": number, "calibration-due": "INC-01"}
    check = ("--effective", "no", "--text", "alarm again on Sunday night")
    answered = program("deviation", "check", number, *check, user="QA1").data
    assert answered["reopened"] is True
    assert owed(program)["deviation-open"] == number
    refused = program.signed(
        *("deviation", "close", number, "--text", "x"),
        *("--check-due", local_day(program, 30)),
        user="QA1",
        exit_code=30,
    )
    assert refused.blockers == {"found-without-effect"}

    assert program("audit", "verify").data["verdict"] == "intact"
    assert program("admin", "check").data["verdict"] == "intact"


def test_what_was_done_in_it_all_the_same_is_told_and_held(
    incubated: tuple[Program, Filled],
) -> None:
    """The truth is recorded: with an incident, a hold, and a deviation opened from the incident."""
    program, lot = incubated
    program.clock.advance(days=1)
    failed_calibration(program)
    sample = ("lot", "sample", lot.lot, "--kind", "cells", "--equipment", "INC-01")
    refused = program(*sample, user="TECHNICIAN1", exit_code=40)
    assert refused.blockers == {"calibration-failed"}

    told = program(
        *(*sample, "--happened", "--reason", "the red tag had fallen off"),
        *("--second", "TECHNICIAN2"),
        user="TECHNICIAN1",
        secrets=("TECHNICIAN2",),
    ).data
    (hold,) = program("hold", "list").data
    assert (hold["on"], hold["because_of"]) == (lot.lot, told["incident"])

    opened = program(
        *("deviation", "open", "--class", "minor", "--title", "Tag fell off"),
        *("--text", "a sample was kept warm in INC-01", "--concerns", told["incident"]),
        user="TECHNICIAN1",
    ).data
    shown = program("deviation", "show", opened["id"]).data
    assert lot.lot in {each["record"] for each in shown["concerned"]}
