"""A lot moved to another version of its specification: signed, with all its results judged anew.

The version a lot is judged by is fixed when it is registered. A qualified person may move it, sees
before signing what each result means under the other version, and signs that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.making.lots import find_lot, require_open_lot
from lottrack.actions.releasing.dispositions import lot_disposition
from lottrack.actions.secrets import require_account
from lottrack.actions.shown import write_warnings
from lottrack.actions.testing.documents import (
    is_approved,
    specification_number,
    specification_of,
)
from lottrack.actions.testing.judgements import rejudged_of_lot, verdict_on_record
from lottrack.actions.testing.quality_states import (
    filled_containers,
    invalidated_of_lot,
    recorded,
    result_rows,
    subject_of,
)
from lottrack.actions.testing.result_holds import hold_failing, infused_of
from lottrack.actions.testing.specifications import (
    find_version,
    require_for_product,
    require_usable,
)
from lottrack.errors import AlreadyDone, Refused
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import to_text
from lottrack.rules.specification.comparing import ADDED, REMOVED, compare
from lottrack.rules.specification.criterion import limit_text
from lottrack.rules.specification.fulfilment import specification_state
from lottrack.rules.specification.results import FAIL, judge, restored_value, result_text
from lottrack.rules.specification.specification import find_criterion
from lottrack.store.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.desk import Desk
    from lottrack.rules.specification.comparing import Difference
    from lottrack.rules.specification.criterion import Criterion
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader

ACT = "lot respecify"
MEANING = "move of a lot to another version of its specification"


class Move(NamedTuple):
    """What is wished: the lot, the version ``NAME@VERSION``, and why."""

    lot: str
    specification: str
    reason: str


class Judged(NamedTuple):
    """One result before the move and after.

    Attributes:
        row: the result.
        old: its criterion before, None where the version does not have its test.
        new: its criterion after.
        before: its verdict before.
        after: its verdict after.
        counts: whether it counts: no signed conclusion found it invalid.
    """

    row: Row
    old: Criterion | None
    new: Criterion | None
    before: str
    after: str
    counts: bool

    @property
    def failed(self) -> bool:
        """Whether it failed a required test before."""
        return self.before == FAIL and self.old is not None and self.old.required

    @property
    def fails(self) -> bool:
        """Whether it fails a required test after."""
        return self.after == FAIL and self.new is not None and self.new.required


class _Moving(NamedTuple):
    """A move looked up: the lot, the two versions, the results."""

    lot: Row
    before: str
    after: Row
    results: tuple[Judged, ...]


def prepare_respecification(
    desk: Desk, move: Move, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What a qualified person signs: both versions, their differences, every verdict that changes.

    Raises:
        AlreadyDone: the lot is judged by this version (``already-judged-by-it``).
        Refused: the version is not approved, was retired, or is not in effect.
        Conflict: the lot was closed, or the version names other products.
        RoleMissing: the signer may not.
    """
    record = reader or desk.store
    desk.role_for(ACT, require_account(desk, account))
    moving = _moving(desk, record, move)
    lines = [*_lines(record, moving, clean_text(move.reason, "the reason"))]
    return signing.prepared(record, ACT, MEANING, lines, [moving.lot, moving.after])


def _moving(desk: Desk, reader: Reader, move: Move) -> _Moving:
    lot = require_open_lot(reader, find_lot(desk, move.lot))
    after = find_version(reader, move.specification)
    before = specification_number(reader, lot)
    if before == after.root:
        raise AlreadyDone(
            f"Lot {lot.root} is judged by {before} already.",
            code="already-judged-by-it",
            hint="Nothing to do.",
        )
    if not is_approved(reader, "specification", after.root):
        raise Refused(
            f"{after.root} is not approved; no lot can be moved to it.",
            code="specification-not-approved",
            hint=f"A qualified person approves it: `lottrack spec approve {after.root}`.",
        )
    require_usable(reader, after, desk.now())
    require_for_product(reader, str(after.root), str(lot.product))
    return _Moving(lot, before, after, tuple(_judged(reader, lot, before, str(after.root))))


def _judged(reader: Reader, lot: Row, before: str, after: str) -> Iterator[Judged]:
    old, new = specification_of(reader, before), specification_of(reader, after)
    rejudged = rejudged_of_lot(reader, lot.root)
    invalidated = invalidated_of_lot(reader, str(lot.root))
    for row in result_rows(reader, lot.root):
        criterion = find_criterion(new, row.test)
        yield Judged(
            row,
            find_criterion(old, row.test),
            criterion,
            verdict_on_record(row, rejudged),
            judge(criterion, restored_value(row.sign, row.value)),
            str(row.root) not in invalidated,
        )


# -- what is shown ---------------------------------------------------------------------------------


def _lines(reader: Reader, moving: _Moving, reason: str) -> Iterator[str]:
    lot, after = moving.lot, moving.after
    old = reader.get("specification", moving.before)
    lineage = lineage_of(reader, lot.root)
    yield f"Lot: {lot.root}, {lot.product}, for patient {lineage.patient.root}"
    yield f"Disposition: {lot_disposition(reader, lot.root)}"
    yield f"Judged until now by: {old.root}, {old.title}"
    yield f"Judged from now on by: {after.root}, {after.title}"
    yield f"Reason: {reason}"
    yield ""
    yield f"Differences from {old.root} to {after.root}:"
    yield from _difference_lines(reader, moving)
    yield ""
    same = sum(each.before == each.after for each in moving.results)
    yield f"Results judged anew: {len(moving.results)}, of which {same} mean the same as before"
    yield from (_result_line(each) for each in moving.results if each.before != each.after)
    for warning in _warnings(reader, moving):
        yield f"Warning: {warning.sentence}"


def _difference_lines(reader: Reader, moving: _Moving) -> Iterator[str]:
    entries = compare(
        specification_of(reader, moving.before), specification_of(reader, moving.after.root)
    )
    for entry in entries:
        told = "; ".join(_difference(entry.change, each) for each in entry.differences)
        yield f"  {entry.change} {entry.part} {entry.name}".rstrip() + f": {told}"
    if not entries:
        yield "  none but the version"


def _difference(change: str, each: Difference) -> str:
    """One value that differs; of what is new or gone as a whole only the value itself."""
    if change in {ADDED, REMOVED}:
        return f"{each.field}: {each.before or each.after}"
    direction = f" ({each.direction})" if each.direction else ""
    return f"{each.field}: {each.before or 'none'} to {each.after or 'none'}{direction}"


def _result_line(each: Judged) -> str:
    row = each.row
    shown = result_text(restored_value(row.sign, row.value), row.unit or "")
    limit = "no such test" if each.new is None else limit_text(each.new)
    aside = "" if each.counts else ", found invalid by a signed conclusion"
    return (
        f"  {row.root} {row.test} of {subject_of(row)}: {shown}, was {each.before}, is"
        f" {each.after} ({limit}){aside}"
    )


def _warnings(reader: Reader, moving: _Moving) -> list[ShownWarning]:
    """What a person should look at twice before signing."""
    number = moving.after.root
    cleared = [each.row.test for each in moving.results if each.failed and not each.fails]
    found = []
    if cleared:
        sentence = (
            f"{_listed(cleared)} failed under {moving.before} and does not fail under {number}: the"
            " move takes a failure away."
        )
        found.append(ShownWarning("failure-cleared-by-move", sentence))
    open_ = _open_tests(reader, moving)
    if open_:
        sentence = f"Under {number} these required tests are open or undecided: {_listed(open_)}."
        found.append(ShownWarning("results-missing-after-move", sentence))
    return found


def _open_tests(reader: Reader, moving: _Moving) -> list[str]:
    lot = str(moving.lot.root)
    containers = [
        str(row.root)
        for fill in reader.rows("fill", lot=lot)
        for row in filled_containers(reader, fill.root)
    ]
    judged = {str(each.row.root): each.after for each in moving.results}
    spec = specification_of(reader, moving.after.root)
    results = [
        entry._replace(verdict=judged[entry.id])
        for entry in recorded(
            reader,
            spec,
            result_rows(reader, lot),
            rejudged_of_lot(reader, lot),
            invalidated_of_lot(reader, lot),
        )
    ]
    state = specification_state(spec, results, lot=lot, containers=containers)
    tests = [" or ".join(entry.tests) for entry in (*state.missing, *state.pending)]
    return tests + [entry.criterion.test for entry in state.undecided]


def _listed(words: list[str]) -> str:
    return ", ".join(dict.fromkeys(str(word) for word in words))


# -- the act ---------------------------------------------------------------------------------------


def respecify(
    desk: Desk, move: Move, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Move a lot by signature and judge all its results anew.

    A result of a required test that fails now and did not before opens what a failing result opens:
    an investigation, and holds once cells may be with a patient.

    Raises:
        Changed: the record is not what was shown.
        AlreadyDone, Refused, Conflict: see ``prepare_respecification``.
    """
    why = clean_text(move.reason, "the reason")
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_respecification(desk, move, account, change),
        reason=why,
    ) as (change, told, signature):
        moving = _moving(desk, change, move)
        warnings = _warnings(change, moving)
        number = change.record(
            "lot_respecification",
            told,
            lot=moving.lot.root,
            moved_from=moving.before,
            specification=moving.after.root,
            signature=signature,
        )
        signing.cover(change, signature, number)
        for each in moving.results:
            change.link(
                "rejudged_result",
                respecification=number,
                result=each.row.root,
                verdict_before=each.before,
                verdict=each.after,
            )
        holds = [
            hold for each in moving.results for hold in _holds(change, each, told.performed_by)
        ]
        shown = write_warnings(change, number, warnings)
        infused = infused_of(change, str(moving.lot.root)) if holds else []
    return {
        "id": number,
        "kind": "lot_respecification",
        "lot": moving.lot.root,
        "from": moving.before,
        "specification": moving.after.root,
        "reason": why,
        "results": [_result_data(each) for each in moving.results],
        "holds": holds,
        "infused": infused,
        "signature": signature,
        "warnings": shown,
    }


def _holds(change: Change, each: Judged, account: str) -> list[dict[str, Any]]:
    """What a result that fails by the move opens, as if it had been recorded now."""
    if not each.counts or each.failed or not each.fails:
        return []
    now = {"verdict": FAIL, "occurred_at": to_text(change.now), "performed_by": account}
    return hold_failing(change, Row(each.row.values() | now), each.new)


def _result_data(each: Judged) -> dict[str, Any]:
    return {
        "id": each.row.root,
        "test": each.row.test,
        "value": f"{each.row.sign}{each.row.value}",
        "before": each.before,
        "after": each.after,
    }
