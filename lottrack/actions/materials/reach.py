"""Whom a material reached: the lots and containers it went into, and who was given them.

A use counts from its passage on: cells taken from an earlier harvest never met it, those of every
later one did, in lots grown on from them, too. For a lot that was in culture while the material lot
stood on the shelf, and that no lot of this material at all is recorded for, the record cannot tell
what it was grown with: there the material was *possibly used*. So it was in lots grown from a lot
of which intermediate containers met it, because nobody tells which of them a culture came from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.custody.containers import state_of
from lottrack.actions.making.lineage import descendants_of_lot, lineage_of
from lottrack.actions.making.lots import filled_at, harvest_times, passages_of
from lottrack.actions.testing.quality_states import filled_containers
from lottrack.actions.testing.result_holds import infused_of
from lottrack.rules.culture.balance import passage_drawn_on
from lottrack.rules.material_reach import POSSIBLY, USED, Span, in_stock, overlap, passages_touched
from lottrack.rules.reading.times import from_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from lottrack.rules.materials import MaterialLot
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

GONE = frozenset({"planned", "not_filled", "infused", "destroyed", "lost", "used_in_testing"})
"""Location states in which a container holds no cells that could still be given or grown."""

# Every lot with a step of culture or a filling, from the first to the last of them, unless a lot of
# the material is recorded for it. Growing: a passage was seeded and not harvested, and the lot is
# not closed.
_IN_CULTURE = """
SELECT step.lot AS lot, min(step.at) AS first, max(step.at) AS last,
       EXISTS (SELECT 1 FROM {seeding} AS s WHERE s.lot = step.lot
               AND NOT EXISTS (SELECT 1 FROM {harvest} AS h
                               WHERE h.lot = s.lot AND h.passage = s.passage)
               AND NOT EXISTS (SELECT 1 FROM {lot_closure} AS c WHERE c.lot = s.lot)) AS growing
  FROM (SELECT lot, occurred_at AS at FROM {seeding}
        UNION ALL SELECT lot, occurred_at FROM {harvest}
        UNION ALL SELECT lot, occurred_at FROM {fill}) AS step
 WHERE step.lot NOT IN (SELECT u.lot FROM {material_use} AS u
                        JOIN {material_lot} AS m ON m.root = u.material_lot
                        WHERE m.material = :material)
 GROUP BY step.lot ORDER BY step.lot
"""


class Touched(NamedTuple):
    """A lot that a material reached.

    Attributes:
        lot: its number.
        certainty: used, or possibly used.
        uses: numbers of the recorded uses.
        whole: it went into a culture of the lot, or of one it was grown from: the lot as a whole.
        fills: fills it went into or whose cells met it.
        containers: containers whose cells met it.
    """

    lot: str
    certainty: str
    uses: tuple[str, ...]
    whole: bool
    fills: tuple[str, ...]
    containers: tuple[str, ...]


def touched_lots(reader: Reader, lots: Sequence[MaterialLot]) -> list[Touched]:
    """Every lot some material lots reached, those with a recorded use first."""
    uses = [row for lot in lots for row in reader.rows("material_use", material_lot=lot.number)]
    found = {each.lot: each for each in _used(reader, uses)}
    possible = [number for lot in lots for number in _possible(reader, lot)]
    for number in [*possible, *_by_intermediates(reader, uses)]:
        found.setdefault(number, _whole(reader, number, POSSIBLY, (), []))
    return sorted(found.values(), key=lambda each: each.certainty != USED)


# -- recorded --------------------------------------------------------------------------------------


def _used(reader: Reader, uses: list[Row]) -> Iterator[Touched]:
    """The lots with a recorded use, and those grown from the cells it went into."""
    by_lot: dict[str, list[Row]] = {}
    for row in uses:
        for number in _followed(reader, row):
            by_lot.setdefault(number, []).append(row)
    for lot, rows in by_lot.items():
        numbers = tuple(str(row.root) for row in rows)
        if any(row.passage is not None for row in rows):
            yield _whole(reader, lot, USED, numbers, rows)
        else:
            fills = tuple(dict.fromkeys(str(row.fill) for row in rows if row.fill is not None))
            containers = [str(c.root) for fill in fills for c in filled_containers(reader, fill)]
            containers += _prepared(reader, rows)
            once = tuple(dict.fromkeys(containers))
            yield Touched(lot, USED, numbers, whole=False, fills=fills, containers=once)


def _followed(reader: Reader, use: Row) -> list[str]:
    """The lots that a use reached: its own, and those grown on from the cells it went into."""
    if use.passage is None:
        return [str(use.lot)]
    reached = [str(use.lot)]
    for number in reached:
        for child in reader.rows("lot", parent=number):
            grown = [passage.number for passage in passages_of(reader, str(child.root))]
            source = min(grown) - 1 if grown else None
            if number != use.lot or passages_touched(source, [int(use.passage)]):
                reached.append(str(child.root))
    return reached


def _whole(
    reader: Reader, lot: str, certainty: str, numbers: tuple[str, ...], rows: Iterable[Row]
) -> Touched:
    """A lot reached by way of its culture; fills made before the passage stay out of it."""
    own = [row for row in rows if row.lot == lot]
    elsewhere = len(own) < len(list(rows))
    passages = [int(row.passage) for row in own if row.passage is not None]
    times = harvest_times(reader, lot)
    fills = [str(row.fill) for row in own if row.fill is not None]
    for fill in reader.rows("fill", lot=lot):
        at = filled_at(reader, str(fill.root))
        source = None if at is None else passage_drawn_on(times, at)
        if not numbers or elsewhere or passages_touched(source, passages):
            fills.append(str(fill.root))
    containers = [str(c.root) for fill in fills for c in filled_containers(reader, fill)]
    containers += _prepared(reader, own)
    return Touched(
        lot,
        certainty,
        numbers,
        whole=True,
        fills=tuple(dict.fromkeys(fills)),
        containers=tuple(dict.fromkeys(containers)),
    )


def _prepared(reader: Reader, rows: Iterable[Row]) -> list[str]:
    """The containers that went into preparations, and what the preparations made."""
    found = []
    for row in rows:
        if row.preparation is not None:
            links = reader.rows("preparation_input", preparation=row.preparation)
            made = reader.rows("container", preparation=row.preparation)
            found += [str(link.container) for link in links] + [str(each.root) for each in made]
    return found


# -- not excluded ----------------------------------------------------------------------------------


def _possible(reader: Reader, lot: MaterialLot) -> Iterator[str]:
    """Lots that may have been grown with a material lot, and those grown from them."""
    shelf = in_stock(lot, _last_taken(reader, lot.number))
    if shelf is None:
        return
    for row in reader.facts_in(_IN_CULTURE, material=lot.material):
        end = None if row.growing else from_text(row.last)
        if overlap(shelf, Span(from_text(row.first), end)):
            yield from descendants_of_lot(reader, str(row.lot))


def _by_intermediates(reader: Reader, uses: list[Row]) -> Iterator[str]:
    """Lots grown from a lot of which intermediate containers met a material."""
    for row in uses:
        fill = None if row.fill is None else reader.find("fill", row.fill)
        if fill is not None and fill.purpose == "intermediate":
            yield from descendants_of_lot(reader, str(row.lot))[1:]


def _last_taken(reader: Reader, number: str) -> datetime | None:
    rows = reader.rows("material_use", material_lot=number)
    rows += reader.rows("material_discard", material_lot=number)
    return max((from_text(row.occurred_at) for row in rows), default=None)


# -- as it is answered -----------------------------------------------------------------------------


def reach_data(reader: Reader, touched: Sequence[Touched]) -> dict[str, Any]:
    """Lots with their containers, and everybody who was given some of their cells."""
    return {
        "lots": [_lot_data(reader, each) for each in touched],
        "infused": [given for each in touched for given in _given(reader, each)],
    }


def _lot_data(reader: Reader, touched: Touched) -> dict[str, Any]:
    lineage = lineage_of(reader, touched.lot)
    return {
        "id": touched.lot,
        "kind": "lot",
        "certainty": touched.certainty,
        "patient": str(lineage.patient.root),
        "course": str(lineage.course.root),
        "uses": list(touched.uses),
        "containers": [_container_data(reader, number) for number in touched.containers],
    }


def _container_data(reader: Reader, number: str) -> dict[str, Any]:
    standing = state_of(reader, number)
    return {
        "id": number,
        "location_state": standing.state,
        "place": standing.place or standing.outside or None,
        "in_stock": standing.state not in GONE,
    }


def _given(reader: Reader, touched: Touched) -> Iterator[dict[str, Any]]:
    wanted = set(touched.containers)
    for entry in infused_of(reader, touched.lot):
        containers = [number for number in entry["containers"] if number in wanted]
        if containers:
            own = {"lot": touched.lot, "certainty": touched.certainty}
            yield entry | {"containers": containers} | own
