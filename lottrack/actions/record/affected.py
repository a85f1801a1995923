"""What a correction touches without changing it: reckoned values, printed labels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lottrack.actions.giving.doses import dose_for, preparation_of
from lottrack.actions.labelling.labels import (
    ENDED,
    THINGS,
    derived_label_state,
    labels_of,
    labels_of_lot,
)
from lottrack.actions.labelling.values import (
    collection_values,
    container_values,
    patient_values,
    sample_values,
)
from lottrack.actions.making.cultures import growth_of
from lottrack.actions.making.lots import passages_of
from lottrack.actions.record.reach import containers_of_preparation
from lottrack.actions.testing.documents import protocol_of
from lottrack.errors import LottrackError
from lottrack.rules.culture.growth import passage_name
from lottrack.rules.reading.quantities import plain

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
    known: dict[tuple[str, str, str], dict[str, str]] = {}
    values: Printed = {}
    for label in _labels(reader, lots, table, row):
        if derived_label_state(reader, str(label.root))[0] in ENDED:
            continue
        kind, record = _thing(label)
        preparation = _prepared_before(reader, kind, record, label)
        key = (kind, record, "" if preparation is None else str(preparation.root))
        if key not in known:
            known[key] = _values(reader, kind, record, preparation)
        values[str(label.root)] = known[key]
    return values


def _prepared_before(reader: Reader, kind: str, record: str, label: Row) -> Row | None:
    """The preparation that a container's label speaks of: it had begun when it was printed."""
    container = reader.find("container", record) if kind == "container" else None
    preparation = None if container is None else preparation_of(reader, container)
    if preparation is None:
        return None
    begun = reader.versions("preparation", preparation.root)[0].seq
    return preparation if begun < label.seq else None


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
    for kind in THINGS:
        record = getattr(label, kind)
        if record is not None:
            return kind, str(record)
    raise AssertionError("the schema lets no label be about nothing")


def _values(reader: Reader, kind: str, record: str, preparation: Row | None) -> dict[str, str]:
    """The fields of one thing's label; of a thing that was struck there are none."""
    read = {
        "container": lambda row: container_values(reader, row, preparation),
        "collection": lambda row: collection_values(reader, row),
        "sample": lambda row: sample_values(reader, row),
        "patient": lambda row: patient_values(reader, row),
    }
    try:
        return read[kind](reader.get(kind, record))
    except LottrackError:
        return {}


def outdated(reader: Reader, before: Printed, after: Printed) -> list[dict[str, Any]]:
    """Labels that say something else than they would if they were printed now."""
    found = []
    for number, values in before.items():
        label = reader.get("label", number)
        text = " ".join(json.loads(label.shown))
        new = after.get(number, {})
        fields = [
            name
            for name, value in values.items()
            if value and value != new.get(name) and value in text
        ]
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
