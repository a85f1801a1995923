"""``lottrack lot``: registered, sampled, discarded, shown, listed, closed."""

from __future__ import annotations

import pytest

from lottrack.actions.custody.containers import enter
from lottrack.actions.making.lots import balance_of, containers_of, harvested_at, passages_of
from lottrack.actions.releasing.dispositions import (
    fill_disposition,
    lot_disposition,
    lot_dispositions,
)
from lottrack.rules.lifecycle import Event
from lottrack.rules.reading.times import to_text
from lottrack.store.lives import derived_standing


def codes(answer):
    return {warning["code"] for warning in answer["warnings"]}


def register(bench, *more, **extra):
    return bench("lot", "register", "--product", "msc-eb", "--spec", "MSC-EB-TRIAL", *more, **extra)


def sample(bench, thing, *more, **extra):
    at = () if "--at" in more else bench.at(26, 1.5)
    return bench("lot", "sample", thing, "--kind", "cells", *at, *more, **extra)


def discard(bench, lot, cells, *more, **extra):
    at = () if "--at" in more else bench.at(26, 4)
    return bench(
        "lot", "discard", lot, "--cells", cells, "--reason", "left over", *at, *more, **extra
    )


def sign(change):
    """A signature, as a signed command writes it."""
    return change.record(
        "signature",
        meaning="a decision",
        shown="what was shown",
        shown_sha256="0" * 64,
        rests_on=0,
        session="local",
        scripted=1,
        acknowledged=0,
    )


def approve_specification(bench):
    with bench.change("spec approve") as change:
        change.record("approval", specification="MSC-EB-TRIAL@1", signature=sign(change))


def second_course(bench):
    pair = bench.program("pair", "list").data[0]["id"]
    told = ("--pair", pair, "--protocol", "MSC-EB-21D", "--basis", "hospital-exemption")
    return bench("course", "open", *told, "--reference", "HE-1", user="CLINICIAN1").data["id"]


def decide(bench, fill, decision):
    with bench.change("lot release") as change:
        change.record("disposition", fill=fill, decision=decision, signature=sign(change))


class TestRegister:
    def test_a_lot_belongs_to_its_collections_only_course(self, bench):
        marrow = bench.marrow()
        made = register(bench, "--collection", marrow).data
        assert (made["kind"], made["course"], made["collection"]) == ("lot", bench.coi, marrow)
        assert made["product"] == "MSC-EB"
        assert made["specification"] == "MSC-EB-TRIAL@1"
        assert made["id"].startswith("LT-TST-")
        shown = bench.show(made["id"])
        assert (shown["disposition"], shown["patient"], shown["donor"]) == (
            "quarantine",
            "P01",
            "D01",
        )
        assert shown["holds"] == []

    def test_the_site_may_give_its_own_number_once(self, bench):
        marrow = bench.marrow()
        told = ("--collection", marrow, "--number", "l-2026/01")
        assert register(bench, *told).data["id"] == "L-2026/01"
        assert register(bench, *told, exit_code=31).code == "number-already-used"

    def test_a_number_of_lottracks_shape_is_not_the_sites_own(self, bench):
        register(bench, "--collection", bench.marrow(), "--number", "LT-TST-0001-A", exit_code=2)

    def test_a_lot_under_a_draft_is_registered_with_a_warning(self, bench):
        made = register(bench, "--collection", bench.marrow()).data
        assert codes(made) == {"specification-not-approved"}
        assert bench.show(made["id"])["specification_approved"] is False

    def test_under_an_approved_specification_nothing_warns(self, bench):
        approve_specification(bench)
        made = register(bench, "--collection", bench.marrow()).data
        assert made["warnings"] == []
        assert bench.show(made["id"])["specification_approved"] is True

    def test_an_unknown_specification_is_not_found(self, bench):
        args = (
            "lot",
            "register",
            "--collection",
            bench.marrow(),
            "--product",
            "X",
            "--spec",
            "NONE",
        )
        assert bench(*args, exit_code=20).code == "unknown-code"

    def test_what_is_only_planned_grows_nothing(self, bench):
        planned = bench("collection", "plan", bench.coi, "--planned-on", "2026-02-02").data["id"]
        assert register(bench, "--collection", planned, exit_code=30).code == "not-recorded"

    def test_a_rejected_collection_grows_nothing(self, bench):
        marrow = bench.marrow()
        bench.program.signed("collection", "reject", marrow, "--reason", "clotted", user="QA1")
        assert register(bench, "--collection", marrow, exit_code=40).code == "collection-rejected"

    def test_nor_do_lots_grown_from_it_before(self, bench):
        marrow = bench.marrow()
        parent = register(bench, "--collection", marrow).data["id"]
        bench.program.signed("collection", "reject", marrow, "--reason", "clotted", user="QA1")
        assert register(bench, "--parent", parent, exit_code=40).code == "collection-rejected"

    def test_a_closed_course_gets_no_lot(self, bench):
        marrow = bench.marrow()
        bench("course", "close", bench.coi, "--reason", "complete", user="CLINICIAN1")
        assert register(bench, "--collection", marrow, exit_code=40).code == "course-closed"

    def test_it_does_not_begin_before_the_marrow_was_taken(self, bench):
        marrow = bench.marrow()
        refused = register(bench, "--collection", marrow, *bench.at(-1), exit_code=30)
        assert refused.code == "out-of-order"

    def test_of_several_courses_one_is_named(self, bench):
        other = second_course(bench)
        marrow = bench.marrow("--course", other)
        assert register(bench, "--collection", marrow, exit_code=2).code == "course-missing"
        assert register(bench, "--collection", marrow, "--course", other).data["course"] == other

    def test_a_lot_is_never_for_a_course_the_marrow_was_not_taken_for(self, bench):
        marrow, other = bench.marrow(), second_course(bench)
        refused = register(bench, "--collection", marrow, "--course", other, exit_code=30)
        assert refused.code == "course-not-of-collection"

    def test_a_child_is_for_its_parents_course(self, bench):
        parent = register(bench, "--collection", bench.marrow()).data["id"]
        made = register(bench, "--parent", parent, "--course", bench.coi).data
        assert (made["parent"], made["course"]) == (parent, bench.coi)
        other = second_course(bench)
        refused = register(bench, "--parent", parent, "--course", other, exit_code=30)
        assert refused.code == "course-not-of-collection"

    def test_a_child_does_not_begin_before_its_parent(self, bench):
        parent = register(bench, "--collection", bench.marrow()).data["id"]
        refused = register(bench, "--parent", parent, *bench.at(1), exit_code=30)
        assert refused.code == "out-of-order"

    @pytest.mark.parametrize("origins", [(), ("--collection", "C", "--parent", "P")])
    def test_a_lot_has_one_origin(self, bench, origins):
        register(bench, *origins, exit_code=2)

    def test_a_pharmacist_registers_no_lot(self, bench):
        marrow = bench.marrow()
        refused = register(bench, "--collection", marrow, user="PHARMACIST1", exit_code=52)
        assert refused.code == "role-missing"


class TestSample:
    def test_cells_of_a_sample_come_from_the_last_harvest(self, bench):
        lot = bench.grown()
        made = sample(bench, lot, "--cells", "2e7", "--for", "CD105", "--for", "cd73").data
        assert (made["kind"], made["cells"], made["warnings"]) == ("sample", "20000000", [])
        assert bench.show(lot)["cell_balance"][2]["sampled"] == "20000000"
        taken = bench.show(lot)["samples"][0]
        assert (taken["of"], taken["tests"]) == ("cells", ["CD105", "cd73"])

    def test_no_more_than_it_has_left(self, bench):
        lot = bench.grown()
        refused = sample(bench, lot, "--cells", "321000001", exit_code=30)
        assert refused.code == "more-cells-than-harvested"

    def test_a_sample_of_medium_takes_no_cells(self, bench):
        lot = bench.new_lot()
        assert sample(bench, lot).data["cells"] is None
        assert bench.show(lot)["cell_balance"] == []

    def test_cells_out_of_a_growing_culture_belong_to_no_harvest(self, bench):
        lot = bench.new_lot()
        sample(bench, lot, "--cells", "1e6", *bench.at(1))
        bench.passage(lot, "P0")
        assert bench.show(lot)["cell_balance"][0]["sampled"] == "0"

    def test_a_test_the_specification_does_not_have_warns(self, bench):
        made = sample(bench, bench.grown(), "--for", "moonlight").data
        assert codes(made) == {"test-not-in-specification"}

    @pytest.mark.parametrize("purpose", ["qc", "retention"])
    def test_a_container_filled_for_tests_is_used_up(self, bench, purpose):
        lot = bench.grown()
        number = bench.fill(lot, "--purpose", purpose, count=1).data["containers"][0]["id"]
        made = sample(bench, number, *bench.at(30)).data
        assert (made["container"], made["lot"]) == (number, lot)
        shown = bench.show(lot)
        assert shown["containers"][0]["location_state"] == "used_in_testing"
        assert shown["samples"][0]["container"] == number
        with bench.store() as store:
            assert derived_standing(store, number, "GMP").state == "used_in_testing"
        refused = sample(bench, number, *bench.at(31), exit_code=43)
        assert refused.code == "wrong-state"

    @pytest.mark.parametrize("purpose", ["infusion", "intermediate"])
    def test_of_any_other_an_aliquot_is_taken(self, bench, purpose):
        lot = bench.grown()
        number = bench.fill(lot, "--purpose", purpose, count=1).data["containers"][0]["id"]
        sample(bench, number, *bench.at(30))
        assert bench.show(lot)["containers"][0]["location_state"] == "filled"
        assert bench.show(lot)["cell_balance"][2]["sampled"] == "0"

    def test_what_was_never_filled_is_not_sampled(self, bench):
        lot = bench.grown()
        number = bench.fill(lot, "--planned", count=1).data["containers"][0]["id"]
        assert sample(bench, number, exit_code=43).code == "wrong-state"

    def test_nor_before_it_was_filled(self, bench):
        lot = bench.grown()
        number = bench.fill(lot, count=1).data["containers"][0]["id"]
        assert sample(bench, number, *bench.at(26, 1), exit_code=30).code == "out-of-order"

    def test_only_lots_and_containers_are_sampled(self, bench):
        assert sample(bench, bench.coi, exit_code=64).code == "wrong-kind-of-code"


class TestDiscard:
    def test_discarded_cells_are_counted_with_their_reason(self, bench):
        lot = bench.grown()
        made = discard(bench, lot, "5.7e7").data
        assert (made["kind"], made["cells"], made["reason"]) == ("discard", "57000000", "left over")
        shown = bench.show(lot)
        assert shown["cell_balance"][2]["discarded"] == "57000000"
        assert shown["discards"][0]["reason"] == "left over"

    def test_a_discard_told_for_an_earlier_day_comes_from_that_harvest(self, bench):
        lot = bench.grown()
        discard(bench, lot, "5.46e6", *bench.at(12))
        assert bench.show(lot)["cell_balance"][0]["remainder"] == "0"

    def test_no_more_than_is_left(self, bench):
        refused = discard(bench, bench.grown(), "3.22e8", exit_code=30)
        assert refused.code == "more-cells-than-harvested"

    def test_no_cells_are_no_discard(self, bench):
        assert discard(bench, bench.grown(), "0", exit_code=2).code == "bad-count"


def _parts(shown):
    """The records in the sections of a lot."""
    return [row for section in shown.values() if isinstance(section, list) for row in section
            if isinstance(row, dict)]  # fmt: skip


class TestShow:
    def test_numbers_agree_with_the_facts_they_come_from(self, bench):
        lot = bench.grown()
        bench.fill(lot)
        with bench.store() as store:
            assert [passage.number for passage in passages_of(store, lot)] == [0, 1, 2]
            assert harvested_at(store, lot).isoformat() == "2026-02-28T09:00:00+00:00"
            assert len(containers_of(store, lot)) == 6
            assert balance_of(store, lot).remainder == 5_460_000 + 39_700_000 + 57_000_000

    def test_what_was_not_recorded_yet_is_not_seen_as_of_then(self, bench):
        lot = bench.new_lot()
        bench.passage(lot, "P0")
        then = bench.program.clock()
        bench.program.clock.advance(hours=1)
        bench.passage(lot, "P1")
        bench.passage(lot, "P2")
        bench.fill(lot)
        with bench.store() as store:
            past = store.at(then)
            assert [passage.number for passage in passages_of(past, lot)] == [0]
            assert balance_of(past, lot).remainder == 15_000_000
            assert containers_of(past, lot) == []
            assert harvested_at(past, lot).isoformat() == "2026-02-13T09:00:00+00:00"

    def test_holds_on_all_it_comes_from_and_went_into_are_listed(self, bench):
        lot = bench.grown()
        made = bench.fill(lot).data
        held = {
            "donor": "D01",
            "collection": bench.show(lot)["collection"],
            "lot": lot,
            "fill": made["id"],
            "container": made["containers"][0]["id"],
        }
        with bench.change("hold open") as change:
            for kind, number in held.items():
                change.record("hold", **{kind: number}, cause="other", automatic=0)
        shown = bench.show(lot)["holds"]
        assert {hold["on_kind"]: hold["on"] for hold in shown} == held
        assert bench.show(lot)["disposition"] == "quarantine", "a hold leaves it untouched"

    def test_a_person_reads_tables(self, bench):
        lot = bench.grown()
        bench.fill(lot)
        text = bench.program("lot", "show", lot, as_json=False).stdout
        for words in ("321.0 ×10⁶", "3.07  6.10", "counted from P1", "Counts are viable cells."):
            assert words in text

    def test_a_person_finds_every_number_that_a_message_can_name(self, bench):
        lot = bench.grown()
        container = bench.fill(lot).data["containers"][0]["id"]
        bench("lot", "sample", lot, "--kind", "cells")
        bench("lot", "sample", container, "--kind", "cells")
        bench("lot", "discard", lot, "--cells", "1e6", "--reason", "left over")
        bench("lot", "observe", lot, "--passage", "P2", "--text", "confluent")
        tables = ("seeding", "harvest", "fill", "sample", "discard", "observation")
        with bench.store() as store:
            numbers = {row.root for table in tables for row in store.rows(table)}
            numbers |= {row.root for row in store.rows("filling")}
            numbers |= {row.root for row in store.rows("container")}
        shown = bench.show(lot)
        said = {
            value for part in _parts(shown) for value in part.values() if isinstance(value, str)
        }
        text = bench.program("lot", "show", lot, as_json=False).stdout
        assert len(numbers) == 3 + 3 + 1 + 2 + 1 + 1 + 6 + 6
        assert numbers <= said
        assert {number for number in numbers if number not in text} == set()

    def test_every_corrected_value_bears_the_mark(self, bench):
        lot = bench.grown()
        made = bench.fill(lot).data
        container = made["containers"][0]["id"]
        with bench.store() as store:
            filling = store.first("filling", container=container)
        bench.correct("filling", filling.root, viable_cells=43_000_000, volume_ml="4.3")
        bench.correct("harvest", bench.show(lot)["passages"][2]["harvest"], viability_pct="93")
        bench.correct("lot", lot, product="MSC-EB-2")
        told = {each["field"] for each in bench.show(lot)["corrected"]}
        assert told == {"viable_cells", "volume_ml", "viability_pct", "product"}
        text = bench.program("lot", "show", lot, as_json=False).stdout
        for marked in ("43.0 ×10⁶*", "4.3*", "93*", "MSC-EB-2*"):
            assert marked in text
        assert "44.0 ×10⁶*" not in text

    def test_an_unknown_lot_is_not_found(self, bench):
        assert bench.program("lot", "show", "L99", exit_code=20).code == "unknown-code"


class TestDisposition:
    @pytest.fixture
    def fills(self, bench):
        lot = bench.grown()
        bags = bench.fill(lot).data["id"]
        vials = bench.fill(lot, "--purpose", "qc", count=1).data["id"]
        return lot, bags, vials

    def shown(self, bench, lot):
        """What show, list and the actions say; they must agree."""
        listed = {each["id"]: each["disposition"] for each in bench.program("lot", "list").data}
        with bench.store() as store:
            assert lot_disposition(store, lot) == listed[lot]
            assert lot_dispositions(store)[lot] == listed[lot]
        assert bench.show(lot)["disposition"] == listed[lot]
        return listed[lot]

    def test_a_fills_disposition_is_its_latest_decision(self, bench, fills):
        _, bags, _ = fills
        for decision in ("conditionally_released", "released", "recalled", "rejected"):
            decide(bench, bags, decision)
            with bench.store() as store:
                assert fill_disposition(store, bags) == decision

    def test_a_lot_shows_the_strictest_of_its_fills(self, bench, fills):
        lot, bags, _ = fills
        assert self.shown(bench, lot) == "quarantine"
        decide(bench, bags, "released")
        assert self.shown(bench, lot) == "released"

    def test_undecided_fills_for_tests_say_nothing_decided_ones_do(self, bench, fills):
        lot, bags, vials = fills
        decide(bench, bags, "released")
        assert self.shown(bench, lot) == "released"
        decide(bench, vials, "rejected")
        assert self.shown(bench, lot) == "rejected"

    def test_one_undecided_fill_for_infusion_keeps_the_lot_in_quarantine(self, bench):
        lot = bench.grown()
        first = bench.fill(lot, count=3).data["id"]
        bench.fill(lot, count=2)
        decide(bench, first, "released")
        assert self.shown(bench, lot) == "quarantine"

    def test_a_lot_closed_without_a_decision_is_discontinued(self, bench):
        lot = bench.new_lot()
        bench("lot", "close", lot, "--confirm", lot)
        assert self.shown(bench, lot) == "discontinued"


class TestListAndTree:
    def test_every_lot_is_listed_with_what_matters(self, bench):
        lot = bench.grown()
        bench.fill(lot)
        bench.fill(lot, "--planned", count=1)
        listed = bench.program("lot", "list").data
        assert [(each["id"], each["kind"], each["patient"]) for each in listed] == [
            (lot, "lot", "P01")
        ]
        assert (listed[0]["containers"], listed[0]["closed"]) == (6, False)

    def test_the_tree_goes_from_the_marrow_to_the_bags(self, bench):
        parent = bench.new_lot()
        bench.passage(parent, "P0")
        bench.passage(parent, "P1")
        child = bench.new_lot("--parent", parent, "--number", "L01A")
        sibling = bench.new_lot("--parent", parent, "--number", "L01B")
        bag = bench.fill(child, *bench.at(18, 3), count=1).data["containers"][0]["id"]
        tree = bench.program("lot", "tree", child).data
        assert tree["kind"] == "collection"
        assert tree["children"][0]["id"] == parent
        shown = tree["children"][0]["children"]
        assert [node["id"] for node in shown] == [child], "not the sibling"
        assert shown[0]["asked"] is True
        fill = shown[0]["children"][0]
        assert (fill["kind"], fill["children"][0]["id"]) == ("fill", bag)
        below = bench.program("lot", "tree", parent).data["children"][0]["children"]
        assert [node["id"] for node in below] == [child, sibling]

    def test_a_person_sees_branches(self, bench):
        lot = bench.grown()
        bench.fill(lot, count=2)
        lines = bench.program("lot", "tree", lot, as_json=False).stdout.splitlines()
        assert lines[1].startswith("└─ lot L01")
        assert lines[1].endswith("◀")
        assert lines[3].startswith("      ├─ container")
        assert lines[4].startswith("      └─ container")

    def test_an_unknown_lot_has_no_tree(self, bench):
        assert bench.program("lot", "tree", "L99", exit_code=20).code == "unknown-code"


class TestClose:
    @pytest.fixture
    def reconciled(self, bench):
        """A lot of which every cell is accounted for, in one qc bag that was used up."""
        lot = bench.grown()
        discard(bench, lot, "5.46e6", *bench.at(12))
        discard(bench, lot, "3.97e7", *bench.at(19))
        discard(bench, lot, "2.77e8")
        bag = bench.fill(lot, "--purpose", "qc", count=1).data["containers"][0]["id"]
        return lot, bag

    def close(self, bench, lot, *more, **extra):
        return bench("lot", "close", lot, "--confirm", lot, *more, **extra)

    def test_a_reconciled_lot_is_closed_once(self, bench, reconciled):
        lot, bag = reconciled
        sample(bench, bag, *bench.at(30))
        done = self.close(bench, lot, "--reason", "complete").data
        assert (done["id"], done["closed"]) == (lot, True)
        assert bench.show(lot)["closed"] is True
        assert self.close(bench, lot, exit_code=33).code == "already-done"

    def test_with_cells_unaccounted_for_it_stays_open(self, bench):
        refused = self.close(bench, bench.grown(), exit_code=41)
        assert refused.code == "cells-not-reconciled"
        assert "cells of P1" in str(refused.data)
        assert "39.7 ×10⁶" in str(refused.data)

    def test_over_an_open_investigation_it_stays_open(self, bench, reconciled):
        lot, bag = reconciled
        sample(bench, bag, *bench.at(30))
        told = ("result", "record", lot, "CD34", "6.1")
        oos = bench.program(*told, user="QC1").data["oos"]
        refused = self.close(bench, lot, exit_code=41)
        assert refused.blockers == {"oos-open"}
        assert f"lottrack oos investigate {oos}" in str(refused.data)
        found = ("--assignable", "no", "--finding", "no fault of the laboratory")
        bench.program("oos", "investigate", oos, *found, user="QC2")
        told = ("oos", "conclude", oos, "--confirm", "--text", "it is so")
        bench.program.signed(*told, user="QP1")
        self.close(bench, lot)

    def test_over_an_open_deviation_it_stays_open_whatever_its_class(self, bench, reconciled):
        lot, bag = reconciled
        sample(bench, bag, *bench.at(30))
        told = ("deviation", "open", "--class", "minor", "--title", "x", "--text", "x")
        number = bench(*told, "--concerns", bag).data["id"]
        refused = self.close(bench, lot, exit_code=41)
        assert refused.blockers == {"deviation-open"}
        assert f"container {bag}" in str(refused.data)
        bench.program.signed("deviation", "close", number, "--text", "no effect", user="QA1")
        self.close(bench, lot)

    def test_with_bags_in_stock_it_stays_open(self, bench, reconciled):
        lot, _ = reconciled
        assert self.close(bench, lot, exit_code=41).blockers == {"containers-undecided"}

    def test_retained_containers_are_accounted_for(self, bench, reconciled):
        lot, bag = reconciled
        bench("custody", "retain", bag, "--reason", "retention sample")
        assert self.close(bench, lot).data["closed"] is True

    def test_with_a_loose_label_it_stays_open(self, bench, reconciled):
        lot, bag = reconciled
        sample(bench, bag, *bench.at(30))
        label = print_label(bench, bag)
        refused = self.close(bench, lot, exit_code=41)
        assert refused.blockers == {"labels-not-reconciled"}
        assert label in str(refused.data)

    @pytest.mark.parametrize("state", ["applied", "attached", "void", "destroyed"])
    def test_an_accounted_label_lets_it_close(self, bench, reconciled, state):
        lot, bag = reconciled
        sample(bench, bag, *bench.at(30))
        print_label(bench, bag, state)
        assert self.close(bench, lot).data["closed"] is True

    def test_a_prepared_dose_on_hand_keeps_it_open(self, bench, reconciled):
        lot, bag = reconciled
        sample(bench, bag, *bench.at(30))
        dose = prepare_dose(bench, lot)
        assert self.close(bench, lot, exit_code=41).blockers == {"containers-undecided"}
        with bench.change("infusion record") as change:
            change.stand("container_standing", {"container": dose}, location_state="infused")
        assert self.close(bench, lot).data["closed"] is True

    def test_with_an_open_plan_it_stays_open(self, bench):
        lot = bench.new_lot()
        bench.fill(lot, "--planned", count=1)
        assert self.close(bench, lot, exit_code=41).blockers == {"fill-not-confirmed"}

    def test_with_cells_in_culture_it_stays_open(self, bench):
        lot = bench.new_lot()
        told = ("--passage", "P0", "--seeded", "1.91e8", "--area-cm2", 1272, *bench.at(1))
        bench("lot", "seed", lot, *told)
        assert self.close(bench, lot, exit_code=41).blockers == {"passage-not-harvested"}
        discard(bench, lot, "1e7", *bench.at(3))
        assert self.close(bench, lot).data["disposition"] == "discontinued"

    def test_all_that_is_open_is_told_at_once(self, bench):
        lot = bench.grown()
        bag = bench.fill(lot).data["containers"][0]["id"]
        print_label(bench, bag)
        refused = self.close(bench, lot, exit_code=41)
        assert refused.blockers == {
            "cells-not-reconciled",
            "containers-undecided",
            "labels-not-reconciled",
        }

    def test_the_lots_own_number_is_wanted_back(self, bench, reconciled):
        lot, bag = reconciled
        sample(bench, bag, *bench.at(30))
        assert bench("lot", "close", lot, "--confirm", "L02", exit_code=3).code == "declined"
        bench("lot", "close", lot, exit_code=2)
        assert bench.show(lot)["closed"] is False

    def test_a_closed_lot_takes_no_new_facts(self, bench, reconciled):
        lot, bag = reconciled
        sample(bench, bag, *bench.at(30))
        self.close(bench, lot)
        told = ("--passage", "P3", "--seeded", "1e6", "--area-cm2", 400)
        for refused in (
            bench("lot", "seed", lot, *told, exit_code=30),
            bench("lot", "passage", lot, *told, *HARVEST, exit_code=30),
            bench("lot", "harvest", lot, "--passage", "P3", *HARVEST, exit_code=30),
            bench("lot", "observe", lot, "--passage", "P2", "--text", "late", exit_code=30),
            sample(bench, lot, exit_code=30),
            sample(bench, bag, exit_code=30),
            discard(bench, lot, 1, exit_code=30),
            bench.fill(lot, exit_code=30),
            register(bench, "--parent", lot, exit_code=30),
        ):
            assert refused.code == "lot-closed"
            assert "lottrack strike LC-TST-" in refused.data["error"]["hint"]


HARVEST = ("--harvested", "2e6", "--viability", 95)


def prepare_dose(bench, lot):
    """A syringe made from a lot for an order, as preparing it records it."""
    with bench.change("prepare finish") as change:
        order = change.record(
            "infusion_order",
            course=bench.coi,
            number=1,
            planned_on="2026-03-20",
            protocol=change.get("course", bench.coi).protocol,
            signature=sign(change),
        )
        dose = change.record(
            "container",
            lot=lot,
            preparation=change.record("preparation", infusion_order=order),
            ordinal=1,
            kind="syringe",
            purpose="infusion",
            expires_at="2026-04-30T10:00:00.000000Z",
        )
        enter(change, dose, lot, Event("prepare_into", to_text(change.now), holder="TECHNICIAN1"))
    return dose


def print_label(bench, container, state="printed"):
    """A primary label of a container, as the printing command records it."""
    with bench.change("label print") as change:
        template = change.first("label_template") or change.get(
            "label_template",
            change.record(
                "label_template", name="cryobag", edition=1, source="x", source_sha256="0" * 64
            ),
        )
        label = change.record(
            "label",
            template=template.root,
            copy="primary",
            container=container,
            payload="LT.X",
            shown="{}",
            image_sha256="0" * 64,
            format="png",
        )
        change.stand(
            "label_standing", {"label": label}, state=state, container=container, copy="primary"
        )
    return label
