"""Incidents: what happened against a rule is recorded all the same, with blockers and a hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.releasing.holds import HELD, write_hold
from lottrack.store.chain import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.actions.finding import Found
    from lottrack.errors import Blocker, LottrackError
    from lottrack.store.change import Change


class Happened(NamedTuple):
    """A person's word that it happened: why, and the second person who confirms it."""

    reason: str
    second: str


def require_happened(happened: Happened | None, refusal: LottrackError) -> None:
    """Let a blocked act be recorded only as something that happened.

    Raises:
        LottrackError: the refusal, when nobody said so.
    """
    if happened is None:
        raise refusal


def write_incident(
    change: Change,
    record: str,
    act: str,
    happened: Happened,
    blockers: Sequence[Blocker],
    things: Sequence[Found],
) -> str:
    """Record an incident beside the event it is about and hold the things concerned.

    Args:
        change: the open change in which the event was recorded.
        record: the event's number.
        act: what was done.
        happened: the reason and the second person.
        blockers: everything that stood against it.
        things: what to hold: containers, collections, ...
    """
    incident = change.record(
        "incident",
        record=record,
        act=act,
        second=happened.second,
        blockers=canonical([blocker.as_judged() for blocker in blockers]),
    )
    codes = ", ".join(sorted({blocker.code for blocker in blockers}))
    for thing in things:
        if thing.table in HELD:
            reason = f"Recorded as happened against the rules ({codes}): {happened.reason}"
            write_hold(change, thing.table, thing.record, "incident", reason, because_of=incident)
    return incident
