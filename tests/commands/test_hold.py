"""Holds: opened on anything, stacked, each lifted by another person's signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)


def opened(quality: Quality, thing: str, *more: object, **extra: Any) -> Any:
    """A hold opened by a technician."""
    told = ("hold", "open", thing, "--cause", "material", "--reason", "platelet lysate recalled")
    return quality(*told, *more, **extra)


def lifted(quality: Quality, hold: str, user: str = "QA1", **extra: Any) -> Any:
    """A hold lifted by quality assurance."""
    told = ("hold", "lift", hold, "--reason", "risk assessment RA-12")
    return quality.program.signed(*told, user=user, **extra)


def open_holds(quality: Quality) -> list[str]:
    return [row["id"] for row in quality.program("hold", "list").data]


def things(quality: Quality) -> dict[str, str]:
    collection = quality.show(quality.lot)["collection"]
    return {
        "donor": "D01",
        "collection": collection,
        "lot": quality.lot,
        "fill": quality.fill_number,
        "container": quality.bags[0],
    }


@pytest.mark.parametrize("kind", ["donor", "collection", "lot", "fill", "container"])
def test_whatever_is_held_stops_the_lot(quality: Quality, kind: str) -> None:
    quality.ready()
    thing = things(quality)[kind]
    made = opened(quality, thing).data
    assert (made["kind"], made["on_kind"], made["on"]) == ("hold", kind, thing)
    assert (made["cause"], made["automatic"], made["opened_by"]) == (
        "material", False, "TECHNICIAN1",
    )  # fmt: skip
    found = quality.rule("holds-none-open")
    assert (found["outcome"], found["evidence"]) == ("fail", [made["id"]])
    quality.release(exit_code=41)


def test_a_hold_on_a_parent_lot_stops_its_child(quality: Quality) -> None:
    origin = ("--parent", quality.lot, "--product", "MSC-EB", "--spec", "MSC-EB-TRIAL")
    child = quality("lot", "register", *origin).data["id"]
    hold = opened(quality, quality.lot).data["id"]
    rules = {rule["code"]: rule for rule in quality.check(lot=child)["rules"]}
    assert rules["holds-none-open"]["evidence"] == [hold]


def test_a_held_thing_is_read_from_its_label(quality: Quality) -> None:
    number = quality.bags[0].lower().replace("-", "")
    assert opened(quality, number).data["on"] == quality.bags[0]


def test_holds_stack_and_each_is_lifted_for_itself(quality: Quality) -> None:
    quality.ready()
    first, second = (opened(quality, quality.lot).data["id"] for _ in range(2))
    assert open_holds(quality) == [first, second]
    lifted(quality, first)
    assert open_holds(quality) == [second]
    assert quality.outcome("holds-none-open") == "fail"
    lifted(quality, second)
    assert quality.outcome("holds-none-open") == "pass"
    assert quality.check()["verdict"] == "releasable"


def test_a_hold_leaves_the_disposition_as_it_is(quality: Quality) -> None:
    quality.ready().release()
    hold = opened(quality, quality.lot).data["id"]
    assert quality.disposition() == "released"
    lifted(quality, hold)
    assert quality.disposition() == "released"


def test_a_lift_tells_who_and_why(quality: Quality) -> None:
    hold = opened(quality, quality.lot).data["id"]
    made = lifted(quality, hold).data
    assert (made["id"], made["lifted_by"]) == (hold, "QA1")
    assert made["lifted_because"] == "risk assessment RA-12"
    assert open_holds(quality) == []
    (row,) = quality.program("hold", "list", "--all").data
    assert (row["opened_by"], row["lifted_by"]) == ("TECHNICIAN1", "QA1")
    text = quality.program("hold", "list", "--all", as_json=False).stdout
    assert "platelet lysate recalled" in text


def test_nobody_lifts_a_hold_of_their_own(quality: Quality) -> None:
    hold = opened(quality, quality.lot, user="QA1").data["id"]
    assert lifted(quality, hold, exit_code=54).code == "same-person"
    lifted(quality, hold, user="QP1")


def test_a_hold_that_opened_by_itself_may_be_lifted_by_whoever_caused_it(
    quality: Quality,
) -> None:
    with quality.change("lot release") as change:
        hold = change.record(
            "hold", lot=quality.lot, cause="oos", automatic=1, recorded_by="TECHNICIAN1"
        )
    listed = quality.program("hold", "list", as_json=False).stdout
    assert "lottrack" in listed
    lifted(quality, hold)


def test_the_hold_of_a_failing_result_waits_for_its_signed_conclusion(quality: Quality) -> None:
    """Nothing goes on to a patient while nobody has found out why it failed (Part IV 11.5)."""
    quality.ready().release()
    made = quality.result(quality.lot, "CD34", "6.1").data
    (hold,), oos, program = made["holds"], made["oos"], quality.program

    refused = lifted(quality, hold["id"], exit_code=40)
    assert refused.code == "oos-open"
    assert f"lottrack oos investigate {oos}" in refused.data["error"]["hint"]
    found = ("--assignable", "no", "--finding", "no fault of the laboratory")
    program("oos", "investigate", oos, *found, user="QC2")
    refused = lifted(quality, hold["id"], exit_code=40)
    assert f"lottrack oos conclude {oos}" in refused.data["error"]["hint"]
    assert open_holds(quality) == [hold["id"]]

    program.signed("oos", "conclude", oos, "--confirm", "--text", "it is so", user="QP1")
    lifted(quality, hold["id"])
    assert open_holds(quality) == []


def test_a_hold_that_a_person_opened_for_such_a_result_is_theirs_to_judge(
    quality: Quality,
) -> None:
    quality.result(quality.lot, "CD34", "6.1")
    told = ("hold", "open", quality.lot, "--cause", "oos", "--reason", "CD34 is too high")
    hold = quality(*told).data["id"]
    lifted(quality, hold)


def test_a_hold_is_lifted_once(quality: Quality) -> None:
    hold = opened(quality, quality.lot).data["id"]
    lifted(quality, hold)
    assert lifted(quality, hold, exit_code=33).code == "already-lifted"


def test_only_quality_lifts(quality: Quality) -> None:
    hold = opened(quality, quality.lot).data["id"]
    lifted(quality, hold, user="QC1", exit_code=52)
    told = ("hold", "lift", hold, "--reason", "x")
    quality.program(*told, user="QA1", secrets=("wrong",), exit_code=53)
    assert open_holds(quality) == [hold]


def test_a_courier_holds_nothing(quality: Quality) -> None:
    opened(quality, quality.lot, user="COURIER1", exit_code=52)


def test_what_cannot_be_held_is_refused(quality: Quality) -> None:
    opened(quality, "P01", exit_code=64)
    opened(quality, "L99", exit_code=20)
    wrong = quality.bags[0][:-1] + ("A" if quality.bags[0][-1] != "A" else "B")
    opened(quality, wrong, exit_code=63)
    lifted(quality, quality.lot, exit_code=64)


def test_a_code_names_one_thing_that_can_be_held(quality: Quality) -> None:
    """No donor gets the code of a lot, so that a hold never lands on the other one."""
    born = ("--born", 1990, "--sex", "F")
    refused = quality("donor", "register", "--code", quality.lot, *born, exit_code=31)
    assert refused.code == "number-already-used"
    assert opened(quality, quality.lot, "--on", "lot").data["on_kind"] == "lot"


def test_a_dry_run_holds_nothing(quality: Quality) -> None:
    opened(quality, quality.lot, "--dry-run")
    assert open_holds(quality) == []
    assert "no open hold" in quality.program("hold", "list", as_json=False).stdout


# -- after a correction ----------------------------------------------------------------------------


def voided(quality: Quality) -> str:
    """A released lot, something its release rests on corrected; the hold that stops it."""
    quality.ready().release()
    with quality.store() as store:
        harvest = store.rows("harvest")[-1].root
    why = ("--reason", "read from the wrong line")
    made = quality("correct", harvest, "viability_pct=93", *why, user="TECHNICIAN2").data
    (hold,) = made["holds"]
    assert (hold["on_kind"], hold["cause"]) == ("fill", "correction")
    return str(hold["id"])


def test_what_a_correction_voided_goes_by_the_signature_of_who_may_release(
    quality: Quality,
) -> None:
    """No signature survives a correction of what it covers: quality assurance does not certify."""
    hold = voided(quality)
    refused = lifted(quality, hold, user="QA1", exit_code=52)
    assert "only who may release it" in refused.data["error"]["sentence"]
    assert hold in open_holds(quality)
    shown = lifted(quality, hold, user="QP1").stderr
    for expected in (
        "viability_pct: 94 -> 93",
        "read from the wrong line",
        "With this signature it holds with what was corrected.",
    ):
        assert expected in shown, expected
    assert hold not in open_holds(quality)


def test_after_the_lifting_it_can_be_released_anew(quality: Quality) -> None:
    lifted(quality, voided(quality), user="QP1")
    quality.review_lot()
    quality.release()
    rows = quality.program("lot", "register-of-certifications").data
    assert [row["signature_stands"] for row in rows] == [False, True]


def test_a_hold_opened_by_hand_for_a_correction_is_lifted_by_quality_assurance(
    quality: Quality,
) -> None:
    told = ("hold", "open", quality.lot, "--cause", "correction", "--reason", "to be looked at")
    lifted(quality, quality(*told).data["id"], user="QA1")
