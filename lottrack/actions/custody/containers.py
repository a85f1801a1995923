"""Containers step through their lives: the standing moves in the change that records the event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.errors import CustodyRefused, IntegrityBroken
from lottrack.rules.lifecycle import Event, Standing, step
from lottrack.rules.reading.times import from_text, is_before
from lottrack.store.lives import derived_standing, standing_of

if TYPE_CHECKING:
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def first_place(reader: Reader) -> str:
    """Where containers are when they are filled: the site's first manufacturing place."""
    return str(reader.rows("place", kind="gmp")[0].root)


def enter(change: Change, container: str, lot: str, event: Event) -> None:
    """Give a new container its first standing."""
    standing = step(Standing(place=first_place(change)), event)
    if standing is None:
        raise IntegrityBroken(f"A container's life cannot begin with {event.act!r}.")
    change.stand("container_standing", {"container": container}, lot=lot, **_columns(standing))


def advance(change: Change, container: str, event: Event) -> Standing:
    """Move a container's standing one event on.

    Raises:
        CustodyRefused: the event is not allowed in the container's state (``wrong-state``), or
            happened before the last one on the same container (``out-of-order``).
    """
    row = change.rows("container_standing", container=container)[0]
    before = standing_of(row)
    told_before = before.at and is_before(from_text(event.at), from_text(before.at))
    if told_before and not event.forced:
        raise CustodyRefused(
            f"{container}: this would have happened before the last thing recorded of it.",
            code="out-of-order",
            hint=f"See `lottrack custody show {container}`, then give the right --at.",
        )
    after = step(before, event)
    if after is None:
        raise wrong_state(container, before.state, event.act)
    change.stand("container_standing", {"container": container}, **_columns(after))
    return after


def wrong_state(container: str, state: str, act: str) -> CustodyRefused:
    """The refusal of an act that does not go with a container's state."""
    return CustodyRefused(
        f"{container} is {state.replace('_', ' ')}: it cannot be followed by {act!r}.",
        code="wrong-state",
        hint=f"`lottrack custody show {container}` tells its life so far.",
    )


def rebuild(change: Change, container: str) -> None:
    """Derive a container's standing from all its events again, after a correction or strike."""
    standing = derived_standing(change, container, first_place(change))
    if standing is None or not standing.state:
        raise CustodyRefused(
            f"Without this fact the life of {container} does not go together any more.",
            code="life-broken",
            hint=f"Strike what came after it first; `lottrack custody show {container}`.",
        )
    change.stand("container_standing", {"container": container}, **_columns(standing))


def _columns(standing: Standing) -> dict[str, str | None]:
    return {
        "location_state": standing.state,
        "place": standing.place or None,
        "holder": standing.holder or None,
        "outside": standing.outside or None,
        "position": standing.position or None,
        "stage": standing.stage or None,
        "last_at": standing.at,
    }


def state_of(reader: Reader, container: str) -> Standing:
    """A container's standing now."""
    return standing_of(reader.rows("container_standing", container=container)[0])


def filling_of(reader: Reader, container: str) -> Row | None:
    """What went into a container, or None while it is only planned."""
    return reader.last("filling", container=container)
