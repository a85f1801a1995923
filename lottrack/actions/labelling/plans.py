"""Which labels are to be printed, with what they say, and what stands against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.custody.containers import filling_of, state_of
from lottrack.actions.custody.steps import last_transfer
from lottrack.actions.finding import Found, find_one_of
from lottrack.actions.giving.doses import preparation_of, source_containers
from lottrack.actions.labelling.clearances import line_blockers
from lottrack.actions.labelling.labels import ENDED as LABEL_ENDED
from lottrack.actions.labelling.labels import THINGS, derived_label_state, labels_of
from lottrack.actions.labelling.shelf import fitting_template, named_template
from lottrack.actions.labelling.values import (
    Values,
    collection_values,
    container_values,
    patient_values,
    sample_values,
)
from lottrack.actions.releasing.dispositions import fill_disposition
from lottrack.actions.scanning import scanned_record
from lottrack.errors import Blocker, LabelRefused, Usage
from lottrack.printing.fields import COPIES
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.lifecycle import ENDED
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.actions.desk import Desk
    from lottrack.actions.labelling.shelf import Shelf
    from lottrack.printing.templates import Template
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

FIRST_COPY = {"container": "primary", "collection": "primary", "sample": "sample",
              "patient": "wristband"}  # fmt: skip
"""The copy of a thing that is printed when none is named."""

ONE_AT_A_TIME = frozenset({"primary", "overwrap", "wristband", "sample"})
"""Copies that stand on the thing: printing another voids the one before, with a reason."""

_PAPERS_AFTERWARDS = frozenset({"chart", "record"})
_NEVER_SUPPLIED = frozenset({"rejected", "recalled"})
_PRINTED = (*THINGS, "fill", "lot", "preparation")


class Wish(NamedTuple):
    """What is to be printed.

    Attributes:
        things: numbers, codes or scans.
        template: a template's name, or "" for the one that fits.
        copy: a kind of copy, or "" for the one that stands on the thing.
        reason: why a label is printed anew, or "".
        destination: on transport copies, the organisation it is sent to, or "" for where the
            transfer it is on leads.
        copies: several kinds of copy of each thing, in this order; () for the one of ``copy``.
    """

    things: tuple[str, ...]
    template: str = ""
    copy: str = ""
    reason: str = ""
    destination: str = ""
    copies: tuple[str, ...] = ()

    def copies_of(self, kind: str) -> tuple[str, ...]:
        """The kinds of copy to print of a kind of thing."""
        return self.copies or (self.copy or FIRST_COPY[kind],)


class Planned(NamedTuple):
    """One label about to be printed.

    Attributes:
        kind: the table of the thing it is for, one of ``THINGS``.
        record: the thing's number.
        copy: the kind of copy.
        template: what it looks like.
        source: the template's text.
        values: what it says, but for its own number.
        replaces: numbers of the labels it takes the place of.
        warnings: what a person should look at.
    """

    kind: str
    record: str
    copy: str
    template: Template
    source: str
    values: Values
    replaces: tuple[str, ...]
    warnings: tuple[ShownWarning, ...]


def cleaned(wish: Wish) -> Wish:
    """A wish with its words in the spelling the record keeps.

    Raises:
        BadValue: they are too long, or hold characters that cannot be seen.
    """
    return wish._replace(
        reason=clean_text(wish.reason, "the reason") if wish.reason else "",
        destination=clean_text(wish.destination, "the destination", 160)
        if wish.destination
        else "",
    )


# -- what is asked for -----------------------------------------------------------------------------


def things_of(desk: Desk, texts: Sequence[str]) -> list[Found]:
    """What is to be labelled, each once; a fill or lot stands for its containers."""
    things: dict[Found, None] = {}
    for text in texts:
        record, _ = scanned_record(desk, text)
        found = find_one_of(desk.store, record, *_PRINTED)
        desk.subjects.append(found.record)
        things.update(dict.fromkeys(_labelled(desk.store, found)))
    return list(things)


def _labelled(reader: Reader, found: Found) -> list[Found]:
    if found.table in {"fill", "lot"}:
        rows = reader.rows("container", **{found.table: found.record})
        fills = [row for row in rows if row.fill is not None]
        there = [row for row in fills if state_of(reader, row.root).state not in ENDED]
        if not there:
            raise LabelRefused(
                f"{found.record} has no container that could carry a label.",
                code="nothing-to-print",
                hint="Fill it, or plan to: `lottrack lot fill LOT ... --planned`.",
            )
        return [Found("container", str(row.root)) for row in there]
    if found.table == "preparation":
        return [Found("container", _dose_container(reader, found.record))]
    return [found]


def _dose_container(reader: Reader, preparation: str) -> str:
    """The container that a preparation's dose is in."""
    finish = reader.last("preparation_finish", preparation=preparation)
    if finish is None:
        raise LabelRefused(
            f"Preparation {preparation} is not finished, so there is no dose to label.",
            code="preparation-not-finished",
            hint=f"`lottrack prepare finish {preparation}` first.",
        )
    inputs = reader.rows("preparation_input", preparation=preparation)
    return str(finish.container or inputs[0].container)


# -- the plan --------------------------------------------------------------------------------------


def plan_labels(reader: Reader, things: Sequence[Found], wish: Wish, shelf: Shelf) -> list[Planned]:
    """The labels to print; everything that stands against any of them refuses all."""
    blockers = _lines_not_clear(reader, things)
    planned: list[Planned] = []
    for kind, record in things:
        row = reader.get(kind, record)
        for copy in wish.copies_of(kind):
            against = _not_allowed(reader, kind, row, copy)
            plan = None if against else _planned(reader, kind, row, copy, wish, shelf)
            standing = _in_force(reader, kind, record, copy)
            most = plan.template.most_copies if plan and copy not in ONE_AT_A_TIME else 1
            spent = standing[: max(0, len(standing) - most + 1)]
            if not wish.reason and (plan or copy in ONE_AT_A_TIME):
                against += _used_up(record, copy, spent, most)
            blockers += against
            if plan:
                planned.append(plan._replace(replaces=tuple(str(label.root) for label in spent)))
    if blockers:
        raise LabelRefused(
            "These labels may not be printed." if len(blockers) > 1 else blockers[0].sentence,
            code=blockers[0].code,
            blockers=blockers,
            hint=blockers[0].hint or _mending(blockers[0].code),
        )
    return planned


def _mending(code: str) -> str:
    if code in {"label-already-printed", "label-copies-used-up"}:
        return "To print anew and void the label before, say why: --reason TEXT."
    return "Quality assurance decides what becomes of it; `lottrack lot show LOT` tells why."


def _lines_not_clear(reader: Reader, things: Sequence[Found]) -> list[Blocker]:
    """Labels of other lots where these things are, at places that ask for line clearance."""
    opened = dict.fromkeys(
        where for kind, record in things if (where := _line_of(reader, kind, record)) is not None
    )
    lots = [lot for lot, _ in opened]
    return [blocker for lot, place in opened for blocker in line_blockers(reader, lot, place, lots)]


def _line_of(reader: Reader, kind: str, record: str) -> tuple[str, str] | None:
    """The lot of a thing and the place where it is labelled; None for what is of no lot."""
    if kind == "container":
        place = state_of(reader, record).place
        return (str(reader.get("container", record).lot), place) if place else None
    if kind != "sample":
        return None
    sample = reader.get("sample", record)
    lot = sample.lot if sample.lot is not None else reader.get("container", sample.container).lot
    return str(lot), ""


def _in_force(reader: Reader, kind: str, record: str, copy: str) -> list[Row]:
    """The labels of one kind of copy of a thing that are neither void nor destroyed."""
    return [
        label
        for label in labels_of(reader, kind, record, copy)
        if derived_label_state(reader, label.root)[0] not in LABEL_ENDED
    ]


def _used_up(record: str, copy: str, spent: Sequence[Row], most: int) -> list[Blocker]:
    if copy in ONE_AT_A_TIME:
        return [
            Blocker(
                "label-already-printed",
                f"{record} has a live {copy} label already: {label.root}.",
                f"label {label.root}",
            )
            for label in spent
        ]
    return [
        Blocker(
            "label-copies-used-up",
            f"{record} has {most} {copy} {'copies' if most > 1 else 'copy'} in force, as many as"
            f" its template allows; the oldest is {label.root}.",
            f"label {label.root}",
        )
        for label in spent[:1]
    ]


def _not_allowed(reader: Reader, kind: str, row: Row, copy: str) -> list[Blocker]:
    """Why a thing may not be labelled: nothing that must not be given may look ready to be."""
    if kind == "collection":
        from lottrack.actions.collecting.collections import collection_state

        rejected = collection_state(reader, row.root) == "rejected"
        return [_blocker(f"Collection {row.root} was rejected.", row.root)] if rejected else []
    if kind != "container":
        return []
    found = []
    state = state_of(reader, row.root).state
    if state in ENDED and not (state == "infused" and copy in _PAPERS_AFTERWARDS):
        found.append(_blocker(f"{row.root} is {state.replace('_', ' ')}.", row.root))
    moved_to = _emptied_into(reader, row)
    if moved_to:
        found.append(_blocker(f"The cells of {row.root} are in {moved_to} now.", moved_to))
    for fill in dict.fromkeys(str(each.fill) for each in source_containers(reader, row)):
        disposition = fill_disposition(reader, fill)
        if disposition in _NEVER_SUPPLIED:
            found.append(_blocker(f"Fill {fill} of {row.root} is {disposition}.", fill))
    return found


def _emptied_into(reader: Reader, container: Row) -> str:
    """The container that a preparation put the cells of this one into, or ""."""
    preparation = preparation_of(reader, container)
    if preparation is None:
        return ""
    finish = reader.last("preparation_finish", preparation=preparation.root)
    dose = "" if finish is None else str(finish.container or "")
    return "" if dose == container.root else dose


def _blocker(sentence: str, basis: str) -> Blocker:
    return Blocker("label-not-allowed", sentence, basis)


def _planned(reader: Reader, kind: str, row: Row, copy: str, wish: Wish, shelf: Shelf) -> Planned:
    preparation = preparation_of(reader, row) if kind == "container" else None
    subjects = [kind]
    if preparation is not None and _is_finished(reader, preparation):
        subjects.insert(0, "preparation")
    container_kind = str(row.kind) if kind == "container" else ""
    template, source = _template(reader, shelf, wish.template, subjects, copy, container_kind)
    values = _values(reader, kind, row, preparation) | {"copy": COPIES[copy]}
    if copy == "transport":
        values["destination"] = wish.destination or _require_destination(reader, kind, row.root)
    warnings = tuple(_warnings(reader, kind, row, preparation, values))
    return Planned(kind, str(row.root), copy, template, source, values, (), warnings)


def without_destination(desk: Desk, texts: Sequence[str]) -> list[str]:
    """The numbers of things whose transport copy could not say where they go."""
    return [record for kind, record in things_of(desk, texts) if not _way(desk.store, kind, record)]


def _require_destination(reader: Reader, kind: str, record: str) -> str:
    """Where a thing is on its way to.

    Raises:
        Usage: it was not handed over to a place or party (``destination-missing``).
    """
    destination = _way(reader, kind, record)
    if not destination:
        raise Usage(
            f"{record} is on no transfer that says where it goes, and a transport label that does"
            " not say it must not be printed.",
            code="destination-missing",
            hint='Give --destination "ORGANISATION, ADDRESS, TELEPHONE", or hand it over first:'
            f" lottrack custody transfer {record} --to PLACE.",
        )
    return destination


def _way(reader: Reader, kind: str, record: str) -> str:
    """The place or party outside that a thing was last handed over to and is on its way to."""
    transfer = last_transfer(reader, Found(kind, record))
    if transfer is None:
        return ""
    if transfer.to_place is not None:
        place = reader.get("place", transfer.to_place)
        return f"{place.name} ({place.root})"
    return str(transfer.to_outside or "")


def _is_finished(reader: Reader, preparation: Row) -> bool:
    """Whether a preparation came to its end: there is a dose."""
    return reader.first("preparation_finish", preparation=preparation.root) is not None


def _values(reader: Reader, kind: str, row: Row, preparation: Row | None) -> Values:
    if kind == "container":
        return container_values(reader, row, preparation)
    if kind == "collection":
        return collection_values(reader, row)
    if kind == "sample":
        return sample_values(reader, row)
    return patient_values(reader, row)


def _warnings(
    reader: Reader, kind: str, row: Row, preparation: Row | None, values: Values
) -> list[ShownWarning]:
    if preparation is not None and not values["viable_cells"]:
        return [
            ShownWarning(
                "dose-not-counted",
                f"The label of {row.root} tells no cells: preparation {preparation.root} was not"
                f" counted. Count it (lottrack prepare count {preparation.root}), then print it"
                " anew.",
            )
        ]
    planned = kind == "container" and row.fill is not None and filling_of(reader, row.root) is None
    if planned:
        return [
            ShownWarning(
                "planned-contents",
                f"The label of {row.root} tells what is planned ({values['viable_cells']} viable"
                f" cells, {values['volume']}). If something else is filled, print it anew.",
            )
        ]
    return []


# -- templates -------------------------------------------------------------------------------------


def _template(
    reader: Reader,
    shelf: Shelf,
    name: str,
    subjects: Sequence[str],
    copy: str,
    container_kind: str,
) -> tuple[Template, str]:
    """The template named, if it prints this copy of one of the subjects; else the first that does.

    The subjects are what the label can be about, the fittest first.
    """
    if name:
        template, source = named_template(reader, shelf, name)
        if template.subject in subjects and copy in template.copies:
            return template, source
        raise LabelRefused(
            f"Label template {name} does not print the {copy} copy of a {subjects[-1]}.",
            code="template-does-not-fit",
            hint=f"It prints {', '.join(template.copies)} of a {template.subject}."
            " Leave out --template for the one that fits.",
        )
    templates = [kept.template for kept in shelf.values() if kept.template is not None]
    having = {template.subject for template in templates if copy in template.copies}
    subject = next((each for each in subjects if each in having), subjects[-1])
    kind = container_kind if subject == "container" else ""
    return fitting_template(reader, shelf, subject, copy, kind)
