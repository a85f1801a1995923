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
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lottrack.rules.bench.line import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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


def read_valid(
    prompt: str, parse: Callable[[str], str], read: Callable[[str], str] = read_line
) -> str:
    """One line that a parser takes; what it refuses is told with its reason, and asked again.

    Enter alone answers nothing: the prompt comes again, and nothing is ever taken for granted.

    Args:
        prompt: the question, with its unit.
        parse: returns the reason why a text cannot be taken, or "" when it can.
        read: asks for one line; where codes are scanned, one that knows the bench's scanner.

    Raises:
        EOFError: the input ended.
    """
    while True:
        answer = read(prompt).strip()
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
    line = read_code(prompt)
    assert line is not None  # it waits until something comes
    return line.raw.decode(errors="replace").strip("\r\n\t")


def read_code(prompt: str, wait: float | None = None) -> Line | None:
    """One line typed or scanned, with every byte as it arrived.

    The terminal's own editing is off meanwhile: a scanner's NAK would wipe the line, a carriage
    return could not be told from a line feed, and a Tab would not end anything. A Backspace still
    takes a character back, and Ctrl-C stops the program; but not the same byte inside a code, where
    it is a scanner's ETX.

    Args:
        prompt: the question; "" to go on waiting for the answer to the one before.
        wait: seconds to wait for the first byte; None waits for good.

    Returns:
        The line, or None when nothing came in time.

    Raises:
        EOFError: the input ended (Ctrl-D, or the terminal is gone).
    """
    if prompt:
        settle()
        sys.stderr.write(prompt)
        sys.stderr.flush()
    try:
        with _raw_terminal() as terminal:
            return _line_from(terminal, wait)
    except ImportError:
        started = time.monotonic()
        text = _whole_line(sys.stdin.readline())
        return Line(text.encode(), time.monotonic() - started)


def read_burst(prompt: str, quiet: float = 0.7) -> bytes:
    """Everything one pull of a scanner's trigger sends, until nothing more comes for a while.

    Raises:
        EOFError: the input ended.
    """
    settle()
    sys.stderr.write(prompt)
    sys.stderr.flush()
    try:
        with _raw_terminal() as terminal:
            burst = _some(terminal)
            while _is_ready(terminal, quiet):
                burst += _some(terminal)
    except ImportError:
        burst = sys.stdin.readline().encode()
    if burst[:1] == _END_OF_INPUT or not burst:
        raise EOFError
    if burst == _INTERRUPT:
        raise KeyboardInterrupt
    sys.stderr.write("\n")
    return burst


_END_OF_INPUT = b"\x04"
_INTERRUPT = b"\x03"
_ERASE = b"\x7f\x08"
_ENDS = b"\r\n\t"
_SUFFIX_SECONDS = 0.05


@contextmanager
def _raw_terminal() -> Iterator[int]:
    """The terminal on standard input without editing or echo; as it was afterwards."""
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    now = termios.tcgetattr(terminal)
    now[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.ISTRIP | termios.IXON)
    now[3] &= ~(termios.ICANON | termios.ECHO | termios.IEXTEN | termios.ISIG)
    now[6][termios.VMIN], now[6][termios.VTIME] = 1, 0
    termios.tcsetattr(terminal, termios.TCSANOW, now)
    try:
        yield terminal
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)


def _is_ready(terminal: int, seconds: float | None) -> bool:
    import select

    return bool(select.select([terminal], [], [], seconds)[0])


def _some(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError as error:  # the other side of a pseudo-terminal was closed
        raise EOFError from error


def _line_from(terminal: int, wait: float | None) -> Line | None:
    if not _is_ready(terminal, wait):
        return None
    line, rest, started, last = b"", b"", 0.0, 0.0
    while not rest:
        came = _some(terminal)
        before, last = last, time.monotonic()
        started = started or last
        if not came or (not line and came[:1] == _END_OF_INPUT):
            raise EOFError
        if came == _INTERRUPT and last - before > _SUFFIX_SECONDS:
            raise KeyboardInterrupt
        line, rest = _taken(line, came)
        if rest and not line.strip(_ENDS) and _is_ready(terminal, _SUFFIX_SECONDS):
            line, rest = line + rest, b""  # a prefix such as Tab, and the code behind it
    while _is_ready(terminal, _SUFFIX_SECONDS):
        rest += _some(terminal)
    body = rest.lstrip(_ENDS)
    sys.stderr.write("\n")
    sys.stderr.flush()
    return Line(line + rest[: len(rest) - len(body)], last - started, bool(body))


def _taken(line: bytes, came: bytes) -> tuple[bytes, bytes]:
    """The line with what came up to its end, echoed; and the rest from the end on."""
    start = len(came) - len(came.lstrip(_ENDS)) if not line else 0
    if start and start < len(came):  # a prefix of control characters
        line, came = line + came[:start], came[start:]
    for place, byte in enumerate(came):
        if byte in _ENDS:
            return line, came[place:]
        line = _edited(line, byte)
    return line, b""


def _edited(line: bytes, byte: int) -> bytes:
    """The line with one byte more, or with its last character taken back."""
    from lottrack.rules.reading.text import printable

    if byte not in _ERASE:
        grown = line + bytes([byte])
        old, new = (text.decode(errors="ignore") for text in (line, grown))
        sys.stderr.write(printable(new[len(old) :]))
        sys.stderr.flush()
        return grown
    kept = line.decode(errors="ignore")[:-1].encode()
    if kept != line:
        sys.stderr.write("\b \b")
        sys.stderr.flush()
    return kept


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
