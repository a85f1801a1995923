"""The bench's screen, read at arm's length: the lot, what is half done, the next action."""

from __future__ import annotations

from textwrap import fill
from typing import Any

from lottrack.reports.letters import large

WIDTH = 78


def screen(lot: dict[str, Any], doing: str, action: str, explained: str, who: str) -> str:
    """What stands on the screen before each scan.

    Args:
        lot: the lot in focus as ``actions.benching.focus.lot_view`` tells it; empty without one.
        doing: what is half done, or "".
        action: the next action in a word or two of A-Z, drawn large.
        explained: the next action in a sentence, and what else can be done.
        who: the person at the bench.
    """
    lines = ["", "=" * WIDTH, *_lot_lines(lot, who), "-" * WIDTH]
    if doing:
        lines += [doing, ""]
    return "\n".join([*lines, large(action), "", fill(f"Next: {explained}", WIDTH), ""])


def wrapped(text: str) -> str:
    """A text of sentences in lines no wider than the screen; never what somebody signs."""
    return "\n".join(
        fill(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
        for line in text.splitlines()
    )


def _lot_lines(lot: dict[str, Any], who: str) -> list[str]:
    if not lot:
        return [f"No lot at this bench.  {who}"]
    first = f"LOT {lot['lot']}  {lot['product']}  donor {lot['donor']} → patient {lot['patient']}"
    second = f"{lot['labelled']} of {lot['containers']} containers labelled"
    if lot["outstanding"]:
        second += f", labels not yet accounted for: {lot['outstanding']}"
    held = [f"ON HOLD: {', '.join(lot['holds'])}"] if lot["holds"] else []
    return [first, f"{second}.  {who}", *held]


def spoken(sentence: str, hint: str) -> str:
    """A refusal: the word in large, why in one sentence, and what to do next."""
    return "\n".join(["", large("REFUSED"), "", sentence, *([f"-> {hint}"] if hint else [])])


def done(word: str, sentence: str) -> str:
    """What was recorded: one word in large, then the sentence."""
    return "\n".join(["", large(word), "", sentence])
