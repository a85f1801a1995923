"""A planned fill becomes true: what went into each of its containers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lottrack.actions.custody.containers import advance, state_of, wrong_state
from lottrack.actions.finding import find_one_of
from lottrack.actions.making.fills import (
    Content,
    content_warnings,
    filling_event,
    require_after_fill,
    require_content,
    require_harvested,
    write_filling,
)
from lottrack.actions.making.lots import require_open_lot
from lottrack.actions.making.shelf_lives import late_fill_doubts, require_within_shelf_life
from lottrack.actions.materials.uses import with_materials
from lottrack.actions.moments import happened_at, require_in_order
from lottrack.actions.scanning import scanned_thing
from lottrack.actions.shown import write_warnings
from lottrack.errors import AlreadyDone, BadValue, Conflict, Usage
from lottrack.rules.reading.notation import COMMA, POINT, written
from lottrack.rules.reading.quantities import parse_count, parse_decimal
from lottrack.rules.reading.text import quoted
from lottrack.rules.reading.times import from_text, iso_local

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.change import Change
    from lottrack.store.rows import Row


def parse_actual(text: str, mark: str = POINT) -> tuple[str, Content]:
    """A container and what went into it, from ``ID=CELLS,ML`` (see ``parse_content``).

    Raises:
        BadValue: it is not of this form.
    """
    number, equals, content = text.partition("=")
    if not equals or not number.strip():
        raise BadValue(
            f"{quoted(text)} does not say which container was filled with what.",
            hint=f"Write --actual ID={_form(mark)}, for example CN-MAD-0001-5={_example(mark)}.",
        )
    return number.strip(), parse_content(content, mark)


def parse_content(text: str, mark: str = POINT) -> Content:
    """Cells and volume from ``CELLS,ML``; where the comma is the decimal mark, ``CELLS;ML``.

    Raises:
        BadValue: it is not of this form.
    """
    cells, between, volume = text.partition(_between(mark))
    if not between:
        raise BadValue(
            f"{quoted(text)} is not a number of cells and a volume.",
            hint=f"Write {_form(mark)}, for example {_example(mark)}.",
        )
    content = Content(
        parse_count(cells, "the cells", mark=mark),
        parse_decimal(volume, "the volume", unit="mL", mark=mark),
    )
    require_content(content)
    return content


def _between(mark: str) -> str:
    return ";" if mark == COMMA else ","


def _form(mark: str) -> str:
    return f"CELLS{_between(mark)}ML"


def _example(mark: str) -> str:
    return f"{written('4.2e7', mark)}{_between(mark)}{written('4.2', mark)}"


def confirm_fill(
    desk: Desk,
    text: str,
    actual: Sequence[tuple[str, Content]],
    not_filled: Sequence[str],
    telling: Telling,
) -> dict[str, Any]:
    """Say what went into the containers of a planned fill; those not named hold what was planned.

    Raises:
        AlreadyDone: it was confirmed before, or was no plan.
        Conflict: a named container belongs to another fill (``not-in-this-fill``); more cells than
            the harvest has left; nothing was harvested by then.
        BadValue: the containers expired before they were filled.
        CustodyRefused: a named container is not planned any more.
        Refused: the expiry is later than the shelf life allows (``expiry-beyond-shelf-life``).
    """
    fill = find_one_of(desk.store, text, "fill").record
    desk.subjects.append(fill)
    told = desk.told(telling)
    with desk.change("lot fill-confirm") as change:
        row = change.get("fill", fill)
        lot = str(row.lot)
        require_open_lot(change, lot)
        at = happened_at(change, told)
        require_in_order(change, at, row.occurred_at, f"the planning of fill {fill}")
        require_after_fill(from_text(row.expires_at), at, change.zone)
        whole = (change.get("lot", lot), str(row.presentation), str(row.purpose))
        require_within_shelf_life(change, whole, from_text(row.expires_at), at, planned=fill)
        containers = _unconfirmed(change, row)
        named = _named(desk, change, containers, actual, not_filled)
        contents = {c.root: _content(c, named) for c in containers if _is_open(change, c, named)}
        filled = [content for content in contents.values() if content is not None]
        if filled:
            require_harvested(change, lot, at, sum(each.viable_cells for each in filled))
        for container, content in contents.items():
            write_filling(change, told, container, content)
            advance(change, container, filling_event(change, told, _act(content)))
        change.mention(fill, lot)
        warnings = content_warnings(f"A {row.kind} of lot {lot}", filled)
        if filled:
            warnings += late_fill_doubts(change, fill, whole[0], at)
        made: dict[str, Any] = {"id": fill, "kind": "fill", "lot": lot, "planned": False}
        made["warnings"] = write_warnings(change, fill, warnings)
        made = with_materials(change, desk, telling, made)
        answered = [_confirmed(change, desk, c) for c in containers]
    return made | {"state": row.presentation, "containers": answered}


def _act(content: Content | None) -> str:
    return "not_fill" if content is None else "fill"


def _unconfirmed(change: Change, fill: Row) -> list[Row]:
    """The containers of a planned fill, none of which was filled yet."""
    containers = change.rows("container", fill=fill.root)
    done = [c for c in containers if change.first("filling", container=c.root) is not None]
    if done:
        raise AlreadyDone(
            f"What went into the containers of fill {fill.root} is on record.",
            hint=f"`lottrack lot show {fill.lot}` shows them; a wrong value is mended with"
            " `lottrack correct`.",
        )
    return containers


def _named(
    desk: Desk,
    change: Change,
    containers: Sequence[Row],
    actual: Sequence[tuple[str, Content]],
    not_filled: Sequence[str],
) -> dict[str, Content | None]:
    """The containers named, with what went into them; None for nothing."""
    given: list[tuple[str, Content | None]] = [*actual, *((text, None) for text in not_filled)]
    known = {str(container.root) for container in containers}
    named: dict[str, Content | None] = {}
    for text, content in given:
        container = find_one_of(change, scanned_thing(desk, text)[0], "container").record
        desk.subjects.append(container)
        if container in named:
            raise Usage(f"{container} is named twice.", code="named-twice")
        if container not in known:
            raise Conflict(
                f"{container} is no container of this fill.",
                code="not-in-this-fill",
                hint="Check the numbers against the labels.",
            )
        named[container] = content
    return named


def _content(container: Row, named: Mapping[str, Content | None]) -> Content | None:
    if container.root in named:
        return named[container.root]
    return Content(int(container.planned_cells), Decimal(container.planned_volume_ml))


def _is_open(change: Change, container: Row, named: Mapping[str, Content | None]) -> bool:
    """Whether a container still waits for its cells; one destroyed empty is passed over."""
    state = state_of(change, container.root).state
    if state == "planned":
        return True
    if container.root in named:
        raise wrong_state(container.root, state, "fill")
    return False


def _confirmed(change: Change, desk: Desk, container: Row) -> dict[str, Any]:
    filling = change.last("filling", container=container.root)
    held = filling is not None and filling.outcome == "filled"
    return {
        "id": container.root,
        "kind": container.kind,
        "location_state": state_of(change, container.root).state,
        "viable_cells": str(filling.viable_cells) if held and filling else None,
        "volume_ml": filling.volume_ml if held and filling else None,
        "expires": iso_local(from_text(container.expires_at), desk.zone),
    }
