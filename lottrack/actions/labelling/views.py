"""Labels as they are shown: previews, lists, the reconciliation of a lot, what a code says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lottrack.actions.finding import find, find_one_of, word_for
from lottrack.actions.labelling.files import Output, publish, stage
from lottrack.actions.labelling.labels import (
    ACCOUNTED,
    ENDED,
    OUTSTANDING,
    THINGS,
    derived_label_state,
    labels_of,
    labels_of_lot,
)
from lottrack.actions.moments import shown_time
from lottrack.actions.scanning import label_row, label_thing, scanned_record
from lottrack.errors import BadValue, LottrackError, NotFound
from lottrack.rules.codes.checkchar import has_valid_check
from lottrack.rules.codes.everyday import everyday_kind
from lottrack.rules.codes.identifiers import KINDS, compact, has_number_shape, is_foreign_number
from lottrack.rules.codes.scans import Scan, foreign_scheme, patient_of, read_scan
from lottrack.rules.reading.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

LARGEST_FILE = 50_000_000
"""Bytes a picture of a code may have."""

_COMPACT_NUMBER = r"([A-Z]{2})[A-Z0-9]{2,8}[0-9]{4,}[0-9A-Z]"


# -- preview ---------------------------------------------------------------------------------------


def preview_label(name: str, output: Output, here: Path) -> dict[str, Any]:
    """Draw a template with its own sample values; nothing is recorded.

    Args:
        name: a shipped template's name, or the path of a template file being written.
        output: where it goes; without a folder or file, ``preview-NAME`` in ``here``.
        here: the working folder.

    Raises:
        NotFound: there is no such template.
        TemplateInvalid: the template breaks a rule.
        LabelError: its sample cannot be drawn or read back, or the file cannot be written.
    """
    from lottrack.printing.rendering import render_sample
    from lottrack.printing.templates import load_template, shipped_template

    if name.endswith(".toml"):
        file = here / name
        template = load_template(file.stem, text_of(file))
    else:
        template, _ = shipped_template(name)
    if output.out is None:
        output = output._replace(out=here / f"preview-{template.name}.{output.form or 'png'}")
    drawn = render_sample(template, dpi=output.dpi or None)
    files = output.files(here, 1)
    serial = str(template.sample["label"])
    paths = files.named([f"preview-{template.name}"])
    publish(stage(paths, [drawn], files.form), [serial])
    return {
        "id": serial,
        "kind": "label_preview",
        "container": template.sample.get("container"),
        "copy": template.copies[0],
        "template": template.name,
        "edition": template.edition,
        "path": str(paths[0]),
        "payload": drawn.payload,
    }


def text_of(file: Path) -> str:
    """The text of a template's file."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(
            f"The template file {file} cannot be read.",
            code="template-unknown",
            hint="Give the path of a .toml file, or the name of a shipped template.",
        ) from error


# -- lists and reconciliation ----------------------------------------------------------------------


def list_labels(desk: Desk, text: str) -> list[dict[str, Any]]:
    """Every label of a thing with its state; of a lot, fill or preparation, of its containers."""
    record, _ = scanned_record(desk, text)
    found = find_one_of(desk.store, record, *THINGS, "fill", "lot", "preparation")
    desk.store.get(found.table, found.record)
    return [_listed(desk.store, row) for row in _labels(desk.store, found.table, found.record)]


def _labels(reader: Reader, table: str, record: str) -> list[Row]:
    if table == "lot":
        return labels_of_lot(reader, record)
    if table == "fill":
        containers = [str(row.root) for row in reader.rows("container", fill=record)]
    elif table == "preparation":
        containers = [str(row.root) for row in reader.rows("container", preparation=record)]
        containers += [
            str(row.container) for row in reader.rows("preparation_input", preparation=record)
        ]
    else:
        return labels_of(reader, table, record)
    return [row for number in containers for row in labels_of(reader, "container", number)]


def _named(row: Row) -> dict[str, Any]:
    """A label, and what it was printed for."""
    kind, record = label_thing(row)
    return {"id": row.root, "kind": "label", "of": record, "of_kind": kind, "copy": row.copy}


def _listed(reader: Reader, row: Row) -> dict[str, Any]:
    state, _ = derived_label_state(reader, row.root)
    event = reader.last("label_event", label=row.root)
    return _named(row) | {
        "state": state,
        "template": reader.get("label_template", row.template).name,
        "printed_at": shown_time(reader, row.recorded_at),
        "printed_by": row.performed_by,
        "since": shown_time(reader, (event or row).occurred_at),
        "by": (event or row).performed_by,
        "reason": row.reason if event is None else event.reason,
        "replaces": row.replaces,
    }


def reconcile_lot(desk: Desk, text: str) -> dict[str, Any]:
    """Account for every label of a lot: printed = applied + attached + void + destroyed.

    The allowed difference is 0 (21 CFR 211.125(c)). Labels of its containers, of prepared doses
    and of its samples count.

    Returns:
        Counts by copy and together; the labels that are still outstanding; ``reconciled``.
    """
    lot = find_one_of(desk.store, scanned_record(desk, text)[0], "lot").record
    rows = labels_of_lot(desk.store, lot)
    states = {str(row.root): derived_label_state(desk.store, row.root)[0] for row in rows}
    copies = list(dict.fromkeys(str(row.copy) for row in rows))
    loose = [row for row in rows if states[row.root] in OUTSTANDING]
    counts = [
        _counted(copy, [states[row.root] for row in rows if row.copy == copy]) for copy in copies
    ]
    return {
        "id": lot,
        "kind": "label_reconciliation",
        "reconciled": not loose,
        "copies": [*counts, _counted("all", list(states.values()))],
        "outstanding": [_outstanding(desk.store, row) for row in loose],
    }


def _counted(copy: str, states: Sequence[str]) -> dict[str, Any]:
    """How many labels of one kind of copy were printed, and what became of them."""
    counts = {state: states.count(state) for state in ACCOUNTED}
    return {
        "copy": copy,
        "kind": "label_count",
        "printed": len(states),
        **counts,
        "outstanding": sum(state in OUTSTANDING for state in states),
    }


def _outstanding(reader: Reader, row: Row) -> dict[str, Any]:
    return _named(row) | {
        "printed_at": shown_time(reader, row.recorded_at),
        "printed_by": row.performed_by,
    }


# -- reading ---------------------------------------------------------------------------------------


def read_texts(source: str, here: Path) -> list[str]:
    """The codes in a picture when ``source`` names a file, else the text itself.

    Raises:
        BadValue: it is named like a picture and there is none, or the file is too large.
        CodeUnreadable: the file is no picture, or shows no readable code.
    """
    from lottrack.printing.codes import read_codes

    try:
        file = here / source
        is_file = file.is_file()
    except (OSError, ValueError):
        is_file = False
    if is_file:
        if file.stat().st_size > LARGEST_FILE:
            raise BadValue(f"The file {source} is too large for a picture.", code="file-too-large")
        return read_codes(file.read_bytes())
    if re.search(r"(?i)\.(png|jpe?g)$", source):
        raise BadValue(f"There is no picture {printable(source)}.", code="file-unreadable")
    return [source]


def read_code(reader: Reader | None, text: str) -> dict[str, Any]:
    """What a code says, and what the record knows of it; without a record its structure alone.

    ``valid`` tells whether the code is sound and, if it is of this record, belongs together; what
    may be done with its thing is for ``verify`` to say.
    """
    try:
        scan = read_scan(text)
    except LottrackError as error:
        return _read("lottrack", "", error.sentence, valid=False)
    if scan.form == "label":
        return _read_label(reader, scan)
    scheme = foreign_scheme(text)
    if scheme is not None:
        from lottrack.actions.labelling.foreign import read_foreign

        return read_foreign(scheme, text)
    return _read_number(reader, scan)


def _read(
    scheme: str, kind: str, reason: str = "", fields: dict[str, Any] | None = None, *, valid: bool
) -> dict[str, Any]:
    return {
        "scheme": scheme,
        "kind": kind,
        "valid": valid,
        "reason": reason or None,
        "fields": fields or {},
    }


def _read_label(reader: Reader | None, scan: Scan) -> dict[str, Any]:
    patient = patient_of(scan.thing)
    kind = "patient" if patient else _kind_of(scan.thing)
    fields: dict[str, Any] = {
        "form": "label",
        kind: patient or scan.thing,
        "label": scan.label,
        "copy": scan.copy,
        "known": None,
    }
    if reader is None:
        return _read("lottrack", kind, "", fields, valid=True)
    try:
        row = label_row(reader, scan)
    except NotFound as error:
        return _read("lottrack", kind, error.sentence, fields | {"known": False}, valid=True)
    except LottrackError as error:
        return _read("lottrack", kind, error.sentence, fields, valid=False)
    kind, record = label_thing(row)
    state, _ = derived_label_state(reader, row.root)
    fields |= {
        kind: record,
        "label": row.root,
        "known": True,
        "state": state,
        "template": reader.get("label_template", row.template).name,
        "printed_at": shown_time(reader, row.recorded_at),
        "replaces": row.replaces,
    }
    reason = f"Label {row.root} is {state}." if state in ENDED else ""
    return _read("lottrack", kind, reason, fields, valid=True)


def _kind_of(thing: str) -> str:
    """What a label's code is for, by its form: only collections carry a site's own numbers."""
    match = re.fullmatch(_COMPACT_NUMBER, thing)
    if match is None or not has_valid_check(thing):
        return "collection"
    kind = KINDS.get(match[1], "")
    return kind if kind in THINGS else "collection"


def _read_number(reader: Reader | None, scan: Scan) -> dict[str, Any]:
    """A number or code that was typed, or printed without a label's code around it."""
    if reader is not None:
        return _read_recorded(reader, scan)
    if not has_number_shape(scan.text):
        return _read_shapeless(scan)
    kind = KINDS[scan.text[:2]]
    fields = {"form": "number", kind: scan.text, "known": None}
    if not has_valid_check(compact(scan.text)):
        return _read("lottrack", kind, "Its check character is wrong.", fields, valid=False)
    return _read("lottrack", kind, "", fields, valid=True)


def _read_shapeless(scan: Scan) -> dict[str, Any]:
    """What is in no record and has no shape of lottrack's: perhaps a typed donation number."""
    from lottrack.actions.labelling.foreign import read_typed_din

    kind = everyday_kind(scan.text)
    why = f"This is {kind}, not a code of lottrack's." if kind else _NOT_KNOWN
    return read_typed_din(scan.text) or _read("unknown", "", why, valid=False)


_NOT_KNOWN = "This is no code lottrack knows."


def _read_recorded(reader: Reader, scan: Scan) -> dict[str, Any]:
    """A number or code as the record knows it; perhaps it has none like it."""
    try:
        found = find(reader, scan.text)
    except NotFound:
        pass
    except LottrackError as error:
        return _read("lottrack", "", error.sentence, valid=False)
    else:
        fields = {"form": "number", found.table: found.record, "known": True}
        return _read("lottrack", found.table, "", fields, valid=True)
    if not has_number_shape(scan.text):
        return _read_shapeless(scan)
    kind = KINDS[scan.text[:2]]
    foreign = is_foreign_number(scan.text, reader.setting("site_code"))
    fields = {"form": "number", kind: scan.text, "known": False}
    if not foreign and not has_valid_check(compact(scan.text)):
        return _read("lottrack", kind, "Its check character is wrong.", fields, valid=False)
    whose = "another site" if foreign else "this site"
    reason = f"This is a number of {whose} for a {word_for(kind)} that is not in this record."
    return _read("lottrack", kind, reason, fields, valid=True)
