"""Any day at the unit: two children, two lots, twelve people, and whatever they think of doing.

Hypothesis drives the program with acts in any order, sensible or not: the wrong child, the wrong
bag, yesterday's label, somebody else's role. Whatever happens, the invariants of the record hold
after every single act, and the record proves itself.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests import steps
from tests.conftest import Clock, Program
from tests.raw import raw
from tests.steps import Filled

ALLOWED = frozenset({0, 2, 3, 20, *range(30, 34), *range(40, 45), *range(50, 55), *range(60, 65)})
"""How a command may end: done or refused, never a fault, a damaged store or a broken chain."""

EXAMPLES, STEPS = 25, 80
"""2,000 acts in all."""

PATIENTS = st.sampled_from(("P01", "P02"))
BAGS = st.integers(0, 5)
CLINICAL = st.sampled_from(("PHARMACIST1", "PHARMACIST2", "NURSE1", "NURSE2", "CLINICIAN1"))
ANYBODY = st.sampled_from(
    ("TECHNICIAN1", "QC1", "QA1", "QP1", "PHARMACIST1", "NURSE1", "CLINICIAN1", "COURIER1")
)

_FILE: list[tuple[Path, tuple[Filled, Filled]]] = []


@pytest.fixture(scope="module", autouse=True)
def two_lots(site_file: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two children with a released lot each, all bags at the pharmacy."""
    db = tmp_path_factory.mktemp("two") / "record.sqlite"
    shutil.copy(site_file, db)
    program = Program(db, Clock())
    steps.approve_documents(program)
    lots = []
    for donor, patient in (("D01", "P01"), ("D02", "P02")):
        lot = steps.fill_lot(program, donor=donor, patient=patient)
        steps.release_lot(program, lot)
        steps.bring_to_pharmacy(program, *lot.bags)
        program.clock.advance(minutes=5)
        lots.append(lot)
    _FILE[:] = [(db, (lots[0], lots[1]))]


class AnyDay(RuleBasedStateMachine):
    """Acts in any order."""

    @initialize()
    def morning(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        source, lots = _FILE[0]
        db = self.folder / "record.sqlite"
        shutil.copy(source, db)
        self.program = Program(db, Clock())
        self.program.clock.advance(hours=1)
        self.bags = lots[0].bags + lots[1].bags
        self.scans = dict(zip(self.bags, lots[0].scans + lots[1].scans, strict=True))
        self.lots = [lot.lot for lot in lots]
        self.orders: list[str] = []
        self.preparations: list[str] = []
        self.holds: list[str] = []
        self.done: list[str] = []
        self.entries = self.count("audit_entry")

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            proof = self.program("audit", "verify").data
            assert proof["verdict"] == "intact", proof["findings"]
            checked = self.program("admin", "check", exit_code=None)
            assert checked.exit_code == 0, checked.stdout
            shutil.rmtree(self.folder)

    # -- doing things ---------------------------------------------------------------------------

    def count(self, table: str) -> int:
        with raw(self.program.db) as database:
            return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

    def do(self, *args: object, user: str, secrets: tuple[str, ...] = ()) -> dict | None:
        """Run a command; its answer when it was done, None when it was refused."""
        self.program.clock.advance(seconds=20)
        ended = self.program(*args, user=user, secrets=secrets, exit_code=None)
        assert ended.exit_code in ALLOWED, (args, ended.exit_code, ended.stdout, ended.stderr)
        assert "Traceback" not in ended.stdout + ended.stderr
        return ended.data if ended.exit_code == 0 else None

    @rule(minutes=st.sampled_from((1, 15, 90, 1440, 20160)))
    def time_passes(self, minutes: int) -> None:
        self.program.clock.advance(minutes=minutes)

    @rule(patient=PATIENTS, number=st.integers(1, 4), user=CLINICAL)
    def order(self, patient: str, number: int, user: str) -> None:
        today = steps.local_day(self.program)
        weight = ("--weight-kg", "13.2", "--weighed-on", today)
        made = self.do(
            *("order", "place", "--patient", patient, "--number", number),
            *("--planned-on", today, *weight),
            user=user,
            secrets=(user,),
        )
        if made:
            self.orders.append(made["id"])

    @rule(which=st.integers(0, 9))
    def cancel_order(self, which: int) -> None:
        if self.orders:
            order = self.orders[which % len(self.orders)]
            self.do("order", "cancel", order, "--reason", "not today", user="CLINICIAN1")

    @rule(bag=BAGS, which=st.integers(0, 9), user=CLINICAL)
    def thaw(self, bag: int, which: int, user: str) -> None:
        if self.orders:
            order = self.orders[which % len(self.orders)]
            made = self.do("prepare", "start", order, self.scans[self.bags[bag]], user=user)
            if made:
                self.preparations.append(made["id"])

    @rule(which=st.integers(0, 9), viability=st.sampled_from(("92", "92", "92", "64", "85")))
    def count_and_finish(self, which: int, viability: str) -> None:
        if self.preparations:
            preparation = self.preparations[which % len(self.preparations)]
            counted = ("--total", "4.11e7", "--viability", viability)
            self.do("prepare", "count", preparation, *counted, user="PHARMACIST1")
            self.do("prepare", "finish", preparation, user="PHARMACIST1")

    @rule(bag=BAGS, patient=PATIENTS, user=CLINICAL)
    def ask(self, bag: int, patient: str, user: str) -> None:
        self.do("verify", self.scans[self.bags[bag]], "--patient", patient, user=user)

    @rule(bag=BAGS, patient=PATIENTS, user=CLINICAL, second=CLINICAL)
    def dispense(self, bag: int, patient: str, user: str, second: str) -> None:
        self.do(
            *("dispense", self.scans[self.bags[bag]], "--patient", patient, "--second", second),
            user=user,
            secrets=(user, second),
        )

    @rule(
        bag=BAGS,
        patient=PATIENTS,
        user=CLINICAL,
        second=CLINICAL,
        happened=st.sampled_from((False, False, False, True)),
    )
    def infuse(self, bag: int, patient: str, user: str, second: str, happened: bool) -> None:
        self.program.clock.advance(minutes=20)
        word = ("--happened", "--reason", "it was given") if happened else ()
        self.do(
            *("infusion", "record", self.scans[self.bags[bag]], "--patient", patient),
            *("--started", steps.ago(self.program, minutes=15)),
            *("--ended", steps.ago(self.program, minutes=1)),
            *("--volume-ml", "50", "--second", second, *word),
            user=user,
            secrets=(user, second),
        )

    @rule(patient=PATIENTS, bag=BAGS)
    def a_whole_infusion(self, patient: str, bag: int) -> None:
        """The way it should go, so that the later part of the way is met often enough."""
        self.order(patient, len(self.done) % 3 + 1, "CLINICIAN1")
        if self.orders:
            own = self.bags[bag % 3 + (3 if patient == "P02" else 0)]
            made = self.do("prepare", "start", self.orders[-1], self.scans[own], user="PHARMACIST1")
            if made:
                self.preparations.append(made["id"])
                self.count_and_finish(len(self.preparations) - 1, "92")
                index = self.bags.index(own)
                self.dispense(index, patient, "PHARMACIST1", "PHARMACIST2")
                self.infuse(index, patient, "NURSE1", "NURSE2", False)
                self.done.append(own)

    @rule(bag=BAGS, to=st.sampled_from(("WARD", "PHARMACY", "GMP", "NURSE1")), user=ANYBODY)
    def hand_over(self, bag: int, to: str, user: str) -> None:
        self.do("custody", "transfer", self.bags[bag], "--to", to, user=user)

    @rule(bag=BAGS, user=ANYBODY, minutes=st.sampled_from((0, 0, 0, 11)))
    def take_over(self, bag: int, user: str, minutes: int) -> None:
        told = ("--condition", "intact", "--minutes-above", minutes)
        self.do("custody", "receive", self.bags[bag], *told, user=user)

    @rule(
        bag=BAGS,
        act=st.sampled_from(("return", "retain", "lose", "store")),
        user=ANYBODY,
    )
    def put_aside(self, bag: int, act: str, user: str) -> None:
        more = ("--position", f"slot {bag}") if act == "store" else ("--reason", "for a test")
        self.do("custody", act, self.bags[bag], *more, user=user)

    @rule(bag=BAGS, witness=CLINICAL)
    def destroy(self, bag: int, witness: str) -> None:
        number = self.bags[bag]
        self.do(
            *("custody", "destroy", number, "--reason", "spare", "--witness", witness),
            *("--confirm", number),
            user="PHARMACIST1",
            secrets=("PHARMACIST1", witness),
        )

    @rule(lot=st.integers(0, 1), bag=BAGS, on_lot=st.booleans(), user=ANYBODY)
    def hold(self, lot: int, bag: int, on_lot: bool, user: str) -> None:
        thing = self.lots[lot] if on_lot else self.bags[bag]
        self.do("hold", "open", thing, "--cause", "other", "--reason", "a question", user=user)

    @rule(user=st.sampled_from(("QA1", "QP1", "PHARMACIST1")))
    def lift_all(self, user: str) -> None:
        for hold in self.program("hold", "list").data:
            self.do("hold", "lift", hold["id"], "--reason", "answered", user=user, secrets=(user,))

    @rule(lot=st.integers(0, 1), value=st.sampled_from(("0.3", "1.9", "5.5", "<0.1")))
    def a_late_result(self, lot: int, value: str) -> None:
        self.do("result", "record", self.lots[lot], "CD34", value, user="QC1")

    @rule(lot=st.integers(0, 1), user=st.sampled_from(("QP1", "QC1")))
    def recall(self, lot: int, user: str) -> None:
        told = ("lot", "recall", self.lots[lot], "--reason", "late finding")
        self.do(*told, user=user, secrets=(user,))

    @rule(lot=st.integers(0, 1), user=st.sampled_from(("QP1", "QA1")))
    def release_again(self, lot: int, user: str) -> None:
        self.do("lot", "release", self.lots[lot], user=user, secrets=(user,))

    @rule(bag=BAGS)
    def reprint(self, bag: int) -> None:
        number = self.bags[bag]
        made = self.do("label", "print", number, "--reason", "torn", user="TECHNICIAN1")
        if made:
            payload = made[0]["payload"]
            if self.do("label", "apply", payload, "--to", number, user="TECHNICIAN1"):
                self.scans[number] = payload

    @rule(which=st.integers(0, 30), user=ANYBODY)
    def strike_something(self, which: int, user: str) -> None:
        with raw(self.program.db) as database:
            numbers = [
                row[0]
                for table in ("custody_event", "result", "hold", "infusion", "dispensing")
                for row in database.execute(
                    f"SELECT root FROM {table}_now ORDER BY seq DESC LIMIT 6"
                )
            ]
        if numbers:
            number = numbers[which % len(numbers)]
            self.do("strike", number, "--reason", "told of another bag", user=user)

    # -- what must hold after each of them -------------------------------------------------------

    def rows(self, query: str) -> list[tuple]:
        with raw(self.program.db) as database:
            return database.execute(query).fetchall()

    @invariant()
    def nobody_gets_another_childs_cells(self) -> None:
        if not hasattr(self, "program"):
            return
        wrong = self.rows(
            "SELECT i.root FROM infusion_now i JOIN infused_container l ON l.infusion = i.root"
            " JOIN container c ON c.id = l.container JOIN lot t ON t.id = c.lot"
            " JOIN course k ON k.id = t.course JOIN pair p ON p.id = k.pair"
            " LEFT JOIN incident_now x ON x.record = i.root"
            " WHERE p.patient <> i.patient AND x.root IS NULL"
        )
        assert wrong == []

    @invariant()
    def nothing_is_infused_twice_or_undispensed(self) -> None:
        if not hasattr(self, "program"):
            return
        twice = self.rows(
            "SELECT l.container FROM infusion_now i JOIN infused_container l ON l.infusion = i.root"
            " LEFT JOIN incident_now x ON x.record = i.root WHERE x.root IS NULL"
            " GROUP BY l.container HAVING count(*) > 1"
        )
        undispensed = self.rows(
            "SELECT l.container FROM infusion_now i JOIN infused_container l ON l.infusion = i.root"
            " LEFT JOIN incident_now x ON x.record = i.root WHERE x.root IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM dispensed_container d WHERE d.container = l.container)"
        )
        assert twice == []
        assert undispensed == []

    @invariant()
    def every_container_is_at_one_place_or_on_its_way(self) -> None:
        if not hasattr(self, "program"):
            return
        nowhere = self.rows(
            "SELECT container, location_state FROM container_standing WHERE location_state IN"
            " ('filled','stored','received','thawed','prepared','dispensed','retained')"
            " AND (place IS NULL OR holder IS NULL)"
        )
        assert nowhere == []

    @invariant()
    def the_chain_grew_by_whole_entries(self) -> None:
        if not hasattr(self, "program"):
            return
        seq, last = self.rows("SELECT max(seq), count(*) FROM audit_entry")[0]
        assert seq == last
        payload = self.rows("SELECT payload FROM audit_entry ORDER BY seq DESC LIMIT 1")[0][0]
        assert json.loads(payload)["seq"] == seq
        assert last >= self.entries
        self.entries = last


TestAnyDay = pytest.mark.slow(AnyDay.TestCase)
TestAnyDay.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
