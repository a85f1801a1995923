"""One step of custody: what was asked for, and why this person may not do it now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.custody.containers import state_of, wrong_state
from lottrack.actions.finding import Found, find_one_of
from lottrack.actions.scanning import scanned_thing
from lottrack.errors import Blocker, Conflict, NotFound, Usage
from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.lifecycle import next_state
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from lottrack.actions.desk import Desk
    from lottrack.actions.giving.incidents import Happened
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

MOVED = ("container", "collection", "sample")


class Measured(NamedTuple):
    """What was seen and measured at a hand-over.

    Attributes:
        temperature_c: temperature at the hand-over.
        max_c: highest temperature on the way.
        minutes_above: minutes above the storage limit.
        seal: the seal's number.
        condition: intact, leaking or damaged.
    """

    temperature_c: Decimal | None = None
    max_c: Decimal | None = None
    minutes_above: int | None = None
    seal: str = ""
    condition: str = ""


NOTHING_MEASURED = Measured()


class Target(NamedTuple):
    """Where something goes: a place, a person, or a party without an account."""

    place: str = ""
    account: str = ""
    outside: str = ""


NOWHERE = Target()


def find_target(reader: Reader, text: str, outside: str) -> Target:
    """Whom or what ``--to`` or ``--to-outside`` names.

    Raises:
        NotFound: it is neither a place nor a person.
        Usage: both or neither were given.
    """
    if bool(text) == bool(outside):
        raise Usage("Give either --to USER or PLACE, or --to-outside TEXT.", code="target-missing")
    if outside:
        return Target(outside=clean_text(outside, "the party outside", limit=120))
    code = require_code(text, "place or user")
    if reader.find("place", code) is not None:
        return Target(place=code)
    standing = reader.standing("account_standing", account=code)
    if standing is not None and standing.active:
        return Target(account=code)
    raise NotFound(
        f"{code} is neither a place nor an active user.",
        hint="`lottrack place list` and `lottrack user list` show them.",
    )


def find_things(desk: Desk, texts: Sequence[str]) -> tuple[list[Found], str]:
    """The containers, collections and samples that scans or numbers name, and how they came in."""
    found: list[Found] = []
    entry = "scanned"
    for text in texts:
        record, scanned = scanned_thing(desk, text)
        thing = find_one_of(desk.store, record, *MOVED)
        if not scanned:
            entry = "typed"
        if thing not in found:
            found.append(thing)
    desk.subjects += [thing.record for thing in found]
    return found, entry


class Step(NamedTuple):
    """One act on several things, as it was asked for."""

    act: str
    target: Target
    measured: Measured
    position: str
    finding: str
    happened: Happened | None


# -- rules about one step --------------------------------------------------------------------------


def custody_blockers(reader: Reader, thing: Found, step: Step, performer: str) -> list[Blocker]:
    """Why this person may not do this with this thing now."""
    blockers = []
    if thing.table == "container":
        state = state_of(reader, thing.record).state
        if next_state(state, step.act) is None:
            refusal = wrong_state(thing.record, state, step.act)
            blockers.append(Blocker(refusal.code, refusal.sentence))
    elif step.act == "receive" and not is_on_the_way(reader, thing):
        blockers.append(Blocker("wrong-state", f"{thing.record} is not on the way to anybody."))
    if step.act == "receive":
        last = last_transfer(reader, thing)
        if last is not None and last.performed_by == performer:
            sentence = f"{performer} handed {thing.record} over and cannot receive it as well."
            blockers.append(Blocker("same-person", sentence, "giver and taker are two people"))
        if last is not None and last.to_account not in {None, performer}:
            sentence = f"{thing.record} was handed to {last.to_account}, not to {performer}."
            blockers.append(Blocker("not-the-holder", sentence, "chain of custody"))
    return blockers


def require_free_position(reader: Reader, things: Sequence[Found], step: Step) -> None:
    """Refuse to store two containers at one position.

    Raises:
        Conflict: ``position-taken``; every container that cannot lie there is named.
    """
    if step.act != "store":
        return
    blockers, taken = [], dict[str, str]()
    for thing in things:
        if thing.table != "container":
            continue
        place = step.target.place or place_of(reader, thing) or ""
        stored = reader.rows("container_standing", place=place, position=step.position)
        there = [str(row.container) for row in stored if row.location_state == "stored"]
        other = taken.setdefault(place, (there or [thing.record])[0])
        if other != thing.record:
            sentence = f"{thing.record} cannot be stored at {step.position}, {place}: {other} is"
            sentence += " there." if there else " to lie there as well."
            blockers.append(Blocker("position-taken", sentence, "a position holds one container"))
    if blockers:
        raise Conflict(
            f"A position holds one container, and {step.position} would hold more.",
            code="position-taken",
            blockers=blockers,
            hint="Store each container at a position of its own:"
            " lottrack custody store ID --position TEXT.",
        )


def last_transfer(reader: Reader, thing: Found) -> Row | None:
    """The latest transfer of a thing that nothing followed but inspections, or None."""
    for row in reversed(reader.rows("custody_event", **{thing.table: thing.record})):
        if row.act == "transfer":
            return row
        if row.act != "inspect":
            return None
    return None


def is_on_the_way(reader: Reader, thing: Found) -> bool:
    """Whether a thing was handed over and not yet received."""
    return last_transfer(reader, thing) is not None


def place_of(reader: Reader, thing: Found) -> str | None:
    """The place a thing is at, or None while it is on the way."""
    if thing.table == "container":
        return state_of(reader, thing.record).place or None
    place: str | None = None
    for row in reader.rows("custody_event", **{thing.table: thing.record}):
        if row.act == "transfer":
            place = None
        elif row.to_place is not None:
            place = row.to_place
    return place


def known_place(reader: Reader, text: str) -> str:
    """The code of a place, as it is kept."""
    return str(reader.get("place", require_code(text, "place")).root)
