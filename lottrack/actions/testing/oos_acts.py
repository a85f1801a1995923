"""Acts on an investigation: opened by hand, investigated, planned, concluded, shown.

The order is the point of it: the laboratory looks at the first measurement, a plan fixes the number
of retests by signature, the retests are recorded, and somebody who measured none of them concludes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.finding import find_one_of
from lottrack.actions.independence import people_of, require_independent
from lottrack.actions.moments import happened_at, require_in_order
from lottrack.actions.testing.investigations import case_of, open_case_for, open_oos
from lottrack.actions.testing.oos_views import case_lines, oos_data
from lottrack.actions.testing.quality_states import subject_of
from lottrack.actions.testing.results import criterion_of
from lottrack.errors import AlreadyDone, Conflict, Refused
from lottrack.rules.reading.text import clean_text
from lottrack.rules.specification.investigation import (
    CONFIRMED,
    INVALIDATED,
    conclusion_blockers,
    is_concluded,
    is_mended,
    next_command,
    plan_blockers,
)
from lottrack.rules.specification.results import FAIL, UNDECIDED

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk, Telling
    from lottrack.errors import Blocker
    from lottrack.rules.specification.investigation import Investigation
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

PLAN, CONCLUDE = "oos plan", "oos conclude"

_DONE = frozenset({"oos-concluded", "already-planned"})
_SAYS = {
    CONFIRMED: "the results are CONFIRMED: they stand as they were first told, and the test fails",
    INVALIDATED: "the results are INVALIDATED: they stay visible and do not count any more;",
}


def open_by_hand(desk: Desk, text: str, reason: str, telling: Telling) -> dict[str, Any]:
    """Open an investigation of a result that opened none by itself, or let the open one name it.

    An undecided result blocks a release like a failing one, and nothing sets it aside but the same
    investigation, plan and conclusion.

    Args:
        desk: where.
        text: the result.
        reason: what is to be investigated.
        telling: when, by whom.

    Raises:
        Conflict: the result neither fails nor is undecided, or its test is not required
            (``nothing-to-investigate``).
        AlreadyDone: an investigation that is open names it (``already-open``).
    """
    number = _find(desk, text, "result")
    why = clean_text(reason, "the reason")
    told = desk.told(telling)
    with desk.change("oos open") as change:
        row = change.get("result", number)
        criterion = criterion_of(change, row)
        if criterion is None or not criterion.required or row.verdict not in {FAIL, UNDECIDED}:
            raise Conflict(
                f"{number} ({row.test}, {row.verdict}) is not a required result that fails or is"
                " undecided: there is nothing to investigate.",
                code="nothing-to-investigate",
                hint=f"`lottrack result list {row.lot}` shows the verdicts of its results.",
            )
        require_in_order(change, happened_at(change, told), row.occurred_at, f"result {number}")
        known = open_case_for(change, str(row.lot), str(row.test), subject_of(row))
        if known is not None and number in {each.result for each in known.results}:
            raise AlreadyDone(
                f"{known.oos} investigates {number} already.",
                code="already-open",
                hint=f"Next: `{next_command(known)}`.",
            )
        oos = open_oos(change, told, [number], why, automatic=False)
        data = oos_data(change, change.get("oos", oos))
    return data | {"warnings": []}


def investigate(
    desk: Desk, text: str, finding: str, telling: Telling, *, assignable: bool
) -> dict[str, Any]:
    """Record what the laboratory found about the measurement.

    Args:
        desk: where.
        text: the investigation.
        finding: what was looked at and found.
        telling: when, by whom.
        assignable: whether the cause lies in the measurement and not in the product.

    Raises:
        AlreadyDone: it was concluded (``oos-concluded``).
    """
    oos = _find(desk, text, "oos")
    said = clean_text(finding, "the finding", 2000)
    told = desk.told(telling)
    with desk.change("oos investigate") as change:
        row = change.get("oos", oos)
        case = case_of(change, row)
        if is_concluded(case):
            _refuse(case, conclusion_blockers(case, CONFIRMED), "investigated further")
        require_in_order(
            change, happened_at(change, told), row.occurred_at, f"the opening of {oos}"
        )
        number = change.record(
            "oos_investigation", told, oos=oos, assignable=int(assignable), finding=said
        )
        change.mention(row.lot)
        data = oos_data(change, row)
    return data | {"id": number, "kind": "oos_investigation", "oos": oos, "warnings": []}


# -- the plan --------------------------------------------------------------------------------------


def prepare_plan(
    desk: Desk, text: str, retests: int, plan: str, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What is signed before any retest: the results, the finding, how often the test is repeated.

    Raises:
        Refused: the laboratory has not investigated it (``not-investigated``), or retests are on
            record already (``retests-recorded``).
        AlreadyDone: it was concluded, or a plan stands (``already-planned``).
        SamePerson: the signer measured or recorded one of the results.
    """
    record = reader or desk.store
    oos = _find(desk, text, "oos", note=reader is None)
    row = record.get("oos", oos)
    case = case_of(record, row)
    require_independent(desk, PLAN, account, _analysts(record, case), "performed or recorded")
    reasons = plan_blockers(case)
    if reasons:
        _refuse(case, reasons, "planned")
    lines = [
        *case_lines(record, row),
        "",
        f"Retests planned: {retests}, no more and no fewer",
        f"Plan: {clean_text(plan, 'the plan', 2000)}",
    ]
    covers = [row, *record.rows("oos_investigation", oos=oos)]
    return signing.prepared(record, PLAN, f"plan of retests for {oos}", lines, covers)


def plan_retests(
    desk: Desk,
    text: str,
    retests: int,
    plan: str,
    prepared: signing.Prepared,
    proof: signing.Proof,
) -> dict[str, Any]:
    """Fix the number of retests by signature.

    Raises:
        Changed: the record is not what was shown.
        Refused, AlreadyDone, SamePerson: see ``prepare_plan``.
    """
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_plan(desk, text, retests, plan, account, change),
    ) as (change, told, signature):
        oos = _find(desk, text, "oos", note=False)
        number = change.record(
            "oos_plan",
            told,
            oos=oos,
            retests=retests,
            text=clean_text(plan, "the plan", 2000),
            signature=signature,
        )
        row = change.get("oos", oos)
        change.mention(row.lot)
        data = oos_data(change, row)
    return data | {
        "id": number,
        "kind": "oos_plan",
        "oos": oos,
        "signature": signature,
        "warnings": [],
    }


# -- the conclusion --------------------------------------------------------------------------------


def prepare_conclusion(
    desk: Desk, text: str, outcome: str, why: str, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What is signed at the end: everything found, every result, and whether they count.

    Args:
        desk: where.
        text: the investigation.
        outcome: ``confirmed`` or ``invalidated``.
        why: the conclusion in words.
        account: who wants to sign.
        reader: the open change when it is prepared again.

    Raises:
        Refused: something is lacking; every reason is named (``conclusion_blockers``).
        AlreadyDone: it was concluded before (``oos-concluded``).
        SamePerson: the signer measured or recorded a result, or investigated it.
    """
    record = reader or desk.store
    oos = _find(desk, text, "oos", note=reader is None)
    row = record.get("oos", oos)
    case = case_of(record, row)
    people = _analysts(record, case)
    findings = record.rows("oos_investigation", oos=oos)
    for person, numbers in people_of(record, [("oos_investigation", f) for f in findings]).items():
        people.setdefault(person, []).extend(numbers)
    require_independent(desk, CONCLUDE, account, people, "performed or recorded")
    reasons = conclusion_blockers(case, outcome)
    if reasons:
        _refuse(case, reasons, f"concluded as {outcome}")
    lines = [
        *case_lines(record, row),
        "",
        f"Conclusion: {_said(case, outcome)}",
        f"Because: {clean_text(why, 'the conclusion', 2000)}",
    ]
    covers = [row, *findings, *_live_results(record, case)]
    covers += [] if case.plan is None else [record.get("oos_plan", case.plan.record)]
    return signing.prepared(
        record, CONCLUDE, f"conclusion of the investigation {oos}", lines, covers
    )


def conclude(
    desk: Desk,
    text: str,
    outcome: str,
    why: str,
    prepared: signing.Prepared,
    proof: signing.Proof,
) -> dict[str, Any]:
    """End an investigation by signature.

    Holds that its results opened stay until somebody lifts them by signature.

    Raises:
        Changed: the record is not what was shown.
        Refused, AlreadyDone, SamePerson: see ``prepare_conclusion``.
    """
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_conclusion(desk, text, outcome, why, account, change),
    ) as (change, told, signature):
        oos = _find(desk, text, "oos", note=False)
        number = change.record(
            "oos_conclusion",
            told,
            oos=oos,
            outcome=outcome,
            text=clean_text(why, "the conclusion", 2000),
            signature=signature,
        )
        row = change.get("oos", oos)
        change.mention(row.lot)
        data = oos_data(change, row)
    return data | {
        "id": number,
        "kind": "oos_conclusion",
        "oos": oos,
        "outcome": outcome,
        "concluded_by": told.performed_by,
        "signature": signature,
        "warnings": [],
    }


# -- shared ----------------------------------------------------------------------------------------


def _find(desk: Desk, text: str, table: str, *, note: bool = True) -> str:
    number = find_one_of(desk.store, text, table).record
    if note:
        desk.subjects.append(number)
    return number


def _analysts(reader: Reader, case: Investigation) -> dict[str, list[str]]:
    """Everybody who measured or recorded a version of a result, struck ones included."""
    people: dict[str, list[str]] = {}
    for named in (*case.results, *case.retests):
        for version in reader.versions("result", named.result):
            for person in {version.performed_by, version.recorded_by}:
                people.setdefault(str(person), []).append(named.result)
    return people


def _said(case: Investigation, outcome: str) -> str:
    if outcome != INVALIDATED:
        return _SAYS[outcome]
    mended = not case.retests and all(is_mended(each) for each in case.results)
    instead = "what they were corrected to counts" if mended else "the retests count"
    return f"{_SAYS[outcome]} {instead} in their place"


def _live_results(reader: Reader, case: Investigation) -> list[Row]:
    rows = [reader.find("result", each.result) for each in (*case.results, *case.retests)]
    return [row for row in rows if row is not None]


def _refuse(case: Investigation, reasons: list[Blocker], what: str) -> None:
    """Refuse an act on an investigation with all reasons.

    Raises:
        AlreadyDone: the first reason is that it was done.
        Refused: something is lacking or comes too late.
    """
    kind = AlreadyDone if reasons[0].code in _DONE else Refused
    command = next_command(case)
    raise kind(
        f"{case.oos} ({case.test} of {case.subject}) cannot be {what}."
        if len(reasons) > 1
        else reasons[0].sentence,
        code=reasons[0].code,
        blockers=reasons,
        hint=f"Next: `{command}`."
        if command
        else f"`lottrack oos show {case.oos}` tells all of it.",
    )
