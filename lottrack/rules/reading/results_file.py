"""A laboratory's file of results: its columns, its lines, its days.

Everything wrong with a file is told at once, each fault with its line. Nothing is guessed: a
heading that is not understood is refused, because what stands under it would be lost, and a day
that could be another one is refused as well.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, Blocker
from lottrack.rules.reading.text import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

REQUIRED = ("target", "test", "value")
OPTIONAL = ("unit", "method", "sample", "sampled_at", "at", "reading", "retest")
COLUMNS = (*REQUIRED, *OPTIONAL)
"""What a column can be, beside ``replicate...`` and ``raw...``, of which there may be several."""

IGNORE = "ignore"
"""What a column is mapped to that is to be left out."""

MOST_LINES = 5000

_ALIASES = {
    "lot": "target",
    "container": "target",
    "preparation": "target",
    "result": "value",
    "date": "at",
    "tested_at": "at",
}
_DELIMITERS = ",;\t"
_SLASHED = r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{2,4})"
_ISO = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"


class Line(NamedTuple):
    """One line of a file.

    Attributes:
        number: as an editor counts it; the headings are line 1.
        cells: what stands in each column that is not empty.
        replicates: further readings, in the order of their columns.
        raw: raw data as ``NAME=VALUE`` words.
    """

    number: int
    cells: dict[str, str]
    replicates: tuple[str, ...]
    raw: tuple[str, ...]


def parse_map(texts: Iterable[str]) -> dict[str, str]:
    """``OURS=THEIRS`` words: the file's heading, folded, -> the column it is.

    Raises:
        BadValue: ``bad-map``: no such column, or one is named twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        ours, sign, theirs = text.partition("=")
        column, heading = _folded(ours), _folded(theirs)
        several = column == IGNORE or _is_several(column)
        if not sign or not heading or (column not in COLUMNS and not several):
            raise BadValue(
                f"{quoted(text)} does not name a column.",
                code="bad-map",
                hint=f"Write OURS=THEIRS; ours are {', '.join(COLUMNS)}, replicate, raw-NAME and"
                f" {IGNORE}.",
            )
        if heading in found or (not several and column in found.values()):
            raise BadValue(f"{quoted(text)} names a column twice.", code="bad-map")
        found[heading] = column
    return found


def read_lines(
    text: str, mapped: dict[str, str], *, has_target: bool = False
) -> tuple[list[Line], list[Blocker]]:
    """The sound lines of a file, without headings and empty lines, and what is wrong with others.

    Args:
        text: the file, with commas, semicolons or tabs.
        mapped: what headings of another wording are (``parse_map``).
        has_target: every line is of one lot that is known already.

    Returns:
        The lines that can be read on, and a fault for each that cannot: whoever goes on looks what
        else is wrong, so that all of it is told at once.

    Raises:
        BadValue: nothing can be read: the file is no CSV, or its headings are not understood.
    """
    lines = text.splitlines()
    if not any(line.strip() for line in lines):
        raise BadValue("The file is empty.", code="file-empty")
    delimiter = max(_DELIMITERS, key=lambda mark: len(next(csv.reader([lines[0]], delimiter=mark))))
    rows = _rows(text, delimiter)
    headings = _headings(rows[0][1], mapped, has_target=has_target)
    faults: list[Blocker] = []
    found = []
    for number, cells in rows[1:]:
        line, wrong = _line(number, cells, headings, has_target=has_target)
        faults += wrong
        if not wrong:
            found.append(line)
    if len(rows) - 1 > MOST_LINES:
        require_none([Blocker("file-too-large", f"The file has more than {MOST_LINES} results.")])
    if len(rows) == 1:
        require_none([Blocker("file-empty", "The file has headings and no results.")])
    repeated = _duplicates(found)
    faults += repeated.values()
    return [line for line in found if line.number not in repeated], faults


def require_none(faults: Sequence[Blocker]) -> None:
    """Refuse a file with everything that is wrong with it.

    Raises:
        BadValue: there is a fault.
    """
    if not faults:
        return
    codes = {fault.code for fault in faults}
    raise BadValue(
        faults[0].sentence
        if len(faults) == 1
        else f"The file has {len(faults)} faults; the first: {faults[0].sentence}",
        code=faults[0].code if len(codes) == 1 else "import-faulty",
        blockers=list(faults),
        hint="Mend the file, or have the laboratory mend it, and import it again. Nothing was"
        " recorded.",
    )


def day_fault(text: str, today: date) -> Blocker | None:
    """Why the day in a text cannot be taken as it stands, or None.

    ``03/04/2026`` is April in Europe and March in America; ``2026-13-02`` and a day to come that
    would be past with day and month exchanged were written by a program that exchanged them.
    """
    cleaned = text.strip()
    slashed = re.match(_SLASHED, cleaned)
    if slashed is not None and not re.match(_ISO, cleaned):
        both = int(slashed[1]) <= 12 and int(slashed[2]) <= 12 and slashed[1] != slashed[2]
        code = "date-ambiguous" if both else "date-not-iso"
        why = "could be two days" if both else "is no ISO date"
        return Blocker(code, f"{quoted(cleaned)} {why}; dates are written 2026-04-03.")
    iso = re.match(_ISO, cleaned)
    if iso is None:
        return None
    year, month, day = (int(part) for part in iso.groups())
    swapped = _day(year, day, month)
    told = _day(year, month, day)
    if swapped is not None and swapped <= today and (told is None or told > today):
        why = "is no day of the calendar" if told is None else "is still to come"
        return Blocker(
            "day-month-swapped",
            f"{quoted(cleaned)} {why}, and {swapped.isoformat()} is in order: day and month seem"
            " exchanged.",
        )
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    last = 0
    try:
        for cells in reader:
            first, last = last + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                rows.append((first, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise BadValue(
            f"Line {last + 1}: the file is no CSV: {error}.",
            code="file-not-csv",
            hint="Export it again as CSV in UTF-8.",
        ) from error
    return rows


def _headings(cells: list[str], mapped: dict[str, str], *, has_target: bool) -> list[str]:
    """What each column is; columns that are left out are ``ignore``."""
    faults = []
    found: list[str] = []
    for cell in cells:
        heading = _folded(cell)
        name = mapped.get(heading, _ALIASES.get(heading, heading))
        if name not in COLUMNS and name != IGNORE and not _is_several(name):
            faults.append(
                Blocker(
                    "column-unknown", f"Line 1: {quoted(cell)} is no column that is understood."
                )
            )
        elif name in COLUMNS and name in found:
            faults.append(
                Blocker("column-twice", f"Line 1: two columns are {name}: {quoted(cell)}.")
            )
        found.append(name)
    wanted = [name for name in REQUIRED if not (name == "target" and has_target)]
    there = ", ".join(printable(cell) for cell in cells)
    faults += [
        Blocker("column-missing", f"Line 1: no column is {name}; there are: {there}.")
        for name in wanted
        if name not in found
    ]
    faults += [
        Blocker("column-missing", f"No column is headed {quoted(heading)}; there are: {there}.")
        for heading in mapped
        if heading not in {_folded(cell) for cell in cells}
    ]
    if faults:
        try:
            require_none(faults)
        except BadValue as error:
            raise BadValue(
                error.sentence,
                code=error.code,
                blockers=error.blockers,
                hint="Say which heading is which column: --map value=THEIRS; a column that is not"
                f" needed is left out with --map {IGNORE}=THEIRS.",
            ) from None
    return found


def _line(
    number: int, cells: list[str], headings: list[str], *, has_target: bool
) -> tuple[Line, list[Blocker]]:
    if len(cells) != len(headings):
        said = f"Line {number} has {len(cells)} cells, and there are {len(headings)} columns."
        return Line(number, {}, (), ()), [Blocker("cells-missing", said)]
    pairs = [(name, cell) for name, cell in zip(headings, cells, strict=True) if cell]
    line = Line(
        number,
        {name: cell for name, cell in pairs if name in COLUMNS},
        tuple(cell for name, cell in pairs if name.startswith("replicate")),
        tuple(f"{_raw_name(name)}={cell}" for name, cell in pairs if name.startswith("raw")),
    )
    wanted = [name for name in REQUIRED if not (name == "target" and has_target)]
    return line, [
        Blocker("cell-empty", f"Line {number}: {name} is empty.")
        for name in wanted
        if name not in line.cells
    ]


def _duplicates(lines: list[Line]) -> dict[int, Blocker]:
    """The lines that say what one before says, by their number."""
    seen: dict[object, int] = {}
    faults = {}
    for line in lines:
        key = (tuple(sorted(line.cells.items())), line.replicates, line.raw)
        if line.cells and key in seen:
            said = f"Line {line.number} says the same as line {seen[key]}."
            faults[line.number] = Blocker("duplicate-line", said)
        seen.setdefault(key, line.number)
    return faults


def _folded(text: str) -> str:
    return "_".join(text.replace("-", " ").replace("_", " ").split()).casefold()


def _is_several(name: str) -> bool:
    return name == "replicate" or name.startswith(("replicate_", "raw_"))


def _raw_name(name: str) -> str:
    return name.removeprefix("raw_").replace("_", "-")
