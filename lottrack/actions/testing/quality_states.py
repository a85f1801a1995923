"""What the results of a lot say, now or as recorded by an earlier moment.

Everything is read from facts. Results count whether or not they were reviewed; a review is asked
for at the release, not at a failing result.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lottrack.actions import signing
from lottrack.actions.testing.documents import specification_of_lot
from lottrack.actions.testing.incubations import counted_reading
from lottrack.actions.testing.judgements import rejudged_of_lot, verdict_on_record
from lottrack.rules.specification.fulfilment import RecordedResult, specification_state
from lottrack.rules.specification.results import restored_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lottrack.rules.specification.fulfilment import CriterionState, SpecificationState
    from lottrack.rules.specification.specification import Specification
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def result_rows(reader: Reader, lot: str) -> list[Row]:
    """Every result of a lot, its containers and preparations that was not struck."""
    return reader.rows("result", lot=lot)


def subject_of(row: Row) -> str:
    """What a result was recorded for: a container, a preparation, else the lot."""
    return str(row.container or row.preparation or row.lot)


def reviews_given(reader: Reader, rows: Iterable[Row]) -> list[Row]:
    """Every review of each of these results, oldest first; ``reviewed`` names the result.

    One question for all of them: a lot may have hundreds of results.
    """
    return reader.facts_in(
        "SELECT l.result AS reviewed, v.* FROM reviewed_result AS l"
        " CROSS JOIN {result_review} AS v ON v.root = l.review"
        " WHERE l.result IN (SELECT value FROM json_each(:numbers))"
        " ORDER BY length(v.root), v.root",
        numbers=json.dumps([str(row.root) for row in rows]),
    )


def reviews_of(reader: Reader, rows: Iterable[Row]) -> dict[str, Row]:
    """The latest review whose signature still stands of each result that has one."""
    stands: dict[str, bool] = {}
    found: dict[str, Row] = {}
    for row in reviews_given(reader, rows):
        if row.root not in stands:
            stands[row.root] = signing.is_valid(reader, row.signature)
        if stands[row.root]:
            found[str(row.reviewed)] = row
    return found


def invalidated_of_lot(reader: Reader, lot: str) -> frozenset[str]:
    """The results of a lot that a signed conclusion which stands found invalid."""
    concluded = reader.facts_in(
        "SELECT l.result, c.signature FROM {oos} AS o"
        " CROSS JOIN oos_result AS l ON l.oos = o.root AND l.retest = 0"
        " CROSS JOIN {oos_conclusion} AS c ON c.oos = o.root AND c.outcome = 'invalidated'"
        " WHERE o.lot = :lot",
        lot=lot,
    )
    stands = {row.signature: signing.is_valid(reader, row.signature) for row in concluded}
    return frozenset(str(row.result) for row in concluded if stands[row.signature])


def recorded(
    reader: Reader,
    specification: Specification,
    rows: Iterable[Row],
    rejudged: dict[str, Row],
    invalidated: frozenset[str] = frozenset(),
) -> list[RecordedResult]:
    """Results as the rules know them; whether they were reviewed is asked apart (reviews_of).

    Args:
        reader: the record.
        specification: the version that says how long a culture is incubated.
        rows: the results.
        rejudged: what they mean since their lot was moved to another version (rejudged_of_lot).
        invalidated: those found invalid (invalidated_of_lot).
    """
    zone = reader.setting("zone")
    incubated = {c.test.casefold(): c for c in specification.criteria if c.incubation_days}

    def reading(row: Row, verdict: str) -> str:
        criterion = incubated.get(str(row.test).casefold()) if incubated else None
        return counted_reading(row, criterion, verdict, zone)

    return [
        RecordedResult(
            id=str(row.root),
            test=str(row.test),
            value=restored_value(row.sign, row.value),
            verdict=verdict_on_record(row, rejudged),
            reading=reading(row, verdict_on_record(row, rejudged)),
            reviewed=True,
            subject=subject_of(row),
            is_invalidated=str(row.root) in invalidated,
        )
        for row in rows
    ]


def state_of_lot(
    reader: Reader,
    lot: Row,
    *,
    containers: Sequence[str] = (),
    preparations: Sequence[str] = (),
) -> SpecificationState:
    """Where a lot's specification stands for it and for some of its containers, preparations."""
    spec = specification_of_lot(reader, lot)
    return specification_state(
        spec,
        recorded(
            reader,
            spec,
            result_rows(reader, lot.root),
            rejudged_of_lot(reader, lot.root),
            invalidated_of_lot(reader, str(lot.root)),
        ),
        lot=str(lot.root),
        containers=containers,
        preparations=preparations,
    )


def inherited_failures(reader: Reader, lot: Row) -> list[CriterionState]:
    """Failed tests of level lot of the lots a lot was made from: the same cells failed them."""
    failed: list[CriterionState] = []
    parent = lot.parent
    while parent is not None:
        row = reader.get("lot", parent)
        failed += state_of_lot(reader, row).failed
        parent = row.parent
    return failed


def failed_for_container(reader: Reader, lot: Row, container: Row) -> tuple[str, ...]:
    """Required tests that fail for a container: its own, its lot's, those of the lots before."""
    state = state_of_lot(reader, lot, containers=[str(container.root)])
    return _tests([*state.failed, *inherited_failures(reader, lot)])


def failed_for_preparation(reader: Reader, lot: Row, preparation: Row | None) -> tuple[str, ...]:
    """Required tests of level preparation that fail for a preparation; none without one."""
    if preparation is None:
        return ()
    state = state_of_lot(reader, lot, preparations=[str(preparation.root)])
    return _tests(each for each in state.failed if each.subject == preparation.root)


def missing_for_preparation(reader: Reader, lot: Row, preparation: Row | None) -> tuple[str, ...]:
    """Required tests of level preparation without a closing result.

    A result that neither proves nor disproves its limit closes nothing. Without a preparation all
    of them are missing.
    """
    subject = "" if preparation is None else str(preparation.root)
    state = state_of_lot(reader, lot, preparations=[subject])
    open_ = [" or ".join(test.tests) for test in state.missing if test.subject == subject]
    return (*open_, *_tests(each for each in state.undecided if each.subject == subject))


# -- what became of containers ---------------------------------------------------------------------

_ENDS = frozenset({"destroy", "lose", "test"})


def filled_containers(reader: Reader, fill: str) -> list[Row]:
    """The containers of a fill that something was filled into."""
    return [
        row
        for row in reader.rows("container", fill=fill)
        if reader.first("filling", container=row.root, outcome="filled") is not None
    ]


def is_gone(reader: Reader, container: str) -> bool:
    """Whether a container was destroyed, lost or used up in testing."""
    return any(row.act in _ENDS for row in reader.rows("custody_event", container=container))


def infusions_of(reader: Reader, container: str) -> Iterator[Row]:
    """The infusions in which a container's cells were given, also by way of a prepared dose."""
    numbers = [container]
    for link in reader.rows("preparation_input", container=container):
        numbers += [str(r.root) for r in reader.rows("container", preparation=link.preparation)]
    for number in numbers:
        for link in reader.rows("infused_container", container=number):
            infusion = reader.find("infusion", link.infusion)
            if infusion is not None:
                yield infusion


def _tests(states: Iterable[CriterionState]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(state.criterion.test for state in states))
