"""Deviations: opened on anything, investigated, mended, checked, closed by somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from lottrack.actions.deviating import concerning
from lottrack.actions.deviating.views import obligations
from lottrack.actions.laboratory import uses
from lottrack.store.tables import FACTS

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)

RULE = "deviations-closed"


def opened(quality: Quality, *concerns: str, grave: str = "major", **extra: Any) -> str:
    """A deviation opened by TECHNICIAN1."""
    words = [word for concern in concerns for word in ("--concerns", concern)]
    told = ("--title", "Incubator at 39 °C", "--text", "overnight, alarm not heard")
    made = quality("deviation", "open", "--class", grave, *told, *words, **extra)
    return str(made.data["id"])


def investigated(quality: Quality, number: str) -> None:
    told = ("--cause", "door seal worn", "--text", "log read; nine hours above 37.5 °C")
    quality("deviation", "investigate", number, *told, user="LEAD1")


def acted(quality: Quality, number: str, *, done: bool = True) -> str:
    """A corrective action of TECHNICIAN2."""
    told = ("--text", "replace the seal", "--owner", "TECHNICIAN2", "--due", "2026-04-01")
    action = quality("deviation", "action", number, *told, user="LEAD1").data["id"]
    if done:
        done_so = ("--text", "seal replaced, work order 4711")
        quality("deviation", "done", action, *done_so, user="TECHNICIAN2")
    return str(action)


def close(quality: Quality, number: str, *more: str, user: str = "QA1", **extra: Any) -> Any:
    words = ("deviation", "close", number, "--text", "no effect on the cells", *more)
    return quality.program.signed(*words, user=user, **extra)


def show(quality: Quality, number: str) -> dict[str, Any]:
    return dict(quality.program("deviation", "show", number).data)


def owed(quality: Quality) -> dict[str, tuple[str, str | None]]:
    """Code -> record and day of everything owed for deviations."""
    with quality.store() as store:
        found = obligations(store, ZoneInfo("Europe/Madrid"))
    return {each.code: (each.record, each.due_on and each.due_on.isoformat()) for each in found}


# -- opening ---------------------------------------------------------------------------------------


def test_a_deviation_concerns_whatever_the_record_knows(quality: Quality) -> None:
    result = quality.record("appearance")[0]
    number = opened(quality, quality.bags[0], result, "D01", "GMP")
    concerned = {
        (each["record_kind"], each["record"], each["through"])
        for each in show(quality, number)["concerned"]
    }
    assert concerned == {
        ("container", quality.bags[0], None),
        ("result", result, None),
        ("lot", quality.lot, result),
        ("donor", "D01", None),
        ("place", "GMP", None),
    }


def test_a_deviation_is_opened_from_an_incident_and_concerns_what_it_happened_to(
    quality: Quality,
) -> None:
    quality("custody", "transfer", quality.bags[0], "--to", "PHARMACY", user="COURIER1")
    incident = quality(
        *("custody", "receive", quality.bags[0], "--happened", "--reason", "nobody else there"),
        *("--second", "NURSE1"),
        user="COURIER1",
        secrets=("NURSE1",),
    ).data
    with quality.store() as store:
        (row,) = store.rows("incident")
    assert incident["id"] == row.record
    number = opened(quality, row.root)
    kinds = {each["record_kind"]: each["record"] for each in show(quality, number)["concerned"]}
    assert kinds == {
        "incident": row.root,
        "custody_event": row.record,
        "container": quality.bags[0],
    }


def test_a_label_names_its_bag(quality: Quality) -> None:
    with quality.store() as store:
        label = store.rows("label", container=quality.bags[0])[0].root
    number = opened(quality, label)
    assert [each["record"] for each in show(quality, number)["concerned"]] == [
        label,
        quality.bags[0],
    ]


def test_what_is_unknown_or_struck_is_concerned_by_nothing(quality: Quality) -> None:
    told = ("deviation", "open", "--class", "minor", "--title", "x", "--text", "x")
    assert quality(*told, "--concerns", "BAG-4711", exit_code=20).code == "unknown-code"
    sample = quality("lot", "sample", quality.lot, "--kind", "cells").data["id"]
    quality("strike", sample, "--reason", "of another lot")
    assert quality(*told, "--concerns", sample, exit_code=20).code == "struck"
    assert quality.program("deviation", "list").data == []


def test_a_code_of_two_things_is_told_with_its_kind(quality: Quality) -> None:
    same = ("--name", "x", "--kind", "gmp")
    quality("place", "register", "D01", *same)
    told = ("deviation", "open", "--class", "minor", "--title", "x", "--text", "x")
    refused = quality(*told, "--concerns", "D01", exit_code=30)
    assert refused.code == "ambiguous-code"
    assert "donor:D01" in refused.data["error"]["hint"]
    number = opened(quality, "place:d01")
    assert [each["record_kind"] for each in show(quality, number)["concerned"]] == ["place"]


def test_what_comes_up_later_is_linked_once(quality: Quality) -> None:
    number = opened(quality, quality.lot)
    link = ("deviation", "link", number, "--concerns", quality.bags[1])
    linked = quality(*link).data
    assert linked["concerns"] == [quality.lot, quality.bags[1]]
    assert quality(*link, exit_code=33).code == "already-done"


def test_whoever_opens_a_major_one_on_a_released_lot_is_told_that_it_holds_nothing(
    quality: Quality,
) -> None:
    quality.ready().release()
    told = ("--title", "x", "--text", "x", "--concerns", quality.bags[0])
    made = quality("deviation", "open", "--class", "major", *told).data
    (warning,) = made["warnings"]
    assert warning["code"] == "lot-released-already"
    assert quality.lot in warning["sentence"]
    assert quality.program("hold", "list").data == []


def critical(quality: Quality, *concerns: str, severity: str = "critical") -> Any:
    named = [word for each in concerns for word in ("--concerns", each)]
    told = ("--class", severity, "--title", "bag thawed twice", "--text", "seen at the count")
    return quality("deviation", "open", *told, *named).data


def held(quality: Quality) -> list[tuple[str, str, str]]:
    rows = quality.program("hold", "list").data
    return [(row["on_kind"], row["on"], row["because_of"]) for row in rows]


def test_a_critical_one_holds_what_was_released_in_the_same_act(quality: Quality) -> None:
    quality.ready().release()
    made = critical(quality, quality.bags[0])
    assert held(quality) == [("container", quality.bags[0], made["id"])]
    assert [each["code"] for each in made["warnings"]] == ["hold-opened"]
    entries = quality.program("audit", "show", made["id"]).data
    assert [entry["act"] for entry in entries] == ["deviation open"], "one entry of the trail"


def test_a_lot_is_held_as_a_whole_where_it_is_named(quality: Quality) -> None:
    quality.ready().release()
    made = critical(quality, quality.bags[0], quality.fill_number, quality.lot)
    assert held(quality) == [("lot", quality.lot, made["id"])]


def test_nothing_is_held_that_waits_for_its_release_anyhow(quality: Quality) -> None:
    assert critical(quality, quality.lot)["warnings"] == []
    assert held(quality) == []


def test_one_that_becomes_critical_later_holds_then_and_once(quality: Quality) -> None:
    quality.ready().release()
    number = critical(quality, quality.bags[0], severity="major")["id"]
    graver = ("deviation", "reclassify", number, "--class", "critical", "--reason", "child ill")
    quality.program(*graver, user="QA1")
    assert held(quality) == [("container", quality.bags[0], number)]
    quality("deviation", "link", number, "--concerns", quality.bags[1])
    assert held(quality)[1:] == [("container", quality.bags[1], number)]


def test_one_that_is_open_again_holds_again(quality: Quality) -> None:
    quality.ready().release()
    program, number = quality.program, critical(quality, quality.lot)["id"]
    (hold,) = program("hold", "list").data
    found = ("--cause", "dewar", "--text", "the dewar was empty")
    program("deviation", "investigate", number, *found, user="LEAD1")
    told = ("--text", "alarm fitted", "--owner", "TECHNICIAN1", "--due", "2026-03-30")
    action = program("deviation", "action", number, *told, user="LEAD1").data["id"]
    quality("deviation", "done", action, "--text", "fitted")
    effect = ("deviation", "check", number, "--text", "seen", "--effective")
    program(*effect, "yes", user="QA1")
    program.signed("hold", "lift", hold["id"], "--reason", "judged", user="QP1")
    program.signed("deviation", "close", number, "--text", "done", user="QA1")
    assert held(quality) == []
    program(*effect, "no", user="QA1")
    assert held(quality) == [("lot", quality.lot, number)]


def test_the_hold_of_a_critical_one_is_lifted_by_signature(quality: Quality) -> None:
    quality.ready().release()
    critical(quality, quality.lot)
    (hold,) = quality.program("hold", "list").data
    why = ("--reason", "risk assessment RA-7")
    quality.program.signed("hold", "lift", hold["id"], *why, user="QA1")
    assert held(quality) == []


def test_a_deviation_is_found_under_what_it_concerns(quality: Quality) -> None:
    number = opened(quality, quality.bags[0])
    entries = quality.program("audit", "show", quality.bags[0]).data
    assert [e["subject"] for e in entries if e["act"] == "deviation open"] == [number]


def test_the_list_tells_those_that_concern_one_thing(quality: Quality) -> None:
    first, second = opened(quality, quality.bags[0]), opened(quality, "D01")
    listed = ("deviation", "list", "--concerning")
    assert [each["id"] for each in quality.program(*listed, quality.bags[0]).data] == [first]
    assert [each["id"] for each in quality.program(*listed, "D01").data] == [second]
    assert quality.program(*listed, quality.bags[1]).data == []
    assert quality.program(*listed, "BAG-4711", exit_code=20).code == "unknown-code"


# -- classes ---------------------------------------------------------------------------------------


def test_a_class_is_changed_with_a_reason_and_the_first_stays_visible(quality: Quality) -> None:
    number = opened(quality, quality.lot, grave="minor")
    words = ("deviation", "reclassify", number, "--reason", "two lots were inside")
    assert quality(*words, "--class", "critical", user="QA1").data["class"] == "critical"
    assert [each["severity"] for each in show(quality, number)["classes"]] == ["critical"]
    refused = quality(*words, "--class", "critical", user="QA1", exit_code=33)
    assert refused.code == "already-done"


def test_whoever_opened_it_does_not_make_it_less_grave(quality: Quality) -> None:
    number = opened(quality, quality.lot, user="QA1")
    words = ("deviation", "reclassify", number, "--reason", "x", "--class")
    assert quality(*words, "minor", user="QA1", exit_code=54).code == "same-person"
    quality(*words, "critical", user="QA1")


def test_the_class_is_neither_corrected_nor_the_deviation_struck(quality: Quality) -> None:
    number = opened(quality, quality.lot)
    reason = ("--reason", "x")
    assert quality("correct", number, "severity=minor", *reason, exit_code=30).code == (
        "not-correctable"
    )
    assert quality("strike", number, *reason, exit_code=30).code == "not-strikable"
    quality("correct", number, "title=Incubator 1 at 39 °C", *reason)
    assert show(quality, number)["title"] == "Incubator 1 at 39 °C"


def test_what_it_concerns_is_struck_by_quality_assurance_alone(quality: Quality) -> None:
    number = opened(quality, quality.lot)
    (concern,) = show(quality, number)["concerned"]
    strike = ("strike", concern["id"], "--reason", "another lot was meant")
    assert quality(*strike, exit_code=52).code == "role-missing"
    quality(*strike, user="QA1")
    assert show(quality, number)["concerned"] == []


# -- actions and checks ----------------------------------------------------------------------------


def test_an_action_has_an_owner_and_a_day_and_is_carried_out_once(quality: Quality) -> None:
    number = opened(quality, quality.lot)
    action = acted(quality, number)
    (shown,) = show(quality, number)["actions"]
    assert (shown["owner"], shown["due_on"], shown["done_by"]) == (
        *("TECHNICIAN2", "2026-04-01"),
        "TECHNICIAN2",
    )
    again = ("deviation", "done", action, "--text", "x")
    assert quality(*again, user="TECHNICIAN2", exit_code=33).code == "already-done"


def test_an_action_for_yesterday_or_for_nobody_is_refused(quality: Quality) -> None:
    number = opened(quality, quality.lot)
    plan = ("deviation", "action", number, "--text", "x", "--owner")
    late = quality(*plan, "TECHNICIAN2", "--due", "2026-01-01", user="LEAD1", exit_code=2)
    assert late.code == "day-in-past"
    nobody = quality(*plan, "NOBODY", "--due", "2026-05-01", user="LEAD1", exit_code=51)
    assert nobody.code == "unknown-user"


def test_the_effect_is_judged_after_all_is_done_and_by_others(quality: Quality) -> None:
    number = opened(quality, quality.lot)
    check = ("deviation", "check", number, "--effective", "yes", "--text", "no alarm in 60 days")
    assert quality(*check, user="QA1", exit_code=30).code == "nothing-to-check"
    action = acted(quality, number, done=False)
    assert quality(*check, user="QA1", exit_code=30).code == "action-not-done"
    quality("deviation", "done", action, "--text", "done", user="QA1")
    assert quality(*check, user="QA1", exit_code=54).code == "same-person"


# -- closing ---------------------------------------------------------------------------------------


def test_a_minor_deviation_is_closed_with_a_conclusion(quality: Quality) -> None:
    number = opened(quality, quality.lot, grave="minor")
    closed = close(quality, number).data
    assert (closed["state"], closed["closed_by"]) == ("closed", "QA1")
    assert quality.program("deviation", "list", "--open").data == []
    assert close(quality, number, exit_code=30).code == "deviation-closed"


def test_the_signer_sees_all_that_was_recorded(quality: Quality) -> None:
    number = opened(quality, quality.lot)
    investigated(quality, number)
    acted(quality, number)
    seen = close(quality, number, "--check-due", "2026-06-01").stderr
    for words in (
        *("Incubator at 39 °C", "overnight, alarm not heard", f"lot {quality.lot}"),
        *("door seal worn", "nine hours", "replace the seal", "work order 4711"),
        *("Conclusion: no effect on the cells", "Effect to be checked by: 2026-06-01", "CET"),
    ):
        assert words in seen


def test_a_major_one_is_closed_after_its_investigation_and_its_actions(quality: Quality) -> None:
    number = opened(quality, quality.lot)
    action = acted(quality, number, done=False)
    refused = close(quality, number, exit_code=30)
    assert refused.code == "deviation-not-closable"
    assert refused.blockers == {"investigation-missing", "action-not-done", "check-not-planned"}
    investigated(quality, number)
    quality("deviation", "done", action, "--text", "done", user="TECHNICIAN2")
    assert close(quality, number, exit_code=30).blockers == {"check-not-planned"}
    past = close(quality, number, "--check-due", "2026-01-01", exit_code=2)
    assert past.code == "day-in-past"
    close(quality, number, "--check-due", "2026-06-01")


@pytest.mark.parametrize("part", ["opened", "performed", "investigated", "owns", "did"])
def test_whoever_had_a_part_in_it_does_not_close_it(quality: Quality, part: str) -> None:
    lead = {"user": "QA1" if part == "investigated" else "LEAD1"}
    by = {"opened": {"user": "QA1"}}.get(part, {})
    told = ("--performed-by", "QA1") if part == "performed" else ()
    number = quality(
        *("deviation", "open", "--class", "major", "--title", "x", "--text", "x", *told), **by
    ).data["id"]
    quality("deviation", "investigate", number, "--cause", "x", "--text", "x", **lead)
    owner = "QA1" if part == "owns" else "TECHNICIAN2"
    plan = ("deviation", "action", number, "--text", "x", "--owner", owner, "--due", "2026-04-01")
    action = quality(*plan, user="LEAD1").data["id"]
    doer = "QA1" if part == "did" else "TECHNICIAN2"
    quality("deviation", "done", action, "--text", "x", user=doer)
    refused = close(quality, number, "--check-due", "2026-06-01", exit_code=54)
    assert refused.code == "same-person"


def test_a_correction_opens_a_closed_deviation_again(quality: Quality) -> None:
    number = opened(quality, quality.lot)
    investigated(quality, number)
    close(quality, number)
    assert quality.outcome(RULE) == "pass"
    (found,) = show(quality, number)["investigations"]
    quality("correct", found["id"], "cause=not found", "--reason", "x", user="LEAD1")
    assert show(quality, number)["state"] == "open"
    assert quality.outcome(RULE) == "fail"
    close(quality, number)


def test_a_check_without_effect_opens_it_again_until_more_is_done(quality: Quality) -> None:
    number = opened(quality, quality.lot)
    investigated(quality, number)
    acted(quality, number)
    close(quality, number, "--check-due", "2026-06-01")
    words = ("--effective", "no", "--text", "alarm again")
    assert quality("deviation", "check", number, *words, user="QA1").data["reopened"] is True
    assert show(quality, number)["state"] == "open"
    refused = close(quality, number, "--check-due", "2026-07-01", exit_code=30)
    assert refused.blockers == {"found-without-effect"}
    acted(quality, number)
    close(quality, number, "--check-due", "2026-07-01")


@pytest.mark.parametrize(
    "words",
    [
        ("link", "--concerns", "D01"),
        ("investigate", "--cause", "x", "--text", "x"),
        ("action", "--text", "x", "--owner", "QA1", "--due", "2026-05-01"),
        ("reclassify", "--class", "minor", "--reason", "x"),
    ],
)
def test_nothing_is_added_to_a_closed_one(quality: Quality, words: tuple[str, ...]) -> None:
    number = opened(quality, quality.lot)
    investigated(quality, number)
    close(quality, number)
    verb, *rest = words
    refused = quality("deviation", verb, number, *rest, user="QA1", exit_code=30)
    assert refused.code == "deviation-closed"


# -- the lot check ---------------------------------------------------------------------------------


def test_the_rule_asks_nothing_of_a_site_that_opens_no_deviations(quality: Quality) -> None:
    assert quality.outcome(RULE) == "not_applicable"


@pytest.mark.parametrize(
    ("grave", "outcome"), [("minor", "pass"), ("major", "fail"), ("critical", "fail")]
)
def test_an_open_one_blocks_by_its_class(quality: Quality, grave: str, outcome: str) -> None:
    number = opened(quality, quality.lot, grave=grave)
    rule = quality.rule(RULE)
    assert rule["outcome"] == outcome
    assert number in rule["evidence"]
    assert grave in rule["sentence"]


def test_one_that_concerns_something_else_blocks_nothing(quality: Quality) -> None:
    other = quality.new_lot("--number", "L02")
    opened(quality, other)
    assert quality.outcome(RULE) == "pass"


@pytest.mark.parametrize("kind", ["donor", "patient", "collection", "course", "bag", "seeding"])
def test_it_blocks_through_whatever_belongs_to_the_lot(quality: Quality, kind: str) -> None:
    with quality.store() as store:
        lot = store.get("lot", quality.lot)
        seeding = store.rows("seeding", lot=quality.lot)[0].root
    things = {"donor": "D01", "patient": "P01", "collection": lot.collection, "course": lot.course}
    things |= {"bag": quality.bags[0], "seeding": seeding}
    opened(quality, things[kind])
    assert quality.outcome(RULE) == "fail"


def test_it_blocks_through_equipment_used_for_the_lot(quality: Quality) -> None:
    told = ("--name", "x", "--kind", "x", "--place", "GMP", "--no-calibration")
    quality("equipment", "register", "INC-01", *told, user="LEAD1")
    opened(quality, "INC-01")
    assert quality.outcome(RULE) == "pass"
    quality("lot", "sample", quality.lot, "--kind", "cells", "--equipment", "INC-01")
    assert quality.outcome(RULE) == "fail"


def test_it_blocks_through_a_material_that_went_into_the_lot(quality: Quality) -> None:
    with quality.change("material use") as change:
        material = change.record("material", number="HPL", name="Lysate", kind="x", unit="mL")
        lot = change.record(
            "material_lot",
            material=material,
            supplier="Blood bank",
            supplier_lot="HPL-2508",
            expires_on="2027-01-01",
            quantity="500",
        )
        change.record("material_use", material_lot=lot, lot=quality.lot, passage=2, quantity="10")
    number = opened(quality, lot)
    assert quality.outcome(RULE) == "fail"
    told = ("deviation", "list", "--concerning", lot)
    assert [each["id"] for each in quality.program(*told).data] == [number]


def test_it_blocks_a_lot_grown_from_the_one_it_concerns(quality: Quality) -> None:
    opened(quality, quality.lot)
    child = quality.new_lot("--parent", quality.lot, "--number", "L02")
    rules = {rule["code"]: rule["outcome"] for rule in quality.check(lot=child)["rules"]}
    assert rules[RULE] == "fail"


def test_the_release_waits_for_the_closing(quality: Quality) -> None:
    quality.ready()
    number = opened(quality, quality.lot)
    refused = quality.release(exit_code=41)
    assert refused.blockers == {RULE}
    investigated(quality, number)
    close(quality, number)
    quality.release()


def test_the_check_answers_as_of_earlier(quality: Quality) -> None:
    opened(quality, quality.lot, grave="minor")
    before = quality.program.clock().isoformat()
    quality.program.clock.advance(minutes=5)
    opened(quality, quality.lot)
    assert quality.outcome(RULE) == "fail"
    assert quality.outcome(RULE, "--as-of", before) == "pass"


# -- what is owed ----------------------------------------------------------------------------------


def test_what_is_owed_follows_the_deviation_to_the_check_of_its_effect(quality: Quality) -> None:
    number = opened(quality, quality.lot)
    assert owed(quality) == {"deviation-open": (number, None)}
    limit = ("deviation", "limit", "--days", "30", "--reason", "SOP-QA-007")
    quality(*limit, user="QA1")
    assert owed(quality) == {"deviation-open": (number, "2026-03-30")}
    investigated(quality, number)
    action = acted(quality, number, done=False)
    assert owed(quality)["corrective-action-due"] == (action, "2026-04-01")
    quality("deviation", "done", action, "--text", "done", user="TECHNICIAN2")
    close(quality, number, "--check-due", "2026-06-01")
    assert owed(quality) == {"effectiveness-check-due": (number, "2026-06-01")}
    quality("deviation", "check", number, "--effective", "yes", "--text", "fine", user="QA1")
    assert owed(quality) == {}


def test_no_limit_is_a_limit_of_none(quality: Quality) -> None:
    opened(quality, quality.lot)
    quality("deviation", "limit", "--days", "30", "--reason", "x", user="QA1")
    quality("deviation", "limit", "--days", "0", "--reason", "x", user="QA1")
    assert owed(quality)["deviation-open"][1] is None
    refused = quality("deviation", "limit", "--days", "30", "--reason", "x", exit_code=52)
    assert refused.code == "role-missing"


def test_the_record_proves_itself_with_deviations_in_it(quality: Quality) -> None:
    number = opened(quality, quality.lot)
    investigated(quality, number)
    acted(quality, number)
    close(quality, number, "--check-due", "2026-06-01")
    assert quality.program("audit", "verify").data["verdict"] == "intact"
    assert quality.program("admin", "check").data["verdict"] == "intact"


def test_a_lot_is_asked_for_its_deviations_and_equipment_through_indexes(
    quality: Quality,
) -> None:
    """A lot check stays as fast with ten years of them as with none."""
    named = {table: f"{table}_now" for table in FACTS}
    asked = {"records": "[]", "lot": "", "lots": "[]", "collection": "", "containers": "[]"}
    with quality.store() as store:
        for sql in (concerning._CONCERNING, uses._USES_OF_LOT):
            values = {name: value for name, value in asked.items() if f":{name}" in sql}
            plan = store.sql(f"EXPLAIN QUERY PLAN {sql.format_map(named)}", **values)
            scanned = {row.detail.split()[1] for row in plan if row.detail.startswith("SCAN")}
            assert scanned <= {"json_each", "r"}, [row.detail for row in plan]
