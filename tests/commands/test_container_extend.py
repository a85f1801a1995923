"""``lottrack container extend``: another expiry by signature; labels with the old one fall."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.raw import raw

if TYPE_CHECKING:
    from tests.conftest import Program
    from tests.steps import Filled

BASIS = "stability report ST-12, 36 months"


def extend(program: Program, *bags: str, years: int = 3, user: str = "QP1", **extra: object):
    told = ("--expires", expiry(program, years), "--basis", BASIS)
    return program.signed("container", "extend", *bags, *told, user=user, **extra)


def expiry(program: Program, years: int) -> str:
    return (program.clock() + timedelta(days=365 * years)).strftime("%Y-%m-%dT23:59")


def shown_expiry(program: Program, lot: str) -> dict[str, str]:
    return {each["id"]: each["expires"] for each in program("lot", "show", lot).data["containers"]}


def blockers(refused) -> list[str]:
    return [each["code"] for each in refused.data["error"]["blockers"]]


def test_containers_have_the_new_expiry_and_others_keep_theirs(
    filled: tuple[Program, Filled],
) -> None:
    program, lot = filled
    before = shown_expiry(program, lot.lot)
    made = extend(program, *lot.bags[:2]).data
    assert made["kind"] == "container_extension"
    assert [each["id"] for each in made["containers"]] == list(lot.bags[:2])
    after = shown_expiry(program, lot.lot)
    assert {after[bag] for bag in lot.bags[:2]} == {made["expires"]}
    assert after[lot.bags[2]] == before[lot.bags[2]]
    shown = program("custody", "show", lot.bags[0]).data
    assert shown["expires"] == made["expires"]


def test_the_labels_become_void_and_the_answer_asks_for_others(
    filled: tuple[Program, Filled],
) -> None:
    program, lot = filled
    made = extend(program, lot.bags[0]).data
    (told,) = made["containers"]
    assert told["void_labels"]
    assert [each["code"] for each in made["warnings"]] == ["container-without-label"]
    listed = program("label", "list", lot.bags[0]).data
    assert {row["state"] for row in listed if row["id"] in told["void_labels"]} == {"void"}


def test_a_new_label_says_the_new_expiry(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    extend(program, lot.bags[0])
    (label,) = program("label", "print", lot.bags[0], user="TECHNICIAN1").data
    program("label", "apply", label["payload"], "--to", lot.bags[0], user="TECHNICIAN1")
    with raw(program.db) as database:
        shown = database.execute("SELECT shown FROM label WHERE id = ?", (label["id"],)).fetchone()
    assert str(program.clock().year + 3) in shown[0]


def test_the_signer_sees_what_was_and_what_will_be(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    shown = extend(program, lot.bags[0]).stderr
    assert f"Container: {lot.bags[0]} of lot {lot.lot}, cryopreserved" in shown
    assert f"Basis: {BASIS}" in shown
    assert "Expiry until now:" in shown
    assert "Labels that become void: LB-" in shown
    assert "MSC-EB-TRIAL@1 allows: no shelf life" in shown


def test_the_pharmacists_question_is_judged_by_the_new_expiry(
    released: tuple[Program, Filled],
) -> None:
    program, lot = released
    bag = lot.bags[0]
    extend(program, bag, years=5)
    program.clock.advance(days=800)
    found = {}
    for asked in lot.bags[:2]:
        answer = program("verify", asked, "--patient", "P01", user="PHARMACIST1", exit_code=42)
        found[asked] = {each["code"] for each in answer.data["blockers"]}
    assert "expired" not in found[bag]
    assert "expired" in found[lot.bags[1]]


def test_what_has_expired_is_not_extended(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    program.clock.advance(days=800)
    assert blockers(extend(program, lot.bags[0], exit_code=40)) == ["already-expired"]


def test_the_label_that_says_the_old_expiry_stops_the_container(
    released: tuple[Program, Filled],
) -> None:
    program, lot = released
    extend(program, lot.bags[0])
    asked = ("verify", lot.scans[0], "--patient", "P01")
    answer = program(*asked, user="PHARMACIST1", exit_code=42).data
    assert "label-void" in {each["code"] for each in answer["blockers"]}


def test_the_lot_check_tells_of_it(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    number = extend(program, lot.bags[0]).data["id"]
    rules = program("lot", "check", lot.lot, exit_code=None).data["rules"]
    rule = next(each for each in rules if each["code"] == "expiry-within-shelf-life")
    assert rule["outcome"] == "pass"
    assert f"{lot.bags[0]} extended to" in rule["sentence"]
    assert number in rule["sentence"]


def test_a_correction_of_what_was_signed_takes_the_extension_away(
    filled: tuple[Program, Filled],
) -> None:
    program, lot = filled
    before = shown_expiry(program, lot.lot)[lot.bags[0]]
    extend(program, lot.bags[0])
    told = ("planned_cells=4.1e7", "--reason", "misread")
    program("correct", lot.bags[0], *told, user="TECHNICIAN1")
    assert shown_expiry(program, lot.lot)[lot.bags[0]] == before


def test_a_second_extension_takes_the_place_of_the_first(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    extend(program, lot.bags[0], years=5)
    made = extend(program, lot.bags[0], years=3).data
    assert shown_expiry(program, lot.lot)[lot.bags[0]] == made["expires"]


def test_the_record_proves_itself_afterwards(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    number = extend(program, lot.bags[0]).data["id"]
    acts = [entry["act"] for entry in program("audit", "show", lot.bags[0]).data]
    assert "container extend" in acts
    assert program("audit", "verify").data["verdict"] == "intact"
    assert program("admin", "check").data["verdict"] == "intact"
    for words, code in (
        (("correct", number, "basis=y"), "not-correctable"),
        (("strike", number), "not-strikable"),
    ):
        refused = program(*words, "--reason", "x", user="QA1", exit_code=30)
        assert refused.code == code


def test_an_expiry_that_is_not_later_extends_nothing(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    refused = extend(program, lot.bags[0], years=0, exit_code=40)
    assert blockers(refused) == ["expiry-not-extended"]


def test_the_same_extension_is_not_given_twice(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    extend(program, lot.bags[0])
    assert blockers(extend(program, lot.bags[0], exit_code=40)) == ["expiry-not-extended"]


def test_an_expiry_in_the_past_is_refused(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    assert extend(program, lot.bags[0], years=-1, exit_code=2).code == "expiry-in-past"


def test_an_expiry_is_told_to_the_minute(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    told = ("--expires", "2039-01-01T10:00:30", "--basis", BASIS)
    refused = program.signed("container", "extend", lot.bags[0], *told, user="QP1", exit_code=2)
    assert refused.code == "bad-time"


def test_every_container_that_cannot_be_extended_is_named(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    gone = ("--reason", "dropped", "--witness", "TECHNICIAN2", "--confirm", lot.bags[0])
    program.signed(
        *("custody", "destroy", lot.bags[0], *gone),
        user="TECHNICIAN1",
        second="TECHNICIAN2",
    )
    refused = extend(program, *lot.bags[:2], exit_code=40)
    assert blockers(refused) == ["wrong-state"]
    assert lot.bags[0] in refused.data["error"]["blockers"][0]["sentence"]
    assert shown_expiry(program, lot.lot)[lot.bags[1]] != expiry(program, 3)


def test_what_was_rejected_is_not_extended(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    told = ("--reason", "growth", "--confirm", lot.lot)
    program.signed("lot", "reject", lot.lot, *told, user="QP1")
    assert blockers(extend(program, lot.bags[0], exit_code=40)) == ["disposition-final"]


@pytest.mark.parametrize("user", ["QA1", "TECHNICIAN1", "PHARMACIST1"])
def test_only_a_qualified_person_extends(filled: tuple[Program, Filled], user: str) -> None:
    program, lot = filled
    assert extend(program, lot.bags[0], user=user, exit_code=52).code == "role-missing"


def test_what_is_due_counts_from_the_new_expiry(filled: tuple[Program, Filled]) -> None:
    program, lot = filled
    made = extend(program, lot.bags[0]).data
    owed = program("due", "--days", 3000).data
    days = {row["id"]: row["due_on"] for row in owed if row["id"] in lot.bags}
    assert days[lot.bags[0]] == made["expires"][:10]
    assert days[lot.bags[1]] < days[lot.bags[0]]
