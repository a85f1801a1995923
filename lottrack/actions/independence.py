"""Who took part in what: a review, a release or a lifting is another person's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.secrets import require_account
from lottrack.errors import SamePerson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def people_of(reader: Reader, facts: Iterable[tuple[str, Row]]) -> dict[str, list[str]]:
    """Everybody who performed or recorded a version of some facts, with the facts' numbers."""
    people: dict[str, list[str]] = {}
    for table, row in facts:
        versions = [row] if row.version == 1 else reader.versions(table, row.root)
        for person in {p for v in versions for p in (v.performed_by, v.recorded_by)}:
            people.setdefault(str(person), []).append(str(row.root))
    return people


def require_independent(
    desk: Desk, act: str, account: str, took_part: Mapping[str, list[str]], what: str
) -> str:
    """The code of a person who may do an act and took no part in what it judges.

    Asked before a secret is, so that nobody types one in vain; roles come first.

    Args:
        desk: where.
        act: the act.
        account: who wants to sign.
        took_part: people with the records of their part.
        what: what they did, for the sentence ("recorded or performed").

    Raises:
        RoleMissing: the person has no role for the act.
        SamePerson: the person took part.
    """
    code = require_account(desk, account)
    desk.role_for(act, code)
    records = took_part.get(code, [])
    if records:
        named = ", ".join(records[:6]) + (" and more" if len(records) > 6 else "")
        raise SamePerson(
            f"{code} {what} {named} and cannot sign '{act}' for it.",
            hint="Somebody else with the role signs: the record is judged by another person.",
        )
    return code
