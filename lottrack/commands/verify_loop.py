"""The scan loop of ``lottrack verify`` at a terminal: container, wristband, answer, next.

A scanner types faster than a person and more than was asked: suffixes, double triggers, codes while
the program is busy. Each prompt begins with an empty line buffer, each code's kind is told from the
code itself, a code scanned twice is taken once, and no answer is ever given by an Enter alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.commands.base import Answer
from lottrack.errors import LottrackError
from lottrack.rules.codes.scans import read_scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.context import Context

    Answering = Callable[[Context, tuple[str, ...], str, str], Answer]

CONTAINER = "Scan container (Enter alone leaves): "
WRISTBAND = "Scan wristband: "


def scan_loop(context: Context, patient: str, order: str, answered: Answering) -> Answer:
    """Ask and answer until an empty line; the program's status is that of the last answer.

    Args:
        context: what the command was handed.
        patient: the scan of the one patient all questions are about, or "" to ask for each.
        order: an order's number, or "".
        answered: answers one question of container scans, patient's scan and order.
    """
    from lottrack.failures import say

    desk = context.writing_desk
    last, previous_band = Answer([], "Left without a question."), ""
    while True:
        try:
            container = context.read_scan(CONTAINER)
        except EOFError:
            container = ""
        if not scan_text(container):
            return last._replace(text=last.text if isinstance(last.data, list) else "Left.")
        if scan_text(container) == previous_band:
            context.say("That was the wristband again. Scan the container.")
            continue
        band = patient or _band(context, scan_text(container))
        previous_band = scan_text(band)
        desk.scans, desk.subjects = [], []
        try:
            last = answered(context, (container,), band, order)
        except LottrackError as error:
            say(error, context, as_json=False)
            continue
        context.say(f"{last.text}\n")


def _band(context: Context, container: str) -> str:
    """The wristband's scan; nothing, and the container's code again, are asked once more."""
    while True:
        band = context.read_scan(WRISTBAND)
        if scan_text(band) == container:
            context.say("That was the container again. Scan the wristband.")
        elif scan_text(band):
            return band


def scan_text(raw: str) -> str:
    """A scan's own text, without what the scanner added; unreadable ones as they came."""
    try:
        return read_scan(raw).text
    except LottrackError:
        return raw.strip()
