"""What one infusion would bring of endotoxin and DMSO, against the limits that belong to a patient.

Endotoxin: 5 EU per kg of body weight and hour by any route but the intrathecal (limit K/M, USP
<85>), so that V mL for w kg may hold 5 × w / V EU/mL; DMSO: g per kg and infusion. Both limits are
data of the specification. The whole volume counts as given within one hour: an infusion planned to
take longer may be given faster, never the other way round.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import Blocker
from lottrack.rules.reading.quantities import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lottrack.rules.administration.facts import Case, Load

ENDOTOXIN = "endotoxin"
CODES = {ENDOTOXIN: "endotoxin-above-patient-limit", "dmso": "dmso-above-patient-limit"}
NOT_KNOWN = "result-missing-at-infusion"

_NAMES = {ENDOTOXIN: "Endotoxin", "dmso": "DMSO"}
_AMOUNTS = {ENDOTOXIN: "EU per kg, given within an hour", "dmso": "g per kg"}
_SHOWN = {ENDOTOXIN: Decimal("0.01"), "dmso": Decimal("0.001")}
# Own context: the caller's precision and rounding must not change a judged number.
_CONTEXT = Context(prec=50, rounding=ROUND_HALF_EVEN)


class Sum(NamedTuple):
    """What all containers of a dose bring of one thing together.

    Attributes:
        quantity: of what.
        loads: container by container.
        per_kg: the most per kg of body weight, or None where it cannot be told.
        limit: the strictest limit, per kg.
        unit: its unit.
        is_within: whether it is shown to be at most the limit.
        shown: the sum per kg as people read it, or "" where it cannot be told.
    """

    quantity: str
    loads: tuple[Load, ...]
    per_kg: Decimal | None
    limit: Decimal
    unit: str
    is_within: bool
    shown: str


def sums(loads: Iterable[Load], weight_kg: Decimal) -> list[Sum]:
    """What a dose brings of each thing that has a limit, per kg.

    Args:
        loads: container by container.
        weight_kg: the weight the dose is reckoned with, above 0.
    """
    groups: dict[str, list[Load]] = {}
    for load in loads:
        groups.setdefault(load.quantity, []).append(load)
    return [_sum(quantity, group, weight_kg) for quantity, group in groups.items()]


def _sum(quantity: str, loads: Sequence[Load], weight_kg: Decimal) -> Sum:
    limit = min(load.limit for load in loads)
    total: Decimal | None = Decimal(0)
    for load in loads:
        known = total is not None and load.amount is not None
        total = _CONTEXT.add(total or Decimal(0), load.amount or Decimal(0)) if known else None
    per_kg = None if total is None else _CONTEXT.divide(total, weight_kg)
    # Multiplied out instead of divided: what is above the limit must not be rounded under it.
    is_within = total is not None and total <= _CONTEXT.multiply(limit, weight_kg)
    shown = "" if per_kg is None else _shown(quantity, per_kg, limit)
    return Sum(quantity, tuple(loads), per_kg, limit, loads[0].unit, is_within, shown)


def _shown(quantity: str, per_kg: Decimal, limit: Decimal) -> str:
    """Few digits, rounded up: it is told as "at most", and a near miss must not read like a hit."""
    few = per_kg.quantize(_SHOWN[quantity], ROUND_CEILING, _CONTEXT)
    if few == limit and per_kg != limit:
        few = per_kg.quantize(_SHOWN[quantity] / 1000, ROUND_CEILING, _CONTEXT)
    return plain(few)


def load_blockers(case: Case) -> Iterator[Blocker]:
    """Everything that a dose brings too much of for its patient, or that nothing tells.

    Without a weight nothing is judged: that there is none is a reason of its own. A container that
    is still frozen may be asked about before its results are in.
    """
    if case.dose is None or not (case.dose.weight_kg > 0):
        return
    frozen = {container.container for container in case.containers if container.thawed_at is None}
    for found in sums(case.loads, case.dose.weight_kg):
        untold = [load for load in found.loads if not load.told]
        for load in untold:
            not_yet = case.stage == "verify" and load.container in frozen
            if case.stage != "prepare" and not not_yet:
                yield _untold(load)
        if not found.is_within and not untold:
            yield _above(found, case.dose.weight_kg)


def _untold(load: Load) -> Blocker:
    return Blocker(
        NOT_KNOWN,
        f"{load.test or _NAMES[load.quantity]} of {load.container} (lot {load.lot}) is not known,"
        f" and the limit of {plain(load.limit)} {load.unit} for this patient cannot be reckoned.",
        load.basis,
        who_can_mend="technician or qc",
        hint=f"`lottrack result record {load.lot} {load.test} VALUE`." if load.test else "",
    )


def _above(found: Sum, weight_kg: Decimal) -> Blocker:
    name, first = _NAMES[found.quantity], found.loads[0]
    parts = " and ".join(
        f"{load.told} in {plain(load.volume_ml)} mL of {load.container}" for load in found.loads
    )
    limit = f"the specification of lot {first.lot} allows {plain(found.limit)} {found.unit}"
    if found.per_kg is None:
        sentence = f"{name}: {parts} has no upper end; {limit}."
    else:
        sentence = (
            f"{name}: {parts} is {found.shown} {_AMOUNTS[found.quantity]}, at"
            f" {plain(weight_kg)} kg; {limit}{_per_ml(found, weight_kg)}."
        )
    return Blocker(CODES[found.quantity], sentence, first.basis)


def _per_ml(found: Sum, weight_kg: Decimal) -> str:
    """The limit per mL for this patient and volume, where there is one volume to speak of."""
    volume_ml = sum((load.volume_ml for load in found.loads), Decimal(0))
    if found.quantity != ENDOTOXIN or not volume_ml > 0:
        return ""
    most = _CONTEXT.divide(_CONTEXT.multiply(found.limit, weight_kg), volume_ml)
    shown = plain(most.quantize(Decimal("0.01"), ROUND_FLOOR, _CONTEXT))
    return f", which is {shown} EU/mL in {plain(volume_ml)} mL for this patient"


def sum_text(found: Sum, weight_kg: Decimal) -> str:
    """One thing a dose brings, as a line to sign or read."""
    told = f"at most {found.shown}" if found.shown else "not known"
    volume_ml = sum((load.volume_ml for load in found.loads), Decimal(0))
    return (
        f"{_NAMES[found.quantity]}: {told} of {plain(found.limit)} {found.unit}, in"
        f" {plain(volume_ml)} mL at {plain(weight_kg)} kg"
    )
