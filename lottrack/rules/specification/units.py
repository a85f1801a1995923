"""Units of results: one spelling for each, and the few conversions that are exact.

A unit is converted only where the factor is a matter of definition. What depends on a density, a
molar mass or a reference standard is not converted, and neither is a share into a percentage: the
limit that was signed speaks of one of them.
"""

from __future__ import annotations

import re
from decimal import Decimal

from lottrack.rules.specification.criterion import PERCENT

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_DIGITS = str.maketrans(_SUPERSCRIPTS, "0123456789")

_THOUSAND, _MILLION, _BILLION = Decimal("1e3"), Decimal("1e6"), Decimal("1e9")
_ONE = Decimal(1)

# One EU is one IU since the second international standard for endotoxin; product limits are written
# in either (2.5 IU/mL, 12.5 EU/mL, 70 EU(IU)/mL in published specifications of MSC).
_ENDOTOXIN = {"EU/mL": _ONE, "IU/mL": _ONE}
_CELLS = {
    "cells": _ONE,
    "10^3": _THOUSAND,
    "10^6": _MILLION,
    "10^9": _BILLION,
    "10^3cells": _THOUSAND,
    "10^6cells": _MILLION,
    "10^9cells": _BILLION,
}
_CONCENTRATIONS = {
    **{f"{unit}/mL": factor for unit, factor in _CELLS.items()},
    **{f"{unit}/\N{MICRO SIGN}L": factor * _THOUSAND for unit, factor in _CELLS.items()},
}
_VOLUMES = {"\N{MICRO SIGN}L": _ONE, "mL": _THOUSAND, "L": _MILLION}
_MASSES = {"\N{MICRO SIGN}g": _ONE, "mg": _THOUSAND, "g": _MILLION, "kg": _BILLION}
_FAMILIES = (_ENDOTOXIN, _CELLS, _CONCENTRATIONS, _VOLUMES, _MASSES)


def same_unit(unit: str) -> str:
    """A unit in one spelling: 10⁶ = ×10^6 = 1e6, percent = %, μ = µ, mL = ml."""
    text = "".join(unit.split()).replace("\N{GREEK SMALL LETTER MU}", "\N{MICRO SIGN}")
    text = re.sub(f"[{_SUPERSCRIPTS}]+", lambda match: f"^{match[0].translate(_DIGITS)}", text)
    text = re.sub(r"^[×x*](?=10\^)", "", text)
    text = re.sub(r"^1[eE](?=[0-9])", "10^", text)
    text = re.sub(r"(?<![A-Za-z])([mµd]?)l(?![A-Za-z])", r"\1L", text)
    return PERCENT if text.casefold() in {"percent", "pct"} else text


def exact_factor(given: str, wanted: str) -> Decimal | None:
    """By what a number in one unit is multiplied to be in another; None where no factor is exact.

    Returns:
        1 for two spellings of one unit.
    """
    one, other = same_unit(given), same_unit(wanted)
    if one == other:
        return _ONE
    for family in _FAMILIES:
        if one in family and other in family:
            # Each factor is a power of ten, so that the quotient is one, too, and exact.
            return family[one] / family[other]
    return None
