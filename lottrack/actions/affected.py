"""What a correction touches without changing it: reckoned values, printed labels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lottrack.actions.cultures import growth_of
from lottrack.actions.documents import protocol_of
from lottrack.actions.doses import dose_for, preparation_of
from lottrack.actions.label_values import (
    collection_values,
    container_values,
    patient_values,
    sample_values,
)
from lottrack.actions.labels import ENDED, derived_label_state, labels_of, labels_of_lot
from lottrack.actions.lots import passages_of
from lottrack.actions.reach import containers_of_preparation
from lottrack.errors import LottrackError
from lottrack.rules.growth import passage_name
from lottrack.rules.quantities import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

Reckoned = dict[tuple[str, str], str | None]
"""(record, what) -> the value reckoned from the facts, as text."""

Printed = dict[str, dict[str, str]]
"""Number of a label -> the fields it would have if it were printed now."""

_GROWTH = (
    "population_doublings",
    "cumulative_population_doublings",
    "seeding_density_per_cm2",
)


# -- reckoned values -------------------------------------------------------------------------------


def reckoned(reader: Reader, lots: Sequence[str], preparations: Sequence[str]) -> Reckoned:
    """Doublings and densities of lots, and the doses of preparations, as the facts stand."""
    values: Reckoned = {}
    for lot in lots:
        if reader.find("lot", lot) is not None:
            values.update(_growth(reader, lot))
    for number in preparations:
        values[number, "dose_cells_per_kg"] = _dose(reader, number)
    return values


def _growth(reader: Reader, lot: str) -> Iterator[tuple[tuple[str, str], str | None]]:
    for passage in passages_of(reader, lot):
        grown = growth_of(reader, lot, passage.number)
        for name in _GROWTH:
            value = grown[name]
            what = f"{name} of {passage_name(passage.number)}"
            yield (lot, what), None if value is None else plain(value)


def _dose(reader: Reader, number: str) -> str | None:
    preparation = reader.find("preparation", number)
    order = preparation and reader.find("infusion_order", preparation.infusion_order)
    if not preparation or not order:
        return None
    patient = reader.get("pair", reader.get("course", order.course).pair).patient
    rows = [reader.get("container", n) for n in containers_of_preparation(reader, number)]
    dose, _ = dose_for(reader, rows, patient, protocol_of(reader, order.protocol), order)
    return None if dose is None else plain(dose.cells_per_kg)


def differences(before: Reckoned, after: Reckoned) -> list[dict[str, Any]]:
    """Values that are reckoned otherwise now."""
    return [
        {"record": key[0], "what": key[1], "before": before.get(key), "after": after.get(key)}
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]


# -- labels ----------------------------------------------------------------------------------------


def printed(reader: Reader, lots: Sequence[str], table: str, row: Row) -> Printed:
    """What the labels a fact could stand on would say if they were printed now."""
    known: dict[tuple[str, str], dict[str, str]] = {}
    values: Printed = {}
    for label in _labels(reader, lots, table, row):
        if derived_label_state(reader, str(label.root))[0] in ENDED:
            continue
        kind, record = _thing(label)
        shows_dose = "preparation" in json.loads(label.shown)
        key = (kind, f"{record} {shows_dose}")
        if key not in known:
            known[key] = _values(reader, kind, record, shows_dose=shows_dose)
        values[str(label.root)] = known[key]
    return values


def _labels(reader: Reader, lots: Sequence[str], table: str, row: Row) -> list[Row]:
    labels = [label for lot in lots for label in labels_of_lot(reader, lot)]
    for collection in _collections(reader, table, row):
        labels += labels_of(reader, "collection", collection)
    if table == "patient":
        labels += labels_of(reader, "patient", str(row.root))
    if table == "sample":
        labels += labels_of(reader, "sample", str(row.root))
    return list({str(label.root): label for label in labels}.values())


def _collections(reader: Reader, table: str, row: Row) -> list[str]:
    values = row.values()
    if table == "collection":
        return [str(row.root)]
    if values.get("collection") is not None:
        return [str(values["collection"])]
    if table == "external_number":
        return [str(row.record)] if reader.find("collection", row.record) else []
    donor = str(row.root) if table == "donor" else values.get("donor")
    if table == "marker":
        donor = reader.get("screening", row.screening).donor
    if donor is None:
        return []
    return [str(each.root) for each in reader.rows("collection", donor=donor)]


def _thing(label: Row) -> tuple[str, str]:
    for kind in ("container", "collection", "sample", "patient"):
        record = getattr(label, kind)
        if record is not None:
            return kind, str(record)
    return "preparation", str(label.preparation)


def _values(reader: Reader, kind: str, record: str, *, shows_dose: bool) -> dict[str, str]:
    """The fields of one thing's label; of a thing that was struck there are none."""
    try:
        if kind == "container":
            container = reader.get("container", record)
            preparation = preparation_of(reader, container) if shows_dose else None
            return container_values(reader, container, preparation)
        if kind == "collection":
            return collection_values(reader, reader.get("collection", record))
        if kind == "sample":
            return sample_values(reader, reader.get("sample", record))
        if kind == "patient":
            return patient_values(reader, reader.get("patient", record))
    except LottrackError:
        return {}
    return {}


def outdated(reader: Reader, before: Printed, after: Printed) -> list[dict[str, Any]]:
    """Labels that say something else than they would if they were printed now."""
    found = []
    for number, values in before.items():
        label = reader.get("label", number)
        shown = json.loads(label.shown)
        new = after.get(number, {})
        fields = [name for name in values if name in shown and values[name] != new.get(name)]
        if fields:
            kind, record = _thing(label)
            state = derived_label_state(reader, number)[0]
            found.append(
                {
                    "id": number,
                    "kind": "label",
                    "on_kind": kind,
                    "on": record,
                    "copy": label.copy,
                    "state": state,
                    "fields": fields,
                }
            )
    return found
