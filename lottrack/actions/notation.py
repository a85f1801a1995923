"""The decimal mark of a site, as its record tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.rules.reading.notation import NAMES, POINT

if TYPE_CHECKING:
    from lottrack.store.reader import Reader

DECIMAL_MARK = "decimal_mark"
"""The setting: ``point`` or ``comma``; a site that never chose writes a point."""


def decimal_mark(reader: Reader) -> str:
    """The mark between whole and part of a number, as this site writes and reads it."""
    return NAMES.get(reader.setting(DECIMAL_MARK), POINT)
