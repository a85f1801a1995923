"""Limits of a protocol that two people waive for one infusion.

A protocol is what was approved; a child does not always keep to it. Where the protocol itself says
that a limit may be waived, who orders the infusion and a second person decide it by signature, for
this one order. Nothing else is ever waived: whose cells they are, their release, their expiry and
their chain of custody are no questions of the protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import Refused
from lottrack.rules.culture.plausibility import ShownWarning

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from lottrack.errors import Blocker


class WaiverFact(NamedTuple):
    """A waiver whose two signatures stand.

    Attributes:
        waiver: its number.
        code: the refusal it waives.
        people: who decided it, the one who ordered first.
        reason: why.
    """

    waiver: str
    code: str
    people: tuple[str, str]
    reason: str


def unwaived(
    blockers: Iterable[Blocker], waivers: Sequence[WaiverFact]
) -> tuple[list[Blocker], list[ShownWarning]]:
    """The refusals that stand, and what is said of those that were waived.

    Args:
        blockers: what stands against course and order.
        waivers: the order's waivers of what its protocol allows to be waived.
    """
    by_code = {waiver.code: waiver for waiver in waivers}
    standing: list[Blocker] = []
    waived: list[ShownWarning] = []
    for blocker in blockers:
        waiver = by_code.get(blocker.code)
        if waiver is None:
            standing.append(blocker)
        else:
            sentence = (
                f"{blocker.sentence} Waived by {' and '.join(waiver.people)} ({waiver.waiver}):"
                f" {waiver.reason.rstrip('.')}."
            )
            waived.append(ShownWarning("refusal-waived", sentence))
    return standing, waived


def require_waivable(code: str, waivable: Collection[str], protocol: str) -> None:
    """A protocol says itself which of its limits may be waived.

    Raises:
        Refused: this one may not (``not-waivable``).
    """
    if code not in waivable:
        allowed = ", ".join(sorted(waivable)) or "nothing"
        raise Refused(
            f"Protocol {protocol} does not let {code} be waived; it allows: {allowed}.",
            code="not-waivable",
            hint="What it forbids changes with an edition of it that a qualified person approves:"
            " `lottrack protocol load FILE`.",
        )
