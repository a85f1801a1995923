"""Calibration labels: sent to a printer, and read back from its paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.finding import code_of
from lottrack.actions.labelling.printers import printer_in_use
from lottrack.actions.labelling.sending import Content, end_job, hand_over, open_job
from lottrack.actions.moments import shown_time
from lottrack.errors import AlreadyDone, LabelRefused
from lottrack.rules.codes.identifiers import read_number
from lottrack.rules.codes.scans import unwrapped
from lottrack.rules.reading.text import ascii_upper, printable
from lottrack.rules.reading.times import to_text
from lottrack.store.change import Told

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk


def print_test(desk: Desk, code: str) -> dict[str, Any]:
    """Send a calibration label whose code is the number of the job it is sent in.

    Raises:
        NotFound: there is no such printer.
        LabelRefused: it is retired (``printer-retired``).
        LabelError: the printer did not take it; the sentence says what may have come out.
    """
    from lottrack.printing.calibration import calibration_label

    role = desk.role_for("printer test")
    printer = printer_in_use(desk, code)
    with desk.change("printer test", role=role) as change:
        # The number is part of what is drawn, so it is taken first.
        job = change.number("print_job")
        moment = shown_time(change, to_text(change.now)) or ""
    label = calibration_label(
        job, (printer.code, f"{printer.dpi} dpi · {moment[:16]}"), printer.dpi
    )
    content = Content.of(printer, {job: label})
    with desk.change("printer test", role=role) as change:
        open_job(change, printer, content, purpose="test", number=job)
    ended = None if desk.dry_run else hand_over(content, job, printer)
    if ended is not None:
        end_job(desk, "printer test", role, job, ended)
        if ended.error is not None:
            raise ended.error
    return {
        "id": job,
        "kind": "print_job",
        "printer": printer.code,
        "purpose": "test",
        "said": "" if ended is None else ended.said,
        "warnings": [],
    }


def read_test(desk: Desk, code: str, scan: str) -> dict[str, Any]:
    """Record that the code of the printer's last calibration label was read from its paper.

    Raises:
        NotFound: there is no such printer.
        LabelRefused: another code was read (``printer-test-mismatch``), or no calibration label
            was sent (``printer-not-tested``).
        AlreadyDone: it was read before.
    """
    number = code_of(desk.store, "printer", code)
    desk.scans.append(scan)
    desk.subjects.append(number)
    text = ascii_upper(unwrapped(scan))
    with desk.change("printer test") as change:
        tests = change.rows("print_job", printer=number, purpose="test")
        if not tests:
            raise LabelRefused(
                f"No calibration label was sent to {number} yet.",
                code="printer-not-tested",
                hint=f"`lottrack printer test {number}` first.",
            )
        job = str(tests[-1].root)
        read = read_number(text, change.setting("site_code"))
        if read is None or read.id != job:
            raise LabelRefused(
                f"{printable(text)} is not the code of {job}, the last calibration label sent to"
                f" {number}.",
                code="printer-test-mismatch",
                hint=f"Scan the label with {job} on it; if it cannot be read, mend the printer.",
            )
        if change.first("print_job_scan", print_job=job) is not None:
            raise AlreadyDone(f"{job} was read back already.", hint="Nothing to do.")
        record = change.record("print_job_scan", Told(entry="scanned"), print_job=job)
        change.mention(number)
    return {
        "id": record,
        "kind": "print_job_scan",
        "print_job": job,
        "printer": number,
        "warnings": [],
    }
