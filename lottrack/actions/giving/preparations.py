"""Preparations: thaw, count and finish containers for one order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.custody.containers import advance, enter, filling_of, state_of
from lottrack.actions.custody.expiries import own_expiry
from lottrack.actions.desk import Desk, Telling, as_text, as_time
from lottrack.actions.finding import find_one_of
from lottrack.actions.giving.bedside import Question, gather
from lottrack.actions.giving.doses import filled_cells, prepared_cells
from lottrack.actions.materials.uses import with_materials
from lottrack.actions.scanning import scan_container
from lottrack.actions.shown import write_warnings
from lottrack.actions.testing.documents import protocol_of
from lottrack.actions.testing.investigations import open_case_for
from lottrack.actions.testing.result_writing import repeated_warning
from lottrack.actions.testing.results import record_counted_results
from lottrack.errors import AlreadyDone, BadValue, Conflict, InfusionRefused
from lottrack.rules.administration.plausibility import recovery_warnings, undiluted_warnings
from lottrack.rules.administration.verdict import judge
from lottrack.rules.lifecycle import Event
from lottrack.rules.reading.quantities import format_cells, plain
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import from_text, is_before, iso_local, local_text, to_text
from lottrack.rules.specification.results import PASS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lottrack.rules.culture.plausibility import ShownWarning
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def start_preparation(
    desk: Desk, order: str, scans: Sequence[str], telling: Telling
) -> dict[str, Any]:
    """Begin a preparation: the containers are thawed (or taken, when fresh) for this order.

    Everything that stands against giving these cells to the order's patient stops it here, before
    a bag is thawed for nothing; what can still be mended afterwards (being received at the
    pharmacy, the count, the dose) is left to verify.

    Raises:
        InfusionRefused: blockers.
        AlreadyDone: a container is in a preparation already.
    """
    desk.scans += scans
    desk.role_for("prepare start")
    told = desk.told(telling)
    moment = desk.told_at(telling)
    with desk.change("prepare start") as change:
        question = Question("prepare", tuple(scans), "", order, moment, change.actor.account)
        gathered = gather(desk, change, question)
        desk.subjects += [*gathered.containers, gathered.order]
        verdict = judge(gathered.case, gathered.scan_blockers)
        if verdict.blockers:
            raise InfusionRefused(
                "These containers may not be prepared for this order.",
                code="preparation-refused",
                blockers=verdict.blockers,
                hint="Nothing was recorded as thawed. Ask who can mend what is named.",
            )
        _require_unprepared(change, gathered.containers)
        _require_one_place(change, gathered.containers)
        if len({case.lot for case in gathered.case.containers}) > 1:
            raise Conflict(
                "Containers of several lots cannot go into one preparation.", code="several-lots"
            )
        entry = "typed" if gathered.typed else "scanned"
        number = change.record(
            "preparation", told._replace(entry=entry), infusion_order=gathered.order
        )
        for scanned in (scan_container(change, raw) for raw in dict.fromkeys(scans)):
            label = None if scanned.label is None else scanned.label.label
            change.link(
                "preparation_input", preparation=number, container=scanned.record, label=label
            )
        for container in gathered.containers:
            _advance(change, container, "thaw", told)
        made: dict[str, Any] = {"id": number, "kind": "preparation"}
        made["warnings"] = [warning._asdict() for warning in verdict.warnings]
        made = with_materials(change, desk, telling, made)
    return made | {
        "order": gathered.order,
        "containers": list(gathered.containers),
        "started": iso_local(moment, desk.zone),
    }


def _require_unprepared(reader: Reader, containers: Sequence[str]) -> None:
    for container in containers:
        for link in reader.rows("preparation_input", container=container):
            if reader.find("preparation", link.preparation) is not None:
                raise AlreadyDone(
                    f"{container} is already in preparation {link.preparation}.",
                    code="already-prepared",
                    hint=f"Go on with `lottrack prepare count {link.preparation}`.",
                )


def _require_one_place(reader: Reader, containers: Sequence[str]) -> None:
    """Refuse to prepare together what does not lie together: some of it is not in these hands."""
    places = {container: state_of(reader, container).place for container in containers}
    if len(set(places.values())) > 1:
        raise Conflict(
            "Containers at several places cannot go into one preparation: "
            + ", ".join(f"{container} is at {place}" for container, place in places.items())
            + ".",
            code="several-places",
            hint="Bring them together first: `lottrack custody transfer ID --to PLACE`, then"
            " `lottrack custody receive ID`.",
        )


def _advance(change: Change, container: str, act: str, told: Told) -> None:
    at = to_text(told.at or change.now)
    holder = told.performed_by or change.actor.account
    advance(change, container, Event(act, at, holder=holder))


class Count(NamedTuple):
    """Cells counted after thawing: viable, or total with a viability."""

    viable: int | None
    total: int | None
    viability_pct: Decimal | None
    method: str


def viable_of(count: Count) -> int:
    """Viable cells of a count.

    Raises:
        BadValue: neither viable cells nor total with viability were given, or they disagree.
    """
    if count.total is not None and count.viable is not None and not (count.viable <= count.total):
        raise BadValue(
            f"There cannot be more viable cells ({format_cells(count.viable)}) than cells"
            f" ({format_cells(count.total)}).",
            code="out-of-range",
            hint="Give --viable N, or --total N with --viability PCT.",
        )
    if count.total is not None and count.viability_pct is not None:
        reckoned = int(count.total * count.viability_pct / 100)
        return count.viable if count.viable is not None else reckoned
    if count.viable is None:
        raise BadValue(
            "A count gives --viable N, or --total N with --viability PCT.", code="count-incomplete"
        )
    return count.viable


def count_preparation(desk: Desk, text: str, count: Count, telling: Telling) -> dict[str, Any]:
    """Record a count of the prepared cells; criteria that a count fulfils become results by it.

    The latest count decides the dose. A required criterion that fails opens a hold by itself.
    """
    desk.role_for("prepare count")
    told = desk.told(telling)
    viable = viable_of(count)
    with desk.change("prepare count") as change:
        preparation = _preparation(change, text)
        _require_after(preparation, told.at or change.now, "counted")
        number = change.record(
            "preparation_count",
            told,
            preparation=preparation.root,
            viable_cells=viable,
            total_cells=count.total,
            viability_pct=None if count.viability_pct is None else plain(count.viability_pct),
            method=clean_text(count.method, "the method", limit=80) if count.method else None,
        )
        results = record_counted_results(
            change, told, preparation, viable, count.viability_pct, count.method
        )
        change.mention(preparation.infusion_order)
        doubts = [
            *_count_warnings(change, preparation, count),
            *_repetitions(change, preparation, results),
        ]
        warnings = write_warnings(change, number, doubts)
    return {
        "id": number,
        "kind": "preparation_count",
        "preparation": preparation.root,
        "viable_cells": str(viable),
        "results": results,
        "warnings": warnings,
    }


def _count_warnings(reader: Reader, preparation: Row, count: Count) -> list[ShownWarning]:
    inputs = [
        reader.get("container", link.container)
        for link in reader.rows("preparation_input", preparation=preparation.root)
    ]
    return recovery_warnings(
        f"preparation {preparation.root}",
        filled_cells(reader, inputs),
        viable_of(count),
        total=count.total,
        viability_pct=count.viability_pct,
    )


def _repetitions(
    reader: Reader, preparation: Row, results: Sequence[dict[str, Any]]
) -> list[ShownWarning]:
    """Counted again after a count that failed: the first one stands until it is concluded."""
    return [
        repeated_warning(case)
        for result in results
        if result["verdict"] == PASS
        and (case := open_case_for(reader, result["lot"], result["test"], preparation.root))
    ]


class Finish(NamedTuple):
    """How a preparation ends.

    Attributes:
        into: same, bag or syringe.
        volume_ml: volume of the dose.
        used_ml: the part of the thawed volume that went into the dose; None for all of it.
        diluent: what it was diluted with, or "".
        expires_at: until when the dose may be given; None keeps the container's expiry.
    """

    into: str
    volume_ml: Decimal | None
    used_ml: Decimal | None
    diluent: str
    expires_at: datetime | None


def finish_preparation(desk: Desk, text: str, finish: Finish, telling: Telling) -> dict[str, Any]:
    """End a preparation: the dose is in the same container, or in a new bag or syringe.

    Raises:
        AlreadyDone: it was finished.
        Conflict: several containers cannot stay in the same one.
        BadValue: the expiry lies before the end of the preparation, or later than the protocol lets
            thawed cells be given (``expiry-beyond-thaw-limit``), or a volume is missing.
    """
    desk.role_for("prepare finish")
    told = desk.told(telling)
    moment = desk.told_at(telling)
    with desk.change("prepare finish") as change:
        preparation = _preparation(change, text)
        _require_after(preparation, moment, "finished")
        inputs = [
            change.get("container", link.container)
            for link in change.rows("preparation_input", preparation=preparation.root)
        ]
        _require_finishable(change, preparation, inputs, finish, moment)
        container = None
        if finish.into != "same":
            container = _new_container(change, preparation, inputs, finish, told)
        number = change.record(
            "preparation_finish",
            told,
            preparation=preparation.root,
            into_kind=finish.into,
            container=container,
            volume_ml=_decimal(finish.volume_ml),
            used_ml=_decimal(finish.used_ml),
            diluent=clean_text(finish.diluent, "the diluent", limit=120)
            if finish.diluent
            else None,
            expires_at=as_text(finish.expires_at),
        )
        for row in inputs:
            _advance(change, row.root, "finish", told)
        change.mention(preparation.infusion_order)
        cells = prepared_cells(change, preparation)
        made = {"id": number, "kind": "preparation_finish", "preparation": preparation.root}
        made["warnings"] = write_warnings(change, number, _volume_warnings(change, inputs, finish))
        made = with_materials(change, desk, telling, made)
    return made | {
        "container": container or inputs[0].root,
        "viable_cells": None if cells is None else str(cells),
    }


def _volume_warnings(reader: Reader, inputs: Sequence[Row], finish: Finish) -> list[ShownWarning]:
    """More volume than was thawed, with nothing said to have been added."""
    if finish.volume_ml is None or finish.diluent:
        return []
    used_ml = finish.used_ml or thawed_volume_ml(reader, inputs)
    return undiluted_warnings(finish.volume_ml, used_ml)


def _preparation(reader: Reader, text: str) -> Row:
    return reader.get("preparation", find_one_of(reader, text, "preparation").record)


def _require_after(preparation: Row, moment: datetime, what: str) -> None:
    if is_before(moment, from_text(preparation.occurred_at)):
        raise Conflict(
            f"Preparation {preparation.root} cannot be {what} before it was started.",
            code="out-of-order",
            hint="Give the right --at.",
        )


def _require_finishable(
    reader: Reader, preparation: Row, inputs: Sequence[Row], finish: Finish, moment: datetime
) -> None:
    if reader.first("preparation_finish", preparation=preparation.root) is not None:
        raise AlreadyDone(
            f"Preparation {preparation.root} was finished already.", code="already-finished"
        )
    if finish.into == "same" and len(inputs) > 1:
        raise Conflict(
            f"{len(inputs)} containers went into {preparation.root}: the dose cannot be in the same"
            " one.",
            code="several-containers",
            hint="Give --into bag or --into syringe.",
        )
    if finish.into != "same" and finish.volume_ml is None:
        raise BadValue("A dose in a new container needs --volume-ml.", code="volume-missing")
    if finish.expires_at is not None and not (finish.expires_at > moment):
        raise BadValue("The dose would expire before it is finished.", code="out-of-order")
    until = _thaw_limit(reader, preparation)
    if finish.expires_at is not None and finish.expires_at > until:
        raise BadValue(
            f"The dose of {preparation.root} was thawed at"
            f" {local_text(from_text(preparation.occurred_at), preparation.zone)}, and its protocol"
            f" lets it be given until {local_text(until, preparation.zone)}, not later.",
            code="expiry-beyond-thaw-limit",
            hint="Leave --expires out, or give an earlier time.",
        )
    thawed_ml = thawed_volume_ml(reader, inputs)
    if finish.used_ml is not None and not (0 < finish.used_ml <= thawed_ml):
        raise BadValue(
            f"{plain(finish.used_ml)} mL cannot be used of {plain(thawed_ml)} mL thawed.",
            code="out-of-range",
        )


def _thaw_limit(reader: Reader, preparation: Row) -> datetime:
    """Until when what was thawed may be given, by the protocol of its order."""
    order = reader.get("infusion_order", preparation.infusion_order)
    minutes = protocol_of(reader, order.protocol).post_thaw_limit_minutes
    return from_text(preparation.occurred_at) + timedelta(minutes=minutes)


def thawed_volume_ml(reader: Reader, inputs: Sequence[Row]) -> Decimal:
    """The volume that was filled into containers, together."""
    fillings = [filling_of(reader, row.root) for row in inputs]
    return sum((Decimal(row.volume_ml) for row in fillings if row is not None), Decimal(0))


def _new_container(
    change: Change,
    preparation: Row,
    inputs: Sequence[Row],
    finish: Finish,
    told: Told,
) -> str:
    first = min((str(row.root) for row in inputs), key=lambda root: (len(root), root))
    expiries = [as_time(own_expiry(change, row)) for row in inputs]
    earliest = min(
        _thaw_limit(change, preparation), *(expiry for expiry in expiries if expiry is not None)
    )
    cells = prepared_cells(change, preparation)
    number = change.record(
        "container",
        told,
        lot=inputs[0].lot,
        preparation=preparation.root,
        ordinal=1,
        kind=finish.into,
        purpose="infusion",
        planned_cells=cells,
        planned_volume_ml=_decimal(finish.volume_ml),
        expires_at=to_text(min(earliest, finish.expires_at or earliest)),
    )
    place = state_of(change, first).place
    holder = told.performed_by or change.actor.account
    at = to_text(told.at or change.now)
    enter(change, number, inputs[0].lot, Event("prepare_into", at, place, holder))
    return number


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
