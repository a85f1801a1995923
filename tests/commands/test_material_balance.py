"""Whatever is told of a material lot, in any order: received = used + discarded + on hand >= 0.

Hypothesis receives, uses, discards, corrects and strikes, sensibly or not. A model beside the
record keeps the quantities of what was answered as done; after every single act the record agrees
with it.
"""

from __future__ import annotations

import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.conftest import Clock, Program

EXAMPLES, STEPS = 8, 25

QUANTITIES = st.sampled_from(("0.5", "1", "40", "99.95", "100", "250", "1000", "100000"))
PICK = st.integers(0, 50)
ALLOWED = frozenset({0, 2, 20, 30, 33, 40, 41, 64})

_FILE: list[tuple[Path, str]] = []


@pytest.fixture(scope="module", autouse=True)
def grown_lot(family_file: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    """A lot in culture and a registered material."""
    db = tmp_path_factory.mktemp("balance") / "record.sqlite"
    shutil.copy(family_file[0], db)
    program = Program(db, Clock())
    words = ("--name", "Lysate", "--kind", "supplement", "--unit", "mL", "--open-days", "30")
    program("material", "register", "HPL", *words, user="TECHNICIAN1")
    coi = family_file[1]
    collection = program("collection", "record", "--course", coi, user="TECHNICIAN1").data["id"]
    program.signed("spec", "approve", "MSC-EB-TRIAL", user="QP1")
    words = ("--collection", collection, "--product", "MSC-EB", "--spec", "MSC-EB-TRIAL")
    lot = program("lot", "register", *words, user="TECHNICIAN1").data["id"]
    words = ("--passage", "P0", "--seeded", "1e8", "--area-cm2", "1272")
    program("lot", "seed", lot, *words, user="TECHNICIAN1")
    _FILE[:] = [(db, lot)]


class AnyShelf(RuleBasedStateMachine):
    """Deliveries, and what is told of them."""

    @initialize()
    def morning(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        source, self.lot = _FILE[0]
        db = self.folder / "record.sqlite"
        shutil.copy(source, db)
        self.program = Program(db, Clock())
        # What was answered as done: number -> kind, delivery, quantity.
        self.told: dict[str, tuple[str, str, Decimal]] = {}
        self.deliveries: list[str] = []

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            assert self.program("audit", "verify").data["verdict"] == "intact"
            shutil.rmtree(self.folder)

    def run(self, *words: object, signed: bool = False) -> dict[str, str] | None:
        """Run an act a minute later; what was answered when it was done."""
        self.program.clock.advance(minutes=1)
        user = "QC1" if signed else "TECHNICIAN1"
        secrets = (user,) if signed else ()
        result = self.program(*words, user=user, secrets=secrets, exit_code=None)
        assert result.exit_code in ALLOWED, result.stdout
        return result.data if result.exit_code == 0 else None

    def delivery(self, pick: int) -> str:
        return self.deliveries[pick % len(self.deliveries)]

    def any_fact(self, pick: int) -> str:
        numbers = sorted(self.told)
        return numbers[pick % len(numbers)]

    def left(self, delivery: str) -> Decimal:
        """What the model says is on hand."""
        signs = {"received": 1, "used": -1, "discarded": -1}
        return sum(
            (signs[kind] * value for kind, of, value in self.told.values() if of == delivery),
            Decimal(0),
        )

    @rule(quantity=QUANTITIES)
    def receive(self, quantity: str) -> None:
        words = ("--supplier", "S", "--supplier-lot", "L", "--expires", "2027-01-01")
        made = self.run("material", "receive", "HPL", *words, "--quantity", quantity)
        assert made is not None
        self.deliveries.append(made["id"])
        self.told[made["id"]] = ("received", made["id"], Decimal(quantity))
        self.run("material", "release", made["id"], signed=True)

    @precondition(lambda self: self.deliveries)
    @rule(pick=PICK, quantity=QUANTITIES, discarded=st.booleans())
    def take(self, pick: int, quantity: str, *, discarded: bool) -> None:
        delivery = self.delivery(pick)
        if discarded:
            words = ("discard", delivery, "--reason", "x")
        else:
            words = ("use", delivery, self.lot, "--passage", "P0")
        fits = delivery in self.told and self.left(delivery) >= Decimal(quantity)
        made = self.run("material", *words, "--quantity", quantity)
        if made is None:
            return
        assert fits
        self.told[made["id"]] = ("discarded" if discarded else "used", delivery, Decimal(quantity))

    @precondition(lambda self: self.told)
    @rule(pick=PICK, quantity=QUANTITIES)
    def correct(self, pick: int, quantity: str) -> None:
        number = self.any_fact(pick)
        kind, of, _ = self.told[number]
        if self.run("correct", number, f"quantity={quantity}", "--reason", "x") is not None:
            self.told[number] = (kind, of, Decimal(quantity))
            # A corrected receipt waits for its release again.
            self.run("material", "release", of, signed=True)

    @precondition(lambda self: self.told)
    @rule(pick=PICK)
    def strike(self, pick: int) -> None:
        number = self.any_fact(pick)
        if self.run("strike", number, "--reason", "x") is not None:
            del self.told[number]

    @precondition(lambda self: self.deliveries)
    @rule(pick=PICK)
    def recall(self, pick: int) -> None:
        self.run("material", "recall", self.delivery(pick), "--reason", "x")

    @invariant()
    def everything_is_somewhere(self) -> None:
        if not hasattr(self, "folder"):
            return
        listed = {lot["id"]: lot for lot in self.program("material", "list", "--all").data}
        assert set(listed) == {of for kind, of, _ in self.told.values() if kind == "received"}
        for number, lot in listed.items():
            numbers = {name: Decimal(lot[name]) for name in ("received", "used", "discarded")}
            on_hand = Decimal(lot["on_hand"])
            assert numbers["received"] == numbers["used"] + numbers["discarded"] + on_hand
            assert on_hand == self.left(number)
            assert on_hand >= 0


AnyShelf.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
TestAnyShelf = AnyShelf.TestCase
