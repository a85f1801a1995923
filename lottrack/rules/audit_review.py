"""The periodic review of the audit trail: which entries deserve a look, and under which heading.

EU GMP Annex 11 clause 9 wants audit trails regularly reviewed. Nobody can read every entry, so the
review goes by exception: corrections, late and typed entries, warnings, refusals, incidents,
decisions on holds and access, and everything done to accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

CORRECTED, STRUCK, LATE, WARNED, REFUSED, INCIDENT, HOLD, ACCESS = (
    "corrected",
    "struck",
    "told late",
    "warned",
    "refused",
    "incident",
    "hold lifted",
    "access",
)
HEADINGS = {
    CORRECTED: "Corrected values",
    STRUCK: "Struck facts",
    LATE: "Told late",
    WARNED: "Warnings shown",
    REFUSED: "Acts refused",
    INCIDENT: "Incidents: what happened against a rule",
    HOLD: "Holds lifted",
    ACCESS: "Accounts, roles and access",
}
"""Kind of exception -> its heading, in the order a reviewer reads them."""

_BY_TABLE = {
    "shown_warning": WARNED,
    "refusal": REFUSED,
    "incident": INCIDENT,
    "hold_lift": HOLD,
    "account_event": ACCESS,
    "role_grant": ACCESS,
}
_ORDINARY_ACCESS = frozenset({"signed_in", "signed_out"})


class Unusual(NamedTuple):
    """One thing a reviewer looks at: its heading's kind, the record, and the row's own words."""

    kind: str
    record: str
    words: str


def unusual_in(table: str, row: Mapping[str, Any]) -> list[Unusual]:
    """What is exceptional about one row that an entry of the trail wrote.

    Args:
        table: the table of facts.
        row: its columns; absent ones are empty.
    """
    record = str(row.get("root", ""))
    found: list[Unusual] = []
    if table == "correction":
        kind = STRUCK if row.get("kind") == "strike" else CORRECTED
        found.append(Unusual(kind, str(row["record"]), str(row.get("reason") or "")))
    elif table in _BY_TABLE and row.get("event") not in _ORDINARY_ACCESS:
        found.append(Unusual(_BY_TABLE[table], record, _words(table, row)))
    if row.get("late") and row.get("version") == 1:
        found.append(Unusual(LATE, record, table.replace("_", " ")))
    return found


def _words(table: str, row: Mapping[str, Any]) -> str:
    if table == "shown_warning":
        return f"{row['record']}: {row['sentence']}"
    if table in {"refusal", "incident"}:
        return str(row["act"])
    if table == "account_event":
        return f"{row['account']}: {str(row['event']).replace('_', ' ')}"
    if table == "role_grant":
        given = "given to" if row.get("granted") else "taken from"
        return f"{row['role']} {given} {row['account']}"
    return f"{row.get('hold', '')}: {row.get('reason') or ''}"
