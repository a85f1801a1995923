"""Materials: whether a lot of lysate, trypsin or DMSO may be used, and how much of it is left.

A material lot waits in quarantine until it is released by signature, may be used to the end of its
last day, and from an opened vial only for so long. What is on hand is reckoned and never kept:
received = used + discarded + on hand. Every material that touches the cells is traced (Reg. (EC)
1394/2007 Art. 15(1)); release before use is GMP for ATMP (EudraLex Vol. 4 Part IV).
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, Blocker
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.quantities import parse_decimal, plain
from lottrack.rules.reading.text import quoted
from lottrack.rules.reading.times import is_before, local_text
from lottrack.rules.specification.units import exact_factor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
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

ODD = 10
"""How many times more or less than usual a quantity is before someone should look twice."""

_QUANTITY = r"\s*([0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?)\s*([^\W\d_].*)?"


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


# -- quantities and units --------------------------------------------------------------------------


def parse_quantity(text: str, what: str) -> tuple[Decimal, str]:
    """A quantity above 0 and the unit behind it, or "": ``250``, ``0.25L``, ``250 mL``.

    Raises:
        BadValue: it is no such quantity (``bad-number``, ``out-of-range``).
    """
    match = re.fullmatch(_QUANTITY, text)
    number, unit = (match[1], match[2] or "") if match else (text, "")
    return require_positive(parse_decimal(number, what), what), unit.strip()


def require_positive(quantity: Decimal, what: str) -> Decimal:
    """A quantity that is something.

    Raises:
        BadValue: ``out-of-range``.
    """
    if not (quantity > 0):
        raise BadValue(f"{what[:1].upper()}{what[1:]} is above 0.", code="out-of-range")
    return quantity


def in_unit(quantity: Decimal, unit: str, wanted: str, what: str) -> Decimal:
    """A quantity in another unit of the same kind, by an exact factor.

    Args:
        quantity: how much.
        unit: the unit it was given in; "" for the wanted one.
        wanted: the unit of the material.
        what: the material, for the sentence.

    Raises:
        BadValue: the one is no unit of the other's kind (``unit-not-convertible``).
    """
    if not unit or unit.strip().casefold() == wanted.casefold():
        return quantity
    factor = exact_factor(_typed(unit), _typed(wanted))
    if factor is not None:
        converted = quantity * factor
        whole = converted.to_integral_value()
        return whole if whole == converted else converted
    raise BadValue(
        f"{what} is kept in {wanted}, and {quoted(unit)} cannot be converted into that.",
        code="unit-not-convertible",
        hint=f"Give the quantity in {wanted}.",
    )


def _typed(unit: str) -> str:
    """A unit with the micro sign where a keyboard has only a u."""
    return re.sub(r"^u(?=[lLg]$)", "\N{MICRO SIGN}", unit.strip())


def amount(quantity: Decimal, unit: str) -> str:
    """A quantity as people read it: ``250 mL``."""
    return f"{plain(quantity)} {unit}"


def open_life(open_hours: int | None) -> str:
    """How long an opened vial lives, in words: ``14 days once opened``."""
    if open_hours is None:
        return "not limited by opening"
    days, hours = divmod(open_hours, 24)
    life = f"{open_hours} hours" if hours else f"{days} day{'s' * (days != 1)}"
    return f"{life} once opened"


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


def odd_quantity_warnings(
    what: str, unit: str, quantity: Decimal, usual: Sequence[Decimal]
) -> list[ShownWarning]:
    """A second look at a quantity ten times more or less than the middle one of those before."""
    if not usual:
        return []
    middle = sorted(usual)[len(usual) // 2]
    if not (quantity >= middle * ODD or quantity * ODD <= middle):
        return []
    return [
        ShownWarning(
            "odd-quantity",
            f"{what} is {amount(quantity, unit)}; usual is {amount(middle, unit)}. Check quantity"
            " and unit.",
        )
    ]


# -- who received what -----------------------------------------------------------------------------


USED, POSSIBLY = "used", "possibly used"
"""How certain it is that cells met a material: recorded, or not excluded by the record."""


class Span(NamedTuple):
    """A stretch of time; ``end`` is None while it goes on."""

    start: datetime
    end: datetime | None


def overlap(one: Span, other: Span) -> bool:
    """Whether two stretches of time share a moment."""
    return not (_ends_before(one, other) or _ends_before(other, one))


def _ends_before(one: Span, other: Span) -> bool:
    return one.end is not None and one.end < other.start


def in_stock(lot: MaterialLot, last_taken: datetime | None) -> Span | None:
    """While a material lot could be taken from the shelf; None when it never could.

    From its receipt until nothing was left of it. A delivery that was never released and that no
    use is recorded of stayed in quarantine, apart from what is in use.

    Args:
        lot: the material lot.
        last_taken: the last use or discard, or None.
    """
    was_released = any(decision.decision == RELEASED for decision in lot.decisions)
    if not was_released and not lot.used:
        return None
    return Span(lot.received_at, None if lot.on_hand > 0 else last_taken)


def passages_touched(source: int | None, uses: Iterable[int]) -> bool:
    """Whether cells taken from the harvest of a passage met what went into some passages.

    Args:
        source: number of the passage the cells were taken from; None where it is not known, and
            then they did.
        uses: the passages the material went into.
    """
    return any(source is None or use <= source for use in uses)
