"""How a lot was labelled, kept and used, for a dossier: labels, custody, holds, doses."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from lottrack.actions.labelling.labels import (
    ACCOUNTED,
    OUTSTANDING,
    derived_label_state,
    labels_of_lot,
)
from lottrack.actions.moments import shown_time
from lottrack.actions.papers.telling import told
from lottrack.actions.releasing.holds import held_thing
from lottrack.actions.scanning import label_thing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lottrack.actions.papers.things import Things
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def keeping_blocks(reader: Reader, things: Things) -> dict[str, Any]:
    """Everything a dossier tells of a lot's labels, its custody, its holds and its use."""
    labels = [label_line(reader, row) for row in labels_of_lot(reader, things.lot)]
    return {
        "labels": labels,
        "label_account": label_account(labels),
        "custody": list(_custody(reader, things)),
        "holds": [_hold(reader, row) for row in _holds(reader, things)],
        "doses": [_dose(reader, number) for number in things.preparations],
        "dispensings": [_dispensing(reader, number) for number in things.dispensings],
        "infusions": [_infusion(reader, number) for number in things.infusions],
    }


# -- labels ----------------------------------------------------------------------------------------


def label_line(reader: Reader, row: Row) -> dict[str, Any]:
    """A label as documents tell it, and what became of it."""
    kind, record = label_thing(row)
    state, _ = derived_label_state(reader, row.root)
    event = reader.last("label_event", label=row.root)
    template = reader.get("label_template", row.template)
    return told(reader, "label", row) | {
        "of": record,
        "of_kind": kind,
        "copy": row.copy,
        "template": f"{template.name}, edition {template.edition}",
        "state": state,
        "since": None if event is None else shown_time(reader, event.occurred_at),
        "by": None if event is None else event.performed_by,
        "reason": row.reason if event is None else event.reason,
        "replaces": row.replaces,
    }


def label_account(labels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Printed = applied + attached + void + destroyed + outstanding, by kind of copy.

    21 CFR 211.125(c): the labels issued are reconciled with those used and returned.
    """
    copies = list(dict.fromkeys(label["copy"] for label in labels))
    return [
        _counted(copy, [label["state"] for label in labels if label["copy"] == copy])
        for copy in copies
    ]


def _counted(copy: str, states: list[str]) -> dict[str, Any]:
    counts = Counter(states)
    return {
        "copy": copy,
        "printed": len(states),
        **{state: counts[state] for state in ACCOUNTED},
        "outstanding": sum(counts[state] for state in OUTSTANDING),
    }


# -- custody, holds --------------------------------------------------------------------------------


def _custody(reader: Reader, things: Things) -> Iterator[dict[str, Any]]:
    """Every step of the collection, the containers and the samples, thing by thing."""
    for kind, numbers in (
        ("collection", (things.collection,)),
        ("container", things.containers),
        ("sample", things.samples),
    ):
        for number in numbers:
            for row in reader.rows("custody_event", **{kind: number}):
                yield _step(reader, number, row)


def _step(reader: Reader, number: str, row: Row) -> dict[str, Any]:
    return told(reader, "custody_event", row) | {
        "of": number,
        "act": row.act,
        "from_place": row.from_place,
        "to_place": row.to_place,
        "to_account": row.to_account,
        "to_outside": row.to_outside,
        "position": row.position,
        "temperature_c": row.temperature_c,
        "max_c": row.max_c,
        "minutes_above": None if row.minutes_above is None else str(row.minutes_above),
        "seal": row.seal,
        "condition": row.condition,
        "finding": row.finding,
        "reason": row.reason,
        "signature": row.signature,
        "incident": _incident_of(reader, row.root),
    }


def _incident_of(reader: Reader, record: str) -> str | None:
    """The number of the incident by which something was recorded against a rule."""
    row = reader.first("incident", record=record)
    return None if row is None else str(row.root)


def _holds(reader: Reader, things: Things) -> Iterable[Row]:
    """Holds on the lot, on what it comes from and on what was made of it; lifted ones as well."""
    held = [("donor", things.donor), ("collection", things.collection)]
    held += [("lot", lot) for lot in things.lots]
    held += [("fill", fill) for fill in things.fills]
    held += [("container", container) for container in things.containers]
    rows = [row for kind, number in held for row in reader.rows("hold", **{kind: number})]
    return sorted(rows, key=lambda row: (int(row.seq), str(row.root)))


def _hold(reader: Reader, row: Row) -> dict[str, Any]:
    kind, number = held_thing(row)
    lift = reader.first("hold_lift", hold=row.root)
    return told(reader, "hold", row) | {
        "on": number,
        "on_kind": kind,
        "cause": row.cause,
        "reason": row.reason,
        "because_of": row.because_of,
        "automatic": bool(row.automatic),
        "lifted_at": None if lift is None else shown_time(reader, lift.occurred_at),
        "lifted_by": None if lift is None else lift.performed_by,
        "lifted_because": None if lift is None else lift.reason,
        "signature": None if lift is None else lift.signature,
    }


# -- doses, infusions ------------------------------------------------------------------------------


def _dose(reader: Reader, number: str) -> dict[str, Any]:
    row = reader.get("preparation", number)
    inputs = reader.rows("preparation_input", preparation=number)
    return told(reader, "preparation", row) | {
        "order": row.infusion_order,
        "containers": sorted(str(link.container) for link in inputs),
        "counts": [
            told(reader, "preparation_count", each)
            | {
                "viable_cells": str(each.viable_cells),
                "total_cells": None if each.total_cells is None else str(each.total_cells),
                "viability_pct": each.viability_pct,
                "method": each.method,
            }
            for each in reader.rows("preparation_count", preparation=number)
        ],
        "finishes": [
            told(reader, "preparation_finish", each)
            | {
                "into_kind": each.into_kind,
                "volume_ml": each.volume_ml,
                "diluent": each.diluent,
                "expires_at": shown_time(reader, each.expires_at),
            }
            for each in reader.rows("preparation_finish", preparation=number)
        ],
    }


def _dispensing(reader: Reader, number: str) -> dict[str, Any]:
    row = reader.get("dispensing", number)
    links = reader.rows("dispensed_container", dispensing=number)
    return told(reader, "dispensing", row) | {
        "order": row.infusion_order,
        "patient": row.patient,
        "containers": sorted(str(link.container) for link in links),
        "signature": row.signature,
        "second_signature": row.second_signature,
    }


def _infusion(reader: Reader, number: str) -> dict[str, Any]:
    row = reader.get("infusion", number)
    links = reader.rows("infused_container", infusion=number)
    return told(reader, "infusion", row) | {
        "patient": row.patient,
        "number": None if row.number is None else str(row.number),
        "containers": sorted(str(link.container) for link in links),
        "started_at": shown_time(reader, row.started_at),
        "ended_at": shown_time(reader, row.ended_at),
        "volume_ml": row.volume_ml,
        "viable_cells": None if row.viable_cells is None else str(row.viable_cells),
        "cells_per_kg": row.cells_per_kg,
        "dose_basis": row.dose_basis,
        "reaction": row.reaction,
        "grade": None if row.grade is None else str(row.grade),
        "second": row.second,
        "incident": _incident_of(reader, number),
        "signature": row.signature,
    }


def blocker_lines(text: str) -> list[str]:
    """The reasons kept with a refusal or an incident, one a line."""
    return [f"{each['code']}: {each['sentence']}" for each in json.loads(text)]
