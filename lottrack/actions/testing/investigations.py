"""Investigations of results out of specification: opened with the result, read as they stand.

An investigation is opened in the entry of the trail that records the failing result, whether the
lot is released or not. It keeps naming its results for good, also when one is corrected or struck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions import signing
from lottrack.actions.testing.documents import specification_of_lot
from lottrack.actions.testing.incubations import early_reading
from lottrack.actions.testing.judgements import rejudged_of_lot, verdict_on_record
from lottrack.actions.testing.quality_states import reviews_of, subject_of
from lottrack.rules.obligations import Obligation
from lottrack.rules.reading.times import from_text
from lottrack.rules.specification.investigation import (
    STRUCK,
    Conclusion,
    Finding,
    Investigation,
    NamedResult,
    Plan,
    is_concluded,
    next_command,
    state_of,
)
from lottrack.rules.specification.results import (
    FAIL,
    UNDECIDED,
    judge,
    restored_value,
    worse,
)
from lottrack.rules.specification.specification import find_criterion
from lottrack.store.change import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_WHO = {
    "oos investigate": "qc, qa or production_lead",
    "result record": "technician or qc",
    "result review": "qc who did not record them",
}
_SIGNS = "qa or qp"


# -- opening ---------------------------------------------------------------------------------------


def open_oos(
    change: Change, told: Told, results: Sequence[str], reason: str, *, automatic: bool = True
) -> str:
    """Open an investigation of results in an open change, or let the open one name them as well.

    There is one open investigation of a test of one lot, container or preparation at a time. A
    result that an open one names already, as a retest too, stays with it.

    Args:
        change: the change, in which the results may have been recorded a moment ago.
        told: when, by whom, how; ``told_with`` takes it from the result.
        results: numbers of one or more results of one test of one lot, container or preparation.
        reason: what is out of specification, in words.
        automatic: lottrack opens it by itself.

    Returns:
        The number of the investigation.
    """
    rows = [change.get("result", number) for number in results]
    first = rows[0]
    open_ = [case for case in cases_of_lot(change, str(first.lot)) if not is_concluded(case)]
    for case in open_:
        if _named(case) >= set(results):
            return case.oos
    same = [case for case in open_ if _is_about(case, first)]
    if same:
        _name(change, same[0].oos, [n for n in results if n not in _named(same[0])])
        return same[0].oos
    number = change.record(
        "oos",
        told._replace(reason=reason),
        lot=first.lot,
        container=first.container,
        preparation=first.preparation,
        specification=first.specification,
        test=first.test,
        result=first.root,
        verdict="fail" if any(row.verdict == FAIL for row in rows) else "undecided",
        automatic=int(automatic),
    )
    _name(change, number, results)
    return number


def told_with(row: Row) -> Told:
    """What an investigation is opened with: when, by whom and how its result was told."""
    return Told(at=from_text(row.occurred_at), performed_by=row.performed_by, entry=row.entry)


def name_retest(change: Change, oos: str, result: str) -> None:
    """Let an investigation name a result as a retest under its plan."""
    change.link("oos_result", oos=oos, result=result, retest=1)
    change.mention(oos)


def open_case_for(reader: Reader, lot: str, test: str, subject: str) -> Investigation | None:
    """The open investigation of a test of one lot, container or preparation, or None."""
    for case in cases_of_lot(reader, lot):
        same = case.subject == subject and case.test.casefold() == test.casefold()
        if same and not is_concluded(case):
            return case
    return None


def _name(change: Change, oos: str, results: Sequence[str]) -> None:
    for result in results:
        change.link("oos_result", oos=oos, result=result, retest=0)
    change.mention(oos)


def _named(case: Investigation) -> set[str]:
    return {each.result for each in (*case.results, *case.retests)}


def _is_about(case: Investigation, result: Row) -> bool:
    same = case.test.casefold() == str(result.test).casefold()
    return same and case.subject == subject_of(result)


# -- reading ---------------------------------------------------------------------------------------


def cases_of_lot(reader: Reader, lot: str) -> list[Investigation]:
    """Every investigation of a lot, its containers and preparations, as it stands."""
    return [case_of(reader, row) for row in reader.rows("oos", lot=lot)]


def cases_naming(reader: Reader, result: str) -> list[Investigation]:
    """Every investigation that names a result, as one it is about or as a retest."""
    links = reader.rows("oos_result", result=result)
    found = [reader.find("oos", number) for number in dict.fromkeys(str(n.oos) for n in links)]
    return [case_of(reader, row) for row in found if row is not None]


def case_of(reader: Reader, row: Row) -> Investigation:
    """An investigation with what became of it."""
    number = str(row.root)
    links = reader.rows("oos_result", oos=number)
    named = _named_results(reader, row, [str(link.result) for link in links])
    retests = {str(link.result) for link in links if link.retest}
    finding = reader.last("oos_investigation", oos=number)
    plan = reader.last("oos_plan", oos=number)
    conclusion = standing_conclusion(reader, number) or reader.last("oos_conclusion", oos=number)
    return Investigation(
        oos=number,
        lot=str(row.lot),
        subject=subject_of(row),
        test=str(row.test),
        results=tuple(each for each in named if each.result not in retests),
        retests=tuple(each for each in named if each.result in retests),
        finding=None if finding is None else Finding(str(finding.root), bool(finding.assignable)),
        plan=None
        if plan is None
        else Plan(str(plan.root), int(plan.retests), signing.is_valid(reader, plan.signature)),
        conclusion=None
        if conclusion is None
        else Conclusion(
            str(conclusion.root),
            str(conclusion.outcome),
            signing.is_valid(reader, conclusion.signature),
        ),
    )


def standing_conclusion(reader: Reader, oos: str) -> Row | None:
    """The conclusion of an investigation whose signature stands, or None."""
    for row in reversed(reader.rows("oos_conclusion", oos=oos)):
        if signing.is_valid(reader, row.signature):
            return row
    return None


def investigations_of_results(reader: Reader, lot: str) -> dict[str, str]:
    """Result -> the investigation that names it last, for the results of a lot."""
    found: dict[str, str] = {}
    for row in reader.rows("oos", lot=lot):
        for link in reader.rows("oos_result", oos=row.root):
            found[str(link.result)] = str(row.root)
    return found


def _named_results(reader: Reader, oos: Row, numbers: list[str]) -> list[NamedResult]:
    """Results in the order of their numbers, each with what it says today."""
    if not numbers:
        return []
    rows = {number: reader.find("result", number) for number in numbers}
    reviews = reviews_of(reader, [row for row in rows.values() if row is not None])
    criterion = find_criterion(specification_of_lot(reader, reader.get("lot", oos.lot)), oos.test)
    rejudged, zone = rejudged_of_lot(reader, oos.lot), reader.setting("zone")
    named = []
    for number in sorted(numbers, key=lambda each: (len(each), each)):
        row = rows[number]
        first = str(reader.versions("result", number)[0].verdict)
        verdict = STRUCK
        if row is not None:
            today = judge(criterion, restored_value(row.sign, row.value))
            verdict = worse(today, verdict_on_record(row, rejudged))
            if early_reading(row, criterion, verdict, zone):
                verdict = UNDECIDED
        named.append(NamedResult(number, verdict, first, number in reviews))
    return named


# -- what is owed ----------------------------------------------------------------------------------


def obligations(reader: Reader, zone: ZoneInfo) -> list[Obligation]:
    """Every investigation that nobody concluded yet; it is owed now, without a day.

    Args:
        reader: the record.
        zone: the site's time zone; no investigation has a day of its own.
    """
    del zone
    return [
        Obligation(
            code="oos-open",
            record=case.oos,
            due_on=None,
            sentence=f"{case.test} of {case.subject} was out of specification"
            f" ({', '.join(each.result for each in case.results)}); the investigation {case.oos} is"
            f" {state_words(case)}.",
            who=who_is_next(case),
            command=next_command(case),
        )
        for case in open_cases(reader)
    ]


def open_cases(reader: Reader) -> Iterable[Investigation]:
    """Every investigation of the record that is not concluded."""
    for row in reader.rows("oos"):
        if standing_conclusion(reader, str(row.root)) is None:
            yield case_of(reader, row)


def who_is_next(case: Investigation) -> str:
    """Who can take an investigation on."""
    command = next_command(case)
    return next((who for act, who in _WHO.items() if f"lottrack {act}" in command), _SIGNS)


def state_words(case: Investigation) -> str:
    """Where an investigation stands, as sentences say it."""
    return {
        "open": "open and not investigated yet",
        "investigated": "open, investigated by the laboratory",
        "planned": f"open, with {len(case.retests)} of {case.plan.retests if case.plan else 0}"
        " planned retests on record",
    }.get(state_of(case), state_of(case))
