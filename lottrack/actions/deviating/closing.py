"""A deviation closed by signature, by somebody who had no part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.deviating.deviations import find_deviation, require_open
from lottrack.actions.deviating.views import dealing_of, deviation_data, facts_of
from lottrack.actions.finding import word_for
from lottrack.actions.independence import people_of, require_independent
from lottrack.errors import Conflict
from lottrack.rules.deviations import closing_blockers, needs_check, require_check_day
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import from_text, local_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

ACT = "deviation close"

_PARTS = frozenset({"deviation", "deviation_investigation", "corrective_action", "action_done"})
"""Facts whose authors had a part in the deviation; who linked or classed it judged it only."""


def prepare_closing(
    desk: Desk,
    text: str,
    words: str,
    check_due_on: date | None,
    account: str,
    reader: Reader | None = None,
) -> signing.Prepared:
    """What is signed when a deviation is closed: all that was recorded of it, and the conclusion.

    Args:
        desk: where.
        text: the deviation.
        words: the conclusion.
        check_due_on: the last day for the check of effectiveness, or None.
        account: who wants to sign.
        reader: the open change when it is prepared again.

    Raises:
        SamePerson: the signer opened or performed it, investigated it, or carried out an action.
        Conflict: it is closed, or something stands against closing it (``deviation-not-closable``).
        BadValue: the day for the check is over.
    """
    record = reader or desk.store
    number = find_deviation(desk, text)
    row = require_open(record, number)
    facts = list(facts_of(record, row))
    parts = [fact for fact in facts if fact[0] in _PARTS]
    require_independent(desk, ACT, account, _people(record, parts), "had a part in")
    require_check_day(check_due_on, desk.today())
    dealing = dealing_of(record, row)
    blockers = closing_blockers(dealing, check_due_on)
    if blockers:
        raise Conflict(
            f"{number} cannot be closed yet.",
            code="deviation-not-closable",
            blockers=blockers,
            hint=blockers[0].hint,
        )
    lines = list(_lines(record, row, facts))
    lines.append(f"Conclusion: {clean_text(words, 'the text')}")
    if needs_check(dealing):
        lines.append(f"Effect to be checked by: {check_due_on}")
    meaning = f"closing of deviation {number}"
    return signing.prepared(record, ACT, meaning, lines, [fact for _, fact in facts])


def _people(reader: Reader, facts: list[tuple[str, Row]]) -> dict[str, list[str]]:
    """Who opened, performed, investigated or carried out; the owners of its actions, too."""
    people = people_of(reader, facts)
    for table, row in facts:
        if table == "corrective_action":
            people.setdefault(str(row.owner), []).append(str(row.root))
    return people


def _lines(reader: Reader, row: Row, facts: list[tuple[str, Row]]) -> Iterator[str]:
    data = deviation_data(reader, row)
    yield f"Deviation: {row.root}, {data['class']}: {row.title}"
    yield f"Happened: {_when(reader, row)}, opened by {row.recorded_by}"
    yield f"What happened: {row.text}"
    for table, fact in facts:
        if table == "deviation_concern":
            through = f", through {fact.because_of}" if fact.because_of else ""
            yield f"Concerns: {word_for(fact.record_kind)} {fact.record}{through}"
        elif table == "deviation_class":
            yield f"Classed {fact.severity}: {_when(reader, fact)}, {fact.reason} ({_by(fact)})"
        elif table == "deviation_investigation":
            yield f"Cause: {fact.cause} ({_by(fact)})"
            yield f"Investigation: {fact.text}"
        elif table == "corrective_action":
            yield f"Action {fact.root}: {fact.text} ({fact.owner}, by {fact.due_on})"
        elif table == "action_done":
            yield f"Done {fact.corrective_action}: {fact.text} ({_by(fact)}, {_when(reader, fact)})"
        elif table == "effectiveness_check":
            said = "had an effect" if fact.effective else "had no effect"
            yield f"Check: what was done {said}; {fact.text} ({_by(fact)})"


def _by(fact: Row) -> str:
    corrected = ", corrected" if fact.version > 1 else ""
    return f"{fact.performed_by}{corrected}"


def _when(reader: Reader, fact: Row) -> str:
    return local_text(from_text(fact.occurred_at), reader.setting("zone"))


def close_deviation(
    desk: Desk,
    text: str,
    words: str,
    check_due_on: date | None,
    prepared: signing.Prepared,
    proof: signing.Proof,
) -> dict[str, Any]:
    """Close a deviation by signature.

    Raises:
        Changed: the record is not what was shown.
        SamePerson, Conflict, BadValue: see ``prepare_closing``.
    """
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_closing(desk, text, words, check_due_on, account, change),
    ) as (change, told, signature):
        number = find_deviation(desk, text)
        row = change.get("deviation", number)
        due_on = check_due_on if needs_check(dealing_of(change, row)) else None
        closure = change.record(
            "deviation_closure",
            told,
            deviation=number,
            text=clean_text(words, "the text"),
            check_due_on=None if due_on is None else due_on.isoformat(),
            signature=signature,
        )
        data = deviation_data(change, row)
    return data | {
        "closing": closure,
        "check_due_on": due_on,
        "signature": signature,
        "warnings": [],
    }
