"""What stands against a container now, asked as the pharmacist would ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.giving.bedside import Question, gather
from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.testing.quality_states import (
    failed_for_container,
    inherited_failures,
    result_rows,
)
from lottrack.rules.administration.verdict import judge
from lottrack.rules.certification.supply import Fault, faults_of
from lottrack.rules.specification.results import FAIL

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.errors import Blocker
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class Against(NamedTuple):
    """What stands against a container, apart what a dossier can cover and what it cannot.

    Attributes:
        patient: the recipient.
        faults: what can be covered.
        others: every other reason, as far as it is the container's own.
    """

    patient: str
    faults: tuple[Fault, ...]
    others: tuple[Blocker, ...]


_ENDS = frozenset({"already-infused", "destroyed", "not-for-infusion", "returned"})


def against(desk: Desk, reader: Reader, container: str, account: str) -> Against:
    """What stands against giving a container to the patient it was made for.

    A dossier that covers it already is passed over: its faults are told all the same.
    """
    row = reader.get("container", container)
    patient = str(lineage_of(reader, row.lot).patient.root)
    question = Question("verify", (container,), patient, "", desk.now(), account)
    gathered = gather(desk, reader, question)
    bare = tuple(case._replace(supply=None) for case in gathered.case.containers)
    verdict = judge(gathered.case._replace(containers=bare), gathered.scan_blockers)
    others = tuple(blocker for blocker in verdict.blockers if blocker.code in _ENDS)
    return Against(patient, faults_of(verdict.blockers), others)


def failing_results(reader: Reader, container: Row) -> list[Row]:
    """The results that make a container fail: its own, its preparation's, its lot's."""
    lot = reader.get("lot", container.lot)
    tests = set(failed_for_container(reader, lot, container))
    tests |= {state.criterion.test for state in inherited_failures(reader, lot)}
    inputs = reader.rows("preparation_input", container=container.root)
    preparations = {str(link.preparation) for link in inputs} | {str(container.preparation)}
    return [
        row
        for row in result_rows(reader, str(lot.root))
        if row.verdict == FAIL
        and (str(row.test) in tests or str(row.preparation) in preparations)
        and row.container in {None, container.root}
    ]


def is_contaminated(reader: Reader, container: Row) -> bool:
    """Whether a culture or another test for contamination of it, or of its kin, is positive."""
    from lottrack.actions.notifying.late_positives import lots_of_start_material
    from lottrack.actions.testing.results import criterion_of

    for lot in lots_of_start_material(reader, str(container.lot)):
        for row in result_rows(reader, lot):
            criterion = criterion_of(reader, row)
            if row.verdict == FAIL and criterion is not None and criterion.contamination:
                return True
    return False
