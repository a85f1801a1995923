"""Holds opened by people, and any hold lifted by signature."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.families.persons import told_of
from lottrack.actions.finding import find_one_of, word_for
from lottrack.actions.independence import require_independent
from lottrack.actions.making.lots import require_after_taking
from lottrack.actions.moments import happened_at, shown_time, told_time
from lottrack.actions.releasing.holds import HELD, held_thing, shown_hold, write_hold
from lottrack.actions.scanning import scanned_record
from lottrack.actions.secrets import require_account
from lottrack.actions.testing.investigations import cases_naming, state_words, who_is_next
from lottrack.errors import AlreadyDone, Blocker, Conflict, Refused, RoleMissing
from lottrack.rules.reading.text import clean_text
from lottrack.rules.specification.investigation import is_concluded, next_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.desk import Desk, Telling
    from lottrack.actions.finding import Found
    from lottrack.store.change import Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

LIFT = "hold lift"
RELEASE = "lot release"
CAUSES = ("oos", "marker", "material", "excursion", "damage", "correction", "other")
"""Causes a person can give; an incident opens its hold by itself."""


def open_hold(
    desk: Desk, text: str, cause: str, reason: str, telling: Telling, *, on: str = ""
) -> dict[str, Any]:
    """Hold a donor, collection, lot, fill or container.

    Args:
        desk: where.
        text: its number, code or scan.
        cause: one of ``CAUSES``.
        reason: why, in words.
        telling: when, by whom.
        on: what kind of thing it is, where several have the same code; "" to find out.

    Raises:
        Conflict: things of several kinds have this code (``ambiguous-code``).
        NotFound: nothing has it.
        Conflict: the time told is before the donor's birth or before the marrow was taken
            (``out-of-order``).
    """
    number, scanned = scanned_record(desk, text)
    thing = _find_held(desk, number, on)
    why = clean_text(reason, "the reason")
    told = _told(desk, thing, telling._replace(entry="scanned") if scanned else telling)
    with desk.change("hold open", why) as change:
        row = change.get(thing.table, thing.record)
        if thing.table in {"lot", "fill", "container"}:
            lot = str(row.root if thing.table == "lot" else row.lot)
            require_after_taking(change, happened_at(change, told), lot)
        hold = write_hold(change, thing.table, thing.record, cause, why, automatic=False, told=told)
        row = change.get("hold", hold)
        data = _data(change, row)
    return data | {"warnings": []}


def _find_held(desk: Desk, text: str, on: str) -> Found:
    """A thing that can be held; a code that two kinds of things share is asked about."""
    found = find_one_of(desk.store, text, *((on,) if on else HELD))
    code = text.strip().upper()
    kinds = [kind for kind in ("donor", "collection", "lot") if desk.store.find(kind, code)]
    if not on and len(kinds) > 1:
        raise Conflict(
            f"{code} is the code of a {' and of a '.join(kinds)}.",
            code="ambiguous-code",
            hint=f"Say which is to be held: --on {' or --on '.join(kinds)}.",
        )
    desk.subjects.append(found.record)
    return found


def _told(desk: Desk, thing: Found, telling: Telling) -> Told:
    """What was said about a hold; one of a donor or a donation not before the donor's birth."""
    if thing.table not in {"donor", "collection"}:
        return desk.told(telling)
    row = desk.store.get(thing.table, thing.record)
    donor = row if thing.table == "donor" else desk.store.get("donor", row.donor)
    return told_of(desk, telling, str(donor.root), int(donor.born_year), "the hold")


def prepare_lift(
    desk: Desk, text: str, reason: str, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What is signed when a hold is lifted.

    Raises:
        AlreadyDone: it was lifted before.
        SamePerson: the signer opened it by hand.
        Refused: the investigation that opened it has no conclusion (``oos-open``).
    """
    record = reader or desk.store
    number = find_one_of(record, text, "hold").record
    hold = record.get("hold", number)
    if reader is None:
        desk.subjects += [number, held_thing(hold)[1]]
    opener = {} if hold.automatic else {str(hold.performed_by): [number]}
    if not hold.automatic:
        opener.setdefault(str(hold.recorded_by), [number])
    require_independent(desk, LIFT, account, opener, "opened")
    _require_releaser(desk, hold, account)
    lift = record.first("hold_lift", hold=number)
    if lift is not None:
        raise AlreadyDone(
            f"Hold {number} was lifted by {lift.performed_by} ({lift.root}).",
            code="already-lifted",
            hint="`lottrack hold list` shows the holds that are open.",
        )
    _require_concluded(record, hold)
    kind, held = held_thing(hold)
    opened = "by itself" if hold.automatic else f"by {hold.performed_by}"
    lines = [
        f"Hold: {number} on {word_for(kind)} {held}",
        f"Cause: {hold.cause}; {hold.reason}",
        f"Opened: {told_time(record, hold.occurred_at)}, {opened}",
    ]
    if hold.because_of:
        lines.append(f"Because of: {hold.because_of}")
    lines += _voided_lines(record, hold)
    lines.append(f"Lifted because: {clean_text(reason, 'the reason')}")
    return signing.prepared(record, LIFT, f"lifting of hold {number}", lines, [hold])


def _require_concluded(reader: Reader, hold: Row) -> None:
    """A failing result holds until its investigation has a signed conclusion that stands.

    Raises:
        Refused: ``oos-open``.
    """
    if not hold.automatic or hold.cause != "oos" or hold.because_of is None:
        return
    open_ = [case for case in cases_naming(reader, str(hold.because_of)) if not is_concluded(case)]
    if not open_:
        return
    blockers = [
        Blocker(
            "oos-open",
            f"{case.oos} ({case.test} of {case.subject}) is {state_words(case)}.",
            "EudraLex Vol. 4 Part IV 11.5",
            who_is_next(case),
            next_command(case),
        )
        for case in open_
    ]
    raise Refused(
        f"Hold {hold.root} was opened by {hold.because_of}, out of specification:"
        f" {blockers[0].sentence} It is lifted after a signed conclusion.",
        code="oos-open",
        blockers=blockers,
        hint=f"Next, by {who_is_next(open_[0])}: `{next_command(open_[0])}`.",
    )


def is_of_voided_release(hold: Row) -> bool:
    """Whether a hold stands in for a release that a correction voided."""
    return bool(hold.automatic) and hold.cause == "correction" and hold.fill is not None


def _require_releaser(desk: Desk, hold: Row, account: str) -> None:
    """A correction voided the release, and no signature survives that (invariant 4).

    What lets the fill go again is the signature of somebody who may release: the lifting says that
    the release holds with what was corrected. Quality assurance alone does not certify.

    Raises:
        RoleMissing: the person may lift holds, but not release.
    """
    if not is_of_voided_release(hold):
        return
    try:
        desk.role_for(RELEASE, require_account(desk, account))
    except RoleMissing as error:
        raise RoleMissing(
            f"{account} cannot lift hold {hold.root}: a correction voided the release of fill"
            f" {hold.fill}, and only who may release it lets it go again.",
            hint="A qualified person lifts it, or releases the fill anew:"
            f" `lottrack hold lift {hold.root} --reason TEXT`.",
        ) from error


def _voided_lines(reader: Reader, hold: Row) -> Iterator[str]:
    """What was corrected, and the release it voided; the lifting confirms it."""
    if not is_of_voided_release(hold):
        return
    correction = reader.find("correction", hold.because_of)
    if correction is not None:
        word = word_for(str(correction.record_table))
        yield f"Corrected: {word} {correction.record}, because: {correction.reason}"
        for change in json.loads(correction.changes):
            yield f"  {change['key']}: {change['from']} -> {change['to']}"
    decision = reader.last("disposition", fill=hold.fill)
    if decision is not None:
        yield (
            f"Voided: the release {decision.root} of fill {hold.fill}, signed by"
            f" {decision.performed_by}, {told_time(reader, decision.occurred_at)}. With this"
            " signature it holds with what was corrected."
        )


def lift_hold(
    desk: Desk, text: str, reason: str, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Lift a hold by signature; other holds and the disposition stay as they are.

    Raises:
        Changed: the record is not what was shown.
        AlreadyDone, SamePerson: see ``prepare_lift``.
    """
    why = clean_text(reason, "the reason")
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_lift(desk, text, reason, account, change),
        reason=why,
    ) as (change, told, signature):
        number = find_one_of(change, text, "hold").record
        change.record("hold_lift", told, hold=number, signature=signature)
        row = change.get("hold", number)
        change.mention(held_thing(row)[1])
        data = _data(change, row)
    return data | {"signature": signature, "warnings": []}


_OPEN_HOLDS = """SELECT h.* FROM {hold} AS h
 WHERE NOT EXISTS (SELECT 1 FROM {hold_lift} AS l WHERE l.hold = h.root)
 ORDER BY length(h.root), h.root"""


def list_holds(desk: Desk, *, lifted: bool) -> list[dict[str, Any]]:
    """The open holds, or with ``lifted`` all of them."""
    store = desk.store
    rows = store.rows("hold") if lifted else store.facts_in(_OPEN_HOLDS)
    return [_data(store, row) for row in rows]


def _data(reader: Reader, hold: Row) -> dict[str, Any]:
    lift = reader.first("hold_lift", hold=hold.root)
    return shown_hold(reader, hold) | {
        "lifted_by": None if lift is None else lift.performed_by,
        "lifted_at": None if lift is None else shown_time(reader, lift.occurred_at),
        "lifted_because": None if lift is None else lift.reason,
    }
