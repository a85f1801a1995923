"""The loop of ``lottrack bench``: one lot in focus, scan by scan, until somebody leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.benching.counts import count_names
from lottrack.actions.benching.focus import (
    lot_to_open,
    place_of,
    recognise,
    require_of_lot,
)
from lottrack.commands.base import Answer
from lottrack.commands.bench.acting import Bench
from lottrack.commands.bench.answers import confirmed
from lottrack.commands.bench.counts import count_step
from lottrack.commands.bench.ear import ACT, TEXT, BenchLeft, StepLeft
from lottrack.commands.bench.signing import require_line
from lottrack.commands.bench.steps import custody_step, label_step
from lottrack.errors import AlreadyDone, LottrackError, WrongKindOfCode
from lottrack.rules.bench.commands import NEXT, NO, UNDO

if TYPE_CHECKING:
    from lottrack.commands.bench.ear import Reading
    from lottrack.context import Context

UNDONE = "undone at the bench"


def bench_loop(context: Context, lot: str, read: Reading) -> Answer:
    """Work at a bench until somebody leaves it; answers what was recorded."""
    bench = Bench(context, read)
    bench.desk.role_for(ACT)
    try:
        if lot:
            _open_named(bench, lot)
        while True:
            _turn(bench)
    except BenchLeft:
        half = " The step on the screen was not recorded." if bench.doing else ""
        return Answer(bench.acts, f"The bench is left; {len(bench.acts)} recorded.{half}")


def _open_named(bench: Bench, lot: str) -> None:
    """The lot the command names; without it when nobody clears the line for it."""
    bench.begin()
    try:
        take_into_focus(bench, lot)
    except StepLeft:
        bench.say(f"Lot {lot} was not opened.")


def _turn(bench: Bench) -> None:
    """One scan of a lot, or one whole step with the lot in focus; a refusal ends only the step."""
    bench.begin()
    bench.acting = ACT
    try:
        if bench.lot:
            _next_step(bench)
        else:
            _open_lot(bench)
    except StepLeft:
        bench.say("The step is left; nothing of it was recorded.")
    except LottrackError as error:
        bench.refuse(error, bench.acting)


def _open_lot(bench: Bench) -> None:
    heard = bench.ask(
        "SCAN LOT",
        "scan a label of the lot (container, record copy), or type its number. NO leaves the"
        " bench.",
        *(TEXT, NO),
    )
    if heard.command == NO:
        confirmed(bench, "Leave the bench?", "YES leaves it, NO stays.")
        bench.doing = ""
        raise BenchLeft
    take_into_focus(bench, heard.text)


def take_into_focus(bench: Bench, text: str) -> None:
    """Make a lot the one of this bench.

    Raises:
        LottrackError: the text names no lot, or several.
    """
    thing = recognise(bench.desk, text)
    bench.desk.subjects.append(thing.record)
    lot = lot_to_open(bench.desk.store, thing)
    require_line(bench, lot, place_of(bench.desk.store, thing))
    bench.lot, bench.last = lot, None


def _next_step(bench: Bench) -> None:
    counts = count_names(bench.desk.store, bench.lot)
    waiting = f" NEXT: count ({', '.join(counts)})." if counts else ""
    undo = f" UNDO takes back: {bench.last.sentence}" if bench.last else ""
    heard = bench.ask(
        "SCAN",
        "scan a label to apply or attach it, or a labelled container to store it, hand it over"
        f" or receive it.{waiting} NO puts the lot away.{undo}",
        *(TEXT, NEXT, NO, UNDO),
    )
    if heard.command == NO:
        confirmed(bench, f"Put lot {bench.lot} away?", "YES puts it away, NO goes on with it.")
        bench.lot, bench.last = "", None
    elif heard.command == UNDO:
        _undo(bench)
    elif heard.command == NEXT:
        count_step(bench)
    else:
        _step_with(bench, heard.text)


def _step_with(bench: Bench, text: str) -> None:
    """The step that a code begins.

    Raises:
        LottrackError: the code begins none here.
    """
    thing = recognise(bench.desk, text)
    bench.desk.subjects.append(thing.record)
    require_of_lot(bench.desk.store, thing, bench.lot)
    if thing.is_outstanding:
        require_line(bench, bench.lot, place_of(bench.desk.store, thing))
        label_step(bench, thing)
    elif thing.state == "attached" or thing.copy in {"record", "wristband"}:
        raise AlreadyDone(
            f"Label {thing.label} was {thing.state} already.",
            hint=f"`lottrack label list {thing.record}` tells when and by whom.",
        )
    elif thing.kind == "container":
        custody_step(bench, thing)
    else:
        raise WrongKindOfCode(
            f"{thing.record} is a {thing.kind}; no step at a bench begins with it.",
            hint="Scan a label that is to be applied, or a container.",
        )


def _undo(bench: Bench) -> None:
    """Take back the last act of this loop by striking what it recorded, when asked and told YES."""
    from lottrack.actions.record.corrections import Wanted, strike_record
    from lottrack.reports.bench import done

    last = bench.last
    if last is None:
        bench.say("There is nothing of this loop to take back. `lottrack strike ID --reason TEXT`.")
        return
    bench.acting = "strike"
    wanted = [Wanted(fact, (), UNDONE) for fact in reversed(last.facts)]
    shown = strike_record(bench.desk, wanted[0], preview=True)
    stops = [f"Opens a hold on {hold['on']}." for hold in shown["holds"]]
    confirmed(bench, "\n".join([f"Take back: {last.sentence}", *stops]), "YES strikes it.")
    bench.clear()
    for each in wanted:
        strike_record(bench.desk, each)
    bench.last = None
    bench.say(done("TAKEN BACK", f"Struck, and still on record: {last.sentence}"))
