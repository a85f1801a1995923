"""Materials used: with a step of the culture, a fill or a preparation, or told on their own.

A use that stands against the rules is refused before the act. What was used all the same is told
with a second person, as an incident that holds what it went into.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.finding import Found, find_one_of
from lottrack.actions.giving.incidents import require_happened, write_incident
from lottrack.actions.materials.stock import (
    find_material_lot,
    read_material_lot,
    site_day,
)
from lottrack.actions.moments import happened_at, require_in_order
from lottrack.actions.notation import decimal_mark
from lottrack.actions.releasing.holds import write_hold
from lottrack.actions.shown import write_warnings
from lottrack.errors import BadValue, Conflict, Refused, Usage
from lottrack.rules.culture.growth import parse_passage, passage_name
from lottrack.rules.material_amounts import in_unit, parse_quantity, require_positive
from lottrack.rules.materials import (
    open_until,
    quantity_blockers,
    use_blockers,
    use_warnings,
    vial_at,
)
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.text import quoted
from lottrack.rules.reading.times import iso_local, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lottrack.actions.desk import Desk, Telling
    from lottrack.actions.giving.incidents import Happened
    from lottrack.errors import Blocker
    from lottrack.rules.materials import MaterialLot
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader

USE = "material use"


class Taken(NamedTuple):
    """Something taken out of a material lot, as it was told.

    Attributes:
        material_lot: its number, as typed.
        quantity: how much.
        unit: the unit of the quantity; "" for the material's.
        vial: number of the opening of the vial it came from, or "" for the latest one.
    """

    material_lot: str
    quantity: Decimal
    unit: str = ""
    vial: str = ""


class Into(NamedTuple):
    """What a material went into: a passage of a lot, a fill or a preparation.

    Attributes:
        lot: the lot.
        passage: number of the passage, or None.
        fill: the fill, or "".
        preparation: the preparation, or "".
        step: the table of the step it was told with (seeding, harvest), or "".
        record: number of that step, or "".
    """

    lot: str
    passage: int | None = None
    fill: str = ""
    preparation: str = ""
    step: str = ""
    record: str = ""

    def columns(self) -> dict[str, Any]:
        """As the record keeps it."""
        own = {self.step: self.record} if self.step in {"seeding", "harvest"} else {}
        return own | {
            "lot": self.lot,
            "passage": self.passage,
            "fill": self.fill or None,
            "preparation": self.preparation or None,
        }

    @property
    def words(self) -> str:
        """As sentences name it."""
        if self.fill:
            return f"fill {self.fill} of lot {self.lot}"
        if self.preparation:
            return f"preparation {self.preparation}"
        return f"{passage_name(self.passage or 0)} of lot {self.lot}"


class _Use(NamedTuple):
    """A use as it would be recorded, with what stands against it."""

    lot: MaterialLot
    quantity: Decimal
    vial: str
    blockers: list[Blocker]


# -- told with a step ------------------------------------------------------------------------------


def parse_taken(text: str, mark: str) -> Taken:
    """What was used, from ``ML=QUANTITY`` with a site's mark; a unit may follow the quantity.

    Raises:
        BadValue: it is not of this form.
    """
    number, equals, quantity = text.partition("=")
    if not equals or not number.strip():
        raise BadValue(
            f"{quoted(text)} does not say how much was used of what.",
            hint="Write --material ML=QUANTITY, for example --material MT-MAD-0001-5=250.",
        )
    value, unit = parse_quantity(quantity, "the quantity", mark)
    return Taken(number.strip(), value, unit)


def with_materials(
    change: Change, desk: Desk, telling: Telling, made: dict[str, Any]
) -> dict[str, Any]:
    """Record what was used in a step that was just recorded, in the same change.

    Args:
        change: the change that recorded the step.
        desk: where.
        telling: what was said about the step, with its ``materials``.
        made: the step as it is answered: a seeding, harvest, fill or preparation.

    Returns:
        The answer, with ``materials`` and their warnings where any were told.

    Raises:
        Refused: a material may not be used (``material-not-usable``), or there is not so much of it
            left (``more-than-on-hand``).
        Usage: cells are only planned to go into a fill.
    """
    if not telling.materials:
        return made
    if made.get("planned"):
        raise Usage(
            "Nothing goes into containers that are only planned.",
            hint="Give --material at `lottrack lot fill-confirm`.",
        )
    into = _step(change, made)
    mark = decimal_mark(change)
    taken = [parse_taken(text, mark) for text in telling.materials]
    told = desk.told(telling._replace(reason=""))
    uses = write_uses(change, desk, told, into, taken)
    warnings = [warning for use in uses for warning in use["warnings"]]
    return made | {"materials": uses, "warnings": [*made["warnings"], *warnings]}


def _step(reader: Reader, made: dict[str, Any]) -> Into:
    kind, record = str(made["kind"]), str(made["id"])
    if kind in {"seeding", "harvest"}:
        return Into(str(made["lot"]), parse_passage(made["passage"]), step=kind, record=record)
    if kind == "fill":
        return Into(str(made["lot"]), fill=record)
    return into_preparation(reader, record if kind == "preparation" else str(made["preparation"]))


def into_preparation(reader: Reader, preparation: str) -> Into:
    """A preparation as something a material can go into."""
    link = reader.rows("preparation_input", preparation=preparation)[0]
    return Into(str(reader.get("container", link.container).lot), preparation=preparation)


# -- the uses themselves ---------------------------------------------------------------------------


def write_uses(
    change: Change,
    desk: Desk,
    told: Told,
    into: Into,
    taken: Sequence[Taken],
    happened: Happened | None = None,
) -> list[dict[str, Any]]:
    """Record uses in an open change; all reasons against any of them together refuse them all.

    Raises:
        Refused: ``material-not-usable``.
        Conflict: ``more-than-on-hand``, ``out-of-order``, ``vial-of-another-lot``; one material lot
            is named twice (``material-named-twice``).
    """
    at = happened_at(change, told)
    uses = [_prepared(change, each, at) for each in taken]
    _require_each_once(uses)
    desk.subjects += [use.lot.number for use in uses]
    for use in uses:
        _require_vial(change, use, at)
        require_there(change, use.lot, use.quantity, at, "this use")
    blockers = [blocker for use in uses for blocker in use.blockers]
    if blockers:
        require_happened(happened, _refusal(change, into, uses, blockers))
    return [_write(change, told, into, use, happened) for use in uses]


def _prepared(change: Change, taken: Taken, at: datetime) -> _Use:
    number = find_material_lot(change, taken.material_lot)
    lot = read_material_lot(change, number)
    what = f"Material {lot.material} ({lot.name})"
    quantity = in_unit(require_positive(taken.quantity, "the quantity"), taken.unit, lot.unit, what)
    vial = ""
    if taken.vial:
        vial = find_one_of(change, taken.vial, "material_opening").record
        if change.get("material_opening", vial).material_lot != number:
            raise Conflict(
                f"{vial} is no vial of {lot.called}.",
                code="vial-of-another-lot",
                hint=f"`lottrack material show {number}` lists its vials.",
            )
    return _Use(lot, quantity, vial, use_blockers(lot, at, site_day(change, at), vial=vial))


def _require_each_once(uses: list[_Use]) -> None:
    numbers = [use.lot.number for use in uses]
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if twice:
        raise Conflict(
            f"{', '.join(twice)} is named twice for one step.",
            code="material-named-twice",
            hint="Give one quantity for all of it.",
        )


def _require_vial(change: Change, use: _Use, at: datetime) -> None:
    if use.vial:
        opening = change.get("material_opening", use.vial)
        require_in_order(change, at, opening.occurred_at, f"the opening of vial {use.vial}")


def require_there(
    change: Change, lot: MaterialLot, quantity: Decimal, at: datetime, what: str
) -> None:
    """Refuse to take out of a material lot what had not come yet, or what is not left of it.

    Args:
        change: the change.
        lot: the material lot.
        quantity: how much, in its unit.
        at: when it was taken.
        what: what takes it, for the sentence ("this use").

    Raises:
        Conflict: ``out-of-order`` or ``more-than-on-hand``.
    """
    require_in_order(change, at, to_text(lot.received_at), f"the receipt of {lot.number}")
    short = quantity_blockers(lot, quantity, what)
    if short:
        raise Conflict(short[0].sentence, code=short[0].code, hint=short[0].hint)


def _refusal(change: Change, into: Into, uses: list[_Use], blockers: list[Blocker]) -> Refused:
    first = next(use.lot for use in uses if use.blockers)
    others = _usable(change, first)
    instead = f"In date and released: {', '.join(others)}. " if others else ""
    where = f"{into.lot} --passage {passage_name(into.passage or 0)}"
    if into.fill:
        where = f"{into.lot} --fill {into.fill}"
    elif into.preparation:
        where = into.preparation
    return Refused(
        f"What is to go into {into.words} may not be used.",
        code="material-not-usable",
        blockers=blockers,
        hint=f"{instead}If it was used all the same, record the step without it and then"
        f" `lottrack material use {first.number} {where} --quantity N --happened --reason TEXT"
        " --second USER`.",
    )


def _usable(change: Change, lot: MaterialLot) -> list[str]:
    """Other lots of the material that may be opened and used now, the first to expire in front."""
    day = site_day(change, change.now)
    rows = change.rows("material_lot", material=lot.material)
    others = [read_material_lot(change, str(row.root)) for row in rows if row.root != lot.number]
    fresh = [other._replace(openings=()) for other in others if other.on_hand > 0]
    usable = [each for each in fresh if not use_blockers(each, change.now, day)]
    return [each.number for each in sorted(usable, key=lambda each: each.expires_on)]


def _write(
    change: Change, told: Told, into: Into, use: _Use, happened: Happened | None
) -> dict[str, Any]:
    lot, at = use.lot, happened_at(change, told)
    usual = _usual(change, lot.material)
    record = change.record(
        "material_use",
        told,
        material_lot=lot.number,
        material_opening=use.vial or None,
        quantity=plain(use.quantity),
        **into.columns(),
    )
    warnings = use_warnings(lot, at, use.quantity, usual)
    holds: list[str] = []
    incident = None
    if use.blockers and happened is not None:
        things = held_by_use(change, into)
        incident = write_incident(change, record, USE, happened, use.blockers, things)
    elif lot.recalled_at is not None:
        holds = _hold_recalled(change, into, lot, record)
    until = open_until(lot, vial_at(lot, at, use.vial))
    return {
        "id": record,
        "kind": "material_use",
        "material_lot": lot.number,
        "material": lot.material,
        "lot": into.lot,
        "passage": None if into.passage is None else passage_name(into.passage),
        "fill": into.fill or None,
        "preparation": into.preparation or None,
        "quantity": plain(use.quantity),
        "unit": lot.unit,
        "on_hand": plain(lot.on_hand - use.quantity),
        "open_until": None if until is None else iso_local(until, lot.zone),
        "incident": incident,
        "holds": holds,
        "warnings": write_warnings(change, record, warnings),
    }


def _usual(reader: Reader, material: str) -> list[Decimal]:
    """Quantities of earlier uses of a material."""
    return [
        Decimal(row.quantity)
        for lot in reader.rows("material_lot", material=material)
        for row in reader.rows("material_use", material_lot=lot.root)
    ]


def _hold_recalled(change: Change, into: Into, lot: MaterialLot, record: str) -> list[str]:
    """A use that is told after the recall and was before it: its cells are held like the others."""
    recall = change.first("material_recall", material_lot=lot.number)
    because = record if recall is None else str(recall.root)
    reason = f"{lot.called} went into {into.words} and was recalled ({because})."
    return [
        write_hold(change, thing.table, thing.record, "material", reason, because_of=because)
        for thing in held_by_use(change, into)
    ]


def held_by_use(reader: Reader, into: Into) -> list[Found]:
    """What is held for a use: the lot, the fill, or what is in the preparation."""
    if into.fill:
        return [Found("fill", into.fill)]
    if into.preparation:
        links = reader.rows("preparation_input", preparation=into.preparation)
        made = reader.rows("container", preparation=into.preparation)
        numbers = [str(link.container) for link in links] + [str(row.root) for row in made]
        return [Found("container", number) for number in numbers]
    return [Found("lot", into.lot)]
