"""Printers: where a print job goes, and what can be said of whether it arrived.

A raw network port (9100) has no name and no password: lottrack sends to hosts on the site's list
alone. That a printer took a job does not mean that a label exists; only its scan-back does.

Whether something may have come out is judged strictly: only a printer that could not be reached, or
that said it was not ready before the first byte of the job, has certainly printed nothing.
"""

from __future__ import annotations

import re
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, LabelError
from lottrack.rules.reading.text import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

RAW_PORT = 9100
TIMEOUT_SECONDS = 20.0
"""How long a printer may take nothing of a job: as long as it feeds and cuts a few labels."""

STATUS_SECONDS = 2.0
"""How long a printer is given to say how it is; many say nothing at all."""

LANGUAGES = ("zpl", "pdf", "png")
DPIS = (203, 300, 600)

_TCP = r"tcp://(?P<host>[A-Za-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
_QUEUE = r"cups:(?P<queue>[A-Za-z0-9._-]{1,127})"
_FOLDER = r"file:(?P<folder>.{1,1000})"
_STATUS = b"~HS\r\n"
_STATUS_LINE = re.compile(rb"\x02([^\x03]*)\x03")
_STATUS_LINES = 3
_PIECE = 65_536


class Target(NamedTuple):
    """Where a printer is.

    Attributes:
        kind: ``tcp`` (a raw port), ``cups`` (a queue of this computer) or ``file`` (a folder that
            somebody else prints from).
        host: of a raw port, else "".
        port: of a raw port, else 0.
        queue: of CUPS, else "".
        folder: an absolute path, else "".
    """

    kind: str
    host: str = ""
    port: int = 0
    queue: str = ""
    folder: str = ""

    @property
    def address(self) -> str:
        """As it is registered."""
        if self.kind == "tcp":
            return f"tcp://{self.host}:{self.port}"
        return f"{self.kind}:{self.queue or self.folder}"


class Job(NamedTuple):
    """What is sent to a printer at once.

    Attributes:
        language: one of ``LANGUAGES``.
        files: names and contents; more than one only as pictures into a folder.
    """

    language: str
    files: tuple[tuple[str, bytes], ...]


class Sent(NamedTuple):
    """What became of a job: ``said`` is what the printer told of itself, or ""."""

    said: str


def read_target(text: str) -> Target:
    """A printer's address: ``tcp://HOST[:PORT]``, ``cups:QUEUE`` or ``file:FOLDER``.

    Raises:
        BadValue: it is none of them (``bad-printer-address``).
    """
    tcp = re.fullmatch(_TCP, text.strip())
    if tcp is not None and 0 < int(tcp["port"] or RAW_PORT) < 65_536:
        return Target("tcp", tcp["host"], int(tcp["port"] or RAW_PORT))
    cups = re.fullmatch(_QUEUE, text.strip())
    if cups is not None and not cups["queue"].startswith("-"):
        return Target("cups", queue=cups["queue"])
    folder = re.fullmatch(_FOLDER, text.strip())
    if folder is not None and printable(text) == text and Path(folder["folder"]).is_absolute():
        return Target("file", folder=folder["folder"])
    raise BadValue(
        f"{quoted(text)} is no printer's address.",
        code="bad-printer-address",
        hint=f"Write tcp://HOST:{RAW_PORT} for a network printer, cups:QUEUE for a queue of this"
        " computer, or file:FOLDER with the whole path of a folder.",
    )


def send(job: Job, target: Target, *, timeout: float | None = None) -> Sent:
    """Hand a job to a printer, and wait until it was taken.

    Args:
        job: what is sent.
        target: where the printer is.
        timeout: seconds in which it may take nothing; ``TIMEOUT_SECONDS`` if not said.

    Raises:
        LabelError: ``printer-not-ready``: the printer says what it lacks, nothing was sent;
            ``printer-unreachable``: nothing was sent;
            ``print-job-cut``: the line broke or the printer stalled, so that some of it may have
            been printed.
    """
    patience = TIMEOUT_SECONDS if timeout is None else timeout
    if target.kind == "file":
        return _put_into_folder(job, Path(target.folder))
    ((name, content),) = job.files
    if target.kind == "cups":
        return _send_to_queue(content, target.queue, patience, raw=job.language == "zpl", name=name)
    return _send_raw(content, target, patience, asks=job.language == "zpl")


# -- a raw port ------------------------------------------------------------------------------------


def _send_raw(content: bytes, target: Target, timeout: float, *, asks: bool) -> Sent:
    where = f"{target.host}:{target.port}"
    try:
        line = socket.create_connection((target.host, target.port), timeout)
    except OSError as error:
        raise LabelError(
            f"The printer {where} cannot be reached: {_why(error)}. Nothing was sent.",
            code="printer-unreachable",
            hint="Switch it on, and look at its cable and address.",
        ) from None
    with line:
        answers = asks and _is_ready(line, where)
        try:
            for piece in _pieces(content):
                # A piece at a time: the patience is for a printer that takes nothing any more, not
                # for one that prints as it reads.
                line.sendall(piece)
            lacks = _asked_again(line) if answers else []
            line.shutdown(socket.SHUT_WR)
            if not answers:
                _wait_until_taken(line)
        except OSError as error:
            raise _cut(f"The printer {where} did not take the whole job ({_why(error)})") from None
    if lacks:
        raise _cut(f"The printer {where} took the job and then said {', '.join(lacks)}")
    return Sent("ready" if answers else "")


def _pieces(content: bytes) -> Iterator[bytes]:
    return (content[at : at + _PIECE] for at in range(0, len(content), _PIECE))


def _is_ready(line: socket.socket, where: str) -> bool:
    """Ask the printer how it is before anything is sent; False when it keeps silent.

    Raises:
        LabelError: it lacks something, or hung up.
    """
    patience = line.gettimeout()
    try:
        line.settimeout(STATUS_SECONDS)
        line.sendall(_STATUS)
        answer = _answer(line)
    except TimeoutError:
        return False
    except OSError as error:
        raise LabelError(
            f"The printer {where} cannot be asked how it is: {_why(error)}. Nothing was sent.",
            code="printer-unreachable",
            hint="Switch it off and on.",
        ) from None
    finally:
        line.settimeout(patience)
    lacks = faults_in(answer)
    if lacks:
        raise LabelError(
            f"The printer {where} is not ready: {', '.join(lacks)}. Nothing was sent.",
            code="printer-not-ready",
            hint="Mend that at the printer.",
        )
    return True


def _asked_again(line: socket.socket) -> list[str]:
    """What the printer lacks after the job: it can only answer once it has read all of it.

    Raises:
        OSError: it did not answer in time, or hung up.
    """
    line.sendall(_STATUS)
    return faults_in(_answer(line))


def _answer(line: socket.socket) -> bytes:
    answer = b""
    while len(_STATUS_LINE.findall(answer)) < _STATUS_LINES:
        more = line.recv(4096)
        if not more:
            raise ConnectionResetError("it hung up")
        answer += more
    return answer


def faults_in(answer: bytes) -> list[str]:
    """What a printer's answer to ``~HS`` says is wrong (Zebra ZPL II guide, host status).

    The first line holds paper out and pause in its second and third values; the second line head
    open and ribbon out in its third and fourth.
    """
    lines = [
        match.decode("ascii", "replace").split(",") for match in _STATUS_LINE.findall(answer)[:2]
    ]
    places = ((0, 1, "paper out"), (0, 2, "paused"), (1, 2, "head open"), (1, 3, "ribbon out"))
    return [
        words
        for number, place, words in places
        if len(lines) > number and len(lines[number]) > place and lines[number][place] == "1"
    ]


def _wait_until_taken(line: socket.socket) -> None:
    """A printer closes its side when it has read everything, or keeps it open and says nothing."""
    try:
        line.settimeout(STATUS_SECONDS)
        while line.recv(4096):
            pass
    except TimeoutError:
        return


# -- a queue of this computer ----------------------------------------------------------------------


def _send_to_queue(content: bytes, queue: str, timeout: float, *, raw: bool, name: str) -> Sent:
    # A PDF goes through the queue's own filters, which must not scale it.
    option = "raw" if raw else "print-scaling=none"
    command = ["lp", "-d", queue, "-t", name, "-o", option, "-"]
    try:
        done = subprocess.run(  # noqa: S603 - the queue's name was checked by read_target
            command, input=content, capture_output=True, timeout=timeout, check=False
        )
    except FileNotFoundError:
        raise LabelError(
            "This computer has no `lp`, so it has no CUPS queues. Nothing was sent.",
            code="printer-unreachable",
            hint="Install CUPS, or register the printer under its network address.",
        ) from None
    except subprocess.TimeoutExpired:
        raise _cut(f"The queue {queue} did not take the job in {timeout:.0f} seconds") from None
    if done.returncode != 0:
        why = printable(done.stderr.decode("utf-8", "replace").strip()) or "no reason given"
        raise LabelError(
            f"The queue {queue} refused the job: {why}. Nothing was sent.",
            code="printer-unreachable",
            hint="List the queues with `lpstat -p`, and register the printer again.",
        )
    return Sent(printable(done.stdout.decode("utf-8", "replace").strip()))


# -- a folder that somebody else prints from -------------------------------------------------------


def _put_into_folder(job: Job, folder: Path) -> Sent:
    """Files appear under their names whole: whoever watches the folder never takes half of one."""
    passing = [folder / f".{name}.part" for name, _ in job.files]
    placed = 0
    try:
        for path, (_, content) in zip(passing, job.files, strict=True):
            path.write_bytes(content)
        for path, (name, _) in zip(passing, job.files, strict=True):
            path.replace(folder / name)
            placed += 1
    except OSError as error:
        for path in passing:
            path.unlink(missing_ok=True)
        if placed:
            raise _cut(f"The folder {folder} took only {placed} files ({_why(error)})") from None
        raise LabelError(
            f"Nothing can be put into the folder {folder}: {_why(error)}. Nothing was sent.",
            code="printer-unreachable",
            hint="Make the folder writable, or register the printer under another one.",
        ) from None
    return Sent("")


def _cut(what: str) -> LabelError:
    return LabelError(
        f"{what}: some of it may have been printed.",
        code="print-job-cut",
        hint="Look at what came out; apply what is whole, void the rest and print it anew.",
    )


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return error.strerror or str(error)
