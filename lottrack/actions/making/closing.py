"""Closing a lot: every cell, container and label is accounted for (invariant 6)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from lottrack.actions.custody.containers import state_of
from lottrack.actions.deviating.concerning import deviations_about
from lottrack.actions.finding import Found
from lottrack.actions.labelling.labels import labels_of_lot
from lottrack.actions.making.lots import balance_of, containers_of, find_lot, passages_of
from lottrack.actions.releasing.dispositions import is_closed, lot_disposition
from lottrack.actions.scanning import label_thing
from lottrack.actions.testing.investigations import case_of, state_words, who_is_next
from lottrack.errors import AlreadyDone, Blocker, DispositionRefused
from lottrack.rules.culture.balance import ContainerBalance, closing_blockers, container_balance
from lottrack.rules.culture.growth import passage_name
from lottrack.rules.reading.text import clean_text
from lottrack.rules.specification.investigation import is_concluded, next_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.reader import Reader

LABELS_DONE = frozenset({"applied", "attached", "void", "destroyed"})
"""What a printed label is once it is accounted for (21 CFR 211.125)."""

_CELLS = frozenset({"cells-not-accounted-for", "more-cells-than-harvested"})


def close_lot(desk: Desk, text: str, reason: str, telling: Telling) -> dict[str, Any]:
    """Close a lot; it takes no new facts afterwards.

    Raises:
        AlreadyDone: it was closed before.
        DispositionRefused: something does not reconcile; the blockers say what.
    """
    lot = find_lot(desk, text)
    why = clean_text(reason, "the reason") if reason else ""
    told = desk.told(telling._replace(reason=why))
    with desk.change("lot close", why or None) as change:
        change.get("lot", lot)
        if is_closed(change, lot):
            raise AlreadyDone(f"Lot {lot} was closed before.")
        blockers = [*close_blockers(change, lot)]
        if blockers:
            raise DispositionRefused(
                f"Lot {lot} cannot be closed.",
                code=blockers[0].code,
                blockers=blockers,
                hint=f"`lottrack lot show {lot}` and `lottrack label reconcile {lot}` show what is"
                f" open. Cells left over are discarded: `lottrack lot discard {lot} --cells N"
                " --reason TEXT --at TIME`, with a time between that harvest and the next.",
            )
        number = change.record("lot_closure", told, lot=lot)
        disposition = lot_disposition(change, lot)
    return {
        "id": lot,
        "kind": "lot",
        "closed": True,
        "closing": number,
        "disposition": disposition,
        "warnings": [],
    }


def close_blockers(reader: Reader, lot: str) -> Iterator[Blocker]:
    """Why a lot cannot be closed: cells, cultures, containers, labels whose end is open.

    Codes ``cells-not-reconciled``, ``passage-not-harvested``, ``containers-not-accounted-for``,
    ``containers-undecided``, ``fill-not-confirmed``, ``labels-not-reconciled``, ``oos-open`` and
    ``deviation-open``.
    """
    containers = container_balance_of(reader, lot)
    for blocker in closing_blockers(balance_of(reader, lot), containers, f"lot {lot}"):
        yield blocker._replace(code="cells-not-reconciled") if blocker.code in _CELLS else blocker
    yield from _culture_blockers(reader, lot)
    yield from _plan_blockers(reader, lot)
    yield from label_blockers(reader, lot)
    yield from matter_blockers(reader, lot)


def container_balance_of(reader: Reader, lot: str) -> ContainerBalance:
    """The containers of a lot by what became of them, doses prepared from it included."""
    filled = [
        str(row.root)
        for row in containers_of(reader, lot)
        if row.fill is None
        or reader.first("filling", container=row.root, outcome="filled") is not None
    ]
    return container_balance(Counter(state_of(reader, number).state for number in filled))


def label_blockers(reader: Reader, lot: str) -> list[Blocker]:
    """Printed labels of a lot that nobody applied, attached, voided or destroyed.

    They are those that ``label reconcile`` counts: of its containers and of its samples.
    """
    loose = [
        f"{label.root} ({label.copy}, for {label_thing(label)[1]})"
        for label in labels_of_lot(reader, lot)
        if reader.rows("label_standing", label=label.root)[0].state not in LABELS_DONE
    ]
    if not loose:
        return []
    return [
        Blocker(
            "labels-not-reconciled",
            f"{len(loose)} printed labels of lot {lot} are neither applied, attached to the record,"
            f" void nor destroyed: {', '.join(loose)}.",
            "21 CFR 211.125",
        )
    ]


def matter_blockers(reader: Reader, lot: str) -> Iterator[Blocker]:
    """Investigations and deviations of a lot that nobody has concluded or closed.

    Those of its fills and containers included, of whatever class: what is open still finds
    something out about cells that somebody may have been given.
    """
    for row in reader.rows("oos", lot=lot):
        case = case_of(reader, row)
        if not is_concluded(case):
            yield Blocker(
                "oos-open",
                f"{case.oos} ({case.test} of {case.subject}) is {state_words(case)}.",
                "EudraLex Vol. 4 Part IV 11.5",
                who_is_next(case),
                next_command(case),
            )
    things = [Found("lot", lot)]
    for table in ("fill", "container"):
        things += [Found(table, str(row.root)) for row in reader.rows(table, lot=lot)]
    for fact in deviations_about(reader, things):
        if fact.is_open:
            yield Blocker(
                "deviation-open",
                f"{fact.number} ({fact.severity}: {fact.title}) concerns {fact.concerned} and is"
                " open.",
                "",
                "qa",
                f"lottrack deviation close {fact.number}",
            )


def _culture_blockers(reader: Reader, lot: str) -> Iterator[Blocker]:
    """Cells still in culture; a discard after the seeding says that the culture was given up."""
    discards = [row.occurred_at for row in reader.rows("discard", lot=lot)]
    for passage in passages_of(reader, lot):
        if passage.harvest is not None or passage.seeding is None:
            continue
        if not any(at >= passage.seeding.occurred_at for at in discards):
            yield Blocker(
                "passage-not-harvested",
                f"{passage_name(passage.number)} of lot {lot} was seeded and neither harvested nor"
                " discarded. A culture given up has a harvest of 0 cells.",
            )


def _plan_blockers(reader: Reader, lot: str) -> Iterator[Blocker]:
    for fill in reader.rows("fill", lot=lot):
        containers = [str(row.root) for row in reader.rows("container", fill=fill.root)]
        planned = [number for number in containers if state_of(reader, number).state == "planned"]
        if planned:
            yield Blocker(
                "fill-not-confirmed",
                f"{len(planned)} containers of fill {fill.root} are only planned:"
                f" {', '.join(planned)}. Say what became of them:"
                f" `lottrack lot fill-confirm {fill.root}`.",
            )
