"""What a custody step says against a thing: damage, an excursion; also after it was corrected.

A step opens its holds when it is recorded. When it is corrected it is judged again: what it says
now and did not say before opens the same holds, and a hold that it does not call for any more stays
until a person lifts it by signature.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

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


def holds_after(change: Change, before: Row) -> list[dict[str, Any]]:
    """Open the holds that a corrected step calls for now and did not before.

    Args:
        change: the change in which the step was amended.
        before: what it said.
    """
    after = change.find("custody_event", before.root)
    if after is None:
        return []
    thing, was = _thing(before), _alarms(change, before)
    standing = {hold.cause for hold in _holds_of(change, before)}
    held = []
    for cause, reason in _alarms(change, after):
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


def doubts_after(change: Change, before: Row) -> Iterator[ShownWarning]:
    """What to look at after a step was corrected: a temperature out of range, a hold that stays."""
    after = change.find("custody_event", before.root)
    if after is not None:
        told = _faults(change, before)
        for fault in _faults(change, after):
            if fault not in told:
                yield ShownWarning(OUTSIDE_RANGE, fault)
    called_for = set() if after is None else {cause for cause, _ in _alarms(change, after)}
    for hold in _holds_of(change, before):
        if hold.cause not in called_for:
            thing = _thing(before)
            yield ShownWarning(
                "hold-stays",
                f"Hold {hold.root} on {word_for(thing.table)} {thing.record} was opened for what"
                f" {before.root} said before. It stays until it is lifted by signature: lottrack"
                f" hold lift {hold.root} --reason TEXT.",
            )


def _holds_of(reader: Reader, step: Row) -> list[Row]:
    """The open holds that a step opened."""
    thing = _thing(step)
    if thing.table == "sample":
        return []
    holds = open_holds_on(reader, thing.table, thing.record)
    return [hold for hold in holds if hold.because_of == step.root]


def _thing(step: Row) -> Found:
    return next(
        Found(table, str(getattr(step, table)))
        for table in MOVED
        if getattr(step, table) is not None
    )


def _alarms(reader: Reader, step: Row) -> list[tuple[str, str]]:
    faults = _faults(reader, step)
    return alarms_of(_thing(step), step.act, _measured(step), step.finding or "", faults)


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
