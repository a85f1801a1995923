"""The training record that `lottrack demo` makes is the scenario, and it proves itself.

The demo runs once, through its command; every test reads what it left. Expected numbers stand in
``tests/data/scenario_lots.csv`` and ``scenario_infusions.csv``, the tables of the scenario, and in
its totals: 36 bags filled, 25 infused, 3 destroyed, 8 in stock, one fresh dose beside them; 27
infusions planned, 26 given.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from lottrack.actions.desk import Argon2Hasher
from lottrack.demo.people import SECRET
from tests.stories.played import INFUSIONS, LOTS, Played, millions, rounded

pytestmark = pytest.mark.slow


# -- how many of everything ------------------------------------------------------------------------


def test_the_totals_are_those_of_the_scenario(demo: Played) -> None:
    expected = {
        "donors": 10,
        "donors_deferred": 1,
        "pairs": 9,
        "lots": 9,
        "bags_filled": 36,
        "bags_infused": 25,
        "bags_destroyed": 3,
        "bags_in_stock": 8,
        "fresh_doses": 1,
        "fresh_doses_infused": 1,
        "infusions_planned": 27,
        "infusions_given": 26,
        "incidents": 0,
        "material_lots": 5,
        "holds": 12,
        "holds_open": 0,
        "documents": 3,
        "corrections": 2,
        "refusals": 9,
    }
    assert expected.items() <= demo.data["totals"].items()


def test_the_totals_are_counted_from_the_record(demo: Played) -> None:
    states = Counter(
        row[0]
        for row in demo.rows(
            "SELECT s.location_state FROM container_standing AS s JOIN container AS c"
            " ON c.root = s.container JOIN fill AS f ON f.root = c.fill"
            " WHERE f.presentation = 'cryopreserved'"
        )
    )
    assert states == {"infused": 25, "destroyed": 3, "stored": 8}
    totals = demo.data["totals"]
    for table_name, key in (
        ("label", "labels"),
        ("signature", "signatures"),
        ("audit_entry", "audit_entries"),
    ):
        assert demo.rows(f"SELECT count(*) FROM {table_name}")[0][0] == totals[key]


def test_eight_children_finish_all_three_infusions(demo: Played) -> None:
    given = Counter(row["patient"] for row in demo.run("infusion", "list"))
    assert given == {f"P0{n}": 3 for n in range(1, 9)} | {"P09": 2}


# -- lots ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lot", LOTS)
def test_a_lots_counts_and_doublings_are_those_of_its_table(demo: Played, lot: str) -> None:
    expected, shown = LOTS[lot], demo.run("lot", "show", lot)
    p0, p1, p2 = shown["passages"]
    assert (millions(p0["seeded"]), millions(p0["harvested"])) == (
        Decimal(expected["p0_seeded"]),
        Decimal(expected["p0_harvested"]),
    )
    assert millions(p1["harvested"]) == Decimal(expected["p1_harvested"])
    assert millions(p2["seeded"]) == Decimal(expected["p2_seeded"])
    assert millions(p2["harvested"]) == Decimal(expected["p2_harvested"])
    assert p2["area_cm2"] == expected["p2_area_cm2"]
    assert p2["viability_pct"] == expected["p2_viability"]
    assert p0["population_doublings"] is None
    assert rounded(p1["population_doublings"]) == rounded(expected["p1_doublings"])
    assert rounded(p2["population_doublings"]) == rounded(expected["p2_doublings"])
    assert rounded(p2["cumulative_population_doublings"]) == rounded(expected["cumulative"])
    assert p2["harvested_at"][:10] == expected["harvested_on"]


@pytest.mark.parametrize("lot", LOTS)
def test_a_lots_bags_are_those_of_its_table(demo: Played, lot: str) -> None:
    expected, shown = LOTS[lot], demo.run("lot", "show", lot)
    frozen = {fill["id"] for fill in shown["fills"] if fill["state"] == "cryopreserved"}
    bags = [c for c in shown["containers"] if c["fill"] in frozen]
    assert len(bags) == int(expected["bags"])
    assert {millions(bag["viable_cells"]) for bag in bags} == {Decimal(expected["fill"])}
    assert {Decimal(bag["volume_ml"]) for bag in bags} == {Decimal(expected["fill_ml"])}


@pytest.mark.parametrize("lot", LOTS)
def test_a_lot_was_certified_on_its_day_and_every_rule_holds(demo: Played, lot: str) -> None:
    checked = demo.run("lot", "check", lot)
    assert checked["verdict"] == "releasable"
    assert demo.run("lot", "show", lot)["disposition"] == "released"
    released = demo.rows(
        "SELECT DISTINCT substr(d.occurred_at, 1, 10), d.performed_by FROM disposition AS d"
        " JOIN fill AS f ON f.root = d.fill WHERE f.lot = ? AND d.decision = 'released'",
        lot,
    )
    assert [tuple(row) for row in released] == [(LOTS[lot]["certified_on"], "QP1")]


def test_every_cell_of_every_harvest_is_accounted_for(demo: Played) -> None:
    for lot in LOTS:
        balances = demo.run("lot", "show", lot)["cell_balance"]
        assert [balance["remainder"] for balance in balances] == ["0", "0", "0"]


def test_the_first_lots_results_are_those_of_the_sample_certificate(demo: Played) -> None:
    results = {row["test"]: row["value"] for row in demo.run("result", "list", "L01")}
    certificate = {
        "appearance": "conforms",
        "viability-fill": "94",
        "CD73": "99.1",
        "CD90": "99.4",
        "CD105": "97.8",
        "CD45": "0.2",
        "CD34": "0.3",
        "CD14": "0.4",
        "CD19": "0.1",
        "HLA-DR": "3.1",
        "endotoxin": "<0.50",
        "gram": "negative",
        "mycoplasma": "not detected",
        "sterility-p0": "no growth",
        "sterility-product": "no growth",
        "sterility-product-14d": "no growth",
        "karyotype": "no clonal abnormality",
        "karyotype-formula": "46,XY[20]",
        "potency": "61",
        "CPD": "6.10",
    }
    assert certificate.items() <= results.items()


def test_no_result_was_reviewed_by_who_recorded_it(demo: Played) -> None:
    for lot in LOTS:
        listed = [r for r in demo.run("result", "list", lot) if r["test"] != "viability-post-thaw"]
        assert listed
        assert {row["reviewed_by"] for row in listed} == {"QC2"}
        assert {row["performed_by"] for row in listed} <= {"QC1", "TECHNICIAN1"}


def test_the_formula_of_a_karyotype_has_the_donors_sex(demo: Played) -> None:
    for lot in LOTS:
        sex = demo.rows(
            "SELECT d.sex FROM lot AS l JOIN course AS c ON c.root = l.course"
            " JOIN pair AS p ON p.root = c.pair JOIN donor AS d ON d.root = p.donor"
            " WHERE l.root = ?",
            lot,
        )[0][0]
        results = {row["test"]: row["value"] for row in demo.run("result", "list", lot)}
        assert results["karyotype-formula"] == ("46,XY[20]" if sex == "M" else "46,XX[20]")


# -- pairs -----------------------------------------------------------------------------------------


def test_every_pair_shares_exactly_one_haplotype(demo: Played) -> None:
    pairs = demo.run("pair", "list")
    assert len(pairs) == 9
    for pair in pairs:
        shown = demo.run("pair", "show", pair["id"])
        assert shown["haploidentity"] == "haplo_compatible"
        assert shown["loci"] == {"A": 1, "B": 1, "C": 1, "DRB1": 1, "DQB1": 1}


def test_the_first_pairs_typings_are_those_of_the_scenario(demo: Played) -> None:
    assert demo.run("patient", "show", "P01")["hla"] == (
        "A*02:01+A*24:02^B*44:02+B*51:01^C*05:01+C*15:02^DRB1*04:01+DRB1*11:04"
        "^DQB1*03:01+DQB1*03:01"
    )
    assert demo.run("donor", "show", "D01")["hla"] == (
        "A*02:01+A*03:01^B*44:02+B*07:02^C*05:01+C*07:02^DRB1*04:01+DRB1*15:01"
        "^DQB1*03:01+DQB1*06:02"
    )


# -- infusions -------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [key for key, row in INFUSIONS.items() if row["given"] == "yes"])
def test_an_infusion_is_that_of_the_table(demo: Played, key: tuple[str, int]) -> None:
    expected = INFUSIONS[key]
    given = {(row["patient"], row["number"]): row for row in demo.run("infusion", "list")}
    row = given[key]
    assert row["started"][:10] == expected["given_on"]
    assert millions(row["viable_cells"]) == Decimal(expected["viable"])
    assert rounded(millions(row["cells_per_kg"])) == rounded(expected["million_per_kg"])
    assert row["basis"] == "post_thaw"
    assert row["volume_ml"] == expected["infused_ml"]
    assert row["incident"] is False
    stored = demo.rows(
        "SELECT i.weight_kg, o.planned_on, c.viability_pct FROM infusion AS i"
        " JOIN infusion_order AS o ON o.root = i.infusion_order"
        " JOIN infused_container AS x ON x.infusion = i.root"
        " JOIN container AS n ON n.root = x.container"
        " LEFT JOIN preparation_input AS p ON p.container = n.root"
        " JOIN preparation_count AS c ON c.preparation = coalesce(n.preparation, p.preparation)"
        " WHERE i.root = ?",
        row["id"],
    )[0]
    assert Decimal(stored["weight_kg"]) == Decimal(expected["weight_kg"])
    assert stored["planned_on"] == expected["planned_on"]
    assert stored["viability_pct"] == expected["viability"]


def test_the_closing_table_is_the_scenarios_and_the_records(demo: Played) -> None:
    listed = {(row["patient"], row["number"]): row for row in demo.data["infusions"]}
    given = {(row["patient"], row["number"]): row for row in demo.run("infusion", "list")}
    assert list(listed) == list(INFUSIONS)
    for key, row in listed.items():
        expected = INFUSIONS[key]
        assert row["planned_on"] == expected["planned_on"]
        if expected["given"] == "no":
            assert (row["given_on"], row["container"]) == (None, None)
            assert row["status"] == "not given, order cancelled"
            continue
        lot = f"L{key[0][1:]}"
        bag = f"{lot} fresh dose" if expected["bag"] == "fresh" else f"{lot} bag {expected['bag']}"
        assert row["thawed"].split(", ")[-1] == bag
        assert row["given_on"] == expected["given_on"]
        assert row["container"] == ", ".join(given[key]["containers"])
        assert rounded(row["million_per_kg"]) == rounded(expected["million_per_kg"])
        assert row["status"].startswith("given")


def test_the_days_between_infusions_are_those_of_the_table(demo: Played) -> None:
    days: dict[str, date] = {}
    for row in sorted(demo.run("infusion", "list"), key=lambda row: str(row["started"])):
        expected = INFUSIONS[row["patient"], row["number"]]
        today = date.fromisoformat(row["started"][:10])
        before = days.get(row["patient"])
        since = "" if before is None else str((today - before).days)
        assert since == expected["days_since"]
        days[row["patient"]] = today


# -- the record ------------------------------------------------------------------------------------


def test_the_trail_is_intact(demo: Played) -> None:
    proof = demo.run("audit", "verify")
    assert (proof["verdict"], proof["findings"]) == ("intact", [])
    assert proof["entries"] == demo.data["totals"]["audit_entries"]


def test_the_record_keeps_every_invariant(demo: Played) -> None:
    checked = demo.run("admin", "check")
    assert (checked["verdict"], checked["findings"]) == ("intact", [])


def test_the_time_of_the_trail_never_goes_back(demo: Played) -> None:
    times = [row[0] for row in demo.rows("SELECT at FROM audit_entry ORDER BY seq")]
    assert times == sorted(times)
    assert times[0].startswith("2025-08-01")
    assert times[-1].startswith("2026-05-04")


def test_nothing_was_told_late_but_the_infusions_themselves(demo: Played) -> None:
    late = Counter(
        table_name
        for table_name in ("collection_taking", "harvest", "fill", "result", "custody_event")
        for _ in demo.rows(f"SELECT 1 FROM {table_name} WHERE late")
    )
    assert late == {}


def test_every_hash_of_a_secret_is_a_real_one(demo: Played) -> None:
    hashes = {row[0] for row in demo.rows("SELECT secret_hash FROM account_standing")}
    assert all(Argon2Hasher().fits(hashed, SECRET) for hashed in hashes)
    assert demo.data["secret"] == SECRET


def test_people_are_named_by_role_and_hold_one_each(demo: Played) -> None:
    listed = demo.run("user", "list")
    assert {row["id"]: row["roles"] for row in listed} == {
        person["code"]: [person["role"]] for person in demo.data["people"]
    }
    for row in listed:
        assert re.fullmatch(r"[A-Z]+\d", row["id"])
