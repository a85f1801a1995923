"""What a qualified person signs at a release and at a certification, and what it covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.moments import told_time
from lottrack.actions.releasing.facts import source_facts
from lottrack.actions.releasing.records import contents, record_facts, unusual_lines
from lottrack.actions.testing.documents import specification_number
from lottrack.actions.testing.quality_states import result_rows
from lottrack.actions.testing.result_reviews import result_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.releasing.facts import Scope
    from lottrack.rules.release.verdict import LotVerdict
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def reviewers_of(reader: Reader, lot: str) -> dict[str, list[str]]:
    """Everybody who signed a review of a lot's results or record, with their reviews."""
    reviews = {str(row.root): row for row in reader.rows("lot_review", lot=lot)}
    for result in result_rows(reader, lot):
        for link in reader.rows("reviewed_result", result=result.root):
            review = reader.find("result_review", link.review)
            if review is not None:
                reviews[str(review.root)] = review
    people: dict[str, list[str]] = {}
    for number, review in reviews.items():
        people.setdefault(str(review.performed_by), []).append(f"the review {number}")
    return people


def release_lines(reader: Reader, verdict: LotVerdict, scope: Scope) -> Iterator[str]:
    """The verdict, every rule, the results, the containers, and everything unusual."""
    lineage = scope.lineage
    spec = specification_number(reader, lineage.lot)
    yield f"Lot: {scope.lot}, {lineage.lot.product}, specification {spec}"
    yield f"For: patient {lineage.patient.root}, course {lineage.course.root}"
    yield f"From: donor {lineage.donor.root}, collection {lineage.collection.root}"
    yield f"Verdict of the lot check: {verdict.verdict.replace('_', ' ')}"
    yield ""
    yield "Rules"
    for finding in verdict.findings:
        outcome = finding.outcome.replace("_", " ")
        yield f"  {finding.code}: {outcome}. {finding.sentence}"
    yield ""
    yield "Results"
    for row in result_rows(reader, scope.lot):
        if row.preparation is None:
            yield from (f"  {line}" for line in result_lines(reader, row))
    yield ""
    yield "Fills and containers"
    for fill in scope.fills:
        yield (
            f"  {fill.root}: {fill.kind}, {fill.presentation}, expires"
            f" {told_time(reader, fill.expires_at)}"
        )
        for container in scope.containers:
            if container.fill == fill.root:
                yield f"    {container.root}: {contents(reader, container)}"
    yield ""
    yield "To look at"
    yield from unusual_lines(reader, lineage, record_facts(reader, scope.lot))


def release_covers(reader: Reader, scope: Scope) -> list[Row]:
    """What a release rests on: correcting any of it voids the release."""
    lineage = scope.lineage
    fills = {fill.root for fill in scope.fills}
    covers: list[Row] = [lineage.collection, lineage.course, lineage.pair]
    for table, row in record_facts(reader, scope.lot):
        if table == "fill" and row.root not in fills:
            continue
        if table == "container" and row.fill not in fills:
            continue
        covers.append(row)
    for table in ("collection_taking", "collection_decision"):
        covers += reader.rows(table, collection=lineage.collection.root)
    covers += reader.rows("hla_finding", pair=lineage.pair.root)[-1:]
    for consent in source_facts(reader, scope).consents:
        covers += [reader.get("consent", number) for number in consent.records]
    covers += reader.rows("attestation", lot=scope.lot)
    return covers
