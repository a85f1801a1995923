"""Plausibility at the bedside: counts, volumes and times that cannot both be right.

Nothing here refuses (Annex 11 section 6): cells do not multiply between thawing and the vein, and
no more can be given than was there; a number that says so is worth a second look at the sheet.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.quantities import format_cells, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_MINUTE = timedelta(minutes=1)


def recovery_warnings(
    what: str,
    filled: int,
    viable: int,
    *,
    total: int | None = None,
    viability_pct: Decimal | None = None,
) -> list[ShownWarning]:
    """Look twice at a count after thawing, against what went in and against itself.

    Counting errs by some percent, so that a recovery a little over 100 % is as likely as one a
    little under; it is said all the same, because a slipped power of ten says it, too.

    Args:
        what: the preparation, for the sentence ("preparation PP-1").
        filled: viable cells at the fill, all containers together; 0 when they are not known.
        viable: viable cells counted after thawing.
        total: all cells counted, or None.
        viability_pct: the viability given beside them, or None.

    Returns:
        ``recovery-above-100``, ``count-zero`` and ``viability-disagrees``.
    """
    return list(_recovery(what, filled, viable, total, viability_pct))


def _recovery(
    what: str, filled: int, viable: int, total: int | None, viability_pct: Decimal | None
) -> Iterator[ShownWarning]:
    if viable > filled > 0:
        share = (Decimal(viable) * 100 / filled).quantize(Decimal("0.1"))
        yield ShownWarning(
            "recovery-above-100",
            f"{format_cells(viable)} viable cells were counted in {what}, and its containers held"
            f" {format_cells(filled)} when they were filled: {share} %. Check the count, its volume"
            " and its power of ten.",
        )
    if viable == 0:
        yield ShownWarning("count-zero", f"No viable cell was counted in {what}. Check the count.")
    if total is not None and total > 0 and viability_pct is not None:
        counted = Decimal(viable) * 100 / total
        if not (abs(counted - viability_pct) <= 1):
            yield ShownWarning(
                "viability-disagrees",
                f"{format_cells(viable)} viable of {format_cells(total)} cells in {what} are"
                f" {counted:.1f} %, and {plain(viability_pct)} % was given. Check the three.",
            )


def undiluted_warnings(volume_ml: Decimal, thawed_ml: Decimal) -> list[ShownWarning]:
    """Look twice at a dose that is larger than what was thawed, with no diluent named.

    Returns:
        ``volume-without-diluent``, or nothing.
    """
    if not thawed_ml > 0 or volume_ml <= thawed_ml:
        return []
    return [
        ShownWarning(
            "volume-without-diluent",
            f"The dose has {plain(volume_ml)} mL and only {plain(thawed_ml)} mL were thawed for it."
            " Say with --diluent what was added, or check the volume.",
        )
    ]


def infused_volume_warnings(
    infused_ml: Decimal, left_ml: Decimal, held_ml: Decimal
) -> list[ShownWarning]:
    """Look twice at a volume given (and left) that is larger than what the containers held.

    Args:
        infused_ml: what went into the patient.
        left_ml: what was left in bag and line.
        held_ml: what the containers held as prepared, or as filled.

    Returns:
        ``volume-above-prepared``, or nothing.
    """
    if infused_ml + left_ml <= held_ml:
        return []
    left = f" and {plain(left_ml)} mL left" if left_ml else ""
    return [
        ShownWarning(
            "volume-above-prepared",
            f"{plain(infused_ml)} mL infused{left} are more than the {plain(held_ml)} mL that were"
            " prepared. Check the volumes; rinsing fluid is not part of them.",
        )
    ]


def infusion_time_warnings(
    started: datetime, ended: datetime, volume_ml: Decimal
) -> list[ShownWarning]:
    """Look twice at an infusion that took no time: one of its two times was told for the other.

    Times are told to the minute, so that whatever ends within a minute counts as none.

    Returns:
        ``infusion-without-duration``, or nothing.
    """
    if ended - started >= _MINUTE:
        return []
    return [
        ShownWarning(
            "infusion-without-duration",
            f"{plain(volume_ml)} mL would have been infused in 0 minutes: start and end are told"
            " as the same minute. Check both times.",
        )
    ]
