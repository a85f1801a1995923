"""What arrives at a terminal, byte by byte: scanners, keyboards, and what neither may spoil."""

from __future__ import annotations

import os
import pty
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from lottrack.terminal import read_burst, read_code

LABEL = b"LT.CNTST0001Z.LBTST0001G.PL"


class Terminal:
    """Both ends of a pseudo-terminal; what is typed comes a moment later, as by somebody else."""

    def __init__(self, keyboard: int) -> None:
        self.keyboard = keyboard

    def types(self, *parts: bytes | float) -> None:
        """Type parts one after the other; a number is a pause in seconds."""

        def run() -> None:
            time.sleep(0.15)
            for part in parts:
                if isinstance(part, bytes):
                    os.write(self.keyboard, part)
                else:
                    time.sleep(part)

        threading.Thread(target=run).start()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    keyboard, screen = pty.openpty()
    with os.fdopen(screen, "r") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield Terminal(keyboard)
    os.close(keyboard)


@pytest.mark.parametrize(
    "arrives",
    [
        *(LABEL + suffix for suffix in (b"\r", b"\n", b"\r\n", b"\n\r", b"\t", b"\t\r\n")),
        *(b"\x02" + LABEL + b"\x03\r", b"\t" + LABEL + b"\r", b"]Q1" + LABEL + b"\r"),
        *(b"[)>\x1e06\x1dS1\x1e\x04\r", b"A\x15B\x16\x1a\x1c\x11\x13\r"),
    ],
)
def test_a_code_arrives_with_every_byte(terminal: Terminal, arrives: bytes) -> None:
    terminal.types(arrives)
    line = read_code("> ")
    assert line is not None
    assert line.raw == arrives
    assert line.is_fast
    assert not line.had_more


def test_a_code_in_two_pieces_is_one(terminal: Terminal) -> None:
    terminal.types(LABEL[:9], 0.03, LABEL[9:], 0.03, b"\r")
    line = read_code("> ")
    assert line is not None
    assert line.raw == LABEL + b"\r"


def test_the_second_of_two_codes_is_not_taken_and_is_told(terminal: Terminal) -> None:
    terminal.types(LABEL + b"\r\n" + b"P01\r\n")
    line = read_code("> ")
    assert line is not None
    assert line.raw == LABEL + b"\r\n"
    assert line.had_more


def test_what_a_person_types_is_slow_and_can_be_taken_back(terminal: Terminal) -> None:
    keys = [part for key in "L02é" for part in (key.encode(), 0.08)]
    terminal.types(*keys, b"\x7f", 0.05, b"\x7f", 0.05, b"1", 0.05, b"\r")
    line = read_code("> ")
    assert line is not None
    assert line.raw == b"L01\r"
    assert not line.is_fast


def test_nothing_in_time_is_no_line(terminal: Terminal) -> None:
    assert read_code("> ", 0.1) is None


def test_what_came_before_the_question_is_not_its_answer(terminal: Terminal) -> None:
    os.write(terminal.keyboard, b"YES\r")
    time.sleep(0.1)
    assert read_code("> ", 0.2) is None


@pytest.mark.parametrize(
    ("key", "ends"), [(b"\x04", EOFError), (b"\x03", KeyboardInterrupt)], ids=["Ctrl-D", "Ctrl-C"]
)
@pytest.mark.parametrize("read", [read_code, read_burst])
def test_a_key_ends_it(
    terminal: Terminal, key: bytes, ends: type[BaseException], read: Callable[[str], object]
) -> None:
    terminal.types(key)
    with pytest.raises(ends):
        read("> ")


def test_one_pull_of_a_trigger_is_heard_to_its_end(terminal: Terminal) -> None:
    terminal.types(LABEL + b"\r\n", 0.2, LABEL + b"\r\n")
    assert read_burst("> ", quiet=0.4) == (LABEL + b"\r\n") * 2


def test_the_terminal_is_left_as_it_was(terminal: Terminal) -> None:
    import termios

    before = termios.tcgetattr(sys.stdin.fileno())
    terminal.types(b"\x03")
    with pytest.raises(KeyboardInterrupt):
        read_code("> ")
    assert termios.tcgetattr(sys.stdin.fileno()) == before
