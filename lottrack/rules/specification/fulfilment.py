"""Fulfilment: what all results together say about a specification.

Every result that was recorded and not corrected counts, and the worst decides: a test cannot be
repeated until it passes. The one exception is a result that a signed conclusion found invalid under
a signed plan: it stays beside the criterion, set aside. An interim reading can fail a test but
never closes it. Nothing here asks for the order in which results came in.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.specification.criterion import CELL_UNITS, Criterion
from lottrack.rules.specification.results import (
    FAIL,
    FINAL,
    INFORMATIVE,
    INTERIM,
    PASS,
    UNDECIDED,
    ResultValue,
    judge,
    worse,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from lottrack.rules.specification.specification import Specification

MISSING, NOT_NEEDED = "missing", "not_needed"
OUTCOMES = (PASS, FAIL, UNDECIDED, INFORMATIVE, INTERIM, MISSING, NOT_NEEDED)
"""What stands beside a criterion: a verdict, or why there is none yet.

``interim``: only interim readings so far; ``missing``: no result; ``not_needed``: another test of
the same group of alternatives was done and passes.
"""

_OPEN = frozenset({MISSING, INTERIM})


class RecordedResult(NamedTuple):
    """A result that was recorded and not corrected since.

    Attributes:
        id: its number.
        test: the test, as the specification spells it.
        value: what was reported.
        verdict: what was recorded as its verdict; it can only make the judgement worse.
        reading: ``interim`` or ``final``.
        reviewed: whether a valid review covers it.
        subject: number of the lot, container or preparation it was recorded for.
        is_invalidated: whether a conclusion that stands found it invalid.
    """

    id: str
    test: str
    value: ResultValue
    verdict: str
    reading: str
    reviewed: bool
    subject: str
    is_invalidated: bool = False


class CriterionState(NamedTuple):
    """Where one criterion stands, for the whole lot or for one container or preparation.

    Attributes:
        criterion: the criterion.
        subject: the container or preparation, or the lot.
        outcome: one of ``OUTCOMES``.
        results: numbers of the results that count, in order.
        unreviewed: those of them, and of those set aside, that nobody has reviewed.
        set_aside: numbers of results that were found invalid and do not count.
        deciding: those that count and say what the outcome says: the failing ones where it fails.
    """

    criterion: Criterion
    subject: str
    outcome: str
    results: tuple[str, ...]
    unreviewed: tuple[str, ...]
    set_aside: tuple[str, ...] = ()
    deciding: tuple[str, ...] = ()


class OpenTest(NamedTuple):
    """A required test without a closing result, or a group of which one test suffices.

    Attributes:
        tests: the test; several where any one of them would do.
        subject: what it is missing for.
        pending_days: days after the harvest until which it may be pending, or None.
        pending_basis: why it may be.
    """

    tests: tuple[str, ...]
    subject: str
    pending_days: int | None
    pending_basis: str


class SpecificationState(NamedTuple):
    """Where a specification stands, criterion by criterion and as a whole.

    Attributes:
        criteria: every criterion, once for each thing it is judged for.
        missing: required tests without a final result that may not be pending.
        pending: required tests without a final result that may be, at a conditional release.
        failed: required criteria that some result fails.
        undecided: required criteria that the results neither prove nor disprove.
        unreviewed: numbers of results that nobody has reviewed, set aside or not.
    """

    criteria: tuple[CriterionState, ...]
    missing: tuple[OpenTest, ...]
    pending: tuple[OpenTest, ...]
    failed: tuple[CriterionState, ...]
    undecided: tuple[CriterionState, ...]
    unreviewed: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Every required test has a final result."""
        return not self.missing and not self.pending

    @property
    def is_reviewed(self) -> bool:
        """Every result that counts was reviewed."""
        return not self.unreviewed

    @property
    def is_within(self) -> bool:
        """No result fails a required test or leaves it undecided; there may be none at all."""
        return not self.failed and not self.undecided


def verdict_of(criterion: Criterion | None, result: RecordedResult) -> str:
    """The worse of what was recorded as the verdict and what the value says today.

    So neither a verdict that was touched up in the record nor a limit that was relaxed since can
    make a failed result pass.
    """
    return worse(judge(criterion, result.value), result.verdict)


def criterion_state(
    criterion: Criterion, results: Iterable[RecordedResult], subject: str
) -> CriterionState:
    """Where a criterion stands for one subject.

    Args:
        criterion: the criterion.
        results: the results that count for this subject; those of other tests are passed over.
        subject: what it is judged for.
    """
    wanted = criterion.test.casefold()
    own = sorted(
        (entry for entry in results if entry.test.casefold() == wanted), key=lambda entry: entry.id
    )
    aside = [entry for entry in own if is_set_aside(criterion, entry)]
    counting = [entry for entry in own if entry not in aside]
    outcome = _outcome(criterion, counting)
    return CriterionState(
        criterion,
        subject,
        outcome,
        tuple(entry.id for entry in counting),
        tuple(entry.id for entry in own if not entry.reviewed),
        tuple(entry.id for entry in aside),
        tuple(entry.id for entry in counting if verdict_of(criterion, entry) == outcome),
    )


def is_set_aside(criterion: Criterion | None, result: RecordedResult) -> bool:
    """Whether a result does not count: it was found invalid, and it does not pass.

    One that was mended since and passes counts like every other.
    """
    return result.is_invalidated and verdict_of(criterion, result) in {FAIL, UNDECIDED}


def specification_state(
    specification: Specification,
    results: Iterable[RecordedResult],
    *,
    lot: str,
    containers: Sequence[str] = (),
    preparations: Sequence[str] = (),
) -> SpecificationState:
    """Where a specification stands for a lot and for some of its containers and preparations.

    A criterion of level lot counts every result of its test, whatever it was recorded for: a
    sample out of one bag speaks for the lot. A criterion of level container or preparation counts
    those of that container or preparation. Where such a result was recorded for the lot as a whole
    it closes none of them, but if it does not pass it counts against each.

    Args:
        specification: the edition the lot was registered with.
        results: every uncorrected result of the lot, its containers and preparations.
        lot: the lot's number.
        containers: the containers to be judged: those of the fills in question.
        preparations: the prepared doses to be judged; none at the release of a lot.
    """
    recorded = list(results)
    subjects = {"lot": (lot,), "container": tuple(containers), "preparation": tuple(preparations)}
    states = [
        criterion_state(criterion, _counting(criterion, recorded, subject, lot), subject)
        for criterion in specification.criteria
        for subject in subjects[criterion.level]
    ]
    states = _without_needless(states)
    open_tests = _open_tests(states)
    required = [state for state in states if state.criterion.required]
    return SpecificationState(
        criteria=tuple(states),
        missing=tuple(entry for entry in open_tests if entry.pending_days is None),
        pending=tuple(entry for entry in open_tests if entry.pending_days is not None),
        failed=tuple(state for state in required if state.outcome == FAIL),
        undecided=tuple(state for state in required if state.outcome == UNDECIDED),
        unreviewed=tuple(sorted({entry for state in states for entry in state.unreviewed})),
    )


def due_on(pending: OpenTest, harvested_on: date) -> date | None:
    """The day by which a pending test must be closed, or None if it may not be pending at all."""
    if pending.pending_days is None:
        return None
    return harvested_on + timedelta(days=pending.pending_days)


def results_from_count(
    specification: Specification,
    count: str,
    preparation: str,
    *,
    viable_cells: int,
    viability_pct: Decimal | None,
) -> list[RecordedResult]:
    """What a count of a prepared dose says about the criteria that it fulfils by itself.

    It stands without a review: it is made in the pharmacy in the minutes before an infusion.

    Args:
        specification: the edition the lot was registered with.
        count: the number of the count.
        preparation: what was counted.
        viable_cells: viable cells counted in the whole preparation.
        viability_pct: viable cells as a share of all, in %, or None where only viable cells were
            counted: then a criterion on viability stays open.
    """
    counted = []
    for criterion in specification.criteria:
        value = _counted_number(criterion, viable_cells, viability_pct)
        if value is not None:
            told = ResultValue("", value, None)
            counted.append(
                RecordedResult(
                    id=count,
                    test=criterion.test,
                    value=told,
                    verdict=judge(criterion, told),
                    reading=FINAL,
                    reviewed=True,
                    subject=preparation,
                )
            )
    return counted


def _counted_number(
    criterion: Criterion, viable_cells: int, viability_pct: Decimal | None
) -> Decimal | None:
    if criterion.from_count == "viability_pct":
        return viability_pct
    if criterion.from_count == "viable_cells":
        return Decimal(viable_cells) / CELL_UNITS[criterion.unit]
    return None


def _outcome(criterion: Criterion, results: list[RecordedResult]) -> str:
    verdicts = [(entry.reading == FINAL, verdict_of(criterion, entry)) for entry in results]
    if any(verdict == FAIL for _, verdict in verdicts):
        return FAIL
    finals = [verdict for is_final, verdict in verdicts if is_final]
    if not finals:
        return INTERIM if verdicts else MISSING
    outcome = finals[0]
    for verdict in finals[1:]:
        outcome = worse(outcome, verdict)
    return outcome


def _counting(
    criterion: Criterion, results: list[RecordedResult], subject: str, lot: str
) -> list[RecordedResult]:
    if criterion.level == "lot":
        return results
    return [
        entry
        for entry in results
        if entry.subject == subject
        or (entry.subject == lot and verdict_of(criterion, entry) in {FAIL, UNDECIDED})
    ]


def _without_needless(states: list[CriterionState]) -> list[CriterionState]:
    """The states, with open tests marked as not needed where an alternative of theirs passes."""
    closed = {
        (state.criterion.alternative, state.subject)
        for state in states
        if state.criterion.alternative and state.outcome == PASS
    }
    return [
        state._replace(outcome=NOT_NEEDED)
        if state.outcome in _OPEN and (state.criterion.alternative, state.subject) in closed
        else state
        for state in states
    ]


def _open_tests(states: list[CriterionState]) -> list[OpenTest]:
    """Required tests without a closing result; a group of alternatives is one entry.

    A group with a member that fails or is undecided is not open: that member's state speaks.
    """
    groups: dict[tuple[str, str], list[CriterionState]] = {}
    for state in states:
        if state.criterion.required:
            group = state.criterion.alternative or f"test {state.criterion.test}"
            groups.setdefault((group, state.subject), []).append(state)
    return [
        OpenTest(
            tuple(state.criterion.test for state in members),
            subject,
            members[0].criterion.pending_days,
            members[0].criterion.pending_basis,
        )
        for (_, subject), members in groups.items()
        if all(state.outcome in _OPEN for state in members)
    ]
