"""What the record says of a lot: passages, cells and where they went, containers, times.

Everything here reads facts through a ``Reader``, so that it can be asked as of an earlier moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.finding import find_one_of
from lottrack.actions.moments import require_in_order
from lottrack.errors import Conflict
from lottrack.rules.culture.balance import (
    Balance,
    CellUse,
    PassageBalance,
    PassageCells,
    cell_balance,
    passage_drawn_on,
)
from lottrack.rules.culture.growth import PassageCounts, passage_name
from lottrack.rules.reading.quantities import format_cells
from lottrack.rules.reading.times import from_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lottrack.actions.desk import Desk
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class Passage(NamedTuple):
    """One culture step of a lot as recorded.

    Attributes:
        number: 0 for P0.
        seeding: the row of ``seeding``, or None when only a harvest stands.
        harvest: the row of ``harvest``, or None while the passage grows.
    """

    number: int
    seeding: Row | None
    harvest: Row | None


class Source(NamedTuple):
    """The harvest that cells are taken from.

    Attributes:
        lot: whose harvest it is: the lot's own, or its parent's while it has no culture.
        cells: what was harvested and where it went so far.
    """

    lot: str
    cells: PassageBalance


def find_lot(desk: Desk, text: str) -> str:
    """The number of the lot a text names; a refusal of the act will mention it."""
    lot = find_one_of(desk.store, text, "lot").record
    desk.subjects.append(lot)
    return lot


def require_open_lot(reader: Reader, lot: str) -> Row:
    """A lot that takes new facts.

    Raises:
        NotFound: it was struck.
        Conflict: it was closed (``lot-closed``).
    """
    row = reader.get("lot", lot)
    closing = reader.first("lot_closure", lot=lot)
    if closing is not None:
        raise Conflict(
            f"Lot {lot} was closed: its cells, containers and labels were reconciled.",
            code="lot-closed",
            hint=f"To open it again: `lottrack strike {closing.root} --reason TEXT`.",
        )
    return row


# -- culture ---------------------------------------------------------------------------------------


def passages_of(reader: Reader, lot: str) -> list[Passage]:
    """The passages of a lot by rising number; a parent lot's are not among them."""
    seedings = {int(row.passage): row for row in reader.rows("seeding", lot=lot)}
    harvests = {int(row.passage): row for row in reader.rows("harvest", lot=lot)}
    return [
        Passage(number, seedings.get(number), harvests.get(number))
        for number in sorted({*seedings, *harvests})
    ]


def line_counts(reader: Reader, lot: str) -> list[PassageCounts]:
    """The counts of the whole line of a culture: the lot's passages and those before them."""
    return [
        PassageCounts(
            passage.number,
            int(passage.seeding.seeded),
            None if passage.harvest is None else int(passage.harvest.harvested),
        )
        for _, passage in line_passages(reader, lot)
        if passage.seeding is not None
    ]


def line_passages(reader: Reader, lot: str) -> list[tuple[str, Passage]]:
    """The passages of the whole line of a culture in their order, each with its lot.

    Of a parent lot only the passages before the younger lot's first belong to the line.
    """
    line: list[tuple[str, Passage]] = []
    first: int | None = None
    number: str | None = lot
    while number is not None:
        passages = [
            passage
            for passage in passages_of(reader, number)
            if first is None or passage.number < first
        ]
        if passages:
            first = passages[0].number
        line = [*((number, passage) for passage in passages), *line]
        number = reader.get("lot", number).parent
    return line


def harvest_times(reader: Reader, lot: str) -> dict[int, datetime]:
    """When each passage of a lot was harvested."""
    return {int(row.passage): from_text(row.occurred_at) for row in reader.rows("harvest", lot=lot)}


def harvested_at(reader: Reader, lot: str) -> datetime | None:
    """When a lot was last harvested; None while nothing was."""
    return max(harvest_times(reader, lot).values(), default=None)


# -- fills and containers --------------------------------------------------------------------------


def containers_of(reader: Reader, lot: str) -> list[Row]:
    """The containers of a lot, those made by preparing a dose included."""
    return reader.rows("container", lot=lot)


def filled_at(reader: Reader, fill: str) -> datetime | None:
    """When a fill's first container was filled; None while it is only planned."""
    return min((from_text(row.occurred_at) for row in _fillings(reader, fill=fill)), default=None)


def _fillings(reader: Reader, **where: str) -> Iterator[Row]:
    """What went into the containers of a fill or of a lot."""
    for container in reader.rows("container", **where):
        if container.fill is not None:
            yield from reader.rows("filling", container=container.root, outcome="filled")


# -- cells -----------------------------------------------------------------------------------------


class _Taken(NamedTuple):
    """Cells taken out of a lot's harvests: ``what`` is a fill, a sample or a discard."""

    what: str
    cells: int
    at: datetime


def balance_of(reader: Reader, lot: str) -> Balance:
    """Where the viable cells of a lot's harvests went, passage by passage.

    Samples and discards of the time before the first harvest were cells in culture, which belong to
    no harvest. What a child lot took before it had a culture of its own stands in the balance of
    its parent.
    """
    passages = passages_of(reader, lot)
    times = harvest_times(reader, lot)
    own = [taken for taken in _taken(reader, lot) if not _is_parents(reader, lot, taken.at)]
    drawn = {what: _drawn(own, what, times) for what in ("fill", "sample", "discard")}
    return cell_balance(
        [PassageCells(p.number, int(p.harvest.harvested)) for p in passages if p.harvest],
        seedings=[PassageCells(p.number, int(p.seeding.seeded)) for p in passages if p.seeding],
        fills=drawn["fill"],
        samples=drawn["sample"],
        discards=drawn["discard"],
        child_lots=list(_child_uses(reader, lot, times)),
    )


def require_after_taking(change: Change, at: datetime, lot: str) -> None:
    """Refuse a time before the marrow was taken that a lot, or the lot before it, was grown from.

    The registration asks nothing: a lot may be entered long after it was begun.

    Raises:
        Conflict: ``out-of-order``.
    """
    row = change.get("lot", lot)
    while row.parent is not None:
        row = change.get("lot", row.parent)
    taking = row.collection and change.last("collection_taking", collection=row.collection)
    if taking:
        require_in_order(change, at, taking.occurred_at, f"the taking of {row.collection}")


def source_of(reader: Reader, lot: str, at: datetime) -> Source | None:
    """The harvest that cells taken from a lot at a moment come from; None while it has none.

    Before it has a culture of its own, a child lot draws on its parent's.
    """
    if _is_parents(reader, lot, at):
        return source_of(reader, str(reader.get("lot", lot).parent), at)
    passage = passage_drawn_on(harvest_times(reader, lot), at)
    return None if passage is None else Source(lot, _of_passage(reader, lot, passage))


def source_of_seeding(reader: Reader, lot: str, passage: int, at: datetime) -> Source | None:
    """The harvest a seeding draws on: of the passage before, or of the parent lot.

    None when it is not known: the lot's first passage grows from the marrow itself, or from a
    culture recorded elsewhere.
    """
    passages = {each.number: each for each in passages_of(reader, lot) if each.number != passage}
    before = passages.get(passage - 1)
    if before is not None and before.harvest is not None:
        return Source(lot, _of_passage(reader, lot, passage - 1))
    parent = reader.get("lot", lot).parent
    return None if passages or parent is None else source_of(reader, str(parent), at)


def require_cells(source: Source | None, cells: int, what: str) -> None:
    """Refuse to take more cells than a harvest has left; a harvest that is not known asks nothing.

    Args:
        source: the harvest.
        cells: viable cells to be taken.
        what: what for, for the sentence ("this fill").

    Raises:
        Conflict: ``more-cells-than-harvested``.
    """
    if source is None or cells <= source.cells.remainder:
        return
    balance = source.cells
    raise Conflict(
        f"{passage_name(balance.passage)} of lot {source.lot} yielded"
        f" {format_cells(balance.harvested)} viable cells, of which"
        f" {format_cells(max(balance.remainder, 0))} are left; {what} would take"
        f" {format_cells(cells)}, {format_cells(cells - balance.remainder)} too many.",
        code="more-cells-than-harvested",
        hint="Check the counts and their powers of ten; `lottrack lot show"
        f" {source.lot}` tells where the cells went.",
    )


def _of_passage(reader: Reader, lot: str, passage: int) -> PassageBalance:
    return next(b for b in balance_of(reader, lot).passages if b.passage == passage)


def _is_parents(reader: Reader, lot: str, at: datetime) -> bool:
    """Whether cells taken from a lot at a moment were its parent's: it had no culture yet."""
    if reader.get("lot", lot).parent is None:
        return False
    seeded = [from_text(row.occurred_at) for row in reader.rows("seeding", lot=lot)]
    return not seeded or at < min(seeded)


def _taken(reader: Reader, lot: str) -> list[_Taken]:
    """Everything taken out of a lot, whichever harvest it came from."""
    taken = [
        _Taken("fill", int(row.viable_cells), from_text(row.occurred_at))
        for row in _fillings(reader, lot=lot)
    ]
    return taken + [
        _Taken(what, int(row.cells), from_text(row.occurred_at))
        for what in ("sample", "discard")
        for row in reader.rows(what, lot=lot)
        if row.cells is not None
    ]


def _drawn(taken: list[_Taken], what: str, times: dict[int, datetime]) -> list[CellUse]:
    """Uses of one kind with the passage each drew on; what was in culture is left out.

    A fill is never left out: filled cells that no harvest yielded must show as an imbalance.
    """
    uses = [CellUse(t.cells, passage_drawn_on(times, t.at)) for t in taken if t.what == what]
    return [use for use in uses if use.passage is not None or what == "fill"]


def _child_uses(reader: Reader, lot: str, times: dict[int, datetime]) -> Iterator[CellUse]:
    """What child lots took: what they seeded first, and what they used before that."""
    for child in reader.rows("lot", parent=lot):
        number = str(child.root)
        first = next((p.seeding for p in passages_of(reader, number) if p.seeding), None)
        parents = [t for t in _taken(reader, number) if _is_parents(reader, number, t.at)]
        if first is not None:
            parents.append(_Taken("seeding", int(first.seeded), from_text(first.occurred_at)))
        for taken in parents:
            drawn = passage_drawn_on(times, taken.at)
            if drawn is not None or taken.what == "fill":
                yield CellUse(taken.cells, drawn)
        if first is None:
            yield from _child_uses(reader, number, times)
