"""Equipment: registered, calibrated, used in calibration only, looked back at when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.steps import local_day, recorded_codes

if TYPE_CHECKING:
    from tests.commands.conftest import Bench
    from tests.commands.quality_bench import Quality
    from tests.conftest import Program
    from tests.steps import Filled

pytest_plugins = ("tests.commands.quality_bench",)

SEED = ("--passage", "P0", "--seeded", "1.91e8", "--area-cm2", 1272)


def registered(bench: Bench, code: str = "INC-01", *more: object) -> None:
    """Incubator 1, not calibrated yet."""
    told = ("--name", "CO2 incubator", "--kind", "incubator", "--place", "GMP")
    bench("equipment", "register", code, *told, *more, user="LEAD1")


def calibrated(
    bench: Bench, on: str, due: str, code: str = "INC-01", *more: object, **extra: Any
) -> Any:
    """A calibration on a day, due on another."""
    days = ("--on", on, "--due", due, "--certificate", "KAL-4711")
    extra.setdefault("user", "LEAD1")
    return bench("equipment", "calibrate", code, *days, *more, **extra)


def seed(bench: Bench, lot: str, *more: object, days: float = 0, **extra: Any) -> Any:
    """P0 seeded in incubator 1, so many days after the marrow was taken."""
    using = ("--equipment", "INC-01", *bench.at(days, 2))
    return bench("lot", "seed", lot, *SEED, *using, *more, **extra)


def state(bench: Bench, code: str = "INC-01") -> str:
    return str(bench.program("equipment", "show", code).data["state"])


# -- registering, calibrating, retiring ------------------------------------------------------------


def test_equipment_is_out_of_calibration_until_a_calibration_is_recorded(bench: Bench) -> None:
    registered(bench)
    assert state(bench) == "out_of_calibration"
    calibrated(bench, "2026-01-12", "2027-01-11")
    assert state(bench) == "in_calibration"


def test_what_measures_nothing_needs_no_calibration(bench: Bench) -> None:
    registered(bench, "RACK-1", "--no-calibration")
    assert state(bench, "RACK-1") == "needs_none"


def test_a_code_is_not_given_twice(bench: Bench) -> None:
    lot = bench.new_lot()
    registered(bench)
    again = ("--name", "x", "--kind", "x", "--place", "GMP")
    for code in ("inc-01", lot):
        refused = bench("equipment", "register", code, *again, user="LEAD1", exit_code=31)
        assert refused.code == "number-already-used"


@pytest.mark.parametrize(
    ("on", "due", "code"),
    [("2026-12-01", "2027-01-01", "date-in-future"), ("2026-02-01", "2026-01-01", "out-of-order")],
)
def test_impossible_days_of_a_calibration_are_refused(
    bench: Bench, on: str, due: str, code: str
) -> None:
    registered(bench)
    assert calibrated(bench, on, due, exit_code=2).code == code


def test_what_is_out_of_use_is_neither_used_nor_calibrated_nor_retired_again(bench: Bench) -> None:
    registered(bench)
    calibrated(bench, "2026-01-12", "2027-01-11")
    lot = bench.new_lot()
    retire = ("equipment", "retire", "INC-01", "--reason", "door broken")
    bench(*retire, *bench.at(10), user="LEAD1")
    assert state(bench) == "retired"
    assert bench.program("equipment", "list").data == []
    assert [each["id"] for each in bench.program("equipment", "list", "--all").data] == ["INC-01"]
    assert bench(*retire, user="LEAD1", exit_code=33).code == "equipment-retired"
    refused = calibrated(bench, "2026-03-01", "2027-01-11", exit_code=33)
    assert refused.code == "equipment-retired"
    assert seed(bench, lot, days=11, exit_code=40).blockers == {"equipment-retired"}
    seed(bench, lot, days=9)


def test_equipment_is_not_retired_before_it_was_last_used(bench: Bench) -> None:
    registered(bench)
    calibrated(bench, "2026-01-12", "2027-01-11")
    seed(bench, bench.new_lot(), days=9)
    refused = bench(
        *("equipment", "retire", "INC-01", "--reason", "x", *bench.at(3)),
        user="LEAD1",
        exit_code=30,
    )
    assert refused.code == "out-of-order"


# -- used ------------------------------------------------------------------------------------------


def test_equipment_is_named_with_the_act_and_linked_with_its_fact(bench: Bench) -> None:
    registered(bench)
    calibrated(bench, "2026-01-12", "2027-01-11")
    made = seed(bench, bench.new_lot()).data
    assert (made["equipment"], made["incident"]) == (["INC-01"], None)
    (use,) = bench.program("equipment", "show", "INC-01").data["uses"]
    assert (use["record"], use["record_kind"]) == (made["id"], "seeding")
    assert any(
        "equipment" in entry["act"] for entry in bench.program("audit", "show", "INC-01").data
    )


def test_a_passage_links_its_seeding_and_its_harvest(bench: Bench) -> None:
    registered(bench)
    calibrated(bench, "2026-01-12", "2027-01-11")
    lot = bench.new_lot()
    bench(
        *("lot", "passage", lot, *SEED, "--harvested", "1.5e7", "--viability", 97),
        *("--seeded-at", bench.time(0, 2), "--at", bench.time(11), "--equipment", "INC-01"),
    )
    uses = bench.program("equipment", "show", "INC-01").data["uses"]
    assert [use["record_kind"] for use in uses] == ["seeding", "harvest"]


def test_equipment_is_named_at_every_manufacturing_act(quality: Quality) -> None:
    registered(quality)
    calibrated(quality, "2026-01-12", "2027-01-11")
    using = ("--equipment", "INC-01")
    quality("lot", "sample", quality.lot, "--kind", "cells", *using)
    quality.result(quality.lot, "viability-fill", "94", *using)
    collection = quality.show(quality.lot)["collection"]
    quality("collection", "count", collection, "--tnc", "7.7e8", *using)
    planned = quality.fill(quality.lot, "--planned", count=2).data
    quality("lot", "fill-confirm", planned["id"], *using)
    uses = quality.program("equipment", "show", "INC-01").data["uses"]
    assert [use["record_kind"] for use in uses] == [
        *("sample", "result", "collection_count", "filling")
    ]


def test_equipment_is_named_at_every_step_of_a_preparation(
    released: tuple[Program, Filled],
) -> None:
    """Out of calibration, a bag thawed all the same is held; others of its lot are not."""
    program, filled = released
    told = ("--name", "Water bath", "--kind", "bath", "--place", "PHARMACY")
    program("equipment", "register", "BATH-1", *told, user="LEAD1")
    order = program("order", "list").data[0]["id"]
    start = ("prepare", "start", order, filled.scans[0], "--equipment", "BATH-1")
    refused = program(*start, user="PHARMACIST1", exit_code=40)
    assert refused.blockers == {"not-calibrated"}
    word = ("--happened", "--reason", "no other bath", "--second", "NURSE1")
    made = program(*start, *word, user="PHARMACIST1", secrets=("NURSE1",)).data
    assert [hold["on"] for hold in program("hold", "list").data] == [filled.bags[0]]
    day = local_day(program)
    days = ("--on", day, "--due", local_day(program, 90), "--certificate", "K")
    program("equipment", "calibrate", "BATH-1", *days, user="LEAD1")
    using = ("--equipment", "BATH-1")
    program("prepare", "count", made["id"], "--viable", "4e7", *using, user="PHARMACIST1")
    program("prepare", "finish", made["id"], "--into", "same", *using, user="PHARMACIST1")
    uses = program("equipment", "show", "BATH-1").data["uses"]
    assert [use["record_kind"] for use in uses] == [
        *("preparation", "preparation_count", "preparation_finish")
    ]


def test_a_fill_done_out_of_calibration_is_held_as_a_whole(bench: Bench) -> None:
    registered(bench)
    lot = bench.grown()
    planned = bench.fill(lot, "--planned", count=2).data
    word = ("--equipment", "INC-01", "--happened", "--reason", "x", "--second", "TECHNICIAN2")
    confirm = ("lot", "fill-confirm", planned["id"], *word)
    bench(*confirm, secrets=("TECHNICIAN2",))
    assert [hold["on"] for hold in bench.program("hold", "list").data] == [planned["id"]]


def test_a_planned_fill_uses_nothing_yet(bench: Bench) -> None:
    registered(bench)
    calibrated(bench, "2026-01-12", "2027-01-11")
    lot = bench.grown()
    refused = bench.fill(lot, "--planned", "--equipment", "INC-01", exit_code=2)
    assert refused.code == "not-used-yet"
    assert bench.program("lot", "show", lot).data["fills"] == []


def test_unknown_equipment_and_words_without_equipment_are_refused(bench: Bench) -> None:
    lot = bench.new_lot()
    assert seed(bench, lot, exit_code=20).code == "unknown-code"
    bench("lot", "seed", lot, *SEED, "--happened", "--reason", "x", exit_code=2)
    empty = bench("lot", "seed", lot, *SEED, "--equipment", "", exit_code=2)
    assert empty.code == "bad-value"


# -- out of calibration ----------------------------------------------------------------------------


def test_out_of_calibration_is_refused_with_the_way_out(bench: Bench) -> None:
    registered(bench)
    lot = bench.new_lot()
    refused = seed(bench, lot, exit_code=40)
    assert (refused.code, refused.blockers) == ("equipment-not-in-calibration", {"not-calibrated"})
    assert "--happened" in refused.data["error"]["hint"]
    assert recorded_codes(bench.program) == {"not-calibrated"}
    assert bench.show(lot)["passages"] == []


def test_calibration_is_judged_at_the_time_told_not_at_the_time_of_entry(bench: Bench) -> None:
    registered(bench)
    calibrated(bench, "2026-01-12", "2026-02-10")
    lot = bench.new_lot()
    assert seed(bench, lot, days=10, exit_code=40).blockers == {"calibration-overdue"}
    seed(bench, lot, days=8)


def test_what_failed_is_not_used_and_what_passed_afterwards_is(bench: Bench) -> None:
    registered(bench)
    calibrated(bench, "2026-01-12", "2027-01-11")
    calibrated(bench, "2026-02-04", "2027-02-04", "INC-01", "--result", "fail")
    lot = bench.new_lot()
    assert seed(bench, lot, days=3, exit_code=40).blockers == {"calibration-failed"}
    calibrated(bench, "2026-02-04", "2027-02-04")
    seed(bench, lot, days=3)


def test_what_happened_is_recorded_with_an_incident_that_holds_the_lot(bench: Bench) -> None:
    registered(bench)
    lot = bench.new_lot()
    word = ("--happened", "--reason", "label overlooked", "--second", "TECHNICIAN2")
    refused = seed(bench, lot, *word[:3], exit_code=2)
    assert refused.code == "usage"
    made = seed(bench, lot, *word, secrets=("TECHNICIAN2",)).data
    assert made["incident"]
    (hold,) = bench.program("hold", "list").data
    assert (hold["on"], hold["cause"], hold["because_of"]) == (lot, "incident", made["incident"])
    incidents = bench.program("admin", "check").data["incidents"]
    assert [incident["where"] for incident in incidents] == [f"incident {made['incident']}"]


def test_a_word_that_it_happened_is_not_the_performers_own(bench: Bench) -> None:
    registered(bench)
    word = ("--happened", "--reason", "x", "--second", "TECHNICIAN1")
    refused = seed(bench, bench.new_lot(), *word, secrets=("TECHNICIAN1",), exit_code=54)
    assert refused.code == "same-person"


def test_a_dry_run_records_neither_the_act_nor_the_use(bench: Bench) -> None:
    registered(bench)
    calibrated(bench, "2026-01-12", "2027-01-11")
    entries = bench.audit_entries()
    seed(bench, bench.new_lot(), "--dry-run")
    assert bench.program("equipment", "show", "INC-01").data["uses"] == []
    assert bench.audit_entries() == entries + 2  # the collection and the lot


# -- looking back ----------------------------------------------------------------------------------


def test_a_failed_calibration_lists_what_was_used_since_the_last_good_one(bench: Bench) -> None:
    registered(bench)
    calibrated(bench, "2026-01-12", "2027-01-11")
    first = bench.new_lot()
    seed(bench, first)
    calibrated(bench, "2026-02-10", "2027-02-09")
    second = bench.new_lot("--number", "L02")
    seed(bench, second, days=10)
    failed = calibrated(bench, "2026-03-10", "2027-03-09", "INC-01", "--result", "fail").data
    assert failed["lots_in_doubt"] == [second]
    assert [use["lots"] for use in failed["look_back"]] == [[second]]
    assert failed["warnings"][0]["code"] == "used-since-last-good-calibration"
    shown = bench.program("equipment", "show", "INC-01").data
    assert [use["lots"] for use in shown["look_back"]] == [[second]]


def test_the_look_back_goes_by_the_corrected_time_of_the_act(bench: Bench) -> None:
    registered(bench)
    calibrated(bench, "2026-01-12", "2027-01-11")
    lot = bench.new_lot()
    seeding = seed(bench, lot, days=10).data["id"]
    calibrated(bench, "2026-02-10", "2027-02-09")
    bench("correct", seeding, f"at={bench.time(2)}", "--reason", "another day")
    failed = calibrated(bench, "2026-03-10", "2027-03-09", "INC-01", "--result", "fail").data
    assert failed["lots_in_doubt"] == []


def test_the_look_back_of_a_first_calibration_goes_back_to_the_beginning(bench: Bench) -> None:
    registered(bench)
    lot = bench.new_lot()
    word = ("--happened", "--reason", "label overlooked", "--second", "TECHNICIAN2")
    seed(bench, lot, *word, secrets=("TECHNICIAN2",))
    failed = calibrated(bench, "2026-03-10", "2027-03-09", "INC-01", "--result", "fail").data
    assert failed["lots_in_doubt"] == [lot]


# -- the lot check ---------------------------------------------------------------------------------

RULE = "equipment-in-calibration"


def test_the_rule_asks_nothing_of_a_site_that_registers_no_equipment(quality: Quality) -> None:
    assert quality.outcome(RULE) == "not_applicable"


def test_the_rule_asks_nothing_of_a_lot_for_which_no_equipment_was_named(quality: Quality) -> None:
    registered(quality)
    assert quality.outcome(RULE) == "not_applicable"


def test_the_rule_is_met_by_equipment_in_calibration(quality: Quality) -> None:
    registered(quality)
    calibrated(quality, "2026-01-12", "2027-01-11")
    made = quality("lot", "sample", quality.lot, "--kind", "cells", "--equipment", "INC-01").data
    rule = quality.rule(RULE)
    assert rule["outcome"] == "pass"
    assert made["equipment"] == ["INC-01"]
    assert "INC-01" in rule["sentence"]


def failing_afterwards(quality: Quality) -> str:
    """A sample taken with a balance that failed its next calibration; the calibration."""
    registered(quality)
    calibrated(quality, "2026-01-12", "2027-01-11")
    quality("lot", "sample", quality.lot, "--kind", "cells", "--equipment", "INC-01")
    quality.program.clock.advance(days=2)
    on = quality.program.clock().date().isoformat()
    failed = calibrated(quality, on, "2027-03-01", "INC-01", "--result", "fail")
    return str(failed.data["id"])


def test_the_rule_fails_when_the_next_calibration_does_and_a_closed_deviation_settles_it(
    quality: Quality,
) -> None:
    calibration = failing_afterwards(quality)
    rule = quality.rule(RULE)
    assert rule["outcome"] == "fail"
    assert calibration in rule["sentence"]
    opened = quality(
        *("deviation", "open", "--class", "minor", "--title", "Incubator failed its calibration"),
        *("--text", "0.4 °C too warm", "--concerns", calibration),
        user="LEAD1",
    ).data
    assert quality.outcome(RULE) == "fail"
    close = ("deviation", "close", opened["id"], "--text", "within the range of the culture")
    quality.program.signed(*close, user="QA1")
    settled = quality.rule(RULE)
    assert settled["outcome"] == "pass"
    assert "judged by a closed deviation" in settled["sentence"]


def test_an_earlier_deviation_settles_nothing_that_came_after_it(quality: Quality) -> None:
    registered(quality)
    opened = quality(
        *("deviation", "open", "--class", "minor", "--title", "Door", "--text", "left open"),
        *("--concerns", "INC-01", "--concerns", quality.lot),
    ).data
    quality.program.signed("deviation", "close", opened["id"], "--text", "no effect", user="QA1")
    calibrated(quality, "2026-01-12", "2027-01-11")
    quality("lot", "sample", quality.lot, "--kind", "cells", "--equipment", "INC-01")
    quality.program.clock.advance(days=2)
    on = quality.program.clock().date().isoformat()
    calibrated(quality, on, "2027-03-01", "INC-01", "--result", "fail")
    assert quality.outcome(RULE) == "fail"


def test_a_calibration_recorded_wrongly_is_corrected_by_those_who_record_it(
    quality: Quality,
) -> None:
    calibration = failing_afterwards(quality)
    correct = ("correct", calibration, "outcome=pass", "--reason", "read the wrong line")
    refused = quality(*correct, user="NURSE1", exit_code=52)
    assert refused.code == "role-missing"
    quality(*correct, user="LEAD1")
    assert quality.outcome(RULE) == "pass"


def test_the_check_answers_as_of_earlier(quality: Quality) -> None:
    registered(quality)
    calibrated(quality, "2026-01-12", "2027-01-11")
    before = quality.program.clock().isoformat()
    quality.program.clock.advance(minutes=5)
    word = ("--happened", "--reason", "x", "--second", "TECHNICIAN2")
    calibrated(quality, "2026-02-20", "2027-01-11", "INC-01", "--result", "fail")
    sample = ("lot", "sample", quality.lot, "--kind", "cells", "--equipment", "INC-01")
    quality(*sample, *word, secrets=("TECHNICIAN2",))
    assert quality.outcome(RULE) == "fail"
    assert quality.outcome(RULE, "--as-of", before) == "not_applicable"


def test_a_struck_fact_takes_its_use_of_equipment_with_it(quality: Quality) -> None:
    calibration = failing_afterwards(quality)
    (use,) = quality.program("equipment", "show", "INC-01").data["uses"]
    assert calibration
    quality("strike", use["record"], "--reason", "of another lot")
    assert quality.program("equipment", "show", "INC-01").data["uses"] == []
    assert quality.outcome(RULE) == "not_applicable"
    assert quality.program("admin", "check").data["verdict"] == "intact"


# -- what is owed ----------------------------------------------------------------------------------


def owed(bench: Bench, code: str) -> list[dict[str, Any]]:
    """Obligations of one kind, whenever they are due."""
    from zoneinfo import ZoneInfo

    from lottrack.actions.laboratory.equipment import obligations

    with bench.store() as store:
        found = obligations(store, ZoneInfo("Europe/Madrid"))
    return [each._asdict() for each in found if each.code == code]


def test_the_next_calibration_is_owed_by_its_day(bench: Bench) -> None:
    registered(bench)
    (missing,) = owed(bench, "calibration-due")
    assert (missing["record"], missing["due_on"]) == ("INC-01", None)
    calibrated(bench, "2026-01-12", "2027-01-11")
    (due,) = owed(bench, "calibration-due")
    assert due["due_on"].isoformat() == "2027-01-11"
    bench("equipment", "retire", "INC-01", "--reason", "sold", user="LEAD1")
    assert owed(bench, "calibration-due") == []


def test_a_failed_calibration_is_to_be_judged_by_a_deviation(quality: Quality) -> None:
    calibration = failing_afterwards(quality)
    (open_,) = owed(quality, "failed-calibration-unjudged")
    assert open_["record"] == calibration
    told = ("--title", "x", "--text", "x", "--concerns", calibration)
    quality("deviation", "open", "--class", "major", *told)
    assert owed(quality, "failed-calibration-unjudged") == []
