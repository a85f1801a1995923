"""The results of one test across the lots of a product, in the order they were sampled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.moments import shown_time
from lottrack.actions.testing.documents import specification_of
from lottrack.actions.testing.quality_states import subject_of
from lottrack.errors import NotFound
from lottrack.rules.reading.quantities import plain
from lottrack.rules.specification.control import MEANINGS, USUAL_VALUES, marks, spread_of
from lottrack.rules.specification.criterion import (
    COMPARISONS,
    accepted_range,
    limit_text,
    possible_range,
)
from lottrack.rules.specification.results import FINAL, restored_value, value_text

if TYPE_CHECKING:
    from decimal import Decimal

    from lottrack.actions.desk import Desk
    from lottrack.rules.specification.criterion import Criterion
    from lottrack.rules.specification.ranges import Range
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class Charted(NamedTuple):
    """One result with its value as a number."""

    row: Row
    number: Decimal
    shown: str


def control_chart(desk: Desk, test: str, product: str = "") -> dict[str, Any]:
    """Final results of a test with a number, mean and spread, marks and the newest limit.

    A result reported with a sign (``<0.50``) is shown at its number but kept out of mean and
    spread: where it lies is not known. Results in another unit than the newest are left out and
    counted.

    Raises:
        NotFound: no final result of that test has a number.
    """
    reader = desk.store
    rows = _rows(reader, test, product)
    if not rows:
        of = f" of product {product}" if product else ""
        raise NotFound(
            f"No final result of {test!r}{of} has a number.",
            hint="`lottrack spec show NAME` lists the tests of a specification.",
        )
    unit = str(rows[-1].row.unit or "")
    shown = [each for each in rows if str(each.row.unit or "") == unit]
    known = [each for each in shown if not each.row.sign]
    values = [each.number for each in known]
    said = dict(zip((str(e.row.root) for e in known), marks(values), strict=True))
    spread = spread_of(values)
    criterion = _criterion(reader, shown[-1].row)
    places = 1 + max((_places(value) for value in values), default=0)
    return {
        "id": str(shown[-1].row.test),
        "kind": "control_chart",
        "product": product or None,
        "training": bool(reader.setting("training")),
        "unit": unit,
        "count": len(shown),
        "other_units": len(rows) - len(shown),
        "mean": None if spread is None else plain(round(spread.mean, places)),
        "deviation": None if spread is None else plain(round(spread.deviation, places)),
        "counted": len(known),
        "usual": USUAL_VALUES,
        "limit": None if criterion is None else limit_text(criterion),
        "limits": [] if criterion is None else _ends(accepted_range(criterion)),
        "possible": [] if criterion is None else _ends(possible_range(criterion)),
        "results": [_said(reader, each, said.get(str(each.row.root), "")) for each in shown],
    }


def _rows(reader: Reader, test: str, product: str) -> list[Charted]:
    """Final results with a number, of the lots of a product if one is named, by sampling time."""
    found = reader.sql(
        "SELECT r.* FROM result_now AS r JOIN lot_now AS l ON l.root = r.lot"
        " WHERE r.test = :test COLLATE NOCASE AND r.reading = :final"
        " AND (:product = '' OR l.product = :product COLLATE NOCASE)"
        " ORDER BY coalesce(r.sampled_at, r.occurred_at), r.seq",
        test=test,
        final=FINAL,
        product=product,
    )
    charted = []
    for row in found:
        value = restored_value(row.sign, row.value)
        if value.number is not None:
            charted.append(Charted(row, value.number, value_text(value)))
    return charted


def _criterion(reader: Reader, row: Row) -> Criterion | None:
    criteria = specification_of(reader, row.specification).criteria
    wanted = str(row.test).casefold()
    found = (each for each in criteria if each.test.casefold() == wanted)
    return next((each for each in found if each.operator in COMPARISONS), None)


def _ends(numbers: Range) -> list[str]:
    return [plain(end) for end in (numbers.low, numbers.high) if end is not None]


def _places(value: Decimal) -> int:
    """How many digits stand behind the point of a number as it was reported."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _said(reader: Reader, charted: Charted, mark: str) -> dict[str, Any]:
    row = charted.row
    return {
        "id": row.root,
        "kind": "result",
        "lot": row.lot,
        "of": subject_of(row),
        "value": charted.shown,
        "number": plain(charted.number),
        "verdict": row.verdict,
        "sampled_at": shown_time(reader, row.sampled_at or row.occurred_at),
        "mark": mark,
        "meaning": MEANINGS.get(mark, ""),
    }
