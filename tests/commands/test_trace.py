"""`lottrack trace`: forward to every patient, backward to the donor, along indexes only."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from lottrack.store.reader import AS_OF
from lottrack.store.tables import FACTS
from lottrack.store.trace import RELATIONS, Relation, step_query
from tests import steps
from tests.conftest import Program
from tests.raw import raw
from tests.steps import Filled

Site = tuple[Program, Filled]


@pytest.fixture
def given(released: Site) -> tuple[Program, Filled, str]:
    """The first bag infused; returns the infusion's number, too."""
    program, lot = released
    order = program("order", "list").data[0]["id"]
    steps.prepare_dose(program, order, lot.scans[0])
    steps.dispense(program, lot.scans[0])
    return program, lot, steps.infuse(program, lot.scans[0]).data["id"]


def kinds(trace: dict) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for node in trace["nodes"]:
        found.setdefault(node["kind"], set()).add(node["id"])
    return found


class TestWays:
    @pytest.mark.parametrize("root", ["donor", "collection", "lot"])
    def test_forward_reaches_the_patient(
        self, given: tuple[Program, Filled, str], root: str
    ) -> None:
        program, lot, infusion = given
        found = kinds(program("trace", getattr(lot, root), "--forward").data)

        assert found["patient"] == {lot.patient}
        assert found["infusion"] == {infusion}
        assert found["container"] == set(lot.bags)

    def test_forward_from_a_bag_reaches_its_own_patient_or_none(
        self, given: tuple[Program, Filled, str]
    ) -> None:
        program, lot, infusion = given
        first = kinds(program("trace", lot.bags[0], "--forward").data)
        second = kinds(program("trace", lot.bags[1], "--forward").data)

        assert first["infusion"] == {infusion}
        assert "patient" not in second

    def test_backward_from_an_infusion_reaches_the_donor_and_all_between(
        self, given: tuple[Program, Filled, str]
    ) -> None:
        program, lot, infusion = given
        found = kinds(program("trace", infusion, "--backward").data)

        assert found["donor"] == {lot.donor}
        assert found["collection"] == {lot.collection}
        assert found["lot"] == {lot.lot}
        assert found["course"] == {lot.course}
        assert found["container"] == {lot.bags[0]}
        assert found["fill"] == {lot.fill}
        assert found["pair"] == {lot.pair}
        assert found["patient"] == {lot.patient}

    def test_backward_from_an_infusion_shows_how_the_same_bag_was_prepared_and_issued(
        self, given: tuple[Program, Filled, str]
    ) -> None:
        program, lot, infusion = given
        trace = program("trace", infusion, "--backward").data
        found = kinds(trace)
        (order,), (preparation,) = found["infusion_order"], found["preparation"]
        (dispensing,) = found["dispensing"]
        said = {node["id"]: node["label"] for node in trace["nodes"]}

        assert said[preparation] == "thawed 2026-02-02, 37.8 ×10⁶ counted, into the same container"
        assert said[dispensing] == "issued 2026-02-02 by PHARMACIST1"
        assert {tuple(edge) for edge in trace["edges"]} >= {
            (lot.bags[0], preparation),
            (preparation, infusion),
            (lot.bags[0], dispensing),
            (dispensing, infusion),
            (order, preparation),
            (order, infusion),
            (infusion, lot.patient),
        }

    def test_a_pooled_dose_leads_back_to_every_bag_in_it(self, released: Site) -> None:
        program, lot = released
        order = program("order", "list").data[0]["id"]
        scans = lot.scans[:2]
        made = program("prepare", "start", order, *scans, user="PHARMACIST1").data["id"]
        count = ("prepare", "count", made, "--total", "4.2e7", "--viability", 90)
        program(*count, user="PHARMACIST1")
        finish = ("prepare", "finish", made, "--into", "syringe", "--volume-ml", "8.8")
        dose = program(*finish, user="PHARMACIST1").data["container"]
        found = kinds(program("trace", dose, "--backward").data)

        assert found["container"] == {dose, *lot.bags[:2]}
        assert found["preparation"] == {made}
        assert found["donor"] == {lot.donor}

    def test_a_struck_dispensing_is_no_step_of_the_way(
        self, given: tuple[Program, Filled, str]
    ) -> None:
        program, _, infusion = given
        found = kinds(program("trace", infusion, "--backward").data)
        (dispensing,) = found["dispensing"]
        program("strike", dispensing, "--reason", "another bag", user="PHARMACIST1")

        assert "dispensing" not in kinds(program("trace", infusion, "--backward").data)

    def test_every_edge_joins_two_nodes_and_a_patient_is_traced_back(
        self, given: tuple[Program, Filled, str]
    ) -> None:
        program, lot, _ = given
        trace = program("trace", lot.patient, "--backward").data
        names = {node["id"] for node in trace["nodes"]}

        assert trace["root"] == lot.patient
        assert {name for edge in trace["edges"] for name in edge} <= names
        assert lot.donor in names

    def test_a_label_is_traced_as_what_it_stands_on(self, released: Site) -> None:
        program, lot = released

        assert program("trace", lot.scans[1], "--backward").data["root"] == lot.bags[1]

    def test_as_it_was_recorded_by_then(self, given: tuple[Program, Filled, str]) -> None:
        program, lot, _ = given
        before = steps.ago(program, minutes=90)
        then = kinds(program("trace", lot.donor, "--forward", "--as-of", before).data)

        assert "infusion" not in then
        assert then["lot"] == {lot.lot}

    def test_a_struck_infusion_leads_nowhere(self, given: tuple[Program, Filled, str]) -> None:
        program, lot, infusion = given
        program("strike", infusion, "--reason", "told of another child", user="NURSE1")

        assert "patient" not in kinds(program("trace", lot.donor, "--forward").data)

    def test_what_the_record_cannot_tell(self, released: Site) -> None:
        program, lot = released
        program("custody", "lose", lot.bags[2], "--reason", "not in its slot", user="NURSE1")
        unknown = program("trace", lot.lot).data["unknown"]

        assert len(unknown) == 1
        assert lot.bags[2] in unknown[0]

    def test_what_was_not_recorded_by_then_is_not_traced(self, released: Site) -> None:
        program, lot = released
        refused = program("trace", lot.lot, "--as-of", "2020-01-01", exit_code=20)
        assert f"There was no lot {lot.lot} yet by then" in refused.data["error"]["sentence"]

    def test_nobody_looks_back_from_the_future(self, released: Site) -> None:
        program, lot = released
        for words in (("trace", lot.lot), ("lot", "check", lot.lot)):
            refused = program(*words, "--as-of", "2099-01-01T00:00", exit_code=2)
            assert refused.code == "time-in-future"

    def test_a_number_nobody_gave(self, released: Site) -> None:
        program, _ = released

        assert program("trace", "LOT-4711", exit_code=20).code == "unknown-code"


class TestPictures:
    def test_svg_png_dot_and_json_tell_the_same(
        self, given: tuple[Program, Filled, str], tmp_path: Path
    ) -> None:
        program, lot, infusion = given
        for style in ("svg", "png", "dot", "json"):
            out = tmp_path / f"trace.{style}"
            program("trace", lot.donor, "--format", style, "--out", out)
        drawn = "".join(ET.parse(tmp_path / "trace.svg").getroot().itertext())
        with Image.open(tmp_path / "trace.png") as picture:
            size = picture.size

        assert infusion in drawn
        assert infusion in (tmp_path / "trace.dot").read_text(encoding="utf-8")
        assert infusion in (tmp_path / "trace.json").read_text(encoding="utf-8")
        assert min(size) > 300

    def test_the_table_is_for_people(self, given: tuple[Program, Filled, str]) -> None:
        program, lot, infusion = given
        shown = program("trace", lot.donor, as_json=False).stdout

        assert infusion in shown
        assert "released" in shown


class TestSpeed:
    @pytest.mark.parametrize("relation", RELATIONS, ids=lambda r: f"{r.parent}-{r.child}")
    @pytest.mark.parametrize("forward", [True, False])
    @pytest.mark.parametrize("past", [True, False])
    def test_no_step_reads_a_whole_table(
        self, site_file: Path, relation: Relation, forward: bool, past: bool
    ) -> None:
        """A step costs what it finds, whatever the size of the database."""
        sources = {
            table: f"({AS_OF.format(table=table)})" if past else f"{table}_now" for table in FACTS
        }
        query = step_query(relation, forward=forward).format_map(sources)
        values = {"ids": "[]", **({"as_of": 1} if past else {})}
        with raw(site_file) as database:
            plan = database.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
        scans = [row[3] for row in plan if row[3].startswith("SCAN") and "json_each" not in row[3]]

        assert scans == []
