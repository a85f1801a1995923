"""Material lots in the hand: a vial opened, something used, something thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.finding import find_one_of
from lottrack.actions.making.lots import passages_of, require_after_taking, require_open_lot
from lottrack.actions.materials.stock import (
    find_material_lot,
    in_material_unit,
    read_material_lot,
    site_day,
)
from lottrack.actions.materials.uses import (
    USE,
    Into,
    Taken,
    into_preparation,
    require_there,
    write_uses,
)
from lottrack.actions.moments import happened_at, require_in_order, shown_time
from lottrack.errors import Conflict, Refused, Usage
from lottrack.rules.culture.growth import parse_passage, passage_name
from lottrack.rules.material_amounts import require_positive
from lottrack.rules.materials import open_until, use_blockers, vial_at
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import iso_local, to_text

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk, Telling
    from lottrack.actions.giving.incidents import Happened
    from lottrack.store.reader import Reader


class Where(NamedTuple):
    """What a material went into, as typed: a lot with a passage or a fill, or a preparation."""

    thing: str
    passage: str = ""
    fill: str = ""


def use_material(
    desk: Desk, taken: Taken, where: Where, telling: Telling, happened: Happened | None = None
) -> dict[str, Any]:
    """Record that a material was used for a passage, a fill or a preparation.

    Raises:
        Usage: neither a passage nor a fill of the lot is named, or both.
        Refused, Conflict: see ``write_uses``; the lot was closed, the passage is not on record.
    """
    told = desk.told(telling)
    with desk.change(USE, telling.reason or None) as change:
        into = _into(change, desk, where)
        if not into.preparation:
            require_open_lot(change, into.lot)
            require_after_taking(change, happened_at(change, told), into.lot)
        (used,) = write_uses(change, desk, told, into, [taken], happened)
    return used


def _into(reader: Reader, desk: Desk, where: Where) -> Into:
    thing = find_one_of(reader, where.thing, "lot", "preparation")
    desk.subjects.append(thing.record)
    if thing.table == "preparation":
        if where.passage or where.fill:
            raise Usage("A preparation has no passage and no fill; give its number alone.")
        return into_preparation(reader, thing.record)
    if bool(where.passage) == bool(where.fill):
        raise Usage("Say what it went into: --passage P1 or --fill FILL.")
    if where.fill:
        fill = find_one_of(reader, where.fill, "fill").record
        if reader.get("fill", fill).lot != thing.record:
            raise Conflict(
                f"Fill {fill} is not of lot {thing.record}.",
                code="fill-of-another-lot",
                hint=f"`lottrack lot show {thing.record}` lists its fills.",
            )
        return Into(thing.record, fill=fill)
    number = parse_passage(where.passage)
    if number not in {passage.number for passage in passages_of(reader, thing.record)}:
        raise Conflict(
            f"{passage_name(number)} of lot {thing.record} was not seeded, as far as the record"
            " says.",
            code="not-seeded",
            hint="Record the seeding first: `lottrack lot seed`, with --material at once.",
        )
    return Into(thing.record, number)


def open_material(desk: Desk, text: str, telling: Telling) -> dict[str, Any]:
    """Record that a vial was opened: its life begins.

    Raises:
        Refused: the lot may not be used (``material-not-usable``), or nothing is left of it.
        Conflict: before it was received (``out-of-order``).
    """
    told = desk.told(telling)
    with desk.change("material open") as change:
        number = find_material_lot(change, text)
        desk.subjects.append(number)
        lot = read_material_lot(change, number)
        at = happened_at(change, told)
        require_in_order(change, at, to_text(lot.received_at), f"the receipt of {number}")
        fresh = lot._replace(openings=())
        blockers = use_blockers(fresh, at, site_day(change, at))
        if blockers:
            raise Refused(
                f"{number} may not be opened.",
                code="material-not-usable",
                blockers=blockers,
                hint="What was used of it all the same is told with `lottrack material use"
                f" {number} LOT --passage P1 --quantity N --happened --reason TEXT --second USER`.",
            )
        if not (lot.on_hand > 0):
            raise Conflict(
                f"Nothing of {lot.called} is left that could be opened.", code="more-than-on-hand"
            )
        record = change.record("material_opening", told, material_lot=number)
        opening = change.get("material_opening", record)
        now = read_material_lot(change, number)
        until = open_until(now, vial_at(now, at, record))
    return {
        "id": record,
        "kind": "material_opening",
        "material_lot": number,
        "opened_at": shown_time(desk.store, opening.occurred_at),
        "open_until": None if until is None else iso_local(until, now.zone),
        "warnings": [],
    }


def discard_material(desk: Desk, taken: Taken, reason: str, telling: Telling) -> dict[str, Any]:
    """Record that something of a material lot was thrown away.

    Raises:
        Conflict: there is not so much of it left (``more-than-on-hand``), or it was not received
            by then (``out-of-order``).
    """
    why = clean_text(reason, "the reason")
    told = desk.told(telling._replace(reason=why))
    with desk.change("material discard", why) as change:
        number = find_material_lot(change, taken.material_lot)
        desk.subjects.append(number)
        lot = read_material_lot(change, number)
        quantity = in_material_unit(
            change, lot.material, require_positive(taken.quantity, "the quantity"), taken.unit
        )
        require_there(change, lot, quantity, happened_at(change, told), "this discard")
        record = change.record(
            "material_discard", told, material_lot=number, quantity=plain(quantity)
        )
    return {
        "id": record,
        "kind": "material_discard",
        "material_lot": number,
        "quantity": plain(quantity),
        "unit": lot.unit,
        "on_hand": plain(lot.on_hand - quantity),
        "reason": why,
        "warnings": [],
    }
