"""When something happened, and the order in which things can have happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.errors import Conflict
from lottrack.rules.reading.times import from_text, is_before, iso_local, local_text

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader


def happened_at(change: Change, told: Told) -> datetime:
    """When a fact of this change happened: the time told, or the change's own."""
    return told.at or change.now


def require_in_order(change: Change, at: datetime, earlier: str | None, what: str) -> None:
    """Refuse a time before that of a thing which must have come first; the same minute is allowed.

    Args:
        change: the change.
        at: when the act happened.
        earlier: when the other thing happened, as stored; None asks nothing.
        what: that other thing, for the sentence ("the seeding of P1 of L02").

    Raises:
        Conflict: ``out-of-order``.
    """
    if earlier is None or not is_before(at, from_text(earlier)):
        return
    raise Conflict(
        f"{what[:1].upper()}{what[1:]} was at {local_text(from_text(earlier), change.zone)}, after"
        f" the time given here, {local_text(at, change.zone)}; it must have come first.",
        code="out-of-order",
        hint="Give the right --at; if the earlier time is wrong, `lottrack correct` it.",
    )


def told_time(reader: Reader, stored: str) -> str:
    """A stored time as a text that is signed or read: to the minute, with the site's zone."""
    return local_text(from_text(stored), reader.setting("zone"))


def shown_time(reader: Reader, stored: str | None) -> str | None:
    """A stored time as answers give it: ISO 8601 in the site's zone, with its offset."""
    return None if stored is None else iso_local(from_text(stored), reader.setting("zone"))
