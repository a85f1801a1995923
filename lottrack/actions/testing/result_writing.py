"""How a result is written: read, converted, judged, in order with the rest, and what it stops.

One result typed at the keyboard and a laboratory's whole file go through here, so that the same is
asked of both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.desk import as_text
from lottrack.actions.finding import Found, find_one_of, word_for
from lottrack.actions.making.lots import require_after_taking, require_open_lot
from lottrack.actions.moments import happened_at, require_in_order
from lottrack.actions.notation import decimal_mark
from lottrack.actions.notifying.late_positives import late_positive_of
from lottrack.actions.scanning import scanned_thing
from lottrack.actions.shown import write_warnings
from lottrack.actions.testing.documents import specification_number, specification_of_lot
from lottrack.actions.testing.incubations import early_reading, incubation_warnings
from lottrack.actions.testing.investigations import (
    case_of,
    investigations_of_results,
    name_retest,
    open_case_for,
)
from lottrack.actions.testing.quality_states import filled_containers
from lottrack.actions.testing.result_holds import hold_failing, infused_of
from lottrack.actions.testing.results import determined, lot_of_preparation, result_data
from lottrack.errors import BadValue, Conflict, Refused
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.text import clean_text, quoted
from lottrack.rules.reading.times import require_not_future, to_text
from lottrack.rules.specification.investigation import next_command, retest_blockers
from lottrack.rules.specification.raw_data import parse_raw
from lottrack.rules.specification.results import (
    FAIL,
    FINAL,
    as_recorded,
    implausible,
    require_reading,
    unlike_the_fill,
)
from lottrack.rules.specification.specification import find_criterion
from lottrack.store.chain import canonical

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.actions.desk import Desk, Telling
    from lottrack.rules.specification.criterion import Criterion
    from lottrack.rules.specification.investigation import Investigation
    from lottrack.rules.specification.results import ResultValue
    from lottrack.rules.specification.specification import Specification
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class NewResult(NamedTuple):
    """A result about to be recorded, as it was told.

    Attributes:
        target: number or scan of the lot, container or preparation.
        test: the test, in any case.
        value: the value as reported: ``<0.50``, ``92.4``, ``no growth``.
        unit: its unit, or "" for the specification's.
        method: how it was measured, or "" for the specification's hint.
        sample: number or scan of the sample, or "".
        sampled_at: when the sample was drawn; None takes the sample's own time.
        reading: ``interim`` or ``final``.
        replicates: further readings of the same determination, as reported.
        raw: raw counts and dilutions as ``NAME=VALUE`` words.
        retest: the investigation under whose plan it was measured, or "".
    """

    target: str
    test: str
    value: str
    unit: str = ""
    method: str = ""
    sample: str = ""
    sampled_at: datetime | None = None
    reading: str = FINAL
    replicates: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()
    retest: str = ""


class Looked(NamedTuple):
    """What the numbers of a new result stand for.

    Attributes:
        target: the lot, container or preparation.
        sample: number of the sample, or "".
        retest: number of the investigation, or "".
        scanned: the target came from a scanned code.
    """

    target: Found
    sample: str
    retest: str
    scanned: bool


def record_result(desk: Desk, new: NewResult, telling: Telling) -> dict[str, Any]:
    """Record one reported value and judge it by the lot's specification.

    A test the specification does not have is kept for information. A failing result of a required
    test opens an investigation by itself, and a hold once cells may be with a patient
    (``hold_failing``), in the same transaction; the answer names everybody who was given some.

    Raises:
        NotFound: there is no such lot, container or preparation.
        BadValue, Conflict, Refused: see ``write_result``.
    """
    new = spelled(new, decimal_mark(desk.store))
    looked = look_up(desk, new)
    told = desk.told(telling._replace(entry="scanned") if looked.scanned else telling)
    with desk.change("result record") as change:
        return write_result(change, new, looked, told)


def spelled(new: NewResult, mark: str) -> NewResult:
    """A result with its numbers in the spelling of the record.

    Args:
        new: as it was told.
        mark: the decimal mark of whoever told it.

    Raises:
        BadValue: a number is written with another mark (``bad-number``).
    """
    return new._replace(
        value=as_recorded(new.value, mark),
        replicates=tuple(as_recorded(each, mark) for each in new.replicates),
    )


def look_up(desk: Desk, new: NewResult) -> Looked:
    """Find what a new result speaks of.

    Raises:
        NotFound: there is no such thing.
        WrongKindOfCode: it is something else.
        BadValue: the sample would have been drawn in the future.
    """
    number, scanned = scanned_thing(desk, new.target)
    target = find_one_of(desk.store, number, "lot", "container", "preparation")
    desk.subjects.append(target.record)
    sample = retest = ""
    if new.sample:
        sample = find_one_of(desk.store, scanned_thing(desk, new.sample)[0], "sample").record
    if new.retest:
        retest = find_one_of(desk.store, new.retest, "oos").record
        desk.subjects.append(retest)
    if new.sampled_at is not None:
        require_not_future(new.sampled_at, desk.now(), "the time of sampling", desk.zone)
    return Looked(target, sample, retest, scanned)


def write_result(change: Change, new: NewResult, looked: Looked, told: Told) -> dict[str, Any]:
    """Write one result into an open change, with everything that follows from it.

    Raises:
        BadValue: the value is none that the test can have, or its unit is another.
        Conflict: the test is judged for something else (``wrong-level``); the sample is of another
            lot; the lot was closed; the times are out of order; the retest is of another test.
        Refused: no plan allows the retest (``retest-without-plan``, ``retests-used-up``).
    """
    target = looked.target
    lot = require_open_lot(change, lot_of(change, target))
    spec = specification_of_lot(change, lot)
    criterion = find_criterion(spec, new.test)
    _require_level(change, criterion, target, lot)
    at = happened_at(change, told)
    sampled_at = _sampled_at(change, new, looked.sample, lot, at)
    _require_after(change, target, str(lot.root), at)
    read = determined(criterion, (new.value, *new.replicates), new.unit)
    require_reading(criterion, read.value, new.reading)
    _require_retest(change, new, looked, criterion, at)
    test = criterion.test if criterion else clean_text(new.test, "the test", 60)
    repeated = open_case_for(change, str(lot.root), test, target.record)
    number = change.record(
        "result",
        told,
        lot=lot.root,
        container=target.record if target.table == "container" else None,
        preparation=target.record if target.table == "preparation" else None,
        specification=specification_number(change, lot),
        test=test,
        **read.columns,
        raw=canonical(parse_raw(new.raw)) if new.raw else None,
        method=_method(new, criterion),
        sample=looked.sample or None,
        sampled_at=sampled_at,
        reading=new.reading,
    )
    if looked.retest:
        _require_read_out(change, number, criterion, looked.retest)
        name_retest(change, looked.retest, number)
    warnings = [*_warnings(spec, criterion, new.test), *_doubts(criterion, read.value)]
    warnings += _unlike_the_fill(change, criterion, read.value, target)
    if repeated is not None and not looked.retest:
        warnings.append(repeated_warning(repeated))
    warnings += incubation_warnings(change, change.get("result", number), criterion)
    return _answer(change, number, criterion, warnings)


def _answer(
    change: Change, number: str, criterion: Criterion | None, warnings: list[ShownWarning]
) -> dict[str, Any]:
    row = change.get("result", number)
    shown = write_warnings(change, number, warnings)
    holds = hold_failing(change, row, criterion)
    answer = result_data(change, row) | {"holds": holds}
    answer["oos"] = investigations_of_results(change, str(row.lot)).get(number)
    if row.verdict == FAIL and criterion is not None and criterion.required:
        answer["infused"] = infused_of(change, str(row.lot))
    alarm = late_positive_of(change, str(row.root), to_text(change.now))
    if alarm is not None:
        answer["late_positive"] = alarm
    return answer | {"warnings": shown}


def _method(new: NewResult, criterion: Criterion | None) -> str | None:
    if new.method:
        return clean_text(new.method, "the method", 120)
    return (criterion.method if criterion else "") or None


# -- what it is of, and when -----------------------------------------------------------------------


def lot_of(reader: Reader, target: Found) -> str:
    """The lot of a lot, container or preparation."""
    if target.table == "lot":
        return target.record
    if target.table == "container":
        return str(reader.get("container", target.record).lot)
    return str(lot_of_preparation(reader, target.record).root)


def _require_level(reader: Reader, criterion: Criterion | None, target: Found, lot: Row) -> None:
    """A test is recorded for what its criterion speaks of, and for nothing else."""
    if criterion is None or criterion.level == target.table:
        return
    hints = {
        "lot": "Record it for the lot:"
        f" `lottrack result record {lot.root} {criterion.test} VALUE`.",
        "container": f"Record it for each container: {_containers(reader, lot)}.",
        "preparation": "Record it for the preparation of one order, from"
        " `lottrack prepare start`; `lottrack prepare count` fulfils what a count can tell.",
    }
    raise Conflict(
        f"{criterion.test} of {specification_number(reader, lot)} is judged for a"
        f" {criterion.level}, and {target.record} is a {word_for(target.table)}.",
        code="wrong-level",
        hint=hints[criterion.level],
    )


def _containers(reader: Reader, lot: Row) -> str:
    numbers = [
        str(container.root)
        for fill in reader.rows("fill", lot=lot.root)
        for container in filled_containers(reader, fill.root)
    ]
    return ", ".join(numbers) or "none is filled yet"


def _sampled_at(change: Change, new: NewResult, sample: str, lot: Row, at: datetime) -> str | None:
    """When the sample was drawn, as stored; refuses another lot's sample and a later time."""
    sampled = as_text(new.sampled_at)
    if sample:
        row = change.get("sample", sample)
        of = row.lot or change.get("container", row.container).lot
        if of != lot.root:
            raise Conflict(
                f"Sample {sample} is of lot {of}, not of lot {lot.root}.",
                code="sample-of-another-lot",
                hint="Check the numbers of sample and lot.",
            )
        sampled = sampled or str(row.occurred_at)
    require_in_order(change, at, sampled, "the sampling")
    return sampled


def _require_after(change: Change, target: Found, lot: str, at: datetime) -> None:
    require_after_taking(change, at, lot)
    if target.table == "preparation":
        row = change.get("preparation", target.record)
        require_in_order(change, at, row.occurred_at, f"the start of {target.record}")
    if target.table == "container":
        filling = change.last("filling", container=target.record, outcome="filled")
        if filling is None and change.get("container", target.record).fill is not None:
            raise Conflict(
                f"{target.record} was not filled, so it has no results.",
                code="not-filled",
                hint=f"See `lottrack custody show {target.record}`.",
            )
        if filling is not None:
            require_in_order(change, at, filling.occurred_at, f"the filling of {target.record}")


# -- retests ---------------------------------------------------------------------------------------


def _require_retest(
    change: Change, new: NewResult, looked: Looked, criterion: Criterion | None, at: datetime
) -> None:
    """Refuse a retest that no signed plan allows, and one of another test or thing."""
    if not looked.retest:
        return
    row = change.get("oos", looked.retest)
    case = case_of(change, row)
    test = criterion.test if criterion else new.test
    if case.subject != looked.target.record or case.test.casefold() != test.strip().casefold():
        raise Conflict(
            f"{case.oos} is about {case.test} of {case.subject}, not about {quoted(test)} of"
            f" {looked.target.record}.",
            code="retest-of-another",
            hint=f"Record it without --retest, or see `lottrack oos show {case.oos}`.",
        )
    if new.reading != FINAL:
        raise BadValue(
            f"A retest of {case.oos} is a final result.",
            code="retest-interim",
            hint="Record interim readings without --retest.",
        )
    reasons = retest_blockers(case)
    if reasons:
        command = next_command(case)
        raise Refused(
            reasons[0].sentence,
            code=reasons[0].code,
            blockers=reasons,
            hint=f"Next: `{command}`." if command else f"`lottrack oos show {case.oos}`.",
        )
    assert case.plan is not None
    planned = change.get("oos_plan", case.plan.record)
    require_in_order(change, at, planned.occurred_at, f"the plan {case.plan.record}")


def _require_read_out(
    change: Change, number: str, criterion: Criterion | None, retest: str
) -> None:
    """Refuse a retest that was read before its incubation was over: it would be used up."""
    row = change.get("result", number)
    said = early_reading(row, criterion, str(row.verdict), change.zone)
    if said:
        raise BadValue(
            f"A retest of {retest} is a final result. {said}",
            code="retest-interim",
            hint="Record what is seen until then without --retest, as --reading interim.",
        )


# -- warnings --------------------------------------------------------------------------------------


def repeated_warning(case: Investigation) -> ShownWarning:
    """What to say where a test is repeated while it is under investigation, and outside a plan."""
    return ShownWarning(
        "under-investigation",
        f"{case.test} of {case.subject} is under investigation ({case.oos}): this result counts"
        " like every other and settles nothing. A planned retest is told with"
        f" --retest {case.oos}.",
    )


def _doubts(criterion: Criterion | None, value: ResultValue) -> list[ShownWarning]:
    doubt = implausible(criterion, value)
    return [] if doubt is None else [ShownWarning("result-implausible", doubt)]


def _unlike_the_fill(
    change: Change, criterion: Criterion | None, value: ResultValue, target: Found
) -> list[ShownWarning]:
    filling = change.last("filling", container=target.record, outcome="filled")
    if target.table != "container" or criterion is None or filling is None:
        return []
    doubt = unlike_the_fill(criterion, value, int(filling.viable_cells), target.record)
    return [] if doubt is None else [ShownWarning("count-unlike-fill", doubt)]


def _warnings(spec: Specification, criterion: Criterion | None, test: str) -> list[ShownWarning]:
    if criterion is not None:
        return []
    from difflib import get_close_matches

    known = {entry.test.casefold(): entry.test for entry in spec.criteria}
    near = [known[each] for each in get_close_matches(test.strip().casefold(), known, 3)]
    meant = f" Was {' or '.join(near)} meant?" if near else ""
    return [
        ShownWarning(
            "test-not-in-specification",
            f"{spec.name}@{spec.edition} has no test {quoted(test.strip())}: the result is kept for"
            f" information and judges nothing.{meant}",
        )
    ]
