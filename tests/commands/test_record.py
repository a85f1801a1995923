"""Attach, correct, strike: what can be done to any recorded fact, and what follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lottrack.rules.correcting.decisions import INSTEAD
from lottrack.rules.correcting.values import VALUES
from lottrack.store.store import Store
from lottrack.store.tables import FACTS
from tests import steps
from tests.steps import ago

WHY = ("--reason", "misread the sheet")


def rows(program, table, **where):
    store = Store(program.db)
    try:
        return store.rows(table, **where)
    finally:
        store.close()


def last(program, table, **where):
    return rows(program, table, **where)[-1]


def standing(program, container):
    return rows(program, "container_standing", container=container)[0]


def correct(program, record, *pairs, user="TECHNICIAN1", **extra):
    return program("correct", record, *pairs, *WHY, user=user, **extra)


def strike(program, record, *more, user="TECHNICIAN1", **extra):
    return program("strike", record, *WHY, *more, user=user, **extra)


def sound(program):
    """Nothing breaks an invariant, and the trail proves the record."""
    assert program("admin", "check").data["findings"] == []


@pytest.fixture
def weight(program):
    """The program, and a patient's weight."""
    steps.register_patient(program)
    return program, last(program, "weight").root


class TestAttach:
    @pytest.fixture
    def file(self, tmp_path):
        path = tmp_path / "certificate.pdf"
        path.write_bytes(b"%PDF certificate")
        return path

    def test_keeps_the_file_by_its_hash_and_says_what_it_is(self, weight, file):
        program, _ = weight
        made = program("attach", "P01", file, "--what", "certificate", user="NURSE1").data
        kept = Path(f"{program.db}.files") / made["sha256"]
        assert kept.read_bytes() == b"%PDF certificate"
        assert (made["record"], made["file_name"], made["size_bytes"]) == (
            "P01",
            "certificate.pdf",
            16,
        )
        sound(program)

    def test_keeps_one_copy_for_several_records(self, weight, file):
        program, number = weight
        for record in ("P01", number):
            program("attach", record, file, "--what", "certificate", user="NURSE1")
        assert len(list(Path(f"{program.db}.files").iterdir())) == 1
        assert len(rows(program, "attachment")) == 2

    def test_of_the_same_file_to_the_same_record_is_done_already(self, weight, file):
        program, _ = weight
        words = ("attach", "P01", file, "--what", "certificate")
        program(*words, user="NURSE1")
        assert program(*words, user="NURSE1", exit_code=33).code == "already-done"

    @pytest.mark.parametrize(
        ("name", "code"), [("nothing.pdf", "file-unreadable"), ("", "file-unreadable")]
    )
    def test_refuses_what_is_no_file(self, weight, tmp_path, name, code):
        program, _ = weight
        refused = program(
            "attach", "P01", tmp_path / name, "--what", "x", user="NURSE1", exit_code=2
        )
        assert refused.code == code

    def test_refuses_a_file_that_is_too_large(self, weight, tmp_path):
        program, _ = weight
        path = tmp_path / "film.mp4"
        with path.open("wb") as file:
            file.truncate(100_000_001)
        refused = program("attach", "P01", path, "--what", "x", user="NURSE1", exit_code=2)
        assert refused.code == "file-too-large"
        assert not Path(f"{program.db}.files").exists()

    def test_refuses_a_record_that_is_unknown_or_was_struck(self, weight, file):
        program, number = weight
        words = ("--what", "certificate")
        assert program("attach", "P99", file, *words, user="NURSE1", exit_code=20).exit_code == 20
        strike(program, number)
        assert program("attach", number, file, *words, user="NURSE1", exit_code=20).exit_code == 20

    def test_keeps_nothing_of_a_person_who_may_not(self, weight, file):
        program, _ = weight
        words = ("attach", "P01", file, "--what", "x")
        assert program(*words, user="INSPECTOR1", exit_code=52).code == "role-missing"
        assert not Path(f"{program.db}.files").exists()

    def test_records_nothing_when_the_folder_cannot_be_written(self, weight, file):
        program, _ = weight
        Path(f"{program.db}.files").write_text("a file in the way")
        words = ("attach", "P01", file, "--what", "x")
        assert program(*words, user="NURSE1", exit_code=74).exit_code == 74
        assert rows(program, "attachment") == []

    def test_on_a_dry_run_keeps_nothing(self, weight, file):
        program, _ = weight
        program("attach", "P01", file, "--what", "x", "--dry-run", user="NURSE1")
        assert not Path(f"{program.db}.files").exists()
        assert rows(program, "attachment") == []


class TestCorrect:
    def test_writes_the_right_value_and_keeps_the_old_one_in_sight(self, weight):
        program, number = weight
        made = correct(program, number, "weight_kg=12.3").data
        assert (made["record"], made["version"]) == (number, 2)
        assert made["changes"] == [{"key": "weight_kg", "from": "13.2", "to": "12.3"}]
        shown = program("patient", "show", "P01").data
        assert [each["weight_kg"] for each in shown["weights"]] == ["12.3"]
        versions = program("audit", "show", number).data
        assert [entry["act"] for entry in versions] == ["patient register", "correct"]
        sound(program)

    def test_says_who_changed_it_and_why(self, weight):
        program, number = weight
        made = correct(program, number, "weight_kg=12.3", user="NURSE1").data
        row = last(program, "correction")
        assert (row.root, row.record, row.kind) == (made["id"], number, "correct")
        assert (row.performed_by, row.reason) == ("NURSE1", "misread the sheet")
        assert (row.from_version, row.to_version) == (1, 2)

    def test_of_several_values_is_one_correction(self, weight):
        program, number = weight
        made = correct(program, number, "weight-kg=12.3", "weighed_on=2026-01-30").data
        assert {change["key"] for change in made["changes"]} == {"weight_kg", "weighed_on"}
        assert len(rows(program, "correction")) == 1

    def test_of_the_time_marks_the_fact_late(self, weight):
        program, number = weight
        correct(program, number, f"at={ago(program, days=1)}")
        row = last(program, "weight")
        assert (row.late, row.occurred_at) == (1, "2026-02-01T08:00:00.000000Z")

    def test_of_who_did_it_takes_another_person(self, weight):
        program, number = weight
        correct(program, number, "performed_by=nurse2")
        assert last(program, "weight").performed_by == "NURSE2"

    def test_can_be_corrected_again(self, weight):
        program, number = weight
        correct(program, number, "weight_kg=12.3")
        assert correct(program, number, "weight_kg=12.4").data["version"] == 3
        sound(program)

    def test_takes_away_what_need_not_stand(self, program):
        steps.register_patient(program)
        steps.register_donor(program)
        pair, _ = steps.register_pair(program)
        correct(program, pair, "evidence=birth certificate")
        correct(program, pair, "evidence=")
        assert last(program, "pair").evidence is None

    def test_on_a_dry_run_shows_everything_and_records_nothing(self, weight):
        program, number = weight
        before = program("audit", "verify").data["entries"]
        made = correct(program, number, "weight_kg=12.3", "--dry-run").data
        assert made["changes"]
        assert program("audit", "verify").data["entries"] == before

    def test_is_read_by_people_in_words(self, weight):
        program, number = weight
        text = correct(program, number, "weight_kg=12.3", as_json=False).stdout
        assert "weight kg: 13.2 → 12.3" in text

    @pytest.mark.parametrize(
        ("pair", "exit_code", "code"),
        [
            ("weight_kg=13.2", 30, "nothing-to-correct"),
            ("patient=P02", 30, "not-correctable"),
            ("colour=blue", 30, "not-correctable"),
            ("weight_kg", 2, "bad-correction"),
            ("=12", 2, "bad-correction"),
            ("weight_kg=", 2, "bad-value"),
            ("weight_kg=0", 2, "out-of-range"),
            ("weight_kg=12,3", 2, "bad-number"),
            ("weight_kg=nan", 2, "bad-number"),
            ("weighed_on=2027-01-01", 2, "date-in-future"),
            ("weighed_on=2026-02-30", 2, "bad-date"),
            ("at=2026-03-01T10:00", 2, "time-in-future"),
            ("performed_by=NOBODY", 20, "unknown-code"),
            ("entry=guessed", 2, "bad-value"),
            ("weighed_on=2011-01-01", 30, "out-of-order"),
        ],
    )
    def test_refuses_what_cannot_be(self, weight, pair, exit_code, code):
        program, number = weight
        assert correct(program, number, pair, exit_code=exit_code).code == code
        assert rows(program, "correction") == []

    def test_refuses_a_key_given_twice(self, weight):
        program, number = weight
        refused = correct(program, number, "weight_kg=12", "weight-kg=13", exit_code=2)
        assert refused.code == "bad-correction"

    def test_says_what_can_be_corrected(self, weight):
        program, number = weight
        refused = correct(program, number, "colour=blue", exit_code=30).data
        assert "weight_kg, weighed_on, at" in refused["error"]["hint"]
        assert f"lottrack strike {number}" in refused["error"]["hint"]

    def test_refuses_a_struck_fact(self, weight):
        program, number = weight
        strike(program, number)
        assert correct(program, number, "weight_kg=12", exit_code=30).code == "struck"

    def test_needs_a_reason(self, weight):
        program, number = weight
        program("correct", number, "weight_kg=12", user="NURSE1", exit_code=2)
        program("correct", number, "weight_kg=12", "--reason", " ", user="NURSE1", exit_code=2)

    def test_needs_a_person_who_may(self, weight):
        program, number = weight
        assert correct(program, number, "weight_kg=12", user="COURIER1", exit_code=52)
        assert program("correct", number, "weight_kg=12", *WHY, exit_code=51)

    def test_asks_which_is_meant_where_a_code_is_shared(self, program):
        born = ("--born", 1990, "--sex", "F")
        program("donor", "register", "--code", "X1", *born, user="TECHNICIAN1")
        program("place", "register", "X1", "--name", "X", "--kind", "ward", user="TECHNICIAN1")
        assert correct(program, "X1", "sex=M", exit_code=30).code == "ambiguous-code"
        correct(program, "X1", "sex=M", "--on", "donor")
        assert last(program, "donor").sex == "M"

    def test_of_a_year_of_birth_warns_of_a_relation_that_cannot_be(self, program):
        steps.register_patient(program)
        steps.register_donor(program)
        steps.register_pair(program)
        made = correct(program, "D01", "born_year=2021", "--on", "donor").data
        assert [warning["code"] for warning in made["warnings"]] == ["relation-inconsistent"]
        assert correct(program, "D01", "born_year=1200", exit_code=2).code == "out-of-range"

    def test_of_a_typing_finds_the_pair_anew(self, program):
        steps.register_patient(program)
        steps.register_donor(program)
        pair, _ = steps.register_pair(program)
        typing = rows(program, "typing", donor="D01")[0].root
        other = "A*11:01+A*33:01^B*13:02+B*18:01^C*06:02+C*12:03^DRB1*07:01+DRB1*13:01"
        made = correct(program, typing, f"gl_string={other}").data
        assert made["affected"]["findings"][0]["haploidentity"] == "not_haploidentical"
        assert program("pair", "show", pair).data["haploidentity"] == "not_haploidentical"
        assert correct(program, typing, "gl_string=A*0", exit_code=2).code == "hla-invalid"
        strike(program, typing)
        assert program("pair", "show", pair).data["haploidentity"] == "indeterminate"
        sound(program)


class TestEveryFact:
    def test_says_whether_it_can_be_corrected_or_what_to_do_instead(self):
        assert set(VALUES) | set(INSTEAD) == set(FACTS)
        assert not set(VALUES) & set(INSTEAD)

    @pytest.mark.parametrize("table", VALUES)
    def test_has_the_values_that_can_be_corrected(self, table):
        assert set(VALUES[table]) <= set(FACTS[table])

    @pytest.mark.parametrize(
        "table",
        ["signature", "approval", "disposition", "hold", "label", "infusion_order", "correction"],
    )
    def test_that_is_no_value_of_its_own_is_refused_with_what_to_do(self, released, table):
        program, filled = released
        steps.register_patient(program, "P02")
        correct(program, last(program, "weight", patient="P02").root, "weight_kg=14")
        if table == "hold":
            program("hold", "open", filled.lot, "--cause", "other", *WHY, user="QA1")
        record = last(program, table).root
        refused = correct(program, record, "reason=x", exit_code=30)
        assert refused.code == "not-correctable"
        assert refused.data["error"]["hint"] == INSTEAD[table]
        refused = strike(program, record, exit_code=30)
        assert refused.code == "not-strikable"
        assert refused.data["error"]["hint"] == INSTEAD[table]

    def test_a_value_of_a_bags_content_is_pointed_at_where_it_is_held(self, bench):
        lot = bench.grown()
        bag = bench.fill(lot).data["containers"][0]["id"]
        filling = last(bench.program, "filling", container=bag).root
        refused = correct(bench.program, bag, "viable_cells=4.2e7", exit_code=30)
        assert refused.code == "not-correctable"
        assert bag in refused.data["error"]["sentence"]
        assert refused.data["error"]["hint"] == (
            f"viable_cells is a value of filling {filling}: lottrack correct {filling}"
            " viable_cells=VALUE --reason TEXT."
        )
        correct(bench.program, filling, "viable_cells=4.2e7")

    def test_the_way_leads_through_fill_and_lot_and_back_up(self, bench):
        lot = bench.grown()
        made = bench.fill(lot).data
        harvest = {row.passage: row.root for row in rows(bench.program, "harvest", lot=lot)}
        seeding = {row.passage: row.root for row in rows(bench.program, "seeding", lot=lot)}
        filling = last(bench.program, "filling", container=made["containers"][0]["id"]).root
        for record, key, holder in (
            (lot, "harvested", harvest[0]),
            (harvest[2], "seeded", seeding[2]),
            (seeding[1], "harvested", harvest[1]),
            (filling, "expires_at", made["containers"][0]["id"]),
            (made["id"], "volume_ml", filling),
            (bench.show(lot)["collection"], "tnc", last(bench.program, "collection_taking").root),
        ):
            refused = correct(bench.program, record, f"{key}=1", exit_code=30)
            assert f"lottrack correct {holder} {key}=VALUE" in refused.data["error"]["hint"]

    def test_several_that_hold_it_are_named(self, bench):
        lot = bench.grown()
        hint = correct(bench.program, lot, "harvested=1", exit_code=30).data["error"]["hint"]
        for row in rows(bench.program, "harvest", lot=lot):
            assert row.root in hint
        made = bench.fill(lot, count=7).data
        hint = correct(bench.program, made["id"], "viable_cells=1", exit_code=30).data["error"]
        assert "and 1 more" in hint["hint"]

    def test_a_value_that_nothing_near_holds_is_answered_with_those_there_are(self, bench):
        lot = bench.grown()
        refused = correct(bench.program, lot, "colour=blue", exit_code=30)
        assert "These can: at, performed_by, entry" in refused.data["error"]["hint"]

    def test_of_an_account_is_never_struck(self, program):
        assert strike(program, "NURSE1", exit_code=30).code == "not-strikable"

    def test_of_an_account_is_corrected_by_an_administrator(self, program):
        refused = correct(program, "NURSE1", "name=Nurse One", exit_code=52)
        assert refused.code == "role-missing"
        correct(program, "NURSE1", "name=Nurse One", user="ADMIN")
        names = {row["id"]: row["name"] for row in program("user", "list").data}
        assert names["NURSE1"] == "Nurse One"


class TestCulture:
    def test_shows_doublings_before_and_after(self, bench):
        lot = bench.grown()
        harvest = rows(bench.program, "harvest", lot=lot, passage=1)[0].root
        made = correct(bench.program, harvest, "harvested=1.2e8").data
        changed = {each["what"]: each for each in made["affected"]["derived"]}
        doublings = changed["population_doublings of P1"]
        shown = {p["passage"]: p for p in bench.show(lot)["passages"]}
        assert doublings["before"] != doublings["after"]
        assert doublings["after"] == shown["P1"]["population_doublings"]
        assert "cumulative_population_doublings of P2" in changed
        sound(bench.program)

    def test_warns_when_more_was_used_than_harvested(self, bench):
        lot = bench.grown()
        harvest = rows(bench.program, "harvest", lot=lot, passage=1)[0].root
        made = correct(bench.program, harvest, "harvested=1e7").data
        assert [w["code"] for w in made["warnings"]] == ["more-cells-than-harvested"]

    def test_keeps_seedings_and_harvests_in_order(self, bench):
        lot = bench.grown()
        harvest = rows(bench.program, "harvest", lot=lot, passage=1)[0].root
        refused = correct(bench.program, harvest, f"at={bench.time(1)}", exit_code=30)
        assert refused.code == "out-of-order"
        assert "seeding of P1" in refused.stdout
        refused = correct(bench.program, harvest, f"at={bench.time(25)}", exit_code=30)
        assert "seeding of P2" in refused.stdout
        correct(bench.program, harvest, f"at={bench.time(18)}")

    def test_times_of_one_minute_stand_in_the_order_recorded(self, bench):
        lot = bench.grown()
        harvest = rows(bench.program, "harvest", lot=lot, passage=1)[0]
        seeding = rows(bench.program, "seeding", lot=lot, passage=1)[0]
        correct(bench.program, seeding.root, f"at={harvest.occurred_at[:17]}30Z")
        sound(bench.program)

    def test_a_lot_with_passages_is_not_struck(self, bench):
        lot = bench.grown()
        refused = strike(bench.program, lot, exit_code=30)
        assert refused.code == "has-dependents"
        assert "seeding SE-TST-" in refused.stdout
        assert "harvest HV-TST-" in refused.stdout

    def test_a_lot_without_any_is_struck(self, bench):
        lot = bench.new_lot()
        strike(bench.program, lot)
        bench.program("lot", "show", lot, exit_code=20)

    def test_a_fill_is_struck_with_the_bags_it_made(self, bench):
        lot = bench.grown()
        fill = bench.fill(lot, count=2).data["id"]
        made = strike(bench.program, fill).data
        assert sorted(part["record_kind"] for part in made["also"]) == [
            *["container"] * 2,
            *["filling"] * 2,
        ]
        assert bench.show(lot)["containers"] == []
        assert rows(bench.program, "container_standing") == []
        sound(bench.program)
        bench.fill(lot, count=2)
        sound(bench.program)

    def test_a_fill_whose_bag_was_stored_is_not_struck(self, bench):
        lot = bench.grown()
        fill = bench.fill(lot, count=1).data["id"]
        bag = bench.show(lot)["containers"][0]["id"]
        bench("custody", "store", bag, "--position", "A1")
        refused = strike(bench.program, fill, exit_code=30)
        assert refused.code == "has-dependents"
        assert "custody event" in refused.stdout

    def test_the_expiry_of_a_fill_is_that_of_its_bags(self, bench):
        lot = bench.grown()
        fill = bench.fill(lot, count=2).data["id"]
        made = correct(bench.program, fill, "expires_at=2027-06-30T23:59").data
        assert len(made["also"]) == 2
        expiries = {bag["expires"] for bag in bench.show(lot)["containers"]}
        assert expiries == {"2027-06-30T23:59:00+02:00"}
        assert len(rows(bench.program, "correction")) == 3
        sound(bench.program)


class TestCustody:
    @pytest.fixture
    def bag(self, bench):
        """A bag stored, handed to the pharmacy and received there."""
        lot = bench.grown()
        bench.fill(lot, count=2)
        bags = [bag["id"] for bag in bench.show(lot)["containers"]]
        for slot, bag in enumerate(bags):
            bench("custody", "store", bag, "--position", f"A{slot}")
        bench.program.clock.advance(hours=1)
        steps.bring_to_pharmacy(bench.program, bags[0])
        return bench.program, bags[0]

    def event(self, program, bag, act):
        return rows(program, "custody_event", container=bag, act=act)[0].root

    def test_an_event_that_never_happened_falls_out_of_the_life(self, bag):
        program, number = bag
        made = strike(program, self.event(program, number, "receive"), user="PHARMACIST1").data
        assert made["affected"]["containers"] == [number]
        assert standing(program, number).location_state == "in_transit"
        sound(program)

    def test_an_event_without_which_the_life_breaks_is_not_struck(self, bag):
        program, number = bag
        event = self.event(program, number, "transfer")
        assert strike(program, event, exit_code=43).code == "life-broken"
        sound(program)

    def test_a_corrected_place_moves_the_container(self, bag):
        program, number = bag
        correct(program, self.event(program, number, "receive"), "to_place=ward")
        assert standing(program, number).place == "WARD"
        refused = correct(
            program, self.event(program, number, "receive"), "to_place=MOON", exit_code=20
        )
        assert refused.code == "unknown-code"
        sound(program)

    def test_a_position_that_is_taken_is_refused(self, bag):
        program, number = bag
        strike(program, self.event(program, number, "receive"))
        strike(program, self.event(program, number, "transfer"))
        event = self.event(program, number, "store")
        assert correct(program, event, "position=A1", exit_code=30).exit_code == 30
        correct(program, event, "position=B7")
        assert standing(program, number).position == "B7"
        sound(program)

    def test_events_stay_in_the_order_they_happened(self, bag):
        program, number = bag
        event = self.event(program, number, "receive")
        refused = correct(program, event, f"at={ago(program, days=30)}", exit_code=30)
        assert refused.code == "out-of-order"

    def test_a_thing_goes_to_one_place_or_one_person(self, bag):
        program, number = bag
        event = self.event(program, number, "transfer")
        assert correct(program, event, "to_account=NURSE1", exit_code=2).code == "bad-value"


class TestQuality:
    def test_a_corrected_result_is_judged_anew_and_holds_what_was_released(self, released):
        program, filled = released
        criteria = program("spec", "show", steps.SPECIFICATION).data["criteria"]
        test = next(c["test"] for c in criteria if c["operator"] == ">=" and c["level"] == "lot")
        number = rows(program, "result", test=test)[0].root
        made = correct(program, number, "value=0", user="QC1").data
        assert {change["key"] for change in made["changes"]} == {"value", "verdict"}
        assert last(program, "result", root=number).verdict == "fail"
        held = {(hold["on_kind"], hold["on"], hold["cause"]) for hold in made["holds"]}
        assert held == {("lot", filled.lot, "oos"), ("fill", filled.fill, "correction")}
        sound(program)

    def test_a_correction_voids_the_signatures_over_it_and_holds_the_released_fill(self, released):
        program, filled = released
        number = rows(program, "result", lot=filled.lot)[0].root
        made = correct(program, number, "method=another kit", user="QC1").data
        meanings = {each["meaning"] for each in made["affected"]["signatures"]}
        assert "review of test results against their records" in meanings
        holds = [(hold["on"], hold["cause"]) for hold in made["holds"]]
        assert holds == [(filled.fill, "correction")]
        hold = last(program, "hold")
        assert (hold.because_of, hold.automatic) == (made["id"], 1)
        sound(program)

    def test_a_correction_before_the_release_holds_nothing(self, filled):
        program, lot = filled
        results = steps.record_results(program, lot)
        program.signed("result", "review", *results.values(), user="QC2")
        made = correct(program, next(iter(results.values())), "method=kit", user="QC1").data
        assert made["affected"]["signatures"]
        assert made["holds"] == []

    def test_a_value_that_no_result_can_have_is_refused(self, released):
        program, filled = released
        numeric = next(row for row in rows(program, "result", lot=filled.lot) if row.unit)
        refused = correct(program, numeric.root, "value=many", user="QC1", exit_code=2)
        assert refused.code == "bad-number"

    def test_a_marker_that_becomes_reactive_holds_all_that_came_of_the_donor(self, released):
        program, filled = released
        marker = next(row for row in rows(program, "marker") if row.marker == "HBsAg")
        made = correct(program, marker.root, "outcome=reactive").data
        held = {(hold["on_kind"], hold["on"], hold["cause"]) for hold in made["holds"]}
        assert ("collection", filled.collection, "marker") in held
        assert ("lot", filled.lot, "marker") in held
        assert any("eligible" in each["meaning"] for each in made["affected"]["signatures"])
        sound(program)

    def test_the_day_of_a_sample_moves_the_window_of_the_donation(self, released):
        program, _ = released
        screening = rows(program, "screening")[0].root
        before = last(program, "collection_taking").window_met
        made = correct(program, screening, "sampled_on=2025-08-01").data
        assert [part["record_kind"] for part in made["also"]] == ["collection_taking"]
        assert before == 1
        assert last(program, "collection_taking").window_met == 0
        sound(program)

    def test_a_review_is_struck_by_those_who_may_review(self, released):
        program, _ = released
        review = last(program, "lot_review").root
        assert strike(program, review, user="TECHNICIAN1", exit_code=52).code == "role-missing"
        strike(program, review, user="QA1")
        sound(program)

    def test_labels_that_show_the_old_value_are_named(self, filled):
        program, lot = filled
        made = correct(program, lot.fill, "expires_at=2026-06-30T23:59").data
        labels = made["affected"]["labels"]
        assert {label["on"] for label in labels} == set(lot.bags)
        assert all("expires" in label["fields"] for label in labels)
        assert {label["state"] for label in labels} == {"applied"}
        sound(program)

    def test_a_label_event_that_never_happened_falls_out(self, filled):
        program, _ = filled
        event = rows(program, "label_event")[0]
        strike(program, event.root)
        assert rows(program, "label_standing", label=event.label)[0].state == "printed"
        sound(program)

    def test_a_closed_lot_is_opened_by_striking_its_closing(self, bench):
        lot = bench.new_lot()
        bench.program("lot", "close", lot, "--confirm", lot, user="QA1")
        closing = last(bench.program, "lot_closure").root
        strike(bench.program, closing, user="QA1")
        bench.passage(lot, "P0")


class TestBedside:
    @pytest.fixture
    def given(self, released):
        """A bag given to its patient."""
        program, filled = released
        order = program("order", "list").data[0]["id"]
        preparation = steps.prepare_dose(program, order, filled.scans[0])
        steps.dispense(program, filled.scans[0])
        infusion = steps.infuse(program, filled.scans[0]).data
        return program, filled, preparation, infusion

    def test_a_corrected_count_reckons_results_and_dose_anew(self, given):
        program, _, _, infusion = given
        count = last(program, "preparation_count")
        made = correct(program, count.root, "viable_cells=3.6e7", user="PHARMACIST1").data
        also = {part["record_kind"]: part for part in made["also"]}
        given_again = {c["key"]: c["to"] for c in also["infusion"]["changes"]}
        assert given_again["viable_cells"] == "36000000"
        assert given_again["cells_per_kg"] == "2727273"  # 36,000,000 cells at 13.2 kg
        derived = {each["what"] for each in made["affected"]["derived"]}
        assert "dose_cells_per_kg" in derived
        listed = program("infusion", "list").data[0]
        assert (listed["id"], listed["viable_cells"]) == (infusion["id"], "36000000")
        sound(program)

    def test_a_count_that_fails_now_holds_the_dose(self, given):
        program, filled, preparation, _ = given
        count = last(program, "preparation_count")
        made = correct(program, count.root, "viability_pct=40", user="PHARMACIST1").data
        results = {
            row.test: row.verdict for row in rows(program, "result", preparation=preparation)
        }
        assert "fail" in results.values()
        assert {(hold["on"], hold["cause"]) for hold in made["holds"]} >= {(filled.bags[0], "oos")}
        sound(program)

    def test_what_was_left_in_the_bag_changes_the_dose(self, given):
        program, _, _, infusion = given
        made = correct(program, infusion["id"], "left_ml=50", user="NURSE1").data
        changed = {change["key"]: (change["from"], change["to"]) for change in made["changes"]}
        assert changed["left_ml"] == (None, "50")
        before, after = changed["viable_cells"]
        assert int(after) == int(before) // 2
        assert made["version"] == 2
        sound(program)

    def test_a_wrong_weight_changes_the_dose_that_was_given(self, given):
        program, _, _, _infusion = given
        weight = last(program, "weight", patient="P01").root
        made = correct(program, weight, "weight_kg=26.4", user="NURSE1").data
        part = next(part for part in made["also"] if part["record_kind"] == "infusion")
        changed = {change["key"]: change["to"] for change in part["changes"]}
        assert changed["weight_kg"] == "26.4"
        assert changed["cells_per_kg"] == "1432273"  # 37,812,000 cells at 26.4 kg
        sound(program)

    def test_a_reaction_comes_with_its_grade(self, given):
        program, _, _, infusion = given
        refused = correct(program, infusion["id"], "reaction=fever", user="NURSE1", exit_code=2)
        assert refused.code == "reaction-incomplete"
        correct(program, infusion["id"], "reaction=fever", "grade=1", user="NURSE1")
        assert correct(program, infusion["id"], "grade=6", user="NURSE1", exit_code=2)

    def test_an_infusion_ends_after_it_began(self, given):
        program, _, _, infusion = given
        later = f"started_at={ago(program, minutes=1)}"
        assert correct(program, infusion["id"], later, user="NURSE1", exit_code=30)
        earlier = f"started_at={ago(program, minutes=20)}"
        correct(program, infusion["id"], earlier, user="NURSE1")
        row = last(program, "infusion")
        assert row.started_at == row.occurred_at
        sound(program)

    def test_an_infusion_that_never_was_gives_bag_and_order_back(self, given):
        program, filled, _, infusion = given
        strike(program, infusion["id"], user="NURSE1")
        assert standing(program, filled.bags[0]).location_state == "dispensed"
        assert program("order", "list").data[0]["state"] == "open"
        assert program("infusion", "list").data == []
        sound(program)
        steps.infuse(program, filled.scans[0])
        sound(program)

    def test_a_dispensing_is_struck_before_what_it_stands_on(self, given):
        program, filled, preparation, infusion = given
        refused = strike(program, preparation, user="PHARMACIST1", exit_code=30)
        assert refused.code == "has-dependents"
        strike(program, infusion["id"], user="NURSE1")
        dispensing = last(program, "dispensing").root
        strike(program, dispensing, user="PHARMACIST1")
        assert standing(program, filled.bags[0]).location_state == "prepared"
        sound(program)

    def test_a_cancelled_order_is_open_again_when_the_cancelling_is_struck(self, released):
        program, _ = released
        order = program("order", "list").data[0]["id"]
        program("order", "cancel", order, "--reason", "another day", user="CLINICIAN1")
        strike(program, last(program, "order_cancellation").root, user="CLINICIAN1")
        assert program("order", "list").data[0]["state"] == "open"
        sound(program)


class TestStrike:
    def test_leaves_the_fact_in_sight_and_out_of_account(self, weight):
        program, number = weight
        made = strike(program, number).data
        assert (made["struck"], made["changes"]) == (True, [])
        assert program("patient", "show", "P01").data["weights"] == []
        assert program("audit", "show", number).data[-1]["reason"] == "misread the sheet"
        sound(program)

    def test_is_done_once(self, weight):
        program, number = weight
        strike(program, number)
        assert strike(program, number, exit_code=30).code == "struck"

    def test_takes_along_what_was_recorded_in_the_same_act(self, program):
        program(
            *("patient", "register", "--code", "P09", "--born", 2020, "--sex", "M"),
            *("--weight-kg", "11", "--weighed-on", "2026-02-01"),
            user="TECHNICIAN1",
        )
        made = strike(program, "P09").data
        assert [part["record_kind"] for part in made["also"]] == ["weight"]
        assert rows(program, "weight") == []
        sound(program)

    def test_names_everything_that_stands_on_it(self, released):
        program, filled = released
        refused = strike(program, filled.patient, exit_code=30)
        assert refused.code == "has-dependents"
        assert "pair PR-TST-" in refused.data["error"]["sentence"]

    def test_lets_a_void_label_lie(self, filled):
        program, lot = filled
        sample = program("lot", "sample", lot.lot, "--kind", "supernatant", user="TECHNICIAN1").data
        printed = program(
            *("label", "print", sample["id"], "--out", program.db.parent / "labels"),
            user="TECHNICIAN1",
        ).data[0]["id"]
        assert strike(program, sample["id"], exit_code=30).code == "has-dependents"
        program("label", "void", printed, "--reason", "sample never taken", user="TECHNICIAN1")
        strike(program, sample["id"])
        sound(program)

    def test_on_a_dry_run_records_nothing(self, weight):
        program, number = weight
        assert strike(program, number, "--dry-run").data["struck"] is True
        assert [row.root for row in rows(program, "weight")] == [number]

    def test_is_read_by_people_in_words(self, weight):
        program, number = weight
        text = strike(program, number, as_json=False).stdout
        assert f"weight {number} is struck." in text


class TestAtATerminal:
    """A person sees what it touches, and types the record's number to go on."""

    @pytest.fixture
    def terminal(self, weight, monkeypatch):
        program, number = weight
        monkeypatch.setenv("LOTTRACK_STATE", str(program.db.parent / "state"))
        program("login", "NURSE1", secrets=("NURSE1",))
        monkeypatch.setattr("lottrack.terminal.is_terminal", lambda: True)
        asked = []

        def run(answer):
            from click.testing import CliRunner

            from lottrack.cli import main
            from lottrack.context import Context

            def confirm(record, question):
                asked.append(question)
                return answer == record

            monkeypatch.setattr("lottrack.terminal.confirm_by_number", confirm)
            context = Context(db=program.db, clock=program.clock)
            words = ["correct", number, "weight_kg=12.3", *WHY]
            return CliRunner().invoke(main, words, obj=context), asked

        return program, number, run

    def test_the_number_typed_back_means_yes(self, terminal):
        program, number, run = terminal
        outcome, asked = run(number)
        assert outcome.exit_code == 0
        assert "weight kg: 13.2 → 12.3" in asked[0]
        assert last(program, "weight").weight_kg == "12.3"

    def test_anything_else_means_no(self, terminal):
        program, _, run = terminal
        outcome, asked = run("yes")
        assert outcome.exit_code == 3
        assert len(asked) == 1
        assert last(program, "weight").weight_kg == "13.2"

    def test_what_changed_meanwhile_is_not_corrected(self, weight):
        from lottrack.actions.desk import Desk
        from lottrack.actions.record.corrections import Wanted, correct_record
        from lottrack.errors import Changed

        program, number = weight
        store = Store(program.db)
        desk = Desk(lambda: store, program.clock, None, host="bench", account="NURSE1")
        wanted = Wanted(number, ("weight_kg=12.3",), "misread")
        shown = correct_record(desk, wanted, preview=True)
        correct(program, number, "weight_kg=12.0")
        with pytest.raises(Changed):
            correct_record(desk, wanted, shown=shown)
        assert store.get("weight", number).weight_kg == "12.0"
        store.close()
