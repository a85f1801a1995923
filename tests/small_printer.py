"""A small printer program for tests: it speaks as much of a raw port as a test asks for.

It accepts jobs, stalls, drops the line half-way, or says that its paper is out. What it read of
each job is kept.
"""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

STATUS = b"~HS\r\n"
READY = (
    b"\x02030,0,0,0472,000,0,0,0,000,0,0,0\x03\r\n"
    b"\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n"
    b"\x021234,0\x03\r\n"
)
PAPER_OUT = READY.replace(b"030,0,0", b"030,1,0")
HEAD_OPEN = READY.replace(b"000,0,0,0,0,2", b"000,0,1,0,0,2")


class SmallPrinter:
    """A printer that behaves in each connection as it is told, the last way from then on."""

    def __init__(self, *ways: Callable[[SmallPrinter, socket.socket], bytes]) -> None:
        self._ways = list(ways)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self.jobs: list[bytes] = []
        self.released = threading.Event()
        self._talks: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """As it is registered."""
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def got(self) -> bytes:
        """What it read in its last connection, questions about its state left out."""
        self._talks[-1].join(5)
        return self.jobs[-1]

    @property
    def connections(self) -> int:
        """How often it was spoken to."""
        return len(self._talks)

    def behave(self, *ways: Callable[[SmallPrinter, socket.socket], bytes]) -> None:
        """From the next connection on."""
        self._ways = list(ways)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            way = self._ways.pop(0) if len(self._ways) > 1 else self._ways[0]
            # Each connection by itself: one that stalls does not keep the next one waiting.
            talk = threading.Thread(target=self._talk, args=(way, line), daemon=True)
            self._talks.append(talk)
            talk.start()

    def _talk(
        self, way: Callable[[SmallPrinter, socket.socket], bytes], line: socket.socket
    ) -> None:
        with line:
            line.settimeout(10)
            try:
                self.jobs.append(way(self, line))
            except OSError:
                self.jobs.append(b"")  # the other side has had enough

    def close(self) -> None:
        """Let go of whatever stalls, and end."""
        if self._door.fileno() < 0:
            return
        self.released.set()
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in (self._thread, *self._talks):
            thread.join(5)


def everything(_: SmallPrinter, line: socket.socket) -> bytes:
    """Read on to the end and never say how it is."""
    got = b""
    while more := line.recv(65_536):
        got += more
    return got.removeprefix(STATUS)


def accepts(_: SmallPrinter, line: socket.socket) -> bytes:
    """Ready before the job and after it."""
    asked(line, READY)
    got = until_asked_again(line)
    line.sendall(READY)
    return got + everything(_, line)


def paper_out(_: SmallPrinter, line: socket.socket) -> bytes:
    """Not ready: whatever comes all the same is kept."""
    asked(line, PAPER_OUT)
    return everything(_, line)


def head_open(_: SmallPrinter, line: socket.socket) -> bytes:
    """Not ready either."""
    asked(line, HEAD_OPEN)
    return everything(_, line)


def runs_out_of_paper(_: SmallPrinter, line: socket.socket) -> bytes:
    """Ready before the job, and out of paper after it."""
    asked(line, READY)
    got = until_asked_again(line)
    line.sendall(PAPER_OUT)
    return got


def stalls(printer: SmallPrinter, line: socket.socket) -> bytes:
    """Ready, and then it takes nothing any more."""
    asked(line, READY)
    printer.released.wait(10)
    return b""


def drops_the_line(_: SmallPrinter, line: socket.socket) -> bytes:
    """Ready, and then the cable comes off half-way."""
    asked(line, READY)
    got = line.recv(1000)
    # Closed without lingering, the other side gets a reset at once.
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    return got


def hangs_up(_: SmallPrinter, line: socket.socket) -> bytes:
    """Asked how it is, it hangs up."""
    return line.recv(len(STATUS))


def asked(line: socket.socket, answer: bytes) -> None:
    """Read the question of how it is, and answer."""
    assert line.recv(len(STATUS)) == STATUS
    line.sendall(answer)


def until_asked_again(line: socket.socket) -> bytes:
    """The job: everything before the question that follows it."""
    got = b""
    while not got.endswith(STATUS):
        more = line.recv(65_536)
        if not more:
            return got
        got += more
    return got.removesuffix(STATUS)
