"""Release: a qualified person's signed decision on fills of a lot, on what the lot check says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.desk import Telling
from lottrack.actions.independence import require_independent
from lottrack.actions.making.lots import find_lot
from lottrack.actions.releasing.checks import find_fills, judged
from lottrack.actions.releasing.conditions import bind_conditions, settle_conditions
from lottrack.actions.releasing.dispositions import fill_disposition, is_closed, lot_disposition
from lottrack.actions.releasing.facts_testing import harvest_day
from lottrack.actions.releasing.release_texts import (
    release_covers,
    release_lines,
    reviewers_of,
)
from lottrack.actions.testing.documents import specification_number
from lottrack.actions.testing.quality_states import filled_containers, state_of_lot
from lottrack.errors import AlreadyDone, Blocker, DispositionRefused
from lottrack.rules.lifecycle import disposition_after
from lottrack.rules.reading.text import clean_text
from lottrack.rules.release.findings import listed
from lottrack.rules.release.verdict import CONDITIONALLY, NOT_RELEASABLE, RELEASABLE
from lottrack.rules.specification.fulfilment import due_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.desk import Desk
    from lottrack.actions.releasing.facts import Scope
    from lottrack.rules.release.verdict import LotVerdict
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

ACT = "lot release"
MEANINGS = {
    "released": "certification and release of the fills named here",
    "conditionally_released": "conditional release of the fills named here, tests pending",
}
_STOPPED = {
    "rejected": "lot-rejected",
    "recalled": "lot-recalled",
    "discontinued": "lot-discontinued",
}
_NOTHING_TO_DO = {"already-released", "not-for-infusion", "not-filled"}


class Wish(NamedTuple):
    """What is to be released.

    Attributes:
        lot: the lot, as typed.
        fills: numbers of fills; none for all that can be supplied.
        conditional: on condition of tests that are pending.
        justification: why it may be used before they are known; "" takes what the specification
            says of each of them.
    """

    lot: str
    fills: tuple[str, ...] = ()
    conditional: bool = False
    justification: str = ""


def prepare_release(
    desk: Desk, wish: Wish, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What a qualified person signs: the verdict, every rule, the results, the containers.

    Raises:
        SamePerson: the signer reviewed results or the record of this lot.
        AlreadyDone: everything named is released.
        DispositionRefused: a rule stands against it; the blockers are the rules that fail.
    """
    record = reader or desk.store
    lot = find_lot(desk, wish.lot)
    require_independent(desk, ACT, account, reviewers_of(record, lot), "signed")
    targets = _targets(record, desk, lot, wish)
    verdict, scope = judged(record, lot, targets, desk.now())
    _require_verdict(lot, verdict, wish)
    meaning = MEANINGS[_decision(wish)]
    lines = [*_condition_lines(record, scope, wish), *release_lines(record, verdict, scope)]
    return signing.prepared(record, ACT, meaning, lines, release_covers(record, scope))


def release(
    desk: Desk, wish: Wish, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Release fills of a lot by signature.

    Raises:
        Changed: the record is not what was shown.
        SamePerson, AlreadyDone, DispositionRefused: see ``prepare_release``.
    """
    signer = signing.require_signer(desk, prepared, proof)
    decision = _decision(wish)
    with desk.change(ACT, role=signer.role) as change:
        again = prepare_release(desk, wish, signer.account, change)
        signing.require_unchanged(prepared, again)
        lot = find_lot(desk, wish.lot)
        targets = _targets(change, desk, lot, wish)
        verdict, scope = judged(change, lot, targets, desk.now())
        why = _justification(change, scope, wish)
        told = desk.told(Telling(performed_by=signer.account, reason=why))
        signature = signing.sign(change, desk, prepared, signer, told)
        fills, conditions = [], []
        for fill in targets:
            number = change.record(
                "disposition", told, fill=fill, decision=decision, signature=signature
            )
            fills.append({"id": fill, "disposition": decision})
            settle_conditions(change, fill)
            if wish.conditional:
                conditions += _write_conditions(change, told, scope, fill, number)
        change.mention(lot)
        disposition = lot_disposition(change, lot)
    return {
        "id": lot,
        "kind": "lot",
        "disposition": disposition,
        "verdict": verdict.verdict,
        "fills": fills,
        "conditions": conditions,
        "justification": why or None,
        "released_by": signer.account,
        "signature": signature,
        "warnings": [],
    }


def _decision(wish: Wish) -> str:
    return "conditionally_released" if wish.conditional else "released"


# -- which fills -----------------------------------------------------------------------------------


def release_standing(reader: Reader, fill: str) -> str:
    """The disposition of a fill; one whose release a correction voided is in quarantine again.

    No signature survives a correction of what it covers (invariant 4), so that such a fill can be
    released anew.
    """
    decision = reader.last("disposition", fill=fill)
    if decision is None or decision.decision not in MEANINGS:
        return fill_disposition(reader, fill)
    return str(decision.decision) if signing.is_valid(reader, decision.signature) else "quarantine"


def _targets(reader: Reader, desk: Desk, lot: str, wish: Wish) -> tuple[str, ...]:
    """The fills that are to be released: those named, else all that can be and are filled.

    Raises:
        AlreadyDone: all of them are released.
        DispositionRefused: one that was named cannot be, or there is none.
    """
    named = find_fills(desk, lot, wish.fills)
    fills = [reader.get("fill", n) for n in named] or reader.rows("fill", lot=lot)
    reasons = {str(fill.root): _reason(reader, fill, wish) for fill in fills}
    possible = tuple(fill for fill, reason in reasons.items() if reason is None)
    if possible and (len(possible) == len(fills) or not named):
        return possible
    blockers = [reason for reason in reasons.values() if reason is not None]
    codes = {blocker.code for blocker in blockers}
    if "already-released" in codes and codes <= _NOTHING_TO_DO:
        sentence = next(b.sentence for b in blockers if b.code == "already-released")
        raise AlreadyDone(sentence, code="already-released", hint="Nothing to do.")
    if not fills:
        blockers = [
            Blocker("not-filled", f"Nothing of lot {lot} is filled that could be released.")
        ]
    raise DispositionRefused(
        f"Lot {lot} cannot be released.",
        code=blockers[0].code,
        blockers=blockers,
        hint=f"`lottrack lot check {lot}` tells every rule and who can mend it.",
    )


def _reason(reader: Reader, fill: Row, wish: Wish) -> Blocker | None:
    """Why a fill cannot be released at all, whatever the lot check says; None if it can."""
    number, lot = str(fill.root), str(fill.lot)
    standing = release_standing(reader, number)
    act = "release conditionally" if wish.conditional else "release"
    if fill.purpose in {"qc", "retention"}:
        return Blocker("not-for-infusion", f"Fill {number} is for {fill.purpose} and not supplied.")
    if disposition_after(standing, act) is None:
        if standing in MEANINGS:
            said = standing.replace("_", " ")
            return Blocker("already-released", f"Fill {number} of lot {lot} is {said} already.")
        closed = " because the lot was closed" if is_closed(reader, lot) else ""
        return Blocker(
            _STOPPED[standing], f"Fill {number} of lot {lot} is {standing}{closed}; it stays so."
        )
    if not filled_containers(reader, number):
        return Blocker("not-filled", f"Fill {number} of lot {lot} is planned and holds nothing.")
    return None


def _require_verdict(lot: str, verdict: LotVerdict, wish: Wish) -> None:
    wanted = CONDITIONALLY if wish.conditional else RELEASABLE
    if verdict.verdict == wanted:
        return
    if wish.conditional and verdict.verdict == RELEASABLE:
        raise DispositionRefused(
            f"Nothing of lot {lot} is pending: it can be released without a condition.",
            code="nothing-pending",
            hint=f"Release it: `lottrack lot release {lot}`.",
        )
    against = verdict.standing_against(conditional=wish.conditional)
    codes = [finding.code for finding in against.open_findings]
    stand = "stands" if len(codes) == 1 else "stand"
    hint = f"`lottrack lot check {lot}` tells every rule and who can mend it."
    if verdict.verdict != NOT_RELEASABLE:
        hint = f"Until the tests are there: `lottrack lot release {lot} --conditional`."
    raise DispositionRefused(
        f"Lot {lot} cannot be released: {listed(codes)} {stand} against it.",
        code=codes[0],
        blockers=against.blockers,
        hint=hint,
    )


# -- conditions ------------------------------------------------------------------------------------


class _Pending(NamedTuple):
    """A test that a release waits for: what it is for, its last day, why it may be pending."""

    test: str
    due_on: str
    basis: str


def _pending(reader: Reader, scope: Scope, fill: str) -> list[_Pending]:
    """The tests a conditional release of a fill waits for, each once."""
    day = harvest_day(reader, scope)
    assert day is not None, "a lot without a harvest is not conditionally releasable"
    containers = [str(row.root) for row in scope.containers if row.fill == fill]
    state = state_of_lot(reader, scope.lineage.lot, containers=containers)
    found: dict[str, _Pending] = {}
    for entry in state.pending:
        until = due_on(entry, day)
        assert until is not None, "only what may be pending is"
        test = entry.tests[0]
        found.setdefault(test, _Pending(test, until.isoformat(), entry.pending_basis))
    return list(found.values())


def _justification(reader: Reader, scope: Scope, wish: Wish) -> str:
    """Why the product may be used before its last results; "" for a full release."""
    if not wish.conditional:
        return ""
    if wish.justification:
        return clean_text(wish.justification, "the justification")
    pending = [p for fill in scope.fills for p in _pending(reader, scope, str(fill.root))]
    bases = dict.fromkeys(entry.basis for entry in pending)
    spec = specification_number(reader, scope.lineage.lot)
    return f"As {spec} allows: {'; '.join(bases)}."


def _condition_lines(reader: Reader, scope: Scope, wish: Wish) -> Iterator[str]:
    if not wish.conditional:
        return
    yield f"Used before these are known, because: {_justification(reader, scope, wish)}"
    for fill in scope.fills:
        for entry in _pending(reader, scope, str(fill.root)):
            yield f"  Pending for {fill.root}: {entry.test}, due on {entry.due_on}. {entry.basis}"
    yield ""


def _write_conditions(
    change: Change, told: Told, scope: Scope, fill: str, disposition: str
) -> list[dict[str, Any]]:
    """Write the tests a conditional release waits for, with the day each is due."""
    conditions, bound = [], []
    for entry in _pending(change, scope, fill):
        number = change.record(
            "release_condition",
            told._replace(reason=entry.basis),
            disposition=disposition,
            test=entry.test,
            due_on=entry.due_on,
        )
        bound.append((number, entry.due_on))
        conditions.append({"id": number, "fill": fill, "test": entry.test, "due_on": entry.due_on})
    bind_conditions(change, fill, bound)
    return conditions
