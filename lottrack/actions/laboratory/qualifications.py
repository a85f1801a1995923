"""Who is trained for what: asked before every act, and of whoever performed it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import AccessRefused
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.training import (
    Requirement,
    Training,
    is_exempt,
    subjects_needed,
    training_blockers,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.store.reader import Reader

STANDING = """
SELECT r.root, r.act, r.role, r.subject, r.recorded_at FROM {training_requirement} AS r
WHERE NOT EXISTS (SELECT 1 FROM {training_withdrawal} AS w WHERE w.training_requirement = r.root)
ORDER BY r.seq, r.root
"""


class Performer(NamedTuple):
    """Somebody who performed an act: on which day of the site, and whether it is being done now."""

    person: str
    day: date
    is_now: bool


# -- the record as the rules know it ---------------------------------------------------------------


def requirements(reader: Reader) -> list[Requirement]:
    """The requirements that nobody has withdrawn."""
    return [
        Requirement(str(row.root), str(row.act or ""), str(row.role or ""), str(row.subject))
        for row in reader.facts_in(STANDING)
    ]


def trainings_of(reader: Reader, account: str) -> list[Training]:
    """A person's trainings; one that the person told or corrected themselves does not count."""
    return [
        Training(
            str(row.root),
            str(row.subject),
            date.fromisoformat(row.trained_on),
            date.fromisoformat(row.valid_until),
        )
        for row in reader.rows("training", account=account)
        if row.recorded_by != account
    ]


# -- the gate --------------------------------------------------------------------------------------


def trained_role(reader: Reader, act: str, account: str, roles: Sequence[str], today: date) -> str:
    """The first of some roles in which a person has the training that an act needs.

    Args:
        reader: the record.
        act: the words of the command.
        account: the person.
        roles: roles of the person that permit the act, at least one.
        today: the site's date.

    Raises:
        AccessRefused: there is none (``training-missing``, ``training-expired``).
    """
    if is_exempt(act):
        return roles[0]
    needed = requirements(reader)
    has = trainings_of(reader, account)
    lacking = {
        role: training_blockers(account, subjects_needed(needed, act, role), has, today)
        for role in roles
    }
    for role, blockers in lacking.items():
        if not blockers:
            return role
    blockers = lacking[roles[0]]
    raise AccessRefused(
        f"{account} lacks the training for '{act}'.",
        code=blockers[0].code,
        blockers=blockers,
        hint=f"qa records it: {blockers[0].hint}",
    )


def performer_warnings(reader: Reader, act: str, told: Sequence[Performer]) -> list[ShownWarning]:
    """What to say of people who performed an act for which they lacked the training.

    The training is asked of the day on which it was performed, in whichever of the person's roles
    for the act asks for least; of somebody who has none for it in whichever of their roles does.

    Args:
        reader: the record.
        act: the words of the command.
        told: who performed it, and when.

    Raises:
        AccessRefused: somebody performs it now without it.
    """
    if is_exempt(act):
        return []
    needed = requirements(reader)
    permitting = {str(row.role) for row in reader.rows("role_act", act=act)}
    warnings = []
    for person, day, is_now in told:
        has = trainings_of(reader, person)
        roles = [str(row.role) for row in reader.rows("account_role", account=person)]
        lacking = [
            training_blockers(person, subjects_needed(needed, act, role), has, day)
            for role in [role for role in roles if role in permitting] or roles or [""]
        ]
        blockers = min(lacking, key=len)
        if blockers and is_now:
            raise AccessRefused(
                f"{person} lacks the training for '{act}' and cannot perform it.",
                code=blockers[0].code,
                blockers=blockers,
                hint=f"qa records it: {blockers[0].hint}. What was performed all the same is told"
                " with --at TIME, as it was.",
            )
        warnings += [
            ShownWarning(
                "performer-not-trained",
                f"{person} performed '{act}' on {day} without the training for it:"
                f" {each.sentence} This is a deviation: lottrack deviation open.",
            )
            for each in blockers
        ]
    return warnings
