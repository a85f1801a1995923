"""A printer on the network: it takes the job, is not ready, stalls, or hangs up half-way."""

from __future__ import annotations

import socket
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from lottrack.errors import BadValue, LabelError
from lottrack.printing import printers
from lottrack.printing.printers import Target, faults_in, read_target, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

READY = (
    b"\x02030,0,0,0472,000,0,0,0,000,0,0,0\x03\r\n"
    b"\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n"
    b"\x021234,0\x03\r\n"
)
PAPER_OUT = READY.replace(b"030,0,0", b"030,1,0")
HEAD_OPEN = READY.replace(b"000,0,0,0,0,2", b"000,0,1,0,0,2")
JOB = b"^XA^PQ1^XZ\n" * 400_000  # more than the buffers of a connection hold


class SmallPrinter:
    """A program that speaks as much of the raw port as the test asks for."""

    def __init__(self, behave: Callable[[socket.socket], bytes]) -> None:
        self._behave = behave
        self._door = socket.create_server(("127.0.0.1", 0))
        self.target = Target("tcp", "127.0.0.1", self._door.getsockname()[1])
        self.got = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        line, _ = self._door.accept()
        with line:
            self.got = self._behave(line)

    def close(self) -> None:
        self._thread.join(5)
        self._door.close()


def everything(line: socket.socket) -> bytes:
    got = b""
    while more := line.recv(65_536):
        got += more
    return got


def asked(line: socket.socket, answer: bytes) -> None:
    assert line.recv(5) == b"~HS\r\n"
    line.sendall(answer)


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., SmallPrinter]]:
    monkeypatch.setattr(printers, "STATUS_SECONDS", 0.3)
    made: list[SmallPrinter] = []

    def make(behave: Callable[[socket.socket], bytes]) -> SmallPrinter:
        made.append(SmallPrinter(behave))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_ready_printer_takes_the_whole_job(printer) -> None:
    def behave(line: socket.socket) -> bytes:
        asked(line, READY)
        return everything(line)

    small = printer(behave)
    assert send(JOB, small.target, timeout=5).said == "ready"
    small.close()
    assert small.got == JOB


def test_a_printer_that_never_says_how_it_is_is_printed_on_all_the_same(printer) -> None:
    def behave(line: socket.socket) -> bytes:
        return everything(line)

    small = printer(behave)
    assert send(b"^XA^XZ\n", small.target, timeout=5).said == ""
    small.close()
    assert small.got == b"~HS\r\n^XA^XZ\n"


@pytest.mark.parametrize(
    ("answer", "lacks"), [(PAPER_OUT, "paper out"), (HEAD_OPEN, "head open")], ids=str
)
def test_a_printer_without_paper_is_sent_nothing(printer, answer: bytes, lacks: str) -> None:
    def behave(line: socket.socket) -> bytes:
        asked(line, answer)
        return everything(line)

    small = printer(behave)
    with pytest.raises(LabelError) as refused:
        send(JOB, small.target, timeout=5)
    assert refused.value.code == "printer-not-ready"
    assert lacks in refused.value.sentence
    assert "Nothing was sent" in refused.value.sentence
    small.close()
    assert small.got == b""


def test_a_printer_that_hangs_up_half_way_is_said_to_have_printed_some(printer) -> None:
    def behave(line: socket.socket) -> bytes:
        asked(line, READY)
        got = line.recv(1000)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        return got

    small = printer(behave)
    with pytest.raises(LabelError) as refused:
        send(JOB, small.target, timeout=5)
    assert refused.value.code == "print-job-cut"
    assert "may have been printed" in refused.value.sentence
    assert "void" in str(refused.value.hint)


def test_a_printer_that_stalls_does_not_hold_the_bench(printer) -> None:
    released = threading.Event()

    def behave(line: socket.socket) -> bytes:
        asked(line, READY)
        released.wait(5)
        return b""

    small = printer(behave)
    try:
        with pytest.raises(LabelError) as refused:
            send(JOB, small.target, timeout=0.5)
    finally:
        released.set()
    assert refused.value.code == "print-job-cut"
    assert "did not answer in time" in refused.value.sentence


def test_a_printer_that_is_off_is_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        closed = Target("tcp", "127.0.0.1", door.getsockname()[1])
    with pytest.raises(LabelError) as refused:
        send(b"x", closed, timeout=1)
    assert refused.value.code == "printer-unreachable"
    assert "Nothing was sent" in refused.value.sentence


def test_an_answer_is_read_for_what_is_wrong() -> None:
    assert faults_in(READY) == []
    assert faults_in(b"what is this") == []
    assert faults_in(READY.replace(b"030,0,0", b"030,1,1")) == ["paper out", "paused"]


# -- addresses -------------------------------------------------------------------------------------


def test_addresses_are_read() -> None:
    assert read_target("tcp://zebra.gmp.local") == Target("tcp", "zebra.gmp.local", 9100)
    assert read_target("tcp://10.0.0.7:6101") == Target("tcp", "10.0.0.7", 6101)
    assert read_target("cups:zebra_gmp") == Target("cups", queue="zebra_gmp")


@pytest.mark.parametrize(
    "text", ["", "zebra", "tcp://", "tcp://a:0", "tcp://a:99999", "cups:-o raw", "cups:-x", "lpt1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        read_target(text)
    assert refused.value.code == "bad-printer-address"


# -- queues ----------------------------------------------------------------------------------------


@pytest.fixture
def lp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A program called ``lp`` that does what the test says, and keeps what it was given."""

    def make(script: str) -> Path:
        program = tmp_path / "lp"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return tmp_path

    return make


def test_a_raw_queue_gets_the_job_as_it_is(lp) -> None:
    folder = lp('cd "$(dirname "$0")"; echo "$@" > args; cat > job; echo "request id is zebra-7"')
    assert send(b"^XA^XZ", read_target("cups:zebra")).said == "request id is zebra-7"
    assert (folder / "args").read_text().split() == ["-d", "zebra", "-o", "raw", "-"]
    assert (folder / "job").read_bytes() == b"^XA^XZ"


def test_a_queue_that_refuses_says_why(lp) -> None:
    lp('cat >/dev/null; echo "lp: The printer or class does not exist." >&2; exit 1')
    with pytest.raises(LabelError) as refused:
        send(b"x", read_target("cups:zebra"))
    assert refused.value.code == "printer-unreachable"
    assert "does not exist" in refused.value.sentence


def test_a_queue_that_hangs_is_not_waited_for(lp) -> None:
    lp("exec sleep 5")
    with pytest.raises(LabelError) as refused:
        send(b"x", read_target("cups:zebra"), timeout=0.3)
    assert refused.value.code == "print-job-cut"


def test_without_cups_the_way_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabelError) as refused:
        send(b"x", read_target("cups:zebra"))
    assert refused.value.code == "printer-unreachable"
    assert "network address" in str(refused.value.hint)
