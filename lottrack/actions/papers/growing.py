"""How a lot was grown and filled, for a dossier: passages, cells, samples, fills, containers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lottrack.actions.custody.containers import first_place
from lottrack.actions.making.cultures import growth_of
from lottrack.actions.making.lots import balance_of, filled_at, passages_of
from lottrack.actions.moments import shown_time
from lottrack.actions.papers.telling import changes, told
from lottrack.actions.releasing.dispositions import fill_disposition
from lottrack.rules.culture.growth import CUMULATIVE_CONVENTION, passage_name
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.times import iso_local
from lottrack.store.lives import derived_standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from lottrack.actions.making.lineage import Lineage
    from lottrack.actions.making.lots import Passage
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def growing_blocks(reader: Reader, lineage: Lineage) -> dict[str, Any]:
    """Everything a dossier tells of a lot's culture and of what it was filled into.

    The passages are those of the whole line, the parents' before the lot's own.
    """
    lots = [str(row.root) for row in reversed(lineage.ancestors)]
    lot = lots[-1]
    containers = reader.rows("container", lot=lot)
    return {
        "passages": [_passage(reader, each, p) for each in lots for p in passages_of(reader, each)],
        "doublings_convention": CUMULATIVE_CONVENTION,
        "observations": [
            told(reader, "observation", row)
            | {"lot": each, "passage": passage_name(int(row.passage)), "text": row.text}
            for each in lots
            for row in reader.rows("observation", lot=each)
        ],
        "cell_balance": list(_balance(reader, lot)),
        "samples": list(_samples(reader, lot, containers)),
        "discards": [
            told(reader, "discard", row) | {"cells": str(row.cells), "reason": row.reason}
            for row in reader.rows("discard", lot=lot)
        ],
        "fills": [_fill(reader, row) for row in reader.rows("fill", lot=lot)],
        "containers": [container_block(reader, row) for row in containers],
    }


def _passage(reader: Reader, lot: str, passage: Passage) -> dict[str, Any]:
    growth = growth_of(reader, lot, passage.number)
    seeding, harvest = passage.seeding, passage.harvest
    return {
        "lot": lot,
        "passage": passage_name(passage.number),
        "seeding": None if seeding is None else _seeding(reader, seeding),
        "harvest": None if harvest is None else _harvest(reader, harvest),
        "population_doublings": _plain(growth["population_doublings"]),
        "cumulative_population_doublings": _plain(growth["cumulative_population_doublings"]),
        "seeding_density_per_cm2": _plain(growth["seeding_density_per_cm2"]),
    }


def _seeding(reader: Reader, row: Row) -> dict[str, Any]:
    return told(reader, "seeding", row) | {
        "seeded": str(row.seeded),
        "area_cm2": row.area_cm2,
        "vessel": row.vessel,
        "count_basis": row.count_basis,
    }


def _harvest(reader: Reader, row: Row) -> dict[str, Any]:
    return told(reader, "harvest", row) | {
        "harvested": str(row.harvested),
        "viability_pct": row.viability_pct,
        "count_basis": row.count_basis,
    }


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _balance(reader: Reader, lot: str) -> Iterator[dict[str, Any]]:
    """Where the cells of each harvest went, and what is left of it."""
    for passage in balance_of(reader, lot).passages:
        yield {
            "passage": passage_name(passage.passage),
            "harvested": str(passage.harvested),
            "seeded_on": str(passage.seeded_on),
            "child_lots": str(passage.child_lots),
            "filled": str(passage.filled),
            "sampled": str(passage.sampled),
            "discarded": str(passage.discarded),
            "remainder": str(passage.remainder),
        }


def _samples(reader: Reader, lot: str, containers: list[Row]) -> Iterator[dict[str, Any]]:
    rows = reader.rows("sample", lot=lot)
    rows += [row for each in containers for row in reader.rows("sample", container=each.root)]
    for row in rows:
        yield told(reader, "sample", row) | {
            "of": row.container or row.lot,
            "sample": row.kind,
            "cells": None if row.cells is None else str(row.cells),
            "tests": json.loads(row.tests),
        }


def _fill(reader: Reader, row: Row) -> dict[str, Any]:
    at = filled_at(reader, row.root)
    return told(reader, "fill", row) | {
        "container_kind": row.kind,
        "presentation": row.presentation,
        "purpose": row.purpose,
        "filled_at": None if at is None else iso_local(at, reader.setting("zone")),
        "expires_at": shown_time(reader, row.expires_at),
        "disposition": fill_disposition(reader, row.root),
    }


def container_block(reader: Reader, row: Row) -> dict[str, Any]:
    """A container: what went into it, until when, and what became of it."""
    standing = derived_standing(reader, row.root, first_place(reader))
    return told(reader, "container", row) | {
        **container_content(reader, row),
        "fill": row.fill,
        "preparation": row.preparation,
        "container_kind": row.kind,
        "purpose": row.purpose,
        "location_state": None if standing is None else standing.state,
        "place": None if standing is None else standing.place or standing.outside or None,
        "position": None if standing is None else standing.position or None,
    }


def container_content(reader: Reader, row: Row) -> dict[str, Any]:
    """What is in a container, and until when."""
    filling = reader.last("filling", container=row.root)
    return {
        "id": row.root,
        "corrected": changes(reader, "container", row),
        "expires_at": shown_time(reader, row.expires_at),
        "filling": None if filling is None else _filling(reader, filling),
        "extensions": [
            told(reader, "container_extension", each)
            | {
                "expires_at": shown_time(reader, each.expires_at),
                "basis": each.basis,
                "signature": each.signature,
            }
            for each in reader.rows("container_extension", container=row.root)
        ],
    }


def _filling(reader: Reader, row: Row) -> dict[str, Any]:
    return told(reader, "filling", row) | {
        "outcome": row.outcome,
        "viable_cells": None if row.viable_cells is None else str(row.viable_cells),
        "volume_ml": row.volume_ml,
    }
