"""Uses of equipment: which equipment took part in which act, and what that puts in doubt.

Equipment is named with the act it is used for, and judged at the time told for that act.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.finding import Found, word_for
from lottrack.actions.laboratory.calibrations import day_of, equipment_of, is_kept
from lottrack.errors import Refused, Usage
from lottrack.rules.calibration import (
    PASSED,
    UseFact,
    calibration_blockers,
    failed_after,
    last_good,
)
from lottrack.rules.reading.times import from_text, iso_local
from lottrack.store.change import Told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lottrack.actions.giving.incidents import Happened
    from lottrack.errors import Blocker
    from lottrack.rules.calibration import Calibration, Equipment
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

USED_FOR: dict[str, tuple[str, ...]] = {
    "lot seed": ("seeding",),
    "lot harvest": ("harvest",),
    "lot passage": ("seeding", "harvest"),
    "lot fill": ("fill",),
    "lot fill-confirm": ("filling",),
    "lot sample": ("sample",),
    "collection count": ("collection_count",),
    "prepare start": ("preparation",),
    "prepare count": ("preparation_count",),
    "prepare finish": ("preparation_finish",),
    "result record": ("result",),
}
"""Act -> the facts it records for which equipment is used."""


class Used(NamedTuple):
    """Equipment named with an act.

    Attributes:
        codes: of the equipment.
        happened: a person's word that it was used all the same, or None.
    """

    codes: tuple[str, ...]
    happened: Happened | None = None


# -- recording -------------------------------------------------------------------------------------


def write_uses(change: Change, used: Used) -> str:
    """Link the facts of an open change with the equipment used for them.

    Out of calibration at the time told it is refused; what happened all the same is recorded with
    an incident, which holds what it was used for. Returns the incident's number, or "".

    Raises:
        Refused: ``equipment-not-in-calibration``.
        Usage: the act is only planned (``not-used-yet``).
    """
    facts = _facts_of(change)
    blockers: list[Blocker] = []
    for code in used.codes:
        equipment = equipment_of(change, code)
        for table, row in facts:
            at = from_text(row["occurred_at"])
            against = calibration_blockers(equipment, at, day_of(change, row["occurred_at"]))
            blockers += [each for each in against if each not in blockers]
            told = Told(at, row["performed_by"], row.get("witnessed_by") or "", row["entry"])
            change.record(
                "equipment_use", told, equipment=code, record=row["root"], record_kind=table
            )
    if not blockers:
        return ""
    from lottrack.actions.giving.incidents import require_happened, write_incident

    require_happened(used.happened, _not_in_calibration(blockers))
    assert used.happened is not None
    first, things = str(facts[0][1]["root"]), _things_of(change, facts)
    return write_incident(change, first, change.act, used.happened, blockers, things)


def _facts_of(change: Change) -> list[tuple[str, dict[str, Any]]]:
    """The facts of a change that equipment is used for; of a confirmed fill, the first filling."""
    tables = USED_FOR[change.act]
    facts = [(table, row) for table, row in change.facts if table in tables]
    if any(row.get("planned") for table, row in facts if table == "fill"):
        raise Usage(
            "A planned fill uses no equipment yet.",
            code="not-used-yet",
            hint="Name it when the cells go in: lottrack lot fill-confirm FILL --equipment CODE.",
        )
    return facts[:1] if tables == ("filling",) else facts


def _not_in_calibration(blockers: Sequence[Blocker]) -> Refused:
    return Refused(
        "Equipment that is not in calibration is not used.",
        code="equipment-not-in-calibration",
        blockers=list(blockers),
        hint="Calibrate it, or use other equipment. If it was used all the same, record it with"
        " --happened --reason TEXT --second USER.",
    )


def _things_of(reader: Reader, facts: Sequence[tuple[str, dict[str, Any]]]) -> list[Found]:
    """What an incident with equipment holds: fill, containers, else lot or marrow."""
    things: dict[Found, None] = {}
    for table, values in facts:
        row = reader.get(table, values["root"])
        things.update(dict.fromkeys(_touched(reader, table, row)))
    return list(things)


def _touched(reader: Reader, table: str, row: Row) -> Iterator[Found]:
    from lottrack.actions.record.reach import containers_of

    values = row.values()
    if table in {"fill", "filling"}:
        number = row.root if table == "fill" else reader.get("container", row.container).fill
        yield Found("fill", str(number))
        return
    named = containers_of(reader, table, row)
    if not named and values.get("container") is not None:
        named = [str(values["container"])]
    yield from (Found("container", number) for number in named)
    if not named:
        kind = next(kind for kind in ("lot", "collection") if values.get(kind) is not None)
        yield Found(kind, str(values[kind]))


# -- looking back ----------------------------------------------------------------------------------


def look_back(reader: Reader, equipment: Equipment, failed: Calibration) -> list[dict[str, Any]]:
    """What equipment was used for between its last good calibration and its next one.

    Args:
        reader: the record.
        equipment: it.
        failed: the calibration that failed.

    Returns:
        For each use ``id``, ``record``, ``record_kind``, ``at`` and ``lots``, the lots concerned
        with all lots grown from them.
    """
    from lottrack.actions.record.reach import lots_of

    good = last_good(equipment, failed)
    again = min(
        (
            each.on
            for each in equipment.calibrations
            if each.outcome == PASSED and each.on > failed.on
        ),
        default=None,
    )
    zone = reader.setting("zone")
    found = []
    for row in reader.rows("equipment_use", equipment=equipment.code):
        fact = reader.get(row.record_kind, row.record)
        on = day_of(reader, fact.occurred_at)
        if (good is not None and on < good.on) or (again is not None and on >= again):
            continue
        found.append(
            {
                "id": row.root,
                "record": row.record,
                "record_kind": row.record_kind,
                "at": iso_local(from_text(fact.occurred_at), zone),
                "lots": lots_of(reader, row.record_kind, fact),
            }
        )
    return found


# -- a lot's uses ----------------------------------------------------------------------------------

# The culture of a lot and of the lots it was grown from, and what was filled, sampled and measured
# of the lot itself. The order is pinned: few facts, each looked up among the uses.
_USES_OF_LOT = """
WITH fact (record, kind, at) AS (
    SELECT root, 'seeding', occurred_at FROM {seeding}
        WHERE lot IN (SELECT value FROM json_each(:lots))
    UNION ALL
    SELECT root, 'harvest', occurred_at FROM {harvest}
        WHERE lot IN (SELECT value FROM json_each(:lots))
    UNION ALL SELECT root, 'fill', occurred_at FROM {fill} WHERE lot = :lot
    UNION ALL SELECT root, 'sample', occurred_at FROM {sample} WHERE lot = :lot
    UNION ALL
    SELECT root, 'sample', occurred_at FROM {sample}
        WHERE container IN (SELECT value FROM json_each(:containers))
    UNION ALL
    SELECT root, 'filling', occurred_at FROM {filling}
        WHERE container IN (SELECT value FROM json_each(:containers))
    UNION ALL SELECT root, 'result', occurred_at FROM {result} WHERE lot = :lot
    UNION ALL
    SELECT root, 'collection_count', occurred_at FROM {collection_count}
        WHERE collection = :collection
)
SELECT u.root AS number, u.seq, u.equipment, f.record, f.kind, f.at
FROM fact AS f CROSS JOIN {equipment_use} AS u ON u.record = f.record
ORDER BY u.seq
"""


class LotThings(NamedTuple):
    """What is asked about: a lot, the lots before it, its marrow, its containers in question."""

    lot: str
    ancestors: tuple[str, ...]
    collection: str
    containers: tuple[str, ...]


def equipment_used_for(reader: Reader, things: LotThings) -> list[Row]:
    """Every use of equipment for a lot: ``number, seq, equipment, record, kind, at``."""
    return reader.facts_in(
        _USES_OF_LOT,
        lot=things.lot,
        lots=json.dumps(things.ancestors),
        collection=things.collection,
        containers=json.dumps(things.containers),
    )


def use_facts(reader: Reader, things: LotThings) -> tuple[UseFact, ...] | None:
    """A lot's uses of equipment and what stands against each; None where the site keeps none."""
    if not is_kept(reader):
        return None
    known: dict[str, Equipment] = {}
    return tuple(
        _use_fact(reader, things, row, known) for row in equipment_used_for(reader, things)
    )


def _use_fact(reader: Reader, things: LotThings, row: Row, known: dict[str, Equipment]) -> UseFact:
    code, on = str(row.equipment), day_of(reader, row.at)
    if code not in known:
        known[code] = equipment_of(reader, code)
    against = [b.sentence for b in calibration_blockers(known[code], from_text(row.at), on)]
    failed = failed_after(known[code], on)
    if failed is not None and not against:
        against = [f"{code} failed its next calibration, on {failed.on} ({failed.number})."]
    doubt = " ".join(against)
    return UseFact(
        number=str(row.number),
        equipment=code,
        record=str(row.record),
        what=f"{word_for(row.kind)} {row.record}",
        on=on,
        against=doubt.removesuffix("."),
        is_settled=bool(doubt) and _is_settled(reader, things, row, failed),
    )


def _is_settled(reader: Reader, things: LotThings, use: Row, failed: Calibration | None) -> bool:
    """Whether a closed deviation judged a doubtful use: of it, of the calibration, or of both ends.

    It counts when it was closed after the use and the calibration were recorded.
    """
    from lottrack.actions.deviating.concerning import closings_concerning

    since = int(use.seq)
    named = [str(use.number), str(use.record)]
    if failed is not None:
        named.append(failed.number)
        since = max(since, int(reader.get("calibration", failed.number).seq))
    of_this = closings_concerning(reader, named)
    of_equipment = closings_concerning(reader, [str(use.equipment)])
    of_lot = closings_concerning(reader, [*things.ancestors, *things.containers])
    of_both = [(number, seq) for number, seq in of_equipment.items() if number in of_lot]
    return any(seq > since for _, seq in [*of_this.items(), *of_both])
