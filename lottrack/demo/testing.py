"""Quality control to release: results on the day they are ready, review, the qualified person.

The values are those of the scenario's sample certificate for its first lot; the other lots differ
from it a little, each by the same rule, so that every run of the demo tells the same story.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.releasing import certifications, releases
from lottrack.actions.releasing import reviews as lot_reviews
from lottrack.actions.releasing.releases import Wish
from lottrack.actions.testing import result_reviews
from lottrack.actions.testing.result_writing import NewResult, record_result
from lottrack.demo.families import FAMILIES
from lottrack.demo.lots import LOTS, infusion
from lottrack.demo.making import HARVEST_P1_BEFORE
from lottrack.demo.stage import NOW, at, days_after

if TYPE_CHECKING:
    from lottrack.demo.lots import LotPlan
    from lottrack.demo.stage import Stage, Story

SWINGS = (0, 1, -1, 2, 3)
"""How far the lots lie from the first one, in steps of each assay."""

CERTIFIED_AFTER_DAYS = 21


class Assay(NamedTuple):
    """A test of quality control.

    Attributes:
        test: its name in the specification.
        ready: days after the harvest on which the result is there.
        value: the result of the first lot.
        step: how much the next lot may differ; "" where all lots have the same result.
        person: who does it.
    """

    test: str
    ready: int
    value: str
    step: str = ""
    person: str = "QC1"

    def value_of(self, plan: LotPlan) -> str:
        """The result of a lot."""
        if not self.step:
            return self.value
        swing = SWINGS[LOTS.index(plan) % len(SWINGS)]
        return str(Decimal(self.value) + swing * Decimal(self.step))


ASSAYS = (
    Assay("appearance", 0, "conforms", person="TECHNICIAN1"),
    Assay("endotoxin", 0, "<0.50"),
    Assay("gram", 0, "negative"),
    Assay("CD73", 2, "99.1", "0.2"),
    Assay("CD90", 2, "99.4", "0.1"),
    Assay("CD105", 2, "97.8", "0.4"),
    Assay("CD45", 2, "0.2", "0.1"),
    Assay("CD34", 2, "0.3", "0.1"),
    Assay("CD14", 2, "0.4", "0.1"),
    Assay("CD19", 2, "0.1"),
    Assay("HLA-DR", 2, "3.1", "0.3"),
    Assay("mycoplasma", 3, "not detected"),
    Assay("sterility-p2", 7, "no growth"),
    Assay("sterility-product", 7, "no growth"),
    Assay("potency", 10, "61", "3"),
    Assay("sterility-product-14d", 14, "no growth"),
    Assay("karyotype", 20, "no clonal abnormality"),
)
"""Every test that is not reckoned from the making, in the order the results come in."""

COUNT_OFFSETS = ("0.1", "-0.1", "0.2", "0.0", "-0.2", "0.1")
"""By how much the recount of each bag differs from its fill, in 10^6 cells."""


def examine(stage: Stage, plan: LotPlan) -> Story:
    """Test a lot: what is known at the harvest at once, the rest on the days it is ready."""
    lot = plan.number
    yield at(days_after(plan.harvested_on, -HARVEST_P1_BEFORE), "13:00")
    record(stage, lot, "sterility-p0", "no growth")
    yield at(plan.harvested_on, "13:00")
    record(stage, lot, "viability-fill", str(plan.viability_pct))
    record(stage, lot, "CPD", stage.props.doublings[lot])
    count_containers(stage, plan)
    for assay in ASSAYS:
        yield at(days_after(plan.harvested_on, assay.ready), "14:00")
        record(stage, lot, assay.test, assay.value_of(plan), assay.person)
    record(stage, lot, "karyotype-formula", karyotype_of(plan))


def karyotype_of(plan: LotPlan) -> str:
    """The formula of normal cells: their sex is the donor's, not the patient's."""
    parent = next(family.parent for family in FAMILIES if family.child.code == plan.patient)
    return "46,XY[20]" if parent.sex == "M" else "46,XX[20]"


def record(stage: Stage, target: str, test: str, value: str, person: str = "QC1") -> str:
    """Record a result; returns its number."""
    new = NewResult(target, test, value)
    return str(record_result(stage.desk(person), new, NOW)["id"])


def count_containers(stage: Stage, plan: LotPlan) -> None:
    """Record the count of every bag, and of the fresh dose."""
    for place, bag in stage.props.bags[plan.number].items():
        filled = Decimal(plan.fill if place else plan.fresh)
        counted = filled + Decimal(COUNT_OFFSETS[place - 1])
        record(stage, bag.number, "viable-count", str(counted))


def certify(stage: Stage, plan: LotPlan) -> Story:
    """Review the results, review the record, certify and release the lot.

    A fresh dose that was released on condition (event E04) is certified by an act of its own.
    """
    day = days_after(plan.harvested_on, CERTIFIED_AFTER_DAYS)
    yield at(day, "09:00")
    review_results(stage, plan.number)
    yield at(day, "10:00")
    review_record(stage, plan.number)
    yield at(day, "12:00")
    release(stage, Wish(plan.number, (stage.props.fills[plan.number],)))
    stage.tell(f"QP1 certifies and releases {plan.number}.")
    if plan.fresh:
        made = certify_finally(stage, plan.number, stage.props.fresh_fills[plan.number])
        stage.tell(
            f"E04: every condition is met; QP1 certifies the fresh dose of {plan.number}, given on"
            f" {infusion(plan.patient, 1).given_on} ({made['signature']})."
        )


def review_results(stage: Stage, lot: str) -> None:
    """Review every result of a lot that nobody has reviewed yet, by one signature."""
    review(stage, result_reviews.open_results(stage.desk("QC2"), lot))


def review(stage: Stage, numbers: list[str]) -> None:
    """Review results by one signature, by somebody who recorded none of them."""
    desk = stage.desk("QC2")
    prepared = result_reviews.prepare_review(desk, numbers, "QC2")
    result_reviews.review_results(desk, numbers, prepared, stage.proof("QC2"))


def review_record(stage: Stage, lot: str) -> None:
    """Quality assurance reviews the record of a lot."""
    desk = stage.desk("QA1")
    prepared = lot_reviews.prepare_lot_review(desk, lot, "QA1")
    lot_reviews.review_lot(desk, lot, "", prepared, stage.proof("QA1"))


def release(stage: Stage, wish: Wish) -> dict[str, Any]:
    """The qualified person releases fills of a lot."""
    desk = stage.desk("QP1")
    prepared = releases.prepare_release(desk, wish, "QP1")
    return releases.release(desk, wish, prepared, stage.proof("QP1"))


def certify_finally(stage: Stage, lot: str, fill: str) -> dict[str, Any]:
    """The qualified person certifies a fill that was released on condition."""
    desk = stage.desk("QP1")
    prepared = certifications.prepare_certification(desk, lot, [fill], "QP1")
    return certifications.certify(desk, lot, [fill], prepared, stage.proof("QP1"))
