"""Gather how a lot was made, filled, labelled and kept, for its check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.custody.expiries import extension_of, own_expiry
from lottrack.actions.custody.views import custody_gaps
from lottrack.actions.deviating.lots import deviations_of_lot, things_of
from lottrack.actions.finding import Found
from lottrack.actions.laboratory.uses import use_facts
from lottrack.actions.making.lots import balance_of, filled_at, line_counts, passages_of
from lottrack.actions.materials.checks import materials_fact
from lottrack.actions.testing.documents import specification_of_lot
from lottrack.actions.testing.quality_states import infusions_of, is_gone
from lottrack.rules.culture.growth import cumulative_doublings, passage_name
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.times import from_text, local_text
from lottrack.rules.release.facts import (
    AttestationFact,
    ContainerFact,
    DoublingsFact,
    FillFact,
    MakingFacts,
    PassageFact,
)
from lottrack.rules.specification.criterion import limit_text
from lottrack.rules.specification.doublings import doublings_limits
from lottrack.rules.specification.presentation import latest_expiry
from lottrack.rules.specification.results import ResultValue, judge
from lottrack.rules.specification.specification import shelf_life_of

if TYPE_CHECKING:
    from lottrack.actions.releasing.facts import Scope
    from lottrack.rules.specification.specification import Specification
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def making_facts(reader: Reader, scope: Scope) -> MakingFacts:
    """How the cells were made, filled, labelled and kept."""
    spec = specification_of_lot(reader, scope.lineage.lot)
    labels = {str(row.root): _primary_labels(reader, row.root) for row in scope.planned}
    things = [Found("collection", str(scope.lineage.collection.root))]
    things += [Found("container", str(row.root)) for row in scope.containers]
    return MakingFacts(
        passages=_passages(reader, scope.lot),
        earlier_harvests=tuple(
            str(harvest.root)
            for lot in scope.lineage.ancestors[1:]
            for harvest in reader.rows("harvest", lot=lot.root)
        ),
        balance=balance_of(reader, scope.lot),
        doublings=_doublings(reader, scope, spec),
        attestations=tuple(
            AttestationFact(str(row.root), str(row.rule), str(row.performed_by), str(row.text))
            for row in reader.rows("attestation", lot=scope.lot)
        ),
        fills=tuple(_fill(reader, scope, spec, row) for row in scope.fills),
        containers=tuple(_container(reader, row) for row in scope.containers),
        loose_labels=tuple(label for _, printed in labels.values() for label in printed),
        gaps=tuple(gap for thing in things for gap in custody_gaps(reader, thing)),
        custody_of=tuple(thing.record for thing in things),
        equipment=use_facts(reader, things_of(scope)),
        deviations=deviations_of_lot(reader, scope),
        materials=materials_fact(reader, scope),
    )


def _passages(reader: Reader, lot: str) -> tuple[PassageFact, ...]:
    discards = [row.occurred_at for row in reader.rows("discard", lot=lot)]
    return tuple(
        PassageFact(
            passage_name(passage.number),
            "" if passage.seeding is None else str(passage.seeding.root),
            "" if passage.harvest is None else str(passage.harvest.root),
            passage.seeding is not None
            and any(at >= passage.seeding.occurred_at for at in discards),
        )
        for passage in passages_of(reader, lot)
    )


def _doublings(reader: Reader, scope: Scope, spec: Specification) -> DoublingsFact | None:
    limits = doublings_limits(spec.criteria)
    if not limits:
        return None
    totals = cumulative_doublings(line_counts(reader, scope.lot))
    value = totals[max(totals)] if totals else None
    if value is None:
        return DoublingsFact(limits[0].test, limit_text(limits[0]), None, "")
    verdicts = {c: judge(c, ResultValue("", value, None)) for c in limits}
    told = next((c for c, verdict in verdicts.items() if verdict != "pass"), limits[0])
    return DoublingsFact(told.test, limit_text(told), plain(value), verdicts[told])


def _container(reader: Reader, row: Row) -> ContainerFact:
    applied, printed = _primary_labels(reader, row.root)
    return ContainerFact(str(row.root), not is_gone(reader, row.root), applied, printed)


def _primary_labels(reader: Reader, container: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The primary labels of a container that are stuck on it, and those only printed."""
    applied, printed = [], []
    for label in reader.rows("label", container=container):
        if label.copy != "primary":
            continue
        event = reader.last("label_event", label=label.root)
        if event is None:
            printed.append(str(label.root))
        elif event.event == "applied" and event.container == container:
            applied.append(str(label.root))
    return tuple(applied), tuple(printed)


def _fill(reader: Reader, scope: Scope, spec: Specification, fill: Row) -> FillFact:
    filled = [row for row in scope.containers if row.fill == fill.root]
    stock = [row for row in filled if not _is_used(reader, row)]
    expired = [row for row in stock if from_text(own_expiry(reader, row)) <= scope.moment]
    return FillFact(
        fill=str(fill.root),
        filled=len(filled),
        in_stock=len(stock),
        expires=_expiries(reader, fill, stock),
        is_expired=bool(expired),
        beyond_shelf_life=_beyond(reader, spec, fill, filled),
    )


def _expiries(reader: Reader, fill: Row, stock: list[Row]) -> str:
    """The fill's expiry in words, and which containers were extended beyond it."""
    said = [local_text(from_text(fill.expires_at), fill.zone)]
    for row in stock:
        extension = extension_of(reader, row.root)
        if extension is not None:
            until = local_text(from_text(extension.expires_at), fill.zone)
            said.append(f"{row.root} extended to {until} ({extension.root})")
    return "; ".join(said)


def _is_used(reader: Reader, container: Row) -> bool:
    given = next(infusions_of(reader, container.root), None)
    return given is not None or is_gone(reader, container.root)


def _beyond(reader: Reader, spec: Specification, fill: Row, filled: list[Row]) -> str:
    """How an expiry exceeds the shelf life that the specification allows, or ""."""
    shelf_life = shelf_life_of(spec, fill.presentation)
    at = filled_at(reader, fill.root)
    if shelf_life is None or at is None:
        return ""
    latest = latest_expiry(shelf_life, at)
    if all(from_text(row.expires_at) <= latest for row in filled):
        return ""
    return (
        f"the expiry lies beyond the {shelf_life.length} {shelf_life.unit} after the fill that"
        f" {spec.name}@{spec.edition} allows for {fill.presentation} cells, until"
        f" {local_text(latest, fill.zone)}"
    )
