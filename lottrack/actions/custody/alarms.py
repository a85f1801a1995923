"""What a custody step says against a thing: damage, an excursion; also after it was corrected.

A step opens its holds when it is recorded, and so does the receipt of a collection. When they are
corrected they are judged again: what they say now and did not say before opens the same holds, and
a hold that they do not call for any more stays until a person lifts it by signature.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lottrack.actions.collecting.receipt import (
    reasons_to_hold,
    receipt_of,
    transport_warnings,
)
from lottrack.actions.custody.ranges import storage_faults
from lottrack.actions.custody.steps import MOVED, Measured
from lottrack.actions.finding import Found, word_for
from lottrack.actions.releasing.holds import open_holds_on, write_hold
from lottrack.rules.culture.plausibility import ShownWarning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

OUTSIDE_RANGE = "temperature-outside-range"

_DAMAGE = {"leak": "it leaks", "crack": "it is cracked", "clumps": "there are clumps in it"}


def alarms_of(
    thing: Found, act: str, measured: Measured, finding: str, faults: Sequence[str]
) -> list[tuple[str, str]]:
    """The causes and reasons of the holds that a custody step opens by itself.

    A temperature outside the storage range is an excursion when the thing arrives with it; at the
    hand-over before it is only warned of, so that a missing sign can be mended.

    Args:
        thing: what was moved; a sample is never held.
        act: what was done with it.
        measured: what was seen and measured.
        finding: what an inspection found, or "".
        faults: what was measured outside the storage range (``storage_faults``).
    """
    if thing.table == "sample":
        return []
    found: list[tuple[str, str]] = []
    if finding in _DAMAGE:
        found.append(("damage", f"Inspection found that {_DAMAGE[finding]}."))
    elif finding == "label-loose":
        found.append(("other", "Inspection found its label loose."))
    if measured.condition in {"leaking", "damaged"}:
        found.append(("damage", f"It was received {measured.condition}."))
    if measured.minutes_above:
        peak = f", up to {measured.max_c} °C" if measured.max_c is not None else ""
        found.append(
            ("excursion", f"{measured.minutes_above} minutes above the storage limit{peak}.")
        )
    elif act == "receive" and faults:
        found.append(("excursion", " ".join(faults)))
    return found


# -- after a correction ----------------------------------------------------------------------------

JUDGED = ("custody_event", "collection_receipt")
"""Facts that open holds when they are recorded, and are judged again when they are corrected."""


def holds_after(change: Change, table: str, before: Row) -> list[dict[str, Any]]:
    """Open the holds that a corrected fact calls for now and did not before.

    Args:
        change: the change in which the fact was amended.
        table: its table, one of ``JUDGED``.
        before: what it said.
    """
    after = change.find(table, before.root)
    if after is None:
        return []
    thing, was = _thing(before), _alarms(change, table, before)
    standing = {hold.cause for hold in _holds_of(change, before)}
    held = []
    for cause, reason in _alarms(change, table, after):
        if (cause, reason) in was or cause in standing:
            continue
        text = f"{reason} ({before.root}, as it was corrected)"
        number = write_hold(
            change, thing.table, thing.record, cause, text, because_of=str(before.root)
        )
        held.append(
            {
                "id": number,
                "kind": "hold",
                "on_kind": thing.table,
                "on": thing.record,
                "cause": cause,
            }
        )
    return held


def doubts_after(change: Change, table: str, before: Row) -> Iterator[ShownWarning]:
    """What to look at after a correction: a temperature out of range, a hold that stays."""
    after = change.find(table, before.root)
    if after is not None:
        told = _doubts(change, table, before)
        yield from (doubt for doubt in _doubts(change, table, after) if doubt not in told)
    called_for = set() if after is None else {cause for cause, _ in _alarms(change, table, after)}
    for hold in _holds_of(change, before):
        if hold.cause not in called_for:
            thing = _thing(before)
            yield ShownWarning(
                "hold-stays",
                f"Hold {hold.root} on {word_for(thing.table)} {thing.record} was opened for what"
                f" {before.root} said before. It stays until it is lifted by signature: lottrack"
                f" hold lift {hold.root} --reason TEXT.",
            )


def _holds_of(reader: Reader, row: Row) -> list[Row]:
    """The open holds that a fact opened."""
    thing = _thing(row)
    if thing.table == "sample":
        return []
    holds = open_holds_on(reader, thing.table, thing.record)
    return [hold for hold in holds if hold.because_of == row.root]


def _thing(row: Row) -> Found:
    values = row.values()
    return next(
        Found(table, str(values[table])) for table in MOVED if values.get(table) is not None
    )


def _alarms(reader: Reader, table: str, row: Row) -> list[tuple[str, str]]:
    if table == "collection_receipt":
        return list(reasons_to_hold(receipt_of(row)))
    faults = _faults(reader, row)
    return alarms_of(_thing(row), row.act, _measured(row), row.finding or "", faults)


def _doubts(reader: Reader, table: str, row: Row) -> list[ShownWarning]:
    if table == "collection_receipt":
        return list(transport_warnings(str(row.collection), receipt_of(row)))
    return [ShownWarning(OUTSIDE_RANGE, fault) for fault in _faults(reader, row)]


def _faults(reader: Reader, step: Row) -> list[str]:
    recorded = int(reader.versions("custody_event", step.root)[0].seq)
    return storage_faults(reader, _thing(step), _measured(step), recorded)


def _measured(step: Row) -> Measured:
    return Measured(
        None if step.temperature_c is None else Decimal(step.temperature_c),
        None if step.max_c is None else Decimal(step.max_c),
        step.minutes_above,
        step.seal or "",
        step.condition or "",
    )
