"""One container as the pharmacist's question sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lottrack.actions.custody.containers import state_of
from lottrack.actions.custody.expiries import own_expiry
from lottrack.actions.custody.views import custody_gaps
from lottrack.actions.desk import as_time
from lottrack.actions.finding import Found
from lottrack.actions.giving.doses import filled_cells, preparation_of, source_containers
from lottrack.actions.releasing.dispositions import fill_disposition, overdue_conditions
from lottrack.actions.releasing.holds import held_thing, open_holds_of_container
from lottrack.actions.supplying.dossiers import complete_supply
from lottrack.actions.testing.quality_states import (
    failed_for_container,
    failed_for_preparation,
    missing_for_preparation,
)
from lottrack.rules.administration.facts import ContainerCase, HoldFact
from lottrack.rules.lifecycle import strictest
from lottrack.rules.reading.times import from_text, is_before

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from lottrack.actions.making.lineage import Lineage
    from lottrack.actions.scanning import Scanned
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def container_case(
    reader: Reader, scan: Scanned, lineage: Lineage, moment: datetime, today: date
) -> ContainerCase:
    """Everything about one scanned container that stands for or against giving it at a moment."""
    row = reader.get("container", scan.record)
    standing = state_of(reader, row.root)
    preparation = preparation_of(reader, row)
    sources = source_containers(reader, row)
    fills = list(dict.fromkeys(str(source.fill) for source in sources))
    infusion = _link_fact(reader, "infused_container", "infusion", row.root)
    dispensing = _link_fact(reader, "dispensed_container", "dispensing", row.root)
    if dispensing is not None and is_before(moment, from_text(dispensing.occurred_at)):
        dispensing = None
    place = standing.place
    zone = ZoneInfo(reader.setting("zone"))
    return ContainerCase(
        container=str(row.root),
        lot=str(row.lot),
        course=str(lineage.course.root),
        pair=str(lineage.pair.root),
        patient=str(lineage.patient.root),
        purpose=row.purpose,
        state=standing.state,
        place_kind=str(reader.get("place", place).kind) if place else "",
        place=place,
        handed_to=_handed_to(reader, row.root),
        expires_at=expiry_of(reader, row, preparation).astimezone(zone),
        disposition=_strictest_of(reader, fills),
        holds=tuple(
            HoldFact(hold.root, *held_thing(hold), hold.cause, hold.reason or "")
            for hold in open_holds_of_container(reader, row, lineage)
        ),
        label=scan.label,
        fill_viable=filled_cells(reader, sources),
        thawed_at=None if preparation is None else _thawed_at(preparation, zone),
        prepared_for="" if preparation is None else str(preparation.infusion_order),
        dispensed_for="" if dispensing is None else str(dispensing.infusion_order),
        infused_in="" if infusion is None else str(infusion.root),
        is_input_of=_taken_into(reader, row, preparation),
        gaps=tuple(custody_gaps(reader, Found("container", row.root))),
        overdue=tuple(t for fill in fills for t in overdue_conditions(reader, fill, today)),
        missing=missing_for_preparation(reader, lineage.lot, preparation),
        failed_lot=tuple(
            dict.fromkeys(t for s in sources for t in failed_for_container(reader, lineage.lot, s))
        ),
        failed_preparation=failed_for_preparation(reader, lineage.lot, preparation),
        preparation="" if preparation is None else str(preparation.root),
        supply=complete_supply(reader, row),
    )


def _thawed_at(preparation: Row, zone: ZoneInfo) -> datetime:
    return from_text(preparation.occurred_at).astimezone(zone)


def expiry_of(reader: Reader, container: Row, preparation: Row | None) -> datetime:
    """When a container expires: the prepared dose's expiry once it has one."""
    own = as_time(own_expiry(reader, container))
    assert own is not None
    if preparation is None:
        return own
    finish = reader.last("preparation_finish", preparation=preparation.root)
    finished = None if finish is None else as_time(finish.expires_at)
    return own if finished is None else min(own, finished)


def _strictest_of(reader: Reader, fills: Sequence[str]) -> str:
    return strictest([fill_disposition(reader, fill) for fill in fills])


def _handed_to(reader: Reader, container: str) -> str:
    """The person a container was handed to by name; "" once it rests at a place again."""
    for row in reversed(reader.rows("custody_event", container=container)):
        if row.act == "transfer":
            return str(row.to_account or "")
        if row.act not in {"inspect", "receive"}:
            return ""
    return ""


def _link_fact(reader: Reader, links: str, table: str, container: str) -> Row | None:
    for link in reversed(reader.rows(links, container=container)):
        fact = reader.find(table, getattr(link, table))
        if fact is not None:
            return fact
    return None


def _taken_into(reader: Reader, container: Row, preparation: Row | None) -> str:
    """The preparation that moved a container's cells into another container, or ""."""
    if preparation is None or container.preparation is not None:
        return ""
    finish = reader.last("preparation_finish", preparation=preparation.root)
    moved = finish is not None and finish.into_kind != "same"
    return str(preparation.root) if moved else ""
