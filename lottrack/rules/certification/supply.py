"""Supply of a container out of specification: what a dossier covers, and what it never does.

Exceptionally a cell product that fails its specification may be supplied when that is needed to
avoid an immediate significant hazard to the patient (EudraLex Vol. 4 Part IV 11.53). The physician
asks, the manufacturer evaluates the risk, the physician accepts (11.54). It is a decision of its
own: the container is not released by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lottrack.errors import Blocker

NEVER_RELEASED = "lot-not-released"

COVERABLE = frozenset(
    {
        NEVER_RELEASED,
        "lot-rejected",
        "lot-recalled",
        "release-condition-overdue",
        "result-failed-after-release",
        "container-out-of-specification",
        "container-damaged",
        "temperature-excursion-open",
        "on-hold",
        "dose-below-range",
    }
)
"""Reasons against the product itself that a physician may accept. Whose it is, its expiry, its
custody and the people at the bedside are never among them."""

FAILING = COVERABLE - {NEVER_RELEASED, "dose-below-range", "release-condition-overdue"}
"""Reasons that make a container one that fails: what is merely not released yet is none."""

REQUESTED, ASSESSED, ACCEPTED, DECLINED, VOID, SUPPLIED = (
    "requested",
    "assessed",
    "accepted",
    "not_supplied",
    "void",
    "supplied",
)
STATES = (REQUESTED, ASSESSED, ACCEPTED, DECLINED, VOID, SUPPLIED)
"""Where a dossier stands. ``void``: something that one of its signatures covers was corrected."""

OPEN_STATES = frozenset({REQUESTED, ASSESSED, ACCEPTED})
"""States in which a dossier still goes on."""


class Fault(NamedTuple):
    """One thing that stands against a container: its code, what it says, what it rests on."""

    code: str
    sentence: str
    basis: str


class SupplyFact(NamedTuple):
    """A complete dossier: request, evaluation and acceptance, all three signed and standing.

    Attributes:
        dossier: its number.
        container: the one container it is for.
        covered: everything that was assessed and accepted.
        requested_by: the physician who asked.
        accepted_by: the physician who accepted.
    """

    dossier: str
    container: str
    covered: tuple[Fault, ...]
    requested_by: str
    accepted_by: str

    @property
    def words(self) -> str:
        """What it is, for a person at a bedside."""
        return (
            f"{self.container} is an OUT-OF-SPECIFICATION SUPPLY under dossier {self.dossier}: it"
            f" fails its specification and is given at the physician's request, not by a release."
            f" {self.requested_by} asked for it, {self.accepted_by} accepted it."
        )


def faults_of(blockers: Iterable[Blocker]) -> tuple[Fault, ...]:
    """The reasons that a dossier could cover, each once."""
    found = (Fault(b.code, b.sentence, b.basis) for b in blockers if b.code in COVERABLE)
    return tuple(dict.fromkeys(found))


def is_out_of_specification(faults: Iterable[Fault]) -> bool:
    """Whether a container fails something; one that merely waits for its release does not."""
    return any(fault.code in FAILING for fault in faults)


def uncovered(blockers: Iterable[Blocker], supply: SupplyFact | None) -> list[Blocker]:
    """The reasons that stand although the container is supplied out of specification.

    A reason is covered when the very same was assessed and accepted: what came up later, another
    hold or a worse count, is not.
    """
    if supply is None:
        return list(blockers)
    covered = {(fault.code, fault.sentence) for fault in supply.covered}
    return [b for b in blockers if b.code not in COVERABLE or (b.code, b.sentence) not in covered]


def new_faults(now: Sequence[Fault], assessed: Sequence[Fault]) -> list[Fault]:
    """Faults that came up since the risk was evaluated."""
    known = {(fault.code, fault.sentence) for fault in assessed}
    return [fault for fault in now if (fault.code, fault.sentence) not in known]


def covers_hold(supply: SupplyFact | None, hold: str) -> bool:
    """Whether a dossier covers a hold by its number."""
    if supply is None:
        return False
    return any(f.code == "on-hold" and f.basis == f"hold {hold}" for f in supply.covered)


def covers_disposition(supply: SupplyFact | None) -> bool:
    """Whether a dossier covers that the container was never released, rejected or recalled."""
    if supply is None:
        return False
    dispositions = {NEVER_RELEASED, "lot-rejected", "lot-recalled"}
    return any(fault.code in dispositions for fault in supply.covered)
