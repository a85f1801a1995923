"""Release: a qualified person's signed decision on fills of a lot, on what the lot check says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.desk import Telling
from lottrack.actions.independence import require_independent
from lottrack.actions.making.lots import find_lot
from lottrack.actions.moments import shown_time
from lottrack.actions.releasing.checks import find_fills, judged
from lottrack.actions.releasing.dispositions import fill_disposition, is_closed, lot_disposition
from lottrack.actions.releasing.facts import source_facts
from lottrack.actions.releasing.facts_testing import harvest_day
from lottrack.actions.releasing.records import contents, record_facts, unusual_lines
from lottrack.actions.testing.documents import specification_number
from lottrack.actions.testing.quality_states import filled_containers, result_rows, state_of_lot
from lottrack.actions.testing.result_reviews import result_lines
from lottrack.errors import AlreadyDone, Blocker, DispositionRefused
from lottrack.rules.lifecycle import disposition_after
from lottrack.rules.release.facts import listed
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
    """

    lot: str
    fills: tuple[str, ...] = ()
    conditional: bool = False


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
    require_independent(desk, ACT, account, _reviewers(record, lot), "signed")
    targets = _targets(record, desk, lot, wish)
    verdict, scope = judged(record, lot, targets, desk.now())
    _require_verdict(lot, verdict, wish)
    meaning = MEANINGS[_decision(wish)]
    lines = _lines(record, verdict, scope)
    return signing.prepared(record, ACT, meaning, lines, _covers(record, scope))


def release(
    desk: Desk, wish: Wish, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Release fills of a lot by signature.

    Raises:
        Changed: the record is not what was shown.
        SamePerson, AlreadyDone, DispositionRefused: see ``prepare_release``.
    """
    signer = signing.require_signer(desk, prepared, proof)
    told = desk.told(Telling(performed_by=signer.account))
    decision = _decision(wish)
    with desk.change(ACT, role=signer.role) as change:
        again = prepare_release(desk, wish, signer.account, change)
        signing.require_unchanged(prepared, again)
        lot = find_lot(desk, wish.lot)
        targets = _targets(change, desk, lot, wish)
        verdict, scope = judged(change, lot, targets, desk.now())
        signature = signing.sign(change, desk, prepared, signer, told)
        fills, conditions = [], []
        for fill in targets:
            number = change.record(
                "disposition", told, fill=fill, decision=decision, signature=signature
            )
            fills.append({"id": fill, "disposition": decision})
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
        "released_by": signer.account,
        "signature": signature,
        "warnings": [],
    }


def _decision(wish: Wish) -> str:
    return "conditionally_released" if wish.conditional else "released"


def _reviewers(reader: Reader, lot: str) -> dict[str, list[str]]:
    """Everybody who signed a review of a lot's results or record, with their reviews."""
    reviews = {str(row.root): row for row in reader.rows("lot_review", lot=lot)}
    for result in result_rows(reader, lot):
        for link in reader.rows("reviewed_result", result=result.root):
            review = reader.find("result_review", link.review)
            if review is not None:
                reviews[str(review.root)] = review
    people: dict[str, list[str]] = {}
    for number, review in reviews.items():
        people.setdefault(str(review.performed_by), []).append(f"the review {number}")
    return people


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
    codes = [finding.code for finding in verdict.open_findings]
    stand = "stands" if len(codes) == 1 else "stand"
    hint = f"`lottrack lot check {lot}` tells every rule and who can mend it."
    if verdict.verdict != NOT_RELEASABLE:
        hint = f"Until the tests are there: `lottrack lot release {lot} --conditional`."
    raise DispositionRefused(
        f"Lot {lot} cannot be released: {listed(codes)} {stand} against it.",
        code=verdict.open_findings[0].code,
        blockers=verdict.blockers,
        hint=hint,
    )


# -- what is signed --------------------------------------------------------------------------------


def _lines(reader: Reader, verdict: LotVerdict, scope: Scope) -> Iterator[str]:
    lineage = scope.lineage
    spec = specification_number(reader, lineage.lot)
    yield f"Lot: {scope.lot}, {lineage.lot.product}, specification {spec}"
    yield f"For: patient {lineage.patient.root}, course {lineage.course.root}"
    yield f"From: donor {lineage.donor.root}, collection {lineage.collection.root}"
    yield f"Verdict of the lot check: {verdict.verdict.replace('_', ' ')}"
    yield ""
    yield "Rules"
    for finding in verdict.findings:
        outcome = finding.outcome.replace("_", " ")
        yield f"  {finding.code}: {outcome}. {finding.sentence}"
    yield ""
    yield "Results"
    for row in result_rows(reader, scope.lot):
        if row.preparation is None:
            yield from (f"  {line}" for line in result_lines(reader, row))
    yield ""
    yield "Fills and containers"
    for fill in scope.fills:
        yield (
            f"  {fill.root}: {fill.kind}, {fill.presentation}, expires"
            f" {shown_time(reader, fill.expires_at)}"
        )
        for container in scope.containers:
            if container.fill == fill.root:
                yield f"    {container.root}: {contents(reader, container)}"
    yield ""
    yield "To look at"
    yield from unusual_lines(reader, lineage, record_facts(reader, scope.lot))


def _covers(reader: Reader, scope: Scope) -> list[Row]:
    """What a release rests on: correcting any of it voids the release."""
    lineage = scope.lineage
    fills = {fill.root for fill in scope.fills}
    covers: list[Row] = [lineage.collection, lineage.course, lineage.pair]
    for table, row in record_facts(reader, scope.lot):
        if table == "fill" and row.root not in fills:
            continue
        if table == "container" and row.fill not in fills:
            continue
        covers.append(row)
    for table in ("collection_taking", "collection_decision"):
        covers += reader.rows(table, collection=lineage.collection.root)
    covers += reader.rows("hla_finding", pair=lineage.pair.root)[-1:]
    for consent in source_facts(reader, scope).consents:
        covers += [reader.get("consent", number) for number in consent.records]
    covers += reader.rows("attestation", lot=scope.lot)
    return covers


# -- conditions ------------------------------------------------------------------------------------


def _write_conditions(
    change: Change, told: Told, scope: Scope, fill: str, disposition: str
) -> list[dict[str, Any]]:
    """Write the tests a conditional release waits for, with the day each is due."""
    day = harvest_day(change, scope)
    assert day is not None, "a lot without a harvest is not conditionally releasable"
    containers = [str(row.root) for row in scope.containers if row.fill == fill]
    state = state_of_lot(change, scope.lineage.lot, containers=containers)
    due: dict[str, str] = {}
    for entry in state.pending:
        until = due_on(entry, day)
        assert until is not None, "only what may be pending is"
        for test in entry.tests[:1]:
            due.setdefault(test, until.isoformat())
    conditions = []
    for test, on in due.items():
        change.record("release_condition", told, disposition=disposition, test=test, due_on=on)
        conditions.append({"fill": fill, "test": test, "due_on": on})
    return conditions
