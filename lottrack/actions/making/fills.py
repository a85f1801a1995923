"""Fills: a lot's cells go into containers, at once or planned first (labels first, cells after)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.custody.containers import enter
from lottrack.actions.labelling.clearances import require_clear_line
from lottrack.actions.making.lots import (
    find_lot,
    harvested_at,
    require_cells,
    require_open_lot,
    source_of,
)
from lottrack.actions.making.shelf_lives import (
    default_expiry,
    late_fill_doubts,
    require_presentation,
    require_within_shelf_life,
)
from lottrack.actions.materials.uses import with_materials
from lottrack.actions.moments import happened_at, require_in_order
from lottrack.actions.shown import write_warnings
from lottrack.errors import BadValue, Conflict
from lottrack.rules.culture.plausibility import ShownWarning, fill_warnings
from lottrack.rules.lifecycle import Event
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.times import iso_local, local_text, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.change import Change, Told
    from lottrack.store.rows import Row


class Content(NamedTuple):
    """What is in one container: viable cells, and the volume they are in."""

    viable_cells: int
    volume_ml: Decimal


class NewFill(NamedTuple):
    """A filling about to be recorded.

    Attributes:
        kind: bag, vial or syringe.
        containers: how many.
        each: what each of them holds.
        last: what the last one holds when it ran short, or None.
        expires: expiry of all of them, to the minute; None: as long as the shelf life allows.
        presentation: cryopreserved or fresh.
        purpose: infusion, retention, qc or intermediate.
        planned: the containers get numbers now and cells later (``confirm_fill``).
    """

    kind: str
    containers: int
    each: Content
    last: Content | None
    expires: datetime | None
    presentation: str = "cryopreserved"
    purpose: str = "infusion"
    planned: bool = False

    def contents(self) -> list[Content]:
        """What each container holds, in their order."""
        if self.last is None:
            return [self.each] * self.containers
        return [*[self.each] * (self.containers - 1), self.last]


def fill_lot(desk: Desk, text: str, new: NewFill, telling: Telling) -> dict[str, Any]:
    """Fill a lot into containers, or plan to.

    Raises:
        BadValue: no containers, no cells, no volume, or an expiry that is not after the fill.
        Conflict: nothing was harvested by then (``not-harvested``), or not enough
            (``more-cells-than-harvested``); the lot was closed.
        Refused: the expiry is later than the shelf life allows (``expiry-beyond-shelf-life``), or
            the specification does not know the presentation (``presentation-not-specified``).
        LabelRefused: labels of another lot may lie there (``line-not-clear``).
        Usage: no expiry is told, and the specification sets no shelf life (``expiry-missing``).
    """
    _require_sound(new)
    lot = find_lot(desk, text)
    told = desk.told(telling)
    with desk.change("lot fill") as change:
        row = require_open_lot(change, lot)
        require_clear_line(change, lot)
        at = happened_at(change, told)
        expires = _expiry(change, row, new, at)
        contents = new.contents()
        if not new.planned:
            require_harvested(change, lot, at, sum(each.viable_cells for each in contents))
        fill = change.record(
            "fill",
            told,
            lot=lot,
            kind=new.kind,
            presentation=new.presentation,
            purpose=new.purpose,
            expires_at=to_text(expires),
            planned=int(new.planned),
        )
        containers = [
            _write_container(change, told, row.root, fill, new, (ordinal, content, expires))
            for ordinal, content in enumerate(contents, start=1)
        ]
        warnings = content_warnings(f"A {new.kind} of lot {lot}", contents)
        if not new.planned:
            warnings += late_fill_doubts(change, fill, row, at)
        made: dict[str, Any] = {"id": fill, "kind": "fill", "lot": lot, "planned": new.planned}
        made["warnings"] = write_warnings(change, fill, warnings)
        made = with_materials(change, desk, telling, made)
    return made | {
        "state": new.presentation,
        "purpose": new.purpose,
        "expires": iso_local(expires, desk.zone),
        "containers": [
            _answered(number, new, content, iso_local(expires, desk.zone))
            for number, content in zip(containers, contents, strict=True)
        ],
    }


def _require_sound(new: NewFill) -> None:
    if new.containers < 1:
        raise BadValue("A fill has at least one container.", code="bad-count")
    if new.expires is not None and (new.expires.second or new.expires.microsecond):
        raise BadValue(
            "An expiry is kept and printed to the minute.",
            code="bad-time",
            hint="Leave out the seconds: 2027-02-03T23:59.",
        )
    for content in {new.each, new.last or new.each}:
        require_content(content)


def require_content(content: Content) -> None:
    """Refuse a filled container without cells or without volume.

    Raises:
        BadValue: ``bad-count``.
    """
    if content.viable_cells < 1 or not (content.volume_ml > 0):
        raise BadValue(
            "A filled container holds cells in a volume; both are above 0.",
            code="bad-count",
            hint="A container that stayed empty is named with --not-filled at"
            " `lottrack lot fill-confirm`.",
        )


def require_after_fill(expires: datetime, at: datetime, zone: str) -> None:
    """Refuse an expiry that is not after the fill.

    Raises:
        BadValue: ``expiry-before-fill``.
    """
    if not (expires > at):
        raise BadValue(
            f"The expiry {local_text(expires, zone)} is not after the fill,"
            f" {local_text(at, zone)}.",
            code="expiry-before-fill",
            hint="Check year, month and day of --expires.",
        )


def require_harvested(change: Change, lot: str, at: datetime, cells: int) -> None:
    """Refuse to fill without a harvest to fill from, or more cells than it has left.

    Raises:
        Conflict: ``not-harvested``, ``out-of-order`` or ``more-cells-than-harvested``.
    """
    source = source_of(change, lot, at)
    if source is None:
        last = harvested_at(change, lot)
        if last is not None:
            require_in_order(change, at, to_text(last), f"the harvest of lot {lot}")
        raise Conflict(
            f"Lot {lot} has no harvest on record to fill from.",
            code="not-harvested",
            hint="Record the passages first (`lottrack lot passage`), or plan the fill with"
            " --planned.",
        )
    require_cells(source, cells, "this fill")


def _write_container(
    change: Change,
    told: Told,
    lot: str,
    fill: str,
    new: NewFill,
    what: tuple[int, Content, datetime],
) -> str:
    ordinal, content, expires = what
    container = change.record(
        "container",
        told,
        lot=lot,
        fill=fill,
        ordinal=ordinal,
        kind=new.kind,
        purpose=new.purpose,
        planned_cells=content.viable_cells,
        planned_volume_ml=plain(content.volume_ml),
        expires_at=to_text(expires),
    )
    if not new.planned:
        write_filling(change, told, container, content)
    enter(change, container, lot, filling_event(change, told, "plan" if new.planned else "fill"))
    return container


def write_filling(change: Change, told: Told, container: str, content: Content | None) -> None:
    """Write what went into a container; None: nothing did."""
    change.record(
        "filling",
        told,
        container=container,
        outcome="not_filled" if content is None else "filled",
        viable_cells=None if content is None else content.viable_cells,
        volume_ml=None if content is None else plain(content.volume_ml),
    )


def filling_event(change: Change, told: Told, act: str) -> Event:
    """The step of a container's life that belongs to a fill: plan, fill, not_fill."""
    holder = told.performed_by or change.actor.account
    return Event(act, to_text(happened_at(change, told)), holder=holder)


def content_warnings(what: str, contents: Sequence[Content]) -> list[ShownWarning]:
    """Look twice at concentrations, once for each content there is."""
    return [
        warning
        for content in dict.fromkeys(contents)
        for warning in fill_warnings(what, content.viable_cells, content.volume_ml)
    ]


def _expiry(change: Change, lot: Row, new: NewFill, at: datetime) -> datetime:
    """The expiry of a fill, told or reckoned; of a plan it is held to the fill when that is told.

    A plan is made before anybody knows when the cells come, so ``confirm_fill`` asks.
    """
    require_presentation(change, lot, new.presentation, new.purpose)
    if new.expires is None:
        return default_expiry(change, lot, new.presentation, at)
    require_after_fill(new.expires, at, change.zone)
    if not new.planned:
        fill = (lot, new.presentation, new.purpose)
        require_within_shelf_life(change, fill, new.expires, at)
    return new.expires


def _answered(container: str, new: NewFill, content: Content, expires: str) -> dict[str, Any]:
    return {
        "id": container,
        "kind": new.kind,
        "location_state": "planned" if new.planned else "filled",
        "viable_cells": str(content.viable_cells),
        "volume_ml": content.volume_ml,
        "expires": expires,
    }
