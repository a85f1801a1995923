"""Scans: what a scanner typed, as the record it speaks of and the label it was read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import (
    Blocker,
    CodeUnreadable,
    LabelRefused,
    LottrackError,
    NotFound,
    WrongKindOfCode,
)
from lottrack.rules.administration.facts import LabelFact
from lottrack.rules.codes.identifiers import read_number
from lottrack.rules.codes.scans import Scan, foreign_scheme, patient_of, read_scan
from lottrack.rules.reading.text import printable

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_SYSTEMS = {
    "isbt128": "an ISBT 128 code",
    "sec": "a Single European Code",
    "gs1": "a GS1 code",
}


class Scanned(NamedTuple):
    """A scan understood: the record's number, and the label when one was scanned.

    Attributes:
        record: number of the thing, "" when the scan is unusable.
        label: the label read, None for a typed number.
        blockers: what is wrong with the scan.
    """

    record: str
    label: LabelFact | None
    blockers: tuple[Blocker, ...]

    @property
    def is_typed(self) -> bool:
        """Whether a bare number came in, not a label's code."""
        return self.label is None


def scanned_record(desk: Desk, raw: str) -> tuple[str, bool]:
    """The number a scan or typed text names, and whether a label was scanned.

    Raises:
        CodeUnreadable: a wrong check character or an unreadable code.
        NotFound: a label this record does not know.
        WrongKindOfCode: the code of another system.
    """
    desk.scans.append(raw)
    scan = read_scan(raw)
    if scan.form != "label":
        _require_own_system(scan)
        return scan.text, False
    row = label_row(desk.store, scan)
    return label_thing(row)[1], True


def scanned_thing(desk: Desk, raw: str) -> tuple[str, bool]:
    """The number a scan or typed text names, for an act on the thing itself; whether scanned.

    Raises:
        LabelRefused: the label scanned is void or destroyed (``label-void``).
        CodeUnreadable, NotFound, WrongKindOfCode: see ``scanned_record``.
    """
    record, scanned = scanned_record(desk, raw)
    if scanned:
        require_in_force(desk.store, label_row(desk.store, read_scan(raw)))
    return record, scanned


def require_in_force(reader: Reader, label: Row) -> None:
    """Refuse a label that was replaced or withdrawn: what it stands on may be something else.

    Raises:
        LabelRefused: ``label-void``.
    """
    state = reader.rows("label_standing", label=label.root)[0].state
    if state in {"void", "destroyed"}:
        kind, record = label_thing(label)
        raise LabelRefused(
            f"Label {label.root} of {kind} {record} is {state}: it counts for nothing.",
            code="label-void",
            hint="Scan the label that took its place; if this one is still on the thing, take it"
            f" off. `lottrack label list {record}` shows which label is in force.",
        )


def _require_own_system(scan: Scan) -> None:
    scheme = foreign_scheme(scan.raw)
    if scheme is not None:
        raise WrongKindOfCode(
            f"This is {_SYSTEMS[scheme]}, not one of lottrack's: {printable(scan.text)}.",
            hint="Scan the lottrack label of the thing.",
        )


def label_row(reader: Reader, scan: Scan) -> Row:
    """The printed label a scan was read from; the thing in the code must be the label's own.

    Raises:
        NotFound: no such label in this record.
        CodeUnreadable: the code puts another thing beside the label's serial.
    """
    site = reader.setting("site_code")
    number = read_number(scan.label, site)
    row = None if number is None or number.kind != "label" else reader.find("label", number.id)
    if row is None:
        raise NotFound(
            f"No label of this record has the serial {printable(scan.label)}.",
            hint="It may be a label of another site or of a training database.",
        )
    kind, record = label_thing(row)
    thing = patient_of(scan.thing) if kind == "patient" else scan.thing
    if (thing or "").replace("-", "") != record.replace("-", "") or scan.copy != row.copy:
        raise CodeUnreadable(
            f"This code does not belong to label {row.root}: it names {printable(scan.thing)}.",
            hint="Do not use the container; tell quality assurance.",
        )
    return row


def scanned_label(desk: Desk, raw: str) -> tuple[Row, bool]:
    """The printed label whose code was scanned or whose own number was typed; whether scanned.

    Raises:
        CodeUnreadable: a wrong check character, or a code that does not belong to its label.
        NotFound: a label this record does not know.
        WrongKindOfCode: another thing's number, or the code of another system.
    """
    from lottrack.actions.finding import find_one_of

    desk.scans.append(raw)
    scan = read_scan(raw)
    if scan.form == "label":
        return label_row(desk.store, scan), True
    _require_own_system(scan)
    return desk.store.get("label", find_one_of(desk.store, scan.text, "label").record), False


def label_thing(row: Row) -> tuple[str, str]:
    """The kind and number of what a label was printed for."""
    for kind in ("container", "collection", "sample", "patient"):
        record = getattr(row, kind)
        if record is not None:
            return kind, str(record)
    raise AssertionError("the schema lets no label be for nothing")


def label_fact(reader: Reader, row: Row) -> LabelFact:
    """What the rules ask of a scanned label."""
    standing = reader.rows("label_standing", label=row.root)[0]
    return LabelFact(
        str(row.root), str(row.copy), str(standing.state), str(standing.container or "")
    )


def scan_container(reader: Reader, raw: str) -> Scanned:
    """A scan that should name a container; its faults come back as blockers, none is raised."""
    try:
        scan = read_scan(raw)
        if scan.form == "label":
            row = label_row(reader, scan)
            kind, record = label_thing(row)
            if kind != "container":
                return _bad("wrong-kind-of-code", f"{row.root} is the label of a {kind}: {record}.")
            return Scanned(record, label_fact(reader, row), ())
        _require_own_system(scan)
        return _typed_container(reader, scan)
    except LottrackError as error:
        code = error.code if error.code in _SCAN_CODES else "unknown-code"
        return _bad(code, error.sentence, error.hint)


_SCAN_CODES = frozenset({"identifier-check-failed", "wrong-kind-of-code", "unknown-code"})


def _typed_container(reader: Reader, scan: Scan) -> Scanned:
    from lottrack.actions.finding import find, word_for

    found = find(reader, scan.text)
    if found.table != "container":
        word = word_for(found.table)
        return _bad("wrong-kind-of-code", f"{printable(scan.text)} is a {word}, not a container.")
    reader.get("container", found.record)
    return Scanned(found.record, None, ())


def _bad(code: str, sentence: str, hint: str = "") -> Scanned:
    return Scanned("", None, (Blocker(code, sentence, "scan", hint=hint),))
