"""The periodic review of the audit trail: what was unusual in it, looked at and signed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.finding import word_for
from lottrack.actions.secrets import require_account
from lottrack.errors import BadValue, NotFound
from lottrack.rules.audit_review import HEADINGS, Unusual, unusual_in
from lottrack.rules.reading.text import clean_text, printable
from lottrack.rules.reading.times import from_text, local_text, to_text
from lottrack.store.tables import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

ACT = "audit review"


class Window(NamedTuple):
    """The part of the trail that is reviewed: recorded from ``since`` up to ``until``."""

    since: datetime
    until: datetime


class Seen(NamedTuple):
    """One unusual thing, in the entry that recorded it."""

    seq: int
    at: str
    actor: str
    unusual: Unusual


def prepare_audit_review(
    desk: Desk, window: Window, remarks: str, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What quality signs: how many entries there were, and everything unusual among them.

    Raises:
        BadValue: the window is empty (``bad-time``).
        NotFound: nothing was recorded in it.
        RoleMissing: the signer may not.
    """
    record = reader or desk.store
    desk.role_for(ACT, require_account(desk, account))
    said = clean_text(remarks, "the remarks")
    entries = _entries(record, window)
    zone = desk.zone
    meaning = (
        f"review of the audit trail from {local_text(window.since, zone)}"
        f" to {local_text(window.until, zone)}"
    )
    lines = [*_lines(record, entries, zone), "", f"Remarks: {said}"]
    return signing.prepared(record, ACT, meaning, lines, [])


def review_audit(
    desk: Desk, window: Window, remarks: str, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Sign the review of a part of the trail.

    Raises:
        Changed: the trail is not what was shown.
    """
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_audit_review(desk, window, remarks, account, change),
    ) as (change, told, signature):
        entries = _entries(change, window)
        review = change.record(
            "audit_review",
            told,
            from_at=to_text(window.since),
            to_at=to_text(window.until),
            first_seq=int(entries[0].seq),
            last_seq=int(entries[-1].seq),
            remarks=clean_text(remarks, "the remarks"),
            signature=signature,
        )
    return {
        "id": review,
        "kind": "audit_review",
        "first_seq": int(entries[0].seq),
        "last_seq": int(entries[-1].seq),
        "reviewed_by": told.performed_by,
        "signature": signature,
        "warnings": [],
    }


def list_audit_reviews(desk: Desk) -> list[dict[str, Any]]:
    """The reviews of the trail, oldest first, and how much of it each covered."""
    zone = desk.zone
    return [
        {
            "id": row.root,
            "kind": "audit_review",
            "from": local_text(from_text(row.from_at), zone),
            "to": local_text(from_text(row.to_at), zone),
            "first_seq": int(row.first_seq),
            "last_seq": int(row.last_seq),
            "remarks": row.remarks,
            "reviewed_by": row.performed_by,
            "reviewed_at": local_text(from_text(row.occurred_at), zone),
        }
        for row in desk.store.rows("audit_review")
    ]


def _entries(reader: Reader, window: Window) -> list[Row]:
    if not window.since < window.until:
        raise BadValue(
            "The time to review from is not before the time to review to.",
            code="bad-time",
            hint="Give --from TIME --to TIME, the earlier first.",
        )
    rows = reader.sql(
        "SELECT seq, at, actor, payload FROM audit_entry WHERE at >= :since AND at <= :until"
        " ORDER BY +seq",
        since=to_text(window.since),
        until=to_text(window.until),
    )
    if not rows:
        raise NotFound(
            "Nothing was recorded in that time, so there is nothing to review.",
            code="nothing-recorded",
            hint="See when things were recorded: `lottrack audit show --last 10`.",
        )
    return rows


def _lines(reader: Reader, entries: list[Row], zone: str) -> Iterator[str]:
    people = sorted({str(entry.actor) for entry in entries})
    yield f"Entries: {entries[0].seq} to {entries[-1].seq} ({len(entries)}), by {', '.join(people)}"
    yield f"Head of the chain after them: {_head(reader, int(entries[-1].seq))}"
    seen = [each for entry in entries for each in _seen(entry)]
    for kind, heading in HEADINGS.items():
        yield ""
        yield heading
        those = [each for each in seen if each.unusual.kind == kind]
        for each in those:
            at = local_text(from_text(each.at), zone)
            words = printable(each.unusual.words)
            yield f"  #{each.seq} {at} {each.actor}: {each.unusual.record} {words}".rstrip()
        if not those:
            yield "  none"


def _head(reader: Reader, seq: int) -> str:
    return str(reader.sql("SELECT hash FROM audit_entry WHERE seq = :seq", seq=seq)[0].hash)


def _seen(entry: Row) -> Iterator[Seen]:
    for row in json.loads(entry.payload)["rows"]:
        if row[0] == "+" and row[1] in FACTS:
            for unusual in unusual_in(row[1], row[2]):
                named = unusual._replace(words=unusual.words or word_for(row[1]))
                yield Seen(int(entry.seq), str(entry.at), str(entry.actor), named)
