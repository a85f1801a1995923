"""A label that turned up at the wrong thing: what both belong to is held until somebody looked.

A label of one lot in a hand that holds another lot's bag means that a second label may be on the
wrong bag already, and two lots have lost their identity at the moment when nobody notices. So the
scan is not only refused: no cells of either go to a patient before quality assurance lifted the
holds by signature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lottrack.actions.finding import Found, word_for
from lottrack.actions.releasing.holds import open_holds_on, write_hold
from lottrack.actions.scanning import label_thing
from lottrack.errors import LabelRefused

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

MISMATCH: Final = "label-mismatch"
MIX_UP: Final = "label mix-up"
"""What the reason of such a hold begins with."""


def mismatch(label: Row, target: Found) -> LabelRefused:
    """The refusal of a label that was printed for something else."""
    kind, record = label_thing(label)
    return LabelRefused(
        f"Label {label.root} was printed for {word_for(kind)} {record}, not for"
        f" {word_for(target.table)} {target.record}.",
        code=MISMATCH,
        hint=f"Take it off {target.record} at once if it is on it, and look whether another label"
        " of the same sheet went astray.",
    )


def freeze(desk: Desk, label: Row, target: Found, refused: LabelRefused) -> LabelRefused:
    """Hold what the label and the thing it turned up at belong to; gives the refusal that says so.

    Both holds are one change. What stands under a hold for the same label already gets no second
    one, and a wristband or chart, which holds no cells, gets none.
    """
    if target.table == "patient" or label.patient is not None or desk.dry_run:
        return refused
    reason = f"{MIX_UP}: {refused.sentence.rstrip('.')}"
    with desk.change("label apply", reason) as change:
        held = list(dict.fromkeys(_origin(change, *each) for each in (label_thing(label), target)))
        holds = [_held(change, found, str(label.root), reason) for found in held]
    things = " and ".join(f"{word_for(found.table)} {found.record}" for found in held)
    return LabelRefused(
        f"{refused.sentence} {things[0].upper()}{things[1:]} {'are' if held[1:] else 'is'} frozen"
        f" ({' and '.join(holds)}).",
        code=refused.code,
        hint=f"{refused.hint} Then quality assurance looks, and lifts by signature:"
        f" lottrack hold lift {holds[0]} --reason TEXT.",
    )


def _origin(reader: Reader, kind: str, record: str) -> Found:
    """What is held for a thing: its lot; of marrow, the collection."""
    if kind == "sample":
        sample = reader.get("sample", record)
        if sample.lot is not None:
            return Found("lot", str(sample.lot))
        kind, record = "container", str(sample.container)
    if kind == "container":
        return Found("lot", str(reader.get("container", record).lot))
    return Found(kind, record)


def _held(change: Change, found: Found, label: str, reason: str) -> str:
    for hold in open_holds_on(change, found.table, found.record):
        if hold.because_of == label:
            return str(hold.root)
    return write_hold(change, found.table, found.record, "other", reason, because_of=label)
