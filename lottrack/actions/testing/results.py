"""Test results: what one value says, what a count says by itself, and how results are shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.desk import as_text
from lottrack.actions.moments import happened_at, shown_time
from lottrack.actions.testing.documents import specification_number, specification_of_lot
from lottrack.actions.testing.incubations import counted_reading
from lottrack.actions.testing.investigations import investigations_of_results
from lottrack.actions.testing.judgements import rejudged_of_lot, verdict_on_record
from lottrack.actions.testing.result_holds import hold_failing
from lottrack.errors import BadValue
from lottrack.rules.reading.text import clean_text
from lottrack.rules.specification.criterion import limit_text
from lottrack.rules.specification.fulfilment import results_from_count
from lottrack.rules.specification.replicates import decide
from lottrack.rules.specification.results import (
    as_recorded,
    in_unit_of,
    parse_result,
    restored_value,
    result_text,
    value_text,
)
from lottrack.rules.specification.specification import find_criterion
from lottrack.store.chain import canonical

if TYPE_CHECKING:
    from decimal import Decimal

    from lottrack.rules.specification.criterion import Criterion
    from lottrack.rules.specification.results import Reported, ResultValue
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

MOST_REPLICATES = 50
"""Readings one determination may have."""

PART = " / "
"""Stands between the readings of one determination where they are told in one text."""


class Determined(NamedTuple):
    """A determination, read and judged: the value that decides, and the columns it is kept in."""

    value: ResultValue
    columns: dict[str, Any]


def determined(criterion: Criterion | None, texts: tuple[str, ...], unit: str) -> Determined:
    """The readings of one determination in the unit of its limit, and what they say together.

    Raises:
        BadValue: a reading is none that the test can have, or the unit is another.
    """
    if len(texts) > MOST_REPLICATES:
        raise BadValue(f"{len(texts)} readings are more than {MOST_REPLICATES}.")
    readings = [in_unit_of(criterion, parse_result(text, criterion), unit) for text in texts]
    decided = decide(criterion, [reading.value for reading in readings])
    columns = {
        "sign": decided.value.sign,
        "value": value_text(decided.value),
        "unit": readings[0].unit or None,
        "reported": _reported(readings, decided.value) or None,
        "replicates": canonical([text.strip() for text in texts]) if len(texts) > 1 else None,
        "verdict": decided.verdict,
    }
    return Determined(decided.value, columns)


def _reported(readings: list[Reported], decided: ResultValue) -> str:
    """How the laboratory wrote the value that decides; of a mean, all that it was taken of."""
    same = [reading.original for reading in readings if reading.value == decided]
    if same:
        return same[0]
    return " / ".join(reading.original for reading in readings if reading.original)


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
    lot = lot_of_preparation(change, preparation.root)
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
        oos = investigations_of_results(change, str(lot.root)).get(number)
        written.append(result_data(change, row) | {"holds": holds, "oos": oos})
    return written


def counted_results(reader: Reader, count: Row) -> list[Row]:
    """The results that were written out of a count: in the same act, for the same preparation."""
    first = reader.versions("preparation_count", count.root)[0]
    return [
        row
        for row in reader.rows("result", preparation=count.preparation)
        if reader.versions("result", row.root)[0].seq == first.seq
    ]


def revalued(reader: Reader, row: Row, text: str, mark: str) -> dict[str, str | None]:
    """The columns of a result that follow from a corrected value.

    Args:
        reader: the record.
        row: the result.
        text: the right value in the unit of the limit, as ``result record`` takes it; of a
            determination with several readings all of them, parted by `` / ``.
        mark: the decimal mark of whoever typed it.

    Raises:
        BadValue: it is none that the test can have, or readings are missing.
    """
    texts = tuple(as_recorded(part, mark) for part in text.split(PART))
    told = 1 if row.replicates is None else len(json.loads(row.replicates))
    if len(texts) != told:
        raise BadValue(
            f"{row.root} is a determination of {told} reading(s), and {len(texts)} came.",
            code="readings-missing",
            hint="Give all of them in their order: 'value=95.1 / 94.8 / 96.0'.",
        )
    return determined(criterion_of(reader, row), texts, "").columns


# -- reading ---------------------------------------------------------------------------------------


def lot_of_preparation(reader: Reader, preparation: str) -> Row:
    """The lot a preparation is made from: all its containers are of one."""
    link = reader.rows("preparation_input", preparation=preparation)[0]
    return reader.get("lot", reader.get("container", link.container).lot)


def criterion_of(reader: Reader, row: Row) -> Criterion | None:
    """The criterion a result is judged by; None for a test its specification does not have."""
    return find_criterion(specification_of_lot(reader, reader.get("lot", row.lot)), str(row.test))


def shown_value(row: Row) -> str:
    """A result as people read it: ``< 0.50 EU/mL``."""
    return result_text(restored_value(row.sign, row.value), row.unit or "")


def result_data(reader: Reader, row: Row) -> dict[str, Any]:
    """A result as answers give it."""
    criterion = criterion_of(reader, row)
    verdict = verdict_on_record(row, rejudged_of_lot(reader, row.lot))
    reading = counted_reading(row, criterion, verdict, reader.setting("zone"))
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
        "reported": row.reported,
        "replicates": [] if row.replicates is None else json.loads(row.replicates),
        "raw": {} if row.raw is None else json.loads(row.raw),
        "verdict": verdict,
        "required": criterion.required if criterion else False,
        "reading": reading,
        "told_as": None if reading == row.reading else row.reading,
        "method": row.method,
        "sample": row.sample,
        "sampled_at": shown_time(reader, row.sampled_at),
        "at": shown_time(reader, row.occurred_at),
        "performed_by": row.performed_by,
    }
