"""What is owed to containers and orders: receipts not signed, expiry coming, infusions planned."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from lottrack.actions.custody.expiries import own_expiry
from lottrack.rules.lifecycle import ENDED, STATES
from lottrack.rules.obligations import Obligation
from lottrack.rules.reading.times import from_text, local_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from lottrack.store.reader import Reader

RECEIPT, EXPIRY, INFUSION = "receipt-missing", "container-expires", "infusion-planned"

_ON_THE_WAY = """
SELECT e.* FROM container_standing AS s JOIN custody_event_now AS e ON e.container = s.container
WHERE s.location_state = 'in_transit' AND e.act = 'transfer' AND NOT EXISTS (
    SELECT 1 FROM custody_event_now AS later
    WHERE later.container = e.container AND later.seq > e.seq)
UNION ALL
SELECT e.* FROM custody_event_now AS e
WHERE e.collection IS NOT NULL AND e.act = 'transfer' AND NOT EXISTS (
    SELECT 1 FROM custody_event_now AS later
    WHERE later.collection = e.collection AND later.seq > e.seq)
UNION ALL
SELECT e.* FROM custody_event_now AS e
WHERE e.sample IS NOT NULL AND e.act = 'transfer' AND NOT EXISTS (
    SELECT 1 FROM custody_event_now AS later
    WHERE later.sample = e.sample AND later.seq > e.seq)
"""

_IN_STOCK = """
SELECT c.root, c.lot, c.expires_at
FROM container_standing AS s JOIN container_now AS c ON c.root = s.container
WHERE s.location_state = :state AND c.purpose = 'infusion' AND c.expires_at IS NOT NULL
"""

_PLANNED = """
SELECT o.root, o.course, o.number, o.planned_on, p.patient
FROM order_standing AS s JOIN infusion_order_now AS o ON o.root = s.infusion_order
JOIN course_now AS c ON c.root = o.course JOIN pair_now AS p ON p.root = c.pair
WHERE s.state = 'open' ORDER BY o.planned_on
"""


def obligations(reader: Reader, zone: ZoneInfo) -> list[Obligation]:
    """Receipts, expiries and planned infusions that are open, due or not."""
    return [
        *_receipts(reader, zone),
        *_expiries(reader, zone),
        *_infusions(reader),
    ]


def _receipts(reader: Reader, zone: ZoneInfo) -> Iterator[Obligation]:
    for row in reader.sql(_ON_THE_WAY):
        thing = str(row.container or row.collection or row.sample)
        to = str(row.to_place or row.to_account or row.to_outside)
        sent = from_text(row.occurred_at)
        yield Obligation(
            RECEIPT,
            thing,
            None,
            f"{thing} was handed over by {row.performed_by} to {to} on"
            f" {local_text(sent, zone.key)}; nobody has signed its receipt.",
            to,
            f"lottrack custody receive {thing}",
        )


def _expiries(reader: Reader, zone: ZoneInfo) -> Iterator[Obligation]:
    in_stock = (state for state in STATES if state not in ENDED and state != "planned")
    extended = {row.container for row in reader.rows("container_extension")}
    for row in (row for state in in_stock for row in reader.sql(_IN_STOCK, state=state)):
        until = own_expiry(reader, row) if row.root in extended else row.expires_at
        expires = from_text(until)
        yield Obligation(
            EXPIRY,
            str(row.root),
            expires.astimezone(zone).date(),
            f"{row.root} of lot {row.lot} expires on {local_text(expires, zone.key)}.",
            "pharmacist, qa",
            f"lottrack custody show {row.root}",
        )


def _infusions(reader: Reader) -> Iterator[Obligation]:
    for row in reader.sql(_PLANNED):
        yield Obligation(
            INFUSION,
            str(row.root),
            date.fromisoformat(row.planned_on),
            f"Infusion {row.number} of patient {row.patient} is planned ({row.course}).",
            "pharmacist, clinician",
            f"lottrack prepare start {row.root} SCAN...",
        )
