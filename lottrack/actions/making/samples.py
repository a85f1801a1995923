"""Cells taken for tests, and cells thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.custody.containers import advance, filling_of, state_of, wrong_state
from lottrack.actions.finding import find_one_of
from lottrack.actions.making.lots import (
    find_lot,
    require_after_taking,
    require_cells,
    require_open_lot,
    source_of,
)
from lottrack.actions.moments import happened_at, require_in_order
from lottrack.actions.releasing.dispositions import NEVER_SUPPLIED
from lottrack.actions.scanning import scanned_thing
from lottrack.actions.shown import write_warnings
from lottrack.actions.testing.documents import specification_number, specification_of
from lottrack.errors import BadValue
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.lifecycle import Event
from lottrack.rules.reading.text import clean_text, quoted
from lottrack.rules.reading.times import to_text
from lottrack.rules.specification.specification import find_criterion
from lottrack.store.chain import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader


class NewSample(NamedTuple):
    """Material taken for tests.

    Attributes:
        kind: what it is, in the site's words ("supernatant", "cells at fill").
        cells: viable cells in it; None where none are counted.
        tests: the tests it is for.
    """

    kind: str
    cells: int | None = None
    tests: tuple[str, ...] = ()


def take_sample(desk: Desk, text: str, new: NewSample, telling: Telling) -> dict[str, Any]:
    """Take a sample of a lot or of a container.

    A sample of a lot draws on its last harvest. A container filled for testing or retention is used
    up by it; of any other an aliquot is taken, and the container keeps its place in stock.

    Raises:
        Conflict: more cells than the harvest has left; the lot was closed; before the fill, or
            before the marrow was taken.
        CustodyRefused: the container was never filled, or is used up already.
    """
    record, scanned = scanned_thing(desk, text)
    found = find_one_of(desk.store, record, "lot", "container")
    desk.subjects.append(found.record)
    told = desk.told(telling._replace(entry="scanned") if scanned else telling)
    tests = [clean_text(test, "the test", 60) for test in new.tests]
    with desk.change("lot sample") as change:
        in_lot = found.table == "lot"
        lot = found.record if in_lot else str(change.get("container", found.record).lot)
        row = require_open_lot(change, lot)
        at = happened_at(change, told)
        require_after_taking(change, at, lot)
        if in_lot and new.cells is not None:
            require_cells(source_of(change, lot, at), new.cells, "this sample")
        sample = change.record(
            "sample",
            told,
            lot=lot if in_lot else None,
            container=None if in_lot else found.record,
            kind=clean_text(new.kind, "the kind of sample", 120),
            cells=new.cells,
            tests=canonical(tests),
        )
        change.mention(lot)
        if not in_lot:
            _sample_container(change, told, found.record)
        shown = write_warnings(
            change, sample, _test_warnings(change, specification_number(change, row), tests)
        )
    return {
        "id": sample,
        "kind": "sample",
        "lot": lot,
        "container": None if in_lot else found.record,
        "of": new.kind,
        "cells": None if new.cells is None else str(new.cells),
        "tests": tests,
        "warnings": shown,
    }


def _sample_container(change: Change, told: Told, container: str) -> None:
    row = change.get("container", container)
    standing = state_of(change, container)
    if standing.state in {"planned", "not_filled"}:
        raise wrong_state(container, standing.state, "sample")
    at = happened_at(change, told)
    filling = filling_of(change, container)
    if filling is not None:
        require_in_order(change, at, filling.occurred_at, f"the filling of {container}")
    if row.purpose not in NEVER_SUPPLIED:
        return
    change.record(
        "custody_event",
        told,
        container=container,
        act="test",
        from_place=standing.place or None,
    )
    holder = told.performed_by or change.actor.account
    advance(change, container, Event("test", to_text(at), holder=holder))


def _test_warnings(reader: Reader, specification: str, tests: Sequence[str]) -> list[ShownWarning]:
    spec = specification_of(reader, specification)
    return [
        ShownWarning(
            "test-not-in-specification",
            f"{specification} has no test {quoted(test)}, so that its result cannot be recorded"
            " under this name.",
        )
        for test in tests
        if find_criterion(spec, test) is None
    ]


def discard_cells(
    desk: Desk, text: str, cells: int, reason: str, telling: Telling
) -> dict[str, Any]:
    """Record that viable cells of a lot's last harvest were thrown away.

    Raises:
        BadValue: no cells.
        Conflict: more cells than the harvest has left; the lot was closed; before the marrow was
            taken.
    """
    if cells < 1:
        raise BadValue("No cells were discarded.", code="bad-count", hint="Give --cells above 0.")
    lot = find_lot(desk, text)
    why = clean_text(reason, "the reason")
    told = desk.told(telling._replace(reason=why))
    with desk.change("lot discard", why) as change:
        require_open_lot(change, lot)
        at = happened_at(change, told)
        require_after_taking(change, at, lot)
        require_cells(source_of(change, lot, at), cells, "this discard")
        number = change.record("discard", told, lot=lot, cells=cells)
    return {
        "id": number,
        "kind": "discard",
        "lot": lot,
        "cells": str(cells),
        "reason": why,
        "warnings": [],
    }
