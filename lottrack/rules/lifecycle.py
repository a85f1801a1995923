"""The life of a container and of a fill, as tables: which act leads from which state to which.

Nothing about a life is decided anywhere else. A container's state is found by stepping through its
events; the check steps through them again.
"""

from __future__ import annotations

from typing import NamedTuple

STATES = (
    "planned",
    "not_filled",
    "filled",
    "stored",
    "in_transit",
    "received",
    "thawed",
    "prepared",
    "dispensed",
    "infused",
    "returned",
    "retained",
    "used_in_testing",
    "destroyed",
    "lost",
)
"""Every state a container can be in."""

ENDED = frozenset({"not_filled", "infused", "used_in_testing", "destroyed", "lost"})
"""States in which a container holds no cells any more."""

_AT_REST = ("filled", "stored", "received", "returned")
_IN_USE = ("thawed", "prepared", "dispensed")
_ANYWHERE = (*_AT_REST, *_IN_USE, "in_transit", "retained")

TRANSITIONS: dict[tuple[str, str], str] = {
    ("", "plan"): "planned",
    ("", "fill"): "filled",
    ("planned", "fill"): "filled",
    ("planned", "not_fill"): "not_filled",
    ("", "prepare_into"): "prepared",
    **{(state, "store"): "stored" for state in _AT_REST},
    **{(state, "transfer"): "in_transit" for state in (*_AT_REST, *_IN_USE)},
    ("in_transit", "receive"): "received",
    **{(state, "inspect"): state for state in _ANYWHERE},
    **{(state, "thaw"): "thawed" for state in ("filled", "stored", "received", "dispensed")},
    ("thawed", "finish"): "prepared",
    ("thawed", "thaw"): "thawed",
    **{
        (state, "dispense"): "dispensed" for state in ("filled", "stored", "received", *_IN_USE[:2])
    },
    **{(state, "infuse"): "infused" for state in _IN_USE},
    ("received", "infuse"): "infused",
    **{(state, "return"): "returned" for state in ("received", *_IN_USE)},
    **{(state, "retain"): "retained" for state in _AT_REST},
    **{(state, "test"): "used_in_testing" for state in (*_AT_REST, "retained")},
    **{(state, "destroy"): "destroyed" for state in (*_ANYWHERE, "planned")},
    **{(state, "lose"): "lost" for state in _ANYWHERE},
}
"""(state, act) -> state; what is not here is not allowed."""

DISPOSITIONS = (
    "quarantine",
    "conditionally_released",
    "released",
    "discontinued",
    "recalled",
    "rejected",
)
"""What a fill can be, from the least to the strictest stop after `quarantine`."""

DISPOSITION_TRANSITIONS: dict[tuple[str, str], str] = {
    ("quarantine", "release"): "released",
    ("quarantine", "release conditionally"): "conditionally_released",
    ("conditionally_released", "release"): "released",
    **{
        (state, "reject"): "rejected"
        for state in ("quarantine", "conditionally_released", "released")
    },
    **{(state, "recall"): "recalled" for state in ("conditionally_released", "released")},
    ("quarantine", "discontinue"): "discontinued",
}
"""(disposition, act) -> disposition. A recall is the last word: a rejection would hide it."""

_STRICTNESS = {
    name: rank
    for rank, name in enumerate(
        ("released", "conditionally_released", "quarantine", "discontinued", "recalled", "rejected")
    )
}


class Event(NamedTuple):
    """One step of a container's life.

    Attributes:
        act: one of the acts of ``TRANSITIONS``.
        at: when it happened, as stored.
        place: the place it leads to, or "".
        holder: the account that holds the container afterwards, or "".
        outside: a party without an account that holds it afterwards, or "".
        position: the storage position, or "".
        forced: it happened against the rules and was recorded all the same.
    """

    act: str
    at: str
    place: str = ""
    holder: str = ""
    outside: str = ""
    position: str = ""
    forced: bool = False


class Standing(NamedTuple):
    """Where a container is in its life, at which place, in whose hands.

    ``stage`` remembers how far towards the infusion it is (thawed, prepared, dispensed), so that a
    container received after a transport is that again.
    """

    state: str = ""
    place: str = ""
    holder: str = ""
    outside: str = ""
    position: str = ""
    at: str = ""
    stage: str = ""


_FORCED_STATES = {
    "infuse": "infused",
    "destroy": "destroyed",
    "receive": "received",
    "lose": "lost",
    "transfer": "in_transit",
}


def next_state(state: str, act: str) -> str | None:
    """The state an act leads to, or None when the act is not allowed in this state."""
    return TRANSITIONS.get((state, act))


def step(before: Standing, event: Event) -> Standing | None:
    """The standing after an event, or None when the event is not allowed and not forced."""
    state = next_state(before.state, event.act)
    if state is None:
        if not event.forced:
            return None
        state = _FORCED_STATES.get(event.act, before.state)
    stage = before.stage
    if state in _IN_USE:
        stage = state
    elif event.act == "return":
        stage = ""
    if event.act == "receive" and stage:
        state = stage
    place = event.place or ("" if event.outside else before.place)
    if event.act == "transfer":
        place = ""
    keeps_position = event.act in {"inspect", "fill"}
    position = event.position or (before.position if keeps_position else "")
    holder = event.holder or ("" if event.outside else before.holder)
    if state in ENDED:
        position = ""
    return Standing(state, place, holder, event.outside, position, event.at, stage)


def disposition_after(disposition: str, act: str) -> str | None:
    """The disposition an act leads to, or None when the act is not allowed."""
    return DISPOSITION_TRANSITIONS.get((disposition, act))


def strictest(dispositions: list[str]) -> str:
    """What a lot shows: the strictest of its fills; ``quarantine`` when nothing was filled."""
    if not dispositions:
        return "quarantine"
    return max(dispositions, key=_STRICTNESS.__getitem__)
