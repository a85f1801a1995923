"""`lottrack custody`: every step from hand to hand, and what may not follow what."""

from __future__ import annotations

import pytest

from tests import steps
from tests.conftest import Program
from tests.steps import Filled

Site = tuple[Program, Filled]


def life(program: Program, thing: str) -> list[str]:
    """The acts of a thing's life, in order."""
    return [step["act"] for step in program("custody", "show", thing).data["steps"]]


def state(program: Program, thing: str) -> str:
    return program("custody", "show", thing).data["location_state"]


class TestTheWayOfABag:
    def test_from_the_tank_to_the_pharmacy(self, filled: Site) -> None:
        program, lot = filled
        bag = lot.bags[0]
        shown = program("custody", "show", bag).data
        assert (shown["location_state"], shown["place"]) == ("stored", "GMP")
        assert shown["holder"] == "TECHNICIAN1"
        assert shown["position"].startswith("tank 1")

        program(
            *("custody", "transfer", bag, "--to", "PHARMACY", "--temperature-c", "-190"),
            *("--seal", "S-4711"),
            user="TECHNICIAN1",
        )
        shown = program("custody", "show", bag).data
        assert (shown["location_state"], shown["place"]) == ("in_transit", None)

        program("custody", "receive", bag, "--temperature-c", "-188", user="PHARMACIST1")
        shown = program("custody", "show", bag).data
        assert (shown["location_state"], shown["place"]) == ("received", "PHARMACY")
        assert shown["holder"] == "PHARMACIST1"
        assert life(program, bag) == ["fill", "store", "transfer", "receive"]
        assert shown["steps"][2]["temperature_c"] == "-190"
        assert shown["steps"][2]["seal"] == "S-4711"

    def test_several_bags_move_in_one_act(self, filled: Site) -> None:
        program, lot = filled
        before = program("audit", "verify").data["entries"]
        program("custody", "transfer", *lot.bags, "--to", "PHARMACY", user="COURIER1")

        assert {state(program, bag) for bag in lot.bags} == {"in_transit"}
        assert program("audit", "verify").data["entries"] == before + 1

    def test_a_label_scan_says_how_it_came_in(self, filled: Site) -> None:
        program, lot = filled
        program("custody", "transfer", lot.scans[0], "--to", "PHARMACY", user="COURIER1")

        assert state(program, lot.bags[0]) == "in_transit"

    def test_a_courier_without_an_account(self, filled: Site) -> None:
        program, lot = filled
        program(
            *("custody", "transfer", lot.bags[0], "--to-outside", "Cryo courier, van 3"),
            user="TECHNICIAN1",
        )

        assert program("custody", "show", lot.bags[0]).data["holder"] == "Cryo courier, van 3"
        assert (
            program("custody", "receive", lot.bags[0], user="PHARMACIST1", exit_code=2).code
            == "place-missing"
        )
        program("custody", "receive", lot.bags[0], "--place", "PHARMACY", user="PHARMACIST1")
        assert program("custody", "show", lot.bags[0]).data["place"] == "PHARMACY"

    def test_a_named_person_receives_in_person(self, filled: Site) -> None:
        program, lot = filled
        program("custody", "transfer", lot.bags[0], "--to", "NURSE1", user="TECHNICIAN1")
        refused = program("custody", "receive", lot.bags[0], user="NURSE2", exit_code=43)

        assert refused.blockers == {"not-the-holder"}
        program("custody", "receive", lot.bags[0], user="NURSE1")
        assert program("custody", "show", lot.bags[0]).data["holder"] == "NURSE1"

    def test_a_loss_ends_the_way(self, filled: Site) -> None:
        program, lot = filled
        program("custody", "lose", lot.bags[0], "--reason", "not in its slot", user="TECHNICIAN1")

        assert state(program, lot.bags[0]) == "lost"
        program(
            *("custody", "store", lot.bags[0], "--position", "tank 1"),
            user="TECHNICIAN1",
            exit_code=43,
        )


class TestRefused:
    def test_giver_and_taker_are_two_people(self, filled: Site) -> None:
        program, lot = filled
        program("custody", "transfer", lot.bags[0], "--to", "PHARMACY", user="PHARMACIST1")
        refused = program("custody", "receive", lot.bags[0], user="PHARMACIST1", exit_code=43)

        assert refused.blockers == {"same-person"}
        assert state(program, lot.bags[0]) == "in_transit"

    def test_a_receipt_without_a_transfer(self, filled: Site) -> None:
        program, lot = filled
        refused = program(
            "custody",
            "receive",
            lot.bags[0],
            "--place",
            "PHARMACY",
            user="PHARMACIST1",
            exit_code=43,
        )

        assert refused.blockers == {"wrong-state"}
        assert "--happened" in refused.data["error"]["hint"]

    def test_a_transfer_to_nobody_known(self, filled: Site) -> None:
        program, lot = filled
        program("custody", "transfer", lot.bags[0], "--to", "NOBODY", user="COURIER1", exit_code=20)
        program("custody", "transfer", lot.bags[0], user="COURIER1", exit_code=2)

    def test_the_future(self, filled: Site) -> None:
        program, lot = filled
        refused = program(
            *("custody", "store", lot.bags[0], "--position", "tank 2"),
            *("--at", steps.ago(program, hours=-1)),
            user="TECHNICIAN1",
            exit_code=2,
        )

        assert refused.code == "time-in-future"

    def test_before_the_last_thing_that_happened(self, filled: Site) -> None:
        program, lot = filled
        refused = program(
            *("custody", "store", lot.bags[0], "--position", "tank 2"),
            *("--at", steps.ago(program, days=2)),
            user="TECHNICIAN1",
            exit_code=43,
        )

        assert refused.code == "out-of-order"

    def test_two_bags_in_one_slot(self, filled: Site) -> None:
        program, lot = filled
        program(
            *("custody", "store", *lot.bags[:2], "--position", "tank 9, slot 1"),
            user="TECHNICIAN1",
            exit_code=30,
        )

        assert program("audit", "verify").data["verdict"] == "intact"

    def test_a_patient_is_not_moved(self, filled: Site) -> None:
        program, lot = filled
        refused = program(
            "custody", "transfer", lot.lot, "--to", "PHARMACY", user="COURIER1", exit_code=64
        )

        assert refused.code == "wrong-kind-of-code"


class TestHoldsByThemselves:
    @pytest.mark.parametrize("finding", ["leak", "crack", "clumps", "label-loose"])
    def test_a_finding_opens_a_hold(self, filled: Site, finding: str) -> None:
        program, lot = filled
        made = program(
            "custody", "inspect", lot.bags[0], "--finding", finding, user="TECHNICIAN1"
        ).data

        assert len(made["holds"]) == 1
        assert program("custody", "show", lot.bags[0]).data["holds"] == made["holds"]

    def test_nothing_found_opens_none(self, filled: Site) -> None:
        program, lot = filled
        made = program(
            "custody", "inspect", lot.bags[0], "--finding", "none", user="TECHNICIAN1"
        ).data

        assert made["holds"] == []
        assert made["location_state"] == "stored"

    def test_a_damaged_arrival_and_a_warm_way_open_one_each(self, filled: Site) -> None:
        program, lot = filled
        program("custody", "transfer", lot.bags[0], "--to", "PHARMACY", user="COURIER1")
        made = program(
            *("custody", "receive", lot.bags[0], "--condition", "leaking"),
            *("--max-c", "-128", "--minutes-above", "11"),
            user="PHARMACIST1",
        ).data
        causes = {hold["id"]: hold["cause"] for hold in program("hold", "list").data}

        assert sorted(causes[hold] for hold in made["holds"]) == ["damage", "excursion"]


class TestHappened:
    def test_it_is_recorded_with_its_blockers_and_held(self, filled: Site) -> None:
        program, lot = filled
        made = program(
            *("custody", "receive", lot.bags[0], "--place", "PHARMACY", "--happened"),
            *("--reason", "found in the pharmacy", "--second", "NURSE1"),
            user="PHARMACIST1",
            secrets=("NURSE1",),
        ).data
        shown = program("custody", "show", lot.bags[0]).data

        assert made["location_state"] == "received"
        assert shown["place"] == "PHARMACY"
        assert len(shown["gaps"]) == 1
        assert len(shown["holds"]) == 1

    def test_lifting_the_hold_judges_the_gap(self, filled: Site) -> None:
        program, lot = filled
        program(
            *("custody", "receive", lot.bags[0], "--place", "PHARMACY", "--happened"),
            *("--reason", "found in the pharmacy", "--second", "NURSE1"),
            user="PHARMACIST1",
            secrets=("NURSE1",),
        )
        hold = program("custody", "show", lot.bags[0]).data["holds"][0]
        program.signed("hold", "lift", hold, "--reason", "logger shows -190 °C", user="QA1")

        assert program("custody", "show", lot.bags[0]).data["gaps"] == []

    def test_it_takes_a_reason_and_another_person(self, filled: Site) -> None:
        program, lot = filled
        told = ("custody", "receive", lot.bags[0], "--place", "PHARMACY", "--happened")
        program(*told, user="PHARMACIST1", exit_code=2)
        same = program(
            *(*told, "--reason", "found", "--second", "PHARMACIST1"),
            user="PHARMACIST1",
            secrets=("PHARMACIST1",),
            exit_code=54,
        )

        assert same.code == "same-person"


class TestDestroy:
    def destroy(self, site: Site, *more: str, secrets: tuple[str, str], exit_code: int = 0):
        program, lot = site
        return program(
            *("custody", "destroy", lot.bags[0], "--reason", "viability 64 %"),
            *("--witness", "QA1", *more),
            user="PHARMACIST1",
            secrets=secrets,
            exit_code=exit_code,
        )

    def test_performer_and_witness_sign(self, filled: Site) -> None:
        program, lot = filled
        made = self.destroy(filled, "--confirm", lot.bags[0], secrets=("PHARMACIST1", "QA1")).data

        assert made["location_state"] == "destroyed"
        entries = program("audit", "show", made["id"]).data
        assert entries[-1]["act"] == "custody destroy"

    def test_the_number_is_wanted_back(self, filled: Site) -> None:
        _, lot = filled
        self.destroy(filled, secrets=("PHARMACIST1", "QA1"), exit_code=2)
        self.destroy(filled, "--confirm", lot.bags[1], secrets=("PHARMACIST1", "QA1"), exit_code=3)

    def test_a_wrong_secret_of_the_witness_destroys_nothing(self, filled: Site) -> None:
        program, lot = filled
        self.destroy(
            filled, "--confirm", lot.bags[0], secrets=("PHARMACIST1", "guessed"), exit_code=53
        )

        assert state(program, lot.bags[0]) == "stored"

    def test_a_destroyed_bag_is_not_destroyed_again(self, filled: Site) -> None:
        _, lot = filled
        confirmed = ("--confirm", lot.bags[0])
        self.destroy(filled, *confirmed, secrets=("PHARMACIST1", "QA1"))
        again = self.destroy(filled, *confirmed, secrets=("PHARMACIST1", "QA1"), exit_code=43)

        assert again.blockers == {"wrong-state"}


class TestTheSameScan:
    def test_a_double_trigger_is_one_record(self, filled: Site) -> None:
        program, lot = filled
        told = ("custody", "inspect", lot.scans[0], "--finding", "none")
        first = program(*told, user="TECHNICIAN1").data
        again = program(*told, user="TECHNICIAN1").data
        program.clock.advance(seconds=4)
        later = program(*told, user="TECHNICIAN1").data

        assert again == {**again, "id": first["id"], "repeated": True}
        assert later["id"] != first["id"]

    def test_a_dry_run_records_nothing(self, filled: Site) -> None:
        program, lot = filled
        before = program("audit", "verify").data["entries"]
        program(
            "custody", "transfer", lot.bags[0], "--to", "PHARMACY", "--dry-run", user="COURIER1"
        )

        assert state(program, lot.bags[0]) == "stored"
        assert program("audit", "verify").data["entries"] == before
