"""What of a lot is to be counted at a bench: the harvest of a passage, the filling of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.custody.containers import state_of
from lottrack.actions.making.lots import passages_of
from lottrack.rules.culture.growth import passage_name

if TYPE_CHECKING:
    from lottrack.store.reader import Reader


class PlannedFill(NamedTuple):
    """A fill whose containers are labelled and wait for their cells.

    Attributes:
        number: the fill.
        kind: bag, vial or syringe.
        containers: those that are still empty.
        cells: viable cells planned for each, of the first.
        volume_ml: the volume planned for each, of the first.
    """

    number: str
    kind: str
    containers: tuple[str, ...]
    cells: int
    volume_ml: str


def growing_passage(reader: Reader, lot: str) -> str:
    """The passage of a lot that was seeded and not harvested, or ""."""
    growing = [
        passage
        for passage in passages_of(reader, lot)
        if passage.seeding is not None and passage.harvest is None
    ]
    return passage_name(growing[0].number) if growing else ""


def planned_fills(reader: Reader, lot: str) -> list[PlannedFill]:
    """The fills of a lot that were planned and not confirmed, in their order."""
    found = []
    for fill in reader.rows("fill", lot=lot):
        containers = [
            row
            for row in reader.rows("container", fill=fill.root)
            if state_of(reader, row.root).state == "planned"
        ]
        if fill.planned and containers:
            first = containers[0]
            numbers = tuple(str(row.root) for row in containers)
            found.append(
                PlannedFill(
                    str(fill.root),
                    str(fill.kind),
                    numbers,
                    int(first.planned_cells),
                    str(first.planned_volume_ml),
                )
            )
    return found


def count_names(reader: Reader, lot: str) -> list[str]:
    """What waits for a count, in words: ``harvest P2``, ``fill``."""
    passage = growing_passage(reader, lot)
    fills = planned_fills(reader, lot)
    names = ["fill"] if len(fills) == 1 else [f"fill {fill.number}" for fill in fills]
    return [f"harvest {passage}"] * bool(passage) + names
