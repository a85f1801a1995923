"""Correct a recorded fact, or say that it never happened.

Nothing is edited: the right value is a new version of the fact, the old one stays visible, and a
correction says who changed what and why. Everything that follows from it happens in the same
change: values reckoned from it, standings, signatures that become void, holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.finding import CODED, Found, find, word_for
from lottrack.actions.record.affected import (
    Printed,
    Reckoned,
    differences,
    outdated,
    printed,
    reckoned,
)
from lottrack.actions.record.consequences import (
    Step,
    following,
    open_holds,
    refound,
    restore_standings,
    warnings_after,
)
from lottrack.actions.record.corrected import shown_value
from lottrack.actions.record.correction_values import new_values, require_sound
from lottrack.actions.record.reach import (
    Covering,
    Dependent,
    covering,
    dependents,
    fills_of,
    is_live,
    lots_of,
    preparations_of,
)
from lottrack.actions.shown import write_warnings
from lottrack.errors import Changed, Conflict
from lottrack.rules.correcting.decisions import CORRECTED_BY, DECISIONS, require_strikable
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import from_text, iso_local
from lottrack.store.chain import canonical
from lottrack.store.change import Actor, Told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from lottrack.actions.desk import Desk
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


class Wanted(NamedTuple):
    """What a person wants mended.

    Attributes:
        record: number or code of the fact.
        pairs: ``KEY=VALUE`` words; none where it is struck.
        reason: why.
        on: what kind of thing it is, where several have the code; "" to find out.
    """

    record: str
    pairs: tuple[str, ...]
    reason: str
    on: str = ""


def correct_record(
    desk: Desk, wanted: Wanted, *, preview: bool = False, shown: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Correct values of a fact.

    Args:
        desk: where.
        wanted: what is to be what, and why.
        preview: answer what would happen, and record nothing.
        shown: what a preview answered and a person agreed to.

    Raises:
        NotFound: nothing has the number.
        BadValue: a value is none that the fact can have.
        Conflict: it was struck, the value cannot be corrected (``not-correctable``), it says so
            already (``nothing-to-correct``), or the times are out of order.
        Changed: the record is not what the preview showed.
    """
    found = _find(desk, wanted)
    role = desk.role_for(CORRECTED_BY.get(found.table, "correct"))
    why = clean_text(wanted.reason, "the reason")
    with _change(desk, "correct", why, role, preview=preview) as change:
        row = _current(change, found)
        new = new_values(change, desk, found, row, wanted.pairs)
        mended = _mend(change, desk, [Step(found.table, row, new)], why)
        _require_as_shown(shown, mended)
    return mended


def strike_record(
    desk: Desk, wanted: Wanted, *, preview: bool = False, shown: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Say that a recorded fact never happened, or happened to something else.

    What was recorded in the same act as a part of it (the bags of a fill) is struck with it.

    Raises:
        NotFound: nothing has the number.
        Conflict: it was struck before, is no fact that can be struck (``not-strikable``), or others
            stand on it (``has-dependents``, all named).
        RoleMissing: it is a signed decision, and the actor may not decide so.
        CustodyRefused: without it a container's life does not go together (``life-broken``).
        Changed: the record is not what the preview showed.
    """
    found = _find(desk, wanted)
    role = desk.role_for("strike")
    require_strikable(found.table, word_for(found.table), found.record)
    if found.table in DECISIONS:
        desk.role_for(DECISIONS[found.table])
    why = clean_text(wanted.reason, "the reason")
    with _change(desk, "strike", why, role, preview=preview) as change:
        row = _current(change, found)
        parts = _parts(change, found.table, row)
        steps = [Step(table, part, None) for table, part in [(found.table, row), *parts]]
        mended = _mend(change, desk, steps, why)
        _require_as_shown(shown, mended)
    return mended


def _change(
    desk: Desk, act: str, why: str, role: str, *, preview: bool
) -> AbstractContextManager[Change]:
    if not preview:
        return desk.change(act, why, role=role)
    actor = Actor(desk.require_actor(), role, desk.host)
    return desk.store.change(actor, act, why, now=desk.now(), dry_run=True)


def _find(desk: Desk, wanted: Wanted) -> Found:
    """The fact a number or code names; a code that two kinds of things share is asked about."""
    reader, code = desk.store, wanted.record.strip().upper()
    kinds = [kind for kind in CODED if reader.versions(kind, code)]
    if wanted.on and wanted.on in kinds:
        found = Found(wanted.on, code)
    elif len(kinds) > 1:
        words = [word_for(kind) for kind in kinds]
        raise Conflict(
            f"{code} is the code of a {' and of a '.join(words)}.",
            code="ambiguous-code",
            hint=f"Say which is meant: --on {' or --on '.join(kinds)}.",
        )
    else:
        found = find(reader, wanted.record)
    desk.subjects.append(found.record)
    return found


def _current(change: Change, found: Found) -> Row:
    row = change.find(found.table, found.record)
    if row is None:
        word = word_for(found.table)
        raise Conflict(
            f"The {word} {found.record} was struck: it counts for nothing any more.",
            code="struck",
            hint=f"`lottrack audit show {found.record}` tells why; record it anew if it happened.",
        )
    return row


# -- striking: what stands on a fact, and what falls with it ---------------------------------------


def _parts(reader: Reader, table: str, row: Row) -> list[tuple[str, Row]]:
    """Facts recorded in the same act as parts of one that is struck.

    Raises:
        Conflict: facts of later acts stand on it (``has-dependents``).
    """
    parts: dict[str, Dependent] = {}
    later: dict[str, Dependent] = {}
    act = int(reader.versions(table, row.root)[0].seq)
    pending = [Dependent(table, row)]
    while pending:
        this = pending.pop()
        for dependent in dependents(reader, this.table, str(this.row.root)):
            number = str(dependent.row.root)
            if number in parts or number == row.root or not is_live(reader, dependent):
                continue
            if int(reader.versions(dependent.table, number)[0].seq) == act:
                parts[number] = dependent
                pending.append(dependent)
            else:
                later[number] = dependent
    if later:
        raise _has_dependents(table, row, list(later.values()))
    return [(part.table, part.row) for part in parts.values()]


def _has_dependents(table: str, row: Row, later: list[Dependent]) -> Conflict:
    named = ", ".join(dependent.name for dependent in later[:8])
    more = f" and {len(later) - 8} more" if len(later) > 8 else ""
    return Conflict(
        f"{word_for(table).capitalize()} {row.root} cannot be struck while others stand on it:"
        f" {named}{more}.",
        code="has-dependents",
        hint="Strike those first, if they never happened either; void labels with `lottrack label"
        " void`. A wrong value alone is mended with `lottrack correct`.",
    )


# -- the change itself -----------------------------------------------------------------------------


class _Before(NamedTuple):
    """What a fact concerned before it was mended."""

    lots: list[str]
    fills: list[str]
    preparations: list[str]
    reckoned: Reckoned
    printed: Printed


def _look(change: Change, steps: list[Step]) -> _Before:
    table, row, _ = steps[0]
    lots = lots_of(change, table, row)
    preparations = preparations_of(change, table, row)
    return _Before(
        lots,
        fills_of(change, table, row),
        preparations,
        reckoned(change, lots, preparations),
        printed(change, lots, table, row),
    )


def _mend(change: Change, desk: Desk, steps: list[Step], why: str) -> dict[str, Any]:
    """Amend facts and everything that follows from them; answer with all of it."""
    before = _look(change, steps)
    voided = {str(step.before.root): covering(change, step.before) for step in steps}
    done = list(_amended(change, steps, voided))
    for step in steps:
        if step.new is not None:
            require_sound(change, step.table, str(step.before.root))
    affected = _affected(change, desk, before, steps, voided)
    number = _write_corrections(change, done, why, affected, voided)
    affected["containers"] = restore_standings(change, done)
    affected["findings"] = refound(change, done)
    acts = {each.act for signatures in voided.values() for each in signatures}
    holds = open_holds(change, done, number, acts, before.fills)
    table, row, new = steps[0]
    warnings = write_warnings(change, number, warnings_after(change, done, before.lots))
    return {
        "id": number,
        "kind": "correction",
        "record": str(row.root),
        "record_kind": table,
        "struck": new is None,
        "version": int(row.version) + 1,
        "changes": _shown_changes(change, steps[0]),
        "affected": affected,
        "also": [
            {
                "record": str(step.before.root),
                "record_kind": step.table,
                "changes": _shown_changes(change, step),
            }
            for step in done[1:]
        ],
        "holds": holds,
        "warnings": warnings,
    }


def _amended(
    change: Change, steps: list[Step], voided: dict[str, list[Covering]]
) -> Iterator[Step]:
    """Write the next version of each fact, and of those whose values follow from it."""
    pending = list(steps)
    while pending:
        step = pending.pop(0)
        record = str(step.before.root)
        voided.setdefault(record, covering(change, step.before))
        change.amend(step.table, step.before, struck=step.new is None, **(step.new or {}))
        yield step
        pending += following(change, step)


def _affected(
    change: Change,
    desk: Desk,
    before: _Before,
    steps: list[Step],
    voided: dict[str, list[Covering]],
) -> dict[str, Any]:
    table, row, _ = steps[0]
    signatures = {each.number: each for found in voided.values() for each in found}
    return {
        "derived": differences(before.reckoned, reckoned(change, before.lots, before.preparations)),
        "labels": outdated(change, before.printed, printed(change, before.lots, table, row)),
        "signatures": [
            {
                "id": each.number,
                "kind": "signature",
                "meaning": each.meaning,
                "by": each.by,
                "at": iso_local(from_text(each.at), desk.zone),
            }
            for each in signatures.values()
        ],
    }


def _write_corrections(
    change: Change,
    done: list[Step],
    why: str,
    affected: dict[str, Any],
    voided: dict[str, list[Covering]],
) -> str:
    """One correction for each fact; those that followed name the first. Returns its number."""
    first = ""
    for step in done:
        record = str(step.before.root)
        own = affected if not first else {"signatures": [each.number for each in voided[record]]}
        reason = why if not first else f"{why} (follows from {first})"
        number = change.record(
            "correction",
            Told(reason=reason),
            record=record,
            record_table=step.table,
            kind="strike" if step.new is None else "correct",
            from_version=int(step.before.version),
            to_version=int(step.before.version) + 1,
            changes=canonical(_changes(step)),
            affected=canonical(own),
        )
        first = first or number
    change.subject = str(done[0].before.root)
    return first


def _changes(step: Step) -> list[dict[str, Any]]:
    """What a step changed, as stored: key, from, to."""
    table, before, new = step
    del table
    return [
        {"key": "at" if name == "occurred_at" else name, "from": getattr(before, name), "to": value}
        for name, value in (new or {}).items()
        if name != "late" and getattr(before, name) != value
    ]


def _shown_changes(reader: Reader, step: Step) -> list[dict[str, Any]]:
    """What a step changed, for people and scripts: times in the site's zone."""
    return [
        each | {side: shown_value(reader, each["key"], each[side]) for side in ("from", "to")}
        for each in _changes(step)
    ]


def _require_as_shown(shown: dict[str, Any] | None, mended: dict[str, Any]) -> None:
    if shown is None:
        return
    for part in ("version", "changes", "affected", "also"):
        if shown[part] != mended[part]:
            raise Changed(
                "What you were shown is not what the record says any more: somebody recorded"
                " something since. Nothing was corrected.",
                hint="Repeat the command and read what it shows.",
            )
