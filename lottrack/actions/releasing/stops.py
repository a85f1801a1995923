"""Decisions that stop a lot for good: reject, recall, discontinue, each signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.making.lineage import descendants_of_lot, lineage_of
from lottrack.actions.making.lots import find_lot
from lottrack.actions.releasing.checks import find_fills
from lottrack.actions.releasing.conditions import settle_conditions
from lottrack.actions.releasing.dispositions import (
    decision_on_lot,
    fill_disposition,
    lot_disposition,
)
from lottrack.actions.releasing.records import contents
from lottrack.actions.secrets import require_account
from lottrack.actions.testing.quality_states import filled_containers
from lottrack.actions.testing.result_holds import infused_of
from lottrack.errors import AlreadyDone, Blocker, DispositionRefused
from lottrack.rules.lifecycle import disposition_after
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import local_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

DECISIONS = {"reject": "rejected", "recall": "recalled", "discontinue": "discontinued"}
"""An act, and the disposition it leads to."""

MEANINGS = {
    "reject": "rejection",
    "recall": "recall",
    "discontinue": "discontinuation before any release",
}
_WHOLE = frozenset({"reject", "discontinue"})
"""Acts that, without naming fills, also decide on the lot as a whole and on fills to come."""
_RECALLED = (
    "A recall is the last word on what was supplied; a rejection would hide it. What came back is"
    " destroyed: `lottrack custody destroy CONTAINER --reason TEXT`."
)


class Stop(NamedTuple):
    """What is to be stopped.

    Attributes:
        act: reject, recall or discontinue.
        lot: the lot, as typed.
        reason: why.
        fills: only these fills; none for the whole lot.
    """

    act: str
    lot: str
    reason: str
    fills: tuple[str, ...] = ()


class _Reach(NamedTuple):
    """What a decision is written on: fills, and whether the lot as a whole."""

    fills: tuple[Row, ...]
    whole: bool


def prepare_stop(
    desk: Desk, stop: Stop, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What a qualified person signs: the decision, its reason, every container, every patient.

    Raises:
        AlreadyDone: it was decided so before.
        DispositionRefused: nothing of the lot can be stopped this way.
    """
    record = reader or desk.store
    lot = find_lot(desk, stop.lot)
    desk.role_for(f"lot {stop.act}", require_account(desk, account))
    reach = _reach(record, desk, lot, stop)
    row = lineage_of(record, lot).lot
    covers = [row, *reach.fills]
    lines = [*_lines(record, row, stop, reach)]
    return signing.prepared(
        record, f"lot {stop.act}", f"{MEANINGS[stop.act]} of lot {lot}", lines, covers
    )


def stop_lot(
    desk: Desk, stop: Stop, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Reject, recall or discontinue by signature; names everybody who was given some of it.

    Raises:
        Changed: the record is not what was shown.
        AlreadyDone, DispositionRefused: see ``prepare_stop``.
    """
    why = clean_text(stop.reason, "the reason")
    decision = DECISIONS[stop.act]
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_stop(desk, stop, account, change),
        reason=why,
    ) as (change, told, signature):
        lot = find_lot(desk, stop.lot)
        reach = _reach(change, desk, lot, stop)
        columns = [{"fill": str(fill.root)} for fill in reach.fills]
        columns += [{"lot": lot}] if reach.whole else []
        for what in columns:
            change.record("disposition", told, **what, decision=decision, signature=signature)
        for fill in reach.fills:
            settle_conditions(change, str(fill.root))
        change.mention(lot)
        disposition = lot_disposition(change, lot)
        infused = infused_of(change, lot, [str(fill.root) for fill in reach.fills])
        warnings = _warnings(change, lot, stop)
    return {
        "id": lot,
        "kind": "lot",
        "disposition": disposition,
        "fills": [{"id": fill.root, "disposition": decision} for fill in reach.fills],
        "reason": why,
        "infused": infused,
        "decided_by": told.performed_by,
        "signature": signature,
        "warnings": warnings,
    }


def _reach(reader: Reader, desk: Desk, lot: str, stop: Stop) -> _Reach:
    """What a stop is written on.

    Raises:
        AlreadyDone: there is nothing left that it would change.
        DispositionRefused: something stands in another disposition that it cannot follow.
    """
    named = find_fills(desk, lot, stop.fills)
    fills = [reader.get("fill", n) for n in named] or reader.rows("fill", lot=lot)
    standing = {str(fill.root): fill_disposition(reader, fill.root) for fill in fills}
    possible = tuple(f for f in fills if disposition_after(standing[f.root], stop.act) is not None)
    decision = DECISIONS[stop.act]
    others = {
        fill: state
        for fill, state in standing.items()
        if state != decision and disposition_after(state, stop.act) is None
    }
    if others and (named or stop.act == "discontinue" or not possible):
        raise DispositionRefused(
            f"Lot {lot} cannot be {decision}.",
            code=f"not-to-be-{decision}",
            blockers=[
                Blocker(f"not-to-be-{decision}", f"Fill {fill} of lot {lot} is {_words(state)}.")
                for fill, state in others.items()
            ],
            hint=_RECALLED if "recalled" in others.values() else _hint(stop.act, lot),
        )
    whole = stop.act in _WHOLE and not named and _decides_on_lot(reader, lot, decision)
    if not possible and not whole:
        raise _nothing_left(lot, stop.act, decision, has_fills=bool(fills))
    return _Reach(possible, whole)


def _decides_on_lot(reader: Reader, lot: str, decision: str) -> bool:
    """Whether a decision on the lot as a whole would say something new."""
    before = decision_on_lot(reader, lot)
    return before is None or before.decision != decision


def _nothing_left(
    lot: str, act: str, decision: str, *, has_fills: bool
) -> AlreadyDone | DispositionRefused:
    if not has_fills and act == "recall":
        return DispositionRefused(
            f"Nothing of lot {lot} was ever released, so nothing can be recalled.",
            code="not-to-be-recalled",
            hint=_hint(act, lot),
        )
    return AlreadyDone(f"Lot {lot} was {decision} before.", code=f"already-{decision}")


def _hint(act: str, lot: str) -> str:
    if act == "recall":
        return f"What was not released is rejected: `lottrack lot reject {lot} --reason TEXT`."
    if act == "discontinue":
        return f"What was released is recalled or rejected: `lottrack lot recall {lot}`."
    return f"`lottrack lot show {lot}` shows the disposition of each fill."


def _words(state: str) -> str:
    return "in quarantine" if state == "quarantine" else state.replace("_", " ")


def _lines(reader: Reader, lot: Row, stop: Stop, reach: _Reach) -> Iterator[str]:
    yield f"Lot: {lot.root}, {lot.product}"
    yield f"Reason: {clean_text(stop.reason, 'the reason')}"
    yield f"The lot as a whole: {DECISIONS[stop.act] if reach.whole else 'not decided on'}"
    for fill in reach.fills:
        was = _words(fill_disposition(reader, fill.root))
        yield f"Fill {fill.root}: {fill.kind}, {fill.presentation}, was {was}"
        for container in filled_containers(reader, fill.root):
            yield f"  {container.root}: {contents(reader, container)}"
    yield from _given_lines(reader, str(lot.root), reach)


def _given_lines(reader: Reader, lot: str, reach: _Reach) -> Iterator[str]:
    given = infused_of(reader, lot, [str(fill.root) for fill in reach.fills])
    for entry in given:
        containers = ", ".join(entry["containers"])
        which = f"infusion {entry['number']}" if entry["number"] else "without an order"
        yield (
            f"ALREADY GIVEN: {containers} to patient {entry['patient']}, {which}"
            f" ({entry['id']}), {_told(reader, entry['started'])}"
        )
    if not given:
        yield "Given to patients: none"


def _told(reader: Reader, iso: str) -> str:
    from datetime import datetime

    return local_text(datetime.fromisoformat(iso), reader.setting("zone"))


def _warnings(reader: Reader, lot: str, stop: Stop) -> list[dict[str, str]]:
    """Lots grown from a stopped lot stay as they are, and somebody must look at them."""
    younger = descendants_of_lot(reader, lot)[1:]
    shown = [f"{each} ({_words(lot_disposition(reader, each))})" for each in younger]
    if not shown:
        return []
    return [
        {
            "code": "lots-grown-from-it",
            "sentence": f"Lots grown from {lot} are not {DECISIONS[stop.act]} by this:"
            f" {', '.join(shown)}. Decide on each of them.",
        }
    ]
