"""`lottrack verify`: every refusal by the situation it names, and each found in the record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lottrack.rules.administration.refusal_codes import ALL_CODES
from lottrack.rules.codes.scans import label_payload
from tests import steps
from tests.conftest import Program
from tests.raw import raw
from tests.steps import Filled

Site = tuple[Program, Filled]

LATE = "karyotype"
"""A test of the trial's specification that reads out weeks after the harvest."""


def ask(program: Program, scan: str, patient: str = "P01", *more: object, exit_code: int = 0):
    """The pharmacist asks."""
    return program(
        *("verify", scan, "--patient", patient, *more), user="PHARMACIST1", exit_code=exit_code
    )


def refused(program: Program, scan: str, patient: str = "P01", *more: object) -> set[str]:
    """The codes a question is refused with; the refusal must stand in the record."""
    before = count_refusals(program)
    codes = ask(program, scan, patient, *more, exit_code=42).blockers
    assert count_refusals(program) == before + 1
    assert steps.recorded_codes(program) == codes
    return codes


def count_refusals(program: Program) -> int:
    with raw(program.db) as database:
        return database.execute("SELECT count(*) FROM refusal").fetchone()[0]


def prepared(site: Site) -> str:
    """The first bag, thawed, counted and ready; returns its scan."""
    program, lot = site
    order = program("order", "list").data[0]["id"]
    steps.prepare_dose(program, order, lot.scans[0])
    return lot.scans[0]


class TestAccepted:
    def test_a_frozen_bag_is_accepted_with_an_estimated_dose(self, released: Site) -> None:
        program, lot = released
        answer = ask(program, lot.scans[0]).data

        assert answer["verdict"] == "accepted"
        assert answer["dose"]["basis"] == "estimated"
        assert answer["dose"]["viable_cells"] == str(44_000_000 * 85 // 100)
        assert answer["containers"] == [lot.bags[0]]
        assert answer["order"].startswith("OR-")

    def test_a_prepared_bag_is_accepted_with_the_counted_dose(self, released: Site) -> None:
        program, _ = released
        answer = ask(program, prepared(released)).data

        assert answer["dose"]["basis"] == "post_thaw"
        assert answer["dose"]["viable_cells"] == "37812000"
        assert answer["dose"]["weight_kg"] == "13.2"

    def test_the_answer_is_recorded_with_its_author(self, released: Site) -> None:
        program, lot = released
        number = ask(program, lot.scans[0]).data["id"]
        entries = program("audit", "show", number).data

        assert [(entry["act"], entry["actor"]) for entry in entries] == [("verify", "PHARMACIST1")]

    def test_a_double_trigger_is_answered_and_recorded_once(self, released: Site) -> None:
        program, lot = released
        first = ask(program, lot.scans[0]).data
        program.clock.advance(seconds=2)
        second = ask(program, lot.scans[0]).data
        program.clock.advance(seconds=5)
        third = ask(program, lot.scans[0]).data

        assert "repeated" not in first
        assert second["repeated"] is True
        assert second["verdict"] == "accepted"
        assert "repeated" not in third

    def test_a_typed_number_is_answered_with_a_warning(self, released: Site) -> None:
        program, lot = released
        answer = ask(program, lot.bags[0]).data

        assert answer["verdict"] == "accepted"
        assert "typed-entry" in {warning["code"] for warning in answer["warnings"]}

    def test_what_a_scanner_adds_does_not_matter(self, released: Site) -> None:
        program, lot = released

        assert ask(program, f"\x02{lot.scans[0].lower()}\r\n").data["verdict"] == "accepted"
        assert ask(program, f"]Q3{lot.scans[0]}\t").data["verdict"] == "accepted"

    def test_one_word_is_what_a_person_reads(self, released: Site) -> None:
        program, lot = released
        shown = program(
            *("verify", lot.scans[0], "--patient", "P01"), user="PHARMACIST1", as_json=False
        ).stdout

        assert shown.splitlines()[1].startswith(" ###")
        assert "Patient P01" in shown
        assert "Against it" not in shown


class TestIdentity:
    def test_the_wrong_child(self, released: Site) -> None:
        program, lot = released
        steps.register_patient(program, "P02")
        before = ask(program, lot.scans[0], "P02", exit_code=42)

        assert "wrong-patient" in before.blockers

    def test_another_pairs_order(self, released: Site) -> None:
        """A second course of the same child from another donor: its order, the first one's bag."""
        program, lot = released
        steps.register_donor(program, "D02")
        pair, course = steps.register_pair(program, "D02", "P01")
        order = program.signed(
            *("order", "place", "--course", course, "--number", 1),
            *("--planned-on", steps.local_day(program)),
            user="CLINICIAN1",
        ).data["id"]

        assert "not-the-pair" in refused(program, lot.scans[0], "P01", "--order", order)
        assert pair in ask(program, lot.scans[0], "P01", "--order", order, exit_code=42).stdout

    def test_an_unknown_wristband(self, released: Site) -> None:
        program, lot = released

        assert "patient-band-unknown" in refused(program, lot.scans[0], "HOSPITAL-4711")

    def test_a_wristband_registered_for_the_child(self, released: Site) -> None:
        program, lot = released
        program(
            *("patient", "band", "P01", "--scan", "HOSPITAL-4711", "--second", "NURSE2"),
            user="NURSE1",
            secrets=("NURSE2",),
        )

        assert ask(program, lot.scans[0], "HOSPITAL-4711").data["patient"] == "P01"

    def test_a_mistyped_code(self, released: Site) -> None:
        program, lot = released
        flipped = lot.scans[0][:-3] + ("Q" if lot.scans[0][-3] != "Q" else "Z") + lot.scans[0][-2:]

        assert "identifier-check-failed" in refused(program, flipped)

    def test_a_mistyped_number(self, released: Site) -> None:
        program, lot = released
        number = lot.bags[0]
        wrong = number[:-1] + ("A" if number[-1] != "A" else "B")

        assert "identifier-check-failed" in refused(program, wrong)

    def test_a_number_nobody_gave(self, released: Site) -> None:
        program, _ = released

        assert "unknown-code" in refused(program, "BAG-4711")

    def test_the_lot_instead_of_the_bag(self, released: Site) -> None:
        program, lot = released

        assert "wrong-kind-of-code" in refused(program, lot.lot)

    def test_another_systems_code(self, released: Site) -> None:
        program, _ = released

        assert "wrong-kind-of-code" in refused(program, "=A99991712345600")

    def test_a_void_label(self, released: Site) -> None:
        program, lot = released
        label = program("label", "read", lot.scans[0]).data["fields"]["label"]
        program("label", "void", label, "--reason", "smudged", user="TECHNICIAN1")

        assert refused(program, lot.scans[0]) == {"label-void"}

    def test_the_chart_copy(self, released: Site) -> None:
        program, lot = released
        chart = program("label", "print", lot.bags[0], "--copy", "chart", user="TECHNICIAN1").data[
            0
        ]

        assert refused(program, chart["payload"]) == {"label-wrong-copy"}

    def test_a_label_never_stuck_on(self, released: Site) -> None:
        program, lot = released
        again = program(
            *("label", "print", lot.bags[0], "--reason", "torn"), user="TECHNICIAN1"
        ).data[0]

        assert refused(program, again["payload"]) == {"label-not-applied"}
        assert refused(program, lot.scans[0]) == {"label-void"}

    def test_a_code_put_together_by_hand(self, released: Site) -> None:
        """The second bag's number beside the first bag's label serial."""
        program, lot = released
        label = program("label", "read", lot.scans[0]).data["fields"]["label"]
        forged = label_payload(lot.bags[1], label, "primary")

        assert "identifier-check-failed" in refused(program, forged)


class TestProduct:
    def test_a_lot_not_released(self, filled: Site) -> None:
        program, lot = filled
        steps.bring_to_pharmacy(program, *lot.bags)
        steps.place_order(program)

        assert refused(program, lot.scans[0]) == {"lot-not-released"}

    def test_a_rejected_lot(self, released: Site) -> None:
        program, lot = released
        program.signed(
            *("lot", "reject", lot.lot, "--reason", "karyotype", "--confirm", lot.lot), user="QP1"
        )

        assert refused(program, lot.scans[0]) == {"lot-rejected"}

    def test_a_recalled_lot(self, released: Site) -> None:
        program, lot = released
        program.signed("lot", "recall", lot.lot, "--reason", "late finding", user="QP1")

        assert refused(program, lot.scans[0]) == {"lot-recalled"}

    @pytest.mark.parametrize("thing", ["donor", "collection", "lot", "fill", "bag"])
    def test_a_hold_on_anything_the_bag_comes_from(self, released: Site, thing: str) -> None:
        program, lot = released
        number = {"bag": lot.bags[0]}.get(thing) or getattr(lot, thing)
        made = program(
            *("hold", "open", number, "--cause", "other", "--reason", "under question"), user="QA1"
        ).data
        answer = ask(program, lot.scans[0], exit_code=42)

        assert answer.blockers == {"on-hold"}
        assert made["id"] in answer.stdout
        program.clock.advance(seconds=10)
        program.signed("hold", "lift", made["id"], "--reason", "answered", user="QP1")
        assert ask(program, lot.scans[0]).data["verdict"] == "accepted"

    def test_a_damaged_bag(self, released: Site) -> None:
        program, lot = released
        program("custody", "inspect", lot.bags[0], "--finding", "crack", user="PHARMACIST1")

        assert refused(program, lot.scans[0]) == {"on-hold", "container-damaged"}
        assert ask(program, lot.scans[1]).data["verdict"] == "accepted"

    def test_a_dose_that_failed_its_count(self, released: Site) -> None:
        """E05: 64 % viable after thawing, where at least 70 % are required."""
        program, lot = released
        order = program("order", "list").data[0]["id"]
        steps.prepare_dose(program, order, lot.scans[0], viability="64")

        assert {"container-out-of-specification", "on-hold"} <= refused(program, lot.scans[0])

    def test_a_dose_thawed_and_not_counted(self, released: Site) -> None:
        program, lot = released
        order = program("order", "list").data[0]["id"]
        program("prepare", "start", order, lot.scans[0], user="PHARMACIST1")

        assert refused(program, lot.scans[0]) == {"result-missing-at-infusion"}

    def test_a_result_that_failed_after_the_release(self, released: Site) -> None:
        program, lot = released
        made = program("result", "record", lot.lot, "CD34", "5.5", user="QC1").data

        assert made["holds"]
        assert {"result-failed-after-release", "on-hold"} == refused(program, lot.scans[0])

    def test_a_retention_bag(self, released: Site) -> None:
        program, lot = released
        program("custody", "retain", lot.bags[0], "--reason", "retention", user="TECHNICIAN1")

        assert refused(program, lot.scans[0]) == {"not-for-infusion"}

    def test_an_expired_bag(self, released: Site) -> None:
        program, lot = released
        program.clock.advance(days=301)

        assert "expired" in refused(program, lot.scans[0])

    def test_a_bag_that_expires_during_the_infusion(self, released: Site) -> None:
        program, lot = released
        expires = program("lot", "show", lot.lot).data["containers"][0]["expires"]
        from datetime import datetime

        program.clock.now = datetime.fromisoformat(expires) - timedelta(minutes=20)

        assert "would-expire-during-infusion" in refused(program, lot.scans[0])

    def test_a_dose_thawed_too_long_ago(self, released: Site) -> None:
        program, _ = released
        scan = prepared(released)
        program.clock.advance(minutes=61)

        assert refused(program, scan) == {"post-thaw-limit-passed"}

    def test_a_dose_prepared_for_another_order(self, released: Site) -> None:
        program, _ = released
        scan = prepared(released)
        first = program("order", "list").data[0]["id"]
        program("order", "cancel", first, "--reason", "rewritten", user="CLINICIAN1")
        steps.place_order(program)

        assert refused(program, scan) == {"dispensed-for-another-order"}

    def test_a_bag_already_infused(self, released: Site) -> None:
        program, _ = released
        scan = prepared(released)
        steps.dispense(program, scan)
        steps.infuse(program, scan)

        assert "already-infused" in refused(program, scan)

    def test_a_destroyed_bag(self, released: Site) -> None:
        program, lot = released
        program(
            *("custody", "destroy", lot.bags[0], "--reason", "spare", "--witness", "NURSE1"),
            *("--confirm", lot.bags[0]),
            user="PHARMACIST1",
            secrets=("PHARMACIST1", "NURSE1"),
        )

        assert refused(program, lot.scans[0]) == {"destroyed"}

    def test_a_returned_bag(self, released: Site) -> None:
        """E09: a fever, the bag comes back unopened and is not issued again."""
        program, lot = released
        program("custody", "return", lot.bags[0], "--reason", "fever", user="NURSE1")

        assert refused(program, lot.scans[0]) == {"returned"}


class TestPersonAndPlan:
    def test_a_donor_found_ineligible_later(self, released: Site) -> None:
        program, lot = released
        program.signed(
            *("donor", "decide", lot.donor, "--ineligible", "--reason", "new history"), user="RP1"
        )

        assert "donor-not-eligible" in refused(program, lot.scans[0])

    def test_a_later_reactive_marker(self, released: Site) -> None:
        program, lot = released
        held = steps.screen_donor(program, lot.donor, days_ago=0, hbsag="reactive").data["holds"]

        assert held
        assert "on-hold" in refused(program, lot.scans[0])

    def test_a_typing_that_shares_nothing(self, released: Site) -> None:
        program, lot = released
        other = "A*29:02+A*30:01^B*44:03+B*13:02^C*16:01+C*06:02^DRB1*07:01+DRB1*01:01"
        program(
            *("donor", "type", lot.donor, "--hla", f"{other}^DQB1*02:02+DQB1*05:01"),
            user="TECHNICIAN1",
        )

        assert refused(program, lot.scans[0]) == {"haploidentity-not-met"}

    @pytest.mark.parametrize(("noun", "kind"), [("patient", "treatment"), ("donor", "donation")])
    def test_a_withdrawn_consent(self, released: Site, noun: str, kind: str) -> None:
        program, lot = released
        code = lot.patient if noun == "patient" else lot.donor
        program(
            *(noun, "consent", code, "--kind", kind, "--document", "withdrawal"),
            *("--on", steps.local_day(program), "--withdrawn"),
            user="CLINICIAN1",
        )

        assert refused(program, lot.scans[0]) == {"consent-withdrawn"}

    def test_a_consent_struck_as_another_persons(self, released: Site) -> None:
        program, _ = released
        lot = released[1]
        consents = program("patient", "show", lot.patient).data["consents"]
        program("strike", consents[0]["id"], "--reason", "another child's", user="CLINICIAN1")

        assert "consent-missing" in refused(program, lot.scans[0])

    def test_a_closed_course(self, released: Site) -> None:
        program, lot = released
        program("course", "close", lot.course, "--reason", "moved away", user="CLINICIAN1")

        assert "course-closed" in refused(program, lot.scans[0])

    def test_no_order(self, released: Site) -> None:
        program, lot = released
        order = program("order", "list").data[0]["id"]
        program("order", "cancel", order, "--reason", "postponed", user="CLINICIAN1")

        assert refused(program, lot.scans[0]) == {"order-missing"}
        assert "order-cancelled" in refused(program, lot.scans[0], "P01", "--order", order)

    def test_an_infusion_given_already(self, released: Site) -> None:
        program, lot = released
        order = program("order", "list").data[0]["id"]
        scan = prepared(released)
        steps.dispense(program, scan)
        steps.infuse(program, scan)

        assert "infusion-number-already-given" in refused(
            program, lot.scans[1], "P01", "--order", order
        )

    def test_a_weight_of_last_week(self, released: Site) -> None:
        program, lot = released
        program.clock.advance(days=7)

        assert refused(program, lot.scans[0]) == {"weight-too-old"}

    def test_too_few_cells(self, released: Site) -> None:
        program, lot = released
        order = program("order", "list").data[0]["id"]
        preparation = program("prepare", "start", order, lot.scans[0], user="PHARMACIST1").data
        program(
            *("prepare", "count", preparation["id"], "--total", "2.5e7", "--viability", "92"),
            user="PHARMACIST1",
        )

        assert refused(program, lot.scans[0]) == {"dose-below-range"}

    def test_too_many_cells(self, released: Site) -> None:
        program, lot = released
        order = program("order", "list").data[0]["id"]
        preparation = program("prepare", "start", order, lot.scans[0], user="PHARMACIST1").data
        program(
            *("prepare", "count", preparation["id"], "--total", "4.5e7", "--viability", "95"),
            user="PHARMACIST1",
        )

        assert refused(program, lot.scans[0]) == {"dose-above-range"}

    @pytest.mark.parametrize(
        ("days", "code"), [(10, "interval-too-short"), (40, "interval-too-long")]
    )
    def test_the_next_infusion_at_the_wrong_time(
        self, released: Site, days: int, code: str
    ) -> None:
        program, lot = released
        scan = prepared(released)
        steps.dispense(program, scan)
        steps.infuse(program, scan)
        program.clock.advance(days=days)
        steps.place_order(program, number=2)

        assert refused(program, lot.scans[1]) == {code}

    def test_a_release_condition_past_its_day(self, program: Program) -> None:
        """E04: released on condition of a test that reads out late, and it never came."""
        steps.approve_documents(program)
        steps.register_patient(program)
        steps.register_donor(program)
        steps.screen_donor(program, "D01", days_ago=40)
        pair, course = steps.register_pair(program)
        collection = steps.record_collection(program, course, days_ago=35)
        lot = steps.grow_lot(program, collection, days_ago=5)
        fill, bags = steps.fill_bags(program, lot, days_ago=5)
        scans = steps.label_bags(program, bags)
        made = Filled("D01", "P01", pair, course, collection, lot, fill, bags, scans)
        numbers = steps.record_results(program, made, without=LATE)
        program.signed("result", "review", *numbers.values(), user="QC2")
        program.signed("lot", "review", lot, user="QA1")
        program.signed("lot", "release", lot, "--conditional", user="QP1")
        steps.bring_to_pharmacy(program, *bags)
        steps.place_order(program)

        assert ask(program, scans[0]).data["verdict"] == "accepted"
        program.clock.advance(days=30)
        assert "release-condition-overdue" in refused(program, scans[0])


class TestWithoutApproval:
    def test_a_protocol_nobody_approved(self, released: Site) -> None:
        """Struck, because it was signed for another edition: nothing is given by it any more."""
        program, lot = released
        steps.register_patient(program, "P02")
        steps.register_donor(program, "D02")
        made = program(
            *("pair", "register", "--donor", "D02", "--patient", "P02", "--relation", "father"),
            *("--protocol", "MSC-EB-7D"),
            user="TECHNICIAN1",
        ).data
        order = program.signed(
            *("order", "place", "--course", made["coi"], "--number", 1),
            *("--planned-on", steps.local_day(program)),
            user="CLINICIAN1",
        ).data["id"]

        assert "protocol-not-approved" in refused(program, lot.scans[0], "P02", "--order", order)

    def test_a_child_never_weighed(self, released: Site) -> None:
        program, lot = released
        year = program.clock().year - 5
        program(
            *("patient", "register", "--code", "P03", "--born", year, "--sex", "M"),
            user="TECHNICIAN1",
        )
        steps.register_donor(program, "D03")
        steps.register_pair(program, "D03", "P03")
        program.signed(
            *("order", "place", "--patient", "P03", "--number", 1),
            *("--planned-on", steps.local_day(program)),
            user="CLINICIAN1",
        )

        assert "weight-missing" in refused(program, lot.scans[0], "P03")


class TestChain:
    def test_a_bag_still_at_the_manufacturing_unit(self, filled: Site) -> None:
        program, lot = filled
        steps.release_lot(program, lot)
        steps.place_order(program)

        assert refused(program, lot.scans[0]) == {"not-received"}
        program("custody", "transfer", lot.bags[0], "--to", "PHARMACY", user="COURIER1")
        program.clock.advance(minutes=1)
        assert refused(program, lot.scans[0]) == {"not-received"}

    def test_a_bag_that_turned_up_without_a_transfer(self, filled: Site) -> None:
        program, lot = filled
        steps.release_lot(program, lot)
        steps.place_order(program)
        program(
            *("custody", "receive", lot.bags[0], "--place", "PHARMACY", "--happened"),
            *("--reason", "found in the pharmacy fridge", "--second", "NURSE1"),
            user="PHARMACIST1",
            secrets=("NURSE1",),
        )

        assert {"custody-gap", "on-hold"} <= refused(program, lot.scans[0])

    def test_an_excursion_nobody_judged(self, filled: Site) -> None:
        """E08: -128 °C for 11 minutes on the way, where -150 °C is the limit."""
        program, lot = filled
        steps.release_lot(program, lot)
        steps.place_order(program)
        program("custody", "transfer", lot.bags[0], "--to", "PHARMACY", user="COURIER1")
        program(
            *("custody", "receive", lot.bags[0], "--max-c", "-128", "--minutes-above", "11"),
            user="PHARMACIST1",
        )

        assert refused(program, lot.scans[0]) == {"on-hold", "temperature-excursion-open"}


class TestTheQuestionItself:
    def test_reading_needs_nobody_and_asking_needs_a_person(self, released: Site) -> None:
        program, lot = released

        assert program("verify", lot.scans[0], "--patient", "P01", exit_code=51).code == (
            "not-signed-in"
        )

    def test_a_technician_of_the_wrong_kind_may_not_ask(self, released: Site) -> None:
        program, lot = released
        asked = program(
            *("verify", lot.scans[0], "--patient", "P01"), user="INSPECTOR1", exit_code=52
        )

        assert asked.code == "role-missing"

    def test_every_code_of_the_record_is_a_documented_one(self, released: Site) -> None:
        program, lot = released
        steps.register_patient(program, "P02")
        ask(program, lot.scans[0], "P02", exit_code=42)

        assert steps.recorded_codes(program) <= ALL_CODES

    def test_a_dry_run_records_nothing_not_even_a_refusal(self, released: Site) -> None:
        program, lot = released
        before = program("audit", "verify").data["entries"]
        ask(program, lot.scans[0], "P01", "--dry-run")
        ask(program, "BAG-4711", "P01", "--dry-run", exit_code=42)

        assert program("audit", "verify").data["entries"] == before
