"""The bench's program on a pseudo-terminal, and scanners of several kinds that type into it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from tests.stories.test_scan_loop import Bench

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTION = r"(?s)Next: .*?\n> "


class Scanner:
    """A scanner at a bench.

    Attributes:
        bench: where it types.
        spell: what it makes of a code.
        suffix: what it types after one.
        pulls: how often one pull of the trigger sends it.
    """

    def __init__(
        self, bench: Bench, spell: Callable[[str], str] = str, suffix: str = "\r", pulls: int = 1
    ) -> None:
        self.bench, self.spell, self.suffix, self.pulls = bench, spell, suffix, pulls

    def scan(self, code: str, expect: str = QUESTION) -> str:
        """Scan a code and wait for the next question; returns what stood on the screen before."""
        for _ in range(self.pulls):
            os.write(self.bench.terminal, (self.spell(code) + self.suffix).encode())
        return self.bench.until(expect)

    def type(self, text: str, expect: str = QUESTION) -> str:
        """Type on the keyboard beside it, as fast as a quick typist, and press Enter."""
        for character in f"{text}\r":
            os.write(self.bench.terminal, character.encode())
            time.sleep(0.035)
        return self.bench.until(expect)
