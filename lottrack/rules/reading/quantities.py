"""Numbers people give: strict on the way in, exact inside, unsurprising on the way out.

Python's own ``float`` and ``Decimal`` accept ``nan``, ``1_0`` and full-width digits; a value that
is not a number then passes every limit written as ``value < limit``. Here a number is ASCII digits
with at most one point, and nothing else.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from lottrack.errors import BadValue
from lottrack.rules.reading.notation import COMMA, NAME_OF, POINT, pointed, written
from lottrack.rules.reading.text import printable, sentence_start

MAX_CELLS = 10**15
"""More cells than any lot holds (a body has about 4 × 10¹³); fits every database's integers."""

# Patterns are texts, compiled (and kept by re) at first use: compiling all at import would cost
# every start of the program several milliseconds.
_PLAIN = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
_EXPONENT = r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[eE][+-]?[0-9]{1,2}"
_OTHER_MARK = {POINT: r"-?[0-9]+,[0-9]+(?:[eE].*)?", COMMA: r"-?[0-9]+\.[0-9]+(?:[eE].*)?"}
_THOUSANDS = r"-?[0-9]{1,3}(?:[,.' ][0-9]{3})+(?:[.,][0-9]+)?"
# Decimal's default context computes with 28 digits; no reading on a bench has more than a few.
_MOST_DIGITS = 24
_MOST_SHOWN = 60
_MILLION = 1_000_000
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def parse_decimal(
    text: str,
    what: str,
    *,
    minimum: Decimal | int | None = None,
    maximum: Decimal | int | None = None,
    places: int | None = None,
    allow_exponent: bool = False,
    unit: str = "",
    mark: str = POINT,
) -> Decimal:
    """A decimal number, with exactly the digits that were given (``1.50`` stays 1.50).

    Args:
        text: the number as typed: ASCII digits, one mark, a leading minus where it is allowed.
        what: what it measures, for the sentence of a refusal ("the volume").
        minimum: least value allowed, itself included; left out, 0. Only a minimum below 0 admits
            negative numbers.
        maximum: greatest value allowed, itself included.
        places: most digits allowed after the point.
        allow_exponent: whether ``4.4e7`` is read as well.
        unit: named beside the value in a refusal ("mL").
        mark: the decimal mark of whoever typed it; any other is refused.

    Raises:
        BadValue: the text is no such number (``bad-number``), or lies outside the limits
            (``out-of-range``).
    """
    stripped = pointed(text.strip(), mark)
    if stripped is None or not (
        re.fullmatch(_PLAIN, stripped) or (allow_exponent and re.fullmatch(_EXPONENT, stripped))
    ):
        raise _bad_number(
            text,
            what,
            unit,
            "is not a number lottrack reads",
            _hint(text.strip(), mark, allow_exponent=allow_exponent),
        )
    if sum(character.isdigit() for character in stripped) > _MOST_DIGITS:
        raise _bad_number(text, what, unit, f"has more than {_MOST_DIGITS} digits", "")
    value = Decimal(stripped)
    if value.is_zero():
        value = value.copy_abs()
    if places is not None and _places(value) > places:
        raise _bad_number(
            text,
            what,
            unit,
            f"has more than {places} digits after the {NAME_OF[mark]}"
            if places
            else "is not a whole number",
            "Give it as precisely as it was measured, not more.",
        )
    _require_within(
        value=value,
        text=text,
        what=what,
        unit=unit,
        minimum=Decimal(0) if minimum is None else minimum,
        maximum=maximum,
    )
    return value


def parse_count(text: str, what: str, unit: str = "cells", *, mark: str = POINT) -> int:
    """A count of cells, or of other things: a whole number from 0, ``44000000`` or ``4.4e7``.

    Raises:
        BadValue: it is not one (``bad-number``), or it is below 0 or beyond ``MAX_CELLS``
            (``out-of-range``).
    """
    value = parse_decimal(text, what, maximum=MAX_CELLS, allow_exponent=True, unit=unit, mark=mark)
    if value != value.to_integral_value():
        example = f"Write 44000000 or {written('4.4e7', mark)}, for example."
        raise _bad_number(text, what, unit, "is not a whole number", example)
    return int(value)


def parse_percent(text: str, what: str, *, mark: str = POINT) -> Decimal:
    """A percentage from 0 to 100, without the sign.

    Raises:
        BadValue: it is no number (``bad-number``), or outside 0 to 100 (``out-of-range``).
    """
    return parse_decimal(text, what, minimum=0, maximum=100, unit="%", mark=mark)


def plain(value: Decimal) -> str:
    """The number in plain digits, never with an exponent, with the zeros it was given.

    Raises:
        BadValue: it is infinite or no number at all.
    """
    if not value.is_finite():
        raise BadValue(f"{value} is not a number that can be written.", code="bad-number")
    return format(value.copy_abs() if value.is_zero() else value, "f")


def format_cells(cells: int) -> str:
    """A cell count as people read it: ``44.0 ×10⁶``, and below 100 000 in full.

    At least three significant digits, rounded half up: 4.40, 44.0, 440.0 ×10⁶. For reading only;
    the record and its exports carry the whole number.
    """
    if abs(cells) < _MILLION // 10:
        return str(cells)
    if abs(cells) < _MILLION:
        step = Decimal("0.001")
    else:
        step = Decimal("0.01") if abs(cells) < 10 * _MILLION else Decimal("0.1")
    millions = (Decimal(cells) / _MILLION).quantize(step, ROUND_HALF_UP)
    return f"{millions:f} ×10⁶"


def exact_cells(cells: int) -> str:
    """A cell count as people read it, with every digit: ``44.0 ×10⁶``, ``82.712345 ×10⁶``."""
    rounded = format_cells(cells)
    if abs(cells) < _MILLION // 10 or Decimal(rounded.split()[0]) * _MILLION == cells:
        return rounded
    return f"{plain(Decimal(cells) / _MILLION)} ×10⁶"


def shown_unit(unit: str) -> str:
    """A unit as people read it: the ``10^6`` of a file or a keyboard is ``×10⁶``."""
    return re.sub(r"[×x*]?\s*10\^([0-9]+)", lambda match: f"×10{match[1].translate(_RAISED)}", unit)


def _require_within(
    *,
    value: Decimal,
    text: str,
    what: str,
    unit: str,
    minimum: Decimal | int,
    maximum: Decimal | int | None,
) -> None:
    # Written so that anything unorderly fails instead of passing.
    if not (value >= minimum):
        limit = f"below {_with_unit(plain(Decimal(minimum)), unit)}, the least allowed"
    elif maximum is not None and not (value <= maximum):
        limit = f"above {_with_unit(plain(Decimal(maximum)), unit)}, the most allowed"
    else:
        return
    raise BadValue(
        f"{sentence_start(what)} {_with_unit(text.strip(), unit)} is {limit}.",
        code="out-of-range",
        hint=f"Check the value{f' and its unit ({unit})' if unit else ''}, then give it again.",
    )


def _bad_number(text: str, what: str, unit: str, why: str, hint: str) -> BadValue:
    shown = printable(text.strip())
    if len(shown) > _MOST_SHOWN:
        shown = f"{shown[:_MOST_SHOWN]}…"
    shown = f"'{shown}'"
    return BadValue(
        f"{sentence_start(what)} {_with_unit(shown, unit)} {why}.",
        code="bad-number",
        hint=hint,
    )


def _hint(text: str, mark: str, *, allow_exponent: bool) -> str:
    if re.fullmatch(_THOUSANDS, text):
        return (
            "Write no thousands separators: 1500, not 1,500, 1.500 or 1 500; this site's decimal"
            f" mark is a {NAME_OF[mark]}."
        )
    other = POINT if mark == COMMA else COMMA
    if re.fullmatch(_OTHER_MARK[mark], text):
        right = text.replace(other, mark)
        return f"Write {right}, not '{text}'. This site's decimal mark is a {NAME_OF[mark]}."
    if text.endswith("%"):
        return "Write the number without the sign."
    if text.startswith(mark):
        return f"Write a digit before the {NAME_OF[mark]}: {written('0.5', mark)}."
    if re.fullmatch(r"0[0-9]+(?:[.,][0-9]+)?", text):
        return "Write it without zeros in front; a code may have been scanned where a number goes."
    examples = written("12, 1.5 or 4.4e7" if allow_exponent else "12 or 1.5", mark)
    return f"Write plain digits with a {NAME_OF[mark]}, for example {examples}."


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _with_unit(value: str, unit: str) -> str:
    return f"{value} {unit}" if unit else value
