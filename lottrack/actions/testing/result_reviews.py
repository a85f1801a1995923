"""Review of results: signed by somebody who neither performed nor recorded any of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.finding import find_one_of
from lottrack.actions.independence import people_of, require_independent
from lottrack.actions.making.lots import find_lot
from lottrack.actions.moments import told_time
from lottrack.actions.record.corrected import corrected_values
from lottrack.actions.shown import warnings_of
from lottrack.actions.testing.incubations import early_reading
from lottrack.actions.testing.investigations import investigations_of_results
from lottrack.actions.testing.quality_states import (
    invalidated_of_lot,
    result_rows,
    reviews_of,
    subject_of,
)
from lottrack.actions.testing.results import PART, criterion_of, result_data, shown_value
from lottrack.errors import AlreadyDone, NotFound
from lottrack.rules.specification.criterion import limit_text
from lottrack.rules.specification.raw_data import raw_text
from lottrack.rules.specification.results import FAIL, UNDECIDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lottrack.actions.desk import Desk
    from lottrack.rules.specification.criterion import Criterion
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

ACT = "result review"
MEANING = "review of test results against their records"


def find_results(desk: Desk, texts: Sequence[str]) -> list[str]:
    """The results that numbers name, each once."""
    numbers = [find_one_of(desk.store, text, "result").record for text in texts]
    desk.subjects += numbers
    return list(dict.fromkeys(numbers))


def open_results(desk: Desk, text: str) -> list[str]:
    """The results of a lot that nobody has reviewed yet.

    Raises:
        NotFound: there is none (``nothing-to-review``).
    """
    lot = find_lot(desk, text)
    rows = result_rows(desk.store, lot)
    reviewed = reviews_of(desk.store, rows)
    numbers = [str(row.root) for row in rows if str(row.root) not in reviewed]
    if not numbers:
        raise NotFound(
            f"Lot {lot} has no result that waits for a review.",
            code="nothing-to-review",
            hint=f"`lottrack result list {lot}` shows its results.",
        )
    return numbers


def prepare_review(
    desk: Desk, numbers: Sequence[str], account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What a reviewer signs: each result with its limit, verdict, author and corrections.

    Raises:
        AlreadyDone: one of them was reviewed by a signature that stands.
        SamePerson: the reviewer performed or recorded one of them.
        RoleMissing: the reviewer has no role for it.
    """
    record = reader or desk.store
    rows = [record.get("result", number) for number in numbers]
    people = people_of(record, [("result", row) for row in rows])
    require_independent(desk, ACT, account, people, "performed or recorded")
    for number, review in reviews_of(record, rows).items():
        raise AlreadyDone(
            f"{number} was reviewed by {review.performed_by} ({review.root}).",
            code="already-reviewed",
            hint="Leave it out and review the others.",
        )
    lines = [line for row in rows for line in result_lines(record, row)]
    return signing.prepared(record, ACT, MEANING, lines, rows)


def review_results(
    desk: Desk, numbers: Sequence[str], prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Review results by one signature.

    Raises:
        Changed: the record is not what was shown.
        AlreadyDone, SamePerson: see ``prepare_review``.
    """
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_review(desk, numbers, account, change),
    ) as (change, told, signature):
        review = change.record("result_review", told, signature=signature)
        for number in numbers:
            change.link("reviewed_result", review=review, result=number)
            change.mention(change.get("result", number).lot)
    return {
        "id": review,
        "kind": "result_review",
        "results": list(numbers),
        "reviewed_by": told.performed_by,
        "signature": signature,
        "warnings": [],
    }


def result_lines(reader: Reader, row: Row) -> Iterator[str]:
    """A result as it is signed: value, limit, verdict, author, and what was corrected."""
    criterion = criterion_of(reader, row)
    limit = limit_text(criterion) if criterion else "not in the specification"
    name = f"{row.test} ({criterion.name})" if criterion else str(row.test)
    early = early_reading(row, criterion, str(row.verdict), reader.setting("zone"))
    reading = "INTERIM, told as final" if early else row.reading
    yield (
        f"{row.root}  {name}, {subject_of(row)}: {shown_value(row)}; limit {limit};"
        f" {str(row.verdict).upper()}, {reading}"
    )
    if early:
        yield f"    {early}"
    yield f"    {'; '.join(_how(reader, row, criterion))}"
    if row.reported:
        yield f"    Converted; the laboratory reported {row.reported}"
    if row.replicates:
        yield f"    Readings of one determination: {PART.join(json.loads(row.replicates))}"
    if row.raw:
        yield f"    Raw data: {raw_text(json.loads(row.raw))}"
    for warning in warnings_of(reader, [str(row.root)]):
        if warning["sentence"] != early:
            yield f"    Warning shown: {warning['sentence']}"
    for value in corrected_values(reader, "result", row):
        earlier = ", ".join(str(each) for each in value["earlier"])
        yield f"    CORRECTED {value['field']}: {earlier} -> {value['now']} ({value['reason']})"


def _how(reader: Reader, row: Row, criterion: Criterion | None) -> Iterator[str]:
    """By whom and when a result was measured, of what, how, and how it should have been."""
    yield f"performed by {row.performed_by}, {told_time(reader, row.occurred_at)}"
    if row.recorded_by != row.performed_by:
        yield f"recorded by {row.recorded_by}"
    if row.sampled_at:
        yield f"sampled {told_time(reader, row.sampled_at)}"
    if row.sample:
        yield f"sample {row.sample}"
    if row.method:
        yield f"method: {row.method}"
    if criterion and criterion.method and criterion.method != row.method:
        yield f"method specified: {criterion.method}"


# -- listing ---------------------------------------------------------------------------------------


def list_results(desk: Desk, text: str) -> list[dict[str, Any]]:
    """Every result of a lot, struck ones included, with verdict, review and corrections."""
    reader = desk.store
    lot = find_lot(desk, text)
    roots = reader.sql(
        "SELECT DISTINCT root FROM result WHERE lot = :lot ORDER BY length(root), root", lot=lot
    )
    latest = [reader.versions("result", row.root)[-1] for row in roots]
    reviews = reviews_of(reader, [row for row in latest if not row.struck])
    oos = investigations_of_results(reader, lot)
    invalid = invalidated_of_lot(reader, lot)
    listed = [_listed(reader, row, reviews) for row in latest if row.lot == lot]
    for entry in listed:
        number = str(entry["id"])
        entry["oos"] = oos.get(number)
        entry["set_aside"] = number in invalid and entry["verdict"] in {FAIL, UNDECIDED}
    return listed


def _listed(reader: Reader, row: Row, reviews: dict[str, Row]) -> dict[str, Any]:
    number = str(row.root)
    review = reviews.get(number)
    return result_data(reader, row) | {
        "recorded_by": row.recorded_by,
        "reviewed_by": None if review is None else review.performed_by,
        "review": None if review is None else review.root,
        "struck": bool(row.struck),
        "corrected": [] if row.struck else corrected_values(reader, "result", row),
        "warnings": warnings_of(reader, [number]),
    }
