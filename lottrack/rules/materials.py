"""Materials: whether a lot of lysate, trypsin or DMSO may be used, and how much of it is left.

A material lot waits in quarantine until it is released by signature, may be used to the end of its
last day, and from an opened vial only for so long. What is on hand is reckoned and never kept:
received = used + discarded + on hand. Every material that touches the cells is traced (Reg. (EC)
1394/2007 Art. 15(1)); release before use is GMP for ATMP (EudraLex Vol. 4 Part IV).
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import Blocker
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.material_amounts import amount, odd_quantity_warnings, open_life
from lottrack.rules.reading.times import is_before, local_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

RELEASED, REJECTED = "released", "rejected"
"""What can be decided about a material lot."""

QUARANTINE, RECALLED, EXPIRED = "quarantine", "recalled", "expired"
STATES = (QUARANTINE, RELEASED, REJECTED, RECALLED, EXPIRED)
"""What a material lot can be at a moment."""

SOON = 30
"""Days before its last day from which a delivery is worth a second look."""

FAR = 365 * 10
"""Days until its last day from which a mistyped year is more likely than a long life."""

LATER = "material-released-later"
"""Used before the release was entered: a warning at the use, and a fault until it is explained."""


class Decision(NamedTuple):
    """A signed decision about a material lot.

    Attributes:
        record: its number.
        decision: released or rejected.
        at: when it was signed.
        stands: nothing that the signature covers was corrected since.
    """

    record: str
    decision: str
    at: datetime
    stands: bool


class Opening(NamedTuple):
    """A vial opened: the number of the opening (of the first use where none was told), and when."""

    record: str
    at: datetime


class MaterialLot(NamedTuple):
    """A delivery of a material as the record tells it.

    Attributes:
        number: its number.
        material: code of the material.
        name: what the material is called.
        unit: the unit all quantities are in.
        supplier: who supplied it.
        supplier_lot: the supplier's own number.
        received_at: when it came.
        expires_on: its last day, at the site.
        open_hours: how long an opened vial may be used, or None.
        decisions: in the order signed.
        recalled_at: when it was recalled, or None.
        openings: vials opened, in the order of time.
        received: how much came.
        used: how much of it was used.
        discarded: how much was thrown away.
        zone: the site's time zone, for sentences.
    """

    number: str
    material: str
    name: str
    unit: str
    supplier: str
    supplier_lot: str
    received_at: datetime
    expires_on: date
    open_hours: int | None
    decisions: tuple[Decision, ...]
    recalled_at: datetime | None
    openings: tuple[Opening, ...]
    received: Decimal
    used: Decimal
    discarded: Decimal
    zone: str

    @property
    def on_hand(self) -> Decimal:
        """What is left: received less used less discarded, in ``unit``."""
        return self.received - self.used - self.discarded

    @property
    def decided(self) -> Decision | None:
        """The latest decision whose signature still stands, or None."""
        standing = [decision for decision in self.decisions if decision.stands]
        return standing[-1] if standing else None

    @property
    def called(self) -> str:
        """As sentences name it: number, name, the supplier's lot."""
        return f"{self.number} ({self.name}, lot {self.supplier_lot} of {self.supplier})"


# -- is there enough of it? ------------------------------------------------------------------------


def quantity_blockers(lot: MaterialLot, quantity: Decimal, what: str) -> list[Blocker]:
    """Why so much cannot have been taken out of a material lot: there is not that much of it.

    Args:
        lot: the material lot.
        quantity: how much, in its unit.
        what: what takes it ("this use").
    """
    if quantity <= lot.on_hand:
        return []
    return [
        Blocker(
            "more-than-on-hand",
            f"Of {lot.called} {amount(lot.received, lot.unit)} were received,"
            f" {amount(lot.used, lot.unit)} used and {amount(lot.discarded, lot.unit)} discarded:"
            f" {amount(max(lot.on_hand, Decimal(0)), lot.unit)} are left, and {what} would take"
            f" {amount(quantity, lot.unit)}.",
            "received = used + discarded + on hand",
            "technician or production_lead",
            f"Check quantity and unit; `lottrack material show {lot.number}` tells where it went."
            " What was told wrongly is mended with `lottrack correct`.",
        )
    ]


# -- may it be used? -------------------------------------------------------------------------------


def state_at(lot: MaterialLot, at: datetime, day: date) -> str:
    """What a material lot is at a moment: one of ``STATES``."""
    if lot.recalled_at is not None and lot.recalled_at <= at:
        return RECALLED
    decided = lot.decided
    if decided is None:
        return QUARANTINE
    if decided.decision == REJECTED:
        return REJECTED
    return EXPIRED if day > lot.expires_on else RELEASED


def vial_at(lot: MaterialLot, at: datetime, vial: str = "") -> Opening | None:
    """The opened vial that something taken at a moment came from: the one named, else the latest.

    None while nothing was opened: then this is the opening.
    """
    if vial:
        return next((opening for opening in lot.openings if opening.record == vial), None)
    opened = [opening for opening in lot.openings if not is_before(at, opening.at)]
    return opened[-1] if opened else None


def open_until(lot: MaterialLot, opening: Opening | None) -> datetime | None:
    """Until when an opened vial may be used; None where opening sets no limit."""
    if opening is None or lot.open_hours is None:
        return None
    return opening.at + timedelta(hours=lot.open_hours)


def use_blockers(lot: MaterialLot, at: datetime, day: date, *, vial: str = "") -> list[Blocker]:
    """Everything that stands against using a material lot at a moment.

    Judged at the time told. A release that was entered later than that time blocks nothing: an
    account of what was released on paper is told late, and the lot check says so.

    Args:
        lot: the material lot, as recorded by now.
        at: when it is, or was, used.
        day: the site's date of that moment.
        vial: number of the opening of the vial it came from, or "" for the latest one.
    """
    return [*_decision_blockers(lot, at), *_date_blockers(lot, at, day, vial)]


def use_faults(lot: MaterialLot, at: datetime, day: date, *, vial: str = "") -> list[Blocker]:
    """What is wrong with a recorded use of a material lot, by all that is recorded since.

    Stricter than ``use_blockers``: a release that was entered later than the use is a fault
    (``material-released-later``) until somebody states that it was released on paper before. A
    release that a correction made void counts for the uses before, once it was signed again.
    """
    faults = _decision_blockers(lot, at)
    stands = [d for d in lot.decisions if d.stands and d.decision == RELEASED]
    before = [d for d in lot.decisions if not is_before(at, d.at)]
    if not faults and not (before and before[-1].decision == RELEASED):
        faults.append(
            Blocker(
                LATER,
                f"{lot.called} was released on {local_text(stands[0].at, lot.zone)}"
                f" ({stands[0].record}), after it was used at {local_text(at, lot.zone)}.",
                "EudraLex Vol. 4 Part IV",
                "production_lead, qc, qa or qp",
                "state that it was released on paper before: `lottrack lot attest LOT"
                " materials-in-date --text TEXT`",
            )
        )
    return [*faults, *_date_blockers(lot, at, day, vial)]


def _decision_blockers(lot: MaterialLot, at: datetime) -> list[Blocker]:
    if lot.recalled_at is not None and lot.recalled_at <= at:
        return [
            Blocker(
                "material-recalled",
                f"{lot.called} was recalled on {local_text(lot.recalled_at, lot.zone)}.",
                "Reg. (EC) 1394/2007 Art. 15",
                "nobody",
                _another(lot),
            )
        ]
    decided = lot.decided
    if decided is not None and decided.decision == REJECTED and decided.at <= at:
        return [
            Blocker(
                "material-rejected",
                f"{lot.called} was rejected on {local_text(decided.at, lot.zone)}"
                f" ({decided.record}).",
                "EudraLex Vol. 4 Part IV",
                "nobody",
                _another(lot),
            )
        ]
    was_released = any(d.stands and d.decision == RELEASED for d in lot.decisions)
    if was_released:
        return []
    void = [decision.record for decision in lot.decisions if not decision.stands]
    why = f": what {void[-1]} was signed over was corrected since" if void else ""
    return [
        Blocker(
            "material-not-released",
            f"{lot.called} is in quarantine{why}.",
            "EudraLex Vol. 4 Part IV",
            "qc or qa",
            f"`lottrack material release {lot.number}`",
        )
    ]


def _date_blockers(lot: MaterialLot, at: datetime, day: date, vial: str) -> list[Blocker]:
    blockers = []
    if not (day <= lot.expires_on):
        blockers.append(
            Blocker(
                "material-expired",
                f"{lot.called} expired: its last day was {lot.expires_on}, and this is {day}.",
                "the supplier's expiry",
                "nobody",
                _another(lot),
            )
        )
    opening = vial_at(lot, at, vial)
    until = open_until(lot, opening)
    if opening is not None and until is not None and is_before(until, at):
        blockers.append(
            Blocker(
                "open-vial-expired",
                f"The vial of {lot.called} was opened on {local_text(opening.at, lot.zone)}"
                f" ({opening.record}) and could be used until {local_text(until, lot.zone)}.",
                open_life(lot.open_hours),
                "technician or production_lead",
                f"Take a fresh vial: `lottrack material open {lot.number}`",
            )
        )
    return blockers


def _another(lot: MaterialLot) -> str:
    return f"Take another lot: `lottrack material list {lot.material}`"


def use_warnings(
    lot: MaterialLot, at: datetime, quantity: Decimal, usual: Sequence[Decimal]
) -> list[ShownWarning]:
    """What about a use should be looked at twice: a late release, an odd quantity.

    Args:
        lot: the material lot.
        at: when it was used.
        quantity: how much, in its unit.
        usual: quantities of earlier uses of the same material, in the same unit.
    """
    warnings = odd_quantity_warnings(f"This use of {lot.called}", lot.unit, quantity, usual)
    first = next((d for d in lot.decisions if d.stands and d.decision == RELEASED), None)
    if first is not None and is_before(at, first.at):
        warnings.append(
            ShownWarning(
                LATER,
                f"{lot.called} was released on {local_text(first.at, lot.zone)}, after the use at"
                f" {local_text(at, lot.zone)}. Check that it was released on paper before.",
            )
        )
    return warnings


# -- a delivery ------------------------------------------------------------------------------------


def receipt_warnings(
    lot: MaterialLot, day: date, usual: Sequence[Decimal], earlier: Sequence[str]
) -> list[ShownWarning]:
    """What about a delivery should be looked at twice: its last day, its quantity, its lot.

    Args:
        lot: the delivery.
        day: the site's date when it came.
        usual: quantities of earlier deliveries of the material.
        earlier: numbers of earlier deliveries of the same lot of the supplier.
    """
    warnings = odd_quantity_warnings(f"Delivery {lot.number}", lot.unit, lot.received, usual)
    left = (lot.expires_on - day).days
    if left < 0:
        warnings.append(
            ShownWarning(
                "expired-when-received",
                f"{lot.called} had expired on {lot.expires_on} when it came on {day}.",
            )
        )
    elif left < SOON:
        warnings.append(
            ShownWarning(
                "expires-soon",
                f"{lot.called} came on {day} and expires in {left} days, on {lot.expires_on}.",
            )
        )
    elif left > FAR:
        warnings.append(
            ShownWarning(
                "expiry-far-away",
                f"{lot.called} would expire on {lot.expires_on}, in {left // 365} years. Check the"
                " year.",
            )
        )
    if earlier:
        warnings.append(
            ShownWarning(
                "supplier-lot-received-before",
                f"Lot {lot.supplier_lot} of {lot.supplier} came before, as {', '.join(earlier)}."
                " Check that it is not the same delivery.",
            )
        )
    return warnings
