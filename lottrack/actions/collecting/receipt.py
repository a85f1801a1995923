"""A collection at the manufacturing unit: received and counted."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.collecting.collections import (
    find_collection,
    require_taking,
)
from lottrack.actions.moments import happened_at, require_in_order
from lottrack.actions.releasing.holds import write_hold
from lottrack.actions.shown import write_warnings
from lottrack.errors import AlreadyDone
from lottrack.rules.culture.plausibility import (
    ShownWarning,
    collection_warnings,
    viability_warnings,
)
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.rows import Row

TRANSPORT_C = (Decimal(2), Decimal(25))
"""Temperatures in °C at which marrow arrives without a second look (unverified: 2-8 or 15-25 by the
site's validation). Outside warns; it refuses nothing."""

DAMAGE = {"leaking": "it arrived leaking", "clotted": "it arrived clotted"}
"""Conditions at receipt that hold the collection."""


class Receipt(NamedTuple):
    """What was found when a collection arrived.

    Attributes:
        from_text: who brought it, or where it came from.
        condition: intact, leaking or clotted.
        labels_match: whether labels and papers name the same collection.
        temperature_c: temperature on arrival.
        seal: the seal's number, or "".
    """

    from_text: str
    condition: str
    labels_match: bool
    temperature_c: Decimal | None = None
    seal: str = ""


def receive_collection(desk: Desk, text: str, receipt: Receipt, telling: Telling) -> dict[str, Any]:
    """Record that a collection arrived; damage and labels that do not match hold it by themselves.

    Raises:
        Conflict: nothing is on record as taken, or not yet at that time.
        AlreadyDone: it was received before.
    """
    collection = find_collection(desk, text)
    told = desk.told(telling)
    with desk.change("collection receive") as change:
        taking = require_taking(change, collection)
        at = happened_at(change, told)
        require_in_order(change, at, taking.occurred_at, f"the taking of {collection}")
        if change.first("collection_receipt", collection=collection) is not None:
            raise AlreadyDone(
                f"Collection {collection} was received before.",
                hint=f"`lottrack collection show {collection}` tells when and by whom.",
            )
        number = change.record(
            "collection_receipt",
            told,
            collection=collection,
            from_text=clean_text(receipt.from_text, "the sender", 120),
            temperature_c=None if receipt.temperature_c is None else plain(receipt.temperature_c),
            seal=clean_text(receipt.seal, "the seal", 80) if receipt.seal else None,
            condition=receipt.condition,
            labels_match=int(receipt.labels_match),
        )
        shown = write_warnings(change, number, transport_warnings(collection, receipt))
        holds = [
            write_hold(change, "collection", collection, cause, reason, because_of=number)
            for cause, reason in reasons_to_hold(receipt)
        ]
    return {
        "id": collection,
        "kind": "collection",
        "state": "received",
        "receipt": number,
        "holds": holds,
        "warnings": shown,
    }


def receipt_of(row: Row) -> Receipt:
    """What a recorded receipt says."""
    temperature = None if row.temperature_c is None else Decimal(row.temperature_c)
    labels_match = bool(row.labels_match)
    return Receipt(row.from_text, row.condition, labels_match, temperature, row.seal or "")


def transport_warnings(collection: str, receipt: Receipt) -> Iterator[ShownWarning]:
    """Look twice at a temperature on arrival that is unusual."""
    low, high = TRANSPORT_C
    measured = receipt.temperature_c
    if measured is not None and not (low <= measured <= high):
        yield ShownWarning(
            "transport-temperature-unusual",
            f"Collection {collection} arrived at {plain(measured)} °C; {plain(low)} to"
            f" {plain(high)} °C is usual. Check the validated transport conditions.",
        )


def reasons_to_hold(receipt: Receipt) -> Iterator[tuple[str, str]]:
    """The causes and reasons of the holds that a receipt opens by itself."""
    if receipt.condition in DAMAGE:
        yield "damage", f"Damaged on arrival: {DAMAGE[receipt.condition]}."
    if not receipt.labels_match:
        yield "other", "Labels and papers do not name the same collection."


def count_collection(
    desk: Desk,
    text: str,
    tnc: int,
    telling: Telling,
    *,
    mnc: int | None = None,
    viability_pct: Decimal | None = None,
) -> dict[str, Any]:
    """Record a count of a collection's cells; a recount is another count, and the last one stands.

    Args:
        desk: where.
        text: the collection.
        tnc: nucleated cells in all of it.
        telling: when, by whom.
        mnc: mononuclear cells in all of it.
        viability_pct: viable cells per hundred.

    Raises:
        Conflict: nothing is on record as taken, or not yet at that time.
    """
    collection = find_collection(desk, text)
    told = desk.told(telling)
    with desk.change("collection count") as change:
        taking = require_taking(change, collection)
        at = happened_at(change, told)
        require_in_order(change, at, taking.occurred_at, f"the taking of {collection}")
        number = change.record(
            "collection_count",
            told,
            collection=collection,
            tnc=tnc,
            mnc=mnc,
            viability_pct=None if viability_pct is None else plain(viability_pct),
        )
        volume = None if taking.volume_ml is None else Decimal(taking.volume_ml)
        what = f"collection {collection}"
        warnings = [
            warning
            for warning in collection_warnings(
                what, volume_ml=volume, nucleated_cells=tnc, mononuclear_cells=mnc
            )
            if warning.code != "collection-volume-unusual"  # said when the taking was recorded
        ]
        if viability_pct is not None:
            warnings += viability_warnings(what, viability_pct)
        shown = write_warnings(change, number, warnings)
    return {
        "id": collection,
        "kind": "collection",
        "state": "counted",
        "count": number,
        "tnc": str(tnc),
        "mnc": None if mnc is None else str(mnc),
        "viability_pct": viability_pct,
        "warnings": shown,
    }
