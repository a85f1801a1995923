"""``lottrack collection``: planned, recorded, received, counted, accepted, rejected."""

from __future__ import annotations

import pytest

from lottrack.actions.collecting.decisions import decide_collection, prepare_decision
from lottrack.actions.desk import Desk
from lottrack.actions.signing import Proof
from lottrack.errors import Changed
from tests.commands.conftest import HLA, PANEL
from tests.conftest import PlainHasher, secret_of


def codes(answer):
    return {warning["code"] for warning in answer["warnings"]}


def record(bench, *more, **extra):
    at = () if "--at" in more else bench.at()
    return bench("collection", "record", "--course", bench.coi, *at, *more, **extra)


def receive(bench, number, *more, **extra):
    told = {"--from": "Theatre 2", "--condition": "intact", "--labels-match": "yes"}
    told |= dict(zip(more[::2], more[1::2], strict=True))
    told.setdefault("--at", bench.time(hours=2))
    words = [word for pair in told.items() for word in pair]
    return bench("collection", "receive", number, *words, **extra)


def show(bench, number):
    return bench.program("collection", "show", number).data


def state(bench, number):
    return show(bench, number)["state"]


def accept(bench, number, user="RP1", **extra):
    return bench.program.signed("collection", "accept", number, user=user, **extra)


def reject(bench, number, user="QA1", **extra):
    reason = ("--reason", "clotted throughout")
    return bench.program.signed("collection", "reject", number, *reason, user=user, **extra)


@pytest.fixture
def second_course(bench):
    """Another course of the same pair."""
    pair = bench.program("pair", "list").data[0]["id"]
    told = ("--pair", pair, "--protocol", "MSC-EB-21D", "--basis", "hospital-exemption")
    made = bench("course", "open", *told, "--reference", "HE-1", user="CLINICIAN1").data
    return made["id"]


@pytest.fixture
def stranger(bench):
    """A course of another donor's pair."""
    for kind, code in (("patient", "P02"), ("donor", "D02")):
        born = 2018 if kind == "patient" else 1985
        told = ("--code", code, "--born", born, "--sex", "F", "--hla", HLA[kind])
        bench(kind, "register", *told)
    pair = ("--donor", "D02", "--patient", "P02", "--relation", "mother")
    return bench("pair", "register", *pair).data["coi"]


class TestPlan:
    def test_a_donation_gets_its_number_before_the_needle(self, bench):
        made = bench("collection", "plan", bench.coi, "--planned-on", "2026-04-10").data
        assert (made["kind"], made["state"], made["warnings"]) == ("collection", "planned", [])
        shown = show(bench, made["id"])
        assert shown["courses"] == [bench.coi]
        assert (shown["planned_on"], shown["taken_at"], shown["donor"]) == (
            "2026-04-10",
            None,
            "D01",
        )

    def test_a_plan_for_a_day_that_has_passed_is_worth_a_second_look(self, bench):
        made = bench("collection", "plan", bench.coi, "--planned-on", "2026-02-10").data
        (warning,) = made["warnings"]
        assert warning["code"] == "planned-in-past"
        assert f"Collection {made['id']} is planned on 2026-02-10" in warning["sentence"]
        assert show(bench, made["id"])["warnings"][0]["code"] == "planned-in-past"

    def test_a_plan_told_late_is_seen_from_its_own_day(self, bench):
        told = ("--planned-on", "2026-02-10", "--at", "2026-02-03T09:00")
        assert bench("collection", "plan", bench.coi, *told).data["warnings"] == []

    def test_the_site_may_give_its_own_number_once(self, bench):
        args = (
            "collection",
            "plan",
            bench.coi,
            "--planned-on",
            "2026-02-10",
            "--number",
            "bm/26-7",
        )
        assert bench(*args).data["id"] == "BM/26-7"
        assert bench(*args, exit_code=31).code == "number-already-used"

    def test_nothing_is_planned_for_a_closed_course(self, bench):
        bench("course", "close", bench.coi, "--reason", "given up", user="CLINICIAN1")
        refused = bench("collection", "plan", bench.coi, "--planned-on", "2026-04-10", exit_code=40)
        assert refused.code == "course-closed"

    def test_a_plan_knows_one_donor(self, bench, stranger):
        args = ("collection", "plan", bench.coi, stranger, "--planned-on", "2026-02-10")
        assert bench(*args, exit_code=30).code == "different-donors"


class TestRecord:
    def test_a_donation_is_recorded_with_what_was_taken(self, bench):
        more = ("--volume-ml", "35.0", "--tnc", "7.7e8", "--mnc", "2.16e8")
        made = record(bench, *more, "--anticoagulant", "heparin").data
        assert (made["state"], made["warnings"], made["recorded_by"]) == (
            "recorded",
            [],
            "TECHNICIAN1",
        )
        shown = show(bench, made["id"])
        assert (shown["volume_ml"], shown["tnc"], shown["mnc"]) == (
            "35.0",
            "770000000",
            "216000000",
        )
        assert shown["anticoagulant"] == "heparin"
        assert shown["taken_at"] == "2026-02-02T09:00:00+01:00"
        assert shown["window_met"] is True
        assert shown["eligibility"] == "eligible"

    def test_the_only_plan_of_the_course_becomes_the_donation(self, bench):
        planned = bench("collection", "plan", bench.coi, "--planned-on", "2026-02-02").data["id"]
        assert record(bench).data["id"] == planned
        assert state(bench, planned) == "recorded"

    def test_the_next_donation_is_another_collection(self, bench):
        assert record(bench).data["id"] != record(bench).data["id"]

    def test_of_several_plans_one_is_named(self, bench):
        plan = ("collection", "plan", bench.coi, "--planned-on", "2026-02-02")
        first, second = bench(*plan).data["id"], bench(*plan).data["id"]
        refused = record(bench, exit_code=30)
        assert refused.code == "several-planned"
        assert first in refused.data["error"]["sentence"]
        assert record(bench, "--collection", second).data["id"] == second
        assert (state(bench, first), state(bench, second)) == ("planned", "recorded")

    def test_a_plan_is_found_by_the_sites_own_number(self, bench):
        bench("collection", "plan", bench.coi, "--planned-on", "2026-02-02", "--number", "BM1")
        assert record(bench, "--number", "bm1").data["id"] == "BM1"

    def test_another_number_is_another_donation(self, bench):
        bench("collection", "plan", bench.coi, "--planned-on", "2026-02-02", "--number", "BM1")
        assert record(bench, "--number", "BM2").data["id"] == "BM2"
        assert state(bench, "BM1") == "planned"

    def test_a_donation_is_recorded_once(self, bench):
        number = record(bench).data["id"]
        assert record(bench, "--collection", number, exit_code=33).code == "already-done"

    def test_a_plan_for_another_donor_is_not_taken(self, bench, stranger):
        planned = bench("collection", "plan", stranger, "--planned-on", "2026-02-02").data["id"]
        refused = record(bench, "--collection", planned, exit_code=30)
        assert refused.code == "different-donors"

    def test_one_donation_may_be_for_several_courses_of_its_donor(self, bench, second_course):
        planned = bench("collection", "plan", bench.coi, "--planned-on", "2026-02-02").data["id"]
        made = record(bench, "--course", second_course).data
        assert made["id"] == planned
        assert made["courses"] == [bench.coi, second_course]

    def test_one_donation_has_one_donor(self, bench, stranger):
        before = bench.audit_entries()
        refused = record(bench, "--course", stranger, exit_code=30)
        assert refused.code == "different-donors"
        assert bench.audit_entries() == before + 1, "a refusal is a result and is recorded"

    def test_a_donation_for_a_closed_course_is_refused(self, bench):
        bench("course", "close", bench.coi, "--reason", "given up", user="CLINICIAN1")
        refused = record(bench, "--at", bench.time(days=60), exit_code=40)
        assert refused.code == "course-closed"

    def test_a_course_is_judged_at_the_time_told(self, bench):
        bench("course", "close", bench.coi, "--reason", "complete", user="CLINICIAN1")
        assert record(bench).data["state"] == "recorded"

    def test_nobody_gives_marrow_before_birth(self, bench):
        refused = record(bench, "--at", "1987-06-01T10:00", exit_code=30)
        assert refused.code == "out-of-order"

    def test_the_future_is_not_recorded(self, bench):
        assert record(bench, "--at", bench.time(days=61), exit_code=2).code == "time-in-future"

    def test_a_pharmacist_does_not_record_donations(self, bench):
        assert record(bench, user="PHARMACIST1", exit_code=52).code == "role-missing"

    def test_a_dry_run_records_nothing(self, bench):
        before = bench.audit_entries()
        assert record(bench, "--dry-run").data["dry_run"] is True
        assert bench.audit_entries() == before
        assert bench.program("collection", "list").data == []


class TestScreening:
    """The window is judged when the donation is recorded, and kept with it."""

    def test_a_sample_34_days_old_misses_the_30_day_window(self, bench):
        made = record(bench, "--at", "2026-02-23T10:00").data
        assert made["window_met"] is False
        assert "screening-window" in codes(made)
        findings = show(bench, made["id"])["window_findings"]
        assert {finding["code"] for finding in findings} == {"marker-out-of-window"}
        assert "34 days before collection, at most 30" in findings[0]["sentence"]

    def test_a_repeat_sample_of_the_same_day_meets_it(self, bench):
        markers = [word for name in PANEL for word in ("--marker", f"{name}=non-reactive")]
        bench("donor", "screen", "D01", "--sampled-on", "2026-02-23", *markers)
        made = record(bench, "--at", "2026-02-23T10:00").data
        assert made["window_met"] is True
        assert made["warnings"] == []

    def test_the_rule_applied_may_be_named_and_is_kept(self, bench):
        made = record(bench, "--screening-rule", "EU_0_7d").data
        assert (made["screening_rule"], made["window_met"]) == ("EU_0_7d", False)
        assert show(bench, made["id"])["screening_rule"] == "EU_0_7d"

    def test_an_unknown_rule_is_not_found(self, bench):
        assert record(bench, "--screening-rule", "MOON", exit_code=20).code == "unknown-code"

    def test_later_samples_do_not_change_what_was_found_then(self, bench):
        number = record(bench, "--at", "2026-02-23T10:00").data["id"]
        markers = [word for name in PANEL for word in ("--marker", f"{name}=non-reactive")]
        bench("donor", "screen", "D01", "--sampled-on", "2026-02-23", *markers)
        assert show(bench, number)["window_met"] is False

    def test_marrow_of_a_donor_nobody_declared_eligible_is_recorded_with_a_warning(
        self, bench, stranger
    ):
        made = bench("collection", "record", "--course", stranger, *bench.at()).data
        assert {"donor-not-eligible", "screening-window"} <= codes(made)
        assert show(bench, made["id"])["eligibility"] is None
        assert {w["code"] for w in show(bench, made["id"])["warnings"]} == codes(made)

    def test_a_deferred_donor_is_recorded_as_such(self, bench):
        defer = ("--defer-until", "2026-06-01", "--reason", "travel")
        bench.program.signed("donor", "decide", "D01", *defer, user="RP1")
        made = record(bench).data
        assert codes(made) == {"donor-not-eligible"}
        assert show(bench, made["id"])["eligibility"] == "deferred"


class TestPlausibility:
    @pytest.mark.parametrize(
        ("more", "code"),
        [
            (("--volume-ml", 350), "collection-volume-unusual"),
            (("--volume-ml", 35, "--tnc", "7.7e9"), "nucleated-count-unusual"),
            (
                ("--volume-ml", 35, "--tnc", "7.7e8", "--mnc", "7.8e8"),
                "mononuclear-above-nucleated",
            ),
        ],
    )
    def test_unlikely_numbers_warn_and_are_kept(self, bench, more, code):
        made = record(bench, *more).data
        assert codes(made) == {code}
        assert show(bench, made["id"])["warnings"][0]["code"] == code


class TestExternalNumbers:
    def test_numbers_of_other_systems_are_kept_as_given(self, bench):
        sec = "SEC: PL001499Z549917123456"
        numbers = ("--external-number", "din=G1234 17 654321", "--external-number", f"SEC={sec}")
        made = record(bench, *numbers, "--external-number", "BAG=x 7").data
        assert made["warnings"] == []
        kept = {"DIN": "G123417654321", "SEC": sec, "BAG": "x 7"}
        assert show(bench, made["id"])["external_numbers"] == kept

    def test_a_donation_number_counts_by_its_13_characters_however_it_came(self, bench):
        made = record(bench, "--external-number", "DIN==G12341765432170").data
        assert made["warnings"] == []
        assert show(bench, made["id"])["external_numbers"] == {"DIN": "G123417654321"}

    @pytest.mark.parametrize(
        "misread",
        [
            "DIN=G1234 17 654312 A",
            "DIN==G12341765432171",
            "SEC=SEC: PL001499Z549917123456 A00T041600320171331",
        ],
    )
    def test_a_number_that_its_own_check_contradicts_is_refused(self, bench, misread):
        made = record(bench, "--external-number", misread, exit_code=63)
        assert made.data["error"]["code"] == "foreign-code-unsound"
        assert bench.program("collection", "list").data == []

    @pytest.mark.parametrize("given", ["DIN=O123417654321", "DIN=G12341765432", "SEC=PL00149"])
    def test_a_number_that_does_not_look_like_its_kind_warns(self, bench, given):
        made = record(bench, "--external-number", given).data
        assert codes(made) == {"external-number-unusual"}

    def test_a_number_on_record_for_another_donation_warns(self, bench):
        first = record(bench, "--external-number", "DIN=G123417654321").data
        second = record(bench, "--external-number", "DIN=G123417654321").data
        assert first["warnings"] == []
        assert codes(second) == {"external-number-known"}
        assert first["id"] in second["warnings"][0]["sentence"]

    def test_a_number_without_its_scheme_is_no_value(self, bench):
        record(bench, "--external-number", "G123417654321", exit_code=2)
        assert bench.program("collection", "list").data == []


class TestReceive:
    def test_a_collection_arrives(self, bench):
        number = record(bench).data["id"]
        made = receive(bench, number, "--temperature-c", "18.5", "--seal", "S-1").data
        assert (made["id"], made["state"], made["warnings"]) == (number, "received", [])
        receipt = show(bench, number)["receipt"]
        assert (receipt["temperature_c"], receipt["seal"], receipt["from"]) == (
            "18.5",
            "S-1",
            "Theatre 2",
        )
        assert (receipt["condition"], receipt["labels_match"]) == ("intact", True)

    @pytest.mark.parametrize(
        ("pair", "cause"), [("condition=leaking", "damage"), ("labels_match=no", "other")]
    )
    def test_a_receipt_corrected_to_worse_holds_as_when_it_was_told(self, bench, pair, cause):
        made = receive(bench, record(bench).data["id"]).data
        mended = bench("correct", made["receipt"], pair, "--reason", "misheard").data
        (hold,) = mended["holds"]
        assert (hold["on"], hold["cause"]) == (made["id"], cause)
        assert [each["id"] for each in show(bench, made["id"])["holds"]] == [hold["id"]]

    def test_a_receipt_corrected_to_better_leaves_its_hold_to_a_person(self, bench):
        made = receive(bench, record(bench).data["id"], "--condition", "clotted").data
        mended = bench("correct", made["receipt"], "condition=intact", "--reason", "misheard").data
        assert codes(mended) == {"hold-stays"}
        assert mended["holds"] == []
        assert len(show(bench, made["id"])["holds"]) == 1

    def test_a_corrected_temperature_on_arrival_is_looked_at_again(self, bench):
        made = receive(bench, record(bench).data["id"], "--temperature-c", "18").data
        told = ("correct", made["receipt"], "temperature_c=38", "--reason", "misread")
        assert codes(bench(*told).data) == {"transport-temperature-unusual"}

    @pytest.mark.parametrize(("celsius", "warns"), [("2", 0), ("25", 0), ("1.9", 1), ("25.1", 1)])
    def test_temperatures_outside_2_to_25_degrees_warn(self, bench, celsius, warns):
        made = receive(bench, record(bench).data["id"], "--temperature-c", celsius).data
        assert len(made["warnings"]) == warns
        assert codes(made) <= {"transport-temperature-unusual"}

    @pytest.mark.parametrize(
        ("found", "causes"),
        [
            (("--condition", "leaking"), ["damage"]),
            (("--condition", "clotted"), ["damage"]),
            (("--labels-match", "no"), ["other"]),
            (("--condition", "leaking", "--labels-match", "no"), ["damage", "other"]),
        ],
    )
    def test_damage_and_strange_labels_hold_the_collection(self, bench, found, causes):
        number = record(bench).data["id"]
        made = receive(bench, number, *found).data
        holds = show(bench, number)["holds"]
        assert [hold["cause"] for hold in holds] == causes
        assert [hold["id"] for hold in holds] == made["holds"]

    def test_it_does_not_arrive_before_it_was_taken(self, bench):
        number = record(bench).data["id"]
        refused = receive(bench, number, "--at", bench.time(hours=-1), exit_code=30)
        assert refused.code == "out-of-order"

    def test_it_arrives_once(self, bench):
        number = record(bench).data["id"]
        receive(bench, number)
        assert receive(bench, number, exit_code=33).code == "already-done"

    def test_what_is_only_planned_does_not_arrive(self, bench):
        planned = bench("collection", "plan", bench.coi, "--planned-on", "2026-02-02").data["id"]
        assert receive(bench, planned, exit_code=30).code == "not-recorded"


class TestCount:
    def test_a_count_is_kept_and_a_recount_stands_beside_it(self, bench):
        number = record(bench, "--volume-ml", 35).data["id"]
        count = ("collection", "count", number, *bench.at(hours=3))
        made = bench(*count, "--tnc", "7.7e8", "--mnc", "2.16e8", "--viability", "98").data
        assert (made["state"], made["tnc"], made["viability_pct"]) == ("counted", "770000000", "98")
        bench(*count, "--tnc", "7.5e8")
        assert [each["tnc"] for each in show(bench, number)["counts"]] == ["770000000", "750000000"]

    def test_a_slipped_power_of_ten_warns(self, bench):
        number = record(bench, "--volume-ml", 35).data["id"]
        made = bench("collection", "count", number, "--tnc", "7.7e7", "--viability", "50").data
        assert codes(made) == {"nucleated-count-unusual", "viability-low"}

    def test_the_volume_is_looked_at_once(self, bench):
        number = record(bench, "--volume-ml", 350).data["id"]
        assert bench("collection", "count", number, "--tnc", "7.7e9").data["warnings"] == []

    def test_it_is_not_counted_before_it_was_taken(self, bench):
        number = record(bench).data["id"]
        args = ("collection", "count", number, "--tnc", "7.7e8", *bench.at(hours=-1))
        assert bench(*args, exit_code=30).code == "out-of-order"

    def test_what_is_only_planned_is_not_counted(self, bench):
        planned = bench("collection", "plan", bench.coi, "--planned-on", "2026-02-02").data["id"]
        refused = bench("collection", "count", planned, "--tnc", "7.7e8", exit_code=30)
        assert refused.code == "not-recorded"


class TestAccept:
    def test_it_is_accepted_by_signature_over_everything_found(self, bench):
        number = record(bench, "--volume-ml", 35, "--external-number", "DIN=G123417654321").data[
            "id"
        ]
        receive(bench, number, "--temperature-c", "30")
        bench("collection", "count", number, "--tnc", "7.7e8")
        done = accept(bench, number)
        for told in (
            *(number, "35 mL", "G123417654321", "EU_BM_30d: complete and in time", "30 °C"),
            *("intact; labels match", "770.0 ×10⁶ nucleated cells", "eligible", "is usual"),
        ):
            assert told in done.stderr
        assert done.data["state"] == "accepted"
        decision = show(bench, number)["decision"]
        assert (decision["signed_by"], decision["signature"]) == ("RP1", done.data["signature"])

    def test_findings_are_shown_and_do_not_forbid(self, bench):
        number = record(bench, "--at", "2026-02-23T10:00").data["id"]
        done = accept(bench, number, user="QA1")
        assert "NOT complete and in time" in done.stderr
        assert "marker-out-of-window" in done.stderr

    def test_a_held_collection_is_not_accepted(self, bench):
        number = record(bench).data["id"]
        receive(bench, number, "--condition", "leaking", "--labels-match", "no")
        refused = accept(bench, number, exit_code=41)
        assert refused.code == "on-hold"
        assert len(refused.data["error"]["blockers"]) == 2
        assert state(bench, number) == "received"

    def test_a_held_donor_holds_the_marrow(self, bench):
        number = record(bench).data["id"]
        with bench.change("hold open") as change:
            change.record("hold", donor="D01", cause="marker", automatic=0)
        assert accept(bench, number, exit_code=41).blockers == {"on-hold"}

    def test_it_is_accepted_once(self, bench):
        number = record(bench).data["id"]
        accept(bench, number)
        assert accept(bench, number, exit_code=33).code == "already-done"

    def test_what_is_only_planned_is_not_accepted(self, bench):
        planned = bench("collection", "plan", bench.coi, "--planned-on", "2026-02-02").data["id"]
        assert accept(bench, planned, exit_code=30).code == "not-recorded"

    def test_a_technician_does_not_accept(self, bench):
        number = record(bench).data["id"]
        assert accept(bench, number, user="TECHNICIAN1", exit_code=52).code == "role-missing"

    def test_a_wrong_secret_signs_nothing(self, bench):
        number = record(bench).data["id"]
        args = ("collection", "accept", number)
        refused = bench.program(*args, user="RP1", secrets=("wrong",), exit_code=53)
        assert refused.code == "signature-rejected"
        assert state(bench, number) == "recorded"

    def test_what_was_not_shown_is_not_signed(self, bench):
        number = record(bench).data["id"]
        with bench.store() as store:
            desk = Desk(
                lambda: store, bench.program.clock, PlainHasher(), host="test", account="RP1"
            )
            prepared = prepare_decision(desk, number, "accepted")
            bench("collection", "count", number, "--tnc", "7.7e8")
            proof = Proof("RP1", secret_of("RP1"))
            with pytest.raises(Changed):
                decide_collection(desk, number, "accepted", prepared, proof)
        assert state(bench, number) == "counted"

    def test_an_acceptance_falls_when_what_it_covers_is_corrected(self, bench):
        number = record(bench, "--tnc", "7.7e8").data["id"]
        accept(bench, number)
        bench.correct("collection_taking", show(bench, number)["taking"], tnc=780_000_000)
        assert state(bench, number) == "recorded"
        assert accept(bench, number).data["state"] == "accepted"

    def test_new_facts_leave_it_standing(self, bench):
        number = record(bench).data["id"]
        accept(bench, number)
        bench("collection", "count", number, "--tnc", "7.7e8")
        assert state(bench, number) == "accepted"


class TestReject:
    def test_it_is_rejected_by_signature_with_the_reason(self, bench):
        number = record(bench).data["id"]
        done = reject(bench, number)
        assert "clotted throughout" in done.stderr
        decision = show(bench, number)["decision"]
        assert (decision["decision"], decision["reason"]) == ("rejected", "clotted throughout")

    def test_what_is_held_can_be_rejected(self, bench):
        number = record(bench).data["id"]
        receive(bench, number, "--condition", "clotted")
        assert reject(bench, number).data["state"] == "rejected"

    def test_what_was_rejected_is_not_accepted(self, bench):
        number = record(bench).data["id"]
        reject(bench, number)
        assert accept(bench, number, exit_code=33).code == "already-done"
        assert state(bench, number) == "rejected"

    def test_a_rejection_outlives_a_correction(self, bench):
        number = record(bench, "--tnc", "7.7e8").data["id"]
        reject(bench, number)
        bench.correct("collection_taking", show(bench, number)["taking"], tnc=1)
        assert state(bench, number) == "rejected"


class TestShow:
    def test_states_follow_what_was_recorded(self, bench):
        number = bench("collection", "plan", bench.coi, "--planned-on", "2026-02-02").data["id"]
        states = [state(bench, number)]
        record(bench)
        states.append(state(bench, number))
        receive(bench, number)
        states.append(state(bench, number))
        bench("collection", "count", number, "--tnc", "7.7e8")
        states.append(state(bench, number))
        accept(bench, number)
        states.append(state(bench, number))
        assert states == ["planned", "recorded", "received", "counted", "accepted"]

    def test_a_corrected_value_is_marked_and_the_earlier_one_told(self, bench):
        number = record(bench, "--volume-ml", "53", "--tnc", "7.7e8").data["id"]
        bench.correct("collection_taking", show(bench, number)["taking"], volume_ml="35")
        told = show(bench, number)["corrected"]
        assert [(each["field"], each["earlier"], each["now"]) for each in told] == [
            ("volume_ml", ["53"], "35")
        ]
        text = bench.program("collection", "show", number, as_json=False).stdout
        assert "35*" in text
        assert "was 53, corrected to 35 (typed the wrong way round)" in text
        assert "770.0 ×10⁶\n" in text

    def test_a_number_nobody_gave_is_not_found(self, bench):
        assert bench.program("collection", "show", "BM9", exit_code=20).code == "unknown-code"

    def test_another_kind_of_number_is_refused_as_such(self, bench):
        refused = bench.program("collection", "show", bench.coi, exit_code=64)
        assert refused.code == "wrong-kind-of-code"

    def test_the_list_names_each_with_its_state(self, bench):
        number = record(bench).data["id"]
        planned = bench("collection", "plan", bench.coi, "--planned-on", "2026-05-02").data["id"]
        listed = bench.program("collection", "list").data
        assert [(each["id"], each["kind"], each["state"]) for each in listed] == [
            (number, "collection", "recorded"),
            (planned, "collection", "planned"),
        ]
