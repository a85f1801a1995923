"""What is signed at each act of a dossier, and what the signature covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.moments import told_time
from lottrack.actions.releasing.dispositions import fill_disposition
from lottrack.actions.releasing.holds import open_holds_of_container
from lottrack.actions.supplying.faults import failing_results
from lottrack.actions.supplying.subjects import ACCEPT, ASSESS, REQUEST, Asked, Subject
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def supply_lines(reader: Reader, asked: Asked, subject: Subject) -> Iterator[str]:
    """The container, everything against it, what was said so far, and what is said now."""
    yield from _head(reader, subject)
    yield ""
    yield from _said(reader, asked, subject)


def _head(reader: Reader, subject: Subject) -> Iterator[str]:
    row, dossier = subject.container, subject.dossier
    lot = reader.get("lot", row.lot)
    if dossier is not None:
        yield f"Dossier: {dossier.number}"
    yield f"Container: {row.root} of lot {lot.root}, {lot.product}"
    if row.fill is not None:
        state = fill_disposition(reader, row.fill).replace("_", " ")
        yield f"Disposition of its fill {row.fill}: {state}, and not changed by this"
    yield f"For: patient {subject.against.patient}"
    yield "Against it:"
    for fault in subject.against.faults:
        yield f"  {fault.code}: {fault.sentence}"


def _said(reader: Reader, asked: Asked, subject: Subject) -> Iterator[str]:
    dossier = subject.dossier
    if dossier is not None:
        request = dossier.request
        yield (
            f"Requested by {request.performed_by}, {told_time(reader, request.occurred_at)}:"
            f" {request.text}"
        )
        if dossier.assessment is not None and asked.act != ASSESS:
            yield from _assessment_lines(reader, dossier.assessment)
    if asked.act == REQUEST:
        yield f"I ask for this container, because: {clean_text(asked.text, 'the reason')}"
    elif asked.act == ASSESS:
        yield f"Evaluation of the risk: {clean_text(asked.text, 'the evaluation')}"
        yield from _told("Organism", asked.organism)
        yield from _told("Sensitivities", asked.sensitivities)
        yield "It is out of specification, and would be supplied on the physician's request."
    elif asked.act == ACCEPT:
        yield "I was told that it is out of specification, and I accept it for this patient."
        yield from _told("Prophylaxis", asked.prophylaxis)
    else:
        yield f"Declined, because: {clean_text(asked.text, 'the reason')}"


def _assessment_lines(reader: Reader, row: Row) -> Iterator[str]:
    at = told_time(reader, row.occurred_at)
    yield f"Evaluated by {row.performed_by}, {at}: {row.text}"
    yield from _told("Organism", row.organism or "")
    yield from _told("Sensitivities", row.sensitivities or "")


def _told(what: str, text: str) -> Iterator[str]:
    if text:
        yield f"{what}: {clean_text(text, what.lower())}"


def supply_covers(reader: Reader, asked: Asked, subject: Subject) -> list[Row]:
    """What an act rests on: correcting it voids the act, and with it the dossier."""
    row, dossier = subject.container, subject.dossier
    covers = [row, *failing_results(reader, row)]
    if dossier is not None:
        covers.append(dossier.request)
        if asked.act != ASSESS and dossier.assessment is not None:
            covers.append(dossier.assessment)
    if asked.act == ASSESS:
        covers += open_holds_of_container(reader, row, lineage_of(reader, row.lot))
    return covers
