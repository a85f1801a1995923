"""``lottrack course``: opened, shown, moved to another protocol, closed."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest

from lottrack.actions.families.courses import BASES
from lottrack.assets import database_folder
from lottrack.commands import course as course_commands
from lottrack.rules.administration import protocol as protocol_rules
from lottrack.store.change import Actor
from lottrack.store.store import Store

SECOND = ("--protocol", "MSC-EB-7D", "--basis", "named-patient", "--reference", "request 17/2026")


@pytest.fixture
def pair(program):
    """A mother and her son, with the first course."""
    people = (("donor", "D01", 1985, "F"), ("patient", "P01", 2016, "M"))
    for kind, code, born, sex in people:
        words = ("--code", code, "--born", born, "--sex", sex)
        program(kind, "register", *words, user="TECHNICIAN1")
    words = ("--donor", "D01", "--patient", "P01", "--relation", "mother")
    return program("pair", "register", *words, user="TECHNICIAN1").data


@contextmanager
def written(program):
    """A change by a technician, for facts whose commands are not this file's subject."""
    store = Store(program.db)
    try:
        actor = Actor("TECHNICIAN1", "technician", "test")
        with store.change(actor, "test", now=program.clock()) as change:
            yield change
    finally:
        store.close()


def lot_with_container(program, coi, state, stage):
    """A lot of the course with one container where ``custody`` would have brought it."""
    with written(program) as change:
        collection = change.record("collection", donor="D01")
        change.link("collection_course", collection=collection, course=coi)
        specification = change.rows("specification")[0].root
        common = {"course": coi, "product": "MSC", "specification": specification}
        lot = change.record("lot", collection=collection, **common)
        fill = change.record(
            "fill",
            lot=lot,
            kind="bag",
            presentation="fresh",
            purpose="infusion",
            expires_at="2026-02-04T08:00:00.000000Z",
            planned=0,
        )
        container = change.record(
            "container",
            lot=lot,
            fill=fill,
            ordinal=1,
            kind="bag",
            purpose="infusion",
            planned_cells=1,
            planned_volume_ml="1",
            expires_at="2026-02-04T08:00:00.000000Z",
        )
        key = {"container": container}
        change.stand("container_standing", key, lot=lot, location_state=state, stage=stage)
    return collection, lot, container


def new_edition(program, tmp_path: Path, old='name = "MSC-EB-21D"', new=None):
    """Load the default protocol again as edition 2 (or with another line exchanged)."""
    source = (database_folder("protocols") / "MSC-EB-21D.toml").read_text(encoding="utf-8")
    source = source.replace("edition = 1", "edition = 2").replace(old, new or old)
    path = tmp_path / "next.toml"
    path.write_text(source, encoding="utf-8")
    return program("protocol", "load", path, user="QA1").data["id"]


def open_course(program, pair, *words, exit_code=0):
    args = ("course", "open", "--pair", pair, *(words or SECOND))
    return program(*args, user="CLINICIAN1", exit_code=exit_code)


def amend(program, coi, protocol, *more, exit_code=0):
    words = ("--protocol", protocol, "--reason", "amendment 3", *more)
    return program("course", "amend", coi, *words, user="CLINICIAN1", exit_code=exit_code)


def close(program, coi, *more, exit_code=0, reason="three infusions given"):
    words = ("--reason", reason, *more)
    return program("course", "close", coi, *words, user="CLINICIAN1", exit_code=exit_code)


class TestOpen:
    def test_a_pair_can_have_a_second_course_with_its_own_id(self, program, pair):
        made = open_course(program, pair["id"]).data
        assert made["kind"] == "course"
        assert made["id"] != pair["coi"]
        assert (made["protocol"], made["basis"]) == ("MSC-EB-7D@1", "named-patient")
        assert (made["reference"], made["state"]) == ("request 17/2026", "open")
        assert [row["id"] for row in program("course", "list").data] == [pair["coi"], made["id"]]

    def test_protocol_basis_and_reference_are_asked_for(self, program, pair):
        for left_out in ("--protocol", "--basis", "--reference"):
            place = SECOND.index(left_out)
            words = SECOND[:place] + SECOND[place + 2 :]
            open_course(program, pair["id"], *words, exit_code=2)

    def test_the_pair_must_be_one(self, program, pair):
        assert open_course(program, pair["coi"], exit_code=64).code == "wrong-kind-of-code"
        assert open_course(program, "PR-NONE", exit_code=20).code == "unknown-code"

    def test_a_wrong_check_character_is_refused_as_such(self, program, pair):
        last = pair["id"][-1]
        wrong = pair["id"][:-1] + ("A" if last != "A" else "B")
        result = open_course(program, wrong, exit_code=63)
        assert result.code == "identifier-check-failed"

    def test_the_protocol_must_be_known(self, program, pair):
        words = ("--protocol", "NONE", "--basis", "trial", "--reference", "R")
        assert open_course(program, pair["id"], *words, exit_code=20).code == "unknown-code"

    def test_the_technician_of_another_trade_opens_none(self, program, pair):
        args = ("course", "open", "--pair", pair["id"], *SECOND)
        assert program(*args, user="COURIER1", exit_code=52).code == "role-missing"


class TestTheDefaultProtocol:
    def next_pair(self, program, exit_code=0):
        words = ("--code", "D02", "--born", 1985, "--sex", "F")
        program("donor", "register", *words, user="TECHNICIAN1")
        words = ("--donor", "D02", "--patient", "P01", "--relation", "mother")
        return program("pair", "register", *words, user="TECHNICIAN1", exit_code=exit_code)

    def test_a_draft_edition_does_not_take_over_from_an_approved_one(self, program, pair, tmp_path):
        program.signed("protocol", "approve", "MSC-EB-21D", user="QP1")
        new_edition(program, tmp_path)
        assert self.next_pair(program).data["protocol"] == "MSC-EB-21D@1"

    def test_among_drafts_the_newest_edition_is_followed(self, program, pair, tmp_path):
        new_edition(program, tmp_path)
        assert self.next_pair(program).data["protocol"] == "MSC-EB-21D@2"

    def test_with_two_defaults_somebody_has_to_choose(self, program, pair, tmp_path):
        new_edition(program, tmp_path, new='name = "OURS"')
        result = self.next_pair(program, exit_code=30)
        assert result.code == "several-default-protocols"
        assert "MSC-EB-21D" in result.data["error"]["sentence"]

    def test_with_none_as_well(self, program, pair, tmp_path):
        new_edition(program, tmp_path, "default = true", "default = false")
        assert self.next_pair(program, exit_code=20).code == "no-default-protocol"


class TestShow:
    def test_a_course_shows_everything_done_for_it(self, program, pair):
        collection, lot, _ = lot_with_container(program, pair["coi"], "filled", None)
        shown = program("course", "show", pair["coi"]).data
        assert (shown["donor"], shown["patient"]) == ("D01", "P01")
        assert (shown["state"], shown["closed_at"]) == ("open", None)
        assert [(each["id"], each["state"]) for each in shown["collections"]] == [
            (collection, "planned")
        ]
        assert [each["id"] for each in shown["lots"]] == [lot]
        assert shown["orders"] == []
        assert shown["infusions"] == []
        assert shown["opened_at"] == "2026-02-02T09:00:00+01:00"

    def test_an_unknown_course_is_not_found(self, program):
        assert program("course", "show", "CI-NONE", exit_code=20).code == "unknown-code"

    def test_a_person_reads_it_without_json(self, program, pair):
        text = program("course", "show", pair["coi"], as_json=False).stdout
        assert pair["coi"] in text
        assert "MSC-EB-21D@1" in text


class TestAmend:
    def test_a_course_follows_its_new_edition_and_remembers_the_old_one(
        self, program, pair, tmp_path
    ):
        edition = new_edition(program, tmp_path)
        made = amend(program, pair["coi"], edition).data
        assert (made["kind"], made["protocol"]) == ("course_amendment", edition)
        assert made["protocol_before"] == "MSC-EB-21D@1"
        assert [each["code"] for each in made["warnings"]] == ["protocol-not-approved"]
        shown = program("course", "show", pair["coi"]).data
        assert shown["protocol"] == edition
        assert [each["reason"] for each in shown["amendments"]] == ["amendment 3"]
        assert program("course", "list").data[0]["protocol"] == edition

    def test_an_approved_edition_needs_no_warning(self, program, pair):
        program.signed("protocol", "approve", "MSC-EB-7D", user="QP1")
        assert amend(program, pair["coi"], "MSC-EB-7D").data["warnings"] == []

    def test_the_edition_it_follows_already_is_nothing_to_do(self, program, pair):
        assert amend(program, pair["coi"], "MSC-EB-21D", exit_code=33).code == "already-done"

    def test_a_closed_course_is_not_amended(self, program, pair):
        close(program, pair["coi"])
        assert amend(program, pair["coi"], "MSC-EB-7D", exit_code=40).code == "course-closed"

    def test_an_unknown_protocol_is_not_found(self, program, pair):
        assert amend(program, pair["coi"], "NONE", exit_code=20).code == "unknown-code"

    def test_not_before_the_course_was_opened(self, program, pair):
        told = ("--at", "2026-02-01T10:00")
        result = amend(program, pair["coi"], "MSC-EB-7D", *told, exit_code=30)
        assert result.code == "out-of-order"

    def test_the_reason_is_asked_for(self, program, pair):
        args = ("course", "amend", pair["coi"], "--protocol", "MSC-EB-7D")
        program(*args, user="CLINICIAN1", exit_code=2)


class TestClose:
    def test_a_closed_course_says_when_and_why(self, program, pair):
        made = close(program, pair["coi"]).data
        assert (made["kind"], made["state"], made["warnings"]) == ("course_closure", "closed", [])
        shown = program("course", "show", pair["coi"]).data
        assert (shown["state"], shown["closed_because"]) == ("closed", "three infusions given")
        assert program("course", "list").data[0]["state"] == "closed"

    def test_it_is_closed_once(self, program, pair):
        close(program, pair["coi"])
        assert close(program, pair["coi"], exit_code=33).code == "already-done"

    @pytest.mark.parametrize("state", ["dispensed", "in_transit"])
    def test_not_while_a_container_is_dispensed_and_neither_given_nor_returned(
        self, program, pair, state
    ):
        _, _, container = lot_with_container(program, pair["coi"], state, "dispensed")
        result = close(program, pair["coi"], exit_code=40)
        assert result.code == "course-not-closable"
        (blocker,) = result.data["error"]["blockers"]
        assert blocker["code"] == "dispensed-not-given"
        assert container in blocker["sentence"]
        assert program("course", "show", pair["coi"]).data["state"] == "open"

    @pytest.mark.parametrize(
        ("state", "stage"),
        [
            ("infused", "dispensed"),
            ("destroyed", "dispensed"),
            ("returned", None),
            ("stored", None),
        ],
    )
    def test_what_was_given_returned_or_never_dispensed_stops_nothing(
        self, program, pair, state, stage
    ):
        lot_with_container(program, pair["coi"], state, stage)
        close(program, pair["coi"])

    def test_another_courses_containers_stop_nothing(self, program, pair):
        other = open_course(program, pair["id"]).data["id"]
        lot_with_container(program, other, "dispensed", "dispensed")
        close(program, pair["coi"])

    def test_an_order_left_open_is_warned_of(self, program, pair):
        with written(program) as change:
            signature = change.record(
                "signature",
                meaning="order",
                shown="-",
                shown_sha256="0" * 64,
                rests_on=0,
                session="local",
                scripted=1,
                acknowledged=0,
            )
            order = change.record(
                "infusion_order",
                course=pair["coi"],
                number=1,
                planned_on="2026-02-10",
                weight_kg="26",
                weighed_on="2026-02-01",
                protocol="MSC-EB-21D@1",
                signature=signature,
            )
            key = {"infusion_order": order}
            change.stand("order_standing", key, course=pair["coi"], number=1, state="open")
        (listed,) = program("course", "show", pair["coi"]).data["orders"]
        assert (listed["id"], listed["number"], listed["state"]) == (order, 1, "open")
        (warning,) = close(program, pair["coi"]).data["warnings"]
        assert warning["code"] == "order-left-open"
        assert order in warning["sentence"]

    def test_not_before_it_was_opened(self, program, pair):
        told = ("--at", "2026-02-02T08:59")
        assert close(program, pair["coi"], *told, exit_code=30).code == "out-of-order"

    def test_not_in_the_future(self, program, pair):
        told = ("--at", "2026-02-02T09:01")
        assert close(program, pair["coi"], *told, exit_code=2).code == "time-in-future"

    def test_an_empty_reason_is_none(self, program, pair):
        assert close(program, pair["coi"], reason=" ", exit_code=2).code == "bad-value"


def test_the_command_offers_every_legal_basis():
    assert tuple(course_commands.BASES.choices) == BASES == protocol_rules.BASES
