"""What the tests of quality begin with: lot L01 in two labelled bags, and its specification.

It is the afternoon of the harvest: nothing is tested yet, and what needs days of culture may still
be pending. The values are those of the sample certificate of lot L01.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lottrack.store.change import NOW, Actor
from tests.commands.conftest import Bench
from tests.conftest import START, Clock, Program

if TYPE_CHECKING:
    from pathlib import Path

CHILD = (
    "A*02:01+A*24:02^B*44:02+B*51:01^C*05:01+C*15:02^DRB1*04:01+DRB1*11:04^DQB1*03:01+DQB1*03:01"
)
MOTHER = (
    "A*02:01+A*03:01^B*44:02+B*07:02^C*05:01+C*07:02^DRB1*04:01+DRB1*15:01^DQB1*03:01+DQB1*06:02"
)

RESULTS = {
    "sterility-p0": "no growth",
    "sterility-p2": "no growth",
    "viability-fill": "94",
    "CD73": "99.1",
    "CD90": "99.4",
    "CD105": "97.8",
    "CD45": "0.2",
    "CD34": "0.3",
    "CD14": "0.4",
    "CD19": "0.1",
    "mycoplasma": "not detected",
    "karyotype": "no clonal abnormality",
    "potency": "61",
    "appearance": "conforms",
    "endotoxin": "<0.50",
    "gram": "negative",
    "sterility-product": "no growth",
    "sterility-product-14d": "no growth",
}
"""Required tests of level lot, with the values of the certificate."""

AT_ONCE = ("sterility-p0", "viability-fill", "appearance", "endotoxin", "gram")
"""What is known on the day of the harvest; the specification lets the others be pending."""


class Quality(Bench):
    """The quality unit at the bench's record."""

    lot: str = ""
    fill_number: str = ""
    bags: tuple[str, ...] = ()

    def made(self) -> Quality:
        """Lot L01 grown and filled into two bags, labels on, in the tank; documents approved."""
        self("patient", "type", "P01", "--hla", CHILD)
        self("donor", "type", "D01", "--hla", MOTHER)
        self.program.signed("spec", "approve", "MSC-EB-TRIAL", user="QP1")
        self.program.signed("protocol", "approve", "MSC-EB-21D", user="QP1")
        self.lot = self.grown()
        filled = self.fill(self.lot, count=2).data
        self.fill_number = filled["id"]
        self.bags = tuple(container["id"] for container in filled["containers"])
        for bag in self.bags:
            self.label(bag)
        self.at_home(*self.bags)
        return self

    def at_home(self, *bags: str) -> None:
        """Bags in the tank, each at a position of its own."""
        for bag in bags:
            position = f"tank 1, {bag}"
            self("custody", "store", bag, "--position", position, *self.at(26, 3))

    # -- what others write ----------------------------------------------------------------------

    def correct(self, table: str, number: str, *, by: str = "TECHNICIAN1", **values: Any) -> None:
        """A corrected version of a fact, and the correction that names it."""
        self._amend(table, number, "correct", by, **values)

    def strike(self, table: str, number: str) -> None:
        """A fact struck, and the correction that says so."""
        self._amend(table, number, "strike", "TECHNICIAN1", struck=True)

    def _amend(self, table: str, number: str, kind: str, by: str, **values: Any) -> None:
        actor = Actor(by, "", "test")
        with self.store() as store, store.change(actor, kind, now=self.program.clock()) as change:
            row = change.get(table, number)
            change.amend(table, row, **values)
            change.record(
                "correction",
                NOW._replace(reason="read from the wrong line"),
                record=number,
                record_table=table,
                kind=kind,
                from_version=row.version,
                to_version=row.version + 1,
                changes="{}",
                affected="[]",
            )

    # -- labels ---------------------------------------------------------------------------------

    def label(self, bag: str, *, applied: bool = True) -> str:
        """A primary label of a bag, on it or only printed."""
        with self.change("label print") as change:
            template = change.first("label_template") or change.get(
                "label_template",
                change.record(
                    "label_template", name="bag", edition=1, source="x", source_sha256="0" * 64
                ),
            )
            label = change.record(
                "label",
                template=template.root,
                copy="primary",
                container=bag,
                payload=f"LT.{bag}",
                shown="{}",
                image_sha256="0" * 64,
                format="png",
            )
            state = "applied" if applied else "printed"
            if applied:
                change.record("label_event", label=label, event="applied", container=bag)
            change.stand(
                "label_standing", {"label": label}, state=state, container=bag, copy="primary"
            )
        return label

    # -- results --------------------------------------------------------------------------------

    def result(self, target: str, test: str, value: str, *more: object, **extra: Any) -> Any:
        """One result, recorded by QC1."""
        extra.setdefault("user", "QC1")
        return self.program("result", "record", target, test, value, *more, **extra)

    def record(self, *tests: str) -> list[str]:
        """Results of level lot with the values of the certificate; all without names."""
        wanted = tests or tuple(RESULTS)
        return [self.result(self.lot, test, RESULTS[test]).data["id"] for test in wanted]

    def counts(self, *bags: str) -> list[str]:
        """The count of each bag."""
        wanted = bags or self.bags
        return [self.result(bag, "viable-count", "44.1").data["id"] for bag in wanted]

    def review(self, *results: str) -> Any:
        """QC2 reviews results; all that wait for it without names."""
        what = results or ("--lot", self.lot)
        return self.program.signed("result", "review", *what, user="QC2")

    def review_lot(self, user: str = "QA1") -> Any:
        """The lot's record is reviewed."""
        return self.program.signed("lot", "review", self.lot, user=user)

    def ready(self) -> Quality:
        """Everything tested, reviewed and in specification."""
        self.record()
        self.counts()
        self.review()
        self.review_lot()
        return self

    def ready_but_pending(self) -> Quality:
        """Everything reviewed that can be known on the day of the harvest."""
        self.record(*AT_ONCE)
        self.counts()
        self.review()
        self.review_lot()
        return self

    # -- decisions ------------------------------------------------------------------------------

    def check(self, *more: object, lot: str = "") -> Any:
        """What ``lot check`` answers, whatever its status."""
        return self.program("lot", "check", lot or self.lot, *more, exit_code=None).data

    def rule(self, code: str, *more: object) -> dict[str, Any]:
        """What one rule says."""
        return next(rule for rule in self.check(*more)["rules"] if rule["code"] == code)

    def outcome(self, code: str, *more: object) -> str:
        """The outcome of one rule."""
        return str(self.rule(code, *more)["outcome"])

    def release(self, *more: object, user: str = "QP1", **extra: Any) -> Any:
        """A qualified person releases the lot."""
        return self.program.signed("lot", "release", self.lot, *more, user=user, **extra)

    def disposition(self) -> str:
        """What the lot shows."""
        return str(self.show(self.lot)["disposition"])

    def given(self, bag: str, patient: str = "P01", number: int = 1) -> str:
        """A bag that was given to a patient; what the bedside writes about it, in short."""
        with self.change("infusion record") as change:
            signature = change.record(
                "signature",
                meaning="infusion",
                shown="x",
                shown_sha256="0" * 64,
                rests_on=1,
                session="local",
                scripted=1,
                acknowledged=0,
            )
            at = change.get("container", bag).recorded_at
            infusion = change.record(
                "infusion",
                patient=patient,
                course=self.coi,
                number=number,
                started_at=at,
                ended_at=at,
                volume_ml="50",
                scans="[]",
                signature=signature,
                second="NURSE1",
            )
            change.link("infused_container", infusion=infusion, container=bag)
        return infusion


HARVEST_DAY = START + timedelta(days=26, hours=6)


@pytest.fixture(scope="session")
def made_file(
    family_file: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Quality]:
    """The family's record with lot L01 made; copied for each test."""
    family, coi = family_file
    path = tmp_path_factory.mktemp("made") / "made.sqlite"
    shutil.copy(family, path)
    return path, Quality(Program(path, Clock(HARVEST_DAY)), coi).made()


@pytest.fixture
def quality(made_file: tuple[Path, Quality], tmp_path: Path) -> Quality:
    """A fresh copy of the record with lot L01, on the afternoon of its harvest."""
    path, made = made_file
    db = tmp_path / "record.sqlite"
    shutil.copy(path, db)
    fresh = Quality(Program(db, Clock(HARVEST_DAY)), made.coi)
    fresh.lot, fresh.fill_number, fresh.bags = made.lot, made.fill_number, made.bags
    return fresh
