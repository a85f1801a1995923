"""What a printed label is: its states, derived from its events.

Every printed label has its own number and is accounted for one by one (21 CFR 211.125; FACT-JACIE
D7): printed = applied + attached + void + destroyed. What a label is now follows from its events
alone, so that it can be asked as of an earlier moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

STATES = ("printing", "printed", "applied", "attached", "void", "destroyed")
"""What a printed label can be.

One that was sent to a printer is ``printing`` until it is scanned back or voided: that a printer
took a job does not mean that a label exists. One that was written to a file is ``printed``.
"""

OUTSTANDING = frozenset({"printing", "printed"})
"""States of labels that are not accounted for yet."""

ACCOUNTED = tuple(state for state in STATES if state not in OUTSTANDING)
"""What can become of a label; with those outstanding, these are all that were printed."""

LIVE = frozenset({"printing", "printed", "applied"})
"""States in which a label may stand on its thing, now or soon."""

ENDED = frozenset({"void", "destroyed"})
"""States in which a label counts for nothing any more."""

THINGS = ("container", "collection", "sample", "patient")
"""What a label can be printed for; a prepared dose is the container it is in."""


def derived_label_state(reader: Reader, label: str) -> tuple[str, str | None]:
    """The state of a label by its events, and the container it was applied to.

    Returns:
        One of ``STATES``, or "" for a label that was struck; the container's number while it is
        ``applied`` to one, else None.
    """
    if reader.find("label", label) is None:
        return "", None
    event = reader.last("label_event", label=label)
    if event is None:
        sent = reader.rows("print_job_label", label=label)
        return ("printing" if sent else "printed"), None
    return str(event.event), event.container


def restand(change: Change, label: str) -> None:
    """Set a label's standing to what its events say; a struck label has none."""
    state, container = derived_label_state(change, label)
    if not state:
        change.fall("label_standing", label=label)
        return
    copy = change.get("label", label).copy
    change.stand("label_standing", {"label": label}, state=state, container=container, copy=copy)


def labels_of(reader: Reader, kind: str, record: str, *copies: str) -> list[Row]:
    """The labels printed for one thing, oldest first; of some kinds of copy, or all."""
    rows = reader.rows("label", **{kind: record})
    return [row for row in rows if not copies or row.copy in copies]


def labels_of_lot(reader: Reader, lot: str) -> list[Row]:
    """The labels of a lot's containers, prepared doses included, and of samples of either."""
    containers = [str(row.root) for row in reader.rows("container", lot=lot)]
    samples = [str(row.root) for row in reader.rows("sample", lot=lot)]
    for container in containers:
        samples += [str(row.root) for row in reader.rows("sample", container=container)]
    labels = [row for number in containers for row in labels_of(reader, "container", number)]
    return labels + [row for number in samples for row in labels_of(reader, "sample", number)]
