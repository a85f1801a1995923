"""Training: what a person must have been trained in to do an act, and until when that holds.

21 CFR 11.10(i): people who use the system have the training for their tasks. A requirement is set
by the site, for one act or for all acts done in a role; as long as a site sets none, none is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, Blocker

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

MISSING, EXPIRED = "training-missing", "training-expired"

EXEMPT = frozenset({"training", "user", "admin", "init"})
"""Nouns whose acts ask no training: else nobody could keep the accounts and records it rests on."""


class Requirement(NamedTuple):
    """Training needed for an act, or for every act done in a role.

    Attributes:
        number: of the requirement.
        act: the words of a command, or "".
        role: a role, or "".
        subject: what one must be trained in.
    """

    number: str
    act: str
    role: str
    subject: str


class Training(NamedTuple):
    """A person was trained in a subject on a day, which holds until another, included."""

    number: str
    subject: str
    on: date
    until: date


def is_exempt(act: str) -> bool:
    """Whether an act asks no training, whatever is required."""
    return act.partition(" ")[0] in EXEMPT


def subject_key(subject: str) -> str:
    """A subject as it is compared: however it is capitalised and spaced."""
    return " ".join(subject.split()).casefold()


def require_training_days(on: date, until: date, today: date) -> None:
    """Refuse days that cannot be those of a training.

    Raises:
        BadValue: ``date-in-future`` or ``out-of-order``.
    """
    if not (on <= today):
        raise BadValue(f"The training on {on} lies in the future.", code="date-in-future")
    if not (until >= on):
        raise BadValue(
            f"The training on {on} would have ended before, on {until}.",
            code="out-of-order",
            hint="Check year, month and day of --on and --until.",
        )


def subjects_needed(requirements: Iterable[Requirement], act: str, role: str) -> tuple[str, ...]:
    """What a person must be trained in to do an act in a role, each subject once."""
    needed = {
        subject_key(requirement.subject): requirement.subject
        for requirement in requirements
        if requirement.act == act or (requirement.role and requirement.role == role)
    }
    return tuple(needed.values())


def latest(trainings: Iterable[Training], subject: str) -> Training | None:
    """The training in a subject that holds longest, or None."""
    of_subject = [each for each in trainings if subject_key(each.subject) == subject_key(subject)]
    return max(of_subject, key=lambda each: (each.until, each.on), default=None)


def is_trained(trainings: Iterable[Training], subject: str, on: date) -> bool:
    """Whether a person's training in a subject holds on a day, first and last day included."""
    return any(
        subject_key(each.subject) == subject_key(subject) and each.on <= on <= each.until
        for each in trainings
    )


def training_blockers(
    person: str, subjects: Sequence[str], trainings: Sequence[Training], on: date
) -> list[Blocker]:
    """What a person lacks to do an act on a day, a reason for each subject."""
    blockers = []
    for subject in subjects:
        if is_trained(trainings, subject, on):
            continue
        last = latest(trainings, subject)
        ended = last is not None and last.until < on
        blockers.append(
            Blocker(
                EXPIRED if ended else MISSING,
                f"The training of {person} in '{subject}' held until {last.until} ({last.number})."
                if last is not None and ended
                else f"No training of {person} in '{subject}' that holds on {on} is on record.",
                "21 CFR 11.10(i)",
                "qa",
                f"lottrack training record {person} --subject '{subject}' --on DATE --until DATE",
            )
        )
    return blockers
