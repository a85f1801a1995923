"""How a lot grew, passage by passage, beside the lots of its product made before it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lottrack.actions.making.cultures import growth_of
from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.making.lots import find_lot, line_passages
from lottrack.actions.moments import shown_time
from lottrack.actions.testing.documents import specification_of_lot
from lottrack.rules.culture.envelope import envelope_of, outside_words
from lottrack.rules.culture.growth import (
    CUMULATIVE_CONVENTION,
    doubling_time_hours,
    passage_name,
)
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.times import from_text
from lottrack.rules.specification.criterion import accepted_range, limit_text
from lottrack.rules.specification.doublings import doublings_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.desk import Desk
    from lottrack.actions.making.lots import Passage
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_DAY_SECONDS = 86_400
_MEASURES = (
    ("seeding_density_per_cm2", "seeding density", " viable cells/cm²"),
    ("population_doublings", "population doublings", ""),
    ("doubling_time_hours", "doubling time", " h"),
    ("viability_pct", "viability", " %"),
)


def growth(desk: Desk, text: str) -> dict[str, Any]:
    """A lot's passages with density, doublings, doubling time, and what sets it apart.

    Those of the lots it was split from are part of its line, and are no earlier lots beside it.
    Decimals are texts. ``earlier`` holds the curves of the lots of the same product that were
    registered before it; ``budget`` is what the specification allows in doublings, or None.
    """
    reader = desk.store
    lot = reader.get("lot", find_lot(desk, text))
    own = {str(row.root) for row in lineage_of(reader, str(lot.root)).ancestors}
    earlier = [
        row
        for row in reader.rows("lot", product=lot.product)
        if row.seq < lot.seq and row.root not in own
    ]
    grown = {str(row.root): _passages(reader, str(row.root)) for row in (lot, *earlier)}
    passages = grown.pop(str(lot.root))
    for passage in passages:
        passage["outside"] = list(_outside(passage, grown.values()))
    return {
        "id": lot.root,
        "kind": "growth",
        "product": lot.product,
        "training": bool(reader.setting("training")),
        "passages": [_said(reader, passage) for passage in passages],
        "budget": _budget(reader, lot, passages),
        "earlier": [
            {"lot": number, "curve": curve}
            for number, before in grown.items()
            if len(curve := _curve(before)) > 1
        ],
        "curve": _curve(passages),
        "doublings_convention": CUMULATIVE_CONVENTION,
    }


def _passages(reader: Reader, lot: str) -> list[dict[str, Any]]:
    return [_measured(reader, of, passage) for of, passage in line_passages(reader, lot)]


def _measured(reader: Reader, lot: str, passage: Passage) -> dict[str, Any]:
    seeding, harvest = passage.seeding, passage.harvest
    return {
        "number": passage.number,
        "lot": lot,
        "seeded_at": None if seeding is None else seeding.occurred_at,
        "harvested_at": None if harvest is None else harvest.occurred_at,
        **growth_of(reader, lot, passage.number),
        "doubling_time_hours": _doubling_time(passage),
        "viability_pct": None if harvest is None else Decimal(harvest.viability_pct),
    }


def _doubling_time(passage: Passage) -> Decimal | None:
    """None for P0, and where cells or times give no doubling time."""
    seeding, harvest = passage.seeding, passage.harvest
    if not passage.number or seeding is None or harvest is None or not harvest.harvested:
        return None
    seeded_at, harvested_at = from_text(seeding.occurred_at), from_text(harvest.occurred_at)
    if not harvested_at > seeded_at:
        return None
    return doubling_time_hours(int(seeding.seeded), int(harvest.harvested), seeded_at, harvested_at)


def _outside(passage: dict[str, Any], earlier: Any) -> Iterator[str]:
    """What sets a passage apart from the same passage of the earlier lots."""
    same = [each for lot in earlier for each in lot if each["number"] == passage["number"]]
    for key, name, unit in _MEASURES:
        envelope = envelope_of(each[key] for each in same if each[key] is not None)
        words = outside_words(name, passage[key], unit, envelope)
        if words is not None:
            yield words


def _said(reader: Reader, passage: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"passage": passage_name(passage["number"]), "lot": passage["lot"]}
    for key in ("seeded_at", "harvested_at"):
        said[key] = None if passage[key] is None else shown_time(reader, passage[key])
    for key in (
        "seeding_density_per_cm2",
        "population_doublings",
        "cumulative_population_doublings",
        "doubling_time_hours",
        "viability_pct",
    ):
        said[key] = None if passage[key] is None else plain(passage[key])
    return said | {"outside": passage["outside"]}


def _curve(passages: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Cumulative doublings at each harvest from P1, by days since P1 was seeded."""
    first = next((p for p in passages if p["number"] == 1), None)
    if first is None or first["seeded_at"] is None:
        return []
    begin = from_text(first["seeded_at"])
    curve = [{"passage": "P1", "day": "0", "cumulative_population_doublings": "0"}]
    for passage in passages:
        total = passage["cumulative_population_doublings"]
        if total is None or passage["harvested_at"] is None:
            continue
        elapsed = from_text(passage["harvested_at"]) - begin
        days = Decimal(elapsed.days) + Decimal(elapsed.seconds) / _DAY_SECONDS
        curve.append(
            {
                "passage": passage_name(passage["number"]),
                "day": plain(round(days, 2)),
                "cumulative_population_doublings": plain(total),
            }
        )
    return curve


def _budget(reader: Reader, lot: Row, passages: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The doublings that the specification allows, and how many are used up."""
    limits = doublings_limits(specification_of_lot(reader, lot).criteria)
    if not limits:
        return None
    totals = [p["cumulative_population_doublings"] for p in passages]
    used = next((total for total in reversed(totals) if total is not None), None)
    most = accepted_range(limits[0]).high
    return {
        "test": limits[0].test,
        "limit": limit_text(limits[0]),
        "most": None if most is None else plain(most),
        "used": None if used is None else plain(used),
        "left": None if used is None or most is None else plain(most - used),
    }
