"""Results and criteria as documents tell them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.moments import shown_time
from lottrack.actions.papers.telling import struck_rows, told
from lottrack.actions.releasing.facts_testing import harvest_day
from lottrack.actions.testing.documents import specification_of_lot
from lottrack.actions.testing.incubations import counted_reading
from lottrack.actions.testing.investigations import investigations_of_results
from lottrack.actions.testing.judgements import rejudged_of_lot, verdict_on_record
from lottrack.actions.testing.quality_states import (
    invalidated_of_lot,
    reviews_given,
    reviews_of,
    subject_of,
)
from lottrack.actions.testing.results import shown_value
from lottrack.rules.specification.criterion import limit_text
from lottrack.rules.specification.results import FAIL, UNDECIDED
from lottrack.rules.specification.specification import find_criterion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lottrack.actions.releasing.facts import Scope
    from lottrack.rules.specification.criterion import Criterion
    from lottrack.rules.specification.specification import Specification
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_SHOWN_TOGETHER = ("sign", "value", "unit")
"""Columns that make up what is read as the result; a change of one changes the others' meaning."""


class Judged(NamedTuple):
    """What the results of a lot are read beside.

    Attributes:
        specification: the version the lot is judged by now.
        reviews: result -> the review of it that stands.
        rejudged: result -> what it means since the lot was moved to another version.
        investigations: result -> the investigation that names it.
        invalidated: results that a signed conclusion found invalid.
        voided: results whose every review became void.
    """

    specification: Specification
    reviews: dict[str, Row]
    rejudged: dict[str, Row]
    investigations: dict[str, str]
    invalidated: frozenset[str]
    voided: frozenset[str]

    @classmethod
    def of(cls, reader: Reader, lot: Row, rows: Iterable[Row]) -> Judged:
        """What some results of a lot are read beside."""
        all_rows = list(rows)
        reviews = reviews_of(reader, all_rows)
        given = {str(row.reviewed) for row in reviews_given(reader, all_rows)}
        return cls(
            specification_of_lot(reader, lot),
            reviews,
            rejudged_of_lot(reader, lot.root),
            investigations_of_results(reader, lot.root),
            invalidated_of_lot(reader, lot.root),
            frozenset(given - reviews.keys()),
        )


def result_block(reader: Reader, row: Row, judged: Judged) -> dict[str, Any]:
    """One result: what was found, how, by whom, who reviewed it, and what was changed of it."""
    review = judged.reviews.get(str(row.root))
    criterion = find_criterion(judged.specification, str(row.test))
    block = told(reader, "result", row)
    verdict = verdict_on_record(row, judged.rejudged)
    reading = counted_reading(row, criterion, verdict, reader.setting("zone"))
    number = str(row.root)
    return block | {
        "kind": "result",
        "test": row.test,
        "name": criterion.name if criterion else row.test,
        "subject": subject_of(row),
        "result": shown_value(row),
        "limit": limit_text(criterion) if criterion else None,
        "level": criterion.level if criterion else None,
        "counted": bool(criterion and criterion.from_count),
        "required": criterion.required if criterion else False,
        "verdict": verdict,
        "oos": judged.investigations.get(number),
        "set_aside": number in judged.invalidated and verdict in {FAIL, UNDECIDED},
        "reading": reading,
        "told_as": None if reading == row.reading else row.reading,
        "reported": row.reported,
        "replicates": [] if row.replicates is None else json.loads(row.replicates),
        "raw": [] if row.raw is None else _named(json.loads(row.raw)),
        "method": row.method,
        "sample": row.sample,
        "sampled_at": shown_time(reader, row.sampled_at),
        "reviewed_by": None if review is None else review.performed_by,
        "review_void": review is None and number in judged.voided,
        "reviewed_at": None if review is None else shown_time(reader, review.occurred_at),
        "review_signature": None if review is None else review.signature,
        "struck": None,
        "corrected": _as_read(reader, row, block["corrected"]),
    }


def _named(raw: dict[str, str]) -> list[str]:
    """Raw counts and dilutions, each with its name."""
    return [f"{name} {value}" for name, value in raw.items()]


def struck_results(reader: Reader, lot: str, judged: Judged) -> list[dict[str, Any]]:
    """Results of a lot that were struck: what they said, by whom they were struck, and why."""
    blocks = []
    for row, strike in struck_rows(reader, "result", [lot]):
        block = result_block(reader, row, judged._replace(reviews={}))
        block["struck"] = {
            "correction": strike.root,
            "by": strike.performed_by,
            "at": shown_time(reader, strike.occurred_at),
            "reason": strike.reason,
        }
        blocks.append(block)
    return blocks


def _as_read(reader: Reader, row: Row, changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The changes of a result with sign, number and unit told as one: ``< 0.50 EU/mL``."""
    apart = [each for each in changed if each["field"] not in _SHOWN_TOGETHER]
    together = [each for each in changed if each["field"] in _SHOWN_TOGETHER]
    if not together:
        return apart
    now = shown_value(row)
    versions = [v for v in reader.versions("result", row.root) if v.version < row.version]
    earlier = dict.fromkeys(shown_value(version) for version in versions)
    said = {"field": "result", "earlier": [text for text in earlier if text != now], "now": now}
    return [together[0] | said, *apart]


class Due(NamedTuple):
    """When open tests are due.

    Attributes:
        promised: test -> the day named by a conditional release.
        harvested: the day of the last harvest, or None.
    """

    promised: dict[str, str]
    harvested: Any

    @classmethod
    def of(cls, reader: Reader, scope: Scope) -> Due:
        """The due days of a lot's tests."""
        promised: dict[str, str] = {}
        for fill in scope.fills:
            for disposition in reader.rows("disposition", fill=fill.root):
                for row in reader.rows("release_condition", disposition=disposition.root):
                    promised[str(row.test)] = str(row.due_on)
        return cls(promised, harvest_day(reader, scope))

    def day(self, criterion: Criterion) -> str | None:
        """The day a test is due: as promised at a release, else as the specification counts."""
        from datetime import timedelta

        if criterion.test in self.promised:
            return self.promised[criterion.test]
        if criterion.pending_days is None or self.harvested is None:
            return None
        return str((self.harvested + timedelta(days=criterion.pending_days)).isoformat())


def criterion_block(criterion: Criterion) -> dict[str, Any]:
    """A criterion as the specification has it."""
    return {
        "test": criterion.test,
        "name": criterion.name,
        "stage": criterion.stage,
        "level": criterion.level,
        "limit": limit_text(criterion),
        "required": criterion.required,
        "method": criterion.method or None,
        "alternative": criterion.alternative or None,
    }
