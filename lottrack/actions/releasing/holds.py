"""Holds: open stops on a thing. They stack, and each is lifted by its own signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.finding import word_for
from lottrack.actions.moments import shown_time
from lottrack.store.change import NOW

if TYPE_CHECKING:
    from lottrack.actions.making.lineage import Lineage
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

HELD = ("donor", "collection", "lot", "fill", "container")
"""What a hold can be on."""


def write_hold(
    change: Change,
    kind: str,
    record: str,
    cause: str,
    reason: str,
    *,
    because_of: str | None = None,
    automatic: bool = True,
    told: Told = NOW,
) -> str:
    """Open a hold in an open change; returns its number.

    Args:
        change: the change.
        kind: what is held: one of ``HELD``.
        record: its number or code.
        cause: oos, marker, material, excursion, damage, correction, incident, other.
        reason: why, in words.
        because_of: the record that caused it.
        automatic: lottrack opened it by itself.
        told: who and when.
    """
    change.mention(because_of)
    return change.record(
        "hold",
        told._replace(reason=reason),
        **{kind: record},
        cause=cause,
        automatic=int(automatic),
        because_of=because_of,
    )


def shown_hold(reader: Reader, hold: Row) -> dict[str, Any]:
    """A hold as every view gives it."""
    kind, record = held_thing(hold)
    return {
        "id": hold.root,
        "kind": "hold",
        "on_kind": kind,
        "on": record,
        "on_struck": reader.find(kind, record) is None,
        "cause": hold.cause,
        "reason": hold.reason,
        "automatic": bool(hold.automatic),
        "because_of": hold.because_of,
        "opened_by": hold_opener(reader, hold),
        "opened_at": shown_time(reader, hold.occurred_at),
    }


def hold_opener(reader: Reader, hold: Row) -> str:
    """Who opened a hold: a person, or lottrack at an act of a person, who did not decide on it."""
    if not hold.automatic:
        return str(hold.performed_by)
    # A hold is never corrected, so that the entry of its row is the one that opened it.
    (entry,) = reader.sql("SELECT act, actor FROM audit_entry WHERE seq = :seq", seq=hold.seq)
    return f"lottrack, when {entry.actor} did '{entry.act}'"


def opened_warning(hold: dict[str, Any]) -> dict[str, str]:
    """What whoever caused a hold is told of it: an act that opens one by itself never hides it.

    Args:
        hold: the row of the hold as it was written, NULLs left out.
    """
    kind = next(kind for kind in HELD if kind in hold)
    return {
        "code": "hold-opened",
        "sentence": f"Hold {hold['root']} was opened on {word_for(kind)} {hold[kind]}:"
        f" {str(hold['reason']).rstrip('.')}. It stops the way to a patient until it is lifted by"
        f" signature: lottrack hold lift {hold['root']} --reason TEXT.",
    }


def open_holds_on(reader: Reader, kind: str, record: str) -> list[Row]:
    """The holds on one thing that nobody lifted yet."""
    holds = reader.rows("hold", **{kind: record})
    return [hold for hold in holds if reader.first("hold_lift", hold=hold.root) is None]


def open_holds_of_lot(reader: Reader, lineage: Lineage) -> list[Row]:
    """Open holds on a lot and on everything it comes from: donor, collection, parent lots."""
    holds = open_holds_on(reader, "donor", lineage.donor.root)
    holds += open_holds_on(reader, "collection", lineage.collection.root)
    for lot in lineage.ancestors:
        holds += open_holds_on(reader, "lot", lot.root)
    return holds


def open_holds_of_container(reader: Reader, container: Row, lineage: Lineage) -> list[Row]:
    """Open holds on a container, its fill, its lot and everything they come from.

    A prepared dose stands under the holds of what went into it.
    """
    holds = open_holds_of_lot(reader, lineage)
    if container.fill is not None:
        holds += open_holds_on(reader, "fill", container.fill)
    holds += open_holds_on(reader, "container", container.root)
    if container.preparation is not None:
        for link in reader.rows("preparation_input", preparation=container.preparation):
            source = reader.get("container", link.container)
            holds += open_holds_on(reader, "container", source.root)
            if source.fill is not None:
                holds += open_holds_on(reader, "fill", source.fill)
    return list({str(hold.root): hold for hold in holds}.values())


def held_thing(hold: Row) -> tuple[str, str]:
    """The kind and number of what a hold is on."""
    for kind in HELD:
        record = getattr(hold, kind)
        if record is not None:
            return kind, str(record)
    raise AssertionError("the schema lets no hold be on nothing")
