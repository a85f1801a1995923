"""Investigations as they are signed, listed and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.finding import find_one_of
from lottrack.actions.making.lots import find_lot
from lottrack.actions.moments import shown_time, told_time
from lottrack.actions.releasing.holds import held_thing
from lottrack.actions.testing.investigations import case_of, state_words, who_is_next
from lottrack.actions.testing.quality_states import subject_of
from lottrack.actions.testing.result_reviews import result_lines
from lottrack.actions.testing.results import shown_value
from lottrack.rules.specification.investigation import (
    STRUCK,
    invalidation_blockers,
    is_concluded,
    next_command,
    state_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.desk import Desk
    from lottrack.rules.specification.investigation import Investigation, NamedResult
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def list_oos(desk: Desk, lot: str, *, open_only: bool) -> list[dict[str, Any]]:
    """Investigations, of a lot or of all.

    Args:
        desk: where.
        lot: the lot, or "".
        open_only: only those nobody concluded.
    """
    reader = desk.store
    rows = reader.rows("oos", lot=find_lot(desk, lot)) if lot else reader.rows("oos")
    listed = []
    for row in rows:
        case = case_of(reader, row)
        if not (open_only and is_concluded(case)):
            listed.append(_head(reader, row, case) | {"results": _numbers(case.results)})
    return listed


def show_oos(desk: Desk, text: str) -> dict[str, Any]:
    """One investigation with everything that became of it.

    Raises:
        NotFound: there is none.
    """
    number = find_one_of(desk.store, text, "oos").record
    return oos_data(desk.store, desk.store.get("oos", number))


def oos_data(reader: Reader, row: Row) -> dict[str, Any]:
    """An investigation as answers give it."""
    case = case_of(reader, row)
    number = str(row.root)
    lacking = [] if is_concluded(case) else invalidation_blockers(case)
    return _head(reader, row, case) | {
        "reason": row.reason,
        "results": [_result(reader, named) for named in case.results],
        "retests": [_result(reader, named) for named in case.retests],
        "investigations": [
            {
                "id": each.root,
                "assignable": bool(each.assignable),
                "finding": each.finding,
                **_told(reader, each),
            }
            for each in reader.rows("oos_investigation", oos=number)
        ],
        "plans": [
            {
                "id": each.root,
                "retests": int(each.retests),
                "text": each.text,
                "stands": signing.is_valid(reader, each.signature),
                **_told(reader, each),
            }
            for each in reader.rows("oos_plan", oos=number)
        ],
        "conclusions": [
            {
                "id": each.root,
                "outcome": each.outcome,
                "text": each.text,
                "stands": signing.is_valid(reader, each.signature),
                **_told(reader, each),
            }
            for each in reader.rows("oos_conclusion", oos=number)
        ],
        "holds": [_hold(reader, hold) for hold in _holds(reader, case)],
        "lacking_to_invalidate": [blocker.sentence for blocker in lacking],
    }


def case_lines(reader: Reader, row: Row) -> Iterator[str]:
    """An investigation as it is signed: results with their history, findings, plan, retests."""
    case = case_of(reader, row)
    yield f"Investigation: {row.root}, {row.test} of {subject_of(row)}, lot {row.lot}"
    by = "by itself" if row.automatic else f"by {row.performed_by}"
    yield f"Opened: {told_time(reader, row.occurred_at)}, {by}; {row.reason}"
    yield "Out of specification:"
    yield from _named_lines(reader, case.results)
    for each in reader.rows("oos_investigation", oos=row.root):
        cause = "assignable cause" if each.assignable else "no assignable cause"
        yield (
            f"Laboratory: {cause}; {each.finding} ({each.performed_by},"
            f" {told_time(reader, each.occurred_at)}, {each.root})"
        )
    for each in reader.rows("oos_plan", oos=row.root):
        void = "" if signing.is_valid(reader, each.signature) else "; VOID, corrected since"
        yield (
            f"Plan: {each.retests} retests; {each.text} ({each.performed_by},"
            f" {told_time(reader, each.occurred_at)}, {each.root}{void})"
        )
    yield f"Retests: {len(case.retests) or 'none'}"
    yield from _named_lines(reader, case.retests)


def _named_lines(reader: Reader, named: tuple[NamedResult, ...]) -> Iterator[str]:
    for each in named:
        row = reader.find("result", each.result)
        if row is not None:
            yield from (f"  {line}" for line in result_lines(reader, row))
            continue
        last = reader.versions("result", each.result)[-1]
        why = _why_struck(reader, last)
        told = dict.fromkeys(
            f"{shown_value(version)} ({str(version.verdict).upper()})"
            for version in reader.versions("result", each.result)
        )
        yield f"  {each.result}  {last.test}: {', then '.join(told)}; STRUCK{why}"


def _why_struck(reader: Reader, version: Row) -> str:
    struck = reader.last("correction", record=version.root)
    if struck is None:
        return ""
    at = told_time(reader, struck.occurred_at)
    return f" by {struck.performed_by}, {at}: {struck.reason}"


def _head(reader: Reader, row: Row, case: Investigation) -> dict[str, Any]:
    return {
        "id": row.root,
        "kind": "oos",
        "lot": row.lot,
        "container": row.container,
        "preparation": row.preparation,
        "test": row.test,
        "state": state_of(case),
        "said": state_words(case),
        "opened_at": shown_time(reader, row.occurred_at),
        "automatic": bool(row.automatic),
        "next": next_command(case),
        "who": "" if is_concluded(case) else who_is_next(case),
    }


def _result(reader: Reader, named: NamedResult) -> dict[str, Any]:
    versions = reader.versions("result", named.result)
    shown = versions[-1]
    return {
        "id": named.result,
        "kind": "result",
        "value": shown_value(shown),
        "verdict": named.verdict,
        "first_verdict": named.first_verdict,
        "reviewed": named.is_reviewed,
        "struck": named.verdict == STRUCK,
        "corrected": sum(1 for version in versions if not version.struck) > 1,
        "performed_by": shown.performed_by,
        "at": shown_time(reader, shown.occurred_at),
    }


def _told(reader: Reader, row: Row) -> dict[str, Any]:
    return {"by": row.performed_by, "at": shown_time(reader, row.occurred_at)}


def _holds(reader: Reader, case: Investigation) -> list[Row]:
    """The holds that the results of an investigation opened."""
    things = [("lot", case.lot)]
    oos = reader.get("oos", case.oos)
    if oos.container is not None:
        things.append(("container", str(oos.container)))
    if oos.preparation is not None:
        links = reader.rows("preparation_input", preparation=oos.preparation)
        made = reader.rows("container", preparation=oos.preparation)
        things += [("container", str(link.container)) for link in links]
        things += [("container", str(row.root)) for row in made]
    named = {each.result for each in (*case.results, *case.retests)}
    held = [hold for kind, number in things for hold in reader.rows("hold", **{kind: number})]
    return [hold for hold in held if hold.because_of in named]


def _hold(reader: Reader, hold: Row) -> dict[str, Any]:
    kind, record = held_thing(hold)
    return {
        "id": hold.root,
        "on_kind": kind,
        "on": record,
        "open": reader.first("hold_lift", hold=hold.root) is None,
    }


def _numbers(named: tuple[NamedResult, ...]) -> list[str]:
    return [each.result for each in named]
