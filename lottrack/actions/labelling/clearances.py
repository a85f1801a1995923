"""Line clearance: no labels of another lot lie where a lot is labelled (21 CFR 211.130(e)).

A site turns it on for a place. From then on labels of a lot are printed there, and the lot is
filled, only when no other lot of that place has labels outstanding, or when somebody looked where
those are and signed for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.custody.containers import first_place
from lottrack.actions.desk import Telling
from lottrack.actions.finding import code_of
from lottrack.actions.making.lots import find_lot
from lottrack.actions.secrets import require_account
from lottrack.errors import AlreadyDone, Blocker, LabelRefused
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

CLEAR = "label clear"
_MEANING = "line clearance: none of these labels is where another lot is labelled"

# Labels of containers that are at a place, and, at the first place, labels of samples: a tube is
# labelled where it is drawn. Read from the few labels that are outstanding outwards.
_OUTSTANDING = """
SELECT l.root AS label, l.copy AS copy, c.root AS record, c.lot AS lot
  FROM label_standing AS s CROSS JOIN {label} AS l ON l.root = s.label
 CROSS JOIN {container} AS c ON c.root = l.container
 CROSS JOIN container_standing AS at ON at.container = c.root
 WHERE s.state IN ('printing', 'printed') AND at.place = :place
UNION ALL
SELECT l.root, l.copy, m.root, coalesce(m.lot, c.lot)
  FROM label_standing AS s CROSS JOIN {label} AS l ON l.root = s.label
 CROSS JOIN {sample} AS m ON m.root = l.sample
  LEFT JOIN {container} AS c ON c.root = m.container
 WHERE s.state IN ('printing', 'printed') AND :place = :first
"""
_CLEARED = """
SELECT 1 FROM cleared_label AS d JOIN {line_clearance} AS k ON k.root = d.line_clearance
 WHERE d.label = :label AND k.place = :place
"""


class Clearing(NamedTuple):
    """A line about to be cleared.

    Attributes:
        lot: number or scan of the lot whose labels are outstanding.
        place: code of the place, or "" for the site's first manufacturing place.
        where: where the labels are, in words.
    """

    lot: str
    place: str
    where: str


# -- the rule --------------------------------------------------------------------------------------


def set_clearance(desk: Desk, text: str, reason: str, *, required: bool) -> dict[str, Any]:
    """Ask for line clearance at a place from now on, or no longer.

    Raises:
        NotFound: there is no such place.
        AlreadyDone: it is so already.
    """
    why = clean_text(reason, "the reason") if reason else ""
    place = code_of(desk.store, "place", text)
    desk.subjects.append(place)
    told = desk.told(Telling(reason=why))
    with desk.change("place line-clearance", why or None) as change:
        if asks_for_clearance(change, place) == required:
            raise AlreadyDone(
                f"Line clearance at {place} is {'on' if required else 'off'} already.",
                hint="Nothing to do.",
            )
        change.record("clearance_rule", told, place=place, required=int(required))
        change.mention(place)
    return {"id": place, "kind": "place", "line_clearance": required, "warnings": []}


def asks_for_clearance(reader: Reader, place: str) -> bool:
    """Whether a lot is opened at this place only after line clearance."""
    rule = reader.last("clearance_rule", place=place)
    return rule is not None and bool(rule.required)


def line_blockers(
    reader: Reader, lot: str, place: str = "", together: Iterable[str] = ()
) -> list[Blocker]:
    """What stands against working on a lot at a place: labels of other lots that may lie there.

    Args:
        reader: the record as it is now.
        lot: the lot about to be opened, labelled or filled.
        place: where; "" for the site's first manufacturing place.
        together: all lots about to be worked on at once, itself included; more than one never is.
    """
    at = place or first_place(reader)
    if not asks_for_clearance(reader, at):
        return []
    others = sorted({other for other in together if other != lot})
    if others:
        sentence = f"Lots {lot} and {', '.join(others)} would be labelled at {at} together."
        hint = "Print them one after the other."
        return [Blocker("line-not-clear", sentence, "21 CFR 211.130(e)", hint=hint)]
    loose: dict[str, list[str]] = {}
    for row in _outstanding(reader, at):
        if row.lot != lot:
            loose.setdefault(str(row.lot), []).append(str(row.label))
    return [
        Blocker(
            "line-not-clear",
            f"{len(labels)} labels of lot {other} are outstanding at {at}: {_some(labels)}.",
            "21 CFR 211.130(e)",
            who_can_mend="production lead or quality assurance",
            hint=f"Apply, attach or void them; or look where they are, and sign:"
            f" `lottrack label clear {other} --at-place {at} --reason WHERE`.",
        )
        for other, labels in loose.items()
    ]


def require_clear_line(reader: Reader, lot: str, place: str = "") -> None:
    """Refuse to open a lot where labels of another one may lie.

    Raises:
        LabelRefused: ``line-not-clear``; each lot whose labels are outstanding is a blocker.
    """
    blockers = line_blockers(reader, lot, place)
    if blockers:
        raise LabelRefused(
            f"Lot {lot} cannot be opened here: {blockers[0].sentence}",
            code=blockers[0].code,
            blockers=blockers,
            hint=blockers[0].hint,
        )


def loose_lots(reader: Reader, lot: str, place: str = "") -> list[str]:
    """The other lots whose labels may lie at a place; "" is the first manufacturing place."""
    rows = _outstanding(reader, place or first_place(reader))
    return list(dict.fromkeys(str(row.lot) for row in rows if row.lot != lot))


def _outstanding(reader: Reader, place: str) -> list[Row]:
    """Labels that may lie at a place and that nobody cleared it of."""
    rows = reader.facts_in(_OUTSTANDING, place=place, first=first_place(reader))
    return [
        row
        for row in sorted(rows, key=lambda row: (row.lot, len(row.label), row.label))
        if not reader.facts_in(_CLEARED, label=row.label, place=place)
    ]


def _some(labels: Iterable[str]) -> str:
    first, *rest = labels
    return f"{first} to {rest[-1]}" if len(rest) > 2 else ", ".join([first, *rest])


# -- the clearance ---------------------------------------------------------------------------------


def prepare_clearance(
    desk: Desk, clearing: Clearing, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What is signed when somebody looked that no label of a lot is left at a place.

    Raises:
        AlreadyDone: the lot has no labels outstanding there, or the place was cleared of them.
        RoleMissing: the signer may not.
    """
    record = reader or desk.store
    desk.role_for(CLEAR, require_account(desk, account))
    lot, place, labels = _asked(desk, record, clearing)
    if reader is None:
        desk.subjects += [lot, place]
    if not labels:
        raise AlreadyDone(
            f"No label of lot {lot} is outstanding at {place}, or it was cleared of them.",
            code="nothing-to-clear",
            hint=f"`lottrack label reconcile {lot}` counts all its labels.",
        )
    lines = [
        f"Place: {place}",
        f"Lot: {lot}, {len(labels)} labels outstanding",
        *(f"  {row.label} ({row.copy}, for {row.record})" for row in labels),
        "None of them lies where another lot is labelled.",
        f"Where they are: {clean_text(clearing.where, 'the reason')}",
    ]
    return signing.prepared(
        record, CLEAR, _MEANING, lines, [record.get("label", str(row.label)) for row in labels]
    )


def clear_line(
    desk: Desk, clearing: Clearing, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Record by signature that a place is clear of a lot's outstanding labels.

    They stay outstanding, and the lot cannot be closed before each has come to something.

    Raises:
        Changed: other labels are outstanding than were shown.
        AlreadyDone: see ``prepare_clearance``.
    """
    where = clean_text(clearing.where, "the reason")
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_clearance(desk, clearing, account, change),
        reason=where,
    ) as (change, told, signature):
        lot, place, labels = _asked(desk, change, clearing)
        number = change.record("line_clearance", told, place=place, lot=lot, signature=signature)
        for row in labels:
            change.link("cleared_label", line_clearance=number, label=row.label)
        change.mention(lot, place)
    return {
        "id": number,
        "kind": "line_clearance",
        "lot": lot,
        "place": place,
        "labels": [row.label for row in labels],
        "signature": signature,
        "warnings": [],
    }


def _asked(desk: Desk, reader: Reader, clearing: Clearing) -> tuple[str, str, list[Row]]:
    """The lot, the place, and the lot's labels that may lie there."""
    lot = find_lot(desk, clearing.lot)
    place = code_of(reader, "place", clearing.place) if clearing.place else first_place(reader)
    return lot, place, [row for row in _outstanding(reader, place) if row.lot == lot]
