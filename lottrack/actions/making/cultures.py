"""Culture: passages seeded, watched and harvested.

A passage is seeded once and harvested once, in order; what is seeded comes out of the harvest
before it. Counts are kept as viable cells; a total count is converted when it comes in.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.making.lots import (
    Passage,
    find_lot,
    line_counts,
    passages_of,
    require_after_taking,
    require_cells,
    require_open_lot,
    source_of_seeding,
)
from lottrack.actions.materials.uses import with_materials
from lottrack.actions.moments import happened_at, require_in_order
from lottrack.actions.shown import write_warnings
from lottrack.errors import AlreadyDone, Conflict, Usage
from lottrack.rules.culture.growth import (
    cumulative_doublings,
    parse_passage,
    passage_name,
    population_doublings,
    seeding_density_per_cm2,
)
from lottrack.rules.culture.plausibility import (
    ShownWarning,
    beginning_warnings,
    growth_warnings,
    seeding_warnings,
    viability_warnings,
)
from lottrack.rules.reading.counting import TOTAL, VIABLE, viable_of_total
from lottrack.rules.reading.quantities import format_cells, plain
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class Seeded(NamedTuple):
    """Cells put into culture.

    Attributes:
        cells: how many, of the kind ``counts`` says.
        area_cm2: growth area of all vessels together.
        vessel: what they were put into, or "".
        counts: ``viable`` or ``total``.
        viability_pct: for a total count; None takes that of the harvest they come from.
    """

    cells: int
    area_cm2: Decimal
    vessel: str = ""
    counts: str = VIABLE
    viability_pct: Decimal | None = None


class Harvested(NamedTuple):
    """Cells taken out of culture.

    Attributes:
        cells: how many, of the kind ``counts`` says.
        viability_pct: viable cells per hundred.
        counts: ``viable`` or ``total``.
    """

    cells: int
    viability_pct: Decimal
    counts: str = VIABLE


# -- the acts --------------------------------------------------------------------------------------


def seed(desk: Desk, text: str, passage: str, seeded: Seeded, telling: Telling) -> dict[str, Any]:
    """Record that a passage was seeded.

    Raises:
        AlreadyDone: it was seeded before.
        BadValue: no cells or no area.
        Conflict: the passage before it is missing or not harvested (``not-harvested``), the times
            are out of order, or more cells were seeded than its harvest has left
            (``more-cells-than-harvested``).
    """
    number = parse_passage(passage)
    lot = find_lot(desk, text)
    told = desk.told(telling)
    with desk.change("lot seed") as change:
        require_open_lot(change, lot)
        made = _write_seeding(change, told, lot, number, seeded)
        return with_materials(change, desk, telling, made)


def harvest(
    desk: Desk, text: str, passage: str, harvested: Harvested, telling: Telling
) -> dict[str, Any]:
    """Record that a passage was harvested.

    Raises:
        AlreadyDone: it was harvested before.
        Conflict: it was not seeded (``not-seeded``), or only later.
    """
    number = parse_passage(passage)
    lot = find_lot(desk, text)
    told = desk.told(telling)
    with desk.change("lot harvest") as change:
        require_open_lot(change, lot)
        made = _write_harvest(change, told, lot, number, harvested)
        return with_materials(change, desk, telling, made)


def record_passage(
    desk: Desk,
    text: str,
    passage: str,
    seeded: Seeded,
    harvested: Harvested,
    seeding_told: Telling,
    harvest_told: Telling,
) -> dict[str, Any]:
    """Record the seeding and the harvest of a passage at once.

    Raises:
        AlreadyDone, Conflict: see ``seed`` and ``harvest``.
    """
    number = parse_passage(passage)
    lot = find_lot(desk, text)
    sown, reaped = desk.told(seeding_told), desk.told(harvest_told)
    with desk.change("lot passage") as change:
        require_open_lot(change, lot)
        seeding = _write_seeding(change, sown, lot, number, seeded)
        made = _write_harvest(change, reaped, lot, number, harvested)
        made = with_materials(change, desk, harvest_told, made)
    made["seeding"] = seeding["id"]
    made["warnings"] = [*seeding["warnings"], *made["warnings"]]
    return made


def observe(desk: Desk, text: str, passage: str, words: str, telling: Telling) -> dict[str, Any]:
    """Record what a passage looked like.

    Raises:
        Conflict: it was not seeded, or only later.
    """
    number = parse_passage(passage)
    lot = find_lot(desk, text)
    told = desk.told(telling)
    said = clean_text(words, "the observation")
    with desk.change("lot observe") as change:
        require_open_lot(change, lot)
        at = happened_at(change, told)
        seeding = _require_seeding(_passage(change, lot, number), lot)
        require_in_order(change, at, seeding.occurred_at, f"the seeding of {_name(lot, number)}")
        record = change.record("observation", told, lot=lot, passage=number, text=said)
    return {
        "id": record,
        "kind": "observation",
        "lot": lot,
        "passage": passage_name(number),
        "text": said,
        "warnings": [],
    }


# -- seeding ---------------------------------------------------------------------------------------


def _write_seeding(
    change: Change, told: Told, lot: str, number: int, seeded: Seeded
) -> dict[str, Any]:
    at = happened_at(change, told)
    _require_seedable(change, lot, number)
    source = source_of_seeding(change, lot, number, at)
    before = None
    if source is None:
        require_after_taking(change, at, lot)
    else:
        last = source.cells.passage
        if number != last + 1:
            raise _wrong_passage(lot, number, last)
        before = _passage(change, source.lot, last).harvest
        assert before is not None
        what = f"the harvest of {_name(source.lot, last)}"
        require_in_order(change, at, before.occurred_at, what)
    cells = _viable_seeded(seeded, before)
    density = seeding_density_per_cm2(cells, seeded.area_cm2)
    require_cells(source, cells, f"seeding {_name(lot, number)}")
    record = change.record(
        "seeding",
        told,
        lot=lot,
        passage=number,
        seeded=cells,
        area_cm2=plain(seeded.area_cm2),
        vessel=clean_text(seeded.vessel, "the vessel", 120) if seeded.vessel else None,
        count_basis=seeded.counts,
    )
    warnings = beginning_warnings(f"lot {lot}", number) if source is None else []
    warnings += seeding_warnings(f"lot {lot}", number, cells, seeded.area_cm2)
    warnings += _collection_warnings(change, lot, number)
    return {
        "id": record,
        "kind": "seeding",
        "lot": lot,
        "passage": passage_name(number),
        "seeded": str(cells),
        "count_basis": seeded.counts,
        "area_cm2": seeded.area_cm2,
        "seeding_density_per_cm2": density,
        "warnings": write_warnings(change, record, warnings),
    }


def _require_seedable(change: Change, lot: str, number: int) -> None:
    """Passages follow one another: the one before is harvested, and none is seeded twice."""
    passages = {passage.number: passage for passage in passages_of(change, lot)}
    if number in passages and passages[number].seeding is not None:
        raise AlreadyDone(
            f"{_name(lot, number)} was seeded before.",
            hint=f"`lottrack lot show {lot}` shows it; a wrong value is mended with"
            " `lottrack correct`.",
        )
    before = passages.get(number - 1)
    if before is None and passages and number not in passages:
        raise _wrong_passage(lot, number, max(passages))
    if before is not None and before.harvest is None:
        name = passage_name(before.number)
        raise Conflict(
            f"{_name(lot, number)} cannot be seeded: the harvest of {name} is not on record.",
            code="not-harvested",
            hint=f"Record it first: `lottrack lot harvest {lot} --passage {name} ...`.",
        )


def _wrong_passage(lot: str, number: int, last: int) -> Conflict:
    return Conflict(
        f"Lot {lot} grows on from {passage_name(last)}, so that {passage_name(last + 1)} comes"
        f" next, not {passage_name(number)}.",
        code="out-of-order",
        hint=f"`lottrack lot show {lot}` shows the passages; they are numbered through from a"
        " parent lot.",
    )


def _viable_seeded(seeded: Seeded, before: Row | None) -> int:
    if seeded.counts != TOTAL:
        return seeded.cells
    viability = seeded.viability_pct
    if viability is None and before is not None:
        viability = Decimal(before.viability_pct)
    if viability is None:
        raise Usage(
            "A total count becomes viable cells by a viability, and none is known of these cells.",
            code="viability-missing",
            hint="Give --seeded-viability PCT, or count viable cells.",
        )
    return viable_of_total(seeded.cells, viability)


def _collection_warnings(reader: Reader, lot: str, number: int) -> list[ShownWarning]:
    """Look twice when the lots of a collection seed more than its mononuclear cells."""
    collection = reader.get("lot", lot).collection
    if number != 0 or collection is None:
        return []
    counted = [
        int(row.mnc)
        for table in ("collection_taking", "collection_count")
        for row in reader.rows(table, collection=collection)
        if row.mnc is not None
    ]
    lots = [str(row.root) for row in reader.rows("lot", collection=collection)]
    seeded = sum(
        int(row.seeded) for each in lots for row in reader.rows("seeding", lot=each, passage=0)
    )
    if not counted or seeded <= counted[-1]:
        return []
    return [
        ShownWarning(
            "more-cells-than-collected",
            f"{format_cells(seeded)} cells of collection {collection} were seeded, and only"
            f" {format_cells(counted[-1])} mononuclear ones were counted in it. Check both counts.",
        )
    ]


# -- harvest ---------------------------------------------------------------------------------------


def _write_harvest(
    change: Change, told: Told, lot: str, number: int, harvested: Harvested
) -> dict[str, Any]:
    passage = _passage(change, lot, number)
    if passage.harvest is not None:
        raise AlreadyDone(
            f"{_name(lot, number)} was harvested before.",
            hint=f"`lottrack lot show {lot}` shows it; a wrong value is mended with"
            " `lottrack correct`.",
        )
    seeding = _require_seeding(passage, lot)
    at = happened_at(change, told)
    require_in_order(change, at, seeding.occurred_at, f"the seeding of {_name(lot, number)}")
    viability = harvested.viability_pct
    total = harvested.counts == TOTAL
    cells = viable_of_total(harvested.cells, viability) if total else harvested.cells
    record = change.record(
        "harvest",
        told,
        lot=lot,
        passage=number,
        harvested=cells,
        viability_pct=plain(viability),
        count_basis=harvested.counts,
    )
    warnings = growth_warnings(f"lot {lot}", number, int(seeding.seeded), cells)
    warnings += viability_warnings(_name(lot, number), viability)
    return {
        "id": record,
        "kind": "harvest",
        "lot": lot,
        "passage": passage_name(number),
        "harvested": str(cells),
        "count_basis": harvested.counts,
        "viability_pct": viability,
        **growth_of(change, lot, number),
        "warnings": write_warnings(change, record, warnings),
    }


def growth_of(reader: Reader, lot: str, number: int) -> dict[str, Any]:
    """Density and doublings of one passage; doublings are None for P0 and where none are known."""
    passage = _passage(reader, lot, number)
    seeding, harvest_ = passage.seeding, passage.harvest
    doublings = density = None
    if seeding is not None:
        density = seeding_density_per_cm2(int(seeding.seeded), Decimal(seeding.area_cm2))
        if number > 0 and harvest_ is not None and harvest_.harvested > 0:
            doublings = population_doublings(int(seeding.seeded), int(harvest_.harvested))
    return {
        "population_doublings": doublings,
        "cumulative_population_doublings": cumulative_doublings(line_counts(reader, lot)).get(
            number
        ),
        "seeding_density_per_cm2": density,
    }


def _passage(reader: Reader, lot: str, number: int) -> Passage:
    found = [passage for passage in passages_of(reader, lot) if passage.number == number]
    return found[0] if found else Passage(number, None, None)


def _require_seeding(passage: Passage, lot: str) -> Row:
    if passage.seeding is None:
        raise Conflict(
            f"{_name(lot, passage.number)} was not seeded, as far as the record says.",
            code="not-seeded",
            hint="Record the seeding first: `lottrack lot seed`, or both at once with"
            " `lottrack lot passage`.",
        )
    return passage.seeding


def _name(lot: str, number: int) -> str:
    return f"{passage_name(number)} of lot {lot}"
