"""Reasons that a site gives often: numbered for good, scanned from the sheet of command codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.errors import Conflict, NotFound
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader

MOST = 99
"""Reasons a sheet can carry: their codes have two digits."""


def register_reason(desk: Desk, text: str) -> dict[str, Any]:
    """Register a reason under the next number; a number is never given to another reason.

    Raises:
        Conflict: there is such a reason already (``reason-known``), or no number is left.
    """
    said = clean_text(text, "the reason", limit=60)
    with desk.change("bench reason") as change:
        for row in change.rows("bench_reason"):
            if row.text.casefold() == said.casefold():
                raise Conflict(
                    f"{said!r} is reason {row.ordinal} already.",
                    code="reason-known",
                    hint="`lottrack label commands` prints the sheet.",
                )
        used = change.sql("SELECT coalesce(max(ordinal), 0) AS last FROM bench_reason")
        ordinal = int(used[0].last) + 1
        if not (ordinal <= MOST):
            raise Conflict(
                f"The sheet carries {MOST} reasons at most.",
                code="no-number-left",
                hint="Reasons can still be typed.",
            )
        number = change.record("bench_reason", ordinal=ordinal, text=said)
    return {
        "id": number,
        "kind": "bench_reason",
        "number": ordinal,
        "text": said,
        "warnings": [],
    }


def reasons_of(reader: Reader) -> list[dict[str, Any]]:
    """The reasons of the site, by their numbers."""
    rows = sorted(reader.rows("bench_reason"), key=lambda row: int(row.ordinal))
    return [
        {"id": row.root, "kind": "bench_reason", "number": int(row.ordinal), "text": row.text}
        for row in rows
    ]


def reason_text(reader: Reader, ordinal: int) -> str:
    """What a scanned reason says.

    Raises:
        NotFound: the site has no such reason, or it was struck.
    """
    row = reader.first("bench_reason", ordinal=ordinal)
    if row is None:
        raise NotFound(
            f"This site has no reason {ordinal}.",
            code="unknown-code",
            hint="Type the reason, or print the sheet anew: `lottrack label commands`.",
        )
    return str(row.text)
