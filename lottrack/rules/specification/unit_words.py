"""Units a limit can be in: known ones, and those a specification declares as its own.

A misspelt unit would go unnoticed until the first result is refused for it, or worse, be signed. So
a unit is made of known words; a site that measures in another names it in its file (``units``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lottrack.rules.specification.units import same_unit

if TYPE_CHECKING:
    from collections.abc import Collection

KNOWN = frozenset(
    {
        *("%", "doublings", "cells", "copies", "colonies", "CFU", "CFU-F", "EU", "IU", "U", "GE"),
        *("pg", "ng", "µg", "mg", "g", "kg", "nL", "µL", "mL", "dL", "L", "pH", "mOsm", "mOsmol"),
        *("pmol", "nmol", "µmol", "mmol", "mol", "µm", "mm", "cm", "cm2", "°C", "Pa", "kPa", "bar"),
        *("s", "min", "h", "d", "days", "mmHg", "cell", "dose", "bag", "vial", "container"),
        *("test", "field", "well"),
    }
)
"""Words a unit is made of, besides powers of ten; also the parts of ``EU/mL``."""

_POWER = r"10\^[1-9][0-9]?"


def unit_problem(unit: str, own: Collection[str] = ()) -> str:
    """Why something can be no unit of a limit, or "" when it can.

    Args:
        unit: as the file writes it, such as ``EU/mL`` or ``10^6 cells``.
        own: units the file declares as its own.
    """
    if unit in own:
        return ""
    if re.search(r"[<>=≤≥±]", unit):
        return f"unit {unit!r} holds a sign; the operator says how results compare."
    for part in unit.split("/"):
        words = part.split()
        if not words:
            return f"unit {unit!r} lacks what stands before or after its slash."
        for word in words:
            if _is_known(word):
                continue
            if re.fullmatch(r"[-+]?[0-9.,]+", word):
                return f"unit {unit!r} holds the number {word}; numbers belong into the limit."
            return (
                f"unit {unit!r} is none that lottrack knows ({word!r}); if it is right, declare it"
                f' at the head of the file: units = ["{unit}"].'
            )
    return ""


def _is_known(word: str) -> bool:
    same = same_unit(word)
    return same in KNOWN or re.fullmatch(_POWER, same) is not None
