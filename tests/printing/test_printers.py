"""A printer on the network: it takes the job, is not ready, stalls, or hangs up half-way."""

from __future__ import annotations

import socket
import stat
import threading
import time
from typing import TYPE_CHECKING

import pytest

from lottrack.errors import BadValue, LabelError
from lottrack.printing import printers
from lottrack.printing.printers import Job, Target, faults_in, read_target, send

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
LARGE = b"^XA^PQ1^XZ\n" * 400_000  # more than the buffers of a connection hold
STATUS = b"~HS\r\n"


def zpl_job(content: bytes) -> Job:
    return Job("zpl", (("PJ-TST-0001-X.zpl", content),))


JOB = zpl_job(LARGE)


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
    assert line.recv(5) == STATUS
    line.sendall(answer)


def until_asked_again(line: socket.socket) -> bytes:
    """The job: everything before the question that follows it."""
    got = b""
    while not got.endswith(STATUS):
        got += line.recv(65_536)
    return got.removesuffix(STATUS)


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
        got = until_asked_again(line)
        line.sendall(READY)
        return got + everything(line)

    small = printer(behave)
    assert send(JOB, small.target, timeout=5).said == "ready"
    small.close()
    assert small.got == LARGE


def test_a_printer_that_prints_as_it_reads_is_waited_for(printer) -> None:
    def behave(line: socket.socket) -> bytes:
        asked(line, READY)
        got = b""
        while not got.endswith(STATUS):
            got += line.recv(400_000)
            time.sleep(0.03)  # all of it takes longer than the patience for one piece
        line.sendall(READY)
        return got.removesuffix(STATUS)

    small = printer(behave)
    assert send(JOB, small.target, timeout=0.4).said == "ready"
    small.close()
    assert small.got == LARGE


def test_a_printer_out_of_paper_after_the_job_is_said_to_have_printed_some(printer) -> None:
    def behave(line: socket.socket) -> bytes:
        asked(line, READY)
        got = until_asked_again(line)
        line.sendall(PAPER_OUT)
        return got

    small = printer(behave)
    with pytest.raises(LabelError) as refused:
        send(zpl_job(b"^XA^XZ\n"), small.target, timeout=5)
    assert refused.value.code == "print-job-cut"
    assert "paper out" in refused.value.sentence


def test_a_small_job_that_only_the_network_took_is_not_taken(printer) -> None:
    released = threading.Event()

    def behave(line: socket.socket) -> bytes:
        asked(line, READY)
        released.wait(5)  # the job fits the buffers of the connection; nobody reads it
        return b""

    small = printer(behave)
    try:
        with pytest.raises(LabelError) as refused:
            send(zpl_job(b"^XA^XZ\n"), small.target, timeout=0.3)
    finally:
        released.set()
    assert refused.value.code == "print-job-cut"


def test_a_printer_that_is_sent_a_pdf_is_not_asked_in_another_language(printer) -> None:
    small = printer(everything)
    job = Job("pdf", (("PJ-TST-0001-X.pdf", b"%PDF-1.4 ..."),))
    assert send(job, small.target, timeout=5).said == ""
    small.close()
    assert small.got == b"%PDF-1.4 ..."


def test_a_printer_that_hangs_up_when_asked_is_sent_nothing(printer) -> None:
    def behave(line: socket.socket) -> bytes:
        return line.recv(5)

    small = printer(behave)
    with pytest.raises(LabelError) as refused:
        send(JOB, small.target, timeout=5)
    assert refused.value.code == "printer-unreachable"
    assert "Nothing was sent" in refused.value.sentence


def test_a_printer_that_never_says_how_it_is_is_printed_on_all_the_same(printer) -> None:
    def behave(line: socket.socket) -> bytes:
        return everything(line)

    small = printer(behave)
    assert send(zpl_job(b"^XA^XZ\n"), small.target, timeout=5).said == ""
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
        send(zpl_job(b"x"), closed, timeout=1)
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
    assert read_target("file:/var/spool/labels") == Target("file", folder="/var/spool/labels")


@pytest.mark.parametrize("text", ["tcp://10.0.0.7:9100", "cups:zebra_gmp", "file:/var/spool/x y"])
def test_an_address_is_registered_as_it_is_read(text: str) -> None:
    assert read_target(text).address == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "zebra",
        "tcp://",
        "tcp://a:0",
        "tcp://a:99999",
        "cups:-o raw",
        "cups:-x",
        "lpt1",
        "file:",
        "file:labels",
        "file:/a\u202eb",
    ],
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
    assert send(zpl_job(b"^XA^XZ"), read_target("cups:zebra")).said == "request id is zebra-7"
    named = ["-d", "zebra", "-t", "PJ-TST-0001-X.zpl", "-o", "raw", "-"]
    assert (folder / "args").read_text().split() == named
    assert (folder / "job").read_bytes() == b"^XA^XZ"


def test_a_queue_is_told_not_to_scale_a_pdf(lp) -> None:
    folder = lp('cd "$(dirname "$0")"; echo "$@" > args; cat > job')
    send(Job("pdf", (("PJ.pdf", b"%PDF"),)), read_target("cups:office"))
    assert "-o print-scaling=none -" in (folder / "args").read_text()


def test_a_queue_that_refuses_says_why(lp) -> None:
    lp('cat >/dev/null; echo "lp: The printer or class does not exist." >&2; exit 1')
    with pytest.raises(LabelError) as refused:
        send(zpl_job(b"x"), read_target("cups:zebra"))
    assert refused.value.code == "printer-unreachable"
    assert "does not exist" in refused.value.sentence


def test_a_queue_that_hangs_is_not_waited_for(lp) -> None:
    lp("exec sleep 5")
    with pytest.raises(LabelError) as refused:
        send(zpl_job(b"x"), read_target("cups:zebra"), timeout=0.3)
    assert refused.value.code == "print-job-cut"


def test_without_cups_the_way_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabelError) as refused:
        send(zpl_job(b"x"), read_target("cups:zebra"))
    assert refused.value.code == "printer-unreachable"
    assert "network address" in str(refused.value.hint)


# -- folders ---------------------------------------------------------------------------------------


PICTURES = Job("png", (("LB-1.png", b"one"), ("LB-2.png", b"two")))


def test_a_folder_gets_whole_files_under_their_names(tmp_path: Path) -> None:
    send(PICTURES, Target("file", folder=str(tmp_path)))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "LB-1.png": b"one",
        "LB-2.png": b"two",
    }


def test_a_folder_that_is_not_there_gets_nothing(tmp_path: Path) -> None:
    with pytest.raises(LabelError) as refused:
        send(PICTURES, Target("file", folder=str(tmp_path / "gone")))
    assert refused.value.code == "printer-unreachable"
    assert "Nothing was sent" in refused.value.sentence


def test_a_folder_that_takes_only_one_of_two_files_leaves_doubt(tmp_path: Path) -> None:
    (tmp_path / "LB-2.png").mkdir()  # a file cannot take a folder's place
    with pytest.raises(LabelError) as refused:
        send(PICTURES, Target("file", folder=str(tmp_path)))
    assert refused.value.code == "print-job-cut"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["LB-1.png", "LB-2.png"]
