"""The expiry of filled containers extended by signature; their labels are void from then on.

An expiry stands on the label (Dir. 2006/86/EC Annex II.E), so a label that says another one may
not stay on its container: every live label is voided in the same act, and others are printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.custody.containers import state_of
from lottrack.actions.custody.expiries import own_expiry
from lottrack.actions.finding import find_one_of
from lottrack.actions.labelling.applying import void_in
from lottrack.actions.labelling.labels import LIVE, derived_label_state, labels_of
from lottrack.actions.releasing.dispositions import fill_disposition
from lottrack.actions.scanning import scanned_record
from lottrack.actions.secrets import require_account
from lottrack.actions.shown import write_warnings
from lottrack.actions.testing.documents import specification_number, specification_of_lot
from lottrack.errors import BadValue, Blocker, Refused
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import from_text, iso_local, local_text, to_text
from lottrack.rules.specification.presentation import shelf_life_text
from lottrack.rules.specification.specification import shelf_life_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lottrack.actions.desk import Desk
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

ACT = "container extend"
MEANING = "extension of the expiry of containers"

_WAITING = frozenset({"filled", "stored", "in_transit", "received"})
"""States in which a container waits unopened; afterwards other limits than its own expiry count."""

_STOPPED = frozenset({"rejected", "recalled", "discontinued"})


class Extension(NamedTuple):
    """What is wished: containers (numbers or scans), their new expiry, and what it rests on."""

    containers: tuple[str, ...]
    expires: datetime
    basis: str


def prepare_extension(
    desk: Desk, extension: Extension, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What a qualified person signs: each container, its expiry now and then, labels that fall.

    Raises:
        BadValue: the expiry has seconds, or lies in the past.
        Refused: a container is no filled one that waits, or its expiry is none later.
        RoleMissing: the signer may not.
    """
    record = reader or desk.store
    desk.role_for(ACT, require_account(desk, account))
    _require_sound(desk, extension.expires)
    rows = _containers(desk, record, extension)
    _require_extendable(record, rows, extension.expires, desk.now())
    zone = desk.zone
    lines = [
        f"Expiry from now on: {local_text(extension.expires, zone)}",
        f"Basis: {clean_text(extension.basis, 'the basis')}",
        "",
    ]
    lines += [line for row in rows for line in _lines(record, row, desk)]
    return signing.prepared(record, ACT, MEANING, lines, rows)


def _require_sound(desk: Desk, expires: datetime) -> None:
    if expires.second or expires.microsecond:
        raise BadValue(
            "An expiry is kept and printed to the minute.",
            code="bad-time",
            hint="Leave out the seconds: 2027-02-03T23:59.",
        )
    if not (expires > desk.now()):
        raise BadValue(
            f"The expiry {local_text(expires, desk.zone)} lies in the past.",
            code="expiry-in-past",
            hint="Check year, month and day of --expires.",
        )


def _containers(desk: Desk, reader: Reader, extension: Extension) -> list[Row]:
    numbers: dict[str, None] = {}
    for text in extension.containers:
        number = find_one_of(reader, scanned_record(desk, text)[0], "container").record
        numbers[number] = None
        if number not in desk.subjects:
            desk.subjects.append(number)
    return [reader.get("container", number) for number in numbers]


def _require_extendable(reader: Reader, rows: list[Row], expires: datetime, now: datetime) -> None:
    blockers = [blocker for row in rows for blocker in _blockers(reader, row, expires, now)]
    if blockers:
        raise Refused(
            "The expiry cannot be extended.",
            code=blockers[0].code,
            blockers=blockers,
            hint="Nothing was recorded. Leave out the containers named, or look at them with"
            " `lottrack custody show ID`.",
        )


def _blockers(reader: Reader, row: Row, expires: datetime, now: datetime) -> Iterator[Blocker]:
    number, zone = row.root, reader.setting("zone")
    if row.fill is None:
        yield Blocker(
            "prepared-dose",
            f"{number} is a prepared dose: how long it lasts is told when it is prepared.",
            f"container {number}",
        )
        return
    state = state_of(reader, number).state
    if state not in _WAITING:
        yield Blocker(
            "wrong-state",
            f"{number} is {state.replace('_', ' ')}; only a filled container that waits unopened"
            " is extended.",
            f"container {number}",
        )
    disposition = fill_disposition(reader, row.fill)
    if disposition in _STOPPED:
        yield Blocker(
            "disposition-final",
            f"{number} belongs to fill {row.fill}, which was {disposition}.",
            f"fill {row.fill}",
        )
    first, last = from_text(row.expires_at), from_text(own_expiry(reader, row))
    if not (last > now):
        yield Blocker(
            "already-expired",
            f"{number} expired {local_text(last, zone)}; what has expired is not extended.",
            f"container {number}",
        )
    elif not (expires > first) or expires == last:
        yield Blocker(
            "expiry-not-extended",
            f"{number} expires {local_text(last, zone)} and was"
            f" filled to expire {local_text(first, zone)};"
            f" {local_text(expires, zone)} extends neither.",
            f"container {number}",
        )


def _lines(reader: Reader, row: Row, desk: Desk) -> Iterator[str]:
    now = from_text(own_expiry(reader, row))
    fill, lot = reader.get("fill", row.fill), reader.get("lot", row.lot)
    life = shelf_life_of(specification_of_lot(reader, lot), fill.presentation)
    said = "no shelf life" if life is None else f"{shelf_life_text(life)} after the fill"
    yield f"Container: {row.root} of lot {row.lot}, {fill.presentation}"
    yield f"  Expiry until now: {local_text(now, desk.zone)}"
    yield f"  {specification_number(reader, lot)} allows: {said}"
    labels = [str(label.root) for label in _live_labels(reader, row.root)]
    yield f"  Labels that become void: {', '.join(labels) or 'none'}"


def _live_labels(reader: Reader, container: str) -> list[Row]:
    return [
        label
        for label in labels_of(reader, "container", container)
        if derived_label_state(reader, label.root)[0] in LIVE
    ]


def extend(
    desk: Desk, extension: Extension, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Extend the expiry of containers by signature and void their labels.

    Raises:
        Changed: the record is not what was shown.
        BadValue, Refused: see ``prepare_extension``.
    """
    basis = clean_text(extension.basis, "the basis")
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_extension(desk, extension, account, change),
        reason=basis,
    ) as (change, told, signature):
        rows = _containers(desk, change, extension)
        answered = [
            _extended(change, row, (extension.expires, basis, signature), told) for row in rows
        ]
        shown = [
            warning
            for entry in answered
            for warning in write_warnings(change, entry["extension"], _bare(entry))
        ]
    return {
        "id": answered[0]["extension"],
        "kind": "container_extension",
        "expires": iso_local(extension.expires, desk.zone),
        "basis": basis,
        "containers": answered,
        "signature": signature,
        "warnings": shown,
    }


def _extended(
    change: Change, row: Row, decided: tuple[datetime, str, str], told: Told
) -> dict[str, Any]:
    expires, basis, signature = decided
    before = own_expiry(change, row)
    number = change.record(
        "container_extension",
        told,
        container=row.root,
        expires_at=to_text(expires),
        basis=basis,
        signature=signature,
    )
    labels = _live_labels(change, row.root)
    for label in labels:
        void_in(change, str(label.root), told)
    return {
        "id": row.root,
        "extension": number,
        "before": iso_local(from_text(before), change.zone),
        "void_labels": [str(label.root) for label in labels],
    }


def _bare(entry: dict[str, Any]) -> list[ShownWarning]:
    if not entry["void_labels"]:
        return []
    return [
        ShownWarning(
            "container-without-label",
            f"The labels of {entry['id']} say the old expiry and are void now. Print and apply"
            f" others: `lottrack label print {entry['id']}`.",
        )
    ]
