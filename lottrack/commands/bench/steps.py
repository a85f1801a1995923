"""What is done at a bench: labels stuck on, attached or voided; containers stored, handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.benching.focus import MOVES, moves_of, recognise, require_of_lot
from lottrack.actions.desk import Telling
from lottrack.commands.bench.answers import chosen, confirmed, number, reason, text_or_digits
from lottrack.commands.bench.ear import BADGE, TEXT
from lottrack.errors import (
    CodeUnreadable,
    Conflict,
    CustodyRefused,
    LabelRefused,
    LottrackError,
    NotFound,
    WrongKindOfCode,
)
from lottrack.rules.bench.commands import NEXT, YES, badge_of

if TYPE_CHECKING:
    from decimal import Decimal

    from lottrack.actions.benching.focus import Thing
    from lottrack.actions.custody.steps import Target
    from lottrack.commands.bench.acting import Bench

PAPERS = frozenset({"chart", "record", "transport"})
CONDITIONS = ("intact", "leaking", "damaged")
_SCAN_AGAIN = frozenset({"label-scanned-twice"})


# -- labels ----------------------------------------------------------------------------------------


def label_step(bench: Bench, thing: Thing) -> None:
    """A label that nobody accounted for yet: onto its thing, into the papers, or void."""
    bench.doing = f"Label {thing.label}, {thing.copy} copy, of {thing.kind} {thing.record}."
    why = ""
    if not thing.is_scanned:
        why = reason(bench, "The label's number was typed. Why was it not scanned?")
    telling = Telling(reason=why)
    if thing.copy in PAPERS:
        _attach(bench, thing, telling)
    else:
        _stick(bench, thing, telling)


def _stick(bench: Bench, thing: Thing, telling: Telling) -> None:
    explained = (
        "stick it on. Then scan another label of what it stands on (worksheet, chart copy), or"
        " type its number. NEXT voids the label. NO leaves it."
    )
    while True:
        heard = bench.ask("STICK ON", explained, TEXT, NEXT)
        if heard.command == NEXT:
            _void(bench, thing, telling)
            return
        if _applied(bench, thing, heard.text, telling):
            return


def _attach(bench: Bench, thing: Thing, telling: Telling) -> None:
    explained = (
        f"YES attaches it to the batch record of lot {bench.lot}. For a chart, scan the wristband;"
        " for a transport box, what it stands on. NEXT voids the label. NO leaves it."
    )
    while True:
        heard = bench.ask("ATTACH?", explained, TEXT, YES, NEXT)
        if heard.command == NEXT:
            _void(bench, thing, telling)
            return
        to = bench.lot if heard.command == YES else heard.text
        if _applied(bench, thing, to, telling):
            return


def _applied(bench: Bench, thing: Thing, to: str, telling: Telling) -> bool:
    """Record where a label went; False when the scan of it is to be repeated.

    Raises:
        LottrackError: it does not belong there.
    """
    from lottrack.actions.labelling.applying import apply_label

    into_papers = to == bench.lot or thing.copy in {"chart", "record"}
    word = "ATTACHED" if into_papers else "APPLIED"
    where = f"in the papers of {thing.record}" if into_papers else f"on {thing.record}"
    try:
        bench.act(
            ("label apply", thing.text, to),
            lambda: apply_label(bench.desk, thing.text, to, telling),
            word,
            f"Label {thing.label} is {where}.",
        )
    except (NotFound, CodeUnreadable, WrongKindOfCode) as error:
        bench.refuse(error, "label apply")
        return False
    except LabelRefused as error:
        if error.code not in _SCAN_AGAIN:
            raise
        bench.refuse(error, "label apply")
        return False
    return True


def _void(bench: Bench, thing: Thing, telling: Telling) -> None:
    from lottrack.actions.labelling.applying import void_label

    why = reason(bench, "Why is the label void?")
    confirmed(bench, f"Label {thing.label} of {thing.kind} {thing.record} becomes void: {why}")
    bench.act(
        ("label void", thing.text),
        lambda: void_label(bench.desk, thing.text, why, telling),
        "VOID",
        f"Label {thing.label} counts for nothing any more. Take it off and destroy it.",
    )


# -- custody ---------------------------------------------------------------------------------------


def custody_step(bench: Bench, thing: Thing) -> None:
    """Containers put into storage, handed over or received.

    Raises:
        CustodyRefused: nothing moves this container from where it is (``wrong-state``).
    """
    things = [thing]
    acts = _acts(bench, thing)
    place = 0
    while True:
        bench.doing = f"In hand: {_numbers(things)}."
        act = acts[place % len(acts)]
        others = f" NEXT: {acts[(place + 1) % len(acts)]}." if len(acts) > 1 else ""
        heard = bench.ask(
            f"{act.upper()}?",
            f"YES: {act}.{others} Another container's label takes it along. NO leaves it.",
            *(YES, NEXT, TEXT),
        )
        if heard.command == YES or heard.text.lower() in acts:
            taken = act if heard.command else heard.text.lower()
            _STEPS[taken](bench, things)
            return
        if heard.command == NEXT:
            place += 1
            continue
        try:
            more = _along(bench, heard.text, act)
        except LottrackError as error:
            bench.refuse(error)
            continue
        things += [more] if more.record not in {each.record for each in things} else []
        acts, place = [act], 0


def _acts(bench: Bench, thing: Thing) -> list[str]:
    acts = moves_of(bench.desk.store, thing.record)
    if not acts:
        raise CustodyRefused(
            f"{thing.record} is at its end: nothing is done with it at a bench.",
            code="wrong-state",
            hint=f"`lottrack custody show {thing.record}` tells its life.",
        )
    return acts


def _along(bench: Bench, text: str, act: str) -> Thing:
    """Another container for the same step.

    Raises:
        LottrackError: it is none, of another lot, or not where this step could take it.
    """
    more = recognise(bench.desk, text)
    require_of_lot(bench.desk.store, more, bench.lot)
    if more.kind != "container" or more.is_outstanding:
        raise WrongKindOfCode(
            f"{more.label or more.record} is not the applied label of a container.",
            hint="Finish or leave (NO) this step first.",
        )
    if act not in _acts(bench, more):
        raise Conflict(
            f"{more.record} cannot be part of this {act}.",
            code="not-along",
            hint=f"`lottrack custody show {more.record}` tells where it is.",
        )
    return more


def _store(bench: Bench, things: list[Thing]) -> None:
    for thing in things:
        _store_one(bench, thing)


def _store_one(bench: Bench, thing: Thing) -> None:
    from lottrack.actions.custody.movements import store

    bench.doing = f"{thing.record} goes into storage."
    spot = text_or_digits(bench, "POSITION", "tank, rack, box and slot, typed or scanned whole")
    confirmed(bench, f"Store {thing.record} at: {spot}")
    bench.act(
        ("custody store", thing.text, spot),
        lambda: store(bench.desk, [thing.text], spot, "", Telling()),
        "STORED",
        f"{thing.record} lies at {spot}.",
    )


def _transfer(bench: Bench, things: list[Thing]) -> None:
    from lottrack.actions.custody.movements import transfer
    from lottrack.actions.custody.steps import Measured

    target = _target(bench)
    to = target.place or target.account
    degrees = number(bench, "TEMPERATURE", "temperature at the hand-over", "°C")
    confirmed(bench, f"Hand over {_numbers(things)} to {to}{_at(degrees)}.")
    texts = [thing.text for thing in things]
    bench.act(
        ("custody transfer", *texts, to),
        lambda: transfer(bench.desk, texts, target, Measured(temperature_c=degrees), Telling()),
        "HANDED OVER",
        f"{_numbers(things)} on the way to {to}; somebody else receives it there.",
    )


def _target(bench: Bench) -> Target:
    from lottrack.actions.custody.steps import find_target

    explained = "type the code of the place or person it goes to, or scan the person's badge."
    while True:
        heard = bench.ask("WHERE TO", f"{explained} NO leaves it.", TEXT, BADGE)
        try:
            return find_target(bench.desk.store, badge_of(heard.command) or heard.text, "")
        except LottrackError as error:
            bench.refuse(error, "custody transfer")


def _receive(bench: Bench, things: list[Thing]) -> None:
    from lottrack.actions.custody.movements import receive
    from lottrack.actions.custody.steps import Measured

    degrees = number(bench, "TEMPERATURE", "temperature at the hand-over", "°C")
    condition = chosen(bench, CONDITIONS, "What it looks like.")
    confirmed(bench, f"Receive {_numbers(things)}, {condition}{_at(degrees)}.")
    texts = [thing.text for thing in things]
    measured = Measured(temperature_c=degrees, condition=condition)
    bench.act(
        ("custody receive", *texts),
        lambda: receive(bench.desk, texts, measured, Telling()),
        "RECEIVED",
        f"{_numbers(things)} is in the hands of {bench.desk.account}.",
    )


def _at(degrees: Decimal | None) -> str:
    return "" if degrees is None else f", at {degrees} °C"


def _numbers(things: list[Thing]) -> str:
    return ", ".join(thing.record for thing in things)


_STEPS = {"store": _store, "transfer": _transfer, "receive": _receive}
assert set(_STEPS) == set(MOVES)
