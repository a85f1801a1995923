"""Final certification: a conditional release becomes a full one once its last result is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.independence import require_independent
from lottrack.actions.making.lots import find_lot
from lottrack.actions.moments import told_time
from lottrack.actions.releasing.checks import find_fills, judged
from lottrack.actions.releasing.conditions import (
    ON_CONDITION,
    conditions_of_fill,
    settle_conditions,
)
from lottrack.actions.releasing.dispositions import fill_disposition, lot_disposition
from lottrack.actions.releasing.release_texts import (
    release_covers,
    release_lines,
    reviewers_of,
)
from lottrack.actions.testing.result_holds import infused_of
from lottrack.errors import AlreadyDone, DispositionRefused
from lottrack.rules.certification.conditions import (
    Condition,
    certification_blockers,
    condition_state,
)
from lottrack.rules.release.verdict import RELEASABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from lottrack.actions.desk import Desk
    from lottrack.errors import Blocker
    from lottrack.rules.release.verdict import LotVerdict
    from lottrack.store.reader import Reader

ACT = "lot certify"
MEANING = "final certification after a conditional release: the pending results are there and pass"


def prepare_certification(
    desk: Desk, text: str, fills: Sequence[str], account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What a qualified person signs: what was pending and how it ended, every rule, every result.

    Args:
        desk: where.
        text: the lot.
        fills: only these fills; none for all that were released on condition.
        account: who wants to sign.
        reader: the open change when it is prepared again.

    Raises:
        SamePerson: the signer reviewed results or the record of this lot.
        AlreadyDone: everything named is released in full (``already-released``).
        DispositionRefused: nothing was released on condition (``not-conditionally-released``), a
            condition is pending, unreviewed or failed, or a rule of the lot check fails.
    """
    record = reader or desk.store
    lot = find_lot(desk, text)
    require_independent(desk, ACT, account, reviewers_of(record, lot), "signed")
    targets = _targets(record, desk, lot, fills)
    conditions = _conditions(record, targets)
    today = desk.today()
    verdict, scope = judged(record, lot, targets, desk.now())
    _require_closed(lot, certification_blockers(conditions, today), verdict)
    lines = [
        *_condition_lines(record, conditions, today),
        *_given_lines(record, lot, targets),
        "",
        *release_lines(record, verdict, scope),
    ]
    return signing.prepared(record, ACT, MEANING, lines, release_covers(record, scope))


def certify(
    desk: Desk,
    text: str,
    fills: Sequence[str],
    prepared: signing.Prepared,
    proof: signing.Proof,
) -> dict[str, Any]:
    """Certify fills that were released on condition: they are released in full.

    Raises:
        Changed: the record is not what was shown.
        SamePerson, AlreadyDone, DispositionRefused: see ``prepare_certification``.
    """
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_certification(desk, text, fills, account, change),
    ) as (change, told, signature):
        lot = find_lot(desk, text)
        targets = _targets(change, desk, lot, fills)
        closed = [condition.number for condition in _conditions(change, targets)]
        for fill in targets:
            change.record("disposition", told, fill=fill, decision="released", signature=signature)
            settle_conditions(change, fill)
        change.mention(lot, *closed)
        disposition = lot_disposition(change, lot)
    return {
        "id": lot,
        "kind": "lot",
        "disposition": disposition,
        "fills": [{"id": fill, "disposition": "released"} for fill in targets],
        "conditions": closed,
        "certified_by": told.performed_by,
        "signature": signature,
        "warnings": [],
    }


def _targets(reader: Reader, desk: Desk, lot: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The fills that are to be certified: those named, else all that were released on condition."""
    named = find_fills(desk, lot, texts)
    fills = named or tuple(str(row.root) for row in reader.rows("fill", lot=lot))
    standing = {fill: fill_disposition(reader, fill) for fill in fills}
    possible = tuple(fill for fill, state in standing.items() if state == ON_CONDITION)
    if possible and (not named or len(possible) == len(named)):
        return possible
    other = [
        f"{fill} is {s.replace('_', ' ')}" for fill, s in standing.items() if s != ON_CONDITION
    ]
    said = f": {'; '.join(other)}" if other else ""
    if other and {state for state in standing.values() if state != ON_CONDITION} == {"released"}:
        raise AlreadyDone(
            f"Lot {lot} was certified before{said}.", code="already-released", hint="Nothing to do."
        )
    raise DispositionRefused(
        f"Nothing of lot {lot} waits for a final certification{said}.",
        code="not-conditionally-released",
        hint=f"A lot that was never released is released: `lottrack lot release {lot}`.",
    )


def _conditions(reader: Reader, fills: Sequence[str]) -> list[Condition]:
    found = [c for fill in fills for c in conditions_of_fill(reader, fill)]
    return [condition for condition in found if not condition.is_settled]


def _require_closed(lot: str, open_: list[Blocker], verdict: LotVerdict) -> None:
    if not open_ and verdict.verdict == RELEASABLE:
        return
    blockers = [*open_, *verdict.blockers]
    raise DispositionRefused(
        f"Lot {lot} cannot be certified yet.",
        code=blockers[0].code,
        blockers=blockers,
        hint=f"`lottrack lot conditions {lot}` is its ledger; `lottrack lot check {lot}` tells the"
        " rules.",
    )


def _condition_lines(reader: Reader, conditions: list[Condition], today: date) -> Iterator[str]:
    """What was pending and how it ended, under the conditional release it belongs to."""
    shown = ""
    for condition in conditions:
        row = reader.get("release_condition", condition.number)
        if row.disposition != shown:
            shown = str(row.disposition)
            decision = reader.get("disposition", shown)
            yield (
                f"Fill {condition.fill} was released on condition by {decision.performed_by},"
                f" {told_time(reader, decision.occurred_at)}, because: {decision.reason}"
            )
        state = condition_state(condition, today).replace("_", " ")
        yield f"  {condition.number}  {condition.test}, due on {condition.due_on}: {state}"


def _given_lines(reader: Reader, lot: str, fills: Sequence[str]) -> Iterator[str]:
    given = infused_of(reader, lot, list(fills))
    for entry in given:
        yield (
            f"Given before this certification: {', '.join(entry['containers'])} to patient"
            f" {entry['patient']}, {entry['started']}"
        )
    if not given:
        yield "Given before this certification: nothing"
