"""Roles: who may do which act, as a table that quality assurance can read and date.

An act is the words of its command (``lot release``). Whoever keeps the accounts makes no record
and signs none (draft EU GMP Annex 11 of July 2025, 12.3: administration apart from the users of
the system), so the administrator's role stands alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, Conflict
from lottrack.rules.reading.datafile import Table, read_toml
from lottrack.rules.reading.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

ADMINISTRATOR = "administrator"
ROLES = (
    ADMINISTRATOR,
    "technician",
    "production_lead",
    "qc",
    "qa",
    "responsible_person",
    "qp",
    "pharmacist",
    "clinician",
    "nurse",
    "courier",
    "inspector",
)
"""Every role, in the order in which they are listed everywhere."""

_INVALID = "roles-invalid"


class RoleAct(NamedTuple):
    """Which roles may do one act, and from when to when.

    Attributes:
        act: the words of the command.
        roles: the roles that may do it, in the order of ``ROLES``.
        signed: whether it is signed.
        second: whether a second person takes part with their own secret.
        valid_from: the rule's first day, or None: always.
        valid_until: its last day, or None: for good.
    """

    act: str
    roles: tuple[str, ...]
    signed: bool = False
    second: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    def is_in_force(self, on: date) -> bool:
        """Whether the rule holds on a day, first and last day included."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


def parse_roles(text: str, file: str = "roles.toml") -> tuple[RoleAct, ...]:
    """The table of roles and acts: ``[[act]]`` with ``acts``, ``roles``, ``signed``, ``second``.

    Args:
        text: what the file holds.
        file: its name, for refusals.

    Raises:
        BadValue: ``roles-invalid``: it breaks a rule, or gives one act to different roles on the
            same day.
    """
    table = read_toml(text, file, _INVALID)
    rules = [rule for entry in table.tables("act") for rule in _rules(entry)]
    table.end()
    for place, rule in enumerate(rules):
        for other in rules[:place]:
            if rule.act == other.act and _overlap(rule, other):
                raise table.refusal(f"{rule.act!r} stands in it twice for the same days.")
    return tuple(rules)


def require_roles(names: Sequence[str]) -> tuple[str, ...]:
    """The roles one person is to have, each once, in the order of ``ROLES``.

    Raises:
        BadValue: ``role-unknown``: one of them is no role; ``role-none``: there is none.
        Conflict: ``administrator-alone``: the administrator's with another.
    """
    wanted = {name.strip().lower() for name in names}
    for name in names:
        if name.strip().lower() not in ROLES:
            raise BadValue(
                f"There is no role {quoted(name)}.",
                code="role-unknown",
                hint=f"The roles are: {', '.join(ROLES)}.",
            )
    if not wanted:
        raise BadValue(
            "Nobody can act without a role.",
            code="role-none",
            hint="Give at least one, or end the account: lottrack user deactivate USER --reason.",
        )
    roles = tuple(role for role in ROLES if role in wanted)
    if ADMINISTRATOR in wanted and len(roles) > 1:
        others = " or ".join(role for role in roles if role != ADMINISTRATOR)
        raise Conflict(
            f"An administrator keeps accounts and settings, and cannot be {others} as well.",
            code="administrator-alone",
            hint="Give the other role to another person, or register a second account for it.",
        )
    return roles


def allowed_roles(rules: Iterable[RoleAct], act: str, on: date) -> tuple[str, ...]:
    """The roles that may do an act on a day, in the order of ``ROLES``."""
    allowed = {
        role for rule in rules if rule.act == act and rule.is_in_force(on) for role in rule.roles
    }
    return tuple(role for role in ROLES if role in allowed)


def permitting_roles(
    rules: Iterable[RoleAct], act: str, person_roles: Iterable[str], on: date
) -> tuple[str, ...]:
    """The roles by which a person may do an act on a day, in the order of ``ROLES``; none: ().

    Where several would do, the act is recorded under the first.
    """
    has = frozenset(person_roles)
    return tuple(role for role in allowed_roles(rules, act, on) if role in has)


def role_sentence(
    rules: Iterable[RoleAct], act: str, person: str, person_roles: Iterable[str], on: date
) -> str:
    """Why a person may not do an act on a day, and which roles may."""
    has = frozenset(person_roles)
    held = ", ".join(role for role in ROLES if role in has) or "no role"
    allowed = allowed_roles(rules, act, on)
    if not allowed:
        return f"{person} ({held}) may not do '{act}': on {on.isoformat()} no role may."
    return f"{person} ({held}) may not do '{act}': that is for {' or '.join(allowed)}."


def _rules(table: Table) -> list[RoleAct]:
    acts = table.words("acts")
    table.where = f"{table.where} ({acts[0] if acts else 'no acts'})"
    named = table.words("roles", ROLES)
    if not acts or not named:
        raise table.refusal("acts and roles each name at least one.")
    signed, second = table.flag("signed"), table.flag("second")
    first, last = table.optional_day("valid_from"), table.optional_day("valid_until")
    table.end()
    if first is not None and last is not None and last < first:
        raise table.refusal("valid_until is before valid_from.")
    roles = tuple(role for role in ROLES if role in named)
    return [RoleAct(act, roles, signed, second, first, last) for act in acts]


def _overlap(one: RoleAct, other: RoleAct) -> bool:
    """Whether some day lies in both rules' time."""
    return not (_ends_before(one, other) or _ends_before(other, one))


def _ends_before(earlier: RoleAct, later: RoleAct) -> bool:
    if earlier.valid_until is None or later.valid_from is None:
        return False
    return earlier.valid_until < later.valid_from
