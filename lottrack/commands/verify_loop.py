"""The scan loop of ``lottrack verify`` at a terminal: container, wristband, answer, next.

A scanner types faster than a person and more than was asked: suffixes, double triggers, codes while
the program is busy. Each prompt starts with an empty line buffer, each code's kind is told from the
code itself, and no answer is ever given by an Enter alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.commands.base import Answer
from lottrack.rules.scans import read_scan

if TYPE_CHECKING:
    from lottrack.context import Context


def _scan(prompt: str) -> str:
    """A scan at a prompt; empty when the person presses Enter alone.

    A suffix of CR+LF or Tab, and a second trigger of the same code, leave nothing behind for the
    next prompt.
    """
    from lottrack.terminal import read_line

    return read_line(prompt)


def scan_loop(context: Context, patient: str, order: str) -> Answer:
    """Ask and answer until an empty line; the program's status is that of the last answer."""
    from lottrack.commands.verify import answered
    from lottrack.errors import LottrackError
    from lottrack.failures import say

    desk = context.writing_desk
    last = Answer([], "Left without a question.")
    while True:
        container = _scan("Scan container (Enter to leave): ")
        if not read_scan_text(container):
            return last._replace(text="")
        band = patient or _scan("Scan wristband: ")
        if read_scan_text(band) == read_scan_text(container):
            context.say("That was the container again (double trigger). Scan the wristband.")
            band = _scan("Scan wristband: ")
        desk.scans, desk.subjects = [], []
        try:
            last = answered(context, (container,), band, order)
        except LottrackError as error:
            say(error, as_json=False)
            continue
        context.say(last.text + "\n")


def read_scan_text(raw: str) -> str:
    """A scan's own text, without what the scanner added; unreadable ones as they came."""
    from lottrack.errors import LottrackError

    try:
        return read_scan(raw).text
    except LottrackError:
        return raw.strip()
