"""Labels after printing: applied by scan-back, attached to the record, voided, destroyed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.finding import Found, find_one_of, word_for
from lottrack.actions.labelling.labels import (
    ENDED,
    OUTSTANDING,
    THINGS,
    derived_label_state,
    labels_of,
    restand,
)
from lottrack.actions.labelling.mixups import MISMATCH, freeze, mismatch
from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.moments import happened_at, require_in_order, shown_time
from lottrack.actions.scanning import (
    label_row,
    label_thing,
    require_in_force,
    scanned_label,
    scanned_record,
)
from lottrack.actions.shown import write_warnings
from lottrack.errors import AlreadyDone, LabelRefused, RoleMissing
from lottrack.rules import lifecycle
from lottrack.rules.codes.scans import read_scan
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.quantities import format_cells
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

PAPERS = frozenset({"chart", "record", "transport"})
"""Copies that may be attached to the batch record."""

_AT_THE_BEDSIDE = frozenset({"wristband", "chart"})
"""Copies for whoever is with the patient."""

_ONLY_PAPERS = frozenset({"chart", "record"})
"""Copies that never stand on the thing itself."""


# -- who handles which -----------------------------------------------------------------------------


def require_may_handle(desk: Desk, label: Row) -> None:
    """Refuse a label that this person neither prints nor meets at the donation or the bedside.

    Who may print labels handles all of them. Clinicians and nurses put wristbands on, file chart
    copies, and label marrow as it is taken and doses as they are prepared; what stands on the
    product in the clean room and its store is not theirs (21 CFR 211.130: labelling is controlled).

    Raises:
        RoleMissing: it is not theirs.
    """
    if label.copy in _AT_THE_BEDSIDE or label.collection is not None or _is_dose(desk.store, label):
        return
    try:
        desk.role_for("label print")
    except RoleMissing as error:
        kind, record = label_thing(label)
        raise RoleMissing(
            f"{label.root} is the {label.copy} label of {word_for(kind)} {record}. Who does not"
            " print labels may apply and void wristbands, chart copies, and labels of marrow and of"
            f" prepared doses only. {error.sentence}",
            hint="Ask one of them.",
        ) from error


def _is_dose(reader: Reader, label: Row) -> bool:
    if label.container is None:
        return False
    from lottrack.actions.giving.doses import preparation_of

    return preparation_of(reader, reader.get("container", label.container)) is not None


# -- applying --------------------------------------------------------------------------------------


def apply_label(desk: Desk, scan: str, to: str, telling: Telling) -> dict[str, Any]:
    """Record by scan-back that a label was stuck on its thing, or attached to the batch record.

    The thing is named by itself (typed from the worksheet, or scanned from another of its labels),
    never by the label that is being applied: what is compared must come from two sources.

    Raises:
        LabelRefused: it was printed for something else (``label-mismatch``), and what both belong
            to is held now; it is void, or the thing was named by a label that is
            (``label-void``); it is a copy that does not go there (``label-wrong-copy``); the same
            label was scanned twice (``label-scanned-twice``); the container already carries
            another primary label (``label-already-applied``).
        AlreadyDone: it was applied or attached before.
        Conflict: before it was printed (``out-of-order``).
        RoleMissing: the label is none of those this person handles.
    """
    told = desk.told(telling)
    label, scanned = scanned_label(desk, scan)
    require_may_handle(desk, label)
    target = _target(desk, label, to)
    desk.subjects += [str(label.root), target.record]
    again = _repeated(desk, "label apply")
    if again:
        return again
    try:
        with desk.change("label apply") as change:
            event = _fitting_event(change, label, target)
            _require_current(change, label)
            require_in_order(
                change,
                happened_at(change, told),
                label.occurred_at,
                f"the printing of {label.root}",
            )
            number = _record(change, _scanned(told, scanned=scanned), label, event)
            change.mention(label_thing(label)[1])
            return _answered(change, number)
    except LabelRefused as refused:
        if refused.code != MISMATCH:
            raise
        raise freeze(desk, label, target, refused) from refused


def _require_current(reader: Reader, label: Row) -> None:
    """Refuse to stick on what says something else than the container holds by now."""
    if label.container is None or label.copy not in {"primary", "overwrap"}:
        return
    state = reader.rows("container_standing", container=label.container)[0].location_state
    if state in lifecycle.ENDED:
        raise LabelRefused(
            f"{label.container} is {state.replace('_', ' ')}; no label goes on it any more.",
            code="label-not-allowed",
            hint=f"`lottrack label void {label.root} --reason TEXT --destroyed`.",
        )
    filling = reader.last("filling", container=label.container)
    if filling is None or filling.seq <= label.seq:
        return
    told = [row for row in reader.versions("filling", filling.root) if row.seq <= label.seq]
    container = reader.get("container", label.container)
    cells = told[-1].viable_cells if told else container.planned_cells
    volume_ml = told[-1].volume_ml if told else container.planned_volume_ml
    same_volume = volume_ml is not None and Decimal(volume_ml) == Decimal(filling.volume_ml)
    if cells != filling.viable_cells or not same_volume:
        raise LabelRefused(
            f"{label.root} was printed before {label.container} was filled with"
            f" {format_cells(filling.viable_cells)} viable cells in {filling.volume_ml} mL, and"
            " says something else.",
            code="label-outdated",
            hint=f"Print it anew: `lottrack label print {label.container} --reason TEXT`.",
        )


class _Event(NamedTuple):
    """What became of a label: the event, and the container or lot it concerns."""

    event: str
    container: str | None = None
    lot: str | None = None


def _scanned(told: Told, *, scanned: bool) -> Told:
    return told._replace(entry="scanned") if scanned and told.entry == "typed" else told


def _target(desk: Desk, label: Row, to: str) -> Found:
    """What ``--to`` names, not read from the label itself.

    A label that the new one takes the place of is void and still on its bag: scanning it compares
    the label before with the final one. Any other void label names nothing.
    """
    scan = read_scan(to)
    if scan.form == "label" and scan.label == label.root.replace("-", ""):
        desk.scans.append(to)
        raise LabelRefused(
            f"{label.root} itself was scanned as what it is to stand on, so nothing was compared.",
            code="label-scanned-twice",
            hint="Scan the thing's chart copy or worksheet, or type its number, after --to.",
        )
    if scan.form == "label":
        _require_standing(desk, label, label_row(desk.store, scan))
    if label.patient is not None:
        from lottrack.actions.families.patients import patient_of_scan

        desk.scans.append(to)
        return Found("patient", patient_of_scan(desk.store, to).code)
    record, _ = scanned_record(desk, to)
    return find_one_of(desk.store, record, *THINGS, "lot")


def _require_standing(desk: Desk, label: Row, named_by: Row) -> None:
    if label.replaces == named_by.root:
        return
    desk.scans.append(str(named_by.payload))
    require_in_force(desk.store, named_by)


def _fitting_event(reader: Reader, label: Row, target: Found) -> _Event:
    """The event that goes with a label and where it is put; all that stands against it refuses."""
    state, _ = derived_label_state(reader, label.root)
    if state in ENDED:
        raise LabelRefused(
            f"Label {label.root} is {state}: it may stand on nothing.",
            code="label-void",
            hint=f"Destroy it, and print another: `lottrack label print {label_thing(label)[1]}`.",
        )
    if state not in OUTSTANDING:
        raise AlreadyDone(
            f"Label {label.root} was {state} already.",
            hint=f"`lottrack label list {label_thing(label)[1]}` tells when and by whom.",
        )
    kind, record = label_thing(label)
    if target.table == "lot":
        return _attaching(reader, label, target.record)
    if target.table == "patient" and kind == "container" and label.copy == "chart":
        return _charting(reader, label, target.record)
    if target != Found(kind, record):
        raise mismatch(label, target)
    if label.copy in _ONLY_PAPERS:
        raise _wrong_copy(label, "it goes into the papers; give the lot after --to")
    if label.copy == "primary" and kind == "container":
        _require_bare(reader, label)
    return _Event("applied", container=record if kind == "container" else None)


def _attaching(reader: Reader, label: Row, lot: str) -> _Event:
    if not _is_of_lot(reader, label, lot):
        raise mismatch(label, Found("lot", lot))
    if label.copy not in PAPERS:
        raise _wrong_copy(label, "it goes onto the thing itself; a spare one is voided")
    return _Event("attached", lot=lot)


def _charting(reader: Reader, label: Row, patient: str) -> _Event:
    """A chart copy into the chart of the patient it is for."""
    lot = str(reader.get("container", label.container).lot)
    if lineage_of(reader, lot).patient.root != patient:
        raise mismatch(label, Found("patient", patient))
    return _Event("attached")


def _is_of_lot(reader: Reader, label: Row, lot: str) -> bool:
    kind, record = label_thing(label)
    if kind == "collection":
        return str(lineage_of(reader, lot).collection.root) == record
    if kind == "sample":
        sample = reader.get("sample", record)
        if sample.lot is not None:
            return bool(sample.lot == lot)
        kind, record = "container", str(sample.container)
    return kind == "container" and reader.get("container", record).lot == lot


def _require_bare(reader: Reader, label: Row) -> None:
    """A container carries one primary label."""
    for other in labels_of(reader, "container", label.container, "primary"):
        if derived_label_state(reader, other.root)[0] == "applied":
            raise LabelRefused(
                f"{label.container} already carries primary label {other.root}.",
                code="label-already-applied",
                hint=f"Take that one off first: `lottrack label void {other.root} --reason TEXT`.",
            )


def _wrong_copy(label: Row, why: str) -> LabelRefused:
    return LabelRefused(
        f"Label {label.root} is the {label.copy} copy: {why}.",
        code="label-wrong-copy",
        hint=f"`lottrack label list {label_thing(label)[1]}` shows all labels of the thing.",
    )


# -- voiding ---------------------------------------------------------------------------------------


def void_label(
    desk: Desk, text: str, reason: str, telling: Telling, *, destroyed: bool = False
) -> dict[str, Any]:
    """Record that a label counts for nothing any more, or that it was physically destroyed.

    Raises:
        AlreadyDone: it is void, or destroyed, already.
        Conflict: before it was printed or applied (``out-of-order``).
        RoleMissing: the label is none of those this person handles.
    """
    said = clean_text(reason, "the reason")
    told = desk.told(telling)._replace(reason=said)
    label, scanned = scanned_label(desk, text)
    require_may_handle(desk, label)
    desk.subjects.append(str(label.root))
    again = _repeated(desk, "label void")
    if again:
        return again
    event = _Event("destroyed" if destroyed else "void")
    with desk.change("label void", said) as change:
        state, _ = derived_label_state(change, label.root)
        if state in {"destroyed", event.event}:
            raise AlreadyDone(
                f"Label {label.root} is {state} already.",
                hint="Nothing to do."
                if state == "destroyed"
                else "When it was physically destroyed as well, give --destroyed.",
            )
        last = change.last("label_event", label=label.root) or label
        require_in_order(
            change,
            happened_at(change, told),
            last.occurred_at,
            f"what came before of {label.root}",
        )
        number = _record(change, _scanned(told, scanned=scanned), label, event)
        change.mention(label_thing(label)[1])
        shown = write_warnings(change, label.root, _bare_warnings(label, state))
        return _answered(change, number) | {"warnings": shown}


def _bare_warnings(label: Row, before: str) -> Sequence[ShownWarning]:
    if before != "applied" or label.copy != "primary" or label.container is None:
        return ()
    return (
        ShownWarning(
            "container-without-label",
            f"{label.container} carries no valid primary label now. Print and apply another before"
            f" anything else is done with it: lottrack label print {label.container}.",
        ),
    )


# -- the record ------------------------------------------------------------------------------------


def void_in(change: Change, label: str, told: Told) -> None:
    """Void a label that is being replaced, in the change that prints its successor."""
    _record(change, told, change.get("label", label), _Event("void"))


def _repeated(desk: Desk, act: str) -> dict[str, Any]:
    """The answer to the same scan a moment ago, if it was recorded; a refusal is given again."""
    earlier = desk.repeated(act)
    if not earlier or desk.store.find("label_event", earlier) is None:
        return {}
    return _answered(desk.store, earlier) | {"repeated": True}


def _record(change: Change, told: Told, label: Row, event: _Event) -> str:
    number = change.record("label_event", told, label=label.root, **event._asdict())
    restand(change, label.root)
    return number


def _answered(reader: Reader, number: str) -> dict[str, Any]:
    event = reader.get("label_event", number)
    label = reader.get("label", event.label)
    kind, record = label_thing(label)
    return {
        "id": number,
        "kind": "label_event",
        "label": label.root,
        "copy": label.copy,
        kind: record,
        "event": event.event,
        "lot": event.lot,
        "reason": event.reason,
        "at": shown_time(reader, event.occurred_at),
        "warnings": [],
    }
