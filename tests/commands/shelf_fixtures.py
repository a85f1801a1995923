"""What the tests of materials begin with: lysate and trypsin on the shelf, released."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.commands.conftest import Bench
from tests.conftest import START


class Shelf:
    """The shelf of the test site: who receives, who releases, who takes from it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.program = bench.program
        self.lysate = ""
        self.trypsin = ""

    def __call__(self, *args: object, user: str = "TECHNICIAN1", **extra: Any) -> Any:
        return self.program("material", *args, user=user, **extra)

    def register(self, code: str = "HPL", *more: object, unit: str = "mL") -> Any:
        words = ("--name", "Platelet lysate", "--kind", "supplement", "--unit", unit)
        return self("register", code, *words, *more)

    def receive(self, code: str = "HPL", *more: object, lot: str = "HPL-2508", **extra: Any) -> Any:
        given = {"quantity": "500", "expires": "2026-12-31"} | extra
        made = self(
            *("receive", code, "--supplier", "Blood bank", "--supplier-lot", lot),
            *("--expires", given["expires"], "--quantity", given["quantity"], *more),
        )
        return made.data

    def release(self, number: str, user: str = "QC1", **extra: Any) -> Any:
        return self.program.signed("material", "release", number, user=user, **extra)

    def reject(self, number: str, user: str = "QC1", **extra: Any) -> Any:
        words = ("material", "reject", number, "--reason", "torn bag")
        return self.program.signed(*words, user=user, **extra)

    def fresh(self, code: str = "HPL", *more: object, **extra: Any) -> str:
        """Another delivery, released."""
        number = str(self.receive(code, *more, **extra)["id"])
        self.release(number)
        return number

    def use(self, number: str, lot: str, *more: object, quantity: object = 50, **extra: Any) -> Any:
        words = [*more]
        if "--passage" not in words and "--fill" not in words:
            words += ["--passage", "P1"]
        return self("use", number, lot, "--quantity", quantity, *words, **extra)

    def happened(self, number: str, lot: str, *more: object, **extra: Any) -> Any:
        """A use that should not have been, confirmed by LEAD1."""
        word = ("--happened", "--reason", "seen when counting", "--second", "LEAD1")
        return self.use(number, lot, *word, *more, secrets=("LEAD1",), **extra)

    def recall(self, *more: object, user: str = "QA1", **extra: Any) -> Any:
        return self("recall", *more, "--reason", "supplier's notice", user=user, **extra)

    def show(self, number: str) -> Any:
        return self.program("material", "show", number).data

    def on_hand(self, number: str) -> str:
        return str(self.show(number)["on_hand"])


@pytest.fixture
def empty_shelf() -> type[Shelf]:
    """A shelf on which nothing is registered yet, for a bench to be put beside."""
    return Shelf


@pytest.fixture
def shelf(bench: Bench) -> Shelf:
    """Lysate and trypsin, received and released on the first day; now it is day 60."""
    shelf = Shelf(bench)
    clock = bench.program.clock
    clock.now = START
    shelf.register("HPL", "--open-days", 90)
    shelf.register("TRYPSIN", "--open-days", 90)
    shelf.lysate = shelf.fresh("HPL")
    shelf.trypsin = shelf.fresh("TRYPSIN", lot="TR-77", quantity="200")
    clock.now = START + timedelta(days=60)
    return shelf
