"""Refusals are results: each is recorded with everything that stood against the act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.store.chain import canonical
from lottrack.store.change import Actor

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.errors import LottrackError


def record_refusal(desk: Desk, act: str, error: LottrackError, *subjects: str) -> str:
    """Write a refused act into the record, in a transaction of its own; returns its number.

    The same act refused again within three seconds (a double trigger) is the same record.

    Args:
        desk: where, and who tried.
        act: what was tried.
        error: how it was refused, with its blockers.
        subjects: records the act was about.
    """
    blockers = [blocker.as_judged() for blocker in error.blockers] or [
        {"code": error.code, "sentence": error.sentence, "basis": ""}
    ]
    earlier = desk.repeated(act)
    if earlier and desk.store.find("refusal", earlier) is not None:
        return earlier
    named = [*desk.subjects, *subjects]
    actor = Actor(desk.account, "", desk.host)
    with desk.store.change(actor, f"{act} refused", now=desk.now(), dry_run=desk.dry_run) as change:
        change.call = desk.call_mark(act)
        change.mention(*named)
        return change.record(
            "refusal",
            act=act,
            subjects=canonical(named),
            scans=canonical(desk.scans),
            blockers=canonical(blockers),
            exit_code=error.exit_code,
        )
