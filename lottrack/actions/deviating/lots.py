"""The deviations and the equipment that a lot check asks about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.deviating.concerning import deviations_about, is_kept
from lottrack.actions.finding import Found
from lottrack.actions.laboratory.uses import LotThings, equipment_used_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.releasing.facts import Scope
    from lottrack.rules.deviations import DeviationFact
    from lottrack.store.reader import Reader


def things_of(scope: Scope) -> LotThings:
    """What a lot check is about, as uses of equipment are asked for."""
    return LotThings(
        lot=scope.lot,
        ancestors=tuple(str(lot.root) for lot in scope.lineage.ancestors),
        collection=str(scope.lineage.collection.root),
        containers=tuple(str(row.root) for row in (*scope.containers, *scope.planned)),
    )


def deviations_of_lot(reader: Reader, scope: Scope) -> tuple[DeviationFact, ...] | None:
    """The deviations that concern a lot, where its cells come from and what was used for them.

    None where the site keeps no deviations in this record.
    """
    if not is_kept(reader):
        return None
    return deviations_about(reader, _things(reader, scope))


def _things(reader: Reader, scope: Scope) -> Iterator[Found]:
    lineage = scope.lineage
    for table, row in (
        ("donor", lineage.donor),
        ("patient", lineage.patient),
        ("pair", lineage.pair),
        ("course", lineage.course),
        ("collection", lineage.collection),
    ):
        yield Found(table, str(row.root))
    yield from (Found("lot", str(lot.root)) for lot in lineage.ancestors)
    yield from (Found("fill", str(row.root)) for row in scope.fills)
    yield from (Found("container", str(row.root)) for row in (*scope.containers, *scope.planned))
    for use in equipment_used_for(reader, things_of(scope)):
        yield Found("equipment", str(use.equipment))
    for lot in lineage.ancestors:
        for row in reader.rows("material_use", lot=lot.root):
            yield Found("material_lot", str(row.material_lot))
            yield Found("material", str(reader.get("material_lot", row.material_lot).material))
