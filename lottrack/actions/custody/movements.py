"""Custody: every step of a container, collection or sample from hand to hand and place to place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.custody.alarms import OUTSIDE_RANGE, alarms_of
from lottrack.actions.custody.containers import advance, state_of
from lottrack.actions.custody.ranges import storage_faults
from lottrack.actions.custody.steps import (
    NOTHING_MEASURED,
    NOWHERE,
    Measured,
    Step,
    Target,
    custody_blockers,
    find_things,
    known_place,
    last_transfer,
    place_of,
    require_free_position,
)
from lottrack.actions.finding import Found, word_for
from lottrack.actions.giving.incidents import Happened, require_happened, write_incident
from lottrack.actions.releasing.holds import write_hold
from lottrack.actions.shown import write_warnings
from lottrack.errors import Blocker, CustodyRefused, Usage
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.lifecycle import Event
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader

# -- the acts --------------------------------------------------------------------------------------


def store(
    desk: Desk, texts: Sequence[str], position: str, place: str, telling: Telling
) -> list[dict[str, Any]]:
    """Put things into storage at the place they are at (or at a named place), at a position."""
    spot = clean_text(position, "the position", limit=80)
    target = Target(place=known_place(desk.store, place)) if place else NOWHERE
    return _record_each(desk, texts, "store", telling, target=target, position=spot)


def transfer(
    desk: Desk, texts: Sequence[str], target: Target, measured: Measured, telling: Telling
) -> list[dict[str, Any]]:
    """Hand things over: they are on the way until somebody else receives them."""
    return _record_each(desk, texts, "transfer", telling, target=target, measured=measured)


def receive(
    desk: Desk,
    texts: Sequence[str],
    measured: Measured,
    telling: Telling,
    *,
    place: str = "",
    happened: Happened | None = None,
) -> list[dict[str, Any]]:
    """Receive things that were handed over; damage and excursions open holds by themselves."""
    target = Target(place=known_place(desk.store, place)) if place else NOWHERE
    return _record_each(
        desk, texts, "receive", telling, target=target, measured=measured, happened=happened
    )


def inspect(
    desk: Desk, texts: Sequence[str], finding: str, telling: Telling
) -> list[dict[str, Any]]:
    """Look at things; a finding opens a hold by itself."""
    return _record_each(desk, texts, "inspect", telling, finding=finding)


def take_away(
    desk: Desk, act: str, texts: Sequence[str], reason: str, telling: Telling
) -> list[dict[str, Any]]:
    """Take things out of the way to a patient, for a reason.

    Args:
        desk: where.
        act: ``return`` (from a pharmacy or ward; it is not issued again), ``retain`` (kept as a
            retained container; it is not infused any more) or ``lose`` (it cannot be found).
        texts: the things, by number or scan.
        reason: why.
        telling: when, by whom.
    """
    return _record_each(desk, texts, act, telling._replace(reason=reason))


def prepare_destruction(
    desk: Desk, texts: Sequence[str], reason: str, reader: Reader | None = None
) -> signing.Prepared:
    """What performer and witness sign when something is destroyed."""
    record = reader or desk.store
    things = find_things(desk, texts)[0]
    rows = [record.get(thing.table, thing.record) for thing in things]
    lines = [f"Reason: {clean_text(reason, 'the reason')}"]
    for thing, row in zip(things, rows, strict=True):
        lines.append(f"{word_for(thing.table).capitalize()}: {row.root}{_contents(record, thing)}")
    meaning = "destruction, performed and witnessed"
    return signing.prepared(record, "custody destroy", meaning, lines, rows)


def destroy(
    desk: Desk,
    texts: Sequence[str],
    prepared: signing.Prepared,
    proofs: tuple[signing.Proof, signing.Proof],
    telling: Telling,
    *,
    happened: Happened | None = None,
) -> list[dict[str, Any]]:
    """Destroy things, signed by the performer and a witness."""
    signer = signing.require_signer(desk, prepared, proofs[0])
    witness = signing.require_second(desk, proofs[1], signer.account)
    told = telling._replace(performed_by=signer.account, witness=witness.account)
    return _record_each(
        desk, texts, "destroy", told, signature=(prepared, signer, witness), happened=happened
    )


Signature = tuple[signing.Prepared, signing.Signer, signing.Signer]


def _record_each(
    desk: Desk,
    texts: Sequence[str],
    act: str,
    telling: Telling,
    *,
    target: Target = NOWHERE,
    measured: Measured = NOTHING_MEASURED,
    position: str = "",
    finding: str = "",
    signature: Signature | None = None,
    happened: Happened | None = None,
) -> list[dict[str, Any]]:
    name = f"custody {act}"
    things, entry = find_things(desk, texts)
    earlier = "" if signature else desk.repeated(name)
    if earlier and desk.store.find("custody_event", earlier) is not None:
        return [{"id": earlier, "kind": "custody_event", "repeated": True, "warnings": []}]
    if telling.reason:
        telling = telling._replace(reason=clean_text(telling.reason, "the reason"))
    told = desk.told(telling if telling.entry != "typed" else telling._replace(entry=entry))
    step = Step(act, target, measured, position, finding, happened)
    role = signature[1].role if signature else None
    with desk.change(name, told.reason, role=role) as change:
        performer = told.performed_by or change.actor.account
        blockers = [b for thing in things for b in custody_blockers(change, thing, step, performer)]
        if blockers:
            require_happened(
                happened,
                CustodyRefused(
                    f"This {act} is refused.",
                    code=blockers[0].code,
                    blockers=blockers,
                    hint="If it happened all the same, record it with --happened --reason TEXT"
                    " --second USER."
                    if act in {"receive", "destroy"}
                    else "See `lottrack custody show ID`.",
                ),
            )
        require_free_position(change, things, step)
        number = _signed(change, desk, signature, told, prepared_again=texts)
        return [_record_one(change, thing, step, told, number, tuple(blockers)) for thing in things]


def _signed(
    change: Change,
    desk: Desk,
    signature: Signature | None,
    told: Told,
    prepared_again: Sequence[str],
) -> str | None:
    if signature is None:
        return None
    prepared, signer, witness = signature
    again = prepare_destruction(desk, prepared_again, told.reason, change)
    signing.require_unchanged(prepared, again)
    number = signing.sign(change, desk, prepared, signer, told)
    signing.sign(change, desk, prepared, witness, told)
    return number


def _record_one(
    change: Change,
    thing: Found,
    step: Step,
    told: Told,
    signature: str | None,
    blockers: tuple[Blocker, ...],
) -> dict[str, Any]:
    measured, target = step.measured, _resolved_target(change, thing, step)
    event = change.record(
        "custody_event",
        told,
        **{thing.table: thing.record},
        act=step.act,
        from_place=place_of(change, thing),
        to_place=target.place or None,
        to_account=target.account or None,
        to_outside=target.outside or None,
        position=step.position or None,
        temperature_c=_decimal(measured.temperature_c),
        max_c=_decimal(measured.max_c),
        minutes_above=measured.minutes_above,
        seal=clean_text(measured.seal, "the seal", limit=80) if measured.seal else None,
        condition=measured.condition or None,
        finding=step.finding or None,
        signature=signature,
    )
    if blockers and step.happened is not None:
        write_incident(change, event, f"custody {step.act}", step.happened, blockers, [thing])
    if thing.table == "container":
        holder = "" if step.act == "inspect" else target.account
        if step.act not in {"transfer", "inspect"}:
            holder = told.performed_by or change.actor.account
        at = to_text(told.at or change.now)
        moved = Event(
            step.act,
            at,
            target.place,
            holder,
            target.outside,
            step.position,
            forced=bool(blockers),
        )
        advance(change, thing.record, moved)
    faults = storage_faults(change, thing, measured)
    alarms = alarms_of(thing, step.act, measured, step.finding, faults)
    holds = [
        write_hold(change, thing.table, thing.record, cause, reason, because_of=event)
        for cause, reason in alarms
    ]
    doubts = [ShownWarning(OUTSIDE_RANGE, fault) for fault in faults]
    made: dict[str, Any] = {
        "id": event,
        "kind": "custody_event",
        thing.table: thing.record,
        "act": step.act,
        "holds": holds,
        "warnings": write_warnings(change, event, doubts),
    }
    if thing.table == "container":
        standing = state_of(change, thing.record)
        made |= {"location_state": standing.state, "place": standing.place or None}
    return made


def _resolved_target(reader: Reader, thing: Found, step: Step) -> Target:
    """Where a step leads: what was named, or for a receipt where the transfer was going."""
    if step.act != "receive" or step.target.place:
        return step.target
    last = last_transfer(reader, thing)
    if last is not None and last.to_place is not None:
        return Target(place=last.to_place)
    if last is not None and last.to_account is not None and last.from_place is not None:
        return Target(place=last.from_place)
    raise Usage(
        f"Where was {thing.record} received? Its transfer names no place.",
        code="place-missing",
        hint="Give --place PLACE.",
    )


def _contents(reader: Reader, thing: Found) -> str:
    if thing.table != "container":
        return ""
    row = reader.get("container", thing.record)
    return f" ({row.kind} {row.ordinal} of lot {row.lot}, {state_of(reader, row.root).state})"


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
