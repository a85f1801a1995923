"""The pending ledger: what each conditional release still waits for, and until when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from lottrack.actions.making.lots import find_lot
from lottrack.actions.moments import shown_time
from lottrack.actions.testing.documents import specification_of_lot
from lottrack.actions.testing.quality_states import (
    filled_containers,
    result_rows,
    reviews_of,
    state_of_lot,
)
from lottrack.rules.certification.conditions import (
    CLOSED,
    FAILED,
    IN_REVIEW,
    MET,
    NOT_MET,
    OPEN,
    Condition,
    condition_state,
)
from lottrack.rules.obligations import Obligation
from lottrack.rules.specification.results import FINAL
from lottrack.rules.specification.specification import find_criterion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from lottrack.actions.desk import Desk
    from lottrack.rules.specification.fulfilment import SpecificationState
    from lottrack.rules.specification.specification import Specification
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

ON_CONDITION = "conditionally_released"


# -- where conditions stand ------------------------------------------------------------------------


def bind_conditions(change: Change, fill: str, conditions: list[tuple[str, str]]) -> None:
    """Let new conditions (number, last day) bind a fill, in place of those that did before."""
    settle_conditions(change, fill)
    for number, due_on in conditions:
        change.stand("condition_standing", {"condition": number}, fill=fill, due_on=due_on)


def settle_conditions(change: Change, fill: str) -> None:
    """Let go of the conditions of a fill, because another decision was signed on it."""
    for row in change.rows("condition_standing", fill=fill):
        change.fall("condition_standing", condition=row.condition)


def standing_differences(reader: Reader) -> Iterator[tuple[str, str, str]]:
    """Conditions that do not stand as the dispositions make them: number, what stands, what is."""
    derived: dict[str, tuple[str, str]] = {}
    for row in reader.rows("release_condition"):
        decision = reader.find("disposition", row.disposition)
        if decision is None or decision.fill is None:
            continue
        latest = reader.last("disposition", fill=decision.fill)
        if latest is not None and latest.root == decision.root:
            derived[str(row.root)] = (str(decision.fill), str(row.due_on))
    stands = {
        str(row.condition): (str(row.fill), str(row.due_on))
        for row in reader.rows("condition_standing")
    }
    for number in sorted({*derived, *stands}):
        if stands.get(number) != derived.get(number):
            yield number, _bound(stands.get(number)), _bound(derived.get(number))


def _bound(standing: tuple[str, str] | None) -> str:
    return "binding nothing" if standing is None else f"binding {standing[0]} until {standing[1]}"


# -- what the results say --------------------------------------------------------------------------


def conditions_of_fill(reader: Reader, fill: str) -> list[Condition]:
    """Every condition a fill was ever released on, oldest first."""
    decisions = reader.rows("disposition", fill=fill)
    latest = decisions[-1].root if decisions else ""
    lot = str(reader.get("fill", fill).lot)
    found = []
    for decision in decisions:
        rows = reader.rows("release_condition", disposition=decision.root)
        settled = decision.root != latest
        judged = {} if settled else _outcomes(reader, lot, fill, [str(row.test) for row in rows])
        for row in rows:
            outcome, unreviewed = judged.get(str(row.test), (OPEN, ()))
            due_on = date.fromisoformat(row.due_on)
            found.append(
                Condition(
                    str(row.root), lot, fill, str(row.test), due_on, outcome, unreviewed, settled
                )
            )
    return found


def open_tests(reader: Reader, fill: str, tests: list[str]) -> list[str]:
    """Those of some tests that no result closes with success, for the lot or each container."""
    lot = str(reader.get("fill", fill).lot)
    judged = _outcomes(reader, lot, fill, tests)
    return [test for test in tests if judged[test][0] != MET]


def _outcomes(
    reader: Reader, lot: str, fill: str, tests: list[str]
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What the results say of some tests, and which of the closing ones nobody has reviewed."""
    if not tests:
        return {}
    row = reader.get("lot", lot)
    containers = [str(each.root) for each in filled_containers(reader, fill)]
    state = state_of_lot(reader, row, containers=containers)
    spec = specification_of_lot(reader, row)
    finals = [
        each
        for each in result_rows(reader, lot)
        if each.reading == FINAL
        and each.preparation is None
        and (each.container is None or each.container in containers)
    ]
    reviewed = reviews_of(reader, finals)
    found = {}
    for test in tests:
        members = _members(spec, test)
        waiting = tuple(
            str(each.root)
            for each in finals
            if str(each.test).casefold() in members and str(each.root) not in reviewed
        )
        found[test] = (_outcome(state, members), waiting)
    return found


def _members(spec: Specification, test: str) -> set[str]:
    """A test and its alternatives, in lower case."""
    criterion = find_criterion(spec, test)
    if criterion is None or not criterion.alternative:
        return {test.casefold()}
    return {c.test.casefold() for c in spec.criteria if c.alternative == criterion.alternative}


def _outcome(state: SpecificationState, members: set[str]) -> str:
    if any(entry.criterion.test.casefold() in members for entry in state.failed):
        return NOT_MET
    open_ = {name.casefold() for e in (*state.missing, *state.pending) for name in e.tests}
    open_ |= {entry.criterion.test.casefold() for entry in state.undecided}
    return OPEN if members & open_ else MET


# -- reading ---------------------------------------------------------------------------------------


def list_conditions(desk: Desk, text: str, *, everything: bool) -> list[dict[str, Any]]:
    """The ledger: of one lot, or the conditions that bind fills now, the most urgent first.

    Args:
        desk: where.
        text: the lot; "" for all of them.
        everything: settled conditions of all lots, too.
    """
    reader = desk.store
    if text:
        lot = find_lot(desk, text)
        fills = [str(row.root) for row in reader.rows("fill", lot=lot)]
    elif everything:
        rows = reader.rows("disposition")
        fills = [str(row.fill) for row in rows if row.decision == ON_CONDITION]
    else:
        fills = [str(row.fill) for row in reader.rows("condition_standing")]
    today = desk.today()
    listed = [
        condition_data(reader, condition, today)
        for fill in dict.fromkeys(fills)
        for condition in conditions_of_fill(reader, fill)
        if text or everything or not condition.is_settled
    ]
    return sorted(listed, key=lambda data: (data["state"] == CLOSED, data["due_on"], data["id"]))


def condition_data(reader: Reader, condition: Condition, today: date) -> dict[str, Any]:
    """A condition as answers give it."""
    row = reader.get("release_condition", condition.number)
    decision = reader.get("disposition", row.disposition)
    lot = reader.get("lot", condition.lot)
    criterion = find_criterion(specification_of_lot(reader, lot), condition.test)
    return {
        "id": condition.number,
        "kind": "release_condition",
        "lot": condition.lot,
        "fill": condition.fill,
        "test": condition.test,
        "name": criterion.name if criterion else condition.test,
        "due_on": condition.due_on.isoformat(),
        "days_left": (condition.due_on - today).days,
        "state": condition_state(condition, today),
        "unreviewed": list(condition.unreviewed),
        "closed_by": _closed_by(reader, condition, decision),
        "basis": row.reason,
        "released_by": str(decision.performed_by),
        "released_at": shown_time(reader, decision.occurred_at),
        "justification": decision.reason,
    }


def _closed_by(reader: Reader, condition: Condition, decision: Row) -> str | None:
    """The decision that settled a condition, or None while it binds."""
    if not condition.is_settled:
        return None
    later = [
        row
        for row in reader.rows("disposition", fill=condition.fill)
        if int(row.seq) > int(decision.seq)
    ]
    return f"{later[0].root} ({later[0].decision})" if later else None


def binding_conditions(reader: Reader) -> list[Condition]:
    """The conditions that bind fills now, whether their tests are closed or not."""
    fills = dict.fromkeys(str(row.fill) for row in reader.rows("condition_standing"))
    return [c for fill in fills for c in conditions_of_fill(reader, fill) if not c.is_settled]


def obligations(reader: Reader, zone: ZoneInfo) -> list[Obligation]:
    """What is owed to conditional releases: results, reviews, decisions, final certifications."""
    del zone
    by_fill: dict[str, list[Condition]] = {}
    for condition in binding_conditions(reader):
        by_fill.setdefault(condition.fill, []).append(condition)
    found: list[Obligation] = []
    for fill, conditions in by_fill.items():
        open_ = [o for c in conditions if (o := _obligation(c)) is not None]
        found += open_ or [_certification_owed(fill, conditions)]
    return found


def _obligation(condition: Condition) -> Obligation | None:
    lot, test = condition.lot, condition.test
    state = condition_state(condition, condition.due_on)
    what = f"{test} of lot {lot}, released on condition of it ({condition.fill})"
    if state == CLOSED:
        return None
    if state == FAILED:
        said, who, command = "does not meet its specification: decide on the lot", "qp", "recall"
        return Obligation(
            "condition-failed",
            condition.number,
            None,
            f"{what}, {said}.",
            who,
            f"lottrack lot {command} {lot} --reason TEXT",
        )
    if state == IN_REVIEW:
        named = " ".join(condition.unreviewed)
        command = f"lottrack result review {named}"
        sentence = f"{what}, passes and waits for its review."
        who = "qc who did not record it"
        return Obligation(
            "condition-in-review", condition.number, condition.due_on, sentence, who, command
        )
    command = f"lottrack result record {lot} {test} VALUE"
    return Obligation(
        "condition-pending",
        condition.number,
        condition.due_on,
        f"{what}, has no result yet.",
        "technician or qc",
        command,
    )


def _certification_owed(fill: str, conditions: list[Condition]) -> Obligation:
    lot = conditions[0].lot
    return Obligation(
        "certification-owed",
        fill,
        max(condition.due_on for condition in conditions),
        f"Every condition of fill {fill} of lot {lot} is closed: certify it.",
        "qp",
        f"lottrack lot certify {lot} --fill {fill}",
    )
