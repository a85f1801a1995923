"""Printing labels: what may be printed, drawn, read back, recorded, and only then handed out.

The order keeps drawing out of the change, and no picture without its record:

1. everything that stands against printing is found in the record;
2. the labels' numbers are taken in a short change of their own;
3. the labels are drawn, each code is read back, and the files are written under passing names;
4. one change records the labels, if the record still says what was drawn, and for a printer the
   jobs they are in;
5. the files get their names;
6. for a printer, the jobs are handed over, and what became of each is recorded.

Whatever stops it before 4 leaves only numbers that were never used: the audit entry of act
``label reserve`` tells who took them. Stopped between 4 and 5, the next printing names the files.
Stopped in 6, the labels are ``printing``, and ``label send`` knows which may be sent again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.labelling.applying import void_in
from lottrack.actions.labelling.files import Output, publish, recover, remove, stage
from lottrack.actions.labelling.labels import restand
from lottrack.actions.labelling.plans import Planned, Wish, cleaned, plan_labels, things_of
from lottrack.actions.labelling.printers import Printer, printer_in_use
from lottrack.actions.labelling.shelf import shelf_of, template_row
from lottrack.actions.record.witnesses import current_witness
from lottrack.actions.shown import write_warnings
from lottrack.errors import Changed
from lottrack.rules.codes.scans import label_payload, patient_thing
from lottrack.store.chain import canonical
from lottrack.store.change import NOW

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.actions.labelling.sending import Content, Watched
    from lottrack.printing.rendering import Rendered
    from lottrack.printing.sheets import Sheet
    from lottrack.store.change import Change


def print_labels(
    desk: Desk,
    wish: Wish,
    output: Output,
    watched: Watched = iter,
) -> list[dict[str, Any]]:
    """Print labels to files or on a printer; a label that takes another's place voids it.

    A printer that does not take them is no error: the labels are on record as ``printing``, and the
    answers tell what became of each (``sent``) and what to do (``warnings``).

    Args:
        desk: where it is done.
        wish: what is to be printed.
        output: where to.
        watched: goes through the labels as they are drawn, to tell how many are done.

    Raises:
        LabelRefused: a thing already has a live label and no reason was given
            (``label-already-printed``), a thing may not be labelled (``label-not-allowed``), there
            is nothing to print (``nothing-to-print``), a preparation is not finished
            (``preparation-not-finished``), the template named prints no such label
            (``template-does-not-fit``), or it is not as it was signed for
            (``template-not-approved``).
        LabelError: a label could not be drawn, read back, or written to its file.
        TemplateInvalid: a template was altered without a new edition.
        Changed: the record changed while the labels were drawn.
        NotFound: no such printer is registered (``printer-unknown``).
        Usage: the file named cannot hold the labels.

    Returns:
        One answer a label, in the order printed; on sheets with its page and position, from 1,
        counted along the rows from the top left.
    """
    role = desk.role_for("label print")
    printer = printer_in_use(desk, output.printer) if output.printer else None
    wish = cleaned(wish)
    things = things_of(desk, wish.things)
    files = output.files(desk.store.path, 1)
    recover(files.folder, lambda serial: desk.store.find("label", serial) is not None)
    shelf = shelf_of(desk.store.path)
    planned = plan_labels(desk.store, things, wish, shelf)
    files = output.files(desk.store.path, len(planned))
    sheet = _sheet(output, planned)
    serials = _reserved(desk, role, len(planned))
    dpi = output.dpi if printer is None else printer.dpi
    drawn = _drawn_all(planned, serials, current_witness(desk.store), dpi, watched)
    contents = [] if printer is None else _contents(printer, serials, drawn)
    staged = [] if desk.dry_run else stage(files.named(serials), drawn, files.form, sheet, serials)
    form = files.form if printer is None else printer.language
    try:
        with desk.change("label print", wish.reason or None, role=role) as change:
            _require_unchanged(planned, plan_labels(change, things, wish, shelf))
            change.subject = serials[0]
            shown = [
                _record(change, plan, serial, label, form, wish.reason)
                for plan, serial, label in zip(planned, serials, drawn, strict=True)
            ]
            jobs = [] if printer is None else _opened(change, printer, contents)
    except BaseException:
        remove(staged)
        raise
    publish(staged, serials)
    paths = files.named(serials)
    answers = [_answered(*each) for each in zip(planned, serials, drawn, paths, shown, strict=True)]
    if printer is not None:
        return _sent(desk, role, printer, jobs, answers)
    return answers if sheet is None else _placed(answers, sheet)


def _contents(printer: Printer, serials: Sequence[str], drawn: Sequence[Rendered]) -> list[Content]:
    from lottrack.actions.labelling.sending import contents_of

    return contents_of(printer, dict(zip(serials, drawn, strict=True)))


def _opened(
    change: Change, printer: Printer, contents: Sequence[Content]
) -> list[tuple[str, Content]]:
    from lottrack.actions.labelling.sending import open_job

    return [(open_job(change, printer, content), content) for content in contents]


def _sent(
    desk: Desk,
    role: str,
    printer: Printer,
    jobs: Sequence[tuple[str, Content]],
    answers: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Hand the jobs over; the answers with what became of each label's."""
    from lottrack.actions.labelling.sending import send_jobs, sent_data

    ends = {} if desk.dry_run else send_jobs(desk, "label print", role, printer, jobs)
    told = [sent_data(printer, ends.get(answer["id"])) for answer in answers]
    return [
        answer | said | {"warnings": [*answer["warnings"], *said["warnings"]]}
        for answer, said in zip(answers, told, strict=True)
    ]


def _sheet(output: Output, planned: Sequence[Planned]) -> Sheet | None:
    """The sheet the labels go on, found to hold them before a number is taken."""
    if output.grid is None:
        return None
    from lottrack.printing.sheets import sheet_for

    return sheet_for(
        output.grid, [(plan.template.width_mm, plan.template.height_mm) for plan in planned]
    )


def _placed(answers: Sequence[dict[str, Any]], sheet: Sheet) -> list[dict[str, Any]]:
    from lottrack.printing.sheets import place_on

    return [
        answer | dict(zip(("page", "position"), place_on(sheet, number), strict=True))
        for number, answer in enumerate(answers)
    ]


def _require_unchanged(drawn: Sequence[Planned], now: Sequence[Planned]) -> None:
    if now != drawn:
        raise Changed(
            "The record changed while the labels were drawn; nothing was printed.",
            hint="Look at what changed, and print again.",
        )


# -- numbers, drawing, record ----------------------------------------------------------------------


def _reserved(desk: Desk, role: str, count: int) -> list[str]:
    """Numbers for the labels, taken out of the series in a change of its own."""
    with desk.change("label reserve", role=role) as change:
        return [change.number("label") for _ in range(count)]


def _drawn_all(
    planned: Sequence[Planned],
    serials: Sequence[str],
    witness: str,
    dpi: int,
    watched: Watched,
) -> list[Rendered]:
    pairs = list(zip(planned, serials, strict=True))
    return [
        _drawn(plan, {"label": serial, "witness": witness}, dpi) for plan, serial in watched(pairs)
    ]


def _drawn(plan: Planned, own: dict[str, str], dpi: int) -> Rendered:
    """One label with its own serial and witness; at 0 dpi, as its template is laid out."""
    from lottrack.printing.rendering import render

    thing = patient_thing(plan.record) if plan.kind == "patient" else plan.record
    payload = label_payload(thing, own["label"], plan.copy)
    return render(plan.template, plan.values | own, payload, dpi=dpi or None)


def _record(
    change: Change, plan: Planned, serial: str, label: Rendered, form: str, reason: str
) -> list[dict[str, str]]:
    """Record one label; those it replaces become void. Returns the warnings kept with it."""
    told = NOW._replace(reason=reason if plan.replaces else "")
    for old in plan.replaces:
        void_in(change, old, told)
    change.record(
        "label",
        told,
        number=serial,
        template=template_row(change, plan.template, plan.source),
        copy=plan.copy,
        **{plan.kind: plan.record},
        payload=label.payload,
        shown=canonical(list(label.text)),
        image_sha256=label.image_sha256,
        format=form,
        replaces=plan.replaces[-1] if plan.replaces else None,
    )
    restand(change, serial)
    return write_warnings(change, serial, plan.warnings)


def _answered(
    plan: Planned, serial: str, label: Rendered, path: Path, warnings: list[dict[str, str]]
) -> dict[str, Any]:
    return {
        "id": serial,
        "kind": "label",
        plan.kind: plan.record,
        "copy": plan.copy,
        "template": plan.template.name,
        "edition": plan.template.edition,
        "path": str(path),
        "payload": label.payload,
        "replaces": list(plan.replaces),
        "warnings": warnings,
    }
