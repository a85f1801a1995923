"""What a proof of the record says: how far it went, and what does not fit."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that does not prove itself: a stable code, where, and a sentence."""

    code: str
    where: str
    sentence: str


class Proof(NamedTuple):
    """What a verification found: how far the chain goes and what does not fit."""

    entries: int
    head: str
    assurance: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """``intact`` or ``broken``."""
        return "broken" if self.findings else "intact"


WITNESS = (
    "a chain without a witness outside proves nothing against someone who rewrites all of it:"
    " compare the head with one printed or exported earlier"
)
"""What no proof of a file by itself can say; the last line of every assurance."""


def unread(what: str, finding: Finding) -> Proof:
    """The proof of a file of which nothing could be read: it claims nothing."""
    return Proof(0, "", (f"nothing was recomputed or compared: {what}", WITNESS), (finding,))
