"""Presentations: fresh or cryopreserved, how each is kept and how long it lasts after the fill.

Storage ranges and shelf lives rest on a site's own stability data, so they are read from the
specification; a presentation without a shelf life has its expiry told at each fill.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.reading.quantities import plain

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from lottrack.rules.reading.datafile import Table

PRESENTATIONS = ("fresh", "cryopreserved")

_COLDEST_C, _WARMEST_C = -273, 100


class ShelfLife(NamedTuple):
    """How long a presentation lasts after it was filled: so many ``days`` or ``hours``."""

    length: int
    unit: str


class Presentation(NamedTuple):
    """One presentation of the product.

    Attributes:
        name: one of ``PRESENTATIONS``.
        storage: how it is kept, in words, for labels.
        storage_min_c: the coldest it may be kept, in °C, or None.
        storage_max_c: the warmest it may be kept, in °C, or None; one of the two is there.
        shelf_life: how long it lasts, or None where the site has set no limit.
        dmso_g_per_ml: DMSO in the filled suspension, in g per mL, or None where there is none.
    """

    name: str
    storage: str
    storage_min_c: Decimal | None
    storage_max_c: Decimal | None
    shelf_life: ShelfLife | None
    dmso_g_per_ml: Decimal | None


def shelf_life_text(shelf_life: ShelfLife) -> str:
    """A shelf life in words: ``24 hours``, ``1 day``."""
    unit = shelf_life.unit if shelf_life.length != 1 else shelf_life.unit.removesuffix("s")
    return f"{shelf_life.length} {unit}"


def storage_text(presentation: Presentation) -> str:
    """The storage range in words: ``2 to 8 °C``, ``-150 °C or colder``."""
    low, high = presentation.storage_min_c, presentation.storage_max_c
    if high is None:
        return "" if low is None else f"{plain(low)} °C or warmer"
    if low is None:
        return f"{plain(high)} °C or colder"
    return f"{plain(low)} to {plain(high)} °C"


def is_outside(presentation: Presentation, temperature_c: Decimal) -> bool:
    """Whether a temperature in °C lies outside the storage range of a presentation."""
    low, high = presentation.storage_min_c, presentation.storage_max_c
    return not ((low is None or temperature_c >= low) and (high is None or temperature_c <= high))


def latest_expiry(shelf_life: ShelfLife, filled_at: datetime) -> datetime:
    """The last moment a container filled then may carry as its expiry.

    An expiry is printed to the minute, so what is left of a minute is cut off, never added.
    """
    minute = filled_at.replace(second=0, microsecond=0)
    if shelf_life.unit == "hours":
        return minute + timedelta(hours=shelf_life.length)
    return minute + timedelta(days=shelf_life.length)


def parse_presentations(table: Table | None) -> tuple[Presentation, ...]:
    """The table ``[presentation]`` of a specification, in the order of ``PRESENTATIONS``.

    Raises:
        BadValue: it breaks a rule.
    """
    if table is None:
        return ()
    found = []
    for name in PRESENTATIONS:
        entry = table.table(name)
        if entry is not None:
            found.append(_presentation(entry, name))
    table.end()
    return tuple(found)


def _presentation(table: Table, name: str) -> Presentation:
    low = _temperature(table, "storage_min_c")
    high = _temperature(table, "storage_max_c")
    if low is None and high is None:
        raise table.refusal("storage_min_c or storage_max_c is missing: how cold is it kept?")
    if low is not None and high is not None and not (low < high):
        raise table.refusal("storage_min_c is not below storage_max_c.", "storage_min_c")
    dmso = None
    if table.has("dmso_g_per_ml"):
        dmso = table.number("dmso_g_per_ml", maximum=_DENSEST_DMSO)
    made = Presentation(name, table.text("storage"), low, high, _shelf_life(table), dmso)
    table.end()
    return made


_DENSEST_DMSO = 2
"""More g per mL than pure DMSO (1.1) weighs is a percentage written into the wrong field."""


def _temperature(table: Table, key: str) -> Decimal | None:
    return table.number(key, minimum=_COLDEST_C, maximum=_WARMEST_C) if table.has(key) else None


def _shelf_life(table: Table) -> ShelfLife | None:
    told = [
        ShelfLife(length, unit)
        for unit in ("days", "hours")
        if (length := table.optional_whole(f"shelf_life_{unit}", minimum=1)) is not None
    ]
    if len(told) > 1:
        raise table.refusal("give shelf_life_days or shelf_life_hours, not both.")
    return told[0] if told else None
