"""Training: required for acts and roles, recorded of people, asked for where roles are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.finding import find_one_of
from lottrack.actions.laboratory.calibrations import day_of, require_day_reached
from lottrack.actions.laboratory.qualifications import STANDING, requirements, trainings_of
from lottrack.actions.secrets import require_account
from lottrack.errors import AlreadyDone, BadValue, SamePerson
from lottrack.rules.obligations import Obligation
from lottrack.rules.reading.text import clean_text, quoted
from lottrack.rules.roles import ROLES
from lottrack.rules.training import (
    Requirement,
    latest,
    require_training_days,
    subject_key,
    training_blockers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from zoneinfo import ZoneInfo

    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_NAMES_OF_ACTS = "SELECT DISTINCT act FROM {role_act} WHERE act = :act"


# -- the acts --------------------------------------------------------------------------------------


def require(desk: Desk, act: str, role: str, subject: str, reason: str) -> dict[str, Any]:
    """Require training in a subject for an act, or for every act done in a role.

    Raises:
        BadValue: there is no such act (``act-unknown``) or role (``role-unknown``).
        AlreadyDone: it is required already.
    """
    words = " ".join(act.split()).lower()
    if act and not desk.store.facts_in(_NAMES_OF_ACTS, act=words):
        raise BadValue(
            f"No command that records something is called {quoted(act)}.",
            code="act-unknown",
            hint="An act is the words of its command, for example 'lot harvest'.",
        )
    if role and role not in ROLES:
        raise BadValue(
            f"There is no role {quoted(role)}.",
            code="role-unknown",
            hint=f"The roles are: {', '.join(ROLES)}.",
        )
    said = clean_text(subject, "the subject", 120)
    why = clean_text(reason, "the reason") if reason else ""
    with desk.change("training require", why or None) as change:
        for row in change.facts_in(STANDING):
            same = (row.act or "", row.role or "") == (words, role)
            if same and subject_key(row.subject) == subject_key(said):
                raise AlreadyDone(
                    f"Training in '{row.subject}' is required for {words or role} already"
                    f" ({row.root}).",
                    hint="`lottrack training list` shows what is required.",
                )
        number = change.record(
            "training_requirement", act=words or None, role=role or None, subject=said
        )
        lacking = list(_lacking(change, Requirement(number, words, role, said), desk.today()))
    return {
        "id": number,
        "kind": "training_requirement",
        "act": words or None,
        "role": role or None,
        "subject": said,
        "lacking": lacking,
        "warnings": _lacking_warnings(said, lacking),
    }


def _lacking_warnings(subject: str, lacking: list[str]) -> list[dict[str, str]]:
    if not lacking:
        return []
    sentence = f"Without valid training in '{subject}': {', '.join(lacking)}."
    return [{"code": "people-without-training", "sentence": sentence}]


def withdraw(desk: Desk, text: str, reason: str) -> dict[str, Any]:
    """Require a training no longer.

    Raises:
        NotFound: there is no such requirement.
        AlreadyDone: it was withdrawn before.
    """
    requirement = find_one_of(desk.store, text, "training_requirement").record
    desk.subjects.append(requirement)
    why = clean_text(reason, "the reason")
    with desk.change("training withdraw", why) as change:
        row = change.get("training_requirement", requirement)
        earlier = change.first("training_withdrawal", training_requirement=requirement)
        if earlier is not None:
            raise AlreadyDone(
                f"{requirement} was withdrawn before ({earlier.root}).",
                hint="`lottrack training list` shows what is required.",
            )
        number = change.record("training_withdrawal", training_requirement=requirement)
    return {
        "id": number,
        "kind": "training_withdrawal",
        "requirement": requirement,
        "act": row.act,
        "role": row.role,
        "subject": row.subject,
        "warnings": [],
    }


def record_training(
    desk: Desk, code: str, subject: str, days: tuple[date, date], document: str, telling: Telling
) -> dict[str, Any]:
    """Record that a person was trained.

    Args:
        desk: where.
        code: the person.
        subject: in what.
        days: the day of the training, and the last day it holds.
        document: number or place of the proof, or "".
        telling: when, by whom.

    Raises:
        NotSignedIn: there is no such active person.
        SamePerson: the actor would record their own training.
        BadValue: the days cannot be those of a training.
        Conflict: told for a time before its day (``out-of-order``).
    """
    account = require_account(desk, code)
    desk.role_for("training record")
    if account == desk.require_actor():
        raise SamePerson(
            f"{account} cannot record their own training.",
            hint="Ask another person of qa to record it.",
        )
    require_training_days(*days, desk.today())
    told = desk.told(telling)
    said = clean_text(subject, "the subject", 120)
    with desk.change("training record") as change:
        require_day_reached(change, told, days[0], f"the training of {account}")
        number = change.record(
            "training",
            told,
            account=account,
            subject=said,
            trained_on=days[0].isoformat(),
            valid_until=days[1].isoformat(),
            document=clean_text(document, "the document", 200) if document else None,
        )
    return {
        "id": number,
        "kind": "training",
        "user": account,
        "subject": said,
        "trained_on": days[0],
        "valid_until": days[1],
        "warnings": [],
    }


# -- looking ---------------------------------------------------------------------------------------


def list_training(desk: Desk, user: str) -> list[dict[str, Any]]:
    """What is required, and who was trained in what until when; of one person with ``user``."""
    reader, today = desk.store, desk.today()
    account = require_account(desk, user) if user else ""
    listed = [] if account else [_requirement_data(reader, row) for row in _standing(reader)]
    rows = reader.rows("training", account=account) if account else reader.rows("training")
    return listed + [_training_data(row, today) for row in rows]


def _standing(reader: Reader) -> list[Row]:
    return reader.facts_in(STANDING)


def _requirement_data(reader: Reader, row: Row) -> dict[str, Any]:
    return {
        "id": row.root,
        "kind": "training_requirement",
        "who": row.act or row.role,
        "subject": row.subject,
        "from": day_of(reader, row.recorded_at),
        "until": None,
        "state": "required",
        "document": None,
    }


def _training_data(row: Row, today: date) -> dict[str, Any]:
    state = "valid" if row.trained_on <= today.isoformat() <= row.valid_until else "expired"
    return {
        "id": row.root,
        "kind": "training",
        "who": row.account,
        "subject": row.subject,
        "from": row.trained_on,
        "until": row.valid_until,
        "state": "not_counted" if row.recorded_by == row.account else state,
        "document": row.document,
    }


# -- what is owed ----------------------------------------------------------------------------------


def obligations(reader: Reader, zone: ZoneInfo) -> list[Obligation]:
    """Required training that somebody lacks, or that ends some day."""
    del zone
    owed: dict[tuple[str, str], Obligation] = {}
    for requirement in requirements(reader):
        for account in _people_under(reader, requirement):
            last = latest(trainings_of(reader, account), requirement.subject)
            due_on = None if last is None else last.until
            said = (
                f"{account} needs training in '{requirement.subject}' and has none on record."
                if last is None
                else f"The training of {account} in '{requirement.subject}' holds until {due_on}."
            )
            command = (
                f"lottrack training record {account} --subject '{requirement.subject}'"
                " --on DATE --until DATE"
            )
            owed[account, subject_key(requirement.subject)] = Obligation(
                "training-due", account, due_on, said, "qa", command
            )
    return list(owed.values())


def _lacking(reader: Reader, requirement: Requirement, today: date) -> Iterator[str]:
    """The active people a requirement stops from now on."""
    for account in _people_under(reader, requirement):
        has = trainings_of(reader, account)
        if training_blockers(account, [requirement.subject], has, today):
            yield account


def _people_under(reader: Reader, requirement: Requirement) -> list[str]:
    """The active people with the role, or with a role that may do the act."""
    if requirement.role:
        roles = {requirement.role}
    else:
        roles = {str(row.role) for row in reader.rows("role_act", act=requirement.act)}
    rows = reader.sql(
        "SELECT DISTINCT r.account, r.role FROM account_role AS r JOIN account_standing AS s"
        " ON s.account = r.account WHERE s.active = 1 ORDER BY r.account"
    )
    return list(dict.fromkeys(str(row.account) for row in rows if row.role in roles))
