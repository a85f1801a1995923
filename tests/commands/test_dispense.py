"""`lottrack order`, `prepare`, `dispense`, `infusion`: from the prescription to the vein."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests import steps
from tests.conftest import Program
from tests.steps import Filled

Site = tuple[Program, Filled]


def order_of(program: Program) -> str:
    return program("order", "list").data[0]["id"]


def ready(site: Site) -> str:
    """The first bag prepared in its own container; returns its scan."""
    program, lot = site
    steps.prepare_dose(program, order_of(program), lot.scans[0])
    return lot.scans[0]


class TestOrder:
    def test_it_is_pinned_to_the_protocol_and_signed(self, released: Site) -> None:
        program, _ = released
        placed = program("order", "list").data[0]

        assert placed["protocol"] == "MSC-EB-21D@1"
        assert placed["state"] == "open"
        assert placed["weight_kg"] == "13.2"

    def test_one_open_order_per_infusion(self, released: Site) -> None:
        program, _ = released
        again = program.signed(
            *("order", "place", "--patient", "P01", "--number", 1),
            *("--planned-on", steps.local_day(program)),
            user="CLINICIAN1",
            exit_code=31,
        )

        assert again.code == "order-open"

    def test_an_infusion_the_protocol_does_not_have(self, released: Site) -> None:
        program, _ = released
        beyond = program.signed(
            *("order", "place", "--patient", "P01", "--number", 4),
            *("--planned-on", steps.local_day(program)),
            user="CLINICIAN1",
            exit_code=30,
        )

        assert beyond.code == "order-beyond-protocol"

    def test_a_pharmacist_does_not_prescribe(self, released: Site) -> None:
        program, _ = released
        program.signed(
            *("order", "place", "--patient", "P01", "--number", 2),
            *("--planned-on", steps.local_day(program)),
            user="PHARMACIST1",
            exit_code=52,
        )

    def test_a_weight_far_from_the_last_is_worth_a_second_look(self, released: Site) -> None:
        program, _ = released
        placed = program.signed(
            *("order", "place", "--patient", "P01", "--number", 2),
            *("--planned-on", steps.local_day(program), "--weight-kg", "32.0"),
            *("--weighed-on", steps.local_day(program)),
            user="CLINICIAN1",
        ).data

        assert "weight-changed" in {warning["code"] for warning in placed["warnings"]}

    @pytest.mark.parametrize("weight", ["nan", "13,2", "-13", "0", "1_3"])
    def test_a_weight_that_is_none(self, released: Site, weight: str) -> None:
        program, _ = released
        program.signed(
            *("order", "place", "--patient", "P01", "--number", 2),
            *("--planned-on", steps.local_day(program), "--weight-kg", weight),
            *("--weighed-on", steps.local_day(program)),
            user="CLINICIAN1",
            exit_code=2,
        )

    def test_a_cancelled_order_is_cancelled_once(self, released: Site) -> None:
        program, _ = released
        order = order_of(program)
        program("order", "cancel", order, "--reason", "fever", user="CLINICIAN1")
        again = program(
            "order", "cancel", order, "--reason", "really", user="CLINICIAN1", exit_code=33
        )

        assert again.code == "order-not-open"


class TestPrepare:
    def test_into_a_new_bag_with_its_own_label(self, released: Site) -> None:
        """The thawed cells are diluted into an infusion bag, which gets a label of its own."""
        program, lot = released
        made = program("prepare", "start", order_of(program), lot.scans[0], user="PHARMACIST1").data
        program(
            *("prepare", "count", made["id"], "--total", "4.11e7", "--viability", "92"),
            user="PHARMACIST1",
        )
        dose = program(
            *("prepare", "finish", made["id"], "--into", "bag", "--volume-ml", "50"),
            *("--diluent", "saline 0.9 %"),
            user="PHARMACIST1",
        ).data
        assert dose["container"] not in lot.bags
        scan = steps.label_bags(program, (dose["container"],))[0]

        assert program(
            "verify", lot.scans[0], "--patient", "P01", user="PHARMACIST1", exit_code=42
        ).blockers == {"not-for-infusion"}
        answer = program("verify", scan, "--patient", "P01", user="PHARMACIST1").data
        assert answer["dose"]["viable_cells"] == "37812000"
        steps.dispense(program, scan)
        given = steps.infuse(program, scan).data
        assert given["viable_cells"] == "37812000"
        states = {
            bag["id"]: bag["location_state"]
            for bag in program("lot", "show", lot.lot).data["containers"]
        }
        assert states[lot.bags[0]] == "infused"
        assert program("audit", "verify").data["verdict"] == "intact"

    def test_a_dose_expires_when_thawed_cells_may_not_be_given_any_more(
        self, released: Site
    ) -> None:
        """The protocol gives 60 minutes after thawing, whatever expiry somebody would like."""
        program, lot = released
        made = program("prepare", "start", order_of(program), lot.scans[0], user="PHARMACIST1").data
        thawed = program.clock()
        finish = ("prepare", "finish", made["id"], "--into", "bag", "--volume-ml", "50")
        late = (thawed + timedelta(minutes=61)).isoformat()
        refused = program(*finish, "--expires", late, user="PHARMACIST1", exit_code=2)
        assert refused.code == "expiry-beyond-thaw-limit"
        dose = program(*finish, user="PHARMACIST1").data["container"]
        expires = program("custody", "show", dose).data["expires"]
        assert datetime.fromisoformat(expires) == thawed + timedelta(minutes=60)

    def test_two_bags_into_one(self, released: Site) -> None:
        program, lot = released
        made = program(
            "prepare", "start", order_of(program), *lot.scans[:2], user="PHARMACIST1"
        ).data
        program("prepare", "count", made["id"], "--viable", "3.3e7", user="PHARMACIST1")
        same = program("prepare", "finish", made["id"], user="PHARMACIST1", exit_code=30)
        assert same.code == "several-containers"
        dose = program(
            *("prepare", "finish", made["id"], "--into", "syringe", "--volume-ml", "20"),
            user="PHARMACIST1",
        ).data

        assert dose["viable_cells"] == "33000000"

    def test_part_of_one(self, released: Site) -> None:
        """Half of the thawed 4.4 mL goes into the dose, and with it half of the cells."""
        program, lot = released
        made = program("prepare", "start", order_of(program), lot.scans[0], user="PHARMACIST1").data
        program("prepare", "count", made["id"], "--viable", "4.0e7", user="PHARMACIST1")
        dose = program(
            *("prepare", "finish", made["id"], "--into", "syringe", "--volume-ml", "10"),
            *("--used-ml", "2.2"),
            user="PHARMACIST1",
        ).data

        assert dose["viable_cells"] == "20000000"
        program(
            *("prepare", "finish", made["id"], "--used-ml", "9"), user="PHARMACIST1", exit_code=33
        )

    def test_a_dose_begins_where_it_was_prepared_and_the_record_agrees(
        self, released: Site
    ) -> None:
        """Made and given at the pharmacy, with no hand-over in between."""
        program, lot = released
        made = program("prepare", "start", order_of(program), lot.scans[0], user="PHARMACIST1").data
        program("prepare", "count", made["id"], "--viable", "3.8e7", user="PHARMACIST1")
        finish = ("prepare", "finish", made["id"], "--into", "syringe", "--volume-ml", "10")
        dose = program(*finish, user="PHARMACIST1").data["container"]
        assert program("custody", "show", dose).data["place"] == "PHARMACY"
        assert program("admin", "check").data["findings"] == []

        program("correct", dose, "expires_at=2026-02-02T10:00", "--reason", "x", user="PHARMACIST1")
        assert program("custody", "show", dose).data["place"] == "PHARMACY"

    def test_bags_that_lie_apart_are_not_thawed_together(self, released: Site) -> None:
        program, lot = released
        away = ("custody", "transfer", lot.bags[1], "--to", "WARD")
        program(*away, user="COURIER1")
        program("custody", "receive", lot.bags[1], user="NURSE1")
        start = ("prepare", "start", order_of(program), lot.scans[0], lot.scans[1])
        refused = program(*start, user="PHARMACIST1", exit_code=30)

        assert refused.code == "several-places"
        assert f"{lot.bags[1]} is at WARD" in refused.data["error"]["sentence"]
        assert program("custody", "show", lot.bags[0]).data["location_state"] == "received"

    def test_nothing_is_thawed_for_the_wrong_child(self, released: Site) -> None:
        program, lot = released
        program.signed(*("lot", "recall", lot.lot, "--reason", "late finding"), user="QP1")
        refused = program(
            "prepare", "start", order_of(program), lot.scans[0], user="PHARMACIST1", exit_code=42
        )

        assert refused.blockers == {"lot-recalled"}
        assert program("custody", "show", lot.bags[0]).data["location_state"] == "received"

    def test_a_bag_is_thawed_once(self, released: Site) -> None:
        program, lot = released
        order = order_of(program)
        program("prepare", "start", order, lot.scans[0], user="PHARMACIST1")
        program.clock.advance(minutes=1)
        again = program("prepare", "start", order, lot.scans[0], user="PHARMACIST1", exit_code=33)

        assert again.code == "already-prepared"

    def test_a_count_needs_viable_cells(self, released: Site) -> None:
        program, lot = released
        made = program("prepare", "start", order_of(program), lot.scans[0], user="PHARMACIST1").data
        alone = program(
            "prepare", "count", made["id"], "--total", "4e7", user="PHARMACIST1", exit_code=2
        )
        program(
            *("prepare", "count", made["id"], "--total", "4e7", "--viability", "103"),
            user="PHARMACIST1",
            exit_code=2,
        )

        assert alone.code == "count-incomplete"


class TestDispense:
    def test_two_people_sign(self, released: Site) -> None:
        program, lot = released
        made = steps.dispense(program, ready(released)).data

        assert len(made["signatures"]) == 2
        assert program("custody", "show", lot.bags[0]).data["location_state"] == "dispensed"

    @pytest.mark.parametrize(
        ("second", "code"), [("", "second-person-missing"), ("PHARMACIST1", "same-person")]
    )
    def test_one_person_is_not_two(self, released: Site, second: str, code: str) -> None:
        program, lot = released
        more = ("--second", second) if second else ()
        refused = program(
            *("dispense", ready(released), "--patient", "P01", *more),
            user="PHARMACIST1",
            secrets=("PHARMACIST1", "PHARMACIST1"),
            exit_code=42,
        )

        assert refused.blockers == {code} == steps.recorded_codes(program)
        assert program("custody", "show", lot.bags[0]).data["location_state"] == "prepared"

    def test_not_twice(self, released: Site) -> None:
        program, _ = released
        scan = ready(released)
        steps.dispense(program, scan)
        again = steps.dispense(program, scan, exit_code=42)

        assert again.blockers == {"already-dispensed"} == steps.recorded_codes(program)
        answer = program("verify", scan, "--patient", "P01", user="NURSE1").data
        assert answer["verdict"] == "accepted"

    def test_an_uncounted_dose_is_not_dispensed(self, released: Site) -> None:
        program, lot = released
        refused = steps.dispense(program, lot.scans[0], exit_code=42)

        assert "result-missing-at-infusion" in refused.blockers

    def test_a_typed_number_needs_a_reason(self, released: Site) -> None:
        program, lot = released
        ready(released)
        refused = steps.dispense(program, lot.bags[0], exit_code=42)
        assert refused.blockers == {"typed-entry"} == steps.recorded_codes(program)
        made = program.signed(
            *("dispense", lot.bags[0], "--patient", "P01", "--second", "PHARMACIST2"),
            *("--reason", "frost on the label"),
            user="PHARMACIST1",
            second="PHARMACIST2",
        ).data

        assert made["containers"] == [lot.bags[0]]

    def test_a_nurse_does_not_dispense(self, released: Site) -> None:
        program, _ = released
        program.signed(
            *("dispense", ready(released), "--patient", "P01", "--second", "PHARMACIST2"),
            user="NURSE1",
            second="PHARMACIST2",
            exit_code=52,
        )

    def test_a_wrong_secret_dispenses_nothing(self, released: Site) -> None:
        program, lot = released
        program(
            *("dispense", ready(released), "--patient", "P01", "--second", "PHARMACIST2"),
            user="PHARMACIST1",
            secrets=("PHARMACIST1", "guessed"),
            exit_code=53,
        )

        assert program("custody", "show", lot.bags[0]).data["location_state"] == "prepared"

    def test_a_bag_handed_to_a_nurse_goes_through_that_nurse(self, released: Site) -> None:
        program, lot = released
        scan = ready(released)
        program("custody", "transfer", lot.bags[0], "--to", "NURSE1", user="PHARMACIST1")
        program("custody", "receive", lot.bags[0], user="NURSE1")
        refused = steps.dispense(program, scan, exit_code=42)

        assert refused.blockers == {"not-the-holder"} == steps.recorded_codes(program)


class TestInfusion:
    def test_what_was_left_was_not_given(self, released: Site) -> None:
        program, _ = released
        scan = ready(released)
        steps.dispense(program, scan)
        given = steps.infuse(program, scan, "--left-ml", "50").data

        assert given["viable_cells"] == "18906000"
        assert program("order", "list").data[0]["state"] == "given"

    def test_a_reaction_with_its_grade(self, released: Site) -> None:
        """E16: a mild DMSO odour."""
        program, _ = released
        scan = ready(released)
        steps.dispense(program, scan)
        steps.infuse(program, scan, "--reaction", "DMSO odour", "--grade", 1)
        listed = program("infusion", "list", "--patient", "p01").data

        assert [(row["reaction"], row["grade"]) for row in listed] == [("DMSO odour", 1)]
        assert listed[0]["incident"] is False

    def test_a_reaction_without_a_grade_is_half_told(self, released: Site) -> None:
        program, _ = released
        scan = ready(released)
        steps.dispense(program, scan)

        assert (
            steps.infuse(program, scan, "--reaction", "nausea", exit_code=2).code
            == "reaction-incomplete"
        )

    def test_nothing_undispensed_is_infused(self, released: Site) -> None:
        program, _ = released

        assert steps.infuse(program, ready(released), exit_code=42).blockers == {"not-dispensed"}
        assert steps.recorded_codes(program) == {"not-dispensed"}
        assert program("infusion", "list").data == []

    def test_an_end_before_the_beginning(self, released: Site) -> None:
        program, _ = released
        scan = ready(released)
        steps.dispense(program, scan)
        refused = program.signed(
            *("infusion", "record", scan, "--patient", "P01", "--second", "NURSE2"),
            *("--started", steps.ago(program), "--ended", steps.ago(program, minutes=5)),
            *("--volume-ml", "50"),
            user="NURSE1",
            second="NURSE2",
            exit_code=2,
        )

        assert refused.code == "out-of-order"

    def test_an_infusion_in_no_time_is_worth_a_second_look(self, released: Site) -> None:
        program, _ = released
        scan = ready(released)
        steps.dispense(program, scan)
        moment = steps.ago(program, minutes=-20)  # the clock moves on by half an hour
        given = steps.infuse(program, scan, "--started", moment, "--ended", moment).data
        codes = {warning["code"] for warning in given["warnings"]}
        assert "infusion-without-duration" in codes

    def test_what_should_not_have_been_is_recorded_all_the_same(self, released: Site) -> None:
        """The wrong child got the bag: the truth is recorded, marked, held and listed."""
        program, lot = released
        scan = ready(released)
        steps.dispense(program, scan)
        steps.register_patient(program, "P02")
        told = ("--happened", "--reason", "wristbands mixed up")
        given = steps.infuse(program, scan, *told, patient="P02").data

        assert given["incident"] is True
        listed = program("infusion", "list").data
        assert [(row["patient"], row["incident"]) for row in listed] == [("P02", True)]
        state = program("custody", "show", lot.bags[0]).data
        assert state["location_state"] == "infused"
        assert state["holds"]
        assert program("audit", "verify").data["verdict"] == "intact"

    def test_refused_without_the_word_that_it_happened(self, released: Site) -> None:
        program, _ = released
        scan = ready(released)
        steps.dispense(program, scan)
        steps.register_patient(program, "P02")

        assert "wrong-patient" in steps.infuse(program, scan, patient="P02", exit_code=42).blockers
        assert program("infusion", "list").data == []

    @pytest.mark.parametrize(
        ("second", "code"), [("", "second-person-missing"), ("NURSE1", "same-person")]
    )
    def test_two_people_stand_at_the_bedside(self, released: Site, second: str, code: str) -> None:
        program, _ = released
        scan = ready(released)
        steps.dispense(program, scan)
        program.clock.advance(minutes=30)
        more = ("--second", second) if second else ()
        refused = program(
            *("infusion", "record", scan, "--patient", "P01", *more, "--volume-ml", "50"),
            *("--started", steps.ago(program, minutes=25)),
            *("--ended", steps.ago(program, minutes=5)),
            user="NURSE1",
            exit_code=42,
        )

        assert refused.blockers == {code} == steps.recorded_codes(program)


def test_a_refusal_tells_both_of_its_times_in_the_zone_of_the_site(released: Site) -> None:
    """Begun before the thawing, as told: what is compared is written the same way."""
    program, lot = released
    order = program("order", "list").data[0]["id"]
    steps.prepare_dose(program, order, lot.scans[0])
    early = steps.ago(program, hours=5)
    refused = program.signed(
        *("infusion", "record", lot.scans[0], "--patient", "P01", "--second", "NURSE2"),
        *("--started", early, "--ended", early, "--volume-ml", "50"),
        user="NURSE1",
        second="NURSE2",
        exit_code=42,
    )
    said = [b["sentence"] for b in refused.data["error"]["blockers"] if "thawed" in b["sentence"]]
    assert said
    assert "(+00:00)" not in said[0]
    assert said[0].count("(+01:00)") == 2
