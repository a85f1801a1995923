"""Dossiers of out-of-specification supply: where they stand, and what they cover.

A dossier is complete when request, evaluation and acceptance are signed and none of the signatures
was voided since. It is never a kind of released: the disposition of the fill stays what it is.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.moments import shown_time
from lottrack.actions.notifying.calls import sheet_data
from lottrack.actions.testing.quality_states import infusions_of
from lottrack.rules.certification.supply import (
    ACCEPTED,
    ASSESSED,
    DECLINED,
    OPEN_STATES,
    REQUESTED,
    SUPPLIED,
    VOID,
    Fault,
    SupplyFact,
)
from lottrack.rules.obligations import Obligation

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class Dossier(NamedTuple):
    """A dossier as the record tells it.

    Attributes:
        request: the physician's request.
        assessment: the latest evaluation, or None.
        decision: the physician's latest decision, or None.
        state: one of ``rules.certification.supply.STATES``.
    """

    request: Row
    assessment: Row | None
    decision: Row | None
    state: str

    @property
    def number(self) -> str:
        """The dossier's number: its request's."""
        return str(self.request.root)

    @property
    def is_open(self) -> bool:
        """Whether it still goes on."""
        return self.state in OPEN_STATES

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What was evaluated; nothing before that."""
        return () if self.assessment is None else faults_from(self.assessment)


def faults_from(assessment: Row) -> tuple[Fault, ...]:
    """The faults that an evaluation lists."""
    return tuple(Fault(**entry) for entry in json.loads(assessment.faults))


def dossier_of(reader: Reader, request: Row) -> Dossier:
    """A dossier by its request."""
    assessment = reader.last("supply_assessment", supply=request.root)
    decision = reader.last("supply_decision", supply=request.root)
    return Dossier(request, assessment, decision, _state(reader, request, assessment, decision))


def _state(reader: Reader, request: Row, assessment: Row | None, decision: Row | None) -> str:
    if decision is not None and decision.decision == "declined":
        return DECLINED
    rows = [row for row in (request, assessment, decision) if row is not None]
    stands = all(signing.is_valid(reader, row.signature) for row in rows)
    if decision is None:
        if not stands:
            return VOID
        return REQUESTED if assessment is None else ASSESSED
    if next(infusions_of(reader, str(request.container)), None) is not None:
        return SUPPLIED
    if not stands:
        return VOID
    # What was accepted is one evaluation; a later one has to be accepted anew.
    assert assessment is not None, "only an evaluation can be accepted"
    return ACCEPTED if decision.supply_assessment == assessment.root else ASSESSED


def dossiers_of(reader: Reader, container: str) -> list[Dossier]:
    """Every dossier of a container, oldest first."""
    return [dossier_of(reader, row) for row in reader.rows("supply", container=container)]


def complete_supply(reader: Reader, container: Row) -> SupplyFact | None:
    """The complete dossier under which a container may be given, or None.

    A dose prepared into another container is covered by the dossier of the one container whose
    cells it holds; a dose pooled from several is covered by none but its own.
    """
    numbers = [str(container.root)]
    if container.preparation is not None:
        links = reader.rows("preparation_input", preparation=container.preparation)
        numbers += [str(link.container) for link in links] if len(links) == 1 else []
    for number in numbers:
        for dossier in reversed(dossiers_of(reader, number)):
            if dossier.state in {ACCEPTED, SUPPLIED} and dossier.decision is not None:
                return SupplyFact(
                    dossier.number,
                    str(container.root),
                    dossier.faults,
                    str(dossier.request.performed_by),
                    str(dossier.decision.performed_by),
                )
    return None


# -- reading ---------------------------------------------------------------------------------------


def supply_data(reader: Reader, request: Row, now: str) -> dict[str, Any]:
    """A dossier as answers give it, with its call sheet at a moment."""
    dossier = dossier_of(reader, request)
    assessment, decision = dossier.assessment, dossier.decision
    return {
        "id": dossier.number,
        "kind": "supply",
        "container": str(request.container),
        "lot": str(reader.get("container", request.container).lot),
        "patient": str(request.patient),
        "state": dossier.state,
        "request": str(request.text),
        "requested_by": str(request.performed_by),
        "requested_at": shown_time(reader, request.occurred_at),
        "assessment": None if assessment is None else str(assessment.text),
        "organism": None if assessment is None else assessment.organism,
        "sensitivities": None if assessment is None else assessment.sensitivities,
        "assessed_by": None if assessment is None else str(assessment.performed_by),
        "assessed_at": None if assessment is None else shown_time(reader, assessment.occurred_at),
        "decision": None if decision is None else str(decision.decision),
        "decision_reason": None if decision is None else decision.reason,
        "prophylaxis": None if decision is None else decision.prophylaxis,
        "decided_by": None if decision is None else str(decision.performed_by),
        "decided_at": None if decision is None else shown_time(reader, decision.occurred_at),
        "faults": [fault._asdict() for fault in dossier.faults],
        "calls": sheet_data(reader, now, supply=dossier.number),
    }


def obligations(reader: Reader, zone: ZoneInfo) -> list[Obligation]:
    """What open dossiers wait for: an evaluation, or the physician's decision."""
    del zone
    found = []
    for row in reader.rows("supply"):
        dossier = dossier_of(reader, row)
        what = (
            f"Out-of-specification supply {row.root} of {row.container} for patient {row.patient}"
        )
        if dossier.state == REQUESTED:
            found.append(
                Obligation(
                    "supply-assessment-owed",
                    dossier.number,
                    None,
                    f"{what} waits for the manufacturer's evaluation of the risk.",
                    "qp",
                    f"lottrack supply assess {row.root} --text TEXT",
                )
            )
        elif dossier.state in {ASSESSED, VOID}:
            found.append(
                Obligation(
                    "supply-decision-owed",
                    dossier.number,
                    None,
                    f"{what} waits for the physician's decision.",
                    "clinician",
                    f"lottrack supply accept {row.root}, or lottrack supply decline {row.root}"
                    " --reason TEXT",
                )
            )
    return found
