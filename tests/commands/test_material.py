"""``lottrack material``: received, released, opened, used, thrown away, and what is left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.conftest import START

if TYPE_CHECKING:
    from tests.commands.shelf_fixtures import Shelf

pytest_plugins = ("tests.commands.shelf_fixtures",)


@pytest.fixture
def grown(shelf: Shelf) -> str:
    """Lot L01, harvested at P2, of which no material is told yet."""
    return shelf.bench.grown()


def day(days: float) -> tuple[str, str]:
    """``--at`` so many days after the first."""
    return "--at", (START + timedelta(days=days)).isoformat()


# -- registering, receiving ------------------------------------------------------------------------


def test_a_material_is_registered_with_the_life_of_an_opened_vial(shelf: Shelf) -> None:
    made = shelf.register("DMSO", "--open-hours", 36).data
    assert (made["id"], made["kind"], made["open_hours"]) == ("DMSO", "material", 36)
    listed = {each["id"] for each in shelf.program("material", "list", "--registered").data}
    assert listed == {"HPL", "TRYPSIN", "DMSO"}


def test_a_material_has_one_life_in_days_or_in_hours(shelf: Shelf) -> None:
    words = ("--name", "x", "--kind", "x", "--unit", "mL", "--open-days", 1, "--open-hours", 2)
    shelf("register", "X", *words, exit_code=2)


def test_a_code_is_given_once(shelf: Shelf) -> None:
    words = ("--name", "x", "--kind", "x", "--unit", "mL")
    refused = shelf("register", "hpl", *words, exit_code=31)
    assert refused.code == "number-already-used"


def test_a_delivery_waits_in_quarantine_in_the_unit_of_its_material(shelf: Shelf) -> None:
    came = shelf.receive("HPL", "--unit", "L", "--certificate", "CoA 1", lot="A-1", quantity="0.5")
    assert came["id"].startswith("MT-TST-")
    assert (came["quantity"], came["unit"], came["state"]) == ("500", "mL", "quarantine")
    assert shelf.show(came["id"])["certificate"] == "CoA 1"


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("NONE", "--quantity", 1), 20, "unknown-code"),
        (("HPL", "--quantity", 0), 2, "out-of-range"),
        (("HPL", "--quantity", 5, "--unit", "boxes"), 2, "unit-not-convertible"),
        (("HPL", "--quantity", 5, "--expires", "31/12/2026"), 2, "bad-date"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused(
    shelf: Shelf, words: tuple[object, ...], status: int, code: str
) -> None:
    given = ("--supplier", "x", "--supplier-lot", "1", "--expires", "2026-12-31")
    assert shelf("receive", *given, *words, exit_code=status).code == code


def test_an_odd_delivery_is_taken_and_looked_at_twice(shelf: Shelf) -> None:
    came = shelf.receive("HPL", lot="hpl-2508", quantity="50000", expires="2026-04-10")
    codes = {warning["code"] for warning in came["warnings"]}
    assert codes == {"odd-quantity", "expires-soon", "supplier-lot-received-before"}
    assert [w["code"] for w in shelf.show(came["id"])["warnings"]] == [
        warning["code"] for warning in came["warnings"]
    ]


# -- decisions -------------------------------------------------------------------------------------


def test_the_release_shows_what_is_signed(shelf: Shelf) -> None:
    number = shelf.receive("HPL", "--certificate", "CoA 9", lot="A-9")["id"]
    said = shelf.release(number).stderr
    for part in ("Platelet lysate", "lot A-9", "500 mL", "2026-12-31", "CoA 9", "90 days"):
        assert part in said
    assert "CEST (+02:00)" in said
    (decision,) = shelf.show(number)["decisions"]
    assert (decision["decision"], decision["by"], decision["stands"]) == ("released", "QC1", True)


def test_who_received_a_delivery_does_not_release_it(shelf: Shelf) -> None:
    program = shelf.program
    program("user", "role", "TECHNICIAN1", "--add", "qc", user="ADMIN")
    number = shelf.receive(lot="A-2")["id"]
    refused = shelf.release(number, user="TECHNICIAN1", exit_code=54)
    assert refused.code == "same-person"


def test_a_technician_releases_nothing(shelf: Shelf) -> None:
    assert shelf.release(shelf.receive()["id"], user="TECHNICIAN2", exit_code=52).code


def test_a_decision_is_not_signed_twice(shelf: Shelf) -> None:
    assert shelf.release(shelf.lysate, exit_code=33).code == "already-released"


def test_an_expired_delivery_is_not_released(shelf: Shelf) -> None:
    number = shelf.receive(lot="OLD", expires="2026-04-02")["id"]
    refused = shelf.release(number, exit_code=41)
    assert refused.code == "not-to-be-released"
    assert refused.blockers == {"material-expired"}


def test_what_was_used_is_recalled_and_not_rejected(shelf: Shelf, grown: str) -> None:
    shelf.use(shelf.lysate, grown, *day(12))
    refused = shelf.reject(shelf.lysate, exit_code=41)
    assert refused.blockers == {"material-used"}
    assert "material recall" in refused.stdout


def test_a_lot_of_a_supplier_that_was_recalled_is_not_released_when_it_comes_again(
    shelf: Shelf,
) -> None:
    shelf.recall(shelf.lysate)
    came = shelf.receive(lot="HPL 2508".replace(" ", "-"))
    assert "supplier-lot-recalled" in {warning["code"] for warning in came["warnings"]}
    assert shelf.release(came["id"], exit_code=41).blockers == {"supplier-lot-recalled"}


def test_a_corrected_delivery_is_in_quarantine_until_it_is_released_again(shelf: Shelf) -> None:
    words = ("correct", shelf.lysate, "expires_on=2026-06-30", "--reason", "read the wrong line")
    done = shelf.program(*words, user="TECHNICIAN1").data
    assert [each["meaning"] for each in done["affected"]["signatures"]] == [
        f"release of material lot {shelf.lysate}"
    ]
    shown = shelf.show(shelf.lysate)
    assert shown["state"] == "quarantine"
    assert shown["corrected"][0]["earlier"] == ["2026-12-31"]
    shelf.release(shelf.lysate)
    assert shelf.show(shelf.lysate)["state"] == "released"


def test_a_decision_is_struck_by_those_who_may_decide(shelf: Shelf) -> None:
    decision = shelf.show(shelf.lysate)["decisions"][0]["id"]
    strike = ("strike", decision, "--reason", "signed for another delivery")
    assert shelf.program(*strike, user="TECHNICIAN1", exit_code=52).code == "role-missing"
    shelf.program(*strike, user="QC1")
    assert shelf.show(shelf.lysate)["state"] == "quarantine"


# -- opening ---------------------------------------------------------------------------------------


def test_the_life_of_a_vial_begins_when_it_is_opened(shelf: Shelf) -> None:
    opened = shelf("open", shelf.lysate, *day(10)).data
    assert opened["open_until"] == "2026-05-13T10:00:00+02:00"
    assert [vial["id"] for vial in shelf.show(shelf.lysate)["vials"]] == [opened["id"]]


def test_where_nobody_tells_it_the_first_use_is_the_opening(shelf: Shelf, grown: str) -> None:
    shelf.use(shelf.lysate, grown, *day(13))
    first = shelf.use(shelf.lysate, grown, *day(12)).data
    (vial,) = shelf.show(shelf.lysate)["vials"]
    assert vial["id"] == first["id"]


def test_what_may_not_be_used_is_not_opened(shelf: Shelf) -> None:
    number = shelf.receive(lot="A-5")["id"]
    refused = shelf("open", number, exit_code=40)
    assert refused.code == "material-not-usable"
    assert refused.blockers == {"material-not-released"}
    assert shelf("open", shelf.lysate, "--at", "2026-01-30T08:00", exit_code=30).code == (
        "out-of-order"
    )


def test_an_empty_lot_has_no_vial_left_to_open(shelf: Shelf) -> None:
    shelf("discard", shelf.lysate, "--quantity", 500, "--reason", "torn")
    assert shelf("open", shelf.lysate, exit_code=30).code == "more-than-on-hand"


def test_a_vial_open_for_too_long_is_refused_and_a_fresh_one_is_not(
    shelf: Shelf, grown: str
) -> None:
    shelf.register("BASE", "--open-days", 5)
    number = shelf.fresh("BASE", *day(1))
    old = shelf("open", number, *day(10)).data["id"]
    refused = shelf.use(number, grown, *day(16), exit_code=40)
    assert refused.blockers == {"open-vial-expired"}
    assert f"lottrack material open {number}" in refused.stdout
    shelf("open", number, *day(15.5))
    shelf.use(number, grown, *day(16))
    assert shelf.use(number, grown, "--vial", old, *day(16), exit_code=40).blockers == {
        "open-vial-expired"
    }
    assert shelf.use(shelf.lysate, grown, "--vial", old, *day(16), exit_code=30).code == (
        "vial-of-another-lot"
    )


# -- using -----------------------------------------------------------------------------------------


def test_a_use_says_what_is_left(shelf: Shelf, grown: str) -> None:
    used = shelf.use(shelf.lysate, grown, *day(12), quantity="120.5").data
    assert (used["kind"], used["passage"], used["on_hand"]) == ("material_use", "P1", "379.5")
    assert used["warnings"] == []
    shown = shelf.show(shelf.lysate)
    assert (shown["received"], shown["used"], shown["on_hand"]) == ("500", "120.5", "379.5")
    assert [each["lot"] for each in shown["uses"]] == [grown]


def test_a_use_is_for_a_passage_or_a_fill_of_the_lot(shelf: Shelf, grown: str) -> None:
    fill = shelf.bench.fill(grown).data["id"]
    assert shelf.use(shelf.lysate, grown, "--fill", fill, *day(27)).data["fill"] == fill
    words = ("use", shelf.lysate, grown, "--quantity", 5)
    assert shelf(*words, exit_code=2).code == "usage"
    assert shelf(*words, "--passage", "P1", "--fill", fill, exit_code=2).code == "usage"
    assert shelf(*words, "--passage", "P7", exit_code=30).code == "not-seeded"
    other = shelf.bench.new_lot("--number", "L09")
    refused = shelf("use", shelf.lysate, other, "--quantity", 5, "--fill", fill, exit_code=30)
    assert refused.code == "fill-of-another-lot"


def test_more_than_is_left_is_refused_and_never_forced(shelf: Shelf, grown: str) -> None:
    shelf.use(shelf.lysate, grown, *day(12), quantity=400)
    refused = shelf.use(shelf.lysate, grown, *day(12), quantity=101, exit_code=30)
    assert refused.code == "more-than-on-hand"
    assert "100 mL are left" in refused.stdout
    shelf.happened(shelf.lysate, grown, *day(12), quantity=101, exit_code=30)
    shelf.use(shelf.lysate, grown, *day(12), quantity=100)
    assert shelf.on_hand(shelf.lysate) == "0"
    assert [lot["id"] for lot in shelf.program("material", "list").data] == [shelf.trypsin]
    assert len(shelf.program("material", "list", "--all").data) == 2


def test_an_odd_quantity_is_taken_and_looked_at_twice(shelf: Shelf, grown: str) -> None:
    shelf.use(shelf.lysate, grown, *day(12), quantity=30)
    used = shelf.use(shelf.lysate, grown, *day(13), quantity=300).data
    assert [warning["code"] for warning in used["warnings"]] == ["odd-quantity"]


def test_nothing_is_used_before_it_came(shelf: Shelf, grown: str) -> None:
    late = shelf.fresh(lot="A-7")
    assert shelf.use(late, grown, *day(12), exit_code=30).code == "out-of-order"


@pytest.mark.parametrize("kind", ["not-released", "rejected", "recalled", "expired"])
def test_what_may_not_be_used_is_refused_with_the_way_out(
    shelf: Shelf, grown: str, kind: str
) -> None:
    number = shelf.receive("HPL", lot="A-6", expires="2026-04-05")["id"]
    if kind == "rejected":
        shelf.reject(number)
    elif kind != "not-released":
        shelf.release(number)
    if kind == "recalled":
        shelf.recall(number)
    shelf.program.clock.advance(days=3 if kind == "expired" else 1)
    refused = shelf.use(number, grown, exit_code=40)
    assert refused.code == "material-not-usable"
    assert refused.blockers == {f"material-{kind}"}
    assert shelf.lysate in refused.data["error"]["hint"]
    assert "--happened" in refused.data["error"]["hint"]
    assert "refusal" in shelf.program("audit", "show", grown).stdout


def test_what_was_used_all_the_same_is_an_incident_and_a_hold(shelf: Shelf, grown: str) -> None:
    number = shelf.receive("HPL", *day(1), lot="A-6")["id"]
    told = shelf.happened(number, grown, *day(12)).data
    assert told["incident"].startswith("IC-TST-")
    (hold,) = shelf.program("hold", "list").data
    assert (hold["on"], hold["cause"], hold["because_of"]) == (grown, "incident", told["incident"])
    check = shelf.program("admin", "check", exit_code=None).data
    assert "material use" in str(check)


def test_an_incident_needs_a_reason_and_a_second_person(shelf: Shelf, grown: str) -> None:
    number = shelf.receive("HPL", *day(1), lot="A-6")["id"]
    shelf.use(number, grown, "--happened", *day(12), exit_code=2)
    words = ("--happened", "--reason", "x", "--second", "TECHNICIAN1", *day(12))
    shelf.use(number, grown, *words, secrets=("TECHNICIAN1",), exit_code=54)


# -- with a step -----------------------------------------------------------------------------------


def test_a_step_tells_what_it_used(shelf: Shelf) -> None:
    bench = shelf.bench
    lot = bench.new_lot()
    used = (f"{shelf.lysate}=150", "--material", f"{shelf.trypsin}=0.02L")
    made = bench.passage(lot, "P0").data
    assert "materials" not in made
    seeded = bench(
        *("lot", "seed", lot, "--passage", "P1", "--seeded", "9.54e6", "--area-cm2", 3180),
        *("--material", *used, *bench.at(11, 2)),
    ).data
    assert [(u["material"], u["quantity"], u["passage"]) for u in seeded["materials"]] == [
        ("HPL", "150", "P1"),
        ("TRYPSIN", "20", "P1"),
    ]
    reaped = bench(
        *("lot", "harvest", lot, "--passage", "P1", "--harvested", "7.79e7", "--viability", 95),
        *("--material", f"{shelf.trypsin}=30", *bench.at(18, 1)),
    ).data
    assert reaped["materials"][0]["on_hand"] == "150"
    assert shelf.on_hand(shelf.lysate) == "350"


def test_a_passage_told_at_once_uses_its_materials_once(shelf: Shelf) -> None:
    bench = shelf.bench
    lot = bench.new_lot()
    made = bench(
        *("lot", "passage", lot, "--passage", "P0", "--seeded", "1.91e8", "--area-cm2", 1272),
        *("--harvested", "1.5e7", "--viability", 97, "--seeded-at", bench.time(0, 2)),
        *("--at", bench.time(11, 1), "--material", f"{shelf.lysate}=100"),
    ).data
    assert len(made["materials"]) == 1
    assert shelf.on_hand(shelf.lysate) == "400"


def test_a_fill_and_a_confirmed_fill_tell_theirs(shelf: Shelf, grown: str) -> None:
    used = ("--material", f"{shelf.lysate}=10")
    made = shelf.bench.fill(grown, *used, count=2).data
    assert made["materials"][0]["fill"] == made["id"]
    refused = shelf.bench.fill(grown, "--planned", *used, exit_code=2)
    assert "fill-confirm" in refused.data["error"]["hint"]
    planned = shelf.bench.fill(grown, "--planned", count=1).data["id"]
    confirmed = shelf.bench("lot", "fill-confirm", planned, *used, *day(27)).data
    assert confirmed["materials"][0]["fill"] == planned


def test_nothing_of_a_step_is_recorded_when_its_material_may_not_be_used(shelf: Shelf) -> None:
    bench = shelf.bench
    lot = bench.new_lot()
    number = shelf.receive("HPL", *day(0.1), lot="A-6")["id"]
    seed = ("lot", "seed", lot, "--passage", "P0", "--seeded", "1.9e8", "--area-cm2", 1272)
    refused = bench(*seed, "--material", f"{number}=5", *bench.at(0, 4), exit_code=40)
    assert refused.blockers == {"material-not-released"}
    assert bench.show(lot)["passages"] == []


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        ("=5", 2, "bad-value"),
        ("{lysate}", 2, "bad-value"),
        ("{lysate}=0", 2, "out-of-range"),
        ("{lysate}=5 boxes", 2, "unit-not-convertible"),
        ("{lot}=5", 64, "wrong-kind-of-code"),
        ("{lysate}=501", 30, "more-than-on-hand"),
    ],
)
def test_a_material_told_wrongly_with_a_step_is_refused(
    shelf: Shelf, told: str, status: int, code: str
) -> None:
    bench = shelf.bench
    lot = bench.new_lot()
    text = told.format(lysate=shelf.lysate, lot=lot)
    seed = ("lot", "seed", lot, "--passage", "P0", "--seeded", "1.9e8", "--area-cm2", 1272)
    assert bench(*seed, "--material", text, *bench.at(0, 4), exit_code=status).code == code
    twice = ("--material", f"{shelf.lysate}=5", "--material", f"{shelf.lysate}=6")
    assert bench(*seed, *twice, *bench.at(0, 4), exit_code=30).code == "material-named-twice"


# -- thrown away, corrected ------------------------------------------------------------------------


def test_what_is_thrown_away_is_accounted_for(shelf: Shelf) -> None:
    thrown = shelf("discard", shelf.lysate, "--quantity", 40, "--reason", "vial too old").data
    assert (thrown["on_hand"], thrown["reason"]) == ("460", "vial too old")
    words = ("discard", shelf.lysate, "--quantity", 461, "--reason", "x")
    assert shelf(*words, exit_code=30).code == "more-than-on-hand"


def test_a_correction_never_lets_out_more_than_came(shelf: Shelf, grown: str) -> None:
    used = shelf.use(shelf.lysate, grown, *day(12), quantity=400).data["id"]
    correct = ("--reason", "misread")
    for record, value in ((used, "quantity=501"), (shelf.lysate, "quantity=399")):
        refused = shelf.program(
            "correct", record, value, *correct, user="TECHNICIAN1", exit_code=30
        )
        assert refused.code == "more-than-on-hand"
    shelf.program("correct", used, "quantity=40", *correct, user="TECHNICIAN1")
    assert shelf.on_hand(shelf.lysate) == "460"
    shelf.program("strike", used, *correct, user="TECHNICIAN1")
    assert shelf.on_hand(shelf.lysate) == "500"


def test_a_delivery_that_something_was_taken_from_is_not_struck(shelf: Shelf, grown: str) -> None:
    number = shelf.receive(lot="A-3")["id"]
    shelf.program("strike", number, "--reason", "another's", user="TECHNICIAN1")
    shelf.use(shelf.lysate, grown, *day(12))
    refused = shelf.program(
        "strike", shelf.lysate, "--reason", "x", user="TECHNICIAN1", exit_code=30
    )
    assert refused.code == "has-dependents"


def test_a_step_that_is_struck_takes_its_materials_with_it(shelf: Shelf) -> None:
    bench = shelf.bench
    lot = bench.new_lot()
    seed = ("lot", "seed", lot, "--passage", "P0", "--seeded", "1.9e8", "--area-cm2", 1272)
    used = ("--material", f"{shelf.lysate}=100", *bench.at(0, 4))
    seeding = bench(*seed, *used).data["id"]
    shelf.program("strike", seeding, "--reason", "another lot", user="TECHNICIAN1")
    assert shelf.on_hand(shelf.lysate) == "500"
    assert shelf.show(shelf.lysate)["uses"] == []


def test_a_receipt_is_not_moved_behind_what_was_taken_from_it(shelf: Shelf, grown: str) -> None:
    shelf.use(shelf.lysate, grown, *day(12))
    at = (START + timedelta(days=13)).isoformat()
    words = ("correct", shelf.lysate, f"at={at}", "--reason", "x")
    refused = shelf.program(*words, user="TECHNICIAN1", exit_code=30)
    assert refused.code == "out-of-order"


def test_an_expiry_corrected_to_before_a_use_holds_what_it_went_into(
    shelf: Shelf, grown: str
) -> None:
    use = shelf.use(shelf.lysate, grown, *day(12)).data["id"]
    words = ("correct", shelf.lysate, "expires_on=2026-02-10", "--reason", "misread the year")
    (hold,) = shelf.program(*words, user="TECHNICIAN1").data["holds"]
    assert (hold["on"], hold["cause"]) == (grown, "material")
    (listed,) = shelf.program("hold", "list").data
    assert listed["because_of"] == use
    assert "material-expired" not in listed["reason"]
    assert "expired" in listed["reason"]


def test_the_check_of_the_record_finds_a_lot_that_does_not_reconcile(
    shelf: Shelf, grown: str
) -> None:
    assert shelf.program("admin", "check").data["verdict"] == "intact"
    with shelf.bench.change("material use") as change:
        change.record(
            "material_use", material_lot=shelf.lysate, lot=grown, passage=1, quantity="501"
        )
    checked = shelf.program("admin", "check", exit_code=91).data
    assert [finding["code"] for finding in checked["findings"]] == ["materials-not-reconciled"]


def test_the_materials_of_a_lot_are_listed_with_the_suppliers_number(
    shelf: Shelf, grown: str
) -> None:
    shelf.use(shelf.lysate, grown, *day(12), quantity=150)
    (used,) = shelf.program("material", "list", "--lot", grown).data
    assert (used["material"], used["supplier_lot"], used["quantity"]) == ("HPL", "HPL-2508", "150")


# -- what is owed ----------------------------------------------------------------------------------


def due(shelf: Shelf, days: int = 30) -> dict[str, dict[str, str]]:
    owed = shelf.program("due", "--days", days).data
    return {each["code"]: each for each in owed if "material" in each["command"]}


def test_what_waits_and_what_expires_is_owed(shelf: Shelf) -> None:
    waiting = shelf.receive(lot="A-4", expires="2026-04-20")["id"]
    owed = due(shelf)
    assert owed["material-not-released"]["command"] == f"lottrack material release {waiting}"
    assert owed["material-expiring"]["id"] == waiting
    assert owed["material-expiring"]["due_on"] == "2026-04-20"
    assert "material-expiring" not in due(shelf, 7)


def test_an_opened_vial_is_owed_until_it_is_thrown_away(shelf: Shelf) -> None:
    shelf.register("BASE", "--open-days", 5)
    number = shelf.fresh("BASE", lot="B-1")
    opened = shelf("open", number).data["id"]
    assert due(shelf)["open-vial-expiring"]["id"] == opened
    shelf.program.clock.advance(days=6)
    assert due(shelf)["open-vial-expiring"]["overdue"] is True
    shelf("discard", number, "--quantity", 10, "--reason", "open for too long")
    assert "open-vial-expiring" not in due(shelf)


def test_what_was_stopped_is_to_be_thrown_away(shelf: Shelf) -> None:
    shelf.recall(shelf.lysate)
    owed = due(shelf)["stopped-material-on-hand"]
    assert owed["id"] == shelf.lysate
    shelf("discard", shelf.lysate, "--quantity", 500, "--reason", "recalled")
    assert "stopped-material-on-hand" not in due(shelf)
