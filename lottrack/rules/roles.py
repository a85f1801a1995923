"""Who may do which act: roles, and the table of roles and acts that quality assurance can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.errors import BadValue
from lottrack.rules.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

ROLES = (
    "administrator",
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
"""Every role. The administrator keeps accounts and settings and nothing else."""


class RoleAct(NamedTuple):
    """Which roles may do an act.

    Attributes:
        act: the command's words ("lot release").
        roles: roles that may do it.
        signed: it is signed.
        second: a second person takes part.
        valid_from: first day of the rule, None for always.
        valid_until: last day of the rule, None for ever.
    """

    act: str
    roles: tuple[str, ...]
    signed: bool = False
    second: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the rule holds on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def parse_roles(text: str) -> tuple[RoleAct, ...]:
    """Read the table of roles and acts.

    Args:
        text: TOML: one ``[[act]]`` per rule with ``acts``, ``roles`` and optionally ``signed``,
            ``second``, ``valid_from``, ``valid_until``.

    Raises:
        BadValue: ``roles-invalid``: unknown key, role or date, or no roles.
    """
    import tomllib

    try:
        entries = tomllib.loads(text)["act"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise _invalid(f"it is not a list of [[act]] entries ({error})") from None
    return tuple(rule for entry in entries for rule in _rules(entry))


def _rules(entry: dict[str, Any]) -> Iterable[RoleAct]:
    from datetime import date

    known = {"acts", "roles", "signed", "second", "valid_from", "valid_until"}
    unknown = sorted(set(entry) - known)
    if unknown or not entry.get("acts") or not entry.get("roles"):
        what = f"unknown key {unknown[0]!r}" if unknown else "an entry without acts or roles"
        raise _invalid(what)
    for role in entry["roles"]:
        if role not in ROLES:
            raise _invalid(f"unknown role {role!r} for {entry['acts'][0]!r}")
    days = [entry.get("valid_from"), entry.get("valid_until")]
    if any(day is not None and type(day) is not date for day in days):
        raise _invalid(f"a date of {entry['acts'][0]!r} is not one")
    for act in entry["acts"]:
        signed, second = bool(entry.get("signed")), bool(entry.get("second"))
        yield RoleAct(act, tuple(entry["roles"]), signed, second, *days)


def _invalid(what: str) -> BadValue:
    return BadValue(
        f"The table of roles cannot be used: {what}.",
        code="roles-invalid",
        hint="Nothing was loaded; mend the file.",
    )


def require_roles(names: Sequence[str]) -> tuple[str, ...]:
    """Roles a person may have together.

    Raises:
        BadValue: none, an unknown one, or the administrator together with another
            (separation of administration from records: draft EU GMP Annex 11, 12.3).
    """
    roles = tuple(dict.fromkeys(name.strip().lower() for name in names))
    if not roles:
        raise BadValue("A user has at least one role.", code="role-missing-here")
    for role in roles:
        if role not in ROLES:
            raise BadValue(
                f"There is no role {quoted(role)}.",
                code="unknown-role",
                hint=f"The roles are: {', '.join(ROLES)}.",
            )
    if "administrator" in roles and len(roles) > 1:
        raise BadValue(
            "An administrator keeps accounts and settings and cannot have another role.",
            code="administrator-alone",
            hint="Register a second account for the other work.",
        )
    return roles


def permitting_role(
    rules: Iterable[RoleAct], act: str, person_roles: Sequence[str], on: date
) -> str | None:
    """The role by which a person may do an act on a day, or None."""
    allowed = allowed_roles(rules, act, on)
    return next((role for role in person_roles if role in allowed), None)


def allowed_roles(rules: Iterable[RoleAct], act: str, on: date) -> tuple[str, ...]:
    """The roles that may do an act on a day, in the order of ``ROLES``."""
    found = {role for rule in rules if rule.act == act and rule.holds_on(on) for role in rule.roles}
    return tuple(role for role in ROLES if role in found)


def role_sentence(
    rules: Iterable[RoleAct], act: str, person: str, person_roles: Sequence[str], on: date
) -> str:
    """Why a person may not do an act, and who may."""
    allowed = allowed_roles(rules, act, on)
    has = " and ".join(person_roles) or "without a role"
    if not allowed:
        return f"{person} ({has}) may not do {act!r}: on {on.isoformat()} nobody may."
    return f"{person} ({has}) may not do {act!r}; that takes {' or '.join(allowed)}."
