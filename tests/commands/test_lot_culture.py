"""``lottrack lot seed``, ``harvest``, ``passage``, ``observe``: in order and in balance."""

from __future__ import annotations

import pytest


def codes(answer):
    return {warning["code"] for warning in answer["warnings"]}


def seed(bench, lot, passage, cells, *more, days=0, hours=2, area=3180, **extra):
    at = () if "--at" in more else bench.at(days, hours)
    args = ("lot", "seed", lot, "--passage", passage, "--seeded", cells, "--area-cm2", area)
    return bench(*args, *at, *more, **extra)


def harvest(bench, lot, passage, cells, *more, days=11, hours=1, viability=95, **extra):
    args = ("lot", "harvest", lot, "--passage", passage, "--harvested", cells)
    return bench(*args, "--viability", viability, *bench.at(days, hours), *more, **extra)


def growth(bench, lot):
    return {
        each["passage"]: (each["population_doublings"], each["cumulative_population_doublings"])
        for each in bench.show(lot)["passages"]
    }


class TestSeedAndHarvest:
    def test_a_seeding_answers_its_density(self, bench):
        lot = bench.new_lot()
        assert bench.passage(lot, "P0").data["warnings"] == []
        made = seed(bench, lot, "p1", "9.54e6", days=12).data
        assert (made["kind"], made["lot"], made["passage"]) == ("seeding", lot, "P1")
        assert (made["seeded"], made["seeding_density_per_cm2"]) == ("9540000", "3000")
        assert (made["count_basis"], made["warnings"]) == ("viable", [])

    def test_a_harvest_answers_its_doublings(self, bench):
        lot = bench.new_lot()
        seed(bench, lot, "P1", "9.54e6")
        made = harvest(bench, lot, "P1", "7.79e7").data
        assert (made["kind"], made["harvested"]) == ("harvest", "77900000")
        assert made["population_doublings"] == "3.03"
        assert made["cumulative_population_doublings"] == "3.03"
        assert made["warnings"] == []

    def test_nothing_is_harvested_that_was_not_seeded(self, bench):
        lot = bench.new_lot()
        assert harvest(bench, lot, "P1", "7.79e7", exit_code=30).code == "not-seeded"

    def test_a_harvest_is_not_earlier_than_its_seeding(self, bench):
        lot = bench.new_lot()
        seed(bench, lot, "P1", "9.54e6", days=11)
        refused = harvest(bench, lot, "P1", "7.79e7", days=10, exit_code=30)
        assert refused.code == "out-of-order"

    def test_at_the_same_moment_is_not_earlier(self, bench):
        lot = bench.new_lot()
        seed(bench, lot, "P1", "9.54e6", days=11, hours=1)
        assert harvest(bench, lot, "P1", "7.79e7", days=11, hours=1).data["warnings"] == []

    def test_a_passage_is_seeded_once(self, bench):
        lot = bench.new_lot()
        seed(bench, lot, "P0", "1.91e8", area=1272)
        refused = seed(bench, lot, "P0", "1.91e8", area=1272, exit_code=33)
        assert refused.code == "already-done"
        assert len(bench.show(lot)["passages"]) == 1

    def test_a_passage_is_harvested_once(self, bench):
        lot = bench.new_lot()
        seed(bench, lot, "P1", "9.54e6")
        harvest(bench, lot, "P1", "7.79e7")
        assert harvest(bench, lot, "P1", "7.79e7", exit_code=33).code == "already-done"

    def test_the_next_passage_waits_for_the_harvest_before_it(self, bench):
        lot = bench.new_lot()
        seed(bench, lot, "P0", "1.91e8", area=1272)
        refused = seed(bench, lot, "P1", "9.54e6", days=11, exit_code=30)
        assert refused.code == "not-harvested"
        assert "lot harvest L01 --passage P0" in refused.data["error"]["hint"]

    def test_it_is_not_seeded_before_the_harvest_it_comes_from(self, bench):
        lot = bench.new_lot()
        bench.passage(lot, "P0")
        refused = seed(bench, lot, "P1", "9.54e6", days=10, exit_code=30)
        assert refused.code == "out-of-order"

    @pytest.mark.parametrize("passage", ["P0", "P3", "P4"])
    def test_passages_follow_one_another(self, bench, passage):
        lot = bench.new_lot()
        seed(bench, lot, "P1", "9.54e6")
        harvest(bench, lot, "P1", "7.79e7")
        refused = seed(bench, lot, passage, "9.54e6", days=12, exit_code=30)
        assert refused.code == "out-of-order"
        assert "P2 comes next" in refused.data["error"]["sentence"]

    def test_a_running_lot_may_begin_at_any_passage(self, bench):
        lot = bench.new_lot()
        made = seed(bench, lot, "P9", "9.54e6").data
        assert made["passage"] == "P9"
        assert [warning["code"] for warning in made["warnings"]] == ["passages-missing"]
        assert "P0 to P8 are not on record" in made["warnings"][0]["sentence"]

        harvest(bench, lot, "P9", "7.79e7")
        following = seed(bench, lot, "P10", "9.54e6", days=12).data
        assert following["warnings"] == []

    def test_a_childs_culture_begins_where_its_parents_ended_without_a_warning(self, bench):
        lot = bench.new_lot()
        assert bench.passage(lot, "P0").data["warnings"] == []
        child = bench.new_lot("--parent", lot, "--number", "L01B")
        made = seed(bench, child, "P1", "3.82e6", days=12, area=1272).data
        assert made["warnings"] == []

    def test_nothing_is_seeded_before_the_marrow_was_taken(self, bench):
        lot = bench.new_lot()
        refused = seed(bench, lot, "P0", "1.91e8", hours=-1, exit_code=30)
        assert refused.code == "out-of-order"

    def test_a_lot_registered_today_may_have_been_growing_for_weeks(self, bench):
        lot = bench.new_lot()
        bench.passage(lot, "P0")
        seeding = bench.show(lot)["passages"][0]
        assert seeding["seeded_at"] == "2026-02-02T11:00:00+01:00"

    @pytest.mark.parametrize("name", ["1", "P-1", "P01", "P1.5", "passage 1"])
    def test_what_is_no_passages_name_is_no_value(self, bench, name):
        lot = bench.new_lot()
        assert seed(bench, lot, name, "9.54e6", exit_code=2).code == "bad-passage"

    @pytest.mark.parametrize("cells", ["0", "-5", "nan", "9,54e6", "1_000", "1e99"])
    def test_what_is_no_count_seeds_nothing(self, bench, cells):
        lot = bench.new_lot()
        seed(bench, lot, "P1", cells, exit_code=2)
        assert bench.show(lot)["passages"] == []

    def test_no_area_holds_no_cells(self, bench):
        lot = bench.new_lot()
        assert seed(bench, lot, "P1", "9.54e6", area=0, exit_code=2).code == "bad-number"

    def test_the_demonstration_lot_doubles_as_its_paper_says(self, bench):
        lot = bench.grown()
        assert growth(bench, lot) == {
            "P0": (None, None),
            "P1": ("3.03", "3.03"),
            "P2": ("3.07", "6.10"),
        }
        assert "counted from P1" in bench.show(lot)["doublings_convention"]

    def test_the_vessel_is_kept(self, bench):
        lot = bench.new_lot()
        seed(bench, lot, "P1", "9.54e6", "--vessel", "5-chamber stack")
        assert bench.show(lot)["passages"][0]["vessel"] == "5-chamber stack"

    def test_performer_and_witness_are_kept(self, bench):
        lot = bench.new_lot()
        told = ("--performed-by", "TECHNICIAN2", "--witness", "LEAD1")
        made = seed(bench, lot, "P1", "9.54e6", *told, secrets=("LEAD1",)).data
        with bench.store() as store:
            row = store.get("seeding", made["id"])
        assert (row.performed_by, row.recorded_by, row.witnessed_by) == (
            *("TECHNICIAN2", "TECHNICIAN1"),
            "LEAD1",
        )
        assert row.late == 1

    def test_a_qc_analyst_seeds_nothing(self, bench):
        lot = bench.new_lot()
        assert seed(bench, lot, "P1", "9.54e6", user="QC1", exit_code=52).code == "role-missing"

    def test_a_dry_run_records_nothing(self, bench):
        lot = bench.new_lot()
        before = bench.audit_entries()
        assert seed(bench, lot, "P1", "9.54e6", "--dry-run").data["dry_run"] is True
        assert bench.audit_entries() == before
        assert bench.show(lot)["passages"] == []


class TestBalance:
    def test_no_more_is_seeded_than_the_harvest_has_left(self, bench):
        lot = bench.new_lot()
        bench.passage(lot, "P0")
        refused = seed(bench, lot, "P1", "15000001", days=11, exit_code=30)
        assert refused.code == "more-cells-than-harvested"
        assert "1 too many" in refused.data["error"]["sentence"]
        assert seed(bench, lot, "P1", "15000000", days=11).data["seeded"] == "15000000"

    def test_what_was_sampled_of_it_is_not_seeded_again(self, bench):
        lot = bench.new_lot()
        bench.passage(lot, "P0")
        bench("lot", "sample", lot, "--kind", "cells", "--cells", "1e6", *bench.at(11, 1.5))
        refused = seed(bench, lot, "P1", "1.41e7", days=11, exit_code=30)
        assert refused.code == "more-cells-than-harvested"

    def test_without_a_harvest_before_it_nothing_is_compared(self, bench):
        lot = bench.new_lot()
        assert seed(bench, lot, "P1", "9.54e9", area=3_180_000).data["seeded"] == "9540000000"

    def test_more_than_the_marrow_held_warns(self, bench):
        lot = bench.new_lot()
        made = seed(bench, lot, "P0", "2.17e8", area=1272).data
        assert codes(made) == {"more-cells-than-collected"}

    def test_all_lots_of_a_marrow_share_its_cells(self, bench):
        marrow = bench.marrow("--mnc", "2.16e8")
        first = bench.new_lot("--collection", marrow)
        second = bench.new_lot("--collection", marrow, "--number", "L02")
        assert seed(bench, first, "P0", "1.91e8", area=1272).data["warnings"] == []
        made = seed(bench, second, "P0", "1.91e8", area=1272).data
        assert codes(made) == {"more-cells-than-collected"}

    def test_the_balance_tells_where_the_cells_went(self, bench):
        lot = bench.grown()
        p1 = bench.show(lot)["cell_balance"][1]
        assert p1 == {
            "passage": "P1",
            "harvested": "77900000",
            "seeded_on": "38200000",
            "child_lots": "0",
            "filled": "0",
            "sampled": "0",
            "discarded": "0",
            "remainder": "39700000",
        }


class TestPassage:
    def test_seeding_and_harvest_are_one_act(self, bench):
        lot = bench.new_lot()
        before = bench.audit_entries()
        made = bench.passage(lot, "P1").data
        assert bench.audit_entries() == before + 1
        assert made["kind"] == "harvest"
        shown = bench.show(lot)["passages"][0]
        assert (shown["seeding"], shown["harvest"]) == (made["seeding"], made["id"])
        assert shown["seeded_at"] == "2026-02-13T11:00:00+01:00"
        assert shown["harvested_at"] == "2026-02-20T10:00:00+01:00"
        assert shown["viability_pct"] == "95"

    def test_without_times_both_happened_now(self, bench):
        lot = bench.new_lot()
        args = ("--passage", "P1", "--seeded", "9.54e6", "--area-cm2", "3180")
        bench("lot", "passage", lot, *args, "--harvested", "7.79e7", "--viability", "95")
        shown = bench.show(lot)["passages"][0]
        assert shown["seeded_at"] == shown["harvested_at"] == "2026-04-03T10:00:00+02:00"

    def test_a_refused_harvest_takes_the_seeding_back(self, bench):
        lot = bench.new_lot()
        args = ("--passage", "P1", "--seeded", "9.54e6", "--area-cm2", "3180", "--harvested", "1e7")
        times = ("--seeded-at", bench.time(5), "--at", bench.time(4))
        refused = bench("lot", "passage", lot, *args, "--viability", "95", *times, exit_code=30)
        assert refused.code == "out-of-order"
        assert bench.show(lot)["passages"] == []

    def test_a_slipped_decimal_point_warns_and_its_correction_stays_visible(self, bench):
        """E03: 703 typed instead of 70.3 million cells; the doublings would be 6.2."""
        lot = bench.new_lot()
        bench.passage(lot, "P0")
        args = ("--passage", "P1", "--seeded", "9.54e6", "--area-cm2", "3180", "--viability", "95")
        times = ("--seeded-at", bench.time(11, 2), "--at", bench.time(18, 1))
        made = bench("lot", "passage", lot, *args, "--harvested", "7.03e8", *times).data
        assert codes(made) == {"growth-implausible"}
        assert made["population_doublings"] == "6.20"
        bench.correct("harvest", made["id"], harvested=70_300_000)
        shown = bench.show(lot)
        assert shown["passages"][1]["population_doublings"] == "2.88"
        assert shown["corrected"] == [
            {
                "record": made["id"],
                "record_kind": "harvest",
                "field": "harvested",
                "earlier": ["703000000"],
                "now": "70300000",
                "reason": "typed the wrong way round",
            }
        ]
        text = bench.program("lot", "show", lot, as_json=False).stdout
        assert "70.3 ×10⁶*" in text
        assert "was 703.0 ×10⁶ viable cells, corrected to 70.3 ×10⁶ viable cells" in text
        assert "growth-implausible" in text

    def test_lost_cells_and_low_viability_warn(self, bench):
        lot = bench.new_lot()
        args = ("--passage", "P1", "--seeded", "9.54e6", "--area-cm2", "3180", "--harvested", "9e6")
        made = bench("lot", "passage", lot, *args, "--viability", "60").data
        assert codes(made) == {
            *("passages-missing", "fewer-cells-harvested-than-seeded", "viability-low")
        }
        assert made["population_doublings"] == "-0.08"

    def test_a_culture_given_up_has_a_harvest_of_no_cells(self, bench):
        lot = bench.new_lot()
        args = ("--passage", "P1", "--seeded", "9.54e6", "--area-cm2", "3180", "--harvested", "0")
        made = bench("lot", "passage", lot, *args, "--viability", "0").data
        assert made["population_doublings"] is None
        assert made["cumulative_population_doublings"] is None

    def test_an_unusual_density_warns_and_the_warning_is_kept(self, bench):
        lot = bench.new_lot()
        made = seed(bench, lot, "P1", "9.54e6", area=318_000).data
        assert codes(made) == {"passages-missing", "seeding-density-unusual"}
        kept = bench.show(lot)["warnings"]
        assert {w["code"] for w in kept if w["record"] == made["id"]} == codes(made)


class TestTotalCounts:
    def test_a_total_harvest_is_kept_as_viable_cells_with_its_basis(self, bench):
        lot = bench.new_lot()
        seed(bench, lot, "P1", "9.54e6")
        made = harvest(bench, lot, "P1", "8.2e7", "--counts", "total").data
        assert (made["harvested"], made["count_basis"]) == ("77900000", "total")
        text = bench.program("lot", "show", lot, as_json=False).stdout
        assert "Converted from total counts: P1." in text

    def test_a_total_seeding_takes_the_viability_of_its_harvest(self, bench):
        lot = bench.new_lot()
        bench.passage(lot, "P0")  # 97 % viable
        made = seed(bench, lot, "P1", "1e7", "--counts", "total", days=11).data
        assert (made["seeded"], made["count_basis"]) == ("9700000", "total")

    def test_or_the_one_given(self, bench):
        lot = bench.new_lot()
        told = ("--counts", "total", "--seeded-viability", "90")
        assert seed(bench, lot, "P1", "1e7", *told).data["seeded"] == "9000000"

    def test_without_any_viability_nothing_is_seeded(self, bench):
        lot = bench.new_lot()
        refused = seed(bench, lot, "P1", "1e7", "--counts", "total", exit_code=2)
        assert refused.code == "viability-missing"

    def test_both_counts_of_a_passage_are_converted(self, bench):
        lot = bench.new_lot()
        args = ("--passage", "P1", "--seeded", "1e7", "--area-cm2", "3180", "--harvested", "1e8")
        told = ("--counts", "total", "--seeded-viability", "90", "--viability", "80")
        made = bench("lot", "passage", lot, *args, *told).data
        shown = bench.show(lot)["passages"][0]
        assert (shown["seeded"], made["harvested"]) == ("9000000", "80000000")


class TestObserve:
    def test_what_a_passage_looked_like_is_kept(self, bench):
        lot = bench.new_lot()
        seed(bench, lot, "P1", "9.54e6")
        args = ("lot", "observe", lot, "--passage", "P1", "--text", "80 % confluent")
        made = bench(*args, *bench.at(3)).data
        assert made["kind"] == "observation"
        seen = bench.show(lot)["observations"]
        assert [(each["passage"], each["text"]) for each in seen] == [("P1", "80 % confluent")]

    def test_what_was_not_seeded_is_not_observed(self, bench):
        lot = bench.new_lot()
        args = ("lot", "observe", lot, "--passage", "P1", "--text", "80 % confluent")
        assert bench(*args, exit_code=30).code == "not-seeded"

    def test_nor_before_it_was_seeded(self, bench):
        lot = bench.new_lot()
        seed(bench, lot, "P1", "9.54e6", days=5)
        args = ("lot", "observe", lot, "--passage", "P1", "--text", "80 % confluent")
        assert bench(*args, *bench.at(4), exit_code=30).code == "out-of-order"


class TestChildLots:
    """A lot grown from another one: its passages are numbered through, its cells drawn on it."""

    @pytest.fixture
    def family(self, bench):
        parent = bench.new_lot()
        bench.passage(parent, "P0")
        bench.passage(parent, "P1")
        return parent, bench.new_lot("--parent", parent, "--number", "L01A")

    def test_doublings_are_counted_through_the_parent(self, bench, family):
        _, child = family
        seed(bench, child, "P2", "3.82e7", days=18, area=12720)
        harvest(bench, child, "P2", "3.21e8", days=26)
        assert growth(bench, child) == {"P2": ("3.07", "6.10")}

    def test_what_the_child_seeds_stands_in_the_parents_balance(self, bench, family):
        parent, child = family
        seed(bench, child, "P2", "3.82e7", days=18, area=12720)
        balance = bench.show(parent)["cell_balance"][1]
        assert (balance["child_lots"], balance["remainder"]) == ("38200000", "39700000")
        assert bench.show(child)["cell_balance"] == []

    def test_parent_and_child_share_one_harvest(self, bench, family):
        parent, child = family
        seed(bench, child, "P2", "5e7", days=18, area=12720)
        refused = seed(bench, parent, "P2", "3e7", days=18, area=12720, exit_code=30)
        assert refused.code == "more-cells-than-harvested"

    def test_a_child_takes_no_more_than_the_parent_has_left(self, bench, family):
        _, child = family
        refused = seed(bench, child, "P2", "7.8e7", days=18, area=12720, exit_code=30)
        assert refused.code == "more-cells-than-harvested"

    @pytest.mark.parametrize("passage", ["P0", "P1", "P3"])
    def test_its_first_passage_comes_after_the_parents(self, bench, family, passage):
        _, child = family
        refused = seed(bench, child, passage, "3.82e7", days=18, area=12720, exit_code=30)
        assert refused.code == "out-of-order"

    def test_it_is_not_seeded_before_the_parents_harvest(self, bench, family):
        """Told for the time between P0 and P1, the child grew from P0: P2 cannot come next."""
        _, child = family
        refused = seed(bench, child, "P2", "3.82e6", days=12, area=1272, exit_code=30)
        assert refused.code == "out-of-order"
        assert seed(bench, child, "P1", "3.82e6", days=12, area=1272).data["passage"] == "P1"

    def test_samples_of_a_child_without_culture_are_the_parents_cells(self, bench, family):
        parent, child = family
        args = ("lot", "sample", child, "--kind", "cells")
        bench(*args, "--cells", "7e7", *bench.at(18, 3))
        assert bench.show(parent)["cell_balance"][1]["child_lots"] == "70000000"
        refused = bench(*args, "--cells", "1e7", *bench.at(18, 3), exit_code=30)
        assert refused.code == "more-cells-than-harvested"
        assert "lot L01 " in refused.data["error"]["sentence"]

    def test_they_stay_the_parents_once_the_child_grows(self, bench, family):
        parent, child = family
        told = ("--kind", "cells", "--cells", "1e7", *bench.at(18, 3))
        bench("lot", "sample", child, *told)
        seed(bench, child, "P2", "3.82e7", days=18, hours=4, area=12720)
        harvest(bench, child, "P2", "3.21e8", days=26)
        assert bench.show(parent)["cell_balance"][1]["child_lots"] == "48200000"
        assert bench.show(child)["cell_balance"][0]["sampled"] == "0"

    def test_parent_and_child_may_go_through_the_same_passage(self, bench, family):
        parent, child = family
        seed(bench, parent, "P2", "3.82e7", days=18, area=12720)
        seed(bench, child, "P2", "3.82e7", days=18, area=12720)
        harvest(bench, parent, "P2", "1.528e8", days=26)
        harvest(bench, child, "P2", "3.21e8", days=26)
        assert growth(bench, parent)["P2"] == ("2.00", "5.03")
        assert growth(bench, child)["P2"] == ("3.07", "6.10")

    def test_a_grandchild_draws_on_the_harvest_its_line_had(self, bench, family):
        parent, child = family
        grandchild = bench.new_lot("--parent", child, "--number", "L01AA")
        seed(bench, grandchild, "P2", "3.82e7", days=18, area=12720)
        assert bench.show(parent)["cell_balance"][1]["child_lots"] == "38200000"
        refused = bench("lot", "sample", child, *SAMPLE, "--cells", "4e7", exit_code=30)
        assert refused.code == "more-cells-than-harvested"

    def test_what_a_child_took_out_of_a_growing_culture_is_no_harvests(self, bench):
        parent = bench.new_lot()
        child = bench.new_lot("--parent", parent, "--number", "L01A")
        seed(bench, child, "P0", "1e6", days=1, area=10)
        bench.passage(parent, "P0")
        assert bench.show(parent)["cell_balance"][0]["child_lots"] == "0"


SAMPLE = ("--kind", "cells", "--at", "2026-02-20T12:00")


def test_a_lot_split_from_another_is_drawn_with_the_passages_before_the_split(bench):
    """A sub-lot's curve begins where its line began, and its parent is no earlier lot beside it."""
    parent = bench.grown()
    part = ("--product", "MSC-EB", "--spec", "MSC-EB-TRIAL", "--number", "L01A")
    bench("lot", "register", "--parent", parent, *part)
    seeded = ("--passage", "P3", "--seeded", "1.6e8", "--area-cm2", 12720)
    bench("lot", "seed", "L01A", *seeded)
    bench.program.clock.advance(days=7)
    bench("lot", "harvest", "L01A", "--passage", "P3", "--harvested", "4e8", "--viability", 95)

    told = bench.program("chart", "growth", "L01A").data

    assert [(p["passage"], p["lot"]) for p in told["passages"]] == [
        ("P0", parent), ("P1", parent), ("P2", parent), ("P3", "L01A"),
    ]  # fmt: skip
    assert [at["passage"] for at in told["curve"]] == ["P1", "P1", "P2", "P3"]
    assert told["curve"][-1]["cumulative_population_doublings"] == "7.42"
    assert told["earlier"] == []
    text = bench.program("chart", "growth", "L01A", as_json=False).stdout
    assert text.splitlines()[0].rstrip().endswith("lot")
