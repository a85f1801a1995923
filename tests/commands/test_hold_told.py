"""An act that opens a hold by itself says so: in `warnings`, and as a sentence to the person."""

from __future__ import annotations

from typing import Any

import pytest

from tests import steps
from tests.commands.label_bench import T, query
from tests.conftest import Program
from tests.steps import Filled

Site = tuple[Program, Filled]
OPENED = "hold-opened"


def told(data: dict[str, Any]) -> list[str]:
    """The sentences of the holds that an answer tells of."""
    return [each["sentence"] for each in data["warnings"] if each["code"] == OPENED]


def holds(program: Program) -> dict[str, str]:
    """The open holds, each with what it is on."""
    return {hold["id"]: hold["on"] for hold in program("hold", "list").data}


def test_a_leaking_bag_that_was_warm_is_told_of_twice(filled: Site) -> None:
    program, lot = filled
    program("custody", "transfer", lot.bags[0], "--to", "PHARMACY", user=T)
    made = program(
        *("custody", "receive", lot.bags[0], "--condition", "leaking"),
        *("--max-c", "-95", "--minutes-above", 20),
        user="PHARMACIST1",
    ).data

    sentences = told(made)
    assert len(sentences) == len(made["holds"]) == 2
    for number, cause, sentence in zip(
        made["holds"], ("received leaking", "20 minutes above"), sentences, strict=True
    ):
        for word in (number, lot.bags[0], cause, f"lottrack hold lift {number}"):
            assert word in sentence


def test_each_of_several_bags_is_named(filled: Site) -> None:
    program, lot = filled
    made = program("custody", "inspect", *lot.bags[:2], "--finding", "crack", user=T).data

    opened = holds(program)
    assert sorted(opened.values()) == sorted(lot.bags[:2])
    assert len(told(made)) == 2
    for (number, bag), sentence in zip(sorted(opened.items()), sorted(told(made)), strict=True):
        assert number in sentence
        assert bag in sentence
        assert "it is cracked" in sentence


def test_a_person_reads_it_where_other_warnings_stand(filled: Site) -> None:
    program, lot = filled
    result = program(
        *("custody", "inspect", lot.bags[0], "--finding", "leak"), user=T, as_json=False
    )

    (number,) = holds(program)
    assert (
        f"Warning ({OPENED}): Hold {number} was opened on container {lot.bags[0]}: Inspection"
        in (result.stderr)
    )


def test_marrow_that_arrived_clotted(filled: Site) -> None:
    program, lot = filled
    made = program(
        *("collection", "receive", lot.collection, "--from", "theatre 2"),
        *("--condition", "clotted", "--labels-match", "no"),
        user=T,
    ).data
    assert len(told(made)) == len(holds(program)) == 2
    assert all(f"collection {lot.collection}" in sentence for sentence in told(made))


def test_a_marker_that_turned_reactive_after_the_filling(filled: Site) -> None:
    program, _ = filled
    made = steps.screen_donor(program, "D01", days_ago=1, hbsag="reactive").data

    assert len(told(made)) == len(holds(program)) > 0
    assert set(holds(program)) == {sentence.split()[1] for sentence in told(made)}


def test_a_result_that_failed_after_the_release(released: Site) -> None:
    program, lot = released
    made = program("result", "record", lot.lot, "CD105", "40", user="QC1").data

    assert set(holds(program)) == {sentence.split()[1] for sentence in told(made)} != set()


def test_a_correction_of_what_a_release_rested_on(released: Site) -> None:
    program, lot = released
    (harvest,) = query(program, "SELECT max(root) FROM harvest_now WHERE lot = ?", lot.lot)[0]
    made = program("correct", harvest, "viability_pct=91", "--reason", "misread", user=T).data

    assert set(holds(program)) == {sentence.split()[1] for sentence in told(made)} != set()


def test_what_happened_against_the_rules(filled: Site) -> None:
    program, lot = filled
    words = ("custody", "receive", lot.bags[0], "--happened", "--reason", "found at the ward")
    made = program(
        *words,
        *("--second", "NURSE2", "--place", "WARD"),
        user="NURSE1",
        secrets=("NURSE2",),
    ).data

    assert set(holds(program)) == {sentence.split()[1] for sentence in told(made)} != set()


def test_a_dry_run_tells_of_the_hold_and_opens_none(filled: Site) -> None:
    program, lot = filled
    made = program("custody", "inspect", lot.bags[0], "--finding", "leak", "--dry-run", user=T).data

    assert len(told(made)) == 1
    assert holds(program) == {}


@pytest.mark.parametrize("user", ["QA1", "QC1"])
def test_a_hold_somebody_opens_by_hand_is_no_news_to_them(filled: Site, user: str) -> None:
    program, lot = filled
    made = program(
        *("hold", "open", lot.lot, "--cause", "other", "--reason", "to be asked"), user=user
    ).data
    assert made["warnings"] == []


# -- who opened it ---------------------------------------------------------------------------------


def openers(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["id"]: row["opened_by"] for row in rows}


def test_every_view_agrees_on_who_opened_a_hold(filled: Site) -> None:
    program, lot = filled
    by_hand = ("hold", "open", "--cause", "other", "--reason", "to be asked")
    program(*by_hand, lot.lot, user="QA1")
    program("custody", "inspect", lot.bags[0], "--finding", "leak", user=T)
    program(
        *("collection", "receive", lot.collection, "--from", "theatre 2"),
        *("--condition", "leaking", "--labels-match", "yes"),
        user="CLINICIAN1",
    )
    program(*by_hand, lot.donor, "--on", "donor", user="RP1")
    listed = openers(program("hold", "list").data)

    assert sorted(listed.values()) == [
        "QA1",
        "RP1",
        "lottrack, when CLINICIAN1 did 'collection receive'",
        "lottrack, when TECHNICIAN1 did 'custody inspect'",
    ]
    assert openers(program("lot", "show", lot.lot).data["holds"]) == listed
    of_collection = openers(program("collection", "show", lot.collection).data["holds"])
    of_donor = openers(program("donor", "show", lot.donor).data["holds"])
    assert len(of_collection) == len(of_donor) == 1
    assert (of_collection | of_donor).items() <= listed.items()
    for words in (("hold", "list"), ("lot", "show", lot.lot)):
        shown = program(*words, as_json=False).stdout
        for opener in listed.values():
            assert opener in shown
