"""What belongs to a lot: the numbers a dossier is gathered by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lottrack.actions.making.lineage import Lineage
    from lottrack.store.reader import Reader


class Things(NamedTuple):
    """Numbers of a lot and of everything it is made from and was made into.

    Attributes:
        lot: the lot.
        lots: the lot and those it was grown from, oldest first.
        collection, donor, patient, pair, course: where it comes from and for whom it is.
        fills: its fills.
        containers: its containers, those that doses were prepared into included.
        samples: its samples and those of its containers.
        preparations: doses prepared from it.
        dispensings: what was issued of it.
        infusions: infusions it was given in.
        results: everything tested of it.
    """

    lot: str
    lots: tuple[str, ...]
    collection: str
    donor: str
    patient: str
    pair: str
    course: str
    fills: tuple[str, ...]
    containers: tuple[str, ...]
    samples: tuple[str, ...]
    preparations: tuple[str, ...]
    dispensings: tuple[str, ...]
    infusions: tuple[str, ...]
    results: tuple[str, ...]

    @property
    def makings(self) -> tuple[str, ...]:
        """The things whose corrections, deviations and incidents are the lot's own."""
        return (
            *self.lots,
            self.collection,
            *self.fills,
            *self.containers,
            *self.samples,
            *self.preparations,
            *self.infusions,
            *self.results,
        )

    @property
    def told(self) -> tuple[str, ...]:
        """Everything a dossier tells the corrections of."""
        return (self.donor, self.pair, self.course, *self.makings)


def things_of(reader: Reader, lineage: Lineage) -> Things:
    """What belongs to a lot."""
    lot = str(lineage.lot.root)
    containers = [str(row.root) for row in reader.rows("container", lot=lot)]
    samples = [str(row.root) for row in reader.rows("sample", lot=lot)]
    for number in containers:
        samples += [str(row.root) for row in reader.rows("sample", container=number)]
    return Things(
        lot=lot,
        lots=tuple(str(row.root) for row in reversed(lineage.ancestors)),
        collection=str(lineage.collection.root),
        donor=str(lineage.donor.root),
        patient=str(lineage.patient.root),
        pair=str(lineage.pair.root),
        course=str(lineage.course.root),
        fills=tuple(str(row.root) for row in reader.rows("fill", lot=lot)),
        containers=tuple(containers),
        samples=tuple(samples),
        preparations=_linked(reader, "preparation_input", "preparation", containers),
        dispensings=_linked(reader, "dispensed_container", "dispensing", containers),
        infusions=_linked(reader, "infused_container", "infusion", containers),
        results=tuple(str(row.root) for row in reader.rows("result", lot=lot)),
    )


def _linked(reader: Reader, links: str, owner: str, containers: list[str]) -> tuple[str, ...]:
    """Facts that containers went into, without those that were struck, in the order recorded."""
    found = {
        str(getattr(link, owner))
        for number in containers
        for link in reader.rows(links, container=number)
    }
    alive = [number for number in found if reader.find(owner, number) is not None]
    return tuple(sorted(alive, key=lambda number: (len(number), number)))
