"""``lottrack lot fill`` and ``fill-confirm``: cells into containers, at once or labels first."""

from __future__ import annotations

import pytest

from lottrack.actions.custody.containers import state_of
from lottrack.actions.making.lots import filled_at
from lottrack.store.lives import derived_standing


def codes(answer):
    return {warning["code"] for warning in answer["warnings"]}


def confirm(bench, fill, *more, **extra):
    at = () if "--at" in more else bench.at(26, 3)
    return bench("lot", "fill-confirm", fill, *at, *more, **extra)


def containers(bench, lot):
    return bench.show(lot)["containers"]


def require_true_standings(bench):
    """Every container's standing is what its events lead to."""
    with bench.store() as store:
        for row in store.rows("container_standing"):
            assert derived_standing(store, row.container, "GMP") == state_of(store, row.container)


class TestFill:
    def test_a_lot_is_filled_into_containers_with_numbers_of_their_own(self, bench):
        lot = bench.grown()
        made = bench.fill(lot).data
        assert (made["kind"], made["state"], made["planned"]) == ("fill", "cryopreserved", False)
        assert made["expires"] == "2028-02-02T23:59:00+01:00"
        assert made["warnings"] == []
        numbers = [each["id"] for each in made["containers"]]
        assert len(set(numbers)) == 6
        shown = containers(bench, lot)
        assert [each["id"] for each in shown] == numbers
        for each in shown:
            assert (each["kind"], each["location_state"]) == ("bag", "filled")
            assert (each["viable_cells"], each["volume_ml"]) == ("44000000", "4.4")
            assert (each["place"], each["expires"]) == ("GMP", "2028-02-02T23:59:00+01:00")
        assert [each["ordinal"] for each in shown] == [1, 2, 3, 4, 5, 6]
        require_true_standings(bench)

    def test_a_fill_begins_in_quarantine(self, bench):
        lot = bench.grown()
        made = bench.fill(lot, "--state", "fresh", "--purpose", "qc", count=1).data
        fill = bench.show(lot)["fills"][0]
        assert (fill["id"], fill["state"], fill["disposition"]) == (
            made["id"],
            "fresh",
            "quarantine",
        )
        assert fill["purpose"] == "qc"
        assert fill["filled_at"] == "2026-02-28T11:00:00+01:00"

    def test_the_last_container_may_run_short(self, bench):
        lot = bench.grown()
        bench.fill(lot, "--last", "4.1e7,4.1")
        shown = containers(bench, lot)
        assert [each["viable_cells"] for each in shown] == ["44000000"] * 5 + ["41000000"]
        assert shown[-1]["volume_ml"] == "4.1"

    def test_the_filled_cells_stand_in_the_balance(self, bench):
        lot = bench.grown()
        bench.fill(lot)
        balance = bench.show(lot)["cell_balance"][2]
        assert (balance["filled"], balance["remainder"]) == ("264000000", "57000000")

    def test_a_fill_long_after_the_harvest_is_worth_a_second_look(self, bench):
        lot = bench.grown()
        late = bench.fill(lot, *bench.at(58, 2), count=1).data
        (found,) = late["warnings"]
        assert found["code"] == "filled-long-after-harvest"
        assert "comes 32 days 1 hour after the harvest" in found["sentence"]
        assert "MSC-EB-TRIAL@1 reckons with 24 hours at most" in found["sentence"]
        kept = {each["code"]: each["record"] for each in bench.show(lot)["warnings"]}
        assert kept["filled-long-after-harvest"] == late["id"]

    def test_a_plan_is_looked_at_when_its_cells_come(self, bench):
        lot = bench.grown()
        planned = bench.fill(lot, "--planned", *bench.at(58, 2), count=1).data
        assert planned["warnings"] == []
        told = confirm(bench, planned["id"], *bench.at(58, 3)).data
        assert codes(told) == {"filled-long-after-harvest"}

    def test_no_more_is_filled_than_was_harvested(self, bench):
        lot = bench.grown()
        before = bench.audit_entries()
        refused = bench.fill(lot, count=8, exit_code=30)
        assert refused.code == "more-cells-than-harvested"
        assert containers(bench, lot) == []
        assert bench.audit_entries() == before + 1

    def test_two_fills_share_one_harvest(self, bench):
        lot = bench.grown()
        bench.fill(lot)
        assert bench.fill(lot, count=2, exit_code=30).code == "more-cells-than-harvested"
        assert bench.fill(lot, count=1).data["kind"] == "fill"

    def test_a_fill_draws_on_the_harvest_of_its_time(self, bench):
        lot = bench.grown()
        refused = bench.fill(lot, *bench.at(18, 3), count=2, exit_code=30)
        assert refused.code == "more-cells-than-harvested"
        assert "P1 of lot L01" in refused.data["error"]["sentence"]

    def test_nothing_is_filled_that_was_not_harvested(self, bench):
        lot = bench.new_lot()
        assert bench.fill(lot, exit_code=30).code == "not-harvested"

    def test_nor_before_it_was(self, bench):
        lot = bench.new_lot()
        bench.passage(lot, "P0")
        assert bench.fill(lot, *bench.at(3), exit_code=30).code == "out-of-order"

    @pytest.mark.parametrize(
        ("expires", "code"),
        [
            ("2026-02-28T11:00", "expiry-before-fill"),
            ("2025-02-28T23:59", "expiry-before-fill"),
            ("2028-02-02T23:59:30", "bad-time"),
            ("2028-02-02", "bad-time"),
            ("02/02/2028", "bad-time"),
        ],
    )
    def test_an_expiry_is_a_minute_after_the_fill(self, bench, expires, code):
        lot = bench.grown()
        assert bench.fill(lot, "--expires", expires, exit_code=2).code == code

    def test_an_expiry_past_the_shelf_life_is_refused_with_the_way_out(self, bench):
        lot = bench.grown()
        refused = bench.fill(lot, "--state", "fresh", count=1, exit_code=40)
        assert refused.code == "expiry-beyond-shelf-life"
        assert "24 hours after the fill" in refused.data["error"]["sentence"]
        assert "lottrack container extend" in refused.data["error"]["hint"]
        assert bench("lot", "show", lot).data["fills"] == []

    def test_without_an_expiry_a_fill_lives_as_long_as_its_presentation(self, bench):
        lot = bench.grown()
        bag = ("--kind", "bag", "--count", 1, "--cells-each", "4.4e7", "--volume-ml", "4.4")
        made = bench("lot", "fill", lot, *bag, "--state", "fresh", *bench.at(26, 2)).data
        assert made["expires"] == "2026-03-01T11:00:00+01:00"
        assert [each["expires"] for each in containers(bench, lot)] == [made["expires"]]

    def test_the_label_says_how_the_presentation_is_kept(self, bench):
        lot = bench.grown()
        bag = ("--kind", "bag", "--count", 1, "--cells-each", "4.4e7", "--volume-ml", "4.4")
        made = bench("lot", "fill", lot, *bag, "--state", "fresh", *bench.at(26, 2)).data
        (label,) = bench("label", "print", made["containers"][0]["id"]).data
        with bench.store() as store:
            assert "2 °C to 8 °C" in store.get("label", label["id"]).shown

    def test_where_no_shelf_life_is_set_the_expiry_has_to_be_told(self, bench):
        lot = bench.grown()
        bag = ("--kind", "bag", "--count", 1, "--cells-each", "4.4e7", "--volume-ml", "4.4")
        refused = bench("lot", "fill", lot, *bag, *bench.at(26, 2), exit_code=2)
        assert refused.code == "expiry-missing"

    def test_samples_kept_back_may_outlast_the_shelf_life(self, bench):
        lot = bench.grown()
        made = bench.fill(lot, "--state", "fresh", "--purpose", "retention", count=1).data
        assert made["expires"] == "2028-02-02T23:59:00+01:00"

    def test_an_unusual_concentration_warns_once(self, bench):
        lot = bench.grown()
        args = ("--kind", "vial", "--count", 3, "--cells-each", "4.4e7", "--volume-ml", "0.44")
        told = ("--expires", "2027-02-02T23:59", *bench.at(26, 2))
        made = bench("lot", "fill", lot, *args, *told).data
        assert [w["code"] for w in made["warnings"]] == ["fill-concentration-unusual"]

    @pytest.mark.parametrize(
        ("cells", "volume", "code"), [("0", "4.4", "bad-count"), ("4e7", "0", "bad-count")]
    )
    def test_an_empty_container_is_not_filled(self, bench, cells, volume, code):
        lot = bench.grown()
        args = ("--kind", "bag", "--count", 1, "--cells-each", cells, "--volume-ml", volume)
        refused = bench("lot", "fill", lot, *args, "--expires", "2027-02-02T23:59", exit_code=2)
        assert refused.code == code

    @pytest.mark.parametrize("count", ["0", "-1", "1.5", "1_0", "1000"])
    def test_what_is_no_number_of_containers_fills_none(self, bench, count):
        lot = bench.grown()
        bench.fill(lot, count=count, exit_code=2)
        assert containers(bench, lot) == []

    @pytest.mark.parametrize("last", ["4e7", "4e7,", ",4", "0,4", "4e7,0", "4e7;4"])
    def test_what_the_last_one_holds_is_cells_and_volume(self, bench, last):
        lot = bench.grown()
        bench.fill(lot, "--last", last, exit_code=2)

    def test_a_child_lot_may_be_filled_from_its_parents_harvest(self, bench):
        parent = bench.grown()
        child = bench.new_lot("--parent", parent, "--number", "L01A")
        bench.fill(child, count=3)
        assert bench.show(parent)["cell_balance"][2]["child_lots"] == "132000000"
        assert bench.fill(child, count=5, exit_code=30).code == "more-cells-than-harvested"

    def test_a_dry_run_fills_nothing(self, bench):
        lot = bench.grown()
        before = bench.audit_entries()
        assert bench.fill(lot, "--dry-run").data["dry_run"] is True
        assert bench.audit_entries() == before
        assert containers(bench, lot) == []


class TestPlannedFill:
    """Labels first, cells after."""

    @pytest.fixture
    def planned(self, bench):
        lot = bench.grown()
        made = bench.fill(lot, "--planned", *bench.at(25)).data
        return lot, made["id"], [each["id"] for each in made["containers"]]

    def test_its_containers_have_numbers_and_no_cells(self, bench, planned):
        lot, _, numbers = planned
        shown = containers(bench, lot)
        assert [each["id"] for each in shown] == numbers
        assert {each["location_state"] for each in shown} == {"planned"}
        assert {each["viable_cells"] for each in shown} == {None}
        assert bench.show(lot)["cell_balance"][2]["filled"] == "0"
        told = bench.show(lot)["fills"][0]
        assert (told["planned"], told["filled_at"]) == (True, None)
        require_true_standings(bench)

    def test_what_is_not_named_holds_what_was_planned(self, bench, planned):
        lot, fill, numbers = planned
        told = ("--actual", f"{numbers[4]}=3.9e7,3.9", "--not-filled", numbers[5])
        made = confirm(bench, fill, *told).data
        assert [each["viable_cells"] for each in made["containers"]] == [
            *["44000000"] * 4,
            "39000000",
            None,
        ]
        states = [each["location_state"] for each in containers(bench, lot)]
        assert states == ["filled"] * 5 + ["not_filled"]
        assert bench.show(lot)["cell_balance"][2]["filled"] == "215000000"
        assert bench.show(lot)["fills"][0]["planned"] is False
        require_true_standings(bench)

    def test_the_fill_was_filled_when_it_was_confirmed(self, bench, planned):
        _, fill, _ = planned
        with bench.store() as store:
            assert filled_at(store, fill) is None
        confirm(bench, fill)
        with bench.store() as store:
            assert filled_at(store, fill).isoformat() == "2026-02-28T11:00:00+00:00"
            assert filled_at(store.at(bench.program.clock.advance(days=-1)), fill) is None

    def test_numbers_may_be_typed_without_hyphens(self, bench, planned):
        _, fill, numbers = planned
        short = numbers[0].replace("-", "").lower()
        made = confirm(bench, fill, "--not-filled", short).data
        assert made["containers"][0]["location_state"] == "not_filled"

    def test_it_is_confirmed_once(self, bench, planned):
        _, fill, _ = planned
        confirm(bench, fill)
        assert confirm(bench, fill, exit_code=33).code == "already-done"

    def test_what_was_no_plan_is_not_confirmed(self, bench):
        fill = bench.fill(bench.grown()).data["id"]
        assert confirm(bench, fill, exit_code=33).code == "already-done"

    def test_a_container_of_another_fill_is_refused(self, bench, planned):
        lot, fill, _ = planned
        other = bench.fill(lot, count=1).data["containers"][0]["id"]
        assert confirm(bench, fill, "--not-filled", other, exit_code=30).code == "not-in-this-fill"

    def test_a_container_is_named_once(self, bench, planned):
        _, fill, numbers = planned
        told = ("--actual", f"{numbers[0]}=3.9e7,3.9", "--not-filled", numbers[0])
        assert confirm(bench, fill, *told, exit_code=2).code == "named-twice"

    @pytest.mark.parametrize("actual", ["3.9e7,3.9", "=3.9e7,3.9", "CN-TST-0001=3.9e7"])
    def test_what_a_container_holds_is_said_in_full(self, bench, planned, actual):
        _, fill, _ = planned
        confirm(bench, fill, "--actual", actual, exit_code=2)

    def test_a_wrong_check_character_is_refused_as_such(self, bench, planned):
        _, fill, numbers = planned
        wrong = numbers[0][:-1] + ("A" if numbers[0][-1] != "A" else "B")
        refused = confirm(bench, fill, "--not-filled", wrong, exit_code=63)
        assert refused.code == "identifier-check-failed"

    def test_no_more_is_confirmed_than_was_harvested(self, bench, planned):
        lot, fill, numbers = planned
        refused = confirm(bench, fill, "--actual", f"{numbers[0]}=2e8,20", exit_code=30)
        assert refused.code == "more-cells-than-harvested"
        assert {each["location_state"] for each in containers(bench, lot)} == {"planned"}

    def test_cells_come_after_the_plan_and_after_the_harvest(self, bench, planned):
        _, fill, _ = planned
        assert confirm(bench, fill, *bench.at(24), exit_code=30).code == "out-of-order"
        refused = confirm(bench, fill, *bench.at(25.5), exit_code=30)
        assert refused.code == "more-cells-than-harvested", "then only P1 was there"

    def test_a_plan_may_come_before_every_harvest(self, bench):
        lot = bench.new_lot()
        fill = bench.fill(lot, "--planned", *bench.at(1)).data["id"]
        assert confirm(bench, fill, exit_code=30).code == "not-harvested"
        for passage in ("P0", "P1", "P2"):
            bench.passage(lot, passage)
        assert confirm(bench, fill).data["warnings"] == []

    def test_all_of_them_may_have_stayed_empty(self, bench):
        lot = bench.new_lot()
        made = bench.fill(lot, "--planned", *bench.at(1), count=2).data
        told = [word for each in made["containers"] for word in ("--not-filled", each["id"])]
        states = [
            each["location_state"] for each in confirm(bench, made["id"], *told).data["containers"]
        ]
        assert states == ["not_filled", "not_filled"]

    def test_one_destroyed_empty_is_passed_over_and_cannot_be_named(self, bench, planned):
        lot, fill, numbers = planned
        with bench.change("custody destroy") as change:
            change.stand(
                "container_standing", {"container": numbers[0]}, location_state="destroyed"
            )
        refused = confirm(bench, fill, "--actual", f"{numbers[0]}=4e7,4", exit_code=43)
        assert refused.code == "wrong-state"
        confirm(bench, fill)
        assert [each["location_state"] for each in containers(bench, lot)] == [
            "destroyed",
            *["filled"] * 5,
        ]

    def test_an_unusual_content_warns(self, bench, planned):
        _, fill, numbers = planned
        made = confirm(bench, fill, "--actual", f"{numbers[0]}=4.4e6,44").data
        assert codes(made) == {"fill-concentration-unusual"}

    def test_containers_past_their_expiry_are_not_filled(self, bench):
        lot = bench.grown()
        fill = bench.fill(lot, "--planned", *bench.at(25), "--expires", "2026-03-02T10:00").data
        refused = confirm(bench, fill["id"], *bench.at(40), exit_code=2)
        assert refused.code == "expiry-before-fill"

    def test_a_plan_may_wait_for_its_cells_but_not_outlast_their_shelf_life(self, bench):
        lot = bench.grown()
        fresh = ("--planned", "--state", "fresh", "--expires", "2026-03-01T13:00")
        fill = bench.fill(lot, *fresh, *bench.at(25), count=1).data["id"]
        refused = confirm(bench, fill, exit_code=40)
        assert refused.code == "expiry-beyond-shelf-life"
        assert f"lottrack correct {fill} expires_at=" in refused.data["error"]["hint"]
        told = ("expires_at=2026-03-01T12:00", "--reason", "filled an hour earlier than planned")
        bench("correct", fill, *told)
        confirm(bench, fill)
