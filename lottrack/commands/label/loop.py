"""The scan loop of ``lottrack label apply`` at a terminal: label, what it stands on, next.

The thing is named from a second source, never by the label just scanned; what does not belong
together is refused on the spot, recorded, and the loop goes on. Enter alone answers no question
but the first, where it leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.commands.base import Answer
from lottrack.commands.verify_loop import scan_text

if TYPE_CHECKING:
    from lottrack.actions.desk import Telling
    from lottrack.context import Context

LABEL = "Scan label (Enter alone leaves): "
THING = "Scan or type what it stands on: "


def apply_loop(context: Context, telling: Telling) -> Answer:
    """Ask for labels and their things until an empty line; the status is that of the last scan."""
    desk = context.writing_desk
    made: list[dict[str, Any]] = []
    status, previous = 0, ""
    while True:
        try:
            label = context.read_scan(LABEL)
        except EOFError:
            label = ""
        if not scan_text(label):
            return Answer(made, f"{len(made)} labels applied or attached.", status)
        if scan_text(label) == previous:
            context.say("That was the thing again. Scan the next label.")
            continue
        thing = thing_for(context, scan_text(label))
        if not thing:
            continue
        previous = scan_text(thing)
        desk.scans, desk.subjects, desk.holds_opened = [], [], []
        status = _applied(context, label, thing, telling, made)


def thing_for(context: Context, label: str) -> str:
    """What a label stands on; nothing, and the label's own code again, are asked once more."""
    while True:
        try:
            thing = context.read_scan(THING)
        except EOFError:
            return ""
        if scan_text(thing) == label:
            context.say("That was the label itself. Scan the thing from another of its labels.")
        elif scan_text(thing):
            return thing


def _applied(
    context: Context, label: str, thing: str, telling: Telling, made: list[dict[str, Any]]
) -> int:
    """Record one label and say so; a refusal is recorded and said."""
    from lottrack.actions.labelling.applying import apply_label
    from lottrack.errors import LottrackError
    from lottrack.failures import ended

    try:
        done = apply_label(context.writing_desk, label, thing, telling)
    except LottrackError as error:
        return ended(context, error)
    made.append(done)
    where = next(done[kind] for kind in _KINDS if done.get(kind))
    context.say(f"OK  {done['label']}, {done['copy']}, {done['event']}: {where}\n")
    return 0


_KINDS = ("lot", "container", "sample", "collection", "patient")
