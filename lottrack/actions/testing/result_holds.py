"""What a failing result stops by itself, and whom it concerns already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.making.lineage import descendants_of_lot
from lottrack.actions.moments import shown_time
from lottrack.actions.notifying.late_positives import raise_alarm
from lottrack.actions.releasing.dispositions import fill_disposition
from lottrack.actions.releasing.holds import write_hold
from lottrack.actions.testing.investigations import open_oos, told_with
from lottrack.actions.testing.quality_states import filled_containers, infusions_of
from lottrack.rules.specification.criterion import limit_text
from lottrack.rules.specification.results import FAIL, restored_value, result_text

if TYPE_CHECKING:
    from lottrack.rules.specification.criterion import Criterion
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

RELEASED = frozenset({"released", "conditionally_released"})
"""Dispositions under which cells may already be with a patient."""


def hold_failing(change: Change, result: Row, criterion: Criterion | None) -> list[dict[str, Any]]:
    """Open the investigation and the holds that a failing result of a required test asks for.

    The investigation is opened whatever became of the lot (``investigations.open_oos``). A prepared
    dose and what went into it are held at once. A lot or a container is held when it was released
    before, or when lots were grown from it: until then it waits in quarantine, and the lot check
    fails.

    Nothing lifts a hold but a signature: an investigation that was concluded leaves it open. What
    a contamination found late asks for beside that is done, too (``late_positives.raise_alarm``).
    """
    if criterion is None or result.verdict != FAIL:
        return []
    held = _hold_required(change, result, criterion) if criterion.required else []
    return held + raise_alarm(change, result, criterion)


def _hold_required(change: Change, result: Row, criterion: Criterion) -> list[dict[str, Any]]:
    shown = result_text(restored_value(result.sign, result.value), criterion.unit)
    reason = f"{criterion.name}: {shown} does not meet {limit_text(criterion)} ({result.root})"
    open_oos(change, told_with(result), [str(result.root)], reason)
    return [
        _hold(change, kind, record, reason, str(result.root))
        for kind, record in _stopped(change, result)
    ]


def _stopped(reader: Reader, result: Row) -> list[tuple[str, str]]:
    if result.preparation is not None:
        links = reader.rows("preparation_input", preparation=result.preparation)
        prepared = reader.rows("container", preparation=result.preparation)
        numbers = [str(link.container) for link in links] + [str(row.root) for row in prepared]
        return [("container", number) for number in numbers]
    if result.container is not None:
        row = reader.get("container", result.container)
        released = row.fill is None or fill_disposition(reader, row.fill) in RELEASED
        return [("container", str(row.root))] if released else []
    lot = str(result.lot)
    released = any(
        fill_disposition(reader, fill.root) in RELEASED for fill in reader.rows("fill", lot=lot)
    )
    return [("lot", lot)] if released or len(descendants_of_lot(reader, lot)) > 1 else []


def _hold(change: Change, kind: str, record: str, reason: str, because: str) -> dict[str, Any]:
    number = write_hold(change, kind, record, "oos", reason, because_of=because)
    return {"id": number, "kind": "hold", "on_kind": kind, "on": record, "cause": "oos"}


def infused_of(reader: Reader, lot: str, fills: list[str] | None = None) -> list[dict[str, Any]]:
    """Everybody who was given cells of a lot: patient, date, infusion, containers.

    Args:
        reader: the record.
        lot: the lot.
        fills: only these fills; None for all.
    """
    wanted = [str(row.root) for row in reader.rows("fill", lot=lot)] if fills is None else fills
    given: dict[str, dict[str, Any]] = {}
    for fill in wanted:
        for container in filled_containers(reader, fill):
            for infusion in infusions_of(reader, container.root):
                entry = given.setdefault(str(infusion.root), _infusion(reader, infusion))
                entry["containers"].append(str(container.root))
    return sorted(given.values(), key=lambda entry: str(entry["started"]))


def _infusion(reader: Reader, infusion: Row) -> dict[str, Any]:
    return {
        "id": str(infusion.root),
        "kind": "infusion",
        "patient": str(infusion.patient),
        "number": infusion.number,
        "started": shown_time(reader, infusion.started_at),
        "containers": [],
    }
