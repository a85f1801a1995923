"""What the lot check asks about the materials that went into a lot."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.making.lots import passages_of
from lottrack.actions.materials.stock import read_material_lot, site_day
from lottrack.actions.materials.uses import Into, held_by_use
from lottrack.actions.releasing.holds import open_holds_on
from lottrack.rules.materials import use_faults
from lottrack.rules.reading.times import from_text
from lottrack.rules.release.facts import MaterialsFact, MaterialUseFact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.releasing.facts import Scope
    from lottrack.errors import Blocker
    from lottrack.rules.materials import MaterialLot
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_STEPS = ("seeding", "harvest", "fill")


class Judged(NamedTuple):
    """Whether somebody judged a use: the holds opened for it, and the first that is open."""

    was_held: bool
    hold: str


def materials_fact(reader: Reader, scope: Scope) -> MaterialsFact | None:
    """What went into the cells of a lot; None while the site registered no material.

    Uses in a preparation are the pharmacy's; uses in a fill count where the fill is in question.
    """
    if reader.first("material") is None:
        return None
    fills = {str(fill.root) for fill in scope.fills}
    read: dict[str, MaterialLot] = {}
    uses = []
    for row in _uses_in(reader, scope, fills):
        number = str(row.material_lot)
        if number not in read:
            read[number] = read_material_lot(reader, number)
        uses.append(_use_fact(reader, read[number], row))
    return MaterialsFact(tuple(uses), kept=_kept_then(reader, scope.lot))


def _uses_in(reader: Reader, scope: Scope, fills: set[str]) -> Iterator[Row]:
    """The uses on the way to the cells: of this lot, and of those before it up to the branch."""
    first: int | None = None
    for lot in scope.lineage.ancestors:
        for row in reader.rows("material_use", lot=lot.root):
            passage = None if row.passage is None else int(row.passage)
            if passage is not None and (first is None or passage < first):
                yield row
            if row.fill in fills:
                yield row
        grown = [passage.number for passage in passages_of(reader, str(lot.root))]
        first = min([*grown, *([] if first is None else [first])], default=None)


def _use_fact(reader: Reader, lot: MaterialLot, row: Row) -> MaterialUseFact:
    faults = faults_of(reader, lot, row)
    judged = judged_of(reader, row) if faults else Judged(was_held=False, hold="")
    return MaterialUseFact(
        use=str(row.root),
        material_lot=lot.number,
        name=lot.name,
        faults=tuple((fault.code, f"{row.root}: {fault.sentence}") for fault in faults),
        judged=judged.was_held and not judged.hold,
        hold=judged.hold,
    )


def faults_of(reader: Reader, lot: MaterialLot, row: Row) -> list[Blocker]:
    """What is wrong with a recorded use, by all that is recorded since."""
    at = from_text(row.occurred_at)
    return use_faults(lot, at, site_day(reader, at), vial=str(row.material_opening or ""))


def judged_of(reader: Reader, use: Row) -> Judged:
    """The holds that a use opened: those of its incidents, and those opened for the use itself."""
    causes = {str(row.root) for row in reader.rows("incident", record=use.root)} | {str(use.root)}
    things = held_by_use(reader, into_of(use))
    holds = [
        hold
        for thing in things
        for hold in reader.rows("hold", **{thing.table: thing.record})
        if hold.because_of in causes
    ]
    still = {str(h.root) for t in things for h in open_holds_on(reader, t.table, t.record)}
    open_ = [str(hold.root) for hold in holds if str(hold.root) in still]
    return Judged(bool(holds), open_[0] if open_ else "")


def into_of(use: Row) -> Into:
    """What a recorded use went into."""
    passage = None if use.passage is None else int(use.passage)
    return Into(str(use.lot), passage, str(use.fill or ""), str(use.preparation or ""))


def _kept_then(reader: Reader, lot: str) -> bool:
    """Whether the site had a delivery on record when a step of the lot was taken."""
    first = reader.facts_in("SELECT min(occurred_at) AS at FROM {material_lot}")[0].at
    if first is None:
        return False
    return any(
        str(row.occurred_at) >= first for table in _STEPS for row in reader.rows(table, lot=lot)
    )
