"""One line as it arrived at a terminal, before anybody asks what it means."""

from __future__ import annotations

from typing import NamedTuple

_SCANNER_SECONDS = 0.2
_SECONDS_EACH = 0.02


class Line(NamedTuple):
    """One line as it arrived.

    Attributes:
        raw: its bytes, prefix and suffix included.
        seconds: from its first byte to its last.
        had_more: another code came right behind it and was not taken.
    """

    raw: bytes
    seconds: float = 0.0
    had_more: bool = False

    @property
    def is_fast(self) -> bool:
        """Whether it came faster than anybody types: a hint that a scanner typed it."""
        return self.seconds < max(_SCANNER_SECONDS, _SECONDS_EACH * len(self.raw))
