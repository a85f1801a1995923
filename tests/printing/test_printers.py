"""A printer on the network: it takes the job, is not ready, stalls, or hangs up half-way."""

from __future__ import annotations

import stat
import time
from typing import TYPE_CHECKING

import pytest

from lottrack.errors import BadValue, LabelError
from lottrack.printing import printers
from lottrack.printing.printers import Job, Target, faults_in, read_target, send
from tests.small_printer import (
    READY,
    STATUS,
    SmallPrinter,
    accepts,
    asked,
    drops_the_line,
    everything,
    hangs_up,
    head_open,
    paper_out,
    runs_out_of_paper,
    stalls,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Way = Callable[[SmallPrinter, socket.socket], bytes]

LARGE = b"^XA^PQ1^XZ\n" * 400_000  # more than the buffers of a connection hold


def zpl_job(content: bytes) -> Job:
    return Job("zpl", (("PJ-TST-0001-X.zpl", content),))


JOB = zpl_job(LARGE)


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., SmallPrinter]]:
    monkeypatch.setattr(printers, "STATUS_SECONDS", 0.3)
    made: list[SmallPrinter] = []

    def make(*ways: Way) -> SmallPrinter:
        made.append(SmallPrinter(*ways))
        return made[-1]

    yield make
    for each in made:
        each.close()


def target(small: SmallPrinter) -> Target:
    return read_target(small.address)


def refused_by(small: SmallPrinter, job: Job, timeout: float = 5) -> LabelError:
    with pytest.raises(LabelError) as refused:
        send(job, target(small), timeout=timeout)
    small.close()
    return refused.value


def test_a_ready_printer_takes_the_whole_job(printer) -> None:
    small = printer(accepts)
    assert send(JOB, target(small), timeout=5).said == "ready"
    small.close()
    assert small.got == LARGE


def test_a_printer_that_prints_as_it_reads_is_waited_for(printer) -> None:
    def slowly(_: SmallPrinter, line: socket.socket) -> bytes:
        asked(line, READY)
        got = b""
        while not got.endswith(STATUS):
            got += line.recv(400_000)
            time.sleep(0.03)  # all of it takes longer than the patience for one piece
        line.sendall(READY)
        return got.removesuffix(STATUS)

    small = printer(slowly)
    assert send(JOB, target(small), timeout=0.4).said == "ready"
    small.close()
    assert small.got == LARGE


def test_a_printer_that_never_says_how_it_is_is_printed_on_all_the_same(printer) -> None:
    small = printer(everything)
    assert send(zpl_job(b"^XA^XZ\n"), target(small), timeout=5).said == ""
    small.close()
    assert small.got == b"^XA^XZ\n"


@pytest.mark.parametrize(("way", "lacks"), [(paper_out, "paper out"), (head_open, "head open")])
def test_a_printer_without_paper_is_sent_nothing(printer, way: Way, lacks: str) -> None:
    small = printer(way)
    refused = refused_by(small, JOB)
    assert refused.code == "printer-not-ready"
    assert lacks in refused.sentence
    assert "Nothing was sent" in refused.sentence
    assert small.got == b""


def test_a_printer_that_hangs_up_when_asked_is_sent_nothing(printer) -> None:
    refused = refused_by(printer(hangs_up), JOB)
    assert refused.code == "printer-unreachable"
    assert "Nothing was sent" in refused.sentence


def test_a_printer_that_hangs_up_half_way_is_said_to_have_printed_some(printer) -> None:
    refused = refused_by(printer(drops_the_line), JOB)
    assert refused.code == "print-job-cut"
    assert "may have been printed" in refused.sentence
    assert "void" in refused.hint


@pytest.mark.parametrize("content", [LARGE, b"^XA^XZ\n"], ids=["more", "less"])
def test_a_printer_that_stalls_does_not_hold_the_bench(printer, content: bytes) -> None:
    # Less than the buffers of the connection hold was taken by the network alone.
    refused = refused_by(printer(stalls), zpl_job(content), timeout=0.4)
    assert refused.code == "print-job-cut"
    assert "did not answer in time" in refused.sentence


def test_a_printer_out_of_paper_after_the_job_is_said_to_have_printed_some(printer) -> None:
    refused = refused_by(printer(runs_out_of_paper), zpl_job(b"^XA^XZ\n"))
    assert refused.code == "print-job-cut"
    assert "paper out" in refused.sentence


def test_a_printer_that_is_sent_a_pdf_is_not_asked_in_another_language(printer) -> None:
    small = printer(everything)
    job = Job("pdf", (("PJ-TST-0001-X.pdf", b"%PDF-1.4 ..."),))
    assert send(job, target(small), timeout=5).said == ""
    small.close()
    assert small.got == b"%PDF-1.4 ..."


def test_a_printer_that_is_off_is_sent_nothing(printer) -> None:
    small = printer(accepts)
    small.close()
    with pytest.raises(LabelError) as off:
        send(zpl_job(b"x"), target(small), timeout=1)
    assert off.value.code == "printer-unreachable"
    assert "Nothing was sent" in off.value.sentence


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
