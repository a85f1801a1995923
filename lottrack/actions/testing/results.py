"""Test results: recorded, judged at once, listed with everything that became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.desk import as_text
from lottrack.actions.finding import Found, find_one_of, word_for
from lottrack.actions.making.lots import require_after_taking, require_open_lot
from lottrack.actions.moments import happened_at, require_in_order, shown_time
from lottrack.actions.scanning import scanned_record
from lottrack.actions.shown import write_warnings
from lottrack.actions.testing.documents import specification_number, specification_of_lot
from lottrack.actions.testing.judgements import rejudged_of_lot, verdict_on_record
from lottrack.actions.testing.quality_states import filled_containers
from lottrack.actions.testing.result_holds import hold_failing, infused_of
from lottrack.errors import Conflict
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.text import clean_text, quoted
from lottrack.rules.reading.times import require_not_future
from lottrack.rules.specification.criterion import limit_text
from lottrack.rules.specification.fulfilment import results_from_count
from lottrack.rules.specification.results import (
    FAIL,
    implausible,
    judge,
    parse_result,
    require_unit,
    restored_value,
    result_text,
    value_text,
)
from lottrack.rules.specification.specification import find_criterion

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from lottrack.actions.desk import Desk, Telling
    from lottrack.rules.specification.criterion import Criterion
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
    """

    target: str
    test: str
    value: str
    unit: str = ""
    method: str = ""
    sample: str = ""
    sampled_at: datetime | None = None
    reading: str = "final"


def record_result(desk: Desk, new: NewResult, telling: Telling) -> dict[str, Any]:
    """Record one reported value and judge it by the lot's specification.

    A test the specification does not have is kept for information. A failing result of a required
    test opens a hold by itself once cells may be with a patient (``hold_failing``), in the same
    transaction, and the answer names everybody who was given some.

    Raises:
        NotFound: there is no such lot, container or preparation.
        BadValue: the value is none that the test can have, or its unit is another.
        Conflict: the test is judged for something else (``wrong-level``); the sample is of another
            lot; the lot was closed; the times are out of order.
    """
    number, scanned = scanned_record(desk, new.target)
    target = find_one_of(desk.store, number, "lot", "container", "preparation")
    desk.subjects.append(target.record)
    sample = _sample_number(desk, new.sample)
    if new.sampled_at is not None:
        require_not_future(new.sampled_at, desk.now(), "the time of sampling", desk.zone)
    told = desk.told(telling._replace(entry="scanned") if scanned else telling)
    with desk.change("result record") as change:
        lot = require_open_lot(change, _lot_of(change, target))
        spec = specification_of_lot(change, lot)
        criterion = find_criterion(spec, new.test)
        _require_level(change, criterion, target, lot)
        at = happened_at(change, told)
        sampled_at = _sampled_at(change, new, sample, lot, at)
        _require_after(change, target, str(lot.root), at)
        value = parse_result(new.value, criterion)
        columns = {
            "lot": lot.root,
            "container": target.record if target.table == "container" else None,
            "preparation": target.record if target.table == "preparation" else None,
            "specification": specification_number(change, lot),
            "test": criterion.test if criterion else clean_text(new.test, "the test", 60),
            "sign": value.sign,
            "value": value_text(value),
            "unit": require_unit(new.unit, criterion) or None,
            "method": _method(new, criterion),
            "sample": sample or None,
            "sampled_at": sampled_at,
            "reading": new.reading,
            "verdict": judge(criterion, value),
        }
        result = change.record("result", told, **columns)
        warnings = _warnings(spec, criterion, new.test)
        doubt = implausible(criterion, value)
        if doubt is not None:
            warnings.append(ShownWarning("result-implausible", doubt))
        row = change.get("result", result)
        shown = write_warnings(change, result, warnings)
        answer = result_data(change, row) | {"holds": hold_failing(change, row, criterion)}
        if row.verdict == FAIL and criterion is not None and criterion.required:
            answer["infused"] = infused_of(change, str(lot.root))
    return answer | {"warnings": shown}


def _sample_number(desk: Desk, text: str) -> str:
    if not text:
        return ""
    return find_one_of(desk.store, scanned_record(desk, text)[0], "sample").record


def _lot_of(reader: Reader, target: Found) -> str:
    if target.table == "lot":
        return target.record
    if target.table == "container":
        return str(reader.get("container", target.record).lot)
    return str(_lot_of_preparation(reader, target.record).root)


def _lot_of_preparation(reader: Reader, preparation: str) -> Row:
    """The lot a preparation is made from: all its containers are of one."""
    link = reader.rows("preparation_input", preparation=preparation)[0]
    return reader.get("lot", reader.get("container", link.container).lot)


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


def _method(new: NewResult, criterion: Criterion | None) -> str | None:
    if new.method:
        return clean_text(new.method, "the method", 120)
    return (criterion.method if criterion else "") or None


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


# -- what a count tells by itself ------------------------------------------------------------------


def record_counted_results(
    change: Change,
    told: Told,
    preparation: Row,
    viable: int,
    viability_pct: Decimal | None,
    method: str,
) -> list[dict[str, Any]]:
    """Write the results that a count of a prepared dose is by itself, each judged.

    Args:
        change: the open change in which the count was recorded.
        told: when and by whom it was counted.
        preparation: what was counted.
        viable: viable cells in the whole preparation.
        viability_pct: viable cells per hundred, or None where only viable ones were counted.
        method: how it was counted, or "".

    Returns:
        Every result with the holds it opened by itself.
    """
    lot = _lot_of_preparation(change, preparation.root)
    spec = specification_of_lot(change, lot)
    written = []
    for counted in results_from_count(
        spec, "", preparation.root, viable_cells=viable, viability_pct=viability_pct
    ):
        criterion = find_criterion(spec, counted.test)
        assert criterion is not None
        number = change.record(
            "result",
            told,
            lot=lot.root,
            preparation=preparation.root,
            specification=specification_number(change, lot),
            test=criterion.test,
            sign=counted.value.sign,
            value=value_text(counted.value),
            unit=criterion.unit or None,
            method=clean_text(method, "the method", 120) if method else criterion.method or None,
            sampled_at=as_text(happened_at(change, told)),
            reading=counted.reading,
            verdict=counted.verdict,
        )
        row = change.get("result", number)
        holds = hold_failing(change, row, criterion)
        written.append(result_data(change, row) | {"holds": holds})
    return written


def counted_results(reader: Reader, count: Row) -> list[Row]:
    """The results that were written out of a count: in the same act, for the same preparation."""
    first = reader.versions("preparation_count", count.root)[0]
    return [
        row
        for row in reader.rows("result", preparation=count.preparation)
        if reader.versions("result", row.root)[0].seq == first.seq
    ]


def revalued(reader: Reader, row: Row, text: str) -> dict[str, str | None]:
    """The columns of a result that follow from a corrected value: sign, value, verdict.

    Args:
        reader: the record.
        row: the result.
        text: the right value, as ``result record`` takes it.

    Raises:
        BadValue: it is none that the test can have.
    """
    criterion = criterion_of(reader, row)
    value = parse_result(text, criterion)
    return {
        "sign": value.sign,
        "value": value_text(value),
        "verdict": judge(criterion, value),
    }


# -- reading ---------------------------------------------------------------------------------------


def criterion_of(reader: Reader, row: Row) -> Criterion | None:
    """The criterion a result is judged by; None for a test its specification does not have."""
    return find_criterion(specification_of_lot(reader, reader.get("lot", row.lot)), str(row.test))


def shown_value(row: Row) -> str:
    """A result as people read it: ``< 0.50 EU/mL``."""
    return result_text(restored_value(row.sign, row.value), row.unit or "")


def result_data(reader: Reader, row: Row) -> dict[str, Any]:
    """A result as answers give it."""
    criterion = criterion_of(reader, row)
    return {
        "id": row.root,
        "kind": "result",
        "lot": row.lot,
        "container": row.container,
        "preparation": row.preparation,
        "test": row.test,
        "name": criterion.name if criterion else row.test,
        "level": criterion.level if criterion else None,
        "value": f"{row.sign}{row.value}",
        "unit": row.unit,
        "limit": limit_text(criterion) if criterion else None,
        "verdict": verdict_on_record(row, rejudged_of_lot(reader, row.lot)),
        "required": criterion.required if criterion else False,
        "reading": row.reading,
        "method": row.method,
        "sample": row.sample,
        "sampled_at": shown_time(reader, row.sampled_at),
        "at": shown_time(reader, row.occurred_at),
        "performed_by": row.performed_by,
    }
