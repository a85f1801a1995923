"""The lot in focus at a bench, and what a scanned or typed code means there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.custody.containers import state_of
from lottrack.actions.finding import find, word_for
from lottrack.actions.labelling.labels import (
    ENDED,
    OUTSTANDING,
    derived_label_state,
    labels_of_lot,
)
from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.releasing.holds import open_holds_on
from lottrack.actions.scanning import label_row, label_thing, scanned_record
from lottrack.errors import Conflict, LabelRefused, WrongKindOfCode
from lottrack.rules import lifecycle
from lottrack.rules.codes.scans import read_scan
from lottrack.rules.reading.text import printable

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

MOVES = ("receive", "store", "transfer")
"""Custody steps taken at a bench, in the order in which they are offered."""


class Thing(NamedTuple):
    """What a code speaks of.

    Attributes:
        kind: container, collection, sample, patient or lot.
        record: its number or code.
        text: the code as it was scanned or typed: what actions are handed.
        label: the label that was read or whose number was typed, or "".
        copy: the label's kind of copy, or "".
        state: the label's state, or "".
        is_scanned: the label's code was scanned.
    """

    kind: str
    record: str
    text: str
    label: str = ""
    copy: str = ""
    state: str = ""
    is_scanned: bool = False

    @property
    def is_outstanding(self) -> bool:
        """Whether it is a label that nobody has stuck on, attached or voided yet."""
        return self.state in OUTSTANDING


def recognise(desk: Desk, text: str) -> Thing:
    """What a scanned or typed code speaks of.

    Raises:
        CodeUnreadable: a wrong check character, or a code that does not belong to its label.
        NotFound: nothing in this record has it.
        WrongKindOfCode: the code of another system, or of a thing no bench handles.
        LabelRefused: the label is void or destroyed (``label-void``).
    """
    record, scanned = scanned_record(desk, text)
    if scanned:
        return _labelled(desk.store, label_row(desk.store, read_scan(text)), text, scanned=True)
    found = find(desk.store, record)
    if found.table == "label":
        row = desk.store.get("label", found.record)
        return _labelled(desk.store, row, text, scanned=False)
    if found.table not in {"container", "collection", "sample", "patient", "lot"}:
        raise WrongKindOfCode(
            f"{printable(text)} is a {word_for(found.table)}; nothing is done with it at a bench.",
            hint="Scan a label, or type the number of a lot, a container or a label.",
        )
    desk.store.get(found.table, found.record)
    return Thing(found.table, found.record, text)


def _labelled(reader: Reader, row: Row, text: str, *, scanned: bool) -> Thing:
    kind, record = label_thing(row)
    state, _ = derived_label_state(reader, row.root)
    if state in ENDED:
        raise LabelRefused(
            f"Label {row.root} of {word_for(kind)} {record} is {state}: it counts for nothing.",
            code="label-void",
            hint=f"Destroy it. `lottrack label print {record}` prints another.",
        )
    return Thing(kind, record, text, str(row.root), str(row.copy), state, scanned)


def lots_of(reader: Reader, thing: Thing) -> list[str]:
    """The lots a thing belongs to; a collection may have given several, a patient gives none."""
    if thing.kind == "lot":
        return [thing.record]
    if thing.kind == "container":
        return [str(reader.get("container", thing.record).lot)]
    if thing.kind == "sample":
        sample = reader.get("sample", thing.record)
        if sample.lot is None:
            return [str(reader.get("container", sample.container).lot)]
        return [str(sample.lot)]
    if thing.kind == "collection":
        return [str(row.root) for row in reader.rows("lot", collection=thing.record)]
    return []


def lot_to_open(reader: Reader, thing: Thing) -> str:
    """The one lot that a scan takes into focus.

    Raises:
        WrongKindOfCode: it names none, or several.
    """
    lots = lots_of(reader, thing)
    if len(lots) == 1:
        return lots[0]
    which = f"of several lots ({', '.join(lots)})" if lots else "of no lot"
    raise WrongKindOfCode(
        f"The {word_for(thing.kind)} {thing.record} is {which}.",
        hint="Scan a label of one of the lot's containers, or type the lot's number.",
    )


def require_of_lot(reader: Reader, thing: Thing, lot: str) -> None:
    """Refuse what belongs to another lot than the one at this bench.

    Raises:
        Conflict: ``other-lot-at-bench``.
    """
    lots = lots_of(reader, thing)
    if thing.kind == "collection":
        lots = [lot] if lineage_of(reader, lot).collection.root == thing.record else lots
    if lot in lots or thing.kind == "patient":
        return
    of = f"of lot {', '.join(lots)}" if lots else "of no lot yet"
    what = thing.record if thing.kind == "lot" else f"{word_for(thing.kind)} {thing.record}, {of}"
    raise Conflict(
        f"This is {what}; the lot at this bench is {lot}.",
        code="other-lot-at-bench",
        hint=f"Take it off the bench. To work on it, put lot {lot} away first: NO.",
    )


def place_of(reader: Reader, thing: Thing) -> str:
    """Where a thing is worked on: a container's place, else "" for the first manufacturing one."""
    return str(state_of(reader, thing.record).place or "") if thing.kind == "container" else ""


def lot_view(reader: Reader, lot: str) -> dict[str, Any]:
    """What the screen says of the lot in focus."""
    lineage = lineage_of(reader, lot)
    containers = [str(row.root) for row in reader.rows("container", lot=lot)]
    labels = labels_of_lot(reader, lot)
    states = {str(row.root): derived_label_state(reader, row.root)[0] for row in labels}
    labelled = {
        str(row.container)
        for row in labels
        if row.copy == "primary" and row.container and states[row.root] == "applied"
    }
    return {
        "lot": lot,
        "product": lineage.lot.product,
        "donor": lineage.donor.root,
        "patient": lineage.patient.root,
        "containers": len(containers),
        "labelled": len(labelled),
        "holds": [str(hold.root) for hold in open_holds_on(reader, "lot", lot)],
        "outstanding": sum(state in OUTSTANDING for state in states.values()),
    }


def moves_of(reader: Reader, container: str) -> list[str]:
    """The custody steps that may follow for a container, in the order in which they are offered.

    What would leave it as it is (to store what is stored) comes last.
    """
    state = state_of(reader, container).state
    after = {act: lifecycle.next_state(state, act) for act in MOVES}
    return sorted((act for act in MOVES if after[act]), key=lambda act: after[act] == state)
