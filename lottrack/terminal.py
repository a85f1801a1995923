"""The terminal at a bench: a keyboard, and a scanner that types like a very fast one.

A scanner's suffix, a double trigger and type-ahead arrive as if typed; left alone they answer the
next prompt. So everything typed before a prompt appears is thrown away, and no prompt here has a
default.
"""

from __future__ import annotations

import getpass
import sys
import time


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
    """One line typed or scanned at a terminal; an end of input is an empty line.

    The line is returned raw but for its line ending: what a scanner adds is stripped where its kind
    is told.
    """
    settle()
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().rstrip("\r\n")


def read_hidden(prompt: str) -> str:
    """A secret, typed without echo."""
    settle()
    return getpass.getpass(f"{prompt}: ", stream=sys.stderr)


def confirm_by_number(number: str, question: str) -> bool:
    """Ask for a thing's own number, typed or scanned back; Enter alone never means yes."""
    answer = read_line(f"{question}\nType or scan {number} to go on: ")
    return answer.strip().upper().replace("-", "") == number.upper().replace("-", "")
