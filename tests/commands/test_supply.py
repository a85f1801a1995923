"""Supply of a container out of specification: asked for, evaluated, accepted; never released."""

from __future__ import annotations

from typing import Any

import pytest

from tests import steps
from tests.conftest import Program
from tests.raw import raw
from tests.steps import Filled

Site = tuple[Program, Filled]

NEED = ("--reason", "no other bag is left, and the child cannot wait three weeks")
RISK = ("--text", "61 % viable: fewer cells, none of them foreign; RA-31")


@pytest.fixture
def failing(released: Site) -> tuple[Program, Filled, str]:
    """A thawed bag with too few viable cells in it (61 %), at the pharmacy; and its order."""
    program, lot = released
    order = program("order", "list").data[0]["id"]
    steps.prepare_dose(program, order, lot.scans[0], viability="61")
    return program, lot, order


def act(program: Program, verb: str, number: str, *more: object, **extra: Any) -> Any:
    user = extra.pop("user", "QP1" if verb == "assess" else "CLINICIAN1")
    return program.signed("supply", verb, number, *more, user=user, **extra)


def accepted(site: tuple[Program, Filled, str]) -> str:
    """A complete dossier of the failing bag."""
    program, lot, _ = site
    number = act(program, "request", lot.bags[0], *NEED).data["id"]
    act(program, "assess", number, *RISK)
    act(program, "accept", number)
    return str(number)


def asked(site: tuple[Program, Filled, str], scan: str = "", **extra: Any) -> Any:
    program, lot, _ = site
    words = ("verify", scan or lot.scans[0], "--patient", "P01")
    return program(*words, user="PHARMACIST1", **extra)


# -- the dossier -----------------------------------------------------------------------------------


def test_physician_asks_manufacturer_evaluates_physician_accepts(
    failing: tuple[Program, Filled, str],
) -> None:
    program, lot, _ = failing
    asked_for = act(program, "request", lot.bags[0], *NEED)
    number = asked_for.data["id"]
    assert asked_for.data["state"] == "requested"
    assert "container-out-of-specification" in asked_for.stderr
    evaluated = act(program, "assess", number, *RISK)
    assert evaluated.data["state"] == "assessed"
    assert {f["code"] for f in evaluated.data["faults"]} == {
        "on-hold",
        "container-out-of-specification",
        "dose-below-range",
    }
    taken = act(program, "accept", number)
    assert taken.data["state"] == "accepted"
    for expected in (
        "no other bag is left",
        "61 % viable: fewer cells",
        "I was told that it is out of specification",
        "released, and not changed by this",
    ):
        assert expected in taken.stderr, expected
    assert [call["whom"] for call in taken.data["calls"]] == ["sponsor"]
    assert program("notify", "show", number).data["id"] == number
    assert program("supply", "show", number).data["state"] == "accepted"
    assert [row["id"] for row in program("supply", "list").data] == [number]


@pytest.mark.parametrize(
    ("verb", "user"), [("request", "QP1"), ("assess", "CLINICIAN1"), ("accept", "QP1")]
)
def test_each_act_is_its_own_persons(
    failing: tuple[Program, Filled, str], verb: str, user: str
) -> None:
    program, lot, _ = failing
    number = lot.bags[0]
    more: tuple[str, ...] = NEED
    if verb != "request":
        number = act(program, "request", number, *NEED).data["id"]
        more = RISK if verb == "assess" else ()
    if verb == "accept":
        act(program, "assess", number, *RISK)
    act(program, verb, number, *more, user=user, exit_code=52)


def test_who_asked_does_not_evaluate(failing: tuple[Program, Filled, str]) -> None:
    program, lot, _ = failing
    program("user", "role", "CLINICIAN1", "--add", "qp", user="ADMIN")
    number = act(program, "request", lot.bags[0], *NEED).data["id"]
    refused = act(program, "assess", number, *RISK, user="CLINICIAN1", exit_code=54)
    assert refused.code == "same-person"


def test_a_container_within_its_specification_is_not_supplied_this_way(released: Site) -> None:
    program, lot = released
    refused = act(program, "request", lot.bags[1], *NEED, exit_code=41)
    assert refused.code == "not-out-of-specification"


def test_what_is_merely_not_released_yet_is_not_supplied_this_way(filled: Site) -> None:
    program, lot = filled
    refused = act(program, "request", lot.bags[0], *NEED, exit_code=41)
    assert refused.code == "not-out-of-specification"
    assert refused.blockers == {"lot-not-released"}
    assert "lottrack lot check" in refused.data["error"]["hint"]


def test_what_is_gone_is_not_supplied(failing: tuple[Program, Filled, str]) -> None:
    program, lot, _ = failing
    destroyed = ("custody", "destroy", lot.bags[0], "--reason", "61 %", "--confirm", lot.bags[0])
    program.signed(*destroyed, "--witness", "PHARMACIST2", user="PHARMACIST1", second="PHARMACIST2")
    refused = act(program, "request", lot.bags[0], *NEED, exit_code=41)
    assert refused.code == "not-to-be-supplied"


def test_a_container_has_one_open_dossier(failing: tuple[Program, Filled, str]) -> None:
    program, lot, _ = failing
    number = act(program, "request", lot.bags[0], *NEED).data["id"]
    assert act(program, "request", lot.bags[0], *NEED, exit_code=33).code == "dossier-open"
    act(program, "decline", number, "--reason", "she is better")
    assert act(program, "request", lot.bags[0], *NEED).data["id"] != number


def test_nothing_is_accepted_before_it_was_evaluated_or_twice(
    failing: tuple[Program, Filled, str],
) -> None:
    program, lot, _ = failing
    number = act(program, "request", lot.bags[0], *NEED).data["id"]
    assert act(program, "accept", number, exit_code=41).code == "dossier-not-there"
    act(program, "assess", number, *RISK)
    act(program, "accept", number)
    assert act(program, "accept", number, exit_code=33).code == "already-accepted"


def test_a_declined_dossier_is_closed_not_supplied(failing: tuple[Program, Filled, str]) -> None:
    program, lot, _ = failing
    number = accepted(failing)
    made = act(program, "decline", number, "--reason", "fever: not today").data
    assert (made["state"], made["decision_reason"]) == ("not_supplied", "fever: not today")
    assert act(program, "accept", number, exit_code=41).code == "dossier-not-there"
    assert asked(failing, exit_code=42).blockers >= {"container-out-of-specification"}
    assert program("notify", "list").data == [], "nobody is told of what was not supplied"
    assert act(program, "request", lot.bags[0], *NEED).data["state"] == "requested"


# -- at the bedside --------------------------------------------------------------------------------


def test_without_a_complete_dossier_the_answer_stays_no(
    failing: tuple[Program, Filled, str],
) -> None:
    program, lot, _ = failing
    against = asked(failing, exit_code=42).blockers
    number = act(program, "request", lot.bags[0], *NEED).data["id"]
    assert asked(failing, exit_code=42).blockers == against
    act(program, "assess", number, *RISK)
    assert asked(failing, exit_code=42).blockers == against


def test_verify_says_in_words_what_it_is_and_under_which_dossier(
    failing: tuple[Program, Filled, str],
) -> None:
    program, lot, _ = failing
    number = accepted(failing)
    answer = asked(failing).data
    assert answer["verdict"] == "accepted"
    (supply,) = answer["supplies"]
    assert (supply["id"], supply["container"]) == (number, lot.bags[0])
    assert "out-of-specification-supply" in {w["code"] for w in answer["warnings"]}
    page = asked(failing, as_json=False).stdout
    said = f"OUT-OF-SPECIFICATION SUPPLY under dossier {number}: it fails its specification"
    assert page.count(said) == 1
    assert program("lot", "show", lot.lot).data["disposition"] == "released"


def test_it_is_dispensed_and_given_and_the_record_still_proves_itself(
    failing: tuple[Program, Filled, str],
) -> None:
    program, lot, _ = failing
    number = accepted(failing)
    issued = steps.dispense(program, lot.scans[0])
    assert f"OUT-OF-SPECIFICATION SUPPLY under dossier {number}" in issued.stderr
    given = steps.infuse(program, lot.scans[0])
    assert f"OUT-OF-SPECIFICATION SUPPLY under dossier {number}" in given.stderr
    assert program("supply", "show", number).data["state"] == "supplied"
    assert program("infusion", "list").data[0]["incident"] is False
    checked = program("admin", "check").data
    assert (checked["verdict"], checked["findings"]) == ("intact", [])
    assert asked(failing, exit_code=42).blockers >= {"already-infused"}


def test_every_other_fault_is_still_refused(failing: tuple[Program, Filled, str]) -> None:
    program, lot, _ = failing
    accepted(failing)
    steps.register_patient(program, "P02")
    words = ("verify", lot.scans[0], "--patient", "P02")
    assert "wrong-patient" in program(*words, user="PHARMACIST1", exit_code=42).blockers
    program.clock.advance(hours=3)
    assert asked(failing, exit_code=42).blockers == {"post-thaw-limit-passed"}


def test_a_hold_opened_after_the_acceptance_is_not_covered(
    failing: tuple[Program, Filled, str],
) -> None:
    program, lot, _ = failing
    number = accepted(failing)
    held = ("hold", "open", lot.bags[0], "--cause", "damage", "--reason", "a leak at the port")
    program(*held, user="PHARMACIST1")
    assert asked(failing, exit_code=42).blockers == {"on-hold", "container-damaged"}
    act(program, "assess", number, "--text", "leak at the port, clamped: RA-32")
    assert asked(failing, exit_code=42).blockers >= {"on-hold"}, (
        "a new evaluation, not yet accepted"
    )
    act(program, "accept", number)
    assert asked(failing).data["verdict"] == "accepted"


def test_what_came_up_since_the_evaluation_is_not_accepted(
    failing: tuple[Program, Filled, str],
) -> None:
    program, lot, _ = failing
    number = act(program, "request", lot.bags[0], *NEED).data["id"]
    act(program, "assess", number, *RISK)
    held = ("hold", "open", lot.bags[0], "--cause", "damage", "--reason", "a leak at the port")
    program(*held, user="PHARMACIST1")
    refused = act(program, "accept", number, exit_code=41)
    assert refused.code == "faults-since-assessment"
    assert refused.blockers == {"on-hold", "container-damaged"}


def test_the_dossier_of_one_bag_is_no_dossier_of_its_sister(
    failing: tuple[Program, Filled, str],
) -> None:
    program, lot, _ = failing
    accepted(failing)
    held = ("hold", "open", lot.bags[1], "--cause", "damage", "--reason", "a crack")
    program(*held, user="PHARMACIST1")
    assert "on-hold" in asked(failing, lot.scans[1], exit_code=42).blockers


def test_correcting_what_was_signed_voids_the_dossier(
    failing: tuple[Program, Filled, str],
) -> None:
    program, _, _ = failing
    number = accepted(failing)
    with raw(program.db) as database:
        told = database.execute("SELECT root FROM preparation_count").fetchone()[0]
    program("correct", told, "viability_pct=60", "--reason", "read again", user="PHARMACIST1")
    assert program("supply", "show", number).data["state"] == "void"
    assert asked(failing, exit_code=42).blockers >= {"container-out-of-specification"}


# -- a rejected lot, a positive culture, a damaged bag ---------------------------------------------


def test_a_bag_with_a_leak_is_salvaged(released: Site) -> None:
    program, lot = released
    bag, scan = lot.bags[0], lot.scans[0]
    program("custody", "inspect", scan, "--finding", "leak", user="PHARMACIST1")
    number = act(program, "request", bag, *NEED).data["id"]
    made = act(program, "assess", number, "--text", "clamped above the leak, cultured: RA-4").data
    assert {"on-hold", "container-damaged"} <= {fault["code"] for fault in made["faults"]}
    act(program, "accept", number)
    order = program("order", "list").data[0]["id"]
    steps.prepare_dose(program, order, scan)
    answer = program("verify", scan, "--patient", "P01", user="PHARMACIST1").data
    assert answer["supplies"][0]["id"] == number
    assert program("admin", "check").data["verdict"] == "intact"


def test_a_culture_known_to_be_positive_wants_organism_and_prophylaxis(released: Site) -> None:
    program, lot = released
    program("result", "record", lot.lot, "sterility-product-14d", "growth", user="QC1")
    number = act(program, "request", lot.bags[0], *NEED).data["id"]
    untold = act(program, "assess", number, *RISK, exit_code=2)
    assert untold.code == "contamination-untold"
    assert "--organism and --sensitivities" in untold.data["error"]["sentence"]
    grown = ("--organism", "Cutibacterium acnes", "--sensitivities", "penicillin")
    made = act(program, "assess", number, *RISK, *grown).data
    assert (made["organism"], made["sensitivities"]) == ("Cutibacterium acnes", "penicillin")
    assert act(program, "accept", number, exit_code=2).code == "contamination-untold"
    taken = act(program, "accept", number, "--prophylaxis", "penicillin for seven days")
    assert taken.data["prophylaxis"] == "penicillin for seven days"
    assert "Organism: Cutibacterium acnes" in taken.stderr
    order = program("order", "list").data[0]["id"]
    steps.prepare_dose(program, order, lot.scans[0])
    assert program("verify", lot.scans[0], "--patient", "P01", user="PHARMACIST1").data["supplies"]


def test_a_bag_of_a_rejected_lot_is_supplied_and_stays_rejected(released: Site) -> None:
    program, lot = released
    told = ("lot", "reject", lot.lot, "--reason", "potency 12 %", "--confirm", lot.lot)
    program.signed(*told, user="QP1")
    number = act(program, "request", lot.bags[0], *NEED).data["id"]
    act(program, "assess", number, *RISK)
    act(program, "accept", number)
    order = program("order", "list").data[0]["id"]
    steps.prepare_dose(program, order, lot.scans[0])
    steps.dispense(program, lot.scans[0])
    steps.infuse(program, lot.scans[0])
    assert program("lot", "show", lot.lot).data["disposition"] == "rejected"
    checked = program("admin", "check").data
    assert (checked["verdict"], checked["findings"]) == ("intact", [])


def test_open_dossiers_are_owed_an_answer(failing: tuple[Program, Filled, str]) -> None:
    from zoneinfo import ZoneInfo

    from lottrack.actions.supplying.dossiers import obligations
    from lottrack.store.store import Store

    program, lot, _ = failing

    def owed() -> list[tuple[str, str]]:
        store = Store(program.db)
        try:
            return [(o.code, o.who) for o in obligations(store, ZoneInfo("Europe/Madrid"))]
        finally:
            store.close()

    number = act(program, "request", lot.bags[0], *NEED).data["id"]
    assert owed() == [("supply-assessment-owed", "qp")]
    act(program, "assess", number, *RISK)
    assert owed() == [("supply-decision-owed", "clinician")]
    act(program, "accept", number)
    assert owed() == []
