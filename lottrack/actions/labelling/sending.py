"""Labels on their way to a printer: jobs, what became of them, and what may be sent again.

A job is on record with its labels before its first byte leaves, and its end afterwards. That a
printer took a job does not mean that a label exists, and that it did not does not mean that none
does. So a label that was sent stays ``printing`` until it is scanned back or voided, and the same
serial is sent again only when every sending of it has certainly printed nothing: the printer could
not be reached, said it was not ready before anything was sent, or the job's turn never came. A job
whose end is not on record (the program died) may have been printed.
"""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.labelling.files import folder_of, picture_name, recover
from lottrack.actions.labelling.labels import derived_label_state, restand
from lottrack.actions.labelling.printers import Printer, printer_in_use
from lottrack.actions.moments import told_time
from lottrack.actions.scanning import label_thing, scanned_label
from lottrack.errors import Blocker, LabelError, LabelRefused, Usage
from lottrack.printing.printers import Job, send
from lottrack.store.change import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.printing.rendering import Rendered
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

    Watched = Callable[[Sequence[Any]], Iterable[Any]]
    """Goes through things one by one while somebody is told how many are done."""

LABELS_A_JOB = 25
"""Labels that are sent at once: as many are in doubt when a line is cut."""

NOTHING_CAME_OUT = frozenset({"not-ready", "unreachable", "not-sent"})
"""Ends of a job after which its labels certainly do not exist."""

_ENDS = {
    "printer-not-ready": "not-ready",
    "printer-unreachable": "unreachable",
    "print-job-cut": "cut",
}


class Content(NamedTuple):
    """Labels as one job: their serials, and the bytes in the printer's language.

    Attributes:
        serials: of the labels; of a calibration label the job's number.
        language: one of ``printers.LANGUAGES``.
        parts: one for all labels, or one picture for each.
    """

    serials: tuple[str, ...]
    language: str
    parts: tuple[bytes, ...]

    @classmethod
    def of(cls, printer: Printer, labels: Mapping[str, Rendered]) -> Content:
        """Labels for a printer.

        Raises:
            LabelError: the bytes do not hold the very dots that were read back.
        """
        serials, drawn = tuple(labels), list(labels.values())
        if printer.language == "png":
            return cls(serials, "png", tuple(label.png for label in drawn))
        if printer.language == "pdf":
            from lottrack.printing.sheets import to_pdf

            return cls(serials, "pdf", (to_pdf(drawn),))
        from lottrack.printing.zpl import zpl

        return cls(serials, "zpl", (zpl(drawn),))

    def job(self, number: str) -> Job:
        """The job as it is handed over, its files named by the labels or by the job."""
        names = self.serials if self.language == "png" else (number,)
        files = zip((f"{name}.{self.language}" for name in names), self.parts, strict=True)
        return Job(self.language, tuple(files))


class Ended(NamedTuple):
    """What became of a job.

    Attributes:
        outcome: ``taken``, ``not-ready``, ``unreachable``, ``not-sent`` or ``cut``.
        said: what the printer told, or why it is in doubt.
        error: what to raise or tell, when it was not taken.
    """

    outcome: str
    said: str = ""
    error: LabelError | None = None


def contents_of(printer: Printer, labels: Mapping[str, Rendered]) -> list[Content]:
    """Labels in jobs of a bearable size, in their order; raises as ``Content.of``."""
    waiting: Iterator[tuple[str, Rendered]] = iter(labels.items())
    made = []
    while some := dict(islice(waiting, LABELS_A_JOB)):
        made.append(Content.of(printer, some))
    return made


def open_job(
    change: Change, printer: Printer, content: Content, *, purpose: str = "labels", number: str = ""
) -> str:
    """Record a job with its labels, before it is handed over. Returns its number."""
    digest = hashlib.sha256(b"".join(content.parts)).hexdigest()
    job = change.record(
        "print_job",
        NOW,
        number=number or None,
        printer=printer.code,
        purpose=purpose,
        language=content.language,
        job_sha256=digest,
    )
    if purpose == "labels":
        for serial in content.serials:
            change.link("print_job_label", print_job=job, label=serial)
            restand(change, serial)
    return job


def hand_over(content: Content, job: str, printer: Printer) -> Ended:
    """Hand a job to its printer; what goes wrong is told in the answer."""
    try:
        sent = send(content.job(job), printer.target)
    except LabelError as error:
        return Ended(_ENDS[error.code], error.sentence, error)
    return Ended("taken", sent.said)


def end_job(desk: Desk, act: str, role: str, job: str, ended: Ended) -> None:
    """Record what became of a job."""
    with desk.change(act, role=role) as change:
        change.record(
            "print_job_end", NOW, print_job=job, outcome=ended.outcome, said=ended.said or None
        )


def send_jobs(
    desk: Desk,
    act: str,
    role: str,
    printer: Printer,
    jobs: Sequence[tuple[str, Content]],
    watched: Watched = iter,
) -> dict[str, Ended]:
    """Hand over jobs that are on record, one after the other; after one that failed, none.

    Returns:
        What became of each label's job, by the label's serial.
    """
    ends: dict[str, Ended] = {}
    failed: Ended | None = None
    for job, content in watched(jobs):
        if failed is None:
            ended = hand_over(content, job, printer)
            failed = ended if ended.error is not None else None
        else:
            ended = Ended("not-sent", "an earlier job failed", failed.error)
        end_job(desk, act, role, job, ended)
        ends |= dict.fromkeys(content.serials, ended)
    return ends


# -- sending again ---------------------------------------------------------------------------------


def send_labels(
    desk: Desk,
    texts: Sequence[str],
    printer: str = "",
    watched: Watched = iter,
) -> list[dict[str, Any]]:
    """Send labels again that cannot have come out, under the same serials.

    Args:
        desk: where it is done.
        texts: labels, scanned or by their numbers.
        printer: a printer's code, or "" for the one they were sent to last.
        watched: goes through the jobs as they are handed over, to tell how many are done.

    Raises:
        LabelRefused: a label is not printing (``label-not-printing``), a label with its number may
            exist already (``label-may-exist``), the printer has another resolution
            (``printer-differs``), its picture is gone or is not the one that was recorded
            (``label-picture-missing``), or the printer is retired (``printer-retired``).
        NotFound: there is no such printer or label.
        Usage: the labels were sent to several printers and none is named.

    Returns:
        One answer a label: ``sent`` tells what became of it.
    """
    role = desk.role_for("label send")
    rows = {str(row.root): row for row in (scanned_label(desk, text)[0] for text in texts)}
    desk.subjects += rows
    target = printer_in_use(desk, printer or _last_printer(desk.store, list(rows)))
    _require_sendable(desk.store, rows.values(), target)
    folder = folder_of(desk.store.path)
    recover(folder, lambda serial: desk.store.find("label", serial) is not None)
    contents = contents_of(target, _pictures(folder, rows.values(), target))
    with desk.change("label send", role=role) as change:
        _require_sendable(change, rows.values(), target)
        jobs = [(open_job(change, target, content), content) for content in contents]
    ends = {} if desk.dry_run else send_jobs(desk, "label send", role, target, jobs, watched)
    return [
        {"id": serial, "kind": "label", "copy": row.copy} | sent_data(target, ends.get(serial))
        for serial, row in rows.items()
    ]


def sent_data(printer: Printer, ended: Ended | None) -> dict[str, Any]:
    """What an answer says of a label that was sent; ``sent`` is None in a dry run."""
    error = None if ended is None else ended.error
    return {
        "printer": printer.code,
        "sent": None if ended is None else ended.outcome,
        "warnings": []
        if error is None
        else [{"code": error.code, "sentence": f"{error.sentence} {error.hint}"}],
    }


def _require_sendable(reader: Reader, labels: Collection[Row], printer: Printer) -> None:
    blockers = [each for label in labels for each in _unsendable(reader, label, printer)]
    if blockers:
        raise LabelRefused(
            "These labels may not be sent again." if len(blockers) > 1 else blockers[0].sentence,
            code=blockers[0].code,
            blockers=blockers,
            hint=blockers[0].hint,
        )


def _unsendable(reader: Reader, label: Row, printer: Printer) -> list[Blocker]:
    """Why the same serial may not be sent to a printer (again)."""
    serial = str(label.root)
    state, _ = derived_label_state(reader, serial)
    if state != "printing":
        return [
            Blocker(
                "label-not-printing",
                f"Label {serial} is {state}; only labels that were sent to a printer and have not"
                " been scanned back are sent again.",
                f"label {serial}",
                hint=f"`lottrack label list {label_thing(label)[1]}` tells what became of it.",
            )
        ]
    found = []
    for job in jobs_of(reader, serial):
        end = reader.first("print_job_end", print_job=job.root)
        if end is None or end.outcome not in NOTHING_CAME_OUT:
            found.append(_may_exist(reader, label, job, "" if end is None else str(end.outcome)))
        before = int(reader.get("printer", job.printer).dpi)
        if before != printer.dpi:
            found.append(
                Blocker(
                    "printer-differs",
                    f"Label {serial} was drawn for {before} dpi, and {printer.code} prints"
                    f" {printer.dpi}.",
                    f"print job {job.root}",
                    hint=_anew(label),
                )
            )
    return found


def _may_exist(reader: Reader, label: Row, job: Row, outcome: str) -> Blocker:
    what = {"taken": "was taken", "cut": "was cut off half-way"}.get(outcome, "has no known end")
    return Blocker(
        "label-may-exist",
        f"A label {label.root} may exist already: it was sent to {job.printer} at"
        f" {told_time(reader, job.occurred_at)} in {job.root}, which {what}.",
        f"print job {job.root}",
        hint=_anew(label),
    )


def _anew(label: Row) -> str:
    """How a label that must not be sent again is replaced."""
    return (
        f"If it came out whole, apply it. If not: `lottrack label void {label.root} --reason TEXT`"
        f" (with --destroyed when what came out is destroyed), then `lottrack label print"
        f" {label_thing(label)[1]} --copy {label.copy}` anew."
    )


def jobs_of(reader: Reader, label: str) -> list[Row]:
    """The jobs a label was in, oldest first."""
    links = reader.rows("print_job_label", label=label)
    return sorted(
        (reader.get("print_job", link.print_job) for link in links), key=lambda row: int(row.seq)
    )


def _last_printer(reader: Reader, labels: Sequence[str]) -> str:
    printers = {
        str(jobs[-1].printer) for jobs in (jobs_of(reader, each) for each in labels) if jobs
    }
    if len(printers) == 1:
        return printers.pop()
    raise Usage(
        "These labels were sent to several printers, or to none.",
        code="printer-not-named",
        hint="Say where to: --printer CODE.",
    )


def _pictures(folder: Path, labels: Collection[Row], printer: Printer) -> dict[str, Rendered]:
    """The pictures that were kept when the labels were printed.

    Raises:
        LabelRefused: one is not there, or not the one on record (``label-picture-missing``).
    """
    from decimal import Decimal

    from lottrack.printing.layout import MM_PER_INCH
    from lottrack.printing.png import dots_of
    from lottrack.printing.rendering import Rendered, image_sha256

    found = {}
    for label in labels:
        path = folder / picture_name(str(label.root))
        try:
            dots, width, height = dots_of(path.read_bytes())
            digest = image_sha256(dots, width, height)
        except (OSError, LabelError):
            digest = ""
        if digest != label.image_sha256:
            raise LabelRefused(
                f"The picture of label {label.root}, {path}, is gone or is not the one on record.",
                code="label-picture-missing",
                hint=_anew(label),
            )
        found[str(label.root)] = Rendered(
            dots,
            width,
            height,
            digest,
            Decimal(width) * MM_PER_INCH / printer.dpi,
            Decimal(height) * MM_PER_INCH / printer.dpi,
            printer.dpi,
            (),
            str(label.payload),
        )
    return found
