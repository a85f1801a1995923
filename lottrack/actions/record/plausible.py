"""A corrected number looked at twice, by the rules that look at it when it is recorded.

A slip of the finger is as likely in a correction as in what it mends.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from lottrack.actions.giving.doses import filled_cells
from lottrack.actions.shown import warnings_of
from lottrack.rules.administration.plausibility import infusion_time_warnings, recovery_warnings
from lottrack.rules.culture.growth import passage_name
from lottrack.rules.culture.plausibility import (
    collection_warnings,
    fill_warnings,
    growth_warnings,
    seeding_warnings,
    viability_warnings,
    weight_warnings,
)
from lottrack.rules.reading.times import from_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.rules.culture.plausibility import ShownWarning
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def implausible_after(change: Change, table: str, before: Row) -> list[ShownWarning]:
    """What is worth a second look in a corrected fact and was not said of it before."""
    judge = _JUDGES.get(table)
    now = change.find(table, before.root)
    if judge is None or now is None:
        return []
    told = {each["sentence"] for each in warnings_of(change, [str(before.root)])}
    return [each for each in judge(change, now) if each.sentence not in told]


def _weight(reader: Reader, row: Row) -> list[ShownWarning]:
    earlier = [
        each
        for each in reader.rows("weight", patient=row.patient)
        if each.root != row.root and each.weighed_on <= row.weighed_on
    ]
    last = max(earlier, key=lambda each: (each.weighed_on, each.seq), default=None)
    born = int(reader.get("patient", row.patient).born_year)
    return weight_warnings(
        f"patient {row.patient}",
        Decimal(row.weight_kg),
        previous_kg=None if last is None else Decimal(last.weight_kg),
        age_years=int(row.weighed_on[:4]) - born,
    )


def _seeding(reader: Reader, row: Row) -> list[ShownWarning]:
    number = int(row.passage)
    what = f"lot {row.lot}"
    found = seeding_warnings(what, number, int(row.seeded), Decimal(row.area_cm2))
    harvest = reader.first("harvest", lot=row.lot, passage=row.passage)
    if harvest is None:
        return found
    return found + growth_warnings(what, number, int(row.seeded), int(harvest.harvested))


def _harvest(reader: Reader, row: Row) -> list[ShownWarning]:
    number = int(row.passage)
    name = f"{passage_name(number)} of lot {row.lot}"
    found = viability_warnings(name, Decimal(row.viability_pct))
    seeding = reader.first("seeding", lot=row.lot, passage=row.passage)
    if seeding is None:
        return found
    what = f"lot {row.lot}"
    return growth_warnings(what, number, int(seeding.seeded), int(row.harvested)) + found


def _filling(reader: Reader, row: Row) -> list[ShownWarning]:
    if row.viable_cells is None or row.volume_ml is None:
        return []
    container = reader.get("container", row.container)
    what = f"The {container.kind} {row.container}"
    return fill_warnings(what, int(row.viable_cells), Decimal(row.volume_ml))


def _taking(_: Reader, row: Row) -> list[ShownWarning]:
    return collection_warnings(
        f"collection {row.collection}",
        volume_ml=None if row.volume_ml is None else Decimal(row.volume_ml),
        nucleated_cells=row.tnc,
        mononuclear_cells=row.mnc,
    )


def _count(_: Reader, row: Row) -> list[ShownWarning]:
    what = f"collection {row.collection}"
    found = collection_warnings(what, nucleated_cells=row.tnc, mononuclear_cells=row.mnc)
    if row.viability_pct is None:
        return found
    return found + viability_warnings(what, Decimal(row.viability_pct))


def _preparation_count(reader: Reader, row: Row) -> list[ShownWarning]:
    inputs = [
        reader.get("container", link.container)
        for link in reader.rows("preparation_input", preparation=row.preparation)
    ]
    return recovery_warnings(
        f"preparation {row.preparation}",
        filled_cells(reader, inputs),
        int(row.viable_cells),
        total=row.total_cells,
        viability_pct=None if row.viability_pct is None else Decimal(row.viability_pct),
    )


def _infusion(_: Reader, row: Row) -> list[ShownWarning]:
    moments = from_text(row.started_at), from_text(row.ended_at)
    return infusion_time_warnings(*moments, Decimal(row.volume_ml))


_JUDGES: dict[str, Callable[[Reader, Row], list[ShownWarning]]] = {
    "weight": _weight,
    "seeding": _seeding,
    "harvest": _harvest,
    "filling": _filling,
    "collection_taking": _taking,
    "collection_count": _count,
    "preparation_count": _preparation_count,
    "infusion": _infusion,
}
"""Table -> what looks twice at a fact of it."""
