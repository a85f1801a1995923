"""The certificate of analysis: every criterion with its limit, its results and their review.

What it holds follows ICH Q7 11.4 (tests with limits and numerical results, dates, who answers for
it) and what cells need beside it: donor, passages, doublings, containers. A final one says that
everything asked for was tested and reviewed; while something is open there is the interim one,
which names it with the day it is due (two-step release, EudraLex Vol. 4 Part IV 11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.collecting.collections import taking_of
from lottrack.actions.making.lots import filled_at, harvested_at, line_counts, passages_of
from lottrack.actions.moments import shown_time
from lottrack.actions.papers.basis import opening
from lottrack.actions.papers.growing import container_content
from lottrack.actions.papers.judging import investigations
from lottrack.actions.papers.reservations import reservations
from lottrack.actions.papers.results import (
    Due,
    Judged,
    criterion_block,
    result_block,
    struck_results,
)
from lottrack.actions.papers.signatures import signature_blocks
from lottrack.actions.releasing.dispositions import fill_disposition, lot_disposition
from lottrack.actions.releasing.facts import scope_of
from lottrack.actions.testing.documents import approval_of, is_approved, specification_number
from lottrack.actions.testing.quality_states import (
    filled_containers,
    inherited_failures,
    result_rows,
    state_of_lot,
)
from lottrack.errors import Blocker, Refused
from lottrack.rules.culture.growth import CUMULATIVE_CONVENTION, cumulative_doublings, passage_name
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.times import iso_local
from lottrack.rules.release.findings import listed
from lottrack.rules.specification.fulfilment import MISSING
from lottrack.rules.specification.results import FINAL, INTERIM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.papers.basis import Basis
    from lottrack.actions.releasing.facts import Scope
    from lottrack.rules.specification.fulfilment import CriterionState, SpecificationState
    from lottrack.store.rows import Row

KIND = "certificate"
TITLE = "Certificate of analysis"
STAGES = ("interim", "final")


class Tested(NamedTuple):
    """What was tested of a lot, gathered once.

    Attributes:
        scope: the lot, its fills and containers.
        state: where its specification stands.
        rows: every result of the lot and its containers by its number; no preparation's.
        judged: what they are read beside.
        due: when open tests are due.
    """

    scope: Scope
    state: SpecificationState
    rows: dict[str, Row]
    judged: Judged
    due: Due


def certificate(basis: Basis, stage: str) -> dict[str, Any]:
    """What a certificate of analysis says.

    Args:
        basis: the lot, and the record as it stood.
        stage: ``interim`` or ``final``.

    Raises:
        Refused: ``certificate-not-final``: a final one was asked for and something required is
            missing, not reviewed or not approved; the blockers name all of it.
    """
    tested = _tested(basis)
    if stage == "final":
        _require_final(basis, tested)
    blocks = [_criterion(basis, tested, state) for state in tested.state.criteria]
    states = tested.state.criteria
    judged = {number for state in states for number in (*state.results, *state.set_aside)}
    data = opening(basis, KIND, TITLE) | {"stage": stage}
    data |= _verdict(basis, tested, stage)
    data |= {
        "made": _made(basis, tested.scope),
        "specification": _specification(basis, tested),
        "fills": [_fill(basis, fill) for fill in tested.scope.fills],
        "containers": [container_content(basis.reader, row) for row in tested.scope.containers],
        "criteria": [block for block in blocks if block["required"]],
        "informative": [block for block in blocks if not block["required"]],
        "tested_on_each_dose": [
            criterion_block(criterion)
            for criterion in tested.judged.specification.criteria
            if criterion.level == "preparation"
        ],
        "other_results": [
            result_block(basis.reader, row, tested.judged)
            for number, row in tested.rows.items()
            if number not in judged
        ],
        "struck_results": struck_results(basis.reader, basis.lot, tested.judged),
        "investigations": investigations(basis.reader, basis.lot),
        "patient_limits": [
            {
                "quantity": limit.quantity,
                "test": limit.test or None,
                "limit": f"≤ {plain(limit.limit)} {limit.unit}",
                "basis": limit.basis,
            }
            for limit in tested.judged.specification.patient_limits
        ],
        "signatures": _signatures(basis, tested),
    }
    return data


def _tested(basis: Basis) -> Tested:
    reader = basis.reader
    scope = scope_of(reader, basis.lot, (), basis.at)
    containers = [str(row.root) for row in scope.containers]
    lot = scope.lineage.lot
    rows = {str(r.root): r for r in result_rows(reader, basis.lot) if r.preparation is None}
    return Tested(
        scope,
        state_of_lot(reader, lot, containers=containers),
        rows,
        Judged.of(reader, lot, rows.values()),
        Due.of(reader, scope),
    )


# -- may it be final? ------------------------------------------------------------------------------


def _require_final(basis: Basis, tested: Tested) -> None:
    blockers = list(_blockers(basis, tested))
    if not blockers:
        return
    menders = listed(list(dict.fromkeys(blocker.basis for blocker in blockers)))
    raise Refused(
        f"There is no final certificate for lot {basis.lot} yet.",
        code="certificate-not-final",
        blockers=blockers,
        hint=f"To be mended by {menders}. Until then:"
        f" `lottrack lot certificate {basis.lot} --interim`.",
    )


def _blockers(basis: Basis, tested: Tested) -> Iterator[Blocker]:
    """Everything that keeps a certificate from being final; the basis says who mends it."""
    lot, spec = basis.lot, _specification_number(basis, tested)
    if not is_approved(basis.reader, "specification", spec):
        mend = f"qp: lottrack spec approve {spec}"
        yield Blocker("specification-not-approved", f"{spec} is not approved.", mend)
    if not tested.scope.containers:
        mend = "technician or production_lead: lottrack lot fill"
        yield Blocker("not-filled", f"Nothing of lot {lot} is filled.", mend)
    for entry in (*tested.state.missing, *tested.state.pending):
        of = "" if entry.subject == lot else f" of {entry.subject}"
        said = f"{' or '.join(entry.tests)}{of} has no final result."
        mend = f"technician or qc: lottrack result record {lot} TEST VALUE"
        yield Blocker("result-missing", said, mend)
    for number, row in tested.rows.items():
        if row.reading == FINAL and number not in tested.judged.reviews:
            said = (
                f"The review of {number} ({row.test}) is void: something it covers was corrected."
                if number in tested.judged.voided
                else f"{number} ({row.test}) was not reviewed."
            )
            mend = f"qc who did not record them: lottrack result review --lot {lot}"
            yield Blocker("result-not-reviewed", said, mend)


# -- what it says ----------------------------------------------------------------------------------


def _verdict(basis: Basis, tested: Tested, stage: str) -> dict[str, Any]:
    """Whether the lot meets its specification, in words, with what stands open."""
    state, spec = tested.state, _specification_number(basis, tested)
    wrong = [*state.failed, *state.undecided, *inherited_failures(basis.reader, _lot(tested))]
    tests = list(dict.fromkeys(each.criterion.test for each in wrong))
    open_ = list(dict.fromkeys(t for e in (*state.missing, *state.pending) for t in e.tests[:1]))
    if wrong:
        said = f"Lot {basis.lot} does not meet {spec}: {listed(tests, 40)}."
    elif open_ or stage == "interim":
        said = f"Nothing tested so far is outside {spec}."
    else:
        said = f"Lot {basis.lot} meets every required criterion of {spec}."
    if open_:
        said += f" Without a final result: {listed(open_, 40)}."
    complies = False if wrong else None if open_ or stage == "interim" else True
    return {"statement": said, "complies": complies}


def _lot(tested: Tested) -> Row:
    return tested.scope.lineage.lot


def _specification_number(basis: Basis, tested: Tested) -> str:
    return specification_number(basis.reader, _lot(tested))


def _made(basis: Basis, scope: Scope) -> dict[str, Any]:
    """Where the cells come from, for whom they are, and how they were grown."""
    reader, lineage = basis.reader, scope.lineage
    taking = taking_of(reader, lineage.collection.root)
    harvest = harvested_at(reader, basis.lot)
    doublings = cumulative_doublings(line_counts(reader, basis.lot))
    last = doublings[max(doublings)] if doublings else None
    return {
        "donor": lineage.donor.root,
        "patient": lineage.patient.root,
        "course": lineage.course.root,
        "collection": lineage.collection.root,
        "collected_at": None if taking is None else shown_time(reader, taking.occurred_at),
        "parent_lots": [str(row.root) for row in lineage.ancestors[1:]],
        "passages": [passage_name(p.number) for p in passages_of(reader, basis.lot)],
        "harvested_at": None if harvest is None else iso_local(harvest, basis.zone),
        "cumulative_population_doublings": None if last is None else plain(last),
        "doublings_convention": CUMULATIVE_CONVENTION,
        "disposition": lot_disposition(reader, basis.lot),
        "reservations": reservations(reader, lineage),
    }


def _specification(basis: Basis, tested: Tested) -> dict[str, Any]:
    reader, number = basis.reader, _specification_number(basis, tested)
    row = reader.get("specification", number)
    approval = approval_of(reader, "specification", number)
    return {
        "id": number,
        "title": row.title,
        "sha256": row.source_sha256,
        "approved": is_approved(reader, "specification", number),
        "approved_by": None if approval is None else approval.performed_by,
        "approved_at": None if approval is None else shown_time(reader, approval.occurred_at),
    }


def _fill(basis: Basis, fill: Row) -> dict[str, Any]:
    reader = basis.reader
    at = filled_at(reader, fill.root)
    return {
        "id": fill.root,
        "containers": len(filled_containers(reader, fill.root)),
        "container_kind": fill.kind,
        "presentation": fill.presentation,
        "purpose": fill.purpose,
        "filled_at": None if at is None else iso_local(at, basis.zone),
        "expires_at": shown_time(reader, fill.expires_at),
        "disposition": fill_disposition(reader, fill.root),
    }


def _criterion(basis: Basis, tested: Tested, state: CriterionState) -> dict[str, Any]:
    """A criterion with what was found; an open one names the day it is due."""
    is_open = state.outcome in {MISSING, INTERIM} and state.criterion.required
    pending = is_open and state.criterion.pending_days is not None
    return criterion_block(state.criterion) | {
        "subject": state.subject,
        "outcome": "pending" if pending else state.outcome,
        "due_on": tested.due.day(state.criterion) if is_open else None,
        "pending_basis": state.criterion.pending_basis if pending else None,
        "results": [
            result_block(basis.reader, tested.rows[number], tested.judged)
            for number in sorted((*state.results, *state.set_aside))
            if number in tested.rows
        ],
    }


def _signatures(basis: Basis, tested: Tested) -> list[dict[str, Any]]:
    """The signatures a certificate rests on: specification, results, record, disposition."""
    reader = basis.reader
    approval = approval_of(reader, "specification", _specification_number(basis, tested))
    numbers = [None if approval is None else approval.signature]
    numbers += [review.signature for review in tested.judged.reviews.values()]
    numbers += [row.signature for row in reader.rows("lot_review", lot=basis.lot)]
    numbers += [row.signature for row in reader.rows("disposition", lot=basis.lot)]
    for fill in tested.scope.fills:
        numbers += [row.signature for row in reader.rows("disposition", fill=fill.root)]
    return signature_blocks(reader, numbers)
