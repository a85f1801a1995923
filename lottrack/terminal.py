"""The terminal at a bench: a keyboard, and a scanner that types like a very fast one.

A scanner's suffix, a double trigger and type-ahead arrive as if typed; left alone they answer the
next prompt. So everything typed before a prompt appears is thrown away, and no prompt here has a
default.
"""

from __future__ import annotations

import getpass
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def is_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def flush_input() -> None:
    """Throw away what was typed or scanned before this moment."""
    try:
        import termios

        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
    except ImportError:
        import msvcrt

        while msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
            msvcrt.getwch()  # type: ignore[attr-defined,unused-ignore]


def settle(seconds: float = 0.05) -> None:
    """Wait until a scanner's suffix has arrived, then throw it away."""
    time.sleep(seconds)
    flush_input()


def read_line(prompt: str) -> str:
    """One line typed or scanned at a terminal.

    The line is returned raw but for its line ending: what a scanner adds is stripped where its kind
    is told.

    Raises:
        EOFError: the input ended (Ctrl-D), and nobody will answer any more.
    """
    settle()
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return _whole_line(sys.stdin.readline())


def _whole_line(line: str) -> str:
    if not line:
        raise EOFError
    return line.rstrip("\r\n")


def read_valid(prompt: str, parse: Callable[[str], str]) -> str:
    """One line that a parser takes; what it refuses is told with its reason, and asked again.

    Enter alone answers nothing: the prompt comes again, and nothing is ever taken for granted.

    Args:
        prompt: the question, with its unit.
        parse: returns the reason why a text cannot be taken, or "" when it can.

    Raises:
        EOFError: the input ended.
    """
    while True:
        answer = read_line(prompt).strip()
        reason = parse(answer) if answer else ""
        if answer and not reason:
            return answer
        if reason:
            sys.stderr.write(f"{reason}\n")


def read_scan_line(prompt: str) -> str:
    """One line as ``read_line``; a Tab ends it as well, the suffix many scanners are set to.

    Raises:
        EOFError: the input ended.
    """
    settle()
    sys.stderr.write(prompt)
    sys.stderr.flush()
    try:
        import termios
    except ImportError:
        return _whole_line(sys.stdin.readline())
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    now = termios.tcgetattr(terminal)
    now[6][termios.VEOL] = b"\t"
    termios.tcsetattr(terminal, termios.TCSANOW, now)
    try:
        # Not readline: it would wait on for a line feed.
        line = os.read(terminal, 4096).decode(errors="replace")
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
    if not line:
        raise EOFError
    if line.endswith("\t"):
        sys.stderr.write("\n")
    return line.rstrip("\r\n\t")


def read_hidden(prompt: str) -> str:
    """A secret, typed without echo; Enter alone is no secret, and it is asked again.

    Raises:
        EOFError: the input ended.
    """
    secret = ""
    while not secret:
        settle()
        secret = getpass.getpass(f"{prompt}: ", stream=sys.stderr)
    return secret


def confirm_by_number(number: str, question: str) -> bool:
    """Ask for a thing's own number, typed or scanned back; Enter alone never means yes."""
    answer = read_scan_line(f"{question}\nType or scan {number} to go on: ")
    return answer.strip().upper().replace("-", "") == number.upper().replace("-", "")
