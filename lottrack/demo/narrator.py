"""The narration: one line for each thing worth telling, and on a terminal the day it is."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 150
"""Characters of one line; a reason may be longer, and stands in full in the record."""

INDENT = " " * 12
CLEAR_LINE = "\r\x1b[K"


class Narrator:
    """Says what happens.

    Args:
        say: writes one line.
        show: writes a text without a line's end, at a terminal; None where nobody watches.
    """

    def __init__(
        self, say: Callable[[str], None], show: Callable[[str], None] | None = None
    ) -> None:
        self._say = say
        self._show = show

    def tell(self, day: str, words: str) -> None:
        """Say what happened on a day."""
        self.end_progress()
        self._say(f"{day}  {_shortened(words)}")

    def add(self, words: str) -> None:
        """Say more about it."""
        self.end_progress()
        self._say(f"{INDENT}{_shortened(words)}")

    def show_progress(self, day: str) -> None:
        """Show the day the scenario is at, where somebody watches."""
        if self._show is not None:
            self._show(f"{CLEAR_LINE}{day}")

    def end_progress(self) -> None:
        """Take the day away again."""
        if self._show is not None:
            self._show(CLEAR_LINE)


def _shortened(words: str) -> str:
    return shorten(words, LONGEST, placeholder=" ...")
