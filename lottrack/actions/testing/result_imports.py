"""Results out of a laboratory's file: all of its lines or none, in one entry of the trail."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.desk import Telling
from lottrack.actions.finding import find_one_of
from lottrack.actions.moments import happened_at
from lottrack.actions.scanning import scanned_record
from lottrack.actions.testing.result_writing import (
    Looked,
    NewResult,
    look_up,
    spelled,
    write_result,
)
from lottrack.errors import AlreadyDone, BadValue, Blocker, LottrackError, Refused
from lottrack.rules.reading.notation import POINT
from lottrack.rules.reading.results_file import day_fault, parse_map, read_lines, require_none
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import parse_time, require_not_future, to_text
from lottrack.rules.specification.results import FINAL, READINGS
from lottrack.store.files import files_folder, keep_file, require_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.rules.reading.results_file import Line
    from lottrack.store.change import Change, Told
    from lottrack.store.files import Content
    from lottrack.store.reader import Reader

LARGEST = 5_000_000
"""Bytes a file of results may have."""

ACT = "result import"


class Ready(NamedTuple):
    """A line that can be written: what it says, what it is of, when it was measured."""

    number: int
    new: NewResult
    looked: Looked
    told: Told


class Faults(NamedTuple):
    """What is wrong with a file: with how its lines are written, and with what they say."""

    misread: list[Blocker]
    refused: list[Blocker]


def import_results(
    desk: Desk,
    path: Path,
    columns: tuple[str, ...],
    lot: str,
    performed_by: str,
    mark: str = POINT,
) -> dict[str, Any]:
    """Record every result of a laboratory's file, judged like one that is typed.

    Args:
        desk: where.
        path: the CSV file, UTF-8.
        columns: ``OURS=THEIRS`` words for headings of another wording.
        lot: the lot, container or preparation every line is of, or "".
        performed_by: who measured, or "".
        mark: the decimal mark of the file, whatever the site writes.

    Raises:
        BadValue: the file cannot be read, or a line of it; everything that is wrong with any of its
            lines is a blocker with its code and line.
        Refused: every line can be read, and some cannot be recorded; the same.
        AlreadyDone: the file was imported before, and some of its results count
            (``already-imported``).
    """
    content = require_file(path)
    text = _text(path, content)
    lines, misread = read_lines(text, parse_map(columns), has_target=bool(lot))
    desk.role_for(ACT)
    _require_new(desk.store, content.sha256)
    told = desk.told(Telling(entry="imported", performed_by=performed_by))
    faults = Faults(misread, [])
    ready = _ready(desk, lines, _target(desk, lot), told, mark, faults)
    if not ready:
        _refuse(faults)
    with desk.change(ACT) as change:
        _require_new(change, content.sha256)
        number = change.record(
            "result_import",
            told,
            file_name=clean_text(path.name, "the file's name", 200),
            sha256=content.sha256,
            rows_read=len(lines),
        )
        _attach(change, told, number, path.name, content)
        written = _written(change, number, ready, faults)
        _refuse(faults)
        # Once every line was taken: a file that is refused leaves no copy behind.
        if not desk.dry_run:
            keep_file(path, files_folder(desk.store.path), content)
    return {
        "id": number,
        "kind": "result_import",
        "file_name": path.name,
        "sha256": content.sha256,
        "rows_read": len(lines),
        "results": [_brief(line.number, answer) for line, answer in written],
        "infused": _infused(answer for _, answer in written),
        "warnings": [
            {**warning, "sentence": f"Line {line.number}: {warning['sentence']}"}
            for line, answer in written
            for warning in answer["warnings"]
        ],
    }


def _text(path: Path, content: Content) -> str:
    """What the file says, without the mark some programs begin it with."""
    if content.size_bytes > LARGEST:
        raise BadValue(
            f"The file {path} is too large for results.",
            code="file-too-large",
            hint="Import it in parts.",
        )
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadValue(
            f"The file {path} is not UTF-8 (byte {error.start + 1}).",
            code="file-encoding",
            hint="Export it again as 'CSV UTF-8'.",
        ) from error


def _target(desk: Desk, text: str) -> str:
    """What every line is of, or "" where the lines say it."""
    if not text:
        return ""
    number, _ = scanned_record(desk, text)
    return find_one_of(desk.store, number, "lot", "container", "preparation").record


def _require_new(reader: Reader, sha256: str) -> None:
    """Refuse a file that was imported before, unless everything it brought was struck."""
    for earlier in reader.rows("result_import", sha256=sha256):
        links = reader.rows("imported_result", result_import=earlier.root)
        if any(reader.find("result", link.result) is not None for link in links):
            raise AlreadyDone(
                f"This file was imported before ({earlier.root}, {earlier.file_name}).",
                code="already-imported",
                hint="Import the newer file; what this one brought wrongly is corrected or struck.",
            )


# -- reading the lines -----------------------------------------------------------------------------


def _ready(
    desk: Desk, lines: list[Line], lot: str, told: Told, mark: str, faults: Faults
) -> list[Ready]:
    """The lines looked up; those that cannot be add to the faults.

    A line with a day that could be another one is looked up without it, so that whatever else is
    wrong with it is told as well.
    """
    ready = []
    for line in lines:
        days = _day_faults(desk, line)
        faults.misread.extend(days.values())
        cells = {name: cell for name, cell in line.cells.items() if name not in days}
        try:
            ready.append(_line(desk, line._replace(cells=cells), lot, told, mark))
        except LottrackError as error:
            faults.refused.extend(_told_of(line.number, error))
    return ready


def _day_faults(desk: Desk, line: Line) -> dict[str, Blocker]:
    """The columns of a line whose day cannot be taken as it stands."""
    found = {}
    for column in ("sampled_at", "at"):
        fault = day_fault(line.cells.get(column, ""), desk.today())
        if fault is not None:
            said = f"Line {line.number}, {column}: {fault.sentence}"
            found[column] = Blocker(fault.code, said)
    return found


def _line(desk: Desk, line: Line, lot: str, told: Told, mark: str) -> Ready:
    cells = line.cells
    reading = cells.get("reading", FINAL).casefold()
    if reading not in READINGS:
        raise BadValue(f"A reading is {' or '.join(READINGS)}, not {cells['reading']}.")
    new = NewResult(
        target=cells.get("target") or lot,
        test=cells["test"],
        value=cells["value"],
        unit=cells.get("unit", ""),
        method=cells.get("method", ""),
        sample=cells.get("sample", ""),
        sampled_at=_moment(desk, cells.get("sampled_at", ""), at_end=False),
        reading=reading,
        replicates=line.replicates,
        raw=line.raw,
        retest=cells.get("retest", ""),
    )
    new = spelled(new, mark)
    at = _moment(desk, cells.get("at", ""), at_end=True)
    if at is not None:
        require_not_future(at, desk.now(), "the time told", desk.zone)
    return Ready(line.number, new, look_up(desk, new), told._replace(at=at))


def _moment(desk: Desk, text: str, *, at_end: bool) -> datetime | None:
    """A moment of a line; a day alone is its beginning or its end, and never later than now."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return parse_time(text, desk.zone, desk.now())
    from zoneinfo import ZoneInfo

    hour = time(23, 59) if at_end else time(0, 0)
    moment = datetime.combine(day, hour, ZoneInfo(desk.zone))
    return min(moment, desk.now()) if day == desk.today() else moment


# -- writing them ----------------------------------------------------------------------------------


def _written(
    change: Change, number: str, ready: list[Ready], faults: Faults
) -> list[tuple[Ready, dict[str, Any]]]:
    """Write the lines into the open change; those that cannot be add to the faults."""
    written = []
    for line in ready:
        known = _recorded_before(change, line)
        if known:
            said = f"Line {line.number}: {known} says the same already."
            faults.refused.append(Blocker("already-recorded", said))
            continue
        try:
            answer = write_result(change, line.new, line.looked, line.told)
        except LottrackError as error:
            faults.refused.extend(_told_of(line.number, error))
            continue
        change.link("imported_result", result_import=number, result=answer["id"], line=line.number)
        written.append((line, answer))
    return written


def _recorded_before(change: Change, line: Ready) -> str:
    """A result that was recorded earlier of the same thing, test, value, reading and moment."""
    target = line.looked.target
    same = change.rows("result", **{target.table: target.record}, reading=line.new.reading)
    at = to_text(happened_at(change, line.told))
    test, value = line.new.test.strip().casefold(), "".join(line.new.value.split()).casefold()
    for row in same:
        told = "".join(f"{row.sign}{row.value}".split()).casefold()
        is_same = str(row.test).casefold() == test and told == value and row.occurred_at == at
        if is_same and row.seq < change.seq:
            return str(row.root)
    return ""


def _attach(change: Change, told: Told, number: str, name: str, content: Content) -> None:
    change.record(
        "attachment",
        told,
        record=number,
        file_name=clean_text(name, "the file's name", 200),
        sha256=content.sha256,
        size_bytes=content.size_bytes,
        what="the laboratory's file of results, as imported",
    )


def _told_of(number: int, error: LottrackError) -> list[Blocker]:
    hint = _MARK if error.code == "bad-number" else error.hint
    reasons = error.blockers or (Blocker(error.code, error.sentence, hint=hint),)
    return [each._replace(sentence=f"Line {number}: {each.sentence}") for each in reasons]


_MARK = (
    "`--decimal-mark` tells which mark the file's numbers have, whatever the site writes; left out,"
    " it is the point. Thousands separators are never read."
)


def _refuse(faults: Faults) -> None:
    """Refuse the file with everything that is wrong with it, in the order of its lines.

    Raises:
        BadValue, Refused: see ``import_results``.
    """
    told = sorted((*faults.misread, *faults.refused), key=_line_of)
    if faults.misread:
        require_none(told)
    if not told:
        return
    codes = {fault.code for fault in told}
    said = told[0].sentence
    raise Refused(
        said if len(told) == 1 else f"{len(told)} lines cannot be recorded; the first: {said}",
        code=told[0].code if len(codes) == 1 else "import-refused",
        blockers=told,
        hint="Nothing was recorded. Mend the lines and import the file again.",
    )


def _line_of(fault: Blocker) -> int:
    """The number of the line a fault tells of; every one begins with it."""
    return int(fault.sentence.removeprefix("Line ").split(maxsplit=1)[0].rstrip(":,"))


def _brief(number: int, answer: dict[str, Any]) -> dict[str, Any]:
    of = answer["container"] or answer["preparation"] or answer["lot"]
    kept = {name: answer[name] for name in ("id", "test", "value", "unit", "verdict", "oos")}
    return {"line": number, "of": of, **kept, "holds": [hold["id"] for hold in answer["holds"]]}


def _infused(answers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Everybody who was given cells that a line of the file fails, each infusion once."""
    given = {each["id"]: each for answer in answers for each in answer.get("infused", [])}
    return list(given.values())
