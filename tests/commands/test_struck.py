"""What was struck says so wherever it is still met, and nowhere looks as if it stood."""

from __future__ import annotations

from typing import Any

import pytest

from tests import steps
from tests.commands.label_bench import T
from tests.conftest import Program
from tests.steps import Filled

Site = tuple[Program, Filled]
WHY = "entered for the wrong child"


def strike(program: Program, record: str, user: str = T) -> str:
    program("strike", record, "--reason", WHY, user=user)
    return record


def text(program: Program, *words: object) -> tuple[str, str]:
    shown = program(*words, as_json=False)
    return shown.stdout, shown.stderr


def planned(program: Program, lot: Filled) -> str:
    words = ("collection", "plan", lot.course, "--planned-on", steps.local_day(program))
    return str(program(*words, user=T).data["id"])


class TestOfALot:
    def test_its_struck_parts_stand_beside_what_counts(self, filled: Site) -> None:
        program, lot = filled
        taken = ("lot", "sample", "--kind", "cells")
        of_lot = strike(program, program(*taken, lot.lot, user=T).data["id"])
        of_bag = strike(program, program(*taken, lot.bags[0], user=T).data["id"])
        words = ("lot", "observe", lot.lot, "--passage", "P2", "--text", "confluent")
        seen = strike(program, program(*words, user=T).data["id"])
        looked = ("custody", "inspect", lot.bags[1], "--finding", "none")
        event = strike(program, program(*looked, user=T).data["id"])

        shown = program("lot", "show", lot.lot).data
        assert {each["id"]: each["kind"] for each in shown["struck"]} == {
            of_lot: "sample",
            of_bag: "sample",
            seen: "observation",
            event: "custody_event",
        }
        assert {(each["struck_by"], each["reason"]) for each in shown["struck"]} == {(T, WHY)}
        assert shown["samples"] == shown["observations"] == []
        out, _ = text(program, "lot", "show", lot.lot)
        assert f"observation {seen}, by {T}" in out
        assert out.index("struck (counts for nothing") < out.index(seen)

    def test_a_lot_without_struck_parts_does_not_speak_of_any(self, filled: Site) -> None:
        program, lot = filled
        assert program("lot", "show", lot.lot).data["struck"] == []
        assert "struck" not in text(program, "lot", "show", lot.lot)[0]

    def test_a_step_of_custody_that_was_struck_stands_apart(self, filled: Site) -> None:
        program, lot = filled
        looked = ("custody", "inspect", lot.bags[1], "--finding", "none")
        event = strike(program, program(*looked, user=T).data["id"])

        shown = program("custody", "show", lot.bags[1]).data
        assert event not in [step.get("id") for step in shown["steps"]]
        assert [(each["id"], each["reason"]) for each in shown["struck"]] == [(event, WHY)]
        assert event in text(program, "custody", "show", lot.bags[1])[0]


class TestOfACollection:
    def test_a_struck_count_stands_apart(self, filled: Site) -> None:
        program, lot = filled
        words = ("collection", "count", lot.collection, "--tnc", "7.7e8")
        program(*words, user=T)
        count = program("collection", "show", lot.collection).data["counts"][0]["id"]
        strike(program, count)

        shown = program("collection", "show", lot.collection).data
        assert shown["counts"] == []
        assert [(each["id"], each["kind"]) for each in shown["struck"]] == [
            (count, "collection_count")
        ]
        assert count in text(program, "collection", "show", lot.collection)[0]

    def test_a_struck_one_is_named_by_its_trace(self, filled: Site) -> None:
        program, lot = filled
        number = planned(program, lot)
        program.clock.advance(minutes=5)
        while_it_stood = program.clock().isoformat()
        program.clock.advance(minutes=5)
        strike(program, number)

        (node,) = program("trace", number).data["nodes"]
        assert (node["label"], node["flag"]) == ("STRUCK", "stop")
        assert WHY in node["note"]
        assert T in node["note"]
        assert "STRUCK" in text(program, "trace", number)[0]
        then = program("trace", number, "--as-of", while_it_stood, "--forward").data["nodes"][0]
        assert "STRUCK" not in then["label"]

    @pytest.mark.parametrize(
        "view", [("collection", "show"), ("custody", "show"), ("label", "list")]
    )
    def test_no_view_answers_for_a_struck_one_as_if_it_stood(
        self, filled: Site, view: tuple[str, str]
    ) -> None:
        program, lot = filled
        number = strike(program, planned(program, lot))
        refused = program(*view, number, exit_code=20)
        assert refused.code == "struck"
        assert f"audit show {number}" in refused.data["error"]["hint"]

    def test_a_hold_on_a_struck_one_says_so(self, filled: Site) -> None:
        program, lot = filled
        number = planned(program, lot)
        program("hold", "open", number, "--cause", "other", "--reason", "ask", user="QA1")
        program("hold", "open", lot.lot, "--cause", "other", "--reason", "ask", user="QA1")
        strike(program, number)

        assert {each["on"]: each["on_struck"] for each in program("hold", "list").data} == {
            number: True,
            lot.lot: False,
        }
        out, _ = text(program, "hold", "list")
        assert f"collection {number} (STRUCK)" in out
        assert f"{lot.lot} (STRUCK)" not in out


class TestLists:
    def test_a_list_names_what_it_leaves_out(self, filled: Site) -> None:
        program, lot = filled
        number = strike(program, planned(program, lot))

        assert [each["id"] for each in program("collection", "list").data] == [lot.collection]
        out, err = text(program, "collection", "list")
        assert number not in out
        assert f"Struck, and not listed: {number}." in err

    @pytest.mark.parametrize("noun", ["donor", "patient", "pair", "course", "lot", "infusion"])
    def test_a_list_that_leaves_nothing_out_says_nothing(self, filled: Site, noun: str) -> None:
        program, _ = filled
        assert text(program, noun, "list")[1] == ""

    def test_a_script_is_not_talked_to(self, filled: Site) -> None:
        program, lot = filled
        strike(program, planned(program, lot))
        assert program("collection", "list").stderr == ""


class TestOfPeople:
    def test_donor_patient_and_course_show_what_was_taken_back(self, filled: Site) -> None:
        program, lot = filled
        screened = steps.screen_donor(program, lot.donor, days_ago=1).data
        strike(program, screened["screening"] if "screening" in screened else screened["id"])
        day = ("--on", steps.local_day(program))
        weighed = program("patient", "weigh", lot.patient, "--weight-kg", "13.4", *day, user=T)
        strike(program, weighed.data["id"])

        donor = program("donor", "show", lot.donor).data["struck"]
        patient = program("patient", "show", lot.patient).data["struck"]
        assert [each["kind"] for each in donor] == ["screening"]
        assert [each["id"] for each in patient] == [weighed.data["id"]]
        assert weighed.data["id"] in text(program, "patient", "show", lot.patient)[0]
        assert program("course", "show", lot.course).data["struck"] == []


class TestOfAnInfusion:
    @pytest.fixture
    def struck(self, released: Site) -> tuple[Program, Filled, str]:
        """An infusion that was recorded against the rules, and then found never to have been."""
        program, lot = released
        order = program("order", "list").data[0]["id"]
        steps.prepare_dose(program, order, lot.scans[0])
        given: dict[str, Any] = program(
            *("infusion", "record", lot.scans[0], "--patient", lot.patient, "--volume-ml", 4),
            *(
                "--started",
                steps.ago(program, minutes=20),
                "--ended",
                steps.ago(program, minutes=5),
            ),
            *("--happened", "--reason", "given in a hurry", "--second", "NURSE2"),
            user="NURSE1",
            secrets=("NURSE1", "NURSE2"),
        ).data
        incidents = program("admin", "check").data["incidents"]
        assert len(incidents) == 1
        assert "STRUCK" not in incidents[0]["sentence"]
        return program, lot, strike(program, given["id"], "NURSE1")

    def test_its_incident_stays_on_record_and_says_that_it_was_struck(
        self, struck: tuple[Program, Filled, str]
    ) -> None:
        program, _, infusion = struck
        (incident,) = program("admin", "check").data["incidents"]
        assert f"{infusion} was STRUCK since" in incident["sentence"]
        assert "not-dispensed" in incident["sentence"]

    def test_trace_list_patient_and_course_say_so(
        self, struck: tuple[Program, Filled, str]
    ) -> None:
        program, lot, infusion = struck
        assert program("trace", infusion).data["nodes"][0]["label"] == "STRUCK"
        assert infusion in text(program, "infusion", "list")[1]
        for words in (("patient", "show", lot.patient), ("course", "show", lot.course)):
            shown = program(*words).data
            assert [each["id"] for each in shown["struck"]] == [infusion]
