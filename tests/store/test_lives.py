"""The life of a container is read from its events, and a struck event falls out of it."""

from __future__ import annotations

import pytest

from lottrack.store.lives import derived_standing, life_events, standing_of


@pytest.fixture
def container(full, numbers):
    """The full record's container, whose events there are one of each kind."""
    return numbers["container"]


def acts(reader, container):
    return [event.act for event in life_events(reader, container)]


def test_events_come_in_the_order_they_were_recorded(full, container):
    assert acts(full.store, container) == ["fill", "store", "thaw", "finish", "dispense", "infuse"]


def test_they_lead_to_where_the_container_is(full, container):
    standing = derived_standing(full.store, container, "GMP")
    assert standing is not None
    assert (standing.state, standing.place, standing.holder) == ("infused", "GMP", "ANA")


def test_a_struck_event_falls_out(full, numbers, container):
    with full.change("strike") as change:
        change.amend("infusion", change.get("infusion", numbers["infusion"]), struck=True)
    assert acts(full.store, container)[-1] == "dispense"
    assert derived_standing(full.store, container, "GMP").state == "dispensed"


def test_a_corrected_event_keeps_its_place_in_the_order(full, numbers, container):
    with full.change("correct") as change:
        row = change.get("filling", numbers["filling"])
        change.amend("filling", row, viable_cells=21)
    assert acts(full.store, container)[0] == "fill"


def test_a_life_that_does_not_go_together_leads_nowhere(full, numbers, container):
    with full.change("strike") as change:
        change.amend("filling", change.get("filling", numbers["filling"]), struck=True)
    assert derived_standing(full.store, container, "GMP") is None


def test_what_happened_against_the_rules_is_part_of_the_life(full, numbers, container):
    """The infusion of the full record stands beside an incident."""
    assert [event.forced for event in life_events(full.store, container)][-1]


def test_a_life_reads_only_events_of_its_own_container(full, numbers):
    with full.change("act") as change:
        other = change.record(
            "container",
            lot=numbers["lot"],
            fill=numbers["fill"],
            ordinal=2,
            kind="bag",
            purpose="infusion",
            expires_at="2026-02-02T08:00:00.000000Z",
        )
        change.record("filling", container=other, outcome="not_filled")
    assert acts(full.store, other) == ["not_fill"]
    assert derived_standing(full.store, other, "GMP") is None


def test_a_stored_standing_reads_like_a_derived_one(full, container):
    row = full.store.standing("container_standing", container=container)
    standing = standing_of(row)
    assert (standing.state, standing.place, standing.position) == ("stored", "GMP", "A1")
    assert (standing.holder, standing.stage) == ("", "")
