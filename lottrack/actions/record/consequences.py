"""What follows from a correction by itself: values reckoned anew, standings, holds, warnings."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.custody.alarms import JUDGED, doubts_after
from lottrack.actions.custody.alarms import holds_after as alarms_held
from lottrack.actions.custody.containers import rebuild
from lottrack.actions.families.matching import refresh_findings, write_finding
from lottrack.actions.families.screenings import hold_after_correction, window_verdict
from lottrack.actions.finding import word_for
from lottrack.actions.giving.doses import dose_for
from lottrack.actions.labelling.labels import restand
from lottrack.actions.making.lots import balance_of
from lottrack.actions.materials.corrections import MATERIAL_FACTS
from lottrack.actions.materials.corrections import holds_after as uses_held
from lottrack.actions.record.plausible import implausible_after
from lottrack.actions.record.reach import containers_of, containers_of_preparation
from lottrack.actions.releasing.dispositions import fill_disposition, is_closed
from lottrack.actions.releasing.holds import write_hold
from lottrack.actions.testing.documents import protocol_of, specification_of_lot
from lottrack.actions.testing.result_holds import RELEASED, hold_failing
from lottrack.actions.testing.results import counted_results, criterion_of
from lottrack.rules.administration.dose import dose_cells_per_kg, viable_cells_given
from lottrack.rules.culture.balance import balance_blockers
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.times import from_text
from lottrack.rules.relations import relation_blockers
from lottrack.rules.specification.fulfilment import results_from_count
from lottrack.rules.specification.results import FAIL, value_text
from lottrack.store.chain import canonical
from lottrack.store.change import NOW
from lottrack.store.lives import order_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from lottrack.actions.families.persons import Kind
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

NON_REACTIVE = "non-reactive"
BEDSIDE = frozenset({"order place", "dispense", "infusion record", "custody destroy"})
"""Signed acts that come after a release: none of them is what a release rests on."""

_CELLS = frozenset({"seeding", "harvest", "filling", "sample", "discard"})


class Step(NamedTuple):
    """One fact amended: its table, the row before, and the new values; None where it is struck."""

    table: str
    before: Row
    new: dict[str, Any] | None


# -- values that follow ----------------------------------------------------------------------------


def following(change: Change, step: Step) -> Iterator[Step]:
    """Facts whose stored values were reckoned from one that was just amended.

    They are amended in the same change, each with its own correction, so that nothing in the record
    says what its sources do not.
    """
    table, row, new = step
    if table == "fill" and new is not None and "expires_at" in new:
        yield from _expiries(change, row, new["expires_at"])
    elif table in {"preparation_count", "preparation_finish", "filling"}:
        if table == "preparation_count" and new is not None:
            yield from _counted(change, row)
        yield from _given_of(change, containers_of(change, table, row))
    elif table == "weight" and new is not None:
        yield from _given_at_weight(change, row)
    elif table in {"screening", "marker"}:
        yield from _windows(change, table, row)


def _expiries(change: Change, fill: Row, expires_at: str) -> Iterator[Step]:
    """The containers of a fill that expire when the fill said so."""
    for container in change.rows("container", fill=fill.root):
        if container.expires_at == fill.expires_at:
            yield Step("container", container, {"expires_at": expires_at})


def _counted(change: Change, count: Row) -> Iterator[Step]:
    """The results that a count is by itself."""
    now = change.get("preparation_count", count.root)
    rows = {str(row.test): row for row in counted_results(change, now)}
    if not rows:
        return
    spec = specification_of_lot(change, change.get("lot", next(iter(rows.values())).lot))
    viability = None if now.viability_pct is None else Decimal(now.viability_pct)
    for told in results_from_count(
        spec,
        str(now.root),
        str(now.preparation),
        viable_cells=int(now.viable_cells),
        viability_pct=viability,
    ):
        row = rows.get(told.test)
        new = {"sign": told.value.sign, "value": value_text(told.value), "verdict": told.verdict}
        if row is not None and _differing(row, new):
            yield Step("result", row, new)


def _given_of(change: Change, containers: list[str]) -> Iterator[Step]:
    """The infusions of containers, and of what was prepared from them."""
    numbers = dict.fromkeys(containers)
    for container in containers:
        for link in change.rows("preparation_input", container=container):
            numbers.update(dict.fromkeys(containers_of_preparation(change, str(link.preparation))))
    links = [link for n in numbers for link in change.rows("infused_container", container=n)]
    for number in dict.fromkeys(str(link.infusion) for link in links):
        infusion = change.find("infusion", number)
        if infusion is not None:
            yield from _given_again(change, infusion)


def _given_at_weight(change: Change, weight: Row) -> Iterator[Step]:
    """The infusions whose dose was reckoned with a weight that was mended."""
    now = change.get("weight", weight.root)
    for infusion in change.rows("infusion", patient=weight.patient):
        started = _day(change, infusion.started_at).isoformat()
        if infusion.weight_kg == weight.weight_kg and weight.weighed_on <= started:
            yield from _given_again(change, infusion, Decimal(now.weight_kg))


def _given_again(change: Change, infusion: Row, weight_kg: Decimal | None = None) -> Iterator[Step]:
    new = dose_again(change, infusion, weight_kg)
    if new:
        yield Step("infusion", infusion, new)


def dose_again(reader: Reader, infusion: Row, weight_kg: Decimal | None = None) -> dict[str, Any]:
    """What an infusion's cells and dose are, reckoned again from the facts; what differs of it."""
    order = infusion.infusion_order and reader.find("infusion_order", infusion.infusion_order)
    if not order or infusion.weight_kg is None:
        return {}
    links = reader.rows("infused_container", infusion=infusion.root)
    rows = [reader.get("container", link.container) for link in links]
    dose, _ = dose_for(reader, rows, infusion.patient, protocol_of(reader, order.protocol), order)
    if dose is None:
        return {}
    weight = weight_kg or Decimal(infusion.weight_kg)
    left = Decimal(infusion.left_ml or 0)
    viable = viable_cells_given(dose.viable_cells, Decimal(infusion.volume_ml), left)
    return _differing(
        infusion,
        {
            "viable_cells": viable,
            "weight_kg": plain(weight),
            "cells_per_kg": plain(dose_cells_per_kg(viable, weight)),
            "dose_basis": dose.basis,
        },
    )


def _windows(change: Change, table: str, row: Row) -> Iterator[Step]:
    """The screening windows of a donor's donations."""
    donor = row.donor if table == "screening" else _donor_of(change, row)
    for collection in change.rows("collection", donor=donor):
        for taking in change.rows("collection_taking", collection=collection.root):
            new = window_again(change, taking)
            if new:
                yield Step("collection_taking", taking, new)


def window_again(reader: Reader, taking: Row) -> dict[str, Any]:
    """A donation's screening window, judged again by its own rule; what differs of it."""
    donor = reader.get("collection", taking.collection).donor
    rule = reader.get("screening_rule", taking.screening_rule)
    verdict = window_verdict(reader, donor, rule, _day(reader, taking.occurred_at))
    return _differing(
        taking,
        {
            "window_met": int(verdict.is_complete),
            "window_findings": canonical([blocker.as_judged() for blocker in verdict.blockers]),
        },
    )


def _day(reader: Reader, stored: str) -> date:
    """The site's date of a stored time."""
    from zoneinfo import ZoneInfo

    return from_text(stored).astimezone(ZoneInfo(reader.setting("zone"))).date()


def _donor_of(reader: Reader, marker: Row) -> str:
    """The donor of a marker, also of one whose screening was struck."""
    return str(reader.versions("screening", marker.screening)[0].donor)


def _differing(row: Row, new: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in new.items() if getattr(row, name) != value}


# -- standings -------------------------------------------------------------------------------------


def restore_standings(change: Change, steps: Iterable[Step]) -> list[str]:
    """Derive every standing that amended facts are part of again; returns the containers moved.

    Raises:
        CustodyRefused: without a struck fact a container's life does not go together
            (``life-broken``).
    """
    moved: dict[str, None] = {}
    for table, row, _ in steps:
        moved.update(dict.fromkeys(containers_of(change, table, row)))
        if table == "label_event":
            restand(change, str(row.label))
        order = row.infusion_order if table in {"infusion", "order_cancellation"} else None
        if order is not None:
            state = order_state(change, order)
            change.stand("order_standing", {"infusion_order": order}, state=state)
    for container in moved:
        if change.find("container", container) is None:
            change.fall("container_standing", container=container)
        else:
            rebuild(change, container)
    return list(moved)


def refound(change: Change, steps: Iterable[Step]) -> list[dict[str, Any]]:
    """New HLA findings of the pairs whose typing or relation was mended."""
    found = []
    for table, row, new in steps:
        if table == "typing":
            kind: Kind = "donor" if row.donor is not None else "patient"
            found += refresh_findings(change, kind, str(row.donor or row.patient), NOW)
        elif table == "pair" and new is not None:
            finding = write_finding(change, change.get("pair", row.root), NOW)
            entry = {"id": finding.number, "kind": "hla_finding", "pair": str(row.root)}
            found.append(entry | {"haploidentity": finding.result})
    return found


# -- holds -----------------------------------------------------------------------------------------


def open_holds(
    change: Change, steps: Iterable[Step], correction: str, voided: set[str], fills: list[str]
) -> list[dict[str, Any]]:
    """The holds that a correction opens by itself.

    A result that fails now, a marker that is reactive now and a hand-over that was too warm hold as
    they would have when they were recorded; a released fill is held when a signature it rests on
    became void.

    Args:
        change: the open change.
        steps: everything that was amended.
        correction: number of the correction, the cause.
        voided: the acts of the signatures that became void.
        fills: the fills whose release the corrected fact concerns.
    """
    holds: list[dict[str, Any]] = []
    for table, row, new in steps:
        if table == "result" and new is not None and row.verdict != FAIL:
            now = change.get("result", row.root)
            holds += hold_failing(change, now, criterion_of(change, now))
        if table in MATERIAL_FACTS:
            holds += uses_held(change, table, row)
        if table in JUDGED:
            holds += alarms_held(change, table, row)
        if table == "marker" and new is not None and row.outcome == NON_REACTIVE:
            holds += hold_after_correction(change, change.get("marker", row.root))
    if voided - BEDSIDE:
        holds += [_held(change, fill, correction) for fill in _released(change, fills)]
    return holds


def _released(reader: Reader, fills: list[str]) -> list[str]:
    return [
        fill
        for fill in fills
        if reader.find("fill", fill) is not None and fill_disposition(reader, fill) in RELEASED
    ]


def _held(change: Change, fill: str, correction: str) -> dict[str, Any]:
    row = change.get("correction", correction)
    what = f"{word_for(row.record_table)} {row.record}"
    done = "struck" if row.kind == "strike" else "corrected"
    reason = f"Something signed that its release rests on was {done}: {what} ({correction})"
    number = write_hold(change, "fill", fill, "correction", reason, because_of=correction)
    return {"id": number, "kind": "hold", "on_kind": "fill", "on": fill, "cause": "correction"}


# -- warnings --------------------------------------------------------------------------------------


def warnings_after(change: Change, steps: Iterable[Step], lots: list[str]) -> list[ShownWarning]:
    """What a person should look at after a correction; it is the truth, so nothing is refused."""
    steps = list(steps)
    warnings = []
    for lot in lots:
        if change.find("lot", lot) is None:
            continue
        if any(step.table in _CELLS for step in steps):
            warnings += [
                ShownWarning(blocker.code, blocker.sentence)
                for blocker in balance_blockers(balance_of(change, lot), f"lot {lot}")
            ]
        if is_closed(change, lot):
            sentence = f"Lot {lot} was closed; look whether its cells and containers still add up."
            warnings.append(ShownWarning("lot-closed", sentence))
    for table, row, new in steps:
        warnings += implausible_after(change, table, row)
        if table in JUDGED:
            warnings += doubts_after(change, table, row)
        if new is not None and table in {"donor", "patient", "pair"}:
            warnings += _relations(change, table, str(row.root))
    return warnings


def _relations(reader: Reader, table: str, record: str) -> Iterator[ShownWarning]:
    where = {"root": record} if table == "pair" else {table: record}
    for pair in reader.rows("pair", **where):
        donor, patient = reader.get("donor", pair.donor), reader.get("patient", pair.patient)
        for blocker in relation_blockers(
            pair.relation, donor.sex, int(donor.born_year), int(patient.born_year)
        ):
            sentence = f"Pair {pair.root}: {blocker.sentence}"
            yield ShownWarning("relation-inconsistent", sentence)
