"""What the containers of a dose would bring of endotoxin and DMSO, gathered from the record."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lottrack.actions.custody.containers import filling_of
from lottrack.actions.giving.doses import preparation_of, source_containers
from lottrack.actions.testing.documents import specification_of_lot
from lottrack.actions.testing.quality_states import invalidated_of_lot, result_rows
from lottrack.rules.administration.facts import Load
from lottrack.rules.administration.loads import sum_text, sums
from lottrack.rules.reading.quantities import plain
from lottrack.rules.specification.patient_limits import ENDOTOXIN, upper_bound
from lottrack.rules.specification.results import restored_value, result_text
from lottrack.rules.specification.specification import presentation_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lottrack.rules.administration.facts import Case
    from lottrack.rules.specification.patient_limits import PatientLimit
    from lottrack.rules.specification.specification import Specification
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def loads_of(reader: Reader, rows: Sequence[Row], given_ml: Decimal | None = None) -> list[Load]:
    """What the containers of a dose would bring of everything that has a limit per patient.

    Args:
        reader: the record.
        rows: the containers.
        given_ml: the volume that was given in all, once that is known; None takes the volume to be
            given: that of the finished preparation, else what was filled.
    """
    volumes_ml = {str(row.root): dose_volume_ml(reader, row) for row in rows}
    prepared_ml = sum(volumes_ml.values(), Decimal(0))
    if given_ml is not None and prepared_ml > 0:
        volumes_ml = {
            number: volume_ml * given_ml / prepared_ml for number, volume_ml in volumes_ml.items()
        }
    return [load for row in rows for load in _loads(reader, row, volumes_ml[str(row.root)])]


def dose_volume_ml(reader: Reader, container: Row) -> Decimal:
    """The volume of a container to be given: of its preparation as finished, else as filled."""
    preparation = preparation_of(reader, container)
    finish = None
    if preparation is not None:
        finish = reader.last("preparation_finish", preparation=preparation.root)
    told = None if finish is None else finish.volume_ml or finish.used_ml
    if told is not None:
        return Decimal(told)
    return _filled_ml(reader, source_containers(reader, container))


def _filled_ml(reader: Reader, sources: Sequence[Row]) -> Decimal:
    fillings = [filling_of(reader, row.root) for row in sources]
    told = [Decimal(row.volume_ml) for row in fillings if row is not None and row.volume_ml]
    return sum(told, Decimal(0))


def _loads(reader: Reader, container: Row, volume_ml: Decimal) -> Iterator[Load]:
    lot = reader.get("lot", container.lot)
    specification = specification_of_lot(reader, lot)
    for limit in specification.patient_limits:
        if limit.quantity == ENDOTOXIN:
            yield _endotoxin(reader, container, volume_ml, limit)
        else:
            yield _dmso(reader, container, specification, limit)


def _endotoxin(reader: Reader, container: Row, volume_ml: Decimal, limit: PatientLimit) -> Load:
    """The worst of all results that speak for the container; a result is never averaged away."""
    worst: tuple[str, Decimal | None] = ("", None)
    for row in _results(reader, container, limit.test):
        value = restored_value(row.sign, row.value)
        bound, told = upper_bound(value), result_text(value, row.unit or "")
        if bound is None:
            return _load(container, limit, (told, volume_ml, None))
        if worst[1] is None or bound > worst[1]:
            worst = (told, bound)
    told, most = worst
    return _load(container, limit, (told, volume_ml, None if most is None else most * volume_ml))


def _results(reader: Reader, container: Row, test: str) -> list[Row]:
    preparation = preparation_of(reader, container)
    containers = {None, container.root, *(s.root for s in source_containers(reader, container))}
    preparations = {None, None if preparation is None else preparation.root}
    invalid = invalidated_of_lot(reader, str(container.lot))
    return [
        row
        for row in result_rows(reader, container.lot)
        if row.test.casefold() == test.casefold()
        and row.container in containers
        and row.preparation in preparations
        and str(row.root) not in invalid
    ]


def _dmso(
    reader: Reader, container: Row, specification: Specification, limit: PatientLimit
) -> Load:
    """DMSO of what was thawed into the dose; washing it out is not reckoned with."""
    sources = source_containers(reader, container)
    share = _used_share(reader, container, sources)
    amount, volume_ml, told = Decimal(0), Decimal(0), "none"
    for source in sources:
        fill = reader.get("fill", source.fill)
        found = presentation_of(specification, fill.presentation)
        if found is not None and found.dmso_g_per_ml is not None:
            used_ml = _filled_ml(reader, [source]) * share
            volume_ml += used_ml
            amount += found.dmso_g_per_ml * used_ml
            told = f"{plain(found.dmso_g_per_ml)} g/mL"
    return _load(container, limit, (told, volume_ml, amount))


def _used_share(reader: Reader, container: Row, sources: Sequence[Row]) -> Decimal:
    """The share of the thawed volume that went into the dose."""
    preparation = preparation_of(reader, container)
    if preparation is None:
        return Decimal(1)
    finish = reader.last("preparation_finish", preparation=preparation.root)
    thawed_ml = _filled_ml(reader, sources)
    if finish is None or finish.used_ml is None or not thawed_ml > 0:
        return Decimal(1)
    return Decimal(finish.used_ml) / thawed_ml


def _load(
    container: Row, limit: PatientLimit, reckoned: tuple[str, Decimal, Decimal | None]
) -> Load:
    told, volume_ml, amount = reckoned
    return Load(
        limit.quantity,
        str(container.root),
        str(container.lot),
        limit.test,
        told,
        volume_ml,
        amount,
        limit.limit,
        limit.unit,
        limit.basis,
    )


# -- shown -----------------------------------------------------------------------------------------


def patient_limit_data(case: Case) -> list[dict[str, Any]]:
    """What a dose brings of everything that has a limit per patient, as scripts read it."""
    if case.dose is None:
        return []
    return [
        {
            "quantity": found.quantity,
            "per_kg": found.shown or None,
            "limit": plain(found.limit),
            "unit": found.unit,
            "within": found.is_within,
            "volume_ml": plain(sum((load.volume_ml for load in found.loads), Decimal(0))),
            "sentence": sum_text(found, case.dose.weight_kg),
        }
        for found in sums(case.loads, case.dose.weight_kg)
    ]


def patient_limit_lines(case: Case) -> list[str]:
    """The same, a line each, for a signature."""
    if case.dose is None:
        return []
    weight_kg = case.dose.weight_kg
    return [sum_text(found, weight_kg) for found in sums(case.loads, weight_kg)]
