"""The expiry a fill may carry: told, or reckoned from the shelf life of its presentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.making.lots import harvest_times, source_of
from lottrack.actions.releasing.dispositions import NEVER_SUPPLIED
from lottrack.actions.testing.documents import specification_number, specification_of
from lottrack.errors import Refused, Usage
from lottrack.rules.culture.plausibility import late_fill_warnings
from lottrack.rules.reading.times import local_text
from lottrack.rules.specification.presentation import latest_expiry, shelf_life_text
from lottrack.rules.specification.specification import presentation_of

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.rules.culture.plausibility import ShownWarning
    from lottrack.rules.specification.presentation import Presentation
    from lottrack.store.change import Change
    from lottrack.store.rows import Row


def default_expiry(change: Change, lot: Row, presentation: str, at: datetime) -> datetime:
    """The expiry of a fill of which none was told: as long as the shelf life allows.

    Raises:
        Usage: the lot's specification sets no shelf life for it (``expiry-missing``).
    """
    number, found = _specified(change, lot, presentation)
    if found is None or found.shelf_life is None:
        raise Usage(
            f"{number} sets no shelf life for {presentation} cells, so the expiry has to be told.",
            code="expiry-missing",
            hint="Give --expires TIME.",
        )
    return latest_expiry(found.shelf_life, at)


def require_presentation(change: Change, lot: Row, presentation: str, purpose: str) -> None:
    """Refuse to fill for a patient what the lot's specification does not speak of.

    Raises:
        Refused: ``presentation-not-specified``.
    """
    number = specification_number(change, lot)
    known = [entry.name for entry in specification_of(change, number).presentations]
    if purpose in NEVER_SUPPLIED or not known or presentation in known:
        return
    raise Refused(
        f"{number} knows this product {' and '.join(known)}, not {presentation}.",
        code="presentation-not-specified",
        hint=f"Check --state. A qualified person can move lot {lot.root} to a version that has it:"
        f" `lottrack lot respecify {lot.root} --spec NAME@VERSION --reason TEXT`.",
    )


def require_within_shelf_life(
    change: Change,
    fill: tuple[Row, str, str],
    expires: datetime,
    at: datetime,
    *,
    planned: str = "",
) -> None:
    """Refuse an expiry later than the shelf life after the fill; samples kept back have none.

    Args:
        change: the open change.
        fill: the lot, the presentation and the purpose.
        expires: the expiry.
        at: when it was filled.
        planned: the fill's number when the expiry stands on record already, as a plan.

    Raises:
        Refused: ``expiry-beyond-shelf-life``.
    """
    lot, presentation, purpose = fill
    number, found = _specified(change, lot, presentation)
    if purpose in NEVER_SUPPLIED or found is None or found.shelf_life is None:
        return
    latest = latest_expiry(found.shelf_life, at)
    if expires <= latest:
        return
    raise Refused(
        f"The expiry {local_text(expires, change.zone)} is later than the"
        f" {shelf_life_text(found.shelf_life)} after the fill that {number} allows for"
        f" {presentation} cells: {local_text(latest, change.zone)}.",
        code="expiry-beyond-shelf-life",
        hint=(
            f"Correct the plan and print its labels anew: `lottrack correct {planned}"
            " expires_at=TIME --reason TEXT`."
            if planned
            else "Leave --expires out to take the latest."
        )
        + " Where stability data allow more, a qualified person extends filled containers by"
        " signature: `lottrack container extend ID... --expires TIME --basis TEXT`; for good, a new"
        " version of the specification does.",
    )


def _specified(change: Change, lot: Row, presentation: str) -> tuple[str, Presentation | None]:
    number = specification_number(change, lot)
    return number, presentation_of(specification_of(change, number), presentation)


def late_fill_doubts(change: Change, fill: str, lot: Row, at: datetime) -> list[ShownWarning]:
    """Look twice at a fill that comes long after the harvest its cells were taken from.

    Args:
        change: the open change.
        fill: number of the fill, for the sentence.
        lot: the lot.
        at: when it was filled.
    """
    number = specification_number(change, lot)
    within = specification_of(change, number).fill_within_hours
    source = source_of(change, str(lot.root), at)
    harvested = source and harvest_times(change, source.lot).get(source.cells.passage)
    if within is None or not harvested:
        return []
    return late_fill_warnings(f"fill {fill}", harvested, at, within, number)
