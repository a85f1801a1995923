"""Counts at a bench: a passage is harvested, planned containers are filled.

A number is given digit by digit by its codes or typed, said back with its unit, and tried out
against the record before anybody says YES, so that what is implausible is seen in time.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lottrack.actions.benching.counts import count_names, growing_passage, planned_fills
from lottrack.actions.benching.focus import recognise
from lottrack.actions.desk import Telling
from lottrack.commands.bench.answers import chosen, confirmed, counted, measured
from lottrack.commands.bench.ear import TEXT
from lottrack.errors import Conflict, LottrackError, Refused
from lottrack.rules.bench.commands import YES
from lottrack.rules.reading.quantities import exact_cells, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.actions.benching.counts import PlannedFill
    from lottrack.actions.making.fills import Content
    from lottrack.commands.bench.acting import Bench


def count_step(bench: Bench) -> None:
    """What there is to count for the lot in focus, one after the other.

    Raises:
        Refused: there is nothing (``nothing-to-count``).
    """
    passage = growing_passage(bench.desk.store, bench.lot)
    steps: list[Callable[[], None]] = [partial(_harvest, bench, passage)] if passage else []
    steps += [partial(_fill, bench, fill) for fill in planned_fills(bench.desk.store, bench.lot)]
    if not steps:
        raise Refused(
            f"Nothing of lot {bench.lot} waits for a count: no passage grows, no fill is planned.",
            code="nothing-to-count",
            hint=f"`lottrack lot show {bench.lot}` shows it; what is not planned is told with"
            " `lottrack lot fill`.",
        )
    names = count_names(bench.desk.store, bench.lot)
    bench.doing = f"To be counted: {', '.join(names)}."
    steps[names.index(chosen(bench, names, "What was counted?"))]()


# -- harvest ---------------------------------------------------------------------------------------


def _harvest(bench: Bench, passage: str) -> None:
    from lottrack.actions.making.cultures import Harvested, harvest

    what = f"Harvest of {passage} of lot {bench.lot}"
    bench.doing = f"{what}."
    cells = counted(bench, "CELLS", "viable cells taken out")
    assert cells is not None  # only NEXT gives nothing, and it is not taken here
    bench.doing = f"{what}: {exact_cells(cells)} viable cells."
    viability = measured(bench, "VIABILITY", "viability", "%", maximum=100)
    reaped = Harvested(cells, viability)
    said = f"{what}: {exact_cells(cells)} viable cells, viability {plain(viability)} %."
    run = partial(harvest, bench.desk, bench.lot, passage, reaped, _telling(bench))
    _confirm(bench, "lot harvest", said, run)
    bench.act(("lot harvest", bench.lot, passage), run, "HARVESTED", said)


# -- fill ------------------------------------------------------------------------------------------


def _fill(bench: Bench, fill: PlannedFill) -> None:
    from lottrack.actions.making.fill_confirmation import confirm_fill
    from lottrack.reports.bench import wrapped

    actual: dict[str, Content | None] = {}
    while True:
        bench.doing = wrapped(_so_far(fill, actual))
        heard = bench.ask(
            "FILLED?",
            "YES: every other one holds what was planned. One that does not: scan its label, or"
            " type its number. NO leaves it.",
            *(YES, TEXT),
        )
        if heard.command == YES:
            break
        try:
            container = _of_fill(bench, fill, heard.text)
        except LottrackError as error:
            bench.refuse(error, "lot fill-confirm")
            continue
        actual[container] = _content(bench, container)
    held = [(number, content) for number, content in actual.items() if content is not None]
    empty = [number for number, content in actual.items() if content is None]
    run = partial(confirm_fill, bench.desk, fill.number, held, empty, _telling(bench))
    said = _so_far(fill, actual)
    _confirm(bench, "lot fill-confirm", said, run)
    bench.act(("lot fill-confirm", fill.number), run, "FILLED", said)


def _of_fill(bench: Bench, fill: PlannedFill, text: str) -> str:
    thing = recognise(bench.desk, text)
    if thing.record not in fill.containers:
        raise Conflict(
            f"{thing.record} is no container of fill {fill.number} that waits for its cells.",
            code="not-in-this-fill",
            hint="Check the number against the label.",
        )
    return thing.record


def _content(bench: Bench, container: str) -> Content | None:
    """What one container holds that is not filled as planned; None when it stayed empty."""
    from lottrack.actions.making.fills import Content

    bench.doing = f"{container} does not hold what was planned."
    cells = counted(bench, "CELLS", f"viable cells in {container}", "it stayed empty")
    if cells is None:
        return None
    bench.doing = f"In {container}: {exact_cells(cells)} viable cells."
    volume = measured(bench, "VOLUME", f"volume in {container}", "mL")
    return Content(cells, volume)


def _so_far(fill: PlannedFill, actual: dict[str, Content | None]) -> str:
    as_planned = len(fill.containers) - len(actual)
    lines = [
        f"Fill {fill.number}: {as_planned} {fill.kind}s with {exact_cells(fill.cells)} viable cells"
        f" in {fill.volume_ml} mL each, as planned."
    ]
    for number, content in actual.items():
        lines.append(
            f"{number}: stayed empty."
            if content is None
            else f"{number}: {exact_cells(content.viable_cells)} viable cells in"
            f" {plain(content.volume_ml)} mL."
        )
    return "\n".join(lines)


# -- both ------------------------------------------------------------------------------------------


def _telling(bench: Bench) -> Telling:
    return Telling(entry="typed" if bench.has_typed else "scanned")


def _confirm(bench: Bench, act: str, said: str, run: Callable[[], dict[str, Any]]) -> None:
    """Try the act without recording it, tell what is odd about it, and have it confirmed.

    Raises:
        LottrackError: it would be refused.
        StepLeft: it is not confirmed.
    """
    from lottrack.reports.bench import wrapped

    bench.acting = act
    dry, bench.desk.dry_run = bench.desk.dry_run, True
    try:
        tried = run()
    finally:
        bench.desk.dry_run = dry
        bench.clear()
    odd = [f"Look twice: {warning['sentence']}" for warning in tried["warnings"]]
    confirmed(bench, wrapped("\n".join([said, *odd])))
