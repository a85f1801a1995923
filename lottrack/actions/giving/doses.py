"""Doses: which cells are in a container now, and how many per kg they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from lottrack.actions.custody.containers import filling_of
from lottrack.actions.families.patients import latest_weight
from lottrack.rules.administration.dose import Dose, dose_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.rules.administration.protocol import Protocol
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def preparation_of(reader: Reader, container: Row) -> Row | None:
    """The preparation a container is in: it went into it, or was made by it; None before."""
    if container.preparation is not None:
        return reader.get("preparation", container.preparation)
    for link in reversed(reader.rows("preparation_input", container=container.root)):
        preparation = reader.find("preparation", link.preparation)
        if preparation is not None:
            return preparation
    return None


def source_containers(reader: Reader, container: Row) -> list[Row]:
    """The filled containers whose cells a container holds: itself, or what was prepared into it."""
    if container.preparation is None:
        return [container]
    links = reader.rows("preparation_input", preparation=container.preparation)
    return [reader.get("container", link.container) for link in links]


def filled_cells(reader: Reader, containers: Sequence[Row]) -> int:
    """Viable cells at the fill of several containers together."""
    fillings = [filling_of(reader, row.root) for row in containers]
    return sum(int(row.viable_cells or 0) for row in fillings if row is not None)


def dose_for(
    reader: Reader,
    rows: Sequence[Row],
    patient: str,
    protocol: Protocol | None,
    order: Row | None,
) -> tuple[Dose | None, date | None]:
    """The dose of several containers together, and the day of the weight it is reckoned with.

    Args:
        reader: the record.
        rows: the containers.
        patient: their recipient.
        protocol: the order's.
        order: the order; without one there is no dose. Without a container there is none either,
            but there is a weight.
    """
    if order is None or protocol is None:
        return None, None
    weight_kg, weighed_on = dosing_weight(reader, order, patient)
    if weight_kg is None or not rows:
        return None, weighed_on
    preparations = list(
        {p.root: p for p in (preparation_of(reader, row) for row in rows) if p is not None}.values()
    )
    counts = [prepared_cells(reader, preparation) for preparation in preparations]
    whole = all(preparation_of(reader, row) is not None for row in rows)
    counted = sum(c for c in counts if c is not None) if whole and None not in counts else None
    sources = {s.root: s for row in rows for s in source_containers(reader, row)}
    filled = filled_cells(reader, list(sources.values()))
    dose = dose_of(
        weight_kg,
        post_thaw_viable=counted,
        fill_viable=filled,
        expected_recovery=protocol.expected_recovery,
    )
    return dose, weighed_on


def held_volume_ml(reader: Reader, rows: Sequence[Row]) -> Decimal | None:
    """The volume several containers hold together: as prepared, else as filled; None if untold.

    A preparation finished in the same container tells its volume only if somebody gave it; what
    was added without a word (a diluent) leaves the volume untold.
    """
    total = Decimal(0)
    for row in rows:
        held = _held_ml(reader, row)
        if held is None:
            return None
        total += held
    return total


def _held_ml(reader: Reader, row: Row) -> Decimal | None:
    preparation = preparation_of(reader, row)
    if preparation is not None:
        finish = reader.last("preparation_finish", preparation=preparation.root)
        if finish is not None and finish.volume_ml is not None:
            return Decimal(finish.volume_ml)
        if finish is not None and finish.diluent is not None:
            return None
    filling = filling_of(reader, row.root)
    return None if filling is None else Decimal(filling.volume_ml)


def dosing_weight(reader: Reader, order: Row, patient: str) -> tuple[Decimal | None, date | None]:
    """The newest weight there is: the patient's latest, or the order's when that is newer.

    Of one day the patient's own counts: it was read from the scales, the order's was written down.
    """
    latest = latest_weight(reader, patient)
    options = [
        (row.weighed_on, row.weight_kg)
        for row in (latest, order)
        if row is not None and row.weight_kg is not None
    ]
    if not options:
        return None, None
    weighed_on, weight_kg = max(options, key=lambda option: option[0])
    return Decimal(weight_kg), date.fromisoformat(weighed_on)


def prepared_cells(reader: Reader, preparation: Row) -> int | None:
    """Viable cells in the dose of a preparation by its latest count, None without a count.

    When only part of the thawed volume went into the dose, that part of the count.
    """
    count = reader.last("preparation_count", preparation=preparation.root)
    if count is None:
        return None
    viable = int(count.viable_cells)
    finish = reader.last("preparation_finish", preparation=preparation.root)
    if finish is None or finish.used_ml is None:
        return viable
    links = reader.rows("preparation_input", preparation=preparation.root)
    fillings = [filling_of(reader, link.container) for link in links]
    thawed_ml = sum((Decimal(row.volume_ml) for row in fillings if row is not None), Decimal(0))
    if not thawed_ml > 0:
        return viable
    return int(Decimal(viable) * Decimal(finish.used_ml) / thawed_ml)
