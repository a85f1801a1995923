"""Printers: where a print job goes, and what can be said of whether it arrived.

A raw network port (9100) has no name and no password: lottrack sends to hosts on the site's list
alone. That a printer took a job does not mean that a label exists; only its scan-back does.
"""

from __future__ import annotations

import re
import socket
import subprocess
from typing import NamedTuple

from lottrack.errors import BadValue, LabelError
from lottrack.rules.reading.text import printable, quoted

RAW_PORT = 9100
TIMEOUT_SECONDS = 10.0
STATUS_SECONDS = 2.0
"""How long a printer is given to say how it is; many say nothing at all."""

_TCP = r"tcp://(?P<host>[A-Za-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
_QUEUE = r"cups:(?P<queue>[A-Za-z0-9._-]{1,127})"
_STATUS = b"~HS\r\n"
_STATUS_LINE = re.compile(rb"\x02([^\x03]*)\x03")


class Target(NamedTuple):
    """Where a printer is.

    Attributes:
        kind: ``tcp`` (a raw port) or ``cups`` (a raw queue of this computer).
        host: of a raw port, else "".
        port: of a raw port, else 0.
        queue: of CUPS, else "".
    """

    kind: str
    host: str = ""
    port: int = 0
    queue: str = ""


class Sent(NamedTuple):
    """What became of a job: ``said`` is what the printer told of itself, or ""."""

    said: str


def read_target(text: str) -> Target:
    """A printer's address: ``tcp://HOST[:PORT]`` or ``cups:QUEUE``.

    Raises:
        BadValue: it is neither (``bad-printer-address``).
    """
    tcp = re.fullmatch(_TCP, text.strip())
    if tcp is not None and 0 < int(tcp["port"] or RAW_PORT) < 65_536:
        return Target("tcp", tcp["host"], int(tcp["port"] or RAW_PORT))
    cups = re.fullmatch(_QUEUE, text.strip())
    if cups is not None and not cups["queue"].startswith("-"):
        return Target("cups", queue=cups["queue"])
    raise BadValue(
        f"{quoted(text)} is no printer's address.",
        code="bad-printer-address",
        hint=f"Write tcp://HOST:{RAW_PORT} for a network printer, or cups:QUEUE for a raw queue.",
    )


def send(job: bytes, target: Target, *, timeout: float = TIMEOUT_SECONDS) -> Sent:
    """Hand a job to a printer, and wait until it was taken.

    Raises:
        LabelError: ``printer-not-ready``: the printer says what it lacks, nothing was sent;
            ``printer-unreachable``: nothing was sent;
            ``print-job-cut``: the line broke, so that some of it may have been printed.
    """
    if target.kind == "cups":
        return _send_to_queue(job, target.queue, timeout)
    return _send_raw(job, target, timeout)


# -- a raw port ------------------------------------------------------------------------------------


def _send_raw(job: bytes, target: Target, timeout: float) -> Sent:
    where = f"{target.host}:{target.port}"
    try:
        line = socket.create_connection((target.host, target.port), timeout)
    except OSError as error:
        raise LabelError(
            f"The printer {where} cannot be reached: {_why(error)}. Nothing was sent.",
            code="printer-unreachable",
            hint="Switch it on, look at its cable and address, and send the labels again.",
        ) from None
    with line:
        said = _status(line, where)
        try:
            line.sendall(job)
            line.shutdown(socket.SHUT_WR)
            _wait_until_taken(line)
        except OSError as error:
            raise LabelError(
                f"The line to the printer {where} broke while it was sent to ({_why(error)}):"
                " some of it may have been printed.",
                code="print-job-cut",
                hint="Look at what came out, void what is not whole, and print the rest again.",
            ) from None
    return Sent(said)


def _status(line: socket.socket, where: str) -> str:
    """Ask the printer how it is; one that does not answer is taken at its silence."""
    patience = line.gettimeout()
    try:
        line.settimeout(STATUS_SECONDS)
        line.sendall(_STATUS)
        answer = b""
        while len(_STATUS_LINE.findall(answer)) < 3:
            more = line.recv(4096)
            if not more:
                return ""
            answer += more
    except TimeoutError:
        return ""
    except OSError as error:
        raise LabelError(
            f"The printer {where} cannot be asked how it is: {_why(error)}. Nothing was sent.",
            code="printer-unreachable",
            hint="Switch it off and on, and send the labels again.",
        ) from None
    finally:
        line.settimeout(patience)
    lacks = faults_in(answer)
    if lacks:
        raise LabelError(
            f"The printer {where} is not ready: {', '.join(lacks)}. Nothing was sent.",
            code="printer-not-ready",
            hint="Mend that at the printer, and send the labels again.",
        )
    return "ready"


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
        while line.recv(4096):
            pass
    except TimeoutError:
        return


# -- a queue of this computer ----------------------------------------------------------------------


def _send_to_queue(job: bytes, queue: str, timeout: float) -> Sent:
    command = ["lp", "-d", queue, "-o", "raw", "-"]
    try:
        done = subprocess.run(  # noqa: S603 - the queue's name was checked by read_target
            command, input=job, capture_output=True, timeout=timeout, check=False
        )
    except FileNotFoundError:
        raise LabelError(
            "This computer has no `lp`, so it has no CUPS queues. Nothing was sent.",
            code="printer-unreachable",
            hint="Install CUPS, or give the printer's network address.",
        ) from None
    except subprocess.TimeoutExpired:
        raise LabelError(
            f"The queue {queue} did not take the job in {timeout:.0f} seconds.",
            code="print-job-cut",
            hint="Look at the queue with `lpstat`; the labels may still come out.",
        ) from None
    if done.returncode != 0:
        why = printable(done.stderr.decode("utf-8", "replace").strip()) or "no reason given"
        raise LabelError(
            f"The queue {queue} refused the job: {why}. Nothing was sent.",
            code="printer-unreachable",
            hint="List the queues with `lpstat -p`, and register the printer again.",
        )
    return Sent(printable(done.stdout.decode("utf-8", "replace").strip()))


def _why(error: OSError) -> str:
    return "it did not answer in time" if isinstance(error, TimeoutError) else str(error)
