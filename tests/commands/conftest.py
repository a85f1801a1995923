"""What the tests of manufacture begin with: a donor and a patient, a collection, a grown lot.

The numbers are those of lot L01 of the demonstration: 191 million mononuclear cells seeded, 321
million cells harvested at P2.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lottrack.store.change import NOW, Actor
from lottrack.store.store import Store
from tests.conftest import START, Clock, Program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lottrack.store.change import Change

PANEL = ("anti-HIV-1/2", "HBsAg", "anti-HBc", "anti-HCV", "syphilis")
HLA = {
    "patient": "HLA-A*02:01+HLA-A*24:02^HLA-B*44:02+HLA-B*51:01",
    "donor": "HLA-A*02:01+HLA-A*03:01^HLA-B*44:02+HLA-B*07:02",
}
PASSAGES = (
    # passage, seeded, area, harvested, viability, seeded on, harvested on (days after the taking)
    ("P0", "1.91e8", 1272, "1.5e7", 97, 0, 11),
    ("P1", "9.54e6", 3180, "7.79e7", 95, 11, 18),
    ("P2", "3.82e7", 12720, "3.21e8", 94, 18, 26),
)


class Bench:
    """A technician at the bench of the test site, with an eligible donor's course open."""

    def __init__(self, program: Program, coi: str) -> None:
        self.program = program
        self.coi = coi
        self.day = START

    def __call__(self, *args: object, user: str = "TECHNICIAN1", **extra: Any) -> Any:
        return self.program(*args, user=user, **extra)

    def at(self, days: float = 0, hours: float = 0) -> tuple[str, str]:
        """``--at`` a time after the taking."""
        return "--at", self.time(days, hours)

    def time(self, days: float = 0, hours: float = 0) -> str:
        return (self.day + timedelta(days=days, hours=hours)).isoformat()

    def marrow(self, *more: object) -> str:
        """A collection of 35 mL, taken at the start."""
        args = ("collection", "record", "--course", self.coi, "--volume-ml", 35, "--tnc", "7.7e8")
        return str(self(*args, *self.at(), *more).data["id"])

    def new_lot(self, *more: object) -> str:
        """Lot L01 of a new collection."""
        origin = () if "--collection" in more or "--parent" in more else self._origin()
        args = ("lot", "register", *origin, "--product", "MSC-EB", "--spec", "MSC-EB-TRIAL")
        number = () if "--number" in more else ("--number", "L01")
        return str(self(*args, *number, *more).data["id"])

    def _origin(self) -> tuple[str, str]:
        return "--collection", self.marrow("--mnc", "2.16e8")

    def passage(self, lot: str, number: str, **more: Any) -> Any:
        """One passage with the numbers of L01."""
        name, seeded, area, harvested, viability, begun, done = next(
            row for row in PASSAGES if row[0] == number
        )
        return self(
            *("lot", "passage", lot, "--passage", name, "--seeded", seeded, "--area-cm2", area),
            *("--harvested", harvested, "--viability", viability),
            *("--seeded-at", self.time(begun, 2), "--at", self.time(done, 1)),
            **more,
        )

    def grown(self) -> str:
        """Lot L01, harvested at P2."""
        lot = self.new_lot()
        for row in PASSAGES:
            self.passage(lot, row[0])
        return lot

    def fill(self, lot: str, *more: object, count: object = 6, **extra: Any) -> Any:
        """Six bags of 44 million cells in 4.4 mL, an hour after the harvest."""
        words = [*more]
        if "--at" not in words:
            words += self.at(26, 2)
        if "--expires" not in words:
            words += ["--expires", "2028-02-02T23:59"]
        return self(
            *("lot", "fill", lot, "--kind", "bag", "--count", count),
            *("--cells-each", "4.4e7", "--volume-ml", "4.4", *words),
            **extra,
        )

    def show(self, lot: str) -> Any:
        """What ``lot show`` answers."""
        return self.program("lot", "show", lot).data

    # -- behind the counter ---------------------------------------------------------------------

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The record itself."""
        opened = Store(self.program.db)
        try:
            yield opened
        finally:
            opened.close()

    @contextmanager
    def change(self, act: str) -> Iterator[Change]:
        """Write what no command of this noun writes."""
        actor = Actor("TECHNICIAN1", "technician", "test")
        with self.store() as store, store.change(actor, act, now=self.program.clock()) as change:
            yield change

    def correct(self, table: str, number: str, **values: Any) -> None:
        """A new version of a fact, and the correction that names it."""
        with self.change("correct") as change:
            row = change.get(table, number)
            change.amend(table, row, **values)
            change.record(
                "correction",
                NOW._replace(reason="typed the wrong way round"),
                record=number,
                record_table=table,
                kind="correct",
                from_version=row.version,
                to_version=row.version + 1,
                changes="{}",
                affected="[]",
            )

    def audit_entries(self) -> int:
        """How many entries the audit chain has."""
        with self.store() as store:
            return int(store.sql("SELECT count(*) AS n FROM audit_entry")[0].n)


@pytest.fixture(scope="session")
def family_file(site_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The test site with donor D01, eligible, patient P01, and their course."""
    path = tmp_path_factory.mktemp("family") / "family.sqlite"
    shutil.copy(site_file, path)
    run = Program(path, Clock())
    for kind, code, born, sex in (("patient", "P01", 2016, "M"), ("donor", "D01", 1988, "F")):
        told = ("--code", code, "--born", born, "--sex", sex, "--hla", HLA[kind])
        run(kind, "register", *told, user="TECHNICIAN1")
        what = "treatment" if kind == "patient" else "donation"
        paper = ("--kind", what, "--document", "CONSENT-1", "--on", "2026-01-12")
        run(kind, "consent", code, *paper, user="TECHNICIAN1")
    markers = [word for name in PANEL for word in ("--marker", f"{name}=non-reactive")]
    run("donor", "screen", "D01", "--sampled-on", "2026-01-20", *markers, user="TECHNICIAN1")
    run.signed("donor", "decide", "D01", "--eligible", user="RP1")
    pair = ("--donor", "D01", "--patient", "P01", "--relation", "mother")
    made = run("pair", "register", *pair, user="TECHNICIAN1").data
    return path, made["coi"]


@pytest.fixture
def bench(family_file: tuple[Path, str], tmp_path: Path, clock: Clock) -> Bench:
    """A bench at a fresh copy of the family's record, 60 days after the start."""
    path, coi = family_file
    db = tmp_path / "record.sqlite"
    shutil.copy(path, db)
    clock.advance(days=60)
    return Bench(Program(db, clock), coi)
