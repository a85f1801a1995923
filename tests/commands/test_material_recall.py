"""``lottrack material recall``: what was touched is held, and whoever received it is named."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests import steps
from tests.conftest import START

if TYPE_CHECKING:
    from tests.commands.shelf_fixtures import Shelf
    from tests.conftest import Program
    from tests.steps import Filled

pytest_plugins = ("tests.commands.shelf_fixtures",)


def day(days: float) -> tuple[str, str]:
    """``--at`` so many days after the first."""
    return "--at", (START + timedelta(days=days)).isoformat()


def lots(answer: dict[str, Any]) -> dict[str, str]:
    """Lot -> certainty."""
    return {each["id"]: each["certainty"] for each in answer["lots"]}


def held(shelf: Shelf) -> dict[str, str]:
    """What is held -> because of what."""
    return {hold["on"]: hold["because_of"] for hold in shelf.program("hold", "list").data}


@pytest.fixture
def grown(shelf: Shelf) -> str:
    """Lot L01, harvested at P2, grown with the lysate at P1."""
    lot = shelf.bench.grown()
    shelf.use(shelf.lysate, lot, *day(11.1))
    return lot


# -- what is held ----------------------------------------------------------------------------------


def test_a_lot_grown_with_it_is_held_with_every_bag_in_stock(shelf: Shelf, grown: str) -> None:
    bags = shelf.bench.fill(grown, count=3).data["containers"]
    answer = shelf.recall(shelf.lysate).data
    assert answer["kind"] == "material_recall"
    assert lots(answer) == {grown: "used"}
    assert held(shelf) == dict.fromkeys([grown, *(b["id"] for b in bags)], answer["id"])
    (lot,) = answer["lots"]
    assert lot["hold"] in answer["holds"]
    assert [c["in_stock"] for c in lot["containers"]] == [True] * 3
    causes = {hold["cause"] for hold in shelf.program("hold", "list").data}
    assert causes == {"material"}


def test_a_lot_still_in_culture_is_held(shelf: Shelf) -> None:
    lot = shelf.bench.new_lot()
    shelf.bench.passage(lot, "P0")
    shelf.use(shelf.lysate, lot, "--passage", "P0", *day(2))
    assert lots(shelf.recall(shelf.lysate).data) == {lot: "used"}
    assert set(held(shelf)) == {lot}


def test_bags_of_an_earlier_harvest_stay_free(shelf: Shelf) -> None:
    bench = shelf.bench
    lot = bench.new_lot()
    for name in ("P0", "P1"):
        bench.passage(lot, name)
    early = bench.fill(lot, "--purpose", "intermediate", *bench.at(18, 2), count=1).data
    bench(
        *("lot", "passage", lot, "--passage", "P2", "--seeded", "1e7", "--area-cm2", 3000),
        *("--harvested", "2e8", "--viability", 95, "--seeded-at", bench.time(18, 3)),
        *("--material", f"{shelf.lysate}=50", *bench.at(26, 1)),
    )
    late = bench.fill(lot, count=1).data
    answer = shelf.recall(shelf.lysate).data
    reached = [c["id"] for c in answer["lots"][0]["containers"]]
    assert reached == [late["containers"][0]["id"]]
    assert early["containers"][0]["id"] not in held(shelf)


def test_a_material_of_one_fill_stops_that_fill_alone(shelf: Shelf) -> None:
    bench = shelf.bench
    lot = bench.grown()
    used = ("--material", f"{shelf.trypsin}=5")
    one, other = bench.fill(lot, *used, count=2).data, bench.fill(lot, count=1).data
    shelf.use(shelf.lysate, lot, *day(12))
    answer = shelf.recall(shelf.trypsin).data
    assert set(held(shelf)) == {one["id"], *(bag["id"] for bag in one["containers"])}
    assert other["id"] not in held(shelf)
    assert answer["lots"][0]["hold"] is None


def test_what_is_gone_is_named_and_not_held(shelf: Shelf, grown: str) -> None:
    bags = [bag["id"] for bag in shelf.bench.fill(grown, count=2).data["containers"]]
    shelf.bench("custody", "lose", bags[0], "--reason", "not in its slot")
    answer = shelf.recall(shelf.lysate).data
    assert bags[0] not in held(shelf)
    assert bags[1] in held(shelf)
    states = {c["id"]: c["location_state"] for c in answer["lots"][0]["containers"]}
    assert states == {bags[0]: "lost", bags[1]: "filled"}


def test_a_lot_grown_on_from_the_cells_is_held_too(shelf: Shelf) -> None:
    bench = shelf.bench
    parent = bench.new_lot()
    for name in ("P0", "P1"):
        bench.passage(parent, name)
    shelf.use(shelf.lysate, parent, *day(12))
    child = bench.new_lot("--parent", parent, "--number", "L01B")
    bench.passage(child, "P2")
    assert lots(shelf.recall(shelf.lysate).data) == {parent: "used", child: "used"}
    assert set(held(shelf)) == {parent, child}


def test_a_lot_grown_on_before_it_was_used_stays_free(shelf: Shelf) -> None:
    bench = shelf.bench
    parent = bench.new_lot()
    bench.passage(parent, "P0")
    child = bench.new_lot("--parent", parent, "--number", "L01B")
    bench(
        *("lot", "seed", child, "--passage", "P1", "--seeded", "1e6", "--area-cm2", 300),
        *bench.at(11, 2),
    )
    other = shelf.fresh("HPL", *day(0.5), lot="HPL-2509")
    shelf.use(other, child, *day(12))
    bench.passage(parent, "P1")
    shelf.use(shelf.lysate, parent, *day(12))
    assert lots(shelf.recall(shelf.lysate).data) == {parent: "used"}


# -- possibly used ---------------------------------------------------------------------------------


def test_a_lot_of_which_nobody_told_the_material_is_possibly_touched(shelf: Shelf) -> None:
    bags = shelf.bench.fill(shelf.bench.grown(), count=2).data["containers"]
    answer = shelf.recall(shelf.lysate).data
    assert lots(answer) == {"L01": "possibly used"}
    assert set(held(shelf)) == {"L01"}
    assert [c["id"] for c in answer["lots"][0]["containers"]] == [bag["id"] for bag in bags]


def test_a_lot_grown_with_another_lot_of_the_material_is_not_touched(shelf: Shelf) -> None:
    lot = shelf.bench.grown()
    other = shelf.fresh("HPL", *day(1), lot="HPL-2509")
    shelf.use(other, lot, *day(12))
    assert shelf.recall(shelf.lysate).data["lots"] == []
    assert held(shelf) == {}


def test_a_lot_grown_before_it_came_is_not_touched(shelf: Shelf) -> None:
    shelf.bench.fill(shelf.bench.grown(), count=1)
    late = shelf.fresh("HPL", *day(40), lot="HPL-2511")
    assert shelf.recall(late).data["lots"] == []


def test_what_never_left_quarantine_touched_nothing_that_nobody_told(shelf: Shelf) -> None:
    shelf.bench.grown()
    waiting = shelf.receive("HPL", *day(1), lot="HPL-2512")["id"]
    assert shelf.recall(waiting).data["lots"] == []


def test_a_lot_used_up_before_another_was_seeded_touched_only_its_own(shelf: Shelf) -> None:
    bench = shelf.bench
    first = bench.grown()
    shelf.use(shelf.lysate, first, *day(12), quantity=500)
    second = bench.new_lot("--number", "L02", "--collection", bench.marrow())
    words = ("--passage", "P0", "--seeded", "1e8", "--area-cm2", 1272)
    bench("lot", "seed", second, *words, *bench.at(20))
    assert lots(shelf.recall(shelf.lysate).data) == {first: "used"}


# -- naming, repeating, rehearsing -----------------------------------------------------------------


def test_every_delivery_of_a_suppliers_lot_is_recalled(shelf: Shelf, grown: str) -> None:
    again = shelf.fresh("HPL", lot="HPL-2508")
    answer = shelf.recall("--supplier-lot", " hpl-2508 ").data
    assert {each["id"] for each in answer["material_lots"]} == {shelf.lysate, again}
    assert lots(answer) == {grown: "used"}
    assert {shelf.show(n)["state"] for n in (shelf.lysate, again)} == {"recalled"}


def test_a_number_of_two_materials_is_asked_about(shelf: Shelf) -> None:
    shelf.fresh("TRYPSIN", lot="HPL-2508")
    refused = shelf.recall("--supplier-lot", "HPL-2508", exit_code=30)
    assert refused.code == "ambiguous-code"


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ((), 2, "usage"),
        (("--supplier-lot", "HPL-9999"), 20, "unknown-code"),
        (("L01",), 64, "wrong-kind-of-code"),
    ],
)
def test_a_recall_of_nothing_is_refused(
    shelf: Shelf, grown: str, words: tuple[str, ...], status: int, code: str
) -> None:
    assert grown == "L01"
    assert shelf.recall(*words, exit_code=status).code == code


def test_a_recall_is_not_repeated(shelf: Shelf) -> None:
    shelf.recall(shelf.lysate)
    assert shelf.recall(shelf.lysate, exit_code=33).code == "already-recalled"
    both = shelf.recall(shelf.lysate, shelf.trypsin).data
    assert [each["id"] for each in both["material_lots"]] == [shelf.trypsin]


def test_a_rehearsal_answers_the_same_and_holds_nothing(shelf: Shelf, grown: str) -> None:
    bags = shelf.bench.fill(grown, count=2).data["containers"]
    rehearsed = shelf.recall(shelf.lysate, "--dry-run").data
    assert held(shelf) == {}
    assert len(rehearsed["holds"]) == 1 + len(bags)
    real = shelf.recall(shelf.lysate).data
    assert rehearsed["lots"] == real["lots"]


def test_a_recall_reads_as_a_table(shelf: Shelf, grown: str) -> None:
    bag = shelf.bench.fill(grown, count=1).data["containers"][0]["id"]
    said = shelf.recall(shelf.lysate, as_json=False).stdout
    for part in ("HPL-2508", grown, bag, "used", "P01", "Nobody was given any of these cells."):
        assert part in said


# -- afterwards ------------------------------------------------------------------------------------


def test_a_use_that_is_told_after_the_recall_holds_its_lot(shelf: Shelf) -> None:
    lot = shelf.bench.grown()
    other = shelf.fresh("HPL", *day(1), lot="HPL-2509")
    shelf.use(other, lot, *day(12))
    recall = shelf.recall(shelf.lysate).data["id"]
    assert held(shelf) == {}
    used = shelf.use(shelf.lysate, lot, *day(19), "--passage", "P2").data
    assert held(shelf) == {lot: recall}
    assert used["holds"]


def test_the_forward_trace_leads_from_the_material_to_the_bags(shelf: Shelf, grown: str) -> None:
    bag = shelf.bench.fill(grown, count=1).data["containers"][0]["id"]
    shelf.recall(shelf.lysate)
    traced = shelf.program("trace", "HPL", "--forward").data
    kinds = {node["id"]: node["kind"] for node in traced["nodes"]}
    assert kinds[shelf.lysate] == "material_lot"
    assert [shelf.lysate, grown] in traced["edges"]
    assert bag in kinds
    assert "recalled" in next(n["label"] for n in traced["nodes"] if n["id"] == shelf.lysate)


def test_the_backward_trace_of_a_bag_shows_its_materials(shelf: Shelf, grown: str) -> None:
    used = ("--material", f"{shelf.trypsin}=5")
    bag = shelf.bench.fill(grown, *used, count=1).data["containers"][0]["id"]
    nodes = {node["id"] for node in shelf.program("trace", bag, "--backward").data["nodes"]}
    assert {shelf.lysate, shelf.trypsin, "HPL", "TRYPSIN"} <= nodes


def test_a_trace_as_of_then_knows_only_what_was_told_by_then(shelf: Shelf, grown: str) -> None:
    then = shelf.program.clock().isoformat()
    shelf.program.clock.advance(days=1)
    shelf.use(shelf.trypsin, grown, *day(12))
    now = {n["id"] for n in shelf.program("trace", grown, "--backward").data["nodes"]}
    words = ("trace", grown, "--backward", "--as-of", then)
    before = {node["id"] for node in shelf.program(*words).data["nodes"]}
    assert shelf.trypsin in now - before
    assert shelf.lysate in before


def test_a_recall_of_the_wrong_lot_is_struck_and_its_holds_stay(shelf: Shelf, grown: str) -> None:
    recall = shelf.recall(shelf.lysate).data["id"]
    shelf.program("strike", recall, "--reason", "another lot was meant", user="QA1")
    assert shelf.show(shelf.lysate)["state"] == "released"
    assert set(held(shelf)) == {grown}
    shelf.program("correct", recall, "at=2026-01-01", "--reason", "x", user="QA1", exit_code=30)


# -- at the bedside --------------------------------------------------------------------------------


@pytest.fixture
def pharmacy(
    released: tuple[Program, Filled], empty_shelf: type[Shelf]
) -> tuple[Shelf, Filled, str]:
    """A pharmacy with a bag, an order and released saline."""
    program, filled = released
    shelf = empty_shelf(SimpleNamespace(program=program))
    shelf.register("SALINE")
    return shelf, filled, shelf.fresh("SALINE", lot="NACL-1")


def test_a_preparation_tells_what_it_used(pharmacy: tuple[Shelf, Filled, str]) -> None:
    shelf, filled, saline = pharmacy
    program, used = shelf.program, ("--material", f"{saline}=20")
    order = program("order", "list").data[0]["id"]
    start = ("prepare", "start", order, filled.scans[0])
    made = program(*start, *used, user="PHARMACIST1").data
    assert made["materials"][0]["preparation"] == made["id"]
    program("prepare", "count", made["id"], "--viable", "3.9e7", user="PHARMACIST1")
    finish = ("prepare", "finish", made["id"], "--into", "same", *used)
    assert program(*finish, user="PHARMACIST1").data["materials"][0]["on_hand"] == "460"
    program("material", "use", saline, made["id"], "--quantity", 5, user="TECHNICIAN1")
    words = ("use", saline, made["id"], "--quantity", 5, "--passage", "P1")
    assert shelf(*words, exit_code=2).code == "usage"
    assert shelf.on_hand(saline) == "455"


def test_a_recalled_saline_stops_the_dose_and_names_who_was_given_one(
    pharmacy: tuple[Shelf, Filled, str],
) -> None:
    shelf, filled, saline = pharmacy
    program = shelf.program
    order = program("order", "list").data[0]["id"]
    preparation = steps.prepare_dose(program, order, filled.scans[0])
    program("material", "use", saline, preparation, "--quantity", 20, user="TECHNICIAN1")
    rehearsed = shelf.recall(saline, "--dry-run").data
    assert len(rehearsed["holds"]) == 1
    steps.dispense(program, filled.scans[0])
    steps.infuse(program, filled.scans[0])
    answer = shelf.recall(saline).data
    assert [dose["patient"] for dose in answer["infused"]] == ["P01"]
    assert answer["infused"][0]["containers"] == [filled.bags[0]]
    assert answer["holds"] == []
