"""Results out of specification, from the failing count to the signed conclusion.

Event E05 of the training scenario, and a stain without its control. The stories are told through
the commands and can be read from top to bottom by somebody who never saw the program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests import steps

if TYPE_CHECKING:
    from tests.conftest import Program
    from tests.steps import Filled


def verify(program: Program, scan: str, **extra: Any) -> Any:
    """May this bag go into P01 now?"""
    return program("verify", scan, "--patient", "P01", user="PHARMACIST1", **extra)


def holds_on(program: Program, bag: str) -> list[dict[str, Any]]:
    return [hold for hold in program("hold", "list").data if hold["on"] == bag]


def rule(program: Program, lot: str, code: str) -> Any:
    """What one rule of the lot check says."""
    answer = program("lot", "check", lot, exit_code=None).data
    return next(each for each in answer["rules"] if each["code"] == code)


def test_e05_a_bag_thaws_at_64_percent_and_another_one_is_given_on_the_same_visit(
    released: tuple[Program, Filled],
) -> None:
    """A thawed bag fails, is destroyed by two people, and the visit is saved by the next bag.

    09:00  The pharmacist thaws bag 1 for P01 and counts it: 64 % of the cells are alive, and the
           specification asks for 70 %. lottrack opens an investigation in the same entry, holds the
           bag, and answers every further question about it with a refusal.
    09:15  Bag 1 is destroyed, signed by two pharmacists.
    09:20  Bag 2 of the same lot thaws at 88 %. It was never part of the investigation: it is
           verified, dispensed and given.
    Later  The laboratory finds no fault of its own. Quality assurance confirms the result; the hold
           stays until somebody lifts it by signature. The failed count is on record for good.
    """
    program, lot = released
    order = program("order", "list").data[0]["id"]
    first, second = lot.bags[0], lot.bags[1]

    # 09:00 - the count
    preparation = program("prepare", "start", order, lot.scans[0], user="PHARMACIST1").data["id"]
    counted = ("prepare", "count", preparation, "--total", "4.8e7", "--viability", "64")
    (failing,) = program(*counted, user="PHARMACIST1").data["results"]
    assert (failing["value"], failing["limit"], failing["verdict"]) == ("64", "≥ 70 %", "fail")
    opened = program("oos", "show", failing["oos"]).data
    assert (opened["preparation"], opened["state"]) == (preparation, "open")
    assert opened["opened_at"] == failing["at"]
    (hold,) = holds_on(program, first)
    assert (hold["cause"], hold["because_of"]) == ("oos", failing["id"])

    # - a hard stop, whichever way one asks
    blockers = verify(program, lot.scans[0], exit_code=42).blockers
    assert {"container-out-of-specification", "on-hold"} <= blockers
    assert steps.dispense(program, lot.scans[0], exit_code=42).blockers >= {
        "container-out-of-specification"
    }

    # - and counting again until it passes is no way out
    program.clock.advance(minutes=5)
    again = (*counted[:-1], "91")
    (second_count,) = program(*again, user="PHARMACIST1").data["results"]
    assert second_count["verdict"] == "pass"
    assert "container-out-of-specification" in verify(program, lot.scans[0], exit_code=42).blockers

    # 09:15 - destroyed, by two people
    program.clock.advance(minutes=10)
    gone = ("custody", "destroy", first, "--confirm", first, "--reason", "viability 64 %")
    witnessed = ("--witness", "PHARMACIST2")
    program.signed(*gone, *witnessed, user="PHARMACIST1", second="PHARMACIST2")
    assert "destroyed" in verify(program, lot.scans[0], exit_code=42).blockers

    # 09:20 - the next bag of the same lot
    program.clock.advance(minutes=5)
    steps.prepare_dose(program, order, lot.scans[1], viability="88")
    assert verify(program, lot.scans[1]).data["verdict"] == "accepted"
    steps.dispense(program, lot.scans[1])
    steps.infuse(program, lot.scans[1])
    assert holds_on(program, second) == []

    # Later - an open investigation stands in the lot's next check, and is owed
    assert failing["oos"] in rule(program, lot.lot, "oos-closed")["sentence"]
    (owed,) = program("oos", "list", "--open").data
    assert owed["next"].startswith(f"lottrack oos investigate {failing['oos']}")
    found = ("--assignable", "no", "--finding", "dilution and chamber checked, counted twice")
    program("oos", "investigate", failing["oos"], *found, user="QC1")

    # - nobody makes a bad count good without a fault of the laboratory
    wish = ("oos", "conclude", failing["oos"], "--invalidate", "--text", "the next bag was good")
    refused = program.signed(*wish, user="QA1", exit_code=40)
    assert refused.blockers == {"no-assignable-cause", "plan-missing"}
    end = ("oos", "conclude", failing["oos"], "--confirm", "--text", "bag 1 lost its cells in thaw")
    program.signed(*end, user="QA1")
    assert rule(program, lot.lot, "oos-closed")["outcome"] == "pass"

    # - the hold is lifted by signature like any other, and the failed count stays
    assert [each["id"] for each in holds_on(program, first)] == [hold["id"]]
    lift = ("hold", "lift", hold["id"], "--reason", "the bag was destroyed")
    program.signed(*lift, user="QA1")
    kept = [row for row in program("result", "list", lot.lot).data if row["id"] == failing["id"]]
    assert [(row["value"], row["verdict"], row["set_aside"]) for row in kept] == [
        ("64", "fail", False)
    ]
    assert program("audit", "verify").data["verdict"] == "intact"


def test_a_stain_without_its_control_is_repeated_by_plan_and_not_until_it_passes(
    filled: tuple[Program, Filled],
) -> None:
    """CD34 is measured at 6.1 %, and 2 % is the most. The compensation control was forgotten.

    The analyst records what the cytometer said and tries at once to repeat the stain; without a
    plan that is refused. The laboratory names the cause, quality assurance fixes two retests by
    signature, the analyst measures them and nobody a third. The second analyst reviews, and the
    qualified person, who measured nothing, concludes. Nothing stands against the lot any more; its
    first result is in every list, with the investigation that set it aside.
    """
    program, lot = filled
    failing = program("result", "record", lot.lot, "CD34", "6.1", user="QC1").data
    oos = failing["oos"]
    again = ("result", "record", lot.lot, "CD34", "0.4", "--retest", oos)
    assert program(*again, user="QC1", exit_code=40).code == "retest-without-plan"

    cause = ("--assignable", "yes", "--finding", "the compensation control was missing")
    program("oos", "investigate", oos, *cause, user="QC2")
    plan = ("oos", "plan", oos, "--retests", "2", "--text", "two new stainings, with the control")
    program.signed(*plan, user="QC1", exit_code=54)
    shown = program.signed(*plan, user="QA1", as_json=False).stderr
    assert "6.1 %; limit ≤ 2 %; FAIL" in shown
    assert "Retests planned: 2" in shown

    program.clock.advance(minutes=30)
    retests = [program(*again, user="QC1").data["id"] for _ in range(2)]
    assert program(*again, user="QC1", exit_code=40).code == "retests-used-up"
    end = ("oos", "conclude", oos, "--invalidate", "--text", "measured without its control")
    assert program.signed(*end, user="QP1", exit_code=40).blockers == {"retest-not-reviewed"}
    program.signed("result", "review", failing["id"], *retests, user="QC2")
    assert rule(program, lot.lot, "results-within-specification")["outcome"] == "fail"
    program.signed(*end, user="QP1")

    assert rule(program, lot.lot, "oos-closed")["outcome"] == "pass"
    assert rule(program, lot.lot, "results-within-specification")["outcome"] == "pass"
    text = program("result", "list", lot.lot, as_json=False).stdout
    assert f"Under {oos}: {failing['id']}, SET ASIDE" in text
