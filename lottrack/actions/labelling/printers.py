"""The list of printers: registered, retired, looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.finding import code_of
from lottrack.actions.moments import happened_at, require_in_order, shown_time
from lottrack.errors import AlreadyDone, LabelRefused, NotFound, Usage
from lottrack.printing.printers import read_target
from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.reading.text import clean_text, printable

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk, Telling
    from lottrack.printing.printers import Target
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class Printer(NamedTuple):
    """A printer in use: its code, where it is, its dots per inch, and what it is sent."""

    code: str
    target: Target
    dpi: int
    language: str


class NewPrinter(NamedTuple):
    """A printer about to be registered.

    Attributes:
        code: what it is called in commands.
        name: what and where it is, for people.
        at: ``tcp://HOST[:PORT]``, ``cups:QUEUE`` or ``file:FOLDER``.
        dpi: dots per inch.
        language: ``zpl``, ``pdf`` or ``png``.
    """

    code: str
    name: str
    at: str
    dpi: int
    language: str


# -- the acts --------------------------------------------------------------------------------------


def register_printer(desk: Desk, new: NewPrinter) -> dict[str, Any]:
    """Put a printer on the list of those that may be sent to.

    Raises:
        NumberUsed: the code is taken.
        BadValue: the address is none (``bad-printer-address``).
        Usage: pictures for a printer that is no folder (``printer-language-unfit``).
    """
    code = require_code(new.code, "the printer's code")
    target = read_target(new.at)
    if new.language == "png" and target.kind != "file":
        raise Usage(
            f"A printer at {target.address} is not sent pictures.",
            code="printer-language-unfit",
            hint="Register it with --language zpl (label printers) or pdf (office printers).",
        )
    with desk.change("printer register") as change:
        change.record(
            "printer",
            number=code,
            name=clean_text(new.name, "the name", 120),
            address=target.address,
            dpi=new.dpi,
            language=new.language,
        )
        return _data(change, change.get("printer", code)) | {"warnings": []}


def retire_printer(desk: Desk, code: str, reason: str, telling: Telling) -> dict[str, Any]:
    """Take a printer off the list for good.

    Raises:
        NotFound: there is no such printer.
        AlreadyDone: it was retired before.
        Conflict: before it was registered (``out-of-order``).
    """
    number = code_of(desk.store, "printer", code)
    desk.subjects.append(number)
    why = clean_text(reason, "the reason")
    told = desk.told(telling._replace(reason=why))
    with desk.change("printer retire", why) as change:
        _require_in_use(change, number)
        since = change.get("printer", number).occurred_at
        require_in_order(change, happened_at(change, told), since, f"the registering of {number}")
        record = change.record("printer_retirement", told, printer=number)
    return {
        "id": record,
        "kind": "printer_retirement",
        "printer": number,
        "reason": why,
        "warnings": [],
    }


# -- looking ---------------------------------------------------------------------------------------


def list_printers(desk: Desk, *, retired: bool) -> list[dict[str, Any]]:
    """The printers in use, or with ``retired`` all there ever were."""
    listed = [_data(desk.store, row) for row in desk.store.rows("printer")]
    return [each for each in listed if retired or each["state"] != "retired"]


def show_printer(desk: Desk, code: str) -> dict[str, Any]:
    """A printer with the jobs that were sent to it, the latest first."""
    number = code_of(desk.store, "printer", code)
    jobs = reversed(desk.store.rows("print_job", printer=number))
    return _data(desk.store, desk.store.get("printer", number)) | {
        "jobs": [_job(desk.store, row) for row in jobs]
    }


def printer_in_use(desk: Desk, code: str) -> Printer:
    """A printer that may be sent to.

    Raises:
        NotFound: it is not on the list.
        LabelRefused: it was retired (``printer-retired``).
    """
    try:
        number = code_of(desk.store, "printer", code)
    except NotFound as error:
        raise NotFound(
            f"No printer {printable(code)} is registered; labels go to registered printers alone.",
            code="printer-unknown",
            hint="`lottrack printer list` shows them; an administrator registers one:"
            " lottrack printer register CODE --name TEXT --at tcp://HOST --dpi 300.",
        ) from error
    desk.subjects.append(number)
    row = desk.store.get("printer", number)
    retirement = desk.store.first("printer_retirement", printer=number)
    if retirement is not None:
        raise LabelRefused(
            f"Printer {number} is retired since {retirement.occurred_at[:10]}:"
            f" {retirement.reason}.",
            code="printer-retired",
            hint="`lottrack printer list` shows those in use.",
        )
    return Printer(number, read_target(row.address), int(row.dpi), str(row.language))


def _require_in_use(reader: Reader, number: str) -> None:
    earlier = reader.first("printer_retirement", printer=number)
    if earlier is not None:
        raise AlreadyDone(
            f"{number} is retired since {earlier.occurred_at[:10]} ({earlier.root}).",
            hint="`lottrack printer list` shows what is in use.",
        )


def _data(reader: Reader, row: Row) -> dict[str, Any]:
    retired = reader.first("printer_retirement", printer=row.root) is not None
    return {
        "id": row.root,
        "kind": "printer",
        "name": row.name,
        "at": row.address,
        "dpi": row.dpi,
        "language": row.language,
        "state": "retired" if retired else "in use",
        "tested_at": _tested_at(reader, str(row.root)),
    }


def _tested_at(reader: Reader, number: str) -> str | None:
    """When a calibration label of the printer was last read back, or None."""
    for job in reversed(reader.rows("print_job", printer=number, purpose="test")):
        scan = reader.first("print_job_scan", print_job=job.root)
        if scan is not None:
            return shown_time(reader, scan.occurred_at)
    return None


def _job(reader: Reader, row: Row) -> dict[str, Any]:
    end = reader.first("print_job_end", print_job=row.root)
    return {
        "id": row.root,
        "purpose": row.purpose,
        "sent_at": shown_time(reader, row.occurred_at),
        "sent_by": row.performed_by,
        "labels": len(reader.rows("print_job_label", print_job=row.root)),
        "outcome": "unknown" if end is None else end.outcome,
        "said": None if end is None else end.said,
    }
